//! What the owner may do: register and change markets, change parameters. There is no message that moves reserves.

use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::MarketId;
use cosmwasm_std::{DepsMut, Empty, Env, MessageInfo, Response, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::parameters::{validate, validate_claimant};
use crate::report::EXPIRIES_PER_MESSAGE;
use crate::state::{
    Bucket, Claimant, ContractState, Drawdown, EmergencyLoan, Standing, CLAIMANTS, CONTRACTS,
    MAX_MARKETS, PARAMETERS, REPORT_INDEX,
};
use crate::{events, funds, report};

pub(crate) fn assert_owner(deps: &DepsMut, info: &MessageInfo) -> ContractResult<()> {
    funds::refuse_coins(info)?;
    Ok(cw_ownable::assert_owner(deps.storage, &info.sender)?)
}

/// Registers a market; its ramp begins. Registration counts as a report of no open interest.
///
/// # Errors
/// Not the owner, [`ContractError::MarketExists`], [`ContractError::TooManyMarkets`], a parameter out of range.
pub fn execute_register_market(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    contract: &str,
    id: MarketId,
    parameters: ClaimantParameters,
) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    validate_claimant(&parameters)?;
    let contract_addr = deps.api.addr_validate(contract)?;
    if CLAIMANTS.has(deps.storage, (&contract_addr, id)) {
        return Err(ContractError::MarketExists {
            contract: contract_addr.into_string(),
            market: id,
        });
    }
    let mut books = Books::load(deps.storage, env)?;
    if books.suite.markets >= MAX_MARKETS {
        return Err(ContractError::TooManyMarkets {
            expected: MAX_MARKETS,
        });
    }
    report::expire(deps.storage, &mut books, EXPIRIES_PER_MESSAGE)?;
    books.suite.markets = books.suite.markets.saturating_add(1);
    books.told_changed = true;

    let claimant = Claimant {
        parameters,
        registered_at: books.now,
    };
    CLAIMANTS.save(deps.storage, (&contract_addr, id), &claimant)?;
    if !claimant.parameters.isolated {
        REPORT_INDEX.save(deps.storage, (books.now, &contract_addr, id), &Empty {})?;
    }
    let state = CONTRACTS
        .may_load(deps.storage, &contract_addr)?
        .unwrap_or(ContractState {
            markets: 0,
            last_claim_id: None,
        });
    let state = ContractState {
        markets: state.markets.saturating_add(1),
        ..state
    };
    CONTRACTS.save(deps.storage, &contract_addr, &state)?;
    let standing = Standing {
        reserve: Uint128::zero(),
        open_interest_value: Uint128::zero(),
        deficit: Uint128::zero(),
        reported_at: books.now,
        stale: false,
        mutual_paid: Uint128::zero(),
        mutual_contributed: Uint128::zero(),
        bucket: Bucket::default(),
        slashed: Bucket::default(),
        emergency: EmergencyLoan::default(),
        drawdown: Drawdown::default(),
        own_scale_ppm: ballast_types::PPM,
    };
    let mut market = Market::new(contract_addr, id, claimant, standing);
    market.save(deps.storage, &mut books)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "register_market")
        .add_event(events::claimant(&market))
        .add_events(closed.events))
}

/// Changes a market's weight, cap and target.
///
/// # Errors
/// Not the owner, not registered, [`ContractError::IsolationFixed`], a parameter out of range.
pub fn execute_update_market(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    contract: &str,
    id: MarketId,
    parameters: ClaimantParameters,
) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    validate_claimant(&parameters)?;
    let contract_addr = deps.api.addr_validate(contract)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, EXPIRIES_PER_MESSAGE)?;
    let mut market = Market::load(deps.storage, &contract_addr, id)?;
    if market.is_isolated() != parameters.isolated {
        return Err(ContractError::IsolationFixed {
            expected: market.is_isolated(),
            found: parameters.isolated,
        });
    }
    market.claimant.parameters = parameters;
    CLAIMANTS.save(deps.storage, (&contract_addr, id), &market.claimant)?;
    books.told_changed = true;
    market.save(deps.storage, &mut books)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "update_market")
        .add_event(events::claimant(&market))
        .add_events(closed.events))
}

/// Changes the fund's parameters; level and terms follow at once. An isolated market's cap follows with its next message.
///
/// # Errors
/// Not the owner, a parameter out of range or relation broken.
pub fn execute_update_parameters(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    parameters: FundParameters,
) -> ContractResult<Response> {
    assert_owner(&deps, info)?;
    validate(&parameters)?;
    PARAMETERS.save(deps.storage, &parameters)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, EXPIRIES_PER_MESSAGE)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "update_parameters")
        .add_events(closed.events))
}
