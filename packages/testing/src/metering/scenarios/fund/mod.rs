//! Messages of the insurance fund.

mod changes;
mod emergency;
mod underwriting;

use anyhow::Result;
use ballast_types::fund::{
    ConfigResponse, ExecuteMsg, FundParameters, QueryMsg, ReceiveMsg, TopUp, TopUpKind,
};
use ballast_types::{MarketId, MarketReport};
use cosmwasm_std::{to_json_binary, Addr, Uint128};
use cw20::Cw20ExecuteMsg;
use cw_ownable::Action;
use cw_utils::Expiration;

use super::{Prepared, Scenario, Stage, Target, Tokens, UNIT};
use crate::suite::claimant_parameters;

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Fund, message, state, tokens, prepare)
    };
    let any = |message, state, prepare| one(message, state, Tokens::Any, prepare);
    let mut all = vec![
        one("top_up", "fees with a report", Tokens::Native, |stage| {
            fees(stage, UNIT)
        }),
        any("top_up", "a report without coins", |stage| fees(stage, 0)),
        one("top_up", "to a reserve", Tokens::Native, |stage| {
            top_up(stage, TopUpKind::Reserve)
        }),
        one("top_up", "a donation", Tokens::Native, |stage| {
            top_up(stage, TopUpKind::Donation)
        }),
        one("receive.top_up", "to a reserve", Tokens::Cw20, |stage| {
            top_up(stage, TopUpKind::Reserve)
        }),
        one("receive.top_up", "a donation", Tokens::Cw20, |stage| {
            top_up(stage, TopUpKind::Donation)
        }),
        one(
            "claim_shortfall",
            "paid by the reserve",
            Tokens::Each,
            |stage| claim(stage, 1_000),
        ),
        one(
            "claim_shortfall",
            "paid by two layers, a rest uncovered",
            Tokens::Each,
            |stage| claim(stage, 1_000_000),
        ),
        any("claim_shortfall", "replayed", |stage| {
            let message = claim(stage, 1_000)?;
            stage.send(&message)?;
            Ok(message)
        }),
        one("sync", "a stray coin", Tokens::Each, sync),
        any("poke", "2 markets", poke),
        any("register_market", "it waits", register),
        any("update_market", "another cap", update_market),
        any("update_parameters", "the same", update_parameters),
        any(
            "update_ownership.transfer_ownership",
            "to a new owner",
            transfer,
        ),
        any("update_ownership.accept_ownership", "in time", |stage| {
            let message = transfer(stage)?;
            stage.send(&message)?;
            let heir = stage.user("heir", 0)?;
            let msg = ExecuteMsg::UpdateOwnership(Action::AcceptOwnership);
            Prepared::new(&heir, &stage.suite.fund, &msg)
        }),
    ];
    all.extend(changes::all());
    all.extend(emergency::all());
    all.extend(underwriting::all());
    all
}

fn report() -> MarketReport {
    MarketReport {
        open_interest_value: Uint128::new(1_000 * UNIT),
        deficit: Uint128::zero(),
    }
}

/// What the market sends with native coins, as the market.
fn fees(stage: &mut Stage, amount: u128) -> Result<Prepared> {
    let msg = ExecuteMsg::TopUp(TopUp {
        contract: None,
        market: Some(0),
        kind: TopUpKind::Fees,
        state: Some(report()),
    });
    let market = stage.suite.market.clone();
    if amount > 0 {
        stage.suite.mint(&market, amount)?;
    }
    let funds = stage.suite.funds(amount);
    Ok(Prepared::new(&market, &stage.suite.fund, &msg)?.with(funds))
}

fn top_up(stage: &mut Stage, kind: TopUpKind) -> Result<Prepared> {
    let giver = stage.user("giver", 0)?;
    let reserve = kind == TopUpKind::Reserve;
    let top_up = TopUp {
        contract: reserve.then(|| stage.suite.market.to_string()),
        market: reserve.then_some(0),
        kind,
        state: None,
    };
    let fund = stage.suite.fund.clone();
    send_or_attach(stage, &giver, &fund, UNIT, &top_up)
}

fn send_or_attach(
    stage: &Stage,
    from: &Addr,
    fund: &Addr,
    amount: u128,
    top_up: &TopUp,
) -> Result<Prepared> {
    match stage.suite.token() {
        None => {
            let msg = ExecuteMsg::TopUp(top_up.clone());
            Ok(Prepared::new(from, fund, &msg)?.with(stage.suite.funds(amount)))
        }
        Some(token) => {
            let send = Cw20ExecuteMsg::Send {
                contract: fund.to_string(),
                amount: amount.into(),
                msg: to_json_binary(&ReceiveMsg::TopUp(top_up.clone()))?,
            };
            Prepared::new(from, token, &send)
        }
    }
}

fn claim(stage: &mut Stage, units: u128) -> Result<Prepared> {
    let msg = ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "somebody".to_owned(),
        claim_id: 20_000,
        amount: Uint128::new(units * UNIT),
        state: report(),
        recent_risk: false,
    };
    Prepared::new(&stage.suite.market, &stage.suite.fund, &msg)
}

fn sync(stage: &mut Stage) -> Result<Prepared> {
    let giver = stage.user("giver", 0)?;
    let fund = stage.suite.fund.clone();
    stage.suite.bare_send(&giver, &fund, 7)?;
    Prepared::new(&giver, &fund, &ExecuteMsg::Sync {})
}

fn poke(stage: &mut Stage) -> Result<Prepared> {
    let contract = stage.suite.market.to_string();
    let msg = ExecuteMsg::Poke { contract };
    Prepared::new(&stage.suite.keeper, &stage.suite.fund, &msg)
}

fn register(stage: &mut Stage) -> Result<Prepared> {
    let msg = ExecuteMsg::RegisterMarket {
        contract: stage.suite.market.to_string(),
        market: 2,
        parameters: claimant_parameters(6),
    };
    Prepared::new(&stage.suite.owner, &stage.suite.fund, &msg)
}

fn update_market(stage: &mut Stage) -> Result<Prepared> {
    let market: MarketId = 0;
    let mut parameters = claimant_parameters(6);
    parameters.open_interest_cap = Uint128::new(40_000_000 * UNIT);
    let msg = ExecuteMsg::UpdateMarket {
        contract: stage.suite.market.to_string(),
        market,
        parameters,
    };
    Prepared::new(&stage.suite.owner, &stage.suite.fund, &msg)
}

fn update_parameters(stage: &mut Stage) -> Result<Prepared> {
    let parameters = parameters(stage)?;
    let msg = ExecuteMsg::UpdateParameters { parameters };
    Prepared::new(&stage.suite.owner, &stage.suite.fund, &msg)
}

fn parameters(stage: &Stage) -> Result<FundParameters> {
    let config: ConfigResponse = stage.suite.ask_fund(&QueryMsg::Config {})?;
    Ok(config.parameters)
}

fn transfer(stage: &mut Stage) -> Result<Prepared> {
    let heir = stage.user("heir", 0)?;
    let msg = ExecuteMsg::UpdateOwnership(Action::TransferOwnership {
        new_owner: heir.to_string(),
        expiry: Some(Expiration::AtHeight(stage.suite.height() + 100)),
    });
    Prepared::new(&stage.suite.owner, &stage.suite.fund, &msg)
}
