//! What the chain calls: messages are read by [`ballast_json`], the rest is [`crate::contract`].

use ballast_json::Message;
use ballast_types::market::{ExecuteMsg, InstantiateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response};

use crate::contract;
use crate::contract::MigrateMsg;
use crate::error::ContractError;

/// See [`contract::instantiate`].
///
/// # Errors
/// [`ContractError`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: Message<InstantiateMsg>,
) -> Result<Response, ContractError> {
    contract::instantiate(deps, env, info, message.0).map_err(|error| *error)
}

/// See [`contract::execute`].
///
/// # Errors
/// [`ContractError`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: Message<ExecuteMsg>,
) -> Result<Response, ContractError> {
    contract::execute(deps, env, info, message.0).map_err(|error| *error)
}

/// See [`contract::reply`].
///
/// # Errors
/// [`ContractError`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut, env: Env, message: Reply) -> Result<Response, ContractError> {
    contract::reply(deps, env, message).map_err(|error| *error)
}

/// See [`contract::query`].
///
/// # Errors
/// [`ContractError`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, message: Message<QueryMsg>) -> Result<Binary, ContractError> {
    contract::query(deps, env, message.0).map_err(|error| *error)
}

/// See [`contract::migrate`].
///
/// # Errors
/// [`ContractError`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, env: Env, message: MigrateMsg) -> Result<Response, ContractError> {
    contract::migrate(deps, env, message).map_err(|error| *error)
}
