//! Trigger orders as they are answered.

use ballast_types::market::{TriggerCondition, TriggerOrderId, TriggerOrderResponse};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{Order, Uint64};
use cw_storage_plus::Bound;

use crate::error::ContractResult;
use crate::exchange::Exchange;
use crate::price::{price_for, Valuation};
use crate::state::{
    due_price_key, line_key, trigger_key, trigger_order_id, TriggerKey, TriggerOrder,
    ACCOUNT_TRIGGER_ORDERS, TRIGGER_ORDERS,
};

fn response(account: AccountId, key: TriggerKey, order: TriggerOrder) -> TriggerOrderResponse {
    TriggerOrderResponse {
        trigger_order_id: trigger_order_id(key),
        account,
        side: order.side,
        size: order.size,
        remaining: order.remaining,
        order: order.order,
        reduce_only: order.reduce_only,
        expires_at: order.expires_at,
        client_order_id: order.client_order_id,
    }
}

/// Trigger orders of an account, by market and age.
pub fn of_account(
    exchange: &Exchange,
    account: &AccountId,
    start_after: Option<TriggerOrderId>,
    limit: usize,
) -> ContractResult<Vec<TriggerOrderResponse>> {
    let number = exchange.resolve(account)?;
    let storage = exchange.deps.storage;
    let start = start_after.map(|id| Bound::exclusive((id.market, id.sequence.u64())));
    ACCOUNT_TRIGGER_ORDERS
        .sub_prefix(number)
        .range(storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let ((market, sequence), place) = entry?;
            let key = trigger_key(&TriggerOrderId {
                market,
                condition: place.condition,
                trigger_price: place.trigger_price,
                sequence: Uint64::new(sequence),
            });
            let order = TRIGGER_ORDERS.load(storage, key)?;
            Ok(response(account.clone(), key, order))
        })
        .collect()
}

/// Trigger orders of a market that are due now, in the order in which the price reached them. None while no order could
/// be executed: the price is too old, or the market is being settled.
pub fn due(
    exchange: &mut Exchange,
    id: MarketId,
    condition: TriggerCondition,
    start_after: Option<TriggerOrderId>,
    limit: usize,
) -> ContractResult<Vec<TriggerOrderResponse>> {
    let market = exchange.open_market(id)?.clone();
    if market.check_active().is_err() {
        return Ok(vec![]);
    }
    let Ok(price) = price_for(exchange, &market, Valuation::Plain, true) else {
        return Ok(vec![]);
    };
    let after = start_after.map(|id| {
        let (_, price, sequence) = trigger_key(&id);
        (price, sequence)
    });
    let up_to = due_price_key(condition, price);
    let stored = exchange.stored_trigger_orders(line_key(id, condition), after, up_to, limit)?;
    stored
        .into_iter()
        .map(|(key, order)| {
            let account = exchange.account(order.account)?.id();
            Ok(response(account, key, order))
        })
        .collect()
}
