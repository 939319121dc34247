//! A contract that sends what it is told, and may swallow what goes wrong.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response, StdError,
    StdResult, SubMsg,
};
use cw_multi_test::{Contract, ContractWrapper};

#[cw_serde]
pub enum PuppetMsg {
    /// Sends messages as the puppet.
    Act {
        msgs: Vec<CosmosMsg>,
        /// Whether failures are swallowed.
        catch: bool,
    },
    /// What a market does with the guardian's freeze.
    SetFreeze { until: u64 },
    /// Fails unless the block time is at least this.
    FailBefore { secs: u64 },
    /// Fails with a text of so many bytes of a character of three bytes.
    FailLoudly { bytes: usize },
}

pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(_: DepsMut, env: Env, _: MessageInfo, msg: PuppetMsg) -> StdResult<Response> {
    match msg {
        PuppetMsg::Act { msgs, catch: true } => Ok(Response::new()
            .add_submessages(msgs.into_iter().map(|msg| SubMsg::reply_on_error(msg, 7)))),
        PuppetMsg::Act { msgs, catch: false } => Ok(Response::new().add_messages(msgs)),
        PuppetMsg::SetFreeze { until } => {
            Ok(Response::new().add_attribute("frozen_until", until.to_string()))
        }
        PuppetMsg::FailBefore { secs } if env.block.time.seconds() < secs => {
            Err(StdError::generic_err("too early for the puppet"))
        }
        PuppetMsg::FailBefore { .. } => Ok(Response::new()),
        PuppetMsg::FailLoudly { bytes } => Err(StdError::generic_err("€".repeat(bytes / 3))),
    }
}

fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    Err(StdError::generic_err("the puppet answers nothing"))
}

fn reply(_: DepsMut, _: Env, reply: Reply) -> StdResult<Response> {
    let cause = reply.result.into_result().err().unwrap_or_default();
    Ok(Response::new().add_attribute("swallowed", cause))
}
