//! Deploys the suite in the order and with the wiring of production: collateral, price feed, fund, market
//! with that fund, listings, registration in the fund, feeders, prices, and last the money.

use anyhow::{Context, Result};
use ballast_types::fund::{self, FundParameters, TopUp, TopUpKind};
use ballast_types::governance::Settings;
use ballast_types::market::{self, ExchangeParameters};
use ballast_types::price_feed;
use ballast_types::MarketId;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, BlockInfo, Timestamp};
use cw20::{Cw20Coin, Denom, MinterResponse};
use cw_multi_test::{no_init, AppBuilder, Executor, WasmKeeper};

use super::defaults::{atoms, exchange_parameters, fund_parameters};
use super::{
    governance, Codes, Collateral, Hostile, JournalStorage, Listed, MarketSpec, Strays, Suite,
    SuiteApp, PREFIX,
};
use crate::bank::{Blocked, RefusingBank};
use crate::genesis::{Keyring, CHAIN_PREFIX};
use crate::metering::Meter;

/// What the fund holds at the start, besides the reserves of [`MarketSpec::reserve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundSeed {
    /// Donated to the mutual reserve, atoms.
    pub mutual: u128,
}

/// What to deploy. Everything has a default but the list of markets.
#[derive(Clone)]
pub struct SuiteBuilder {
    collateral: Collateral,
    decimals: u8,
    markets: Vec<MarketSpec>,
    seed: Option<FundSeed>,
    with_fund: bool,
    ramp_elapsed: bool,
    feeders: u32,
    max_price_age_secs: u64,
    fund_parameters: Option<FundParameters>,
    exchange_parameters: Option<ExchangeParameters>,
    start: u64,
    start_height: u64,
    keyring: Option<Keyring>,
    governed: Option<Settings>,
    governance_token: Collateral,
}

/// 2023-11-14: when the chain starts unless told otherwise.
const START: u64 = 1_700_000_000;

/// Name of the native coin, and symbol of the cw20 in lower case.
const COIN: &str = "uusdc";

impl Default for SuiteBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SuiteBuilder {
    /// Native collateral of six decimals, a mutual reserve of 1,000,000 units whose ramp has elapsed, three
    /// feeders, the contracts' default parameters, no market.
    #[must_use]
    pub fn new() -> Self {
        Self {
            collateral: Collateral::Native,
            decimals: 6,
            markets: vec![],
            seed: None,
            with_fund: true,
            ramp_elapsed: true,
            feeders: 3,
            max_price_age_secs: 600,
            fund_parameters: None,
            exchange_parameters: None,
            start: START,
            start_height: 1,
            keyring: None,
            governed: None,
            governance_token: Collateral::Native,
        }
    }

    /// What the collateral is.
    #[must_use]
    pub fn collateral(mut self, collateral: Collateral) -> Self {
        self.collateral = collateral;
        self
    }

    /// Decimals of the collateral. Default amounts are scaled to it.
    #[must_use]
    pub fn decimals(mut self, decimals: u8) -> Self {
        self.decimals = decimals;
        self
    }

    /// Lists one more market, under the next number.
    #[must_use]
    pub fn market(mut self, spec: MarketSpec) -> Self {
        self.markets.push(spec);
        self
    }

    /// What the fund holds at the start.
    #[must_use]
    pub fn seed(mut self, seed: FundSeed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The market is instantiated without a fund. The fund is deployed all the same.
    #[must_use]
    pub fn without_fund(mut self) -> Self {
        self.with_fund = false;
        self
    }

    /// Whether the markets' access to the mutual reserve has fully ramped up when the suite is handed over.
    /// The default parameters then have no ramp at all; with given ones the suite is deployed one ramp
    /// early, which leaves the fund with reports that are older than `report_max_age_secs`.
    #[must_use]
    pub fn ramp_elapsed(mut self, elapsed: bool) -> Self {
        self.ramp_elapsed = elapsed;
        self
    }

    /// Number of feeders, at most 16; more than half of them are the quorum.
    #[must_use]
    pub fn feeders(mut self, feeders: u32) -> Self {
        self.feeders = feeders;
        self
    }

    /// Age at which the price feed forgets a price. The market has limits of its own.
    #[must_use]
    pub fn max_price_age_secs(mut self, secs: u64) -> Self {
        self.max_price_age_secs = secs;
        self
    }

    /// The fund's parameters instead of its defaults.
    #[must_use]
    pub fn fund_parameters(mut self, parameters: FundParameters) -> Self {
        self.fund_parameters = Some(parameters);
        self
    }

    /// The market's parameters instead of its defaults.
    #[must_use]
    pub fn exchange_parameters(mut self, parameters: ExchangeParameters) -> Self {
        self.exchange_parameters = Some(parameters);
        self
    }

    /// Governance is deployed first, stakes [`GOVERNANCE_COIN`](super::GOVERNANCE_COIN), and owns the other
    /// contracts from their first block, as their wasm admin and its own. Settings without contracts name
    /// the suite's, by a bootstrap. What the builder does as the owner it does as governance, without votes.
    #[must_use]
    pub fn governed(mut self, settings: Settings) -> Self {
        self.governed = Some(settings);
        self
    }

    /// What is staked for power: [`GOVERNANCE_COIN`](super::GOVERNANCE_COIN), or a cw20 of its own.
    #[must_use]
    pub fn governance_token(mut self, kind: Collateral) -> Self {
        self.governance_token = kind;
        self
    }

    /// Time of the block in which the suite is handed over, seconds.
    #[must_use]
    pub fn start_at(mut self, secs: u64) -> Self {
        self.start = secs;
        self
    }

    /// Height of the block in which the first contract is instantiated.
    #[must_use]
    pub fn start_at_height(mut self, height: u64) -> Self {
        self.start_height = height;
        self
    }

    /// Everybody has an address of a key, as on a real chain, with that chain's prefix. The keys are kept in the ring.
    #[must_use]
    pub fn keyring(mut self, keyring: Keyring) -> Self {
        self.keyring = Some(keyring);
        self
    }

    /// Deploys it.
    ///
    /// # Errors
    /// What a contract refused, for example parameters out of range.
    pub fn build(self) -> Result<Suite> {
        let mut suite = self.deploy()?;
        for spec in &self.markets {
            self.list(&mut suite, spec)?;
        }
        suite.set_time(self.start)?;
        for (market, spec) in (0..).zip(&self.markets) {
            suite.push_price(market, spec.initial_price)?;
            suite.accrue(market)?;
        }
        self.seed_fund(&mut suite)?;
        suite.messages = 0;
        Ok(suite)
    }

    fn deploy(&self) -> Result<Suite> {
        let blocked = Blocked::default();
        let meter = Meter::new();
        let bank = RefusingBank {
            blocked: blocked.clone(),
            meter: meter.clone(),
            ..RefusingBank::default()
        };
        let (prefix, wasm) = match &self.keyring {
            None => (PREFIX, WasmKeeper::new()),
            Some(ring) => (
                CHAIN_PREFIX,
                WasmKeeper::new().with_address_generator(ring.clone()),
            ),
        };
        let mut app: SuiteApp = AppBuilder::new()
            .with_api(MockApi::default().with_prefix(prefix))
            .with_wasm(wasm)
            .with_bank(bank)
            .with_storage(JournalStorage::default())
            .build(no_init);
        app.set_block(BlockInfo {
            height: self.start_height,
            time: Timestamp::from_seconds(self.deployed_at()),
            chain_id: "ballast-test-1".to_owned(),
        });
        let codes = Codes::store(&mut app, &meter);
        let named = |app: &SuiteApp, name: &str| match &self.keyring {
            None => Ok(app.api().addr_make(name)),
            Some(ring) => ring.person(name),
        };
        let deployer = named(&app, "owner")?;
        let guardian = named(&app, governance::GUARDIAN)?;
        let governance_token =
            governance::make_token(&mut app, &codes, &deployer, self.governance_token)?;
        let governance = self
            .governed
            .as_ref()
            .map(|settings| {
                let chosen = (&governance_token, settings, &guardian);
                governance::deploy(&mut app, codes.governance, &deployer, chosen)
            })
            .transpose()?;
        let owner = governance.clone().unwrap_or_else(|| deployer.clone());
        let admin = Some(owner.to_string());

        let collateral = self.make_collateral(&mut app, &codes, &owner)?;
        let msg = price_feed::InstantiateMsg {
            owner: owner.to_string(),
            adverse_delay_secs: None,
        };
        let price_feed = app.instantiate_contract(
            codes.price_feed,
            owner.clone(),
            &msg,
            &[],
            "ballast price feed",
            admin.clone(),
        )?;
        let msg = fund::InstantiateMsg {
            owner: owner.to_string(),
            collateral: collateral.clone(),
            parameters: Some(self.fund_parameters_or_default()),
            share_token: None,
        };
        let fund = app.instantiate_contract(
            codes.fund,
            owner.clone(),
            &msg,
            &[],
            "ballast insurance fund",
            admin.clone(),
        )?;
        let exchange = self.exchange_parameters.clone();
        let exchange = exchange.unwrap_or_else(|| exchange_parameters(self.decimals));
        let msg = market::InstantiateMsg {
            owner: owner.to_string(),
            collateral: collateral.clone(),
            collateral_decimals: self.decimals,
            insurance_fund: self.with_fund.then(|| fund.to_string()),
            parameters: Some(exchange),
        };
        let market = app.instantiate_contract(
            codes.market,
            owner.clone(),
            &msg,
            &[],
            "ballast market",
            admin,
        )?;
        if let Some(governance) = &governance {
            let contracts = [&market, &fund, &price_feed];
            governance::bootstrap(&mut app, governance, &deployer, contracts)?;
        }
        let feeders = (0..self.feeders)
            .map(|i| named(&app, &format!("feeder{i}")))
            .collect::<Result<_>>()?;
        Ok(Suite {
            keeper: named(&app, "keeper")?,
            keyring: self.keyring.clone(),
            app,
            meter,
            blocked,
            codes,
            collateral,
            decimals: self.decimals,
            owner,
            governance,
            governance_token,
            feeders,
            price_feed,
            fund,
            market,
            markets: vec![],
            messages: 0,
            strays: Strays::default(),
            hostile: Hostile::default(),
        })
    }

    /// Early enough that a ramp that starts at registration is over at `start`.
    fn deployed_at(&self) -> u64 {
        let ramp = if self.ramp_elapsed {
            self.fund_parameters_or_default().ramp_secs
        } else {
            0
        };
        self.start.saturating_sub(ramp.max(1))
    }

    fn fund_parameters_or_default(&self) -> FundParameters {
        self.fund_parameters.clone().unwrap_or_else(|| {
            let mut parameters = fund_parameters(self.decimals);
            if self.ramp_elapsed {
                parameters.ramp_secs = 0;
            }
            parameters
        })
    }

    fn make_collateral(&self, app: &mut SuiteApp, codes: &Codes, owner: &Addr) -> Result<Denom> {
        let code = match self.collateral {
            Collateral::Native => return Ok(Denom::Native(COIN.to_owned())),
            Collateral::Cw20 => codes.cw20,
            Collateral::HostileCw20 => codes.hostile_token,
        };
        let msg = cw20_base::msg::InstantiateMsg {
            name: "Ballast test dollar".to_owned(),
            symbol: COIN.to_uppercase(),
            decimals: self.decimals,
            initial_balances: Vec::<Cw20Coin>::new(),
            mint: Some(MinterResponse {
                minter: owner.to_string(),
                cap: None,
            }),
            marketing: None,
        };
        let token = app.instantiate_contract(code, owner.clone(), &msg, &[], "collateral", None)?;
        Ok(Denom::Cw20(token))
    }

    fn list(&self, suite: &mut Suite, spec: &MarketSpec) -> Result<()> {
        let id = MarketId::try_from(suite.markets.len())?;
        let feed_id = format!("{:064x}", id + 1);
        let owner = suite.owner.clone();
        suite.markets.push(Listed {
            id,
            spec: spec.clone(),
            feed_id: feed_id.clone(),
        });

        let feed = spec.feed(&feed_id, &suite.feeders, self.max_price_age_secs);
        let set_feed = price_feed::ExecuteMsg::SetFeed { feed };
        suite.execute(&owner, &suite.price_feed.clone(), &set_feed, &[])?;
        suite.push_price(id, spec.initial_price)?;

        let oracle = spec.oracle(&suite.price_feed, &feed_id);
        let listing = market::ExecuteMsg::ListMarket(spec.listing(oracle, self.decimals));
        suite
            .execute(&owner, &suite.market.clone(), &listing, &[])
            .with_context(|| format!("listing {}", spec.symbol))?;
        if spec.registered {
            suite.register_market(id, spec.standing(self.decimals))?;
        }
        Ok(())
    }

    fn seed_fund(&self, suite: &mut Suite) -> Result<()> {
        let seed = self.seed.unwrap_or_else(|| FundSeed {
            mutual: atoms(1_000_000, self.decimals).u128(),
        });
        let owner = suite.owner.clone();
        let donation = TopUp {
            contract: None,
            market: None,
            kind: TopUpKind::Donation,
            state: None,
        };
        self.give(suite, &owner, &donation, seed.mutual)?;
        let market_contract = suite.market.to_string();
        for (market, spec) in (0..).zip(&self.markets) {
            let reserve = TopUp {
                contract: Some(market_contract.clone()),
                market: Some(market),
                kind: TopUpKind::Reserve,
                state: None,
            };
            self.give(suite, &owner, &reserve, spec.reserve)?;
        }
        Ok(())
    }

    fn give(&self, suite: &mut Suite, from: &Addr, top_up: &TopUp, amount: u128) -> Result<()> {
        if amount > 0 {
            suite.mint(from, amount)?;
            suite.top_up(from, top_up, amount)?;
        }
        Ok(())
    }
}

impl Suite {
    /// Lists one more market under the next number, with a feed and a price, and registers it in the fund. Its reserve is
    /// empty.
    ///
    /// # Errors
    /// What a contract refused.
    pub fn list_another(&mut self, spec: &MarketSpec) -> Result<()> {
        SuiteBuilder::new().list(self, spec)
    }
}
