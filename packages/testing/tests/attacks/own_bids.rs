//! Own bids below the oracle price, waiting for one's own liquidation.
//!
//! A solvent account is sold at prices no worse than its own bankruptcy: what the bid gains the account loses,
//! and the fees come on top. A bankrupt account is closed into bids down to `liquidation_slippage` beyond the
//! oracle price, and the fund makes up the difference to the bankruptcy quote: the bidder buys that much below
//! the oracle price. The design's limit is therefore what was lacking at the oracle price plus the slippage on
//! what was closed. Bids beyond that are not reached, and better bids of others come first.

use ballast_testing::suite::Collateral;
use ballast_testing::wealth::FUND;
use ballast_types::Side;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH, UNIT,
    WINNERS,
};

const SIZE: u128 = 100;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    money: Money,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
    /// How far below it the attacker bids, hundredths.
    below: u128,
    /// How far below it somebody else bids for half of the size.
    honest_below: Option<u128>,
    /// The bid stands before the jump, or is placed in the block of the jump, before the keeper comes.
    early: bool,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let honest = scene.hand(WINNERS, "honest winner", 20 * notional);
    let maker = scene.hand(MAKERS, "maker", 20 * notional);
    let loser = scene.hand(ATTACKER, "loser", notional / 20 + notional / 500);
    let winner = scene.hand(ATTACKER, "winner", notional);
    let bidder = scene.hand(ATTACKER, "bidder", 2 * notional);
    scene.trade(&maker, &honest, size, cents(10_100));
    scene.start();

    scene.wait(1);
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    let bid = cents(plan.to - plan.below);
    if let Some(below) = plan.honest_below {
        scene
            .rest(&maker, Side::Buy, size / 2, cents(plan.to - below))
            .unwrap();
    }
    if plan.early {
        scene.rest(&bidder, Side::Buy, size, bid).unwrap();
    }
    scene.move_to(cents(plan.to), 5);
    if !plan.early {
        scene.rest(&bidder, Side::Buy, size, bid).unwrap();
    }
    let lacking = scene.lacking(&loser);
    let capacity = scene.capacity();
    let slippage_ppm = scene.suite.market_info(0).unwrap().config.parameters;
    let slippage_ppm = u128::from(slippage_ppm.liquidation_slippage_ppm);
    scene.crank();
    let slippage = if lacking > 0 {
        SIZE * UNIT * plan.to / 100 * slippage_ppm / 1_000_000
    } else {
        0
    };
    let limit = lacking + i128::try_from(slippage).unwrap();
    let figures = [
        ("lacking at the oracle price", lacking),
        ("slippage allowed", i128::try_from(slippage).unwrap()),
        ("capacity of the fund", capacity),
        ("bought by the bidder", scene.size(&bidder)),
    ];
    scene.end(plan, limit, &figures)
}

// S4: the slippage is the whole gain of bidding for oneself, and only from a fund that can pay for it.
#[test]
fn s4_own_bids_below_the_oracle_price() {
    let mut contest = Contest::new("own bids below the oracle price");
    for collateral in COLLATERALS {
        for money in [EMPTY, POOR, RICH] {
            for to in [9_750, 9_490, 8_500] {
                for below in [0, 40, 47, 60, 200] {
                    for honest_below in [None, Some(10), Some(100)] {
                        for early in [true, false] {
                            let plan = Plan {
                                collateral,
                                money,
                                to,
                                below,
                                honest_below,
                                early,
                            };
                            let played = play(&plan);
                            let fund = -played.gain_of(FUND);
                            assert!(fund <= played.figure("capacity of the fund"), "{played}");
                            assert!(fund <= played.limit, "{played}");
                            if played.figure("lacking at the oracle price") == 0 {
                                assert!(played.gain() < 0, "{played}");
                            }
                            contest.offer(played);
                        }
                    }
                }
            }
        }
    }
    contest.close();
}
