//! What governance is asked to do: every settable parameter of every contract, in and out of range, its own settings
//! included; and what a hostile majority would try.

use ballast_testing::suite::{claimant_parameters, market_parameters, Suite};
use ballast_types::fund::ClaimantParameters;
use ballast_types::governance::{ExecuteMsg, Settings};
use ballast_types::market::{self, ListMarket, OracleConfig};
use ballast_types::{fund, price_feed, MarketId};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{coins, Addr, BankMsg, CosmosMsg, Timestamp, Uint128, WasmMsg};
use cw20::{Cw20ExecuteMsg, Denom};
use cw_ownable::Action;
use cw_utils::Expiration;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};

use crate::feeds::FeedNumber;
use crate::world::{World, UNIT};

/// What a message changes of what the test keeps in mind.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    None,
    /// Governance's own settings; none where they cannot even be read.
    Settings(Option<Box<Settings>>),
    /// Index of a member, or nobody.
    Guardian(Option<usize>),
    /// A protective proposal is confirmed.
    Confirm(u64),
    /// A market of the kind with this feed is listed.
    List(FeedNumber),
}

/// One message of a proposal.
#[derive(Clone, Debug)]
pub struct Deed {
    pub msg: CosmosMsg,
    /// Whether it waits the adverse delay.
    pub adverse: bool,
    /// The error with which no proposal may hold it.
    pub refused: Option<&'static str>,
    pub effect: Effect,
}

impl Deed {
    fn plain(msg: CosmosMsg) -> Self {
        Self {
            msg,
            adverse: false,
            refused: None,
            effect: Effect::None,
        }
    }

    fn adverse(msg: CosmosMsg) -> Self {
        Self {
            adverse: true,
            ..Self::plain(msg)
        }
    }

    pub fn appoints_guardian(&self) -> bool {
        matches!(self.effect, Effect::Guardian(_))
    }
}

fn call(contract: &Addr, msg: &impl Serialize) -> CosmosMsg {
    Suite::call(contract, msg).unwrap()
}

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

fn suite_governance(world: &World) -> Addr {
    world.suite.governance().unwrap()
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
    Deed::adverse(call(&world.suite.price_feed, &msg))
}

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

/// Anything else that an owner may do, or a thief would like to.
pub fn other(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Deed {
    let suite = &world.suite;
    let governance = suite_governance(world);
    let government = world.government.as_ref().unwrap();
    let member = rng.gen_range(0..government.members.len());
    let thief = government.members[member].to_string();
    match rng.gen_range(0..24) {
        0 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SetInsuranceFund {
                insurance_fund: [Some(&suite.fund), Some(&world.hostile_fund), None]
                    .choose(rng)
                    .unwrap()
                    .map(Addr::to_string),
            },
        )),
        1 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::UpdateOracle {
                market,
                oracle: oracle(rng, world, market),
            },
        )),
        2 => Deed::plain(call(
            &suite.market,
            &json!({"pay_fees": {
                "market": rng.gen_bool(0.8).then_some(market), "recipient": thief,
                "amount": rng.gen_range(0..UNIT).to_string(),
            }}),
        )),
        3 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SettleMarket { market },
        )),
        4..=5 => list(world, rng.gen_range(0..world.specs.len())),
        6 => register(rng, world),
        7 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::AppointTreasury {
                treasury: rng.gen_bool(0.8).then(|| world.users[1].to_string()),
            },
        )),
        8 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::AppointSurplusRecipient {
                recipient: Some(thief),
            },
        )),
        9 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SetFreeze {
                until: suite.now() + 86_400 * rng.gen_range(0..6),
            },
        )),
        10 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::CancelChange {
                id: world.next_change().saturating_sub(1),
            },
        )),
        11 => Deed::adverse(call(
            &suite.price_feed,
            &price_feed::ExecuteMsg::RemoveFeed {
                id: world.feed_id(rng.gen_range(0..world.specs.len())),
            },
        )),
        12 => ownership(rng, world),
        13 => migration(rng, world, thief),
        // Stakes are no treasury.
        14..=15 => payment(world, &thief, rng.gen_range(1..500)),
        16 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::ClaimShortfall {
                market,
                account: thief,
                claim_id: 1_000_000,
                amount: Uint128::new(UNIT),
                state: ballast_types::MarketReport {
                    open_interest_value: Uint128::zero(),
                    deficit: Uint128::zero(),
                },
                recent_risk: false,
            },
        )),
        17..=18 => office(rng, world),
        19 => {
            let id = rng.gen_range(1..20);
            Deed {
                effect: Effect::Confirm(id),
                ..Deed::plain(call(
                    &governance,
                    &ExecuteMsg::ConfirmProtective { proposal_id: id },
                ))
            }
        }
        20 => Deed {
            refused: Some("MessageRefused"),
            ..Deed::plain(call(
                &governance,
                &ExecuteMsg::Unstake {
                    amount: Uint128::one(),
                },
            ))
        },
        21 => Deed {
            refused: Some("MessageRefused"),
            ..Deed::plain(call(
                &governance,
                &ExecuteMsg::Execute {
                    proposal_id: rng.gen_range(1..20),
                },
            ))
        },
        22 => Deed {
            refused: Some("Std"),
            ..Deed::plain(
                WasmMsg::Execute {
                    contract_addr: governance.to_string().to_uppercase(),
                    msg: cosmwasm_std::to_json_binary(&json!({"claim": {}})).unwrap(),
                    funds: vec![],
                }
                .into(),
            )
        },
        // Not JSON: it might be anything.
        _ => Deed::adverse(
            WasmMsg::Execute {
                contract_addr: suite.market.to_string(),
                msg: b"{".to_vec().into(),
                funds: vec![],
            }
            .into(),
        ),
    }
}

/// A confirmation of a protective proposal.
pub fn confirmation(world: &World, id: u64) -> Deed {
    Deed {
        effect: Effect::Confirm(id),
        ..Deed::plain(call(
            &suite_governance(world),
            &ExecuteMsg::ConfirmProtective { proposal_id: id },
        ))
    }
}

fn oracle(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> OracleConfig {
    let mut oracle = world
        .existing(market)
        .map_or_else(|_| listing(world, 0).oracle, |found| found.config.oracle);
    match rng.gen_range(0..4) {
        0 => oracle.contract = world.hostile_oracle.to_string(),
        1 => oracle.max_confidence_ppm = rng.gen_range(0..200_000),
        2 => oracle.feed_id = world.feed_id(rng.gen_range(0..world.specs.len())),
        _ => oracle.contract = world.suite.price_feed.to_string(),
    }
    oracle
}

pub fn listing(world: &World, feed: FeedNumber) -> ListMarket {
    let spec = &world.specs[feed];
    ListMarket {
        symbol: spec.symbol.clone(),
        base_decimals: spec.base_decimals,
        tick_size: spec.tick_size,
        lot_size: spec.lot_size,
        isolated: spec.isolated,
        oracle: OracleConfig {
            contract: world.suite.price_feed.to_string(),
            feed_id: world.feed_id(feed),
            max_confidence_ppm: spec.max_confidence_ppm,
            min_price: spec.price_bounds.0,
            max_price: spec.price_bounds.1,
        },
        parameters: market_parameters(6),
    }
}

/// A listing, and the registration of what it lists.
pub fn listing_of(world: &World, feed: FeedNumber) -> Vec<Deed> {
    let id = MarketId::try_from(world.suite.markets.len()).unwrap();
    let parameters = ClaimantParameters {
        isolated: world.specs[feed].isolated,
        ..claimant_parameters(6)
    };
    let register = fund::ExecuteMsg::RegisterMarket {
        contract: world.suite.market.to_string(),
        market: id,
        parameters,
    };
    vec![
        list(world, feed),
        Deed::plain(call(&world.suite.fund, &register)),
    ]
}

fn list(world: &World, feed: FeedNumber) -> Deed {
    let msg = market::ExecuteMsg::ListMarket(listing(world, feed));
    Deed {
        effect: Effect::List(feed),
        ..Deed::plain(call(&world.suite.market, &msg))
    }
}

fn register(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let markets = MarketId::try_from(world.suite.markets.len()).unwrap();
    let contract = [&world.suite.market, &world.nobody]
        .choose(rng)
        .unwrap()
        .to_string();
    let msg = fund::ExecuteMsg::RegisterMarket {
        contract,
        market: rng.gen_range(0..=markets),
        parameters: claimant_parameters(6),
    };
    Deed::plain(call(&world.suite.fund, &msg))
}

fn contracts(world: &World) -> [&Addr; 3] {
    [
        &world.suite.market,
        &world.suite.fund,
        &world.suite.price_feed,
    ]
}

fn ownership(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let contract = *contracts(world).choose(rng).unwrap();
    let action = match rng.gen_range(0..4) {
        0 => Action::RenounceOwnership,
        1 => Action::AcceptOwnership,
        _ => Action::TransferOwnership {
            new_owner: world.heir.to_string(),
            expiry: Some(Expiration::AtTime(Timestamp::from_seconds(
                world.suite.now() + 86_400 * rng.gen_range(1..60),
            ))),
        },
    };
    let accepts = action == Action::AcceptOwnership;
    let msg = call(contract, &json!({ "update_ownership": action }));
    if accepts {
        Deed::plain(msg)
    } else {
        Deed::adverse(msg)
    }
}

/// Taking over what another owner offers.
pub fn acceptance(contract: &Addr) -> Deed {
    let msg = json!({"update_ownership": Action::AcceptOwnership});
    Deed::plain(call(contract, &msg))
}

fn migration(rng: &mut ChaCha8Rng, world: &World, thief: String) -> Deed {
    let contract_addr = contracts(world).choose(rng).unwrap().to_string();
    let codes = [
        world.suite.codes.market,
        world.suite.codes.fund,
        world.suite.codes.actor,
    ];
    let msg = match rng.gen_range(0..4) {
        0 => WasmMsg::UpdateAdmin {
            contract_addr,
            admin: thief,
        },
        1 => WasmMsg::ClearAdmin { contract_addr },
        _ => WasmMsg::Migrate {
            contract_addr,
            new_code_id: codes[rng.gen_range(0..2)],
            msg: cosmwasm_std::to_json_binary(&cosmwasm_std::Empty {}).unwrap(),
        },
    };
    Deed::adverse(msg.into())
}

fn payment(world: &World, to: &str, amount: u128) -> Deed {
    Deed::plain(match &world.suite.governance_token {
        Denom::Native(denom) => BankMsg::Send {
            to_address: to.to_owned(),
            amount: coins(amount, denom),
        }
        .into(),
        Denom::Cw20(token) => {
            let msg = Cw20ExecuteMsg::Transfer {
                recipient: to.to_owned(),
                amount: amount.into(),
            };
            call(token, &msg)
        }
    })
}
