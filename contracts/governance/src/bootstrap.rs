//! The first deployment does not wait for a vote: the instantiator sends one list of messages as governance,
//! which wires contracts whose addresses did not exist before. The right is gone with its use, after a day,
//! and with the first proposal.

use cosmwasm_std::{CosmosMsg, DepsMut, Env, MessageInfo, Response};
use cw_utils::nonpayable;

use crate::classify::classify;
use crate::state::{proposal_count, BOOTSTRAP};
use crate::{books, events, ContractError, ContractResult};

/// How long the instantiator has.
pub const BOOTSTRAP_SECS: u64 = 86_400;

/// Sends messages as governance and locks itself. By the instantiator.
///
/// # Errors
/// [`ContractError::BootstrapLocked`]; messages that no proposal may hold.
pub fn execute_bootstrap(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    msgs: Vec<CosmosMsg>,
) -> ContractResult<Response> {
    nonpayable(info)?;
    let right = BOOTSTRAP.may_load(deps.storage)?;
    let now = env.block.time.seconds();
    let unused = proposal_count(deps.storage)? == 0;
    let allowed = right.is_some_and(|right| right.by == info.sender.as_str() && now < right.until);
    if !allowed || !unused {
        return Err(ContractError::BootstrapLocked {
            sender: info.sender.clone(),
        });
    }
    classify(deps.api, &env.contract.address, &msgs)?;
    let gaps = books::gaps(deps.as_ref(), &env.contract.address)?;
    BOOTSTRAP.remove(deps.storage);
    let event = events::bootstrap(&info.sender, msgs.len());
    Ok(Response::new()
        .add_messages(msgs)
        .add_message(books::check_message(env, gaps)?)
        .add_attribute("action", "bootstrap")
        .add_event(event))
}
