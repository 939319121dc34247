//! Everything anyone can do with governance, in any order: a model that shares no code with the contract
//! predicts for every message whether it is refused and with which error, and every balance, tally and
//! state after it. Invariants (design section 9, 6) after every message.
//!
//! `PROPTEST_CASES=1000 cargo test -p ballast-governance --test stateful` for longer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../common/mod.rs"]
mod common;
mod model;

use ballast_governance::ContractError;
use ballast_types::governance::{ConfigResponse, ExecuteMsg, QueryMsg};
use common::{Source, World, OTHER};
use cosmwasm_std::{coins, CosmosMsg};
use cw20::{Denom, UncheckedDenom};
use cw3::{UncheckedDepositInfo, Vote};
use model::{Kind, Model, Refusal, DEPOSIT};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["ann", "bob", "cat", "dan", "guardian"];

#[derive(Clone, Debug)]
enum Step {
    Stake(usize, u128),
    Unstake(usize, u128),
    Claim(usize),
    Propose(usize, Kind),
    Vote(usize, u64, Vote),
    Execute(u64),
    Close(u64),
    Cancel(usize, u64),
    Fill(u128),
    Wait(u64),
    /// Waits for the next moment at which a proposal's state changes.
    Ripen(u64),
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => (1_u128..60).prop_map(Kind::Pay),
        1 => Just(Kind::Nothing),
        1 => Just(Kind::Impossible),
        1 => (1_u64..5).prop_map(Kind::Timelock),
        1 => Just(Kind::Hostile),
        1 => Just(Kind::Guardian),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let who = 0_usize..NAMES.len();
    let votes = prop_oneof![
        4 => Just(Vote::Yes),
        2 => Just(Vote::No),
        1 => Just(Vote::Abstain),
        1 => Just(Vote::Veto),
    ];
    let days = prop_oneof![
        3 => 1_u64..100_000,
        2 => Just(7 * common::DAY),
        2 => 100_000_u64..2_000_000,
    ];
    prop_oneof![
        4 => (who.clone(), 0_u128..500).prop_map(|(who, amount)| Step::Stake(who, amount)),
        2 => (who.clone(), 0_u128..300).prop_map(|(who, amount)| Step::Unstake(who, amount)),
        1 => who.clone().prop_map(Step::Claim),
        2 => (who.clone(), kinds()).prop_map(|(who, kind)| Step::Propose(who, kind)),
        7 => (who.clone(), 0_u64..4, votes).prop_map(|(who, id, vote)| Step::Vote(who, id, vote)),
        7 => (0_u64..5).prop_map(Step::Execute),
        2 => (0_u64..6).prop_map(Step::Close),
        1 => (prop_oneof![Just(4_usize), who], 0_u64..6)
            .prop_map(|(who, id)| Step::Cancel(who, id)),
        1 => (1_u128..100).prop_map(Step::Fill),
        2 => days.prop_map(Step::Wait),
        5 => (0_u64..4).prop_map(Step::Ripen),
    ]
}

fn messages(world: &World, kind: &Kind) -> Vec<CosmosMsg> {
    match kind {
        Kind::Pay(amount) => vec![world.payment("fay", *amount)],
        Kind::Nothing => vec![],
        Kind::Impossible => vec![world.impossible()],
        Kind::Timelock(days) => {
            vec![world.own_settings(|settings| settings.timelock_secs = days * common::DAY)]
        }
        Kind::Hostile => vec![world.own_settings(|settings| settings.adverse_delay_secs = 1)],
        Kind::Guardian => vec![world.own(&ExecuteMsg::SetGuardian {
            guardian: Some(world.address("guardian").to_string()),
        })],
    }
}

/// Ids count backwards from the newest, so that they mostly exist.
fn id(model: &Model, back: u64) -> u64 {
    (model.proposals.len() as u64).saturating_sub(back)
}

fn deposit(refund_failed_proposals: bool) -> UncheckedDepositInfo {
    UncheckedDepositInfo {
        amount: DEPOSIT.into(),
        denom: UncheckedDenom::Native(OTHER.to_owned()),
        refund_failed_proposals,
    }
}

fn refusal(error: anyhow::Error) -> Refusal {
    match error.downcast().expect("governance's own error") {
        ContractError::ZeroAmount {} => Refusal::Zero,
        ContractError::WrongToken { .. } | ContractError::Payment(_) => Refusal::Zero,
        ContractError::StakeTooSmall { .. } => Refusal::TooSmall,
        ContractError::TooManyClaims { .. } => Refusal::TooManyClaims,
        ContractError::NothingToClaim {} => Refusal::NothingToClaim,
        ContractError::NoPower { .. } | ContractError::NoPowerAtStart { .. } => Refusal::NoPower,
        ContractError::TooManyUnfinished { .. } => Refusal::TooManyUnfinished,
        ContractError::NoSuchProposal { .. } => Refusal::NoSuchProposal,
        ContractError::NotOpen { .. } => Refusal::NotOpen,
        ContractError::AlreadyVoted { .. } => Refusal::AlreadyVoted,
        ContractError::NotReady { .. } => Refusal::NotReady,
        ContractError::NothingToClose { .. } => Refusal::NothingToClose,
        ContractError::NotGuardian { .. } => Refusal::NotGuardian,
        ContractError::NotCancellable { .. } => Refusal::NotCancellable,
        ContractError::CancelledBefore { .. } => Refusal::CancelledBefore,
        ContractError::OnlyChangesGuardian { .. } => Refusal::OnlyChangesGuardian,
        other => panic!("unexpected: {other}"),
    }
}

/// Sends a step and has the model predict it.
fn play(world: &mut World, model: &mut Model, step: &Step) {
    let (sent, predicted) = match step {
        Step::Stake(who, amount) => {
            let sent = if *amount == 0 {
                // The bank refuses to send nothing; governance refuses to be sent nothing.
                world.send(NAMES[*who], &ExecuteMsg::Stake {}, &[])
            } else {
                world.stake(NAMES[*who], *amount)
            };
            (sent, model.stake(NAMES[*who], *amount))
        }
        Step::Unstake(who, amount) => (
            world.unstake(NAMES[*who], *amount),
            model.unstake(NAMES[*who], *amount),
        ),
        Step::Claim(who) => (world.claim(NAMES[*who]), model.claim(NAMES[*who])),
        Step::Propose(who, kind) => {
            let msg = ExecuteMsg::Propose {
                title: "t".to_owned(),
                description: String::new(),
                msgs: messages(world, kind),
                earliest: None,
                latest: None,
            };
            (
                world.send(NAMES[*who], &msg, &coins(DEPOSIT, OTHER)),
                model.propose(NAMES[*who], kind),
            )
        }
        Step::Vote(who, back, vote) => {
            let id = id(model, *back);
            (
                world.vote(NAMES[*who], id, *vote),
                model.vote(NAMES[*who], id, *vote),
            )
        }
        Step::Execute(back) => {
            let id = id(model, *back);
            (world.execute("eve", id), model.execute(id))
        }
        Step::Close(back) => {
            let id = id(model, *back);
            (world.close("eve", id), model.close(id))
        }
        Step::Cancel(who, back) => {
            let id = id(model, *back);
            let msg = ExecuteMsg::Cancel { proposal_id: id };
            (
                world.send(NAMES[*who], &msg, &[]),
                model.cancel(NAMES[*who] == "guardian", id),
            )
        }
        Step::Fill(amount) => {
            world.fill_treasury(*amount);
            model.treasury += amount;
            return;
        }
        Step::Ripen(back) => {
            let secs = model.until_next(id(model, *back));
            world.wait(secs);
            model.wait(secs);
            return;
        }
        Step::Wait(secs) => {
            world.wait(*secs);
            model.wait(*secs);
            return;
        }
    };
    assert_eq!(sent.map(drop).map_err(refusal), predicted, "{step:?}");
}

/// What the chain says against what the model says.
fn compare(world: &World, model: &Model) {
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!(config.staked.u128(), model.stakes.values().sum::<u128>());
    assert_eq!(config.unstaking.u128(), model.unstaking());
    assert_eq!(config.proposals, model.proposals.len() as u64);
    assert_eq!(config.settings.timelock_secs, model.timelock);
    let bank = world.balance(&world.governance);
    assert_eq!(
        bank,
        config.staked.u128() + config.unstaking.u128() + model.treasury,
        "every atom"
    );
    let fay = world.balance(&world.address("fay"));
    assert_eq!(fay, common::PURSE + model.paid, "each payment once");
    let other = world.balance_of(&world.governance, &Denom::Native(OTHER.to_owned()));
    assert_eq!(other, model.held() + model.forfeited, "deposits");
    for (id, proposal) in (1..).zip(&model.proposals) {
        let life = world.life(id);
        assert_eq!(
            life.status,
            model.status(proposal),
            "proposal {id}: {proposal:?}"
        );
        assert_eq!(life.ready_at, model.ready_at(proposal), "proposal {id}");
        assert_eq!(life.total_power.u128(), proposal.total());
        if let (Some(executed), Some(ready)) = (life.executed_at, life.ready_at) {
            assert!(executed >= ready && Some(executed) < life.deadline);
        }
    }
}

fn run(source: Source, refund: bool, steps: &[Step]) -> (usize, usize) {
    let mut world = World::with(source, |settings| settings.deposit = Some(deposit(refund)));
    let mut model = Model::new(world.now(), refund);
    for step in steps {
        play(&mut world, &mut model, step);
        compare(&world, &model);
        world.check();
    }
    let executed = model.proposals.iter().filter(|p| p.executed_at.is_some());
    (model.proposals.len(), executed.count())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn any_order_of_everything(
        native: bool,
        refund: bool,
        steps in proptest::collection::vec(steps(), 60..120),
    ) {
        let source = if native { Source::Native } else { Source::Cw20 };
        run(source, refund, &steps);
    }
}

/// The generator reaches what matters: proposals are made, and some of them are executed.
#[test]
fn generator_reaches_executions() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut made, mut executed) = (0, 0);
    for _ in 0..20 {
        let tree = proptest::collection::vec(steps(), 100).new_tree(&mut runner);
        let (more_made, more_executed) = run(Source::Native, true, &tree.unwrap().current());
        made += more_made;
        executed += more_executed;
    }
    assert!(made > 50, "{made} proposals");
    assert!(executed > 10, "{executed} of {made} executed");
}
