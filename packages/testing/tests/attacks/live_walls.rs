//! Real orders of the least size as a wall: in front of a taker, of a liquidation of an account that can still pay,
//! and of one that cannot; left standing, or placed anew in every block ahead of the keeper.
//!
//! Fifty are filled a message (`max_fills`); where a bankrupt account is closed, those that were placed in the same block
//! are read past price by price, two hundred prices a message. The design's limits: `ceil(orders / 50)` messages, which
//! fit into a block, at prices no worse than the book's; and none for orders of the same block, as long as fewer than
//! two hundred ticks lie within the slippage. Nobody gains more than the slippage on what its wall bought, nor holds its
//! own loser open while the price falls on.

use ballast_testing::suite::Collateral;
use ballast_types::market::LiquidationStatus;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, Contest, Played, Scene, ATTACKER, COLLATERALS, MAKERS, RICH, UNIT, WINNERS,
};

/// Two lots: the least order below 100.
const LEAST: u128 = 20_000;
const SIZE: u128 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Taker,
    Solvent,
    Bankrupt,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    victim: Victim,
    /// Accounts of twenty orders each.
    accounts: u32,
    /// Blocks in which the wall is placed anew, ahead of the keeper.
    again: u32,
    /// At ten prices, else at one.
    spread: bool,
}

fn build(scene: &mut Scene, walls: &[Addr], price: u128, spread: bool) {
    for wall in walls {
        let open = scene.suite.account(wall, 0).unwrap().open_orders;
        if open > 0 {
            scene.must(|suite| suite.cancel_all(wall, 0, None));
        }
        for number in 0..20 {
            let below = if spread { number % 10 } else { 0 };
            let at = cents(price - below);
            scene.rest(wall, Side::Buy, LEAST, at).unwrap();
        }
    }
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, RICH);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let seller = scene.hand(WINNERS, "honest seller", notional);
    let loser = scene.hand(WINNERS, "loser", notional / 20 + notional / 500);
    let walls: Vec<Addr> = (0..plan.accounts)
        .map(|number| scene.hand(ATTACKER, &format!("wall {number}"), 100 * UNIT))
        .collect();
    scene.hand(ATTACKER, "nobody", 0);
    scene.trade(&loser, &maker, size, cents(10_000));
    let to = match plan.victim {
        Victim::Taker => 10_000,
        Victim::Solvent => 9_750,
        Victim::Bankrupt => 9_400,
    };
    scene.wait(61);
    scene.rest(&maker, Side::Buy, size, cents(to - 20)).unwrap();
    build(&mut scene, &walls, to - 10, plan.spread);
    scene.move_to(cents(to), 5);
    scene.start();
    let (mut messages, mut blocks, mut filled, mut progressed) = (0, 0, 0, 0);
    while filled < size {
        if blocks < plan.again {
            build(&mut scene, &walls, to - 10, plan.spread);
        }
        // What the keeper does in one block.
        for _ in 0..3 {
            if filled >= size {
                break;
            }
            messages += 1;
            let before = filled;
            if plan.victim == Victim::Taker {
                let worst = cents(to - 20);
                let taken = scene.take(&seller, Side::Sell, size - filled, worst);
                filled += taken.unwrap().answer.filled.u128();
            } else {
                match scene.liquidate(&id(&loser)) {
                    // So near to health that only better bids would be taken.
                    Ok(answer) if answer.status == LiquidationStatus::NoLiquidity => filled = size,
                    Ok(answer) => {
                        filled += answer.closed_in_book.u128() + answer.deleveraged.u128();
                    }
                    // Closed as far as it must be.
                    Err(_) => filled = size,
                }
            }
            progressed += u32::from(filled > before);
        }
        blocks += 1;
        assert!(blocks < 100, "{plan:?}");
        scene.wait(5);
    }
    let bought: i128 = walls.iter().map(|wall| scene.size(wall)).sum();
    let figures = [
        ("orders", i128::from(plan.accounts) * 20),
        ("messages", i128::from(messages)),
        ("messages that closed something", i128::from(progressed)),
        ("blocks", i128::from(blocks)),
        ("bought by the wall", bought),
    ];
    // Bought at most a fifth of a unit of price below the oracle price.
    scene.end(plan, bought / 5 + 1, &figures)
}

// G1, G3: a wall of real orders is bought through, fifty a message; one that is new in every block holds up nobody.
#[test]
fn g1_walls_of_orders_of_the_least_size() {
    let mut contest = Contest::new("a wall of least orders");
    for collateral in COLLATERALS {
        for victim in [Victim::Taker, Victim::Solvent, Victim::Bankrupt] {
            for (accounts, again, spread) in [
                (0, 0, false),
                (5, 0, false),
                (5, 4, false),
                (10, 4, false),
                (10, 4, true),
            ] {
                let played = play(&Plan {
                    collateral,
                    victim,
                    accounts,
                    again,
                    spread,
                });
                let (messages, blocks) = (played.figure("messages"), played.figure("blocks"));
                println!(
                    "  {victim:?}, {} orders, anew in {again} blocks: {messages} messages in {blocks} blocks, bought {}, attacker {:+}",
                    played.figure("orders"),
                    played.figure("bought by the wall"),
                    played.gain(),
                );
                let walls = played.figure("orders") * i128::from(again.max(1));
                assert!(messages <= walls / 50 + 2, "{played}");
                if victim == Victim::Bankrupt && again > 0 {
                    assert_eq!(messages, 1, "{played}");
                }
                contest.offer(played);
            }
        }
    }
    contest.close();
}
