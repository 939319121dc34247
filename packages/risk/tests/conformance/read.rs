//! Reading a case and comparing results. Numbers may be strings or JSON numbers, integers or decimals.

use std::fmt::Display;
use std::str::FromStr;

use ballast_risk::RiskError;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use serde_json::Value;

/// Why a case gave no numbers.
pub enum Refusal {
    /// The crate refused it. That can be what is expected.
    Refused(RiskError),
    /// The harness could not make sense of the case. Never expected.
    CannotRun(String),
}

impl From<RiskError> for Refusal {
    fn from(error: RiskError) -> Self {
        Self::Refused(error)
    }
}

pub type Outcome<T> = Result<T, Refusal>;

pub fn cannot<T>(why: impl Display) -> Outcome<T> {
    Err(Refusal::CannotRun(why.to_string()))
}

/// One vector and the file it is from.
pub struct Case<'a> {
    pub file: &'a Value,
    pub vector: &'a Value,
}

impl<'a> Case<'a> {
    pub fn id(&self) -> &'a str {
        self.vector
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or("(no id)")
    }

    pub fn title(&self) -> &'a str {
        self.vector
            .get("case")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    pub fn input(&self) -> &'a Value {
        self.vector.get("in").unwrap_or(&Value::Null)
    }

    pub fn out(&self) -> &'a Value {
        self.vector.get("out").unwrap_or(&Value::Null)
    }

    /// An integer of the inputs.
    pub fn int<T: FromStr>(&self, name: &str) -> Outcome<T> {
        int(self.input(), name)
    }

    /// An integer of the inputs that may be absent or null.
    pub fn int_or<T: FromStr>(&self, name: &str, default: T) -> Outcome<T> {
        int_or(self.input(), name, default)
    }

    /// A decimal of the inputs as an integer of `10^-decimals`; it must be exact.
    pub fn decimal<T: FromStr>(&self, name: &str, decimals: u32) -> Outcome<T> {
        decimal(self.input(), name, decimals)
    }
}

pub fn decimal_or<T: FromStr>(value: &Value, name: &str, decimals: u32, default: T) -> Outcome<T> {
    field(value, name).map_or(Ok(default), |found| parse_decimal(found, name, decimals))
}

/// A field that is there and not null.
pub fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|value| !value.is_null())
}

/// The text of a scalar.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().replace('_', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub fn int<T: FromStr>(value: &Value, name: &str) -> Outcome<T> {
    match field(value, name) {
        Some(found) => parse_int(found, name),
        None => cannot(format!("{name} is missing")),
    }
}

pub fn int_or<T: FromStr>(value: &Value, name: &str, default: T) -> Outcome<T> {
    field(value, name).map_or(Ok(default), |found| parse_int(found, name))
}

pub fn parse_int<T: FromStr>(value: &Value, name: &str) -> Outcome<T> {
    parse_decimal(value, name, 0)
}

pub fn decimal<T: FromStr>(value: &Value, name: &str, decimals: u32) -> Outcome<T> {
    match field(value, name) {
        Some(found) => parse_decimal(found, name, decimals),
        None => cannot(format!("{name} is missing")),
    }
}

/// A scalar as an integer of `10^-decimals`; it must be exact and fit.
pub fn parse_decimal<T: FromStr>(value: &Value, name: &str, decimals: u32) -> Outcome<T> {
    let Some((mantissa, scale)) = text(value).and_then(|text| number(&text)) else {
        return cannot(format!("{name} is {value}, expected a number"));
    };
    let shifted = mantissa * BigInt::from(10).pow(decimals);
    let (quotient, remainder) = shifted.div_rem(&BigInt::from(10).pow(scale));
    if !remainder.is_zero() {
        return cannot(format!(
            "{name} is {value}, expected at most {decimals} decimals"
        ));
    }
    match quotient.to_string().parse() {
        Ok(parsed) => Ok(parsed),
        Err(_) => cannot(format!("{name} is {value}, which does not fit its type")),
    }
}

/// A decimal number as mantissa and number of decimals: "-1.50" is (-150, 2), "2e3" is (2000, 0).
pub fn number(text: &str) -> Option<(BigInt, u32)> {
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.chars().all(|digit| digit.is_ascii_digit());
    let unsigned = whole.trim_start_matches(['-', '+']);
    if whole.len() - unsigned.len() > 1
        || unsigned.is_empty() && fraction.is_empty()
        || !digits_only(unsigned)
        || !digits_only(fraction)
    {
        return None;
    }
    let mut mantissa = BigInt::from_str(&format!("{unsigned}{fraction}")).ok()?;
    if whole.starts_with('-') {
        mantissa = -mantissa;
    }
    let scale = i32::try_from(fraction.len()).ok()? - exponent;
    if scale < 0 {
        mantissa *= BigInt::from(10).pow(scale.unsigned_abs());
        return Some((mantissa, 0));
    }
    Some((mantissa, scale.unsigned_abs()))
}

/// `numerator / denominator` with as many decimals as `like` is printed with, rounded half away from zero.
pub fn printed_like(like: &Value, numerator: &str, denominator: &BigInt) -> Value {
    let decimals = text(like)
        .and_then(|text| number(&text))
        .map_or(0, |(_, scale)| scale);
    let numerator = BigInt::from_str(numerator).unwrap() * BigInt::from(10).pow(decimals);
    let doubled: BigInt = numerator.abs() * 2 + denominator;
    let rounded: BigInt = doubled / (denominator * 2);
    let negative = numerator.is_negative() && !rounded.is_zero();
    let digits = format!(
        "{:0>width$}",
        rounded.to_string(),
        width = decimals as usize + 1
    );
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    let sign = if negative { "-" } else { "" };
    Value::String(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// Compares what came out with what had to. Every key that is expected must be produced; more may be produced.
pub fn compare(path: &str, expected: &Value, produced: &Value) -> Result<(), String> {
    if is_refusal(expected) || is_refusal(produced) {
        return if is_refusal(expected) && is_refusal(produced) {
            Ok(())
        } else {
            Err(format!("{path}: expected {expected}, got {produced}"))
        };
    }
    match (expected, produced) {
        (Value::Object(expected), Value::Object(produced)) => {
            for (key, expected) in expected {
                let path = format!("{path}.{key}");
                let Some(produced) = produced.get(key) else {
                    return Err(format!(
                        "{path}: expected {expected}, which this runner does not produce"
                    ));
                };
                compare(&path, expected, produced)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(produced)) => {
            if expected.len() != produced.len() {
                return Err(format!("{path}: expected {expected:?}, got {produced:?}"));
            }
            let (expected, produced) = (sorted(expected), sorted(produced));
            expected.iter().zip(&produced).enumerate().try_for_each(
                |(index, (expected, produced))| {
                    compare(&format!("{path}[{index}]"), expected, produced)
                },
            )
        }
        _ if same_scalar(expected, produced) => Ok(()),
        _ => Err(format!("{path}: expected {expected}, got {produced}")),
    }
}

fn is_refusal(value: &Value) -> bool {
    field(value, "error").is_some_and(|error| *error != Value::Bool(false))
}

/// Lists of positions carry their market and have no order of their own; all other lists keep theirs.
fn sorted(list: &[Value]) -> Vec<&Value> {
    let mut list: Vec<&Value> = list.iter().collect();
    if list.iter().all(|item| item.get("market").is_some()) {
        list.sort_by_key(|item| item["market"].to_string());
    }
    list
}

fn same_scalar(expected: &Value, produced: &Value) -> bool {
    let number_of = |value: &Value| text(value).and_then(|text| number(&text));
    match (number_of(expected), number_of(produced)) {
        (Some((a, scale_a)), Some((b, scale_b))) => {
            a * BigInt::from(10).pow(scale_b) == b * BigInt::from(10).pow(scale_a)
        }
        _ => expected == produced,
    }
}
