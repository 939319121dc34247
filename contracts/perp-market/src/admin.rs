//! What only the owner may do: list and change markets, change parameters, point at another fund, pay out
//! the exchange's own fees. No message of the owner touches an account.

use ballast_json::query_wasm_smart;
use ballast_types::market::{CachedPrice, InstantiateMsg, ListMarket};
use ballast_types::token::{TokenDecimals, TokenQuery};
use ballast_types::MarketId;
use cosmwasm_std::{Deps, DepsMut, Env, MessageInfo, Order, Response, Storage, Uint128};
use cw20::Denom;
use cw_ownable::Action;

use crate::accounts::pay;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::fund::{change_vault, Movement};
use crate::math::subtract;
use crate::parameters::{check_exchange, check_listing, default_exchange, MAX_MARKETS};
use crate::price;
use crate::settings;
use crate::state::{
    Config, FlowBucket, Gate, MarketConfig, MarketState, PriceSample, Vault, CONFIG, GATE, MARKETS,
    MARKET_COUNT, MARKET_STATES, NEXT_ACCOUNT, NEXT_CLAIM, PRICE_SAMPLES, RETIRED_FEES, VAULT,
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
            frozen_until: 0,
        },
    )?;
    MARKET_COUNT.save(deps.storage, &0)?;
    NEXT_ACCOUNT.save(deps.storage, &1)?;
    NEXT_CLAIM.save(deps.storage, &1)?;
    let vault = Vault {
        held: Uint128::zero(),
        hour: FlowBucket::default(),
        day: FlowBucket::default(),
        queued: Uint128::zero(),
        next_id: 1,
        residue: Uint128::zero(),
    };
    VAULT.save(deps.storage, &vault)?;
    GATE.save(deps.storage, &Gate::default())?;
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
        }
        .into());
    }
    match collateral {
        Denom::Native(denom) if denom.is_empty() => Err(ContractError::WrongCollateral {
            expected: "a denomination".to_string(),
            found: "none".to_string(),
        }
        .into()),
        Denom::Native(denom) => Ok(Denom::Native(denom.clone())),
        Denom::Cw20(token) => {
            let token = deps.api.addr_validate(token.as_str())?;
            let info: TokenDecimals =
                query_wasm_smart(&deps.querier, &token, &TokenQuery::TokenInfo {})?;
            if info.decimals != decimals {
                return Err(ContractError::WrongDecimals {
                    expected: decimals,
                    found: info.decimals,
                }
                .into());
            }
            Ok(Denom::Cw20(token))
        }
    }
}

/// Refuses everybody but the owner, and coins.
pub fn assert_owner(deps: Deps, info: &MessageInfo) -> ContractResult<()> {
    cw_utils::nonpayable(info)?;
    Ok(cw_ownable::assert_owner(deps.storage, &info.sender)?)
}

/// Refuses a listing that could not be made now: the oracle must answer with a valid price.
pub fn check_new_market(deps: Deps, env: &Env, listing: &ListMarket) -> ContractResult<()> {
    check_listing(listing)?;
    check_room(deps.storage, &listing.symbol)?;
    tick_lot_value(deps.storage, listing)?;
    first_price(deps, env, listing).map(drop)
}

fn tick_lot_value(storage: &dyn Storage, listing: &ListMarket) -> ContractResult<Uint128> {
    let quote_decimals = CONFIG.load(storage)?.collateral_decimals;
    let scale = ballast_risk::ValueScale::new(listing.base_decimals, quote_decimals)?;
    Ok(scale.tick_lot_value(listing.tick_size, listing.lot_size)?)
}

fn first_price(deps: Deps, env: &Env, listing: &ListMarket) -> ContractResult<CachedPrice> {
    deps.api.addr_validate(&listing.oracle.contract)?;
    let source = settings::source(&listing.oracle, &CONFIG.load(deps.storage)?.parameters);
    price::query(deps.querier, &source, env.block.time.seconds())
}

/// Lists a market, which was checked, under the next number.
pub fn list_market(deps: DepsMut, env: &Env, listing: &ListMarket) -> ContractResult<Response> {
    let id = MARKET_COUNT.load(deps.storage)?;
    let tick_lot_value = tick_lot_value(deps.storage, listing)?;
    let oracle = deps.api.addr_validate(&listing.oracle.contract)?;
    let now = env.block.time.seconds();
    let first = first_price(deps.as_ref(), env, listing)?;
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
        settling: None,
    };
    let mut state = MarketState {
        price: Some(first),
        ..MarketState::default()
    };
    state.funding.premium_accrued_at = now;
    let sample = PriceSample {
        published_at: first.published_at,
        price: first.price,
    };
    state.sampled_slot = sample.slot();
    PRICE_SAMPLES.save(deps.storage, (id, sample.key()), &sample)?;
    MARKETS.save(deps.storage, id, &config)?;
    MARKET_STATES.save(deps.storage, id, &state)?;
    MARKET_COUNT.save(deps.storage, &id.saturating_add(1))?;
    Ok(Response::new()
        .add_attribute("action", "list_market")
        .add_event(events::market(id, &config.symbol))
        .add_event(events::price(id, &first)))
}

/// Not too many markets, and no other of that symbol: delisted ones do not count. Looks at all markets, whose
/// number is capped.
fn check_room(storage: &dyn Storage, symbol: &str) -> ContractResult<()> {
    let mut count = 0u32;
    for entry in MARKETS.range(storage, None, None, Order::Ascending) {
        let (market, config) = entry?;
        if config.symbol == symbol {
            let symbol = config.symbol;
            return Err(ContractError::SymbolTaken { market, symbol }.into());
        }
        count = count.saturating_add(1);
    }
    if count >= MAX_MARKETS {
        return Err(ContractError::TooManyMarkets { max: MAX_MARKETS }.into());
    }
    Ok(())
}

/// Takes an amount out of the exchange's share of a market's fees, or of what delisted markets left.
fn take_exchange_fees(
    storage: &mut dyn Storage,
    id: Option<MarketId>,
    asked: Uint128,
) -> ContractResult<()> {
    let Some(market) = id else {
        let available = RETIRED_FEES.may_load(storage)?.unwrap_or_default();
        let left = subtract(available, asked)
            .map_err(|_| ContractError::RetiredFeesExceeded { available, asked })?;
        return Ok(RETIRED_FEES.save(storage, &left)?);
    };
    let mut state = MARKET_STATES
        .may_load(storage, market)?
        .ok_or(ContractError::NoSuchMarket { market })?;
    let available = state.fee_collector;
    state.fee_collector = subtract(available, asked).map_err(|_| ContractError::FeesExceeded {
        market,
        available,
        asked,
    })?;
    Ok(MARKET_STATES.save(storage, market, &state)?)
}

/// Pays out the exchange's own share of a market's fees, or of those of delisted markets. By the owner.
pub fn pay_fees(
    deps: DepsMut,
    info: &MessageInfo,
    id: Option<MarketId>,
    recipient: &str,
    amount: Uint128,
) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {}.into());
    }
    let recipient = deps.api.addr_validate(recipient)?;
    take_exchange_fees(deps.storage, id, amount)?;
    change_vault(deps.storage, Movement::Out(amount))?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    Ok(Response::new()
        .add_attribute("action", "pay_fees")
        .add_attribute("market", id.map_or("none".to_string(), |id| id.to_string()))
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
        Action::RenounceOwnership => return Err(ContractError::RenounceRefused {}.into()),
        Action::TransferOwnership { expiry, .. } => {
            if expiry.map_or(true, |expiry| {
                expiry == cw_utils::Expiration::Never {} || expiry.is_expired(&env.block)
            }) {
                return Err(ContractError::TransferNeedsExpiry {}.into());
            }
        }
        Action::AcceptOwnership => {}
    }
    let ownership = cw_ownable::update_ownership(deps, &env.block, &info.sender, action)?;
    Ok(Response::new()
        .add_attribute("action", "update_ownership")
        .add_attributes(ownership.into_attributes()))
}
