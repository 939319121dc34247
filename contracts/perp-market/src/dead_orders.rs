//! Orders that nobody can fill, and the fee for taking them out of the book.
//!
//! An order is dead when it has expired, has nothing to reduce, would leave its account with a position below
//! the least, or cannot be margined. Whoever comes across it removes it, and is paid `order_removal_fee` by
//! the order's account: the taker, the keeper of a liquidation, or the sender of [`execute`].
//!
//! * Placing orders and withdrawing leave the fee in reserve beyond initial margin (`crate::margin`).
//! * The fee comes out of what the account has beyond maintenance margin, so that it makes nobody liquidatable,
//!   and nobody's equity negative.
//! * Nobody pays within one hand: removing one's own owner's orders is free. Between two hands of one person
//!   the fee changes pockets and no more is gained than was lost.

use ballast_json::to_json_binary;
use ballast_types::market::{OrderId, RemoveOrdersAnswer, RemovedOrder};
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::funding::order_value;
use crate::ledger::{credit, debit};
use crate::liquidation::solvent::KEEPER_SUBACCOUNT;
use crate::makers::{fill_maker, MakerResult};
use crate::margin::risk_of;
use crate::matching::{Fill, Resting, Walk, WalkLimits};
use crate::math::{positive_part, subtract_signed, to_signed};
use crate::price::Valuation;
use crate::state::{order_id, order_place, split_book_key, Order};

/// Who is paid for removing a dead order.
#[derive(Clone)]
pub enum Remover {
    /// A taker's account.
    Account(u64),
    /// A keeper's subaccount 0, opened where it is new; never the account that is liquidated.
    Keeper {
        /// Who sent the message.
        keeper: Addr,
        /// Account number of the liquidated account.
        liquidated: Option<u64>,
    },
}

impl Remover {
    fn owner(&self, exchange: &mut Exchange) -> ContractResult<Addr> {
        match self {
            Self::Account(number) => Ok(exchange.account(*number)?.owner.clone()),
            Self::Keeper { keeper, .. } => Ok(keeper.clone()),
        }
    }

    /// The account to credit; none where it would be the liquidated one.
    fn account(&self, exchange: &mut Exchange) -> ContractResult<Option<u64>> {
        match self {
            Self::Account(number) => Ok(Some(*number)),
            Self::Keeper { keeper, liquidated } => {
                let number = exchange.account_number_or_new(keeper, KEEPER_SUBACCOUNT)?;
                Ok(Some(number).filter(|number| Some(*number) != *liquidated))
            }
        }
    }
}

/// Takes a dead order out of the book, pays for it and says so. Returns the fee.
pub fn remove_dead(
    exchange: &mut Exchange,
    key: (u64, u128),
    order: &Order,
    reason: &str,
    remover: &Remover,
) -> ContractResult<Uint128> {
    let fee = exchange.config.parameters.order_removal_fee;
    let paid = pay_fee(exchange, order.account, fee, remover)?;
    exchange.remove_order(key, order)?;
    let event = events::order_removed(key, order, reason, paid);
    exchange.events.push(event);
    Ok(paid.map_or(Uint128::zero(), |(_, fee)| fee))
}

/// Takes at most `fee` from an account for whoever did it a service. Returns who got how much.
///
/// At most what the account has beyond maintenance margin, rounded down; nothing from the remover's own owner,
/// and nothing where the account cannot be valued: a walk must not be stopped by somebody else's account.
pub fn pay_fee(
    exchange: &mut Exchange,
    payer: u64,
    fee: Uint128,
    remover: &Remover,
) -> ContractResult<Option<(u64, Uint128)>> {
    let owner = remover.owner(exchange)?;
    if fee.is_zero() || exchange.account(payer)?.owner == owner {
        return Ok(None);
    }
    let mut settled = exchange.clone();
    let Ok(spare) = spare(&mut settled, payer) else {
        return Ok(None);
    };
    let paid = fee.min(spare);
    if paid.is_zero() {
        return Ok(None);
    }
    *exchange = settled;
    let Some(account) = remover.account(exchange)? else {
        return Ok(None);
    };
    debit(exchange.account_mut(payer)?, paid)?;
    credit(exchange.account_mut(account)?, to_signed(paid)?)?;
    Ok(Some((account, paid)))
}

/// What an account, settled, has beyond maintenance margin at last prices.
pub fn spare(exchange: &mut Exchange, number: u64) -> ContractResult<Uint128> {
    exchange.settle_account(number)?;
    let risk = risk_of(exchange, number, Valuation::Last)?;
    let maintenance = to_signed(risk.maintenance_margin)?;
    Ok(positive_part(subtract_signed(risk.equity, maintenance)?))
}

/// Removes dead orders and pays the sender's subaccount 0 for each. Anyone. Live orders and those that are gone
/// are left and reported; where none was dead the message is refused.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    orders: &[OrderId],
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let max = exchange.config.parameters.max_removals;
    let found = u32::try_from(orders.len()).unwrap_or(u32::MAX);
    if found > max {
        return Err(ContractError::TooManyItems { max, found }.into());
    }
    let remover = Remover::Keeper {
        keeper: info.sender.clone(),
        liquidated: None,
    };
    let mut answer = RemoveOrdersAnswer {
        removed: vec![],
        left: vec![],
    };
    for id in orders {
        let (book, place) = order_place(id);
        let order = exchange.order(book, place)?;
        let verdict = match &order {
            Some(order) => verdict(&mut exchange, (book, place), order, &remover)?,
            None => None,
        };
        match order.zip(verdict) {
            Some((order, reason)) => {
                let fee = remove_dead(&mut exchange, (book, place), &order, reason, &remover)?;
                answer.removed.push(RemovedOrder {
                    order_id: order_id(book, place),
                    reason: reason.to_string(),
                    fee,
                });
            }
            None => answer.left.push(*id),
        }
    }
    if answer.removed.is_empty() {
        return Err(ContractError::NothingToRemove {}.into());
    }
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "remove_orders")
        .add_attribute("removed", answer.removed.len().to_string())
        .add_events(happened)
        .set_data(to_json_binary(&answer)))
}

/// Why an order is dead; none where it lives. By margin it is dead only where not even the smallest fill could
/// be margined: what a taker could still use is not for others to sweep away.
fn verdict(
    exchange: &mut Exchange,
    key: (u64, u128),
    order: &Order,
    remover: &Remover,
) -> ContractResult<Option<&'static str>> {
    if order.is_expired(exchange.now()) {
        return Ok(Some("expired"));
    }
    let (market, side) = split_book_key(key.0);
    let ticks = order_id(key.0, key.1).ticks.u64();
    exchange.open_market(market)?;
    let limits = WalkLimits {
        worst_ticks: ticks,
        earlier_blocks_only: false,
        minimums: true,
    };
    let walk = Walk::new(market, side.opposite(), limits, remover.clone());
    let resting = Resting {
        key,
        order: order.clone(),
        ticks,
    };
    let size = match walk.available(exchange, &resting, market)? {
        Err(reason) => return Ok(Some(reason)),
        Ok(available) => walk.unit(exchange, &resting, market)?.min(available),
    };
    let fill = Fill {
        market,
        taker: order.account,
        size,
        valuation: Valuation::Risk,
        charge_taker: false,
    };
    let mut attempt = exchange.clone();
    let value = order_value(attempt.market(market)?, ticks, size)?;
    let result = fill_maker(&mut attempt, order.account, side, &fill, value)?;
    Ok(matches!(result, MakerResult::NoMargin).then_some("margin"))
}
