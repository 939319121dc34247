//! Queries.

use ballast_types::price_feed::{FeedConfig, FeederPrice, PendingChange};
use ballast_types::pyth::{Price, PriceFeed, PriceFeedResponse};
use cosmwasm_std::{Api, Deps, Env, Order, StdResult};
use cw_storage_plus::Bound;

use crate::answer::{answer, block_secs, is_fresh};
use crate::prices::Prices;
use crate::state::{feed_id, feed_key, Feed, ADVERSE_DELAY_SECS, CHANGES, FEEDS, PRICES};
use crate::{feeds as records, validate, ContractError, ContractResult};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 50;

/// Pyth's query: one read. The moving average is the price itself: Ballast reads `price` only, and a real average
/// would cost every push a computation that nobody uses.
pub fn price_feed(deps: Deps, env: &Env, id: String) -> ContractResult<PriceFeedResponse> {
    let prices = match feed_key(&id) {
        Some(key) => PRICES.may_load(deps.storage, key)?,
        None => None,
    };
    let Some(prices) = prices else {
        return Err(ContractError::NoSuchFeed { id });
    };
    let price = answer(&id, &prices, block_secs(env))?;
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
    may_config(deps, &id)?.ok_or(ContractError::NoSuchFeed { id })
}

/// A feed's settings as messages name them, if there is such a feed.
///
/// # Errors
/// Storage.
pub fn may_config(deps: Deps, id: &str) -> ContractResult<Option<FeedConfig>> {
    let Some((feed, prices)) = may_load(deps, id)? else {
        return Ok(None);
    };
    Ok(Some(config(deps.api, id.to_owned(), feed, &prices)?))
}

/// Feeds by id, two reads each.
pub fn feeds(
    deps: Deps,
    start_after: Option<&str>,
    limit: Option<u32>,
) -> ContractResult<Vec<FeedConfig>> {
    let start_after = start_after.map(validate::feed_id).transpose()?;
    let start_after = start_after.map(Bound::exclusive);
    FEEDS
        .range(deps.storage, start_after, None, Order::Ascending)
        .take(page(limit))
        .map(|entry| {
            let (key, feed) = entry?;
            let prices = PRICES.load(deps.storage, key)?;
            Ok(config(deps.api, feed_id(key), feed, &prices)?)
        })
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
    let Some((feed, prices)) = may_load(deps, id)? else {
        return Err(ContractError::NoSuchFeed { id: id.to_owned() });
    };
    let now = block_secs(env);
    let feeders = feed.feeders.iter().zip(&prices.last).map(|(feeder, last)| {
        Ok(FeederPrice {
            feeder: deps.api.addr_humanize(feeder)?.into_string(),
            price: last.map(|last| Price {
                price: last.price,
                conf: last.conf,
                expo: prices.expo,
                publish_time: last.publish_time,
            }),
            fresh: last.is_some_and(|last| is_fresh(&prices, &last, now)),
        })
    });
    feeders.collect()
}

fn page(limit: Option<u32>) -> usize {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn may_load(deps: Deps, id: &str) -> ContractResult<Option<(Feed, Prices)>> {
    Ok(match feed_key(id) {
        Some(key) => records::may_load(deps.storage, key)?,
        None => None,
    })
}

fn config(api: &dyn Api, id: String, feed: Feed, prices: &Prices) -> StdResult<FeedConfig> {
    let mut feeders = Vec::with_capacity(feed.feeders.len());
    for feeder in &feed.feeders {
        feeders.push(api.addr_humanize(feeder)?.into_string());
    }
    Ok(FeedConfig {
        id,
        symbol: feed.symbol,
        expo: prices.expo,
        quorum: prices.quorum,
        max_age_secs: prices.max_age_secs,
        feeders,
    })
}
