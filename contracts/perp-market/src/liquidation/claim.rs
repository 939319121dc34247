//! The claim as a message: what is missing is asked of the fund, and the reply closes with what arrived.
//!
//! A claim that fails, rather than pays little, deleverages nobody: a caller can make a healthy fund fail
//! by nesting its call or by giving too little gas. The failure is stored, and only a claim that still
//! fails `claim_retry_secs` later lets deleveraging go on with nothing paid.
//!
//! Everything is saved before the message leaves and loaded anew in the reply: the fund may have called
//! back in between.

use ballast_risk::shortfall;
use ballast_storage::{from_bytes, record, to_bytes};
use ballast_types::fund::ExecuteMsg as FundMsg;
use ballast_types::market::LiquidationStatus;
use ballast_types::{MarketId, RiskLevel};
use cosmwasm_std::{Addr, Binary, Coin, DepsMut, Env, Response, SubMsg, Uint128};
use cw20::Denom;

use crate::changes::Changes;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::fund::{
    apply_risk, change_vault, claim_answer, execute, submessage, take_fees, take_from_vault,
    unaccounted, withdraw_fees, Flush, Movement, CLAIM_REPLY,
};
use crate::liquidation::bankrupt::{self, Funding};
use crate::liquidation::caps::{self, Caps, Use};
use crate::liquidation::deleverage::load_cursor;
use crate::liquidation::{bounty, conclude, Conclusion, Outcome, Subject};
use crate::math::{add, subtract};
use crate::recent_risk;
use crate::state::{
    DeleverageCursor, PendingClaim, ACCOUNTS, CONFIG, MARKET_STATES, NEXT_CLAIM, PENDING_CLAIMS,
    VAULT,
};

/// A failure this many retry times after the last one is a new one, not "still failing".
const PENDING_EXPIRY_RETRIES: u64 = 5;

/// What a chain tells instead of a failure's own text where calls were nested too deep: it hides texts from contracts,
/// so that no fund can say so.
const TOO_DEEP: &str = "codespace: wasm, code: 30";

/// Whoever sends the message chooses at which call depth the fund is asked. A failure for want of depth lets deleveraging
/// go on only after so many retry times; not never, because a fund can use up the depth itself.
const DEPTH_RETRIES: u64 = 60;

/// Times that a plan is made smaller before it is made for one lot.
const MAX_SHRINKS: u32 = 8;

/// Bytes of a failure's text that are kept, for people only.
const ERROR_BYTES: usize = 128;

/// What the reply must know of its claim: ids and numbers only.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimPayload {
    /// Account number.
    pub account: u64,
    /// The position's market.
    pub market: MarketId,
    /// Its id.
    pub claim_id: u64,
    /// What was asked.
    pub amount: Uint128,
    /// Base atoms it was asked for.
    pub size: Uint128,
    /// Coins the books did not know before the message left.
    pub unaccounted: Uint128,
    /// The residue line then: what `Sync` booked of those coins since is not to be subtracted again.
    pub residue: Uint128,
    /// Fees that travel with the claim.
    pub fees: Uint128,
    /// Account number of who gets the bounty, where there is one.
    pub keeper: Option<u64>,
    /// Notional that was counted for `size` in this block.
    pub notional: Uint128,
    /// Who sent the message and is paid for removing dead orders.
    pub remover: Addr,
    /// What an earlier claim for the same was paid, quote atoms.
    pub before: Uint128,
    /// Fees owed stayed behind: where too little is paid, they are sent and the rest is asked for.
    pub behind: bool,
}

record! {
    struct ClaimPayload {
        account,
        market,
        claim_id,
        amount,
        size,
        unaccounted,
        residue,
        fees,
        keeper,
        notional,
        remover,
        before,
        behind,
    }
}

impl ClaimPayload {
    /// All that was asked for the size, quote atoms.
    fn asked(&self) -> ContractResult<Uint128> {
        add(self.before, self.amount)
    }

    /// What the claim counted in this block.
    const fn used(&self) -> Use {
        Use {
            account: self.account,
            market: self.market,
            notional: self.notional,
            loss: self.amount,
        }
    }
}

/// What a plan leads to.
pub enum Step {
    /// Nothing is missing, or there is nobody to ask: closed at once.
    Close(Conclusion),
    /// The fund is asked first.
    Ask(Claim),
}

/// A claim ready to be sent.
pub struct Claim {
    changes: Changes,
    top_up: Option<Flush>,
    message: SubMsg,
    claim_id: u64,
    fees: Uint128,
}

/// Plans on a copy what would be closed were everything paid, and asks for what that lacks: in the book,
/// and against counterparties; but at least for what closing the same size at the oracle price lacks.
///
/// The latter is what counterparties bear where nothing is paid. It is more than the former where bids
/// stand above the oracle price but below bankruptcy: such fills are not made without money. The larger
/// of the two bounds what is lacking for every payment in between (as a function of how much of the book
/// is used, best price first, it is convex), so that counterparties never lose more than was asked and
/// not paid. What turns out not to be needed goes back to the fund with the fees.
pub fn plan(
    mut exchange: Exchange,
    subject: &Subject,
    remover: &Addr,
    caps: &Caps,
) -> ContractResult<Step> {
    let cursor = load_cursor(&mut exchange, subject.number, subject.market)?;
    let Some(plan) = capped_plan(&exchange, subject, &cursor, remover, caps)? else {
        return Ok(Step::Close(conclude(
            exchange,
            subject,
            &Outcome::capped(),
        )?));
    };
    let Plan {
        limit,
        size,
        amount,
    } = plan;
    let keeper = bounty::account_of(&mut exchange, subject, remover, size)?;
    let fund = exchange.config.insurance_fund.clone();
    let Some(fund) = fund.filter(|_| !amount.is_zero()) else {
        let funding = Funding::Paid(Uint128::zero());
        // Where all that were visited were passed over there is no size, only a cursor to move on.
        let limit = if size.is_zero() { limit } else { size };
        let mut outcome = bankrupt::close(&mut exchange, subject, cursor, funding, limit, remover)?;
        outcome.asked = amount;
        bounty::pay(&mut exchange, subject, keeper, &mut outcome)?;
        return Ok(Step::Close(conclude(exchange, subject, &outcome)?));
    };
    let request = Request {
        amount,
        size,
        keeper,
        before: None,
    };
    Ok(Step::Ask(ask(exchange, subject, &fund, remover, request)?))
}

/// What would be closed were everything paid, and what is asked for it.
struct Plan {
    /// Base atoms that may be closed.
    limit: Uint128,
    /// Base atoms that book and counterparties take.
    size: Uint128,
    /// Quote atoms.
    amount: Uint128,
}

/// The plan for as much as the caps of message and block allow; none where the block's are used up.
fn capped_plan(
    exchange: &Exchange,
    subject: &Subject,
    cursor: &DeleverageCursor,
    remover: &Addr,
    caps: &Caps,
) -> ContractResult<Option<Plan>> {
    let lot = exchange.market(subject.market)?.config.lot_size;
    let mut limit = caps.bankrupt_size(exchange, subject)?;
    // The caps allow the loss at the oracle price. Slippage in the book, and counterparties that are bankrupt
    // too, can make it more.
    for _ in 0..MAX_SHRINKS {
        if limit.is_zero() {
            return Ok(None);
        }
        let planned = plan_size(exchange, subject, cursor, remover, limit)?;
        if caps.allow(planned.amount, planned.size, lot) {
            return Ok(Some(planned));
        }
        if limit <= lot {
            return Ok(None);
        }
        limit = caps.shrink(limit, planned.amount, lot)?;
    }
    let planned = plan_size(exchange, subject, cursor, remover, lot)?;
    let allowed = caps.allow(planned.amount, planned.size, lot);
    Ok(allowed.then_some(planned))
}

fn plan_size(
    exchange: &Exchange,
    subject: &Subject,
    cursor: &DeleverageCursor,
    remover: &Addr,
    limit: Uint128,
) -> ContractResult<Plan> {
    let mut copy = exchange.clone();
    let planned = bankrupt::close(
        &mut copy,
        subject,
        cursor.clone(),
        Funding::Unlimited,
        limit,
        remover,
    )?;
    let size = planned.closed()?;
    let at_oracle = shortfall(
        subject.bankruptcy_quote(exchange, size)?,
        subject.oracle_quote(exchange, size)?,
    )?;
    let by_counterparties = if cursor.last_pass {
        // With less money less is closed in the book and more in the last pass, whose counterparties may be
        // bankrupt too: what they lack is asked for at its most.
        let unpaid = Funding::Paid(Uint128::zero());
        let mut copy = exchange.clone();
        let unpaid = bankrupt::close(&mut copy, subject, cursor.clone(), unpaid, size, remover)?;
        planned
            .lacked_by_counterparties
            .max(unpaid.lacked_by_counterparties)
    } else {
        Uint128::zero()
    };
    let by_account = subtract(planned.needed, planned.lacked_by_counterparties)?;
    let amount = if planned.needed.is_zero() {
        planned.needed
    } else {
        add(by_account.max(at_oracle), by_counterparties)?
    };
    Ok(Plan {
        limit,
        size,
        amount,
    })
}

/// What is asked of the fund.
struct Request {
    /// Quote atoms.
    amount: Uint128,
    /// Base atoms it is asked for.
    size: Uint128,
    /// Account number of who gets the bounty.
    keeper: Option<u64>,
    /// What a claim for the same has been paid already, quote atoms, where fees stayed behind with it.
    before: Option<Uint128>,
}

fn ask(
    mut exchange: Exchange,
    subject: &Subject,
    fund: &Addr,
    remover: &Addr,
    request: Request,
) -> ContractResult<Claim> {
    let Request {
        amount,
        size,
        keeper,
        before,
    } = request;
    let claim_id = NEXT_CLAIM.load(exchange.deps.storage)?;
    let account = exchange.account(subject.number)?.clone();
    let now = exchange.now();
    let recent_secs = exchange.config.parameters.recent_risk_secs;
    let recent_risk = recent_risk::is_recent(&account, now, recent_secs);
    let account = account.id();
    let collateral = exchange.config.collateral.clone();
    let vault = VAULT.load(exchange.deps.storage)?;
    let stray = unaccounted(exchange.deps, exchange.env, &collateral, &vault)?;
    // Fees owed reach the fund before the claim does, where it may need them and did not just refuse some: with the
    // claim where they are native, ahead of it where they are a cw20 (whose `Send` would lose the claim's answer).
    let kept = match keeper {
        Some(_) => bounty::kept(exchange.market(subject.market)?, subject, size)?,
        None => Uint128::zero(),
    };
    let mut top_up = None;
    let mut fees = Uint128::zero();
    let mut funds = vec![];
    let market = exchange.market(subject.market)?;
    let sendable = now >= market.state.flush_blocked_until && market.state.fees_owed > kept;
    let wanted = before.is_some()
        || recent_risk
        || fees_are_wanted(market, exchange.config.parameters.flush_lot);
    if wanted && sendable {
        match &collateral {
            Denom::Cw20(_) => top_up = take_fees(&mut exchange, subject.market, true, kept)?,
            Denom::Native(denom) => {
                fees = withdraw_fees(&mut exchange, subject.market, kept)?;
                if !fees.is_zero() {
                    funds.push(Coin::new(fees.u128(), denom));
                }
            }
        }
    }
    let market = exchange.market(subject.market)?;
    let message = FundMsg::ClaimShortfall {
        market: subject.market,
        account: format!("{}/{}", account.owner, account.subaccount),
        claim_id,
        amount,
        state: market.report()?,
        recent_risk,
    };
    let notional = caps::notional(market, size, subject.price)?;
    let payload = ClaimPayload {
        account: subject.number,
        market: subject.market,
        claim_id,
        amount,
        size,
        unaccounted: stray,
        residue: vault.residue,
        fees,
        keeper,
        notional,
        remover: remover.clone(),
        before: before.unwrap_or_default(),
        behind: sendable && !wanted,
    };
    let mut used = payload.used();
    if before.is_some() {
        // Counted when it was asked for first.
        used.loss = Uint128::zero();
    }
    used.record(&mut exchange)?;
    let payload = to_bytes(&payload);
    let message = submessage(
        &exchange.config,
        execute(fund, ballast_json::to_json_binary(&message), funds),
        CLAIM_REPLY,
        payload,
    );
    exchange.events.push(events::claim(
        subject.number,
        subject.market,
        claim_id,
        amount,
    ));
    Ok(Claim {
        changes: exchange.into_changes(),
        top_up,
        message,
        claim_id,
        fees,
    })
}

/// Whether fees owed leave with a claim. They cost a fifth of it, so less than a lot stays behind at first where the fund
/// said that all is well: then it mostly pays all without them.
fn fees_are_wanted(market: &Market, lot: Uint128) -> bool {
    let well = market.state.risk.as_ref().is_some_and(|risk| {
        matches!(risk.level, RiskLevel::Surplus | RiskLevel::Healthy) && !risk.reduce_only
    });
    !well || market.config.isolated || market.state.fees_owed >= lot
}

impl Claim {
    /// Saves everything, then sends the claim.
    pub fn save(self, deps: DepsMut) -> ContractResult<Response> {
        let happened = self.changes.save(deps.storage)?;
        NEXT_CLAIM.save(deps.storage, &self.claim_id.saturating_add(1))?;
        if !self.fees.is_zero() {
            change_vault(deps.storage, Movement::Out(self.fees))?;
        }
        take_from_vault(deps.storage, self.top_up.as_slice())?;
        Ok(Response::new()
            .add_attribute("action", "liquidate")
            .add_attribute("status", "claimed")
            .add_events(happened)
            .add_submessages(self.top_up.map(|top_up| top_up.message))
            .add_submessage(self.message))
    }
}

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

fn return_fees(
    storage: &mut dyn cosmwasm_std::Storage,
    payload: &ClaimPayload,
) -> ContractResult<()> {
    if payload.fees.is_zero() {
        return Ok(());
    }
    let mut state = MARKET_STATES.load(storage, payload.market)?;
    state.fees_owed = add(state.fees_owed, payload.fees)?;
    MARKET_STATES.save(storage, payload.market, &state)?;
    change_vault(storage, Movement::In(payload.fees))
}

fn still_pending(
    storage: &dyn cosmwasm_std::Storage,
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

/// A failure's text, cut between characters. No logic reads what is kept.
pub fn cut(error: &str) -> &str {
    let mut end = error.len().min(ERROR_BYTES);
    while !error.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    error.get(..end).unwrap_or_default()
}
