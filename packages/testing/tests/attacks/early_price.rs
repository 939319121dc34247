//! A price known before it is pushed: one block, five or ten seconds early.
//!
//! *Straddle*: long and short opened against oneself just before a jump that the attacker knows of. *Thin*: an
//! old position's margin is taken out down to initial margin just before. Both let an account go bankrupt
//! that the jump hits; the account increased its risk within 60 s, so that the design's limit for the fund is
//! the market's own reserve, and for everybody together what was really lacking.
//!
//! *Pick off*: resting orders of makers are taken at the old price. That is between the two: nobody else may
//! lose anything by it.

use ballast_testing::suite::Collateral;
use ballast_testing::wealth::FUND;
use ballast_types::Side;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH, UNIT,
    WINNERS,
};

const SIZE: u128 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
    Straddle,
    Thin,
    PickOff,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    trick: Trick,
    /// Seconds by which the price is known early.
    lead: u64,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let rich = if plan.trick == Trick::Thin { 4 } else { 1 };
    let loser = scene.hand(ATTACKER, "loser", rich * (notional / 20 + notional / 500));
    let winner = scene.hand(ATTACKER, "winner", notional);
    scene.trade(&maker, &honest, size, cents(10_100));
    if plan.trick == Trick::PickOff {
        scene.rest(&maker, Side::Buy, size, cents(9_990)).unwrap();
    }
    scene.wait(1);
    scene.start();
    if plan.trick == Trick::Thin {
        scene.trade(&loser, &winner, size, cents(10_000));
        scene.wait(120);
    }
    let reserve = scene.reserve();
    // The price is known from here.
    match plan.trick {
        Trick::Straddle => scene.trade(&loser, &winner, size, cents(10_000)),
        Trick::Thin => {
            assert!(scene.withdraw_free(&loser) > 0);
        }
        Trick::PickOff => {
            let taken = scene.take(&winner, Side::Sell, size, cents(9_990)).unwrap();
            assert_eq!(taken.answer.filled.u128(), size);
        }
    }
    scene.move_to(cents(plan.to), plan.lead);
    let lacking = scene.lacking(&loser);
    let capacity = scene.capacity();
    scene.crank();
    let stale = i128::try_from(SIZE * UNIT * (9_990 - plan.to) / 100).unwrap();
    let limit = if plan.trick == Trick::PickOff {
        stale
    } else {
        lacking
    };
    scene.close_against(&winner, &maker);
    let figures = [
        ("lacking", lacking),
        ("reserve", reserve),
        ("capacity of the fund", capacity),
    ];
    scene.end(plan, limit, &figures)
}

// O1, S4: who knows the next price gains what nobody's margin covered, and never more than the market's own
// reserve from the fund; a maker's stale quote costs that maker alone.
#[test]
fn o1_a_price_seen_early() {
    for trick in [Trick::Straddle, Trick::Thin, Trick::PickOff] {
        let mut contest = Contest::new(match trick {
            Trick::Straddle => "price seen early: long and short opened just before",
            Trick::Thin => "price seen early: margin taken out just before",
            Trick::PickOff => "price seen early: a maker's stale quote taken",
        });
        for collateral in COLLATERALS {
            for money in [EMPTY, POOR, RICH] {
                for lead in [1, 5, 10] {
                    for to in [9_810, 9_600, 9_400, 8_500, 7_000] {
                        let plan = Plan {
                            collateral,
                            money,
                            trick,
                            lead,
                            to,
                        };
                        let played = play(&plan);
                        let fund = -played.gain_of(FUND);
                        assert!(fund <= played.figure("reserve"), "{played}");
                        if trick == Trick::PickOff {
                            assert_eq!(played.tally.messages, 0, "{played}");
                            assert!(fund <= 0, "{played}");
                        }
                        contest.offer(played);
                    }
                }
            }
        }
        contest.close();
    }
}
