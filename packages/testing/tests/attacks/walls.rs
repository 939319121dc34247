//! Orders whose margin was withdrawn, as a wall in front of real ones.
//!
//! Twenty dead orders are removed a message (`max_removals`); what is left of the taker's order is then
//! cancelled and reported. The design's limit is `ceil(orders / 20)` messages more, at the price of the real
//! orders behind: the wall costs nobody a coin, and the attacker whatever it must leave for its orders.

use ballast_testing::suite::Collateral;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    /// An honest market order.
    Taker,
    /// A liquidation of an account that can still pay.
    Solvent,
    /// A liquidation of a bankrupt account.
    Bankrupt,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    victim: Victim,
    /// Accounts of twenty orders each.
    accounts: u32,
    /// Whether the wall is built again in every block, as far as what is left to it allows.
    again: bool,
}

const SIZE: u128 = 10;

fn build(scene: &mut Scene, walls: &[Addr], price: u128) -> u32 {
    let mut placed = 0;
    for wall in walls {
        for _ in 0..20 {
            let done = scene.rest(wall, Side::Buy, 100_000, cents(price));
            placed += u32::from(done.is_ok());
        }
    }
    placed
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let seller = scene.hand(WINNERS, "honest seller", notional);
    let loser = scene.hand(MAKERS, "loser", notional / 20 + notional / 500);
    let walls: Vec<Addr> = (0..plan.accounts)
        .map(|number| scene.hand(ATTACKER, &format!("wall {number}"), 1_000 * UNIT))
        .collect();
    scene.trade(&loser, &maker, size, cents(10_000));
    scene.wait(61);
    // Bids that keep the loser solvent, or that stand within the slippage.
    let to = match plan.victim {
        Victim::Taker => 10_000,
        Victim::Solvent => 9_750,
        Victim::Bankrupt => 9_400,
    };
    scene.start();
    scene.wait(1);
    scene.rest(&maker, Side::Buy, size, cents(to - 20)).unwrap();
    let orders = build(&mut scene, &walls, to - 10);
    assert_eq!(orders, 20 * plan.accounts);
    for wall in &walls {
        scene.withdraw_free(wall);
    }
    scene.move_to(cents(to), 5);
    let mut messages = 0;
    let mut built = orders;
    let mut filled = 0;
    while filled < size && messages < 60 {
        messages += 1;
        if plan.victim == Victim::Taker {
            let left = size - filled;
            let taken = scene
                .take(&seller, Side::Sell, left, cents(to - 20))
                .unwrap();
            filled += taken.answer.filled.u128();
            if filled > 0 {
                let value = taken.answer.filled_value.u128();
                assert!(value * 100 * UNIT >= taken.answer.filled.u128() * (to - 20) * UNIT);
            }
        } else {
            match scene.liquidate(&id(&loser)) {
                Ok(answer) => filled += answer.closed_in_book.u128() + answer.deleveraged.u128(),
                // Closed as far as it must be.
                Err(_) => filled = size,
            }
        }
        scene.wait(5);
        if plan.again {
            built += build(&mut scene, &walls, to - 10);
            scene.wait(5);
        }
    }
    let figures = [
        ("dead orders", i128::from(built)),
        ("messages", i128::from(messages)),
    ];
    scene.end(plan, 0, &figures)
}

// G1, G3: a wall of dead orders is passed at twenty a message, and cannot be rebuilt from nothing.
#[test]
fn g1_orders_whose_margin_was_withdrawn() {
    let mut contest = Contest::new("a wall of orders without margin");
    for collateral in COLLATERALS {
        for victim in [Victim::Taker, Victim::Solvent, Victim::Bankrupt] {
            for (accounts, again) in [(1, false), (5, false), (5, true)] {
                let plan = Plan {
                    collateral,
                    victim,
                    accounts,
                    again,
                };
                let played = play(&plan);
                let messages = played.figure("messages");
                println!(
                    "  {victim:?}, {} dead orders, rebuilt {again}: {messages} messages, attacker {:+}, taker {:+}",
                    played.figure("dead orders"),
                    played.gain(),
                    played.gain_of(WINNERS),
                );
                let expected = (played.figure("dead orders") + 19) / 20 + 2;
                assert!(messages <= expected, "{messages} of {expected}: {played}");
                contest.offer(played);
            }
        }
    }
    contest.close();
}
