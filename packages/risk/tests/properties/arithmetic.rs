//! Divisions, conversions of value, exact rational prices.

use ballast_risk::*;
use cosmwasm_std::{Decimal, Int128, Uint128, Uint512};
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

proptest! {
    #![proptest_config(config())]

    // R1, R2, R5: one exact product, one rounding.
    #[test]
    fn mul_div_is_exact(a in any_u128(), b in any_u128(), c in any_u128()) {
        if c.is_zero() {
            let refused = matches!(
                mul_div(a, b, c, Rounding::Up),
                Err(RiskError::DivisionByZero { .. })
            );
            prop_assert!(refused);
            return Ok(());
        }
        let exact = whole(a) * whole(b) / whole(c);
        prop_agrees!(mul_div(a, b, c, Rounding::Down), floor(&exact));
        prop_agrees!(mul_div(a, b, c, Rounding::Up), ceil(&exact));
    }

    // R3: every combination of signs, the smallest number included.
    #[test]
    fn signed_mul_div_is_exact(a in any_i128(), b in any_i128(), c in any_i128()) {
        prop_assume!(!c.is_zero());
        let exact = whole(a) * whole(b) / whole(c);
        prop_agrees!(mul_div_floor_signed(a, b, c), floor(&exact));
        prop_agrees!(mul_div_ceil_signed(a, b, c), ceil(&exact));
    }

    #[test]
    fn signs_convert(magnitude in any_u128(), negative: bool, value in any_i128()) {
        let signed = if negative { -big(magnitude) } else { big(magnitude) };
        prop_agrees!(with_sign(magnitude, negative), signed);
        prop_agrees!(negate(value), -big(value));
        prop_agrees!(to_unsigned(value), big(value));
        prop_agrees!(to_signed(magnitude), big(magnitude));
        prop_agrees!(ppm_of(magnitude, u32::MAX, Rounding::Up), ceil(&(whole(magnitude) * ppm(u32::MAX))));
    }

    // R4: the value of a position follows from the decimals alone.
    #[test]
    fn value_is_exact(size in any_i128(), price in any_price(), decimals in decimals()) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let exact = whole(size) * per_atom(price, decimals);
        prop_agrees!(scale.net_notional(size, price), floor(&exact));
        prop_agrees!(scale.notional(size.unsigned_abs(), price, Rounding::Down), floor(&exact.abs()));
        prop_agrees!(scale.notional(size.unsigned_abs(), price, Rounding::Up), ceil(&exact.abs()));
    }

    // R3: a long and its mirror lose at most one atom between them, and never gain.
    #[test]
    fn value_mirrors(size in any_i128(), price in any_price(), scale in any_scale()) {
        prop_assume!(size != Int128::MIN);
        let (long, short) = (scale.net_notional(size, price), scale.net_notional(-size, price));
        if let (Ok(long), Ok(short)) = (long, short) {
            let sum = long.checked_add(short).unwrap();
            prop_assert!(sum == Int128::zero() || sum == Int128::new(-1));
        }
    }

    // R4: more decimals in the quote token show the same value in finer atoms.
    #[test]
    fn more_decimals_mean_the_same_value(
        size in any_u128(), price in any_price(), base in 0u8..=18, quote in 0u8..=18, more in 0u8..=18,
    ) {
        let more = more.min(18 - quote);
        let coarse = ValueScale::new(base, quote).unwrap().notional(size, price, Rounding::Down);
        let fine = ValueScale::new(base, quote + more).unwrap().notional(size, price, Rounding::Down);
        if let (Ok(coarse), Ok(fine)) = (coarse, fine) {
            prop_assert_eq!(coarse.u128(), fine.u128() / 10u128.pow(u32::from(more)));
        }
    }

    // A fill on a listed market is worth exactly its notional: no trade rounds.
    #[test]
    fn fills_are_exact(
        ticks in any_u64(), lots in any_u128(), lot in any_u128(), tick in any_u128(), decimals in decimals(),
    ) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let tick = Decimal::new(tick);
        let exact = per_atom(tick, decimals) * whole(lot);
        let value = scale.tick_lot_value(tick, lot);
        if exact.is_integer() && exact.is_positive() {
            prop_agrees!(value.clone(), exact.to_integer());
        } else {
            prop_assert_eq!(value.clone(), Err(RiskError::InexactTickLot { tick_size: tick, lot_size: lot }));
        }
        let (Ok(value), Ok(size)) = (value, lots.checked_mul(lot)) else { return Ok(()) };
        prop_agrees!(fill_value(ticks, size, lot, value), big(ticks) * big(lots) * big(value));
        if let (Ok(filled), Ok(price)) = (fill_value(ticks, size, lot, value), ticks_to_price(ticks, tick)) {
            prop_assert_eq!(scale.notional(size, price, Rounding::Down), Ok(filled));
            prop_assert_eq!(scale.notional(size, price, Rounding::Up), Ok(filled));
        }
        if lot > Uint128::one() {
            if let Ok(odd) = size.checked_add(Uint128::one()) {
                prop_assert!(fill_value(ticks, odd, lot, value).is_err());
            }
        }
    }

    // The same with sizes and ticks as markets have them, so that most cases are listable.
    #[test]
    fn listed_markets_are_exact(
        (base, quote) in decimals(), ticks in any_u64(), lots in 0u64.., lot_exponent in 0u32..=18, tick_exponent in 0u32..=24,
    ) {
        let scale = ValueScale::new(base, quote).unwrap();
        let (lot, tick) = (Uint128::new(10u128.pow(lot_exponent)), Decimal::new(Uint128::new(10u128.pow(tick_exponent))));
        let Ok(value) = scale.tick_lot_value(tick, lot) else { return Ok(()) };
        let Ok(size) = lot.checked_mul(Uint128::from(lots)) else { return Ok(()) };
        if let (Ok(filled), Ok(price)) = (fill_value(ticks, size, lot, value), ticks_to_price(ticks, tick)) {
            prop_assert_eq!(scale.notional(size, price, Rounding::Down), Ok(filled));
            prop_assert_eq!(scale.notional(size, price, Rounding::Up), Ok(filled));
        }
    }

    #[test]
    fn ticks_and_prices_agree(ticks in any_u64(), tick in any_price(), price in any_price()) {
        if !tick.is_zero() {
            let exact = price_of(price) / price_of(tick);
            prop_agrees!(price_to_ticks_rounded(price, tick, Rounding::Down), floor(&exact));
            prop_agrees!(price_to_ticks_rounded(price, tick, Rounding::Up), ceil(&exact));
            if exact.is_integer() {
                prop_agrees!(price_to_ticks(price, tick), exact.to_integer());
            } else {
                prop_assert!(price_to_ticks(price, tick).is_err());
            }
            if let Ok(back) = ticks_to_price(ticks, tick) {
                prop_assert_eq!(price_to_ticks(back, tick), Ok(ticks));
            }
        }
        prop_agrees!(ticks_to_price(ticks, tick).map(|price| price.atomics()), big(ticks) * big(tick.atomics()));
    }

    #[test]
    fn entry_price_is_floored(notional in any_u128(), size in any_u128(), decimals in decimals()) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let entry = scale.entry_price(notional, size);
        if size.is_zero() {
            prop_assert!(entry.is_err());
            return Ok(());
        }
        let units = whole(notional) / ten_to(u32::from(decimals.1)) / (whole(size) / ten_to(u32::from(decimals.0)));
        prop_agrees!(entry.map(|price| price.atomics()), floor(&(units * ten_to(18))));
    }

    // Comparison is exact where no product would fit.
    #[test]
    fn ratios_compare(a in any_int512(), b in any_uint512(), c in any_int512(), d in any_uint512()) {
        prop_assume!(!b.is_zero() && !d.is_zero());
        let (x, y) = (PriceRatio::new(a, b).unwrap(), PriceRatio::new(c, d).unwrap());
        let (model_x, model_y) = (rational(&x), rational(&y));
        prop_assert_eq!(x.cmp(&y), model_x.cmp(&model_y));
        prop_assert_eq!(x == y, model_x == model_y);
        prop_assert_eq!(x.cmp(&x.reduced()), core::cmp::Ordering::Equal);
        prop_assert_eq!(rational(&x.reduced()), model_x.clone());
        if a != cosmwasm_std::Int512::MIN {
            prop_assert_eq!(big(x.reduced().denominator()), model_x.denom().clone());
        }
        let better = rational(&better_for_closing(x, y, true));
        prop_assert_eq!(better, model_x.clone().max(model_y.clone()));
        prop_assert_eq!(rational(&better_for_closing(x, y, false)), model_x.min(model_y));
    }

    // Close fractions, where continued fractions go deep.
    #[test]
    fn close_ratios_compare(n in any_u128(), d in any_u128(), by in 0u128..3) {
        prop_assume!(!d.is_zero());
        let (n, d) = (Uint512::from(n), Uint512::from(d));
        let square = |x: Uint512| x.checked_mul(x).unwrap();
        let (n, d) = (square(n), square(d));
        let next = n.checked_add(Uint512::from(by)).unwrap();
        let signed = |x: Uint512| cosmwasm_std::Int512::try_from(x).unwrap();
        let x = PriceRatio::new(signed(n), d).unwrap();
        let y = PriceRatio::new(signed(next), d.checked_add(Uint512::one()).unwrap()).unwrap();
        prop_assert_eq!(x.cmp(&y), rational(&x).cmp(&rational(&y)));
    }

    #[test]
    fn ticks_of_a_ratio(
        n in any_i128(), d in any_u128(), lot in any_u128(), value in any_u128(), is_long: bool, max in any_u64(),
    ) {
        prop_assume!(!d.is_zero() && !value.is_zero() && max > 0);
        let price = PriceRatio::new(n.into(), d.into()).unwrap();
        let exact = rational(&price) * whole(lot) / whole(value);
        let rounded = if is_long { ceil(&exact) } else { floor(&exact) };
        let expected = rounded.max(big(1)).min(big(max));
        prop_agrees!(price.to_ticks(lot, value, is_long, max), expected);
    }

    // Ratios as wide as this crate makes them never overflow on the way to ticks.
    #[test]
    fn ticks_of_real_prices(
        account in any_account(), position in any_position(), size in any_i128(), lot in any_u128(), value in any_u128(),
        ba in any_u32(), spread in any_u32(), is_long: bool, max in any_u64(),
    ) {
        prop_assume!(!value.is_zero() && max > 0 && !size.is_zero() && !account.maintenance_margin.is_zero());
        for price in [
            bankruptcy_price(&account, &position, size).unwrap(),
            fillable_price(&account, &position, size, ba, spread).unwrap(),
        ] {
            let exact = rational(&price) * whole(lot) / whole(value);
            let rounded = if is_long { ceil(&exact) } else { floor(&exact) };
            prop_assert_eq!(
                big(price.to_ticks(lot, value, is_long, max).unwrap()),
                rounded.max(big(1)).min(big(max))
            );
        }
    }

    #[test]
    fn subticks_are_aligned(n in any_u128(), d in any_u128(), is_long: bool, step in 1u32.., exponent in -60i32..60) {
        prop_assume!(!d.is_zero());
        let price = PriceRatio::new(n.into(), d.into()).unwrap();
        let exact = rational(&price) * if exponent < 0 { ten_to(exponent.unsigned_abs()) } else { ten_to(exponent.unsigned_abs()).recip() };
        let steps = exact / whole(step);
        let steps = if is_long { ceil(&steps) } else { floor(&steps) };
        let largest = big(u64::MAX) - big(u64::MAX) % big(step);
        let expected = (steps * big(step)).max(big(step)).min(largest);
        let subticks = subticks(&price, is_long, step, exponent).unwrap();
        prop_assert_eq!(big(subticks), expected);
        prop_assert!((subticks % u64::from(step)).is_zero());
    }
}
