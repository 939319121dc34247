//! From the feeders' prices to the one that is answered.
//!
//! Fresh is a price published at most `max_age_secs` ago. With fewer fresh prices than the quorum there
//! is no answer. Otherwise, over the fresh prices:
//!
//! * **price** is their median; of an even number the mean of the two middle ones, rounded down. It
//!   takes neither the buyers' side nor the sellers' by more than the rounding, one unit of the mantissa.
//! * **conf** is the larger of the median of their confidences (of an even number the upper middle) and
//!   the distance from the answer within which at least a quorum of them lies. So a feeder that strays
//!   widens nothing while a quorum agrees, and a feed that disagrees with itself says so: risk-increasing
//!   actions stop at the market's `max_confidence_ppm`.
//! * **publish_time** is that of the quorum-th newest: a quorum saw the market at that time or later.
//!   One feeder that lags cannot make the answer look old, and fewer than a quorum cannot make it look
//!   new. As a quorum is more than half, the median lies between the lowest and the highest of those
//!   quorum prices.
//!
//! While fewer than a quorum of the feeders are dishonest and the honest ones are fresh, the price lies
//! within the honest prices' range or says how far it may be off.

use ballast_types::pyth::Price;
use cosmwasm_std::{Env, Int64, Uint64};

use crate::prices::{Observation, Prices};
use crate::{ContractError, ContractResult};

/// The answer for a feed at a time, or why there is none.
pub fn answer(id: &str, prices: &Prices, now: i64) -> ContractResult<Price> {
    let fresh: Vec<Observation> = prices
        .last
        .iter()
        .flatten()
        .filter(|observation| is_fresh(prices, observation, now))
        .copied()
        .collect();
    combine(&fresh, prices.quorum, prices.expo).ok_or_else(|| ContractError::NoQuorum {
        id: id.to_owned(),
        quorum: prices.quorum,
        found: u32::try_from(fresh.len()).unwrap_or(u32::MAX),
        max_age_secs: prices.max_age_secs,
    })
}

/// Whether a price counts: published at most `max_age_secs` ago.
#[must_use]
pub fn is_fresh(prices: &Prices, observation: &Observation, now: i64) -> bool {
    let oldest = now.saturating_sub(i64::try_from(prices.max_age_secs).unwrap_or(i64::MAX));
    observation.publish_time >= oldest
}

/// Block time, seconds.
#[must_use]
pub fn block_secs(env: &Env) -> i64 {
    i64::try_from(env.block.time.seconds()).unwrap_or(i64::MAX)
}

/// Median, confidence and time of prices that all count; none with fewer than the quorum.
#[must_use]
pub fn combine(fresh: &[Observation], quorum: u32, expo: i32) -> Option<Price> {
    let quorum = usize::try_from(quorum).ok()?;
    let at_quorum = quorum.checked_sub(1)?;

    let prices = sorted(fresh.iter().map(|one| one.price.i64()));
    let confidences = sorted(fresh.iter().map(|one| one.conf.u64()));
    let times = sorted(fresh.iter().map(|one| one.publish_time));

    let price = median(&prices)?;
    let distances = sorted(prices.iter().map(|one| one.abs_diff(price)));
    let agreed = distances.get(at_quorum)?;
    let stated = confidences.get(confidences.len() / 2)?;
    let publish_time = times.iter().rev().nth(at_quorum)?;
    Some(Price {
        price: Int64::new(price),
        conf: Uint64::new(*agreed.max(stated)),
        expo,
        publish_time: *publish_time,
    })
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values
}

/// Of sorted positive numbers; of an even number the mean of the two middle ones, rounded down.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get((sorted.len() / 2).checked_sub(1)?)?;
    lower.checked_add(upper.checked_sub(lower)? / 2)
}
