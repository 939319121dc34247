//! A guardian with positions of his own freezes the exchange at the best moment for himself: when a price has jumped and
//! somebody is bankrupt, before or after he has acted himself.
//!
//! A freeze stops those who add risk and those who take money from behind a position; deleveraging, liquidation and
//! resting orders go on. So he decides who may still leave, and the design's limits are those without a freeze: a winner
//! that leaves first saves its own part of the uncovered loss and gains nothing; who bids for somebody's liquidation gains
//! what that account had left, or where it is bankrupt the slippage.

use ballast_testing::suite::Collateral;
use ballast_types::market::ExecuteMsg;

use crate::others_liquidation::{play, Plan};
use crate::scene::{
    cents, id, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, RICH, UNIT,
    WINNERS,
};

const DAY: u64 = 86_400;
const SIZE: u128 = 10;
/// The hand that is liquidated.
const VICTIM: &str = "victim";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freeze {
    Never,
    /// Before anybody has acted on the jump.
    First,
    /// After he has taken his own profit out.
    AfterLeaving,
}

const FREEZES: [Freeze; 3] = [Freeze::Never, Freeze::First, Freeze::AfterLeaving];

/// As governance does for its guardian.
pub fn freeze(scene: &mut Scene) {
    let until = scene.suite.now() + DAY;
    scene.must(|suite| {
        let (owner, market) = (suite.owner.clone(), suite.market.clone());
        suite.execute(&owner, &market, &ExecuteMsg::SetFreeze { until }, &[])
    });
}

#[derive(Clone, Copy, Debug)]
struct Queue {
    collateral: Collateral,
    money: Money,
    freeze: Freeze,
    /// The guardian is ahead of the honest winner in the deleveraging order.
    ahead: bool,
}

/// Two winners, one of them the guardian's; both would take their profit out ahead of the keeper.
fn queue(plan: &Queue) -> Played {
    let mut scene = Scene::new(plan.collateral, plan.money);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let loser = scene.hand(VICTIM, "loser", notional / 20 + notional / 500);
    let (own, other) = if plan.ahead {
        (10_100, 10_000)
    } else {
        (10_000, 10_100)
    };
    let guardian = scene.hand(ATTACKER, "guardian", notional);
    let honest = scene.hand(WINNERS, "honest", notional);
    scene.trade(&maker, &guardian, size, cents(own));
    scene.trade(&maker, &honest, size, cents(other));
    scene.trade(&loser, &maker, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(8_000), 5);
    scene.must(|suite| suite.accrue(0));
    scene.start();
    let lacking = scene.lacking(&loser);
    let mut left = 0;
    if plan.freeze == Freeze::First {
        freeze(&mut scene);
    } else {
        left = scene.withdraw_free(&guardian);
    }
    if plan.freeze == Freeze::AfterLeaving {
        freeze(&mut scene);
    }
    let frozen = plan.freeze != Freeze::Never;
    let honest_left = scene.step(|suite| suite.withdraw(&honest, 0, UNIT)).is_ok();
    assert_eq!(honest_left, !frozen, "{plan:?}");
    scene.liquidate(&id(&loser)).unwrap();
    scene.crank();
    assert_eq!(
        scene.size(&loser),
        0,
        "a freeze stops no deleveraging: {plan:?}"
    );
    // It thaws by itself, and everybody has what is left.
    scene.wait(DAY);
    scene.set_price(cents(8_000));
    scene.must(|suite| suite.withdraw(&honest, 0, UNIT));
    let figures = [
        ("lacking", lacking),
        ("taken out", i128::try_from(left).unwrap()),
    ];
    scene.end(plan, 0, &figures)
}

// A5, S4: by choosing who may leave the guardian gains nothing, and the others bear what was lacking and no more.
#[test]
fn a5_a_freeze_between_a_jump_and_deleveraging() {
    let mut contest = Contest::new("a freeze between a jump and deleveraging");
    for collateral in COLLATERALS {
        for money in [EMPTY, RICH] {
            for ahead in [false, true] {
                for freeze in FREEZES {
                    let played = queue(&Queue {
                        collateral,
                        money,
                        freeze,
                        ahead,
                    });
                    println!(
                        "  {freeze:?}, ahead {ahead}: guardian {:+}, honest winner {:+}, lacking {}",
                        played.gain(),
                        played.gain_of(WINNERS),
                        played.figure("lacking"),
                    );
                    // Rounding, and the premium of the day.
                    let borne = -played.gain_of(WINNERS);
                    assert!(borne <= played.figure("lacking") + 2_000_000, "{played}");
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}

// His bid stands below the price; frozen, nobody takes new risk at the market, and somebody is liquidated into it.
// A5, S4: a freeze makes nobody's liquidation dearer than the limits without it.
#[test]
fn a5_a_freeze_ahead_of_somebodys_liquidation() {
    let mut contest = Contest::new("a freeze ahead of somebody's liquidation");
    for collateral in COLLATERALS {
        for money in [EMPTY, RICH] {
            for to in [9_760, 9_600, 9_400] {
                for below in [10, 100, 300] {
                    let plan = |freeze| Plan {
                        collateral,
                        money,
                        size: SIZE,
                        freeze,
                        to,
                        below,
                    };
                    let [open, frozen] = [false, true].map(|freeze| play(&plan(freeze)));
                    assert_eq!(frozen.gain(), open.gain(), "a freeze is no help: {frozen}");
                    contest.offer(frozen);
                }
            }
        }
    }
    contest.close();
}
