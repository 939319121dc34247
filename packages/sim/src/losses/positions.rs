//! What every account holds and what it gained or lost in each market, from the events of trades, funding and
//! deleveraging alone.
//!
//! The result of a market counts price and funding, no fees, since the account last held no position at all.

use std::collections::BTreeMap;

use ballast_types::events::{attribute, is, market};
use cosmwasm_std::Event;

use crate::decimal::mul_div;
use crate::ledger::{number, signed};

/// An account's dealings in one market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Base atoms, signed; 0 where it has left the market.
    pub size: i128,
    /// Quote atoms that opened what is held.
    pub entry: u128,
    /// Quote atoms received less paid, funding included, since the account last held nothing anywhere.
    pub cash: i128,
}

/// A position that changed: from which size to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Account number.
    pub account: u64,
    /// Market by its place.
    pub market: usize,
    /// Base atoms, signed.
    pub before: i128,
    /// Base atoms, signed.
    pub after: i128,
}

/// Every account's positions.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    accounts: BTreeMap<u64, BTreeMap<usize, Held>>,
}

impl Positions {
    /// Takes in an event; the positions that it changed.
    pub fn absorb(&mut self, event: &Event) -> Vec<Change> {
        let market_of = usize::try_from(number(event, "market")).unwrap_or(usize::MAX);
        let account = |key| u64::try_from(number(event, key)).unwrap_or(u64::MAX);
        let size = i128::try_from(number(event, "size")).unwrap_or(i128::MAX);
        if is(event, market::TRADE) {
            let value = i128::try_from(number(event, "value")).unwrap_or(i128::MAX);
            let sign = if attribute(event, "side") == Some("buy") {
                1
            } else {
                -1
            };
            return vec![
                self.fill(account("taker"), market_of, sign * size, -sign * value),
                self.fill(account("maker"), market_of, -sign * size, sign * value),
            ];
        }
        if is(event, market::DELEVERAGED) {
            let counterparty = account("counterparty");
            let sign = -self.held(counterparty, market_of).size.signum();
            // What the counterparty received the bankrupt account paid.
            let value = signed(event, "value");
            return vec![
                self.fill(counterparty, market_of, sign * size, value),
                self.fill(account("account"), market_of, -sign * size, -value),
            ];
        }
        if is(event, market::SETTLED) {
            let size = signed(event, "size");
            let value = signed(event, "value");
            return vec![self.fill(account("account"), market_of, -size, value)];
        }
        if is(event, market::FUNDING_SETTLED) {
            let payment = signed(event, "payment");
            if let Some(held) = self
                .accounts
                .get_mut(&account("account"))
                .and_then(|markets| markets.get_mut(&market_of))
            {
                held.cash = held.cash.saturating_sub(payment);
            }
        }
        vec![]
    }

    fn fill(&mut self, account: u64, market: usize, delta: i128, cash: i128) -> Change {
        let markets = self.accounts.entry(account).or_default();
        if markets.values().all(|held| held.size == 0) {
            markets.clear();
        }
        let held = markets.entry(market).or_default();
        let before = held.size;
        let after = before.saturating_add(delta);
        held.entry = entry_after(held.entry, before, after, cash.unsigned_abs());
        held.size = after;
        held.cash = held.cash.saturating_add(cash);
        Change {
            account,
            market,
            before,
            after,
        }
    }

    /// What an account holds in a market; nothing where it was never there.
    #[must_use]
    pub fn held(&self, account: u64, market: usize) -> Held {
        self.accounts
            .get(&account)
            .and_then(|markets| markets.get(&market))
            .copied()
            .unwrap_or_default()
    }

    /// Everybody with a position in a market.
    pub fn holders(&self, market: usize) -> impl Iterator<Item = (u64, Held)> + '_ {
        self.accounts.iter().filter_map(move |(account, markets)| {
            let held = markets.get(&market).copied()?;
            (held.size != 0).then_some((*account, held))
        })
    }

    /// Losses of an account by market, quote atoms: 0 where it gained. `worth` values base atoms.
    #[must_use]
    pub fn losses(
        &self,
        account: u64,
        markets: usize,
        worth: impl Fn(usize, u128) -> u128,
    ) -> Vec<u128> {
        (0..markets)
            .map(|market| {
                let held = self.held(account, market);
                let value = i128::try_from(worth(market, held.size.unsigned_abs()));
                let value = held.size.signum() * value.unwrap_or(i128::MAX);
                let result = held.cash.saturating_add(value);
                result.min(0).unsigned_abs()
            })
            .collect()
    }
}

/// What opened the position after a fill: growth adds what it cost, reduction takes its share, a position turned
/// around begins with the share of the fill beyond zero.
fn entry_after(entry: u128, before: i128, after: i128, value: u128) -> u128 {
    let (was, now) = (before.unsigned_abs(), after.unsigned_abs());
    if before.signum() * after.signum() < 0 {
        return mul_div(value, now, was.saturating_add(now));
    }
    if now > was {
        entry.saturating_add(value)
    } else {
        mul_div(entry, now, was)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(market: u32, side: &str, size: u128, value: u128) -> Event {
        Event::new("wasm-ballast_trade")
            .add_attribute("market", market.to_string())
            .add_attribute("side", side)
            .add_attribute("size", size.to_string())
            .add_attribute("value", value.to_string())
            .add_attribute("maker", "2")
            .add_attribute("taker", "1")
    }

    #[test]
    fn results_count_from_when_an_account_held_nothing() {
        let mut positions = Positions::default();
        positions.absorb(&trade(0, "buy", 10, 1_000));
        positions.absorb(&trade(1, "buy", 5, 500));
        positions.absorb(&trade(0, "sell", 10, 700));
        let worth = |_: usize, size: u128| size * 90;
        assert_eq!(positions.losses(1, 2, worth), [300, 50]);
        assert_eq!(positions.losses(2, 2, worth), [0, 0], "the other side won");
        positions.absorb(&trade(1, "sell", 5, 400));
        positions.absorb(&trade(1, "buy", 1, 90));
        assert_eq!(positions.losses(1, 2, worth), [0, 0], "a new life");
    }

    #[test]
    fn entries_follow_growth_reduction_and_turns() {
        let mut positions = Positions::default();
        positions.absorb(&trade(0, "buy", 10, 1_000));
        positions.absorb(&trade(0, "buy", 10, 2_000));
        assert_eq!(positions.held(1, 0).entry, 3_000);
        positions.absorb(&trade(0, "sell", 5, 900));
        assert_eq!(positions.held(1, 0).entry, 2_250);
        let changes = positions.absorb(&trade(0, "sell", 20, 2_000));
        assert_eq!((changes[0].before, changes[0].after), (15, -5));
        assert_eq!(positions.held(1, 0).entry, 500);
        assert_eq!(positions.held(2, 0).size, 5);
    }

    #[test]
    fn deleveraging_closes_both_and_funding_is_a_result() {
        let mut positions = Positions::default();
        positions.absorb(&trade(0, "buy", 10, 1_000));
        let deleveraged = Event::new("wasm-ballast_deleveraged")
            .add_attribute("account", "1")
            .add_attribute("market", "0")
            .add_attribute("counterparty", "2")
            .add_attribute("size", "4")
            .add_attribute("value", "-300");
        positions.absorb(&deleveraged);
        assert_eq!(positions.held(1, 0).size, 6);
        assert_eq!(positions.held(2, 0).size, -6);
        assert_eq!(positions.held(1, 0).cash, -700);
        let funding = Event::new("wasm-ballast_funding_settled")
            .add_attribute("account", "1")
            .add_attribute("market", "0")
            .add_attribute("payment", "25");
        positions.absorb(&funding);
        assert_eq!(positions.losses(1, 1, |_, _| 600), [125]);
    }
}
