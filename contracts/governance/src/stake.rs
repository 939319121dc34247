//! Staking for power, unstaking with a delay.
//!
//! Power at height H is the stake before block H: what changes in a block counts from the next one on, so
//! coins borrowed for one block have no vote. `sum of stakes = total` at every height, because both are
//! written together.

use ballast_types::governance::ReceiveMsg;
use cosmwasm_std::{from_json, Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_utils::nonpayable;

use crate::books::{self, Books};
use crate::state::{current_settings, power, save_power, totals, TOKEN, TOTALS};
use crate::token::{attached, key, pay};
use crate::{claims, events, ContractError, ContractResult};

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
    let height = env.block.height;
    let before = power(deps.storage, staker)?;
    let power = before.checked_add(amount)?;
    let total = books.totals.staked.checked_add(amount)?;
    books.totals.staked = total;
    save_power(deps.storage, staker, height, before, power)?;
    TOTALS.save(deps.storage, height, &books.totals)?;
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
    let (_, settings) = current_settings(deps.storage)?;
    let claimable_at = env.block.time.plus_seconds(settings.unstaking_secs);
    let mut totals = totals(deps.storage)?;
    totals.staked = totals.staked.checked_sub(amount)?;
    totals.unstaking = totals.unstaking.checked_add(amount)?;
    let (height, total) = (env.block.height, totals.staked);

    claims::add(deps.storage, staker, amount, claimable_at)?;
    save_power(deps.storage, staker, height, found, power)?;
    TOTALS.save(deps.storage, height, &totals)?;
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
    let amount = claims::take_ready(deps.storage, staker, env.block.time)?;
    if amount.is_zero() {
        return Err(ContractError::NothingToClaim {});
    }
    let mut totals = totals(deps.storage)?;
    totals.unstaking = totals.unstaking.checked_sub(amount)?;
    TOTALS.save(deps.storage, env.block.height, &totals)?;
    let token = TOKEN.load(deps.storage)?;
    Ok(Response::new()
        .add_message(pay(&token, staker, amount)?)
        .add_attribute("action", "claim")
        .add_attribute("from", staker)
        .add_attribute("amount", amount)
        .add_event(events::claimed(staker, amount)))
}
