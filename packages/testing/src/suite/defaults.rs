//! What is deployed where nothing else is asked for: design section 10.

use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::market::{ExchangeParameters, ListMarket, MarketParameters, OracleConfig};
use ballast_types::price_feed::FeedConfig;
use cosmwasm_std::{Addr, Decimal, Uint128};

/// What the collateral is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collateral {
    /// A coin of the bank.
    Native,
    /// A cw20 token.
    Cw20,
    /// A cw20 token that can be made to misbehave, see [`crate::hostile::token`].
    HostileCw20,
}

/// A market to list.
#[derive(Clone, Debug)]
pub struct MarketSpec {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// Decimals of the base asset.
    pub base_decimals: u8,
    /// Order prices are multiples of it.
    pub tick_size: Decimal,
    /// Sizes are multiples of it, base atoms.
    pub lot_size: Uint128,
    /// Who holds a position in it holds no other.
    pub isolated: bool,
    /// First price pushed.
    pub initial_price: Decimal,
    /// Exponent of the feed: prices are pushed rounded down to it.
    pub expo: i32,
    /// Confidence above which a price allows no risk-increasing action.
    pub max_confidence_ppm: u32,
    /// Prices outside of these are none.
    pub price_bounds: (Decimal, Decimal),
    /// The market's parameters; [`market_parameters`] where absent.
    pub parameters: Option<MarketParameters>,
    /// Its standing in the fund; [`claimant_parameters`] where absent.
    pub claimant: Option<ClaimantParameters>,
    /// False: listed but not registered in the fund.
    pub registered: bool,
    /// Put into its own reserve at the start.
    pub reserve: u128,
}

impl MarketSpec {
    /// A market with default parameters.
    #[must_use]
    pub fn new(
        symbol: &str,
        base_decimals: u8,
        tick_size: Decimal,
        lot_size: u128,
        initial_price: Decimal,
    ) -> Self {
        Self {
            symbol: symbol.to_owned(),
            base_decimals,
            tick_size,
            lot_size: Uint128::new(lot_size),
            isolated: false,
            initial_price,
            expo: -8,
            max_confidence_ppm: 10_000,
            price_bounds: price_bounds(initial_price),
            parameters: None,
            claimant: None,
            registered: true,
            reserve: 0,
        }
    }

    /// Its feed, of feeders of whom more than half must agree.
    #[must_use]
    pub fn feed(&self, id: &str, feeders: &[Addr], max_age_secs: u64) -> FeedConfig {
        FeedConfig {
            id: id.to_owned(),
            symbol: self.symbol.clone(),
            expo: self.expo,
            quorum: u32::try_from(feeders.len() / 2 + 1).unwrap_or(u32::MAX),
            max_age_secs,
            feeders: feeders.iter().map(Addr::to_string).collect(),
        }
    }

    /// Its oracle at a contract.
    #[must_use]
    pub fn oracle(&self, contract: &Addr, feed_id: &str) -> OracleConfig {
        OracleConfig {
            contract: contract.to_string(),
            feed_id: feed_id.to_owned(),
            max_confidence_ppm: self.max_confidence_ppm,
            min_price: self.price_bounds.0,
            max_price: self.price_bounds.1,
        }
    }

    /// What is listed, where collateral has so many decimals.
    #[must_use]
    pub fn listing(&self, oracle: OracleConfig, quote_decimals: u8) -> ListMarket {
        ListMarket {
            symbol: self.symbol.clone(),
            base_decimals: self.base_decimals,
            tick_size: self.tick_size,
            lot_size: self.lot_size,
            isolated: self.isolated,
            oracle,
            parameters: self
                .parameters
                .clone()
                .unwrap_or_else(|| market_parameters(quote_decimals)),
        }
    }

    /// Its standing in the fund.
    #[must_use]
    pub fn standing(&self, quote_decimals: u8) -> ClaimantParameters {
        self.claimant
            .clone()
            .unwrap_or_else(|| claimant_parameters(quote_decimals))
    }

    /// `BTC-PERP` at 20,000: 8 decimals, tick 1, lot 0.0001 BTC.
    #[must_use]
    pub fn btc() -> Self {
        Self::new(
            "BTC-PERP",
            8,
            Decimal::one(),
            10_000,
            Decimal::percent(2_000_000),
        )
    }

    /// `ETH-PERP` at 1,500: 18 decimals, tick 0.1, lot 0.001 ETH.
    #[must_use]
    pub fn eth() -> Self {
        let price = Decimal::percent(150_000);
        Self::new(
            "ETH-PERP",
            18,
            Decimal::percent(10),
            1_000_000_000_000_000,
            price,
        )
    }
}

/// From a thousandth of a price up to a thousandfold.
fn price_bounds(price: Decimal) -> (Decimal, Decimal) {
    let thousand = Decimal::from_ratio(1_000u32, 1u32);
    let min = Decimal::new(price.atomics().u128().div_ceil(1_000).into());
    (min, price.checked_mul(thousand).unwrap_or(Decimal::MAX))
}

/// Quote atoms of so many whole quote units.
#[must_use]
pub fn atoms(units: u128, decimals: u8) -> Uint128 {
    Uint128::new(units.saturating_mul(10u128.saturating_pow(decimals.into())))
}

/// An amount that is meant for six decimals, in a collateral of so many, rounded down.
fn scaled(amount: Uint128, decimals: u8) -> Uint128 {
    let unit = |decimals: u8| 10u128.saturating_pow(decimals.into());
    Uint128::new(amount.u128().saturating_mul(unit(decimals)) / unit(6))
}

/// The contract's default parameters of a market, for a collateral of so many decimals.
#[must_use]
pub fn market_parameters(decimals: u8) -> MarketParameters {
    let mut parameters = ballast_perp_market::parameters::default_market();
    for amount in [
        &mut parameters.open_interest_lower,
        &mut parameters.open_interest_upper,
        &mut parameters.open_interest_cap,
        &mut parameters.impact_notional,
        &mut parameters.min_order_notional,
        &mut parameters.keeper_bounty,
        &mut parameters.liquidation_min_notional,
        &mut parameters.account_block_notional,
        &mut parameters.account_block_loss,
        &mut parameters.market_block_notional,
        &mut parameters.market_block_loss,
    ] {
        *amount = scaled(*amount, decimals);
    }
    parameters
}

/// The contract's default parameters of the exchange, for a collateral of so many decimals.
#[must_use]
pub fn exchange_parameters(decimals: u8) -> ExchangeParameters {
    let mut parameters = ballast_perp_market::parameters::default_exchange();
    parameters.flush_lot = scaled(parameters.flush_lot, decimals).max(Uint128::one());
    parameters.order_removal_fee = scaled(parameters.order_removal_fee, decimals);
    parameters.trigger_order_fee = scaled(parameters.trigger_order_fee, decimals);
    parameters.outflow_floor = scaled(parameters.outflow_floor, decimals).max(Uint128::one());
    parameters
}

/// The contract's default parameters of the fund, for a collateral of so many decimals.
#[must_use]
pub fn fund_parameters(decimals: u8) -> FundParameters {
    let mut parameters = ballast_insurance_fund::parameters::default_parameters();
    for amount in [
        &mut parameters.required_capital_floor,
        &mut parameters.mutual_target,
        &mut parameters.drawdown.floor,
        &mut parameters.underwriting.stake_floor,
    ] {
        *amount = scaled(*amount, decimals);
    }
    parameters
}

/// A market's default standing in the fund for a collateral of so many decimals.
#[must_use]
pub fn claimant_parameters(decimals: u8) -> ClaimantParameters {
    ClaimantParameters {
        risk_weight_ppm: 20_000,
        open_interest_cap: atoms(50_000_000, decimals),
        reserve_target: atoms(100_000, decimals),
        isolated: false,
    }
}
