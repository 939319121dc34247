//! Taking orders back.

use ballast_types::market::{OrderId, OrderReference, TriggerOrderId};
use ballast_types::MarketId;
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};

use crate::delegates::acting_account;
use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::matching::remove_order;
use crate::state::{order_place, trigger_key, Named, Order, TriggerKey, TriggerOrder};
use crate::triggers;

/// How a message names an order.
#[derive(Clone, Copy)]
pub enum Reference {
    /// A resting order's place in the book.
    Id(OrderId),
    /// A trigger order's place among those that wait.
    TriggerId(TriggerOrderId),
    /// What its owner called it.
    ClientId(Uint128),
}

/// What is to be cancelled.
enum Found {
    /// A resting order.
    Order((u64, u128), Order),
    /// A trigger order.
    TriggerOrder(TriggerKey, TriggerOrder),
}

impl Found {
    /// What stands there, whoever's it is.
    fn at(exchange: &Exchange, place: Named) -> ContractResult<Option<Self>> {
        Ok(match place {
            Named::Order { book, place } => exchange
                .order(book, place)?
                .map(|order| Self::Order((book, place), order)),
            Named::TriggerOrder {
                line,
                price,
                sequence,
            } => exchange
                .trigger_order((line, price, sequence))?
                .map(|order| Self::TriggerOrder((line, price, sequence), order)),
        })
    }

    /// The account that it is of.
    const fn account(&self) -> u64 {
        match self {
            Self::Order(_, order) => order.account,
            Self::TriggerOrder(_, order) => order.account,
        }
    }

    /// Takes it back.
    fn cancel(&self, exchange: &mut Exchange) -> ContractResult<()> {
        match self {
            Self::Order(key, order) => remove_order(exchange, *key, order, "cancelled"),
            Self::TriggerOrder(key, order) => {
                triggers::remove(exchange, *key, order, "cancelled", None)
            }
        }
    }
}

impl Reference {
    /// Exactly one of the three.
    pub fn new(
        id: Option<OrderId>,
        trigger_id: Option<TriggerOrderId>,
        client_id: Option<Uint128>,
    ) -> ContractResult<Self> {
        match (id, trigger_id, client_id) {
            (Some(id), None, None) => Ok(Self::Id(id)),
            (None, Some(id), None) => Ok(Self::TriggerId(id)),
            (None, None, Some(client_id)) => Ok(Self::ClientId(client_id)),
            _ => Err(ContractError::AmbiguousReference {}.into()),
        }
    }

    /// Where the order that is meant stands; none where a name stands for nothing.
    fn place(self, exchange: &Exchange, account: u64) -> ContractResult<Option<Named>> {
        Ok(match self {
            Self::Id(id) => {
                let (book, place) = order_place(&id);
                Some(Named::Order { book, place })
            }
            Self::TriggerId(id) => {
                let (line, price, sequence) = trigger_key(&id);
                Some(Named::TriggerOrder {
                    line,
                    price,
                    sequence,
                })
            }
            Self::ClientId(client_order_id) => exchange.named(account, client_order_id)?,
        })
    }

    /// The order of an account that is meant.
    fn find(self, exchange: &Exchange, account: u64) -> ContractResult<Found> {
        let found = match self.place(exchange, account)? {
            None => None,
            Some(place) => Found::at(exchange, place)?.filter(|found| found.account() == account),
        };
        found.ok_or(
            match self {
                Self::Id(id) => ContractError::NoSuchOrder { id },
                Self::TriggerId(id) => ContractError::NoSuchTriggerOrder { id },
                Self::ClientId(client_order_id) => {
                    ContractError::NoSuchClientOrder { client_order_id }
                }
            }
            .into(),
        )
    }
}

impl From<OrderReference> for Reference {
    fn from(reference: OrderReference) -> Self {
        match reference {
            OrderReference::OrderId(id) => Self::Id(id),
            OrderReference::TriggerOrderId(id) => Self::TriggerId(id),
            OrderReference::ClientOrderId(id) => Self::ClientId(id),
        }
    }
}

/// Takes back one order of an account.
pub fn cancel_one(
    exchange: &mut Exchange,
    account: u64,
    reference: Reference,
) -> ContractResult<()> {
    reference.find(exchange, account)?.cancel(exchange)
}

/// The order that a place names, where it is of this owner's subaccount: the order names its account and the account its
/// owner, so that the account's number need not be looked up.
fn own_order(
    exchange: &mut Exchange,
    reference: Reference,
    owner: &Addr,
    subaccount: u32,
) -> ContractResult<Option<Found>> {
    let place = match reference {
        Reference::ClientId(_) => None,
        // A place does not depend on the account.
        Reference::Id(_) | Reference::TriggerId(_) => reference.place(exchange, 0)?,
    };
    let Some(place) = place else {
        return Ok(None);
    };
    let Some(found) = Found::at(exchange, place)? else {
        return Ok(None);
    };
    let account = exchange.account(found.account())?;
    let own = account.owner == *owner && account.subaccount == subaccount;
    Ok(Some(found).filter(|_| own))
}

/// Cancels one order. By its account's owner or a delegate.
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
    let found = if owner.map_or(true, |owner| info.sender.as_str() == owner) {
        own_order(&mut exchange, reference, &info.sender, subaccount)?
    } else {
        None
    };
    let number = match found {
        Some(found) => {
            found.cancel(&mut exchange)?;
            found.account()
        }
        None => {
            let number = acting_account(&exchange, &info.sender, owner, subaccount)?;
            cancel_one(&mut exchange, number, reference)?;
            number
        }
    };
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_order")
        .add_attribute("account", number.to_string())
        .add_events(happened))
}

/// Which orders of an account are cancelled.
#[derive(Clone, Copy)]
pub struct Cancelled {
    /// One market only.
    pub market: Option<MarketId>,
    /// Trigger orders too.
    pub trigger_orders: bool,
}

/// Cancels all of an account's orders that are meant. By its owner or a delegate.
pub fn execute_all(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    owner: Option<&str>,
    subaccount: u32,
    which: Cancelled,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = acting_account(&exchange, &info.sender, owner, subaccount)?;
    let mut count = remove_all(&mut exchange, number, which.market, "cancelled")?;
    if which.trigger_orders {
        let more = triggers::remove_all(&mut exchange, number, which.market, "cancelled")?;
        count = count.saturating_add(more);
    }
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_all_orders")
        .add_attribute("account", number.to_string())
        .add_attribute("cancelled", count.to_string())
        .add_events(happened))
}

/// Takes all of an account's resting orders out of the book. Bounded by the cap on orders of an account.
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
