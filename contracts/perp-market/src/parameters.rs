//! Defaults and hard ranges of all parameters, in one table that the checks read and the README prints.

use ballast_types::market::{ExchangeParameters, ListMarket, MarketParameters};
use ballast_types::PPM;
use cosmwasm_std::Uint128;

use crate::error::{ContractError, ContractResult};

/// Markets of one exchange.
pub const MAX_MARKETS: u32 = 64;

/// A parameter's name, default and hard range, both ends included.
pub struct Range {
    /// As in the message.
    pub name: &'static str,
    /// What a deployment gets that says nothing.
    pub default: u128,
    /// Least.
    pub min: u128,
    /// Most.
    pub max: u128,
}

const fn range(name: &'static str, default: u128, min: u128, max: u128) -> Range {
    Range {
        name,
        default,
        min,
        max,
    }
}

/// Ranges of [`ExchangeParameters`], in its order.
pub const EXCHANGE: [Range; 11] = [
    range("price_cache_secs", 5, 0, 60),
    range("price_max_age_secs", 60, 5, 600),
    range("price_risk_max_age_secs", 10, 1, 60),
    range("max_fills", 50, 1, 100),
    range("max_removals", 20, 1, 100),
    range("max_orders_per_account", 20, 1, 100),
    range("max_counterparties", 10, 1, 50),
    range("claim_retry_secs", 60, 10, 3_600),
    range("fund_gas_limit", 1_500_000, 300_000, 10_000_000),
    range("flush_lot", 100_000_000, 1, u128::MAX),
    range("flush_retry_secs", 3_600, 60, 86_400),
];

const MAX_MONEY: u128 = u128::MAX >> 16;

/// Ranges of [`MarketParameters`], in its order.
pub const MARKET: [Range; 17] = [
    range("initial_margin_ppm", 50_000, 10_000, 1_000_000),
    range("maintenance_fraction_ppm", 600_000, 200_000, 950_000),
    range("open_interest_lower", 25_000_000_000_000, 0, MAX_MONEY),
    range("open_interest_upper", 50_000_000_000_000, 0, MAX_MONEY),
    range("open_interest_cap", 50_000_000_000_000, 0, MAX_MONEY),
    range("maker_fee_ppm", 200, 0, 10_000),
    range("taker_fee_ppm", 500, 0, 10_000),
    range("max_liquidation_fee_ppm", 15_000, 0, 50_000),
    range("keeper_share_ppm", 200_000, 0, 500_000),
    range("liquidation_slippage_ppm", 5_000, 0, 20_000),
    range(
        "bankruptcy_adjustment_ppm",
        1_000_000,
        1_000_000,
        10_000_000,
    ),
    range("spread_to_maintenance_ppm", 1_500_000, 0, 5_000_000),
    range("funding_interval_secs", 3_600, 60, 86_400),
    range("funding_clamp_factor_ppm", 6_000_000, 0, 12_000_000),
    range("funding_interest_ppm", 0, 0, 1_000),
    range("impact_notional", 5_000_000_000, 1, MAX_MONEY),
    range("fund_fee_share_ppm", 250_000, 0, 1_000_000),
];

fn check(ranges: &[Range], values: &[u128]) -> ContractResult<()> {
    for (range, value) in ranges.iter().zip(values) {
        if *value < range.min || *value > range.max {
            return Err(ContractError::ParameterOutOfRange {
                name: range.name,
                min: range.min.to_string(),
                max: range.max.to_string(),
                found: value.to_string(),
            });
        }
    }
    Ok(())
}

fn require(holds: bool, rule: &'static str) -> ContractResult<()> {
    if holds {
        Ok(())
    } else {
        Err(ContractError::ParametersContradict { rule })
    }
}

/// Defaults of [`ExchangeParameters`].
#[must_use]
#[allow(clippy::missing_panics_doc)]
pub fn default_exchange() -> ExchangeParameters {
    let [cache, max_age, risk_age, fills, removals, orders, counterparties, retry, gas, lot, wait] =
        EXCHANGE.map(|range| range.default);
    ExchangeParameters {
        price_cache_secs: secs(cache),
        price_max_age_secs: secs(max_age),
        price_risk_max_age_secs: secs(risk_age),
        max_fills: small(fills),
        max_removals: small(removals),
        max_orders_per_account: small(orders),
        max_counterparties: small(counterparties),
        claim_retry_secs: secs(retry),
        fund_gas_limit: secs(gas),
        flush_lot: Uint128::new(lot),
        flush_retry_secs: secs(wait),
    }
}

/// Checks [`ExchangeParameters`] against the table and against each other.
pub fn check_exchange(parameters: &ExchangeParameters) -> ContractResult<()> {
    let ExchangeParameters {
        price_cache_secs,
        price_max_age_secs,
        price_risk_max_age_secs,
        max_fills,
        max_removals,
        max_orders_per_account,
        max_counterparties,
        claim_retry_secs,
        fund_gas_limit,
        flush_lot,
        flush_retry_secs,
    } = parameters;
    let values = [
        u128::from(*price_cache_secs),
        u128::from(*price_max_age_secs),
        u128::from(*price_risk_max_age_secs),
        u128::from(*max_fills),
        u128::from(*max_removals),
        u128::from(*max_orders_per_account),
        u128::from(*max_counterparties),
        u128::from(*claim_retry_secs),
        u128::from(*fund_gas_limit),
        flush_lot.u128(),
        u128::from(*flush_retry_secs),
    ];
    check(&EXCHANGE, &values)?;
    require(
        price_risk_max_age_secs <= price_max_age_secs,
        "price_risk_max_age_secs may not exceed price_max_age_secs",
    )?;
    require(
        price_cache_secs <= price_risk_max_age_secs,
        "price_cache_secs may not exceed price_risk_max_age_secs",
    )
}

/// Defaults of [`MarketParameters`], for a collateral of 6 decimals.
#[must_use]
pub fn default_market() -> MarketParameters {
    let [imf, fraction, lower, upper, cap, maker, taker, liquidation, keeper, slippage, adjustment, spread, interval, clamp, _, impact, share] =
        MARKET.map(|range| range.default);
    MarketParameters {
        initial_margin_ppm: small(imf),
        maintenance_fraction_ppm: small(fraction),
        open_interest_lower: Uint128::new(lower),
        open_interest_upper: Uint128::new(upper),
        open_interest_cap: Uint128::new(cap),
        maker_fee_ppm: small(maker),
        taker_fee_ppm: small(taker),
        max_liquidation_fee_ppm: small(liquidation),
        keeper_share_ppm: small(keeper),
        liquidation_slippage_ppm: small(slippage),
        bankruptcy_adjustment_ppm: small(adjustment),
        spread_to_maintenance_ppm: small(spread),
        funding_interval_secs: secs(interval),
        funding_clamp_factor_ppm: small(clamp),
        funding_interest_ppm: 0,
        impact_notional: Uint128::new(impact),
        fund_fee_share_ppm: small(share),
        reduce_only: false,
    }
}

/// Checks [`MarketParameters`] against the table and against each other.
pub fn check_market(parameters: &MarketParameters) -> ContractResult<()> {
    let values = [
        u128::from(parameters.initial_margin_ppm),
        u128::from(parameters.maintenance_fraction_ppm),
        parameters.open_interest_lower.u128(),
        parameters.open_interest_upper.u128(),
        parameters.open_interest_cap.u128(),
        u128::from(parameters.maker_fee_ppm),
        u128::from(parameters.taker_fee_ppm),
        u128::from(parameters.max_liquidation_fee_ppm),
        u128::from(parameters.keeper_share_ppm),
        u128::from(parameters.liquidation_slippage_ppm),
        u128::from(parameters.bankruptcy_adjustment_ppm),
        u128::from(parameters.spread_to_maintenance_ppm),
        u128::from(parameters.funding_interval_secs),
        u128::from(parameters.funding_clamp_factor_ppm),
        u128::from(parameters.funding_interest_ppm.unsigned_abs()),
        parameters.impact_notional.u128(),
        u128::from(parameters.fund_fee_share_ppm),
    ];
    check(&MARKET, &values)?;
    require(
        parameters.funding_interval_secs.checked_rem(60) == Some(0),
        "funding_interval_secs must be a multiple of 60",
    )?;
    let (lower, upper) = (
        parameters.open_interest_lower,
        parameters.open_interest_upper,
    );
    require(
        lower < upper || (lower.is_zero() && upper.is_zero()),
        "open_interest_lower must be less than open_interest_upper, or both 0",
    )?;
    let maintenance = ballast_risk::maintenance_margin_ppm(
        parameters.initial_margin_ppm,
        parameters.maintenance_fraction_ppm,
    )?;
    require(
        parameters.max_liquidation_fee_ppm <= maintenance,
        "max_liquidation_fee_ppm may not exceed the maintenance margin fraction",
    )
}

/// Checks what is fixed at listing.
pub fn check_listing(listing: &ListMarket) -> ContractResult<()> {
    let symbol = u128::try_from(listing.symbol.len()).unwrap_or(u128::MAX);
    check(&[range("symbol length", 0, 1, 32)], &[symbol])?;
    check(
        &[range("base_decimals", 0, 0, 18)],
        &[u128::from(listing.base_decimals)],
    )?;
    check(
        &[range("max_confidence_ppm", 0, 1, u128::from(PPM))],
        &[u128::from(listing.oracle.max_confidence_ppm)],
    )?;
    check_feed_id(&listing.oracle.feed_id)?;
    check_market(&listing.parameters)
}

/// Pyth's ids are 32 bytes in lower-case hexadecimal.
pub fn check_feed_id(id: &str) -> ContractResult<()> {
    let hexadecimal = id.len() == 64
        && id
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    require(
        hexadecimal,
        "feed_id must be 64 hexadecimal digits in lower case",
    )
}

fn secs(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn small(value: u128) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_their_ranges() {
        check_exchange(&default_exchange()).unwrap();
        check_market(&default_market()).unwrap();
    }

    // P1
    #[test]
    fn every_end_of_every_range_is_checked() {
        for range in EXCHANGE.iter().chain(MARKET.iter()) {
            let one = std::slice::from_ref(range);
            check(one, &[range.min]).unwrap();
            check(one, &[range.max]).unwrap();
            if range.min > 0 {
                check(one, &[range.min - 1]).unwrap_err();
            }
            if range.max < u128::MAX {
                check(one, &[range.max + 1]).unwrap_err();
            }
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let mut parameters = default_market();
        parameters.open_interest_lower = parameters.open_interest_upper;
        check_market(&parameters).unwrap_err();
        let mut parameters = default_market();
        parameters.max_liquidation_fee_ppm = 31_000;
        check_market(&parameters).unwrap_err();
        let mut parameters = default_exchange();
        parameters.price_risk_max_age_secs = 61;
        check_exchange(&parameters).unwrap_err();
        check_feed_id(&"A".repeat(64)).unwrap_err();
    }
}
