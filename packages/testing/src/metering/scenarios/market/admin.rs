//! What the owner sends.

use anyhow::Result;
use ballast_types::market::ExecuteMsg;
use cosmwasm_std::Uint128;
use cw_ownable::Action;
use cw_utils::Expiration;

use crate::metering::scenarios::stage::{BASE, PRICE};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens};

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Market, message, state, tokens, prepare)
    };
    let any = |message, state, prepare| one(message, state, Tokens::Any, prepare);
    vec![
        any("list_market", "the third", |stage| {
            let mut listing = stage.suite.market_info(1)?.config;
            listing.symbol = "NEW-PERP".to_owned();
            by_owner(stage, &ExecuteMsg::ListMarket(listing))
        }),
        any("update_market", "the same parameters", |stage| {
            let parameters = stage.suite.market_info(0)?.config.parameters;
            let market = 0;
            by_owner(stage, &ExecuteMsg::UpdateMarket { market, parameters })
        }),
        any("update_oracle", "the same oracle", |stage| {
            let oracle = stage.suite.market_info(0)?.config.oracle;
            let market = 0;
            by_owner(stage, &ExecuteMsg::UpdateOracle { market, oracle })
        }),
        any("update_parameters", "the same parameters", |stage| {
            let parameters = stage.suite.config()?.parameters;
            by_owner(stage, &ExecuteMsg::UpdateParameters { parameters })
        }),
        any("set_insurance_fund", "2 markets", |stage| {
            let insurance_fund = Some(stage.suite.fund.to_string());
            by_owner(stage, &ExecuteMsg::SetInsuranceFund { insurance_fund })
        }),
        any("update_market", "a loosening one waits", |stage| {
            let change = loosening(stage)?;
            by_owner(stage, &change)
        }),
        any("apply_change", "a market's parameters", |stage| {
            let change = loosening(stage)?;
            let proposed = by_owner(stage, &change)?;
            stage.send(&proposed)?;
            stage.suite.advance(21 * 86_400);
            let keeper = stage.suite.keeper.clone();
            let msg = ExecuteMsg::ApplyChange { id: 1 };
            Prepared::new(&keeper, &stage.suite.market, &msg)
        }),
        any("set_freeze", "for a day", |stage| {
            let until = stage.suite.now() + 86_400;
            by_owner(stage, &ExecuteMsg::SetFreeze { until })
        }),
        any("cancel_change", "one waits", |stage| {
            let change = loosening(stage)?;
            let proposed = by_owner(stage, &change)?;
            stage.send(&proposed)?;
            by_owner(stage, &ExecuteMsg::CancelChange { id: 1 })
        }),
        one("pay_fees", "a part", Tokens::Each, pay_fees),
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
            Prepared::new(&heir, &stage.suite.market, &msg)
        }),
    ]
}

fn by_owner(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    Prepared::new(&stage.suite.owner, &stage.suite.market, msg)
}

/// A higher fee of a market in which somebody traded.
fn loosening(stage: &mut Stage) -> Result<ExecuteMsg> {
    let [a, b] = ["a", "b"].map(|name| stage.user(name, 10_000));
    stage.trade(&a?, &b?, BASE, PRICE)?;
    let mut parameters = stage.suite.market_info(0)?.config.parameters;
    parameters.taker_fee_ppm += 1;
    let market = 0;
    Ok(ExecuteMsg::UpdateMarket { market, parameters })
}

fn pay_fees(stage: &mut Stage) -> Result<Prepared> {
    let [a, b] = ["a", "b"].map(|name| stage.user(name, 10_000));
    stage.trade(&a?, &b?, BASE, PRICE)?;
    let recipient = stage.user("treasury", 0)?.to_string();
    let amount = Uint128::new(1_000);
    by_owner(
        stage,
        &ExecuteMsg::PayFees {
            market: Some(0),
            recipient,
            amount,
        },
    )
}

fn transfer(stage: &mut Stage) -> Result<Prepared> {
    let heir = stage.user("heir", 0)?;
    by_owner(
        stage,
        &ExecuteMsg::UpdateOwnership(Action::TransferOwnership {
            new_owner: heir.to_string(),
            expiry: Some(Expiration::AtHeight(stage.suite.height() + 100)),
        }),
    )
}
