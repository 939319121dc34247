//! The one error type of this crate.

use cosmwasm_std::{Decimal, Int128, Uint128};
use thiserror::Error;

/// Result of every fallible function of this crate.
pub type RiskResult<T> = Result<T, RiskError>;

/// Why a calculation was refused.
///
/// No function of this crate panics: whatever does not fit, divides by zero or makes no sense comes back as one of
/// these. Match on the variant, never on the text.
#[derive(Error, Clone, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// The exact result, or a 512-bit intermediate, does not fit its type.
    #[error("overflow in {operation}: the exact result does not fit; use smaller sizes, prices or amounts")]
    Overflow {
        /// The function (and quantity) that overflowed.
        operation: &'static str,
    },

    /// The divisor of a formula is zero.
    #[error("division by zero in {operation}")]
    DivisionByZero {
        /// The function (and quantity) whose divisor was zero.
        operation: &'static str,
    },

    /// A token has more decimals than the fixed-point scale can carry.
    #[error(
        "decimals out of range: base {base_decimals}, quote {quote_decimals}, at most {max} each"
    )]
    InvalidDecimals {
        /// Decimals of the base asset as given.
        base_decimals: u8,
        /// Decimals of the quote token as given.
        quote_decimals: u8,
        /// The largest number of decimals that is accepted.
        max: u8,
    },

    /// A parameter lies outside its range.
    #[error("{name} is {value}, expected {min} to {max}")]
    OutOfRange {
        /// Name of the parameter.
        name: &'static str,
        /// What was given.
        value: Uint128,
        /// Smallest accepted value.
        min: Uint128,
        /// Largest accepted value.
        max: Uint128,
    },

    /// An amount that must be a whole number of steps is not.
    #[error("{name} is {value}, expected a multiple of {step}")]
    NotMultiple {
        /// Name of the quantity.
        name: &'static str,
        /// What was given (base atoms, or price atomics).
        value: Uint128,
        /// The step it must be a multiple of, in the same unit.
        step: Uint128,
    },

    /// One tick times one lot is not a positive whole number of quote atoms, so fills would round.
    #[error("tick {tick_size} times lot {lot_size} is not a positive whole number of quote atoms")]
    InexactTickLot {
        /// Tick size as listed.
        tick_size: Decimal,
        /// Lot size in base atoms as listed.
        lot_size: Uint128,
    },

    /// A closing trade must be opposite to the position, not zero and not larger than it.
    #[error("a close of {delta} does not reduce a position of {position}")]
    InvalidClosingSize {
        /// Signed position in base atoms.
        position: Int128,
        /// Signed trade in base atoms.
        delta: Int128,
    },

    /// A maintenance requirement is larger than the one it is part of, or grows by a close.
    #[error(
        "maintenance margin of the position is {position}, of the whole account only {account}"
    )]
    InconsistentMargin {
        /// Maintenance requirement of the position, quote atoms.
        position: Uint128,
        /// Maintenance requirement of the account, quote atoms.
        account: Uint128,
    },

    /// The account has no maintenance requirement, so it has neither a bankruptcy nor a fillable price.
    #[error("the account has no maintenance requirement, so there is nothing to liquidate")]
    NoMaintenanceMargin {},

    /// A price that must not be negative is.
    #[error("{name} is negative")]
    NegativePrice {
        /// Which price.
        name: &'static str,
    },

    /// An account would end below initial margin with a worse ratio of equity to requirement.
    #[error("the change leaves the {account} account riskier: equity {equity}, maintenance margin {maintenance_margin}")]
    TransitionRefused {
        /// Which of the accounts ("liquidated" or "offsetting").
        account: &'static str,
        /// Its equity after the change, quote atoms.
        equity: Int128,
        /// Its maintenance requirement after the change, quote atoms.
        maintenance_margin: Uint128,
    },

    /// More was used than a limit allows.
    #[error("{name}: {used} used of {limit}")]
    LimitExceeded {
        /// Which limit.
        name: &'static str,
        /// What is used, or asked for.
        used: Uint128,
        /// What is allowed.
        limit: Uint128,
    },

    /// This position of the account has already been liquidated in this block.
    #[error(
        "market {market} of this account was already liquidated in this block; try the next block"
    )]
    AlreadyLiquidated {
        /// The market, by the caller's number.
        market: u64,
    },

    /// Shares exist, but nothing stands behind them: a newcomer would pay for the losses of others.
    #[error("{total_shares} shares stand against an empty vault; new stake is refused")]
    EmptyVault {
        /// Shares outstanding.
        total_shares: Uint128,
    },

    /// More shares than the holder, or the pool, has.
    #[error("{asked} shares asked for, {available} available")]
    NotEnoughShares {
        /// Shares asked for.
        asked: Uint128,
        /// Shares available.
        available: Uint128,
    },

    /// Nothing was asked for: there is no pending request, or its size is zero.
    #[error("there is no pending request")]
    NoRequest {},

    /// A request is already pending; cancel it first.
    #[error("a request for {shares} shares is pending; cancel it first")]
    RequestPending {
        /// Shares of the pending request.
        shares: Uint128,
    },

    /// The waiting time is not over.
    #[error("the waiting time is not over: {elapsed} s of {required} s")]
    TooEarly {
        /// Seconds since the request.
        elapsed: u64,
        /// Seconds that must pass.
        required: u64,
    },
}

impl RiskError {
    /// `map_err(RiskError::overflow("name"))`: replaces any arithmetic error by a named overflow.
    pub(crate) fn overflow<E>(operation: &'static str) -> impl FnOnce(E) -> Self {
        move |_| Self::Overflow { operation }
    }
}
