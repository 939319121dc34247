//! Bankruptcy and fillable prices.
//!
//! Of an account's equity each position is given the part that its maintenance requirement has in the total. The
//! *bankruptcy quote* of a close is what the account must receive so that exactly this part is used up; closing at or
//! above it leaves `equity / maintenance` of the rest where it was or better. The *fillable price* starts at the oracle
//! price and moves away from it as the account gets worse, by at most a share of the position's requirement.
//!
//! Source of all formulas: dYdX v4 `x/clob/keeper/liquidations.go`.

use cosmwasm_std::{Int128, Int256, Int512, Uint128, Uint256, Uint512};

use crate::account::AccountRisk;
use crate::error::{RiskError, RiskResult};
use crate::margin::PositionRisk;
use crate::price_ratio::PriceRatio;
use crate::rounding::{divide_signed_256, Quantity, PPM};
use crate::wide::{mul, mul_signed, sub_signed};

/// The signed position that is left after a closing trade of `delta` base atoms.
///
/// # Errors
/// [`RiskError::InvalidClosingSize`] if the trade is zero, has the sign of the position, or exceeds it.
/// Source: dYdX v4 `ErrInvalidPerpetualPositionSizeDelta`.
pub fn size_after_close(position: Int128, delta: Int128) -> RiskResult<Int128> {
    let invalid = RiskError::InvalidClosingSize { position, delta };
    let opposite =
        !position.is_zero() && !delta.is_zero() && position.is_negative() != delta.is_negative();
    if !opposite || delta.unsigned_abs() > position.unsigned_abs() {
        return Err(invalid);
    }
    position.checked_add(delta).map_err(|_| invalid)
}

/// Quote atoms that the account must receive (+) or may pay (-) for changing one position from `before` to `after`, so
/// that the closed part takes its share of the equity and no more:
/// `-(after.net - before.net) - floor(TNC * (before.mmr - after.mmr) / TMMR)`.
///
/// Rounded toward plus infinity, in favour of the fund. `account` includes the position as it is `before`.
/// Source: dYdX v4 `GetBankruptcyPriceInQuoteQuantums` (vectors `dydx.bankruptcy`).
///
/// # Errors
/// [`RiskError::NoMaintenanceMargin`] if TMMR is zero, [`RiskError::InconsistentMargin`] if the requirement grows,
/// [`RiskError::Overflow`] if the result exceeds 128 bits.
pub fn bankruptcy_quote(
    account: &AccountRisk,
    before: &PositionRisk,
    after: &PositionRisk,
) -> RiskResult<Int128> {
    let operation = "bankruptcy_quote";
    let total = maintenance_of(account)?;
    let freed = before
        .maintenance_margin
        .checked_sub(after.maintenance_margin)
        .map_err(|_| RiskError::InconsistentMargin {
            position: after.maintenance_margin,
            account: before.maintenance_margin,
        })?;
    let released = Int256::from(before.net_notional)
        .checked_sub(Int256::from(after.net_notional))
        .map_err(RiskError::overflow(operation))?;
    let share_of_equity = Int256::from(account.equity)
        .checked_mul(Int256::from(freed))
        .map_err(RiskError::overflow(operation))?;
    // released - floor(share / total) = ceil((released * total - share) / total), without the wide product.
    let minus_share = Int256::zero()
        .checked_sub(share_of_equity)
        .map_err(RiskError::overflow(operation))?;
    let rounded = divide_signed_256(
        minus_share,
        Uint256::from(total),
        Quantity::BankruptcyQuote.rounding(),
        operation,
    )?;
    let quote = released
        .checked_add(Int256::from(rounded))
        .map_err(RiskError::overflow(operation))?;
    Int128::try_from(quote).map_err(RiskError::overflow(operation))
}

/// The price per base atom at which closing the position uses up its share of the equity, exactly:
/// `(PNNV - TNC * PMMR / TMMR) / size`. Negative for an account that could not lose so much.
///
/// Source: dYdX v4, as [`bankruptcy_quote`] per unit, without its rounding.
///
/// # Errors
/// [`RiskError::NoMaintenanceMargin`] if TMMR is zero, [`RiskError::DivisionByZero`] for an empty position.
pub fn bankruptcy_price(
    account: &AccountRisk,
    position: &PositionRisk,
    size: Int128,
) -> RiskResult<PriceRatio> {
    let operation = "bankruptcy_price";
    let total = maintenance_of(account)?;
    let value = mul_signed(
        Int512::from(position.net_notional),
        Int512::from(total),
        operation,
    )?;
    let share = mul_signed(
        Int512::from(account.equity),
        Int512::from(position.maintenance_margin),
        operation,
    )?;
    let numerator = sub_signed(value, share, operation)?;
    price_per_atom(numerator, Uint512::from(total), size, operation)
}

/// The worst price per base atom at which a liquidation order may be filled, exactly:
/// `(PNNV - ABR * SMMR * PMMR) / size` with `ABR = clamp(BA * (1 - TNC / TMMR), 0, 1)`.
///
/// At the oracle price when the account just meets maintenance; `SMMR` of its requirement away from it at bankruptcy (for
/// `BA` = 100 %). Source: dYdX v4 `GetFillablePrice` (vectors `dydx.fillable`).
///
/// # Errors
/// [`RiskError::NoMaintenanceMargin`] if TMMR is zero, [`RiskError::DivisionByZero`] for an empty position.
pub fn fillable_price(
    account: &AccountRisk,
    position: &PositionRisk,
    size: Int128,
    bankruptcy_adjustment_ppm: u32,
    spread_to_maintenance_ppm: u32,
) -> RiskResult<PriceRatio> {
    let operation = "fillable_price";
    let total = maintenance_of(account)?;
    // ABR as rating / full, both non-negative: full = 1_000_000 * TMMR, rating = clamp(BA * (TMMR - TNC), 0, full).
    let full = mul(
        Uint512::from(total),
        Uint512::from(u128::from(PPM)),
        operation,
    )?;
    let missing = sub_signed(Int512::from(total), Int512::from(account.equity), operation)?;
    let rating = if missing.is_negative() {
        Uint512::zero()
    } else {
        mul(
            missing.unsigned_abs(),
            Uint512::from(u128::from(bankruptcy_adjustment_ppm)),
            operation,
        )?
        .min(full)
    };
    // In units of 1 / (full * 1_000_000) quote atoms.
    let unit = mul(full, Uint512::from(u128::from(PPM)), operation)?;
    let spread = mul(
        mul(
            rating,
            Uint512::from(u128::from(spread_to_maintenance_ppm)),
            operation,
        )?,
        Uint512::from(position.maintenance_margin),
        operation,
    )?;
    let value = mul_signed(
        Int512::from(position.net_notional),
        Int512::try_from(unit).map_err(RiskError::overflow(operation))?,
        operation,
    )?;
    let spread = Int512::try_from(spread).map_err(RiskError::overflow(operation))?;
    let numerator = sub_signed(value, spread, operation)?;
    price_per_atom(numerator, unit, size, operation)
}

fn maintenance_of(account: &AccountRisk) -> RiskResult<Uint128> {
    if account.maintenance_margin.is_zero() {
        return Err(RiskError::NoMaintenanceMargin {});
    }
    Ok(account.maintenance_margin)
}

/// `numerator / (unit * size)` with the sign moved into the numerator.
fn price_per_atom(
    numerator: Int512,
    unit: Uint512,
    size: Int128,
    operation: &'static str,
) -> RiskResult<PriceRatio> {
    if size.is_zero() {
        return Err(RiskError::DivisionByZero { operation });
    }
    let numerator = if size.is_negative() {
        sub_signed(Int512::zero(), numerator, operation)?
    } else {
        numerator
    };
    let denominator = mul(unit, Uint512::from(size.unsigned_abs()), operation)?;
    PriceRatio::new(numerator, denominator)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    use std::string::ToString;

    fn position(net: i128, maintenance: u128) -> PositionRisk {
        PositionRisk {
            net_notional: Int128::new(net),
            initial_margin: Uint128::zero(),
            maintenance_margin: Uint128::new(maintenance),
        }
    }

    fn account(equity: i128, maintenance: u128) -> AccountRisk {
        AccountRisk {
            equity: Int128::new(equity),
            initial_margin: Uint128::zero(),
            maintenance_margin: Uint128::new(maintenance),
        }
    }

    fn text(price: PriceRatio) -> (String, String) {
        let price = price.reduced();
        (
            price.numerator().to_string(),
            price.denominator().to_string(),
        )
    }

    #[test]
    fn a_close_must_reduce() {
        let close = |position, delta| size_after_close(Int128::new(position), Int128::new(delta));
        assert_eq!(close(10, -4), Ok(Int128::new(6)));
        assert_eq!(close(-10, 10), Ok(Int128::zero()));
        for (position, delta) in [
            (10, 0),
            (10, 1),
            (-10, -1),
            (10, -11),
            (0, -1),
            (0, 0),
            (i128::MAX, i128::MIN),
        ] {
            assert!(close(position, delta).is_err(), "{position} {delta}");
        }
        assert_eq!(close(i128::MIN, i128::MAX), Ok(Int128::new(-1)));
    }

    #[test]
    fn each_position_answers_for_its_share() {
        // Equity 90 over requirements 30 and 60: closing the first may cost 30.
        let quote = bankruptcy_quote(&account(90, 90), &position(300, 30), &position(0, 0));
        assert_eq!(quote, Ok(Int128::new(270)));
        // A short: it may pay 330 for what is worth 300.
        let quote = bankruptcy_quote(&account(90, 90), &position(-300, 30), &position(0, 0));
        assert_eq!(quote, Ok(Int128::new(-330)));
        // Bankrupt: it must receive more than the value.
        let quote = bankruptcy_quote(&account(-90, 90), &position(300, 30), &position(0, 0));
        assert_eq!(quote, Ok(Int128::new(330)));
    }

    #[test]
    fn rounds_toward_plus_infinity() {
        let one_of_three = |equity| {
            bankruptcy_quote(&account(equity, 3), &position(9, 3), &position(6, 2)).unwrap()
        };
        // 3 - floor(10/3) and 3 - floor(-10/3).
        assert_eq!(one_of_three(10), Int128::new(0));
        assert_eq!(one_of_three(-10), Int128::new(7));
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(
            bankruptcy_quote(&account(1, 0), &position(1, 0), &position(0, 0)),
            Err(RiskError::NoMaintenanceMargin {})
        );
        assert!(matches!(
            bankruptcy_quote(&account(1, 5), &position(1, 2), &position(0, 3)),
            Err(RiskError::InconsistentMargin { .. })
        ));
        let zero = Int128::zero();
        assert!(bankruptcy_price(&account(1, 5), &position(1, 2), zero).is_err());
        assert!(fillable_price(&account(1, 5), &position(1, 2), zero, 1, 1).is_err());
    }

    #[test]
    fn prices_per_atom_are_exact() {
        // 3 atoms worth 300, equity 20 of which all is its own: 280 / 3.
        let (account, long) = (account(20, 30), position(300, 30));
        let size = Int128::new(3);
        assert_eq!(
            text(bankruptcy_price(&account, &long, size).unwrap()),
            ("280".to_string(), "3".to_string())
        );
        // ABR = 1 - 20/30 = 1/3; the spread is a tenth of 30: 300 - 1 = 299.
        assert_eq!(
            text(fillable_price(&account, &long, size, PPM, PPM / 10).unwrap()),
            ("299".to_string(), "3".to_string())
        );
        // At maintenance the fillable price is the oracle price, and a larger adjustment cannot exceed the whole spread.
        let healthy = AccountRisk {
            equity: Int128::new(31),
            ..account
        };
        assert_eq!(
            text(fillable_price(&healthy, &long, size, PPM, PPM / 10).unwrap()),
            ("100".to_string(), "1".to_string())
        );
        assert_eq!(
            text(fillable_price(&account, &long, size, u32::MAX, PPM / 10).unwrap()),
            ("99".to_string(), "1".to_string())
        );
        // The short's mirror.
        let short = position(-300, 30);
        assert_eq!(
            text(fillable_price(&account, &short, Int128::new(-3), PPM, PPM / 10).unwrap()),
            ("301".to_string(), "3".to_string())
        );
    }
}
