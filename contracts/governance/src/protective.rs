//! The protective list: what a short vote may do without a delay, because it can only tighten.
//!
//! Every message is `UpdateMarket` of a market or of the insurance fund that the settings name. It carries
//! all parameters, so it is compared with those in force, twice: when it is proposed and when it is
//! executed. At least one field of the table must move in its direction, none against it, and nothing else
//! may differ.
//!
//! What was changed is written down. Once it has expired without having been confirmed anyone may set it
//! back, step by step: only fields that still are what the step made them, to what they were. Where a later
//! step tightened the same field, that one is reverted first. The contract that is told decides how long a
//! loosening waits there.

use ballast_types::governance::{
    ContractKind, ProtectiveChange, ProtectiveResponse, ProtectiveStep, Settings,
};
use ballast_types::MarketId;
use cosmwasm_std::{
    from_json, to_json_binary, Binary, CosmosMsg, Deps, DepsMut, Env, Event, MessageInfo, Response,
    StdResult, WasmMsg,
};
use cw_utils::nonpayable;

use crate::calls::{
    FundCall, FundQuestion, MarketAnswer, MarketCall, MarketQuestion, WithParameters,
};
use crate::case::Case;
use crate::execute::only_governance;
use crate::parameter_set::{ParameterSet, Value};
use crate::state::{current_settings, PROTECTIVE};
use crate::{events, ContractError, ContractResult};

/// Which way a field is tightened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tightens {
    /// By a larger value.
    Up,
    /// By a smaller value.
    Down,
}

/// How the JSON of a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number of 32 bits.
    Fraction,
    /// A text of a number of 128 bits.
    Amount,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// Reads a value of this kind; 0 and 1 for no and yes.
    fn read(self, value: &Value) -> Option<u128> {
        match (self, value) {
            (Self::Fraction, Value::Number(number)) => u32::try_from(*number).ok().map(u128::from),
            (Self::Amount, Value::Text(text)) => text.parse().ok(),
            (Self::Flag, Value::Flag(flag)) => Some(u128::from(*flag)),
            _ => None,
        }
    }

    /// Writes one; a fraction that does not fit is cut.
    fn write(self, value: u128) -> Value {
        match self {
            Self::Fraction => Value::Number(u32::try_from(value).unwrap_or(u32::MAX).into()),
            Self::Amount => Value::Text(value.to_string()),
            Self::Flag => Value::Flag(value > 0),
        }
    }
}

/// A field that a protective proposal may tighten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in the message.
    pub name: &'static str,
    /// Which way.
    pub tightens: Tightens,
    /// How it is written.
    pub kind: Kind,
}

impl Field {
    fn read(&self, set: &ParameterSet) -> Option<u128> {
        self.kind.read(set.get(self.name)?)
    }
}

/// Fields of a market.
pub const MARKET_FIELDS: &[Field] = &[
    Field {
        name: "initial_margin_ppm",
        tightens: Tightens::Up,
        kind: Kind::Fraction,
    },
    Field {
        name: "open_interest_cap",
        tightens: Tightens::Down,
        kind: Kind::Amount,
    },
    Field {
        name: "reduce_only",
        tightens: Tightens::Up,
        kind: Kind::Flag,
    },
];

/// Fields of a market's standing in the insurance fund.
pub const CLAIMANT_FIELDS: &[Field] = &[
    Field {
        name: "risk_weight_ppm",
        tightens: Tightens::Up,
        kind: Kind::Fraction,
    },
    Field {
        name: "open_interest_cap",
        tightens: Tightens::Down,
        kind: Kind::Amount,
    },
    Field {
        name: "reserve_target",
        tightens: Tightens::Up,
        kind: Kind::Amount,
    },
];

/// What messages tighten, one step a message.
///
/// # Errors
/// [`ContractError::NotProtective`].
pub fn steps(
    deps: Deps,
    settings: &Settings,
    msgs: &[CosmosMsg],
) -> ContractResult<Vec<ProtectiveStep>> {
    let mut steps: Vec<ProtectiveStep> = Vec::with_capacity(msgs.len());
    for (index, msg) in msgs.iter().enumerate() {
        let refuse = |reason| ContractError::NotProtective { index, reason };
        let step = step(deps, settings, msg).map_err(refuse)?;
        let same = |other: &ProtectiveStep| {
            (&other.contract, &other.claimant, other.market)
                == (&step.contract, &step.claimant, step.market)
        };
        if steps.iter().any(same) {
            return Err(refuse("a market is changed once".to_owned()));
        }
        steps.push(step);
    }
    if steps.is_empty() {
        return Err(ContractError::NotProtective {
            index: 0,
            reason: "there is none".to_owned(),
        });
    }
    Ok(steps)
}

/// Checks a protective proposal again and writes down what it is about to change.
///
/// # Errors
/// [`ContractError::NotProtective`].
pub fn record(
    deps: DepsMut,
    env: &Env,
    case: &Case,
    msgs: &[CosmosMsg],
) -> ContractResult<Vec<Event>> {
    let proposal_id = case.id;
    let (_, settings) = current_settings(deps.storage)?;
    let steps = steps(deps.as_ref(), &settings, msgs)?;
    let expiry = case.settings.protective_expiry_secs;
    let expires_at = env.block.time.seconds().saturating_add(expiry);
    let events = steps
        .iter()
        .enumerate()
        .map(|(number, step)| events::protected(proposal_id, number, step, expires_at))
        .collect();
    let protective = ProtectiveResponse {
        proposal_id,
        expires_at,
        confirmed: false,
        steps,
    };
    PROTECTIVE.save(deps.storage, proposal_id, &protective)?;
    Ok(events)
}

/// Keeps what a protective proposal changed. By governance itself.
///
/// # Errors
/// [`ContractError::OnlyGovernance`], [`ContractError::NoProtection`].
pub fn execute_confirm(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
) -> ContractResult<Response> {
    only_governance(env, info, "confirm_protective")?;
    let mut protective = load(deps.as_ref(), proposal_id)?;
    protective.confirmed = true;
    PROTECTIVE.save(deps.storage, proposal_id, &protective)?;
    Ok(Response::new()
        .add_attribute("action", "confirm_protective")
        .add_event(events::confirmed(proposal_id)))
}

/// Sets back what one step tightened. Anyone, after the expiry.
///
/// # Errors
/// [`ContractError::NoProtection`], [`ContractError::Confirmed`], [`ContractError::NotExpired`],
/// [`ContractError::NothingToRevert`].
pub fn execute_revert(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
    number: u32,
) -> ContractResult<Response> {
    nonpayable(info)?;
    let mut protective = load(deps.as_ref(), proposal_id)?;
    if protective.confirmed {
        return Err(ContractError::Confirmed { proposal_id });
    }
    let (expires_at, now) = (protective.expires_at, env.block.time.seconds());
    if now < expires_at {
        return Err(ContractError::NotExpired {
            proposal_id,
            expires_at,
            now,
        });
    }
    let nothing = |reason| ContractError::NothingToRevert {
        proposal_id,
        step: number,
        reason,
    };
    let step = usize::try_from(number)
        .ok()
        .and_then(|index| protective.steps.get_mut(index))
        .ok_or_else(|| nothing("there is no such step"))?;
    if step.reverted {
        return Err(nothing("it was reverted already"));
    }
    let (message, fields) = reversal(deps.as_ref(), step)?;
    if fields.is_empty() {
        return Err(nothing(
            "nothing is as it left it; revert later steps first",
        ));
    }
    step.reverted = true;
    let event = events::reverted(proposal_id, number, step, &fields);
    PROTECTIVE.save(deps.storage, proposal_id, &protective)?;
    Ok(Response::new()
        .add_message(message)
        .add_attribute("action", "revert_protective")
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_event(event))
}

fn load(deps: Deps, proposal_id: u64) -> ContractResult<ProtectiveResponse> {
    PROTECTIVE
        .may_load(deps.storage, proposal_id)?
        .ok_or(ContractError::NoProtection { proposal_id })
}

/// What a message tightens, or why it is not protective.
fn step(deps: Deps, settings: &Settings, msg: &CosmosMsg) -> Result<ProtectiveStep, String> {
    let CosmosMsg::Wasm(WasmMsg::Execute {
        contract_addr,
        msg,
        funds,
    }) = msg
    else {
        return Err("it calls no contract".to_owned());
    };
    if !funds.is_empty() {
        return Err("it pays".to_owned());
    }
    let named = |kind: ContractKind| {
        settings
            .contracts
            .iter()
            .any(|contract| contract.kind == kind && contract.address == *contract_addr)
    };
    if named(ContractKind::PerpMarket) {
        market_step(deps, contract_addr, msg)
    } else if named(ContractKind::InsuranceFund) {
        claimant_step(deps, contract_addr, msg)
    } else {
        Err("the settings name no such market or fund".to_owned())
    }
}

const ONLY_UPDATES_MARKET: &str = "only a market's update_market is on the list";
const ONLY_UPDATES_CLAIMANT: &str = "only a fund's update_market is on the list";

fn market_step(deps: Deps, contract: &str, msg: &Binary) -> Result<ProtectiveStep, String> {
    let Ok(MarketCall::UpdateMarket { market, parameters }) = from_json(msg) else {
        return Err(ONLY_UPDATES_MARKET.to_owned());
    };
    let current = market_parameters(deps, contract, market).map_err(|error| error.to_string())?;
    if !parameters.has_names_of(&current) {
        return Err(ONLY_UPDATES_MARKET.to_owned());
    }
    Ok(ProtectiveStep {
        contract: contract.to_owned(),
        claimant: None,
        market,
        changes: tightened(MARKET_FIELDS, &current, &parameters)?,
        reverted: false,
    })
}

fn claimant_step(deps: Deps, fund: &str, msg: &Binary) -> Result<ProtectiveStep, String> {
    let Ok(FundCall::UpdateMarket {
        contract,
        market,
        parameters,
    }) = from_json(msg)
    else {
        return Err(ONLY_UPDATES_CLAIMANT.to_owned());
    };
    let current =
        claimant_parameters(deps, fund, &contract, market).map_err(|error| error.to_string())?;
    if !parameters.has_names_of(&current) {
        return Err(ONLY_UPDATES_CLAIMANT.to_owned());
    }
    Ok(ProtectiveStep {
        contract: fund.to_owned(),
        claimant: Some(contract),
        market,
        changes: tightened(CLAIMANT_FIELDS, &current, &parameters)?,
        reverted: false,
    })
}

/// The fields that move, if all of them are on the list and move the right way.
///
/// # Errors
/// Why it is not protective.
pub fn tightened(
    fields: &[Field],
    current: &ParameterSet,
    proposed: &ParameterSet,
) -> Result<Vec<ProtectiveChange>, String> {
    let mut changes = vec![];
    for field in fields {
        let (Some(before), Some(after)) = (field.read(current), field.read(proposed)) else {
            return Err(format!("{} cannot be read", field.name));
        };
        let tighter = match field.tightens {
            Tightens::Up => after > before,
            Tightens::Down => after < before,
        };
        if tighter {
            changes.push(ProtectiveChange {
                field: field.name.to_owned(),
                before: before.into(),
                after: after.into(),
            });
        } else if after != before {
            return Err(format!("{} would loosen: {before} to {after}", field.name));
        }
    }
    let listed = |name: &str| fields.iter().any(|field| field.name == name);
    let same = |name: &str| listed(name) || current.get(name) == proposed.get(name);
    if !current.names().all(same) || !proposed.names().all(same) {
        return Err("a field that is not on the list would change".to_owned());
    }
    if changes.is_empty() {
        return Err("nothing would change".to_owned());
    }
    Ok(changes)
}

/// The message that sets a step back, and the fields that it sets.
fn reversal(deps: Deps, step: &ProtectiveStep) -> ContractResult<(CosmosMsg, Vec<&'static str>)> {
    let market = step.market;
    let (msg, fields) = if let Some(claimant) = &step.claimant {
        let mut parameters = claimant_parameters(deps, &step.contract, claimant, market)?;
        let fields = restore(CLAIMANT_FIELDS, &mut parameters, &step.changes);
        let msg = to_json_binary(&FundCall::UpdateMarket {
            contract: claimant.clone(),
            market,
            parameters,
        })?;
        (msg, fields)
    } else {
        let mut parameters = market_parameters(deps, &step.contract, market)?;
        let fields = restore(MARKET_FIELDS, &mut parameters, &step.changes);
        let msg = to_json_binary(&MarketCall::UpdateMarket { market, parameters })?;
        (msg, fields)
    };
    let message = WasmMsg::Execute {
        contract_addr: step.contract.clone(),
        msg,
        funds: vec![],
    };
    Ok((message.into(), fields))
}

fn restore(
    fields: &[Field],
    parameters: &mut ParameterSet,
    changes: &[ProtectiveChange],
) -> Vec<&'static str> {
    let mut restored = vec![];
    for field in fields {
        let change = changes.iter().find(|change| change.field == field.name);
        let Some(change) = change else { continue };
        if field.read(parameters) == Some(change.after.u128()) {
            parameters.set(field.name, field.kind.write(change.before.u128()));
            restored.push(field.name);
        }
    }
    restored
}

fn market_parameters(deps: Deps, contract: &str, market: MarketId) -> StdResult<ParameterSet> {
    let question = MarketQuestion::Market { market };
    let answer: MarketAnswer = deps.querier.query_wasm_smart(contract, &question)?;
    Ok(answer.config.parameters)
}

fn claimant_parameters(
    deps: Deps,
    fund: &str,
    contract: &str,
    market: MarketId,
) -> StdResult<ParameterSet> {
    let question = FundQuestion::Market {
        contract: contract.to_owned(),
        market,
    };
    let answer: WithParameters = deps.querier.query_wasm_smart(fund, &question)?;
    Ok(answer.parameters)
}
