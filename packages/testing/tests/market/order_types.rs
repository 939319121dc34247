//! How long an order lives and what it is called.

use ballast_perp_market::ContractError;
use ballast_testing::suite::{Answered, NewOrder};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{ExecuteMsg, OrderType, PlaceOrder, PlaceOrderAnswer, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{from_json, to_json_vec, Addr, Uint128};

use crate::world::{named, price, refused, uint, World, UNIT};

fn order(side: Side, size: u128, at: &str, time_in_force: TimeInForce) -> PlaceOrder {
    let order_type = OrderType::Limit {
        price: price(at),
        time_in_force,
    };
    NewOrder {
        subaccount: 0,
        market: 0,
        side,
        size,
        order_type,
        reduce_only: false,
    }
    .message()
}

fn place(world: &mut World, user: &Addr, order: &PlaceOrder) -> anyhow::Result<PlaceOrderAnswer> {
    let answer = world.suite.place_order(user, order);
    world.check();
    answer.map(|answer| answer.answer)
}

fn called(id: u128, side: Side, at: &str) -> PlaceOrder {
    PlaceOrder {
        client_order_id: Some(Uint128::new(id)),
        ..order(side, UNIT, at, TimeInForce::GoodTilCancelled)
    }
}

fn reasons(answer: &Answered<PlaceOrderAnswer>) -> Vec<&str> {
    named(&answer.events, names::ORDER_REMOVED)
        .into_iter()
        .map(|event| attribute(event, "reason").unwrap())
        .collect()
}

#[test]
fn fill_or_kill_is_all_or_nothing() {
    let mut world = World::new();
    let [a, b, taker] = ["a", "b", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    world.limit(&a, Side::Sell, UNIT, "100").unwrap();
    world.limit(&b, Side::Sell, UNIT, "100.5").unwrap();
    let before = (world.suite.account(&taker, 0).unwrap(), world.suite.book(0));
    for (size, at, filled) in [(3 * UNIT, "101", 2 * UNIT), (2 * UNIT, "100.49", UNIT)] {
        let kill = order(Side::Buy, size, at, TimeInForce::FillOrKill);
        assert_eq!(
            refused(place(&mut world, &taker, &kill)),
            ContractError::NotFilled {
                wanted: uint(size),
                filled: uint(filled)
            }
        );
        let after = (world.suite.account(&taker, 0).unwrap(), world.suite.book(0));
        assert_eq!(before.0, after.0, "nothing changed");
        assert_eq!(before.1.as_ref().unwrap(), after.1.as_ref().unwrap());
    }
    let all = order(Side::Buy, 2 * UNIT, "100.5", TimeInForce::FillOrKill);
    let filled = place(&mut world, &taker, &all).unwrap();
    assert_eq!((filled.filled, filled.order_id), (uint(2 * UNIT), None));
    assert_eq!(world.size(&taker), 2_000_000);
}

#[test]
fn fill_or_kill_is_killed_by_a_cap_and_fills_what_a_reduce_only_order_may() {
    let mut world = World::with(|builder| {
        let mut parameters = ballast_perp_market::parameters::default_exchange();
        parameters.max_fills = 2;
        builder
            .market(crate::world::spec("A"))
            .exchange_parameters(parameters)
    });
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    for _ in 0..3 {
        world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    }
    let three = order(Side::Buy, 3 * UNIT, "100", TimeInForce::FillOrKill);
    let error = refused(place(&mut world, &taker, &three));
    assert_eq!(
        error,
        ContractError::NotFilled {
            wanted: uint(3 * UNIT),
            filled: uint(2 * UNIT)
        }
    );
    let two = order(Side::Buy, 2 * UNIT, "100", TimeInForce::FillOrKill);
    place(&mut world, &taker, &two).unwrap();
    // Two are held: a reduce-only order of five is one of two.
    world.limit(&maker, Side::Buy, 2 * UNIT, "99").unwrap();
    let close = PlaceOrder {
        reduce_only: true,
        ..order(Side::Sell, 5 * UNIT, "99", TimeInForce::FillOrKill)
    };
    let closed = place(&mut world, &taker, &close).unwrap();
    assert_eq!(
        (closed.filled, closed.cancelled),
        (uint(2 * UNIT), uint(3 * UNIT))
    );
    assert_eq!(world.size(&taker), 0);
}

#[test]
fn an_order_lives_until_the_second_it_expires() {
    let mut world = World::new();
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    let now = world.suite.now();
    for expires_at in [0, now - 1, now] {
        let dead = order(
            Side::Sell,
            UNIT,
            "100",
            TimeInForce::GoodTilTime { expires_at },
        );
        assert_eq!(
            refused(place(&mut world, &maker, &dead)),
            ContractError::AlreadyExpired { expires_at, now }
        );
    }
    let until = |expires_at| {
        let time_in_force = TimeInForce::GoodTilTime { expires_at };
        order(Side::Sell, UNIT, "100", time_in_force)
    };
    place(&mut world, &maker, &until(now + 10)).unwrap();
    place(&mut world, &maker, &until(now + 11)).unwrap();
    assert_eq!(
        world.suite.orders(&maker, 0).unwrap()[0].expires_at,
        Some(now + 10)
    );
    world.suite.advance(10);
    world.suite.push_price(0, price("100")).unwrap();
    // The first is dead from this second on, the second lives one more.
    assert_eq!(world.suite.book(0).unwrap().asks[0].size, uint(UNIT));
    let bought = world.limit(&taker, Side::Buy, 2 * UNIT, "100").unwrap();
    assert_eq!(reasons(&bought), ["expired"]);
    assert_eq!(bought.answer.filled, uint(UNIT));
    assert!(world.suite.orders(&maker, 0).unwrap().is_empty());
    assert_eq!(world.size(&maker), -1_000_000);
}

// A dead order in front makes nobody a taker.
#[test]
fn post_only_rests_behind_what_has_expired() {
    let mut world = World::new();
    let [maker, other] = ["maker", "other"].map(|name| world.user(name, 10_000 * UNIT));
    let expires_at = world.suite.now() + 5;
    let short_lived = order(
        Side::Sell,
        UNIT,
        "100",
        TimeInForce::GoodTilTime { expires_at },
    );
    place(&mut world, &maker, &short_lived).unwrap();
    let post = order(Side::Buy, UNIT, "100", TimeInForce::PostOnly);
    assert_eq!(
        refused(place(&mut world, &other, &post)),
        ContractError::WouldTrade {}
    );
    world.suite.advance(5);
    world.suite.push_price(0, price("100")).unwrap();
    let rested = world.suite.place_order(&other, &post).unwrap();
    world.check();
    assert_eq!(reasons(&rested), ["expired"]);
    assert!(rested.answer.order_id.is_some());
}

// An order that expired is no depth for a premium sample.
#[test]
fn expired_orders_make_no_funding() {
    for (secs, expected) in [(1_000, 8_000), (100, 0)] {
        let mut world = World::new();
        let bidder = world.user("bidder", 100_000 * UNIT);
        let expires_at = world.suite.now() + secs;
        // 0.8 % above the index, 20,000 of value: far more than the impact notional of 5,000.
        let time_in_force = TimeInForce::GoodTilTime { expires_at };
        let bid = order(Side::Buy, 200 * UNIT, "100.8", time_in_force);
        place(&mut world, &bidder, &bid).unwrap();
        world.suite.next_block();
        world.suite.advance(120);
        world.suite.push_price(0, price("100")).unwrap();
        world.suite.accrue(0).unwrap();
        world.check();
        let sampled = world.suite.funding(0).unwrap().sample_sum_ppm.i128();
        assert_eq!(sampled, expected, "{secs}");
    }
}

#[test]
fn a_name_is_unique_while_its_order_rests() {
    let mut world = World::new();
    let [user, taker] = ["user", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    // A UUID has 128 bits.
    let id = u128::MAX;
    let duplicate = ContractError::DuplicateClientOrderId {
        client_order_id: uint(id),
    };
    place(&mut world, &user, &called(id, Side::Sell, "100")).unwrap();
    let found = world.suite.orders(&user, 0).unwrap()[0].client_order_id;
    assert_eq!(found, Some(uint(id)));
    // Also an order that would not rest: whoever named it could not tell the two apart.
    let again = called(id, Side::Sell, "101");
    assert_eq!(refused(place(&mut world, &user, &again)), duplicate);
    let at_once = PlaceOrder {
        client_order_id: Some(uint(id)),
        ..order(Side::Buy, UNIT, "99", TimeInForce::ImmediateOrCancel)
    };
    assert_eq!(refused(place(&mut world, &user, &at_once)), duplicate);
    // Another account may use the same name, and the name is free once its order is gone: filled,
    place(&mut world, &taker, &called(id, Side::Buy, "100")).unwrap();
    assert_eq!(world.size(&taker), 1_000_000);
    place(&mut world, &user, &called(id, Side::Sell, "100")).unwrap();
    // cancelled,
    cancel(&mut world, &user, None, Some(id)).unwrap();
    place(&mut world, &user, &called(id, Side::Sell, "100")).unwrap();
    // or cancelled with all others.
    world.suite.cancel_all(&user, 0, None).unwrap();
    world.check();
    place(&mut world, &user, &called(id, Side::Sell, "100")).unwrap();
    // A name never rests by itself.
    let ioc = PlaceOrder {
        client_order_id: Some(uint(5)),
        ..order(Side::Buy, UNIT, "90", TimeInForce::ImmediateOrCancel)
    };
    for _ in 0..2 {
        place(&mut world, &user, &ioc).unwrap();
    }
}

fn cancel(
    world: &mut World,
    user: &Addr,
    order_id: Option<ballast_types::market::OrderId>,
    client_order_id: Option<u128>,
) -> anyhow::Result<()> {
    let market = world.suite.market.clone();
    let msg = ExecuteMsg::CancelOrder {
        owner: None,
        subaccount: 0,
        order_id,
        trigger_order_id: None,
        client_order_id: client_order_id.map(Uint128::new),
    };
    let done = world.suite.execute(user, &market, &msg, &[]);
    world.check();
    done.map(|_| ())
}

// A2
#[test]
fn an_order_is_cancelled_by_either_of_its_names() {
    let mut world = World::new();
    let [user, thief] = ["user", "thief"].map(|name| world.user(name, 10_000 * UNIT));
    let placed = place(&mut world, &user, &called(7, Side::Sell, "100")).unwrap();
    let id = placed.order_id.unwrap();
    for (order_id, client_order_id) in [(None, None), (Some(id), Some(7))] {
        assert_eq!(
            refused(cancel(&mut world, &user, order_id, client_order_id)),
            ContractError::AmbiguousReference {}
        );
    }
    let missing = |client_order_id| ContractError::NoSuchClientOrder {
        client_order_id: uint(client_order_id),
    };
    assert_eq!(
        refused(cancel(&mut world, &thief, None, Some(7))),
        missing(7)
    );
    assert_eq!(
        refused(cancel(&mut world, &user, None, Some(8))),
        missing(8)
    );
    cancel(&mut world, &user, None, Some(7)).unwrap();
    assert_eq!(
        refused(cancel(&mut world, &user, None, Some(7))),
        missing(7)
    );
    let placed = place(&mut world, &user, &called(7, Side::Sell, "100")).unwrap();
    cancel(&mut world, &user, placed.order_id, None).unwrap();
    assert_eq!(
        refused(cancel(&mut world, &user, None, Some(7))),
        missing(7)
    );
}

// What clients sent before orders had names and delegates is understood as before.
#[test]
fn messages_of_older_clients_still_work() {
    let place = r#"{"place_order":{"subaccount":0,"market":0,"side":"buy","size":"1000000","order_type":{"limit":{"price":"30000","time_in_force":"good_til_cancelled"}},"reduce_only":false}}"#;
    let cancel = r#"{"cancel_order":{"subaccount":0,"order_id":{"market":0,"side":"buy","ticks":"300000","sequence":"7"}}}"#;
    let all = r#"{"cancel_all_orders":{"subaccount":0,"market":null}}"#;
    for old in [place, cancel, all] {
        let message: ExecuteMsg = from_json(old).unwrap();
        let again: ExecuteMsg = from_json(to_json_vec(&message).unwrap()).unwrap();
        assert_eq!(message, again);
    }
    let timed = r#"{"limit":{"price":"1","time_in_force":{"good_til_time":{"expires_at":5}}}}"#;
    let timed: OrderType = from_json(timed).unwrap();
    let time_in_force = TimeInForce::GoodTilTime { expires_at: 5 };
    assert!(
        matches!(timed, OrderType::Limit { time_in_force: found, .. } if found == time_in_force)
    );
}
