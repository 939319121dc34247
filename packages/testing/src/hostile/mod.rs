//! Parts that misbehave on command, as contracts for the embedded chain.
//!
//! Each is switched by an execute message at run time, so that a test can open positions among honest
//! parts and turn one of them bad in the middle. None of them asks who switches it.

pub mod actor;
pub mod fund;
pub mod observer;
pub mod oracle;
pub mod token;

use cosmwasm_std::{CosmosMsg, Reply, Response, StdResult, SubMsg};

/// Messages whose failure is tolerated: what a hostile part sends to get in, not to be stopped by.
fn tolerant(msgs: Vec<CosmosMsg>) -> Vec<SubMsg> {
    msgs.into_iter()
        .map(|msg| SubMsg::reply_on_error(msg, 0))
        .collect()
}

/// Swallows the failure of a [`tolerant`] message.
fn swallow(reply: &Reply) -> StdResult<Response> {
    let result = if reply.result.is_ok() { "ok" } else { "failed" };
    Ok(Response::new()
        .add_attribute("action", "hostile_reply")
        .add_attribute("result", result))
}
