//! The subcommand `size`: how large the fund has to be, with which risk weights and caps, so that uncovered loss stays
//! less probable than chosen.
//!
//! * [`history`], [`open_interest`]: what happened, all markets bar by bar;
//! * [`bootstrap`]: paths of it;
//! * [`losses`], [`book`]: what a path asks of the fund;
//! * [`fund`]: what a fund pays of it, by the contract's own code;
//! * [`sizing`], [`search`], [`statistics`]: the smallest fund that holds, and how sure that is;
//! * [`verify`]: the worst stretches through the real contracts;
//! * [`proposal`], [`report`]: the messages to send, and the result.

pub mod arguments;
pub mod book;
pub mod bootstrap;
pub mod closing;
pub mod fund;
pub mod history;
pub mod losses;
pub mod open_interest;
pub mod proposal;
pub mod report;
pub mod search;
pub mod sizing;
pub mod statistics;
pub mod verify;

use std::io::IsTerminal;

use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;

pub use arguments::SizeArgs;
use bootstrap::{default_block, Path};
use history::History;
use losses::{Event, Model};
use open_interest::Profile;
use report::{Asked, SizeReport};
use search::{parts_of, Judge};
use sizing::{Basis, Sizing};
use verify::{Stretch, Verifier};

use crate::cli::command_line;
use crate::error::{SimError, SimResult};
use crate::generated;
use crate::prices::{file, Series};
use crate::replay::{put, MAX_MARKETS};

/// Runs the subcommand.
///
/// # Errors
/// Bad input, options that contradict each other, a target that so few draws cannot show.
pub fn run(args: &SizeArgs) -> SimResult<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()
        .map_err(SimError::internal)?;
    pool.install(|| size(args))
}

fn size(args: &SizeArgs) -> SimResult<()> {
    let target = f64::from(args.probability.0) / 1_000_000.0;
    let most_uncovered = statistics::most_uncovered(args.draws, target)?;
    proposal::check_options(args)?;
    let series = read_prices(args)?;
    let profiles = read_profiles(args)?;
    let history = History::new(&series, &profiles)?;
    check_open_interest(&history, &series)?;
    let parameters = proposal::base_parameters(args.fund_config.as_deref())?;
    let block = args
        .block
        .unwrap_or_else(|| default_block(history.bars(), history.bar_secs));
    let model = Model::new(
        args.leverage.clone(),
        history.bars_of(args.holding),
        args.depth,
        args.keeper_delay,
        parameters.premium_base_rate_ppm,
    )?;
    let basis = Basis {
        parameters,
        symbols: series.iter().map(|one| one.symbol.clone()).collect(),
        caps: (0..series.len())
            .map(|market| history.largest_open_interest(market))
            .collect(),
        stake: args.stake,
        bar_secs: history.bar_secs,
    };
    let command = command_line(&std::env::args().skip(1).collect::<Vec<_>>(), args.seed);

    let drawn = draw(args, &history, &model, block)?;
    let paths: Vec<Vec<Event>> = drawn.iter().map(|(_, events)| events.clone()).collect();
    let judge = Judge {
        basis: &basis,
        paths: &paths,
        most_uncovered,
    };
    let sizing = search(args, &judge, series.len())?;
    let fates = judge.fates(&sizing)?;
    let asked = Asked {
        command: &command,
        block,
        draws: args.draws,
        horizon_secs: args.horizon,
        target_ppm: args.probability.0,
    };
    let mut report = report::report(&asked, &history, &series, &sizing, &fates)?;

    let verifier = Verifier {
        history: &history,
        model: &model,
        sizing: &sizing,
        symbols: &basis.symbols,
        seed: args.seed,
        block,
        bars: args.verify_bars,
    };
    report.verification = verify(args, &verifier, &drawn, &fates)?;
    if let Some(file) = &args.write {
        let proposal = proposal::proposal(args, &series, &sizing, &model.parameters, command)?;
        let text = serde_json::to_string_pretty(&proposal).map_err(SimError::internal)?;
        generated::write_file(file, &format!("{text}\n"))?;
    }
    print(args, &report)
}

fn print(args: &SizeArgs, report: &SizeReport) -> SimResult<()> {
    if args.json {
        return put(&serde_json::to_string_pretty(report).map_err(SimError::internal)?);
    }
    put(&report::text(report))
}

fn read_prices(args: &SizeArgs) -> SimResult<Vec<Series>> {
    if args.prices.len() > MAX_MARKETS {
        return Err(SimError::Usage(format!(
            "{} files of prices were given; expected at most {MAX_MARKETS}",
            args.prices.len()
        )));
    }
    file::read_all(&args.prices)
}

fn read_profiles(args: &SizeArgs) -> SimResult<Vec<Profile>> {
    if args.open_interest.len() != args.prices.len() {
        return Err(SimError::Usage(format!(
            "{} files of prices and {} of --open-interest were given; expected one for each, in the same order",
            args.prices.len(),
            args.open_interest.len()
        )));
    }
    args.open_interest
        .iter()
        .map(|text| Profile::read(text))
        .collect()
}

/// A profile that begins after the prices end, or is zero for as long as they last, says nothing.
fn check_open_interest(history: &History, series: &[Series]) -> SimResult<()> {
    for (market, one) in history.markets.iter().zip(series) {
        if market.iter().all(|bar| bar.open_interest == 0) {
            return Err(SimError::Usage(format!(
                "{}: its open interest is zero for as long as its prices last; expected a profile of the same time",
                one.source
            )));
        }
    }
    Ok(())
}

/// On standard error, and only where somebody looks at it.
fn progress(args: &SizeArgs, length: u64, what: &'static str) -> ProgressBar {
    if args.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos} of {len} {msg}  {eta:>4} left")
    {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}

/// Paths that ask for anything, with their numbers: those that ask for most first.
fn draw(
    args: &SizeArgs,
    history: &History,
    model: &Model,
    block: u64,
) -> SimResult<Vec<(u64, Vec<Event>)>> {
    let length = usize::try_from(history.bars_of(args.horizon)).map_err(SimError::internal)?;
    let bar = progress(args, args.draws, "paths");
    let drawn: SimResult<Vec<(u64, Vec<Event>)>> = (0..args.draws)
        .into_par_iter()
        .progress_with(bar.clone())
        .map(|draw| {
            let path = Path::new(args.seed, draw, history.bars(), block).take(length);
            Ok((draw, model.losses(history, path)?))
        })
        .collect();
    bar.finish_and_clear();
    let mut drawn = drawn?;
    drawn.retain(|(_, events)| !events.is_empty());
    let asked = |events: &[Event]| events.iter().map(|event| event.claim).sum::<u128>();
    drawn.sort_by_cached_key(|(draw, events)| (std::cmp::Reverse(asked(events)), *draw));
    Ok(drawn)
}

fn search(args: &SizeArgs, judge: &Judge, markets: usize) -> SimResult<Sizing> {
    let draws = usize::try_from(args.draws).map_err(SimError::internal)?;
    let parts = parts_of(judge.paths, markets, draws);
    let splits = u64::try_from(parts.len()).unwrap_or(1) * 8;
    let bar = progress(args, splits, "ways to divide the fund");
    let (sizing, _) = judge.smallest(&parts, |_| bar.inc(1))?;
    bar.finish_and_clear();
    judge.tighten(&sizing)
}

/// The worst stretches through the contracts; none where none was asked for or nothing ever happens.
fn verify(
    args: &SizeArgs,
    verifier: &Verifier,
    drawn: &[(u64, Vec<Event>)],
    fates: &[fund::Fate],
) -> SimResult<Option<report::Verification>> {
    let mut worst: Vec<(u64, &fund::Fate)> =
        drawn.iter().map(|(draw, _)| *draw).zip(fates).collect();
    worst.sort_by_key(|(draw, fate)| {
        let badness = (fate.uncovered, fate.worst_claim);
        (std::cmp::Reverse(badness), *draw)
    });
    let count = usize::try_from(args.verify).map_err(SimError::internal)?;
    let stretches: Vec<Stretch> = worst
        .into_iter()
        .take(count)
        .map(|(draw, fate)| Stretch {
            draw,
            worst_bar: fate.worst_bar,
        })
        .collect();
    if stretches.is_empty() {
        return Ok(None);
    }
    let length = u64::try_from(stretches.len()).unwrap_or(u64::MAX);
    let bar = progress(args, length, "stretches through the contracts");
    let played = verifier.play(&stretches, || bar.inc(1))?;
    bar.finish_and_clear();
    Ok(Some(report::verification(played)))
}
