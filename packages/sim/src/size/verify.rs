//! The model against the contracts: the stretches of the worst paths, played by the traders, makers and keepers of a
//! replay with the sized fund.
//!
//! A replay has its own traders, so the fund is played in proportion: the replay is run twice, first to see which open
//! interest its traders reach on this path, then with the fund that such an open interest was sized for. The model lives
//! through the same bars from the same full fund, and both tell what was asked and what was left uncovered.

use clap::Parser;
use rayon::prelude::*;
use serde::Serialize;

use super::bootstrap::Path;
use super::fund::Fund;
use super::history::{History, ONE};
use super::losses::Model;
use super::sizing::Sizing;
use crate::cli::{Cli, Command, ReplayArgs};
use crate::decimal::mul_div;
use crate::engine::Replay;
use crate::error::{SimError, SimResult};
use crate::plan::SizedFund;
use crate::prices::{Bar, Series, Timeline};

/// Part of a stretch that lies before its worst claim: traders need time to come.
const BEFORE: u64 = 3;

/// Price at which a stretch begins, and its digits after the point.
const FIRST_PRICE: u64 = 1_000_000_000;
const DECIMALS: u32 = 6;

/// When a stretch begins, seconds since the Unix epoch.
const START: u64 = 1_700_006_400;

/// A stretch of a path.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Which path.
    pub draw: u64,
    /// Bar of the path with its largest claim.
    pub worst_bar: u64,
}

/// What became of one. Losses are shares of open interest, in ppm.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which path.
    pub draw: u64,
    /// First bar of it.
    pub from_bar: u64,
    /// Asked, in the model.
    pub model_asked_ppm: u64,
    /// Uncovered, in the model.
    pub model_uncovered_ppm: u64,
    /// Open interest that the replay reached under the sized caps, of what its fund was scaled to.
    pub open_interest_ppm: u64,
    /// Asked of the real fund, of the open interest reached.
    pub contracts_asked_ppm: u64,
    /// Uncovered by the real fund, likewise.
    pub contracts_uncovered_ppm: u64,
}

/// What all stretches have in common.
pub struct Verifier<'a> {
    /// Where bars come from.
    pub history: &'a History,
    /// What the model says.
    pub model: &'a Model,
    /// What was sized.
    pub sizing: &'a Sizing,
    /// Symbols.
    pub symbols: &'a [String],
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Mean length of its blocks.
    pub block: u64,
    /// Length of a stretch, bars.
    pub bars: u64,
}

impl Verifier<'_> {
    /// Plays all, in the order given. `told` is called after each.
    ///
    /// # Errors
    /// A violated invariant of the contracts.
    pub fn play(&self, stretches: &[Stretch], told: impl Fn() + Sync) -> SimResult<Vec<Verified>> {
        stretches
            .par_iter()
            .map(|stretch| {
                let verified = self.verify(*stretch);
                told();
                verified
            })
            .collect()
    }

    fn verify(&self, stretch: Stretch) -> SimResult<Verified> {
        let from_bar = stretch.worst_bar.saturating_sub(self.bars / BEFORE);
        let skipped = usize::try_from(from_bar).map_err(SimError::internal)?;
        let length = usize::try_from(self.bars).map_err(SimError::internal)?;
        let path: Vec<usize> = Path::new(self.seed, stretch.draw, self.history.bars(), self.block)
            .skip(skipped)
            .take(length)
            .collect();

        let events = self.model.losses(self.history, path.iter().copied())?;
        let fund = Fund::new(
            &self.sizing.parameters,
            &self.sizing.claimants,
            &self.sizing.capital,
            self.history.bar_secs,
        )?;
        let fate = fund.live(&events, false)?;
        let all: u128 = self.open_interest().iter().sum();

        let series = self.series(&path);
        let aimed = self.replay(&series, 1_000_000)?;
        let reached = mul_div(aimed.reached, 1_000_000, aimed.target);
        let played = self.replay(&series, reached.max(1))?;
        Ok(Verified {
            draw: stretch.draw,
            from_bar,
            model_asked_ppm: ppm(fate.asked, all),
            model_uncovered_ppm: ppm(fate.uncovered, all),
            open_interest_ppm: ppm(played.reached, aimed.reached),
            contracts_asked_ppm: ppm(played.asked, played.reached),
            contracts_uncovered_ppm: ppm(played.uncovered, played.reached),
        })
    }

    fn open_interest(&self) -> Vec<u128> {
        (0..self.history.markets.len())
            .map(|market| self.history.largest_open_interest(market))
            .collect()
    }

    /// The path as prices, and a last price that stands.
    fn series(&self, path: &[usize]) -> Vec<Series> {
        let all = self.history.markets.iter().zip(self.symbols);
        all.map(|(moves, symbol)| {
            let mut before = FIRST_PRICE;
            let drawn = path.iter().filter_map(|at| moves.get(*at));
            let bars = (0u64..).zip(drawn).map(|(index, now)| {
                let price = |ratio: u64| {
                    let price = u128::from(before) * u128::from(ratio) / u128::from(ONE);
                    u64::try_from(price).unwrap_or(u64::MAX).max(1)
                };
                let [open, first, second, close] = now.corners.map(price);
                before = close;
                Bar {
                    time: START + index * self.history.bar_secs,
                    open,
                    high: open.max(first).max(second).max(close),
                    low: open.min(first).min(second).min(close),
                    close,
                    // Relative to a steady hundred.
                    volume: u128::from(now.volume_pct.min(10_000)),
                }
            });
            Series {
                symbol: symbol.clone(),
                source: "bootstrap".to_owned(),
                decimals: DECIMALS,
                bar_secs: self.history.bar_secs,
                bars: bars.collect(),
            }
        })
        .collect()
    }

    fn replay(&self, series: &[Series], reached_ppm: u128) -> SimResult<Played> {
        let mut args = replay_args(self.model)?;
        args.sized = Some(SizedFund {
            open_interest: self.open_interest(),
            claimants: self.sizing.claimants.clone(),
            parameters: self.sizing.parameters.clone(),
            stake: self.sizing.capital.stake,
            reached_ppm,
        });
        let timeline = Timeline::new(series, args.window())?;
        let replay = Replay::new(&args, series, timeline, "ballast size --verify".to_owned())?;
        let target: u128 = replay.target_open_interest().iter().sum();
        let outcome = replay.run(&args, series, |_| {})?;
        if let Some(violation) = outcome.violation {
            return Err(SimError::Violation(violation));
        }
        let atoms = |text: &str| text.parse::<u128>().map_err(SimError::internal);
        let mut reached = 0;
        for market in &outcome.report.markets {
            reached += atoms(&market.open_interest_high)?;
        }
        Ok(Played {
            target,
            reached,
            asked: atoms(&outcome.report.claims.asked)?,
            uncovered: atoms(&outcome.report.claims.uncovered)?,
        })
    }
}

/// One replay. Quote atoms, all markets.
struct Played {
    target: u128,
    reached: u128,
    asked: u128,
    uncovered: u128,
}

/// A replay with the model's leverage and depth, and its defaults otherwise.
fn replay_args(model: &Model) -> SimResult<ReplayArgs> {
    let times = |milli: u32| format!("{}.{:03}", milli / 1_000, milli % 1_000);
    let (min, max) = (model.leverage.min(), model.leverage.max());
    let leverage = format!("{}-{}", times(min), times(max));
    let depth = model.depth.to_string();
    let words = [
        "ballast",
        "replay",
        "--invariants",
        "bar",
        "--leverage",
        &leverage,
        "--depth",
        &depth,
    ];
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Replay(args)) => Ok(*args),
        Ok(_) => Err(SimError::internal("not a replay")),
        Err(error) => Err(SimError::internal(error)),
    }
}

fn ppm(part: u128, whole: u128) -> u64 {
    u64::try_from(mul_div(part, 1_000_000, whole.max(1))).unwrap_or(u64::MAX)
}
