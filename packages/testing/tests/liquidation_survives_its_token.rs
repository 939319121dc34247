//! F3, G3: a cw20 that refuses, takes a fee or calls back in the middle does not stop a liquidation, and
//! the books stay right.

mod support;

use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::suite::Collateral;
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use cosmwasm_std::{to_json_binary, Addr, WasmMsg};
use support::{id, Checked, Money, UNIT};

fn bankrupt() -> (Checked, Addr) {
    let money = Money {
        reserve: 5_000 * UNIT,
        mutual: 0,
    };
    let mut world = Checked::new(Collateral::HostileCw20, money);
    world.open_positions();
    world.price("18000");
    let alice = world.alice.clone();
    (world, alice)
}

#[test]
fn a_token_that_refuses_makes_the_claim_wait_and_then_deleveraging_goes_on() {
    let (world, _) = bankrupt();
    let [market, fund] = [&world.suite.market, &world.suite.fund].map(Addr::to_string);
    for behaviour in [
        TokenBehaviour::Fails,
        TokenBehaviour::FailsTo { address: market },
        TokenBehaviour::FailsFrom { address: fund },
    ] {
        let (mut world, alice) = bankrupt();
        world.must(|suite| suite.set_token_behaviour(behaviour.clone()));
        let first = world.liquidate(&alice);
        assert_eq!(
            first.status,
            LiquidationStatus::ClaimPending,
            "{behaviour:?}"
        );
        let answers = world.liquidate_until_closed(&alice, "18000");
        assert_eq!(answers.last().unwrap().paid.u128(), 0, "{behaviour:?}");
        assert_eq!(world.account(&alice).quote.i128(), 0);
    }
}

#[test]
fn a_token_that_takes_a_fee_pays_what_arrives() {
    let (mut world, alice) = bankrupt();
    let bob = world.bob.clone();
    let fee = TokenBehaviour::TakesFee {
        ppm: 100_000,
        hides_fee: false,
    };
    world.must(|suite| suite.set_token_behaviour(fee));
    let before = world.account(&bob).equity.i128();
    let done = world.liquidate(&alice);
    assert_eq!(done.status, LiquidationStatus::Done);
    let sent = world.suite.claims().unwrap()[0].paid.u128();
    assert_eq!(sent, done.asked.u128());
    assert_eq!(done.paid.u128(), sent - sent / 10);
    // The tenth that was lost on the way is borne by the counterparty.
    assert_eq!(
        (before - world.account(&bob).equity.i128()).unsigned_abs(),
        sent / 10
    );
}

/// E1: in the middle of the fund's payment somebody liquidates the same account once more.
#[test]
fn a_token_that_calls_back_finds_nothing_to_take() {
    let (mut world, alice) = bankrupt();
    let again = ExecuteMsg::Liquidate {
        account: id(&alice),
        market: 0,
    };
    let again = WasmMsg::Execute {
        contract_addr: world.suite.market.to_string(),
        msg: to_json_binary(&again).unwrap(),
        funds: vec![],
    };
    let calls = TokenBehaviour::CallsBack {
        msgs: vec![again.into()],
    };
    world.must(|suite| suite.set_token_behaviour(calls));
    let answers = world.liquidate_until_closed(&alice, "18000");
    assert!(!answers.is_empty());
    assert_eq!(world.account(&alice).quote.i128(), 0);
    let claims = world.suite.claims().unwrap();
    let paid: u128 = claims.iter().map(|claim| claim.paid.u128()).sum();
    assert!(paid <= 5_000 * UNIT);
}
