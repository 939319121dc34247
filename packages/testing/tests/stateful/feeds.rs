//! The price feed's owner adds, changes and removes feeds, at once or after the delay; feeders push prices whether or not a
//! market uses them.

use anyhow::Result;
use ballast_administration::pending::PendingError;
use ballast_price_feed::pending::loosening;
use ballast_price_feed::state::{NEXT_CHANGE, PENDING_CHANGES};
use ballast_price_feed::{validate, ContractError};
use ballast_testing::metering::scenarios::Target;
use ballast_types::price_feed::{
    Change, ChangeAnswer, ConfigResponse, ExecuteMsg, FeedConfig, FeederPrice, PendingChange,
    PriceUpdate, QueryMsg,
};
use cosmwasm_std::{from_json, Addr, Deps, Int64, Uint64};
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ownership::{owner_of, refusal};
use super::predict::Expect;
use super::step::{Step, User};
use super::world::World;

/// Index into [`World::specs`]: each market has its own feed, which the next market of the kind uses again.
pub type FeedNumber = usize;

const DAY: u64 = 86_400;

/// What is done with a feed.
#[derive(Clone, Debug)]
pub enum FeedStep {
    /// By the owner, or by a user; acts as if it had waited.
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
    /// The owner wants a feed's prices to count for longer, which waits.
    Ask {
        feed: FeedNumber,
    },
    Apply {
        id: u64,
    },
    /// By the owner, or by a user.
    Cancel {
        by: Option<User>,
        id: u64,
    },
    /// By the owner, or by a user; acts as if it had waited.
    Delay {
        by: Option<User>,
        days: u64,
    },
    /// All feeders push the price that the feed had last, or its market's first.
    Push {
        feed: FeedNumber,
    },
}

impl FeedStep {
    pub fn message(&self) -> &'static str {
        match self {
            Self::Set { .. } | Self::Ask { .. } => "set_feed",
            Self::Apply { .. } => "apply_change",
            Self::Cancel { .. } => "cancel_change",
            Self::Delay { .. } => "set_adverse_delay",
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
    let waiting = pending(world);
    let any = waiting.choose(rng).map_or(1_000_000, |one| one.id);
    let room = waiting.len() < 20;
    match rng.gen_range(0..11) {
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
        3 | 4 if room => {
            let (ask, id) = (Step::Feed(FeedStep::Ask { feed }), next_id(world));
            let days = *[21, 30, 46].choose(rng).unwrap();
            let advance = Step::Advance { secs: days * DAY };
            let apply = Step::Feed(FeedStep::Apply { id });
            vec![ask, apply.clone(), advance, apply]
        }
        5 | 6 if room => {
            let (ask, id) = (Step::Feed(FeedStep::Ask { feed }), next_id(world));
            vec![ask, Step::Feed(FeedStep::Cancel { by: None, id })]
        }
        7 => vec![Step::Feed(FeedStep::Cancel { by, id: any })],
        8 => vec![Step::Feed(FeedStep::Apply { id: any })],
        9 => {
            let days = rng.gen_range(20..30);
            vec![Step::Feed(FeedStep::Delay { by, days })]
        }
        _ => vec![Step::Feed(sound(feed))],
    }
}

fn pending(world: &World) -> Vec<PendingChange> {
    let query = QueryMsg::PendingChanges {
        start_after: None,
        limit: Some(50),
    };
    world.suite.ask_feeds(&query).unwrap()
}

/// The number of the next change that waits.
fn next_id(world: &World) -> u64 {
    let storage = world.suite.storage_of(&world.suite.price_feed);
    let next = NEXT_CHANGE.may_load(storage.as_ref()).unwrap();
    next.unwrap_or(1)
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
        FeedStep::Delay { by, days } => {
            let adverse_delay_secs = days * DAY;
            (
                sender(by),
                ExecuteMsg::SetAdverseDelay { adverse_delay_secs },
            )
        }
        FeedStep::Push { feed } => return push(world, *feed),
        FeedStep::Ask { feed } => return ask(world, *feed),
        FeedStep::Apply { id } => return world.suite.apply_feed_change(*id),
        FeedStep::Cancel { by, id } => {
            let (sender, contract) = (sender(by), world.suite.price_feed.clone());
            let msg = ExecuteMsg::CancelChange { id: *id };
            return world.suite.execute(&sender, &contract, &msg, &[]);
        }
    };
    world.suite.change_feed_by(&sender, &msg)
}

/// A feed that ever had a price keeps its settings, and the change is listed; any other has the new ones.
fn ask(world: &mut World, feed: FeedNumber) -> Result<AppResponse> {
    let id = world.feed_id(feed);
    let settings = |world: &World| {
        let query = QueryMsg::Feed { id: id.clone() };
        world.suite.ask_feeds::<FeedConfig>(&query).ok()
    };
    let before = settings(world);
    let mut wanted = before.clone().unwrap_or_else(|| config(world, feed, 3, 2));
    wanted.max_age_secs += 1;
    let (owner, contract) = (
        owner_of(world, Target::PriceFeed),
        world.suite.price_feed.clone(),
    );
    let msg = ExecuteMsg::SetFeed {
        feed: wanted.clone(),
    };
    let done = world.suite.execute(&owner, &contract, &msg, &[])?;
    let answer: ChangeAnswer = from_json(done.data.clone().unwrap_or_default())?;
    match answer.waits {
        None => assert_eq!(settings(world), Some(wanted)),
        Some(waits) => {
            assert_eq!(settings(world), before, "it waits");
            let listed = pending(world);
            let last = listed.last().unwrap();
            assert_eq!((last.id, last.ready_at), (waits.id, waits.ready_at));
            let asked: ConfigResponse = world.suite.ask_feeds(&QueryMsg::Config {})?;
            assert_eq!(last.ready_at, world.suite.now() + asked.adverse_delay_secs);
        }
    }
    Ok(done)
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
    if let FeedStep::Set { by: Some(_), .. }
    | FeedStep::Remove { by: Some(_), .. }
    | FeedStep::Cancel { by: Some(_), .. }
    | FeedStep::Delay { by: Some(_), .. } = step
    {
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
        FeedStep::Ask { .. } => Expect::Ok,
        FeedStep::Apply { id } => applied(world, *id),
        FeedStep::Cancel { id, .. } => {
            let known = pending(world).iter().any(|one| one.id == *id);
            let unknown = ContractError::Pending(PendingError::NoSuchChange { found: *id });
            if known {
                Expect::Ok
            } else {
                Expect::Feed(unknown)
            }
        }
        FeedStep::Delay { days, .. } => {
            let [min, max, found] = [21, 90, *days].map(|days| i64::try_from(days * DAY).unwrap());
            if found >= min {
                return Expect::Ok;
            }
            Expect::Feed(ContractError::OutOfRange {
                name: "adverse_delay_secs",
                min,
                max,
                found,
            })
        }
        FeedStep::Push { feed } => {
            expected_push(world, &world.feed_id(*feed), &world.suite.feeders)
        }
    }
}

fn applied(world: &World, id: u64) -> Expect {
    let (now, waiting) = (world.suite.now(), pending(world));
    let refused = match waiting.iter().find(|one| one.id == id) {
        None => PendingError::NoSuchChange { found: id },
        Some(change) if now < change.ready_at => PendingError::TooEarly {
            ready_at: change.ready_at,
            now,
        },
        Some(change) if now > change.expires_at => PendingError::ChangeExpired {
            expired_at: change.expires_at,
            now,
        },
        Some(_) => return left_of(world, id),
    };
    Expect::Feed(ContractError::Pending(refused))
}

/// What is left of a change whose time has come may contradict what was tightened since.
fn left_of(world: &World, id: u64) -> Expect {
    let storage = world.suite.storage_of(&world.suite.price_feed);
    let stored = PENDING_CHANGES.load(storage.as_ref(), id).unwrap();
    let app = &world.suite.app;
    let deps = Deps {
        storage: storage.as_ref(),
        api: app.api(),
        querier: app.wrap(),
    };
    let now = loosening::in_force(deps, &stored.change).unwrap();
    match loosening::merged(&stored.base, stored.change, &now) {
        Some(Change::SetFeed { feed }) => {
            validate::feed(app.api(), &feed).map_or_else(Expect::Feed, |_| Expect::Ok)
        }
        _ => Expect::Ok,
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
