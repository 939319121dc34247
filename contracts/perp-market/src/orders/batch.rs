//! Many cancels and placements of one account in one message.
//!
//! Cancels come first, so that what they free can be used. A cancel of an order that is gone and a placement that
//! is refused are reported and undo nothing else: a placement works on a copy of the working set, which is
//! dropped where it is refused. The caps on fills and removals are the whole message's, and what a refused
//! placement used of them stays used.

use ballast_json::to_json_binary;
use ballast_types::market::{BatchAnswer, BatchOrder, CancelOutcome, OrderReference, PlaceOutcome};
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use crate::delegates::acting_account;
use crate::error::{cut, ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::fund;
use crate::matching::Effort;
use crate::orders::cancel::{cancel_one, Reference};
use crate::orders::place::place;
use crate::orders::NewOrder;

/// Cancels and placements of one message.
pub const MAX_BATCH_ITEMS: u32 = 20;

/// Cancels, then places. By the account's owner or a delegate.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    owner: Option<&str>,
    subaccount: u32,
    cancel: &[OrderReference],
    orders: &[BatchOrder],
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    check_items(cancel.len().saturating_add(orders.len()))?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = acting_account(&exchange, &info.sender, owner, subaccount)?;
    let mut answer = BatchAnswer {
        cancelled: vec![],
        placed: vec![],
    };
    for reference in cancel {
        let outcome = cancel_if_there(&mut exchange, number, Reference::from(*reference))?;
        answer.cancelled.push(outcome);
    }
    let mut effort = Effort::default();
    for order in orders {
        let new = NewOrder::from(order);
        answer
            .placed
            .push(place_if_allowed(&mut exchange, number, &new, &mut effort));
    }
    let messages = flush_one(&mut exchange, orders, &answer)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    fund::take_from_vault(deps.storage, &messages)?;
    Ok(Response::new()
        .add_attribute("action", "batch")
        .add_attribute("account", number.to_string())
        .add_events(happened)
        .add_submessages(messages.into_iter().map(|flush| flush.message))
        .set_data(to_json_binary(&answer)))
}

fn check_items(items: usize) -> ContractResult<()> {
    let found = u32::try_from(items).unwrap_or(u32::MAX);
    if found == 0 {
        return Err(ContractError::EmptyBatch {}.into());
    }
    if found > MAX_BATCH_ITEMS {
        return Err(ContractError::TooManyItems {
            max: MAX_BATCH_ITEMS,
            found,
        }
        .into());
    }
    Ok(())
}

fn cancel_if_there(
    exchange: &mut Exchange,
    number: u64,
    reference: Reference,
) -> ContractResult<CancelOutcome> {
    match cancel_one(exchange, number, reference) {
        Ok(()) => Ok(CancelOutcome::Cancelled),
        Err(error) => match *error {
            ContractError::NoSuchOrder { .. }
            | ContractError::NoSuchTriggerOrder { .. }
            | ContractError::NoSuchClientOrder { .. } => Ok(CancelOutcome::Gone),
            _ => Err(error),
        },
    }
}

fn place_if_allowed(
    exchange: &mut Exchange,
    number: u64,
    new: &NewOrder,
    effort: &mut Effort,
) -> PlaceOutcome {
    let mut attempt = exchange.clone();
    match place(&mut attempt, number, new, effort) {
        Ok(answer) => {
            *exchange = attempt;
            PlaceOutcome::Placed(answer)
        }
        Err(error) => PlaceOutcome::Refused {
            error: cut(&error.to_string()).to_string(),
        },
    }
}

/// Fees that are due leave for the first market of the batch that owes so much: one flush a message, as for one
/// order, so that together they never exceed the vault.
fn flush_one(
    exchange: &mut Exchange,
    orders: &[BatchOrder],
    answer: &BatchAnswer,
) -> ContractResult<Vec<fund::Flush>> {
    for (order, outcome) in orders.iter().zip(&answer.placed) {
        if matches!(outcome, PlaceOutcome::Placed(_)) {
            let messages = fund::automatic_flush(exchange, order.market)?;
            if !messages.is_empty() {
                return Ok(messages);
            }
        }
    }
    Ok(vec![])
}
