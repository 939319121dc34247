//! `TopUp`, `Receive` and `Sync`: where the money goes, who may send it, and in which coins.
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
use common::*;
use cosmwasm_std::{coin, coins, from_json, to_json_binary, Addr, Binary, Uint128};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg, Denom};
use cw_multi_test::Executor;

fn top_up(kind: TopUpKind, contract: Option<&Addr>, market: Option<u32>) -> TopUp {
    TopUp {
        contract: contract.map(Addr::to_string),
        market,
        kind,
        state: None,
    }
}

fn lines(suite: &Suite, market: &Addr) -> (u128, u128, u128) {
    let solvency = suite.solvency();
    let reserve = suite.market(market, 0).reserve.u128();
    (reserve, solvency.mutual.u128(), solvency.surplus_due.u128())
}

#[test]
fn fees_fill_reserve_then_mutual_then_surplus() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        suite.fees(&market, 0, 200, 0);
        assert_eq!(lines(&suite, &market), (200, 0, 0));
        suite.fees(&market, 0, 200, 0);
        assert_eq!(lines(&suite, &market), (300, 100, 0));
        suite.fees(&market, 0, 10_000, 0);
        assert_eq!(lines(&suite, &market), (300, 10_000, 100));
        suite.fees(&market, 0, 7, 0);
        assert_eq!(lines(&suite, &market), (300, 10_000, 107));
        assert_eq!(suite.market(&market, 0).mutual_contributed.u128(), 10_000);
    }
}

#[test]
fn reserve_and_donation_go_where_they_say_beyond_any_target() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        suite.reserve(&market, 0, 5_000);
        suite.donate(50_000);
        assert_eq!(lines(&suite, &market), (5_000, 50_000, 0));
        assert_eq!(suite.market(&market, 0).mutual_contributed.u128(), 0);
    }
}

#[test]
fn answer_tells_what_was_booked_and_the_risk_of_the_market() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 300));
    let answer: TopUpAnswer = from_json(suite.fees(&market, 0, 10, 5).data.unwrap()).unwrap();
    assert_eq!(answer.booked.u128(), 10);
    assert_eq!(answer.risk, Some(suite.risk(&market, 0)));
    assert_eq!(suite.market(&market, 0).risk, suite.risk(&market, 0));
    // A cw20 Send loses the answer, and what others top up is not answered to the market: not told.
    let told = suite.market(&market, 0).risk;
    suite.reserve(&market, 0, 10);
    assert_eq!(suite.market(&market, 0).risk, told);
    let mut suite = Suite::new(Kind::Cw20, plain_parameters());
    suite.register(&market, 0, cross(100_000, 10_000, 300));
    suite.fees(&market, 0, 10, 5);
    assert_eq!(suite.market(&market, 0).risk.revision, 0);
}

// A2: fees only from the contract itself for a market that is registered.
#[test]
fn a2_fees_only_from_the_registered_contract() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let (market, stranger) = (addr("market"), addr("stranger"));
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        let found = error(suite.send_top_up(
            &stranger,
            top_up(TopUpKind::Fees, Some(&market), Some(0)),
            5,
        ));
        assert_eq!(
            found,
            ContractError::FeesFromStranger {
                expected: market.to_string(),
                found: stranger.to_string()
            }
        );
        let found = error(suite.send_top_up(&stranger, top_up(TopUpKind::Fees, None, Some(0)), 5));
        assert!(matches!(found, ContractError::MarketNotRegistered { .. }));
        let found = error(suite.send_top_up(&market, top_up(TopUpKind::Fees, None, Some(1)), 5));
        assert_eq!(
            found,
            ContractError::MarketNotRegistered {
                contract: market.to_string(),
                market: 1
            }
        );
        for kind in [TopUpKind::Fees, TopUpKind::Reserve] {
            let found = error(suite.send_top_up(&market, top_up(kind, None, None), 5));
            assert_eq!(found, ContractError::MarketRequired {});
        }
        // A donation may name anything that is an address.
        suite
            .send_top_up(
                &stranger,
                top_up(TopUpKind::Donation, Some(&stranger), Some(8)),
                5,
            )
            .unwrap();
        let upper = TopUp {
            contract: Some(market.to_string().to_uppercase()),
            ..top_up(TopUpKind::Donation, None, None)
        };
        assert!(matches!(
            error(suite.send_top_up(&stranger, upper, 5)),
            ContractError::Std(_)
        ));
    }
}

// A2: a report is believed only from the contract it is about.
#[test]
fn a2_reports_of_others_are_ignored() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let (market, stranger) = (addr("market"), addr("stranger"));
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        suite.fees(&market, 0, 5, 40_000);
        for kind in [TopUpKind::Reserve, TopUpKind::Donation] {
            let message = TopUp {
                state: Some(report(1)),
                ..top_up(kind, Some(&market), Some(0))
            };
            suite.send_top_up(&stranger, message, 5).unwrap();
        }
        assert_eq!(suite.market(&market, 0).open_interest_value.u128(), 40_000);
        let message = TopUp {
            state: Some(report(1)),
            ..top_up(TopUpKind::Reserve, None, Some(0))
        };
        suite.send_top_up(&market, message, 5).unwrap();
        assert_eq!(suite.market(&market, 0).open_interest_value.u128(), 1);
    }
}

// F1: every kind x {no funds, wrong denom, two coins, spoofed denoms}.
#[test]
fn f1_wrong_funds_table() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 300));
    let spoofs = ["other", "factory/x/uusdc", "ibc/uusdc", "UUSDC", "uusdc2"];
    suite.app.init_modules(|router, _, storage| {
        let mut all: Vec<_> = spoofs.iter().map(|denom| coin(100, *denom)).collect();
        all.push(coin(START, DENOM));
        router.bank.init_balance(storage, &market, all).unwrap();
    });
    let mut cases = vec![(vec![], "none".to_owned())];
    for denom in spoofs {
        cases.push((coins(5, denom), format!("5{denom}")));
        cases.push((vec![coin(5, denom), coin(5, DENOM)], String::new()));
    }
    for kind in [TopUpKind::Fees, TopUpKind::Reserve, TopUpKind::Donation] {
        for (funds, text) in &cases {
            let message = ExecuteMsg::TopUp(top_up(kind, None, Some(0)));
            match error(suite.execute(&market, &message, funds)) {
                ContractError::WrongFunds { expected, found } => {
                    assert_eq!(expected, DENOM);
                    assert!(text.is_empty() || *text == found);
                }
                other => panic!("{other}"),
            }
        }
    }
    // Messages that take no coins.
    let owner = suite.owner.clone();
    let messages = [
        ExecuteMsg::Sync {},
        ExecuteMsg::Poke {
            contract: market.to_string(),
        },
        ExecuteMsg::RegisterMarket {
            contract: market.to_string(),
            market: 1,
            parameters: cross(100_000, 1, 1),
        },
        ExecuteMsg::UpdateMarket {
            contract: market.to_string(),
            market: 0,
            parameters: cross(100_000, 1, 1),
        },
        ExecuteMsg::UpdateParameters {
            parameters: plain_parameters(),
        },
        ExecuteMsg::UpdateOwnership(cw_ownable::Action::AcceptOwnership),
        ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: market.to_string(),
            amount: Uint128::one(),
            msg: Binary::default(),
        }),
    ];
    for message in messages {
        let found = error(suite.execute(&owner, &message, &coins(1, DENOM)));
        assert_eq!(
            found,
            ContractError::NoFundsExpected {
                found: "1uusdc".into()
            }
        );
    }
}

// F2: cw20 hooks that must not be believed.
#[test]
fn f2_forged_cw20() {
    let market = addr("market");
    let hook = |sender: &Addr, amount: u128, msg: Binary| {
        ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: sender.to_string(),
            amount: amount.into(),
            msg,
        })
    };
    let donation =
        to_json_binary(&ReceiveMsg::TopUp(top_up(TopUpKind::Donation, None, None))).unwrap();
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        // Anyone who calls the hook directly.
        let found = error(suite.execute(&market, &hook(&market, 1_000, donation.clone()), &[]));
        assert!(matches!(found, ContractError::WrongToken { .. }), "{found}");
        // Another token with the right message.
        let other = new_token(&mut suite.app);
        let send = Cw20ExecuteMsg::Send {
            contract: suite.fund.to_string(),
            amount: Uint128::new(5),
            msg: donation.clone(),
        };
        let found = error(
            suite
                .app
                .execute_contract(market.clone(), other, &send, &[]),
        );
        assert!(matches!(found, ContractError::WrongToken { .. }), "{found}");
    }
    let mut suite = Suite::new(Kind::Cw20, plain_parameters());
    let Denom::Cw20(token) = suite.collateral.clone() else {
        panic!()
    };
    // The token itself (as a hostile one would) says more than arrived: nothing arrived, nothing is booked.
    assert_eq!(
        error(suite.execute(&token, &hook(&market, 1_000, donation.clone()), &[])),
        ContractError::ZeroAmount {}
    );
    assert_eq!(
        error(suite.execute(&token, &hook(&market, 0, donation.clone()), &[])),
        ContractError::ZeroAmount {}
    );
    // What arrived is credited, not what was said (F3: a token that keeps a fee).
    suite.stray(90);
    suite.stray = 0;
    suite
        .execute(&token, &hook(&market, 100, donation), &[])
        .unwrap();
    assert_eq!(suite.solvency().mutual.u128(), 90);
    // Unknown hook messages.
    suite.stray(5);
    let found = error(suite.execute(
        &token,
        &hook(&market, 5, Binary::from(b"{\"steal\":{}}".as_slice())),
        &[],
    ));
    assert!(matches!(found, ContractError::Std(_)));
    // Native coins to a fund of a cw20.
    let found = error(suite.execute(
        &market,
        &ExecuteMsg::TopUp(top_up(TopUpKind::Donation, None, None)),
        &coins(5, DENOM),
    ));
    assert_eq!(
        found,
        ContractError::NativeNotAccepted {
            expected: token.to_string()
        }
    );
}

// F4: coins without a message change nothing until Sync, which books them to the mutual reserve, once.
#[test]
fn f4_stray_coins_wait_for_sync() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 300));
        suite.donate(1_000);
        let before = (suite.capacity(&market, 0), suite.risk(&market, 0));
        suite.sync();
        suite.stray(5_000);
        assert_eq!(suite.solvency().unaccounted.u128(), 5_000);
        assert_eq!(before, (suite.capacity(&market, 0), suite.risk(&market, 0)));
        let response = suite.sync();
        assert!(response
            .events
            .iter()
            .any(|event| event.ty == "wasm-ballast_fund_sync"
                && event.attributes.iter().any(|a| a.value == "5000")));
        suite.sync();
        let solvency = suite.solvency();
        assert_eq!(
            (solvency.mutual.u128(), solvency.unaccounted.u128()),
            (6_000, 0)
        );
        assert_eq!(solvency.booked, solvency.bank);
    }
}

// S3, T1: `action` first, and what the event says is what was booked.
#[test]
fn t1_action_is_the_first_attribute() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 6));
    let response = suite.fees(&market, 0, 10, 0);
    let wasm = response
        .events
        .iter()
        .find(|event| event.ty == "wasm")
        .unwrap();
    // cw-multi-test puts _contract_address first.
    assert_eq!(
        (
            wasm.attributes[1].key.as_str(),
            wasm.attributes[1].value.as_str()
        ),
        ("action", "top_up")
    );
    let event = response
        .events
        .iter()
        .find(|event| event.ty == "wasm-ballast_fund_top_up")
        .unwrap();
    let keys: Vec<_> = event.attributes[1..]
        .iter()
        .map(|a| (a.key.as_str(), a.value.as_str()))
        .collect();
    assert_eq!(
        keys,
        [
            ("contract", market.as_str()),
            ("market", "0"),
            ("kind", "fees"),
            ("amount", "10"),
            ("to_debt", "0"),
            ("to_other_debt", "0"),
            ("to_reserve", "6"),
            ("to_mutual", "4"),
            ("to_rewards", "0"),
            ("to_surplus", "0"),
        ]
    );
}
