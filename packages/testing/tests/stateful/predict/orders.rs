//! Orders: who may send them, what they say of themselves, and what the book makes of them.

use ballast_perp_market::state::{book_key, split_place_key, CLIENT_ORDERS, ORDERS};
use ballast_perp_market::ContractError;
use ballast_risk::{fill_value, Rounding, ValueScale};
use ballast_types::market::{
    AccountResponse, CancelOutcome, MarketResponse, OrderId, OrderReference, OrderType,
    PositionResponse, TimeInForce,
};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, Int128, Uint128};

use super::margin::{check_age, strict_price};
use super::Expect;
use crate::freeze;
use crate::step::{Order, User};
use crate::world::World;

pub fn no_account(world: &World, user: User, subaccount: u32) -> Expect {
    let owner = world.users[user].to_string();
    Expect::Market(ContractError::NoSuchAccount { owner, subaccount })
}

pub fn not_delegate(world: &World, user: User, subaccount: u32, found: User) -> Expect {
    Expect::Market(ContractError::NotDelegate {
        owner: world.users[user].to_string(),
        subaccount,
        found: world.users[found].to_string(),
    })
}

/// Why somebody may not act for an account, where he may not.
pub fn acts(world: &World, by: User, user: User, sub: u32) -> Option<Expect> {
    if world.account(user, sub).is_none() {
        return Some(no_account(world, user, sub));
    }
    if by == user {
        return None;
    }
    let known = world.delegates(user, sub);
    let Some((_, expired_at)) = known.into_iter().find(|(one, _)| *one == by) else {
        return Some(not_delegate(world, user, sub, by));
    };
    let now = world.suite.now();
    (expired_at <= now)
        .then(|| Expect::Market(ContractError::DelegationExpired { expired_at, now }))
}

pub fn set_delegate(world: &World, user: User, sub: u32, delegate: User, secs: u64) -> Expect {
    if let Some(refused) = acts(world, user, user, sub) {
        return refused;
    }
    let now = world.suite.now();
    let (max, found) = (now + 365 * 86_400, now + secs);
    if delegate == user {
        Expect::Market(ContractError::OwnerAsDelegate {})
    } else if secs == 0 {
        let expires_at = now;
        Expect::Market(ContractError::AlreadyExpired { expires_at, now })
    } else if found > max {
        Expect::Market(ContractError::DelegationTooLong { max, found })
    } else {
        // Seven users: never more than eight delegates.
        Expect::Ok
    }
}

/// Whether an account has an order of that name, resting or waiting for its trigger.
pub fn named(world: &World, user: User, sub: u32, name: u128) -> bool {
    let number = world.account(user, sub).map(|account| account.number.u64());
    let storage = world.suite.market_storage();
    number.is_some_and(|number| CLIENT_ORDERS.has(storage.as_ref(), (number, name)))
}

/// What an order says of price and time.
pub struct Terms {
    pub price: Decimal,
    pub ticks: u128,
    pub time_in_force: TimeInForce,
}

/// Why a size is none.
pub fn size_error(market: &MarketResponse, size: u128) -> Option<Expect> {
    let lot_size = market.config.lot_size;
    if size == 0 || size % lot_size.u128() != 0 {
        let found = Uint128::new(size);
        return Some(Expect::Market(ContractError::InvalidSize {
            lot_size,
            found,
        }));
    }
    i128::try_from(size).is_err().then_some(Expect::Text(""))
}

pub fn limit_terms(
    world: &World,
    market: &MarketResponse,
    order: &Order,
) -> Result<Terms, ContractError> {
    let tick_size = market.config.tick_size;
    let (price, time_in_force) = match order.order_type {
        OrderType::Limit {
            price,
            time_in_force,
        } => (price, time_in_force),
        OrderType::Market { worst_price } => (worst_price, TimeInForce::ImmediateOrCancel),
    };
    let ticks = price.atomics().u128() / tick_size.atomics().u128();
    let exact = price.atomics().u128() % tick_size.atomics().u128() == 0;
    let limit = matches!(order.order_type, OrderType::Limit { .. });
    if ticks == 0 || (limit && !exact) {
        return Err(ContractError::InvalidPrice {
            tick_size,
            found: price,
        });
    }
    if let TimeInForce::GoodTilTime { expires_at } = time_in_force {
        let now = world.suite.now();
        if expires_at <= now {
            return Err(ContractError::AlreadyExpired { expires_at, now });
        }
    }
    Ok(Terms {
        price,
        ticks,
        time_in_force,
    })
}

/// How much of a position an order of that side can reduce.
pub fn reducible(account: &AccountResponse, market: MarketId, side: Side) -> u128 {
    let held = account.positions.iter().find(|one| one.market == market);
    let held = held.map_or(0, |position| position.size.i128());
    if held != 0 && (held < 0) == (side == Side::Buy) {
        held.unsigned_abs()
    } else {
        0
    }
}

pub fn place(world: &World, user: User, sub: u32, order: &Order) -> Expect {
    let Some(account) = world.account(user, sub) else {
        return no_account(world, user, sub);
    };
    let market = match world.active_market(order.market) {
        Ok(market) => market,
        Err(error) => return Expect::Market(error),
    };
    if let Some(refused) = size_error(&market, order.size) {
        return refused;
    }
    let Terms {
        price,
        ticks,
        time_in_force,
    } = match limit_terms(world, &market, order) {
        Ok(terms) => terms,
        Err(error) => return Expect::Market(error),
    };
    if let Some(name) = order.name.filter(|name| named(world, user, sub, *name)) {
        let client_order_id = Uint128::new(name);
        return Expect::Market(ContractError::DuplicateClientOrderId { client_order_id });
    }
    if account.bankrupt {
        return Expect::Market(ContractError::Bankrupt {
            equity: account.equity,
        });
    }
    let reducible = reducible(&account, order.market, order.side);
    if order.reduce_only && reducible == 0 {
        return Expect::Market(ContractError::NothingToReduce {});
    }
    let wanted = if order.reduce_only {
        order.size.min(reducible)
    } else {
        order.size
    };
    let closes = order.reduce_only && reducible <= order.size;
    if let Some(refusal) = too_small(world, &market, order, ticks, wanted).filter(|_| !closes) {
        return refusal;
    }
    let ticks = match within_band(world, &market, order, price, ticks) {
        Ok(ticks) => ticks,
        Err(error) => return Expect::Market(error),
    };
    if would_trade(world, order, ticks) {
        if time_in_force == TimeInForce::PostOnly {
            return Expect::Market(ContractError::WouldTrade {});
        }
        if let Some(frozen) = freeze::refused(world).filter(|_| wanted > reducible) {
            return Expect::Market(frozen);
        }
        if market.reduce_only && wanted > reducible {
            return Expect::Market(ContractError::ReduceOnly {
                market: order.market,
            });
        }
    }
    Expect::Order {
        ample: time_in_force != TimeInForce::FillOrKill
            && ample(world, &account, &market, order, price, wanted),
    }
}

/// What an order that is worth too little is refused with.
pub fn too_small(
    world: &World,
    market: &MarketResponse,
    order: &Order,
    ticks: u128,
    wanted: u128,
) -> Option<Expect> {
    let min = market.config.parameters.min_order_notional;
    let (tick, lot) = (market.config.tick_size, market.config.lot_size);
    let scale = ValueScale::new(market.config.base_decimals, world.suite.decimals).unwrap();
    let size = Uint128::new(wanted);
    let value = match order.order_type {
        OrderType::Limit { .. } => {
            let ticks = u64::try_from(ticks).unwrap();
            fill_value(ticks, size, lot, scale.tick_lot_value(tick, lot).unwrap())
        }
        OrderType::Market { .. } => scale.notional(size, market.price.unwrap().price, Rounding::Up),
    };
    match value {
        // Sizes up to 2^127 are tried.
        Err(_) => Some(Expect::Text("")),
        Ok(found) if found < min => {
            Some(Expect::Market(ContractError::OrderTooSmall { min, found }))
        }
        Ok(_) => None,
    }
}

/// The worst price in ticks: of a market order moved into the band, of a limit refused beyond it.
fn within_band(
    world: &World,
    market: &MarketResponse,
    order: &Order,
    found: Decimal,
    ticks: u128,
) -> Result<u128, ContractError> {
    let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
    if check_age(world, market, max_age).is_err() {
        return Ok(ticks);
    }
    let price = market.price.unwrap().price.atomics();
    let distance = price.multiply_ratio(market.config.parameters.price_band_ppm, 1_000_000u32);
    let buys = order.side == Side::Buy;
    let atomics = if buys {
        price + distance
    } else {
        price - distance
    };
    let bound = Decimal::new(atomics);
    if if buys { found <= bound } else { found >= bound } {
        return Ok(ticks);
    }
    if let OrderType::Limit { .. } = order.order_type {
        let market = market.market;
        return Err(ContractError::PriceOutsideBand {
            market,
            bound,
            found,
        });
    }
    let tick = market.config.tick_size.atomics().u128();
    let moved = atomics.u128();
    Ok(if buys {
        moved / tick
    } else {
        moved.div_ceil(tick)
    })
}

fn would_trade(world: &World, order: &Order, ticks: u128) -> bool {
    let side = order.side.opposite();
    let storage = world.suite.market_storage();
    // Expired orders are dead; more of them than a message removes stop the order before it trades.
    let max_removals = world.suite.config().unwrap().parameters.max_removals;
    let now = world.suite.now();
    let best = ORDERS
        .prefix(book_key(order.market, side))
        .range(storage.as_ref(), None, None, cosmwasm_std::Order::Ascending)
        .map(Result::unwrap)
        .take(max_removals as usize)
        .find(|(_, resting)| !resting.is_expired(now));
    best.is_some_and(|(place, _)| {
        let best = u128::from(split_place_key(side, place).0);
        match order.side {
            Side::Buy => best <= ticks,
            Side::Sell => best >= ticks,
        }
    })
}

/// Equity five times what everything could need, few orders, no cap near, fresh prices.
fn ample(
    world: &World,
    account: &AccountResponse,
    market: &MarketResponse,
    order: &Order,
    price: Decimal,
    wanted: u128,
) -> bool {
    let sound = |market: &MarketResponse| strict_price(world, market, Int128::one()).is_ok();
    let fresh = sound(market)
        && account
            .positions
            .iter()
            .all(|position| sound(&world.market(position.market)));
    // Who holds a position in an isolated market holds no other.
    let alone = account
        .positions
        .iter()
        .all(|one| one.market == order.market);
    if market.config.isolated || !alone {
        let isolated = |position: &PositionResponse| world.market(position.market).config.isolated;
        if !alone && (market.config.isolated || account.positions.iter().any(isolated)) {
            return false;
        }
    }
    let Ok(scale) = ValueScale::new(market.config.base_decimals, world.suite.decimals) else {
        return false;
    };
    let dearest = price.max(market.price.unwrap().price);
    let rounding = ballast_risk::Rounding::Up;
    let Ok(value) = scale.notional(Uint128::new(wanted), dearest, rounding) else {
        return false;
    };
    let value = value.u128();
    let interest = market.open_interest_value.u128() + value;
    let parameters = &market.config.parameters;
    let needed = account.initial_margin.u128() + value;
    fresh
        && order.size < 1 << 100
        && interest < market.open_interest_cap.u128() / 2
        && interest < parameters.open_interest_lower.u128() / 2
        && account.open_orders + 2
            < world
                .suite
                .config()
                .unwrap()
                .parameters
                .max_orders_per_account
        && account.equity > Int128::new(i128::try_from(needed).unwrap_or(i128::MAX))
}

/// Orders that one batch cancels and places, at most.
const BATCH_ITEMS: usize = 20;

/// A batch is refused as a whole for its number of items and its sender only.
pub fn batch(
    world: &World,
    (by, user, sub): (User, User, u32),
    cancel: &[OrderReference],
    place: &[Order],
) -> Expect {
    let items = cancel.len() + place.len();
    if items == 0 {
        return Expect::Market(ContractError::EmptyBatch {});
    }
    if items > BATCH_ITEMS {
        let max = u32::try_from(BATCH_ITEMS).unwrap();
        let found = u32::try_from(items).unwrap();
        return Expect::Market(ContractError::TooManyItems { max, found });
    }
    acts(world, by, user, sub).unwrap_or(Expect::Ok)
}

/// What the cancels of a batch come to: an order that is named twice is gone the second time.
pub fn cancels(
    world: &World,
    (user, sub): (User, u32),
    references: &[OrderReference],
) -> Vec<CancelOutcome> {
    let mut seen = vec![];
    let mut outcomes = vec![];
    for reference in references {
        let place = world
            .meant(user, sub, reference)
            .filter(|place| !seen.contains(place));
        outcomes.push(match place {
            Some(place) => {
                seen.push(place);
                CancelOutcome::Cancelled
            }
            None => CancelOutcome::Gone,
        });
    }
    outcomes
}

/// Orders that have expired are dead; whether others are depends on their accounts.
pub fn remove_orders(world: &World, orders: &[OrderId]) -> Expect {
    let max = world.suite.config().unwrap().parameters.max_removals;
    let found = u32::try_from(orders.len()).unwrap();
    if found > max {
        return Expect::Market(ContractError::TooManyItems { max, found });
    }
    let stored: Vec<_> = orders.iter().filter_map(|id| world.order(id)).collect();
    if stored.is_empty() {
        return Expect::Market(ContractError::NothingToRemove {});
    }
    let now = world.suite.now();
    if stored.iter().any(|order| order.is_expired(now)) {
        return Expect::Ok;
    }
    let alive = Expect::Market(ContractError::NothingToRemove {});
    Expect::OneOf(vec![Expect::Ok, alive])
}
