//! Everything the contract stores. Nobody else names a storage key, but for cw2 (`contract_info`) and
//! cw-ownable (`ownership`).

use ballast_administration::pending::{Changes, StoredChange};
use ballast_storage::{record, Item, Map};
use ballast_types::price_feed::Change;
use cosmwasm_std::{Addr, Empty, Int64, Uint64};

/// A feed: settings and the last price of each feeder in one record, so that a push costs one read and
/// one write a feed and a query one read, whatever the number of feeders.
#[derive(Clone, Debug, PartialEq)]
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
    /// No price was ever pushed, so nobody can rely on it. Left out where it is not so: a record does not grow by it.
    pub untouched: bool,
}

/// Who may push prices of a feed, and what was pushed last.
#[derive(Clone, Debug, PartialEq)]
pub struct Feeder {
    /// Who.
    pub address: Addr,
    /// Nothing yet: `None`.
    pub last: Option<Observation>,
}

/// A price as it was pushed. Positive.
#[derive(Clone, Debug, PartialEq, Copy)]
pub struct Observation {
    /// Mantissa, the feed's exponent applies.
    pub price: Int64,
    /// Half-width of the confidence interval, same exponent.
    pub conf: Uint64,
    /// When it was observed, seconds. Strictly increases for each feeder.
    pub publish_time: i64,
}

// The order of fields is the order of bytes.
record! {
    struct Feed {
        symbol,
        expo,
        quorum,
        max_age_secs,
        feeders,
        untouched,
    }
}

record! {
    struct Feeder {
        address,
        last,
    }
}

record! {
    struct Observation {
        price,
        conf,
        publish_time,
    }
}

/// Feed id (64 hexadecimal digits) -> feed. Written by `SetFeed`, `RemoveFeed` and `PushPrices`.
pub const FEEDS: Map<&str, Feed> = Map::new("feeds");

/// Ids of feeds that had prices and were removed: somebody may still point at them. Added by `RemoveFeed`, taken away by
/// `SetFeed`; never iterated.
pub const REMOVED_FEEDS: Map<&str, Empty> = Map::new("removed_feeds");

/// How long what loosens waits, seconds. Written by `SetAdverseDelay`.
pub const ADVERSE_DELAY_SECS: Item<u64> = Item::new("adverse_delay_secs");

/// Number -> change of the owner that waits.
pub const PENDING_CHANGES: Map<u64, StoredChange<Change>> = Map::new("pending_changes");

/// Number of the next change that waits; absent: 1.
pub const NEXT_CHANGE: Item<u64> = Item::new("next_change");

/// The changes that wait.
pub const CHANGES: Changes<Change> = Changes {
    waiting: PENDING_CHANGES,
    next: NEXT_CHANGE,
    most: 32,
    event: ballast_types::events::price_feed::CHANGE,
    kind: Change::as_str,
};
