//! When a proposal is voted on and executed: by the arithmetic of governance.

use ballast_governance::lifecycle::delay_secs;
use ballast_types::governance::{Settings, Speed};
use serde::Serialize;

/// Times of a proposal. Moments are seconds since the Unix epoch; none where nobody said when it will be proposed.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long it waits.
    pub speed: Speed,
    /// How long is voted, seconds.
    pub voting_secs: u64,
    /// From the decision to the first moment of execution, seconds.
    pub delay_secs: u64,
    /// How long it may be executed then, seconds.
    pub execution_window_secs: u64,
    /// Whether a vote that no other could overturn decides it before voting ends.
    pub early_decision: bool,
    /// When it is proposed.
    pub proposed_at: Option<u64>,
    /// Votes count before.
    pub voting_ends_at: Option<u64>,
    /// From when on it may be executed if the proposer's own vote decides it; none where no vote may.
    pub ready_at_earliest: Option<u64>,
    /// From when on it may be executed if voting runs to its end.
    pub ready_at: Option<u64>,
    /// Before when, if voting runs to its end.
    pub deadline: Option<u64>,
}

impl Timing {
    /// Of a proposal made at a time under settings.
    #[must_use]
    pub fn new(settings: &Settings, speed: Speed, proposed_at: Option<u64>) -> Self {
        let voting_secs = match speed {
            Speed::Protective => settings.protective_voting_secs,
            Speed::Normal | Speed::Adverse => settings.voting_secs,
        };
        let delay_secs = delay_secs(settings, speed);
        let after = |secs: u64| move |at: u64| at.saturating_add(secs);
        let voting_ends_at = proposed_at.map(after(voting_secs));
        let ready_at = voting_ends_at.map(after(delay_secs));
        Self {
            speed,
            voting_secs,
            delay_secs,
            execution_window_secs: settings.execution_window_secs,
            early_decision: !settings.allow_revote,
            proposed_at,
            voting_ends_at,
            ready_at_earliest: proposed_at
                .filter(|_| !settings.allow_revote)
                .map(after(delay_secs)),
            ready_at,
            deadline: ready_at.map(after(settings.execution_window_secs)),
        }
    }
}
