//! What is set for the whole exchange and for a market.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Decimal, Uint128};

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
