//! Layer 4: the treasury's loan.
//!
//! The treasury commits coins. A claim may draw them where the level after layers 1 to 3 is deficient or worse: for all
//! claims of one market within an hour at most `event_ppm` of what is committed, for all markets in seven days at most
//! `week_ppm` (a refilling bucket). What is committed is what the facility holds plus what it is owed, so drawing does not
//! change the limits. A new market reports what it likes, and so makes the level as bad as it wants: until its ramp is over
//! it may draw the ramp's part of an event, and owe no more than the ramp's part of a week. What a market drew is its debt;
//! fees repay it before anything else, the market's own first and then, with at most half of the fees, that of others, the
//! oldest debtors first. Repaid coins are the facility's again.
//!
//! Invariant: `facility.debt` is the sum of all markets' debts, and `debtors` names exactly the markets that owe.
//!
//! The treasury takes back what is not drawn after a notice, within [`WITHDRAWAL_WINDOW_SECS`]; a request that is not used
//! by then is void, so none can be kept ready for the day on which the coins are needed.

use ballast_risk::{ppm_of, ramp, RefillingBucket, Rounding};
use ballast_types::fund::{Bound, EmergencyWithdrawal};
use ballast_types::{MarketId, RiskLevel};
use cosmwasm_std::{
    Addr, Deps, DepsMut, Env, MessageInfo, Order, Response, StdResult, Storage, Uint128,
};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::state::{EmergencyLoan, Treasury, BOOKS, CONFIG, DEBTORS, TREASURY};
use crate::{events, funds, report, solvency};

/// Claims of one market within this time after its first draw are one event.
pub const EVENT_SECS: u64 = 3_600;
/// Time over which the limit of all markets refills.
pub const WEEK_SECS: u64 = 604_800;
/// Time in which a withdrawal whose notice is over must be taken.
pub const WITHDRAWAL_WINDOW_SECS: u64 = 259_200;
/// Debtors that one top-up looks at when it repays the debt of others.
pub const DEBTORS_PER_TOP_UP: usize = 4;

/// What the facility holds and what it is owed, quote atoms.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn committed(books: &Books) -> ContractResult<Uint128> {
    Ok(books
        .ledger
        .emergency_undrawn
        .checked_add(books.facility.debt)?)
}

/// The most one market may draw in one event once its ramp is over, quote atoms, rounded down.
///
/// # Errors
/// As [`committed`].
pub fn event_limit(books: &Books) -> ContractResult<Uint128> {
    share_of_committed(books, books.parameters.emergency.event_ppm)
}

/// What all markets together may still draw, quote atoms, rounded down.
///
/// # Errors
/// As [`committed`].
pub fn week_left(books: &Books) -> ContractResult<Uint128> {
    let limit = week_limit(books)?;
    Ok(RefillingBucket::from(books.facility.week).available(limit, WEEK_SECS, books.now)?)
}

fn week_limit(books: &Books) -> ContractResult<Uint128> {
    share_of_committed(books, books.parameters.emergency.week_ppm)
}

/// Counts the refill of the week before what is committed changes: coins that come or go must not change what has refilled.
fn settle_week(books: &mut Books) -> ContractResult<()> {
    let week = RefillingBucket::from(books.facility.week);
    let settled = week.refilled(week_limit(books)?, WEEK_SECS, books.now)?;
    if !week.used.is_zero() {
        books.facility.week = settled.into();
    }
    Ok(())
}

fn share_of_committed(books: &Books, ppm: u32) -> ContractResult<Uint128> {
    Ok(ppm_of(committed(books)?, ppm, Rounding::Down)?)
}

/// The most the facility lends to this market now, and what bounds it, after the layers above have paid. Quote atoms.
///
/// # Errors
/// None within the hard ranges.
pub fn limit(books: &mut Books, market: &mut Market) -> ContractResult<(Uint128, Bound)> {
    if market.is_isolated() {
        return Ok((Uint128::zero(), Bound::Isolated));
    }
    if committed(books)?.is_zero() {
        return Ok((Uint128::zero(), Bound::Unfunded));
    }
    market.settle(books)?;
    if solvency::level_after(books)? < RiskLevel::Deficient {
        return Ok((Uint128::zero(), Bound::Level));
    }
    let (own, own_bound) = own_left(books, market)?;
    let week = week_left(books)?;
    let balance = books.ledger.emergency_undrawn;
    Ok(if balance <= own && balance <= week {
        (balance, Bound::Balance)
    } else if own <= week {
        (own, own_bound)
    } else {
        (week, Bound::SharedWindow)
    })
}

/// What this market may draw by its own limits: of one event, and while its ramp runs of what it may owe at all.
fn own_left(books: &Books, market: &Market) -> ContractResult<(Uint128, Bound)> {
    let (age, ramp_secs) = (market.age_secs(books.now), books.parameters.ramp_secs);
    let loan = &market.standing.emergency;
    let event =
        ramp(event_limit(books)?, age, ramp_secs)?.saturating_sub(drawn_in_event(loan, books.now));
    if age < ramp_secs {
        let lifetime = ramp(week_limit(books)?, age, ramp_secs)?.saturating_sub(loan.debt);
        if lifetime < event {
            return Ok((lifetime, Bound::Lifetime));
        }
    }
    Ok((event, Bound::Event))
}

fn drawn_in_event(loan: &EmergencyLoan, now: u64) -> Uint128 {
    if now.saturating_sub(loan.event_at) < EVENT_SECS {
        loan.event_drawn
    } else {
        Uint128::zero()
    }
}

/// Lends what the waterfall granted, which is at most [`limit`].
///
/// # Errors
/// If more is taken than the limit.
pub fn draw(books: &mut Books, market: &mut Market, amount: Uint128) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let week_limit = week_limit(books)?;
    books.facility.week = RefillingBucket::from(books.facility.week)
        .take(week_limit, WEEK_SECS, books.now, amount)?
        .into();
    books.ledger.emergency_undrawn = books.ledger.emergency_undrawn.checked_sub(amount)?;
    books.facility.debt = books.facility.debt.checked_add(amount)?;

    let loan = &mut market.standing.emergency;
    let drawn = drawn_in_event(loan, books.now);
    if drawn.is_zero() {
        loan.event_at = books.now;
    }
    loan.event_drawn = drawn.checked_add(amount)?;
    if loan.debt.is_zero() {
        loan.since = books.now;
    }
    loan.debt = loan.debt.checked_add(amount)?;
    Ok(())
}

/// Repays one market's debt with at most `amount`; answers what was repaid.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn repay(
    books: &mut Books,
    loan: &mut EmergencyLoan,
    amount: Uint128,
) -> ContractResult<Uint128> {
    let repaid = amount.min(loan.debt);
    loan.debt = loan.debt.checked_sub(repaid)?;
    books.facility.debt = books.facility.debt.checked_sub(repaid)?;
    books.ledger.emergency_undrawn = books.ledger.emergency_undrawn.checked_add(repaid)?;
    Ok(repaid)
}

/// Repays the debt of other markets with at most `amount`, the oldest debtors first, [`DEBTORS_PER_TOP_UP`] of them;
/// answers what was repaid. `own` has repaid its own debt before, or there is nothing left.
///
/// # Errors
/// Storage.
pub fn repay_others(
    storage: &mut dyn Storage,
    books: &mut Books,
    own: &Market,
    amount: Uint128,
) -> ContractResult<Uint128> {
    let mut left = amount;
    if left.is_zero() || books.facility.debt.is_zero() {
        return Ok(Uint128::zero());
    }
    // One more, because its own entry stands in storage until it is saved.
    let debtors: Vec<(u64, Addr, MarketId)> = DEBTORS
        .keys(storage, None, None, Order::Ascending)
        .take(DEBTORS_PER_TOP_UP.saturating_add(1))
        .collect::<StdResult<_>>()?;
    let others = debtors
        .into_iter()
        .filter(|(_, contract, id)| (contract, *id) != (&own.contract, own.id))
        .take(DEBTORS_PER_TOP_UP);
    for (_, contract, id) in others {
        if left.is_zero() {
            break;
        }
        let mut market = Market::load(storage, &contract, id)?;
        let repaid = repay(books, &mut market.standing.emergency, left)?;
        left = left.checked_sub(repaid)?;
        market.save(storage, books)?;
    }
    Ok(amount.checked_sub(left)?)
}

/// `CommitEmergency` with native coins.
///
/// # Errors
/// Wrong coins, [`ContractError::NotTreasury`].
pub fn execute_commit(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let amount = funds::expect_collateral(info, &collateral)?;
    commit(deps, env, &info.sender, amount)
}

/// Books `amount`, which has arrived from `sender_addr`, to the facility.
///
/// # Errors
/// [`ContractError::NotTreasury`].
pub fn commit(
    deps: DepsMut,
    env: &Env,
    sender_addr: &Addr,
    amount: Uint128,
) -> ContractResult<Response> {
    let (mut books, _) = open_books(&deps, env, sender_addr)?;
    settle_week(&mut books)?;
    books.ledger.emergency_undrawn = books.ledger.emergency_undrawn.checked_add(amount)?;
    finish(
        deps,
        books,
        "commit_emergency",
        ("committed", sender_addr, amount),
    )
}

/// `RequestEmergencyWithdrawal`: the notice begins. More than is committed may be asked for; what is there is paid.
///
/// # Errors
/// Attached coins, [`ContractError::NotTreasury`].
pub fn execute_request_withdrawal(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    amount: Uint128,
) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let (books, mut treasury) = open_books(&deps, env, &info.sender)?;
    let ready_at = books
        .now
        .saturating_add(books.parameters.emergency.notice_secs);
    treasury.withdrawal = (!amount.is_zero()).then_some(EmergencyWithdrawal {
        amount,
        ready_at,
        ends_at: ready_at.saturating_add(WITHDRAWAL_WINDOW_SECS),
    });
    TREASURY.save(deps.storage, &treasury)?;
    finish(
        deps,
        books,
        "request_emergency_withdrawal",
        ("requested", &info.sender, amount),
    )
}

/// `WithdrawEmergency`: pays `min(requested, not drawn)` and ends the request.
///
/// # Errors
/// Attached coins, [`ContractError::NotTreasury`], [`ContractError::NoWithdrawalRequested`],
/// [`ContractError::TooEarly`], [`ContractError::ZeroAmount`] where all is drawn.
pub fn execute_withdraw(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let (mut books, mut treasury) = open_books(&deps, env, &info.sender)?;
    let request = treasury.withdrawal.take();
    let request = request
        .filter(|request| books.now <= request.ends_at)
        .ok_or(ContractError::NoWithdrawalRequested {})?;
    if books.now < request.ready_at {
        return Err(ContractError::TooEarly {
            ready_at: request.ready_at,
            now: books.now,
        });
    }
    let amount = request.amount.min(books.ledger.emergency_undrawn);
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    TREASURY.save(deps.storage, &treasury)?;
    settle_week(&mut books)?;
    books.ledger.emergency_undrawn = books.ledger.emergency_undrawn.checked_sub(amount)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let payment = funds::pay(&collateral, &info.sender, amount)?;
    let response = finish(
        deps,
        books,
        "withdraw_emergency",
        ("withdrawn", &info.sender, amount),
    )?;
    Ok(response.add_messages(payment))
}

/// A treasury with its address checked; only while nothing is committed.
///
/// # Errors
/// An invalid address, [`ContractError::TreasuryInUse`].
pub fn check_treasury(deps: Deps, treasury: Option<&str>) -> ContractResult<Option<Addr>> {
    let treasury_addr = treasury
        .map(|treasury| deps.api.addr_validate(treasury))
        .transpose()?;
    let books = BOOKS.load(deps.storage)?;
    let in_use = books
        .ledger
        .emergency_undrawn
        .checked_add(books.facility.debt)?;
    if !in_use.is_zero() {
        return Err(ContractError::TreasuryInUse { found: in_use });
    }
    Ok(treasury_addr)
}

/// `AppointTreasury`, once its time has come.
///
/// # Errors
/// As [`check_treasury`].
pub fn appoint_treasury(
    deps: DepsMut,
    env: &Env,
    treasury: Option<&str>,
) -> ContractResult<Response> {
    let treasury_addr = check_treasury(deps.as_ref(), treasury)?;
    let treasury = Treasury {
        address: treasury_addr,
        withdrawal: None,
    };
    TREASURY.save(deps.storage, &treasury)?;
    let appointed = events::treasury(treasury.address.as_ref());
    let books = Books::load(deps.storage, env)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "appoint_treasury")
        .add_event(appointed)
        .add_events(closed.events))
}

fn open_books(deps: &DepsMut, env: &Env, sender_addr: &Addr) -> ContractResult<(Books, Treasury)> {
    let treasury = TREASURY.load(deps.storage)?;
    if treasury.address.as_ref() == Some(sender_addr) {
        return Ok((Books::load(deps.storage, env)?, treasury));
    }
    Err(ContractError::NotTreasury {
        expected: treasury
            .address
            .map_or_else(|| "none".to_owned(), Addr::into_string),
        found: sender_addr.to_string(),
    })
}

fn finish(
    deps: DepsMut,
    mut books: Books,
    action: &str,
    (what, treasury, amount): (&str, &Addr, Uint128),
) -> ContractResult<Response> {
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", action)
        .add_event(events::emergency(what, treasury, amount))
        .add_events(closed.events))
}
