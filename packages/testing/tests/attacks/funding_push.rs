//! Funding pushed by orders that are not meant to trade.
//!
//! A sample counts only orders of earlier blocks and is taken before the message that triggers it acts, so that
//! orders placed and cancelled in one block never count. Orders that stand over one block boundary do: the
//! attacker places at the end of a block, and samples and cancels at the beginning of the next, once a minute.
//! The design's limit for that is the clamp on the rate (12 % in 8 hours by default, so 1.5 % an hour), paid by
//! the other side's positions, and an open book: whoever is quicker takes the order at that price.

use ballast_testing::suite::Collateral;
use ballast_types::Side;

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

/// Base units that the attacker is short of.
const SIZE: u128 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timing {
    /// Placed and cancelled in the block of the sample.
    SameBlock,
    /// Placed in the block before.
    AcrossBlocks,
    /// The same, but an honest trader comes first once.
    AcrossBlocksRaced,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    timing: Timing,
    /// The bid, hundredths; the oracle says 10,000.
    bid: u128,
    /// Honest asks stand at 10,010.
    quoted: bool,
    /// Minutes in which it is done.
    minutes: u32,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let long = scene.hand(WINNERS, "honest long", notional);
    let maker = scene.hand(MAKERS, "honest maker", 4 * notional);
    let short = scene.hand(ATTACKER, "short", notional);
    let pusher = scene.hand(ATTACKER, "pusher", notional);
    scene.trade(&long, &short, size, cents(10_000));
    // Begin at a full hour.
    let to_hour = 3_600 - scene.suite.now() % 3_600;
    scene.wait(to_hour);
    if plan.quoted {
        scene.rest(&maker, Side::Sell, size, cents(10_010)).unwrap();
    }
    scene.must(|suite| suite.accrue(0));
    scene.start();
    let (mut pushed, mut hit) = (0, 0);
    for minute in 0..60u32 {
        scene.wait(58);
        let pushes = minute < plan.minutes;
        let place = |scene: &mut Scene| {
            scene
                .step(|suite| suite.limit(&pusher, 0, 0, Side::Buy, 60 * UNIT, cents(plan.bid)))
                .is_ok()
        };
        if pushes && plan.timing != Timing::SameBlock {
            pushed += i128::from(place(&mut scene));
        }
        scene.wait(2);
        if pushes && plan.timing == Timing::SameBlock {
            pushed += i128::from(place(&mut scene));
        }
        if plan.timing == Timing::AcrossBlocksRaced && minute == 0 {
            let taken = scene
                .take(&maker, Side::Sell, 60 * UNIT, cents(10_001))
                .unwrap();
            hit += taken.answer.filled.u128();
        }
        scene.must(|suite| suite.accrue(0));
        scene.must(|suite| suite.cancel_all(&pusher, 0, None));
    }
    scene.must(|suite| suite.accrue(0));
    let rate = scene.suite.funding(0).unwrap().last_rate.i128();
    // 600 % of (initial - maintenance) an 8 hours, an hour's share of it.
    let clamp = i128::try_from(notional).unwrap() * 12 / 100 / 8;
    let limit = match plan.timing {
        Timing::SameBlock => 0,
        _ => clamp,
    };
    let figures = [
        ("orders placed", pushed),
        ("bought by others' sales", hit as i128),
        ("rate of the hour, 1e-18", rate),
        ("clamp", clamp),
    ];
    scene.end(plan, limit, &figures)
}

// Funding: within one block nothing is moved; across a block boundary the clamp is the limit.
#[test]
fn funding_samples_pushed_by_orders_not_meant_to_trade() {
    for timing in [
        Timing::SameBlock,
        Timing::AcrossBlocks,
        Timing::AcrossBlocksRaced,
    ] {
        let mut contest = Contest::new(match timing {
            Timing::SameBlock => "funding pushed within one block",
            Timing::AcrossBlocks => "funding pushed across a block boundary",
            Timing::AcrossBlocksRaced => "funding pushed across a block boundary, raced once",
        });
        for collateral in COLLATERALS {
            for bid in [10_005, 10_200, 10_900] {
                for (quoted, minutes) in [(true, 60), (false, 60), (false, 10)] {
                    let plan = Plan {
                        collateral,
                        timing,
                        bid,
                        quoted,
                        minutes,
                    };
                    let played = play(&plan);
                    println!(
                        "  {timing:?}, bid {bid}, quoted {quoted}, {minutes} minutes: attacker {:+}, honest long {:+}, makers {:+}",
                        played.gain(),
                        played.gain_of(WINNERS),
                        played.gain_of(MAKERS),
                    );
                    contest.offer(played);
                }
            }
        }
        contest.close();
    }
}
