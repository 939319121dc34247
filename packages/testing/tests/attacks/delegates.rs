//! A delegate that robs its owner: it may trade for the owner's account, and trades against its own.
//!
//! It can never withdraw, but a trade at a bad price moves money as well. The design's limits: prices stay
//! within the band around the oracle (10 % by default), and the account must hold initial margin after every
//! trade, so that what a delegate can take is less than the account's equity and comes back to nobody else's
//! cost: neither the fund nor anybody but the owner loses.

use ballast_testing::suite::{Collateral, NewOrder};
use ballast_testing::wealth::FUND;
use ballast_types::market::{OrderType, PlaceOrder, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

const OWNER: &str = "owner";

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    /// What the owner's account buys at, hundredths; the oracle says 10,000.
    high: u128,
    /// What it sells at.
    low: u128,
    /// Base units a round.
    size: u128,
    rounds: u32,
    /// Honest quotes around the oracle price stand in the way.
    quoted: bool,
}

fn order(side: Side, size: u128, price: u128, owner: Option<&Addr>) -> PlaceOrder {
    let order = NewOrder {
        subaccount: 0,
        market: 0,
        side,
        size,
        order_type: OrderType::Limit {
            price: cents(price),
            time_in_force: TimeInForce::GoodTilCancelled,
        },
        reduce_only: false,
    };
    PlaceOrder {
        owner: owner.map(Addr::to_string),
        ..order.message()
    }
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let owner = scene.hand(OWNER, "owner", 1_000 * UNIT);
    let thief = scene.hand(ATTACKER, "delegate", 100_000 * UNIT);
    let maker = scene.hand(MAKERS, "maker", 100_000 * UNIT);
    let bystander = scene.hand(WINNERS, "bystander", 100_000 * UNIT);
    scene.trade(&maker, &bystander, UNIT, cents(10_000));
    let expires_at = scene.suite.now() + 86_400;
    scene.must(|suite| suite.set_delegate(&owner, 0, &thief, expires_at));
    if plan.quoted {
        scene
            .rest(&maker, Side::Sell, 5 * UNIT, cents(10_010))
            .unwrap();
        scene
            .rest(&maker, Side::Buy, 5 * UNIT, cents(9_990))
            .unwrap();
    }
    scene.start();
    let equity = scene.equity(&owner);
    let size = plan.size * UNIT;
    let mut traded = 0u32;
    for _ in 0..plan.rounds {
        for (own, for_owner, price) in [
            (Side::Sell, Side::Buy, plan.high),
            (Side::Buy, Side::Sell, plan.low),
        ] {
            let own = order(own, size, price, None);
            let for_owner = order(for_owner, size, price, Some(&owner));
            if scene.step(|suite| suite.place_order(&thief, &own)).is_ok() {
                let done = scene.step(|suite| suite.place_order(&thief, &for_owner));
                traded += u32::from(done.is_ok());
            }
            scene.must(|suite| suite.cancel_all(&thief, 0, None));
            scene.wait(5);
        }
    }
    // It may do nothing else with the account.
    assert!(scene.step(|suite| suite.withdraw(&thief, 1, 1)).is_err());
    assert!(scene.step(|suite| suite.transfer(&thief, 1, 0, 1)).is_err());
    let left = scene.equity(&owner);
    assert!(left >= 0, "{plan:?}");
    let figures = [
        ("the owner had", equity),
        ("the owner has", left),
        ("trades", i128::from(traded)),
    ];
    scene.end(plan, equity, &figures)
}

// A1, A2: a delegate can lose its owner's money to itself, never more than the account holds, and nobody else's.
#[test]
fn a1_a_delegate_that_trades_against_its_owner() {
    let mut contest = Contest::new("a delegate that trades against its owner");
    for collateral in COLLATERALS {
        for (high, low) in [
            (10_000, 10_000),
            (10_400, 9_600),
            (11_000, 9_000),
            (13_000, 7_000),
        ] {
            for (size, rounds) in [(1, 4), (50, 4), (5, 40)] {
                for quoted in [false, true] {
                    let played = play(&Plan {
                        collateral,
                        high,
                        low,
                        size,
                        rounds,
                        quoted,
                    });
                    assert_eq!(played.gain_of(FUND), 0, "{played}");
                    assert_eq!(played.gain_of(WINNERS), 0, "{played}");
                    if high > 11_000 {
                        assert_eq!(played.figure("trades"), 0, "beyond the band: {played}");
                    }
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}
