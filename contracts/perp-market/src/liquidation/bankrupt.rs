//! Closing a position of a bankrupt account with a given amount of fund money.
//!
//! The same function plans and acts: with unlimited money it tells what to ask the fund for; with what
//! arrived it closes. With everything paid both do the same. Steps:
//!
//! 1. Book: fills up to `liquidation_slippage` beyond the oracle price, against orders of earlier blocks,
//!    as far as the money covers what they give less than the bankruptcy quote. An uncovered fill is not
//!    made; its size joins step 2.
//! 2. Counterparties, only where the book is exhausted to that bound: in deleveraging order, at the
//!    bankruptcy quote less the money left, never better for the account than needed and never worse for
//!    the counterparty than the oracle price demands.
//!
//! 3. In a market that is being settled there is no step 1; and once nobody is left on the other side, the rest closes
//!    against the settlement pool ([`crate::settling`]).
//!
//! A bankrupt account pays no liquidation fee: what the book gives above the bankruptcy quote makes its loss
//! smaller.
//!
//! Invariants: equity over maintenance margin of what remains does not fall (but for the last pass); when
//! the last position is closed the account stands at exactly zero; what was paid is used for exactly the
//! size that was closed, the rest goes to the fees owed to the fund.

use ballast_risk::{price_to_ticks_rounded, shortfall, Rounding};
use ballast_types::market::LiquidationStatus;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Decimal, Int128, Uint128};

use crate::dead_orders::Remover;
use crate::error::ContractResult;
use crate::events;
use crate::exchange::Exchange;
use crate::funding::order_value;
use crate::ledger::credit;
use crate::liquidation::caps::largest_size;
use crate::liquidation::deleverage;
use crate::liquidation::{Outcome, Subject};
use crate::matching::{Fill, Resting, Walk, WalkLimits};
use crate::math::{add, add_signed, subtract, to_signed};
use crate::price::Valuation;
use crate::settling::close_against_pool;
use crate::state::DeleverageCursor;

/// Money from the fund.
#[derive(Clone, Copy)]
pub enum Funding {
    /// Planning: whatever is missing would be paid.
    Unlimited,
    /// What arrived, quote atoms.
    Paid(Uint128),
}

impl Funding {
    fn covers(self, missing: Uint128) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Paid(paid) => missing <= paid,
        }
    }

    /// As much of `missing` as there is.
    #[must_use]
    pub fn part(self, missing: Uint128) -> Uint128 {
        match self {
            Self::Unlimited => missing,
            Self::Paid(paid) => missing.min(paid),
        }
    }

    /// What is left after using some.
    pub fn less(self, used: Uint128) -> ContractResult<Self> {
        Ok(match self {
            Self::Unlimited => Self::Unlimited,
            Self::Paid(paid) => Self::Paid(subtract(paid, used)?),
        })
    }

    fn rest(self) -> Uint128 {
        match self {
            Self::Unlimited => Uint128::zero(),
            Self::Paid(paid) => paid,
        }
    }
}

/// Closes as much as caps, book, counterparties and money allow, at most `limit` base atoms: what was paid
/// was paid for what the plan meant to close, and no more than that may be closed with it. `keeper` is paid for
/// dead orders on the way.
pub fn close(
    exchange: &mut Exchange,
    subject: &Subject,
    cursor: DeleverageCursor,
    funding: Funding,
    limit: Uint128,
    keeper: &Addr,
) -> ContractResult<Outcome> {
    let mut outcome = Outcome::new();
    let limit = limit.min(subject.size.unsigned_abs());
    let (capped, funding) = close_in_book(exchange, subject, funding, limit, keeper, &mut outcome)?;
    let rest = subtract(limit, outcome.closed_in_book)?;

    let mut next = cursor;
    let mut funding = funding;
    if !rest.is_zero() && !capped {
        let now = subject.now(exchange)?;
        // The book may have given so much that the account is not bankrupt any more.
        if now.risk.is_bankrupt() {
            let used;
            (next, used) = deleverage::close(exchange, &now, next, funding, rest, &mut outcome)?;
            funding = funding.less(used)?;
            let now = subject.now(exchange)?;
            if now.risk.is_bankrupt() {
                let rest = subtract(rest, outcome.deleveraged)?;
                let used = close_against_pool(exchange, &now, funding, rest, &mut outcome)?;
                funding = funding.less(used)?;
            }
        }
    }

    let left = exchange.account(subject.number)?.size(subject.market);
    outcome.status = if left.is_zero() {
        LiquidationStatus::Done
    } else {
        LiquidationStatus::More
    };
    outcome.cursor = (!left.is_zero()).then_some(next);
    book_deficit(exchange, subject.number, subject.market, &mut outcome)?;
    return_leftover(exchange, subject, funding.rest(), &mut outcome)?;
    Ok(outcome)
}

/// Step 1. Returns whether a cap stopped it, and the money left.
fn close_in_book(
    exchange: &mut Exchange,
    subject: &Subject,
    funding: Funding,
    whole: Uint128,
    keeper: &Addr,
    outcome: &mut Outcome,
) -> ContractResult<(bool, Funding)> {
    if exchange.market(subject.market)?.config.settling.is_some() {
        // Orders are void.
        return Ok((false, funding));
    }
    let limits = WalkLimits {
        worst_ticks: worst_ticks(exchange, subject)?,
        earlier_blocks_only: true,
        minimums: false,
    };
    let remover = Remover::Keeper {
        keeper: keeper.clone(),
        liquidated: Some(subject.number),
    };
    let mut walk = Walk::new(subject.market, subject.closing_side(), limits, remover);
    let mut received = Int128::zero();
    let mut uncovered = false;
    while !uncovered && outcome.closed_in_book < whole {
        let Some(resting) = walk.next(exchange)? else {
            break;
        };
        let Some(tradable) = walk.tradable(exchange, &resting, subject.market, subject.number)?
        else {
            continue;
        };
        let wanted = tradable.min(subtract(whole, outcome.closed_in_book)?);
        let book = BookState {
            closed: outcome.closed_in_book,
            received,
        };
        let size = covered_size(exchange, subject, &resting, &book, wanted, funding)?;
        let fill = |size| Fill {
            market: subject.market,
            taker: subject.number,
            size,
            valuation: Valuation::Plain,
            charge_taker: false,
        };
        uncovered = size < wanted;
        if uncovered {
            // A maker that the plan passed because it could not take all of its fill is passed here too, also
            // where it could take the part: what was asked was asked without it.
            let mut copy = exchange.clone();
            if walk
                .clone()
                .fill(&mut copy, &resting, &fill(wanted))?
                .is_none()
            {
                walk.remove(exchange, &resting, "margin")?;
                uncovered = false;
                continue;
            }
        }
        if size.is_zero() {
            break;
        }
        let Some(filled) = walk.fill(exchange, &resting, &fill(size))? else {
            uncovered = false;
            continue;
        };
        outcome.closed_in_book = add(outcome.closed_in_book, size)?;
        received = add_signed(received, subject.received(filled.value)?)?;
    }
    if outcome.closed_in_book.is_zero() {
        return Ok((walk.capped, funding));
    }
    let quote = subject.bankruptcy_quote(exchange, outcome.closed_in_book)?;
    let missing = shortfall(quote, received)?;
    outcome.needed = missing;
    let account = exchange.account_mut(subject.number)?;
    credit(account, to_signed(missing)?)?;
    Ok((walk.capped, funding.less(missing)?))
}

/// What the book has given so far.
struct BookState {
    closed: Uint128,
    received: Int128,
}

/// The largest part of a fill, in whole lots, that together with the fills before it lacks no more than
/// the money there is. What a fill lacks grows with its size, or the fill lacks nothing.
fn covered_size(
    exchange: &Exchange,
    subject: &Subject,
    resting: &Resting,
    book: &BookState,
    wanted: Uint128,
    funding: Funding,
) -> ContractResult<Uint128> {
    let market = exchange.market(subject.market)?;
    let lot = market.config.lot_size;
    let covered = |size: Uint128| -> ContractResult<bool> {
        let value = order_value(market, resting.ticks, size)?;
        let received = add_signed(book.received, subject.received(value)?)?;
        let quote = subject.bankruptcy_quote(exchange, add(book.closed, size)?)?;
        Ok(funding.covers(shortfall(quote, received)?))
    };
    largest_size(lot, wanted, covered)
}

/// Worst price in ticks: the oracle price less (or more) the liquidation slippage, rounded toward the
/// oracle price.
fn worst_ticks(exchange: &Exchange, subject: &Subject) -> ContractResult<u64> {
    let market = exchange.market(subject.market)?;
    let atomics = subject.price.atomics();
    let slippage = ballast_risk::ppm_of(
        atomics,
        market.config.parameters.liquidation_slippage_ppm,
        Rounding::Down,
    )?;
    let (bound, rounding) = if subject.is_long() {
        (subtract(atomics, slippage)?, Rounding::Up)
    } else {
        (add(atomics, slippage)?, Rounding::Down)
    };
    // Beyond 64 bits of ticks no order can stand: every ask is acceptable, and no bid.
    let ticks = price_to_ticks_rounded(Decimal::new(bound), market.config.tick_size, rounding);
    Ok(ticks.unwrap_or(u64::MAX))
}

/// Without a position left, what an account still lacks is nobody's but the market's.
pub fn book_deficit(
    exchange: &mut Exchange,
    number: u64,
    market: MarketId,
    outcome: &mut Outcome,
) -> ContractResult<()> {
    let (account, market) = exchange.account_and_market(number, market)?;
    if !account.positions.is_empty() || !account.quote.is_negative() {
        return Ok(());
    }
    let lacking = account.quote.unsigned_abs();
    account.quote = Int128::zero();
    market.state.deficit = add(market.state.deficit, lacking)?;
    let event = events::deficit(market.id, number, lacking, market.state.deficit);
    exchange.events.push(event);
    outcome.deficit = add(outcome.deficit, lacking)?;
    outcome.carried = outcome.carried.saturating_sub(lacking);
    Ok(())
}

/// Fund money that was not needed never rests in the account: it is owed back with the fees.
fn return_leftover(
    exchange: &mut Exchange,
    subject: &Subject,
    leftover: Uint128,
    outcome: &mut Outcome,
) -> ContractResult<()> {
    if leftover.is_zero() {
        return Ok(());
    }
    let state = &mut exchange.market_mut(subject.market)?.state;
    state.fees_owed = add(state.fees_owed, leftover)?;
    outcome.leftover = leftover;
    Ok(())
}
