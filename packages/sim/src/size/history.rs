//! What the bootstrap draws from: bars of all markets at the same moments, each relative to the close before it.
//!
//! Markets of different bar lengths meet at the longest: finer bars are put together (open of the first, close of the
//! last, highest and lowest). Inside a bar the price goes through its four corners, as in a replay.

use super::open_interest::Profile;
use crate::error::{SimError, SimResult};
use crate::prices::{Bar, Series};

/// A ratio of prices: 2^32 is 1.
pub const ONE: u64 = 1 << 32;

/// Fewest bars worth drawing from.
const MIN_BARS: usize = 30;

/// A market's bar relative to its last close, and what the market was like then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Open, one extreme, the other, close: [`ONE`] is the close before.
    pub corners: [u64; 4],
    /// Volume relative to its recent average, percent.
    pub volume_pct: u64,
    /// Open interest of one side, quote atoms.
    pub open_interest: u128,
}

impl Move {
    /// Lowest of the corners.
    #[must_use]
    pub fn low(&self) -> u64 {
        self.corners.into_iter().min().unwrap_or(ONE)
    }

    /// Highest of the corners.
    #[must_use]
    pub fn high(&self) -> u64 {
        self.corners.into_iter().max().unwrap_or(ONE)
    }
}

/// All markets, bar by bar.
#[derive(Clone, Debug)]
pub struct History {
    /// Length of a bar, seconds.
    pub bar_secs: u64,
    /// By market, then by bar: all have the same number.
    pub markets: Vec<Vec<Move>>,
}

impl History {
    /// Lays the markets over each other.
    ///
    /// # Errors
    /// [`SimError::Usage`] where bars cannot be put together, or they share too little time.
    pub fn new(all: &[Series], profiles: &[Profile]) -> SimResult<Self> {
        let bar_secs = all.iter().map(|one| one.bar_secs).max().unwrap_or(60);
        if let Some(one) = all.iter().find(|one| bar_secs % one.bar_secs != 0) {
            return Err(SimError::Usage(format!(
                "{}: bars of {} s do not fit into the longest ones given, of {bar_secs} s; expected whole parts of them",
                one.source, one.bar_secs
            )));
        }
        let grid = all
            .iter()
            .find(|one| one.bar_secs == bar_secs)
            .map_or(0, |one| one.start() % bar_secs);
        let start = all.iter().map(Series::start).max().unwrap_or(0);
        let start = start + (grid + bar_secs - start % bar_secs) % bar_secs;
        let end = all.iter().map(Series::end).min().unwrap_or(0);
        let count = usize::try_from(end.saturating_sub(start) / bar_secs).unwrap_or(0);
        if count < MIN_BARS {
            return Err(SimError::Usage(format!(
                "the files share {count} bars of {bar_secs} s; expected at least {MIN_BARS} to draw from"
            )));
        }
        let markets = all
            .iter()
            .zip(profiles)
            .map(|(one, profile)| moves(&together(one, start, bar_secs, count), profile))
            .collect();
        Ok(Self { bar_secs, markets })
    }

    /// Number of bars.
    #[must_use]
    pub fn bars(&self) -> usize {
        self.markets.first().map_or(0, Vec::len)
    }

    /// Bars of a time, at least one.
    #[must_use]
    pub fn bars_of(&self, secs: u64) -> u64 {
        (secs / self.bar_secs).max(1)
    }

    /// The largest open interest that a market had, quote atoms; at least 1.
    #[must_use]
    pub fn largest_open_interest(&self, market: usize) -> u128 {
        let bars = self.markets.get(market).map_or(&[][..], Vec::as_slice);
        let largest = bars.iter().map(|bar| bar.open_interest).max();
        largest.unwrap_or(0).max(1)
    }
}

/// Bars of a length, made of finer ones.
fn together(series: &Series, start: u64, bar_secs: u64, count: usize) -> Vec<Bar> {
    let first = series.bars.partition_point(|bar| bar.time < start);
    let each = usize::try_from(bar_secs / series.bar_secs.max(1))
        .unwrap_or(1)
        .max(1);
    let bars = series.bars.get(first..).unwrap_or_default();
    let joined = bars.chunks_exact(each).take(count).filter_map(|parts| {
        let (open, close) = (parts.first()?, parts.last()?);
        Some(Bar {
            time: open.time,
            open: open.open,
            high: parts.iter().map(|bar| bar.high).max()?,
            low: parts.iter().map(|bar| bar.low).min()?,
            close: close.close,
            volume: parts
                .iter()
                .fold(0, |sum, bar| bar.volume.saturating_add(sum)),
        })
    });
    joined.collect()
}

fn moves(bars: &[Bar], profile: &Profile) -> Vec<Move> {
    let mut before = bars.first().map_or(1, |bar| bar.open).max(1);
    let mut average = 0u128;
    let mut all = vec![];
    for bar in bars {
        let ratio = |price: u64| {
            let ratio = u128::from(price) * u128::from(ONE) / u128::from(before);
            // A million times the close before is no price.
            u64::try_from(ratio.max(1))
                .unwrap_or(u64::MAX)
                .min(ONE << 20)
        };
        let volume = (bar.volume.saturating_mul(100)).checked_div(average);
        let volume_pct = u64::try_from(volume.unwrap_or(100)).unwrap_or(u64::MAX);
        average = match average {
            0 => bar.volume,
            _ => average.saturating_mul(63).saturating_add(bar.volume) / 64,
        };
        all.push(Move {
            corners: bar.path().map(ratio),
            volume_pct,
            open_interest: profile.at(bar.time),
        });
        before = bar.close.max(1);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(start: u64, bar_secs: u64, prices: &[[u64; 4]]) -> Series {
        let bars = (0u64..).zip(prices).map(|(index, price)| Bar {
            time: start + index * bar_secs,
            open: price[0],
            high: price[1],
            low: price[2],
            close: price[3],
            volume: 1,
        });
        Series {
            symbol: "X".to_owned(),
            source: "x.csv".to_owned(),
            decimals: 0,
            bar_secs,
            bars: bars.collect(),
        }
    }

    #[test]
    fn a_bar_is_seen_from_the_close_before_it_gaps_and_wicks_included() {
        let mut prices = vec![[100, 120, 90, 110]; 30];
        prices[1] = [88, 99, 44, 55];
        let history = History::new(&[series(600, 60, &prices)], &[Profile::constant(7)]).unwrap();
        assert_eq!((history.bars(), history.bar_secs), (30, 60));
        let of_110 = |price: u64| price * ONE / 110;
        // Falling: open, high, low, close.
        assert_eq!(history.markets[0][1].corners, [88, 99, 44, 55].map(of_110));
        assert_eq!(history.markets[0][1].low(), of_110(44));
        // The first bar has no close before it: it opens without a gap.
        assert_eq!(history.markets[0][0].corners[0], ONE);
        assert_eq!(history.largest_open_interest(0), 7);
    }

    #[test]
    fn finer_bars_are_put_together_at_the_same_moments() {
        let fine: Vec<[u64; 4]> = (0..120)
            .map(|i| [100 + i, 200 + i, 50 + i, 101 + i])
            .collect();
        let coarse = vec![[10, 12, 9, 11]; 40];
        let all = [series(120, 60, &fine), series(180, 180, &coarse)];
        let profile = || Profile::constant(1);
        let history = History::new(&all, &[profile(), profile()]).unwrap();
        assert_eq!((history.bar_secs, history.bars()), (180, 39));
        // Minutes 1 to 3 of the fine market: opens at 101, closes at 104, between 51 and 203.
        let first = history.markets[0][0];
        assert_eq!(first.corners[3], 104 * ONE / 101);
        assert_eq!(
            (first.low(), first.high()),
            (51 * ONE / 101, 203 * ONE / 101)
        );
        let odd = [series(0, 60, &fine), series(0, 90, &coarse)];
        assert!(History::new(&odd, &[profile(), profile()]).is_err());
        let short = [series(0, 60, &fine[..20])];
        assert!(History::new(&short, &[profile()]).is_err());
    }
}
