//! `replay --governed`: a DAO lists the markets by an ordinary proposal and tightens in the crash by a protective one.

mod support;

use serde_json::Value;
use support::{count, replay, replay_json, text};

const DAY: u64 = 86_400;

/// Five hours of a crash: shorter than a protective vote.
const CRASH: [&str; 9] = [
    "--governed",
    "--bars",
    "300",
    "--traders",
    "40",
    "--makers",
    "2",
    "--invariants",
    "bar",
];

fn proposals(report: &Value) -> (&Value, &Value) {
    let all = report["governed"]["proposals"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    (&all[0], &all[1])
}

fn time(proposal: &Value, name: &str) -> u64 {
    proposal[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name} of {proposal}"))
}

#[test]
fn a_dao_lists_by_vote_and_tightens_in_the_crash() {
    let report = replay_json(&CRASH);
    assert_eq!(count(&report, "/violations"), 0);
    let (listing, protective) = proposals(&report);
    // The listing came before the record began.
    let sent = protective["items"].as_array().unwrap().len();
    assert!(sent > 0);
    assert_eq!(
        count(&report, "/owner_messages"),
        u64::try_from(sent).unwrap(),
        "governance acts by proposals"
    );
    assert_eq!(listing["kind"], "normal");
    assert_eq!(
        time(listing, "voting_ends_at"),
        time(listing, "proposed_at") + 7 * DAY
    );
    assert_eq!(time(listing, "decided_at"), time(listing, "voting_ends_at"));
    assert_eq!(
        time(listing, "ready_at"),
        time(listing, "decided_at") + 2 * DAY
    );
    assert_eq!(time(listing, "executed_at"), time(listing, "ready_at"));
    assert_eq!(listing["items"][0]["action"], "list_market");
    assert_eq!(listing["items"][1]["action"], "register_market");

    assert_eq!(protective["kind"], "protective");
    let (from, to) = (count(&report, "/window/from"), count(&report, "/window/to"));
    let proposed_at = time(protective, "proposed_at");
    assert!((from..to).contains(&proposed_at), "in the crash");
    let ready_at = time(protective, "ready_at");
    assert_eq!(ready_at, proposed_at + DAY / 2, "a vote and no timelock");
    let executed_at = time(protective, "executed_at");
    assert!((ready_at..ready_at + 900).contains(&executed_at));

    // Prices ended before: they stood still until then.
    let continued = &report["governed"]["continued"];
    assert_eq!(time(continued, "from"), to);
    assert!(time(continued, "to") >= executed_at);

    // What it said it changed is what is in force at the end.
    let change = |item: usize, field: &str| {
        let changes = protective["items"][item]["changes"].as_array().unwrap();
        let found = changes.iter().find(|change| change["field"] == field);
        found.unwrap_or_else(|| panic!("no {field}")).clone()
    };
    let cap = change(0, "open_interest_cap");
    assert_eq!(cap["direction"], "tightens");
    let units = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
    assert_eq!(units(&cap["to"]), units(&cap["from"]) / 2);
    let last = &report["rules"][0]["last"]["open_interest_cap"];
    assert!(units(last) <= units(&cap["to"]), "{last}");
    assert_eq!(change(1, "risk_weight_ppm")["direction"], "tightens");
}

#[test]
fn the_same_seed_is_the_same_run_and_people_can_read_it() {
    let table = |arguments: &[&str]| {
        let output = replay(arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let shown = table(&CRASH);
    for part in [
        "1 (normal): List",
        "2 (protective): Tighten",
        "timelock 2 d",
        "insurance-fund update_market",
        "risk_weight_ppm:",
        "every market stays at its last price",
    ] {
        let flat = shown.replace(['│', '┆', '\n'], " ");
        let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(part), "no {part:?} in\n{shown}");
    }
    let without_time = |shown: &str| {
        let lines = shown.lines().filter(|line| !line.contains("took"));
        lines.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_time(&shown), without_time(&table(&CRASH)));
}

/// Where nothing falls nobody tightens; several markets and a cw20.
#[test]
fn quiet_markets_are_left_alone() {
    let report = replay_json(&[
        "--governed",
        "--scenario",
        "manipulated-market",
        "--bars",
        "4",
        "--traders",
        "10",
        "--collateral",
        "cw20",
    ]);
    assert_eq!(count(&report, "/violations"), 0);
    let all = report["governed"]["proposals"].as_array().unwrap();
    assert_eq!(all.len(), 1, "the listing alone: {all:?}");
    assert_eq!(all[0]["items"].as_array().unwrap().len(), 4);
    assert!(report["governed"]["continued"].is_null());
}

#[test]
fn without_a_dao_the_report_has_none() {
    let report = replay_json(&["--bars", "2", "--traders", "5"]);
    assert!(report.get("governed").is_none());
}
