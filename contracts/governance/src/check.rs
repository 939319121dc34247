//! A dry run: the messages are really sent, and then everything is undone, because this always fails.
//!
//! With a reply to each message the number of the one that fails is known, and on the embedded chain its
//! cause. A real chain hides the cause of a failed submessage from the contract that sent it (other nodes
//! may word it differently); without a reply to failures the error reaches whoever simulates the
//! transaction unchanged. That is `verbatim`.
//!
//! Anyone may ask: nothing that governance does here can outlive the failure, not even inside a contract
//! that swallows it.

use ballast_storage::{from_bytes, record, to_bytes};
use cosmwasm_std::{CosmosMsg, DepsMut, Env, MessageInfo, Reply, Response, SubMsg, SubMsgResult};
use cw_utils::nonpayable;

use crate::classify::classify;
use crate::{books, ContractError, ContractResult};

/// Reply to one message of a dry run.
pub const REPLY_CHECK: u64 = 3;

/// Which message is replied to.
struct Place {
    index: u8,
    messages: u8,
    adverse: bool,
}

record! {
    struct Place { index, messages, adverse }
}

/// Sends messages and fails.
///
/// # Errors
/// Always: [`ContractError::CheckPassed`], [`ContractError::CheckFailed`],
/// [`ContractError::CheckFailedBooks`], the failing message's own, or what no proposal may hold.
pub fn execute_check(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    msgs: Vec<CosmosMsg>,
    verbatim: bool,
) -> ContractResult<Response> {
    nonpayable(info)?;
    if msgs.is_empty() {
        return Err(ContractError::NothingToCheck {});
    }
    let speed = classify(deps.api, &env.contract.address, &msgs)?;
    let messages = byte(msgs.len());
    let adverse = speed == ballast_types::governance::Speed::Adverse;
    let gaps = books::gaps(deps.as_ref(), &env.contract.address)?;
    let books = books::check_message(env, gaps)?;
    let checks = msgs
        .into_iter()
        .chain([books])
        .enumerate()
        .map(|(index, msg)| {
            let place = Place {
                index: byte(index),
                messages,
                adverse,
            };
            let check = if verbatim {
                SubMsg::reply_on_success(msg, REPLY_CHECK)
            } else {
                SubMsg::reply_always(msg, REPLY_CHECK)
            };
            check.with_payload(to_bytes(&place))
        });
    Ok(Response::new().add_submessages(checks))
}

/// At most [`crate::classify::MAX_MESSAGES`] and one, which fits.
fn byte(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

/// Goes on with the next message; fails with the first that failed, and after the last in any case.
///
/// # Errors
/// As [`execute_check`].
pub fn reply(reply: Reply) -> ContractResult<Response> {
    let place: Place = from_bytes(&reply.payload)?;
    let (index, messages) = (usize::from(place.index), usize::from(place.messages));
    match reply.result {
        SubMsgResult::Err(cause) if index < messages => Err(ContractError::CheckFailed {
            index,
            messages,
            cause,
        }),
        SubMsgResult::Err(cause) => Err(ContractError::CheckFailedBooks { messages, cause }),
        SubMsgResult::Ok(_) if index < messages => Ok(Response::new()),
        SubMsgResult::Ok(_) => Err(ContractError::CheckPassed {
            messages,
            speed: if place.adverse { "adverse" } else { "normal" },
        }),
    }
}
