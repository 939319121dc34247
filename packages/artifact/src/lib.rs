//! Checks compiled contracts as a chain does when they are stored, so that a contract that no chain takes is found at home.
//!
//! The limits are those of wasmd 0.60 with the CosmWasm virtual machine 2.x, for a chain of capability `cosmwasm_2_0`. Two checks are
//! stricter than the machine: floating point is refused altogether, and anything beyond WebAssembly 1.0, which some chains still run.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod check;
pub mod limits;
pub mod module;
pub mod operators;
pub mod refusal;
pub mod report;
