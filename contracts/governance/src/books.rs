//! What governance owes, and that it holds it: `held >= staked + unstaking + deposits` in every token, after
//! every message. What is above is the treasury, which proposals may spend.
//!
//! Messages are judged by what they change: no token may lack more after them than before. A deposit token
//! that breaks or lies can so take nothing from other tokens, and cannot lock governance: what cannot be
//! read before is not compared.

use ballast_types::governance::{BookGap, ExecuteMsg, HeldDeposits};
use cosmwasm_std::{
    to_json_binary, Addr, BankMsg, Coin, CosmosMsg, Deps, Env, Order, OverflowError, StdError,
    StdResult, Storage, Uint128, WasmMsg,
};
use cw20::Denom;

use crate::state::{totals, Totals, DEPOSITS, TOKEN};
use crate::token::{balance, from_key, key};
use crate::{ContractError, ContractResult};

/// What is owed, token by token.
pub struct Books {
    /// What is staked.
    pub token: Denom,
    /// Sums over all stakers.
    pub totals: Totals,
    /// All deposits held.
    pub deposits: Vec<HeldDeposits>,
}

impl Books {
    /// Reads them.
    ///
    /// # Errors
    /// Storage.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        Self::of(TOKEN.load(storage)?, storage)
    }

    /// Reads them where the staked token is known.
    ///
    /// # Errors
    /// Storage.
    pub fn of(token: Denom, storage: &dyn Storage) -> StdResult<Self> {
        Ok(Self {
            token,
            totals: totals(storage)?,
            deposits: deposits(storage)?,
        })
    }

    /// What is owed in one token, atoms.
    ///
    /// # Errors
    /// More than 2^128 atoms.
    pub fn owed(&self, token: &Denom) -> Result<Uint128, OverflowError> {
        let mut owed = Uint128::zero();
        for held in &self.deposits {
            if held.denom == *token {
                owed = owed.checked_add(held.amount)?;
            }
        }
        if self.token == *token {
            let stakes = self.totals.staked.checked_add(self.totals.unstaking)?;
            owed = owed.checked_add(stakes)?;
        }
        Ok(owed)
    }

    /// Tokens in which something may be owed, each once: the staked one last.
    pub fn tokens(&self) -> impl Iterator<Item = &Denom> + '_ {
        let deposits = self.deposits.iter().map(|held| &held.denom);
        let others = deposits.filter(move |denom| **denom != self.token);
        others.chain([&self.token])
    }
}

/// How governance stands in one token.
pub struct Position {
    /// The token.
    pub denom: Denom,
    /// Atoms.
    pub owed: Uint128,
    /// Atoms.
    pub held: Uint128,
}

impl Position {
    /// What is missing.
    #[must_use]
    pub fn gap(self) -> BookGap {
        BookGap {
            missing: self.owed.saturating_sub(self.held),
            denom: self.denom,
        }
    }

    /// Whether a message can be sent without touching what is owed: a payment, or a message to another contract than the
    /// token's, with coins that are there beyond what is owed.
    #[must_use]
    pub fn bears(&self, msg: &CosmosMsg) -> bool {
        match msg {
            CosmosMsg::Bank(BankMsg::Send { amount, .. }) => self.can_spare(amount),
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr,
                funds,
                ..
            }) => {
                let is_token = match &self.denom {
                    Denom::Cw20(token) => token.as_str() == contract_addr,
                    Denom::Native(_) => false,
                };
                !is_token && self.can_spare(funds)
            }
            _ => false,
        }
    }

    fn can_spare(&self, coins: &[Coin]) -> bool {
        let Denom::Native(denom) = &self.denom else {
            return true;
        };
        let mut sent = Uint128::zero();
        for coin in coins.iter().filter(|coin| coin.denom == *denom) {
            sent = sent.saturating_add(coin.amount);
        }
        sent <= self.held.saturating_sub(self.owed)
    }
}

/// How governance stands in the staked token and in every token in which deposits are held, as far as it can be read.
///
/// # Errors
/// More than 2^128 atoms.
pub fn positions(deps: Deps, this: &Addr, books: &Books) -> ContractResult<Vec<Position>> {
    let mut positions = vec![];
    for denom in books.tokens() {
        // A broken token is left out.
        let Ok(held) = balance(&deps.querier, this, denom) else {
            continue;
        };
        positions.push(Position {
            denom: denom.clone(),
            owed: books.owed(denom)?,
            held,
        });
    }
    Ok(positions)
}

/// What is missing of these tokens.
///
/// # Errors
/// Storage; more than 2^128 atoms.
pub fn gaps(deps: Deps, this: &Addr) -> ContractResult<Vec<BookGap>> {
    let positions = positions(deps, this, &Books::load(deps.storage)?)?;
    Ok(positions.into_iter().map(Position::gap).collect())
}

/// What is missing of one token.
///
/// # Errors
/// What the token says.
pub fn gap(deps: Deps, this: &Addr, books: &Books, denom: &Denom) -> ContractResult<BookGap> {
    let held = balance(&deps.querier, this, denom)?;
    Ok(BookGap {
        denom: denom.clone(),
        missing: books.owed(denom)?.saturating_sub(held),
    })
}

/// Compares what is missing now with what was missing before.
///
/// # Errors
/// [`ContractError::BooksBroken`], or a token that cannot be read any more.
pub fn check(deps: Deps, this: &Addr, books: &Books, gaps: &[BookGap]) -> ContractResult<()> {
    for BookGap { denom, missing } in gaps {
        require(deps, this, books, denom, *missing)?;
    }
    Ok(())
}

/// Refuses where less of the staked token is held than these books say.
///
/// # Errors
/// [`ContractError::BooksBroken`].
pub fn check_stakes(deps: Deps, this: &Addr, books: &Books) -> ContractResult<()> {
    require(deps, this, books, &books.token, Uint128::zero())
}

fn require(
    deps: Deps,
    this: &Addr,
    books: &Books,
    denom: &Denom,
    missing: Uint128,
) -> ContractResult<()> {
    let owed = books.owed(denom)?;
    let held = balance(&deps.querier, this, denom)?;
    if owed.saturating_sub(held) > missing {
        return Err(ContractError::BooksBroken {
            token: key(denom),
            owed,
            held,
        });
    }
    Ok(())
}

/// All deposits held, by token. At most [`crate::settings::MAX_DEPOSIT_TOKENS`].
///
/// # Errors
/// Storage.
pub fn deposits(storage: &dyn Storage) -> StdResult<Vec<HeldDeposits>> {
    DEPOSITS
        .range(storage, None, None, Order::Ascending)
        .map(|entry| {
            let (key, amount) = entry?;
            let denom = from_key(&key).ok_or_else(|| StdError::not_found("denom"))?;
            Ok(HeldDeposits { denom, amount })
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::{coins, Binary};

    fn position(denom: Denom) -> Position {
        Position {
            denom,
            owed: Uint128::new(100),
            held: Uint128::new(110),
        }
    }

    fn send(amount: Vec<Coin>) -> CosmosMsg {
        let to_address = "somebody".to_owned();
        BankMsg::Send { to_address, amount }.into()
    }

    fn call(contract: &str, funds: Vec<Coin>) -> CosmosMsg {
        WasmMsg::Execute {
            contract_addr: contract.to_owned(),
            msg: Binary::default(),
            funds,
        }
        .into()
    }

    // S1: what could touch the ten above a hundred owed is told apart to the atom.
    #[test]
    fn only_what_is_spare_is_borne() {
        let coin = position(Denom::Native("coin".to_owned()));
        for (spent, borne) in [(10, true), (11, false)] {
            assert_eq!(coin.bears(&send(coins(spent, "coin"))), borne);
            assert_eq!(coin.bears(&call("any", coins(spent, "coin"))), borne);
        }
        let twice = [coins(6, "coin"), coins(5, "coin")].concat();
        assert!(!coin.bears(&send(twice)), "named twice");
        let huge = [coins(u128::MAX, "coin"), coins(1, "coin")].concat();
        assert!(!coin.bears(&send(huge)), "more than fits");
        assert!(coin.bears(&send(coins(1_000, "other"))));

        let token = position(Denom::Cw20(Addr::unchecked("token")));
        assert!(!token.bears(&call("token", vec![])), "it could be moved");
        assert!(token.bears(&call("any", coins(1_000, "coin"))));
        let burn = BankMsg::Burn { amount: vec![] }.into();
        assert!(!token.bears(&burn), "what is not known");
    }

    #[test]
    fn what_is_missing_bears_nothing() {
        let broken = Position {
            denom: Denom::Native("coin".to_owned()),
            owed: Uint128::new(100),
            held: Uint128::new(99),
        };
        assert!(!broken.bears(&send(coins(1, "coin"))));
        assert!(broken.bears(&send(coins(1, "other"))));
        assert_eq!(broken.gap().missing, Uint128::one());
    }
}
