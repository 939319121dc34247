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
