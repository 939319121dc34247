//! Everything the contract stores. Nobody else names a storage key, but for cw2 (`contract_info`).
//!
//! A proposal is two records: what never changes ([`PROPOSALS`], large) and how it stands ([`STANDINGS`],
//! small, written by every vote). The settings it was made under are a third, shared by all proposals of
//! one revision ([`SETTINGS`]).

use ballast_types::governance::{
    BootstrapRight, CancelledContent, DepositState, HeldDeposits, ProtectiveResponse, Settings,
    Speed, Votes,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, CosmosMsg, StdResult, Storage, Uint128};
use cw20::Denom;
use cw3::{DepositInfo, Vote};
use cw_controllers::Claims;
use cw_storage_plus::{Item, Map, SnapshotItem, SnapshotMap, Strategy};

use crate::tally::Outcome;
use crate::ContractResult;

/// What is staked. Written once. A denom or a checked address.
pub const TOKEN: Item<Denom> = Item::new("token");

/// Revision -> settings, checked. Written by instantiation and `UpdateSettings`, never removed: proposals
/// point here.
pub const SETTINGS: Map<u32, Settings> = Map::new("settings");

/// Revision in force.
pub const REVISION: Item<u32> = Item::new("revision");

/// Who may cancel a queued proposal. Absent: nobody.
pub const GUARDIAN: Item<Addr> = Item::new("guardian");

/// Content hash -> when the guardian cancelled it. Written by `Cancel`, never removed: passed again it stands.
pub const CANCELLED: Map<&str, CancelledContent> = Map::new("cancelled");

/// When the guardian's last freeze ends and the next may begin. Absent: there was none.
pub const FREEZE: Item<Freeze> = Item::new("freeze");

/// Protective proposal -> what it changed. Written by its execution, its confirmation and its reversal.
pub const PROTECTIVE: Map<u64, ProtectiveResponse> = Map::new("protective");

/// The instantiator's right to one bootstrap. Removed by its use.
pub const BOOTSTRAP: Item<BootstrapRight> = Item::new("bootstrap");

/// Staker -> atoms staked, with the value before every block in which it changed. No entry: nothing.
pub const STAKES: SnapshotMap<&Addr, Uint128> = SnapshotMap::new(
    "stakes",
    "stakes_checkpoints",
    "stakes_changes",
    Strategy::EveryBlock,
);

/// Sum of [`STAKES`], with its past.
pub const TOTAL_STAKE: SnapshotItem<Uint128> = SnapshotItem::new(
    "total_stake",
    "total_stake_checkpoints",
    "total_stake_changes",
    Strategy::EveryBlock,
);

/// Key of [`CLAIMS`], for those who list it.
pub const CLAIMS_KEY: &str = "claims";

/// Staker -> what was unstaked and not claimed, at most [`crate::stake::MAX_CLAIMS`] entries.
pub const CLAIMS: Claims = Claims::new(CLAIMS_KEY);

/// Sum of all [`CLAIMS`].
pub const UNSTAKING: Item<Uint128> = Item::new("unstaking");

/// Token ([`crate::token::key`]) -> deposits held in it. At most [`crate::settings::MAX_DEPOSIT_TOKENS`].
pub const DEPOSITS: Map<&str, HeldDeposits> = Map::new("deposits");

/// Proposals made; the last one's id. The first is 1.
pub const PROPOSAL_COUNT: Item<u64> = Item::new("proposal_count");

/// Id -> what a proposal is. Written once.
pub const PROPOSALS: Map<u64, Proposal> = Map::new("proposals");

/// Id -> how it stands. Written by votes, execution and closing.
pub const STANDINGS: Map<u64, Standing> = Map::new("standings");

/// Proposal and voter -> the vote in force.
pub const BALLOTS: Map<(u64, &Addr), Ballot> = Map::new("ballots");

/// Proposer -> proposals neither executed nor closed, at most [`crate::propose::MAX_UNFINISHED`].
pub const UNFINISHED: Map<&Addr, u32> = Map::new("unfinished");

/// The proposal whose messages are being sent. Present only inside `Execute`.
pub const EXECUTING: Item<u64> = Item::new("executing");

/// What a proposal is.
#[cw_serde]
pub struct Proposal {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// What governance will send.
    pub msgs: Vec<CosmosMsg>,
    /// Who made it and gets the deposit back.
    pub proposer: Addr,
    /// When, seconds.
    pub proposed_at: u64,
    /// What was paid.
    pub deposit: Option<DepositInfo>,
    /// SHA-256 of the messages' JSON, hexadecimal.
    pub content_hash: String,
}

/// How a proposal stands.
#[cw_serde]
pub struct Standing {
    /// How long it waits.
    pub speed: Speed,
    /// Settings it was made under.
    pub revision: u32,
    /// Power is counted before this block.
    pub start_height: u64,
    /// All power before that block.
    pub total_power: Uint128,
    /// Sum of [`BALLOTS`].
    pub votes: Votes,
    /// Seconds, exclusive.
    pub voting_ends_at: u64,
    /// Asked by the proposer: not executed before, seconds.
    pub earliest: Option<u64>,
    /// Asked by the proposer: not executed at or after, seconds.
    pub latest: Option<u64>,
    /// Decided before voting ended.
    pub decision: Option<Decision>,
    /// What became of its messages.
    pub progress: Progress,
    /// Where the deposit is.
    pub deposit: DepositState,
    /// Whether it no longer counts in [`UNFINISHED`].
    pub finished: bool,
}

/// A decision that no later vote could overturn.
#[cw_serde]
pub struct Decision {
    /// Which.
    pub outcome: Outcome,
    /// When, seconds.
    pub at: u64,
}

/// What became of a proposal's messages.
#[cw_serde]
pub enum Progress {
    /// Not sent.
    Waiting {},
    /// Sent, all of them. Set before they are sent.
    Executed {
        /// When, seconds.
        at: u64,
        /// How often they had failed before.
        failures: u32,
    },
    /// Cancelled by the guardian.
    Cancelled {
        /// When, seconds.
        at: u64,
        /// How often they had failed before.
        failures: u32,
    },
    /// Tried; nothing of them stayed.
    Failed {
        /// When last, seconds.
        at: u64,
        /// How often.
        failures: u32,
        /// The chain's text, cut.
        cause: String,
    },
}

/// The guardian's last freeze.
#[cw_serde]
pub struct Freeze {
    /// Seconds, exclusive.
    pub until: u64,
    /// When the next one may begin, seconds.
    pub next_at: u64,
}

/// A vote in force.
#[cw_serde]
pub struct Ballot {
    /// What.
    pub vote: Vote,
    /// Power before the proposal's block.
    pub power: Uint128,
}

/// Settings in force with their revision.
pub fn current_settings(storage: &dyn Storage) -> ContractResult<(u32, Settings)> {
    let revision = REVISION.load(storage)?;
    Ok((revision, SETTINGS.load(storage, revision)?))
}

/// Sums over all stakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Sum of [`STAKES`], atoms.
    pub staked: Uint128,
    /// Sum of [`CLAIMS`], atoms.
    pub unstaking: Uint128,
}

/// Sums over all stakers now.
///
/// # Errors
/// Storage.
pub fn totals(storage: &dyn Storage) -> StdResult<Totals> {
    Ok(Totals {
        staked: TOTAL_STAKE.load(storage)?,
        unstaking: UNSTAKING.load(storage)?,
    })
}

/// Atoms an address stakes now.
///
/// # Errors
/// Storage.
pub fn power(storage: &dyn Storage, staker: &Addr) -> StdResult<Uint128> {
    Ok(STAKES.may_load(storage, staker)?.unwrap_or_default())
}

/// Atoms an address staked before a block.
///
/// # Errors
/// Storage.
pub fn power_before(storage: &dyn Storage, staker: &Addr, height: u64) -> StdResult<Uint128> {
    let stake = STAKES.may_load_at_height(storage, staker, height)?;
    Ok(stake.unwrap_or_default())
}

/// Atoms all staked before a block.
///
/// # Errors
/// Storage.
pub fn total_before(storage: &dyn Storage, height: u64) -> StdResult<Uint128> {
    let total = TOTAL_STAKE.may_load_at_height(storage, height)?;
    Ok(total.unwrap_or_default())
}
