//! Closing against counterparties, in the order that the queue holds (design section 6).
//!
//! Those who gained most, as a fraction of their entry, come first. All of one message close at one price:
//! the oracle price where the fund paid in full, else the price at which the account gets its bankruptcy
//! quote less what the fund paid. Each one's part is the difference of two cumulative shares, so that the
//! parts add up to exactly the whole.
//!
//! A counterparty that would end with less equity over maintenance margin than it had is passed over. Once
//! the whole queue was passed and only such are left, the last pass closes against them at the oracle
//! price; what the account then lacks stays with it, and becomes the market's deficit with its last
//! position.

use ballast_risk::{
    bankruptcy_quote, cumulative_share, mul_div_ceil_signed, shortfall, AccountRisk, PositionRisk,
};
use ballast_types::MarketId;
use cosmwasm_std::{Int128, Uint128};

use crate::error::ContractResult;
use crate::events;
use crate::exchange::Exchange;
use crate::ledger::credit;
use crate::liquidation::bankrupt::{book_deficit, Funding};
use crate::liquidation::{Outcome, Subject};
use crate::margin::{reduces_risk, size_risk};
use crate::math::{add, add_signed, subtract, subtract_signed, to_signed};
use crate::positions::apply_size;
use crate::price::Valuation;
use crate::recent_risk::is_recent;
use crate::state::{queue_key, rank_price, DeleverageCursor, DELEVERAGE_CURSORS};

/// A round through the queue that takes longer begins anew.
const ROUND_SECS: u64 = 600;

/// Where deleveraging of a position goes on; at the head of the queue where the last round is too old.
pub fn load_cursor(
    exchange: &mut Exchange,
    number: u64,
    market: MarketId,
) -> ContractResult<DeleverageCursor> {
    let now = exchange.now();
    let stored = if exchange.account(number)?.waits {
        DELEVERAGE_CURSORS.may_load(exchange.deps.storage, (number, market))?
    } else {
        None
    };
    let known = stored.filter(|cursor| now.saturating_sub(cursor.started_at) <= ROUND_SECS);
    Ok(known.unwrap_or(DeleverageCursor {
        started_at: now,
        ..DeleverageCursor::default()
    }))
}

/// A counterparty and how much of its position is closed.
struct Match {
    number: u64,
    rank: u128,
    size: Uint128,
}

/// Closes as much of the subject as one message may, at most `limit` base atoms. `now` is the subject as
/// the book left it.
///
/// Returns where the next message goes on, and the fund money used.
pub fn close(
    exchange: &mut Exchange,
    now: &Subject,
    cursor: DeleverageCursor,
    funding: Funding,
    limit: Uint128,
    outcome: &mut Outcome,
) -> ContractResult<(DeleverageCursor, Uint128)> {
    let (cursor, mut matches, next) = choose_again(exchange, now, cursor, funding, limit)?;
    let terms = loop {
        let terms = terms(exchange, now, &cursor, funding, &matches)?;
        // Chosen by their share of the whole, taken by their share of what was found: rounding may differ.
        match first_overburdened(exchange, now, &cursor, &matches, &terms)? {
            None => break terms,
            Some(place) => {
                let passed = matches.remove(place);
                exchange
                    .events
                    .push(skipped(now, passed.number, passed.rank));
            }
        }
    };
    let Terms {
        closed,
        at_oracle,
        missing,
        used,
        given,
    } = terms;
    if closed.is_zero() {
        return Ok((next, Uint128::zero()));
    }
    let mut used_in_all = used;

    let (account, market) = exchange.account_and_market(now.number, now.market)?;
    credit(account, add_signed(given, to_signed(used)?)?)?;
    apply_size(
        account,
        market,
        now.closing_delta(closed)?,
        at_oracle.unsigned_abs(),
    )?;

    let loss = subtract_signed(given, at_oracle)?.unsigned_abs();
    outcome.deleveraged = add(outcome.deleveraged, closed)?;
    outcome.needed = add(outcome.needed, missing)?;
    outcome.counterparty_loss = add(outcome.counterparty_loss, loss)?;
    let left_with_account = subtract(subtract(missing, used)?, loss)?;
    outcome.carried = add(outcome.carried, left_with_account)?;
    outcome.left_by_deleveraging = left_with_account;

    let mut left = funding.less(used)?;
    let mut before = Uint128::zero();
    for chosen in &matches {
        let after = add(before, chosen.size)?;
        let part = cumulative_share(given, closed, before, after)?;
        let worth = cumulative_share(at_oracle, closed, before, after)?;
        let received = ballast_risk::negate(part)?;
        let lacking = lacking(exchange, now, chosen, received)?;
        let (account, market) = exchange.account_and_market(chosen.number, now.market)?;
        credit(account, received)?;
        let delta = ballast_risk::negate(now.closing_delta(chosen.size)?)?;
        apply_size(account, market, delta, worth.unsigned_abs())?;
        exchange.events.push(events::deleveraged(
            now.number,
            now.market,
            chosen.number,
            chosen.size,
            received,
            subtract_signed(part, worth)?,
            rank_price(!now.is_long(), chosen.rank),
        ));
        if !lacking.is_zero() {
            // For one that took more risk a moment ago nobody else pays; what came for it goes back.
            let paid = if took_risk(exchange, chosen.number)? {
                Uint128::zero()
            } else {
                left.part(lacking)
            };
            left = left.less(paid)?;
            used_in_all = add(used_in_all, paid)?;
            credit(exchange.account_mut(chosen.number)?, to_signed(paid)?)?;
            outcome.needed = add(outcome.needed, lacking)?;
            outcome.lacked_by_counterparties = add(outcome.lacked_by_counterparties, lacking)?;
            outcome.carried = add(outcome.carried, subtract(lacking, paid)?)?;
            book_deficit(exchange, chosen.number, now.market, outcome)?;
        }
        before = after;
    }
    Ok((next, used_in_all))
}

/// What all counterparties of a message close, and for how much.
struct Terms {
    closed: Uint128,
    at_oracle: Int128,
    missing: Uint128,
    used: Uint128,
    given: Int128,
}

fn terms(
    exchange: &Exchange,
    now: &Subject,
    cursor: &DeleverageCursor,
    funding: Funding,
    matches: &[Match],
) -> ContractResult<Terms> {
    let closed = matches
        .iter()
        .try_fold(Uint128::zero(), |sum, chosen| add(sum, chosen.size))?;
    let at_oracle = now.oracle_quote(exchange, closed)?;
    let needed_quote = now.bankruptcy_quote(exchange, closed)?;
    let missing = shortfall(needed_quote, at_oracle)?;
    let used = funding.part(missing);
    let given = given(cursor, needed_quote, at_oracle, used)?;
    Ok(Terms {
        closed,
        at_oracle,
        missing,
        used,
        given,
    })
}

/// The first counterparty that cannot take exactly its part. The last pass asks nobody.
fn first_overburdened(
    exchange: &mut Exchange,
    now: &Subject,
    cursor: &DeleverageCursor,
    matches: &[Match],
    terms: &Terms,
) -> ContractResult<Option<usize>> {
    if cursor.last_pass {
        return Ok(None);
    }
    let mut before = Uint128::zero();
    for (place, chosen) in matches.iter().enumerate() {
        let after = add(before, chosen.size)?;
        let part = cumulative_share(terms.given, terms.closed, before, after)?;
        if !can_take(exchange, now, chosen.number, chosen.size, part)? {
            return Ok(Some(place));
        }
        before = after;
    }
    Ok(None)
}

fn skipped(now: &Subject, number: u64, rank: u128) -> cosmwasm_std::Event {
    let entry_price = rank_price(!now.is_long(), rank);
    events::deleverage_skipped(now.number, now.market, number, entry_price)
}

/// What a counterparty that is bankrupt itself lacks for what it closes: the last pass is its liquidation
/// too, and asks the fund for it as any other would. Nothing for one that can pay.
fn lacking(
    exchange: &mut Exchange,
    now: &Subject,
    chosen: &Match,
    received: Int128,
) -> ContractResult<Uint128> {
    let (risk, held, rest) = valued(exchange, now, chosen.number, chosen.size)?;
    if !risk.is_bankrupt() {
        return Ok(Uint128::zero());
    }
    Ok(shortfall(bankruptcy_quote(&risk, &held, &rest)?, received)?)
}

fn took_risk(exchange: &mut Exchange, number: u64) -> ContractResult<bool> {
    let (now, secs) = (exchange.now(), exchange.config.parameters.recent_risk_secs);
    Ok(is_recent(exchange.account(number)?, now, secs))
}

/// What all counterparties together give for the size closed, signed as what the account receives.
fn given(
    cursor: &DeleverageCursor,
    needed_quote: Int128,
    at_oracle: Int128,
    used: Uint128,
) -> ContractResult<Int128> {
    if cursor.last_pass {
        return Ok(at_oracle);
    }
    // Where the account is owed less than the oracle price, it is given the oracle price.
    Ok(subtract_signed(needed_quote, to_signed(used)?)?.max(at_oracle))
}

/// As [`choose`], but before the last pass takes those at the head of the queue at the oracle price, they
/// are asked once more: somebody who can bear a part may have come since the round ended.
fn choose_again(
    exchange: &mut Exchange,
    now: &Subject,
    cursor: DeleverageCursor,
    funding: Funding,
    limit: Uint128,
) -> ContractResult<(DeleverageCursor, Vec<Match>, DeleverageCursor)> {
    if cursor.last_pass {
        let anew = DeleverageCursor {
            after: None,
            last_pass: false,
            ..cursor.clone()
        };
        let happened = exchange.events.len();
        let (matches, next) = choose(exchange, now, &anew, funding, limit)?;
        if !matches.is_empty() {
            return Ok((anew, matches, next));
        }
        exchange.events.truncate(happened);
    }
    let (matches, next) = choose(exchange, now, &cursor, funding, limit)?;
    Ok((cursor, matches, next))
}

/// The next counterparties in the queue that can take their part, and where the next message goes on.
fn choose(
    exchange: &mut Exchange,
    now: &Subject,
    cursor: &DeleverageCursor,
    funding: Funding,
    limit: Uint128,
) -> ContractResult<(Vec<Match>, DeleverageCursor)> {
    let whole = limit;
    let at_oracle = now.oracle_quote(exchange, whole)?;
    let needed_quote = now.bankruptcy_quote(exchange, whole)?;
    let used = funding.part(shortfall(needed_quote, at_oracle)?);
    let worst_given = given(cursor, needed_quote, at_oracle, used)?;

    let queue = queue_key(now.market, !now.is_long());
    let cap = usize::try_from(exchange.config.parameters.max_counterparties).unwrap_or(usize::MAX);
    let page = exchange.stored_queue(queue, cursor.after, cap)?;
    let at_end = page.len() < cap;
    let mut left = limit;
    let mut matches = vec![];
    let mut last = cursor.after;
    for (rank, number) in page {
        if left.is_zero() {
            break;
        }
        let before = last.replace((rank, number));
        exchange.settle_account(number)?;
        let size = exchange.account(number)?.size(now.market);
        // Fills into the book of this same message may have closed it.
        if size.is_zero() || size.is_negative() == now.size.is_negative() {
            continue;
        }
        let held = size.unsigned_abs();
        let size = held.min(left);
        let share = mul_div_ceil_signed(worst_given, to_signed(size)?, to_signed(whole)?)?;
        let worst_part = add_signed(share, Int128::one())?;
        if !cursor.last_pass && !can_take(exchange, now, number, size, worst_part)? {
            exchange.events.push(skipped(now, number, rank));
            continue;
        }
        left = subtract(left, size)?;
        if size < held {
            // What it keeps is still the first to be taken.
            last = before;
        }
        matches.push(Match { number, rank, size });
    }
    let next = if cursor.last_pass || (at_end && !left.is_zero()) {
        // Those that were taken are gone from the queue, so that the last pass begins at its head.
        DeleverageCursor {
            after: None,
            last_pass: true,
            ..cursor.clone()
        }
    } else {
        DeleverageCursor {
            after: last,
            ..cursor.clone()
        }
    };
    Ok((matches, next))
}

/// Whether a counterparty is no riskier after giving `part` for closing `size`. Its positions in other markets
/// count at their last price, however old: a silent oracle elsewhere exempts nobody.
fn can_take(
    exchange: &mut Exchange,
    now: &Subject,
    number: u64,
    size: Uint128,
    part: Int128,
) -> ContractResult<bool> {
    let (before, held, rest) = valued(exchange, now, number, size)?;
    let after = before.after_trade(&held, &rest, ballast_risk::negate(part)?)?;
    reduces_risk(&before, &after)
}

/// A counterparty as liquidation values it, with its position before and after closing `size`.
fn valued(
    exchange: &mut Exchange,
    now: &Subject,
    number: u64,
    size: Uint128,
) -> ContractResult<(AccountRisk, PositionRisk, PositionRisk)> {
    let risk = Subject::risk_of(exchange, number, now.market)?;
    let held = exchange.account(number)?.size(now.market);
    let rest = subtract_signed(held, now.closing_delta(size)?)?;
    let market = exchange.market(now.market)?;
    Ok((
        risk,
        size_risk(exchange, market, held, Valuation::Plain)?,
        size_risk(exchange, market, rest, Valuation::Plain)?,
    ))
}
