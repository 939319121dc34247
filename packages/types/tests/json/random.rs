//! Random messages after a JSON schema, and ways to spoil them.

use cosmwasm_schema::schemars::schema::{
    InstanceType, RootSchema, Schema, SchemaObject, SingleOrVec,
};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Map, Value};

/// Text that a field may hold, right and wrong.
const TEXTS: [&str; 16] = [
    "1",
    "0",
    "-5",
    "12.5",
    "007",
    "+3",
    "1e3",
    "",
    "abc",
    "YWJj",
    "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456",
    "18446744073709551616",
    "0.0000000000000000001",
    "\"\\\n\u{7f}\u{1}é",
    "buy",
];

/// Numbers that a field may hold, right and wrong.
const NUMBERS: [i128; 9] = [
    0,
    1,
    255,
    256,
    4_294_967_295,
    4_294_967_296,
    18_446_744_073_709_551_615,
    -1,
    -2_147_483_649,
];

/// Makes messages.
pub struct Source<'a> {
    root: &'a RootSchema,
    pub random: ChaCha8Rng,
}

impl<'a> Source<'a> {
    pub fn new(root: &'a RootSchema, random: ChaCha8Rng) -> Self {
        Self { root, random }
    }

    pub fn message(&mut self) -> String {
        self.object(&self.root.schema, "").to_string()
    }

    fn schema(&mut self, schema: &Schema, name: &str) -> Value {
        match schema {
            Schema::Bool(_) => json!(null),
            Schema::Object(object) => self.object(object, name),
        }
    }

    fn object(&mut self, schema: &SchemaObject, name: &str) -> Value {
        if let Some(reference) = &schema.reference {
            let name = reference.rsplit('/').next().unwrap();
            return self.schema(&self.root.definitions[name], name);
        }
        if let Some(parts) = &schema.subschemas {
            let some = [&parts.one_of, &parts.any_of, &parts.all_of];
            let options = some.into_iter().flatten().next().unwrap();
            let option = options.choose(&mut self.random).unwrap();
            return self.schema(option, name);
        }
        if let Some(values) = &schema.enum_values {
            return values.choose(&mut self.random).unwrap().clone();
        }
        let kind = match &schema.instance_type {
            Some(SingleOrVec::Single(kind)) => **kind,
            Some(SingleOrVec::Vec(kinds)) => *kinds.choose(&mut self.random).unwrap(),
            None => InstanceType::Null,
        };
        match kind {
            InstanceType::Null => json!(null),
            InstanceType::Boolean => json!(self.random.gen::<bool>()),
            InstanceType::String => self.text(name),
            InstanceType::Number | InstanceType::Integer => self.number(schema),
            InstanceType::Array => self.list(schema),
            InstanceType::Object => self.fields(schema),
        }
    }

    /// Mostly what a number as text may be.
    fn text(&mut self, name: &str) -> Value {
        if self.random.gen_bool(0.002) {
            return json!(TEXTS.choose(&mut self.random).unwrap());
        }
        match name {
            "Binary" => json!("eyJhIjoxfQ=="),
            "Decimal" => json!(format!(
                "{}.{}",
                self.random.gen::<u32>(),
                self.random.gen::<u16>()
            )),
            "Int64" | "Int128" | "Int256" => json!(self.random.gen::<i32>().to_string()),
            "Uint64" | "Uint128" => json!(self.random.gen::<u64>().to_string()),
            _ => json!(TEXTS.choose(&mut self.random).unwrap()),
        }
    }

    fn number(&mut self, schema: &SchemaObject) -> Value {
        if self.random.gen_bool(0.002) {
            let number = *NUMBERS.choose(&mut self.random).unwrap();
            return number.to_string().parse().unwrap();
        }
        match schema.format.as_deref() {
            Some("uint8") => json!(self.random.gen::<u8>()),
            Some("int32" | "int64") => json!(self.random.gen::<i32>()),
            _ => json!(self.random.gen::<u32>()),
        }
    }

    fn list(&mut self, schema: &SchemaObject) -> Value {
        let array = schema.array.as_ref().unwrap();
        match array.items.as_ref().unwrap() {
            SingleOrVec::Single(item) => {
                let length = self.random.gen_range(0..3);
                (0..length).map(|_| self.schema(item, "")).collect()
            }
            SingleOrVec::Vec(items) => items.iter().map(|item| self.schema(item, "")).collect(),
        }
    }

    fn fields(&mut self, schema: &SchemaObject) -> Value {
        let mut fields = Map::new();
        if let Some(object) = &schema.object {
            for (name, schema) in &object.properties {
                if object.required.contains(name) || self.random.gen() {
                    fields.insert(name.clone(), self.schema(schema, ""));
                }
            }
        }
        Value::Object(fields)
    }
}

/// One thing of a message made otherwise: mostly it is no message any more.
pub fn spoil(message: &str, random: &mut ChaCha8Rng) -> String {
    let mut value: Value = serde_json::from_str(message).unwrap();
    match random.gen_range(0..7) {
        // Another value somewhere.
        0 | 1 => *somewhere(&mut value, random) = anything(random),
        // A field less, a field more.
        2 => {
            if let Value::Object(fields) = somewhere(&mut value, random) {
                let names: Vec<String> = fields.keys().cloned().collect();
                if let Some(name) = names.choose(random) {
                    fields.remove(name);
                }
            }
        }
        3 => {
            if let Value::Object(fields) = somewhere(&mut value, random) {
                fields.insert("another".to_owned(), anything(random));
            }
        }
        // A field twice.
        4 => {
            let text = value.to_string();
            let fields: Vec<usize> = text.match_indices("\":").map(|(place, _)| place).collect();
            if let Some(place) = fields.choose(random) {
                let start = text[..*place].rfind('"').unwrap_or_default();
                let field = &text[start..*place];
                return format!("{}{field}\":null,{}", &text[..start], &text[start..]);
            }
            return text;
        }
        // Cut off.
        5 => {
            let text = value.to_string();
            let mut length = random.gen_range(0..text.len());
            while !text.is_char_boundary(length) {
                length -= 1;
            }
            return text[..length].to_owned();
        }
        // Spaces, which change nothing.
        _ => {
            return value
                .to_string()
                .replace(':', " : ")
                .replace(",\"", if random.gen() { " ,\n\"" } else { ",\t\"" });
        }
    }
    value.to_string()
}

fn anything(random: &mut ChaCha8Rng) -> Value {
    match random.gen_range(0..7) {
        0 => json!(null),
        1 => json!(random.gen::<bool>()),
        2 => json!({}),
        3 => NUMBERS.choose(random).unwrap().to_string().parse().unwrap(),
        4 => json!(TEXTS.choose(random).unwrap()),
        5 => json!([TEXTS.choose(random).unwrap()]),
        _ => json!({"buy": {}}),
    }
}

/// A value anywhere in a message.
fn somewhere<'v>(value: &'v mut Value, random: &mut ChaCha8Rng) -> &'v mut Value {
    let parts = match &*value {
        Value::Object(fields) => fields.len(),
        Value::Array(list) => list.len(),
        _ => 0,
    };
    if parts == 0 || random.gen_bool(0.3) {
        return value;
    }
    let place = random.gen_range(0..parts);
    match value {
        Value::Object(fields) => somewhere(fields.values_mut().nth(place).unwrap(), random),
        Value::Array(list) => somewhere(&mut list[place], random),
        value => value,
    }
}
