//! The periods that applied to a proposal, for the report.

use ballast_types::governance::LifecycleResponse;
use serde::Serialize;

use crate::propose::check::Item;
use crate::propose::Proposal;

/// What a DAO did in a replay.
#[derive(Serialize, Debug, Clone, Default)]
pub struct GovernedReport {
    /// Its proposals in order.
    pub proposals: Vec<Period>,
    /// Where prices ended before the last proposal could be executed: how the replay went on.
    pub continued: Option<Continued>,
}

/// A replay that went on after its last price.
#[derive(Serialize, Debug, Clone, Copy)]
pub struct Continued {
    /// When prices ended, seconds.
    pub from: u64,
    /// Until when every market stayed at its last price, seconds.
    pub to: u64,
}

/// One proposal. Times are seconds since the Unix epoch.
#[derive(Serialize, Debug, Clone)]
pub struct Period {
    /// Its number in governance.
    pub proposal_id: u64,
    /// Its title.
    pub title: String,
    /// Normal, adverse or protective.
    pub kind: String,
    /// Voting begins.
    pub proposed_at: u64,
    /// Voting ends.
    pub voting_ends_at: u64,
    /// It was decided.
    pub decided_at: Option<u64>,
    /// The end of its timelock.
    pub ready_at: Option<u64>,
    /// Before when it may be executed.
    pub deadline: Option<u64>,
    /// It was executed.
    pub executed_at: Option<u64>,
    /// Why its messages failed, if they did.
    pub failure: Option<String>,
    /// What it changed.
    pub items: Vec<Item>,
}

impl Period {
    /// Of a proposal that was just made.
    #[must_use]
    pub fn new(made: Proposal, life: &LifecycleResponse) -> Self {
        let mut period = Self {
            proposal_id: life.proposal_id,
            title: made.summary.title,
            kind: life.speed.as_str().to_owned(),
            proposed_at: life.proposed_at,
            voting_ends_at: life.voting_ends_at,
            decided_at: None,
            ready_at: None,
            deadline: None,
            executed_at: None,
            failure: None,
            items: made.summary.items,
        };
        period.update(life);
        period
    }

    /// As governance tells now.
    pub fn update(&mut self, life: &LifecycleResponse) {
        self.decided_at = life.decided_at;
        self.ready_at = life.ready_at;
        self.deadline = life.deadline;
        self.executed_at = life.executed_at;
        self.failure.clone_from(&life.failure);
    }
}
