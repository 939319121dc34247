//! What only the owner may do: list and change markets, change parameters, point at another fund, pay out
//! the exchange's own fees. No message of the owner touches an account.

use ballast_types::market::{
    ExchangeParameters, InstantiateMsg, ListMarket, MarketParameters, OracleConfig,
};
use ballast_types::MarketId;
use cosmwasm_std::{
    Decimal, Deps, DepsMut, Env, Int128, MessageInfo, Response, StdResult, Uint128,
};
use cw20::{Cw20QueryMsg, Denom, TokenInfoResponse};
use cw_ownable::Action;

use crate::accounts::pay;
use crate::contract::{CONTRACT_NAME, CONTRACT_VERSION};
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund::{change_vault, Movement};
use crate::math::subtract;
use crate::parameters::{
    check_exchange, check_listing, check_market, check_oracle, default_exchange, MAX_MARKETS,
};
use crate::price;
use crate::state::{
    Config, MarketConfig, MarketState, CONFIG, MARKETS, MARKET_COUNT, MARKET_STATES, NEXT_ACCOUNT,
    NEXT_CLAIM, RESIDUE, VAULT,
};

/// Sets up an exchange without markets.
pub fn instantiate(
    deps: DepsMut,
    info: &MessageInfo,
    msg: &InstantiateMsg,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    let parameters = msg.parameters.clone().unwrap_or_else(default_exchange);
    check_exchange(&parameters)?;
    let collateral = check_collateral(deps.as_ref(), &msg.collateral, msg.collateral_decimals)?;
    let insurance_fund = msg
        .insurance_fund
        .as_deref()
        .map(|fund| deps.api.addr_validate(fund))
        .transpose()?;
    CONFIG.save(
        deps.storage,
        &Config {
            collateral,
            collateral_decimals: msg.collateral_decimals,
            insurance_fund,
            parameters,
        },
    )?;
    VAULT.save(deps.storage, &Uint128::zero())?;
    RESIDUE.save(deps.storage, &Uint128::zero())?;
    MARKET_COUNT.save(deps.storage, &0)?;
    NEXT_ACCOUNT.save(deps.storage, &1)?;
    NEXT_CLAIM.save(deps.storage, &1)?;
    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("owner", &msg.owner))
}

fn check_collateral(deps: Deps, collateral: &Denom, decimals: u8) -> ContractResult<Denom> {
    if decimals > 18 {
        return Err(ContractError::ParameterOutOfRange {
            name: "collateral_decimals",
            min: "0".to_string(),
            max: "18".to_string(),
            found: decimals.to_string(),
        });
    }
    match collateral {
        Denom::Native(denom) if denom.is_empty() => Err(ContractError::WrongCollateral {
            expected: "a denomination".to_string(),
            found: "none".to_string(),
        }),
        Denom::Native(denom) => Ok(Denom::Native(denom.clone())),
        Denom::Cw20(token) => {
            let token = deps.api.addr_validate(token.as_str())?;
            let info: TokenInfoResponse = deps
                .querier
                .query_wasm_smart(&token, &Cw20QueryMsg::TokenInfo {})?;
            if info.decimals != decimals {
                return Err(ContractError::WrongDecimals {
                    expected: decimals,
                    found: info.decimals,
                });
            }
            Ok(Denom::Cw20(token))
        }
    }
}

fn assert_owner(deps: Deps, info: &MessageInfo) -> ContractResult<()> {
    cw_utils::nonpayable(info)?;
    Ok(cw_ownable::assert_owner(deps.storage, &info.sender)?)
}

/// Lists a market under the next number. By the owner. The oracle must answer with a valid price now.
pub fn list_market(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    listing: &ListMarket,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    check_listing(listing)?;
    let id = MARKET_COUNT.load(deps.storage)?;
    if id >= MAX_MARKETS {
        return Err(ContractError::TooManyMarkets { max: MAX_MARKETS });
    }
    let exchange_config = CONFIG.load(deps.storage)?;
    let quote_decimals = exchange_config.collateral_decimals;
    let scale = ballast_risk::ValueScale::new(listing.base_decimals, quote_decimals)?;
    let tick_lot_value = scale.tick_lot_value(listing.tick_size, listing.lot_size)?;
    let oracle = deps.api.addr_validate(&listing.oracle.contract)?;
    let now = env.block.time.seconds();
    let source = source(&listing.oracle, &exchange_config.parameters);
    let first = price::query(deps.querier, &source, now)?;
    let config = MarketConfig {
        symbol: listing.symbol.clone(),
        base_decimals: listing.base_decimals,
        tick_size: listing.tick_size,
        lot_size: listing.lot_size,
        tick_lot_value,
        oracle,
        feed_id: listing.oracle.feed_id.clone(),
        max_confidence_ppm: listing.oracle.max_confidence_ppm,
        min_price: listing.oracle.min_price,
        max_price: listing.oracle.max_price,
        isolated: listing.isolated,
        parameters: listing.parameters.clone(),
    };
    let mut state = MarketState {
        price: Some(first),
        ..MarketState::default()
    };
    state.funding.premium_accrued_at = now;
    MARKETS.save(deps.storage, id, &config)?;
    MARKET_STATES.save(deps.storage, id, &state)?;
    MARKET_COUNT.save(deps.storage, &id.saturating_add(1))?;
    Ok(Response::new()
        .add_attribute("action", "list_market")
        .add_event(events::market(id, &config.symbol))
        .add_event(events::price(id, &first)))
}

/// Changes a market's parameters. By the owner. Funding is accrued under the old ones first.
pub fn update_market(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
    parameters: MarketParameters,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    check_market(&parameters)?;
    let length = parameters.funding_interval_secs;
    let response = change_market(deps.branch(), env, "update_market", id, |config| {
        config.parameters = parameters
    })?;
    // What has run of the interval was accrued under the old parameters; the new interval begins with the
    // one that is running now, and charges nothing for before.
    let mut state = MARKET_STATES.load(deps.storage, id)?;
    let now = env.block.time.seconds();
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

/// Points a market at another oracle, or gives it other bounds. By the owner. The new one must answer with a
/// valid price now, and where the old one's is fresh, with about the same.
pub fn update_oracle(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
    oracle: &OracleConfig,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let market = exchange.open_market(id)?.clone();
    check_oracle(oracle)?;
    let contract = deps.api.addr_validate(&oracle.contract)?;
    let parameters = exchange.config.parameters.clone();
    let found = price::query(
        deps.querier,
        &source(oracle, &parameters),
        env.block.time.seconds(),
    )?;
    let known = price::price_for(&exchange, &market, price::Valuation::Plain, true);
    if let Ok(cached) = known {
        check_deviation(
            id,
            cached,
            found.price,
            parameters.oracle_switch_max_deviation_ppm,
        )?;
    }
    change_market(deps, env, "update_oracle", id, |config| {
        config.oracle = contract;
        config.feed_id = oracle.feed_id.clone();
        config.max_confidence_ppm = oracle.max_confidence_ppm;
        config.min_price = oracle.min_price;
        config.max_price = oracle.max_price;
    })
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
        });
    }
    Ok(())
}

fn source<'a>(oracle: &'a OracleConfig, parameters: &ExchangeParameters) -> price::Source<'a> {
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

/// Changes the exchange's parameters. By the owner.
pub fn update_parameters(
    deps: DepsMut,
    info: &MessageInfo,
    parameters: ExchangeParameters,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    check_exchange(&parameters)?;
    CONFIG.update(deps.storage, |config| -> StdResult<_> {
        Ok(Config {
            parameters,
            ..config
        })
    })?;
    Ok(Response::new().add_attribute("action", "update_parameters"))
}

/// Replaces the insurance fund. By the owner. A claim that waits for a retry is asked of the new one.
pub fn set_insurance_fund(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    fund: Option<&str>,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
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
    for id in 0..MARKET_COUNT.load(deps.storage)? {
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

/// Pays out the exchange's own share of a market's fees. By the owner.
pub fn pay_fees(
    deps: DepsMut,
    info: &MessageInfo,
    id: MarketId,
    recipient: &str,
    amount: Uint128,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let recipient = deps.api.addr_validate(recipient)?;
    let mut state = MARKET_STATES
        .may_load(deps.storage, id)?
        .ok_or(ContractError::NoSuchMarket { market: id })?;
    let available = state.fee_collector;
    state.fee_collector = subtract(available, amount).map_err(|_| ContractError::FeesExceeded {
        market: id,
        available,
        asked: amount,
    })?;
    MARKET_STATES.save(deps.storage, id, &state)?;
    change_vault(deps.storage, Movement::Out(amount))?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    Ok(Response::new()
        .add_attribute("action", "pay_fees")
        .add_attribute("market", id.to_string())
        .add_attribute("recipient", &recipient)
        .add_attribute("amount", amount)
        .add_message(pay(&collateral, &recipient, amount)?))
}

/// Two-step transfer of ownership, with an expiry; never renounced.
pub fn update_ownership(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    action: Action,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    match &action {
        Action::RenounceOwnership => return Err(ContractError::RenounceRefused {}),
        Action::TransferOwnership { expiry, .. } => {
            if expiry.map_or(true, |expiry| {
                expiry == cw_utils::Expiration::Never {} || expiry.is_expired(&env.block)
            }) {
                return Err(ContractError::TransferNeedsExpiry {});
            }
        }
        Action::AcceptOwnership => {}
    }
    let ownership = cw_ownable::update_ownership(deps, &env.block, &info.sender, action)?;
    Ok(Response::new()
        .add_attribute("action", "update_ownership")
        .add_attributes(ownership.into_attributes()))
}

/// From an older version of this contract.
pub fn migrate(deps: DepsMut) -> ContractResult<Response> {
    let stored = cw2::get_contract_version(deps.storage)?;
    let cannot = || ContractError::CannotMigrate {
        expected: format!("{CONTRACT_NAME} before {CONTRACT_VERSION}"),
        found: format!("{} {}", stored.contract, stored.version),
    };
    let version = |text: &str| -> Option<Vec<u64>> {
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    let older = version(&stored.version).ok_or_else(cannot)?
        < version(CONTRACT_VERSION).ok_or_else(cannot)?;
    if stored.contract != CONTRACT_NAME || !older {
        return Err(cannot());
    }
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new()
        .add_attribute("action", "migrate")
        .add_attribute("from", stored.version)
        .add_attribute("to", CONTRACT_VERSION))
}
