//! What messages of more than one contract use.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

/// One million: the denominator of every fraction named `_ppm`.
pub const PPM: u32 = 1_000_000;

/// Number of a market inside its contract. Assigned at listing, never reused.
pub type MarketId = u32;

/// A trading account: an owner's address and the number of a subaccount. Each subaccount is margined
/// on its own.
#[cw_serde]
#[derive(FromJson, ToJson, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    /// Address of the owner.
    pub owner: String,
    /// Number chosen by the owner.
    pub subaccount: u32,
}

/// Side of an order.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Increases the signed size.
    Buy,
    /// Decreases the signed size.
    Sell,
}

impl Side {
    /// The side that trades against this one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// How well the insurance fund is capitalised, from best to worst (design section 7).
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq, PartialOrd, Ord, Hash)]
pub enum RiskLevel {
    /// Coverage above 150 % by default: surplus may leave, the premium is at its floor.
    Surplus,
    /// Normal.
    Healthy,
    /// No surplus leaves, a larger fee share goes to the fund, the premium rises.
    Watch,
    /// Open-interest caps shrink with the coverage ratio.
    Deficient,
    /// Cross-margined markets go reduce-only, the fund's share of fees is at its maximum.
    Critical,
}

impl RiskLevel {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Surplus => "surplus",
            Self::Healthy => "healthy",
            Self::Watch => "watch",
            Self::Deficient => "deficient",
            Self::Critical => "critical",
        }
    }
}

/// What the fund tells one market to do. Carried in the answer to every claim and top-up of that
/// market and pushed by `Poke`; a revision that is not newer than the one applied is ignored.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct RiskParameters {
    /// The market this is for.
    pub market: MarketId,
    /// Strictly increases whenever any of the fields below changes for this contract.
    pub revision: u64,
    /// Level of the suite.
    pub level: RiskLevel,
    /// True while the market may not increase its open interest: level critical (cross-margined
    /// markets) or the market's drawdown breaker.
    pub reduce_only: bool,
    /// Share of trade fees that belongs to the fund.
    pub fee_share_ppm: u32,
    /// Premium on open interest, fraction a year, paid by both sides through the cost indices.
    pub premium_rate_ppm: u32,
    /// Open-interest value (quote atoms) above which the market opens no new position.
    pub open_interest_cap: Uint128,
}

/// What a market reports of itself in every claim and top-up.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct MarketReport {
    /// One side's open interest valued at the market's last price, quote atoms.
    pub open_interest_value: Uint128,
    /// Loss that nobody has borne yet, quote atoms.
    pub deficit: Uint128,
}
