//! The maker's half of a fill: re-checked when it happens, because what was margined when the order was placed
//! may not be any more.

use ballast_risk::{ppm_of, Rounding};
use ballast_types::Side;
use cosmwasm_std::Uint128;

use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::ledger::debit;
use crate::margin::{account_risk, reduces_risk};
use crate::matching::Fill;
use crate::positions::apply_fill;
use crate::price::{price_for, Valuation};
use crate::recent_risk::note_maker_fill;
use crate::state::Account;

/// What became of a maker's half.
pub enum MakerResult {
    /// Done; the maker's fee, quote atoms.
    Filled(Uint128),
    /// The maker cannot take it: its order is dead.
    NoMargin,
    /// This market's price is not good enough to tell.
    NoPrice,
}

/// Whether a maker may be filled: initial margin afterwards, or no riskier than before. Its positions in other
/// markets are valued as strictly as the one in this.
fn maker_may(
    exchange: &Exchange,
    before: &Account,
    after: &Account,
    fill: &Fill,
    fee: Uint128,
) -> ContractResult<MakerResult> {
    let strict = account_risk(exchange, after, fill.valuation);
    if strict
        .as_ref()
        .is_ok_and(|risk| risk.meets_initial_margin())
    {
        return Ok(MakerResult::Filled(fee));
    }
    let before = account_risk(exchange, before, Valuation::Last)?;
    let after = account_risk(exchange, after, Valuation::Last)?;
    if !before.is_bankrupt() && reduces_risk(&before, &after)? {
        return Ok(MakerResult::Filled(fee));
    }
    // Where this market's price is good enough, what cannot be valued is the maker's own trouble: an order
    // that nobody can fill must not stay in front of others.
    let market = exchange.market(fill.market)?;
    let priced = price_for(exchange, market, fill.valuation, true).is_ok();
    Ok(if priced {
        MakerResult::NoMargin
    } else {
        MakerResult::NoPrice
    })
}

/// The maker's half of a fill; nothing changes where the maker cannot take it.
pub fn fill_maker(
    exchange: &mut Exchange,
    maker: u64,
    side: Side,
    fill: &Fill,
    value: Uint128,
) -> ContractResult<MakerResult> {
    exchange.open_market(fill.market)?;
    exchange.settle_account(maker)?;
    let (now, recent_secs) = (exchange.now(), exchange.config.parameters.recent_risk_secs);
    let (account, market) = exchange.account_and_market(maker, fill.market)?;
    let account_before = account.clone();
    let state_before = market.state.clone();
    let applied = apply_fill(account, market, side, fill.size, value);
    let fee = ppm_of(value, market.config.parameters.maker_fee_ppm, Rounding::Up)?;
    let result = match applied {
        Err(error) => match *error {
            ContractError::TooManyPositions { .. } | ContractError::IsolatedMarket { .. } => {
                MakerResult::NoMargin
            }
            _ => return Err(error),
        },
        Ok(()) => {
            let before = account_before.size(fill.market);
            note_maker_fill(account, fill.market, before, now, recent_secs);
            debit(account, fee)?;
            let account_after = account.clone();
            maker_may(exchange, &account_before, &account_after, fill, fee)?
        }
    };
    if !matches!(result, MakerResult::Filled(_)) {
        let (account, market) = exchange.account_and_market(maker, fill.market)?;
        *account = account_before;
        market.state = state_before;
    }
    Ok(result)
}
