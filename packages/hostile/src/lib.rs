//! A contract that misbehaves on command, for tests on the embedded chain and on a real one.
//!
//! It is an insurance fund that a market takes for its own, and a caller that nests itself or limits gas before it
//! sends a message. Each behaviour is switched by an execute message at run time, so that a test can open
//! positions among honest parts and turn one of them bad in the middle. It does not ask who switches it, and
//! belongs on no network that holds anything of worth.

#![allow(clippy::arithmetic_side_effects, clippy::cast_lossless)]

pub mod caller;
pub mod fund;

use cosmwasm_std::{CosmosMsg, Reply, Response, StdResult, SubMsg};

/// Messages whose failure is tolerated: what a hostile part sends to get in, not to be stopped by.
pub fn tolerant(msgs: Vec<CosmosMsg>) -> Vec<SubMsg> {
    msgs.into_iter()
        .map(|msg| SubMsg::reply_on_error(msg, 0))
        .collect()
}

/// Swallows the failure of a [`tolerant`] message.
///
/// # Errors
/// None.
pub fn swallow(reply: &Reply) -> StdResult<Response> {
    let result = if reply.result.is_ok() { "ok" } else { "failed" };
    Ok(Response::new()
        .add_attribute("action", "hostile_reply")
        .add_attribute("result", result))
}
