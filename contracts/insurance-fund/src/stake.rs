//! `Stake`: coins become shares at the price that holds after the drip.

use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::state::CONFIG;
use crate::{events, exit, funds, report, shares, underwriting};

/// `Stake` with native coins.
///
/// # Errors
/// Wrong coins; as [`stake`].
pub fn execute_stake(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let amount = funds::expect_collateral(info, &collateral)?;
    stake(deps, env, &info.sender, amount)
}

/// Mints `floor(amount * shares / stake)` shares for `amount`, which has arrived. Touches an exit that was missed.
///
/// # Errors
/// [`ContractError::NoShares`].
pub fn stake(
    deps: DepsMut,
    env: &Env,
    staker_addr: &Addr,
    amount: Uint128,
) -> ContractResult<Response> {
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let missed = exit::return_missed(deps.storage, &mut books, staker_addr)?;

    underwriting::settle_window(&mut books)?;
    let pool = shares::open(&mut books)?;
    let holding = shares::holding(deps.storage, pool.base, staker_addr)?;
    let (pool_after, holding_after) = pool.stake(holding, amount, shares::vault(&books)?)?;
    let minted = holding_after.shares.checked_sub(holding.shares)?;
    if minted.is_zero() {
        return Err(ContractError::NoShares { amount });
    }
    books.underwriting.shares = pool_after.user;
    shares::save_balance(
        deps.storage,
        pool_after.base,
        staker_addr,
        holding_after.shares,
    )?;
    books.ledger.staked = books.ledger.staked.checked_add(amount)?;

    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "stake")
        .add_events(missed)
        .add_event(events::stake(staker_addr, amount, minted))
        .add_events(closed.events))
}
