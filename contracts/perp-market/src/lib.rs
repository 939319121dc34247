//! Ballast's clearing house: accounts, order book, margin, funding, liquidation and exact deleveraging.
//!
//! A message's life is short and straight: [`contract`] dispatches, a theme file loads what it needs into an
//! [`exchange::Exchange`], checks, computes, saves the [`changes::Changes`] once and emits events.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing
    )
)]

pub mod accounts;
pub mod admin;
pub mod book;
pub mod changes;
pub mod contract;
pub mod dead_orders;
pub mod delegates;
pub mod delisting;
pub mod entry;
pub mod error;
pub mod events;
pub mod exchange;
pub mod freeze;
pub mod fund;
pub mod funding;
pub mod gate;
pub mod ledger;
pub mod liquidation;
pub mod makers;
pub mod margin;
pub mod matching;
pub mod math;
pub mod migration;
pub mod minimums;
pub mod orders;
pub mod outflow;
pub mod parameters;
pub mod pending;
pub mod positions;
pub mod price;
pub mod query;
pub mod recent_risk;
pub mod settings;
pub mod settling;
pub mod state;
pub mod transfers;
pub mod triggers;
pub mod withdrawals;

pub use error::{ContractError, ContractResult};
