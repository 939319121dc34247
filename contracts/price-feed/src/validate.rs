//! The one place where settings are checked, with hard ranges.

use std::collections::BTreeSet;

use ballast_types::price_feed::FeedConfig;
use cosmwasm_std::{Api, CanonicalAddr};

use crate::state::{feed_key, FeedKey};
use crate::{ContractError, ContractResult};

/// Feeders of one feed.
pub const MAX_FEEDERS: usize = 16;
/// Prices in one message.
pub const MAX_UPDATES: usize = 32;
/// Largest age up to which a price may count, seconds.
pub const MAX_AGE_SECS: u64 = 3_600;
/// Largest exponent either way.
pub const MAX_EXPO: i32 = 18;
/// Characters of a symbol.
pub const MAX_SYMBOL: usize = 32;

/// Shortest time that what loosens waits, seconds: 21 days, in which everybody can leave the insurance fund.
pub const MIN_ADVERSE_DELAY_SECS: u64 = 21 * 86_400;
/// Longest, seconds.
pub const MAX_ADVERSE_DELAY_SECS: u64 = 90 * 86_400;
/// Where nothing else is said, seconds.
pub const DEFAULT_ADVERSE_DELAY_SECS: u64 = MIN_ADVERSE_DELAY_SECS;

/// Checks the delay.
///
/// # Errors
/// [`ContractError::OutOfRange`].
pub fn adverse_delay(secs: u64) -> ContractResult<()> {
    range(
        "adverse_delay_secs",
        secs,
        MIN_ADVERSE_DELAY_SECS,
        MAX_ADVERSE_DELAY_SECS,
    )
}

/// Checks a feed's settings and returns its key and its feeders' addresses, in the order given.
pub fn feed(api: &dyn Api, config: &FeedConfig) -> ContractResult<(FeedKey, Vec<CanonicalAddr>)> {
    let key = feed_id(&config.id)?;
    symbol(&config.symbol)?;
    range("expo", config.expo, -MAX_EXPO, MAX_EXPO)?;
    range("max_age_secs", config.max_age_secs, 1, MAX_AGE_SECS)?;
    range("number of feeders", config.feeders.len(), 1, MAX_FEEDERS)?;
    let majority = (config.feeders.len() / 2).saturating_add(1);
    range(
        "quorum",
        u64::from(config.quorum),
        as_u64(majority),
        as_u64(config.feeders.len()),
    )?;
    Ok((key, feeders(api, &config.feeders)?))
}

/// 64 hexadecimal digits in lower case: the key that they name.
pub fn feed_id(id: &str) -> ContractResult<FeedKey> {
    feed_key(id).ok_or_else(|| ContractError::InvalidFeedId {
        found: id.to_owned(),
    })
}

fn symbol(symbol: &str) -> ContractResult<()> {
    let printable = symbol.bytes().all(|byte| byte.is_ascii_graphic());
    if !symbol.is_empty() && symbol.len() <= MAX_SYMBOL && printable {
        Ok(())
    } else {
        Err(ContractError::InvalidSymbol {
            max: MAX_SYMBOL,
            found: symbol.to_owned(),
        })
    }
}

fn feeders(api: &dyn Api, named: &[String]) -> ContractResult<Vec<CanonicalAddr>> {
    let mut seen = BTreeSet::new();
    let mut feeders = Vec::with_capacity(named.len());
    for name in named {
        let feeder = api.addr_validate(name)?;
        if !seen.insert(feeder.clone()) {
            return Err(ContractError::DuplicateFeeder { feeder });
        }
        feeders.push(api.addr_canonicalize(name)?);
    }
    Ok(feeders)
}

fn range<T>(name: &'static str, found: T, min: T, max: T) -> ContractResult<()>
where
    T: PartialOrd + TryInto<i64>,
{
    if min <= found && found <= max {
        return Ok(());
    }
    let shown = |value: T| value.try_into().unwrap_or(i64::MAX);
    Err(ContractError::OutOfRange {
        name,
        min: shown(min),
        max: shown(max),
        found: shown(found),
    })
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
