//! What the command understands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::clock::parse_time;
use crate::compare::CompareArgs;
use crate::decimal::PlainDecimal;
use crate::listing::{QUOTE_DECIMALS, QUOTE_UNIT};
use crate::plan::SizedFund;
use crate::prices::timeline::Window;
use crate::propose::arguments::ProposeArgs;

/// Perpetual futures with an insurance fund, on an embedded chain.
#[derive(Parser, Debug)]
#[command(
    name = "ballast",
    bin_name = "cargo ballast",
    version,
    about,
    max_term_width = 110
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the command can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Drives the real contracts through a crash: traders, makers and keepers on an embedded chain
    Replay(Box<ReplayArgs>),
    /// Plays a replay with many seeds in parallel: how uncovered loss, depletion and recovery are distributed, and the
    /// worst seed
    Stress(Box<StressArgs>),
    /// Sizes the fund, its risk weights and caps, by a block bootstrap of real bars, and writes the messages that set them
    Size(Box<crate::size::SizeArgs>),
    /// The same crash under the rules of others: one shared pot, no caps, a queue that overshoots, no premium
    Compare(Box<CompareArgs>),
    /// Measures every message's storage operations and predicts its gas
    Gas(GasArgs),
    /// Lists every parameter of every contract: what it is, its default, its hard range, which change of it waits
    Parameters(ParametersArgs),
    /// Writes proposals for governance, checked by the contracts' own functions, and says what they change and when
    Propose(Box<ProposeArgs>),
    /// Times every message next to a plain cw20 transfer, among few accounts and orders and among many
    Bench(BenchArgs),
}

/// Options of `bench`.
#[derive(Args, Debug, Clone)]
pub struct BenchArgs {
    /// Accounts, orders, positions, claims and feeds of each kind in the large crowd
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    pub crowd: u64,
    /// Time for each message in each crowd, half of it for the transfers next to it
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub time: u64,
    /// Only messages whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Prints JSON instead of the table
    #[arg(long)]
    pub json: bool,
}

/// Options of `gas`. Without any the table is printed.
#[derive(Args, Debug, Clone)]
pub struct GasArgs {
    /// Writes the table to a file
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub write: Option<PathBuf>,
    /// Fails with the lines that differ where a file is not the table
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
    /// Prints instead of the table where the gas of messages goes, record by record: those whose name contains this, as in
    /// `perp-market liquidate (bankrupt`
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["write", "check", "genesis"])]
    pub records: Option<String>,
    /// Writes to a folder, for scripts/gas: the state before each message as parts of a chain's genesis state, and the
    /// messages as signed transactions
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["write", "check"])]
    pub genesis: Option<PathBuf>,
    /// With --genesis: members of each kind in the busy setting
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub crowd: u64,
    /// With --genesis: which sizes of the growth curves
    #[arg(long, value_enum, default_value_t = Growth::Full)]
    pub growth: Growth,
    /// With --genesis: only messages whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
}

/// Sizes of the growth curves.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// No growth.
    Nothing,
    /// The smallest and the largest but one
    Small,
    /// All
    Full,
}

/// Options of `parameters`. Without any the document is printed.
#[derive(Args, Debug, Clone)]
pub struct ParametersArgs {
    /// Writes the document to a file
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub write: Option<PathBuf>,
    /// Fails with the lines that differ where a file is not the document
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Built-in scenarios (--list prints their figures):
  cascade             BTC, 19 May 2021: -14.9 % within 15 min, -26.0 % within 4 h      (the default)
  gap                 FTT, 8 November 2022: -49.7 % within 15 min, -88.8 % within 24 h
  v-shape             ETH, 13 March 2020: -34.7 % within 4 h, then +57.6 % within 75 min
  manipulated-market  YFI, 18 November 2023: -24.2 % within 1 h, -40.6 % within 4 h; next to a quiet market

Examples:
  cargo ballast replay
  cargo ballast replay --scenario gap --fund-size 0
  cargo ballast replay --prices 2022-11_FTTUSDT_binance-spot_15m.csv --prices 2022-11_BTCUSDT-PERP_binance_5m.csv
  cargo ballast replay --html crash.html
  cargo ballast replay --governed
  cargo ballast replay --prices BTC.csv --from 2021-05-19T12:00 --bars 180 --invariants full --json

Exit codes: 0 all invariants held, 1 one did not (with the command that replays it), 2 input or options are wrong.";

const STRESS_EXAMPLES: &str = "\
Examples:
  cargo ballast stress --seeds 100
  cargo ballast stress --scenario gap --fund-size 1% --seeds 50 --json

The same seeds give the same figures on any machine. Exit codes as for replay.";

/// Options of `replay`.
#[derive(Args, Debug, Clone)]
#[command(after_help = EXAMPLES)]
pub struct ReplayArgs {
    /// Built-in price path; cascade where no --prices are given
    #[arg(long, value_name = "NAME", value_parser = scenario_name, conflicts_with = "prices", help_heading = "Prices")]
    pub scenario: Option<String>,
    /// CSV of bars: timestamp_ms,open,high,low,close,volume. Repeatable: each file becomes a market of
    /// one cross-margined exchange, over the time they share
    #[arg(long, value_name = "FILE", help_heading = "Prices")]
    pub prices: Vec<PathBuf>,
    /// Prints scenarios (or the files of --prices) with their worst moves, and stops
    #[arg(long, help_heading = "Prices")]
    pub list: bool,
    /// Begin here: 2021-05-19T12:00 (UTC), or milliseconds as in the files
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Prices")]
    pub from: Option<u64>,
    /// End here, exclusive
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Prices")]
    pub to: Option<u64>,
    /// Replay at most so many bars (of the market with the shortest ones)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Prices")]
    pub bars: Option<u64>,
    /// Prices between two corners of a bar (open, extreme, other extreme, close); 1: it jumps
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60), help_heading = "Prices")]
    pub steps: u64,

    /// Number of traders
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=20_000), help_heading = "Agents")]
    pub traders: u32,
    /// Number of market makers; each quotes every market
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=50), help_heading = "Agents")]
    pub makers: u32,
    /// Leverage of traders, as MAX or MIN-MAX; above 20 the market's initial margin is 1/MAX
    #[arg(long, value_name = "RANGE", default_value = "2-20", value_parser = leverage, allow_hyphen_values = true, help_heading = "Agents")]
    pub leverage: Leverage,
    /// Percent of traders who prefer to be long
    #[arg(long, value_name = "PERCENT", default_value_t = 75, value_parser = clap::value_parser!(u32).range(0..=100), help_heading = "Agents")]
    pub long_bias: u32,
    /// What makers show on each side in a quiet bar, percent of the open interest that traders aim at
    #[arg(long, value_name = "PERCENT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100), help_heading = "Agents")]
    pub depth: u32,
    /// Same seed, same run
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Agents")]
    pub seed: u64,

    /// The fund at the start: an amount in quote units, or N% of the open interest that traders aim
    /// at. 0: nothing is ever there to pay. Three quarters of it are the markets' reserves, the rest the mutual one
    #[arg(long, value_name = "AMOUNT|N%", default_value = "0.12%", value_parser = fund_size, allow_hyphen_values = true, help_heading = "Fund")]
    pub fund_size: FundSize,
    /// Days since the markets were registered: their access to the mutual reserve grows over 30
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=365), help_heading = "Fund")]
    pub fund_age: u64,
    /// A market that is isolated: its symbol, such as FTT. Repeatable. Held alone, and only its own reserve pays for it
    #[arg(long, value_name = "SYMBOL", help_heading = "Fund")]
    pub isolated: Vec<String>,
    /// Kind of the collateral token
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Collateral::Native, help_heading = "Fund")]
    pub collateral: Collateral,

    /// A DAO owns the suite: it lists the markets by an ordinary proposal, and tightens in the crash by a protective one
    #[arg(long, help_heading = "Governance")]
    pub governed: bool,

    /// How often the invariants of the suite are checked
    #[arg(long, value_name = "GEAR", value_enum, default_value_t = Gear::Touched, help_heading = "Checks and output")]
    pub invariants: Gear,
    /// Prints the result as JSON, and nothing else, on standard output
    #[arg(long, help_heading = "Checks and output")]
    pub json: bool,
    /// Draws price, coverage in its bands and the layers of the fund, with claims and deleveraging as marks
    #[arg(long, value_name = "FILE.svg", help_heading = "Checks and output")]
    pub plot: Option<PathBuf>,
    /// Writes one page with the plot and the table, which needs nothing else
    #[arg(long, value_name = "FILE.html", help_heading = "Checks and output")]
    pub html: Option<PathBuf>,
    /// A fund to play with instead of --fund-size; no option of the command line.
    #[arg(skip)]
    pub sized: Option<SizedFund>,
}

/// Options of `stress`: those of `replay`, whose seed is the first one played, and two of its own.
#[derive(Args, Debug, Clone)]
#[command(after_help = STRESS_EXAMPLES)]
pub struct StressArgs {
    /// How many seeds are played, from --seed on
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seeds: u64,
    /// Replays at a time; 0: one a processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// What is replayed.
    #[command(flatten)]
    pub replay: ReplayArgs,
}

/// How often invariants are checked.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gear {
    /// Everything after every message. Slow
    Full,
    /// What a message touched after every message, everything once a bar
    Touched,
    /// Everything once a bar
    Bar,
}

impl Gear {
    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Touched => "touched",
            Self::Bar => "bar",
        }
    }
}

impl ReplayArgs {
    /// The part of the prices that is replayed.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            from: self.from,
            to: self.to,
            bars: self.bars,
            steps: self.steps,
        }
    }

    /// The built-in scenario meant.
    #[must_use]
    pub fn scenario_name(&self) -> &str {
        self.scenario
            .as_deref()
            .unwrap_or(crate::prices::scenario::DEFAULT)
    }
}

/// What the collateral token is.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collateral {
    /// A coin of the chain's bank
    Native,
    /// A token contract
    Cw20,
}

impl Collateral {
    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Cw20 => "cw20",
        }
    }
}

/// Leverage of traders, thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leverage {
    /// The most careful trader's.
    pub min: u32,
    /// The boldest trader's.
    pub max: u32,
}

/// How the size of the fund was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundSize {
    /// Quote atoms.
    Amount(u128),
    /// Millionths of the open interest that traders aim at.
    OfOpenInterest(u128),
}

impl FundSize {
    /// Quote atoms.
    #[must_use]
    pub fn atoms(self, open_interest: u128) -> u128 {
        match self {
            Self::Amount(atoms) => atoms,
            Self::OfOpenInterest(ppm) => crate::decimal::mul_div(open_interest, ppm, 1_000_000),
        }
    }
}

fn scenario_name(text: &str) -> Result<String, String> {
    if crate::prices::scenario::find(text).is_some() {
        return Ok(text.to_string());
    }
    let names: Vec<&str> = crate::prices::scenario::ALL
        .iter()
        .map(|scenario| scenario.name)
        .collect();
    Err(format!(
        "there is no scenario {text:?}; expected one of {}",
        names.join(", ")
    ))
}

fn leverage(text: &str) -> Result<Leverage, String> {
    let expected = || {
        format!(
            "{text:?} is no leverage; expected MAX or MIN-MAX between 1 and 50, such as 10 or 2-20"
        )
    };
    let part = |text: &str| {
        PlainDecimal::parse(text)
            .ok()
            .and_then(|number| number.at_decimals(3))
            .and_then(|milli| u32::try_from(milli).ok())
            .filter(|milli| (1_000..=50_000).contains(milli))
            .ok_or_else(expected)
    };
    let (min, max) = match text.split_once('-') {
        Some((min, max)) => (part(min)?, part(max)?),
        None => {
            let max = part(text)?;
            (max.min(2_000), max)
        }
    };
    if min > max {
        return Err(expected());
    }
    Ok(Leverage { min, max })
}

fn fund_size(text: &str) -> Result<FundSize, String> {
    let expected = |problem: String| {
        format!("{text:?} {problem}; expected quote units such as 250000, or a share such as 1.5%")
    };
    if let Some(percent) = text.strip_suffix('%') {
        let share = PlainDecimal::parse(percent).map_err(expected)?;
        return share
            .at_decimals(4)
            .filter(|ppm| *ppm <= 1_000_000)
            .map(FundSize::OfOpenInterest)
            .ok_or_else(|| {
                expected("is not between 0 % and 100 % with four decimals".to_string())
            });
    }
    let units = PlainDecimal::parse(text).map_err(expected)?;
    units
        .at_decimals(u32::from(QUOTE_DECIMALS))
        .filter(|atoms| *atoms <= 1_000_000_000_000 * QUOTE_UNIT)
        .map(FundSize::Amount)
        .ok_or_else(|| expected("is more than 10^12 or finer than an atom".to_string()))
}

/// The command line as it would be typed, for messages: quoted where the shell needs it, the seed always
/// named.
#[must_use]
pub fn command_line(arguments: &[String], seed: u64) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=%+,@".contains(c);
    let mut words = vec!["cargo".to_string(), "ballast".to_string()];
    for argument in arguments {
        if !argument.is_empty() && argument.chars().all(plain) {
            words.push(argument.clone());
        } else {
            words.push(format!("'{}'", argument.replace('\'', r"'\''")));
        }
    }
    if !arguments
        .iter()
        .any(|argument| argument == "--seed" || argument.starts_with("--seed="))
    {
        words.push(format!("--seed {seed}"));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn options_are_consistent() {
        Cli::command().debug_assert();
        for scenario in &crate::prices::scenario::ALL {
            assert!(EXAMPLES.contains(scenario.name));
        }
    }

    #[test]
    fn ranges_and_sizes() {
        assert_eq!(
            leverage("10"),
            Ok(Leverage {
                min: 2_000,
                max: 10_000
            })
        );
        assert_eq!(
            leverage("1.5-3"),
            Ok(Leverage {
                min: 1_500,
                max: 3_000
            })
        );
        assert!(leverage("0.5").is_err() && leverage("9-3").is_err() && leverage("100").is_err());
        assert_eq!(fund_size("0"), Ok(FundSize::Amount(0)));
        assert_eq!(fund_size("12.5"), Ok(FundSize::Amount(12_500_000)));
        assert_eq!(fund_size("1.5%"), Ok(FundSize::OfOpenInterest(15_000)));
        assert!(
            fund_size("-1").is_err() && fund_size("101%").is_err() && fund_size("lots").is_err()
        );
    }

    #[test]
    fn command_lines_can_be_pasted() {
        let words = |list: &[&str]| {
            list.iter()
                .map(|word| (*word).to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            command_line(&words(&["replay", "--prices", "my file.csv"]), 3),
            "cargo ballast replay --prices 'my file.csv' --seed 3"
        );
        assert_eq!(
            command_line(&words(&["replay", "--seed=4"]), 4),
            "cargo ballast replay --seed=4"
        );
    }
}
