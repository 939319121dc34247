//! The owner's messages: adding, changing and removing feeds.

use ballast_types::price_feed::FeedConfig;
use cosmwasm_std::{Addr, DepsMut, MessageInfo, Response};

use crate::state::{Feed, Feeder, FEEDS};
use crate::{events, validate, ContractError, ContractResult};

/// Adds a feed or replaces its settings. Feeders that stay keep their prices, unless the exponent
/// changes: a mantissa means nothing under another exponent.
pub fn set_feed(deps: DepsMut, info: &MessageInfo, config: FeedConfig) -> ContractResult<Response> {
    cw_ownable::assert_owner(deps.storage, &info.sender)?;
    let addresses = validate::feed(deps.api, &config)?;
    let old = FEEDS.may_load(deps.storage, &config.id)?;
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
    };
    FEEDS.save(deps.storage, &config.id, &feed)?;
    Ok(Response::new()
        .add_attribute("action", "set_feed")
        .add_event(events::feed(&config.id, &feed)))
}

/// Removes a feed with its prices.
pub fn remove_feed(deps: DepsMut, info: &MessageInfo, id: &str) -> ContractResult<Response> {
    cw_ownable::assert_owner(deps.storage, &info.sender)?;
    if !FEEDS.has(deps.storage, id) {
        return Err(ContractError::NoSuchFeed { id: id.to_owned() });
    }
    FEEDS.remove(deps.storage, id);
    Ok(Response::new()
        .add_attribute("action", "remove_feed")
        .add_event(events::feed_removed(id)))
}

fn with_last(address: Addr, kept: Option<&Feed>) -> Feeder {
    let last = kept
        .and_then(|feed| feed.feeders.iter().find(|feeder| feeder.address == address))
        .and_then(|feeder| feeder.last);
    Feeder { address, last }
}
