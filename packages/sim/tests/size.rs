//! `size`: what it refuses, that its figures are the same on any machine, and that what it writes is what contracts accept.

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use ballast_testing::suite::{FundSeed, MarketSpec, SuiteBuilder};
use ballast_types::fund::{ConfigResponse, ExecuteMsg as FundMsg, QueryMsg as FundQuery};
use ballast_types::fund::{TopUp, TopUpKind};
use ballast_types::market::ExecuteMsg as MarketMsg;
use cosmwasm_std::Decimal;
use serde_json::Value;
use support::{atoms, count, text, write_bars, START};

/// A small sizing: 400 paths of two hours.
const SMALL: [&str; 6] = ["--draws", "400", "--horizon", "2h", "--block", "30"];

fn size(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command.arg("size").args(arguments).output().unwrap()
}

fn shown(file: &Path) -> &str {
    file.to_str().unwrap()
}

/// A folder, and a file in it with a crash.
fn crash() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = write_bars(folder.path(), "CRASHUSD.csv", START, 60, 300);
    (folder, file)
}

fn sized(file: &Path, more: &[&str]) -> Value {
    let mut more = more.to_vec();
    if !more.contains(&"--verify") {
        more.extend(["--verify", "0"]);
    }
    let all = [
        &[
            "--prices",
            shown(file),
            "--open-interest",
            "20000000",
            "--json",
        ],
        &SMALL[..],
        &more,
    ]
    .concat();
    let output = size(&all);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "nothing on standard error");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let (folder, file) = crash();
    let file = shown(&file);
    let profile = folder.path().join("oi.csv");
    std::fs::write(
        &profile,
        "timestamp_ms,open_interest\n1700006400000,5\nx,5\n",
    )
    .unwrap();
    let other = write_bars(folder.path(), "ODDUSD.csv", START, 90, 300);
    let (profile, other) = (shown(&profile), shown(&other));
    let one = ["--prices", file, "--open-interest", "1000000"];
    let with = |more: &[&'static str]| [&one[..], more].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (vec![], &["--prices"]),
        (vec!["--prices", file], &["--open-interest"]),
        (
            [&one[..], &["--prices", other]].concat(),
            &["2 files of prices", "1 of --open-interest"],
        ),
        (
            [&one[..], &one[..]].concat(),
            &["is given twice", "file of its own"],
        ),
        (
            [&one[..], &["--prices", other, "--open-interest", "5"]].concat(),
            &["60 s do not fit", "90 s"],
        ),
        (
            vec!["--prices", file, "--open-interest", profile],
            &["oi.csv:3: timestamp_ms"],
        ),
        (
            vec!["--prices", file, "--open-interest", "0"],
            &["--open-interest is zero"],
        ),
        (
            vec!["--prices", file, "--open-interest", "no.csv"],
            &["no.csv: cannot be read", "quote units"],
        ),
        (with(&["--leverage", "5:50"]), &["100"]),
        (with(&["--probability", "0"]), &["no probability"]),
        (with(&["--horizon", "1"]), &["length of time"]),
        (
            with(&["--draws", "100"]),
            &["--draws 100 cannot show", "at least 368"],
        ),
        (with(&["--write", "x.json"]), &["--market-contract"]),
        (
            with(&["--write", "x.json", "--market-contract", "m"]),
            &["--oracle", "0 of --feed"],
        ),
        (
            with(&["--first-market", "63", "--open-interest", "1"]),
            &["1 files of prices and 2"],
        ),
        (
            with(&["--fund-config", "Cargo.toml"]),
            &["Cargo.toml: is not JSON", "config"],
        ),
    ];
    for (arguments, expected) in cases {
        let output = size(&arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        for part in expected {
            assert!(message.contains(part), "{arguments:?}: {part}: {message}");
        }
    }
}

#[test]
fn the_same_seed_is_the_same_result_whatever_the_threads() {
    let (_folder, file) = crash();
    let mut one = sized(&file, &["--threads", "1"]);
    let mut many = sized(&file, &["--threads", "3"]);
    for report in [&mut one, &mut many] {
        report.as_object_mut().unwrap().remove("command");
    }
    assert_eq!(one, many);
    assert!(atoms(&one, "/asked/max") > 0, "nothing was at stake");
    let other = sized(&file, &["--seed", "2"]);
    assert_ne!(one["asked"], other["asked"]);
}

#[test]
fn the_target_is_met_and_a_larger_risk_asks_for_more() {
    let (_folder, file) = crash();
    let report = sized(&file, &[]);
    let high = report["probability"]["high"].as_f64().unwrap();
    assert!(high <= 0.01, "{high}");
    assert!(count(&report, "/paths_uncovered") <= 4);
    let fund = atoms(&report, "/fund_size");
    assert_eq!(
        fund,
        atoms(&report, "/mutual") + atoms(&report, "/markets/0/reserve")
    );
    let bolder = sized(&file, &["--leverage", "25:100"]);
    assert!(atoms(&bolder, "/fund_size") > fund);
    let later = sized(&file, &["--keeper-delay", "5"]);
    assert!(atoms(&later, "/fund_size") > fund);
    let lenient = sized(&file, &["--probability", "40%"]);
    assert!(atoms(&lenient, "/fund_size") < fund);
    let staked = sized(&file, &["--stake", "1000000"]);
    assert!(atoms(&staked, "/fund_size") < fund);
}

#[test]
fn contracts_accept_what_is_written_and_hold_it() {
    let (folder, file) = crash();
    let price = Decimal::from_ratio(700u128, 1u128);
    let spec = MarketSpec::new(
        "X-PERP",
        8,
        Decimal::from_ratio(1u128, 10u128),
        1_000,
        price,
    );
    let mut suite = SuiteBuilder::new()
        .seed(FundSeed { mutual: 0 })
        .market(spec)
        .build()
        .unwrap();
    let proposal = folder.path().join("sized.json");
    let (market, oracle) = (suite.market.to_string(), suite.price_feed.to_string());
    let feed = suite.markets[0].feed_id.clone();
    let report = sized(
        &file,
        &[
            "--write",
            shown(&proposal),
            "--market-contract",
            &market,
            "--oracle",
            &oracle,
            "--feed",
            &feed,
            "--first-market",
            "1",
        ],
    );
    let written: Value = serde_json::from_slice(&std::fs::read(&proposal).unwrap()).unwrap();
    assert_eq!(written["fund_size"], report["fund_size"]);
    let owner = suite.owner.clone();
    let (mut to_market, mut to_fund) = (vec![], vec![]);
    for message in written["messages"].as_array().unwrap() {
        let body = message["msg"].clone();
        match message["to"].as_str().unwrap() {
            "perp-market" => {
                let body: MarketMsg = serde_json::from_value(body).unwrap();
                let contract = suite.market.clone();
                suite.execute(&owner, &contract, &body, &[]).unwrap();
                to_market.push(body);
            }
            "insurance-fund" => {
                let body: FundMsg = serde_json::from_value(body).unwrap();
                let contract = suite.fund.clone();
                suite.execute(&owner, &contract, &body, &[]).unwrap();
                to_fund.push(body);
            }
            other => panic!("{other}"),
        }
    }
    let [MarketMsg::ListMarket(listed)] = &to_market[..] else {
        panic!("{to_market:?}");
    };
    let [FundMsg::RegisterMarket { parameters, .. }, FundMsg::UpdateParameters {
        parameters: of_fund,
    }] = &to_fund[..]
    else {
        panic!("{to_fund:?}");
    };
    assert_eq!(
        &suite.market_info(1).unwrap().config.parameters,
        &listed.parameters
    );
    assert_eq!(listed.symbol, "CRASH-PERP");
    assert_eq!(&suite.claimant(1).unwrap().parameters, parameters);
    assert_eq!(
        u128::from(parameters.risk_weight_ppm),
        u128::from(count(&report, "/markets/0/risk_weight_ppm"))
    );
    let config: ConfigResponse = suite.ask_fund(&FundQuery::Config {}).unwrap();
    // What loosens waits; what was sized tightens, and is in force.
    assert_eq!(
        config.parameters.mutual_window_ppm,
        of_fund.mutual_window_ppm
    );

    // The coins that it names make the fund that it sized.
    for payment in written["top_ups"].as_array().unwrap() {
        let kind: TopUpKind = serde_json::from_value(payment["kind"].clone()).unwrap();
        let market: Option<u32> = serde_json::from_value(payment["market"].clone()).unwrap();
        let amount: u128 = payment["amount"].as_str().unwrap().parse().unwrap();
        suite.mint(&owner, amount).unwrap();
        let top_up = TopUp {
            contract: Some(suite.market.to_string()),
            market,
            kind,
            state: None,
        };
        suite.top_up(&owner, &top_up, amount).unwrap();
    }
    let solvency = suite.solvency().unwrap();
    assert_eq!(solvency.booked.u128(), atoms(&report, "/fund_size"));
    assert_eq!(solvency.mutual.u128(), atoms(&report, "/mutual"));
}

#[test]
fn markets_that_are_there_are_adjusted_and_the_rest_of_the_fund_stays() {
    let (folder, file) = crash();
    let config = folder.path().join("config.json");
    let mut parameters = ballast_insurance_fund::default_parameters();
    parameters.drawdown.trip_ppm = 290_000;
    let answer = serde_json::json!({ "data": {
        "collateral": { "native": "uusd" }, "parameters": parameters
    } });
    std::fs::write(&config, answer.to_string()).unwrap();
    let proposal = folder.path().join("sized.json");
    sized(
        &file,
        &[
            "--write",
            shown(&proposal),
            "--market-contract",
            "market",
            "--adjust",
            "--fund-config",
            shown(&config),
        ],
    );
    let written: Value = serde_json::from_slice(&std::fs::read(&proposal).unwrap()).unwrap();
    let messages = written["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2);
    assert!(messages[0]["msg"]["update_market"].is_object());
    assert_eq!(
        messages[1]["msg"]["update_parameters"]["parameters"]["drawdown"]["trip_ppm"],
        290_000
    );
}

#[test]
fn the_worst_stretch_is_played_through_the_contracts() {
    let (_folder, file) = crash();
    let report = sized(&file, &["--verify", "1", "--verify-bars", "20"]);
    let verification = &report["verification"];
    assert_eq!(count(verification, "/runs"), 1);
    let stretch = &verification["stretches"][0];
    assert!(count(stretch, "/model_asked_ppm") > 0);
    assert!(count(stretch, "/contracts_asked_ppm") > 0);
    assert!(count(stretch, "/open_interest_ppm") > 0);
}

#[test]
fn two_files_are_two_markets_that_fall_together() {
    let (folder, first) = crash();
    let second = write_bars(folder.path(), "OTHERUSD.csv", START, 60, 300);
    let (first, second) = (shown(&first), shown(&second));
    let both = [
        &["--prices", first, "--open-interest", "20000000"],
        &["--prices", second, "--open-interest", "10000000"],
        &SMALL[..],
        &["--verify", "0"],
    ]
    .concat();
    let output = size(&both);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for part in [
        "CRASH-PERP",
        "OTHER-PERP",
        "mutual reserve",
        "something uncovered",
    ] {
        assert!(table.contains(part), "{table}");
    }
    assert!(
        table.lines().all(|line| line.chars().count() <= 150),
        "{table}"
    );
}
