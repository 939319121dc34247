//! What is deployed where nothing else is asked for: design section 10.

use ballast_types::fund::ClaimantParameters;
use ballast_types::market::MarketParameters;
use cosmwasm_std::{Decimal, Uint128};

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
    /// First price pushed.
    pub initial_price: Decimal,
    /// Exponent of the feed: prices are pushed rounded down to it.
    pub expo: i32,
    /// Confidence above which a price allows no risk-increasing action.
    pub max_confidence_ppm: u32,
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
            initial_price,
            expo: -8,
            max_confidence_ppm: 10_000,
            parameters: None,
            claimant: None,
            registered: true,
            reserve: 0,
        }
    }

    /// `BTC-PERP` at 20,000: 8 decimals, tick 1, lot 0.0001 BTC.
    #[must_use]
    pub fn btc() -> Self {
        Self::new("BTC-PERP", 8, Decimal::one(), 10_000, Decimal::percent(2_000_000))
    }

    /// `ETH-PERP` at 1,500: 18 decimals, tick 0.1, lot 0.001 ETH.
    #[must_use]
    pub fn eth() -> Self {
        let price = Decimal::percent(150_000);
        Self::new("ETH-PERP", 18, Decimal::percent(10), 1_000_000_000_000_000, price)
    }
}

/// Quote atoms of so many whole quote units.
#[must_use]
pub fn atoms(units: u128, decimals: u8) -> Uint128 {
    Uint128::new(units.saturating_mul(10u128.saturating_pow(decimals.into())))
}

/// A market's default parameters for a collateral of so many decimals.
#[must_use]
pub fn market_parameters(decimals: u8) -> MarketParameters {
    MarketParameters {
        initial_margin_ppm: 50_000,
        maintenance_fraction_ppm: 600_000,
        open_interest_lower: atoms(25_000_000, decimals),
        open_interest_upper: atoms(50_000_000, decimals),
        open_interest_cap: atoms(100_000_000, decimals),
        maker_fee_ppm: 200,
        taker_fee_ppm: 500,
        max_liquidation_fee_ppm: 15_000,
        keeper_share_ppm: 200_000,
        liquidation_slippage_ppm: 5_000,
        bankruptcy_adjustment_ppm: 1_000_000,
        spread_to_maintenance_ppm: 1_500_000,
        funding_interval_secs: 3_600,
        funding_clamp_factor_ppm: 6_000_000,
        funding_interest_ppm: 0,
        impact_notional: atoms(10_000, decimals),
        fund_fee_share_ppm: 250_000,
        reduce_only: false,
    }
}

/// A market's default standing in the fund for a collateral of so many decimals.
#[must_use]
pub fn claimant_parameters(decimals: u8) -> ClaimantParameters {
    ClaimantParameters {
        risk_weight_ppm: 20_000,
        open_interest_cap: atoms(100_000_000, decimals),
        reserve_target: atoms(100_000, decimals),
        isolated: false,
    }
}
