//! R2: every public function answers every input, with a number or a typed error. A panic fails the test and shows the
//! input.

use ballast_risk::*;
use cosmwasm_std::{Int128, Uint128};
use proptest::prelude::*;

use crate::strategies::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn values(
        a in any_u128(), b in any_u128(), c in any_u128(), x in any_i128(), y in any_i128(), z in any_i128(),
        price in any_price(), tick in any_price(), base: u8, quote: u8, ticks in any_u64(), any_ppm: u32,
    ) {
        for rounding in [Rounding::Down, Rounding::Up] {
            let _ = mul_div(a, b, c, rounding);
            let _ = ppm_of(a, any_ppm, rounding);
            let _ = price_to_ticks_rounded(price, tick, rounding);
        }
        let _ = (mul_div_floor_signed(x, y, z), mul_div_ceil_signed(x, y, z));
        let _ = (to_signed(a), to_unsigned(x), with_sign(a, x.is_negative()), negate(x));
        let _ = (price_to_ticks(price, tick), ticks_to_price(ticks, tick), fill_value(ticks, a, b, c));
        let _ = ValueScale::new(base, quote);
        if let Ok(scale) = ValueScale::new(base % 20, quote % 20) {
            let _ = (scale.net_notional(x, price), scale.notional(a, price, Rounding::Up), scale.divisor());
            let _ = (scale.tick_lot_value(tick, a), scale.entry_price(a, b), oracle_ratio(&scale, price));
        }
    }

    #[test]
    fn margins(
        parameters in any_parameters(), account in any_account(), other in any_account(), before in any_position(),
        after in any_position(), size in any_i128(), price in any_price(), scale in any_scale(), ppm: u32, amount in any_u128(),
    ) {
        let _ = effective_initial_margin_ppm(&parameters, amount);
        let _ = (maintenance_margin_ppm(ppm, parameters.initial_margin_ppm), initial_margin(amount, ppm));
        let _ = position_risk(&scale, size, price, &parameters, ppm);
        let _ = (account.with(&before), account.clone().add(&before), account.after_trade(&before, &after, size));
        let _ = (account.is_bankrupt(), account.is_liquidatable(), account.meets_initial_margin(), account.meets_maintenance());
        let _ = (account.compare_risk(&other), transition_allowed(&account, &other), change_allowed(&account, &other));
    }

    #[test]
    fn liquidations(
        account in any_account(), before in any_position(), after in any_position(), size in any_i128(), delta in any_i128(),
        price in any_price(), scale in any_scale(), parameters in any_parameters(), ppm: u32, ppm2: u32,
        amounts in (any_u128(), any_u128(), any_u128()), ticks in any_u64(), exponent: i32, is_long: bool,
    ) {
        let (a, b, c) = amounts;
        let _ = size_after_close(size, delta);
        let _ = bankruptcy_quote(&account, &before, &after);
        let _ = liquidation_price(&account, &before, size, &scale, &parameters);
        let _ = liquidation_worst_price(&account, &before, size, &scale, price);
        for ratio in [bankruptcy_price(&account, &before, size), fillable_price(&account, &before, size, ppm, ppm2)].into_iter().flatten() {
            let _ = (ratio.reduced(), ratio.to_ticks(a, b, is_long, ticks), ratio == ratio.reduced());
            let _ = (subticks(&ratio, is_long, ppm, exponent), subticks(&ratio, is_long, ppm, exponent % 100));
        }
        let _ = size_to_restore_initial_margin(&account, size, ticks, a, b, price, &scale, ppm, ppm2);
        let _ = size_to_restore_initial_margin(&account, size, ticks, Uint128::one(), b, price, &scale, ppm % (PPM + 1), ppm2 % (PPM + 1));
        let _ = (liquidation_fee(a, size, ppm), insurance_fund_delta(size, delta, ppm), insurance_fund_delta_valid(a, size));
        let _ = (trade_fee(a, ppm), quote_of_subticks(a, ticks, exponent), quote_of_subticks(a, ticks, exponent % 80));
        let _ = (shortfall(size, delta), cumulative_share(size, a, b, c), position_limits(a, b, ppm));
        let _ = (remaining_in_block("cap", a, b), insurance_lost(size), once_per_block(&[ticks], 5));
    }

    #[test]
    fn wide_ratios(n in any_int512(), d in any_uint512(), a in any_u128(), b in any_u128(), is_long: bool, max in any_u64(), step: u32, exponent in -200i32..200) {
        let Ok(ratio) = PriceRatio::new(n, d) else { return Ok(()) };
        let _ = (ratio.reduced(), ratio.to_ticks(a, b, is_long, max), ratio.is_negative(), ratio.numerator(), ratio.denominator());
        let _ = subticks(&ratio, is_long, step, exponent);
    }

    #[test]
    fn deleveraging(
        price in any_price(), scale in any_scale(), parameters in any_parameters(), ppm: u32,
        accounts in proptest::collection::vec((any_account(), any_i128()), 2..6), delta in any_i128(), quote in any_i128(), settling: bool,
    ) {
        let market = MarketView { scale, price, parameters, effective_initial_margin_ppm: ppm };
        let holders: Vec<Holder> = accounts.into_iter().map(|(account, size)| Holder { account, size }).collect();
        let (first, second) = (&holders[0], &holders[1]);
        let _ = can_deleverage(&first.account, settling);
        let _ = holder_bankruptcy_quote(&market, first, delta);
        let _ = first.after_close(&market, delta, quote);
        let _ = deleverage_at_bankruptcy_price(&market, first, second, delta);
        let _ = deleverage_at_oracle_price(&market, first, second, delta);
        let _ = close_between(&market, first, second, delta, quote);
        let _ = offset_position(&market, first, delta, &holders);
        let _ = offset_position_at_oracle_price(&market, first, delta, &holders);
    }

    #[test]
    fn funding(
        bid in proptest::option::of(any_price()), ask in proptest::option::of(any_price()), index in any_price(), scale in any_scale(),
        sum in any_i128(), slots: u32, interest: i32, clamp in any_u128(), rate in any_i128(), year_ppm: u32, seconds in any_u64(),
        now in any_i256(), then in any_i256(), size in any_u128(), signed in any_i128(),
    ) {
        let _ = premium_ppm(bid, ask, index);
        let _ = funding_clamp_ppm(year_ppm, slots, interest.unsigned_abs());
        let _ = funding_rate(sum, slots, interest, clamp);
        let _ = funding_index_delta(rate, index, &scale);
        let _ = premium_index_delta(year_ppm, seconds, index, &scale);
        let _ = (funding_payment(size, now, then), premium_booked(now, size), funding_settlement_ppm(signed, now, then));
    }

    #[test]
    fn pools(
        amounts in (any_u128(), any_u128(), any_u128(), any_u128(), any_u128()), signed in (any_i128(), any_i128(), any_i128(), any_i128()),
        times in (any_u64(), any_u64(), any_u64()), bases in (any::<u32>(), any::<u32>()), ppm: u32,
        capacities in proptest::collection::vec(any_u128(), 0..6),
    ) {
        let (a, b, c, d, e) = amounts;
        let (p, q, r, s) = signed;
        let _ = (value_of_shares(a, b, c), shares_for_amount(a, b, c), shares_lost(a, b, c, d));
        let _ = (rebase_exponent(a, b), rebase_divisor(ppm));
        let pool = SharePool { total: a, user: b, base: bases.0 };
        let holding = ShareHolding { shares: c, base: bases.1, request_shares: d, request_value: e, requested_at: times.0 };
        let _ = (pool.rebased(c), pool.adopt(holding), pool.stake(holding, d, e), pool.request(holding, d, e, times.1));
        let _ = (pool.replace_request(holding, d, e, times.1), pool.redeem(holding, e, times.1, times.2), pool.cancel(holding, e));
        let bucket = RefillingBucket { used: a, updated_at: times.0 };
        let _ = (bucket.refilled(b, times.1, times.2), bucket.available(b, times.1, times.2), bucket.take(b, times.1, times.2, c));
        let _ = (ramp(a, times.0, times.1), coverage_ppm(a, b));
        let _ = (queue_allocation(a, &capacities), pro_rata_allocation(a, &capacities));
        let _ = drawdown_deleveraging(p, a, q, r, s, ppm);
        let _ = (fund_capacity(a, p), fund_surplus(p, a, b), cover_loss(a, b), fund_repayment(a, p), liquidation_penalty(p, ppm));
        let input = BadDebtInput { deposit: p, open_notional: q, close_notional: r, penalty: a, collateral_proceeds: b, collateral_fund_fee: c };
        let _ = (settle_bad_debt(&input, ppm % 45), settle_bad_debt(&input, ppm));
        let _ = (settle_isolated_close(a, p, q, b, c), transfer_out(a, b));
        let _: Int128 = p;
    }
}
