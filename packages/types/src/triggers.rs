//! Trigger orders: stop-loss and take-profit. Part of [`crate::market`].

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Decimal, Uint128, Uint64};

use crate::market::{PlaceOrderAnswer, TimeInForce};
use crate::{AccountId, MarketId, Side};

/// On which side of its trigger price the oracle price makes an order due.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq, PartialOrd, Ord)]
pub enum TriggerCondition {
    /// Oracle price at or below it: a long's stop-loss, a short's take-profit.
    AtOrBelow,
    /// Oracle price at or above it: a short's stop-loss, a long's take-profit.
    AtOrAbove,
}

impl TriggerCondition {
    /// The name used in messages and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOrBelow => "at_or_below",
            Self::AtOrAbove => "at_or_above",
        }
    }

    /// Whether an oracle price makes an order due.
    #[must_use]
    pub fn holds(self, price: Decimal, trigger_price: Decimal) -> bool {
        match self {
            Self::AtOrBelow => price <= trigger_price,
            Self::AtOrAbove => price >= trigger_price,
        }
    }
}

/// The order that a trigger places.
#[cw_serde]
#[derive(FromJson, ToJson, Copy)]
pub enum TriggeredOrder {
    /// Trades at once; what finds nobody stays armed.
    Market {
        /// How far beyond the oracle price of that moment it may trade; less than a million. The market's price
        /// band holds as well.
        max_slippage_ppm: u32,
    },
    /// A limit order: what rests in the book is an ordinary order from then on.
    Limit {
        /// A multiple of the tick size.
        price: Decimal,
        /// As for an ordinary order. What an immediate-or-cancel order does not trade stays armed.
        time_in_force: TimeInForce,
    },
}

fn reduce_only_by_default() -> bool {
    true
}

/// A trigger order to place.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PlaceTriggerOrder {
    /// Whose account trades; the sender's own where absent. Another's only as its delegate.
    #[serde(default)]
    pub owner: Option<String>,
    /// The owner's subaccount.
    pub subaccount: u32,
    /// The market.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms, a multiple of the lot size.
    pub size: Uint128,
    /// When it is due.
    pub condition: TriggerCondition,
    /// Oracle price, within the market's sanity bounds.
    pub trigger_price: Decimal,
    /// What is then placed.
    pub order: TriggeredOrder,
    /// Never opens or grows a position: fills are cut to the position's size. True where absent.
    #[serde(default = "reduce_only_by_default")]
    pub reduce_only: bool,
    /// From when on it is dead, seconds; in the future. Never where absent.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// A name, unique among the account's orders. A limit order that comes to rest keeps it.
    #[serde(default)]
    pub client_order_id: Option<Uint128>,
}

/// A trigger order: its place among those that wait is its id.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq, PartialOrd, Ord)]
pub struct TriggerOrderId {
    /// The market.
    pub market: MarketId,
    /// On which side of the price.
    pub condition: TriggerCondition,
    /// Oracle price.
    pub trigger_price: Decimal,
    /// Place among all orders of the market.
    pub sequence: Uint64,
}

/// Answer to [`crate::market::ExecuteMsg::PlaceTriggerOrder`].
#[cw_serde]
#[derive(FromJson, ToJson, Copy)]
pub struct PlaceTriggerOrderAnswer {
    /// Names it.
    pub trigger_order_id: TriggerOrderId,
}

/// What became of a trigger order that was due or dead.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum TriggerStatus {
    /// Done: traded, or resting in the book.
    Executed,
    /// Traded in part; the rest stays armed.
    Armed,
    /// Removed without a trade: it had expired.
    Expired,
    /// Removed without a trade: it only reduces and there was no position.
    NothingToReduce,
}

impl TriggerStatus {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Armed => "armed",
            Self::Expired => "expired",
            Self::NothingToReduce => "nothing_to_reduce",
        }
    }
}

/// Answer to [`crate::market::ExecuteMsg::ExecuteTriggerOrder`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ExecuteTriggerOrderAnswer {
    /// What became of it.
    pub status: TriggerStatus,
    /// What the order did in the book; none where none was placed.
    pub order: Option<PlaceOrderAnswer>,
    /// Base atoms still armed.
    pub remaining: Uint128,
    /// Quote atoms for the sender's subaccount 0, out of the account; 0 where it is the sender's own, or has nothing
    /// to spare.
    pub keeper_fee: Uint128,
}

/// A trigger order that waits.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct TriggerOrderResponse {
    /// Names it.
    pub trigger_order_id: TriggerOrderId,
    /// Whose it is.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms when it was placed.
    pub size: Uint128,
    /// Base atoms left.
    pub remaining: Uint128,
    /// What is placed when it is due.
    pub order: TriggeredOrder,
    /// Whether it only reduces.
    pub reduce_only: bool,
    /// From when on it is dead, seconds.
    pub expires_at: Option<u64>,
    /// What its owner called it.
    pub client_order_id: Option<Uint128>,
}
