//! What the simulator checks itself, from events alone, besides the invariants of the suite:
//!
//! * per liquidation `asked = paid - leftover + counterparty loss + carried + deficit + avoided`, within one
//!   rounding (design section 9, number 5);
//! * the losses of its counterparties add up to what it says they are;
//! * the fund's record of the claim is the market's: asked, paid, and layers that add up.
//!
//! That liquidation of an eligible account never errors and always makes progress is checked where the
//! keepers send it.

use std::collections::BTreeMap;

use ballast_types::events::{attribute, fund, is, market};
use ballast_types::fund::ClaimRecord;
use cosmwasm_std::{Event, Uint128};

use crate::ledger::{number, signed, whose};

/// Largest difference that rounding explains, quote atoms.
const ONE_ROUNDING: u128 = 1;

/// A liquidation as its event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // as in `ballast_types::events::market::LIQUIDATION`
pub struct Told {
    pub account: u64,
    pub market: u32,
    pub status: String,
    pub bankrupt: bool,
    pub closed_in_book: u128,
    pub deleveraged: u128,
    pub asked: u128,
    pub paid: u128,
    pub avoided: i128,
    pub counterparty_loss: u128,
    pub carried: u128,
    pub deficit: u128,
    pub leftover: u128,
    pub claim_id: u64,
    /// What earlier claims of the same message for the same were paid.
    pub before: u128,
}

impl Told {
    fn read(event: &Event) -> Self {
        Self {
            account: u64::try_from(number(event, "account")).unwrap_or_default(),
            market: u32::try_from(number(event, "market")).unwrap_or_default(),
            status: attribute(event, "status").unwrap_or_default().to_string(),
            bankrupt: attribute(event, "bankrupt") == Some("true"),
            closed_in_book: number(event, "closed_in_book"),
            deleveraged: number(event, "deleveraged"),
            asked: number(event, "asked"),
            paid: number(event, "paid"),
            avoided: signed(event, "avoided"),
            counterparty_loss: number(event, "counterparty_loss"),
            carried: number(event, "carried"),
            deficit: number(event, "deficit"),
            leftover: number(event, "leftover"),
            claim_id: u64::try_from(number(event, "claim_id")).unwrap_or_default(),
            before: 0,
        }
    }

    /// Every atom asked for went somewhere.
    fn conserves(&self) -> Result<(), String> {
        if self.status == "claim_pending" {
            return Ok(());
        }
        let borne = [
            self.paid,
            self.counterparty_loss,
            self.carried,
            self.deficit,
        ]
        .iter()
        .fold(self.avoided, |sum, part| sum.saturating_add_unsigned(*part));
        let asked = i128::try_from(self.asked.saturating_add(self.leftover)).unwrap_or(i128::MAX);
        if asked.abs_diff(borne) <= ONE_ROUNDING {
            return Ok(());
        }
        Err(format!(
            "liquidation of account {} in market {}: asked {} + leftover {} is not paid {} + counterparty \
             loss {} + carried {} + deficit {} + avoided {}",
            self.account,
            self.market,
            self.asked,
            self.leftover,
            self.paid,
            self.counterparty_loss,
            self.carried,
            self.deficit,
            self.avoided
        ))
    }
}

/// Checks the events of one message. Returns the liquidations it made.
///
/// # Errors
/// What does not add up.
pub fn check_events(events: &[Event]) -> Result<Vec<Told>, String> {
    let mut losses: BTreeMap<(u64, u32), i128> = BTreeMap::new();
    let mut claims: BTreeMap<u64, &Event> = BTreeMap::new();
    let mut told = vec![];
    for event in events {
        if is(event, market::DELEVERAGED) {
            let account = u64::try_from(number(event, "account")).unwrap_or_default();
            let market = u32::try_from(number(event, "market")).unwrap_or_default();
            let sum = losses.entry((account, market)).or_default();
            *sum = sum.saturating_add(signed(event, "loss"));
        } else if is(event, fund::CLAIM) && attribute(event, "replay") != Some("true") {
            claims.insert(
                u64::try_from(number(event, "claim_id")).unwrap_or_default(),
                event,
            );
        } else if is(event, market::LIQUIDATION) {
            let liquidation = Told::read(event);
            liquidation.conserves()?;
            told.push(liquidation);
        }
    }
    for liquidation in &mut told {
        let lost = losses
            .remove(&(liquidation.account, liquidation.market))
            .unwrap_or_default();
        let said = i128::try_from(liquidation.counterparty_loss).unwrap_or(i128::MAX);
        if lost.abs_diff(said) > ONE_ROUNDING {
            return Err(format!(
                "liquidation of account {} in market {}: counterparties lost {lost} one by one, the event \
                 says {said}",
                liquidation.account, liquidation.market
            ));
        }
        if liquidation.claim_id == 0 {
            continue;
        }
        let Some(claim) = claims.get(&liquidation.claim_id) else {
            continue;
        };
        // Where fees stayed behind with a first claim, a second one asks for what that was not paid.
        let earlier = claims
            .range(..liquidation.claim_id)
            .filter(|(_, earlier)| whose(earlier) == whose(claim));
        for (_, earlier) in earlier {
            liquidation.before = liquidation.before.saturating_add(number(earlier, "paid"));
        }
        let all = |key| liquidation.before.saturating_add(number(claim, key));
        let (asked, paid) = (all("amount"), all("paid"));
        if asked != liquidation.asked || paid != liquidation.paid {
            return Err(format!(
                "claim {}: the market asked {} and got {}, the fund was asked {asked} and paid {paid}",
                liquidation.claim_id, liquidation.asked, liquidation.paid
            ));
        }
    }
    if let Some(((account, market), lost)) = losses.into_iter().next() {
        return Err(format!(
            "counterparties of account {account} in market {market} lost {lost}, but no liquidation says so"
        ));
    }
    Ok(told)
}

/// The fund's record of a claim against what the market said of it.
///
/// # Errors
/// What differs.
pub fn check_record(told: &Told, record: &ClaimRecord) -> Result<(), String> {
    let layers = record
        .layers
        .iter()
        .fold(Uint128::zero(), |sum, layer| sum.saturating_add(layer.paid));
    let same = record.claim_id == told.claim_id
        && record.market == told.market
        && record.amount.u128().saturating_add(told.before) == told.asked
        && record.paid.u128().saturating_add(told.before) == told.paid
        && layers == record.paid
        && record.paid.saturating_add(record.uncovered) == record.amount;
    if same {
        return Ok(());
    }
    Err(format!(
        "the fund's record of claim {} is {record:?}; the market asked {} in market {} and got {}",
        told.claim_id, told.asked, told.market, told.paid
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn liquidation(parts: &[(&str, &str)]) -> Event {
        let event = Event::new(format!("wasm-{}", market::LIQUIDATION))
            .add_attribute("account", "7")
            .add_attribute("market", "0")
            .add_attribute("status", "done");
        event.add_attributes(parts.iter().map(|(key, value)| (*key, *value)))
    }

    fn loss(amount: &str) -> Event {
        Event::new(format!("wasm-{}", market::DELEVERAGED))
            .add_attribute("account", "7")
            .add_attribute("market", "0")
            .add_attribute("loss", amount)
    }

    #[test]
    fn one_rounding_is_allowed_and_no_more() {
        let parts = [
            ("asked", "100"),
            ("paid", "60"),
            ("counterparty_loss", "41"),
        ];
        assert!(check_events(&[loss("41"), liquidation(&parts)]).is_ok());
        let parts = [
            ("asked", "100"),
            ("paid", "60"),
            ("counterparty_loss", "42"),
        ];
        assert!(check_events(&[loss("42"), liquidation(&parts)]).is_err());
        let parts = [("asked", "100"), ("paid", "110"), ("leftover", "10")];
        assert!(check_events(&[liquidation(&parts)]).is_ok());
    }

    #[test]
    fn losses_must_be_told_and_claims_must_agree() {
        let parts = [
            ("asked", "100"),
            ("paid", "60"),
            ("counterparty_loss", "40"),
            ("claim_id", "3"),
        ];
        let claim = |paid: &str| {
            Event::new(format!("wasm-{}", fund::CLAIM))
                .add_attribute("claim_id", "3")
                .add_attribute("amount", "100")
                .add_attribute("paid", paid)
                .add_attribute("replay", "false")
        };
        assert!(check_events(&[claim("60"), loss("40"), liquidation(&parts)]).is_ok());
        assert!(check_events(&[claim("61"), loss("40"), liquidation(&parts)]).is_err());
        assert!(check_events(&[claim("60"), loss("30"), liquidation(&parts)]).is_err());
        assert!(check_events(&[loss("40")]).is_err());
    }

    // Fees stayed behind with the first claim, and went with the second.
    #[test]
    fn a_second_claim_asks_for_what_the_first_was_not_paid() {
        let claim = |id: &str, account: &str, amount: &str, paid: &str| {
            Event::new(format!("wasm-{}", fund::CLAIM))
                .add_attribute("claim_id", id)
                .add_attribute("market", "0")
                .add_attribute("account", account)
                .add_attribute("amount", amount)
                .add_attribute("paid", paid)
                .add_attribute("replay", "false")
        };
        let parts = [
            ("asked", "100"),
            ("paid", "60"),
            ("counterparty_loss", "40"),
            ("claim_id", "4"),
        ];
        let told = |first: Event, second: Event| {
            check_events(&[first, second, loss("40"), liquidation(&parts)])
        };
        let first = || claim("3", "a/0", "100", "50");
        let found = told(first(), claim("4", "a/0", "50", "10")).unwrap();
        assert_eq!(found[0].before, 50);
        assert!(told(first(), claim("4", "a/0", "50", "11")).is_err());
        assert!(told(first(), claim("4", "a/0", "49", "10")).is_err());
        // Another account's claim is none of it.
        assert!(told(
            claim("3", "b/0", "100", "50"),
            claim("4", "a/0", "50", "10")
        )
        .is_err());
        assert!(told(
            claim("3", "b/0", "100", "50"),
            claim("4", "a/0", "100", "60")
        )
        .is_ok());
    }
}
