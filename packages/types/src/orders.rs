//! Orders as traders send them and as they are answered. Part of [`crate::market`].

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Decimal, Uint128, Uint64};

use crate::market::TriggerOrderId;
use crate::{AccountId, MarketId, Side};

/// How an order may trade.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum TimeInForce {
    /// Trades what it can and rests.
    GoodTilCancelled,
    /// Trades what it can and rests until `expires_at`. From then on it is dead: never filled, and removed
    /// by whoever comes across it.
    GoodTilTime {
        /// Seconds; in the future when the order is placed.
        expires_at: u64,
    },
    /// Trades what it can; the rest is cancelled.
    ImmediateOrCancel,
    /// Trades all of it at once, or is refused and changes nothing. A reduce-only order is cut to the
    /// position first.
    FillOrKill,
    /// Rests, or is refused where it would trade at once.
    PostOnly,
}

/// Kinds of orders.
#[cw_serde]
#[derive(FromJson, ToJson, Copy)]
pub enum OrderType {
    /// At `price` or better.
    Limit {
        /// A multiple of the tick size.
        price: Decimal,
        /// What happens to what does not trade at once.
        time_in_force: TimeInForce,
    },
    /// At once and at `worst_price` or better; the rest is cancelled.
    Market {
        /// A bound against slippage; rounded to the tick in the trader's favour.
        worst_price: Decimal,
    },
}

/// A resting order: its place in the book is its id.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq, PartialOrd, Ord)]
pub struct OrderId {
    /// The market.
    pub market: MarketId,
    /// The side it rests on.
    pub side: Side,
    /// Price in ticks.
    pub ticks: Uint64,
    /// Place in the queue of all orders of the market.
    pub sequence: Uint64,
}

/// An order to place.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PlaceOrder {
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
    /// Limit or market.
    pub order_type: OrderType,
    /// Never opens or grows a position: fills are cut to the position's size.
    pub reduce_only: bool,
    /// A name for the order while it rests, for example a UUID: unique among the account's resting orders.
    #[serde(default)]
    pub client_order_id: Option<Uint128>,
}

/// An order to place in a batch: [`PlaceOrder`] without the account.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct BatchOrder {
    /// The market.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms, a multiple of the lot size.
    pub size: Uint128,
    /// Limit or market.
    pub order_type: OrderType,
    /// Never opens or grows a position: fills are cut to the position's size.
    pub reduce_only: bool,
    /// A name for the order while it rests.
    #[serde(default)]
    pub client_order_id: Option<Uint128>,
}

/// How a batch names an order to cancel.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum OrderReference {
    /// Its place in the book.
    OrderId(OrderId),
    /// A trigger order's place among those that wait.
    TriggerOrderId(TriggerOrderId),
    /// What its owner called it.
    ClientOrderId(Uint128),
}

/// What became of a cancel of a batch.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum CancelOutcome {
    /// Cancelled.
    Cancelled,
    /// The account has no such order: filled, removed or never there.
    Gone,
}

/// What became of a placement of a batch.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum PlaceOutcome {
    /// As for a single order.
    Placed(PlaceOrderAnswer),
    /// Nothing of it happened.
    Refused {
        /// Why, for people: at most 128 bytes.
        error: String,
    },
}

/// Answer to [`crate::market::ExecuteMsg::Batch`]: every item in the message's order.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct BatchAnswer {
    /// Of the cancels.
    pub cancelled: Vec<CancelOutcome>,
    /// Of the placements.
    pub placed: Vec<PlaceOutcome>,
}

/// Answer to [`crate::market::ExecuteMsg::PlaceOrder`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PlaceOrderAnswer {
    /// Where the rest of the order stands in the book, if it rests.
    pub order_id: Option<OrderId>,
    /// Base atoms traded.
    pub filled: Uint128,
    /// Quote atoms traded, without fees.
    pub filled_value: Uint128,
    /// Quote atoms of fee.
    pub fee: Uint128,
    /// Base atoms cancelled.
    pub cancelled: Uint128,
    /// True where a cap on fills or removals stopped the order.
    pub more: bool,
    /// Quote atoms earned by removing dead orders on the way.
    #[serde(default)]
    pub removal_fees: Uint128,
}

/// A dead order that was removed.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct RemovedOrder {
    /// Which.
    pub order_id: OrderId,
    /// Why it was dead: `expired`, `margin`, `reduce_only`, `minimum`.
    pub reason: String,
    /// Quote atoms paid by its account; 0 where it is the sender's own, or has nothing to spare.
    pub fee: Uint128,
}

/// Answer to [`crate::market::ExecuteMsg::RemoveOrders`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct RemoveOrdersAnswer {
    /// Dead and removed.
    pub removed: Vec<RemovedOrder>,
    /// Alive, or not there.
    pub left: Vec<OrderId>,
}

/// A resting order.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct OrderResponse {
    /// Its place in the book.
    pub order_id: OrderId,
    /// Whose it is.
    pub account: AccountId,
    /// Quote units per base unit.
    pub price: Decimal,
    /// Base atoms left.
    pub remaining: Uint128,
    /// Whether it only reduces.
    pub reduce_only: bool,
    /// Block in which it was placed.
    pub placed_height: u64,
    /// From when on it is dead, seconds.
    pub expires_at: Option<u64>,
    /// What its owner called it.
    pub client_order_id: Option<Uint128>,
}

/// Somebody who may trade for an account.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct DelegateResponse {
    /// Who.
    pub delegate: String,
    /// From when on not any more, seconds.
    pub expires_at: u64,
}
