//! Which changes loosen, and what a change that waited still changes.
//!
//! Fewer feeders under the same quorum loosen nothing: a quorum of prices lies within the confidence answered, and fewer
//! dishonest feeders than that never make up all of it. They can only stop the feed, and so can a higher quorum; liquidation
//! would stop with it. So both act at once only where the feed still answers.

use ballast_types::price_feed::{Change, FeedConfig};
use cosmwasm_std::{Deps, Env, Storage};

use crate::answer::{block_secs, is_fresh};
use crate::state::{ADVERSE_DELAY_SECS, PRICES};
use crate::{feeds, query, ContractResult};

/// What is in force now of what a change is about. Where there is no such feed: its removal.
///
/// # Errors
/// Storage.
pub fn in_force(deps: Deps, change: &Change) -> ContractResult<Change> {
    let id = match change {
        Change::SetFeed { feed } => &feed.id,
        Change::RemoveFeed { id } => id,
        Change::SetAdverseDelay { .. } => {
            let adverse_delay_secs = ADVERSE_DELAY_SECS.load(deps.storage)?;
            return Ok(Change::SetAdverseDelay { adverse_delay_secs });
        }
    };
    Ok(match query::may_config(deps, id)? {
        Some(feed) => Change::SetFeed { feed },
        None => Change::RemoveFeed { id: id.clone() },
    })
}

/// The first field that a change loosens, `None` where it only protects.
///
/// # Errors
/// Storage.
pub fn loosened(
    storage: &dyn Storage,
    env: &Env,
    before: &Change,
    after: &Change,
) -> ContractResult<Option<&'static str>> {
    Ok(match (before, after) {
        (Change::SetFeed { feed: before }, Change::SetFeed { feed: after }) => {
            match loosened_settings(before, after) {
                None => stopped(storage, env, before, after)?,
                loosened => loosened,
            }
        }
        (
            Change::SetAdverseDelay {
                adverse_delay_secs: before,
            },
            Change::SetAdverseDelay {
                adverse_delay_secs: after,
            },
        ) => (after < before).then_some("adverse_delay_secs"),
        _ => Some(after.as_str()),
    })
}

/// The first setting of a feed that loosens whatever prices there are. Another age loosens either way: a longer one lets
/// older prices count, a shorter one may leave none.
#[must_use]
pub fn loosened_settings(before: &FeedConfig, after: &FeedConfig) -> Option<&'static str> {
    if before.expo != after.expo {
        Some("expo")
    } else if before.max_age_secs != after.max_age_secs {
        Some("max_age_secs")
    } else if after.quorum < before.quorum {
        Some("quorum")
    } else {
        let known = |feeder: &String| before.feeders.contains(feeder);
        (!after.feeders.iter().all(known)).then_some("feeders")
    }
}

/// The field that would leave a feed without an answer now, of those that act at once otherwise.
fn stopped(
    storage: &dyn Storage,
    env: &Env,
    before: &FeedConfig,
    after: &FeedConfig,
) -> ContractResult<Option<&'static str>> {
    let field = if after.quorum > before.quorum {
        "quorum"
    } else if after.feeders.len() < before.feeders.len() {
        "feeders"
    } else {
        return Ok(None);
    };
    let prices = PRICES.load(storage, feeds::existing(storage, &before.id)?)?;
    let now = block_secs(env);
    let fresh = before
        .feeders
        .iter()
        .zip(&prices.last)
        .filter(|(feeder, last)| {
            let fresh = last.is_some_and(|last| is_fresh(&prices, &last, now));
            fresh && after.feeders.contains(feeder)
        });
    let quorum = usize::try_from(after.quorum).unwrap_or(usize::MAX);
    Ok((fresh.count() < quorum).then_some(field))
}

/// A change as it is to be applied, `None` where nothing of it is left. Fields that it left as they were, and those that
/// were tightened since, take what is in force now; a feeder who was removed since stays removed.
#[must_use]
pub fn merged(base: &Change, change: Change, in_force: &Change) -> Option<Change> {
    let merged = match (base, change, in_force) {
        (
            Change::SetFeed { feed: base },
            Change::SetFeed { feed },
            Change::SetFeed { feed: now },
        ) => Change::SetFeed {
            feed: merged_feed(base, feed, now),
        },
        (
            Change::SetAdverseDelay {
                adverse_delay_secs: base,
            },
            Change::SetAdverseDelay { adverse_delay_secs },
            Change::SetAdverseDelay {
                adverse_delay_secs: now,
            },
        ) => Change::SetAdverseDelay {
            adverse_delay_secs: if now > base { *now } else { adverse_delay_secs },
        },
        (Change::SetFeed { .. }, removal @ Change::RemoveFeed { .. }, _) => removal,
        (Change::RemoveFeed { .. }, again @ Change::SetFeed { .. }, Change::RemoveFeed { .. }) => {
            again
        }
        _ => return None,
    };
    (merged != *in_force).then_some(merged)
}

fn merged_feed(base: &FeedConfig, wanted: FeedConfig, now: &FeedConfig) -> FeedConfig {
    let stays =
        |feeder: &&String| wanted.feeders.contains(feeder) || !base.feeders.contains(feeder);
    let mut feeders: Vec<String> = now.feeders.iter().filter(stays).cloned().collect();
    for feeder in &wanted.feeders {
        if !base.feeders.contains(feeder) && !feeders.contains(feeder) {
            feeders.push(feeder.clone());
        }
    }
    FeedConfig {
        id: wanted.id,
        symbol: if wanted.symbol == base.symbol {
            now.symbol.clone()
        } else {
            wanted.symbol
        },
        expo: if wanted.expo == base.expo {
            now.expo
        } else {
            wanted.expo
        },
        quorum: if wanted.quorum == base.quorum || now.quorum > base.quorum {
            now.quorum
        } else {
            wanted.quorum
        },
        max_age_secs: if wanted.max_age_secs == base.max_age_secs {
            now.max_age_secs
        } else {
            wanted.max_age_secs
        },
        feeders,
    }
}
