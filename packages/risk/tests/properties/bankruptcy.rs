//! Bankruptcy and fillable prices, the size to close, liquidation prices.

use ballast_risk::*;
use cosmwasm_std::{Decimal, Int128, Uint128};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bankruptcy_quote_is_exact(account in any_account(), before in any_position(), after in any_position()) {
        let quote = bankruptcy_quote(&account, &before, &after);
        if account.maintenance_margin.is_zero() {
            prop_assert_eq!(quote, Err(RiskError::NoMaintenanceMargin {}));
            return Ok(());
        }
        if after.maintenance_margin > before.maintenance_margin {
            let refused = matches!(quote, Err(RiskError::InconsistentMargin { .. }));
            prop_assert!(refused);
            return Ok(());
        }
        let freed = whole(before.maintenance_margin) - whole(after.maintenance_margin);
        let share = floor(&(whole(account.equity) * freed / whole(account.maintenance_margin)));
        let exact = big(before.net_notional) - big(after.net_notional) - share;
        match quote {
            // The share alone may exceed 128 bits where the position claims more than the account.
            Err(RiskError::Overflow { .. }) if before.maintenance_margin > account.maintenance_margin => {}
            quote => { prop_agrees!(quote, exact); }
        }
    }

    // What remains is not riskier, whatever is closed and in how many steps: the rounding goes toward the fund.
    #[test]
    fn the_rest_is_not_riskier(
        equity in any_i128(), size in any_i128(), other in any_u64(), first in any_u64(), second in any_u64(),
        price in any_price(), scale in any_scale(), parameters in parameters(),
    ) {
        prop_assume!(!size.is_zero());
        let risk = |size| position_risk(&scale, size, price, &parameters, parameters.initial_margin_ppm);
        let Ok(before) = risk(size) else { return Ok(()) };
        let Ok(maintenance) = before.maintenance_margin.checked_add(Uint128::from(other)) else { return Ok(()) };
        let mut account = AccountRisk { equity, initial_margin: before.initial_margin, maintenance_margin: maintenance };
        prop_assume!(!maintenance.is_zero());
        let mut held = size;
        for part in [first, second] {
            let closing = Uint128::from(part).min(held.unsigned_abs());
            if closing.is_zero() { continue }
            let Ok(delta) = with_sign(closing, !held.is_negative()) else { continue };
            let rest = size_after_close(held, delta).unwrap();
            let (before, after) = (risk(held).unwrap(), risk(rest).unwrap());
            if account.maintenance_margin.is_zero() { break }
            let Ok(quote) = bankruptcy_quote(&account, &before, &after) else { break };
            let Ok(next) = account.after_trade(&before, &after, quote) else { break };
            let old_ratio = ratio(account.equity, account.maintenance_margin);
            prop_assert!(next.maintenance_margin <= account.maintenance_margin);
            if next.maintenance_margin.is_zero() {
                // All closed: exactly nothing is left of what was owed or owned.
                prop_assert_eq!(next.equity, Int128::zero());
            } else {
                prop_assert!(ratio(next.equity, next.maintenance_margin) >= old_ratio);
                prop_assert_eq!(transition_allowed(&account, &next), Ok(true));
            }
            (account, held) = (next, rest);
        }
    }

    // R3: a short mirrors a long: the values swap sign, the share of equity does not.
    #[test]
    fn bankruptcy_mirrors(account in any_account(), net in any_i128(), freed in any_u128()) {
        prop_assume!(net != Int128::MIN && !account.maintenance_margin.is_zero());
        let freed = freed.min(account.maintenance_margin);
        let side = |net: Int128| PositionRisk { net_notional: net, maintenance_margin: freed, ..PositionRisk::default() };
        let gone = PositionRisk::default();
        let quotes = (bankruptcy_quote(&account, &side(net), &gone), bankruptcy_quote(&account, &side(-net), &gone));
        if let (Ok(long), Ok(short)) = quotes {
            let share = floor(&(whole(account.equity) * whole(freed) / whole(account.maintenance_margin)));
            prop_assert_eq!(big(long) + big(short), -share * 2);
        }
    }

    #[test]
    fn prices_are_exact(
        account in any_account(), position in any_position(), size in any_i128(), ba in any_u32(), spread in any_u32(),
    ) {
        let bankruptcy = bankruptcy_price(&account, &position, size);
        let fillable = fillable_price(&account, &position, size, ba, spread);
        if account.maintenance_margin.is_zero() || size.is_zero() {
            prop_assert!(bankruptcy.is_err() && fillable.is_err());
            return Ok(());
        }
        let health = ratio(account.equity, account.maintenance_margin);
        let margin = whole(position.maintenance_margin);
        let value = whole(position.net_notional);
        let expected = (value.clone() - health.clone() * margin.clone()) / whole(size);
        prop_assert_eq!(rational(&bankruptcy.unwrap()), expected);
        let rating = (ppm(ba) * (one() - health)).max(zero()).min(one());
        let expected = (value - rating * ppm(spread) * margin) / whole(size);
        prop_assert_eq!(rational(&fillable.unwrap()), expected);
    }

    // The whole position at its bankruptcy price is its bankruptcy quote, before rounding.
    #[test]
    fn price_and_quote_agree(account in any_account(), position in any_position(), size in any_i128()) {
        prop_assume!(!account.maintenance_margin.is_zero() && !size.is_zero());
        let price = rational(&bankruptcy_price(&account, &position, size).unwrap());
        let value = price * whole(size);
        if let Ok(quote) = bankruptcy_quote(&account, &position, &PositionRisk::default()) {
            prop_assert_eq!(big(quote), ceil(&value));
        }
    }
}

/// A position of lots in a listed market without other positions, in ranges where closing makes sense.
#[derive(Clone, Debug)]
struct Restore {
    decimals: (u8, u8),
    lot: Uint128,
    value: Uint128,
    lots: u64,
    short: bool,
    /// Price of the fill in ticks and its distance from the oracle price, which is off the tick by `atomics`.
    ticks: u64,
    slip_ppm: u32,
    atomics: u64,
    tick: Decimal,
    other_margin: u64,
    imf_ppm: u32,
    fee_ppm: u32,
    /// How much of what closing everything gains is missing, and a few atoms on top.
    missing_ppm: i64,
    atoms: i64,
}

fn restore() -> impl Strategy<Value = Restore> {
    (
        (
            0u8..=18,
            0u8..=18,
            0u32..=12,
            0u32..=24,
            any_u64(),
            any::<bool>(),
        ),
        (
            prop_oneof![1u64..20, 1u64..1_000_000_000],
            prop_oneof![Just(0), 0u32..50_000, 0u32..300_000],
            any_u64(),
            any_u64(),
            prop_oneof![0u32..100_000, fraction()],
            prop_oneof![Just(0), 0u32..20_000],
            (-100_000i64..1_100_000, -3i64..=3),
        ),
    )
        .prop_filter_map("not listable", |(a, b)| {
            let (base, quote, lot_exponent, tick_exponent, lots, short) = a;
            let (ticks, slip_ppm, atomics, other_margin, imf_ppm, fee_ppm, missing) = b;
            let lot = Uint128::new(10u128.pow(lot_exponent));
            let tick = Decimal::new(Uint128::new(10u128.pow(tick_exponent)));
            let value = ValueScale::new(base, quote)
                .ok()?
                .tick_lot_value(tick, lot)
                .ok()?;
            Some(Restore {
                decimals: (base, quote),
                lot,
                value,
                lots: lots.max(1),
                short,
                ticks,
                slip_ppm,
                atomics,
                tick,
                other_margin,
                imf_ppm,
                fee_ppm,
                missing_ppm: missing.0,
                atoms: missing.1,
            })
        })
}

proptest! {
    #![proptest_config(config())]

    // Closing that much restores initial margin, one lot less does not; checked with the model's numbers only.
    #[test]
    fn closes_just_enough(case in restore()) {
        let scale = ValueScale::new(case.decimals.0, case.decimals.1).unwrap();
        let Ok(whole_size) = case.lot.checked_mul(Uint128::from(case.lots)) else { return Ok(()) };
        let Ok(size) = with_sign(whole_size, case.short) else { return Ok(()) };
        // The oracle price is better for the account than the fill, and not aligned to ticks.
        let slip = u64::try_from(u128::from(case.ticks) * u128::from(case.slip_ppm) / 1_000_000).unwrap();
        let fill_ticks = if case.short { case.ticks + slip } else { case.ticks - slip };
        let Ok(aligned) = ticks_to_price(case.ticks, case.tick) else { return Ok(()) };
        let price = Decimal::new(aligned.atomics() + Uint128::from(case.atomics) % case.tick.atomics());
        let parameters = MarginParameters { initial_margin_ppm: case.imf_ppm, ..MarginParameters::default() };
        let Ok(position) = position_risk(&scale, size, price, &parameters, case.imf_ppm) else { return Ok(()) };
        let Ok(initial) = position.initial_margin.checked_add(Uint128::from(case.other_margin)) else { return Ok(()) };
        let atom = per_atom(price, case.decimals);
        let sign = if case.short { -one() } else { one() };
        let fill = whole(fill_ticks) * whole(case.value);
        let gain = (fill.clone() - &atom * whole(case.lot)) * sign
            - fill * ppm(case.fee_ppm) + &atom * whole(case.lot) * ppm(case.imf_ppm);
        let missing = floor(&(&gain * whole(case.lots) * ratio(case.missing_ppm, 1_000_000))) + case.atoms;
        let Ok(equity) = (big(initial) - missing).to_string().parse::<Int128>() else { return Ok(()) };
        let account = AccountRisk { equity, initial_margin: initial, maintenance_margin: Uint128::zero() };
        let closed = size_to_restore_initial_margin(
            &account, size, fill_ticks, case.lot, case.value, price, &scale, case.imf_ppm, case.fee_ppm,
        );
        let closed = match closed {
            Ok(closed) => closed,
            Err(RiskError::Overflow { .. }) => {
                // Only where the fill itself is beyond signed 128 bits.
                prop_assert!(big(fill_ticks) * big(case.lots) * big(case.value) > big(i128::MAX) / 4);
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error:?}"))),
        };
        prop_assert!(closed >= case.lot && closed <= whole_size);
        prop_assert!((closed.u128() % case.lot.u128()).is_zero());

        let state = |lots: &BigInt| {
            let sign = if case.short { -BigInt::from(1) } else { BigInt::from(1) };
            let rest = (big(case.lots) - lots) * big(case.lot);
            let fill = lots * big(fill_ticks) * big(case.value);
            let fee = floor(&(BigRational::from_integer(fill.clone()) * ppm(case.fee_ppm)));
            let net = floor(&(BigRational::from_integer(&rest * &sign) * &atom));
            let margin = ceil(&(BigRational::from_integer(rest) * &atom * ppm(case.imf_ppm)));
            let equity = big(equity) - big(position.net_notional) + net + fill * &sign - fee;
            equity >= big(initial) - big(position.initial_margin) + margin
        };
        let lots = big(closed) / big(case.lot);
        if gain.is_positive() {
            if closed < whole_size {
                prop_assert!(state(&lots), "closing {} does not suffice", closed);
            }
            if closed > case.lot {
                prop_assert!(!state(&(lots - 1)), "one lot less than {} would do", closed);
            }
        } else {
            prop_assert_eq!(closed, whole_size);
        }
    }

    // At the liquidation price, exactly, equity is the maintenance requirement; the rounding warns earlier.
    #[test]
    fn liquidation_price_is_exact(
        account in any_account(), position in any_position(), size in any_i128(), decimals in decimals(), parameters in parameters(),
    ) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let price = liquidation_price(&account, &position, size, &scale, &parameters);
        if position.maintenance_margin > account.maintenance_margin {
            let refused = matches!(price, Err(RiskError::InconsistentMargin { .. }));
            prop_assert!(refused);
            return Ok(());
        }
        let price = price.unwrap();
        let mmf = ppm(parameters.initial_margin_ppm) * ppm(parameters.maintenance_fraction_ppm);
        let slope = whole(size).abs() * mmf - whole(size);
        let other_margin = whole(account.maintenance_margin) - whole(position.maintenance_margin);
        let free = whole(account.equity) - whole(position.net_notional) - other_margin;
        if slope.is_zero() || size.is_zero() {
            prop_assert_eq!(price, None);
            return Ok(());
        }
        // Quote atoms per base atom, then atomics of a price.
        let atomics = free / slope * ten_to(18 + u32::from(decimals.0)) / ten_to(u32::from(decimals.1));
        let rounded = if size.is_negative() { floor(&atomics) } else { ceil(&atomics) };
        let fits = rounded.is_positive() && rounded.to_string().parse::<Uint128>().is_ok();
        prop_assert_eq!(price.map(|price| big(price.atomics())), fits.then_some(rounded));
    }

    #[test]
    fn worst_price_follows_equity(
        account in any_account(), position in any_position(), size in any_i128(), scale in any_scale(), price in any_price(),
    ) {
        let worst = liquidation_worst_price(&account, &position, size, &scale, price);
        if account.equity.is_negative() {
            prop_assert_eq!(worst, oracle_ratio(&scale, price));
        } else {
            prop_assert_eq!(worst, bankruptcy_price(&account, &position, size));
        }
    }
}
