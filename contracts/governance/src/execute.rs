//! Sending a proposal's messages, once, and closing what is over.
//!
//! `Execute` marks the proposal as executed and sends its messages in a submessage. Where there are several, or one that could
//! touch what is owed, that is one to governance itself (`RunProposal`), which sends them and at last checks the
//! books: if any of it fails, all of it is undone, and the reply records the failure. The failure is not final: whoever
//! executes chooses the gas and the call depth, so a caller could make any proposal fail. It can be executed again until
//! its deadline.
//!
//! While a proposal is being executed no other can be.

use ballast_storage::{from_bytes, record, to_bytes};
use ballast_types::governance::{BookGap, DepositState, ExecuteMsg, LifecycleStatus, Speed};
use cosmwasm_std::{
    to_json_binary, CosmosMsg, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdResult, SubMsg,
    SubMsgResult, WasmMsg,
};
use cw20::Denom;
use cw_utils::nonpayable;

use crate::books::{Books, Position};
use crate::case::Case;
use crate::deposit::{self, Fate};
use crate::state::{Progress, Standing, EXECUTING};
use crate::{books, events, protective, ContractError, ContractResult};

/// Reply to a proposal's messages.
pub const REPLY_EXECUTE: u64 = 1;
/// Bytes kept of a failure's text.
pub const MAX_CAUSE: usize = 256;

/// What the reply to a proposal's messages has to know: its payload.
struct Run {
    proposal_id: u64,
    /// How often they had failed before.
    failures: u32,
    /// Whether a deposit is to be returned.
    deposit: bool,
    /// How the books were, where the reply checks them.
    before: Option<Before>,
}

/// How the books were before a message.
struct Before {
    /// What is staked.
    token: Denom,
    /// What was missing.
    gaps: Vec<BookGap>,
}

record! {
    struct Run { proposal_id, failures, deposit, before }
    struct Before { token, gaps }
}

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
    let mut case = Case::load(deps.storage, proposal_id)?;
    let now = env.block.time.seconds();
    let life = case.life(now)?;
    if !life.executable(now) {
        return Err(ContractError::NotReady {
            proposal_id,
            found: life.status,
            ready_at: life.ready_at,
            deadline: life.deadline,
            now,
        });
    }
    let failures = failures(&case.standing);
    case.standing.progress = Progress::Executed { at: now, failures };
    case.finish(deps.storage)?;
    EXECUTING.save(deps.storage, &proposal_id)?;
    case.save(deps.storage)?;

    let (message, before) = match sent_at_once(deps.as_ref(), env, &case)? {
        Some((message, before)) => (message, Some(before)),
        None => (run_message(env, proposal_id)?, None),
    };
    let run = Run {
        proposal_id,
        failures,
        deposit: case.standing.deposit == DepositState::Held,
        before,
    };
    let run = SubMsg::reply_always(message, REPLY_EXECUTE).with_payload(to_bytes(&run));
    Ok(Response::new()
        .add_submessage(run)
        .add_attribute("action", "execute")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string()))
}

/// The message of a proposal that holds no other, where it leaves the books as they are whatever happens: what it pays is
/// there beyond what is owed, and it tells no token in which something is owed to move it. It is sent without
/// [`ExecuteMsg::RunProposal`] around it, which costs two entries less; the reply checks the books all the same.
fn sent_at_once(deps: Deps, env: &Env, case: &Case) -> ContractResult<Option<(CosmosMsg, Before)>> {
    if case.standing.speed == Speed::Protective || case.proposal.msgs.len() > 1 {
        return Ok(None);
    }
    let Some(message) = case.messages()?.pop() else {
        return Ok(None);
    };
    let books = Books::load(deps.storage)?;
    let positions = books::positions(deps, &env.contract.address, &books)?;
    if !positions.iter().all(|position| position.bears(&message)) {
        return Ok(None);
    }
    let before = Before {
        gaps: positions.into_iter().map(Position::gap).collect(),
        token: books.token,
    };
    Ok(Some((message, before)))
}

fn run_message(env: &Env, proposal_id: u64) -> StdResult<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::RunProposal { proposal_id })?,
        funds: vec![],
    }
    .into())
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
    let case = Case::load(deps.storage, proposal_id)?;
    let msgs = case.messages()?;
    let gaps = books::gaps(deps.as_ref(), &env.contract.address)?;
    let mut protected = vec![];
    if case.standing.speed == Speed::Protective {
        protected = protective::record(deps.branch(), env, &case, &msgs)?;
    }
    Ok(Response::new()
        .add_events(protected)
        .add_messages(msgs)
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
    let books = Books::load(deps.storage)?;
    books::check(deps.as_ref(), &env.contract.address, &books, gaps)?;
    Ok(Response::new().add_attribute("action", "check_books"))
}

/// All messages went through, or none of them did. The deposit is returned only now: while the messages run it is owed like
/// all others, and a proposer who is paid cannot act between the decision and its execution.
///
/// # Errors
/// Storage; [`ContractError::BooksBroken`], with which all of `Execute` fails, where a single message did to a token what
/// it did not say.
pub fn reply(deps: DepsMut, env: &Env, reply: Reply) -> ContractResult<Response> {
    let run: Run = from_bytes(&reply.payload)?;
    EXECUTING.remove(deps.storage);
    let at = env.block.time.seconds();
    let progress = match reply.result {
        SubMsgResult::Err(cause) => Progress::Failed {
            at,
            failures: run.failures.saturating_add(1),
            cause: cut(cause),
        },
        SubMsgResult::Ok(_) => {
            if let Some(Before { token, gaps }) = run.before {
                let books = Books::of(token, deps.storage)?;
                books::check(deps.as_ref(), &env.contract.address, &books, &gaps)?;
            }
            Progress::Executed {
                at,
                failures: run.failures,
            }
        }
    };
    let response = Response::new().add_event(events::execution(run.proposal_id, &progress));
    let failed = matches!(progress, Progress::Failed { .. });
    if !failed && !run.deposit {
        return Ok(response);
    }
    let mut case = Case::load(deps.storage, run.proposal_id)?;
    case.standing.progress = progress;
    let (payment, returned) = deposit::settle(deps.storage, env, &mut case, Fate::Return)?;
    case.save(deps.storage)?;
    Ok(response.add_submessages(payment).add_events(returned))
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
    let mut case = Case::load(deps.storage, proposal_id)?;
    let now = env.block.time.seconds();
    let life = case.life(now)?;
    let unpaid = case.standing.deposit == DepositState::Held;
    let executed = life.status == LifecycleStatus::Executed;
    if !(life.over(now) && !case.standing.finished || (life.over(now) || executed) && unpaid) {
        return Err(ContractError::NothingToClose {
            proposal_id,
            found: life.status,
        });
    }
    let fate = fate(life.status, &case);
    let (payment, paid) = deposit::settle(deps.storage, env, &mut case, fate)?;
    case.finish(deps.storage)?;
    case.save(deps.storage)?;
    Ok(Response::new()
        .add_submessages(payment)
        .add_attribute("action", "close")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_event(events::closed(proposal_id, life.status))
        .add_events(paid))
}

/// What passed keeps its deposit, what was vetoed loses it, what was rejected as its settings say.
fn fate(status: LifecycleStatus, case: &Case) -> Fate {
    let refund = case
        .deposit()
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
