//! Properties of the formulas over the full ranges of their inputs, against a model of unbounded integers and fractions
//! (R1 to R5). Proptest prints the seed of a failure and stores it under `proptest-regressions`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]

mod arithmetic;
mod bankruptcy;
mod funding;
mod liquidation;
mod margin;
mod model;
mod never_panics;
mod pools;
mod strategies;
