//! Who acts. An agent looks at a [`View`] and returns messages; it never touches the chain itself, and all its
//! choices come from its own seeded stream and whole numbers.

pub mod keepers;
pub mod makers;
pub mod traders;

use ballast_types::market::{ExecuteMsg, OrderType, PlaceOrder, TimeInForce};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Addr, Decimal, Uint128};

use crate::listing::Listing;
use crate::prices::Step;
use crate::shadow::Shadow;

/// What everybody can see now.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Number of the step, from 0.
    pub index: u64,
    /// Prices, volumes, stress.
    pub step: &'a Step,
    /// How each market counts.
    pub listings: &'a [Listing],
    /// Accounts and markets.
    pub shadow: &'a Shadow,
    /// Open interest of one side that traders aim at in each market, quote atoms.
    pub target_open_interest: &'a [u128],
}

impl View<'_> {
    /// How a market counts and its price.
    #[must_use]
    pub fn market(&self, market: usize) -> Option<(&Listing, u64)> {
        Some((self.listings.get(market)?, *self.step.prices.get(market)?))
    }

    /// How far the market moved lately, ppm.
    #[must_use]
    pub fn stress(&self, market: usize) -> u64 {
        self.step.stress_ppm.get(market).copied().unwrap_or(0)
    }
}

/// A message of an agent.
#[derive(Clone, Debug)]
pub enum Action {
    /// To the market contract.
    Market(Box<ExecuteMsg>),
    /// A deposit of quote atoms: coins with a message, or a cw20 send.
    Deposit {
        /// The sender's subaccount.
        subaccount: u32,
        /// Quote atoms.
        amount: u128,
    },
}

impl Action {
    /// A message to the market contract.
    #[must_use]
    pub fn market(message: ExecuteMsg) -> Self {
        Self::Market(Box::new(message))
    }
}

/// A message and who sends it.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Sender.
    pub sender: Addr,
    /// What.
    pub action: Action,
}

/// Number of a market by its place.
#[must_use]
pub fn market_id(market: usize) -> MarketId {
    MarketId::try_from(market).unwrap_or(MarketId::MAX)
}

/// A limit order.
#[must_use]
pub fn limit(
    subaccount: u32,
    market: usize,
    side: Side,
    size: u128,
    price: Decimal,
    time_in_force: TimeInForce,
) -> ExecuteMsg {
    let order_type = OrderType::Limit {
        price,
        time_in_force,
    };
    order(subaccount, market, side, size, order_type, false)
}

/// A market order.
#[must_use]
pub fn at_market(
    subaccount: u32,
    market: usize,
    side: Side,
    size: u128,
    worst_price: Decimal,
    reduce_only: bool,
) -> ExecuteMsg {
    let order_type = OrderType::Market { worst_price };
    order(subaccount, market, side, size, order_type, reduce_only)
}

fn order(
    subaccount: u32,
    market: usize,
    side: Side,
    size: u128,
    order_type: OrderType,
    reduce_only: bool,
) -> ExecuteMsg {
    ExecuteMsg::PlaceOrder(PlaceOrder {
        owner: None,
        subaccount,
        market: market_id(market),
        side,
        size: Uint128::new(size),
        order_type,
        reduce_only,
        client_order_id: None,
    })
}
