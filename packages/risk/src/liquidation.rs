//! Fees, fund payments and caps of a liquidation.

use cosmwasm_std::{Int128, Int256, Uint128, Uint256};

use crate::error::{RiskError, RiskResult};
use crate::rounding::{
    divide_256, divide_signed_256, ppm_of, to_unsigned, with_sign, Quantity, Rounding,
};

/// Fee of a trade in quote atoms: `ceil(value * fee_ppm / 10^6)`. Also the fee of a removed order.
///
/// # Errors
/// [`RiskError::Overflow`] if a fraction above 100 % takes the fee beyond 128 bits.
pub fn trade_fee(value: Uint128, fee_ppm: u32) -> RiskResult<Uint128> {
    ppm_of(value, fee_ppm, Quantity::TradeFee.rounding())
}

/// Quote atoms of a fill in dYdX's units: `floor(size * subticks * 10^exponent)`.
///
/// Fills of this project are exact ([`crate::fill_value`]); this is the general form with a power of ten.
/// Source: dYdX v4 `FillAmountToQuoteQuantums` (vectors `dydx.if_delta`).
///
/// # Errors
/// [`RiskError::Overflow`] beyond 128 bits.
pub fn quote_of_subticks(size: Uint128, subticks: u64, exponent: i32) -> RiskResult<Uint128> {
    let operation = "quote_of_subticks";
    let product = size.full_mul(Uint128::from(subticks));
    if product.is_zero() {
        return Ok(Uint128::zero());
    }
    let power = Uint256::from(10u128).checked_pow(exponent.unsigned_abs());
    let value = if exponent.is_negative() {
        match power {
            Ok(power) => divide_256(product, power, Rounding::Down, operation)?,
            // A power beyond 256 bits is larger than any product.
            Err(_) => Uint256::zero(),
        }
    } else {
        let power = power.map_err(RiskError::overflow(operation))?;
        product
            .checked_mul(power)
            .map_err(RiskError::overflow(operation))?
    };
    Uint128::try_from(value).map_err(RiskError::overflow(operation))
}

/// Fee of a liquidation fill in quote atoms: `min(floor(max_fee * |fill|), surplus)`, zero when there is no surplus.
///
/// `surplus` is what the account received above its bankruptcy quote, so the fee never makes it bankrupt.
/// Source: dYdX v4 `GetLiquidationInsuranceFundDelta`.
///
/// # Errors
/// [`RiskError::Overflow`] if `max_fee_ppm` above 100 % takes the fee beyond 128 bits.
pub fn liquidation_fee(
    fill_quote_abs: Uint128,
    surplus: Int128,
    max_fee_ppm: u32,
) -> RiskResult<Uint128> {
    if surplus.is_negative() || surplus.is_zero() {
        return Ok(Uint128::zero());
    }
    let surplus = to_unsigned(surplus)?;
    let fee = ppm_of(
        fill_quote_abs,
        max_fee_ppm,
        Quantity::LiquidationFee.rounding(),
    )?;
    Ok(fee.min(surplus))
}

/// What the fund receives (+) or pays (-) for a liquidation fill, in quote atoms.
///
/// `received` is the signed quote of the fill (+ for a sale, - for a purchase), `bankruptcy_quote` what the account must
/// receive. With `d = received - bankruptcy_quote`: `d` if it is not positive, else the [`liquidation_fee`].
/// Source: dYdX v4 `GetLiquidationInsuranceFundDelta` (vectors `dydx.if_delta`).
///
/// # Errors
/// [`RiskError::Overflow`] if the result exceeds 128 bits.
pub fn insurance_fund_delta(
    received: Int128,
    bankruptcy_quote: Int128,
    max_fee_ppm: u32,
) -> RiskResult<Int128> {
    let surplus = received
        .checked_sub(bankruptcy_quote)
        .map_err(RiskError::overflow("insurance_fund_delta"))?;
    if surplus.is_negative() || surplus.is_zero() {
        return Ok(surplus);
    }
    let fee = liquidation_fee(received.unsigned_abs(), surplus, max_fee_ppm)?;
    with_sign(fee, false)
}

/// Whether a fund of `balance` can bear `delta`: it receives, or has at least what it pays.
/// Source: dYdX v4 `IsValidInsuranceFundDelta` (vectors `dydx.if_delta_valid`).
#[must_use]
pub fn insurance_fund_delta_valid(balance: Uint128, delta: Int128) -> bool {
    !delta.is_negative() || delta.unsigned_abs() <= balance
}

/// What is missing in quote atoms: `max(0, bankruptcy_quote - received)`. Exact. This is what is asked of the fund.
///
/// # Errors
/// [`RiskError::Overflow`] never in practice: the difference of two signed 128-bit numbers fits unsigned 128 bits.
pub fn shortfall(bankruptcy_quote: Int128, received: Int128) -> RiskResult<Uint128> {
    if bankruptcy_quote <= received {
        return Ok(Uint128::zero());
    }
    Ok(bankruptcy_quote.abs_diff(received))
}

/// The part of `total` (signed quote atoms) that falls on the interval from `cum_before` to `cum_after` of `size`:
/// `f(cum_after) - f(cum_before)` with `f(x) = floor(total * x / size)`.
///
/// The parts of adjoining intervals add up to exactly `total`, whatever the cut: one rounding for all.
///
/// # Errors
/// [`RiskError::DivisionByZero`] if `size` is zero, [`RiskError::OutOfRange`] unless
/// `cum_before <= cum_after <= size`.
pub fn cumulative_share(
    total: Int128,
    size: Uint128,
    cum_before: Uint128,
    cum_after: Uint128,
) -> RiskResult<Int128> {
    let operation = "cumulative_share";
    if size.is_zero() {
        return Err(RiskError::DivisionByZero { operation });
    }
    if cum_after > size || cum_before > cum_after {
        return Err(RiskError::OutOfRange {
            name: "cumulative size",
            value: cum_before.max(cum_after),
            min: cum_before,
            max: size,
        });
    }
    let upto = |cumulated: Uint128| {
        let product = Int256::from(total)
            .checked_mul(Int256::from(cumulated))
            .map_err(RiskError::overflow(operation))?;
        divide_signed_256(product, Uint256::from(size), Rounding::Down, operation)
    };
    upto(cum_after)?
        .checked_sub(upto(cum_before)?)
        .map_err(RiskError::overflow(operation))
}

/// Least and most notional of one position that may be liquidated in one block, in quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionLimits {
    /// Never less than this is liquidated at once: `min(configured, notional)`.
    pub min_notional: Uint128,
    /// Never more than this: `max(min_notional, floor(notional * portion))`.
    pub max_notional: Uint128,
}

/// Caps for one position. `notional` is `|size| * price` in quote atoms, rounded down.
/// Source: dYdX v4 `GetMaxAndMinPositionNotionalLiquidatable` (vectors `dydx.position_limits`).
///
/// # Errors
/// [`RiskError::Overflow`] if a portion above 100 % exceeds 128 bits.
pub fn position_limits(
    notional: Uint128,
    min_position_notional: Uint128,
    max_position_portion_ppm: u32,
) -> RiskResult<PositionLimits> {
    let min_notional = min_position_notional.min(notional);
    let portion = ppm_of(notional, max_position_portion_ppm, Rounding::Down)?;
    Ok(PositionLimits {
        min_notional,
        max_notional: portion.max(min_notional),
    })
}

/// What is left of a cap per account and block: `limit - used`. For the notional liquidated and for the loss of the fund.
/// Source: dYdX v4 `GetSubaccountMaxNotionalLiquidatable`, `GetSubaccountMaxInsuranceLost` (vectors `dydx.block_limits`).
///
/// # Errors
/// [`RiskError::LimitExceeded`] if more was used than the limit allows (an invariant violation upstream).
pub fn remaining_in_block(
    name: &'static str,
    limit: Uint128,
    used: Uint128,
) -> RiskResult<Uint128> {
    limit
        .checked_sub(used)
        .map_err(|_| RiskError::LimitExceeded { name, used, limit })
}

/// The part of a fund delta that counts against the cap on losses: `max(0, -delta)`.
#[must_use]
pub const fn insurance_lost(delta: Int128) -> Uint128 {
    if delta.is_negative() {
        delta.unsigned_abs()
    } else {
        Uint128::zero()
    }
}

/// The same position of an account is liquidated at most once in a block.
/// Source: dYdX v4 `ErrSubaccountHasLiquidatedPerpetual` (vectors `dydx.block_limits`).
///
/// # Errors
/// [`RiskError::AlreadyLiquidated`] if `market` is among those already liquidated.
pub fn once_per_block(already_liquidated: &[u64], market: u64) -> RiskResult<()> {
    if already_liquidated.contains(&market) {
        return Err(RiskError::AlreadyLiquidated { market });
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

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    const fn i(value: i128) -> Int128 {
        Int128::new(value)
    }

    #[test]
    fn the_fee_never_exceeds_the_surplus() {
        assert_eq!(liquidation_fee(u(1_000), i(100), 15_999), Ok(u(15)));
        assert_eq!(liquidation_fee(u(1_000), i(7), 15_000), Ok(u(7)));
        assert_eq!(liquidation_fee(u(1_000), i(0), 15_000), Ok(u(0)));
        assert_eq!(liquidation_fee(u(1_000), i(-5), 15_000), Ok(u(0)));
        assert_eq!(trade_fee(u(1), 200), Ok(u(1)));
        assert_eq!(trade_fee(u(0), 200), Ok(u(0)));
    }

    #[test]
    fn the_fund_pays_what_is_missing_and_no_more() {
        // Sold for 950 where 1,000 are needed.
        assert_eq!(insurance_fund_delta(i(950), i(1_000), 15_000), Ok(i(-50)));
        // Bought for 1,050 where 1,000 may be paid.
        assert_eq!(
            insurance_fund_delta(i(-1_050), i(-1_000), 15_000),
            Ok(i(-50))
        );
        assert_eq!(insurance_fund_delta(i(-990), i(-1_000), 5_000), Ok(i(4)));
        assert!(insurance_fund_delta(Int128::MAX, Int128::MIN, 0).is_err());
        assert_eq!(shortfall(i(1_000), i(950)), Ok(u(50)));
        assert_eq!(shortfall(i(-1_000), i(-990)), Ok(u(0)));
        assert_eq!(shortfall(Int128::MAX, Int128::MIN), Ok(Uint128::MAX));
        assert!(insurance_fund_delta_valid(u(50), i(-50)));
        assert!(!insurance_fund_delta_valid(u(49), i(-50)));
        assert!(!insurance_fund_delta_valid(Uint128::new(1), Int128::MIN));
    }

    #[test]
    fn parts_add_up() {
        for total in [-100, -1, 0, 1, 100] {
            let cuts = [0, 1, 3, 3, 6, 7];
            let parts: Vec<i128> = cuts
                .windows(2)
                .map(|cut| {
                    cumulative_share(i(total), u(7), u(cut[0]), u(cut[1]))
                        .unwrap()
                        .i128()
                })
                .collect();
            assert_eq!(parts.iter().sum::<i128>(), total);
        }
        assert_eq!(cumulative_share(i(-10), u(3), u(0), u(1)), Ok(i(-4)));
        assert!(cumulative_share(i(1), u(0), u(0), u(0)).is_err());
        for (after, found) in [(2, 3), (6, 6)] {
            assert_eq!(
                cumulative_share(i(1), u(5), u(3), u(after)),
                Err(RiskError::OutOfRange {
                    name: "cumulative size",
                    value: u(found),
                    min: u(3),
                    max: u(5),
                })
            );
        }
        // f(size) is the total even at the edge of the range.
        assert_eq!(
            cumulative_share(Int128::MIN, Uint128::MAX, u(0), Uint128::MAX),
            Ok(Int128::MIN)
        );
    }

    #[test]
    fn block_caps() {
        assert_eq!(
            position_limits(u(1_000), u(300), 500_000),
            Ok(PositionLimits {
                min_notional: u(300),
                max_notional: u(500)
            })
        );
        assert_eq!(
            position_limits(u(1_000), u(600), 500_000),
            Ok(PositionLimits {
                min_notional: u(600),
                max_notional: u(600)
            })
        );
        assert_eq!(remaining_in_block("cap", u(5), u(5)), Ok(u(0)));
        assert!(remaining_in_block("cap", u(5), u(6)).is_err());
        assert_eq!(insurance_lost(i(-5)), u(5));
        assert_eq!(insurance_lost(i(5)), u(0));
        assert!(once_per_block(&[1, 2], 3).is_ok());
        assert_eq!(
            once_per_block(&[1, 2], 2),
            Err(RiskError::AlreadyLiquidated { market: 2 })
        );
    }

    #[test]
    fn powers_of_ten_both_ways() {
        assert_eq!(quote_of_subticks(u(7), 15, -1), Ok(u(10)));
        assert_eq!(quote_of_subticks(u(7), 15, 1), Ok(u(1_050)));
        // 2^192 has 58 digits: the last exponent that leaves one, and those that leave none.
        let largest = |exponent| quote_of_subticks(Uint128::MAX, u64::MAX, exponent);
        assert_eq!(largest(-57), Ok(u(6)));
        assert_eq!(largest(-58), Ok(u(0)));
        assert_eq!(largest(-77), Ok(u(0)));
        assert_eq!(largest(-78), Ok(u(0)));
        assert_eq!(
            quote_of_subticks(Uint128::MAX, u64::MAX, i32::MIN),
            Ok(u(0))
        );
        assert!(quote_of_subticks(u(1), 1, i32::MAX).is_err());
        assert_eq!(quote_of_subticks(u(0), 1, i32::MAX), Ok(u(0)));
    }
}
