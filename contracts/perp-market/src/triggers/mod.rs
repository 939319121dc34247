//! Trigger orders: stop-loss and take-profit. [`place`] stores them, [`execute`] turns one that is due into an order of
//! its account; they are taken back by `orders::cancel`.
//!
//! * They reserve nothing but the fee for whoever executes them: whether an account may trade is judged when it does.
//! * A stop-loss is wanted most when an account is thin: it may be stored as long as the fee is there beyond
//!   *maintenance* margin.
//! * What is not traded stays armed; nothing but the owner's word, time, or the lack of a position to reduce removes it.

pub mod execute;
pub mod place;
pub mod query;
mod waiting;

use ballast_types::MarketId;
use cosmwasm_std::Uint128;

use crate::error::ContractResult;
use crate::events;
use crate::exchange::Exchange;
use crate::state::{TriggerKey, TriggerOrder};

/// Takes a trigger order back and says so.
pub fn remove(
    exchange: &mut Exchange,
    key: TriggerKey,
    order: &TriggerOrder,
    reason: &str,
    paid: Option<(u64, Uint128)>,
) -> ContractResult<()> {
    exchange.remove_trigger_order(key, order)?;
    exchange
        .events
        .push(events::trigger_order_removed(key, order, reason, paid));
    Ok(())
}

/// Takes all trigger orders of an account back, of one market or of all. Bounded by the cap on an account's.
pub fn remove_all(
    exchange: &mut Exchange,
    number: u64,
    market: Option<MarketId>,
    reason: &str,
) -> ContractResult<u32> {
    let mut count = 0u32;
    if exchange.account(number)?.trigger_orders == 0 {
        return Ok(count);
    }
    for key in exchange.stored_trigger_orders_of(number, market)? {
        if let Some(order) = exchange.trigger_order(key)? {
            remove(exchange, key, &order, reason, None)?;
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}
