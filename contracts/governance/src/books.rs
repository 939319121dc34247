//! What governance owes, and that it holds it: `held >= staked + unstaking + deposits` in every token, after
//! every message. What is above is the treasury, which proposals may spend.

use ballast_types::governance::{ExecuteMsg, HeldDeposits};
use cosmwasm_std::{
    to_json_binary, Addr, CosmosMsg, Deps, Env, Order, StdResult, Storage, Uint128, WasmMsg,
};
use cw20::Denom;

use crate::state::{DEPOSITS, TOKEN, TOTAL_STAKE, UNSTAKING};
use crate::token::{balance, key};
use crate::{ContractError, ContractResult};

/// Compares what is held of every token that is owed with what is owed.
///
/// # Errors
/// [`ContractError::BooksBroken`].
pub fn check(deps: Deps, this: &Addr) -> ContractResult<()> {
    let token = TOKEN.load(deps.storage)?;
    compare(deps, this, &token)?;
    for held in deposits(deps.storage)? {
        if held.denom != token {
            compare(deps, this, &held.denom)?;
        }
    }
    Ok(())
}

/// What is owed in one token, atoms.
///
/// # Errors
/// More than 2^128 atoms.
pub fn owed(storage: &dyn Storage, token: &Denom) -> ContractResult<Uint128> {
    let deposits = DEPOSITS
        .may_load(storage, &key(token))?
        .map_or_else(Uint128::zero, |held| held.amount);
    if TOKEN.load(storage)? != *token {
        return Ok(deposits);
    }
    let staked = TOTAL_STAKE.load(storage)?;
    let unstaking = UNSTAKING.load(storage)?;
    Ok(staked.checked_add(unstaking)?.checked_add(deposits)?)
}

/// All deposits held, by token. At most [`crate::settings::MAX_DEPOSIT_TOKENS`].
///
/// # Errors
/// Storage.
pub fn deposits(storage: &dyn Storage) -> StdResult<Vec<HeldDeposits>> {
    DEPOSITS
        .range(storage, None, None, Order::Ascending)
        .map(|entry| entry.map(|(_, held)| held))
        .collect()
}

/// The message that checks the books after those before it. It goes last.
///
/// # Errors
/// Serialisation.
#[must_use = "the messages before it could spend what is owed"]
pub fn check_message(env: &Env) -> StdResult<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::CheckBooks {})?,
        funds: vec![],
    }
    .into())
}

fn compare(deps: Deps, this: &Addr, token: &Denom) -> ContractResult<()> {
    let owed = owed(deps.storage, token)?;
    let held = balance(&deps.querier, this, token)?;
    if held < owed {
        return Err(ContractError::BooksBroken {
            token: key(token),
            owed,
            held,
        });
    }
    Ok(())
}
