//! Every kind is proposed, voted on and executed at the real contracts.

use assert_cmd::Command;
use ballast_testing::suite::{Listed, MarketSpec};
use ballast_types::fund::SurplusResponse;
use ballast_types::governance::{ExecuteMsg, Speed};
use ballast_types::{fund, price_feed};
use cosmwasm_std::{Response, StdResult};
use cw_multi_test::ContractWrapper;
use serde_json::{json, Value};

use crate::support::{text, write_bars, START};
use crate::world::World;

const DAY: u64 = 86_400;

/// A second feed, which the new market is to have.
fn with_feed(world: &mut World) -> String {
    let suite = &mut world.suite;
    let spec = MarketSpec::eth();
    let feed_id = "e".repeat(64);
    let feed = spec.feed(&feed_id, &suite.feeders, 600);
    let (owner, contract) = (suite.owner.clone(), suite.price_feed.clone());
    let message = price_feed::ExecuteMsg::SetFeed { feed };
    suite.execute(&owner, &contract, &message, &[]).unwrap();
    feed_id
}

/// So that prices of the new market's feed are pushed and its standing is asked for.
fn know(world: &mut World, feed_id: String) {
    world.suite.markets.push(Listed {
        id: 1,
        spec: MarketSpec::eth(),
        feed_id,
    });
}

#[test]
fn a_market_is_listed_and_registered() {
    let mut world = World::new();
    let feed_id = with_feed(&mut world);
    let written = world.write(&[
        "list-market",
        "--symbol",
        "ETH-PERP",
        "--base-decimals",
        "18",
        "--tick",
        "0.1",
        "--lot",
        "1000000000000000",
        "--feed-id",
        &feed_id,
        "--min-price",
        "15",
        "--max-price",
        "1500000",
        "--set",
        "initial_margin_ppm=100000",
        "--set",
        "open_interest_cap=7000000000000",
        "--risk-weight-ppm",
        "50000",
        "--fund-cap",
        "6000000",
    ]);
    assert_eq!(written.summary["title"], "List ETH-PERP");
    let none = || Value::from("none");
    let (from, to, _) = written.change(0, "parameters.initial_margin_ppm");
    assert_eq!((from, to), (none(), Value::from("100000")));
    // Registration waits at the fund: the summary says so, and `carry` proves it to the second.
    let waits = &written.item(1)["effect"]["waits"];
    assert_eq!(waits["secs"], 21 * DAY);
    assert_eq!(
        written.item(1)["effective_at"],
        written.time("ready_at") + 21 * DAY
    );
    // The price of the new feed has to be there when it is executed.
    know(&mut world, feed_id);
    world.carry(&written);
    assert_eq!(world.in_force("/markets/data/1/config/symbol"), "ETH-PERP");
    for field in ["initial_margin_ppm", "open_interest_cap", "taker_fee_ppm"] {
        let (_, to, _) = written.change(0, &format!("parameters.{field}"));
        let pointer = format!("/markets/data/1/config/parameters/{field}");
        assert_eq!(world.in_force(&pointer), to, "{field}");
    }
    for field in ["risk_weight_ppm", "open_interest_cap", "reserve_target"] {
        let (_, to, _) = written.change(1, field);
        let pointer = format!("/claimants/1/data/parameters/{field}");
        assert_eq!(world.in_force(&pointer), to, "{field}");
    }
}

/// The file of `cargo ballast size --write`, in its documented shape.
#[test]
fn sized_parameters_are_proposed_as_they_are() {
    let mut world = World::new();
    let feed_id = with_feed(&mut world);
    let market = world.suite.market.to_string();
    let sized = json!({
        "fund_size": "1",
        "top_ups": [{ "kind": "reserve", "market": 1, "amount": "5" }],
        "messages": [
            // What is in force already is no reason to refuse the rest.
            { "to": "insurance-fund", "msg": { "update_parameters": {
                "parameters": world.state()["fund"]["data"]["parameters"],
            } } },
            { "to": "perp-market", "msg": { "list_market": {
                "symbol": "ETH-PERP", "base_decimals": 18, "tick_size": "0.1", "lot_size": "1000000000000000",
                "isolated": false,
                "oracle": { "contract": world.suite.price_feed, "feed_id": feed_id, "max_confidence_ppm": 10_000,
                    "min_price": "15", "max_price": "1500000" },
                "parameters": ballast_perp_market::parameters::default_market(),
            } } },
            { "to": "insurance-fund", "msg": { "register_market": {
                "contract": market, "market": 1,
                "parameters": { "risk_weight_ppm": 40_000, "open_interest_cap": "9000000", "reserve_target": "5",
                    "isolated": false },
            } } },
        ],
    });
    let file = world.file("sized.json", &sized);
    let written = world.write(&["list-market", "--parameters", file.to_str().unwrap()]);
    assert_eq!(written.summary["title"], "List ETH-PERP");
    assert_eq!(written.item(0)["changes_nothing"], true);
    let notes = written.summary["notes"].to_string();
    assert!(
        notes.contains("5 quote atoms as reserve of market 1"),
        "{notes}"
    );
    know(&mut world, feed_id);
    world.carry(&written);
    assert_eq!(
        world.in_force("/claimants/1/data/parameters/risk_weight_ppm"),
        "40000"
    );
}

/// From a history to a market in force: `size` writes, `propose` reads, the DAO votes.
#[test]
fn what_size_writes_is_proposed_and_in_force_after_the_vote() {
    let mut world = World::new();
    let feed_id = with_feed(&mut world);
    let folder = world.folder.path();
    let prices = write_bars(folder, "CRASHUSD.csv", START, 60, 300);
    let (file, config) = (folder.join("sized.json"), folder.join("fund.json"));
    std::fs::write(&config, world.state()["fund"].to_string()).unwrap();
    let (market, oracle) = (
        world.suite.market.to_string(),
        world.suite.price_feed.to_string(),
    );
    let sized = Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(["size", "--open-interest", "1000000", "--horizon", "2h"])
        .args(["--draws", "400", "--block", "30", "--verify", "0", "--json"])
        .args(["--market-contract", &market, "--first-market", "1"])
        .args(["--oracle", &oracle, "--feed", &feed_id])
        .arg("--prices")
        .arg(prices)
        .arg("--fund-config")
        .arg(config)
        .arg("--write")
        .arg(&file)
        .output()
        .unwrap();
    assert!(sized.status.success(), "{}", text(&sized.stderr));
    let sized: Value = serde_json::from_slice(&sized.stdout).unwrap();
    let written = world.write(&["list-market", "--parameters", file.to_str().unwrap()]);
    assert_eq!(written.summary["title"], "List CRASH-PERP");
    know(&mut world, feed_id);
    world.carry(&written);
    assert_eq!(
        world.in_force("/markets/data/1/config/symbol"),
        "CRASH-PERP"
    );
    let weight = sized["markets"][0]["risk_weight_ppm"].to_string();
    let pointer = "/claimants/1/data/parameters/risk_weight_ppm";
    assert_eq!(world.in_force(pointer), weight);
}

#[test]
fn a_risk_weight_that_falls_waits_and_one_that_rises_does_not() {
    let pointer = "/claimants/0/data/parameters/risk_weight_ppm";
    for (to, direction, waits) in [("30000", "tightens", false), ("10000", "loosens", true)] {
        let mut world = World::new();
        let written = world.write(&["risk-weight", "--market", "0", "--to", to]);
        assert_eq!(
            written.change(0, "risk_weight_ppm"),
            (world.in_force(pointer), to.into(), direction.into())
        );
        assert_eq!(written.item(0)["effect"].get("waits").is_some(), waits);
        world.carry(&written);
        assert_eq!(world.in_force(pointer), to);
    }
}

#[test]
fn a_cap_is_lowered_in_a_crash_by_a_protective_proposal() {
    let mut world = World::new();
    let arguments = ["cap", "--market", "0", "--to", "250000.5"];
    // The ordinary way says that there is a shorter one.
    let ordinary = world.write(&arguments);
    assert!(ordinary.summary["notes"]
        .to_string()
        .contains("--protective"));
    let written = world.write(&[&arguments[..], &["--protective"]].concat());
    assert!(matches!(
        written.proposal,
        ExecuteMsg::ProposeProtective { .. }
    ));
    assert_eq!(
        written.time("ready_at"),
        world.suite.now() + DAY / 2,
        "a vote, and nothing after it"
    );
    for index in [0, 1] {
        let (_, to, direction) = written.change(index, "open_interest_cap");
        assert_eq!((to, direction), ("250000500000".into(), "tightens".into()));
    }
    world.carry(&written);
    for pointer in [
        "/markets/data/0/config/parameters/open_interest_cap",
        "/claimants/0/data/parameters/open_interest_cap",
    ] {
        assert_eq!(world.in_force(pointer), "250000500000");
    }
}

#[test]
fn a_cap_that_rises_waits_in_market_and_fund() {
    let mut world = World::new();
    let written = world.write(&["cap", "--market", "0", "--to", "60000000"]);
    for index in [0, 1] {
        assert_eq!(
            written.item(index)["effect"]["waits"]["loosens"],
            "open_interest_cap"
        );
    }
    world.carry(&written);
    assert_eq!(
        world.in_force("/markets/data/0/config/parameters/open_interest_cap"),
        "60000000000000"
    );
}

#[test]
fn bands_are_changed() {
    let mut world = World::new();
    let written = world.write(&["bands", "--surplus-ppm", "1600000", "--watch-ppm", "900000"]);
    let field = "thresholds.surplus_ppm";
    assert_eq!(
        written.change(0, field),
        ("1500000".into(), "1600000".into(), "tightens".into())
    );
    // One band that loosens holds up the whole message.
    assert_eq!(
        written.item(0)["effect"]["waits"]["loosens"],
        "thresholds.watch_ppm"
    );
    world.carry(&written);
    let bands = "/fund/data/parameters/thresholds";
    assert_eq!(world.in_force(&format!("{bands}/surplus_ppm")), "1600000");
    assert_eq!(world.in_force(&format!("{bands}/watch_ppm")), "900000");
}

#[test]
fn another_contract_is_registered() {
    let mut world = World::new();
    let other = world.suite.address("another market").to_string();
    let written = world.write(&[
        "register",
        "--contract",
        &other,
        "--market",
        "3",
        "--isolated",
    ]);
    world.carry(&written);
    let found: fund::ClaimantResponse = world
        .suite
        .ask_fund(&fund::QueryMsg::Market {
            contract: other,
            market: 3,
        })
        .unwrap();
    assert_eq!(found.parameters.risk_weight_ppm, 20_000);
    assert!(found.parameters.isolated);
}

#[test]
fn feeders_are_appointed_after_the_price_feeds_own_delay() {
    let mut world = World::new();
    let feed_id = world.suite.markets[0].feed_id.clone();
    let feeders: Vec<String> = (0..5)
        .map(|number| world.suite.address(&format!("feeder{number}")).to_string())
        .collect();
    let written = world.write(&[
        "feeders",
        "--feed-id",
        &feed_id,
        "--feeders",
        &feeders.join(","),
        "--quorum",
        "3",
    ]);
    assert_eq!(written.summary["timing"]["speed"], Speed::Normal.as_str());
    let waits = &written.item(0)["effect"]["waits"];
    assert_eq!(waits["loosens"], "feeders");
    assert_eq!(waits["secs"], 21 * DAY);
    assert_eq!(written.change(0, "quorum").0, "2");
    world.carry(&written);
    assert_eq!(world.in_force("/feeds/data/0/quorum"), "3");
    assert_eq!(written.change(0, "feeders").1, feeders.join(", "));
    let state = world.state();
    assert_eq!(state["feeds"]["data"][0]["feeders"], json!(feeders));
}

#[test]
fn surplus_goes_to_who_was_appointed() {
    let mut world = World::new();
    let recipient = world.suite.address("treasury");
    let written = world.write(&["pay-surplus", "--recipient", recipient.as_str()]);
    assert_eq!(
        written.change(0, "recipient"),
        ("none".into(), recipient.as_str().into(), Value::Null)
    );
    world.carry(&written);
    assert_eq!(
        world.in_force("/surplus/data/recipient"),
        recipient.as_str()
    );
}

#[test]
fn a_lot_of_surplus_is_paid() {
    let mut world = World::new();
    let recipient = world.suite.address("treasury");
    world.suite.appoint_surplus_recipient(&recipient).unwrap();
    let before: SurplusResponse = world.suite.ask_fund(&fund::QueryMsg::Surplus {}).unwrap();
    assert!(!before.next_lot.is_zero(), "{before:?}");
    let written = world.write(&["pay-surplus"]);
    let subject = written.item(0)["subject"].as_str().unwrap();
    assert!(
        subject.starts_with(&before.next_lot.to_string()),
        "{subject}"
    );
    world.carry(&written);
    // Premiums of the days of voting are in it as well.
    let paid = world.suite.balance(&recipient).unwrap();
    assert!(paid >= before.next_lot.u128(), "{paid}");
    let after: SurplusResponse = world.suite.ask_fund(&fund::QueryMsg::Surplus {}).unwrap();
    assert_eq!(after.paid.u128(), paid);
}

#[test]
fn a_contract_is_migrated() {
    let mut world = World::new();
    let next = ContractWrapper::new(
        ballast_perp_market::entry::execute,
        ballast_perp_market::entry::instantiate,
        ballast_perp_market::entry::query,
    )
    .with_migrate(|_, _, msg: Value| -> StdResult<Response> {
        Ok(Response::new().add_attribute("told", msg.to_string()))
    });
    let code = world.suite.app.store_code(Box::new(next)).to_string();
    let written = world.write(&[
        "migrate",
        "--contract",
        "market",
        "--code-id",
        &code,
        "--msg",
        r#"{"keep":1}"#,
    ]);
    let old = world.suite.codes.market.to_string();
    assert_eq!(
        written.change(0, "code_id"),
        (old.into(), code.clone().into(), Value::Null)
    );
    assert_eq!(written.summary["timing"]["speed"], "adverse");
    world.carry(&written);
    let data = world.suite.app.contract_data(&world.suite.market).unwrap();
    assert_eq!(data.code_id.to_string(), code);
}

/// Where votes are final a proposer with enough power decides at once: the earliest time of the summary.
#[test]
fn an_early_decision_is_possible_when_the_summary_says() {
    let mut world = World::new();
    let mighty = world.suite.new_voter("mighty", 9_000).unwrap();
    world.suite.next_block();
    let written = world.write(&["risk-weight", "--market", "0", "--to", "30000"]);
    world.suite.govern(&mighty, &written.proposal).unwrap();
    let earliest = written.time("ready_at_earliest");
    assert_eq!(earliest, world.suite.now() + 2 * DAY);
    world.suite.set_time(earliest - 1).unwrap();
    world.suite.execute_proposal(1).unwrap_err();
    world.suite.set_time(earliest).unwrap();
    world.suite.execute_proposal(1).unwrap();
    assert_eq!(
        world.in_force("/claimants/0/data/parameters/risk_weight_ppm"),
        "30000"
    );
}

/// What somebody else wrote is checked and summarised the same.
#[test]
fn a_proposal_is_read_back() {
    let mut world = World::new();
    let file = world.folder.path().join("lowered.json");
    let arguments = ["cap", "--market", "0", "--to", "250000", "--protective"];
    let write = ["--write", file.to_str().unwrap()];
    let output = world.run(&[&arguments[..], &write].concat());
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    for part in [
        "open_interest_cap: 50,000,000,000,000 -> 250,000,000,000 (tightens)",
        "voting ends          12 h after it is proposed",
        "takes effect when the proposal is executed",
        "wasmd tx wasm execute",
    ] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    let written = world.write(&["raw", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        written.proposal,
        serde_json::from_str::<ExecuteMsg>(&text).unwrap()
    );
    world.carry(&written);
}

/// Without the state nothing is made up.
#[test]
fn without_a_state_what_is_in_force_is_not_given() {
    let world = World::new();
    let [deployment, state] = world.files();
    let to = world.suite.address("treasury").to_string();
    std::fs::write(state, "{}").unwrap();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(["propose", "pay-surplus", "--recipient", &to, "--deployment"])
        .arg(deployment)
        .output()
        .unwrap();
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    for part in [
        "recipient: not given ->",
        "or 21 d after that if it loosens",
        "governance's settings were not given",
    ] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    serde_json::from_slice::<ExecuteMsg>(&output.stdout).unwrap();
}

/// Sixteen listings do not fit a description field by field: then it names the messages alone.
#[test]
fn a_description_always_fits() {
    let world = World::new();
    let listing = |number: u32| {
        json!({ "to": "perp-market", "msg": { "list_market": {
            "symbol": format!("M{number}-PERP"), "base_decimals": 8, "tick_size": "1", "lot_size": "10000",
            "isolated": false,
            "oracle": { "contract": world.suite.price_feed, "feed_id": world.suite.markets[0].feed_id,
                "max_confidence_ppm": 10_000, "min_price": "15", "max_price": "1500000" },
            "parameters": ballast_perp_market::parameters::default_market(),
        } } })
    };
    let sized = json!({ "messages": (0..16).map(listing).collect::<Vec<_>>() });
    let file = world.file("sized.json", &sized);
    let written = world.write(&["list-market", "--parameters", file.to_str().unwrap()]);
    let ExecuteMsg::Propose { description, .. } = written.proposal else {
        panic!("an ordinary proposal");
    };
    assert!(description.contains("16. perp-market list_market: M15-PERP"));
    assert!(!description.contains("taker_fee_ppm"));
}
