//! A DAO of DAO DAO as far as an owner of contracts needs it: a double of its core, and of its proposal module for
//! single choices, with the messages and queries of `dao-interface` and `dao-proposal-single` 2 in their JSON. The
//! voting module is whatever the core instantiates: in the tests `ballast-governance`, asked by DAO DAO's queries.
//!
//! The real crates are not on crates.io with cosmwasm 2, so these are written from their messages. Fields that no
//! owner needs (treasury lists, items, sub-DAOs, hooks) are left out.

pub mod core;
pub mod proposals;
