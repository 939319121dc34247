//! Stakers, their shares and their exits.

use anyhow::Result;
use ballast_types::fund::{ExecuteMsg, ReceiveMsg};
use cosmwasm_std::{to_json_binary, Addr, Binary, Uint128};
use cw20::Cw20ExecuteMsg;

use crate::hostile::fund::{FundBehaviour, Reaction};
use crate::metering::scenarios::stage::PRICE;
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens, UNIT};

/// Shares of the measured staker.
const SHARES: Uint128 = Uint128::new(10_000 * UNIT);

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Fund, message, state, tokens, prepare)
    };
    let any = |message, state, prepare| one(message, state, Tokens::Any, prepare);
    vec![
        one("stake", "the second", Tokens::Native, stake),
        one("receive.stake", "the second", Tokens::Cw20, stake),
        any("request_exit", "a part", request),
        any("cancel_exit", "without a gain", cancel),
        one("complete_exit", "in time", Tokens::Each, |stage| {
            let message = complete(stage)?;
            stage.price(PRICE)?;
            stage.suite.flush(0)?;
            stage.suite.flush(1)?;
            Ok(message)
        }),
        one(
            "complete_exit",
            "in time, while no market reports",
            Tokens::Each,
            complete,
        ),
        any("transfer", "shares", transfer),
        any("send", "shares to a contract", send),
        any("increase_allowance", "the first", |stage| {
            allow(stage, "desk")
        }),
        any("decrease_allowance", "a part", disallow),
        any("transfer_from", "a part", transfer_from),
        any("send_from", "a part", send_from),
    ]
}

/// The second stake, of the address `staker`.
fn stake(stage: &mut Stage) -> Result<Prepared> {
    let first = stage.user("first staker", 0)?;
    let _ = stage.suite.stake(&first, 5_000 * UNIT)?;
    let (staker, fund) = (stage.user("staker", 0)?, stage.suite.fund.clone());
    let amount = 10_000 * UNIT;
    match stage.suite.token() {
        None => {
            Ok(Prepared::new(&staker, &fund, &ExecuteMsg::Stake {})?
                .with(stage.suite.funds(amount)))
        }
        Some(token) => {
            let send = Cw20ExecuteMsg::Send {
                contract: fund.to_string(),
                amount: amount.into(),
                msg: to_json_binary(&ReceiveMsg::Stake {})?,
            };
            Prepared::new(&staker, token, &send)
        }
    }
}

/// A message of somebody, after the stake.
fn after_stake(stage: &mut Stage, sender: &str, msg: &ExecuteMsg) -> Result<Prepared> {
    let message = stake(stage)?;
    stage.send(&message)?;
    Prepared::new(&stage.suite.address(sender), &stage.suite.fund, msg)
}

fn request(stage: &mut Stage) -> Result<Prepared> {
    after_stake(stage, "staker", &ExecuteMsg::RequestExit { shares: SHARES })
}

fn cancel(stage: &mut Stage) -> Result<Prepared> {
    let message = request(stage)?;
    stage.send(&message)?;
    let msg = ExecuteMsg::CancelExit {};
    Prepared::new(&stage.suite.address("staker"), &stage.suite.fund, &msg)
}

fn complete(stage: &mut Stage) -> Result<Prepared> {
    let message = request(stage)?;
    stage.send(&message)?;
    let cooldown = super::parameters(stage)?.underwriting.exit_cooldown_secs;
    stage.suite.advance(cooldown);
    let msg = ExecuteMsg::CompleteExit {};
    Prepared::new(&stage.suite.address("staker"), &stage.suite.fund, &msg)
}

fn transfer(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::Transfer {
        recipient: stage.suite.address("friend").to_string(),
        amount: SHARES,
    };
    after_stake(stage, "staker", &msg)
}

fn send(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::Send {
        contract: receiver(stage)?.to_string(),
        amount: SHARES,
        msg: Binary::default(),
    };
    after_stake(stage, "staker", &msg)
}

/// A contract that takes any cw20, and has wasm for a real chain.
fn receiver(stage: &mut Stage) -> Result<Addr> {
    let unused = FundBehaviour::claims(Reaction::Errors { bytes: 10 });
    stage.suite.deploy_hostile_fund(unused)
}

fn allow(stage: &mut Stage, spender: &str) -> Result<Prepared> {
    let msg = ExecuteMsg::IncreaseAllowance {
        spender: stage.suite.address(spender).to_string(),
        amount: SHARES,
        expires: None,
    };
    after_stake(stage, "staker", &msg)
}

/// A message of somebody, after an allowance.
fn after_allowance(
    stage: &mut Stage,
    spender: &str,
    sender: &str,
    msg: &ExecuteMsg,
) -> Result<Prepared> {
    let message = allow(stage, spender)?;
    stage.send(&message)?;
    Prepared::new(&stage.suite.address(sender), &stage.suite.fund, msg)
}

fn disallow(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::DecreaseAllowance {
        spender: stage.suite.address("desk").to_string(),
        amount: Uint128::new(UNIT),
        expires: None,
    };
    after_allowance(stage, "desk", "staker", &msg)
}

fn transfer_from(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::TransferFrom {
        owner: stage.suite.address("staker").to_string(),
        recipient: stage.suite.address("friend").to_string(),
        amount: Uint128::new(UNIT),
    };
    after_allowance(stage, "friend", "friend", &msg)
}

fn send_from(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::SendFrom {
        owner: stage.suite.address("staker").to_string(),
        contract: receiver(stage)?.to_string(),
        amount: Uint128::new(UNIT),
        msg: Binary::default(),
    };
    after_allowance(stage, "friend", "friend", &msg)
}
