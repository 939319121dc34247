//! V2: delays, the window of execution, once and only once, failures that do not brick, no recursion.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod common;

use ballast_governance::ContractError;
use ballast_types::events::governance as name;
use ballast_types::governance::{ExecuteMsg, LifecycleStatus, Speed};
use common::puppet::PuppetMsg;
use common::{call, refused, told, Source, World, DAY, SOURCES};
use cosmwasm_std::{Timestamp, WasmMsg};
use cw3::{Status, Vote};
use cw_multi_test::{AppResponse, Executor};
use cw_utils::Expiration;

/// A voter who decides alone.
fn world(source: Source) -> World {
    let mut world = World::staked(source, &[("ann", 900), ("bob", 100)]);
    world.fill_treasury(1_000);
    world
}

#[test]
fn runs_once_not_before_its_delay_and_not_after_its_deadline() {
    for source in SOURCES {
        let mut world = world(source);
        let fay = world.address("fay");
        let had = world.balance(&fay);
        let id = world.propose("ann", vec![world.payment("fay", 10)]);
        let life = world.life(id);
        assert_eq!(life.speed, Speed::Normal);
        assert_eq!(
            life.decided_at,
            Some(world.now()),
            "nobody could overturn it"
        );
        assert_eq!(life.ready_at, Some(world.now() + 2 * DAY));
        assert_eq!(life.deadline, Some(world.now() + 9 * DAY));
        assert_eq!(world.cw3_status(id), Status::Passed);

        world.until(life.ready_at.unwrap() - 1);
        assert_eq!(world.status(id), LifecycleStatus::Queued);
        assert!(matches!(
            refused(world.execute("bob", id)),
            ContractError::NotReady {
                found: LifecycleStatus::Queued,
                ..
            }
        ));
        world.until(life.ready_at.unwrap());
        let done = world.execute("bob", id).unwrap();
        world.check();
        assert_eq!(told(&done, name::EXECUTION, "result").unwrap(), "executed");
        assert_eq!(world.balance(&fay), had + 10);
        assert_eq!(world.cw3_status(id), Status::Executed);
        assert_eq!(world.life(id).executed_at, life.ready_at);

        for secs in [0, 1, DAY, 30 * DAY] {
            world.wait(secs);
            assert!(matches!(
                refused(world.execute("bob", id)),
                ContractError::NotReady {
                    found: LifecycleStatus::Executed,
                    ..
                }
            ));
        }
        assert_eq!(world.balance(&fay), had + 10, "paid once");
    }
}

#[test]
fn expires_at_its_deadline() {
    let mut world = world(Source::Native);
    let first = world.propose("ann", vec![world.payment("fay", 10)]);
    let second = world.propose("ann", vec![world.payment("fay", 10)]);
    let deadline = world.life(first).deadline.unwrap();
    world.until(deadline - 1);
    world.execute("bob", first).unwrap();
    world.until(deadline);
    assert_eq!(world.status(second), LifecycleStatus::Expired);
    assert_eq!(world.cw3_status(second), Status::Rejected);
    assert!(matches!(
        refused(world.execute("bob", second)),
        ContractError::NotReady { .. }
    ));
    world.close("bob", second).unwrap();
    assert!(matches!(
        refused(world.close("bob", second)),
        ContractError::NothingToClose { .. }
    ));
}

/// What is decided by the end of voting waits from then on.
#[test]
fn delay_begins_with_the_decision() {
    let mut world = World::staked(Source::Native, &[("ann", 400), ("bob", 600)]);
    let id = world.propose("ann", vec![]);
    let ends = world.life(id).voting_ends_at;
    world.until(ends);
    assert_eq!(world.life(id).decided_at, Some(ends));
    assert_eq!(world.life(id).ready_at, Some(ends + 2 * DAY));
}

/// A failed proposal leaves nothing of its messages, is recorded, and may be tried again until its deadline:
/// a caller who made it fail (too deep in calls, say) has not killed it.
#[test]
fn failure_is_recorded_and_may_be_tried_again() {
    for source in SOURCES {
        let mut world = world(source);
        let fay = world.address("fay");
        let had = world.balance(&fay);
        let opens = world.now() + 3 * DAY;
        let late = call(&world.puppet, &PuppetMsg::FailBefore { secs: opens });
        let id = world.propose("ann", vec![world.payment("fay", 10), late]);
        world.until_ready(id);
        let failed = world.execute("bob", id).unwrap();
        world.check();
        assert_eq!(told(&failed, name::EXECUTION, "result").unwrap(), "failed");
        assert_eq!(world.balance(&fay), had, "the payment before it is undone");
        let life = world.life(id);
        assert_eq!(life.status, LifecycleStatus::ExecutionFailed);
        assert_eq!((life.failures, life.executed_at), (1, None));
        assert!(life.failure.unwrap().len() <= 256);
        assert_eq!(world.cw3_status(id), Status::Executed);

        world.until(opens);
        world.execute("eve", id).unwrap();
        assert_eq!(world.balance(&fay), had + 10);
        assert_eq!(world.status(id), LifecycleStatus::Executed);
        assert_eq!(world.life(id).failures, 1);
        assert!(matches!(
            refused(world.execute("eve", id)),
            ContractError::NotReady { .. }
        ));
    }
}

#[test]
fn failed_proposals_end_at_their_deadline() {
    let mut world = world(Source::Native);
    let id = world.propose("ann", vec![world.impossible()]);
    world.until_ready(id);
    for failures in 1..4 {
        world.execute("bob", id).unwrap();
        assert_eq!(world.life(id).failures, failures);
    }
    let deadline = world.life(id).deadline.unwrap();
    world.until(deadline);
    assert!(matches!(
        refused(world.execute("bob", id)),
        ContractError::NotReady {
            found: LifecycleStatus::ExecutionFailed,
            ..
        }
    ));
}

/// A long text of another contract is cut at 256 bytes, and never inside a character.
#[test]
fn cause_of_a_failure_is_cut() {
    let mut world = world(Source::Native);
    let loud = call(&world.puppet, &PuppetMsg::FailLoudly { bytes: 100_000 });
    let id = world.propose("ann", vec![loud]);
    world.until_ready(id);
    world.execute("bob", id).unwrap();
    let cause = world.life(id).failure.unwrap();
    assert!((250..=256).contains(&cause.len()), "{} bytes", cause.len());
}

/// A proposal cannot execute itself or another one, not even through a contract that swallows the refusal.
#[test]
fn no_recursion() {
    let mut world = world(Source::Native);
    world.stake("dan", 1).unwrap();
    world.next_block();
    let had = world.balance(&world.address("fay"));
    let other = world.propose("ann", vec![world.payment("fay", 10)]);
    let next = other + 1;
    let again = |id| PuppetMsg::Act {
        msgs: vec![call(
            &world.governance,
            &ExecuteMsg::Execute { proposal_id: id },
        )],
        catch: true,
    };
    let msgs = vec![
        call(&world.puppet, &again(other)),
        call(&world.puppet, &again(next)),
    ];
    let id = world.propose("ann", msgs);
    assert_eq!(id, next);
    world.until_ready(id);
    let done = world.execute("bob", id).unwrap();
    let swallowed: Vec<String> = done
        .events
        .iter()
        .flat_map(|event| &event.attributes)
        .filter(|attribute| attribute.key == "swallowed")
        .map(|attribute| attribute.value.clone())
        .collect();
    assert_eq!(swallowed.len(), 2);
    for cause in swallowed {
        assert!(cause.contains("is being executed"), "{cause}");
    }
    assert_eq!(world.status(id), LifecycleStatus::Executed);
    assert_eq!(world.status(other), LifecycleStatus::Ready, "untouched");
    assert_eq!(world.balance(&world.address("fay")), had);
    world.execute("bob", other).unwrap();
    assert_eq!(world.balance(&world.address("fay")), had + 10);

    // Directly it is refused when it is proposed.
    let direct = world.own(&ExecuteMsg::Execute { proposal_id: 99 });
    assert!(matches!(
        refused(world.try_propose("ann", vec![direct])),
        ContractError::MessageRefused { index: 0, .. }
    ));
}

/// A1: nobody reaches the inner steps from outside.
#[test]
fn inner_steps_are_for_governance_only() {
    let mut world = world(Source::Native);
    let id = world.propose("ann", vec![world.payment("ann", 1_000)]);
    world.until_ready(id);
    let settings = world.settings();
    for msg in [
        ExecuteMsg::RunProposal { proposal_id: id },
        ExecuteMsg::CheckBooks { gaps: vec![] },
        ExecuteMsg::UpdateSettings { settings },
        ExecuteMsg::SetGuardian { guardian: None },
    ] {
        for name in ["ann", "guardian", "eve"] {
            assert!(matches!(
                refused(world.send(name, &msg, &[])),
                ContractError::OnlyGovernance { .. }
            ));
        }
        let msgs = vec![call(&world.governance, &msg)];
        let puppet = call(&world.puppet, &PuppetMsg::Act { msgs, catch: false });
        let eve = world.address("eve");
        world.app.execute(eve, puppet).unwrap_err();
    }
}

/// The slowest message decides: an ordinary payment next to a migration waits 21 days.
#[test]
fn adverse_messages_wait_the_adverse_delay() {
    for source in SOURCES {
        let mut world = world(source);
        let this = world.governance.to_string();
        let adverse = [
            WasmMsg::Migrate {
                contract_addr: this.clone(),
                new_code_id: world.code,
                msg: b"{}".into(),
            }
            .into(),
            WasmMsg::UpdateAdmin {
                contract_addr: this.clone(),
                admin: world.address("eve").to_string(),
            }
            .into(),
            WasmMsg::ClearAdmin {
                contract_addr: this,
            }
            .into(),
            call(
                &world.puppet,
                &serde_json::json!({"update_ownership": {"transfer_ownership": {"new_owner": "x", "expiry": null}}}),
            ),
            call(
                &world.puppet,
                &serde_json::json!({"update_ownership": "renounce_ownership"}),
            ),
            call(
                &world.puppet,
                &serde_json::json!({"increase_allowance": {"spender": "x", "amount": "1"}}),
            ),
            call(&world.puppet, &serde_json::json!({"two": {}, "names": {}})),
            call(&world.puppet, &serde_json::json!([1, 2])),
            WasmMsg::Execute {
                contract_addr: world.puppet.to_string(),
                // The same name, written with an escape.
                msg: br#"{"update_\u006fwnership":{"transfer_ownership":{}}}"#.into(),
                funds: vec![],
            }
            .into(),
            world.own(&ExecuteMsg::SetGuardian { guardian: None }),
            world.own_settings(|_| {}),
        ];
        for (at, msg) in adverse.into_iter().enumerate() {
            let mut other = World::staked(source, &[("ann", 900)]);
            let id = other.propose("ann", vec![other.payment("fay", 1), msg]);
            let life = other.life(id);
            assert_eq!(life.speed, Speed::Adverse, "message {at}");
            assert_eq!(life.ready_at, Some(other.now() + 21 * DAY), "message {at}");
        }
        let accept = serde_json::json!({"update_ownership": "accept_ownership"});
        let id = world.propose("ann", vec![call(&world.puppet, &accept)]);
        assert_eq!(world.life(id).speed, Speed::Normal);
    }
}

/// P2: proposals run under the settings they were made under, and so does the vote on them.
#[test]
fn settings_are_kept_as_they_were() {
    let mut world = World::staked(Source::Native, &[("ann", 400), ("bob", 600)]);
    let change = world.own_settings(|settings| {
        settings.timelock_secs = 14 * DAY;
        settings.quorum = cosmwasm_std::Decimal::percent(50);
        settings.voting_secs = 30 * DAY;
        settings.protective_expiry_secs = 60 * DAY;
    });
    let id = world.propose("ann", vec![change]);
    world.vote("bob", id, Vote::Yes).unwrap();
    let ready = world.life(id).ready_at.unwrap();
    world.until(ready - 1);
    // 400 of 1000 is a quorum of 20 %, and none of 50 %.
    let old = world.propose("ann", vec![]);
    world.until(ready);
    world.execute("eve", id).unwrap();
    let new = world.propose("ann", vec![]);
    assert_eq!(world.life(old).settings_revision, 0);
    assert_eq!(world.life(new).settings_revision, 1);
    assert_eq!(world.life(old).voting_ends_at, ready - 1 + 7 * DAY);
    assert_eq!(world.life(new).voting_ends_at, ready + 30 * DAY);
    world.until(ready + 30 * DAY);
    assert_eq!(
        world.life(old).ready_at,
        Some(ready - 1 + 7 * DAY + 2 * DAY),
        "passed with the old quorum, after the old delay"
    );
    assert_eq!(world.status(new), LifecycleStatus::Rejected);
}

/// What cannot touch the stakes is sent at once; what could goes through the inner steps, so that its failure is recorded.
#[test]
fn only_what_could_touch_stakes_goes_through_inner_steps() {
    let steps = |response: &AppResponse| {
        let mut attributes = response.events.iter().flat_map(|event| &event.attributes);
        attributes.any(|attribute| attribute.value == "run_proposal")
    };
    for source in SOURCES {
        let mut world = world(source);
        let idle = PuppetMsg::Act {
            msgs: vec![],
            catch: false,
        };
        let native = matches!(source, Source::Native);
        let payment = world.payment("fay", 10);
        let idle = call(&world.puppet, &idle);
        for (msgs, inner) in [
            (vec![payment.clone()], !native),
            (vec![idle.clone()], false),
            (vec![payment.clone(), idle], true),
            (vec![world.payment("fay", 1_001)], true),
            (vec![], true),
        ] {
            let id = world.propose("ann", msgs.clone());
            world.until_ready(id);
            let done = world.execute("bob", id).unwrap();
            let failed = told(&done, name::EXECUTION, "result").unwrap() == "failed";
            // What failed inside has left no event.
            assert_eq!(steps(&done) || failed, inner, "{msgs:?}");
            assert_eq!(world.life(id).failures, u32::from(failed));
            world.check();
        }
    }
}

/// M1: ids of replies are different, and a reply that nobody asked for is an error.
#[test]
fn unknown_replies_are_refused() {
    use ballast_governance::{check, contract, deposit, execute, guardian};
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Binary, Reply, SubMsgResult};
    let known = [
        execute::REPLY_EXECUTE,
        deposit::REPLY_DEPOSIT,
        check::REPLY_CHECK,
        guardian::REPLY_FREEZE,
    ];
    for (index, id) in known.iter().enumerate() {
        assert!(!known[..index].contains(id), "{id} twice");
    }
    for found in (0..10).filter(|id| !known.contains(id)) {
        let mut deps = mock_dependencies();
        let reply = Reply {
            id: found,
            payload: Binary::default(),
            gas_used: 0,
            result: SubMsgResult::Err("nobody asked".to_owned()),
        };
        let refused = contract::reply(deps.as_mut(), mock_env(), reply).unwrap_err();
        assert_eq!(refused, ContractError::UnknownReply { found });
    }
}

/// cw3's `earliest` and `latest` narrow the window and shorten nothing.
#[test]
fn earliest_and_latest_narrow_the_window() {
    let mut world = world(Source::Native);
    let now = world.now();
    let at = |secs| Some(Expiration::AtTime(Timestamp::from_seconds(secs)));
    let propose = |earliest, latest| ExecuteMsg::Propose {
        title: "t".to_owned(),
        description: String::new(),
        msgs: vec![],
        earliest,
        latest,
    };
    let ready = now + 9 * DAY;
    let refusals = [
        (Some(Expiration::AtHeight(1_000_000)), None),
        (None, Some(Expiration::AtHeight(1_000_000))),
        (at(ready + 7 * DAY), None),
        (None, at(now + DAY)),
        (None, at(ready)),
        (at(ready + DAY), at(ready + DAY)),
    ];
    for (earliest, latest) in refusals {
        assert!(matches!(
            refused(world.send("ann", &propose(earliest, latest), &[])),
            ContractError::WrongWindow { .. }
        ));
    }
    let never = Some(Expiration::Never {});
    world.send("ann", &propose(never, never), &[]).unwrap();

    let msg = propose(at(ready + DAY), at(ready + 2 * DAY));
    let response = world.send("ann", &msg, &[]).unwrap();
    let id = common::id_of(&response);
    let life = world.life(id);
    // Decided at once, so without `earliest` its window would begin at `now + 2 d`.
    assert_eq!(life.ready_at, Some(ready + DAY));
    assert_eq!(life.deadline, Some(ready + 2 * DAY));
    world.until(ready + DAY - 1);
    refused(world.execute("bob", id));
    world.until(ready + 2 * DAY - 1);
    world.execute("bob", id).unwrap();
}
