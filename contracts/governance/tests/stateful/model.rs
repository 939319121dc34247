//! What governance should do, written a second time from the README, in plain small integers.

use std::collections::BTreeMap;

use ballast_types::governance::LifecycleStatus::{self, *};
use cw3::Vote;

use super::common::DAY;

/// What every proposer pays, in a coin of its own.
pub const DEPOSIT: u128 = 5;

const VOTING: u64 = 7 * DAY;
const ADVERSE: u64 = 21 * DAY;
const WINDOW: u64 = 7 * DAY;
const UNSTAKING: u64 = 7 * DAY;

/// What a proposal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pays `fay` out of the treasury.
    Pay(u128),
    /// Has no messages.
    Nothing,
    /// Can never be executed.
    Impossible,
    /// Sets the timelock to so many days.
    Timelock(u64),
    /// Sets the adverse delay to a second: out of range.
    Hostile,
    /// Appoints the guardian that there is.
    Guardian,
}

impl Kind {
    fn adverse(&self) -> bool {
        matches!(self, Self::Timelock(_) | Self::Hostile | Self::Guardian)
    }
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Zero,
    TooSmall,
    TooManyClaims,
    NothingToClaim,
    NoPower,
    TooManyUnfinished,
    NoSuchProposal,
    NotOpen,
    AlreadyVoted,
    NotReady,
    NothingToClose,
    NotGuardian,
    NotCancellable,
    CancelledBefore,
    OnlyChangesGuardian,
}

#[derive(Clone, Debug)]
pub struct Proposal {
    kind: Kind,
    /// The messages as they were when it was made: settings are whole.
    content: String,
    proposer: String,
    powers: BTreeMap<String, u128>,
    votes: BTreeMap<String, Vote>,
    ends_at: u64,
    timelock: u64,
    decided: Option<(Outcome, u64)>,
    cancelled: bool,
    failed: bool,
    pub executed_at: Option<u64>,
    deposit_held: bool,
    finished: bool,
}

impl Proposal {
    pub fn total(&self) -> u128 {
        self.powers.values().sum()
    }

    fn cast(&self, vote: Vote) -> u128 {
        let voters = self.votes.iter().filter(|(_, cast)| **cast == vote);
        voters.map(|(voter, _)| self.powers[voter]).sum()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Rejected,
    Vetoed,
}

pub struct Model {
    now: u64,
    refund: bool,
    pub timelock: u64,
    pub stakes: BTreeMap<String, u128>,
    before_block: BTreeMap<String, u128>,
    claims: Vec<(String, u128, u64)>,
    pub proposals: Vec<Proposal>,
    cancelled: Vec<String>,
    pub treasury: u128,
    pub paid: u128,
    pub forfeited: u128,
}

impl Model {
    pub fn new(now: u64, refund: bool) -> Self {
        Self {
            now,
            refund,
            timelock: 2 * DAY,
            stakes: BTreeMap::new(),
            before_block: BTreeMap::new(),
            claims: vec![],
            proposals: vec![],
            cancelled: vec![],
            treasury: 0,
            paid: 0,
            forfeited: 0,
        }
    }

    pub fn wait(&mut self, secs: u64) {
        self.now += secs;
        self.before_block = self.stakes.clone();
    }

    /// Seconds until a proposal's state changes by itself; one where it does not.
    pub fn until_next(&self, id: u64) -> u64 {
        let Ok(at) = self.find(id) else { return 1 };
        let proposal = &self.proposals[at];
        let next = match self.status(proposal) {
            Open => proposal.ends_at,
            Queued => self.ready_at(proposal).unwrap(),
            _ => self.now + 1,
        };
        next - self.now
    }

    pub fn unstaking(&self) -> u128 {
        self.claims.iter().map(|(_, amount, _)| amount).sum()
    }

    pub fn held(&self) -> u128 {
        let held = self.proposals.iter().filter(|p| p.deposit_held);
        DEPOSIT * held.count() as u128
    }

    pub fn stake(&mut self, name: &str, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err(Refusal::Zero);
        }
        *self.stakes.entry(name.to_owned()).or_default() += amount;
        Ok(())
    }

    pub fn unstake(&mut self, name: &str, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err(Refusal::Zero);
        }
        let staked = self.stakes.get(name).copied().unwrap_or_default();
        if amount > staked {
            return Err(Refusal::TooSmall);
        }
        if self.claims.iter().filter(|(of, ..)| of == name).count() >= 20 {
            return Err(Refusal::TooManyClaims);
        }
        self.stakes.insert(name.to_owned(), staked - amount);
        let release = self.now + UNSTAKING;
        self.claims.push((name.to_owned(), amount, release));
        Ok(())
    }

    pub fn claim(&mut self, name: &str) -> Result<(), Refusal> {
        let before = self.claims.len();
        let now = self.now;
        self.claims
            .retain(|(of, _, release)| of != name || *release > now);
        if self.claims.len() == before {
            return Err(Refusal::NothingToClaim);
        }
        Ok(())
    }

    pub fn propose(&mut self, name: &str, kind: &Kind) -> Result<(), Refusal> {
        if self.before_block.get(name).copied().unwrap_or_default() == 0 {
            return Err(Refusal::NoPower);
        }
        let unfinished = self
            .proposals
            .iter()
            .filter(|p| p.proposer == name && !p.finished);
        if unfinished.count() >= 10 {
            return Err(Refusal::TooManyUnfinished);
        }
        let content = match kind {
            Kind::Hostile => format!("{kind:?} {}", self.timelock),
            other => format!("{other:?}"),
        };
        self.proposals.push(Proposal {
            kind: kind.clone(),
            content,
            proposer: name.to_owned(),
            powers: self.before_block.clone(),
            votes: BTreeMap::new(),
            ends_at: self.now + VOTING,
            timelock: self.timelock,
            decided: None,
            cancelled: false,
            failed: false,
            executed_at: None,
            deposit_held: true,
            finished: false,
        });
        let id = self.proposals.len() as u64;
        self.vote(name, id, Vote::Yes)
    }

    pub fn vote(&mut self, name: &str, id: u64, vote: Vote) -> Result<(), Refusal> {
        let at = self.find(id)?;
        if self.status(&self.proposals[at]) != Open {
            return Err(Refusal::NotOpen);
        }
        let now = self.now;
        let proposal = &mut self.proposals[at];
        if proposal.powers.get(name).copied().unwrap_or_default() == 0 {
            return Err(Refusal::NoPower);
        }
        if proposal.votes.contains_key(name) {
            return Err(Refusal::AlreadyVoted);
        }
        proposal.votes.insert(name.to_owned(), vote);
        proposal.decided = certain(proposal).map(|outcome| (outcome, now));
        Ok(())
    }

    pub fn execute(&mut self, id: u64) -> Result<(), Refusal> {
        let at = self.find(id)?;
        if !self.executable(&self.proposals[at]) {
            return Err(Refusal::NotReady);
        }
        let proposal = &mut self.proposals[at];
        proposal.deposit_held = false;
        proposal.finished = true;
        let works = match proposal.kind {
            Kind::Pay(amount) => amount <= self.treasury,
            Kind::Nothing | Kind::Timelock(_) | Kind::Guardian => true,
            Kind::Impossible | Kind::Hostile => false,
        };
        proposal.failed = !works;
        if works {
            proposal.executed_at = Some(self.now);
            match proposal.kind {
                Kind::Pay(amount) => {
                    self.treasury -= amount;
                    self.paid += amount;
                }
                Kind::Timelock(days) => self.timelock = days * DAY,
                _ => {}
            }
        }
        Ok(())
    }

    pub fn close(&mut self, id: u64) -> Result<(), Refusal> {
        let at = self.find(id)?;
        let status = self.status(&self.proposals[at]);
        let over = matches!(status, Rejected | Vetoed | Cancelled | Expired);
        let proposal = &mut self.proposals[at];
        // A failed execution has settled everything already.
        if !over || proposal.finished {
            return Err(Refusal::NothingToClose);
        }
        let forfeit = status == Vetoed || status == Rejected && !self.refund;
        if forfeit && proposal.deposit_held {
            self.forfeited += DEPOSIT;
        }
        proposal.deposit_held = false;
        proposal.finished = true;
        Ok(())
    }

    pub fn cancel(&mut self, guardian: bool, id: u64) -> Result<(), Refusal> {
        if !guardian {
            return Err(Refusal::NotGuardian);
        }
        let at = self.find(id)?;
        let proposal = &self.proposals[at];
        if self.status(proposal) != Queued && !self.executable(proposal) {
            return Err(Refusal::NotCancellable);
        }
        if proposal.kind == Kind::Guardian {
            return Err(Refusal::OnlyChangesGuardian);
        }
        if self.cancelled.contains(&proposal.content) {
            return Err(Refusal::CancelledBefore);
        }
        self.cancelled.push(proposal.content.clone());
        self.proposals[at].cancelled = true;
        Ok(())
    }

    pub fn status(&self, proposal: &Proposal) -> LifecycleStatus {
        let Some((outcome, _)) = self.decision(proposal) else {
            return Open;
        };
        match outcome {
            Outcome::Rejected => return Rejected,
            Outcome::Vetoed => return Vetoed,
            Outcome::Passed => {}
        }
        let ready = self.ready_at(proposal).unwrap();
        match () {
            () if proposal.cancelled => Cancelled,
            () if proposal.executed_at.is_some() => Executed,
            () if proposal.failed => ExecutionFailed,
            () if self.now >= ready + WINDOW => Expired,
            () if self.now >= ready => Ready,
            () => Queued,
        }
    }

    pub fn ready_at(&self, proposal: &Proposal) -> Option<u64> {
        match self.decision(proposal) {
            Some((Outcome::Passed, at)) if proposal.kind.adverse() => Some(at + ADVERSE),
            Some((Outcome::Passed, at)) => Some(at + proposal.timelock),
            _ => None,
        }
    }

    fn executable(&self, proposal: &Proposal) -> bool {
        let status = self.status(proposal);
        matches!(status, Ready | ExecutionFailed)
            && self
                .ready_at(proposal)
                .is_some_and(|ready| self.now < ready + WINDOW)
    }

    fn decision(&self, proposal: &Proposal) -> Option<(Outcome, u64)> {
        if proposal.decided.is_some() {
            return proposal.decided;
        }
        let over = self.now >= proposal.ends_at;
        over.then(|| (outcome(proposal, [0; 4]), proposal.ends_at))
    }

    fn find(&self, id: u64) -> Result<usize, Refusal> {
        if id == 0 || id > self.proposals.len() as u64 {
            return Err(Refusal::NoSuchProposal);
        }
        Ok(id as usize - 1)
    }
}

/// The outcome with more votes: yes, no, abstain, veto.
fn outcome(proposal: &Proposal, more: [u128; 4]) -> Outcome {
    let yes = proposal.cast(Vote::Yes) + more[0];
    let no = proposal.cast(Vote::No) + more[1];
    let abstain = proposal.cast(Vote::Abstain) + more[2];
    let veto = proposal.cast(Vote::Veto) + more[3];
    let cast = yes + no + abstain + veto;
    if cast * 1_000 < proposal.total() * 200 {
        Outcome::Rejected
    } else if veto > 0 && veto * 1_000 >= cast * 334 {
        Outcome::Vetoed
    } else if yes > 0 && yes * 2 >= yes + no + veto {
        Outcome::Passed
    } else {
        Outcome::Rejected
    }
}

/// What all the rest of the power cannot change, voting one way or not at all. (The tally's own test tries
/// every mixture.)
fn certain(proposal: &Proposal) -> Option<Outcome> {
    let voted: u128 = proposal
        .votes
        .keys()
        .map(|voter| proposal.powers[voter])
        .sum();
    let rest = proposal.total() - voted;
    let now = outcome(proposal, [0; 4]);
    let stays = (0..4).all(|way| {
        let mut more = [0; 4];
        more[way] = rest;
        outcome(proposal, more) == now
    });
    stays.then_some(now)
}
