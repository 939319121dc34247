//! Defaults and hard ranges of the settings, in one table that the checks read.
//!
//! | name | default | min | max |
//! |---|---|---|---|
//! | `threshold` | 0.5 | 0.5 | 0.8 |
//! | `quorum` | 0.2 | 0.01 | 0.5 |
//! | `veto_threshold` | 0.334 | 0.25 | 0.5 |
//! | `voting_secs` | 604,800 (7 d) | 86,400 (1 d) | 2,592,000 (30 d) |
//! | `timelock_secs` | 172,800 (2 d) | 86,400 (1 d) | 1,209,600 (14 d) |
//! | `adverse_delay_secs` | 1,814,400 (21 d) | 1,814,400 (21 d) | 7,776,000 (90 d) |
//! | `execution_window_secs` | 604,800 (7 d) | 86,400 (1 d) | 2,592,000 (30 d) |
//! | `unstaking_secs` | 604,800 (7 d) | 86,400 (1 d) | 2,592,000 (30 d) |
//!
//! Relations: `unstaking_secs + 1 d <= adverse_delay_secs`, so that whoever unstakes when an adverse
//! proposal is decided has the coins before it can be executed. The window of execution begins at the end of
//! the delay, so no delay reaches beyond its deadline. No share can be set so high that a small minority, or
//! voters who are asleep, lock governance.

use ballast_types::governance::Settings;
use cosmwasm_std::Decimal;

use crate::{ContractError, ContractResult};

/// Seconds of a day.
pub const DAY: u64 = 86_400;

/// A length of time with its default and hard range, both ends included.
pub struct Range {
    /// As in the message.
    pub name: &'static str,
    /// Seconds.
    pub default: u64,
    /// Seconds.
    pub min: u64,
    /// Seconds.
    pub max: u64,
    /// Reads it.
    pub value: fn(&Settings) -> u64,
}

/// A share with its default and hard range, both ends included.
pub struct Share {
    /// As in the message.
    pub name: &'static str,
    /// Default.
    pub default: Decimal,
    /// Least.
    pub min: Decimal,
    /// Most.
    pub max: Decimal,
    /// Reads it.
    pub value: fn(&Settings) -> Decimal,
}

const fn days(
    name: &'static str,
    default: u64,
    min: u64,
    max: u64,
    value: fn(&Settings) -> u64,
) -> Range {
    Range {
        name,
        default: default.saturating_mul(DAY),
        min: min.saturating_mul(DAY),
        max: max.saturating_mul(DAY),
        value,
    }
}

/// Ranges of all times.
pub const TIMES: [Range; 5] = [
    days("voting_secs", 7, 1, 30, |s| s.voting_secs),
    days("timelock_secs", 2, 1, 14, |s| s.timelock_secs),
    days("adverse_delay_secs", 21, 21, 90, |s| s.adverse_delay_secs),
    days("execution_window_secs", 7, 1, 30, |s| {
        s.execution_window_secs
    }),
    days("unstaking_secs", 7, 1, 30, |s| s.unstaking_secs),
];

/// Ranges of all shares.
pub const SHARES: [Share; 3] = [
    Share {
        name: "threshold",
        default: Decimal::percent(50),
        min: Decimal::percent(50),
        max: Decimal::percent(80),
        value: |s| s.threshold,
    },
    Share {
        name: "quorum",
        default: Decimal::percent(20),
        min: Decimal::percent(1),
        max: Decimal::percent(50),
        value: |s| s.quorum,
    },
    Share {
        name: "veto_threshold",
        default: Decimal::permille(334),
        min: Decimal::percent(25),
        max: Decimal::percent(50),
        value: |s| s.veto_threshold,
    },
];

/// What a deployment gets that says nothing: no deposit, no contracts named, votes are final.
#[must_use]
pub fn default_settings() -> Settings {
    let [voting, timelock, adverse_delay, execution_window, unstaking] =
        TIMES.map(|range| range.default);
    let [threshold, quorum, veto_threshold] = SHARES.map(|share| share.default);
    Settings {
        threshold,
        quorum,
        veto_threshold,
        voting_secs: voting,
        timelock_secs: timelock,
        adverse_delay_secs: adverse_delay,
        execution_window_secs: execution_window,
        unstaking_secs: unstaking,
        allow_revote: false,
        deposit: None,
        contracts: vec![],
    }
}

/// Checks ranges and relations; what needs the chain is checked in [`crate::settings`].
///
/// # Errors
/// [`ContractError::OutOfRange`], [`ContractError::FractionOutOfRange`],
/// [`ContractError::SettingsContradict`].
pub fn check(settings: &Settings) -> ContractResult<()> {
    for share in &SHARES {
        let found = (share.value)(settings);
        if found < share.min || found > share.max {
            return Err(ContractError::FractionOutOfRange {
                name: share.name,
                min: share.min,
                max: share.max,
                found,
            });
        }
    }
    for range in &TIMES {
        let found = (range.value)(settings);
        if found < range.min || found > range.max {
            return Err(ContractError::OutOfRange {
                name: range.name,
                min: range.min,
                max: range.max,
                found,
            });
        }
    }
    if settings.unstaking_secs.saturating_add(DAY) > settings.adverse_delay_secs {
        return Err(ContractError::SettingsContradict {
            rule: "unstaking_secs is at least a day shorter than adverse_delay_secs",
        });
    }
    Ok(())
}
