//! Everything the contract stores. Nobody else names a storage key, but for cw2 (`contract_info`).
//!
//! A proposal is two records: what never changes ([`PROPOSALS`], large) and how it stands ([`STANDINGS`],
//! small, written by every vote). The settings it was made under are a third, shared by all proposals of
//! one revision ([`SETTINGS`]). Its deposit is what those settings ask for.
//!
//! What had a value at every height ([`STAKES`], [`TOTALS`]) is kept as its changes: the value before a block is the last
//! entry below it. So a change is one write, and the last value is one step of an iterator.

use ballast_storage::{record, Item, Map};
use ballast_types::governance::{
    BootstrapRight, CancelledContent, DepositState, ProtectiveResponse, Settings, Speed, Votes,
};
use cosmwasm_std::{Addr, Empty, Order, StdError, StdResult, Storage, Uint128};
use cw20::Denom;
use cw3::Vote;
use cw_storage_plus::Bound;

use crate::stored_message::StoredMessage;
use crate::tally::Outcome;

/// What is staked. Written once. A denom or a checked address.
pub const TOKEN: Item<Denom> = Item::new("token");

/// Revision -> settings, checked. Written by instantiation and `UpdateSettings`, never removed: proposals
/// point here. The last one is in force.
pub const SETTINGS: Map<u32, Settings> = Map::new("settings");

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

/// Who stakes now.
pub const STAKERS: Map<&Addr, Empty> = Map::new("stakers");

/// Staker and block -> atoms staked after that block, for every block in which they changed.
pub const STAKES: Map<(&Addr, u64), Uint128> = Map::new("stakes");

/// Block -> sums over all stakers after it, for every block in which they changed.
pub const TOTALS: Map<u64, Totals> = Map::new("totals");

/// Staker -> what was unstaked and not claimed, oldest first, at most [`crate::claims::MAX_CLAIMS`]. No entry: nothing.
pub const CLAIMS: Map<&Addr, Vec<Claim>> = Map::new("claims");

/// Token ([`crate::token::key`]) -> atoms of deposits held in it. At most [`crate::settings::MAX_DEPOSIT_TOKENS`].
pub const DEPOSITS: Map<&str, Uint128> = Map::new("deposits");

/// Id, from 1 -> what a proposal is. Written once.
pub const PROPOSALS: Map<u64, Proposal> = Map::new("proposals");

/// Id -> how it stands. Written by votes, execution and closing.
pub const STANDINGS: Map<u64, Standing> = Map::new("standings");

/// Proposal and voter -> the vote in force.
pub const BALLOTS: Map<(u64, &Addr), Ballot> = Map::new("ballots");

/// Proposer -> proposals neither executed nor closed, at most [`crate::propose::MAX_UNFINISHED`].
pub const UNFINISHED: Map<&Addr, u32> = Map::new("unfinished");

/// The proposal whose messages are being sent. Present only inside `Execute`.
pub const EXECUTING: Item<u64> = Item::new("executing");

/// Sums over all stakers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sum of [`STAKES`], atoms.
    pub staked: Uint128,
    /// Sum of [`CLAIMS`], atoms.
    pub unstaking: Uint128,
}

/// What was unstaked and waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Atoms.
    pub amount: Uint128,
    /// From when on it may be claimed, nanoseconds.
    pub release_at: u64,
}

/// What a proposal is.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// What governance will send.
    pub msgs: Vec<StoredMessage>,
    /// Who made it and gets the deposit back.
    pub proposer: Addr,
    /// When, seconds.
    pub proposed_at: u64,
}

/// How a proposal stands.
#[derive(Clone, Debug, PartialEq)]
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
    /// Where the deposit is. None was paid, or what its settings ask for.
    pub deposit: DepositState,
    /// Whether it no longer counts in [`UNFINISHED`].
    pub finished: bool,
}

/// A decision that no later vote could overturn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub outcome: Outcome,
    /// When, seconds.
    pub at: u64,
}

/// What became of a proposal's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Seconds, exclusive.
    pub until: u64,
    /// When the next one may begin, seconds.
    pub next_at: u64,
}

/// A vote in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ballot {
    /// What.
    pub vote: Vote,
    /// Power before the proposal's block.
    pub power: Uint128,
}

// The order of fields is the order of bytes.

record! {
    struct Totals { staked, unstaking }
    struct Claim { amount, release_at }
    struct Proposal { title, description, msgs, proposer, proposed_at }
    struct Standing {
        speed, revision, start_height, total_power, votes, voting_ends_at, earliest, latest, decision,
        progress, deposit, finished,
    }
    struct Decision { outcome, at }
    struct Freeze { until, next_at }
    struct Ballot { vote, power }
}

record! {
    enum Outcome { 0 => Passed, 1 => Rejected, 2 => Vetoed }
}

record! {
    enum Progress {
        0 => Waiting {},
        1 => Executed { at, failures },
        2 => Cancelled { at, failures },
        3 => Failed { at, failures, cause },
    }
}

/// Settings in force with their revision.
///
/// # Errors
/// Storage.
pub fn current_settings(storage: &dyn Storage) -> StdResult<(u32, Settings)> {
    SETTINGS
        .last(storage)?
        .ok_or_else(|| StdError::not_found("settings"))
}

/// Proposals made; the last one's id.
///
/// # Errors
/// Storage.
pub fn proposal_count(storage: &dyn Storage) -> StdResult<u64> {
    let last = STANDINGS
        .keys(storage, None, None, Order::Descending)
        .next();
    Ok(last.transpose()?.unwrap_or_default())
}

/// Atoms an address stakes now.
///
/// # Errors
/// Storage.
pub fn power(storage: &dyn Storage, staker: &Addr) -> StdResult<Uint128> {
    last_power(storage, staker, None)
}

/// Atoms an address staked before a block.
///
/// # Errors
/// Storage.
pub fn power_before(storage: &dyn Storage, staker: &Addr, height: u64) -> StdResult<Uint128> {
    last_power(storage, staker, Some(height))
}

fn last_power(storage: &dyn Storage, staker: &Addr, before: Option<u64>) -> StdResult<Uint128> {
    let before: Option<Bound<u64>> = before.map(Bound::exclusive);
    let mut changes = STAKES
        .prefix(staker)
        .range(storage, None, before, Order::Descending);
    Ok(changes.next().transpose()?.unwrap_or_default().1)
}

/// Sums over all stakers now.
///
/// # Errors
/// Storage.
pub fn totals(storage: &dyn Storage) -> StdResult<Totals> {
    last_totals(storage, None)
}

/// Atoms all staked before a block.
///
/// # Errors
/// Storage.
pub fn total_before(storage: &dyn Storage, height: u64) -> StdResult<Uint128> {
    Ok(last_totals(storage, Some(height))?.staked)
}

fn last_totals(storage: &dyn Storage, before: Option<u64>) -> StdResult<Totals> {
    let before = before.map(Bound::exclusive);
    let mut changes = TOTALS.range(storage, None, before, Order::Descending);
    Ok(changes.next().transpose()?.unwrap_or_default().1)
}

/// Writes what an address stakes from this block on; `before` is what it staked until now.
///
/// # Errors
/// Storage.
pub fn save_power(
    storage: &mut dyn Storage,
    staker: &Addr,
    height: u64,
    before: Uint128,
    power: Uint128,
) -> StdResult<()> {
    if power.is_zero() {
        STAKERS.remove(storage, staker);
    } else if before.is_zero() {
        STAKERS.save(storage, staker, &Empty {})?;
    }
    STAKES.save(storage, (staker, height), &power)
}
