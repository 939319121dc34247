//! A market's whole life: listed, traded, its feed dies, seven days pass, it settles, everybody goes, it is gone.
//! Every account has exactly what the books say, and what the contract holds in the end is the fund's and the
//! exchange's: then nothing.

use ballast_perp_market::ContractError;
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::suite::{
    market_parameters, Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder,
};
use ballast_types::market::{LiquidationStatus, SettleOutcome};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_std::{Addr, Decimal};

const UNIT: u128 = 1_000_000;
const DAY: u64 = 86_400;
const DYING: MarketId = 0;
const OTHER: MarketId = 1;

struct Life {
    suite: Suite,
    checker: InvariantChecker,
    paid_in: u128,
}

fn price(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn id(user: &Addr) -> AccountId {
    Suite::account_id(user, 0)
}

fn spec(symbol: &str, reserve: u128) -> MarketSpec {
    MarketSpec {
        reserve,
        parameters: Some(market_parameters(6)),
        ..MarketSpec::new(symbol, 6, price("0.01"), 10_000, price("100"))
    }
}

impl Life {
    /// Two markets; the one that dies has a reserve of 3.
    fn begin(collateral: Collateral) -> Self {
        let suite = SuiteBuilder::new()
            .collateral(collateral)
            .market(spec("DYING", 3 * UNIT))
            .market(spec("OTHER", 0))
            .seed(FundSeed { mutual: 0 })
            .build()
            .unwrap();
        let checker = InvariantChecker::new(&suite).unwrap();
        Self {
            suite,
            checker,
            paid_in: 0,
        }
    }

    fn check(&mut self) {
        self.checker.after_message(&self.suite).unwrap();
    }

    fn user(&mut self, name: &str, deposit: u128) -> Addr {
        let user = self.suite.new_user(name, deposit).unwrap();
        self.suite.deposit(&user, 0, deposit).unwrap();
        self.paid_in += deposit;
        self.check();
        user
    }

    fn trade(&mut self, market: MarketId, long: &Addr, short: &Addr, size: u128, at: &str) {
        let suite = &mut self.suite;
        suite
            .limit(short, 0, market, Side::Sell, size, price(at))
            .unwrap();
        self.check();
        let filled = self
            .suite
            .ioc(long, 0, market, Side::Buy, size, price(at))
            .unwrap()
            .answer
            .filled;
        assert_eq!(filled.u128(), size);
        self.check();
    }

    fn quotes(&self, users: &[&Addr]) -> Vec<i128> {
        let quote = |user: &&Addr| self.suite.account(user, 0).unwrap().quote.i128();
        users.iter().map(quote).collect()
    }

    fn withdraw_all(&mut self, user: &Addr) -> u128 {
        let all = self.suite.account(user, 0).unwrap().quote;
        let all = u128::try_from(all.i128()).unwrap();
        if all > 0 {
            let before = self.suite.balance(user).unwrap();
            self.suite.withdraw(user, 0, all).unwrap();
            self.check();
            assert_eq!(self.suite.balance(user).unwrap() - before, all);
        }
        all
    }
}

fn live_and_die(collateral: Collateral) {
    let mut life = Life::begin(collateral);
    let [maker, trader, both] = ["maker", "trader", "both"].map(|n| life.user(n, 5_000 * UNIT));
    let poor = life.user("poor", 62 * UNIT);
    // Positions on either side, one account in two markets, orders that nobody will fill.
    life.trade(DYING, &trader, &maker, 7_770_000, "101.37");
    life.trade(DYING, &both, &maker, 3 * UNIT, "100.11");
    life.trade(OTHER, &maker, &both, 5 * UNIT, "100");
    life.trade(DYING, &poor, &maker, 10 * UNIT, "100");
    for (user, at) in [(&maker, "95"), (&trader, "93"), (&both, "94.5")] {
        life.suite
            .limit(user, 0, DYING, Side::Buy, UNIT, price(at))
            .unwrap();
        life.check();
    }
    // The last valid hour: the price falls, and the feed is silent from then on.
    for at in [
        "99",
        "97.31",
        "96",
        "94.1",
        "93.333333",
        "93.2",
        "93.3",
        "93.25",
        "93.31",
        "93.1",
        "92.9",
        "93.05",
        "93",
    ] {
        life.suite.advance(300);
        life.suite
            .push_prices(&[(DYING, price(at)), (OTHER, price("102.5"))])
            .unwrap();
        for market in [DYING, OTHER] {
            life.suite.accrue(market).unwrap();
            life.check();
        }
    }
    // Seven days in which the other market lives on.
    for _ in 0..7 {
        life.suite.advance(DAY);
        life.suite.push_price(OTHER, price("102.5")).unwrap();
        life.suite.accrue(OTHER).unwrap();
        life.check();
    }
    life.suite.settle_market(DYING).unwrap();
    life.check();
    let at = life.suite.market_info(DYING).unwrap().settling.unwrap();
    println!("{collateral:?}: settled at {}", at.price);
    // In the grace whoever is bankrupt goes first: the fund pays what it has, the maker bears the rest.
    let keeper = life.suite.keeper.clone();
    let lacks = -life.suite.account(&poor, 0).unwrap().equity.i128();
    assert!(lacks > 0, "poor must be bankrupt, lacks {lacks}");
    let done = life.suite.liquidate(&keeper, &id(&poor), DYING).unwrap();
    life.check();
    assert_eq!(done.answer.status, LiquidationStatus::Done);
    println!(
        "bankrupt by {lacks}: the fund paid {}, deleveraged {}",
        done.answer.paid, done.answer.deleveraged
    );
    life.suite.advance(DAY);
    life.suite.push_price(OTHER, price("102.5")).unwrap();
    // Everybody's equity, to the atom, is what they are settled at.
    let users = [&maker, &trader, &both, &poor];
    let equity = |life: &Life| -> Vec<i128> {
        users
            .iter()
            .map(|user| life.suite.account(user, 0).unwrap().equity.i128())
            .collect()
    };
    let before = equity(&life);
    let accounts: Vec<AccountId> = users.iter().map(|user| id(user)).collect();
    let answer = life.suite.settle(DYING, &accounts).unwrap().answer;
    life.check();
    life.checker.full(&life.suite).unwrap();
    for (result, user) in answer
        .results
        .iter()
        .zip(["maker", "trader", "both", "poor"])
    {
        println!("{user}: {:?}", result.outcome);
    }
    assert!(answer.open_interest.is_zero());
    assert_eq!(answer.results[3].outcome, SettleOutcome::NoPosition);
    assert_eq!(equity(&life), before, "settling moved an atom");
    // Who has no other position takes all of it out; the others close there first.
    let trader_has = life.quotes(&[&trader])[0];
    assert_eq!(trader_has, before[1]);
    let mut paid_out = life.withdraw_all(&trader) + life.withdraw_all(&poor);
    life.trade(OTHER, &both, &maker, 5 * UNIT, "102.5");
    for user in [&maker, &both, &keeper] {
        if life.suite.account(user, 0).is_ok() {
            paid_out += life.withdraw_all(user);
        }
    }
    // What is left is the fund's, the exchange's, and rounding.
    let ledger = life.suite.ledger().unwrap();
    let held = life.suite.balance(&life.suite.market).unwrap();
    println!(
        "paid in {}, paid out {paid_out}, left {held}: fees owed {}, exchange {}, residue {}",
        life.paid_in, ledger.fees_owed, ledger.fee_collector, ledger.residue
    );
    assert!(ledger.accounts.is_zero() && ledger.deficit.is_zero());
    assert!(ledger.settlement_pool.is_zero());
    assert_eq!(
        held,
        (ledger.fees_owed + ledger.fee_collector + ledger.residue).u128()
    );
    // The market goes; the other one follows, and nothing is left.
    let mut rounds = 0;
    while life.suite.delist(DYING).unwrap().answer.more {
        life.check();
        rounds += 1;
        assert!(rounds < 5);
    }
    life.check();
    let gone = life.suite.settle(DYING, &accounts).unwrap_err();
    assert_eq!(
        gone.downcast::<ContractError>().unwrap(),
        ContractError::NoSuchMarket { market: DYING }
    );
    life.suite.advance(7 * DAY);
    life.suite.settle_market(OTHER).unwrap();
    life.check();
    while life.suite.delist(OTHER).unwrap().answer.more {
        life.check();
    }
    life.check();
    let treasury = life.suite.address("treasury");
    let retired = life.suite.ledger().unwrap().retired_fees.u128();
    life.suite.pay_retired_fees(&treasury, retired).unwrap();
    life.check();
    life.checker.full(&life.suite).unwrap();
    println!(
        "the exchange got {retired}, the contract holds {}",
        life.suite.balance(&life.suite.market).unwrap()
    );
    assert_eq!(life.suite.balance(&life.suite.market).unwrap(), 0);
}

#[test]
fn a_market_lives_and_dies_native() {
    live_and_die(Collateral::Native);
}

#[test]
fn a_market_lives_and_dies_cw20() {
    live_and_die(Collateral::Cw20);
}
