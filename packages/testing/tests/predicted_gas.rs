//! Every message is measured, and measured alike.

use std::collections::BTreeSet;

use ballast_testing::messages;
use ballast_testing::metering::scenarios::{self, Target};

#[test]
fn every_message_is_measured() {
    let measured: BTreeSet<(Target, &str)> = scenarios::all()
        .iter()
        .map(|scenario| (scenario.target, scenario.message))
        .collect();
    for target in [
        Target::Market,
        Target::Fund,
        Target::PriceFeed,
        Target::Governance,
    ] {
        let names = messages::executes(target);
        for name in &names {
            assert!(
                measured.contains(&(target, name)) || messages::REFUSED.contains(&name.as_str()),
                "{} has a message `{name}` without a scenario in packages/testing/src/metering/scenarios",
                target.as_str()
            );
        }
        for (_, scenario) in measured.iter().filter(|(of, _)| *of == target) {
            assert!(
                names.iter().any(|name| name == scenario),
                "{} has no message `{scenario}`",
                target.as_str()
            );
        }
    }
}

#[test]
fn the_table_is_the_same_each_time() {
    assert_eq!(scenarios::table().unwrap(), scenarios::table().unwrap());
}

#[test]
fn scenarios_have_names_of_their_own() {
    let all = scenarios::all();
    for collateral in [
        ballast_testing::suite::Collateral::Native,
        ballast_testing::suite::Collateral::Cw20,
    ] {
        let names: Vec<String> = all
            .iter()
            .filter(|scenario| scenario.tokens.include(collateral))
            .map(scenarios::Scenario::name)
            .collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
