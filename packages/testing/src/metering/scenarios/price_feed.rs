//! Messages of the price feed.

use anyhow::Result;
use ballast_types::price_feed::{ExecuteMsg, FeedConfig, PriceUpdate};
use cosmwasm_std::{Int64, Uint64};
use cw_ownable::Action;
use cw_utils::Expiration;

use super::{Prepared, Scenario, Stage, Target, Tokens};

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, prepare| {
        Scenario::new(Target::PriceFeed, message, state, Tokens::Any, prepare)
    };
    vec![
        one("push_prices", "1 feed", push::<1>),
        one("push_prices", "2 feeds", push::<2>),
        one("set_feed", "a new feed", |stage| set_feed(stage, "ff", 600)),
        one("set_feed", "another age, waits", |stage| {
            set_feed(stage, "01", 599)
        }),
        one("remove_feed", "a feed, waits", remove_feed),
        one("set_adverse_delay", "a longer one", longer_delay),
        one("apply_change", "a feed is removed", |stage| {
            let message = remove_feed(stage)?;
            stage.send(&message)?;
            stage.suite.advance(21 * 86_400);
            let msg = ExecuteMsg::ApplyChange { id: 1 };
            Prepared::new(&stage.suite.keeper, &stage.suite.price_feed, &msg)
        }),
        one("cancel_change", "one waits", |stage| {
            let message = remove_feed(stage)?;
            stage.send(&message)?;
            let msg = ExecuteMsg::CancelChange { id: 1 };
            Prepared::new(&stage.suite.owner, &stage.suite.price_feed, &msg)
        }),
        one(
            "update_ownership.transfer_ownership",
            "to a new owner",
            transfer,
        ),
        one("update_ownership.accept_ownership", "in time", |stage| {
            let message = transfer(stage)?;
            stage.send(&message)?;
            let heir = stage.user("heir", 0)?;
            let msg = ExecuteMsg::UpdateOwnership(Action::AcceptOwnership);
            Prepared::new(&heir, &stage.suite.price_feed, &msg)
        }),
    ]
}

fn push<const FEEDS: usize>(stage: &mut Stage) -> Result<Prepared> {
    stage.suite.next_block();
    let publish_time = i64::try_from(stage.suite.now())?;
    let prices = stage.suite.markets.iter().take(FEEDS);
    let prices = prices
        .map(|listed| PriceUpdate {
            id: listed.feed_id.clone(),
            price: Int64::new(2_000_000_000_000),
            conf: Uint64::zero(),
            publish_time,
        })
        .collect();
    let feeder = stage.suite.feeders.first().cloned();
    let feeder = feeder.unwrap_or_else(|| stage.suite.owner.clone());
    let msg = ExecuteMsg::PushPrices { prices };
    Prepared::new(&feeder, &stage.suite.price_feed, &msg)
}

fn set_feed(stage: &mut Stage, last_digits: &str, max_age_secs: u64) -> Result<Prepared> {
    let feeders = &stage.suite.feeders;
    let feed = FeedConfig {
        id: format!("{last_digits:0>64}"),
        symbol: "NEW/USD".to_owned(),
        expo: -8,
        quorum: u32::try_from(feeders.len() / 2 + 1)?,
        max_age_secs,
        feeders: feeders.iter().map(ToString::to_string).collect(),
    };
    let msg = ExecuteMsg::SetFeed { feed };
    Prepared::new(&stage.suite.owner, &stage.suite.price_feed, &msg)
}

fn remove_feed(stage: &mut Stage) -> Result<Prepared> {
    let id = stage.suite.listed(1)?.feed_id.clone();
    let msg = ExecuteMsg::RemoveFeed { id };
    Prepared::new(&stage.suite.owner, &stage.suite.price_feed, &msg)
}

fn longer_delay(stage: &mut Stage) -> Result<Prepared> {
    let adverse_delay_secs = 30 * 86_400;
    let msg = ExecuteMsg::SetAdverseDelay { adverse_delay_secs };
    Prepared::new(&stage.suite.owner, &stage.suite.price_feed, &msg)
}

fn transfer(stage: &mut Stage) -> Result<Prepared> {
    let heir = stage.user("heir", 0)?;
    let msg = ExecuteMsg::UpdateOwnership(Action::TransferOwnership {
        new_owner: heir.to_string(),
        expiry: Some(Expiration::AtHeight(stage.suite.height() + 100)),
    });
    Prepared::new(&stage.suite.owner, &stage.suite.price_feed, &msg)
}
