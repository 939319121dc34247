//! Entry points and dispatch, and nothing else.

use ballast_types::price_feed::{ExecuteMsg, InstantiateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response};
use cw_utils::nonpayable;

use crate::{feeds, migration, ownership, push, query, ContractResult};

/// Name kept by cw2.
pub const CONTRACT_NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
/// Version kept by cw2.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Appoints the owner.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> ContractResult<Response> {
    nonpayable(&info)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("owner", msg.owner))
}

/// No message takes coins.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> ContractResult<Response> {
    nonpayable(&info)?;
    match msg {
        ExecuteMsg::PushPrices { prices } => push::push_prices(deps, &env, &info, prices),
        ExecuteMsg::SetFeed { feed } => feeds::set_feed(deps, &info, feed),
        ExecuteMsg::RemoveFeed { id } => feeds::remove_feed(deps, &info, &id),
        ExecuteMsg::UpdateOwnership(action) => ownership::update(deps, &env, &info, action),
    }
}

/// All queries cost one storage read, the paged one at most 50.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> ContractResult<Binary> {
    let answer = match msg {
        QueryMsg::PriceFeed { id } => to_json_binary(&query::price_feed(deps, &env, id)?),
        QueryMsg::Feed { id } => to_json_binary(&query::feed(deps, id)?),
        QueryMsg::Feeds { start_after, limit } => {
            to_json_binary(&query::feeds(deps, start_after.as_deref(), limit)?)
        }
        QueryMsg::FeederPrices { id } => to_json_binary(&query::feeder_prices(deps, &env, &id)?),
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    };
    Ok(answer?)
}

/// From an older version of this contract only.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> ContractResult<Response> {
    migration::migrate(deps)
}
