//! Where money goes between accounts and the lines of the books that belong to nobody.

use ballast_risk::{ppm_of, Rounding};
use cosmwasm_std::{Event, Int128, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Market;
use crate::math::{add, subtract, to_signed};
use crate::state::Account;

/// Adds a fee to what a market owes: its deficit is repaid first, then the fund's share is owed to the
/// fund and the rest belongs to the exchange.
pub fn book_fee(
    exchange_events: &mut Vec<Event>,
    market: &mut Market,
    fee: Uint128,
    fund_share_ppm: u32,
) -> ContractResult<()> {
    let repaid = fee.min(market.state.deficit);
    repay_deficit(exchange_events, market, repaid)?;
    let state = &mut market.state;
    let rest = subtract(fee, repaid)?;
    let for_fund = ppm_of(rest, fund_share_ppm, Rounding::Down)?;
    state.fees_owed = add(state.fees_owed, for_fund)?;
    state.fee_collector = add(state.fee_collector, subtract(rest, for_fund)?)?;
    Ok(())
}

/// Repays a part of a market's deficit.
pub fn repay_deficit(
    exchange_events: &mut Vec<Event>,
    market: &mut Market,
    amount: Uint128,
) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let state = &mut market.state;
    state.deficit = subtract(state.deficit, amount)?;
    exchange_events.push(events::deficit_repaid(market.id, amount, state.deficit));
    Ok(())
}

/// Share of trade fees that belongs to the fund.
#[must_use]
pub fn fund_share_ppm(market: &Market) -> u32 {
    market
        .state
        .risk
        .as_ref()
        .map_or(market.config.parameters.fund_fee_share_ppm, |risk| {
            risk.fee_share_ppm
        })
}

/// Changes an account's quote by a signed amount.
pub fn credit(account: &mut Account, amount: Int128) -> ContractResult<()> {
    account.quote = account
        .quote
        .checked_add(amount)
        .map_err(|_| ContractError::Overflow {
            what: "quote",
            value: amount.to_string(),
        })?;
    Ok(())
}

/// Takes an unsigned amount from an account's quote.
pub fn debit(account: &mut Account, amount: Uint128) -> ContractResult<()> {
    let amount = to_signed(amount)?;
    account.quote = account
        .quote
        .checked_sub(amount)
        .map_err(|_| ContractError::Overflow {
            what: "quote",
            value: amount.to_string(),
        })?;
    Ok(())
}
