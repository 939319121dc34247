//! What governance should do, kept beside it: powers by block, votes, decisions and delays, in plain integers, without a
//! line of the contract's.

use std::collections::BTreeMap;

use ballast_types::governance::LifecycleStatus::{self, *};
use ballast_types::governance::Settings;
use cosmwasm_std::{Addr, CosmosMsg};
use cw3::Vote;

use super::deeds::Deed;

/// How long a proposal waits once it has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    None,
    Timelock,
    Adverse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Rejected,
    Vetoed,
}

/// What an executed protective proposal left to be confirmed or reverted.
#[derive(Clone, Debug)]
pub struct Protection {
    pub expires_at: u64,
    pub confirmed: bool,
    pub reverted: Vec<bool>,
}

#[derive(Clone, Debug)]
pub struct Proposal {
    pub deeds: Vec<Deed>,
    pub proposer: usize,
    pub delay: Delay,
    pub start_height: u64,
    pub powers: Vec<u128>,
    votes: BTreeMap<usize, Vote>,
    ends_at: u64,
    settings: Settings,
    decided: Option<(Outcome, u64)>,
    cancelled: bool,
    failures: u32,
    pub executed_at: Option<u64>,
    finished: bool,
    pub protection: Option<Protection>,
}

impl Proposal {
    pub fn total(&self) -> u128 {
        self.powers.iter().sum()
    }

    pub fn messages(&self) -> Vec<CosmosMsg> {
        self.deeds.iter().map(|deed| deed.msg.clone()).collect()
    }

    fn cast(&self, vote: Vote) -> u128 {
        let voters = self.votes.iter().filter(|(_, cast)| **cast == vote);
        voters.map(|(voter, _)| self.powers[*voter]).sum()
    }

    /// The outcome with more votes: yes, no, abstain, veto.
    fn outcome(&self, more: [u128; 4]) -> Outcome {
        let ways = [Vote::Yes, Vote::No, Vote::Abstain, Vote::Veto];
        let [yes, no, abstain, veto] = std::array::from_fn(|way| self.cast(ways[way]) + more[way]);
        let cast = yes + no + abstain + veto;
        let reaches = |part: u128, whole: u128, share: cosmwasm_std::Decimal| {
            part * 1_000_000_000_000_000_000 >= share.atomics().u128() * whole
        };
        let rule = &self.settings;
        if !reaches(cast, self.total(), rule.quorum) {
            Outcome::Rejected
        } else if veto > 0 && reaches(veto, cast, rule.veto_threshold) {
            Outcome::Vetoed
        } else if yes > 0 && reaches(yes, yes + no + veto, rule.threshold) {
            Outcome::Passed
        } else {
            Outcome::Rejected
        }
    }

    /// What all the rest of the power cannot change, voting one way or not at all.
    fn certain(&self) -> Option<Outcome> {
        let voted: u128 = self.votes.keys().map(|voter| self.powers[*voter]).sum();
        let rest = self.total() - voted;
        let now = self.outcome([0; 4]);
        let stays = (0..4).all(|way| {
            let mut more = [0; 4];
            more[way] = rest;
            self.outcome(more) == now
        });
        stays.then_some(now)
    }

    fn decision(&self, now: u64) -> Option<(Outcome, u64)> {
        let over = || (now >= self.ends_at).then(|| (self.outcome([0; 4]), self.ends_at));
        self.decided.or_else(over)
    }

    /// From when on it may be executed, where it passed.
    pub fn ready_at(&self, now: u64) -> Option<u64> {
        match self.decision(now) {
            Some((Outcome::Passed, at)) => Some(match self.delay {
                Delay::None => at,
                Delay::Timelock => at + self.settings.timelock_secs,
                Delay::Adverse => at + self.settings.adverse_delay_secs,
            }),
            _ => None,
        }
    }

    pub fn status(&self, now: u64) -> LifecycleStatus {
        match self.decision(now) {
            None => return Open,
            Some((Outcome::Rejected, _)) => return Rejected,
            Some((Outcome::Vetoed, _)) => return Vetoed,
            Some((Outcome::Passed, _)) => {}
        }
        let ready = self.ready_at(now).unwrap();
        match () {
            () if self.executed_at.is_some() => Executed,
            () if self.cancelled => Cancelled,
            () if self.failures > 0 => ExecutionFailed,
            () if now >= ready + self.settings.execution_window_secs => Expired,
            () if now >= ready => Ready,
            () => Queued,
        }
    }

    pub fn executable(&self, now: u64) -> bool {
        let in_time = |ready| now < ready + self.settings.execution_window_secs;
        matches!(self.status(now), Ready | ExecutionFailed)
            && self.ready_at(now).is_some_and(in_time)
    }

    fn over(&self, now: u64) -> bool {
        match self.status(now) {
            Rejected | Vetoed | Cancelled | Expired => true,
            ExecutionFailed => !self.executable(now),
            _ => false,
        }
    }
}

/// Everything that is known of governance.
pub struct Government {
    /// Who stakes and votes.
    pub members: Vec<Addr>,
    /// Who cancels and freezes, by index into [`Government::members`].
    pub guardian: Option<usize>,
    /// In force.
    pub settings: Settings,
    stakes: Vec<u128>,
    before_block: Vec<u128>,
    height: u64,
    claims: Vec<(usize, u128, u64)>,
    pub proposals: Vec<Proposal>,
    cancelled: Vec<Vec<CosmosMsg>>,
    pub next_freeze_at: u64,
    /// Whether what is about to be executed works, as tried before.
    pub tried: Option<bool>,
}

/// A refusal, by the name of the contract's error.
pub type Refusal = &'static str;

impl Government {
    pub fn new(members: Vec<Addr>, settings: Settings, height: u64) -> Self {
        let none = vec![0; members.len()];
        Self {
            guardian: Some(members.len() - 1),
            members,
            settings,
            stakes: none.clone(),
            before_block: none,
            height,
            claims: vec![],
            proposals: vec![],
            cancelled: vec![],
            next_freeze_at: 0,
            tried: None,
        }
    }

    /// Stakes as they were before the block of this height.
    pub fn powers(&self, height: u64) -> &[u128] {
        if height == self.height {
            &self.before_block
        } else {
            &self.stakes
        }
    }

    fn enter(&mut self, height: u64) {
        self.before_block = self.powers(height).to_vec();
        self.height = height;
    }

    pub fn stake_of(&self, who: usize) -> u128 {
        self.stakes[who]
    }

    pub fn staked(&self) -> u128 {
        self.stakes.iter().sum()
    }

    pub fn unstaking(&self) -> u128 {
        self.claims.iter().map(|(_, amount, _)| amount).sum()
    }

    pub fn find(&self, id: u64) -> Result<&Proposal, Refusal> {
        let at = usize::try_from(id).unwrap().checked_sub(1);
        at.and_then(|at| self.proposals.get(at))
            .ok_or("NoSuchProposal")
    }

    pub fn proposal(&mut self, id: u64) -> &mut Proposal {
        let at = usize::try_from(id - 1).unwrap();
        &mut self.proposals[at]
    }

    pub fn stake(&mut self, who: usize, amount: u128, height: u64) {
        self.enter(height);
        self.stakes[who] += amount;
    }

    pub fn may_unstake(&self, who: usize, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err("ZeroAmount");
        }
        if amount > self.stakes[who] {
            return Err("StakeTooSmall");
        }
        if self.claims.iter().filter(|(of, ..)| *of == who).count() >= 20 {
            return Err("TooManyClaims");
        }
        Ok(())
    }

    pub fn unstake(&mut self, who: usize, amount: u128, (height, now): (u64, u64)) {
        self.enter(height);
        self.stakes[who] -= amount;
        let released = now + self.settings.unstaking_secs;
        self.claims.push((who, amount, released));
    }

    /// What may be claimed now.
    pub fn claimable(&self, who: usize, now: u64) -> u128 {
        let due = |(of, _, at): &&(usize, u128, u64)| *of == who && *at <= now;
        let due = self.claims.iter().filter(due);
        due.map(|(_, amount, _)| amount).sum()
    }

    pub fn claim(&mut self, who: usize, now: u64) {
        self.claims.retain(|(of, _, at)| *of != who || *at > now);
    }

    pub fn may_propose(&self, who: usize, deeds: &[Deed], height: u64) -> Result<(), Refusal> {
        if let Some(refused) = deeds.iter().find_map(|deed| deed.refused) {
            return Err(refused);
        }
        if self.powers(height)[who] == 0 {
            return Err("NoPower");
        }
        let own = self.proposals.iter().filter(|one| one.proposer == who);
        if own.filter(|one| !one.finished).count() >= 10 {
            return Err("TooManyUnfinished");
        }
        Ok(())
    }

    /// Returns the id.
    pub fn propose(
        &mut self,
        (who, protective): (usize, bool),
        deeds: &[Deed],
        (height, now): (u64, u64),
    ) -> u64 {
        self.enter(height);
        let voting = if protective {
            self.settings.protective_voting_secs
        } else {
            self.settings.voting_secs
        };
        let delay = match () {
            () if protective => Delay::None,
            () if deeds.iter().any(|deed| deed.adverse) => Delay::Adverse,
            () => Delay::Timelock,
        };
        self.proposals.push(Proposal {
            deeds: deeds.to_vec(),
            proposer: who,
            delay,
            start_height: height,
            powers: self.before_block.clone(),
            votes: BTreeMap::new(),
            ends_at: now + voting,
            settings: self.settings.clone(),
            decided: None,
            cancelled: false,
            failures: 0,
            executed_at: None,
            finished: false,
            protection: None,
        });
        let id = u64::try_from(self.proposals.len()).unwrap();
        self.vote(who, id, Vote::Yes, now);
        id
    }

    pub fn may_vote(&self, who: usize, id: u64, vote: Vote, now: u64) -> Result<(), Refusal> {
        let proposal = self.find(id)?;
        if proposal.status(now) != Open {
            return Err("NotOpen");
        }
        if proposal.powers[who] == 0 {
            return Err("NoPowerAtStart");
        }
        match proposal.votes.get(&who) {
            Some(_) if !proposal.settings.allow_revote => Err("AlreadyVoted"),
            Some(before) if *before == vote => Err("SameVote"),
            _ => Ok(()),
        }
    }

    pub fn vote(&mut self, who: usize, id: u64, vote: Vote, now: u64) {
        let proposal = self.proposal(id);
        proposal.votes.insert(who, vote);
        if !proposal.settings.allow_revote {
            proposal.decided = proposal.certain().map(|outcome| (outcome, now));
        }
    }

    pub fn may_close(&self, id: u64, now: u64) -> Result<(), Refusal> {
        let proposal = self.find(id)?;
        if proposal.over(now) && !proposal.finished {
            Ok(())
        } else {
            Err("NothingToClose")
        }
    }

    pub fn close(&mut self, id: u64) {
        self.proposal(id).finished = true;
    }

    pub fn may_cancel(&self, who: usize, id: u64, now: u64) -> Result<(), Refusal> {
        if self.guardian != Some(who) {
            return Err("NotGuardian");
        }
        let proposal = self.find(id)?;
        if proposal.status(now) != Queued && !proposal.executable(now) {
            return Err("NotCancellable");
        }
        let appoints = |deed: &Deed| deed.appoints_guardian();
        if !proposal.deeds.is_empty() && proposal.deeds.iter().all(appoints) {
            return Err("OnlyChangesGuardian");
        }
        if self.cancelled.contains(&proposal.messages()) {
            return Err("CancelledBefore");
        }
        Ok(())
    }

    pub fn cancel(&mut self, id: u64) {
        let messages = self.proposal(id).messages();
        self.cancelled.push(messages);
        self.proposal(id).cancelled = true;
    }

    /// Its messages were tried.
    pub fn executed(&mut self, id: u64, works: bool, now: u64) {
        let proposal = self.proposal(id);
        proposal.finished = true;
        if !works {
            proposal.failures += 1;
            return;
        }
        proposal.executed_at = Some(now);
        if proposal.delay == Delay::None {
            proposal.protection = Some(Protection {
                expires_at: now + proposal.settings.protective_expiry_secs,
                confirmed: false,
                reverted: vec![false; proposal.deeds.len()],
            });
        }
    }

    pub fn may_freeze(&self, who: usize, now: u64) -> Result<(), Refusal> {
        if self.guardian != Some(who) {
            return Err("NotGuardian");
        }
        if now < self.next_freeze_at {
            return Err("FreezeTooEarly");
        }
        Ok(())
    }

    pub fn may_revert(&self, id: u64, step: u32, now: u64) -> Result<(), Refusal> {
        let protection = self.find(id).ok().and_then(|one| one.protection.as_ref());
        let protection = protection.ok_or("NoProtection")?;
        if protection.confirmed {
            return Err("Confirmed");
        }
        if now < protection.expires_at {
            return Err("NotExpired");
        }
        let at = usize::try_from(step).unwrap();
        match protection.reverted.get(at) {
            Some(false) => Ok(()),
            _ => Err("NothingToRevert"),
        }
    }
}
