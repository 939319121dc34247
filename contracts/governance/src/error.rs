//! Every reason for which governance refuses a message or query.

use ballast_administration::migration::MigrationError;
use ballast_types::governance::LifecycleStatus;
use cosmwasm_std::{Addr, Decimal, OverflowError, StdError, Uint128};
use cw_utils::PaymentError;
use thiserror::Error;

/// Result of everything here.
pub type ContractResult<T> = Result<T, ContractError>;

/// Why a message or query was refused. Match on the variant, never on the text.
#[derive(Error, Debug, PartialEq)]
#[allow(missing_docs)] // the message of each says what its fields are
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),

    #[error("{message} is sent by governance itself, through a proposal; found {sender}")]
    OnlyGovernance { message: &'static str, sender: Addr },
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error("unknown reply {found}")]
    UnknownReply { found: u64 },

    #[error("token {found} cannot be staked: {reason}")]
    InvalidToken { found: String, reason: &'static str },
    #[error("staked is {expected}; send exactly that, as native coins with Stake or as a cw20 by its Send")]
    WrongToken { expected: String },
    #[error("amount of zero")]
    ZeroAmount {},
    #[error("governance does not stake with itself")]
    StakesItself {},
    #[error("{found} staked, cannot unstake {asked}")]
    StakeTooSmall { found: Uint128, asked: Uint128 },
    #[error("{max} unstaked amounts wait already; claim first")]
    TooManyClaims { max: usize },
    #[error("nothing to claim yet")]
    NothingToClaim {},

    #[error("{sender} had no power before this block; stake and propose in a later one")]
    NoPower { sender: Addr },
    #[error("{what} must have {min} to {max} bytes, found {found}")]
    WrongSize {
        what: &'static str,
        min: usize,
        max: usize,
        found: usize,
    },
    #[error("at most {max} messages, found {found}")]
    TooManyMessages { max: usize, found: usize },
    #[error("{max} proposals of {proposer} are unfinished; execute or close one")]
    TooManyUnfinished { max: u32, proposer: Addr },
    #[error("message {index}: {reason}")]
    MessageRefused { index: usize, reason: &'static str },
    #[error("{bound} must be a time {expected}, found {found}")]
    WrongWindow {
        bound: &'static str,
        expected: String,
        found: String,
    },
    #[error("the deposit is {expected}, found {found}")]
    WrongDeposit { expected: String, found: String },

    #[error("there is no proposal {proposal_id}")]
    NoSuchProposal { proposal_id: u64 },
    #[error("proposal {proposal_id} is {found:?}, votes count while it is open")]
    NotOpen {
        proposal_id: u64,
        found: LifecycleStatus,
    },
    #[error("{voter} had no power before block {start_height}")]
    NoPowerAtStart { voter: Addr, start_height: u64 },
    #[error("{voter} voted on proposal {proposal_id} already, and votes are final")]
    AlreadyVoted { proposal_id: u64, voter: Addr },
    #[error("{voter} voted the same on proposal {proposal_id} already")]
    SameVote { proposal_id: u64, voter: Addr },

    #[error("proposal {proposal_id} is {found:?}, it can be executed while it is ready")]
    NotReady {
        proposal_id: u64,
        found: LifecycleStatus,
        ready_at: Option<u64>,
        deadline: Option<u64>,
        now: u64,
    },
    #[error("proposal {proposal_id} is being executed; nothing else can be until it is done")]
    Executing { proposal_id: u64 },
    #[error("proposal {proposal_id} is not being executed")]
    NotExecuting { proposal_id: u64 },
    #[error("governance would hold {held} of {token} and owes {owed} to stakers and proposers")]
    BooksBroken {
        token: String,
        owed: Uint128,
        held: Uint128,
    },
    #[error("proposal {proposal_id} is {found:?}: nothing to close")]
    NothingToClose {
        proposal_id: u64,
        found: LifecycleStatus,
    },

    #[error("{sender} is not the guardian")]
    NotGuardian { sender: Addr },
    #[error("proposal {proposal_id} is {found:?}, the guardian cancels what has passed and was not executed")]
    NotCancellable {
        proposal_id: u64,
        found: LifecycleStatus,
    },
    #[error("the guardian cancelled the same messages as proposal {proposal_id}; passed again they stand")]
    CancelledBefore { proposal_id: u64 },
    #[error(
        "proposal {proposal_id} appoints a guardian and does nothing else: it cannot be cancelled"
    )]
    OnlyChangesGuardian { proposal_id: u64 },
    #[error("the next freeze may begin at {next_at}, it is {now}")]
    FreezeTooEarly { next_at: u64, now: u64 },
    #[error("the settings name no market that could be frozen")]
    NothingToFreeze {},

    #[error("message {index} is not protective: {reason}")]
    NotProtective { index: usize, reason: String },
    #[error("proposal {proposal_id} is not an executed protective one")]
    NoProtection { proposal_id: u64 },
    #[error("proposal {proposal_id} expires at {expires_at}, it is {now}")]
    NotExpired {
        proposal_id: u64,
        expires_at: u64,
        now: u64,
    },
    #[error("proposal {proposal_id} was confirmed: nothing is reverted")]
    Confirmed { proposal_id: u64 },
    #[error("step {step} of proposal {proposal_id}: {reason}")]
    NothingToRevert {
        proposal_id: u64,
        step: u32,
        reason: &'static str,
    },

    #[error("no messages to check")]
    NothingToCheck {},
    #[error(
        "all {messages} messages would go through, with the delay of a proposal that is {speed}"
    )]
    CheckPassed {
        messages: usize,
        speed: &'static str,
    },
    #[error("message {index} of {messages} would fail: {cause}")]
    CheckFailed {
        index: usize,
        messages: usize,
        cause: String,
    },
    #[error("all {messages} messages would go through, but then governance would hold less than it owes: {cause}")]
    CheckFailedBooks { messages: usize, cause: String },

    #[error("bootstrap is locked, or {sender} did not instantiate this contract")]
    BootstrapLocked { sender: Addr },

    #[error("there are no settings of revision {revision}")]
    NoSuchRevision { revision: u32 },
    #[error("{name} must be from {min} to {max}, found {found}")]
    OutOfRange {
        name: &'static str,
        min: u64,
        max: u64,
        found: u64,
    },
    #[error("{name} must be from {min} to {max}, found {found}")]
    FractionOutOfRange {
        name: &'static str,
        min: Decimal,
        max: Decimal,
        found: Decimal,
    },
    #[error("settings: {rule}")]
    SettingsContradict { rule: &'static str },
    #[error("a deposit of {found} is more than {max}, a thousandth of the supply")]
    DepositTooLarge { max: Uint128, found: Uint128 },
    #[error("deposits are forfeited to the insurance fund, whose collateral is {expected}; found {found}")]
    DepositNotCollateral { expected: String, found: String },
}
