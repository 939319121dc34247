//! The contracts on the embedded chain, deployed by `ballast-testing`: what the simulator needs of them and
//! nothing else.

use anyhow::Error;
use ballast_governance::parameters::default_settings;
use ballast_testing::guard::ContractPanicked;
use ballast_testing::invariants::{check_events, check_invariants, InvariantChecker};
use ballast_testing::suite::{
    Collateral as Token, FundSeed, MarketSpec, Suite, SuiteBuilder, PREFIX,
};
use ballast_types::fund::{
    ClaimRecord, ConfigResponse as FundConfig, ExecuteMsg as FundMsg, FundParameters,
    QueryMsg as FundQuery, SolvencyResponse,
};
use ballast_types::governance::ExecuteMsg as GovernanceMsg;
use ballast_types::market::{ExecuteMsg as MarketMsg, LedgerResponse, QueryMsg as MarketQuery};
use ballast_types::price_feed::ExecuteMsg as FeedMsg;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Empty, Event, QuerierWrapper, StdResult};
use cw_multi_test::AppResponse;
use serde::de::DeserializeOwned;

use crate::cli::{Collateral, Gear};
use crate::error::{SimError, SimResult};
use crate::governed::{self, Period};
use crate::listing::{BASE_DECIMALS, QUOTE_DECIMALS};
use crate::plan::Plan;
use crate::plot::Bands;

/// A message that a contract refused.
pub struct Refused {
    /// The error and what caused it.
    pub text: String,
    /// The contract panicked.
    pub panicked: bool,
}

/// The exchange, deployed.
pub struct Chain {
    suite: Suite,
    gear: Gear,
    /// Keeps totals of its own from message to message; none where only bars are checked.
    checker: Option<InvariantChecker>,
}

impl Chain {
    /// The address of a name: the same for the same name.
    #[must_use]
    pub fn address(name: &str) -> Addr {
        MockApi::default().with_prefix(PREFIX).addr_make(name)
    }

    /// Deploys everything, fills the fund and gives everybody their purse, some time before the replay begins.
    ///
    /// # Errors
    /// What a contract refused: a bug in the plan.
    pub fn deploy(
        plan: &Plan,
        purses: &[(Addr, u128)],
        prices: &[u64],
        gear: Gear,
    ) -> SimResult<Self> {
        let mut builder = builder(plan)
            .seed(FundSeed {
                mutual: plan.mutual(),
            })
            .start_at(plan.opens_at)
            // The builder deploys one ramp before it hands over: the fund's age, until it is put right below.
            .fund_parameters(FundParameters {
                ramp_secs: plan.age_secs,
                ..plan.fund_parameters()
            });
        for spec in specs(plan, prices) {
            builder = builder.market(spec);
        }
        let mut suite = builder.build().map_err(failed)?;
        if plan.stake() > 0 {
            let underwriter = Self::address("underwriter");
            suite.mint(&underwriter, plan.stake()).map_err(failed)?;
            suite.stake(&underwriter, plan.stake()).map_err(failed)?;
        }
        suite
            .update_fund_parameters(plan.fund_parameters())
            .map_err(failed)?;
        Self::new(suite, purses, gear)
    }

    /// As [`Chain::deploy`], owned by governance, which is deployed first and lists the markets by vote; how, is in the
    /// second answer.
    ///
    /// # Errors
    /// What a contract refused.
    pub fn deploy_governed(
        plan: &Plan,
        purses: &[(Addr, u128)],
        prices: &[u64],
        gear: Gear,
    ) -> SimResult<(Self, Vec<Period>)> {
        let listed_at = plan.opens_at.saturating_sub(plan.age_secs);
        let mut suite = builder(plan)
            .governed(default_settings())
            .seed(FundSeed { mutual: 0 })
            .start_at(listed_at.saturating_sub(governed::lead_secs()))
            .ramp_elapsed(false)
            .fund_parameters(plan.fund_parameters())
            .build()
            .map_err(failed)?;
        let specs = specs(plan, prices);
        let listed =
            governed::list_markets(&mut suite, &specs, plan.mutual(), listed_at, plan.opens_at);
        let listed = listed.map_err(failed)?;
        Ok((Self::new(suite, purses, gear)?, listed))
    }

    fn new(mut suite: Suite, purses: &[(Addr, u128)], gear: Gear) -> SimResult<Self> {
        for (owner, purse) in purses {
            suite.mint(owner, *purse).map_err(failed)?;
        }
        let checker = match gear {
            Gear::Bar => None,
            Gear::Full | Gear::Touched => Some(InvariantChecker::new(&suite).map_err(failed)?),
        };
        Ok(Self {
            suite,
            gear,
            checker,
        })
    }

    /// Checks what the gear asks for after a message, a refused one too. Tells whether it checked at all.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check_message(&mut self, events: &[Event]) -> Result<bool, String> {
        check_events(events).map_err(|found| found.to_string())?;
        let checked = match (self.gear, &mut self.checker) {
            (Gear::Full, Some(checker)) => checker.full(&self.suite),
            (_, Some(checker)) => checker.after_message(&self.suite),
            (_, None) => return Ok(false),
        };
        checked.map(|()| true).map_err(|found| found.to_string())
    }

    /// Checks everything from raw storage and the bank.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check_everything(&mut self) -> Result<(), String> {
        match &mut self.checker {
            Some(checker) => checker.full(&self.suite),
            None => check_invariants(&self.suite),
        }
        .map_err(|found| found.to_string())
    }

    /// Who makes the first trade of each market.
    #[must_use]
    pub fn openers() -> [Addr; 2] {
        ["opener0", "opener1"].map(Self::address)
    }

    /// Block time, seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.suite.now()
    }

    /// Block height.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.suite.height()
    }

    /// The next block, so many seconds later.
    pub fn next_block(&mut self, seconds: u64) {
        self.suite.advance(seconds);
    }

    /// Who pushes prices.
    #[must_use]
    pub fn feeders(&self) -> Vec<Addr> {
        self.suite.feeders.clone()
    }

    /// Who owns the contracts.
    #[must_use]
    pub fn owner(&self) -> &Addr {
        &self.suite.owner
    }

    /// The market contract.
    #[must_use]
    pub fn market(&self) -> &Addr {
        &self.suite.market
    }

    /// A message to the market.
    ///
    /// # Errors
    /// What it refused.
    pub fn to_market(&mut self, sender: &Addr, message: &MarketMsg) -> Result<Vec<Event>, Refused> {
        let contract = self.suite.market.clone();
        answered(self.suite.execute(sender, &contract, message, &[]))
    }

    /// A message to the fund.
    ///
    /// # Errors
    /// What it refused.
    pub fn to_fund(&mut self, sender: &Addr, message: &FundMsg) -> Result<Vec<Event>, Refused> {
        let contract = self.suite.fund.clone();
        answered(self.suite.execute(sender, &contract, message, &[]))
    }

    /// A message to the price feed.
    ///
    /// # Errors
    /// What it refused.
    pub fn to_feed(&mut self, sender: &Addr, message: &FeedMsg) -> Result<Vec<Event>, Refused> {
        let contract = self.suite.price_feed.clone();
        answered(self.suite.execute(sender, &contract, message, &[]))
    }

    /// A message to governance, in a suite that it owns.
    ///
    /// # Errors
    /// What it refused.
    pub fn to_governance(
        &mut self,
        sender: &Addr,
        message: &GovernanceMsg,
    ) -> Result<Vec<Event>, Refused> {
        answered(self.suite.govern(sender, message))
    }

    /// Everything that is deployed.
    #[must_use]
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// A deposit: coins with a message, or a cw20 send.
    ///
    /// # Errors
    /// What the market or the token refused.
    pub fn deposit(
        &mut self,
        sender: &Addr,
        subaccount: u32,
        amount: u128,
    ) -> Result<Vec<Event>, Refused> {
        answered(self.suite.deposit(sender, subaccount, amount))
    }

    /// Asks the market.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn query_market<T: DeserializeOwned>(&self, query: &MarketQuery) -> SimResult<T> {
        let querier = self.suite.app.wrap();
        querier
            .query_wasm_smart(&self.suite.market, query)
            .map_err(SimError::internal)
    }

    /// Lets somebody read raw storage of the market.
    ///
    /// # Errors
    /// What reading returned.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&QuerierWrapper<Empty>, &Addr) -> StdResult<T>,
    ) -> StdResult<T> {
        read(&self.suite.app.wrap(), &self.suite.market)
    }

    /// The fund's ledger.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn solvency(&self) -> SimResult<SolvencyResponse> {
        self.suite.solvency().map_err(failed)
    }

    /// Thresholds of coverage between the fund's levels.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn bands(&self) -> SimResult<Bands> {
        let config: FundConfig = self.suite.ask_fund(&FundQuery::Config {}).map_err(failed)?;
        let thresholds = config.parameters.thresholds;
        Ok([
            thresholds.surplus_ppm,
            thresholds.healthy_ppm,
            thresholds.watch_ppm,
            thresholds.deficient_ppm,
        ]
        .map(|ppm| f64::from(ppm) / 1_000_000.0))
    }

    /// What the reserves are to hold: the targets of all markets' reserves and of the mutual one, quote atoms.
    ///
    /// # Errors
    /// Where the fund does not answer.
    pub fn fund_target(&self) -> SimResult<u128> {
        let config: FundConfig = self.suite.ask_fund(&FundQuery::Config {}).map_err(failed)?;
        let mut target = config.parameters.mutual_target.u128();
        for market in self.solvency()?.markets {
            let claimant = self.suite.claimant(market.market).map_err(failed)?;
            target = target.saturating_add(claimant.parameters.reserve_target.u128());
        }
        Ok(target)
    }

    /// The fund's parameters.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn fund_parameters(&self) -> SimResult<FundParameters> {
        let config: FundConfig = self.suite.ask_fund(&FundQuery::Config {}).map_err(failed)?;
        Ok(config.parameters)
    }

    /// What the first so many markets' reserves are to hold, quote atoms.
    ///
    /// # Errors
    /// Where the fund does not answer.
    pub fn reserve_targets(&self, markets: usize) -> SimResult<Vec<u128>> {
        (0u32..)
            .take(markets)
            .map(|market| {
                let claimant = self.suite.claimant(market).map_err(failed)?;
                Ok(claimant.parameters.reserve_target.u128())
            })
            .collect()
    }

    /// The market's ledger.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn ledger(&self) -> SimResult<LedgerResponse> {
        self.suite.ledger().map_err(failed)
    }

    /// The fund's record of a claim; none where it has none.
    #[must_use]
    pub fn claim(&self, claim_id: u64) -> Option<ClaimRecord> {
        let contract = self.suite.market.to_string();
        let query = FundQuery::Claim { contract, claim_id };
        self.suite
            .app
            .wrap()
            .query_wasm_smart(&self.suite.fund, &query)
            .ok()
    }
}

fn builder(plan: &Plan) -> SuiteBuilder {
    SuiteBuilder::new()
        .collateral(match plan.collateral {
            Collateral::Native => Token::Native,
            Collateral::Cw20 => Token::Cw20,
        })
        .decimals(QUOTE_DECIMALS)
        .exchange_parameters(plan.exchange_parameters())
}

fn specs(plan: &Plan, prices: &[u64]) -> Vec<MarketSpec> {
    let markets = plan.listings.iter().zip(prices).enumerate();
    markets
        .map(|(market, (listing, price))| {
            let mut spec = MarketSpec::new(
                &listing.symbol,
                BASE_DECIMALS,
                listing.tick_size(),
                listing.lot_size,
                listing.price(*price),
            );
            spec.expo = listing.expo;
            spec.parameters = Some(plan.market_parameters(market));
            spec.claimant = Some(plan.claimant(market));
            spec.reserve = plan.reserve(market);
            spec.isolated = plan.is_isolated(market);
            spec
        })
        .collect()
}

fn answered(result: anyhow::Result<AppResponse>) -> Result<Vec<Event>, Refused> {
    result
        .map(|response| response.events)
        .map_err(|error| Refused {
            panicked: error.chain().any(|cause| cause.is::<ContractPanicked>()),
            text: error.root_cause().to_string(),
        })
}

fn failed(error: Error) -> SimError {
    SimError::internal(format!("{error:#}"))
}
