//! Trigger orders against each other's interests: a keeper who bids himself and executes at the worst moment, in parts,
//! or late; a trader whose orders cost keepers gas.
//!
//! The design's limits: what is sold goes no further from the oracle price than its owner allowed, to the best bids that
//! there are; with a price that the feed has replaced and the cache (5 s) has not, also as far as the price moved. All
//! parts together cost one fee. The fees of orders that can be executed are set aside when they are placed and when
//! money is taken out; who lets the price take them gets executions for nothing, which costs keepers gas alone.

use ballast_testing::suite::Collateral;
use ballast_types::market::{PlaceTriggerOrder, TriggerCondition, TriggerOrderId, TriggeredOrder};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, MAKERS, RICH, UNIT, WINNERS,
};

/// Somebody with a stop-loss.
const VICTIM: &str = "stop-loss";
const SIZE: u128 = 100;
/// For the execution of one trigger order.
const FEE: i128 = 50_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Bids all of it in the block, and executes.
    Whole,
    /// Bids a hundredth at a time, and executes each.
    Parts,
    /// Waits until the price has fallen further.
    Late,
    /// Executes at a price that the feed has just replaced by the old one.
    Recovered,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    how: How,
    /// What the victim allows beyond the oracle price, millionths.
    slippage: u32,
    /// Honest bids stand a tenth below the oracle price.
    quoted: bool,
}

fn sells(size: u128, at: u128, slippage: u32) -> PlaceTriggerOrder {
    PlaceTriggerOrder {
        owner: None,
        subaccount: 0,
        market: 0,
        side: Side::Sell,
        size: Uint128::new(size),
        condition: TriggerCondition::AtOrBelow,
        trigger_price: cents(at),
        order: TriggeredOrder::Market {
            max_slippage_ppm: slippage,
        },
        reduce_only: true,
        expires_at: None,
        client_order_id: None,
    }
}

fn execute(scene: &mut Scene, keeper: &Addr, id: TriggerOrderId) -> Option<u128> {
    let done = scene.step(|suite| suite.execute_trigger_order(keeper, id));
    done.ok().map(|done| done.answer.keeper_fee.u128())
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, RICH);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let victim = scene.hand(VICTIM, "victim", notional);
    let other = scene.hand(WINNERS, "other", notional);
    let maker = scene.hand(MAKERS, "maker", 2 * notional);
    let bidder = scene.hand(ATTACKER, "bidder", 2 * notional);
    let keeper = scene.hand(ATTACKER, "keeper", 0);
    scene.trade(&victim, &other, size, cents(10_000));
    let order = sells(size, 9_500, plan.slippage);
    let id = scene.must(|suite| suite.place_trigger_order(&victim, &order));
    let at = if plan.how == How::Late { 9_200 } else { 9_500 };
    scene.move_to(cents(at), 61);
    if plan.quoted {
        scene.rest(&maker, Side::Buy, size, cents(at - 10)).unwrap();
    }
    scene.must(|suite| suite.accrue(0));
    let mut recovered = 0;
    if plan.how == How::Recovered {
        // The feed says 100 again; the market has not asked it yet.
        scene.move_to(cents(10_000), 4);
        recovered = 500 * size as i128 / 100;
    }
    scene.start();
    let worst = at * u128::from(1_000_000 - plan.slippage) / 1_000_000 + 1;
    let mut fees = 0;
    let parts = if plan.how == How::Parts { 100 } else { 1 };
    for _ in 0..parts {
        scene
            .rest(&bidder, Side::Buy, size / parts, cents(worst))
            .unwrap();
        fees += execute(&mut scene, &keeper, id).unwrap_or(0);
        scene.must(|suite| suite.cancel_all(&bidder, 0, None));
    }
    let bought = scene.size(&bidder);
    let slippage = notional as i128 / 10_000 * at as i128 * i128::from(plan.slippage) / 1_000_000;
    let figures = [
        ("fees", fees as i128),
        ("bought by the keeper", bought),
        ("left to the victim", scene.size(&victim)),
    ];
    assert!(fees as i128 <= FEE, "{plan:?}");
    if plan.quoted {
        assert_eq!(bought, 0, "better bids come first: {plan:?}");
    }
    scene.end(plan, slippage + recovered + FEE, &figures)
}

// O1, G3: a stop-loss is sold to the best bids within what its owner allows, whoever executes it.
#[test]
fn o1_a_keeper_who_bids_himself() {
    let mut contest = Contest::new("keeper of trigger orders");
    for collateral in COLLATERALS {
        for how in [How::Whole, How::Parts, How::Late, How::Recovered] {
            for slippage in [0, 5_000, 20_000, 50_000] {
                for quoted in [false, true] {
                    // A market order that allows less than the bids are away finds none of them.
                    if quoted && slippage < 5_000 {
                        continue;
                    }
                    let played = play(&Plan {
                        collateral,
                        how,
                        slippage,
                        quoted,
                    });
                    println!(
                        "  {how:?}, slippage {slippage}, quoted {quoted}: attacker {:+} of {}, of it fees {}, victim {:+}",
                        played.gain(),
                        played.limit,
                        played.figure("fees"),
                        played.gain_of(VICTIM),
                    );
                    contest.offer(played);
                }
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Burden {
    collateral: Collateral,
    /// Accounts of twenty trigger orders each, that are due and find no buyer.
    accounts: u32,
    /// They may be sold, for fees that the price has taken.
    sold: bool,
}

/// Trigger orders meant to cost keepers gas, ahead of an honest one.
fn burden(plan: &Burden) -> Played {
    let mut scene = Scene::new(plan.collateral, RICH);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let victim = scene.hand(VICTIM, "victim", notional);
    let other = scene.hand(MAKERS, "other", 3 * notional);
    scene.trade(&victim, &other, size, cents(10_000));
    let slippage = if plan.sold { 50_000 } else { 0 };
    let mut ids = vec![];
    for number in 0..plan.accounts {
        let one = scene.hand(ATTACKER, &format!("trader {number}"), 10 * UNIT);
        scene.trade(&one, &other, UNIT, cents(10_000));
        for _ in 0..20 {
            let order = sells(UNIT / 20, 9_500, slippage);
            ids.push(scene.must(|suite| suite.place_trigger_order(&one, &order)));
        }
        // One more is refused, and what is set aside for them cannot be taken out.
        let one_more = sells(UNIT / 20, 9_500, slippage);
        assert!(scene
            .step(|suite| suite.place_trigger_order(&one, &one_more))
            .is_err());
        scene.withdraw_free(&one);
        let left = scene.equity(&one) - 5 * UNIT as i128;
        assert!(left >= 20 * FEE, "{left}");
    }
    let honest = scene.must(|suite| {
        let order = sells(size, 9_500, 20_000);
        suite.place_trigger_order(&victim, &order)
    });
    // The price takes what was set aside: at 95.5 it is still there, at 94 nothing is.
    scene.move_to(cents(9_450), 61);
    scene
        .rest(&other, Side::Buy, 2 * size, cents(9_440))
        .unwrap();
    scene.must(|suite| suite.accrue(0));
    let keeper = scene.hand(MAKERS, "keeper", 0);
    scene.start();
    // One message, whatever stands in front of it.
    let fee = execute(&mut scene, &keeper, honest);
    assert_eq!(fee, Some(FEE as u128), "{plan:?}");
    let (mut refused, mut fees) = (0, 0);
    for id in &ids {
        match execute(&mut scene, &keeper, *id) {
            Some(fee) => fees += fee,
            None => refused += 1,
        }
    }
    let figures = [
        ("orders", ids.len() as i128),
        ("executions refused", refused),
        ("fees for the others", fees as i128),
    ];
    // Sold a tenth below the oracle price: nothing to gain.
    scene.end(plan, 0, &figures)
}

// G1, G3: orders that find no buyer, or pay no fee, stand in front of nobody.
#[test]
fn g3_trigger_orders_that_cost_keepers_gas() {
    let mut contest = Contest::new("trigger orders that cost gas");
    for collateral in COLLATERALS {
        for (accounts, sold) in [(1, false), (5, false), (1, true), (5, true)] {
            let played = burden(&Burden {
                collateral,
                accounts,
                sold,
            });
            println!(
                "  {} orders, sold {sold}: {} refused, fees {}, attacker {:+}",
                played.figure("orders"),
                played.figure("executions refused"),
                played.figure("fees for the others"),
                played.gain(),
            );
            contest.offer(played);
        }
    }
    contest.close();
}
