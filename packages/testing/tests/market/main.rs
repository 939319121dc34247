//! What the clearing house does, seen through its messages, with the invariants checked after every one.

mod access;
mod delegates;
mod deleveraging;
mod funding;
mod margin;
mod oracle;
mod order_types;
mod orders;
mod recent_risk;
mod world;
