//! Orders, and what a fill adds.

use anyhow::Result;
use ballast_types::market::{
    BatchOrder, ExecuteMsg, OrderReference, OrderType, PlaceOrder, TimeInForce,
};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};

use crate::metering::scenarios::stage::{BASE, CROWD_ASK, LOT, PRICE};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens};
use crate::suite::NewOrder;

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, prepare| {
        Scenario::new(Target::Market, message, state, Tokens::Any, prepare)
    };
    vec![
        one("place_order", "rests", |stage| {
            let trader = stage.user("trader", 10_000)?;
            rests(stage, &trader)
        }),
        one("place_order", "rests, 1 position", |stage| {
            let trader = with_position(stage)?;
            rests(stage, &trader)
        }),
        one(
            "place_order",
            "rests, 1 position, asks the oracle",
            |stage| {
                let trader = with_position(stage)?;
                stage.unseen_price(PRICE)?;
                rests(stage, &trader)
            },
        ),
        one("place_order", "rests, asks the oracle", |stage| {
            let trader = stage.user("trader", 10_000)?;
            stage.suite.advance(6);
            rests(stage, &trader)
        }),
        one("place_order", "rests, first of its minute", |stage| {
            let trader = stage.user("trader", 10_000)?;
            stage.suite.advance(60);
            let price = PRICE.parse()?;
            stage.suite.push_prices(&[(0, price), (1, price)])?;
            rests(stage, &trader)
        }),
        one("place_order", "1 fill", fills::<1>),
        one("place_order", "2 fills", fills::<2>),
        one("place_order", "10 fills", fills::<10>),
        one(
            "place_order",
            "1 fill, positions that are settled",
            |stage| fills_settled::<1>(stage, PRICE),
        ),
        one(
            "place_order",
            "10 fills, positions that are settled",
            |stage| fills_settled::<10>(stage, PRICE),
        ),
        one(
            "place_order",
            "1 fill, positions that are settled, asks the oracle",
            |stage| {
                let message = fills_settled::<1>(stage, PRICE)?;
                stage.unseen_price(PRICE)?;
                Ok(message)
            },
        ),
        one("place_order", "1 fill that closes a position", closes),
        one("place_order", "1 fill at the crowd's price", |stage| {
            let trader = stage.user("trader", 10_000)?;
            buy(stage, &trader, LOT, CROWD_ASK)
        }),
        one("place_order", "removes 1 order of its own", |stage| {
            let trader = stage.user("trader", 10_000)?;
            stage.rest(&trader, Side::Sell, LOT, "20500")?;
            buy(stage, &trader, LOT, "20500")
        }),
        one(
            "place_order",
            "rests, named and ending, by a delegate",
            by_delegate,
        ),
        one("cancel_order", "1 of 1", |stage| {
            let trader = stage.user("trader", 10_000)?;
            cancels_its_order(stage, &trader)
        }),
        one("cancel_order", "1 of 1, 1 position", |stage| {
            let trader = with_position(stage)?;
            cancels_its_order(stage, &trader)
        }),
        one("cancel_order", "by its name, by a delegate", |stage| {
            let placed = by_delegate(stage)?;
            stage.send(&placed)?;
            let msg = ExecuteMsg::CancelOrder {
                owner: Some(stage.suite.address("trader").to_string()),
                subaccount: 0,
                order_id: None,
                trigger_order_id: None,
                client_order_id: Some(Uint128::MAX),
            };
            Prepared::new(&placed.sender, &stage.suite.market, &msg)
        }),
        one("cancel_all_orders", "1 order", cancels::<1>),
        one("cancel_all_orders", "2 orders", cancels::<2>),
        one("cancel_all_orders", "20 orders", cancels::<20>),
        one("cancel_all_orders", "1 order, by a delegate", |stage| {
            let placed = by_delegate(stage)?;
            stage.send(&placed)?;
            let msg = ExecuteMsg::CancelAllOrders {
                owner: Some(stage.suite.address("trader").to_string()),
                subaccount: 0,
                market: None,
                trigger_orders: false,
            };
            Prepared::new(&placed.sender, &stage.suite.market, &msg)
        }),
        one("batch", "cancels 1, places 1", batch::<1>),
        one("batch", "cancels 10, places 10", batch::<10>),
        one("batch", "cancels 1, places 1, by a delegate", |stage| {
            let placed = by_delegate(stage)?;
            stage.send(&placed)?;
            let msg = ExecuteMsg::Batch {
                owner: Some(stage.suite.address("trader").to_string()),
                subaccount: 0,
                cancel: vec![OrderReference::ClientOrderId(Uint128::MAX)],
                place: vec![batch_order()?],
            };
            Prepared::new(&placed.sender, &stage.suite.market, &msg)
        }),
        one("remove_orders", "1 expired order", sweeps::<1>),
        one("remove_orders", "20 expired orders", sweeps::<20>),
        one("set_delegate", "the first", set_delegate),
        one("remove_delegate", "the only one", remove_delegate),
    ]
}

pub(super) fn with_position(stage: &mut Stage) -> Result<Addr> {
    let trader = stage.user("trader", 10_000)?;
    let rival = stage.user("rival", 10_000)?;
    stage.trade(&trader, &rival, BASE / 10, PRICE)?;
    stage.suite.next_block();
    Ok(trader)
}

/// A trader's only order, cancelled.
fn cancels_its_order(stage: &mut Stage, trader: &Addr) -> Result<Prepared> {
    let order_id = stage.rest(trader, Side::Sell, LOT, "20500")?;
    let msg = ExecuteMsg::CancelOrder {
        owner: None,
        subaccount: 0,
        order_id: Some(order_id),
        trigger_order_id: None,
        client_order_id: None,
    };
    Prepared::new(trader, &stage.suite.market, &msg)
}

fn new_order(size: u128, price: &str, time_in_force: TimeInForce) -> Result<NewOrder> {
    Ok(NewOrder {
        subaccount: 0,
        market: 0,
        side: Side::Buy,
        size,
        order_type: OrderType::Limit {
            price: price.parse()?,
            time_in_force,
        },
        reduce_only: false,
    })
}

fn order(
    stage: &Stage,
    trader: &Addr,
    size: u128,
    price: &str,
    time_in_force: TimeInForce,
) -> Result<Prepared> {
    let msg = ExecuteMsg::PlaceOrder(new_order(size, price, time_in_force)?.message());
    Prepared::new(trader, &stage.suite.market, &msg)
}

/// A named order that ends, placed for an owner.
fn by_delegate(stage: &mut Stage) -> Result<Prepared> {
    let message = set_delegate(stage)?;
    stage.send(&message)?;
    let expires_at = stage.suite.now() + 60;
    let order = new_order(LOT, "19500", TimeInForce::GoodTilTime { expires_at })?;
    let msg = ExecuteMsg::PlaceOrder(PlaceOrder {
        owner: Some(message.sender.to_string()),
        client_order_id: Some(Uint128::MAX),
        ..order.message()
    });
    let delegate = stage.suite.address("delegate");
    Prepared::new(&delegate, &stage.suite.market, &msg)
}

pub(super) fn set_delegate(stage: &mut Stage) -> Result<Prepared> {
    let trader = stage.user("trader", 10_000)?;
    let msg = ExecuteMsg::SetDelegate {
        subaccount: 0,
        delegate: stage.user("delegate", 0)?.to_string(),
        expires_at: stage.suite.now() + 86_400,
    };
    Prepared::new(&trader, &stage.suite.market, &msg)
}

fn remove_delegate(stage: &mut Stage) -> Result<Prepared> {
    let message = set_delegate(stage)?;
    stage.send(&message)?;
    let msg = ExecuteMsg::RemoveDelegate {
        subaccount: 0,
        delegate: stage.suite.address("delegate").to_string(),
    };
    Prepared::new(&message.sender, &stage.suite.market, &msg)
}

fn rests(stage: &Stage, trader: &Addr) -> Result<Prepared> {
    order(stage, trader, LOT, "19500", TimeInForce::GoodTilCancelled)
}

fn buy(stage: &Stage, trader: &Addr, size: u128, price: &str) -> Result<Prepared> {
    order(stage, trader, size, price, TimeInForce::ImmediateOrCancel)
}

fn fills<const MAKERS: u64>(stage: &mut Stage) -> Result<Prepared> {
    fills_of(stage, MAKERS)
}

/// Fills against so many makers, each with an order at the same price.
pub(super) fn fills_of(stage: &mut Stage, makers: u64) -> Result<Prepared> {
    for maker in 0..makers {
        let maker = stage.user(&format!("maker {maker}"), 10_000)?;
        stage.rest(&maker, Side::Sell, LOT, "20500")?;
    }
    let trader = stage.user("trader", 10_000)?;
    stage.price(PRICE)?;
    buy(stage, &trader, LOT * u128::from(makers), "20500")
}

/// The same where everybody has a position in the market, with funding and premium due since an hour ago, which the fill
/// settles.
fn fills_settled<const MAKERS: usize>(stage: &mut Stage, price: &str) -> Result<Prepared> {
    let trader = with_position(stage)?;
    let mut makers = vec![];
    for maker in 0..MAKERS {
        let maker = stage.user(&format!("maker {maker}"), 10_000)?;
        stage.trade(&trader, &maker, LOT, price)?;
        makers.push(maker);
    }
    stage.suite.poke()?;
    stage.suite.advance(3_600);
    stage.price(price)?;
    for maker in &makers {
        stage.rest(maker, Side::Sell, LOT, "20500")?;
    }
    buy(stage, &trader, LOT * MAKERS as u128, "20500")
}

/// A long sells all that it has to somebody who has nothing yet.
fn closes(stage: &mut Stage) -> Result<Prepared> {
    let trader = with_position(stage)?;
    let maker = stage.user("maker", 10_000)?;
    stage.rest(&maker, Side::Buy, BASE / 10, "19900")?;
    let order = NewOrder {
        side: Side::Sell,
        reduce_only: true,
        ..new_order(BASE / 10, "19900", TimeInForce::ImmediateOrCancel)?
    };
    let msg = ExecuteMsg::PlaceOrder(order.message());
    Prepared::new(&trader, &stage.suite.market, &msg)
}

fn cancels<const ORDERS: usize>(stage: &mut Stage) -> Result<Prepared> {
    let trader = stage.user("trader", 10_000)?;
    for _ in 0..ORDERS {
        stage.rest(&trader, Side::Sell, LOT, "20500")?;
    }
    let msg = ExecuteMsg::CancelAllOrders {
        owner: None,
        subaccount: 0,
        market: None,
        trigger_orders: false,
    };
    Prepared::new(&trader, &stage.suite.market, &msg)
}

/// So many orders of as many accounts, all expired.
fn sweeps<const ORDERS: usize>(stage: &mut Stage) -> Result<Prepared> {
    let expires_at = stage.suite.now() + 3;
    let mut orders = vec![];
    for maker in 0..ORDERS {
        let maker = stage.user(&format!("maker {maker}"), 10_000)?;
        let order = new_order(LOT, "19500", TimeInForce::GoodTilTime { expires_at })?;
        orders.extend(stage.suite.place(&maker, &order)?.answer.order_id);
    }
    stage.suite.advance(3);
    let keeper = stage.user("keeper", 10)?;
    let msg = ExecuteMsg::RemoveOrders { orders };
    Prepared::new(&keeper, &stage.suite.market, &msg)
}

fn batch_order() -> Result<BatchOrder> {
    let order = new_order(LOT, "19400", TimeInForce::GoodTilCancelled)?.message();
    Ok(BatchOrder {
        market: order.market,
        side: order.side,
        size: order.size,
        order_type: order.order_type,
        reduce_only: order.reduce_only,
        client_order_id: None,
    })
}

/// So many orders replaced by as many.
fn batch<const ORDERS: usize>(stage: &mut Stage) -> Result<Prepared> {
    let trader = stage.user("trader", 10_000)?;
    let mut cancel = vec![];
    for _ in 0..ORDERS {
        let id = stage.rest(&trader, Side::Sell, LOT, "20500")?;
        cancel.push(OrderReference::OrderId(id));
    }
    let msg = ExecuteMsg::Batch {
        owner: None,
        subaccount: 0,
        cancel,
        place: vec![batch_order()?; ORDERS],
    };
    Prepared::new(&trader, &stage.suite.market, &msg)
}
