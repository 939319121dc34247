//! Changes of the owner that everybody sees coming: another oracle, more maintenance margin, lower fees. Whoever applies
//! one chooses the moment, and acts just before and just after.
//!
//! The design's limits: an oracle that answers otherwise moves the price by at most maintenance margin, and at most
//! `oracle_switch_max_deviation` (5 %), when it takes over; that is what a quote at the old price may lose, and nobody
//! goes bankrupt by it, so that the fund is not asked. More maintenance margin comes in steps of a tenth a day; who is
//! liquidated by it loses at most what it had left. Lower fees are nobody's gain but for trading later.

use ballast_testing::pyth::PythPrice;
use ballast_testing::suite::{market_parameters, Collateral};
use ballast_types::market::Change;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, spec, Contest, Played, Scene, ATTACKER, COLLATERALS, MAKERS, RICH, UNIT, WINNERS,
};

const DAY: u64 = 86_400;
const SIZE: u128 = 100;
/// Somebody who is liquidated.
const VICTIM: &str = "victim";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Against {
    /// Both sides in one hand.
    Itself,
    /// A maker who quotes at the old price.
    Maker,
}

#[derive(Clone, Copy, Debug)]
struct Switch {
    collateral: Collateral,
    against: Against,
    /// Initial margin, millionths.
    margin: u32,
    /// What the new oracle says, hundredths; the old one says 10,000.
    says: u128,
}

fn say(scene: &mut Scene, oracle: &Addr, hundredths: u128) {
    let price = PythPrice {
        price: i64::try_from(hundredths).unwrap() * 1_000_000,
        conf: 0,
        expo: -8,
        publish_time: i64::try_from(scene.suite.now()).unwrap(),
    };
    scene.must(|suite| suite.publish(oracle, 0, price));
}

/// Another oracle waits for being applied by anyone, and answers something else by then.
fn switch(plan: &Switch) -> Played {
    let mut market = spec("A");
    let mut parameters = market_parameters(6);
    parameters.initial_margin_ppm = plan.margin;
    parameters.max_liquidation_fee_ppm = plan.margin / 5;
    market.parameters = Some(parameters);
    let mut scene = Scene::with(plan.collateral, RICH, market, |builder| builder);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let [a, b] = ["a", "b"].map(|name| scene.hand(WINNERS, name, 1_000 * UNIT));
    scene.trade(&a, &b, UNIT, cents(10_000));
    let oracle = scene.suite.deploy_pyth().unwrap();
    say(&mut scene, &oracle, 10_000);
    let change = Change::UpdateOracle {
        market: 0,
        oracle: scene.suite.oracle_at(0, &oracle).unwrap(),
    };
    let waits = scene.must(|suite| suite.ask_for(&change)).answer.waits;
    scene.wait(21 * DAY);
    scene.must(|suite| suite.accrue(0));

    let least = notional * u128::from(plan.margin) / 1_000_000 + notional / 1_000;
    let up = plan.says > 10_000;
    let (winner, loser) = match plan.against {
        Against::Itself => {
            let [winner, loser] = ["winner", "loser"].map(|name| scene.hand(ATTACKER, name, least));
            (winner, loser)
        }
        Against::Maker => (
            scene.hand(ATTACKER, "attacker", notional),
            scene.hand(MAKERS, "maker", notional),
        ),
    };
    scene.start();
    let (buyer, seller) = if up {
        (&winner, &loser)
    } else {
        (&loser, &winner)
    };
    scene.trade(buyer, seller, size, cents(10_000));
    scene.wait(61);
    say(&mut scene, &oracle, plan.says);
    let applied = scene.step(|suite| suite.apply_change(waits.unwrap().id));
    let mut lacking = 0;
    if applied.is_ok() {
        scene.set_price(cents(plan.says));
        scene.suite.advance(6);
        say(&mut scene, &oracle, plan.says);
        scene.must(|suite| suite.accrue(0));
        lacking = scene.lacking(&loser);
        scene.liquidate(&id(&loser)).ok();
    }
    let moved = if applied.is_ok() {
        (plan.says as i128 - 10_000).abs() * size as i128 / 100
    } else {
        0
    };
    let maintenance = notional as i128 * i128::from(plan.margin) * 6 / 10_000_000;
    let limit = match plan.against {
        Against::Itself => 0,
        Against::Maker => moved.min(maintenance),
    };
    let figures = [
        ("applied", i128::from(applied.is_ok())),
        ("lacking", lacking),
        ("moved", moved),
    ];
    scene.end(plan, limit, &figures)
}

// O1, S4: a jump that everybody sees coming is no larger than what every position can bear.
#[test]
fn o1_another_oracle_that_everybody_sees_coming() {
    let mut contest = Contest::new("another oracle");
    for collateral in COLLATERALS {
        for against in [Against::Itself, Against::Maker] {
            for margin in [10_000, 30_000, 50_000, 100_000] {
                for says in [9_510, 9_750, 9_945, 10_050, 10_290, 10_490] {
                    let played = switch(&Switch {
                        collateral,
                        against,
                        margin,
                        says,
                    });
                    println!(
                        "  {against:?}, margin {margin}, new price {says}: applied {}, attacker {:+}, the fund paid {}",
                        played.figure("applied"),
                        played.gain(),
                        played.tally.paid,
                    );
                    assert_eq!(played.figure("lacking"), 0, "{played}");
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Raise {
    collateral: Collateral,
    /// Steps of a tenth, one a day.
    steps: u32,
    /// How far below the oracle price the attacker bids, hundredths.
    below: u128,
}

/// Maintenance margin rises; the attacker bids for whoever is liquidated by it, and is the keeper.
fn raise(plan: &Raise) -> Played {
    let mut scene = Scene::new(plan.collateral, RICH);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let seller = scene.hand(WINNERS, "honest winner", 20 * notional);
    // Just above the maintenance margin that is in force: 3.1 %.
    let victim = scene.hand(VICTIM, "victim", notional / 20 + notional / 500);
    let bidder = scene.hand(ATTACKER, "bidder", 2 * notional);
    let keeper = scene.hand(ATTACKER, "keeper", 0);
    scene.trade(&victim, &seller, size, cents(10_000));
    scene.move_to(cents(9_790), 61);
    scene
        .rest(&bidder, Side::Buy, size, cents(9_790 - plan.below))
        .unwrap();
    scene.start();
    let equity = scene.equity(&victim);
    for step in 0..plan.steps {
        if step > 0 {
            scene.wait(DAY);
        }
        let info = scene.suite.market_info(0).unwrap();
        let mut parameters = info.config.parameters;
        parameters.maintenance_fraction_ppm = parameters.maintenance_fraction_ppm * 11 / 10;
        scene.must(|suite| suite.update_market(0, parameters));
        scene.wait(5);
        scene.liquidate_by(&keeper, &id(&victim), 0).ok();
    }
    let figures = [
        ("what the victim had left", equity),
        ("bought by the bidder", scene.size(&bidder)),
    ];
    scene.end(plan, equity, &figures)
}

// P2: who is liquidated by a step loses at most what it had left.
#[test]
fn p2_more_maintenance_margin_that_everybody_sees_coming() {
    let mut contest = Contest::new("more maintenance margin");
    for collateral in COLLATERALS {
        for steps in [1, 3] {
            for below in [0, 20, 90, 200] {
                let played = raise(&Raise {
                    collateral,
                    steps,
                    below,
                });
                println!(
                    "  {steps} steps, bids {below} below: bought {}, attacker {:+}, victim {:+}",
                    played.figure("bought by the bidder"),
                    played.gain(),
                    played.gain_of(VICTIM),
                );
                contest.offer(played);
            }
        }
    }
    contest.close();
}

/// Fees fall to nothing in this block: trades before and after it, at one price.
fn lower_fees(collateral: Collateral, before: u32, after: u32) -> Played {
    let mut scene = Scene::new(collateral, RICH);
    let [a, b] = ["a", "b"].map(|name| scene.hand(ATTACKER, name, 20_000 * UNIT));
    scene.start();
    let back_and_forth = |scene: &mut Scene, times: u32| {
        for _ in 0..times {
            scene.trade(&a, &b, SIZE * UNIT, cents(10_000));
            scene.trade(&b, &a, SIZE * UNIT, cents(10_000));
        }
    };
    back_and_forth(&mut scene, before);
    let mut parameters = scene.suite.market_info(0).unwrap().config.parameters;
    (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (0, 0);
    scene.must(|suite| suite.update_market(0, parameters));
    back_and_forth(&mut scene, after);
    scene.end(&(collateral, before, after), 0, &[])
}

// P1: fees are those of the moment; nothing is given back.
#[test]
fn p1_lower_fees_that_everybody_sees_coming() {
    let mut contest = Contest::new("lower fees");
    for collateral in COLLATERALS {
        for (before, after) in [(0, 3), (1, 1), (3, 0)] {
            contest.offer(lower_fees(collateral, before, after));
        }
    }
    contest.close();
}
