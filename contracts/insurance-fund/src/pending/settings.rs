//! A change of the owner on its way to the module that it is about: checked when it is asked for and again when it acts.

use ballast_types::fund::Change;
use cosmwasm_std::{Deps, DepsMut, Env, Response};

use crate::error::ContractResult;
use crate::{emergency, parameters, registry, surplus};

/// Whether a change is possible now.
///
/// # Errors
/// As the function that applies it.
pub fn check(deps: Deps, change: &Change) -> ContractResult<()> {
    match change {
        Change::RegisterMarket {
            contract,
            market,
            parameters,
        } => registry::check_register(deps, contract, *market, parameters),
        Change::UpdateMarket {
            contract,
            market,
            parameters,
        } => registry::check_update(deps, contract, *market, parameters),
        Change::UpdateParameters { parameters } => parameters::validate(parameters),
        Change::AppointTreasury { treasury } => {
            emergency::check_treasury(deps, treasury.as_deref()).map(|_| ())
        }
        Change::AppointSurplusRecipient { recipient } => {
            surplus::check_recipient(deps, recipient.as_deref()).map(|_| ())
        }
    }
}

/// Puts a checked change in force.
///
/// # Errors
/// As the function that it calls.
pub fn apply(deps: DepsMut, env: &Env, change: Change) -> ContractResult<Response> {
    match change {
        Change::RegisterMarket {
            contract,
            market,
            parameters,
        } => registry::register_market(deps, env, &contract, market, parameters),
        Change::UpdateMarket {
            contract,
            market,
            parameters,
        } => registry::update_market(deps, env, &contract, market, parameters),
        Change::UpdateParameters { parameters } => {
            registry::update_parameters(deps, env, parameters)
        }
        Change::AppointTreasury { treasury } => {
            emergency::appoint_treasury(deps, env, treasury.as_deref())
        }
        Change::AppointSurplusRecipient { recipient } => {
            surplus::appoint_recipient(deps, recipient.as_deref())
        }
    }
}
