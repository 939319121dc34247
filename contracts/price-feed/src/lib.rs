//! price-feed
