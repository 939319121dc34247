//! The end of a market, second part: once nothing is held or owed in it, its fees leave and its records are removed.
//!
//! Its number is never given to another market. What the exchange earned in it moves to `retired_fees`, which
//! `PayFees` pays out; so does its residue where there is no fund.

use ballast_json::to_json_binary;
use ballast_types::market::{DelistAnswer, TriggerCondition};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{DepsMut, Env, Int128, MessageInfo, Response, Storage, Uint128};
use cw20::Denom;

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund::{change_vault, take_fees, take_from_vault, Flush, Movement};
use crate::ledger::repay_deficit;
use crate::matching::remove_order;
use crate::math::add;
use crate::settling;
use crate::state::{
    book_key, line_key, CONFIG, MAINTENANCE_RAISED, MARKETS, MARKET_STATES, PRICE_SAMPLES,
    RETIRED_FEES, SAMPLE_SLOTS,
};
use crate::triggers;

/// Orders removed by one message.
pub const MAX_REMOVED: usize = 50;

/// Removes a market that is settled. Anyone. Sends what it owes to the fund first; a fund that fails is asked again
/// by the next message. Answer data: [`DelistAnswer`]; `more`: send it again.
pub fn delist(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    settling::of(exchange.open_market(id)?)?;
    write_off_pool(&mut exchange, id)?;
    let state = &exchange.market(id)?.state;
    let empty = state.open_interest_long.is_zero() && state.open_interest_short.is_zero();
    if !empty || !state.deficit.is_zero() {
        return Err(ContractError::MarketInUse {
            market: id,
            open_interest_long: state.open_interest_long,
            open_interest_short: state.open_interest_short,
            deficit: state.deficit,
        }
        .into());
    }
    let flush = flush(&mut exchange, id)?;
    // What the vault cannot pay now is still owed.
    let owes = !exchange.market(id)?.state.fees_owed.is_zero();
    let more = flush.is_some() || owes || remove_orders(&mut exchange, id)?;
    let exchange_fees = exchange.market(id)?.state.fee_collector;
    let symbol = exchange.market(id)?.config.symbol.clone();
    let retired = retire(&mut exchange, id, more)?;
    let mut happened = exchange.into_changes().save(deps.storage)?;
    take_from_vault(deps.storage, flush.as_slice())?;
    let known = RETIRED_FEES.may_load(deps.storage)?.unwrap_or_default();
    RETIRED_FEES.save(deps.storage, &add(known, retired)?)?;
    if !more {
        remove(deps.storage, id);
        happened.push(events::delisted(id, &symbol, exchange_fees));
    }
    Ok(Response::new()
        .add_attribute("action", "delist_market")
        .add_attribute("more", more.to_string())
        .add_events(happened)
        .add_submessages(flush.map(|flush| flush.message))
        .set_data(to_json_binary(&DelistAnswer { more })))
}

/// With the last position the pool holds rounding, which is not negative. Were it, it would be a loss like any
/// other.
fn write_off_pool(exchange: &mut Exchange, id: MarketId) -> ContractResult<()> {
    let state = &mut exchange.market_mut(id)?.state;
    let empty = state.open_interest_long.is_zero() && state.open_interest_short.is_zero();
    if empty && state.settlement_pool.is_negative() {
        state.deficit = add(state.deficit, state.settlement_pool.unsigned_abs())?;
        state.settlement_pool = Int128::zero();
    }
    Ok(())
}

/// What is owed to the fund, the residue included. Without a fund it is the exchange's.
fn flush(exchange: &mut Exchange, id: MarketId) -> ContractResult<Option<Flush>> {
    let has_fund = exchange.config.insurance_fund.is_some();
    let state = &mut exchange.market_mut(id)?.state;
    let due = add(state.fees_owed, state.residue)?;
    state.residue = Uint128::zero();
    state.fees_owed = Uint128::zero();
    if due.is_zero() {
        return Ok(None);
    }
    if has_fund {
        state.fees_owed = due;
        take_fees(exchange, id, false, Uint128::zero())
    } else {
        state.fee_collector = add(state.fee_collector, due)?;
        Ok(None)
    }
}

/// Takes orders out of both books and trigger orders away, at most [`MAX_REMOVED`] together. Returns whether some may
/// be left.
fn remove_orders(exchange: &mut Exchange, id: MarketId) -> ContractResult<bool> {
    let mut removed = 0usize;
    for side in [Side::Buy, Side::Sell] {
        let book = book_key(id, side);
        let left = MAX_REMOVED.saturating_sub(removed);
        for (place, order) in exchange.stored_book(book, None, left)? {
            remove_order(exchange, (book, place), &order, "delisted")?;
            removed = removed.saturating_add(1);
        }
    }
    for condition in [TriggerCondition::AtOrBelow, TriggerCondition::AtOrAbove] {
        let line = line_key(id, condition);
        let left = MAX_REMOVED.saturating_sub(removed);
        for (key, order) in exchange.stored_trigger_orders(line, None, u128::MAX, left)? {
            triggers::remove(exchange, key, &order, "delisted", None)?;
            removed = removed.saturating_add(1);
        }
    }
    Ok(removed >= MAX_REMOVED)
}

/// Takes the exchange's share out of a market that goes now. Returns it.
fn retire(exchange: &mut Exchange, id: MarketId, more: bool) -> ContractResult<Uint128> {
    if more {
        return Ok(Uint128::zero());
    }
    let state = &mut exchange.market_mut(id)?.state;
    Ok(std::mem::take(&mut state.fee_collector))
}

fn remove(storage: &mut dyn Storage, id: MarketId) {
    for slot in 0..SAMPLE_SLOTS {
        PRICE_SAMPLES.remove(storage, (id, slot));
    }
    MAINTENANCE_RAISED.remove(storage, id);
    MARKETS.remove(storage, id);
    MARKET_STATES.remove(storage, id);
}

/// Repays a market's deficit with the attached native coins. Anyone.
pub fn repay_native(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
) -> ContractResult<Response> {
    match CONFIG.load(deps.storage)?.collateral {
        Denom::Native(denom) => {
            let amount = cw_utils::must_pay(info, &denom)?;
            repay(deps, env, id, amount)
        }
        Denom::Cw20(token) => Err(ContractError::WrongCollateral {
            expected: format!("cw20 {token}, sent with its Send message"),
            found: "native coins".to_string(),
        }
        .into()),
    }
}

/// Repays a market's deficit with coins that have arrived; never more than it is.
pub fn repay(deps: DepsMut, env: &Env, id: MarketId, amount: Uint128) -> ContractResult<Response> {
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {}.into());
    }
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let market = exchange.peek_market(id)?;
    let deficit = market.state.deficit;
    if amount > deficit {
        return Err(ContractError::DeficitExceeded {
            market: id,
            deficit,
            found: amount,
        }
        .into());
    }
    let mut happened = vec![];
    repay_deficit(&mut happened, market, amount)?;
    exchange.events.append(&mut happened);
    let happened = exchange.into_changes().save(deps.storage)?;
    change_vault(deps.storage, Movement::In(amount))?;
    Ok(Response::new()
        .add_attribute("action", "repay_deficit")
        .add_attribute("market", id.to_string())
        .add_attribute("amount", amount)
        .add_events(happened))
}
