//! cw20-base 2.0.0 as a contract of its own: the cw20 collateral of local networks and tests.
//!
//! The workspace takes cw20-base as a library, without entry points, for the fund's shares. Here they are; all they do
//! is cw20-base's.
#![cfg(not(feature = "library"))]

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult};
use cw20_base::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use cw20_base::{contract, ContractError};

/// cw20-base's.
///
/// # Errors
/// As there.
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    contract::instantiate(deps, env, info, msg)
}

/// cw20-base's.
///
/// # Errors
/// As there.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    contract::execute(deps, env, info, msg)
}

/// cw20-base's.
///
/// # Errors
/// As there.
#[entry_point]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    contract::query(deps, env, msg)
}

/// cw20-base's.
///
/// # Errors
/// As there.
#[entry_point]
pub fn migrate(deps: DepsMut, env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    contract::migrate(deps, env, msg)
}
