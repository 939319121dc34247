//! Governance's votes beside those of `cw3-flex-multisig`: where both know the rule (quorum of all power, threshold of
//! the opinions, abstentions aside) both come to the same result, for every way in which three members can vote.

use ballast_governance::parameters::default_settings;
use ballast_testing::suite::{Suite, SuiteBuilder};
use cosmwasm_std::Addr;
use cw3::{ProposalResponse, Status, Vote};

use crate::daos::{attribute, cw4_group, cw4_stake, flex};
use crate::DAY;

/// Powers at the boundaries: quorum 20 of 100, halves, a lone majority, ones.
const POWERS: [[u128; 3]; 6] = [
    [20, 30, 50],
    [19, 31, 50],
    [25, 25, 50],
    [60, 30, 10],
    [1, 1, 1],
    [33, 33, 34],
];

const CHOICES: [Option<Vote>; 4] = [None, Some(Vote::Yes), Some(Vote::No), Some(Vote::Abstain)];

/// The same votes on an empty proposal; what a cw3 client reads before the end and at it.
fn outcome(
    suite: &mut Suite,
    dao: &Addr,
    members: &[Addr; 3],
    votes: [Option<Vote>; 2],
) -> [Status; 2] {
    let propose = cw3_flex_multisig::msg::ExecuteMsg::Propose {
        title: "a proposal".to_owned(),
        description: String::new(),
        msgs: vec![],
        latest: None,
    };
    suite.next_block();
    let proposed = suite.execute(&members[0], dao, &propose, &[]).unwrap();
    let proposal_id: u64 = attribute(&proposed, "proposal_id").parse().unwrap();
    for (member, vote) in members[1..].iter().zip(votes) {
        if let Some(vote) = vote {
            let msg = cw3_flex_multisig::msg::ExecuteMsg::Vote { proposal_id, vote };
            // Governance takes no more votes once nothing can change; cw3-flex does, and nothing changes.
            suite.execute(member, dao, &msg, &[]).ok();
        }
    }
    let status = |suite: &Suite| -> Status {
        let query = cw3_flex_multisig::msg::QueryMsg::Proposal { proposal_id };
        let seen: ProposalResponse = suite.app.wrap().query_wasm_smart(dao, &query).unwrap();
        seen.status
    };
    let before = status(suite);
    suite.advance(7 * DAY);
    let after = status(suite);
    // Makes room: a proposer of governance has at most ten that are not finished.
    suite.advance(10 * DAY);
    let close = cw3_flex_multisig::msg::ExecuteMsg::Close { proposal_id };
    suite.execute(&members[0], dao, &close, &[]).ok();
    [before, after]
}

/// V1: 96 votes at boundary powers, in governance, in a group and in a stake.
#[test]
fn v1_governance_decides_as_cw3_flex_does() {
    let (mut passed, mut rejected) = (0, 0);
    for powers in POWERS {
        let mut suite = SuiteBuilder::new()
            .governed(default_settings())
            .build()
            .unwrap();
        let members = ["ann", "bob", "cat"].map(|name| suite.address(name));
        for (name, power) in ["ann", "bob", "cat"].into_iter().zip(powers) {
            suite.new_voter(name, power).unwrap();
        }
        let weights: Vec<(&Addr, u128)> = members.iter().zip(powers).collect();
        let governance = suite.governance().unwrap();
        let group = flex(&mut suite, |suite| cw4_group(suite, &weights));
        let stake = flex(&mut suite, |suite| cw4_stake(suite, &weights));
        for second in CHOICES {
            for third in CHOICES {
                let votes = [second, third];
                let ours = outcome(&mut suite, &governance, &members, votes);
                for theirs in [&group, &stake] {
                    let theirs = outcome(&mut suite, theirs, &members, votes);
                    let what = format!("{powers:?} {votes:?}: {ours:?} {theirs:?}");
                    assert_eq!(ours[1], theirs[1], "{what}");
                    // Either may be later: cw3 knows no veto that could still overturn a pass, and is sure of a
                    // rejection later. None takes back what it has decided.
                    for [before, after] in [ours, theirs] {
                        assert!([Status::Open, after].contains(&before), "{what}");
                    }
                }
                match ours[1] {
                    Status::Passed => passed += 1,
                    Status::Rejected => rejected += 1,
                    other => panic!("{other:?} after the vote"),
                }
            }
        }
    }
    assert!(passed > 10 && rejected > 10, "{passed} {rejected}");
}
