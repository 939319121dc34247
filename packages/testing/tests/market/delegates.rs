//! Keys that trade for somebody and never touch the money.

use ballast_perp_market::ContractError;
use ballast_testing::suite::NewOrder;
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{ExecuteMsg, OrderType, PlaceOrder, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::world::{named, price, refused, uint, World, UNIT};

const DAY: u64 = 86_400;

fn order_for(owner: &Addr, subaccount: u32, side: Side, at: &str) -> PlaceOrder {
    let order_type = OrderType::Limit {
        price: price(at),
        time_in_force: TimeInForce::GoodTilCancelled,
    };
    let order = NewOrder {
        subaccount,
        market: 0,
        side,
        size: UNIT,
        order_type,
        reduce_only: false,
    };
    PlaceOrder {
        owner: Some(owner.to_string()),
        ..order.message()
    }
}

/// An owner with money in subaccount 0 and somebody who may trade there for a day.
fn delegated() -> (World, Addr, Addr) {
    let mut world = World::new();
    let owner = world.user("owner", 10_000 * UNIT);
    let delegate = world.suite.address("delegate");
    let expires_at = world.suite.now() + DAY;
    let set = world
        .suite
        .set_delegate(&owner, 0, &delegate, expires_at)
        .unwrap();
    world.check();
    let event = named(&set.events, names::DELEGATE)[0];
    assert_eq!(attribute(event, "delegate"), Some(delegate.as_str()));
    assert_eq!(
        attribute(event, "expires_at"),
        Some(expires_at.to_string().as_str())
    );
    (world, owner, delegate)
}

#[test]
fn a_delegate_places_and_cancels_for_its_owner() {
    let (mut world, owner, delegate) = delegated();
    let maker = world.user("maker", 10_000 * UNIT);
    world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    let buy = order_for(&owner, 0, Side::Buy, "100");
    let bought = world.suite.place_order(&delegate, &buy).unwrap().answer;
    world.check();
    assert_eq!(bought.filled, uint(UNIT));
    assert_eq!(world.size(&owner), 1_000_000);
    assert!(world.suite.account(&delegate, 0).is_err(), "nothing is his");

    let mut ids = vec![];
    for _ in 0..3 {
        let rest = order_for(&owner, 0, Side::Buy, "99");
        let answer = world.suite.place_order(&delegate, &rest).unwrap().answer;
        ids.push(answer.order_id.unwrap());
    }
    world.check();
    let market = world.suite.market.clone();
    let one = ExecuteMsg::CancelOrder {
        owner: Some(owner.to_string()),
        subaccount: 0,
        order_id: Some(ids[0]),
        trigger_order_id: None,
        client_order_id: None,
    };
    world.suite.execute(&delegate, &market, &one, &[]).unwrap();
    world.check();
    assert_eq!(world.suite.orders(&owner, 0).unwrap().len(), 2);
    let all = ExecuteMsg::CancelAllOrders {
        owner: Some(owner.to_string()),
        subaccount: 0,
        market: None,
        trigger_orders: false,
    };
    world.suite.execute(&delegate, &market, &all, &[]).unwrap();
    world.check();
    assert!(world.suite.orders(&owner, 0).unwrap().is_empty());
    // An owner may name itself.
    let own = order_for(&owner, 0, Side::Buy, "99");
    world.suite.place_order(&owner, &own).unwrap();
    world.check();
}

// A1, A2
#[test]
fn a_delegate_never_moves_money_and_never_delegates_on() {
    let (mut world, owner, delegate) = delegated();
    let friend = world.suite.address("friend");
    let later = world.suite.now() + DAY;
    // The messages that move money know no owner but their sender.
    let nothing = |owner: &Addr| ContractError::NoSuchAccount {
        owner: owner.to_string(),
        subaccount: 0,
    };
    let withdrawal = world.suite.withdraw(&delegate, 0, 1);
    assert_eq!(refused(withdrawal), nothing(&delegate));
    let passed_on = world.suite.set_delegate(&delegate, 0, &friend, later);
    assert_eq!(refused(passed_on), nothing(&delegate));
    let removed = world.suite.remove_delegate(&delegate, 0, &delegate);
    assert_eq!(refused(removed), nothing(&delegate));
    // A delegate with an account of its own acts on its own by these messages.
    world.suite.mint(&delegate, 5 * UNIT).unwrap();
    world.suite.deposit(&delegate, 0, 5 * UNIT).unwrap();
    world.check();
    let too_much = world.suite.withdraw(&delegate, 0, 6 * UNIT);
    assert!(matches!(
        refused(too_much),
        ContractError::InsufficientMargin { .. }
    ));
    world
        .suite
        .set_delegate(&delegate, 0, &friend, later)
        .unwrap();
    let for_owner = order_for(&owner, 0, Side::Buy, "99");
    let expected = ContractError::NotDelegate {
        owner: owner.to_string(),
        subaccount: 0,
        found: friend.to_string(),
    };
    assert_eq!(
        refused(world.suite.place_order(&friend, &for_owner)),
        expected
    );
    assert_eq!(world.quote(&owner), 10_000_000_000);
}

#[test]
fn a_delegation_ends_at_its_second_or_when_it_is_taken_back() {
    let (mut world, owner, delegate) = delegated();
    let buy = order_for(&owner, 0, Side::Buy, "99");
    let expired_at = world.suite.delegates(&owner, 0).unwrap()[0].expires_at;
    world.suite.set_time(expired_at - 1).unwrap();
    world.suite.push_price(0, price("100")).unwrap();
    world.suite.place_order(&delegate, &buy).unwrap();
    world.check();
    world.suite.set_time(expired_at).unwrap();
    world.suite.push_price(0, price("100")).unwrap();
    let now = expired_at;
    let expected = || ContractError::DelegationExpired { expired_at, now };
    assert_eq!(
        refused(world.suite.place_order(&delegate, &buy)),
        expected()
    );
    let market = world.suite.market.clone();
    let cancel = ExecuteMsg::CancelAllOrders {
        owner: Some(owner.to_string()),
        subaccount: 0,
        market: None,
        trigger_orders: false,
    };
    let late = world.suite.execute(&delegate, &market, &cancel, &[]);
    assert_eq!(refused(late), expected());

    // Renewed, then taken back: at once, in the same block.
    world
        .suite
        .set_delegate(&owner, 0, &delegate, now + 1)
        .unwrap();
    world.suite.place_order(&delegate, &buy).unwrap();
    let gone = world.suite.remove_delegate(&owner, 0, &delegate).unwrap();
    world.check();
    let event = named(&gone.events, names::DELEGATE)[0];
    assert_eq!(attribute(event, "expires_at"), Some("0"));
    let expected = ContractError::NotDelegate {
        owner: owner.to_string(),
        subaccount: 0,
        found: delegate.to_string(),
    };
    assert_eq!(refused(world.suite.place_order(&delegate, &buy)), expected);
    let twice = world.suite.remove_delegate(&owner, 0, &delegate);
    assert_eq!(refused(twice), expected);
}

#[test]
fn a_delegation_is_for_one_subaccount() {
    let (mut world, owner, delegate) = delegated();
    world.suite.mint(&owner, UNIT * 1_000).unwrap();
    world.suite.deposit(&owner, 1, UNIT * 1_000).unwrap();
    world.check();
    let elsewhere = order_for(&owner, 1, Side::Buy, "99");
    assert_eq!(
        refused(world.suite.place_order(&delegate, &elsewhere)),
        ContractError::NotDelegate {
            owner: owner.to_string(),
            subaccount: 1,
            found: delegate.to_string(),
        }
    );
    let nowhere = order_for(&owner, 2, Side::Buy, "99");
    assert!(matches!(
        refused(world.suite.place_order(&delegate, &nowhere)),
        ContractError::NoSuchAccount { subaccount: 2, .. }
    ));
}

// P1
#[test]
fn a_delegation_has_a_future_and_an_end() {
    let (mut world, owner, delegate) = delegated();
    let now = world.suite.now();
    for expires_at in [0, now] {
        let past = world.suite.set_delegate(&owner, 0, &delegate, expires_at);
        assert_eq!(
            refused(past),
            ContractError::AlreadyExpired { expires_at, now }
        );
    }
    let max = now + 365 * DAY;
    world.suite.set_delegate(&owner, 0, &delegate, max).unwrap();
    let found = max + 1;
    let long = world.suite.set_delegate(&owner, 0, &delegate, found);
    assert_eq!(
        refused(long),
        ContractError::DelegationTooLong { max, found }
    );
    let own = world.suite.set_delegate(&owner, 0, &owner, max);
    assert_eq!(refused(own), ContractError::OwnerAsDelegate {});
    let unknown = world.suite.set_delegate(&delegate, 0, &owner, max);
    assert!(matches!(
        refused(unknown),
        ContractError::NoSuchAccount { .. }
    ));
}

// G1
#[test]
fn an_account_has_eight_delegates_and_expired_ones_make_room() {
    let (mut world, owner, first) = delegated();
    let now = world.suite.now();
    let names: Vec<_> = (1..9)
        .map(|n| world.suite.address(&format!("d{n}")))
        .collect();
    for (secs, name) in (10..).zip(&names[..7]) {
        world
            .suite
            .set_delegate(&owner, 0, name, now + secs)
            .unwrap();
    }
    world.check();
    let ninth = world.suite.set_delegate(&owner, 0, &names[7], now + DAY);
    assert_eq!(
        refused(ninth),
        ContractError::TooManyDelegates { max: 8, found: 8 }
    );
    // One that is there may be renewed; when two have expired both make room.
    world
        .suite
        .set_delegate(&owner, 0, &first, now + 9)
        .unwrap();
    world.suite.advance(10);
    world
        .suite
        .set_delegate(&owner, 0, &names[7], now + DAY)
        .unwrap();
    world.check();
    let left = world.suite.delegates(&owner, 0).unwrap();
    assert_eq!(left.len(), 7);
    let held = |name: &Addr| left.iter().any(|one| one.delegate == name.as_str());
    assert!(held(&names[7]) && !held(&first) && !held(&names[0]) && held(&names[1]));
}

// Prevention goes by owner: whoever sends the message.
#[test]
fn a_delegate_does_not_trade_an_owner_against_himself() {
    let (mut world, owner, delegate) = delegated();
    world.suite.mint(&owner, 1_000 * UNIT).unwrap();
    world.suite.deposit(&owner, 1, 1_000 * UNIT).unwrap();
    world
        .suite
        .limit(&owner, 1, 0, Side::Sell, UNIT, price("100"))
        .unwrap();
    let buy = order_for(&owner, 0, Side::Buy, "100");
    let bought = world.suite.place_order(&delegate, &buy).unwrap();
    world.check();
    assert_eq!(bought.answer.filled.u128(), 0);
    let removed = named(&bought.events, names::ORDER_REMOVED)[0];
    assert_eq!(attribute(removed, "reason"), Some("self_trade"));
}
