//! The breaker of one market: trips, holds, releases, and what it does to the mutual reserve.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_types::fund::*;
use common::*;
use cosmwasm_std::Uint128;

/// Means at the start: reserve 1,000 and a mutual bucket of 1,000.
fn start(kind: Kind, floor: u128) -> Suite {
    let mut parameters = plain_parameters();
    parameters.drawdown.floor = Uint128::new(floor);
    let mut suite = Suite::new(kind, parameters);
    suite.donate(10_000);
    for name in ["market", "second"] {
        suite.register(&addr(name), 0, cross(100_000, 10_000, 1_000));
        suite.reserve(&addr(name), 0, 1_000);
    }
    // The top-up of the reserve leaves the eight hours.
    suite.pass(9 * HOUR);
    suite
}

#[test]
fn trips_at_its_share_closes_the_mutual_bucket_and_goes_reduce_only() {
    for kind in KINDS {
        let mut suite = start(kind, 0);
        let (market, second) = (addr("market"), addr("second"));
        assert!(!suite.claim(&market, 0, 1, 599, 0).risk.unwrap().reduce_only);
        let risk = suite.claim(&market, 0, 2, 1, 0).risk.unwrap();
        assert!(risk.reduce_only);
        let standing = suite.market(&market, 0);
        assert_eq!((standing.drawdown, standing.net_loss.u128()), (true, 600));
        assert_eq!(suite.capacity(&market, 0).layers[1].bound, Bound::Drawdown);
        assert_eq!(suite.claim(&market, 0, 3, 9_999, 0).paid.u128(), 400);
        assert_eq!(
            suite.layers(&market, 3),
            [(400, Bound::Balance), (0, Bound::Drawdown)]
        );
        // Nobody else is concerned.
        assert!(!suite.risk(&second, 0).reduce_only);
        assert_eq!(suite.claim(&second, 0, 1, 500, 0).paid.u128(), 500);
    }
}

#[test]
fn never_trips_at_or_below_the_floor() {
    let mut suite = start(Kind::Native, 600);
    let market = addr("market");
    assert!(!suite.claim(&market, 0, 1, 600, 0).risk.unwrap().reduce_only);
    assert!(suite.claim(&market, 0, 2, 1, 0).risk.unwrap().reduce_only);
}

#[test]
fn releases_below_its_share_by_top_ups_but_not_by_donations_or_surplus() {
    for kind in KINDS {
        let mut suite = start(kind, 0);
        let market = addr("market");
        suite.claim(&market, 0, 1, 700, 0);
        suite.donate(100_000);
        // Mutual is above its target now: fees fill the reserve to 1,000 and then go to surplus.
        suite.reserve(&market, 0, 150);
        assert!(suite.market(&market, 0).drawdown, "550 of 2,000 is 27.5 %");
        suite.reserve(&market, 0, 50);
        assert!(
            suite.market(&market, 0).drawdown,
            "500 of 2,000 is 25 %, not below"
        );
        suite.reserve(&market, 0, 1);
        assert!(!suite.market(&market, 0).drawdown);
        assert_eq!(suite.market(&market, 0).net_loss.u128(), 499);
        suite.fees(&market, 0, 5_000, 0);
        assert_eq!(suite.market(&market, 0).net_loss.u128(), 0);
        assert_eq!(suite.solvency().surplus_due.u128(), 5_000 - 499);
    }
}

#[test]
fn surplus_does_not_move_the_drawdown() {
    let mut suite = start(Kind::Native, 0);
    let market = addr("market");
    suite.donate(10_000);
    suite.reserve(&market, 0, 10_000);
    suite.pass(9 * HOUR);
    suite.claim(&market, 0, 1, 9_000, 0);
    let before = suite.market(&market, 0);
    assert!(before.drawdown && before.reserve.u128() == 2_000);
    suite.fees(&market, 0, 100_000, 0);
    assert_eq!(suite.market(&market, 0).net_loss, before.net_loss);
}

// G2: the hours pass, with or without messages.
#[test]
fn g2_releases_when_the_hours_have_passed() {
    let mut suite = start(Kind::Native, 0);
    let market = addr("market");
    suite.claim(&market, 0, 1, 700, 0);
    assert!(suite.risk(&market, 0).reduce_only);
    suite.pass(7 * HOUR - suite.now() % HOUR);
    suite.poke(&market);
    assert!(suite.market(&market, 0).drawdown);
    suite.pass(HOUR);
    // A query sees what the next Poke does.
    assert!(!suite.market(&market, 0).drawdown && !suite.risk(&market, 0).reduce_only);
    let revision = suite.risk(&market, 0).revision;
    let response = suite.poke(&market);
    assert!(response
        .events
        .iter()
        .any(|event| event.ty == "wasm-ballast_fund_drawdown"));
    assert_eq!(suite.risk(&market, 0).revision, revision);
    let mut suite = start(Kind::Native, 0);
    suite.claim(&market, 0, 1, 700, 0);
    suite.pass(1_000 * DAY);
    assert_eq!(suite.claim(&market, 0, 2, 10, 0).paid.u128(), 10);
    assert!(!suite.market(&market, 0).drawdown);
}

#[test]
fn an_isolated_market_has_a_breaker_too() {
    let mut parameters = plain_parameters();
    parameters.drawdown.floor = Uint128::zero();
    let mut suite = Suite::new(Kind::Native, parameters);
    let market = addr("market");
    suite.register(&market, 0, isolated(100_000, 10_000, 0));
    suite.reserve(&market, 0, 1_000);
    suite.pass(9 * HOUR);
    assert!(!suite.claim(&market, 0, 1, 299, 0).risk.unwrap().reduce_only);
    assert!(suite.claim(&market, 0, 2, 1, 0).risk.unwrap().reduce_only);
}

#[test]
fn a_donation_that_names_the_market_does_not_move_its_drawdown() {
    for kind in KINDS {
        let mut suite = start(kind, 0);
        let market = addr("market");
        suite.claim(&market, 0, 1, 700, 0);
        let donation = TopUp {
            contract: None,
            market: Some(0),
            kind: TopUpKind::Donation,
            state: None,
        };
        suite.send_top_up(&market, donation, 100_000).unwrap();
        let standing = suite.market(&market, 0);
        assert_eq!((standing.drawdown, standing.net_loss.u128()), (true, 700));
        assert_eq!(standing.mutual_contributed.u128(), 0);
    }
}
