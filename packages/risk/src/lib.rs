//! Pure integer maths of margin, liquidation, funding and insurance. No storage, no messages, no floating point.

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
