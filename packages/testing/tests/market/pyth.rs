//! A market priced by Pyth's contract: its real JSON, any exponent, its confidence; and the same figures as with
//! our own feed.

use ballast_perp_market::ContractError;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::pyth::{answer, PythPrice};
use ballast_testing::suite::{PriceUpdate, Suite};
use ballast_types::pyth::PriceFeedResponse;
use ballast_types::Side;
use cosmwasm_std::{from_json, Addr, Decimal, Int128, Uint128};

use crate::world::{price, refused, World, UNIT};

const ID: &str = "e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43";

// The JSON of a real contract, to the letter, and one with a field that it may learn.
#[test]
fn the_real_json_is_understood() {
    let real = concat!(
        r#"{"price_feed":{"id":"e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43","#,
        r#""price":{"price":"2921234000000","conf":"1234567890","expo":-8,"publish_time":1690576641},"#,
        r#""ema_price":{"price":"2918000000000","conf":"1300000000","expo":-8,"publish_time":1690576641}}}"#,
    );
    let now = PythPrice {
        price: 2_921_234_000_000,
        conf: 1_234_567_890,
        expo: -8,
        publish_time: 1_690_576_641,
    };
    let average = PythPrice {
        price: 2_918_000_000_000,
        conf: 1_300_000_000,
        ..now
    };
    assert_eq!(answer(ID, &now, &average), real);
    let read: PriceFeedResponse = from_json(real).unwrap();
    assert_eq!(read.price_feed.id, ID);
    assert_eq!(read.price_feed.price.price.i64(), 2_921_234_000_000);
    assert_eq!(read.price_feed.price.conf.u64(), 1_234_567_890);
    assert_eq!(read.price_feed.price.expo, -8);
    assert_eq!(read.price_feed.price.publish_time, 1_690_576_641);
    let more = real.replace(r#""expo":-8,"#, r#""expo":-8,"slot":7,"#);
    assert_eq!(from_json::<PriceFeedResponse>(more).unwrap(), read);
}

enum Oracle {
    Own,
    Pyth(Addr, i32),
}

/// What everybody has in the end, and what the market cached on the way.
#[derive(Debug, PartialEq)]
struct Figures {
    quotes: Vec<Int128>,
    prices: Vec<(Decimal, Decimal)>,
    fees: (Uint128, Uint128),
    residue: Uint128,
}

fn say(world: &mut World, oracle: &Oracle, cents: i64, conf_cents: u64) {
    let publish_time = world.suite.now();
    match oracle {
        Oracle::Own => {
            let decimal = |cents: u64| Decimal::from_ratio(cents, 100u32);
            let update = PriceUpdate {
                market: 0,
                price: decimal(cents.unsigned_abs()),
                confidence: decimal(conf_cents),
                publish_time,
            };
            world.suite.push_updates(&[update]).unwrap();
        }
        Oracle::Pyth(pyth, expo) => {
            let unit = 10i64.pow(u32::try_from(-expo).unwrap()) / 100;
            let price = PythPrice {
                price: cents * unit,
                conf: conf_cents * unit.unsigned_abs(),
                expo: *expo,
                publish_time: i64::try_from(publish_time).unwrap(),
            };
            world.suite.publish(pyth, 0, price).unwrap();
        }
    }
}

/// Trades, funding, a withdrawal at an uncertain price, a liquidation, a deleveraging.
fn scenario(exponent: Option<i32>) -> Figures {
    let mut world = World::new();
    let oracle = match exponent {
        None => Oracle::Own,
        Some(expo) => Oracle::Pyth(world.suite.deploy_pyth().unwrap(), expo),
    };
    world.suite.next_block();
    say(&mut world, &oracle, 10_000, 0);
    if let Oracle::Pyth(pyth, _) = &oracle {
        world.suite.set_oracle(0, pyth).unwrap();
    }
    let [long, maker] = ["long", "maker"].map(|name| world.user(name, 10_000 * UNIT));
    let weak = world.user("weak", 60 * UNIT);
    let poor = world.user("poor", 52 * UNIT);
    world.open(&long, &maker, 10 * UNIT, "100");
    world.open(&weak, &maker, 10 * UNIT, "100");
    world.open(&poor, &maker, 10 * UNIT, "100");
    let mut prices = vec![];
    for (cents, conf) in [(9_876, 12), (9_650, 1), (9_654, 0), (9_000, 3)] {
        world.suite.advance(3_600);
        say(&mut world, &oracle, cents, conf);
        world.limit(&maker, Side::Buy, 20 * UNIT, "96").unwrap();
        world.suite.withdraw(&long, 0, 7 * UNIT).unwrap();
        world.check();
        world.suite.next_block();
        world.liquidate(&weak).ok();
        world.liquidate(&poor).ok();
        let cached = world.suite.market_info(0).unwrap().price.unwrap();
        prices.push((cached.price, cached.confidence));
    }
    assert_eq!(
        (world.size(&weak), world.size(&poor)),
        (0, 0),
        "both must have been closed"
    );
    let ledger = world.suite.ledger().unwrap();
    let quotes = [&long, &maker, &weak, &poor].map(|user| {
        let account = world.suite.account(user, 0).unwrap();
        account.quote
    });
    Figures {
        quotes: quotes.to_vec(),
        prices,
        fees: (ledger.fees_owed, ledger.fee_collector),
        residue: ledger.residue,
    }
}

// O1: the same scenario gives the same figures, whoever answers and with whatever exponent.
#[test]
fn pyth_and_our_own_feed_give_the_same_figures() {
    let own = scenario(None);
    println!("{own:?}");
    for exponent in [-2, -5, -8, -12] {
        assert_eq!(scenario(Some(exponent)), own, "exponent {exponent}");
    }
}

// O1: a price pushed and traded on in one block. Who sees a price before it is pushed takes resting orders, whose
// owners chose their price: the oracle's fills nobody. What was taken is valued at the new price at once.
#[test]
fn a_price_pushed_in_the_same_block_fills_nobody_and_bounds_what_may_be_held() {
    let mut world = World::new();
    let [maker, early] = ["maker", "early"].map(|name| world.user(name, 1_000 * UNIT));
    world.limit(&maker, Side::Sell, 10 * UNIT, "101").unwrap();
    // The real price is 110 by now. The early one pushes it (through a relayer) and buys in the same block.
    world.suite.advance(10);
    world.suite.push_price(0, price("110")).unwrap();
    let filled = world
        .suite
        .ioc(&early, 0, 0, Side::Buy, 10 * UNIT, price("110"))
        .unwrap()
        .answer;
    world.check();
    // At the maker's own price, all of it, and not one atom beyond what the maker offered.
    assert_eq!(filled.filled_value.u128(), 1_010 * UNIT);
    let gained = world.equity(&early) - 1_000 * 1_000_000;
    let lost = 1_000 * 1_000_000 - world.equity(&maker);
    println!("seen early: gained {gained}, the maker lost {lost}, the rest is fees");
    assert!(gained < lost && gained < 90 * 1_000_000);
    // Both are valued at the new price at once: it cannot be withdrawn against the old one.
    world.suite.accrue(0).unwrap();
    let error = refused(world.suite.withdraw(&maker, 0, 900 * UNIT));
    assert!(
        matches!(error, ContractError::InsufficientMargin { .. }),
        "{error}"
    );
}

// O1: two prices pushed in one block: the cache of the first keeps the second out for at most 5 s, and what is
// uncertain between the two is refused by its confidence.
#[test]
fn a_cached_price_serves_for_five_seconds_and_no_longer() {
    let mut world = World::new();
    let oracle = world.suite.deploy_hostile_oracle().unwrap();
    let say = |suite: &mut Suite, cents: i64| {
        let behaviour = OracleBehaviour::Answers {
            price: cents.into(),
            conf: 0u64.into(),
            expo: -2,
            published: Published::Ago { secs: 0 },
        };
        suite.set_oracle_behaviour(&oracle, 0, behaviour).unwrap();
    };
    say(&mut world.suite, 10_000);
    world.suite.set_oracle(0, &oracle).unwrap();
    let cached = |world: &World| world.suite.market_info(0).unwrap().price.unwrap().price;
    world.suite.advance(10);
    world.suite.accrue(0).unwrap();
    say(&mut world.suite, 9_000);
    world.suite.accrue(0).unwrap();
    assert_eq!(cached(&world), price("100"));
    world.suite.advance(4);
    assert_eq!(cached(&world), price("100"));
    world.suite.advance(1);
    assert_eq!(cached(&world), price("90"));
}
