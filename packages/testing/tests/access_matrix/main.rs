//! Every message of every contract, by every kind of caller, with every kind of coins (rules A1 and F1).
//!
//! The messages are read from the JSON schema of their enums. [`table::ROWS`] says for each who may send it and
//! which coins it takes; a message that is not in it fails with its name. Each cell is executed: the scenario of
//! the message (`packages/testing/src/metering/scenarios`) sets up a state in which the rightful caller's message
//! is accepted, and then another caller sends the same message, or the same caller sends other coins.

mod callers;
mod coins;
mod entry_points;
mod stage;
mod table;
