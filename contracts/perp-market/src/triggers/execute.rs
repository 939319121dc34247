//! A trigger order that is due becomes an order of its account.

use ballast_json::to_json_binary;
use ballast_risk::Rounding;
use ballast_types::market::{
    ExecuteTriggerOrderAnswer, OrderType, PlaceOrderAnswer, TriggerOrderId, TriggerStatus,
    TriggeredOrder,
};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, DepsMut, Env, MessageInfo, Response, Uint128};

use crate::dead_orders::{pay_fee, Remover};
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund;
use crate::matching::{reducible, Effort};
use crate::math::subtract;
use crate::orders::place::{lacks_minimum, place};
use crate::orders::terms::{price_beyond, Terms};
use crate::orders::NewOrder;
use crate::price::{price_for, Valuation};
use crate::state::{trigger_key, TriggerKey, TriggerOrder};
use crate::triggers::remove;

/// Executes a trigger order that is due, or removes one that is dead. Anyone.
///
/// Due is judged at the oracle price as liquidation takes it: a stop-loss must not sleep while the account could be
/// liquidated. What more risk needs is asked by the order itself.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: &TriggerOrderId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let key = trigger_key(id);
    let order = exchange
        .trigger_order(key)?
        .ok_or(ContractError::NoSuchTriggerOrder { id: *id })?;
    let keeper = Remover::Keeper {
        keeper: info.sender.clone(),
        liquidated: None,
    };
    exchange.open_market(id.market)?;
    let answer = if order.is_expired(exchange.now()) {
        discard(&mut exchange, key, &order, TriggerStatus::Expired, &keeper)?
    } else {
        let price = due_price(&exchange, id)?;
        if order.reduce_only
            && reducible(&mut exchange, order.account, id.market, order.side)?.is_zero()
        {
            discard(
                &mut exchange,
                key,
                &order,
                TriggerStatus::NothingToReduce,
                &keeper,
            )?
        } else {
            trigger(&mut exchange, id.market, key, &order, price, &keeper)?
        }
    };
    let messages = fund::automatic_flush(&mut exchange, id.market)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    fund::take_from_vault(deps.storage, &messages)?;
    Ok(Response::new()
        .add_attribute("action", "execute_trigger_order")
        .add_attribute("account", order.account.to_string())
        .add_attribute("status", answer.status.as_str())
        .add_events(happened)
        .add_submessages(messages.into_iter().map(|flush| flush.message))
        .set_data(to_json_binary(&answer)))
}

/// The oracle price, at which the order must be due.
fn due_price(exchange: &Exchange, id: &TriggerOrderId) -> ContractResult<Decimal> {
    let market = exchange.market(id.market)?;
    market.check_active()?;
    let price = price_for(exchange, market, Valuation::Plain, true)?;
    if !id.condition.holds(price, id.trigger_price) {
        return Err(ContractError::NotTriggered {
            condition: id.condition.as_str(),
            trigger_price: id.trigger_price,
            price,
        }
        .into());
    }
    Ok(price)
}

/// Removes a dead one; its account pays as for a dead order in the book.
fn discard(
    exchange: &mut Exchange,
    key: TriggerKey,
    order: &TriggerOrder,
    status: TriggerStatus,
    keeper: &Remover,
) -> ContractResult<ExecuteTriggerOrderAnswer> {
    let fee = exchange.config.parameters.order_removal_fee;
    let paid = pay_fee(exchange, order.account, fee, keeper)?;
    remove(exchange, key, order, status.as_str(), paid)?;
    Ok(ExecuteTriggerOrderAnswer {
        status,
        order: None,
        remaining: Uint128::zero(),
        keeper_fee: paid.map_or(Uint128::zero(), |(_, fee)| fee),
    })
}

/// Places its order; keeps what was not traded, pays for what was.
fn trigger(
    exchange: &mut Exchange,
    market: MarketId,
    key: TriggerKey,
    order: &TriggerOrder,
    price: Decimal,
    keeper: &Remover,
) -> ContractResult<ExecuteTriggerOrderAnswer> {
    // The name goes over to the order that may come to rest.
    let nameless = TriggerOrder {
        client_order_id: None,
        ..order.clone()
    };
    if let Some(client_order_id) = order.client_order_id {
        exchange.unname(order.account, client_order_id);
    }
    let band_ppm = exchange.market(market)?.config.parameters.price_band_ppm;
    let new = new_order(market, order, price, band_ppm)?;
    let mut placed = place(exchange, order.account, &new, &mut Effort::default())?;
    let nothing = placed.filled.is_zero() && placed.order_id.is_none();
    // A wall of dead orders that one message cannot remove must not stand for good: what was removed of it stays so.
    if nothing && !(placed.more && exchange.has_removed_orders()) {
        return Err(ContractError::NothingTraded {
            wanted: order.remaining,
        }
        .into());
    }
    let remaining = if nothing {
        order.remaining
    } else {
        left_armed(exchange, order, &new, &placed)?
    };
    placed.cancelled = placed.cancelled.saturating_sub(remaining);
    let status = if remaining.is_zero() {
        exchange.remove_trigger_order(key, &nameless)?;
        TriggerStatus::Executed
    } else {
        let rest = TriggerOrder {
            remaining,
            ..order.clone()
        };
        exchange.replace_trigger_order(key, rest)?;
        TriggerStatus::Armed
    };
    let full = exchange.config.parameters.trigger_order_fee;
    let fee = fee_for(full, subtract(order.remaining, remaining)?, order.size)?;
    let paid = pay_fee(exchange, order.account, fee, keeper)?;
    let answer = ExecuteTriggerOrderAnswer {
        status,
        order: Some(placed),
        remaining,
        keeper_fee: paid.map_or(Uint128::zero(), |(_, fee)| fee),
    };
    let event = events::trigger_order_executed(key, order, price, &answer, paid);
    exchange.events.push(event);
    Ok(answer)
}

/// The order that a trigger places at an oracle price, within the market's price band.
fn new_order(
    market: MarketId,
    order: &TriggerOrder,
    price: Decimal,
    band_ppm: u32,
) -> ContractResult<NewOrder> {
    let order_type = match order.order {
        TriggeredOrder::Market { max_slippage_ppm } => OrderType::Market {
            worst_price: price_beyond(price, order.side, max_slippage_ppm.min(band_ppm))?,
        },
        TriggeredOrder::Limit {
            price,
            time_in_force,
        } => OrderType::Limit {
            price,
            time_in_force,
        },
    };
    Ok(NewOrder {
        market,
        side: order.side,
        size: order.remaining,
        order_type,
        reduce_only: order.reduce_only,
        client_order_id: order.client_order_id,
    })
}

/// What stays armed, base atoms: what was not traded, unless it rests in the book, has nothing more to reduce, or is too
/// small to be an order.
fn left_armed(
    exchange: &mut Exchange,
    order: &TriggerOrder,
    new: &NewOrder,
    placed: &PlaceOrderAnswer,
) -> ContractResult<Uint128> {
    let rest = subtract(order.remaining, placed.filled)?;
    if placed.order_id.is_some() || rest.is_zero() {
        return Ok(Uint128::zero());
    }
    let held = reducible(exchange, order.account, new.market, order.side)?;
    if order.reduce_only && held <= rest {
        // A smaller one may close a whole position.
        return Ok(if held.is_zero() { held } else { rest });
    }
    let now = exchange.now();
    let market = exchange.market(new.market)?;
    let terms = Terms::new(market, order.side, &new.order_type, now)?;
    let small = lacks_minimum(market, &new.order_type, terms, rest)?;
    Ok(small.map_or(rest, |_| Uint128::zero()))
}

/// The keeper's fee for `done` of an order of `size`, rounded down: parts never cost more than the whole.
fn fee_for(full: Uint128, done: Uint128, size: Uint128) -> ContractResult<Uint128> {
    Ok(ballast_risk::mul_div(full, done, size, Rounding::Down)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_cost_more_than_the_whole() {
        let fee = |done: u128, size: u128| {
            fee_for(50_000u128.into(), done.into(), size.into())
                .unwrap()
                .u128()
        };
        assert_eq!(fee(7, 7), 50_000);
        assert_eq!(fee(1, 3) + fee(1, 3) + fee(1, 3), 49_998);
        assert_eq!(fee(1, 100_000), 0);
    }
}
