//! Everything the contract stores. Nobody else names a storage key, but for cw2 (`contract_info`) and
//! cw-ownable (`ownership`).

use ballast_administration::pending::{Changes, StoredChange};
use ballast_storage::{record, Item, Map};
use ballast_types::price_feed::Change;
use cosmwasm_std::{CanonicalAddr, Empty, HexBinary};

use crate::prices::{Observation, Prices};

/// Who may push prices of a feed. What they pushed is [`Prices`], a record of its own: a push writes only that one, and a
/// price query reads only that one, whatever the number of feeders.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// For people.
    pub symbol: String,
    /// At most [`crate::validate::MAX_FEEDERS`], in the owner's order, each once.
    pub feeders: Vec<CanonicalAddr>,
    /// Prices were pushed before the owner's last change of the feed. Those since are seen in [`Prices`].
    pub had_prices: bool,
}

// The order of fields is the order of bytes.
record! {
    struct Feed {
        symbol,
        feeders,
        had_prices,
    }
}

impl Feed {
    /// Whether somebody may rely on it: a price was ever pushed.
    #[must_use]
    pub fn is_touched(&self, prices: &Prices) -> bool {
        self.had_prices || prices.last.iter().any(Option::is_some)
    }

    /// The last price of a feeder; nothing yet, or no feeder: `None`.
    #[must_use]
    pub fn last_of(&self, feeder: &CanonicalAddr, prices: &Prices) -> Option<Observation> {
        let mut last = self.feeders.iter().zip(&prices.last);
        last.find_map(|(known, last)| (known == feeder).then_some(*last))?
    }
}

/// Key of a feed: the 32 bytes that its id names.
pub type FeedKey = [u8; 32];

/// The key of an id, `None` where it is no id: 64 hexadecimal digits in lower case.
#[must_use]
pub fn feed_key(id: &str) -> Option<FeedKey> {
    // Else the same feed would have two ids.
    let lower_case = !id.bytes().any(|byte| byte.is_ascii_uppercase());
    let bytes = HexBinary::from_hex(id).ok().filter(|_| lower_case)?;
    bytes.to_array().ok()
}

/// The id of a key.
#[must_use]
pub fn feed_id(key: FeedKey) -> String {
    HexBinary::from(key).to_hex()
}

/// Feed -> who may push. Written by `SetFeed` and `RemoveFeed`.
pub const FEEDS: Map<FeedKey, Feed> = Map::new("feeds");

/// Feed -> what was pushed. Has the keys of [`FEEDS`], and as many observations as that has feeders. Written by `SetFeed`,
/// `RemoveFeed` and `PushPrices`. The name is short because every byte of a key that is written costs 30 gas.
pub const PRICES: Map<FeedKey, Prices> = Map::new("p");

/// Feeds that had prices and were removed: somebody may still point at them. Added by `RemoveFeed`, taken away by
/// `SetFeed`; never iterated.
pub const REMOVED_FEEDS: Map<FeedKey, Empty> = Map::new("removed_feeds");

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
