//! What the clearing house does, seen through its messages, with the invariants checked after every one.

mod access;
mod deleveraging;
mod funding;
mod margin;
mod oracle;
mod orders;
mod world;
