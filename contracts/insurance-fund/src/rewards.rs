//! Rewards become stake evenly over time.
//!
//! What is given drips over `drip_secs`; it earns nobody anything at the moment it comes, so there is nothing to stake for
//! a block. A new reward moves the end of the drip to the mean of both ends, weighted by amount: dust cannot hold a drip up.
//! Every message that loads the books lets rewards drip before it does anything else.

use ballast_risk::{mul_div, ppm_of, Rounding};
use cosmwasm_std::Uint128;

use crate::books::Books;
use crate::error::ContractResult;
use crate::{events, underwriting};

/// The underwriters' part of fees above all targets, quote atoms, rounded down; nothing where nobody stakes.
///
/// # Errors
/// None within the hard ranges.
pub fn share_of(books: &Books, amount: Uint128) -> ContractResult<Uint128> {
    if underwriting::active(books)?.is_zero() {
        return Ok(Uint128::zero());
    }
    let ppm = books.parameters.underwriting.reward_share_ppm;
    Ok(ppm_of(amount, ppm, Rounding::Down)?)
}

/// Adds a reward to the drip.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn add(books: &mut Books, amount: Uint128) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let waiting = books.ledger.rewards_undripped;
    let total = waiting.checked_add(amount)?;
    let drip_secs = books.parameters.underwriting.drip_secs;
    let left = books.underwriting.drip_ends_at.saturating_sub(books.now);
    let part = |amount: Uint128, secs: u64| mul_div(amount, secs.into(), total, Rounding::Up);
    let mean = part(waiting, left)?.checked_add(part(amount, drip_secs)?)?;
    // Two roundings up must not outlast the longer of the two.
    let mean = u64::try_from(mean.u128()).unwrap_or(u64::MAX);
    let longest = left.max(drip_secs);
    books.underwriting.drip_ends_at = books.now.saturating_add(mean.min(longest));
    books.underwriting.dripped_at = books.now;
    books.ledger.rewards_undripped = total;
    Ok(())
}

/// Lets what is due become stake: `floor(undripped * elapsed / left)`, all of it at the end. Time that made no atom yet
/// is kept.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn drip(books: &mut Books) -> ContractResult<()> {
    let waiting = books.ledger.rewards_undripped;
    let pool = &books.underwriting;
    let elapsed = books.now.saturating_sub(pool.dripped_at);
    if waiting.is_zero() || elapsed == 0 {
        return Ok(());
    }
    let length = pool.drip_ends_at.saturating_sub(pool.dripped_at);
    let due = if elapsed >= length {
        waiting
    } else {
        mul_div(waiting, elapsed.into(), length.into(), Rounding::Down)?
    };
    if due.is_zero() {
        return Ok(());
    }
    books.underwriting.dripped_at = books.now;
    books.ledger.rewards_undripped = waiting.checked_sub(due)?;
    books.ledger.staked = books.ledger.staked.checked_add(due)?;
    books.events.push(events::drip(due));
    Ok(())
}
