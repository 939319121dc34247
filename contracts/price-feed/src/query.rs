//! Queries.

use ballast_types::price_feed::{FeedConfig, FeederPrice};
use ballast_types::pyth::{Price, PriceFeed, PriceFeedResponse};
use cosmwasm_std::{Deps, Env, Order};
use cw_storage_plus::Bound;

use crate::answer::{answer, block_secs, is_fresh};
use crate::state::{Feed, FEEDS};
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
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    FEEDS
        .range(
            deps.storage,
            start_after.map(Bound::exclusive),
            None,
            Order::Ascending,
        )
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|entry| Ok(entry.map(|(id, feed)| config(id, feed))?))
        .collect()
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

fn load(deps: Deps, id: &str) -> ContractResult<Feed> {
    FEEDS
        .may_load(deps.storage, id)?
        .ok_or_else(|| ContractError::NoSuchFeed { id: id.to_owned() })
}

fn config(id: String, feed: Feed) -> FeedConfig {
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
