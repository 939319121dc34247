//! The subcommand `stress`: the same replay with many seeds at once, what became of the fund in each, and the worst of them.

use std::io::IsTerminal;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::cli::{command_line, ReplayArgs, StressArgs};
use crate::engine::Replay;
use crate::error::{SimError, SimResult};
use crate::prices::Timeline;
use crate::replay::{put, read_prices};
use crate::report::{LevelReport, Report};
use crate::table;

/// Quote atoms: a decimal string in JSON, as in the report of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(pub u128);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What became of the fund with one seed.
#[derive(Serialize, Debug, Clone, PartialEq)]
pub struct Fate {
    /// The seed.
    pub seed: u64,
    /// Asked of the fund and not paid, quote atoms.
    pub uncovered: Money,
    /// Lost by counterparties against the oracle price, quote atoms.
    pub counterparties: Money,
    /// Left as deficit at the end, quote atoms.
    pub deficit: Money,
    /// What the fund was down by at its lowest, ppm of its start; 0 where it began with nothing.
    pub depletion_ppm: u64,
    /// Least coverage.
    pub coverage_low: f64,
    /// Worst level.
    pub worst_level: String,
    /// Length of what was replayed, seconds.
    pub replayed_secs: u64,
    /// Seconds from leaving healthy to being there for good; 0 where it never left, none where it was not back at the
    /// end.
    pub recovery_secs: Option<u64>,
}

/// How a figure is distributed over all seeds: the value that this share of them does not exceed (nearest rank).
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
pub struct Distribution<T> {
    /// Half of the seeds.
    pub p50: T,
    /// Nine of ten.
    pub p90: T,
    /// 95 of 100.
    pub p95: T,
    /// 99 of 100.
    pub p99: T,
    /// All.
    pub max: T,
}

/// The result of a stress, for machines.
#[derive(Serialize, Debug, Clone)]
pub struct StressReport {
    /// How many seeds were played.
    pub seeds: usize,
    /// Seeds in which something stayed uncovered.
    pub with_uncovered: usize,
    /// Seeds in which the fund was not back at healthy in the end.
    pub not_recovered: usize,
    /// Uncovered loss, quote atoms.
    pub uncovered: Distribution<Money>,
    /// Depletion, ppm.
    pub depletion_ppm: Distribution<u64>,
    /// Recovery, seconds; seeds that did not recover count as the time replayed.
    pub recovery_secs: Distribution<u64>,
    /// The seed with the largest uncovered loss; of equal ones that with the largest depletion.
    pub worst: Fate,
    /// The command that replays it.
    pub replay: String,
    /// Every seed, in order.
    pub fates: Vec<Fate>,
}

/// Runs the subcommand.
///
/// # Errors
/// Bad input, options that contradict each other, a violated invariant: of the smallest seed that has one.
pub fn run(args: &StressArgs) -> SimResult<()> {
    let replay = &args.replay;
    if replay.list || replay.plot.is_some() || replay.html.is_some() {
        return Err(SimError::Usage(
            "--list, --plot and --html belong to one replay: cargo ballast replay --list"
                .to_owned(),
        ));
    }
    let seeds: Vec<u64> = (0..args.seeds)
        .map(|offset| args.replay.seed.saturating_add(offset))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()
        .map_err(SimError::internal)?;
    let bar = progress_bar(args);
    let played: Vec<SimResult<Fate>> = pool.install(|| {
        seeds
            .par_iter()
            .progress_with(bar.clone())
            .map(|seed| play(args, *seed))
            .collect()
    });
    bar.finish_and_clear();
    let fates = played.into_iter().collect::<SimResult<Vec<_>>>()?;
    let report = summarise(fates)?;
    if args.replay.json {
        return put(&serde_json::to_string_pretty(&report).map_err(SimError::internal)?);
    }
    put(&table(&report))
}

/// On standard error, and only where somebody looks at it.
fn progress_bar(args: &StressArgs) -> ProgressBar {
    if args.replay.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(args.seeds);
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos} of {len} seeds  {eta:>4} left")
    {
        bar.set_style(style);
    }
    bar
}

/// The replay's options with another seed.
fn with_seed(args: &StressArgs, seed: u64) -> ReplayArgs {
    ReplayArgs {
        seed,
        ..args.replay.clone()
    }
}

/// What the options of `stress` are as a command line of `replay`.
fn replay_command(seed: u64) -> String {
    let mut arguments: Vec<String> = vec!["replay".to_owned()];
    let mut given = std::env::args().skip(2);
    while let Some(argument) = given.next() {
        let name = argument.split('=').next().unwrap_or_default();
        match name {
            "--seeds" | "--threads" | "--seed" => {
                if !argument.contains('=') {
                    given.next();
                }
            }
            "--json" => {}
            _ => arguments.push(argument),
        }
    }
    command_line(&arguments, seed)
}

fn play(args: &StressArgs, seed: u64) -> SimResult<Fate> {
    let args = with_seed(args, seed);
    let series = read_prices(&args)?;
    let timeline = Timeline::new(&series, args.window())?;
    let replay = Replay::new(&args, &series, timeline, replay_command(seed))?;
    let outcome = replay.run(&args, &series, |_| {})?;
    match outcome.violation {
        Some(violation) => Err(SimError::Violation(violation)),
        None => fate(&outcome.report),
    }
}

fn fate(report: &Report) -> SimResult<Fate> {
    let atoms = |text: &str| text.parse::<u128>().map(Money).map_err(SimError::internal);
    let (start, low) = (atoms(&report.fund.start)?.0, atoms(&report.fund.low)?.0);
    let lost = start.saturating_sub(low);
    let depletion = crate::decimal::mul_div(lost, 1_000_000, start.max(1));
    Ok(Fate {
        seed: report.seed,
        uncovered: atoms(&report.claims.uncovered)?,
        counterparties: atoms(&report.borne.counterparties)?,
        deficit: atoms(&report.deficit)?,
        depletion_ppm: u64::try_from(depletion).unwrap_or(u64::MAX),
        coverage_low: report.fund.coverage_low,
        worst_level: worst(&report.levels),
        replayed_secs: report.window.to.saturating_sub(report.window.from),
        recovery_secs: recovery(&report.levels),
    })
}

/// From the best to the worst.
const LEVELS: [&str; 5] = ["surplus", "healthy", "watch", "deficient", "critical"];

fn rank(level: &str) -> usize {
    LEVELS
        .iter()
        .position(|name| *name == level)
        .unwrap_or(LEVELS.len())
}

fn worst(levels: &[LevelReport]) -> String {
    levels
        .iter()
        .max_by_key(|level| rank(&level.level))
        .map_or_else(String::new, |level| level.level.clone())
}

fn recovery(levels: &[LevelReport]) -> Option<u64> {
    let fell = |level: &&LevelReport| rank(&level.level) > rank("healthy");
    let Some(first) = levels.iter().find(fell) else {
        return Some(0);
    };
    let last = levels.iter().rposition(|level| fell(&level))?;
    let back = levels.get(last + 1)?;
    Some(back.at.saturating_sub(first.at))
}

/// The value at a share of the sorted figures, nearest rank.
fn distribution<T: Ord + Copy + Default>(mut figures: Vec<T>) -> Distribution<T> {
    figures.sort_unstable();
    let at = |percent: usize| {
        let place = (figures.len() * percent).div_ceil(100).max(1) - 1;
        figures.get(place).copied().unwrap_or_default()
    };
    Distribution {
        p50: at(50),
        p90: at(90),
        p95: at(95),
        p99: at(99),
        max: at(100),
    }
}

fn summarise(fates: Vec<Fate>) -> SimResult<StressReport> {
    let badness = |fate: &&Fate| (fate.uncovered, fate.depletion_ppm);
    let worst = fates
        .iter()
        .max_by_key(badness)
        .cloned()
        .ok_or_else(|| SimError::internal("no seed was played"))?;
    let recovery = fates
        .iter()
        .map(|fate| fate.recovery_secs.unwrap_or(fate.replayed_secs))
        .collect();
    Ok(StressReport {
        seeds: fates.len(),
        with_uncovered: fates.iter().filter(|fate| fate.uncovered.0 > 0).count(),
        not_recovered: fates
            .iter()
            .filter(|fate| fate.recovery_secs.is_none())
            .count(),
        uncovered: distribution(fates.iter().map(|fate| fate.uncovered).collect()),
        depletion_ppm: distribution(fates.iter().map(|fate| fate.depletion_ppm).collect()),
        recovery_secs: distribution(recovery),
        replay: replay_command(worst.seed),
        worst,
        fates,
    })
}

pub(crate) fn units(money: Money) -> String {
    table::money(&money.0.to_string())
}

pub(crate) fn percent(ppm: u64) -> String {
    format!("{}.{} %", ppm / 10_000, ppm % 10_000 / 1_000)
}

fn duration(secs: u64) -> String {
    let minutes = secs / 60;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

fn row<T: Copy>(figures: &Distribution<T>, show: fn(T) -> String) -> [String; 5] {
    let Distribution {
        p50,
        p90,
        p95,
        p99,
        max,
    } = *figures;
    [p50, p90, p95, p99, max].map(show)
}

fn table(report: &StressReport) -> String {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    let bold = |text: &str| Cell::new(text).add_attribute(Attribute::Bold);
    let title = format!("{} seeds", report.seeds);
    table.set_header([title.as_str(), "half", "90 %", "95 %", "99 %", "all"].map(bold));
    let rows = [
        ("uncovered loss, at most", row(&report.uncovered, units)),
        (
            "fund depleted by, at most",
            row(&report.depletion_ppm, percent),
        ),
        (
            "back at healthy within",
            row(&report.recovery_secs, duration),
        ),
    ];
    for (name, figures) in rows {
        let figures = figures.map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
        table.add_row([vec![Cell::new(name)], figures.into()].concat());
    }
    let worst = &report.worst;
    format!(
        "{table}\n{} of {} seeds left something uncovered; {} were not back at healthy in the end (counted as the whole time).\n\
         worst: seed {}, uncovered {}, counterparties lost {}, fund down {}, coverage {:.3}, level {}\n  {}",
        report.with_uncovered,
        report.seeds,
        report.not_recovered,
        worst.seed,
        units(worst.uncovered),
        units(worst.counterparties),
        percent(worst.depletion_ppm),
        worst.coverage_low,
        worst.worst_level,
        report.replay
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(names: &[(&str, u64)]) -> Vec<LevelReport> {
        names
            .iter()
            .map(|(level, at)| LevelReport {
                at: *at,
                level: (*level).to_owned(),
            })
            .collect()
    }

    #[test]
    fn recovery_is_from_the_first_fall_to_the_last_return() {
        let never = levels(&[("surplus", 0), ("healthy", 5)]);
        assert_eq!(recovery(&never), Some(0));
        let twice = levels(&[
            ("healthy", 0),
            ("watch", 10),
            ("healthy", 20),
            ("critical", 30),
            ("deficient", 40),
            ("surplus", 55),
            ("healthy", 60),
        ]);
        assert_eq!(recovery(&twice), Some(45));
        assert_eq!(worst(&twice), "critical");
        let down = levels(&[("healthy", 0), ("deficient", 10)]);
        assert_eq!(recovery(&down), None);
    }

    #[test]
    fn shares_are_of_the_nearest_rank() {
        let figures = distribution((1..=20u64).rev().collect());
        let Distribution {
            p50,
            p90,
            p95,
            p99,
            max,
        } = figures;
        assert_eq!([p50, p90, p95, p99, max], [10, 18, 19, 20, 20]);
        assert_eq!(distribution(vec![7u64]).p50, 7);
    }

    #[test]
    fn figures_are_readable() {
        assert_eq!(units(Money(1_234_567_890)), "1,234.57");
        assert_eq!(percent(123_456), "12.3 %");
        assert_eq!(duration(3_725), "1 h 02 min");
    }
}
