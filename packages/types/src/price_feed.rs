//! Messages of `ballast-price-feed`.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::{cw_serde, QueryResponses};
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::pyth::Price;

pub use crate::life::{ChangeAnswer, Waits};

/// A change that waits.
pub type PendingChange = crate::life::PendingChange<Change>;

/// Instantiates the price feed.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct InstantiateMsg {
    /// Who may add feeds and appoint feeders.
    pub owner: String,
    /// How long what loosens waits, 21 to 90 days in seconds; 21 days where absent.
    #[serde(default)]
    pub adverse_delay_secs: Option<u64>,
}

/// What the owner asked for, as the message of the same name.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum Change {
    /// A feed's settings.
    SetFeed {
        /// All of them.
        feed: FeedConfig,
    },
    /// The end of a feed.
    RemoveFeed {
        /// The feed.
        id: String,
    },
    /// The delay itself.
    SetAdverseDelay {
        /// Seconds.
        adverse_delay_secs: u64,
    },
}

impl Change {
    /// The name used in events: that of the message.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::SetFeed { .. } => "set_feed",
            Self::RemoveFeed { .. } => "remove_feed",
            Self::SetAdverseDelay { .. } => "set_adverse_delay",
        }
    }
}

/// A feed's settings.
#[cw_serde]
#[derive(FromJson, ToJson)]
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
#[derive(FromJson, ToJson)]
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
#[derive(FromJson, ToJson)]
pub enum ExecuteMsg {
    /// Pushes prices. By feeders of every feed named; all or nothing.
    PushPrices {
        /// At most `MAX_UPDATES`, one a feed.
        prices: Vec<PriceUpdate>,
    },
    /// Adds a feed or replaces its settings. By the owner. Prices of removed feeders are dropped. What loosens waits: another
    /// feeder, a lower quorum, another age or exponent, and whatever would leave the feed without an answer now. A new
    /// feed, and one that no price was ever pushed to, acts at once. Answer data: [`ChangeAnswer`].
    SetFeed {
        /// The settings.
        feed: FeedConfig,
    },
    /// Removes a feed with its prices, once its time has come; one that no price was ever pushed to, at once. By the
    /// owner. Answer data: [`ChangeAnswer`].
    RemoveFeed {
        /// The feed.
        id: String,
    },
    /// How long what loosens waits. By the owner. Longer acts at once, shorter waits. Answer data: [`ChangeAnswer`].
    SetAdverseDelay {
        /// 21 to 90 days, in seconds.
        adverse_delay_secs: u64,
    },
    /// Applies a change that waited. Anyone, from its `ready_at` until its `expires_at`. It is checked anew; what was
    /// tightened since it was asked for stays so.
    ApplyChange {
        /// Its number.
        id: u64,
    },
    /// Takes a change back that waits. By the owner.
    CancelChange {
        /// Its number.
        id: u64,
    },
}

/// What can be asked.
#[cw_ownable_query]
#[cw_serde]
#[derive(FromJson, ToJson, QueryResponses)]
pub enum QueryMsg {
    /// Pyth's query: median of the fresh prices. An error without quorum, never an old price.
    #[returns(crate::pyth::PriceFeedResponse)]
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
    /// What is not about one feed.
    #[returns(ConfigResponse)]
    Config {},
    /// Changes of the owner that wait, by number.
    #[returns(Vec<PendingChange>)]
    PendingChanges {
        /// Exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
}

/// Answer to [`QueryMsg::Config`].
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub struct ConfigResponse {
    /// How long what loosens waits, seconds.
    pub adverse_delay_secs: u64,
}

/// The last price of one feeder.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct FeederPrice {
    /// Who pushed it.
    pub feeder: String,
    /// What was pushed; nothing yet: `None`.
    pub price: Option<Price>,
    /// Whether it counts now.
    pub fresh: bool,
}
