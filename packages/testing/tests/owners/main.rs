//! Whoever owns the suite: Ballast's governance, a `cw3-flex-multisig` of cw-plus over a group or over a stake, a DAO of
//! DAO DAO. Each does an owner's work through proposals of its own, ownership goes from one to the next in two steps, and
//! who owned it before can do nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod attempts;
mod daos;
mod guardian;
mod handover;
mod majority;
mod votes;
mod work;

const DAY: u64 = 86_400;
