//! A suite with one market at 100 (6 decimals each, lot 0.01, tick 0.01) and users with money.

use anyhow::Result;
use ballast_perp_market::ContractError;
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::suite::{Answered, Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::events::{attribute, is};
use ballast_types::market::{LiquidationAnswer, PlaceOrderAnswer};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{Addr, Decimal, Event, Uint128};

pub const UNIT: u128 = 1_000_000;

pub struct World {
    pub suite: Suite,
    pub checker: InvariantChecker,
}

pub fn price(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn spec(symbol: &str) -> MarketSpec {
    MarketSpec::new(symbol, 6, price("0.01"), 10_000, price("100"))
}

/// A market without trade fees, so that its reserve is empty until somebody fills it.
pub fn free(symbol: &str) -> MarketSpec {
    let mut parameters = ballast_testing::suite::market_parameters(6);
    parameters.maker_fee_ppm = 0;
    parameters.taker_fee_ppm = 0;
    MarketSpec {
        parameters: Some(parameters),
        ..spec(symbol)
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(|builder| builder.market(spec("A")))
    }

    /// One market without fees, a fund without money.
    pub fn free() -> Self {
        Self::with(|builder| builder.market(free("A")))
    }

    pub fn with(change: impl FnOnce(SuiteBuilder) -> SuiteBuilder) -> Self {
        let builder = SuiteBuilder::new()
            .collateral(Collateral::Native)
            .seed(FundSeed { mutual: 0 });
        let suite = change(builder).build().unwrap();
        let checker = InvariantChecker::new(&suite).unwrap();
        Self { suite, checker }
    }

    /// A user with this much in subaccount 0.
    pub fn user(&mut self, name: &str, deposit: u128) -> Addr {
        let user = self.suite.new_user(name, deposit).unwrap();
        if deposit > 0 {
            self.suite.deposit(&user, 0, deposit).unwrap();
            self.check();
        }
        user
    }

    pub fn check(&mut self) {
        self.checker.after_message(&self.suite).unwrap();
    }

    pub fn limit(
        &mut self,
        user: &Addr,
        side: Side,
        size: u128,
        at: &str,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let answer = self.suite.limit(user, 0, 0, side, size, price(at));
        self.check();
        answer
    }

    /// `long` buys `size` of `short` at a price.
    pub fn open(&mut self, long: &Addr, short: &Addr, size: u128, at: &str) {
        self.limit(short, Side::Sell, size, at).unwrap();
        let answer = self
            .suite
            .ioc(long, 0, 0, Side::Buy, size, price(at))
            .unwrap()
            .answer;
        assert_eq!(answer.filled.u128(), size);
        self.check();
    }

    /// Time passes and the oracle says something new.
    pub fn move_to(&mut self, at: &str) {
        self.suite.advance(10);
        self.suite.push_price(0, price(at)).unwrap();
        self.check();
    }

    pub fn liquidate(&mut self, user: &Addr) -> Result<Answered<LiquidationAnswer>> {
        let keeper = self.suite.keeper.clone();
        let id = AccountId {
            owner: user.to_string(),
            subaccount: 0,
        };
        let answer = self.suite.liquidate(&keeper, &id, 0);
        self.check();
        answer
    }

    pub fn equity(&self, user: &Addr) -> i128 {
        self.suite.account(user, 0).unwrap().equity.i128()
    }

    pub fn quote(&self, user: &Addr) -> i128 {
        self.suite.account(user, 0).unwrap().quote.i128()
    }

    pub fn size(&self, user: &Addr) -> i128 {
        let account = self.suite.account(user, 0).unwrap();
        account
            .positions
            .iter()
            .find(|position| position.market == 0)
            .map_or(0, |p| p.size.i128())
    }
}

/// The contract's own error.
pub fn refused<T>(result: Result<T>) -> ContractError {
    match result {
        Ok(_) => panic!("the message went through"),
        Err(error) => error
            .downcast::<ContractError>()
            .expect("an error of the market"),
    }
}

/// Events of one kind.
pub fn named<'a>(events: &'a [Event], name: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| is(event, name)).collect()
}

/// A number in an event.
pub fn number(event: &Event, key: &str) -> i128 {
    attribute(event, key)
        .unwrap_or_else(|| panic!("no {key} in {event:?}"))
        .parse()
        .unwrap()
}

pub fn uint(value: u128) -> Uint128 {
    Uint128::new(value)
}
