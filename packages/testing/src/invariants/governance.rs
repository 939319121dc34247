//! What must hold of governance, recomputed from its raw storage and the bank. Always in full: it is checked
//! where it is deployed, which no replay with a million messages does.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ballast_governance::books::Books;
use ballast_governance::case::Case;
use ballast_governance::state::{
    power_before, totals, BALLOTS, CLAIMS, DEPOSITS, EXECUTING, PROPOSALS, STAKERS, STAKES,
    STANDINGS, UNFINISHED,
};
use ballast_governance::tally;
use ballast_types::governance::{DepositState, Votes};
use cosmwasm_std::{Addr, Order, StdResult, Storage, Uint128};

use super::Findings;
use crate::suite::Suite;

/// Checks governance, if there is one.
pub(super) fn check(suite: &Suite, findings: &mut Findings) {
    let Some(governance) = &suite.governance else {
        return;
    };
    let storage = suite.storage_of(governance);
    let result = check_records(suite, governance, storage.as_ref(), findings);
    findings.unreadable("governance: storage is readable", result);
}

fn check_records(
    suite: &Suite,
    governance: &Addr,
    storage: &dyn Storage,
    findings: &mut Findings,
) -> Result<()> {
    check_stakes(storage, findings)?;
    check_proposals(storage, findings)?;
    let books = Books::load(storage)?;
    for token in books.tokens() {
        let owed = books.owed(token)?;
        let held = ballast_governance::token::balance(&suite.app.wrap(), governance, token)?;
        findings.require(held >= owed, "governance: holds what it owes", || {
            format!("owes {owed} and holds {held} of {token:?}")
        });
    }
    Ok(())
}

fn check_stakes(storage: &dyn Storage, findings: &mut Findings) -> Result<()> {
    let mut powers: BTreeMap<Addr, Uint128> = BTreeMap::new();
    for record in STAKES.range(storage, None, None, Order::Ascending) {
        let ((staker, _), power) = record?;
        powers.insert(staker, power);
    }
    powers.retain(|_, power| !power.is_zero());
    let mut staked = Uint128::zero();
    for power in powers.values() {
        staked = staked.checked_add(*power)?;
    }
    let totals = totals(storage)?;
    let total = totals.staked;
    findings.require(staked == total, "governance: sum of powers = total", || {
        format!("sum {staked}, total {total}")
    });
    let listed: Vec<Addr> = STAKERS
        .keys(storage, None, None, Order::Ascending)
        .collect::<StdResult<_>>()?;
    findings.require(
        powers.keys().eq(&listed),
        "governance: who stakes is listed",
        || format!("{powers:?}, listed {listed:?}"),
    );

    let mut waiting = Uint128::zero();
    for record in CLAIMS.range(storage, None, None, Order::Ascending) {
        for claim in record?.1 {
            waiting = waiting.checked_add(claim.amount)?;
        }
    }
    let unstaking = totals.unstaking;
    findings.require(
        waiting == unstaking,
        "governance: sum of claims = unstaking",
        || format!("sum {waiting}, unstaking {unstaking}"),
    );
    Ok(())
}

fn check_proposals(storage: &dyn Storage, findings: &mut Findings) -> Result<()> {
    let mut unfinished: BTreeMap<Addr, u32> = BTreeMap::new();
    let mut held: BTreeMap<String, Uint128> = BTreeMap::new();
    let ids = PROPOSALS.keys(storage, None, None, Order::Ascending);
    let ids = ids.collect::<StdResult<Vec<u64>>>()?;
    let standings = STANDINGS.keys(storage, None, None, Order::Ascending);
    let standings = standings.collect::<StdResult<Vec<u64>>>()?;
    let numbered = ids.iter().zip(1..).all(|(id, number)| *id == number);
    findings.require(
        numbered && ids == standings,
        "governance: proposals are numbered from 1, each with its standing",
        || format!("{ids:?}, standings {standings:?}"),
    );
    for id in ids {
        let case = Case::load(storage, id)?;
        case.messages()?;
        let deposit = case.deposit();
        let (proposal, standing) = (case.proposal, case.standing);
        let mut votes = Votes::default();
        let ballots = BALLOTS.prefix(id);
        for ballot in ballots.range(storage, None, None, Order::Ascending) {
            let (voter, ballot) = ballot?;
            tally::add(&mut votes, ballot.vote, ballot.power)?;
            let before = power_before(storage, &voter, standing.start_height)?;
            findings.require(
                before == ballot.power,
                "governance: votes have the power of the start height",
                || format!("{voter} on {id}: {} instead of {before}", ballot.power),
            );
        }
        findings.require(
            votes == standing.votes,
            "governance: tally = sum of ballots",
            || format!("{id}: {votes:?}, tally {:?}", standing.votes),
        );
        if !standing.finished {
            *unfinished.entry(proposal.proposer).or_default() += 1;
        }
        if standing.deposit == DepositState::Held {
            let deposit = deposit.context("a deposit that is held")?;
            let key = ballast_governance::token::key(&deposit.denom);
            let sum = held.entry(key).or_default();
            *sum = sum.checked_add(deposit.amount)?;
        }
    }
    let stored: BTreeMap<Addr, u32> = UNFINISHED
        .range(storage, None, None, Order::Ascending)
        .collect::<Result<_, _>>()?;
    findings.require(
        stored == unfinished,
        "governance: unfinished proposals are counted",
        || format!("{unfinished:?}, stored {stored:?}"),
    );
    let stored: BTreeMap<String, Uint128> = DEPOSITS
        .range(storage, None, None, Order::Ascending)
        .collect::<Result<_, _>>()?;
    findings.require(stored == held, "governance: deposits held", || {
        format!("{held:?}, stored {stored:?}")
    });
    findings.require(
        EXECUTING.may_load(storage)?.is_none(),
        "governance: nothing is being executed",
        || "between messages".to_owned(),
    );
    Ok(())
}
