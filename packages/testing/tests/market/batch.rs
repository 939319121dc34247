//! Many orders in one message: each stands for itself, and together they cost no more than a message may.

use ballast_perp_market::ContractError;
use ballast_types::market::{
    BatchAnswer, BatchOrder, CancelOutcome, ExecuteMsg, OrderReference, OrderType,
    PlaceOrderAnswer, PlaceOutcome, TimeInForce,
};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};

use crate::world::{price, refused, spec, uint, World, UNIT};

fn order(side: Side, size: u128, at: &str, time_in_force: TimeInForce) -> BatchOrder {
    BatchOrder {
        market: 0,
        side,
        size: uint(size),
        order_type: OrderType::Limit {
            price: price(at),
            time_in_force,
        },
        reduce_only: false,
        client_order_id: None,
    }
}

fn rest(side: Side, size: u128, at: &str) -> BatchOrder {
    order(side, size, at, TimeInForce::GoodTilCancelled)
}

fn named(id: u128, order: BatchOrder) -> BatchOrder {
    BatchOrder {
        client_order_id: Some(Uint128::new(id)),
        ..order
    }
}

fn batch(
    world: &mut World,
    user: &Addr,
    cancel: &[OrderReference],
    place: &[BatchOrder],
) -> anyhow::Result<BatchAnswer> {
    let done = world.suite.batch(user, 0, cancel, place);
    world.check();
    done.map(|done| done.answer)
}

fn placed(outcome: &PlaceOutcome) -> &PlaceOrderAnswer {
    match outcome {
        PlaceOutcome::Placed(answer) => answer,
        PlaceOutcome::Refused { error } => panic!("refused: {error}"),
    }
}

fn error(outcome: &PlaceOutcome) -> &str {
    match outcome {
        PlaceOutcome::Placed(answer) => panic!("placed: {answer:?}"),
        PlaceOutcome::Refused { error } => error,
    }
}

fn max_fills(max: u32) -> World {
    World::with(|builder| {
        let mut parameters = ballast_perp_market::parameters::default_exchange();
        parameters.max_fills = max;
        builder.market(spec("A")).exchange_parameters(parameters)
    })
}

#[test]
fn cancels_come_first_and_every_item_is_answered() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    let first = [
        named(7, rest(Side::Buy, UNIT, "99")),
        rest(Side::Buy, UNIT, "98"),
    ];
    let answer = batch(&mut world, &user, &[], &first).unwrap();
    let [by_name, by_id] = [0, 1].map(|item: usize| placed(&answer.placed[item]).order_id.unwrap());
    // The name is free again once its order is cancelled, in the same message; and twice is once too many.
    let cancel = [
        OrderReference::ClientOrderId(uint(7)),
        OrderReference::OrderId(by_id),
        OrderReference::OrderId(by_name),
        OrderReference::ClientOrderId(uint(8)),
    ];
    let replace = [named(7, rest(Side::Buy, UNIT, "97"))];
    let answer = batch(&mut world, &user, &cancel, &replace).unwrap();
    use CancelOutcome::{Cancelled, Gone};
    assert_eq!(answer.cancelled, [Cancelled, Cancelled, Gone, Gone]);
    let orders = world.suite.orders(&user, 0).unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(
        (orders[0].price, orders[0].client_order_id),
        (price("97"), Some(uint(7)))
    );
}

// A2
#[test]
fn nobody_cancels_anothers_orders_in_a_batch() {
    let mut world = World::new();
    let [user, thief] = ["user", "thief"].map(|name| world.user(name, 10_000 * UNIT));
    let rests = [named(7, rest(Side::Buy, UNIT, "99"))];
    let answer = batch(&mut world, &user, &[], &rests).unwrap();
    let id = placed(&answer.placed[0]).order_id.unwrap();
    let both = [
        OrderReference::OrderId(id),
        OrderReference::ClientOrderId(uint(7)),
    ];
    let answer = batch(&mut world, &thief, &both, &[]).unwrap();
    assert_eq!(answer.cancelled, [CancelOutcome::Gone; 2]);
    assert_eq!(world.suite.orders(&user, 0).unwrap().len(), 1);
}

#[test]
fn a_refused_placement_undoes_no_other() {
    let mut world = World::new();
    let maker = world.user("maker", 10_000 * UNIT);
    let user = world.user("user", 10 * UNIT);
    world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    let kill = order(Side::Buy, 2 * UNIT, "100", TimeInForce::FillOrKill);
    let items = [
        kill,
        rest(Side::Buy, UNIT, "99.999"),
        named(7, rest(Side::Buy, UNIT, "99")),
        named(7, rest(Side::Buy, UNIT, "98")),
        rest(Side::Buy, UNIT, "100"),
        rest(Side::Buy, UNIT, "100"),
        rest(Side::Buy, UNIT, "120"),
    ];
    let answer = batch(&mut world, &user, &[], &items).unwrap().placed;
    let expected = [
        "a fill-or-kill order of 2000000 would fill 1000000 only",
        "price 99.999 is not a positive multiple of the tick size 0.01",
        "",
        "client order id 7 is in use by this account",
        "",
        // The fifth took the only ask with margin of 5; the sixth would need 10 of what is left.
        "initial margin 10000000 is more than equity 9950000",
        "price 120 is beyond 110, the band around the oracle price of market 0",
    ];
    for (item, expected) in expected.iter().enumerate() {
        if expected.is_empty() {
            continue;
        }
        assert_eq!(error(&answer[item]), *expected, "{item}");
    }
    assert!(placed(&answer[2]).order_id.is_some());
    assert_eq!(placed(&answer[4]).filled, uint(UNIT));
    assert_eq!(world.size(&user), 1_000_000);
    assert!(answer.iter().all(|outcome| match outcome {
        PlaceOutcome::Refused { error } => error.len() <= 128,
        PlaceOutcome::Placed(_) => true,
    }));
}

// G1
#[test]
fn the_caps_are_the_whole_messages() {
    let mut world = max_fills(3);
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    for _ in 0..6 {
        world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    }
    let two = || order(Side::Buy, 2 * UNIT, "100", TimeInForce::ImmediateOrCancel);
    let answer = batch(&mut world, &taker, &[], &[two(), two(), two()]).unwrap();
    let filled: Vec<_> = answer
        .placed
        .iter()
        .map(|outcome| {
            let answer = placed(outcome);
            (answer.filled.u128() / UNIT, answer.more)
        })
        .collect();
    assert_eq!(filled, [(2, false), (1, true), (0, true)]);
}

// G1: work that was thrown away was work all the same.
#[test]
fn what_a_refused_placement_used_stays_used() {
    let mut world = max_fills(3);
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    for _ in 0..2 {
        world.limit(&maker, Side::Sell, UNIT, "100").unwrap();
    }
    let items = [
        order(Side::Buy, 3 * UNIT, "100", TimeInForce::FillOrKill),
        order(Side::Buy, 2 * UNIT, "100", TimeInForce::ImmediateOrCancel),
    ];
    let answer = batch(&mut world, &taker, &[], &items).unwrap();
    error(&answer.placed[0]);
    let second = placed(&answer.placed[1]);
    assert_eq!((second.filled, second.more), (uint(UNIT), true));
    assert_eq!(world.size(&taker), 1_000_000);
}

// G1
#[test]
fn a_batch_has_one_to_twenty_items() {
    let mut world = World::new();
    let user = world.user("user", 10_000 * UNIT);
    let none = batch(&mut world, &user, &[], &[]);
    assert_eq!(refused(none), ContractError::EmptyBatch {});
    let cancel = [OrderReference::ClientOrderId(uint(1)); 11];
    let place = vec![rest(Side::Buy, UNIT, "99"); 10];
    let found = 21;
    assert_eq!(
        refused(batch(&mut world, &user, &cancel, &place)),
        ContractError::TooManyItems { max: 20, found }
    );
    let answer = batch(&mut world, &user, &cancel[..10], &place).unwrap();
    assert_eq!((answer.cancelled.len(), answer.placed.len()), (10, 10));
}

// A1
#[test]
fn a_delegate_sends_batches_and_a_stranger_does_not() {
    let mut world = World::new();
    let owner = world.user("owner", 10_000 * UNIT);
    let delegate = world.suite.address("delegate");
    let market = world.suite.market.clone();
    let msg = ExecuteMsg::Batch {
        owner: Some(owner.to_string()),
        subaccount: 0,
        cancel: vec![],
        place: vec![rest(Side::Buy, UNIT, "99")],
    };
    let stranger = world.suite.execute(&delegate, &market, &msg, &[]);
    assert!(matches!(
        refused(stranger),
        ContractError::NotDelegate { .. }
    ));
    let until = world.suite.now() + 10;
    world
        .suite
        .set_delegate(&owner, 0, &delegate, until)
        .unwrap();
    world.suite.execute(&delegate, &market, &msg, &[]).unwrap();
    world.check();
    assert_eq!(world.suite.orders(&owner, 0).unwrap().len(), 1);
}

// Fees of one market leave with a message, as with one order: the vault must cover what leaves. Those of the other leave
// with its next trade.
#[test]
fn a_batch_sends_the_fees_of_one_market_and_the_others_with_their_next_trade() {
    let mut parameters = ballast_testing::suite::exchange_parameters(6);
    parameters.flush_lot = uint(100);
    let mut world = World::with(|builder| {
        builder
            .exchange_parameters(parameters.clone())
            .market(spec("A"))
            .market(spec("B"))
    });
    let [taker, maker] = ["taker", "maker"].map(|name| world.user(name, 10_000 * UNIT));
    for market in [0, 1] {
        world
            .suite
            .limit(&maker, 0, market, Side::Sell, 2 * UNIT, price("100"))
            .unwrap();
    }
    let buys = [0, 1].map(|market| BatchOrder {
        market,
        ..rest(Side::Buy, UNIT, "100")
    });
    let owed = |world: &World| [0, 1].map(|id| world.suite.market_info(id).unwrap().fees_owed);
    batch(&mut world, &taker, &[], &buys).unwrap();
    // 7 of 10,000 in fees, a quarter of it the fund's.
    assert_eq!(owed(&world), [uint(0), uint(17_500)]);
    world
        .suite
        .ioc(&taker, 0, 1, Side::Buy, UNIT, price("100"))
        .unwrap();
    world.check();
    assert_eq!(owed(&world), [uint(0), uint(0)]);
}
