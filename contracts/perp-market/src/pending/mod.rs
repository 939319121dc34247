//! The owner's changes: what protects acts at once, what loosens waits `adverse_delay_secs`, is listed while it
//! waits, can be cancelled by the owner, and is then applied by anyone (design section 7, "Time asymmetry").
//!
//! Invariant: while anything is at stake, nothing in [`loosening`] changes in the loosening direction but through
//! [`apply`].

pub mod loosening;

use ballast_types::market::{Change, ChangeAnswer, PendingChange, Waits};
use ballast_types::MarketId;
use cosmwasm_std::{
    to_json_binary, Deps, DepsMut, Env, MessageInfo, Order, Response, StdResult, Storage,
};
use cw_storage_plus::Bound;

use crate::admin::assert_owner;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::settings;
use crate::state::{
    StoredChange, CONFIG, MARKETS, MARKET_STATES, NEXT_CHANGE, PENDING_CHANGES, VAULT,
};

/// Changes that may wait at the same time.
pub const MAX_PENDING: usize = 64;

/// How long a change can be applied once it is ready, seconds.
pub const APPLY_WINDOW_SECS: u64 = 14 * 86_400;

/// Takes a change of the owner: acts at once or lets it wait. By the owner. Answer data: [`ChangeAnswer`].
pub fn submit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    change: Change,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    settings::check(deps.as_ref(), env, &change)?;
    let base = loosening::in_force(deps.storage, &change)?;
    let loosened = loosening::loosened(&base, &change);
    match loosened {
        Some(field) if !nothing_at_stake(deps.storage, &change)? => {
            wait(deps, env, change, base, field)
        }
        _ => Ok(settings::apply(deps, env, change)?
            .set_data(to_json_binary(&ChangeAnswer { waits: None })?)),
    }
}

/// Whether a change can hurt nobody: no coins are held, or it is about a market in which no order ever rested, and
/// so none was ever filled. An oracle counts for everybody's coins before anybody trades at it: whoever sets prices in one
/// market wins there from all. So a contract that answers for no other market waits even then.
fn nothing_at_stake(storage: &dyn Storage, change: &Change) -> ContractResult<bool> {
    if VAULT.load(storage)?.is_zero() {
        return Ok(true);
    }
    match change {
        Change::ListMarket { listing } => answers(storage, &listing.oracle.contract),
        Change::UpdateOracle { market, oracle } => {
            Ok(never_traded(storage, *market)? && answers(storage, &oracle.contract)?)
        }
        Change::UpdateMarket { market, .. } | Change::SettleMarket { market } => {
            never_traded(storage, *market)
        }
        Change::UpdateParameters { .. } | Change::SetInsuranceFund { .. } => Ok(false),
    }
}

/// Whether an oracle contract answers for a market already. Looks at all markets, whose number is
/// capped.
fn answers(storage: &dyn Storage, oracle: &str) -> ContractResult<bool> {
    for entry in MARKETS.range(storage, None, None, Order::Ascending) {
        if entry?.1.oracle.as_str() == oracle {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether no order ever rested in a market.
pub fn never_traded(storage: &dyn Storage, market: MarketId) -> ContractResult<bool> {
    Ok(MARKET_STATES
        .may_load(storage, market)?
        .is_some_and(|state| state.next_sequence == 0))
}

fn wait(
    deps: DepsMut,
    env: &Env,
    change: Change,
    base: Change,
    loosens: &'static str,
) -> ContractResult<Response> {
    let now = env.block.time.seconds();
    remove_expired(deps.storage, now)?;
    let waiting = PENDING_CHANGES
        .keys(deps.storage, None, None, Order::Ascending)
        .count();
    if waiting >= MAX_PENDING {
        return Err(ContractError::TooManyChanges { max: MAX_PENDING });
    }
    let delay = CONFIG.load(deps.storage)?.parameters.adverse_delay_secs;
    let id = NEXT_CHANGE.may_load(deps.storage)?.unwrap_or(1);
    let ready_at = now.saturating_add(delay);
    let kind = change.as_str();
    let stored = StoredChange {
        change,
        base,
        loosens: loosens.to_string(),
        proposed_at: now,
        ready_at,
    };
    PENDING_CHANGES.save(deps.storage, id, &stored)?;
    NEXT_CHANGE.save(deps.storage, &id.saturating_add(1))?;
    let waits = Some(Waits { id, ready_at });
    Ok(Response::new()
        .add_attribute("action", kind)
        .add_event(events::change(id, kind, "waits", ready_at))
        .set_data(to_json_binary(&ChangeAnswer { waits })?))
}

/// At most [`MAX_PENDING`] are looked at.
fn remove_expired(storage: &mut dyn Storage, now: u64) -> ContractResult<()> {
    let expired: Vec<u64> = PENDING_CHANGES
        .range(storage, None, None, Order::Ascending)
        .filter_map(|entry| match entry {
            Ok((id, stored)) if now > expires_at(&stored) => Some(Ok(id)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .collect::<StdResult<_>>()?;
    for id in expired {
        PENDING_CHANGES.remove(storage, id);
    }
    Ok(())
}

fn expires_at(stored: &StoredChange) -> u64 {
    stored.ready_at.saturating_add(APPLY_WINDOW_SECS)
}

fn load(storage: &dyn Storage, id: u64) -> ContractResult<StoredChange> {
    PENDING_CHANGES
        .may_load(storage, id)?
        .ok_or(ContractError::NoSuchChange { id })
}

/// Applies a change whose time has come. Anyone. It is checked anew; only the fields that it set out to change
/// are changed.
pub fn apply(deps: DepsMut, env: &Env, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let stored = load(deps.storage, id)?;
    let now = env.block.time.seconds();
    if now < stored.ready_at {
        return Err(ContractError::TooEarly {
            ready_at: stored.ready_at,
            now,
        });
    }
    let expired_at = expires_at(&stored);
    if now > expired_at {
        return Err(ContractError::ChangeExpired { expired_at, now });
    }
    let in_force = loosening::in_force(deps.storage, &stored.change)?;
    let change = loosening::merged(&stored.base, &stored.change, &in_force);
    PENDING_CHANGES.remove(deps.storage, id);
    let kind = change.as_str();
    settings::check(deps.as_ref(), env, &change)?;
    let applied = settings::apply(deps, env, change)?;
    Ok(applied.add_event(events::change(id, kind, "applied", stored.ready_at)))
}

/// Takes a waiting change back. By the owner.
pub fn cancel(deps: DepsMut, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    let stored = load(deps.storage, id)?;
    PENDING_CHANGES.remove(deps.storage, id);
    let kind = stored.change.as_str();
    Ok(Response::new()
        .add_attribute("action", "cancel_change")
        .add_event(events::change(id, kind, "cancelled", stored.ready_at)))
}

/// Changes that wait, by number.
pub fn list(
    deps: Deps,
    start_after: Option<u64>,
    limit: usize,
) -> ContractResult<Vec<PendingChange>> {
    let start = start_after.map(Bound::exclusive);
    PENDING_CHANGES
        .range(deps.storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let (id, stored) = entry?;
            let expires_at = expires_at(&stored);
            Ok(PendingChange {
                id,
                change: stored.change,
                loosens: stored.loosens,
                proposed_at: stored.proposed_at,
                ready_at: stored.ready_at,
                expires_at,
            })
        })
        .collect()
}
