//! Why a message was refused: what was expected, what was found.

use ballast_administration::migration::MigrationError;
use ballast_administration::pending::PendingError;
use ballast_risk::RiskError;
use ballast_types::market::{OrderId, TriggerOrderId};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Int128, StdError, Uint128};
use cw_ownable::OwnershipError;
use cw_utils::{ParseReplyError, PaymentError};
use thiserror::Error;

/// Result of everything here. The error is boxed: what can fail is called a thousand times, and each call would otherwise
/// carry code that moves the whole error (64 kB of 912).
pub type ContractResult<T> = Result<T, Box<ContractError>>;

/// Why a message was refused.
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
    Risk(#[from] RiskError),
    #[error(transparent)]
    ParseReply(#[from] ParseReplyError),

    #[error("only {expected} may send this, not {found}")]
    Unauthorized { expected: String, found: String },
    #[error("renouncing ownership would leave the suite without an owner; transfer it instead")]
    RenounceRefused {},
    #[error("a pending ownership transfer needs an expiry in the future")]
    TransferNeedsExpiry {},
    #[error("collateral is {expected}; {found} was sent")]
    WrongCollateral { expected: String, found: String },
    #[error("the amount must be more than zero")]
    ZeroAmount {},
    #[error("the token has {found} decimals, the configuration says {expected}")]
    WrongDecimals { expected: u8, found: u8 },
    #[error("parameter {name} must be from {min} to {max}, found {found}")]
    ParameterOutOfRange {
        name: &'static str,
        min: String,
        max: String,
        found: String,
    },
    #[error("parameters contradict each other: {rule}")]
    ParametersContradict { rule: &'static str },

    #[error("there is no market {market}")]
    NoSuchMarket { market: MarketId },
    #[error("market {market} has no price yet")]
    NoPrice { market: MarketId },
    #[error("the price of market {market} is {age} s old, at most {max_age} s are allowed here")]
    StalePrice {
        market: MarketId,
        age: u64,
        max_age: u64,
    },
    #[error("the price of market {market} is uncertain by {confidence} at {price}, more than {max_ppm} ppm")]
    LowConfidence {
        market: MarketId,
        price: Decimal,
        confidence: Decimal,
        max_ppm: u32,
    },
    #[error("the new oracle says {found}, the old one {cached}: they may differ by {max_ppm} ppm")]
    OracleDeviates {
        market: MarketId,
        cached: Decimal,
        found: Decimal,
        max_ppm: u32,
    },
    #[error("possible from {ready_at} on, it is {now}")]
    TooEarly { ready_at: u64, now: u64 },
    #[error("maintenance margin of market {market} may be raised to {allowed} now, {found} was asked; the next step is possible from {next_at} on")]
    MaintenanceStep {
        market: MarketId,
        allowed: Decimal,
        found: Decimal,
        next_at: u64,
    },
    #[error(
        "market {market} is being settled: orders are void and nothing of it changes any more"
    )]
    MarketSettling { market: MarketId },
    #[error("market {market} is not being settled")]
    NotSettling { market: MarketId },
    #[error(
        "market {market} has a price; without a new one anyone may settle it from {dead_at} on"
    )]
    FeedAlive { market: MarketId, dead_at: u64 },
    #[error("market {market} would be settled at {price}, its last price is {last_price}: they may differ by {max_distance}; an hour of calmer prices brings them together")]
    SettlementPriceTooFar {
        market: MarketId,
        price: Decimal,
        last_price: Decimal,
        max_distance: Decimal,
    },
    #[error("1 to {max} accounts may be named, found {found}")]
    TooManyAccounts { max: usize, found: usize },
    #[error("market {market} cannot go yet: {open_interest_long} are long, {open_interest_short} short, its deficit is {deficit}")]
    MarketInUse {
        market: MarketId,
        open_interest_long: Uint128,
        open_interest_short: Uint128,
        deficit: Uint128,
    },
    #[error("the deficit of market {market} is {deficit}, {found} was sent")]
    DeficitExceeded {
        market: MarketId,
        deficit: Uint128,
        found: Uint128,
    },
    #[error("market {market} has the symbol {symbol}")]
    SymbolTaken { market: MarketId, symbol: String },
    #[error("the exchange's share of fees of delisted markets is {available}, {asked} was asked")]
    RetiredFeesExceeded { available: Uint128, asked: Uint128 },
    #[error("at most {max} markets may be listed")]
    TooManyMarkets { max: u32 },
    #[error("oracle {contract} gives no valid price for feed {feed_id}: {reason}")]
    OracleUnusable {
        contract: String,
        feed_id: String,
        reason: String,
    },

    #[error("{owner} has no subaccount {subaccount}; a deposit opens it")]
    NoSuchAccount { owner: String, subaccount: u32 },
    #[error("the account holds {found} positions, at most {max} are allowed")]
    TooManyPositions { max: usize, found: usize },
    #[error(
        "market {market} is isolated: an account that holds a position in it may hold no other"
    )]
    IsolatedMarket { market: MarketId },
    #[error("the exchange is frozen until {until}: nobody takes more risk; reducing, deposits and withdrawals without a position go on")]
    Frozen { until: u64 },
    #[error("a freeze may last until {max} at most, found {found}")]
    FreezeTooLong { max: u64, found: u64 },
    #[error(
        "the next freeze may begin at {next_at}, it is {now}; a running one can only end sooner"
    )]
    FreezeTooEarly { next_at: u64, now: u64 },
    #[error("withdrawals are gated until {opens_at} at the latest")]
    WithdrawalsGated { opens_at: u64 },
    #[error("there is no queued withdrawal {id}")]
    NoSuchWithdrawal { id: u64 },
    #[error("from and to are the same subaccount, {subaccount}")]
    SameSubaccount { subaccount: u32 },
    #[error("the account has {found} resting orders, at most {max} are allowed")]
    TooManyOrders { max: u32, found: u32 },
    #[error("the account is bankrupt (equity {equity}); only deposits are accepted")]
    Bankrupt { equity: Int128 },
    #[error("initial margin {required} is more than equity {equity}")]
    InsufficientMargin { equity: Int128, required: Uint128 },
    #[error("{free} is left beyond margin; orders of the account need {reserve} for their removal and execution")]
    InsufficientReserve { free: Uint128, reserve: Uint128 },
    #[error("the account has no position in market {market}")]
    NoPosition { market: MarketId },
    #[error("not liquidatable: equity {equity} covers maintenance margin {maintenance_margin}")]
    NotLiquidatable {
        equity: Int128,
        maintenance_margin: Uint128,
    },
    #[error("not bankrupt: equity is {equity}; send Liquidate instead")]
    NotBankrupt { equity: Int128 },

    #[error("size {found} is not a positive multiple of the lot size {lot_size}")]
    InvalidSize { lot_size: Uint128, found: Uint128 },
    #[error("price {found} is not a positive multiple of the tick size {tick_size}")]
    InvalidPrice { tick_size: Decimal, found: Decimal },
    #[error("an order is worth at least {min}, this one {found}; a smaller one may only close a whole position")]
    OrderTooSmall { min: Uint128, found: Uint128 },
    #[error("a position in market {market} is at least {min}, this would leave or open {found}")]
    PositionTooSmall {
        market: MarketId,
        min: Uint128,
        found: Uint128,
    },
    #[error(
        "price {found} is beyond {bound}, the band around the oracle price of market {market}"
    )]
    PriceOutsideBand {
        market: MarketId,
        bound: Decimal,
        found: Decimal,
    },
    #[error("a post-only order at this price would trade at once")]
    WouldTrade {},
    #[error("a reduce-only order needs a position on the other side")]
    NothingToReduce {},
    #[error("market {market} is reduce-only: its open interest may not grow")]
    ReduceOnly { market: MarketId },
    #[error("open interest of market {market} would be {found}, the cap is {cap}")]
    OpenInterestCap {
        market: MarketId,
        cap: Uint128,
        found: Uint128,
    },
    #[error("no such order: {id:?}")]
    NoSuchOrder { id: OrderId },
    #[error("the account has no resting order with client order id {client_order_id}")]
    NoSuchClientOrder { client_order_id: Uint128 },
    #[error("client order id {client_order_id} is in use by this account")]
    DuplicateClientOrderId { client_order_id: Uint128 },
    #[error("the account has {found} trigger orders, at most {max} are allowed")]
    TooManyTriggerOrders { max: u32, found: u32 },
    #[error("the trigger price must be from {min} to {max}, the sanity bounds of market {market}, found {found}")]
    TriggerPriceOutOfBounds {
        market: MarketId,
        min: Decimal,
        max: Decimal,
        found: Decimal,
    },
    #[error("no such trigger order: {id:?}")]
    NoSuchTriggerOrder { id: TriggerOrderId },
    #[error("not due: the oracle price is {price}, it must be {condition} {trigger_price}")]
    NotTriggered {
        condition: &'static str,
        trigger_price: Decimal,
        price: Decimal,
    },
    #[error("nothing of {wanted} could be traded; the trigger order stays armed")]
    NothingTraded { wanted: Uint128 },
    #[error("exactly one of order_id, trigger_order_id and client_order_id must be given")]
    AmbiguousReference {},
    #[error("expires at {expires_at}, which must be after now, {now}")]
    AlreadyExpired { expires_at: u64, now: u64 },
    #[error("at most {max} items may be given, found {found}")]
    TooManyItems { max: u32, found: u32 },
    #[error("a batch cancels or places at least one order")]
    EmptyBatch {},
    #[error("none of these orders is dead")]
    NothingToRemove {},
    #[error("a fill-or-kill order of {wanted} would fill {filled} only")]
    NotFilled { wanted: Uint128, filled: Uint128 },

    #[error("{found} is no delegate of {owner} for subaccount {subaccount}")]
    NotDelegate {
        owner: String,
        subaccount: u32,
        found: String,
    },
    #[error("the delegation expired at {expired_at}, it is {now}")]
    DelegationExpired { expired_at: u64, now: u64 },
    #[error("a delegation may last until {max} at most, found {found}")]
    DelegationTooLong { max: u64, found: u64 },
    #[error("an owner needs no delegation")]
    OwnerAsDelegate {},
    #[error("the account has {found} delegates, at most {max} are allowed; remove one first")]
    TooManyDelegates { max: usize, found: usize },

    #[error("there is no insurance fund")]
    NoInsuranceFund {},
    #[error("the exchange's share of fees in market {market} is {available}, {asked} was asked")]
    FeesExceeded {
        market: MarketId,
        available: Uint128,
        asked: Uint128,
    },
    #[error("the vault holds {available}, {asked} was asked: the rest is owed by positions still to be liquidated")]
    InsufficientVault { available: Uint128, asked: Uint128 },
    #[error("{value} for {what} does not fit")]
    Overflow { what: &'static str, value: String },
    #[error("reply id {id} is unknown")]
    UnknownReply { id: u64 },
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error(transparent)]
    Pending(#[from] PendingError),
}

/// `?` boxes the errors of others, each in one place.
macro_rules! boxed {
    ($($error:ty),* $(,)?) => { $(
        impl From<$error> for Box<ContractError> {
            #[cold]
            #[inline(never)]
            fn from(error: $error) -> Self {
                Self::new(error.into())
            }
        }
    )* };
}

boxed!(
    StdError,
    OwnershipError,
    PaymentError,
    RiskError,
    ParseReplyError,
    MigrationError,
    PendingError,
);

/// Bytes of a failure's text that are kept, for people only.
const ERROR_BYTES: usize = 128;

/// A failure's text, cut between characters. No logic reads what is kept.
pub fn cut(error: &str) -> &str {
    let mut end = error.len().min(ERROR_BYTES);
    while !error.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    error.get(..end).unwrap_or_default()
}
