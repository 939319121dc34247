//! cw3's queries. What cw3 does not know is mapped: queued and ready are `passed`; vetoed, cancelled and
//! expired are `rejected`; a failed execution is `executed`. `Lifecycle` tells the truth.

use ballast_types::governance::LifecycleStatus;
use cosmwasm_std::{Addr, BlockInfo, Deps, Order, Timestamp, Uint128};
use cw3::{
    ProposalListResponse, ProposalResponse, Status, VoteInfo, VoteListResponse, VoteResponse,
    VoterDetail, VoterListResponse, VoterResponse,
};
use cw_storage_plus::Bound;
use cw_utils::{maybe_addr, Expiration, ThresholdResponse};

use crate::case::{load_standing, Case};
use crate::query::page;
use crate::state::{current_settings, power, totals, Ballot, BALLOTS, STAKERS, STANDINGS};
use crate::ContractResult;

/// cw3's name of a state.
#[must_use]
pub fn status(status: LifecycleStatus) -> Status {
    match status {
        LifecycleStatus::Open => Status::Open,
        LifecycleStatus::Queued | LifecycleStatus::Ready => Status::Passed,
        LifecycleStatus::Rejected
        | LifecycleStatus::Vetoed
        | LifecycleStatus::Cancelled
        | LifecycleStatus::Expired => Status::Rejected,
        LifecycleStatus::Executed | LifecycleStatus::ExecutionFailed => Status::Executed,
    }
}

/// Power as a 64-bit weight: divided by the smallest power of ten that makes the total fit, rounded down.
#[must_use]
pub fn scaled(power: Uint128, total: Uint128) -> u64 {
    let mut divisor = 1_u128;
    while total.u128().checked_div(divisor).unwrap_or_default() > u128::from(u64::MAX) {
        divisor = divisor.saturating_mul(10);
    }
    let weight = power.u128().checked_div(divisor).unwrap_or_default();
    u64::try_from(weight).unwrap_or(u64::MAX)
}

/// The rule for a proposal made now.
///
/// # Errors
/// Storage.
pub fn threshold(deps: Deps) -> ContractResult<ThresholdResponse> {
    let (_, settings) = current_settings(deps.storage)?;
    let total = totals(deps.storage)?.staked;
    Ok(ThresholdResponse::ThresholdQuorum {
        threshold: settings.threshold,
        quorum: settings.quorum,
        total_weight: scaled(total, total),
    })
}

/// One proposal.
///
/// # Errors
/// [`crate::ContractError::NoSuchProposal`].
pub fn proposal(deps: Deps, block: &BlockInfo, id: u64) -> ContractResult<ProposalResponse> {
    response(block, Case::load(deps.storage, id)?)
}

/// Proposals by id, in either order.
///
/// # Errors
/// Storage.
pub fn proposals(
    deps: Deps,
    block: &BlockInfo,
    exclusive: Option<u64>,
    limit: Option<u32>,
    order: Order,
) -> ContractResult<ProposalListResponse> {
    let bound = exclusive.map(Bound::exclusive);
    let (min, max) = match order {
        Order::Ascending => (bound, None),
        Order::Descending => (None, bound),
    };
    let proposals = STANDINGS
        .keys(deps.storage, min, max, order)
        .take(page(limit))
        .map(|id| response(block, Case::load(deps.storage, id?)?))
        .collect::<ContractResult<_>>()?;
    Ok(ProposalListResponse { proposals })
}

/// One vote; none where there is none.
///
/// # Errors
/// [`crate::ContractError::NoSuchProposal`].
pub fn vote(deps: Deps, id: u64, voter: &str) -> ContractResult<VoteResponse> {
    let standing = load_standing(deps.storage, id)?;
    let voter = deps.api.addr_validate(voter)?;
    let ballot = BALLOTS.may_load(deps.storage, (id, &voter))?;
    Ok(VoteResponse {
        vote: ballot.map(|ballot| vote_info(id, voter, &ballot, standing.total_power)),
    })
}

/// Votes by address.
///
/// # Errors
/// [`crate::ContractError::NoSuchProposal`].
pub fn votes(
    deps: Deps,
    id: u64,
    start_after: Option<String>,
    limit: Option<u32>,
) -> ContractResult<VoteListResponse> {
    let standing = load_standing(deps.storage, id)?;
    let start = maybe_addr(deps.api, start_after)?;
    let min: Option<Bound<&Addr>> = start.as_ref().map(Bound::exclusive);
    let votes = BALLOTS
        .prefix(id)
        .range(deps.storage, min, None, Order::Ascending)
        .take(page(limit))
        .map(|entry| {
            let (voter, ballot) = entry?;
            Ok(vote_info(id, voter, &ballot, standing.total_power))
        })
        .collect::<ContractResult<_>>()?;
    Ok(VoteListResponse { votes })
}

/// Power of an address now; none where it stakes nothing.
///
/// # Errors
/// The address.
pub fn voter(deps: Deps, address: &str) -> ContractResult<VoterResponse> {
    let power = power(deps.storage, &deps.api.addr_validate(address)?)?;
    let total = totals(deps.storage)?.staked;
    let staked = !power.is_zero();
    Ok(VoterResponse {
        weight: staked.then(|| scaled(power, total)),
    })
}

/// Stakers by address.
///
/// # Errors
/// Storage.
pub fn voters(
    deps: Deps,
    start_after: Option<String>,
    limit: Option<u32>,
) -> ContractResult<VoterListResponse> {
    let total = totals(deps.storage)?.staked;
    let voters = stakers(deps, start_after, limit)?
        .into_iter()
        .map(|(address, power)| VoterDetail {
            addr: address.into_string(),
            weight: scaled(power, total),
        })
        .collect();
    Ok(VoterListResponse { voters })
}

/// A page of stakers with their exact stakes.
///
/// # Errors
/// Storage.
pub fn stakers(
    deps: Deps,
    start_after: Option<String>,
    limit: Option<u32>,
) -> ContractResult<Vec<(Addr, Uint128)>> {
    let start = maybe_addr(deps.api, start_after)?;
    let min = start.as_ref().map(Bound::exclusive);
    STAKERS
        .keys(deps.storage, min, None, Order::Ascending)
        .take(page(limit))
        .map(|staker| {
            let staker = staker?;
            let power = power(deps.storage, &staker)?;
            Ok((staker, power))
        })
        .collect()
}

fn response(block: &BlockInfo, case: Case) -> ContractResult<ProposalResponse> {
    let life = case.life(block.time.seconds())?;
    let (msgs, deposit) = (case.messages()?, case.deposit());
    let total = case.standing.total_power;
    Ok(ProposalResponse {
        id: case.id,
        title: case.proposal.title,
        description: case.proposal.description,
        msgs,
        status: status(life.status),
        expires: Expiration::AtTime(Timestamp::from_seconds(case.standing.voting_ends_at)),
        threshold: ThresholdResponse::ThresholdQuorum {
            threshold: case.settings.threshold,
            quorum: case.settings.quorum,
            total_weight: scaled(total, total),
        },
        proposer: case.proposal.proposer,
        deposit,
    })
}

fn vote_info(proposal_id: u64, voter: Addr, ballot: &Ballot, total: Uint128) -> VoteInfo {
    VoteInfo {
        proposal_id,
        voter: voter.into_string(),
        vote: ballot.vote,
        weight: scaled(ballot.power, total),
    }
}
