//! The guardian freezes the real market: no more risk for a day, and everything else goes on.

use ballast_perp_market::ContractError;
use ballast_testing::suite::Suite;
use ballast_types::governance::ExecuteMsg;
use ballast_types::market;
use ballast_types::Side;
use cosmwasm_std::{Addr, Decimal};

use crate::{Governed, DAY};

const UNIT: u128 = 1_000_000;
/// A hundredth of a bitcoin.
const SIZE: u128 = 1_000_000;

fn refused<T>(result: anyhow::Result<T>) -> ContractError {
    match result {
        Ok(_) => panic!("the message went through"),
        Err(error) => error.downcast().unwrap(),
    }
}

struct Scene {
    world: Governed,
    guardian: Addr,
    long: Addr,
    weak: Addr,
    short: Addr,
    idle: Addr,
}

/// A long that can spare, one that is thin, their counterparty, somebody without a position; then a freeze.
fn frozen() -> (Scene, u64) {
    let mut world = Governed::new();
    let guardian = world.suite.new_user("guardian", 0).unwrap();
    let governance = world.suite.governance().unwrap();
    let appoint = ExecuteMsg::SetGuardian {
        guardian: Some(guardian.to_string()),
    };
    let ann = world.ann.clone();
    let message = Suite::call(&governance, &appoint).unwrap();
    let id = world.suite.propose(&ann, vec![message]).unwrap();
    world.suite.wait_until_ready(id).unwrap();
    world.suite.execute_proposal(id).unwrap();
    let at = world.suite.markets[0].spec.initial_price;
    world.suite.push_price(0, at).unwrap();
    let mut user = |name: &str, units: u128| {
        let user = world.suite.new_user(name, units * UNIT).unwrap();
        world.suite.deposit(&user, 0, units * UNIT).unwrap();
        user
    };
    let (long, weak) = (user("long", 10_000), user("weak", 15));
    let (short, idle) = (user("short", 10_000), user("idle", 100));
    for taker in [&long, &weak] {
        let suite = &mut world.suite;
        suite.post_only(&short, 0, 0, Side::Sell, SIZE, at).unwrap();
        let taken = suite.ioc(taker, 0, 0, Side::Buy, SIZE, at).unwrap();
        assert_eq!(taken.answer.filled.u128(), SIZE);
    }
    world
        .suite
        .govern(&guardian, &ExecuteMsg::Freeze {})
        .unwrap();
    world.check();
    let until = world.suite.now() + DAY;
    assert_eq!(world.suite.config().unwrap().frozen_until, Some(until));
    let scene = Scene {
        world,
        guardian,
        long,
        weak,
        short,
        idle,
    };
    (scene, until)
}

impl Scene {
    fn at(&mut self, ppm: u64) -> Decimal {
        let suite = &mut self.world.suite;
        suite.advance(10);
        let first = suite.markets[0].spec.initial_price;
        let moved = first * Decimal::from_ratio(ppm, 1_000_000u64);
        // To the tick.
        let tick = suite.markets[0].spec.tick_size;
        let moved = tick * Decimal::from_ratio((moved / tick).to_uint_floor(), 1u128);
        suite.push_price(0, moved).unwrap();
        moved
    }
}

// A5, G3
#[test]
fn a5_a_freeze_by_the_guardian_stops_more_risk_and_nothing_that_protects() {
    let (mut scene, until) = frozen();
    let frozen = ContractError::Frozen { until };
    let at = scene.at(1_000_000);
    let (long, short, idle) = (scene.long.clone(), scene.short.clone(), scene.idle.clone());
    let suite = &mut scene.world.suite;

    // No more risk: neither by taking, nor by taking money from behind a position.
    suite.post_only(&short, 0, 0, Side::Sell, SIZE, at).unwrap();
    assert_eq!(refused(suite.ioc(&idle, 0, 0, Side::Buy, SIZE, at)), frozen);
    assert_eq!(refused(suite.withdraw(&long, 0, UNIT)), frozen);
    assert_eq!(refused(suite.transfer(&long, 0, 1, UNIT)), frozen);

    // Whoever has no position gets his money; whoever has one may add to it and get out of the position.
    suite.withdraw(&idle, 0, 50 * UNIT).unwrap();
    suite.mint(&long, UNIT).unwrap();
    suite.deposit(&long, 0, UNIT).unwrap();
    suite.cancel_all(&short, 0, None).unwrap();
    suite.post_only(&short, 0, 0, Side::Buy, SIZE, at).unwrap();
    let out = suite.ioc(&long, 0, 0, Side::Sell, SIZE, at).unwrap();
    assert_eq!(out.answer.filled.u128(), SIZE);
    suite.withdraw(&long, 0, UNIT).unwrap();
    scene.world.check();

    // Liquidation, and with it the claim, goes on. Fees leave for the fund.
    scene.at(900_000);
    let weak = Suite::account_id(&scene.weak, 0);
    let suite = &mut scene.world.suite;
    let keeper = suite.keeper.clone();
    let answer = suite.liquidate(&keeper, &weak, 0).unwrap().answer;
    assert!(!answer.asked.is_zero());
    let account = suite.account(&scene.weak, 0).unwrap();
    assert!(account.positions.is_empty(), "{account:?}");
    suite.flush(0).unwrap();
    scene.world.check();
}

#[test]
fn it_thaws_by_itself_and_cannot_be_had_again_at_once() {
    let (mut scene, until) = frozen();
    let at = scene.at(1_000_000);
    let (short, idle, guardian) = (
        scene.short.clone(),
        scene.idle.clone(),
        scene.guardian.clone(),
    );
    let suite = &mut scene.world.suite;
    suite.post_only(&short, 0, 0, Side::Sell, SIZE, at).unwrap();
    suite.set_time(until - 1).unwrap();
    suite.push_price(0, at).unwrap();
    let error = refused(suite.ioc(&idle, 0, 0, Side::Buy, SIZE / 10, at));
    assert_eq!(error, ContractError::Frozen { until });
    suite.set_time(until).unwrap();
    assert_eq!(suite.config().unwrap().frozen_until, None);
    suite.ioc(&idle, 0, 0, Side::Buy, SIZE / 10, at).unwrap();
    // Governance's own cool-off of a week; the market's of three days besides, whoever owns it.
    let again = suite.govern(&guardian, &ExecuteMsg::Freeze {});
    let text = format!("{:#}", again.unwrap_err());
    assert!(text.contains(&(until + 7 * DAY).to_string()), "{text}");
}

#[test]
fn governance_itself_cannot_freeze_for_longer() {
    let mut world = Governed::new();
    let (ann, market) = (world.ann.clone(), world.suite.market.clone());
    let until = world.suite.now() + 30 * DAY;
    let message = Suite::call(&market, &market::ExecuteMsg::SetFreeze { until }).unwrap();
    let id = world.suite.propose(&ann, vec![message]).unwrap();
    world.suite.wait_until_ready(id).unwrap();
    // It fails when it is executed, and is recorded as failed; the market is as it was.
    world.suite.execute_proposal(id).unwrap();
    assert_eq!(world.suite.config().unwrap().frozen_until, None);
}
