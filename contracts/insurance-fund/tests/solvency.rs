//! Coverage, levels and what markets are told.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_insurance_fund::parameters::validate;
use ballast_insurance_fund::solvency::premium_rate_ppm;
use ballast_types::RiskLevel::{self, *};
use common::*;
use cosmwasm_std::Uint128;

/// One cross-margined market (weight 10 %, cap 100,000), the mutual reserve filled by a donation.
fn funded(mutual: u128) -> Suite {
    let mut parameters = plain_parameters();
    parameters.mutual_window_ppm = 1_000_000;
    parameters.mutual_lifetime_ppm = 1_000_000;
    parameters.mutual_target = Uint128::new(1_000_000);
    let mut suite = Suite::new(Kind::Native, parameters);
    suite.donate(mutual);
    suite.register(&addr("market"), 0, cross(100_000, 100_000, 0));
    suite
}

fn level(suite: &Suite) -> RiskLevel {
    suite.solvency().level
}

fn set_open_interest(suite: &mut Suite, value: u128) {
    suite.fees(&addr("market"), 0, 1, value);
}

fn coverage(suite: &Suite) -> u128 {
    suite.solvency().coverage_ppm.u128()
}

#[test]
fn required_capital_has_a_floor_and_rounds_up() {
    let mut suite = funded(2_000);
    assert_eq!(suite.solvency().required_capital.u128(), 1_000);
    set_open_interest(&mut suite, 20_001);
    assert_eq!(suite.solvency().required_capital.u128(), 2_001);
    assert_eq!(coverage(&suite), 2_001 * 1_000_000 / 2_001);
    // A reserve counts to what its market needs and no further.
    suite.reserve(&addr("market"), 0, 50_000);
    assert_eq!(suite.solvency().capital.u128(), 2_001 + 2_001);
}

#[test]
fn levels_begin_above_their_thresholds() {
    // Capital 15,001 after the fee; open interest chosen so that coverage is at, or just above, a threshold.
    for (required, expected) in [
        (10_000, Surplus),
        (10_001, Healthy),
        (12_500, Healthy),
        (12_501, Watch),
        (15_000, Watch),
        (15_001, Watch),
        (90_000, Watch),
    ] {
        let mut suite = funded(15_000);
        set_open_interest(&mut suite, required * 10);
        assert_eq!(level(&suite), expected, "{required}");
    }
    // The same with a loss claimed: below watch there is more.
    for (required, expected) in [
        (14_999, Watch),
        (15_000, Deficient),
        (33_333, Deficient),
        (33_334, Critical),
        (90_000, Critical),
    ] {
        let mut suite = funded(15_001);
        let answer = suite.claim(&addr("market"), 0, 1, 1, required * 10);
        assert_eq!(
            (answer.risk.unwrap().level, suite.solvency().capital.u128()),
            (expected, 15_000),
            "{required}"
        );
    }
}

#[test]
fn prices_alone_never_push_below_watch_and_an_old_loss_releases() {
    let mut suite = funded(10_000);
    set_open_interest(&mut suite, 5_000_000);
    assert_eq!(level(&suite), Watch);
    suite.claim(&addr("market"), 0, 1, 1, 5_000_000);
    assert_eq!(level(&suite), Critical);
    // A claim that is not paid is a loss as well; the window counts from the last.
    suite.pass(7 * DAY);
    suite.claim(&addr("market"), 0, 2, 0, 5_000_000);
    assert_eq!(level(&suite), Critical);
    suite.pass(1);
    set_open_interest(&mut suite, 5_000_000);
    assert_eq!(level(&suite), Watch);
    let since = suite.solvency().level_since;
    assert_eq!(since, suite.now());
}

#[test]
fn isolated_losses_do_not_lower_the_suite() {
    let mut suite = funded(10_000);
    let second = addr("second");
    suite.register(&second, 0, isolated(100_000, 10_000, 0));
    set_open_interest(&mut suite, 5_000_000);
    suite.claim(&second, 0, 1, 50_000, 0);
    assert_eq!(level(&suite), Watch);
}

#[test]
fn falls_at_once_and_rises_above_hysteresis_after_the_delay() {
    let mut suite = funded(12_500);
    set_open_interest(&mut suite, 110_000);
    assert_eq!(level(&suite), Watch);
    // Coverage 1.2501: above 1.20 + 0.05 now.
    set_open_interest(&mut suite, 100_000);
    assert_eq!(level(&suite), Watch);
    suite.pass(HOUR - 1);
    suite.sync();
    assert_eq!(level(&suite), Watch);
    // Twice in one block changes nothing.
    suite.sync();
    suite.pass(1);
    suite.sync();
    assert_eq!(level(&suite), Healthy);
    let revision = suite.risk(&addr("market"), 0).revision;
    suite.sync();
    assert_eq!(suite.risk(&addr("market"), 0).revision, revision);
    // Inside the hysteresis band the level stays where it is, either way.
    let mut suite = funded(12_500);
    set_open_interest(&mut suite, 110_000);
    set_open_interest(&mut suite, 102_000);
    suite.pass(30 * DAY);
    set_open_interest(&mut suite, 102_000);
    assert_eq!(level(&suite), Watch);
}

#[test]
fn a_dip_restarts_the_wait() {
    let mut suite = funded(12_500);
    set_open_interest(&mut suite, 110_000);
    set_open_interest(&mut suite, 99_000);
    suite.pass(HOUR / 2);
    set_open_interest(&mut suite, 110_000);
    set_open_interest(&mut suite, 99_000);
    suite.pass(HOUR / 2 + 1);
    suite.sync();
    assert_eq!(level(&suite), Watch);
    suite.pass(HOUR / 2);
    suite.sync();
    assert_eq!(level(&suite), Healthy);
}

#[test]
fn several_steps_rise_at_once_but_improvement_while_waiting_waits_again() {
    let mut suite = funded(20_000);
    suite.claim(&addr("market"), 0, 1, 1, 5_000_000);
    assert_eq!(level(&suite), Critical);
    set_open_interest(&mut suite, 100_000);
    suite.pass(HOUR);
    suite.sync();
    assert_eq!(level(&suite), Surplus);

    let mut suite = funded(20_000);
    suite.claim(&addr("market"), 0, 1, 1, 5_000_000);
    set_open_interest(&mut suite, 180_000);
    suite.pass(HOUR / 2);
    set_open_interest(&mut suite, 100_000);
    suite.pass(HOUR / 2);
    suite.sync();
    assert_eq!(level(&suite), Watch);
    suite.pass(HOUR);
    suite.sync();
    assert_eq!(level(&suite), Surplus);
}

#[test]
fn an_unfunded_suite_takes_its_first_level_at_once() {
    let mut suite = Suite::new(Kind::Cw20, plain_parameters());
    assert_eq!(level(&suite), Watch);
    suite.register(&addr("market"), 0, cross(100_000, 10_000, 0));
    assert_eq!(level(&suite), Watch);
    suite.donate(1_300);
    assert_eq!(level(&suite), Healthy);
}

#[test]
fn terms_follow_level_and_coverage() {
    let mut suite = funded(20_000);
    let market = addr("market");
    set_open_interest(&mut suite, 100_000);
    let risk = suite.risk(&market, 0);
    assert_eq!(
        (
            risk.level,
            risk.fee_share_ppm,
            risk.premium_rate_ppm,
            risk.reduce_only
        ),
        (Surplus, 250_000, 20_000, false)
    );
    assert_eq!(risk.open_interest_cap.u128(), 100_000);
    // 20,002 / 20,000: half way down a bit less than half of the range of 1.05.
    set_open_interest(&mut suite, 200_000);
    let risk = suite.risk(&market, 0);
    assert_eq!((risk.level, risk.fee_share_ppm), (Watch, 500_000));
    assert_eq!(coverage(&suite), 1_000_100);
    assert_eq!(
        u64::from(risk.premium_rate_ppm),
        20_000 + (180_000u64 * 499_900).div_ceil(1_050_000)
    );
    let critical = suite.claim(&market, 0, 1, 2, 1_000_000).risk.unwrap();
    assert_eq!(
        (
            critical.level,
            critical.fee_share_ppm,
            critical.premium_rate_ppm,
            critical.reduce_only
        ),
        (Critical, 1_000_000, 200_000, true)
    );
    assert_eq!(critical.open_interest_cap.u128(), 20_000);
}

#[test]
fn caps_shrink_with_backing_and_with_coverage_when_deficient() {
    // Weighted caps 10,000; a little more than 1.2 * 10,000 = 12,000 would back them all.
    let mut suite = funded(5_999);
    let market = addr("market");
    set_open_interest(&mut suite, 10_000);
    assert_eq!(suite.risk(&market, 0).open_interest_cap.u128(), 49_980);
    let risk = suite.claim(&market, 0, 1, 1_000, 100_000).risk.unwrap();
    // Capital 5,000, coverage 0.5, backed 4,166 less an atom for rounding of 10,000.
    assert_eq!((risk.level, risk.reduce_only), (Deficient, false));
    assert_eq!(risk.open_interest_cap.u128(), 20_825);
    let mut parameters = plain_parameters();
    parameters.backing_ratio_ppm = 0;
    suite.set_parameters(parameters);
    assert_eq!(suite.risk(&market, 0).open_interest_cap.u128(), 50_000);
    // An isolated market is backed by its own reserve, whatever the suite's level.
    let second = addr("second");
    suite.set_parameters(plain_parameters());
    suite.register(&second, 0, isolated(100_000, 100_000, 0));
    assert_eq!(suite.risk(&second, 0).open_interest_cap.u128(), 0);
    suite.reserve(&second, 0, 6_000);
    assert_eq!(suite.risk(&second, 0).open_interest_cap.u128(), 49_980);
    suite.claim(&market, 0, 2, 1, 100_000_000);
    let risk = suite.risk(&second, 0);
    assert_eq!(
        (risk.level, risk.reduce_only, risk.open_interest_cap.u128()),
        (Critical, false, 49_980)
    );
}

#[test]
fn premium_is_linear_between_its_ends_and_rounds_up() {
    let thresholds = plain_parameters().thresholds;
    let rate =
        |coverage: u128| premium_rate_ppm(20_000, 10, &thresholds, Uint128::new(coverage)).unwrap();
    for (coverage, expected) in [
        (0, 200_000),
        (450_000, 200_000),
        (450_001, 200_000),
        (975_000, 110_000),
        (1_499_999, 20_001),
        (1_500_000, 20_000),
        (u128::MAX, 20_000),
    ] {
        assert_eq!(rate(coverage), expected, "{coverage}");
    }
}

// G2: a report that is too old counts at the cap; any message finds it, also after a year, and the next report ends it.
#[test]
fn g2_old_reports_count_at_the_cap() {
    let mut suite = funded(20_000);
    let market = addr("market");
    set_open_interest(&mut suite, 50_000);
    suite.pass(DAY);
    suite.sync();
    assert_eq!(suite.market(&market, 0).required_capital.u128(), 5_000);
    suite.pass(1);
    // A query sees it before any message does.
    assert_eq!(suite.market(&market, 0).required_capital.u128(), 10_000);
    assert_eq!(suite.solvency().required_capital.u128(), 10_000);
    suite.sync();
    suite.check_invariants();
    suite.pass(365 * DAY);
    suite.sync();
    assert_eq!(suite.solvency().required_capital.u128(), 10_000);
    set_open_interest(&mut suite, 60_000);
    assert_eq!(suite.solvency().required_capital.u128(), 6_000);
    suite.pass(DAY + 1);
    set_open_interest(&mut suite, 70_000);
    assert_eq!(suite.solvency().required_capital.u128(), 7_000);
    // Last reported above the cap: that counts.
    set_open_interest(&mut suite, 170_000);
    suite.pass(DAY + 1);
    suite.sync();
    assert_eq!(suite.solvency().required_capital.u128(), 17_000);
}

// G1: one message looks at two old reports; Poke at all.
#[test]
fn g1_expiry_is_bounded() {
    let mut suite = funded(20_000);
    let second = addr("second");
    for id in 0..9 {
        suite.register(&second, id, cross(100_000, 1_000, 0));
    }
    suite.pass(DAY + 1);
    let stale = |suite: &Suite| {
        let storage = suite.app.contract_storage(&suite.fund);
        ballast_insurance_fund::state::STANDINGS
            .range(&*storage, None, None, cosmwasm_std::Order::Ascending)
            .filter(|entry| entry.as_ref().unwrap().1.stale)
            .count()
    };
    suite.sync();
    assert_eq!(stale(&suite), 2);
    assert_eq!(suite.solvency().required_capital.u128(), 10_000 + 9 * 100);
    suite.poke(&second);
    assert_eq!(stale(&suite), 10);
}

#[test]
fn absurd_reports_are_bounded_and_block_nobody() {
    let mut suite = funded(20_000);
    let (market, second) = (addr("market"), addr("second"));
    for id in 0..3 {
        suite.register(&second, id, cross(1_000_000, 1_000, 0));
        suite.fees(&second, id, 1, u128::MAX);
    }
    assert_eq!(level(&suite), Watch);
    assert!(suite.claim(&market, 0, 1, 10, 0).paid.u128() == 10);
}

#[test]
fn parameter_changes_act_at_once() {
    let mut suite = funded(20_000);
    set_open_interest(&mut suite, 100_000);
    assert_eq!(level(&suite), Surplus);
    let mut parameters = plain_parameters();
    parameters.thresholds.surplus_ppm = 3_000_000;
    parameters.thresholds.healthy_ppm = 2_500_000;
    validate(&parameters).unwrap();
    suite.set_parameters(parameters);
    assert_eq!(level(&suite), Watch);
}
