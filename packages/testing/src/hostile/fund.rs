//! A contract that a market takes for its insurance fund, and that pays, answers and fails as it is told: the
//! same code as on a real chain.

pub use ballast_hostile::fund::*;

use cosmwasm_std::Empty;
use cw_multi_test::{Contract, ContractWrapper};

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}
