//! The price feed's owner adds, changes and removes feeds; feeders push prices whether or not a market uses them.

use anyhow::Result;
use ballast_price_feed::ContractError;
use ballast_testing::metering::scenarios::Target;
use ballast_types::price_feed::{ExecuteMsg, FeedConfig, FeederPrice, PriceUpdate, QueryMsg};
use cosmwasm_std::{Addr, Int64, Uint64};
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ownership::{owner_of, refusal};
use super::predict::Expect;
use super::step::{Step, User};
use super::world::World;

/// Index into [`World::specs`]: each market has its own feed, which the next market of the kind uses again.
pub type FeedNumber = usize;

/// What is done with a feed.
#[derive(Clone, Debug)]
pub enum FeedStep {
    /// By the owner, or by a user.
    Set {
        by: Option<User>,
        feed: FeedNumber,
        feeders: usize,
        quorum: u32,
    },
    Remove {
        by: Option<User>,
        feed: FeedNumber,
    },
    /// All feeders push the price that the feed had last, or its market's first.
    Push {
        feed: FeedNumber,
    },
}

impl FeedStep {
    pub fn message(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set_feed",
            Self::Remove { .. } => "remove_feed",
            Self::Push { .. } => "push_prices",
        }
    }
}

/// All feeders, and a majority of them.
pub const fn sound(feed: FeedNumber) -> FeedStep {
    FeedStep::Set {
        by: None,
        feed,
        feeders: 3,
        quorum: 2,
    }
}

pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let feed = rng.gen_range(0..world.specs.len());
    let by = rng
        .gen_bool(0.2)
        .then(|| rng.gen_range(0..world.users.len()));
    match rng.gen_range(0..5) {
        0 => vec![Step::Feed(FeedStep::Remove { by, feed })],
        1 => vec![
            Step::Feed(FeedStep::Remove { by: None, feed }),
            Step::Feed(FeedStep::Push { feed }),
            Step::Feed(sound(feed)),
            Step::Feed(FeedStep::Push { feed }),
        ],
        2 => vec![Step::Feed(FeedStep::Set {
            by,
            feed,
            feeders: rng.gen_range(0..=3),
            quorum: rng.gen_range(0..=4),
        })],
        _ => vec![Step::Feed(sound(feed))],
    }
}

pub fn apply(world: &mut World, step: &FeedStep) -> Result<AppResponse> {
    let sender = |by: &Option<User>| match by {
        Some(user) => world.users[*user].clone(),
        None => owner_of(world, Target::PriceFeed),
    };
    let (sender, msg) = match step {
        FeedStep::Set {
            by,
            feed,
            feeders,
            quorum,
        } => {
            let feed = config(world, *feed, *feeders, *quorum);
            (sender(by), ExecuteMsg::SetFeed { feed })
        }
        FeedStep::Remove { by, feed } => {
            let id = world.feed_id(*feed);
            (sender(by), ExecuteMsg::RemoveFeed { id })
        }
        FeedStep::Push { feed } => return push(world, *feed),
    };
    let contract = world.suite.price_feed.clone();
    world.suite.execute(&sender, &contract, &msg, &[])
}

fn config(world: &World, feed: FeedNumber, feeders: usize, quorum: u32) -> FeedConfig {
    let spec = &world.specs[feed];
    let appointed = world.suite.feeders.iter().take(feeders);
    FeedConfig {
        id: world.feed_id(feed),
        symbol: spec.symbol.clone(),
        expo: spec.expo,
        quorum,
        max_age_secs: 600,
        feeders: appointed.map(Addr::to_string).collect(),
    }
}

fn push(world: &mut World, feed: FeedNumber) -> Result<AppResponse> {
    let id = world.feed_id(feed);
    let last = prices(world, &id).and_then(|all| all.first().and_then(|one| one.price.clone()));
    let first = world.specs[feed].initial_price.atomics().u128() / 10_000_000_000;
    let price = last.map_or(Int64::new(i64::try_from(first)?), |last| last.price);
    let update = PriceUpdate {
        id,
        price,
        conf: Uint64::zero(),
        publish_time: i64::try_from(world.suite.now())?,
    };
    let msg = ExecuteMsg::PushPrices {
        prices: vec![update],
    };
    let contract = world.suite.price_feed.clone();
    let mut done = AppResponse::default();
    for feeder in world.suite.feeders.clone() {
        done = world.suite.execute(&feeder, &contract, &msg, &[])?;
    }
    Ok(done)
}

pub fn expected(world: &World, step: &FeedStep) -> Expect {
    if let FeedStep::Set { by: Some(_), .. } | FeedStep::Remove { by: Some(_), .. } = step {
        return refusal(Target::PriceFeed, OwnershipError::NotOwner);
    }
    match step {
        FeedStep::Set {
            feeders, quorum, ..
        } => {
            let range = |name, min: usize, max: usize, found: usize| {
                let number = |value| i64::try_from(value).unwrap();
                let (min, max, found) = (number(min), number(max), number(found));
                let error = ContractError::OutOfRange {
                    name,
                    min,
                    max,
                    found,
                };
                (found < min || found > max).then_some(Expect::Feed(error))
            };
            let quorum = usize::try_from(*quorum).unwrap();
            range("number of feeders", 1, 16, *feeders)
                .or_else(|| range("quorum", feeders / 2 + 1, *feeders, quorum))
                .unwrap_or(Expect::Ok)
        }
        FeedStep::Remove { feed, .. } => {
            let id = world.feed_id(*feed);
            match prices(world, &id) {
                None => Expect::Feed(ContractError::NoSuchFeed { id }),
                Some(_) => Expect::Ok,
            }
        }
        FeedStep::Push { feed } => {
            expected_push(world, &world.feed_id(*feed), &world.suite.feeders)
        }
    }
}

/// What these feeders, one after the other, are told who push a price of now: one a feeder and second.
pub fn expected_push(world: &World, feed_id: &str, feeders: &[Addr]) -> Expect {
    let id = feed_id.to_owned();
    let Some(known) = prices(world, feed_id) else {
        return Expect::Feed(ContractError::NoSuchFeed { id });
    };
    let now = i64::try_from(world.suite.now()).unwrap();
    for sender in feeders {
        let Some(appointed) = known.iter().find(|one| one.feeder == sender.as_str()) else {
            let sender = sender.clone();
            return Expect::Feed(ContractError::NotAFeeder { id, sender });
        };
        let last = appointed.price.as_ref().map(|price| price.publish_time);
        if let Some(last) = last.filter(|last| *last >= now) {
            let found = now;
            return Expect::Feed(ContractError::NotNewer { id, last, found });
        }
    }
    Expect::Ok
}

/// The feeders of a feed with their last prices; none without such a feed.
pub fn prices(world: &World, feed_id: &str) -> Option<Vec<FeederPrice>> {
    let query = QueryMsg::FeederPrices {
        id: feed_id.to_owned(),
    };
    let wrap = world.suite.app.wrap();
    wrap.query_wasm_smart(&world.suite.price_feed, &query).ok()
}
