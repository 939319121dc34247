//! Funding between longs and shorts, and the risk premium both pay to the fund.
//!
//! Two cumulative cost indices a market, quote atoms per base atom times 10^18, one for longs and one for
//! shorts. Funding moves them in opposite directions by exactly the same amount, the premium moves both up.
//! A position stores the index of its side when it was last settled and owes the difference.
//!
//! The premium is booked when it accrues, rounded down; positions pay when they are touched, rounded up;
//! the difference waits in `settlement_pool`, which is signed because positions settle lazily.

use ballast_risk::{
    fill_value, funding_clamp_ppm, funding_index_delta, funding_payment, funding_rate,
    premium_booked, premium_index_delta, premium_ppm, RiskError, Rounding,
};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, DepsMut, Env, Int128, Int256, MessageInfo, Response, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::ledger::{book_fee, credit};
use crate::margin::{account_risk, reduces_risk};
use crate::math::{add, add_signed, subtract_signed, to_signed};
use crate::price::Valuation;
use crate::state::{book_key, split_place_key, Account, Order};

/// Orders read a side for one premium sample.
pub const SAMPLE_ORDERS: usize = 10;

/// Blocks for which an order must have stood before a sample counts it: through one whole block anyone could
/// take it. With one boundary alone, whoever orders the messages of two blocks quotes without any risk.
const STANDING_BLOCKS: u64 = 2;

/// Length of a sample slot, seconds.
const SLOT_SECS: u64 = 60;

/// Premium and clamp are rates of 8 hours; an interval's share of both goes by its length.
const PREMIUM_SECS: u64 = 8 * 3_600;

/// The mean over an interval's slots, times its length, over 8 hours: for every length that is the sum of
/// its samples over 60 slots and 8 hours.
const SLOTS_AN_HOUR: u32 = 60;

/// Ends intervals that have passed, takes this minute's sample and accrues the premium.
///
/// Called once a message and market, before the message acts. Works after any gap: intervals that nobody
/// touched have no samples and cost interest only.
pub fn accrue(exchange: &mut Exchange, market: &mut Market) -> ContractResult<()> {
    accrue_funding(exchange, market)?;
    accrue_premium(exchange, market)
}

/// Price of a market in which something accrues; none in one that is being settled.
fn accrual_price(market: &Market) -> Option<Decimal> {
    let cached = market.state.price?;
    let settling = market.config.settling.is_some();
    Some(cached.price).filter(|_| !settling)
}

/// Ends intervals that have passed and takes this minute's sample.
pub fn accrue_funding(exchange: &mut Exchange, market: &mut Market) -> ContractResult<()> {
    let Some(price) = accrual_price(market) else {
        return Ok(());
    };
    let now = exchange.now();
    end_intervals(exchange, market, price, now)?;
    sample(exchange, market, price, now);
    Ok(())
}

fn end_intervals(
    exchange: &mut Exchange,
    market: &mut Market,
    price: Decimal,
    now: u64,
) -> ContractResult<()> {
    let length = market.config.parameters.funding_interval_secs;
    let start = market.state.funding.interval_start;
    let running = now
        .checked_div(length)
        .unwrap_or_default()
        .saturating_mul(length);
    let passed = running
        .saturating_sub(start)
        .checked_div(length)
        .unwrap_or_default();
    if start == 0 || passed == 0 {
        if start == 0 {
            market.state.funding.interval_start = running;
        }
        return Ok(());
    }
    let rate = predicted_rate(market)?;
    let idle = rate_of(market, Int128::zero())?;
    let idle_intervals = Int256::from(passed.saturating_sub(1));
    let change = funding_index_delta(rate, price, &market.scale)?;
    let idle_change = funding_index_delta(idle, price, &market.scale)?
        .checked_mul(idle_intervals)
        .map_err(|_| overflow("funding index"))?;
    let total = change
        .checked_add(idle_change)
        .map_err(|_| overflow("funding index"))?;
    let state = &mut market.state;
    state.long_index = state
        .long_index
        .checked_add(total)
        .map_err(|_| overflow("funding index"))?;
    state.short_index = state
        .short_index
        .checked_sub(total)
        .map_err(|_| overflow("funding index"))?;
    state.funding.last_rate = if passed == 1 { rate } else { idle };
    state.funding.sample_sum_ppm = Int128::zero();
    state.funding.interval_start = running;
    exchange
        .events
        .push(events::funding_rate(market.id, rate, passed, price));
    Ok(())
}

/// Rate of the running interval if it ended now, times 10^18.
pub fn predicted_rate(market: &Market) -> ContractResult<Int128> {
    rate_of(market, market.state.funding.sample_sum_ppm)
}

fn rate_of(market: &Market, sample_sum_ppm: Int128) -> ContractResult<Int128> {
    let parameters = &market.config.parameters;
    let clamp = funding_clamp_ppm(
        parameters.funding_clamp_factor_ppm,
        parameters.initial_margin_ppm,
        parameters.maintenance_fraction_ppm,
    )?;
    let clamp = ballast_risk::mul_div(
        clamp,
        Uint128::from(parameters.funding_interval_secs),
        Uint128::from(PREMIUM_SECS),
        Rounding::Down,
    )?;
    Ok(funding_rate(
        sample_sum_ppm,
        SLOTS_AN_HOUR,
        parameters.funding_interest_ppm,
        clamp,
    )?)
}

fn sample(exchange: &Exchange, market: &mut Market, price: Decimal, now: u64) {
    let minute = now.checked_div(SLOT_SECS).unwrap_or_default();
    if minute <= market.state.funding.sampled_minute {
        return;
    }
    // An order at an absurd price is no reason to stop: what does not fit counts as depth not reached.
    let mut view = exchange.clone();
    view.show_market(market);
    let bid = impact_price(&mut view, market, Side::Buy).unwrap_or_default();
    let ask = impact_price(&mut view, market, Side::Sell).unwrap_or_default();
    let premium = premium_ppm(bid, ask, price).unwrap_or_default();
    let funding = &mut market.state.funding;
    funding.sample_sum_ppm = funding.sample_sum_ppm.saturating_add(premium);
    funding.sampled_minute = minute;
}

/// Average price of trading `impact_notional` into one side, from orders that stood through a whole block
/// and whose owners can margin them. `None` where ten orders do not hold that much. `exchange` is a view that is thrown away.
fn impact_price(
    exchange: &mut Exchange,
    market: &Market,
    side: Side,
) -> ContractResult<Option<Decimal>> {
    let target = market.config.parameters.impact_notional;
    let height = exchange.env.block.height;
    let book = book_key(market.id, side);
    let mut value = Uint128::zero();
    let mut size = Uint128::zero();
    for (place, order) in exchange.stored_book(book, None, SAMPLE_ORDERS)? {
        let (ticks, _) = split_place_key(side, place);
        if order.placed_height.saturating_add(STANDING_BLOCKS) > height
            || order.is_expired(exchange.now())
            || !is_backed(exchange, market.id, side, ticks, &order)
        {
            continue;
        }
        let worth = order_value(market, ticks, order.remaining)?;
        let missing = crate::math::subtract(target, value)?;
        if worth < missing {
            value = add(value, worth)?;
            size = add(size, order.remaining)?;
            continue;
        }
        // Part of this order completes the target. Sizes are taken in millionths of a base atom, so that
        // rounding the part moves the average by less than a millionth also where an atom is worth much.
        let part = ballast_risk::mul_div(fine(order.remaining)?, missing, worth, Rounding::Down)?;
        let size = add(fine(size)?, part)?;
        return Ok(Some(market.scale.entry_price(fine(target)?, size)?));
    }
    Ok(None)
}

/// Whether an order's owner could take its fill at last prices: an order whose margin was withdrawn is no
/// depth. What cannot be told counts as not backed.
fn is_backed(exchange: &mut Exchange, id: MarketId, side: Side, ticks: u64, order: &Order) -> bool {
    let mut attempt = || -> ContractResult<bool> {
        let held: Vec<MarketId> = exchange
            .account(order.account)?
            .positions
            .iter()
            .map(|held| held.market)
            .collect();
        for other in held {
            exchange.peek_market(other)?;
        }
        let mut market = exchange.market(id)?.clone();
        let value = order_value(&market, ticks, order.remaining)?;
        let before = exchange.account(order.account)?.clone();
        let mut after = before.clone();
        crate::positions::apply_fill(&mut after, &mut market, side, order.remaining, value)?;
        let before = account_risk(exchange, &before, Valuation::Last)?;
        let after = account_risk(exchange, &after, Valuation::Last)?;
        Ok(after.meets_initial_margin()
            || (!before.is_bankrupt() && reduces_risk(&before, &after)?))
    };
    attempt().unwrap_or(false)
}

fn fine(amount: Uint128) -> ContractResult<Uint128> {
    amount.checked_mul(Uint128::new(1_000_000)).map_err(|_| {
        ContractError::Overflow {
            what: "impact size",
            value: amount.to_string(),
        }
        .into()
    })
}

/// Exact value of an order, quote atoms.
pub fn order_value(market: &Market, ticks: u64, size: Uint128) -> ContractResult<Uint128> {
    Ok(fill_value(
        ticks,
        size,
        market.config.lot_size,
        market.config.tick_lot_value,
    )?)
}

/// Accrues the premium up to now.
pub fn accrue_premium(exchange: &mut Exchange, market: &mut Market) -> ContractResult<()> {
    let Some(price) = accrual_price(market) else {
        return Ok(());
    };
    let now = exchange.now();
    let since = market.state.funding.premium_accrued_at;
    market.state.funding.premium_accrued_at = now.max(since);
    let rate = market
        .state
        .risk
        .as_ref()
        .map_or(0, |risk| risk.premium_rate_ppm);
    let elapsed = now.saturating_sub(since);
    if since == 0 || rate == 0 || elapsed == 0 {
        return Ok(());
    }
    let change = premium_index_delta(rate, elapsed, price, &market.scale)?;
    let state = &mut market.state;
    state.long_index = state
        .long_index
        .checked_add(change)
        .map_err(|_| overflow("premium index"))?;
    state.short_index = state
        .short_index
        .checked_add(change)
        .map_err(|_| overflow("premium index"))?;
    let both_sides = add(state.open_interest_long, state.open_interest_short)?;
    let booked = premium_booked(change, both_sides)?;
    if booked.is_zero() {
        return Ok(());
    }
    state.settlement_pool = subtract_signed(state.settlement_pool, to_signed(booked)?)?;
    exchange.events.push(events::premium(market.id, booked));
    // The premium is the fund's, whole; a deficit of the market is repaid from it first.
    book_fee(&mut exchange.events, market, booked, ballast_types::PPM)
}

/// Settles one position: what it owes goes to the settlement pool, what it is due comes from there.
///
/// Returns what the account paid (negative: received), `None` where nothing was due or the account holds
/// no position in the market.
pub fn settle(account: &mut Account, market: &mut Market) -> ContractResult<Option<Int128>> {
    let Some(position) = account
        .positions
        .iter_mut()
        .find(|position| position.market == market.id)
    else {
        return Ok(None);
    };
    let index = side_index(market, position.size);
    let payment = funding_payment(position.size.unsigned_abs(), index, position.index)?;
    position.index = index;
    if payment.is_zero() {
        return Ok(None);
    }
    market.state.settlement_pool = add_signed(market.state.settlement_pool, payment)?;
    let received = ballast_risk::negate(payment)?;
    credit(account, received)?;
    Ok(Some(payment))
}

/// What a position owes since it was settled, nothing changed.
pub fn owed(market: &Market, size: Int128, index: Int256) -> Result<Int128, RiskError> {
    funding_payment(size.unsigned_abs(), side_index(market, size), index)
}

/// Cost index of the side a size is on.
#[must_use]
pub fn side_index(market: &Market, size: Int128) -> Int256 {
    if size.is_negative() {
        market.state.short_index
    } else {
        market.state.long_index
    }
}

fn overflow(what: &'static str) -> ContractError {
    ContractError::Overflow {
        what,
        value: "index".to_string(),
    }
}

/// Refreshes the price, takes the sample, accrues funding and premium. Anyone.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    exchange.open_market(id)?;
    let messages = crate::fund::automatic_flush(&mut exchange, id)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    crate::fund::take_from_vault(deps.storage, &messages)?;
    Ok(Response::new()
        .add_attribute("action", "accrue_funding")
        .add_events(happened)
        .add_submessages(messages.into_iter().map(|flush| flush.message)))
}
