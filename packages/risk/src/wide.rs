//! 512-bit helpers, for the few products of three 128-bit numbers. Internal.

use cosmwasm_std::{Int128, Int512, Uint128, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::rounding::{toward_magnitude, with_sign, Rounding};

/// Unsigned 512-bit division with a named rounding.
pub(crate) fn divide_512(
    numerator: Uint512,
    denominator: Uint512,
    rounding: Rounding,
    operation: &'static str,
) -> RiskResult<Uint512> {
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
        .checked_add(Uint512::one())
        .map_err(RiskError::overflow(operation))
}

/// Signed 512-bit division by a positive number with a named rounding; the quotient must fit 128 bits.
pub(crate) fn divide_signed_512(
    numerator: Int512,
    denominator: Uint512,
    rounding: Rounding,
    operation: &'static str,
) -> RiskResult<Int128> {
    let negative = numerator.is_negative();
    let quotient = divide_512(
        numerator.unsigned_abs(),
        denominator,
        toward_magnitude(rounding, negative),
        operation,
    )?;
    let magnitude = Uint128::try_from(quotient).map_err(RiskError::overflow(operation))?;
    with_sign(magnitude, negative).map_err(RiskError::overflow(operation))
}

pub(crate) fn mul(a: Uint512, b: Uint512, operation: &'static str) -> RiskResult<Uint512> {
    a.checked_mul(b).map_err(RiskError::overflow(operation))
}

pub(crate) fn mul_signed(a: Int512, b: Int512, operation: &'static str) -> RiskResult<Int512> {
    a.checked_mul(b).map_err(RiskError::overflow(operation))
}

pub(crate) fn sub_signed(a: Int512, b: Int512, operation: &'static str) -> RiskResult<Int512> {
    a.checked_sub(b).map_err(RiskError::overflow(operation))
}

pub(crate) fn add_signed(a: Int512, b: Int512, operation: &'static str) -> RiskResult<Int512> {
    a.checked_add(b).map_err(RiskError::overflow(operation))
}

/// Widens a number known to fit.
pub(crate) fn signed(value: Uint512, operation: &'static str) -> RiskResult<Int512> {
    Int512::try_from(value).map_err(RiskError::overflow(operation))
}

/// Greatest common divisor by Euclid's algorithm; `gcd(0, n) = n`.
pub(crate) fn gcd(a: Uint512, b: Uint512) -> Uint512 {
    let (mut larger, mut smaller) = (a, b);
    // Ends when the remainder is zero: checked_rem then refuses to divide by it.
    while let Ok(remainder) = larger.checked_rem(smaller) {
        larger = smaller;
        smaller = remainder;
    }
    larger
}
