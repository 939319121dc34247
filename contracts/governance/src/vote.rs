//! Voting.

use ballast_types::governance::{LifecycleStatus, Settings};
use cosmwasm_std::{Addr, DepsMut, Env, Event, MessageInfo, Response, Uint128};
use cw3::Vote;
use cw_utils::nonpayable;

use crate::case::load_standing;
use crate::lifecycle::lifecycle;
use crate::state::{power_before, Ballot, Decision, Standing, BALLOTS, SETTINGS, STANDINGS};
use crate::tally::{self, Rule};
use crate::{cw3 as wire, events, ContractError, ContractResult};

/// Who votes what.
pub struct Choice<'a> {
    /// On which proposal.
    pub proposal_id: u64,
    /// Who.
    pub voter: &'a Addr,
    /// What.
    pub vote: Vote,
}

/// Votes with the power held before the proposal's block.
///
/// # Errors
/// [`ContractError::NotOpen`], [`ContractError::NoPowerAtStart`], [`ContractError::AlreadyVoted`],
/// [`ContractError::SameVote`].
pub fn execute_vote(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
    vote: Vote,
) -> ContractResult<Response> {
    nonpayable(info)?;
    let standing = load_standing(deps.storage, proposal_id)?;
    let settings = SETTINGS.load(deps.storage, standing.revision)?;
    let now = env.block.time.seconds();
    let found = lifecycle(&standing, &settings, now)?.status;
    if found != LifecycleStatus::Open {
        return Err(ContractError::NotOpen { proposal_id, found });
    }
    let power = power_before(deps.storage, &info.sender, standing.start_height)?;
    if power.is_zero() {
        return Err(ContractError::NoPowerAtStart {
            voter: info.sender.clone(),
            start_height: standing.start_height,
        });
    }
    let choice = Choice {
        proposal_id,
        voter: &info.sender,
        vote,
    };
    let (standing, voted) = cast(deps.branch(), env, &settings, standing, &choice, power)?;
    let status = lifecycle(&standing, &settings, now)?.status;
    Ok(Response::new()
        .add_attribute("action", "vote")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("status", format!("{:?}", wire::status(status)))
        .add_events(voted))
}

/// Casts or changes a vote, and decides where no other vote could overturn it and votes are final.
///
/// # Errors
/// [`ContractError::AlreadyVoted`], [`ContractError::SameVote`].
pub fn cast(
    deps: DepsMut,
    env: &Env,
    settings: &Settings,
    mut standing: Standing,
    choice: &Choice,
    power: Uint128,
) -> ContractResult<(Standing, Vec<Event>)> {
    let ballot = (choice.proposal_id, choice.voter);
    let replaced = BALLOTS.may_load(deps.storage, ballot)?;
    if let Some(old) = &replaced {
        check_revote(settings, choice, old)?;
        tally::subtract(&mut standing.votes, old.vote, old.power)?;
    }
    tally::add(&mut standing.votes, choice.vote, power)?;
    if !settings.allow_revote {
        let rule = Rule::from(settings);
        let outcome = tally::certain(&standing.votes, standing.total_power, &rule)?;
        let at = env.block.time.seconds();
        standing.decision = outcome.map(|outcome| Decision { outcome, at });
    }
    let new = Ballot {
        vote: choice.vote,
        power,
    };
    BALLOTS.save(deps.storage, ballot, &new)?;
    STANDINGS.save(deps.storage, choice.proposal_id, &standing)?;

    let replaces = replaced.map(|old| old.vote);
    let mut events = vec![events::voted(choice, power, replaces, &standing.votes)];
    if let Some(decision) = &standing.decision {
        events.push(events::decided(choice.proposal_id, decision));
    }
    Ok((standing, events))
}

fn check_revote(settings: &Settings, choice: &Choice, old: &Ballot) -> ContractResult<()> {
    let (proposal_id, voter) = (choice.proposal_id, choice.voter.clone());
    if !settings.allow_revote {
        return Err(ContractError::AlreadyVoted { proposal_id, voter });
    }
    if old.vote == choice.vote {
        return Err(ContractError::SameVote { proposal_id, voter });
    }
    Ok(())
}
