//! A hostile majority: nothing that could take what others own, change who rules or shorten a delay can be
//! executed before a staker who asked at the first sign has the coins. And nothing takes stakes at all.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod common;

use ballast_governance::ContractError;
use ballast_types::governance::{ExecuteMsg, LifecycleStatus, Speed};
use common::puppet::PuppetMsg;
use common::{call, refused, Source, World, DAY, SOURCES};
use cosmwasm_std::{CosmosMsg, Decimal, WasmMsg};
use cw20::{Cw20ExecuteMsg, Denom};
use cw3::Vote;

/// `eve` has nine tenths. `bob` is who wants to leave.
fn world(source: Source) -> World {
    World::staked(source, &[("eve", 9_000), ("bob", 1_000)])
}

/// Everything she could try against governance itself and its stakers.
fn attempts(world: &World) -> Vec<(&'static str, CosmosMsg)> {
    let this = world.governance.to_string();
    let eve = world.address("eve").to_string();
    let mut attempts = vec![
        (
            "shorter delays",
            world.own_settings(|settings| {
                settings.timelock_secs = DAY;
                settings.voting_secs = DAY;
            }),
        ),
        (
            "a longer way out",
            world.own_settings(|settings| settings.unstaking_secs = 20 * DAY),
        ),
        (
            "a lower quorum",
            world.own_settings(|settings| settings.quorum = Decimal::percent(1)),
        ),
        (
            "her own guardian",
            world.own(&ExecuteMsg::SetGuardian {
                guardian: Some(eve.clone()),
            }),
        ),
        (
            "her own code",
            WasmMsg::Migrate {
                contract_addr: this.clone(),
                new_code_id: world.code,
                msg: b"{}".into(),
            }
            .into(),
        ),
        (
            "herself as admin",
            WasmMsg::UpdateAdmin {
                contract_addr: this.clone(),
                admin: eve.clone(),
            }
            .into(),
        ),
        (
            "no admin",
            WasmMsg::ClearAdmin {
                contract_addr: this,
            }
            .into(),
        ),
        (
            "herself as owner of a market",
            call(
                &world.puppet,
                &serde_json::json!({"update_ownership": {"transfer_ownership": {"new_owner": eve, "expiry": null}}}),
            ),
        ),
    ];
    if let Denom::Cw20(token) = &world.token {
        let allow = Cw20ExecuteMsg::IncreaseAllowance {
            spender: eve,
            amount: 1_000_000_u128.into(),
            expires: None,
        };
        attempts.push(("an allowance on the stakes", call(token, &allow)));
    }
    attempts
}

/// V2, criterion 4: who unstakes when the attempt is *proposed*, and even who unstakes when it is *decided*,
/// is paid before the first moment at which it can be executed.
#[test]
fn stakers_are_out_before_anything_adverse() {
    for source in SOURCES {
        for (what, msg) in attempts(&world(source)) {
            for at_decision in [false, true] {
                let mut world = world(source);
                let bob = world.address("bob");
                let had = world.balance(&bob);
                let id = world.propose("eve", vec![msg.clone()]);
                if at_decision {
                    world.next_block();
                }
                world.unstake("bob", 1_000).unwrap();
                let life = world.life(id);
                assert_eq!(life.speed, Speed::Adverse, "{what}");
                let ready = life.ready_at.unwrap();
                let claimable = world.now() + 7 * DAY;
                assert!(ready >= claimable + 13 * DAY, "{what}: {ready} {claimable}");
                world.until(claimable);
                world.claim("bob").unwrap();
                assert_eq!(world.balance(&bob), had + 1_000, "{what}");
                assert!(matches!(
                    refused(world.execute("eve", id)),
                    ContractError::NotReady {
                        found: LifecycleStatus::Queued,
                        ..
                    }
                ));
                world.check();
            }
        }
    }
}

/// The longest way out that settings allow is still shorter than the shortest adverse delay that goes with it.
#[test]
fn longest_way_out_is_shorter_than_the_adverse_delay() {
    let mut world = World::with(Source::Native, |settings| {
        settings.unstaking_secs = 20 * DAY;
        settings.adverse_delay_secs = 21 * DAY;
    });
    world.stake_all(&[("eve", 9_000), ("bob", 1_000)]);
    let id = world.propose("eve", vec![world.own_settings(|_| {})]);
    world.unstake("bob", 1_000).unwrap();
    world.wait(20 * DAY);
    world.claim("bob").unwrap();
    assert_eq!(world.status(id), LifecycleStatus::Queued);
}

/// A longer unstaking delay that has passed does not hold back those who left before.
#[test]
fn a_longer_way_out_holds_back_nobody_who_left() {
    let mut world = world(Source::Native);
    let longer = world.own_settings(|settings| {
        settings.adverse_delay_secs = 60 * DAY;
        settings.unstaking_secs = 20 * DAY;
    });
    let id = world.propose("eve", vec![longer]);
    world.until_ready(id);
    world.unstake("bob", 500).unwrap();
    world.execute("eve", id).unwrap();
    assert_eq!(world.settings().unstaking_secs, 20 * DAY);
    world.unstake("bob", 500).unwrap();
    world.wait(7 * DAY);
    let had = world.balance(&world.address("bob"));
    world.claim("bob").unwrap();
    assert_eq!(world.balance(&world.address("bob")), had + 500);
    world.wait(13 * DAY);
    world.claim("bob").unwrap();
    world.check();
}

/// V2, V3: a proposal keeps the delay it was made under. Settings with the longest way out and the longest delay, which
/// looked harmless when they were voted, come into force just after it: whoever unstakes then is out in time all the same.
#[test]
fn later_settings_hold_nobody_in() {
    for source in SOURCES {
        let mut world = world(source);
        let longest = ballast_governance::parameters::TIMES
            .iter()
            .find(|range| range.name == "unstaking_secs")
            .unwrap()
            .max;
        let longer = world.own_settings(|settings| {
            settings.adverse_delay_secs = 90 * DAY;
            settings.unstaking_secs = longest;
        });
        let settings = world.propose("eve", vec![longer]);
        world.until_ready(settings);
        let theft = WasmMsg::Migrate {
            contract_addr: world.governance.to_string(),
            new_code_id: world.code,
            msg: b"{}".into(),
        };
        let theft = world.propose("eve", vec![theft.into()]);
        world.execute("eve", settings).unwrap();
        assert_eq!(world.settings().unstaking_secs, longest);
        world.unstake("bob", 1_000).unwrap();
        let had = world.balance(&world.address("bob"));
        world.wait(longest);
        assert_eq!(world.status(theft), LifecycleStatus::Queued);
        world.claim("bob").unwrap();
        assert_eq!(world.balance(&world.address("bob")), had + 1_000);
        world.check();
    }
}

/// An ordinary proposal, which waits two days only, cannot reach stakes by any payment: alone, in parts, by
/// another contract, or as its own deposit.
#[test]
fn no_payment_reaches_the_stakes() {
    for source in SOURCES {
        let mut world = world(source);
        let eve = world.address("eve");
        let puppet = world.puppet.clone();
        let to_puppet =
            ballast_governance::token::pay(&world.token, &puppet, 10_000_u128.into()).unwrap();
        let back = PuppetMsg::Act {
            msgs: vec![
                ballast_governance::token::pay(&world.token, &eve, 10_000_u128.into()).unwrap(),
            ],
            catch: false,
        };
        let tries = [
            vec![world.payment("eve", 10_000)],
            vec![world.payment("eve", 1); 20],
            vec![to_puppet, call(&puppet, &back)],
        ];
        for msgs in tries {
            let had = world.balance(&eve);
            let id = world.propose("eve", msgs);
            world.until_ready(id);
            world.execute("eve", id).unwrap();
            assert_eq!(world.life(id).failures, 1);
            assert_eq!(world.balance(&eve), had);
            world.check();
        }
    }
}

/// A hostile guardian and a hostile minority together hold an ordinary proposal up by one more vote, not more.
#[test]
fn hostile_guardian_delays_once() {
    let mut world = World::staked(Source::Native, &[("ann", 700), ("eve", 300)]);
    world.fill_treasury(10);
    let begun = world.now();
    let msgs = vec![world.payment("fay", 10)];
    let first = world.propose("ann", msgs.clone());
    world.until_ready(first);
    world
        .send("guardian", &ExecuteMsg::Cancel { proposal_id: first }, &[])
        .unwrap();
    let second = world.propose("ann", msgs);
    world.until_ready(second);
    refused(world.send(
        "guardian",
        &ExecuteMsg::Cancel {
            proposal_id: second,
        },
        &[],
    ));
    world.execute("ann", second).unwrap();
    assert_eq!(world.life(second).failures, 0);
    assert_eq!(world.now() - begun, 4 * DAY, "two delays instead of one");
}

/// Votes that cannot be bought twice: a voter who sells after voting leaves no second vote to the buyer, and
/// the majority cannot end a vote early against those who have not voted.
#[test]
fn majority_does_not_end_a_vote_that_others_could_turn() {
    let mut world = World::staked(Source::Native, &[("eve", 660), ("bob", 340)]);
    let id = world.propose("eve", vec![]);
    assert_eq!(
        world.status(id),
        LifecycleStatus::Open,
        "340 of 1000 could veto"
    );
    let ends = world.life(id).voting_ends_at;
    world.until(ends - 1);
    world.vote("bob", id, Vote::Veto).unwrap();
    assert_eq!(world.status(id), LifecycleStatus::Vetoed);
}
