//! A price known before it is pushed: one block, five or ten seconds early; or pushed already, while the market
//! still goes by its cache, which is `price_cache_secs` (5 s) old at most and which the attacker keeps warm.
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
    cents, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH, SHARED,
    UNIT, WINNERS,
};

const SIZE: u128 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
    /// Long and short opened against oneself.
    Straddle,
    /// The losing account's margin taken out.
    Thin,
    /// The losing account's margin moved to the same owner's next subaccount.
    Transfer,
    /// Makers' quotes taken.
    PickOff,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    trick: Trick,
    /// Seconds by which the price is known early. 0: it was pushed in the same block, and the market's cache is
    /// a second old.
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
    let thins = matches!(plan.trick, Trick::Thin | Trick::Transfer);
    let rich = if thins { 4 } else { 1 };
    let loser = scene.hand(ATTACKER, "loser", rich * (notional / 20 + notional / 500));
    let winner = scene.hand(ATTACKER, "winner", notional);
    scene.trade(&maker, &honest, size, cents(10_100));
    if plan.trick == Trick::PickOff {
        scene.rest(&maker, Side::Buy, size, cents(9_990)).unwrap();
    }
    scene.wait(1);
    scene.start();
    if thins {
        scene.trade(&loser, &winner, size, cents(10_000));
        scene.wait(120);
    }
    let reserve = scene.reserve();
    // The price is known from here.
    if plan.lead == 0 {
        scene.must(|suite| suite.accrue(0));
        scene.move_to(cents(plan.to), 1);
    }
    match plan.trick {
        Trick::Straddle => scene.trade(&loser, &winner, size, cents(10_000)),
        Trick::Thin => {
            assert!(scene.withdraw_free(&loser) > 0);
        }
        Trick::Transfer => {
            let free = scene.suite.account(&loser, 0).unwrap().free_collateral;
            scene.must(|suite| suite.transfer(&loser, 0, 1, free.u128()));
        }
        Trick::PickOff => {
            let taken = scene.take(&winner, Side::Sell, size, cents(9_990)).unwrap();
            assert_eq!(taken.answer.filled.u128(), size);
        }
    }
    if plan.lead == 0 {
        scene.wait(5);
    } else {
        scene.move_to(cents(plan.to), plan.lead);
    }
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

fn contest(name: &'static str, trick: Trick, leads: &[u64]) {
    let mut contest = Contest::new(name);
    for collateral in COLLATERALS {
        for money in [EMPTY, POOR, SHARED, RICH] {
            for lead in leads {
                for to in [9_810, 9_600, 9_400, 8_500, 7_000] {
                    let plan = Plan {
                        collateral,
                        money,
                        trick,
                        lead: *lead,
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

/// Seconds.
const EARLY: [u64; 3] = [1, 5, 10];

// O1, S4: who knows the next price gains what nobody's margin covered, and never more than the market's own
// reserve from the fund; a maker's stale quote costs that maker alone.
#[test]
fn o1_a_price_seen_early() {
    let name = "price seen early: long and short opened just before";
    contest(name, Trick::Straddle, &EARLY);
    let name = "price seen early: margin taken out just before";
    contest(name, Trick::Thin, &EARLY);
    let name = "price seen early: margin moved to another subaccount just before";
    contest(name, Trick::Transfer, &EARLY);
    let name = "price seen early: a maker's stale quote taken";
    contest(name, Trick::PickOff, &EARLY);
}

// O1: a price cached less than `price_cache_secs` ago serves in the block in which the feed has a new one.
#[test]
fn o1_a_price_in_the_cache_that_the_feed_has_replaced() {
    let name = "replaced price in the cache: long and short opened at it";
    contest(name, Trick::Straddle, &[0]);
    let name = "replaced price in the cache: margin taken out at it";
    contest(name, Trick::Thin, &[0]);
    let name = "replaced price in the cache: margin moved to another subaccount at it";
    contest(name, Trick::Transfer, &[0]);
    let name = "replaced price in the cache: a maker's stale quote taken";
    contest(name, Trick::PickOff, &[0]);
}
