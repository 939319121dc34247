//! Orders and cancels, alone and in batches.

use ballast_types::market::{OrderId, OrderReference, OrderType, TimeInForce};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, Uint128, Uint64};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::step::{Order, Step, User};
use crate::world::World;

pub fn order(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Order {
    let side = if rng.gen() { Side::Buy } else { Side::Sell };
    let price = world.tick_price(market, rng.gen_range(970_000..1_030_000));
    let time_in_force = *[
        TimeInForce::GoodTilCancelled,
        TimeInForce::GoodTilCancelled,
        TimeInForce::GoodTilTime {
            expires_at: (world.suite.now() + rng.gen_range(0..30)).saturating_sub(2),
        },
        TimeInForce::ImmediateOrCancel,
        TimeInForce::FillOrKill,
        TimeInForce::PostOnly,
    ]
    .choose(rng)
    .unwrap();
    let order_type = match rng.gen_range(0..20) {
        0..=3 => OrderType::Market { worst_price: price },
        4 => OrderType::Limit {
            price: price + Decimal::raw(7),
            time_in_force,
        },
        5 => OrderType::Limit {
            price: Decimal::zero(),
            time_in_force,
        },
        _ => OrderType::Limit {
            price,
            time_in_force,
        },
    };
    let mut size = world.lots(market, rng.gen_range(1..=15_000));
    match rng.gen_range(0..40) {
        0 => size = 0,
        1 => size += 1,
        2 => size *= 1_000_000,
        3 => size = u128::MAX / 10_000 * 10_000,
        _ => {}
    }
    Order {
        market,
        side,
        size,
        order_type,
        reduce_only: rng.gen_bool(0.15),
        name: name(rng),
    }
}

/// A client order id out of few, so that some are taken.
pub fn name(rng: &mut ChaCha8Rng) -> Option<u128> {
    rng.gen_bool(0.4).then(|| rng.gen_range(0..4))
}

/// Who sends an order for an account: its owner, now and then one of its delegates, or somebody who is none.
pub fn acting(rng: &mut ChaCha8Rng, world: &World, user: User, sub: u32) -> User {
    let delegates = world.delegates(user, sub);
    match rng.gen_range(0..20) {
        0 => rng.gen_range(0..world.users.len()),
        1..=8 => delegates
            .choose(rng)
            .map_or(user, |(delegate, _)| *delegate),
        _ => user,
    }
}

pub fn cancel(rng: &mut ChaCha8Rng, world: &World, user: User, sub: u32) -> Step {
    let known = world.resting_orders();
    let id = known.choose(rng).copied().unwrap_or(OrderId {
        market: 0,
        side: Side::Buy,
        ticks: Uint64::new(7),
        sequence: Uint64::new(7),
    });
    let owner = world.owner_of(&id).filter(|_| rng.gen_bool(0.8));
    let (user, sub) = owner.unwrap_or((user, sub));
    let its_name = world.name_of(&id).filter(|_| rng.gen_bool(0.8));
    if let Some(name) = its_name.or_else(|| name(rng).filter(|_| rng.gen_bool(0.3))) {
        return Step::CancelNamed { user, sub, name };
    }
    let by = acting(rng, world, user, sub);
    Step::Cancel { by, user, sub, id }
}

/// Some of an account's orders to cancel, some that are none of its, and some to place: sometimes none, or too many.
pub fn batch(
    rng: &mut ChaCha8Rng,
    world: &World,
    market: MarketId,
    (user, sub): (User, u32),
) -> Step {
    let known = world.resting_orders();
    let waiting = world.waiting_triggers();
    let owner = known.choose(rng).and_then(|id| world.owner_of(id));
    let (user, sub) = owner.filter(|_| rng.gen_bool(0.7)).unwrap_or((user, sub));
    let cancels = rng.gen_range(0..3);
    let cancel: Vec<OrderReference> = (0..cancels)
        .filter_map(|_| {
            Some(match rng.gen_range(0..6) {
                0 => OrderReference::ClientOrderId(Uint128::new(rng.gen_range(0..4))),
                1 => OrderReference::TriggerOrderId(*waiting.choose(rng)?),
                2 => OrderReference::OrderId(*known.choose(rng)?),
                _ => {
                    let own = known
                        .iter()
                        .filter(|id| world.owner_of(id) == Some((user, sub)));
                    let own: Vec<&OrderId> = own.collect();
                    OrderReference::OrderId(**own.choose(rng)?)
                }
            })
        })
        .collect();
    let places = match rng.gen_range(0..20) {
        0 => 21,
        number => number % 4,
    };
    let place = (0..places)
        .map(|_| {
            let live = world.live();
            let market = *live
                .choose(rng)
                .filter(|_| rng.gen_bool(0.3))
                .unwrap_or(&market);
            order(rng, world, market)
        })
        .collect();
    Step::Batch {
        by: acting(rng, world, user, sub),
        user,
        sub,
        cancel,
        place,
    }
}

/// Resting orders that a keeper takes for dead, one that is gone among them.
pub fn removal(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let now = world.suite.now();
    let known = world.resting_orders();
    let expired = |id: &&OrderId| world.order(id).is_some_and(|order| order.is_expired(now));
    let dead = known.iter().find(expired).filter(|_| rng.gen_bool(0.5));
    let number = rng.gen_range(0..4);
    let mut orders: Vec<OrderId> = known
        .choose_multiple(rng, number)
        .chain(dead)
        .copied()
        .collect();
    if let Some(id) = orders.first().copied().filter(|_| rng.gen_bool(0.1)) {
        orders.resize(50, id);
    }
    let by = rng.gen_range(0..world.users.len());
    vec![Step::RemoveOrders { by, orders }]
}
