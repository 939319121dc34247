//! Exact rational prices and their way into book ticks.
//!
//! Bankruptcy and fillable prices are fractions that no fixed-point number holds exactly. They stay exact until the one
//! rounding that matters, into ticks: up for the sale that closes a long, down for the purchase that closes a short, so
//! that the order never goes beyond its bound.

use core::cmp::Ordering;

use cosmwasm_std::{Int512, Uint128, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::rounding::Rounding;
use crate::wide::{divide_512, gcd, mul, signed};

/// An exact price: quote atoms per base atom, `numerator / denominator`, possibly negative.
///
/// Kept as computed; [`PriceRatio::reduced`] gives the lowest terms. Two ratios are equal if their values are.
#[derive(Clone, Copy, Debug)]
pub struct PriceRatio {
    numerator: Int512,
    denominator: Uint512,
}

impl PriceRatio {
    /// A ratio from its parts.
    ///
    /// # Errors
    /// [`RiskError::DivisionByZero`] if the denominator is zero.
    pub fn new(numerator: Int512, denominator: Uint512) -> RiskResult<Self> {
        if denominator.is_zero() {
            return Err(RiskError::DivisionByZero {
                operation: "PriceRatio::new",
            });
        }
        Ok(Self {
            numerator,
            denominator,
        })
    }

    /// The numerator, with the sign of the price.
    #[must_use]
    pub const fn numerator(&self) -> Int512 {
        self.numerator
    }

    /// The denominator, always positive.
    #[must_use]
    pub const fn denominator(&self) -> Uint512 {
        self.denominator
    }

    /// Whether the price is below zero.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.numerator.is_negative()
    }

    /// The same price in lowest terms. Costs a 512-bit Euclid: for display and for growing products, not for orders.
    #[must_use]
    pub fn reduced(self) -> Self {
        let magnitude = self.numerator.unsigned_abs();
        let divisor = gcd(magnitude, self.denominator);
        let divide = |value: Uint512| value.checked_div(divisor).ok();
        let parts = divide(magnitude).zip(divide(self.denominator));
        let Some((magnitude, denominator)) = parts else {
            return self;
        };
        let Some(numerator) = apply_sign(magnitude, self.is_negative()) else {
            return self;
        };
        Self {
            numerator,
            denominator,
        }
    }

    /// The price in ticks: one tick is `tick_lot_value` quote atoms per `lot_size` base atoms.
    ///
    /// Closing a long (a sale) rounds up, closing a short (a purchase) down, so that the order is never worse for the
    /// account than the exact price. The result is clamped to `1..=max_ticks`: a price of zero or below is one tick.
    /// Source: dYdX v4 `ConvertFillablePriceToSubticks`.
    ///
    /// # Errors
    /// [`RiskError::OutOfRange`] if `max_ticks` is zero, [`RiskError::DivisionByZero`] if `tick_lot_value` is,
    /// [`RiskError::Overflow`] beyond 512 bits (impossible for ratios made by this crate).
    pub fn to_ticks(
        &self,
        lot_size: Uint128,
        tick_lot_value: Uint128,
        is_liquidating_long: bool,
        max_ticks: u64,
    ) -> RiskResult<u64> {
        require_positive("max_ticks", max_ticks)?;
        if tick_lot_value.is_zero() {
            return Err(RiskError::DivisionByZero {
                operation: "PriceRatio::to_ticks",
            });
        }
        self.to_steps(
            Uint512::from(lot_size),
            Uint512::from(tick_lot_value),
            1,
            is_liquidating_long,
            max_ticks,
        )
    }

    /// `price * multiplier / divisor`, rounded to a multiple of `step` and clamped to `step..=max` (max aligned down).
    fn to_steps(
        self,
        multiplier: Uint512,
        divisor: Uint512,
        step: u64,
        round_up: bool,
        max: u64,
    ) -> RiskResult<u64> {
        let operation = "price to ticks";
        let overflow = || RiskError::Overflow { operation };
        let largest = max
            .checked_rem(step)
            .and_then(|rest| max.checked_sub(rest))
            .ok_or_else(overflow)?;
        if self.is_negative() || self.numerator.is_zero() {
            return Ok(step.min(largest));
        }
        let steps_denominator = mul(divisor, Uint512::from(step), operation)?;
        let ratio = if mul(self.denominator, steps_denominator, operation).is_ok() {
            self
        } else {
            self.reduced()
        };
        let denominator = mul(ratio.denominator, steps_denominator, operation)?;
        let rounding = if round_up {
            Rounding::Up
        } else {
            Rounding::Down
        };
        let numerator = ratio.numerator.unsigned_abs();
        let steps = match mul(numerator, multiplier, operation) {
            Ok(numerator) => divide_512(numerator, denominator, rounding, operation)?,
            Err(error) => {
                // Too wide to multiply. If even the part that is certain exceeds the bound, the bound is the answer.
                let at_least = divide_512(multiplier, denominator, Rounding::Down, operation)?;
                match mul(at_least, numerator, operation) {
                    Ok(product) if product <= Uint512::from(largest) => return Err(error),
                    _ => return Ok(largest),
                }
            }
        };
        let Ok(steps) = u64_from(steps) else {
            return Ok(largest);
        };
        let aligned = steps.checked_mul(step).unwrap_or(largest);
        // Not `clamp`, which panics when the bounds cross.
        Ok(aligned.max(step).min(largest))
    }
}

/// A fillable price in subticks: `price * 10^-exponent` rounded to a multiple of `subticks_per_tick`, up when a long is
/// liquidated and down for a short, clamped to `subticks_per_tick` and the largest multiple that 64 bits hold.
///
/// Shares its code with [`PriceRatio::to_ticks`], which is the same with one subtick a tick.
/// Source: dYdX v4 `ConvertFillablePriceToSubticks` (vectors `dydx.subticks`).
///
/// # Errors
/// [`RiskError::NegativePrice`] for a negative price, [`RiskError::OutOfRange`] if `subticks_per_tick` is zero,
/// [`RiskError::Overflow`] if the exponent takes an intermediate beyond 512 bits.
pub fn subticks(
    price: &PriceRatio,
    is_liquidating_long: bool,
    subticks_per_tick: u32,
    quantum_conversion_exponent: i32,
) -> RiskResult<u64> {
    if price.is_negative() {
        return Err(RiskError::NegativePrice {
            name: "fillable price",
        });
    }
    let step = u64::from(subticks_per_tick);
    require_positive("subticks_per_tick", step)?;
    let power = Uint512::from(10u128)
        .checked_pow(quantum_conversion_exponent.unsigned_abs())
        .map_err(RiskError::overflow("subticks"))?;
    let (multiplier, divisor) = if quantum_conversion_exponent.is_negative() {
        (power, Uint512::one())
    } else {
        (Uint512::one(), power)
    };
    price.to_steps(multiplier, divisor, step, is_liquidating_long, u64::MAX)
}

/// The price that is better for an account that closes: the higher one for a long (it sells), the lower for a short.
/// Used for the worst price of a solvent liquidation: the better of fillable and bankruptcy price.
#[must_use]
pub fn better_for_closing(a: PriceRatio, b: PriceRatio, is_liquidating_long: bool) -> PriceRatio {
    if is_liquidating_long == (a >= b) {
        a
    } else {
        b
    }
}

impl PartialEq for PriceRatio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for PriceRatio {}

impl PartialOrd for PriceRatio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PriceRatio {
    /// Exact for any two ratios: compares whole parts, then the reciprocals of the remainders, so nothing can overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative(), other.is_negative()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (negative, _) => {
                let magnitudes = compare_fractions(
                    (self.numerator.unsigned_abs(), self.denominator),
                    (other.numerator.unsigned_abs(), other.denominator),
                );
                if negative {
                    magnitudes.reverse()
                } else {
                    magnitudes
                }
            }
        }
    }
}

/// Compares `a.0 / a.1` with `b.0 / b.1` by continued fractions. Denominators are positive.
fn compare_fractions(mut a: (Uint512, Uint512), mut b: (Uint512, Uint512)) -> Ordering {
    let mut reversed = false;
    loop {
        let whole = whole_part(a).cmp(&whole_part(b));
        let (rest_a, rest_b) = (remainder(a), remainder(b));
        let decided = if whole != Ordering::Equal {
            Some(whole)
        } else if rest_a.is_zero() || rest_b.is_zero() {
            Some(rest_a.is_zero().cmp(&rest_b.is_zero()).reverse())
        } else {
            None
        };
        if let Some(order) = decided {
            return if reversed { order.reverse() } else { order };
        }
        // a.0/a.1 and b.0/b.1 share their whole part: compare the remainders by their reciprocals.
        a = (a.1, rest_a);
        b = (b.1, rest_b);
        reversed = !reversed;
    }
}

fn whole_part(fraction: (Uint512, Uint512)) -> Uint512 {
    fraction.0.checked_div(fraction.1).unwrap_or(Uint512::MAX)
}

fn remainder(fraction: (Uint512, Uint512)) -> Uint512 {
    fraction.0.checked_rem(fraction.1).unwrap_or_default()
}

fn apply_sign(magnitude: Uint512, negative: bool) -> Option<Int512> {
    let value = signed(magnitude, "PriceRatio").ok()?;
    if negative {
        Int512::zero().checked_sub(value).ok()
    } else {
        Some(value)
    }
}

fn u64_from(value: Uint512) -> RiskResult<u64> {
    let value = Uint128::try_from(value).map_err(RiskError::overflow("ticks"))?;
    u64::try_from(value.u128()).map_err(RiskError::overflow("ticks"))
}

fn require_positive(name: &'static str, value: u64) -> RiskResult<()> {
    if value == 0 {
        return Err(RiskError::OutOfRange {
            name,
            value: Uint128::zero(),
            min: Uint128::one(),
            max: Uint128::from(u64::MAX),
        });
    }
    Ok(())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    fn ratio(numerator: i128, denominator: u128) -> PriceRatio {
        PriceRatio::new(Int512::from(numerator), Uint512::from(denominator)).unwrap()
    }

    fn ticks(price: PriceRatio, is_long: bool) -> RiskResult<u64> {
        // One tick is 5 atoms a lot of 10: half an atom an atom.
        price.to_ticks(Uint128::new(10), Uint128::new(5), is_long, 1_000)
    }

    #[test]
    fn a_sale_rounds_up_and_a_purchase_down() {
        assert_eq!(ticks(ratio(7, 3), true), Ok(5)); // 4.67
        assert_eq!(ticks(ratio(7, 3), false), Ok(4));
        assert_eq!(ticks(ratio(5, 2), true), Ok(5));
        assert_eq!(ticks(ratio(5, 2), false), Ok(5));
    }

    #[test]
    fn ticks_stay_within_bounds() {
        for is_long in [true, false] {
            assert_eq!(ticks(ratio(-7, 3), is_long), Ok(1));
            assert_eq!(ticks(ratio(0, 1), is_long), Ok(1));
            assert_eq!(ticks(ratio(1, 1_000_000), is_long), Ok(1));
            assert_eq!(ticks(ratio(501, 1), is_long), Ok(1_000));
            assert_eq!(ticks(ratio(i128::MAX, 1), is_long), Ok(1_000));
        }
        assert_eq!(
            ratio(1, 1).to_ticks(Uint128::one(), Uint128::one(), true, 0),
            Err(RiskError::OutOfRange {
                name: "max_ticks",
                value: Uint128::zero(),
                min: Uint128::one(),
                max: Uint128::from(u64::MAX),
            })
        );
        assert!(ratio(1, 1)
            .to_ticks(Uint128::one(), Uint128::zero(), true, 1)
            .is_err());
        // A lot of zero makes the price zero.
        assert_eq!(
            ratio(1, 1).to_ticks(Uint128::zero(), Uint128::one(), true, 9),
            Ok(1)
        );
    }

    #[test]
    fn subticks_round_down_for_a_short() {
        // The branch that the upstream table names and does not reach.
        assert_eq!(subticks(&ratio(197, 1), false, 100, 0), Ok(100));
        assert_eq!(subticks(&ratio(197, 1), true, 100, 0), Ok(200));
        assert_eq!(subticks(&ratio(19_700, 1), false, 100, 1), Ok(1_900));
        assert_eq!(subticks(&ratio(1, 1), true, 1, -80), Ok(u64::MAX));
        assert_eq!(subticks(&ratio(0, 1), true, 1, -80), Ok(1));
        assert!(subticks(&ratio(-1, 1), true, 1, 0).is_err());
        assert!(subticks(&ratio(1, 1), true, 0, 0).is_err());
        assert!(subticks(&ratio(1, 1), true, 1, i32::MIN).is_err());
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_not_a_bound() {
        // About a half, in numbers too wide to multiply: two ticks, and not the largest number of them.
        let half = PriceRatio::new(Int512::MAX, Uint512::MAX).unwrap();
        let ticks = |lot| half.to_ticks(Uint128::new(lot), Uint128::one(), true, 1_000);
        assert_eq!(ticks(1), Ok(1));
        assert!(matches!(ticks(4), Err(RiskError::Overflow { .. })));
        assert!(matches!(
            half.to_ticks(Uint128::one(), Uint128::new(2), true, 1_000),
            Err(RiskError::Overflow { .. })
        ));
        // Too wide to multiply, and certainly beyond the bound: a third of the largest number times four.
        let third = PriceRatio::new(Int512::MAX, Uint512::from(3u128)).unwrap();
        let ticks = third.to_ticks(Uint128::new(4), Uint128::one(), true, 1_000);
        assert_eq!(ticks, Ok(1_000));
    }

    #[test]
    fn lowest_terms() {
        let price = ratio(-30, 12).reduced();
        assert_eq!(price.numerator(), Int512::from(-5));
        assert_eq!(price.denominator(), Uint512::from(2u128));
        assert_eq!(ratio(0, 7).reduced().denominator(), Uint512::one());
        assert_eq!(price, ratio(-5, 2));
    }

    #[test]
    fn compares_beyond_the_width_of_a_product() {
        let wide = |low: u128| {
            PriceRatio::new(
                Int512::MAX,
                Uint512::MAX.checked_sub(Uint512::from(low)).unwrap(),
            )
            .unwrap()
        };
        assert!(wide(1) < wide(2));
        assert!(wide(2) > wide(1));
        assert_eq!(wide(3), wide(3));
        assert!(ratio(-1, 3) < ratio(-1, 4));
        assert!(ratio(-1, 3) < ratio(0, 1));
        assert_eq!(ratio(2, 4), ratio(1, 2));
        assert!(ratio(355, 113) > ratio(333, 106));
        // The smallest positive ratio there is, whose reciprocal is the largest whole part.
        let smallest = PriceRatio::new(Int512::one(), Uint512::MAX).unwrap();
        assert!(ratio(0, 1) < smallest);
        assert!(smallest > ratio(0, 1));
    }

    #[test]
    fn the_better_price_depends_on_the_side() {
        let (low, high) = (ratio(1, 3), ratio(1, 2));
        for (a, b) in [(low, high), (high, low)] {
            assert_eq!(better_for_closing(a, b, true), high);
            assert_eq!(better_for_closing(a, b, false), low);
        }
    }
}
