//! Everything the contract stores. Nobody else names a storage key, but for cw2 (`contract_info`) and
//! cw-ownable (`ownership`).

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Int64, Uint64};
use cw_storage_plus::Map;

/// A feed: settings and the last price of each feeder in one record, so that a push costs one read and
/// one write a feed and a query one read, whatever the number of feeders.
#[cw_serde]
pub struct Feed {
    /// For people.
    pub symbol: String,
    /// Decimal exponent of all its prices.
    pub expo: i32,
    /// How many fresh prices an answer needs: more than half of the feeders.
    pub quorum: u32,
    /// Age up to which a price counts, seconds.
    pub max_age_secs: u64,
    /// At most [`crate::validate::MAX_FEEDERS`], in the owner's order, each once.
    pub feeders: Vec<Feeder>,
}

/// Who may push prices of a feed, and what was pushed last.
#[cw_serde]
pub struct Feeder {
    /// Who.
    pub address: Addr,
    /// Nothing yet: `None`.
    pub last: Option<Observation>,
}

/// A price as it was pushed. Positive.
#[cw_serde]
#[derive(Copy)]
pub struct Observation {
    /// Mantissa, the feed's exponent applies.
    pub price: Int64,
    /// Half-width of the confidence interval, same exponent.
    pub conf: Uint64,
    /// When it was observed, seconds. Strictly increases for each feeder.
    pub publish_time: i64,
}

/// Feed id (64 hexadecimal digits) -> feed. Written by `SetFeed`, `RemoveFeed` and `PushPrices`.
pub const FEEDS: Map<&str, Feed> = Map::new("feeds");
