//! What the owner may change of markets and parameters, once `pending` lets it act. There is no message that moves
//! reserves.

use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::MarketId;
use cosmwasm_std::{Deps, DepsMut, Empty, Env, MessageInfo, Response, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::parameters::validate_claimant;
use crate::report::EXPIRIES_PER_MESSAGE;
use crate::state::{
    Bucket, Claimant, Drawdown, EmergencyLoan, Standing, BOOKS, CLAIMANTS, CONTRACTS, MAX_MARKETS,
    PARAMETERS, REPORT_INDEX,
};
use crate::{events, funds, report};

pub(crate) fn assert_owner(deps: &DepsMut, info: &MessageInfo) -> ContractResult<()> {
    funds::refuse_coins(info)?;
    Ok(cw_ownable::assert_owner(deps.storage, &info.sender)?)
}

/// Whether a market can be registered.
///
/// # Errors
/// [`ContractError::MarketExists`], [`ContractError::TooManyMarkets`], an invalid address, a parameter out of range.
pub fn check_register(
    deps: Deps,
    contract: &str,
    id: MarketId,
    parameters: &ClaimantParameters,
) -> ContractResult<()> {
    validate_claimant(parameters)?;
    let contract_addr = deps.api.addr_validate(contract)?;
    if CLAIMANTS.has(deps.storage, (&contract_addr, id)) {
        return Err(ContractError::MarketExists {
            contract: contract_addr.into_string(),
            market: id,
        });
    }
    if BOOKS.load(deps.storage)?.suite.markets >= MAX_MARKETS {
        return Err(ContractError::TooManyMarkets {
            expected: MAX_MARKETS,
        });
    }
    Ok(())
}

/// Registers a market that was checked; its ramp begins. Registration counts as a report of no open interest.
///
/// # Errors
/// An invalid address.
pub fn register_market(
    deps: DepsMut,
    env: &Env,
    contract: &str,
    id: MarketId,
    parameters: ClaimantParameters,
) -> ContractResult<Response> {
    let contract_addr = deps.api.addr_validate(contract)?;
    let mut books = Books::load(deps.storage, env)?;
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
    let markets = CONTRACTS.may_load(deps.storage, &contract_addr)?;
    let markets = markets.unwrap_or_default().saturating_add(1);
    CONTRACTS.save(deps.storage, &contract_addr, &markets)?;
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
        told: None,
    };
    let mut market = Market::new(contract_addr, id, claimant, standing);
    market.save(deps.storage, &mut books)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "register_market")
        .add_event(events::claimant(&market))
        .add_events(closed.events))
}

/// Whether a market can be changed so.
///
/// # Errors
/// Not registered, [`ContractError::IsolationFixed`], an invalid address, a parameter out of range.
pub fn check_update(
    deps: Deps,
    contract: &str,
    id: MarketId,
    parameters: &ClaimantParameters,
) -> ContractResult<()> {
    validate_claimant(parameters)?;
    let contract_addr = deps.api.addr_validate(contract)?;
    let market = Market::load(deps.storage, &contract_addr, id)?;
    if market.is_isolated() != parameters.isolated {
        return Err(ContractError::IsolationFixed {
            expected: market.is_isolated(),
            found: parameters.isolated,
        });
    }
    Ok(())
}

/// Changes a market's weight, cap and target, which were checked.
///
/// # Errors
/// Not registered, an invalid address.
pub fn update_market(
    deps: DepsMut,
    env: &Env,
    contract: &str,
    id: MarketId,
    parameters: ClaimantParameters,
) -> ContractResult<Response> {
    let contract_addr = deps.api.addr_validate(contract)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, EXPIRIES_PER_MESSAGE)?;
    let mut market = Market::load(deps.storage, &contract_addr, id)?;
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

/// Changes the fund's parameters, which were checked; level and terms follow at once. An isolated market's cap follows
/// with its next message.
///
/// # Errors
/// Storage.
pub fn update_parameters(
    deps: DepsMut,
    env: &Env,
    parameters: FundParameters,
) -> ContractResult<Response> {
    PARAMETERS.save(deps.storage, &parameters)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, EXPIRIES_PER_MESSAGE)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "update_parameters")
        .add_events(closed.events))
}
