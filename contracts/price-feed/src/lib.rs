//! Median of authorised feeders, answering the query of Pyth's CosmWasm contract.
//!
//! See the README for messages, events, bounds and invariants.

pub mod answer;
pub mod contract;
pub mod error;
pub mod events;
pub mod feeds;
pub mod migration;
pub mod ownership;
pub mod pending;
pub mod prices;
pub mod push;
pub mod query;
pub mod state;
pub mod validate;

pub use error::{ContractError, ContractResult};
