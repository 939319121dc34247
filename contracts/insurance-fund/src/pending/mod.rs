//! The owner's changes: what protects capital acts at once, what loosens waits `adverse_delay_secs`, is listed while it
//! waits, can be cancelled by the owner, and is then applied by anyone (design section 7, "Time asymmetry").
//!
//! Invariant: while the fund holds anything, nothing in [`loosening`] changes in the loosening direction but through
//! [`apply`], and never earlier than an underwriter who asked to leave when it was announced can be gone.

pub mod loosening;
mod settings;

use ballast_administration::pending::StoredChange;
use ballast_types::fund::{Change, ChangeAnswer, PendingChange, PendingSummary};
use cosmwasm_std::{to_json_binary, Deps, DepsMut, Env, MessageInfo, Response, Storage};

use crate::error::ContractResult;
use crate::funds;
use crate::registry::assert_owner;
use crate::state::{BOOKS, CHANGES, PARAMETERS};

/// Changes that may wait at the same time.
pub const MAX_PENDING: usize = 32;

/// Takes a change of the owner: acts at once or lets it wait. Answer data: [`ChangeAnswer`].
///
/// # Errors
/// Not the owner, what `settings` checks, too many changes wait.
pub fn submit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    change: Change,
) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    settings::check(deps.as_ref(), &change)?;
    let base = loosening::in_force(deps.storage, deps.api, &change)?;
    match loosening::loosened(&base, &change) {
        Some(field) if !nothing_at_stake(deps.storage)? => wait(deps, env, change, base, field),
        _ => Ok(settings::apply(deps, env, change)?
            .set_data(to_json_binary(&ChangeAnswer { waits: None })?)),
    }
}

/// Whether a change can hurt nobody: the fund holds nothing, stakes included.
fn nothing_at_stake(storage: &dyn Storage) -> ContractResult<bool> {
    Ok(BOOKS.load(storage)?.ledger.booked()?.is_zero())
}

fn wait(
    deps: DepsMut,
    env: &Env,
    change: Change,
    base: Change,
    loosens: &'static str,
) -> ContractResult<Response> {
    let stored = StoredChange {
        change,
        base,
        loosens: loosens.to_owned(),
        proposed_at: env.block.time.seconds(),
        delay_secs: delay_secs(deps.storage)?,
    };
    Ok(CHANGES.wait(deps.storage, &stored)?)
}

fn delay_secs(storage: &dyn Storage) -> ContractResult<u64> {
    Ok(PARAMETERS.load(storage)?.adverse_delay_secs)
}

/// Applies a change whose time has come. Anyone. It is checked anew. Where all it would change was tightened since, it
/// is removed and changes nothing.
///
/// # Errors
/// [`ballast_administration::pending::PendingError`], what `settings` checks.
pub fn apply(deps: DepsMut, env: &Env, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let (now, delay_secs) = (env.block.time.seconds(), delay_secs(deps.storage)?);
    let stored = CHANGES.take(deps.storage, id, now, delay_secs)?;
    let ready_at = stored.ready_at(delay_secs);
    let kind = stored.change.as_str();
    let in_force = loosening::in_force(deps.storage, deps.api, &stored.change)?;
    let Some(change) = loosening::merged(&stored.base, &stored.change, &in_force) else {
        return Ok(Response::new()
            .add_attribute("action", kind)
            .add_event(CHANGES.event(id, kind, "void", ready_at)));
    };
    settings::check(deps.as_ref(), &change)?;
    let applied = settings::apply(deps, env, change)?;
    Ok(applied.add_event(CHANGES.event(id, kind, "applied", ready_at)))
}

/// Takes a waiting change back. By the owner.
///
/// # Errors
/// Not the owner, no such change.
pub fn cancel(deps: DepsMut, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    let delay_secs = delay_secs(deps.storage)?;
    Ok(CHANGES.cancel(deps.storage, id, delay_secs)?)
}

/// Changes that wait, by number.
///
/// # Errors
/// Storage.
pub fn list(
    deps: Deps,
    start_after: Option<u64>,
    limit: usize,
) -> ContractResult<Vec<PendingChange>> {
    let delay_secs = delay_secs(deps.storage)?;
    Ok(CHANGES.list(deps.storage, delay_secs, start_after, limit)?)
}

/// All of them, at most [`MAX_PENDING`], without what they would set.
///
/// # Errors
/// Storage.
pub fn summaries(deps: Deps) -> ContractResult<Vec<PendingSummary>> {
    let changes = list(deps, None, MAX_PENDING)?;
    Ok(changes
        .into_iter()
        .map(|waiting| PendingSummary {
            id: waiting.id,
            kind: waiting.change.as_str().to_owned(),
            loosens: waiting.loosens,
            ready_at: waiting.ready_at,
            expires_at: waiting.expires_at,
        })
        .collect())
}
