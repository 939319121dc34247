//! Withdrawals that limits hold back: a queue, first in, first out.
//!
//! What is queued has left its account and is a line of the ledger. Anyone pays from the head, as far as the
//! limits, the vault and the gate allow; while something is queued every new withdrawal queues behind it.
//! What the gate holds back keeps its place and holds nobody else back: others behind it are paid.
//!
//! A payment that fails blocks nobody: it goes back to its place, the others of the same message are paid all
//! the same, and if it fails again a minute or more later it goes back into its account. The minute is there
//! because a caller can make a payment fail by nesting its call; whoever is owed can ask again meanwhile.

use ballast_json::to_json_binary;
use ballast_storage::{from_bytes, record, to_bytes};
use ballast_types::market::ProcessWithdrawalsAnswer;
use cosmwasm_std::{Binary, DepsMut, Env, MessageInfo, Order, Response, Storage, SubMsg, Uint128};

use crate::accounts::pay;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::gate;
use crate::math::{add, subtract};
use crate::outflow::Outflows;
use crate::state::{QueuedWithdrawal, WITHDRAWALS};

/// Reply to a payment that failed.
pub const WITHDRAWAL_REPLY: u64 = 3;

/// Withdrawals that one message pays unless it says fewer, and at most.
const DEFAULT_PAYMENTS: u32 = 10;
const MAX_PAYMENTS: u32 = 20;

/// Withdrawals that one message reads past because the gate holds them back. They cost a read each.
const MAX_READ_PAST: usize = 200;

/// What the reply must know of a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentPayload {
    /// The withdrawal.
    pub id: u64,
    /// As it was queued, with what was paid now.
    pub withdrawal: QueuedWithdrawal,
}

record! {
    struct PaymentPayload {
        id,
        withdrawal,
    }
}

/// Pays queued withdrawals from the head. Anyone. Answer data: [`ProcessWithdrawalsAnswer`].
pub fn process(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    limit: Option<u32>,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let limit = limit.unwrap_or(DEFAULT_PAYMENTS).min(MAX_PAYMENTS);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let now = exchange.now();
    let mut outflows = Outflows::load(deps.storage, &exchange.config.parameters, now)?;
    let shut = gate::load(deps.storage)?;
    let mut read_past = 0usize;
    let mut queue = WITHDRAWALS.range(deps.storage, None, None, Order::Ascending);
    let mut answer = ProcessWithdrawalsAnswer {
        paid: Uint128::zero(),
        finished: 0,
        queued: Uint128::zero(),
        gated_until: None,
    };
    let mut left = vec![];
    let mut messages = vec![];
    while left.len() < limit && read_past < MAX_READ_PAST {
        let Some((id, withdrawal)) = queue.next().transpose()? else {
            break;
        };
        let account = exchange.account(withdrawal.account)?.clone();
        if let Some(until) = gate::shut_for(&shut, &account, now) {
            answer.gated_until = answer.gated_until.or(Some(until));
            read_past = read_past.saturating_add(1);
            continue;
        }
        let amount = withdrawal.amount.min(outflows.available());
        if amount.is_zero() {
            break;
        }
        outflows.take(amount)?;
        answer.paid = add(answer.paid, amount)?;
        let rest = subtract(withdrawal.amount, amount)?;
        answer.finished = answer.finished.saturating_add(u32::from(rest.is_zero()));
        let payload = to_bytes(&PaymentPayload {
            id,
            withdrawal: QueuedWithdrawal {
                amount,
                ..withdrawal.clone()
            },
        });
        let payment = pay(&exchange.config.collateral, &account.owner, amount)?;
        messages.push(SubMsg::reply_on_error(payment, WITHDRAWAL_REPLY).with_payload(payload));
        exchange.events.push(events::withdrawal_paid(
            id,
            withdrawal.account,
            &account,
            amount,
            rest,
        ));
        left.push((id, withdrawal, rest));
    }
    drop(queue);
    outflows.record.queued = subtract(outflows.record.queued, answer.paid)?;
    answer.queued = outflows.record.queued;
    let happened = exchange.into_changes().save(deps.storage)?;
    for (id, withdrawal, rest) in left {
        keep(deps.storage, id, &withdrawal, rest)?;
    }
    outflows.save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "process_withdrawals")
        .add_attribute("paid", answer.paid)
        .add_events(happened)
        .add_submessages(messages)
        .set_data(to_json_binary(&answer)))
}

/// Leaves so much of a withdrawal in the queue.
fn keep(
    storage: &mut dyn Storage,
    id: u64,
    withdrawal: &QueuedWithdrawal,
    amount: Uint128,
) -> ContractResult<()> {
    if amount.is_zero() {
        WITHDRAWALS.remove(storage, id);
        return Ok(());
    }
    let kept = QueuedWithdrawal {
        amount,
        ..withdrawal.clone()
    };
    Ok(WITHDRAWALS.save(storage, id, &kept)?)
}

/// A payment failed: it goes back to its place, or into its account where it failed a minute ago already.
pub fn reply(deps: DepsMut, env: &Env, payload: &Binary) -> ContractResult<Response> {
    let PaymentPayload { id, withdrawal } = from_bytes(payload)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let now = exchange.now();
    let parameters = exchange.config.parameters.clone();
    let mut outflows = Outflows::load(deps.storage, &parameters, now)?;
    outflows.give(withdrawal.amount)?;
    let rest = WITHDRAWALS
        .may_load(deps.storage, id)?
        .map_or(Uint128::zero(), |rest| rest.amount);
    let amount = add(withdrawal.amount, rest)?;
    let first = withdrawal.failed_at.unwrap_or(now);
    let returned = now.saturating_sub(first) >= parameters.claim_retry_secs;
    if returned {
        gate::put_back(&mut exchange, withdrawal.account, amount)?;
        outflows.record.queued = subtract(outflows.record.queued, rest)?;
    } else {
        outflows.record.queued = add(outflows.record.queued, withdrawal.amount)?;
    }
    exchange.events.push(events::withdrawal_failed(
        id,
        withdrawal.account,
        amount,
        returned,
    ));
    let happened = exchange.into_changes().save(deps.storage)?;
    if returned {
        WITHDRAWALS.remove(deps.storage, id);
    } else {
        let again = QueuedWithdrawal {
            amount,
            failed_at: Some(first),
            ..withdrawal.clone()
        };
        WITHDRAWALS.save(deps.storage, id, &again)?;
    }
    outflows.save(deps.storage)?;
    Ok(Response::new().add_events(happened))
}

/// Puts a queued withdrawal back into its account. By the account's owner, at any time and in any state of the
/// account: it is a deposit.
pub fn cancel(deps: DepsMut, env: &Env, info: &MessageInfo, id: u64) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let withdrawal = WITHDRAWALS
        .may_load(deps.storage, id)?
        .ok_or(ContractError::NoSuchWithdrawal { id })?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let owner = exchange.account(withdrawal.account)?.owner.clone();
    if owner != info.sender {
        return Err(ContractError::Unauthorized {
            expected: owner.to_string(),
            found: info.sender.to_string(),
        }
        .into());
    }
    let parameters = exchange.config.parameters.clone();
    let mut outflows = Outflows::load(deps.storage, &parameters, exchange.now())?;
    outflows.record.queued = subtract(outflows.record.queued, withdrawal.amount)?;
    gate::put_back(&mut exchange, withdrawal.account, withdrawal.amount)?;
    exchange.events.push(events::withdrawal_cancelled(
        id,
        withdrawal.account,
        withdrawal.amount,
    ));
    let happened = exchange.into_changes().save(deps.storage)?;
    WITHDRAWALS.remove(deps.storage, id);
    outflows.save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel_withdrawal")
        .add_attribute("id", id.to_string())
        .add_events(happened))
}
