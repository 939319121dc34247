//! The states before measured messages as the genesis of a real chain, and the messages as signed transactions.
//!
//! What a message costs on a chain depends on the state that it meets, and most of those states take days to arise and
//! thousands of messages: a queue of withdrawals, a vote that has passed, ten thousand orders. [`Genesis`] plays every
//! scenario of [`scenarios`](crate::metering::scenarios) on an embedded chain up to the message, in a suite of its own, and
//! takes every contract's records, every balance and every account over into the genesis state of one chain. All suites reach
//! their message in a block of the same time and height, the chain's first. The chain then runs the contracts' wasm.

mod chain;
mod dump;
mod growth;
mod keys;
mod play;
mod transaction;

pub use chain::{Genesis, Transaction};
pub use growth::Range;
pub use keys::{Key, Keyring, CHAIN_PREFIX};
pub use play::{Block, Played, Setting};
