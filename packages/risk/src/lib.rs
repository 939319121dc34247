//! Pure integer maths of margin, liquidation, deleveraging, funding and insurance.
//!
//! No storage, no messages, no floating point. Contracts, simulator and tests compute every number here, once.
//! `docs/maths.md` has all formulas with their units, rounding and source.
//!
//! | module | what it answers |
//! |---|---|
//! | `rounding` | which way does each quantity round, and how are numbers divided |
//! | `value` | what are base atoms worth, what is a price in ticks |
//! | `margin`, `account` | what does a position need, what state is an account in, what may it do |
//! | `bankruptcy`, `price_ratio` | what must an account receive for a close, at which price may it be filled |
//! | `restore` | how much has to be closed |
//! | `liquidation`, `liquidation_price` | fees, what the fund pays, caps, when it starts |
//! | `deleverage`, `allocation` | who takes over what nobody buys, who bears what nobody covers |
//! | `funding` | premiums, rates, indices, payments |
//! | `shares`, `share_pool` | what is a share of the fund worth, how does one get in and out |
//! | `buckets`, `fund` | limits that refill and ramp, coverage, surplus, bad debt |
//!
//! Conventions: quote atoms are positive when the account receives them; sizes are positive for longs; fractions are in
//! ppm; every function documents its unit, rounding, errors and source. No function panics, whatever it is given.

mod account;
mod allocation;
mod bankruptcy;
mod buckets;
mod deleverage;
mod error;
mod fund;
mod funding;
mod liquidation;
mod liquidation_price;
mod margin;
mod price_ratio;
mod restore;
mod rounding;
mod share_pool;
mod shares;
mod value;
mod wide;

pub use account::*;
pub use allocation::*;
pub use bankruptcy::*;
pub use buckets::*;
pub use deleverage::*;
pub use error::*;
pub use fund::*;
pub use funding::*;
pub use liquidation::*;
pub use liquidation_price::*;
pub use margin::*;
pub use price_ratio::*;
pub use restore::*;
pub use rounding::*;
pub use share_pool::*;
pub use shares::*;
pub use value::*;
