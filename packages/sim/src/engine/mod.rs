//! A replay from beginning to end: deploy, let everybody deposit, live through every step, report.
//!
//! A step, at its time and in blocks one second apart:
//!
//! 1. feeders push prices, the keeper cranks prices and funding, makers cancel and quote;
//! 2. in the next block the keeper liquidates, then some traders act;
//! 3. where a cap stopped a liquidation, it goes on in further blocks.
//!
//! At the end of a bar owed fees are flushed, the fund pokes the market, and everything is checked.

mod continuation;
mod result;
mod setup;

use std::time::Instant;

use ballast_types::fund::SolvencyResponse;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::agents::keepers::{Keepers, Round};
use crate::agents::makers::Maker;
use crate::agents::traders::Trader;
use crate::agents::View;
use crate::cli::ReplayArgs;
use crate::clock::format_minute;
use crate::compare::VenueReport;
use crate::error::{SimError, SimResult};
use crate::governed::Dao;
use crate::plot::{drawn_rules, drawn_units, Bands, Sample};
use crate::prices::{Series, Step, Timeline};
use crate::report::{Report, Violation};
use crate::world::World;

/// Blocks of liquidation a step at most.
const MAX_ROUNDS: u64 = 10;

/// What is told while a replay runs.
pub struct Progress<'a> {
    /// Steps done.
    pub step: u64,
    /// Bars done.
    pub bar: u64,
    /// Seconds since the Unix epoch.
    pub time: u64,
    /// The world.
    pub world: &'a World,
}

/// A replay that ended, by its end or by a violation.
pub struct Outcome {
    /// The result.
    pub report: Report,
    /// What was violated.
    pub violation: Option<Box<Violation>>,
    /// Why messages were refused, most frequent first.
    pub refusals: Vec<(String, u64)>,
    /// The start, and the end of every bar.
    pub history: Vec<Sample>,
    /// Thresholds of coverage.
    pub bands: Bands,
    /// The same losses under other rules; the first are Ballast's.
    pub venues: Vec<VenueReport>,
}

/// Everybody in it.
pub struct Replay {
    world: World,
    timeline: Timeline,
    makers: Vec<Maker>,
    traders: Vec<Trader>,
    keepers: Keepers,
    /// Who owns the suite, in a replay that is governed.
    dao: Option<Dao>,
    target_open_interest: Vec<u128>,
    depth: u32,
    /// Which traders act in which step.
    schedule: Vec<Vec<usize>>,
    rng: ChaCha8Rng,
    period: u64,
    bar: u64,
    open_interest_high: Vec<u128>,
    history: Vec<Sample>,
    first_prices: Vec<u64>,
}

impl Replay {
    /// Open interest of one side that traders aim at, by market, quote atoms.
    #[must_use]
    pub fn target_open_interest(&self) -> &[u128] {
        &self.target_open_interest
    }

    /// Lives through all steps. `tell` is called after each.
    ///
    /// # Errors
    /// A failure that is no violation; violations end the replay and are in the outcome.
    pub fn run(
        mut self,
        args: &ReplayArgs,
        series: &[Series],
        mut tell: impl FnMut(&Progress),
    ) -> SimResult<Outcome> {
        let started = Instant::now();
        let violation = match self.live(&mut tell) {
            Ok(()) => None,
            Err(SimError::Violation(violation)) => Some(violation),
            Err(other) => return Err(other),
        };
        let seconds = started.elapsed().as_secs_f64();
        let bands = self.world.chain.bands()?;
        let report = self.report(args, series, violation.is_some(), seconds)?;
        let venues = self.venue_reports();
        let mut refusals: Vec<(String, u64)> = self.world.refusals.into_iter().collect();
        refusals.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        Ok(Outcome {
            report,
            violation,
            refusals,
            history: self.history,
            bands,
            venues,
        })
    }

    fn live(&mut self, tell: &mut impl FnMut(&Progress)) -> SimResult<()> {
        let steps = std::mem::take(&mut self.timeline.steps);
        for (index, step) in (0u64..).zip(&steps) {
            let label = format!("bar {}, {} UTC", self.bar + 1, format_minute(step.time));
            self.world.begin_step(label, step.time, &step.prices);
            if index == 0 {
                self.keepers.housekeeping(&mut self.world)?;
                self.world.begin_record()?;
                self.first_prices.clone_from(&self.world.prices);
                let solvency = self.world.observe_fund()?;
                self.sample(step.time, &solvency);
            }
            self.step(index, step)?;
            self.govern()?;
            if step.ends_bar {
                self.end_bar(step.time)?;
            }
            tell(&Progress {
                step: index + 1,
                bar: self.bar,
                time: step.time,
                world: &self.world,
            });
        }
        if let Some(last) = steps.last() {
            self.go_on(u64::try_from(steps.len()).unwrap_or(u64::MAX), last)?;
        }
        self.world.observe_fund()?;
        Ok(())
    }

    fn govern(&mut self) -> SimResult<()> {
        match &mut self.dao {
            Some(dao) => dao.act(&mut self.world, &self.first_prices),
            None => Ok(()),
        }
    }

    /// Keeps what the plot shows of this moment.
    fn sample(&mut self, time: u64, solvency: &SolvencyResponse) {
        let ratio = |(now, first): (&u64, &u64)| *now as f64 / (*first).max(1) as f64;
        let layers = [
            solvency.market_reserves,
            solvency.mutual,
            solvency.staked,
            solvency.emergency_undrawn,
        ];
        self.history.push(Sample {
            time,
            prices: self
                .world
                .prices
                .iter()
                .zip(&self.first_prices)
                .map(ratio)
                .collect(),
            coverage: solvency.coverage_ppm.u128() as f64 / 1_000_000.0,
            layers: layers.map(|layer| drawn_units(layer.u128())),
            rules: self.world.rules.iter().map(drawn_rules).collect(),
            claims: self.world.ledger.claims,
            deleveraged: self.world.ledger.deleveraged,
        });
    }

    fn step(&mut self, index: u64, step: &Step) -> SimResult<()> {
        self.keepers.push_prices(&mut self.world)?;
        self.keepers.crank(&mut self.world)?;
        self.world.refresh()?;
        self.make(index, step)?;

        self.world.chain.next_block(1);
        let mut round = self.keepers.liquidate(&mut self.world)?;
        self.trade(index, step)?;

        // Leave a second for the next step's own block.
        let rounds = MAX_ROUNDS.min(step.length.saturating_sub(2));
        for _ in 1..rounds {
            if round == Round::Finished {
                break;
            }
            self.world.chain.next_block(1);
            self.keepers.keep_fresh(&mut self.world)?;
            round = self.keepers.liquidate(&mut self.world)?;
        }
        Ok(())
    }

    fn make(&mut self, index: u64, step: &Step) -> SimResult<()> {
        let count = u32::try_from(self.makers.len()).unwrap_or(u32::MAX);
        let mut all_orders = vec![];
        for maker in &mut self.makers {
            let view = view(&self.world, index, step, &self.target_open_interest);
            let (cancels, orders) = maker.act(&view, count, self.depth);
            all_orders.extend(orders);
            for cancel in &cancels {
                self.world.send(cancel)?;
            }
        }
        for order in &all_orders {
            self.world.send(order)?;
        }
        Ok(())
    }

    fn trade(&mut self, index: u64, step: &Step) -> SimResult<()> {
        let slot = usize::try_from(index).unwrap_or(usize::MAX);
        let due = self
            .schedule
            .get_mut(slot)
            .map(std::mem::take)
            .unwrap_or_default();
        // A fast market wakes others up: of a hundred traders half as many as the move has percent.
        let stress = step
            .stress_ppm
            .iter()
            .copied()
            .max()
            .unwrap_or(0)
            .min(1_000_000);
        let count = u64::try_from(self.traders.len()).unwrap_or(1);
        let awake = count.saturating_mul(stress) / 2_000_000;
        let woken: Vec<u64> = (0..awake)
            .map(|_| self.rng.gen_range(0..count.max(1)))
            .collect();
        for trader in due {
            let next = index + 1 + self.rng.gen_range(0..self.period * 2);
            let next = usize::try_from(next).unwrap_or(usize::MAX);
            if let Some(list) = self.schedule.get_mut(next) {
                list.push(trader);
            }
            self.trade_one(index, step, trader)?;
        }
        for trader in woken {
            let trader = usize::try_from(trader).unwrap_or(0);
            let entered = self
                .traders
                .get(trader)
                .is_some_and(|one| one.enters_at < index);
            if entered {
                self.trade_one(index, step, trader)?;
            }
        }
        Ok(())
    }

    fn trade_one(&mut self, index: u64, step: &Step, trader: usize) -> SimResult<()> {
        self.world.refresh_accounts()?;
        let view = view(&self.world, index, step, &self.target_open_interest);
        let intents = self
            .traders
            .get_mut(trader)
            .map(|one| one.act(&view))
            .unwrap_or_default();
        for intent in &intents {
            self.world.send(intent)?;
        }
        Ok(())
    }

    fn end_bar(&mut self, time: u64) -> SimResult<()> {
        self.bar += 1;
        self.world.refresh()?;
        self.keepers.housekeeping(&mut self.world)?;
        let solvency = self.world.observe_fund()?;
        self.sample(time, &solvency);
        for market in 0..self.open_interest_high.len() {
            let now = self.open_interest(market);
            if let Some(high) = self.open_interest_high.get_mut(market) {
                *high = (*high).max(now);
            }
        }
        self.world.check_everything()
    }

    /// One side's open interest of a market at its price now, quote atoms.
    fn open_interest(&self, market: usize) -> u128 {
        let held = self
            .world
            .shadow
            .market(market)
            .map_or(0, |s| s.open_interest_long.u128());
        match (
            self.world.listings.get(market),
            self.world.prices.get(market),
        ) {
            (Some(listing), Some(price)) => listing.worth(held, *price),
            _ => 0,
        }
    }
}

fn view<'a>(world: &'a World, index: u64, step: &'a Step, targets: &'a [u128]) -> View<'a> {
    View {
        index,
        step,
        listings: &world.listings,
        shadow: &world.shadow,
        target_open_interest: targets,
    }
}
