//! The fund's answer: what arrived closes the position, or what was not paid is asked for once more with the fees that stayed
//! behind.
//!
//! A claim that fails, rather than pays little, deleverages nobody: a caller can make a healthy fund fail
//! by nesting its call or by giving too little gas. The failure is stored, and only a claim that still
//! fails `claim_retry_secs` later lets deleveraging go on with nothing paid.

use ballast_storage::from_bytes;
use ballast_types::market::LiquidationStatus;
use ballast_types::MarketId;
use cosmwasm_std::{Binary, DepsMut, Env, Response, Storage, Uint128};
use cw20::Denom;

use crate::error::{cut, ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund::{apply_risk, change_vault, claim_answer, unaccounted, Movement};
use crate::liquidation::bankrupt::{self, Funding};
use crate::liquidation::caps::Use;
use crate::liquidation::claim::{ask, ClaimPayload, Request};
use crate::liquidation::deleverage::load_cursor;
use crate::liquidation::plan::Step;
use crate::liquidation::{bounty, conclude, Conclusion, Outcome, Subject};
use crate::math::{add, subtract};
use crate::state::{PendingClaim, ACCOUNTS, CONFIG, MARKET_STATES, PENDING_CLAIMS, VAULT};

/// A failure this many retry times after the last one is a new one, not "still failing".
const PENDING_EXPIRY_RETRIES: u64 = 5;

/// What a chain tells instead of a failure's own text where calls were nested too deep: it hides texts from contracts,
/// so that no fund can say so.
const TOO_DEEP: &str = "codespace: wasm, code: 30";

/// Whoever sends the message chooses at which call depth the fund is asked. A failure for want of depth lets deleveraging
/// go on only after so many retry times; not never, because a fund can use up the depth itself.
const DEPTH_RETRIES: u64 = 60;

/// The fund answered, or failed.
pub fn reply(
    mut deps: DepsMut,
    env: &Env,
    payload: &Binary,
    answer: Result<Option<Binary>, String>,
) -> ContractResult<Response> {
    let payload: ClaimPayload = from_bytes(payload)?;
    let config = CONFIG.load(deps.storage)?;
    let used = payload.used();
    // What was meant to be closed makes room for what is.
    let planned = Use {
        loss: Uint128::zero(),
        ..used
    };
    match answer {
        Ok(data) => {
            let paid = book_arrival(deps.branch(), env, &config.collateral, &payload)?;
            let mut exchange = Exchange::with(deps.as_ref(), env, config);
            if let Err(error) = exchange.open_market(payload.market) {
                return match *error {
                    ContractError::NoSuchMarket { .. } => market_gone(deps, paid),
                    _ => Err(error),
                };
            }
            planned.release(&mut exchange)?;
            let told = claim_answer(data.as_ref()).and_then(|answer| answer.risk);
            apply_risk(&mut exchange, payload.market, told)?;
            let total = add(payload.before, paid)?;
            match close_with(exchange, &payload, total, payload.behind)? {
                Step::Close(conclusion) => conclusion.answered().save(deps),
                Step::Ask(claim) => claim.save(deps),
            }
        }
        Err(error) => {
            return_fees(deps.storage, &payload)?;
            let now = env.block.time.seconds();
            let retry = config.parameters.claim_retry_secs;
            let key = (payload.account, payload.market);
            let pending = still_pending(deps.as_ref().storage, key, &payload, now, retry)?;
            // Nothing waits for a position that somebody closed meanwhile.
            let account = ACCOUNTS.load(deps.storage, payload.account)?;
            let held = !account.size(payload.market).is_zero();
            if held {
                PENDING_CLAIMS.save(deps.storage, key, &pending)?;
            }
            let waited = now.saturating_sub(pending.first_failed_at);
            let mut exchange = Exchange::with(deps.as_ref(), env, config);
            exchange.open_market(payload.market)?;
            exchange.account_mut(payload.account)?.waits |= held;
            planned.release(&mut exchange)?;
            exchange.events.push(events::claim_failed(
                payload.account,
                payload.market,
                payload.claim_id,
                payload.amount,
                pending.first_failed_at,
                cut(&error),
            ));
            if held && waited < patience(&error, retry) {
                // Nobody uses up a block by making claims fail.
                let asked = Use {
                    notional: Uint128::zero(),
                    ..used
                };
                asked.release(&mut exchange)?;
                return wait(exchange, &payload)?.save(deps);
            }
            match close_with(exchange, &payload, payload.before, false)? {
                Step::Close(conclusion) => conclusion.save(deps),
                Step::Ask(claim) => claim.save(deps),
            }
        }
    }
}

/// The fund called back until the market was settled and delisted: what it paid belongs to nobody.
fn market_gone(deps: DepsMut, paid: Uint128) -> ContractResult<Response> {
    let mut vault = VAULT.load(deps.storage)?;
    vault.residue = add(vault.residue, paid)?;
    VAULT.save(deps.storage, &vault)?;
    Ok(Response::new().add_attribute("status", "market_gone"))
}

/// Closes what the plan meant to close, with all that arrived. Planned anew: the fund may have called back. Where too little
/// arrived and fees `stayed` behind, those are sent first and the rest is asked for once more.
fn close_with(
    mut exchange: Exchange,
    payload: &ClaimPayload,
    paid: Uint128,
    stayed: bool,
) -> ContractResult<Step> {
    exchange.open_market(payload.market)?;
    let account = exchange.account(payload.account)?;
    if account.size(payload.market).is_zero() {
        return nothing_left(exchange, payload, paid);
    }
    let subject = Subject::load(&mut exchange, payload.account, payload.market)?;
    if !subject.risk.is_bankrupt() {
        return nothing_left(exchange, payload, paid);
    }
    let asked = payload.asked()?;
    if stayed && paid < asked {
        if let Some(fund) = exchange.config.insurance_fund.clone() {
            let request = Request {
                amount: subtract(asked, paid)?,
                size: payload.size,
                keeper: payload.keeper,
                before: Some(paid),
            };
            let claim = ask(exchange, &subject, &fund, &payload.remover, request)?;
            return Ok(Step::Ask(claim));
        }
    }
    let cursor = load_cursor(&mut exchange, payload.account, payload.market)?;
    let funding = Funding::Paid(paid);
    let mut outcome = bankrupt::close(
        &mut exchange,
        &subject,
        cursor,
        funding,
        payload.size,
        &payload.remover,
    )?;
    outcome.asked = asked;
    outcome.paid = paid;
    outcome.claim_id = payload.claim_id;
    bounty::pay(&mut exchange, &subject, payload.keeper, &mut outcome)?;
    Ok(Step::Close(conclude(exchange, &subject, &outcome)?))
}

/// Somebody closed the position between claim and reply: what arrived is owed back with the fees.
fn nothing_left(
    mut exchange: Exchange,
    payload: &ClaimPayload,
    paid: Uint128,
) -> ContractResult<Step> {
    let outcome = owed_back(&mut exchange, payload, paid)?;
    let subject = valued(&mut exchange, payload)?;
    Ok(Step::Close(conclude(exchange, &subject, &outcome)?))
}

/// Nothing is closed until the claim was asked again. What an earlier one was paid waits with the fees.
fn wait(mut exchange: Exchange, payload: &ClaimPayload) -> ContractResult<Conclusion> {
    exchange.open_market(payload.market)?;
    let outcome = Outcome {
        status: LiquidationStatus::ClaimPending,
        ..owed_back(&mut exchange, payload, payload.before)?
    };
    let subject = valued(&mut exchange, payload)?;
    conclude(exchange, &subject, &outcome)
}

/// Nothing was closed: what arrived is owed with the fees.
fn owed_back(
    exchange: &mut Exchange,
    payload: &ClaimPayload,
    paid: Uint128,
) -> ContractResult<Outcome> {
    let state = &mut exchange.market_mut(payload.market)?.state;
    state.fees_owed = add(state.fees_owed, paid)?;
    Ok(Outcome {
        asked: payload.asked()?,
        paid,
        leftover: paid,
        claim_id: payload.claim_id,
        ..Outcome::new()
    })
}

/// The subject for the record, whatever became of it.
fn valued(exchange: &mut Exchange, payload: &ClaimPayload) -> ContractResult<Subject> {
    exchange.settle_account(payload.account)?;
    let size = exchange.account(payload.account)?.size(payload.market);
    let price = exchange.market(payload.market)?.last_price()?;
    let risk = crate::margin::risk_of(exchange, payload.account, crate::price::Valuation::Last)?;
    Ok(Subject {
        number: payload.account,
        market: payload.market,
        size,
        price,
        risk,
    })
}

/// How long a claim must keep failing, the last time like this, before deleveraging goes on with nothing paid, seconds.
fn patience(error: &str, retry: u64) -> u64 {
    if error.contains(TOO_DEEP) {
        retry.saturating_mul(DEPTH_RETRIES)
    } else {
        retry
    }
}

/// What counts as paid: coins the books do not know now and did not know before, never more than was
/// asked. More than that stays unaccounted.
fn book_arrival(
    deps: DepsMut,
    env: &Env,
    collateral: &Denom,
    payload: &ClaimPayload,
) -> ContractResult<Uint128> {
    let mut vault = VAULT.load(deps.storage)?;
    let unknown = unaccounted(deps.as_ref(), env, collateral, &vault)?;
    let synced = vault.residue.saturating_sub(payload.residue);
    let arrived = unknown.saturating_sub(payload.unaccounted.saturating_sub(synced));
    let paid = arrived.min(payload.amount);
    if !paid.is_zero() {
        vault.held = add(vault.held, paid)?;
        VAULT.save(deps.storage, &vault)?;
    }
    Ok(paid)
}

fn return_fees(storage: &mut dyn Storage, payload: &ClaimPayload) -> ContractResult<()> {
    if payload.fees.is_zero() {
        return Ok(());
    }
    let mut state = MARKET_STATES.load(storage, payload.market)?;
    state.fees_owed = add(state.fees_owed, payload.fees)?;
    MARKET_STATES.save(storage, payload.market, &state)?;
    change_vault(storage, Movement::In(payload.fees))
}

fn still_pending(
    storage: &dyn Storage,
    key: (u64, MarketId),
    payload: &ClaimPayload,
    now: u64,
    retry: u64,
) -> ContractResult<PendingClaim> {
    let expiry = retry.saturating_mul(PENDING_EXPIRY_RETRIES);
    let known = PENDING_CLAIMS
        .may_load(storage, key)?
        .filter(|known| now.saturating_sub(known.last_failed_at) <= expiry);
    Ok(PendingClaim {
        amount: payload.asked()?,
        first_failed_at: known.map_or(now, |known| known.first_failed_at),
        last_failed_at: now,
    })
}
