//! Prices that feeders push, and oracles that markets are pointed at.

use ballast_perp_market::ContractError;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_types::MarketId;
use cosmwasm_std::Decimal;

use super::margin::check_age;
use super::Expect;
use crate::feeds::expected_push;
use crate::step::Step;
use crate::world::World;

pub fn price(world: &World, step: &Step) -> Expect {
    let (market, pushing) = match step {
        Step::Price { market, .. } => (market, &world.suite.feeders[..]),
        Step::PriceOfOneFeeder { market, .. } => (market, &world.suite.feeders[..1]),
        _ => return Expect::Ok,
    };
    let feed = &world.suite.markets[*market as usize].feed_id;
    expected_push(world, feed, pushing)
}

/// The new oracle must answer with a valid price at once, near the old one's where that is fresh.
pub fn oracle(world: &World, market: MarketId, hostile: bool) -> Expect {
    let info = match world.active_market(market) {
        Ok(info) => info,
        Err(error) => return Expect::Market(error),
    };
    let unusable = Expect::Text("gives no valid price");
    let Some(found) = answered_price(world, market, hostile) else {
        return unusable;
    };
    let (min, max) = (info.config.oracle.min_price, info.config.oracle.max_price);
    if found < min || found > max {
        return unusable;
    }
    let parameters = world.suite.config().unwrap().parameters;
    let cached = info.price.unwrap().price;
    let max_ppm = parameters
        .oracle_switch_max_deviation_ppm
        .min(info.maintenance_margin_ppm);
    let allowed = cached.atomics().multiply_ratio(max_ppm, 1_000_000u32);
    let fresh = check_age(world, &info, parameters.price_max_age_secs).is_ok();
    if fresh && cached.abs_diff(found).atomics() > allowed {
        return Expect::Market(ContractError::OracleDeviates {
            market,
            cached,
            found,
            max_ppm,
        });
    }
    Expect::Ok
}

/// What an oracle says, where it can be a price at all.
fn answered_price(world: &World, market: MarketId, hostile: bool) -> Option<Decimal> {
    let of_mantissa = |price: i64| {
        let mantissa = u128::try_from(price).ok().filter(|price| *price > 0)?;
        Some(Decimal::from_ratio(mantissa, 100_000_000u128))
    };
    if !hostile {
        return of_mantissa(world.suite.feed_price(market).ok()?.price.i64());
    }
    let oracle = &world.hostile_oracle;
    let behaviour = world.suite.oracle_behaviour(oracle, market).unwrap()?;
    let OracleBehaviour::Answers {
        price, published, ..
    } = behaviour
    else {
        return None;
    };
    let tolerance = world
        .suite
        .config()
        .unwrap()
        .parameters
        .price_future_tolerance_secs;
    let latest = i64::try_from(world.suite.now() + tolerance).unwrap();
    let past = match published {
        Published::Ago { secs } => i64::try_from(world.suite.now()).unwrap() - secs <= latest,
        Published::At { time } => time <= latest,
    };
    past.then(|| of_mantissa(price.i64())).flatten()
}
