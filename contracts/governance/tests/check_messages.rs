//! The dry run tells what would fail, and never leaves a trace.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

mod common;

use ballast_governance::ContractError;
use ballast_types::governance::ExecuteMsg;
use common::puppet::PuppetMsg;
use common::{call, refused, Source, World, DAY, SOURCES};
use cosmwasm_std::CosmosMsg;
use cw_multi_test::Executor;

fn check(world: &mut World, msgs: Vec<CosmosMsg>, verbatim: bool) -> anyhow::Error {
    world
        .send("eve", &ExecuteMsg::CheckMessages { msgs, verbatim }, &[])
        .expect_err("a dry run always fails")
}

fn world(source: Source) -> World {
    let mut world = World::staked(source, &[("ann", 900)]);
    world.fill_treasury(100);
    world
}

#[test]
fn tells_which_message_fails_and_why() {
    for source in SOURCES {
        let mut world = world(source);
        let pay = world.payment("fay", 60);
        let had = world.balance(&world.address("fay"));
        for (msgs, expected) in [
            (vec![pay.clone()], None),
            (vec![world.impossible()], Some(0)),
            (vec![pay.clone(), world.impossible()], Some(1)),
        ] {
            let messages = msgs.len();
            match (refused::<()>(Err(check(&mut world, msgs, false))), expected) {
                (
                    ContractError::CheckPassed {
                        messages: found,
                        speed,
                    },
                    None,
                ) => {
                    assert_eq!((found, speed), (messages, "normal"));
                }
                (ContractError::CheckFailed { index, cause, .. }, Some(at)) => {
                    assert_eq!(index, at);
                    assert!(
                        cause.contains("Cannot Sub") || cause.contains("Overflow"),
                        "{cause}"
                    );
                }
                (found, _) => panic!("{found:?}"),
            }
        }
        // Two payments of 60 out of 100: each is possible, the second spends stakes.
        let twice = refused::<()>(Err(check(&mut world, vec![pay.clone(), pay], false)));
        let ContractError::CheckFailedBooks { messages: 2, cause } = twice else {
            panic!("{twice:?}");
        };
        assert!(cause.contains("owes 900"), "{cause}");
        let adverse = world.own(&ExecuteMsg::SetGuardian { guardian: None });
        let adverse = refused::<()>(Err(check(&mut world, vec![adverse], false)));
        assert_eq!(
            adverse,
            ContractError::CheckPassed {
                messages: 1,
                speed: "adverse"
            }
        );
        assert_eq!(world.balance(&world.address("fay")), had, "nothing stays");
        let config: ballast_types::governance::ConfigResponse =
            world.query(&ballast_types::governance::QueryMsg::Config {});
        assert!(config.guardian.is_some(), "nothing stays");
        world.check();
    }
}

/// Settings out of range are found before anybody votes on them: the error is governance's own.
#[test]
fn verbatim_lets_the_error_through() {
    let mut world = world(Source::Native);
    let bad = world.own_settings(|settings| settings.timelock_secs = 0);
    let error = refused::<()>(Err(check(&mut world, vec![bad], true)));
    assert!(matches!(
        error,
        ContractError::OutOfRange {
            name: "timelock_secs",
            ..
        }
    ));
    let good = world.own_settings(|settings| settings.timelock_secs = 3 * DAY);
    assert!(matches!(
        refused::<()>(Err(check(&mut world, vec![good], true))),
        ContractError::CheckPassed { .. }
    ));
    assert_eq!(world.settings().timelock_secs, 2 * DAY);
}

#[test]
fn refuses_what_no_proposal_may_hold() {
    let mut world = world(Source::Native);
    assert_eq!(
        refused::<()>(Err(check(&mut world, vec![], false))),
        ContractError::NothingToCheck {}
    );
    let execute = world.own(&ExecuteMsg::Execute { proposal_id: 1 });
    assert!(matches!(
        refused::<()>(Err(check(&mut world, vec![execute], false))),
        ContractError::MessageRefused { .. }
    ));
}

/// A contract that swallows the failure keeps nothing of what governance did inside it.
#[test]
fn a_swallowed_dry_run_leaves_no_trace() {
    for source in SOURCES {
        for verbatim in [false, true] {
            let mut world = world(source);
            let eve = world.address("eve");
            let had = world.balance(&eve);
            let steal = ExecuteMsg::CheckMessages {
                msgs: vec![
                    world.payment("eve", 100),
                    world.own(&ExecuteMsg::SetGuardian {
                        guardian: Some(eve.to_string()),
                    }),
                ],
                verbatim,
            };
            let act = PuppetMsg::Act {
                msgs: vec![call(&world.governance, &steal)],
                catch: true,
            };
            let act = call(&world.puppet, &act);
            world.app.execute(eve.clone(), act).unwrap();
            assert_eq!(world.balance(&eve), had);
            let config: ballast_types::governance::ConfigResponse =
                world.query(&ballast_types::governance::QueryMsg::Config {});
            assert_ne!(config.guardian, Some(eve.to_string()));
            world.check();
        }
    }
}
