//! What an account is worth and what it must hold (design section 4). The formulas are in `ballast-risk`.

use ballast_risk::{position_risk, AccountRisk, PositionRisk};
use ballast_types::MarketId;
use cosmwasm_std::Int128;

use crate::error::{ContractError, ContractResult};
use crate::exchange::{Exchange, Market};
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
/// needs initial margin at a fresh price, taken at the worse end of its confidence interval.
pub fn check_change(
    exchange: &mut Exchange,
    number: u64,
    before: &AccountRisk,
) -> ContractResult<()> {
    let account = exchange.account(number)?.clone();
    let strict = account_risk(exchange, &account, Valuation::Risk);
    match strict {
        Ok(risk) if risk.meets_initial_margin() => Ok(()),
        strict => {
            let after = account_risk(exchange, &account, Valuation::Last)?;
            if reduces_risk(before, &after)? {
                return Ok(());
            }
            let risk = strict?;
            Err(ContractError::InsufficientMargin {
                equity: risk.equity,
                required: risk.initial_margin,
            })
        }
    }
}

/// Refuses an account that money was taken out of and that now holds less than initial margin, at a fresh
/// price taken at the worse end of its confidence interval.
pub fn check_withdrawable(exchange: &mut Exchange, number: u64) -> ContractResult<()> {
    let risk = risk_of(exchange, number, Valuation::Risk)?;
    if !risk.meets_initial_margin() {
        return Err(ContractError::InsufficientMargin {
            equity: risk.equity,
            required: risk.initial_margin,
        });
    }
    Ok(())
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
        });
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
        return Err(ContractError::NoPosition { market });
    }
    Ok(size)
}
