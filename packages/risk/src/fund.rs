//! Capacity, surplus and bad debt of an insurance fund.

use cosmwasm_std::{Int128, Int256, Int512, Uint128, Uint256};

use crate::error::{RiskError, RiskResult};
use crate::liquidation::remaining_in_block;
use crate::rounding::{divide_signed_256, ppm_of, to_signed, to_unsigned, with_sign, Rounding};
use crate::wide::{add_signed, mul_signed, sub_signed};

/// What a fund can bear: `wallet + settlement_value`, where the latter is what it is owed (+) or owes (-) elsewhere.
/// Source: Perp v2 `InsuranceFund.getInsuranceFundCapacity` (vectors `perp2.surplus`, `perp2.capacity_repay`).
///
/// # Errors
/// [`RiskError::Overflow`] beyond 128 bits.
pub fn fund_capacity(wallet: Uint128, settlement_value: Int128) -> RiskResult<Int128> {
    let operation = "fund_capacity";
    let sum = Int256::from(wallet)
        .checked_add(Int256::from(settlement_value))
        .map_err(RiskError::overflow(operation))?;
    Int128::try_from(sum).map_err(RiskError::overflow(operation))
}

/// What may leave a fund: `min(max(capacity - threshold, 0), free)`. Exact.
/// Source: Perp v2 `InsuranceFund.distributeFee` (vectors `perp2.surplus`).
///
/// # Errors
/// None for any input; the difference is taken in 256 bits.
pub fn fund_surplus(capacity: Int128, threshold: Uint128, free: Uint128) -> RiskResult<Uint128> {
    let operation = "fund_surplus";
    let above = Int256::from(capacity)
        .checked_sub(Int256::from(threshold))
        .map_err(RiskError::overflow(operation))?;
    if above.is_negative() {
        return Ok(Uint128::zero());
    }
    let above = Uint128::try_from(above).map_err(RiskError::overflow(operation))?;
    Ok(above.min(free))
}

/// What a fund pays toward a debt: `min(available, debt)`; it pays what it can and the rest is `uncovered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Paid by the fund.
    pub paid: Uint128,
    /// Not paid.
    pub uncovered: Uint128,
}

/// Splits a loss into what a fund pays and what it does not. Exact: `paid + uncovered = loss`.
///
/// The insurance counts once: it lowers the uncovered loss by what it pays (the lesson of `negative.percolator`, where it
/// is counted as an asset and then destroyed by its own use).
#[must_use]
pub fn cover_loss(loss: Uint128, available: Uint128) -> Coverage {
    let paid = loss.min(available);
    Coverage {
        paid,
        uncovered: loss.saturating_sub(paid),
    }
}

/// Repayment of what a fund owes elsewhere: `min(wallet, |settlement_value|)`.
/// Source: Perp v2 `InsuranceFund.repay` (vectors `perp2.capacity_repay`).
///
/// # Errors
/// [`RiskError::NoRequest`] if it owes nothing.
pub fn fund_repayment(wallet: Uint128, settlement_value: Int128) -> RiskResult<Uint128> {
    if !settlement_value.is_negative() {
        return Err(RiskError::NoRequest {});
    }
    Ok(cover_loss(settlement_value.unsigned_abs(), wallet).paid)
}

/// An account as it is when its last position is closed. Amounts marked *wide* have `10^wide_decimals` units where the
/// settlement token has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BadDebtInput {
    /// Deposit in settlement atoms.
    pub deposit: Int128,
    /// Wide: signed quote of opening the position (negative for a long).
    pub open_notional: Int128,
    /// Wide: signed value of the position at the closing price.
    pub close_notional: Int128,
    /// Wide: penalty of the liquidation.
    pub penalty: Uint128,
    /// What liquidating other collateral brought, settlement atoms.
    pub collateral_proceeds: Uint128,
    /// The fund's part of that, settlement atoms.
    pub collateral_fund_fee: Uint128,
}

/// Result of [`settle_bad_debt`], settlement atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BadDebt {
    /// What the fund takes over, rounded up; the account then stands at zero.
    pub bad_debt: Uint128,
    /// The fund's value with its half of the penalty, rounded toward minus infinity.
    pub fund_settlement_value: Int128,
    /// The fund's balance: its part of the proceeds less the debt.
    pub fund_balance: Int128,
}

/// Bad debt of an account without positions:
/// `value = deposit + open_notional + close_notional - penalty + proceeds`; if negative, `ceil(|value|)` is taken over by
/// the fund, which also gets half of the penalty and its part of the proceeds.
///
/// Source: Perp v2 `Vault.settleBadDebt` (vectors `perp2.bad_debt`).
///
/// # Errors
/// [`RiskError::Overflow`] beyond 128 bits or for more than 38 `wide_decimals`.
pub fn settle_bad_debt(input: &BadDebtInput, wide_decimals: u32) -> RiskResult<BadDebt> {
    let operation = "settle_bad_debt";
    let unit = 10u128
        .checked_pow(wide_decimals)
        .ok_or(RiskError::Overflow { operation })?;
    let wide_unit = Int512::from(unit);
    let wide = |value: Int512| mul_signed(value, wide_unit, operation);
    let narrow = |value: Int512, rounding: Rounding| {
        let value = Int256::try_from(value).map_err(RiskError::overflow(operation))?;
        divide_signed_256(value, Uint256::from(unit), rounding, operation)
    };
    let mut value = wide(Int512::from(input.deposit))?;
    for part in [
        Int512::from(input.open_notional),
        Int512::from(input.close_notional),
        wide(Int512::from(input.collateral_proceeds))?,
    ] {
        value = add_signed(value, part, operation)?;
    }
    value = sub_signed(value, Int512::from(input.penalty), operation)?;
    let bad_debt = if value.is_negative() {
        // Down as a signed number is up as a debt.
        narrow(value, Rounding::Down)?.unsigned_abs()
    } else {
        Uint128::zero()
    };
    // Half the penalty, kept doubled so that nothing is dropped: (penalty + 2 * (fee - debt) * unit) / (2 * unit).
    let fee_less_debt = sub_signed(
        Int512::from(input.collateral_fund_fee),
        Int512::from(bad_debt),
        operation,
    )?;
    let doubled = add_signed(
        wide(mul_signed(fee_less_debt, Int512::from(2u128), operation)?)?,
        Int512::from(input.penalty),
        operation,
    )?;
    let doubled = Int256::try_from(doubled).map_err(RiskError::overflow(operation))?;
    let double_unit = Uint256::from(unit)
        .checked_mul(Uint256::from(2u128))
        .map_err(RiskError::overflow(operation))?;
    Ok(BadDebt {
        bad_debt,
        fund_settlement_value: divide_signed_256(doubled, double_unit, Rounding::Down, operation)?,
        fund_balance: Int128::try_from(fee_less_debt).map_err(RiskError::overflow(operation))?,
    })
}

/// Penalty of a liquidation: `floor(|notional| * penalty_ppm / 10^6)`, in the unit of the notional.
/// Source: Perp v2 `ClearingHouse` (vectors `perp2.bad_debt`).
///
/// # Errors
/// [`RiskError::Overflow`] beyond 128 bits.
pub fn liquidation_penalty(notional: Int128, penalty_ppm: u32) -> RiskResult<Uint128> {
    ppm_of(notional.unsigned_abs(), penalty_ppm, Rounding::Down)
}

/// The last two holders of an isolated market after they close against each other. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IsolatedSettlement {
    /// What the fund receives (+) or pays (-).
    pub fund_delta: Int128,
    /// The buying account afterwards.
    pub taker_quote: Int128,
    /// The selling account afterwards.
    pub maker_quote: Int128,
    /// The pool after the fund's payment, before anything leaves it.
    pub pool_before_out_transfer: Uint128,
    /// What leaves the pool: all that both accounts own.
    pub out_transfer: Uint128,
}

/// Closes the last two positions of an isolated market at `fill_quote`, in the only order that works: the fund's payment
/// is credited to the pool *before* the accounts' collateral leaves it.
///
/// The taker buys for `fill_quote`; what it lacks the fund pays. Source: dYdX v4, regression test of the chain halt of
/// 2025-10-10 (vectors `dydx.isolated_order`).
///
/// # Errors
/// [`RiskError::LimitExceeded`] if the fund or the pool cannot pay, [`RiskError::Overflow`].
pub fn settle_isolated_close(
    pool: Uint128,
    taker_quote: Int128,
    maker_quote: Int128,
    fill_quote: Uint128,
    fund: Uint128,
) -> RiskResult<IsolatedSettlement> {
    let operation = "settle_isolated_close";
    let fill = to_signed(fill_quote)?;
    let taker_before = taker_quote
        .checked_sub(fill)
        .map_err(RiskError::overflow(operation))?;
    let payment = if taker_before.is_negative() {
        taker_before.unsigned_abs()
    } else {
        Uint128::zero()
    };
    remaining_in_block("insurance fund", fund, payment)?;
    let fund_delta = with_sign(payment, true)?;
    let taker_after = taker_before
        .checked_sub(fund_delta)
        .map_err(RiskError::overflow(operation))?;
    let maker_after = maker_quote
        .checked_add(fill)
        .map_err(RiskError::overflow(operation))?;
    let pool_before_out_transfer = pool
        .checked_add(payment)
        .map_err(RiskError::overflow(operation))?;
    let owned = taker_after
        .checked_add(maker_after)
        .map_err(RiskError::overflow(operation))?;
    let out_transfer = transfer_out(pool_before_out_transfer, to_unsigned(owned)?)?;
    Ok(IsolatedSettlement {
        fund_delta,
        taker_quote: taker_after,
        maker_quote: maker_after,
        pool_before_out_transfer,
        out_transfer,
    })
}

/// A transfer that a pool can make: `amount`, if the pool holds it.
///
/// # Errors
/// [`RiskError::LimitExceeded`] if it does not ("spendable balance is smaller").
pub fn transfer_out(pool: Uint128, amount: Uint128) -> RiskResult<Uint128> {
    if amount > pool {
        return Err(RiskError::LimitExceeded {
            name: "pool",
            used: amount,
            limit: pool,
        });
    }
    Ok(amount)
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
    fn only_what_is_above_the_threshold_and_free_may_leave() {
        assert_eq!(fund_capacity(u(50), i(-80)), Ok(i(-30)));
        assert_eq!(fund_surplus(i(-30), u(10), u(100)), Ok(u(0)));
        assert_eq!(fund_surplus(i(30), u(10), u(100)), Ok(u(20)));
        assert_eq!(fund_surplus(i(30), u(10), u(5)), Ok(u(5)));
        assert!(fund_capacity(Uint128::MAX, i(0)).is_err());
    }

    #[test]
    fn a_loss_is_covered_once() {
        let covered = cover_loss(u(100), u(30));
        assert_eq!((covered.paid, covered.uncovered), (u(30), u(70)));
        assert_eq!(cover_loss(u(100), u(300)).uncovered, u(0));
        assert_eq!(fund_repayment(u(30), i(-100)), Ok(u(30)));
        assert!(fund_repayment(u(30), i(0)).is_err());
    }

    #[test]
    fn bad_debt_rounds_up() {
        // Two more decimals inside: 10.00 - 12.01 = -2.01 -> 3; half the penalty of 1.01 less 3 -> -3 + 0.50 -> -3.
        let input = BadDebtInput {
            deposit: i(10),
            open_notional: i(-1_100),
            close_notional: i(0),
            penalty: u(101),
            ..BadDebtInput::default()
        };
        let settled = settle_bad_debt(&input, 2).unwrap();
        assert_eq!(settled.bad_debt, u(3));
        assert_eq!(settled.fund_settlement_value, i(-3));
        assert_eq!(settled.fund_balance, i(-3));
        let solvent = BadDebtInput {
            deposit: i(13),
            ..input
        };
        assert_eq!(settle_bad_debt(&solvent, 2).unwrap().bad_debt, u(0));
        assert!(settle_bad_debt(&input, 39).is_err());
        assert_eq!(liquidation_penalty(i(-999), 25_000), Ok(u(24)));
    }

    #[test]
    fn the_fund_pays_before_the_pool_does() {
        let done = settle_isolated_close(u(149), i(49), i(100), u(100), u(1_000)).unwrap();
        assert_eq!(done.fund_delta, i(-51));
        assert_eq!(done.out_transfer, u(200));
        assert!(transfer_out(u(149), done.out_transfer).is_err());
        // The fund cannot pay: typed refusal, nothing moves.
        assert!(settle_isolated_close(u(149), i(49), i(100), u(100), u(50)).is_err());
        // Enough of its own: the fund is not asked.
        let own = settle_isolated_close(u(250), i(150), i(100), u(100), u(0)).unwrap();
        assert_eq!((own.fund_delta, own.taker_quote), (i(0), i(50)));
    }
}
