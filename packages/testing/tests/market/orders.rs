//! The order book.

use ballast_perp_market::ContractError;
use ballast_testing::suite::NewOrder;
use ballast_types::events::market as names;
use ballast_types::market::{OrderType, TimeInForce};
use ballast_types::Side;

use crate::world::{named, number, price, refused, spec, uint, World, UNIT};

#[test]
fn orders_trade_by_price_then_time() {
    let mut world = World::new();
    let [a, b, c, taker] = ["a", "b", "c", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    world.limit(&a, Side::Sell, UNIT, "101").unwrap();
    world.limit(&b, Side::Sell, UNIT, "100.5").unwrap();
    world.limit(&c, Side::Sell, UNIT, "100.5").unwrap();
    let bought = world.limit(&taker, Side::Buy, 2_500_000, "101").unwrap();
    let makers: Vec<_> = named(&bought.events, names::TRADE)
        .iter()
        .map(|event| {
            (
                number(event, "maker"),
                number(event, "ticks"),
                number(event, "size"),
            )
        })
        .collect();
    assert_eq!(
        makers,
        [
            (2, 10_050, 1_000_000),
            (3, 10_050, 1_000_000),
            (1, 10_100, 500_000)
        ]
    );
    assert_eq!(bought.answer.filled_value.u128(), 251_500_000);
    assert_eq!(
        bought.answer.fee.u128(),
        50_250 + 50_250 + 25_250,
        "5 bp of each fill, rounded up"
    );
    let book = world.suite.book(0).unwrap();
    assert_eq!((book.asks.len(), book.asks[0].size), (1, uint(500_000)));
    assert_eq!(world.size(&taker), 2_500_000);
}

#[test]
fn what_is_left_rests_or_is_cancelled() {
    let mut world = World::new();
    let maker = world.user("maker", 10_000 * UNIT);
    let taker = world.user("taker", 10_000 * UNIT);
    world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    let rested = world
        .limit(&taker, Side::Buy, 3 * UNIT, "100")
        .unwrap()
        .answer;
    assert_eq!((rested.filled.u128(), rested.cancelled.u128()), (UNIT, 0));
    let order = rested.order_id.unwrap();
    let orders = world.suite.orders(&taker, 0).unwrap();
    assert_eq!(
        (orders[0].order_id, orders[0].remaining),
        (order, uint(2 * UNIT))
    );

    let ioc = world
        .suite
        .ioc(&maker, 0, 0, Side::Sell, 5 * UNIT, price("100"))
        .unwrap()
        .answer;
    world.check();
    assert_eq!(
        (ioc.filled.u128(), ioc.cancelled.u128()),
        (2 * UNIT, 3 * UNIT)
    );
    assert_eq!(ioc.order_id, None);
    assert!(world.suite.orders(&taker, 0).unwrap().is_empty());

    // A market order stops at its worst price, rounded to a tick in the trader's favour.
    world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    world.limit(&maker, Side::Sell, UNIT, "100.02").unwrap();
    let bounded = world
        .suite
        .market_order(&taker, 0, 0, Side::Buy, 2 * UNIT, price("100.019"))
        .unwrap()
        .answer;
    world.check();
    assert_eq!(
        (bounded.filled.u128(), bounded.cancelled.u128()),
        (UNIT, UNIT)
    );
}

#[test]
fn post_only_never_takes() {
    let mut world = World::new();
    let maker = world.user("maker", 10_000 * UNIT);
    let other = world.user("other", 10_000 * UNIT);
    world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    let crossing = world
        .suite
        .post_only(&other, 0, 0, Side::Buy, UNIT, price("100"));
    assert_eq!(refused(crossing), ContractError::WouldTrade {});
    world
        .suite
        .post_only(&other, 0, 0, Side::Buy, UNIT, price("99.99"))
        .unwrap();
    world.check();
    assert_eq!(world.size(&other), 0);
}

#[test]
fn reduce_only_never_grows_or_turns_a_position() {
    let mut world = World::new();
    let [long, short, maker] =
        ["long", "short", "maker"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&long, &short, 2 * UNIT, "100");
    let reduce = |side, size, time_in_force| NewOrder {
        subaccount: 0,
        market: 0,
        side,
        size,
        order_type: OrderType::Limit {
            price: price("100"),
            time_in_force,
        },
        reduce_only: true,
    };
    let grow = reduce(Side::Buy, UNIT, TimeInForce::GoodTilCancelled);
    assert_eq!(
        refused(world.suite.place(&long, &grow)),
        ContractError::NothingToReduce {}
    );
    world.limit(&maker, Side::Buy, 5 * UNIT, "100").unwrap();
    let close = reduce(Side::Sell, 5 * UNIT, TimeInForce::ImmediateOrCancel);
    let closed = world.suite.place(&long, &close).unwrap().answer;
    world.check();
    assert_eq!(
        (closed.filled.u128(), closed.cancelled.u128()),
        (2 * UNIT, 3 * UNIT)
    );
    assert_eq!(world.size(&long), 0);

    // A resting one is cut to the position when it is filled, and removed when there is none.
    world.suite.cancel_all(&maker, 0, None).unwrap();
    world.check();
    let rest = reduce(Side::Buy, 2 * UNIT, TimeInForce::GoodTilCancelled);
    world.suite.place(&short, &rest).unwrap();
    world.suite.place(&short, &rest).unwrap();
    world.check();
    let sold = world
        .suite
        .ioc(&maker, 0, 0, Side::Sell, 4 * UNIT, price("100"))
        .unwrap();
    world.check();
    assert_eq!(sold.answer.filled.u128(), 2 * UNIT);
    assert_eq!(world.size(&short), 0);
    assert_eq!(named(&sold.events, names::ORDER_REMOVED).len(), 1);
}

#[test]
fn one_hand_does_not_trade_with_itself() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    let other = world.user("other", 10_000 * UNIT);
    world.suite.mint(&user, 10_000 * UNIT).unwrap();
    world.suite.deposit(&user, 7, 10_000 * UNIT).unwrap();
    world
        .suite
        .limit(&user, 7, 0, Side::Sell, UNIT, price("100"))
        .unwrap();
    world.limit(&other, Side::Sell, UNIT, "100").unwrap();
    let bought = world.limit(&user, Side::Buy, UNIT, "100").unwrap();
    assert_eq!(bought.answer.filled.u128(), UNIT);
    let removed = named(&bought.events, names::ORDER_REMOVED);
    assert_eq!(
        ballast_types::events::attribute(removed[0], "reason"),
        Some("self_trade")
    );
    assert!(world.suite.orders(&user, 7).unwrap().is_empty());
    assert_eq!(world.size(&other), -1_000_000);
}

#[test]
fn a_maker_that_cannot_pay_is_passed_and_its_order_removed() {
    let mut world = World::new();
    let poor = world.user("poor", 100 * UNIT);
    let [rich, taker] = ["rich", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    world.limit(&poor, Side::Sell, 15 * UNIT, "100").unwrap();
    world.limit(&rich, Side::Sell, 15 * UNIT, "100").unwrap();
    world.suite.withdraw(&poor, 0, 90 * UNIT).unwrap();
    world.check();
    let bought = world.limit(&taker, Side::Buy, 15 * UNIT, "100").unwrap();
    assert_eq!(bought.answer.filled.u128(), 15 * UNIT);
    assert_eq!(world.size(&poor), 0);
    assert!(world.suite.orders(&poor, 0).unwrap().is_empty());
}

// A2
#[test]
fn only_the_owner_cancels_and_every_order_is_cancelled_once() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    let thief = world.user("thief", 10_000 * UNIT);
    let id = world
        .limit(&user, Side::Buy, UNIT, "99")
        .unwrap()
        .answer
        .order_id
        .unwrap();
    let stolen = world.suite.cancel(&thief, 0, id);
    assert_eq!(refused(stolen), ContractError::NoSuchOrder { id });
    world.suite.cancel(&user, 0, id).unwrap();
    world.check();
    assert_eq!(
        refused(world.suite.cancel(&user, 0, id)),
        ContractError::NoSuchOrder { id }
    );
    for ticks in 0..20u32 {
        let at = price("98") - cosmwasm_std::Decimal::percent(u64::from(ticks));
        world.suite.limit(&user, 0, 0, Side::Buy, UNIT, at).unwrap();
    }
    world.check();
    let refused_order = refused(world.limit(&user, Side::Buy, UNIT, "97"));
    assert_eq!(
        refused_order,
        ContractError::TooManyOrders { max: 20, found: 20 }
    );
    world.suite.cancel_all(&user, 0, Some(0)).unwrap();
    world.check();
    assert!(world.suite.book(0).unwrap().bids.is_empty());
}

// S7, P1
#[test]
fn sizes_and_prices_off_the_grid_are_refused() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    for size in [0, 1, 9_999, 10_001] {
        let lot_size = uint(10_000);
        let error = refused(world.limit(&user, Side::Buy, size, "99"));
        assert_eq!(
            error,
            ContractError::InvalidSize {
                lot_size,
                found: uint(size)
            }
        );
    }
    for at in ["0", "0.001", "99.999"] {
        let error = refused(world.limit(&user, Side::Buy, UNIT, at));
        let tick_size = price("0.01");
        assert_eq!(
            error,
            ContractError::InvalidPrice {
                tick_size,
                found: price(at)
            }
        );
    }
    let huge = world.limit(&user, Side::Buy, u128::MAX - u128::MAX % 10_000, "99");
    assert!(matches!(
        refused(huge),
        ContractError::Overflow { .. } | ContractError::Risk(_)
    ));
}

// G1
#[test]
fn a_walk_stops_at_its_cap_and_says_so() {
    let mut world = World::with(|builder| {
        let mut parameters = ballast_perp_market::parameters::default_exchange();
        parameters.max_fills = 3;
        builder.market(spec("A")).exchange_parameters(parameters)
    });
    let maker = world.user("maker", 100_000 * UNIT);
    let taker = world.user("taker", 100_000 * UNIT);
    for _ in 0..5 {
        world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    }
    let bought = world
        .limit(&taker, Side::Buy, 5 * UNIT, "100")
        .unwrap()
        .answer;
    assert!(bought.more);
    assert_eq!(
        (bought.filled.u128(), bought.cancelled.u128()),
        (3 * UNIT, 2 * UNIT)
    );
    assert_eq!(
        bought.order_id, None,
        "what a cap stops does not rest across the book"
    );
}

#[test]
fn a_reduce_only_market_lets_nobody_take_but_to_reduce() {
    let mut world = World::new();
    let [long, short, maker] =
        ["long", "short", "maker"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&long, &short, 2 * UNIT, "100");
    let mut parameters = world.suite.market_info(0).unwrap().config.parameters;
    parameters.reduce_only = true;
    world.suite.update_market(0, parameters).unwrap();
    world.limit(&maker, Side::Buy, 5 * UNIT, "100").unwrap();
    world.limit(&maker, Side::Sell, 5 * UNIT, "101").unwrap();
    let open = world.limit(&short, Side::Sell, UNIT, "100");
    assert_eq!(refused(open), ContractError::ReduceOnly { market: 0 });
    let turn = world.limit(&long, Side::Sell, 3 * UNIT, "100");
    assert_eq!(refused(turn), ContractError::ReduceOnly { market: 0 });
    let close = world
        .limit(&long, Side::Sell, 2 * UNIT, "100")
        .unwrap()
        .answer;
    assert_eq!(close.filled.u128(), 2 * UNIT);
    assert_eq!(
        world.suite.market_info(0).unwrap().open_interest.u128(),
        2 * UNIT
    );
}

#[test]
fn open_interest_stops_at_the_cap() {
    let mut world = World::with(|builder| {
        let mut capped = spec("B");
        let mut parameters = ballast_testing::suite::market_parameters(6);
        parameters.open_interest_cap = uint(500 * UNIT);
        capped.parameters = Some(parameters);
        builder.market(spec("A")).market(capped)
    });
    let [long, short] = ["long", "short"].map(|name| world.user(name, 10_000 * UNIT));
    world
        .suite
        .limit(&short, 0, 1, Side::Sell, 6 * UNIT, price("100"))
        .unwrap();
    let over = world
        .suite
        .ioc(&long, 0, 1, Side::Buy, 6 * UNIT, price("100"));
    let expected = ContractError::OpenInterestCap {
        market: 1,
        cap: uint(500 * UNIT),
        found: uint(600 * UNIT),
    };
    assert_eq!(refused(over), expected);
    world
        .suite
        .ioc(&long, 0, 1, Side::Buy, 5 * UNIT, price("100"))
        .unwrap();
    world.check();
    // Closing is always possible.
    world
        .suite
        .limit(&short, 0, 1, Side::Buy, 5 * UNIT, price("99"))
        .unwrap();
    world
        .suite
        .ioc(&long, 0, 1, Side::Sell, 5 * UNIT, price("99"))
        .unwrap();
    world.check();
    assert_eq!(world.suite.market_info(1).unwrap().open_interest.u128(), 0);
}
