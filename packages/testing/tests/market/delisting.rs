//! A market that is settled goes, and leaves nothing behind.

use ballast_perp_market::state::MARKET_COUNT;
use ballast_perp_market::ContractError;
use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::suite::{claimant_parameters, Collateral, Suite};
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, ListMarket, QueryMsg};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_std::{to_json_binary, Addr, Order, WasmMsg};

use crate::world::{free, named, price, refused, spec, World, UNIT};

const DAY: u64 = 86_400;

/// A pattern that no other number in storage has.
const STRANGE: MarketId = 0x2EA1_77C3;

fn failing() -> FundBehaviour {
    FundBehaviour::always(Reaction::Errors { bytes: 10 })
}

fn accounts(users: &[&Addr]) -> Vec<AccountId> {
    users
        .iter()
        .map(|user| Suite::account_id(user, 0))
        .collect()
}

/// Trades in a market, settles it, and closes everybody.
fn settled(world: &mut World, market: MarketId) -> [Addr; 2] {
    let [a, b] = ["a", "b"].map(|name| world.user(name, 10_000 * UNIT));
    let suite = &mut world.suite;
    suite
        .limit(&b, 0, market, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    suite
        .ioc(&a, 0, market, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    suite.advance(7 * DAY);
    suite.settle_market(market).unwrap();
    suite.advance(DAY);
    suite.settle(market, &accounts(&[&a, &b])).unwrap();
    world.check();
    [a, b]
}

fn keys_with(suite: &Suite, patterns: &[Vec<u8>]) -> Vec<String> {
    let storage = suite.market_storage();
    storage
        .range(None, None, Order::Ascending)
        .filter(|(key, _)| {
            patterns
                .iter()
                .any(|pattern| key.windows(pattern.len()).any(|window| window == pattern))
        })
        .map(|(key, _)| String::from_utf8_lossy(&key).into_owned())
        .collect()
}

// M2: storage holds no key of it, its number is never given again, and its symbol is free.
#[test]
fn nothing_of_it_stays_in_storage() {
    let mut world = World::new();
    let owner_listing = world.suite.market_info(0).unwrap().config;
    {
        let market = world.suite.market.clone();
        let mut storage = world.suite.app.contract_storage_mut(&market);
        MARKET_COUNT.save(storage.as_mut(), &STRANGE).unwrap();
    }
    let listing = ListMarket {
        symbol: "STRANGE".to_string(),
        ..owner_listing
    };
    world.suite.list_market(listing.clone()).unwrap();
    let error = refused(world.suite.list_market(listing.clone()));
    assert_eq!(
        error,
        ContractError::SymbolTaken {
            market: STRANGE,
            symbol: "STRANGE".to_string()
        }
    );
    let patterns = [
        STRANGE.to_be_bytes().to_vec(),
        (u64::from(STRANGE) << 1).to_be_bytes()[3..7].to_vec(),
    ];
    // A failed claim and a round of deleveraging leave records of their own.
    let loser = world.user("loser", 52 * UNIT);
    let winner = world.user("winner", 10_000 * UNIT);
    let suite = &mut world.suite;
    suite
        .limit(&winner, 0, STRANGE, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    suite
        .ioc(&loser, 0, STRANGE, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    let fund = suite.deploy_hostile_fund(failing()).unwrap();
    suite.set_insurance_fund(Some(&fund)).unwrap();
    suite.advance(10);
    suite.push_price(0, price("80")).unwrap();
    let keeper = suite.keeper.clone();
    suite
        .liquidate(&keeper, &Suite::account_id(&loser, 0), STRANGE)
        .unwrap();
    world.check();
    assert_eq!(world.suite.pending_claims().unwrap().len(), 1);
    world.suite.advance(61);
    world.suite.push_price(0, price("80")).unwrap();
    for _ in 0..3 {
        let loser = Suite::account_id(&loser, 0);
        world.suite.liquidate(&keeper, &loser, STRANGE).ok();
        world.check();
        world.suite.next_block();
    }
    world.suite.advance(10);
    world.suite.push_price(0, price("100")).unwrap();
    let [a, b] = settled(&mut world, STRANGE);
    for (number, user) in [&a, &b].into_iter().cycle().take(40).enumerate() {
        let at = price("50") + price(&format!("0.{number:02}"));
        let refused_now = world.suite.limit(user, 0, STRANGE, Side::Buy, UNIT, at);
        assert_eq!(
            refused(refused_now),
            ContractError::MarketSettling { market: STRANGE }
        );
    }
    assert!(!keys_with(&world.suite, &patterns).is_empty());
    let real = world.suite.fund.clone();
    world.suite.set_insurance_fund(Some(&real)).unwrap();
    // A fund that does not know the market takes no fees of it.
    assert!(
        world.suite.delist(STRANGE).is_err() || world.suite.delist(STRANGE).unwrap().answer.more
    );
    world
        .suite
        .register_market(STRANGE, claimant_parameters(6))
        .unwrap();
    let all = accounts(&[&loser, &winner]);
    world.suite.settle(STRANGE, &all).unwrap();
    let deficit = world.suite.market_info(STRANGE).unwrap().deficit.u128();
    if deficit > 0 {
        world.suite.mint(&keeper, deficit).unwrap();
        world
            .suite
            .repay_deficit(&keeper, STRANGE, deficit)
            .unwrap();
    }
    let mut rounds = 0;
    while world.suite.delist(STRANGE).unwrap().answer.more {
        world.check();
        rounds += 1;
        assert!(rounds < 10);
    }
    world.check();
    world.checker.full(&world.suite).unwrap();
    let left = keys_with(&world.suite, &patterns);
    assert!(left.is_empty(), "{left:?}");
    let error = refused(world.suite.delist(STRANGE));
    assert_eq!(error, ContractError::NoSuchMarket { market: STRANGE });
    let query = QueryMsg::Market { market: STRANGE };
    let asked = world
        .suite
        .ask_market::<ballast_types::market::MarketResponse>(&query);
    assert!(format!("{:#}", asked.unwrap_err()).contains("there is no market"));
    world.suite.push_price(0, price("80")).ok();
    world.suite.list_market(listing).unwrap();
    let next = world.suite.market_info(STRANGE + 1).unwrap();
    assert_eq!(next.config.symbol, "STRANGE");
}

// Orders are removed in bounded steps, and their owners' counts with them.
#[test]
fn orders_go_in_bounded_steps() {
    let mut world = World::new();
    let users: Vec<Addr> = (0..6)
        .map(|n| world.user(&format!("maker {n}"), 10_000 * UNIT))
        .collect();
    for user in &users {
        for n in 0..20u32 {
            let (side, at) = if n % 2 == 0 {
                (Side::Buy, format!("9{}.{:02}", n % 9, n))
            } else {
                (Side::Sell, format!("10{}.{:02}", n % 9, n))
            };
            world.limit(user, side, UNIT, &at).unwrap();
        }
    }
    settled(&mut world, 0);
    let mut answers = vec![];
    loop {
        let answer = world.suite.delist(0).unwrap();
        world.check();
        let removed = named(&answer.events, names::ORDER_REMOVED).len();
        assert!(removed <= 50);
        answers.push((removed, answer.answer.more));
        if !answer.answer.more {
            break;
        }
    }
    println!("{answers:?}");
    // Fees first, then 120 orders.
    assert_eq!(answers.iter().map(|one| one.0).sum::<usize>(), 120);
    for user in &users {
        assert_eq!(world.suite.account(user, 0).unwrap().open_orders, 0);
        world.suite.withdraw(user, 0, 10_000 * UNIT).unwrap();
        world.check();
    }
    world.checker.full(&world.suite).unwrap();
}

// S6: fees and residue reach the fund; one that fails is asked again and loses nothing.
#[test]
fn a_failing_fund_loses_nothing_of_what_it_is_owed() {
    let mut world = World::new();
    settled(&mut world, 0);
    let owed = world.suite.market_info(0).unwrap().fees_owed.u128();
    let bad = world.suite.deploy_hostile_fund(failing()).unwrap();
    world.suite.set_insurance_fund(Some(&bad)).unwrap();
    for _ in 0..2 {
        assert!(world.suite.delist(0).unwrap().answer.more);
        world.check();
        assert!(world.suite.market_info(0).unwrap().fees_owed.u128() >= owed);
    }
    let real = world.suite.fund.clone();
    world.suite.set_insurance_fund(Some(&real)).unwrap();
    let before = world.suite.balance(&real).unwrap();
    assert!(world.suite.delist(0).unwrap().answer.more);
    world.check();
    let got = world.suite.balance(&real).unwrap() - before;
    println!("owed {owed}, the fund got {got} with the residue");
    assert!(got >= owed && got <= owed + 10);
    let collected = world.suite.ledger().unwrap().fee_collector.u128();
    assert!(!world.suite.delist(0).unwrap().answer.more);
    world.check();
    retired(&mut world, collected);
}

// E1: a fund that has the market delisted while it takes the fees finds it gone, and so does the reply.
#[test]
fn a_fund_that_calls_back_delists_and_nothing_is_lost() {
    let mut world = World::new();
    settled(&mut world, 0);
    let call = WasmMsg::Execute {
        contract_addr: world.suite.market.to_string(),
        msg: to_json_binary(&ExecuteMsg::DelistMarket { market: 0 }).unwrap(),
        funds: vec![],
    };
    let behaviour = FundBehaviour {
        reenter: vec![call.into()],
        ..FundBehaviour::pays(0)
    };
    let bad = world.suite.deploy_hostile_fund(behaviour).unwrap();
    world.suite.set_insurance_fund(Some(&bad)).unwrap();
    let ledger = world.suite.ledger().unwrap();
    let due = ledger.fees_owed + ledger.residue;
    assert!(world.suite.delist(0).unwrap().answer.more);
    world.check();
    assert_eq!(world.suite.balance(&bad).unwrap(), due.u128());
    let error = refused(world.suite.delist(0));
    assert_eq!(error, ContractError::NoSuchMarket { market: 0 });
    retired(&mut world, ledger.fee_collector.u128());
}

// Without a fund all of it is the exchange's.
#[test]
fn without_a_fund_it_is_the_exchanges() {
    let mut world = World::with(|builder| builder.market(spec("A")).without_fund());
    settled(&mut world, 0);
    let ledger = world.suite.ledger().unwrap();
    let all = ledger.fees_owed + ledger.residue + ledger.fee_collector;
    assert!(!world.suite.delist(0).unwrap().answer.more);
    world.check();
    retired(&mut world, all.u128());
}

/// What a market left can be paid out, and no more.
fn retired(world: &mut World, amount: u128) {
    let ledger = world.suite.ledger().unwrap();
    assert_eq!(ledger.retired_fees.u128(), amount);
    assert!(ledger.fee_collector.is_zero() && ledger.fees_owed.is_zero());
    let treasury = world.suite.address("treasury");
    let error = refused(world.suite.pay_retired_fees(&treasury, amount + 1));
    assert!(matches!(error, ContractError::RetiredFeesExceeded { .. }));
    world.suite.pay_retired_fees(&treasury, amount).unwrap();
    world.check();
    assert_eq!(world.suite.balance(&treasury).unwrap(), amount);
    world.checker.full(&world.suite).unwrap();
}

#[test]
fn a_market_in_use_stays() {
    let mut world = World::new();
    let error = refused(world.suite.delist(0));
    assert_eq!(error, ContractError::NotSettling { market: 0 });
    let [a, b] = ["a", "b"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&a, &b, UNIT, "100");
    world.suite.advance(7 * DAY);
    world.suite.settle_market(0).unwrap();
    let error = refused(world.suite.delist(0));
    assert!(matches!(error, ContractError::MarketInUse { .. }));
}

// F1: a deficit is repaid with the right coins only, native and cw20.
#[test]
fn only_a_deficit_is_repaid() {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut world = World::with(|builder| builder.collateral(collateral).market(spec("A")));
        let giver = world.suite.new_user("giver", 100 * UNIT).unwrap();
        let error = refused(world.suite.repay_deficit(&giver, 0, 1));
        assert!(matches!(error, ContractError::DeficitExceeded { .. }));
        let error = refused(world.suite.repay_deficit(&giver, 9, 1));
        assert_eq!(error, ContractError::NoSuchMarket { market: 9 });
        world.check();
    }
}

// G1: only live markets count against the cap.
#[test]
fn a_market_that_went_makes_room() {
    let mut world = World::new();
    let listing = world.suite.market_info(0).unwrap().config;
    for number in 1..64 {
        let symbol = format!("M{number}");
        world
            .suite
            .list_market(ListMarket {
                symbol,
                ..listing.clone()
            })
            .unwrap();
    }
    let one_more = ListMarket {
        symbol: "ONE-MORE".to_string(),
        ..listing
    };
    let error = refused(world.suite.list_market(one_more.clone()));
    assert_eq!(error, ContractError::TooManyMarkets { max: 64 });
    world
        .suite
        .change(ballast_types::market::Change::SettleMarket { market: 5 })
        .unwrap();
    assert!(!world.suite.delist(5).unwrap().answer.more);
    world.suite.list_market(one_more).unwrap();
    world.check();
    assert_eq!(
        world.suite.market_info(64).unwrap().config.symbol,
        "ONE-MORE"
    );
}

// S2, S6: a winner elsewhere has withdrawn what the fees are owed from. They wait for coins, and so does their market.
#[test]
fn fees_that_the_vault_cannot_pay_keep_their_market() {
    let mut world = World::with(|builder| builder.market(spec("A")).market(free("B")));
    for user in settled(&mut world, 0) {
        let all = world.quote(&user).unsigned_abs();
        world.suite.withdraw(&user, 0, all).unwrap();
    }
    let owed = world.suite.market_info(0).unwrap().fees_owed;
    assert!(!owed.is_zero());
    let [loser, winner] = ["loser", "winner"].map(|name| world.user(name, 100 * UNIT));
    let suite = &mut world.suite;
    suite.push_price(1, price("100")).unwrap();
    suite
        .limit(&winner, 0, 1, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    suite
        .ioc(&loser, 0, 1, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    suite.advance(10);
    suite.push_price(1, price("50")).unwrap();
    let held = suite.balance(&suite.market).unwrap();
    suite.withdraw(&winner, 0, held).unwrap();
    world.check();
    assert_eq!(world.suite.balance(&world.suite.market).unwrap(), 0);

    assert!(world.suite.delist(0).unwrap().answer.more);
    world.check();
    let left = world.suite.market_info(0).unwrap();
    assert!(left.fees_owed >= owed, "{left:?}");

    world.user("newcomer", 1_000 * UNIT);
    let before = world.suite.balance(&world.suite.fund).unwrap();
    assert!(world.suite.delist(0).unwrap().answer.more);
    let paid = world.suite.balance(&world.suite.fund).unwrap() - before;
    assert!(paid >= owed.u128(), "{paid} of {owed}");
    assert!(!world.suite.delist(0).unwrap().answer.more);
    world.check();
    world.checker.full(&world.suite).unwrap();
}
