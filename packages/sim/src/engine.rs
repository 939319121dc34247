//! A replay from beginning to end: deploy, let everybody deposit, live through every step, report.
//!
//! A step, at its time and in blocks one second apart:
//!
//! 1. feeders push prices, the keeper cranks prices and funding, makers cancel and quote;
//! 2. in the next block the keeper liquidates, then some traders act;
//! 3. where a cap stopped a liquidation, it goes on in further blocks.
//!
//! At the end of a bar owed fees are flushed, the fund pokes the market, and everything is checked.

use std::time::Instant;

use ballast_types::AccountId;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::agents::keepers::{Keepers, Round};
use crate::agents::makers::Maker;
use crate::agents::traders::Trader;
use crate::agents::{market_id, Action, Intent, View};
use crate::chain::Chain;
use crate::cli::ReplayArgs;
use crate::clock::format_minute;
use crate::error::{SimError, SimResult};
use crate::listing::Listing;
use crate::plan::Plan;
use crate::prices::{Series, Step, Timeline};
use crate::random::{stream, Purpose};
use crate::report::{
    ClaimsReport, DeleveragedReport, FundReport, LevelReport, MarketReport, Report, Violation,
    WindowReport,
};
use crate::world::{Sent, World};

/// Blocks of liquidation a step at most.
const MAX_ROUNDS: u64 = 10;

/// A trader acts about once in so many bars, in a long replay.
const BARS_BETWEEN_ACTS: u64 = 30;

/// Most traders have entered within this part of the replay, and within so many bars.
const WARM_UP_PARTS: u64 = 12;
const WARM_UP_BARS: u64 = 40;

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
}

/// Everybody in it.
pub struct Replay {
    world: World,
    timeline: Timeline,
    makers: Vec<Maker>,
    traders: Vec<Trader>,
    keepers: Keepers,
    target_open_interest: Vec<u128>,
    depth: u32,
    /// Which traders act in which step.
    schedule: Vec<Vec<usize>>,
    rng: ChaCha8Rng,
    period: u64,
    bar: u64,
    open_interest_high: Vec<u128>,
}

impl Replay {
    /// Deploys the exchange and lets everybody deposit.
    ///
    /// # Errors
    /// Prices that cannot be listed, or a violation.
    pub fn new(
        args: &ReplayArgs,
        series: &[Series],
        timeline: Timeline,
        command: String,
    ) -> SimResult<Self> {
        let mut listings = vec![];
        for (index, one) in series.iter().enumerate() {
            listings.push(Listing::choose(index, one, timeline.from, timeline.to)?);
        }
        let steps = u64::try_from(timeline.steps.len()).unwrap_or(u64::MAX);
        let a_bar = steps.div_ceil(timeline.bars.max(1));
        let warm_up = (steps / WARM_UP_PARTS).min(WARM_UP_BARS * a_bar).max(2);
        let mut traders = vec![];
        for index in 0..u64::from(args.traders) {
            traders.push(Trader::new(
                args.seed,
                index,
                Chain::address(&format!("trader{index}")),
                series.len(),
                args.leverage,
                args.long_bias,
                warm_up,
            ));
        }
        let targets = targets(&traders, series.len());
        let plan = Plan::new(args, listings.clone(), targets.clone(), timeline.from);
        let makers: Vec<Maker> = (0..u64::from(args.makers))
            .map(|index| {
                let addr = Chain::address(&format!("maker{index}"));
                Maker::new(args.seed, index, addr, series.len())
            })
            .collect();
        let mut purses = vec![];
        for trader in &traders {
            purses.push((trader.addr.clone(), trader.purse()));
        }
        for maker in &makers {
            let purse = (0..series.len())
                .fold(0u128, |sum, market| sum + plan.maker_stake(market, args.makers));
            purses.push((maker.addr.clone(), purse));
        }
        let first = timeline.steps.first().map_or(vec![], |step| step.prices.clone());
        let chain = Chain::deploy(&plan, &purses, &first, args.invariants)?;
        let maintenance = (0..series.len())
            .map(|market| {
                let parameters = plan.market_parameters(market);
                let product = u64::from(parameters.initial_margin_ppm)
                    * u64::from(parameters.maintenance_fraction_ppm);
                u32::try_from(product / 1_000_000).unwrap_or(u32::MAX)
            })
            .collect();
        let keepers =
            Keepers::new(args.seed, Chain::address("keeper"), chain.feeders(), maintenance);
        let world = World::new(chain, listings, args.seed, command);
        let period = (timeline.bars / 20).clamp(4, BARS_BETWEEN_ACTS) * a_bar;
        let mut replay = Self {
            world,
            schedule: vec![vec![]; timeline.steps.len()],
            timeline,
            makers,
            traders,
            keepers,
            open_interest_high: vec![0; targets.len()],
            target_open_interest: targets,
            depth: args.depth,
            rng: stream(args.seed, Purpose::Schedule, 0),
            period,
            bar: 0,
        };
        replay.deposit(&plan)?;
        Ok(replay)
    }

    fn deposit(&mut self, plan: &Plan) -> SimResult<()> {
        let (makers, world) = (self.makers.len(), &mut self.world);
        let count = u32::try_from(makers).unwrap_or(u32::MAX);
        for maker in &mut self.makers {
            for market in 0..self.target_open_interest.len() {
                let subaccount = market_id(market);
                let amount = plan.maker_stake(market, count);
                let number = open_account(world, &maker.addr, subaccount, amount)?;
                maker.accounts.push(number);
            }
        }
        for (index, trader) in self.traders.iter_mut().enumerate() {
            trader.account = open_account(world, &trader.addr, 0, trader.stake)?;
            let step = usize::try_from(trader.enters_at).unwrap_or(usize::MAX);
            if let Some(list) = self.schedule.get_mut(step) {
                list.push(index);
            }
        }
        Ok(())
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
        let report = self.report(args, series, violation.is_some(), seconds)?;
        let mut refusals: Vec<(String, u64)> = self.world.refusals.into_iter().collect();
        refusals.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        Ok(Outcome { report, violation, refusals })
    }

    fn live(&mut self, tell: &mut impl FnMut(&Progress)) -> SimResult<()> {
        let steps = std::mem::take(&mut self.timeline.steps);
        for (index, step) in (0u64..).zip(&steps) {
            let label = format!("bar {}, {} UTC", self.bar + 1, format_minute(step.time));
            self.world.begin_step(label, step.time, &step.prices);
            if index == 0 {
                self.world.begin_record()?;
            }
            self.step(index, step)?;
            if step.ends_bar {
                self.end_bar()?;
            }
            tell(&Progress { step: index + 1, bar: self.bar, time: step.time, world: &self.world });
        }
        self.world.observe_fund()?;
        Ok(())
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
        let due = self.schedule.get_mut(slot).map(std::mem::take).unwrap_or_default();
        // A fast market wakes others up: of a hundred traders half as many as the move has percent.
        let stress = step.stress_ppm.iter().copied().max().unwrap_or(0).min(1_000_000);
        let count = u64::try_from(self.traders.len()).unwrap_or(1);
        let awake = count.saturating_mul(stress) / 2_000_000;
        let woken: Vec<u64> = (0..awake).map(|_| self.rng.gen_range(0..count.max(1))).collect();
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
            let entered = self.traders.get(trader).is_some_and(|one| one.enters_at < index);
            if entered {
                self.trade_one(index, step, trader)?;
            }
        }
        Ok(())
    }

    fn trade_one(&mut self, index: u64, step: &Step, trader: usize) -> SimResult<()> {
        self.world.refresh_accounts()?;
        let view = view(&self.world, index, step, &self.target_open_interest);
        let intents = self.traders.get_mut(trader).map(|one| one.act(&view)).unwrap_or_default();
        for intent in &intents {
            self.world.send(intent)?;
        }
        Ok(())
    }

    fn end_bar(&mut self) -> SimResult<()> {
        self.bar += 1;
        self.world.refresh()?;
        self.keepers.housekeeping(&mut self.world)?;
        self.world.observe_fund()?;
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
        let held = self.world.shadow.market(market).map_or(0, |s| s.open_interest_long.u128());
        match (self.world.listings.get(market), self.world.prices.get(market)) {
            (Some(listing), Some(price)) => listing.worth(held, *price),
            _ => 0,
        }
    }

    fn report(
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
            scenario: args.prices.is_empty().then(|| args.scenario_name().to_string()),
            seed: args.seed,
            collateral: args.collateral.as_str().to_string(),
            invariants: args.invariants.as_str().to_string(),
            window: WindowReport { from: self.timeline.from, to: self.timeline.to },
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
                paid_in_full: ledger.paid_in_full,
                paid_in_part: ledger.paid_in_part,
                paid_nothing: ledger.paid_nothing,
                failed: ledger.claims_failed,
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
                surplus: fund.surplus.to_string(),
                coverage_low: ratio(fund.coverage_low),
                coverage_end: ratio(fund.coverage),
            },
            levels: ledger
                .levels
                .iter()
                .map(|(at, level)| LevelReport { at: *at, level: level.clone() })
                .collect(),
            deficit: deficit.to_string(),
            deficit_booked: ledger.deficit_booked.to_string(),
            invariant_checks: self.world.checks,
            violations: u64::from(violated),
            seconds: (seconds * 1_000.0).round() / 1_000.0,
        })
    }

    fn market_reports(&self, series: &[Series]) -> Vec<MarketReport> {
        let show = |mantissa: u64, decimals: u32| {
            crate::decimal::format_fixed(u128::from(mantissa), decimals)
        };
        let mut reports = vec![];
        for (index, one) in series.iter().enumerate() {
            let inside = |bar: &&crate::prices::Bar| {
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

fn view<'a>(world: &'a World, index: u64, step: &'a Step, targets: &'a [u128]) -> View<'a> {
    View {
        index,
        step,
        listings: &world.listings,
        shadow: &world.shadow,
        target_open_interest: targets,
    }
}

/// Open interest of one side that traders aim at, by market: what those who prefer that side want, the larger
/// of both.
fn targets(traders: &[Trader], markets: usize) -> Vec<u128> {
    (0..markets)
        .map(|market| {
            let wanted = |long: bool| {
                traders
                    .iter()
                    .filter(|trader| trader.long == long && trader.markets.contains(&market))
                    .fold(0u128, |sum, trader| sum.saturating_add(trader.target(trader.stake)))
            };
            wanted(true).max(wanted(false)).max(crate::listing::QUOTE_UNIT)
        })
        .collect()
}

fn open_account(
    world: &mut World,
    owner: &cosmwasm_std::Addr,
    subaccount: u32,
    amount: u128,
) -> SimResult<u64> {
    let intent = Intent { sender: owner.clone(), action: Action::Deposit { subaccount, amount } };
    if let Sent::Refused(error) = world.send(&intent)? {
        return Err(SimError::internal(format!("a first deposit was refused: {error}")));
    }
    let account = AccountId { owner: owner.to_string(), subaccount };
    Ok(world.account(&account)?.number.u64())
}

/// Parts per million as a number; for display.
fn ratio(ppm: u128) -> f64 {
    u32::try_from(ppm).map_or(f64::from(u32::MAX), f64::from) / 1_000_000.0
}
