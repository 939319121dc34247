//! Market makers: a ladder on both sides of the price, from one subaccount a market.
//!
//! * Depth on a side is a share of the open interest traders aim at, times the volume of the bar against its
//!   recent average (a quarter to four times).
//! * In a crash they thin out: with the move of the last quarter of an hour `m`, depth is divided by
//!   `1 + (m / 1 %)^2` (never below a fiftieth) and distances are multiplied by `1 + m / 1 %`.
//! * The slower ones do not manage to move their quotes at every step of a fast market: what they leave is
//!   taken by whoever comes first.
//! * Inventory moves a maker's middle against itself, so that it tends to flat.

use ballast_types::market::{ExecuteMsg, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::Addr;
use rand_chacha::ChaCha8Rng;

use super::{limit, market_id, Action, Intent, View};
use crate::decimal::mul_div;
use crate::prices::series::relative_ppm;
use crate::random::{chance, stream, Purpose};

/// Distance of each rung in a quiet market, ppm of the price, and its share of the depth, per mille.
pub(crate) const LADDER: [(i64, u128); 6] = [
    (150, 80),
    (400, 120),
    (900, 160),
    (2_000, 200),
    (4_500, 220),
    (9_000, 220),
];

/// Move at which depth is halved and distances doubled, ppm.
const STRESS_SCALE_PPM: u64 = 10_000;

/// A price move that makes a maker quote anew, ppm.
const REQUOTE_PPM: u64 = 500;

/// Most steps without a new quote: filled orders are replaced by then.
const REQUOTE_STEPS: u64 = 8;

/// Largest shift of the middle by inventory, ppm.
const SKEW_PPM: i128 = 1_500;

/// One market maker.
pub struct Maker {
    /// Who.
    pub addr: Addr,
    /// Its place among the makers: later ones are slower.
    index: u64,
    /// Account numbers, by market; the subaccount is the market's number.
    pub accounts: Vec<u64>,
    rng: ChaCha8Rng,
    quotes: Vec<Option<Quote>>,
}

#[derive(Clone, Copy)]
struct Quote {
    step: u64,
    price: u64,
    depth: u128,
}

/// What is left of a depth after a recent move of so many ppm: never below a fiftieth.
#[must_use]
pub(crate) fn thinned(depth: u128, stress_ppm: u64) -> u128 {
    let stress = u128::from(stress_ppm.min(1_000_000));
    let scale = u128::from(STRESS_SCALE_PPM);
    let share = mul_div(1_000_000, scale * scale, scale * scale + stress * stress);
    mul_div(depth, share.max(20_000), 1_000_000)
}

/// Distance of a rung after such a move, ppm.
#[must_use]
pub(crate) fn stretched(distance: i64, stress_ppm: u64) -> i64 {
    let stress = i64::try_from(stress_ppm.min(300_000)).unwrap_or(0);
    let scale = i64::try_from(STRESS_SCALE_PPM).unwrap_or(1);
    distance + distance * stress / scale
}

impl Maker {
    /// A maker in so many markets.
    #[must_use]
    pub fn new(seed: u64, index: u64, addr: Addr, markets: usize) -> Self {
        Self {
            addr,
            index,
            accounts: vec![],
            rng: stream(seed, Purpose::Maker, index),
            quotes: vec![None; markets],
        }
    }

    /// Cancels and quotes anew where that is due. First all cancels, then all orders: `makers` is how many
    /// share the depth, `depth_pct` what they show together.
    pub fn act(&mut self, view: &View, makers: u32, depth_pct: u32) -> (Vec<Intent>, Vec<Intent>) {
        let mut cancels = vec![];
        let mut orders = vec![];
        for market in 0..self.quotes.len() {
            let Some((listing, price)) = view.market(market) else {
                continue;
            };
            let depth = self.depth(view, market, makers, depth_pct);
            if !self.is_due(view, market, price, depth) {
                continue;
            }
            if let Some(slot) = self.quotes.get_mut(market) {
                *slot = Some(Quote {
                    step: view.index,
                    price,
                    depth,
                });
            }
            let subaccount = market_id(market);
            cancels.push(self.intent(ExecuteMsg::CancelAllOrders {
                owner: None,
                subaccount,
                market: Some(market_id(market)),
                trigger_orders: false,
            }));
            let skew = self.skew(view, market);
            for (distance, share) in LADDER {
                let away = stretched(distance, view.stress(market));
                let size = listing.size_worth(mul_div(depth, share, 1_000), price);
                if size == 0 {
                    continue;
                }
                for (side, ppm) in [(Side::Buy, skew - away), (Side::Sell, skew + away)] {
                    let price = listing.tick_price(price, ppm);
                    let order = limit(
                        subaccount,
                        market,
                        side,
                        size,
                        price,
                        TimeInForce::GoodTilCancelled,
                    );
                    orders.push(self.intent(order));
                }
            }
        }
        (cancels, orders)
    }

    fn intent(&self, message: ExecuteMsg) -> Intent {
        Intent {
            sender: self.addr.clone(),
            action: Action::market(message),
        }
    }

    /// What this maker shows on a side, quote atoms.
    fn depth(&self, view: &View, market: usize, makers: u32, depth_pct: u32) -> u128 {
        let target = view.target_open_interest.get(market).copied().unwrap_or(0);
        let quiet = mul_div(target, u128::from(depth_pct), 100) / u128::from(makers.max(1));
        let volume = view
            .step
            .volume_pct
            .get(market)
            .copied()
            .unwrap_or(100)
            .clamp(25, 400);
        thinned(mul_div(quiet, u128::from(volume), 100), view.stress(market))
    }

    fn is_due(&mut self, view: &View, market: usize, price: u64, depth: u128) -> bool {
        let Some(quote) = self.quotes.get(market).copied().flatten() else {
            return true;
        };
        let moved = relative_ppm(price, quote.price).unsigned_abs();
        let depth_changed = depth.abs_diff(quote.depth) > quote.depth / 2;
        let old = view.index.saturating_sub(quote.step) >= REQUOTE_STEPS;
        if moved < REQUOTE_PPM && !depth_changed && !old {
            return false;
        }
        // In a fast market the slower makers miss steps: 0 %, 15 %, 30 %, 45 %, then the same again.
        let fast = view.stress(market) > STRESS_SCALE_PPM;
        let slowness = u32::try_from(self.index % 4).unwrap_or(0) * 150;
        !(fast && chance(&mut self.rng, slowness))
    }

    /// Shift of the middle, ppm: down while long, up while short.
    fn skew(&self, view: &View, market: usize) -> i64 {
        let held = self
            .accounts
            .get(market)
            .and_then(|number| view.shadow.account(*number))
            .map_or(0, |account| {
                account.positions.iter().fold(0i128, |held, position| {
                    held + crate::shadow::net_notional(position, view.listings, &view.step.prices)
                })
            });
        let target = view.target_open_interest.get(market).copied().unwrap_or(0);
        let limit = i128::try_from(target / 2).unwrap_or(i128::MAX).max(1);
        let skew = held.clamp(-limit, limit).saturating_mul(SKEW_PPM) / limit;
        i64::try_from(-skew).unwrap_or(0)
    }
}
