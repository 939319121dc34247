//! Shares, buckets, allocations, the fund.

use ballast_risk::*;
use cosmwasm_std::{Int128, Uint128};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shares_are_exact(shares in any_u128(), total in any_u128(), vault in any_u128(), amount in any_u128()) {
        if shares <= total && !total.is_zero() {
            prop_agrees!(value_of_shares(shares, total, vault), floor(&(whole(vault) * whole(shares) / whole(total))));
        }
        if !vault.is_zero() {
            prop_agrees!(shares_for_amount(amount, total, vault), floor(&(whole(amount) * whole(total) / whole(vault))));
        }
    }

    // R1: in and out again never gains, however the pool stands.
    #[test]
    fn a_round_trip_never_gains(total in any_u64(), vault in any_u64(), amount in any_u64()) {
        let pool = SharePool { total: total.into(), ..SharePool::default() };
        let (vault, amount) = (Uint128::from(vault), Uint128::from(amount));
        let Ok((pool, holding)) = pool.stake(ShareHolding::default(), amount, vault) else { return Ok(()) };
        let inside = vault + amount;
        let Ok((pool, holding)) = pool.request(holding, holding.shares, inside, 0) else { return Ok(()) };
        let (_, holding, paid) = pool.redeem(holding, inside, 0, 0).unwrap();
        prop_assert!(paid <= amount);
        prop_assert!(paid < inside, "redemptions never empty the vault");
        prop_assert!(holding.shares.is_zero());
    }

    // Cancelling gives no more than the value that was frozen, and never touches the shares of others.
    #[test]
    fn cancelling_forgoes_the_gain(shares in any_u64(), others in any_u64(), value in any_u64(), vault in any_u64()) {
        let (shares, others, value, vault) =
            (Uint128::from(shares), Uint128::from(others), Uint128::from(value), Uint128::from(vault));
        let total = shares + others;
        let Ok(lost) = shares_lost(shares, value, total, vault) else { return Ok(()) };
        let worth = value_of_shares(shares, total, vault).unwrap();
        prop_assert!(lost <= shares);
        if worth <= value {
            prop_assert!(lost.is_zero());
        } else {
            let kept = whole(value) * whole(others) / (whole(vault) - whole(value));
            prop_assert_eq!(big(shares - lost), floor(&kept));
            if !others.is_zero() {
                let now = value_of_shares(shares - lost, total - lost, vault).unwrap();
                prop_assert!(now <= value, "{} shares are worth {}", shares - lost, now);
            }
        }
    }

    #[test]
    fn rebase_is_exact(total in any_u128(), vault in any_u128()) {
        let exponent = rebase_exponent(total, vault);
        if vault.is_zero() {
            prop_assert!(exponent.is_err());
            return Ok(());
        }
        // As upstream counts it: divide by ten until less than ten is left.
        let mut left = total.u128() / 10 / vault.u128();
        let mut expected = 0;
        while left >= 10 {
            left /= 10;
            expected += 1;
        }
        prop_assert_eq!(exponent, Ok(expected));
        prop_assert_eq!(rebase_divisor(expected).unwrap().u128(), 10u128.pow(expected));
    }

    // The pool's shares are never less than the holders' together, whatever they do.
    #[test]
    fn the_books_of_a_pool_balance(
        ops in proptest::collection::vec((0u8..5, 0usize..3, 0u64..1_000_000_000_000, 0u32..3_000_000), 1..40),
    ) {
        let mut pool = SharePool::default();
        let mut vault = Uint128::zero();
        let mut holdings = [ShareHolding::default(); 3];
        for (op, who, amount, change_ppm) in ops {
            let holding = holdings[who];
            let amount = Uint128::from(amount);
            let step = match op {
                0 => pool.stake(holding, amount, vault).map(|(pool, holding)| (pool, holding, vault + amount)),
                1 => pool.request(holding, amount, vault, 0).map(|(pool, holding)| (pool, holding, vault)),
                2 => pool.redeem(holding, vault, 0, 0).map(|(pool, holding, paid)| (pool, holding, vault - paid)),
                3 => pool.cancel(holding, vault).map(|(pool, holding, _)| (pool, holding, vault)),
                // A gain or a loss; after a loss of all, staking is refused until something comes in.
                _ => Ok((pool, holding, ppm_of(vault, change_ppm, Rounding::Down).unwrap())),
            };
            let Ok((next, holding, left)) = step else { continue };
            (pool, vault) = (next, left);
            holdings[who] = holding;
            let held: u128 = holdings.iter().map(|holding| pool.adopt(*holding).unwrap().shares.u128()).sum();
            prop_assert!(held <= pool.user.u128(), "holders have {} of {}", held, pool.user);
            prop_assert!(pool.user <= pool.total);
        }
    }

    #[test]
    fn buckets_refill_exactly(
        capacity in any_u128(), used in any_u128(), period in any_u64(), start in any_u64(), looks in proptest::collection::vec(any_u64(), 1..6),
    ) {
        prop_assume!(period > 0);
        let begin = RefillingBucket { used, updated_at: start };
        let mut looks: Vec<u64> = looks.into_iter().map(|gap| start.saturating_add(gap)).collect();
        looks.sort_unstable();
        let mut bucket = begin;
        for now in &looks {
            bucket = bucket.refilled(capacity, period, *now).unwrap();
        }
        let last = *looks.last().unwrap();
        let exact = (whole(used) - whole(capacity) * ratio(last - start, period)).max(zero());
        // Never refilled beyond the exact amount, and short of it by less than one unit and one second of refill a look.
        prop_assert!(whole(bucket.used) >= exact);
        let second = whole(capacity) / whole(period);
        prop_assert!(whole(bucket.used) - exact < one() + second * whole(looks.len()));
        let available = begin.available(capacity, period, last).unwrap();
        prop_assert!(available <= capacity);
    }

    // Over any window of a period, no more than twice the capacity is taken; at no moment more than the capacity.
    #[test]
    fn buckets_bound_what_is_taken(
        capacity in 1u128..1_000_000, period in 1u64..100_000, takes in proptest::collection::vec((0u64..50_000, 0u128..1_000_000), 1..20),
    ) {
        let capacity = Uint128::new(capacity);
        let mut bucket = RefillingBucket::default();
        let (mut now, mut taken, begin) = (1_000u64, Uint128::zero(), 1_000u64);
        for (gap, amount) in takes {
            now += gap;
            let available = bucket.available(capacity, period, now).unwrap();
            let amount = Uint128::new(amount);
            match bucket.take(capacity, period, now, amount) {
                Ok(next) => {
                    prop_assert!(amount <= available);
                    bucket = next;
                    taken += amount;
                }
                Err(_) => prop_assert!(amount > available),
            }
            prop_assert!(bucket.used <= capacity);
            let allowed = whole(capacity) + whole(capacity) * ratio(now - begin, period);
            prop_assert!(whole(taken) <= allowed);
        }
    }

    #[test]
    fn ramps(amount in any_u128(), age in any_u64(), length in any_u64(), required in any_u128()) {
        let share = if age >= length { one() } else { ratio(age, length) };
        prop_agrees!(ramp(amount, age, length), floor(&(whole(amount) * share)));
        let coverage = coverage_ppm(amount, required);
        if required.is_zero() {
            prop_assert_eq!(coverage, Uint128::MAX);
        } else {
            let exact = floor(&(whole(amount) * whole(PPM) / whole(required)));
            prop_assert_eq!(big(coverage), exact.min(big(Uint128::MAX)));
        }
    }

    #[test]
    fn allocations_add_up(budget in any_u64(), capacities in proptest::collection::vec(any_u64(), 0..10)) {
        let budget = Uint128::from(budget);
        let capacities: Vec<Uint128> = capacities.into_iter().map(Uint128::from).collect();
        let total: u128 = capacities.iter().map(|capacity| capacity.u128()).sum();
        let expected = budget.u128().min(total);
        let queue = queue_allocation(budget, &capacities);
        let pro_rata = pro_rata_allocation(budget, &capacities).unwrap();
        for parts in [&queue, &pro_rata] {
            prop_assert_eq!(parts.len(), capacities.len());
            prop_assert_eq!(parts.iter().map(|part| part.u128()).sum::<u128>(), expected);
            prop_assert!(parts.iter().zip(&capacities).all(|(part, capacity)| part <= capacity));
        }
        // The queue leaves room only behind a place it has filled.
        let first_short = queue.iter().zip(&capacities).position(|(part, capacity)| part < capacity);
        if let Some(place) = first_short {
            prop_assert!(queue[place + 1..].iter().all(|part| part.is_zero()));
        }
        for (part, capacity) in pro_rata.iter().zip(&capacities) {
            if total > 0 {
                let exact = whole(expected) * whole(*capacity) / whole(total);
                prop_assert!((whole(*part) - exact).abs() < one());
            }
        }
    }

    #[test]
    fn drawdown_is_exact(
        balance in any_i128(), highest in any_u128(), pnl in any_i128(), highest_pnl in any_i128(), threshold in any_i128(), trigger in fraction(),
    ) {
        let state = match drawdown_deleveraging(balance, highest, pnl, highest_pnl, threshold, trigger) {
            Ok(state) => state,
            Err(error) => {
                let overflows = matches!(error, RiskError::Overflow { .. });
                prop_assert!(overflows);
                return Ok(());
            }
        };
        let drawdown = (whole(highest_pnl) - whole(pnl)).max(zero());
        let tolerated = whole(highest) * ppm(trigger);
        let ratio = (!highest.is_zero()).then(|| {
            let change = (whole(pnl) - whole(highest_pnl)) / whole(highest);
            (change * whole(INDEX_SCALE)).trunc().to_integer()
        });
        prop_assert_eq!(state.ratio.map(big), ratio);
        let expected = if !balance.is_negative() && !balance.is_zero() {
            if balance > threshold && drawdown.is_positive() && drawdown >= tolerated { DeleverageTrigger::Drawdown } else { DeleverageTrigger::None }
        } else {
            DeleverageTrigger::Equity
        };
        prop_assert_eq!(state.trigger, expected);
        prop_assert_eq!(big(state.excess), ceil(&(drawdown - tolerated).max(zero())));
    }

    #[test]
    fn fund_is_exact(wallet in any_u128(), owed in any_i128(), threshold in any_u128(), free in any_u128(), loss in any_u128()) {
        prop_agrees!(fund_capacity(wallet, owed), big(wallet) + big(owed));
        let above = (big(owed) - big(threshold)).max(BigInt::zero());
        prop_agrees!(fund_surplus(owed, threshold, free), above.min(big(free)));
        let covered = cover_loss(loss, wallet);
        prop_assert_eq!(big(covered.paid) + big(covered.uncovered), big(loss));
        prop_assert!(covered.paid <= wallet);
        prop_assert!(covered.uncovered.is_zero() || covered.paid == wallet);
    }

    #[test]
    fn bad_debt_is_exact(
        deposit in any_i128(), open in any_i128(), close in any_i128(), penalty in any_u128(), proceeds in any_u128(), fee in any_u128(), decimals in 0u32..=18,
    ) {
        let input = BadDebtInput {
            deposit, open_notional: open, close_notional: close, penalty, collateral_proceeds: proceeds, collateral_fund_fee: fee,
        };
        let Ok(settled) = settle_bad_debt(&input, decimals) else { return Ok(()) };
        let wide = |value: BigInt| ratio(value, BigInt::from(10).pow(decimals));
        let value = whole(deposit) + whole(proceeds) + wide(big(open) + big(close) - big(penalty));
        let debt = ceil(&(-value)).max(BigInt::zero());
        prop_assert_eq!(big(settled.bad_debt), debt.clone());
        let fund = wide(big(penalty)) / whole(2) + whole(fee) - whole(&debt);
        prop_assert_eq!(big(settled.fund_settlement_value), floor(&fund));
        prop_assert_eq!(big(settled.fund_balance), big(fee) - debt);
    }

    #[test]
    fn isolated_closes_conserve(pool in any_u64(), taker in any::<i64>(), maker in any::<i64>(), fill in any_u64(), fund in any_u64()) {
        let done = settle_isolated_close(pool.into(), Int128::from(taker), Int128::from(maker), fill.into(), fund.into());
        let Ok(done) = done else { return Ok(()) };
        let paid = -big(done.fund_delta);
        prop_assert!(!paid.is_negative() && paid <= big(fund));
        prop_assert_eq!(big(done.taker_quote) + big(done.maker_quote), big(taker) + big(maker) + &paid);
        prop_assert!(!done.taker_quote.is_negative());
        prop_assert_eq!(big(done.pool_before_out_transfer), big(pool) + paid);
        prop_assert!(done.out_transfer <= done.pool_before_out_transfer);
    }
}
