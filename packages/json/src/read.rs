//! From the tree to messages.

use cosmwasm_std::{QuerierWrapper, StdResult, WasmQuery};
use serde::de::{Deserialize, Deserializer, Error as _};
use thiserror::Error;

use crate::value::Json;
use crate::write::{to_json_binary, ToJson};

/// A type that is read from JSON. Derived for messages.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`JsonError`].
    fn from_json(value: Json) -> Result<Self, JsonError>;

    /// What a field of this type is where it is absent, if that is allowed.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

/// Why JSON is not the message that was expected: for people.
#[derive(Error, Debug, Clone, PartialEq, Eq)]
#[error("{0}")]
pub struct JsonError(Box<str>);

impl JsonError {
    /// In words.
    #[must_use]
    #[inline(never)]
    pub fn new(words: String) -> Self {
        Self(words.into_boxed_str())
    }

    /// Another kind of value.
    #[must_use]
    #[inline(never)]
    pub fn kind(expected: &str, found: &Json) -> Self {
        Self::new(format!("expected {expected}, found {}", found.kind()))
    }

    /// Text or a number that the type does not have.
    #[must_use]
    #[inline(never)]
    pub fn value(expected: &str, found: &str) -> Self {
        Self::new(format!("expected {expected}, found `{found}`"))
    }

    /// Only for derived code: a variant without a name.
    #[must_use]
    #[inline(never)]
    pub fn no_variant() -> Self {
        Self::new("no such variant".to_owned())
    }

    #[inline(never)]
    fn at(self, name: &str) -> Self {
        Self::new(format!("{name}: {self}"))
    }
}

/// Fields of an object, by their place in a list of names. For derived code.
pub struct FieldsOf {
    names: &'static [&'static str],
    values: Vec<Option<Json>>,
}

impl FieldsOf {
    /// The fields of an object: none twice, those with other names ignored.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn open(value: Json, names: &'static [&'static str]) -> Result<Self, JsonError> {
        let Json::Object(fields) = value else {
            return Err(JsonError::kind("an object", &value));
        };
        let mut values = vec![None; names.len()];
        for (name, value) in fields {
            let Some(place) = names.iter().position(|one| *one == name) else {
                continue;
            };
            if let Some(slot) = values.get_mut(place) {
                if slot.replace(value).is_some() {
                    return Err(JsonError::new(format!("field `{name}` is repeated")));
                }
            }
        }
        Ok(Self { names, values })
    }

    /// A field.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn take<T: FromJson>(&mut self, place: usize) -> Result<T, JsonError> {
        match self.value(place) {
            Some(value) => T::from_json(value).map_err(|error| self.error(place, error)),
            None => T::absent().ok_or_else(|| self.missing(place)),
        }
    }

    /// A field that may be absent.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn take_or<T: FromJson>(
        &mut self,
        place: usize,
        default: fn() -> T,
    ) -> Result<T, JsonError> {
        match self.value(place) {
            Some(value) => T::from_json(value).map_err(|error| self.error(place, error)),
            None => Ok(default()),
        }
    }

    #[inline(never)]
    fn value(&mut self, place: usize) -> Option<Json> {
        self.values.get_mut(place).and_then(Option::take)
    }

    fn name(&self, place: usize) -> &'static str {
        self.names.get(place).copied().unwrap_or_default()
    }

    #[inline(never)]
    fn error(&self, place: usize, error: JsonError) -> JsonError {
        error.at(self.name(place))
    }

    #[inline(never)]
    fn missing(&self, place: usize) -> JsonError {
        JsonError::new(format!("field `{}` is missing", self.name(place)))
    }
}

/// What a variant of an enum holds. For derived code.
pub struct Content(Option<Json>);

impl Content {
    /// The place of a variant in a list of names, and what it holds.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn open(value: Json, names: &[&str]) -> Result<(usize, Self), JsonError> {
        let (name, content) = match value {
            Json::Text(name) => (name, None),
            Json::Object(fields) => {
                let mut fields = fields.into_iter();
                match (fields.next(), fields.next()) {
                    (Some((name, content)), None) => (name, Some(content)),
                    _ => return Err(JsonError::new("expected exactly one variant".to_owned())),
                }
            }
            found => return Err(JsonError::kind("a variant", &found)),
        };
        let place = names.iter().position(|one| *one == name);
        let place = place
            .ok_or_else(|| JsonError::value(&format!("one of {}", names.join(", ")), &name))?;
        Ok((place, Self(content)))
    }

    /// Nothing: a name alone.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn nothing(self) -> Result<(), JsonError> {
        match self.0 {
            None => Ok(()),
            Some(found) => Err(JsonError::kind("a name alone", &found)),
        }
    }

    /// A value.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn value(self) -> Result<Json, JsonError> {
        self.0
            .ok_or_else(|| JsonError::new("expected an object, found a name alone".to_owned()))
    }
}

/// Reads a message, like `cosmwasm_std::from_json`.
///
/// # Errors
/// No such message.
pub fn from_json<T: FromJson>(json: impl AsRef<[u8]>) -> StdResult<T> {
    cosmwasm_std::from_json(json).map(|Message(message)| message)
}

/// Asks a contract, like `QuerierWrapper::query_wasm_smart`.
///
/// # Errors
/// The contract's, or another answer.
pub fn query_wasm_smart<T: FromJson>(
    querier: &QuerierWrapper<'_>,
    contract: impl Into<String>,
    question: &impl ToJson,
) -> StdResult<T> {
    let question = WasmQuery::Smart {
        contract_addr: contract.into(),
        msg: to_json_binary(question),
    };
    let answer = querier.query(&question.into());
    answer.map(|Message(answer)| answer)
}

/// A message as an entry point takes it: read by [`FromJson`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<T>(pub T);

impl<'de, T: FromJson> Deserialize<'de> for Message<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Json::deserialize(deserializer)?;
        T::from_json(tree).map(Self).map_err(D::Error::custom)
    }
}
