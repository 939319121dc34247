//! Audit: attacks that the code repels. Ids are those of the security checklist.
#![allow(dead_code, clippy::all, clippy::pedantic)]

#[path = "../market/world.rs"]
mod world;

use ballast_testing::hostile::fund::{FundBehaviour, ALL_PPM};
use ballast_testing::invariants::check_events;
use ballast_testing::suite::MarketSpec;
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{to_json_binary, Addr, CosmosMsg, WasmMsg};
use rand::{Rng, SeedableRng};
use world::{free, named, number, price, World, UNIT};

fn id_of(user: &Addr, subaccount: u32) -> AccountId {
    AccountId {
        owner: user.to_string(),
        subaccount,
    }
}

fn call(world: &World, msg: &ExecuteMsg) -> CosmosMsg {
    WasmMsg::Execute {
        contract_addr: world.suite.market.to_string(),
        msg: to_json_binary(msg).unwrap(),
        funds: vec![],
    }
    .into()
}

// E1, S4: the fund calls back with any mix of messages before it pays; what it sent is what the records say was paid,
// no more than was asked, and every account ends where it must.
#[test]
fn e1_s4_a_fund_that_calls_back_pays_once() {
    // Claims whose position was closed, by a call from within, before the money came.
    let mut too_late = 0;
    for seed in 0..150u64 {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::with(|builder| builder.market(free("A")).market(free("B")));
        let longs: Vec<Addr> = (0..3)
            .map(|number| world.user(&format!("long {number}"), 120 * UNIT))
            .collect();
        let shorts: Vec<Addr> = (0..4)
            .map(|number| world.user(&format!("short {number}"), 10_000 * UNIT))
            .collect();
        for (number, long) in longs.iter().enumerate() {
            world.open(long, &shorts[number], 9 * UNIT, "100");
            if rng.gen() {
                world
                    .suite
                    .limit(&shorts[3], 0, 1, Side::Sell, UNIT, price("100"))
                    .unwrap();
                world
                    .suite
                    .ioc(long, 0, 1, Side::Buy, UNIT, price("100"))
                    .unwrap();
                world.check();
            }
        }
        world.suite.advance(10);
        world
            .suite
            .push_prices(&[(0, price("70.07")), (1, price("71.13"))])
            .unwrap();
        world.check();
        let buyer = world.user("buyer", 100_000 * UNIT);
        if rng.gen() {
            world.limit(&buyer, Side::Buy, 3 * UNIT, "70").unwrap();
            world.suite.next_block();
        }
        let mut reenter = vec![];
        for _ in 0..rng.gen_range(1..5) {
            let account = id_of(&longs[rng.gen_range(0..3)], 0);
            let market = rng.gen_range(0..2);
            reenter.push(call(
                &world,
                &match rng.gen_range(0..5) {
                    0 | 1 => ExecuteMsg::Liquidate { account, market },
                    2 => ExecuteMsg::Deleverage { account, market },
                    3 => ExecuteMsg::Flush { market },
                    _ => ExecuteMsg::AccrueFunding { market },
                },
            ));
        }
        let behaviour = FundBehaviour {
            reenter,
            ..FundBehaviour::pays(rng.gen_range(0..=ALL_PPM))
        };
        let fund = world.suite.deploy_hostile_fund(behaviour).unwrap();
        world.suite.mint(&fund, 100_000 * UNIT).unwrap();
        world.suite.set_insurance_fund(Some(&fund)).unwrap();
        let mut sent = 0;
        let mut told = 0;
        for _ in 0..6 {
            for long in &longs {
                for market in 0..2 {
                    let keeper = world.suite.keeper.clone();
                    let done = world.suite.liquidate(&keeper, &id_of(long, 0), market);
                    world.check();
                    if let Ok(done) = done {
                        check_events(&done.events).unwrap();
                        for event in named(&done.events, names::LIQUIDATION) {
                            let paid = number(event, "paid");
                            told += paid;
                            let closed =
                                number(event, "closed_in_book") + number(event, "deleveraged");
                            if paid > 0 && closed == 0 {
                                assert_eq!(number(event, "leftover"), paid, "seed {seed}");
                                too_late += 1;
                            }
                        }
                    }
                }
            }
        }
        for claim in world.suite.claims_seen(&fund).unwrap() {
            assert!(claim.paid <= claim.amount);
            sent += claim.paid.u128() as i128;
        }
        assert_eq!(sent, told, "seed {seed}");
        for account in world.suite.accounts().unwrap() {
            assert!(!account.bankrupt, "seed {seed}: {account:?}");
            assert!(!account.positions.is_empty() || !account.quote.is_negative());
        }
        world.checker.full(&world.suite).unwrap();
    }
    assert!(too_late > 0);
}

// Jumps of -99.99 % and +1000 %, a fund that pays nothing, a part or all, few counterparties a message: it ends, the
// counterparties bear what the fund did not, and the account stands at zero.
#[test]
fn s4_g1_extreme_jumps_end_at_zero_and_lose_nothing() {
    for (at, long_loses) in [
        ("0.01", true),
        ("0.0123", true),
        ("1.01", true),
        ("1000", false),
        ("1100.37", false),
    ] {
        for pays in [0, 333_333, ALL_PPM] {
            for cap in [1, 3, 50] {
                let mut world = World::with(|builder| {
                    let mut exchange = ballast_testing::suite::exchange_parameters(6);
                    exchange.max_counterparties = cap;
                    let spec = MarketSpec {
                        price_bounds: (price("0.01"), price("10000")),
                        ..free("A")
                    };
                    builder.market(spec).exchange_parameters(exchange)
                });
                let loser = world.user("loser", 57 * UNIT);
                let winners: Vec<Addr> = (0..7)
                    .map(|number| world.user(&format!("winner {number}"), 100_000 * UNIT))
                    .collect();
                for (number, winner) in winners.iter().enumerate() {
                    let size = 10_000 * (number as u128 * 7 + 1);
                    let at = format!("{}", 100 + number % 3);
                    if long_loses {
                        world.open(&loser, winner, size, &at);
                    } else {
                        world.open(winner, &loser, size, &at);
                    }
                }
                let fund = world
                    .suite
                    .deploy_hostile_fund(FundBehaviour::pays(pays))
                    .unwrap();
                world.suite.mint(&fund, 1_000_000 * UNIT).unwrap();
                world.suite.set_insurance_fund(Some(&fund)).unwrap();
                world.move_to(at);
                let missing = -world.equity(&loser);
                assert!(missing > 0);
                let before: i128 = winners.iter().map(|winner| world.equity(winner)).sum();
                let (mut status, mut rounds, mut used) = (LiquidationStatus::More, 0, 0);
                while status != LiquidationStatus::Done {
                    let done = world.liquidate(&loser).unwrap();
                    status = done.answer.status;
                    let event = named(&done.events, names::LIQUIDATION)[0];
                    used += number(event, "paid") - number(event, "leftover");
                    rounds += 1;
                    assert!(rounds <= 8, "{at} {pays} {cap}");
                }
                let after: i128 = winners.iter().map(|winner| world.equity(winner)).sum();
                assert_eq!(world.quote(&loser), 0);
                let off = (before - after) - (missing - used);
                assert!((0..=8).contains(&off.abs()), "{at} {pays} {cap}: {off}");
                world.checker.full(&world.suite).unwrap();
            }
        }
    }
}

// A2, S4: the owner liquidates himself, is his own counterparty through another subaccount, and his own keeper: all his
// accounts together do not end with more than they had.
#[test]
fn a2_the_same_hand_on_every_side_gains_nothing() {
    for at in ["96.5", "80"] {
        let mut world = World::free();
        let owner = world.suite.new_user("owner", 20_000 * UNIT).unwrap();
        let bridge = world.user("bridge", 100_000 * UNIT);
        for (subaccount, amount) in [(0, 52 * UNIT), (1, 10_000 * UNIT), (2, 1_000 * UNIT)] {
            world.suite.deposit(&owner, subaccount, amount).unwrap();
            world.check();
        }
        // Subaccount 0 is long, subaccount 1 short, through a third party.
        world.open(&owner, &bridge, 10 * UNIT, "100");
        world
            .suite
            .limit(&owner, 1, 0, Side::Sell, 10 * UNIT, price("100"))
            .unwrap();
        world
            .suite
            .ioc(&bridge, 0, 0, Side::Buy, 10 * UNIT, price("100"))
            .unwrap();
        world.check();
        let reserve_giver = world.suite.owner.clone();
        world.suite.mint(&reserve_giver, 50 * UNIT).unwrap();
        world
            .suite
            .top_up_reserve(&reserve_giver, 0, 50 * UNIT)
            .unwrap();
        world.move_to(at);
        let total = |world: &World| -> i128 {
            (0..3)
                .map(|n| world.suite.account(&owner, n).unwrap().equity.i128())
                .sum()
        };
        let before = total(&world);
        // His own bid in the way, from the third subaccount.
        let bid = if at == "80" { "79.9" } else { "96.4" };
        world
            .suite
            .limit(&owner, 2, 0, Side::Buy, 10 * UNIT, price(bid))
            .unwrap();
        world.suite.next_block();
        for _ in 0..3 {
            let _ = world.suite.liquidate(&owner, &id_of(&owner, 0), 0);
            world.check();
        }
        let paid: i128 = world
            .suite
            .claims()
            .unwrap()
            .iter()
            .map(|c| c.paid.u128() as i128)
            .sum();
        assert!(total(&world) <= before + paid, "{at}");
        assert!(
            world.suite.account(&owner, 0).unwrap().quote.i128() >= 0 || world.size(&owner) != 0
        );
    }
}

// R1, F4: round trips of odd sizes and donations to the market gain nothing, whatever the order.
#[test]
fn r1_f4_round_trips_and_donations_gain_nothing() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|name| world.user(name, 10_000 * UNIT));
    let market = world.suite.market.clone();
    for round in 0..40u128 {
        let size = 10_000 * (round % 7 + 1);
        let before = world.equity(&a) + world.equity(&b);
        world.open(&a, &b, size, "100.01");
        if round % 5 == 0 {
            let donor = world.suite.new_user("donor", 17).unwrap();
            let mid = world.equity(&a);
            world.suite.bare_send(&donor, &market, 17).unwrap();
            world.check();
            assert_eq!(world.equity(&a), mid);
        }
        world.open(&b, &a, size, "100.01");
        assert!(world.equity(&a) + world.equity(&b) < before);
    }
    world.checker.full(&world.suite).unwrap();
}

// G3: an account bankrupt through two markets at once is closed in either order to the same end.
#[test]
fn g3_bankrupt_in_two_markets_closes_in_either_order() {
    for order in [[0u32, 1], [1, 0]] {
        let mut world = World::with(|builder| builder.market(free("A")).market(free("B")));
        let long = world.user("long", 120 * UNIT);
        let [a, b] = ["a", "b"].map(|name| world.user(name, 10_000 * UNIT));
        world.open(&long, &a, 9 * UNIT, "100");
        world
            .suite
            .limit(&b, 0, 1, Side::Sell, 9 * UNIT, price("100"))
            .unwrap();
        world
            .suite
            .ioc(&long, 0, 1, Side::Buy, 9 * UNIT, price("100"))
            .unwrap();
        world.check();
        world.suite.advance(10);
        world
            .suite
            .push_prices(&[(0, price("83.33")), (1, price("77.77"))])
            .unwrap();
        let missing = -world.equity(&long);
        let before = world.equity(&a) + world.equity(&b);
        for market in order {
            let keeper = world.suite.keeper.clone();
            let done = world
                .suite
                .liquidate(&keeper, &id_of(&long, 0), market)
                .unwrap();
            world.check();
            assert_eq!(done.answer.status, LiquidationStatus::Done);
        }
        assert_eq!(world.quote(&long), 0);
        let lost = before - world.equity(&a) - world.equity(&b);
        assert!(
            (lost - missing).abs() <= 1,
            "{order:?}: {lost} of {missing}"
        );
    }
}
