//! Migration: from a version that this code knows, once.

use ballast_administration::pending::StoredChange;
use ballast_types::market::Change;
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{from_json, DepsMut, Order, Response, StdResult, Storage};

use crate::contract::CONTRACT;
use crate::error::ContractResult;
use crate::state::PENDING_CHANGES;

/// A change that waits, as 0.1.0 stored it: the time at which it is ready, in place of the delay.
#[cw_serde]
struct ReadyChange {
    change: Change,
    base: Change,
    loosens: String,
    proposed_at: u64,
    ready_at: u64,
}

/// From 0.1.0: changes that wait are stored with their delay. Each stays ready when it was. At most
/// [`crate::pending::MAX_PENDING`] records.
///
/// # Errors
/// [`ballast_administration::migration::MigrationError`]: another contract, this version, one that is not known.
pub fn migrate(deps: DepsMut) -> ContractResult<Response> {
    let from = CONTRACT.migrate(deps.storage)?;
    store_delays(deps.storage)?;
    Ok(CONTRACT.migrated(from))
}

fn store_delays(storage: &mut dyn Storage) -> StdResult<()> {
    let waiting: Vec<u64> = PENDING_CHANGES
        .keys(storage, None, None, Order::Ascending)
        .collect::<StdResult<_>>()?;
    for id in waiting {
        let stored = storage.get(&PENDING_CHANGES.key(id)).unwrap_or_default();
        let old: ReadyChange = from_json(stored)?;
        let new = StoredChange {
            delay_secs: old.ready_at.saturating_sub(old.proposed_at),
            change: old.change,
            base: old.base,
            loosens: old.loosens,
            proposed_at: old.proposed_at,
        };
        PENDING_CHANGES.save(storage, id, &new)?;
    }
    Ok(())
}
