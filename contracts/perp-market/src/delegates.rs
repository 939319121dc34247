//! Delegated trading keys: who may trade for an account without being its owner.
//!
//! A delegate may place and cancel orders for one subaccount until the delegation expires. Everything that
//! moves money out, and delegation itself, looks the account up by its sender and never comes here: a
//! delegate cannot withdraw, transfer or delegate on. Whoever can trade can lose money by trading badly; a
//! delegate is trusted with that much and no more.

use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Order, Response, Storage};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::state::{ACCOUNTS, DELEGATES, MAX_DELEGATES};

/// Longest time that a delegation lasts, seconds: 365 days.
pub const MAX_DELEGATION_SECS: u64 = 365 * 86_400;

/// Number of the account that the sender acts for: its own, or as a delegate whose time has not run out
/// somebody else's.
pub fn acting_account(
    exchange: &Exchange,
    sender: &Addr,
    owner: Option<&str>,
    subaccount: u32,
) -> ContractResult<u64> {
    let Some(owner) = owner.filter(|owner| *owner != sender.as_str()) else {
        return exchange.account_number(sender, subaccount);
    };
    let owner = exchange.deps.api.addr_validate(owner)?;
    let number = exchange.account_number(&owner, subaccount)?;
    let expires_at = DELEGATES
        .may_load(exchange.deps.storage, (number, sender))?
        .ok_or_else(|| ContractError::NotDelegate {
            owner: owner.to_string(),
            subaccount,
            found: sender.to_string(),
        })?;
    let now = exchange.now();
    if expires_at <= now {
        return Err(ContractError::DelegationExpired {
            expired_at: expires_at,
            now,
        }
        .into());
    }
    Ok(number)
}

/// Lets somebody trade for the sender's subaccount, or changes until when. Where the account has as many
/// delegates as it may, expired ones make room.
pub fn set(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
    delegate: &str,
    expires_at: u64,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, subaccount)?;
    let delegate = deps.api.addr_validate(delegate)?;
    let now = exchange.now();
    if delegate == info.sender {
        return Err(ContractError::OwnerAsDelegate {}.into());
    }
    if expires_at <= now {
        return Err(ContractError::AlreadyExpired { expires_at, now }.into());
    }
    let max = now.saturating_add(MAX_DELEGATION_SECS);
    if expires_at > max {
        return Err(ContractError::DelegationTooLong {
            max,
            found: expires_at,
        }
        .into());
    }
    let held = all(deps.storage, number)?;
    let known = held.iter().any(|(held, _)| *held == delegate);
    if !known && held.len() >= MAX_DELEGATES {
        let expired: Vec<_> = held.iter().filter(|(_, expiry)| *expiry <= now).collect();
        if expired.is_empty() {
            return Err(ContractError::TooManyDelegates {
                max: MAX_DELEGATES,
                found: held.len(),
            }
            .into());
        }
        for (old, _) in expired {
            DELEGATES.remove(deps.storage, (number, old));
        }
    }
    DELEGATES.save(deps.storage, (number, &delegate), &expires_at)?;
    let account = ACCOUNTS.load(deps.storage, number)?;
    Ok(Response::new()
        .add_attribute("action", "set_delegate")
        .add_attribute("account", number.to_string())
        .add_event(events::delegate(number, &account, &delegate, expires_at)))
}

/// Takes a delegation back at once. By the account's owner.
pub fn remove(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
    delegate: &str,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, subaccount)?;
    let delegate = deps.api.addr_validate(delegate)?;
    if !DELEGATES.has(deps.storage, (number, &delegate)) {
        return Err(ContractError::NotDelegate {
            owner: info.sender.to_string(),
            subaccount,
            found: delegate.into_string(),
        }
        .into());
    }
    DELEGATES.remove(deps.storage, (number, &delegate));
    let account = ACCOUNTS.load(deps.storage, number)?;
    Ok(Response::new()
        .add_attribute("action", "remove_delegate")
        .add_attribute("account", number.to_string())
        .add_event(events::delegate(number, &account, &delegate, 0)))
}

/// An account's delegates, expired ones included: at most [`MAX_DELEGATES`].
pub fn all(storage: &dyn Storage, number: u64) -> ContractResult<Vec<(Addr, u64)>> {
    Ok(DELEGATES
        .prefix(number)
        .range(storage, None, None, Order::Ascending)
        .take(MAX_DELEGATES)
        .collect::<Result<_, _>>()?)
}
