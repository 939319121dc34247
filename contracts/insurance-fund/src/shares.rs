//! The shares of the active stake: what they are worth, and the cw20 that they are.
//!
//! Price, minting and burning are `ballast_risk`'s [`SharePool`], fed with [`VIRTUAL_SHARES`] and [`VIRTUAL_ATOMS`] that
//! nobody owns: the first staker gets ten shares an atom, and who tries to make a share dear for the second gives most of
//! what that takes to shares that are nobody's. All roundings stay with those who stay.
//! `value of all shares = floor((active + 1) * supply / (supply + 10)) <= active`.
//!
//! Where slashes have made a share worth so little that counts would outgrow their numbers, all counts are divided by a
//! power of ten: the supply at once, each balance when it is next touched (and in every answer before). Rounding is down,
//! so balances never add up to more than the supply. Allowances stay what they were.
//!
//! Messages and queries are cw20-base's. There is no `Mint` and no `Burn`: shares come by staking and go by leaving.

use ballast_risk::{value_of_shares, ShareHolding, SharePool};
use ballast_types::fund::ShareToken;
use cosmwasm_std::{Addr, Binary, Deps, DepsMut, Env, MessageInfo, Response, Storage, Uint128};
use cw20::{BalanceResponse, Expiration, TokenInfoResponse};
use cw20_base::allowances;
use cw20_base::contract as cw20_contract;
use cw20_base::state::{TokenInfo, BALANCES, TOKEN_INFO};

use crate::books::Books;
use crate::error::ContractResult;
use crate::state::{BOOKS, SHARE_BASES};
use crate::{events, funds, underwriting};

/// Shares that nobody owns.
pub const VIRTUAL_SHARES: u128 = 10;
/// What they are worth besides what they draw from stakers.
pub const VIRTUAL_ATOMS: u128 = 1;

/// Stores the token, without any share.
///
/// # Errors
/// A name, symbol or decimals that cw20-base does not take.
pub fn instantiate(storage: &mut dyn Storage, token: Option<ShareToken>) -> ContractResult<()> {
    let token = token.unwrap_or_else(|| ShareToken {
        name: "Ballast fund share".to_owned(),
        symbol: "BFS".to_owned(),
        decimals: 7,
    });
    let msg = cw20_base::msg::InstantiateMsg {
        name: token.name,
        symbol: token.symbol,
        decimals: token.decimals,
        initial_balances: vec![],
        mint: None,
        marketing: None,
    };
    msg.validate()?;
    let info = TokenInfo {
        name: msg.name,
        symbol: msg.symbol,
        decimals: msg.decimals,
        total_supply: Uint128::zero(),
        mint: None,
    };
    Ok(TOKEN_INFO.save(storage, &info)?)
}

/// What the shares and the virtual ones own, quote atoms.
///
/// # Errors
/// None while the ledger is sound.
pub fn vault(books: &Books) -> ContractResult<Uint128> {
    Ok(underwriting::active(books)?.checked_add(VIRTUAL_ATOMS.into())?)
}

fn pool_of(supply: Uint128, base: u32) -> ContractResult<SharePool> {
    Ok(SharePool {
        total: supply.checked_add(VIRTUAL_SHARES.into())?,
        user: supply,
        base,
    })
}

/// The pool as it is, rebased where a share is worth too little. Nothing changes.
///
/// # Errors
/// None while the ledger is sound.
pub fn pool(books: &Books) -> ContractResult<SharePool> {
    let vault = vault(books)?;
    let mut pool = pool_of(books.underwriting.shares, books.underwriting.share_base)?;
    loop {
        let next = pool.rebased(vault)?;
        if next.base == pool.base {
            return Ok(pool);
        }
        // Every rebase divides by ten at least, so this ends.
        pool = pool_of(next.user, next.base)?;
    }
}

/// The pool, rebased in the books, before shares are minted or burnt.
///
/// # Errors
/// None while the ledger is sound.
pub fn open(books: &mut Books) -> ContractResult<SharePool> {
    let pool = pool(books)?;
    let exponent = pool.base.saturating_sub(books.underwriting.share_base);
    if exponent > 0 {
        books.underwriting.shares = pool.user;
        books.underwriting.share_base = pool.base;
        books.events.push(events::rebase(exponent));
    }
    Ok(pool)
}

/// What shares are worth now, quote atoms, rounded down: what `RequestExit` would ask for.
///
/// # Errors
/// More shares than there are.
pub fn value(books: &Books, shares: Uint128) -> ContractResult<Uint128> {
    let pool = pool(books)?;
    let active = underwriting::active(books)?;
    Ok(value_of_shares(shares, pool.total, vault(books)?)?.min(active))
}

/// Shares of one address in the given base.
///
/// # Errors
/// Storage.
pub fn balance(storage: &dyn Storage, base: u32, holder: &Addr) -> ContractResult<Uint128> {
    Ok(holding(storage, base, holder)?.shares)
}

/// Shares of one address, brought up to the given base.
///
/// # Errors
/// Storage.
pub fn holding(storage: &dyn Storage, base: u32, holder: &Addr) -> ContractResult<ShareHolding> {
    let held = ShareHolding {
        shares: BALANCES.may_load(storage, holder)?.unwrap_or_default(),
        base: SHARE_BASES.may_load(storage, holder)?.unwrap_or_default(),
        ..ShareHolding::default()
    };
    adopt(base, held)
}

/// A holding in the given base.
///
/// # Errors
/// None for a base that is not older than the holding's.
pub fn adopt(base: u32, held: ShareHolding) -> ContractResult<ShareHolding> {
    let pool = SharePool {
        base,
        ..SharePool::default()
    };
    Ok(pool.adopt(held)?)
}

/// Stores the shares of one address, counted in the given base.
///
/// # Errors
/// Storage.
pub fn save_balance(
    storage: &mut dyn Storage,
    base: u32,
    holder: &Addr,
    shares: Uint128,
) -> ContractResult<()> {
    BALANCES.save(storage, holder, &shares)?;
    if base > 0 {
        SHARE_BASES.save(storage, holder, &base)?;
    }
    Ok(())
}

/// Brings a balance up to the last rebase, before cw20-base looks at it.
fn touch(deps: &mut DepsMut, holder: &str) -> ContractResult<()> {
    let base = BOOKS.load(deps.storage)?.underwriting.share_base;
    if base == 0 {
        return Ok(());
    }
    let holder_addr = deps.api.addr_validate(holder)?;
    let shares = balance(deps.storage, base, &holder_addr)?;
    save_balance(deps.storage, base, &holder_addr, shares)
}

/// cw20 `Transfer`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_transfer(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    recipient: String,
    amount: Uint128,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    touch(&mut deps, info.sender.as_str())?;
    touch(&mut deps, &recipient)?;
    Ok(cw20_contract::execute_transfer(
        deps, env, info, recipient, amount,
    )?)
}

/// cw20 `Send`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_send(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    contract: String,
    amount: Uint128,
    msg: Binary,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    touch(&mut deps, info.sender.as_str())?;
    touch(&mut deps, &contract)?;
    Ok(cw20_contract::execute_send(
        deps, env, info, contract, amount, msg,
    )?)
}

/// cw20 `IncreaseAllowance`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_increase_allowance(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    spender: String,
    amount: Uint128,
    expires: Option<Expiration>,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    Ok(allowances::execute_increase_allowance(
        deps, env, info, spender, amount, expires,
    )?)
}

/// cw20 `DecreaseAllowance`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_decrease_allowance(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    spender: String,
    amount: Uint128,
    expires: Option<Expiration>,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    Ok(allowances::execute_decrease_allowance(
        deps, env, info, spender, amount, expires,
    )?)
}

/// cw20 `TransferFrom`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_transfer_from(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    owner: String,
    recipient: String,
    amount: Uint128,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    touch(&mut deps, &owner)?;
    touch(&mut deps, &recipient)?;
    Ok(allowances::execute_transfer_from(
        deps, env, info, owner, recipient, amount,
    )?)
}

/// cw20 `SendFrom`.
///
/// # Errors
/// Attached coins; what cw20-base says.
pub fn execute_send_from(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    owner: String,
    contract: String,
    amount: Uint128,
    msg: Binary,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    touch(&mut deps, &owner)?;
    touch(&mut deps, &contract)?;
    Ok(allowances::execute_send_from(
        deps, env, info, owner, contract, amount, msg,
    )?)
}

/// cw20 `TokenInfo`.
///
/// # Errors
/// Storage.
pub fn query_token_info(deps: Deps) -> ContractResult<TokenInfoResponse> {
    Ok(TokenInfoResponse {
        total_supply: BOOKS.load(deps.storage)?.underwriting.shares,
        ..cw20_contract::query_token_info(deps)?
    })
}

/// cw20 `Balance`.
///
/// # Errors
/// An invalid address.
pub fn query_balance(deps: Deps, address: &str) -> ContractResult<BalanceResponse> {
    let holder_addr = deps.api.addr_validate(address)?;
    let base = BOOKS.load(deps.storage)?.underwriting.share_base;
    Ok(BalanceResponse {
        balance: balance(deps.storage, base, &holder_addr)?,
    })
}
