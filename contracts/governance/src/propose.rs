//! Making a proposal.

use ballast_types::governance::{DepositState, Settings, Speed, Votes};
use cosmwasm_std::{to_json_binary, CosmosMsg, DepsMut, Env, MessageInfo, Response, Storage};
use cw3::{DepositInfo, Vote};
use cw_utils::Expiration;

use crate::books::Books;
use crate::classify::{classify, content_hash};
use crate::lifecycle::{delay_secs, lifecycle};
use crate::state::{
    current_settings, power_before, proposal_count, total_before, Progress, Proposal, Standing,
    PROPOSALS, UNFINISHED,
};
use crate::stored_message::stored;
use crate::{books, cw3 as wire, deposit, events, protective, vote, ContractError, ContractResult};

/// Bytes of a title.
pub const MAX_TITLE: usize = 256;
/// Bytes of a description.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Proposals of one proposer that are neither executed nor closed.
pub const MAX_UNFINISHED: u32 = 10;

/// A proposal as it is asked for.
pub struct Request {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// What governance will send.
    pub msgs: Vec<CosmosMsg>,
    /// Not before.
    pub earliest: Option<Expiration>,
    /// Not at or after.
    pub latest: Option<Expiration>,
    /// Whether it asks for the short way.
    pub protective: bool,
}

/// Makes a proposal with the proposer's yes.
///
/// # Errors
/// [`ContractError::NoPower`], sizes, refused messages, the wrong deposit, or too many unfinished proposals;
/// [`ContractError::NotProtective`].
pub fn execute_propose(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    request: Request,
) -> ContractResult<Response> {
    let (revision, settings) = current_settings(deps.storage)?;
    check_text(&request.title, &request.description)?;
    let mut speed = classify(deps.api, &env.contract.address, &request.msgs)?;
    let mut voting_secs = settings.voting_secs;
    if request.protective {
        protective::steps(deps.as_ref(), &settings, &request.msgs)?;
        speed = Speed::Protective;
        voting_secs = settings.protective_voting_secs;
    }

    let start_height = env.block.height;
    let power = power_before(deps.storage, &info.sender, start_height)?;
    if power.is_zero() {
        return Err(ContractError::NoPower {
            sender: info.sender.clone(),
        });
    }
    let total = total_before(deps.storage, start_height)?;
    let now = env.block.time.seconds();
    let voting_ends_at = now.saturating_add(voting_secs);
    let (earliest, latest) = window(&request, &settings, speed, voting_ends_at)?;
    let (deposit, collect) = deposit::take(env, info, &settings, power, total)?;
    let arrives = deposit.as_ref().filter(|_| collect.is_some());
    let gap = |deposit: &DepositInfo| {
        let deps = deps.as_ref();
        let books = Books::load(deps.storage)?;
        books::gap(deps, &env.contract.address, &books, &deposit.denom)
    };
    let gaps = arrives.map(gap).transpose()?.into_iter().collect();

    let proposal = Proposal {
        title: request.title,
        description: request.description,
        msgs: stored(&request.msgs)?,
        proposer: info.sender.clone(),
        proposed_at: now,
    };
    let standing = Standing {
        speed,
        revision,
        start_height,
        total_power: total,
        votes: Votes::default(),
        voting_ends_at,
        earliest,
        latest,
        decision: None,
        progress: Progress::Waiting {},
        deposit: deposit_state(deposit.as_ref()),
        finished: false,
    };
    let proposal_id = save(deps.storage, &proposal, deposit.as_ref())?;
    let hash = content_hash(&request.msgs)?;
    let proposed = events::proposed(
        proposal_id,
        &proposal.proposer,
        &standing,
        &hash,
        deposit.as_ref(),
    );
    let ballot = vote::Choice {
        proposal_id,
        voter: &info.sender,
        vote: Vote::Yes,
    };
    let (standing, voted) = vote::cast(deps.branch(), env, &settings, standing, &ballot, power)?;

    let status = lifecycle(&standing, &settings, now)?.status;
    let mut response = Response::new()
        .add_attribute("action", "propose")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("status", format!("{:?}", wire::status(status)))
        .add_event(proposed)
        .add_events(voted)
        .set_data(to_json_binary(&proposal_id)?);
    if let Some(collect) = collect {
        let check = books::check_message(env, gaps)?;
        response = response.add_message(collect).add_message(check);
    }
    Ok(response)
}

/// Stores what never changes; how it stands is stored with the proposer's vote.
fn save(
    storage: &mut dyn Storage,
    proposal: &Proposal,
    deposit: Option<&DepositInfo>,
) -> ContractResult<u64> {
    let unfinished = UNFINISHED
        .may_load(storage, &proposal.proposer)?
        .unwrap_or_default();
    if unfinished >= MAX_UNFINISHED {
        return Err(ContractError::TooManyUnfinished {
            max: MAX_UNFINISHED,
            proposer: proposal.proposer.clone(),
        });
    }
    UNFINISHED.save(storage, &proposal.proposer, &unfinished.saturating_add(1))?;
    if let Some(deposit) = deposit {
        deposit::hold(storage, deposit)?;
    }
    let proposal_id = proposal_count(storage)?.saturating_add(1);
    PROPOSALS.save(storage, proposal_id, proposal)?;
    Ok(proposal_id)
}

/// cw3's `earliest` and `latest` narrow the window of execution; they never shorten a vote or a delay.
fn window(
    request: &Request,
    settings: &Settings,
    speed: Speed,
    voting_ends_at: u64,
) -> ContractResult<(Option<u64>, Option<u64>)> {
    let delay = delay_secs(settings, speed);
    let ready_at = voting_ends_at.saturating_add(delay);
    let deadline = ready_at.saturating_add(settings.execution_window_secs);
    let earliest = seconds("earliest", request.earliest)?;
    let latest = seconds("latest", request.latest)?;
    if let Some(found) = earliest.filter(|earliest| *earliest >= deadline) {
        return Err(ContractError::WrongWindow {
            bound: "earliest",
            expected: format!("before {deadline}"),
            found: found.to_string(),
        });
    }
    let opens_at = earliest.unwrap_or(0).max(ready_at);
    if let Some(found) = latest.filter(|latest| *latest <= opens_at) {
        return Err(ContractError::WrongWindow {
            bound: "latest",
            expected: format!("after {opens_at}"),
            found: found.to_string(),
        });
    }
    Ok((earliest, latest))
}

fn seconds(bound: &'static str, asked: Option<Expiration>) -> ContractResult<Option<u64>> {
    match asked {
        None | Some(Expiration::Never {}) => Ok(None),
        Some(Expiration::AtTime(time)) => Ok(Some(time.seconds())),
        Some(found @ Expiration::AtHeight(_)) => Err(ContractError::WrongWindow {
            bound,
            expected: "and not a height".to_owned(),
            found: found.to_string(),
        }),
    }
}

/// Checks what a proposal says to people.
///
/// # Errors
/// [`ContractError::WrongSize`].
pub fn check_text(title: &str, description: &str) -> ContractResult<()> {
    check_size("title", title, 1, MAX_TITLE)?;
    check_size("description", description, 0, MAX_DESCRIPTION)
}

fn check_size(what: &'static str, text: &str, min: usize, max: usize) -> ContractResult<()> {
    let found = text.len();
    if found < min || found > max {
        return Err(ContractError::WrongSize {
            what,
            min,
            max,
            found,
        });
    }
    Ok(())
}

fn deposit_state(deposit: Option<&DepositInfo>) -> DepositState {
    if deposit.is_some() {
        DepositState::Held
    } else {
        DepositState::None
    }
}
