//! Layouts of what the crate of messages defines and contracts store as it is. The order of fields is the layout: a field that
//! is added, removed or moved needs a migration.

mod fund;
mod governance;
mod market;
mod price_feed;
mod shared;
