//! A contract that panics is a failed message, as on a chain, and not a dead process.

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

use anyhow::Result;
use cosmwasm_std::{Binary, Checksum, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response};
use cw_multi_test::Contract;
use thiserror::Error;

/// A contract panicked. What it wrote in this call is dropped with the error.
#[derive(Error, Debug, PartialEq, Eq)]
#[error("contract panicked: {text}")]
pub struct ContractPanicked {
    /// The panic's message.
    pub text: String,
}

/// A contract whose panics are errors. Needs `panic = "unwind"`, which tests and the profile `sim` have.
pub struct Guarded(Box<dyn Contract<Empty>>);

impl Guarded {
    /// Wraps a contract.
    #[must_use]
    pub fn boxed(inner: Box<dyn Contract<Empty>>) -> Box<Self> {
        Box::new(Self(inner))
    }
}

/// Runs a call of a contract; its panic becomes [`ContractPanicked`].
///
/// # Errors
/// The call's own, or [`ContractPanicked`].
pub fn guard<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    // The storage behind the call is a transaction cache that is dropped on error, so nothing half
    // written is ever looked at: unwinding through it is safe.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        Err(ContractPanicked {
            text: text(payload.as_ref()),
        }
        .into())
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
        .to_owned()
}

impl Contract<Empty> for Guarded {
    fn instantiate(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        guard(|| self.0.instantiate(deps, env, info, msg))
    }

    fn execute(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        guard(|| self.0.execute(deps, env, info, msg))
    }

    fn query(&self, deps: Deps, env: Env, msg: Vec<u8>) -> Result<Binary> {
        guard(|| self.0.query(deps, env, msg))
    }

    fn reply(&self, deps: DepsMut, env: Env, msg: Reply) -> Result<Response> {
        guard(|| self.0.reply(deps, env, msg))
    }

    fn sudo(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> Result<Response> {
        guard(|| self.0.sudo(deps, env, msg))
    }

    fn migrate(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> Result<Response> {
        guard(|| self.0.migrate(deps, env, msg))
    }

    fn checksum(&self) -> Option<Checksum> {
        self.0.checksum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_text() {
        std::panic::set_hook(Box::new(|_| {}));
        let error = guard::<()>(|| panic!("no {}", 7)).unwrap_err();
        let _ = std::panic::take_hook();
        assert_eq!(
            error.downcast_ref::<ContractPanicked>(),
            Some(&ContractPanicked {
                text: "no 7".to_owned()
            })
        );
        assert_eq!(guard(|| Ok(7)).unwrap(), 7);
    }
}
