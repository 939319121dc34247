//! What governance owes, and that it holds it: `held >= staked + unstaking + deposits` in every token, after
//! every message. What is above is the treasury, which proposals may spend.
//!
//! Messages are judged by what they change: no token may lack more after them than before. A deposit token
//! that breaks or lies can so take nothing from other tokens, and cannot lock governance: what cannot be
//! read before is not compared.

use ballast_types::governance::{BookGap, ExecuteMsg, HeldDeposits};
use cosmwasm_std::{
    to_json_binary, Addr, CosmosMsg, Deps, Env, Order, StdResult, Storage, Uint128, WasmMsg,
};
use cw20::Denom;

use crate::state::{DEPOSITS, TOKEN, TOTAL_STAKE, UNSTAKING};
use crate::token::{balance, key};
use crate::{ContractError, ContractResult};

/// What is missing of the staked token and of every token in which deposits are held, as far as it can be
/// read.
///
/// # Errors
/// Storage.
pub fn gaps(deps: Deps, this: &Addr) -> ContractResult<Vec<BookGap>> {
    let token = TOKEN.load(deps.storage)?;
    let deposits = deposits(deps.storage)?.into_iter().map(|held| held.denom);
    let mut tokens: Vec<Denom> = deposits.filter(|denom| *denom != token).collect();
    tokens.push(token);
    let mut gaps = Vec::with_capacity(tokens.len());
    for denom in tokens {
        // A broken token is left out.
        gaps.extend(gap(deps, this, &denom));
    }
    Ok(gaps)
}

/// What is missing of one token.
///
/// # Errors
/// What the token says.
pub fn gap(deps: Deps, this: &Addr, denom: &Denom) -> ContractResult<BookGap> {
    let held = balance(&deps.querier, this, denom)?;
    Ok(BookGap {
        denom: denom.clone(),
        missing: owed(deps.storage, denom)?.saturating_sub(held),
    })
}

/// Compares what is missing now with what was missing before.
///
/// # Errors
/// [`ContractError::BooksBroken`], or a token that cannot be read any more.
pub fn check(deps: Deps, this: &Addr, gaps: &[BookGap]) -> ContractResult<()> {
    for BookGap { denom, missing } in gaps {
        let owed = owed(deps.storage, denom)?;
        let held = balance(&deps.querier, this, denom)?;
        if owed.saturating_sub(held) > *missing {
            return Err(ContractError::BooksBroken {
                token: key(denom),
                owed,
                held,
            });
        }
    }
    Ok(())
}

/// Refuses where less of the staked token is held than is owed.
///
/// # Errors
/// [`ContractError::BooksBroken`].
pub fn check_stakes(deps: Deps, this: &Addr) -> ContractResult<()> {
    let denom = TOKEN.load(deps.storage)?;
    let missing = Uint128::zero();
    check(deps, this, &[BookGap { denom, missing }])
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

/// The message that checks the books after those before it. It goes last; `gaps` are those of before.
///
/// # Errors
/// Serialisation.
#[must_use = "the messages before it could spend what is owed"]
pub fn check_message(env: &Env, gaps: Vec<BookGap>) -> StdResult<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::CheckBooks { gaps })?,
        funds: vec![],
    }
    .into())
}
