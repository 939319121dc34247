//! After the last bar: the report.

use super::Replay;
use crate::cli::ReplayArgs;
use crate::compare::fund::FundRule;
use crate::compare::{VenueReport, COLUMNS};
use crate::error::SimResult;
use crate::losses::Flow;
use crate::prices::{Bar, Series};
use crate::report::{
    BorneReport, ClaimsReport, ContagionReport, DeleveragedReport, FundReport, LevelReport,
    MarketReport, MarketReserveReport, Report, ReserveReport, ReservesReport, RuleReport,
    RulesReport, WindowReport,
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
            contagion: self.contagion(),
            reserves: self.reserves()?,
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

    fn symbol(&self, market: usize) -> String {
        let listing = self.world.listings.get(market);
        listing.map_or(String::new(), |listing| listing.symbol.clone())
    }

    fn contagion(&self) -> Vec<ContagionReport> {
        let losses = &self.world.losses;
        let one_pot = losses
            .venues
            .iter()
            .find(|venue| venue.rules.fund == FundRule::OnePot && venue.rules.premium);
        losses
            .causes
            .iter()
            .enumerate()
            .map(|(market, borne)| ContagionReport {
                symbol: self.symbol(market),
                loss: borne.total().to_string(),
                own_reserve: borne.own_reserve.to_string(),
                other_reserves: borne.other_reserves.to_string(),
                mutual: borne.mutual.to_string(),
                stake: borne.stake.to_string(),
                emergency: borne.emergency.to_string(),
                returned: borne.returned.to_string(),
                own_counterparties: borne.own_counterparties.to_string(),
                other_counterparties: borne.other_counterparties.to_string(),
                deficit: borne.deficit.to_string(),
                one_pot: one_pot
                    .and_then(|venue| venue.fates.get(market))
                    .map_or(0, |fate| fate.others_money)
                    .to_string(),
            })
            .collect()
    }

    fn reserves(&self) -> SimResult<ReservesReport> {
        let losses = &self.world.losses;
        let solvency = self.world.chain.solvency()?;
        let shown = |flow: &Flow, end: u128| ReserveReport {
            start: flow.start.to_string(),
            received: flow.received.to_string(),
            paid: flow.paid.to_string(),
            end: end.to_string(),
        };
        let mut markets = vec![];
        for capital in &solvency.markets {
            let index = usize::try_from(capital.market).unwrap_or(usize::MAX);
            let (Some(flow), Some(used)) =
                (losses.reserves.get(index), losses.mutual_use.get(index))
            else {
                continue;
            };
            markets.push(MarketReserveReport {
                symbol: self.symbol(index),
                isolated: capital.isolated,
                own: shown(flow, capital.reserve.u128()),
                mutual_paid: used.paid.to_string(),
                mutual_lifetime_cap: used.lifetime_cap.to_string(),
                mutual_window_used: used.window_used.to_string(),
                mutual_window_cap: used.window_cap.to_string(),
            });
        }
        Ok(ReservesReport {
            markets,
            mutual: shown(&losses.mutual, solvency.mutual.u128()),
            losses_of_shared_accounts: losses.shared,
        })
    }

    pub(super) fn venue_reports(&self) -> Vec<VenueReport> {
        let world = &self.world;
        let symbols: Vec<String> = world
            .listings
            .iter()
            .map(|listing| listing.symbol.clone())
            .collect();
        let worth =
            |market: usize, size| match (world.listings.get(market), world.prices.get(market)) {
                (Some(listing), Some(price)) => listing.worth(size, *price),
                _ => 0,
            };
        COLUMNS
            .iter()
            .zip(&world.losses.venues)
            .map(|(column, venue)| VenueReport::new(column, venue, &symbols, worth))
            .collect()
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
