//! Taking orders back.

use ballast_types::market::{OrderId, OrderReference};
use ballast_types::MarketId;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Uint128};

use crate::delegates::acting_account;
use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::matching::remove_order;
use crate::state::{order_place, Named, Order};

/// How a message names a resting order.
#[derive(Clone, Copy)]
pub enum Reference {
    /// Its place in the book.
    Id(OrderId),
    /// What its owner called it.
    ClientId(Uint128),
}

impl Reference {
    /// Exactly one of the two.
    pub fn new(id: Option<OrderId>, client_id: Option<Uint128>) -> ContractResult<Self> {
        match (id, client_id) {
            (Some(id), None) => Ok(Self::Id(id)),
            (None, Some(client_id)) => Ok(Self::ClientId(client_id)),
            _ => Err(ContractError::AmbiguousReference {}),
        }
    }

    /// The order of an account that is meant, with its book and place.
    fn find(self, exchange: &Exchange, account: u64) -> ContractResult<((u64, u128), Order)> {
        let (key, missing) = match self {
            Self::Id(id) => (Some(order_place(&id)), ContractError::NoSuchOrder { id }),
            Self::ClientId(client_order_id) => {
                let key = exchange
                    .named(account, client_order_id)?
                    .map(|Named::Order { book, place }| (book, place));
                (key, ContractError::NoSuchClientOrder { client_order_id })
            }
        };
        let Some((book, place)) = key else {
            return Err(missing);
        };
        let order = exchange.order(book, place)?;
        match order.filter(|order| order.account == account) {
            Some(order) => Ok(((book, place), order)),
            None => Err(missing),
        }
    }
}

impl From<OrderReference> for Reference {
    fn from(reference: OrderReference) -> Self {
        match reference {
            OrderReference::OrderId(id) => Self::Id(id),
            OrderReference::ClientOrderId(id) => Self::ClientId(id),
        }
    }
}

/// Takes one order of an account out of the book.
pub fn cancel_one(
    exchange: &mut Exchange,
    account: u64,
    reference: Reference,
) -> ContractResult<()> {
    let (key, order) = reference.find(exchange, account)?;
    remove_order(exchange, key, &order, "cancelled")
}

/// Cancels one resting order. By its account's owner or a delegate.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    owner: Option<&str>,
    subaccount: u32,
    reference: Reference,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = acting_account(&exchange, &info.sender, owner, subaccount)?;
    cancel_one(&mut exchange, number, reference)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_order")
        .add_attribute("account", number.to_string())
        .add_events(happened))
}

/// Cancels all resting orders of an account, of one market or of all. By its owner or a delegate.
pub fn execute_all(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    owner: Option<&str>,
    subaccount: u32,
    market: Option<MarketId>,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = acting_account(&exchange, &info.sender, owner, subaccount)?;
    let count = remove_all(&mut exchange, number, market, "cancelled")?;
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_all_orders")
        .add_attribute("account", number.to_string())
        .add_attribute("cancelled", count.to_string())
        .add_events(happened))
}

/// Takes all of an account's orders out of the book. Bounded by the cap on orders of an account.
pub fn remove_all(
    exchange: &mut Exchange,
    number: u64,
    market: Option<MarketId>,
    reason: &str,
) -> ContractResult<u32> {
    let mut count = 0u32;
    if exchange.account(number)?.open_orders == 0 {
        return Ok(count);
    }
    for (book, place) in exchange.stored_orders_of(number, market)? {
        if let Some(order) = exchange.order(book, place)? {
            remove_order(exchange, (book, place), &order, reason)?;
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}
