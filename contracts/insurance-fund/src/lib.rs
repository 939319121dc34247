//! The insurance fund of Ballast: segregated reserves that pay shortfall claims in a fixed order, with caps.
//!
//! A ledger, not a balance: every coin that a message brings is booked to exactly one line, every coin that leaves is
//! taken from one, and what arrives without a message is `unaccounted` until `Sync`.
//!
//! Every message lives the same life: expire old reports, load the records, check, compute, save, emit. The records of
//! the whole suite travel through a message as [`books::Books`], those of one market as [`market::Market`].

pub mod books;
pub mod claim;
pub mod contract;
pub mod drawdown;
pub mod emergency;
pub mod error;
pub mod events;
pub mod exit;
pub mod funds;
pub mod history;
pub mod hourly;
pub mod hypothetical;
mod layout;
pub mod market;
pub mod mutual;
pub mod ownership;
pub mod parameters;
pub mod pending;
pub mod poke;
pub mod query;
pub mod registry;
pub mod report;
pub mod rewards;
pub mod shares;
pub mod solvency;
pub mod stake;
pub mod state;
pub mod surplus;
pub mod top_up;
pub mod underwriting;
pub mod waterfall;

pub use error::ContractError;
pub use parameters::default_parameters;
