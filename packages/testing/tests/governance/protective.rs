//! Protective proposals: twelve hours, no delay, only tightening; they expire unless confirmed.

use ballast_governance::ContractError;
use ballast_testing::suite::Suite;
use ballast_types::fund;
use ballast_types::governance::{ExecuteMsg, LifecycleStatus, ProtectiveResponse, QueryMsg, Speed};
use ballast_types::market;
use cosmwasm_std::{coins, to_json_binary, Uint128, WasmMsg};
use cw3::Vote;

use crate::{refused, Governed, DAY};

fn protection(world: &Governed, id: u64) -> ProtectiveResponse {
    world
        .suite
        .ask_governance(&QueryMsg::Protective { proposal_id: id })
        .unwrap()
}

fn revert(world: &mut Governed, id: u64, step: u32) -> anyhow::Result<()> {
    let keeper = world.suite.keeper.clone();
    let msg = ExecuteMsg::RevertProtective {
        proposal_id: id,
        step,
    };
    world.suite.govern(&keeper, &msg).map(drop)
}

/// In the middle of a crash: a cap lowered, a weight raised, a market closed for more risk, in one block.
#[test]
fn tightens_within_one_vote() {
    let mut world = Governed::new();
    let msgs = vec![
        world.update_market(0, |p| {
            p.open_interest_cap = Uint128::new(1_000_000);
            p.initial_margin_ppm += 1_000;
        }),
        world.update_market(1, |p| p.reduce_only = true),
        world.update_standing(0, |p| p.risk_weight_ppm = 200_000),
    ];
    let (ann, now) = (world.ann.clone(), world.suite.now());
    let id = world.suite.propose_protective(&ann, msgs).unwrap();
    let life = world.suite.lifecycle(id).unwrap();
    assert_eq!(life.speed, Speed::Protective);
    assert_eq!(life.voting_ends_at, now + DAY / 2);
    assert_eq!(life.ready_at, Some(now), "decided, and ready at once");
    world.suite.execute_proposal(id).unwrap();
    world.check();
    assert_eq!(world.parameters(0).open_interest_cap.u128(), 1_000_000);
    assert!(world.parameters(1).reduce_only);
    assert_eq!(world.standing(0).risk_weight_ppm, 200_000);

    let seen = protection(&world, id);
    assert_eq!(seen.expires_at, now + 14 * DAY);
    assert_eq!(seen.steps.len(), 3);
    assert_eq!(seen.steps[0].changes.len(), 2);
    let change = &seen.steps[2].changes[0];
    assert_eq!(
        (
            change.field.as_str(),
            change.before.u128(),
            change.after.u128()
        ),
        ("risk_weight_ppm", 20_000, 200_000)
    );
}

/// It needs the ordinary quorum and threshold.
#[test]
fn needs_the_ordinary_quorum_and_threshold() {
    let mut world = Governed::new();
    let msgs = vec![world.update_market(0, |p| p.reduce_only = true)];
    let (ann, bob) = (world.ann.clone(), world.bob.clone());
    let alone = world.suite.propose_protective(&bob, msgs.clone()).unwrap();
    let beaten = world.suite.propose_protective(&bob, msgs).unwrap();
    world.suite.vote(&ann, beaten, Vote::No).unwrap();
    world.suite.advance(DAY / 2);
    for id in [alone, beaten] {
        let found = world.suite.lifecycle(id).unwrap().status;
        assert_eq!(found, LifecycleStatus::Rejected);
        assert!(matches!(
            refused(world.suite.execute_proposal(id)),
            ContractError::NotReady { .. }
        ));
    }
    assert!(!world.parameters(0).reduce_only);
}

#[test]
fn refuses_everything_that_is_not_on_the_list() {
    let mut world = Governed::new();
    let suite = &world.suite;
    let (market, fund) = (suite.market.clone(), suite.fund.clone());
    let tight = world.update_market(0, |p| p.reduce_only = true);
    let paying = WasmMsg::Execute {
        contract_addr: market.to_string(),
        msg: to_json_binary(&market::ExecuteMsg::UpdateMarket {
            market: 0,
            parameters: world.parameters(1),
        })
        .unwrap(),
        funds: coins(1, "uusdc"),
    };
    let elsewhere = market::ExecuteMsg::UpdateMarket {
        market: 0,
        parameters: {
            let mut parameters = world.parameters(0);
            parameters.reduce_only = true;
            parameters
        },
    };
    let refusals = [
        vec![],
        vec![world.update_market(0, |_| {})],
        vec![world.update_market(0, |p| p.open_interest_cap += Uint128::one())],
        vec![world.update_market(0, |p| p.initial_margin_ppm -= 1)],
        vec![world.update_market(0, |p| p.maker_fee_ppm += 1)],
        // A loosening beside a tightening, in one message and in two.
        vec![world.update_market(0, |p| {
            p.reduce_only = true;
            p.maintenance_fraction_ppm -= 1;
        })],
        vec![
            tight.clone(),
            world.update_market(1, |p| p.open_interest_cap += Uint128::one()),
        ],
        vec![tight.clone(), tight.clone()],
        vec![world.update_standing(0, |p| p.risk_weight_ppm -= 1)],
        vec![world.update_standing(0, |p| p.open_interest_cap += Uint128::one())],
        vec![world.update_standing(0, |p| p.reserve_target -= Uint128::one())],
        vec![world.update_standing(0, |p| p.isolated = true)],
        vec![paying.into()],
        vec![Suite::call(&world.ann, &elsewhere).unwrap()],
        vec![Suite::call(
            &market,
            &market::ExecuteMsg::SetInsuranceFund {
                insurance_fund: None,
            },
        )
        .unwrap()],
        vec![Suite::call(&market, &fund::ExecuteMsg::Sync {}).unwrap()],
        vec![Suite::call(&fund, &elsewhere).unwrap()],
        vec![Suite::call(
            &world.suite.governance().unwrap(),
            &ExecuteMsg::SetGuardian { guardian: None },
        )
        .unwrap()],
        vec![cosmwasm_std::BankMsg::Send {
            to_address: world.ann.to_string(),
            amount: coins(1, "ugov"),
        }
        .into()],
    ];
    let ann = world.ann.clone();
    for (at, msgs) in refusals.into_iter().enumerate() {
        let error = refused(world.suite.propose_protective(&ann, msgs));
        assert!(
            matches!(error, ContractError::NotProtective { .. }),
            "{at}: {error}"
        );
    }
    world.suite.propose_protective(&ann, vec![tight]).unwrap();
    world.check();
}

/// What only tightened when it was proposed, and would loosen when it is executed, fails: the cap was
/// lowered further in between.
#[test]
fn is_checked_again_when_it_is_executed() {
    let mut world = Governed::new();
    let cap = |world: &Governed, to: u128| {
        world.update_market(0, |p| p.open_interest_cap = Uint128::new(to))
    };
    let (higher, lower) = (cap(&world, 2_000_000), cap(&world, 1_000_000));
    let ann = world.ann.clone();
    let late = world.suite.propose_protective(&ann, vec![higher]).unwrap();
    world.protect(vec![lower]);
    world.suite.execute_proposal(late).unwrap();
    world.check();
    let life = world.suite.lifecycle(late).unwrap();
    assert_eq!(life.status, LifecycleStatus::ExecutionFailed);
    assert_eq!(world.parameters(0).open_interest_cap.u128(), 1_000_000);
    assert!(world
        .suite
        .ask_governance::<ProtectiveResponse>(&QueryMsg::Protective { proposal_id: late })
        .is_err());
}

#[test]
fn reverts_after_its_expiry_and_not_before() {
    let mut world = Governed::new();
    let before = (world.parameters(0), world.standing(0));
    let id = world.protect(vec![
        world.update_market(0, |p| p.reduce_only = true),
        world.update_standing(0, |p| p.risk_weight_ppm = 200_000),
    ]);
    let expires_at = protection(&world, id).expires_at;
    world.suite.set_time(expires_at - 1).unwrap();
    assert!(matches!(
        refused(revert(&mut world, id, 0)),
        ContractError::NotExpired { .. }
    ));
    world.suite.set_time(expires_at).unwrap();
    for step in [0, 1] {
        revert(&mut world, id, step).unwrap();
        world.check();
        assert!(matches!(
            refused(revert(&mut world, id, step)),
            ContractError::NothingToRevert { .. }
        ));
    }
    assert_eq!((world.parameters(0), world.standing(0)), before);
    assert!(matches!(
        refused(revert(&mut world, id, 2)),
        ContractError::NothingToRevert { .. }
    ));
}

/// Confirmed by an ordinary proposal it stays.
#[test]
fn stays_when_it_is_confirmed() {
    let mut world = Governed::new();
    let id = world.protect(vec![world.update_market(0, |p| p.reduce_only = true)]);
    let governance = world.suite.governance().unwrap();
    let confirm = ExecuteMsg::ConfirmProtective { proposal_id: id };
    let bob = world.bob.clone();
    assert!(matches!(
        refused(world.suite.govern(&bob, &confirm)),
        ContractError::OnlyGovernance { .. }
    ));
    let confirmed = world.carry(vec![Suite::call(&governance, &confirm).unwrap()]);
    let life = world.suite.lifecycle(confirmed).unwrap();
    assert_eq!(
        life.speed,
        Speed::Normal,
        "in time: two days, not twenty-one"
    );
    assert!(protection(&world, id).confirmed);
    world.suite.advance(30 * DAY);
    assert!(matches!(
        refused(revert(&mut world, id, 0)),
        ContractError::Confirmed { .. }
    ));
    assert!(world.parameters(0).reduce_only);
}

/// Only what still is as the step left it is set back: a field that an ordinary proposal changed since stays.
#[test]
fn leaves_alone_what_was_changed_since() {
    let mut world = Governed::new();
    let before = world.parameters(0);
    let id = world.protect(vec![world.update_market(0, |p| {
        p.open_interest_cap = Uint128::new(2_000_000);
        p.initial_margin_ppm += 1_000;
    })]);
    let chosen = world.update_market(0, |p| p.open_interest_cap = Uint128::new(1_500_000));
    world.carry(vec![chosen]);
    world.suite.advance(14 * DAY);
    revert(&mut world, id, 0).unwrap();
    let after = world.parameters(0);
    assert_eq!(after.open_interest_cap.u128(), 1_500_000);
    assert_eq!(after.initial_margin_ppm, before.initial_margin_ppm);
    world.check();
}

/// Two steps on the same field are set back in the reverse order, whoever tries first.
#[test]
fn steps_on_one_field_unwind_in_reverse() {
    let mut world = Governed::new();
    let before = world.parameters(0);
    let cap = |world: &Governed, to: u128| {
        vec![world.update_market(0, |p| p.open_interest_cap = Uint128::new(to))]
    };
    let first = world.protect(cap(&world, 2_000_000));
    let second = world.protect(cap(&world, 1_000_000));
    world.suite.advance(14 * DAY);
    assert!(matches!(
        refused(revert(&mut world, first, 0)),
        ContractError::NothingToRevert { .. }
    ));
    revert(&mut world, second, 0).unwrap();
    revert(&mut world, first, 0).unwrap();
    assert_eq!(world.parameters(0), before);
    world.check();
}

/// Nothing is written down, and nothing can be confirmed or reverted, where nothing was executed.
#[test]
fn only_what_was_executed_can_be_reverted() {
    let mut world = Governed::new();
    let ann = world.ann.clone();
    let msgs = vec![world.update_market(0, |p| p.reduce_only = true)];
    let id = world.suite.propose_protective(&ann, msgs).unwrap();
    world.suite.advance(30 * DAY);
    assert_eq!(
        refused(revert(&mut world, id, 0)),
        ContractError::NoProtection { proposal_id: id }
    );
    let ordinary = world.carry(vec![]);
    assert_eq!(
        refused(revert(&mut world, ordinary, 0)),
        ContractError::NoProtection {
            proposal_id: ordinary
        }
    );
}
