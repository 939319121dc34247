//! Staked voting with a timelock: cw3's messages and queries, DAO DAO's voting-module queries, and the
//! owner and wasm admin of the suite's other contracts.
//!
//! See the README for messages, events, bounds and invariants.

pub mod books;
pub mod bootstrap;
pub mod calls;
pub mod case;
pub mod check;
pub mod claims;
pub mod classify;
pub mod contract;
pub mod cw3;
pub mod deposit;
pub mod error;
pub mod events;
pub mod execute;
pub mod guardian;
pub mod lifecycle;
pub mod migration;
pub mod parameter_set;
pub mod parameters;
pub mod propose;
pub mod protective;
pub mod query;
pub mod settings;
pub mod stake;
pub mod state;
pub mod stored_message;
pub mod tally;
pub mod token;
pub mod vote;
pub mod voting_module;

pub use error::{ContractError, ContractResult};
