//! Margin requirements and the state of an account.
//!
//! dYdX v4's model (`x/perpetuals/lib`, `x/perpetuals/types/liquidity_tier`, `lib/margin/risk`): with the notional
//! `N = |size| * price` as an exact rational,
//! `initial = ceil(N * effective_imf)`, `maintenance = ceil(ceil(N * base_imf) * maintenance_fraction)`,
//! `equity = quote + sum(floor(size * price))`. Requirements up, equity down (see [`crate::rounding`]).
//! The effective fraction grows with open interest; maintenance does not, so that crowding never liquidates anyone.

use core::cmp::Ordering;

use cosmwasm_std::{Decimal, Int128, Int256, Uint128, Uint256, Uint512};

use crate::error::{RiskError, RiskResult};
use crate::rounding::{divide_256, mul_div, ppm_of, to_signed, Quantity, PPM};
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

/// The state of a whole account. All in quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountRisk {
    /// Quote balance plus the value of all positions ("total net collateral", TNC).
    pub equity: Int128,
    /// Sum of the initial margin requirements.
    pub initial_margin: Uint128,
    /// Sum of the maintenance margin requirements (TMMR).
    pub maintenance_margin: Uint128,
}

impl AccountRisk {
    /// An account that holds only quote.
    #[must_use]
    pub const fn new(quote: Int128) -> Self {
        Self {
            equity: quote,
            initial_margin: Uint128::zero(),
            maintenance_margin: Uint128::zero(),
        }
    }

    /// The account with one more position.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if a sum exceeds 128 bits.
    pub fn with(self, position: &PositionRisk) -> RiskResult<Self> {
        let operation = "AccountRisk::with";
        Ok(Self {
            equity: self
                .equity
                .checked_add(position.net_notional)
                .map_err(RiskError::overflow(operation))?,
            initial_margin: self
                .initial_margin
                .checked_add(position.initial_margin)
                .map_err(RiskError::overflow(operation))?,
            maintenance_margin: self
                .maintenance_margin
                .checked_add(position.maintenance_margin)
                .map_err(RiskError::overflow(operation))?,
        })
    }

    /// Adds one position in place. See [`AccountRisk::with`].
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if a sum exceeds 128 bits; the account is then unchanged.
    pub fn add(&mut self, position: &PositionRisk) -> RiskResult<()> {
        *self = self.with(position)?;
        Ok(())
    }

    /// The account with `quote_change` more quote and one position changed from `before` to `after`.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if a sum exceeds 128 bits or `before` is larger than the account.
    pub fn after_trade(
        self,
        before: &PositionRisk,
        after: &PositionRisk,
        quote_change: Int128,
    ) -> RiskResult<Self> {
        let operation = "AccountRisk::after_trade";
        // In 256 bits, so that only the result has to fit, not the order of the terms.
        let equity = Int256::from(self.equity)
            .checked_sub(Int256::from(before.net_notional))
            .and_then(|sum| sum.checked_add(Int256::from(after.net_notional)))
            .and_then(|sum| sum.checked_add(Int256::from(quote_change)))
            .map_err(RiskError::overflow(operation))?;
        let replace = |total: Uint128, old: Uint128, new: Uint128| {
            total
                .checked_sub(old)
                .and_then(|rest| rest.checked_add(new))
                .map_err(RiskError::overflow(operation))
        };
        Ok(Self {
            equity: Int128::try_from(equity).map_err(RiskError::overflow(operation))?,
            initial_margin: replace(
                self.initial_margin,
                before.initial_margin,
                after.initial_margin,
            )?,
            maintenance_margin: replace(
                self.maintenance_margin,
                before.maintenance_margin,
                after.maintenance_margin,
            )?,
        })
    }

    /// Whether the account owes more than it has. It may then do nothing but deposit.
    #[must_use]
    pub const fn is_bankrupt(&self) -> bool {
        self.equity.is_negative()
    }

    /// Whether the account may be liquidated: it has a maintenance requirement and less equity than it; equality is
    /// safe. Source: dYdX v4 `Risk.IsLiquidatable` (vectors `dydx.liquidatable`).
    #[must_use]
    pub fn is_liquidatable(&self) -> bool {
        !self.maintenance_margin.is_zero() && !self.meets_maintenance()
    }

    /// Equity at least the initial requirement. Source: dYdX v4 (vectors `dydx.initial_ok`).
    #[must_use]
    pub fn meets_initial_margin(&self) -> bool {
        at_least(self.equity, self.initial_margin)
    }

    /// Equity at least the maintenance requirement. Source: dYdX v4 (vectors `dydx.maint_ok`).
    #[must_use]
    pub fn meets_maintenance(&self) -> bool {
        at_least(self.equity, self.maintenance_margin)
    }

    /// Orders accounts by risk: `Less` means that `self` is less risky than `other`.
    ///
    /// Compares equity over maintenance by cross multiplication, exactly; on a tie the smaller requirement is less risky;
    /// if both requirements are zero, the larger equity is. Source: dYdX v4 `Risk.Cmp` (vectors `dydx.risk_cmp`).
    ///
    /// # Errors
    /// None for any input: the products fit 256 bits. The result type leaves room for a stricter rule.
    pub fn compare_risk(&self, other: &Self) -> RiskResult<Ordering> {
        if self.maintenance_margin.is_zero() && other.maintenance_margin.is_zero() {
            return Ok(other.equity.cmp(&self.equity));
        }
        let product = |equity: Int128, margin: Uint128| {
            Int256::from(equity)
                .checked_mul(Int256::from(margin))
                .map_err(RiskError::overflow("compare_risk"))
        };
        let theirs = product(other.equity, self.maintenance_margin)?;
        let ours = product(self.equity, other.maintenance_margin)?;
        Ok(theirs
            .cmp(&ours)
            .then(self.maintenance_margin.cmp(&other.maintenance_margin)))
    }
}

/// Whether an account that is below initial margin after a change may make it.
///
/// Allowed iff the maintenance requirement does not grow and equity over maintenance does not fall. Where one of the
/// requirements is zero the ratio does not exist: then only an increase of equity with both at zero is allowed. An account
/// that meets initial margin after the change needs no such permission; ask [`change_allowed`] for both.
/// Source: dYdX v4 `IsValidStateTransitionForUndercollateralizedSubaccount` (vectors `dydx.transition`).
///
/// # Errors
/// None for any input; see [`AccountRisk::compare_risk`].
pub fn transition_allowed(old: &AccountRisk, new: &AccountRisk) -> RiskResult<bool> {
    if new.maintenance_margin > old.maintenance_margin {
        return Ok(false);
    }
    if new.maintenance_margin.is_zero() || old.maintenance_margin.is_zero() {
        return Ok(new.maintenance_margin.is_zero()
            && old.maintenance_margin.is_zero()
            && new.equity > old.equity);
    }
    Ok(new.compare_risk(old)? != Ordering::Greater)
}

/// Whether an account may change from `old` to `new`: it meets initial margin afterwards, or [`transition_allowed`].
///
/// # Errors
/// None for any input.
pub fn change_allowed(old: &AccountRisk, new: &AccountRisk) -> RiskResult<bool> {
    Ok(new.meets_initial_margin() || transition_allowed(old, new)?)
}

fn at_least(equity: Int128, requirement: Uint128) -> bool {
    // A requirement beyond the signed range is larger than any equity.
    to_signed(requirement).is_ok_and(|requirement| equity >= requirement)
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

    const fn account(equity: i128, initial: u128, maintenance: u128) -> AccountRisk {
        AccountRisk {
            equity: Int128::new(equity),
            initial_margin: Uint128::new(initial),
            maintenance_margin: Uint128::new(maintenance),
        }
    }

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
        assert!(matches!(
            effective_initial_margin_ppm(&tier, Uint128::zero()),
            Err(RiskError::OutOfRange { .. })
        ));
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

    #[test]
    fn equality_is_safe() {
        assert!(!account(100, 200, 100).is_liquidatable());
        assert!(account(99, 200, 100).is_liquidatable());
        assert!(!account(-1, 0, 0).is_liquidatable());
        assert!(account(-1, 0, 0).is_bankrupt());
        assert!(account(200, 200, 100).meets_initial_margin());
        assert!(account(i128::MAX, u128::MAX, u128::MAX).is_liquidatable());
    }

    #[test]
    fn adding_a_position_is_all_or_nothing() {
        let mut sum = account(i128::MAX, 0, 0);
        let position = PositionRisk {
            net_notional: Int128::one(),
            ..PositionRisk::default()
        };
        assert!(sum.add(&position).is_err());
        assert_eq!(sum, account(i128::MAX, 0, 0));
    }

    #[test]
    fn a_trade_moves_all_three_sums() {
        let before = PositionRisk {
            net_notional: Int128::new(-50),
            initial_margin: Uint128::new(10),
            maintenance_margin: Uint128::new(5),
        };
        let after = PositionRisk {
            net_notional: Int128::new(-20),
            initial_margin: Uint128::new(4),
            maintenance_margin: Uint128::new(2),
        };
        let moved = account(7, 30, 15).after_trade(&before, &after, Int128::new(-31));
        assert_eq!(moved, Ok(account(6, 24, 12)));
        assert!(account(7, 9, 15)
            .after_trade(&before, &after, Int128::zero())
            .is_err());
    }

    #[test]
    fn risk_is_compared_by_ratio_then_by_requirement() {
        use Ordering::{Equal, Greater, Less};
        for (a, b, order) in [
            (account(100, 0, 50), account(100, 0, 100), Less),
            (account(-100, 0, 50), account(-100, 0, 100), Greater),
            (account(10, 0, 10), account(20, 0, 20), Less),
            (account(0, 0, 0), account(100, 0, 50), Less),
            (account(1, 0, 0), account(2, 0, 0), Greater),
            (account(5, 0, 7), account(5, 0, 7), Equal),
            (
                account(i128::MIN, 0, u128::MAX),
                account(i128::MAX, 0, u128::MAX),
                Greater,
            ),
        ] {
            assert_eq!(a.compare_risk(&b), Ok(order), "{a:?} {b:?}");
            assert_eq!(b.compare_risk(&a), Ok(order.reverse()), "{b:?} {a:?}");
        }
    }

    #[test]
    fn an_account_in_trouble_may_only_get_better() {
        let old = account(50, 200, 100);
        for (new, allowed) in [
            (account(50, 200, 100), true),  // nothing changes
            (account(25, 100, 50), true),   // half of everything
            (account(24, 100, 50), false),  // half the position for more than half the equity
            (account(60, 210, 101), false), // more requirement, whatever the equity
            (account(51, 200, 100), true),
            (account(-1, 0, 0), false), // all closed, and in debt
            (account(50, 0, 0), false), // no ratio; it meets initial margin and needs no permission
        ] {
            assert_eq!(transition_allowed(&old, &new), Ok(allowed), "{new:?}");
        }
        assert_eq!(change_allowed(&old, &account(50, 0, 0)), Ok(true));
        assert_eq!(
            transition_allowed(&account(-2, 0, 0), &account(-1, 0, 0)),
            Ok(true)
        );
        assert_eq!(
            transition_allowed(&account(-2, 0, 0), &account(-2, 0, 0)),
            Ok(false)
        );
    }
}
