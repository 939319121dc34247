//! The fund's records and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use ballast_insurance_fund::pending::MAX_PENDING;
use ballast_insurance_fund::state::{
    ClaimTotals, Exit, Facility, Ledger, Standing, StoredClaim, Underwriting, BOOKS, CLAIMS,
    CONTRACTS, EXITS, PARAMETERS, PENDING_CHANGES, STANDINGS,
};
use ballast_types::fund::Bound;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Order as Direction, Storage, Uint128};
use cw20_base::state::BALANCES;

use super::keys::{decode, split};
use super::shadow::Records;
use super::Findings;
use crate::suite::Suite;

type MarketKey = (Addr, MarketId);
type ClaimKey = (Addr, u64);

/// Copies of the fund's records, with totals of our own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FundShadow {
    ledger: Ledger,
    claim_totals: ClaimTotals,
    standings: Records<MarketKey, Standing>,
    /// Markets of each contract.
    contracts: Records<Addr, u32>,
    claims: Records<ClaimKey, StoredClaim>,
    /// Highest claim id of each contract.
    last_ids: BTreeMap<Addr, u64>,
    /// Of all standings' reserves.
    reserves: u128,
    facility: Facility,
    underwriting: Underwriting,
    exits: Records<Addr, Exit>,
    balances: Records<Addr, Uint128>,
    /// Of all balances of shares.
    held: u128,
    supply: u128,
    /// Of all standings' emergency debts.
    debts: u128,
    /// Of all claims: paid by layers.
    paid: u128,
    /// Of all standings' deficits.
    deficits: u128,
    /// The suite's own sum.
    deficits_stored: u128,
    /// How many changes of the owner wait.
    pending: usize,
    delay_secs: u64,
    /// Longest exit of an underwriter who asks now, seconds.
    exit_secs: u64,
}

/// Claims that a message recorded.
#[derive(Default)]
pub(super) struct Touched {
    claims: BTreeSet<ClaimKey>,
}

impl FundShadow {
    /// Everything from storage.
    pub fn read(suite: &Suite) -> Result<Self> {
        let storage = suite.fund_storage();
        let storage = storage.as_ref();
        let mut shadow = Self::default();
        let up = Direction::Ascending;
        for record in STANDINGS.range(storage, None, None, up) {
            let (key, standing) = record?;
            shadow.put_standing(key, Some(standing));
        }
        for record in CONTRACTS.range(storage, None, None, up) {
            let (contract, markets) = record?;
            shadow.contracts.replace(contract, Some(markets));
        }
        for record in CLAIMS.range(storage, None, None, up) {
            let (key, claim) = record?;
            shadow.put_claim(key, Some(claim));
        }
        for record in EXITS.range(storage, None, None, up) {
            let (staker, exit) = record?;
            shadow.exits.replace(staker, Some(exit));
        }
        for record in BALANCES.range(storage, None, None, up) {
            let (holder, balance) = record?;
            shadow.put_balance(holder, Some(balance));
        }
        shadow.put_items(storage)?;
        Ok(shadow)
    }

    /// Replaces what was written, by what committed storage holds now.
    pub fn replace(
        &mut self,
        suite: &Suite,
        keys: &[&[u8]],
        findings: &mut Findings,
    ) -> Result<Touched> {
        let storage = suite.fund_storage();
        let storage = storage.as_ref();
        let mut touched = Touched::default();
        for key in keys {
            let Some((namespace, rest)) = split(key) else {
                self.put_items(storage)?;
                continue;
            };
            if namespace == PENDING_CHANGES.namespace_bytes() {
                self.put_items(storage)?;
            } else if namespace == STANDINGS.namespace_bytes() {
                let key = decode::<MarketKey>(rest)?;
                let now = STANDINGS.may_load(storage, (&key.0, key.1))?;
                self.put_standing(key, now);
            } else if namespace == CONTRACTS.namespace_bytes() {
                let contract = decode::<Addr>(rest)?;
                let now = CONTRACTS.may_load(storage, &contract)?;
                self.contracts.replace(contract, now);
            } else if namespace == EXITS.namespace_bytes() {
                let staker = decode::<Addr>(rest)?;
                let now = EXITS.may_load(storage, &staker)?;
                self.exits.replace(staker, now);
            } else if namespace == BALANCES.namespace_bytes() {
                let holder = decode::<Addr>(rest)?;
                let now = BALANCES.may_load(storage, &holder)?;
                self.put_balance(holder, now);
            } else if namespace == CLAIMS.namespace_bytes() {
                let key = decode::<ClaimKey>(rest)?;
                let now = CLAIMS.may_load(storage, (&key.0, key.1))?;
                let last = self.last_ids.get(&key.0).copied();
                let new = now.is_some() && !self.claims.has(&key);
                let rises = !new || last.map_or(true, |last| last < key.1);
                findings.require(rises, "fund: claim ids rise", || {
                    format!("{key:?} is recorded after {last:?}")
                });
                let before = self.put_claim(key.clone(), now);
                let same = before.is_none() || before.as_ref() == self.claims.get(&key);
                findings.require(same, "fund: a recorded claim never changes", || {
                    format!("{key:?}: {before:?} became {:?}", self.claims.get(&key))
                });
                touched.claims.insert(key);
            }
        }
        Ok(touched)
    }

    fn put_items(&mut self, storage: &dyn Storage) -> Result<()> {
        let books = BOOKS.load(storage)?;
        self.ledger = books.ledger;
        self.facility = books.facility;
        self.underwriting = books.underwriting;
        self.supply = self.underwriting.shares.u128();
        self.claim_totals = books.claims;
        self.deficits_stored = books.suite.deficits.u128();
        self.pending = PENDING_CHANGES
            .keys(storage, None, None, Direction::Ascending)
            .count();
        let parameters = PARAMETERS.load(storage)?;
        self.delay_secs = parameters.adverse_delay_secs;
        let exit = &parameters.underwriting;
        self.exit_secs = exit.exit_cooldown_secs + exit.exit_window_secs + exit.max_exit_pause_secs;
        Ok(())
    }

    fn put_standing(&mut self, key: MarketKey, now: Option<Standing>) {
        let reserve = |one: &Standing| one.reserve.u128();
        let debt = |one: &Standing| one.emergency.debt.u128();
        let deficit = |one: &Standing| one.deficit.u128();
        self.deficits += now.as_ref().map_or(0, deficit);
        self.reserves += now.as_ref().map_or(0, reserve);
        self.debts += now.as_ref().map_or(0, debt);
        let before = self.standings.replace(key, now);
        self.deficits -= before.as_ref().map_or(0, deficit);
        self.reserves -= before.as_ref().map_or(0, reserve);
        self.debts -= before.as_ref().map_or(0, debt);
    }

    fn put_balance(&mut self, holder: Addr, now: Option<Uint128>) {
        self.held += now.map_or(0, |shares| shares.u128());
        let before = self.balances.replace(holder, now);
        self.held -= before.map_or(0, |shares| shares.u128());
    }

    fn put_claim(&mut self, key: ClaimKey, now: Option<StoredClaim>) -> Option<StoredClaim> {
        self.paid += now.as_ref().map_or(0, paid);
        if now.is_some() {
            let last = self.last_ids.entry(key.0.clone()).or_default();
            *last = key.1.max(*last);
        }
        let before = self.claims.replace(key, now);
        self.paid -= before.as_ref().map_or(0, paid);
        before
    }

    /// Money, totals, and the claims that a message recorded.
    pub fn check_touched(&self, suite: &Suite, touched: &Touched, findings: &mut Findings) {
        self.check_money(suite, findings);
        for key in &touched.claims {
            self.check_claim(key, findings);
        }
    }

    /// Everything.
    pub fn check_all(&self, suite: &Suite, findings: &mut Findings) {
        let claims = self.claims.0.keys().cloned().collect();
        self.check_touched(suite, &Touched { claims }, findings);
    }

    fn check_money(&self, suite: &Suite, findings: &mut Findings) {
        let bank = match suite.balance(&suite.fund) {
            Ok(bank) => bank,
            Err(error) => return findings.unreadable("fund: the bank is readable", Err(error)),
        };
        let Ledger {
            market_reserves,
            mutual,
            staked,
            rewards_undripped,
            emergency_undrawn,
            surplus_due,
        } = &self.ledger;
        findings.require(
            market_reserves.u128() == self.reserves,
            "fund: market reserves = sum over markets",
            || format!("ledger {market_reserves}, sum {}", self.reserves),
        );
        let booked = self.reserves
            + mutual.u128()
            + staked.u128()
            + rewards_undripped.u128()
            + emergency_undrawn.u128()
            + surplus_due.u128();
        findings.require(
            self.facility.debt.u128() == self.debts,
            "fund: emergency debt = sum over markets",
            || format!("facility {:?}, sum {}", self.facility, self.debts),
        );
        findings.require(
            self.deficits_stored == self.deficits,
            "fund: deficits = sum over markets",
            || format!("suite {}, sum {}", self.deficits_stored, self.deficits),
        );
        findings.require(
            self.pending <= MAX_PENDING,
            "fund: changes that wait are bounded",
            || format!("{} wait", self.pending),
        );
        findings.require(
            self.exit_secs <= self.delay_secs,
            "fund: the delay is never shorter than an exit",
            || format!("delay {}, exit {}", self.delay_secs, self.exit_secs),
        );
        self.check_underwriting(findings);
        findings.require(bank >= booked, "fund: bank covers what is booked", || {
            format!("bank {bank}, booked {booked}")
        });
        let expected = suite.strays().fund;
        findings.require(
            !suite.fund_strays_are_exact() || bank.checked_sub(booked) == Some(expected),
            "fund: unaccounted = sent without message - synced",
            || format!("bank {bank}, booked {booked}, expected unaccounted {expected}"),
        );
        let ClaimTotals { count, paid, .. } = &self.claim_totals;
        let totals = (*count, paid.u128());
        let ours = (self.claims.0.len() as u64, self.paid);
        findings.require(totals == ours, "fund: claim totals", || {
            format!("stored (count, paid) {totals:?}, records {ours:?}")
        });
    }

    /// The queue and the active stake against the exits and balances that own them.
    fn check_underwriting(&self, findings: &mut Findings) {
        let pool = &self.underwriting;
        findings.require(
            pool.queued <= self.ledger.staked,
            "fund: the queue is part of the stake",
            || format!("queued {}, staked {}", pool.queued, self.ledger.staked),
        );
        let of_generation: u128 = self
            .exits
            .0
            .values()
            .filter(|exit| exit.queue_generation == pool.queue_generation)
            .map(|exit| exit.queue_shares.u128())
            .sum();
        findings.require(
            of_generation == pool.queue_shares.u128(),
            "fund: queue shares = sum over exits",
            || format!("pool {}, sum {of_generation}", pool.queue_shares),
        );
        let held = self.held;
        let supply = self.supply;
        // After a rebase balances that were not touched since are counted in older, larger units.
        findings.require(
            pool.share_base > 0 || held == supply,
            "fund: shares = sum over balances",
            || format!("supply {supply}, sum {held}"),
        );
        let unowned = self.ledger.staked.u128() - pool.queued.u128().min(self.ledger.staked.u128())
            + self.ledger.rewards_undripped.u128();
        findings.require(
            supply > 0 || unowned == 0,
            "fund: nothing is staked that nobody owns",
            || format!("no shares, and {unowned} staked or undripped"),
        );
    }

    fn check_claim(&self, key: &ClaimKey, findings: &mut Findings) {
        let Some(claim) = self.claims.get(key) else {
            return;
        };
        let amount = claim.amount.u128();
        findings.require(
            paid(claim) <= amount,
            "fund: paid + uncovered = amount",
            || format!("{key:?}: {claim:?} paid {}", paid(claim)),
        );
        findings.require(
            self.contracts.has(&key.0),
            "fund: claims are of registered contracts",
            || format!("{key:?}: {claim:?}"),
        );
        self.check_waterfall(key, claim, findings);
    }

    /// A layer pays only when the one above is at its bound, and something stays uncovered only when all
    /// are at theirs.
    fn check_waterfall(&self, key: &ClaimKey, claim: &StoredClaim, findings: &mut Findings) {
        let mut missing = claim.amount.u128();
        let mut covered = false;
        let mut sound = claim.layers.is_empty() || claim.layers.len() == 4;
        for (paid, bound) in &claim.layers {
            sound &= !covered || paid.is_zero();
            missing = missing.saturating_sub(paid.u128());
            covered = missing == 0;
            sound &= covered == (*bound == Bound::Covered);
        }
        findings.require(sound, "fund: layers pay in order", || {
            format!("{key:?}: {claim:?}")
        });
    }
}

fn paid(claim: &StoredClaim) -> u128 {
    claim.layers.iter().map(|(paid, _)| paid.u128()).sum()
}
