//! The treasury's loan.

use anyhow::Result;
use ballast_types::fund::{ExecuteMsg, ReceiveMsg};
use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ExecuteMsg;

use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens, UNIT};

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Fund, message, state, tokens, prepare)
    };
    vec![
        one("appoint_treasury", "it waits", Tokens::Any, appoint),
        one("commit_emergency", "the first", Tokens::Native, commit),
        one(
            "receive.commit_emergency",
            "the first",
            Tokens::Cw20,
            commit,
        ),
        one(
            "request_emergency_withdrawal",
            "a part",
            Tokens::Any,
            request,
        ),
        one("withdraw_emergency", "a part", Tokens::Each, withdraw),
    ]
}

pub(super) fn appoint(stage: &mut Stage) -> Result<Prepared> {
    let treasury = Some(stage.user("treasury", 0)?.to_string());
    let msg = ExecuteMsg::AppointTreasury { treasury };
    Prepared::new(&stage.suite.owner, &stage.suite.fund, &msg)
}

fn commit(stage: &mut Stage) -> Result<Prepared> {
    let treasury = stage.user("treasury", 0)?;
    stage.suite.appoint_treasury(&treasury)?;
    let fund = stage.suite.fund.clone();
    let amount = 10_000 * UNIT;
    match stage.suite.token() {
        None => {
            let msg = ExecuteMsg::CommitEmergency {};
            Ok(Prepared::new(&treasury, &fund, &msg)?.with(stage.suite.funds(amount)))
        }
        Some(token) => {
            let send = Cw20ExecuteMsg::Send {
                contract: fund.to_string(),
                amount: amount.into(),
                msg: to_json_binary(&ReceiveMsg::CommitEmergency {})?,
            };
            Prepared::new(&treasury, token, &send)
        }
    }
}

fn request(stage: &mut Stage) -> Result<Prepared> {
    let message = commit(stage)?;
    stage.send(&message)?;
    let msg = ExecuteMsg::RequestEmergencyWithdrawal {
        amount: Uint128::new(UNIT),
    };
    Prepared::new(&stage.suite.address("treasury"), &stage.suite.fund, &msg)
}

fn withdraw(stage: &mut Stage) -> Result<Prepared> {
    let message = request(stage)?;
    stage.send(&message)?;
    let notice = super::parameters(stage)?.emergency.notice_secs;
    stage.suite.advance(notice);
    let msg = ExecuteMsg::WithdrawEmergency {};
    Prepared::new(&stage.suite.address("treasury"), &stage.suite.fund, &msg)
}
