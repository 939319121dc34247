//! Wash trades to leave the head of the deleveraging queue: a winning position is sold to another address in
//! the same hand at today's price, whose rank is the last.
//!
//! The design keeps the rank of a re-entry against the same *owner* (self-trades do not happen at all, M9);
//! against another address in the same hand it cannot tell a wash trade from a sale. Its limit: the attacker
//! pays both fees, and saves at most its part of the uncovered loss, which the next in the queue bear. It
//! never gains by it, and nobody loses more than the bankrupt account lacked.

use ballast_testing::suite::Collateral;
use ballast_types::Side;

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

const SIZE: u128 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wash {
    /// Waits for its part.
    No,
    /// Another subaccount of the same owner takes the position over.
    SameOwner,
    /// Another address takes it over.
    OtherAddress,
    /// Bought back from another address and sold again: the old account holds it anew.
    Return,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    wash: Wash,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let loser = scene.hand(MAKERS, "loser", notional / 20 + notional / 500);
    let head = scene.hand(ATTACKER, "head of the queue", notional);
    let other = scene.hand(ATTACKER, "other address", notional);
    let honest = scene.hand(WINNERS, "honest winner", notional);
    scene.suite.mint(&head, notional).unwrap();
    scene.must(|suite| suite.deposit(&head, 1, notional));
    scene.trade(&maker, &head, size, cents(10_100));
    scene.trade(&maker, &honest, size, cents(10_000));
    scene.trade(&loser, &maker, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(plan.to), 5);
    scene.must(|suite| suite.accrue(0));
    scene.start();
    let lacking = scene.lacking(&loser);
    let now = cents(plan.to);
    match plan.wash {
        Wash::No => {}
        Wash::SameOwner => {
            scene.must(|suite| suite.post_only(&head, 1, 0, Side::Sell, size, now));
            let taken = scene.take(&head, Side::Buy, size, now).unwrap();
            assert!(taken.answer.filled.is_zero(), "a self-trade happened");
        }
        Wash::OtherAddress => scene.trade(&head, &other, size, now),
        Wash::Return => {
            scene.trade(&head, &other, size, now);
            scene.trade(&other, &head, size, now);
        }
    }
    scene.crank();
    let figures = [("lacking", lacking)];
    scene.end(plan, 0, &figures)
}

// S4: a wash trade saves the attacker its own part and no more, and costs both fees.
#[test]
fn s4_wash_trades_to_leave_the_head_of_the_queue() {
    let mut contest = Contest::new("wash trades to leave the head of the queue");
    for collateral in COLLATERALS {
        for to in [9_400, 8_500, 7_000] {
            let [waits, ..] = [Wash::No].map(|wash| {
                play(&Plan {
                    collateral,
                    wash,
                    to,
                })
            });
            let part = -waits.gain();
            assert!(part > 0, "the head of the queue bears a part: {waits}");
            for wash in [Wash::SameOwner, Wash::OtherAddress, Wash::Return] {
                let played = play(&Plan {
                    collateral,
                    wash,
                    to,
                });
                let borne = -(played.gain_of(ATTACKER) + played.gain_of(WINNERS));
                let lacking = played.figure("lacking");
                println!(
                    "  {wash:?} to {to}: the attacker lost {} instead of {part}, the next in the queue {} of {lacking}",
                    -played.gain(),
                    -played.gain_of(WINNERS),
                );
                assert!(-played.gain_of(WINNERS) <= lacking + 1, "{played}");
                assert!(borne >= lacking - played.tally.paid - 2, "{played}");
                if wash == Wash::SameOwner {
                    assert_eq!(played.gain(), waits.gain(), "{played}");
                }
                contest.offer(played);
            }
            contest.offer(waits);
        }
    }
    contest.close();
}
