//! Every reason for which the fund refuses a message.

use ballast_administration::migration::MigrationError;
use ballast_administration::pending::PendingError;
use ballast_risk::RiskError;
use ballast_types::MarketId;
use cosmwasm_std::{OverflowError, StdError, Uint128};
use cw_ownable::OwnershipError;
use thiserror::Error;

/// Result of everything that can refuse a message.
pub type ContractResult<T> = Result<T, ContractError>;

/// Why a message was refused. Match on the variant, never on the text.
#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    /// Storage, address or serialisation.
    #[error(transparent)]
    Std(#[from] StdError),

    /// Not the owner, or no such transfer.
    #[error(transparent)]
    Ownership(#[from] OwnershipError),

    /// Nothing can be done with a change that waits.
    #[error(transparent)]
    Pending(#[from] PendingError),

    /// A migration from a state that is not the expected one.
    #[error(transparent)]
    Migration(#[from] MigrationError),

    /// A calculation did not fit.
    #[error(transparent)]
    Risk(#[from] RiskError),

    /// A ledger line would overflow or fall below zero.
    #[error(transparent)]
    Overflow(#[from] OverflowError),

    /// The owner may not leave the fund without an owner.
    #[error("ownership cannot be renounced; transfer it instead")]
    RenounceRefused {},

    /// A pending transfer must end by itself.
    #[error("a transfer of ownership needs an expiry in the future, found {found}")]
    ExpiryNotInFuture {
        /// What was given.
        found: String,
    },

    /// The collateral is not a usable token.
    #[error("collateral {found} is not a token this fund can hold")]
    InvalidCollateral {
        /// What was given.
        found: String,
    },

    /// Coins were attached to a message that takes none.
    #[error("this message takes no coins, found {found}")]
    NoFundsExpected {
        /// The coins.
        found: String,
    },

    /// Not exactly one coin of the collateral.
    #[error("expected one coin of {expected}, found {found}")]
    WrongFunds {
        /// The collateral's denom.
        expected: String,
        /// The coins, or `none`.
        found: String,
    },

    /// The collateral is a cw20 token: top up by its `Send`.
    #[error("collateral is the cw20 token {expected}; top up by its Send")]
    NativeNotAccepted {
        /// The token.
        expected: String,
    },

    /// A cw20 hook from a contract that is not the collateral.
    #[error("expected a Send of {expected}, found one of {found}")]
    WrongToken {
        /// The collateral.
        expected: String,
        /// Who called.
        found: String,
    },

    /// Nothing was sent, or nothing of it arrived.
    #[error("a top-up of zero")]
    ZeroAmount {},

    /// Fees come from the market contract itself.
    #[error("fees of {expected} were sent by {found}; only the market contract sends its fees")]
    FeesFromStranger {
        /// The contract named.
        expected: String,
        /// Who sent them.
        found: String,
    },

    /// Fees and reserve top-ups name a market.
    #[error("a top-up of this kind needs a market")]
    MarketRequired {},

    /// No such claimant.
    #[error("market {market} of {contract} is not registered")]
    MarketNotRegistered {
        /// The contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },

    /// No market of this contract is registered.
    #[error("{contract} has no registered market")]
    ContractNotRegistered {
        /// The contract.
        contract: String,
    },

    /// Registered before.
    #[error("market {market} of {contract} is registered already; use UpdateMarket")]
    MarketExists {
        /// The contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },

    /// The fund has as many claimants as it can keep account of.
    #[error("{expected} markets are the most this fund takes")]
    TooManyMarkets {
        /// The limit.
        expected: u32,
    },

    /// A market stays isolated, or cross-margined, for good.
    #[error("isolated is {expected} for good, found {found}")]
    IsolationFixed {
        /// As registered.
        expected: bool,
        /// As asked.
        found: bool,
    },

    /// The account of a claim is too long to be recorded.
    #[error("account has {found} bytes, at most {expected} are recorded")]
    AccountTooLong {
        /// The limit.
        expected: usize,
        /// What was given.
        found: usize,
    },

    /// No such claim.
    #[error("{contract} has no claim {claim_id}")]
    ClaimNotFound {
        /// The contract.
        contract: String,
        /// Its id.
        claim_id: u64,
    },

    /// A parameter outside its hard range.
    #[error("{name} must be {min} to {max}, found {found}")]
    ParameterOutOfRange {
        /// Which.
        name: &'static str,
        /// Smallest value.
        min: Uint128,
        /// Largest value.
        max: Uint128,
        /// What was given.
        found: Uint128,
    },

    /// Two parameters that do not fit together.
    #[error("parameters: {expected}")]
    ParameterRelation {
        /// What must hold.
        expected: &'static str,
    },

    /// The cw20 side of the shares.
    #[error(transparent)]
    Share(#[from] cw20_base::ContractError),

    /// So little that it would mint no share.
    #[error("{amount} mints no share; stake at least what one share is worth")]
    NoShares {
        /// Quote atoms.
        amount: Uint128,
    },

    /// One exit an address.
    #[error("{found} shares wait to leave already; cancel or complete that exit first")]
    ExitPending {
        /// Its shares.
        found: Uint128,
    },

    /// Nothing waits to leave.
    #[error("no exit was requested")]
    NoExit {},

    /// The level is deficient or worse.
    #[error("exits are paused until the level is better than deficient, at most until {ends_at}")]
    ExitsPaused {
        /// Second at which this exit is no longer held up, whatever the level.
        ends_at: u64,
    },

    /// Not the treasury.
    #[error("only the treasury {expected} may do this, found {found}")]
    NotTreasury {
        /// The treasury, or `none`.
        expected: String,
        /// Who asked.
        found: String,
    },

    /// The emergency facility holds or is owed coins of the treasury that is to be replaced.
    #[error("the treasury is replaced when nothing is committed, found {found} held or owed")]
    TreasuryInUse {
        /// Quote atoms.
        found: Uint128,
    },

    /// The treasury did not ask, or let the time pass.
    #[error("nothing was requested, or the time to take it has passed; request again")]
    NoWithdrawalRequested {},

    /// Something that has to wait.
    #[error("possible from {ready_at}, now is {now}")]
    TooEarly {
        /// Seconds.
        ready_at: u64,
        /// Seconds.
        now: u64,
    },

    /// A stress test of more shocks than one query takes.
    #[error("a stress test takes {expected} shocks, found {found}")]
    TooManyShocks {
        /// The limit.
        expected: usize,
        /// As asked.
        found: usize,
    },

    /// Nobody receives surplus.
    #[error("no recipient of surplus is appointed")]
    NoSurplusRecipient {},

    /// Surplus leaves at one level only.
    #[error("surplus leaves at the level surplus, found {found}")]
    SurplusLevel {
        /// The level in force.
        found: &'static str,
    },

    /// Surplus leaves above the target only.
    #[error("surplus leaves when the mutual reserve holds {expected}, found {found}")]
    SurplusBelowTarget {
        /// The mutual target, quote atoms.
        expected: Uint128,
        /// The mutual reserve, quote atoms.
        found: Uint128,
    },

    /// Surplus does not leave while anything is owed to the emergency facility.
    #[error("no surplus leaves while a loan is open, found {found} owed")]
    LoanOpen {
        /// Quote atoms.
        found: Uint128,
    },

    /// Surplus does not leave while a market reports a deficit.
    #[error("no surplus leaves while a deficit is open, found {found} reported")]
    DeficitOpen {
        /// Quote atoms.
        found: Uint128,
    },

    /// A reply to a message that this contract did not send.
    #[error("unknown reply {found}")]
    UnknownReply {
        /// Its id.
        found: u64,
    },
}
