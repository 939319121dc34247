//! Staking for power, unstaking with a delay.
//!
//! Power at height H is the stake before block H: what changes in a block counts from the next one on, so
//! coins borrowed for one block have no vote. `sum of stakes = total` at every height, because both are
//! written together.

use ballast_types::governance::ReceiveMsg;
use cosmwasm_std::{
    from_json, Addr, DepsMut, Env, MessageInfo, Response, StdResult, Storage, Uint128,
};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_utils::{nonpayable, Expiration};

use crate::books::{self, Books};
use crate::state::{current_settings, power, CLAIMS, STAKES, TOKEN, TOTAL_STAKE, UNSTAKING};
use crate::token::{attached, key, pay};
use crate::{events, ContractError, ContractResult};

/// Unstaked amounts of one staker that wait.
pub const MAX_CLAIMS: usize = 20;

/// Stakes native coins for the sender.
///
/// # Errors
/// [`ContractError::WrongToken`], [`ContractError::ZeroAmount`], [`ContractError::StakesItself`].
pub fn execute_stake(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    let books = Books::load(deps.storage)?;
    let Some(amount) = attached(&info.funds, &books.token) else {
        return Err(ContractError::WrongToken {
            expected: key(&books.token),
        });
    };
    stake(deps, env, books, &info.sender, amount)
}

/// The cw20 hook: stakes for whoever sent the tokens.
///
/// # Errors
/// As [`execute_stake`]; [`ContractError::BooksBroken`] where less arrived than the token says.
pub fn execute_receive(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    message: Cw20ReceiveMsg,
) -> ContractResult<Response> {
    nonpayable(info)?;
    let books = Books::load(deps.storage)?;
    if books.token != Denom::Cw20(info.sender.clone()) {
        return Err(ContractError::WrongToken {
            expected: key(&books.token),
        });
    }
    let ReceiveMsg::Stake {} = from_json(&message.msg)?;
    let staker = deps.api.addr_validate(&message.sender)?;
    stake(deps, env, books, &staker, message.amount)
}

fn stake(
    deps: DepsMut,
    env: &Env,
    mut books: Books,
    staker: &Addr,
    amount: Uint128,
) -> ContractResult<Response> {
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    if *staker == env.contract.address {
        return Err(ContractError::StakesItself {});
    }
    let power = power(deps.storage, staker)?.checked_add(amount)?;
    let total = books.totals.staked.checked_add(amount)?;
    books.totals.staked = total;
    save(deps.storage, env.block.height, staker, power, total)?;
    books::check_stakes(deps.as_ref(), &env.contract.address, &books)?;
    Ok(Response::new()
        .add_attribute("action", "stake")
        .add_attribute("from", staker)
        .add_attribute("amount", amount)
        .add_event(events::staked(staker, amount, power, total)))
}

/// Takes power away; the coins wait.
///
/// # Errors
/// [`ContractError::ZeroAmount`], [`ContractError::StakeTooSmall`], [`ContractError::TooManyClaims`].
pub fn execute_unstake(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    amount: Uint128,
) -> ContractResult<Response> {
    nonpayable(info)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let staker = &info.sender;
    let found = power(deps.storage, staker)?;
    let power = found
        .checked_sub(amount)
        .map_err(|_| ContractError::StakeTooSmall {
            found,
            asked: amount,
        })?;
    let claims = CLAIMS.query_claims(deps.as_ref(), staker)?.claims;
    if claims.len() >= MAX_CLAIMS {
        return Err(ContractError::TooManyClaims { max: MAX_CLAIMS });
    }
    let (_, settings) = current_settings(deps.storage)?;
    let claimable_at = env.block.time.plus_seconds(settings.unstaking_secs);
    let total = TOTAL_STAKE.load(deps.storage)?.checked_sub(amount)?;
    let unstaking = UNSTAKING.load(deps.storage)?.checked_add(amount)?;

    save(deps.storage, env.block.height, staker, power, total)?;
    UNSTAKING.save(deps.storage, &unstaking)?;
    let release_at = Expiration::AtTime(claimable_at);
    CLAIMS.create_claim(deps.storage, staker, amount, release_at)?;
    let event = events::unstaked(staker, amount, power, total, claimable_at.seconds());
    Ok(Response::new()
        .add_attribute("action", "unstake")
        .add_attribute("from", staker)
        .add_attribute("amount", amount)
        .add_event(event))
}

/// Pays out everything of the sender's that waited long enough.
///
/// # Errors
/// [`ContractError::NothingToClaim`].
pub fn execute_claim(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    nonpayable(info)?;
    let staker = &info.sender;
    let amount = CLAIMS.claim_tokens(deps.storage, staker, &env.block, None)?;
    if amount.is_zero() {
        return Err(ContractError::NothingToClaim {});
    }
    let unstaking = UNSTAKING.load(deps.storage)?.checked_sub(amount)?;
    UNSTAKING.save(deps.storage, &unstaking)?;
    let token = TOKEN.load(deps.storage)?;
    Ok(Response::new()
        .add_message(pay(&token, staker, amount)?)
        .add_attribute("action", "claim")
        .add_attribute("from", staker)
        .add_attribute("amount", amount)
        .add_event(events::claimed(staker, amount)))
}

fn save(
    storage: &mut dyn Storage,
    height: u64,
    staker: &Addr,
    power: Uint128,
    total: Uint128,
) -> StdResult<()> {
    if power.is_zero() {
        STAKES.remove(storage, staker, height)?;
    } else {
        STAKES.save(storage, staker, &power, height)?;
    }
    TOTAL_STAKE.save(storage, &total, height)
}
