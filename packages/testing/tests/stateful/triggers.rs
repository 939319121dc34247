//! Trigger orders: placed, cancelled, and executed by keepers whether or not they are due.

use anyhow::Result;
use ballast_perp_market::ContractError;
use ballast_risk::{Rounding, ValueScale};
use ballast_types::market::{
    ExecuteMsg, MarketResponse, OrderType, PlaceTriggerOrder, TimeInForce, TriggerCondition,
    TriggerOrderId, TriggeredOrder,
};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, Int128, Uint128, Uint64};
use cw_multi_test::AppResponse;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draw::{acting, name};
use super::predict::margin::{check_age, positive};
use super::predict::orders::{acts, limit_terms, named, place, reducible, size_error, too_small};
use super::predict::Expect;
use super::step::{Order, Step, User};
use super::world::World;

/// A trigger order to place.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    pub market: MarketId,
    pub side: Side,
    pub size: u128,
    pub condition: TriggerCondition,
    pub trigger_price: Decimal,
    pub order: TriggeredOrder,
    pub reduce_only: bool,
    pub expires_at: Option<u64>,
    pub name: Option<u128>,
}

/// What is done with trigger orders.
#[derive(Clone, Debug)]
pub enum TriggerStep {
    Place {
        by: User,
        user: User,
        sub: u32,
        trigger: Trigger,
    },
    Cancel {
        by: User,
        user: User,
        sub: u32,
        id: TriggerOrderId,
    },
    Execute {
        by: User,
        id: TriggerOrderId,
    },
}

impl TriggerStep {
    pub fn message(&self) -> &'static str {
        match self {
            Self::Place { .. } => "place_trigger_order",
            Self::Cancel { .. } => "cancel_order",
            Self::Execute { .. } => "execute_trigger_order",
        }
    }
}

pub fn draw(
    rng: &mut ChaCha8Rng,
    world: &World,
    market: MarketId,
    (user, sub): (User, u32),
) -> Step {
    Step::Trigger(match rng.gen_range(0..10) {
        0..=5 => {
            let (user, sub) = holder(rng, world, market).unwrap_or((user, sub));
            TriggerStep::Place {
                by: acting(rng, world, user, sub),
                user,
                sub,
                trigger: trigger(rng, world, market, (user, sub)),
            }
        }
        6 => {
            let id = any(rng, world, market);
            let owner = world.trigger_owner(&id).filter(|_| rng.gen_bool(0.8));
            let (user, sub) = owner.unwrap_or((user, sub));
            TriggerStep::Cancel {
                by: acting(rng, world, user, sub),
                user,
                sub,
                id,
            }
        }
        _ => execute(rng, world, market),
    })
}

/// A keeper tries one.
pub fn execute(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> TriggerStep {
    TriggerStep::Execute {
        by: rng.gen_range(0..world.users.len()),
        id: any(rng, world, market),
    }
}

/// One that waits, or none.
fn any(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> TriggerOrderId {
    let waiting = world.waiting_triggers();
    let known = waiting.choose(rng).filter(|_| rng.gen_bool(0.95)).copied();
    known.unwrap_or(TriggerOrderId {
        market,
        condition: TriggerCondition::AtOrBelow,
        trigger_price: Decimal::percent(1_000),
        sequence: Uint64::new(7),
    })
}

/// Somebody who holds a position, mostly.
fn holder(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Option<(User, u32)> {
    let held: Vec<_> = world
        .all_accounts()
        .into_iter()
        .filter(|(user, sub)| {
            let account = world.account(*user, *sub);
            account.is_some_and(|account| account.positions.iter().any(|one| one.market == market))
        })
        .collect();
    held.choose(rng).copied().filter(|_| rng.gen_bool(0.8))
}

fn trigger(
    rng: &mut ChaCha8Rng,
    world: &World,
    market: MarketId,
    (user, sub): (User, u32),
) -> Trigger {
    let held = world.account(user, sub).map_or(0, |account| {
        let position = account.positions.iter().find(|one| one.market == market);
        position.map_or(0, |position| position.size.i128())
    });
    let closing = if held > 0 { Side::Sell } else { Side::Buy };
    let side = if rng.gen_bool(0.85) {
        closing
    } else {
        closing.opposite()
    };
    let trigger_price = match rng.gen_range(0..20) {
        0 => Decimal::zero(),
        _ => world.moved_price(market, rng.gen_range(960_000..1_040_000)),
    };
    let size = match rng.gen_range(0..16) {
        0 => 0,
        1 => world.lots(market, 1) + 1,
        2..=8 if held != 0 => held.unsigned_abs(),
        _ => world.lots(market, rng.gen_range(1..=3_000)),
    };
    let now = world.suite.now();
    let price = world.tick_price(market, rng.gen_range(970_000..1_030_000));
    let order = match rng.gen_range(0..10) {
        0 => TriggeredOrder::Market {
            max_slippage_ppm: 1_000_000,
        },
        1..=5 => TriggeredOrder::Market {
            max_slippage_ppm: rng.gen_range(0..80_000),
        },
        _ => TriggeredOrder::Limit {
            price,
            time_in_force: *[
                TimeInForce::GoodTilCancelled,
                TimeInForce::ImmediateOrCancel,
                TimeInForce::PostOnly,
                TimeInForce::FillOrKill,
                TimeInForce::GoodTilTime {
                    expires_at: now + 100,
                },
            ]
            .choose(rng)
            .unwrap(),
        },
    };
    let condition = if rng.gen() {
        TriggerCondition::AtOrBelow
    } else {
        TriggerCondition::AtOrAbove
    };
    Trigger {
        market,
        side,
        size,
        condition,
        trigger_price,
        order,
        reduce_only: rng.gen_bool(0.8),
        expires_at: rng.gen_bool(0.3).then(|| now + rng.gen_range(0..200)),
        name: name(rng),
    }
}

pub fn apply(world: &mut World, step: &TriggerStep) -> Result<AppResponse> {
    let owner =
        |world: &World, by: User, user: User| (by != user).then(|| world.users[user].to_string());
    let (by, msg) = match step {
        TriggerStep::Place {
            by,
            user,
            sub,
            trigger,
        } => {
            let msg = ExecuteMsg::PlaceTriggerOrder(PlaceTriggerOrder {
                owner: owner(world, *by, *user),
                subaccount: *sub,
                market: trigger.market,
                side: trigger.side,
                size: Uint128::new(trigger.size),
                condition: trigger.condition,
                trigger_price: trigger.trigger_price,
                order: trigger.order,
                reduce_only: trigger.reduce_only,
                expires_at: trigger.expires_at,
                client_order_id: trigger.name.map(Uint128::new),
            });
            (by, msg)
        }
        TriggerStep::Cancel { by, user, sub, id } => {
            let msg = ExecuteMsg::CancelOrder {
                owner: owner(world, *by, *user),
                subaccount: *sub,
                order_id: None,
                trigger_order_id: Some(*id),
                client_order_id: None,
            };
            (by, msg)
        }
        TriggerStep::Execute { by, id } => {
            let trigger_order_id = *id;
            (by, ExecuteMsg::ExecuteTriggerOrder { trigger_order_id })
        }
    };
    world.tell_market(*by, &msg)
}

pub fn expected(world: &World, step: &TriggerStep) -> Expect {
    match step {
        TriggerStep::Place {
            by,
            user,
            sub,
            trigger,
        } => acts(world, *by, *user, *sub)
            .or_else(|| cannot_store(world, *user, *sub, trigger))
            .unwrap_or(Expect::Ok),
        TriggerStep::Cancel { by, user, sub, id } => {
            acts(world, *by, *user, *sub).unwrap_or_else(|| match world.trigger_owner(id) {
                Some(owner) if owner == (*user, *sub) => Expect::Ok,
                _ => Expect::Market(ContractError::NoSuchTriggerOrder { id: *id }),
            })
        }
        TriggerStep::Execute { id, .. } => expected_execution(world, id),
    }
}

/// Why a trigger order is not stored: what it says of itself, its name, or the fee for its execution.
fn cannot_store(world: &World, user: User, sub: u32, trigger: &Trigger) -> Option<Expect> {
    let market = match world.active_market(trigger.market) {
        Ok(market) => market,
        Err(error) => return Some(Expect::Market(error)),
    };
    if let Some(refused) = wrong_terms(world, &market, trigger) {
        return Some(refused);
    }
    let account = world.account(user, sub)?;
    let parameters = world.suite.config().unwrap().parameters;
    let (max, found) = (
        parameters.max_trigger_orders_per_account,
        account.trigger_orders,
    );
    if found >= max {
        let error = ContractError::TooManyTriggerOrders { max, found };
        return Some(Expect::Market(error));
    }
    if let Some(name) = trigger.name.filter(|name| named(world, user, sub, *name)) {
        let client_order_id = Uint128::new(name);
        let error = ContractError::DuplicateClientOrderId { client_order_id };
        return Some(Expect::Market(error));
    }
    let maintenance = i128::try_from(account.maintenance_margin.u128()).unwrap();
    let free = positive(account.equity - Int128::new(maintenance));
    let reserve = account.order_reserve + parameters.trigger_order_fee;
    let error = ContractError::InsufficientReserve { free, reserve };
    (free < reserve).then_some(Expect::Market(error))
}

fn wrong_terms(world: &World, market: &MarketResponse, trigger: &Trigger) -> Option<Expect> {
    if let Some(refused) = size_error(market, trigger.size) {
        return Some(refused);
    }
    let oracle = &market.config.oracle;
    let (min, max, found) = (oracle.min_price, oracle.max_price, trigger.trigger_price);
    if found < min || found > max {
        let market = market.market;
        return Some(Expect::Market(ContractError::TriggerPriceOutOfBounds {
            market,
            min,
            max,
            found,
        }));
    }
    let now = world.suite.now();
    if let Some(expires_at) = trigger.expires_at.filter(|at| *at <= now) {
        return Some(Expect::Market(ContractError::AlreadyExpired {
            expires_at,
            now,
        }));
    }
    let small = match trigger.order {
        TriggeredOrder::Market { max_slippage_ppm } if max_slippage_ppm >= 1_000_000 => {
            return Some(Expect::Market(ContractError::ParameterOutOfRange {
                name: "max_slippage_ppm",
                min: "0".to_owned(),
                max: "999999".to_owned(),
                found: max_slippage_ppm.to_string(),
            }));
        }
        TriggeredOrder::Market { .. } => {
            let min = market.config.parameters.min_order_notional;
            let scale = ValueScale::new(market.config.base_decimals, world.suite.decimals);
            let size = Uint128::new(trigger.size);
            let found = scale.unwrap().notional(size, found, Rounding::Up).unwrap();
            let error = ContractError::OrderTooSmall { min, found };
            (found < min).then_some(Expect::Market(error))
        }
        TriggeredOrder::Limit { .. } => {
            let order = as_order(trigger.market, trigger, found, trigger.size);
            match limit_terms(world, market, &order) {
                Ok(terms) => too_small(world, market, &order, terms.ticks, trigger.size),
                Err(error) => return Some(Expect::Market(error)),
            }
        }
    };
    // A smaller one may close a whole position.
    small.filter(|_| !trigger.reduce_only)
}

/// What a trigger order places at an oracle price.
fn as_order(market: MarketId, trigger: &Trigger, price: Decimal, size: u128) -> Order {
    let order_type = match trigger.order {
        TriggeredOrder::Market { max_slippage_ppm } => {
            let atomics = price.atomics();
            let distance = atomics.multiply_ratio(max_slippage_ppm, 1_000_000u32);
            let worst = match trigger.side {
                Side::Buy => atomics + distance,
                Side::Sell => atomics - distance,
            };
            OrderType::Market {
                worst_price: Decimal::new(worst),
            }
        }
        TriggeredOrder::Limit {
            price,
            time_in_force,
        } => OrderType::Limit {
            price,
            time_in_force,
        },
    };
    Order {
        market,
        side: trigger.side,
        size,
        order_type,
        reduce_only: trigger.reduce_only,
        name: None,
    }
}

fn expected_execution(world: &World, id: &TriggerOrderId) -> Expect {
    let Some(stored) = world.trigger(id) else {
        return Expect::Market(ContractError::NoSuchTriggerOrder { id: *id });
    };
    if stored.is_expired(world.suite.now()) {
        return Expect::Ok;
    }
    let market = match world.active_market(id.market) {
        Ok(market) => market,
        Err(error) => return Expect::Market(error),
    };
    let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
    if let Err(error) = check_age(world, &market, max_age) {
        return Expect::Market(error);
    }
    let price = market.price.unwrap().price;
    let trigger_price = id.trigger_price;
    let due = match id.condition {
        TriggerCondition::AtOrBelow => price <= trigger_price,
        TriggerCondition::AtOrAbove => price >= trigger_price,
    };
    if !due {
        return Expect::Market(ContractError::NotTriggered {
            condition: id.condition.as_str(),
            trigger_price,
            price,
        });
    }
    let (user, sub) = world.trigger_owner(id).unwrap();
    let account = world.account(user, sub).unwrap();
    if stored.reduce_only && reducible(&account, id.market, stored.side) == 0 {
        // It is removed.
        return Expect::Ok;
    }
    let trigger = Trigger {
        market: id.market,
        side: stored.side,
        size: stored.size.u128(),
        condition: id.condition,
        trigger_price,
        order: stored.order,
        reduce_only: stored.reduce_only,
        expires_at: stored.expires_at,
        name: None,
    };
    let order = as_order(id.market, &trigger, price, stored.remaining.u128());
    match place(world, user, sub, &order) {
        Expect::Order { .. } => Expect::Triggered {
            wanted: stored.remaining,
        },
        refused => refused,
    }
}
