//! G4: pages over all feeds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::ContractError;
use ballast_types::price_feed::{FeedConfig, QueryMsg};
use common::{id, Feeds};

fn many(number: u8) -> Feeds {
    let mut feeds = Feeds::empty();
    for digit in 0..number {
        let mut config = Feeds::config(1, 1);
        config.id = id(digit);
        feeds.set(config).unwrap();
    }
    feeds
}

fn page(feeds: &Feeds, start_after: Option<String>, limit: Option<u32>) -> Vec<String> {
    let page: Vec<FeedConfig> = feeds.query(QueryMsg::Feeds { start_after, limit }).unwrap();
    page.into_iter().map(|feed| feed.id).collect()
}

#[test]
fn a_walk_sees_every_feed_once() {
    let feeds = many(23);
    let mut seen: Vec<String> = vec![];
    loop {
        let next = page(&feeds, seen.last().cloned(), Some(7));
        if next.is_empty() {
            break;
        }
        seen.extend(next);
    }
    assert_eq!(seen, (0..23).map(id).collect::<Vec<_>>());
}

#[test]
fn limits_have_a_default_and_a_bound() {
    let feeds = many(60);
    assert_eq!(page(&feeds, None, None).len(), 10);
    assert_eq!(page(&feeds, None, Some(0)).len(), 0);
    assert_eq!(page(&feeds, None, Some(u32::MAX)).len(), 50);
}

#[test]
fn a_walk_goes_on_behind_an_id_and_nothing_else() {
    let feeds = many(3);
    for wrong in ["zzz".to_owned(), id(1).replace('1', "A")] {
        let (start_after, limit) = (Some(wrong.clone()), None);
        let refused = feeds.query::<Vec<FeedConfig>>(QueryMsg::Feeds { start_after, limit });
        let expected = ContractError::InvalidFeedId { found: wrong };
        assert_eq!(refused.unwrap_err(), expected);
    }
    // Of a feed that is not there: the feeds behind where it would be.
    let between = format!("{}8", &id(0)[..63]);
    assert_eq!(page(&feeds, Some(between), None).len(), 0);
    assert_eq!(page(&feeds, Some(id(1)), None), [id(2)]);
}
