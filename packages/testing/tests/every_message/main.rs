//! What holds for every message of every contract, found by changing the one message that is accepted in each scenario
//! (`packages/testing/src/metering/scenarios`): its numbers, its addresses, the state of its market; and what its events
//! say.

mod addresses;
mod events;
mod numbers;
mod reduce_only;
mod restricted;

use ballast_testing::metering::scenarios::{self, Prepared, Scenario, Stage};
use ballast_testing::suite::Collateral;
use serde_json::Value;

const COLLATERALS: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

/// Runs something for every scenario with each collateral, on a stage that is taken back afterwards.
fn for_each(mut run: impl FnMut(&mut Stage, &Scenario, Prepared)) {
    for collateral in COLLATERALS {
        let mut stage = Stage::new(collateral, 2).unwrap();
        for scenario in scenarios::all() {
            if !scenario.tokens.include(collateral) {
                continue;
            }
            let mark = stage.suite.mark();
            let prepared = scenario.prepare(&mut stage).unwrap();
            run(&mut stage, &scenario, prepared);
            stage.suite.rewind_and_drop(mark);
        }
    }
}

/// Paths to all values in a JSON that are no object or list.
fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, inner)| under(name, inner))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, inner)| under(&index.to_string(), inner))
            .collect(),
        _ => vec![String::new()],
    }
}

fn under(name: &str, inner: &Value) -> Vec<String> {
    leaves(inner)
        .into_iter()
        .map(|path| format!("/{name}{path}"))
        .collect()
}

/// The message with another value somewhere.
fn with(prepared: &Prepared, path: &str, value: Value) -> Prepared {
    let mut message: Value = cosmwasm_std::from_json(&prepared.msg).unwrap();
    *message.pointer_mut(path).unwrap() = value;
    Prepared {
        msg: serde_json::to_vec(&message).unwrap().into(),
        ..prepared.clone()
    }
}
