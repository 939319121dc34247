//! How much of the mutual reserve one market may draw: the smallest of three.
//!
//! - *Window*: a bucket of `mutual_window_ppm` of the reserve's 24 h high that refills over a day. Drawing is bounded by
//!   the high and not by the balance, so a second claim of a bad day is not cut because of the first.
//! - *Lifetime*: `mutual_lifetime_ppm` of the mutual target, plus what the market's fees contributed, less what it drew.
//! - *Balance*.
//!
//! The ramp of a new market multiplies the size of its bucket and the granted part of its lifetime limit, not what it
//! contributed itself: from 0 at registration to all after `ramp_secs`.

use ballast_risk::{ppm_of, ramp, RefillingBucket, Rounding};
use ballast_types::fund::Bound;
use cosmwasm_std::Uint128;

use crate::books::Books;
use crate::error::ContractResult;
use crate::market::Market;

/// Time over which an empty bucket refills.
pub const BUCKET_PERIOD_SECS: u64 = 86_400;

/// Size of the market's bucket, ramp applied, quote atoms, rounded down.
fn bucket_size(books: &Books, market: &Market) -> ContractResult<Uint128> {
    let full = ppm_of(
        books.mutual_high(),
        books.parameters.mutual_window_ppm,
        Rounding::Down,
    )?;
    Ok(ramp(
        full,
        market.age_secs(books.now),
        books.parameters.ramp_secs,
    )?)
}

/// What the market may still draw in its life, quote atoms, rounded down.
fn lifetime_left(books: &Books, market: &Market) -> ContractResult<Uint128> {
    let full = ppm_of(
        books.parameters.mutual_target,
        books.parameters.mutual_lifetime_ppm,
        Rounding::Down,
    )?;
    let granted = ramp(full, market.age_secs(books.now), books.parameters.ramp_secs)?;
    Ok(granted
        .saturating_add(market.standing.mutual_contributed)
        .saturating_sub(market.standing.mutual_paid))
}

/// The most the mutual reserve pays to this market now, and what bounds it. Quote atoms.
///
/// # Errors
/// None within the hard ranges.
pub fn limit(books: &Books, market: &Market) -> ContractResult<(Uint128, Bound)> {
    if market.is_isolated() {
        return Ok((Uint128::zero(), Bound::Isolated));
    }
    if market.standing.drawdown.open {
        return Ok((Uint128::zero(), Bound::Drawdown));
    }
    let window = RefillingBucket::from(market.standing.bucket).available(
        bucket_size(books, market)?,
        BUCKET_PERIOD_SECS,
        books.now,
    )?;
    let lifetime = lifetime_left(books, market)?;
    let balance = books.ledger.mutual;
    Ok(if balance <= window && balance <= lifetime {
        (balance, Bound::Balance)
    } else if window <= lifetime {
        (window, Bound::Window)
    } else {
        (lifetime, Bound::Lifetime)
    })
}

/// Takes what the waterfall granted, which is at most [`limit`].
///
/// # Errors
/// If more is taken than the limit.
pub fn draw(books: &mut Books, market: &mut Market, amount: Uint128) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let size = bucket_size(books, market)?;
    let standing = &mut market.standing;
    standing.bucket = RefillingBucket::from(standing.bucket)
        .take(size, BUCKET_PERIOD_SECS, books.now, amount)?
        .into();
    standing.mutual_paid = standing.mutual_paid.checked_add(amount)?;
    books.ledger.mutual = books.ledger.mutual.checked_sub(amount)?;
    Ok(())
}
