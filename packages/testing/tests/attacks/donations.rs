//! Donations, to move what is measured: levels and caps, the mutual window, the drawdown breaker, prices.
//!
//! *Stray*: coins sent to market or fund without a message. *Mutual*: a donation, which raises the reserve's
//! 24-hour high and with it the window that one market may draw. *Reserve*: a top-up of the market's own reserve,
//! which counts against its drawdown and comes back through the first layer. The attacker then plays both
//! sides for a day, jump after jump.
//!
//! The design's limits: a donation is gone; the mutual reserve pays one market at most its window (10 % of the
//! high) and what refills of it in the time, whatever was donated to hold the breaker off; nobody gains more
//! than what was lacking.

use ballast_testing::suite::Collateral;
use ballast_types::fund::Layer;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, MAKERS, UNIT, WINNERS,
};

const FUND: Money = Money {
    reserve: 1_000 * UNIT,
    mutual: 200_000 * UNIT,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Market,
    Fund,
    Mutual,
    Reserve,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    to: To,
    amount: u128,
    /// Base units on each side.
    size: u128,
    /// Jumps in a day, down and up in turn.
    jumps: u64,
}

fn give(scene: &mut Scene, plan: &Plan, donor: &Addr) {
    let amount = plan.amount;
    if amount == 0 {
        return;
    }
    let (market, fund) = (scene.suite.market.clone(), scene.suite.fund.clone());
    match plan.to {
        To::Market => {
            scene.must(|suite| suite.bare_send(donor, &market, amount));
            scene.must(|suite| suite.sync_market(donor));
        }
        To::Fund => {
            scene.must(|suite| suite.bare_send(donor, &fund, amount));
            scene.must(|suite| suite.sync_fund(donor));
        }
        To::Mutual => {
            scene.must(|suite| suite.donate(donor, amount));
        }
        To::Reserve => {
            scene.must(|suite| suite.top_up_reserve(donor, 0, amount));
        }
    }
    scene.must(|suite| suite.poke());
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, FUND);
    let size = plan.size * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 40 * notional);
    let honest = scene.hand(WINNERS, "honest trader", 40 * notional);
    let long = scene.hand(ATTACKER, "long", 0);
    let short = scene.hand(ATTACKER, "short", 0);
    let donor = scene.hand(ATTACKER, "donor", 0);
    if plan.amount > 0 {
        scene.suite.mint(&donor, plan.amount).unwrap();
    }
    scene.suite.mint(&long, 10 * notional).unwrap();
    scene.suite.mint(&short, 10 * notional).unwrap();
    scene.trade(&maker, &honest, size, cents(10_000));
    scene.start();
    let start = scene.suite.now();
    let (mut lacking, mut given) = (0, false);
    for jump in 0..plan.jumps {
        scene.wait(61);
        let down = jump % 2 == 0;
        let (loser, winner) = if down {
            (&long, &short)
        } else {
            (&short, &long)
        };
        let now = if down { 10_000 } else { 8_500 };
        let needed = plan.size * now / 100 * UNIT * 52 / 1_000;
        let (needed, plenty) = (needed, 2 * notional);
        if scene.step(|suite| suite.deposit(loser, 0, needed)).is_err() {
            break;
        }
        scene.must(|suite| suite.deposit(winner, 0, plenty));
        let opened = scene.rest(&short, Side::Sell, size, cents(now)).is_ok()
            && scene
                .take(&long, Side::Buy, size, cents(now))
                .is_ok_and(|taken| taken.answer.filled.u128() == size);
        if !opened {
            scene.must(|suite| suite.cancel_all(&short, 0, None));
            break;
        }
        scene.wait(61);
        // The breaker is held off where the donation helps: just before the claim.
        if !given {
            give(&mut scene, plan, &donor);
            given = true;
        }
        scene.move_to(cents(if down { 8_500 } else { 10_000 }), 5);
        lacking += scene.lacking(loser);
        scene.crank();
        scene.close_against(winner, &maker);
        scene.withdraw_free(winner);
        scene.withdraw_free(loser);
        scene.wait(86_400 / plan.jumps);
    }
    let secs = u128::from(scene.suite.now() - start);
    let claims = scene.suite.claims().unwrap();
    let mutual: u128 = claims
        .iter()
        .flat_map(|claim| &claim.layers)
        .filter(|layer| layer.layer == Layer::Mutual)
        .map(|layer| layer.paid.u128())
        .sum();
    // One window at the start and what refilled of it since; the high includes the donation.
    let donated = if matches!(plan.to, To::Mutual | To::Fund) {
        plan.amount
    } else {
        0
    };
    let window = (FUND.mutual + donated) / 10;
    let bound = window + window * secs / 86_400;
    let figures = [
        ("donated", plan.amount as i128),
        ("lacking in all", lacking),
        ("paid by the mutual reserve", mutual as i128),
        ("window and refill", bound as i128),
    ];
    assert!(mutual <= bound + 1_000 * UNIT, "{mutual} of {bound}");
    scene.end(plan, lacking, &figures)
}

// F4: what is donated is gone, and opens the mutual reserve no further than its window.
#[test]
fn f4_donations_to_move_levels_windows_and_breakers() {
    for collateral in COLLATERALS {
        let mut contest = Contest::new("donations before a day of bankruptcies");
        for (jumps, size) in [(2, 2_000), (6, 2_000), (8, 500)] {
            for to in [To::Market, To::Fund, To::Mutual, To::Reserve] {
                let plan = |amount| Plan {
                    collateral,
                    to,
                    amount,
                    size,
                    jumps,
                };
                let none = play(&plan(0));
                for amount in [1, 1_000 * UNIT, 50_000 * UNIT] {
                    let played = play(&plan(amount));
                    println!(
                        "  {jumps} jumps of {size}, {amount} to {to:?}: attacker {:+} (without {:+}), mutual paid {} (without {})",
                        played.gain(),
                        none.gain(),
                        played.figure("paid by the mutual reserve"),
                        none.figure("paid by the mutual reserve"),
                    );
                    contest.offer(played);
                }
                contest.offer(none);
            }
        }
        contest.close();
    }
}
