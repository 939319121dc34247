//! **The one rounding table.** Which way each quantity of the suite rounds, and the divisions everything else uses.
//!
//! | quantity | rounds | why |
//! |---|---|---|
//! | margin requirement (initial, maintenance) | up | an account never needs less than the exact requirement |
//! | equity (net notional) | down, toward minus infinity | an account is never worth more than it is |
//! | trade fee | up | the fee is never dodged by small fills |
//! | liquidation fee | down, and never above the surplus | the fee never makes an account bankrupt |
//! | payout, collateral credit | down | the pool never pays more than it has |
//! | shares minted | down | a newcomer never takes from those who are in |
//! | funding received | down | with the next line: the pool of a market never owes more than it collected |
//! | funding paid | up | |
//! | bankruptcy quote | up, toward plus infinity | the account must receive at least its share: in favour of the fund |
//! | funding and premium index, premium booked, rates, effective margin fraction | down | the paying side rounds up later, at the position |
//!
//! Every residue therefore falls to a ledger line of the market or the fund (`residue`), never out of the books.
//! The formulas of this crate ask [`Quantity::rounding`], so this table is code and not only a comment.
//! Rule: multiply first, divide once (R5), so that each operation is off by less than one unit.

use cosmwasm_std::{Int128, Int256, Uint128, Uint256};

use crate::error::{RiskError, RiskResult};

/// Parts per million: 1.0 as a ppm fraction.
pub const PPM: u32 = 1_000_000;

/// Direction of one division.
///
/// For unsigned numbers `Down` is toward zero and `Up` away from zero.
/// Where [`Quantity`] names it for a signed number, `Down` is toward minus infinity and `Up` toward plus infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Toward zero (unsigned) or toward minus infinity (signed).
    Down,
    /// Away from zero (unsigned) or toward plus infinity (signed).
    Up,
}

/// The lines of the rounding table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Initial or maintenance margin requirement, unsigned.
    Requirement,
    /// Value of a position in its owner's equity, signed.
    Equity,
    /// Maker, taker and order-removal fees, unsigned.
    TradeFee,
    /// Fee of a liquidated account, unsigned; additionally capped by the surplus.
    LiquidationFee,
    /// Anything paid out or credited, unsigned.
    Payout,
    /// Shares given for a deposit, unsigned.
    SharesMinted,
    /// Funding a position owes, signed: paid is rounded up, received is rounded down, so both go to plus infinity.
    FundingPayment,
    /// Quote an account must receive at its bankruptcy price, signed.
    BankruptcyQuote,
    /// Cumulative indices, rates, margin fractions and what is booked from them.
    Rate,
}

impl Quantity {
    /// The direction in which this quantity is rounded. See the table at the head of this module.
    #[must_use]
    pub const fn rounding(self) -> Rounding {
        match self {
            Self::Requirement | Self::TradeFee | Self::FundingPayment | Self::BankruptcyQuote => {
                Rounding::Up
            }
            Self::Equity
            | Self::LiquidationFee
            | Self::Payout
            | Self::SharesMinted
            | Self::Rate => Rounding::Down,
        }
    }
}

/// `a * b / c`, rounded as told.
///
/// Exact: the product is kept in 256 bits. Units are the caller's.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if `c` is zero, [`RiskError::Overflow`] if the quotient exceeds 128 bits.
pub fn mul_div(a: Uint128, b: Uint128, c: Uint128, rounding: Rounding) -> RiskResult<Uint128> {
    let quotient = divide_256(a.full_mul(b), Uint256::from(c), rounding, "mul_div")?;
    Uint128::try_from(quotient).map_err(RiskError::overflow("mul_div"))
}

/// `a * b / c` of signed numbers, rounded toward minus infinity.
///
/// Exact: the product is kept in 256 bits.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if `c` is zero, [`RiskError::Overflow`] if the quotient exceeds 128 bits.
pub fn mul_div_floor_signed(a: Int128, b: Int128, c: Int128) -> RiskResult<Int128> {
    mul_div_signed(a, b, c, Rounding::Down)
}

/// `a * b / c` of signed numbers, rounded toward plus infinity.
///
/// Exact: the product is kept in 256 bits.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if `c` is zero, [`RiskError::Overflow`] if the quotient exceeds 128 bits.
pub fn mul_div_ceil_signed(a: Int128, b: Int128, c: Int128) -> RiskResult<Int128> {
    mul_div_signed(a, b, c, Rounding::Up)
}

fn mul_div_signed(a: Int128, b: Int128, c: Int128, rounding: Rounding) -> RiskResult<Int128> {
    let product = a.full_mul(b);
    let negative = product.is_negative() != c.is_negative();
    let quotient = divide_256(
        product.unsigned_abs(),
        Uint256::from(c.unsigned_abs()),
        toward_magnitude(rounding, negative),
        "mul_div_signed",
    )?;
    let magnitude = Uint128::try_from(quotient).map_err(RiskError::overflow("mul_div_signed"))?;
    with_sign(magnitude, negative)
}

/// `amount * ppm / 1_000_000`, rounded as told. `ppm` may exceed one million.
///
/// # Errors
/// [`RiskError::Overflow`] if the result exceeds 128 bits.
pub fn ppm_of(amount: Uint128, ppm: u32, rounding: Rounding) -> RiskResult<Uint128> {
    mul_div(amount, Uint128::from(ppm), Uint128::from(PPM), rounding)
}

/// A signed number as an unsigned one.
///
/// # Errors
/// [`RiskError::Overflow`] if it is negative.
pub fn to_unsigned(value: Int128) -> RiskResult<Uint128> {
    Uint128::try_from(value).map_err(RiskError::overflow("to_unsigned"))
}

/// An unsigned number as a signed one.
///
/// # Errors
/// [`RiskError::Overflow`] if it exceeds 2^127 - 1.
pub fn to_signed(value: Uint128) -> RiskResult<Int128> {
    Int128::try_from(value).map_err(RiskError::overflow("to_signed"))
}

/// A magnitude and a sign as a signed number. Zero has no sign; 2^127 is accepted as the smallest number.
///
/// # Errors
/// [`RiskError::Overflow`] if it does not fit.
pub fn with_sign(magnitude: Uint128, negative: bool) -> RiskResult<Int128> {
    if !negative {
        return to_signed(magnitude);
    }
    if magnitude == Int128::MIN.unsigned_abs() {
        return Ok(Int128::MIN);
    }
    negate(to_signed(magnitude)?)
}

/// `-value`.
///
/// # Errors
/// [`RiskError::Overflow`] for the smallest number, which has no positive counterpart.
pub fn negate(value: Int128) -> RiskResult<Int128> {
    Int128::zero()
        .checked_sub(value)
        .map_err(RiskError::overflow("negate"))
}

/// Direction for the magnitude of a signed quotient of known sign.
pub(crate) const fn toward_magnitude(rounding: Rounding, negative: bool) -> Rounding {
    match (rounding, negative) {
        (Rounding::Down, false) | (Rounding::Up, true) => Rounding::Down,
        (Rounding::Up, false) | (Rounding::Down, true) => Rounding::Up,
    }
}

/// Unsigned 256-bit division with a named rounding.
pub(crate) fn divide_256(
    numerator: Uint256,
    denominator: Uint256,
    rounding: Rounding,
    operation: &'static str,
) -> RiskResult<Uint256> {
    let quotient = numerator
        .checked_div(denominator)
        .map_err(|_| RiskError::DivisionByZero { operation })?;
    if rounding == Rounding::Down {
        return Ok(quotient);
    }
    let exact = quotient
        .checked_mul(denominator)
        .map_err(RiskError::overflow(operation))?
        == numerator;
    if exact {
        return Ok(quotient);
    }
    quotient
        .checked_add(Uint256::one())
        .map_err(RiskError::overflow(operation))
}

/// Signed 256-bit division by a positive number with a named rounding.
pub(crate) fn divide_signed_256(
    numerator: Int256,
    denominator: Uint256,
    rounding: Rounding,
    operation: &'static str,
) -> RiskResult<Int128> {
    let negative = numerator.is_negative();
    let quotient = divide_256(
        numerator.unsigned_abs(),
        denominator,
        toward_magnitude(rounding, negative),
        operation,
    )?;
    let magnitude = Uint128::try_from(quotient).map_err(RiskError::overflow(operation))?;
    with_sign(magnitude, negative).map_err(RiskError::overflow(operation))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    const fn i(value: i128) -> Int128 {
        Int128::new(value)
    }

    #[test]
    fn requirements_go_up_and_equity_goes_down() {
        // R1: the table itself.
        for up in [
            Quantity::Requirement,
            Quantity::TradeFee,
            Quantity::FundingPayment,
            Quantity::BankruptcyQuote,
        ] {
            assert_eq!(up.rounding(), Rounding::Up, "{up:?}");
        }
        for down in [
            Quantity::Equity,
            Quantity::LiquidationFee,
            Quantity::Payout,
            Quantity::SharesMinted,
            Quantity::Rate,
        ] {
            assert_eq!(down.rounding(), Rounding::Down, "{down:?}");
        }
    }

    #[test]
    fn divides_with_a_256_bit_product() {
        assert_eq!(mul_div(u(7), u(3), u(2), Rounding::Down), Ok(u(10)));
        assert_eq!(mul_div(u(7), u(3), u(2), Rounding::Up), Ok(u(11)));
        assert_eq!(mul_div(u(8), u(3), u(2), Rounding::Up), Ok(u(12)));
        let max = Uint128::MAX;
        assert_eq!(mul_div(max, max, max, Rounding::Up), Ok(max));
        assert_eq!(
            mul_div(max, u(2), u(1), Rounding::Down),
            Err(RiskError::Overflow {
                operation: "mul_div"
            })
        );
        assert_eq!(
            mul_div(u(1), u(1), u(0), Rounding::Up),
            Err(RiskError::DivisionByZero {
                operation: "mul_div"
            })
        );
    }

    #[test]
    fn signed_division_rounds_toward_the_infinities() {
        for (a, b, c, floor, ceil) in [
            (7, 1, 2, 3, 4),
            (-7, 1, 2, -4, -3),
            (7, -1, 2, -4, -3),
            (7, 1, -2, -4, -3),
            (-7, 1, -2, 3, 4),
            (-8, 1, 2, -4, -4),
            (0, -5, 3, 0, 0),
        ] {
            assert_eq!(mul_div_floor_signed(i(a), i(b), i(c)), Ok(i(floor)));
            assert_eq!(mul_div_ceil_signed(i(a), i(b), i(c)), Ok(i(ceil)));
        }
    }

    #[test]
    fn the_smallest_number_is_handled() {
        // R3: MIN has no positive counterpart.
        let min = Int128::MIN;
        assert_eq!(mul_div_floor_signed(min, i(1), i(1)), Ok(min));
        assert!(mul_div_floor_signed(min, i(-1), i(1)).is_err());
        assert!(mul_div_ceil_signed(min, i(1), i(-1)).is_err());
        assert!(negate(min).is_err());
        assert_eq!(with_sign(min.unsigned_abs(), true), Ok(min));
        assert!(with_sign(min.unsigned_abs(), false).is_err());
        assert_eq!(with_sign(u(0), true), Ok(i(0)));
        assert!(to_unsigned(i(-1)).is_err());
        assert!(to_signed(Uint128::MAX).is_err());
    }

    #[test]
    fn ppm_may_exceed_one() {
        assert_eq!(ppm_of(u(3), 500_000, Rounding::Down), Ok(u(1)));
        assert_eq!(ppm_of(u(3), 500_000, Rounding::Up), Ok(u(2)));
        assert_eq!(ppm_of(u(3), 2_000_000, Rounding::Up), Ok(u(6)));
    }
}
