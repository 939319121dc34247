//! Defaults, hard ranges and relations of all parameters: the one place that validates them.
//! `docs/parameters.md` is made from it. Amounts of the defaults are for a collateral of six decimals.
//!
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

/// What must hold between fields, besides their ranges.
pub struct Relation<T: 'static> {
    /// In words.
    pub rule: &'static str,
    /// Whether it does.
    pub holds: fn(&T) -> bool,
}

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
];

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
    match FUND_RELATIONS.iter().find(|one| !(one.holds)(parameters)) {
        None => Ok(()),
        Some(broken) => Err(ContractError::ParameterRelation {
            expected: broken.rule,
        }),
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
