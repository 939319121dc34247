//! `SetFeed` and `RemoveFeed`: ranges, and what happens to prices.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::state::{feed_key, FEEDS};
use ballast_price_feed::validate::{MAX_AGE_SECS, MAX_EXPO, MAX_FEEDERS};
use ballast_price_feed::ContractError;
use ballast_types::events::{attribute, price_feed};
use ballast_types::price_feed::{ExecuteMsg, FeedConfig, FeederPrice, QueryMsg};
use common::{address, id, Feeds};
use cosmwasm_std::testing::MockApi;
use proptest::prelude::*;

#[test]
fn is_stored_as_given_and_reported() {
    // S3, T1
    let mut feeds = Feeds::empty();
    let config = Feeds::config(2, 2);
    let response = feeds.set(config.clone()).unwrap();
    assert_eq!(
        feeds
            .query::<FeedConfig>(QueryMsg::Feed { id: id(1) })
            .unwrap(),
        config
    );
    let event = &response.events[0];
    assert_eq!(event.ty, price_feed::FEED);
    assert_eq!(attribute(event, "symbol"), Some("BTC/USD"));
    assert_eq!(attribute(event, "quorum"), Some("2"));
    assert_eq!(
        attribute(event, "feeders"),
        Some(config.feeders.join(",").as_str())
    );
}

#[test]
fn every_field_has_a_range() {
    // P1
    type Change = fn(&mut FeedConfig);
    let refused: [(&str, Change); 14] = [
        ("id", |c| c.id = "AB".repeat(32)),
        ("id", |c| c.id = "0".repeat(63)),
        ("id", |c| c.id = format!("0x{}", "0".repeat(62))),
        ("symbol", |c| c.symbol = String::new()),
        ("symbol", |c| c.symbol = "x".repeat(33)),
        ("symbol", |c| c.symbol = "BTC USD".to_owned()),
        ("expo", |c| c.expo = MAX_EXPO + 1),
        ("expo", |c| c.expo = i32::MIN),
        ("max_age_secs", |c| c.max_age_secs = 0),
        ("max_age_secs", |c| c.max_age_secs = MAX_AGE_SECS + 1),
        ("number of feeders", |c| c.feeders.clear()),
        ("quorum", |c| c.quorum = 0),
        ("quorum", |c| c.quorum = 2), // half of four is no majority
        ("quorum", |c| c.quorum = 5),
    ];
    for (field, change) in refused {
        let mut config = Feeds::config(4, 3);
        change(&mut config);
        match Feeds::empty().set(config).unwrap_err() {
            ContractError::InvalidFeedId { .. } => assert_eq!(field, "id"),
            ContractError::InvalidSymbol { .. } => assert_eq!(field, "symbol"),
            ContractError::OutOfRange { name, .. } => assert_eq!(field, name),
            other => panic!("{field}: {other}"),
        }
    }
    let many = u32::try_from(MAX_FEEDERS).unwrap();
    Feeds::empty().set(Feeds::config(many, many)).unwrap();
    assert!(matches!(
        Feeds::empty()
            .set(Feeds::config(many + 1, many))
            .unwrap_err(),
        ContractError::OutOfRange {
            name: "number of feeders",
            ..
        }
    ));
}

#[test]
fn feeders_are_checked_addresses_named_once() {
    // A3, M3
    let mut config = Feeds::config(2, 2);
    config.feeders[1] = config.feeders[0].clone();
    assert_eq!(
        Feeds::empty().set(config).unwrap_err(),
        ContractError::DuplicateFeeder {
            feeder: address("f0")
        }
    );
    for wrong in [
        String::new(),
        "f0".to_owned(),
        address("f0").to_string().to_uppercase(),
        MockApi::default()
            .with_prefix("other")
            .addr_make("f0")
            .into_string(),
    ] {
        let mut config = Feeds::config(2, 2);
        config.feeders[1] = wrong;
        assert!(matches!(
            Feeds::empty().set(config).unwrap_err(),
            ContractError::Std(_)
        ));
    }
}

#[test]
fn removed_feeders_lose_their_prices_and_the_others_keep_theirs() {
    let mut feeds = Feeds::new(3, 2);
    feeds.push_each(&[100, 200, 300]);
    let mut config = Feeds::config(2, 2);
    config.feeders.reverse();
    feeds.set(config).unwrap();
    let feed = Feeds::config(3, 2);
    feeds.change(ExecuteMsg::SetFeed { feed }).unwrap(); // f2 comes back without its price

    let prices: Vec<FeederPrice> = feeds.query(QueryMsg::FeederPrices { id: id(1) }).unwrap();
    let price_of = |name: &str| {
        let feeder = address(name).to_string();
        let one = prices.iter().find(|one| one.feeder == feeder).unwrap();
        one.price.as_ref().map(|price| price.price.i64())
    };
    assert_eq!(
        ["f0", "f1", "f2"].map(price_of),
        [Some(100), Some(200), None]
    );
}

#[test]
fn another_exponent_drops_all_prices() {
    // O1: a mantissa means nothing under another exponent.
    let mut feeds = Feeds::new(2, 2);
    feeds.push_each(&[100, 100]);
    let mut feed = Feeds::config(2, 2);
    feed.expo = -6;
    feeds.change(ExecuteMsg::SetFeed { feed }).unwrap();
    let prices: Vec<FeederPrice> = feeds.query(QueryMsg::FeederPrices { id: id(1) }).unwrap();
    assert!(prices.iter().all(|one| one.price.is_none()));
}

#[test]
fn remove_feed_removes_settings_and_prices() {
    let mut feeds = Feeds::new(1, 1);
    feeds.push_each(&[100]);
    let response = feeds.change(ExecuteMsg::RemoveFeed { id: id(1) }).unwrap();
    assert_eq!(response.events[0].ty, price_feed::FEED_REMOVED);
    let gone = ContractError::NoSuchFeed { id: id(1) };
    assert_eq!(feeds.price().unwrap_err(), gone);
    assert_eq!(
        feeds
            .send("owner", ExecuteMsg::RemoveFeed { id: id(1) })
            .unwrap_err(),
        gone
    );
    let feed = Feeds::config(1, 1);
    feeds.change(ExecuteMsg::SetFeed { feed }).unwrap();
    assert!(matches!(
        feeds.price().unwrap_err(),
        ContractError::NoQuorum { found: 0, .. }
    ));
}

proptest! {
    /// P1: whatever is accepted keeps the invariants of a feed.
    #[test]
    fn accepted_settings_keep_the_invariants(
        expo in -20..=20i32,
        quorum in 0..=18u32,
        max_age_secs in prop_oneof![0..=2u64, 3_599..=3_601u64],
        feeders in 0..=18u32,
    ) {
        let mut feeds = Feeds::empty();
        let config = FeedConfig { expo, max_age_secs, ..Feeds::config(feeders, quorum) };
        let accepted = feeds.set(config).is_ok();
        prop_assert_eq!(
            accepted,
            (-18..=18).contains(&expo)
                && (1..=3_600).contains(&max_age_secs)
                && (1..=16).contains(&feeders)
                && quorum <= feeders
                && 2 * quorum > feeders
        );
        prop_assert_eq!(FEEDS.has(&feeds.deps.storage, feed_key(&id(1)).unwrap()), accepted);
    }
}
