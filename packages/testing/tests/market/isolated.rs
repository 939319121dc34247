//! Isolated markets: who holds a position in one holds no other.

use anyhow::Result;
use ballast_perp_market::ContractError;
use ballast_testing::suite::{Answered, MarketSpec};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{LiquidationStatus, PlaceOrderAnswer};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::world::{free, named, price, refused, World, UNIT};

const CROSS: u32 = 0;
const ISOLATED: u32 = 1;

/// A at 0 is an ordinary market, B at 1 is isolated.
fn world() -> World {
    World::with(|builder| {
        builder.market(free("A")).market(MarketSpec {
            isolated: true,
            ..free("B")
        })
    })
}

fn limit(
    world: &mut World,
    user: &Addr,
    market: u32,
    side: Side,
    size: u128,
) -> Result<Answered<PlaceOrderAnswer>> {
    let placed = world.suite.limit(user, 0, market, side, size, price("100"));
    world.check();
    placed
}

fn trade(world: &mut World, long: &Addr, short: &Addr, market: u32, size: u128) {
    limit(world, short, market, Side::Sell, size).unwrap();
    let filled = limit(world, long, market, Side::Buy, size)
        .unwrap()
        .answer
        .filled;
    assert_eq!(filled.u128(), size);
}

#[test]
fn the_market_says_that_it_is_isolated() {
    let world = world();
    for (market, isolated) in [(CROSS, false), (ISOLATED, true)] {
        let info = world.suite.market_info(market).unwrap();
        assert_eq!(info.config.isolated, isolated);
    }
}

#[test]
fn a_taker_that_would_mix_is_refused_and_nothing_changes() {
    for (first, second) in [(CROSS, ISOLATED), (ISOLATED, CROSS)] {
        let mut world = world();
        let [user, other, third] = ["user", "other", "third"].map(|n| world.user(n, 10_000 * UNIT));
        trade(&mut world, &user, &other, first, UNIT);
        limit(&mut world, &third, second, Side::Sell, UNIT).unwrap();
        let before = world.suite.account(&user, 0).unwrap();
        let error = refused(limit(&mut world, &user, second, Side::Buy, UNIT));
        assert_eq!(error, ContractError::IsolatedMarket { market: ISOLATED });
        assert_eq!(world.suite.account(&user, 0).unwrap(), before);
        assert_eq!(world.suite.orders(&third, 0).unwrap().len(), 1);
        // Its other subaccount may.
        world.suite.mint(&user, 100 * UNIT).unwrap();
        world.suite.deposit(&user, 1, 100 * UNIT).unwrap();
        world
            .suite
            .limit(&user, 1, second, Side::Buy, UNIT, price("100"))
            .unwrap();
        world.check();
        assert_eq!(world.suite.account(&user, 1).unwrap().positions.len(), 1);
    }
}

#[test]
fn within_its_one_market_an_account_does_as_it_likes() {
    let mut world = world();
    let [user, other] = ["user", "other"].map(|n| world.user(n, 10_000 * UNIT));
    trade(&mut world, &user, &other, ISOLATED, UNIT);
    trade(&mut world, &user, &other, ISOLATED, UNIT);
    trade(&mut world, &other, &user, ISOLATED, 5 * UNIT);
    let size = world.suite.account(&user, 0).unwrap().positions[0].size;
    assert_eq!(size.i128(), -3_000_000);
    // Closed, it is free for the other market again.
    trade(&mut world, &user, &other, ISOLATED, 3 * UNIT);
    trade(&mut world, &user, &other, CROSS, UNIT);
    assert_eq!(
        world.suite.account(&user, 0).unwrap().positions[0].market,
        CROSS
    );
}

#[test]
fn a_maker_whose_fill_would_mix_is_removed_and_the_next_is_taken() {
    for (first, second) in [(CROSS, ISOLATED), (ISOLATED, CROSS)] {
        let mut world = world();
        let [maker, other, next, taker] =
            ["maker", "other", "next", "taker"].map(|n| world.user(n, 10_000 * UNIT));
        // Resting orders are no positions: the position may be taken while the order stands.
        limit(&mut world, &maker, second, Side::Sell, UNIT).unwrap();
        limit(&mut world, &next, second, Side::Sell, UNIT).unwrap();
        trade(&mut world, &maker, &other, first, UNIT);
        let done = limit(&mut world, &taker, second, Side::Buy, UNIT).unwrap();
        assert_eq!(done.answer.filled.u128(), UNIT);
        let removed = named(&done.events, names::ORDER_REMOVED);
        assert_eq!(removed.len(), 1);
        assert_eq!(attribute(removed[0], "reason"), Some("margin"));
        assert!(world.suite.orders(&maker, 0).unwrap().is_empty());
        assert_eq!(world.suite.account(&maker, 0).unwrap().positions.len(), 1);
        assert_eq!(world.suite.account(&next, 0).unwrap().positions.len(), 1);
    }
}

#[test]
fn an_order_that_could_not_be_filled_now_does_not_rest() {
    let mut world = world();
    let [user, other] = ["user", "other"].map(|n| world.user(n, 10_000 * UNIT));
    trade(&mut world, &user, &other, ISOLATED, UNIT);
    let error = refused(limit(&mut world, &user, CROSS, Side::Buy, UNIT));
    assert_eq!(error, ContractError::IsolatedMarket { market: ISOLATED });
}

#[test]
fn an_isolated_position_is_liquidated_and_deleveraged_as_any_other() {
    let mut world = world();
    let [long, short] = [("long", 10), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    trade(&mut world, &long, &short, ISOLATED, UNIT);
    world.suite.advance(100);
    world
        .suite
        .push_prices(&[(CROSS, price("100")), (ISOLATED, price("80"))])
        .unwrap();
    let keeper = world.suite.keeper.clone();
    let id = world.suite.account(&long, 0).unwrap().account;
    let done = world
        .suite
        .liquidate(&keeper, &id, ISOLATED)
        .unwrap()
        .answer;
    world.check();
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!(done.deleveraged.u128(), UNIT);
    for user in [&long, &short] {
        assert!(world.suite.account(user, 0).unwrap().positions.is_empty());
    }
    // The winner is free for the other market.
    let other = world.user("other", 1_000 * UNIT);
    trade(&mut world, &short, &other, CROSS, UNIT);
}
