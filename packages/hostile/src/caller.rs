//! A caller near a chain's limits: it nests itself, or gives little gas, before it sends what it was told.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{to_json_binary, CosmosMsg, Env, Response, StdResult, SubMsg, WasmMsg};

use crate::fund::ExecuteMsg;

/// Messages sent from deep inside a stack of calls, or with little gas.
#[cw_serde]
pub struct Nest {
    /// How often it calls itself before it sends the messages; a chain refuses a stack of more than 100 calls.
    pub depth: u32,
    /// Gas for each of the messages; all there is where absent.
    pub gas_limit: Option<u64>,
    /// Whether the transaction commits where a message fails.
    pub tolerates: bool,
    /// What it sends in the end.
    pub msgs: Vec<CosmosMsg>,
}

/// One level deeper, or the messages themselves.
///
/// # Errors
/// None in practice.
pub fn nest(env: &Env, nest: Nest) -> StdResult<Response> {
    let response = Response::new().add_attribute("action", "nest");
    if let Some(depth) = nest.depth.checked_sub(1) {
        return Ok(response.add_message(WasmMsg::Execute {
            contract_addr: env.contract.address.to_string(),
            msg: to_json_binary(&ExecuteMsg::Nest(Nest { depth, ..nest }))?,
            funds: vec![],
        }));
    }
    let Nest {
        gas_limit,
        tolerates,
        msgs,
        ..
    } = nest;
    let message = |msg| {
        let message = if tolerates {
            SubMsg::reply_on_error(msg, 0)
        } else {
            SubMsg::new(msg)
        };
        SubMsg {
            gas_limit,
            ..message
        }
    };
    Ok(response.add_submessages(msgs.into_iter().map(message)))
}
