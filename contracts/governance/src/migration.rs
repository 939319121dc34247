//! Migration: from an older version of this contract only.

use cosmwasm_std::{DepsMut, Response};

use crate::contract::{CONTRACT_NAME, CONTRACT_VERSION};
use crate::{ContractError, ContractResult};

/// Refuses another contract, the same version and a newer one.
pub fn migrate(deps: DepsMut) -> ContractResult<Response> {
    let found = cw2::get_contract_version(deps.storage)?;
    let refused = || ContractError::CannotMigrate {
        expected: format!("{CONTRACT_NAME} {CONTRACT_VERSION}"),
        found: format!("{} {}", found.contract, found.version),
    };
    if found.version == CONTRACT_VERSION {
        return Err(refused());
    }
    cw2::ensure_from_older_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)
        .map_err(|_| refused())?;
    Ok(Response::new()
        .add_attribute("action", "migrate")
        .add_attribute("from", found.version)
        .add_attribute("to", CONTRACT_VERSION))
}
