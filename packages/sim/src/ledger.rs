//! Counts what happens, from the events of the contracts.

use std::collections::{BTreeMap, BTreeSet};

use ballast_types::events::{attribute, fund, is, market};
use ballast_types::RiskLevel;
use cosmwasm_std::Event;

/// Running totals of a replay. Money in quote atoms.
#[derive(Default, Debug, Clone)]
#[allow(missing_docs)] // as in `report::Report`, field by field
pub struct Ledger {
    pub messages: u64,
    pub refused: u64,
    pub panics: u64,
    pub orders: u64,
    pub fills: u64,
    pub liquidations: u64,
    pub bankruptcies: u64,
    pub claims: u64,
    pub asked: u128,
    pub paid: u128,
    pub uncovered: u128,
    pub paid_in_full: u64,
    pub paid_in_part: u64,
    pub paid_nothing: u64,
    pub claims_failed: u64,
    pub deleveraged: u64,
    pub deleveraged_notional: u128,
    pub deleverage_loss: i128,
    pub fees_to_fund: u128,
    pub deficit_booked: u128,
    pub leftover: u128,
    pub carried: u128,
    pub avoided: i128,
    pub levels: Vec<(u64, String)>,
    /// Bankrupt positions that are not closed yet, by account and market.
    open_bankruptcies: BTreeSet<(u64, u32)>,
}

/// Accounts that the events of a message name: their records may have changed.
pub type Touched = BTreeSet<u64>;

impl Ledger {
    /// Takes in the events of one message. `worth` values base atoms of a market at its oracle price.
    pub fn absorb(
        &mut self,
        now: u64,
        events: &[Event],
        touched: &mut Touched,
        worth: impl Fn(u32, u128) -> u128,
    ) {
        let mut shortfalls = Shortfalls::new();
        for event in events {
            let Some(name) = event.ty.strip_prefix("wasm-ballast_") else {
                continue;
            };
            for key in ["account", "maker", "taker", "counterparty"] {
                // The fund's events name accounts by owner; those are no numbers.
                touched.extend(attribute(event, key).and_then(|text| text.parse::<u64>().ok()));
            }
            match name {
                _ if is(event, market::TRADE) => self.fills = self.fills.saturating_add(1),
                _ if is(event, market::LIQUIDATION) => self.liquidation(event),
                _ if is(event, market::DELEVERAGED) => self.deleverage(event, &worth),
                _ if is(event, market::CLAIM_FAILED) => {
                    self.claims_failed = self.claims_failed.saturating_add(1);
                }
                _ if is(event, market::DEFICIT) => {
                    self.deficit_booked =
                        self.deficit_booked.saturating_add(number(event, "amount"));
                }
                _ if is(event, fund::CLAIM) => claimed(event, &mut shortfalls),
                _ if is(event, fund::TOP_UP) && attribute(event, "kind") == Some("fees") => {
                    self.fees_to_fund = self.fees_to_fund.saturating_add(number(event, "amount"));
                }
                _ if is(event, fund::LEVEL) => {
                    let level = attribute(event, "to").unwrap_or_default();
                    self.levels.push((now, level.to_string()));
                }
                _ => {}
            }
        }
        for shortfall in shortfalls.into_values() {
            self.shortfall(shortfall);
        }
    }

    fn liquidation(&mut self, event: &Event) {
        let key = (
            u64::try_from(number(event, "account")).unwrap_or_default(),
            u32::try_from(number(event, "market")).unwrap_or_default(),
        );
        let closed = number(event, "closed_in_book").saturating_add(number(event, "deleveraged"));
        if closed > 0 {
            self.liquidations = self.liquidations.saturating_add(1);
        }
        if attribute(event, "status") != Some("claim_pending") {
            self.leftover = self.leftover.saturating_add(number(event, "leftover"));
            self.carried = self.carried.saturating_add(number(event, "carried"));
            self.avoided = self.avoided.saturating_add(signed(event, "avoided"));
        }
        let bankrupt = attribute(event, "bankrupt") == Some("true");
        if bankrupt && self.open_bankruptcies.insert(key) {
            self.bankruptcies = self.bankruptcies.saturating_add(1);
        }
        if !bankrupt || attribute(event, "status") == Some("done") {
            self.open_bankruptcies.remove(&key);
        }
    }

    fn deleverage(&mut self, event: &Event, worth: impl Fn(u32, u128) -> u128) {
        self.deleveraged = self.deleveraged.saturating_add(1);
        let market = u32::try_from(number(event, "market")).unwrap_or_default();
        let notional = worth(market, number(event, "size"));
        self.deleveraged_notional = self.deleveraged_notional.saturating_add(notional);
        self.deleverage_loss = self.deleverage_loss.saturating_add(signed(event, "loss"));
    }

    fn shortfall(&mut self, Shortfall { asked, paid }: Shortfall) {
        self.claims = self.claims.saturating_add(1);
        self.asked = self.asked.saturating_add(asked);
        self.paid = self.paid.saturating_add(paid);
        self.uncovered = self.uncovered.saturating_add(asked.saturating_sub(paid));
        let kind = if paid >= asked {
            &mut self.paid_in_full
        } else if paid > 0 {
            &mut self.paid_in_part
        } else {
            &mut self.paid_nothing
        };
        *kind = kind.saturating_add(1);
    }

    /// The level now, by its last change.
    #[must_use]
    pub fn level(&self) -> &str {
        self.levels
            .last()
            .map_or(RiskLevel::Watch.as_str(), |(_, level)| level)
    }
}

/// What one message asked of the fund for one account in one market, quote atoms.
struct Shortfall {
    asked: u128,
    paid: u128,
}

/// Market and account of a claim, as the fund's events name them.
pub type Whose = [Option<String>; 2];

/// Whose loss a claim is for: claims of one message for the same are for one shortfall.
#[must_use]
pub fn whose(claim: &Event) -> Whose {
    ["market", "account"].map(|key| attribute(claim, key).map(str::to_owned))
}

type Shortfalls = BTreeMap<Whose, Shortfall>;

/// Takes in a claim. A second one of the same message for the same account asks for what the first was not paid, after the
/// fees that had stayed behind: that is no further loss.
fn claimed(event: &Event, shortfalls: &mut Shortfalls) {
    if attribute(event, "replay") == Some("true") {
        return;
    }
    let (amount, paid) = (number(event, "amount"), number(event, "paid"));
    shortfalls
        .entry(whose(event))
        .and_modify(|first| first.paid = first.paid.saturating_add(paid))
        .or_insert(Shortfall {
            asked: amount,
            paid,
        });
}

/// An attribute that is a whole number; 0 where it is missing or is none.
#[must_use]
pub fn number(event: &Event, key: &str) -> u128 {
    attribute(event, key)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// As [`number`], signed.
#[must_use]
pub fn signed(event: &Event, key: &str) -> i128 {
    attribute(event, key)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(account: &str, amount: &str, paid: &str) -> Event {
        Event::new(format!("wasm-{}", fund::CLAIM))
            .add_attribute("market", "0")
            .add_attribute("account", account)
            .add_attribute("amount", amount)
            .add_attribute("paid", paid)
            .add_attribute("replay", "false")
    }

    fn absorbed(messages: &[&[Event]]) -> Ledger {
        let mut ledger = Ledger::default();
        for events in messages {
            ledger.absorb(0, events, &mut Touched::new(), |_, worth| worth);
        }
        ledger
    }

    #[test]
    fn what_a_second_claim_asks_again_is_counted_once() {
        let ledger = absorbed(&[&[claim("a/0", "100", "50"), claim("a/0", "50", "10")]]);
        assert_eq!((ledger.claims, ledger.asked, ledger.paid), (1, 100, 60));
        assert_eq!((ledger.uncovered, ledger.paid_in_part), (40, 1));
        let ledger = absorbed(&[&[claim("a/0", "100", "0"), claim("a/0", "100", "100")]]);
        assert_eq!((ledger.uncovered, ledger.paid_in_full), (0, 1));
    }

    #[test]
    fn claims_of_other_accounts_and_of_later_messages_are_their_own() {
        let (first, other) = (claim("a/0", "100", "0"), claim("b/0", "100", "100"));
        let ledger = absorbed(&[&[first.clone(), other], &[first]]);
        assert_eq!((ledger.claims, ledger.asked, ledger.paid), (3, 300, 100));
        assert_eq!((ledger.paid_in_full, ledger.paid_nothing), (1, 2));
    }
}
