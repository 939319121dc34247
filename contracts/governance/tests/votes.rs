//! V1: the truth table of votes, run against every voting source.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod common;

use ballast_types::governance::LifecycleStatus::{self, Open, Queued, Rejected, Vetoed};
use common::{refused, Source, World, DAY, SOURCES};
use cosmwasm_std::Decimal;
use cw3::Vote::{self, Abstain, No, Veto, Yes};

/// One row: powers in order of the voters `ann` (who proposes, and so votes yes unless she revotes), `bob`, ...;
/// how the others vote; what is known before voting ends, and at its end.
struct Row {
    what: &'static str,
    powers: &'static [u128],
    votes: &'static [Option<Vote>],
    before: LifecycleStatus,
    after: LifecycleStatus,
}

const NAMES: [&str; 5] = ["ann", "bob", "cat", "dan", "eve"];

/// Quorum 20 %, threshold 50 %, veto 33.4 %; votes final.
const FINAL_VOTES: &[Row] = &[
    Row {
        what: "quorum exactly reached: 200 of 1000",
        powers: &[200, 800],
        votes: &[None],
        before: Open,
        after: Queued,
    },
    Row {
        what: "quorum missed by one atom: 199 of 1000",
        powers: &[199, 801],
        votes: &[None],
        before: Open,
        after: Rejected,
    },
    Row {
        what: "abstentions count for the quorum",
        powers: &[1, 199, 800],
        votes: &[Some(Abstain), None],
        before: Open,
        after: Queued,
    },
    Row {
        what: "threshold exactly reached: 300 yes of 600 opinions",
        powers: &[300, 300, 400],
        votes: &[Some(No), None],
        before: Open,
        after: Queued,
    },
    Row {
        what: "threshold missed by one atom: 299 yes, 300 no",
        powers: &[299, 300, 401],
        votes: &[Some(No), None],
        before: Open,
        after: Rejected,
    },
    Row {
        what: "abstentions do not count against the threshold",
        powers: &[100, 100, 800],
        votes: &[Some(No), Some(Abstain)],
        before: Queued,
        after: Queued,
    },
    Row {
        what: "veto counts against the threshold like no",
        powers: &[330, 331, 10],
        votes: &[Some(No), Some(Veto)],
        before: Rejected,
        after: Rejected,
    },
    Row {
        what: "veto exactly at its threshold: 334 of 1000 cast",
        powers: &[666, 334],
        votes: &[Some(Veto)],
        before: Vetoed,
        after: Vetoed,
    },
    Row {
        what: "veto one atom below its threshold: 333 of 1000 cast",
        powers: &[300, 333, 367],
        votes: &[Some(Veto), Some(Yes)],
        before: Queued,
        after: Queued,
    },
    Row {
        what: "veto at its threshold of what was cast, not of all power",
        powers: &[200, 101, 699],
        votes: &[Some(Veto), None],
        before: Open,
        after: Vetoed,
    },
    Row {
        what: "veto without a quorum rejects, and takes no deposit",
        powers: &[1, 100, 899],
        votes: &[Some(Veto), None],
        before: Open,
        after: Rejected,
    },
    Row {
        what: "early: half of all power plus the rest cannot veto",
        powers: &[700, 300],
        votes: &[None],
        before: Queued,
        after: Queued,
    },
    Row {
        what: "not early: the rest could still veto",
        powers: &[666, 334],
        votes: &[None],
        before: Open,
        after: Queued,
    },
    Row {
        what: "not early: quorum and threshold reached, the rest could outvote",
        powers: &[499, 501],
        votes: &[None],
        before: Open,
        after: Queued,
    },
    Row {
        what: "early no: the rest cannot lift yes to the threshold, nor veto",
        powers: &[100, 600, 300],
        votes: &[Some(No), None],
        before: Rejected,
        after: Rejected,
    },
    Row {
        what: "not early no: the rest could still make it a veto",
        powers: &[100, 550, 350],
        votes: &[Some(No), None],
        before: Open,
        after: Rejected,
    },
    Row {
        what: "early veto: a third of all power",
        powers: &[100, 334, 566],
        votes: &[Some(Veto), None],
        before: Vetoed,
        after: Vetoed,
    },
    Row {
        what: "everybody votes: decided",
        powers: &[250, 250, 250, 250],
        votes: &[Some(No), Some(Abstain), Some(Yes)],
        before: Queued,
        after: Queued,
    },
    Row {
        what: "one atom of one",
        powers: &[1],
        votes: &[],
        before: Queued,
        after: Queued,
    },
];

/// What passed and is executed by nobody expires at its deadline; what did not pass stays what it is.
#[test]
fn what_nobody_executes_expires() {
    for source in SOURCES {
        for row in FINAL_VOTES {
            let (mut world, id) = cast(source, row, true);
            let settings = world.settings();
            let ends = world.life(id).voting_ends_at;
            let deadline = ends + settings.timelock_secs + settings.execution_window_secs;
            let (last, expired) = match row.after {
                Queued => (LifecycleStatus::Ready, LifecycleStatus::Expired),
                other => (other, other),
            };
            world.until(deadline - 1);
            assert_eq!(world.status(id), last, "{source:?}: {}", row.what);
            world.until(deadline);
            assert_eq!(world.status(id), expired, "{source:?}: {}", row.what);
        }
    }
}

#[test]
fn truth_table_with_final_votes() {
    for source in SOURCES {
        for row in FINAL_VOTES {
            let (world, id) = cast(source, row, false);
            assert_eq!(
                world.status(id),
                row.before,
                "{source:?}, before the end: {}",
                row.what
            );
            assert_eq!(
                end(world, id),
                row.after,
                "{source:?}, at the end: {}",
                row.what
            );
        }
    }
}

/// Where votes can be changed nothing is decided before the end, and the end is the same.
#[test]
fn truth_table_with_changeable_votes() {
    for source in SOURCES {
        for row in FINAL_VOTES {
            let (world, id) = cast(source, row, true);
            assert_eq!(world.status(id), Open, "{source:?}: {}", row.what);
            assert_eq!(end(world, id), row.after, "{source:?}: {}", row.what);
        }
    }
}

/// Weights are powers, not heads: three small no do not outweigh one large yes.
#[test]
fn weights_count_and_heads_do_not() {
    for source in SOURCES {
        let row = Row {
            what: "weights",
            powers: &[1000, 1, 1, 1],
            votes: &[Some(No), Some(No), Some(Veto)],
            before: Queued,
            after: Queued,
        };
        let (world, id) = cast(source, &row, true);
        assert_eq!(world.life(id).votes.yes.u128(), 1000);
        assert_eq!(end(world, id), Queued);
    }
}

/// Abstentions alone pass nothing: 0 of 0 opinions is not a half.
#[test]
fn abstentions_alone_pass_nothing() {
    for source in SOURCES {
        let mut world = World::with(source, |settings| settings.allow_revote = true);
        world.stake_all(&[("ann", 500), ("bob", 500)]);
        let id = world.propose("ann", vec![]);
        world.vote("ann", id, Abstain).unwrap();
        world.vote("bob", id, Abstain).unwrap();
        world.check();
        assert_eq!(end(world, id), Rejected);
    }
}

/// Shares are compared exactly: one of three reaches 0.333333333333333333 and not the next number.
#[test]
fn shares_are_compared_exactly() {
    let share = |text: &str| text.parse::<Decimal>().unwrap();
    let cases = [
        ("0.5", "0.333333333333333333", Veto, Vetoed),
        ("0.5", "0.333333333333333334", Veto, Queued),
        ("0.666666666666666666", "0.334", No, Queued),
        ("0.666666666666666667", "0.334", No, Rejected),
    ];
    for (threshold, veto, vote, expected) in cases {
        let mut world = World::with(Source::Native, |settings| {
            settings.threshold = share(threshold);
            settings.veto_threshold = share(veto);
            settings.allow_revote = true;
        });
        world.stake_all(&[("ann", 2), ("bob", 1)]);
        let id = world.propose("ann", vec![]);
        world.vote("bob", id, vote).unwrap();
        assert_eq!(end(world, id), expected, "{threshold} {veto}");
    }
}

#[test]
fn votes_are_final_or_changeable_as_configured() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 400), ("bob", 600)]);
        let id = world.propose("ann", vec![]);
        assert!(matches!(
            refused(world.vote("ann", id, No)),
            ballast_governance::ContractError::AlreadyVoted { .. }
        ));

        let mut world = World::with(source, |settings| settings.allow_revote = true);
        world.stake_all(&[("ann", 400), ("bob", 600)]);
        let id = world.propose("ann", vec![]);
        world.vote("bob", id, Yes).unwrap();
        world.check();
        world.vote("bob", id, Veto).unwrap();
        world.check();
        assert!(matches!(
            refused(world.vote("bob", id, Veto)),
            ballast_governance::ContractError::SameVote { .. }
        ));
        let votes = world.life(id).votes;
        assert_eq!((votes.yes.u128(), votes.veto.u128()), (400, 600));
        assert_eq!(end(world, id), Vetoed);
    }
}

/// The second before the end counts, the end does not; and nobody votes on what is decided.
#[test]
fn votes_count_until_the_end_and_not_after() {
    let mut world = World::staked(Source::Native, &[("ann", 200), ("bob", 800)]);
    let id = world.propose("ann", vec![]);
    let other = world.propose("ann", vec![]);
    let ends = world.life(id).voting_ends_at;
    assert_eq!(ends, world.now() + 7 * DAY);
    world.until(ends - 1);
    world.vote("bob", id, No).unwrap();
    world.until(ends);
    for proposal in [id, other] {
        assert!(matches!(
            refused(world.vote("bob", proposal, No)),
            ballast_governance::ContractError::NotOpen { .. }
        ));
    }
}

fn cast(source: Source, row: &Row, allow_revote: bool) -> (World, u64) {
    let mut world = World::with(source, |settings| settings.allow_revote = allow_revote);
    let stakes: Vec<(&str, u128)> = NAMES.into_iter().zip(row.powers.iter().copied()).collect();
    world.stake_all(&stakes);
    let id = world.propose("ann", vec![]);
    for (name, vote) in NAMES[1..].iter().zip(row.votes) {
        if let Some(vote) = vote {
            world.vote(name, id, *vote).unwrap();
        }
    }
    world.check();
    (world, id)
}

fn end(mut world: World, id: u64) -> LifecycleStatus {
    let ends = world.life(id).voting_ends_at;
    world.until(ends);
    match world.status(id) {
        // Decided early, and past its timelock by now.
        LifecycleStatus::Ready => Queued,
        status => status,
    }
}
