//! How often each message and each other step committed and was refused, and that no message was left out: a step that is
//! always refused proves nothing, and one that never is was not tried wrongly.

use std::collections::BTreeMap;

use ballast_testing::messages;
use ballast_testing::metering::scenarios::Target::{self, Fund, Governance, Market, PriceFeed};
use ballast_testing::suite::Collateral;
use ballast_types::events::{attribute, fund, is};
use ballast_types::market::LiquidationStatus;
use cosmwasm_std::Event;

use super::apply::{Answer, Done};
use super::government::sent_itself;
use super::step::{Message, Step};
use super::world::World;

/// Messages that no step sends yet.
const UNKNOWN: &[Message] = &[];

/// Messages that are not accepted, whoever sends them.
const NEVER_ACCEPTED: &[Message] = &[
    (Market, "update_ownership.renounce_ownership"),
    (Fund, "update_ownership.renounce_ownership"),
    (PriceFeed, "update_ownership.renounce_ownership"),
    // Always fails; and what the deployment sent, once.
    (Governance, "check_messages"),
    (Governance, "bootstrap"),
];

/// Messages that are refused for coins alone (see the access matrix), or for nothing that a step does.
const NEVER_REFUSED: &[Message] = &[
    (Market, "process_withdrawals"),
    (Market, "sync"),
    (Fund, "sync"),
];

/// Counts by name.
#[derive(Default)]
pub struct Tally {
    /// Committed and refused.
    counts: BTreeMap<String, (u32, u32)>,
}

fn key((target, name): Message) -> String {
    format!("{} {name}", target.as_str())
}

/// A message's name, or that of the step.
fn name(step: &Step, native: bool) -> String {
    let debug = || {
        format!("{step:?}")
            .split([' ', '{', '('])
            .next()
            .map(str::to_owned)
    };
    step.message(native)
        .map_or_else(|| debug().unwrap_or_default(), key)
}

impl Tally {
    fn count(&mut self, name: String) -> &mut (u32, u32) {
        self.counts.entry(name).or_default()
    }

    pub fn accepted(&mut self, step: &Step, world: &World, done: &Done) {
        let native = world.suite.token().is_none();
        self.count(name(step, native)).0 += 1;
        for event in &done.events {
            let kept = [
                "_trade",
                "deleverage",
                "deficit",
                "claim_failed",
                "_settled",
            ];
            if kept.iter().any(|name| event.ty.contains(name)) {
                self.count(format!("  {}", event.ty)).0 += 1;
            }
            let governance = world.suite.governance.as_ref();
            let own = governance.and_then(|governance| sent_itself(governance, event));
            if let Some(own) = own {
                self.count(key((Governance, own))).0 += 1;
            }
            if was_told(event) {
                self.count(key((Market, "set_risk_level"))).0 += 1;
            }
        }
        if let Answer::Liquidation(answer) = &done.answer {
            let kind = if answer.asked.is_zero() {
                "solvent"
            } else {
                "bankrupt"
            };
            self.count(format!("  {kind} {:?}", answer.status)).0 += 1;
        }
    }

    pub fn refused(&mut self, step: &Step, native: bool) {
        self.count(name(step, native)).1 += 1;
    }

    pub fn add(&mut self, other: Self) {
        for (name, (ok, refused)) in other.counts {
            let sum = self.count(name);
            *sum = (sum.0 + ok, sum.1 + refused);
        }
    }

    pub fn print(&self) {
        for (name, (ok, refused)) in &self.counts {
            println!("{name:<52} {ok:>7} committed {refused:>7} refused as predicted");
        }
    }

    /// Every message of the three contracts was accepted and refused, as far as it can be with this collateral.
    /// In a governed run those of governance; the others' are the other runs'.
    pub fn check_coverage(&self, collateral: Collateral, governed: bool) {
        let mut missing = vec![];
        let done = LiquidationStatus::Done;
        for kind in ["bankrupt", "solvent"] {
            let name = format!("  {kind} {done:?}");
            if !self.counts.contains_key(&name) {
                missing.push(format!("no liquidation came to {kind} {done:?}"));
            }
        }
        let targets = if governed {
            &[Governance][..]
        } else {
            &[Market, Fund, PriceFeed][..]
        };
        for target in targets.iter().copied() {
            for message in messages::executes(target) {
                let is_in = |list: &[Message]| list.contains(&(target, message.as_str()));
                if is_in(UNKNOWN) || !fits(target, &message, collateral) {
                    continue;
                }
                let name = format!("{} {message}", target.as_str());
                let (accepted, refused) = self.counts.get(&name).copied().unwrap_or_default();
                if accepted == 0 && !is_in(NEVER_ACCEPTED) {
                    missing.push(format!("{name} was never accepted"));
                }
                if refused == 0 && !is_in(NEVER_REFUSED) {
                    missing.push(format!("{name} was never refused"));
                }
            }
        }
        // What a DAO loosens waits in the contracts as well, and is made.
        for target in [Market, Fund] {
            let name = key((target, "apply_change"));
            if self.counts.get(&name).map_or(true, |counts| counts.0 == 0) {
                missing.push(format!("{name} was never accepted"));
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
}

/// Whether the fund told a market something in the middle of a message.
fn was_told(event: &Event) -> bool {
    is(event, fund::POKE) && attribute(event, "result") == Some("sent")
}

/// Money comes as coins or by a hook, never both.
fn fits(target: Target, message: &str, collateral: Collateral) -> bool {
    let coins = match target {
        Market => &["deposit", "repay_deficit"][..],
        Fund => &["top_up", "stake", "commit_emergency"][..],
        Governance => &["stake"][..],
        _ => &[],
    };
    if collateral == Collateral::Native {
        !message.starts_with("receive.")
    } else {
        !coins.contains(&message)
    }
}
