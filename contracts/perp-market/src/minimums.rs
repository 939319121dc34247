//! Smallest orders and positions: nothing so small that handling it costs more than it is worth.
//!
//! Positions: no fill leaves a maker with a position below the market's least, nor a taker at the end of its
//! order. So a position of a maker can be cut to exactly the least or closed whole, and nothing between.
//! Closing bankrupt accounts and deleveraging must be exact and are free of this.
//!
//! Orders: below `min_order_notional` only what closes a whole position.

use ballast_risk::Rounding;
use ballast_types::Side;
use cosmwasm_std::{Int128, Uint128};

use crate::error::ContractResult;
use crate::exchange::Market;
use crate::funding::order_value;

/// Least size of a position, base atoms: `min_position` in whole lots, at least one.
#[must_use]
pub fn least_position(market: &Market) -> Uint128 {
    let lot = market.config.lot_size;
    let least = market.config.parameters.min_position.max(lot);
    match least.checked_rem(lot) {
        Ok(rest) if !rest.is_zero() => least.saturating_add(lot.saturating_sub(rest)),
        _ => least,
    }
}

/// A position as one side of a trade sees it.
#[derive(Clone, Copy)]
struct Held {
    /// What trading on that side reduces first.
    reduces: Uint128,
    /// What it adds to.
    grows: Uint128,
}

impl Held {
    fn new(size: Int128, side: Side) -> Self {
        let magnitude = size.unsigned_abs();
        if size.is_negative() == (side == Side::Buy) {
            Self {
                reduces: magnitude,
                grows: Uint128::zero(),
            }
        } else {
            Self {
                reduces: Uint128::zero(),
                grows: magnitude,
            }
        }
    }
}

/// Largest part of `available` that a position can trade on `side` so that what it then holds is nothing or
/// at least `least`; 0 where there is none.
#[must_use]
pub fn largest_fill(size: Int128, side: Side, available: Uint128, least: Uint128) -> Uint128 {
    let Held { reduces, grows } = Held::new(size, side);
    match available.checked_sub(reduces) {
        // Turned around, opened or grown.
        Ok(beyond) if grows.saturating_add(beyond) >= least => available,
        Ok(_) => reduces,
        Err(_) => available.min(reduces.saturating_sub(least)),
    }
}

/// Smallest size that a position can trade on `side`, at least one lot.
#[must_use]
pub fn smallest_fill(size: Int128, side: Side, lot: Uint128, least: Uint128) -> Uint128 {
    let Held { reduces, grows } = Held::new(size, side);
    if reduces.is_zero() {
        lot.max(least.saturating_sub(grows))
    } else if reduces > least {
        lot
    } else {
        reduces
    }
}

/// Whether a position is below the least without being none.
#[must_use]
pub fn is_dust(size: Int128, least: Uint128) -> bool {
    !size.is_zero() && size.unsigned_abs() < least
}

/// What an order lacks to be large enough: its value at a price in ticks where it is below the minimum.
pub fn too_small(market: &Market, ticks: u64, size: Uint128) -> ContractResult<Option<Uint128>> {
    let min = market.config.parameters.min_order_notional;
    if min.is_zero() {
        return Ok(None);
    }
    let value = order_value(market, ticks, size)?;
    Ok((value < min).then_some(value))
}

/// The same at the last oracle price, rounded up.
pub fn too_small_at_oracle(market: &Market, size: Uint128) -> ContractResult<Option<Uint128>> {
    let min = market.config.parameters.min_order_notional;
    if min.is_zero() {
        return Ok(None);
    }
    let value = market
        .scale
        .notional(size, market.last_price()?, Rounding::Up)?;
    Ok((value < min).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest(size: i128, available: u128) -> u128 {
        largest_fill(
            Int128::new(size),
            Side::Sell,
            available.into(),
            10u128.into(),
        )
        .u128()
    }

    fn smallest(size: i128) -> u128 {
        smallest_fill(Int128::new(size), Side::Sell, 1u128.into(), 10u128.into()).u128()
    }

    // A long sells: least 10.
    #[test]
    fn what_is_left_is_nothing_or_at_least_the_least() {
        for (held, available, expected) in [
            (25, 30, 25),
            (25, 35, 35),
            (25, 25, 25),
            (25, 24, 15),
            (25, 15, 15),
            (25, 14, 14),
            (10, 9, 0),
            (10, 10, 10),
            (10, 19, 10),
            (10, 20, 20),
            (5, 4, 0),
            (5, 5, 5),
            (0, 9, 0),
            (0, 10, 10),
            (-10, 1, 1),
            (-5, 4, 0),
            (-5, 5, 5),
        ] {
            assert_eq!(largest(held, available), expected, "{held}, {available}");
        }
    }

    #[test]
    fn the_smallest_fill_is_allowed_and_nothing_smaller_is() {
        for held in -30..=30 {
            let unit = smallest(held);
            assert_eq!(largest(held, unit), unit, "{held}");
            for less in 1..unit {
                assert_eq!(largest(held, less), 0, "{held}, {less}");
            }
        }
    }

    // R3: a short that buys is the mirror of a long that sells.
    #[test]
    fn sides_are_mirrors() {
        for held in -30..=30i128 {
            for available in 0..50u128 {
                let of = |size, side| {
                    largest_fill(Int128::new(size), side, available.into(), 10u128.into())
                };
                assert_eq!(of(held, Side::Sell), of(-held, Side::Buy));
            }
        }
    }
}
