//! What others define: numbers, text, addresses, tokens.

use std::str::FromStr;

use cosmwasm_std::{
    Addr, Binary, Coin, Decimal, Int128, Int256, Int64, Timestamp, Uint128, Uint64,
};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_ownable::{Action, Ownership};
use cw_utils::Expiration;

use crate::read::{Content, FieldsOf, FromJson, JsonError};
use crate::value::Json;
use crate::write::{ToJson, Writer};

/// The text of a value.
#[inline(never)]
fn text(value: Json, expected: &str) -> Result<String, JsonError> {
    match value {
        Json::Text(text) => Ok(text),
        found => Err(JsonError::kind(expected, &found)),
    }
}

#[inline(never)]
fn number(value: &Json) -> Result<i128, JsonError> {
    match value {
        Json::Number(number) => Ok(*number),
        found => Err(JsonError::kind("a number", found)),
    }
}

macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl FromJson for $type {
            fn from_json(value: Json) -> Result<Self, JsonError> {
                let number = number(&value)?;
                Self::try_from(number).map_err(|_| JsonError::value(stringify!($type), &number.to_string()))
            }
        }

        impl ToJson for $type {
            fn to_json(&self, out: &mut Writer) {
                out.raw(&self.to_string());
            }
        }
    )* };
}

numbers!(u8, u32, u64, i32, i64);

/// Numbers that JSON holds as text.
macro_rules! texts {
    ($($type:ty: $parse:path),*) => { $(
        impl FromJson for $type {
            fn from_json(value: Json) -> Result<Self, JsonError> {
                let text = text(value, "a number as text")?;
                $parse(text.as_str()).map_err(|_| JsonError::value(stringify!($type), &text))
            }
        }

        impl ToJson for $type {
            fn to_json(&self, out: &mut Writer) {
                out.text(&self.to_string());
            }
        }
    )* };
}

texts!(
    Int64: Int64::try_from,
    Uint64: Uint64::try_from,
    Int128: Int128::try_from,
    Uint128: Uint128::try_from,
    Int256: Int256::try_from,
    Decimal: Decimal::from_str
);

impl FromJson for bool {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        match value {
            Json::Flag(flag) => Ok(flag),
            found => Err(JsonError::kind("true or false", &found)),
        }
    }
}

impl ToJson for bool {
    fn to_json(&self, out: &mut Writer) {
        out.raw(if *self { "true" } else { "false" });
    }
}

impl FromJson for String {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        text(value, "text")
    }
}

impl ToJson for String {
    fn to_json(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl ToJson for &str {
    fn to_json(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl ToJson for Addr {
    fn to_json(&self, out: &mut Writer) {
        out.text(self.as_str());
    }
}

impl FromJson for Addr {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        text(value, "an address").map(Self::unchecked)
    }
}

impl FromJson for Binary {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let text = text(value, "base64")?;
        Self::from_base64(&text).map_err(|_| JsonError::value("base64", &text))
    }
}

impl ToJson for Binary {
    fn to_json(&self, out: &mut Writer) {
        out.text(&self.to_base64());
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        match value {
            Json::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, out: &mut Writer) {
        match self {
            Some(value) => value.to_json(out),
            None => out.raw("null"),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        match value {
            Json::List(list) => list.into_iter().map(T::from_json).collect(),
            found => Err(JsonError::kind("a list", &found)),
        }
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, out: &mut Writer) {
        out.list(self.iter().map(|value| value as &dyn ToJson));
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        T::from_json(value).map(Self::new)
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn to_json(&self, out: &mut Writer) {
        self.as_ref().to_json(out);
    }
}

impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let Json::List(list) = value else {
            return Err(JsonError::kind("a pair", &value));
        };
        let mut list = list.into_iter();
        match (list.next(), list.next(), list.next()) {
            (Some(first), Some(second), None) => Ok((A::from_json(first)?, B::from_json(second)?)),
            _ => Err(JsonError::new("expected a list of two".to_owned())),
        }
    }
}

impl<A: ToJson, B: ToJson> ToJson for (A, B) {
    fn to_json(&self, out: &mut Writer) {
        out.list([&self.0 as &dyn ToJson, &self.1].into_iter());
    }
}

impl FromJson for Timestamp {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        Uint64::from_json(value).map(|nanos| Self::from_nanos(nanos.u64()))
    }
}

impl ToJson for Timestamp {
    fn to_json(&self, out: &mut Writer) {
        out.text(&self.nanos().to_string());
    }
}

impl FromJson for Coin {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let mut fields = FieldsOf::open(value, &["denom", "amount"])?;
        let (denom, amount): (String, Uint128) = (fields.take(0)?, fields.take(1)?);
        Ok(Self::new(amount.u128(), denom))
    }
}

impl ToJson for Coin {
    fn to_json(&self, out: &mut Writer) {
        out.object(&[("denom", &self.denom), ("amount", &self.amount)]);
    }
}

impl FromJson for Denom {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let (variant, content) = Content::open(value, &["native", "cw20"])?;
        match variant {
            0 => String::from_json(content.value()?).map(Self::Native),
            _ => Addr::from_json(content.value()?).map(Self::Cw20),
        }
    }
}

impl ToJson for Denom {
    fn to_json(&self, out: &mut Writer) {
        match self {
            Self::Native(denom) => out.variant("native", denom),
            Self::Cw20(contract) => out.variant("cw20", contract),
        }
    }
}

impl FromJson for Cw20ReceiveMsg {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let mut fields = FieldsOf::open(value, &["sender", "amount", "msg"])?;
        Ok(Self {
            sender: fields.take(0)?,
            amount: fields.take(1)?,
            msg: fields.take(2)?,
        })
    }
}

impl ToJson for Cw20ReceiveMsg {
    fn to_json(&self, out: &mut Writer) {
        out.object(&[
            ("sender", &self.sender),
            ("amount", &self.amount),
            ("msg", &self.msg),
        ]);
    }
}

impl FromJson for Expiration {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let (variant, content) = Content::open(value, &["at_height", "at_time", "never"])?;
        match variant {
            0 => u64::from_json(content.value()?).map(Self::AtHeight),
            1 => Timestamp::from_json(content.value()?).map(Self::AtTime),
            _ => FieldsOf::open(content.value()?, &[]).map(|_| Self::Never {}),
        }
    }
}

impl ToJson for Expiration {
    fn to_json(&self, out: &mut Writer) {
        match self {
            Self::AtHeight(height) => out.variant("at_height", height),
            Self::AtTime(time) => out.variant("at_time", time),
            Self::Never {} => out.struct_variant("never", &[]),
        }
    }
}

impl FromJson for Action {
    fn from_json(value: Json) -> Result<Self, JsonError> {
        let names = [
            "transfer_ownership",
            "accept_ownership",
            "renounce_ownership",
        ];
        let (variant, content) = Content::open(value, &names)?;
        if variant == 0 {
            let mut fields = FieldsOf::open(content.value()?, &["new_owner", "expiry"])?;
            return Ok(Self::TransferOwnership {
                new_owner: fields.take(0)?,
                expiry: fields.take(1)?,
            });
        }
        content.nothing()?;
        Ok(if variant == 1 {
            Self::AcceptOwnership
        } else {
            Self::RenounceOwnership
        })
    }
}

impl ToJson for Action {
    fn to_json(&self, out: &mut Writer) {
        match self {
            Self::TransferOwnership { new_owner, expiry } => out.struct_variant(
                "transfer_ownership",
                &[("new_owner", new_owner), ("expiry", expiry)],
            ),
            Self::AcceptOwnership => out.text("accept_ownership"),
            Self::RenounceOwnership => out.text("renounce_ownership"),
        }
    }
}

impl ToJson for Ownership<Addr> {
    fn to_json(&self, out: &mut Writer) {
        out.object(&[
            ("owner", &self.owner),
            ("pending_owner", &self.pending_owner),
            ("pending_expiry", &self.pending_expiry),
        ]);
    }
}
