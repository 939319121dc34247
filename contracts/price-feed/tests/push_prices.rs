//! `PushPrices`: who may, what is refused, all or nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::state::{feed_key, PRICES};
use ballast_price_feed::validate::MAX_UPDATES;
use ballast_price_feed::ContractError;
use ballast_types::events::{attribute, price_feed};
use ballast_types::price_feed::{FeederPrice, PriceUpdate, QueryMsg};
use common::{address, id, update, Feeds, NOW};
use cosmwasm_std::Int64;

#[test]
fn stores_what_was_pushed_and_says_so() {
    // S3, T1: storage, answer and event agree.
    let mut feeds = Feeds::new(2, 2);
    let response = feeds.push("f0", 123, NOW - 5).unwrap();

    assert_eq!(response.attributes[0].key, "action");
    let event = &response.events[0];
    assert_eq!(event.ty, price_feed::PRICE);
    assert_eq!(attribute(event, "id"), Some(id(1).as_str()));
    assert_eq!(attribute(event, "feeder"), Some(address("f0").as_str()));
    assert_eq!(attribute(event, "price"), Some("123"));
    assert_eq!(attribute(event, "conf"), Some("0"));
    assert_eq!(
        attribute(event, "publish_time"),
        Some((NOW - 5).to_string().as_str())
    );

    let key = feed_key(&id(1)).unwrap();
    let stored = PRICES.load(&feeds.deps.storage, key).unwrap();
    assert_eq!(stored.last[0].unwrap().price, Int64::new(123));
    let prices: Vec<FeederPrice> = feeds.query(QueryMsg::FeederPrices { id: id(1) }).unwrap();
    assert!(prices[0].fresh && !prices[1].fresh);
    assert_eq!(prices[0].price.as_ref().unwrap().publish_time, NOW - 5);
    assert_eq!(prices[1].price, None);
}

#[test]
fn only_feeders_of_the_feed() {
    // A1, A2: a feeder of one feed is nobody in another, and the owner is no feeder.
    let mut feeds = Feeds::new(1, 1);
    let mut other = Feeds::config(0, 1);
    other.id = id(2);
    other.feeders = vec![address("g").into_string()];
    feeds.set(other).unwrap();
    for sender in ["g", "owner", "anyone"] {
        assert_eq!(
            feeds.push(sender, 1, NOW).unwrap_err(),
            ContractError::NotAFeeder {
                id: id(1),
                sender: address(sender)
            }
        );
    }
}

#[test]
fn unknown_feed_is_refused() {
    let mut feeds = Feeds::empty();
    assert_eq!(
        feeds.push("f0", 1, NOW).unwrap_err(),
        ContractError::NoSuchFeed { id: id(1) }
    );
}

#[test]
fn zero_and_negative_prices_are_refused() {
    // O1
    let mut feeds = Feeds::new(1, 1);
    for price in [0, -1, i64::MIN] {
        assert_eq!(
            feeds.push("f0", price, NOW).unwrap_err(),
            ContractError::PriceNotPositive {
                id: id(1),
                found: Int64::new(price)
            }
        );
    }
    feeds.push("f0", i64::MAX, NOW).unwrap();
    assert_eq!(feeds.price().unwrap().price, Int64::MAX);
}

#[test]
fn prices_from_the_future_are_refused() {
    // O1
    let mut feeds = Feeds::new(1, 1);
    for found in [NOW + 1, i64::MAX] {
        assert_eq!(
            feeds.push("f0", 1, found).unwrap_err(),
            ContractError::PublishedInFuture {
                id: id(1),
                now: NOW,
                found
            }
        );
    }
}

#[test]
fn time_must_grow_for_each_feeder() {
    // O1: nobody brings back an old price, their own or another's.
    let mut feeds = Feeds::new(2, 2);
    feeds.push("f0", 1, NOW - 5).unwrap();
    for found in [NOW - 5, NOW - 6, 0, i64::MIN] {
        assert_eq!(
            feeds.push("f0", 2, found).unwrap_err(),
            ContractError::NotNewer {
                id: id(1),
                last: NOW - 5,
                found
            }
        );
    }
    feeds.push("f1", 1, NOW - 6).unwrap();
    feeds.push("f0", 2, NOW - 4).unwrap();
}

#[test]
fn a_price_that_is_already_old_is_stored_and_does_not_count() {
    let mut feeds = Feeds::new(1, 1);
    feeds.push("f0", 1, i64::MIN).unwrap();
    assert!(feeds.price().is_err());
    feeds.push("f0", 1, NOW - 61).unwrap();
    assert!(feeds.price().is_err());
}

#[test]
fn all_or_nothing() {
    let mut feeds = Feeds::new(1, 1);
    let mut second = Feeds::config(1, 1);
    second.id = id(2);
    feeds.set(second).unwrap();

    let good = update(5, NOW);
    let bad = PriceUpdate {
        id: id(2),
        price: Int64::zero(),
        ..good.clone()
    };
    // The contract returns the error; the chain then drops every write of the message, so what matters
    // is that it is an error although the first price was good.
    assert!(matches!(
        feeds.push_all("f0", vec![good.clone(), bad]).unwrap_err(),
        ContractError::PriceNotPositive { .. }
    ));
}

#[test]
fn one_price_a_feed_and_a_bounded_number() {
    // M3, G1
    let mut feeds = Feeds::new(1, 1);
    assert_eq!(
        feeds
            .push_all("f0", vec![update(1, NOW - 1), update(2, NOW)])
            .unwrap_err(),
        ContractError::DuplicateUpdate { id: id(1) }
    );
    assert_eq!(
        feeds.push_all("f0", vec![]).unwrap_err(),
        ContractError::WrongNumberOfUpdates {
            max: MAX_UPDATES,
            found: 0
        }
    );

    let full: Vec<_> = (0..u8::try_from(MAX_UPDATES).unwrap() + 1)
        .map(|digit| PriceUpdate {
            id: id(digit),
            ..update(1, NOW)
        })
        .collect();
    for feed in &full {
        let mut config = Feeds::config(1, 1);
        config.id = feed.id.clone();
        feeds.set(config).unwrap();
    }
    assert_eq!(
        feeds.push_all("f0", full.clone()).unwrap_err(),
        ContractError::WrongNumberOfUpdates {
            max: MAX_UPDATES,
            found: MAX_UPDATES + 1
        }
    );
    feeds.push_all("f0", full[..MAX_UPDATES].to_vec()).unwrap();
}
