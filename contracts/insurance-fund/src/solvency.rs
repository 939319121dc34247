//! Capital against what is required, the level that follows, and the terms markets are told.
//!
//! `capital = sum of min(reserve, required) over cross-margined markets + mutual + stake slashable now`,
//! `required = max(floor, sum of ceil(risk weight * open-interest value))`, `coverage = floor(capital / required)`.
//!
//! The level:
//! - falls at once to what coverage says;
//! - rises only where coverage is `hysteresis_ppm` above the threshold, and has been for `upgrade_delay_secs`. Several
//!   steps may be risen at once; coverage that gets better still while a rise waits starts a new wait for the rest;
//! - is never below watch unless a cross-margined market claimed a loss within `loss_window_secs`: prices alone cannot push
//!   it there, and when the last loss is older than that it is back on watch at once;
//! - starts at watch, for a fund without capital, and takes whatever coverage says when the first capital arrives.
//!
//! Between two messages nothing but time can change any of this, and time alone never makes a level worse except by an old
//! report, which `report` finds.

use ballast_risk::{coverage_ppm, mul_div, ppm_of, Rounding};
use ballast_types::fund::Thresholds;
use ballast_types::{RiskLevel, RiskParameters, PPM};
use cosmwasm_std::Uint128;

use crate::books::Books;
use crate::error::ContractResult;
use crate::market::{cap_scale_ppm, Market};
use crate::state::{Rise, Suite};
use crate::underwriting;

/// A change of level, for the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelChange {
    /// Before.
    pub from: RiskLevel,
    /// After.
    pub to: RiskLevel,
    /// Coverage that led to it.
    pub coverage_ppm: Uint128,
}

/// Capital that counts for coverage, quote atoms.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn capital(books: &Books) -> ContractResult<Uint128> {
    Ok(books
        .suite
        .counted_reserves
        .checked_add(books.ledger.mutual)?
        .checked_add(underwriting::slashable(books)?)?)
}

/// Capital required, quote atoms.
#[must_use]
pub fn required_capital(books: &Books) -> Uint128 {
    books
        .suite
        .required
        .max(books.parameters.required_capital_floor)
}

/// Coverage in ppm, rounded down.
///
/// # Errors
/// As [`capital`].
pub fn coverage(books: &Books) -> ContractResult<Uint128> {
    Ok(coverage_ppm(capital(books)?, required_capital(books)))
}

/// Puts the level and the terms in force that follow from the books. Call after everything of a message is booked; the
/// second call of a block changes nothing.
///
/// # Errors
/// None within the hard ranges.
pub fn refresh(books: &mut Books) -> ContractResult<Option<LevelChange>> {
    let coverage_ppm = coverage(books)?;
    let from = books.suite.level;
    advance_level(books, coverage_ppm)?;
    books.told_changed |= from != books.suite.level;
    apply_terms(books, coverage_ppm)?;
    let to = books.suite.level;
    Ok((from != to).then_some(LevelChange {
        from,
        to,
        coverage_ppm,
    }))
}

/// The level that a claim which took what is booked as taken would leave. Changes nothing.
///
/// # Errors
/// None within the hard ranges.
pub fn level_after(books: &mut Books) -> ContractResult<RiskLevel> {
    let suite = books.suite.clone();
    let coverage_ppm = coverage(books)?;
    advance_level(books, coverage_ppm)?;
    Ok(std::mem::replace(&mut books.suite, suite).level)
}

fn advance_level(books: &mut Books, coverage_ppm: Uint128) -> ContractResult<()> {
    let now = books.now;
    let has_capital = !capital(books)?.is_zero();
    let thresholds = &books.parameters.thresholds;
    let suite = &mut books.suite;
    let lost_recently = suite
        .last_loss_at
        .is_some_and(|at| now.saturating_sub(at) <= thresholds.loss_window_secs);
    let worst = if lost_recently {
        RiskLevel::Critical
    } else {
        RiskLevel::Watch
    };
    // `min` is the better of two levels.
    let falls_to = level_above(thresholds, coverage_ppm, 0).min(worst);
    let rises_to = level_above(thresholds, coverage_ppm, thresholds.hysteresis_ppm).min(worst);

    if !suite.founded {
        suite.founded = has_capital || lost_recently;
        if suite.founded {
            set_level(suite, falls_to, now);
        }
        return Ok(());
    }
    if falls_to > suite.level {
        suite.rise = None;
        set_level(suite, falls_to, now);
        return Ok(());
    }
    let released = suite.level.min(worst);
    set_level(suite, released, now);
    suite.rise = continued_rise(suite, rises_to, now);
    if let Some(rise) = suite.rise {
        if now.saturating_sub(rise.since) >= thresholds.upgrade_delay_secs {
            set_level(suite, rise.level, now);
            suite.rise = continued_rise(suite, rises_to, now);
        }
    }
    Ok(())
}

fn set_level(suite: &mut Suite, level: RiskLevel, now: u64) {
    if suite.level != level {
        if suite.level >= RiskLevel::Deficient {
            suite.exits_paused_secs = exits_paused_secs(suite, now);
        }
        suite.level = level;
        suite.level_since = now;
    }
}

/// Time for which exits were held up until `now`, seconds.
#[must_use]
pub fn exits_paused_secs(suite: &Suite, now: u64) -> u64 {
    let spell = if suite.level >= RiskLevel::Deficient {
        now.saturating_sub(suite.level_since)
    } else {
        0
    };
    suite.exits_paused_secs.saturating_add(spell)
}

/// The rise that waits now: none if coverage does not reach above the level in force, else the one that waited already, no
/// better than what coverage reaches.
fn continued_rise(suite: &Suite, rises_to: RiskLevel, now: u64) -> Option<Rise> {
    if rises_to >= suite.level {
        return None;
    }
    match suite.rise {
        Some(rise) if rise.level < suite.level => Some(Rise {
            level: rise.level.max(rises_to),
            since: rise.since,
        }),
        _ => Some(Rise {
            level: rises_to,
            since: now,
        }),
    }
}

/// The best level whose threshold coverage is above, and `margin` above.
fn level_above(thresholds: &Thresholds, coverage_ppm: Uint128, margin: u32) -> RiskLevel {
    let is_above = |threshold: u32| {
        coverage_ppm > Uint128::from(threshold)
            && coverage_ppm >= Uint128::from(threshold.saturating_add(margin))
    };
    if is_above(thresholds.surplus_ppm) {
        RiskLevel::Surplus
    } else if is_above(thresholds.healthy_ppm) {
        RiskLevel::Healthy
    } else if is_above(thresholds.watch_ppm) {
        RiskLevel::Watch
    } else if is_above(thresholds.deficient_ppm) {
        RiskLevel::Deficient
    } else {
        RiskLevel::Critical
    }
}

fn apply_terms(books: &mut Books, coverage_ppm: Uint128) -> ContractResult<()> {
    let parameters = &books.parameters;
    let level = books.suite.level;
    let fee_share_ppm = match level {
        RiskLevel::Surplus | RiskLevel::Healthy => parameters.fee_share_ppm,
        RiskLevel::Watch | RiskLevel::Deficient => parameters.fee_share_watch_ppm,
        RiskLevel::Critical => parameters.fee_share_max_ppm,
    };
    let premium_rate_ppm = premium_rate_ppm(
        parameters.premium_base_rate_ppm,
        parameters.premium_max_multiplier,
        &parameters.thresholds,
        coverage_ppm,
    )?;
    let backed = cap_scale_ppm(
        capital(books)?,
        books.suite.weighted_caps,
        books.suite.markets,
        parameters.backing_ratio_ppm,
    )?;
    let cap_scale_ppm = if level >= RiskLevel::Deficient {
        shrunk(backed, coverage_ppm, parameters.thresholds.watch_ppm)?
    } else {
        backed
    };

    let suite = &mut books.suite;
    let terms_changed = (
        suite.fee_share_ppm,
        suite.premium_rate_ppm,
        suite.cap_scale_ppm,
    ) != (fee_share_ppm, premium_rate_ppm, cap_scale_ppm);
    suite.fee_share_ppm = fee_share_ppm;
    suite.premium_rate_ppm = premium_rate_ppm;
    suite.cap_scale_ppm = cap_scale_ppm;
    if terms_changed || books.told_changed {
        suite.revision = suite.revision.saturating_add(1);
        books.told_changed = false;
    }
    Ok(())
}

/// `scale * min(1, coverage / watch threshold)`, rounded down.
fn shrunk(scale_ppm: u32, coverage_ppm: Uint128, watch_ppm: u32) -> ContractResult<u32> {
    let watch = Uint128::from(watch_ppm);
    let shrunk = mul_div(
        scale_ppm.into(),
        coverage_ppm.min(watch),
        watch,
        Rounding::Down,
    )?;
    Ok(u32::try_from(shrunk.u128()).unwrap_or(scale_ppm))
}

/// Premium a year: `base` at the surplus threshold and above, `base * max_multiplier` at the deficient threshold and below,
/// linear between, rounded up.
///
/// # Errors
/// None within the hard ranges.
pub fn premium_rate_ppm(
    base_ppm: u32,
    max_multiplier: u32,
    thresholds: &Thresholds,
    coverage_ppm: Uint128,
) -> ContractResult<u32> {
    let best = Uint128::from(thresholds.surplus_ppm);
    let worst = Uint128::from(thresholds.deficient_ppm);
    let coverage_ppm = coverage_ppm.clamp(worst, best);
    let base = Uint128::from(base_ppm);
    let span = base.checked_mul(Uint128::from(max_multiplier.saturating_sub(1)))?;
    let above_base = mul_div(
        span,
        best.saturating_sub(coverage_ppm),
        best.saturating_sub(worst),
        Rounding::Up,
    )?;
    let rate = base.checked_add(above_base)?;
    Ok(u32::try_from(rate.u128()).unwrap_or(u32::MAX))
}

/// What a market is to be told, given the suite as refreshed.
///
/// # Errors
/// None within the hard ranges.
pub fn risk_parameters(suite: &Suite, market: &Market) -> ContractResult<RiskParameters> {
    let isolated = market.is_isolated();
    let scale_ppm = if isolated {
        market.standing.own_scale_ppm
    } else {
        suite.cap_scale_ppm
    };
    Ok(RiskParameters {
        market: market.id,
        revision: suite.revision,
        level: suite.level,
        reduce_only: market.standing.drawdown.open
            || (suite.level == RiskLevel::Critical && !isolated),
        fee_share_ppm: suite.fee_share_ppm,
        premium_rate_ppm: suite.premium_rate_ppm,
        open_interest_cap: ppm_of(
            market.claimant.parameters.open_interest_cap,
            scale_ppm,
            Rounding::Down,
        )?,
    })
}

/// The suite as instantiated: no markets, no capital, on watch.
#[must_use]
pub fn unfunded(now: u64) -> Suite {
    Suite {
        markets: 0,
        required: Uint128::zero(),
        counted_reserves: Uint128::zero(),
        weighted_caps: Uint128::zero(),
        deficits: Uint128::zero(),
        level: RiskLevel::Watch,
        level_since: now,
        rise: None,
        founded: false,
        last_loss_at: None,
        exits_paused_secs: 0,
        revision: 0,
        fee_share_ppm: 0,
        premium_rate_ppm: 0,
        cap_scale_ppm: PPM,
    }
}
