//! A market's life: changes of the owner that wait, settling, delisting.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Decimal, Int128, Uint128};

use crate::market::{ExchangeParameters, ListMarket, MarketParameters, OracleConfig};
use crate::{AccountId, MarketId};

/// What the owner asked for, as the message of the same name.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum Change {
    /// A new market, at an oracle contract that no other market uses.
    ListMarket {
        /// As it was asked for.
        listing: Box<ListMarket>,
    },
    /// A market's parameters.
    UpdateMarket {
        /// The market.
        market: MarketId,
        /// All of them.
        parameters: MarketParameters,
    },
    /// A market's oracle or its bounds.
    UpdateOracle {
        /// The market.
        market: MarketId,
        /// The new one.
        oracle: OracleConfig,
    },
    /// The exchange's parameters.
    UpdateParameters {
        /// All of them.
        parameters: ExchangeParameters,
    },
    /// The insurance fund.
    SetInsuranceFund {
        /// The new one, or none.
        insurance_fund: Option<String>,
    },
    /// The end of a market.
    SettleMarket {
        /// The market.
        market: MarketId,
    },
}

impl Change {
    /// The name used in events: that of the message.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ListMarket { .. } => "list_market",
            Self::UpdateMarket { .. } => "update_market",
            Self::UpdateOracle { .. } => "update_oracle",
            Self::UpdateParameters { .. } => "update_parameters",
            Self::SetInsuranceFund { .. } => "set_insurance_fund",
            Self::SettleMarket { .. } => "settle_market",
        }
    }
}

/// A change that waits. Only the fields that differ from what was in force when it was asked for change when it
/// is applied: what was tightened in between stays so.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PendingChange<C = Change> {
    /// Its number, from 1.
    pub id: u64,
    /// What it changes.
    pub change: C,
    /// The first field, in the order of the message, for which it waits.
    pub loosens: String,
    /// When it was asked for, seconds.
    pub proposed_at: u64,
    /// From when on anyone may apply it, seconds. Later than what the answer said where the delay was raised since.
    pub ready_at: u64,
    /// After this time it cannot be applied any more, seconds.
    pub expires_at: u64,
}

/// Answer to the owner's messages that may have to wait.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ChangeAnswer {
    /// None: it acted at once.
    pub waits: Option<Waits>,
}

/// A change that waits.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub struct Waits {
    /// Its number.
    pub id: u64,
    /// From when on anyone may apply it, seconds.
    pub ready_at: u64,
}

/// A market that is being settled.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub struct Settling {
    /// What everything in it is worth, for every purpose.
    pub price: Decimal,
    /// When it began, seconds.
    pub since: u64,
}

/// What became of one account.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum SettleOutcome {
    /// Closed.
    Settled {
        /// Base atoms, + long, - short.
        size: Int128,
        /// Quote atoms that the account received (+) or paid (-).
        value: Int128,
    },
    /// It has no position; its orders in the market are gone.
    NoPosition,
    /// Its equity is negative: send `Liquidate` first. Its orders in the market are gone.
    Bankrupt,
}

/// One account of a `Settle`.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct SettleResult {
    /// Which.
    pub account: AccountId,
    /// What became of it.
    pub outcome: SettleOutcome,
}

/// Answer to `Settle`.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct SettleAnswer {
    /// In the order of the message.
    pub results: Vec<SettleResult>,
    /// Base atoms still open on the larger side.
    pub open_interest: Uint128,
}

/// Answer to `DelistMarket`.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub struct DelistAnswer {
    /// Send it again.
    pub more: bool,
}
