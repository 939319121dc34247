//! The end of a market, first part: its price is fixed, and every position closes at it.
//!
//! * [`request`] begins it: by the owner, who waits as for any loosening change (and then until the price is near the
//!   hour's median, [`begin_announced`]), or by anyone once the market has had no valid price for `dead_feed_secs`. From then on the price is the median of the last valid hour, for every
//!   purpose; no oracle is asked, funding and premium stand still, orders are void.
//! * For `settle_grace_secs` only liquidation closes positions: who is bankrupt at that price is claimed for and
//!   deleveraged first.
//! * Then [`settle`] closes accounts one by one, no fees. The other side of each closing waits in the settlement
//!   pool: values are rounded down, so that what is left of it with the last position is rounding and not negative.
//! * Who is still bankrupt then is liquidated as ever; with nobody left on the other side, against the pool
//!   ([`close_against_pool`]), and what the fund does not pay becomes the market's deficit.
//!
//! Invariant: pool = sum of the values of the positions still open (+ funding not yet settled) + rounding >= 0.

use ballast_json::to_json_binary;
use ballast_risk::{mul_div, shortfall, Rounding};
use ballast_types::market::{
    CachedPrice, Change, SettleAnswer, SettleOutcome, SettleResult, Settling,
};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{Decimal, DepsMut, Env, MessageInfo, Response, Storage, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::ledger::credit;
use crate::liquidation::bankrupt::Funding;
use crate::liquidation::{Outcome, Subject};
use crate::margin::size_risk;
use crate::math::{add, add_signed, subtract, subtract_signed, to_signed};
use crate::orders::cancel::remove_all;
use crate::pending::loosening::maintenance;
use crate::positions::apply_size;
use crate::price::Valuation;
use crate::state::{MARKETS, PRICE_SAMPLES, SAMPLE_SLOTS};
use crate::triggers;

/// Accounts of one `Settle`.
pub const MAX_SETTLED: usize = 20;

/// Samples count that were published at most this long before the last valid price.
const LAST_HOUR_SECS: u64 = 3_600;

/// Unit of [`maintenance`].
const TRILLION: u64 = 1_000_000_000_000;

impl Market {
    /// Refuses what nobody may do in a market that is being settled.
    pub fn check_active(&self) -> ContractResult<()> {
        match self.config.settling {
            Some(_) => Err(ContractError::MarketSettling { market: self.id }.into()),
            None => Ok(()),
        }
    }
}

/// Begins to settle a market: at once where its feed is dead (anyone), else as a change that waits (the owner).
pub fn request(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    market: MarketId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let opened = exchange.open_market(market)?;
    opened.check_active()?;
    let published_at = opened.state.price.map_or(0, |cached| cached.published_at);
    let dead_at = published_at.saturating_add(exchange.config.parameters.dead_feed_secs);
    if exchange.now() >= dead_at {
        return begin(deps, env, market);
    }
    if cw_ownable::is_owner(deps.storage, &info.sender)? {
        return crate::pending::submit(deps, env, info, Change::SettleMarket { market });
    }
    Err(ContractError::FeedAlive { market, dead_at }.into())
}

/// Begins what the owner announced, whose time has come. The settlement price may be no further from the last price than
/// maintenance margin: positions are margined at that price, and whoever chooses the moment could else open both sides
/// at it and be settled at another, with a loss that is certain and the fund's.
pub fn begin_announced(deps: DepsMut, env: &Env, id: MarketId) -> ContractResult<Response> {
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    exchange.open_market(id)?.check_active()?;
    let market = exchange.market(id)?;
    if !market.open_interest().is_zero() {
        let last_price = market.last_price()?;
        let price = last_valid_median(deps.storage, market)?;
        let max_distance = Decimal::new(mul_div(
            last_price.atomics(),
            maintenance(&market.config.parameters).into(),
            TRILLION.into(),
            Rounding::Down,
        )?);
        if price.abs_diff(last_price) > max_distance {
            return Err(ContractError::SettlementPriceTooFar {
                market: id,
                price,
                last_price,
                max_distance,
            }
            .into());
        }
    }
    begin(deps, env, id)
}

/// Fixes the price and stops funding.
fn begin(deps: DepsMut, env: &Env, id: MarketId) -> ContractResult<Response> {
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    exchange.open_market(id)?.check_active()?;
    let market = exchange.market(id)?;
    let price = last_valid_median(deps.storage, market)?;
    let mut config = market.config.clone();
    let since = exchange.now();
    exchange.market_mut(id)?.state.price = Some(CachedPrice {
        price,
        confidence: Decimal::zero(),
        published_at: since,
        cached_at: since,
    });
    let happened = exchange.into_changes().save(deps.storage)?;
    config.settling = Some(Settling { price, since });
    MARKETS.save(deps.storage, id, &config)?;
    Ok(Response::new()
        .add_attribute("action", "settle_market")
        .add_events(happened)
        .add_event(events::settling(id, price, since)))
}

/// Median of the samples of the hour before the last valid price; of an even number the mean of the two middle
/// ones, rounded down.
fn last_valid_median(storage: &dyn Storage, market: &Market) -> ContractResult<Decimal> {
    let last = market
        .state
        .price
        .ok_or(ContractError::NoPrice { market: market.id })?;
    let oldest = last.published_at.saturating_sub(LAST_HOUR_SECS);
    let mut samples = vec![];
    for slot in 0..SAMPLE_SLOTS {
        let stored = PRICE_SAMPLES.may_load(storage, (market.id, slot))?;
        // The one that this message takes replaces the one of its slot.
        let taken = market.sample.filter(|sample| sample.key() == slot);
        samples.extend(taken.or(stored));
    }
    let mut prices: Vec<Decimal> = samples
        .iter()
        .filter(|sample| sample.published_at >= oldest)
        .map(|sample| sample.price)
        .collect();
    prices.sort_unstable();
    let upper = prices.len() >> 1;
    let lower = prices.len().saturating_sub(1) >> 1;
    Ok(match (prices.get(lower), prices.get(upper)) {
        (Some(lower), Some(upper)) => {
            let half = subtract(upper.atomics(), lower.atomics())?.u128() >> 1;
            Decimal::new(add(lower.atomics(), Uint128::new(half))?)
        }
        _ => last.price,
    })
}

/// Closes accounts' positions at the settlement price. Anyone, after the grace. Bankrupt accounts are passed over:
/// they are liquidated first. Answer data: [`SettleAnswer`].
pub fn settle(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
    accounts: &[AccountId],
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    if accounts.is_empty() || accounts.len() > MAX_SETTLED {
        return Err(ContractError::TooManyAccounts {
            max: MAX_SETTLED,
            found: accounts.len(),
        }
        .into());
    }
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let Settling { since, .. } = of(exchange.open_market(id)?)?;
    let ready_at = since.saturating_add(exchange.config.parameters.settle_grace_secs);
    let now = exchange.now();
    if now < ready_at {
        return Err(ContractError::TooEarly { ready_at, now }.into());
    }
    let mut results = vec![];
    for account in accounts {
        let outcome = settle_one(&mut exchange, id, account)?;
        results.push(SettleResult {
            account: account.clone(),
            outcome,
        });
    }
    let market = exchange.market(id)?;
    let answer = SettleAnswer {
        results,
        open_interest: market.open_interest(),
    };
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "settle")
        .add_attribute("market", id.to_string())
        .add_events(happened)
        .set_data(to_json_binary(&answer)))
}

/// How a market is being settled.
pub fn of(market: &Market) -> ContractResult<Settling> {
    market
        .config
        .settling
        .ok_or(ContractError::NotSettling { market: market.id }.into())
}

fn settle_one(
    exchange: &mut Exchange,
    id: MarketId,
    account: &AccountId,
) -> ContractResult<SettleOutcome> {
    let number = exchange.resolve(account)?;
    remove_all(exchange, number, Some(id), "settling")?;
    triggers::remove_all(exchange, number, Some(id), "settling")?;
    let size = exchange.account(number)?.size(id);
    if size.is_zero() {
        return Ok(SettleOutcome::NoPosition);
    }
    exchange.settle_account(number)?;
    if Subject::risk_of(exchange, number, id)?.is_bankrupt() {
        return Ok(SettleOutcome::Bankrupt);
    }
    let value = size_risk(exchange, exchange.market(id)?, size, Valuation::Plain)?.net_notional;
    let (account, market) = exchange.account_and_market(number, id)?;
    credit(account, value)?;
    market.state.settlement_pool = subtract_signed(market.state.settlement_pool, value)?;
    let delta = ballast_risk::negate(size)?;
    apply_size(account, market, delta, value.unsigned_abs())?;
    exchange
        .events
        .push(events::settled(id, number, size, value));
    Ok(SettleOutcome::Settled { size, value })
}

/// Closes the rest of a bankrupt position, at most `limit`, against the pool: nobody is left on the other side, so
/// that nobody can be deleveraged. Returns the fund money used.
pub fn close_against_pool(
    exchange: &mut Exchange,
    now: &Subject,
    funding: Funding,
    limit: Uint128,
    outcome: &mut Outcome,
) -> ContractResult<Uint128> {
    let market = exchange.market(now.market)?;
    let others = if now.is_long() {
        market.state.open_interest_short
    } else {
        market.state.open_interest_long
    };
    if market.config.settling.is_none() || !others.is_zero() || limit.is_zero() {
        return Ok(Uint128::zero());
    }
    let value = now.oracle_quote(exchange, limit)?;
    let missing = shortfall(now.bankruptcy_quote(exchange, limit)?, value)?;
    let used = funding.part(missing);
    // What deleveraging left with the account in this message was told already.
    let before = now.better_by(outcome.left_by_deleveraging)?;
    let missing = shortfall(before.bankruptcy_quote(exchange, limit)?, value)?;
    let (account, market) = exchange.account_and_market(now.number, now.market)?;
    credit(account, add_signed(value, to_signed(used)?)?)?;
    market.state.settlement_pool = subtract_signed(market.state.settlement_pool, value)?;
    apply_size(
        account,
        market,
        now.closing_delta(limit)?,
        value.unsigned_abs(),
    )?;
    let closed = ballast_risk::negate(now.closing_delta(limit)?)?;
    exchange
        .events
        .push(events::settled(now.market, now.number, closed, value));
    outcome.settled = add(outcome.settled, limit)?;
    outcome.needed = add(outcome.needed, missing)?;
    outcome.carried = add(outcome.carried, missing.saturating_sub(used))?;
    Ok(used)
}
