//! The oracle price at which an account becomes liquidatable, and the worst price of the order that then closes it.

use cosmwasm_std::{Decimal, Int128, Int512, Uint128, Uint512};

use crate::account::AccountRisk;
use crate::error::{RiskError, RiskResult};
use crate::margin::{at_most_one, MarginParameters, PositionRisk};
use crate::price_ratio::PriceRatio;
use crate::rounding::Rounding;
use crate::value::ValueScale;
use crate::wide::{divide_512, mul_signed, sub_signed};

/// 100 % of 100 %: a product of two ppm fractions.
const ONE: u128 = 1_000_000_000_000;

/// The oracle price at which equity equals the maintenance requirement, all other positions unchanged:
/// `p = (equity - size * oracle - MMR_other) / (|size| * mmf - size)` with `mmf = imf * maintenance_fraction` unrounded.
///
/// A long is liquidated below it, a short above it. Rounded to the side that warns earlier: up for a long, down for a
/// short. `None` if there is no such positive price that a `Decimal` holds: the account is safe at any price (or, for a
/// short, liquidatable at any), or the position is empty. Source: dYdX documentation (vectors `dydx.liq_price`); for an
/// account with one position this is Injective's liquidation price (vectors `inj.prices`).
///
/// `account` includes the position; both were computed at the same oracle price, which drops out of the formula.
///
/// # Errors
/// [`RiskError::OutOfRange`] for fractions above 100 %, [`RiskError::InconsistentMargin`] if the position needs more than
/// the account.
pub fn liquidation_price(
    account: &AccountRisk,
    position: &PositionRisk,
    size: Int128,
    scale: &ValueScale,
    parameters: &MarginParameters,
) -> RiskResult<Option<Decimal>> {
    let operation = "liquidation_price";
    let base_ppm = at_most_one("initial_margin_ppm", parameters.initial_margin_ppm)?;
    let fraction_ppm = at_most_one(
        "maintenance_fraction_ppm",
        parameters.maintenance_fraction_ppm,
    )?;
    let other_margin = account
        .maintenance_margin
        .checked_sub(position.maintenance_margin)
        .map_err(|_| RiskError::InconsistentMargin {
            position: position.maintenance_margin,
            account: account.maintenance_margin,
        })?;
    if size.is_zero() {
        return Ok(None);
    }
    // Equity less the value of this position: what the account has at a price of zero. Exact, because equity holds that
    // value with the same rounding.
    let at_zero = sub_signed(
        Int512::from(account.equity),
        Int512::from(position.net_notional),
        operation,
    )?;
    let free = sub_signed(at_zero, Int512::from(other_margin), operation)?;

    // |size| * mmf - size, times 10^12.
    let mmf = i128::from(base_ppm)
        .checked_mul(i128::from(fraction_ppm))
        .map(Int512::from)
        .ok_or(RiskError::Overflow { operation })?;
    let slope = sub_signed(
        mul_signed(Int512::from(size.unsigned_abs()), mmf, operation)?,
        mul_signed(Int512::from(size), Int512::from(ONE), operation)?,
        operation,
    )?;
    if slope.is_zero() || free.is_zero() || slope.is_negative() != free.is_negative() {
        return Ok(None);
    }
    let rounding = if size.is_negative() {
        Rounding::Down
    } else {
        Rounding::Up
    };
    let scaled = mul_signed(free, Int512::from(ONE), operation)?;
    let scaled = mul_signed(scaled, Int512::from(scale.divisor()), operation)?;
    let atomics = divide_512(
        scaled.unsigned_abs(),
        slope.unsigned_abs(),
        rounding,
        operation,
    )?;
    Ok(decimal(atomics).filter(|price| !price.is_zero()))
}

/// Worst price of the order that liquidates an account, by Injective's rule: its bankruptcy price while its equity is not
/// negative, the oracle price once it is. As an exact ratio of quote atoms per base atom.
///
/// The same rule bounds this project's orders from below: a solvent account is never sold beyond its bankruptcy price, a
/// bankrupt one is measured from the oracle price. Source: Injective documentation (vectors `inj.prices`).
///
/// # Errors
/// [`RiskError::NoMaintenanceMargin`] and [`RiskError::DivisionByZero`] as [`crate::bankruptcy_price`].
pub fn liquidation_worst_price(
    account: &AccountRisk,
    position: &PositionRisk,
    size: Int128,
    scale: &ValueScale,
    price: Decimal,
) -> RiskResult<PriceRatio> {
    if account.is_bankrupt() {
        return oracle_ratio(scale, price);
    }
    crate::bankruptcy_price(account, position, size)
}

/// A price as an exact ratio of quote atoms per base atom: `price atomics / 10^exponent`.
///
/// # Errors
/// None for any input: the divisor of a scale is never zero.
pub fn oracle_ratio(scale: &ValueScale, price: Decimal) -> RiskResult<PriceRatio> {
    PriceRatio::new(
        Int512::from(price.atomics()),
        Uint512::from(scale.divisor()),
    )
}

fn decimal(atomics: Uint512) -> Option<Decimal> {
    Uint128::try_from(atomics).ok().map(Decimal::new)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    use crate::margin::position_risk;

    fn liquidation(equity: i128, size: i128, other: u128, mmf_ppm: u32) -> Option<Decimal> {
        let scale = ValueScale::new(0, 0).unwrap();
        let price = Decimal::from_ratio(100u128, 1u128);
        let parameters = MarginParameters {
            initial_margin_ppm: mmf_ppm,
            maintenance_fraction_ppm: 1_000_000,
            ..MarginParameters::default()
        };
        let position =
            position_risk(&scale, Int128::new(size), price, &parameters, mmf_ppm).unwrap();
        let account = AccountRisk {
            equity: Int128::new(equity),
            initial_margin: position.initial_margin,
            maintenance_margin: position.maintenance_margin + Uint128::new(other),
        };
        liquidation_price(&account, &position, Int128::new(size), &scale, &parameters).unwrap()
    }

    #[test]
    fn equity_meets_maintenance_there() {
        // Long 10 at 100 with 200 owes 800: 10 p - 800 = 5 p at 160, which is above the price: liquidatable already.
        assert_eq!(
            liquidation(200, 10, 0, 500_000),
            Some(Decimal::from_ratio(160u128, 1u128))
        );
        assert_eq!(
            liquidation(200, 10, 0, 0),
            Some(Decimal::from_ratio(80u128, 1u128))
        );
        // Short 10 with 200: 1,200 / 10.5.
        let expected: Decimal = "114.285714285714285714".parse().unwrap();
        assert_eq!(liquidation(200, -10, 0, 50_000), Some(expected));
        assert_eq!(
            liquidation(200, -10, 100, 0),
            Some(Decimal::from_ratio(110u128, 1u128))
        );
    }

    #[test]
    fn rounds_to_the_side_that_warns_earlier() {
        // 799 / 9.5 for a long goes up, its mirror for a short goes down.
        let long: Decimal = "84.210526315789473685".parse().unwrap();
        assert_eq!(liquidation(200, 10, 0, 50_000), Some(long));
    }

    #[test]
    fn some_accounts_have_none() {
        assert_eq!(liquidation(1_000, 10, 0, 50_000), None); // fully paid
        assert_eq!(liquidation(-1_001, -10, 0, 50_000), None); // lost at any price
        assert_eq!(liquidation(200, 10, 0, 1_000_000), None); // the requirement grows as fast as the value
        assert_eq!(liquidation(2_000, 10, 0, 1_000_000), None);
        assert_eq!(liquidation(200, 0, 0, 50_000), None);
        assert_eq!(liquidation(i128::MAX - 1_000, -1, 0, 50_000), None); // beyond the largest Decimal
    }

    #[test]
    fn worst_price_follows_equity() {
        let scale = ValueScale::new(0, 0).unwrap();
        let price = Decimal::from_ratio(90u128, 1u128);
        let position = PositionRisk {
            net_notional: Int128::new(900),
            initial_margin: Uint128::new(90),
            maintenance_margin: Uint128::new(45),
        };
        let worst = |equity: i128| {
            let account = AccountRisk {
                equity: Int128::new(equity),
                initial_margin: position.initial_margin,
                maintenance_margin: position.maintenance_margin,
            };
            liquidation_worst_price(&account, &position, Int128::new(10), &scale, price).unwrap()
        };
        let at = |price: i128| PriceRatio::new(Int512::from(price), Uint512::one()).unwrap();
        assert_eq!(worst(100), at(80));
        assert_eq!(worst(0), at(90));
        assert_eq!(worst(-100), at(90));
    }
}
