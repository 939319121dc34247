//! Funding and the risk premium.
//!
//! Two cumulative cost indices per market (longs, shorts), each in quote atoms per base atom, scaled by [`INDEX_SCALE`]:
//! a position of `size` that was last settled at `snapshot` owes `ceil(size * (index - snapshot) / INDEX_SCALE)`,
//! a negative result being received. Indices round down when they accrue, payments round up when they settle: what a
//! market collects is never less than what it pays out, and with every position touched the difference is less than one
//! atom per settlement.

use cosmwasm_std::{Decimal, Int128, Int256, Int512, Uint128, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::margin::maintenance_margin_ppm;
use crate::rounding::{mul_div, toward_magnitude, with_sign, Quantity, Rounding, PPM};
use crate::value::ValueScale;
use crate::wide::{divide_512, divide_signed_512, mul, mul_signed, sub_signed};

/// 10^18: an index of this value is one quote atom per base atom; a rate of this value is 100 % per interval.
pub const INDEX_SCALE: Uint128 = Uint128::new(1_000_000_000_000_000_000);

/// Seconds of a year of 365 days, the unit of the premium rate.
pub const SECONDS_PER_YEAR: u64 = 31_536_000;

/// Hours that a funding premium is spread over: a premium of 8 % costs 1 % an hour.
pub const PREMIUM_HOURS: u32 = 8;

/// One premium sample in ppm: `(max(0, impact_bid - index) - max(0, index - impact_ask)) / index`.
///
/// A side whose book does not reach the impact size is `None` and counts zero. Rounded toward zero, so that mirrored
/// books give mirrored samples. Source: dYdX v4 `GetPricePremiumPpm`.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if the index price is zero, [`RiskError::Overflow`] beyond 128 bits.
pub fn premium_ppm(
    impact_bid: Option<Decimal>,
    impact_ask: Option<Decimal>,
    index: Decimal,
) -> RiskResult<Int128> {
    let operation = "premium_ppm";
    if index.is_zero() {
        return Err(RiskError::DivisionByZero { operation });
    }
    let index = index.atomics();
    let above = impact_bid.map_or(Uint128::zero(), |bid| bid.atomics().saturating_sub(index));
    let below = impact_ask.map_or(Uint128::zero(), |ask| index.saturating_sub(ask.atomics()));
    let magnitude = mul_div(
        above.abs_diff(below),
        Uint128::from(PPM),
        index,
        Rounding::Down,
    )
    .map_err(RiskError::overflow(operation))?;
    with_sign(magnitude, below > above)
}

/// Largest absolute funding rate in ppm: `floor(clamp_factor * (imf - mmf))` with `mmf = floor(imf * fraction)`.
/// Source: dYdX v4 `GetMaxAbsFundingClampPpm` (vectors `dydx.funding_clamp`). Can exceed 32 bits.
///
/// # Errors
/// [`RiskError::OutOfRange`] if a margin fraction exceeds 100 %.
pub fn funding_clamp_ppm(
    clamp_factor_ppm: u32,
    initial_margin_ppm: u32,
    maintenance_fraction_ppm: u32,
) -> RiskResult<Uint128> {
    let operation = "funding_clamp_ppm";
    let maintenance = maintenance_margin_ppm(initial_margin_ppm, maintenance_fraction_ppm)?;
    let room = initial_margin_ppm
        .checked_sub(maintenance)
        .ok_or(RiskError::Overflow { operation })?;
    mul_div(
        Uint128::from(clamp_factor_ppm),
        Uint128::from(room),
        Uint128::from(PPM),
        Quantity::Rate.rounding(),
    )
}

/// Funding rate of one interval as a signed fraction times 10^18:
/// `clamp(sum_of_samples / slots / 8 + interest, -clamp, clamp)`.
///
/// The mean runs over all `slots` of the interval; those nobody touched count as zero and are simply not in the sum.
/// `interest_ppm` is per interval, `clamp_ppm` bounds the rate of the interval. The mean is rounded toward zero, so that
/// longs and shorts are treated alike.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if there are no slots, [`RiskError::Overflow`] if the clamped rate exceeds 128 bits.
pub fn funding_rate(
    sum_of_samples_ppm: Int128,
    slots: u32,
    interest_ppm: i32,
    clamp_ppm: Uint128,
) -> RiskResult<Int128> {
    let operation = "funding_rate";
    let per_ppm = Int512::from(INDEX_SCALE)
        .checked_div(Int512::from(i128::from(PPM)))
        .map_err(|_| RiskError::DivisionByZero { operation })?;
    let divisor = Int512::from(u128::from(slots))
        .checked_mul(Int512::from(u128::from(PREMIUM_HOURS)))
        .map_err(RiskError::overflow(operation))?;
    // checked_div truncates toward zero.
    let premium = mul_signed(Int512::from(sum_of_samples_ppm), per_ppm, operation)?
        .checked_div(divisor)
        .map_err(|_| RiskError::DivisionByZero { operation })?;
    let interest = mul_signed(Int512::from(i128::from(interest_ppm)), per_ppm, operation)?;
    let rate = premium
        .checked_add(interest)
        .map_err(RiskError::overflow(operation))?;
    let bound = mul_signed(Int512::from(clamp_ppm), per_ppm, operation)?;
    let lowest = sub_signed(Int512::zero(), bound, operation)?;
    Int128::try_from(rate.max(lowest).min(bound)).map_err(RiskError::overflow(operation))
}

/// Change of a cumulative cost index for one interval: `floor(rate * price_per_base_atom)`, scaled by [`INDEX_SCALE`].
///
/// `rate` is a fraction times 10^18 as [`funding_rate`] gives it. Add the result to the longs' index and subtract the very
/// same number from the shorts': rounding each side on its own would pay out more than it collects. Rounded toward minus
/// infinity.
///
/// # Errors
/// None for any input: the product fits 256 bits. [`RiskError::Overflow`] is kept for the type.
pub fn funding_index_delta(rate: Int128, price: Decimal, scale: &ValueScale) -> RiskResult<Int256> {
    let operation = "funding_index_delta";
    let product = mul_signed(Int512::from(rate), Int512::from(price.atomics()), operation)?;
    floor_to_index(product, Uint512::from(scale.divisor()), operation)
}

/// Change of both cumulative indices by the risk premium over any number of seconds:
/// `floor(rate_per_year * seconds / year * price_per_base_atom)`, scaled by [`INDEX_SCALE`]. Never negative.
///
/// # Errors
/// [`RiskError::Overflow`] beyond 256 bits (a price of 10^20 on 10^18 years).
pub fn premium_index_delta(
    rate_ppm_per_year: u32,
    seconds: u64,
    price: Decimal,
    scale: &ValueScale,
) -> RiskResult<Int256> {
    let operation = "premium_index_delta";
    let wide = |value: u128| Uint512::from(value);
    let numerator = mul(
        wide(u128::from(rate_ppm_per_year)),
        wide(u128::from(seconds)),
        operation,
    )?;
    let numerator = mul(numerator, Uint512::from(price.atomics()), operation)?;
    let numerator = mul(numerator, Uint512::from(INDEX_SCALE), operation)?;
    let denominator = mul(
        wide(u128::from(PPM)),
        wide(u128::from(SECONDS_PER_YEAR)),
        operation,
    )?;
    let denominator = mul(denominator, Uint512::from(scale.divisor()), operation)?;
    let delta = divide_512(numerator, denominator, Quantity::Rate.rounding(), operation)?;
    Int256::try_from(delta).map_err(RiskError::overflow(operation))
}

/// What a position of `size` base atoms owes for an index move, in quote atoms:
/// `ceil(size * (index_now - index_snapshot) / INDEX_SCALE)`. Positive is paid (rounded up), negative is received
/// (rounded down in magnitude).
///
/// # Errors
/// [`RiskError::Overflow`] if the payment exceeds 128 bits.
pub fn funding_payment(
    size: Uint128,
    index_now: Int256,
    index_snapshot: Int256,
) -> RiskResult<Int128> {
    let operation = "funding_payment";
    let change = sub_signed(
        Int512::from(index_now),
        Int512::from(index_snapshot),
        operation,
    )?;
    divide_signed_512(
        mul_signed(change, Int512::from(size), operation)?,
        Uint512::from(INDEX_SCALE),
        Quantity::FundingPayment.rounding(),
        operation,
    )
}

/// Premium that is booked as earned when the indices move, in quote atoms:
/// `floor(index_delta * (open interest long + short) / INDEX_SCALE)`. Never more than the positions will pay.
///
/// # Errors
/// [`RiskError::OutOfRange`] for a negative change, [`RiskError::Overflow`] beyond 128 bits.
pub fn premium_booked(
    index_delta: Int256,
    open_interest_both_sides: Uint128,
) -> RiskResult<Uint128> {
    let operation = "premium_booked";
    if index_delta.is_negative() {
        return Err(RiskError::OutOfRange {
            name: "premium index change (negative)",
            value: Uint128::zero(),
            min: Uint128::zero(),
            max: Uint128::MAX,
        });
    }
    let booked = divide_512(
        mul(
            Uint512::from(index_delta.unsigned_abs()),
            Uint512::from(open_interest_both_sides),
            operation,
        )?,
        Uint512::from(INDEX_SCALE),
        Quantity::Rate.rounding(),
        operation,
    )?;
    Uint128::try_from(booked).map_err(RiskError::overflow(operation))
}

/// Settlement of a signed position in millionths of a quote atom, exactly: `-(index_now - index_position) * size`.
///
/// dYdX's single-index form of [`funding_payment`], where the index counts millionths; + is received.
/// Source: dYdX v4 `GetSettlementPpmWithPerpetual` (vectors `dydx.funding_settlement`).
///
/// # Errors
/// [`RiskError::Overflow`] beyond 256 bits.
pub fn funding_settlement_ppm(
    size: Int128,
    index_now: Int256,
    index_position: Int256,
) -> RiskResult<Int256> {
    let operation = "funding_settlement_ppm";
    let change = sub_signed(
        Int512::from(index_position),
        Int512::from(index_now),
        operation,
    )?;
    let settlement = mul_signed(change, Int512::from(size), operation)?;
    Int256::try_from(settlement).map_err(RiskError::overflow(operation))
}

/// Division of a wide product by a positive number, down, as an index.
fn floor_to_index(
    product: Int512,
    divisor: Uint512,
    operation: &'static str,
) -> RiskResult<Int256> {
    let negative = product.is_negative();
    let magnitude = divide_512(
        product.unsigned_abs(),
        divisor,
        toward_magnitude(Quantity::Rate.rounding(), negative),
        operation,
    )?;
    let magnitude = Int512::try_from(magnitude).map_err(RiskError::overflow(operation))?;
    let value = if negative {
        sub_signed(Int512::zero(), magnitude, operation)?
    } else {
        magnitude
    };
    Int256::try_from(value).map_err(RiskError::overflow(operation))
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

    const fn i(value: i128) -> Int128 {
        Int128::new(value)
    }

    #[test]
    fn premium_of_an_impact_price() {
        let index = price("100");
        let sample = |bid: Option<&str>, ask: Option<&str>| {
            premium_ppm(bid.map(price), ask.map(price), index)
                .unwrap()
                .i128()
        };
        assert_eq!(sample(Some("101"), Some("102")), 10_000);
        assert_eq!(sample(Some("98"), Some("99")), -10_000);
        assert_eq!(sample(Some("99"), Some("101")), 0);
        assert_eq!(sample(None, None), 0);
        assert_eq!(sample(Some("101"), None), 10_000);
        assert_eq!(sample(None, Some("99")), -10_000);
        // Rounded toward zero on both sides.
        assert_eq!(sample(Some("100.00019999"), None), 1);
        assert_eq!(sample(None, Some("99.99980001")), -1);
        assert!(premium_ppm(None, None, Decimal::zero()).is_err());
    }

    #[test]
    fn the_rate_is_the_mean_over_all_slots() {
        // One sample of 4,800 ppm in 60 slots: 80 ppm, an eighth of it is 10.
        let rate = |sum, interest, clamp| funding_rate(i(sum), 60, interest, Uint128::new(clamp));
        assert_eq!(rate(4_800, 0, 1_000), Ok(i(10_000_000_000_000)));
        assert_eq!(rate(-4_800, 0, 1_000), Ok(i(-10_000_000_000_000)));
        assert_eq!(rate(4_800, 12, 1_000), Ok(i(22_000_000_000_000)));
        assert_eq!(rate(4_800, 12, 15), Ok(i(15_000_000_000_000)));
        assert_eq!(rate(-4_800_000, 12, 15), Ok(i(-15_000_000_000_000)));
        assert_eq!(rate(i128::MAX, i32::MAX, 0), Ok(i(0)));
        assert!(funding_rate(i(1), 0, 0, Uint128::new(1)).is_err());
    }

    #[test]
    fn longs_pay_up_and_shorts_receive_down() {
        let scale = ValueScale::new(0, 0).unwrap();
        // 0.1 % of 1.5 an atom.
        let delta = funding_index_delta(i(1_000_000_000_000_000), price("1.5"), &scale).unwrap();
        let zero = Int256::zero();
        let minus = zero.checked_sub(delta).unwrap();
        let size = Uint128::new(1_000);
        assert_eq!(funding_payment(size, delta, zero), Ok(i(2))); // 1.5
        assert_eq!(funding_payment(size, minus, zero), Ok(i(-1)));
        assert_eq!(funding_payment(size, delta, delta), Ok(i(0)));
        assert!(funding_payment(Uint128::MAX, Int256::MAX, Int256::MIN).is_err());
    }

    #[test]
    fn premium_over_any_gap() {
        let scale = ValueScale::new(0, 6).unwrap();
        // 2 % a year on one unit at 1.00: 20,000 atoms.
        let year = premium_index_delta(20_000, SECONDS_PER_YEAR, price("1"), &scale).unwrap();
        assert_eq!(
            premium_booked(year, Uint128::one()),
            Ok(Uint128::new(20_000))
        );
        let none = premium_index_delta(20_000, 0, price("1"), &scale).unwrap();
        assert!(none.is_zero());
        // Half a second's worth of an atom is not booked, but is in the index.
        let second = premium_index_delta(20_000, 1, price("0.0001"), &scale).unwrap();
        assert!(!second.is_zero());
        assert_eq!(premium_booked(second, Uint128::one()), Ok(Uint128::zero()));
        assert_eq!(
            premium_booked(Int256::from(-1i128), Uint128::one()),
            Err(RiskError::OutOfRange {
                name: "premium index change (negative)",
                value: Uint128::zero(),
                min: Uint128::zero(),
                max: Uint128::MAX,
            })
        );
        let longest = premium_index_delta(u32::MAX, u64::MAX, price("1"), &scale);
        assert!(longest.is_ok());
    }

    #[test]
    fn settlement_in_millionths() {
        let settle = |size, now: i128, then: i128| {
            funding_settlement_ppm(i(size), Int256::from(now), Int256::from(then))
        };
        assert_eq!(settle(3, 10, 4), Ok(Int256::from(-18)));
        assert_eq!(settle(-3, 10, 4), Ok(Int256::from(18)));
        assert!(funding_settlement_ppm(Int128::MIN, Int256::MAX, Int256::MIN).is_err());
    }
}
