//! Migration: from a version that this code knows, once.

use cosmwasm_std::{DepsMut, Response};

use crate::contract::CONTRACT;
use crate::state::ADVERSE_DELAY_SECS;
use crate::validate::DEFAULT_ADVERSE_DELAY_SECS;
use crate::ContractResult;

/// From 0.1.0, where nothing waited: the delay is the default. Every feed of 0.1.0 counts as one that somebody relies on.
///
/// # Errors
/// [`ballast_administration::migration::MigrationError`]: another contract, this version, one that is not known.
pub fn migrate(deps: DepsMut) -> ContractResult<Response> {
    let from = CONTRACT.migrate(deps.storage)?;
    ADVERSE_DELAY_SECS.save(deps.storage, &DEFAULT_ADVERSE_DELAY_SECS)?;
    Ok(CONTRACT.migrated(from))
}
