//! `ClaimShortfall`: ids, strangers, funds, and each cap with the bound that the record names.
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
use ballast_types::{RiskLevel, RiskParameters};
use common::*;
use cosmwasm_std::{coin, coins, from_json, Order, Uint128};
use cw_multi_test::Executor;

// S4, S5: the waterfall in order, partial pay, the record, the event.
#[test]
fn s4_reserve_pays_before_mutual_and_the_rest_is_uncovered() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.donate(10_000);
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        suite.reserve(&market, 0, 300);

        let answer = suite.claim(&market, 0, 1, 100, 1_000);
        assert_eq!(
            (answer.paid.u128(), answer.uncovered.u128(), answer.replay),
            (100, 0, false)
        );
        assert_eq!(
            suite.layers(&market, 1),
            [(100, Bound::Covered), (0, Bound::Covered)]
        );

        // 200 of its reserve, then 10 % of the mutual's 24 h high.
        let answer = suite.claim(&market, 0, 2, 5_000, 1_000);
        assert_eq!(
            (answer.paid.u128(), answer.uncovered.u128()),
            (1_200, 3_800)
        );
        let record = suite.record(&market, 2);
        assert_eq!(
            suite.layers(&market, 2),
            [(200, Bound::Balance), (1_000, Bound::Window)]
        );
        assert_eq!(
            (record.paid.u128(), record.uncovered.u128()),
            (1_200, 3_800)
        );
        assert_eq!(record.account, "account-2");
        assert_eq!(record.at, suite.now());
        assert_eq!(record.layers.len(), 4);
        assert_eq!(
            record.layers[2],
            LayerPayment {
                layer: Layer::Stake,
                paid: Uint128::zero(),
                bound: Bound::Unfunded
            }
        );
        assert_eq!(record.layers[3].bound, Bound::Unfunded);
        let solvency = suite.solvency();
        assert_eq!(
            (
                solvency.claims,
                solvency.claims_asked.u128(),
                solvency.claims_paid.u128()
            ),
            (2, 5_100, 1_300)
        );
        assert_eq!(suite.market(&market, 0).mutual_paid.u128(), 1_000);
    }
}

// S4: no id pays twice; a gap pays nothing either.
#[test]
fn s4_used_ids_and_gaps_move_nothing() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        suite.reserve(&market, 0, 500);
        assert_eq!(suite.claim(&market, 0, 5, 700, 0).uncovered.u128(), 200);
        suite.reserve(&market, 0, 500);
        let record = suite.record(&market, 5);
        for amount in [0, 1, 700, u128::MAX] {
            let answer = suite.claim(&market, 0, 5, amount, 0);
            assert_eq!(
                (answer.paid.u128(), answer.uncovered.u128(), answer.replay),
                (0, 200, true)
            );
            assert!(answer.risk.is_some());
        }
        assert_eq!(suite.record(&market, 5), record);
        let answer = suite.claim(&market, 0, 3, 44, 0);
        assert_eq!(
            (answer.paid.u128(), answer.uncovered.u128(), answer.replay),
            (0, 44, true)
        );
        assert!(suite
            .try_query::<ClaimRecord>(&QueryMsg::Claim {
                contract: market.to_string(),
                claim_id: 3
            })
            .is_err());
        // Ids are per contract, and gaps upward are fine.
        assert_eq!(suite.claim(&market, 0, u64::MAX, 44, 0).paid.u128(), 44);
        assert!(suite.claim(&market, 0, u64::MAX, 44, 0).replay);
        assert_eq!(suite.solvency().claims, 2);
    }
}

#[test]
fn id_zero_is_an_id() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 500));
    suite.reserve(&market, 0, 500);
    assert_eq!(suite.claim(&market, 0, 0, 10, 0).paid.u128(), 10);
    assert!(suite.claim(&market, 0, 0, 10, 0).replay);
}

// S7: nothing is asked, nothing is sent, the id is used, and it is no loss.
#[test]
fn s7_zero_amount_is_a_claim_that_pays_nothing() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        suite.reserve(&market, 0, 500);
        let answer = suite.claim(&market, 0, 1, 0, 100_000);
        assert_eq!(
            (answer.paid.u128(), answer.uncovered.u128(), answer.replay),
            (0, 0, false)
        );
        assert_eq!(
            suite.layers(&market, 1),
            [(0, Bound::Covered), (0, Bound::Covered)]
        );
        assert!(suite.claim(&market, 0, 1, 10, 0).replay);
        assert_eq!(suite.solvency().level, RiskLevel::Watch);
    }
}

#[test]
fn an_empty_fund_answers_and_sends_nothing() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        let answer = suite.claim(&market, 0, 1, u128::MAX, u128::MAX);
        assert_eq!((answer.paid.u128(), answer.uncovered), (0, Uint128::MAX));
        assert_eq!(
            suite.layers(&market, 1),
            [(0, Bound::Balance), (0, Bound::Balance)]
        );
        assert_eq!(answer.risk.unwrap().level, RiskLevel::Critical);
        // A total that cannot grow any more blocks nobody.
        let answer = suite.claim(&market, 0, 2, u128::MAX, 0);
        assert_eq!(answer.paid.u128(), 0);
    }
}

// A1, G1: strangers are answered, and nothing is stored of them.
#[test]
fn a1_unlisted_contract_gets_nothing_and_leaves_nothing() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let (market, stranger) = (addr("market"), addr("stranger"));
        suite.donate(10_000);
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        let records = |suite: &Suite| {
            suite
                .app
                .contract_storage(&suite.fund)
                .range(None, None, Order::Ascending)
                .collect::<Vec<_>>()
        };
        let before = records(&suite);
        for id in [1, 1, 2] {
            let answer = suite.claim(&stranger, 0, id, 77, 1_000_000);
            assert_eq!(
                (answer.paid.u128(), answer.uncovered.u128(), answer.replay),
                (0, 77, false)
            );
            assert_eq!(answer.risk, None);
        }
        assert_eq!(before, records(&suite));
    }
}

#[test]
fn unlisted_market_of_a_listed_contract_is_recorded_and_gets_nothing() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.donate(10_000);
    suite.register(&market, 0, cross(100_000, 10_000, 500));
    let answer = suite.claim(&market, 9, 1, 77, 0);
    assert_eq!(
        (answer.paid.u128(), answer.uncovered.u128(), answer.risk),
        (0, 77, None)
    );
    let record = suite.record(&market, 1);
    assert!(record.layers.is_empty());
    assert_eq!((record.market, record.uncovered.u128()), (9, 77));
    assert!(suite.claim(&market, 0, 1, 77, 0).replay);
}

// F1: what may be attached to a claim.
#[test]
fn f1_coins_attached_to_a_claim() {
    let market = addr("market");
    let msg = Suite::claim_msg(0, 1, 40, 0);
    let mut native = Suite::new(Kind::Native, plain_parameters());
    native.register(&market, 0, cross(100_000, 10_000, 30));
    for funds in [
        coins(1, "other"),
        coins(1, "UUSDC"),
        coins(1, "factory/x/uusdc"),
        vec![coin(1, "other"), coin(1, DENOM)],
    ] {
        if funds[0].denom != "other" {
            native.app.init_modules(|router, _, storage| {
                let mut all = coins(START, DENOM);
                all.extend(funds.clone());
                router.bank.init_balance(storage, &market, all).unwrap();
            });
        }
        let found = error(native.execute(&market, &msg, &funds));
        assert!(
            matches!(found, ContractError::WrongFunds { ref expected, .. } if expected == DENOM),
            "{found}"
        );
        native.app.init_modules(|router, _, storage| {
            router
                .bank
                .init_balance(
                    storage,
                    &market,
                    vec![coin(START, DENOM), coin(START, "other")],
                )
                .unwrap();
        });
    }
    // The right coin is booked first, as fees: 30 to the reserve, 20 to the mutual, and then the claim is paid of them.
    let before = native.balance(&market);
    let response = native.execute(&market, &msg, &coins(50, DENOM)).unwrap();
    let answer: ClaimAnswer = from_json(response.data.unwrap()).unwrap();
    assert_eq!((answer.paid.u128(), answer.uncovered.u128()), (32, 8));
    assert_eq!(
        native.layers(&market, 1),
        [(30, Bound::Balance), (2, Bound::Window)]
    );
    assert_eq!(before - 50 + 32, native.balance(&market));
    assert_eq!(native.market(&market, 0).mutual_contributed.u128(), 20);

    // A stranger's coins become a donation.
    let stranger = addr("stranger");
    native.execute(&stranger, &msg, &coins(50, DENOM)).unwrap();
    assert_eq!(native.solvency().mutual.u128(), 68);

    let mut token = Suite::new(Kind::Cw20, plain_parameters());
    token.register(&market, 0, cross(100_000, 10_000, 30));
    let found = error(token.execute(&market, &msg, &coins(1, DENOM)));
    assert!(
        matches!(found, ContractError::NoFundsExpected { .. }),
        "{found}"
    );
}

#[test]
fn fees_of_a_replay_are_booked() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 30));
    suite.claim(&market, 0, 1, 40, 0);
    suite
        .execute(&market, &Suite::claim_msg(0, 1, 40, 0), &coins(10, DENOM))
        .unwrap();
    assert_eq!(suite.market(&market, 0).reserve.u128(), 10);
}

#[test]
fn account_names_are_bounded() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 30));
    let with = |length: usize| ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "x".repeat(length),
        claim_id: 1,
        amount: Uint128::one(),
        state: report(0),
        recent_risk: false,
    };
    assert_eq!(
        error(suite.execute(&market, &with(129), &[])),
        ContractError::AccountTooLong {
            expected: 128,
            found: 129
        }
    );
    suite.execute(&market, &with(128), &[]).unwrap();
}

// Window: empties, refills evenly over a day, is measured by the 24 h high.
#[test]
fn window_empties_and_refills_over_a_day() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.donate(10_000);
        suite.register(&market, 0, cross(100_000, 10_000, 0));
        assert_eq!(suite.claim(&market, 0, 1, 9_999, 0).paid.u128(), 1_000);
        assert_eq!(suite.claim(&market, 0, 2, 9_999, 0).paid.u128(), 0);
        assert_eq!(suite.layers(&market, 2)[1], (0, Bound::Window));
        suite.pass(6 * HOUR);
        // The high is 10,000 still, a quarter of the bucket is back.
        assert_eq!(suite.capacity(&market, 0).total.u128(), 250);
        assert_eq!(suite.claim(&market, 0, 3, 9_999, 0).paid.u128(), 250);
        suite.pass(2 * DAY);
        // Two days later the high is what is left.
        assert_eq!(suite.claim(&market, 0, 4, 9_999, 0).paid.u128(), 875);
    }
}

// The high is one of 24 hours: what the reserve lost a day ago no longer counts, also after a long gap.
#[test]
fn g2_window_follows_the_high_of_a_day_after_any_gap() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let (market, second) = (addr("market"), addr("second"));
    suite.donate(10_000);
    suite.register(&market, 0, cross(100_000, 10_000, 0));
    suite.register(&second, 0, cross(100_000, 10_000, 0));
    suite.pass(365 * DAY);
    assert_eq!(suite.claim(&market, 0, 1, 9_999, 0).paid.u128(), 1_000);
    suite.pass(23 * HOUR);
    assert_eq!(suite.capacity(&second, 0).total.u128(), 1_000);
    suite.pass(HOUR);
    assert_eq!(suite.capacity(&second, 0).total.u128(), 900);
}

// Lifetime: paid less contributed, at most half the target.
#[test]
fn lifetime_limit_nets_contributions() {
    let mut parameters = plain_parameters();
    parameters.mutual_window_ppm = 1_000_000;
    let mut suite = Suite::new(Kind::Native, parameters);
    let market = addr("market");
    suite.donate(9_000);
    suite.register(&market, 0, cross(100_000, 10_000, 0));
    suite.fees(&market, 0, 400, 0);
    assert_eq!(suite.claim(&market, 0, 1, 9_999, 0).paid.u128(), 5_400);
    assert_eq!(suite.layers(&market, 1)[1], (5_400, Bound::Lifetime));
    suite.pass(30 * DAY);
    assert_eq!(suite.claim(&market, 0, 2, 9_999, 0).paid.u128(), 0);
    assert_eq!(suite.layers(&market, 2)[1], (0, Bound::Lifetime));
    // Reserve top-ups and donations do not extend it, fees into the mutual reserve do.
    suite.donate(1_000);
    assert_eq!(suite.capacity(&market, 0).layers[1].paid.u128(), 0);
    suite.fees(&market, 0, 70, 0);
    assert_eq!(suite.capacity(&market, 0).layers[1].paid.u128(), 70);
}

#[test]
fn balance_is_a_bound_of_its_own() {
    let mut parameters = plain_parameters();
    parameters.mutual_window_ppm = 1_000_000;
    let mut suite = Suite::new(Kind::Native, parameters);
    let (market, second) = (addr("market"), addr("second"));
    suite.donate(4_000);
    suite.register(&market, 0, cross(100_000, 10_000, 0));
    suite.register(&second, 0, cross(100_000, 10_000, 0));
    assert_eq!(suite.claim(&market, 0, 1, 3_000, 0).paid.u128(), 3_000);
    assert_eq!(suite.claim(&second, 0, 1, 3_000, 0).paid.u128(), 1_000);
    assert_eq!(suite.layers(&second, 1)[1], (1_000, Bound::Balance));
}

// Ramp: from 0 to full over 30 days, on window and lifetime alike, not on the market's own reserve.
#[test]
fn ramp_opens_the_mutual_reserve_slowly() {
    let mut parameters = plain_parameters();
    parameters.ramp_secs = 30 * DAY;
    parameters.mutual_lifetime_ppm = 50_000;
    let mut suite = Suite::new(Kind::Native, parameters.clone());
    let market = addr("market");
    suite.donate(10_000);
    suite.register(&market, 0, cross(100_000, 10_000, 0));
    suite.reserve(&market, 0, 10);
    let answer = suite.claim(&market, 0, 1, 100, 0);
    assert_eq!(answer.paid.u128(), 10);
    assert_eq!(suite.layers(&market, 1)[1], (0, Bound::Window));
    // Lifetime 500, window 1,000: after 3 days 50 and 100.
    suite.pass(3 * DAY);
    assert_eq!(
        suite.capacity(&market, 0).layers[1],
        LayerPayment {
            layer: Layer::Mutual,
            paid: Uint128::new(50),
            bound: Bound::Lifetime
        }
    );
    parameters.mutual_lifetime_ppm = 500_000;
    suite.set_parameters(parameters);
    assert_eq!(
        suite.capacity(&market, 0).layers[1],
        LayerPayment {
            layer: Layer::Mutual,
            paid: Uint128::new(100),
            bound: Bound::Window
        }
    );
    suite.pass(27 * DAY);
    assert_eq!(suite.capacity(&market, 0).layers[1].paid.u128(), 1_000);
    suite.pass(300 * DAY);
    assert_eq!(suite.capacity(&market, 0).layers[1].paid.u128(), 1_000);
}

#[test]
fn isolated_market_stops_after_its_own_reserve() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.donate(10_000);
    suite.register(&market, 0, isolated(100_000, 10_000, 5));
    suite.fees(&market, 0, 100, 1_000_000);
    assert_eq!(suite.market(&market, 0).reserve.u128(), 100);
    assert_eq!(suite.claim(&market, 0, 1, 300, 1_000_000).paid.u128(), 100);
    let record = suite.record(&market, 1);
    assert!(record.layers[1..]
        .iter()
        .all(|layer| layer.bound == Bound::Isolated && layer.paid.is_zero()));
    // It stands outside capital and level.
    let solvency = suite.solvency();
    assert_eq!(
        (solvency.capital.u128(), solvency.required_capital.u128()),
        (10_000, 1_000)
    );
    assert_eq!(solvency.level, RiskLevel::Surplus);
}

#[test]
fn zero_mutual_target_holds_donations_and_draws_nothing() {
    let mut parameters = plain_parameters();
    parameters.mutual_target = Uint128::zero();
    let mut suite = Suite::new(Kind::Native, parameters);
    let market = addr("market");
    suite.donate(1_000);
    suite.register(&market, 0, cross(100_000, 10_000, 10));
    suite.fees(&market, 0, 15, 0);
    assert_eq!(suite.solvency().surplus_due.u128(), 5);
    assert_eq!(suite.claim(&market, 0, 1, 100, 0).paid.u128(), 10);
    assert_eq!(suite.layers(&market, 1)[1], (0, Bound::Lifetime));
}

// What Capacity says is what the next claim pays.
#[test]
fn capacity_is_what_a_claim_pays() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.donate(10_000);
        suite.register(&market, 0, cross(100_000, 10_000, 0));
        suite.reserve(&market, 0, 123);
        let capacity = suite.capacity(&market, 0);
        assert_eq!(
            suite.claim(&market, 0, 1, u128::MAX, 0).paid,
            capacity.total
        );
        assert_eq!(suite.record(&market, 1).layers, capacity.layers);
        assert_eq!(
            suite.capacity(&addr("stranger"), 0),
            CapacityResponse {
                total: Uint128::zero(),
                layers: vec![]
            }
        );
    }
}

// The answer carries the newest word, and it is noted as told.
#[test]
fn the_answer_carries_the_newest_risk_parameters() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.donate(1_000);
    suite.register(&market, 0, cross(100_000, 10_000, 0));
    assert_eq!(suite.market(&market, 0).risk.revision, 0);
    let told: RiskParameters = suite.claim(&market, 0, 1, 5, 0).risk.unwrap();
    assert_eq!(told, suite.risk(&market, 0));
    assert_eq!(told, suite.market(&market, 0).risk);
}

// F3, S6: a token that refuses to pay fails the claim as a whole: nothing is booked, the id is free, the retry pays.
#[test]
fn f3_failing_payment_leaves_no_trace() {
    let mut suite = Suite::new(Kind::Cw20, plain_parameters());
    let market = addr("market");
    suite.register(&market, 0, cross(100_000, 10_000, 500));
    suite.reserve(&market, 0, 500);
    let cw20::Denom::Cw20(token) = suite.collateral.clone() else {
        panic!()
    };
    let mood = |amount: u128| cw20::Cw20ExecuteMsg::Burn {
        amount: amount.into(),
    };
    suite
        .app
        .execute_contract(market.clone(), token.clone(), &mood(1), &[])
        .unwrap();
    assert!(suite
        .execute(&market, &Suite::claim_msg(0, 1, 200, 0), &[])
        .is_err());
    assert_eq!(suite.solvency().claims, 0);
    // Nothing to pay needs no token.
    assert_eq!(suite.claim(&market, 0, 1, 0, 0).paid.u128(), 0);
    suite
        .app
        .execute_contract(market.clone(), token, &mood(0), &[])
        .unwrap();
    assert_eq!(suite.claim(&market, 0, 2, 200, 0).paid.u128(), 200);
}
