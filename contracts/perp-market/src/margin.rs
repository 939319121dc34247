//! What an account is worth and what it must hold (design section 4). The formulas are in `ballast-risk`.

use ballast_risk::{position_risk, AccountRisk, PositionRisk};
use ballast_types::MarketId;
use cosmwasm_std::{Int128, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::{Exchange, Market};
use crate::math::{add, positive_part, subtract_signed, to_signed};
use crate::price::{price_for, Valuation};
use crate::state::Account;

/// Value and requirements of a signed size in a market.
pub fn size_risk(
    exchange: &Exchange,
    market: &Market,
    size: Int128,
    valuation: Valuation,
) -> ContractResult<PositionRisk> {
    if size.is_zero() {
        return Ok(PositionRisk::default());
    }
    let price = price_for(exchange, market, valuation, !size.is_negative())?;
    let effective = market.effective_initial_margin()?;
    Ok(position_risk(
        &market.scale,
        size,
        price,
        &market.margin_parameters(),
        effective,
    )?)
}

/// Value and requirements of an account whose markets are open and settled.
pub fn account_risk(
    exchange: &Exchange,
    account: &Account,
    valuation: Valuation,
) -> ContractResult<AccountRisk> {
    risk_with(exchange, account, |_| valuation)
}

/// The same for one who is on the other side of somebody's trade or liquidation in `market`: positions
/// elsewhere are valued by `elsewhere`, so that one silent oracle does not stop other markets.
pub fn risk_across(
    exchange: &Exchange,
    account: &Account,
    market: MarketId,
    here: Valuation,
    elsewhere: Valuation,
) -> ContractResult<AccountRisk> {
    risk_with(exchange, account, |id| {
        if id == market {
            here
        } else {
            elsewhere
        }
    })
}

fn risk_with(
    exchange: &Exchange,
    account: &Account,
    valuation: impl Fn(MarketId) -> Valuation,
) -> ContractResult<AccountRisk> {
    let mut risk = AccountRisk::new(account.quote);
    for position in &account.positions {
        let market = exchange.market(position.market)?;
        risk.add(&size_risk(
            exchange,
            market,
            position.size,
            valuation(position.market),
        )?)?;
    }
    Ok(risk)
}

/// As [`account_risk`], by number.
pub fn risk_of(
    exchange: &mut Exchange,
    number: u64,
    valuation: Valuation,
) -> ContractResult<AccountRisk> {
    let account = exchange.account(number)?.clone();
    account_risk(exchange, &account, valuation)
}

/// Refuses a change that leaves an account with less than it must hold.
///
/// A change that makes the account less risky (maintenance margin does not grow, equity over maintenance
/// margin does not fall, at the last price) is always possible, also while the oracle is silent; any other
/// needs initial margin at a fresh price, taken at the worse end of its confidence interval, and beyond it
/// what removing and executing the account's orders may cost.
pub fn check_change(
    exchange: &mut Exchange,
    number: u64,
    before: &AccountRisk,
) -> ContractResult<()> {
    let account = exchange.account(number)?.clone();
    let strict = account_risk(exchange, &account, Valuation::Risk);
    let refused = match strict.and_then(|risk| check_margin(exchange, &account, &risk)) {
        Ok(()) => return Ok(()),
        Err(refused) => refused,
    };
    let after = account_risk(exchange, &account, Valuation::Last)?;
    if reduces_risk(before, &after)? {
        return Ok(());
    }
    Err(refused)
}

/// Refuses an account that holds less than initial margin and the reserve for its orders.
fn check_margin(exchange: &Exchange, account: &Account, risk: &AccountRisk) -> ContractResult<()> {
    if !risk.meets_initial_margin() {
        return Err(ContractError::InsufficientMargin {
            equity: risk.equity,
            required: risk.initial_margin,
        }
        .into());
    }
    let reserve = order_reserve(exchange, account)?;
    let free = positive_part(subtract_signed(
        risk.equity,
        to_signed(risk.initial_margin)?,
    )?);
    if free < reserve {
        return Err(ContractError::InsufficientReserve { free, reserve }.into());
    }
    Ok(())
}

/// What removing all of an account's orders and executing all its trigger orders would cost it, quote atoms. It stays
/// beyond initial margin when orders are placed and money is taken out, so that whoever does either can be paid.
pub fn order_reserve(exchange: &Exchange, account: &Account) -> ContractResult<Uint128> {
    let parameters = &exchange.config.parameters;
    let fees = |fee: Uint128, count: u32| {
        fee.checked_mul(Uint128::from(count))
            .map_err(|_| ContractError::Overflow {
                what: "reserve",
                value: fee.to_string(),
            })
    };
    add(
        fees(parameters.order_removal_fee, account.open_orders)?,
        fees(parameters.trigger_order_fee, account.trigger_orders)?,
    )
}

/// Refuses an account that money was taken out of and that now, settled, holds less than initial margin and the reserve
/// for its orders, at a fresh price taken at the worse end of its confidence interval.
pub fn check_withdrawable(exchange: &Exchange, account: &Account) -> ContractResult<()> {
    let risk = account_risk(exchange, account, Valuation::Risk)?;
    check_margin(exchange, account, &risk)
}

/// Whether an account that was settled got no riskier: closed altogether with nothing owed, or maintenance
/// margin no higher and equity over it no lower.
pub fn reduces_risk(before: &AccountRisk, after: &AccountRisk) -> ContractResult<bool> {
    if after.maintenance_margin.is_zero() {
        return Ok(!after.is_bankrupt());
    }
    Ok(ballast_risk::transition_allowed(before, after)?)
}

/// Refuses an account that owes more than it has.
pub fn check_not_bankrupt(risk: &AccountRisk) -> ContractResult<()> {
    if risk.is_bankrupt() {
        return Err(ContractError::Bankrupt {
            equity: risk.equity,
        }
        .into());
    }
    Ok(())
}

/// The position's share of the account, for liquidation: its size must be there.
pub fn position_in(
    exchange: &mut Exchange,
    number: u64,
    market: MarketId,
) -> ContractResult<Int128> {
    let size = exchange.account(number)?.size(market);
    if size.is_zero() {
        return Err(ContractError::NoPosition { market }.into());
    }
    Ok(size)
}
