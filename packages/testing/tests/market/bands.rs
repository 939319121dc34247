//! How far from the oracle price an order may reach.

use ballast_perp_market::ContractError;
use ballast_testing::suite::NewOrder;
use ballast_types::market::{OrderType, PlaceOrderAnswer, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::world::{price, refused, uint, World, UNIT};

fn outside(bound: &str, found: &str) -> ContractError {
    ContractError::PriceOutsideBand {
        market: 0,
        bound: price(bound),
        found: price(found),
    }
}

fn market_order(
    world: &mut World,
    user: &Addr,
    side: Side,
    worst: &str,
) -> anyhow::Result<PlaceOrderAnswer> {
    let done = world
        .suite
        .market_order(user, 0, 0, side, UNIT, price(worst));
    world.check();
    done.map(|done| done.answer)
}

fn reduce(world: &mut World, user: &Addr, side: Side, at: &str) -> anyhow::Result<()> {
    let order_type = OrderType::Limit {
        price: price(at),
        time_in_force: TimeInForce::ImmediateOrCancel,
    };
    let order = NewOrder {
        subaccount: 0,
        market: 0,
        side,
        size: UNIT,
        order_type,
        reduce_only: true,
    };
    let done = world.suite.place(user, &order).map(|_| ());
    world.check();
    done
}

// P1
#[test]
fn a_limit_beyond_the_band_is_refused() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    // 10 % of 100 on either side, the bound included.
    let far = world.limit(&user, Side::Buy, UNIT, "110.01");
    assert_eq!(refused(far), outside("110", "110.01"));
    world.limit(&user, Side::Buy, UNIT, "110").unwrap();
    world.suite.cancel_all(&user, 0, None).unwrap();
    let far = world.limit(&user, Side::Sell, UNIT, "89.99");
    assert_eq!(refused(far), outside("90", "89.99"));
    world.limit(&user, Side::Sell, UNIT, "90").unwrap();
    world.suite.cancel_all(&user, 0, None).unwrap();
    // The other way there is no bound: cheap bids and dear asks hurt nobody.
    world.limit(&user, Side::Buy, UNIT, "1").unwrap();
    world.limit(&user, Side::Sell, UNIT, "10000").unwrap();
    // The band follows the price.
    world.move_to("50");
    let far = world.limit(&user, Side::Buy, UNIT, "55.01");
    assert_eq!(refused(far), outside("55", "55.01"));
}

#[test]
fn a_market_order_stops_at_the_band() {
    let mut world = World::new();
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    world.limit(&maker, Side::Sell, UNIT, "110.01").unwrap();
    world.limit(&maker, Side::Buy, UNIT, "89.99").unwrap();
    let beyond = market_order(&mut world, &taker, Side::Buy, "100000").unwrap();
    assert_eq!((beyond.filled, beyond.cancelled), (uint(0), uint(UNIT)));
    let beyond = market_order(&mut world, &taker, Side::Sell, "0.01").unwrap();
    assert_eq!((beyond.filled, beyond.cancelled), (uint(0), uint(UNIT)));
    // At the bound it trades.
    world.limit(&maker, Side::Sell, UNIT, "110").unwrap();
    let bought = market_order(&mut world, &taker, Side::Buy, "100000").unwrap();
    assert_eq!(bought.filled_value, uint(110 * UNIT));
    world.limit(&maker, Side::Buy, UNIT, "90").unwrap();
    let sold = market_order(&mut world, &taker, Side::Sell, "0.01").unwrap();
    assert_eq!(sold.filled_value, uint(90 * UNIT));
    // A worst price within the band is the trader's own.
    world.limit(&maker, Side::Sell, UNIT, "105").unwrap();
    let own = market_order(&mut world, &taker, Side::Buy, "104.99").unwrap();
    assert_eq!(own.filled, uint(0));
}

// O1: no band without a valid price, and then only less risk.
#[test]
fn without_a_valid_price_there_is_no_band_and_only_less_risk() {
    let mut world = World::new();
    let [long, short, maker] =
        ["long", "short", "maker"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&long, &short, 2 * UNIT, "100");
    world.limit(&maker, Side::Buy, UNIT, "80").unwrap();
    let published = world.suite.now();
    // Up to the last second of validity the band stands, also for who only reduces.
    world.suite.set_time(published + 60).unwrap();
    let far = reduce(&mut world, &long, Side::Sell, "80");
    assert_eq!(refused(far), outside("90", "80"));
    world.suite.set_time(published + 61).unwrap();
    reduce(&mut world, &long, Side::Sell, "80").unwrap();
    let grow = world.limit(&maker, Side::Buy, UNIT, "80");
    assert!(matches!(refused(grow), ContractError::StalePrice { .. }));
}
