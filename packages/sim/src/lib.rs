//! The command `ballast`: product and test at once.
//!
//! `cargo ballast replay` deploys the real contracts on an embedded chain and drives them through a price path,
//! with traders, makers and keepers; after every message the invariants of the suite are checked. Its parts:
//!
//! * [`cli`], [`replay`]: what the command understands, and the subcommand itself;
//! * [`prices`]: files, built-in scenarios, and several markets on one clock;
//! * [`agents`]: who acts; [`engine`]: in which order;
//! * [`chain`], [`world`], [`shadow`]: the contracts, every message through one place, what agents know;
//! * [`size`]: how large the fund has to be, by a bootstrap of real bars;
//! * [`ledger`], [`checks`]: what happened, and whether it adds up;
//! * [`propose`]: proposals for governance, checked and summarised;
//! * [`governed`]: a DAO that owns the suite and acts in the crash;
//! * [`losses`], [`compare`]: who bore each loss, which market caused it, and the same losses under others' rules;
//! * [`report`], [`table`]: the result for machines and for people.
//!
//! Same options, same seed: same result, to the atom. There is no clock and no unordered map in anything but
//! the field `seconds`, and no floating point in anything but what is displayed.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod agents;
pub mod bench;
pub mod chain;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod decimal;
pub mod engine;
pub mod error;
pub mod gas;
pub mod generated;
pub mod governed;
pub mod ledger;
pub mod listing;
pub mod losses;
pub mod parameters;
pub mod plan;
pub mod plot;
pub mod prices;
pub mod propose;
pub mod random;
pub mod replay;
pub mod report;
pub mod rules;
pub mod shadow;
pub mod size;
pub mod stress;
pub mod table;
pub mod world;
