//! Parts that misbehave on command, as contracts for the embedded chain.
//!
//! Each is switched by an execute message at run time, so that a test can open positions among honest
//! parts and turn one of them bad in the middle. None of them asks who switches it.

pub mod actor;
pub mod fund;
pub mod observer;
pub mod oracle;
pub mod token;

use ballast_hostile::{swallow, tolerant};
