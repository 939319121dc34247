//! How much of a position has to be closed.
//!
//! A solvent account is liquidated only as far as it takes to bring it back to initial margin. Closing lots at a price
//! changes equity minus requirement by the same amount per lot, up to the rounding of three terms (value of the rest
//! down, its requirement up, fee down). So the size is found from the exact slope, in a window of a few atoms on either
//! side, and the window is searched with the very functions that the contract uses afterwards.

use cosmwasm_std::{Decimal, Int128, Int512, Uint128, Uint512};

use crate::account::AccountRisk;
use crate::error::{RiskError, RiskResult};
use crate::margin::{at_most_one, position_risk, MarginParameters, PositionRisk};
use crate::rounding::{negate, ppm_of, to_signed, with_sign, Quantity, Rounding, PPM};
use crate::value::{fill_value, ValueScale};
use crate::wide::{add_signed, divide_512, mul, signed, sub_signed};

/// The smallest number of base atoms, in whole lots, whose closing at `fill_ticks` brings the account to initial margin,
/// with the liquidation fee at its maximum (`floor(max_fee * fill)`); the whole position if closing cannot get there.
///
/// Closing that many suffices and closing one lot less does not (where rounding makes that true of more than one size
/// within a few quote atoms, it is one of them). At least one lot, at most the position.
///
/// `account` includes the position as it is. Units: base atoms; `price` is the oracle price that the rest is valued at.
///
/// # Errors
/// [`RiskError::NotMultiple`] if the position is not a whole number of lots, [`RiskError::DivisionByZero`] if it is empty,
/// [`RiskError::OutOfRange`] for fractions above 100 %, [`RiskError::InconsistentMargin`] if the position needs more than
/// the account, [`RiskError::Overflow`] if a value exceeds 128 bits.
#[allow(clippy::too_many_arguments)] // one argument per named input of the formula; a struct would hide them
pub fn size_to_restore_initial_margin(
    account: &AccountRisk,
    size: Int128,
    fill_ticks: u64,
    lot_size: Uint128,
    tick_lot_value: Uint128,
    price: Decimal,
    scale: &ValueScale,
    effective_initial_margin_ppm: u32,
    max_fee_ppm: u32,
) -> RiskResult<Uint128> {
    let operation = "size_to_restore_initial_margin";
    if size.is_zero() {
        return Err(RiskError::DivisionByZero { operation });
    }
    at_most_one("max_fee_ppm", max_fee_ppm)?;
    let whole = size.unsigned_abs();
    let lots = lots_of(whole, lot_size)?;
    let closing = Closing {
        account,
        size,
        fill_ticks,
        lot_size,
        tick_lot_value,
        price,
        scale,
        parameters: MarginParameters {
            initial_margin_ppm: effective_initial_margin_ppm,
            ..MarginParameters::default()
        },
        max_fee_ppm,
    };
    let before = closing.position(size)?;
    if before.initial_margin > account.initial_margin {
        return Err(RiskError::InconsistentMargin {
            position: before.initial_margin,
            account: account.initial_margin,
        });
    }
    let missing = sub_signed(
        Int512::from(account.initial_margin),
        Int512::from(account.equity),
        operation,
    )?;
    let gain = closing.gain_per_lot()?;
    if gain.is_negative() || gain.is_zero() {
        return Ok(whole);
    }
    let gain = gain.unsigned_abs();
    let one = Uint512::one();
    // Least number of lots, at least one, whose exact gain is what is missing and `atoms` more.
    let lots_for = |atoms: i128| -> RiskResult<Uint512> {
        let wanted = add_signed(missing, Int512::from(atoms), operation)?;
        if wanted.is_negative() {
            return Ok(one);
        }
        let scaled = mul(wanted.unsigned_abs(), closing.unit()?, operation)?;
        Ok(divide_512(scaled, gain, Rounding::Up, operation)?.max(one))
    };
    // Rounding moves the exact gain by less than 2 atoms down and less than 3 up.
    let mut enough = lots_for(1)?.min(Uint512::from(lots));
    let mut low = lots_for(-3)?.min(enough);
    // Invariant: `enough` suffices (or is everything); every size below `low` does not.
    while low < enough {
        let middle = low
            .checked_add(enough)
            .and_then(|sum| sum.checked_shr(1))
            .map_err(RiskError::overflow(operation))?;
        if closing.restores(&before, lots_to_size(middle, lot_size)?)? {
            enough = middle;
        } else {
            low = middle
                .checked_add(one)
                .map_err(RiskError::overflow(operation))?;
        }
    }
    lots_to_size(enough, lot_size)
}

struct Closing<'a> {
    account: &'a AccountRisk,
    size: Int128,
    fill_ticks: u64,
    lot_size: Uint128,
    tick_lot_value: Uint128,
    price: Decimal,
    scale: &'a ValueScale,
    parameters: MarginParameters,
    max_fee_ppm: u32,
}

impl Closing<'_> {
    fn position(&self, size: Int128) -> RiskResult<PositionRisk> {
        position_risk(
            self.scale,
            size,
            self.price,
            &self.parameters,
            self.parameters.initial_margin_ppm,
        )
    }

    /// Whether the account meets initial margin after closing `closed` base atoms.
    fn restores(&self, before: &PositionRisk, closed: Uint128) -> RiskResult<bool> {
        let operation = "size_to_restore_initial_margin";
        let value = fill_value(self.fill_ticks, closed, self.lot_size, self.tick_lot_value)?;
        let fee = ppm_of(value, self.max_fee_ppm, Quantity::LiquidationFee.rounding())?;
        let rest = self
            .size
            .unsigned_abs()
            .checked_sub(closed)
            .map_err(RiskError::overflow(operation))?;
        let after = self.position(with_sign(rest, self.size.is_negative())?)?;
        let value = to_signed(value)?;
        let received = if self.size.is_negative() {
            negate(value)?
        } else {
            value
        };
        let quote_change = received
            .checked_sub(to_signed(fee)?)
            .map_err(RiskError::overflow(operation))?;
        let state = self.account.after_trade(before, &after, quote_change)?;
        Ok(state.meets_initial_margin())
    }

    /// `10^exponent * 1_000_000`: the unit in which [`Closing::gain_per_lot`] counts quote atoms.
    fn unit(&self) -> RiskResult<Uint512> {
        mul(
            Uint512::from(self.scale.divisor()),
            Uint512::from(u128::from(PPM)),
            "size_to_restore_initial_margin",
        )
    }

    /// What closing one lot adds to equity minus initial requirement, exactly, in [`Closing::unit`]s:
    /// long `fill * (1 - fee) - oracle * (1 - imf)`, short `oracle * (1 + imf) - fill * (1 + fee)`.
    fn gain_per_lot(&self) -> RiskResult<Int512> {
        let operation = "size_to_restore_initial_margin";
        let ppm = |fraction: u32, add: bool| {
            let one = Uint128::from(PPM);
            let fraction = Uint128::from(fraction);
            let sum = if add {
                one.checked_add(fraction)
            } else {
                one.checked_sub(fraction)
            };
            sum.map(Uint512::from)
                .map_err(RiskError::overflow(operation))
        };
        let short = self.size.is_negative();
        let fill = mul(
            Uint512::from(u128::from(self.fill_ticks)),
            Uint512::from(self.tick_lot_value),
            operation,
        )?;
        let fill = mul(fill, Uint512::from(self.scale.divisor()), operation)?;
        let fill = mul(fill, ppm(self.max_fee_ppm, short)?, operation)?;
        let oracle = mul(
            Uint512::from(self.price.atomics()),
            Uint512::from(self.lot_size),
            operation,
        )?;
        let oracle = mul(
            oracle,
            ppm(self.parameters.initial_margin_ppm, short)?,
            operation,
        )?;
        let (fill, oracle) = (signed(fill, operation)?, signed(oracle, operation)?);
        if short {
            sub_signed(oracle, fill, operation)
        } else {
            sub_signed(fill, oracle, operation)
        }
    }
}

fn lots_of(size: Uint128, lot_size: Uint128) -> RiskResult<Uint128> {
    // A fill of one tick worth one atom a lot is worth as many atoms as there are lots.
    fill_value(1, size, lot_size, Uint128::one())
}

fn lots_to_size(lots: Uint512, lot_size: Uint128) -> RiskResult<Uint128> {
    let operation = "size_to_restore_initial_margin";
    let size = mul(lots, Uint512::from(lot_size), operation)?;
    Uint128::try_from(size).map_err(RiskError::overflow(operation))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    /// Oracle 100, lots of 10 atoms, a tick is one atom a lot... all without decimals.
    fn size(equity: i128, position: i128, fill_ticks: u64, fee_ppm: u32) -> RiskResult<u128> {
        let scale = ValueScale::new(0, 0).unwrap();
        let price = Decimal::from_ratio(100u128, 1u128);
        let initial_ppm = 100_000;
        let parameters = MarginParameters {
            initial_margin_ppm: initial_ppm,
            ..MarginParameters::default()
        };
        let risk = position_risk(
            &scale,
            Int128::new(position),
            price,
            &parameters,
            initial_ppm,
        )
        .unwrap();
        let account = AccountRisk {
            equity: Int128::new(equity),
            initial_margin: risk.initial_margin,
            maintenance_margin: Uint128::zero(),
        };
        size_to_restore_initial_margin(
            &account,
            Int128::new(position),
            fill_ticks,
            Uint128::new(10),
            Uint128::new(10),
            price,
            &scale,
            initial_ppm,
            fee_ppm,
        )
        .map(|size| size.u128())
    }

    #[test]
    fn closes_no_more_than_needed() {
        // 1,000 atoms at 100 need 10,000; 6,000 are there. At the oracle price each lot of 10 frees 100: 40 lots.
        assert_eq!(size(6_000, 1_000, 100, 0), Ok(400));
        assert_eq!(size(6_000, -1_000, 100, 0), Ok(400));
        // At a worse price each lot costs 20 and frees 100: 50 lots. A fee of 1 % of 980 costs 9.8 more: 57.
        assert_eq!(size(6_000, 1_000, 98, 0), Ok(500));
        assert_eq!(size(6_000, 1_000, 98, 10_000), Ok(570));
        assert_eq!(size(6_000, -1_000, 102, 0), Ok(500));
    }

    #[test]
    fn one_lot_at_least_and_the_position_at_most() {
        assert_eq!(size(20_000, 1_000, 100, 0), Ok(10));
        assert_eq!(size(9_999, 1_000, 100, 0), Ok(10));
        assert_eq!(size(-1, 1_000, 100, 0), Ok(1_000));
        // A price so bad that closing makes it worse.
        assert_eq!(size(6_000, 1_000, 80, 0), Ok(1_000));
        assert_eq!(size(6_000, -1_000, u64::MAX, 0), Ok(1_000));
    }

    #[test]
    fn the_account_must_include_the_position() {
        let refused = size_to_restore_initial_margin(
            &AccountRisk::new(Int128::new(6_000)),
            Int128::new(1_000),
            100,
            Uint128::new(10),
            Uint128::new(10),
            Decimal::from_ratio(100u128, 1u128),
            &ValueScale::new(0, 0).unwrap(),
            100_000,
            0,
        );
        assert_eq!(
            refused,
            Err(RiskError::InconsistentMargin {
                position: Uint128::new(10_000),
                account: Uint128::zero(),
            })
        );
    }

    #[test]
    fn odd_sizes_are_refused() {
        assert!(matches!(
            size(6_000, 1_001, 100, 0),
            Err(RiskError::NotMultiple { .. })
        ));
        assert!(matches!(
            size(6_000, 0, 100, 0),
            Err(RiskError::DivisionByZero { .. })
        ));
        assert!(matches!(
            size(6_000, 10, 100, 1_000_001),
            Err(RiskError::OutOfRange { .. })
        ));
    }
}
