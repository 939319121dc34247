//! The breaker of one market that loses too much.
//!
//! Net loss = claims paid less the market's top-ups (fees that repaid its own debt or went to its reserve or to the mutual
//! reserve, and reserve top-ups) over 8 hourly buckets. Donations and what went to surplus do not move it. It trips at
//! `trip_ppm` of the highest (reserve + what the mutual reserve would pay it) seen in those hours, if the loss is above
//! `floor`; it releases below `release_ppm`, and always when nothing is lost any longer.
//! Evaluated before and after every message of the market and for all markets of a contract in `Poke`.

use ballast_risk::{ppm_of, Rounding};
use ballast_types::fund::DrawdownParameters;
use cosmwasm_std::Uint128;

use crate::books::Books;
use crate::error::ContractResult;
use crate::market::Market;
use crate::mutual;
use crate::state::Drawdown;

/// Hourly buckets that count.
pub const DRAWDOWN_HOURS: u64 = 8;

/// Notes the market's means as they stand, and trips or releases its breaker. Idempotent.
///
/// # Errors
/// None within the hard ranges.
pub fn evaluate(books: &mut Books, market: &mut Market) -> ContractResult<()> {
    let (mutual, _) = mutual::limit(books, market)?;
    let means = market.standing.reserve.saturating_add(mutual);
    let drawdown = &mut market.standing.drawdown;
    drawdown.highs.observe(means, books.now, DRAWDOWN_HOURS);
    let open = is_open(drawdown, &books.parameters.drawdown, books.now)?;
    if open != drawdown.open {
        drawdown.open = open;
        books.told_changed = true;
    }
    Ok(())
}

/// Counts a claim paid or a top-up.
pub fn record(books: &Books, market: &mut Market, paid: Uint128, topped_up: Uint128) {
    market
        .standing
        .drawdown
        .flows
        .add(paid, topped_up, books.now, DRAWDOWN_HOURS);
}

/// Claims paid less top-ups of the last hours, 0 where top-ups are more. Quote atoms.
#[must_use]
pub fn net_loss(drawdown: &Drawdown, now: u64) -> Uint128 {
    drawdown.flows.net_loss(now, DRAWDOWN_HOURS)
}

/// Whether the breaker is open at `now`, given whether it was.
fn is_open(drawdown: &Drawdown, parameters: &DrawdownParameters, now: u64) -> ContractResult<bool> {
    let net_loss = net_loss(drawdown, now);
    let high = drawdown.highs.high(now, DRAWDOWN_HOURS);
    if drawdown.open {
        let release = ppm_of(high, parameters.release_ppm, Rounding::Up)?;
        Ok(!net_loss.is_zero() && net_loss >= release)
    } else {
        let trip = ppm_of(high, parameters.trip_ppm, Rounding::Up)?;
        Ok(net_loss > parameters.floor && net_loss >= trip)
    }
}
