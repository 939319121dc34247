//! What the clearing house does, seen through its messages, with the invariants checked after every one.

mod access;
mod bands;
mod batch;
mod bounty;
mod dead_orders;
mod decimals;
mod delegates;
mod deleveraging;
mod delisting;
mod funding;
mod gate;
mod isolated;
mod liquidation_caps;
mod margin;
mod minimums;
mod oracle;
mod oracle_policy;
mod order_types;
mod orders;
mod outflow;
mod pending_changes;
mod pyth;
mod recent_risk;
mod settling;
mod transfers;
mod world;
