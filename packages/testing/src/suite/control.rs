//! What the owner does with the market.

use anyhow::Result;
use ballast_perp_market::state::PENDING_CHANGES;
use ballast_types::market::{
    Change, ChangeAnswer, DelistAnswer, ExchangeParameters, ExecuteMsg, ListMarket,
    MarketParameters, PendingChange, QueryMsg, ReceiveMsg, SettleAnswer, Waits,
};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{from_json, Addr, Uint128};
use cw_multi_test::AppResponse;

use super::trade::answered;
use super::{Answered, Suite};

impl Suite {
    /// Replaces the market's fund, or takes it away.
    ///
    /// # Errors
    /// What the market returned: above all that claims are pending.
    pub fn set_insurance_fund(&mut self, fund: Option<&Addr>) -> Result<AppResponse> {
        self.hostile.fund |= fund.is_some_and(|fund| *fund != self.fund);
        let insurance_fund = fund.map(Addr::to_string);
        self.change(Change::SetInsuranceFund { insurance_fund })
    }

    /// Lists a market, which [`Suite::markets`] does not know.
    ///
    /// # Errors
    /// What the market returned.
    pub fn list_market(&mut self, listing: ListMarket) -> Result<AppResponse> {
        let listing = Box::new(listing);
        self.change(Change::ListMarket { listing })
    }

    /// Changes a market's parameters.
    ///
    /// # Errors
    /// What the market returned.
    pub fn update_market(
        &mut self,
        market: MarketId,
        parameters: MarketParameters,
    ) -> Result<AppResponse> {
        self.change(Change::UpdateMarket { market, parameters })
    }

    /// Changes the exchange's parameters.
    ///
    /// # Errors
    /// What the market returned.
    pub fn update_exchange(&mut self, parameters: ExchangeParameters) -> Result<AppResponse> {
        self.change(Change::UpdateParameters { parameters })
    }

    /// Asks for a change as the owner. Whether it waits is in the answer.
    ///
    /// # Errors
    /// What the market returned.
    pub fn ask_for(&mut self, change: &Change) -> Result<Answered<ChangeAnswer>> {
        answered(self.as_owner(&message(change))?)
    }

    /// Makes a change, and where it has to wait, applies it as if its time had come: the waiting is not what
    /// most tests are about. See [`Suite::ask_for`] and [`Suite::apply_change`] for it.
    ///
    /// # Errors
    /// What the market returned.
    pub fn change(&mut self, change: Change) -> Result<AppResponse> {
        let response = self.as_owner(&message(&change))?;
        let answer: ChangeAnswer = from_json(response.data.clone().unwrap_or_default())?;
        let Some(Waits { id, .. }) = answer.waits else {
            return Ok(response);
        };
        let market = self.market.clone();
        {
            let mut storage = self.app.contract_storage_mut(&market);
            let mut stored = PENDING_CHANGES.load(storage.as_ref(), id)?;
            stored.proposed_at = stored.proposed_at.saturating_sub(stored.delay_secs);
            PENDING_CHANGES.save(storage.as_mut(), id, &stored)?;
        }
        self.apply_change(id)
    }

    /// Applies a change whose time has come, as the keeper.
    ///
    /// # Errors
    /// What the market returned: above all that it is too early.
    pub fn apply_change(&mut self, id: u64) -> Result<AppResponse> {
        let (keeper, market) = (self.keeper.clone(), self.market.clone());
        self.execute(&keeper, &market, &ExecuteMsg::ApplyChange { id }, &[])
    }

    /// Takes a waiting change back.
    ///
    /// # Errors
    /// What the market returned.
    pub fn cancel_change(&mut self, id: u64) -> Result<AppResponse> {
        self.as_owner(&ExecuteMsg::CancelChange { id })
    }

    /// Settles a market whose feed is dead, as the keeper.
    ///
    /// # Errors
    /// What the market returned.
    pub fn settle_market(&mut self, market: MarketId) -> Result<AppResponse> {
        let (keeper, contract) = (self.keeper.clone(), self.market.clone());
        self.execute(
            &keeper,
            &contract,
            &ExecuteMsg::SettleMarket { market },
            &[],
        )
    }

    /// Closes accounts at the settlement price, as the keeper.
    ///
    /// # Errors
    /// What the market returned.
    pub fn settle(
        &mut self,
        market: MarketId,
        accounts: &[AccountId],
    ) -> Result<Answered<SettleAnswer>> {
        let (keeper, contract) = (self.keeper.clone(), self.market.clone());
        let accounts = accounts.to_vec();
        let msg = ExecuteMsg::Settle { market, accounts };
        answered(self.execute(&keeper, &contract, &msg, &[])?)
    }

    /// Removes a market that is settled, as the keeper.
    ///
    /// # Errors
    /// What the market returned.
    pub fn delist(&mut self, market: MarketId) -> Result<Answered<DelistAnswer>> {
        let (keeper, contract) = (self.keeper.clone(), self.market.clone());
        answered(self.execute(
            &keeper,
            &contract,
            &ExecuteMsg::DelistMarket { market },
            &[],
        )?)
    }

    /// Repays a market's deficit, whatever the collateral is.
    ///
    /// # Errors
    /// What the market or the token returned.
    pub fn repay_deficit(
        &mut self,
        from: &Addr,
        market: MarketId,
        amount: u128,
    ) -> Result<AppResponse> {
        let contract = self.market.clone();
        if self.token().is_some() {
            let hook = ReceiveMsg::RepayDeficit { market };
            return self.send_cw20(from, &contract, amount, &hook);
        }
        let funds = self.funds(amount);
        self.execute(
            from,
            &contract,
            &ExecuteMsg::RepayDeficit { market },
            &funds,
        )
    }

    /// The first 50 changes that wait.
    ///
    /// # Errors
    /// What the market returned.
    pub fn pending_changes(&self) -> Result<Vec<PendingChange>> {
        self.ask_market(&QueryMsg::PendingChanges {
            start_after: None,
            limit: Some(50),
        })
    }

    /// Pays out the exchange's share of fees of delisted markets.
    ///
    /// # Errors
    /// What the market returned.
    pub fn pay_retired_fees(&mut self, recipient: &Addr, amount: u128) -> Result<AppResponse> {
        self.as_owner(&ExecuteMsg::PayFees {
            market: None,
            recipient: recipient.to_string(),
            amount: Uint128::new(amount),
        })
    }

    /// Pays out the exchange's share of a market's fees.
    ///
    /// # Errors
    /// What the market returned.
    pub fn pay_fees(
        &mut self,
        market: MarketId,
        recipient: &Addr,
        amount: u128,
    ) -> Result<AppResponse> {
        let recipient = recipient.to_string();
        self.as_owner(&ExecuteMsg::PayFees {
            market: Some(market),
            recipient,
            amount: Uint128::new(amount),
        })
    }

    fn as_owner(&mut self, msg: &ExecuteMsg) -> Result<AppResponse> {
        let (owner, market) = (self.owner.clone(), self.market.clone());
        self.execute(&owner, &market, msg, &[])
    }
}

fn message(change: &Change) -> ExecuteMsg {
    match change.clone() {
        Change::ListMarket { listing } => ExecuteMsg::ListMarket(*listing),
        Change::UpdateMarket { market, parameters } => {
            ExecuteMsg::UpdateMarket { market, parameters }
        }
        Change::UpdateOracle { market, oracle } => ExecuteMsg::UpdateOracle { market, oracle },
        Change::UpdateParameters { parameters } => ExecuteMsg::UpdateParameters { parameters },
        Change::SetInsuranceFund { insurance_fund } => {
            ExecuteMsg::SetInsuranceFund { insurance_fund }
        }
        Change::SettleMarket { market } => ExecuteMsg::SettleMarket { market },
    }
}
