//! A market's life: changes of the owner that wait, settling, delisting.

use cosmwasm_schema::cw_serde;

use crate::market::{ExchangeParameters, MarketParameters, OracleConfig};
use crate::MarketId;

/// What the owner asked for, as the message of the same name.
#[cw_serde]
pub enum Change {
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
}

impl Change {
    /// The name used in events: that of the message.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::UpdateMarket { .. } => "update_market",
            Self::UpdateOracle { .. } => "update_oracle",
            Self::UpdateParameters { .. } => "update_parameters",
            Self::SetInsuranceFund { .. } => "set_insurance_fund",
        }
    }
}

/// A change that waits. Only the fields that differ from what was in force when it was asked for change when it
/// is applied: what was tightened in between stays so.
#[cw_serde]
pub struct PendingChange {
    /// Its number, from 1.
    pub id: u64,
    /// What it changes.
    pub change: Change,
    /// The first field, in the order of the message, for which it waits.
    pub loosens: String,
    /// When it was asked for, seconds.
    pub proposed_at: u64,
    /// From when on anyone may apply it, seconds.
    pub ready_at: u64,
    /// After this time it cannot be applied any more, seconds.
    pub expires_at: u64,
}

/// Answer to the owner's messages that may have to wait.
#[cw_serde]
pub struct ChangeAnswer {
    /// None: it acted at once.
    pub waits: Option<Waits>,
}

/// A change that waits.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Waits {
    /// Its number.
    pub id: u64,
    /// From when on anyone may apply it, seconds.
    pub ready_at: u64,
}
