//! What the contracts say to a cw20 token, and read of it: the part of its messages that they need.

use ballast_json::{FromJson, ToJson};
use cosmwasm_std::{Binary, Uint128};

/// As `cw20::Cw20ExecuteMsg`.
#[derive(ToJson, Clone, Debug, PartialEq, Eq)]
pub enum TokenMsg {
    /// Pays somebody.
    Transfer {
        /// Who is paid.
        recipient: String,
        /// Atoms.
        amount: Uint128,
    },
    /// Pays a contract and tells it why.
    Send {
        /// Who is paid.
        contract: String,
        /// Atoms.
        amount: Uint128,
        /// What it is told.
        msg: Binary,
    },
}

/// As `cw20::Cw20QueryMsg`.
#[derive(ToJson, Clone, Debug, PartialEq, Eq)]
pub enum TokenQuery {
    /// Answer: [`TokenBalance`].
    Balance {
        /// Whose.
        address: String,
    },
    /// Answer: [`TokenDecimals`].
    TokenInfo {},
}

/// Of `cw20::BalanceResponse`.
#[derive(FromJson, Clone, Debug, PartialEq, Eq)]
pub struct TokenBalance {
    /// Atoms.
    pub balance: Uint128,
}

/// Of `cw20::TokenInfoResponse`.
#[derive(FromJson, Clone, Debug, PartialEq, Eq)]
pub struct TokenDecimals {
    /// Decimal places of a token.
    pub decimals: u8,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ballast_json::to_json_binary;
    use cosmwasm_std::from_json;
    use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, TokenInfoResponse};

    #[test]
    fn a_token_understands_it() {
        let amount = Uint128::new(7);
        let msg = Binary::from(b"{}");
        for (ours, theirs) in [
            (
                TokenMsg::Transfer {
                    recipient: "bob".to_owned(),
                    amount,
                },
                Cw20ExecuteMsg::Transfer {
                    recipient: "bob".to_owned(),
                    amount,
                },
            ),
            (
                TokenMsg::Send {
                    contract: "fund".to_owned(),
                    amount,
                    msg: msg.clone(),
                },
                Cw20ExecuteMsg::Send {
                    contract: "fund".to_owned(),
                    amount,
                    msg,
                },
            ),
        ] {
            let read: Cw20ExecuteMsg = from_json(to_json_binary(&ours)).unwrap();
            assert_eq!(read, theirs);
        }
        let balance = TokenQuery::Balance {
            address: "bob".to_owned(),
        };
        for (ours, theirs) in [
            (
                balance,
                Cw20QueryMsg::Balance {
                    address: "bob".to_owned(),
                },
            ),
            (TokenQuery::TokenInfo {}, Cw20QueryMsg::TokenInfo {}),
        ] {
            let read: Cw20QueryMsg = from_json(to_json_binary(&ours)).unwrap();
            assert_eq!(read, theirs);
        }
    }

    #[test]
    fn it_understands_a_token() {
        let balance = cosmwasm_std::to_json_binary(&BalanceResponse {
            balance: Uint128::new(9),
        });
        let read: TokenBalance = ballast_json::from_json(balance.unwrap()).unwrap();
        assert_eq!(read.balance, Uint128::new(9));
        let info = cosmwasm_std::to_json_binary(&TokenInfoResponse {
            name: "US dollar".to_owned(),
            symbol: "USD".to_owned(),
            decimals: 6,
            total_supply: Uint128::new(1_000),
        });
        let read: TokenDecimals = ballast_json::from_json(info.unwrap()).unwrap();
        assert_eq!(read.decimals, 6);
    }
}
