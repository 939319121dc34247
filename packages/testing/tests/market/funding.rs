//! Funding between the sides, and the premium to the fund.

use ballast_types::Side;

use crate::world::{World, UNIT};

/// Bids above the index for a whole hour, sampled every minute.
fn an_hour_of_bids(world: &mut World, minutes: u64) {
    for _ in 0..minutes {
        world.suite.advance(60);
        world
            .suite
            .push_price(0, crate::world::price("100"))
            .unwrap();
        world.suite.accrue(0).unwrap();
        world.check();
    }
}

#[test]
fn longs_pay_shorts_when_the_book_is_above_the_index() {
    let mut world = World::new();
    let [long, short, bidder] = ["long", "short", "bidder"].map(|n| world.user(n, 100_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    // 10,000 of quote, the impact notional, at 100.80: a premium of 0.8 % each minute.
    world
        .limit(&bidder, Side::Buy, 200 * UNIT, "100.8")
        .unwrap();
    an_hour_of_bids(&mut world, 130);
    let funding = world.suite.funding(0).unwrap();
    // A full interval: 0.8 % / 8 = 0.1 % of the index.
    assert_eq!(funding.last_rate.i128(), 1_000_000_000_000_000);
    let pays = world.suite.account(&long, 0).unwrap().positions[0]
        .funding_owed
        .i128();
    let gets = world.suite.account(&short, 0).unwrap().positions[0]
        .funding_owed
        .i128();
    assert!(
        pays >= 1_000_000,
        "at least one interval of 0.1 % on 1,000: {pays}"
    );
    // The payer's part is rounded up, the receiver's down.
    assert!((0..=1).contains(&(pays + gets)), "{pays} {gets}");

    // Everything settles: what longs paid shorts got, and rounding becomes residue.
    world.suite.cancel_all(&bidder, 0, None).unwrap();
    let before = world.quote(&short);
    world
        .suite
        .limit(
            &short,
            0,
            0,
            Side::Buy,
            10 * UNIT,
            crate::world::price("100"),
        )
        .unwrap();
    world
        .suite
        .ioc(
            &long,
            0,
            0,
            Side::Sell,
            10 * UNIT,
            crate::world::price("100"),
        )
        .unwrap();
    world.check();
    let market = world.suite.market_info(0).unwrap();
    assert_eq!(market.settlement_pool.i128(), 0);
    assert!(world.suite.ledger().unwrap().residue.u128() <= 2);
    assert!(world.quote(&short) - before >= pays - 1_000_000_000 - 1_000_000);
}

// O3: one touched minute in an hour weighs a sixtieth.
#[test]
fn untouched_minutes_count_as_zero() {
    let mut world = World::new();
    let [long, short, bidder] = ["long", "short", "bidder"].map(|n| world.user(n, 100_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world
        .limit(&bidder, Side::Buy, 200 * UNIT, "100.8")
        .unwrap();
    world.suite.next_block();
    let start = world.suite.funding(0).unwrap().interval_start;
    world.suite.set_time(start + 3_600).unwrap();
    world
        .suite
        .push_price(0, crate::world::price("100"))
        .unwrap();
    world.suite.accrue(0).unwrap();
    world.suite.cancel_all(&bidder, 0, None).unwrap();
    world.suite.set_time(start + 7_200).unwrap();
    world
        .suite
        .push_price(0, crate::world::price("100"))
        .unwrap();
    world.suite.accrue(0).unwrap();
    world.check();
    let rate = world.suite.funding(0).unwrap().last_rate.i128();
    assert_eq!(rate, 8_000i128 * 1_000_000_000_000 / 60 / 8);
}

// O3: a sample counts an order that stood through a whole block: neither one of this block nor one of the last,
// which nobody may have had a chance to take.
#[test]
fn an_order_counts_once_it_stood_through_a_whole_block() {
    for (blocks, sample) in [(0, 0), (1, 0), (2, 8_000), (3, 8_000)] {
        let mut world = World::new();
        let bidder = world.user("bidder", 100_000 * UNIT);
        let index = crate::world::price("100");
        world.suite.advance(60);
        world.suite.push_price(0, index).unwrap();
        world
            .limit(&bidder, Side::Buy, 200 * UNIT, "100.8")
            .unwrap();
        for _ in 1..blocks {
            world.suite.next_block();
        }
        if blocks > 0 {
            world.suite.advance(60);
            world.suite.push_price(0, index).unwrap();
        }
        world.suite.accrue(0).unwrap();
        world.check();
        let found = world.suite.funding(0).unwrap().sample_sum_ppm.i128();
        assert_eq!(found, sample, "after {blocks} blocks");
    }
}

// G2
#[test]
fn accrual_works_after_a_year_and_twice_in_a_block() {
    let mut world = World::new();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 100_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.flush(0).unwrap();
    world.check();
    let rate = world.suite.funding(0).unwrap().premium_rate_ppm;
    assert!(rate > 0, "the fund's answer carries a premium");
    world.suite.advance(365 * 86_400);
    world
        .suite
        .push_price(0, crate::world::price("100"))
        .unwrap();
    world.suite.accrue(0).unwrap();
    world.check();
    let once = world.suite.funding(0).unwrap();
    world.suite.accrue(0).unwrap();
    world.check();
    assert_eq!(world.suite.funding(0).unwrap(), once);
    // Both sides pay the rate on 1,000 of notional.
    let paid = 1_000 * u128::from(rate);
    let owed = |user| {
        world.suite.account(user, 0).unwrap().positions[0]
            .funding_owed
            .i128()
    };
    for user in [&long, &short] {
        assert!(
            (owed(user) - paid as i128).abs() <= 1,
            "{} {paid}",
            owed(user)
        );
    }
    let pool = world.suite.market_info(0).unwrap().settlement_pool.i128();
    assert!(
        (pool + 2 * paid as i128).abs() <= 2,
        "booked before it is collected: {pool}"
    );
}
