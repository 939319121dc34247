//! Defaults, hard ranges and relations of all parameters: the one place that validates them.
//!
//! Amounts of the defaults are for a collateral of six decimals.
//!
//! | name | default | min | max |
//! |---|---|---|---|
//! | `required_capital_floor` | 10,000,000,000 | 1 | 2^120 |
//! | `mutual_target` | 1,000,000,000,000 | 0 | 2^120 |
//! | `mutual_window_ppm` | 100,000 | 0 | 1,000,000 |
//! | `mutual_lifetime_ppm` | 500,000 | 0 | 1,000,000 |
//! | `ramp_secs` | 2,592,000 (30 d) | 0 | 31,536,000 |
//! | `report_max_age_secs` | 86,400 (1 d) | 3,600 | 2,592,000 |
//! | `thresholds.surplus_ppm` | 1,500,000 | 10,000 | 10,000,000 |
//! | `thresholds.healthy_ppm` | 1,200,000 | 10,000 | 10,000,000 |
//! | `thresholds.watch_ppm` | 1,000,000 | 10,000 | 10,000,000 |
//! | `thresholds.deficient_ppm` | 450,000 | 10,000 | 10,000,000 |
//! | `thresholds.hysteresis_ppm` | 50,000 | 0 | 500,000 |
//! | `thresholds.upgrade_delay_secs` | 3,600 | 0 | 604,800 |
//! | `thresholds.loss_window_secs` | 604,800 (7 d) | 3,600 | 7,776,000 |
//! | `drawdown.trip_ppm` | 300,000 | 10,000 | 1,000,000 |
//! | `drawdown.release_ppm` | 250,000 | 1 | 1,000,000 |
//! | `drawdown.floor` | 1,000,000,000 | 0 | 2^120 |
//! | `fee_share_ppm` | 250,000 | 0 | 1,000,000 |
//! | `fee_share_watch_ppm` | 500,000 | 0 | 1,000,000 |
//! | `fee_share_max_ppm` | 1,000,000 | 0 | 1,000,000 |
//! | `premium_base_rate_ppm` | 20,000 | 0 | 1,000,000 |
//! | `premium_max_multiplier` | 10 | 1 | 100 |
//! | `backing_ratio_ppm` | 1,200,000 | 0 | 10,000,000 |
//! | `underwriting.max_slash_ppm` | 300,000 | 0 | 500,000 |
//! | `underwriting.stake_floor` | 1,000,000 | 1 | 2^120 |
//! | `underwriting.exit_cooldown_secs` | 1,209,600 (14 d) | 86,400 | 5,184,000 |
//! | `underwriting.exit_window_secs` | 259,200 (3 d) | 86,400 | 1,209,600 |
//! | `underwriting.max_exit_pause_secs` | 345,600 (4 d) | 0 | 1,209,600 |
//! | `underwriting.drip_secs` | 604,800 (7 d) | 86,400 | 7,776,000 |
//! | `underwriting.reward_share_ppm` | 500,000 | 0 | 1,000,000 |
//! | `emergency.event_ppm` | 250,000 | 0 | 1,000,000 |
//! | `emergency.week_ppm` | 500,000 | 0 | 1,000,000 |
//! | `emergency.notice_secs` | 1,209,600 (14 d) | 86,400 | 7,776,000 |
//! | `poke_gas_limit` | 2,000,000 | 200,000 | 20,000,000 |
//! | a market's `risk_weight_ppm` | - | 1,000 | 1,000,000 |
//! | a market's `open_interest_cap` | - | 0 | 2^120 |
//! | a market's `reserve_target` | - | 0 | 2^120 |
//!
//! Relations: thresholds strictly descending, hysteresis smaller than each gap between them; drawdown released below where
//! it trips; fee shares not falling with the level; a backing ratio of 0 (off) or at least 1,000,000.
//! A mutual target of 0 sends no fee to the mutual reserve and makes every market's lifetime limit 0: donations can then
//! be held but not drawn.

use ballast_types::fund::{
    ClaimantParameters, DrawdownParameters, EmergencyParameters, FundParameters, Thresholds,
    UnderwritingParameters,
};
use ballast_types::PPM;
use cosmwasm_std::Uint128;

use crate::error::{ContractError, ContractResult};

/// Largest amount that a parameter or a report may hold: 2^120, so that sums over all markets fit 128 bits.
pub const MAX_AMOUNT: u128 = 1 << 120;

const DAY: u128 = 86_400;
const MILLION: u128 = 1_000_000;

/// Hard range of one parameter of `T`.
pub struct Range<T: 'static> {
    /// As in the messages.
    pub name: &'static str,
    /// Smallest value.
    pub min: u128,
    /// Largest value.
    pub max: u128,
    /// Reads it.
    pub value: fn(&T) -> u128,
}

impl<T> Range<T> {
    const fn new(name: &'static str, min: u128, max: u128, value: fn(&T) -> u128) -> Self {
        Self {
            name,
            min,
            max,
            value,
        }
    }

    fn check(&self, parameters: &T) -> ContractResult<()> {
        let found = (self.value)(parameters);
        if found < self.min || found > self.max {
            return Err(ContractError::ParameterOutOfRange {
                name: self.name,
                min: self.min.into(),
                max: self.max.into(),
                found: found.into(),
            });
        }
        Ok(())
    }
}

/// Hard ranges of the fund's parameters.
pub const FUND_RANGES: &[Range<FundParameters>] = &[
    Range::new("required_capital_floor", 1, MAX_AMOUNT, |p| {
        p.required_capital_floor.u128()
    }),
    Range::new("mutual_target", 0, MAX_AMOUNT, |p| p.mutual_target.u128()),
    Range::new("mutual_window_ppm", 0, MILLION, |p| {
        p.mutual_window_ppm.into()
    }),
    Range::new("mutual_lifetime_ppm", 0, MILLION, |p| {
        p.mutual_lifetime_ppm.into()
    }),
    Range::new("ramp_secs", 0, 365 * DAY, |p| p.ramp_secs.into()),
    Range::new("report_max_age_secs", 3_600, 30 * DAY, |p| {
        p.report_max_age_secs.into()
    }),
    Range::new("thresholds.surplus_ppm", 10_000, 10_000_000, |p| {
        p.thresholds.surplus_ppm.into()
    }),
    Range::new("thresholds.healthy_ppm", 10_000, 10_000_000, |p| {
        p.thresholds.healthy_ppm.into()
    }),
    Range::new("thresholds.watch_ppm", 10_000, 10_000_000, |p| {
        p.thresholds.watch_ppm.into()
    }),
    Range::new("thresholds.deficient_ppm", 10_000, 10_000_000, |p| {
        p.thresholds.deficient_ppm.into()
    }),
    Range::new("thresholds.hysteresis_ppm", 0, 500_000, |p| {
        p.thresholds.hysteresis_ppm.into()
    }),
    Range::new("thresholds.upgrade_delay_secs", 0, 7 * DAY, |p| {
        p.thresholds.upgrade_delay_secs.into()
    }),
    Range::new("thresholds.loss_window_secs", 3_600, 90 * DAY, |p| {
        p.thresholds.loss_window_secs.into()
    }),
    Range::new("drawdown.trip_ppm", 10_000, MILLION, |p| {
        p.drawdown.trip_ppm.into()
    }),
    Range::new("drawdown.release_ppm", 1, MILLION, |p| {
        p.drawdown.release_ppm.into()
    }),
    Range::new("drawdown.floor", 0, MAX_AMOUNT, |p| p.drawdown.floor.u128()),
    Range::new("fee_share_ppm", 0, MILLION, |p| p.fee_share_ppm.into()),
    Range::new("fee_share_watch_ppm", 0, MILLION, |p| {
        p.fee_share_watch_ppm.into()
    }),
    Range::new("fee_share_max_ppm", 0, MILLION, |p| {
        p.fee_share_max_ppm.into()
    }),
    Range::new("premium_base_rate_ppm", 0, MILLION, |p| {
        p.premium_base_rate_ppm.into()
    }),
    Range::new("premium_max_multiplier", 1, 100, |p| {
        p.premium_max_multiplier.into()
    }),
    Range::new("backing_ratio_ppm", 0, 10_000_000, |p| {
        p.backing_ratio_ppm.into()
    }),
    Range::new("underwriting.max_slash_ppm", 0, 500_000, |p| {
        p.underwriting.max_slash_ppm.into()
    }),
    Range::new("underwriting.stake_floor", 1, MAX_AMOUNT, |p| {
        p.underwriting.stake_floor.u128()
    }),
    Range::new("underwriting.exit_cooldown_secs", DAY, 60 * DAY, |p| {
        p.underwriting.exit_cooldown_secs.into()
    }),
    Range::new("underwriting.exit_window_secs", DAY, 14 * DAY, |p| {
        p.underwriting.exit_window_secs.into()
    }),
    Range::new("underwriting.max_exit_pause_secs", 0, 14 * DAY, |p| {
        p.underwriting.max_exit_pause_secs.into()
    }),
    Range::new("underwriting.drip_secs", DAY, 90 * DAY, |p| {
        p.underwriting.drip_secs.into()
    }),
    Range::new("underwriting.reward_share_ppm", 0, MILLION, |p| {
        p.underwriting.reward_share_ppm.into()
    }),
    Range::new("emergency.event_ppm", 0, MILLION, |p| {
        p.emergency.event_ppm.into()
    }),
    Range::new("emergency.week_ppm", 0, MILLION, |p| {
        p.emergency.week_ppm.into()
    }),
    Range::new("emergency.notice_secs", DAY, 90 * DAY, |p| {
        p.emergency.notice_secs.into()
    }),
    Range::new("poke_gas_limit", 200_000, 20_000_000, |p| {
        p.poke_gas_limit.into()
    }),
];

/// Hard ranges of one market's parameters.
pub const CLAIMANT_RANGES: &[Range<ClaimantParameters>] = &[
    Range::new("risk_weight_ppm", 1_000, MILLION, |p| {
        p.risk_weight_ppm.into()
    }),
    Range::new("open_interest_cap", 0, MAX_AMOUNT, |p| {
        p.open_interest_cap.u128()
    }),
    Range::new("reserve_target", 0, MAX_AMOUNT, |p| p.reserve_target.u128()),
];

/// The parameters of a fund that was told none.
#[must_use]
pub fn default_parameters() -> FundParameters {
    FundParameters {
        required_capital_floor: Uint128::new(10_000_000_000),
        mutual_target: Uint128::new(1_000_000_000_000),
        mutual_window_ppm: 100_000,
        mutual_lifetime_ppm: 500_000,
        ramp_secs: 30 * 86_400,
        report_max_age_secs: 86_400,
        thresholds: Thresholds {
            surplus_ppm: 1_500_000,
            healthy_ppm: 1_200_000,
            watch_ppm: 1_000_000,
            deficient_ppm: 450_000,
            hysteresis_ppm: 50_000,
            upgrade_delay_secs: 3_600,
            loss_window_secs: 7 * 86_400,
        },
        drawdown: DrawdownParameters {
            trip_ppm: 300_000,
            release_ppm: 250_000,
            floor: Uint128::new(1_000_000_000),
        },
        fee_share_ppm: 250_000,
        fee_share_watch_ppm: 500_000,
        fee_share_max_ppm: 1_000_000,
        premium_base_rate_ppm: 20_000,
        premium_max_multiplier: 10,
        backing_ratio_ppm: 1_200_000,
        underwriting: UnderwritingParameters {
            max_slash_ppm: 300_000,
            stake_floor: Uint128::new(1_000_000),
            exit_cooldown_secs: 14 * 86_400,
            exit_window_secs: 3 * 86_400,
            max_exit_pause_secs: 4 * 86_400,
            drip_secs: 7 * 86_400,
            reward_share_ppm: 500_000,
        },
        emergency: EmergencyParameters {
            event_ppm: 250_000,
            week_ppm: 500_000,
            notice_secs: 14 * 86_400,
        },
        poke_gas_limit: 2_000_000,
    }
}

/// Checks the fund's parameters: ranges first, then relations.
///
/// # Errors
/// [`ContractError::ParameterOutOfRange`], [`ContractError::ParameterRelation`].
pub fn validate(parameters: &FundParameters) -> ContractResult<()> {
    FUND_RANGES
        .iter()
        .try_for_each(|range| range.check(parameters))?;
    let Thresholds {
        surplus_ppm,
        healthy_ppm,
        watch_ppm,
        deficient_ppm,
        hysteresis_ppm,
        ..
    } = parameters.thresholds;
    for (upper, lower) in [
        (surplus_ppm, healthy_ppm),
        (healthy_ppm, watch_ppm),
        (watch_ppm, deficient_ppm),
    ] {
        require(upper > lower, "thresholds must be strictly descending")?;
        require(
            hysteresis_ppm < upper.saturating_sub(lower),
            "hysteresis must be smaller than each gap between thresholds",
        )?;
    }
    require(
        parameters.drawdown.release_ppm < parameters.drawdown.trip_ppm,
        "drawdown.release_ppm must be below drawdown.trip_ppm",
    )?;
    require(
        parameters.fee_share_ppm <= parameters.fee_share_watch_ppm
            && parameters.fee_share_watch_ppm <= parameters.fee_share_max_ppm,
        "fee shares must not fall from one level to a worse one",
    )?;
    require(
        u64::from(parameters.premium_base_rate_ppm)
            .checked_mul(u64::from(parameters.premium_max_multiplier))
            .is_some_and(|highest| highest <= u64::from(PPM)),
        "premium_base_rate_ppm * premium_max_multiplier may not exceed 1,000,000",
    )?;
    require(
        parameters.backing_ratio_ppm == 0 || parameters.backing_ratio_ppm >= PPM,
        "backing_ratio_ppm must be 0 or at least 1,000,000",
    )
}

/// Checks one market's parameters.
///
/// # Errors
/// [`ContractError::ParameterOutOfRange`].
pub fn validate_claimant(parameters: &ClaimantParameters) -> ContractResult<()> {
    CLAIMANT_RANGES
        .iter()
        .try_for_each(|range| range.check(parameters))
}

fn require(holds: bool, expected: &'static str) -> ContractResult<()> {
    if holds {
        Ok(())
    } else {
        Err(ContractError::ParameterRelation { expected })
    }
}
