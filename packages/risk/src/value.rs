//! Conversions between base atoms, prices, ticks and quote atoms.
//!
//! A price is quote units per base unit as people write it, with 18 fixed decimals. For `size` base atoms
//! `value = size * 10^-base_decimals * price * 10^quote_decimals = size * price_atomics / 10^exponent` quote atoms with
//! `exponent = 18 + base_decimals - quote_decimals`. With at most 18 decimals on either side the exponent is 0 to 36,
//! `10^exponent` fits 128 bits and every product here fits 256 bits.

use cosmwasm_std::{Decimal, Int128, Uint128, Uint256};

use crate::error::{RiskError, RiskResult};
use crate::rounding::{divide_256, mul_div, toward_magnitude, with_sign, Quantity, Rounding};

/// Most decimals that a base asset or a quote token may have.
pub const MAX_DECIMALS: u8 = 18;

/// How base atoms at a price become quote atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueScale {
    /// `10^exponent`, never zero.
    divisor: Uint128,
}

impl ValueScale {
    /// A scale for a market. Both numbers of decimals are fixed when the market is listed.
    ///
    /// # Errors
    /// [`RiskError::InvalidDecimals`] if either exceeds [`MAX_DECIMALS`].
    pub fn new(base_decimals: u8, quote_decimals: u8) -> RiskResult<Self> {
        let invalid = || RiskError::InvalidDecimals {
            base_decimals,
            quote_decimals,
            max: MAX_DECIMALS,
        };
        if base_decimals > MAX_DECIMALS || quote_decimals > MAX_DECIMALS {
            return Err(invalid());
        }
        let exponent = u32::from(MAX_DECIMALS)
            .checked_add(u32::from(base_decimals))
            .and_then(|sum| sum.checked_sub(u32::from(quote_decimals)))
            .ok_or_else(invalid)?;
        let divisor = 10u128.checked_pow(exponent).ok_or_else(invalid)?;
        Ok(Self {
            divisor: Uint128::new(divisor),
        })
    }

    /// `10^(18 + base_decimals - quote_decimals)`: value in quote atoms = size * price atomics / divisor. Never zero.
    #[must_use]
    pub const fn divisor(&self) -> Uint128 {
        self.divisor
    }

    /// Signed value of a signed position in quote atoms: `size * price`, rounded toward minus infinity ("equity down").
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if it exceeds 128 bits.
    pub fn net_notional(&self, size: Int128, price: Decimal) -> RiskResult<Int128> {
        let negative = size.is_negative();
        let rounding = toward_magnitude(Quantity::Equity.rounding(), negative);
        with_sign(
            self.notional(size.unsigned_abs(), price, rounding)?,
            negative,
        )
        .map_err(RiskError::overflow("net_notional"))
    }

    /// Value of `size` base atoms in quote atoms, rounded as told.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if it exceeds 128 bits.
    pub fn notional(
        &self,
        size: Uint128,
        price: Decimal,
        rounding: Rounding,
    ) -> RiskResult<Uint128> {
        mul_div(size, price.atomics(), self.divisor, rounding)
            .map_err(RiskError::overflow("notional"))
    }

    /// Quote atoms that one tick times one lot is worth: `tick_size * lot_size * 10^(quote_decimals - base_decimals)`.
    /// Exact, which is what makes every fill exact; checked when a market is listed.
    ///
    /// # Errors
    /// [`RiskError::InexactTickLot`] unless it is a positive integer, [`RiskError::Overflow`] beyond 128 bits.
    pub fn tick_lot_value(&self, tick_size: Decimal, lot_size: Uint128) -> RiskResult<Uint128> {
        let inexact = || RiskError::InexactTickLot {
            tick_size,
            lot_size,
        };
        let product = tick_size.atomics().full_mul(lot_size);
        let divisor = Uint256::from(self.divisor);
        let remainder = product.checked_rem(divisor).map_err(|_| inexact())?;
        if product.is_zero() || !remainder.is_zero() {
            return Err(inexact());
        }
        let value = product.checked_div(divisor).map_err(|_| inexact())?;
        Uint128::try_from(value).map_err(RiskError::overflow("tick_lot_value"))
    }

    /// Average entry price, the key of the deleveraging order: `floor(entry_notional * 10^exponent / size)` price atomics.
    ///
    /// # Errors
    /// [`RiskError::DivisionByZero`] for an empty position, [`RiskError::Overflow`] beyond the largest `Decimal`.
    pub fn entry_price(&self, entry_notional: Uint128, size: Uint128) -> RiskResult<Decimal> {
        if size.is_zero() {
            return Err(RiskError::DivisionByZero {
                operation: "entry_price",
            });
        }
        mul_div(
            entry_notional,
            self.divisor,
            size,
            Quantity::Rate.rounding(),
        )
        .map(Decimal::new)
        .map_err(RiskError::overflow("entry_price"))
    }
}

/// Exact value of a fill in quote atoms: `ticks * (size / lot_size) * tick_lot_value`.
///
/// # Errors
/// [`RiskError::NotMultiple`] if `size` is not a whole number of lots (or the lot is zero),
/// [`RiskError::Overflow`] beyond 128 bits.
pub fn fill_value(
    ticks: u64,
    size: Uint128,
    lot_size: Uint128,
    tick_lot_value: Uint128,
) -> RiskResult<Uint128> {
    let lots = whole_steps("fill size", size, lot_size)?;
    lots.checked_mul(Uint128::from(ticks))
        .and_then(|ticks_and_lots| ticks_and_lots.checked_mul(tick_lot_value))
        .map_err(RiskError::overflow("fill_value"))
}

/// A book price in ticks. Exact.
///
/// # Errors
/// [`RiskError::NotMultiple`] if the price is not a whole number of ticks (or the tick is zero),
/// [`RiskError::Overflow`] beyond 64 bits.
pub fn price_to_ticks(price: Decimal, tick_size: Decimal) -> RiskResult<u64> {
    let ticks = whole_steps("price", price.atomics(), tick_size.atomics())?;
    u64::try_from(ticks.u128()).map_err(RiskError::overflow("price_to_ticks"))
}

/// A price in ticks, rounded as told. Used for prices that do not come from the book: oracle bands, worst prices.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if the tick is zero, [`RiskError::Overflow`] beyond 64 bits.
pub fn price_to_ticks_rounded(
    price: Decimal,
    tick_size: Decimal,
    rounding: Rounding,
) -> RiskResult<u64> {
    let operation = "price_to_ticks_rounded";
    let ticks = divide_256(
        Uint256::from(price.atomics()),
        Uint256::from(tick_size.atomics()),
        rounding,
        operation,
    )?;
    let ticks = Uint128::try_from(ticks).map_err(RiskError::overflow(operation))?;
    u64::try_from(ticks.u128()).map_err(RiskError::overflow(operation))
}

/// The price of a number of ticks. Exact.
///
/// # Errors
/// [`RiskError::Overflow`] beyond the largest `Decimal`.
pub fn ticks_to_price(ticks: u64, tick_size: Decimal) -> RiskResult<Decimal> {
    tick_size
        .atomics()
        .checked_mul(Uint128::from(ticks))
        .map(Decimal::new)
        .map_err(RiskError::overflow("ticks_to_price"))
}

/// `value / step`, which must come out even.
fn whole_steps(name: &'static str, value: Uint128, step: Uint128) -> RiskResult<Uint128> {
    let not_multiple = || RiskError::NotMultiple { name, value, step };
    let remainder = value.checked_rem(step).map_err(|_| not_multiple())?;
    if !remainder.is_zero() {
        return Err(not_multiple());
    }
    value.checked_div(step).map_err(|_| not_multiple())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    fn price(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    #[test]
    fn base_atoms_become_quote_atoms() {
        // 0.1 BTC (8 decimals) at 50,000 in a quote of 6 decimals.
        let scale = ValueScale::new(8, 6).unwrap();
        let value = scale.net_notional(Int128::new(10_000_000), price("50000"));
        assert_eq!(value, Ok(Int128::new(5_000_000_000)));
        // One atom of an 18-decimal asset at 3,000 is worth 3e-9 atoms: down for a long, away from zero for a short.
        let scale = ValueScale::new(18, 6).unwrap();
        let one = Int128::one();
        assert_eq!(scale.net_notional(one, price("3000")), Ok(Int128::zero()));
        assert_eq!(
            scale.net_notional(Int128::new(-1), price("3000")),
            Ok(Int128::new(-1))
        );
    }

    #[test]
    fn more_than_18_decimals_are_refused() {
        assert!(ValueScale::new(18, 18).is_ok());
        assert_eq!(
            ValueScale::new(19, 6),
            Err(RiskError::InvalidDecimals {
                base_decimals: 19,
                quote_decimals: 6,
                max: 18
            })
        );
        assert!(ValueScale::new(0, 255).is_err());
    }

    #[test]
    fn a_listing_must_trade_exactly() {
        let scale = ValueScale::new(8, 6).unwrap();
        // 0.5 a tick, 0.0001 BTC a lot: 50 atoms.
        assert_eq!(scale.tick_lot_value(price("0.5"), u(10_000)), Ok(u(50)));
        for (tick, lot) in [("0.5", 1), ("0", 10_000), ("0.5", 0), ("0.000001", 10_000)] {
            assert!(
                matches!(
                    scale.tick_lot_value(price(tick), u(lot)),
                    Err(RiskError::InexactTickLot { .. })
                ),
                "{tick} {lot}"
            );
        }
    }

    #[test]
    fn fills_are_exact() {
        // 30 lots at 100,000 ticks of 0.5.
        assert_eq!(
            fill_value(100_000, u(300_000), u(10_000), u(50)),
            Ok(u(150_000_000))
        );
        assert!(matches!(
            fill_value(1, u(10_001), u(10_000), u(50)),
            Err(RiskError::NotMultiple { .. })
        ));
        assert!(fill_value(1, u(1), u(0), u(50)).is_err());
    }

    #[test]
    fn prices_and_ticks_convert_both_ways() {
        let tick = price("0.25");
        assert_eq!(price_to_ticks(price("10.5"), tick), Ok(42));
        assert_eq!(ticks_to_price(42, tick), Ok(price("10.5")));
        assert!(price_to_ticks(price("10.6"), tick).is_err());
        assert_eq!(
            price_to_ticks_rounded(price("10.6"), tick, Rounding::Down),
            Ok(42)
        );
        assert_eq!(
            price_to_ticks_rounded(price("10.6"), tick, Rounding::Up),
            Ok(43)
        );
        assert!(price_to_ticks(price("1"), Decimal::zero()).is_err());
        assert!(ticks_to_price(u64::MAX, Decimal::MAX).is_err());
    }

    #[test]
    fn entry_price_is_the_average_rounded_down() {
        let scale = ValueScale::new(0, 0).unwrap();
        assert_eq!(
            scale.entry_price(u(10), u(3)),
            Ok(price("3.333333333333333333"))
        );
        assert!(scale.entry_price(u(10), u(0)).is_err());
    }
}
