//! Liquidation of an account that can still pay: into the book, at a price no worse than both the fillable
//! and the bankruptcy price, and only until initial margin is met. Whatever the book lacks stays open.
//!
//! Nothing below the least position stays: what would be left smaller is closed whole, and a maker who can only
//! give more than is needed (its own least position) gives that much.
//!
//! Invariant: equity stays at least zero, and equity over maintenance margin does not fall.

use ballast_risk::{
    bankruptcy_price, better_for_closing, fillable_price, liquidation_fee, ppm_of,
    size_to_restore_initial_margin, Rounding,
};
use ballast_types::market::LiquidationStatus;
use cosmwasm_std::{Addr, Uint128};

use crate::dead_orders::Remover;
use crate::error::ContractResult;
use crate::exchange::{Exchange, Market};
use crate::funding::order_value;
use crate::ledger::{book_fee, credit, debit};
use crate::liquidation::caps::Caps;
use crate::liquidation::{Outcome, Subject};
use crate::margin::size_risk;
use crate::matching::{Fill, Resting, Walk, WalkLimits};
use crate::math::{add, subtract, subtract_signed, to_signed};
use crate::minimums::{is_dust, least_position};
use crate::price::Valuation;

/// Subaccount to which keepers' shares are credited.
pub const KEEPER_SUBACCOUNT: u32 = 0;

/// Closes into the book what initial margin needs.
pub fn close(
    exchange: &mut Exchange,
    subject: &Subject,
    keeper: &Addr,
    caps: &Caps,
) -> ContractResult<Outcome> {
    if exchange.market(subject.market)?.config.settling.is_some() {
        // Orders are void: the position is closed by settling.
        let mut outcome = Outcome::new();
        outcome.status = LiquidationStatus::NoLiquidity;
        return Ok(outcome);
    }
    let most = caps.solvent_size(exchange.market(subject.market)?, subject)?;
    let worst_ticks = worst_ticks(exchange, subject)?;
    let limits = WalkLimits {
        worst_ticks,
        earlier_blocks_only: false,
        minimums: true,
    };
    let remover = Remover::Keeper {
        keeper: keeper.clone(),
        liquidated: Some(subject.number),
    };
    let mut walk = Walk::new(subject.market, subject.closing_side(), limits, remover);
    let mut outcome = Outcome::new();
    outcome.status = LiquidationStatus::NoLiquidity;
    'book: while let Some(mut resting) = walk.next(exchange)? {
        loop {
            let now = subject.now(exchange)?;
            if is_enough(exchange, &now)? {
                outcome.status = LiquidationStatus::Done;
                break 'book;
            }
            let left = most.saturating_sub(outcome.closed_in_book);
            if left.is_zero() {
                outcome.status = LiquidationStatus::More;
                break 'book;
            }
            let Some(tradable) =
                walk.tradable(exchange, &resting, subject.market, subject.number)?
            else {
                break;
            };
            let wanted = enough(exchange, &now, &resting)?.min(left);
            let size = takes(exchange, &walk, &resting, &now, wanted, tradable)?;
            let value = order_value(exchange.market(subject.market)?, resting.ticks, size)?;
            let surplus = subtract_signed(
                subject.received(value)?,
                now.bankruptcy_quote(exchange, size)?,
            )?;
            if surplus.is_negative() {
                // Only rounding can do this at the worst acceptable tick: nothing acceptable is left.
                break 'book;
            }
            let fill = Fill {
                market: subject.market,
                taker: subject.number,
                size,
                valuation: Valuation::Plain,
                charge_taker: false,
            };
            let Some(filled) = walk.fill(exchange, &resting, &fill)? else {
                break;
            };
            outcome.closed_in_book = add(outcome.closed_in_book, size)?;
            let max_fee = exchange
                .market(subject.market)?
                .config
                .parameters
                .max_liquidation_fee_ppm;
            let fee = liquidation_fee(filled.value, surplus, max_fee)?;
            charge(exchange, subject, keeper, fee, &mut outcome)?;
            if filled.rest.is_zero() {
                break;
            }
            resting.order.remaining = filled.rest;
        }
    }
    let after = subject.now(exchange)?;
    if after.size.is_zero() || after.risk.meets_initial_margin() {
        outcome.status = LiquidationStatus::Done;
    } else if walk.capped {
        outcome.status = LiquidationStatus::More;
    }
    Ok(outcome)
}

/// The better for the account of fillable and bankruptcy price, in ticks.
fn worst_ticks(exchange: &Exchange, subject: &Subject) -> ContractResult<u64> {
    let market = exchange.market(subject.market)?;
    let parameters = &market.config.parameters;
    let position = size_risk(exchange, market, subject.size, Valuation::Plain)?;
    let fillable = fillable_price(
        &subject.risk,
        &position,
        subject.size,
        parameters.bankruptcy_adjustment_ppm,
        parameters.spread_to_maintenance_ppm,
    )?;
    let bankruptcy = bankruptcy_price(&subject.risk, &position, subject.size)?;
    let worst = better_for_closing(fillable, bankruptcy, subject.is_long());
    Ok(worst.to_ticks(
        market.config.lot_size,
        market.config.tick_lot_value,
        subject.is_long(),
        u64::MAX,
    )?)
}

/// Whether nothing more must be closed: initial margin is met and what is left is no dust.
fn is_enough(exchange: &Exchange, now: &Subject) -> ContractResult<bool> {
    let least = least_position(exchange.market(now.market)?);
    Ok(now.size.is_zero() || (now.risk.meets_initial_margin() && !is_dust(now.size, least)))
}

/// How much of an order to take: what is wanted as far as the maker's least position allows, or the least
/// that it allows where that is more. A position that is itself below the least is closed against anybody.
fn takes(
    exchange: &mut Exchange,
    walk: &Walk,
    resting: &Resting,
    now: &Subject,
    wanted: Uint128,
    tradable: Uint128,
) -> ContractResult<Uint128> {
    let mut size = walk.part(exchange, resting, now.market, tradable.min(wanted))?;
    if size.is_zero() {
        size = walk.unit(exchange, resting, now.market)?;
    }
    Ok(size.min(tradable).min(now.size.unsigned_abs()))
}

/// Smallest size whose closing at this order's price brings the account to initial margin; the whole where
/// less than the least position would be left.
fn enough(exchange: &Exchange, now: &Subject, resting: &Resting) -> ContractResult<Uint128> {
    let market = exchange.market(now.market)?;
    let whole = now.size.unsigned_abs();
    let least = least_position(market);
    if is_dust(now.size, least) {
        return Ok(whole);
    }
    let enough = restoring_size(market, now, resting)?;
    Ok(if subtract(whole, enough)? < least {
        whole
    } else {
        enough
    })
}

fn restoring_size(market: &Market, now: &Subject, resting: &Resting) -> ContractResult<Uint128> {
    Ok(size_to_restore_initial_margin(
        &now.risk,
        now.size,
        resting.ticks,
        market.config.lot_size,
        market.config.tick_lot_value,
        now.price,
        &market.scale,
        market.effective_initial_margin()?,
        market.config.parameters.max_liquidation_fee_ppm,
    )?)
}

/// Takes the liquidation fee: a share for the keeper's account, the rest for the fund.
fn charge(
    exchange: &mut Exchange,
    subject: &Subject,
    keeper: &Addr,
    fee: Uint128,
    outcome: &mut Outcome,
) -> ContractResult<()> {
    if fee.is_zero() {
        return Ok(());
    }
    let (account, market) = exchange.account_and_market(subject.number, subject.market)?;
    debit(account, fee)?;
    let share = ppm_of(
        fee,
        market.config.parameters.keeper_share_ppm,
        Rounding::Down,
    )?;
    let mut happened = vec![];
    book_fee(
        &mut happened,
        market,
        subtract(fee, share)?,
        ballast_types::PPM,
    )?;
    exchange.events.append(&mut happened);
    if !share.is_zero() {
        let number = exchange.account_number_or_new(keeper, KEEPER_SUBACCOUNT)?;
        credit(exchange.account_mut(number)?, to_signed(share)?)?;
    }
    outcome.fee = add(outcome.fee, fee)?;
    outcome.keeper_fee = add(outcome.keeper_fee, share)?;
    Ok(())
}
