//! The part of Pyth's CosmWasm interface that a market uses, with the same JSON: a market can be pointed
//! at a real Pyth contract or at `ballast-price-feed` by configuration alone.
//!
//! Answers may carry fields that are not named here: an oracle that learns to say more must not stop a market.
//!
//! Written out here rather than taken from `pyth-sdk-cw`, which would bring a second cosmwasm-std.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::schemars::JsonSchema;
use cosmwasm_schema::serde::{Deserialize, Serialize};
use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Int64, Uint64};

/// Query understood by Pyth's contract and by `ballast-price-feed`.
#[cw_serde]
#[derive(FromJson, ToJson, QueryResponses)]
pub enum QueryMsg {
    /// Latest price of one feed. An error where there is none.
    #[returns(PriceFeedResponse)]
    PriceFeed {
        /// 32 bytes, as 64 hexadecimal digits in lower case.
        id: String,
    },
}

/// Answer to [`QueryMsg::PriceFeed`].
#[derive(Serialize, Deserialize, FromJson, ToJson, Clone, Debug, PartialEq, JsonSchema)]
#[serde(crate = "::cosmwasm_schema::serde")]
#[schemars(crate = "::cosmwasm_schema::schemars")]
pub struct PriceFeedResponse {
    /// The feed.
    pub price_feed: PriceFeed,
}

/// A feed: its id, its price and its moving average.
#[derive(Serialize, Deserialize, FromJson, ToJson, Clone, Debug, PartialEq, JsonSchema)]
#[serde(crate = "::cosmwasm_schema::serde")]
#[schemars(crate = "::cosmwasm_schema::schemars")]
pub struct PriceFeed {
    /// 64 hexadecimal digits.
    pub id: String,
    /// Latest price.
    pub price: Price,
    /// Exponentially weighted moving average. Ballast reads `price` only.
    pub ema_price: Price,
}

/// `price * 10^expo`, with `conf * 10^expo` of uncertainty either way.
#[derive(Serialize, Deserialize, FromJson, ToJson, Clone, Debug, PartialEq, JsonSchema)]
#[serde(crate = "::cosmwasm_schema::serde")]
#[schemars(crate = "::cosmwasm_schema::schemars")]
pub struct Price {
    /// Mantissa. A string in JSON.
    pub price: Int64,
    /// Half-width of the confidence interval, same exponent. A string in JSON.
    pub conf: Uint64,
    /// Decimal exponent, usually negative. A number in JSON.
    pub expo: i32,
    /// Seconds since the Unix epoch. A number in JSON.
    pub publish_time: i64,
}
