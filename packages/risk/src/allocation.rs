//! How a loss is spread over those who bear it, and when the spreading starts.
//!
//! Invariant: no part exceeds its capacity, and the parts add up to `min(budget, sum of capacities)` exactly.

use cosmwasm_std::{Int128, Uint128, Uint256};

use crate::error::{RiskError, RiskResult};
use crate::funding::INDEX_SCALE;
use crate::rounding::{divide_256, mul_div, with_sign, Rounding, PPM};

/// Fills capacities in the order given until the budget is used up: the deleveraging queue. Exact.
///
/// Source: Chitra, "Autodeleveraging: impossibilities and optimization" (vectors `chitra.adl`), BitMEX documentation.
#[must_use]
pub fn queue_allocation(budget: Uint128, capacities: &[Uint128]) -> Vec<Uint128> {
    let mut remaining = budget;
    capacities
        .iter()
        .map(|capacity| {
            let part = remaining.min(*capacity);
            remaining = remaining.saturating_sub(part);
            part
        })
        .collect()
}

/// Spreads the budget over capacities in proportion: `x_i = h * w_i` with `h = min(1, budget / sum(w))`.
///
/// Cut cumulatively, `floor(B * W_i / U) - floor(B * W_(i-1) / U)`, so each part is within one unit of the exact one and
/// the parts add up. Source: Chitra (vectors `chitra.adl`).
///
/// # Errors
/// [`RiskError::Overflow`] if the sum of the capacities exceeds 128 bits.
pub fn pro_rata_allocation(budget: Uint128, capacities: &[Uint128]) -> RiskResult<Vec<Uint128>> {
    let operation = "pro_rata_allocation";
    let mut total = Uint128::zero();
    for capacity in capacities {
        total = total
            .checked_add(*capacity)
            .map_err(RiskError::overflow(operation))?;
    }
    if budget >= total {
        return Ok(capacities.to_vec());
    }
    let (mut cumulated, mut given) = (Uint128::zero(), Uint128::zero());
    capacities
        .iter()
        .map(|capacity| {
            cumulated = cumulated
                .checked_add(*capacity)
                .map_err(RiskError::overflow(operation))?;
            let upto = mul_div(budget, cumulated, total, Rounding::Down)?;
            let part = upto
                .checked_sub(given)
                .map_err(RiskError::overflow(operation))?;
            given = upto;
            Ok(part)
        })
        .collect()
}

/// Which rule starts deleveraging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleverageTrigger {
    /// None.
    None,
    /// The pool lost too large a part of its recent high.
    Drawdown,
    /// The pool is empty.
    Equity,
}

/// State of a pool against its drawdown rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawdown {
    /// `(pnl - highest pnl) / highest balance`, times 10^18, rounded toward zero; negative after a loss.
    /// `None` if the highest balance is zero.
    pub ratio: Option<Int128>,
    /// Whether and why deleveraging starts.
    pub trigger: DeleverageTrigger,
    /// Loss beyond what the rule tolerates: `max(0, drawdown - trigger * highest balance)`, rounded up.
    pub excess: Uint128,
}

/// Drawdown of a pool over its look-back window: `drawdown = max(0, highest_pnl - pnl)`.
///
/// Empty (`balance <= 0`): [`DeleverageTrigger::Equity`]. Otherwise [`DeleverageTrigger::Drawdown`] iff the balance
/// exceeds `threshold` and there is a drawdown of at least `trigger * highest_balance`; compared exactly, equality triggers.
/// Source: Bybit ADL documentation (vectors `bybit.adl_trigger`); used per market by the fund's drawdown level.
///
/// # Errors
/// [`RiskError::Overflow`] if the ratio exceeds 128 bits.
pub fn drawdown_deleveraging(
    balance: Int128,
    highest_balance: Uint128,
    pnl: Int128,
    highest_pnl: Int128,
    threshold: Int128,
    trigger_ppm: u32,
) -> RiskResult<Drawdown> {
    let operation = "drawdown_deleveraging";
    let change = pnl.abs_diff(highest_pnl);
    let fell = pnl < highest_pnl;
    let drawdown = if fell { change } else { Uint128::zero() };
    let ratio = if highest_balance.is_zero() {
        None
    } else {
        let magnitude = mul_div(change, INDEX_SCALE, highest_balance, Rounding::Down)?;
        Some(with_sign(magnitude, fell)?)
    };
    // In millionths of an atom, exactly.
    let scaled_drawdown = drawdown.full_mul(Uint128::from(PPM));
    let tolerated = highest_balance.full_mul(Uint128::from(trigger_ppm));
    let trigger = if balance <= Int128::zero() {
        DeleverageTrigger::Equity
    } else if balance > threshold && !drawdown.is_zero() && scaled_drawdown >= tolerated {
        DeleverageTrigger::Drawdown
    } else {
        DeleverageTrigger::None
    };
    let excess = divide_256(
        scaled_drawdown.saturating_sub(tolerated),
        Uint256::from(u128::from(PPM)),
        Rounding::Up,
        operation,
    )?;
    Ok(Drawdown {
        ratio,
        trigger,
        excess: Uint128::try_from(excess).map_err(RiskError::overflow(operation))?,
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

    fn amounts(values: &[u128]) -> Vec<Uint128> {
        values.iter().copied().map(Uint128::new).collect()
    }

    #[test]
    fn the_queue_takes_the_first_first() {
        let parts = queue_allocation(Uint128::new(12), &amounts(&[5, 0, 10, 4]));
        assert_eq!(parts, amounts(&[5, 0, 7, 0]));
        assert_eq!(
            queue_allocation(Uint128::MAX, &amounts(&[5, 7])),
            amounts(&[5, 7])
        );
    }

    #[test]
    fn pro_rata_parts_add_up() {
        let parts = pro_rata_allocation(Uint128::new(10), &amounts(&[1, 1, 1, 27])).unwrap();
        assert_eq!(parts, amounts(&[0, 0, 1, 9]));
        let all = pro_rata_allocation(Uint128::new(31), &amounts(&[1, 1, 1, 27])).unwrap();
        assert_eq!(all, amounts(&[1, 1, 1, 27]));
        assert_eq!(pro_rata_allocation(Uint128::new(5), &[]), Ok(vec![]));
        assert!(pro_rata_allocation(Uint128::one(), &[Uint128::MAX, Uint128::MAX]).is_err());
    }

    #[test]
    fn drawdown_rule() {
        let state = |balance: i128, pnl: i128| {
            drawdown_deleveraging(
                Int128::new(balance),
                Uint128::new(1_000),
                Int128::new(pnl),
                Int128::new(500),
                Int128::new(10),
                300_000,
            )
            .unwrap()
        };
        assert_eq!(state(1_000, 201).trigger, DeleverageTrigger::None);
        let at = state(1_000, 200);
        assert_eq!(at.trigger, DeleverageTrigger::Drawdown);
        assert_eq!(at.excess, Uint128::zero());
        assert_eq!(at.ratio, Some(Int128::new(-300_000_000_000_000_000)));
        assert_eq!(state(1_000, 150).excess, Uint128::new(50));
        assert_eq!(state(10, 150).trigger, DeleverageTrigger::None);
        assert_eq!(state(0, 500).trigger, DeleverageTrigger::Equity);
        assert_eq!(state(1_000, 600).trigger, DeleverageTrigger::None);
        let empty = drawdown_deleveraging(
            Int128::one(),
            Uint128::zero(),
            Int128::zero(),
            Int128::zero(),
            Int128::zero(),
            0,
        );
        assert_eq!(empty.unwrap().trigger, DeleverageTrigger::None);
    }
}
