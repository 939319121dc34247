//! Underwriters against each other: a share made dear before the second one stakes, coming and going around a loss,
//! around rewards, and leaving ahead of a loss that is known and not claimed yet.
//!
//! The design's limits: who stakes and leaves gains nothing but the rewards that dripped while it was at risk; a
//! donation is gone; what asked to leave is slashed like the rest until it is paid. Ahead of a known loss goes only
//! what asked a cooldown (14 d) before and is within its window (3 d): it pays nothing of that loss, and who stays
//! bears its part.

use ballast_testing::suite::Collateral;
use ballast_types::fund::Layer;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, spec, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT,
    WINNERS,
};

const DAY: u64 = 86_400;
/// Honest stakers.
const STAKERS: &str = "honest stakers";
/// Shares of one atom of the first stake.
const SHARES: u128 = 10;

fn shares(scene: &Scene, staker: &Addr) -> u128 {
    let query = ballast_types::fund::QueryMsg::Balance {
        address: staker.to_string(),
    };
    let held: cw20::BalanceResponse = scene.suite.ask_fund(&query).unwrap();
    held.balance.u128()
}

/// One address with coins in its wallet.
fn staker(scene: &mut Scene, actor: &str, name: &str, coins: u128) -> Addr {
    let staker = scene.hand(actor, name, 0);
    scene.suite.mint(&staker, coins).unwrap();
    staker
}

fn ask_to_leave(scene: &mut Scene, staker: &Addr) {
    let shares = shares(scene, staker);
    scene.must(|suite| suite.request_exit(staker, shares));
}

fn leave(scene: &mut Scene, staker: &Addr) {
    ask_to_leave(scene, staker);
    scene.wait(14 * DAY);
    scene.must(|suite| suite.complete_exit(staker));
}

#[derive(Clone, Copy, Debug)]
enum Gift {
    Nothing,
    Stray,
    Donation,
    Reserve,
}

#[derive(Clone, Copy, Debug)]
struct First {
    collateral: Collateral,
    /// Atoms that the first staker stakes.
    first: u128,
    gift: Gift,
    given: u128,
    /// What the second one stakes.
    second: u128,
}

fn first_staker(plan: &First) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let attacker = staker(&mut scene, ATTACKER, "first", plan.first + plan.given);
    let honest = staker(&mut scene, STAKERS, "second", plan.second);
    scene.start();
    scene.must(|suite| suite.stake(&attacker, plan.first));
    let fund = scene.suite.fund.clone();
    match plan.gift {
        Gift::Nothing => {}
        Gift::Stray => {
            scene.must(|suite| suite.bare_send(&attacker, &fund, plan.given));
            scene.must(|suite| suite.sync_fund(&attacker));
        }
        Gift::Donation => {
            scene.must(|suite| suite.donate(&attacker, plan.given));
        }
        Gift::Reserve => {
            scene.must(|suite| suite.top_up_reserve(&attacker, 0, plan.given));
        }
    }
    scene.must(|suite| suite.stake(&honest, plan.second));
    assert_eq!(shares(&scene, &honest), plan.second * SHARES);
    leave(&mut scene, &attacker);
    scene.end(plan, 0, &[("given", plan.given as i128)])
}

// F4, R1: whatever is given, a share costs the second staker what it cost the first.
#[test]
fn f4_a_share_made_dear_before_the_second_staker_comes() {
    let mut contest = Contest::new("first staker");
    for collateral in COLLATERALS {
        for first in [1, 9, 1_000_000] {
            for (gift, given) in [
                (Gift::Nothing, 0),
                (Gift::Stray, 1_000 * UNIT),
                (Gift::Donation, 1_000 * UNIT),
                (Gift::Reserve, 1_000 * UNIT),
            ] {
                for second in [1, 999_999, 500 * UNIT] {
                    let played = first_staker(&First {
                        collateral,
                        first,
                        gift,
                        given,
                        second,
                    });
                    assert!(
                        played.gain() <= -(given as i128),
                        "a gift is gone: {played}"
                    );
                    assert!((-1..=0).contains(&played.gain_of(STAKERS)), "{played}");
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timing {
    /// Stays, and is slashed.
    Stays,
    /// Asks to leave when the loss is known, in the block before it is claimed.
    AsksWhenKnown,
    /// Asked a cooldown ago, and leaves in the block before the claim.
    AskedBefore,
    /// As before, but missed its window by a second.
    Missed,
    /// Stakes in the block before, and asks to leave in the one after.
    Before,
    /// Stakes right after the slash, at the lower price, and leaves.
    After,
    /// Stays, and gives this much to the mutual reserve in the block before the claim, for it to pay first.
    Gives(u128),
}

#[derive(Clone, Copy, Debug)]
struct Around {
    collateral: Collateral,
    timing: Timing,
    /// The attacker's stake; the honest one's is 100,000.
    stake: u128,
}

fn slashed(scene: &Scene) -> i128 {
    let claims = scene.suite.claims().unwrap();
    let layers = claims.iter().flat_map(|claim| &claim.layers);
    let paid: u128 = layers
        .filter(|one| one.layer == Layer::Stake)
        .map(|one| one.paid.u128())
        .sum();
    i128::try_from(paid).unwrap()
}

fn around_a_loss(plan: &Around) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let given = match plan.timing {
        Timing::Gives(given) => given,
        _ => 0,
    };
    let attacker = staker(&mut scene, ATTACKER, "attacker", plan.stake + given);
    let honest = staker(&mut scene, STAKERS, "honest", 100_000 * UNIT);
    let size = 200 * UNIT;
    let loser = scene.hand(MAKERS, "loser", size * 52 / 10);
    let winner = scene.hand(WINNERS, "winner", 100 * size);
    scene.must(|suite| suite.stake(&honest, 100_000 * UNIT));
    let stakes_before = !matches!(plan.timing, Timing::Before | Timing::After);
    scene.start();
    if stakes_before {
        scene.must(|suite| suite.stake(&attacker, plan.stake));
    }
    if matches!(plan.timing, Timing::AskedBefore | Timing::Missed) {
        ask_to_leave(&mut scene, &attacker);
    }
    scene.wait(14 * DAY);
    if plan.timing == Timing::Missed {
        scene.wait(3 * DAY + 1);
    }
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(8_000), 6);
    assert!(scene.lacking(&loser) > 0);
    // The loss is there for anyone to see, and nobody has claimed yet.
    match plan.timing {
        Timing::AsksWhenKnown => ask_to_leave(&mut scene, &attacker),
        Timing::AskedBefore | Timing::Missed => {
            scene.must(|suite| suite.complete_exit(&attacker));
        }
        Timing::Before => {
            scene.must(|suite| suite.stake(&attacker, plan.stake));
        }
        Timing::Gives(given) => {
            scene.must(|suite| suite.donate(&attacker, given));
        }
        Timing::Stays | Timing::After => {}
    }
    scene.liquidate(&id(&loser)).unwrap();
    assert_eq!(scene.size(&loser), 0);
    if plan.timing == Timing::After {
        scene.must(|suite| suite.stake(&attacker, plan.stake));
    }
    if plan.timing == Timing::Before || plan.timing == Timing::After {
        leave(&mut scene, &attacker);
    } else {
        scene.wait(14 * DAY);
    }
    if plan.timing == Timing::AsksWhenKnown {
        scene.must(|suite| suite.complete_exit(&attacker));
    }
    let figures = [("slashed in all", slashed(&scene))];
    // What dripped meanwhile is a part of few fees.
    scene.end(plan, UNIT as i128, &figures)
}

// S4: a known loss is borne by everybody who could not have left a cooldown before.
#[test]
fn s4_coming_and_going_around_a_loss() {
    let mut contest = Contest::new("stakers around a loss");
    for collateral in COLLATERALS {
        for stake in [1_000 * UNIT, 100_000 * UNIT] {
            for timing in [
                Timing::Stays,
                Timing::AsksWhenKnown,
                Timing::AskedBefore,
                Timing::Missed,
                Timing::Before,
                Timing::After,
                Timing::Gives(1_000 * UNIT),
                Timing::Gives(20_000 * UNIT),
            ] {
                let played = around_a_loss(&Around {
                    collateral,
                    timing,
                    stake,
                });
                let all = played.figure("slashed in all");
                assert!(all > 900 * UNIT as i128, "{played}");
                let total = i128::try_from(stake + 100_000 * UNIT).unwrap();
                let part = all * i128::try_from(stake).unwrap() / total;
                println!(
                    "  stake {stake}, {timing:?}: slashed {all}, of it the attacker {}, who stays {}",
                    -played.gain(),
                    -played.gain_of(STAKERS),
                );
                let bears = !matches!(timing, Timing::AskedBefore | Timing::After);
                let given = match timing {
                    Timing::Gives(given) => given as i128,
                    _ => 0,
                };
                // A tenth of a gift opens the mutual reserve for this loss: less than it costs.
                let expected = given + if bears { part } else { 0 };
                let off = -played.gain() - expected;
                assert!(off.abs() <= UNIT as i128, "{off}: {played}");
                contest.offer(played);
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Drip {
    collateral: Collateral,
    stake: u128,
    /// How long it stays before it asks to leave, seconds.
    secs: u64,
    /// It takes its request back and asks again, so often.
    again: u32,
}

/// Everything above all targets: half of the fund's fees drips.
const FULL: Money = Money {
    reserve: 100_000 * UNIT,
    mutual: 1_000_000 * UNIT,
};

fn around_rewards(plan: &Drip) -> Played {
    let mut market = spec("A");
    let mut parameters = ballast_testing::suite::market_parameters(6);
    parameters.taker_fee_ppm = 10_000;
    market.parameters = Some(parameters);
    let mut scene = Scene::with(plan.collateral, FULL, market, |builder| builder);
    let attacker = staker(&mut scene, ATTACKER, "attacker", plan.stake);
    let honest = staker(&mut scene, STAKERS, "honest", 100_000 * UNIT);
    let [a, b] = ["a", "b"].map(|name| scene.hand(MAKERS, name, 500_000 * UNIT));
    scene.must(|suite| suite.stake(&honest, 100_000 * UNIT));
    scene.start();
    for _ in 0..5 {
        scene.trade(&a, &b, 1_000 * UNIT, cents(10_000));
        scene.trade(&b, &a, 1_000 * UNIT, cents(10_000));
    }
    // The attacker sees the fees leave for the fund, and stakes in front of them.
    scene.must(|suite| suite.stake(&attacker, plan.stake));
    scene.must(|suite| suite.flush(0));
    let rewards = scene.suite.solvency().unwrap().rewards_undripped.u128() as i128;
    assert!(rewards > 100 * UNIT as i128, "{rewards}");
    if plan.secs > 0 {
        scene.wait(plan.secs);
    }
    ask_to_leave(&mut scene, &attacker);
    for _ in 0..plan.again {
        scene.must(|suite| suite.cancel_exit(&attacker));
        ask_to_leave(&mut scene, &attacker);
    }
    scene.wait(14 * DAY);
    scene.must(|suite| suite.complete_exit(&attacker));
    // Its part of what dripped while it was not leaving.
    let secs = i128::from(plan.secs.min(7 * DAY));
    let dripped = rewards * secs / i128::from(7 * DAY);
    let stake = i128::try_from(plan.stake).unwrap();
    let part = dripped * stake / (stake + 100_000 * UNIT as i128) + 1;
    let figures = [("rewards", rewards), ("dripped while it stayed", dripped)];
    scene.end(plan, part, &figures)
}

// R1: rewards are for the time at risk; a stake that comes for a block takes a block's part.
#[test]
fn r1_staking_for_rewards_that_are_about_to_come() {
    let mut contest = Contest::new("staking around rewards");
    for collateral in COLLATERALS {
        for stake in [1_000 * UNIT, 100_000 * UNIT, 10_000_000 * UNIT] {
            for (secs, again) in [(0, 0), (0, 20), (5, 0), (5, 20), (DAY, 0), (7 * DAY, 3)] {
                let played = around_rewards(&Drip {
                    collateral,
                    stake,
                    secs,
                    again,
                });
                println!(
                    "  stake {stake} for {secs} s, asked {} times: {:+} of {} dripped, of rewards {}",
                    again + 1,
                    played.gain(),
                    played.figure("dripped while it stayed"),
                    played.figure("rewards"),
                );
                contest.offer(played);
            }
        }
    }
    contest.close();
}
