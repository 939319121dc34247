//! The end of a market, gamed: the moment at which a settlement that waits is applied, the samples of which its price is
//! the median, trading just before, and the order in which accounts are settled while a bankrupt one is left alone.
//!
//! The design's limits: the price is the median of the last valid hour. Whoever applies it chooses the hour, within
//! the two weeks in which it may be applied, and gains at most the distance of the last price from that median, from
//! whoever trades with him at that price; and, where nobody else touches the market, chooses within each slot of five
//! minutes. A bankrupt account left alone over the grace costs what it lacked.

use ballast_testing::suite::Collateral;
use ballast_types::market::Change;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, RICH, UNIT,
    WINNERS,
};

const DAY: u64 = 86_400;
const SIZE: u128 = 100;

/// A market whose settlement has been announced three weeks ago and may be applied by anyone.
fn announced(collateral: Collateral) -> (Scene, u64) {
    let mut scene = Scene::new(collateral, RICH);
    // Somebody trades in it: there is something at stake.
    let [a, b] = ["a", "b"].map(|name| scene.hand(MAKERS, name, 1_000 * UNIT));
    scene.trade(&a, &b, UNIT, cents(10_000));
    let change = Change::SettleMarket { market: 0 };
    let asked = scene.must(|suite| suite.ask_for(&change));
    let waits = asked.answer.waits.expect("it waits");
    scene.wait(21 * DAY);
    // An hour of samples at 100.
    for _ in 0..13 {
        scene.wait(300);
        scene.must(|suite| suite.accrue(0));
    }
    (scene, waits.id)
}

/// After the grace everybody is settled, in this order.
fn settle(scene: &mut Scene, users: &[&Addr]) {
    scene.wait(DAY);
    let accounts: Vec<_> = users.iter().map(|user| id(user)).collect();
    scene.must(|suite| suite.settle(0, &accounts));
}

fn settled_at(scene: &Scene) -> i128 {
    let settling = scene.suite.market_info(0).unwrap().settling.unwrap();
    i128::try_from(settling.price.atomics().u128() / 10u128.pow(16)).unwrap()
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    collateral: Collateral,
    /// The price that the last minutes bring, hundredths; 10,000 before.
    to: u128,
    minutes: u64,
    /// Traded this long before the settlement is applied, seconds.
    ahead: u64,
}

/// The price has moved, the median has not: trade at the price, settle at the median.
fn choose_the_moment(plan: &Moment) -> Played {
    let (mut scene, change) = announced(plan.collateral);
    let notional = 100 * SIZE * UNIT;
    let attacker = scene.hand(ATTACKER, "attacker", 2 * notional);
    let maker = scene.hand(MAKERS, "maker", 2 * notional);
    scene.start();
    for _ in 0..plan.minutes {
        scene.move_to(cents(plan.to), 60);
        scene.must(|suite| suite.accrue(0));
    }
    let up = plan.to > 10_000;
    let (makes, takes) = if up {
        (Side::Buy, Side::Sell)
    } else {
        (Side::Sell, Side::Buy)
    };
    let at = cents(plan.to);
    scene.rest(&maker, makes, SIZE * UNIT, at).unwrap();
    scene.take(&attacker, takes, SIZE * UNIT, at).unwrap();
    assert_eq!(scene.size(&attacker).unsigned_abs(), SIZE * UNIT);
    if plan.ahead > 0 {
        scene.wait(plan.ahead);
    }
    let waited = apply(&mut scene, change);
    let price = settled_at(&scene);
    settle(&mut scene, &[&attacker, &maker]);
    let distance = (price - plan.to as i128).abs() * (SIZE * UNIT) as i128 / 100;
    let figures = [
        ("settled at", price),
        ("distance from the last price", distance),
        ("minutes refused", waited),
    ];
    scene.end(plan, distance.min(nearest(plan.to)), &figures)
}

/// Applies the change as soon as it may be: minutes that took.
fn apply(scene: &mut Scene, change: u64) -> i128 {
    for minutes in 0..60 {
        if scene.step(|suite| suite.apply_change(change)).is_ok() {
            return minutes;
        }
        scene.wait(60);
        scene.must(|suite| suite.accrue(0));
    }
    panic!("an hour of one price, and the market is not settled");
}

/// How far the settlement price may be from the last one, for the whole position: maintenance margin, 3 %.
fn nearest(price: u128) -> i128 {
    i128::try_from(price * SIZE * UNIT * 3 / 10_000).unwrap()
}

/// The same with both sides in one hand: the price at which a position is margined is not the one it is settled at.
fn both_sides(plan: &Moment) -> Played {
    let (mut scene, change) = announced(plan.collateral);
    let notional = plan.to * SIZE * UNIT / 100;
    let margin = notional / 20 + notional / 500;
    let [long, short] = ["long", "short"].map(|name| scene.hand(ATTACKER, name, margin));
    scene.start();
    for _ in 0..plan.minutes {
        scene.move_to(cents(plan.to), 60);
        scene.must(|suite| suite.accrue(0));
    }
    scene.trade(&long, &short, SIZE * UNIT, cents(plan.to));
    scene.wait(plan.ahead);
    let waited = apply(&mut scene, change);
    let price = settled_at(&scene);
    let lacking: i128 = [&long, &short].map(|one| scene.lacking(one)).iter().sum();
    for _ in 0..5 {
        scene.suite.advance(5);
        for one in [&long, &short] {
            scene.liquidate(&id(one)).ok();
        }
    }
    settle(&mut scene, &[&long, &short]);
    let figures = [
        ("settled at", price),
        ("lacking", lacking),
        ("minutes refused", waited),
    ];
    scene.end(plan, 0, &figures)
}

// S4: the fund is not asked for a loss whose moment and size anybody can choose.
#[test]
fn s4_both_sides_of_a_settlement_in_one_hand() {
    let mut contest = Contest::new("both sides of a settlement");
    for collateral in COLLATERALS {
        for to in [9_000, 9_300, 9_750, 10_250, 10_900] {
            for minutes in [1, 25] {
                let played = both_sides(&Moment {
                    collateral,
                    to,
                    minutes,
                    ahead: 61,
                });
                println!(
                    "  both sides at {to} for {minutes} minutes, settled at {} after {} minutes: attacker {:+}, the fund paid {}",
                    played.figure("settled at"),
                    played.figure("minutes refused"),
                    played.gain(),
                    played.tally.paid,
                );
                assert_eq!(played.figure("lacking"), 0, "{played}");
                contest.offer(played);
            }
        }
    }
    contest.close();
}

// O1, O3: at most the distance of the last price from the median, paid by who trades at the last price.
#[test]
fn o1_the_moment_of_a_settlement_chosen() {
    let mut contest = Contest::new("moment of a settlement");
    for collateral in COLLATERALS {
        for to in [9_000, 9_900, 10_500, 10_900] {
            for (minutes, ahead) in [(1, 0), (10, 0), (25, 0), (25, 61), (70, 0)] {
                let played = choose_the_moment(&Moment {
                    collateral,
                    to,
                    minutes,
                    ahead,
                });
                println!(
                    "  at {to} for {minutes} minutes, settled at {}: attacker {:+}, maker {:+}",
                    played.figure("settled at"),
                    played.gain(),
                    played.gain_of(MAKERS),
                );
                // An hour later the median is the price.
                if minutes >= 70 {
                    assert_eq!(played.figure("distance from the last price"), 0, "{played}");
                }
                contest.offer(played);
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Samples {
    collateral: Collateral,
    /// Prices of every slot, hundredths: first and then.
    prices: (u128, u128),
    /// Somebody else touches the market at the first.
    others: bool,
}

/// A long that touches the market only at the better price of each slot of five minutes.
fn choose_the_samples(plan: &Samples) -> Played {
    let (mut scene, change) = announced(plan.collateral);
    let notional = 100 * SIZE * UNIT;
    let attacker = scene.hand(ATTACKER, "attacker", 2 * notional);
    let maker = scene.hand(MAKERS, "maker", 2 * notional);
    let to_slot = 300 - scene.suite.now() % 300;
    scene.wait(to_slot + 300);
    scene.must(|suite| suite.accrue(0));
    scene.start();
    scene.trade(&attacker, &maker, SIZE * UNIT, cents(10_000));
    let (first, then) = plan.prices;
    let to_slot = 300 - scene.suite.now() % 300;
    scene.move_to(cents(first), to_slot);
    for _ in 0..13 {
        if plan.others {
            scene.must(|suite| suite.accrue(0));
        }
        scene.move_to(cents(then), 150);
        scene.must(|suite| suite.accrue(0));
        scene.move_to(cents(first), 150);
    }
    scene.must(|suite| suite.apply_change(change));
    let price = settled_at(&scene);
    settle(&mut scene, &[&attacker, &maker]);
    // What it won on the price itself, at most at the better of the two.
    let best = first.max(then) as i128 - 10_000;
    let limit = best.max(0) * (SIZE * UNIT) as i128 / 100;
    scene.end(plan, limit, &[("settled at", price)])
}

// O3: a median of prices that were there; where anyone else touches the market, of those that he found.
#[test]
fn o3_the_samples_of_a_settlement_chosen() {
    let mut contest = Contest::new("samples of a settlement");
    for collateral in COLLATERALS {
        for prices in [(9_950, 10_050), (10_000, 10_300), (10_300, 10_000)] {
            for others in [false, true] {
                let played = choose_the_samples(&Samples {
                    collateral,
                    prices,
                    others,
                });
                println!(
                    "  {prices:?}, others {others}: settled at {}, attacker {:+}",
                    played.figure("settled at"),
                    played.gain(),
                );
                if others {
                    assert_eq!(played.figure("settled at"), prices.0 as i128, "{played}");
                }
                contest.offer(played);
            }
        }
    }
    contest.close();
}

#[derive(Clone, Copy, Debug)]
struct Unsettled {
    collateral: Collateral,
    /// Keepers liquidate the bankrupt one within the grace.
    keepers: bool,
    /// The attacker's winner is settled first, else last.
    first: bool,
    rich: bool,
}

/// Both sides in one hand when the market is settled at 80: the loser is left alone, the winner closes.
fn left_alone(plan: &Unsettled) -> Played {
    let money = if plan.rich { POOR } else { EMPTY };
    let mut scene = Scene::new(plan.collateral, money);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let loser = scene.hand(ATTACKER, "loser", notional / 20 + notional / 500);
    let winner = scene.hand(ATTACKER, "winner", notional);
    let [long, short] = ["long", "short"].map(|name| scene.hand(WINNERS, name, notional));
    scene.start();
    scene.trade(&long, &short, size, cents(10_000));
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(8_000), 6);
    let lacking = scene.lacking(&loser);
    // An hour of that price, without keepers; then the feed dies.
    for _ in 0..13 {
        scene.must(|suite| suite.accrue(0));
        scene.wait(300);
    }
    scene.suite.advance(7 * DAY);
    scene.must(|suite| suite.settle_market(0));
    if plan.keepers {
        let loser = id(&loser);
        for _ in 0..5 {
            scene.suite.advance(5);
            scene.liquidate(&loser).ok();
        }
    }
    scene.suite.advance(DAY);
    let order = if plan.first {
        [&winner, &long, &short]
    } else {
        [&short, &long, &winner]
    };
    for user in order {
        let account = [id(user)];
        scene.must(|suite| suite.settle(0, &account));
        scene.withdraw_free(user);
    }
    if !plan.keepers {
        scene.suite.advance(5);
        scene.liquidate(&id(&loser)).unwrap();
    }
    assert_eq!(scene.size(&loser), 0, "{plan:?}");
    let deficit = scene.suite.market_info(0).unwrap().deficit.u128();
    let figures = [("lacking", lacking), ("deficit", deficit as i128)];
    scene.end(plan, lacking, &figures)
}

// S4: a loser that nobody liquidates over the grace is a deficit, not a gain beyond what it lacked.
#[test]
fn s4_a_bankrupt_account_left_alone_when_a_market_is_settled() {
    let mut contest = Contest::new("bankrupt account left alone in a settlement");
    for collateral in COLLATERALS {
        for (keepers, first, rich) in [
            (true, true, false),
            (true, true, true),
            (false, true, false),
            (false, false, false),
            (false, true, true),
        ] {
            let played = left_alone(&Unsettled {
                collateral,
                keepers,
                first,
                rich,
            });
            println!(
                "  keepers {keepers}, winner first {first}, fund {rich}: attacker {:+}, others {:+}, deficit {}",
                played.gain(),
                played.gain_of(WINNERS),
                played.figure("deficit"),
            );
            contest.offer(played);
        }
    }
    contest.close();
}
