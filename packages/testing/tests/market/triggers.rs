//! Stop-loss and take-profit: stored, executed by anyone once the oracle price is there, armed until they are done.

use anyhow::Result;
use ballast_perp_market::ContractError;
use ballast_testing::suite::{Answered, FundSeed, Suite};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{
    BatchOrder, CancelOutcome, ExecuteMsg, ExecuteTriggerOrderAnswer, OrderReference, OrderType,
    PlaceTriggerOrder, QueryMsg, TimeInForce, TriggerCondition, TriggerOrderId,
    TriggerOrderResponse, TriggerStatus, TriggeredOrder,
};
use ballast_types::Side;
use cosmwasm_std::{from_json, Addr};

use crate::world::{free, named, number, price, refused, uint, World, UNIT};

/// What an execution costs by default.
const FEE: u128 = 50_000;
/// What a removal costs.
const REMOVAL: u128 = 20_000;

const BELOW: TriggerCondition = TriggerCondition::AtOrBelow;
const ABOVE: TriggerCondition = TriggerCondition::AtOrAbove;

/// A long's stop-loss in market 0: sells at the market, at most 2 % below the oracle price.
fn sells(size: u128, at: &str) -> PlaceTriggerOrder {
    PlaceTriggerOrder {
        owner: None,
        subaccount: 0,
        market: 0,
        side: Side::Sell,
        size: uint(size),
        condition: BELOW,
        trigger_price: price(at),
        order: TriggeredOrder::Market {
            max_slippage_ppm: 20_000,
        },
        reduce_only: true,
        expires_at: None,
        client_order_id: None,
    }
}

/// A stop-loss of a long.
pub fn stop_loss(world: &mut World, user: &Addr, size: u128, at: &str) -> TriggerOrderId {
    place(world, user, &sells(size, at)).unwrap()
}

fn place(world: &mut World, user: &Addr, order: &PlaceTriggerOrder) -> Result<TriggerOrderId> {
    let placed = world.suite.place_trigger_order(user, order);
    world.check();
    placed
}

fn execute(world: &mut World, id: TriggerOrderId) -> Result<Answered<ExecuteTriggerOrderAnswer>> {
    let keeper = world.suite.keeper.clone();
    let done = world.suite.execute_trigger_order(&keeper, id);
    world.check();
    done
}

fn limit(at: &str, time_in_force: TimeInForce) -> TriggeredOrder {
    TriggeredOrder::Limit {
        price: price(at),
        time_in_force,
    }
}

/// What the keeper's subaccount 0 holds.
fn keeper_holds(world: &World) -> i128 {
    let keeper = world.suite.keeper.clone();
    world
        .suite
        .account(&keeper, 0)
        .map_or(0, |one| one.quote.i128())
}

fn trigger_orders(world: &World, user: &Addr) -> Vec<TriggerOrderResponse> {
    world.suite.trigger_orders(user, 0).unwrap()
}

/// A long of ten at 100, and one who will buy ten at 94.5.
fn long_of_ten() -> (World, Addr, Addr) {
    let mut world = World::free();
    let [long, short, bidder] =
        ["long", "short", "bidder"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.limit(&bidder, Side::Buy, 10 * UNIT, "94.5").unwrap();
    (world, long, bidder)
}

#[test]
fn a_stop_loss_closes_a_long_once_the_price_is_there() {
    let (mut world, long, bidder) = long_of_ten();
    let id = stop_loss(&mut world, &long, 10 * UNIT, "95");
    assert_eq!(world.suite.account(&long, 0).unwrap().trigger_orders, 1);
    world.move_to("95.01");
    let error = refused(execute(&mut world, id));
    let expected = ContractError::NotTriggered {
        condition: "at_or_below",
        trigger_price: price("95"),
        price: price("95.01"),
    };
    assert_eq!(error, expected);
    world.move_to("95");
    let done = execute(&mut world, id).unwrap();
    let answer = &done.answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!((answer.remaining, answer.keeper_fee), (uint(0), uint(FEE)));
    let order = answer.order.clone().unwrap();
    assert_eq!(order.filled_value, uint(945 * UNIT));
    let event = named(&done.events, names::TRIGGER_ORDER_EXECUTED)[0];
    assert_eq!(attribute(event, "status"), Some("executed"));
    assert_eq!(attribute(event, "price"), Some("95"));
    assert_eq!(number(event, "filled"), 10_000_000);
    assert_eq!(number(event, "fee"), 50_000);
    assert_eq!((world.size(&long), world.size(&bidder)), (0, 10_000_000));
    assert_eq!(world.quote(&long), 10_000_000_000 - 55_000_000 - 50_000);
    assert_eq!(keeper_holds(&world), 50_000);
    assert_eq!(world.suite.account(&long, 0).unwrap().trigger_orders, 0);
    let error = refused(execute(&mut world, id));
    assert_eq!(error, ContractError::NoSuchTriggerOrder { id });
}

// R3: each side's stop-loss and take-profit is the mirror of the other's.
#[test]
fn every_side_and_condition_closes_its_position_at_its_price() {
    for (long, condition, before, at, other) in [
        (true, BELOW, "95.01", "95", "94.5"),
        (true, ABOVE, "104.99", "105", "104.5"),
        (false, ABOVE, "104.99", "105", "105.5"),
        (false, BELOW, "95.01", "95", "95.5"),
    ] {
        let mut world = World::free();
        let [user, rival, maker] =
            ["user", "rival", "maker"].map(|name| world.user(name, 10_000 * UNIT));
        let (side, makes) = if long {
            world.open(&user, &rival, UNIT, "100");
            (Side::Sell, Side::Buy)
        } else {
            world.open(&rival, &user, UNIT, "100");
            (Side::Buy, Side::Sell)
        };
        let order = PlaceTriggerOrder {
            side,
            condition,
            ..sells(UNIT, at)
        };
        let id = place(&mut world, &user, &order).unwrap();
        world.move_to(before);
        let error = refused(execute(&mut world, id));
        assert!(matches!(error, ContractError::NotTriggered { .. }));
        assert!(world
            .suite
            .due_trigger_orders(0, condition)
            .unwrap()
            .is_empty());
        world.move_to(at);
        world.limit(&maker, makes, UNIT, other).unwrap();
        let due = world.suite.due_trigger_orders(0, condition).unwrap();
        assert_eq!(due, trigger_orders(&world, &user));
        let answer = execute(&mut world, id).unwrap().answer;
        assert_eq!(
            answer.status,
            TriggerStatus::Executed,
            "{long} {condition:?}"
        );
        assert_eq!(world.size(&user), 0);
    }
}

#[test]
fn what_finds_nobody_stays_armed_and_parts_are_paid_by_their_size() {
    let (mut world, long, bidder) = long_of_ten();
    world.suite.cancel_all(&bidder, 0, None).unwrap();
    let named_so = PlaceTriggerOrder {
        client_order_id: Some(uint(7)),
        ..sells(10 * UNIT, "95")
    };
    let id = place(&mut world, &long, &named_so).unwrap();
    world.move_to("94");
    let before = trigger_orders(&world, &long);
    let error = refused(execute(&mut world, id));
    let wanted = uint(10 * UNIT);
    assert_eq!(error, ContractError::NothingTraded { wanted });
    assert_eq!(trigger_orders(&world, &long), before);
    // Three of ten within the slippage, the others beyond it.
    world.limit(&bidder, Side::Buy, 3 * UNIT, "92.5").unwrap();
    world.limit(&bidder, Side::Buy, 7 * UNIT, "92.11").unwrap();
    let done = execute(&mut world, id).unwrap();
    let answer = done.answer;
    assert_eq!(answer.status, TriggerStatus::Armed);
    assert_eq!(answer.remaining, uint(7 * UNIT));
    assert_eq!(answer.keeper_fee, uint(FEE * 3 / 10));
    let order = answer.order.unwrap();
    assert_eq!((order.filled, order.cancelled), (uint(3 * UNIT), uint(0)));
    let left = &trigger_orders(&world, &long)[0];
    assert_eq!(
        (left.size, left.remaining),
        (uint(10 * UNIT), uint(7 * UNIT))
    );
    assert_eq!(left.client_order_id, Some(uint(7)));
    // The price is back: nobody is closed at it.
    world.move_to("96");
    let error = refused(execute(&mut world, id));
    assert!(matches!(error, ContractError::NotTriggered { .. }));
    world.move_to("93.5");
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(answer.keeper_fee, uint(FEE * 7 / 10));
    assert_eq!(world.size(&long), 0);
    assert_eq!(keeper_holds(&world), 50_000);
}

#[test]
fn a_limit_that_comes_to_rest_is_an_ordinary_order_with_its_name() {
    let (mut world, long, _) = long_of_ten();
    let order = PlaceTriggerOrder {
        order: limit("96", TimeInForce::GoodTilCancelled),
        client_order_id: Some(uint(7)),
        ..sells(10 * UNIT, "95")
    };
    let id = place(&mut world, &long, &order).unwrap();
    world.move_to("95");
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(answer.keeper_fee, uint(FEE));
    let placed = answer.order.unwrap();
    let resting = &world.suite.orders(&long, 0).unwrap()[0];
    assert_eq!(Some(resting.order_id), placed.order_id);
    assert_eq!(resting.client_order_id, Some(uint(7)));
    assert_eq!(resting.remaining, uint(10 * UNIT));
    assert!(trigger_orders(&world, &long).is_empty());
    world.checker.full(&world.suite).unwrap();
    // Its name is free again once it is cancelled by it.
    let cancel = ExecuteMsg::CancelOrder {
        owner: None,
        subaccount: 0,
        order_id: None,
        trigger_order_id: None,
        client_order_id: Some(uint(7)),
    };
    let market = world.suite.market.clone();
    world.suite.execute(&long, &market, &cancel, &[]).unwrap();
    place(&mut world, &long, &order).unwrap();
}

#[test]
fn every_time_in_force_is_kept() {
    for (time_in_force, bids, outcome) in [
        (TimeInForce::FillOrKill, 10, Some(TriggerStatus::Executed)),
        (TimeInForce::FillOrKill, 9, None),
        (
            TimeInForce::ImmediateOrCancel,
            9,
            Some(TriggerStatus::Armed),
        ),
        (TimeInForce::PostOnly, 10, None),
        (TimeInForce::PostOnly, 0, Some(TriggerStatus::Executed)),
        (
            TimeInForce::GoodTilCancelled,
            9,
            Some(TriggerStatus::Executed),
        ),
    ] {
        let (mut world, long, bidder) = long_of_ten();
        world.suite.cancel_all(&bidder, 0, None).unwrap();
        let order = PlaceTriggerOrder {
            order: limit("94", time_in_force),
            ..sells(10 * UNIT, "95")
        };
        let id = place(&mut world, &long, &order).unwrap();
        world.move_to("95");
        if bids > 0 {
            world.limit(&bidder, Side::Buy, bids * UNIT, "94").unwrap();
        }
        let before = trigger_orders(&world, &long);
        let done = execute(&mut world, id);
        let status = done.as_ref().ok().map(|done| done.answer.status);
        assert_eq!(status, outcome, "{time_in_force:?} against {bids}");
        if let Err(error) = done {
            let error = refused::<()>(Err(error));
            let expected = matches!(
                error,
                ContractError::NotFilled { .. } | ContractError::WouldTrade {}
            );
            assert!(expected, "{time_in_force:?}: {error}");
            assert_eq!(trigger_orders(&world, &long), before);
        }
    }
}

#[test]
fn one_that_is_larger_than_the_position_is_done_when_the_position_is_closed() {
    let (mut world, long, _) = long_of_ten();
    let id = stop_loss(&mut world, &long, 50 * UNIT, "95");
    world.move_to("95");
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(answer.keeper_fee, uint(FEE));
    assert_eq!(answer.order.unwrap().filled, uint(10 * UNIT));
    assert_eq!(world.size(&long), 0);
}

#[test]
fn dead_ones_are_removed_for_the_removal_fee() {
    // Expired: whatever the price.
    let (mut world, long, bidder) = long_of_ten();
    let expires_at = world.suite.now() + 20;
    let expiring = PlaceTriggerOrder {
        expires_at: Some(expires_at),
        ..sells(UNIT, "95")
    };
    let id = place(&mut world, &long, &expiring).unwrap();
    // So does one whose limit order would.
    let inner = PlaceTriggerOrder {
        order: limit("95", TimeInForce::GoodTilTime { expires_at }),
        ..sells(UNIT, "95")
    };
    let inner = place(&mut world, &long, &inner).unwrap();
    world.move_to("100");
    assert!(matches!(
        refused(execute(&mut world, id)),
        ContractError::NotTriggered { .. }
    ));
    world.move_to("100");
    for id in [id, inner] {
        let done = execute(&mut world, id).unwrap();
        assert_eq!(done.answer.status, TriggerStatus::Expired);
        assert_eq!(done.answer.keeper_fee, uint(REMOVAL));
        let event = named(&done.events, names::TRIGGER_ORDER_REMOVED)[0];
        assert_eq!(attribute(event, "reason"), Some("expired"));
    }
    assert_eq!(keeper_holds(&world), 2 * REMOVAL as i128);
    // Nothing to reduce: only once it is due, since a position may be opened again until then.
    let id = stop_loss(&mut world, &bidder, UNIT, "95");
    assert!(matches!(
        refused(execute(&mut world, id)),
        ContractError::NotTriggered { .. }
    ));
    world.suite.cancel_all(&bidder, 0, None).unwrap();
    world.move_to("95");
    let done = execute(&mut world, id).unwrap();
    assert_eq!(done.answer.status, TriggerStatus::NothingToReduce);
    assert_eq!(done.answer.keeper_fee, uint(REMOVAL));
    assert!(trigger_orders(&world, &bidder).is_empty());
}

// A stop-loss is wanted most by who has little left: what counts is maintenance margin, and the fee comes out of what is
// there beyond it.
#[test]
fn a_thin_account_may_store_one_and_its_fee_makes_nobody_liquidatable() {
    let mut world = World::free();
    let [short, bidder] = ["short", "bidder"].map(|name| world.user(name, 10_000 * UNIT));
    // Ten at 100: initial margin 50, maintenance margin 30.
    let long = world.user("long", 50 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("98.5");
    let account = world.suite.account(&long, 0).unwrap();
    assert!(account.equity.i128() < account.initial_margin.u128() as i128);
    let id = stop_loss(&mut world, &long, 10 * UNIT, "98");
    // At 98 equity is 30, maintenance margin 29.4.
    world.move_to("98");
    world.limit(&bidder, Side::Buy, 5 * UNIT, "97.9").unwrap();
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.keeper_fee, uint(FEE / 2));
    // Liquidatable now, it is closed all the same; the fee is there once it is.
    world.move_to("94.9");
    assert!(world.suite.account(&long, 0).unwrap().liquidatable);
    world.limit(&bidder, Side::Buy, 5 * UNIT, "94.8").unwrap();
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(answer.keeper_fee, uint(FEE / 2));
    assert_eq!(world.size(&long), 0);
    // And with nothing beyond maintenance margin none is stored.
    let poor = world.user("poor", 10);
    let error = refused(place(&mut world, &poor, &sells(UNIT, "95")));
    let expected = ContractError::InsufficientReserve {
        free: uint(10),
        reserve: uint(FEE),
    };
    assert_eq!(error, expected);
}

// P1
#[test]
fn the_fee_stays_in_reserve() {
    let mut world = World::free();
    let user = world.user("user", UNIT);
    stop_loss(&mut world, &user, UNIT, "95");
    world.limit(&user, Side::Buy, UNIT / 10, "99").unwrap();
    let account = world.suite.account(&user, 0).unwrap();
    assert_eq!(account.order_reserve, uint(FEE + REMOVAL));
    assert_eq!(account.free_collateral, uint(UNIT - FEE - REMOVAL));
    let error = refused(world.suite.withdraw(&user, 0, UNIT - FEE - REMOVAL + 1));
    let expected = ContractError::InsufficientReserve {
        free: uint(FEE + REMOVAL - 1),
        reserve: uint(FEE + REMOVAL),
    };
    assert_eq!(error, expected);
    world
        .suite
        .withdraw(&user, 0, UNIT - FEE - REMOVAL)
        .unwrap();
    world.check();
}

// A message that says nonsense changes nothing.
#[test]
fn what_could_never_be_executed_is_refused() {
    let (mut world, long, _) = long_of_ten();
    let now = world.suite.now();
    let base = sells(UNIT, "95");
    let out_of_range = |found: &str| ContractError::ParameterOutOfRange {
        name: "max_slippage_ppm",
        min: "0".to_string(),
        max: "999999".to_string(),
        found: found.to_string(),
    };
    let (min, max) = (price("0.1"), price("100000"));
    let beyond = |found: &str| ContractError::TriggerPriceOutOfBounds {
        market: 0,
        min,
        max,
        found: price(found),
    };
    let market = |max_slippage_ppm| TriggeredOrder::Market { max_slippage_ppm };
    let gtt = |expires_at| limit("95", TimeInForce::GoodTilTime { expires_at });
    let cases = [
        (
            PlaceTriggerOrder {
                size: uint(0),
                ..base.clone()
            },
            ContractError::InvalidSize {
                lot_size: uint(10_000),
                found: uint(0),
            },
        ),
        (
            PlaceTriggerOrder {
                size: uint(10_001),
                ..base.clone()
            },
            ContractError::InvalidSize {
                lot_size: uint(10_000),
                found: uint(10_001),
            },
        ),
        (
            PlaceTriggerOrder {
                trigger_price: price("0.09"),
                ..base.clone()
            },
            beyond("0.09"),
        ),
        (
            PlaceTriggerOrder {
                trigger_price: price("100000.1"),
                ..base.clone()
            },
            beyond("100000.1"),
        ),
        (
            PlaceTriggerOrder {
                order: market(1_000_000),
                ..base.clone()
            },
            out_of_range("1000000"),
        ),
        (
            PlaceTriggerOrder {
                expires_at: Some(now),
                ..base.clone()
            },
            ContractError::AlreadyExpired {
                expires_at: now,
                now,
            },
        ),
        (
            PlaceTriggerOrder {
                order: gtt(now),
                ..base.clone()
            },
            ContractError::AlreadyExpired {
                expires_at: now,
                now,
            },
        ),
        (
            PlaceTriggerOrder {
                order: limit("95.001", TimeInForce::PostOnly),
                ..base.clone()
            },
            ContractError::InvalidPrice {
                tick_size: price("0.01"),
                found: price("95.001"),
            },
        ),
        (
            PlaceTriggerOrder {
                size: uint(10_000),
                reduce_only: false,
                ..base.clone()
            },
            ContractError::OrderTooSmall {
                min: uint(UNIT),
                found: uint(950_000),
            },
        ),
        (
            PlaceTriggerOrder {
                market: 9,
                ..base.clone()
            },
            ContractError::NoSuchMarket { market: 9 },
        ),
    ];
    for (order, expected) in cases {
        let error = refused(place(&mut world, &long, &order));
        assert_eq!(error, expected, "{order:?}");
    }
    // The same small size may close a whole position.
    stop_loss(&mut world, &long, 10_000, "95");
    let twice = PlaceTriggerOrder {
        client_order_id: Some(uint(5)),
        ..base.clone()
    };
    place(&mut world, &long, &twice).unwrap();
    let error = refused(place(&mut world, &long, &twice));
    let client_order_id = uint(5);
    assert_eq!(
        error,
        ContractError::DuplicateClientOrderId { client_order_id }
    );
    for _ in 2..20 {
        stop_loss(&mut world, &long, UNIT, "95");
    }
    let error = refused(place(&mut world, &long, &base));
    assert_eq!(
        error,
        ContractError::TooManyTriggerOrders { max: 20, found: 20 }
    );
}

#[test]
fn reduce_only_is_the_default_on_the_wire() {
    let json =
        br#"{"subaccount":0,"market":0,"side":"sell","size":"1000000","condition":"at_or_below",
        "trigger_price":"95","order":{"market":{"max_slippage_ppm":20000}}}"#;
    let order: PlaceTriggerOrder = from_json(json).unwrap();
    assert_eq!(order, sells(UNIT, "95"));
}

#[test]
fn its_owner_takes_it_back_in_every_way_and_nobody_else_does() {
    let (mut world, long, bidder) = long_of_ten();
    let id = stop_loss(&mut world, &long, UNIT, "95");
    let error = refused(world.suite.cancel_trigger_order(&bidder, 0, id));
    assert_eq!(error, ContractError::NoSuchTriggerOrder { id });
    world.suite.cancel_trigger_order(&long, 0, id).unwrap();
    world.check();
    let error = refused(world.suite.cancel_trigger_order(&long, 0, id));
    assert_eq!(error, ContractError::NoSuchTriggerOrder { id });

    // In a batch, by id and by name, next to a placement that takes the name.
    let by_id = stop_loss(&mut world, &long, UNIT, "95");
    let named_so = PlaceTriggerOrder {
        client_order_id: Some(uint(3)),
        ..sells(UNIT, "95")
    };
    place(&mut world, &long, &named_so).unwrap();
    let rests = BatchOrder {
        market: 0,
        side: Side::Sell,
        size: uint(UNIT),
        order_type: OrderType::Limit {
            price: price("101"),
            time_in_force: TimeInForce::PostOnly,
        },
        reduce_only: true,
        client_order_id: Some(uint(3)),
    };
    let cancel = [
        OrderReference::TriggerOrderId(by_id),
        OrderReference::ClientOrderId(uint(3)),
        OrderReference::TriggerOrderId(by_id),
    ];
    let batch = world.suite.batch(&long, 0, &cancel, &[rests]).unwrap();
    world.check();
    use CancelOutcome::{Cancelled, Gone};
    assert_eq!(batch.answer.cancelled, [Cancelled, Cancelled, Gone]);
    assert!(trigger_orders(&world, &long).is_empty());
    assert_eq!(world.suite.orders(&long, 0).unwrap().len(), 1);

    // All at once: only where it says so.
    stop_loss(&mut world, &long, UNIT, "95");
    world.suite.cancel_all(&long, 0, None).unwrap();
    world.check();
    assert_eq!(trigger_orders(&world, &long).len(), 1);
    let all = ExecuteMsg::CancelAllOrders {
        owner: None,
        subaccount: 0,
        market: Some(0),
        trigger_orders: true,
    };
    let market = world.suite.market.clone();
    world.suite.execute(&long, &market, &all, &[]).unwrap();
    world.check();
    assert!(trigger_orders(&world, &long).is_empty());
}

#[test]
fn an_order_is_named_in_exactly_one_way() {
    let (mut world, long, _) = long_of_ten();
    let id = stop_loss(&mut world, &long, UNIT, "95");
    let market = world.suite.market.clone();
    for (trigger_order_id, client_order_id) in [(Some(id), Some(uint(1))), (None, None)] {
        let msg = ExecuteMsg::CancelOrder {
            owner: None,
            subaccount: 0,
            order_id: None,
            trigger_order_id,
            client_order_id,
        };
        let error = refused(world.suite.execute(&long, &market, &msg, &[]));
        assert_eq!(error, ContractError::AmbiguousReference {});
    }
}

// A3
#[test]
fn a_delegate_stores_and_cancels_until_it_expires() {
    let (mut world, long, _) = long_of_ten();
    let bot = world.suite.new_user("bot", 0).unwrap();
    let for_long = PlaceTriggerOrder {
        owner: Some(long.to_string()),
        ..sells(UNIT, "95")
    };
    let error = refused(place(&mut world, &bot, &for_long));
    assert!(matches!(error, ContractError::NotDelegate { .. }));
    let expires_at = world.suite.now() + 5;
    world
        .suite
        .set_delegate(&long, 0, &bot, expires_at)
        .unwrap();
    let id = place(&mut world, &bot, &for_long).unwrap();
    assert_eq!(trigger_orders(&world, &long)[0].trigger_order_id, id);
    world.suite.advance(5);
    let error = refused(place(&mut world, &bot, &for_long));
    assert!(matches!(error, ContractError::DelegationExpired { .. }));
}

#[test]
fn due_ones_are_listed_in_the_order_in_which_the_price_reached_them() {
    let (mut world, long, _) = long_of_ten();
    let mut ids = vec![];
    for at in ["94", "96", "95", "96"] {
        ids.push(stop_loss(&mut world, &long, UNIT, at));
    }
    let rising = PlaceTriggerOrder {
        condition: ABOVE,
        ..sells(UNIT, "101")
    };
    let profit = place(&mut world, &long, &rising).unwrap();
    world.move_to("95");
    let listed = |world: &World, condition, start_after, limit| -> Vec<TriggerOrderId> {
        let query = QueryMsg::DueTriggerOrders {
            market: 0,
            condition,
            start_after,
            limit,
        };
        let due: Vec<TriggerOrderResponse> = world.suite.ask_market(&query).unwrap();
        due.iter().map(|one| one.trigger_order_id).collect()
    };
    assert_eq!(listed(&world, BELOW, None, None), [ids[1], ids[3], ids[2]]);
    assert_eq!(listed(&world, BELOW, Some(ids[1]), Some(1)), [ids[3]]);
    assert_eq!(listed(&world, BELOW, Some(ids[2]), None), []);
    assert_eq!(
        listed(&world, BELOW, Some(ids[0]), None),
        [],
        "beyond the price"
    );
    assert_eq!(listed(&world, ABOVE, None, None), []);
    // The account's own list goes by age.
    let own: Vec<_> = trigger_orders(&world, &long)
        .iter()
        .map(|one| one.trigger_order_id)
        .collect();
    assert_eq!(own, [ids[0], ids[1], ids[2], ids[3], profit]);
    // Nobody could execute anything at a price that is too old.
    world.suite.advance(61);
    assert_eq!(listed(&world, BELOW, None, None), []);
}

// A stop entry opens a position, as any order may: with initial margin, within every limit.
#[test]
fn an_entry_is_margined_when_it_is_executed() {
    let mut world = World::free();
    let maker = world.user("maker", 10_000 * UNIT);
    let user = world.user("user", 4 * UNIT);
    let entry = PlaceTriggerOrder {
        side: Side::Buy,
        condition: ABOVE,
        reduce_only: false,
        ..sells(UNIT, "101")
    };
    let id = place(&mut world, &user, &entry).unwrap();
    world.move_to("101");
    world.limit(&maker, Side::Sell, UNIT, "101").unwrap();
    let error = refused(execute(&mut world, id));
    assert!(matches!(error, ContractError::InsufficientMargin { .. }));
    assert_eq!(trigger_orders(&world, &user).len(), 1);
    world.suite.mint(&user, 2 * UNIT).unwrap();
    world.suite.deposit(&user, 0, 2 * UNIT).unwrap();
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(world.size(&user), 1_000_000);
}

// What is left of one that may not be an order of its own is done with.
#[test]
fn a_rest_too_small_to_be_an_order_is_not_kept() {
    let mut world = World::free();
    let maker = world.user("maker", 10_000 * UNIT);
    let user = world.user("user", 100 * UNIT);
    let entry = PlaceTriggerOrder {
        side: Side::Buy,
        condition: ABOVE,
        reduce_only: false,
        ..sells(UNIT + 10_000, "101")
    };
    // The rest of 0.01 is worth 1.01: kept. At 99 it would be worth less than the minimum of 1.
    for (at, status) in [
        ("101", TriggerStatus::Armed),
        ("99", TriggerStatus::Executed),
    ] {
        let order = PlaceTriggerOrder {
            trigger_price: price(at),
            ..entry.clone()
        };
        let id = place(&mut world, &user, &order).unwrap();
        world.move_to(at);
        world.limit(&maker, Side::Sell, UNIT, at).unwrap();
        let answer = execute(&mut world, id).unwrap().answer;
        assert_eq!(answer.status, status, "at {at}");
    }
}

// Nobody is paid within one hand, and a keeper never out of nothing.
#[test]
fn executing_ones_own_is_free() {
    let (mut world, long, _) = long_of_ten();
    let id = stop_loss(&mut world, &long, UNIT, "95");
    world.move_to("95");
    let done = world.suite.execute_trigger_order(&long, id).unwrap();
    world.check();
    assert_eq!(done.answer.keeper_fee, uint(0));
    assert_eq!(done.answer.status, TriggerStatus::Executed);
}

#[test]
fn a_liquidation_leaves_them_and_a_position_closed_by_it_makes_them_void() {
    // At 96 a part is closed and the rest is the stop-loss's; at 93 the account is bankrupt and nothing is left to it.
    for (at, bid, status) in [
        ("96", "95.8", TriggerStatus::Executed),
        ("93", "92.8", TriggerStatus::NothingToReduce),
    ] {
        let mut world = World::with(|builder| {
            builder.market(free("A")).seed(FundSeed {
                mutual: 10_000 * UNIT,
            })
        });
        let [short, bidder] = ["short", "bidder"].map(|name| world.user(name, 10_000 * UNIT));
        let long = world.user("long", 60 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        let id = stop_loss(&mut world, &long, 10 * UNIT, "97");
        world.limit(&bidder, Side::Buy, 10 * UNIT, bid).unwrap();
        world.suite.next_block();
        world.move_to(at);
        world.liquidate(&long).unwrap();
        let left = world.size(&long);
        assert!(left < 10_000_000, "nothing was liquidated at {at}");
        assert_eq!(left == 0, status == TriggerStatus::NothingToReduce, "{at}");
        assert_eq!(trigger_orders(&world, &long).len(), 1);
        let answer = execute(&mut world, id).unwrap().answer;
        assert_eq!(answer.status, status, "{at}");
    }
}

// O3: they are void with their market, and gone without a trace.
#[test]
fn settling_and_delisting_clear_them() {
    let (mut world, long, bidder) = long_of_ten();
    let id = stop_loss(&mut world, &long, UNIT, "95");
    let strangers = stop_loss(&mut world, &bidder, UNIT, "95");
    world.suite.advance(7 * 86_400);
    world.suite.settle_market(0).unwrap();
    world.check();
    let settling = ContractError::MarketSettling { market: 0 };
    assert_eq!(refused(execute(&mut world, id)), settling);
    assert_eq!(
        refused(place(&mut world, &long, &sells(UNIT, "95"))),
        settling
    );
    assert!(world.suite.due_trigger_orders(0, BELOW).unwrap().is_empty());
    world.suite.advance(86_400);
    let accounts: Vec<_> = ["long", "short"]
        .map(|name| Suite::account_id(&world.suite.address(name), 0))
        .into();
    let settled = world.suite.settle(0, &accounts).unwrap();
    world.check();
    let removed = named(&settled.events, names::TRIGGER_ORDER_REMOVED);
    assert_eq!(removed.len(), 1);
    assert_eq!(attribute(removed[0], "reason"), Some("settling"));
    let gone = world.suite.delist(0).unwrap();
    world.check();
    let removed = named(&gone.events, names::TRIGGER_ORDER_REMOVED);
    assert_eq!(removed.len(), 1);
    assert_eq!(attribute(removed[0], "reason"), Some("delisted"));
    assert_eq!(world.suite.account(&bidder, 0).unwrap().trigger_orders, 0);
    let error = refused(execute(&mut world, strangers));
    assert_eq!(error, ContractError::NoSuchTriggerOrder { id: strangers });
    world.checker.full(&world.suite).unwrap();
}

// G1: more dead orders in front of the real ones than one message removes: each message takes its part of them away.
#[test]
fn a_wall_of_dead_orders_does_not_hold_up_a_stop_loss() {
    let (mut world, long, bidder) = long_of_ten();
    world.suite.cancel_all(&bidder, 0, None).unwrap();
    let id = stop_loss(&mut world, &long, 10 * UNIT, "95");
    world.move_to("95");
    let expires_at = world.suite.now() + 5;
    for number in 0..3 {
        let wall = world.user(&format!("wall {number}"), 10_000 * UNIT);
        for _ in 0..20 {
            let order = ballast_testing::suite::NewOrder {
                subaccount: 0,
                market: 0,
                side: Side::Buy,
                size: UNIT,
                order_type: OrderType::Limit {
                    price: price("94.9"),
                    time_in_force: TimeInForce::GoodTilTime { expires_at },
                },
                reduce_only: false,
            };
            world.suite.place(&wall, &order).unwrap();
        }
    }
    world.limit(&bidder, Side::Buy, 10 * UNIT, "94.5").unwrap();
    world.move_to("95");
    for _ in 0..3 {
        let answer = execute(&mut world, id).unwrap().answer;
        assert_eq!(answer.status, TriggerStatus::Armed);
        assert_eq!(answer.remaining, uint(10 * UNIT));
        assert_eq!(answer.keeper_fee, uint(0));
        assert!(answer.order.unwrap().more);
    }
    let answer = execute(&mut world, id).unwrap().answer;
    assert_eq!(answer.status, TriggerStatus::Executed);
    assert_eq!(world.size(&long), 0);
}
