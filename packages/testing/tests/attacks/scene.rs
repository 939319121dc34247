//! Where attacks are played: one market at 100 with honest traders and keepers, a fund with money, and a
//! statement of everybody's wealth at the end. Invariants are checked after every step.

use std::fmt;

use anyhow::Result;
use ballast_testing::invariants::{check_events, InvariantChecker};
use ballast_testing::suite::{
    market_parameters, Answered, Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder,
};
use ballast_testing::wealth::{Actor, Prices, Statement, Stock};
use ballast_types::events::{attribute, is, market as names};
use ballast_types::market::{LiquidationAnswer, LiquidationStatus, PlaceOrderAnswer};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_std::{Addr, Decimal, Event};

/// One unit of collateral, and of the base asset: both have six decimals.
pub const UNIT: u128 = 1_000_000;
/// The hand that attacks.
pub const ATTACKER: &str = "attacker";
/// Honest traders whose positions win when the attacker's loser fails.
pub const WINNERS: &str = "honest winners";
/// Honest traders who quote.
pub const MAKERS: &str = "honest makers";

pub const COLLATERALS: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

/// What the fund holds.
#[derive(Clone, Copy, Debug)]
pub struct Money {
    pub reserve: u128,
    pub mutual: u128,
}

pub const EMPTY: Money = Money {
    reserve: 0,
    mutual: 0,
};
pub const POOR: Money = Money {
    reserve: 200 * UNIT,
    mutual: 2_000 * UNIT,
};
/// Much in the mutual reserve, little of the market's own.
pub const SHARED: Money = Money {
    reserve: 100 * UNIT,
    mutual: 1_000_000 * UNIT,
};
pub const RICH: Money = Money {
    reserve: 50_000 * UNIT,
    mutual: 1_000_000 * UNIT,
};

/// What all liquidations of a scene added up to, quote atoms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub messages: u32,
    pub asked: i128,
    pub paid: i128,
    pub leftover: i128,
    pub counterparty_loss: i128,
    pub deficit: i128,
}

impl Tally {
    pub fn add(&mut self, events: &[Event]) {
        self.messages += 1;
        for event in events.iter().filter(|event| is(event, names::LIQUIDATION)) {
            let number = |key| number(event, key);
            let pending = attribute(event, "status") == Some("claim_pending");
            self.asked += if pending { 0 } else { number("asked") };
            self.paid += number("paid");
            self.leftover += number("leftover");
            self.counterparty_loss += number("counterparty_loss");
            self.deficit += number("deficit");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} liquidation messages: asked {}, paid {} ({} came back), counterparties lost {}, deficit {}",
            self.messages, self.asked, self.paid, self.leftover, self.counterparty_loss, self.deficit
        )
    }
}

/// One plan played to its end.
pub struct Played {
    pub statement: Statement,
    pub tally: Tally,
    /// What others may lose to the attacker at most, by the design; quote atoms.
    pub limit: i128,
    /// Figures of this attack, for the table.
    pub figures: Vec<(&'static str, i128)>,
}

impl Played {
    pub fn gain(&self) -> i128 {
        self.gain_of(ATTACKER)
    }

    pub fn gain_of(&self, row: &str) -> i128 {
        self.statement.gain(row).unwrap()
    }

    pub fn figure(&self, name: &str) -> i128 {
        let found = self.figures.iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("no figure {name}")).1
    }

    /// Nobody in one hand ends with more than it began, beyond the limit.
    pub fn assert_within_limit(&self) {
        assert!(self.gain() <= self.limit, "{self}");
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.statement)?;
        write!(f, "  gain {}, limit {}", self.gain(), self.limit)?;
        for (name, figure) in &self.figures {
            write!(f, "; {name} {figure}")?;
        }
        write!(f, "\n  {}", self.tally)
    }
}

/// The attacker keeps the best of everything that was tried.
pub struct Contest {
    name: &'static str,
    tried: u32,
    best: Option<Played>,
}

impl Contest {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            tried: 0,
            best: None,
        }
    }

    /// A plan that was played; it must be within its limit.
    pub fn offer(&mut self, played: Played) {
        played.assert_within_limit();
        self.tried += 1;
        let better = |best: &Played| played.gain() > best.gain();
        if self.best.as_ref().map_or(true, better) {
            self.best = Some(played);
        }
    }

    /// Prints the best, and gives it out.
    pub fn close(self) -> Played {
        let best = self.best.expect("nothing was tried");
        println!("{}: best of {} plans\n  {best}", self.name, self.tried);
        best
    }
}

/// A suite in which an attack is played.
pub struct Scene {
    pub suite: Suite,
    pub checker: InvariantChecker,
    pub tally: Tally,
    actors: Vec<Actor>,
    prices: Prices,
    before: Option<Stock>,
}

/// The market at 100: six decimals, tick 0.01, lot 0.01, default parameters and fees.
pub fn spec(symbol: &str) -> MarketSpec {
    let mut spec = MarketSpec::new(symbol, 6, decimal("0.01"), 10_000, decimal("100"));
    spec.parameters = Some(market_parameters(6));
    spec
}

impl Scene {
    /// One market, the fund with so much money.
    pub fn new(collateral: Collateral, money: Money) -> Self {
        Self::with(collateral, money, spec("A"), |builder| builder)
    }

    pub fn with(
        collateral: Collateral,
        money: Money,
        spec: MarketSpec,
        change: impl FnOnce(SuiteBuilder) -> SuiteBuilder,
    ) -> Self {
        let spec = MarketSpec {
            reserve: money.reserve,
            ..spec
        };
        let builder = SuiteBuilder::new()
            .collateral(collateral)
            .seed(FundSeed {
                mutual: money.mutual,
            })
            .market(spec);
        let suite = change(builder).build().unwrap();
        let checker = InvariantChecker::new(&suite).unwrap();
        let prices = suite
            .markets
            .iter()
            .map(|listed| (listed.id, listed.spec.initial_price))
            .collect();
        Self {
            suite,
            checker,
            tally: Tally::default(),
            actors: vec![],
            prices,
            before: None,
        }
    }

    /// One more address in a hand, with this much in its subaccount 0.
    pub fn hand(&mut self, actor: &str, name: &str, deposit: u128) -> Addr {
        let address = self.suite.new_user(name, deposit).unwrap();
        self.put(actor, &address);
        if deposit > 0 {
            self.must(|suite| suite.deposit(&address, 0, deposit));
        }
        address
    }

    /// Puts an existing address into a hand.
    pub fn put(&mut self, actor: &str, address: &Addr) {
        match self.actors.iter_mut().find(|known| known.name == actor) {
            Some(known) => {
                known.addresses.insert(address.clone());
            }
            None => self.actors.push(Actor::new(actor, [address.clone()])),
        }
    }

    /// From here on wealth is compared, at the prices of now.
    pub fn start(&mut self) {
        self.before = Some(self.stock());
    }

    pub fn stock(&self) -> Stock {
        Stock::take(&self.suite, &self.actors, &self.prices).unwrap()
    }

    /// Everybody's wealth since [`Scene::start`], at the prices of now; everything is checked once more.
    pub fn end(
        &mut self,
        plan: &impl fmt::Debug,
        limit: i128,
        figures: &[(&'static str, i128)],
    ) -> Played {
        self.checker.full(&self.suite).unwrap();
        let before = self.before.clone().unwrap();
        let statement = Statement::new(&format!("{plan:?}"), before, self.stock()).unwrap();
        Played {
            statement,
            tally: self.tally,
            limit,
            figures: figures.to_vec(),
        }
    }

    /// What an account lacks at the price of now; 0 where it lacks nothing.
    pub fn lacking(&self, user: &Addr) -> i128 {
        (-self.equity(user)).max(0)
    }

    /// What the fund would pay to market 0 at most now.
    pub fn capacity(&self) -> i128 {
        self.suite.capacity(0).unwrap().total.u128() as i128
    }

    /// Market 0's own reserve in the fund.
    pub fn reserve(&self) -> i128 {
        self.suite.claimant(0).unwrap().reserve.u128() as i128
    }

    /// Closes an address's position at the price of now, against `other`.
    pub fn close_against(&mut self, user: &Addr, other: &Addr) {
        let held = self.size(user);
        if held == 0 {
            return;
        }
        let (resting, taking) = if held < 0 {
            (Side::Sell, Side::Buy)
        } else {
            (Side::Buy, Side::Sell)
        };
        // The market's cached price is replaced first: orders stay within a band around it.
        self.wait(6);
        let (size, price) = (held.unsigned_abs(), self.price());
        self.rest(other, resting, size, price).unwrap();
        self.take(user, taking, size, price).unwrap();
        assert_eq!(self.size(user), 0);
    }

    /// Withdraws all that initial margin leaves free. What is refused stays.
    pub fn withdraw_free(&mut self, user: &Addr) -> u128 {
        let free = self.suite.account(user, 0).unwrap().free_collateral.u128();
        let done = self.step(|suite| suite.withdraw(user, 0, free));
        if done.is_ok() {
            free
        } else {
            0
        }
    }

    /// One step, and what must hold after it.
    pub fn step<T>(&mut self, step: impl FnOnce(&mut Suite) -> Result<T>) -> Result<T> {
        let result = step(&mut self.suite);
        self.checker.after_message(&self.suite).unwrap();
        result
    }

    /// A step that works.
    pub fn must<T>(&mut self, act: impl FnOnce(&mut Suite) -> Result<T>) -> T {
        self.step(act).unwrap()
    }

    /// The next block, so many seconds later; the same prices are pushed again.
    pub fn wait(&mut self, secs: u64) {
        self.suite.advance(secs);
        self.push();
    }

    /// The next block, so many seconds later, with a new price of market 0 that the market has not seen.
    pub fn move_to(&mut self, price: Decimal, secs: u64) {
        self.suite.advance(secs);
        self.prices.insert(0, price);
        self.push();
    }

    /// A price of market 0 that another oracle than the feed says: from here on wealth is valued at it.
    pub fn set_price(&mut self, price: Decimal) {
        self.prices.insert(0, price);
    }

    /// The prices of now, pushed into the feed in this block.
    pub fn push(&mut self) {
        let prices: Vec<(MarketId, Decimal)> = self
            .prices
            .iter()
            .map(|(market, price)| (*market, *price))
            .collect();
        self.must(|suite| suite.push_prices(&prices));
    }

    pub fn price(&self) -> Decimal {
        self.prices[&0]
    }

    pub fn rest(
        &mut self,
        user: &Addr,
        side: Side,
        size: u128,
        price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        self.step(|suite| suite.post_only(user, 0, 0, side, size, price))
    }

    pub fn take(
        &mut self,
        user: &Addr,
        side: Side,
        size: u128,
        price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        self.step(|suite| suite.ioc(user, 0, 0, side, size, price))
    }

    /// `buyer` buys all of `size` from `seller`.
    pub fn trade(&mut self, buyer: &Addr, seller: &Addr, size: u128, price: Decimal) {
        self.rest(seller, Side::Sell, size, price).unwrap();
        let taken = self.take(buyer, Side::Buy, size, price).unwrap();
        assert_eq!(taken.answer.filled.u128(), size);
    }

    /// One liquidation message by the suite's keeper.
    pub fn liquidate(&mut self, account: &AccountId) -> Result<LiquidationAnswer> {
        let keeper = self.suite.keeper.clone();
        self.liquidate_by(&keeper, account, 0)
    }

    pub fn liquidate_by(
        &mut self,
        keeper: &Addr,
        account: &AccountId,
        market: MarketId,
    ) -> Result<LiquidationAnswer> {
        let done = self.step(|suite| suite.liquidate(keeper, account, market))?;
        check_events(&done.events).unwrap();
        self.tally.add(&done.events);
        Ok(done.answer)
    }

    /// Honest keepers at work: every liquidatable account, block after block, the price pushed before each,
    /// until none can be closed further. Returns the number of blocks that it took.
    pub fn crank(&mut self) -> u32 {
        for block in 0..400 {
            let mut progress = false;
            for account in self.suite.accounts().unwrap() {
                if !account.liquidatable {
                    continue;
                }
                for position in &account.positions {
                    let keeper = self.suite.keeper.clone();
                    // Another position's liquidation may have healed it: then it is refused.
                    if let Ok(answer) =
                        self.liquidate_by(&keeper, &account.account, position.market)
                    {
                        progress |= answer.status != LiquidationStatus::NoLiquidity
                            || !answer.closed_in_book.is_zero();
                    }
                }
            }
            if !progress {
                return block;
            }
            self.wait(5);
        }
        panic!("keepers come to no end");
    }

    /// Equity of an address's subaccount 0 at the price that the market would find now.
    pub fn equity(&self, user: &Addr) -> i128 {
        self.suite.account(user, 0).unwrap().equity.i128()
    }

    pub fn size(&self, user: &Addr) -> i128 {
        let account = self.suite.account(user, 0).unwrap();
        account
            .positions
            .iter()
            .find(|position| position.market == 0)
            .map_or(0, |position| position.size.i128())
    }
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A price in hundredths.
pub fn cents(cents: u128) -> Decimal {
    Decimal::from_ratio(cents, 100u128)
}

pub fn id(user: &Addr) -> AccountId {
    Suite::account_id(user, 0)
}

/// A number in an event.
pub fn number(event: &Event, key: &str) -> i128 {
    attribute(event, key)
        .unwrap_or_else(|| panic!("no {key} in {event:?}"))
        .parse()
        .unwrap()
}
