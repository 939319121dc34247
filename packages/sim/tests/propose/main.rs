//! `ballast propose`: what it writes is accepted by the real contracts, does what the summary says, and when it says.

mod at_the_contracts;
mod refused;
#[path = "../support/mod.rs"]
mod support;
mod world;
