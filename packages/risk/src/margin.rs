//! Margin requirements of positions.
//!
//! dYdX v4's model (`x/perpetuals/lib`, `x/perpetuals/types/liquidity_tier`): with the notional
//! `N = |size| * price` as an exact rational,
//! `initial = ceil(N * effective_imf)`, `maintenance = ceil(ceil(N * base_imf) * maintenance_fraction)`,
//! `net = floor(size * price)`. Requirements up, equity down (see [`crate::Quantity`]).
//! The effective fraction grows with open interest; maintenance does not, so that crowding never liquidates anyone.

use cosmwasm_std::{Decimal, Int128, Uint128, Uint256, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::rounding::{divide_256, mul_div, ppm_of, Quantity, PPM};
use crate::value::ValueScale;
use crate::wide::divide_512;

/// What a market asks of a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarginParameters {
    /// Base initial margin fraction in ppm of the notional, 0 to 1,000,000.
    pub initial_margin_ppm: u32,
    /// Maintenance margin in ppm of the base initial margin, 0 to 1,000,000.
    pub maintenance_fraction_ppm: u32,
    /// Open interest notional (quote atoms) from which the initial margin fraction grows.
    pub open_interest_lower: Uint128,
    /// Open interest notional (quote atoms) at which it reaches 100 %. Zero switches the growth off.
    pub open_interest_upper: Uint128,
}

/// Initial margin fraction in ppm at an open interest (in quote atoms):
/// `min(1, base + (1 - base) * clamp((oi - lower) / (upper - lower), 0, 1))`, rounded down.
///
/// The base fraction if the upper bound is zero or the open interest does not exceed the lower one; 100 % from the upper
/// one on. Source: dYdX v4 `GetAdjustedInitialMarginPpm` (vectors `dydx.oimf`).
///
/// # Errors
/// [`RiskError::OutOfRange`] if the base fraction exceeds 100 %.
pub fn effective_initial_margin_ppm(
    parameters: &MarginParameters,
    open_interest_notional: Uint128,
) -> RiskResult<u32> {
    let base = at_most_one("initial_margin_ppm", parameters.initial_margin_ppm)?;
    let lower = parameters.open_interest_lower;
    let upper = parameters.open_interest_upper;
    if upper.is_zero() || open_interest_notional <= lower {
        return Ok(base);
    }
    if open_interest_notional >= upper {
        return Ok(PPM);
    }
    let operation = "effective_initial_margin_ppm";
    let overflow = || RiskError::Overflow { operation };
    let room = PPM.checked_sub(base).ok_or_else(overflow)?;
    let excess = open_interest_notional
        .checked_sub(lower)
        .map_err(RiskError::overflow(operation))?;
    let width = upper
        .checked_sub(lower)
        .map_err(RiskError::overflow(operation))?;
    let increase = mul_div(
        Uint128::from(room),
        excess,
        width,
        Quantity::Rate.rounding(),
    )?;
    let increase = u32::try_from(increase.u128()).map_err(RiskError::overflow(operation))?;
    base.checked_add(increase).ok_or_else(overflow)
}

/// Maintenance margin in ppm of the notional: `floor(initial * maintenance_fraction)`. For display and for the funding
/// clamp; requirements of positions are computed from the two factors without this rounding.
/// Source: dYdX v4 `GetMaintenanceMarginPpm` (vectors `dydx.mmf`).
///
/// # Errors
/// [`RiskError::OutOfRange`] if a fraction exceeds 100 %.
pub fn maintenance_margin_ppm(
    initial_margin_ppm: u32,
    maintenance_fraction_ppm: u32,
) -> RiskResult<u32> {
    at_most_one("initial_margin_ppm", initial_margin_ppm)?;
    at_most_one("maintenance_fraction_ppm", maintenance_fraction_ppm)?;
    let ppm = ppm_of(
        Uint128::from(initial_margin_ppm),
        maintenance_fraction_ppm,
        Quantity::Rate.rounding(),
    )?;
    u32::try_from(ppm.u128()).map_err(RiskError::overflow("maintenance_margin_ppm"))
}

/// Initial margin requirement of a notional in quote atoms: `ceil(notional * fraction)`.
/// Source: dYdX v4 `GetInitialMarginQuoteQuantums` (vectors `dydx.im`).
///
/// # Errors
/// [`RiskError::OutOfRange`] if the fraction exceeds 100 %.
pub fn initial_margin(notional: Uint128, effective_initial_margin_ppm: u32) -> RiskResult<Uint128> {
    at_most_one("effective_initial_margin_ppm", effective_initial_margin_ppm)?;
    ppm_of(
        notional,
        effective_initial_margin_ppm,
        Quantity::Requirement.rounding(),
    )
}

/// What one position contributes to its account. All in quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionRisk {
    /// Signed value at the oracle price, rounded toward minus infinity.
    pub net_notional: Int128,
    /// Initial margin requirement, rounded up.
    pub initial_margin: Uint128,
    /// Maintenance margin requirement, rounded up twice.
    pub maintenance_margin: Uint128,
}

/// Contribution of a signed position of `size` base atoms at a price.
///
/// `initial = ceil(N * effective)`, `maintenance = ceil(ceil(N * base) * fraction)` with the exact rational notional
/// `N = |size| * price`; `net_notional = floor(size * price)`. A position of zero contributes nothing.
/// Source: dYdX v4 `GetPositionNetNotionalValueAndMarginRequirements` (vectors `dydx.margin_req`).
///
/// # Errors
/// [`RiskError::OutOfRange`] if a fraction exceeds 100 %, [`RiskError::Overflow`] if the value exceeds 128 bits.
pub fn position_risk(
    scale: &ValueScale,
    size: Int128,
    price: Decimal,
    parameters: &MarginParameters,
    effective_initial_margin_ppm: u32,
) -> RiskResult<PositionRisk> {
    let base_ppm = at_most_one("initial_margin_ppm", parameters.initial_margin_ppm)?;
    let effective_ppm = at_most_one("effective_initial_margin_ppm", effective_initial_margin_ppm)?;
    let fraction_ppm = at_most_one(
        "maintenance_fraction_ppm",
        parameters.maintenance_fraction_ppm,
    )?;
    let net_notional = scale.net_notional(size, price)?;
    let raw = size.unsigned_abs().full_mul(price.atomics());
    let initial_margin = fraction_of_raw(raw, effective_ppm, scale.divisor())?;
    let base_margin = if base_ppm == effective_ppm {
        initial_margin
    } else {
        fraction_of_raw(raw, base_ppm, scale.divisor())?
    };
    let maintenance_margin = ppm_of(base_margin, fraction_ppm, Quantity::Requirement.rounding())?;
    Ok(PositionRisk {
        net_notional,
        initial_margin,
        maintenance_margin,
    })
}

/// `ceil(raw * ppm / (divisor * 1_000_000))`, one rounding; 512 bits only when 256 do not suffice.
fn fraction_of_raw(raw: Uint256, ppm: u32, divisor: Uint128) -> RiskResult<Uint128> {
    let operation = "margin requirement";
    let rounding = Quantity::Requirement.rounding();
    let denominator = divisor.full_mul(Uint128::from(PPM));
    if let Ok(product) = raw.checked_mul(Uint256::from(ppm)) {
        let margin = divide_256(product, denominator, rounding, operation)?;
        return Uint128::try_from(margin).map_err(RiskError::overflow(operation));
    }
    let product = raw.full_mul(Uint256::from(ppm));
    let margin = divide_512(product, Uint512::from(denominator), rounding, operation)?;
    Uint128::try_from(margin).map_err(RiskError::overflow(operation))
}

/// Checks that a ppm fraction is at most 100 %.
pub(crate) fn at_most_one(name: &'static str, ppm: u32) -> RiskResult<u32> {
    if ppm > PPM {
        return Err(RiskError::OutOfRange {
            name,
            value: Uint128::from(ppm),
            min: Uint128::zero(),
            max: Uint128::from(PPM),
        });
    }
    Ok(ppm)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    fn parameters(initial: u32, fraction: u32, lower: u128, upper: u128) -> MarginParameters {
        MarginParameters {
            initial_margin_ppm: initial,
            maintenance_fraction_ppm: fraction,
            open_interest_lower: Uint128::new(lower),
            open_interest_upper: Uint128::new(upper),
        }
    }

    #[test]
    fn initial_margin_grows_with_open_interest() {
        let tier = parameters(50_000, 600_000, 100, 200);
        for (open_interest, expected) in [
            (0, 50_000),
            (100, 50_000),
            (150, 525_000),
            (199, 990_500),
            (200, 1_000_000),
            (900, 1_000_000),
        ] {
            let ppm = effective_initial_margin_ppm(&tier, Uint128::new(open_interest));
            assert_eq!(ppm, Ok(expected), "{open_interest}");
        }
        let off = parameters(50_000, 600_000, 0, 0);
        assert_eq!(effective_initial_margin_ppm(&off, Uint128::MAX), Ok(50_000));
        // Bounds the wrong way round never divide by zero.
        let crossed = parameters(50_000, 600_000, 200, 100);
        assert_eq!(
            effective_initial_margin_ppm(&crossed, Uint128::new(150)),
            Ok(50_000)
        );
        assert_eq!(
            effective_initial_margin_ppm(&crossed, Uint128::new(201)),
            Ok(PPM)
        );
    }

    #[test]
    fn fractions_above_one_are_refused() {
        let tier = parameters(1_000_001, 0, 0, 0);
        assert_eq!(
            effective_initial_margin_ppm(&tier, Uint128::zero()),
            Err(RiskError::OutOfRange {
                name: "initial_margin_ppm",
                value: Uint128::new(1_000_001),
                min: Uint128::zero(),
                max: Uint128::new(1_000_000),
            })
        );
        assert!(maintenance_margin_ppm(1_000_000, 1_000_001).is_err());
        assert!(initial_margin(Uint128::one(), 1_000_001).is_err());
    }

    #[test]
    fn requirements_round_up_twice_and_equity_down() {
        // 7 atoms at 1: 20 % is 1.4 -> 2; half of 2 is 1. With a third: 0.67 -> 1.
        let scale = ValueScale::new(0, 0).unwrap();
        let tier = parameters(200_000, 333_333, 0, 0);
        let risk = position_risk(&scale, Int128::new(-7), Decimal::one(), &tier, 300_000).unwrap();
        assert_eq!(risk.net_notional, Int128::new(-7));
        assert_eq!(risk.initial_margin, Uint128::new(3)); // 2.1
        assert_eq!(risk.maintenance_margin, Uint128::one());
    }

    #[test]
    fn a_fraction_of_an_atom_still_needs_margin() {
        // The notional stays rational: 1e-12 atoms need one atom of margin, although they are worth none.
        let scale = ValueScale::new(18, 6).unwrap();
        let tier = parameters(50_000, 600_000, 0, 0);
        let risk = position_risk(&scale, Int128::one(), Decimal::one(), &tier, 50_000).unwrap();
        assert_eq!(risk.net_notional, Int128::zero());
        assert_eq!(risk.initial_margin, Uint128::one());
        assert_eq!(risk.maintenance_margin, Uint128::one());
        let none = position_risk(&scale, Int128::zero(), Decimal::one(), &tier, 50_000);
        assert_eq!(none, Ok(PositionRisk::default()));
    }
}
