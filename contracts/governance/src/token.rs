//! Tokens: what was attached, what governance holds, and payments.

use cosmwasm_std::{
    coins, to_json_binary, Addr, Api, BankMsg, Coin, CosmosMsg, QuerierWrapper, StdResult, Uint128,
    WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Denom, TokenInfoResponse};

use crate::{ContractError, ContractResult};

/// Bytes of a native denom that a bank module takes.
const DENOM_BYTES: std::ops::RangeInclusive<usize> = 3..=128;

/// A token's key in storage and its name in events: `native:` or `cw20:` and the denom or address.
#[must_use]
pub fn key(token: &Denom) -> String {
    match token {
        Denom::Native(denom) => format!("native:{denom}"),
        Denom::Cw20(address) => format!("cw20:{address}"),
    }
}

/// The token of a [`key`].
#[must_use]
pub fn from_key(key: &str) -> Option<Denom> {
    match key.split_once(':')? {
        ("native", denom) => Some(Denom::Native(denom.to_owned())),
        ("cw20", address) => Some(Denom::Cw20(Addr::unchecked(address))),
        _ => None,
    }
}

/// A token with its address checked. A cw20 must answer a balance query of `holder`.
///
/// # Errors
/// [`ContractError::InvalidToken`], or what the address or token says.
pub fn checked(
    api: &dyn Api,
    querier: &QuerierWrapper,
    holder: &Addr,
    token: Denom,
) -> ContractResult<Denom> {
    let token = match token {
        Denom::Native(denom) => {
            if !DENOM_BYTES.contains(&denom.len()) || denom.chars().any(char::is_whitespace) {
                return Err(ContractError::InvalidToken {
                    found: denom,
                    reason: "a denom has 3 to 128 characters and no white space",
                });
            }
            Denom::Native(denom)
        }
        Denom::Cw20(address) => Denom::Cw20(api.addr_validate(address.as_str())?),
    };
    balance(querier, holder, &token)?;
    Ok(token)
}

/// The one attached coin, where it is the token's.
#[must_use]
pub fn attached(funds: &[Coin], token: &Denom) -> Option<Uint128> {
    match (funds, token) {
        ([coin], Denom::Native(denom)) if coin.denom == *denom => Some(coin.amount),
        _ => None,
    }
}

/// What an address holds.
///
/// # Errors
/// What the token says.
pub fn balance(querier: &QuerierWrapper, holder: &Addr, token: &Denom) -> StdResult<Uint128> {
    match token {
        Denom::Native(denom) => Ok(querier.query_balance(holder, denom)?.amount),
        Denom::Cw20(address) => {
            let query = Cw20QueryMsg::Balance {
                address: holder.to_string(),
            };
            let answer: BalanceResponse = querier.query_wasm_smart(address, &query)?;
            Ok(answer.balance)
        }
    }
}

/// All there is of a token.
///
/// # Errors
/// What the token says.
pub fn supply(querier: &QuerierWrapper, token: &Denom) -> StdResult<Uint128> {
    match token {
        Denom::Native(denom) => Ok(querier.query_supply(denom)?.amount),
        Denom::Cw20(address) => {
            let answer: TokenInfoResponse =
                querier.query_wasm_smart(address, &Cw20QueryMsg::TokenInfo {})?;
            Ok(answer.total_supply)
        }
    }
}

/// The message that pays. Not for an amount of zero.
///
/// # Errors
/// Serialisation.
#[must_use = "the books no longer hold what this message pays"]
pub fn pay(token: &Denom, recipient: &Addr, amount: Uint128) -> StdResult<CosmosMsg> {
    Ok(match token {
        Denom::Native(denom) => BankMsg::Send {
            to_address: recipient.to_string(),
            amount: coins(amount.u128(), denom),
        }
        .into(),
        Denom::Cw20(address) => WasmMsg::Execute {
            contract_addr: address.to_string(),
            msg: to_json_binary(&Cw20ExecuteMsg::Transfer {
                recipient: recipient.to_string(),
                amount,
            })?,
            funds: vec![],
        }
        .into(),
    })
}
