//! Everything the fund stores. Nobody else creates an `Item` or a `Map`.
//!
//! | key | type | written by |
//! |---|---|---|
//! | `contract_info` | cw2 | instantiate, migrate |
//! | `ownership` | cw-ownable | instantiate, `UpdateOwnership` |
//! | `config` | [`Config`] | instantiate |
//! | `parameters` | `FundParameters` | instantiate, `UpdateParameters` |
//! | `b` | [`StoredBooks`] | every message but ownership |
//! | `mutual_highs` | [`HourlyHighs`] | whatever moves money |
//! | `exits` | staker -> [`Exit`] | `RequestExit`, `CancelExit`, `CompleteExit`, `Stake` |
//! | `share_bases` | staker -> rebases its balance has seen | whatever moves its shares, after a rebase |
//! | `token_info` (but for the supply), `balance`, `allowance`, `allowance_spender` | cw20-base | `Stake`, exits, cw20 messages |
//! | `treasury` | [`Treasury`] | the treasury's messages, `AppointTreasury` |
//! | `debtors` | (second, contract, market) -> nothing | claims that draw, fees that repay |
//! | `contracts` | contract -> number of its markets | `RegisterMarket` |
//! | `claimants` | (contract, market) -> [`Claimant`] | `RegisterMarket`, `UpdateMarket` |
//! | `s` | (contract, market) -> [`Standing`] | messages of that market, `Poke` and its replies, report expiry |
//! | `report_index` | (second, contract, market) -> nothing | registration, reports, report expiry |
//! | `c` | (contract, claim id) -> [`StoredClaim`] | claims |
//! | `top_ups` | number -> [`StoredTopUp`] | top-ups, claims with coins; the last thousand are kept |
//! | `surplus` | [`Surplus`] | `PaySurplus`, `AppointSurplusRecipient` |
//! | `pending_changes` | number -> [`StoredChange`] | the owner's loosening messages, `ApplyChange`, `CancelChange` |
//! | `next_change` | number | the owner's loosening messages |
//!
//! All money is quote atoms, all times are seconds. Composite keys are cw-storage-plus tuples (length-prefixed, no
//! separators). Governed maps hold at most [`MAX_MARKETS`] entries; `claims` grows by one a claim of a registered
//! contract and is never iterated but in paged queries. Records that most messages write have names of one letter: each byte
//! that a chain writes costs 30 gas.

use ballast_administration::pending::{Changes, StoredChange};
use ballast_risk::RefillingBucket;
use ballast_storage::{Item, Map};
use ballast_types::fund::{
    Bound, Change, ClaimantParameters, EmergencyWithdrawal, FundParameters, TopUpKind,
};
use ballast_types::{MarketId, RiskLevel, RiskParameters};
use cosmwasm_std::{Addr, Empty, OverflowError, Uint128};
use cw20::Denom;

use crate::hourly::{HourlyFlows, HourlyHighs};
use crate::pending::MAX_PENDING;
use crate::top_up::Booking;

/// Most markets that may be registered, of all contracts together. Bounds `Poke`, queries and the answer of
/// `SetRiskLevel`.
pub const MAX_MARKETS: u32 = 64;

/// Never changes after instantiation.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The one token of the ledger.
    pub collateral: Denom,
}

/// What the fund owns, by whom it is for. `booked` is the sum; what the bank says above it is unaccounted.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Ledger {
    /// Sum of `reserve` over all standings, isolated ones included. Quote atoms.
    pub market_reserves: Uint128,
    /// The mutual reserve. Quote atoms.
    pub mutual: Uint128,
    /// Underwriters' stake, pending exits included. Quote atoms.
    pub staked: Uint128,
    /// Rewards that have not become stake yet. Quote atoms.
    pub rewards_undripped: Uint128,
    /// What the emergency facility holds. Quote atoms.
    pub emergency_undrawn: Uint128,
    /// Above all targets. Quote atoms.
    pub surplus_due: Uint128,
}

impl Ledger {
    /// The sum of all lines.
    ///
    /// # Errors
    /// Overflow, which no token's supply allows.
    pub fn booked(&self) -> Result<Uint128, OverflowError> {
        self.market_reserves
            .checked_add(self.mutual)?
            .checked_add(self.staked)?
            .checked_add(self.rewards_undripped)?
            .checked_add(self.emergency_undrawn)?
            .checked_add(self.surplus_due)
    }
}

/// A better level that coverage has reached but that is not in force yet.
#[derive(Clone, Debug, PartialEq, Copy)]
pub struct Rise {
    /// The level.
    pub level: RiskLevel,
    /// Since when coverage has been there without a break. Seconds.
    pub since: u64,
}

/// What is kept of all markets together, and the terms they are all told.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// Registered markets, at most [`MAX_MARKETS`].
    pub markets: u32,
    /// Sum of required capital over cross-margined markets, before the floor. Quote atoms.
    pub required: Uint128,
    /// Sum of `min(reserve, required)` over cross-margined markets. Quote atoms.
    pub counted_reserves: Uint128,
    /// Sum of `ceil(risk weight * open-interest cap)` over cross-margined markets. Quote atoms.
    pub weighted_caps: Uint128,
    /// Sum of the deficits last reported, isolated markets included. Quote atoms.
    pub deficits: Uint128,
    /// Level in force.
    pub level: RiskLevel,
    /// When it began. Seconds.
    pub level_since: u64,
    /// The next better level, while it waits.
    pub rise: Option<Rise>,
    /// False until the fund has held capital, or a loss, for the first time.
    pub founded: bool,
    /// When a cross-margined market last claimed a loss. Seconds.
    pub last_loss_at: Option<u64>,
    /// Time for which the level was deficient or worse, in all spells that are over. Seconds.
    pub exits_paused_secs: u64,
    /// Counts every change of anything that any market is told.
    pub revision: u64,
    /// Share of trade fees for the fund. Parts per million.
    pub fee_share_ppm: u32,
    /// Premium a year. Parts per million.
    pub premium_rate_ppm: u32,
    /// Share of their open-interest caps that cross-margined markets are told. Parts per million.
    pub cap_scale_ppm: u32,
}

/// Sums over all recorded claims.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ClaimTotals {
    /// How many.
    pub count: u64,
    /// Amounts asked, quote atoms; saturates, because asking costs nothing.
    pub asked: Uint128,
    /// Amounts paid, quote atoms.
    pub paid: Uint128,
}

/// The rarely written part of a registered market.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimant {
    /// Its standing as the owner set it.
    pub parameters: ClaimantParameters,
    /// Start of its ramp. Seconds.
    pub registered_at: u64,
}

/// What was drawn from a layer and is not refilled; see `ballast_risk::RefillingBucket`.
#[derive(Clone, Debug, PartialEq, Copy, Default)]
pub struct Bucket {
    /// Quote atoms.
    pub used: Uint128,
    /// Second up to which the refill is counted.
    pub updated_at: u64,
}

impl From<Bucket> for RefillingBucket {
    fn from(bucket: Bucket) -> Self {
        Self {
            used: bucket.used,
            updated_at: bucket.updated_at,
        }
    }
}

impl From<RefillingBucket> for Bucket {
    fn from(bucket: RefillingBucket) -> Self {
        Self {
            used: bucket.used,
            updated_at: bucket.updated_at,
        }
    }
}

/// The underwriters' pool. Its stake and rewards are lines of the ledger, holders' shares cw20-base's balances.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Underwriting {
    /// All shares outside of exits: the total supply of the cw20. Here and not in cw20-base's record, which would be read
    /// and written besides with every stake and exit.
    pub shares: Uint128,
    /// The part of the stake that belongs to pending exits. Quote atoms.
    pub queued: Uint128,
    /// Queue shares of all pending exits of this generation.
    pub queue_shares: Uint128,
    /// Rises when the queue was slashed to nothing: exits of an earlier generation are worth nothing.
    pub queue_generation: u64,
    /// Rises when nobody held a share any longer: the price of a share began anew.
    pub pool_generation: u64,
    /// Sum of the exponents of all rebases.
    pub share_base: u32,
    /// Second up to which rewards have dripped.
    pub dripped_at: u64,
    /// Second at which all of them will have.
    pub drip_ends_at: u64,
    /// Taken by all markets in seven days.
    pub slashed: Bucket,
}

/// A pending exit.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// Shares it was asked with, as of `share_base`.
    pub shares: Uint128,
    /// See [`Underwriting`].
    pub share_base: u32,
    /// See [`Underwriting`].
    pub pool_generation: u64,
    /// Its part of the queue.
    pub queue_shares: Uint128,
    /// See [`Underwriting`].
    pub queue_generation: u64,
    /// What the shares were worth. Quote atoms.
    pub asked_value: Uint128,
    /// Seconds.
    pub requested_at: u64,
    /// What the suite's time of pauses was then. Seconds.
    pub paused_before: u64,
    /// The times that held then. Seconds.
    pub cooldown_secs: u64,
    /// Seconds.
    pub window_secs: u64,
    /// Seconds.
    pub max_pause_secs: u64,
}

/// The treasury's loan. What it holds is a line of the ledger.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Facility {
    /// Sum of `emergency.debt` over all standings. Quote atoms.
    pub debt: Uint128,
    /// Draws of all markets in seven days.
    pub week: Bucket,
}

/// Who lends.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Treasury {
    /// Who commits and withdraws.
    pub address: Option<Addr>,
    /// What it asked back.
    pub withdrawal: Option<EmergencyWithdrawal>,
}

/// What every message that moves money loads, in one record: most of them change several of these.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredBooks {
    /// The ledger lines.
    pub ledger: Ledger,
    /// The underwriters' pool.
    pub underwriting: Underwriting,
    /// The treasury's loan.
    pub facility: Facility,
    /// Sums over markets, level and terms.
    pub suite: Suite,
    /// Sums over claims.
    pub claims: ClaimTotals,
}

/// What one market owes to the emergency facility, and what it drew lately.
#[derive(Clone, Debug, PartialEq, Copy, Default)]
pub struct EmergencyLoan {
    /// Quote atoms.
    pub debt: Uint128,
    /// Since when there is any: its place in the order of repayment. Seconds.
    pub since: u64,
    /// First draw of the last event. Seconds.
    pub event_at: u64,
    /// Drawn in that event. Quote atoms.
    pub event_drawn: Uint128,
}

/// The drawdown breaker of one market.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Drawdown {
    /// While true the market is reduce-only and its mutual bucket is 0.
    pub open: bool,
    /// Claims paid and top-ups, hour by hour.
    pub flows: HourlyFlows,
    /// Highs of reserve plus mutual bucket, hour by hour.
    pub highs: HourlyHighs,
}

/// The often written part of a registered market.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its own reserve. Quote atoms.
    pub reserve: Uint128,
    /// Last reported. Quote atoms.
    pub open_interest_value: Uint128,
    /// Last reported. Quote atoms.
    pub deficit: Uint128,
    /// When. Registration counts as a report of nothing. Seconds.
    pub reported_at: u64,
    /// The report was found too old: the open-interest cap counts instead. Cross-margined markets only.
    pub stale: bool,
    /// Paid to it by the mutual reserve in its life. Quote atoms.
    pub mutual_paid: Uint128,
    /// Paid by its fees into the mutual reserve in its life. Quote atoms.
    pub mutual_contributed: Uint128,
    /// Its daily bucket of the mutual reserve.
    pub bucket: Bucket,
    /// What it took from the underwriters in seven days.
    pub slashed: Bucket,
    /// Its loan.
    pub emergency: EmergencyLoan,
    /// Its breaker.
    pub drawdown: Drawdown,
    /// Share of its open-interest cap that an isolated market's own reserve backs. One million where cross-margined.
    pub own_scale_ppm: u32,
    /// The risk parameters that the market was last told and accepted.
    pub told: Option<RiskParameters>,
}

/// A claim as recorded. `paid` and `uncovered` follow from the layers.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredClaim {
    /// The claiming contract's market.
    pub market: MarketId,
    /// Whose loss it is.
    pub account: String,
    /// Asked. Quote atoms.
    pub amount: Uint128,
    /// Paid (quote atoms) and bound of each layer in the order of the waterfall; empty for an unlisted market.
    pub layers: Vec<(Uint128, Bound)>,
    /// Level of the suite after the claim.
    pub level: RiskLevel,
    /// Seconds.
    pub at: u64,
}

/// A top-up as kept for people.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTopUp {
    /// The market contract that it is of, or who gave it.
    pub contract: Addr,
    /// Which market, where one was named.
    pub market: Option<MarketId>,
    /// What it was.
    pub kind: TopUpKind,
    /// Quote atoms.
    pub amount: Uint128,
    /// Where it went.
    pub booking: Booking,
    /// Seconds.
    pub at: u64,
}

/// Where surplus goes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Surplus {
    /// Who receives it.
    pub recipient: Option<Addr>,
    /// When the last lot left. Seconds.
    pub last_paid_at: Option<u64>,
    /// Sum of all lots. Quote atoms.
    pub paid: Uint128,
}

/// Key of a market.
pub type MarketKey<'a> = (&'a Addr, MarketId);

/// The collateral.
pub const CONFIG: Item<Config> = Item::new("config");
/// The parameters in force.
pub const PARAMETERS: Item<FundParameters> = Item::new("parameters");
/// What every message of money loads.
pub const BOOKS: Item<StoredBooks> = Item::new("b");
/// Highs of the mutual reserve over 24 hours.
pub const MUTUAL_HIGHS: Item<HourlyHighs> = Item::new("mutual_highs");
/// Staker -> the exit it waits for.
pub const EXITS: Map<&Addr, Exit> = Map::new("exits");
/// Staker -> sum of the exponents of the rebases that its balance has seen; absent: none.
pub const SHARE_BASES: Map<&Addr, u32> = Map::new("share_bases");
/// Who lends.
pub const TREASURY: Item<Treasury> = Item::new("treasury");
/// (second since which it owes, market contract, market): one entry for each market with emergency debt.
pub const DEBTORS: Map<(u64, &Addr, MarketId), Empty> = Map::new("debtors");
/// Market contract -> how many of its markets are registered.
pub const CONTRACTS: Map<&Addr, u32> = Map::new("contracts");
/// (market contract, market) -> its configuration.
pub const CLAIMANTS: Map<MarketKey, Claimant> = Map::new("claimants");
/// (market contract, market) -> its hot state.
pub const STANDINGS: Map<MarketKey, Standing> = Map::new("s");
/// (second of a report, market contract, market): one entry for each cross-margined market that is not stale. The second
/// is that of the last report or of an earlier one; see `report`.
pub const REPORT_INDEX: Map<(u64, &Addr, MarketId), Empty> = Map::new("report_index");
/// (market contract, claim id) -> the claim.
pub const CLAIMS: Map<(&Addr, u64), StoredClaim> = Map::new("c");
/// Number -> a top-up; the last `history::MAX_TOP_UPS`.
pub const TOP_UPS: Map<u64, StoredTopUp> = Map::new("top_ups");
/// Where surplus goes.
pub const SURPLUS: Item<Surplus> = Item::new("surplus");
/// Number -> a change of the owner that waits; at most `pending::MAX_PENDING`.
pub const PENDING_CHANGES: Map<u64, StoredChange<Change>> = Map::new("pending_changes");
/// Number of the next change that waits; absent: 1.
pub const NEXT_CHANGE: Item<u64> = Item::new("next_change");
/// The changes that wait.
pub const CHANGES: Changes<Change> = Changes {
    waiting: PENDING_CHANGES,
    next: NEXT_CHANGE,
    most: MAX_PENDING,
    event: ballast_types::events::fund::CHANGE,
    kind: Change::as_str,
};

/// All keys above, for the test that no two are the same.
pub const NAMESPACES: [&str; 23] = [
    "contract_info",
    "ownership",
    "config",
    "parameters",
    "mutual_highs",
    "exits",
    "share_bases",
    "token_info",
    "balance",
    "allowance",
    "allowance_spender",
    "treasury",
    "b",
    "debtors",
    "contracts",
    "claimants",
    "s",
    "report_index",
    "c",
    "top_ups",
    "surplus",
    "pending_changes",
    "next_change",
];

#[cfg(test)]
mod tests {
    use super::*;

    // M2: no two records share a key or a prefix. Map prefixes carry their length, so only equality matters there.
    #[test]
    fn namespaces_are_unique() {
        let mut names = NAMESPACES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMESPACES.len());
    }
}
