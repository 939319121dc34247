//! What the owner does with the market.

use anyhow::Result;
use ballast_types::market::{ExchangeParameters, ExecuteMsg, ListMarket, MarketParameters};
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Uint128};
use cw_multi_test::AppResponse;

use super::Suite;

impl Suite {
    /// Replaces the market's fund, or takes it away.
    ///
    /// # Errors
    /// What the market returned: above all that claims are pending.
    pub fn set_insurance_fund(&mut self, fund: Option<&Addr>) -> Result<AppResponse> {
        self.hostile.fund |= fund.is_some_and(|fund| *fund != self.fund);
        let insurance_fund = fund.map(Addr::to_string);
        self.as_owner(&ExecuteMsg::SetInsuranceFund { insurance_fund })
    }

    /// Lists a market, which [`Suite::markets`] does not know.
    ///
    /// # Errors
    /// What the market returned.
    pub fn list_market(&mut self, listing: ListMarket) -> Result<AppResponse> {
        self.as_owner(&ExecuteMsg::ListMarket(listing))
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
        self.as_owner(&ExecuteMsg::UpdateMarket { market, parameters })
    }

    /// Changes the exchange's parameters.
    ///
    /// # Errors
    /// What the market returned.
    pub fn update_exchange(&mut self, parameters: ExchangeParameters) -> Result<AppResponse> {
        self.as_owner(&ExecuteMsg::UpdateParameters { parameters })
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
            market,
            recipient,
            amount: Uint128::new(amount),
        })
    }

    fn as_owner(&mut self, msg: &ExecuteMsg) -> Result<AppResponse> {
        let (owner, market) = (self.owner.clone(), self.market.clone());
        self.execute(&owner, &market, msg, &[])
    }
}
