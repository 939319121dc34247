//! Both sides of a market in one hand, the losing one let go bankrupt.
//!
//! Long and short of the same size cost the attacker no price risk. When the price jumps over the loser's
//! whole margin in one step, the loser's account is worth less than nothing, somebody else must bear that
//! (the fund, then counterparties), and the winner keeps his gain.
//!
//! The design's limits: others lose what was really lacking when the loser could first be liquidated, the
//! fund no more of it than its layers may pay, counterparties exactly the rest. A move that the margin covers
//! gains nothing: it costs the fees.

use ballast_testing::suite::Collateral;
use ballast_testing::wealth::FUND;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH, UNIT,
    WINNERS,
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
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = plan.size * UNIT;
    let notional = 100 * size;
    let down = plan.to < 10_000;
    // An honest trader stands on the winner's side at a better entry.
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let paid_to_winner = plan.size * plan.entry.abs_diff(10_000) * UNIT / 100;
    let margin = notional / 20 + notional / 500 + paid_to_winner;
    let loser = scene.hand(ATTACKER, "loser", margin);
    let winner = scene.hand(ATTACKER, "winner", notional);
    if down {
        scene.trade(&maker, &honest, size, cents(10_100));
    } else {
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
    // The account increased its risk within 60 s: the market's own reserve alone pays.
    let capacity = if plan.wait < 50 {
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
        for (money, size) in [(EMPTY, 100), (POOR, 100), (RICH, 100), (RICH, 10_000)] {
            for to in [9_810, 9_600, 9_400, 8_500, 10_190, 10_600, 12_000] {
                for (wait, withdraw) in [(5, false), (61, false), (61, true)] {
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
        assert!(
            fund <= lacking.min(played.figure("capacity of the fund")),
            "{played}"
        );
        // Honest winners lose what deleveraging took from them, and the premium of a minute or two: the price
        // moved for them as it would have without the attack.
        let moved = i128::try_from(plan.size * plan.to.abs_diff(10_000) * UNIT / 100).unwrap();
        let premium = i128::try_from(plan.size * 100 * UNIT / 1_000_000).unwrap();
        let lost = moved - played.gain_of(WINNERS);
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
