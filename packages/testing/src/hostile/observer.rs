//! A contract that asks others in the middle of a transaction and keeps the answers.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, to_json_vec, Binary, ContractResult, Deps, DepsMut, Empty, Env, MessageInfo,
    QueryRequest, Response, StdError, StdResult, SystemResult, WasmQuery,
};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::Item;

/// A smart query.
#[cw_serde]
pub struct Question {
    /// Whom.
    pub contract: String,
    /// JSON.
    pub msg: Binary,
}

/// What the observer understands.
#[cw_serde]
pub enum ExecuteMsg {
    /// Asks, and keeps the answers after those it has. Fails where a query fails.
    Ask {
        /// In this order.
        questions: Vec<Question>,
    },
}

/// What it tells.
#[cw_serde]
pub enum QueryMsg {
    /// All answers so far: JSON each.
    Answers {},
}

const ANSWERS: Item<Vec<Binary>> = Item::new("answers");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

fn instantiate(deps: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    ANSWERS.save(deps.storage, &vec![])?;
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let ExecuteMsg::Ask { questions } = msg;
    let mut answers = ANSWERS.load(deps.storage)?;
    for question in questions {
        let request: QueryRequest<Empty> = QueryRequest::Wasm(WasmQuery::Smart {
            contract_addr: question.contract,
            msg: question.msg,
        });
        match deps.querier.raw_query(&to_json_vec(&request)?) {
            SystemResult::Ok(ContractResult::Ok(answer)) => answers.push(answer),
            other => return Err(StdError::generic_err(format!("{other:?}"))),
        }
    }
    ANSWERS.save(deps.storage, &answers)?;
    Ok(Response::new())
}

fn query(deps: Deps, _: Env, _: QueryMsg) -> StdResult<Binary> {
    to_json_binary(&ANSWERS.load(deps.storage)?)
}
