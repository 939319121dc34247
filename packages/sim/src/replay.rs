//! The subcommand `replay`: reads prices, runs, prints.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{command_line, ReplayArgs};
use crate::clock::format_minute;
use crate::engine::{Outcome, Progress, Replay};
use crate::error::{SimError, SimResult};
use crate::prices::{file, scenario, Series, Timeline};
use crate::{plot, table};

/// Most markets of one replay.
pub(crate) const MAX_MARKETS: usize = 16;

/// How often the progress bar is drawn.
const REDRAW: Duration = Duration::from_millis(200);

/// Runs the subcommand.
///
/// # Errors
/// Bad input, options that contradict each other, a violated invariant.
pub fn run(args: &ReplayArgs) -> SimResult<()> {
    if args.list {
        if args.json {
            return Err(SimError::Usage(
                "--list prints a table; it has no JSON".to_owned(),
            ));
        }
        return list(args);
    }
    let outcome = play(args)?;
    if let Some(file) = &args.plot {
        plot::write_svg(file, &outcome)?;
    }
    if let Some(file) = &args.html {
        plot::write_html(file, &outcome)?;
    }
    print(args, &outcome)?;
    match outcome.violation {
        Some(violation) => Err(SimError::Violation(violation)),
        None => Ok(()),
    }
}

/// Reads prices and lives through them.
pub(crate) fn play(args: &ReplayArgs) -> SimResult<Outcome> {
    let series = read_prices(args)?;
    let timeline = Timeline::new(&series, args.window())?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = command_line(&arguments, args.seed);
    let bar = progress_bar(args, &timeline);
    bar.set_message("deploying");
    let replay = Replay::new(args, &series, timeline, command)?;
    let outcome = replay.run(args, &series, |progress| tell(&bar, progress))?;
    bar.finish_and_clear();
    Ok(outcome)
}

pub(crate) fn read_prices(args: &ReplayArgs) -> SimResult<Vec<Series>> {
    if args.prices.len() > MAX_MARKETS {
        return Err(SimError::Usage(format!(
            "{} files of prices were given; expected at most {MAX_MARKETS}",
            args.prices.len()
        )));
    }
    if !args.prices.is_empty() {
        return file::read_all(&args.prices);
    }
    let name = args.scenario_name();
    let found = scenario::find(name)
        .ok_or_else(|| SimError::Usage(format!("there is no scenario {name:?}")))?;
    Ok(found.series(args.seed))
}

fn list(args: &ReplayArgs) -> SimResult<()> {
    let mut entries = vec![];
    for series in file::read_all(&args.prices)? {
        let name = series.source.clone();
        let about = format!(
            "{} to {}",
            format_minute(series.start()),
            format_minute(series.end())
        );
        entries.push((name, about, vec![series]));
    }
    if args.prices.is_empty() {
        for one in &scenario::ALL {
            let about = format!("{}\n({})", one.shaped_after, one.about);
            entries.push((one.name.to_string(), about, one.series(args.seed)));
        }
    }
    put(&table::list(&entries))
}

/// On standard error, and only where somebody looks at it.
fn progress_bar(args: &ReplayArgs, timeline: &Timeline) -> ProgressBar {
    if args.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let length = u64::try_from(timeline.steps.len()).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(5));
    // The message takes what room is left and is cut, so that a narrow terminal sees one line.
    let template = "{bar:20} {percent:>3} %  {eta:>4} left  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(REDRAW);
    bar
}

fn tell(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.step);
    if bar.is_hidden() {
        return;
    }
    let world = progress.world;
    bar.set_message(format!(
        "{}  {} liquidations, {} claims, {} deleveraged, fund {}, {} messages",
        format_minute(progress.time),
        world.ledger.liquidations,
        world.ledger.claims,
        world.ledger.deleveraged,
        world.ledger.level(),
        world.ledger.messages
    ));
}

fn print(args: &ReplayArgs, outcome: &Outcome) -> SimResult<()> {
    if args.json {
        let json = serde_json::to_string_pretty(&outcome.report).map_err(SimError::internal)?;
        return put(&json);
    }
    put(&table::summary(outcome))
}

/// Prints to standard output. A reader that has gone away, as `head` does, is no error.
pub(crate) fn put(text: &str) -> SimResult<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(SimError::internal(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
