//! The result of a sizing, for machines and for people.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;

use super::fund::Fate;
use super::history::History;
use super::sizing::{Clipped, Sizing};
use super::statistics::{estimate, quantile, Estimate, Quantile};
use super::verify::Verified;
use crate::clock::length;
use crate::decimal::percent as exact_percent;
use crate::error::SimResult;
use crate::prices::Series;
use crate::stress::{percent, units, Money};

/// What a market is given.
#[derive(Serialize, Debug, Clone)]
pub struct MarketSize {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// Where its prices come from.
    pub source: String,
    /// Cap of open interest: the largest of the profile, quote atoms.
    pub open_interest_cap: Money,
    /// Capital held for open interest, ppm.
    pub risk_weight_ppm: u32,
    /// Target of its reserve, quote atoms.
    pub reserve: Money,
}

/// Quantiles over all paths. Money is quote atoms.
#[derive(Serialize, Debug, Clone)]
pub struct Quantiles {
    /// Half of the paths.
    pub p50: Quantile,
    /// Nine of ten.
    pub p90: Quantile,
    /// 99 of 100.
    pub p99: Quantile,
    /// 999 of 1,000.
    pub p999: Quantile,
    /// All.
    pub max: Money,
}

/// The model next to the contracts.
#[derive(Serialize, Debug, Clone)]
pub struct Verification {
    /// Stretches played.
    pub runs: usize,
    /// Of them, uncovered in the model.
    pub model_uncovered: usize,
    /// Of them, uncovered by the real fund.
    pub contracts_uncovered: usize,
    /// All asked in the model over all asked of the real fund, each as a share of open interest; none where the
    /// contracts asked for nothing.
    pub model_over_contracts: Option<f64>,
    /// Each stretch, the worst path first.
    pub stretches: Vec<Verified>,
}

/// The result.
#[derive(Serialize, Debug, Clone)]
pub struct SizeReport {
    /// The command that computed it.
    pub command: String,
    /// Bars drawn from.
    pub bars: usize,
    /// Their length, seconds.
    pub bar_secs: u64,
    /// Mean length of a block, bars.
    pub block: u64,
    /// Paths.
    pub draws: u64,
    /// Length of a path, seconds.
    pub horizon_secs: u64,
    /// What the probability of uncovered loss was to be at most, ppm.
    pub target_ppm: u32,
    /// The smallest fund, quote atoms: reserves and mutual reserve.
    pub fund_size: Money,
    /// Its mutual part, quote atoms.
    pub mutual: Money,
    /// The underwriters' stake it was sized with, quote atoms.
    pub stake: Money,
    /// Tightest window of a market in the mutual reserve, ppm of its 24 h high a day.
    pub mutual_window_ppm: u32,
    /// Tightest lifetime limit of a market, ppm of the mutual target.
    pub mutual_lifetime_ppm: u32,
    /// By market.
    pub markets: Vec<MarketSize>,
    /// Paths that leave something uncovered.
    pub paths_uncovered: u64,
    /// Their share.
    pub probability: Estimate,
    /// Mean of what is left uncovered, quote atoms.
    pub expected_uncovered: Money,
    /// Standard error of that mean, quote atoms.
    pub expected_uncovered_error: Money,
    /// Left uncovered.
    pub uncovered: Quantiles,
    /// Asked of the fund.
    pub asked: Quantiles,
    /// What hard ranges changed.
    pub clipped: Vec<Clipped>,
    /// Where it was asked for.
    pub verification: Option<Verification>,
}

/// What the command was asked for.
pub struct Asked<'a> {
    /// The command.
    pub command: &'a str,
    /// Mean length of a block.
    pub block: u64,
    /// Paths.
    pub draws: u64,
    /// Length of a path, seconds.
    pub horizon_secs: u64,
    /// Target, ppm.
    pub target_ppm: u32,
}

/// Puts everything together. `fates` are those of paths that ask for anything; the others ask for nothing.
///
/// # Errors
/// None where there are draws.
pub fn report(
    asked: &Asked,
    history: &History,
    series: &[Series],
    sizing: &Sizing,
    fates: &[Fate],
) -> SimResult<SizeReport> {
    let draws = usize::try_from(asked.draws).unwrap_or(usize::MAX);
    let of = |figure: fn(&Fate) -> u128| {
        let mut all: Vec<u128> = fates.iter().map(figure).collect();
        all.resize(draws, 0);
        all.sort_unstable();
        all
    };
    let uncovered = of(|fate| fate.uncovered);
    let hits = uncovered.iter().map(|amount| u64::from(*amount > 0)).sum();
    let (mean, error) = mean_and_error(&uncovered);
    let markets = series.iter().zip(&sizing.claimants);
    Ok(SizeReport {
        command: asked.command.to_owned(),
        bars: history.bars(),
        bar_secs: history.bar_secs,
        block: asked.block,
        draws: asked.draws,
        horizon_secs: asked.horizon_secs,
        target_ppm: asked.target_ppm,
        fund_size: Money(sizing.capital.fund()),
        mutual: Money(sizing.capital.mutual),
        stake: Money(sizing.capital.stake),
        mutual_window_ppm: sizing.parameters.mutual_window_ppm,
        mutual_lifetime_ppm: sizing.parameters.mutual_lifetime_ppm,
        markets: markets
            .map(|(one, claimant)| MarketSize {
                symbol: one.symbol.clone(),
                source: one.source.clone(),
                open_interest_cap: Money(claimant.open_interest_cap.u128()),
                risk_weight_ppm: claimant.risk_weight_ppm,
                reserve: Money(claimant.reserve_target.u128()),
            })
            .collect(),
        paths_uncovered: hits,
        probability: estimate(hits, asked.draws)?,
        expected_uncovered: mean,
        expected_uncovered_error: error,
        uncovered: quantiles(&uncovered)?,
        asked: quantiles(&of(|fate| fate.asked))?,
        clipped: sizing.clipped.clone(),
        verification: None,
    })
}

fn mean_and_error(figures: &[u128]) -> (Money, Money) {
    let n = figures.len().max(2) as f64;
    let mean = figures.iter().map(|figure| *figure as f64).sum::<f64>() / n;
    let spread = figures.iter().map(|figure| (*figure as f64 - mean).powi(2));
    let error = (spread.sum::<f64>() / (n - 1.0) / n).sqrt();
    (Money(mean.round() as u128), Money(error.round() as u128))
}

fn quantiles(sorted: &[u128]) -> SimResult<Quantiles> {
    Ok(Quantiles {
        p50: quantile(sorted, 0.5)?,
        p90: quantile(sorted, 0.9)?,
        p99: quantile(sorted, 0.99)?,
        p999: quantile(sorted, 0.999)?,
        max: Money(sorted.last().copied().unwrap_or(0)),
    })
}

/// What the contracts said of the worst stretches.
#[must_use]
pub fn verification(stretches: Vec<Verified>) -> Verification {
    let model: u64 = stretches.iter().map(|one| one.model_asked_ppm).sum();
    let contracts: u64 = stretches.iter().map(|one| one.contracts_asked_ppm).sum();
    let count =
        |uncovered: fn(&Verified) -> u64| stretches.iter().filter(|one| uncovered(one) > 0).count();
    Verification {
        runs: stretches.len(),
        model_uncovered: count(|one| one.model_uncovered_ppm),
        contracts_uncovered: count(|one| one.contracts_uncovered_ppm),
        model_over_contracts: (contracts > 0).then(|| model as f64 / contracts as f64),
        stretches,
    }
}

fn new_table() -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn heads<const N: usize>(names: [&str; N]) -> [Cell; N] {
    names.map(|name| Cell::new(name).add_attribute(Attribute::Bold))
}

fn row(name: &str, figures: impl IntoIterator<Item = String>) -> Vec<Cell> {
    let figures = figures
        .into_iter()
        .map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
    std::iter::once(Cell::new(name)).chain(figures).collect()
}

fn share(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// For people.
#[must_use]
pub fn text(report: &SizeReport) -> String {
    let mut parts = vec![format!(
        "{} paths of {}, drawn from {} bars of {} in blocks of {} on average",
        report.draws,
        length(report.horizon_secs),
        report.bars,
        length(report.bar_secs),
        length(report.block * report.bar_secs)
    )];
    let mut fund = new_table();
    fund.set_header(heads([
        "market",
        "open-interest cap",
        "risk weight",
        "reserve",
    ]));
    for market in &report.markets {
        let figures = [
            units(market.open_interest_cap),
            exact_percent(market.risk_weight_ppm.into()),
            units(market.reserve),
        ];
        fund.add_row(row(&market.symbol, figures));
    }
    let blank = String::new;
    fund.add_row(row(
        "mutual reserve",
        [blank(), blank(), units(report.mutual)],
    ));
    fund.add_row(row("fund", [blank(), blank(), units(report.fund_size)]));
    parts.push(fund.to_string());
    parts.push(format!(
        "of the mutual reserve one market may draw {} a day and {} in its life; stake behind the fund: {}",
        exact_percent(report.mutual_window_ppm.into()),
        exact_percent(report.mutual_lifetime_ppm.into()),
        units(report.stake)
    ));
    let mut figures = new_table();
    figures.set_header(heads([
        "on a path, at most",
        "half",
        "90 %",
        "99 %",
        "99.9 %",
        "all",
    ]));
    for (name, of) in [
        ("asked of the fund", &report.asked),
        ("left uncovered", &report.uncovered),
    ] {
        let values = [of.p50, of.p90, of.p99, of.p999].map(|quantile| units(quantile.value));
        figures.add_row(row(name, values.into_iter().chain([units(of.max)])));
    }
    parts.push(figures.to_string());
    let probability = &report.probability;
    parts.push(format!(
        "something uncovered: {} of {} paths, {} (95 % interval {} to {}; target {}); expected {} +- {}",
        report.paths_uncovered,
        report.draws,
        share(probability.share),
        share(probability.low),
        share(probability.high),
        exact_percent(report.target_ppm.into()),
        units(report.expected_uncovered),
        units(report.expected_uncovered_error)
    ));
    for clipped in &report.clipped {
        parts.push(format!(
            "limited: {} would be {}, is {}",
            clipped.name, clipped.wanted, clipped.written
        ));
    }
    if let Some(verification) = &report.verification {
        parts.push(verified(verification));
    }
    parts.join("\n")
}

fn verified(verification: &Verification) -> String {
    let mut table = new_table();
    table.set_header(heads([
        "worst stretches",
        "model asked",
        "contracts asked",
        "model uncovered",
        "contracts uncovered",
        "open interest reached",
    ]));
    for one in &verification.stretches {
        let name = format!("path {}, from bar {}", one.draw, one.from_bar);
        let figures = [
            one.model_asked_ppm,
            one.contracts_asked_ppm,
            one.model_uncovered_ppm,
            one.contracts_uncovered_ppm,
            one.open_interest_ppm,
        ];
        table.add_row(row(&name, figures.map(percent)));
    }
    format!(
        "{table}\nof {} stretches played through the contracts {} left something uncovered, {} in the model (shares of open \
         interest){}",
        verification.runs,
        verification.contracts_uncovered,
        verification.model_uncovered,
        verification
            .model_over_contracts
            .map_or_else(String::new, |ratio| format!(
                "; the model asked {ratio:.2} times as much"
            ))
    )
}
