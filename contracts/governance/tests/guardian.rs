//! The guardian: once for the same messages, never against its own replacement, frozen markets thaw.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod common;

use ballast_governance::ContractError;
use ballast_types::events::governance as name;
use ballast_types::governance::{
    CancelledContent, ContractKind, DepositState, ExecuteMsg, GuardianResponse, LifecycleStatus,
    QueryMsg, SuiteContract,
};
use common::puppet::PuppetMsg;
use common::{call, refused, told, Source, World, DAY, SOURCES};
use cosmwasm_std::Addr;
use cw3::{Status, Vote};

fn world(source: Source) -> World {
    let mut world = World::staked(source, &[("ann", 900), ("bob", 100)]);
    world.fill_treasury(1_000);
    world
}

fn cancel(world: &mut World, name: &str, proposal_id: u64) -> anyhow::Result<()> {
    world
        .send(name, &ExecuteMsg::Cancel { proposal_id }, &[])
        .map(drop)
}

/// A1, A2, V2: by the guardian alone, each content once.
#[test]
fn cancels_once_and_what_passes_again_stands() {
    for source in SOURCES {
        let mut world = world(source);
        let pay = vec![world.payment("fay", 10)];
        let id = world.propose("ann", pay.clone());
        let twin = world.propose("ann", pay.clone());
        for name in ["ann", "eve", "treasurer"] {
            assert!(matches!(
                refused(cancel(&mut world, name, id)),
                ContractError::NotGuardian { .. }
            ));
        }
        cancel(&mut world, "guardian", id).unwrap();
        world.check();
        assert_eq!(world.status(id), LifecycleStatus::Cancelled);
        assert_eq!(world.cw3_status(id), Status::Rejected);
        let content_hash = world.life(id).content_hash;
        let seen: Option<CancelledContent> =
            world.query(&QueryMsg::CancelledContent { content_hash });
        assert_eq!(seen.unwrap().proposal_id, id);

        // The same messages, queued at the same time or passed again, under whatever title.
        assert_eq!(
            refused(cancel(&mut world, "guardian", twin)),
            ContractError::CancelledBefore { proposal_id: id }
        );
        let again = world.propose("ann", pay);
        refused(cancel(&mut world, "guardian", again));
        world.until_ready(again);
        assert!(matches!(
            refused(world.execute("ann", id)),
            ContractError::NotReady {
                found: LifecycleStatus::Cancelled,
                ..
            }
        ));
        refused(cancel(&mut world, "guardian", again));
        world.execute("eve", again).unwrap();
        world.execute("eve", twin).unwrap();
        world.close("eve", id).unwrap();
        assert_eq!(world.life(again).failures, 0);

        // Other messages are another matter, also when they are ready, or have failed once.
        let other = world.propose("ann", vec![world.payment("fay", 11)]);
        let failing = world.propose("ann", vec![world.impossible()]);
        world.until_ready(failing);
        world.execute("eve", failing).unwrap();
        cancel(&mut world, "guardian", other).unwrap();
        cancel(&mut world, "guardian", failing).unwrap();
        refused(world.execute("eve", failing));
        world.check();
    }
}

#[test]
fn cancels_only_what_passed_and_was_not_executed() {
    let mut world = World::staked(Source::Native, &[("ann", 400), ("bob", 600)]);
    let open = world.propose("ann", vec![]);
    assert!(matches!(
        refused(cancel(&mut world, "guardian", open)),
        ContractError::NotCancellable {
            found: LifecycleStatus::Open,
            ..
        }
    ));
    let rejected = world.propose("ann", vec![]);
    world.vote("bob", rejected, Vote::No).unwrap();
    refused(cancel(&mut world, "guardian", rejected));
    world.vote("bob", open, Vote::Yes).unwrap();
    world.until_ready(open);
    world.execute("ann", open).unwrap();
    refused(cancel(&mut world, "guardian", open));
    let expired = world.propose("bob", vec![world.payment("ann", 1)]);
    world.wait(30 * DAY);
    assert_eq!(world.status(expired), LifecycleStatus::Expired);
    refused(cancel(&mut world, "guardian", expired));
    assert_eq!(
        refused(cancel(&mut world, "guardian", 99)),
        ContractError::NoSuchProposal { proposal_id: 99 }
    );
}

/// A hostile guardian cannot keep itself in office, and cancels nothing twice; padding the appointment with
/// anything else gives the right back.
#[test]
fn cannot_cancel_its_own_replacement() {
    let mut world = world(Source::Native);
    let fay = world.address("fay").to_string();
    let appoint = world.own(&ExecuteMsg::SetGuardian {
        guardian: Some(fay),
    });
    let padded = world.propose("ann", vec![appoint.clone(), world.payment("fay", 1)]);
    cancel(&mut world, "guardian", padded).unwrap();
    let id = world.propose("ann", vec![appoint]);
    assert_eq!(
        refused(cancel(&mut world, "guardian", id)),
        ContractError::OnlyChangesGuardian { proposal_id: id }
    );
    world.until_ready(id);
    refused(cancel(&mut world, "guardian", id));
    world.execute("ann", id).unwrap();
    let other = world.propose("ann", vec![world.payment("fay", 2)]);
    assert!(matches!(
        refused(cancel(&mut world, "guardian", other)),
        ContractError::NotGuardian { .. }
    ));
    cancel(&mut world, "fay", other).unwrap();
    // And the guardian has no other right.
    let settings = world.settings();
    for msg in [
        ExecuteMsg::UpdateSettings { settings },
        ExecuteMsg::ConfirmProtective { proposal_id: id },
        ExecuteMsg::Bootstrap { msgs: vec![] },
    ] {
        refused(world.send("fay", &msg, &[]));
    }
}

#[test]
fn no_guardian_cancels_nothing() {
    let mut world = world(Source::Native);
    let none = world.own(&ExecuteMsg::SetGuardian { guardian: None });
    world.carry("ann", vec![none]);
    let id = world.propose("ann", vec![world.payment("fay", 1)]);
    assert!(matches!(
        refused(cancel(&mut world, "guardian", id)),
        ContractError::NotGuardian { .. }
    ));
}

/// The deposit of a cancelled proposal is returned: it passed.
#[test]
fn cancelled_proposals_keep_their_deposit() {
    let mut world = World::new(Source::Native);
    let deployer = world.deployer.clone();
    let change = world.own_settings(|settings| {
        settings.deposit = Some(cw3::UncheckedDepositInfo {
            amount: 50_u128.into(),
            denom: cw20::UncheckedDenom::Native(common::OTHER.to_owned()),
            refund_failed_proposals: false,
        });
    });
    let msgs = vec![change];
    world
        .send_as(&deployer, &ExecuteMsg::Bootstrap { msgs }, &[])
        .unwrap();
    world.stake_all(&[("ann", 960), ("bob", 40)]);
    let pay = cosmwasm_std::coins(50, common::OTHER);
    let id = world.propose_with("bob", vec![], &pay).unwrap();
    world.vote("ann", id, Vote::Yes).unwrap();
    cancel(&mut world, "guardian", id).unwrap();
    world.check();
    world.close("eve", id).unwrap();
    world.check();
    assert_eq!(world.life(id).deposit, DepositState::Returned);
}

/// Names the puppet, and a contract that knows no freeze, as markets.
fn with_markets(source: Source) -> (World, Addr) {
    let mut world = world(source);
    let deaf = world.governance.clone();
    let markets = [&world.puppet, &deaf].map(|market| SuiteContract {
        address: market.to_string(),
        kind: ContractKind::PerpMarket,
    });
    let change = world.own_settings(|settings| settings.contracts = markets.to_vec());
    world.carry("ann", vec![change]);
    (world, deaf)
}

/// A4, A5: every market named is told, one that is deaf keeps the others from nothing; then a cool-off.
#[test]
fn freezes_for_a_bounded_time_with_a_cool_off() {
    let (mut world, deaf) = with_markets(Source::Native);
    assert!(matches!(
        refused(world.send("ann", &ExecuteMsg::Freeze {}, &[])),
        ContractError::NotGuardian { .. }
    ));
    let frozen = world.send("guardian", &ExecuteMsg::Freeze {}, &[]).unwrap();
    let until = world.now() + DAY;
    let next = until + 7 * DAY;
    assert_eq!(
        told(&frozen, name::FREEZE, "until"),
        Some(until.to_string())
    );
    assert_eq!(
        told(&frozen, "wasm", "frozen_until").or_else(|| {
            let attributes = frozen.events.iter().flat_map(|event| &event.attributes);
            attributes
                .filter(|attribute| attribute.key == "frozen_until")
                .map(|attribute| attribute.value.clone())
                .next()
        }),
        Some(until.to_string()),
        "the market was told"
    );
    // One market that does not take it keeps the others from nothing.
    assert_eq!(
        told(&frozen, name::FREEZE_FAILED, "market"),
        Some(deaf.to_string())
    );
    let seen: GuardianResponse = world.query(&QueryMsg::Guardian {});
    assert_eq!((seen.frozen_until, seen.next_freeze_at), (until, next));

    for at in [world.now(), until - 1, until, next - 1] {
        world.until(at);
        assert_eq!(
            refused(world.send("guardian", &ExecuteMsg::Freeze {}, &[])),
            ContractError::FreezeTooEarly {
                next_at: next,
                now: at
            }
        );
    }
    world.until(next);
    world.send("guardian", &ExecuteMsg::Freeze {}, &[]).unwrap();
}

/// Another guardian does not begin a new count: the cool-off is of the suite, not of the person.
#[test]
fn cool_off_outlives_the_guardian() {
    let (mut world, _) = with_markets(Source::Native);
    world.send("guardian", &ExecuteMsg::Freeze {}, &[]).unwrap();
    let ann = world.address("ann").to_string();
    let deployer = world.governance.clone();
    // As an executed proposal would.
    let msg = ExecuteMsg::SetGuardian {
        guardian: Some(ann),
    };
    world.send_as(&deployer, &msg, &[]).unwrap();
    assert!(matches!(
        refused(world.send("ann", &ExecuteMsg::Freeze {}, &[])),
        ContractError::FreezeTooEarly { .. }
    ));
}

#[test]
fn nothing_named_is_nothing_frozen() {
    let mut world = world(Source::Native);
    assert_eq!(
        refused(world.send("guardian", &ExecuteMsg::Freeze {}, &[])),
        ContractError::NothingToFreeze {}
    );
    let seen: GuardianResponse = world.query(&QueryMsg::Guardian {});
    assert_eq!(seen.next_freeze_at, 0, "no cool-off for nothing");
}

/// A5: proposals, votes and executions go on during a freeze.
#[test]
fn freeze_does_not_stop_governance() {
    let (mut world, _) = with_markets(Source::Native);
    world.send("guardian", &ExecuteMsg::Freeze {}, &[]).unwrap();
    world.stake("dan", 5).unwrap();
    world.unstake("bob", 50).unwrap();
    let act = call(
        &world.puppet,
        &PuppetMsg::Act {
            msgs: vec![],
            catch: false,
        },
    );
    let id = world.carry("ann", vec![act]);
    assert_eq!(world.life(id).failures, 0);
    world.check();
}
