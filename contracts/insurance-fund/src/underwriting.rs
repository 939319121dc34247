//! Layer 3: the underwriters' stake, and how a claim takes it.
//!
//! The stake has two parts: the *active* one, which the shares own and into which rewards drip, and the *queued* one, which
//! pending exits own. A slash takes the same share of both, by writing two numbers, however many stakers there are.
//!
//! Bounds: all markets together `max_slash_ppm` of the stake in seven days, one market a third of that with the ramp of a
//! new market (both refilling buckets, measured by the stake as it is), and never below `stake_floor`.
//! A bucket is never emptier than empty: what was taken of a stake that has left since does not shelter the rest.

use ballast_risk::{mul_div, ppm_of, ramp, RefillingBucket, Rounding};
use ballast_types::fund::Bound;
use cosmwasm_std::Uint128;

use crate::books::Books;
use crate::error::ContractResult;
use crate::events;
use crate::market::Market;
use crate::state::Bucket;

/// Time over which an empty bucket refills.
pub const SLASH_PERIOD_SECS: u64 = 604_800;
/// One market may take this part of what all together may.
pub const MARKET_PART: u128 = 3;

/// The part of the stake that shares own, quote atoms.
///
/// # Errors
/// None while the ledger is sound.
pub fn active(books: &Books) -> ContractResult<Uint128> {
    Ok(books.ledger.staked.checked_sub(books.underwriting.queued)?)
}

fn capacity(books: &Books) -> ContractResult<Uint128> {
    let ppm = books.parameters.underwriting.max_slash_ppm;
    Ok(ppm_of(books.ledger.staked, ppm, Rounding::Down)?)
}

fn market_capacity(books: &Books, market: &Market) -> ContractResult<Uint128> {
    let part = mul_div(
        capacity(books)?,
        Uint128::one(),
        Uint128::new(MARKET_PART),
        Rounding::Down,
    )?;
    let age = market.age_secs(books.now);
    Ok(ramp(part, age, books.parameters.ramp_secs)?)
}

/// A bucket of this capacity: no more of it can be used than there is, so that it is whole again after one period.
fn bucket(stored: Bucket, capacity: Uint128) -> RefillingBucket {
    RefillingBucket {
        used: stored.used.min(capacity),
        updated_at: stored.updated_at,
    }
}

fn window_left(books: &Books) -> ContractResult<Uint128> {
    let capacity = capacity(books)?;
    let bucket = bucket(books.underwriting.slashed, capacity);
    Ok(bucket.available(capacity, SLASH_PERIOD_SECS, books.now)?)
}

fn above_floor(books: &Books) -> Uint128 {
    let floor = books.parameters.underwriting.stake_floor;
    books.ledger.staked.saturating_sub(floor)
}

/// The most that all claims together could take now, quote atoms, rounded down. This much of the stake is capital.
///
/// # Errors
/// None within the hard ranges.
pub fn slashable(books: &Books) -> ContractResult<Uint128> {
    Ok(window_left(books)?.min(above_floor(books)))
}

/// The part of [`slashable`] that falls on a stake of this value, quote atoms, rounded up.
///
/// # Errors
/// None within the hard ranges.
pub fn at_risk(books: &Books, value: Uint128) -> ContractResult<Uint128> {
    if value.is_zero() || books.ledger.staked.is_zero() {
        return Ok(Uint128::zero());
    }
    let all = slashable(books)?;
    Ok(mul_div(all, value, books.ledger.staked, Rounding::Up)?)
}

/// The most the stake pays to this market now, and what bounds it. Quote atoms.
///
/// # Errors
/// None within the hard ranges.
pub fn limit(books: &Books, market: &Market) -> ContractResult<(Uint128, Bound)> {
    if market.is_isolated() {
        return Ok((Uint128::zero(), Bound::Isolated));
    }
    if books.ledger.staked.is_zero() {
        return Ok((Uint128::zero(), Bound::Unfunded));
    }
    let capacity = market_capacity(books, market)?;
    let own = bucket(market.standing.slashed, capacity).available(
        capacity,
        SLASH_PERIOD_SECS,
        books.now,
    )?;
    let all = window_left(books)?;
    let balance = above_floor(books);
    Ok(if balance <= own && balance <= all {
        (balance, Bound::Balance)
    } else if own <= all {
        (own, Bound::Window)
    } else {
        (all, Bound::SharedWindow)
    })
}

/// Takes what the waterfall granted, which is at most [`limit`]: of the queue its part rounded down, of the shares the rest.
/// The atom of rounding must not be the queue's: against a queue of a few atoms it halved the price of queue shares with
/// every slash of one atom, until nobody could be given any. The shares' pool has virtual shares and is rebased.
///
/// # Errors
/// If more is taken than the limit.
pub fn slash(books: &mut Books, market: &mut Market, amount: Uint128) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let (all, own) = (capacity(books)?, market_capacity(books, market)?);
    let take = |stored, capacity| {
        bucket(stored, capacity).take(capacity, SLASH_PERIOD_SECS, books.now, amount)
    };
    let (slashed, slashed_by_market) = (
        take(books.underwriting.slashed, all)?,
        take(market.standing.slashed, own)?,
    );
    market.standing.slashed = slashed_by_market.into();

    let (staked, pool) = (books.ledger.staked, &mut books.underwriting);
    pool.slashed = slashed.into();
    let from_queued = mul_div(amount, pool.queued, staked, Rounding::Down)?;
    pool.queued = pool.queued.checked_sub(from_queued)?;
    if pool.queued.is_zero() && !pool.queue_shares.is_zero() {
        pool.queue_shares = Uint128::zero();
        pool.queue_generation = pool.queue_generation.saturating_add(1);
    }
    books.ledger.staked = staked.checked_sub(amount)?;
    let from_active = amount.checked_sub(from_queued)?;
    books.events.push(events::slash(from_active, from_queued));
    Ok(())
}

/// Counts the refill of the bucket before the stake changes: somebody who comes or goes must not change what has
/// refilled.
///
/// # Errors
/// None within the hard ranges.
pub fn settle_window(books: &mut Books) -> ContractResult<()> {
    let capacity = capacity(books)?;
    let bucket = bucket(books.underwriting.slashed, capacity);
    let bucket = bucket.refilled(capacity, SLASH_PERIOD_SECS, books.now)?;
    if !bucket.used.is_zero() || !books.underwriting.slashed.used.is_zero() {
        books.underwriting.slashed = bucket.into();
    }
    Ok(())
}

/// Gives what nobody owns to the mutual reserve: active stake and rewards where no share is left (the price of a share
/// then begins anew), and what is left of the queue where no exit is.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn release_unowned(books: &mut Books) -> ContractResult<()> {
    let (mut from_staked, mut from_rewards) = (Uint128::zero(), Uint128::zero());
    if books.underwriting.shares.is_zero() {
        from_staked = active(books)?;
        from_rewards = std::mem::take(&mut books.ledger.rewards_undripped);
        books.underwriting.pool_generation = books.underwriting.pool_generation.saturating_add(1);
    }
    if books.underwriting.queue_shares.is_zero() {
        let rest = std::mem::take(&mut books.underwriting.queued);
        from_staked = from_staked.checked_add(rest)?;
    }
    let unowned = from_staked.checked_add(from_rewards)?;
    if !unowned.is_zero() {
        books.ledger.staked = books.ledger.staked.checked_sub(from_staked)?;
        books.credit_mutual(unowned)?;
        books
            .events
            .push(events::unowned(from_staked, from_rewards));
    }
    Ok(())
}
