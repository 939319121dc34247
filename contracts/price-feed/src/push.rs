//! The feeders' message.

use std::collections::BTreeSet;

use ballast_types::price_feed::PriceUpdate;
use cosmwasm_std::{CanonicalAddr, DepsMut, Env, MessageInfo, Response, Storage};

use crate::answer::block_secs;
use crate::prices::Observation;
use crate::state::{feed_key, FEEDS, PRICES};
use crate::validate::MAX_UPDATES;
use crate::{events, ContractError, ContractResult};

/// Stores the sender's prices: all or none. Two reads and one write a price.
pub fn push_prices(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    updates: Vec<PriceUpdate>,
) -> ContractResult<Response> {
    check_list(&updates)?;
    let now = block_secs(env);
    let feeder = deps.api.addr_canonicalize(info.sender.as_str())?;
    let mut response = Response::new().add_attribute("action", "push_prices");
    for update in &updates {
        push_price(deps.storage, now, info, &feeder, update)?;
        response = response.add_event(events::price(&info.sender, update));
    }
    Ok(response)
}

fn check_list(updates: &[PriceUpdate]) -> ContractResult<()> {
    if updates.is_empty() || updates.len() > MAX_UPDATES {
        return Err(ContractError::WrongNumberOfUpdates {
            max: MAX_UPDATES,
            found: updates.len(),
        });
    }
    let mut seen = BTreeSet::new();
    for update in updates {
        if !seen.insert(update.id.as_str()) {
            return Err(ContractError::DuplicateUpdate {
                id: update.id.clone(),
            });
        }
    }
    Ok(())
}

fn push_price(
    storage: &mut dyn Storage,
    now: i64,
    info: &MessageInfo,
    feeder: &CanonicalAddr,
    update: &PriceUpdate,
) -> ContractResult<()> {
    let id = &update.id;
    let no_such_feed = || ContractError::NoSuchFeed { id: id.clone() };
    let key = feed_key(id).ok_or_else(no_such_feed)?;
    let feed = FEEDS.may_load(storage, key)?.ok_or_else(no_such_feed)?;
    let mut prices = PRICES.load(storage, key)?;
    let mut feeders = feed.feeders.iter().zip(&mut prices.last);
    let (_, last) =
        feeders
            .find(|(known, _)| *known == feeder)
            .ok_or_else(|| ContractError::NotAFeeder {
                id: id.clone(),
                sender: info.sender.clone(),
            })?;

    let found = update.publish_time;
    if update.price <= cosmwasm_std::Int64::zero() {
        return Err(ContractError::PriceNotPositive {
            id: id.clone(),
            found: update.price,
        });
    }
    if found > now {
        return Err(ContractError::PublishedInFuture {
            id: id.clone(),
            now,
            found,
        });
    }
    if let Some(last) = last.filter(|last| found <= last.publish_time) {
        return Err(ContractError::NotNewer {
            id: id.clone(),
            last: last.publish_time,
            found,
        });
    }

    *last = Some(Observation {
        price: update.price,
        conf: update.conf,
        publish_time: update.publish_time,
    });
    PRICES.save(storage, key, &prices)?;
    Ok(())
}
