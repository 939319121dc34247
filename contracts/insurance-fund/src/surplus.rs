//! What is above all targets leaves: in lots, one an epoch, to whom the owner appointed, sent off by anyone.
//!
//! Nothing leaves below the level surplus, while the mutual reserve is below its target, while any market owes to the
//! emergency facility, or while any market, isolated ones included, last reported a deficit. A lot is a share of what
//! is there, so surplus is never emptied at once. Surplus is no capital: paying it changes no level.

use ballast_risk::{ppm_of, Rounding};
use ballast_types::fund::SurplusResponse;
use ballast_types::RiskLevel;
use cosmwasm_std::{Addr, Deps, DepsMut, Env, MessageInfo, Response, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::state::{Surplus, CONFIG, MAX_MARKETS, SURPLUS};
use crate::{events, funds, report, solvency};

/// `PaySurplus`, by anyone.
///
/// # Errors
/// Attached coins; as [`next_lot`].
pub fn execute_pay(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let mut books = Books::load(deps.storage, env)?;
    // No old report may pass for a market without open interest.
    report::expire(deps.storage, &mut books, MAX_MARKETS)?;
    books.refresh()?;
    let mut surplus = SURPLUS.load(deps.storage)?;
    let (recipient_addr, amount) = next_lot(&books, &surplus)?;

    books.ledger.surplus_due = books.ledger.surplus_due.checked_sub(amount)?;
    surplus.last_paid_at = Some(books.now);
    surplus.paid = surplus.paid.checked_add(amount)?;
    SURPLUS.save(deps.storage, &surplus)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let payment = funds::pay(&collateral, &recipient_addr, amount)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "pay_surplus")
        .add_event(events::surplus_paid(&recipient_addr, amount))
        .add_events(closed.events)
        .add_messages(payment))
}

/// Who is paid how much now, quote atoms, rounded down. The books as refreshed.
///
/// # Errors
/// [`ContractError::NoSurplusRecipient`], [`ContractError::TooEarly`], [`ContractError::SurplusLevel`],
/// [`ContractError::SurplusBelowTarget`], [`ContractError::LoanOpen`], [`ContractError::DeficitOpen`],
/// [`ContractError::ZeroAmount`].
pub fn next_lot(books: &Books, surplus: &Surplus) -> ContractResult<(Addr, Uint128)> {
    let recipient_addr = surplus
        .recipient
        .clone()
        .ok_or(ContractError::NoSurplusRecipient {})?;
    let ready_at = ready_at(books, surplus);
    if books.now < ready_at {
        return Err(ContractError::TooEarly {
            ready_at,
            now: books.now,
        });
    }
    if books.suite.level != RiskLevel::Surplus {
        return Err(ContractError::SurplusLevel {
            found: books.suite.level.as_str(),
        });
    }
    let (expected, found) = (books.parameters.mutual_target, books.ledger.mutual);
    if found < expected {
        return Err(ContractError::SurplusBelowTarget { expected, found });
    }
    if !books.facility.debt.is_zero() {
        return Err(ContractError::LoanOpen {
            found: books.facility.debt,
        });
    }
    if !books.suite.deficits.is_zero() {
        return Err(ContractError::DeficitOpen {
            found: books.suite.deficits,
        });
    }
    let amount = lot(books)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    Ok((recipient_addr, amount))
}

fn lot(books: &Books) -> ContractResult<Uint128> {
    let ppm = books.parameters.surplus.lot_ppm;
    Ok(ppm_of(books.ledger.surplus_due, ppm, Rounding::Down)?)
}

fn ready_at(books: &Books, surplus: &Surplus) -> u64 {
    surplus.last_paid_at.map_or(0, |last| {
        last.saturating_add(books.parameters.surplus.epoch_secs)
    })
}

/// What the next lot is and what holds it back. `books` as the next message that looks at all reports would load them.
///
/// # Errors
/// Storage.
pub fn response(deps: Deps, books: &mut Books) -> ContractResult<SurplusResponse> {
    solvency::refresh(books)?;
    let surplus = SURPLUS.load(deps.storage)?;
    let held_by = next_lot(books, &surplus).err();
    Ok(SurplusResponse {
        due: books.ledger.surplus_due,
        next_lot: lot(books)?,
        ready_at: ready_at(books, &surplus),
        paid: surplus.paid,
        recipient: surplus.recipient.map(Addr::into_string),
        held_by: held_by.map(|error| error.to_string()),
    })
}

/// A recipient with its address checked.
///
/// # Errors
/// An invalid address.
pub fn check_recipient(deps: Deps, recipient: Option<&str>) -> ContractResult<Option<Addr>> {
    Ok(recipient
        .map(|recipient| deps.api.addr_validate(recipient))
        .transpose()?)
}

/// `AppointSurplusRecipient`, once its time has come.
///
/// # Errors
/// As [`check_recipient`].
pub fn appoint_recipient(deps: DepsMut, recipient: Option<&str>) -> ContractResult<Response> {
    let recipient_addr = check_recipient(deps.as_ref(), recipient)?;
    let appointed = events::surplus_recipient(recipient_addr.as_ref());
    let surplus = SURPLUS.load(deps.storage)?;
    SURPLUS.save(
        deps.storage,
        &Surplus {
            recipient: recipient_addr,
            ..surplus
        },
    )?;
    Ok(Response::new()
        .add_attribute("action", "appoint_surplus_recipient")
        .add_event(appointed))
}
