//! What crosses between the market and its insurance fund: fees out, shortfalls claimed, risk parameters
//! in. The fund is never trusted: it may be missing, empty, failing, lying or re-entering.
//!
//! Every message to it is a `reply_always` submessage with a gas limit, sent after everything was saved. What
//! counts as paid is what arrived: coins beyond the vault line that were not there before.

use ballast_json::{from_json, query_wasm_smart, to_json_binary};
use ballast_storage::{from_bytes, record, to_bytes};
use ballast_types::fund::{
    ClaimAnswer, ExecuteMsg as FundMsg, ReceiveMsg, TopUp, TopUpAnswer, TopUpKind,
};
use ballast_types::token::{TokenBalance, TokenMsg, TokenQuery};
use ballast_types::{MarketId, RiskParameters};
use cosmwasm_std::{
    Addr, Binary, Coin, CosmosMsg, Deps, DepsMut, Env, MessageInfo, Response, Storage, SubMsg,
    Uint128, WasmMsg,
};
use cw20::Denom;

use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::math::{add, subtract};
use crate::state::{Config, Vault, CONFIG, MARKETS, VAULT};

/// Reply to a top-up.
pub const TOP_UP_REPLY: u64 = 1;
/// Reply to a claim.
pub const CLAIM_REPLY: u64 = 2;

/// The token balance of this contract.
pub fn bank_balance(deps: Deps, env: &Env, collateral: &Denom) -> ContractResult<Uint128> {
    Ok(match collateral {
        Denom::Native(denom) => {
            deps.querier
                .query_balance(&env.contract.address, denom)?
                .amount
        }
        Denom::Cw20(token) => {
            let query = TokenQuery::Balance {
                address: env.contract.address.to_string(),
            };
            query_wasm_smart::<TokenBalance>(&deps.querier, token, &query)?.balance
        }
    })
}

/// Coins the contract owns and the books do not know.
pub fn unaccounted(
    deps: Deps,
    env: &Env,
    collateral: &Denom,
    vault: &Vault,
) -> ContractResult<Uint128> {
    let bank = bank_balance(deps, env, collateral)?;
    Ok(bank.saturating_sub(vault.held))
}

/// Which way coins moved.
#[derive(Clone, Copy)]
pub enum Movement {
    /// Into the contract.
    In(Uint128),
    /// Out of it.
    Out(Uint128),
}

/// Books a movement of coins.
pub fn change_vault(storage: &mut dyn Storage, movement: Movement) -> ContractResult<()> {
    let mut vault = VAULT.load(storage)?;
    vault.held = match movement {
        Movement::In(amount) => add(vault.held, amount)?,
        Movement::Out(asked) => {
            vault
                .held
                .checked_sub(asked)
                .map_err(|_| ContractError::InsufficientVault {
                    available: vault.held,
                    asked,
                })?
        }
    };
    Ok(VAULT.save(storage, &vault)?)
}

/// What a reply must know of its message: numbers only, the rest is loaded anew.
#[derive(Clone, Debug, PartialEq)]
pub struct TopUpPayload {
    /// The market.
    pub market: MarketId,
    /// Fees sent.
    pub amount: Uint128,
    /// Sent by itself: a failure makes the next one wait. Anyone can make a `Flush` fail by too little gas,
    /// so that its failure must not.
    pub automatic: bool,
}

record! {
    struct TopUpPayload {
        market,
        amount,
        automatic,
    }
}

/// A message that takes fees to the fund.
pub struct Flush {
    /// `reply_always`.
    pub message: SubMsg,
    /// Quote atoms.
    pub amount: Uint128,
}

/// Fees leave by themselves when they have reached the lot and the last attempt did not just fail.
pub fn automatic_flush(exchange: &mut Exchange, id: MarketId) -> ContractResult<Vec<Flush>> {
    let now = exchange.now();
    let lot = exchange.config.parameters.flush_lot;
    let state = &exchange.market(id)?.state;
    if state.fees_owed < lot || now < state.flush_blocked_until {
        return Ok(vec![]);
    }
    let none = Uint128::zero();
    Ok(take_fees(exchange, id, true, none)?.into_iter().collect())
}

/// Takes owed fees of a market, but for `kept` of them, out of the books and into a top-up. `None` without
/// fees or fund.
pub fn take_fees(
    exchange: &mut Exchange,
    id: MarketId,
    automatic: bool,
    kept: Uint128,
) -> ContractResult<Option<Flush>> {
    let Some(fund) = exchange.config.insurance_fund.clone() else {
        return Ok(None);
    };
    let amount = withdraw_fees(exchange, id, kept)?;
    if amount.is_zero() {
        return Ok(None);
    }
    let top_up = fees_of(exchange, id)?;
    let message = match &exchange.config.collateral {
        Denom::Native(denom) => execute(
            &fund,
            to_json_binary(&FundMsg::TopUp(top_up)),
            vec![Coin::new(amount.u128(), denom)],
        ),
        Denom::Cw20(token) => execute(
            token,
            to_json_binary(&TokenMsg::Send {
                contract: fund.to_string(),
                amount,
                msg: to_json_binary(&ReceiveMsg::TopUp(top_up)),
            }),
            vec![],
        ),
    };
    let payload = to_bytes(&TopUpPayload {
        market: id,
        amount,
        automatic,
    });
    let message = submessage(&exchange.config, message, TOP_UP_REPLY, payload);
    Ok(Some(Flush { message, amount }))
}

/// A top-up without coins: a market in which nobody trades reports all the same.
fn report(exchange: &Exchange, id: MarketId) -> ContractResult<Option<Flush>> {
    let Some(fund) = &exchange.config.insurance_fund else {
        return Ok(None);
    };
    let report = to_json_binary(&FundMsg::TopUp(fees_of(exchange, id)?));
    let message = execute(fund, report, vec![]);
    let amount = Uint128::zero();
    let payload = to_bytes(&TopUpPayload {
        market: id,
        amount,
        automatic: false,
    });
    let message = submessage(&exchange.config, message, TOP_UP_REPLY, payload);
    Ok(Some(Flush { message, amount }))
}

fn fees_of(exchange: &Exchange, id: MarketId) -> ContractResult<TopUp> {
    Ok(TopUp {
        contract: None,
        market: Some(id),
        kind: TopUpKind::Fees,
        state: Some(exchange.market(id)?.report()?),
    })
}

/// Takes what can be sent of the fees owed, but for `kept` of them, out of a market's books: at most what the vault holds. While
/// losers have not been liquidated, winners may have withdrawn what the fees are owed from.
pub fn withdraw_fees(
    exchange: &mut Exchange,
    id: MarketId,
    kept: Uint128,
) -> ContractResult<Uint128> {
    let vault = VAULT.load(exchange.deps.storage)?.held;
    let state = &mut exchange.market_mut(id)?.state;
    let amount = state.fees_owed.saturating_sub(kept).min(vault);
    state.fees_owed = subtract(state.fees_owed, amount)?;
    Ok(amount)
}

/// Books fees that are about to leave.
pub fn take_from_vault(storage: &mut dyn Storage, messages: &[Flush]) -> ContractResult<()> {
    for flush in messages {
        change_vault(storage, Movement::Out(flush.amount))?;
    }
    Ok(())
}

/// An execute message.
pub fn execute(contract: &Addr, msg: Binary, funds: Vec<Coin>) -> CosmosMsg {
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg,
        funds,
    }
    .into()
}

/// A `reply_always` submessage to the fund with its gas limit.
#[must_use]
pub fn submessage(config: &Config, message: CosmosMsg, id: u64, payload: Vec<u8>) -> SubMsg {
    SubMsg::reply_always(message, id)
        .with_gas_limit(config.parameters.fund_gas_limit)
        .with_payload(payload)
}

/// Sends the fees a market owes to the fund, or where it owes none its report alone. Anyone.
pub fn flush(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: MarketId,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    if exchange.config.insurance_fund.is_none() {
        return Err(ContractError::NoInsuranceFund {}.into());
    }
    exchange.open_market(id)?;
    let flush = match take_fees(&mut exchange, id, false, Uint128::zero())? {
        Some(flush) => Some(flush),
        None => report(&exchange, id)?,
    };
    let messages: Vec<Flush> = flush.into_iter().collect();
    let amount = messages
        .first()
        .map_or(Uint128::zero(), |flush| flush.amount);
    let happened = exchange.into_changes().save(deps.storage)?;
    take_from_vault(deps.storage, &messages)?;
    Ok(Response::new()
        .add_attribute("action", "flush")
        .add_attribute("amount", amount)
        .add_events(happened)
        .add_submessages(messages.into_iter().map(|flush| flush.message)))
}

/// The fund took the fees, or did not: then they are owed again, and the next automatic flush waits.
pub fn reply_top_up(
    deps: DepsMut,
    env: &Env,
    payload: &Binary,
    answer: Result<Option<Binary>, String>,
) -> ContractResult<Response> {
    let TopUpPayload {
        market: id,
        amount,
        automatic,
    } = from_bytes(payload)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let wait = exchange.config.parameters.flush_retry_secs;
    let until = exchange.now().saturating_add(wait);
    if answer.is_ok() && !MARKETS.has(deps.storage, id) {
        // The fund called back and had the market delisted: nothing is left to be told.
        return Ok(Response::new().add_event(events::flush(id, amount, "sent")));
    }
    exchange.peek_market(id)?;
    let result = match &answer {
        Ok(data) => {
            let told = data
                .as_ref()
                .and_then(|data| from_json::<TopUpAnswer>(data).ok());
            apply_risk(&mut exchange, id, told.and_then(|answer| answer.risk))?;
            "sent"
        }
        Err(_) => {
            let state = &mut exchange.market_mut(id)?.state;
            state.fees_owed = add(state.fees_owed, amount)?;
            if automatic {
                state.flush_blocked_until = until;
            }
            "failed"
        }
    };
    exchange.events.push(events::flush(id, amount, result));
    let happened = exchange.into_changes().save(deps.storage)?;
    if answer.is_err() {
        change_vault(deps.storage, Movement::In(amount))?;
    }
    Ok(Response::new().add_events(happened))
}

/// New risk parameters for one market, believed where they are for it and newer than what is known.
///
/// The premium is accrued at the old rate first.
pub fn apply_risk(
    exchange: &mut Exchange,
    id: MarketId,
    told: Option<RiskParameters>,
) -> ContractResult<()> {
    let Some(told) = told.filter(|risk| risk.market == id) else {
        return Ok(());
    };
    let known = exchange
        .market(id)?
        .state
        .risk
        .as_ref()
        .map(|risk| risk.revision);
    if known.is_some_and(|revision| told.revision <= revision) {
        return Ok(());
    }
    exchange.accrue_market(id)?;
    // A fund cannot make a market charge more than all of its fees or more than the largest premium; its
    // brakes are applied whatever else it says.
    let applied = RiskParameters {
        fee_share_ppm: told.fee_share_ppm.min(ballast_types::PPM),
        premium_rate_ppm: told.premium_rate_ppm.min(MAX_PREMIUM_RATE_PPM),
        ..told
    };
    exchange.events.push(events::risk(&applied));
    exchange.market_mut(id)?.state.risk = Some(applied);
    Ok(())
}

/// Largest premium a market accepts: 100 % of open interest a year.
pub const MAX_PREMIUM_RATE_PPM: u32 = 1_000_000;

/// Most markets that one push may name.
const MAX_PUSHED_MARKETS: usize = 64;

/// New risk parameters pushed by the fund. Only from the fund; unknown markets and old revisions are
/// passed over.
pub fn set_risk_level(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    markets: Vec<RiskParameters>,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    match &exchange.config.insurance_fund {
        Some(fund) if *fund == info.sender => {}
        other => {
            return Err(ContractError::Unauthorized {
                expected: other
                    .as_ref()
                    .map_or("nobody".to_string(), ToString::to_string),
                found: info.sender.to_string(),
            }
            .into())
        }
    }
    for told in markets.into_iter().take(MAX_PUSHED_MARKETS) {
        let id = told.market;
        match exchange.peek_market(id) {
            Ok(_) => apply_risk(&mut exchange, id, Some(told))?,
            Err(error) if matches!(*error, ContractError::NoSuchMarket { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "set_risk_level")
        .add_events(happened))
}

/// Books coins that arrived without a message to the residue line. Anyone.
pub fn sync(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let mut vault = VAULT.load(deps.storage)?;
    let amount = unaccounted(deps.as_ref(), env, &collateral, &vault)?;
    vault.held = add(vault.held, amount)?;
    vault.residue = add(vault.residue, amount)?;
    VAULT.save(deps.storage, &vault)?;
    Ok(Response::new()
        .add_attribute("action", "sync")
        .add_event(events::sync(amount)))
}

/// What the fund says of a claim. It explains; it pays nothing. Undecodable data is no answer.
#[must_use]
pub fn claim_answer(data: Option<&Binary>) -> Option<ClaimAnswer> {
    data.and_then(|data| from_json(data).ok())
}

/// The data a contract set in its response, taken out of the protobuf envelope that execution wraps it in.
#[must_use]
pub fn unwrap_data(data: Option<Binary>) -> Option<Binary> {
    let data = data?;
    cw_utils::parse_execute_response_data(data.as_slice())
        .ok()
        .and_then(|response| response.data)
}
