//! Two-step ownership by cw-ownable, without its two ways to lose it: renouncing, and a transfer that waits for ever.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use cw_ownable::{Action, Expiration};

use crate::error::{ContractError, ContractResult};
use crate::funds;

/// Transfers (with an expiry in the future) or accepts.
///
/// # Errors
/// [`ContractError::RenounceRefused`], [`ContractError::ExpiryNotInFuture`], cw-ownable's own.
pub fn execute_update_ownership(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    action: Action,
) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    match &action {
        Action::RenounceOwnership => return Err(ContractError::RenounceRefused {}),
        Action::TransferOwnership { expiry, .. } => check_expiry(env, *expiry)?,
        Action::AcceptOwnership => {}
    }
    let ownership = cw_ownable::update_ownership(deps, &env.block, &info.sender, action)?;
    Ok(Response::new()
        .add_attribute("action", "update_ownership")
        .add_attributes(ownership.into_attributes()))
}

fn check_expiry(env: &Env, expiry: Option<Expiration>) -> ContractResult<()> {
    match expiry {
        Some(Expiration::Never {}) | None => Err(ContractError::ExpiryNotInFuture {
            found: "none".to_owned(),
        }),
        Some(expiry) if expiry.is_expired(&env.block) => Err(ContractError::ExpiryNotInFuture {
            found: expiry.to_string(),
        }),
        Some(_) => Ok(()),
    }
}
