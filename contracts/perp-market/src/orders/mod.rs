//! Orders: [`place`] trades and rests, [`cancel`] takes back. What an order says of itself is checked in
//! [`terms`]. [`batch`] does many of both at once.

pub mod batch;
pub mod cancel;
pub mod place;
pub mod terms;

use ballast_types::market::{BatchOrder, OrderType, PlaceOrder};
use ballast_types::{MarketId, Side};
use cosmwasm_std::Uint128;

/// An order as its account's owner wants it.
#[derive(Clone, Copy)]
pub struct NewOrder {
    /// The market.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms.
    pub size: Uint128,
    /// Limit or market.
    pub order_type: OrderType,
    /// Never opens or grows a position.
    pub reduce_only: bool,
    /// Its name while it rests.
    pub client_order_id: Option<Uint128>,
}

impl From<&PlaceOrder> for NewOrder {
    fn from(order: &PlaceOrder) -> Self {
        Self {
            market: order.market,
            side: order.side,
            size: order.size,
            order_type: order.order_type,
            reduce_only: order.reduce_only,
            client_order_id: order.client_order_id,
        }
    }
}

impl From<&BatchOrder> for NewOrder {
    fn from(order: &BatchOrder) -> Self {
        Self {
            market: order.market,
            side: order.side,
            size: order.size,
            order_type: order.order_type,
            reduce_only: order.reduce_only,
            client_order_id: order.client_order_id,
        }
    }
}
