//! What one path asks of the fund: leveraged accounts on both sides of every market, liquidated by the contracts' own
//! formulas ([`super::closing`]).
//!
//! * Open interest of each side is held by accounts of every leverage of the profile, each in eight vintages. A vintage
//!   enters at the price of its moment and makes room for another after the holding time; until then it lives with the
//!   price. One that was liquidated is replaced when its time comes.
//! * At each of the four corners of a bar, accounts below maintenance margin are liquidated, if a keeper has had its
//!   time. A solvent one is closed into the book at no worse than the better of fillable and bankruptcy price, as far as
//!   the book reaches and no further than initial margin asks; the rest stays and may become bankrupt. A bankrupt one is
//!   closed into the book within the slippage allowed and against counterparties at the oracle price, and what that lacks
//!   is asked of the fund.
//! * The fund earns its share of liquidation fees and the premium at its base rate. Trade fees are left out: nobody knows
//!   the volume that will be.
//!
//! What the fund does not pay changes nothing here: that levels, caps and breakers take risk off the market is left out,
//! so the model errs on the side of larger losses. That is what makes one path serve every size of the fund.

use std::collections::VecDeque;

use ballast_perp_market::parameters::default_market;
use ballast_risk::{maintenance_margin_ppm, MarginParameters, RiskResult, ValueScale};
use ballast_types::market::MarketParameters;
use cosmwasm_std::Uint128;

use super::arguments::LeverageProfile;
use super::book::BookSide;
use super::closing::{bankrupt, part, signed, solvent, times, trigger, Account, LOT, PRICE_ONE};
use super::history::{History, Move, ONE};
use crate::error::{SimError, SimResult};

/// Vintages of each leverage.
const VINTAGES: u64 = 8;

/// Inside the model the largest open interest of a market is this many quote atoms, so that rounding is the same for
/// small and large markets.
const SCALE: u128 = 1_000_000_000_000_000;

/// Seconds over which a move thins out the book, as in a replay.
const STRESS_SECS: u64 = 900;

/// Fees that arrived so long before a claim do not count for the drawdown breaker.
const OLD_FEES_SECS: u64 = 9 * 3_600;

const YEAR: u128 = 31_536_000;

/// What a market brought to the fund or asked of it in one bar. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Bar of the path.
    pub bar: u64,
    /// Which market.
    pub market: usize,
    /// Fees earned since the market's last event, up to nine hours before this one.
    pub old_fees: u128,
    /// Fees earned since then.
    pub fees: u128,
    /// Asked.
    pub claim: u128,
}

/// What all paths have in common.
pub struct Model {
    /// Parameters of the markets.
    pub parameters: MarketParameters,
    /// Leverage of those who enter.
    pub leverage: LeverageProfile,
    /// Bars between two vintages.
    pub vintage_bars: u64,
    /// Depth of a quiet book, percent of open interest.
    pub depth: u32,
    /// Bars before a keeper acts.
    pub keeper_delay: u64,
    /// Premium a year, ppm of open interest, paid by each side.
    pub premium_ppm: u32,
    /// Its margin parameters, as the formulas take them.
    pub margin: MarginParameters,
    /// What a size is worth at a price.
    pub scale: ValueScale,
}

/// Parameters of a market whose boldest account has this leverage (thousandths): the contract's defaults with initial
/// margin low enough to enter, and a liquidation fee of at most half of maintenance margin, as in a replay.
#[must_use]
pub fn parameters_for(leverage_milli: u32) -> MarketParameters {
    let defaults = default_market();
    let initial = 1_000_000_000u32
        .checked_div(leverage_milli)
        .unwrap_or(1_000_000);
    let initial_margin_ppm = initial.clamp(10_000, defaults.initial_margin_ppm);
    let maintenance =
        maintenance_margin_ppm(initial_margin_ppm, defaults.maintenance_fraction_ppm).unwrap_or(0);
    MarketParameters {
        initial_margin_ppm,
        max_liquidation_fee_ppm: defaults.max_liquidation_fee_ppm.min(maintenance / 2),
        ..defaults
    }
}

impl Model {
    /// A model of markets with such accounts; `holding_bars` is how long a position is held.
    ///
    /// # Errors
    /// None for the parameters that options allow.
    pub fn new(
        leverage: LeverageProfile,
        holding_bars: u64,
        depth: u32,
        keeper_delay: u64,
        premium_ppm: u32,
    ) -> SimResult<Self> {
        let parameters = parameters_for(leverage.max());
        let margin = MarginParameters {
            initial_margin_ppm: parameters.initial_margin_ppm,
            maintenance_fraction_ppm: parameters.maintenance_fraction_ppm,
            open_interest_lower: Uint128::zero(),
            open_interest_upper: Uint128::zero(),
        };
        Ok(Self {
            parameters,
            leverage,
            vintage_bars: (holding_bars / VINTAGES).max(1),
            depth,
            keeper_delay,
            premium_ppm,
            margin,
            scale: ValueScale::new(12, 6).map_err(SimError::internal)?,
        })
    }

    /// What a path asks of the fund, in order of time.
    ///
    /// # Errors
    /// None for prices that a history holds; what the formulas refuse otherwise.
    pub fn losses(
        &self,
        history: &History,
        path: impl Iterator<Item = usize>,
    ) -> SimResult<Vec<Event>> {
        let mut markets: Vec<Venue> = (0..history.markets.len())
            .map(|market| Venue::new(self, history, market))
            .collect();
        let mut events = vec![];
        for (bar, at) in (0u64..).zip(path) {
            for (index, venue) in markets.iter_mut().enumerate() {
                let Some(now) = venue.moves.get(at) else {
                    return Err(SimError::internal("a path leaves the history"));
                };
                venue.live(bar, at, now).map_err(SimError::internal)?;
                if venue.claim > 0 {
                    events.push(venue.event(bar, index));
                }
            }
        }
        Ok(events)
    }
}

/// One market on its way along a path.
struct Venue<'a> {
    model: &'a Model,
    moves: &'a [Move],
    bar_secs: u64,
    /// Quote atoms that [`SCALE`] stands for.
    largest: u128,
    price: u128,
    /// Both sides: leverage by leverage, in each the vintages, first long and then short.
    accounts: Vec<Account>,
    /// The highest price at which a long, and the lowest at which a short is liquidatable.
    reach: (u128, u128),
    waits: bool,
    /// Price before each of the last bars, and which they were: the newest last.
    recent: VecDeque<(u128, usize)>,
    /// Asked and liquidation fees not yet told, in model atoms; bar up to which the premium was told.
    claim: u128,
    fees: u128,
    premium_from: u64,
}

impl<'a> Venue<'a> {
    fn new(model: &'a Model, history: &'a History, market: usize) -> Self {
        let count = model.leverage.0.len() * 16;
        Self {
            model,
            moves: history.markets.get(market).map_or(&[], Vec::as_slice),
            bar_secs: history.bar_secs,
            largest: history.largest_open_interest(market),
            price: PRICE_ONE,
            accounts: vec![Account::default(); count],
            reach: (0, u128::MAX),
            waits: false,
            recent: VecDeque::new(),
            claim: 0,
            fees: 0,
            premium_from: 0,
        }
    }

    /// One bar.
    fn live(&mut self, bar: u64, at: usize, now: &Move) -> RiskResult<()> {
        if bar == 0 {
            for vintage in 0..VINTAGES {
                self.enter(vintage, now)?;
            }
        } else if bar % self.model.vintage_bars == 0 {
            self.enter(bar / self.model.vintage_bars % VINTAGES, now)?;
        }
        let depth_bars = STRESS_SECS.div_ceil(self.bar_secs).max(1) + 1;
        if u64::try_from(self.recent.len()).unwrap_or(u64::MAX) >= depth_bars {
            self.recent.pop_front();
        }
        self.recent.push_back((self.price, at));
        let reached = times(self.price, now.low()) <= self.reach.0
            || times(self.price, now.high()) >= self.reach.1;
        if reached {
            for corner in 0..4 {
                self.visit(bar, corner, now)?;
            }
            self.measure();
        } else if self.waits {
            self.accounts.iter_mut().for_each(|one| one.since = None);
            self.waits = false;
        }
        self.price = times(self.price, now.corners[3]).max(1);
        self.rescale()
    }

    /// A vintage makes room for another of the same leverage, at the price of now.
    fn enter(&mut self, vintage: u64, now: &Move) -> RiskResult<()> {
        let model = self.model;
        let interest = part(now.open_interest, SCALE, self.largest);
        let slots = self.accounts.chunks_exact_mut(16);
        for (share, slots) in model.leverage.0.iter().zip(slots) {
            let notional =
                part(interest, u128::from(share.share_ppm), 1_000_000) / u128::from(VINTAGES);
            let lots = part(notional, PRICE_ONE, self.price) / 1_000_000;
            let equity = part(notional, 1_000, u128::from(share.milli));
            let value = part(lots * LOT, self.price, PRICE_ONE) / 1_000_000;
            let (size, value, equity) = (signed(lots * LOT), signed(value), signed(equity));
            let vintage = usize::try_from(vintage).unwrap_or(0);
            for (slot, long) in [(vintage, true), (vintage + 8, false)] {
                let Some(slot) = slots.get_mut(slot) else {
                    continue;
                };
                let side = if long { 1 } else { -1 };
                *slot = Account {
                    size: side * size,
                    quote: equity - side * value,
                    trigger: 0,
                    since: None,
                };
                slot.trigger = trigger(model, slot, self.price)?;
            }
        }
        self.measure();
        Ok(())
    }

    fn measure(&mut self) {
        self.reach = self
            .accounts
            .iter()
            .fold((0, u128::MAX), |reach, one| match one.size {
                0 => reach,
                size if size > 0 => (reach.0.max(one.trigger), reach.1),
                _ => (reach.0, reach.1.min(one.trigger)),
            });
    }

    /// One corner of a bar in which somebody is reached.
    fn visit(&mut self, bar: u64, corner: usize, now: &Move) -> RiskResult<()> {
        let ratio = now.corners.get(corner).copied().unwrap_or(ONE);
        let price = times(self.price, ratio).max(1);
        if price > self.reach.0 && price < self.reach.1 && !self.waits {
            return Ok(());
        }
        let model = self.model;
        let interest = part(now.open_interest, SCALE, self.largest);
        let quiet = part(interest, u128::from(model.depth), 100);
        let stress = self.stress(corner, price);
        let mut sides = [
            BookSide::new(quiet, now.volume_pct, stress),
            BookSide::new(quiet, now.volume_pct, stress),
        ];
        let (mut claim, mut fees, mut waits) = (0u128, 0u128, false);
        for account in &mut self.accounts {
            if account.size == 0 {
                continue;
            }
            let (whole, position) = if account.is_reached(price) {
                model.risk(account, price)?
            } else {
                account.since = None;
                continue;
            };
            if !whole.is_liquidatable() {
                account.since = None;
                continue;
            }
            let since = *account.since.get_or_insert(bar);
            waits = true;
            if bar < since.saturating_add(model.keeper_delay) {
                continue;
            }
            let side = &mut sides[usize::from(account.size < 0)];
            if whole.is_bankrupt() {
                claim += bankrupt(model, &whole, &position, side)?;
                *account = Account::default();
            } else {
                fees += solvent(model, account, &whole, &position, price, side)?;
            }
        }
        self.claim += claim;
        self.fees += fees;
        self.waits = waits;
        Ok(())
    }

    /// The largest distance between a price and those of the last quarter of an hour, ppm; at least from the one before.
    fn stress(&self, corner: usize, price: u128) -> u64 {
        let slot = (self.bar_secs / 4).max(1);
        let reach = usize::try_from(STRESS_SECS / slot).unwrap_or(1).max(1);
        let (mut lowest, mut highest) = (price, price);
        let mut seen = 0usize;
        for (index, (before, at)) in self.recent.iter().rev().enumerate() {
            let Some(then) = self.moves.get(*at) else {
                continue;
            };
            let corners = if index == 0 { corner } else { 4 };
            for ratio in then.corners.iter().take(corners).rev() {
                if seen == reach {
                    break;
                }
                seen += 1;
                let other = times(*before, *ratio).max(1);
                (lowest, highest) = (lowest.min(other), highest.max(other));
            }
        }
        // Of higher prices the highest is furthest, of lower ones the lowest.
        let rise = part(price - lowest, 1_000_000, lowest);
        let fall = part(highest - price, 1_000_000, highest);
        u64::try_from(rise.max(fall)).unwrap_or(u64::MAX)
    }

    /// Keeps the price within a factor of ten of 1: worth stays, units change.
    fn rescale(&mut self) -> RiskResult<()> {
        let (up, down) = match self.price {
            price if price < PRICE_ONE / 10 => (10, 1),
            price if price > PRICE_ONE * 10 => (1, 10),
            _ => return Ok(()),
        };
        self.price = self.price * up / down;
        for (before, _) in &mut self.recent {
            *before = *before * up / down;
        }
        let lot = signed(LOT);
        for account in &mut self.accounts {
            let lots = account.size / lot;
            account.size = lots * signed(down) / signed(up) * lot;
            account.trigger = trigger(self.model, account, self.price)?;
        }
        self.measure();
        // A fall by more than a factor of ten within one bar.
        if self.price < PRICE_ONE / 10 || self.price > PRICE_ONE * 10 {
            return self.rescale();
        }
        Ok(())
    }

    /// What is to be told of this bar, and nothing of it twice.
    fn event(&mut self, bar: u64, market: usize) -> Event {
        let atoms = |model: u128| part(model, self.largest, SCALE);
        let bars = bar + 1 - self.premium_from;
        // The premium is charged on what is open now for all the time since: open interest changes slowly.
        let interest = self.interest();
        let a_bar = |bars: u64| {
            let secs = u128::from(bars) * u128::from(self.bar_secs);
            let yearly = part(interest, 2 * u128::from(self.model.premium_ppm), 1_000_000);
            part(yearly, secs, YEAR)
        };
        let recent = bars.min(OLD_FEES_SECS / self.bar_secs);
        let event = Event {
            bar,
            market,
            old_fees: a_bar(bars - recent),
            fees: a_bar(recent) + atoms(self.fees),
            claim: atoms(self.claim),
        };
        self.premium_from = bar + 1;
        (self.fees, self.claim) = (0, 0);
        event
    }

    fn interest(&self) -> u128 {
        self.recent
            .back()
            .and_then(|(_, at)| self.moves.get(*at))
            .map_or(0, |now| now.open_interest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::arguments::LeverageShare;

    fn model(leverage: u32, depth: u32) -> Model {
        let profile = LeverageProfile(vec![LeverageShare {
            milli: leverage * 1_000,
            share_ppm: 1_000_000,
        }]);
        Model::new(profile, 80, depth, 0, 0).unwrap()
    }

    fn history(bars: &[[f64; 4]]) -> History {
        let one = |ratio: f64| (ratio * ONE as f64) as u64;
        let moves = bars.iter().map(|corners| Move {
            corners: corners.map(one),
            volume_pct: 100,
            open_interest: 1_000_000_000_000,
        });
        History {
            bar_secs: 60,
            markets: vec![moves.collect()],
        }
    }

    const FLAT: [f64; 4] = [1.0; 4];

    fn asked(model: &Model, bars: &[[f64; 4]]) -> u128 {
        let history = history(bars);
        let events = model.losses(&history, 0..bars.len()).unwrap();
        events.iter().map(|event| event.claim).sum()
    }

    #[test]
    fn a_gap_costs_what_margin_does_not_hold() {
        // Ten times leveraged, down 30 % at once: 20 % of the open interest is lost beyond margin, as computed by hand.
        // A book that does not exist adds no slippage.
        let mut no_book = model(10, 1);
        no_book.depth = 0;
        let loss = asked(&no_book, &[FLAT, [0.7; 4], FLAT]);
        assert!(loss.abs_diff(200_000_000_000) < 20_000_000, "{loss}");
        // The same upward: shorts lose it.
        let loss = asked(&no_book, &[FLAT, [1.3; 4], FLAT]);
        assert!(loss.abs_diff(200_000_000_000) < 20_000_000, "{loss}");
        // Within the margin nothing is asked, and where the book is there slippage is asked for with it.
        assert_eq!(asked(&no_book, &[FLAT, [0.901; 4], FLAT]), 0);
        let with_book = asked(&model(10, 100), &[FLAT, [0.7; 4], FLAT]);
        assert!(with_book > loss && with_book < loss + 5_000_000_000);
    }

    #[test]
    fn a_wick_is_lived_through_before_the_close() {
        let mut no_book = model(10, 1);
        no_book.depth = 0;
        let wick = [1.0, 0.7, 1.0, 1.0];
        assert!(asked(&no_book, &[FLAT, wick, FLAT]) > 190_000_000_000);
    }

    #[test]
    fn a_slow_fall_through_a_deep_book_costs_nothing() {
        // 20 % in steps of a fifth of a percent: everybody is closed between maintenance margin and bankruptcy.
        let steps = vec![[0.9995, 0.999, 0.9985, 0.998]; 112];
        assert_eq!(asked(&model(10, 100), &steps), 0);
        // Without a book nobody can be closed before bankruptcy, and each corner costs a little.
        let mut no_book = model(10, 1);
        no_book.depth = 0;
        assert!(asked(&no_book, &steps) > 0);
    }

    #[test]
    fn keepers_who_come_late_cost_more() {
        let fall = [FLAT, [0.88; 4], [0.9; 4], FLAT, FLAT];
        let mut late = model(10, 1);
        let prompt = asked(&late, &fall);
        late.keeper_delay = 1;
        assert!(asked(&late, &fall) > prompt);
    }

    #[test]
    fn only_ratios_matter_however_far_the_price_goes() {
        // 0.9^400 is 10^-18: the same loss with every fall.
        let mut no_book = model(20, 1);
        no_book.depth = 0;
        no_book.vintage_bars = 1;
        let falls = vec![[0.9; 4]; 400];
        let history = history(&falls);
        let events = no_book.losses(&history, 0..falls.len()).unwrap();
        assert_eq!(events.len(), 400);
        let (first, last) = (events[8].claim, events[399].claim);
        assert!(first.abs_diff(last) * 100 < first, "{first} {last}");
    }

    #[test]
    fn losses_are_in_proportion_to_open_interest() {
        let bars = [FLAT, [0.8; 4], [0.97; 4], FLAT];
        let mut small = history(&bars);
        let large = asked(&model(10, 3), &bars);
        for now in &mut small.markets[0] {
            now.open_interest /= 1_000;
        }
        let events = model(10, 3).losses(&small, 0..bars.len()).unwrap();
        let small: u128 = events.iter().map(|event| event.claim).sum();
        assert!(
            (small * 1_000).abs_diff(large) <= 2_000 * 2,
            "{small} {large}"
        );
    }

    #[test]
    fn the_premium_of_the_time_before_comes_with_a_claim() {
        let mut model = model(10, 1);
        model.premium_ppm = 20_000;
        let mut bars = vec![FLAT; 1_440];
        bars.push([0.7; 4]);
        let history = history(&bars);
        let events = model.losses(&history, 0..bars.len()).unwrap();
        // Two sides, 2 % a year, a day and a minute.
        let expected = 1_000_000_000_000u128 * 4 / 100 * (1_441 * 60) / YEAR;
        let told = events[0].old_fees + events[0].fees;
        assert!(told.abs_diff(expected) <= 2, "{told} {expected}");
        assert!(events[0].fees < events[0].old_fees);
    }
}
