//! Checked sums of the books, with this contract's error.

use cosmwasm_std::{Int128, Uint128};

use crate::error::{ContractError, ContractResult};

#[cold]
fn overflow(what: &'static str, value: impl ToString) -> Box<ContractError> {
    ContractError::Overflow {
        what,
        value: value.to_string(),
    }
    .into()
}

/// `a + b`.
pub fn add(a: Uint128, b: Uint128) -> ContractResult<Uint128> {
    a.checked_add(b).map_err(|_| overflow("sum", b))
}

/// `a - b`.
pub fn subtract(a: Uint128, b: Uint128) -> ContractResult<Uint128> {
    a.checked_sub(b).map_err(|_| overflow("difference", b))
}

/// `a + b`, signed.
pub fn add_signed(a: Int128, b: Int128) -> ContractResult<Int128> {
    a.checked_add(b).map_err(|_| overflow("sum", b))
}

/// `a - b`, signed.
pub fn subtract_signed(a: Int128, b: Int128) -> ContractResult<Int128> {
    a.checked_sub(b).map_err(|_| overflow("difference", b))
}

/// An amount as a signed number.
pub fn to_signed(value: Uint128) -> ContractResult<Int128> {
    Int128::try_from(value).map_err(|_| overflow("amount", value))
}

/// The positive part of a signed number.
#[must_use]
pub fn positive_part(value: Int128) -> Uint128 {
    if value.is_negative() {
        Uint128::zero()
    } else {
        value.unsigned_abs()
    }
}
