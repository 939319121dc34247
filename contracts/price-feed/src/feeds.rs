//! Feeds and the delay, put in force once [`crate::pending`] has decided that their time has come.

use ballast_types::price_feed::{Change, FeedConfig};
use cosmwasm_std::{Deps, DepsMut, Empty, Response, StdResult, Storage};

use crate::prices::Prices;
use crate::state::{feed_key, Feed, FeedKey, ADVERSE_DELAY_SECS, FEEDS, PRICES, REMOVED_FEEDS};
use crate::{events, validate, ContractError, ContractResult};

/// Whether a change is possible now.
///
/// # Errors
/// What [`validate`] checks, [`ContractError::NoSuchFeed`].
pub fn check(deps: Deps, change: &Change) -> ContractResult<()> {
    match change {
        Change::SetFeed { feed } => validate::feed(deps.api, feed).map(|_| ()),
        Change::RemoveFeed { id } => existing(deps.storage, id).map(|_| ()),
        Change::SetAdverseDelay { adverse_delay_secs } => {
            validate::adverse_delay(*adverse_delay_secs)
        }
    }
}

/// Puts a checked change in force.
///
/// # Errors
/// Storage.
pub fn apply(deps: DepsMut, change: Change) -> ContractResult<Response> {
    match change {
        Change::SetFeed { feed } => set_feed(deps, feed),
        Change::RemoveFeed { id } => remove_feed(deps, &id),
        Change::SetAdverseDelay { adverse_delay_secs } => {
            ADVERSE_DELAY_SECS.save(deps.storage, &adverse_delay_secs)?;
            Ok(Response::new()
                .add_attribute("action", "set_adverse_delay")
                .add_event(events::adverse_delay(adverse_delay_secs)))
        }
    }
}

/// Feeders that stay keep their prices, unless the exponent changes: a mantissa means nothing under another exponent.
fn set_feed(deps: DepsMut, config: FeedConfig) -> ContractResult<Response> {
    let (key, feeders) = validate::feed(deps.api, &config)?;
    let old = may_load(deps.storage, key)?;
    let had_prices = match &old {
        Some((feed, prices)) => feed.is_touched(prices),
        None => REMOVED_FEEDS.has(deps.storage, key),
    };
    let kept = old.filter(|(_, prices)| prices.expo == config.expo);
    let last_of = |feeder| {
        let (feed, prices) = kept.as_ref()?;
        feed.last_of(feeder, prices)
    };
    let prices = Prices {
        expo: config.expo,
        quorum: config.quorum,
        max_age_secs: config.max_age_secs,
        last: feeders.iter().map(last_of).collect(),
    };
    let event = events::feed(&config);
    let feed = Feed {
        symbol: config.symbol,
        feeders,
        had_prices,
    };
    REMOVED_FEEDS.remove(deps.storage, key);
    FEEDS.save(deps.storage, key, &feed)?;
    PRICES.save(deps.storage, key, &prices)?;
    Ok(Response::new()
        .add_attribute("action", "set_feed")
        .add_event(event))
}

/// With its prices. Where it had any its id is remembered: somebody may still point at it.
fn remove_feed(deps: DepsMut, id: &str) -> ContractResult<Response> {
    let key = existing(deps.storage, id)?;
    if !untouched(deps.as_ref(), id)? {
        REMOVED_FEEDS.save(deps.storage, key, &Empty {})?;
    }
    FEEDS.remove(deps.storage, key);
    PRICES.remove(deps.storage, key);
    Ok(Response::new()
        .add_attribute("action", "remove_feed")
        .add_event(events::feed_removed(id)))
}

/// The key of a feed that exists.
///
/// # Errors
/// [`ContractError::NoSuchFeed`].
pub fn existing(storage: &dyn Storage, id: &str) -> ContractResult<FeedKey> {
    feed_key(id)
        .filter(|key| FEEDS.has(storage, *key))
        .ok_or_else(|| ContractError::NoSuchFeed { id: id.to_owned() })
}

/// Both records of a feed, if there is one.
///
/// # Errors
/// Storage.
pub fn may_load(storage: &dyn Storage, key: FeedKey) -> StdResult<Option<(Feed, Prices)>> {
    let Some(feed) = FEEDS.may_load(storage, key)? else {
        return Ok(None);
    };
    Ok(Some((feed, PRICES.load(storage, key)?)))
}

/// Whether nobody can rely on a feed: it does not exist and never had a price, or exists and never had one.
///
/// # Errors
/// Storage.
pub fn untouched(deps: Deps, id: &str) -> ContractResult<bool> {
    let Some(key) = feed_key(id) else {
        return Ok(true);
    };
    Ok(match may_load(deps.storage, key)? {
        Some((feed, prices)) => !feed.is_touched(&prices),
        None => !REMOVED_FEEDS.has(deps.storage, key),
    })
}
