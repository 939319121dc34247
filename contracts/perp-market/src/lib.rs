//! perp-market
