//! Messages of `ballast-perp-market`.

mod parameters;
mod query;

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Int128, Uint128, Uint64};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_ownable::cw_ownable_execute;

use crate::{AccountId, MarketId, RiskParameters};

pub use crate::life::*;
pub use crate::orders::*;
pub use crate::outflow::*;
pub use crate::triggers::*;
pub use parameters::*;
pub use query::*;

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
