//! What one market's crash does to another's money: FTT next to BTC in November 2022, from the real prices.

mod support;

use serde_json::Value;
use support::{atoms, count, november, replay, replay_json, text};

fn run(more: &[&str]) -> Value {
    let arguments = november(more);
    replay_json(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The sum of a field over all markets' contagion.
fn sum(report: &Value, fields: &[&str]) -> u128 {
    let markets = report["contagion"].as_array().unwrap();
    let of = |market: &Value, field: &str| atoms(market, &format!("/{field}"));
    markets
        .iter()
        .flat_map(|market| fields.iter().map(move |field| of(market, field)))
        .sum()
}

/// What came and went explains what a reserve holds.
fn balances(reserve: &Value) {
    let part = |name: &str| atoms(reserve, &format!("/{name}"));
    assert_eq!(part("start") + part("received") - part("paid"), part("end"));
}

#[test]
fn an_isolated_market_touches_nobody_elses_money() {
    let report = run(&["--isolated", "ftt"]);
    let ftt = &report["contagion"][0];
    assert_eq!(ftt["symbol"], "FTT-PERP");
    assert_eq!(report["reserves"]["markets"][0]["isolated"], true);
    assert!(atoms(ftt, "/loss") > 0 && atoms(ftt, "/own_reserve") > 0);
    assert!(
        atoms(ftt, "/own_counterparties") > 0,
        "its own reserve was not enough"
    );
    // No coin of BTC's reserve, of the mutual one or of who holds BTC.
    for layer in [
        "mutual",
        "other_reserves",
        "stake",
        "emergency",
        "other_counterparties",
    ] {
        assert_eq!(atoms(ftt, &format!("/{layer}")), 0, "{layer}");
    }
    assert_eq!(count(&report, "/reserves/losses_of_shared_accounts"), 0);
    assert_eq!(atoms(&report, "/reserves/markets/0/mutual_paid"), 0);
    // By balances: BTC's reserve and the mutual one paid for BTC's own losses and nothing else.
    let btc = &report["contagion"][1];
    assert_eq!(btc["symbol"], "BTC-PERP");
    assert_eq!(
        atoms(&report, "/reserves/markets/1/own/paid"),
        atoms(btc, "/own_reserve")
    );
    assert_eq!(
        atoms(&report, "/reserves/mutual/paid"),
        atoms(btc, "/mutual")
    );
    balances(&report["reserves"]["mutual"]);
    balances(&report["reserves"]["markets"][0]["own"]);
    balances(&report["reserves"]["markets"][1]["own"]);
    // One pot would have taken it from others.
    assert!(atoms(ftt, "/one_pot") > 0);
}

#[test]
fn a_cross_margined_market_takes_no_more_than_its_caps() {
    let report = run(&[]);
    let ftt = &report["reserves"]["markets"][0];
    assert_eq!(ftt["isolated"], false);
    assert!(atoms(ftt, "/mutual_paid") > 0);
    for market in report["reserves"]["markets"].as_array().unwrap() {
        let part = |name: &str| atoms(market, &format!("/mutual_{name}"));
        assert!(part("window_used") <= part("window_cap"));
        assert!(part("paid") <= part("lifetime_cap"));
        balances(&market["own"]);
    }
    assert!(
        atoms(ftt, "/mutual_window_cap") < atoms(&report, "/reserves/mutual/start"),
        "a cap below the whole"
    );
    balances(&report["reserves"]["mutual"]);
    // Through accounts that held both it reached who held BTC, and money that was not its own.
    let cause = &report["contagion"][0];
    assert!(count(&report, "/reserves/losses_of_shared_accounts") > 0);
    assert!(atoms(cause, "/other_reserves") + atoms(cause, "/other_counterparties") > 0);
    let others = atoms(cause, "/mutual") + atoms(cause, "/other_reserves");
    assert!(
        others < atoms(cause, "/one_pot"),
        "one pot pays more of others' money: {others}"
    );
}

#[test]
fn causes_add_up_to_what_the_ledger_counted() {
    for more in [&[][..], &["--fund-size", "0"], &["--isolated", "FTT-PERP"]] {
        let report = run(more);
        let reserves = sum(&report, &["own_reserve", "other_reserves"]);
        let paid: u128 = (0..2)
            .map(|market| atoms(&report, &format!("/reserves/markets/{market}/own/paid")))
            .sum();
        assert_eq!(reserves, paid);
        assert_eq!(
            sum(&report, &["mutual"]),
            atoms(&report, "/reserves/mutual/paid")
        );
        assert_eq!(
            sum(&report, &["returned"]),
            atoms(&report, "/claims/returned")
        );
        assert_eq!(
            sum(&report, &["deficit"]),
            atoms(&report, "/deficit_booked")
        );
        let lost = sum(&report, &["own_counterparties", "other_counterparties"]);
        let counted = atoms(&report, "/borne/counterparties");
        let rounding = u128::from(count(&report, "/liquidations"));
        assert!(lost > 0 && lost.abs_diff(counted) <= rounding);
    }
}

#[test]
fn an_unknown_market_cannot_be_isolated() {
    let output = replay(&["--isolated", "DOGE", "--bars", "2", "--traders", "2"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(
        error.contains("DOGE") && error.contains("BTC-PERP"),
        "{error}"
    );
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn every_market_may_be_isolated() {
    let small = ["--isolated", "BTC", "--bars", "5", "--traders", "5"];
    let report = replay_json(&small);
    assert_eq!(report["reserves"]["markets"][0]["isolated"], true);
    assert!(count(&report, "/fills") > 0);
    assert_eq!(count(&report, "/violations"), 0);
}
