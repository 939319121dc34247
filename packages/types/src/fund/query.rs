//! What the fund can be asked, and its answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Uint128;
use cw20::Denom;
use cw_ownable::cw_ownable_query;

use super::{ClaimRecord, ClaimantParameters, FundParameters, LayerPayment};
use crate::{MarketId, RiskLevel, RiskParameters};

/// What can be asked.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Collateral and parameters.
    #[returns(ConfigResponse)]
    Config {},
    /// One registered market.
    #[returns(ClaimantResponse)]
    Market {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
    /// All registered markets, by contract and number.
    #[returns(Vec<ClaimantResponse>)]
    Markets {
        /// Exclusive.
        start_after: Option<(String, MarketId)>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// One claim.
    #[returns(ClaimRecord)]
    Claim {
        /// The claiming contract.
        contract: String,
        /// Its id.
        claim_id: u64,
    },
    /// A contract's claims in order of their id.
    #[returns(Vec<ClaimRecord>)]
    Claims {
        /// The claiming contract.
        contract: String,
        /// Exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// The most a claim of this market would be paid now, layer by layer.
    #[returns(CapacityResponse)]
    Capacity {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
    /// The ledger, the identity, required capital, coverage and level.
    #[returns(SolvencyResponse)]
    Solvency {},
    /// The emergency facility: what is committed, lent and asked back.
    #[returns(EmergencyResponse)]
    Emergency {},
    /// What a market would be told now.
    #[returns(RiskParameters)]
    RiskParameters {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
}

/// Answer to [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// The one token of the ledger.
    pub collateral: Denom,
    /// All parameters.
    pub parameters: FundParameters,
}

/// One registered market.
#[cw_serde]
pub struct ClaimantResponse {
    /// The market contract.
    pub contract: String,
    /// Its market.
    pub market: MarketId,
    /// Its standing.
    pub parameters: ClaimantParameters,
    /// When it was registered, seconds.
    pub registered_at: u64,
    /// Its own reserve, quote atoms.
    pub reserve: Uint128,
    /// Last reported open-interest value, quote atoms.
    pub open_interest_value: Uint128,
    /// Last reported deficit, quote atoms.
    pub deficit: Uint128,
    /// When it was reported, seconds.
    pub reported_at: u64,
    /// Capital required for it, quote atoms (0 where isolated).
    pub required_capital: Uint128,
    /// Paid to it by the mutual reserve in its life, quote atoms.
    pub mutual_paid: Uint128,
    /// Contributed by it to the mutual reserve in its life, quote atoms.
    pub mutual_contributed: Uint128,
    /// Drawn for it from the emergency facility and not repaid, quote atoms.
    pub emergency_debt: Uint128,
    /// Whether its drawdown breaker is open.
    pub drawdown: bool,
    /// Claims paid less top-ups over the drawdown buckets, quote atoms (0 where top-ups are more).
    pub net_loss: Uint128,
    /// Revision of the parameters it was last told and accepted by answer or `Poke`.
    pub risk: RiskParameters,
}

/// Answer to [`QueryMsg::Capacity`].
#[cw_serde]
pub struct CapacityResponse {
    /// Sum over `layers`.
    pub total: Uint128,
    /// The most each layer would pay, and its bound.
    pub layers: Vec<LayerPayment>,
}

/// Answer to [`QueryMsg::Solvency`].
#[cw_serde]
pub struct SolvencyResponse {
    /// `market_reserves + mutual + staked + rewards_undripped + emergency_undrawn + surplus_due`.
    pub booked: Uint128,
    /// What the token says the fund owns.
    pub bank: Uint128,
    /// `bank - booked`: coins that arrived without a message.
    pub unaccounted: Uint128,
    /// Sum of all market reserves, isolated ones included.
    pub market_reserves: Uint128,
    /// The mutual reserve.
    pub mutual: Uint128,
    /// Underwriters' stake. Zero until underwriting exists.
    pub staked: Uint128,
    /// Rewards not yet dripped. Zero until underwriting exists.
    pub rewards_undripped: Uint128,
    /// What the emergency facility holds.
    pub emergency_undrawn: Uint128,
    /// Above all targets.
    pub surplus_due: Uint128,
    /// Owed to the treasury; a liability, not a term of `booked`.
    pub emergency_debt: Uint128,
    /// Capital that counts for coverage.
    pub capital: Uint128,
    /// Capital required.
    pub required_capital: Uint128,
    /// `floor(capital * 10^6 / required)`.
    pub coverage_ppm: Uint128,
    /// Level in force.
    pub level: RiskLevel,
    /// When it began, seconds.
    pub level_since: u64,
    /// Number of claims recorded.
    pub claims: u64,
    /// Sum of amounts asked.
    pub claims_asked: Uint128,
    /// Sum of amounts paid.
    pub claims_paid: Uint128,
}

/// Answer to [`QueryMsg::Emergency`].
#[cw_serde]
pub struct EmergencyResponse {
    /// Who commits and withdraws, if anyone is appointed.
    pub treasury: Option<String>,
    /// `undrawn + debt`, quote atoms: the base of both limits.
    pub committed: Uint128,
    /// Not drawn, quote atoms.
    pub undrawn: Uint128,
    /// Drawn and not repaid, all markets together, quote atoms.
    pub debt: Uint128,
    /// What all markets may still draw under the limit of seven days, quote atoms.
    pub week_left: Uint128,
    /// The most one market may draw in an hour, quote atoms.
    pub event_limit: Uint128,
    /// What the treasury asked back.
    pub withdrawal: Option<EmergencyWithdrawal>,
}

/// What the treasury asked back.
#[cw_serde]
pub struct EmergencyWithdrawal {
    /// Quote atoms; what is drawn by then is not paid.
    pub amount: Uint128,
    /// First second at which it is paid.
    pub ready_at: u64,
    /// Last second at which it is paid.
    pub ends_at: u64,
}
