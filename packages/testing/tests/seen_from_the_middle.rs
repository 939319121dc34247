//! Rule E2: who asks in the middle of a transaction sees books that add up: everything was saved before the message that
//! let the asker in, and coins on their way are nobody's yet.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::hostile::observer::{ExecuteMsg, Question};
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::market::{AccountResponse, LedgerResponse, QueryMsg};
use ballast_types::Side;
use cosmwasm_std::{from_json, to_json_binary, Addr, CosmosMsg, Decimal, WasmMsg};

const UNIT: u128 = 1_000_000;
const BTC: u128 = 100_000_000;

struct World {
    suite: Suite,
    observer: Addr,
    alice: Addr,
}

impl World {
    fn new(collateral: Collateral) -> Self {
        let mut suite = SuiteBuilder::new()
            .collateral(collateral)
            .market(MarketSpec::btc())
            .seed(FundSeed { mutual: 0 })
            .build()
            .unwrap();
        let observer = suite.deploy_observer().unwrap();
        let alice = suite.new_user("alice", 10_000 * UNIT).unwrap();
        suite.deposit(&alice, 0, 1_200 * UNIT).unwrap();
        Self {
            suite,
            observer,
            alice,
        }
    }

    /// A message to the observer: the market's ledger and Alice's account.
    fn ask(&self) -> CosmosMsg {
        let question = |query: &QueryMsg| Question {
            contract: self.suite.market.to_string(),
            msg: to_json_binary(query).unwrap(),
        };
        let account = Suite::account_id(&self.alice, 0);
        let questions = vec![
            question(&QueryMsg::Ledger {}),
            question(&QueryMsg::Account { account }),
        ];
        WasmMsg::Execute {
            contract_addr: self.observer.to_string(),
            msg: to_json_binary(&ExecuteMsg::Ask { questions }).unwrap(),
            funds: vec![],
        }
        .into()
    }

    /// What the observer saw, once.
    fn seen(&self) -> (LedgerResponse, AccountResponse) {
        let answers = self.suite.observed(&self.observer).unwrap();
        assert_eq!(answers.len(), 2, "asked in the middle, once");
        let [ledger, account] = [&answers[0], &answers[1]];
        (from_json(ledger).unwrap(), from_json(account).unwrap())
    }
}

// E2: the token asks after it has moved the coins and before the market is told
#[test]
fn a_deposit_on_its_way_is_nobodys() {
    let mut world = World::new(Collateral::HostileCw20);
    let msgs = vec![world.ask()];
    let calls_back = TokenBehaviour::CallsBack { msgs };
    world.suite.set_token_behaviour(calls_back).unwrap();
    let alice = world.alice.clone();
    world.suite.deposit(&alice, 0, 300 * UNIT).unwrap();
    let (ledger, account) = world.seen();
    assert_eq!(ledger.unaccounted.i128(), 300_000_000);
    assert_eq!(account.quote.i128(), 1_200_000_000);
    let now = world.suite.account(&alice, 0).unwrap();
    assert_eq!(now.quote.i128(), 1_500_000_000);
    check_invariants(&world.suite).unwrap();
}

// E2: the token asks in the middle of a payout
#[test]
fn a_withdrawal_on_its_way_is_booked() {
    let mut world = World::new(Collateral::HostileCw20);
    let msgs = vec![world.ask()];
    let calls_back = TokenBehaviour::CallsBack { msgs };
    world.suite.set_token_behaviour(calls_back).unwrap();
    let alice = world.alice.clone();
    world.suite.withdraw(&alice, 0, 300 * UNIT).unwrap();
    let (ledger, account) = world.seen();
    assert_eq!(ledger.unaccounted.i128(), 0);
    assert_eq!(account.quote.i128(), 900_000_000);
    check_invariants(&world.suite).unwrap();
}

// E2, S3: the fund asks when it is asked for money, before it pays
#[test]
fn a_claim_is_asked_with_the_books_saved() {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut world = World::new(collateral);
        let suite = &mut world.suite;
        let bob = suite.new_user("bob", 100_000 * UNIT).unwrap();
        suite.deposit(&bob, 0, 100_000 * UNIT).unwrap();
        let price: Decimal = "20000".parse().unwrap();
        suite.post_only(&bob, 0, 0, Side::Sell, BTC, price).unwrap();
        let alice = world.alice.clone();
        suite.ioc(&alice, 0, 0, Side::Buy, BTC, price).unwrap();

        let mut behaviour = FundBehaviour::claims(Reaction::pays(500_000));
        behaviour.reenter = vec![world.ask()];
        let suite = &mut world.suite;
        let fund = suite.deploy_hostile_fund(behaviour).unwrap();
        suite.mint(&fund, 100_000 * UNIT).unwrap();
        suite.set_insurance_fund(Some(&fund)).unwrap();
        suite.advance(100);
        suite.push_price(0, "18000".parse().unwrap()).unwrap();
        suite.accrue(0).unwrap();
        let before = suite.account(&alice, 0).unwrap();
        let keeper = suite.keeper.clone();
        let id = Suite::account_id(&alice, 0);
        let answer = suite.liquidate(&keeper, &id, 0).unwrap().answer;
        assert!(answer.asked > answer.paid && !answer.paid.is_zero());

        // Nothing was closed before the money was there, and the books were equal to the bank.
        let (ledger, account) = world.seen();
        assert_eq!(ledger.unaccounted.i128(), 0);
        assert_eq!(account.positions.len(), 1);
        assert_eq!(account.equity, before.equity);
        assert!(account.bankrupt);
        let after = world.suite.account(&alice, 0).unwrap();
        assert_eq!((after.positions.len(), after.quote.i128()), (0, 0));
        check_invariants(&world.suite).unwrap();
    }
}
