//! What `size` understands.

use std::path::PathBuf;

use clap::Args;

use crate::decimal::PlainDecimal;
use crate::listing::{QUOTE_DECIMALS, QUOTE_UNIT};

const EXAMPLES: &str = "\
Examples:
  cargo ballast size --prices ../shared/data/2021-05_BTCUSDT_binance-spot_1m.csv --open-interest 20000000 --horizon 30d
  cargo ballast size --prices BTC.csv --open-interest 20000000 --prices FTT.csv --open-interest ftt-oi.csv --horizon 90d
  cargo ballast size --prices BTC.csv --open-interest 20000000 --market-contract ADDRESS --oracle ADDRESS --feed HEX --write sized.json
";

/// Options of `size`.
#[derive(Args, Debug, Clone)]
#[command(after_help = EXAMPLES)]
pub struct SizeArgs {
    /// CSV of bars, as for replay. Repeatable: each file is a market; they are drawn at the same moments, so that what
    /// crashed together crashes together
    #[arg(
        long,
        value_name = "FILE",
        required = true,
        help_heading = "What happened"
    )]
    pub prices: Vec<PathBuf>,
    /// Open interest of one side: an amount in quote units, or a CSV of timestamp_ms,open_interest (quote units). Once
    /// for each --prices, in the same order
    #[arg(
        long,
        value_name = "AMOUNT|FILE",
        required = true,
        help_heading = "What happened"
    )]
    pub open_interest: Vec<String>,
    /// How accounts are leveraged when they enter: LEVERAGE:PERCENT of the open interest, adding up to 100
    #[arg(long, value_name = "LIST", default_value = "3:10,7:30,12:35,18:25", value_parser = leverage_profile, help_heading = "What happened")]
    pub leverage: LeverageProfile,
    /// How long a position is held before another takes its place (whole bars, at least 8): 12h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration, help_heading = "What happened")]
    pub holding: u64,
    /// What makers show on each side in a quiet bar, percent of the open interest, on the same ladder as in replay
    #[arg(long, value_name = "PERCENT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100), help_heading = "What happened")]
    pub depth: u32,
    /// Bars between an account becoming liquidatable and a keeper acting on it; 0: at the same price
    #[arg(long, value_name = "BARS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1_000), help_heading = "What happened")]
    pub keeper_delay: u64,

    /// How probable it may be that any loss stays uncovered within the horizon: 1%, 0.1%
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = probability, help_heading = "Target")]
    pub probability: Probability,
    /// Length of a path: 12h, 30d, 365d
    #[arg(long, value_name = "TIME", default_value = "365d", value_parser = duration, help_heading = "Target")]
    pub horizon: u64,
    /// What underwriters stake behind the fund, quote units. It pays what section 7 of the design lets it pay
    #[arg(long, value_name = "AMOUNT", default_value = "0", value_parser = amount, help_heading = "Target")]
    pub stake: u128,

    /// Paths drawn
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000), help_heading = "Bootstrap")]
    pub draws: u64,
    /// Mean length of a block, bars. By default a day, at least the cube root of the number of bars, at most a quarter
    /// of them
    #[arg(long, value_name = "BARS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Bootstrap")]
    pub block: Option<u64>,
    /// Same seed, same figures, whatever the number of threads
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        help_heading = "Bootstrap"
    )]
    pub seed: u64,
    /// Threads; 0: one a processor
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Bootstrap"
    )]
    pub threads: usize,

    /// Plays so many of the worst stretches through the real contracts with the sized parameters; 0: none
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=200), help_heading = "Verification")]
    pub verify: u64,
    /// Bars of each such stretch
    #[arg(long, value_name = "BARS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(20..=5_000), help_heading = "Verification")]
    pub verify_bars: u64,

    /// Writes the messages that set these parameters, for a proposal
    #[arg(
        long,
        value_name = "FILE",
        requires = "market_contract",
        help_heading = "Output"
    )]
    pub write: Option<PathBuf>,
    /// Address of the market contract, as the fund is to know it
    #[arg(long, value_name = "ADDRESS", help_heading = "Output")]
    pub market_contract: Option<String>,
    /// Number of the first market in that contract; the others follow
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..64), help_heading = "Output")]
    pub first_market: u32,
    /// The markets are listed and registered already: only the fund's messages, which change their standing
    #[arg(long, conflicts_with_all = ["oracle", "feed"], help_heading = "Output")]
    pub adjust: bool,
    /// Contract that answers the markets' prices. Needed where markets are listed
    #[arg(long, value_name = "ADDRESS", help_heading = "Output")]
    pub oracle: Option<String>,
    /// Feed of a market: 64 hexadecimal digits in lower case. Once for each --prices, in the same order
    #[arg(long, value_name = "HEX", help_heading = "Output")]
    pub feed: Vec<String>,
    /// The fund's parameters as they are: the answer of its query `config`, as JSON. What is not sized stays as it is
    /// there; without the file it is set to the contract's defaults
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub fund_config: Option<PathBuf>,
    /// Prints the result as JSON, and nothing else, on standard output
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// Share of open interest by leverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeverageProfile(pub Vec<LeverageShare>);

/// Accounts of one leverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeverageShare {
    /// Notional over equity, thousandths.
    pub milli: u32,
    /// Share of open interest, ppm.
    pub share_ppm: u32,
}

impl LeverageProfile {
    /// The boldest, thousandths.
    #[must_use]
    pub fn max(&self) -> u32 {
        self.0.iter().map(|one| one.milli).max().unwrap_or(1_000)
    }

    /// The most careful, thousandths.
    #[must_use]
    pub fn min(&self) -> u32 {
        self.0.iter().map(|one| one.milli).min().unwrap_or(1_000)
    }
}

/// A probability, millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probability(pub u32);

fn probability(text: &str) -> Result<Probability, String> {
    let expected = || {
        format!("{text:?} is no probability; expected a percentage above 0 and below 50 with at most four decimals, such as 1% or 0.1%")
    };
    let percent = text.strip_suffix('%').ok_or_else(expected)?;
    PlainDecimal::parse(percent)
        .ok()
        .and_then(|share| share.at_decimals(4))
        .and_then(|ppm| u32::try_from(ppm).ok())
        .filter(|ppm| (1..500_000).contains(ppm))
        .map(Probability)
        .ok_or_else(expected)
}

fn duration(text: &str) -> Result<u64, String> {
    let expected = || {
        format!("{text:?} is no length of time; expected minutes, hours or days up to 3650d, such as 30m, 12h or 365d")
    };
    let split = text
        .len()
        .checked_sub(1)
        .filter(|at| text.is_char_boundary(*at));
    let (number, unit) = text.split_at(split.ok_or_else(expected)?);
    let secs = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(expected()),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(expected());
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(secs))
        .filter(|total| (60..=3_650 * 86_400).contains(total))
        .ok_or_else(expected)
}

/// Quote units as atoms.
pub(super) fn amount(text: &str) -> Result<u128, String> {
    let expected = |problem: String| {
        format!("{text:?} {problem}; expected quote units such as 250000, at most 10^12 and no finer than an atom")
    };
    PlainDecimal::parse(text)
        .map_err(expected)?
        .at_decimals(u32::from(QUOTE_DECIMALS))
        .filter(|atoms| *atoms <= 1_000_000_000_000 * QUOTE_UNIT)
        .ok_or_else(|| expected("is out of range".to_owned()))
}

fn leverage_profile(text: &str) -> Result<LeverageProfile, String> {
    let expected = |problem: &str| {
        format!("{text:?} {problem}; expected LEVERAGE:PERCENT between 1 and 50 times, at most 10 of them, adding up to 100, such as 5:60,20:40")
    };
    let mut shares = vec![];
    for part in text.split(',') {
        let (times, percent) = part
            .split_once(':')
            .ok_or_else(|| expected("has a part without a colon"))?;
        let number = |text: &str, decimals: u32| {
            PlainDecimal::parse(text)
                .ok()
                .and_then(|number| number.at_decimals(decimals))
                .and_then(|number| u32::try_from(number).ok())
        };
        let milli = number(times, 3)
            .filter(|milli| (1_000..=50_000).contains(milli))
            .ok_or_else(|| expected("has a leverage out of range"))?;
        let share_ppm = number(percent, 4)
            .filter(|ppm| (1..=1_000_000).contains(ppm))
            .ok_or_else(|| expected("has a share out of range"))?;
        shares.push(LeverageShare { milli, share_ppm });
    }
    let total: u64 = shares.iter().map(|one| u64::from(one.share_ppm)).sum();
    if total != 1_000_000 {
        return Err(expected("does not add up to 100 percent"));
    }
    if shares.len() > 10 {
        return Err(expected("has too many parts"));
    }
    Ok(LeverageProfile(shares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_add_up() {
        let profile = leverage_profile("5:60,20:40").unwrap();
        assert_eq!((profile.min(), profile.max()), (5_000, 20_000));
        for bad in [
            "5:60",
            "5:60,20:41",
            "0.5:100",
            "51:100",
            "5",
            "5:x",
            "",
            "5:0,6:100",
        ] {
            assert!(leverage_profile(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_and_probabilities() {
        assert_eq!(duration("90m"), Ok(5_400));
        assert_eq!(duration("365d"), Ok(31_536_000));
        for bad in ["", "d", "1", "1w", "-1d", "1.5d", "4000d", "0d", "1é"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(probability("1%"), Ok(Probability(10_000)));
        assert_eq!(probability("0.1%"), Ok(Probability(1_000)));
        for bad in ["1", "0%", "50%", "-1%", "x%", "0.00001%"] {
            assert!(probability(bad).is_err(), "{bad}");
        }
        assert_eq!(amount("12.5"), Ok(12_500_000));
        assert!(amount("-1").is_err() && amount("0.0000001").is_err());
    }
}
