//! Own bids waiting for somebody else's liquidation, where nobody else bids.
//!
//! A solvent account is sold at the fillable price or better, never below its bankruptcy price. The design's
//! limit is what the victim had left when it became liquidatable; where it is already bankrupt, the slippage.
//! The attacker may be the keeper too, and gets the keeper's share of a fee that the same equity pays.

use ballast_testing::suite::Collateral;
use ballast_testing::wealth::FUND;
use ballast_types::Side;

use crate::guardian_freeze::freeze;
use crate::scene::{
    cents, id, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, RICH, UNIT, WINNERS,
};

/// The hand that is liquidated.
const VICTIM: &str = "victim";

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub collateral: Collateral,
    pub money: Money,
    /// Of the victim's position, base units.
    pub size: u128,
    /// The exchange is frozen once the price has moved.
    pub freeze: bool,
    /// Price after the move from 10,000, hundredths.
    pub to: u128,
    /// How far below it the attacker bids, hundredths.
    pub below: u128,
}

pub fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = plan.size * UNIT;
    let notional = 100 * size;
    let seller = scene.hand(WINNERS, "honest winner", 20 * notional);
    let victim = scene.hand(VICTIM, "victim", notional / 20 + notional / 500);
    let bidder = scene.hand(ATTACKER, "bidder", 2 * notional);
    let keeper = scene.hand(ATTACKER, "keeper", 0);
    scene.trade(&victim, &seller, size, cents(10_000));
    scene.wait(61);
    scene
        .rest(&bidder, Side::Buy, size, cents(plan.to - plan.below))
        .unwrap();
    scene.move_to(cents(plan.to), 5);
    scene.start();
    if plan.freeze {
        freeze(&mut scene);
    }
    let equity = scene.equity(&victim);
    for _ in 0..5 {
        if scene.liquidate_by(&keeper, &id(&victim), 0).is_err() {
            break;
        }
        scene.wait(5);
    }
    let slippage = i128::try_from(size * plan.to / 100 * 5_000 / 1_000_000).unwrap();
    let limit = if equity >= 0 { equity } else { slippage };
    let figures = [
        ("what the victim had left", equity),
        ("slippage allowed", slippage),
        ("bought by the bidder", scene.size(&bidder)),
    ];
    scene.end(plan, limit, &figures)
}

// S4: who waits for another's liquidation gains at most what that account had left, and nothing of the fund's
// but the slippage.
#[test]
fn s4_own_bids_for_somebody_elses_liquidation() {
    let mut contest = Contest::new("own bids for somebody else's liquidation");
    for collateral in COLLATERALS {
        for money in [EMPTY, RICH] {
            for to in [9_760, 9_700, 9_600, 9_500, 9_400] {
                for below in [10, 40, 100, 200, 300, 400] {
                    let plan = Plan {
                        collateral,
                        money,
                        size: 100,
                        freeze: false,
                        to,
                        below,
                    };
                    let played = play(&plan);
                    if played.figure("what the victim had left") >= 0 {
                        assert!(played.gain_of(FUND) >= 0, "{played}");
                        assert_eq!(played.tally.asked, 0, "{played}");
                    }
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}
