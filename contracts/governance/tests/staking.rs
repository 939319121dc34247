//! V1: power at start height, no vote for coins of one block, delays and bounds of unstaking, tokens (F1, F2).
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod common;

use ballast_governance::ContractError;
use ballast_types::governance::{ExecuteMsg, QueryMsg, ReceiveMsg};
use ballast_types::voting_module::{TotalPowerAtHeightResponse, VotingPowerAtHeightResponse};
use common::{refused, Source, World, COIN, DAY, OTHER, SOURCES};
use cosmwasm_std::{coin, coins, to_json_binary, Uint128};
use cw20::{Cw20ReceiveMsg, Denom};
use cw3::Vote;

fn power_at(world: &World, name: &str, height: u64) -> u128 {
    let answer: VotingPowerAtHeightResponse = world.query(&QueryMsg::VotingPowerAtHeight {
        address: world.address(name).to_string(),
        height: Some(height),
    });
    answer.power.u128()
}

fn total_at(world: &World, height: u64) -> u128 {
    let answer: TotalPowerAtHeightResponse = world.query(&QueryMsg::TotalPowerAtHeight {
        height: Some(height),
    });
    answer.power.u128()
}

/// Power at a height is the stake before that block: block by block, for one and for all.
#[test]
fn power_is_the_stake_before_the_block() {
    for source in SOURCES {
        let mut world = World::new(source);
        let first = world.height();
        world.stake("ann", 100).unwrap();
        world.stake("ann", 20).unwrap();
        world.stake("bob", 7).unwrap();
        world.check();
        world.next_block();
        world.unstake("ann", 50).unwrap();
        world.next_block();
        world.next_block();
        world.unstake("ann", 70).unwrap();
        world.next_block();
        let seen: Vec<(u128, u128)> = (first - 1..first + 6)
            .map(|height| (power_at(&world, "ann", height), total_at(&world, height)))
            .collect();
        assert_eq!(
            seen,
            [
                (0, 0),
                (0, 0),     // the block of the stakes
                (120, 127), // the block in which 50 leave
                (70, 77),
                (70, 77), // the block in which the rest leaves
                (0, 7),
                (0, 7),
            ]
        );
        world.check();
    }
}

/// Coins staked in the block of a proposal neither propose nor vote, and leaving in that block takes no vote.
#[test]
fn stake_of_the_same_block_does_not_count() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 100), ("bob", 100)]);
        world.stake("eve", 1_000_000).unwrap();
        assert!(matches!(
            refused(world.try_propose("eve", vec![])),
            ContractError::NoPower { .. }
        ));
        world.unstake("bob", 100).unwrap();
        let id = world.propose("ann", vec![]);
        assert_eq!(world.life(id).total_power.u128(), 200);
        assert!(matches!(
            refused(world.vote("eve", id, Vote::No)),
            ContractError::NoPowerAtStart { .. }
        ));
        world.next_block();
        assert!(matches!(
            refused(world.vote("eve", id, Vote::No)),
            ContractError::NoPowerAtStart { .. }
        ));
        world.vote("bob", id, Vote::No).unwrap();
        assert_eq!(world.life(id).votes.no.u128(), 100);
        world.check();
    }
}

/// Coins that were handed on do not vote twice.
#[test]
fn coins_do_not_vote_twice() {
    let mut world = World::staked(Source::Native, &[("ann", 100), ("bob", 100)]);
    let id = world.propose("ann", vec![]);
    world.unstake("ann", 100).unwrap();
    world.wait(5 * DAY);
    assert!(matches!(
        refused(world.claim("ann")),
        ContractError::NothingToClaim {}
    ));
    world.wait(2 * DAY - 2);
    world.stake("cat", 100).unwrap();
    assert!(matches!(
        refused(world.vote("cat", id, Vote::Yes)),
        ContractError::NoPowerAtStart { .. }
    ));
    assert_eq!(world.life(id).votes.yes.u128(), 100);
}

/// A2: and to whom they belong.
#[test]
fn unstaked_coins_wait_and_are_paid_exactly() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 1_000)]);
        let ann = world.address("ann");
        let had = world.balance(&ann);
        world.unstake("ann", 300).unwrap();
        world.wait(DAY);
        world.unstake("ann", 200).unwrap();
        world.check();
        world.wait(6 * DAY - 1);
        assert!(matches!(
            refused(world.claim("ann")),
            ContractError::NothingToClaim {}
        ));
        world.wait(1);
        assert!(matches!(
            refused(world.claim("bob")),
            ContractError::NothingToClaim {}
        ));
        world.claim("ann").unwrap();
        world.check();
        assert_eq!(world.balance(&ann), had + 300);
        world.wait(DAY);
        world.claim("ann").unwrap();
        world.check();
        assert_eq!(world.balance(&ann), had + 500);
        assert!(matches!(
            refused(world.claim("ann")),
            ContractError::NothingToClaim {}
        ));
    }
}

/// G1: claims of one staker are bounded, and the bound frees itself.
#[test]
fn claims_are_bounded() {
    let mut world = World::staked(Source::Native, &[("ann", 1_000)]);
    for _ in 0..20 {
        world.unstake("ann", 1).unwrap();
    }
    assert_eq!(
        refused(world.unstake("ann", 1)),
        ContractError::TooManyClaims { max: 20 }
    );
    world.wait(7 * DAY);
    world.claim("ann").unwrap();
    world.unstake("ann", 1).unwrap();
    world.check();
}

#[test]
fn wrong_amounts_are_refused() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 10)]);
        assert_eq!(
            refused(world.unstake("ann", 11)),
            ContractError::StakeTooSmall {
                found: Uint128::new(10),
                asked: Uint128::new(11),
            }
        );
        assert_eq!(
            refused(world.unstake("ann", 0)),
            ContractError::ZeroAmount {}
        );
        assert!(matches!(
            refused(world.unstake("bob", 1)),
            ContractError::StakeTooSmall { .. }
        ));
    }
}

/// F1: what is attached to a stake.
#[test]
fn only_the_staked_coin_is_taken() {
    let mut world = World::new(Source::Native);
    for funds in [
        vec![],
        coins(5, OTHER),
        vec![coin(5, COIN), coin(5, OTHER)],
        coins(5, "UGOV"),
    ] {
        if world.send("ann", &ExecuteMsg::Stake {}, &funds).is_ok() {
            panic!("{funds:?} was staked");
        }
    }
    let mut world = World::new(Source::Cw20);
    assert!(matches!(
        refused(world.send("ann", &ExecuteMsg::Stake {}, &coins(5, COIN))),
        ContractError::WrongToken { .. }
    ));
    // No other message keeps coins.
    for msg in [
        ExecuteMsg::Unstake {
            amount: Uint128::one(),
        },
        ExecuteMsg::Claim {},
        ExecuteMsg::Execute { proposal_id: 1 },
        ExecuteMsg::Close { proposal_id: 1 },
        ExecuteMsg::CheckBooks { gaps: vec![] },
        ExecuteMsg::Bootstrap { msgs: vec![] },
        ExecuteMsg::Vote {
            proposal_id: 1,
            vote: Vote::Yes,
        },
    ] {
        assert!(matches!(
            refused(world.send("ann", &msg, &coins(5, COIN))),
            ContractError::Payment(_)
        ));
    }
}

/// F2: a hook of another contract, and a forged one.
#[test]
fn forged_hooks_are_refused() {
    for source in SOURCES {
        let mut world = World::new(source);
        let hook = ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: world.address("eve").to_string(),
            amount: Uint128::new(1_000),
            msg: to_json_binary(&ReceiveMsg::Stake {}).unwrap(),
        });
        assert!(matches!(
            refused(world.send("eve", &hook, &[])),
            ContractError::WrongToken { .. }
        ));
        world.check();
    }
}

/// The last staker leaves, and nothing is locked: whoever stakes next governs again.
#[test]
fn last_staker_leaves_and_another_revives_it() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 1_000)]);
        let id = world.propose("ann", vec![world.payment("fay", 10)]);
        world.unstake("ann", 1_000).unwrap();
        world.next_block();
        world.check();
        assert_eq!(total_at(&world, world.height()), 0);
        assert!(matches!(
            refused(world.try_propose("ann", vec![])),
            ContractError::NoPower { .. }
        ));
        let threshold: cw_utils::ThresholdResponse = world.query(&QueryMsg::Threshold {});
        assert!(matches!(
            threshold,
            cw_utils::ThresholdResponse::ThresholdQuorum {
                total_weight: 0,
                ..
            }
        ));
        // What had passed is still executed; its payment comes from the treasury, never from claims.
        world.until_ready(id);
        world.execute("eve", id).unwrap();
        assert_eq!(world.life(id).failures, 1, "the treasury is empty");
        world.check();
        world.fill_treasury(10);
        world.execute("eve", id).unwrap();
        world.check();

        world.stake("bob", 1).unwrap();
        world.next_block();
        let change = world.own_settings(|settings| settings.voting_secs = DAY);
        world.carry("bob", vec![change]);
        assert_eq!(world.settings().voting_secs, DAY);
        world.claim("ann").unwrap();
        world.check();
    }
}

/// A proposal cannot spend what belongs to stakers, in no order and not by a detour.
#[test]
fn stakes_are_not_the_treasury() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 900), ("bob", 100)]);
        world.unstake("bob", 50).unwrap();
        world.fill_treasury(10);
        for amount in [11, 960, 1_010] {
            let id = world.propose("ann", vec![world.payment("ann", amount)]);
            world.until_ready(id);
            world.execute("ann", id).unwrap();
            assert_eq!(world.life(id).failures, 1, "{amount} of 10");
            world.check();
        }
        let paid = world.propose("ann", vec![world.payment("ann", 10)]);
        world.until_ready(paid);
        world.execute("ann", paid).unwrap();
        assert_eq!(world.life(paid).failures, 0);
        world.claim("bob").unwrap();
        world.unstake("bob", 50).unwrap();
        world.unstake("ann", 900).unwrap();
        world.wait(7 * DAY);
        world.claim("bob").unwrap();
        world.claim("ann").unwrap();
        assert_eq!(world.balance(&world.governance), 0, "everybody was paid");
    }
}

/// Governance does not vote on its own proposals with its own treasury.
#[test]
fn governance_does_not_stake_with_itself() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 900)]);
        world.fill_treasury(1_000);
        let msg = match &world.token {
            Denom::Native(_) => {
                let own = world.own(&ExecuteMsg::Stake {});
                assert!(matches!(
                    refused(world.try_propose("ann", vec![own])),
                    ContractError::MessageRefused { .. }
                ));
                continue;
            }
            Denom::Cw20(token) => common::call(
                token,
                &cw20::Cw20ExecuteMsg::Send {
                    contract: world.governance.to_string(),
                    amount: Uint128::new(1_000),
                    msg: to_json_binary(&ReceiveMsg::Stake {}).unwrap(),
                },
            ),
        };
        let id = world.propose("ann", vec![msg]);
        world.until_ready(id);
        world.execute("ann", id).unwrap();
        assert_eq!(world.life(id).failures, 1);
        world.check();
    }
}
