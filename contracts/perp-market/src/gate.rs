//! The withdrawal gate: while a large loss is known and not resolved, money that may have been won from it
//! does not leave.
//!
//! A *cause* is a market whose deficit exceeds 0.1 % of the vault, or a bankrupt account whose negative equity
//! does, once a liquidation of it ended unresolved. It shuts the gate for at most an hour, however long it
//! lasts; all causes together for at most six hours in any 24: an hour is granted as far as that budget
//! allows, and what a cause that is resolved early did not need is given back. Dust opens nothing.
//!
//! Never gated is an account that has held no position for an hour, while no market has a deficit.
//!
//! Times that the gate was shut are kept as intervals of the last day, at most [`MAX_INTERVALS`]; where there
//! are more, the two oldest become one, which counts the time between them too. No message loops over markets
//! or accounts.

use cosmwasm_std::{Empty, Order, Storage, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::ledger::credit;
use crate::margin::risk_of;
use crate::math::{add, subtract, to_signed};
use crate::price::Valuation;
use crate::state::{Account, Gate, Interval, GATE, GATE_CAUSES, GATE_ENDS, VAULT};
use ballast_types::MarketId;

/// The longest that one cause shuts the gate, seconds.
pub const CAUSE_SECS: u64 = 3_600;

/// The longest that the gate is shut in any [`WINDOW_SECS`], seconds.
pub const BUDGET_SECS: u64 = 21_600;

/// See [`BUDGET_SECS`].
pub const WINDOW_SECS: u64 = 86_400;

/// Whoever has held no position for so long is not gated, seconds.
pub const IDLE_SECS: u64 = 3_600;

/// A loss above one part in so many of the vault is a cause.
const THRESHOLD_PART: u128 = 1_000;

/// Intervals kept.
pub const MAX_INTERVALS: usize = 24;

/// Why the gate may be shut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A market's deficit.
    Deficit(MarketId),
    /// A bankrupt account.
    Account(u64),
}

impl Cause {
    /// As keys name it: kind and number.
    #[must_use]
    pub fn key(self) -> (u8, u64) {
        match self {
            Self::Deficit(market) => (0, u64::from(market)),
            Self::Account(number) => (1, number),
        }
    }
}

impl Gate {
    /// Until when it is shut, if it is.
    #[must_use]
    pub fn shut_until(&self, now: u64) -> Option<u64> {
        self.shut
            .last()
            .map(|last| last.to)
            .filter(|until| *until > now)
    }

    /// Seconds that it was, or will be, shut in the day before `end`.
    #[must_use]
    pub fn shut_secs(&self, end: u64) -> u64 {
        let begin = end.saturating_sub(WINDOW_SECS);
        self.shut.iter().fold(0u64, |sum, interval| {
            let to = interval.to.min(end);
            sum.saturating_add(to.saturating_sub(interval.from.max(begin)))
        })
    }

    /// A cause became known: shuts for an hour from now, as far as the budget goes. Returns until when this
    /// cause shuts.
    fn open(&mut self, now: u64) -> u64 {
        self.shut
            .retain(|interval| interval.to.saturating_add(WINDOW_SECS) > now);
        let wish = now.saturating_add(CAUSE_SECS);
        let start = self.shut_until(now).unwrap_or(now);
        if wish <= start {
            return wish;
        }
        let budget = BUDGET_SECS.saturating_sub(self.shut_secs(start));
        let until = start.saturating_add(wish.saturating_sub(start).min(budget));
        if until > start {
            match self.shut.last_mut().filter(|last| last.to == start) {
                Some(last) => last.to = until,
                None => self.shut.push(Interval {
                    from: start,
                    to: until,
                }),
            }
            self.merge();
        }
        until
    }

    /// A cause is over: the gate opens when the last of the others ends.
    fn close(&mut self, now: u64, others_until: Option<u64>) {
        let end = others_until.unwrap_or(now).max(now);
        if let Some(last) = self.shut.last_mut() {
            last.to = last.to.min(end.max(last.from));
        }
        self.shut.retain(|interval| interval.to > interval.from);
    }

    fn merge(&mut self) {
        while self.shut.len() > MAX_INTERVALS {
            let oldest = self.shut.remove(0);
            if let Some(next) = self.shut.first_mut() {
                next.from = oldest.from;
            }
        }
    }
}

/// The gate.
pub fn load(storage: &dyn Storage) -> ContractResult<Gate> {
    Ok(GATE.load(storage)?)
}

/// Until when an account's money may not leave, if it may not.
#[must_use]
pub fn shut_for(gate: &Gate, account: &Account, now: u64) -> Option<u64> {
    let until = gate.shut_until(now)?;
    let idle = now.saturating_sub(account.held_position_at(now)) >= IDLE_SECS;
    if idle && gate.deficit.is_zero() {
        None
    } else {
        Some(until)
    }
}

/// Refuses a withdrawal while the gate is shut for its account.
pub fn check(exchange: &mut Exchange, number: u64) -> ContractResult<()> {
    let now = exchange.now();
    let gate = load(exchange.deps.storage)?;
    match shut_for(&gate, exchange.account(number)?, now) {
        Some(opens_at) => Err(ContractError::WithdrawalsGated { opens_at }.into()),
        None => Ok(()),
    }
}

/// Loss above which something is a cause, quote atoms, rounded down.
pub fn threshold(storage: &dyn Storage) -> ContractResult<Uint128> {
    let vault = VAULT.load(storage)?;
    Ok(vault
        .held
        .checked_div(Uint128::new(THRESHOLD_PART))
        .unwrap_or_default())
}

/// Whether a bankrupt account owes enough to be a cause. Other markets count at their last price.
fn is_cause(exchange: &mut Exchange, number: u64) -> ContractResult<bool> {
    let equity = risk_of(exchange, number, Valuation::Last)?.equity;
    if !equity.is_negative() {
        return Ok(false);
    }
    Ok(equity.unsigned_abs() > threshold(exchange.deps.storage)?)
}

/// A liquidation of a bankrupt account ended, or its account got money: is it a cause now?
pub fn judge(exchange: &mut Exchange, number: u64) -> ContractResult<()> {
    let cause = is_cause(exchange, number)?;
    let account = exchange.account_mut(number)?;
    if account.gates != cause {
        account.gates = cause;
        exchange.gate_changes.push((number, cause));
    }
    Ok(())
}

/// Puts money into an account, which may resolve a cause.
pub fn put_back(exchange: &mut Exchange, number: u64, amount: Uint128) -> ContractResult<()> {
    let account = exchange.account_mut(number)?;
    credit(account, to_signed(amount)?)?;
    if account.gates {
        exchange.settle_account(number)?;
        judge(exchange, number)?;
    }
    Ok(())
}

/// What a message changed that concerns the gate.
#[derive(Default)]
pub struct GateChanges {
    /// Market, deficit before and after.
    pub deficits: Vec<(MarketId, Uint128, Uint128)>,
    /// Account and whether it is a cause now.
    pub accounts: Vec<(u64, bool)>,
}

impl GateChanges {
    /// Writes it, where there is anything.
    pub fn save(self, storage: &mut dyn Storage, now: u64) -> ContractResult<()> {
        if self.deficits.is_empty() && self.accounts.is_empty() {
            return Ok(());
        }
        let mut gate = load(storage)?;
        let threshold = threshold(storage)?;
        for (market, before, after) in self.deficits {
            gate.deficit = subtract(add(gate.deficit, after)?, before)?;
            set(
                storage,
                &mut gate,
                Cause::Deficit(market),
                after > threshold,
                now,
            )?;
        }
        for (number, is_cause) in self.accounts {
            set(storage, &mut gate, Cause::Account(number), is_cause, now)?;
        }
        Ok(GATE.save(storage, &gate)?)
    }
}

/// Makes a cause known, or forgets it.
fn set(
    storage: &mut dyn Storage,
    gate: &mut Gate,
    cause: Cause,
    is_cause: bool,
    now: u64,
) -> ContractResult<()> {
    let key = cause.key();
    match (GATE_CAUSES.may_load(storage, key)?, is_cause) {
        (None, true) => {
            let until = gate.open(now);
            GATE_CAUSES.save(storage, key, &until)?;
            GATE_ENDS.save(storage, (until, key.0, key.1), &Empty {})?;
        }
        (Some(until), false) => {
            GATE_CAUSES.remove(storage, key);
            GATE_ENDS.remove(storage, (until, key.0, key.1));
            let last = GATE_ENDS
                .keys(storage, None, None, Order::Descending)
                .next()
                .transpose()?;
            gate.close(now, last.map(|(until, _, _)| until));
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_cause_shuts_for_an_hour_and_six_for_six() {
        let mut gate = Gate::default();
        for hour in 0..8 {
            let now = 1_000_000 + hour * CAUSE_SECS;
            let until = gate.open(now);
            let shut = hour < 6;
            assert_eq!(until, if shut { now + CAUSE_SECS } else { now });
            assert_eq!(gate.shut_until(now), shut.then_some(until));
        }
        // A day after the first hour ended there is an hour again.
        let again = 1_000_000 + WINDOW_SECS + CAUSE_SECS;
        assert_eq!(gate.open(again), again + CAUSE_SECS);
    }

    #[test]
    fn causes_at_once_shut_once_and_what_was_not_needed_is_given_back() {
        let mut gate = Gate::default();
        assert_eq!(gate.open(1_000_000), 1_003_600);
        assert_eq!(gate.open(1_001_000), 1_004_600);
        assert_eq!(gate.shut_secs(1_080_000), 4_600);
        gate.close(1_001_500, Some(1_003_600));
        assert_eq!(gate.shut_until(1_001_500), Some(1_003_600));
        gate.close(1_002_000, None);
        assert_eq!(gate.shut_until(1_002_000), None);
        assert_eq!(gate.shut_secs(1_080_000), 2_000);
    }

    proptest! {
        // Whatever happens when: never more than six hours in any day, and no cause more than an hour.
        #[test]
        fn no_day_is_shut_for_more_than_six_hours(
            steps in prop::collection::vec((0u64..4_000, any::<bool>(), 0usize..4), 1..120)
        ) {
            let mut gate = Gate::default();
            let mut now = 1_000_000u64;
            let mut open: Vec<u64> = vec![];
            let mut seconds: Vec<(u64, u64)> = vec![];
            for (passed, opens, which) in steps {
                if let Some(until) = gate.shut_until(now) {
                    seconds.push((now, until.min(now + passed)));
                }
                now += passed;
                if opens || open.is_empty() {
                    let until = gate.open(now);
                    prop_assert!(until <= now + CAUSE_SECS);
                    open.push(until);
                } else {
                    open.remove(which % open.len());
                    gate.close(now, open.iter().copied().max());
                }
                prop_assert!(gate.shut.len() <= MAX_INTERVALS);
                let until = gate.shut_until(now).unwrap_or(now);
                prop_assert!(until <= now.max(open.iter().copied().max().unwrap_or(0)));
                for end in seconds.iter().map(|(_, to)| *to).chain([until]) {
                    let begin = end.saturating_sub(WINDOW_SECS);
                    let mut all = seconds.clone();
                    all.push((now, until));
                    let shut: u64 = all
                        .iter()
                        .map(|(from, to)| (*to).min(end).saturating_sub((*from).max(begin)))
                        .sum();
                    prop_assert!(shut <= BUDGET_SECS, "{shut} s before {end}");
                }
            }
        }
    }
}
