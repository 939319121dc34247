//! The whole suite on an embedded chain (cw-multi-test), for tests and for the simulator.
//!
//! * [`suite`]: one builder that deploys everything as in production, and a method for everything that
//!   anyone can do with it;
//! * [`invariants`]: recomputes what must hold after every message from raw storage and the bank;
//! * [`hostile`]: tokens, oracles, funds and receivers that misbehave on command;
//! * [`wealth`]: whose money it is, over all addresses in one hand, before and after;
//! * [`metering`]: what each message costs in storage operations, and one scenario for every message;
//! * [`genesis`]: the state before each of these, and the message signed, to be measured on a real chain;
//! * [`messages`]: the names of all messages, from their schema;
//! * [`fixtures`]: the state that each version of the contracts left, to migrate from;
//! * [`guard`]: a contract that panics is a failed message;
//! * [`pyth`]: a double of Pyth's contract, with its JSON;
//! * [`dao_dao`]: doubles of a DAO DAO core and its proposal module, with their JSON;
//! * [`bank`]: addresses that refuse coins.
//!
//! ```no_run
//! use ballast_testing::suite::{MarketSpec, SuiteBuilder};
//! use ballast_types::Side;
//!
//! let mut suite = SuiteBuilder::new().market(MarketSpec::btc()).build()?;
//! let alice = suite.new_user("alice", 1_000_000_000)?;
//! suite.deposit(&alice, 0, 500_000_000)?;
//! suite.limit(&alice, 0, 0, Side::Buy, 10_000, "20000".parse()?)?;
//! # Ok::<(), anyhow::Error>(())
//! ```

#![warn(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod bank;
pub mod dao_dao;
pub mod fixtures;
pub mod genesis;
pub mod guard;
pub mod hostile;
pub mod invariants;
pub mod lending;
pub mod messages;
pub mod metering;
pub mod pyth;
pub mod suite;
pub mod wealth;
