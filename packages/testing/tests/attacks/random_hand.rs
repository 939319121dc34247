//! A hand that does whatever a seed says: three addresses with two subaccounts each, one the delegate of another,
//! that deposit, withdraw, transfer, place, cancel, liquidate and flush in any order, among honest quotes.
//!
//! While the price stands still every sequence costs at least its fees. When it jumps at the end, the hand gains
//! what its net position gains, what its accounts lack, and the slippage on what is closed: nothing else.

use anyhow::Result;
use ballast_testing::suite::{Collateral, NewOrder, Suite};
use ballast_testing::wealth::FUND;
use ballast_types::market::{ExecuteMsg, OrderType, PlaceOrder, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, MAKERS, POOR, RICH, UNIT, WINNERS,
};

/// As many for each jump and collateral; `BALLAST_ATTACK_SEEDS` sets another number.
const SEEDS: u64 = 40;
const STEPS: u32 = 60;

#[derive(Clone, Copy, Debug)]
struct Plan {
    seed: u64,
    collateral: Collateral,
    money: Money,
    /// Price after the jump at the end, hundredths; 10,000: none.
    to: u128,
    /// Seconds before the jump in which the hand is quiet.
    quiet: u64,
}

fn deed(rng: &mut ChaCha8Rng, suite: &mut Suite, hand: &[Addr]) -> Result<()> {
    let who = &hand[rng.gen_range(0..hand.len())];
    let other = &hand[rng.gen_range(0..hand.len())];
    let subaccount = rng.gen_range(0..2);
    let amount = rng.gen_range(1..100) * UNIT;
    let market = suite.market.clone();
    let message = match rng.gen_range(0..14) {
        0 => return suite.deposit(who, subaccount, amount).map(|_| ()),
        1 | 2 => {
            return suite
                .transfer(who, subaccount, 1 - subaccount, amount)
                .map(|_| ())
        }
        3 => {
            let account = Suite::account_id(other, subaccount);
            return suite.liquidate(who, &account, 0).map(|_| ());
        }
        4 => return suite.flush(0).map(|_| ()),
        5 => return suite.accrue(0).map(|_| ()),
        6 | 7 => ExecuteMsg::Withdraw {
            subaccount,
            amount: Uint128::new(amount),
        },
        8 => ExecuteMsg::CancelAllOrders {
            owner: None,
            subaccount,
            market: None,
            trigger_orders: false,
        },
        _ => {
            let time_in_force = match rng.gen_range(0..5) {
                0 => TimeInForce::ImmediateOrCancel,
                1 => TimeInForce::FillOrKill,
                2 => TimeInForce::PostOnly,
                3 => TimeInForce::GoodTilTime {
                    expires_at: suite.now() + rng.gen_range(1..30),
                },
                _ => TimeInForce::GoodTilCancelled,
            };
            let order = NewOrder {
                subaccount,
                market: 0,
                side: if rng.gen() { Side::Buy } else { Side::Sell },
                size: rng.gen_range(1..800) * 10_000,
                order_type: OrderType::Limit {
                    price: cents(rng.gen_range(9_700..10_300)),
                    time_in_force,
                },
                reduce_only: rng.gen_range(0..5) == 0,
            };
            let owner = (rng.gen_range(0..4) == 0).then(|| other.to_string());
            ExecuteMsg::PlaceOrder(PlaceOrder {
                owner,
                ..order.message()
            })
        }
    };
    suite.execute(who, &market, &message, &[]).map(|_| ())
}

fn quote(scene: &mut Scene, maker: &Addr, around: u128) {
    scene.must(|suite| suite.cancel_all(maker, 0, None));
    for (side, price) in [(Side::Buy, around - 10), (Side::Sell, around + 10)] {
        let _ = scene.step(|suite| suite.limit(maker, 0, 0, side, 3 * UNIT, cents(price)));
    }
}

fn play(plan: &Plan) -> Played {
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut scene = Scene::new(plan.collateral, plan.money);
    let maker = scene.hand(MAKERS, "maker", 100_000 * UNIT);
    let winner = scene.hand(WINNERS, "honest winner", 100_000 * UNIT);
    let hand: Vec<Addr> = (0..3)
        .map(|number| scene.hand(ATTACKER, &format!("hand {number}"), 120 * UNIT))
        .collect();
    for address in &hand {
        scene.suite.mint(address, 300 * UNIT).unwrap();
    }
    let expires_at = scene.suite.now() + 86_400;
    scene.must(|suite| suite.set_delegate(&hand[0], 0, &hand[1], expires_at));
    // On the side that wins when the price jumps.
    if plan.to <= 10_000 {
        scene.trade(&maker, &winner, 10 * UNIT, cents(10_100));
    } else {
        scene.trade(&winner, &maker, 10 * UNIT, cents(9_900));
    }
    // No funding interval ends in between.
    let secs = 3_600 - scene.suite.now() % 3_600;
    scene.wait(secs);
    scene.must(|suite| suite.accrue(0));
    quote(&mut scene, &maker, 10_000);
    scene.start();
    let (mut went, mut refused) = (0, 0);
    for _ in 0..STEPS {
        if rng.gen_range(0..3) == 0 {
            scene.wait(rng.gen_range(1..8));
        }
        match scene.step(|suite| deed(&mut rng, suite, &hand)) {
            Ok(()) => went += 1,
            Err(_) => refused += 1,
        }
        if rng.gen_range(0..4) == 0 {
            quote(&mut scene, &maker, 10_000);
        }
    }
    scene.must(|suite| suite.cancel_all(&maker, 0, None));
    scene.wait(plan.quiet);
    let reserve = scene.reserve();
    let mut lacking = 0;
    let mut closable = 0;
    let mut net = 0;
    if plan.to != 10_000 {
        scene.move_to(cents(plan.to), 5);
        for account in scene.suite.accounts().unwrap() {
            if !hand
                .iter()
                .any(|address| address.as_str() == account.account.owner)
            {
                continue;
            }
            lacking += (-account.equity.i128()).max(0);
            for position in &account.positions {
                net += position.size.i128();
                closable += position.size.i128().abs();
            }
        }
        scene.crank();
    }
    let moved = i128::try_from(plan.to).unwrap() - 10_000;
    // Half a percent of what is closed, at no more than 120.
    let slippage = closable * 120 / 200;
    let limit = lacking + (net * moved / 100).max(0) + slippage;
    let limit = if plan.to == 10_000 { 0 } else { limit };
    let figures = [
        ("lacking", lacking),
        ("slippage allowed", slippage),
        ("reserve", reserve),
        ("net position, base atoms", net),
        ("went through", went),
        ("refused", refused),
    ];
    scene.end(plan, limit, &figures)
}

// R1, S1: at one price no sequence gains; over a jump nobody else pays more than was lacking.
#[test]
fn r1_any_sequence_of_one_hand() {
    let seeds = std::env::var("BALLAST_ATTACK_SEEDS")
        .ok()
        .map_or(SEEDS, |seeds| seeds.parse().unwrap());
    for (to, quiet) in [(10_000, 1), (9_400, 1), (8_800, 61), (11_200, 61)] {
        let mut contest = Contest::new("any sequence of one hand");
        for seed in 0..seeds {
            for (collateral, money) in [(Collateral::Native, POOR), (Collateral::Cw20, RICH)] {
                let played = play(&Plan {
                    seed,
                    collateral,
                    money,
                    to,
                    quiet,
                });
                let fund = -played.gain_of(FUND);
                let lost = played.figure("lacking") + played.figure("slippage allowed");
                assert!(fund <= lost, "{played}");
                if quiet < 50 {
                    assert!(fund <= played.figure("reserve"), "{played}");
                }
                contest.offer(played);
            }
        }
        contest.close();
    }
}
