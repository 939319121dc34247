//! Sending a proposal's messages, once, and closing what is over.
//!
//! `Execute` marks the proposal as executed and then calls governance itself (`RunProposal`), which sends
//! the messages and at last checks the books. If any of it fails, all of it is undone, and the reply
//! records the failure. The failure is not final: whoever executes chooses the gas and the call depth, so
//! a caller could make any proposal fail. It can be executed again until its deadline.
//!
//! While a proposal is being executed no other can be.

use ballast_types::governance::{BookGap, DepositState, ExecuteMsg, LifecycleStatus, Speed};
use cosmwasm_std::{
    from_json, to_json_binary, DepsMut, Env, MessageInfo, Reply, Response, Storage, SubMsg,
    SubMsgResult, WasmMsg,
};
use cw_utils::nonpayable;

use crate::deposit::{self, Fate};
use crate::lifecycle::{lifecycle, Lifecycle};
use crate::propose::{finish, load};
use crate::state::{Progress, Proposal, Standing, EXECUTING, SETTINGS, STANDINGS};
use crate::{books, events, protective, ContractError, ContractResult};

/// Reply to a proposal's messages. The payload is the proposal's id.
pub const REPLY_EXECUTE: u64 = 1;
/// Bytes kept of a failure's text.
pub const MAX_CAUSE: usize = 256;

/// Sends the messages of a ready proposal. Anyone.
///
/// # Errors
/// [`ContractError::NotReady`], [`ContractError::Executing`].
pub fn execute_execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
) -> ContractResult<Response> {
    nonpayable(info)?;
    if let Some(proposal_id) = EXECUTING.may_load(deps.storage)? {
        return Err(ContractError::Executing { proposal_id });
    }
    let (proposal, mut standing) = load(deps.storage, proposal_id)?;
    let now = env.block.time.seconds();
    let life = life(deps.storage, &standing, now)?;
    if !life.executable(now) {
        return Err(ContractError::NotReady {
            proposal_id,
            found: life.status,
            ready_at: life.ready_at,
            deadline: life.deadline,
            now,
        });
    }
    standing.progress = Progress::Executed {
        at: now,
        failures: failures(&standing),
    };
    let storage = &mut *deps.storage;
    let (payment, returned) = deposit::settle(
        storage,
        env,
        proposal_id,
        &proposal,
        &mut standing,
        Fate::Return,
    )?;
    finish(storage, &proposal, &mut standing)?;
    EXECUTING.save(storage, &proposal_id)?;
    STANDINGS.save(storage, proposal_id, &standing)?;

    let run = WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::RunProposal { proposal_id })?,
        funds: vec![],
    };
    let run = SubMsg::reply_always(run, REPLY_EXECUTE).with_payload(to_json_binary(&proposal_id)?);
    // The messages go first: a proposer who is paid cannot act between the decision and its execution.
    Ok(Response::new()
        .add_submessage(run)
        .add_submessages(payment)
        .add_attribute("action", "execute")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_events(returned))
}

/// The messages themselves. By governance itself, inside [`execute_execute`].
///
/// # Errors
/// [`ContractError::OnlyGovernance`], [`ContractError::NotExecuting`]; [`ContractError::NotProtective`] where
/// a protective proposal no longer only tightens.
pub fn execute_run(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
) -> ContractResult<Response> {
    only_governance(env, info, "run_proposal")?;
    if EXECUTING.may_load(deps.storage)? != Some(proposal_id) {
        return Err(ContractError::NotExecuting { proposal_id });
    }
    let (proposal, standing) = load(deps.storage, proposal_id)?;
    let gaps = books::gaps(deps.as_ref(), &env.contract.address)?;
    let mut protected = vec![];
    if standing.speed == Speed::Protective {
        protected = protective::record(deps.branch(), env, proposal_id, &proposal, &standing)?;
    }
    Ok(Response::new()
        .add_events(protected)
        .add_messages(proposal.msgs)
        .add_message(books::check_message(env, gaps)?)
        .add_attribute("action", "run_proposal")
        .add_attribute("proposal_id", proposal_id.to_string()))
}

/// Fails where governance lacks more than before. By governance itself.
///
/// # Errors
/// [`ContractError::OnlyGovernance`], [`ContractError::BooksBroken`].
pub fn execute_check_books(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    gaps: &[BookGap],
) -> ContractResult<Response> {
    only_governance(env, info, "check_books")?;
    books::check(deps.as_ref(), &env.contract.address, gaps)?;
    Ok(Response::new().add_attribute("action", "check_books"))
}

/// All messages went through, or none of them did.
///
/// # Errors
/// Storage.
pub fn reply(deps: DepsMut, env: &Env, reply: Reply) -> ContractResult<Response> {
    let proposal_id: u64 = from_json(&reply.payload)?;
    EXECUTING.remove(deps.storage);
    let mut standing = STANDINGS.load(deps.storage, proposal_id)?;
    if let SubMsgResult::Err(cause) = reply.result {
        standing.progress = Progress::Failed {
            at: env.block.time.seconds(),
            failures: failures(&standing).saturating_add(1),
            cause: cut(cause),
        };
        STANDINGS.save(deps.storage, proposal_id, &standing)?;
    }
    Ok(Response::new().add_event(events::execution(proposal_id, &standing.progress)))
}

/// Settles what is over and was not executed, and pays deposits that could not be paid before. Anyone.
///
/// # Errors
/// [`ContractError::NothingToClose`].
pub fn execute_close(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
) -> ContractResult<Response> {
    nonpayable(info)?;
    let (proposal, mut standing) = load(deps.storage, proposal_id)?;
    let now = env.block.time.seconds();
    let life = life(deps.storage, &standing, now)?;
    let unpaid = standing.deposit == DepositState::Held;
    let executed = life.status == LifecycleStatus::Executed;
    if !(life.over(now) && !standing.finished || (life.over(now) || executed) && unpaid) {
        return Err(ContractError::NothingToClose {
            proposal_id,
            found: life.status,
        });
    }
    let fate = fate(life.status, &proposal);
    let (payment, paid) = deposit::settle(
        deps.storage,
        env,
        proposal_id,
        &proposal,
        &mut standing,
        fate,
    )?;
    finish(deps.storage, &proposal, &mut standing)?;
    STANDINGS.save(deps.storage, proposal_id, &standing)?;
    Ok(Response::new()
        .add_submessages(payment)
        .add_attribute("action", "close")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_event(events::closed(proposal_id, life.status))
        .add_events(paid))
}

/// What passed keeps its deposit, what was vetoed loses it, what was rejected as its settings say.
fn fate(status: LifecycleStatus, proposal: &Proposal) -> Fate {
    let refund = proposal
        .deposit
        .as_ref()
        .is_some_and(|deposit| deposit.refund_failed_proposals);
    match status {
        LifecycleStatus::Vetoed => Fate::Forfeit,
        LifecycleStatus::Rejected if !refund => Fate::Forfeit,
        _ => Fate::Return,
    }
}

/// Refuses everybody but governance itself.
///
/// # Errors
/// [`ContractError::OnlyGovernance`].
pub fn only_governance(env: &Env, info: &MessageInfo, message: &'static str) -> ContractResult<()> {
    nonpayable(info)?;
    if info.sender == env.contract.address {
        return Ok(());
    }
    Err(ContractError::OnlyGovernance {
        message,
        sender: info.sender.clone(),
    })
}

/// Where a proposal stands.
///
/// # Errors
/// Storage.
pub fn life(storage: &dyn Storage, standing: &Standing, now: u64) -> ContractResult<Lifecycle> {
    let settings = SETTINGS.load(storage, standing.revision)?;
    Ok(lifecycle(standing, &settings, now)?)
}

/// How often a proposal's messages failed.
#[must_use]
pub fn failures(standing: &Standing) -> u32 {
    match standing.progress {
        Progress::Waiting {} => 0,
        Progress::Executed { failures, .. }
        | Progress::Failed { failures, .. }
        | Progress::Cancelled { failures, .. } => failures,
    }
}

/// The text up to its 256th byte, not splitting a character.
#[must_use]
pub fn cut(mut text: String) -> String {
    let mut end = text.len().min(MAX_CAUSE);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.truncate(end);
    text
}
