//! Several markets on one clock: each moves at its own bars, over the time they share.

use super::series::{relative_ppm, Series};
use crate::error::{SimError, SimResult};

/// Shortest time between two prices of a market, seconds: below it there is no room for blocks in which
/// anybody could act.
const MIN_STEP_SECS: u64 = 4;

/// How far back "recently" reaches for [`Step::stress_ppm`], seconds.
const STRESS_WINDOW_SECS: u64 = 900;

/// Which part of the history is replayed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// First moment, seconds.
    pub from: Option<u64>,
    /// Last moment, seconds, exclusive.
    pub to: Option<u64>,
    /// At most so many bars of the market with the shortest ones.
    pub bars: Option<u64>,
    /// Prices a leg of a bar's path; 1 where the price jumps from one to the next.
    pub steps: u64,
}

/// A moment at which at least one market has a new price.
#[derive(Clone, Debug)]
pub struct Step {
    /// Seconds since the Unix epoch.
    pub time: u64,
    /// Seconds until the next step.
    pub length: u64,
    /// Price of every market now.
    pub prices: Vec<u64>,
    /// How far every market moved in the last quarter of an hour, ppm, without sign: the largest distance
    /// between the price now and any price then.
    pub stress_ppm: Vec<u64>,
    /// Volume of every market's bar relative to its recent average, percent.
    pub volume_pct: Vec<u64>,
    /// True for the last step of a bar of the market with the shortest bars.
    pub ends_bar: bool,
}

/// All steps in order.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// First moment, seconds.
    pub from: u64,
    /// Last moment, seconds, exclusive.
    pub to: u64,
    /// Bars of the market with the shortest ones.
    pub bars: u64,
    /// Bars of every market that lie in the window, at least in part.
    pub market_bars: Vec<u64>,
    /// In order of time.
    pub steps: Vec<Step>,
}

/// A new price of one market.
struct Point {
    time: u64,
    price: u64,
    volume_pct: u64,
}

impl Timeline {
    /// Lays the series over each other.
    ///
    /// # Errors
    /// [`SimError::Usage`] where they share no time, the window is empty, or bars are too short.
    pub fn new(all: &[Series], window: Window) -> SimResult<Self> {
        let shortest = all.iter().map(|series| series.bar_secs).min().unwrap_or(60);
        let (from, to) = common_time(all, window, shortest)?;
        let mut points = vec![];
        for series in all {
            points.push(points_of(series, window.steps.max(1))?);
        }
        let mut times: Vec<u64> = points
            .iter()
            .flatten()
            .map(|point| point.time)
            .filter(|time| *time > from && *time < to)
            .collect();
        times.push(from);
        times.sort_unstable();
        times.dedup();
        let mut steps = steps_of(&points, &times);
        mark_bars(&mut steps, from, to, shortest);
        Ok(Self {
            from,
            to,
            bars: to.saturating_sub(from).div_ceil(shortest),
            market_bars: all
                .iter()
                .map(|series| {
                    let inside =
                        |time: u64| time < to && time.saturating_add(series.bar_secs) > from;
                    let count = series.bars.iter().filter(|bar| inside(bar.time)).count();
                    u64::try_from(count).unwrap_or(u64::MAX)
                })
                .collect(),
            steps,
        })
    }
}

/// The time that all series share, cut to the window asked for.
fn common_time(all: &[Series], window: Window, shortest: u64) -> SimResult<(u64, u64)> {
    use crate::clock::format_minute as show;
    let start = all.iter().map(Series::start).max().unwrap_or(0);
    let end = all.iter().map(Series::end).min().unwrap_or(0);
    if start >= end {
        let list: Vec<String> = all
            .iter()
            .map(|series| {
                format!(
                    "  {}: {} to {}",
                    series.source,
                    show(series.start()),
                    show(series.end())
                )
            })
            .collect();
        return Err(SimError::Usage(format!(
            "the files share no time; expected histories that overlap, found\n{}",
            list.join("\n")
        )));
    }
    let from = window.from.unwrap_or(start).max(start);
    // Whole bars of the finest market, so that "bars" means what it says.
    let from = start.saturating_add((from - start).div_ceil(shortest).saturating_mul(shortest));
    let mut to = window.to.unwrap_or(end).min(end);
    if let Some(bars) = window.bars {
        to = to.min(from.saturating_add(bars.saturating_mul(shortest)));
    }
    if from >= to {
        return Err(SimError::Usage(format!(
            "nothing is left to replay: --from (before --to), --to and --bars leave no bar of {} to {}",
            show(start),
            show(end)
        )));
    }
    Ok((from, to))
}

fn points_of(series: &Series, steps: u64) -> SimResult<Vec<Point>> {
    let slot = series.bar_secs / 4;
    let step = slot / steps;
    if step < MIN_STEP_SECS {
        return Err(SimError::Usage(format!(
            "{}: bars of {} s with --steps {steps} leave {step} s between two prices; expected at least {} s",
            series.source, series.bar_secs, MIN_STEP_SECS
        )));
    }
    let mut points = vec![];
    let mut average = 0u128;
    for bar in &series.bars {
        let volume_pct = bar
            .volume
            .saturating_mul(100)
            .checked_div(average)
            .unwrap_or(100);
        let volume_pct = u64::try_from(volume_pct).unwrap_or(u64::MAX);
        average = if average == 0 {
            bar.volume
        } else {
            average.saturating_mul(63).saturating_add(bar.volume) / 64
        };
        let mut before = bar.open;
        for (index, price) in (0u64..).zip(bar.path()) {
            let legs = if index == 0 { 1 } else { steps };
            for leg in 1..=legs {
                points.push(Point {
                    time: bar.time + index * slot + (leg - 1) * step,
                    price: between(before, price, leg, legs),
                    volume_pct,
                });
            }
            before = price;
        }
    }
    Ok(points)
}

fn between(from: u64, to: u64, leg: u64, legs: u64) -> u64 {
    let (from, to) = (i128::from(from), i128::from(to));
    let price = from + (to - from) * i128::from(leg) / i128::from(legs.max(1));
    u64::try_from(price.max(1)).unwrap_or(u64::MAX)
}

fn steps_of(points: &[Vec<Point>], times: &[u64]) -> Vec<Step> {
    let mut steps: Vec<Step> = vec![];
    let mut next = vec![0usize; points.len()];
    for time in times {
        let mut prices = vec![];
        let mut volumes = vec![];
        for (market, cursor) in points.iter().zip(next.iter_mut()) {
            while market
                .get(*cursor + 1)
                .is_some_and(|point| point.time <= *time)
            {
                *cursor += 1;
            }
            let point = market.get(*cursor);
            prices.push(point.map_or(1, |point| point.price));
            volumes.push(point.map_or(100, |point| point.volume_pct));
        }
        let recent = steps
            .iter()
            .rev()
            .take_while(|step| step.time.saturating_add(STRESS_WINDOW_SECS) >= *time);
        let mut stress = vec![0u64; prices.len()];
        // At least the step before, however long ago.
        let recent: Vec<&Step> = match steps.last() {
            Some(last) if last.time.saturating_add(STRESS_WINDOW_SECS) < *time => vec![last],
            _ => recent.collect(),
        };
        for step in recent {
            for ((most, now), then) in stress.iter_mut().zip(&prices).zip(&step.prices) {
                *most = (*most).max(relative_ppm(*now, *then).unsigned_abs());
            }
        }
        steps.push(Step {
            time: *time,
            length: 0,
            prices,
            stress_ppm: stress,
            volume_pct: volumes,
            ends_bar: false,
        });
    }
    steps
}

fn mark_bars(steps: &mut [Step], from: u64, to: u64, shortest: u64) {
    let next: Vec<u64> = steps
        .iter()
        .skip(1)
        .map(|step| step.time)
        .chain([to])
        .collect();
    for (step, next) in steps.iter_mut().zip(next) {
        step.length = next.saturating_sub(step.time);
        let bar = |time: u64| time.saturating_sub(from).checked_div(shortest);
        step.ends_bar = next >= to || bar(next) != bar(step.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::Bar;

    fn series(start: u64, bar_secs: u64, count: u64, price: u64) -> Series {
        Series {
            symbol: "X".to_string(),
            source: "x.csv".to_string(),
            decimals: 0,
            bar_secs,
            bars: (0..count)
                .map(|index| Bar {
                    time: start + index * bar_secs,
                    open: price,
                    high: price + 20,
                    low: price - 20,
                    close: price + 10,
                    volume: 1,
                })
                .collect(),
        }
    }

    fn window() -> Window {
        Window {
            steps: 1,
            ..Window::default()
        }
    }

    #[test]
    fn markets_with_different_bars_move_at_their_own() {
        let timeline = Timeline::new(
            &[series(0, 900, 8, 100), series(1_800, 3_600, 1, 1_000)],
            window(),
        )
        .unwrap();
        assert_eq!(
            (timeline.from, timeline.to, timeline.bars),
            (1_800, 5_400, 4)
        );
        assert_eq!(timeline.market_bars, vec![4, 1]);
        assert_eq!(timeline.steps.len(), 16);
        assert_eq!(timeline.steps[0].prices, vec![100, 1_000]);
        assert_eq!(timeline.steps[1].prices, vec![80, 1_000]);
        assert_eq!(timeline.steps[4].prices, vec![100, 980]);
        assert_eq!(timeline.steps[15].prices, vec![110, 1_010]);
        assert_eq!(
            timeline.steps.iter().filter(|step| step.ends_bar).count(),
            4
        );
        assert!(timeline.steps.iter().all(|step| step.length == 225));
    }

    #[test]
    fn windows_cut_at_whole_bars() {
        let all = [series(0, 60, 100, 100)];
        let cut = Timeline::new(
            &all,
            Window {
                from: Some(61),
                to: Some(100_000),
                bars: Some(3),
                steps: 2,
            },
        )
        .unwrap();
        assert_eq!((cut.from, cut.to, cut.bars), (120, 300, 3));
        assert_eq!(cut.steps.len(), 21);
        assert_eq!(cut.steps[1].prices, vec![90]);
        assert!(Timeline::new(
            &all,
            Window {
                from: Some(6_000),
                ..window()
            }
        )
        .is_err());
        assert!(Timeline::new(
            &all,
            Window {
                steps: 8,
                ..window()
            }
        )
        .is_err());
    }

    #[test]
    fn histories_must_overlap() {
        let error = Timeline::new(
            &[series(0, 60, 10, 100), series(600, 60, 10, 100)],
            window(),
        )
        .unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("share no time"), "{error}");
    }

    #[test]
    fn stress_is_the_largest_recent_move() {
        let timeline = Timeline::new(&[series(0, 60, 3, 100)], window()).unwrap();
        assert_eq!(timeline.steps[0].stress_ppm, vec![0]);
        assert_eq!(timeline.steps[1].stress_ppm, vec![200_000]);
        assert_eq!(timeline.steps[2].stress_ppm, vec![500_000]);
    }
}
