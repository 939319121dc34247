//! Rule R2: no number in any message makes a contract panic, and what is accepted leaves the books sound.

use ballast_testing::guard::ContractPanicked;
use ballast_testing::invariants::check_invariants;
use ballast_testing::metering::scenarios::{Scenario, Stage};
use cosmwasm_std::from_json;
use serde_json::{json, Value};

use crate::{for_each, leaves, with};

/// What every number is replaced with, as text and as a number.
const EXTREMES: [&str; 12] = [
    "0",
    "1",
    "-1",
    "4294967295",
    "18446744073709551615",
    "9223372036854775807",
    "170141183460469231731687303715884105727",
    "-170141183460469231731687303715884105728",
    "340282366920938463463374607431768211455",
    "340282366920938463463.374607431768211455",
    "0.000000000000000001",
    "99999999999999999999999999999999999999999",
];

/// Scenarios in which a message is sent in another contract's name, or stray coins are about: the suite's exact book of
/// strays does not hold for them with any number.
fn is_sound(stage: &Stage, scenario: &Scenario) -> bool {
    let named = ["sync", "claim_shortfall", "transfer"].contains(&scenario.message);
    !named && check_invariants(&stage.suite).is_ok()
}

// R2, S1
#[test]
fn no_number_makes_a_contract_panic_or_the_books_unsound() {
    let (mut sent, mut accepted, mut checked) = (0, 0, 0);
    for_each(|stage, scenario, prepared| {
        let sound = is_sound(stage, scenario);
        let message: Value = from_json(&prepared.msg).unwrap();
        for path in leaves(&message) {
            let old = message.pointer(&path).unwrap();
            let values: Vec<Value> = match old {
                Value::String(text) if text.parse::<f64>().is_ok() => {
                    EXTREMES.iter().map(|text| json!(text)).collect()
                }
                Value::Number(_) => EXTREMES
                    .iter()
                    .filter_map(|text| serde_json::from_str(text).ok())
                    .collect(),
                _ => continue,
            };
            for value in values {
                let mark = stage.suite.mark();
                let result = stage.execute(&with(&prepared, &path, value.clone()));
                let what = || format!("{} with {path} = {value}", scenario.name());
                sent += 1;
                match result {
                    Ok(response) => {
                        accepted += 1;
                        let said = format!("{:?}", response.events);
                        assert!(!said.contains("panicked"), "{}: {said}", what());
                        if sound {
                            checked += 1;
                            check_invariants(&stage.suite)
                                .unwrap_or_else(|error| panic!("{}: {error}", what()));
                        }
                    }
                    Err(error) => {
                        let panicked = error
                            .chain()
                            .find_map(|cause| cause.downcast_ref::<ContractPanicked>());
                        assert!(panicked.is_none(), "{}: {error:#}", what());
                    }
                }
                stage.suite.rewind_and_drop(mark);
            }
        }
    });
    println!("{sent} messages sent, {accepted} accepted, {checked} of them checked in full");
    assert!(sent > 3_000 && accepted > 300 && checked > 200);
}
