//! After the last bar: the report.

use super::Replay;
use crate::cli::ReplayArgs;
use crate::error::SimResult;
use crate::prices::{Bar, Series};
use crate::report::{
    BorneReport, ClaimsReport, DeleveragedReport, FundReport, LevelReport, MarketReport, Report,
    RuleReport, RulesReport, WindowReport,
};
use crate::rules::Rules;

impl Replay {
    pub(super) fn report(
        &self,
        args: &ReplayArgs,
        series: &[Series],
        violated: bool,
        seconds: f64,
    ) -> SimResult<Report> {
        let ledger = &self.world.ledger;
        let fund = &self.world.fund;
        let deficit = self.world.chain.ledger()?.deficit;
        Ok(Report {
            scenario: args
                .prices
                .is_empty()
                .then(|| args.scenario_name().to_string()),
            seed: args.seed,
            collateral: args.collateral.as_str().to_string(),
            invariants: args.invariants.as_str().to_string(),
            window: WindowReport {
                from: self.timeline.from,
                to: self.timeline.to,
            },
            bars: self.bar,
            markets: self.market_reports(series),
            traders: args.traders,
            makers: args.makers,
            messages: ledger.messages,
            refused: ledger.refused,
            panics: ledger.panics,
            orders: ledger.orders,
            fills: ledger.fills,
            liquidations: ledger.liquidations,
            bankruptcies: ledger.bankruptcies,
            claims: ClaimsReport {
                count: ledger.claims,
                asked: ledger.asked.to_string(),
                paid: ledger.paid.to_string(),
                uncovered: ledger.uncovered.to_string(),
                returned: ledger.leftover.to_string(),
                paid_in_full: ledger.paid_in_full,
                paid_in_part: ledger.paid_in_part,
                paid_nothing: ledger.paid_nothing,
                failed: ledger.claims_failed,
            },
            borne: BorneReport {
                fund: ledger.paid.saturating_sub(ledger.leftover).to_string(),
                counterparties: ledger.deleverage_loss.to_string(),
                deficit: ledger.deficit_booked.to_string(),
                carried: ledger.carried.to_string(),
                avoided: ledger.avoided.to_string(),
            },
            deleveraged: DeleveragedReport {
                positions: ledger.deleveraged,
                notional: ledger.deleveraged_notional.to_string(),
                loss: ledger.deleverage_loss.to_string(),
            },
            fees_to_fund: ledger.fees_to_fund.to_string(),
            fund: FundReport {
                start: fund.start.to_string(),
                low: fund.low.to_string(),
                end: fund.now.to_string(),
                target: self.world.chain.fund_target()?.to_string(),
                surplus: fund.surplus.to_string(),
                coverage_low: ratio(fund.coverage_low),
                coverage_end: ratio(fund.coverage),
            },
            levels: ledger
                .levels
                .iter()
                .map(|(at, level)| LevelReport {
                    at: *at,
                    level: level.clone(),
                })
                .collect(),
            rules: self.rules(series),
            owner_messages: self.world.owner_messages,
            governed: self.dao.as_ref().map(|dao| dao.report().clone()),
            deficit: deficit.to_string(),
            deficit_booked: ledger.deficit_booked.to_string(),
            invariant_checks: self.world.checks,
            violations: u64::from(violated),
            seconds: (seconds * 1_000.0).round() / 1_000.0,
        })
    }

    fn rules(&self, series: &[Series]) -> Vec<RulesReport> {
        let shown = |rules: &Rules| RuleReport {
            premium_rate: ratio(rules.premium_rate_ppm),
            fee_share: ratio(rules.fee_share_ppm),
            open_interest_cap: rules.open_interest_cap.to_string(),
            reduce_only: rules.reduce_only,
        };
        series
            .iter()
            .zip(&self.world.rules)
            .map(|(one, track)| RulesReport {
                symbol: one.symbol.clone(),
                first: shown(&track.first),
                tightest: shown(&track.tightest),
                last: shown(&track.now),
                reduce_only_secs: track.reduce_only_secs(self.world.chain.now()),
            })
            .collect()
    }

    fn market_reports(&self, series: &[Series]) -> Vec<MarketReport> {
        let show = |mantissa: u64, decimals: u32| {
            crate::decimal::format_fixed(u128::from(mantissa), decimals)
        };
        let mut reports = vec![];
        for (index, one) in series.iter().enumerate() {
            let inside = |bar: &&Bar| {
                bar.time < self.timeline.to && bar.time + one.bar_secs > self.timeline.from
            };
            let first = one.bars.iter().find(inside).map_or(0, |bar| bar.open);
            let (low, _) = one.range(self.timeline.from, self.timeline.to);
            let last = self.world.prices.get(index).copied().unwrap_or(0);
            reports.push(MarketReport {
                symbol: one.symbol.clone(),
                source: one.source.clone(),
                bar_secs: one.bar_secs,
                bars: self.timeline.market_bars.get(index).copied().unwrap_or(0),
                first: show(first, one.decimals),
                low: show(low, one.decimals),
                last: show(last, one.decimals),
                open_interest_high: self
                    .open_interest_high
                    .get(index)
                    .copied()
                    .unwrap_or(0)
                    .to_string(),
                open_interest_end: self.open_interest(index).to_string(),
            });
        }
        reports
    }
}

/// Parts per million as a number; for display.
fn ratio(ppm: u128) -> f64 {
    ppm as f64 / 1_000_000.0
}
