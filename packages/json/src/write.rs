//! From messages to JSON.

use cosmwasm_std::{to_json_vec, Binary};

/// A type that is written as JSON. Derived for messages.
pub trait ToJson {
    /// Appends it.
    fn to_json(&self, out: &mut Writer);
}

/// The JSON of a message.
#[must_use]
pub fn to_json_binary<T: ToJson>(message: &T) -> Binary {
    let mut out = Writer::default();
    message.to_json(&mut out);
    out.0.into()
}

/// JSON that is being written, without spaces.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// What is JSON already: numbers, `true`, `null`.
    pub fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        // Text is never refused.
        self.0.append(&mut to_json_vec(text).unwrap_or_default());
    }

    /// An object.
    pub fn object(&mut self, fields: &[(&str, &dyn ToJson)]) {
        let mut before = "{";
        for (name, value) in fields {
            self.raw(before);
            self.text(name);
            self.raw(":");
            value.to_json(self);
            before = ",";
        }
        self.raw(if fields.is_empty() { "{}" } else { "}" });
    }

    /// A list.
    pub fn list<'a>(&mut self, values: impl Iterator<Item = &'a dyn ToJson>) {
        self.raw("[");
        for (place, value) in values.enumerate() {
            if place > 0 {
                self.raw(",");
            }
            value.to_json(self);
        }
        self.raw("]");
    }

    /// A variant that holds one value.
    pub fn variant(&mut self, name: &str, content: &dyn ToJson) {
        self.object(&[(name, content)]);
    }

    /// A variant with fields.
    pub fn struct_variant(&mut self, name: &str, fields: &[(&str, &dyn ToJson)]) {
        self.raw("{");
        self.text(name);
        self.raw(":");
        self.object(fields);
        self.raw("}");
    }
}
