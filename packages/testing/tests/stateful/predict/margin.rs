//! Equity, margin and prices, from what can be asked.

use ballast_perp_market::state::{ACCOUNTS, GATE};
use ballast_perp_market::ContractError;
use ballast_risk::{position_risk, MarginParameters, ValueScale};
use ballast_types::market::{AccountResponse, MarketResponse};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Int128, Uint128, Uint64};

use super::orders::no_account;
use super::Expect;
use crate::step::User;
use crate::world::World;

pub fn positive(of: Int128) -> Uint128 {
    if of.is_negative() {
        Uint128::zero()
    } else {
        of.unsigned_abs()
    }
}

/// Equity less an amount and initial margin. At prices good enough for taking risk, at their worse end:
/// in one market, or in all; elsewhere at prices good enough for liquidation, as they are.
pub fn risk_at(
    world: &World,
    account: &AccountResponse,
    less: Int128,
    strictly_in: Option<MarketId>,
) -> Result<(Int128, Uint128), ContractError> {
    let mut equity = account.quote - less;
    let mut required = Uint128::zero();
    for position in &account.positions {
        let market = world.market(position.market);
        let strictly = strictly_in.map_or(true, |id| id == position.market);
        let price = if strictly {
            strict_price(world, &market, position.size)?
        } else {
            let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
            check_age(world, &market, max_age)?;
            market.price.unwrap().price
        };
        let margin = margin_parameters(&market);
        let scale = ValueScale::new(market.config.base_decimals, world.suite.decimals)?;
        let effective = market.effective_initial_margin_ppm;
        let risk = position_risk(&scale, position.size, price, &margin, effective)?;
        equity = equity - position.funding_owed + risk.net_notional;
        required += risk.initial_margin;
    }
    Ok((equity, required))
}

fn margin_parameters(market: &MarketResponse) -> MarginParameters {
    let parameters = &market.config.parameters;
    MarginParameters {
        initial_margin_ppm: parameters.initial_margin_ppm,
        maintenance_fraction_ppm: parameters.maintenance_fraction_ppm,
        open_interest_lower: parameters.open_interest_lower,
        open_interest_upper: parameters.open_interest_upper,
    }
}

pub fn strict_price(
    world: &World,
    market: &MarketResponse,
    size: Int128,
) -> Result<Decimal, ContractError> {
    if let Some(settling) = market.settling {
        return Ok(settling.price);
    }
    let parameters = world.suite.config().unwrap().parameters;
    let id = market.market;
    let cached = market.price.unwrap();
    check_age(world, market, parameters.price_risk_max_age_secs)?;
    let max_ppm = market.config.oracle.max_confidence_ppm;
    let allowed = cached.price.atomics().multiply_ratio(max_ppm, 1_000_000u32);
    if cached.confidence.atomics() > allowed {
        let (price, confidence) = (cached.price, cached.confidence);
        return Err(ContractError::LowConfidence {
            market: id,
            price,
            confidence,
            max_ppm,
        });
    }
    Ok(if size.is_negative() {
        cached.price + cached.confidence
    } else {
        cached.price - cached.confidence
    })
}

/// Refuses a price that is too old; that of a market that is being settled never is.
pub fn check_age(
    world: &World,
    market: &MarketResponse,
    max_age: u64,
) -> Result<(), ContractError> {
    if market.settling.is_some() {
        return Ok(());
    }
    let age = world.suite.now() - market.price.unwrap().published_at;
    if age > max_age {
        return Err(ContractError::StalePrice {
            market: market.market,
            age,
            max_age,
        });
    }
    Ok(())
}

/// Until when the gate is shut for an account: while it is shut, and the account held a position within the hour or any
/// market has a deficit.
pub fn gated(world: &World, user: User, sub: u32) -> Option<u64> {
    let storage = world.suite.market_storage();
    let storage = storage.as_ref();
    let now = world.suite.now();
    let until = GATE.load(storage).unwrap().shut.last()?.to;
    let number = world.account(user, sub)?.number.u64();
    let account = ACCOUNTS.load(storage, number).unwrap();
    let idle = account.positions.is_empty() && now - account.last_position_at >= 3_600;
    let deficit = world
        .live()
        .into_iter()
        .any(|market| !world.market(market).deficit.is_zero());
    (until > now && (deficit || !idle)).then_some(until)
}

/// Whether an account was a known cause for the gate.
fn gates(world: &World, number: Uint64) -> bool {
    let storage = world.suite.market_storage();
    ACCOUNTS.load(storage.as_ref(), number.u64()).unwrap().gates
}

pub fn liquidate(world: &World, user: User, sub: u32, market: MarketId, bankrupt: bool) -> Expect {
    let Some(account) = world.account(user, sub) else {
        return no_account(world, user, sub);
    };
    let info = match world.existing(market) {
        Ok(info) => info,
        Err(error) => return Expect::Market(error),
    };
    if !account
        .positions
        .iter()
        .any(|position| position.market == market)
    {
        return Expect::Market(ContractError::NoPosition { market });
    }
    let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
    // Positions elsewhere count at their last price, however old.
    if let Err(error) = check_age(world, &info, max_age) {
        return Expect::Market(error);
    }
    let AccountResponse {
        equity,
        maintenance_margin,
        ..
    } = account;
    if !account.liquidatable && !bankrupt && gates(world, account.number) {
        // It recovered: the message only says so.
        return Expect::Ok;
    }
    if !account.liquidatable {
        return Expect::Market(ContractError::NotLiquidatable {
            equity,
            maintenance_margin,
        });
    }
    if bankrupt && !account.bankrupt {
        return Expect::Market(ContractError::NotBankrupt { equity });
    }
    Expect::Ok
}
