//! Who won: pure, exact, without rounding. Every comparison is a cross product in 256 bits.
//!
//! * quorum: `cast >= quorum * total`, abstentions included;
//! * vetoed, with a quorum: `veto > 0` and `veto >= veto_threshold * cast`;
//! * passed, with a quorum and not vetoed: `yes > 0` and `yes >= threshold * (yes + no + veto)`.
//!
//! Reaching a share is enough, as in cw3. Without a quorum a proposal is rejected, never vetoed: one voter
//! with dust cannot take the deposit of a proposal that nobody looked at.

use ballast_types::governance::{Settings, Votes};
use cosmwasm_std::{Decimal, OverflowError, Uint128, Uint256};
use cw3::Vote;

/// How a vote ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To be executed.
    Passed,
    /// Not enough votes, or not enough yes.
    Rejected,
    /// Voted down with enough veto.
    Vetoed,
}

impl Outcome {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Rejected => "rejected",
            Self::Vetoed => "vetoed",
        }
    }
}

/// The three shares that decide.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Of yes in opinions.
    pub threshold: Decimal,
    /// Of all power.
    pub quorum: Decimal,
    /// Of veto in what was cast.
    pub veto_threshold: Decimal,
}

impl From<&Settings> for Rule {
    fn from(settings: &Settings) -> Self {
        Self {
            threshold: settings.threshold,
            quorum: settings.quorum,
            veto_threshold: settings.veto_threshold,
        }
    }
}

/// The outcome if no further vote is cast.
///
/// # Errors
/// More than 2^128 votes.
pub fn at_end(votes: &Votes, total: Uint128, rule: &Rule) -> Result<Outcome, OverflowError> {
    let cast = cast(votes)?;
    if total.is_zero() || !reaches(cast, total, rule.quorum) {
        return Ok(Outcome::Rejected);
    }
    if is_share(votes.veto, cast, rule.veto_threshold) {
        return Ok(Outcome::Vetoed);
    }
    let opinions = cast.checked_sub(votes.abstain)?;
    if is_share(votes.yes, opinions, rule.threshold) {
        return Ok(Outcome::Passed);
    }
    Ok(Outcome::Rejected)
}

/// The outcome that no further vote can overturn, if there is one already: each bound is taken with all
/// power that has not voted cast the one way that would hurt it most. Votes cast must be final.
///
/// # Errors
/// More than 2^128 votes, or more votes than power.
pub fn certain(
    votes: &Votes,
    total: Uint128,
    rule: &Rule,
) -> Result<Option<Outcome>, OverflowError> {
    let cast = cast(votes)?;
    let rest = total.checked_sub(cast)?;
    let quorum = reaches(cast, total, rule.quorum);
    let most_veto = votes.veto.checked_add(rest)?;
    let may_be_vetoed = is_share(most_veto, total, rule.veto_threshold);

    if quorum && is_share(votes.veto, total, rule.veto_threshold) {
        return Ok(Some(Outcome::Vetoed));
    }
    let most_opinions = total.checked_sub(votes.abstain)?;
    if quorum && is_share(votes.yes, most_opinions, rule.threshold) && !may_be_vetoed {
        return Ok(Some(Outcome::Passed));
    }
    let most_yes = votes.yes.checked_add(rest)?;
    if !is_share(most_yes, most_opinions, rule.threshold) && !may_be_vetoed {
        return Ok(Some(Outcome::Rejected));
    }
    if rest.is_zero() {
        return at_end(votes, total, rule).map(Some);
    }
    Ok(None)
}

/// Adds power to one side.
///
/// # Errors
/// More than 2^128 votes.
pub fn add(votes: &mut Votes, vote: Vote, power: Uint128) -> Result<(), OverflowError> {
    let side = side(votes, vote);
    *side = side.checked_add(power)?;
    Ok(())
}

/// Takes power from one side, where a vote is changed.
///
/// # Errors
/// More than was cast.
pub fn subtract(votes: &mut Votes, vote: Vote, power: Uint128) -> Result<(), OverflowError> {
    let side = side(votes, vote);
    *side = side.checked_sub(power)?;
    Ok(())
}

/// The name of a vote in events: cw3's.
#[must_use]
pub fn name(vote: Vote) -> &'static str {
    match vote {
        Vote::Yes => "yes",
        Vote::No => "no",
        Vote::Abstain => "abstain",
        Vote::Veto => "veto",
    }
}

fn side(votes: &mut Votes, vote: Vote) -> &mut Uint128 {
    match vote {
        Vote::Yes => &mut votes.yes,
        Vote::No => &mut votes.no,
        Vote::Abstain => &mut votes.abstain,
        Vote::Veto => &mut votes.veto,
    }
}

fn cast(votes: &Votes) -> Result<Uint128, OverflowError> {
    votes
        .yes
        .checked_add(votes.no)?
        .checked_add(votes.abstain)?
        .checked_add(votes.veto)
}

/// `part > 0` and `part >= share * whole`.
fn is_share(part: Uint128, whole: Uint128, share: Decimal) -> bool {
    !part.is_zero() && reaches(part, whole, share)
}

/// `part >= share * whole`, exactly: `part * 10^18 >= share's atomics * whole`.
fn reaches(part: Uint128, whole: Uint128, share: Decimal) -> bool {
    let one: Uint256 = part.full_mul(Decimal::one().atomics());
    one >= whole.full_mul(share.atomics())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    const VOTES: [Vote; 4] = [Vote::Yes, Vote::No, Vote::Abstain, Vote::Veto];

    fn votes(yes: u128, no: u128, abstain: u128, veto: u128) -> Votes {
        Votes {
            yes: yes.into(),
            no: no.into(),
            abstain: abstain.into(),
            veto: veto.into(),
        }
    }

    /// Outcomes of all ways in which the rest may vote, one atom after the other.
    fn reachable(tally: &Votes, rest: u128, total: u128, rule: &Rule, found: &mut Vec<Outcome>) {
        let outcome = at_end(tally, total.into(), rule).unwrap();
        if !found.contains(&outcome) {
            found.push(outcome);
        }
        if rest == 0 {
            return;
        }
        for vote in VOTES {
            let mut next = *tally;
            add(&mut next, vote, Uint128::one()).unwrap();
            reachable(&next, rest - 1, total, rule, found);
        }
    }

    /// V1: a decision is early exactly where it cannot be overturned: for every tally of five atoms, against
    /// all continuations. (Where nothing can change any more it must be made, too.)
    #[test]
    fn early_decisions_are_those_that_cannot_be_overturned() {
        let total = 5_u128;
        let mut early = 0;
        let mut checked = 0;
        for (threshold, quorum, veto) in [(50, 20, 34), (50, 50, 25), (80, 40, 50), (67, 1, 33)] {
            let rule = Rule {
                threshold: Decimal::percent(threshold),
                quorum: Decimal::percent(quorum),
                veto_threshold: Decimal::percent(veto),
            };
            for code in 0..6_u128.pow(4) {
                let tally = votes(code % 6, code / 6 % 6, code / 36 % 6, code / 216);
                let cast = cast(&tally).unwrap().u128();
                if cast > total {
                    continue;
                }
                let mut found = vec![];
                reachable(&tally, total - cast, total, &rule, &mut found);
                let decided = certain(&tally, total.into(), &rule).unwrap();
                checked += 1;
                if let Some(outcome) = decided {
                    early += u32::from(cast < total);
                    assert_eq!(found, [outcome], "{tally:?} {rule:?}");
                } else {
                    assert!(found.len() > 1, "{tally:?} {rule:?} is {found:?}");
                }
            }
        }
        assert!(early > 100, "{early} early decisions of {checked}");
    }

    #[test]
    fn no_power_passes_nothing() {
        let rule = Rule::from(&crate::parameters::default_settings());
        let none = Votes::default();
        assert_eq!(at_end(&none, Uint128::zero(), &rule), Ok(Outcome::Rejected));
    }

    /// R2: the largest powers neither overflow nor lose the last atom.
    #[test]
    fn largest_powers_are_compared_exactly() {
        let rule = Rule::from(&crate::parameters::default_settings());
        let half = u128::MAX / 2;
        let total = Uint128::new(half * 2);
        let tie = votes(half, half, 0, 0);
        assert_eq!(at_end(&tie, total, &rule), Ok(Outcome::Passed));
        let less = votes(half - 1, half + 1, 0, 0);
        assert_eq!(at_end(&less, total, &rule), Ok(Outcome::Rejected));
        assert!(at_end(&votes(u128::MAX, 1, 0, 0), total, &rule).is_err());
    }
}
