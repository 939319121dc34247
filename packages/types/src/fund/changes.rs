//! Changes of the owner: what protects capital acts at once, what loosens waits.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;

use super::{ClaimantParameters, FundParameters};
use crate::MarketId;

pub use crate::life::{ChangeAnswer, Waits};

/// What the owner asked for, as the message of the same name.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum Change {
    /// A new claimant.
    RegisterMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its standing.
        parameters: ClaimantParameters,
    },
    /// A claimant's standing.
    UpdateMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its new standing.
        parameters: ClaimantParameters,
    },
    /// The fund's parameters.
    UpdateParameters {
        /// All of them.
        parameters: FundParameters,
    },
    /// Who lends to the emergency facility.
    AppointTreasury {
        /// Its address, or nobody.
        treasury: Option<String>,
    },
    /// Who receives surplus.
    AppointSurplusRecipient {
        /// Its address, or nobody.
        recipient: Option<String>,
    },
}

impl Change {
    /// The name used in events: that of the message.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::RegisterMarket { .. } => "register_market",
            Self::UpdateMarket { .. } => "update_market",
            Self::UpdateParameters { .. } => "update_parameters",
            Self::AppointTreasury { .. } => "appoint_treasury",
            Self::AppointSurplusRecipient { .. } => "appoint_surplus_recipient",
        }
    }
}

/// A change of the owner that waits.
pub type PendingChange = crate::life::PendingChange<Change>;

/// A change that waits, without what it would set.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct PendingSummary {
    /// Its number.
    pub id: u64,
    /// The message.
    pub kind: String,
    /// The first field for which it waits.
    pub loosens: String,
    /// From when on anyone may apply it, seconds.
    pub ready_at: u64,
    /// After this time it cannot be applied any more, seconds.
    pub expires_at: u64,
}
