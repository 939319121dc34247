//! Deposits and withdrawals.

use anyhow::Result;
use ballast_perp_market::state::VAULT;
use ballast_types::market::{ExecuteMsg, ReceiveMsg};
use cosmwasm_std::to_json_binary;
use cw20::Cw20ExecuteMsg;

use super::orders::with_position;
use crate::metering::scenarios::stage::{BASE, PRICE};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens, UNIT};

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Market, message, state, tokens, prepare)
    };
    vec![
        one("deposit", "opens the account", Tokens::Native, |stage| {
            deposit(stage, 0)
        }),
        one("deposit", "into an account", Tokens::Native, |stage| {
            deposit(stage, 100)
        }),
        one(
            "receive.deposit",
            "opens the account",
            Tokens::Cw20,
            |stage| deposit(stage, 0),
        ),
        one(
            "receive.deposit",
            "into an account",
            Tokens::Cw20,
            |stage| deposit(stage, 100),
        ),
        one("deposit", "1 position", Tokens::Native, |stage| {
            with_position(stage)?;
            deposit(stage, 0)
        }),
        one("receive.deposit", "1 position", Tokens::Cw20, |stage| {
            with_position(stage)?;
            deposit(stage, 0)
        }),
        one(
            "withdraw",
            "1 position, asks the oracle",
            Tokens::Each,
            |stage| {
                let trader = with_position(stage)?;
                stage.unseen_price(PRICE)?;
                withdraw(stage, &trader)
            },
        ),
        one("withdraw", "no position", Tokens::Each, |stage| {
            let trader = stage.user("trader", 100)?;
            withdraw(stage, &trader)
        }),
        one("withdraw", "1 position", Tokens::Each, |stage| {
            let trader = with_position(stage)?;
            withdraw(stage, &trader)
        }),
        one(
            "withdraw",
            "1 position, premium due",
            Tokens::Any,
            |stage| {
                let [trader, rival] = ["trader", "rival"].map(|name| stage.user(name, 10_000));
                let trader = trader?;
                stage.suite.poke()?;
                stage.trade(&trader, &rival?, BASE / 10, PRICE)?;
                stage.suite.advance(86_400);
                stage.price(PRICE)?;
                withdraw(stage, &trader)
            },
        ),
        one("withdraw", "waits behind another", Tokens::Any, |stage| {
            let trader = stage.waits("trader")?;
            withdraw(stage, &trader)
        }),
        one("process_withdrawals", "nothing waits", Tokens::Any, process),
        one(
            "process_withdrawals",
            "1 paid in part",
            Tokens::Each,
            |stage| {
                stage.waits("trader")?;
                process(stage)
            },
        ),
        one("cancel_withdrawal", "the last one", Tokens::Any, |stage| {
            let trader = stage.waits("trader")?;
            let outflow = VAULT.load(stage.suite.market_storage().as_ref())?;
            let id = (outflow.next_id - 1).into();
            let msg = ExecuteMsg::CancelWithdrawal { id };
            Prepared::new(&trader, &stage.suite.market, &msg)
        }),
        one("transfer", "opens the target", Tokens::Any, |stage| {
            let trader = stage.user("trader", 100)?;
            transfer(stage, &trader)
        }),
        one("transfer", "1 position", Tokens::Any, |stage| {
            let [trader, rival] = ["trader", "rival"].map(|name| stage.user(name, 10_000));
            let trader = trader?;
            stage.trade(&trader, &rival?, BASE / 10, PRICE)?;
            stage.suite.transfer(&trader, 0, 1, UNIT)?;
            stage.suite.next_block();
            transfer(stage, &trader)
        }),
    ]
}

fn process(stage: &mut Stage) -> Result<Prepared> {
    let keeper = stage.suite.keeper.clone();
    let msg = ExecuteMsg::ProcessWithdrawals { limit: None };
    Prepared::new(&keeper, &stage.suite.market, &msg)
}

fn transfer(stage: &Stage, trader: &cosmwasm_std::Addr) -> Result<Prepared> {
    let msg = ExecuteMsg::Transfer {
        from_subaccount: 0,
        to_subaccount: 1,
        amount: UNIT.into(),
    };
    Prepared::new(trader, &stage.suite.market, &msg)
}

fn deposit(stage: &mut Stage, units_before: u128) -> Result<Prepared> {
    let trader = stage.user("trader", units_before)?;
    let market = stage.suite.market.clone();
    match stage.suite.token() {
        None => {
            let msg = ExecuteMsg::Deposit { subaccount: 0 };
            Ok(Prepared::new(&trader, &market, &msg)?.with(stage.suite.funds(UNIT)))
        }
        Some(token) => {
            let send = Cw20ExecuteMsg::Send {
                contract: market.to_string(),
                amount: UNIT.into(),
                msg: to_json_binary(&ReceiveMsg::Deposit { subaccount: 0 })?,
            };
            Prepared::new(&trader, token, &send)
        }
    }
}

fn withdraw(stage: &Stage, trader: &cosmwasm_std::Addr) -> Result<Prepared> {
    let msg = ExecuteMsg::Withdraw {
        subaccount: 0,
        amount: UNIT.into(),
    };
    Prepared::new(trader, &stage.suite.market, &msg)
}
