//! What a replay shows and prints. Small ones: the big ones are `.ci/run`'s.

mod support;

use serde_json::Value;
use support::{atoms, count, replay, replay_json, text, write_bars, START};

/// The heart of the default scenario: positions build up, then the cascade.
const CASCADE: &[&str] = &[
    "--from",
    "2021-05-19T12:30",
    "--bars",
    "90",
    "--traders",
    "40",
    "--fund-size",
    "0.08%",
];

fn without_time(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("seconds").unwrap();
    report
}

#[test]
fn a_crash_has_liquidations_claims_deleveraging_and_recovery() {
    let report = replay_json(CASCADE);
    let claims = count(&report, "/claims/count");
    assert!(count(&report, "/bankruptcies") > 0 && claims > 0);
    assert!(count(&report, "/liquidations") > count(&report, "/bankruptcies"));
    assert!(count(&report, "/claims/paid_in_full") > 0);
    assert!(
        count(&report, "/claims/paid_in_full") < claims,
        "the fund was not enough for all"
    );
    assert!(count(&report, "/deleveraged/positions") > 0);
    assert!(atoms(&report, "/fund/low") < atoms(&report, "/fund/start"));
    assert!(
        atoms(&report, "/fund/low") < atoms(&report, "/fund/end"),
        "fees refill it"
    );
    let (asked, paid) = (
        atoms(&report, "/claims/asked"),
        atoms(&report, "/claims/paid"),
    );
    assert_eq!(asked - paid, atoms(&report, "/claims/uncovered"));
    assert_eq!(count(&report, "/violations"), 0);
    assert!(count(&report, "/invariant_checks") > count(&report, "/messages"));
}

#[test]
fn the_suite_tightens_and_loosens_by_itself() {
    let report = replay_json(CASCADE);
    let rules = report.pointer("/rules/0").unwrap();
    let number = |path: &str| rules.pointer(path).unwrap().as_f64().unwrap();
    assert!(number("/first/premium_rate") < number("/tightest/premium_rate"));
    assert!(number("/last/premium_rate") < number("/tightest/premium_rate"));
    assert!(number("/first/fee_share") < number("/tightest/fee_share"));
    let cap = |when: &str| atoms(rules, &format!("/{when}/open_interest_cap"));
    assert!(cap("tightest") < cap("first"));
    assert!(atoms(&report, "/fund/low") < atoms(&report, "/fund/target"));
    assert_eq!(count(&report, "/owner_messages"), 0);
}

#[test]
fn same_seed_same_run_whatever_is_checked() {
    let with = |more: &[&str]| {
        let small = ["--bars", "20", "--traders", "20"];
        without_time(replay_json(&[&small, more].concat()))
    };
    let first = with(&[]);
    assert_eq!(first, with(&[]));
    let differs = |other: &Value| {
        let keys = first.as_object().unwrap().keys();
        let differing = keys.filter(|key| first[*key] != other[*key]).cloned();
        differing.collect::<Vec<_>>()
    };
    let checks = ["invariant_checks", "invariants"]
        .map(String::from)
        .to_vec();
    assert_eq!(differs(&with(&["--invariants", "bar"])), checks);
    assert_eq!(differs(&with(&["--invariants", "full"])), ["invariants"]);
    assert_eq!(differs(&with(&["--collateral", "cw20"])), ["collateral"]);
    assert_ne!(first["fills"], with(&["--seed", "6"])["fills"]);
}

#[test]
fn json_has_the_shape_promised() {
    let report = replay_json(&["--bars", "3", "--traders", "3"]);
    for pointer in [
        "/claims/asked",
        "/claims/paid",
        "/claims/uncovered",
        "/deleveraged/notional",
        "/fees_to_fund",
        "/fund/start",
        "/fund/low",
        "/fund/end",
        "/deficit",
    ] {
        atoms(&report, pointer);
    }
    for pointer in [
        "/window/from",
        "/window/to",
        "/bars",
        "/traders",
        "/messages",
        "/orders",
        "/fills",
        "/liquidations",
        "/bankruptcies",
        "/claims/count",
        "/deleveraged/positions",
        "/invariant_checks",
        "/violations",
        "/levels/0/at",
    ] {
        count(&report, pointer);
    }
    assert_eq!(count(&report, "/bars"), 3);
    assert!(report["seconds"].is_f64() && report["fund"]["coverage_low"].is_f64());
    assert!(report["levels"][0]["level"].is_string());
}

#[test]
fn several_markets_move_at_their_own_bars() {
    let folder = tempfile::tempdir().unwrap();
    let fast = write_bars(folder.path(), "2023_FASTUSDT_x.csv", START, 60, 60);
    let slow = write_bars(folder.path(), "2023_SLOWUSDT_x.csv", START + 900, 900, 10);
    let (fast, slow) = (fast.to_str().unwrap(), slow.to_str().unwrap());
    let report = replay_json(&[
        "--prices",
        fast,
        "--prices",
        slow,
        "--traders",
        "12",
        "--seed",
        "2",
    ]);
    assert_eq!(count(&report, "/window/from"), START + 900);
    assert_eq!(count(&report, "/window/to"), START + 3_600);
    assert_eq!(count(&report, "/bars"), 45);
    assert_eq!(report["markets"][0]["symbol"], "FAST-PERP");
    assert_eq!(count(&report, "/markets/0/bars"), 45);
    assert_eq!(report["markets"][1]["symbol"], "SLOW-PERP");
    assert_eq!(count(&report, "/markets/1/bars"), 3);
    assert!(atoms(&report, "/markets/0/open_interest_high") > 0);
    assert!(atoms(&report, "/markets/1/open_interest_high") > 0);
    assert!(report["scenario"].is_null());
}

#[test]
fn an_empty_fund_pays_nothing_and_counterparties_lose_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_bars(folder.path(), "GAPUSD.csv", START, 300, 24);
    let arguments = [
        "--prices",
        file.to_str().unwrap(),
        "--traders",
        "25",
        "--fund-size",
        "0",
    ];
    let report = replay_json(&arguments);
    let claims = count(&report, "/claims/count");
    assert!(claims > 0);
    assert_eq!(count(&report, "/claims/paid_nothing"), claims);
    assert_eq!(atoms(&report, "/claims/paid"), 0);
    let asked = atoms(&report, "/claims/asked");
    let parts = ["counterparties", "deficit", "carried", "avoided"];
    let borne: u128 = parts
        .iter()
        .map(|part| atoms(&report, &format!("/borne/{part}")))
        .sum();
    let rounding = u128::from(count(&report, "/liquidations"));
    assert!(
        asked.abs_diff(borne) <= rounding,
        "asked {asked}, borne {borne}"
    );
}

#[test]
fn a_rich_fund_pays_everything() {
    let mut arguments = CASCADE.to_vec();
    *arguments.last_mut().unwrap() = "1000000000";
    let report = replay_json(&arguments);
    assert!(count(&report, "/claims/count") > 0);
    assert_eq!(atoms(&report, "/claims/uncovered"), 0);
    assert_eq!(atoms(&report, "/deleveraged/loss"), 0);
}

#[test]
fn the_table_is_for_people() {
    let output = replay(&["--bars", "3", "--traders", "3"]);
    assert!(output.status.success());
    let table = text(&output.stdout);
    for part in [
        "Ballast replay",
        "scenario cascade",
        "claims on the fund",
        "deleveraged",
        "levels",
    ] {
        assert!(table.contains(part), "no {part:?} in {table}");
    }
    assert_eq!(
        text(&output.stderr),
        "",
        "no progress bar where nobody looks"
    );
    let list = text(&replay(&["--list"]).stdout);
    for part in [
        "cascade",
        "gap",
        "v-shape",
        "manipulated-market",
        "-49.7 %",
        "-24.2 %",
    ] {
        assert!(list.contains(part), "no {part:?} in {list}");
    }
}

#[test]
fn a_replay_draws_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, html) = (folder.path().join("a.svg"), folder.path().join("a.html"));
    let names = [&svg, &html].map(|path| path.to_str().unwrap().to_owned());
    let small = [CASCADE, &["--plot", &names[0], "--html", &names[1]]].concat();
    let output = replay(&small);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let drawn = std::fs::read_to_string(&svg).unwrap();
    for expected in [
        "BTC-PERP",
        "critical",
        "mutual reserve",
        "market reserves",
        "premium a year",
        "open-interest cap",
        "prefers-color-scheme: dark",
    ] {
        assert!(drawn.contains(expected), "{expected}");
    }
    // Marks: a triangle is a polygon, as is each layer.
    assert!(drawn.matches("<polygon").count() > 3, "no claim is marked");
    // Every colour is a variable of the style sheet.
    let drawn = drawn.split("</style>").nth(1).unwrap();
    assert!(!drawn.contains("=\"#"), "a colour without a mode");
    let page = std::fs::read_to_string(&html).unwrap();
    assert!(page.contains("<svg") && page.contains("Ballast replay"));
    assert!(
        !page.contains("http://") || page.matches("http://").count() == 1,
        "only the namespace"
    );

    let output = replay(&[CASCADE, &["--plot", "/dev/null/a.svg"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot be written"));
}
