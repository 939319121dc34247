//! Messages, responses, events and shared types of the Ballast suite.
//!
//! This is the only crate that contracts share with the outside: a third party's market needs nothing
//! else to top up and to claim ([`fund`]), an integrator nothing else to trade ([`market`]).
//!
//! Units, everywhere: money is integer atoms of the collateral ("quote"); sizes are integer base atoms,
//! signed where they belong to a position (+ long, - short); prices are quote units per base unit as
//! people write them ([`cosmwasm_std::Decimal`]); fractions are parts per million (`_ppm`); times are
//! seconds since the Unix epoch (`_at`) or lengths in seconds (`_secs`).

pub mod events;
pub mod fund;
pub mod governance;
pub mod market;
pub mod parameters;
pub mod price_feed;
pub mod pyth;
pub mod token;
pub mod voting_module;

mod common;
mod life;
mod orders;
mod outflow;
mod triggers;

pub use common::*;
