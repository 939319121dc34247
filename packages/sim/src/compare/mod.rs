//! The subcommand `compare`: one replay, and the same losses under the rules of others, settled at the same time.
//!
//! What is held equal and what each venue does by itself: [`venue`].

pub mod fund;
pub mod queue;
mod table;
pub mod venue;

use clap::Args;
use serde::Serialize;

use crate::cli::ReplayArgs;
use crate::error::{SimError, SimResult};
use crate::replay::{play, put};
use crate::report::MarketReport;
use fund::FundRule;
use venue::{Rules, Venue};

const EXAMPLES: &str = "\
Examples:
  cargo ballast compare
  cargo ballast compare --prices 2022-11_FTTUSDT_binance-spot_15m.csv --prices 2022-11_BTCUSDT-PERP_binance_5m.csv
  cargo ballast compare --scenario manipulated-market --json

Every column settles the losses of one and the same run. Exit codes as for replay.";

/// Options of `compare`: those of `replay`, without its drawings.
#[derive(Args, Debug, Clone)]
#[command(after_help = EXAMPLES)]
pub struct CompareArgs {
    /// What is replayed.
    #[command(flatten)]
    pub replay: ReplayArgs,
}

/// A column of the comparison.
pub struct Column {
    /// Its head.
    pub name: &'static str,
    /// The rules.
    pub rules: Rules,
    /// What is different from Ballast.
    pub about: &'static str,
}

/// Ballast's rules.
const BALLAST: Rules = Rules {
    fund: FundRule::AsBallast,
    whole_positions: false,
    premium: true,
};

/// All columns: Ballast, one rule of others at a time, and all of these together.
pub const COLUMNS: [Column; 6] = [
    Column {
        name: "Ballast",
        rules: BALLAST,
        about: "what the contracts did",
    },
    Column {
        name: "one pot",
        rules: Rules {
            fund: FundRule::OnePot,
            ..BALLAST
        },
        about: "all reserves are one shared pot, paid first come first served, to isolated markets too",
    },
    Column {
        name: "no caps",
        rules: Rules {
            fund: FundRule::NoCaps,
            ..BALLAST
        },
        about: "a market's reserve, then the whole mutual reserve: no cap, ramp or breaker for a market",
    },
    Column {
        name: "whole queue",
        rules: Rules {
            whole_positions: true,
            ..BALLAST
        },
        about: "deleveraging closes whole positions, by profit times leverage, until it has enough",
    },
    Column {
        name: "no premium",
        rules: Rules {
            premium: false,
            ..BALLAST
        },
        about: "traders pay no risk premium; the fund lacks it",
    },
    Column {
        name: "all of them",
        rules: Rules {
            fund: FundRule::OnePot,
            whole_positions: true,
            premium: false,
        },
        about: "one pot, whole positions, no premium: as most venues do",
    },
];

/// The result, for machines. Money is decimal strings of quote atoms.
#[derive(Serialize, Debug, Clone)]
pub struct CompareReport {
    /// Built-in scenario; none for files.
    pub scenario: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The markets.
    pub markets: Vec<MarketReport>,
    /// By venue; the first is Ballast.
    pub venues: Vec<VenueReport>,
    /// Wall-clock time.
    pub seconds: f64,
}

/// What became of the losses in one venue.
#[derive(Serialize, Debug, Clone)]
pub struct VenueReport {
    /// Its name.
    pub name: String,
    /// What is different from Ballast.
    pub about: String,
    /// Lost beyond margin: the same everywhere.
    pub loss: String,
    /// Paid by the fund.
    pub paid: String,
    /// Borne by traders who were right.
    pub counterparties: String,
    /// Borne by nobody.
    pub nobody: String,
    /// Value of positions that were deleveraged, at the oracle price.
    pub deleveraged: String,
    /// Of that, more than was needed.
    pub overshoot: String,
    /// What the overshoot would have earned until the end; negative where closing it saved a loss.
    pub forgone: String,
    /// Positions deleveraged, whole or in part, each time counted.
    pub positions: u64,
    /// Premium that traders paid.
    pub premium: String,
    /// The fund at the start.
    pub fund_start: String,
    /// Least ever.
    pub fund_low: String,
    /// At the end.
    pub fund_end: String,
    /// By market.
    pub markets: Vec<VenueMarketReport>,
}

/// One market of a venue.
#[derive(Serialize, Debug, Clone)]
pub struct VenueMarketReport {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// Lost beyond margin where positions of this market were closed.
    pub loss: String,
    /// Paid for it by the fund.
    pub paid: String,
    /// Paid for losses that this market caused, wherever they were closed, with money that was not its own.
    pub others_money: String,
    /// Borne by its traders who were right.
    pub counterparties: String,
    /// Borne by nobody.
    pub nobody: String,
    /// Value of positions that were deleveraged.
    pub deleveraged: String,
    /// Of that, more than was needed.
    pub overshoot: String,
    /// What the overshoot would have earned until the end.
    pub forgone: String,
    /// Positions deleveraged.
    pub positions: u64,
}

impl VenueReport {
    /// A venue at the end. `worth` values base atoms of a market at its last price.
    pub(crate) fn new(
        column: &Column,
        venue: &Venue,
        symbols: &[String],
        worth: impl Fn(usize, u128) -> u128,
    ) -> Self {
        let fates = &venue.fates;
        let sum = |field: fn(&venue::MarketFate) -> u128| {
            fates
                .iter()
                .fold(0u128, |sum, fate| sum.saturating_add(field(fate)))
                .to_string()
        };
        let forgone: Vec<i128> = fates
            .iter()
            .enumerate()
            .map(|(market, fate)| fate.forgone(|size| worth(market, size)))
            .collect();
        let markets = symbols
            .iter()
            .zip(fates)
            .zip(&forgone)
            .map(|((symbol, fate), forgone)| VenueMarketReport {
                symbol: symbol.clone(),
                loss: fate.loss.to_string(),
                paid: fate.paid.to_string(),
                others_money: fate.others_money.to_string(),
                counterparties: fate.counterparties.to_string(),
                nobody: fate.nobody.to_string(),
                deleveraged: fate.deleveraged.to_string(),
                overshoot: fate.overshoot.to_string(),
                forgone: forgone.to_string(),
                positions: fate.positions,
            })
            .collect();
        Self {
            name: column.name.to_owned(),
            about: column.about.to_owned(),
            loss: sum(|fate| fate.loss),
            paid: sum(|fate| fate.paid),
            counterparties: sum(|fate| fate.counterparties),
            nobody: sum(|fate| fate.nobody),
            deleveraged: sum(|fate| fate.deleveraged),
            overshoot: sum(|fate| fate.overshoot),
            forgone: forgone.iter().sum::<i128>().to_string(),
            positions: fates.iter().map(|fate| fate.positions).sum(),
            premium: venue.premium.to_string(),
            fund_start: venue.fund.start.to_string(),
            fund_low: venue.fund.low.to_string(),
            fund_end: venue.fund.balance().to_string(),
            markets,
        }
    }
}

/// Runs the subcommand.
///
/// # Errors
/// Bad input, options that contradict each other, a violated invariant.
pub fn run(args: &CompareArgs) -> SimResult<()> {
    let replay = &args.replay;
    if replay.list || replay.plot.is_some() || replay.html.is_some() {
        return Err(SimError::Usage(
            "--list, --plot and --html belong to a replay: cargo ballast replay --list".to_owned(),
        ));
    }
    let outcome = play(replay)?;
    if let Some(violation) = outcome.violation {
        return Err(SimError::Violation(violation));
    }
    let report = CompareReport {
        scenario: outcome.report.scenario,
        seed: outcome.report.seed,
        markets: outcome.report.markets,
        venues: outcome.venues,
        seconds: outcome.report.seconds,
    };
    if replay.json {
        return put(&serde_json::to_string_pretty(&report).map_err(SimError::internal)?);
    }
    put(&table::compare(&report))
}
