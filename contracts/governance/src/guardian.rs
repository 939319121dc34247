//! The guardian: cancels what has passed, once for the same messages, and freezes risk for a while. It moves
//! nothing, and whoever does not want it appoints another: that it cannot cancel.

use ballast_storage::{from_bytes, to_bytes};
use ballast_types::governance::{CancelledContent, ContractKind, FreezeHookMsg};
use cosmwasm_std::{
    to_json_binary, DepsMut, Env, MessageInfo, Reply, Response, StdResult, Storage, SubMsg, WasmMsg,
};
use cw_utils::nonpayable;

use crate::case::Case;
use crate::classify::{content_hash, only_changes_guardian};
use crate::execute::failures;
use crate::state::{current_settings, Freeze, Progress, CANCELLED, FREEZE, GUARDIAN};
use crate::{events, ContractError, ContractResult};

/// Reply to a market that did not take a freeze. The payload is the market's address.
pub const REPLY_FREEZE: u64 = 4;

/// Cancels a proposal that passed and was not executed. By the guardian. Its deposit is returned by `Close`.
///
/// # Errors
/// [`ContractError::NotGuardian`], [`ContractError::NotCancellable`], [`ContractError::CancelledBefore`],
/// [`ContractError::OnlyChangesGuardian`].
pub fn execute_cancel(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    proposal_id: u64,
) -> ContractResult<Response> {
    only_guardian(deps.storage, info)?;
    let mut case = Case::load(deps.storage, proposal_id)?;
    let now = env.block.time.seconds();
    let life = case.life(now)?;
    if !life.pending(now) {
        return Err(ContractError::NotCancellable {
            proposal_id,
            found: life.status,
        });
    }
    let msgs = case.messages()?;
    if only_changes_guardian(&env.contract.address, &msgs) {
        return Err(ContractError::OnlyChangesGuardian { proposal_id });
    }
    let content_hash = content_hash(&msgs)?;
    if let Some(before) = CANCELLED.may_load(deps.storage, &content_hash)? {
        return Err(ContractError::CancelledBefore {
            proposal_id: before.proposal_id,
        });
    }
    let cancelled = CancelledContent {
        proposal_id,
        at: now,
    };
    case.standing.progress = Progress::Cancelled {
        at: now,
        failures: failures(&case.standing),
    };
    CANCELLED.save(deps.storage, &content_hash, &cancelled)?;
    case.save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "cancel")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_event(events::cancelled(proposal_id, &info.sender, &content_hash)))
}

/// Tells all markets of the settings to take no more risk for a while. By the guardian. A market that does
/// not take it keeps the others from nothing.
///
/// # Errors
/// [`ContractError::NotGuardian`], [`ContractError::FreezeTooEarly`], [`ContractError::NothingToFreeze`].
pub fn execute_freeze(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    only_guardian(deps.storage, info)?;
    let (_, settings) = current_settings(deps.storage)?;
    let now = env.block.time.seconds();
    let next_at = FREEZE
        .may_load(deps.storage)?
        .map_or(0, |freeze| freeze.next_at);
    if now < next_at {
        return Err(ContractError::FreezeTooEarly { next_at, now });
    }
    let until = now.saturating_add(settings.freeze_secs);
    let freeze = Freeze {
        until,
        next_at: until.saturating_add(settings.freeze_cooloff_secs),
    };
    let messages = settings
        .contracts
        .iter()
        .filter(|contract| contract.kind == ContractKind::PerpMarket)
        .map(|contract| freeze_message(&contract.address, until))
        .collect::<StdResult<Vec<_>>>()?;
    if messages.is_empty() {
        return Err(ContractError::NothingToFreeze {});
    }
    FREEZE.save(deps.storage, &freeze)?;
    let event = events::freeze(&info.sender, &freeze, messages.len());
    Ok(Response::new()
        .add_submessages(messages)
        .add_attribute("action", "freeze")
        .add_attribute("sender", &info.sender)
        .add_event(event))
}

/// A market did not take the freeze.
///
/// # Errors
/// Deserialisation.
pub fn reply(reply: &Reply) -> ContractResult<Response> {
    let market: String = from_bytes(&reply.payload)?;
    Ok(Response::new().add_event(events::freeze_failed(&market)))
}

fn freeze_message(market: &str, until: u64) -> StdResult<SubMsg> {
    let payload = to_bytes(&market.to_owned());
    let message = WasmMsg::Execute {
        contract_addr: market.to_owned(),
        msg: to_json_binary(&FreezeHookMsg::SetFreeze { until })?,
        funds: vec![],
    };
    Ok(SubMsg::reply_on_error(message, REPLY_FREEZE).with_payload(payload))
}

fn only_guardian(storage: &dyn Storage, info: &MessageInfo) -> ContractResult<()> {
    nonpayable(info)?;
    if GUARDIAN.may_load(storage)?.as_ref() == Some(&info.sender) {
        return Ok(());
    }
    Err(ContractError::NotGuardian {
        sender: info.sender.clone(),
    })
}
