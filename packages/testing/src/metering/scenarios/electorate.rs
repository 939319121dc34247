//! Governance with a crowd of any size. As in module `crowd`, one member acts through the contract and its records are
//! written again for the others.

use anyhow::Result;
use ballast_governance::state::{
    power, save_power, totals, Ballot, BALLOTS, CLAIMS, PROPOSALS, STANDINGS, TOTALS, UNFINISHED,
};
use ballast_types::governance::ExecuteMsg;
use cosmwasm_std::{Addr, Uint128};
use cw3::Vote;

use super::stage::Stage;

/// Power of a member, atoms; as much was unstaked and waits.
pub(super) const POWER: u128 = 1_000_000;

/// Makes a crowd of so many stakers, each with an amount that was unstaked and waits, with a proposal of their own that
/// is voted on, and with a vote on the first proposal. Somebody who never votes has three times the power of them all, so
/// that nothing is decided.
pub(super) fn gather(stage: &mut Stage, crowd: u64) -> Result<()> {
    if crowd == 0 {
        return Ok(());
    }
    let absent = POWER * 3 * u128::from(crowd);
    stage.suite.new_voter("crowd absentee", absent)?;
    let first = stage.suite.new_voter("crowd member", 2 * POWER)?;
    let unstake = ExecuteMsg::Unstake {
        amount: POWER.into(),
    };
    stage.suite.govern(&first, &unstake)?;
    let others: Vec<Addr> = (1..crowd)
        .map(|index| stage.suite.address(&format!("crowd member {index}")))
        .collect();
    multiply_stakes(stage, &first, &others)?;
    stage.suite.next_block();
    let message = stage.suite.reduce_only(0)?;
    stage.suite.propose(&first, vec![message])?;
    multiply_proposals(stage, &others)
}

fn multiply_stakes(stage: &mut Stage, first: &Addr, others: &[Addr]) -> Result<()> {
    let (governance, height) = (stage.suite.governance()?, stage.suite.height());
    let mut boxed = stage.suite.app.contract_storage_mut(&governance);
    let storage = boxed.as_mut();
    let waits = CLAIMS.load(storage, first)?;
    let power = power(storage, first)?;
    let mut totals = totals(storage)?;
    for member in others {
        save_power(storage, member, height, Uint128::zero(), power)?;
        totals.staked += power;
        CLAIMS.save(storage, member, &waits)?;
        for claim in &waits {
            totals.unstaking += claim.amount;
        }
    }
    TOTALS.save(storage, height, &totals)?;
    drop(boxed);
    let held = 2 * POWER * u128::try_from(others.len())?;
    if held == 0 {
        return Ok(());
    }
    stage.suite.mint_power(&governance, held)
}

fn multiply_proposals(stage: &mut Stage, others: &[Addr]) -> Result<()> {
    let governance = stage.suite.governance()?;
    let mut storage = stage.suite.app.contract_storage_mut(&governance);
    let storage = storage.as_mut();
    let proposal = PROPOSALS.load(storage, 1)?;
    let own = STANDINGS.load(storage, 1)?;
    let mut first = own.clone();
    let mut id = 1;
    for member in others {
        id += 1;
        let mut proposal = proposal.clone();
        proposal.proposer = member.clone();
        PROPOSALS.save(storage, id, &proposal)?;
        STANDINGS.save(storage, id, &own)?;
        UNFINISHED.save(storage, member, &1)?;
        let power = Uint128::new(POWER);
        let ballot = |vote| Ballot { vote, power };
        BALLOTS.save(storage, (id, member), &ballot(Vote::Yes))?;
        BALLOTS.save(storage, (1, member), &ballot(Vote::Abstain))?;
        first.votes.abstain += power;
    }
    Ok(STANDINGS.save(storage, 1, &first)?)
}
