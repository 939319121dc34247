//! The suite before a measured message: two markets, a crowd, and what a scenario needs to set its state up.

use anyhow::{ensure, Context, Result};
use ballast_governance::parameters::default_settings;
use ballast_types::market::{AccountResponse, OrderId};
use ballast_types::{AccountId, Side};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{to_json_binary, Addr, Binary, Coin, Decimal, WasmMsg};
use cw_multi_test::AppResponse;

use super::{backlog, crowd, electorate};
use crate::metering::Trace;
use crate::suite::{Collateral, MarketSpec, Suite, SuiteBuilder};

/// One unit of the collateral, atoms.
pub const UNIT: u128 = 1_000_000;
/// One unit of the base asset, atoms.
pub const BASE: u128 = 100_000_000;
/// The smallest order: worth 20 units.
pub const LOT: u128 = BASE / 1_000;
/// Price of both markets.
pub const PRICE: &str = "20000";
/// The crowd's best bid. A bankrupt account's slippage does not reach it.
pub const CROWD_BID: &str = "18500";
/// The crowd's best ask.
pub const CROWD_ASK: &str = "21500";

/// A message that is ready to be sent, and is accepted.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Who sends it.
    pub sender: Addr,
    /// To which contract.
    pub contract: Addr,
    /// JSON.
    pub msg: Binary,
    /// Coins attached.
    pub funds: Vec<Coin>,
}

impl Prepared {
    /// A message without coins.
    ///
    /// # Errors
    /// Serialisation.
    pub fn new<T: Serialize>(sender: &Addr, contract: &Addr, msg: &T) -> Result<Self> {
        Ok(Self {
            sender: sender.clone(),
            contract: contract.clone(),
            msg: to_json_binary(msg)?,
            funds: vec![],
        })
    }

    /// The same with coins.
    #[must_use]
    pub fn with(mut self, funds: Vec<Coin>) -> Self {
        self.funds = funds;
        self
    }
}

/// The suite and a crowd in it.
pub struct Stage {
    /// Everything deployed.
    pub suite: Suite,
}

impl Stage {
    /// Two markets at 20,000, a fund with money, governance as the owner of it all, and a crowd of so many:
    /// accounts with resting orders at one price and each at a price of its own, accounts with positions in both
    /// markets, recorded claims, and registered feeds (see module `crowd`); stakers, proposals and votes (see
    /// module `electorate`). Where the collateral is a cw20, so is what governance stakes.
    ///
    /// # Errors
    /// What a contract refused: a bug.
    pub fn new(collateral: Collateral, crowd: u64) -> Result<Self> {
        Self::set(SuiteBuilder::new(), collateral, crowd)
    }

    /// The same on what the builder has: where it starts, whose keys, how many feeders.
    ///
    /// # Errors
    /// What a contract refused: a bug.
    pub fn set(builder: SuiteBuilder, collateral: Collateral, crowd: u64) -> Result<Self> {
        let mut builder = builder
            .collateral(collateral)
            .governed(default_settings())
            .governance_token(collateral);
        for symbol in ["BTC-PERP", "ALT-PERP"] {
            let tick = Decimal::percent(10);
            let mut spec = MarketSpec::new(symbol, 8, tick, LOT, PRICE.parse()?);
            spec.reserve = 100_000 * UNIT;
            builder = builder.market(spec);
        }
        let mut stage = Self {
            suite: builder.build()?,
        };
        crowd::gather(&mut stage, crowd)?;
        electorate::gather(&mut stage, crowd)?;
        stage.price(PRICE)?;
        Ok(stage)
    }

    /// Everybody of the crowd waits for something: failed claims, queued withdrawals, causes for the gate, exits; orders
    /// have names and accounts delegates (see module `backlog`).
    ///
    /// # Errors
    /// What a contract refused: a bug.
    pub fn with_backlog(collateral: Collateral, crowd: u64) -> Result<Self> {
        let mut stage = Self::new(collateral, crowd)?;
        stage.gather_backlog(crowd)?;
        Ok(stage)
    }

    /// Adds that backlog.
    ///
    /// # Errors
    /// What a contract refused: a bug.
    pub fn gather_backlog(&mut self, crowd: u64) -> Result<()> {
        backlog::gather(self, crowd)
    }

    /// Whether the collateral is a cw20.
    #[must_use]
    pub fn is_cw20(&self) -> bool {
        self.suite.token().is_some()
    }

    /// Sends a message and traces it.
    ///
    /// # Errors
    /// What the contract returned.
    pub fn send(&mut self, message: &Prepared) -> Result<(AppResponse, Trace)> {
        let meter = self.suite.meter.clone();
        let (sent, trace) = meter.trace(|| self.execute(message));
        Ok((sent?, trace))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// What the contract returned.
    pub fn execute(&mut self, message: &Prepared) -> Result<AppResponse> {
        let msg = WasmMsg::Execute {
            contract_addr: message.contract.to_string(),
            msg: message.msg.clone(),
            funds: message.funds.clone(),
        };
        self.suite.send(&message.sender, msg.into())
    }

    /// A block a minute later: both markets have a new price and have seen it.
    ///
    /// # Errors
    /// What a contract refused.
    pub fn price(&mut self, price: &str) -> Result<()> {
        self.suite.advance(60);
        let price: Decimal = price.parse()?;
        self.suite.push_prices(&[(0, price), (1, price)])?;
        self.seen()
    }

    /// A block six seconds later: the feeders have pushed a price that neither market has seen, and what the markets know is
    /// too old to be used without asking. The minute's sample is taken.
    ///
    /// # Errors
    /// What the price feed refused.
    pub fn unseen_price(&mut self, price: &str) -> Result<()> {
        self.suite.advance(6);
        let price: Decimal = price.parse()?;
        self.suite.push_prices(&[(0, price), (1, price)])
    }

    /// Both markets have asked for their price and taken this minute's sample.
    ///
    /// # Errors
    /// What the market refused.
    pub fn seen(&mut self) -> Result<()> {
        self.suite.accrue(0)?;
        self.suite.accrue(1)?;
        Ok(())
    }

    /// A user with so many units in subaccount 0.
    ///
    /// # Errors
    /// What a contract refused.
    pub fn user(&mut self, name: &str, units: u128) -> Result<Addr> {
        let user = self.suite.new_user(name, 1_000_000 * UNIT)?;
        if units > 0 {
            self.suite.deposit(&user, 0, units * UNIT)?;
        }
        Ok(user)
    }

    /// Rests an order of market 0.
    ///
    /// # Errors
    /// The market refused, or the order traded.
    pub fn rest(&mut self, user: &Addr, side: Side, size: u128, price: &str) -> Result<OrderId> {
        let placed = self
            .suite
            .post_only(user, 0, 0, side, size, price.parse()?)?;
        placed.answer.order_id.context("the order does not rest")
    }

    /// `long` buys from `short` in market 0.
    ///
    /// # Errors
    /// The market refused, or filled less.
    pub fn trade(&mut self, long: &Addr, short: &Addr, size: u128, price: &str) -> Result<()> {
        self.trade_in(0, long, short, size, price)
    }

    /// `long` buys from `short`.
    ///
    /// # Errors
    /// The market refused, or filled less.
    pub fn trade_in(
        &mut self,
        market: u32,
        long: &Addr,
        short: &Addr,
        size: u128,
        price: &str,
    ) -> Result<()> {
        let price: Decimal = price.parse()?;
        self.suite
            .post_only(short, 0, market, Side::Sell, size, price)?;
        let taken = self.suite.ioc(long, 0, market, Side::Buy, size, price)?;
        let filled = taken.answer.filled.u128();
        ensure!(filled == size, "{filled} of {size} traded");
        Ok(())
    }

    /// An account as the market shows it.
    ///
    /// # Errors
    /// There is none.
    pub fn account(&self, user: &Addr) -> Result<AccountResponse> {
        self.suite.account(user, 0)
    }

    /// A user whose withdrawal waits in the queue for the most part. A day and an hour pass.
    ///
    /// # Errors
    /// What the suite returned.
    pub fn waits(&mut self, name: &str) -> Result<Addr> {
        let user = self.user(name, 0)?;
        self.suite.mint(&user, 100_000_000 * UNIT)?;
        self.suite.deposit(&user, 0, 100_000_000 * UNIT)?;
        // What the deposit allows besides fades.
        self.suite.advance(86_400);
        self.suite.withdraw(&user, 0, 90_000_000 * UNIT)?;
        self.suite.advance(3_600);
        Ok(user)
    }

    /// Subaccount 0 of a user.
    #[must_use]
    pub fn id(user: &Addr) -> AccountId {
        Suite::account_id(user, 0)
    }
}
