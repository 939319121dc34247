//! Money that comes in: top-ups of each kind, and stray coins.
//!
//! | kind | who | goes to |
//! |---|---|---|
//! | fees | the registered contract, for its own market | its emergency debt, others' (at most half of the fees), its reserve to its target, mutual to its target, a share of the rest to the underwriters' drip, surplus |
//! | reserve | anyone, for a registered market | that market's reserve |
//! | donation | anyone | mutual |
//!
//! All fees of an isolated market go to its own reserve.

use ballast_risk::{mul_div, Rounding};
use ballast_types::fund::{ReceiveMsg, TopUp, TopUpAnswer, TopUpKind};
use ballast_types::MarketId;
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    from_json, to_json_binary, Addr, DepsMut, Env, Event, MessageInfo, Response, Storage, Uint128,
};
use cw20::{Cw20ReceiveMsg, Denom};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::state::{BOOKS, CONFIG};
use crate::{drawdown, emergency, events, funds, history, report, rewards, solvency, stake};

/// Ledger lines that a top-up went to. Quote atoms.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct Booking {
    /// The emergency facility, for the market's own debt.
    pub to_debt: Uint128,
    /// The emergency facility, for the debt of other markets.
    pub to_other_debt: Uint128,
    /// The market's own reserve.
    pub to_reserve: Uint128,
    /// The mutual reserve.
    pub to_mutual: Uint128,
    /// The underwriters' drip.
    pub to_rewards: Uint128,
    /// Above all targets.
    pub to_surplus: Uint128,
}

/// `TopUp` with coins. The answer reaches the sender, so a market that tops itself up has been told.
///
/// Fees of zero, without coins, are a report: a market in which nobody trades has none to send, and would
/// otherwise count at its open-interest cap once its last report is old.
///
/// # Errors
/// Wrong coins, or as `top_up`.
pub fn execute_top_up(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    message: TopUp,
) -> ContractResult<Response> {
    let config = CONFIG.load(deps.storage)?;
    let only_report = message.kind == TopUpKind::Fees && message.state.is_some();
    let amount = if only_report && info.funds.is_empty() {
        Uint128::zero()
    } else {
        funds::expect_collateral(info, &config.collateral)?
    };
    top_up(deps, env, &info.sender, message, amount, true)
}

/// cw20 hook. Believed only from the collateral, which vouches for sender and amount; credited with what arrived.
///
/// # Errors
/// [`ContractError::WrongToken`], [`ContractError::ZeroAmount`], or as `top_up`.
pub fn execute_receive(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    message: Cw20ReceiveMsg,
) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    if collateral != Denom::Cw20(info.sender.clone()) {
        return Err(ContractError::WrongToken {
            expected: match collateral {
                Denom::Native(denom) => denom,
                Denom::Cw20(token) => token.into_string(),
            },
            found: info.sender.to_string(),
        });
    }
    let sender_addr = deps.api.addr_validate(&message.sender)?;
    let bank = funds::balance(&deps.querier, &env.contract.address, &collateral)?;
    let booked = BOOKS.load(deps.storage)?.ledger.booked()?;
    let amount = message.amount.min(bank.saturating_sub(booked));
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    match from_json(&message.msg)? {
        ReceiveMsg::TopUp(inner) => top_up(deps, env, &sender_addr, inner, amount, false),
        ReceiveMsg::Stake {} => stake::stake(deps, env, &sender_addr, amount),
        ReceiveMsg::CommitEmergency {} => emergency::commit(deps, env, &sender_addr, amount),
    }
}

/// Books `amount`, which has arrived. `answered` where the answer's data reaches the sender.
///
/// # Errors
/// [`ContractError::MarketRequired`], [`ContractError::MarketNotRegistered`], [`ContractError::FeesFromStranger`].
fn top_up(
    deps: DepsMut,
    env: &Env,
    sender_addr: &Addr,
    message: TopUp,
    amount: Uint128,
    answered: bool,
) -> ContractResult<Response> {
    let contract_addr = match &message.contract {
        Some(contract) => deps.api.addr_validate(contract)?,
        None => sender_addr.clone(),
    };
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let mut market = find_market(deps.storage, sender_addr, &contract_addr, &message)?;

    let was_open = market.as_ref().map(|m| m.standing.drawdown.open);
    let own = sender_addr == contract_addr;
    let booking = match (&mut market, message.kind) {
        (Some(market), kind) => {
            drawdown::evaluate(&mut books, market)?;
            let booking = book(deps.storage, &mut books, market, kind, amount)?;
            if let (true, Some(state)) = (own, &message.state) {
                report::apply(deps.storage, &books, market, state)?;
            }
            drawdown::evaluate(&mut books, market)?;
            market.settle(&mut books)?;
            booking
        }
        (None, _) => {
            books.credit_mutual(amount)?;
            Booking {
                to_mutual: amount,
                ..Booking::default()
            }
        }
    };
    let whose = (&contract_addr, message.market);
    history::record(
        deps.storage,
        books.now,
        whose,
        message.kind,
        amount,
        &booking,
    )?;
    let closed = books.close(deps.storage)?;
    let risk = match &mut market {
        Some(market) => {
            let risk = solvency::risk_parameters(&closed.suite, market)?;
            if own && answered {
                market.standing.told = Some(risk.clone());
            }
            market.store(deps.storage)?;
            Some(risk)
        }
        None => None,
    };

    let drawdown_event = market
        .as_ref()
        .filter(|m| Some(m.standing.drawdown.open) != was_open)
        .map(|m| events::drawdown(m, closed.now));
    Ok(Response::new()
        .add_attribute("action", "top_up")
        .add_event(events::top_up(
            &contract_addr,
            message.market,
            message.kind,
            amount,
            &booking,
        ))
        .add_events(drawdown_event)
        .add_events(closed.events)
        .set_data(to_json_binary(&TopUpAnswer {
            booked: amount,
            risk,
        })?))
}

/// The market of a top-up. A donation may name one, or none, or one that is not registered.
fn find_market(
    storage: &dyn Storage,
    sender_addr: &Addr,
    contract_addr: &Addr,
    message: &TopUp,
) -> ContractResult<Option<Market>> {
    if message.kind == TopUpKind::Donation {
        return match message.market {
            Some(id) => Market::may_load(storage, contract_addr, id),
            None => Ok(None),
        };
    }
    let id = message.market.ok_or(ContractError::MarketRequired {})?;
    if message.kind == TopUpKind::Fees && sender_addr != contract_addr {
        return Err(ContractError::FeesFromStranger {
            expected: contract_addr.to_string(),
            found: sender_addr.to_string(),
        });
    }
    Market::load(storage, contract_addr, id).map(Some)
}

/// Books a top-up of a registered market, counts it for the drawdown and what it contributed.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn book(
    storage: &mut dyn Storage,
    books: &mut Books,
    market: &mut Market,
    kind: TopUpKind,
    amount: Uint128,
) -> ContractResult<Booking> {
    let booking = match kind {
        TopUpKind::Reserve => Booking {
            to_reserve: amount,
            ..Booking::default()
        },
        TopUpKind::Donation => Booking {
            to_mutual: amount,
            ..Booking::default()
        },
        TopUpKind::Fees => book_fees(storage, books, market, amount)?,
    };
    market.credit_reserve(books, booking.to_reserve)?;
    books.credit_mutual(booking.to_mutual)?;
    rewards::add(books, booking.to_rewards)?;
    books.ledger.surplus_due = books.ledger.surplus_due.checked_add(booking.to_surplus)?;
    if kind == TopUpKind::Fees {
        market.standing.mutual_contributed = market
            .standing
            .mutual_contributed
            .checked_add(booking.to_mutual)?;
    }
    if kind != TopUpKind::Donation {
        let kept = booking
            .to_reserve
            .checked_add(booking.to_mutual)?
            .checked_add(booking.to_debt)?;
        drawdown::record(books, market, Uint128::zero(), kept);
    }
    Ok(booking)
}

/// Repays debt and says where the rest is to go.
fn book_fees(
    storage: &mut dyn Storage,
    books: &mut Books,
    market: &mut Market,
    amount: Uint128,
) -> ContractResult<Booking> {
    if market.is_isolated() {
        return Ok(Booking {
            to_reserve: amount,
            ..Booking::default()
        });
    }
    let to_debt = emergency::repay(books, &mut market.standing.emergency, amount)?;
    let rest = amount.checked_sub(to_debt)?;
    let half = mul_div(amount, Uint128::one(), Uint128::new(2), Rounding::Down)?;
    let to_other_debt = emergency::repay_others(storage, books, market, rest.min(half))?;
    let rest = rest.checked_sub(to_other_debt)?;
    let reserve_gap = market
        .claimant
        .parameters
        .reserve_target
        .saturating_sub(market.standing.reserve);
    let mutual_gap = books
        .parameters
        .mutual_target
        .saturating_sub(books.ledger.mutual);
    let to_reserve = rest.min(reserve_gap);
    let rest = rest.checked_sub(to_reserve)?;
    let to_mutual = rest.min(mutual_gap);
    let rest = rest.checked_sub(to_mutual)?;
    let to_rewards = rewards::share_of(books, rest)?;
    Ok(Booking {
        to_debt,
        to_other_debt,
        to_reserve,
        to_mutual,
        to_rewards,
        to_surplus: rest.checked_sub(to_rewards)?,
    })
}

/// Fees attached to a claim of an unlisted market: what a stranger gives is a donation.
///
/// # Errors
/// Overflow, which no token's supply allows.
pub fn book_as_donation(
    storage: &mut dyn Storage,
    books: &mut Books,
    contract_addr: &Addr,
    market: MarketId,
    amount: Uint128,
) -> ContractResult<Option<Event>> {
    if amount.is_zero() {
        return Ok(None);
    }
    books.credit_mutual(amount)?;
    let booking = Booking {
        to_mutual: amount,
        ..Booking::default()
    };
    let whose = (contract_addr, Some(market));
    let kind = TopUpKind::Donation;
    history::record(storage, books.now, whose, kind, amount, &booking)?;
    Ok(Some(events::top_up(
        contract_addr,
        Some(market),
        TopUpKind::Donation,
        amount,
        &booking,
    )))
}

/// `Sync`: books coins that arrived without a message to the mutual reserve. Nothing to book is no error.
///
/// # Errors
/// Attached coins; what the token's balance query says.
pub fn execute_sync(deps: DepsMut, env: &Env, info: &MessageInfo) -> ContractResult<Response> {
    funds::refuse_coins(info)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let bank = funds::balance(&deps.querier, &env.contract.address, &collateral)?;
    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let amount = bank.saturating_sub(books.ledger.booked()?);
    books.credit_mutual(amount)?;
    let closed = books.close(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "sync")
        .add_event(events::sync(amount))
        .add_events(closed.events))
}
