//! The history of one market: bars of equal length without gaps.

/// One bar. Prices are mantissas of the series' decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// When it opens, seconds since the Unix epoch.
    pub time: u64,
    /// First price.
    pub open: u64,
    /// Highest price.
    pub high: u64,
    /// Lowest price.
    pub low: u64,
    /// Last price.
    pub close: u64,
    /// Volume in millionths of a base unit, further digits dropped.
    pub volume: u128,
}

/// Decimals of [`Bar::volume`].
pub const VOLUME_DECIMALS: u32 = 6;

/// Largest mantissa of a price: half of what the price feed's 64-bit integer holds, so that a confidence
/// interval fits beside it.
pub const MAX_MANTISSA: u64 = i64::MAX as u64 / 2;

impl Bar {
    /// The path inside the bar. A falling bar goes open, high, low, close; a rising one open, low, high,
    /// close: the usual reading, and the one in which both wicks are lived through before the close.
    #[must_use]
    pub fn path(&self) -> [u64; 4] {
        if self.close < self.open {
            [self.open, self.high, self.low, self.close]
        } else {
            [self.open, self.low, self.high, self.close]
        }
    }
}

/// Prices of one market.
#[derive(Clone, Debug)]
pub struct Series {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// File or scenario it comes from.
    pub source: String,
    /// Digits after the point of all prices.
    pub decimals: u32,
    /// Length of a bar, seconds.
    pub bar_secs: u64,
    /// In order of time, without gaps, at least one.
    pub bars: Vec<Bar>,
}

impl Series {
    /// When the first bar opens; 0 where there is none.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.bars.first().map_or(0, |bar| bar.time)
    }

    /// When the last bar closes; 0 where there is none.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.bars
            .last()
            .map_or(0, |bar| bar.time.saturating_add(self.bar_secs))
    }

    /// Lowest and highest price of bars that overlap `from..to`; of all where none does.
    #[must_use]
    pub fn range(&self, from: u64, to: u64) -> (u64, u64) {
        let inside = |bar: &&Bar| bar.time < to && bar.time.saturating_add(self.bar_secs) > from;
        let extremes = |bars: &mut dyn Iterator<Item = &Bar>| {
            bars.fold(None, |range: Option<(u64, u64)>, bar| {
                let (low, high) = range.unwrap_or((bar.low, bar.high));
                Some((low.min(bar.low), high.max(bar.high)))
            })
        };
        extremes(&mut self.bars.iter().filter(inside))
            .or_else(|| extremes(&mut self.bars.iter()))
            .unwrap_or((1, 1))
    }

    /// The worst move within so many minutes, ppm: from the open of a bar to the lowest price in the window
    /// that begins with it. 0 where the price never falls, `None` where a bar is longer than the window.
    #[must_use]
    pub fn worst_fall_ppm(&self, minutes: u64) -> Option<i64> {
        self.worst(minutes, |open, window| {
            let low = window.iter().map(|bar| bar.low).min().unwrap_or(open);
            relative_ppm(low, open)
        })
    }

    /// The strongest rise within so many minutes, ppm: from the lowest price of a bar to the highest price
    /// in the window that begins with it.
    #[must_use]
    pub fn best_rise_ppm(&self, minutes: u64) -> Option<i64> {
        self.worst(minutes, |_, window| {
            let low = window.first().map_or(1, |bar| bar.low);
            let high = window
                .iter()
                .skip(1)
                .map(|bar| bar.high)
                .max()
                .unwrap_or(low);
            relative_ppm(high, low).saturating_neg()
        })
        .map(i64::saturating_neg)
    }

    fn worst(&self, minutes: u64, measure: impl Fn(u64, &[Bar]) -> i64) -> Option<i64> {
        let length =
            usize::try_from(minutes.saturating_mul(60).checked_div(self.bar_secs)?).ok()?;
        if length == 0 {
            return None;
        }
        (0..self.bars.len())
            .filter_map(|first| {
                let last = first.saturating_add(length).min(self.bars.len());
                let window = self.bars.get(first..last)?;
                Some(measure(window.first()?.open, window))
            })
            .min()
            .map(|worst| worst.min(0))
    }
}

/// `price / base - 1` in ppm.
#[must_use]
pub fn relative_ppm(price: u64, base: u64) -> i64 {
    let change = i128::from(price) - i128::from(base);
    let ppm = change
        .saturating_mul(1_000_000)
        .checked_div(i128::from(base))
        .unwrap_or(0);
    i64::try_from(ppm).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(time: u64, [open, high, low, close]: [u64; 4]) -> Bar {
        Bar {
            time,
            open,
            high,
            low,
            close,
            volume: 0,
        }
    }

    #[test]
    fn wicks_come_before_the_close() {
        assert_eq!(bar(0, [100, 110, 80, 90]).path(), [100, 110, 80, 90]);
        assert_eq!(bar(0, [100, 110, 80, 105]).path(), [100, 80, 110, 105]);
    }

    #[test]
    fn measures_moves() {
        let series = Series {
            symbol: String::new(),
            source: String::new(),
            decimals: 0,
            bar_secs: 60,
            bars: vec![
                bar(0, [100, 101, 99, 100]),
                bar(60, [100, 100, 80, 90]),
                bar(120, [90, 120, 90, 110]),
            ],
        };
        assert_eq!(series.worst_fall_ppm(1), Some(-200_000));
        assert_eq!(series.worst_fall_ppm(60), Some(-200_000));
        assert_eq!(series.best_rise_ppm(2), Some(500_000));
        assert_eq!(
            Series {
                bar_secs: 900,
                ..series
            }
            .worst_fall_ppm(5),
            None
        );
    }
}
