//! Settings and prices of a feed are two records, paired by position: whatever the owner and the feeders do, every feeder's
//! price is the one that this feeder pushed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod common;

use std::collections::BTreeMap;

use ballast_price_feed::answer::combine;
use ballast_price_feed::prices::Observation;
use ballast_price_feed::state::{feed_key, FEEDS, PRICES};
use ballast_price_feed::ContractError;
use ballast_types::price_feed::{ExecuteMsg, FeedConfig, FeederPrice, PriceUpdate, QueryMsg};
use ballast_types::pyth::Price;
use common::{address, id, Feeds};
use cosmwasm_std::{Int64, Uint64};
use proptest::prelude::*;
use proptest::sample::subsequence;

const NAMES: [&str; 6] = ["f0", "f1", "f2", "f3", "f4", "f5"];

#[derive(Clone, Debug)]
enum Step {
    /// The owner's message, applied once it has waited where it has to.
    Set(FeedConfig),
    Remove,
    Push {
        sender: usize,
        price: i64,
        conf: u64,
        /// Seconds before now.
        age: i64,
    },
    Wait(u64),
}

/// What a feed is, kept by the names of its feeders.
#[derive(Default)]
struct Model {
    /// `None`: there is no feed.
    settings: Option<FeedConfig>,
    /// By address. Of feeders who are appointed.
    last: BTreeMap<String, Observation>,
    touched: bool,
}

impl Model {
    fn set(&mut self, config: FeedConfig) {
        let same_exponent = self.settings.as_ref().map(|now| now.expo) == Some(config.expo);
        let stays = |name: &String| same_exponent && config.feeders.contains(name);
        self.last.retain(|name, _| stays(name));
        self.settings = Some(config);
    }

    fn push(&mut self, sender: &str, next: Observation) -> bool {
        let appointed = (self.settings.as_ref()).is_some_and(|now| {
            let sender = address(sender).to_string();
            now.feeders.contains(&sender)
        });
        let as_new = |last: &Observation| last.publish_time >= next.publish_time;
        let name = address(sender).to_string();
        let accepted = appointed && !self.last.get(&name).is_some_and(as_new);
        if accepted {
            self.touched = true;
            self.last.insert(name, next);
        }
        accepted
    }

    fn answer(&self, now: i64) -> Option<Price> {
        let settings = self.settings.as_ref()?;
        let oldest = now - i64::try_from(settings.max_age_secs).unwrap();
        let all = self.last.values().copied();
        let fresh: Vec<Observation> = all.filter(|one| one.publish_time >= oldest).collect();
        combine(&fresh, settings.quorum, settings.expo)
    }
}

fn play(feeds: &mut Feeds, model: &mut Model, step: Step) {
    match step {
        Step::Set(config) => {
            let message = ExecuteMsg::SetFeed {
                feed: config.clone(),
            };
            let touched = model.touched;
            let waits = feeds.ask(message).unwrap();
            assert!(touched || waits.is_none(), "nobody relies on it");
            if let Some(waits) = waits {
                feeds.wait(waits.ready_at - feeds.env.block.time.seconds());
                feeds.apply(waits.id).unwrap();
            }
            model.set(config);
        }
        Step::Remove => {
            let message = ExecuteMsg::RemoveFeed { id: id(1) };
            let existed = model.settings.take().is_some();
            model.last.clear();
            match feeds.ask(message) {
                Ok(Some(waits)) => {
                    assert!(existed && model.touched);
                    feeds.wait(waits.ready_at - feeds.env.block.time.seconds());
                    feeds.apply(waits.id).unwrap();
                }
                Ok(None) => assert!(existed && !model.touched),
                Err(error) => {
                    assert_eq!(error, ContractError::NoSuchFeed { id: id(1) });
                    assert!(!existed);
                }
            }
        }
        Step::Push {
            sender,
            price,
            conf,
            age,
        } => {
            let next = Observation {
                price: Int64::new(price),
                conf: Uint64::new(conf),
                publish_time: feeds.now() - age,
            };
            let update = PriceUpdate {
                id: id(1),
                price: next.price,
                conf: next.conf,
                publish_time: next.publish_time,
            };
            let accepted = feeds.push_all(NAMES[sender], vec![update]).is_ok();
            assert_eq!(accepted, model.push(NAMES[sender], next));
        }
        Step::Wait(secs) => feeds.wait(secs),
    }
}

/// Settings, every feeder's price, the answer and the raw records are those of the model.
fn agree(feeds: &Feeds, model: &Model) {
    let key = feed_key(&id(1)).unwrap();
    let storage = &feeds.deps.storage;
    let Some(settings) = &model.settings else {
        assert!(!FEEDS.has(storage, key) && !PRICES.has(storage, key));
        assert_eq!(
            feeds.price().unwrap_err(),
            ContractError::NoSuchFeed { id: id(1) }
        );
        return;
    };
    // Feeders that were appointed by a change that waited come last; whose price is whose goes by their names.
    let sorted = |mut config: FeedConfig| {
        config.feeders.sort();
        config
    };
    assert_eq!(sorted(feeds.settings()), sorted(settings.clone()));
    let prices: Vec<FeederPrice> = feeds.query(QueryMsg::FeederPrices { id: id(1) }).unwrap();
    let names: Vec<&String> = prices.iter().map(|one| &one.feeder).collect();
    assert_eq!(names, feeds.settings().feeders.iter().collect::<Vec<_>>());
    let age = i64::try_from(settings.max_age_secs).unwrap();
    for one in &prices {
        let last = model.last.get(&one.feeder);
        let price = last.map(|last| Price {
            price: last.price,
            conf: last.conf,
            expo: settings.expo,
            publish_time: last.publish_time,
        });
        assert_eq!(one.price, price);
        let fresh = last.is_some_and(|last| feeds.now() - last.publish_time <= age);
        assert_eq!(one.fresh, fresh);
    }
    assert_eq!(feeds.price().ok(), model.answer(feeds.now()));
    let feed = FEEDS.load(storage, key).unwrap();
    let prices = PRICES.load(storage, key).unwrap();
    assert_eq!(feed.feeders.len(), prices.last.len());
    assert_eq!(feed.is_touched(&prices), model.touched);
}

fn settings() -> impl Strategy<Value = FeedConfig> {
    let feeders = subsequence(NAMES.to_vec(), 1..=NAMES.len()).prop_shuffle();
    (feeders, 0..6u32, prop_oneof![9 => Just(-8), 1 => Just(-6)]).prop_map(|(names, more, expo)| {
        let number = u32::try_from(names.len()).unwrap();
        FeedConfig {
            expo,
            quorum: (number / 2 + 1 + more).min(number),
            feeders: names
                .iter()
                .map(|name| address(name).into_string())
                .collect(),
            ..Feeds::config(1, 1)
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let push = (
        0..NAMES.len(),
        prop_oneof![1..=i64::MAX, 1_000_000..=1_001_000i64],
        prop_oneof![any::<u64>(), 0..=1_000u64],
        prop_oneof![0..=5i64, 0..=200i64],
    );
    prop_oneof![
        3 => settings().prop_map(Step::Set),
        1 => Just(Step::Remove),
        12 => push.prop_map(|(sender, price, conf, age)| Step::Push { sender, price, conf, age }),
        3 => (0..=90u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn every_price_stays_with_the_feeder_who_pushed_it(
        first in settings(),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut feeds = Feeds::empty();
        let mut model = Model::default();
        for step in std::iter::once(Step::Set(first)).chain(steps) {
            play(&mut feeds, &mut model, step);
            agree(&feeds, &model);
        }
    }
}
