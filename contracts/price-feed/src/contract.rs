//! Entry points and dispatch, and nothing else.

use ballast_administration::migration::Contract;
use ballast_types::price_feed::{Change, ConfigResponse, ExecuteMsg, InstantiateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response};
use cw_utils::nonpayable;

use crate::state::ADVERSE_DELAY_SECS;
use crate::validate::{self, DEFAULT_ADVERSE_DELAY_SECS};
use crate::{migration, ownership, pending, push, query, ContractResult};

/// As cw2 records it, and what it migrates from.
pub const CONTRACT: Contract = Contract {
    name: concat!("crates.io:", env!("CARGO_PKG_NAME")),
    version: env!("CARGO_PKG_VERSION"),
    migrates_from: &["0.2.0"],
};

/// Appoints the owner and sets the delay.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> ContractResult<Response> {
    nonpayable(&info)?;
    CONTRACT.record(deps.storage)?;
    let delay = msg.adverse_delay_secs.unwrap_or(DEFAULT_ADVERSE_DELAY_SECS);
    validate::adverse_delay(delay)?;
    ADVERSE_DELAY_SECS.save(deps.storage, &delay)?;
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
        ExecuteMsg::SetFeed { feed } => {
            pending::submit(deps, &env, &info, Change::SetFeed { feed })
        }
        ExecuteMsg::RemoveFeed { id } => {
            pending::submit(deps, &env, &info, Change::RemoveFeed { id })
        }
        ExecuteMsg::SetAdverseDelay { adverse_delay_secs } => {
            let change = Change::SetAdverseDelay { adverse_delay_secs };
            pending::submit(deps, &env, &info, change)
        }
        ExecuteMsg::ApplyChange { id } => pending::apply(deps, &env, id),
        ExecuteMsg::CancelChange { id } => pending::cancel(deps, &info, id),
        ExecuteMsg::UpdateOwnership(action) => ownership::update(deps, &env, &info, action),
    }
}

/// All queries cost one storage read or two, the paged ones at most 100.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> ContractResult<Binary> {
    let answer = match msg {
        QueryMsg::PriceFeed { id } => to_json_binary(&query::price_feed(deps, &env, id)?),
        QueryMsg::Feed { id } => to_json_binary(&query::feed(deps, id)?),
        QueryMsg::Feeds { start_after, limit } => {
            to_json_binary(&query::feeds(deps, start_after.as_deref(), limit)?)
        }
        QueryMsg::FeederPrices { id } => to_json_binary(&query::feeder_prices(deps, &env, &id)?),
        QueryMsg::Config {} => to_json_binary(&ConfigResponse {
            adverse_delay_secs: ADVERSE_DELAY_SECS.load(deps.storage)?,
        }),
        QueryMsg::PendingChanges { start_after, limit } => {
            to_json_binary(&query::pending_changes(deps, start_after, limit)?)
        }
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    };
    Ok(answer?)
}

/// From a version that this code knows, once.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> ContractResult<Response> {
    migration::migrate(deps)
}
