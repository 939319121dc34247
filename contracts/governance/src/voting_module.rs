//! DAO DAO's voting-module queries: a DAO DAO DAO can use this stake as its voting module.

use ballast_types::voting_module::{
    ContractVersion, DenomResponse, InfoResponse, ListStakersResponse, StakerBalanceResponse,
    StakingConfigResponse, TotalPowerAtHeightResponse, VotingPowerAtHeightResponse,
};
use cosmwasm_std::{Addr, Deps, Env};
use cw20::Denom;
use cw_utils::Duration;

use crate::cw3::stakers;
use crate::state::{current_settings, power_before, total_before, TOKEN};
use crate::token::key;
use crate::{ContractError, ContractResult};

/// Power of an address before the block of a height, or of this one.
///
/// # Errors
/// The address.
pub fn voting_power(
    deps: Deps,
    env: &Env,
    address: &str,
    height: Option<u64>,
) -> ContractResult<VotingPowerAtHeightResponse> {
    let address = deps.api.addr_validate(address)?;
    let height = height.unwrap_or(env.block.height);
    Ok(VotingPowerAtHeightResponse {
        power: power_before(deps.storage, &address, height)?,
        height,
    })
}

/// Power of all before the block of a height, or of this one.
///
/// # Errors
/// Storage.
pub fn total_power(
    deps: Deps,
    env: &Env,
    height: Option<u64>,
) -> ContractResult<TotalPowerAtHeightResponse> {
    let height = height.unwrap_or(env.block.height);
    Ok(TotalPowerAtHeightResponse {
        power: total_before(deps.storage, height)?,
        height,
    })
}

/// cw2's record.
///
/// # Errors
/// Storage.
pub fn info(deps: Deps) -> ContractResult<InfoResponse> {
    let found = cw2::get_contract_version(deps.storage)?;
    Ok(InfoResponse {
        info: ContractVersion {
            contract: found.contract,
            version: found.version,
        },
    })
}

/// The staked native denom.
///
/// # Errors
/// [`ContractError::WrongToken`] where a cw20 is staked.
pub fn denom(deps: Deps) -> ContractResult<DenomResponse> {
    match TOKEN.load(deps.storage)? {
        Denom::Native(denom) => Ok(DenomResponse { denom }),
        token @ Denom::Cw20(_) => Err(ContractError::WrongToken {
            expected: key(&token),
        }),
    }
}

/// The staked cw20, if it is one.
///
/// # Errors
/// Storage.
pub fn token_contract(deps: Deps) -> ContractResult<Option<Addr>> {
    match TOKEN.load(deps.storage)? {
        Denom::Native(_) => Ok(None),
        Denom::Cw20(address) => Ok(Some(address)),
    }
}

/// The delay of unstaking.
///
/// # Errors
/// Storage.
pub fn staking_config(deps: Deps) -> ContractResult<StakingConfigResponse> {
    let (_, settings) = current_settings(deps.storage)?;
    Ok(StakingConfigResponse {
        unstaking_duration: Some(Duration::Time(settings.unstaking_secs)),
    })
}

/// Stakers by address.
///
/// # Errors
/// Storage.
pub fn list_stakers(
    deps: Deps,
    start_after: Option<String>,
    limit: Option<u32>,
) -> ContractResult<ListStakersResponse> {
    let stakers = stakers(deps, start_after, limit)?
        .into_iter()
        .map(|(address, balance)| StakerBalanceResponse {
            address: address.into_string(),
            balance,
        })
        .collect();
    Ok(ListStakersResponse { stakers })
}
