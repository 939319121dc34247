//! Built-in crashes: no file is needed.
//!
//! Each is drawn through way-points that follow a crash that happened, with seeded integer noise between
//! them, so that the published figures hold for every seed within one percentage point. "Fall within
//! 15 min" is measured from the open of a bar to the lowest price in the window that begins with it.
//! `cargo ballast replay --list` prints the figures published and the figures of the path itself;
//! `cargo ballast replay --list --prices FILE` those of any file.

mod crashes;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::series::{Bar, Series, VOLUME_DECIMALS};
use crate::random::{stream, Purpose};

/// A figure that a scenario is shaped after.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Market of the scenario, by its place.
    pub market: usize,
    /// Length of the window.
    pub minutes: u64,
    /// What was published, in tenths of a percent: falls negative, rises positive.
    pub per_mille: i64,
}

/// One way-point: the close of a bar, and what the bars up to it look like.
struct Way {
    bar: u32,
    /// Close, in ten-thousandths of the start price.
    close: u32,
    /// Lowest price of this bar where it is lower than the path, same unit; 0: as it comes.
    low: u32,
    /// Highest price of this bar where it is higher than the path.
    high: u32,
    /// Noise of a bar since the last way-point, millionths of the price.
    noise: u32,
    /// Volume of a bar since the last way-point, percent of the quiet one.
    volume: u32,
}

const fn way(bar: u32, close: u32, noise: u32, volume: u32) -> Way {
    Way {
        bar,
        close,
        low: 0,
        high: 0,
        noise,
        volume,
    }
}

const fn dip(bar: u32, close: u32, low: u32, noise: u32, volume: u32) -> Way {
    Way {
        bar,
        close,
        low,
        high: 0,
        noise,
        volume,
    }
}

const fn peak(bar: u32, close: u32, high: u32, noise: u32, volume: u32) -> Way {
    Way {
        bar,
        close,
        low: 0,
        high,
        noise,
        volume,
    }
}

struct Path {
    symbol: &'static str,
    bar_secs: u64,
    start_price: u64,
    decimals: u32,
    /// Base units a quiet bar.
    volume: u64,
    ways: &'static [Way],
}

/// A built-in crash.
pub struct Scenario {
    /// What `--scenario` takes.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// The crash it follows.
    pub shaped_after: &'static str,
    /// File of the shared history that holds it.
    pub file: &'static str,
    /// What was published of it.
    pub figures: &'static [Figure],
    start: u64,
    paths: &'static [Path],
}

/// What a reader gets with plain `cargo ballast replay`.
pub const DEFAULT: &str = "cascade";

/// All built-in crashes.
pub const ALL: [Scenario; 4] = [
    crashes::CASCADE,
    crashes::GAP,
    crashes::V_SHAPE,
    crashes::MANIPULATED,
];

/// The scenario of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    static SCENARIOS: [Scenario; 4] = ALL;
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

const fn fall(minutes: u64, per_mille: i64) -> Figure {
    Figure {
        market: 0,
        minutes,
        per_mille,
    }
}

impl Scenario {
    /// The prices of all markets. The seed moves the noise, not the way-points.
    #[must_use]
    pub fn series(&self, seed: u64) -> Vec<Series> {
        let mut all = vec![];
        for (index, path) in (0u64..).zip(self.paths) {
            let mut rng = stream(seed, Purpose::Prices, index);
            all.push(Series {
                symbol: path.symbol.to_string(),
                source: format!("scenario {}", self.name),
                decimals: path.decimals,
                bar_secs: path.bar_secs,
                bars: path.bars(self.start, &mut rng),
            });
        }
        all
    }
}

impl Path {
    fn bars(&self, start: u64, rng: &mut ChaCha8Rng) -> Vec<Bar> {
        let mut bars = vec![];
        let mut last = i128::from(self.start_price);
        let mut from = &Way {
            bar: 0,
            close: 10_000,
            low: 0,
            high: 0,
            noise: 0,
            volume: 0,
        };
        for way in self.ways {
            let first = if way.bar == 0 {
                0
            } else {
                from.bar.saturating_add(1)
            };
            let count = i128::from(way.bar.saturating_sub(first)) + 1;
            // A random walk, tilted so that it ends at the way-point.
            let walk: Vec<i128> = (0..count)
                .scan(0i128, |sum, _| {
                    *sum += noise(rng, way.noise);
                    Some(*sum)
                })
                .collect();
            let end = walk.last().copied().unwrap_or(0);
            for (step, walked) in (1i128..).zip(&walk) {
                let line = i128::from(from.close) * 1_000_000
                    + (i128::from(way.close) - i128::from(from.close)) * 1_000_000 * step / count;
                let deviation = walked - end * step / count;
                let close = self.price(line + line * deviation / 1_000_000);
                let mut high = last.max(close);
                let mut low = last.min(close);
                high += high * noise(rng, way.noise).abs() / 2_000_000;
                low -= low * noise(rng, way.noise).abs() / 2_000_000;
                if step == count && way.low > 0 {
                    low = low.min(self.price(i128::from(way.low) * 1_000_000));
                }
                if step == count && way.high > 0 {
                    high = high.max(self.price(i128::from(way.high) * 1_000_000));
                }
                let index = u64::try_from(bars.len()).unwrap_or(u64::MAX);
                let spread = rng.gen_range(60u128..140);
                bars.push(Bar {
                    time: start.saturating_add(index.saturating_mul(self.bar_secs)),
                    open: mantissa(last),
                    high: mantissa(high),
                    low: mantissa(low),
                    close: mantissa(close),
                    volume: u128::from(self.volume)
                        * 10u128.pow(VOLUME_DECIMALS)
                        * u128::from(way.volume)
                        * spread
                        / 10_000,
                });
                last = close;
            }
            from = way;
        }
        bars
    }

    /// A price from ten-thousandths of a millionth of the start price, at least 1.
    fn price(&self, level: i128) -> i128 {
        (i128::from(self.start_price) * level / 10_000 / 1_000_000).max(1)
    }
}

fn mantissa(price: i128) -> u64 {
    u64::try_from(price.max(1)).unwrap_or(u64::MAX)
}

/// Between `-size` and `size`, the middle more likely.
fn noise(rng: &mut ChaCha8Rng, size: u32) -> i128 {
    let size = i64::from(size);
    i128::from((rng.gen_range(-size..=size) + rng.gen_range(-size..=size)) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure_of(series: &Series, figure: &Figure) -> i64 {
        let ppm = if figure.per_mille < 0 {
            series.worst_fall_ppm(figure.minutes)
        } else {
            series.best_rise_ppm(figure.minutes)
        };
        ppm.unwrap() / 1_000
    }

    #[test]
    fn paths_have_the_figures_they_are_shaped_after() {
        for scenario in &ALL {
            for seed in 1..=20 {
                let all = scenario.series(seed);
                for figure in scenario.figures {
                    let found = figure_of(&all[figure.market], figure);
                    let difference = (found - figure.per_mille).abs();
                    assert!(
                        difference <= 15,
                        "{} seed {seed} {figure:?}: {found}",
                        scenario.name
                    );
                }
            }
        }
    }

    #[test]
    fn paths_are_whole_and_the_same_for_a_seed() {
        for scenario in &ALL {
            for series in scenario.series(7) {
                assert!(series
                    .bars
                    .windows(2)
                    .all(|pair| pair[1].time - pair[0].time == series.bar_secs
                        && pair[1].open == pair[0].close));
                assert!(series.bars.iter().all(|bar| bar.low > 0
                    && bar.low <= bar.open.min(bar.close)
                    && bar.high >= bar.open.max(bar.close)));
            }
            assert_eq!(scenario.series(7)[0].bars, scenario.series(7)[0].bars);
            assert_ne!(scenario.series(7)[0].bars, scenario.series(8)[0].bars);
        }
    }

    /// The figures are those of the history they name, measured the same way.
    #[test]
    fn figures_are_those_of_the_files() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        if !folder.exists() {
            eprintln!("skipped: {} is not here", folder.display());
            return;
        }
        for scenario in &ALL {
            let series = crate::prices::file::read(&folder.join(scenario.file)).unwrap();
            for figure in scenario.figures {
                let found = figure_of(&series, figure);
                assert!(
                    (found - figure.per_mille).abs() <= 1,
                    "{}: {found}",
                    scenario.name
                );
            }
        }
    }
}
