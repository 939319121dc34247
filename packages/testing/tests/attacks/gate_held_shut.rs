//! The withdrawal gate kept shut: by bankruptcies of one's own, one an hour, each just above a thousandth of the
//! vault; and by withdrawals that it holds back, queued in front of others whom it does not hold back.
//!
//! The design's limits: six hours in any day whatever happens, and not for a block longer than keepers need to
//! close what was left bankrupt; never for an account that held no position for an hour, while no market has a
//! deficit. Nobody gains more than its own accounts lacked.

use ballast_testing::suite::{exchange_parameters, market_parameters, Collateral};
use cosmwasm_std::{Addr, Uint128};

use crate::scene::{
    cents, id, spec, Contest, Played, Scene, ATTACKER, COLLATERALS, MAKERS, RICH, UNIT, WINNERS,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// Base units of each loser: it lacks 148 at 80, of a vault whose thousandth is about 100.
const SIZE: u128 = 10;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    /// The attacker's losers, all bankrupt from the start.
    losers: u32,
    /// One of them is shown to be bankrupt every so many seconds.
    every: u64,
    /// Whether honest keepers are at work.
    keepers: bool,
}

/// A market in which an eighth of such a loser's position is closed in a block, and limits that queue early.
fn stage(collateral: Collateral) -> Scene {
    let mut market = spec("A");
    let mut parameters = market_parameters(6);
    parameters.account_block_notional = Uint128::new(100 * UNIT);
    market.parameters = Some(parameters);
    let mut exchange = exchange_parameters(6);
    exchange.outflow_floor = Uint128::new(1_000 * UNIT);
    Scene::with(collateral, RICH, market, |builder| {
        builder.exchange_parameters(exchange)
    })
}

fn losers(scene: &mut Scene, number: u32) -> Vec<Addr> {
    let notional = 100 * SIZE * UNIT;
    (0..number)
        .map(|number| {
            let name = format!("loser {number}");
            scene.hand(ATTACKER, &name, notional / 20 + notional / 500)
        })
        .collect()
}

fn is_shut(scene: &Scene) -> bool {
    let gate = scene.suite.withdrawal_gate(None).unwrap();
    gate.opens_at
        .is_some_and(|opens_at| opens_at > scene.suite.now())
}

fn play(plan: &Plan) -> Played {
    let mut scene = stage(plan.collateral);
    let idle = scene.hand(WINNERS, "idle", 80_000 * UNIT);
    let trader = scene.hand(WINNERS, "trader", 10_000 * UNIT);
    let maker = scene.hand(MAKERS, "maker", 10_000 * UNIT);
    let winner = scene.hand(ATTACKER, "winner", 10_000 * UNIT);
    scene.trade(&trader, &maker, UNIT, cents(10_000));
    let losers = losers(&mut scene, plan.losers);
    scene.wait(DAY);
    scene.start();
    for loser in &losers {
        scene.trade(loser, &winner, SIZE * UNIT, cents(10_000));
    }
    scene.wait(61);
    scene.move_to(cents(8_000), 6);
    let lacking: i128 = losers.iter().map(|loser| scene.lacking(loser)).sum();
    assert!(losers
        .iter()
        .all(|loser| scene.lacking(loser) > 140 * UNIT as i128));

    let (mut shut_secs, mut idle_refused, mut shown, mut next) = (0u64, 0, 0, scene.suite.now());
    let end = scene.suite.now() + DAY;
    while scene.suite.now() < end {
        if scene.suite.now() >= next && shown < losers.len() {
            // An eighth of it is closed; what is left is bankrupt, and known to be.
            if scene.liquidate(&id(&losers[shown])).is_ok() {
                next = scene.suite.now() + plan.every;
            }
            shown += 1;
        }
        let shut = is_shut(&scene);
        if shut {
            assert!(scene.step(|suite| suite.withdraw(&trader, 0, 1)).is_err());
        }
        idle_refused += i32::from(scene.step(|suite| suite.withdraw(&idle, 0, 1)).is_err());
        if shut && plan.keepers {
            scene.wait(5);
            shut_secs += 5 + 5 * u64::from(scene.crank());
            assert!(!is_shut(&scene), "{plan:?}");
        }
        // As fine as anything happens here.
        scene.wait(300);
        shut_secs += if shut && !plan.keepers { 300 } else { 0 };
    }
    assert!(shut_secs <= 6 * HOUR + 300, "{shut_secs}: {plan:?}");
    assert_eq!(idle_refused, 0, "{plan:?}");
    // Those that were left are closed; the winner's other side goes with them.
    scene.crank();
    let figures = [
        ("lacking", lacking),
        ("seconds shut in the day", i128::from(shut_secs)),
        (
            "margin put at stake",
            i128::from(plan.losers) * 52 * UNIT as i128,
        ),
    ];
    scene.end(plan, lacking, &figures)
}

// G3, S4: at most six hours a day, as long as keepers sleep, and never for who holds nothing.
#[test]
fn g3_the_gate_held_shut_by_own_bankruptcies() {
    let mut contest = Contest::new("gate held shut by own bankruptcies");
    for collateral in COLLATERALS {
        for (losers, every, keepers) in [
            (1, HOUR, false),
            (8, HOUR, false),
            (12, HOUR / 2, false),
            (12, 2 * HOUR, false),
            (8, HOUR, true),
        ] {
            let played = play(&Plan {
                collateral,
                losers,
                every,
                keepers,
            });
            let shut = played.figure("seconds shut in the day");
            println!(
                "  {losers} bankruptcies, one every {every} s, keepers {keepers}: shut for {shut} s, attacker {:+}",
                played.gain(),
            );
            if keepers {
                // Eight blocks each, of all that were left.
                assert!(shut <= 5 * 9 * i128::from(losers), "{played}");
            }
            contest.offer(played);
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Queued {
    collateral: Collateral,
    /// Withdrawals of one atom that the gate holds back.
    dust: u32,
}

/// The attacker's withdrawals are queued first, from an account with a position. Then the gate shuts. Returns how
/// many messages the idle one's withdrawal takes until it is paid, while the gate stays shut.
fn queue_behind(plan: &Queued) -> Option<u32> {
    let mut scene = stage(plan.collateral);
    let idle = scene.hand(WINNERS, "idle", 60_000 * UNIT);
    let holder = scene.hand(ATTACKER, "holder", 60_000 * UNIT);
    let winner = scene.hand(ATTACKER, "winner", 10_000 * UNIT);
    scene.wait(DAY);
    let loser = losers(&mut scene, 1).remove(0);
    scene.trade(&loser, &winner, SIZE * UNIT, cents(10_000));
    scene.trade(&holder, &winner, UNIT, cents(10_000));
    // More than the hour's limit: what is left of it waits, and everybody after it.
    scene.must(|suite| suite.withdraw(&holder, 0, 40_000 * UNIT));
    for _ in 0..plan.dust {
        scene.must(|suite| suite.withdraw(&holder, 0, 1));
    }
    assert!(scene.suite.queued_withdrawals().unwrap().len() > plan.dust.min(49) as usize);
    scene.must(|suite| suite.withdraw(&idle, 0, 1_000 * UNIT));
    assert_eq!(scene.suite.balance(&idle).unwrap(), 0);
    scene.move_to(cents(7_800), 61);
    scene.liquidate(&id(&loser)).unwrap();
    scene.wait(HOUR / 2);
    assert!(is_shut(&scene), "{plan:?}");
    let keeper = scene.suite.keeper.clone();
    let paid = scene.suite.balance(&holder).unwrap();
    for message in 1..=5 {
        scene.must(|suite| suite.process_withdrawals(&keeper, None));
        assert!(is_shut(&scene));
        assert_eq!(scene.suite.balance(&holder).unwrap(), paid);
        if scene.suite.balance(&idle).unwrap() == 1_000 * UNIT {
            return Some(message);
        }
    }
    None
}

// G3: who is not gated is paid although those in front of him are.
#[test]
fn g3_withdrawals_that_the_gate_holds_back_hold_nobody_else_back() {
    for collateral in COLLATERALS {
        for dust in [0, 30, 100] {
            let took = queue_behind(&Queued { collateral, dust });
            println!("  {dust} dust in front, gated: {took:?} messages");
            assert_eq!(took, Some(1), "{dust} dust in front");
        }
    }
}
