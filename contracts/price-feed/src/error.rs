//! Why a message or query was refused: what was expected, what was found.

use ballast_administration::migration::MigrationError;
use ballast_administration::pending::PendingError;
use cosmwasm_std::{Addr, Int64, StdError};
use cw_ownable::OwnershipError;
use cw_utils::PaymentError;
use thiserror::Error;

/// Result of everything here.
pub type ContractResult<T> = Result<T, ContractError>;

/// Why a message or query was refused.
#[derive(Error, Debug, PartialEq)]
#[allow(missing_docs)] // the message of each says what its fields are
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Pending(#[from] PendingError),
    #[error(transparent)]
    Migration(#[from] MigrationError),

    #[error("renouncing ownership would leave the feeds without an owner; transfer it instead")]
    RenounceRefused {},
    #[error("a pending ownership transfer needs an expiry in the future")]
    TransferNeedsExpiry {},

    #[error("there is no feed {id}")]
    NoSuchFeed { id: String },
    #[error("feed id must be 64 hexadecimal digits in lower case, found {found:?}")]
    InvalidFeedId { found: String },
    #[error("symbol must be 1 to {max} printable ASCII characters, found {found:?}")]
    InvalidSymbol { max: usize, found: String },
    #[error("{name} must be from {min} to {max}, found {found}")]
    OutOfRange {
        name: &'static str,
        min: i64,
        max: i64,
        found: i64,
    },
    #[error("feeder {feeder} is named twice")]
    DuplicateFeeder { feeder: Addr },

    #[error("{sender} is no feeder of feed {id}; the owner appoints feeders with SetFeed")]
    NotAFeeder { id: String, sender: Addr },
    #[error("1 to {max} prices a message, found {found}")]
    WrongNumberOfUpdates { max: usize, found: usize },
    #[error("feed {id} is named twice; push one price a feed")]
    DuplicateUpdate { id: String },
    #[error("price of feed {id} must be positive, found {found}")]
    PriceNotPositive { id: String, found: Int64 },
    #[error("price of feed {id} was published at {found}, in the future: it is {now}")]
    PublishedInFuture { id: String, now: i64, found: i64 },
    #[error("price of feed {id} was published at {found}, not after this feeder's last at {last}")]
    NotNewer { id: String, last: i64, found: i64 },

    #[error("feed {id} has {found} prices of the last {max_age_secs} s, {quorum} are needed")]
    NoQuorum {
        id: String,
        quorum: u32,
        found: u32,
        max_age_secs: u64,
    },
}
