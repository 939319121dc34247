//! Tick, lot and decimals of a market, chosen from the magnitude of its prices.
//!
//! A tick is at most a hundredth of a percent of the lowest price replayed; a lot is the smallest power of ten
//! for which `tick * lot * 10^(quote decimals - base decimals)` is a whole number of quote atoms, as listing
//! demands.

use cosmwasm_std::{Decimal, Uint128};

use crate::error::{SimError, SimResult};
use crate::prices::Series;

/// Decimals of the collateral token.
pub const QUOTE_DECIMALS: u8 = 6;

/// Quote atoms of one unit of the collateral.
pub const QUOTE_UNIT: u128 = 1_000_000;

/// Decimals of every base asset.
pub const BASE_DECIMALS: u8 = 8;

/// Decimals of [`Decimal`].
const PRICE_DECIMALS: u32 = 18;

/// How a market of the simulator counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// 64 hexadecimal digits.
    pub feed_id: String,
    /// Exponent of the mantissas pushed.
    pub expo: i32,
    /// Digits after the point of a price mantissa.
    pub decimals: u32,
    /// Power of ten of the tick.
    pub tick_power: i32,
    /// Base atoms.
    pub lot_size: u128,
}

impl Listing {
    /// Chooses for the prices between `from` and `to`.
    ///
    /// # Errors
    /// [`SimError::Usage`] where prices are too small or too large to be listed.
    pub fn choose(index: usize, series: &Series, from: u64, to: u64) -> SimResult<Self> {
        let (low, high) = series.range(from, to);
        let decimals = i32::try_from(series.decimals).unwrap_or(i32::MAX);
        let magnitude = i32::try_from(low.max(1).ilog10()).unwrap_or(0) - decimals;
        let tick_power = magnitude - 4;
        if tick_power < -18 {
            return Err(SimError::Usage(format!(
                "{}: the lowest price, {}, is too small to be listed; expected at least 10^-14",
                series.source,
                crate::decimal::format_fixed(u128::from(low), series.decimals)
            )));
        }
        // The book counts ticks in 64 bits; a fourfold price must still fit.
        let ticks_a_unit = u32::try_from(-tick_power - decimals)
            .ok()
            .and_then(|power| 10u128.checked_pow(power));
        let fits = ticks_a_unit
            .and_then(|ticks| ticks.checked_mul(u128::from(high)))
            .is_some_and(|ticks| ticks <= u128::from(u64::MAX / 4));
        if tick_power + decimals <= 0 && !fits {
            let text = |price| crate::decimal::format_fixed(u128::from(price), series.decimals);
            return Err(SimError::Usage(format!(
                "{}: prices from {} to {} span too much for one tick size; expected the highest at most 10^14 times \
                 the lowest",
                series.source,
                text(low),
                text(high)
            )));
        }
        let lot_power = i32::from(BASE_DECIMALS) - i32::from(QUOTE_DECIMALS) - tick_power;
        let lot_size = u32::try_from(lot_power.max(0))
            .ok()
            .and_then(|power| 10u128.checked_pow(power))
            .ok_or_else(|| SimError::internal("lot size"))?;
        Ok(Self {
            symbol: series.symbol.clone(),
            feed_id: format!("{:064x}", index.saturating_add(1)),
            expo: decimals.saturating_neg(),
            decimals: series.decimals,
            tick_power,
            lot_size,
        })
    }

    /// The tick as the market wants it.
    #[must_use]
    pub fn tick_size(&self) -> Decimal {
        Decimal::new(Uint128::new(self.tick_atomics()))
    }

    fn tick_atomics(&self) -> u128 {
        u32::try_from(self.tick_power.saturating_add(18))
            .ok()
            .and_then(|power| 10u128.checked_pow(power))
            .unwrap_or(1)
    }

    /// A price mantissa in the market's own unit, exact.
    #[must_use]
    pub fn price(&self, mantissa: u64) -> Decimal {
        let factor = 10u128.saturating_pow(PRICE_DECIMALS.saturating_sub(self.decimals));
        Decimal::new(Uint128::new(u128::from(mantissa).saturating_mul(factor)))
    }

    /// A price a little away from another, on a tick: `ppm` above (or below, where negative), rounded down,
    /// at least one tick.
    #[must_use]
    pub fn tick_price(&self, mantissa: u64, ppm: i64) -> Decimal {
        let factor = u128::try_from(i128::from(ppm).saturating_add(1_000_000).max(0)).unwrap_or(0);
        let atomics =
            crate::decimal::mul_div(self.price(mantissa).atomics().u128(), factor, 1_000_000);
        let tick = self.tick_atomics();
        let ticks = atomics.checked_div(tick).unwrap_or(0).max(1);
        Decimal::new(Uint128::new(ticks.saturating_mul(tick)))
    }

    /// Base atoms, whole lots, worth at most so many quote atoms at a price. 0 where it is less than a lot.
    #[must_use]
    pub fn size_worth(&self, value: u128, mantissa: u64) -> u128 {
        // value = size * price * 10^(quote decimals - base decimals)
        let scale = 10u128.saturating_pow(
            self.decimals
                .saturating_add(u32::from(BASE_DECIMALS - QUOTE_DECIMALS)),
        );
        self.whole_lots(crate::decimal::mul_div(value, scale, u128::from(mantissa)))
    }

    /// Base atoms rounded down to whole lots.
    #[must_use]
    pub fn whole_lots(&self, size: u128) -> u128 {
        let rest = size.checked_rem(self.lot_size).unwrap_or(0);
        size.saturating_sub(rest)
    }

    /// Quote atoms that base atoms are worth, rounded down; for decisions, not for money.
    #[must_use]
    pub fn worth(&self, size: u128, mantissa: u64) -> u128 {
        let scale = 10u128.saturating_pow(
            self.decimals
                .saturating_add(u32::from(BASE_DECIMALS - QUOTE_DECIMALS)),
        );
        crate::decimal::mul_div(size, u128::from(mantissa), scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::Bar;
    use ballast_risk::ValueScale;

    fn listing(price: u64, decimals: u32) -> SimResult<Listing> {
        let bar = Bar {
            time: 0,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0,
        };
        let series = Series {
            symbol: "X-PERP".to_string(),
            source: "x.csv".to_string(),
            decimals,
            bar_secs: 60,
            bars: vec![bar],
        };
        Listing::choose(0, &series, 0, 60)
    }

    #[test]
    fn every_magnitude_can_be_listed() {
        let scale = ValueScale::new(BASE_DECIMALS, QUOTE_DECIMALS).unwrap();
        for power in 0..18 {
            for decimals in 0..=18 {
                let price = 10u64.pow(power) * 3;
                let Ok(listing) = listing(price, decimals) else {
                    assert!(i64::from(power) - i64::from(decimals) < -13);
                    continue;
                };
                scale
                    .tick_lot_value(listing.tick_size(), Uint128::new(listing.lot_size))
                    .unwrap();
                let tick = listing.tick_size();
                assert!(tick * Decimal::from_ratio(1u8, 1u8) <= listing.price(price));
                let size = listing.size_worth(1_000 * QUOTE_UNIT, price);
                assert!(listing.worth(size, price) <= 1_000 * QUOTE_UNIT);
            }
        }
    }

    #[test]
    fn bitcoin_looks_as_expected() {
        let listing = listing(4_046_239, 2).unwrap();
        assert_eq!(listing.tick_size().to_string(), "1");
        assert_eq!(listing.price(4_046_239).to_string(), "40462.39");
        assert_eq!(listing.tick_price(4_046_239, -10_000).to_string(), "40057");
        assert_eq!(listing.lot_size, 100);
        let size = listing.size_worth(40_462_390_000, 4_046_239);
        assert_eq!(size, 100_000_000);
        assert_eq!(listing.worth(size, 4_046_239), 40_462_390_000);
    }
}
