//! The feeders' message.

use std::collections::BTreeSet;

use ballast_types::price_feed::PriceUpdate;
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Storage};

use crate::answer::block_secs;
use crate::state::{Feed, Observation, FEEDS};
use crate::validate::MAX_UPDATES;
use crate::{events, ContractError, ContractResult};

/// Stores the sender's prices: all or none. One read and one write a price.
pub fn push_prices(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    updates: Vec<PriceUpdate>,
) -> ContractResult<Response> {
    check_list(&updates)?;
    let now = block_secs(env);
    let mut response = Response::new().add_attribute("action", "push_prices");
    for update in &updates {
        push_price(deps.storage, now, &info.sender, update)?;
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
    sender: &Addr,
    update: &PriceUpdate,
) -> ContractResult<()> {
    let id = &update.id;
    let mut feed: Feed = FEEDS
        .may_load(storage, id)?
        .ok_or_else(|| ContractError::NoSuchFeed { id: id.clone() })?;
    let feeder = feed
        .feeders
        .iter_mut()
        .find(|feeder| feeder.address == *sender)
        .ok_or_else(|| ContractError::NotAFeeder {
            id: id.clone(),
            sender: sender.clone(),
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
    if let Some(last) = feeder.last.filter(|last| found <= last.publish_time) {
        return Err(ContractError::NotNewer {
            id: id.clone(),
            last: last.publish_time,
            found,
        });
    }

    feeder.last = Some(Observation {
        price: update.price,
        conf: update.conf,
        publish_time: update.publish_time,
    });
    feed.untouched = false;
    FEEDS.save(storage, id, &feed)?;
    Ok(())
}
