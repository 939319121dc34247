//! The state of an account: sums over its positions, and what follows from them.
//!
//! `equity = quote + sum(floor(size * price))` against the sums of the positions' requirements. Comparisons are exact, by
//! cross multiplication. Source: dYdX v4 `lib/margin/risk`, `x/subaccounts/lib/updates`.

use core::cmp::Ordering;

use cosmwasm_std::{Int128, Int256, Uint128};

use crate::error::{RiskError, RiskResult};
use crate::margin::PositionRisk;
use crate::rounding::to_signed;

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
