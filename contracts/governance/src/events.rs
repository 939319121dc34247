//! The one place where events are built. Names are in `ballast_types::events::governance`.

use ballast_types::events::governance as name;
use ballast_types::governance::{LifecycleStatus, ProtectiveChange, ProtectiveStep, Votes};
use cosmwasm_std::{Addr, Event, Uint128};
use cw3::{DepositInfo, Vote};

use crate::state::{Decision, Freeze, Progress, Standing};
use crate::tally;
use crate::token::key;
use crate::vote::Choice;

const NONE: &str = "none";

/// Power was staked.
#[must_use]
pub fn staked(staker: &Addr, amount: Uint128, power: Uint128, total: Uint128) -> Event {
    Event::new(name::STAKED)
        .add_attribute("staker", staker)
        .add_attribute("amount", amount)
        .add_attribute("power", power)
        .add_attribute("total", total)
}

/// Power was taken away.
#[must_use]
pub fn unstaked(
    staker: &Addr,
    amount: Uint128,
    power: Uint128,
    total: Uint128,
    claimable_at: u64,
) -> Event {
    Event::new(name::UNSTAKED)
        .add_attribute("staker", staker)
        .add_attribute("amount", amount)
        .add_attribute("power", power)
        .add_attribute("total", total)
        .add_attribute("claimable_at", claimable_at.to_string())
}

/// Unstaked coins were paid.
#[must_use]
pub fn claimed(staker: &Addr, amount: Uint128) -> Event {
    Event::new(name::CLAIMED)
        .add_attribute("staker", staker)
        .add_attribute("amount", amount)
}

/// A proposal was made.
#[must_use]
pub fn proposed(
    proposal_id: u64,
    proposer: &Addr,
    standing: &Standing,
    content_hash: &str,
    deposit: Option<&DepositInfo>,
) -> Event {
    let deposit = deposit.map_or_else(
        || NONE.to_owned(),
        |deposit| format!("{} {}", deposit.amount, key(&deposit.denom)),
    );
    Event::new(name::PROPOSED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("proposer", proposer)
        .add_attribute("speed", standing.speed.as_str())
        .add_attribute("start_height", standing.start_height.to_string())
        .add_attribute("total_power", standing.total_power)
        .add_attribute("voting_ends_at", standing.voting_ends_at.to_string())
        .add_attribute("content_hash", content_hash)
        .add_attribute("settings_revision", standing.revision.to_string())
        .add_attribute("deposit", deposit)
}

/// A vote was cast or changed. `votes` is the tally after it.
#[must_use]
pub fn voted(choice: &Choice, power: Uint128, replaces: Option<Vote>, votes: &Votes) -> Event {
    Event::new(name::VOTED)
        .add_attribute("proposal_id", choice.proposal_id.to_string())
        .add_attribute("voter", choice.voter)
        .add_attribute("vote", tally::name(choice.vote))
        .add_attribute("power", power)
        .add_attribute("yes", votes.yes)
        .add_attribute("no", votes.no)
        .add_attribute("abstain", votes.abstain)
        .add_attribute("veto", votes.veto)
        .add_attribute("replaces", replaces.map_or(NONE, tally::name))
}

/// A vote decided.
#[must_use]
pub fn decided(proposal_id: u64, decision: &Decision) -> Event {
    Event::new(name::DECIDED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("outcome", decision.outcome.as_str())
        .add_attribute("at", decision.at.to_string())
}

/// Messages were sent, or failed.
#[must_use]
pub fn execution(proposal_id: u64, progress: &Progress) -> Event {
    let (result, failures, failure) = match progress {
        Progress::Failed {
            failures, cause, ..
        } => ("failed", *failures, cause.as_str()),
        Progress::Executed { failures, .. } => ("executed", *failures, NONE),
        Progress::Cancelled { failures, .. } => ("cancelled", *failures, NONE),
        Progress::Waiting {} => ("waiting", 0, NONE),
    };
    Event::new(name::EXECUTION)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("result", result)
        .add_attribute("failures", failures.to_string())
        .add_attribute("failure", failure)
}

/// A proposal that is over was settled.
#[must_use]
pub fn closed(proposal_id: u64, status: LifecycleStatus) -> Event {
    Event::new(name::CLOSED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("status", status.as_str())
}

/// A deposit left, or could not: `result` is `returned`, `forfeited` or `failed`.
#[must_use]
pub fn deposit(
    proposal_id: u64,
    deposit: &DepositInfo,
    recipient: &Addr,
    result: &'static str,
) -> Event {
    Event::new(name::DEPOSIT)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("amount", deposit.amount)
        .add_attribute("token", key(&deposit.denom))
        .add_attribute("recipient", recipient)
        .add_attribute("result", result)
}

/// Settings were changed.
#[must_use]
pub fn settings(revision: u32) -> Event {
    Event::new(name::SETTINGS).add_attribute("revision", revision.to_string())
}

/// A guardian was appointed, or none.
#[must_use]
pub fn guardian(guardian: Option<&Addr>) -> Event {
    let guardian = guardian.map_or(NONE, Addr::as_str);
    Event::new(name::GUARDIAN).add_attribute("guardian", guardian)
}

/// The bootstrap was used.
#[must_use]
pub fn bootstrap(by: &Addr, messages: usize) -> Event {
    Event::new(name::BOOTSTRAP)
        .add_attribute("by", by)
        .add_attribute("messages", messages.to_string())
}

/// The guardian cancelled a proposal.
#[must_use]
pub fn cancelled(proposal_id: u64, guardian: &Addr, content_hash: &str) -> Event {
    Event::new(name::CANCELLED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("guardian", guardian)
        .add_attribute("content_hash", content_hash)
}

/// The guardian froze markets.
#[must_use]
pub fn freeze(guardian: &Addr, freeze: &Freeze, markets: usize) -> Event {
    Event::new(name::FREEZE)
        .add_attribute("guardian", guardian)
        .add_attribute("until", freeze.until.to_string())
        .add_attribute("next_freeze_at", freeze.next_at.to_string())
        .add_attribute("markets", markets.to_string())
}

/// A market did not take a freeze.
#[must_use]
pub fn freeze_failed(market: &str) -> Event {
    Event::new(name::FREEZE_FAILED).add_attribute("market", market)
}

/// A step of a protective proposal was taken.
#[must_use]
pub fn protected(proposal_id: u64, number: usize, step: &ProtectiveStep, expires_at: u64) -> Event {
    let change =
        |change: &ProtectiveChange| format!("{}:{}>{}", change.field, change.before, change.after);
    let changes: Vec<String> = step.changes.iter().map(change).collect();
    Event::new(name::PROTECTED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("step", number.to_string())
        .add_attribute("contract", &step.contract)
        .add_attribute("market", step.market.to_string())
        .add_attribute("changes", changes.join(","))
        .add_attribute("expires_at", expires_at.to_string())
}

/// A protective proposal stays.
#[must_use]
pub fn confirmed(proposal_id: u64) -> Event {
    Event::new(name::CONFIRMED).add_attribute("proposal_id", proposal_id.to_string())
}

/// Fields of a step were set back.
#[must_use]
pub fn reverted(proposal_id: u64, number: u32, step: &ProtectiveStep, fields: &[&str]) -> Event {
    Event::new(name::REVERTED)
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("step", number.to_string())
        .add_attribute("contract", &step.contract)
        .add_attribute("market", step.market.to_string())
        .add_attribute("fields", fields.join(","))
}
