//! Messages of governance.

use anyhow::Result;
use ballast_governance::state::EXECUTING;
use ballast_types::governance::{
    BookGap, ExecuteMsg, InstantiateMsg, QueryMsg, ReceiveMsg, Settings,
};
use cosmwasm_std::{coins, to_json_binary, Addr, BankMsg, CosmosMsg, Uint128};
use cw20::{Cw20ExecuteMsg, Denom, UncheckedDenom};
use cw3::{UncheckedDepositInfo, Vote};
use cw_multi_test::Executor;

use super::electorate::POWER;
use super::{Prepared, Scenario, Stage, Target, Tokens, UNIT};
use crate::suite::{Suite, GUARDIAN};

pub(super) fn all() -> Vec<Scenario> {
    let of = |message, state, tokens, prepare| {
        Scenario::new(Target::Governance, message, state, tokens, prepare)
    };
    let one = |message, state, prepare| of(message, state, Tokens::Any, prepare);
    let each = |message, state, prepare| of(message, state, Tokens::Each, prepare);
    vec![
        one("propose", "1 message", |stage| {
            let member = member(stage)?;
            propose(stage, &member)
        }),
        each("propose", "with a deposit", |stage| {
            take_deposits(stage)?;
            let member = member(stage)?;
            let proposal = propose(stage, &member)?;
            let funds = pay_deposit(stage, &member)?;
            Ok(proposal.with(funds))
        }),
        each("propose", "a bank send, with a deposit", |stage| {
            take_deposits(stage)?;
            let member = member(stage)?;
            let to_address = stage.user("grantee", 1)?.to_string();
            let amount = coins(5, "uother");
            let msg = BankMsg::Send { to_address, amount };
            let proposal = propose_message(stage, &member, msg.into())?;
            let funds = pay_deposit(stage, &member)?;
            Ok(proposal.with(funds))
        }),
        one(
            "propose_protective",
            "tightens 1 market",
            propose_protective,
        ),
        one("vote", "counts", |stage| vote(stage, false)),
        one("vote", "decides", |stage| vote(stage, true)),
        one("vote", "replaces another", replace_vote),
        one("execute", "1 message to the market", |stage| {
            let message = stage.suite.reduce_only(0)?;
            let id = passed(stage, message)?;
            execute(stage, id)
        }),
        one("execute", "a parameter of the market", |stage| {
            let mut parameters = stage.suite.config()?.parameters;
            parameters.flush_retry_secs -= 1;
            let message = ballast_types::market::ExecuteMsg::UpdateParameters { parameters };
            let message = Suite::call(&stage.suite.market, &message)?;
            let id = passed(stage, message)?;
            execute(stage, id)
        }),
        one("execute", "a bank send", |stage| {
            let governance = stage.suite.governance()?;
            let amount = coins(5, "uother");
            for coin in &amount {
                stage.suite.mint_coin(&governance, coin.clone())?;
            }
            let to_address = stage.user("grantee", 1)?.to_string();
            let id = passed(stage, BankMsg::Send { to_address, amount }.into())?;
            execute(stage, id)
        }),
        one("execute", "a protective one", |stage| {
            let id = protective(stage)?;
            execute(stage, id)
        }),
        one("execute", "a message that fails", |stage| {
            let message = ballast_types::market::ExecuteMsg::Sync {};
            let nobody = stage.suite.address("nobody");
            let id = passed(stage, Suite::call(&nobody, &message)?)?;
            execute(stage, id)
        }),
        each("execute", "returns a deposit", |stage| {
            take_deposits(stage)?;
            let message = stage.suite.reduce_only(0)?;
            let id = passed(stage, message)?;
            execute(stage, id)
        }),
        one("close", "a rejected one", |stage| {
            let id = rejected(stage)?;
            of_keeper(stage, &ExecuteMsg::Close { proposal_id: id })
        }),
        each("close", "forfeits a deposit", |stage| {
            take_deposits(stage)?;
            let id = rejected(stage)?;
            of_keeper(stage, &ExecuteMsg::Close { proposal_id: id })
        }),
        one("revert_protective", "1 step", revert),
        one("cancel", "a queued one", cancel),
        one("freeze", "1 contract", |stage| {
            of_guardian(stage, &ExecuteMsg::Freeze {})
        }),
        of("stake", "more", Tokens::Native, stake),
        of("receive.stake", "more", Tokens::Cw20, stake),
        one("unstake", "a part", |stage| {
            let member = member(stage)?;
            let amount = Uint128::new(POWER / 20);
            message_of(stage, &member, &ExecuteMsg::Unstake { amount })
        }),
        each("claim", "1 amount", claim::<1>),
        each("claim", "20 amounts", claim::<20>),
        one("bootstrap", "1 message", bootstrap),
        one("update_settings", "a longer vote", |stage| {
            let mut settings = settings(stage)?;
            settings.voting_secs += 86_400;
            own(stage, &ExecuteMsg::UpdateSettings { settings })
        }),
        one("set_guardian", "another", |stage| {
            let guardian = Some(stage.suite.address("another guardian").to_string());
            own(stage, &ExecuteMsg::SetGuardian { guardian })
        }),
        one("confirm_protective", "1 step", |stage| {
            let id = protective(stage)?;
            stage.suite.execute_proposal(id)?;
            own(stage, &ExecuteMsg::ConfirmProtective { proposal_id: id })
        }),
        one("run_proposal", "1 message to the market", run_proposal),
        one("check_books", "the token that is staked", |stage| {
            let gap = BookGap {
                denom: stage.suite.governance_token.clone(),
                missing: Uint128::zero(),
            };
            own(stage, &ExecuteMsg::CheckBooks { gaps: vec![gap] })
        }),
    ]
}

fn message_of(stage: &Stage, sender: &Addr, msg: &ExecuteMsg) -> Result<Prepared> {
    Prepared::new(sender, &stage.suite.governance()?, msg)
}

/// What governance sends itself.
fn own(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    message_of(stage, &stage.suite.governance()?, msg)
}

fn of_keeper(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    message_of(stage, &stage.suite.keeper.clone(), msg)
}

fn of_guardian(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    message_of(stage, &stage.suite.address(GUARDIAN), msg)
}

fn settings(stage: &Stage) -> Result<Settings> {
    let query = QueryMsg::Settings { revision: None };
    stage.suite.ask_governance(&query)
}

fn change_settings(stage: &mut Stage, change: impl FnOnce(&mut Settings)) -> Result<()> {
    let mut settings = settings(stage)?;
    change(&mut settings);
    let message = own(stage, &ExecuteMsg::UpdateSettings { settings })?;
    stage.send(&message)?;
    Ok(())
}

/// Somebody with little power, from the block before this.
fn member(stage: &mut Stage) -> Result<Addr> {
    let member = stage.suite.new_voter("member", POWER / 10)?;
    stage.suite.next_block();
    Ok(member)
}

/// Somebody who decides alone, from the block before this.
fn chair(stage: &mut Stage) -> Result<Addr> {
    let config: ballast_types::governance::ConfigResponse =
        stage.suite.ask_governance(&QueryMsg::Config {})?;
    let power = 10 * config.staked.u128().max(POWER);
    let chair = stage.suite.new_voter("chair", power)?;
    stage.suite.next_block();
    Ok(chair)
}

fn propose(stage: &mut Stage, proposer: &Addr) -> Result<Prepared> {
    let message = stage.suite.reduce_only(0)?;
    propose_message(stage, proposer, message)
}

fn propose_message(stage: &mut Stage, proposer: &Addr, message: CosmosMsg) -> Result<Prepared> {
    let msg = ExecuteMsg::Propose {
        title: "Close market 0 for more risk".to_owned(),
        description: "Nothing that is open can grow.".to_owned(),
        msgs: vec![message],
        earliest: None,
        latest: None,
    };
    message_of(stage, proposer, &msg)
}

/// From now on a proposal costs one unit of the collateral, which is forfeited where it does not pass.
fn take_deposits(stage: &mut Stage) -> Result<()> {
    let denom = match stage.suite.collateral.clone() {
        Denom::Native(denom) => UncheckedDenom::Native(denom),
        Denom::Cw20(token) => UncheckedDenom::Cw20(token.into_string()),
    };
    change_settings(stage, |settings| {
        settings.deposit = Some(UncheckedDepositInfo {
            amount: UNIT.into(),
            denom,
            refund_failed_proposals: false,
        });
    })
}

/// The coins to attach; a cw20 is allowed beforehand.
fn pay_deposit(stage: &mut Stage, proposer: &Addr) -> Result<Vec<cosmwasm_std::Coin>> {
    if settings(stage)?.deposit.is_none() {
        return Ok(vec![]);
    }
    stage.suite.mint(proposer, UNIT)?;
    if let Some(token) = stage.suite.token().cloned() {
        let allow = Cw20ExecuteMsg::IncreaseAllowance {
            spender: stage.suite.governance()?.into_string(),
            amount: UNIT.into(),
            expires: None,
        };
        stage.suite.execute(proposer, &token, &allow, &[])?;
    }
    Ok(stage.suite.funds(UNIT))
}

/// A proposal of somebody with little power, that pays the deposit where one is asked for.
fn sponsored(stage: &mut Stage, message: CosmosMsg) -> Result<u64> {
    let sponsor = stage.suite.new_voter("sponsor", POWER / 10)?;
    stage.suite.next_block();
    let msg = ExecuteMsg::Propose {
        title: "Sponsored".to_owned(),
        description: String::new(),
        msgs: vec![message],
        earliest: None,
        latest: None,
    };
    let funds = pay_deposit(stage, &sponsor)?;
    let message = message_of(stage, &sponsor, &msg)?.with(funds);
    stage.send(&message)?;
    let query = QueryMsg::Config {};
    let config: ballast_types::governance::ConfigResponse = stage.suite.ask_governance(&query)?;
    Ok(config.proposals)
}

/// A sponsored proposal that passed and may be executed.
fn passed(stage: &mut Stage, message: CosmosMsg) -> Result<u64> {
    let chair = chair(stage)?;
    let id = sponsored(stage, message)?;
    stage.suite.vote(&chair, id, Vote::Yes)?;
    stage.suite.wait_until_ready(id)?;
    Ok(id)
}

/// A sponsored proposal for which nobody voted: somebody with more power than its sponsor did not.
fn rejected(stage: &mut Stage) -> Result<u64> {
    chair(stage)?;
    let message = stage.suite.reduce_only(0)?;
    let id = sponsored(stage, message)?;
    let ends_at = stage.suite.lifecycle(id)?.voting_ends_at;
    stage.suite.set_time(ends_at)?;
    Ok(id)
}

/// A protective proposal that passed.
fn protective(stage: &mut Stage) -> Result<u64> {
    let chair = chair(stage)?;
    let message = stage.suite.reduce_only(0)?;
    stage.suite.propose_protective(&chair, vec![message])
}

fn propose_protective(stage: &mut Stage) -> Result<Prepared> {
    let member = member(stage)?;
    let msg = ExecuteMsg::ProposeProtective {
        title: "Close market 0 for more risk".to_owned(),
        description: String::new(),
        msgs: vec![stage.suite.reduce_only(0)?],
    };
    message_of(stage, &member, &msg)
}

fn vote(stage: &mut Stage, decides: bool) -> Result<Prepared> {
    let voter = if decides {
        chair(stage)?
    } else {
        member(stage)?
    };
    let message = stage.suite.reduce_only(0)?;
    let proposal_id = sponsored(stage, message)?;
    let vote = Vote::Yes;
    message_of(stage, &voter, &ExecuteMsg::Vote { proposal_id, vote })
}

fn replace_vote(stage: &mut Stage) -> Result<Prepared> {
    change_settings(stage, |settings| settings.allow_revote = true)?;
    let voted = vote(stage, false)?;
    stage.send(&voted)?;
    let ExecuteMsg::Vote { proposal_id, .. } = cosmwasm_std::from_json(&voted.msg)? else {
        return Ok(voted);
    };
    let vote = Vote::No;
    message_of(
        stage,
        &voted.sender,
        &ExecuteMsg::Vote { proposal_id, vote },
    )
}

fn execute(stage: &Stage, proposal_id: u64) -> Result<Prepared> {
    of_keeper(stage, &ExecuteMsg::Execute { proposal_id })
}

fn revert(stage: &mut Stage) -> Result<Prepared> {
    let proposal_id = protective(stage)?;
    stage.suite.execute_proposal(proposal_id)?;
    let secs = settings(stage)?.protective_expiry_secs;
    stage.suite.advance(secs);
    of_keeper(
        stage,
        &ExecuteMsg::RevertProtective {
            proposal_id,
            step: 0,
        },
    )
}

fn cancel(stage: &mut Stage) -> Result<Prepared> {
    let chair = chair(stage)?;
    let message = stage.suite.reduce_only(0)?;
    let proposal_id = stage.suite.propose(&chair, vec![message])?;
    of_guardian(stage, &ExecuteMsg::Cancel { proposal_id })
}

fn stake(stage: &mut Stage) -> Result<Prepared> {
    let member = member(stage)?;
    stage.suite.mint_power(&member, 5)?;
    match stage.suite.governance_token.clone() {
        Denom::Native(denom) => {
            let message = message_of(stage, &member, &ExecuteMsg::Stake {})?;
            Ok(message.with(coins(5, denom)))
        }
        Denom::Cw20(token) => {
            let msg = Cw20ExecuteMsg::Send {
                contract: stage.suite.governance()?.into_string(),
                amount: 5u128.into(),
                msg: to_json_binary(&ReceiveMsg::Stake {})?,
            };
            Prepared::new(&member, &token, &msg)
        }
    }
}

fn claim<const AMOUNTS: usize>(stage: &mut Stage) -> Result<Prepared> {
    let member = member(stage)?;
    for _ in 0..AMOUNTS {
        let amount = Uint128::new(POWER / 200);
        stage
            .suite
            .govern(&member, &ExecuteMsg::Unstake { amount })?;
    }
    let secs = settings(stage)?.unstaking_secs;
    stage.suite.advance(secs);
    message_of(stage, &member, &ExecuteMsg::Claim {})
}

/// Of another governance, which has made no proposal yet.
fn bootstrap(stage: &mut Stage) -> Result<Prepared> {
    let msg = InstantiateMsg {
        token: stage.suite.governance_token.clone(),
        settings: None,
        guardian: None,
    };
    let (code, deployer) = (stage.suite.codes.governance, stage.suite.address("owner"));
    let other = stage.suite.app.instantiate_contract(
        code,
        deployer.clone(),
        &msg,
        &[],
        "another governance",
        None,
    )?;
    let guardian = Some(stage.suite.address(GUARDIAN).to_string());
    let msgs = vec![Suite::call(&other, &ExecuteMsg::SetGuardian { guardian })?];
    Prepared::new(&deployer, &other, &ExecuteMsg::Bootstrap { msgs })
}

/// In the middle of an execution.
fn run_proposal(stage: &mut Stage) -> Result<Prepared> {
    let message = stage.suite.reduce_only(0)?;
    let proposal_id = passed(stage, message)?;
    let governance = stage.suite.governance()?;
    let mut storage = stage.suite.app.contract_storage_mut(&governance);
    EXECUTING.save(storage.as_mut(), &proposal_id)?;
    drop(storage);
    own(stage, &ExecuteMsg::RunProposal { proposal_id })
}
