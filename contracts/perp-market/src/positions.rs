//! How a fill changes a position: its size, its average entry, open interest.

use ballast_types::Side;
use cosmwasm_std::{Decimal, Int128, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::{credit, Market};
use crate::funding::side_index;
use crate::math::{add, subtract, to_signed};
use crate::state::{Account, Position, MAX_POSITIONS};

/// Buys or sells `size` for `value` quote atoms: quote, position and open interest change; fees do not
/// belong here. The position must be settled before.
///
/// Growing averages the entry; reducing keeps the entry price and cuts the entry notional in proportion,
/// rounded down; crossing zero starts anew with the part of `value` that opened the new side, rounded down.
pub fn apply_fill(
    account: &mut Account,
    market: &mut Market,
    side: Side,
    size: Uint128,
    value: Uint128,
) -> ContractResult<()> {
    let signed = |amount: Uint128, negative: bool| -> ContractResult<Int128> {
        Ok(ballast_risk::with_sign(amount, negative)?)
    };
    credit(account, signed(value, side == Side::Buy)?)?;
    apply_size(account, market, signed(size, side == Side::Sell)?, value)
}

/// The same for a signed change of size whose quote is booked elsewhere (deleveraging, where the quote may
/// have either sign): `value` is what the change is worth, for the entry price only.
pub fn apply_size(
    account: &mut Account,
    market: &mut Market,
    delta: Int128,
    value: Uint128,
) -> ContractResult<()> {
    let before = account.size(market.id);
    let after = before
        .checked_add(delta)
        .map_err(|_| ContractError::Overflow { what: "size", value: delta.to_string() })?;
    count_open_interest(market, before, after)?;
    let slot = account.positions.iter().position(|position| position.market == market.id);
    if after.is_zero() {
        if let Some(slot) = slot {
            account.positions.remove(slot);
        }
        return Ok(());
    }
    let old = slot.and_then(|slot| account.positions.get(slot));
    let (entry_notional, entry_price) = entry_after(market, old, before, after, delta, value)?;
    let position = Position {
        market: market.id,
        size: after,
        entry_notional,
        entry_price,
        index: side_index(market, after),
    };
    match slot.and_then(|slot| account.positions.get_mut(slot)) {
        Some(old) => *old = position,
        None => {
            let found = account.positions.len().saturating_add(1);
            if found > MAX_POSITIONS {
                return Err(ContractError::TooManyPositions { max: MAX_POSITIONS, found });
            }
            account.positions.push(position);
            account.positions.sort_by_key(|position| position.market);
        }
    }
    Ok(())
}

fn entry_after(
    market: &Market,
    old: Option<&Position>,
    before: Int128,
    after: Int128,
    delta: Int128,
    value: Uint128,
) -> ContractResult<(Uint128, Decimal)> {
    let fresh = |notional: Uint128| -> ContractResult<(Uint128, Decimal)> {
        Ok((notional, market.scale.entry_price(notional, after.unsigned_abs())?))
    };
    let Some(old) = old else {
        return fresh(value);
    };
    if before.is_negative() != after.is_negative() {
        return fresh(proportion(value, after.unsigned_abs(), delta.unsigned_abs())?);
    }
    if before.is_negative() == delta.is_negative() {
        return fresh(add(old.entry_notional, value)?);
    }
    let kept = proportion(old.entry_notional, after.unsigned_abs(), before.unsigned_abs())?;
    Ok((kept, old.entry_price))
}

fn proportion(whole: Uint128, part: Uint128, of: Uint128) -> ContractResult<Uint128> {
    Ok(ballast_risk::mul_div(whole, part, of, ballast_risk::Rounding::Down)?)
}

fn count_open_interest(market: &mut Market, before: Int128, after: Int128) -> ContractResult<()> {
    let parts = |size: Int128| {
        let magnitude = size.unsigned_abs();
        if size.is_negative() {
            (Uint128::zero(), magnitude)
        } else {
            (magnitude, Uint128::zero())
        }
    };
    let (long_before, short_before) = parts(before);
    let (long_after, short_after) = parts(after);
    let state = &mut market.state;
    state.open_interest_long =
        subtract(add(state.open_interest_long, long_after)?, long_before)?;
    state.open_interest_short =
        subtract(add(state.open_interest_short, short_after)?, short_before)?;
    to_signed(state.open_interest_long)?;
    Ok(())
}
