//! Rule A3: every address in every message is checked.

use cosmwasm_std::from_json;
use serde_json::{json, Value};

use crate::{for_each, leaves, with};

/// What no chain takes for an address.
fn invalid(address: &str) -> Vec<String> {
    let (prefix, rest) = address.split_at(1);
    vec![
        address.to_uppercase(),
        format!("{}{rest}", prefix.to_uppercase()),
        address.replace("ballast1", "cosmos1"),
        address[..address.len() - 1].to_owned(),
        format!("{address} "),
        format!("{address}/0"),
        String::new(),
    ]
}

// A3, M3: another case, another prefix, cut off, with a separator, nothing
#[test]
fn no_message_takes_an_invalid_address() {
    let (mut sent, mut fields) = (0, 0);
    for_each(|stage, scenario, prepared| {
        let message: Value = from_json(&prepared.msg).unwrap();
        for path in leaves(&message) {
            let Some(address) = message.pointer(&path).and_then(Value::as_str) else {
                continue;
            };
            if !address.starts_with("ballast1") {
                continue;
            }
            fields += 1;
            for bad in invalid(address) {
                sent += 1;
                let mark = stage.suite.mark();
                let result = stage.execute(&with(&prepared, &path, json!(bad)));
                assert!(
                    result.is_err(),
                    "{} with {path} = {bad:?}: {result:?}",
                    scenario.name()
                );
                stage.suite.rewind_and_drop(mark);
            }
        }
    });
    println!("{sent} invalid addresses in {fields} fields, all refused");
    assert!(fields > 20);
}
