//! Migration: from a version that this code knows, once.

use cosmwasm_std::{DepsMut, Response};

use crate::contract::CONTRACT;
use crate::ContractResult;

/// From 0.2.0, whose state is the same.
///
/// # Errors
/// [`ballast_administration::migration::MigrationError`]: another contract, this version, one that is not known.
pub fn migrate(deps: DepsMut) -> ContractResult<Response> {
    let from = CONTRACT.migrate(deps.storage)?;
    Ok(CONTRACT.migrated(from))
}
