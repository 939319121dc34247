//! A contract that acts as a user: a trader or keeper who is a contract, may refuse tokens, and may call
//! back when they arrive.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response, StdError, StdResult,
};
use cw20::Cw20ReceiveMsg;
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::Item;

use super::{swallow, tolerant};

/// What the actor does when a cw20 is sent to it. Transfers and native coins run no code.
#[cw_serde]
pub enum ActorBehaviour {
    /// Takes it.
    Takes,
    /// Refuses it.
    Refuses,
    /// Takes it and sends these, whose failure is tolerated.
    CallsBack {
        /// What it sends.
        msgs: Vec<CosmosMsg>,
    },
}

/// What the actor understands.
#[cw_serde]
pub enum ExecuteMsg {
    /// Switches the behaviour.
    SetBehaviour(ActorBehaviour),
    /// Sends messages in its own name; all or nothing.
    Act {
        /// The messages.
        msgs: Vec<CosmosMsg>,
    },
    /// cw20 hook.
    Receive(Cw20ReceiveMsg),
}

const BEHAVIOUR: Item<ActorBehaviour> = Item::new("behaviour");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}

fn instantiate(deps: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    BEHAVIOUR.save(deps.storage, &ActorBehaviour::Takes)?;
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    match msg {
        ExecuteMsg::SetBehaviour(behaviour) => {
            BEHAVIOUR.save(deps.storage, &behaviour)?;
            Ok(Response::new().add_attribute("action", "set_behaviour"))
        }
        ExecuteMsg::Act { msgs } => Ok(Response::new().add_messages(msgs)),
        ExecuteMsg::Receive(_) => match BEHAVIOUR.load(deps.storage)? {
            ActorBehaviour::Takes => Ok(Response::new()),
            ActorBehaviour::Refuses => Err(StdError::generic_err("the receiver refuses")),
            ActorBehaviour::CallsBack { msgs } => {
                Ok(Response::new().add_submessages(tolerant(msgs)))
            }
        },
    }
}

fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    Err(StdError::generic_err("the actor answers nothing"))
}

fn reply(_: DepsMut, _: Env, msg: Reply) -> StdResult<Response> {
    swallow(&msg)
}
