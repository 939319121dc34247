//! The fund's records and what must hold of them.

use std::collections::BTreeSet;

use anyhow::Result;
use ballast_insurance_fund::state::{
    ClaimTotals, ContractState, Facility, Ledger, Standing, StoredClaim, CLAIMS, CLAIM_TOTALS,
    CONTRACTS, FACILITY, LEDGER, STANDINGS,
};
use ballast_types::fund::Bound;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Order as Direction, Storage};

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
    contracts: Records<Addr, ContractState>,
    claims: Records<ClaimKey, StoredClaim>,
    /// Of all standings' reserves.
    reserves: u128,
    facility: Facility,
    /// Of all standings' emergency debts.
    debts: u128,
    /// Of all claims: paid by layers.
    paid: u128,
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
            let (contract, state) = record?;
            shadow.contracts.replace(contract, Some(state));
        }
        for record in CLAIMS.range(storage, None, None, up) {
            let (key, claim) = record?;
            shadow.put_claim(key, Some(claim));
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
            if namespace == STANDINGS.namespace_bytes() {
                let key = decode::<MarketKey>(rest)?;
                let now = STANDINGS.may_load(storage, (&key.0, key.1))?;
                self.put_standing(key, now);
            } else if namespace == CONTRACTS.namespace_bytes() {
                let contract = decode::<Addr>(rest)?;
                let now = CONTRACTS.may_load(storage, &contract)?;
                self.contracts.replace(contract, now);
            } else if namespace == CLAIMS.namespace_bytes() {
                let key = decode::<ClaimKey>(rest)?;
                let now = CLAIMS.may_load(storage, (&key.0, key.1))?;
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
        self.ledger = LEDGER.load(storage)?;
        self.facility = FACILITY.load(storage)?;
        self.claim_totals = CLAIM_TOTALS.load(storage)?;
        Ok(())
    }

    fn put_standing(&mut self, key: MarketKey, now: Option<Standing>) {
        let reserve = |one: &Standing| one.reserve.u128();
        let debt = |one: &Standing| one.emergency.debt.u128();
        self.reserves += now.as_ref().map_or(0, reserve);
        self.debts += now.as_ref().map_or(0, debt);
        let before = self.standings.replace(key, now);
        self.reserves -= before.as_ref().map_or(0, reserve);
        self.debts -= before.as_ref().map_or(0, debt);
    }

    fn put_claim(&mut self, key: ClaimKey, now: Option<StoredClaim>) -> Option<StoredClaim> {
        self.paid += now.as_ref().map_or(0, paid);
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
            emergency_undrawn,
            surplus_due,
        } = &self.ledger;
        findings.require(
            market_reserves.u128() == self.reserves,
            "fund: market reserves = sum over markets",
            || format!("ledger {market_reserves}, sum {}", self.reserves),
        );
        let booked = self.reserves + mutual.u128() + emergency_undrawn.u128() + surplus_due.u128();
        findings.require(
            self.facility.debt.u128() == self.debts,
            "fund: emergency debt = sum over markets",
            || format!("facility {:?}, sum {}", self.facility, self.debts),
        );
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
        let last = self
            .contracts
            .get(&key.0)
            .and_then(|contract| contract.last_claim_id);
        findings.require(last >= Some(key.1), "fund: claim ids rise", || {
            format!("{key:?} is recorded, the last id is {last:?}")
        });
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
