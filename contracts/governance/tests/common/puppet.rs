//! A contract that sends what it is told, and may swallow what goes wrong.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Binary, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
    StdError, StdResult, SubMsg, Uint128,
};
use cw20::{BalanceResponse, Cw20QueryMsg, TokenInfoResponse};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::Item;

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
    /// As a cw20: answers every balance query with this, or fails where there is nothing.
    Hold { answer: Option<Uint128> },
    /// As a cw20: takes a deposit.
    TransferFrom {
        owner: String,
        recipient: String,
        amount: Uint128,
    },
    /// As a cw20: pays a deposit back.
    Transfer { recipient: String, amount: Uint128 },
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

const HOLDS: Item<Option<Uint128>> = Item::new("holds");

fn execute(deps: DepsMut, env: Env, _: MessageInfo, msg: PuppetMsg) -> StdResult<Response> {
    match msg {
        PuppetMsg::Hold { answer } => {
            HOLDS.save(deps.storage, &answer)?;
            Ok(Response::new())
        }
        PuppetMsg::TransferFrom { amount, .. } => {
            let holds = HOLDS.may_load(deps.storage)?.flatten().unwrap_or_default() + amount;
            HOLDS.save(deps.storage, &Some(holds))?;
            Ok(Response::new())
        }
        PuppetMsg::Transfer { .. } => Ok(Response::new()),
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

fn query(deps: Deps, _: Env, msg: Cw20QueryMsg) -> StdResult<Binary> {
    match msg {
        Cw20QueryMsg::TokenInfo {} => to_json_binary(&TokenInfoResponse {
            name: "puppet".to_owned(),
            symbol: "PUP".to_owned(),
            decimals: 0,
            total_supply: Uint128::new(1_000_000),
        }),
        _ => match HOLDS
            .may_load(deps.storage)?
            .unwrap_or(Some(Uint128::zero()))
        {
            Some(balance) => to_json_binary(&BalanceResponse { balance }),
            None => Err(StdError::generic_err("the puppet is silent")),
        },
    }
}

fn reply(_: DepsMut, _: Env, reply: Reply) -> StdResult<Response> {
    let cause = reply.result.into_result().err().unwrap_or_default();
    Ok(Response::new().add_attribute("swallowed", cause))
}
