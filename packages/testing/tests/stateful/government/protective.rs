//! What the protective list allows, told from the messages' JSON, and what is near it.

use ballast_testing::suite::claimant_parameters;
use ballast_types::{fund, market, MarketId};
use cosmwasm_std::{CosmosMsg, Uint128, WasmMsg};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};

use super::deeds::{call, Deed};
use crate::world::{World, UNIT};

/// A tightening that the protective list allows, or something near it.
pub fn tightening(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Deed {
    let suite = &world.suite;
    if rng.gen_bool(0.5) {
        let mut parameters = world.parameters(market);
        match rng.gen_range(0..5) {
            0 => parameters.reduce_only = true,
            1 => {
                parameters.open_interest_cap =
                    parameters.open_interest_cap.multiply_ratio(9u32, 10u32)
            }
            2 => parameters.initial_margin_ppm += parameters.initial_margin_ppm / 50,
            3 => parameters.taker_fee_ppm += 1,
            _ => parameters.initial_margin_ppm -= 1,
        }
        let msg = market::ExecuteMsg::UpdateMarket { market, parameters };
        return Deed::plain(call(&suite.market, &msg));
    }
    let known = suite.claimant(market).map(|found| found.parameters);
    let mut parameters = known.unwrap_or_else(|_| claimant_parameters(6));
    match rng.gen_range(0..4) {
        0 => parameters.risk_weight_ppm += 1_000,
        1 => {
            parameters.open_interest_cap = parameters.open_interest_cap.multiply_ratio(9u32, 10u32)
        }
        2 => parameters.reserve_target += Uint128::new(UNIT),
        _ => parameters.reserve_target = Uint128::zero(),
    }
    let msg = fund::ExecuteMsg::UpdateMarket {
        contract: suite.market.to_string(),
        market,
        parameters,
    };
    Deed::plain(call(&suite.fund, &msg))
}

/// Whether a proposal of these messages would be protective now: each changes another market, only fields of the list,
/// at least one of them its way and none back.
pub fn are_protective(world: &World, deeds: &[Deed]) -> bool {
    let mut seen: Vec<(bool, Value)> = vec![];
    let all = deeds.iter().all(|deed| {
        let CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr,
            msg,
            funds,
        }) = &deed.msg
        else {
            return false;
        };
        let Ok(msg) = serde_json::from_slice::<Value>(msg) else {
            return false;
        };
        let update = &msg["update_market"];
        let of_market = contract_addr == world.suite.market.as_str();
        let of_fund = contract_addr == world.suite.fund.as_str();
        if !funds.is_empty() || update.is_null() || !(of_market || of_fund) {
            return false;
        }
        let market = MarketId::try_from(update["market"].as_u64().unwrap()).unwrap();
        if seen.contains(&(of_market, json!(market))) {
            return false;
        }
        seen.push((of_market, json!(market)));
        let before = if of_market {
            world
                .existing(market)
                .ok()
                .map(|found| json!(found.config.parameters))
        } else {
            let known = world.suite.claimant(market);
            known.ok().map(|found| json!(found.parameters))
        };
        before.is_some_and(|before| tightens(of_market, &before, &update["parameters"]))
    });
    all && !deeds.is_empty()
}

fn tightens(of_market: bool, before: &Value, after: &Value) -> bool {
    // Name, and whether it goes up.
    let list: &[(&str, bool)] = if of_market {
        &[
            ("initial_margin_ppm", true),
            ("open_interest_cap", false),
            ("reduce_only", true),
        ]
    } else {
        &[
            ("risk_weight_ppm", true),
            ("open_interest_cap", false),
            ("reserve_target", true),
        ]
    };
    let number = |value: &Value| -> Option<u128> {
        match value {
            Value::Bool(on) => Some((*on).into()),
            Value::Number(number) => number.as_u64().map(u128::from),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    };
    let mut tightened = false;
    for (name, old) in before.as_object().unwrap() {
        let new = &after[name];
        if old == new {
            continue;
        }
        let Some((_, up)) = list.iter().find(|(listed, _)| listed == name) else {
            return false;
        };
        match (number(old), number(new)) {
            (Some(old), Some(new)) if (new > old) == *up => tightened = true,
            _ => return false,
        }
    }
    tightened
}
