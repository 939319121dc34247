//! What a keeper gets for closing a bankrupt account's position.
//!
//! Such an account pays no fee, so the bounty comes out of the fees that the market owes to the fund, and out
//! of nothing else: never from a claim. It is a part of what was closed, at the oracle price: at most
//! `keeper_bounty_ppm`, never more than both fees of a trade of that value, so that nobody opens positions to
//! close them for the bounty; and at most `keeper_bounty`.

use ballast_risk::{ppm_of, Rounding};
use cosmwasm_std::{Addr, Decimal, Uint128};

use crate::error::ContractResult;
use crate::exchange::{Exchange, Market};
use crate::ledger::credit;
use crate::liquidation::solvent::KEEPER_SUBACCOUNT;
use crate::liquidation::{Outcome, Subject};
use crate::math::{add, subtract, to_signed};

/// The most a keeper gets for closing `size` base atoms at the oracle price, rounded down, were there fees
/// enough.
fn earned(market: &Market, size: Uint128, price: Decimal) -> ContractResult<Uint128> {
    let parameters = &market.config.parameters;
    let fees = parameters
        .maker_fee_ppm
        .saturating_add(parameters.taker_fee_ppm);
    let rate = parameters.keeper_bounty_ppm.min(fees);
    let notional = market.scale.notional(size, price, Rounding::Down)?;
    Ok(ppm_of(notional, rate, Rounding::Down)?.min(parameters.keeper_bounty))
}

/// The account that a bounty for closing `size` would go to, opened where it is new; none where there would
/// be no bounty, or where the keeper liquidates that very account: it ends with what the rules give it.
pub fn account_of(
    exchange: &mut Exchange,
    subject: &Subject,
    keeper: &Addr,
    size: Uint128,
) -> ContractResult<Option<u64>> {
    if kept(exchange.market(subject.market)?, subject, size)?.is_zero() {
        return Ok(None);
    }
    let number = exchange.account_number_or_new(keeper, KEEPER_SUBACCOUNT)?;
    Ok(Some(number).filter(|number| *number != subject.number))
}

/// Fees owed that stay behind when fees leave ahead of a claim for closing `size`: a bounty may have to be
/// paid out of them.
pub fn kept(market: &Market, subject: &Subject, size: Uint128) -> ContractResult<Uint128> {
    Ok(earned(market, size, subject.price)?.min(market.state.fees_owed))
}

/// Pays the keeper for what was really closed, out of the fees owed but for the outcome's `leftover`, which
/// came from the fund with this message and goes back to it.
pub fn pay(
    exchange: &mut Exchange,
    subject: &Subject,
    keeper: Option<u64>,
    outcome: &mut Outcome,
) -> ContractResult<()> {
    let Some(keeper) = keeper else {
        return Ok(());
    };
    let closed = add(outcome.closed_in_book, outcome.deleveraged)?;
    let market = exchange.market_mut(subject.market)?;
    let own = market.state.fees_owed.saturating_sub(outcome.leftover);
    let bounty = earned(market, closed, subject.price)?.min(own);
    market.state.fees_owed = subtract(market.state.fees_owed, bounty)?;
    credit(exchange.account_mut(keeper)?, to_signed(bounty)?)?;
    outcome.bounty = bounty;
    Ok(())
}
