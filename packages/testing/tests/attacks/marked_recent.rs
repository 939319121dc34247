//! Somebody else made to have taken risk a moment ago: an underwriter fills a little of an order of whoever is about to
//! go bankrupt, so that for sixty seconds no money but the market's own reserve would pay for it.
//!
//! The rule (M21) cannot tell a fill that the maker wanted from one that was done to it. The design's limit: a hundredth of
//! the maker's position within the minute is tolerated (M88); who adds more buys or sells it at the maker's price, and the
//! maker had offered it. Then the underwriter saves its part of the slash, and counterparties bear it in their order.

use ballast_testing::suite::Collateral;
use ballast_types::Side;

use crate::scene::{
    cents, id, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

const SIZE: u128 = 100;
/// Two lots: the least order below 100.
const LEAST: u128 = 20_000;
const STAKED: u128 = 100_000 * UNIT;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    /// Seconds before the claim in which it is filled; `None`: never.
    ahead: Option<u64>,
    /// After the price has moved.
    late: bool,
    /// Base atoms filled; the maker holds 100 units.
    size: u128,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let loser = scene.hand(MAKERS, "loser", notional * 6 / 100);
    let winner = scene.hand(WINNERS, "winner", 2 * notional);
    let staker = scene.hand(ATTACKER, "staker", 0);
    let taker = scene.hand(ATTACKER, "taker", 1_000 * UNIT);
    scene.suite.mint(&staker, STAKED).unwrap();
    scene.must(|suite| suite.stake(&staker, STAKED));
    scene.trade(&loser, &winner, size, cents(10_000));
    scene
        .rest(&loser, Side::Buy, 5 * UNIT, cents(9_990))
        .unwrap();
    scene.wait(100);
    scene.start();
    let mut filled = 0;
    if plan.late {
        scene.move_to(cents(8_000), 5);
    }
    if plan.ahead.is_some() {
        let sold = scene.take(&taker, Side::Sell, plan.size, cents(9_990));
        filled = sold.map_or(0, |sold| sold.answer.filled.u128());
    }
    if !plan.late {
        scene.move_to(cents(8_000), plan.ahead.unwrap_or(5));
    }
    let lacking = scene.lacking(&loser);
    scene.liquidate(&id(&loser)).unwrap();
    scene.crank();
    assert_eq!(scene.size(&loser), 0);
    let paid = scene.tally.paid - scene.tally.leftover;
    let figures = [
        ("filled", filled as i128),
        ("lacking", lacking),
        ("paid by the fund", paid),
        ("borne by counterparties", scene.tally.counterparty_loss),
    ];
    // Sold above the later price.
    let sold = (9_990 - 8_000) * filled as i128 / 100;
    scene.end(plan, sold, &figures)
}

// S4: the rule of the minute moves a loss from the fund to counterparties, and no coin to whoever makes use of it.
#[test]
fn s4_somebody_else_made_to_have_taken_risk() {
    let mut contest = Contest::new("somebody else made recent");
    for collateral in COLLATERALS {
        for (ahead, late, size) in [
            (None, false, 0),
            (Some(5), false, LEAST),
            (Some(5), false, UNIT),
            (Some(5), false, 2 * UNIT),
            (Some(61), false, 2 * UNIT),
            (Some(5), true, 2 * UNIT),
        ] {
            let played = play(&Plan {
                collateral,
                ahead,
                late,
                size,
            });
            println!(
                "  {size} filled {ahead:?} s ahead, late {late}: filled {}, lacking {}, fund {}, counterparties {}; staker {:+}",
                played.figure("filled"),
                played.figure("lacking"),
                played.figure("paid by the fund"),
                played.figure("borne by counterparties"),
                played.gain(),
            );
            // A maker below initial margin takes no fill, and is not marked.
            let marked = ahead == Some(5) && !late && size > UNIT;
            assert_eq!(
                played.figure("filled") == 0,
                ahead.is_none() || late,
                "{played}"
            );
            let covered = played.figure("paid by the fund") >= played.figure("lacking");
            assert_eq!(covered, !marked, "{played}");
            contest.offer(played);
        }
    }
    contest.close();
}
