//! Placing and cancelling orders.

use ballast_types::market::{OrderId, OrderType, PlaceOrderAnswer, TimeInForce};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{to_json_binary, Decimal, DepsMut, Env, MessageInfo, Response, Uint128};

use ballast_risk::{price_to_ticks, price_to_ticks_rounded, Rounding};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::fund;
use crate::funding::order_value;
use crate::margin::{check_change, check_not_bankrupt, risk_of};
use crate::matching::{reducible, remove_order, Fill, Walk, WalkLimits};
use crate::math::{add, subtract};
use crate::positions::apply_fill;
use crate::price::{price_for, Valuation};
use crate::state::{order_place, Order};

/// An order as a trader sends it.
pub struct NewOrder {
    /// The sender's subaccount.
    pub subaccount: u32,
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
}

/// Trades an order against the book and rests what is left, if it may rest.
///
/// By the account's owner. Afterwards the account holds initial margin or is no riskier than before, open
/// interest has not grown beyond the cap, and makers were re-checked one by one.
pub fn place(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    new: &NewOrder,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, new.subaccount)?;
    let market = exchange.open_market(new.market)?;
    let open_interest_before = market.open_interest();
    check_size(market, new.size)?;
    let (worst_ticks, time_in_force) = worst_ticks(market, new.side, &new.order_type)?;
    exchange.settle_account(number)?;

    let before = risk_of(&mut exchange, number, Valuation::Last)?;
    check_not_bankrupt(&before)?;
    let wanted = wanted_size(&mut exchange, number, new)?;

    let reduces = reducible(&mut exchange, number, new.market, new.side)?;
    let limits = WalkLimits {
        worst_ticks,
        earlier_blocks_only: false,
    };
    let mut walk = Walk::new(new.market, new.side, limits);
    let mut first = walk.next(&exchange)?;
    if first.is_some() {
        if time_in_force == TimeInForce::PostOnly {
            return Err(ContractError::WouldTrade {});
        }
        if exchange.market(new.market)?.reduce_only() && wanted > reduces {
            return Err(ContractError::ReduceOnly { market: new.market });
        }
    }
    if wanted > reduces {
        // Said at once, rather than by orders passed over: this price allows no more risk.
        let market = exchange.market(new.market)?;
        price_for(&exchange, market, Valuation::Risk, new.side == Side::Buy)?;
    }

    let mut answer = PlaceOrderAnswer {
        order_id: None,
        filled: Uint128::zero(),
        filled_value: Uint128::zero(),
        fee: Uint128::zero(),
        cancelled: Uint128::zero(),
        more: false,
    };
    let mut left = wanted;
    while let Some(resting) = first.take() {
        if let Some(size) = walk.tradable(&mut exchange, &resting, new.market, number)? {
            let fill = Fill {
                market: new.market,
                taker: number,
                size: size.min(left),
                valuation: Valuation::Risk,
                charge_taker: true,
            };
            if let Some(filled) = walk.fill(&mut exchange, &resting, &fill)? {
                left = subtract(left, fill.size)?;
                answer.filled = add(answer.filled, fill.size)?;
                answer.filled_value = add(answer.filled_value, filled.value)?;
                answer.fee = add(answer.fee, filled.taker_fee)?;
            }
        }
        if left.is_zero() {
            break;
        }
        first = walk.next(&exchange)?;
    }
    answer.more = walk.capped;

    if !answer.filled.is_zero() {
        check_change(&mut exchange, number, &before)?;
        check_open_interest(exchange.market(new.market)?, open_interest_before)?;
    }
    // What stopped at a cap or passed an order over would rest across the book.
    let rests = !left.is_zero()
        && !walk.capped
        && !walk.passed_over
        && time_in_force != TimeInForce::ImmediateOrCancel;
    let mut cancelled = subtract(new.size, wanted)?;
    if rests {
        let key = rest(&mut exchange, number, new, worst_ticks, left)?;
        answer.order_id = Some(crate::state::order_id(key.0, key.1));
    } else {
        cancelled = add(cancelled, left)?;
    }
    answer.cancelled = cancelled;

    let messages = fund::automatic_flush(&mut exchange, new.market)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    fund::take_from_vault(deps.storage, &messages)?;
    Ok(Response::new()
        .add_attribute("action", "place_order")
        .add_attribute("account", number.to_string())
        .add_attribute("filled", answer.filled)
        .add_attribute("cancelled", answer.cancelled)
        .add_events(happened)
        .add_submessages(messages.into_iter().map(|flush| flush.message))
        .set_data(to_json_binary(&answer)?))
}

fn check_size(market: &Market, size: Uint128) -> ContractResult<()> {
    let lot_size = market.config.lot_size;
    let whole = size.checked_rem(lot_size).is_ok_and(|rest| rest.is_zero());
    if size.is_zero() || !whole {
        return Err(ContractError::InvalidSize {
            lot_size,
            found: size,
        });
    }
    // What is traded is signed from here on.
    crate::math::to_signed(size)?;
    Ok(())
}

/// Worst acceptable price in ticks. A limit must be a multiple of the tick; a market order's bound is
/// rounded so that it is never exceeded.
fn worst_ticks(
    market: &Market,
    side: Side,
    order_type: &OrderType,
) -> ContractResult<(u64, TimeInForce)> {
    let tick_size = market.config.tick_size;
    let invalid = |found: Decimal| ContractError::InvalidPrice { tick_size, found };
    let (ticks, found, time_in_force) = match *order_type {
        OrderType::Limit {
            price,
            time_in_force,
        } => {
            let ticks = price_to_ticks(price, tick_size).map_err(|_| invalid(price))?;
            (ticks, price, time_in_force)
        }
        OrderType::Market { worst_price } => {
            let rounding = match side {
                Side::Buy => Rounding::Down,
                Side::Sell => Rounding::Up,
            };
            let ticks = price_to_ticks_rounded(worst_price, tick_size, rounding)
                .map_err(|_| invalid(worst_price))?;
            (ticks, worst_price, TimeInForce::ImmediateOrCancel)
        }
    };
    if ticks == 0 {
        return Err(invalid(found));
    }
    Ok((ticks, time_in_force))
}

/// The order's size; a reduce-only one is cut to the position it reduces.
fn wanted_size(exchange: &mut Exchange, number: u64, new: &NewOrder) -> ContractResult<Uint128> {
    if !new.reduce_only {
        return Ok(new.size);
    }
    let size = reducible(exchange, number, new.market, new.side)?;
    if size.is_zero() {
        return Err(ContractError::NothingToReduce {});
    }
    Ok(new.size.min(size))
}

/// Open interest may grow up to the cap; where it did not grow, the cap binds nobody.
fn check_open_interest(market: &Market, before: Uint128) -> ContractResult<()> {
    if market.open_interest() <= before {
        return Ok(());
    }
    let found = market.open_interest_value()?;
    let cap = market.open_interest_cap();
    if found > cap {
        return Err(ContractError::OpenInterestCap {
            market: market.id,
            cap,
            found,
        });
    }
    Ok(())
}

/// Puts the rest of an order into the book, if its owner could margin it were it filled now.
fn rest(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    ticks: u64,
    size: Uint128,
) -> ContractResult<(u64, u128)> {
    let max = exchange.config.parameters.max_orders_per_account;
    let found = exchange.account(number)?.open_orders;
    if found >= max {
        return Err(ContractError::TooManyOrders { max, found });
    }
    let before = risk_of(exchange, number, Valuation::Last)?;
    let mut filled = exchange.clone();
    let (account, market) = filled.account_and_market(number, new.market)?;
    let value = order_value(market, ticks, size)?;
    apply_fill(account, market, new.side, size, value)?;
    check_change(&mut filled, number, &before)?;

    let order = Order {
        account: number,
        remaining: size,
        reduce_only: new.reduce_only,
        placed_height: exchange.env.block.height,
    };
    let key = exchange.insert_order(new.market, new.side, ticks, order)?;
    exchange
        .events
        .push(events::order_placed(key, number, size, new.reduce_only));
    Ok(key)
}

/// Cancels one resting order. By its account's owner.
pub fn cancel(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
    id: &OrderId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, subaccount)?;
    let (book, place) = order_place(id);
    let order = exchange
        .order(book, place)?
        .filter(|order| order.account == number)
        .ok_or(ContractError::NoSuchOrder { id: *id })?;
    remove_order(&mut exchange, (book, place), &order, "cancelled")?;
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_order")
        .add_attribute("account", number.to_string())
        .add_events(happened))
}

/// Cancels all resting orders of an account, of one market or of all. By its owner.
pub fn cancel_all(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
    market: Option<MarketId>,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, subaccount)?;
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
