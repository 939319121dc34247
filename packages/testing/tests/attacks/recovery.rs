//! A price that moves between a failed claim and its deleveraging.
//!
//! Anyone can make a healthy fund's answer fail (by nesting the call), so that a failed claim closes nothing for
//! a minute. That is a free option on the price: if it recovers nobody is closed, if it gets worse more is
//! lacking. The design's limits: what is claimed and paid is what lacks at the price at which the position is
//! closed, never what lacked before; and the option ends with the retry time.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction, ALL_PPM};
use ballast_testing::suite::Collateral;
use ballast_types::market::LiquidationStatus;

use crate::scene::{
    cents, id, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

/// The fund's row: it is not the suite's own.
const HOSTILE_FUND: &str = "fund that fails";

const SIZE: u128 = 100;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    /// Price at the retry, hundredths; 9,400 at the claim that failed.
    then: u128,
    /// Seconds between claim and retry.
    after: u64,
    /// What the fund pays at the retry, ppm of what is asked; `None`: it fails again.
    pays: Option<u32>,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let loser = scene.hand(ATTACKER, "loser", notional / 20 + notional / 500);
    let winner = scene.hand(ATTACKER, "winner", notional);
    let fund = scene
        .suite
        .deploy_hostile_fund(FundBehaviour::claims(Reaction::Errors { bytes: 20 }))
        .unwrap();
    scene.suite.mint(&fund, notional).unwrap();
    scene.put(HOSTILE_FUND, &fund);
    scene.trade(&maker, &honest, size, cents(10_100));
    scene.must(|suite| suite.set_insurance_fund(Some(&fund)));
    scene.start();
    scene.wait(1);
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(9_400), 5);
    let at_first = scene.lacking(&loser);
    let answer = scene.liquidate(&id(&loser)).unwrap();
    assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    assert_eq!(scene.size(&loser), i128::try_from(size).unwrap());

    scene.move_to(cents(plan.then), plan.after);
    let lacking = scene.lacking(&loser);
    if let Some(pays) = plan.pays {
        scene
            .suite
            .set_fund_behaviour(&fund, FundBehaviour::pays(pays))
            .unwrap();
    }
    let mut blocks = 0;
    while scene.suite.account(&loser, 0).unwrap().liquidatable && blocks < 40 {
        let closed = scene.liquidate(&id(&loser)).unwrap();
        // Solvent again and no bids: it stays as it is.
        if closed.status == LiquidationStatus::NoLiquidity {
            break;
        }
        scene.wait(5);
        blocks += 1;
    }
    let figures = [
        ("lacking at the claim that failed", at_first),
        ("lacking at the retry", lacking),
        ("blocks until closed", i128::from(blocks)),
        ("size left to the loser", scene.size(&loser)),
    ];
    scene.end(plan, lacking, &figures)
}

// S4: what others lose goes by the price at which the position is closed; a recovered account costs nobody.
#[test]
fn s4_a_price_that_moves_between_claim_and_deleveraging() {
    let mut contest = Contest::new("a price that recovers between claim and deleveraging");
    for collateral in COLLATERALS {
        for then in [10_000, 9_800, 9_600, 9_480, 9_400, 9_200] {
            for after in [5, 30, 61, 299, 400] {
                for pays in [None, Some(0), Some(500_000), Some(ALL_PPM)] {
                    let plan = Plan {
                        collateral,
                        then,
                        after,
                        pays,
                    };
                    let played = play(&plan);
                    let lacking = played.figure("lacking at the retry");
                    let fund = -played.gain_of(HOSTILE_FUND);
                    assert!(fund <= lacking, "{played}");
                    assert!(played.tally.counterparty_loss <= lacking, "{played}");
                    if lacking == 0 {
                        assert_eq!(played.tally.counterparty_loss, 0, "{played}");
                        assert!(fund <= 0, "{played}");
                    } else {
                        // The failure holds it up for the retry time and no longer.
                        assert_eq!(played.figure("size left to the loser"), 0, "{played}");
                        assert!(played.figure("blocks until closed") <= 14, "{played}");
                    }
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}
