//! What the price feed stores.

use ballast_types::price_feed::{Change, FeedConfig};

use crate::record;

record! {
    struct FeedConfig {
        id,
        symbol,
        expo,
        quorum,
        max_age_secs,
        feeders,
    }
}

record! {
    enum Change {
        0 => SetFeed { feed },
        1 => RemoveFeed { id },
        2 => SetAdverseDelay { adverse_delay_secs },
    }
}
