//! Messages of `ballast-price-feed`.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::pyth::{Price, PriceFeedResponse};

/// Instantiates the price feed.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may add feeds and appoint feeders.
    pub owner: String,
}

/// A feed's settings.
#[cw_serde]
pub struct FeedConfig {
    /// 64 hexadecimal digits in lower case, as Pyth names feeds.
    pub id: String,
    /// What people call it, for example `BTC/USD`.
    pub symbol: String,
    /// Decimal exponent of every price pushed to this feed (-18 to 18): prices are compared as mantissas.
    pub expo: i32,
    /// How many fresh prices of different feeders are needed for an answer: more than half of the
    /// feeders.
    pub quorum: u32,
    /// A pushed price older than this (by its own publish time) does not count, 1 to 3,600 seconds.
    pub max_age_secs: u64,
    /// Who may push prices. No duplicates, at most `MAX_FEEDERS`.
    pub feeders: Vec<String>,
}

/// One price of one feed, as a feeder pushes it.
#[cw_serde]
pub struct PriceUpdate {
    /// The feed.
    pub id: String,
    /// Mantissa; the feed's exponent applies. Positive.
    pub price: cosmwasm_std::Int64,
    /// Half-width of the confidence interval, same exponent.
    pub conf: cosmwasm_std::Uint64,
    /// When the price was observed, seconds. Not in the future, newer than the feeder's last.
    pub publish_time: i64,
}

/// What can be done.
#[cw_ownable_execute]
#[cw_serde]
pub enum ExecuteMsg {
    /// Pushes prices. By feeders of every feed named; all or nothing.
    PushPrices {
        /// At most `MAX_UPDATES`, one a feed.
        prices: Vec<PriceUpdate>,
    },
    /// Adds a feed or replaces its settings. By the owner. Prices of removed feeders are dropped.
    SetFeed {
        /// The settings.
        feed: FeedConfig,
    },
    /// Removes a feed with its prices. By the owner.
    RemoveFeed {
        /// The feed.
        id: String,
    },
}

/// What can be asked.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Pyth's query: median of the fresh prices. An error without quorum, never an old price.
    #[returns(PriceFeedResponse)]
    PriceFeed {
        /// The feed.
        id: String,
    },
    /// A feed's settings.
    #[returns(FeedConfig)]
    Feed {
        /// The feed.
        id: String,
    },
    /// All feeds by id.
    #[returns(Vec<FeedConfig>)]
    Feeds {
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// The last price of every feeder of a feed, fresh or not.
    #[returns(Vec<FeederPrice>)]
    FeederPrices {
        /// The feed.
        id: String,
    },
}

/// The last price of one feeder.
#[cw_serde]
pub struct FeederPrice {
    /// Who pushed it.
    pub feeder: String,
    /// What was pushed; nothing yet: `None`.
    pub price: Option<Price>,
    /// Whether it counts now.
    pub fresh: bool,
}
