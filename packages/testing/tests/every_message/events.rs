//! Rules T1 and S6: what the contracts emit is what `ballast_types::events` documents, and where an event names coins that
//! left, they left.

use std::collections::{BTreeMap, BTreeSet};

use ballast_testing::metering::scenarios::{Prepared, Scenario, Stage};
use ballast_types::events::{attribute, is, market};
use cosmwasm_std::Event;

use crate::for_each;

/// The source in which names and attributes are documented.
const DOCUMENTED: &str = include_str!("../../../types/src/events.rs");

/// Events of states that no scenario is in, and where they are tested.
const ELSEWHERE: [(&str, &str); 12] = [
    (
        "ballast_governance_freeze_failed",
        "governance/tests/guardian.rs",
    ),
    ("ballast_deleverage_skipped", "market/deleveraging.rs"),
    ("ballast_deficit", "whole_life.rs"),
    ("ballast_deficit_repaid", "whole_life.rs"),
    ("ballast_fund_level", "insurance-fund/tests/solvency.rs"),
    ("ballast_fund_drawdown", "insurance-fund/tests/drawdown.rs"),
    ("ballast_fund_drip", "insurance-fund/tests/underwriting.rs"),
    ("ballast_fund_slash", "insurance-fund/tests/underwriting.rs"),
    (
        "ballast_fund_unowned",
        "insurance-fund/tests/underwriting.rs",
    ),
    (
        "ballast_fund_rebase",
        "insurance-fund/tests/underwriting.rs",
    ),
    ("ballast_withdrawal_failed", "market/outflow.rs"),
    ("ballast_funding_rate", "market/funding.rs"),
];

/// Attributes that only some states have.
const OPTIONAL: [(&str, &str); 0] = [];

/// Name of an event -> attributes in backticks in the comment above it. What stands in parentheses explains values.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let mut comment = String::new();
    for line in DOCUMENTED.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
            comment.push(' ');
        } else {
            if line.starts_with("pub const") {
                let name = line.split('"').nth(1).unwrap_or_default().to_owned();
                all.insert(name, keys(&comment));
            }
            comment.clear();
        }
    }
    all
}

fn keys(comment: &str) -> BTreeSet<String> {
    let (mut depth, mut plain) = (0, String::new());
    for letter in comment.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let quoted = plain.split('`').skip(1).step_by(2);
    let key = |text: &&str| {
        !text.is_empty()
            && !text.starts_with("ballast_")
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    quoted.filter(key).map(str::to_owned).collect()
}

fn own(events: &[Event]) -> impl Iterator<Item = (&str, &Event)> {
    events
        .iter()
        .filter_map(|event| Some((event.ty.strip_prefix("wasm-")?, event)))
        .filter(|(name, _)| name.starts_with("ballast_"))
}

// T1: the keys of every event, both ways
#[test]
fn events_are_what_their_documentation_says() {
    let documented = documented();
    assert!(documented.len() > 25, "the documentation is read");
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for_each(|stage, scenario, prepared| {
        let response = stage.execute(&prepared).unwrap();
        for (name, event) in own(&response.events) {
            let known = documented
                .get(name)
                .unwrap_or_else(|| panic!("{name} is not documented"));
            for attribute in &event.attributes {
                let key = attribute.key.as_str();
                let bound = key.ends_with("_bound");
                assert!(
                    key == "_contract_address" || known.contains(key) || bound,
                    "{}: {name} has `{key}`, documented are {known:?}",
                    scenario.name()
                );
                seen.entry(name.to_owned())
                    .or_default()
                    .insert(key.to_owned());
            }
        }
    });
    let mut missing = vec![];
    for (name, known) in &documented {
        let Some(keys) = seen.get(name) else {
            if !ELSEWHERE.iter().any(|(elsewhere, _)| elsewhere == name) {
                missing.push(format!("no scenario emits {name}"));
            }
            continue;
        };
        for key in known.iter().filter(|key| !keys.contains(*key)) {
            if !OPTIONAL.contains(&(name, key)) {
                missing.push(format!(
                    "{name}: `{key}` is documented and never there, {keys:?} are"
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    println!("{} kinds of events, {} seen", documented.len(), seen.len());
}

// T1: the first attribute of what a contract says of a message is the action
#[test]
fn every_message_names_its_action_first() {
    for_each(|stage, scenario, prepared| {
        let response = stage.execute(&prepared).unwrap();
        let contract = prepared.contract.as_str();
        let said = response.events.iter().find(|event| {
            event.ty == "wasm" && attribute(event, "_contract_address") == Some(contract)
        });
        let first = said.and_then(|event| event.attributes.get(1));
        assert_eq!(
            first.map(|attribute| attribute.key.as_str()),
            Some("action"),
            "{}",
            scenario.name()
        );
    });
}

/// What the market's events say that left it, less what came.
fn said_to_leave(stage: &Stage, events: &[Event]) -> i128 {
    let market_address = stage.suite.market.as_str();
    let number = |event: &Event, key: &str| -> i128 {
        attribute(event, key).map_or(0, |text| text.parse().unwrap())
    };
    events
        .iter()
        .map(|event| {
            if is(event, market::WITHDRAW) || is(event, market::WITHDRAWAL_PAID) {
                number(event, "amount")
            } else if is(event, market::DEPOSIT) {
                -number(event, "amount")
            } else if is(event, market::FLUSH) && attribute(event, "result") == Some("sent") {
                number(event, "amount")
            } else if is(event, market::LIQUIDATION) {
                -number(event, "paid")
            } else if is(event, ballast_types::events::fund::TOP_UP)
                && !events.iter().any(|event| is(event, market::FLUSH))
                && attribute(event, "contract") == Some(market_address)
            {
                // Fees that travel with a native claim.
                number(event, "amount")
            } else if event.ty == "wasm" && attribute(event, "action") == Some("pay_fees") {
                number(event, "amount")
            } else if event.ty == "wasm" && attribute(event, "action") == Some("repay_deficit") {
                -number(event, "amount")
            } else {
                0
            }
        })
        .sum()
}

// S6: every amount that an event says was paid has its transfer
#[test]
fn coins_move_as_the_events_say() {
    let mut moved = 0;
    for_each(|stage, scenario, prepared| {
        if !matters(stage, scenario, &prepared) {
            return;
        }
        let market = stage.suite.market.clone();
        let before = i128::try_from(stage.suite.balance(&market).unwrap()).unwrap();
        let response = stage.execute(&prepared).unwrap();
        let after = i128::try_from(stage.suite.balance(&market).unwrap()).unwrap();
        let said = said_to_leave(stage, &response.events);
        assert_eq!(
            before - after,
            said,
            "{}: {:#?}",
            scenario.name(),
            response.events
        );
        moved += u32::from(said != 0);
    });
    println!("{moved} messages moved coins as they said");
    assert!(moved >= 14);
}

/// Messages to the market, directly or through its token; not those that a test sends in its name.
fn matters(stage: &Stage, scenario: &Scenario, prepared: &Prepared) -> bool {
    scenario.target == ballast_testing::metering::scenarios::Target::Market
        && prepared.sender != stage.suite.market
}
