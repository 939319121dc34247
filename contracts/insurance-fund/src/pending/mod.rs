//! The owner's changes: what protects capital acts at once, what loosens waits `adverse_delay_secs`, is listed while it
//! waits, can be cancelled by the owner, and is then applied by anyone (design section 7, "Time asymmetry").
//!
//! Invariant: while the fund holds anything, nothing in [`loosening`] changes in the loosening direction but through
//! [`apply`], and never earlier than an underwriter who asked to leave when it was announced can be gone.

pub mod loosening;
mod settings;

use ballast_types::fund::{Change, ChangeAnswer, PendingChange, PendingSummary, Waits};
use cosmwasm_std::{
    to_json_binary, Deps, DepsMut, Env, MessageInfo, Order, Response, StdResult, Storage,
};
use cw_storage_plus::Bound;

use crate::error::{ContractError, ContractResult};
use crate::registry::assert_owner;
use crate::state::{StoredChange, LEDGER, NEXT_CHANGE, PARAMETERS, PENDING_CHANGES};
use crate::{events, funds};

/// Changes that may wait at the same time.
pub const MAX_PENDING: usize = 32;

/// How long a change can be applied once it is ready, seconds.
pub const APPLY_WINDOW_SECS: u64 = 14 * 86_400;

/// Takes a change of the owner: acts at once or lets it wait. Answer data: [`ChangeAnswer`].
///
/// # Errors
/// Not the owner, what `settings` checks, [`ContractError::TooManyChanges`].
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
    Ok(LEDGER.load(storage)?.booked()?.is_zero())
}

fn wait(
    deps: DepsMut,
    env: &Env,
    change: Change,
    base: Change,
    loosens: &'static str,
) -> ContractResult<Response> {
    let now = env.block.time.seconds();
    let delay_secs = PARAMETERS.load(deps.storage)?.adverse_delay_secs;
    remove_expired(deps.storage, now, delay_secs)?;
    let waiting = PENDING_CHANGES
        .keys(deps.storage, None, None, Order::Ascending)
        .count();
    if waiting >= MAX_PENDING {
        return Err(ContractError::TooManyChanges {
            expected: MAX_PENDING,
        });
    }
    let id = NEXT_CHANGE.may_load(deps.storage)?.unwrap_or(1);
    let kind = change.as_str();
    let stored = StoredChange {
        change,
        base,
        loosens: loosens.to_owned(),
        proposed_at: now,
        delay_secs,
    };
    let ready_at = ready_at(&stored, delay_secs);
    PENDING_CHANGES.save(deps.storage, id, &stored)?;
    NEXT_CHANGE.save(deps.storage, &id.saturating_add(1))?;
    let waits = Some(Waits { id, ready_at });
    Ok(Response::new()
        .add_attribute("action", kind)
        .add_event(events::change(id, kind, "waits", ready_at))
        .set_data(to_json_binary(&ChangeAnswer { waits })?))
}

/// The longer of the delay that held when it was asked for and the one in force counts: an exit that became longer
/// meanwhile must still fit in.
fn ready_at(stored: &StoredChange, delay_now_secs: u64) -> u64 {
    stored
        .proposed_at
        .saturating_add(stored.delay_secs.max(delay_now_secs))
}

fn expires_at(stored: &StoredChange, delay_now_secs: u64) -> u64 {
    ready_at(stored, delay_now_secs).saturating_add(APPLY_WINDOW_SECS)
}

/// At most [`MAX_PENDING`] are looked at.
fn remove_expired(storage: &mut dyn Storage, now: u64, delay_secs: u64) -> ContractResult<()> {
    let expired: Vec<u64> = PENDING_CHANGES
        .range(storage, None, None, Order::Ascending)
        .filter_map(|entry| match entry {
            Ok((id, stored)) if now > expires_at(&stored, delay_secs) => Some(Ok(id)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .collect::<StdResult<_>>()?;
    for id in expired {
        PENDING_CHANGES.remove(storage, id);
    }
    Ok(())
}

fn load(storage: &dyn Storage, id: u64) -> ContractResult<StoredChange> {
    PENDING_CHANGES
        .may_load(storage, id)?
        .ok_or(ContractError::NoSuchChange { found: id })
}

/// Applies a change whose time has come. Anyone. It is checked anew. Where all it would change was tightened since, it
/// is removed and changes nothing.
///
/// # Errors
/// [`ContractError::NoSuchChange`], [`ContractError::TooEarly`] with the time at which it is possible,
/// [`ContractError::ChangeExpired`], what `settings` checks.
pub fn apply(deps: DepsMut, env: &Env, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let stored = load(deps.storage, id)?;
    let now = env.block.time.seconds();
    let delay_secs = PARAMETERS.load(deps.storage)?.adverse_delay_secs;
    let ready_at = ready_at(&stored, delay_secs);
    if now < ready_at {
        return Err(ContractError::TooEarly { ready_at, now });
    }
    let expired_at = expires_at(&stored, delay_secs);
    if now > expired_at {
        return Err(ContractError::ChangeExpired { expired_at, now });
    }
    PENDING_CHANGES.remove(deps.storage, id);
    let kind = stored.change.as_str();
    let in_force = loosening::in_force(deps.storage, deps.api, &stored.change)?;
    let Some(change) = loosening::merged(&stored.base, &stored.change, &in_force) else {
        return Ok(Response::new()
            .add_attribute("action", kind)
            .add_event(events::change(id, kind, "void", ready_at)));
    };
    settings::check(deps.as_ref(), &change)?;
    let applied = settings::apply(deps, env, change)?;
    Ok(applied.add_event(events::change(id, kind, "applied", ready_at)))
}

/// Takes a waiting change back. By the owner.
///
/// # Errors
/// Not the owner, [`ContractError::NoSuchChange`].
pub fn cancel(deps: DepsMut, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    let stored = load(deps.storage, id)?;
    let delay_secs = PARAMETERS.load(deps.storage)?.adverse_delay_secs;
    PENDING_CHANGES.remove(deps.storage, id);
    let kind = stored.change.as_str();
    let ready_at = ready_at(&stored, delay_secs);
    Ok(Response::new()
        .add_attribute("action", "cancel_change")
        .add_event(events::change(id, kind, "cancelled", ready_at)))
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
    let delay_secs = PARAMETERS.load(deps.storage)?.adverse_delay_secs;
    let start = start_after.map(Bound::exclusive);
    PENDING_CHANGES
        .range(deps.storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let (id, stored) = entry?;
            let ready_at = ready_at(&stored, delay_secs);
            let expires_at = expires_at(&stored, delay_secs);
            Ok(PendingChange {
                id,
                change: stored.change,
                loosens: stored.loosens,
                proposed_at: stored.proposed_at,
                ready_at,
                expires_at,
            })
        })
        .collect()
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
