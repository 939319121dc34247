//! What the contracts store, as bytes: small, because a chain charges 30 gas for each byte written, and simple, because
//! every type that is read from JSON costs a contract kilobytes of the 800 that a chain accepts.
//!
//! [`Item`] and [`Map`] have the names and methods of cw-storage-plus, with its keys, prefixes and bounds; only values
//! differ. A value is one byte, the number of its layout ([`Record::LAYOUT`]), then its fields in order, without names:
//!
//! | type | bytes |
//! |---|---|
//! | unsigned integers, [`Uint128`](cosmwasm_std::Uint128) | LEB128: seven bits a byte, lowest first |
//! | [`Int128`](cosmwasm_std::Int128) | zigzag, then the same |
//! | [`Int256`](cosmwasm_std::Int256) | length in a byte, then the shortest two's complement, highest byte first |
//! | [`Decimal`](cosmwasm_std::Decimal) | how many zeros its atomics end with in a byte, then the rest as LEB128 |
//! | `bool`, `Option`, variants of an enum | a byte, then what it holds |
//! | text, lists | length as LEB128, then the content |
//! | [`Addr`](cosmwasm_std::Addr) | bech32 of 20 or 32 bytes: length of the prefix in a byte (for 32 bytes with the highest bit), prefix, bytes; else a zero, then as text |
//!
//! Reading refuses what writing cannot have produced: bytes that are missing or left over, numbers that do not fit, other
//! layouts. (An address that is stored as text although it could be bytes is read.) It never panics.

mod address;
mod item;
mod layouts;
mod macros;
mod map;
mod numbers;
mod record;
mod values;

pub use item::Item;
pub use map::{Map, Prefix};
pub use record::{from_bytes, to_bytes, DecodeError, Reader, Record};
