//! Fees, fund payments, shares of a total, deleveraging.

use ballast_risk::*;
use cosmwasm_std::{Decimal, Int128, Uint128};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

proptest! {
    #![proptest_config(config())]

    // R1: the fee rounds down and never exceeds the surplus, so it never takes an account below its bankruptcy quote.
    #[test]
    fn fee_leaves_the_bankruptcy_quote(fill in any_u128(), surplus in any_i128(), max in any_u32()) {
        let cap = floor(&(whole(fill) * ppm(max)));
        let expected = if surplus.is_negative() { BigInt::zero() } else { cap.min(big(surplus)) };
        match liquidation_fee(fill, surplus, max) {
            Err(RiskError::Overflow { .. }) => prop_assert!(max > PPM),
            fee => { prop_agrees!(fee, expected); }
        }
        prop_agrees!(trade_fee(fill, max), ceil(&(whole(fill) * ppm(max))));
    }

    #[test]
    fn fund_delta_is_exact(received in any_i128(), quote in any_i128(), max in fraction(), balance in any_u128()) {
        let surplus = big(received) - big(quote);
        let fee = floor(&(whole(received.unsigned_abs()) * ppm(max)));
        let expected = if surplus.is_positive() { surplus.clone().min(fee) } else { surplus.clone() };
        match insurance_fund_delta(received, quote, max) {
            Err(RiskError::Overflow { .. }) => {
                prop_assert!(surplus.to_string().parse::<Int128>().is_err());
            }
            delta => {
                prop_agrees!(delta.clone(), expected.clone());
                let delta = delta.unwrap();
                prop_assert_eq!(insurance_fund_delta_valid(balance, delta), big(balance) + big(delta) >= BigInt::zero());
                // What the fund pays is what was missing, and the account is left with its quote or more.
                prop_assert_eq!(insurance_lost(delta), shortfall(quote, received).unwrap());
                prop_assert!(big(received) - big(delta) >= big(quote));
            }
        }
        let missing = (big(quote) - big(received)).max(BigInt::zero());
        prop_agrees!(shortfall(quote, received), missing);
    }

    // The parts of any cut add up to the total, each within one atom of the exact part.
    #[test]
    fn parts_add_up(total in any_i128(), size in any_u128(), cuts in proptest::collection::vec(any_u128(), 0..12)) {
        prop_assume!(!size.is_zero());
        let mut cuts: Vec<Uint128> = cuts.into_iter().map(|cut| cut.min(size)).collect();
        cuts.push(Uint128::zero());
        cuts.push(size);
        cuts.sort();
        let mut sum = BigInt::zero();
        for cut in cuts.windows(2) {
            let part = cumulative_share(total, size, cut[0], cut[1]).unwrap();
            let exact = whole(total) * (whole(cut[1]) - whole(cut[0])) / whole(size);
            prop_assert!((whole(part) - exact).abs() < one());
            sum += big(part);
        }
        prop_assert_eq!(sum, big(total));
    }

    #[test]
    fn shares_outside_are_refused(total in any_i128(), size in any_u128(), a in any_u128(), b in any_u128()) {
        let inside = !size.is_zero() && a <= b && b <= size;
        prop_assert_eq!(cumulative_share(total, size, a, b).is_ok(), inside);
    }

    #[test]
    fn caps(notional in any_u128(), min in any_u128(), portion in fraction(), limit in any_u128(), used in any_u128()) {
        let limits = position_limits(notional, min, portion).unwrap();
        prop_assert_eq!(limits.min_notional, min.min(notional));
        let part = floor(&(whole(notional) * ppm(portion)));
        prop_assert_eq!(big(limits.max_notional), part.max(big(limits.min_notional)));
        prop_assert!(limits.max_notional <= notional);
        prop_assert_eq!(remaining_in_block("cap", limit, used).ok(), limit.checked_sub(used).ok());
    }

    #[test]
    fn subtick_quotes(size in any_u128(), subticks in any_u64(), exponent in -70i32..70) {
        let power = ten_to(exponent.unsigned_abs());
        let power = if exponent < 0 { power.recip() } else { power };
        prop_agrees!(quote_of_subticks(size, subticks, exponent), floor(&(whole(size) * whole(subticks) * power)));
    }
}

/// An account with one position, built the way a market builds it.
fn holder(market: &MarketView, quote: i128, size: i128) -> Option<Holder> {
    let size = Int128::new(size);
    let position = market.position_risk(size).ok()?;
    let account = AccountRisk::new(Int128::new(quote)).with(&position).ok()?;
    Some(Holder { account, size })
}

prop_compose! {
    fn market_view()(
        decimals in decimals(), atomics in any_u128(), imf in fraction(), maintenance in fraction(), extra in fraction(),
    ) -> MarketView {
        MarketView {
            scale: ValueScale::new(decimals.0, decimals.1).unwrap(),
            price: Decimal::new(atomics),
            parameters: MarginParameters {
                initial_margin_ppm: imf,
                maintenance_fraction_ppm: maintenance,
                ..MarginParameters::default()
            },
            effective_initial_margin_ppm: imf.max(extra),
        }
    }
}

proptest! {
    #![proptest_config(config())]

    // Zero-sum to the atom, nobody's ratio falls, sizes add up: whatever the accounts.
    #[test]
    fn deleveraging_conserves(
        market in market_view(), quotes in (any::<i64>(), any::<i64>()), sizes in (any::<i32>(), any::<i32>()), delta in any::<i32>(),
    ) {
        let pair = (holder(&market, quotes.0.into(), sizes.0.into()), holder(&market, quotes.1.into(), sizes.1.into()));
        let (Some(liquidated), Some(offsetting)) = pair else { return Ok(()) };
        let delta = Int128::from(delta);
        for (at_bankruptcy, done) in [
            (true, deleverage_at_bankruptcy_price(&market, &liquidated, &offsetting, delta)),
            (false, deleverage_at_oracle_price(&market, &liquidated, &offsetting, delta)),
        ] {
            let Ok(done) = done else { continue };
            prop_assert_eq!(done.liquidated.size, liquidated.size + delta);
            prop_assert_eq!(done.offsetting.size, offsetting.size - delta);
            prop_assert!(done.liquidated.size.unsigned_abs() < liquidated.size.unsigned_abs());
            // Quote moves from one to the other; only the rounding of values at the oracle price changes the equity.
            let equity = |holder: &Holder| holder.account.equity - market.position_risk(holder.size).unwrap().net_notional;
            prop_assert_eq!(equity(&done.liquidated), equity(&liquidated) + done.quote);
            prop_assert_eq!(equity(&done.offsetting), equity(&offsetting) - done.quote);
            for (old, new) in [(&liquidated, &done.liquidated), (&offsetting, &done.offsetting)] {
                prop_assert!(change_allowed(&old.account, &new.account).unwrap());
            }
            if at_bankruptcy {
                // The liquidated side is never worse off at its own bankruptcy price.
                let (old, new) = (&liquidated.account, &done.liquidated.account);
                if !new.maintenance_margin.is_zero() {
                    prop_assert!(ratio(new.equity, new.maintenance_margin) >= ratio(old.equity, old.maintenance_margin));
                }
            }
        }
    }

    #[test]
    fn the_walk_conserves(
        market in market_view(), quote in any::<i64>(), size in any::<i16>(),
        others in proptest::collection::vec((any::<i64>(), any::<i16>()), 0..8),
    ) {
        prop_assume!(size != 0);
        let Some(liquidated) = holder(&market, quote.into(), size.into()) else { return Ok(()) };
        let holders: Option<Vec<Holder>> = others.iter().map(|(quote, size)| holder(&market, (*quote).into(), (*size).into())).collect();
        let Some(holders) = holders else { return Ok(()) };
        let delta = -liquidated.size;
        let Ok(done) = offset_position(&market, &liquidated, delta, &holders) else { return Ok(()) };
        let closed: u128 = done.fills.iter().map(|fill| fill.size.u128()).sum();
        prop_assert_eq!(closed + done.remaining.u128(), delta.unsigned_abs().u128());
        prop_assert_eq!(done.liquidated.size.unsigned_abs(), done.remaining);
        let received: i128 = done.fills.iter().map(|fill| fill.quote.i128()).sum();
        let cash = |holder: &Holder| holder.account.equity - market.position_risk(holder.size).unwrap().net_notional;
        prop_assert_eq!(cash(&done.liquidated), cash(&liquidated) + Int128::new(received));
        for fill in &done.fills {
            let before = &holders[fill.index];
            prop_assert_eq!(cash(&fill.counterparty), cash(before) - fill.quote);
            prop_assert!(before.size.is_negative() == delta.is_negative());
            prop_assert!(fill.size <= before.size.unsigned_abs());
        }
        // In order, each at most once.
        prop_assert!(done.fills.windows(2).all(|pair| pair[0].index < pair[1].index));
    }

    #[test]
    fn who_may_be_deleveraged(account in any_account(), settling: bool) {
        let expected = match (account.is_bankrupt(), settling) {
            (true, _) => DeleveragePrice::Bankruptcy,
            (false, true) => DeleveragePrice::Oracle,
            (false, false) => DeleveragePrice::None,
        };
        prop_assert_eq!(can_deleverage(&account, settling), expected);
    }
}
