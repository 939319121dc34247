//! Leaving: ask, wait, be paid; or stay after all.
//!
//! - `RequestExit` burns shares and moves what they are worth from the active stake into the queue, where it is slashed like
//!   the rest and earns nothing. What a leaver is owed is therefore `asked value * (1 - each later slash)`, kept exactly by
//!   *queue shares*: `floor(queued * queue shares / all queue shares)`, at most what was asked.
//! - The clock of an exit stands still while the level is deficient or worse, for at most `max_pause_secs` of its own: a
//!   pause lengthens cooldown and window alike, and nobody waits longer than cooldown + pause.
//! - `CompleteExit` pays between the end of the cooldown and the end of the window.
//! - `CancelExit`, and any message of the staker to this contract's stake after the window, turns the exit back into shares:
//!   those it had, less [`shares_lost`], so that what the pool gained meanwhile stays with those who stayed.

use ballast_risk::{shares_for_amount, shares_lost, value_of_shares, ShareHolding};
use ballast_types::fund::ExitResponse;
use ballast_types::RiskLevel;
use cosmwasm_std::{Addr, DepsMut, Env, Event, MessageInfo, Response, Storage, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::solvency::exits_paused_secs;
use crate::state::{Exit, CONFIG, EXITS};
use crate::{events, funds, report, shares, underwriting};

/// Where an exit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its cooldown runs, or it is held up.
    Waiting,
    /// It can be paid.
    Ready,
    /// Its window has passed.
    Missed,
}

/// What a leaver is owed now, quote atoms, rounded down.
///
/// # Errors
/// None while the records are sound.
pub fn owed(books: &Books, exit: &Exit) -> ContractResult<Uint128> {
    let pool = &books.underwriting;
    if exit.queue_generation != pool.queue_generation {
        return Ok(Uint128::zero());
    }
    let part = value_of_shares(exit.queue_shares, pool.queue_shares, pool.queued)?;
    Ok(part.min(exit.asked_value))
}

/// For how long this exit has been held up, seconds.
fn paused_secs(books: &Books, exit: &Exit) -> u64 {
    exits_paused_secs(&books.suite, books.now)
        .saturating_sub(exit.paused_before)
        .min(exit.max_pause_secs)
}

fn ready_at(books: &Books, exit: &Exit) -> u64 {
    exit.requested_at
        .saturating_add(exit.cooldown_secs)
        .saturating_add(paused_secs(books, exit))
}

fn ends_at(books: &Books, exit: &Exit) -> u64 {
    ready_at(books, exit).saturating_add(exit.window_secs)
}

/// The second until which the level holds this exit up, at the latest; none where it does not.
fn held_up_until(books: &Books, exit: &Exit) -> Option<u64> {
    let left = exit.max_pause_secs.saturating_sub(paused_secs(books, exit));
    (books.suite.level >= RiskLevel::Deficient && left > 0).then(|| books.now.saturating_add(left))
}

fn stage(books: &Books, exit: &Exit) -> Stage {
    if books.now > ends_at(books, exit) {
        Stage::Missed
    } else if books.now < ready_at(books, exit) || held_up_until(books, exit).is_some() {
        Stage::Waiting
    } else {
        Stage::Ready
    }
}

/// An exit as queries and events tell it.
///
/// # Errors
/// As [`owed`].
pub fn response(books: &Books, exit: &Exit) -> ContractResult<ExitResponse> {
    Ok(ExitResponse {
        shares: exit.shares,
        asked_value: exit.asked_value,
        owed: owed(books, exit)?,
        requested_at: exit.requested_at,
        ready_at: ready_at(books, exit),
        ends_at: ends_at(books, exit),
        paused_secs: paused_secs(books, exit),
    })
}

/// `RequestExit`.
///
/// # Errors
/// Attached coins, [`ContractError::ExitPending`], no such shares, [`ContractError::ZeroAmount`] where they are worth
/// nothing.
pub fn execute_request(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    shares_asked: Uint128,
) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let staker_addr = &info.sender;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    books.refresh()?;
    let missed = return_missed(deps.storage, &mut books, staker_addr)?;
    if let Some(exit) = EXITS.may_load(deps.storage, staker_addr)? {
        return Err(ContractError::ExitPending { found: exit.shares });
    }

    let pool = shares::open(&mut books)?;
    let holding = shares::holding(deps.storage, pool.base, staker_addr)?;
    let vault = shares::vault(&books)?;
    let (_, asked) = pool.request(holding, shares_asked, vault, books.now)?;
    let value = asked.request_value;
    if value.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    books.underwriting.shares = pool.user.checked_sub(shares_asked)?;
    let kept = holding.shares.checked_sub(shares_asked)?;
    shares::save_balance(deps.storage, pool.base, staker_addr, kept)?;

    let exit = enter_queue(&mut books, shares_asked, value)?;
    EXITS.save(deps.storage, staker_addr, &exit)?;
    underwriting::release_unowned(&mut books)?;

    let requested = events::exit_requested(staker_addr, &response(&books, &exit)?);
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "request_exit")
        .add_events(missed)
        .add_event(requested)
        .add_events(closed.events))
}

/// Moves a value from the active stake to the queue.
fn enter_queue(books: &mut Books, asked_shares: Uint128, value: Uint128) -> ContractResult<Exit> {
    let paused_before = exits_paused_secs(&books.suite, books.now);
    let terms = &books.parameters.underwriting;
    let pool = &mut books.underwriting;
    let queue_shares = shares_for_amount(value, pool.queue_shares, pool.queued)?;
    pool.queue_shares = pool.queue_shares.checked_add(queue_shares)?;
    pool.queued = pool.queued.checked_add(value)?;
    Ok(Exit {
        shares: asked_shares,
        share_base: pool.share_base,
        pool_generation: pool.pool_generation,
        queue_shares,
        queue_generation: pool.queue_generation,
        asked_value: value,
        requested_at: books.now,
        paused_before,
        cooldown_secs: terms.exit_cooldown_secs,
        window_secs: terms.exit_window_secs,
        max_pause_secs: terms.max_exit_pause_secs,
    })
}

/// Takes an exit out of the queue; answers what it is owed, which is then active stake.
fn leave_queue(
    storage: &mut dyn Storage,
    books: &mut Books,
    staker: &Addr,
    exit: &Exit,
) -> ContractResult<Uint128> {
    let owed = owed(books, exit)?;
    let pool = &mut books.underwriting;
    if exit.queue_generation == pool.queue_generation {
        pool.queue_shares = pool.queue_shares.checked_sub(exit.queue_shares)?;
        pool.queued = pool.queued.checked_sub(owed)?;
    }
    EXITS.remove(storage, staker);
    Ok(owed)
}

/// `CancelExit`.
///
/// # Errors
/// Attached coins, [`ContractError::NoExit`].
pub fn execute_cancel(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let exit = load(deps.storage, &info.sender)?;
    let cancelled = back_to_shares(deps.storage, &mut books, &info.sender, &exit, "cancelled")?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_exit")
        .add_event(cancelled)
        .add_events(closed.events))
}

/// `CompleteExit`.
///
/// # Errors
/// Attached coins, [`ContractError::NoExit`], [`ContractError::ExitsPaused`], [`ContractError::TooEarly`].
pub fn execute_complete(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let staker_addr = &info.sender;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    books.refresh()?;
    let exit = load(deps.storage, staker_addr)?;
    let response = Response::new().add_attribute("action", "complete_exit");
    match stage(&books, &exit) {
        Stage::Waiting => Err(match held_up_until(&books, &exit) {
            Some(ends_at) => ContractError::ExitsPaused { ends_at },
            None => ContractError::TooEarly {
                ready_at: ready_at(&books, &exit),
                now: books.now,
            },
        }),
        Stage::Missed => {
            let missed = back_to_shares(deps.storage, &mut books, staker_addr, &exit, "missed")?;
            let closed = books.close(deps.storage)?;
            Ok(response.add_event(missed).add_events(closed.events))
        }
        Stage::Ready => {
            underwriting::settle_window(&mut books)?;
            let owed = leave_queue(deps.storage, &mut books, staker_addr, &exit)?;
            books.ledger.staked = books.ledger.staked.checked_sub(owed)?;
            underwriting::release_unowned(&mut books)?;
            let collateral = CONFIG.load(deps.storage)?.collateral;
            let payment = funds::pay(&collateral, staker_addr, owed)?;
            let completed = events::exit_completed(staker_addr, owed, exit.asked_value);
            let closed = books.close(deps.storage)?;
            Ok(response
                .add_event(completed)
                .add_events(closed.events)
                .add_messages(payment))
        }
    }
}

/// Turns an exit of this staker whose window has passed back into shares, if there is one.
///
/// # Errors
/// Storage.
pub fn return_missed(
    storage: &mut dyn Storage,
    books: &mut Books,
    staker: &Addr,
) -> ContractResult<Option<Event>> {
    match EXITS.may_load(storage, staker)? {
        Some(exit) if stage(books, &exit) == Stage::Missed => {
            back_to_shares(storage, books, staker, &exit, "missed").map(Some)
        }
        _ => Ok(None),
    }
}

fn back_to_shares(
    storage: &mut dyn Storage,
    books: &mut Books,
    staker: &Addr,
    exit: &Exit,
    reason: &str,
) -> ContractResult<Event> {
    let pool = shares::open(books)?;
    let vault = shares::vault(books)?;
    let owed = leave_queue(storage, books, staker, exit)?;
    let held = ShareHolding {
        shares: exit.shares,
        base: exit.share_base,
        ..ShareHolding::default()
    };
    let before = shares::adopt(pool.base, held)?.shares;
    let kept = if exit.pool_generation == books.underwriting.pool_generation {
        let total = pool.total.checked_add(before)?;
        let lost = shares_lost(before, owed, total, vault.checked_add(owed)?)?;
        before.checked_sub(lost)?
    } else {
        // Everybody left since, and the price of a share began anew: at that price.
        shares_for_amount(owed, pool.total, vault)?
    };
    let holding = shares::holding(storage, pool.base, staker)?;
    books.underwriting.shares = pool.user.checked_add(kept)?;
    let shares_now = holding.shares.checked_add(kept)?;
    shares::save_balance(storage, pool.base, staker, shares_now)?;
    underwriting::release_unowned(books)?;
    // What rounding took from the queue may have made a share worth too little.
    shares::open(books)?;
    Ok(events::exit_cancelled(
        staker,
        reason,
        owed,
        kept,
        before.saturating_sub(kept),
    ))
}

fn load(storage: &dyn Storage, staker: &Addr) -> ContractResult<Exit> {
    EXITS
        .may_load(storage, staker)?
        .ok_or(ContractError::NoExit {})
}
