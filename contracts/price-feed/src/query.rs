//! Queries.

use ballast_types::price_feed::{FeedConfig, FeederPrice, PendingChange};
use ballast_types::pyth::{Price, PriceFeed, PriceFeedResponse};
use cosmwasm_std::{Deps, Env, Order};
use cw_storage_plus::Bound;

use crate::answer::{answer, block_secs, is_fresh};
use crate::state::{Feed, ADVERSE_DELAY_SECS, CHANGES, FEEDS};
use crate::{ContractError, ContractResult};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 50;

/// Pyth's query. The moving average is the price itself: Ballast reads `price` only, and a real average
/// would cost every push a computation that nobody uses.
pub fn price_feed(deps: Deps, env: &Env, id: String) -> ContractResult<PriceFeedResponse> {
    let feed = load(deps, &id)?;
    let price = answer(&id, &feed, block_secs(env))?;
    let ema_price = price.clone();
    Ok(PriceFeedResponse {
        price_feed: PriceFeed {
            id,
            price,
            ema_price,
        },
    })
}

/// A feed's settings.
pub fn feed(deps: Deps, id: String) -> ContractResult<FeedConfig> {
    let feed = load(deps, &id)?;
    Ok(config(id, feed))
}

/// Feeds by id.
pub fn feeds(
    deps: Deps,
    start_after: Option<&str>,
    limit: Option<u32>,
) -> ContractResult<Vec<FeedConfig>> {
    FEEDS
        .range(
            deps.storage,
            start_after.map(Bound::exclusive),
            None,
            Order::Ascending,
        )
        .take(page(limit))
        .map(|entry| Ok(entry.map(|(id, feed)| config(id, feed))?))
        .collect()
}

/// Changes that wait, by number.
pub fn pending_changes(
    deps: Deps,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> ContractResult<Vec<PendingChange>> {
    let delay_secs = ADVERSE_DELAY_SECS.load(deps.storage)?;
    Ok(CHANGES.list(deps.storage, delay_secs, start_after, page(limit))?)
}

/// The last price of every feeder of a feed.
pub fn feeder_prices(deps: Deps, env: &Env, id: &str) -> ContractResult<Vec<FeederPrice>> {
    let feed = load(deps, id)?;
    let now = block_secs(env);
    let prices = feed.feeders.iter().map(|feeder| FeederPrice {
        feeder: feeder.address.to_string(),
        price: feeder.last.map(|last| Price {
            price: last.price,
            conf: last.conf,
            expo: feed.expo,
            publish_time: last.publish_time,
        }),
        fresh: feeder.last.is_some_and(|last| is_fresh(&feed, &last, now)),
    });
    Ok(prices.collect())
}

fn page(limit: Option<u32>) -> usize {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn load(deps: Deps, id: &str) -> ContractResult<Feed> {
    FEEDS
        .may_load(deps.storage, id)?
        .ok_or_else(|| ContractError::NoSuchFeed { id: id.to_owned() })
}

/// A feed's settings as messages name them.
#[must_use]
pub fn config(id: String, feed: Feed) -> FeedConfig {
    FeedConfig {
        id,
        symbol: feed.symbol,
        expo: feed.expo,
        quorum: feed.quorum,
        max_age_secs: feed.max_age_secs,
        feeders: feed
            .feeders
            .into_iter()
            .map(|feeder| feeder.address.into_string())
            .collect(),
    }
}
