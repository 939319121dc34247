//! The deleveraging queue filled with dust, so that a real position behind it is reached late.
//!
//! *Rich* dust gives its part and is gone; *thin* dust, whose gains were withdrawn, cannot and is passed over,
//! every time anew. Either way ten are visited a message. The design's limit is time: `ceil(dust / 10)` messages
//! more than without, and never more loss. What counterparties bear is what the bankrupt account lacked.

use ballast_testing::suite::Collateral;

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

const SIZE: u128 = 10;
/// One lot: base atoms.
const DUST: u128 = 10_000;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    dust: u32,
    /// The dust's gains are withdrawn before the keeper comes.
    thin: bool,
    /// Price after the jump from 10,000, hundredths.
    to: u128,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let maker = scene.hand(MAKERS, "maker", 50 * notional);
    let loser = scene.hand(MAKERS, "loser", notional / 20 + notional / 500);
    let real = scene.hand(ATTACKER, "real position", notional);
    let honest = scene.hand(WINNERS, "honest winner", notional);
    let dust: Vec<_> = (0..plan.dust)
        .map(|number| scene.hand(ATTACKER, &format!("dust {number}"), 200_000))
        .collect();
    scene.start();
    // Dust is first in the queue, the attacker's real position second, an honest one last.
    for one in &dust {
        scene.trade(&maker, one, DUST, cents(10_100));
    }
    scene.trade(&maker, &real, size, cents(10_010));
    scene.trade(&maker, &honest, size, cents(10_000));
    // The loser takes over what the maker bought.
    scene.trade(&loser, &maker, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(plan.to), 5);
    if plan.thin {
        for one in &dust {
            scene.withdraw_free(one);
        }
    }
    let lacking = scene.lacking(&loser);
    let before = scene.equity(&real);
    let blocks = scene.crank();
    let left = dust.iter().filter(|one| scene.size(one) != 0).count();
    let figures = [
        ("lacking", lacking),
        ("borne by the real position", before - scene.equity(&real)),
        ("messages", i128::from(scene.tally.messages)),
        ("blocks", i128::from(blocks)),
        ("dust left", left as i128),
    ];
    // The attacker was right about the price; what it may not do is to gain by the loser's failure.
    let moved = SIZE * (10_010 - plan.to) * UNIT / 100;
    let of_dust = u128::from(plan.dust) * DUST * (10_100 - plan.to) / 100;
    scene.end(plan, i128::try_from(moved + of_dust).unwrap(), &figures)
}

// G1, S4: dust costs messages, ten a message; it moves no loss to anybody but the dust itself.
#[test]
fn g1_the_queue_filled_with_dust() {
    let mut contest = Contest::new("deleveraging queue filled with dust");
    for collateral in COLLATERALS {
        for to in [9_400, 8_000] {
            let without = play(&Plan {
                collateral,
                dust: 0,
                thin: false,
                to,
            });
            let messages = without.figure("messages");
            for (dust, thin) in [(25, false), (25, true), (120, false), (120, true)] {
                let played = play(&Plan {
                    collateral,
                    dust,
                    thin,
                    to,
                });
                let more = played.figure("messages") - messages;
                assert!(
                    more <= i128::from(dust.div_ceil(10)) + 1,
                    "{more}: {played}"
                );
                let lacking = played.figure("lacking");
                // One rounding a message, and the premium that accrues while it takes.
                let paid = played.tally.paid - played.tally.leftover;
                let off = played.tally.counterparty_loss + paid - lacking;
                let premium = played.figure("blocks") * 1_000;
                assert!(
                    (-more - 2..=more + 2 + premium).contains(&off),
                    "{off}: {played}"
                );
                assert_eq!(played.tally.deficit, 0, "{played}");
                println!(
                    "  {dust} dust, thin {thin}, to {to}: {more} more messages, {} left, the real position bore {} of {lacking}",
                    played.figure("dust left"),
                    played.figure("borne by the real position"),
                );
                contest.offer(played);
            }
        }
    }
    contest.close();
}
