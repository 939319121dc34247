//! Liquidating oneself for what keepers get.
//!
//! The hand is loser, winner and keeper. A solvent account's fee is its own money; a bankrupt account's bounty
//! comes out of fees owed, and is less than the fees that opening the position cost. The design's limit stays
//! what was lacking: being the keeper adds nothing to it.

use ballast_testing::suite::Collateral;

use crate::scene::{
    cents, id, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, RICH, UNIT,
    WINNERS,
};

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
    /// Into how many losing accounts the size is cut.
    pieces: u32,
    /// The attacker liquidates himself, or the suite's keeper does.
    own_keeper: bool,
}

/// Base units in all.
const SIZE: u128 = 96;

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let piece = SIZE * UNIT / u128::from(plan.pieces);
    let notional = 100 * piece;
    let all = 100 * SIZE * UNIT;
    let honest = scene.hand(WINNERS, "honest winner", 20 * all);
    let maker = scene.hand(MAKERS, "maker", 20 * all);
    let winner = scene.hand(ATTACKER, "winner", all);
    let own = scene.hand(ATTACKER, "own keeper", 0);
    let losers: Vec<_> = (0..plan.pieces)
        .map(|number| {
            let margin = notional / 20 + notional / 500;
            scene.hand(ATTACKER, &format!("loser {number}"), margin)
        })
        .collect();
    // Others' trades have left fees that could be farmed.
    scene.trade(&maker, &honest, SIZE * UNIT, cents(10_100));
    scene.start();
    for loser in &losers {
        scene.trade(loser, &winner, piece, cents(10_000));
    }
    scene.wait(61);
    let keeper = if plan.own_keeper {
        own
    } else {
        scene.suite.keeper.clone()
    };
    scene.move_to(cents(plan.to), 5);
    let lacking = losers.iter().map(|loser| scene.lacking(loser)).sum();
    for loser in &losers {
        for _ in 0..20 {
            if scene.size(loser) == 0 || scene.liquidate_by(&keeper, &id(loser), 0).is_err() {
                break;
            }
            scene.wait(5);
        }
    }
    scene.end(plan, lacking, &[("lacking", lacking)])
}

// S4: being one's own keeper, in any number of pieces, gains nothing beyond what was lacking.
#[test]
fn s4_liquidating_oneself_for_fee_and_bounty() {
    let mut contest = Contest::new("liquidating oneself for fee and bounty");
    for collateral in COLLATERALS {
        for money in [EMPTY, RICH] {
            for to in [9_750, 9_480, 9_400] {
                for pieces in [1, 8] {
                    for own_keeper in [false, true] {
                        contest.offer(play(&Plan {
                            collateral,
                            money,
                            to,
                            pieces,
                            own_keeper,
                        }));
                    }
                }
            }
        }
    }
    contest.close();
}
