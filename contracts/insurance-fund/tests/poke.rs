//! `Poke`: pushes what is new to one contract, whatever that contract does.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_insurance_fund::ContractError;
use ballast_types::fund::*;
use ballast_types::RiskLevel;
use common::*;
use cosmwasm_std::testing::{mock_dependencies, mock_env};
use cosmwasm_std::{to_json_binary, Binary, Reply, SubMsgResult, WasmMsg};
use cw_multi_test::{AppResponse, Executor};

fn result(response: &AppResponse) -> String {
    let event = response
        .events
        .iter()
        .find(|event| event.ty == "wasm-ballast_fund_poke")
        .unwrap();
    event
        .attributes
        .iter()
        .find(|a| a.key == "result")
        .unwrap()
        .value
        .clone()
}

fn with_hook() -> (Suite, cosmwasm_std::Addr) {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let contract = hook::deploy(&mut suite);
    suite.donate(10_000);
    suite.register(&contract, 0, cross(100_000, 10_000, 0));
    suite.register(&contract, 3, isolated(100_000, 10_000, 0));
    suite.register(&addr("market"), 0, cross(100_000, 10_000, 0));
    (suite, contract)
}

// A4: the real call, with every market of the contract and nobody else's.
#[test]
fn a4_tells_all_markets_of_one_contract() {
    let (mut suite, contract) = with_hook();
    assert_eq!(suite.market(&contract, 0).risk.revision, 0);
    assert_eq!(result(&suite.poke(&contract)), "sent");
    let (revision, markets) = hook::told(&suite, &contract).unwrap();
    assert_eq!(
        markets,
        vec![suite.risk(&contract, 0), suite.risk(&contract, 3)]
    );
    assert!(markets.iter().all(|risk| risk.revision == revision));
    assert_eq!(suite.market(&contract, 3).risk, markets[1]);
    // Another contract's loss makes this one's word old; Poke catches it up.
    suite.claim(&addr("market"), 0, 1, 10, 10_000_000);
    assert!(suite.risk(&contract, 0).revision > revision);
    suite.poke(&contract);
    let (newer, markets) = hook::told(&suite, &contract).unwrap();
    assert!(newer > revision);
    assert!(markets[0].reduce_only && !markets[1].reduce_only);
    assert_eq!(markets[0].level, RiskLevel::Critical);
    // What a query foretells is what is sent, and again in the same block.
    suite.pass(8 * DAY);
    let foretold = suite.risk(&contract, 0);
    suite.poke(&contract);
    assert_eq!(hook::told(&suite, &contract).unwrap().1[0], foretold);
    suite.poke(&contract);
    assert_eq!(hook::told(&suite, &contract).unwrap().1[0], foretold);
}

// G3, M1: both branches of the reply; a market that fails or is no contract makes no Poke fail.
#[test]
fn g3_failing_or_missing_market_never_fails_poke() {
    let (mut suite, contract) = with_hook();
    suite.poke(&contract);
    let told = suite.market(&contract, 0).risk;
    let owner = suite.owner.clone();
    suite
        .app
        .execute_contract(
            owner.clone(),
            contract.clone(),
            &hook::Msg::Fail { fail: true },
            &[],
        )
        .unwrap();
    suite.claim(&addr("market"), 0, 1, 10, 10_000_000);
    assert_eq!(result(&suite.poke(&contract)), "failed");
    assert_eq!(
        suite.market(&contract, 0).risk,
        told,
        "not accepted, so not told"
    );
    // The level changed all the same.
    assert_eq!(suite.solvency().level, RiskLevel::Critical);
    suite
        .app
        .execute_contract(
            owner,
            contract.clone(),
            &hook::Msg::Fail { fail: false },
            &[],
        )
        .unwrap();
    assert_eq!(result(&suite.poke(&contract)), "sent");
    assert!(suite.market(&contract, 0).risk.revision > told.revision);
    // A registered address without a contract.
    assert_eq!(result(&suite.poke(&addr("market"))), "failed");
}

#[test]
fn poke_acts_on_level_and_old_reports() {
    let (mut suite, contract) = with_hook();
    suite.fees(&addr("market"), 0, 1, 90_000);
    assert_eq!(suite.solvency().level, RiskLevel::Watch);
    suite.fees(&addr("market"), 0, 1, 10_000);
    suite.pass(HOUR);
    suite.poke(&contract);
    assert_eq!(suite.solvency().level, RiskLevel::Surplus);
}

#[test]
fn only_registered_contracts_are_poked() {
    let (mut suite, _) = with_hook();
    let anyone = suite.anyone.clone();
    let found = error(suite.execute(
        &anyone,
        &ExecuteMsg::Poke {
            contract: anyone.to_string(),
        },
        &[],
    ));
    assert_eq!(
        found,
        ContractError::ContractNotRegistered {
            contract: anyone.to_string()
        }
    );
    let upper = anyone.to_string().to_uppercase();
    assert!(matches!(
        error(suite.execute(&anyone, &ExecuteMsg::Poke { contract: upper }, &[])),
        ContractError::Std(_)
    ));
}

// E1: a market that claims while it is told. What it is answered is newer than what it is told, and stays so.
#[test]
fn e1_claim_by_the_contract_itself_keeps_the_books() {
    let (mut suite, contract) = with_hook();
    let claim = WasmMsg::Execute {
        contract_addr: suite.fund.to_string(),
        msg: to_json_binary(&Suite::claim_msg(0, 1, 400, 0)).unwrap(),
        funds: vec![],
    };
    let anyone = suite.anyone.clone();
    suite
        .app
        .execute_contract(
            anyone,
            contract.clone(),
            &hook::Msg::Forward { msg: claim.into() },
            &[],
        )
        .unwrap();
    suite.lines.mutual -= 400;
    suite.check_invariants();
    assert_eq!(suite.balance(&contract), 400);
}

// E1: a market that claims from inside the hook: the answer it got there is newer than the push, and stays what it was told.
#[test]
fn e1_a_claim_from_inside_the_hook_is_not_overwritten() {
    let (mut suite, contract) = with_hook();
    suite.check = false;
    let claim = WasmMsg::Execute {
        contract_addr: suite.fund.to_string(),
        msg: to_json_binary(&Suite::claim_msg(0, 1, 400, 10_000_000)).unwrap(),
        funds: vec![],
    };
    let anyone = suite.anyone.clone();
    let arm = hook::Msg::OnTold { msg: claim.into() };
    suite
        .app
        .execute_contract(anyone, contract.clone(), &arm, &[])
        .unwrap();
    assert_eq!(result(&suite.poke(&contract)), "sent");
    suite.check_invariants();
    let pushed = hook::told(&suite, &contract).unwrap().0;
    let told = suite.market(&contract, 0).risk;
    assert!(told.revision > pushed);
    assert_eq!(told, suite.risk(&contract, 0));
    assert_eq!(suite.market(&contract, 3).risk.revision, pushed);
    assert_eq!(suite.balance(&contract), 400);
}

// M1: no reply but ours.
#[test]
fn m1_unknown_reply_is_refused() {
    let mut deps = mock_dependencies();
    #[allow(deprecated)]
    let reply = Reply {
        id: 7,
        payload: Binary::default(),
        gas_used: 0,
        result: SubMsgResult::Err(String::new()),
    };
    let found =
        ballast_insurance_fund::contract::reply(deps.as_mut(), mock_env(), reply).unwrap_err();
    assert_eq!(found, ContractError::UnknownReply { found: 7 });
}
