//! Typed queries.

use anyhow::Result;
use ballast_types::fund::{
    CapacityResponse, ClaimRecord, ClaimantResponse, QueryMsg as FundQuery, SolvencyResponse,
};
use ballast_types::market::{
    AccountResponse, BookResponse, ConfigResponse, DelegateResponse, DeleverageEntry,
    DeleverageRankResponse, FundingResponse, LedgerResponse, LiquidationPriceResponse,
    MarketResponse, OrderResponse, OutflowLimitsResponse, PendingClaimResponse, QueryMsg,
    QueuedWithdrawalResponse, TriggerCondition, TriggerOrderResponse, WithdrawalGateResponse,
};
use ballast_types::pyth::{self, PriceFeedResponse};
use ballast_types::{AccountId, MarketId, RiskParameters};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::{Addr, Decimal, Uint64};

use super::Suite;

impl Suite {
    /// Asks the market.
    ///
    /// # Errors
    /// What it returned.
    pub fn ask_market<T: DeserializeOwned>(&self, query: &QueryMsg) -> Result<T> {
        Ok(self.app.wrap().query_wasm_smart(&self.market, query)?)
    }

    /// Asks the fund.
    ///
    /// # Errors
    /// What it returned.
    pub fn ask_fund<T: DeserializeOwned>(&self, query: &FundQuery) -> Result<T> {
        Ok(self.app.wrap().query_wasm_smart(&self.fund, query)?)
    }

    /// The market's settings.
    ///
    /// # Errors
    /// What the market returned.
    pub fn config(&self) -> Result<ConfigResponse> {
        self.ask_market(&QueryMsg::Config {})
    }

    /// One market.
    ///
    /// # Errors
    /// What the market returned.
    pub fn market_info(&self, market: MarketId) -> Result<MarketResponse> {
        self.ask_market(&QueryMsg::Market { market })
    }

    /// One account with its health, at cached prices.
    ///
    /// # Errors
    /// What the market returned.
    pub fn account(&self, owner: &Addr, subaccount: u32) -> Result<AccountResponse> {
        self.ask_market(&QueryMsg::Account {
            account: Self::account_id(owner, subaccount),
        })
    }

    /// Every account, page by page.
    ///
    /// # Errors
    /// What the market returned.
    pub fn accounts(&self) -> Result<Vec<AccountResponse>> {
        let mut all: Vec<AccountResponse> = vec![];
        loop {
            let start_after = all.last().map(|account| account.number);
            let query = QueryMsg::Accounts {
                start_after,
                limit: Some(50),
            };
            let page: Vec<AccountResponse> = self.ask_market(&query)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The price at which an account becomes liquidatable.
    ///
    /// # Errors
    /// What the market returned.
    pub fn liquidation_price(
        &self,
        account: AccountId,
        market: MarketId,
    ) -> Result<Option<Decimal>> {
        let query = QueryMsg::LiquidationPrice { account, market };
        let answer: LiquidationPriceResponse = self.ask_market(&query)?;
        Ok(answer.price)
    }

    /// The book.
    ///
    /// # Errors
    /// What the market returned.
    pub fn book(&self, market: MarketId) -> Result<BookResponse> {
        self.ask_market(&QueryMsg::Book {
            market,
            limit: Some(100),
        })
    }

    /// An account's resting orders, at most 50.
    ///
    /// # Errors
    /// What the market returned.
    pub fn orders(&self, owner: &Addr, subaccount: u32) -> Result<Vec<OrderResponse>> {
        let account = Self::account_id(owner, subaccount);
        self.ask_market(&QueryMsg::Orders {
            account,
            start_after: None,
            limit: Some(50),
        })
    }

    /// Trigger orders of an account, at most 50.
    ///
    /// # Errors
    /// What the market returned.
    pub fn trigger_orders(
        &self,
        owner: &Addr,
        subaccount: u32,
    ) -> Result<Vec<TriggerOrderResponse>> {
        let account = Self::account_id(owner, subaccount);
        self.ask_market(&QueryMsg::TriggerOrders {
            account,
            start_after: None,
            limit: Some(50),
        })
    }

    /// Trigger orders that are due, at most 50.
    ///
    /// # Errors
    /// What the market returned.
    pub fn due_trigger_orders(
        &self,
        market: MarketId,
        condition: TriggerCondition,
    ) -> Result<Vec<TriggerOrderResponse>> {
        self.ask_market(&QueryMsg::DueTriggerOrders {
            market,
            condition,
            start_after: None,
            limit: Some(50),
        })
    }

    /// Who may trade for an account.
    ///
    /// # Errors
    /// What the market returned.
    pub fn delegates(&self, owner: &Addr, subaccount: u32) -> Result<Vec<DelegateResponse>> {
        let account = Self::account_id(owner, subaccount);
        self.ask_market(&QueryMsg::Delegates { account })
    }

    /// Funding of a market.
    ///
    /// # Errors
    /// What the market returned.
    pub fn funding(&self, market: MarketId) -> Result<FundingResponse> {
        self.ask_market(&QueryMsg::Funding { market })
    }

    /// How many positions are deleveraged before this one.
    ///
    /// # Errors
    /// What the market returned.
    pub fn deleverage_rank(
        &self,
        account: AccountId,
        market: MarketId,
    ) -> Result<DeleverageRankResponse> {
        self.ask_market(&QueryMsg::DeleverageRank {
            account,
            market,
            limit: Some(1_000),
        })
    }

    /// The first 50 of one side's deleveraging order.
    ///
    /// # Errors
    /// What the market returned.
    pub fn deleverage_queue(&self, market: MarketId, long: bool) -> Result<Vec<DeleverageEntry>> {
        let query = QueryMsg::DeleverageQueue {
            market,
            long,
            start_after: None,
            limit: Some(50),
        };
        self.ask_market(&query)
    }

    /// The first 50 claims that wait for a retry.
    ///
    /// # Errors
    /// What the market returned.
    pub fn pending_claims(&self) -> Result<Vec<PendingClaimResponse>> {
        let query = QueryMsg::PendingClaims {
            start_after: None::<(Uint64, MarketId)>,
            limit: Some(50),
        };
        self.ask_market(&query)
    }

    /// The first 50 queued withdrawals.
    ///
    /// # Errors
    /// What the market returned.
    pub fn queued_withdrawals(&self) -> Result<Vec<QueuedWithdrawalResponse>> {
        let query = QueryMsg::QueuedWithdrawals {
            start_after: None,
            limit: Some(50),
        };
        self.ask_market(&query)
    }

    /// How much may leave the market now.
    ///
    /// # Errors
    /// What the market returned.
    pub fn outflow_limits(&self) -> Result<OutflowLimitsResponse> {
        self.ask_market(&QueryMsg::OutflowLimits {})
    }

    /// The withdrawal gate, and whether it is shut for an account.
    ///
    /// # Errors
    /// What the market returned.
    pub fn withdrawal_gate(&self, account: Option<AccountId>) -> Result<WithdrawalGateResponse> {
        self.ask_market(&QueryMsg::WithdrawalGate { account })
    }

    /// The market's ledger.
    ///
    /// # Errors
    /// What the market returned.
    pub fn ledger(&self) -> Result<LedgerResponse> {
        self.ask_market(&QueryMsg::Ledger {})
    }

    /// The fund's ledger and level.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn solvency(&self) -> Result<SolvencyResponse> {
        self.ask_fund(&FundQuery::Solvency {})
    }

    /// What a claim of a market would be paid now.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn capacity(&self, market: MarketId) -> Result<CapacityResponse> {
        let contract = self.market.to_string();
        self.ask_fund(&FundQuery::Capacity { contract, market })
    }

    /// A market's standing in the fund.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn claimant(&self, market: MarketId) -> Result<ClaimantResponse> {
        let contract = self.market.to_string();
        self.ask_fund(&FundQuery::Market { contract, market })
    }

    /// What the fund would tell a market now.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn risk_parameters(&self, market: MarketId) -> Result<RiskParameters> {
        let contract = self.market.to_string();
        self.ask_fund(&FundQuery::RiskParameters { contract, market })
    }

    /// Every claim of the market contract, page by page.
    ///
    /// # Errors
    /// What the fund returned.
    pub fn claims(&self) -> Result<Vec<ClaimRecord>> {
        let mut all: Vec<ClaimRecord> = vec![];
        loop {
            let query = FundQuery::Claims {
                contract: self.market.to_string(),
                start_after: all.last().map(|claim| claim.claim_id),
                limit: Some(50),
            };
            let page: Vec<ClaimRecord> = self.ask_fund(&query)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// What the price feed answers for a market.
    ///
    /// # Errors
    /// No quorum.
    pub fn feed_price(&self, market: MarketId) -> Result<pyth::Price> {
        let id = self.listed(market)?.feed_id.clone();
        let answer: PriceFeedResponse = self
            .app
            .wrap()
            .query_wasm_smart(&self.price_feed, &pyth::QueryMsg::PriceFeed { id })?;
        Ok(answer.price_feed.price)
    }
}
