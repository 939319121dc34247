//! Answers to DAO DAO's voting-module queries, in its JSON: `voting_power_at_height`,
//! `total_power_at_height`, `info`, `dao` and what its modules for staked native coins and staked cw20
//! tokens answer besides. The queries themselves are variants of [`crate::governance::QueryMsg`].

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;
use cw_utils::Duration;

/// Power of one address.
#[cw_serde]
pub struct VotingPowerAtHeightResponse {
    /// Atoms staked.
    pub power: Uint128,
    /// The height it was asked for.
    pub height: u64,
}

/// Power of all.
#[cw_serde]
pub struct TotalPowerAtHeightResponse {
    /// Atoms staked.
    pub power: Uint128,
    /// The height it was asked for.
    pub height: u64,
}

/// What cw2 knows of the contract.
#[cw_serde]
pub struct InfoResponse {
    /// Name and version.
    pub info: ContractVersion,
}

/// cw2's record.
#[cw_serde]
pub struct ContractVersion {
    /// Name, with the prefix that cw2 asks for.
    pub contract: String,
    /// Version.
    pub version: String,
}

/// Whether the voting module lets its DAO act.
#[cw_serde]
pub struct IsActiveResponse {
    /// Always true here: there is no least amount that must be staked.
    pub active: bool,
}

/// The least amount that must be staked.
#[cw_serde]
pub struct ActiveThresholdResponse {
    /// Always none here.
    pub active_threshold: Option<ActiveThreshold>,
}

/// DAO DAO's type; never answered here.
#[cw_serde]
pub enum ActiveThreshold {
    /// Atoms.
    AbsoluteCount {
        /// How many.
        count: Uint128,
    },
    /// Of the supply.
    Percentage {
        /// Which share.
        percent: cosmwasm_std::Decimal,
    },
}

/// The staked native coin.
#[cw_serde]
pub struct DenomResponse {
    /// Its denom.
    pub denom: String,
}

/// Settings of the stake.
#[cw_serde]
pub struct StakingConfigResponse {
    /// From unstaking to claiming.
    pub unstaking_duration: Option<Duration>,
}

/// Contracts told of every stake.
#[cw_serde]
pub struct GetHooksResponse {
    /// Always empty here.
    pub hooks: Vec<String>,
}

/// A page of stakers.
#[cw_serde]
pub struct ListStakersResponse {
    /// By address.
    pub stakers: Vec<StakerBalanceResponse>,
}

/// One staker.
#[cw_serde]
pub struct StakerBalanceResponse {
    /// Who.
    pub address: String,
    /// Atoms staked now.
    pub balance: Uint128,
}
