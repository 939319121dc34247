//! Everything the contract stores. Nobody else names a storage key. What keys are made of: `state/keys.rs`.
//!
//! Records that trading reads and writes have names of one letter: each byte of a key that a chain writes costs 30 gas.

use ballast_administration::pending::{Changes, StoredChange};
use ballast_storage::{Item, Map};
use ballast_types::market::{CachedPrice, Change, ExchangeParameters, MarketParameters, Settling};
use ballast_types::{MarketId, RiskParameters};
use cosmwasm_std::{Addr, Decimal, Empty, Int128, Int256, Uint128};
use cw20::Denom;

use crate::pending::MAX_PENDING;

mod keys;
mod layout;
mod triggers;

pub use keys::*;
pub use triggers::*;

/// Settings of the whole exchange. Written by the owner's messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The one token of all accounts.
    pub collateral: Denom,
    /// Its decimals.
    pub collateral_decimals: u8,
    /// Where fees go and shortfalls are claimed.
    pub insurance_fund: Option<Addr>,
    /// Caps and times.
    pub parameters: ExchangeParameters,
    /// Before this time nobody takes more risk, seconds; 0: never frozen. See `freeze.rs`.
    pub frozen_until: u64,
}

/// Settings. One.
pub const CONFIG: Item<Config> = Item::new("c");

/// Number of markets listed; the next market's number.
pub const MARKET_COUNT: Item<u32> = Item::new("market_count");

/// The next account's number. Starts at 1.
pub const NEXT_ACCOUNT: Item<u64> = Item::new("next_account");

/// The next claim's id. Starts at 1.
pub const NEXT_CLAIM: Item<u64> = Item::new("next_claim");

/// What is fixed at listing or changed by the owner.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketConfig {
    /// For people.
    pub symbol: String,
    /// Decimals of the base asset.
    pub base_decimals: u8,
    /// Order prices are multiples of it.
    pub tick_size: Decimal,
    /// Sizes are multiples of it, base atoms.
    pub lot_size: Uint128,
    /// Quote atoms that one lot is worth at a price of one tick.
    pub tick_lot_value: Uint128,
    /// The oracle contract.
    pub oracle: Addr,
    /// Its feed.
    pub feed_id: String,
    /// Confidence above which a price allows no risk-increasing action.
    pub max_confidence_ppm: u32,
    /// A price below this is no price.
    pub min_price: Decimal,
    /// A price above this is no price.
    pub max_price: Decimal,
    /// Who holds a position here holds no other. Never changes.
    pub isolated: bool,
    /// The rest.
    pub parameters: MarketParameters,
    /// Its price is fixed and its positions are being closed.
    pub settling: Option<Settling>,
}

/// Market number -> settings. Written by the owner's messages.
pub const MARKETS: Map<MarketId, MarketConfig> = Map::new("m");

/// Premium samples of the running funding interval.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FundingState {
    /// Start of the running interval, seconds, a multiple of its length.
    pub interval_start: u64,
    /// Minute (seconds / 60) of the last sample.
    pub sampled_minute: u64,
    /// Sum of the interval's samples, ppm.
    pub sample_sum_ppm: Int128,
    /// Rate of the last interval, times 10^18.
    pub last_rate: Int128,
    /// Up to when the risk premium is accrued, seconds.
    pub premium_accrued_at: u64,
}

/// What trading changes. Written by nearly every message.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MarketState {
    /// Last valid price.
    pub price: Option<CachedPrice>,
    /// Base atoms held long.
    pub open_interest_long: Uint128,
    /// Base atoms held short.
    pub open_interest_short: Uint128,
    /// Cost of being long, quote atoms per base atom times 10^18, ever growing or falling.
    pub long_index: Int256,
    /// Cost of being short.
    pub short_index: Int256,
    /// Sampling and accrual.
    pub funding: FundingState,
    /// Fees owed to the fund, quote atoms.
    pub fees_owed: Uint128,
    /// The exchange's share of fees, quote atoms.
    pub fee_collector: Uint128,
    /// What the indices collected less what they paid and booked, quote atoms.
    pub settlement_pool: Int128,
    /// Settlement rounding left over whenever no position was open, quote atoms.
    pub residue: Uint128,
    /// Loss that nobody has borne yet, quote atoms.
    pub deficit: Uint128,
    /// Sequence number of the next order.
    pub next_sequence: u64,
    /// What the fund said last.
    pub risk: Option<RiskParameters>,
    /// Before this time no fees are sent automatically, seconds.
    pub flush_blocked_until: u64,
    /// Slot of the last price sample, see [`PriceSample`].
    pub sampled_slot: u64,
    /// What was liquidated in it in the block of its last message, if anything was.
    pub liquidated: Option<BlockUse>,
}

/// Market number -> totals, price, indices.
pub const MARKET_STATES: Map<MarketId, MarketState> = Map::new("s");

/// The first valid price of a slot of five minutes: what a market is settled at if its feed dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceSample {
    /// When it was published, seconds.
    pub published_at: u64,
    /// Quote units per base unit.
    pub price: Decimal,
}

/// Length of a slot, seconds.
const SAMPLE_SECS: u64 = 300;

/// Samples kept of a market: an hour's.
pub const SAMPLE_SLOTS: u8 = 12;

impl PriceSample {
    /// Number of the slot since the epoch.
    #[must_use]
    pub fn slot(&self) -> u64 {
        self.published_at
            .checked_div(SAMPLE_SECS)
            .unwrap_or_default()
    }

    /// Where it is kept.
    #[must_use]
    pub fn key(&self) -> u8 {
        let place = self.slot().checked_rem(SAMPLE_SLOTS.into());
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or_default()
    }
}

/// (market number, slot modulo [`SAMPLE_SLOTS`]) -> its latest sample. Written once in five minutes, by whatever
/// message finds the price.
pub const PRICE_SAMPLES: Map<(MarketId, u8), PriceSample> = Map::new("price_samples");

/// The exchange's share of fees of markets that are gone, quote atoms.
pub const RETIRED_FEES: Item<Uint128> = Item::new("retired_fees");

/// What others have added to a maker's position lately, too little to count. See `recent_risk.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallGrowth {
    /// Base atoms.
    pub size: Uint128,
    /// The first of it, seconds.
    pub since: u64,
}

/// One position of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The market.
    pub market: MarketId,
    /// Base atoms, + long, - short, never 0.
    pub size: Int128,
    /// Quote atoms paid or received for the position as it stands.
    pub entry_notional: Uint128,
    /// Average entry price when the position last grew, rounded down: its rank. Reductions keep it.
    pub entry_price: Decimal,
    /// The side's cost index when the position was last settled.
    pub index: Int256,
    /// What makers' fills added to it and is tolerated.
    pub small_growth: Option<SmallGrowth>,
}

/// A margin account: one record for everything that decides its health.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Who may act.
    pub owner: Addr,
    /// The owner's number for it.
    pub subaccount: u32,
    /// Quote atoms; negative while positions are worth more than was paid in.
    pub quote: Int128,
    /// At most [`MAX_POSITIONS`], by market number.
    pub positions: Vec<Position>,
    /// Resting orders.
    pub open_orders: u32,
    /// Trigger orders.
    pub trigger_orders: u32,
    /// When it last took more risk, seconds; 0: never. See `recent_risk.rs`.
    pub risk_increased_at: u64,
    /// When it last held a position as far as was written, seconds; 0: never. Before use see
    /// [`Account::held_position_at`].
    pub last_position_at: u64,
    /// It is a known cause for the withdrawal gate.
    pub gates: bool,
    /// Its one position is in an isolated market.
    pub isolated: bool,
    /// There may be a [`PendingClaim`] or a [`DeleverageCursor`] of one of its positions.
    pub waits: bool,
    /// What was liquidated of it in the block of its last message, if anything was.
    pub liquidated: Option<BlockUse>,
}

impl Account {
    /// An account that holds nothing.
    #[must_use]
    pub const fn new(owner: Addr, subaccount: u32) -> Self {
        Self {
            owner,
            subaccount,
            quote: Int128::zero(),
            positions: vec![],
            open_orders: 0,
            trigger_orders: 0,
            risk_increased_at: 0,
            last_position_at: 0,
            gates: false,
            isolated: false,
            waits: false,
            liquidated: None,
        }
    }

    /// When it last held a position, `now` where it does; 0: never. Money that came by a transfer brings the
    /// time of the account that it came from.
    #[must_use]
    pub fn held_position_at(&self, now: u64) -> u64 {
        if self.positions.is_empty() {
            self.last_position_at
        } else {
            now
        }
    }
}

/// Positions of one account.
pub const MAX_POSITIONS: usize = 8;

/// Account number -> account. An account is never deleted.
pub const ACCOUNTS: Map<u64, Account> = Map::new("a");

/// (owner, subaccount) -> account number.
pub const ACCOUNT_NUMBERS: Map<(&Addr, u32), u64> = Map::new("n");

/// A resting order. Its price and place are its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Account number.
    pub account: u64,
    /// Base atoms left, never 0.
    pub remaining: Uint128,
    /// Only reduces.
    pub reduce_only: bool,
    /// Block in which it was placed.
    pub placed_height: u64,
    /// From when on it is dead, seconds.
    pub expires_at: Option<u64>,
    /// What its owner called it.
    pub client_order_id: Option<Uint128>,
}

impl Order {
    /// Whether it may not be filled any more.
    #[must_use]
    pub fn is_expired(&self, now: u64) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

/// (book, place) -> order: the first key of a book is its best order.
pub const ORDERS: Map<(u64, u128), Order> = Map::new("o");

/// (account number, book, place): all resting orders of an account.
pub const ACCOUNT_ORDERS: Map<(u64, u64, u128), Empty> = Map::new("i");

/// What a client order id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A resting order.
    Order {
        /// Its book.
        book: u64,
        /// Its place.
        place: u128,
    },
    /// A trigger order.
    TriggerOrder {
        /// Its line.
        line: u64,
        /// Its price key.
        price: u128,
        /// Its sequence number.
        sequence: u64,
    },
}

/// (account number, client order id) -> what it stands for. Written and removed with the order.
pub const CLIENT_ORDERS: Map<(u64, u128), Named> = Map::new("client_orders");

/// (account number, delegate) -> seconds from when on the delegate may not act any more. Written by the
/// account's owner; at most [`MAX_DELEGATES`] an account.
pub const DELEGATES: Map<(u64, &Addr), u64> = Map::new("delegates");

/// Delegates of one account.
pub const MAX_DELEGATES: usize = 8;

/// (queue, rank, account number): all positions in the order in which they are deleveraged.
pub const DELEVERAGE_QUEUE: Map<(u64, u128, u64), Empty> = Map::new("q");

/// A claim that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingClaim {
    /// What was asked last, quote atoms.
    pub amount: Uint128,
    /// When it failed first, seconds.
    pub first_failed_at: u64,
    /// When it failed last, seconds.
    pub last_failed_at: u64,
}

/// (account number, market) -> failed claim. Removed when a claim succeeds or the position is closed. Its account
/// [waits](Account::waits).
pub const PENDING_CLAIMS: Map<(u64, MarketId), PendingClaim> = Map::new("pending_claims");

/// Where deleveraging of a bankrupt position stopped.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DeleverageCursor {
    /// Last (rank, account number) passed over; the next message starts after it.
    pub after: Option<(u128, u64)>,
    /// True once the whole queue was passed and only counterparties that were skipped remain.
    pub last_pass: bool,
    /// When the round began, seconds. A round that is too old begins anew: who can take a part depends on
    /// prices.
    pub started_at: u64,
}

/// (account number, market) -> cursor. Removed when the position is closed. Its account [waits](Account::waits).
pub const DELEVERAGE_CURSORS: Map<(u64, MarketId), DeleverageCursor> =
    Map::new("deleverage_cursors");

/// A limit on what leaves within a period. See `outflow.rs`.
#[derive(Clone, Debug, PartialEq, Copy, Default)]
pub struct FlowBucket {
    /// Quote atoms taken and not yet refilled.
    pub used: Uint128,
    /// Up to when the refill is counted, seconds.
    pub updated_at: u64,
    /// Quote atoms that deposits allow besides.
    pub credit: Uint128,
    /// Up to when its fading is counted, seconds.
    pub credited_at: u64,
}

/// What is held, what of it may leave, and what waits: one record, because coins that move change all of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vault {
    /// Quote atoms that the books account for. Equal to the token balance but for coins that came without a message.
    pub held: Uint128,
    /// Refills in an hour.
    pub hour: FlowBucket,
    /// Refills in a day.
    pub day: FlowBucket,
    /// Sum of the queue, quote atoms: a line of the ledger.
    pub queued: Uint128,
    /// The next queued withdrawal's number. Starts at 1.
    pub next_id: u64,
    /// Quote atoms held that belong to nobody and to no market: what `Sync` booked.
    pub residue: Uint128,
}

/// Coins, limits, queue and residue. Written by every message that moves coins, and by `Sync`.
pub const VAULT: Item<Vault> = Item::new("v");

/// A withdrawal that waits. It is paid to its account's owner.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedWithdrawal {
    /// Account number.
    pub account: u64,
    /// Quote atoms, never 0.
    pub amount: Uint128,
    /// Seconds.
    pub queued_at: u64,
    /// When a payment failed first, seconds.
    pub failed_at: Option<u64>,
}

/// Number -> withdrawal that waits: the lowest is paid first.
pub const WITHDRAWALS: Map<u64, QueuedWithdrawal> = Map::new("withdrawals");

/// A time that the gate was shut: `to` is exclusive. Seconds.
#[derive(Clone, Debug, PartialEq, Copy)]
pub struct Interval {
    /// Since.
    pub from: u64,
    /// Until; in the future while it is shut.
    pub to: u64,
}

/// The withdrawal gate. See `gate.rs`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Gate {
    /// Deficits of all markets, quote atoms.
    pub deficit: Uint128,
    /// Times that it was shut within the last day, in order.
    pub shut: Vec<Interval>,
}

/// The gate. Written where a deficit changes or a cause comes or goes.
pub const GATE: Item<Gate> = Item::new("gate");

/// (kind, number) of a cause that is known and not resolved -> until when it shuts the gate, seconds.
pub const GATE_CAUSES: Map<(u8, u64), u64> = Map::new("gate_causes");

/// (until, kind, number): the same in order of their ends.
pub const GATE_ENDS: Map<(u64, u8, u64), Empty> = Map::new("gate_ends");

/// What was liquidated of an account, or in a market, in one block. Not kept beyond the next message that writes the record.
#[derive(Clone, Debug, PartialEq, Copy, Default)]
pub struct BlockUse {
    /// The block.
    pub height: u64,
    /// Closed, quote atoms at the oracle price.
    pub notional: Uint128,
    /// Asked of the fund, quote atoms.
    pub loss: Uint128,
}

impl BlockUse {
    /// What a record says of a block: nothing where it is of another.
    #[must_use]
    pub fn of(stored: Option<Self>, height: u64) -> Self {
        stored.filter(|used| used.height == height).unwrap_or(Self {
            height,
            ..Self::default()
        })
    }

    /// Whether nothing was liquidated.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.notional.is_zero() && self.loss.is_zero()
    }
}

/// Number -> change that waits. At most `MAX_PENDING`.
pub const PENDING_CHANGES: Map<u64, StoredChange<Change>> = Map::new("pending_changes");

/// The next change's number. Starts at 1.
pub const NEXT_CHANGE: Item<u64> = Item::new("next_change");

/// The changes that wait.
pub const CHANGES: Changes<Change> = Changes {
    waiting: PENDING_CHANGES,
    next: NEXT_CHANGE,
    most: MAX_PENDING,
    event: ballast_types::events::market::CHANGE,
    kind: Change::as_str,
};

/// Market number -> when its maintenance margin was raised last, seconds.
pub const MAINTENANCE_RAISED: Map<MarketId, u64> = Map::new("maintenance_raised");
