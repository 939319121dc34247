//! Storing a trigger order.

use ballast_json::to_json_binary;
use ballast_risk::Rounding;
use ballast_types::market::{
    OrderType, PlaceTriggerOrder, PlaceTriggerOrderAnswer, TriggerOrderId, TriggeredOrder,
};
use ballast_types::PPM;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use crate::dead_orders::spare;
use crate::delegates::acting_account;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::margin::order_reserve;
use crate::minimums::too_small;
use crate::orders::terms::{check_size, Terms};
use crate::state::{trigger_key, TriggerOrder};

/// Stores a trigger order. By the account's owner or a delegate.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    new: &PlaceTriggerOrder,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let owner = new.owner.as_deref();
    let number = acting_account(&exchange, &info.sender, owner, new.subaccount)?;
    let now = exchange.now();
    let market = exchange.open_market(new.market)?;
    market.check_active()?;
    check_terms(market, new, now)?;
    check_count(&mut exchange, number)?;
    let trigger_order_id = insert(&mut exchange, number, new)?;
    check_reserve(&mut exchange, number)?;

    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "place_trigger_order")
        .add_attribute("account", number.to_string())
        .add_events(happened)
        .set_data(to_json_binary(&PlaceTriggerOrderAnswer {
            trigger_order_id,
        })))
}

/// What the message says of itself: what could never be executed is refused now.
fn check_terms(market: &Market, new: &PlaceTriggerOrder, now: u64) -> ContractResult<()> {
    check_size(market, new.size)?;
    let (min, max) = (market.config.min_price, market.config.max_price);
    if new.trigger_price < min || new.trigger_price > max {
        return Err(ContractError::TriggerPriceOutOfBounds {
            market: market.id,
            min,
            max,
            found: new.trigger_price,
        }
        .into());
    }
    if let Some(expires_at) = new.expires_at.filter(|expires_at| *expires_at <= now) {
        return Err(ContractError::AlreadyExpired { expires_at, now }.into());
    }
    let least = market.config.parameters.min_order_notional;
    let small = match new.order {
        TriggeredOrder::Market { max_slippage_ppm } => {
            if max_slippage_ppm >= PPM {
                return Err(ContractError::ParameterOutOfRange {
                    name: "max_slippage_ppm",
                    min: "0".to_string(),
                    max: PPM.saturating_sub(1).to_string(),
                    found: max_slippage_ppm.to_string(),
                }
                .into());
            }
            let value = market
                .scale
                .notional(new.size, new.trigger_price, Rounding::Up)?;
            (value < least).then_some(value)
        }
        TriggeredOrder::Limit {
            price,
            time_in_force,
        } => {
            let order_type = OrderType::Limit {
                price,
                time_in_force,
            };
            let terms = Terms::new(market, new.side, &order_type, now)?;
            too_small(market, terms.worst_ticks, new.size)?
        }
    };
    match small {
        // A smaller one may close a whole position.
        Some(found) if !new.reduce_only => {
            Err(ContractError::OrderTooSmall { min: least, found }.into())
        }
        _ => Ok(()),
    }
}

fn check_count(exchange: &mut Exchange, number: u64) -> ContractResult<()> {
    let max = exchange.config.parameters.max_trigger_orders_per_account;
    let found = exchange.account(number)?.trigger_orders;
    if found >= max {
        return Err(ContractError::TooManyTriggerOrders { max, found }.into());
    }
    Ok(())
}

fn insert(
    exchange: &mut Exchange,
    number: u64,
    new: &PlaceTriggerOrder,
) -> ContractResult<TriggerOrderId> {
    let order = TriggerOrder {
        account: number,
        side: new.side,
        size: new.size,
        remaining: new.size,
        order: new.order,
        reduce_only: new.reduce_only,
        expires_at: new.expires_at,
        client_order_id: new.client_order_id,
    };
    let placed = order.clone();
    let id = exchange.insert_trigger_order(new.market, new.condition, new.trigger_price, order)?;
    exchange
        .events
        .push(events::trigger_order_placed(trigger_key(&id), &placed));
    Ok(id)
}

/// The fees for all of the account's orders must be there beyond maintenance margin, at last prices: that is where they
/// are taken from, and storing an order takes no risk.
fn check_reserve(exchange: &mut Exchange, number: u64) -> ContractResult<()> {
    let free = spare(exchange, number)?;
    let account = exchange.account(number)?.clone();
    let reserve = order_reserve(exchange, &account)?;
    if free < reserve {
        return Err(ContractError::InsufficientReserve { free, reserve }.into());
    }
    Ok(())
}
