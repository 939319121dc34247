//! A cw20 (cw20-base underneath) that may take a fee, fail, or call back in the middle of a transfer.

use anyhow::Result;
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    from_json, Addr, Binary, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
    StdError, Uint128,
};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg};
use cw20_base::contract as base;
use cw_multi_test::Contract;
use cw_storage_plus::Item;

use super::{swallow, tolerant};

/// What the token does at `Transfer` and `Send`. Allowances always work honestly.
#[cw_serde]
pub enum TokenBehaviour {
    /// As cw20-base.
    Honest,
    /// Burns a share of every amount on the way.
    TakesFee {
        /// The share.
        ppm: u32,
        /// Tells the receiving contract the amount before the fee.
        hides_fee: bool,
    },
    /// Refuses every transfer.
    Fails,
    /// Refuses transfers to one address.
    FailsTo {
        /// The receiver.
        address: String,
    },
    /// Refuses transfers by one address.
    FailsFrom {
        /// The sender.
        address: String,
    },
    /// Sends messages of its own at the next transfer, then is honest again. Their failure is tolerated.
    CallsBack {
        /// What it sends, before anything else that the transfer leads to.
        msgs: Vec<CosmosMsg>,
    },
}

/// What the token understands besides cw20.
#[cw_serde]
pub enum ControlMsg {
    /// Switches the behaviour.
    SetBehaviour(TokenBehaviour),
}

const BEHAVIOUR: Item<TokenBehaviour> = Item::new("hostile_behaviour");

/// The token's code.
pub struct HostileToken;

impl HostileToken {
    /// For `App::store_code`.
    #[must_use]
    pub fn boxed() -> Box<dyn Contract<Empty>> {
        Box::new(Self)
    }
}

impl Contract<Empty> for HostileToken {
    fn instantiate(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        BEHAVIOUR.save(deps.storage, &TokenBehaviour::Honest)?;
        Ok(base::instantiate(deps, env, info, from_json(msg)?)?)
    }

    fn execute(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        if let Ok(ControlMsg::SetBehaviour(behaviour)) = from_json(&msg) {
            BEHAVIOUR.save(deps.storage, &behaviour)?;
            return Ok(Response::new().add_attribute("action", "set_behaviour"));
        }
        let msg: Cw20ExecuteMsg = from_json(&msg)?;
        let to = match &msg {
            Cw20ExecuteMsg::Transfer { recipient, .. } => recipient.clone(),
            Cw20ExecuteMsg::Send { contract, .. } => contract.clone(),
            _ => return Ok(base::execute(deps, env, info, msg)?),
        };
        misbehave(deps, env, info, msg, &to)
    }

    fn query(&self, deps: Deps, env: Env, msg: Vec<u8>) -> Result<Binary> {
        Ok(base::query(deps, env, from_json(msg)?)?)
    }

    fn reply(&self, _deps: DepsMut, _env: Env, msg: Reply) -> Result<Response> {
        Ok(swallow(&msg)?)
    }

    fn sudo(&self, _deps: DepsMut, _env: Env, _msg: Vec<u8>) -> Result<Response> {
        Err(StdError::generic_err("no sudo").into())
    }

    fn migrate(&self, _deps: DepsMut, _env: Env, _msg: Vec<u8>) -> Result<Response> {
        Err(StdError::generic_err("no migration").into())
    }
}

/// A `Transfer` or `Send` to `to`, by the behaviour in force.
fn misbehave(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: Cw20ExecuteMsg,
    to: &str,
) -> Result<Response> {
    let refused = || StdError::generic_err("the token refuses this transfer");
    match BEHAVIOUR.load(deps.storage)? {
        TokenBehaviour::Honest => Ok(base::execute(deps, env, info, msg)?),
        TokenBehaviour::Fails => Err(refused().into()),
        TokenBehaviour::FailsTo { address } if address == to => Err(refused().into()),
        TokenBehaviour::FailsFrom { address } if address == info.sender.as_str() => {
            Err(refused().into())
        }
        TokenBehaviour::FailsTo { .. } | TokenBehaviour::FailsFrom { .. } => {
            Ok(base::execute(deps, env, info, msg)?)
        }
        TokenBehaviour::TakesFee { ppm, hides_fee } => {
            take_fee(deps, env, &info, msg, ppm, hides_fee)
        }
        TokenBehaviour::CallsBack { msgs } => {
            BEHAVIOUR.save(deps.storage, &TokenBehaviour::Honest)?;
            let honest = base::execute(deps, env, info, msg)?;
            Ok(Response::new()
                .add_submessages(tolerant(msgs))
                .add_submessages(honest.messages)
                .add_attributes(honest.attributes))
        }
    }
}

fn take_fee(
    mut deps: DepsMut,
    env: Env,
    info: &MessageInfo,
    msg: Cw20ExecuteMsg,
    ppm: u32,
    hides_fee: bool,
) -> Result<Response> {
    let mut transfer = |to: String, amount: Uint128| -> Result<(Uint128, Response)> {
        let fee = amount.multiply_ratio(ppm, 1_000_000u32);
        if !fee.is_zero() {
            let burn = Cw20ExecuteMsg::Burn { amount: fee };
            base::execute(deps.branch(), env.clone(), info.clone(), burn)?;
        }
        let arriving = amount.checked_sub(fee)?;
        let send = Cw20ExecuteMsg::Transfer {
            recipient: to,
            amount: arriving,
        };
        let response = base::execute(deps.branch(), env.clone(), info.clone(), send)?;
        Ok((arriving, response))
    };
    match msg {
        Cw20ExecuteMsg::Transfer { recipient, amount } => Ok(transfer(recipient, amount)?.1),
        Cw20ExecuteMsg::Send {
            contract,
            amount,
            msg,
        } => {
            let (arriving, response) = transfer(contract.clone(), amount)?;
            let hook = Cw20ReceiveMsg {
                sender: info.sender.to_string(),
                amount: if hides_fee { amount } else { arriving },
                msg,
            };
            Ok(response.add_message(hook.into_cosmos_msg(Addr::unchecked(contract))?))
        }
        _ => Err(StdError::generic_err("only transfers take a fee").into()),
    }
}
