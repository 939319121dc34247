//! Collateral: minted, held, deposited, withdrawn, sent astray.

use anyhow::{Context, Result};
use ballast_types::market::{ExecuteMsg, ProcessWithdrawalsAnswer, ReceiveMsg, TransferAnswer};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{coin, coins, to_json_binary, Addr, BankMsg, Coin, Uint128};
use cw20::{Cw20ExecuteMsg, Denom};
use cw_multi_test::{AppResponse, BankSudo, Executor, SudoMsg};
use cw_storage_plus::Map;
use cw_utils::NativeBalance;

use super::trade::answered;
use super::{Answered, Suite};

/// As in cw-multi-test's bank: address -> coins.
const BANK_BALANCES: Map<&Addr, NativeBalance> = Map::new("balances");

impl Suite {
    /// Coins of a native collateral to attach to a message; none where it is a cw20 or the amount is 0.
    #[must_use]
    pub fn funds(&self, amount: u128) -> Vec<Coin> {
        match &self.collateral {
            Denom::Native(denom) if amount > 0 => coins(amount, denom),
            _ => vec![],
        }
    }

    /// The token contract where the collateral is a cw20.
    #[must_use]
    pub fn token(&self) -> Option<&Addr> {
        match &self.collateral {
            Denom::Native(_) => None,
            Denom::Cw20(token) => Some(token),
        }
    }

    /// Gives somebody collateral out of nothing.
    ///
    /// # Errors
    /// Supply beyond 128 bits.
    pub fn mint(&mut self, to: &Addr, amount: u128) -> Result<()> {
        match self.collateral.clone() {
            Denom::Native(denom) => self.mint_coin(to, coin(amount, denom)),
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Mint {
                    recipient: to.to_string(),
                    amount: Uint128::new(amount),
                };
                let minter = self.owner.clone();
                self.app.execute_contract(minter, token, &msg, &[])?;
                Ok(())
            }
        }
    }

    /// Gives somebody any native coin out of nothing.
    ///
    /// # Errors
    /// Supply beyond 128 bits.
    pub fn mint_coin(&mut self, to: &Addr, coin: Coin) -> Result<()> {
        let mint = BankSudo::Mint {
            to_address: to.to_string(),
            amount: vec![coin],
        };
        self.app.sudo(SudoMsg::Bank(mint))?;
        Ok(())
    }

    /// The address of a name, with so much collateral.
    ///
    /// # Errors
    /// As [`Suite::mint`].
    pub fn new_user(&mut self, name: &str, amount: u128) -> Result<Addr> {
        let user = self.address(name);
        if amount > 0 {
            self.mint(&user, amount)?;
        }
        Ok(user)
    }

    /// Collateral that an address owns, read from the bank's or the token's storage.
    ///
    /// # Errors
    /// Storage that cannot be decoded.
    pub fn balance(&self, of: &Addr) -> Result<u128> {
        match &self.collateral {
            Denom::Native(denom) => self.coin_balance(of, denom),
            Denom::Cw20(token) => {
                let storage = self.app.contract_storage(token);
                let balance = cw20_base::state::BALANCES.may_load(storage.as_ref(), of)?;
                Ok(balance.unwrap_or_default().u128())
            }
        }
    }

    /// Everybody who owns collateral, and how much, read from the bank's or the token's storage.
    ///
    /// # Errors
    /// Storage that cannot be decoded.
    pub fn holders(&self) -> Result<Vec<(Addr, u128)>> {
        let up = cosmwasm_std::Order::Ascending;
        match &self.collateral {
            Denom::Native(denom) => {
                let storage = self.app.prefixed_storage(b"bank");
                BANK_BALANCES
                    .range(storage.as_ref(), None, None, up)
                    .map(|record| {
                        let (holder, coins) = record?;
                        let coins = coins.into_vec();
                        let found = coins.iter().find(|coin| coin.denom == *denom);
                        Ok((holder, found.map_or(0, |coin| coin.amount.u128())))
                    })
                    .collect()
            }
            Denom::Cw20(token) => {
                let storage = self.app.contract_storage(token);
                cw20_base::state::BALANCES
                    .range(storage.as_ref(), None, None, up)
                    .map(|record| record.map(|(holder, amount)| (holder, amount.u128())))
                    .map(|record| Ok(record?))
                    .collect()
            }
        }
    }

    /// A native coin that an address owns.
    ///
    /// # Errors
    /// Storage that cannot be decoded.
    pub fn coin_balance(&self, of: &Addr, denom: &str) -> Result<u128> {
        let storage = self.app.prefixed_storage(b"bank");
        let balance = BANK_BALANCES
            .may_load(storage.as_ref(), of)?
            .unwrap_or_default();
        let found = balance
            .into_vec()
            .into_iter()
            .find(|coin| coin.denom == denom);
        Ok(found.map_or(0, |coin| coin.amount.u128()))
    }

    /// Deposits into a subaccount, whatever the collateral is.
    ///
    /// # Errors
    /// What the market or the token returned.
    pub fn deposit(&mut self, user: &Addr, subaccount: u32, amount: u128) -> Result<AppResponse> {
        let market = self.market.clone();
        match self.collateral {
            Denom::Native(_) => {
                let funds = self.funds(amount);
                self.execute(user, &market, &ExecuteMsg::Deposit { subaccount }, &funds)
            }
            Denom::Cw20(_) => {
                self.send_cw20(user, &market, amount, &ReceiveMsg::Deposit { subaccount })
            }
        }
    }

    /// Withdraws from a subaccount.
    ///
    /// # Errors
    /// What the market or the token returned.
    pub fn withdraw(&mut self, user: &Addr, subaccount: u32, amount: u128) -> Result<AppResponse> {
        let msg = ExecuteMsg::Withdraw {
            subaccount,
            amount: Uint128::new(amount),
        };
        let market = self.market.clone();
        self.execute(user, &market, &msg, &[])
    }

    /// Pays queued withdrawals.
    ///
    /// # Errors
    /// What the market returned. A payment that fails is no error.
    pub fn process_withdrawals(
        &mut self,
        sender: &Addr,
        limit: Option<u32>,
    ) -> Result<Answered<ProcessWithdrawalsAnswer>> {
        let market = self.market.clone();
        let msg = ExecuteMsg::ProcessWithdrawals { limit };
        answered(self.execute(sender, &market, &msg, &[])?)
    }

    /// Puts a queued withdrawal back.
    ///
    /// # Errors
    /// What the market returned.
    pub fn cancel_withdrawal(&mut self, user: &Addr, id: u64) -> Result<AppResponse> {
        let market = self.market.clone();
        let msg = ExecuteMsg::CancelWithdrawal { id: id.into() };
        self.execute(user, &market, &msg, &[])
    }

    /// Moves collateral between subaccounts.
    ///
    /// # Errors
    /// What the market returned.
    pub fn transfer(
        &mut self,
        user: &Addr,
        from_subaccount: u32,
        to_subaccount: u32,
        amount: u128,
    ) -> Result<Answered<TransferAnswer>> {
        let msg = ExecuteMsg::Transfer {
            from_subaccount,
            to_subaccount,
            amount: Uint128::new(amount),
        };
        let market = self.market.clone();
        answered(self.execute(user, &market, &msg, &[])?)
    }

    /// A cw20 `Send` of the collateral.
    ///
    /// # Errors
    /// The collateral is native; or what the token or the receiver returned.
    pub fn send_cw20<T: Serialize>(
        &mut self,
        from: &Addr,
        contract: &Addr,
        amount: u128,
        msg: &T,
    ) -> Result<AppResponse> {
        let token = self.token().context("the collateral is no cw20")?.clone();
        let send = Cw20ExecuteMsg::Send {
            contract: contract.to_string(),
            amount: Uint128::new(amount),
            msg: to_json_binary(msg)?,
        };
        self.execute(from, &token, &send, &[])
    }

    /// A plain transfer of collateral: no contract is told. Sent to the market or the fund, it is
    /// unaccounted there until `Sync`.
    ///
    /// # Errors
    /// What the bank or the token returned.
    pub fn bare_send(&mut self, from: &Addr, to: &Addr, amount: u128) -> Result<AppResponse> {
        let response = match self.collateral.clone() {
            Denom::Native(denom) => {
                let to_address = to.to_string();
                self.send(
                    from,
                    BankMsg::Send {
                        to_address,
                        amount: coins(amount, denom),
                    }
                    .into(),
                )?
            }
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Transfer {
                    recipient: to.to_string(),
                    amount: Uint128::new(amount),
                };
                self.execute(from, &token, &msg, &[])?
            }
        };
        if *to == self.market {
            self.strays.market += amount;
        }
        if *to == self.fund {
            self.strays.fund += amount;
        }
        Ok(response)
    }

    /// Has the market book its stray coins.
    ///
    /// # Errors
    /// What the market returned.
    pub fn sync_market(&mut self, sender: &Addr) -> Result<AppResponse> {
        let market = self.market.clone();
        let response = self.execute(sender, &market, &ExecuteMsg::Sync {}, &[])?;
        self.strays.market = 0;
        Ok(response)
    }

    /// Has the fund book its stray coins.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn sync_fund(&mut self, sender: &Addr) -> Result<AppResponse> {
        let fund = self.fund.clone();
        let msg = ballast_types::fund::ExecuteMsg::Sync {};
        let response = self.execute(sender, &fund, &msg, &[])?;
        self.strays.fund = 0;
        Ok(response)
    }
}
