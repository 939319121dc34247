//! Changes of the owner that wait, and surplus.

use anyhow::Result;
use ballast_types::fund::{ExecuteMsg, TopUp, TopUpKind};
use cosmwasm_std::Uint128;

use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens, UNIT};

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Fund, message, state, tokens, prepare)
    };
    let any = |message, state, prepare| one(message, state, Tokens::Any, prepare);
    vec![
        any("appoint_surplus_recipient", "it waits", recipient),
        any("update_parameters", "a loosening one waits", loosening),
        any("apply_change", "a third market", |stage| {
            let change = super::register(stage)?;
            applied(stage, &change)
        }),
        any("apply_change", "all parameters", |stage| {
            let change = loosening(stage)?;
            applied(stage, &change)
        }),
        any("apply_change", "a treasury", |stage| {
            let change = super::emergency::appoint(stage)?;
            applied(stage, &change)
        }),
        any("apply_change", "a recipient of surplus", |stage| {
            let change = recipient(stage)?;
            applied(stage, &change)
        }),
        any("cancel_change", "one waits", |stage| {
            let change = loosening(stage)?;
            stage.send(&change)?;
            by_owner(stage, &ExecuteMsg::CancelChange { id: 1 })
        }),
        one("pay_surplus", "a lot", Tokens::Each, pay_surplus),
    ]
}

fn by_owner(stage: &Stage, msg: &ExecuteMsg) -> Result<Prepared> {
    Prepared::new(&stage.suite.owner, &stage.suite.fund, msg)
}

fn recipient(stage: &mut Stage) -> Result<Prepared> {
    let recipient = Some(stage.user("recipient", 0)?.to_string());
    by_owner(stage, &ExecuteMsg::AppointSurplusRecipient { recipient })
}

fn loosening(stage: &mut Stage) -> Result<Prepared> {
    let mut parameters = super::parameters(stage)?;
    parameters.mutual_window_ppm += 1;
    by_owner(stage, &ExecuteMsg::UpdateParameters { parameters })
}

/// The message that puts a change in force once it has waited.
fn applied(stage: &mut Stage, change: &Prepared) -> Result<Prepared> {
    stage.send(change)?;
    let delay = super::parameters(stage)?.adverse_delay_secs;
    stage.suite.advance(delay);
    let msg = ExecuteMsg::ApplyChange { id: 1 };
    Prepared::new(&stage.suite.keeper, &stage.suite.fund, &msg)
}

/// Everything the market brings is above the targets, and the capital is more than enough.
fn pay_surplus(stage: &mut Stage) -> Result<Prepared> {
    let recipient = stage.user("recipient", 0)?;
    stage.suite.appoint_surplus_recipient(&recipient)?;
    let mut parameters = super::parameters(stage)?;
    parameters.mutual_target = Uint128::new(UNIT);
    parameters.required_capital_floor = Uint128::new(UNIT);
    stage.suite.update_fund_parameters(parameters)?;
    let market = stage.suite.market.clone();
    let mut standing = stage.suite.claimant(0)?.parameters;
    standing.reserve_target = Uint128::zero();
    stage.suite.update_claimant(0, standing)?;
    let top_up = TopUp {
        contract: None,
        market: Some(0),
        kind: TopUpKind::Fees,
        state: None,
    };
    stage.suite.mint(&market, 1_000 * UNIT)?;
    stage.suite.top_up(&market, &top_up, 1_000 * UNIT)?;
    let upgrade = super::parameters(stage)?.thresholds.upgrade_delay_secs;
    stage.suite.advance(1);
    stage.suite.poke()?;
    stage.suite.advance(upgrade);
    stage.suite.poke()?;
    let msg = ExecuteMsg::PaySurplus {};
    Prepared::new(&stage.suite.keeper, &stage.suite.fund, &msg)
}
