//! Funding pushed by orders that are not meant to trade, or kept down by dust.
//!
//! A sample counts only orders that stood through a whole block, and is taken before the message that triggers it
//! acts: orders placed and cancelled in one block, or over one block boundary, never count, so that whoever
//! orders the messages of two blocks gains nothing. An order that stands longer can be taken by anybody at its
//! price. The design's limit for one that nobody takes is the clamp on the rate (12 % in 8 hours by default, so
//! 1.5 % an hour), paid by the other side's positions.
//!
//! Ten orders a side are read. Ten dust orders in front of real ones make the depth "not reached", which counts
//! as zero: the attacker pays no funding that it would have paid. It never gains by it.

use ballast_testing::suite::Collateral;
use ballast_types::market::{BatchOrder, OrderReference, OrderType, PlaceOutcome, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, Contest, Played, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, UNIT, WINNERS,
};

/// Base units that the attacker is short of, or long.
const SIZE: u128 = 500;
/// Base units of the order that pushes: more than the impact notional.
const PUSH: u128 = 60 * UNIT;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timing {
    /// Placed, sampled and cancelled in one block.
    OneBlock,
    /// Placed at the end of a block, sampled and cancelled at the beginning of the next.
    Boundary,
    /// Replaced by a batch in every block, so that it always stands and never for a whole block; the batch itself takes
    /// the sample.
    Replaced,
    /// Stands through a whole block in which nobody comes.
    WholeBlock,
    /// Stands through a whole block; once somebody takes it.
    WholeBlockTaken,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    timing: Timing,
    /// The bid, hundredths; the oracle says 10,000.
    bid: u128,
    /// Honest asks stand at 10,010.
    quoted: bool,
    /// Minutes in which it is done.
    minutes: u32,
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let long = scene.hand(WINNERS, "honest long", notional);
    let maker = scene.hand(MAKERS, "honest maker", 4 * notional);
    let short = scene.hand(ATTACKER, "short", notional);
    let pusher = scene.hand(ATTACKER, "pusher", notional);
    scene.trade(&long, &short, size, cents(10_000));
    begin_at_full_hour(&mut scene);
    if plan.quoted {
        scene.rest(&maker, Side::Sell, size, cents(10_010)).unwrap();
    }
    scene.start();
    let (mut pushed, mut taken) = (0, 0);
    for minute in 0..60u32 {
        if plan.timing == Timing::Replaced && minute < plan.minutes {
            pushed += replace_in_every_block(&mut scene, &pusher, plan.bid);
            if minute + 1 == plan.minutes {
                scene.must(|suite| suite.cancel_all(&pusher, 0, None));
            }
            continue;
        }
        scene.wait(56);
        for timing in [
            Timing::WholeBlock,
            Timing::WholeBlockTaken,
            Timing::Boundary,
            Timing::OneBlock,
        ] {
            if timing == plan.timing && minute < plan.minutes {
                let placed = scene
                    .step(|suite| suite.limit(&pusher, 0, 0, Side::Buy, PUSH, cents(plan.bid)));
                pushed += i128::from(placed.is_ok());
            }
            match timing {
                Timing::WholeBlock => continue,
                Timing::WholeBlockTaken => {
                    scene.wait(2);
                    if timing == plan.timing && minute == 0 {
                        let sold = scene.take(&maker, Side::Sell, PUSH, cents(10_001));
                        taken += sold.unwrap().answer.filled.u128();
                    }
                }
                Timing::Boundary => scene.wait(2),
                Timing::OneBlock | Timing::Replaced => {}
            }
        }
        scene.must(|suite| suite.accrue(0));
        scene.must(|suite| suite.cancel_all(&pusher, 0, None));
    }
    scene.must(|suite| suite.accrue(0));
    let rate = scene.suite.funding(0).unwrap().last_rate.i128();
    // 600 % of (initial - maintenance) an 8 hours, an hour's share of it.
    let clamp = i128::try_from(notional).unwrap() * 12 / 100 / 8;
    let limit = match plan.timing {
        Timing::OneBlock | Timing::Boundary | Timing::Replaced => 0,
        Timing::WholeBlock | Timing::WholeBlockTaken => clamp,
    };
    let figures = [
        ("orders placed", pushed),
        ("bought by others' sales", taken as i128),
        ("rate of the hour, 1e-18", rate),
        ("clamp", clamp),
    ];
    scene.end(plan, limit, &figures)
}

/// A minute of blocks, in each of which one batch takes the bid of the last block back and places it anew.
fn replace_in_every_block(scene: &mut Scene, pusher: &Addr, bid: u128) -> i128 {
    let mut placed = 0;
    for _ in 0..10 {
        scene.wait(6);
        let standing = scene.suite.orders(pusher, 0).unwrap();
        let cancel: Vec<OrderReference> = standing
            .iter()
            .map(|order| OrderReference::OrderId(order.order_id))
            .collect();
        let order = BatchOrder {
            market: 0,
            side: Side::Buy,
            size: PUSH.into(),
            order_type: OrderType::Limit {
                price: cents(bid),
                time_in_force: TimeInForce::GoodTilCancelled,
            },
            reduce_only: false,
            client_order_id: None,
        };
        let done = scene.must(|suite| suite.batch(pusher, 0, &cancel, &[order]));
        placed += i128::from(matches!(done.answer.placed[0], PlaceOutcome::Placed(_)));
    }
    placed
}

fn begin_at_full_hour(scene: &mut Scene) {
    let secs = 3_600 - scene.suite.now() % 3_600;
    scene.wait(secs);
    scene.must(|suite| suite.accrue(0));
}

// O3: what nobody had a block's time to take moves no funding; what stood longer is a quote that somebody takes.
#[test]
fn o3_funding_pushed_by_orders_not_meant_to_trade() {
    for timing in [
        Timing::OneBlock,
        Timing::Boundary,
        Timing::Replaced,
        Timing::WholeBlock,
        Timing::WholeBlockTaken,
    ] {
        let mut contest = Contest::new(match timing {
            Timing::OneBlock => "funding pushed within one block",
            Timing::Boundary => "funding pushed over one block boundary",
            Timing::Replaced => "funding pushed by an order that a batch replaces in every block",
            Timing::WholeBlock => "funding pushed by an order that nobody takes",
            Timing::WholeBlockTaken => "funding pushed by an order that is taken once",
        });
        for collateral in COLLATERALS {
            for bid in [10_005, 10_200, 10_900] {
                for (quoted, minutes) in [(true, 60), (false, 60), (false, 10)] {
                    let plan = Plan {
                        collateral,
                        timing,
                        bid,
                        quoted,
                        minutes,
                    };
                    let played = play(&plan);
                    println!(
                        "  {timing:?}, bid {bid}, quoted {quoted}, {minutes} minutes: attacker {:+}, honest long {:+}, makers {:+}",
                        played.gain(),
                        played.gain_of(WINNERS),
                        played.gain_of(MAKERS),
                    );
                    if matches!(timing, Timing::Boundary | Timing::Replaced) {
                        assert_eq!(played.gain_of(WINNERS), 0, "{played}");
                    }
                    if timing == Timing::WholeBlockTaken && bid > 10_005 {
                        assert!(played.gain() < 0, "{played}");
                    }
                    contest.offer(played);
                }
            }
        }
        contest.close();
    }
}

#[derive(Clone, Copy, Debug)]
struct Mute {
    collateral: Collateral,
    /// Dust bids in front of the honest one.
    dust: u32,
}

/// The attacker is long, an honest bid of 10,080 would make longs pay, and dust stands in front of it.
fn mute(plan: &Mute) -> Played {
    let mut scene = Scene::new(plan.collateral, EMPTY);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let long = scene.hand(ATTACKER, "long", notional);
    let short = scene.hand(WINNERS, "honest short", notional);
    let maker = scene.hand(MAKERS, "honest maker", 4 * notional);
    let dust = scene.hand(ATTACKER, "dust", notional);
    scene.trade(&long, &short, size, cents(10_000));
    begin_at_full_hour(&mut scene);
    scene.rest(&maker, Side::Buy, size, cents(10_080)).unwrap();
    for _ in 0..plan.dust {
        scene
            .rest(&dust, Side::Buy, 110_000, cents(10_081))
            .unwrap();
    }
    scene.start();
    for _ in 0..60 {
        scene.wait(60);
        scene.must(|suite| suite.accrue(0));
    }
    scene.end(plan, 0, &[])
}

// O3, F4: dust in front of real depth mutes a sample; it saves the payer funding and earns nothing.
#[test]
fn o3_funding_kept_down_by_dust() {
    for collateral in COLLATERALS {
        let mut contest = Contest::new("funding kept down by dust in front of real bids");
        let pays = mute(&Mute {
            collateral,
            dust: 0,
        });
        assert!(pays.gain() < 0, "{pays}");
        for dust in [5, 9, 10, 20] {
            let played = mute(&Mute { collateral, dust });
            println!(
                "  {dust} dust bids: the payer pays {} instead of {}",
                -played.gain(),
                -pays.gain()
            );
            if dust >= 10 {
                assert_eq!(played.gain(), 0, "{played}");
            }
            contest.offer(played);
        }
        contest.close();
    }
}
