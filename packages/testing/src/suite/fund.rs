//! What is done with the insurance fund.

use anyhow::Result;
use ballast_insurance_fund::state::PENDING_CHANGES;
use ballast_types::fund::{
    ChangeAnswer, ClaimantParameters, ExecuteMsg, FundParameters, ReceiveMsg, TopUp, TopUpKind,
    Waits,
};
use ballast_types::MarketId;
use cosmwasm_std::{from_json, Addr};
use cw20::Denom;
use cw_multi_test::AppResponse;

use super::Suite;

impl Suite {
    /// Tops the fund up, whatever the collateral is.
    ///
    /// # Errors
    /// What the fund or the token returned.
    pub fn top_up(&mut self, from: &Addr, top_up: &TopUp, amount: u128) -> Result<AppResponse> {
        let hook = ReceiveMsg::TopUp(top_up.clone());
        self.give_fund(from, &ExecuteMsg::TopUp(top_up.clone()), &hook, amount)
    }

    /// Tops up the mutual reserve.
    ///
    /// # Errors
    /// What the fund or the token returned.
    pub fn donate(&mut self, from: &Addr, amount: u128) -> Result<AppResponse> {
        let kind = TopUpKind::Donation;
        self.top_up(
            from,
            &TopUp {
                contract: None,
                market: None,
                kind,
                state: None,
            },
            amount,
        )
    }

    /// Tops up one market's own reserve.
    ///
    /// # Errors
    /// What the fund or the token returned.
    pub fn top_up_reserve(
        &mut self,
        from: &Addr,
        market: MarketId,
        amount: u128,
    ) -> Result<AppResponse> {
        let top_up = TopUp {
            contract: Some(self.market.to_string()),
            market: Some(market),
            kind: TopUpKind::Reserve,
            state: None,
        };
        self.top_up(from, &top_up, amount)
    }

    /// Stakes behind the fund.
    ///
    /// # Errors
    /// What the fund or the token returned.
    pub fn stake(&mut self, staker: &Addr, amount: u128) -> Result<AppResponse> {
        self.give_fund(staker, &ExecuteMsg::Stake {}, &ReceiveMsg::Stake {}, amount)
    }

    /// Asks to leave with shares.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn request_exit(&mut self, staker: &Addr, shares: u128) -> Result<AppResponse> {
        let (fund, shares) = (self.fund.clone(), shares.into());
        self.execute(staker, &fund, &ExecuteMsg::RequestExit { shares }, &[])
    }

    /// Stays after all.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn cancel_exit(&mut self, staker: &Addr) -> Result<AppResponse> {
        let fund = self.fund.clone();
        self.execute(staker, &fund, &ExecuteMsg::CancelExit {}, &[])
    }

    /// Leaves.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn complete_exit(&mut self, staker: &Addr) -> Result<AppResponse> {
        let fund = self.fund.clone();
        self.execute(staker, &fund, &ExecuteMsg::CompleteExit {}, &[])
    }

    /// Appoints who may commit to the emergency facility.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn appoint_treasury(&mut self, treasury: &Addr) -> Result<AppResponse> {
        let treasury = Some(treasury.to_string());
        self.change_fund(&ExecuteMsg::AppointTreasury { treasury })
    }

    /// Appoints who receives surplus.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn appoint_surplus_recipient(&mut self, recipient: &Addr) -> Result<AppResponse> {
        let recipient = Some(recipient.to_string());
        self.change_fund(&ExecuteMsg::AppointSurplusRecipient { recipient })
    }

    /// Has the fund pay a lot of surplus, as the keeper.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn pay_surplus(&mut self) -> Result<AppResponse> {
        let (keeper, fund) = (self.keeper.clone(), self.fund.clone());
        self.execute(&keeper, &fund, &ExecuteMsg::PaySurplus {}, &[])
    }

    /// Makes a change of the fund as the owner, and where it has to wait, applies it as if its time had come: the
    /// waiting is not what most tests are about.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn change_fund(&mut self, msg: &ExecuteMsg) -> Result<AppResponse> {
        let owner = self.owner.clone();
        self.change_fund_by(&owner, msg)
    }

    /// The same, by whoever owns the fund meanwhile.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn change_fund_by(&mut self, owner: &Addr, msg: &ExecuteMsg) -> Result<AppResponse> {
        let fund = self.fund.clone();
        let response = self.execute(owner, &fund, msg, &[])?;
        let answer: ChangeAnswer = from_json(response.data.clone().unwrap_or_default())?;
        let Some(Waits { id, .. }) = answer.waits else {
            return Ok(response);
        };
        {
            let mut storage = self.app.contract_storage_mut(&fund);
            let mut stored = PENDING_CHANGES.load(storage.as_ref(), id)?;
            stored.proposed_at = stored.proposed_at.saturating_sub(stored.delay_secs);
            PENDING_CHANGES.save(storage.as_mut(), id, &stored)?;
        }
        self.apply_fund_change(id)
    }

    /// Applies a change of the fund that waited, as the keeper.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn apply_fund_change(&mut self, id: u64) -> Result<AppResponse> {
        let (keeper, fund) = (self.keeper.clone(), self.fund.clone());
        self.execute(&keeper, &fund, &ExecuteMsg::ApplyChange { id }, &[])
    }

    /// Lends coins to the emergency facility.
    ///
    /// # Errors
    /// What the fund or the token returned.
    pub fn commit_emergency(&mut self, treasury: &Addr, amount: u128) -> Result<AppResponse> {
        let hook = ReceiveMsg::CommitEmergency {};
        self.give_fund(treasury, &ExecuteMsg::CommitEmergency {}, &hook, amount)
    }

    /// Asks coins of the emergency facility back.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn request_emergency_withdrawal(
        &mut self,
        treasury: &Addr,
        amount: u128,
    ) -> Result<AppResponse> {
        let (fund, amount) = (self.fund.clone(), amount.into());
        let msg = ExecuteMsg::RequestEmergencyWithdrawal { amount };
        self.execute(treasury, &fund, &msg, &[])
    }

    /// Takes them.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn withdraw_emergency(&mut self, treasury: &Addr) -> Result<AppResponse> {
        let fund = self.fund.clone();
        self.execute(treasury, &fund, &ExecuteMsg::WithdrawEmergency {}, &[])
    }

    /// A message with coins or, where the collateral is a cw20, a hook with them.
    fn give_fund(
        &mut self,
        from: &Addr,
        msg: &ExecuteMsg,
        hook: &ReceiveMsg,
        amount: u128,
    ) -> Result<AppResponse> {
        let fund = self.fund.clone();
        match self.collateral {
            Denom::Native(_) => {
                let funds = self.funds(amount);
                self.execute(from, &fund, msg, &funds)
            }
            Denom::Cw20(_) => self.send_cw20(from, &fund, amount, hook),
        }
    }

    /// Has the fund recompute levels and push them to the market, as the keeper.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn poke(&mut self) -> Result<AppResponse> {
        let (keeper, fund) = (self.keeper.clone(), self.fund.clone());
        let contract = self.market.to_string();
        self.execute(&keeper, &fund, &ExecuteMsg::Poke { contract }, &[])
    }

    /// Registers one of the market contract's markets as claimant.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn register_market(
        &mut self,
        market: MarketId,
        parameters: ClaimantParameters,
    ) -> Result<AppResponse> {
        let contract = self.market.to_string();
        self.change_fund(&ExecuteMsg::RegisterMarket {
            contract,
            market,
            parameters,
        })
    }

    /// Changes a registered market.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn update_claimant(
        &mut self,
        market: MarketId,
        parameters: ClaimantParameters,
    ) -> Result<AppResponse> {
        let contract = self.market.to_string();
        self.change_fund(&ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        })
    }

    /// Changes the fund's parameters.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn update_fund_parameters(&mut self, parameters: FundParameters) -> Result<AppResponse> {
        self.change_fund(&ExecuteMsg::UpdateParameters { parameters })
    }
}
