//! Shares in a pool that gains and loses.
//!
//! Everything rounds down, so dust stays with those who stay (R1): nobody gains by going in and out, and redemptions can
//! never empty a pool that still has owners. Source: Drift v2 `math/insurance`, `controller/insurance`.
//!
//! A request to leave freezes its value: what the pool gains afterwards is forgone, what it loses is shared. When a pool
//! has lost so much that shares are worth less than a unit each, share counts are *rebased*: divided by a power of ten,
//! so that later deposits do not overflow them.

use cosmwasm_std::Uint128;

use crate::error::{RiskError, RiskResult};
use crate::rounding::{mul_div, Quantity};

/// Value of shares in units of the pool: `floor(vault * shares / total)`; zero if there are no shares at all.
///
/// # Errors
/// [`RiskError::NotEnoughShares`] if `shares` exceeds `total`.
pub fn value_of_shares(shares: Uint128, total: Uint128, vault: Uint128) -> RiskResult<Uint128> {
    if shares > total {
        return Err(RiskError::NotEnoughShares {
            asked: shares,
            available: total,
        });
    }
    if total.is_zero() {
        return Ok(Uint128::zero());
    }
    mul_div(vault, shares, total, Quantity::Payout.rounding())
}

/// Shares for an amount paid in: `floor(amount * total / vault)`, or one per unit if the vault is empty.
///
/// # Errors
/// [`RiskError::EmptyVault`] if shares exist against an empty vault, [`RiskError::Overflow`] beyond 128 bits.
pub fn shares_for_amount(amount: Uint128, total: Uint128, vault: Uint128) -> RiskResult<Uint128> {
    if vault.is_zero() {
        if total.is_zero() {
            return Ok(amount);
        }
        return Err(RiskError::EmptyVault {
            total_shares: total,
        });
    }
    mul_div(amount, total, vault, Quantity::SharesMinted.rounding())
        .map_err(RiskError::overflow("shares_for_amount"))
}

/// Shares that a leaver forgoes by cancelling (or leaving with the frozen value): if `value = floor(vault * n / total)`
/// exceeds `request_value`, `n - floor(request_value * (total - n) / (vault - request_value))`, otherwise zero.
///
/// The pool's gain since the request stays with the others. Source: Drift v2 `calculate_if_shares_lost`
/// (vectors `drift.shares_lost`).
///
/// # Errors
/// [`RiskError::NotEnoughShares`] if the request exceeds `total`, [`RiskError::EmptyVault`] if the request was worth all
/// that is left while others hold shares.
pub fn shares_lost(
    request_shares: Uint128,
    request_value: Uint128,
    total: Uint128,
    vault: Uint128,
) -> RiskResult<Uint128> {
    let operation = "shares_lost";
    let value = value_of_shares(request_shares, total, vault)?;
    if value <= request_value {
        return Ok(Uint128::zero());
    }
    let others = total
        .checked_sub(request_shares)
        .map_err(RiskError::overflow(operation))?;
    let rest = vault
        .checked_sub(request_value)
        .map_err(RiskError::overflow(operation))?;
    let kept = shares_for_amount(request_value, others, rest)?;
    request_shares
        .checked_sub(kept)
        .map_err(RiskError::overflow(operation))
}

/// Exponent of ten by which share counts are divided: `floor(log10(floor(floor(total / 10) / vault)))`, zero below ten.
/// Source: Drift v2 `calculate_rebase_info` (vectors `drift.rebase`).
///
/// # Errors
/// [`RiskError::DivisionByZero`] if the vault is empty.
pub fn rebase_exponent(total: Uint128, vault: Uint128) -> RiskResult<u32> {
    let operation = "rebase_exponent";
    let ratio = total
        .u128()
        .checked_div(10)
        .and_then(|tenth| tenth.checked_div(vault.u128()))
        .ok_or(RiskError::DivisionByZero { operation })?;
    Ok(ratio.checked_ilog10().unwrap_or(0))
}

/// `10^exponent`.
///
/// # Errors
/// [`RiskError::Overflow`] above 38.
pub fn rebase_divisor(exponent: u32) -> RiskResult<Uint128> {
    10u128
        .checked_pow(exponent)
        .map(Uint128::new)
        .ok_or(RiskError::Overflow {
            operation: "rebase_divisor",
        })
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

    #[test]
    fn shares_and_values_round_down() {
        assert_eq!(value_of_shares(u(1), u(3), u(10)), Ok(u(3)));
        assert_eq!(value_of_shares(u(0), u(0), u(10)), Ok(u(0)));
        assert!(value_of_shares(u(4), u(3), u(10)).is_err());
        assert_eq!(shares_for_amount(u(1), u(10), u(3)), Ok(u(3)));
        assert_eq!(shares_for_amount(u(7), u(0), u(0)), Ok(u(7)));
        assert_eq!(
            shares_for_amount(u(7), u(1), u(0)),
            Err(RiskError::EmptyVault { total_shares: u(1) })
        );
    }

    #[test]
    fn a_gain_after_the_request_is_forgone() {
        // 10 of 100 shares asked for at 1.0; the pool doubles.
        assert_eq!(shares_lost(u(10), u(10), u(100), u(100)), Ok(u(0)));
        assert_eq!(shares_lost(u(10), u(10), u(100), u(90)), Ok(u(0)));
        // floor(10 * 90 / 190) = 4 stay.
        assert_eq!(shares_lost(u(10), u(10), u(100), u(200)), Ok(u(6)));
        // The only holder loses all shares: nobody else could own the gain; the pool becomes the protocol's.
        assert_eq!(shares_lost(u(100), u(10), u(100), u(200)), Ok(u(100)));
    }

    #[test]
    fn rebase_exponents() {
        for (total, vault, exponent) in [
            (0, 1, 0),
            (99, 1, 0),
            (100, 1, 1),
            (99_999, 100, 1),
            (100_000, 100, 2),
        ] {
            assert_eq!(
                rebase_exponent(u(total), u(vault)),
                Ok(exponent),
                "{total} {vault}"
            );
        }
        assert!(rebase_exponent(u(100), u(0)).is_err());
        assert_eq!(rebase_divisor(3), Ok(u(1_000)));
        assert!(rebase_divisor(39).is_err());
    }
}
