//! The names of every message, read from the JSON schema of the message enums: what is tested for each
//! message is tested for the next one too, or fails with its name.

use ballast_types::{fund, governance, market, price_feed};
use cosmwasm_schema::schema_for;
use serde::Serialize;
use serde_json::Value;

use crate::metering::scenarios::Target;

/// Messages that are never accepted, so that there is nothing to measure.
pub const REFUSED: [&str; 2] = ["update_ownership.renounce_ownership", "check_messages"];

/// The JSON names of a contract's execute messages. Where a message is an enum itself, or a cw20 hook that
/// carries one, each of its messages follows after a dot: `update_ownership.accept_ownership`,
/// `receive.deposit`.
#[must_use]
pub fn executes(target: Target) -> Vec<String> {
    match target {
        Target::Market => names(
            &schema_for!(market::ExecuteMsg),
            &schema_for!(market::ReceiveMsg),
        ),
        Target::Fund => names(
            &schema_for!(fund::ExecuteMsg),
            &schema_for!(fund::ReceiveMsg),
        ),
        Target::PriceFeed => names(&schema_for!(price_feed::ExecuteMsg), &()),
        Target::Governance => names(
            &schema_for!(governance::ExecuteMsg),
            &schema_for!(governance::ReceiveMsg),
        ),
        Target::Token => vec![],
    }
}

/// The JSON names of a contract's queries that answer page by page: those with `start_after`.
#[must_use]
pub fn paged_queries(target: Target) -> Vec<String> {
    let schema = match target {
        Target::Market => serde_json::to_value(schema_for!(market::QueryMsg)),
        Target::Fund => serde_json::to_value(schema_for!(fund::QueryMsg)),
        Target::PriceFeed => serde_json::to_value(schema_for!(price_feed::QueryMsg)),
        Target::Governance => serde_json::to_value(schema_for!(governance::QueryMsg)),
        Target::Token => return vec![],
    };
    let schema = schema.unwrap_or_default();
    let paged = |payload: &Option<&Value>| {
        payload.is_some_and(|payload| !payload["properties"]["start_after"].is_null())
    };
    variants(&schema)
        .into_iter()
        .filter(|(_, payload)| paged(payload))
        .map(|(name, _)| name)
        .collect()
}

fn names(messages: &impl Serialize, hooks: &impl Serialize) -> Vec<String> {
    let [messages, hooks] = [serde_json::to_value(messages), serde_json::to_value(hooks)]
        .map(Result::unwrap_or_default);
    let mut names = vec![];
    for (name, payload) in variants(&messages) {
        let inner = if name == "receive" {
            variants(&hooks)
        } else {
            payload.map_or(vec![], |payload| variants(resolve(&messages, payload)))
        };
        if inner.is_empty() {
            names.push(name);
        } else {
            names.extend(inner.iter().map(|(inner, _)| format!("{name}.{inner}")));
        }
    }
    names
}

/// Variants of an enum's schema, with the schema of what each carries.
fn variants(schema: &Value) -> Vec<(String, Option<&Value>)> {
    let mut found = vec![];
    for one in schema["oneOf"].as_array().into_iter().flatten() {
        for name in one["enum"].as_array().into_iter().flatten() {
            found.extend(name.as_str().map(|name| (name.to_owned(), None)));
        }
        for (name, payload) in one["properties"].as_object().into_iter().flatten() {
            found.push((name.clone(), Some(payload)));
        }
    }
    found
}

/// Follows a reference to a definition.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"]
        .as_str()
        .or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|path| path.strip_prefix("#/definitions/")) {
        Some(name) => &root["definitions"][name],
        None => schema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_json() {
        let feed = executes(Target::PriceFeed);
        assert_eq!(
            feed,
            [
                "push_prices",
                "set_feed",
                "remove_feed",
                "set_adverse_delay",
                "apply_change",
                "cancel_change",
                "update_ownership.transfer_ownership",
                "update_ownership.accept_ownership",
                "update_ownership.renounce_ownership"
            ]
        );
        assert!(executes(Target::Fund).contains(&"receive.top_up".to_owned()));
        assert!(executes(Target::Market).contains(&"receive.deposit".to_owned()));
    }
}
