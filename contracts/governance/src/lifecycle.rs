//! Where a proposal stands: computed from its record and the time, so that nothing has to be cranked.
//!
//! ```text
//!  open ── voting ends, or a vote decides ──► rejected, vetoed
//!                                        └──► queued ── ready_at ──► ready ── deadline ──► expired
//!                                                                      └── Execute ──► executed
//!                                                                                 └──► execution_failed, again until the deadline
//! ```

use ballast_types::governance::{LifecycleStatus, Settings, Speed};
use cosmwasm_std::OverflowError;

use crate::state::{Progress, Standing};
use crate::tally::{self, Outcome, Rule};

/// Where a proposal stands, with the times that follow from its decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// Now.
    pub status: LifecycleStatus,
    /// When it was decided, seconds.
    pub decided_at: Option<u64>,
    /// From when on a passed proposal may be executed, seconds.
    pub ready_at: Option<u64>,
    /// Before when, seconds.
    pub deadline: Option<u64>,
}

impl Lifecycle {
    /// Whether its messages may be sent now.
    #[must_use]
    pub fn executable(&self, now: u64) -> bool {
        let may = matches!(
            self.status,
            LifecycleStatus::Ready | LifecycleStatus::ExecutionFailed
        );
        may && self.deadline.is_some_and(|deadline| now < deadline)
    }

    /// Whether it passed and its messages may be sent, now or later.
    #[must_use]
    pub fn pending(&self, now: u64) -> bool {
        self.status == LifecycleStatus::Queued || self.executable(now)
    }

    /// Whether it can never be executed any more, and was not.
    #[must_use]
    pub fn over(&self, now: u64) -> bool {
        match self.status {
            LifecycleStatus::Rejected
            | LifecycleStatus::Vetoed
            | LifecycleStatus::Cancelled
            | LifecycleStatus::Expired => true,
            LifecycleStatus::ExecutionFailed => !self.executable(now),
            LifecycleStatus::Open
            | LifecycleStatus::Queued
            | LifecycleStatus::Ready
            | LifecycleStatus::Executed => false,
        }
    }
}

/// How long a passed proposal waits from its decision on, seconds.
#[must_use]
pub fn delay_secs(settings: &Settings, speed: Speed) -> u64 {
    match speed {
        Speed::Protective => 0,
        Speed::Normal => settings.timelock_secs,
        Speed::Adverse => settings.adverse_delay_secs,
    }
}

/// Where a proposal stands at a time, by the settings it was made under.
///
/// # Errors
/// More votes than fit; cannot happen with a real token.
pub fn lifecycle(
    standing: &Standing,
    settings: &Settings,
    now: u64,
) -> Result<Lifecycle, OverflowError> {
    let Some((outcome, decided_at)) = decision(standing, settings, now)? else {
        return Ok(Lifecycle {
            status: LifecycleStatus::Open,
            decided_at: None,
            ready_at: None,
            deadline: None,
        });
    };
    let not_passed = |status| Lifecycle {
        status,
        decided_at: Some(decided_at),
        ready_at: None,
        deadline: None,
    };
    match outcome {
        Outcome::Rejected => return Ok(not_passed(LifecycleStatus::Rejected)),
        Outcome::Vetoed => return Ok(not_passed(LifecycleStatus::Vetoed)),
        Outcome::Passed => {}
    }
    let queued_until = decided_at.saturating_add(delay_secs(settings, standing.speed));
    let ready_at = standing.earliest.unwrap_or(0).max(queued_until);
    let closes_at = ready_at.saturating_add(settings.execution_window_secs);
    let deadline = standing.latest.unwrap_or(u64::MAX).min(closes_at);
    let status = match standing.progress {
        Progress::Executed { .. } => LifecycleStatus::Executed,
        Progress::Failed { .. } => LifecycleStatus::ExecutionFailed,
        Progress::Cancelled { .. } => LifecycleStatus::Cancelled,
        Progress::Waiting {} if now >= deadline => LifecycleStatus::Expired,
        Progress::Waiting {} if now >= ready_at => LifecycleStatus::Ready,
        Progress::Waiting {} => LifecycleStatus::Queued,
    };
    Ok(Lifecycle {
        status,
        decided_at: Some(decided_at),
        ready_at: Some(ready_at),
        deadline: Some(deadline),
    })
}

fn decision(
    standing: &Standing,
    settings: &Settings,
    now: u64,
) -> Result<Option<(Outcome, u64)>, OverflowError> {
    if let Some(decision) = &standing.decision {
        return Ok(Some((decision.outcome, decision.at)));
    }
    if now < standing.voting_ends_at {
        return Ok(None);
    }
    let rule = Rule::from(settings);
    let outcome = tally::at_end(&standing.votes, standing.total_power, &rule)?;
    Ok(Some((outcome, standing.voting_ends_at)))
}
