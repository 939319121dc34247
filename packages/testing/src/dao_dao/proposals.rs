//! The proposal module for yes or no: `dao-proposal-single` without hooks, deposits and revoting. A proposal passes with
//! a share of all power, as the real one's `absolute_percentage`.

use ballast_types::voting_module::{TotalPowerAtHeightResponse, VotingPowerAtHeightResponse};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Addr, Binary, CosmosMsg, Decimal, Deps, DepsMut, Empty, Env, MessageInfo,
    Response, StdError, StdResult, Uint128, WasmMsg,
};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::{Item, Map};
use cw_utils::{Duration, Expiration};
use thiserror::Error;

use super::core;

/// Why a message was refused.
#[derive(Error, Debug, PartialEq)]
pub enum ProposalError {
    /// Of the chain.
    #[error(transparent)]
    Std(#[from] StdError),
    /// No power before the proposal.
    #[error("no power at height {height}")]
    NotRegistered {
        /// When it would have been needed.
        height: u64,
    },
    /// Voted before.
    #[error("voted already")]
    AlreadyVoted {},
    /// Voting is over.
    #[error("proposal {id} is expired")]
    Expired {
        /// Which.
        id: u64,
    },
    /// Not passed, or executed before.
    #[error("the proposal did not pass, or was executed")]
    NotPassed {},
}

/// A share.
#[cw_serde]
pub enum PercentageThreshold {
    /// More than half.
    Majority {},
    /// At least this.
    Percent(Decimal),
}

/// When a proposal passes.
#[cw_serde]
pub enum Threshold {
    /// By a share of all power.
    AbsolutePercentage {
        /// Of it.
        percentage: PercentageThreshold,
    },
}

/// What makes a proposal module. The sender is its DAO.
#[cw_serde]
pub struct InstantiateMsg {
    /// When a proposal passes.
    pub threshold: Threshold,
    /// How long is voted.
    pub max_voting_period: Duration,
}

/// A vote.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Vote {
    /// For.
    Yes,
    /// Against.
    No,
    /// Neither.
    Abstain,
}

/// A proposal as it is asked for.
#[cw_serde]
pub struct SingleChoiceProposeMsg {
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// What the core will send.
    pub msgs: Vec<CosmosMsg<Empty>>,
    /// Of a pre-propose module; none here.
    pub proposer: Option<String>,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Makes a proposal. Anyone: it has no vote yet.
    Propose(SingleChoiceProposeMsg),
    /// Votes. By who had power before the proposal's block.
    Vote {
        /// Which.
        proposal_id: u64,
        /// How.
        vote: Vote,
        /// Why.
        rationale: Option<String>,
    },
    /// Has the core send the messages of a passed proposal. Anyone.
    Execute {
        /// Which.
        proposal_id: u64,
    },
}

#[cw_serde]
struct Proposal {
    msgs: Vec<CosmosMsg<Empty>>,
    start_height: u64,
    total_power: Uint128,
    yes: Uint128,
    expiration: Expiration,
    executed: bool,
}

const DAO: Item<Addr> = Item::new("dao");
const CONFIG: Item<InstantiateMsg> = Item::new("config");
const COUNT: Item<u64> = Item::new("proposal_count");
const PROPOSALS: Map<u64, Proposal> = Map::new("proposals");
const BALLOTS: Map<(u64, &Addr), Vote> = Map::new("ballots");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

fn instantiate(
    deps: DepsMut,
    _: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    DAO.save(deps.storage, &info.sender)?;
    COUNT.save(deps.storage, &0)?;
    CONFIG.save(deps.storage, &msg)?;
    Ok(Response::new().add_attribute("dao", info.sender))
}

fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ProposalError> {
    match msg {
        ExecuteMsg::Propose(request) => propose(deps, &env, request),
        ExecuteMsg::Vote {
            proposal_id, vote, ..
        } => cast(deps, &env, &info.sender, proposal_id, vote),
        ExecuteMsg::Execute { proposal_id } => run(deps, proposal_id),
    }
}

fn propose(
    deps: DepsMut,
    env: &Env,
    request: SingleChoiceProposeMsg,
) -> Result<Response, ProposalError> {
    let height = env.block.height;
    let total: TotalPowerAtHeightResponse = deps.querier.query_wasm_smart(
        DAO.load(deps.storage)?,
        &core::QueryMsg::TotalPowerAtHeight {
            height: Some(height),
        },
    )?;
    let id = COUNT.load(deps.storage)?.saturating_add(1);
    COUNT.save(deps.storage, &id)?;
    let proposal = Proposal {
        msgs: request.msgs,
        start_height: height,
        total_power: total.power,
        yes: Uint128::zero(),
        expiration: CONFIG
            .load(deps.storage)?
            .max_voting_period
            .after(&env.block),
        executed: false,
    };
    PROPOSALS.save(deps.storage, id, &proposal)?;
    Ok(Response::new()
        .add_attribute("action", "propose")
        .add_attribute("proposal_id", id.to_string())
        .set_data(to_json_binary(&id)?))
}

fn cast(
    deps: DepsMut,
    env: &Env,
    voter: &Addr,
    id: u64,
    vote: Vote,
) -> Result<Response, ProposalError> {
    let mut proposal = PROPOSALS.load(deps.storage, id)?;
    if proposal.expiration.is_expired(&env.block) {
        return Err(ProposalError::Expired { id });
    }
    let height = proposal.start_height;
    let found: VotingPowerAtHeightResponse = deps.querier.query_wasm_smart(
        DAO.load(deps.storage)?,
        &core::QueryMsg::VotingPowerAtHeight {
            address: voter.to_string(),
            height: Some(height),
        },
    )?;
    if found.power.is_zero() {
        return Err(ProposalError::NotRegistered { height });
    }
    if BALLOTS.has(deps.storage, (id, voter)) {
        return Err(ProposalError::AlreadyVoted {});
    }
    BALLOTS.save(deps.storage, (id, voter), &vote)?;
    if vote == Vote::Yes {
        proposal.yes = proposal
            .yes
            .checked_add(found.power)
            .map_err(StdError::from)?;
    }
    PROPOSALS.save(deps.storage, id, &proposal)?;
    Ok(Response::new()
        .add_attribute("action", "vote")
        .add_attribute("proposal_id", id.to_string()))
}

/// The real module tolerates a failure of the messages and closes the proposal, or leaves it open; here a failure
/// fails the message, which leaves it open.
fn run(deps: DepsMut, id: u64) -> Result<Response, ProposalError> {
    let mut proposal = PROPOSALS.load(deps.storage, id)?;
    let Threshold::AbsolutePercentage { percentage } = CONFIG.load(deps.storage)?.threshold;
    let (yes, total) = (proposal.yes, proposal.total_power);
    let passed = match percentage {
        PercentageThreshold::Majority {} => yes.full_mul(2u8) > total.into(),
        PercentageThreshold::Percent(share) => {
            yes.full_mul(Decimal::one().atomics()) >= total.full_mul(share.atomics())
        }
    };
    if !passed || proposal.executed {
        return Err(ProposalError::NotPassed {});
    }
    proposal.executed = true;
    let msgs = proposal.msgs.clone();
    PROPOSALS.save(deps.storage, id, &proposal)?;
    let hook = WasmMsg::Execute {
        contract_addr: DAO.load(deps.storage)?.into_string(),
        msg: to_json_binary(&core::ExecuteMsg::ExecuteProposalHook { msgs })?,
        funds: vec![],
    };
    Ok(Response::new()
        .add_message(hook)
        .add_attribute("action", "execute")
        .add_attribute("proposal_id", id.to_string()))
}

fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    Err(StdError::generic_err("this double answers nothing"))
}
