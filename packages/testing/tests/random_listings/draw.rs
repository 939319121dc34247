//! Random exchanges and listings: mostly the defaults, with a few values at, within or beyond their ranges.

use ballast_perp_market::parameters::{
    exchange_numbers, exchange_of, market_numbers, market_of, Range, EXCHANGE, MARKET,
};
use ballast_testing::suite::{exchange_parameters, market_parameters};
use ballast_types::market::{ExchangeParameters, ListMarket, OracleConfig};
use cosmwasm_std::{Decimal, Uint128};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What is tried.
pub struct Draw {
    /// Of the collateral.
    pub decimals: u8,
    pub exchange: ExchangeParameters,
    /// Its oracle is still to be named.
    pub listing: ListMarket,
    /// The oracle's first price: `mantissa * 10^expo`.
    pub mantissa: i64,
    pub expo: i32,
}

impl Draw {
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        let decimals = *[0, 6, 6, 8, 18].choose(rng).unwrap();
        let mut exchange = exchange_numbers(&exchange_parameters(decimals));
        if rng.gen_bool(0.5) {
            change(rng, EXCHANGE, &mut exchange);
        }
        let mut parameters = market_numbers(&market_parameters(decimals));
        change(rng, MARKET, &mut parameters);
        let expo: i32 = rng.gen_range(-12..=0);
        let mantissa = 10i64.pow(rng.gen_range(4..10)) * rng.gen_range(1..=9);
        let price = Decimal::from_ratio(mantissa.unsigned_abs(), 1u64)
            * Decimal::from_atomics(1u128, expo.unsigned_abs()).unwrap();
        let base_decimals = *[0, 3, 6, 8, 12, 18, 18, 19].choose(rng).unwrap();
        let (tick_size, lot_size) = tick_and_lot(rng, price, [base_decimals, decimals]);
        let span = Decimal::from_ratio(*[10u128, 999, 1_000, 1_001].choose(rng).unwrap(), 1u128);
        let symbol = if rng.gen_bool(0.97) { "RANDOM" } else { "" };
        Self {
            decimals,
            exchange: exchange_of(&exchange),
            listing: ListMarket {
                symbol: symbol.to_owned(),
                base_decimals,
                tick_size,
                lot_size,
                isolated: rng.gen_bool(0.2),
                oracle: OracleConfig {
                    contract: String::new(),
                    feed_id: String::new(),
                    max_confidence_ppm: 10_000,
                    min_price: price / span.to_uint_floor(),
                    max_price: price * span,
                },
                parameters: market_of(&parameters),
            },
            mantissa,
            expo,
        }
    }
}

/// A tick from a thousandth to a hundredth of the price, and a lot that is worth whole atoms at every tick; sometimes
/// neither makes sense.
fn tick_and_lot(
    rng: &mut ChaCha8Rng,
    price: Decimal,
    [base, quote]: [u8; 2],
) -> (Decimal, Uint128) {
    let digits = u32::try_from(price.atomics().to_string().len()).unwrap();
    let tick = digits.saturating_sub(rng.gen_range(3..6));
    let exact = (18 + u32::from(base)).saturating_sub(u32::from(quote) + tick);
    let lot = match rng.gen_range(0..10) {
        0 => rng.gen_range(0..20),
        _ => exact + rng.gen_range(0..4),
    };
    let power = |exponent| Uint128::new(10u128.pow(exponent));
    match rng.gen_range(0..20) {
        0 => (Decimal::new(power(tick)), Uint128::zero()),
        1 => (Decimal::new(Uint128::new(7)), power(lot.min(30))),
        _ => (Decimal::new(power(tick)), power(lot.min(30))),
    }
}

/// Changes a few values, each within its range but for one in twelve.
fn change(rng: &mut ChaCha8Rng, ranges: &[Range], values: &mut [i128]) {
    for _ in 0..rng.gen_range(0..6) {
        let place = rng.gen_range(0..ranges.len());
        let Range { min, max, .. } = ranges[place];
        values[place] = match rng.gen_range(0..24) {
            0 => min - 1,
            1 => max + 1,
            2..=6 => min,
            7..=10 => max,
            // Money has ranges of many digits: every number of them alike.
            _ if max > 1_000_000_000 => {
                let digits = rng.gen_range(0..max.to_string().len() - 1);
                10i128.pow(u32::try_from(digits).unwrap()).clamp(min, max)
            }
            _ => rng.gen_range(min..=max),
        };
    }
}
