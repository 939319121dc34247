//! `Poke`: brings everything up to date and pushes risk parameters to one contract.
//!
//! One contract a message, with its own gas limit, and `reply_always`: a market that fails, burns gas or does not exist
//! makes no `Poke` fail. What was sent travels in the payload, so the reply needs no temporary state; it counts as told only
//! when the market accepted it, and never replaces anything newer.

use ballast_storage::{from_bytes, record, to_bytes};
use ballast_types::fund::MarketHookMsg;
use ballast_types::{MarketId, RiskParameters};
use cosmwasm_std::{
    to_json_binary, Addr, DepsMut, Env, MessageInfo, Order, Reply, Response, StdResult, SubMsg,
    SubMsgResult, WasmMsg,
};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::state::{Suite, CLAIMANTS, CONTRACTS, MAX_MARKETS, STANDINGS};
use crate::{drawdown, events, funds, report, solvency};

/// Id of the reply to a push.
pub const POKE_REPLY: u64 = 1;

#[derive(Clone, Debug, PartialEq)]
struct Sent {
    contract: Addr,
    revision: u64,
    markets: Vec<RiskParameters>,
}

record! {
    struct Sent {
        contract,
        revision,
        markets,
    }
}

/// Anyone. Expires all old reports, evaluates the breakers of the contract's markets, the level and the terms, and sends.
///
/// # Errors
/// [`ContractError::ContractNotRegistered`], attached coins. Not if the market fails.
pub fn execute_poke(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    contract: &str,
) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let contract_addr = deps.api.addr_validate(contract)?;
    if !CONTRACTS.has(deps.storage, &contract_addr) {
        return Err(ContractError::ContractNotRegistered {
            contract: contract_addr.into_string(),
        });
    }
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, MAX_MARKETS)?;

    let ids: Vec<MarketId> = CLAIMANTS
        .prefix(&contract_addr)
        .keys(deps.storage, None, None, Order::Ascending)
        .collect::<StdResult<_>>()?;
    let mut markets = Vec::with_capacity(ids.len());
    let mut drawdown_events = vec![];
    for id in ids {
        let mut market = Market::load(deps.storage, &contract_addr, id)?;
        let was_open = market.standing.drawdown.open;
        drawdown::evaluate(&mut books, &mut market)?;
        market.save(deps.storage, &mut books)?;
        if market.standing.drawdown.open != was_open {
            drawdown_events.push(events::drawdown(&market, books.now));
        }
        markets.push(market);
    }
    let gas_limit = books.parameters.poke_gas_limit;
    let closed = books.close(deps.storage)?;

    let told = markets
        .iter()
        .map(|market| solvency::risk_parameters(&closed.suite, market))
        .collect::<ContractResult<Vec<_>>>()?;
    let push = push(&closed.suite, gas_limit, contract_addr, told)?;
    Ok(Response::new()
        .add_attribute("action", "poke")
        .add_events(drawdown_events)
        .add_events(closed.events)
        .add_submessage(push))
}

fn push(
    suite: &Suite,
    gas_limit: u64,
    contract: Addr,
    markets: Vec<RiskParameters>,
) -> ContractResult<SubMsg> {
    let revision = suite.revision;
    let hook = MarketHookMsg::SetRiskLevel {
        revision,
        markets: markets.clone(),
    };
    let message = WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(&hook)?,
        funds: vec![],
    };
    let payload = to_bytes(&Sent {
        contract,
        revision,
        markets,
    });
    Ok(SubMsg::reply_always(message, POKE_REPLY)
        .with_gas_limit(gas_limit)
        .with_payload(payload))
}

/// Notes what the market accepted. The text of a failure is not read.
///
/// # Errors
/// [`ContractError::UnknownReply`].
pub fn reply(deps: DepsMut, message: &Reply) -> ContractResult<Response> {
    if message.id != POKE_REPLY {
        return Err(ContractError::UnknownReply { found: message.id });
    }
    let Sent {
        contract,
        revision,
        markets,
    } = from_bytes(&message.payload)?;
    let sent = matches!(message.result, SubMsgResult::Ok(_));
    if sent {
        for risk in &markets {
            let key = (&contract, risk.market);
            let mut standing = STANDINGS.load(deps.storage, key)?;
            let newest = standing.told.as_ref().map(|told| told.revision);
            if newest.map_or(true, |newest| newest < risk.revision) {
                standing.told = Some(risk.clone());
                STANDINGS.save(deps.storage, key, &standing)?;
            }
        }
    }
    Ok(Response::new()
        .add_attribute("action", "poke_reply")
        .add_event(events::poke(&contract, revision, sent)))
}
