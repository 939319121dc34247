//! The one place where events are built.

use ballast_types::events::price_feed as name;
use ballast_types::price_feed::{FeedConfig, PriceUpdate};
use cosmwasm_std::{Addr, Event};

/// A feeder pushed a price.
#[must_use]
pub fn price(feeder: &Addr, update: &PriceUpdate) -> Event {
    Event::new(name::PRICE)
        .add_attribute("id", &update.id)
        .add_attribute("feeder", feeder)
        .add_attribute("price", update.price.to_string())
        .add_attribute("conf", update.conf.to_string())
        .add_attribute("publish_time", update.publish_time.to_string())
}

/// A feed was added or its settings replaced. `feeders` is their comma-separated list.
#[must_use]
pub fn feed(feed: &FeedConfig) -> Event {
    Event::new(name::FEED)
        .add_attribute("id", &feed.id)
        .add_attribute("symbol", &feed.symbol)
        .add_attribute("quorum", feed.quorum.to_string())
        .add_attribute("feeders", feed.feeders.join(","))
}

/// A feed was removed with its prices.
#[must_use]
pub fn feed_removed(id: &str) -> Event {
    Event::new(name::FEED_REMOVED).add_attribute("id", id)
}

/// Another delay.
#[must_use]
pub fn adverse_delay(adverse_delay_secs: u64) -> Event {
    let secs = adverse_delay_secs.to_string();
    Event::new(name::ADVERSE_DELAY).add_attribute("adverse_delay_secs", secs)
}
