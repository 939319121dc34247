//! Options of `propose`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::clock::parse_time;

const EXAMPLES: &str = "\
Examples:
  cargo ballast propose --deployment suite.json --state state.json list-market --parameters sized.json --write list.json
  cargo ballast propose --deployment suite.json --state state.json cap --market 0 --to 2500000 --protective
  cargo ballast propose --deployment suite.json --state state.json bands --surplus-ppm 1600000
  cargo ballast propose --deployment suite.json raw their-proposal.json

The message goes to standard output (or to --write FILE), the summary to standard error (with --write: to standard output).
packages/sim/README.md says how the file of --state is asked of a chain.

Exit codes: 0 the contracts' own checks accept it, 2 they do not, or options or files are wrong.";

/// Options of `propose`.
#[derive(Args, Debug, Clone)]
#[command(after_help = EXAMPLES)]
pub struct ProposeArgs {
    /// What is proposed.
    #[command(subcommand)]
    pub kind: Kind,
    /// The rest.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every kind of proposal.
#[derive(Args, Debug, Clone, Default)]
pub struct Common {
    /// JSON of addresses: governance, market, fund, price_feed
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        help_heading = "The deployment"
    )]
    pub deployment: Option<PathBuf>,
    /// Address of governance
    #[arg(
        long,
        value_name = "ADDRESS",
        global = true,
        help_heading = "The deployment"
    )]
    pub governance: Option<String>,
    /// Address of the market contract
    #[arg(
        long,
        value_name = "ADDRESS",
        global = true,
        help_heading = "The deployment"
    )]
    pub market_contract: Option<String>,
    /// Address of the insurance fund
    #[arg(
        long,
        value_name = "ADDRESS",
        global = true,
        help_heading = "The deployment"
    )]
    pub fund: Option<String>,
    /// Address of the price feed
    #[arg(
        long,
        value_name = "ADDRESS",
        global = true,
        help_heading = "The deployment"
    )]
    pub price_feed: Option<String>,
    /// JSON of the contracts' answers to queries: what is in force now
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        help_heading = "The deployment"
    )]
    pub state: Option<PathBuf>,
    /// When it will be proposed: 2021-05-19T12:00 (UTC); the state's own time where absent
    #[arg(long, value_name = "TIME", value_parser = parse_time, global = true, help_heading = "The proposal")]
    pub at: Option<u64>,
    /// Asks for the short way: only for messages of the protective list that only tighten
    #[arg(long, global = true, help_heading = "The proposal")]
    pub protective: bool,
    /// Title instead of one that says what is done
    #[arg(
        long,
        value_name = "TEXT",
        global = true,
        help_heading = "The proposal"
    )]
    pub title: Option<String>,
    /// Description instead of the list of what changes
    #[arg(
        long,
        value_name = "TEXT",
        global = true,
        help_heading = "The proposal"
    )]
    pub description: Option<String>,
    /// Writes the message to a file
    #[arg(long, value_name = "FILE", global = true, help_heading = "Output")]
    pub write: Option<PathBuf>,
    /// Prints message and summary as one JSON, and nothing else, on standard output
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
}

/// Kinds of proposals.
#[derive(Subcommand, Debug, Clone)]
pub enum Kind {
    /// Lists a market and registers it in the fund
    ListMarket(Box<ListMarketArgs>),
    /// Changes the share of a market's open interest that must be held as capital
    RiskWeight(RiskWeightArgs),
    /// Changes a market's open-interest cap, in the market, in the fund, or in both
    #[command(visible_alias = "open-interest-cap")]
    Cap(CapArgs),
    /// Changes the bands of coverage between the fund's levels
    Bands(BandsArgs),
    /// Registers a market of a contract as claimant of the fund
    Register(RegisterArgs),
    /// Appoints the feeders of a feed
    Feeders(FeedersArgs),
    /// Pays a lot of surplus, or appoints who receives it
    PaySurplus(PaySurplusArgs),
    /// Migrates a contract to another code
    Migrate(MigrateArgs),
    /// Checks and summarises a proposal that somebody else wrote
    Raw(RawArgs),
}

/// A market's standing in the fund.
#[derive(Args, Debug, Clone)]
pub struct StandingArgs {
    /// Share of open-interest value to be held as capital
    #[arg(long, value_name = "PPM", default_value_t = 20_000)]
    pub risk_weight_ppm: u32,
    /// Cap of open interest in the fund, quote units
    #[arg(long, value_name = "AMOUNT", default_value = "50000000")]
    pub fund_cap: String,
    /// What the market's own reserve is filled to, quote units
    #[arg(long, value_name = "AMOUNT", default_value = "100000")]
    pub reserve_target: String,
    /// The market stands alone: one position an account, its own reserve and nothing else
    #[arg(long)]
    pub isolated: bool,
}

/// Options of `list-market`.
#[derive(Args, Debug, Clone)]
pub struct ListMarketArgs {
    /// What `cargo ballast size --write` wrote: its messages are proposed as they are
    #[arg(long, value_name = "FILE", conflicts_with_all = ["symbol", "tick", "lot", "feed_id", "min_price", "max_price"])]
    pub parameters: Option<PathBuf>,
    /// For example SOL-PERP
    #[arg(long, value_name = "NAME", required_unless_present = "parameters")]
    pub symbol: Option<String>,
    /// Decimals of the base asset
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub base_decimals: u8,
    /// Order prices are multiples of it
    #[arg(long, value_name = "PRICE", required_unless_present = "parameters")]
    pub tick: Option<String>,
    /// Sizes are multiples of it, base atoms
    #[arg(long, value_name = "ATOMS", required_unless_present = "parameters")]
    pub lot: Option<u128>,
    /// The feed: 64 hexadecimal digits
    #[arg(long, value_name = "HEX", required_unless_present = "parameters")]
    pub feed_id: Option<String>,
    /// The oracle; the price feed where absent
    #[arg(long, value_name = "ADDRESS")]
    pub oracle: Option<String>,
    /// Confidence above which a price allows no risk-increasing action
    #[arg(long, value_name = "PPM", default_value_t = 10_000)]
    pub max_confidence_ppm: u32,
    /// A price below it is none
    #[arg(long, value_name = "PRICE", required_unless_present = "parameters")]
    pub min_price: Option<String>,
    /// A price above it is none
    #[arg(long, value_name = "PRICE", required_unless_present = "parameters")]
    pub max_price: Option<String>,
    /// A parameter of the market other than its default, as the message names it; money in atoms. Repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Its number; the next one of the state where absent
    #[arg(long, value_name = "N")]
    pub market: Option<u32>,
    /// Lists it without the fund
    #[arg(long)]
    pub unregistered: bool,
    /// Its standing in the fund.
    #[command(flatten)]
    pub standing: StandingArgs,
}

/// Options of `risk-weight`.
#[derive(Args, Debug, Clone)]
pub struct RiskWeightArgs {
    /// Number of the market
    #[arg(long, value_name = "N")]
    pub market: u32,
    /// The market contract where it is another than the deployment's
    #[arg(long, value_name = "ADDRESS")]
    pub contract: Option<String>,
    /// The new weight
    #[arg(long, value_name = "PPM")]
    pub to: u32,
}

/// Options of `cap`.
#[derive(Args, Debug, Clone)]
pub struct CapArgs {
    /// Number of the market
    #[arg(long, value_name = "N")]
    pub market: u32,
    /// The new cap, quote units
    #[arg(long, value_name = "AMOUNT")]
    pub to: String,
    /// Whose cap
    #[arg(long = "in", value_name = "WHERE", value_enum, default_value_t = CapOf::Both)]
    pub cap_of: CapOf,
}

/// Whose cap is changed.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapOf {
    /// The market's own
    Market,
    /// The fund's
    Fund,
    /// Both
    Both,
}

/// Options of `bands`.
#[derive(Args, Debug, Clone)]
pub struct BandsArgs {
    /// Coverage above which the level is surplus
    #[arg(long, value_name = "PPM")]
    pub surplus_ppm: Option<u32>,
    /// Coverage above which it is healthy
    #[arg(long, value_name = "PPM")]
    pub healthy_ppm: Option<u32>,
    /// Coverage above which it is watch
    #[arg(long, value_name = "PPM")]
    pub watch_ppm: Option<u32>,
    /// Coverage above which it is deficient; below it is critical
    #[arg(long, value_name = "PPM")]
    pub deficient_ppm: Option<u32>,
    /// Points above a threshold before the level rises
    #[arg(long, value_name = "PPM")]
    pub hysteresis_ppm: Option<u32>,
    /// How long coverage must have stayed there
    #[arg(long, value_name = "SECONDS")]
    pub upgrade_delay_secs: Option<u64>,
    /// A level below watch needs a loss claimed within this time
    #[arg(long, value_name = "SECONDS")]
    pub loss_window_secs: Option<u64>,
}

/// Options of `register`.
#[derive(Args, Debug, Clone)]
pub struct RegisterArgs {
    /// The market contract; the deployment's where absent
    #[arg(long, value_name = "ADDRESS")]
    pub contract: Option<String>,
    /// Number of the market in that contract
    #[arg(long, value_name = "N")]
    pub market: u32,
    /// Its standing.
    #[command(flatten)]
    pub standing: StandingArgs,
}

/// Options of `feeders`. What is not given stays as the state has it.
#[derive(Args, Debug, Clone)]
pub struct FeedersArgs {
    /// The feed: 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub feed_id: String,
    /// All of its feeders, with commas between
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',', required = true)]
    pub feeders: Vec<String>,
    /// How many fresh prices make an answer; more than half of the feeders where neither this nor the state says
    #[arg(long, value_name = "N")]
    pub quorum: Option<u32>,
    /// What people call the feed
    #[arg(long, value_name = "NAME")]
    pub symbol: Option<String>,
    /// Decimal exponent of its prices
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub expo: Option<i32>,
    /// Age up to which a price counts
    #[arg(long, value_name = "SECONDS")]
    pub max_age_secs: Option<u64>,
}

/// Options of `pay-surplus`.
#[derive(Args, Debug, Clone)]
pub struct PaySurplusArgs {
    /// Appoints who receives surplus, instead of paying a lot to who is appointed
    #[arg(long, value_name = "ADDRESS")]
    pub recipient: Option<String>,
}

/// Options of `migrate`.
#[derive(Args, Debug, Clone)]
pub struct MigrateArgs {
    /// governance, market, fund, price-feed, or an address
    #[arg(long, value_name = "CONTRACT")]
    pub contract: String,
    /// The new code
    #[arg(long, value_name = "N")]
    pub code_id: u64,
    /// The migration's message
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub msg: String,
}

/// Options of `raw`.
#[derive(Args, Debug, Clone)]
pub struct RawArgs {
    /// The governance message as JSON, or the list of what governance is to send
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
