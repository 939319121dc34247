//! What must hold of governance, recomputed from its raw storage and the bank. Always in full: it is checked
//! where it is deployed, which no replay with a million messages does.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ballast_governance::books::Books;
use ballast_governance::state::{
    BALLOTS, CLAIMS_KEY, DEPOSITS, EXECUTING, PROPOSALS, PROPOSAL_COUNT, SETTINGS, STAKES,
    STANDINGS, TOTAL_STAKE, UNFINISHED, UNSTAKING,
};
use ballast_governance::tally;
use ballast_types::governance::{DepositState, Votes};
use cosmwasm_std::{Addr, Order, Storage, Uint128};
use cw_controllers::Claim;
use cw_storage_plus::Map;

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
    let mut staked = Uint128::zero();
    for record in STAKES.range(storage, None, None, Order::Ascending) {
        staked = staked.checked_add(record?.1)?;
    }
    let total = TOTAL_STAKE.load(storage)?;
    findings.require(staked == total, "governance: sum of powers = total", || {
        format!("sum {staked}, total {total}")
    });

    // cw-controllers does not list what it keeps.
    let claims: Map<&Addr, Vec<Claim>> = Map::new(CLAIMS_KEY);
    let mut waiting = Uint128::zero();
    for record in claims.range(storage, None, None, Order::Ascending) {
        for claim in record?.1 {
            waiting = waiting.checked_add(claim.amount)?;
        }
    }
    let unstaking = UNSTAKING.load(storage)?;
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
    let mut count = 0;
    for record in PROPOSALS.range(storage, None, None, Order::Ascending) {
        let (id, proposal) = record?;
        count = id;
        let standing = STANDINGS.load(storage, id)?;
        SETTINGS.load(storage, standing.revision)?;
        let mut votes = Votes::default();
        let ballots = BALLOTS.prefix(id);
        for ballot in ballots.range(storage, None, None, Order::Ascending) {
            let (voter, ballot) = ballot?;
            tally::add(&mut votes, ballot.vote, ballot.power)?;
            let before = STAKES
                .may_load_at_height(storage, &voter, standing.start_height)?
                .unwrap_or_default();
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
            let deposit = proposal.deposit.context("a deposit that is held")?;
            let key = ballast_governance::token::key(&deposit.denom);
            let sum = held.entry(key).or_default();
            *sum = sum.checked_add(deposit.amount)?;
        }
    }
    findings.require(
        count == PROPOSAL_COUNT.load(storage)?,
        "governance: proposals are counted",
        || format!("last {count}"),
    );
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
        .map(|record| record.map(|(key, held)| (key, held.amount)))
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
