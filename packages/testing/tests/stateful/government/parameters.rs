//! Every settable parameter of every contract, in and out of range, governance's own settings and offices included.

use ballast_testing::suite::claimant_parameters;
use ballast_types::governance::{ExecuteMsg, Settings};
use ballast_types::{fund, price_feed, MarketId};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::Addr;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};

use super::deeds::{call, suite_governance, Deed, Effect};
use crate::world::World;

/// The same with one number or switch changed: a little, a lot, to nothing, to more than fits.
pub fn changed(rng: &mut ChaCha8Rng, parameters: &impl Serialize) -> Value {
    let mut changed = serde_json::to_value(parameters).unwrap();
    let mut paths = vec![];
    leaves(&changed, String::new(), &mut paths);
    let path = paths.choose(rng).unwrap();
    let leaf = changed.pointer_mut(path).unwrap();
    let new = match &*leaf {
        Value::Bool(on) => json!(!on),
        Value::Number(number) => json!(near(rng, number.as_u64().unwrap().into(), u32::MAX.into())),
        Value::String(text) if text.contains('.') => {
            let decimals = ["0", "0.2", "0.33", "0.5", "0.51", "0.8", "1", "1.01", "7"];
            json!(decimals.choose(rng).unwrap())
        }
        Value::String(text) => json!(near(rng, text.parse().unwrap(), u128::MAX).to_string()),
        other => other.clone(),
    };
    *leaf = new;
    changed
}

fn near(rng: &mut ChaCha8Rng, now: u128, most: u128) -> u64 {
    let step = now / rng.gen_range(4..30) + 1;
    let value = match rng.gen_range(0..9) {
        0 => 0,
        1 => most,
        2 => now * 2,
        3 => now / 2,
        4..=5 => now.saturating_sub(step),
        _ => now + step,
    };
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// Paths to what can be changed.
fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, inner)| leaves(inner, format!("{path}/{name}"), found)),
        Value::Bool(_) | Value::Number(_) => found.push(path),
        Value::String(text) if text.parse::<u128>().is_ok() || text.parse::<f64>().is_ok() => {
            found.push(path);
        }
        // Lists name contracts and feeders; null is nothing.
        Value::Array(_) | Value::String(_) | Value::Null => {}
    }
}

/// Another parameter of one of the five sets.
pub fn parameter(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Deed {
    let suite = &world.suite;
    match rng.gen_range(0..12) {
        0..=3 => {
            let parameters = changed(rng, &world.parameters(market));
            let msg = json!({"update_market": {"market": market, "parameters": parameters}});
            Deed::plain(call(&suite.market, &msg))
        }
        4..=5 => {
            let parameters = changed(rng, &suite.config().unwrap().parameters);
            let msg = json!({"update_parameters": {"parameters": parameters}});
            Deed::plain(call(&suite.market, &msg))
        }
        6..=7 => {
            let config: fund::ConfigResponse = suite.ask_fund(&fund::QueryMsg::Config {}).unwrap();
            let parameters = changed(rng, &config.parameters);
            let msg = json!({"update_parameters": {"parameters": parameters}});
            Deed::plain(call(&suite.fund, &msg))
        }
        8..=9 => {
            let known = suite.claimant(market).map(|found| found.parameters);
            let parameters = changed(rng, &known.unwrap_or_else(|_| claimant_parameters(6)));
            let msg = json!({"update_market": {
                "contract": suite.market, "market": market, "parameters": parameters,
            }});
            Deed::plain(call(&suite.fund, &msg))
        }
        10 => own_settings(rng, world),
        _ => feed(rng, world),
    }
}

/// Settings and guardian as they are.
pub fn constitution(world: &World) -> Vec<Deed> {
    let governance = suite_governance(world);
    let government = world.government.as_ref().unwrap();
    let settings = government.settings.clone();
    let guardian = government.guardian;
    let address = guardian.map(|who| government.members[who].to_string());
    let (keep, appoint) = (
        ExecuteMsg::UpdateSettings {
            settings: settings.clone(),
        },
        ExecuteMsg::SetGuardian { guardian: address },
    );
    vec![
        Deed {
            effect: Effect::Settings(Some(Box::new(settings))),
            ..Deed::adverse(call(&governance, &keep))
        },
        Deed {
            effect: Effect::Guardian(guardian),
            ..Deed::adverse(call(&governance, &appoint))
        },
    ]
}

/// Governance's own settings, or another guardian.
pub fn office(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    if rng.gen() {
        return own_settings(rng, world);
    }
    let members = &world.government.as_ref().unwrap().members;
    let last = members.len() - 1;
    let who = *[Some(last), Some(last), Some(0), None].choose(rng).unwrap();
    let guardian = who.map(|who| members[who].to_string());
    Deed {
        effect: Effect::Guardian(who),
        ..Deed::adverse(call(
            &suite_governance(world),
            &ExecuteMsg::SetGuardian { guardian },
        ))
    }
}

/// Governance's own, one of them changed. Times are tried at their bounds, too.
fn own_settings(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let government = world.government.as_ref().unwrap();
    let settings = changed(rng, &government.settings);
    let msg = json!({"update_settings": {"settings": settings}});
    let settings: Option<Settings> = serde_json::from_value(settings).ok();
    Deed {
        effect: Effect::Settings(settings.map(Box::new)),
        ..Deed::adverse(call(&suite_governance(world), &msg))
    }
}

fn feed(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let number = rng.gen_range(0..world.specs.len());
    let feeders = rng.gen_range(0..=3);
    let config = price_feed::FeedConfig {
        id: world.feed_id(number),
        symbol: world.specs[number].symbol.clone(),
        expo: -8,
        quorum: rng.gen_range(1..4),
        max_age_secs: 600,
        feeders: world.suite.feeders[..feeders]
            .iter()
            .map(Addr::to_string)
            .collect(),
    };
    let msg = price_feed::ExecuteMsg::SetFeed { feed: config };
    Deed::plain(call(&world.suite.price_feed, &msg))
}
