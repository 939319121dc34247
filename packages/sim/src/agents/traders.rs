//! Traders: a spread of leverage, most of them long, each with a habit. Who trades an isolated market and another one
//! holds each in a subaccount of its own, with half the stake.
//!
//! Stakes are spread over two orders of magnitude. A trader acts about every thirty bars, more often while the
//! market is fast, and then opens, adds, takes profit, cuts, closes, turns around, or leaves a limit order. After
//! a ruin many come back with half the stake, at most twice.

use ballast_types::market::{ExecuteMsg, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{Addr, Uint128};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{at_market, limit, market_id, Action, Intent, View};
use crate::cli::Leverage;
use crate::decimal::mul_div;
use crate::listing::QUOTE_UNIT;
use crate::random::{chance, stream, Purpose};
use crate::shadow::net_notional;

/// Stakes in quote units and how many of 100 traders bring each.
const STAKES: [(u128, u32); 7] = [
    (1_000, 12),
    (2_500, 20),
    (5_000, 24),
    (10_000, 20),
    (25_000, 14),
    (60_000, 7),
    (150_000, 3),
];

/// Share of what initial margin allows that a trader uses: fees and the price's uncertainty need room.
const MARGIN_USE_PER_MILLE: u128 = 930;

/// How far a market order may slip, ppm.
const SLIPPAGE_PPM: i64 = 10_000;

/// How much more than the best price somebody pays to get out, ppm.
const EXIT_SLIPPAGE_PPM: i64 = 30_000;

/// Times a ruined trader deposits again at most.
const MAX_RETURNS: u32 = 2;

/// What a trader does with a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Sits it out.
    Holds,
    /// Cuts it.
    Cuts,
    /// Adds to it.
    Doubles,
}

/// One trader: a subaccount of an address.
pub struct Trader {
    /// Who.
    pub addr: Addr,
    /// Its subaccount.
    pub subaccount: u32,
    /// Account number, once opened.
    pub account: u64,
    /// First deposit, quote atoms.
    pub stake: u128,
    /// Markets it trades, one or two.
    pub markets: Vec<usize>,
    /// Notional over equity it aims at, thousandths.
    pub leverage: u32,
    /// Side it prefers.
    pub long: bool,
    /// Step of its first trade.
    pub enters_at: u64,
    habit: Habit,
    rng: ChaCha8Rng,
    has_orders: bool,
    returns: u32,
}

impl Trader {
    /// Draws a character. `warm_up`: steps within which most have opened a position.
    #[must_use]
    pub fn new(
        seed: u64,
        index: u64,
        addr: Addr,
        markets: usize,
        leverage: Leverage,
        long_bias: u32,
        warm_up: u64,
    ) -> Self {
        let mut draw = stream(seed, Purpose::TraderCharacter, index);
        let first = draw.gen_range(0..markets.max(1) as u64);
        let mut mine = vec![usize::try_from(first).unwrap_or(0)];
        if markets > 1 && chance(&mut draw, 500) {
            let step = draw.gen_range(1..markets as u64);
            let second = (first + step) % markets as u64;
            mine.push(usize::try_from(second).unwrap_or(0));
        }
        // The smaller of two draws: low leverage is more common, the maximum not rare.
        let range = u64::from(leverage.max - leverage.min) + 1;
        let low = draw.gen_range(0..range);
        let other = draw.gen_range(0..range);
        let chosen = if chance(&mut draw, 600) {
            low.min(other)
        } else {
            low.max(other)
        };
        let late = chance(&mut draw, 200);
        let warm_up = warm_up.max(1);
        Self {
            addr,
            subaccount: 0,
            account: 0,
            stake: draw_stake(&mut draw),
            markets: mine,
            leverage: leverage.min + u32::try_from(chosen).unwrap_or(0),
            long: chance(&mut draw, long_bias * 10),
            enters_at: draw.gen_range(0..warm_up * if late { 4 } else { 1 }),
            habit: match draw.gen_range(0..10u32) {
                0..=5 => Habit::Holds,
                6..=8 => Habit::Cuts,
                _ => Habit::Doubles,
            },
            rng: stream(seed, Purpose::Trader, index),
            has_orders: false,
            returns: 0,
        }
    }

    /// Parts with what it holds in isolated markets beside others: one more trader of the same address for each, with its
    /// part of the stake, the same character and choices of its own. `arms` numbers their choices.
    pub fn part(&mut self, seed: u64, isolated: &[bool], arms: &mut u64) -> Vec<Self> {
        let mut parts = vec![];
        let share = self.stake / u128::try_from(self.markets.len().max(1)).unwrap_or(1);
        while self.markets.len() > 1 {
            let is_isolated = |market: &usize| isolated.get(*market).copied() == Some(true);
            let Some(place) = self.markets.iter().position(is_isolated) else {
                break;
            };
            let market = self.markets.remove(place);
            self.stake = self.stake.saturating_sub(share);
            *arms += 1;
            parts.push(Self {
                addr: self.addr.clone(),
                subaccount: market_id(market).saturating_add(1),
                account: 0,
                stake: share,
                markets: vec![market],
                leverage: self.leverage,
                long: self.long,
                enters_at: self.enters_at,
                habit: self.habit,
                rng: stream(seed, Purpose::TraderPart, *arms),
                has_orders: false,
                returns: 0,
            });
        }
        parts
    }

    /// Notional it aims at in each of its markets, quote atoms, from an equity.
    #[must_use]
    pub fn target(&self, equity: u128) -> u128 {
        let markets = u128::try_from(self.markets.len()).unwrap_or(1);
        let all = mul_div(
            equity,
            u128::from(self.leverage) * MARGIN_USE_PER_MILLE,
            1_000_000,
        );
        all / markets.max(1)
    }

    /// Most it ever deposits, quote atoms.
    #[must_use]
    pub fn purse(&self) -> u128 {
        self.stake.saturating_mul(2)
    }

    /// What it does now.
    pub fn act(&mut self, view: &View) -> Vec<Intent> {
        let Some(account) = view.shadow.account(self.account) else {
            return vec![];
        };
        let mut actions = vec![];
        if self.has_orders {
            self.has_orders = false;
            actions.push(Action::market(ExecuteMsg::CancelAllOrders {
                owner: None,
                subaccount: self.subaccount,
                market: None,
                trigger_orders: false,
            }));
        }
        let equity = view
            .shadow
            .equity(account, view.listings, &view.step.prices);
        let equity = u128::try_from(equity).unwrap_or(0);
        if equity < self.stake / 20 {
            if account.positions.is_empty() {
                actions.extend(self.come_back());
            }
            return self.intents(actions);
        }
        let choice = self.rng.gen_range(0..self.markets.len().max(1) as u64);
        let market = usize::try_from(choice)
            .ok()
            .and_then(|index| self.markets.get(index));
        let Some(market) = market.copied() else {
            return self.intents(actions);
        };
        let held = account
            .positions
            .iter()
            .find(|position| position.market == market_id(market));
        match held {
            None => actions.extend(self.open(view, market, equity)),
            Some(position) => {
                let value = net_notional(position, view.listings, &view.step.prices);
                let entry = i128::try_from(position.entry_notional.u128()).unwrap_or(i128::MAX);
                let gain = if value >= 0 {
                    value - entry
                } else {
                    value + entry
                };
                let holding = Holding {
                    subaccount: self.subaccount,
                    size: position.size.i128(),
                    value,
                    gain,
                };
                actions.extend(self.manage(view, market, equity, &holding));
            }
        }
        if actions.is_empty() && account.positions.is_empty() && chance(&mut self.rng, 50) {
            let amount = u128::try_from(account.quote.i128()).unwrap_or(0) / 4;
            actions.extend(withdraw(self.subaccount, amount));
        }
        self.intents(actions)
    }

    fn intents(&self, actions: Vec<Action>) -> Vec<Intent> {
        let sender = |action| Intent {
            sender: self.addr.clone(),
            action,
        };
        actions.into_iter().map(sender).collect()
    }

    fn come_back(&mut self) -> Option<Action> {
        if self.returns >= MAX_RETURNS || !chance(&mut self.rng, 150) {
            return None;
        }
        self.returns += 1;
        Some(Action::Deposit {
            subaccount: self.subaccount,
            amount: self.stake / 2,
        })
    }

    fn open(&mut self, view: &View, market: usize, equity: u128) -> Option<Action> {
        let with_bias = chance(&mut self.rng, 880);
        let side = if self.long == with_bias {
            Side::Buy
        } else {
            Side::Sell
        };
        self.order(view, market, side, self.target(equity))
    }

    /// A new order worth `value`: at the market, at once up to a price, or waiting.
    fn order(&mut self, view: &View, market: usize, side: Side, value: u128) -> Option<Action> {
        let (listing, price) = view.market(market)?;
        let size = listing.size_worth(value, price);
        if size == 0 {
            return None;
        }
        let sign = if side == Side::Buy { 1 } else { -1 };
        let message = match self.rng.gen_range(0..100u32) {
            0..=69 => {
                let worst = listing.tick_price(price, sign * SLIPPAGE_PPM);
                at_market(self.subaccount, market, side, size, worst, false)
            }
            70..=84 => {
                let worst = listing.tick_price(price, sign * SLIPPAGE_PPM / 4);
                limit(
                    self.subaccount,
                    market,
                    side,
                    size,
                    worst,
                    TimeInForce::ImmediateOrCancel,
                )
            }
            _ => {
                self.has_orders = true;
                let away = self.rng.gen_range(200..4_000i64);
                let patient = listing.tick_price(price, -sign * away);
                let force = if chance(&mut self.rng, 500) {
                    TimeInForce::PostOnly
                } else {
                    TimeInForce::GoodTilCancelled
                };
                limit(self.subaccount, market, side, size, patient, force)
            }
        };
        Some(Action::market(message))
    }

    fn manage(&mut self, view: &View, market: usize, equity: u128, held: &Holding) -> Vec<Action> {
        let notional = held.value.unsigned_abs();
        let target = self.target(equity);
        let margin = mul_div(notional, 1_000, u128::from(self.leverage.max(1))).max(1);
        let losing = held.gain < 0 && held.gain.unsigned_abs() > margin / 3;
        let winning = held.gain > 0 && held.gain.unsigned_abs() > margin / 2;
        let roll = self.rng.gen_range(0..100u32);
        let grow = if held.size > 0 { Side::Buy } else { Side::Sell };
        match (losing, winning, self.habit) {
            (true, _, Habit::Cuts) => held.close(view, market, 1_000),
            (true, _, Habit::Doubles) if roll < 60 => {
                let more = target.saturating_sub(notional);
                self.order(view, market, grow, more).into_iter().collect()
            }
            (true, _, Habit::Holds) if roll < 8 => held.close(view, market, 1_000),
            (true, ..) => vec![],
            (_, true, _) if roll < 45 => {
                let part = if roll < 20 { 1_000 } else { 500 };
                let mut actions = held.close(view, market, part);
                if roll % 3 == 0 {
                    actions.extend(withdraw(self.subaccount, held.gain.unsigned_abs() / 4));
                }
                actions
            }
            _ if roll < 12 => held.close(view, market, 1_000),
            _ if roll < 20 => held.close(view, market, 400),
            _ if roll < 24 => {
                let turn = notional.saturating_mul(2).min(target.saturating_mul(2));
                self.order(view, market, grow.opposite(), turn)
                    .into_iter()
                    .collect()
            }
            _ if notional < target / 10 * 8 => self
                .order(view, market, grow, target - notional)
                .into_iter()
                .collect(),
            _ => vec![],
        }
    }
}

/// A position as its owner sees it.
struct Holding {
    /// Its subaccount.
    subaccount: u32,
    /// Base atoms, signed.
    size: i128,
    /// Quote atoms, signed.
    value: i128,
    /// Quote atoms over what was paid.
    gain: i128,
}

impl Holding {
    /// Closes so many thousandths of it at the market.
    fn close(&self, view: &View, market: usize, per_mille: u128) -> Vec<Action> {
        let Some((listing, price)) = view.market(market) else {
            return vec![];
        };
        let size = listing.whole_lots(mul_div(self.size.unsigned_abs(), per_mille, 1_000));
        if size == 0 {
            return vec![];
        }
        let (side, ppm) = if self.size > 0 {
            (Side::Sell, -EXIT_SLIPPAGE_PPM)
        } else {
            (Side::Buy, EXIT_SLIPPAGE_PPM)
        };
        let worst = listing.tick_price(price, ppm);
        vec![Action::market(at_market(
            self.subaccount,
            market,
            side,
            size,
            worst,
            true,
        ))]
    }
}

fn withdraw(subaccount: u32, amount: u128) -> Option<Action> {
    let message = ExecuteMsg::Withdraw {
        subaccount,
        amount: Uint128::new(amount),
    };
    (amount > 0).then_some(Action::market(message))
}

fn draw_stake(draw: &mut ChaCha8Rng) -> u128 {
    let mut roll = draw.gen_range(0..100u32);
    let spread = draw.gen_range(600u128..1_600);
    for (units, weight) in STAKES {
        match roll.checked_sub(weight) {
            Some(rest) => roll = rest,
            None => return units * QUOTE_UNIT * spread / 1_000,
        }
    }
    QUOTE_UNIT * 10_000
}
