//! Before the first bar: who takes part, what is deployed, who brings what.

use ballast_types::market::TimeInForce;
use ballast_types::{AccountId, Side};

use super::continuation::MAX_CONTINUATION;
use super::Replay;
use crate::agents::keepers::Keepers;
use crate::agents::makers::Maker;
use crate::agents::traders::Trader;
use crate::agents::{limit, market_id, Action, Intent};
use crate::chain::Chain;
use crate::cli::ReplayArgs;
use crate::error::{SimError, SimResult};
use crate::governed::Dao;
use crate::listing::{Listing, QUOTE_UNIT};
use crate::plan::Plan;
use crate::prices::{Series, Timeline};
use crate::random::{stream, Purpose};
use crate::world::{Sent, World};

/// A trader acts about once in so many bars, in a long replay.
const BARS_BETWEEN_ACTS: u64 = 30;

/// Most traders have entered within this part of the replay, and within so many bars.
const WARM_UP_PARTS: u64 = 12;
const WARM_UP_BARS: u64 = 40;

/// What the two who make the first trade of each market bring, and what it is worth, quote atoms.
const OPENER_STAKE: u128 = 10_000 * QUOTE_UNIT;
const FIRST_TRADE: u128 = 100 * QUOTE_UNIT;

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
        let isolated = isolated(&args.isolated, &listings)?;
        let mut parts = vec![];
        let mut arms = 0;
        for trader in &mut traders {
            parts.extend(trader.part(args.seed, &isolated, &mut arms));
        }
        traders.extend(parts);
        let targets = targets(&traders, series.len());
        let plan = Plan::new(
            args,
            listings.clone(),
            targets.clone(),
            timeline.from,
            isolated,
        );
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
            let purse = (0..series.len()).fold(0u128, |sum, market| {
                sum + plan.maker_stake(market, args.makers)
            });
            purses.push((maker.addr.clone(), purse));
        }
        let first = timeline
            .steps
            .first()
            .map_or(vec![], |step| step.prices.clone());
        // One account for all cross-margined markets, and one for each isolated one.
        let opened = u128::try_from(series.len()).unwrap_or(1).saturating_add(1);
        purses.extend(Chain::openers().map(|addr| (addr, OPENER_STAKE * opened)));
        let (chain, dao) = if args.governed {
            let (chain, listed) = Chain::deploy_governed(&plan, &purses, &first, args.invariants)?;
            (chain, Some(Dao::new(listed)))
        } else {
            (
                Chain::deploy(&plan, &purses, &first, args.invariants)?,
                None,
            )
        };
        let maintenance = (0..series.len())
            .map(|market| {
                let parameters = plan.market_parameters(market);
                let product = u64::from(parameters.initial_margin_ppm)
                    * u64::from(parameters.maintenance_fraction_ppm);
                u32::try_from(product / 1_000_000).unwrap_or(u32::MAX)
            })
            .collect();
        let keepers = Keepers::new(
            args.seed,
            Chain::address("keeper"),
            chain.feeders(),
            maintenance,
        );
        let world = World::new(chain, listings, args.seed, command);
        let period = (timeline.bars / 20).clamp(4, BARS_BETWEEN_ACTS) * a_bar;
        let mut replay = Self {
            world,
            schedule: vec![vec![]; timeline.steps.len().saturating_add(MAX_CONTINUATION)],
            dao,
            timeline,
            makers,
            traders,
            keepers,
            open_interest_high: vec![0; targets.len()],
            history: vec![],
            first_prices: vec![],
            target_open_interest: targets,
            depth: args.depth,
            rng: stream(args.seed, Purpose::Schedule, 0),
            period,
            bar: 0,
        };
        replay.open(&plan, &first)?;
        replay.deposit(&plan)?;
        Ok(replay)
    }

    /// The first trade of each market, between two strangers: with its fees the fund gets a first report, without
    /// which it would count the markets at their caps.
    fn open(&mut self, plan: &Plan, prices: &[u64]) -> SimResult<()> {
        let now = self.world.chain.now().saturating_add(1);
        self.world
            .begin_step("before the first bar".to_string(), now, prices);
        self.keepers.push_prices(&mut self.world)?;
        let [seller, buyer] = Chain::openers();
        for owner in [&seller, &buyer] {
            open_account(&mut self.world, owner, 0, OPENER_STAKE)?;
        }
        for market in 0..prices.len() {
            // An isolated market is held alone.
            let subaccount = if plan.is_isolated(market) {
                let apart = market_id(market).saturating_add(1);
                for owner in [&seller, &buyer] {
                    open_account(&mut self.world, owner, apart, OPENER_STAKE)?;
                }
                apart
            } else {
                0
            };
            let (Some(listing), Some(price)) =
                (self.world.listings.get(market), prices.get(market))
            else {
                continue;
            };
            let size = listing
                .size_worth(FIRST_TRADE, *price)
                .max(listing.lot_size);
            let at = listing.tick_price(*price, 0);
            for (owner, side) in [(&seller, Side::Sell), (&buyer, Side::Buy)] {
                let rests = TimeInForce::GoodTilCancelled;
                let order = limit(subaccount, market, side, size, at, rests);
                if let Sent::Refused(error) = self.world.to_market(owner, &order)? {
                    return Err(SimError::internal(format!(
                        "the first trade was refused: {error}"
                    )));
                }
            }
        }
        self.world.refresh()?;
        self.keepers.housekeeping(&mut self.world)
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
            trader.account = open_account(world, &trader.addr, trader.subaccount, trader.stake)?;
            let step = usize::try_from(trader.enters_at).unwrap_or(usize::MAX);
            if let Some(list) = self.schedule.get_mut(step) {
                list.push(index);
            }
        }
        Ok(())
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
                    .fold(0u128, |sum, trader| {
                        sum.saturating_add(trader.target(trader.stake))
                    })
            };
            wanted(true).max(wanted(false)).max(QUOTE_UNIT)
        })
        .collect()
}

/// Which markets are isolated: named as `FTT-PERP` or `FTT`, in any case.
fn isolated(named: &[String], listings: &[Listing]) -> SimResult<Vec<bool>> {
    let mut isolated = vec![false; listings.len()];
    for name in named {
        let is_named = |listing: &Listing| {
            let symbol = &listing.symbol;
            let short = symbol.strip_suffix("-PERP").unwrap_or(symbol);
            symbol.eq_ignore_ascii_case(name) || short.eq_ignore_ascii_case(name)
        };
        let mut found = false;
        for (slot, listing) in isolated.iter_mut().zip(listings) {
            if is_named(listing) {
                *slot = true;
                found = true;
            }
        }
        if !found {
            let symbols: Vec<&str> = listings.iter().map(|one| one.symbol.as_str()).collect();
            return Err(SimError::Usage(format!(
                "--isolated {name}: there is no such market; expected one of {}",
                symbols.join(", ")
            )));
        }
    }
    Ok(isolated)
}

fn open_account(
    world: &mut World,
    owner: &cosmwasm_std::Addr,
    subaccount: u32,
    amount: u128,
) -> SimResult<u64> {
    let intent = Intent {
        sender: owner.clone(),
        action: Action::Deposit { subaccount, amount },
    };
    if let Sent::Refused(error) = world.send(&intent)? {
        return Err(SimError::internal(format!(
            "a first deposit was refused: {error}"
        )));
    }
    let account = AccountId {
        owner: owner.to_string(),
        subaccount,
    };
    Ok(world.account(&account)?.number.u64())
}
