//! What is closed and asked for: planned on a copy, as if everything were paid.

use ballast_risk::shortfall;
use cosmwasm_std::{Addr, Uint128};

use crate::error::ContractResult;
use crate::exchange::Exchange;
use crate::liquidation::bankrupt::{self, Funding};
use crate::liquidation::caps::Caps;
use crate::liquidation::claim::{ask, Claim, Request};
use crate::liquidation::deleverage::load_cursor;
use crate::liquidation::{bounty, conclude, Conclusion, Outcome, Subject};
use crate::math::{add, subtract};
use crate::state::DeleverageCursor;

/// Times that a plan is made smaller before it is made for one lot.
const MAX_SHRINKS: u32 = 8;

/// What a plan leads to.
pub enum Step {
    /// Nothing is missing, or there is nobody to ask: closed at once.
    Close(Conclusion),
    /// The fund is asked first.
    Ask(Claim),
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
