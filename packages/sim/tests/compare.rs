//! The same losses under the rules of others.

mod support;

use serde_json::Value;
use support::{atoms, compare, compare_json, november, replay_json, text};

fn arguments(more: &[&str]) -> Vec<String> {
    november(more)
}

fn run(more: &[&str]) -> Value {
    let arguments = arguments(more);
    compare_json(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn venue<'a>(report: &'a Value, name: &str) -> &'a Value {
    let venues = report["venues"].as_array().unwrap();
    venues.iter().find(|venue| venue["name"] == name).unwrap()
}

/// Everything that was lost was borne, and all settled the same losses.
fn conserves(report: &Value) {
    let loss = atoms(venue(report, "Ballast"), "/loss");
    assert!(loss > 0);
    for venue in report["venues"].as_array().unwrap() {
        let part = |name: &str| atoms(venue, &format!("/{name}"));
        assert_eq!(part("loss"), loss);
        assert_eq!(
            part("paid") + part("counterparties") + part("nobody"),
            loss,
            "{venue}"
        );
        for name in ["loss", "paid", "counterparties", "nobody", "deleveraged"] {
            let markets: u128 = (0..2)
                .map(|market| atoms(venue, &format!("/markets/{market}/{name}")))
                .sum();
            assert_eq!(markets, part(name), "{name}");
        }
        assert!(part("fund_low") <= part("fund_start").min(part("fund_end")));
        assert_eq!(
            part("fund_start"),
            atoms(&report["venues"][0], "/fund_start"),
            "the same capital"
        );
    }
}

#[test]
fn the_first_column_is_what_the_contracts_did() {
    let report = run(&[]);
    conserves(&report);
    let arguments = arguments(&[]);
    let replayed = replay_json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let ballast = venue(&report, "Ballast");
    for (here, there) in [
        ("/paid", "/borne/fund"),
        ("/nobody", "/borne/deficit"),
        ("/deleveraged", "/deleveraged/notional"),
        ("/fund_start", "/fund/start"),
        ("/fund_low", "/fund/low"),
        ("/fund_end", "/fund/end"),
    ] {
        assert_eq!(atoms(ballast, here), atoms(&replayed, there), "{here}");
    }
    assert_eq!(ballast["positions"], replayed["deleveraged"]["positions"]);
    assert_eq!(atoms(ballast, "/overshoot"), 0);
}

#[test]
fn each_rule_of_others_does_what_it_is_known_for() {
    let report = run(&[]);
    let of = |name: &str, field: &str| atoms(venue(&report, name), field);
    // One pot pays the first comer with everybody's money, and is emptier for it.
    assert!(of("one pot", "/paid") > of("Ballast", "/paid"));
    assert!(of("one pot", "/fund_low") < of("Ballast", "/fund_low"));
    let others = "/markets/0/others_money";
    assert!(of("one pot", others) > of("Ballast", others));
    assert!(of("no caps", others) > of("Ballast", others));
    // A queue of whole positions takes more than it needs, and bears the same.
    assert!(of("whole queue", "/overshoot") > 0);
    assert!(of("whole queue", "/deleveraged") > of("Ballast", "/deleveraged"));
    assert_eq!(of("whole queue", "/paid"), of("Ballast", "/paid"));
    // Without premium the fund never has more.
    assert!(of("Ballast", "/premium") > 0);
    assert_eq!(of("no premium", "/premium"), 0);
    assert!(of("no premium", "/paid") <= of("Ballast", "/paid"));
    assert!(of("no premium", "/fund_low") <= of("Ballast", "/fund_low"));
    assert!(of("all of them", "/overshoot") > 0);
    assert_eq!(of("all of them", "/premium"), 0);
}

#[test]
fn rules_make_no_difference_where_everything_or_nothing_is_paid() {
    let rich = run(&["--fund-size", "1000000000"]);
    conserves(&rich);
    let nothing = run(&["--fund-size", "0"]);
    conserves(&nothing);
    for index in 0..6 {
        let venue = &rich["venues"][index];
        assert_eq!(atoms(venue, "/paid"), atoms(venue, "/loss"));
        assert_eq!(atoms(venue, "/counterparties"), 0);
        let venue = &nothing["venues"][index];
        assert_eq!(atoms(venue, "/paid"), 0);
        assert_eq!(atoms(venue, "/fund_end"), 0);
    }
}

#[test]
fn an_isolated_market_takes_others_money_only_from_one_pot() {
    let report = run(&["--isolated", "FTT"]);
    conserves(&report);
    let ftt = |name: &str| atoms(venue(&report, name), "/markets/0/others_money");
    for name in ["Ballast", "no caps", "whole queue", "no premium"] {
        assert_eq!(ftt(name), 0, "{name}");
    }
    assert!(ftt("one pot") > 0 && ftt("all of them") > 0);
}

#[test]
fn the_table_fits_and_says_what_each_column_changes() {
    let arguments = arguments(&["--bars", "12"]);
    // The later of two would be refused: the window is given once.
    let mut once: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Some(place) = once.iter().position(|text| *text == "--bars") {
        once.drain(place..place + 2);
    }
    let output = compare(&once);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for line in table.lines() {
        assert!(line.chars().count() <= 110, "{line}");
    }
    for part in [
        "Ballast",
        "one pot",
        "no caps",
        "whole queue",
        "no premium",
        "all of them",
        "lost by who was right",
        "for FTT, from others",
        "first come first served",
        "Held equal",
    ] {
        assert!(table.contains(part), "no {part:?} in {table}");
    }
    let refused = compare(&["--list"]);
    assert_eq!(refused.status.code(), Some(2));
}
