//! Messages of `ballast-perp-market`.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Decimal, Int128, Int256, Uint128, Uint64};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

pub use crate::life::*;
pub use crate::orders::*;
pub use crate::outflow::*;
pub use crate::triggers::*;
use crate::{AccountId, MarketId, RiskLevel, RiskParameters};

/// Instantiates the clearing house.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct InstantiateMsg {
    /// Who may list markets and change parameters, but never touch accounts.
    pub owner: String,
    /// The one token of all accounts.
    pub collateral: Denom,
    /// Its decimals, at most 18. Compared with the token's own where it is a cw20.
    pub collateral_decimals: u8,
    /// The insurance fund; without one every shortfall is deleveraged.
    pub insurance_fund: Option<String>,
    /// Defaults where absent.
    pub parameters: Option<ExchangeParameters>,
}

/// Parameters of the whole exchange.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ExchangeParameters {
    /// A cached price younger than this is used without asking the oracle.
    pub price_cache_secs: u64,
    /// A price published longer ago liquidates nobody and values nothing.
    pub price_max_age_secs: u64,
    /// A price published longer ago allows no risk-increasing action.
    pub price_risk_max_age_secs: u64,
    /// Fills of one message.
    pub max_fills: u32,
    /// Dead or self-trading orders removed by one message.
    pub max_removals: u32,
    /// Resting orders of one account.
    pub max_orders_per_account: u32,
    /// Trigger orders of one account.
    pub max_trigger_orders_per_account: u32,
    /// Counterparties visited by one message that deleverages.
    pub max_counterparties: u32,
    /// How long a claim must keep failing before deleveraging goes on with nothing paid.
    pub claim_retry_secs: u64,
    /// Gas for one message to the fund.
    pub fund_gas_limit: u64,
    /// Owed fees that leave by themselves, quote atoms.
    pub flush_lot: Uint128,
    /// How long the next automatic flush waits after a failed one.
    pub flush_retry_secs: u64,
    /// What an account pays to whoever removes a dead order of its from the book, quote atoms.
    pub order_removal_fee: Uint128,
    /// What an account pays to whoever executes a trigger order of its, quote atoms; of what is executed in part the
    /// part.
    pub trigger_order_fee: Uint128,
    /// For an account that increased its risk at most this long before a claim, only the market's own reserve
    /// pays.
    pub recent_risk_secs: u64,
    /// What may leave within an hour, withdrawals less deposits, as a share of the vault at that time.
    pub outflow_hour_ppm: u32,
    /// The same within a day.
    pub outflow_day_ppm: u32,
    /// Both are at least this, quote atoms.
    pub outflow_floor: Uint128,
    /// A price published at most this far in the future counts as of now (clocks differ); one beyond it is
    /// no price.
    pub price_future_tolerance_secs: u64,
    /// The most that the price of a new oracle may differ from the old one's, where that is fresh;
    /// never more than maintenance margin.
    pub oracle_switch_max_deviation_ppm: u32,
    /// How long a change of the owner waits that loosens.
    pub adverse_delay_secs: u64,
    /// How long a market must have had no valid price before anyone may settle it.
    pub dead_feed_secs: u64,
    /// How long only liquidation closes positions of a market that is being settled.
    pub settle_grace_secs: u64,
}

/// Where a market's price comes from: a Pyth contract, or anything that answers the same query.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct OracleConfig {
    /// The contract. It is trusted not to burn gas.
    pub contract: String,
    /// 64 hexadecimal digits in lower case.
    pub feed_id: String,
    /// Half-width of the confidence interval above which a price allows no risk-increasing action.
    pub max_confidence_ppm: u32,
    /// A price below this is no price: a feed that answers in other units, or the inverse of the price, is to be
    /// outside the bounds. More than 0.
    pub min_price: Decimal,
    /// A price above this is no price. At most a million times `min_price`.
    pub max_price: Decimal,
}

/// Parameters of one market that governance may change.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct MarketParameters {
    /// Initial margin fraction of a small open interest.
    pub initial_margin_ppm: u32,
    /// Maintenance margin as a fraction of initial margin.
    pub maintenance_fraction_ppm: u32,
    /// Open-interest value (quote atoms) at which initial margin begins to grow. Both 0: never.
    pub open_interest_lower: Uint128,
    /// Open-interest value at which initial margin reaches 100 %.
    pub open_interest_upper: Uint128,
    /// Open-interest value above which no new position is opened, whatever the fund says.
    pub open_interest_cap: Uint128,
    /// Fee of the resting side.
    pub maker_fee_ppm: u32,
    /// Fee of the incoming side.
    pub taker_fee_ppm: u32,
    /// The most a liquidated account pays, of the value filled.
    pub max_liquidation_fee_ppm: u32,
    /// Share of that fee for whoever sent the message.
    pub keeper_share_ppm: u32,
    /// The most a keeper gets for a message that closes a bankrupt account's position, quote atoms.
    pub keeper_bounty: Uint128,
    /// The same as a share of what was closed, at the oracle price; at most both trade fees together.
    pub keeper_bounty_ppm: u32,
    /// Never less than this is closed by one liquidation, quote atoms, as far as the position is worth it.
    pub liquidation_min_notional: Uint128,
    /// The largest share of a position that one message closes.
    pub liquidation_max_portion_ppm: u32,
    /// The most that is liquidated of one account in one block, quote atoms at the oracle price; always at least
    /// one lot.
    pub account_block_notional: Uint128,
    /// The most that is asked of the fund for one account in one block, quote atoms.
    pub account_block_loss: Uint128,
    /// As `account_block_notional`, for all accounts in this market.
    pub market_block_notional: Uint128,
    /// As `account_block_loss`, for all accounts in this market.
    pub market_block_loss: Uint128,
    /// How far beyond the oracle price a bankrupt account is closed into the book.
    pub liquidation_slippage_ppm: u32,
    /// How fast the fillable price moves from the oracle price to the bankruptcy price and beyond.
    pub bankruptcy_adjustment_ppm: u32,
    /// Distance of the fillable price from the oracle price as a share of maintenance margin.
    pub spread_to_maintenance_ppm: u32,
    /// Length of a funding interval: a multiple of 60 s.
    pub funding_interval_secs: u64,
    /// Funding an 8 hours is at most this times (initial - maintenance margin fraction).
    pub funding_clamp_factor_ppm: u32,
    /// Interest paid by longs to shorts an interval, before the clamp.
    pub funding_interest_ppm: i32,
    /// Order value (quote atoms) at which impact bid and ask are read from the book.
    pub impact_notional: Uint128,
    /// Share of trade fees for the fund until the fund has said otherwise.
    pub fund_fee_share_ppm: u32,
    /// Set by governance: open interest may not grow.
    pub reduce_only: bool,
    /// Smallest value of an order at its price, quote atoms; a reduce-only order of a whole position may be
    /// smaller. 0: none.
    pub min_order_notional: Uint128,
    /// Smallest position that a trade may leave, base atoms, rounded up to whole lots. 0: one lot.
    pub min_position: Uint128,
    /// How far beyond the oracle price an order may buy or sell.
    pub price_band_ppm: u32,
}

/// A market to list. Decimals, tick and lot never change.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ListMarket {
    /// For example `BTC-PERP`. 1 to 32 characters.
    pub symbol: String,
    /// Decimals of the base asset, at most 18.
    pub base_decimals: u8,
    /// Order prices are multiples of it.
    pub tick_size: Decimal,
    /// Sizes are multiples of it, base atoms.
    pub lot_size: Uint128,
    /// Who holds a position here holds no other. Never changes. What the fund pays for such a market is the
    /// fund's own setting.
    #[serde(default)]
    pub isolated: bool,
    /// Where its price comes from.
    pub oracle: OracleConfig,
    /// The rest.
    pub parameters: MarketParameters,
}

/// What can be done.
#[cw_ownable_execute]
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum ExecuteMsg {
    /// Deposits the attached coins into a subaccount of the sender; opens it where it is new.
    Deposit {
        /// The sender's subaccount.
        subaccount: u32,
    },
    /// cw20 hook: `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// Pays out collateral to the sender. With open positions the account must keep initial margin. What outflow
    /// limits hold back leaves the account and waits in a queue. Answer data: [`WithdrawAnswer`].
    Withdraw {
        /// The sender's subaccount.
        subaccount: u32,
        /// Quote atoms.
        amount: Uint128,
    },
    /// Pays queued withdrawals from the head, as far as limits, vault and gate allow. Those that the gate holds back
    /// keep their places, and those behind them are paid. Anyone. Answer data: [`ProcessWithdrawalsAnswer`].
    ProcessWithdrawals {
        /// Withdrawals paid: 10 by default, at most 20.
        #[serde(default)]
        limit: Option<u32>,
    },
    /// Puts a queued withdrawal of the sender back into its account.
    CancelWithdrawal {
        /// Its number.
        id: Uint64,
    },
    /// Moves collateral between two subaccounts of the sender; opens the target where it is new. The source must
    /// be able to withdraw it. Answer data: [`TransferAnswer`].
    Transfer {
        /// Pays.
        from_subaccount: u32,
        /// Gets it. Not the same.
        to_subaccount: u32,
        /// Quote atoms.
        amount: Uint128,
    },
    /// Places an order. By the account's owner or a delegate. Answer data: [`PlaceOrderAnswer`].
    PlaceOrder(PlaceOrder),
    /// Cancels one resting order or trigger order, named by its id or by its client order id: exactly one of the
    /// three. By the account's owner or a delegate.
    CancelOrder {
        /// Whose account it is; the sender's own where absent.
        #[serde(default)]
        owner: Option<String>,
        /// The owner's subaccount.
        subaccount: u32,
        /// The order's place in the book.
        #[serde(default)]
        order_id: Option<OrderId>,
        /// A trigger order's place among those that wait.
        #[serde(default)]
        trigger_order_id: Option<TriggerOrderId>,
        /// What its owner called it.
        #[serde(default)]
        client_order_id: Option<Uint128>,
    },
    /// Cancels all resting orders of a subaccount. By the account's owner or a delegate.
    CancelAllOrders {
        /// Whose account it is; the sender's own where absent.
        #[serde(default)]
        owner: Option<String>,
        /// The owner's subaccount.
        subaccount: u32,
        /// One market only.
        market: Option<MarketId>,
        /// Its trigger orders too. They stay where absent: they may be all that limits a loss.
        #[serde(default)]
        trigger_orders: bool,
    },
    /// Cancels and places orders of one account: first all cancels, then all placements, at most 20 together. An
    /// order that is gone and a placement that is refused are reported and undo nothing else. The caps on fills
    /// and removals are the whole message's. By the account's owner or a delegate. Answer data:
    /// [`BatchAnswer`].
    Batch {
        /// Whose account it is; the sender's own where absent.
        #[serde(default)]
        owner: Option<String>,
        /// The owner's subaccount.
        subaccount: u32,
        /// Orders to cancel.
        #[serde(default)]
        cancel: Vec<OrderReference>,
        /// Orders to place, in this order.
        #[serde(default)]
        place: Vec<BatchOrder>,
    },
    /// Removes orders that nobody can fill, and pays `order_removal_fee` of each to the sender's subaccount 0.
    /// Anyone. Live ones and those that are gone are left and reported; refused where none is dead. Answer data:
    /// [`RemoveOrdersAnswer`].
    RemoveOrders {
        /// At most as many as one message removes.
        orders: Vec<OrderId>,
    },
    /// Stores an order that anyone may execute once the oracle price has reached its trigger price: stop-loss,
    /// take-profit. By the account's owner or a delegate. Answer data: [`PlaceTriggerOrderAnswer`].
    PlaceTriggerOrder(PlaceTriggerOrder),
    /// Places the order of a trigger order that is due at a fresh oracle price, for its account, and pays the sender's
    /// subaccount 0 `trigger_order_fee` for what was done. Removes one that has expired or has nothing to reduce.
    /// Refused where it is not due, and where nothing could be traded or rest: it then stays armed. Anyone. Answer
    /// data: [`ExecuteTriggerOrderAnswer`].
    ExecuteTriggerOrder {
        /// Which.
        trigger_order_id: TriggerOrderId,
    },
    /// Lets somebody trade for a subaccount of the sender, or gives them another expiry: at most 365 days
    /// ahead, at most eight delegates an account. A delegate places and cancels orders; money stays the
    /// owner's.
    SetDelegate {
        /// The sender's subaccount.
        subaccount: u32,
        /// Who may trade for it. Not the owner.
        delegate: String,
        /// From when on not any more, seconds.
        expires_at: u64,
    },
    /// Takes that back at once. By the account's owner.
    RemoveDelegate {
        /// The sender's subaccount.
        subaccount: u32,
        /// Who may not trade any more.
        delegate: String,
    },
    /// Closes a liquidatable account's position, as far as must be. Anyone. Answer data:
    /// [`LiquidationAnswer`].
    Liquidate {
        /// Whose position.
        account: AccountId,
        /// The position's market.
        market: MarketId,
    },
    /// Goes on with a bankrupt account whose position is not closed yet: asks again for a failed claim,
    /// resumes deleveraging where it stopped. Anyone. Answer data: [`LiquidationAnswer`].
    Deleverage {
        /// Whose position.
        account: AccountId,
        /// The position's market.
        market: MarketId,
    },
    /// Refreshes the price, takes the funding sample, accrues funding and premium. Anyone.
    AccrueFunding {
        /// The market.
        market: MarketId,
    },
    /// Sends the fees a market owes to the fund, or where it owes none its report alone. Anyone.
    Flush {
        /// The market.
        market: MarketId,
    },
    /// Books coins that arrived without a message to the residue line. Anyone.
    Sync {},
    /// New risk parameters. Only by the insurance fund.
    SetRiskLevel {
        /// Highest revision in `markets`.
        revision: u64,
        /// What each market is told.
        markets: Vec<RiskParameters>,
    },
    /// Lists a market under the next number. By the owner. Waits where no other market uses its oracle contract and coins
    /// are held. Answer data: [`ChangeAnswer`].
    ListMarket(ListMarket),
    /// Changes a market's parameters. By the owner. What loosens any of them waits. Answer data:
    /// [`ChangeAnswer`].
    UpdateMarket {
        /// The market.
        market: MarketId,
        /// All of them.
        parameters: MarketParameters,
    },
    /// Points a market at another oracle, or changes its bounds. By the owner. Waits, unless it only narrows
    /// bounds. Answer data: [`ChangeAnswer`].
    UpdateOracle {
        /// The market.
        market: MarketId,
        /// The new one.
        oracle: OracleConfig,
    },
    /// Changes the exchange's parameters. By the owner. What loosens any of them waits. Answer data:
    /// [`ChangeAnswer`].
    UpdateParameters {
        /// All of them.
        parameters: ExchangeParameters,
    },
    /// Replaces the insurance fund. By the owner; waits. Claims that wait for a retry are then asked of the new
    /// one. Answer data: [`ChangeAnswer`].
    SetInsuranceFund {
        /// The new one, or none.
        insurance_fund: Option<String>,
    },
    /// Nobody takes more risk before `until` (see [`crate::governance::FreezeHookMsg`]): at most three days, and not again
    /// within three days of the end; a running freeze can only be ended sooner. By the owner, at once.
    SetFreeze {
        /// Seconds, exclusive.
        until: u64,
    },
    /// Applies a change whose time has come. Anyone. It is checked anew.
    ApplyChange {
        /// Its number.
        id: u64,
    },
    /// Takes a waiting change back. By the owner.
    CancelChange {
        /// Its number.
        id: u64,
    },
    /// Begins to settle a market: its price is fixed at the median of the last valid hour. By the owner, after the
    /// delay (answer data: [`ChangeAnswer`]); by anyone, at once, when it has had no valid price for
    /// `dead_feed_secs`.
    SettleMarket {
        /// The market.
        market: MarketId,
    },
    /// Closes accounts' positions in a market that is being settled, at its price and without fees, and clears
    /// their orders there. Anyone, after the grace. Answer data: [`SettleAnswer`].
    Settle {
        /// The market.
        market: MarketId,
        /// At most 20.
        accounts: Vec<AccountId>,
    },
    /// Removes a market that is settled: without positions, without deficit. Anyone. Answer data:
    /// [`DelistAnswer`].
    DelistMarket {
        /// The market.
        market: MarketId,
    },
    /// Repays a market's deficit with the attached coins, never more than it is. Anyone.
    RepayDeficit {
        /// The market.
        market: MarketId,
    },
    /// Pays out the exchange's own share of fees. By the owner.
    PayFees {
        /// The market, or none: what delisted markets left.
        market: Option<MarketId>,
        /// Who gets it.
        recipient: String,
        /// Quote atoms.
        amount: Uint128,
    },
}

/// What a cw20 `Send` to the market may carry.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::Deposit`], for the cw20 message's sender.
    Deposit {
        /// The sender's subaccount.
        subaccount: u32,
    },
    /// As [`ExecuteMsg::RepayDeficit`].
    RepayDeficit {
        /// The market.
        market: MarketId,
    },
}

/// Answer to [`ExecuteMsg::Transfer`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct TransferAnswer {
    /// What the source holds now, quote atoms, unrealised gains not included, nor funding and premium that its positions owe.
    pub from_quote: Int128,
    /// What the target holds now.
    pub to_quote: Int128,
}

/// How far a liquidation got.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum LiquidationStatus {
    /// The account is not liquidatable any more, or the position is closed.
    Done,
    /// Closed less than allowed: the book holds nothing at an acceptable price. Solvent accounts only.
    NoLiquidity,
    /// A cap was reached; send the message again.
    More,
    /// The claim failed; nothing was closed. Send the message again.
    ClaimPending,
}

impl LiquidationStatus {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NoLiquidity => "no_liquidity",
            Self::More => "more",
            Self::ClaimPending => "claim_pending",
        }
    }
}

/// Answer to [`ExecuteMsg::Liquidate`] and [`ExecuteMsg::Deleverage`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct LiquidationAnswer {
    /// How far it got.
    pub status: LiquidationStatus,
    /// Base atoms closed into the book.
    pub closed_in_book: Uint128,
    /// Base atoms closed against counterparties.
    pub deleveraged: Uint128,
    /// Liquidation fee, quote atoms.
    pub fee: Uint128,
    /// Bounty of the keeper for closing a bankrupt account's position, quote atoms, out of fees owed to the fund.
    #[serde(default)]
    pub bounty: Uint128,
    /// Quote atoms asked of the fund by this message.
    pub asked: Uint128,
    /// Quote atoms that arrived.
    pub paid: Uint128,
    /// Loss booked as the market's deficit.
    pub deficit: Uint128,
}

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
