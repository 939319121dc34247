//! Defaults, hard ranges, loosening directions and relations of all parameters: the one place that validates them.
//! `docs/parameters.md` is made from it. Amounts of the defaults are for a collateral of six decimals.
//!
//! A mutual target of 0 sends no fee to the mutual reserve and makes every market's lifetime limit 0: donations can then
//! be held but not drawn.

use ballast_types::fund::{
    ClaimantParameters, DrawdownParameters, EmergencyParameters, FundParameters, SurplusParameters,
    Thresholds, UnderwritingParameters,
};
use ballast_types::PPM;
use cosmwasm_std::Uint128;

pub use ballast_types::parameters::{Loosens, Relation};

use crate::error::{ContractError, ContractResult};

/// Largest amount that a parameter or a report may hold: 2^120, so that sums over all markets fit 128 bits.
pub const MAX_AMOUNT: u128 = 1 << 120;

/// The least time that any owner's adverse change waits, here and in governance, seconds. No exit is longer: what a DAO can
/// do to the fund from outside, as its wasm admin, waits no longer than that, whatever this fund's own delay is.
pub const LEAST_ADVERSE_DELAY_SECS: u64 = 21 * 86_400;

const DAY: u128 = 86_400;
const MILLION: u128 = 1_000_000;

/// Hard range of one parameter of `T`, and its direction.
pub struct Range<T: 'static> {
    /// As in the messages.
    pub name: &'static str,
    /// Smallest value.
    pub min: u128,
    /// Largest value.
    pub max: u128,
    /// Which change waits.
    pub loosens: Loosens,
    /// Reads it.
    pub value: fn(&T) -> u128,
    /// Writes it; a value that does not fit is cut.
    pub set: fn(&mut T, u128),
}

impl<T> Range<T> {
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

/// A field as one number.
trait Field {
    fn number(&self) -> u128;
    fn of(number: u128) -> Self;
}

macro_rules! integer_field {
    ($($type:ty)*) => {$(
        impl Field for $type {
            fn number(&self) -> u128 {
                u128::from(*self)
            }
            fn of(number: u128) -> Self {
                Self::try_from(number).unwrap_or(Self::MAX)
            }
        }
    )*};
}

integer_field!(u32 u64);

impl Field for Uint128 {
    fn number(&self) -> u128 {
        self.u128()
    }
    fn of(number: u128) -> Self {
        Self::new(number)
    }
}

macro_rules! range {
    ($name:literal, $min:expr, $max:expr, $loosens:ident, $of:ident => $place:expr) => {
        Range {
            name: $name,
            min: $min,
            max: $max,
            loosens: Loosens::$loosens,
            value: |$of| $place.number(),
            set: |$of, number| $place = Field::of(number),
        }
    };
}

/// Hard ranges of the fund's parameters.
pub const FUND_RANGES: &[Range<FundParameters>] = &[
    range!("required_capital_floor", 1, MAX_AMOUNT, Down, p => p.required_capital_floor),
    range!("mutual_target", 0, MAX_AMOUNT, Either, p => p.mutual_target),
    range!("mutual_window_ppm", 0, MILLION, Up, p => p.mutual_window_ppm),
    range!("mutual_lifetime_ppm", 0, MILLION, Up, p => p.mutual_lifetime_ppm),
    range!("ramp_secs", 0, 365 * DAY, Down, p => p.ramp_secs),
    range!("report_max_age_secs", 3_600, 30 * DAY, Up, p => p.report_max_age_secs),
    range!("thresholds.surplus_ppm", 10_000, 10_000_000, Down, p => p.thresholds.surplus_ppm),
    range!("thresholds.healthy_ppm", 10_000, 10_000_000, Down, p => p.thresholds.healthy_ppm),
    range!("thresholds.watch_ppm", 10_000, 10_000_000, Down, p => p.thresholds.watch_ppm),
    range!("thresholds.deficient_ppm", 10_000, 10_000_000, Down, p => p.thresholds.deficient_ppm),
    range!("thresholds.hysteresis_ppm", 0, 500_000, Down, p => p.thresholds.hysteresis_ppm),
    range!("thresholds.upgrade_delay_secs", 0, 7 * DAY, Down, p => p.thresholds.upgrade_delay_secs),
    range!("thresholds.loss_window_secs", 3_600, 90 * DAY, Down, p => p.thresholds.loss_window_secs),
    range!("drawdown.trip_ppm", 10_000, MILLION, Up, p => p.drawdown.trip_ppm),
    range!("drawdown.release_ppm", 1, MILLION, Up, p => p.drawdown.release_ppm),
    range!("drawdown.floor", 0, MAX_AMOUNT, Up, p => p.drawdown.floor),
    range!("fee_share_ppm", 0, MILLION, Down, p => p.fee_share_ppm),
    range!("fee_share_watch_ppm", 0, MILLION, Down, p => p.fee_share_watch_ppm),
    range!("fee_share_max_ppm", 0, MILLION, Down, p => p.fee_share_max_ppm),
    range!("premium_base_rate_ppm", 0, MILLION, Down, p => p.premium_base_rate_ppm),
    range!("premium_max_multiplier", 1, 100, Down, p => p.premium_max_multiplier),
    range!("backing_ratio_ppm", 0, 10_000_000, Down, p => p.backing_ratio_ppm),
    range!("underwriting.max_slash_ppm", 0, 500_000, Up, p => p.underwriting.max_slash_ppm),
    range!("underwriting.stake_floor", 1, MAX_AMOUNT, Down, p => p.underwriting.stake_floor),
    range!("underwriting.exit_cooldown_secs", DAY, 60 * DAY, Either, p => p.underwriting.exit_cooldown_secs),
    range!("underwriting.exit_window_secs", DAY, 14 * DAY, Either, p => p.underwriting.exit_window_secs),
    range!("underwriting.max_exit_pause_secs", 0, 14 * DAY, Either, p => p.underwriting.max_exit_pause_secs),
    range!("underwriting.drip_secs", DAY, 90 * DAY, Down, p => p.underwriting.drip_secs),
    range!("underwriting.reward_share_ppm", 0, MILLION, Down, p => p.underwriting.reward_share_ppm),
    range!("emergency.event_ppm", 0, MILLION, Up, p => p.emergency.event_ppm),
    range!("emergency.week_ppm", 0, MILLION, Up, p => p.emergency.week_ppm),
    range!("emergency.notice_secs", DAY, 90 * DAY, Either, p => p.emergency.notice_secs),
    range!("surplus.lot_ppm", 0, 500_000, Up, p => p.surplus.lot_ppm),
    range!("surplus.epoch_secs", DAY, 90 * DAY, Down, p => p.surplus.epoch_secs),
    range!("adverse_delay_secs", 21 * DAY, 90 * DAY, Down, p => p.adverse_delay_secs),
    range!("poke_gas_limit", 200_000, 20_000_000, Either, p => p.poke_gas_limit),
];

/// Between the fund's parameters.
pub const FUND_RELATIONS: &[Relation<FundParameters>] = &[
    Relation {
        rule: "thresholds must be strictly descending",
        holds: |p| gaps(&p.thresholds).into_iter().all(|gap| gap > Some(0)),
    },
    Relation {
        rule: "hysteresis must be smaller than each gap between thresholds",
        holds: |p| {
            let hysteresis = Some(p.thresholds.hysteresis_ppm);
            gaps(&p.thresholds).into_iter().all(|gap| hysteresis < gap)
        },
    },
    Relation {
        rule: "drawdown.release_ppm must be below drawdown.trip_ppm",
        holds: |p| p.drawdown.release_ppm < p.drawdown.trip_ppm,
    },
    Relation {
        rule: "fee shares must not fall from one level to a worse one",
        holds: |p| {
            p.fee_share_ppm <= p.fee_share_watch_ppm && p.fee_share_watch_ppm <= p.fee_share_max_ppm
        },
    },
    Relation {
        rule: "premium_base_rate_ppm * premium_max_multiplier may not exceed 1,000,000",
        holds: |p| {
            u64::from(p.premium_base_rate_ppm)
                .checked_mul(u64::from(p.premium_max_multiplier))
                .is_some_and(|highest| highest <= u64::from(PPM))
        },
    },
    Relation {
        rule: "backing_ratio_ppm must be 0 or at least 1,000,000",
        holds: |p| p.backing_ratio_ppm == 0 || p.backing_ratio_ppm >= PPM,
    },
    Relation {
        rule: "exit_cooldown_secs + exit_window_secs + max_exit_pause_secs may not exceed 21 days, the least of any adverse delay",
        holds: |p| longest_exit_secs(p) <= LEAST_ADVERSE_DELAY_SECS,
    },
];

/// How long an underwriter who asks now may have to wait for the last second of its window.
fn longest_exit_secs(parameters: &FundParameters) -> u64 {
    let underwriting = &parameters.underwriting;
    underwriting
        .exit_cooldown_secs
        .saturating_add(underwriting.exit_window_secs)
        .saturating_add(underwriting.max_exit_pause_secs)
}

/// Distances between neighbouring thresholds; none where the upper one is the lower.
fn gaps(thresholds: &Thresholds) -> [Option<u32>; 3] {
    let Thresholds {
        surplus_ppm,
        healthy_ppm,
        watch_ppm,
        deficient_ppm,
        ..
    } = *thresholds;
    [
        surplus_ppm.checked_sub(healthy_ppm),
        healthy_ppm.checked_sub(watch_ppm),
        watch_ppm.checked_sub(deficient_ppm),
    ]
}

/// Hard ranges of one market's parameters.
pub const CLAIMANT_RANGES: &[Range<ClaimantParameters>] = &[
    range!("risk_weight_ppm", 1_000, MILLION, Down, p => p.risk_weight_ppm),
    range!("open_interest_cap", 0, MAX_AMOUNT, Up, p => p.open_interest_cap),
    range!("reserve_target", 0, MAX_AMOUNT, Down, p => p.reserve_target),
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
        surplus: SurplusParameters {
            lot_ppm: 250_000,
            epoch_secs: 7 * 86_400,
        },
        adverse_delay_secs: 21 * 86_400,
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
    match Relation::first_broken(FUND_RELATIONS, parameters) {
        None => Ok(()),
        Some(expected) => Err(ContractError::ParameterRelation { expected }),
    }
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
