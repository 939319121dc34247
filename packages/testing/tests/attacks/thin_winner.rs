//! A winner that takes its profit out when it sees somebody bankrupt, so that it cannot bear its part any more; or that
//! deposits to be able to.
//!
//! A counterparty whose own bankruptcy quote does not overlap is passed over, and the next in the order bears its part; if
//! only such are left, the loss becomes the market's deficit. The design's limit: it saves its own part of the uncovered
//! loss, and not more than it could withdraw within initial margin, the outflow limits and the gate. It gains nothing
//! besides, and nobody loses more than the bankrupt account lacked.

use ballast_testing::suite::Collateral;

use crate::scene::{
    cents, id, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

const SIZE: u128 = 10;

/// A part of what is lacking.
const LITTLE: Money = Money {
    reserve: 50 * UNIT,
    mutual: 0,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Never,
    /// In the block of the jump, ahead of the keeper.
    Ahead,
    /// After the first message of the keeper has closed a part of the loser.
    Between,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    when: When,
    /// An honest winner is next in the order.
    next: bool,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let loser = scene.hand(MAKERS, "loser", notional / 20 + notional / 500);
    let head = scene.hand(ATTACKER, "head of the queue", notional);
    scene.trade(&maker, &head, size, cents(10_100));
    let others = plan.next.then(|| {
        let next = scene.hand(WINNERS, "next", notional);
        scene.trade(&maker, &next, size, cents(10_000));
        next
    });
    scene.hand(WINNERS, "idle", notional);
    scene.trade(&loser, &maker, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(plan.to), 5);
    scene.must(|suite| suite.accrue(0));
    scene.start();
    let lacking = scene.lacking(&loser);
    let mut taken = 0;
    if plan.when == When::Ahead {
        taken = scene.withdraw_free(&head);
    }
    scene.liquidate(&id(&loser)).unwrap();
    if plan.when == When::Between {
        taken = scene.withdraw_free(&head);
    }
    scene.crank();
    assert_eq!(scene.size(&loser), 0, "{plan:?}");
    let deficit = scene.suite.market_info(0).unwrap().deficit.u128() as i128;
    let figures = [
        ("lacking", lacking),
        ("paid by the fund", scene.tally.paid - scene.tally.leftover),
        ("taken out", taken as i128),
        ("deficit", deficit),
        ("others in the order", i128::from(others.is_some())),
    ];
    scene.end(plan, 0, &figures)
}

// S4, invariant 5: who cannot bear its part is passed over; the parts of all add up to what was lacking.
#[test]
fn s4_a_winner_that_takes_its_profit_out_ahead_of_deleveraging() {
    let mut contest = Contest::new("a winner that takes its profit out");
    for collateral in COLLATERALS {
        for money in [EMPTY, LITTLE] {
            for next in [true, false] {
                for to in [9_300, 8_000] {
                    for when in [When::Never, When::Between, When::Ahead] {
                        let played = play(&Plan {
                            collateral,
                            money,
                            when,
                            next,
                            to,
                        });
                        let borne = [ATTACKER, WINNERS, MAKERS].map(|row| -played.gain_of(row));
                        println!(
                            "  {when:?}, next {next}, to {to}: lacking {}, fund {}, attacker bears {}, next {}, deficit {}",
                            played.figure("lacking"),
                            played.figure("paid by the fund"),
                            borne[0],
                            borne[1],
                            played.figure("deficit"),
                        );
                        // All of it is borne, by somebody, once; a rounding a message and the premium of the minutes.
                        let all = played.figure("paid by the fund")
                            + played.tally.counterparty_loss
                            + played.figure("deficit");
                        let off = all - played.figure("lacking");
                        assert!(off.abs() <= 2_000, "{off}: {played}");
                        contest.offer(played);
                    }
                }
            }
        }
    }
    contest.close();
}
