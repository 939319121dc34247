//! What every contract needs for its owner and its wasm admin: changes that wait ([`pending`]), and migrations
//! ([`migration`]).

pub mod migration;
pub mod pending;
