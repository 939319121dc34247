//! Trigger orders.

use anyhow::Result;
use ballast_types::market::{
    ExecuteMsg, PlaceTriggerOrder, TimeInForce, TriggerCondition, TriggerOrderId, TriggeredOrder,
};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};

use super::orders::{set_delegate, with_position};
use crate::metering::scenarios::stage::{BASE, LOT};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens};

/// Where the stop-losses stand: among the crowd's.
const TRIGGER: &str = "19900";

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, prepare| {
        Scenario::new(Target::Market, message, state, Tokens::Any, prepare)
    };
    vec![
        one("place_trigger_order", "the first", |stage| {
            let trader = stage.user("trader", 10_000)?;
            placed(stage, &trader, &stop_loss(market_order())?)
        }),
        one("place_trigger_order", "with a position", |stage| {
            let trader = with_position(stage)?;
            placed(stage, &trader, &stop_loss(market_order())?)
        }),
        one(
            "place_trigger_order",
            "named and ending, by a delegate",
            |stage| {
                let message = set_delegate(stage)?;
                stage.send(&message)?;
                let order = PlaceTriggerOrder {
                    owner: Some(message.sender.to_string()),
                    expires_at: Some(stage.suite.now() + 60),
                    client_order_id: Some(Uint128::MAX),
                    ..stop_loss(market_order())?
                };
                let delegate = stage.suite.address("delegate");
                placed(stage, &delegate, &order)
            },
        ),
        one("cancel_order", "a trigger order", |stage| {
            let trader = stage.user("trader", 10_000)?;
            let order = stop_loss(market_order())?;
            let id = stage.suite.place_trigger_order(&trader, &order)?;
            let msg = ExecuteMsg::CancelOrder {
                owner: None,
                subaccount: 0,
                order_id: None,
                trigger_order_id: Some(id),
                client_order_id: None,
            };
            Prepared::new(&trader, &stage.suite.market, &msg)
        }),
        one("cancel_all_orders", "20 trigger orders", |stage| {
            let trader = stage.user("trader", 10_000)?;
            for _ in 0..20 {
                let order = stop_loss(market_order())?;
                stage.suite.place_trigger_order(&trader, &order)?;
            }
            let msg = ExecuteMsg::CancelAllOrders {
                owner: None,
                subaccount: 0,
                market: None,
                trigger_orders: true,
            };
            Prepared::new(&trader, &stage.suite.market, &msg)
        }),
        one("execute_trigger_order", "1 fill", |stage| {
            let maker = stage.user("maker", 10_000)?;
            stage.rest(&maker, Side::Buy, BASE, "19850")?;
            let id = due(stage, market_order())?;
            executed(stage, id)
        }),
        one("execute_trigger_order", "rests", |stage| {
            let rests = TriggeredOrder::Limit {
                price: "20500".parse()?,
                time_in_force: TimeInForce::GoodTilCancelled,
            };
            let id = due(stage, rests)?;
            executed(stage, id)
        }),
        one("execute_trigger_order", "has expired", |stage| {
            let trader = stage.user("trader", 10_000)?;
            let order = PlaceTriggerOrder {
                expires_at: Some(stage.suite.now() + 3),
                client_order_id: Some(Uint128::MAX),
                ..stop_loss(market_order())?
            };
            let id = stage.suite.place_trigger_order(&trader, &order)?;
            stage.suite.advance(3);
            executed(stage, id)
        }),
    ]
}

fn market_order() -> TriggeredOrder {
    TriggeredOrder::Market {
        max_slippage_ppm: 10_000,
    }
}

fn stop_loss(order: TriggeredOrder) -> Result<PlaceTriggerOrder> {
    Ok(PlaceTriggerOrder {
        owner: None,
        subaccount: 0,
        market: 0,
        side: Side::Sell,
        size: Uint128::new(LOT),
        condition: TriggerCondition::AtOrBelow,
        trigger_price: TRIGGER.parse()?,
        order,
        reduce_only: true,
        expires_at: None,
        client_order_id: None,
    })
}

fn placed(stage: &Stage, sender: &Addr, order: &PlaceTriggerOrder) -> Result<Prepared> {
    let msg = ExecuteMsg::PlaceTriggerOrder(order.clone());
    Prepared::new(sender, &stage.suite.market, &msg)
}

/// The named stop-loss of a long, at its price.
fn due(stage: &mut Stage, order: TriggeredOrder) -> Result<TriggerOrderId> {
    let trader = with_position(stage)?;
    let order = PlaceTriggerOrder {
        client_order_id: Some(Uint128::MAX),
        ..stop_loss(order)?
    };
    let id = stage.suite.place_trigger_order(&trader, &order)?;
    stage.price(TRIGGER)?;
    Ok(id)
}

fn executed(stage: &mut Stage, trigger_order_id: TriggerOrderId) -> Result<Prepared> {
    let keeper = stage.user("keeper", 10)?;
    let msg = ExecuteMsg::ExecuteTriggerOrder { trigger_order_id };
    Prepared::new(&keeper, &stage.suite.market, &msg)
}
