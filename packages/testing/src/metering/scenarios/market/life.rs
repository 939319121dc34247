//! The end of a market: a third one of the stage, in which only a few traded.

use anyhow::Result;
use ballast_types::market::{ExecuteMsg, ReceiveMsg};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{to_json_binary, Addr, Uint128};
use cw20::Cw20ExecuteMsg;

use crate::metering::scenarios::stage::{BASE, PRICE, UNIT};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens};
use crate::suite::{claimant_parameters, Suite};

/// The market that ends.
const DYING: MarketId = 2;

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Market, message, state, tokens, prepare)
    };
    vec![
        one("settle_market", "a dead feed", Tokens::Any, |stage| {
            dead(stage)?;
            anyone(stage, &ExecuteMsg::SettleMarket { market: DYING })
        }),
        one("settle", "2 accounts", Tokens::Any, |stage| {
            let accounts = settling(stage)?;
            let market = DYING;
            anyone(stage, &ExecuteMsg::Settle { market, accounts })
        }),
        one("delist_market", "fees leave", Tokens::Each, |stage| {
            let accounts = settling(stage)?;
            stage.suite.settle(DYING, &accounts)?;
            anyone(stage, &ExecuteMsg::DelistMarket { market: DYING })
        }),
        one("delist_market", "it goes", Tokens::Any, |stage| {
            let accounts = settling(stage)?;
            stage.suite.settle(DYING, &accounts)?;
            stage.suite.delist(DYING)?;
            anyone(stage, &ExecuteMsg::DelistMarket { market: DYING })
        }),
        one("repay_deficit", "a part", Tokens::Native, repay),
        one("receive.repay_deficit", "a part", Tokens::Cw20, repay),
    ]
}

fn anyone(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    Prepared::new(&stage.suite.keeper, &stage.suite.market, msg)
}

/// Lists the third market. `loser` buys there from `winner`.
fn listed(stage: &mut Stage, units: u128) -> Result<[Addr; 2]> {
    let mut listing = stage.suite.market_info(1)?.config;
    listing.symbol = "DYING-PERP".to_owned();
    stage.suite.list_market(listing)?;
    stage
        .suite
        .register_market(DYING, claimant_parameters(stage.suite.decimals))?;
    let (loser, winner) = (stage.user("loser", units)?, stage.user("winner", 10_000)?);
    stage.trade_in(DYING, &loser, &winner, BASE / 10, PRICE)?;
    Ok([loser, winner])
}

/// Its feed has been silent for seven days.
fn dead(stage: &mut Stage) -> Result<Vec<AccountId>> {
    let users = listed(stage, 10_000)?;
    stage.suite.advance(7 * 86_400);
    Ok(users.map(|user| Suite::account_id(&user, 0)).to_vec())
}

/// The same, settling, the grace over.
fn settling(stage: &mut Stage) -> Result<Vec<AccountId>> {
    let accounts = dead(stage)?;
    stage.suite.settle_market(DYING)?;
    stage.suite.advance(86_400);
    Ok(accounts)
}

/// The winner was settled, the loser was bankrupt, and there was no fund.
fn repay(stage: &mut Stage) -> Result<Prepared> {
    let [loser, winner] = listed(stage, 150)?;
    stage.suite.set_insurance_fund(None)?;
    stage.suite.advance(3_600);
    let fallen = "17000".parse()?;
    stage.suite.push_prices(&[(0, fallen), (1, fallen)])?;
    stage.suite.accrue(DYING)?;
    stage.suite.advance(7 * 86_400);
    stage.suite.settle_market(DYING)?;
    stage.suite.advance(86_400);
    stage
        .suite
        .settle(DYING, &[Suite::account_id(&winner, 0)])?;
    let keeper = stage.suite.keeper.clone();
    stage
        .suite
        .liquidate(&keeper, &Suite::account_id(&loser, 0), DYING)?;
    let giver = stage.user("giver", 0)?;
    let contract = stage.suite.market.clone();
    let market = DYING;
    match stage.suite.token() {
        None => {
            let msg = ExecuteMsg::RepayDeficit { market };
            Ok(Prepared::new(&giver, &contract, &msg)?.with(stage.suite.funds(UNIT)))
        }
        Some(token) => {
            let send = Cw20ExecuteMsg::Send {
                contract: contract.to_string(),
                amount: Uint128::new(UNIT),
                msg: to_json_binary(&ReceiveMsg::RepayDeficit { market })?,
            };
            Prepared::new(&giver, token, &send)
        }
    }
}
