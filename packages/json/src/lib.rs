//! Messages as JSON, in little code.
//!
//! A contract that lets serde's derive read its messages holds one parser for each struct: for the clearing house a quarter of
//! the 800 KiB that a chain accepts. Here JSON is read once into a tree ([`Json`], by the parser that CosmWasm uses
//! everywhere), and a derived [`FromJson`] takes the fields out of it by name; [`ToJson`] hands fields to one writer. The JSON
//! is the same as serde's: what serde refuses is refused (missing and repeated fields, numbers out of range; unknown fields
//! are ignored), what it writes is written, byte for byte. The one difference: a fraction, which no
//! message has, is refused also in a field that nobody reads.
//!
//! Types keep their serde derives for everybody who is not a contract: clients, tests, schema.

#[cfg(test)]
extern crate self as ballast_json;

mod foreign;
mod read;
mod value;
mod write;

pub use ballast_json_derive::{FromJson, ToJson};
pub use read::{from_json, query_wasm_smart, Content, FieldsOf, FromJson, JsonError, Message};
pub use value::Json;
pub use write::{to_json_binary, ToJson, Writer};
