//! Feeds and the delay, put in force once [`crate::pending`] has decided that their time has come.

use ballast_types::price_feed::{Change, FeedConfig};
use cosmwasm_std::{Addr, Deps, DepsMut, Empty, Response};

use crate::state::{Feed, Feeder, ADVERSE_DELAY_SECS, FEEDS, REMOVED_FEEDS};
use crate::{events, validate, ContractError, ContractResult};

/// Whether a change is possible now.
///
/// # Errors
/// What [`validate`] checks, [`ContractError::NoSuchFeed`].
pub fn check(deps: Deps, change: &Change) -> ContractResult<()> {
    match change {
        Change::SetFeed { feed } => validate::feed(deps.api, feed).map(|_| ()),
        Change::RemoveFeed { id } if FEEDS.has(deps.storage, id) => Ok(()),
        Change::RemoveFeed { id } => Err(ContractError::NoSuchFeed { id: id.to_owned() }),
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
    let addresses = validate::feed(deps.api, &config)?;
    let old = FEEDS.may_load(deps.storage, &config.id)?;
    let untouched = match &old {
        Some(old) => old.untouched,
        None => !REMOVED_FEEDS.has(deps.storage, &config.id),
    };
    let kept = old.filter(|old| old.expo == config.expo);
    let feed = Feed {
        symbol: config.symbol,
        expo: config.expo,
        quorum: config.quorum,
        max_age_secs: config.max_age_secs,
        feeders: addresses
            .into_iter()
            .map(|address| with_last(address, kept.as_ref()))
            .collect(),
        untouched,
    };
    REMOVED_FEEDS.remove(deps.storage, &config.id);
    FEEDS.save(deps.storage, &config.id, &feed)?;
    Ok(Response::new()
        .add_attribute("action", "set_feed")
        .add_event(events::feed(&config.id, &feed)))
}

/// With its prices. Where it had any its id is remembered: somebody may still point at it.
fn remove_feed(deps: DepsMut, id: &str) -> ContractResult<Response> {
    if !untouched(deps.as_ref(), id)? {
        REMOVED_FEEDS.save(deps.storage, id, &Empty {})?;
    }
    FEEDS.remove(deps.storage, id);
    Ok(Response::new()
        .add_attribute("action", "remove_feed")
        .add_event(events::feed_removed(id)))
}

/// Whether nobody can rely on a feed: it does not exist and never had a price, or exists and never had one.
///
/// # Errors
/// Storage.
pub fn untouched(deps: Deps, id: &str) -> ContractResult<bool> {
    Ok(match FEEDS.may_load(deps.storage, id)? {
        Some(feed) => feed.untouched,
        None => !REMOVED_FEEDS.has(deps.storage, id),
    })
}

fn with_last(address: Addr, kept: Option<&Feed>) -> Feeder {
    let last = kept
        .and_then(|feed| feed.feeders.iter().find(|feeder| feeder.address == address))
        .and_then(|feeder| feeder.last);
    Feeder { address, last }
}
