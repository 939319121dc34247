//! Parameters of another contract as its JSON has them: a flat object of numbers, texts and flags.
//!
//! Governance judges which of them change and how, and passes them on; what each means is the business of the
//! contract that they belong to. A set that is compared equal in its names to what that contract answers names all
//! of its fields and no other, so a message that holds it is one that the contract can read.

use ballast_json::Json;
use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text; amounts are texts.
    Text(String),
    /// Null: as if it were not named.
    Nothing,
}

/// Names and values in the order of the JSON, each name once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSet(Vec<(String, Value)>);

impl ParameterSet {
    /// A value, if it is named and not null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Nothing)
    }

    /// Replaces a value that is named.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some((_, old)) = self.0.iter_mut().find(|(other, _)| other == name) {
            *old = value;
        }
    }

    /// Names of values that are not null, in the order of the JSON.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(|(_, value)| *value != Value::Nothing);
        named.map(|(name, _)| name.as_str())
    }

    /// Whether both name the same fields.
    #[must_use]
    pub fn has_names_of(&self, other: &Self) -> bool {
        self.names().all(|name| other.get(name).is_some())
            && other.names().all(|name| self.get(name).is_some())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Nothing => serializer.serialize_none(),
        }
    }
}

impl Serialize for ParameterSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            object.serialize_entry(name, value)?;
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for ParameterSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = match Json::deserialize(deserializer)? {
            Json::Object(fields) => fields,
            other => return Err(refused(&other, "parameters")),
        };
        let mut set: Vec<(String, Value)> = vec![];
        for (name, value) in fields {
            if set.iter().any(|(other, _)| *other == name) {
                return Err(D::Error::custom("a field is named twice"));
            }
            set.push((name, one_value(value)?));
        }
        Ok(Self(set))
    }
}

fn one_value<E: Error>(json: Json) -> Result<Value, E> {
    Ok(match json {
        Json::Flag(flag) => Value::Flag(flag),
        Json::Number(number) => Value::Number(i64::try_from(number).map_err(E::custom)?),
        Json::Text(text) => Value::Text(text),
        Json::Null => Value::Nothing,
        other => return Err(refused(&other, "a number, a text, a flag or null")),
    })
}

fn refused<E: Error>(found: &Json, expected: &str) -> E {
    E::custom(format_args!("{}, expected {expected}", found.kind()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cosmwasm_std::{from_json, to_json_string, StdResult};

    fn read(json: &str) -> StdResult<ParameterSet> {
        from_json(json)
    }

    #[test]
    fn is_written_as_it_was_read() {
        let json = r#"{"amount":"18446744073709551616","ppm":4294967295,"less":-3,"flag":true,"none":null}"#;
        assert_eq!(to_json_string(&read(json).unwrap()).unwrap(), json);
    }

    #[test]
    fn a_field_named_twice_or_a_nested_one_is_refused() {
        for json in [
            r#"{"cap":"1","cap":"1"}"#,
            r#"{"cap":{"low":"1"}}"#,
            r#"{"cap":["1"]}"#,
            r#"{"cap":1.5}"#,
            r#"{"cap":18446744073709551615}"#,
            "[]",
            "7",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        let refused = |json| read(json).unwrap_err().to_string();
        assert!(refused(r#"{"cap":["1"]}"#).contains("a list, expected a number"));
        assert!(refused(r#"{"cap":{"low":"1"}}"#).contains("an object, expected a number"));
    }

    #[test]
    fn null_is_as_good_as_absent() {
        let named = read(r#"{"a":1,"b":null}"#).unwrap();
        assert!(named.has_names_of(&read(r#"{"a":2}"#).unwrap()));
        assert!(!named.has_names_of(&read(r#"{"a":2,"b":0}"#).unwrap()));
        assert!(!named.has_names_of(&read("{}").unwrap()));
    }
}
