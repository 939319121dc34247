//! Both sides of a market in one hand, the losing one let go bankrupt.
//!
//! Long and short of the same size cost the attacker no price risk. When the price jumps over the loser's
//! whole margin in one step, the loser's account is worth less than nothing, somebody else must bear that
//! (the fund, then counterparties), and the winner keeps his gain.
//!
//! The design's limits: others lose what was really lacking when the loser could first be liquidated, the
//! fund no more of it than its layers may pay, counterparties exactly the rest. A move that the margin covers
//! gains nothing: it costs the fees.

use ballast_testing::suite::{claimant_parameters, Collateral};
use ballast_testing::wealth::FUND;
use ballast_types::fund::ClaimantParameters;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, spec, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH,
    SHARED, UNIT, WINNERS,
};

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    /// At what price the attacker trades with himself, hundredths; the oracle says 10,000.
    entry: u128,
    /// Price after the jump, hundredths.
    to: u128,
    /// Base units on each side.
    size: u128,
    /// Seconds between opening and jump.
    wait: u64,
    /// The winner takes out what it may before the loser is liquidated.
    withdraw: bool,
    /// Somebody else stands on the winner's side, at a better entry.
    others: bool,
    /// The market is isolated: nothing but its own reserve backs it.
    isolated: bool,
}

fn play(plan: &Plan) -> Played {
    let mut market = spec("A");
    market.isolated = plan.isolated;
    market.claimant = Some(ClaimantParameters {
        isolated: plan.isolated,
        ..claimant_parameters(6)
    });
    let mut scene = Scene::with(plan.collateral, plan.money, market, |builder| builder);
    let size = plan.size * UNIT;
    let notional = 100 * size;
    let down = plan.to < 10_000;
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let paid_to_winner = plan.size * plan.entry.abs_diff(10_000) * UNIT / 100;
    let margin = notional / 20 + notional / 500 + paid_to_winner;
    let loser = scene.hand(ATTACKER, "loser", margin);
    let winner = scene.hand(ATTACKER, "winner", notional);
    if plan.others && down {
        scene.trade(&maker, &honest, size, cents(10_100));
    } else if plan.others {
        scene.trade(&honest, &maker, size, cents(9_900));
    }
    let (long, short): (&Addr, &Addr) = if down {
        (&loser, &winner)
    } else {
        (&winner, &loser)
    };
    scene.start();

    scene.wait(1);
    scene.trade(long, short, size, cents(plan.entry));
    scene.wait(plan.wait);
    scene.move_to(cents(plan.to), 5);
    if plan.withdraw {
        scene.withdraw_free(&winner);
    }
    let lacking = scene.lacking(&loser);
    // An isolated market, or risk increased within 60 s: the market's own reserve alone pays.
    let capacity = if plan.wait < 50 || plan.isolated {
        scene.reserve()
    } else {
        scene.capacity()
    };
    scene.crank();
    scene.close_against(&winner, &maker);
    let figures = [("lacking", lacking), ("capacity of the fund", capacity)];
    scene.end(plan, lacking, &figures)
}

fn plans() -> Vec<Plan> {
    let mut plans = vec![];
    for collateral in COLLATERALS {
        for (money, size, isolated) in [
            (EMPTY, 100, false),
            (POOR, 100, false),
            (RICH, 100, false),
            (RICH, 10_000, false),
            (SHARED, 100, true),
        ] {
            for to in [9_810, 9_600, 9_400, 8_500, 10_190, 10_600, 12_000] {
                for (wait, withdraw, others) in [
                    (5, false, true),
                    (61, false, true),
                    (61, true, true),
                    (61, false, false),
                    (61, true, false),
                ] {
                    let off = if to < 10_000 { 10_400 } else { 9_600 };
                    for entry in [10_000, off] {
                        plans.push(Plan {
                            collateral,
                            money,
                            entry,
                            to,
                            size,
                            wait,
                            withdraw,
                            others,
                            isolated,
                        });
                    }
                }
            }
        }
    }
    plans
}

// S4, S5: what the attacker gains is what was really lacking, and the fund loses no more than its capacity.
#[test]
fn s4_both_sides_with_one_let_go_bankrupt() {
    let mut contest = Contest::new("both sides, one let go bankrupt");
    for plan in plans() {
        let played = play(&plan);
        let (lacking, fund) = (played.figure("lacking"), -played.gain_of(FUND));
        // The mutual reserve's window refills over a day, also while keepers need a second message.
        let capacity = played.figure("capacity of the fund");
        let refilled = capacity / 1_440;
        assert!(fund <= lacking.min(capacity + refilled), "{played}");
        // Honest winners lose what deleveraging took from them, and the premium of a minute or two: the price
        // moved for them as it would have without the attack.
        let moved = i128::try_from(plan.size * plan.to.abs_diff(10_000) * UNIT / 100).unwrap();
        let premium = i128::try_from(plan.size * 100 * UNIT / 1_000_000).unwrap();
        let lost = if plan.others {
            moved - played.gain_of(WINNERS)
        } else {
            0
        };
        assert!(lost <= played.tally.counterparty_loss + premium, "{played}");
        assert!(
            played.tally.counterparty_loss + fund <= lacking + premium,
            "{played}"
        );
        if lacking == 0 {
            assert!(played.gain() < 0, "a move within the margin paid: {played}");
            assert_eq!(played.tally.paid, 0);
        }
        contest.offer(played);
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Slide {
    collateral: Collateral,
    money: Money,
    /// Hundredths by which the price falls every ten seconds, from 10,000.
    step: u128,
    /// The loser is topped up to stay just above nothing, so that any step may go over it.
    on_the_edge: bool,
}

/// Nobody bids: the loser cannot be sold while it can pay, and slides until it cannot.
fn slide(plan: &Slide) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = 100 * UNIT;
    let notional = 100 * size;
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let loser = scene.hand(ATTACKER, "loser", notional / 20 + notional / 500);
    let winner = scene.hand(ATTACKER, "winner", notional);
    scene.suite.mint(&loser, notional).unwrap();
    scene.trade(&maker, &honest, size, cents(10_100));
    scene.start();
    scene.wait(1);
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    let (mut price, mut steps, mut lacking) = (10_000, 0, 0);
    while scene.size(&loser) != 0 && steps < 60 && price > 2 * plan.step {
        price -= plan.step;
        steps += 1;
        scene.move_to(cents(price), 10);
        let equity = scene.equity(&loser);
        let about_nothing = 0..i128::try_from(notional / 1_000).unwrap();
        if plan.on_the_edge && equity < 0 && steps < 40 {
            // Before the keeper comes: to exactly nothing, so that every step may go over it.
            scene.must(|suite| suite.deposit(&loser, 0, equity.unsigned_abs()));
        } else if plan.on_the_edge && about_nothing.contains(&equity) {
            scene.must(|suite| suite.deposit(&loser, 0, 1));
        }
        lacking = scene.lacking(&loser);
        scene.crank();
    }
    scene.close_against(&winner, &maker);
    let one_step = i128::try_from(100 * UNIT * plan.step / 100).unwrap();
    let figures = [
        ("lacking", lacking),
        ("one step on the position", one_step),
        ("steps", steps),
    ];
    scene.end(plan, lacking.min(one_step), &figures)
}

// S4: without a jump the loser lacks less than one step of the price when its turn comes.
#[test]
fn s4_both_sides_while_the_price_slides() {
    let mut contest = Contest::new("both sides, the price slides and nobody bids");
    for collateral in COLLATERALS {
        for money in [EMPTY, RICH] {
            for step in [10, 50, 130, 300] {
                for on_the_edge in [false, true] {
                    let plan = Slide {
                        collateral,
                        money,
                        step,
                        on_the_edge,
                    };
                    contest.offer(slide(&plan));
                }
            }
        }
    }
    contest.close();
}
