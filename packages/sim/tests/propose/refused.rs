//! What the contracts would refuse is not written: exit code 2, what was found and what was expected.

use serde_json::{json, Value};

use crate::world::World;

fn contains(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
}

const LISTING: [&str; 13] = [
    "list-market",
    "--symbol",
    "ETH-PERP",
    "--tick",
    "0.1",
    "--lot",
    "1000",
    "--feed-id",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "--min-price",
    "15",
    "--max-price",
    "1500000",
];

/// The listing above with one option other than there.
fn listing<'a>(option: &'a str, value: &'a str) -> Vec<&'a str> {
    let mut arguments = LISTING.to_vec();
    match arguments.iter().position(|argument| *argument == option) {
        Some(place) => arguments[place + 1] = value,
        None => arguments.extend([option, value]),
    }
    arguments
}

// P1: the ranges are the contracts'.
#[test]
fn values_out_of_their_range_name_the_range() {
    let world = World::new();
    world.write(&LISTING);
    for (option, value, parts) in [
        (
            "--set",
            "initial_margin_ppm=9999",
            &[
                "perp-market would refuse",
                "initial_margin_ppm",
                "10000",
                "9999",
            ][..],
        ),
        (
            "--set",
            "price_band_ppm=900001",
            &["price_band_ppm", "900000"],
        ),
        (
            "--set",
            "max_liquidation_fee_ppm=31000",
            &["max_liquidation_fee_ppm"],
        ),
        (
            "--set",
            "nonsense=1",
            &["nonsense", "one of", "taker_fee_ppm"],
        ),
        (
            "--set",
            "taker_fee_ppm=lots",
            &["taker_fee_ppm=lots", "whole number"],
        ),
        ("--set", "taker_fee_ppm", &["NAME=VALUE"]),
        ("--symbol", "BTC-PERP", &["BTC-PERP"]),
        ("--symbol", "", &["symbol"]),
        ("--base-decimals", "19", &["base_decimals", "18"]),
        ("--min-price", "0", &["min_price may not be 0"]),
        (
            "--max-price",
            "15000001",
            &["max_price / min_price", "1000000"],
        ),
        ("--tick", "a lot", &["--tick", "plain decimal"]),
        ("--lot", "1", &["perp-market would refuse"]),
        ("--max-confidence-ppm", "0", &["max_confidence_ppm"]),
        (
            "--risk-weight-ppm",
            "999",
            &["insurance-fund would refuse", "risk_weight_ppm", "1000"],
        ),
        ("--fund-cap", "1.1234567", &["--fund-cap", "6 decimals"]),
        (
            "--market",
            "7",
            &["the market to be registered", "less than 2"],
        ),
        (
            "--feed-id",
            "00000000000000000000000000000000000000000000000000000000000000ff",
            &["a feed that the price feed has"],
        ),
        ("--oracle", "somewhere", &["the oracle", "somewhere"]),
    ] {
        contains(&world.refuse(&listing(option, value)), parts);
    }
}

#[test]
fn changes_that_cannot_be_are_refused() {
    let world = World::new();
    let feed = world.suite.markets[0].feed_id.clone();
    let feeder = world.suite.feeders[0].to_string();
    let twice = format!("{feeder},{feeder}");
    let market = world.suite.market.to_string();
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["risk-weight", "--market", "0", "--to", "1000001"],
            &["risk_weight_ppm", "1000000", "1000001"],
        ),
        (
            &["risk-weight", "--market", "0", "--to", "20000"],
            &["nothing would change"],
        ),
        (
            &["risk-weight", "--market", "5", "--to", "30000"],
            &["market 5", "--state"],
        ),
        (
            &["cap", "--market", "0", "--to", "50000000"],
            &["nothing would change"],
        ),
        (&["cap", "--market", "0", "--to", "-1"], &["error"]),
        (
            &["bands", "--surplus-ppm", "1100000"],
            &["insurance-fund would refuse", "strictly descending"],
        ),
        (
            &["bands", "--hysteresis-ppm", "500001"],
            &["hysteresis_ppm", "500000"],
        ),
        (&["bands"], &["nothing would change"]),
        (
            &["register", "--market", "0"],
            &["insurance-fund would refuse", &market],
        ),
        (&["register", "--market", "1"], &["less than 1"]),
        (
            &["register", "--contract", "x", "--market", "1"],
            &["the claimant"],
        ),
        (
            &[
                "feeders",
                "--feed-id",
                &feed,
                "--feeders",
                &feeder,
                "--quorum",
                "2",
            ],
            &["price-feed would refuse", "quorum"],
        ),
        (
            &[
                "feeders",
                "--feed-id",
                &feed,
                "--feeders",
                &twice,
                "--quorum",
                "2",
            ],
            &["price-feed would refuse", &feeder],
        ),
        (
            &["feeders", "--feed-id", "ff", "--feeders", &feeder],
            &["symbol", "not known"],
        ),
        (
            &["migrate", "--contract", "market", "--code-id", "0"],
            &["from 1"],
        ),
        (
            &[
                "migrate",
                "--contract",
                "market",
                "--code-id",
                "9",
                "--msg",
                "{",
            ],
            &["--msg", "JSON"],
        ),
        (
            &["pay-surplus", "--recipient", "nobody"],
            &["recipient", "nobody"],
        ),
        (
            &[
                "risk-weight",
                "--market",
                "0",
                "--to",
                "30000",
                "--title",
                "",
            ],
            &["governance would refuse", "title"],
        ),
    ];
    for (arguments, parts) in cases {
        contains(&world.refuse(arguments), parts);
    }
}

/// The short way is for what only tightens.
#[test]
fn what_loosens_is_not_protective() {
    let world = World::new();
    let refused = |arguments: &[&str]| {
        let told = world.refuse(&[arguments, &["--protective"]].concat());
        contains(&told, &["governance would refuse"]);
        told
    };
    contains(
        &refused(&["risk-weight", "--market", "0", "--to", "10000"]),
        &["risk_weight_ppm would loosen: 20000 to 10000"],
    );
    refused(&["bands", "--surplus-ppm", "1600000"]);
    refused(&["pay-surplus"]);
}

#[test]
fn a_jump_of_maintenance_margin_is_refused() {
    let world = World::new();
    let mut parameters = world.suite.market_info(0).unwrap().config.parameters;
    parameters.initial_margin_ppm = 56_000;
    let update = json!({ "update_market": { "market": 0, "parameters": parameters } });
    let sized = json!({ "messages": [{ "to": "perp-market", "msg": update }] });
    let file = world.file("sized.json", &sized);
    let told = world.refuse(&["list-market", "--parameters", file.to_str().unwrap()]);
    contains(&told, &["33600 ppm", "at most 33000 ppm"]);
}

#[test]
fn files_that_are_none_are_named() {
    let world = World::new();
    let parameters = |content: &Value| {
        let file = world.file("sized.json", content);
        world.refuse(&["list-market", "--parameters", file.to_str().unwrap()])
    };
    contains(&parameters(&json!({})), &["sized.json", "messages"]);
    contains(&parameters(&json!({ "messages": [] })), &["at least one"]);
    let to = json!({ "messages": [{ "to": "the bank", "msg": {} }] });
    contains(
        &parameters(&to),
        &["\"the bank\"", "perp-market or insurance-fund"],
    );
    let other = json!({ "messages": [{ "to": "perp-market", "msg": { "sell": {} } }] });
    contains(&parameters(&other), &["message 0", "sell"]);

    let raw = |content: &Value| {
        let file = world.file("raw.json", content);
        world.refuse(&["raw", file.to_str().unwrap()])
    };
    contains(
        &raw(&json!({ "vote": { "proposal_id": 1, "vote": "yes" } })),
        &["propose"],
    );
    let to_market = |msg: &str| {
        json!([{ "wasm": { "execute": {
            "contract_addr": world.suite.market,
            "msg": cosmwasm_std::Binary::from(msg.as_bytes()),
            "funds": [],
        } } }])
    };
    let told = raw(&to_market(r#"{"update_markets":{}}"#));
    contains(
        &told,
        &["message 0 is none of perp-market", "update_markets"],
    );
    // E1: governance sends itself settings and nothing else.
    let itself = json!([{ "wasm": { "execute": {
        "contract_addr": world.suite.governance().unwrap(),
        "msg": cosmwasm_std::Binary::from(br#"{"execute":{"proposal_id":1}}"#),
        "funds": [],
    } } }]);
    contains(
        &raw(&itself),
        &["governance would refuse", "confirm_protective"],
    );
    contains(
        &world.refuse(&["raw", "missing.json"]),
        &["missing.json", "cannot be read"],
    );
}

#[test]
fn a_state_that_is_none_is_named() {
    let world = World::new();
    let [deployment, state] = world.files();
    let run = |content: &Value| {
        std::fs::write(&state, content.to_string()).unwrap();
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ballast"))
            .args(["propose", "pay-surplus", "--deployment"])
            .arg(&deployment)
            .arg("--state")
            .arg(&state)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    contains(
        &run(&json!({ "funds": 1 })),
        &["state.json", "\"funds\"", "solvency"],
    );
    contains(
        &run(&json!({ "fund": { "data": {} } })),
        &["state.json", "fund: missing field"],
    );
}

#[test]
fn addresses_that_nobody_gave_are_asked_for() {
    let run = |arguments: &[&str]| {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ballast"))
            .arg("propose")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    contains(
        &run(&["pay-surplus"]),
        &["the insurance fund", "--fund or --deployment"],
    );
    contains(
        &run(&["pay-surplus", "--fund", "osmo1x"]),
        &["governance", "--governance or --deployment"],
    );
    contains(
        &run(&["pay-surplus", "--fund", "osmo1x", "--governance", "osmo1y"]),
        &[
            "the address of governance",
            "osmo1y",
            "an address of the chain",
        ],
    );
}

/// Only governance's own contracts can be migrated by it.
#[test]
fn a_contract_with_another_admin_is_not_migrated() {
    let world = World::new();
    let [_, file] = world.files();
    let mut state: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    state["contracts"][0]["contract_info"]["admin"] = "ballast1somebody".into();
    std::fs::write(&file, state.to_string()).unwrap();
    let deployment = world.folder.path().join("suite.json");
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args([
            "propose",
            "migrate",
            "--contract",
            "market",
            "--code-id",
            "99",
            "--deployment",
        ])
        .arg(deployment)
        .arg("--state")
        .arg(file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    contains(
        &String::from_utf8(output.stderr).unwrap(),
        &["the admin of", "ballast1somebody", "governance"],
    );
}
