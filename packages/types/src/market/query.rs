//! What can be asked of the market, and its answers.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Decimal, Int128, Int256, Uint128, Uint64};
use cw20::Denom;
use cw_ownable::cw_ownable_query;

use super::{
    DelegateResponse, ExchangeParameters, ListMarket, OrderId, OrderResponse,
    OutflowLimitsResponse, PendingChange, QueuedWithdrawalResponse, Settling, TriggerCondition,
    TriggerOrderId, TriggerOrderResponse, WithdrawalGateResponse,
};
use crate::{AccountId, MarketId, RiskLevel, RiskParameters};

/// What can be asked. Answers are what a message sent now would find: prices refreshed, funding accrued.
#[cw_ownable_query]
#[cw_serde]
#[derive(FromJson, ToJson, QueryResponses)]
pub enum QueryMsg {
    /// Collateral, fund and parameters.
    #[returns(ConfigResponse)]
    Config {},
    /// One market: settings, totals, price, risk parameters.
    #[returns(MarketResponse)]
    Market {
        /// The market.
        market: MarketId,
    },
    /// All markets.
    #[returns(Vec<MarketResponse>)]
    Markets {
        /// Exclusive.
        start_after: Option<MarketId>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// One account with its health; funding up to now is included.
    #[returns(AccountResponse)]
    Account {
        /// Which.
        account: AccountId,
    },
    /// All accounts in order of opening.
    #[returns(Vec<AccountResponse>)]
    Accounts {
        /// Account number, exclusive.
        start_after: Option<Uint64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// The price at which an account becomes liquidatable, other prices unchanged.
    #[returns(LiquidationPriceResponse)]
    LiquidationPrice {
        /// Which.
        account: AccountId,
        /// The position's market.
        market: MarketId,
    },
    /// Best orders of both sides, added up by price.
    #[returns(BookResponse)]
    Book {
        /// The market.
        market: MarketId,
        /// Orders read a side: 20 by default, at most 100.
        limit: Option<u32>,
    },
    /// Resting orders of an account.
    #[returns(Vec<OrderResponse>)]
    Orders {
        /// Whose.
        account: AccountId,
        /// Exclusive.
        start_after: Option<OrderId>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Trigger orders of an account, by market.
    #[returns(Vec<TriggerOrderResponse>)]
    TriggerOrders {
        /// Whose.
        account: AccountId,
        /// Exclusive.
        start_after: Option<TriggerOrderId>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Trigger orders of a market that are due at its price of now, those first that were due first: what keepers
    /// execute. None while the price is too old.
    #[returns(Vec<TriggerOrderResponse>)]
    DueTriggerOrders {
        /// The market.
        market: MarketId,
        /// On which side of the price.
        condition: TriggerCondition,
        /// Exclusive.
        start_after: Option<TriggerOrderId>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Who may trade for an account, expired ones included.
    #[returns(Vec<DelegateResponse>)]
    Delegates {
        /// Whose.
        account: AccountId,
    },
    /// Funding of a market.
    #[returns(FundingResponse)]
    Funding {
        /// The market.
        market: MarketId,
    },
    /// How many positions are deleveraged before this one.
    #[returns(DeleverageRankResponse)]
    DeleverageRank {
        /// Whose position.
        account: AccountId,
        /// The position's market.
        market: MarketId,
        /// Positions counted at most: 100 by default, at most 1,000.
        limit: Option<u32>,
    },
    /// Positions of one side in the order in which they are deleveraged.
    #[returns(Vec<DeleverageEntry>)]
    DeleverageQueue {
        /// The market.
        market: MarketId,
        /// Longs where true, else shorts.
        long: bool,
        /// An entry of this answer, exclusive.
        start_after: Option<DeleverageEntry>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Claims that failed and wait for a retry.
    #[returns(Vec<PendingClaimResponse>)]
    PendingClaims {
        /// Account number and market, exclusive.
        start_after: Option<(Uint64, MarketId)>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Changes of the owner that wait, and since when.
    #[returns(Vec<PendingChange>)]
    PendingChanges {
        /// A number, exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// Withdrawals that wait, the next to be paid first.
    #[returns(Vec<QueuedWithdrawalResponse>)]
    QueuedWithdrawals {
        /// Number, exclusive.
        start_after: Option<Uint64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// How much may leave now.
    #[returns(OutflowLimitsResponse)]
    OutflowLimits {},
    /// Whether withdrawals are gated, and for how long.
    #[returns(WithdrawalGateResponse)]
    WithdrawalGate {
        /// Says whether this one is.
        #[serde(default)]
        account: Option<AccountId>,
    },
    /// Lines of the ledger that belong to no account.
    #[returns(LedgerResponse)]
    Ledger {},
}

/// Answer to [`QueryMsg::Config`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ConfigResponse {
    /// The one token of all accounts.
    pub collateral: Denom,
    /// Its decimals.
    pub collateral_decimals: u8,
    /// The insurance fund.
    pub insurance_fund: Option<String>,
    /// All parameters.
    pub parameters: ExchangeParameters,
    /// Until when nobody takes more risk, seconds, while the exchange is frozen.
    pub frozen_until: Option<u64>,
    /// Number of markets listed so far, delisted ones included; the next market's number.
    pub markets: u32,
}

/// A price as the market keeps it.
#[cw_serde]
#[derive(FromJson, ToJson, Copy)]
pub struct CachedPrice {
    /// Quote units per base unit.
    pub price: Decimal,
    /// Half-width of the confidence interval, same unit.
    pub confidence: Decimal,
    /// When the oracle says it was published, seconds.
    pub published_at: u64,
    /// When it was asked for, seconds.
    pub cached_at: u64,
}

/// One market.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct MarketResponse {
    /// Its number.
    pub market: MarketId,
    /// What was listed, with the parameters in force.
    pub config: ListMarket,
    /// Last price; none before the first.
    pub price: Option<CachedPrice>,
    /// Since when and at what price it is being settled, if it is.
    pub settling: Option<Settling>,
    /// Base atoms held by longs, equal to what shorts owe; the larger of both while it is being settled.
    pub open_interest: Uint128,
    /// The same at the last price, quote atoms, rounded down.
    pub open_interest_value: Uint128,
    /// Initial margin fraction at this open interest.
    pub effective_initial_margin_ppm: u32,
    /// Maintenance margin fraction, rounded down for display; requirements round up.
    pub maintenance_margin_ppm: u32,
    /// What the fund told this market last; none before the first answer.
    pub risk: Option<RiskParameters>,
    /// Open-interest cap in force, quote atoms.
    pub open_interest_cap: Uint128,
    /// Whether open interest may grow.
    pub reduce_only: bool,
    /// Fees owed to the fund.
    pub fees_owed: Uint128,
    /// What cost indices collected less what they paid and booked.
    pub settlement_pool: Int128,
    /// Loss that nobody has borne yet.
    pub deficit: Uint128,
}

/// One position with its valuation.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PositionResponse {
    /// The market.
    pub market: MarketId,
    /// Base atoms, + long, - short.
    pub size: Int128,
    /// Average entry price, rounded down.
    pub entry_price: Decimal,
    /// Quote atoms paid for the position as it stands.
    pub entry_notional: Uint128,
    /// Signed value at the oracle price, quote atoms, rounded down.
    pub net_notional: Int128,
    /// Value less what was paid, quote atoms; funding not included.
    pub unrealised_pnl: Int128,
    /// Funding and premium owed (+) or due (-) since the last touch, quote atoms.
    pub funding_owed: Int128,
    /// Quote atoms.
    pub initial_margin: Uint128,
    /// Quote atoms.
    pub maintenance_margin: Uint128,
}

/// One account with its health.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct AccountResponse {
    /// Owner and subaccount.
    pub account: AccountId,
    /// Its number.
    pub number: Uint64,
    /// Quote atoms, funding of open positions not yet settled.
    pub quote: Int128,
    /// At most eight.
    pub positions: Vec<PositionResponse>,
    /// Resting orders.
    pub open_orders: u32,
    /// Trigger orders.
    pub trigger_orders: u32,
    /// `quote - funding owed + sum(net notional)`: TNC.
    pub equity: Int128,
    /// Initial margin required: TIMR.
    pub initial_margin: Uint128,
    /// Maintenance margin required: TMMR.
    pub maintenance_margin: Uint128,
    /// Kept beyond initial margin for the removal of its orders and the execution of its trigger orders, quote atoms.
    pub order_reserve: Uint128,
    /// What may be withdrawn now, oracle confidence not counted.
    pub free_collateral: Uint128,
    /// `TMMR > 0` and `TNC < TMMR`.
    pub liquidatable: bool,
    /// `TNC < 0`.
    pub bankrupt: bool,
}

/// Answer to [`QueryMsg::LiquidationPrice`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct LiquidationPriceResponse {
    /// None where no positive price makes the account liquidatable.
    pub price: Option<Decimal>,
}

/// One price of the book.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct BookLevel {
    /// Quote units per base unit.
    pub price: Decimal,
    /// Base atoms.
    pub size: Uint128,
    /// Number of orders.
    pub orders: u32,
}

/// Answer to [`QueryMsg::Book`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct BookResponse {
    /// Highest first.
    pub bids: Vec<BookLevel>,
    /// Lowest first.
    pub asks: Vec<BookLevel>,
}

/// Answer to [`QueryMsg::Funding`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct FundingResponse {
    /// Cost index of longs, quote atoms per base atom times 10^18.
    pub long_index: Int256,
    /// Cost index of shorts.
    pub short_index: Int256,
    /// Sum of the premium samples of the running interval, ppm.
    pub sample_sum_ppm: Int128,
    /// When the running interval began, seconds.
    pub interval_start: u64,
    /// Rate of the running interval if it ended now, times 10^18; longs pay where positive.
    pub predicted_rate: Int128,
    /// Rate of the last interval, times 10^18.
    pub last_rate: Int128,
    /// Risk premium a year.
    pub premium_rate_ppm: u32,
}

/// Answer to [`QueryMsg::DeleverageRank`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct DeleverageRankResponse {
    /// Positions ahead of this one; 0: next. At most `limit`.
    pub ahead: u32,
    /// False where counting stopped at the limit.
    pub exact: bool,
    /// Entry price the rank goes by.
    pub entry_price: Decimal,
}

/// One place in the deleveraging order.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct DeleverageEntry {
    /// Whose position.
    pub account: AccountId,
    /// Average entry price, rounded down: ascending for longs, descending for shorts.
    pub entry_price: Decimal,
}

/// A claim that failed.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PendingClaimResponse {
    /// Whose shortfall.
    pub account: AccountId,
    /// The account's number.
    pub number: Uint64,
    /// The position's market.
    pub market: MarketId,
    /// What was asked last, quote atoms.
    pub amount: Uint128,
    /// Since when it fails, seconds.
    pub first_failed_at: u64,
}

/// Answer to [`QueryMsg::Ledger`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct LedgerResponse {
    /// Sum of all accounts' quote, negative ones included.
    pub accounts: Int128,
    /// Fees owed to the fund, all markets.
    pub fees_owed: Uint128,
    /// The exchange's share of fees.
    pub fee_collector: Uint128,
    /// The same of delisted markets.
    pub retired_fees: Uint128,
    /// All markets' settlement pools.
    pub settlement_pool: Int128,
    /// Rounding that belongs to nobody.
    pub residue: Uint128,
    /// Withdrawals that left their accounts and wait.
    pub queued_withdrawals: Uint128,
    /// All markets' deficits.
    pub deficit: Uint128,
    /// What the token says the contract owns.
    pub bank: Uint128,
    /// `bank - (accounts + fees_owed + fee_collector + retired_fees + settlement_pool + residue +
    /// queued_withdrawals - deficit)`.
    pub unaccounted: Int128,
    /// Worst level any market was told.
    pub level: Option<RiskLevel>,
}
