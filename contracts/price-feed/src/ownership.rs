//! Two-step ownership by cw-ownable, never given up, and never pending without an end.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use cw_ownable::{Action, Expiration};

use crate::{ContractError, ContractResult};

/// Transfers with an expiry in the future, accepts, refuses to renounce.
pub fn update(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    action: Action,
) -> ContractResult<Response> {
    match &action {
        Action::TransferOwnership { expiry, .. } => {
            let ends = expiry.filter(|expiry| *expiry != Expiration::Never {});
            if ends.map_or(true, |expiry| expiry.is_expired(&env.block)) {
                return Err(ContractError::TransferNeedsExpiry {});
            }
        }
        Action::AcceptOwnership => {}
        Action::RenounceOwnership => return Err(ContractError::RenounceRefused {}),
    }
    let ownership = cw_ownable::update_ownership(deps, &env.block, &info.sender, action)?;
    Ok(Response::new()
        .add_attribute("action", "update_ownership")
        .add_attributes(ownership.into_attributes()))
}
