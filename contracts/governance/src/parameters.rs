//! Defaults and hard ranges of the settings, in one table that the checks read.
//! `docs/parameters.md` is made from it.
//!
//! The window of execution begins at the end of the delay, so no delay reaches beyond its deadline. No share can be set so
//! high that a small minority, or voters who are asleep, lock governance.

use ballast_types::governance::Settings;
use cosmwasm_std::Decimal;

use crate::{ContractError, ContractResult};

/// Seconds of an hour.
pub const HOUR: u64 = 3_600;
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

const fn range(
    name: &'static str,
    [default, min, max]: [u64; 3],
    value: fn(&Settings) -> u64,
) -> Range {
    Range {
        name,
        default,
        min,
        max,
        value,
    }
}

/// Ranges of all times.
pub const TIMES: [Range; 9] = [
    range("voting_secs", [7 * DAY, DAY, 30 * DAY], |s| s.voting_secs),
    range("timelock_secs", [2 * DAY, DAY, 14 * DAY], |s| {
        s.timelock_secs
    }),
    range("adverse_delay_secs", [21 * DAY, 21 * DAY, 90 * DAY], |s| {
        s.adverse_delay_secs
    }),
    range("execution_window_secs", [7 * DAY, DAY, 30 * DAY], |s| {
        s.execution_window_secs
    }),
    range("protective_voting_secs", [12 * HOUR, HOUR, 3 * DAY], |s| {
        s.protective_voting_secs
    }),
    range(
        "protective_expiry_secs",
        [14 * DAY, 3 * DAY, 60 * DAY],
        |s| s.protective_expiry_secs,
    ),
    range("freeze_secs", [DAY, HOUR, 3 * DAY], |s| s.freeze_secs),
    range("freeze_cooloff_secs", [7 * DAY, 3 * DAY, 30 * DAY], |s| {
        s.freeze_cooloff_secs
    }),
    // A day shorter than any adverse delay: a proposal keeps the delay it was made under, and whoever unstakes when it
    // is decided may have to wait as long as later settings say.
    range("unstaking_secs", [7 * DAY, DAY, 20 * DAY], |s| {
        s.unstaking_secs
    }),
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

/// What must hold between settings, besides their ranges.
pub struct Relation {
    /// In words.
    pub rule: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Whether it does.
    pub holds: fn(&Settings) -> bool,
}

/// Between all settings.
pub const RELATIONS: [Relation; 1] = [Relation {
    rule: "protective_expiry_secs is at least a day longer than voting_secs and timelock_secs",
    reason: "a protective proposal can be confirmed before it expires",
    holds: |s| {
        let ordinary = s.voting_secs.saturating_add(s.timelock_secs);
        ordinary.saturating_add(DAY) <= s.protective_expiry_secs
    },
}];

/// What a deployment gets that says nothing: no deposit, no contracts named, votes are final.
#[must_use]
pub fn default_settings() -> Settings {
    let [voting, timelock, adverse_delay, execution_window, protective_voting, protective_expiry, freeze, freeze_cooloff, unstaking] =
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
        protective_voting_secs: protective_voting,
        protective_expiry_secs: protective_expiry,
        freeze_secs: freeze,
        freeze_cooloff_secs: freeze_cooloff,
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
    match RELATIONS.iter().find(|one| !(one.holds)(settings)) {
        None => Ok(()),
        Some(broken) => Err(ContractError::SettingsContradict { rule: broken.rule }),
    }
}
