//! The oracle price at which an account becomes liquidatable, and the worst price of the order that then closes it.

use cosmwasm_std::{Decimal, Int128, Int512, Uint128, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::margin::{at_most_one, AccountRisk, MarginParameters, PositionRisk};
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
