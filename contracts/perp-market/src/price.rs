//! The oracle price: asked for when the cached one is old, checked before it is believed, and allowed for
//! more or fewer actions the older it is (design section 4). In a market that is being settled the price is fixed, and
//! no oracle is asked.

use ballast_json::query_wasm_smart;
use ballast_types::market::CachedPrice;
use ballast_types::pyth::{Price, PriceFeedResponse, QueryMsg};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, QuerierWrapper, Uint128, Uint256};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::state::PriceSample;

/// Asks the oracle where the cached price is too old to be used without asking.
///
/// Never fails: with no better answer the old price stays, and its age decides what it is good for.
pub fn refresh(exchange: &mut Exchange, market: &mut Market) {
    if market.config.settling.is_some() {
        return;
    }
    let now = exchange.now();
    let parameters = &exchange.config.parameters;
    if let Some(cached) = &market.state.price {
        let unasked_for = now.saturating_sub(cached.cached_at);
        let age = now.saturating_sub(cached.published_at);
        if unasked_for < parameters.price_cache_secs && age <= parameters.price_risk_max_age_secs {
            return;
        }
    }
    let source = Source {
        contract: market.config.oracle.as_str(),
        feed_id: &market.config.feed_id,
        min_price: market.config.min_price,
        max_price: market.config.max_price,
        future_tolerance_secs: parameters.price_future_tolerance_secs,
    };
    if let Ok(fresh) = query(exchange.deps.querier, &source, now) {
        let newer = market
            .state
            .price
            .as_ref()
            .map_or(true, |cached| fresh.published_at >= cached.published_at);
        if newer {
            let changed = market.state.price.as_ref().map_or(true, |cached| {
                (cached.published_at, cached.price, cached.confidence)
                    != (fresh.published_at, fresh.price, fresh.confidence)
            });
            if changed {
                exchange.events.push(events::price(market.id, &fresh));
            }
            market.state.price = Some(fresh);
            sample(market, &fresh);
        }
    }
}

/// Keeps the first valid price of every five minutes.
pub fn sample(market: &mut Market, price: &CachedPrice) {
    let sample = PriceSample {
        published_at: price.published_at,
        price: price.price,
    };
    if sample.slot() > market.state.sampled_slot {
        market.state.sampled_slot = sample.slot();
        market.sample = Some(sample);
    }
}

/// Where a price comes from, and what it must be to be believed.
pub struct Source<'a> {
    /// The oracle contract.
    pub contract: &'a str,
    /// Its feed.
    pub feed_id: &'a str,
    /// Less is no price.
    pub min_price: Decimal,
    /// More is no price.
    pub max_price: Decimal,
    /// How far in the future it may be published and still count, as of now.
    pub future_tolerance_secs: u64,
}

/// Asks an oracle for a feed and checks the answer: for that feed, positive, representable, within the sanity
/// bounds, not from the future. What fails is no price, whatever the reason.
pub fn query(querier: QuerierWrapper, source: &Source, now: u64) -> ContractResult<CachedPrice> {
    let unusable = |reason: String| {
        Box::new(ContractError::OracleUnusable {
            contract: source.contract.to_string(),
            feed_id: source.feed_id.to_string(),
            reason,
        })
    };
    let question = QueryMsg::PriceFeed {
        id: source.feed_id.to_string(),
    };
    let response: PriceFeedResponse = query_wasm_smart(&querier, source.contract, &question)
        .map_err(|error| unusable(error.to_string()))?;
    if response.price_feed.id != source.feed_id {
        return Err(unusable(format!(
            "it answered for feed {}",
            response.price_feed.id
        )));
    }
    let Price {
        price,
        conf,
        expo,
        publish_time,
    } = response.price_feed.price;
    if price.i64() <= 0 {
        return Err(unusable(format!(
            "the price must be positive, found {price}"
        )));
    }
    let published_at =
        u64::try_from(publish_time).map_err(|_| unusable("negative time".to_string()))?;
    let latest = now.saturating_add(source.future_tolerance_secs);
    if published_at > latest {
        return Err(unusable(format!(
            "published at {published_at}, it is {now} and {latest} is allowed"
        )));
    }
    let decimal = |mantissa: u64| {
        scale(mantissa, expo).ok_or_else(|| unusable(format!("{mantissa}e{expo} does not fit")))
    };
    let price = decimal(price.i64().unsigned_abs())?;
    let (min, max) = (source.min_price, source.max_price);
    if price < min || price > max {
        return Err(unusable(format!(
            "the price must be from {min} to {max}, found {price}"
        )));
    }
    Ok(CachedPrice {
        price,
        confidence: decimal(conf.u64())?,
        published_at: published_at.min(now),
        cached_at: now,
    })
}

/// `mantissa * 10^expo` as a decimal, digits below 10^-18 cut off. `None` where it does not fit.
fn scale(mantissa: u64, expo: i32) -> Option<Decimal> {
    let shift = expo.checked_add(18)?;
    let mantissa = Uint256::from(mantissa);
    let ten = Uint256::from(10u64);
    let power = ten.checked_pow(shift.unsigned_abs());
    let atomics = if shift >= 0 {
        mantissa.checked_mul(power.ok()?).ok()?
    } else {
        // A power beyond 256 bits leaves nothing of the mantissa.
        power.map_or(Uint256::zero(), |power| {
            mantissa.checked_div(power).unwrap_or_default()
        })
    };
    Some(Decimal::new(Uint128::try_from(atomics).ok()?))
}

/// What a price is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Valuation {
    /// Valuing what is there and closing it: published at most `price_max_age_secs` ago, taken as it is.
    Plain,
    /// Allowing more risk: published at most `price_risk_max_age_secs` ago, within the confidence allowed,
    /// and valued at the end of the confidence interval that is worse for the account.
    Risk,
    /// The last price, whatever its age: for telling a reader, for judging whether a change reduces risk while
    /// the oracle is silent, and for positions in other markets than the one that is liquidated.
    Last,
}

/// The price at which a position is valued.
pub fn price_for(
    exchange: &Exchange,
    market: &Market,
    valuation: Valuation,
    long: bool,
) -> ContractResult<Decimal> {
    let id = market.id;
    if let Some(settling) = market.config.settling {
        return Ok(settling.price);
    }
    let cached = market
        .state
        .price
        .ok_or(ContractError::NoPrice { market: id })?;
    let parameters = &exchange.config.parameters;
    match valuation {
        Valuation::Last => Ok(cached.price),
        Valuation::Plain => {
            check_age(id, &cached, exchange.now(), parameters.price_max_age_secs)?;
            Ok(cached.price)
        }
        Valuation::Risk => {
            check_age(
                id,
                &cached,
                exchange.now(),
                parameters.price_risk_max_age_secs,
            )?;
            check_confidence(market, &cached)?;
            let worse = if long {
                cached.price.checked_sub(cached.confidence)
            } else {
                cached.price.checked_add(cached.confidence)
            };
            worse.map_err(|_| {
                ContractError::Overflow {
                    what: "price and confidence",
                    value: cached.price.to_string(),
                }
                .into()
            })
        }
    }
}

fn check_age(market: MarketId, cached: &CachedPrice, now: u64, max_age: u64) -> ContractResult<()> {
    let age = now.saturating_sub(cached.published_at);
    if age > max_age {
        return Err(ContractError::StalePrice {
            market,
            age,
            max_age,
        }
        .into());
    }
    Ok(())
}

fn check_confidence(market: &Market, cached: &CachedPrice) -> ContractResult<()> {
    let max_ppm = market.config.max_confidence_ppm;
    let allowed = ballast_risk::ppm_of(
        cached.price.atomics(),
        max_ppm,
        ballast_risk::Rounding::Down,
    )?;
    if cached.confidence.atomics() > allowed {
        return Err(ContractError::LowConfidence {
            market: market.id,
            price: cached.price,
            confidence: cached.confidence,
            max_ppm,
        }
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mantissa_and_exponent_become_a_decimal() {
        assert_eq!(scale(50_123, -2), Some("501.23".parse().unwrap()));
        assert_eq!(scale(5, 3), Some("5000".parse().unwrap()));
        assert_eq!(scale(1, -18), Some(Decimal::raw(1)));
        assert_eq!(scale(19, -19), Some(Decimal::raw(1)));
        assert_eq!(scale(u64::MAX, -40), Some(Decimal::zero()));
        assert_eq!(scale(1, i32::MIN), Some(Decimal::zero()));
        assert_eq!(scale(u64::MAX, 20), None);
        assert_eq!(scale(1, i32::MAX), None);
    }
}
