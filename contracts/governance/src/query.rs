//! Queries: dispatch, and what is neither cw3's nor DAO DAO's.

use ballast_types::governance::{
    ConfigResponse, GuardianResponse, LifecycleResponse, ProtectiveResponse, QueryMsg, Settings,
};
use ballast_types::voting_module::{ActiveThresholdResponse, GetHooksResponse, IsActiveResponse};
use cosmwasm_std::{to_json_binary, Binary, Deps, Env, Order};

use crate::books::Books;
use crate::case::Case;
use crate::classify::content_hash;
use crate::state::{
    current_settings, proposal_count, Progress, BOOTSTRAP, CANCELLED, FREEZE, GUARDIAN, PROTECTIVE,
    SETTINGS,
};
use crate::{claims, cw3, voting_module, ContractError, ContractResult};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 30;

/// Entries of a page: 10 by default, at most 30.
#[must_use]
pub fn page(limit: Option<u32>) -> usize {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    usize::try_from(limit).unwrap_or_default()
}

/// Dispatches a query.
///
/// # Errors
/// As the query's own function says.
pub fn query(deps: Deps, env: &Env, msg: QueryMsg) -> ContractResult<Binary> {
    let block = &env.block;
    Ok(match msg {
        QueryMsg::Threshold {} => to_json_binary(&cw3::threshold(deps)?),
        QueryMsg::Proposal { proposal_id } => {
            to_json_binary(&cw3::proposal(deps, block, proposal_id)?)
        }
        QueryMsg::ListProposals { start_after, limit } => {
            let order = Order::Ascending;
            to_json_binary(&cw3::proposals(deps, block, start_after, limit, order)?)
        }
        QueryMsg::ReverseProposals {
            start_before,
            limit,
        } => {
            let order = Order::Descending;
            to_json_binary(&cw3::proposals(deps, block, start_before, limit, order)?)
        }
        QueryMsg::Vote { proposal_id, voter } => {
            to_json_binary(&cw3::vote(deps, proposal_id, &voter)?)
        }
        QueryMsg::ListVotes {
            proposal_id,
            start_after,
            limit,
        } => to_json_binary(&cw3::votes(deps, proposal_id, start_after, limit)?),
        QueryMsg::Voter { address } => to_json_binary(&cw3::voter(deps, &address)?),
        QueryMsg::ListVoters { start_after, limit } => {
            to_json_binary(&cw3::voters(deps, start_after, limit)?)
        }
        QueryMsg::Config {} => to_json_binary(&config(deps)?),
        QueryMsg::Lifecycle { proposal_id } => {
            to_json_binary(&lifecycle_of(deps, env, proposal_id)?)
        }
        QueryMsg::Protective { proposal_id } => to_json_binary(&protective(deps, proposal_id)?),
        QueryMsg::Guardian {} => to_json_binary(&guardian(deps)?),
        QueryMsg::CancelledContent { content_hash } => {
            to_json_binary(&CANCELLED.may_load(deps.storage, &content_hash)?)
        }
        QueryMsg::Settings { revision } => to_json_binary(&settings(deps, revision)?),
        QueryMsg::VotingPowerAtHeight { address, height } => {
            to_json_binary(&voting_module::voting_power(deps, env, &address, height)?)
        }
        QueryMsg::TotalPowerAtHeight { height } => {
            to_json_binary(&voting_module::total_power(deps, env, height)?)
        }
        QueryMsg::Info {} => to_json_binary(&voting_module::info(deps)?),
        QueryMsg::Dao {} | QueryMsg::StakingContract {} => to_json_binary(&env.contract.address),
        QueryMsg::IsActive {} => to_json_binary(&IsActiveResponse { active: true }),
        QueryMsg::ActiveThreshold {} => to_json_binary(&ActiveThresholdResponse {
            active_threshold: None,
        }),
        QueryMsg::Denom {} => to_json_binary(&voting_module::denom(deps)?),
        QueryMsg::TokenContract {} => to_json_binary(&voting_module::token_contract(deps)?),
        QueryMsg::GetConfig {} => to_json_binary(&voting_module::staking_config(deps)?),
        QueryMsg::GetHooks {} => to_json_binary(&GetHooksResponse { hooks: vec![] }),
        QueryMsg::Claims { address } => {
            let address = deps.api.addr_validate(&address)?;
            to_json_binary(&claims::list(deps.storage, &address)?)
        }
        QueryMsg::ListStakers { start_after, limit } => {
            to_json_binary(&voting_module::list_stakers(deps, start_after, limit)?)
        }
    }?)
}

fn config(deps: Deps) -> ContractResult<ConfigResponse> {
    let (revision, settings) = current_settings(deps.storage)?;
    let proposals = proposal_count(deps.storage)?;
    let books = Books::load(deps.storage)?;
    let right = BOOTSTRAP.may_load(deps.storage)?;
    Ok(ConfigResponse {
        token: books.token,
        settings,
        revision,
        guardian: GUARDIAN.may_load(deps.storage)?.map(String::from),
        bootstrap: right.filter(|_| proposals == 0),
        proposals,
        staked: books.totals.staked,
        unstaking: books.totals.unstaking,
        deposits: books.deposits,
    })
}

fn settings(deps: Deps, revision: Option<u32>) -> ContractResult<Settings> {
    let Some(revision) = revision else {
        return Ok(current_settings(deps.storage)?.1);
    };
    SETTINGS
        .may_load(deps.storage, revision)?
        .ok_or(ContractError::NoSuchRevision { revision })
}

fn protective(deps: Deps, proposal_id: u64) -> ContractResult<ProtectiveResponse> {
    PROTECTIVE
        .may_load(deps.storage, proposal_id)?
        .ok_or(ContractError::NoProtection { proposal_id })
}

fn guardian(deps: Deps) -> ContractResult<GuardianResponse> {
    let guardian = GUARDIAN.may_load(deps.storage)?.map(String::from);
    let freeze = FREEZE.may_load(deps.storage)?;
    Ok(GuardianResponse {
        guardian,
        frozen_until: freeze.as_ref().map_or(0, |freeze| freeze.until),
        next_freeze_at: freeze.map_or(0, |freeze| freeze.next_at),
    })
}

fn lifecycle_of(deps: Deps, env: &Env, proposal_id: u64) -> ContractResult<LifecycleResponse> {
    let case = Case::load(deps.storage, proposal_id)?;
    let life = case.life(env.block.time.seconds())?;
    let content_hash = content_hash(&case.messages()?)?;
    let standing = case.standing;
    let (executed_at, failures, failure) = match standing.progress {
        Progress::Waiting {} => (None, 0, None),
        Progress::Executed { at, failures } => (Some(at), failures, None),
        Progress::Cancelled { failures, .. } => (None, failures, None),
        Progress::Failed {
            failures, cause, ..
        } => (None, failures, Some(cause)),
    };
    Ok(LifecycleResponse {
        proposal_id,
        status: life.status,
        speed: standing.speed,
        start_height: standing.start_height,
        total_power: standing.total_power,
        votes: standing.votes,
        settings_revision: standing.revision,
        proposed_at: case.proposal.proposed_at,
        voting_ends_at: standing.voting_ends_at,
        decided_at: life.decided_at,
        ready_at: life.ready_at,
        deadline: life.deadline,
        executed_at,
        failures,
        failure,
        deposit: standing.deposit,
        content_hash,
    })
}
