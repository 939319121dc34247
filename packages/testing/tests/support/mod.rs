//! What the scenarios share: a suite whose invariants are checked after every step.
#![allow(dead_code)] // each scenario uses a part

pub mod states;

use anyhow::Result;
use ballast_testing::invariants::{check_events, InvariantChecker};
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::market::{AccountResponse, LiquidationAnswer, LiquidationStatus};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{Addr, Decimal};

/// One unit of the collateral, atoms.
pub const UNIT: u128 = 1_000_000;
/// One BTC, atoms.
pub const BTC: u128 = 100_000_000;

pub const KINDS: [Collateral; 2] = [Collateral::Native, Collateral::HostileCw20];

/// A suite with one market at 20,000, three users, and its checker.
pub struct Checked {
    pub suite: Suite,
    pub checker: InvariantChecker,
    /// Takes the long side.
    pub alice: Addr,
    /// Takes the short side.
    pub bob: Addr,
    /// Quotes.
    pub carol: Addr,
}

/// The fund's money at the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Money {
    pub reserve: u128,
    pub mutual: u128,
}

impl Checked {
    pub fn new(collateral: Collateral, money: Money) -> Self {
        let spec = MarketSpec {
            reserve: money.reserve,
            ..MarketSpec::btc()
        };
        let seed = FundSeed {
            mutual: money.mutual,
        };
        Self::from(
            SuiteBuilder::new()
                .collateral(collateral)
                .market(spec)
                .seed(seed),
        )
    }

    pub fn from(builder: SuiteBuilder) -> Self {
        let mut suite = builder.build().unwrap();
        let checker = InvariantChecker::new(&suite).unwrap();
        let [alice, bob, carol] =
            ["alice", "bob", "carol"].map(|name| suite.new_user(name, 1_000_000 * UNIT).unwrap());
        Self {
            suite,
            checker,
            alice,
            bob,
            carol,
        }
    }

    /// One step, and what must hold after it.
    pub fn step<T>(&mut self, step: impl FnOnce(&mut Suite) -> Result<T>) -> Result<T> {
        let result = step(&mut self.suite);
        self.checker.full(&self.suite).unwrap();
        result
    }

    /// A step that works.
    pub fn must<T>(&mut self, step: impl FnOnce(&mut Suite) -> Result<T>) -> T {
        self.step(step).unwrap()
    }

    pub fn deposit(&mut self, user: &Addr, amount: u128) {
        self.must(|suite| suite.deposit(user, 0, amount));
    }

    /// The next block, with a new price that the market has seen.
    pub fn price(&mut self, price: &str) {
        self.suite.advance(10);
        self.must(|suite| suite.push_price(0, decimal(price)));
        self.must(|suite| suite.accrue(0));
    }

    /// Rests an order, and moves to the next block.
    pub fn rest(&mut self, user: &Addr, side: Side, size: u128, price: &str) {
        let placed = self.must(|suite| suite.post_only(user, 0, 0, side, size, decimal(price)));
        assert!(placed.answer.order_id.is_some());
        self.suite.next_block();
    }

    /// `buyer` buys from `seller`.
    pub fn trade(&mut self, buyer: &Addr, seller: &Addr, size: u128, price: &str) {
        self.rest(seller, Side::Sell, size, price);
        let taken = self.must(|suite| suite.ioc(buyer, 0, 0, Side::Buy, size, decimal(price)));
        assert_eq!(taken.answer.filled.u128(), size);
    }

    /// Alice is long one BTC from 20,000 with 1,200 of margin; Bob is short with plenty.
    pub fn open_positions(&mut self) {
        let (alice, bob) = (self.alice.clone(), self.bob.clone());
        self.deposit(&alice, 1_200 * UNIT);
        self.deposit(&bob, 100_000 * UNIT);
        self.trade(&alice, &bob, BTC, "20000");
    }

    pub fn account(&self, user: &Addr) -> AccountResponse {
        self.suite.account(user, 0).unwrap()
    }

    pub fn size(&self, user: &Addr) -> i128 {
        self.account(user)
            .positions
            .first()
            .map_or(0, |position| position.size.i128())
    }

    /// One message, which must commit.
    pub fn liquidate(&mut self, user: &Addr) -> LiquidationAnswer {
        let (keeper, id) = (self.suite.keeper.clone(), id(user));
        self.liquidate_by(&keeper, &id)
    }

    pub fn liquidate_by(&mut self, keeper: &Addr, id: &AccountId) -> LiquidationAnswer {
        let done = self.must(|suite| suite.liquidate(keeper, id, 0));
        check_events(&done.events).unwrap();
        done.answer
    }

    /// Messages a minute apart, with a fresh price before each, until the position is closed.
    pub fn liquidate_until_closed(&mut self, user: &Addr, price: &str) -> Vec<LiquidationAnswer> {
        let mut answers = vec![];
        while self.size(user) != 0 {
            assert!(answers.len() < 20, "no progress: {answers:?}");
            let answer = self.liquidate(user);
            if answer.status == LiquidationStatus::ClaimPending {
                self.suite.advance(61);
            }
            answers.push(answer);
            self.price(price);
        }
        answers
    }
}

pub fn id(user: &Addr) -> AccountId {
    Suite::account_id(user, 0)
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}
