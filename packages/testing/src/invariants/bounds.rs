//! Bounds of the settlement pool: were every position settled now, it would lie between 0 and the number
//! of roundings since it was last emptied.

use std::collections::BTreeMap;

use ballast_perp_market::state::{Account, MarketState, Position};
use ballast_types::MarketId;

use super::market::MarketShadow;
use super::Findings;

/// Roundings by market, each at most one atom.
pub(super) struct Settlements(BTreeMap<MarketId, u128>);

impl Settlements {
    /// Takes what the pools hold at the start for roundings that happened before.
    pub fn new(market: &MarketShadow) -> Self {
        let settled = market.states.iter().map(|(id, state)| {
            let pool = settled_pool(market, *id, state).unwrap_or(0);
            (*id, u128::try_from(pool).unwrap_or(0))
        });
        Self(settled.collect())
    }

    /// Counts the settlements that changed an account. A message can settle a position twice at different
    /// indices (before it leaves for the fund, and in the reply after new risk parameters).
    pub fn account(&mut self, before: Option<&Account>, now: Option<&Account>) {
        let positions = |account: Option<&Account>| -> Vec<Position> {
            account
                .map(|account| account.positions.clone())
                .unwrap_or_default()
        };
        let (before, now) = (positions(before), positions(now));
        for position in before.iter().filter(|position| !now.contains(position)) {
            *self.0.entry(position.market).or_default() += 2;
        }
    }

    /// Counts a booking of premium; starts anew where the pool was emptied.
    pub fn state(&mut self, market: MarketId, before: Option<&MarketState>, now: &MarketState) {
        let count = self.0.entry(market).or_default();
        *count += 2;
        let emptied = before.is_some_and(|before| before.residue != now.residue);
        if emptied
            && now.settlement_pool.is_zero()
            && now.open_interest_long.is_zero()
            && now.open_interest_short.is_zero()
        {
            *count = 0;
        }
    }

    pub fn check(&self, market: &MarketShadow, findings: &mut Findings) {
        for (id, state) in &market.states {
            let most = self.0.get(id).copied().unwrap_or(0);
            let pool = settled_pool(market, *id, state);
            let holds = pool.is_some_and(|pool| {
                u128::try_from(pool).is_ok_and(|pool| pool <= most + open_positions(market, *id))
            });
            findings.require(holds, "market: settlement pool is rounding only", || {
                format!("market {id}: settled it would hold {pool:?}, at most {most} roundings")
            });
        }
    }
}

fn open_positions(market: &MarketShadow, id: MarketId) -> u128 {
    positions_in(market, id).count() as u128
}

fn positions_in(market: &MarketShadow, id: MarketId) -> impl Iterator<Item = &Position> {
    let all = market
        .accounts
        .0
        .values()
        .flat_map(|account| &account.positions);
    all.filter(move |position| position.market == id)
}

/// What the pool would hold were every position settled at the stored indices.
fn settled_pool(market: &MarketShadow, id: MarketId, state: &MarketState) -> Option<i128> {
    let mut pool = state.settlement_pool.i128();
    for position in positions_in(market, id) {
        let short = position.size.is_negative();
        let index = if short {
            state.short_index
        } else {
            state.long_index
        };
        let size = position.size.unsigned_abs();
        let owed = ballast_risk::funding_payment(size, index, position.index).ok()?;
        pool = pool.checked_add(owed.i128())?;
        // What is still to be closed at the settlement price is paid from the pool, or into it.
        if let Some((price, scale)) = market.settling.get(&id) {
            let value = scale.net_notional(position.size, *price).ok()?;
            pool = pool.checked_sub(value.i128())?;
        }
    }
    Some(pool)
}
