//! The owner's changes: what protects those who rely on a price acts at once, what loosens waits, is listed while it waits,
//! can be cancelled by the owner, and is then applied by anyone (design section 7, "Time asymmetry").
//!
//! Invariant: of a feed that ever had a price, nothing in [`loosening`] changes in the loosening direction but through
//! [`apply`].

pub mod loosening;

use ballast_administration::pending::StoredChange;
use ballast_types::price_feed::{Change, ChangeAnswer};
use cosmwasm_std::{to_json_binary, Deps, DepsMut, Env, MessageInfo, Response};

use crate::state::{ADVERSE_DELAY_SECS, CHANGES, FEEDS};
use crate::{feeds, ContractResult};

/// Takes a change of the owner: acts at once or lets it wait. Answer data: [`ChangeAnswer`].
///
/// # Errors
/// Not the owner, what [`feeds::check`] checks, too many changes wait.
pub fn submit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    change: Change,
) -> ContractResult<Response> {
    cw_ownable::assert_owner(deps.storage, &info.sender)?;
    feeds::check(deps.as_ref(), &change)?;
    let base = loosening::in_force(deps.as_ref(), &change)?;
    let loosens = if at_stake(deps.as_ref(), &change)? {
        loosening::loosened(deps.storage, env, &base, &change)?
    } else {
        None
    };
    let Some(loosens) = loosens else {
        let waits = to_json_binary(&ChangeAnswer { waits: None })?;
        return Ok(feeds::apply(deps, change)?.set_data(waits));
    };
    let stored = StoredChange {
        change,
        base,
        loosens: loosens.to_owned(),
        proposed_at: env.block.time.seconds(),
        delay_secs: ADVERSE_DELAY_SECS.load(deps.storage)?,
    };
    Ok(CHANGES.wait(deps.storage, &stored)?)
}

/// Whether somebody may rely on what a change is about.
fn at_stake(deps: Deps, change: &Change) -> ContractResult<bool> {
    Ok(match change {
        Change::SetFeed { feed } => !feeds::untouched(deps, &feed.id)?,
        Change::RemoveFeed { id } => !feeds::untouched(deps, id)?,
        Change::SetAdverseDelay { .. } => !FEEDS.is_empty(deps.storage),
    })
}

/// Applies a change whose time has come. Anyone. It is checked anew. Where all it would change was tightened since, it is
/// removed and changes nothing.
///
/// # Errors
/// [`ballast_administration::pending::PendingError`], what [`feeds::check`] checks.
pub fn apply(deps: DepsMut, env: &Env, id: u64) -> ContractResult<Response> {
    let delay_secs = ADVERSE_DELAY_SECS.load(deps.storage)?;
    let now = env.block.time.seconds();
    let stored = CHANGES.take(deps.storage, id, now, delay_secs)?;
    let (kind, ready_at) = (stored.change.as_str(), stored.ready_at(delay_secs));
    let in_force = loosening::in_force(deps.as_ref(), &stored.change)?;
    let Some(change) = loosening::merged(&stored.base, stored.change, &in_force) else {
        return Ok(Response::new()
            .add_attribute("action", kind)
            .add_event(CHANGES.event(id, kind, "void", ready_at)));
    };
    feeds::check(deps.as_ref(), &change)?;
    let applied = feeds::apply(deps, change)?;
    Ok(applied.add_event(CHANGES.event(id, kind, "applied", ready_at)))
}

/// Takes a waiting change back. By the owner.
///
/// # Errors
/// Not the owner, no such change.
pub fn cancel(deps: DepsMut, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    cw_ownable::assert_owner(deps.storage, &info.sender)?;
    let delay_secs = ADVERSE_DELAY_SECS.load(deps.storage)?;
    Ok(CHANGES.cancel(deps.storage, id, delay_secs)?)
}
