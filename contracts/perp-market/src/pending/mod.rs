//! The owner's changes: what protects acts at once, what loosens waits `adverse_delay_secs`, is listed while it
//! waits, can be cancelled by the owner, and is then applied by anyone (design section 7, "Time asymmetry").
//!
//! Invariant: while anything is at stake, nothing in [`loosening`] changes in the loosening direction but through
//! [`apply`].

pub mod loosening;

use ballast_administration::pending::StoredChange;
use ballast_json::to_json_binary;
use ballast_types::market::{Change, ChangeAnswer, PendingChange};
use ballast_types::MarketId;
use cosmwasm_std::{Deps, DepsMut, Env, MessageInfo, Order, Response, Storage};

use crate::admin::assert_owner;
use crate::error::ContractResult;
use crate::settings;
use crate::state::{CHANGES, CONFIG, MARKETS, MARKET_STATES, VAULT};

/// Changes that may wait at the same time.
pub const MAX_PENDING: usize = 64;

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
            .set_data(to_json_binary(&ChangeAnswer { waits: None }))),
    }
}

/// Whether a change can hurt nobody: no coins are held, or it is about a market in which no order ever rested, and
/// so none was ever filled. An oracle counts for everybody's coins before anybody trades at it: whoever sets prices in one
/// market wins there from all. So a contract that answers for no other market waits even then.
fn nothing_at_stake(storage: &dyn Storage, change: &Change) -> ContractResult<bool> {
    if VAULT.load(storage)?.held.is_zero() {
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
    Ok(CONFIG.load(storage)?.parameters.adverse_delay_secs)
}

/// Applies a change whose time has come. Anyone. It is checked anew; only the fields that it set out to change
/// are changed.
pub fn apply(deps: DepsMut, env: &Env, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let (now, delay_secs) = (env.block.time.seconds(), delay_secs(deps.storage)?);
    let stored = CHANGES.take(deps.storage, id, now, delay_secs)?;
    let ready_at = stored.ready_at(delay_secs);
    let in_force = loosening::in_force(deps.storage, &stored.change)?;
    let change = loosening::merged(&stored.base, &stored.change, &in_force);
    let kind = change.as_str();
    settings::check(deps.as_ref(), env, &change)?;
    let applied = settings::apply(deps, env, change)?;
    Ok(applied.add_event(CHANGES.event(id, kind, "applied", ready_at)))
}

/// Takes a waiting change back. By the owner.
pub fn cancel(deps: DepsMut, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    let delay_secs = delay_secs(deps.storage)?;
    Ok(CHANGES.cancel(deps.storage, id, delay_secs)?)
}

/// Changes that wait, by number.
pub fn list(
    deps: Deps,
    start_after: Option<u64>,
    limit: usize,
) -> ContractResult<Vec<PendingChange>> {
    let delay_secs = delay_secs(deps.storage)?;
    Ok(CHANGES.list(deps.storage, delay_secs, start_after, limit)?)
}
