//! Changes of settings, checked and written. Whether one may act at once is decided in [`crate::pending`].

use ballast_types::market::{Change, ExchangeParameters, MarketParameters, OracleConfig};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Deps, DepsMut, Env, Int128, Order, Response, StdResult, Storage};

use crate::admin;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::parameters::{check_exchange, check_market, check_oracle};
use crate::pending::loosening::maintenance;
use crate::pending::never_traded;
use crate::price;
use crate::state::{Config, MarketConfig, CONFIG, MAINTENANCE_RAISED, MARKETS, MARKET_STATES};

/// Maintenance margin may be raised once in so many seconds.
pub const MAINTENANCE_STEP_SECS: u64 = 86_400;

/// Refuses a change that could not be applied now.
pub fn check(deps: Deps, env: &Env, change: &Change) -> ContractResult<()> {
    match change {
        Change::ListMarket { listing } => admin::check_new_market(deps, env, listing),
        Change::UpdateMarket { market, parameters } => {
            check_market(parameters)?;
            check_active(deps.storage, *market)?;
            check_maintenance(deps.storage, env, *market, parameters)
        }
        Change::UpdateOracle { market, oracle } => {
            check_active(deps.storage, *market)?;
            check_new_oracle(deps, env, *market, oracle)
        }
        Change::SettleMarket { market } => check_active(deps.storage, *market),
        Change::UpdateParameters { parameters } => check_exchange(parameters),
        Change::SetInsuranceFund { insurance_fund } => {
            if let Some(fund) = insurance_fund {
                deps.api.addr_validate(fund)?;
            }
            Ok(())
        }
    }
}

/// Writes a change that was checked.
pub fn apply(deps: DepsMut, env: &Env, change: Change) -> ContractResult<Response> {
    match change {
        Change::ListMarket { listing } => admin::list_market(deps, env, &listing),
        Change::UpdateMarket { market, parameters } => update_market(deps, env, market, parameters),
        Change::UpdateOracle { market, oracle } => update_oracle(deps, env, market, &oracle),
        Change::UpdateParameters { parameters } => update_parameters(deps, parameters),
        Change::SetInsuranceFund { insurance_fund } => {
            set_insurance_fund(deps, env, insurance_fund.as_deref())
        }
        Change::SettleMarket { market } => crate::settling::begin_announced(deps, env, market),
    }
}

fn check_active(storage: &dyn Storage, market: MarketId) -> ContractResult<()> {
    let config = MARKETS
        .may_load(storage, market)?
        .ok_or(ContractError::NoSuchMarket { market })?;
    match config.settling {
        Some(_) => Err(ContractError::MarketSettling { market }.into()),
        None => Ok(()),
    }
}

/// P2: no change makes a healthy account liquidatable beyond a step of 10 % of maintenance margin a day. Initial
/// margin may rise at once, with a fraction that keeps the product.
fn check_maintenance(
    storage: &dyn Storage,
    env: &Env,
    market: MarketId,
    parameters: &MarketParameters,
) -> ContractResult<()> {
    let config = MARKETS
        .may_load(storage, market)?
        .ok_or(ContractError::NoSuchMarket { market })?;
    let (now, wanted) = (maintenance(&config.parameters), maintenance(parameters));
    if wanted <= now || never_traded(storage, market)? {
        return Ok(());
    }
    let raised_at = MAINTENANCE_RAISED.may_load(storage, market)?;
    let next_at = raised_at.map_or(0, |at| at.saturating_add(MAINTENANCE_STEP_SECS));
    let tenth = now.checked_div(10).unwrap_or_default();
    let allowed = if env.block.time.seconds() < next_at {
        now
    } else {
        now.saturating_add(tenth)
    };
    if wanted > allowed {
        return Err(ContractError::MaintenanceStep {
            market,
            allowed: fraction(allowed),
            found: fraction(wanted),
            next_at,
        }
        .into());
    }
    Ok(())
}

fn fraction(trillionths: u64) -> Decimal {
    Decimal::from_ratio(trillionths, 1_000_000_000_000u64)
}

/// Funding is accrued under the old parameters first.
fn update_market(
    mut deps: DepsMut,
    env: &Env,
    id: MarketId,
    parameters: MarketParameters,
) -> ContractResult<Response> {
    let length = parameters.funding_interval_secs;
    let now = env.block.time.seconds();
    let before = MARKETS.load(deps.storage, id)?.parameters;
    if maintenance(&parameters) > maintenance(&before) {
        MAINTENANCE_RAISED.save(deps.storage, id, &now)?;
    }
    let response = change_market(deps.branch(), env, "update_market", id, |config| {
        config.parameters = parameters
    })?;
    // What has run of the interval was accrued under the old parameters; the new interval begins with the
    // one that is running now, and charges nothing for before.
    let mut state = MARKET_STATES.load(deps.storage, id)?;
    let running = now
        .checked_div(length)
        .unwrap_or_default()
        .saturating_mul(length);
    if state.funding.interval_start != running {
        state.funding.interval_start = running;
        state.funding.sample_sum_ppm = Int128::zero();
        MARKET_STATES.save(deps.storage, id, &state)?;
    }
    Ok(response)
}

/// The new one must answer with a valid price now, and where the old one's is fresh, with about the same.
fn check_new_oracle(
    deps: Deps,
    env: &Env,
    id: MarketId,
    oracle: &OracleConfig,
) -> ContractResult<()> {
    let mut exchange = Exchange::new(deps, env)?;
    let market = exchange.open_market(id)?.clone();
    check_oracle(oracle)?;
    deps.api.addr_validate(&oracle.contract)?;
    let parameters = exchange.config.parameters.clone();
    let now = env.block.time.seconds();
    let found = price::query(deps.querier, &source(oracle, &parameters), now)?;
    let known = price::price_for(&exchange, &market, price::Valuation::Plain, true);
    match known {
        Ok(cached) => {
            let max_ppm = max_deviation_ppm(&market, &parameters)?;
            check_deviation(id, cached, found.price, max_ppm)
        }
        Err(_) => Ok(()),
    }
}

fn update_oracle(
    deps: DepsMut,
    env: &Env,
    id: MarketId,
    oracle: &OracleConfig,
) -> ContractResult<Response> {
    let contract = deps.api.addr_validate(&oracle.contract)?;
    change_market(deps, env, "update_oracle", id, |config| {
        config.oracle = contract;
        config.feed_id = oracle.feed_id.clone();
        config.max_confidence_ppm = oracle.max_confidence_ppm;
        config.min_price = oracle.min_price;
        config.max_price = oracle.max_price;
    })
}

/// No more than maintenance margin: whoever applies the switch knows the jump, and could else let one of two accounts in
/// one hand go bankrupt by it.
fn max_deviation_ppm(market: &Market, parameters: &ExchangeParameters) -> ContractResult<u32> {
    let market = &market.config.parameters;
    let maintenance = ballast_risk::maintenance_margin_ppm(
        market.initial_margin_ppm,
        market.maintenance_fraction_ppm,
    )?;
    Ok(maintenance.min(parameters.oracle_switch_max_deviation_ppm))
}

/// A new oracle that says something else than a fresh price of the old one is not the same market's.
fn check_deviation(
    market: MarketId,
    cached: Decimal,
    found: Decimal,
    max_ppm: u32,
) -> ContractResult<()> {
    let allowed = ballast_risk::ppm_of(cached.atomics(), max_ppm, ballast_risk::Rounding::Down)?;
    if cached.abs_diff(found).atomics() > allowed {
        return Err(ContractError::OracleDeviates {
            market,
            cached,
            found,
            max_ppm,
        }
        .into());
    }
    Ok(())
}

/// Where a new oracle's price comes from.
#[must_use]
pub fn source<'a>(oracle: &'a OracleConfig, parameters: &ExchangeParameters) -> price::Source<'a> {
    price::Source {
        contract: &oracle.contract,
        feed_id: &oracle.feed_id,
        min_price: oracle.min_price,
        max_price: oracle.max_price,
        future_tolerance_secs: parameters.price_future_tolerance_secs,
    }
}

fn change_market(
    deps: DepsMut,
    env: &Env,
    action: &str,
    id: MarketId,
    change: impl FnOnce(&mut MarketConfig),
) -> ContractResult<Response> {
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let mut config = exchange.open_market(id)?.config.clone();
    let happened = exchange.into_changes().save(deps.storage)?;
    change(&mut config);
    MARKETS.save(deps.storage, id, &config)?;
    Ok(Response::new()
        .add_attribute("action", action)
        .add_events(happened)
        .add_event(events::market(id, &config.symbol)))
}

fn update_parameters(deps: DepsMut, parameters: ExchangeParameters) -> ContractResult<Response> {
    CONFIG.update(deps.storage, |config| -> StdResult<_> {
        Ok(Config {
            parameters,
            ..config
        })
    })?;
    Ok(Response::new().add_attribute("action", "update_parameters"))
}

/// A claim that waits for a retry is asked of the new one.
fn set_insurance_fund(deps: DepsMut, env: &Env, fund: Option<&str>) -> ContractResult<Response> {
    let insurance_fund = fund.map(|fund| deps.api.addr_validate(fund)).transpose()?;
    let shown = insurance_fund
        .as_ref()
        .map_or("none".to_string(), ToString::to_string);
    CONFIG.update(deps.storage, |config| -> StdResult<_> {
        Ok(Config {
            insurance_fund,
            ..config
        })
    })?;
    // Another fund counts its revisions from its own beginning. The premium accrues to this moment first.
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let listed: Vec<MarketId> = MARKETS
        .keys(deps.storage, None, None, Order::Ascending)
        .collect::<StdResult<_>>()?;
    for id in listed {
        exchange.peek_market(id)?;
        // A market that could not accrue must not keep a broken fund in office.
        exchange.accrue_market(id).ok();
        exchange.market_mut(id)?.state.risk = None;
    }
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "set_insurance_fund")
        .add_attribute("insurance_fund", shown)
        .add_events(happened))
}
