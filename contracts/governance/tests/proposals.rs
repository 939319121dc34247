//! Who may propose, bounds of what is proposed, deposits, spam (V2, F1, G4).
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod common;

use ballast_governance::ContractError;
use ballast_types::events::governance as name;
use ballast_types::fund;
use ballast_types::governance::{
    ContractKind, DepositState, ExecuteMsg, LifecycleStatus, QueryMsg, Settings, SuiteContract,
};
use common::{refused, told, Source, World, COIN, DAY, OTHER, SOURCES};
use cosmwasm_std::{coin, coins, Addr, CosmosMsg, Uint128};
use cw20::{Cw20ExecuteMsg, Denom, UncheckedDenom};
use cw3::{UncheckedDepositInfo, Vote};
use cw_multi_test::Executor;

fn deposit(world: &World, amount: u128, refund: bool) -> UncheckedDepositInfo {
    UncheckedDepositInfo {
        amount: Uint128::new(amount),
        denom: match &world.token {
            Denom::Native(denom) => UncheckedDenom::Native(denom.clone()),
            Denom::Cw20(token) => UncheckedDenom::Cw20(token.to_string()),
        },
        refund_failed_proposals: refund,
    }
}

/// A deposit of 50 in the staked token; `ann` is exempt, `bob` and `cat` are not.
fn world(source: Source, refund: bool, fund: bool) -> (World, Option<Addr>) {
    let mut world = World::new(source);
    let fund = fund.then(|| {
        let msg = fund::InstantiateMsg {
            owner: world.governance.to_string(),
            collateral: world.token.clone(),
            share_token: None,
            parameters: None,
        };
        let deployer = world.deployer.clone();
        world
            .app
            .instantiate_contract(world.fund_code, deployer, &msg, &[], "fund", None)
            .unwrap()
    });
    let deposit = deposit(&world, 50, refund);
    let change = world.own_settings(|settings: &mut Settings| {
        settings.deposit = Some(deposit);
        settings
            .contracts
            .extend(fund.iter().map(|fund| SuiteContract {
                address: fund.to_string(),
                kind: ContractKind::InsuranceFund,
            }));
    });
    let deployer = world.deployer.clone();
    world
        .send_as(
            &deployer,
            &ExecuteMsg::Bootstrap { msgs: vec![change] },
            &[],
        )
        .unwrap();
    world.stake_all(&[("ann", 960), ("bob", 20), ("cat", 20)]);
    (world, fund)
}

fn propose(world: &mut World, name: &str) -> anyhow::Result<u64> {
    propose_messages(world, name, vec![])
}

fn propose_messages(world: &mut World, name: &str, msgs: Vec<CosmosMsg>) -> anyhow::Result<u64> {
    match world.token.clone() {
        Denom::Native(denom) => world.propose_with(name, msgs, &coins(50, denom)),
        Denom::Cw20(token) => {
            let allow = Cw20ExecuteMsg::IncreaseAllowance {
                spender: world.governance.to_string(),
                amount: Uint128::new(50),
                expires: None,
            };
            let sender = world.address(name);
            world.app.execute_contract(sender, token, &allow, &[])?;
            world.propose_with(name, msgs, &[])
        }
    }
}

#[test]
fn deposit_comes_back_where_the_proposal_passes() {
    for source in SOURCES {
        let (mut world, _) = world(source, false, true);
        let bob = world.address("bob");
        let had = world.balance(&bob);
        let id = propose(&mut world, "bob").unwrap();
        world.check();
        assert_eq!(world.balance(&bob), had - 50);
        assert_eq!(world.life(id).deposit, DepositState::Held);
        let shown: cw3::ProposalResponse = world.query(&QueryMsg::Proposal { proposal_id: id });
        assert_eq!(shown.deposit.unwrap().amount.u128(), 50);
        world.vote("ann", id, Vote::Yes).unwrap();
        world.until_ready(id);
        let done = world.execute("eve", id).unwrap();
        world.check();
        assert_eq!(told(&done, name::DEPOSIT, "result").unwrap(), "returned");
        assert_eq!(world.balance(&bob), had);
        assert_eq!(world.life(id).deposit, DepositState::Returned);
        assert!(matches!(
            refused(world.close("eve", id)),
            ContractError::NothingToClose { .. }
        ));
    }
}

/// V2: while its messages run, a proposal's own deposit is owed to its proposer like all others. Paid out by the messages
/// and returned afterwards, half of it would have come out of the stakes.
#[test]
fn a_proposal_does_not_pay_out_its_own_deposit() {
    for source in SOURCES {
        let (mut world, _) = world(source, true, false);
        let bob = world.address("bob");
        let had = world.balance(&bob);
        for msgs in [
            vec![world.payment("fay", 50)],
            vec![world.payment("fay", 25), world.payment("fay", 25)],
        ] {
            let id = propose_messages(&mut world, "bob", msgs).unwrap();
            world.vote("ann", id, Vote::Yes).unwrap();
            world.until_ready(id);
            world.execute("eve", id).unwrap();
            world.check();
            assert_eq!(world.life(id).failures, 1);
            assert_eq!(world.life(id).deposit, DepositState::Returned);
            assert_eq!(world.balance(&bob), had);
        }
    }
}

#[test]
fn deposit_of_a_vetoed_proposal_goes_to_the_fund() {
    for source in SOURCES {
        for refund in [false, true] {
            let (mut world, fund) = world(source, refund, true);
            let fund = fund.unwrap();
            let id = propose(&mut world, "bob").unwrap();
            world.vote("ann", id, Vote::Veto).unwrap();
            assert_eq!(world.status(id), LifecycleStatus::Vetoed);
            world.close("eve", id).unwrap();
            world.check();
            assert_eq!(world.life(id).deposit, DepositState::Forfeited);
            let books: fund::SolvencyResponse = world
                .app
                .wrap()
                .query_wasm_smart(fund, &fund::QueryMsg::Solvency {})
                .unwrap();
            assert_eq!(books.mutual.u128(), 50, "a donation, and booked");
            assert!(books.unaccounted.is_zero());
            assert_eq!(
                world.balance(&world.governance),
                1_000,
                "the stakes are left"
            );
        }
    }
}

#[test]
fn deposit_of_a_rejected_proposal_goes_as_configured() {
    for source in SOURCES {
        for (refund, expected) in [
            (false, DepositState::Forfeited),
            (true, DepositState::Returned),
        ] {
            let (mut world, _) = world(source, refund, false);
            let bob = world.address("bob");
            let had = world.balance(&bob);
            let id = propose(&mut world, "bob").unwrap();
            assert!(matches!(
                refused(world.close("eve", id)),
                ContractError::NothingToClose { .. }
            ));
            world.wait(7 * DAY);
            assert_eq!(world.status(id), LifecycleStatus::Rejected);
            world.close("eve", id).unwrap();
            world.check();
            assert_eq!(world.life(id).deposit, expected);
            let back = if refund { had } else { had - 50 };
            assert_eq!(world.balance(&bob), back);
            // Without a fund what is forfeited is the treasury's.
            let kept = if refund { 0 } else { 50 };
            assert_eq!(world.balance(&world.governance), 1_000 + kept);
        }
    }
}

/// A proposal that passed and was never executed, or failed, costs its proposer nothing.
#[test]
fn deposit_comes_back_after_expiry_and_failure() {
    let (mut world, _) = world(Source::Native, false, true);
    let bob = world.address("bob");
    let had = world.balance(&bob);
    let expired = propose(&mut world, "bob").unwrap();
    let failing = {
        let msgs = vec![world.impossible()];
        world.propose_with("bob", msgs, &coins(50, COIN)).unwrap()
    };
    world.vote("ann", expired, Vote::Yes).unwrap();
    world.vote("ann", failing, Vote::Yes).unwrap();
    world.until_ready(failing);
    world.execute("eve", failing).unwrap();
    world.check();
    assert_eq!(world.life(failing).deposit, DepositState::Returned);
    world.wait(8 * DAY);
    assert_eq!(world.status(expired), LifecycleStatus::Expired);
    world.close("eve", expired).unwrap();
    world.check();
    assert_eq!(world.balance(&bob), had);
}

/// A fund that refuses keeps nobody from closing; the deposit stays held until it can be paid.
#[test]
fn deposit_that_cannot_be_paid_stays_held() {
    for source in SOURCES {
        let (mut world, _) = world(source, false, false);
        let id = propose(&mut world, "bob").unwrap();
        world.vote("ann", id, Vote::Veto).unwrap();
        // The puppet takes the role of a fund that does not understand a top-up. A cw20 deposit could not be
        // set with it; so it is named first, and the deposit is of the old settings.
        let puppet = world.puppet.to_string();
        let change = world.own_settings(|settings| {
            settings.deposit = None;
            settings.contracts = vec![SuiteContract {
                address: puppet,
                kind: ContractKind::InsuranceFund,
            }];
        });
        let set = world.propose("ann", vec![change]);
        world.until_ready(set);
        world.execute("ann", set).unwrap();
        let closed = world.close("eve", id).unwrap();
        world.check();
        assert_eq!(told(&closed, name::CLOSED, "status").unwrap(), "vetoed");
        assert_eq!(world.life(id).deposit, DepositState::Held);
        world.close("eve", id).unwrap();
        assert_eq!(world.life(id).deposit, DepositState::Held, "tried again");

        let change = world.own_settings(|settings| settings.contracts.clear());
        let set = world.propose("ann", vec![change]);
        world.until_ready(set);
        world.execute("ann", set).unwrap();
        world.close("eve", id).unwrap();
        world.check();
        assert_eq!(world.life(id).deposit, DepositState::Forfeited);
        assert!(matches!(
            refused(world.close("eve", id)),
            ContractError::NothingToClose { .. }
        ));
    }
}

/// F1: the deposit is paid exactly, in its token, or not at all.
#[test]
fn wrong_deposits_are_refused() {
    let (mut world, _) = world(Source::Native, false, false);
    for funds in [
        vec![],
        coins(49, COIN),
        coins(51, COIN),
        coins(50, OTHER),
        vec![coin(50, COIN), coin(1, OTHER)],
    ] {
        assert!(matches!(
            refused(world.propose_with("bob", vec![], &funds)),
            ContractError::WrongDeposit { .. }
        ));
    }
    world.check();
    // With a twentieth of all power none is needed, but it may be paid.
    world.propose_with("ann", vec![], &[]).unwrap();
    world.propose_with("ann", vec![], &coins(50, COIN)).unwrap();
    world.check();
    refused(world.propose_with("ann", vec![], &coins(10, COIN)));

    let (mut world, _) = self::world(Source::Cw20, false, false);
    // No allowance: the token refuses, and nothing is left of the proposal.
    world.propose_with("bob", vec![], &[]).unwrap_err();
    assert!(matches!(
        refused(world.propose_with("bob", vec![], &coins(50, COIN))),
        ContractError::WrongDeposit { .. }
    ));
    world.check();
}

/// The exemption begins at a twentieth, not below it.
#[test]
fn exemption_begins_at_a_twentieth_of_all_power() {
    let (mut world, _) = world(Source::Native, false, false);
    world.stake("dan", 50).unwrap();
    world.stake("eve", 56).unwrap();
    world.next_block();
    // 1106 in all: 55.3 are a twentieth.
    refused(world.propose_with("dan", vec![], &[]));
    world.propose_with("eve", vec![], &[]).unwrap();
}

#[test]
fn sizes_are_bounded() {
    let mut world = World::staked(Source::Native, &[("ann", 100)]);
    let propose = |title: usize, description: usize, msgs: usize| ExecuteMsg::Propose {
        title: "t".repeat(title),
        description: "d".repeat(description),
        msgs: vec![world.payment("bob", 1); msgs],
        earliest: None,
        latest: None,
    };
    let (largest, refusals) = (
        propose(256, 10_000, 20),
        [propose(0, 0, 0), propose(257, 0, 0), propose(1, 10_001, 0)],
    );
    let many = propose(1, 0, 21);
    let big = ExecuteMsg::Propose {
        title: "t".to_owned(),
        description: String::new(),
        msgs: vec![common::call(&world.puppet, &"x".repeat(50_000))],
        earliest: None,
        latest: None,
    };
    world.send("ann", &largest, &[]).unwrap();
    for msg in &refusals {
        assert!(matches!(
            refused(world.send("ann", msg, &[])),
            ContractError::WrongSize { .. }
        ));
    }
    assert_eq!(
        refused(world.send("ann", &many, &[])),
        ContractError::TooManyMessages { max: 20, found: 21 }
    );
    // Base64 makes 50,000 bytes 66,670.
    assert!(matches!(
        refused(world.send("ann", &big, &[])),
        ContractError::WrongSize {
            what: "messages",
            ..
        }
    ));
}

/// Spam of one staker is bounded, and ends with what is executed or closed.
#[test]
fn unfinished_proposals_are_bounded() {
    let mut world = World::staked(Source::Native, &[("ann", 1), ("bob", 999)]);
    let first = world.propose("ann", vec![]);
    for _ in 1..10 {
        world.propose("ann", vec![]);
    }
    assert!(matches!(
        refused(world.try_propose("ann", vec![])),
        ContractError::TooManyUnfinished { max: 10, .. }
    ));
    world.propose("bob", vec![]);
    world.vote("bob", first, Vote::No).unwrap();
    world.wait(7 * DAY);
    world.close("eve", first).unwrap();
    world.propose("ann", vec![]);
    refused(world.try_propose("ann", vec![]));
    world.vote("bob", first + 11, Vote::Yes).unwrap();
    world.wait(2 * DAY);
    world.execute("eve", first + 11).unwrap();
    world.propose("ann", vec![]);
    world.check();
}

/// A3: addresses that the chain would not write so are refused: upper case would hide a message to governance.
#[test]
fn addresses_are_as_the_chain_writes_them() {
    let mut world = World::staked(Source::Native, &[("ann", 1)]);
    let msg = cosmwasm_std::WasmMsg::Execute {
        contract_addr: world.governance.as_str().to_uppercase(),
        msg: br#"{"execute":{"proposal_id":1}}"#.into(),
        funds: vec![],
    };
    assert!(matches!(
        refused(world.try_propose("ann", vec![msg.into()])),
        ContractError::Std(_)
    ));
}

#[test]
fn what_does_not_exist_is_named() {
    let mut world = World::staked(Source::Native, &[("ann", 1)]);
    let missing = ContractError::NoSuchProposal { proposal_id: 7 };
    assert_eq!(refused(world.vote("ann", 7, Vote::Yes)), missing);
    assert_eq!(refused(world.execute("ann", 7)), missing);
    assert_eq!(refused(world.close("ann", 7)), missing);
    assert!(world
        .try_query::<cw3::ProposalResponse>(&QueryMsg::Proposal { proposal_id: 7 })
        .is_err());
}

/// G3, V3: a deposit token that breaks, or lies about what governance holds, locks nothing and loosens nothing:
/// staking, proposing, executing go on, and stakes are as safe as before.
#[test]
fn a_broken_deposit_token_locks_nothing() {
    for broken in [None, Some(Uint128::zero()), Some(Uint128::one())] {
        let mut world = World::new(Source::Native);
        let (deployer, puppet) = (world.deployer.clone(), world.puppet.clone());
        let deposit = UncheckedDepositInfo {
            amount: Uint128::new(50),
            denom: UncheckedDenom::Cw20(puppet.to_string()),
            refund_failed_proposals: true,
        };
        let change = world.own_settings(|settings| settings.deposit = Some(deposit));
        let msgs = vec![change];
        world
            .send_as(&deployer, &ExecuteMsg::Bootstrap { msgs }, &[])
            .unwrap();
        world.stake_all(&[("ann", 960), ("bob", 40)]);
        world.fill_treasury(10);
        let held = world.propose_with("bob", vec![], &[]).unwrap();
        assert_eq!(world.life(held).deposit, DepositState::Held);
        let hold = common::puppet::PuppetMsg::Hold { answer: broken };
        let eve = world.address("eve");
        world.app.execute_contract(eve, puppet, &hold, &[]).unwrap();

        world.stake("cat", 5).unwrap();
        let pay = world.propose("ann", vec![world.payment("fay", 10)]);
        let steal = world.propose("ann", vec![world.payment("fay", 11)]);
        let change = world.own_settings(|settings| settings.deposit = None);
        let repair = world.propose("ann", vec![change]);
        world.until_ready(pay);
        world.execute("ann", steal).unwrap();
        assert_eq!(world.life(steal).failures, 1, "stakes are safe");
        world.execute("ann", pay).unwrap();
        assert_eq!(world.life(pay).failures, 0);
        world.until_ready(repair);
        world.execute("ann", repair).unwrap();
        assert_eq!(world.settings().deposit, None);
        world.propose_with("bob", vec![], &[]).unwrap();
    }
}
