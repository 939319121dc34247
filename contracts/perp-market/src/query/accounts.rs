//! Answers about accounts: worth, margin, orders, delegates, who would be deleveraged first.

use ballast_risk::AccountRisk;
use ballast_types::market::{
    AccountResponse, DelegateResponse, DeleverageRankResponse, LiquidationPriceResponse, OrderId,
    OrderResponse, PositionResponse,
};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{Int128, Order, Uint64};
use cw_storage_plus::Bound;

use super::price_of;
use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::funding::owed;
use crate::margin::{account_risk, order_reserve, size_risk};
use crate::math::{add_signed, subtract_signed, to_signed};
use crate::price::Valuation;
use crate::state::{
    order_id, order_place, queue_key, rank_key, Account, ACCOUNTS, ACCOUNT_ORDERS,
    DELEVERAGE_QUEUE, ORDERS,
};

/// The account as it would be were all its positions settled now; what each of them owes.
fn settled(exchange: &mut Exchange, number: u64) -> ContractResult<(Account, Vec<Int128>)> {
    let mut account = exchange.account(number)?.clone();
    let mut all_owed = vec![];
    for position in &account.positions {
        let market = exchange.open_market(position.market)?;
        let owed = owed(market, position.size, position.index)?;
        account.quote = subtract_signed(account.quote, owed)?;
        all_owed.push(owed);
    }
    Ok((account, all_owed))
}

fn risk_of(exchange: &mut Exchange, number: u64) -> ContractResult<(Account, AccountRisk)> {
    let (account, _) = settled(exchange, number)?;
    let risk = account_risk(exchange, &account, Valuation::Last)?;
    Ok((account, risk))
}

/// An account as it would be were it settled now.
pub fn account_response(exchange: &mut Exchange, number: u64) -> ContractResult<AccountResponse> {
    let stored = exchange.account(number)?.clone();
    let (account, all_owed) = settled(exchange, number)?;
    let risk = account_risk(exchange, &account, Valuation::Last)?;
    let mut positions = vec![];
    for (position, funding_owed) in account.positions.iter().zip(all_owed) {
        let market = exchange.market(position.market)?;
        let valued = size_risk(exchange, market, position.size, Valuation::Last)?;
        let paid = to_signed(position.entry_notional)?;
        let unrealised_pnl = if position.size.is_negative() {
            add_signed(valued.net_notional, paid)?
        } else {
            subtract_signed(valued.net_notional, paid)?
        };
        positions.push(PositionResponse {
            market: position.market,
            size: position.size,
            entry_price: position.entry_price,
            entry_notional: position.entry_notional,
            net_notional: valued.net_notional,
            unrealised_pnl,
            funding_owed,
            initial_margin: valued.initial_margin,
            maintenance_margin: valued.maintenance_margin,
        });
    }
    let reserve = order_reserve(exchange, &account)?;
    let spare = subtract_signed(risk.equity, to_signed(risk.initial_margin)?)?;
    let spare = subtract_signed(spare, to_signed(reserve)?)?;
    Ok(AccountResponse {
        account: account.id(),
        number: Uint64::new(number),
        quote: stored.quote,
        positions,
        open_orders: account.open_orders,
        trigger_orders: account.trigger_orders,
        equity: risk.equity,
        initial_margin: risk.initial_margin,
        maintenance_margin: risk.maintenance_margin,
        order_reserve: reserve,
        free_collateral: crate::math::positive_part(spare),
        liquidatable: risk.is_liquidatable(),
        bankrupt: risk.is_bankrupt(),
    })
}

/// A page of them, by number.
pub fn accounts(
    exchange: &mut Exchange,
    start_after: Option<Uint64>,
    limit: usize,
) -> ContractResult<Vec<AccountResponse>> {
    let start = start_after.map(|number| Bound::exclusive(number.u64()));
    let numbers: Vec<u64> = ACCOUNTS
        .keys(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .collect::<Result<_, _>>()?;
    numbers
        .into_iter()
        .map(|number| account_response(exchange, number))
        .collect()
}

/// The oracle price at which the account becomes liquidatable, were all others to stay.
pub fn liquidation_price(
    exchange: &mut Exchange,
    id: &AccountId,
    market: MarketId,
) -> ContractResult<LiquidationPriceResponse> {
    let number = exchange.resolve(id)?;
    let (account, risk) = risk_of(exchange, number)?;
    let size = account.size(market);
    if size.is_zero() {
        return Err(ContractError::NoPosition { market }.into());
    }
    let opened = exchange.market(market)?;
    let position = size_risk(exchange, opened, size, Valuation::Last)?;
    let price = ballast_risk::liquidation_price(
        &risk,
        &position,
        size,
        &opened.scale,
        &opened.margin_parameters(),
    )?;
    Ok(LiquidationPriceResponse { price })
}

/// A page of an account's resting orders.
pub fn orders(
    exchange: &mut Exchange,
    id: &AccountId,
    start_after: Option<OrderId>,
    limit: usize,
) -> ContractResult<Vec<OrderResponse>> {
    let number = exchange.resolve(id)?;
    let start = start_after.map(|id| Bound::exclusive(order_place(&id)));
    let keys: Vec<(u64, u128)> = ACCOUNT_ORDERS
        .sub_prefix(number)
        .keys(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .collect::<Result<_, _>>()?;
    keys.into_iter()
        .map(|(book, place)| {
            let order = ORDERS.load(exchange.deps.storage, (book, place))?;
            let id_of_order = order_id(book, place);
            let market = exchange.open_market(id_of_order.market)?;
            Ok(OrderResponse {
                order_id: id_of_order,
                account: id.clone(),
                price: price_of(market, id_of_order.ticks.u64())?,
                remaining: order.remaining,
                reduce_only: order.reduce_only,
                placed_height: order.placed_height,
                expires_at: order.expires_at,
                client_order_id: order.client_order_id,
            })
        })
        .collect()
}

/// Who may act for an account.
pub fn delegates(exchange: &Exchange, id: &AccountId) -> ContractResult<Vec<DelegateResponse>> {
    let number = exchange.resolve(id)?;
    Ok(crate::delegates::all(exchange.deps.storage, number)?
        .into_iter()
        .map(|(delegate, expires_at)| DelegateResponse {
            delegate: delegate.into_string(),
            expires_at,
        })
        .collect())
}

/// How many of its side would be deleveraged before it.
pub fn deleverage_rank(
    exchange: &mut Exchange,
    id: &AccountId,
    market: MarketId,
    limit: usize,
) -> ContractResult<DeleverageRankResponse> {
    let number = exchange.resolve(id)?;
    let account = exchange.account(number)?.clone();
    let position = account
        .position(market)
        .ok_or(ContractError::NoPosition { market })?;
    let long = !position.size.is_negative();
    let own = (rank_key(long, position.entry_price), number);
    let ahead = DELEVERAGE_QUEUE
        .sub_prefix(queue_key(market, long))
        .keys(
            exchange.deps.storage,
            None,
            Some(Bound::exclusive(own)),
            Order::Ascending,
        )
        .take(limit.saturating_add(1))
        .count();
    Ok(DeleverageRankResponse {
        ahead: u32::try_from(ahead.min(limit)).unwrap_or(u32::MAX),
        exact: ahead <= limit,
        entry_price: position.entry_price,
    })
}
