//! Governance owns the suite: what it does with it, and what nobody can do with it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod deployment;
mod freeze;
mod protective;
mod protective_list;

use ballast_governance::parameters::default_settings;
use ballast_governance::ContractError;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::fund::{self, ClaimantParameters};
use ballast_types::market::{self, MarketParameters};
use cosmwasm_std::{Addr, CosmosMsg};

const DAY: u64 = 86_400;

/// A governed suite in which nothing is at stake yet, so that targets delay nothing themselves; `ann`
/// decides alone, `bob` has the rest.
struct Governed {
    suite: Suite,
    ann: Addr,
    bob: Addr,
}

impl Governed {
    fn new() -> Self {
        let suite = SuiteBuilder::new()
            .governed(default_settings())
            .market(MarketSpec::btc())
            .market(MarketSpec::eth())
            .seed(FundSeed { mutual: 0 })
            .build()
            .unwrap();
        Self::with(suite)
    }

    fn with(mut suite: Suite) -> Self {
        let ann = suite.new_voter("ann", 900).unwrap();
        let bob = suite.new_voter("bob", 100).unwrap();
        suite.next_block();
        Self { suite, ann, bob }
    }

    fn check(&self) {
        check_invariants(&self.suite).unwrap();
    }

    fn parameters(&self, market: u32) -> MarketParameters {
        self.suite.market_info(market).unwrap().config.parameters
    }

    fn standing(&self, market: u32) -> ClaimantParameters {
        self.suite.claimant(market).unwrap().parameters
    }

    fn update_market(&self, market: u32, change: impl FnOnce(&mut MarketParameters)) -> CosmosMsg {
        let mut parameters = self.parameters(market);
        change(&mut parameters);
        let msg = market::ExecuteMsg::UpdateMarket { market, parameters };
        Suite::call(&self.suite.market, &msg).unwrap()
    }

    fn update_standing(
        &self,
        market: u32,
        change: impl FnOnce(&mut ClaimantParameters),
    ) -> CosmosMsg {
        let mut parameters = self.standing(market);
        change(&mut parameters);
        let msg = fund::ExecuteMsg::UpdateMarket {
            contract: self.suite.market.to_string(),
            market,
            parameters,
        };
        Suite::call(&self.suite.fund, &msg).unwrap()
    }

    /// A protective proposal that `ann` decides, executed at once.
    fn protect(&mut self, msgs: Vec<CosmosMsg>) -> u64 {
        let id = self.suite.propose_protective(&self.ann, msgs).unwrap();
        self.suite.execute_proposal(id).unwrap();
        assert_eq!(self.suite.lifecycle(id).unwrap().failure, None);
        self.check();
        id
    }

    /// An ordinary proposal that `ann` decides, executed after its delay.
    fn carry(&mut self, msgs: Vec<CosmosMsg>) -> u64 {
        let id = self.suite.propose(&self.ann, msgs).unwrap();
        self.suite.wait_until_ready(id).unwrap();
        self.suite.execute_proposal(id).unwrap();
        assert_eq!(self.suite.lifecycle(id).unwrap().failure, None);
        self.check();
        id
    }
}

fn refused<T: std::fmt::Debug>(result: anyhow::Result<T>) -> ContractError {
    result.expect_err("a refusal").downcast().unwrap()
}
