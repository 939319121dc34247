//! Placing an order: trade against the book, rest what is left.

use ballast_json::to_json_binary;
use ballast_types::market::{OrderType, PlaceOrder, PlaceOrderAnswer, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{DepsMut, Env, Int128, MessageInfo, Response, Uint128};

use crate::dead_orders::Remover;
use crate::delegates::acting_account;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::fund;
use crate::funding::order_value;
use crate::margin::{check_change, check_not_bankrupt, risk_of};
use crate::matching::{reducible, Effort, Fill, Walk, WalkLimits};
use crate::math::{add, subtract};
use crate::minimums::{is_dust, largest_fill, least_position, too_small, too_small_at_oracle};
use crate::orders::terms::{check_size, Terms};
use crate::orders::NewOrder;
use crate::positions::apply_fill;
use crate::price::{price_for, Valuation};
use crate::state::{order_id, Order};

/// Trades an order against the book and rests what is left, if it may rest. By the account's owner or a
/// delegate.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    order: &PlaceOrder,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let owner = order.owner.as_deref();
    let number = acting_account(&exchange, &info.sender, owner, order.subaccount)?;
    let new = NewOrder::from(order);
    let answer = place(&mut exchange, number, &new, &mut Effort::default())?;

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
        .set_data(to_json_binary(&answer)))
}

/// Places an order in the working set. On an error the working set is not to be saved; `effort` counts all
/// the same.
///
/// Afterwards the account holds initial margin or is no riskier than before, open interest has not grown
/// beyond the cap, and makers were re-checked one by one.
pub fn place(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    effort: &mut Effort,
) -> ContractResult<PlaceOrderAnswer> {
    let now = exchange.now();
    let market = exchange.open_market(new.market)?;
    market.check_active()?;
    let open_interest_before = market.open_interest();
    check_size(market, new.size)?;
    let terms = Terms::new(market, new.side, &new.order_type, now)?;
    if let Some(client_order_id) = new.client_order_id {
        exchange.check_unnamed(number, client_order_id)?;
    }
    exchange.settle_account(number)?;
    let before = risk_of(exchange, number, Valuation::Last)?;
    check_not_bankrupt(&before)?;
    let wanted = wanted_size(exchange, number, new)?;
    check_minimum(exchange, number, new, terms, wanted)?;
    let terms = within_band(exchange, new, terms)?;

    let traded = trade(exchange, number, new, terms, wanted, effort)?;
    if terms.time_in_force == TimeInForce::FillOrKill && !traded.left.is_zero() {
        return Err(ContractError::NotFilled {
            wanted,
            filled: traded.filled,
        }
        .into());
    }
    if !traded.filled.is_zero() {
        check_change(exchange, number, &before)?;
        let held = exchange.account(number)?.size(new.market);
        let market = exchange.market(new.market)?;
        check_open_interest(market, open_interest_before)?;
        check_position(market, held)?;
    }
    let mut answer = PlaceOrderAnswer {
        order_id: None,
        filled: traded.filled,
        filled_value: traded.filled_value,
        fee: traded.fee,
        cancelled: subtract(new.size, wanted)?,
        more: traded.capped,
        removal_fees: traded.removal_fees,
    };
    // What stopped at a cap or passed an order over would rest across the book.
    let stopped = traded.left.is_zero() || traded.capped || traded.passed_over;
    if !stopped && terms.rests() && may_rest(exchange, number, new, terms, &traded)? {
        let (book, place) = rest(exchange, number, new, terms, traded.left)?;
        answer.order_id = Some(order_id(book, place));
    } else {
        answer.cancelled = add(answer.cancelled, traded.left)?;
    }
    Ok(answer)
}

/// What an order did in the book.
struct Traded {
    filled: Uint128,
    filled_value: Uint128,
    fee: Uint128,
    left: Uint128,
    removal_fees: Uint128,
    capped: bool,
    passed_over: bool,
}

/// Walks the book as far as the order's price, its size and the caps allow.
fn trade(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    terms: Terms,
    wanted: Uint128,
    effort: &mut Effort,
) -> ContractResult<Traded> {
    let reduces = reducible(exchange, number, new.market, new.side)?;
    let limits = WalkLimits {
        worst_ticks: terms.worst_ticks,
        earlier_blocks_only: false,
        minimums: true,
    };
    let remover = Remover::Account(number);
    let mut walk = Walk::new(new.market, new.side, limits, remover).after(*effort);
    let mut first = walk.next(exchange)?;
    if first.is_some() {
        if terms.time_in_force == TimeInForce::PostOnly {
            return Err(ContractError::WouldTrade {}.into());
        }
        if wanted > reduces {
            exchange.check_not_frozen()?;
            if exchange.market(new.market)?.reduce_only() {
                return Err(ContractError::ReduceOnly { market: new.market }.into());
            }
        }
    }
    if wanted > reduces {
        // Said at once, rather than by orders passed over: this price allows no more risk.
        let market = exchange.market(new.market)?;
        price_for(exchange, market, Valuation::Risk, new.side == Side::Buy)?;
    }
    let mut traded = Traded {
        filled: Uint128::zero(),
        filled_value: Uint128::zero(),
        fee: Uint128::zero(),
        left: wanted,
        removal_fees: Uint128::zero(),
        capped: false,
        passed_over: false,
    };
    while let Some(resting) = first.take() {
        let tradable = walk.tradable(exchange, &resting, new.market, number);
        *effort = walk.effort;
        if let Some(size) = tradable? {
            let size = walk.part(exchange, &resting, new.market, size.min(traded.left))?;
            let fill = Fill {
                market: new.market,
                taker: number,
                size,
                valuation: Valuation::Risk,
                charge_taker: true,
            };
            if size.is_zero() {
                walk.leave();
                first = walk.next(exchange)?;
                continue;
            }
            let filled = walk.fill(exchange, &resting, &fill);
            *effort = walk.effort;
            if let Some(filled) = filled? {
                traded.left = subtract(traded.left, fill.size)?;
                traded.filled = add(traded.filled, fill.size)?;
                traded.filled_value = add(traded.filled_value, filled.value)?;
                traded.fee = add(traded.fee, filled.taker_fee)?;
            }
        }
        if traded.left.is_zero() {
            break;
        }
        first = walk.next(exchange)?;
    }
    *effort = walk.effort;
    traded.removal_fees = walk.earned;
    traded.capped = walk.capped;
    traded.passed_over = walk.passed_over;
    Ok(traded)
}

/// The order's size; a reduce-only one is cut to the position it reduces.
fn wanted_size(exchange: &mut Exchange, number: u64, new: &NewOrder) -> ContractResult<Uint128> {
    if !new.reduce_only {
        return Ok(new.size);
    }
    let size = reducible(exchange, number, new.market, new.side)?;
    if size.is_zero() {
        return Err(ContractError::NothingToReduce {}.into());
    }
    Ok(new.size.min(size))
}

/// A new order is worth the minimum at its price (a market order at the oracle price), or closes a whole
/// position and does nothing else.
fn check_minimum(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    terms: Terms,
    wanted: Uint128,
) -> ContractResult<()> {
    if closes_whole(exchange, number, new, wanted)? {
        return Ok(());
    }
    let market = exchange.market(new.market)?;
    match lacks_minimum(market, &new.order_type, terms, wanted)? {
        Some(found) => Err(ContractError::OrderTooSmall {
            min: market.config.parameters.min_order_notional,
            found,
        }
        .into()),
        None => Ok(()),
    }
}

/// What so much of an order is worth, at its price or of a market order at the oracle price, where that is below the
/// minimum.
pub fn lacks_minimum(
    market: &Market,
    order_type: &OrderType,
    terms: Terms,
    size: Uint128,
) -> ContractResult<Option<Uint128>> {
    match order_type {
        OrderType::Limit { .. } => too_small(market, terms.worst_ticks, size),
        OrderType::Market { .. } => too_small_at_oracle(market, size),
    }
}

fn closes_whole(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    size: Uint128,
) -> ContractResult<bool> {
    let held = reducible(exchange, number, new.market, new.side)?;
    Ok(new.reduce_only && !held.is_zero() && held <= size)
}

/// A limit must lie within the band around the oracle price; a market order's worst price is moved into it.
/// Without a valid price there is no band: only less risk is possible then.
fn within_band(exchange: &Exchange, new: &NewOrder, terms: Terms) -> ContractResult<Terms> {
    let market = exchange.market(new.market)?;
    let Ok(price) = price_for(exchange, market, Valuation::Plain, true) else {
        return Ok(terms);
    };
    terms.within_band(market, new.side, &new.order_type, price)
}

/// What an order leaves its account with is nothing or at least the least position.
fn check_position(market: &Market, held: Int128) -> ContractResult<()> {
    let min = least_position(market);
    if is_dust(held, min) {
        return Err(ContractError::PositionTooSmall {
            market: market.id,
            min,
            found: held.unsigned_abs(),
        }
        .into());
    }
    Ok(())
}

/// Whether what is left of an order is large enough to rest. Where nothing of it was traded, and it could
/// not be filled at all because it would leave a position below the least, the order is refused.
fn may_rest(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    terms: Terms,
    traded: &Traded,
) -> ContractResult<bool> {
    let held = exchange.account(number)?.size(new.market);
    let closes = closes_whole(exchange, number, new, traded.left)?;
    let market = exchange.market(new.market)?;
    let min = least_position(market);
    if largest_fill(held, new.side, traded.left, min).is_zero() {
        if traded.filled.is_zero() {
            return Err(ContractError::PositionTooSmall {
                market: new.market,
                min,
                found: traded.left,
            }
            .into());
        }
        return Ok(false);
    }
    Ok(closes || too_small(market, terms.worst_ticks, traded.left)?.is_none())
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
        }
        .into());
    }
    Ok(())
}

/// Puts the rest of an order into the book, if its owner could margin it were it filled now and pay for its
/// removal.
fn rest(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    terms: Terms,
    size: Uint128,
) -> ContractResult<(u64, u128)> {
    let max = exchange.config.parameters.max_orders_per_account;
    let found = exchange.account(number)?.open_orders;
    if found >= max {
        return Err(ContractError::TooManyOrders { max, found }.into());
    }
    let before = risk_of(exchange, number, Valuation::Last)?;
    let order = Order {
        account: number,
        remaining: size,
        reduce_only: new.reduce_only,
        placed_height: exchange.env.block.height,
        expires_at: terms.expires_at(),
        client_order_id: new.client_order_id,
    };
    let placed = order.clone();
    let key = exchange.insert_order(new.market, new.side, terms.worst_ticks, order)?;
    exchange.events.push(events::order_placed(key, &placed));

    let mut filled = exchange.clone();
    let (account, market) = filled.account_and_market(number, new.market)?;
    let value = order_value(market, terms.worst_ticks, size)?;
    apply_fill(account, market, new.side, size, value)?;
    check_change(&mut filled, number, &before)?;
    Ok(key)
}
