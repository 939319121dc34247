//! What a message says of itself must add up (design section 9, line 5).

use ballast_types::events::{attribute, is, market};
use cosmwasm_std::Event;

use super::{Findings, Violations};

/// Checks the events of one message. Of every liquidation:
///
/// * `asked = paid - leftover + counterparty_loss + carried + deficit + avoided`, within one rounding;
/// * the losses of the counterparties add up to `counterparty_loss`;
/// * their sizes add up to `deleveraged`.
///
/// # Errors
/// What does not add up.
pub fn check_events(events: &[Event]) -> Result<(), Violations> {
    let mut findings = Findings::default();
    let (mut loss, mut size) = (0i128, 0i128);
    for event in events {
        let number = |key| attribute(event, key).and_then(|text| text.parse::<i128>().ok());
        if is(event, market::DELEVERAGED) {
            loss += number("loss").unwrap_or(0);
            size += number("size").unwrap_or(0);
        }
        if !is(event, market::LIQUIDATION) {
            continue;
        }
        let read = |key: &'static str, findings: &mut Findings| {
            findings.require(
                number(key).is_some(),
                "liquidation: event is complete",
                || format!("no number {key} in {event:?}"),
            );
            number(key).unwrap_or(0)
        };
        let asked = read("asked", &mut findings);
        let parts: i128 = ["paid", "counterparty_loss", "carried", "deficit", "avoided"]
            .map(|key| read(key, &mut findings))
            .iter()
            .sum();
        let borne = parts - read("leftover", &mut findings);
        let pending = attribute(event, "status") == Some("claim_pending");
        findings.require(
            pending || (asked - borne).abs() <= 1,
            "liquidation: asked = paid - leftover + counterparty loss + carried + deficit + avoided",
            || format!("asked {asked}, sum {borne}: {event:?}"),
        );
        let told = read("counterparty_loss", &mut findings);
        findings.require(
            told == loss,
            "liquidation: losses of counterparties add up",
            || format!("told {told}, sum {loss}: {event:?}"),
        );
        let told = read("deleveraged", &mut findings);
        findings.require(
            told == size,
            "liquidation: sizes of counterparties add up",
            || format!("told {told}, sum {size}: {event:?}"),
        );
        (loss, size) = (0, 0);
    }
    findings.into_result()
}
