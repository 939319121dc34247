//! Defaults, hard ranges and loosening directions of all parameters: one table a message, one line a
//! parameter. The checks, the defaults and `docs/parameters.md` are made from it.

use ballast_risk::Rounding;
use ballast_types::market::{ExchangeParameters, ListMarket, MarketParameters, OracleConfig};
use ballast_types::PPM;
use cosmwasm_std::Uint128;

pub use ballast_types::parameters::{Loosens, Relation};

use crate::error::{ContractError, ContractResult};

/// Markets of one exchange, delisted ones not counted.
pub const MAX_MARKETS: u32 = 64;

/// A parameter's name, default, hard range (both ends included) and loosening direction. Switches are 0 and 1.
pub struct Range {
    /// As in the message.
    pub name: &'static str,
    /// What a deployment gets that says nothing.
    pub default: i128,
    /// Least.
    pub min: i128,
    /// Most.
    pub max: i128,
    /// Which change waits.
    pub loosens: Loosens,
}

/// A field of a message as one signed number; what does not fit is beyond every range.
trait Field {
    fn number(&self) -> i128;
    fn of(number: i128) -> Self;
}

macro_rules! integer_field {
    ($($type:ty)*) => {$(
        impl Field for $type {
            fn number(&self) -> i128 {
                i128::from(*self)
            }
            fn of(number: i128) -> Self {
                Self::try_from(number).unwrap_or(Self::MAX)
            }
        }
    )*};
}

integer_field!(u32 u64 i32);

impl Field for Uint128 {
    fn number(&self) -> i128 {
        i128::try_from(self.u128()).unwrap_or(i128::MAX)
    }
    fn of(number: i128) -> Self {
        Self::new(u128::try_from(number).unwrap_or_default())
    }
}

impl Field for bool {
    fn number(&self) -> i128 {
        i128::from(*self)
    }
    fn of(number: i128) -> Self {
        number != 0
    }
}

/// One line a field of a message: `name = default, min => max, direction`. A field that is missing does not
/// compile.
macro_rules! parameters {
    ($(#[$about:meta])* $table:ident, $defaults:ident, $values:ident, $of:ident of $message:ident {
        $($field:ident = $default:expr, $min:expr => $max:expr, $loosens:ident;)*
    }) => {
        $(#[$about])*
        pub const $table: &[Range] = &[$(Range {
            name: stringify!($field),
            default: $default,
            min: $min,
            max: $max,
            loosens: Loosens::$loosens,
        }),*];

        /// All fields as numbers, in the table's order.
        #[must_use]
        pub fn $values(parameters: &$message) -> Vec<i128> {
            let $message { $($field),* } = parameters;
            vec![$($field.number()),*]
        }

        fn $defaults() -> $message {
            $message { $($field: Field::of($default)),* }
        }

        /// The message of such numbers.
        #[must_use]
        pub fn $of(numbers: &[i128]) -> $message {
            let mut numbers = numbers.iter().copied();
            $message { $($field: Field::of(numbers.next().unwrap_or($default))),* }
        }
    };
}

const MAX_MONEY: i128 = i128::MAX >> 15;

/// A million quote units at 18 decimals: what an account pays is bounded by what it can spare besides.
const MAX_SERVICE_FEE: i128 = 1_000_000_000_000_000_000_000_000;

parameters! {
    /// Ranges of [`ExchangeParameters`], in its order.
    EXCHANGE, exchange_defaults, exchange_numbers, exchange_of of ExchangeParameters {
        price_cache_secs = 5, 0 => 60, Up;
        price_max_age_secs = 60, 5 => 600, Either;
        price_risk_max_age_secs = 10, 1 => 60, Up;
        max_fills = 50, 1 => 100, Either;
        max_removals = 20, 1 => 100, Either;
        max_orders_per_account = 20, 1 => 100, Up;
        max_trigger_orders_per_account = 20, 0 => 100, Up;
        max_counterparties = 10, 1 => 50, Either;
        claim_retry_secs = 60, 10 => 3_600, Either;
        fund_gas_limit = 1_500_000, 300_000 => 10_000_000, Either;
        flush_lot = 100_000_000, 1 => MAX_MONEY, Up;
        flush_retry_secs = 3_600, 60 => 86_400, Up;
        order_removal_fee = 20_000, 0 => MAX_SERVICE_FEE, Up;
        trigger_order_fee = 50_000, 0 => MAX_SERVICE_FEE, Up;
        recent_risk_secs = 60, 30 => 3_600, Down;
        outflow_hour_ppm = 250_000, 50_000 => 1_000_000, Either;
        outflow_day_ppm = 500_000, 100_000 => 1_000_000, Either;
        outflow_floor = 100_000_000_000, 1 => MAX_MONEY, Either;
        price_future_tolerance_secs = 2, 0 => 10, Up;
        oracle_switch_max_deviation_ppm = 50_000, 1_000 => 200_000, Up;
        adverse_delay_secs = 1_814_400, 1_814_400 => 7_776_000, Down;
        dead_feed_secs = 604_800, 86_400 => 2_592_000, Either;
        settle_grace_secs = 86_400, 3_600 => 604_800, Either;
    }
}

parameters! {
    /// Ranges of [`MarketParameters`], in its order.
    MARKET, market_defaults, market_numbers, market_of of MarketParameters {
        initial_margin_ppm = 50_000, 10_000 => 1_000_000, Down;
        maintenance_fraction_ppm = 600_000, 200_000 => 950_000, Down;
        open_interest_lower = 25_000_000_000_000, 0 => MAX_MONEY, Up;
        open_interest_upper = 50_000_000_000_000, 0 => MAX_MONEY, Up;
        open_interest_cap = 50_000_000_000_000, 0 => MAX_MONEY, Up;
        maker_fee_ppm = 200, 0 => 10_000, Up;
        taker_fee_ppm = 500, 0 => 10_000, Up;
        max_liquidation_fee_ppm = 15_000, 0 => 50_000, Up;
        keeper_share_ppm = 200_000, 0 => 500_000, Either;
        keeper_bounty = 10_000_000, 0 => MAX_MONEY, Either;
        keeper_bounty_ppm = 100, 0 => 1_000, Either;
        liquidation_min_notional = 10_000_000_000, 0 => MAX_MONEY, Either;
        liquidation_max_portion_ppm = 1_000_000, 100_000 => 1_000_000, Either;
        account_block_notional = 5_000_000_000_000, 1_000_000 => MAX_MONEY, Either;
        account_block_loss = 500_000_000_000, 1 => MAX_MONEY, Either;
        market_block_notional = 20_000_000_000_000, 1_000_000 => MAX_MONEY, Either;
        market_block_loss = 1_000_000_000_000, 1 => MAX_MONEY, Either;
        liquidation_slippage_ppm = 5_000, 0 => 20_000, Up;
        bankruptcy_adjustment_ppm = 1_000_000, 1_000_000 => 10_000_000, Either;
        spread_to_maintenance_ppm = 1_500_000, 0 => 5_000_000, Either;
        funding_interval_secs = 3_600, 60 => 86_400, Either;
        funding_clamp_factor_ppm = 6_000_000, 0 => 12_000_000, Up;
        funding_interest_ppm = 0, -1_000 => 1_000, Either;
        impact_notional = 5_000_000_000, 1 => MAX_MONEY, Either;
        fund_fee_share_ppm = 250_000, 0 => 1_000_000, Down;
        reduce_only = 0, 0 => 1, Down;
        min_order_notional = 1_000_000, 0 => MAX_MONEY, Either;
        min_position = 0, 0 => MAX_MONEY, Either;
        price_band_ppm = 100_000, 10_000 => 900_000, Up;
    }
}

const fn range(name: &'static str, min: i128, max: i128, loosens: Loosens) -> Range {
    Range {
        name,
        default: min,
        min,
        max,
        loosens,
    }
}

/// Ranges of what is fixed at listing.
pub const LISTING: &[Range] = &[
    range("symbol length", 1, 32, Loosens::Either),
    range("base_decimals", 0, 18, Loosens::Either),
];

/// Ranges of [`OracleConfig`]. Lowering its `min_price` loosens, and raising its `max_price`.
pub const ORACLE: &[Range] = &[
    range("max_confidence_ppm", 1, PPM as i128, Loosens::Up),
    range("max_price / min_price", 1, 1_000_000, Loosens::Up),
];

fn check(ranges: &[Range], values: &[i128]) -> ContractResult<()> {
    for (range, value) in ranges.iter().zip(values) {
        if *value < range.min || *value > range.max {
            return Err(ContractError::ParameterOutOfRange {
                name: range.name,
                min: range.min.to_string(),
                max: range.max.to_string(),
                found: value.to_string(),
            }
            .into());
        }
    }
    Ok(())
}

/// Between fields of [`ExchangeParameters`].
pub const EXCHANGE_RELATIONS: &[Relation<ExchangeParameters>] = &[
    Relation {
        rule: "price_risk_max_age_secs may not exceed price_max_age_secs",
        holds: |p| p.price_risk_max_age_secs <= p.price_max_age_secs,
    },
    Relation {
        rule: "price_cache_secs may not exceed price_risk_max_age_secs",
        holds: |p| p.price_cache_secs <= p.price_risk_max_age_secs,
    },
    Relation {
        rule: "outflow_hour_ppm may not exceed outflow_day_ppm",
        holds: |p| p.outflow_hour_ppm <= p.outflow_day_ppm,
    },
];

/// Between fields of [`MarketParameters`].
pub const MARKET_RELATIONS: &[Relation<MarketParameters>] = &[
    Relation {
        rule: "funding_interval_secs must be a multiple of 60",
        holds: |p| p.funding_interval_secs.checked_rem(60) == Some(0),
    },
    Relation {
        rule: "open_interest_lower must be less than open_interest_upper, or both 0",
        holds: |p| {
            let (lower, upper) = (p.open_interest_lower, p.open_interest_upper);
            lower < upper || (lower.is_zero() && upper.is_zero())
        },
    },
    Relation {
        rule: "max_liquidation_fee_ppm may not exceed the maintenance margin fraction",
        holds: |p| {
            ballast_risk::maintenance_margin_ppm(p.initial_margin_ppm, p.maintenance_fraction_ppm)
                .is_ok_and(|maintenance| p.max_liquidation_fee_ppm <= maintenance)
        },
    },
];

/// Between fields of [`OracleConfig`].
pub const ORACLE_RELATIONS: &[Relation<OracleConfig>] = &[
    Relation {
        rule: "min_price may not be 0",
        holds: |oracle| !oracle.min_price.is_zero(),
    },
    Relation {
        rule: "min_price must be less than max_price",
        holds: |oracle| oracle.min_price < oracle.max_price,
    },
    Relation {
        rule: "feed_id must be 64 hexadecimal digits in lower case",
        holds: |oracle| is_feed_id(&oracle.feed_id),
    },
];

fn check_relations<T>(relations: &[Relation<T>], message: &T) -> ContractResult<()> {
    match Relation::first_broken(relations, message) {
        None => Ok(()),
        Some(rule) => Err(ContractError::ParametersContradict { rule }.into()),
    }
}

/// Defaults of [`ExchangeParameters`].
#[must_use]
pub fn default_exchange() -> ExchangeParameters {
    exchange_defaults()
}

/// Checks [`ExchangeParameters`] against the table and against each other.
pub fn check_exchange(parameters: &ExchangeParameters) -> ContractResult<()> {
    check(EXCHANGE, &exchange_numbers(parameters))?;
    check_relations(EXCHANGE_RELATIONS, parameters)
}

/// Defaults of [`MarketParameters`], for a collateral of 6 decimals.
#[must_use]
pub fn default_market() -> MarketParameters {
    market_defaults()
}

/// Checks [`MarketParameters`] against the table and against each other.
pub fn check_market(parameters: &MarketParameters) -> ContractResult<()> {
    check(MARKET, &market_numbers(parameters))?;
    check_relations(MARKET_RELATIONS, parameters)
}

/// Checks what is fixed at listing, and the rest of a listing.
pub fn check_listing(listing: &ListMarket) -> ContractResult<()> {
    let symbol = i128::try_from(listing.symbol.len()).unwrap_or(i128::MAX);
    check(LISTING, &[symbol, i128::from(listing.base_decimals)])?;
    check_oracle(&listing.oracle)?;
    check_market(&listing.parameters)
}

/// Checks [`OracleConfig`] but for the contract.
pub fn check_oracle(oracle: &OracleConfig) -> ContractResult<()> {
    check_relations(ORACLE_RELATIONS, oracle)?;
    let (min, max) = (oracle.min_price.atomics(), oracle.max_price.atomics());
    let span = ballast_risk::mul_div(max, Uint128::one(), min, Rounding::Up)?;
    check(
        ORACLE,
        &[i128::from(oracle.max_confidence_ppm), span.number()],
    )
}

/// Pyth's ids are 32 bytes in lower-case hexadecimal.
fn is_feed_id(id: &str) -> bool {
    id.len() == 64
        && id
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
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
        for range in EXCHANGE.iter().chain(MARKET).chain(LISTING).chain(ORACLE) {
            let one = std::slice::from_ref(range);
            check(one, &[range.min]).unwrap();
            check(one, &[range.max]).unwrap();
            check(one, &[range.min - 1]).unwrap_err();
            check(one, &[range.max + 1]).unwrap_err();
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
        assert!(is_feed_id(&"a".repeat(64)) && !is_feed_id(&"A".repeat(64)));
    }
}
