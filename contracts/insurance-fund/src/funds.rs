//! Coins that come and go: what may be attached, what the token says the fund owns, and payments.

use cosmwasm_std::{
    coin, to_json_binary, Addr, Api, BankMsg, Coin, CosmosMsg, MessageInfo, QuerierWrapper,
    Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Denom};

use crate::error::{ContractError, ContractResult};

/// Longest native denom of the bank module.
const MAX_DENOM_BYTES: usize = 128;

/// The collateral with its address checked; a cw20 must answer a balance query.
///
/// # Errors
/// [`ContractError::InvalidCollateral`], or what the address or the token says.
pub fn checked_collateral(
    api: &dyn Api,
    querier: &QuerierWrapper,
    this: &Addr,
    collateral: Denom,
) -> ContractResult<Denom> {
    let collateral = match collateral {
        Denom::Native(denom) => {
            let length_fits = (3..=MAX_DENOM_BYTES).contains(&denom.len());
            if !length_fits || denom.chars().any(char::is_whitespace) {
                return Err(ContractError::InvalidCollateral { found: denom });
            }
            Denom::Native(denom)
        }
        Denom::Cw20(token) => Denom::Cw20(api.addr_validate(token.as_str())?),
    };
    balance(querier, this, &collateral)?;
    Ok(collateral)
}

/// Refuses attached coins.
///
/// # Errors
/// [`ContractError::NoFundsExpected`].
pub fn refuse_coins(info: &MessageInfo) -> ContractResult<()> {
    if info.funds.is_empty() {
        return Ok(());
    }
    Err(ContractError::NoFundsExpected {
        found: list(&info.funds),
    })
}

/// The one coin of the collateral that a native top-up must carry.
///
/// # Errors
/// [`ContractError::NativeNotAccepted`], [`ContractError::WrongFunds`], [`ContractError::ZeroAmount`].
pub fn expect_collateral(info: &MessageInfo, collateral: &Denom) -> ContractResult<Uint128> {
    let denom = match collateral {
        Denom::Native(denom) => denom,
        Denom::Cw20(token) => {
            return Err(ContractError::NativeNotAccepted {
                expected: token.to_string(),
            })
        }
    };
    let amount = one_coin(&info.funds, denom)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    Ok(amount)
}

/// What a claim carries: nothing, or one coin of a native collateral.
///
/// # Errors
/// [`ContractError::WrongFunds`], [`ContractError::NoFundsExpected`].
pub fn optional_collateral(info: &MessageInfo, collateral: &Denom) -> ContractResult<Uint128> {
    if info.funds.is_empty() {
        return Ok(Uint128::zero());
    }
    match collateral {
        Denom::Native(denom) => one_coin(&info.funds, denom),
        Denom::Cw20(_) => refuse_coins(info).map(|()| Uint128::zero()),
    }
}

fn one_coin(funds: &[Coin], denom: &str) -> ContractResult<Uint128> {
    match funds {
        [coin] if coin.denom == denom => Ok(coin.amount),
        _ => Err(ContractError::WrongFunds {
            expected: denom.to_owned(),
            found: list(funds),
        }),
    }
}

fn list(funds: &[Coin]) -> String {
    if funds.is_empty() {
        return "none".to_owned();
    }
    funds
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// What the token says an address owns.
///
/// # Errors
/// What the token says.
pub fn balance(
    querier: &QuerierWrapper,
    owner: &Addr,
    collateral: &Denom,
) -> ContractResult<Uint128> {
    Ok(match collateral {
        Denom::Native(denom) => querier.query_balance(owner, denom)?.amount,
        Denom::Cw20(token) => {
            let response: BalanceResponse = querier.query_wasm_smart(
                token,
                &Cw20QueryMsg::Balance {
                    address: owner.to_string(),
                },
            )?;
            response.balance
        }
    })
}

/// The message that pays, or none for nothing: a payment of zero coins would fail. Take the amount from the ledger first.
///
/// # Errors
/// Serialisation.
#[must_use = "the ledger no longer holds what this message pays"]
pub fn pay(
    collateral: &Denom,
    recipient: &Addr,
    amount: Uint128,
) -> ContractResult<Option<CosmosMsg>> {
    if amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(match collateral {
        Denom::Native(denom) => BankMsg::Send {
            to_address: recipient.to_string(),
            amount: vec![coin(amount.u128(), denom)],
        }
        .into(),
        Denom::Cw20(token) => WasmMsg::Execute {
            contract_addr: token.to_string(),
            msg: to_json_binary(&Cw20ExecuteMsg::Transfer {
                recipient: recipient.to_string(),
                amount,
            })?,
            funds: vec![],
        }
        .into(),
    }))
}
