//! Built-in crashes: no file is needed.
//!
//! Each is drawn through way-points that follow a crash that happened, with seeded integer noise between
//! them, so that the published figures hold for every seed within a few tenths of a percent. "Fall within
//! 15 min" is measured from the open of a bar to the lowest price in the window that begins with it.
//! `cargo ballast replay --list` prints the figures published and the figures of the path itself;
//! `cargo ballast replay --list --prices FILE` those of any file.

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
    Way { bar, close, low: 0, high: 0, noise, volume }
}

const fn dip(bar: u32, close: u32, low: u32, noise: u32, volume: u32) -> Way {
    Way { bar, close, low, high: 0, noise, volume }
}

const fn peak(bar: u32, close: u32, high: u32, noise: u32, volume: u32) -> Way {
    Way { bar, close, low: 0, high, noise, volume }
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
pub const ALL: [Scenario; 4] = [CASCADE, GAP, V_SHAPE, MANIPULATED];

/// The scenario of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    static SCENARIOS: [Scenario; 4] = ALL;
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

const fn fall(minutes: u64, per_mille: i64) -> Figure {
    Figure { market: 0, minutes, per_mille }
}

/// Twelve hours of one-minute bars: positions build up, two slides, the cascade at minute 219, a long
/// recovery in which fees refill the fund.
const CASCADE: Scenario = Scenario {
    name: "cascade",
    about: "a liquid market slides for hours, then falls through its liquidations within minutes and recovers",
    shaped_after: "BTC on 19 May 2021: -14.9 % within 15 min, -22.6 % within 1 h, -26.0 % within 4 h",
    file: "2021-05_BTCUSDT_binance-spot_1m.csv",
    figures: &[fall(15, -149), fall(60, -226), fall(240, -260)],
    start: 1_621_416_600,
    paths: &[Path {
        symbol: "BTC-PERP",
        bar_secs: 60,
        start_price: 4_046_239,
        decimals: 2,
        volume: 110,
        ways: &[
            way(0, 10_000, 300, 100),
            way(60, 9_980, 500, 100),
            way(105, 9_890, 500, 120),
            way(120, 9_745, 700, 160),
            way(149, 9_640, 700, 160),
            way(165, 9_570, 900, 160),
            way(179, 9_469, 1_000, 160),
            way(194, 9_004, 1_200, 200),
            way(198, 8_880, 1_200, 350),
            dip(205, 8_096, 8_029, 1_500, 600),
            way(207, 8_651, 2_000, 450),
            way(209, 8_708, 2_000, 400),
            way(213, 8_107, 1_500, 400),
            way(216, 8_175, 1_200, 350),
            dip(219, 7_439, 7_414, 1_200, 600),
            way(221, 7_933, 2_000, 600),
            way(225, 8_221, 1_500, 350),
            way(229, 8_733, 1_500, 400),
            way(231, 8_190, 1_500, 350),
            way(234, 8_525, 1_500, 300),
            way(239, 8_304, 1_200, 250),
            way(254, 9_245, 1_200, 330),
            way(269, 8_863, 1_200, 290),
            way(284, 8_671, 1_000, 250),
            way(314, 8_726, 1_000, 170),
            way(329, 9_273, 1_000, 200),
            way(344, 9_153, 1_000, 190),
            way(389, 9_223, 900, 160),
            way(404, 9_018, 900, 150),
            way(434, 9_746, 900, 200),
            way(464, 9_881, 800, 180),
            way(494, 9_673, 800, 120),
            way(539, 9_314, 800, 110),
            way(584, 9_549, 700, 100),
            way(629, 9_810, 700, 100),
            way(659, 9_489, 700, 100),
            way(719, 9_700, 600, 100),
        ],
    }],
};

/// Two days of 15-minute bars: a token dies, half of what is left of its price in a single bar.
const GAP: Scenario = Scenario {
    name: "gap",
    about: "a failing token loses half its price in a single 15-minute bar: no book could have caught it",
    shaped_after: "FTT on 8 November 2022: -49.7 % within 15 min, -71.3 % within 1 h, -88.8 % within 24 h",
    file: "2022-11_FTTUSDT_binance-spot_15m.csv",
    figures: &[fall(15, -497), fall(60, -713), fall(1_440, -888)],
    start: 1_667_847_600,
    paths: &[Path {
        symbol: "FTT-PERP",
        bar_secs: 900,
        start_price: 220_800,
        decimals: 4,
        volume: 20_000,
        ways: &[
            way(0, 10_000, 800, 100),
            way(30, 9_914, 1_500, 100),
            dip(31, 8_723, 8_007, 1_500, 700),
            way(32, 8_324, 2_500, 400),
            dip(33, 8_062, 7_717, 2_500, 400),
            way(38, 7_758, 3_000, 200),
            way(41, 7_015, 4_000, 250),
            way(46, 7_776, 4_000, 200),
            way(58, 8_315, 3_000, 120),
            way(65, 7_627, 3_000, 200),
            way(77, 7_160, 3_000, 150),
            way(83, 6_563, 4_000, 250),
            peak(84, 8_918, 9_601, 2_000, 1_500),
            way(86, 8_342, 4_000, 800),
            way(89, 7_595, 4_000, 400),
            way(90, 6_916, 3_000, 400),
            way(91, 5_186, 2_000, 1_200),
            dip(92, 4_266, 3_863, 2_000, 3_000),
            way(93, 4_497, 2_000, 1_800),
            way(94, 3_976, 2_000, 2_000),
            dip(95, 3_166, 2_944, 2_000, 1_800),
            dip(96, 2_763, 2_582, 2_000, 3_000),
            dip(97, 1_431, 1_390, 1_000, 5_000),
            dip(98, 1_929, 1_125, 2_000, 7_000),
            way(99, 2_092, 4_000, 3_000),
            way(104, 2_503, 8_000, 2_000),
            way(107, 2_764, 8_000, 2_000),
            way(112, 2_398, 6_000, 1_500),
            way(120, 2_749, 6_000, 1_000),
            way(127, 2_182, 6_000, 500),
            way(134, 1_934, 6_000, 600),
            way(191, 1_700, 5_000, 200),
        ],
    }],
};

/// Twelve hours of five-minute bars: longs are liquidated on the way down, then shorts on the way up.
const V_SHAPE: Scenario = Scenario {
    name: "v-shape",
    about: "a fall that takes the longs, then within an hour a rise that takes the shorts",
    shaped_after: "ETH in the night of 12 to 13 March 2020: -34.7 % within 4 h, then +57.6 % within 75 min",
    file: "2020-03_ETHUSDT_binance-spot_5m.csv",
    figures: &[fall(240, -347), fall(75, 576)],
    start: 1_584_043_200,
    paths: &[Path {
        symbol: "ETH-PERP",
        bar_secs: 300,
        start_price: 13_099,
        decimals: 2,
        volume: 9_000,
        ways: &[
            way(0, 10_000, 1_000, 100),
            way(26, 10_104, 1_800, 100),
            way(29, 9_890, 2_000, 120),
            way(35, 9_715, 2_500, 100),
            dip(38, 9_271, 9_059, 3_000, 250),
            dip(41, 8_592, 7_794, 4_000, 450),
            dip(44, 8_282, 7_950, 5_000, 350),
            dip(47, 8_231, 7_726, 5_000, 400),
            way(50, 8_469, 4_000, 380),
            way(53, 8_263, 3_000, 250),
            way(59, 8_160, 3_000, 280),
            way(65, 8_183, 2_000, 150),
            way(68, 8_101, 2_000, 150),
            dip(71, 7_376, 7_329, 2_500, 300),
            dip(74, 6_745, 6_663, 2_500, 350),
            dip(75, 6_850, 6_565, 2_000, 400),
            way(77, 7_327, 2_500, 400),
            way(80, 9_068, 3_000, 550),
            way(83, 8_483, 3_000, 300),
            way(86, 8_885, 3_000, 280),
            peak(88, 9_900, 10_347, 3_000, 400),
            way(89, 10_073, 3_000, 400),
            way(92, 9_575, 4_000, 280),
            way(98, 9_227, 4_000, 200),
            way(107, 8_375, 3_000, 250),
            way(113, 9_214, 3_000, 200),
            way(122, 9_126, 2_500, 160),
            way(131, 9_629, 2_500, 160),
            way(143, 9_717, 2_500, 120),
        ],
    }],
};

/// Five days: a thin market is bid up and let fall, next to a quiet one with shorter bars that the same
/// accounts hold.
const MANIPULATED: Scenario = Scenario {
    name: "manipulated-market",
    about: "a thin market is bid up for days and let fall, while the accounts it ruins also hold a quiet one",
    shaped_after: "YFI on 18 November 2023: -24.2 % within 1 h, -40.6 % within 4 h, -46.8 % within 24 h",
    file: "2023-11_YFIUSDT_binance-spot_1h.csv",
    figures: &[fall(60, -242), fall(240, -406), fall(1_440, -468)],
    start: 1_700_006_400,
    paths: &[
        Path {
            symbol: "YFI-PERP",
            bar_secs: 3_600,
            start_price: 102_400,
            decimals: 1,
            volume: 80,
            ways: &[
                way(0, 10_000, 2_000, 100),
                way(3, 9_922, 3_000, 100),
                way(7, 10_403, 4_000, 120),
                way(11, 10_610, 4_000, 120),
                way(15, 10_919, 5_000, 200),
                way(19, 11_406, 5_000, 350),
                way(23, 11_480, 4_000, 120),
                way(27, 12_435, 5_000, 350),
                way(31, 12_537, 4_000, 250),
                way(35, 13_696, 6_000, 600),
                way(39, 14_183, 5_000, 500),
                way(43, 13_157, 5_000, 330),
                way(47, 13_815, 5_000, 220),
                way(51, 13_637, 4_000, 220),
                way(55, 14_191, 4_000, 200),
                peak(57, 14_700, 15_581, 4_000, 600),
                way(59, 14_236, 4_000, 600),
                way(63, 13_397, 5_000, 330),
                way(67, 13_906, 4_000, 240),
                way(71, 14_203, 3_000, 100),
                way(72, 13_806, 2_000, 200),
                way(73, 13_577, 2_000, 300),
                way(74, 13_201, 2_000, 450),
                dip(75, 12_355, 12_212, 2_000, 1_000),
                dip(76, 10_643, 10_484, 1_000, 1_200),
                dip(77, 8_757, 8_065, 1_000, 9_000),
                way(78, 8_998, 4_000, 3_500),
                way(79, 8_933, 3_000, 2_500),
                way(83, 8_867, 3_000, 1_000),
                way(87, 8_884, 3_000, 400),
                way(91, 9_482, 4_000, 500),
                way(95, 9_454, 4_000, 300),
                way(99, 8_938, 3_000, 250),
                way(107, 9_045, 3_000, 200),
                way(115, 9_088, 2_000, 100),
                way(119, 8_618, 3_000, 220),
            ],
        },
        Path {
            symbol: "BTC-PERP",
            bar_secs: 900,
            start_price: 365_000,
            decimals: 1,
            volume: 400,
            ways: &[
                way(0, 10_000, 500, 100),
                way(120, 10_080, 900, 100),
                way(240, 9_950, 900, 120),
                way(290, 9_990, 900, 100),
                way(320, 9_900, 1_100, 160),
                way(400, 10_050, 900, 100),
                way(479, 10_120, 900, 100),
            ],
        },
    ],
};

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
        let mut from = &Way { bar: 0, close: 10_000, low: 0, high: 0, noise: 0, volume: 0 };
        for way in self.ways {
            let first = if way.bar == 0 { 0 } else { from.bar.saturating_add(1) };
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
                    assert!(difference <= 15, "{} seed {seed} {figure:?}: {found}", scenario.name);
                }
            }
        }
    }

    #[test]
    fn paths_are_whole_and_the_same_for_a_seed() {
        for scenario in &ALL {
            for series in scenario.series(7) {
                assert!(series.bars.windows(2).all(|pair| pair[1].time - pair[0].time
                    == series.bar_secs
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
                assert!((found - figure.per_mille).abs() <= 1, "{}: {found}", scenario.name);
            }
        }
    }
}
