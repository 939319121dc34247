//! Premiums, rates, indices, and the conservation of what a market collects and pays.

use ballast_risk::*;
use cosmwasm_std::{Decimal, Int128, Int256, Uint128};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

fn trunc(value: &num_rational::BigRational) -> BigInt {
    value.trunc().to_integer()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn premium_is_exact(
        bid in proptest::option::of(any_price()), ask in proptest::option::of(any_price()), index in any_price(),
    ) {
        let premium = premium_ppm(bid, ask, index);
        if index.is_zero() {
            prop_assert!(premium.is_err());
            return Ok(());
        }
        let above = bid.map_or(zero(), |bid| (price_of(bid) - price_of(index)).max(zero()));
        let below = ask.map_or(zero(), |ask| (price_of(index) - price_of(ask)).max(zero()));
        prop_agrees!(premium, trunc(&((above - below) / price_of(index) * whole(PPM))));
    }

    // R3: a bid above the index and an ask as far below it are mirror images.
    #[test]
    fn premium_mirrors(index in any_u128(), distance in any_u128()) {
        prop_assume!(!index.is_zero());
        let distance = distance.min(index);
        let Ok(above) = index.checked_add(distance) else { return Ok(()) };
        let price = |atomics| Some(Decimal::new(atomics));
        let long = premium_ppm(price(above), None, Decimal::new(index)).unwrap();
        let short = premium_ppm(None, price(index - distance), Decimal::new(index)).unwrap();
        prop_assert_eq!(long, -short);
    }

    #[test]
    fn clamp_is_exact(factor in any::<u32>(), initial in fraction(), maintenance in fraction()) {
        let mmf = floor(&(whole(initial) * ppm(maintenance)));
        let expected = floor(&(whole(factor) * (whole(initial) - whole(mmf)) / whole(PPM)));
        prop_agrees!(funding_clamp_ppm(factor, initial, maintenance), expected);
    }

    #[test]
    fn rate_is_exact(sum in any_i128(), slots in 1u32.., interest: i32, clamp in any_u128()) {
        let scale = whole(INDEX_SCALE) / whole(PPM);
        let premium = trunc(&(whole(sum) * &scale / whole(slots) / whole(8)));
        let bound = big(clamp) * scale.to_integer();
        let unclamped = premium + big(interest) * scale.to_integer();
        let expected = unclamped.max(-bound.clone()).min(bound);
        let rate = funding_rate(sum, slots, interest, clamp);
        prop_agrees!(rate.clone(), expected);
        // R3: the other side of the market.
        if let (Ok(rate), Some(minus)) = (rate, interest.checked_neg()) {
            if sum != Int128::MIN {
                prop_assert_eq!(funding_rate(-sum, slots, minus, clamp), Ok(-rate));
            }
        }
    }

    #[test]
    fn indices_are_exact(rate in any_i128(), price in any_price(), decimals in decimals(), year_ppm in any::<u32>(), seconds in any_u64()) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let atom = per_atom(price, decimals);
        prop_agrees!(funding_index_delta(rate, price, &scale), floor(&(whole(rate) * &atom)));
        let exact = ppm(year_ppm) * ratio(seconds, SECONDS_PER_YEAR) * atom * whole(INDEX_SCALE);
        prop_agrees!(premium_index_delta(year_ppm, seconds, price, &scale), floor(&exact));
    }

    // G2: any gap, in any number of pieces: never more than in one go, and less by at most one unit a piece.
    #[test]
    fn premium_accrues_over_any_gap(
        year_ppm in any::<u32>(), gaps in proptest::collection::vec(0u64..1_000_000_000, 1..6), price in any_price(), scale in any_scale(),
    ) {
        let total: u64 = gaps.iter().sum();
        let once = big(premium_index_delta(year_ppm, total, price, &scale).unwrap());
        let pieces: BigInt = gaps.iter().map(|gap| big(premium_index_delta(year_ppm, *gap, price, &scale).unwrap())).sum();
        prop_assert!(pieces <= once);
        prop_assert!(once - pieces < big(gaps.len()));
    }

    #[test]
    fn payments_are_exact(size in any_u128(), now in any_i256(), then in any_i256()) {
        let exact = whole(size) * (whole(now) - whole(then)) / whole(INDEX_SCALE);
        prop_agrees!(funding_payment(size, now, then), ceil(&exact));
        if let Ok(delta) = now.checked_sub(then) {
            if !delta.is_negative() {
                prop_agrees!(premium_booked(delta, size), floor(&exact));
            } else {
                prop_assert!(premium_booked(delta, size).is_err());
            }
        }
    }

    #[test]
    fn settlement_is_exact(size in any_i128(), now in any_i256(), then in any_i256()) {
        prop_agrees!(funding_settlement_ppm(size, now, then), -(big(now) - big(then)) * big(size));
    }

    // Design 4: what the indices collected, less what they paid and booked, lies between zero and the number of
    // settlements once every position is touched; whoever settles when.
    #[test]
    fn the_settlement_pool_is_never_short(
        rates in proptest::collection::vec((-1_000_000_000_000_000_000i128..1_000_000_000_000_000_000, 1u128..1_000_000_000_000_000_000_000_000, 0u32..1_000_000, 0u64..100_000), 1..5),
        longs in proptest::collection::vec(1u64.., 1..5),
        cut in proptest::collection::vec(any::<u64>(), 0..4),
        early in proptest::collection::vec(any::<bool>(), 10),
        scale in any_scale(),
    ) {
        // The shorts hold what the longs hold, cut differently.
        let open_interest: u128 = longs.iter().map(|size| u128::from(*size)).sum();
        let mut cuts: Vec<u128> = cut.iter().map(|cut| u128::from(*cut) % (open_interest + 1)).collect();
        cuts.extend([0, open_interest]);
        cuts.sort_unstable();
        let shorts: Vec<u128> = cuts.windows(2).map(|cut| cut[1] - cut[0]).collect();
        let positions: Vec<(bool, u128)> = longs.iter().map(|size| (true, u128::from(*size)))
            .chain(shorts.into_iter().map(|size| (false, size))).collect();

        let (mut long_index, mut short_index) = (Int256::zero(), Int256::zero());
        let mut snapshots = vec![Int256::zero(); positions.len()];
        let (mut pool, mut settlements) = (BigInt::zero(), 0usize);
        let rounds = rates.len();
        for (round, (rate, price, year_ppm, seconds)) in rates.into_iter().enumerate() {
            let price = Decimal::new(Uint128::new(price));
            let Ok(funding) = funding_index_delta(Int128::new(rate), price, &scale) else { return Ok(()) };
            let Ok(premium) = premium_index_delta(year_ppm, seconds, price, &scale) else { return Ok(()) };
            long_index = long_index + funding + premium;
            short_index = short_index - funding + premium;
            let Ok(booked) = premium_booked(premium, Uint128::new(2 * open_interest)) else { return Ok(()) };
            pool -= big(booked);
            for (index, (is_long, size)) in positions.iter().enumerate() {
                let last = round + 1 == rounds;
                if !last && !early[index % early.len()] { continue }
                let now = if *is_long { long_index } else { short_index };
                let Ok(payment) = funding_payment(Uint128::new(*size), now, snapshots[index]) else { return Ok(()) };
                snapshots[index] = now;
                pool += big(payment);
                settlements += 1;
            }
        }
        prop_assert!(!pool.is_negative(), "the market owes {} more than it collected", -pool);
        // Each settlement rounds by less than one, each booking of premium as well.
        prop_assert!(pool < big(settlements + rounds));
    }
}
