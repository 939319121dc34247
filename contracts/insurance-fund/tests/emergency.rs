//! Layer 4: what the treasury lends, when, how much, who repays it, and how it leaves.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]
mod common;

use ballast_insurance_fund::emergency::{
    DEBTORS_PER_TOP_UP, EVENT_SECS, WEEK_SECS, WITHDRAWAL_WINDOW_SECS,
};
use ballast_insurance_fund::ContractError;
use ballast_types::fund::*;
use ballast_types::RiskLevel;
use common::*;
use cosmwasm_std::{coin, Addr, Uint128};

const COMMITTED: u128 = 8_000;

/// A mutual reserve of 1,000 against 20,000 required: deficient at best after any loss, because the window is open.
fn world(kind: Kind) -> (Suite, Addr, Addr) {
    let mut parameters = plain_parameters();
    parameters.required_capital_floor = Uint128::new(20_000);
    parameters.mutual_window_ppm = 1_000_000;
    let mut suite = Suite::new(kind, parameters);
    let (market, treasury) = (addr("market"), addr("treasury"));
    for id in 0..2 {
        suite.register(&market, id, cross(50_000, 100_000, 100));
    }
    suite.appoint(&treasury);
    suite.commit(&treasury, COMMITTED).unwrap();
    suite.donate(1_000);
    (suite, market, treasury)
}

fn lent(suite: &Suite, contract: &Addr, claim_id: u64) -> (u128, Bound) {
    let layer = &suite.record(contract, claim_id).layers[3];
    assert_eq!(layer.layer, Layer::Emergency);
    (layer.paid.u128(), layer.bound)
}

fn emergency(suite: &Suite) -> EmergencyResponse {
    suite.query(&QueryMsg::Emergency {})
}

#[test]
fn an_event_a_week_and_the_balance_bound_what_is_lent() {
    for kind in KINDS {
        let (mut suite, market, _) = world(kind);
        // The mutual reserve pays 1,000 first, then a quarter of what is committed is lent to one event.
        let answer = suite.claim(&market, 0, 1, 5_000, 0);
        assert_eq!(answer.paid.u128(), 3_000);
        assert_eq!(lent(&suite, &market, 1), (2_000, Bound::Event));
        assert_eq!(suite.market(&market, 0).emergency_debt.u128(), 2_000);
        // A second claim of the same event gets nothing; a second market has an event of its own.
        suite.pass(EVENT_SECS - 1);
        assert_eq!(suite.claim(&market, 0, 2, 10, 0).paid.u128(), 0);
        assert_eq!(lent(&suite, &market, 2), (0, Bound::Event));
        suite.claim(&market, 1, 3, 1_999, 0);
        assert_eq!(lent(&suite, &market, 3), (1_999, Bound::Covered));
        // An hour after the first draw a new event begins; half of what is committed a week is all for both. The bucket
        // has refilled by floor(4,000 * 3,599 / 604,800) = 23 since the first draw.
        suite.pass(1);
        suite.claim(&market, 0, 4, 500, 0);
        assert_eq!(lent(&suite, &market, 4), (24, Bound::SharedWindow));
        let state = emergency(&suite);
        assert_eq!(
            (
                state.committed.u128(),
                state.debt.u128(),
                state.week_left.u128()
            ),
            (COMMITTED, 4_023, 0)
        );
        // A week later the limit is whole again. The balance binds at last.
        suite.pass(WEEK_SECS + 1);
        suite.claim(&market, 0, 5, 9_000, 0);
        assert_eq!(lent(&suite, &market, 5), (2_000, Bound::Event));
        suite.claim(&market, 1, 6, 9_000, 0);
        assert_eq!(lent(&suite, &market, 6), (1_977, Bound::Balance));
        let solvency = suite.solvency();
        assert_eq!(solvency.emergency_undrawn.u128(), 0);
        assert_eq!(solvency.emergency_debt.u128(), COMMITTED);
    }
}

#[test]
fn it_is_closed_while_the_level_after_the_layers_above_is_better_than_deficient() {
    let (mut suite, market, _) = world(Kind::Native);
    // Capital 21,001 of 20,000 required; the reserve of 100 does not count without open interest.
    suite.donate(20_001);
    suite.fees(&market, 0, 1, 0);
    suite.reserve(&market, 0, 99);
    let mut tight = plain_parameters();
    tight.required_capital_floor = Uint128::new(20_000);
    tight.mutual_window_ppm = 45_000;
    suite.set_parameters(tight);
    // 4.5 % of 21,001 is 945; capital is 20,056 afterwards: 100.28 %, watch.
    suite.claim(&market, 0, 1, 1_200, 0);
    assert_eq!(
        suite.layers(&market, 1),
        [(100, Bound::Balance), (945, Bound::Window)]
    );
    assert_eq!(lent(&suite, &market, 1), (0, Bound::Level));
    assert_eq!(suite.record(&market, 1).level, RiskLevel::Watch);
    // The same claim of the other market takes the level below, and its rest is lent.
    suite.claim(&market, 1, 2, 1_200, 0);
    assert_eq!(suite.layers(&market, 2)[1], (945, Bound::Window));
    assert_eq!(lent(&suite, &market, 2), (255, Bound::Covered));
    assert_eq!(suite.record(&market, 2).level, RiskLevel::Deficient);
}

#[test]
fn the_capacity_query_knows_the_level_that_a_claim_would_leave() {
    let (suite, market, _) = world(Kind::Native);
    let capacity = suite.capacity(&market, 0);
    assert_eq!(suite.solvency().level, RiskLevel::Watch);
    assert_eq!(capacity.total.u128(), 1_000 + 2_000);
}

#[test]
fn isolated_markets_recent_risk_and_an_empty_facility_get_nothing() {
    let (mut suite, market, treasury) = world(Kind::Native);
    suite.register(&market, 7, isolated(50_000, 1_000, 100));
    suite.claim(&market, 7, 1, 10, 0);
    assert_eq!(lent(&suite, &market, 1), (0, Bound::Isolated));
    let msg = ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "somebody".into(),
        claim_id: 2,
        amount: Uint128::new(5_000),
        state: report(0),
        recent_risk: true,
    };
    suite.execute(&market, &msg, &[]).unwrap();
    assert_eq!(lent(&suite, &market, 2), (0, Bound::RecentRisk));
    let without = ExecuteMsg::RequestEmergencyWithdrawal {
        amount: COMMITTED.into(),
    };
    suite.execute(&treasury, &without, &[]).unwrap();
    suite.pass(14 * DAY);
    suite
        .execute(&treasury, &ExecuteMsg::WithdrawEmergency {}, &[])
        .unwrap();
    suite.claim(&market, 0, 3, 5_000, 0);
    assert_eq!(lent(&suite, &market, 3), (0, Bound::Unfunded));
}

#[test]
fn fees_repay_the_own_debt_first_and_with_half_that_of_others() {
    for kind in KINDS {
        let (mut suite, market, _) = world(kind);
        suite.claim(&market, 0, 1, 3_000, 0);
        suite.pass(10);
        suite.claim(&market, 1, 2, 500, 0);
        let debts =
            |suite: &Suite| [0, 1].map(|id| suite.market(&market, id).emergency_debt.u128());
        assert_eq!(debts(&suite), [2_000, 500]);
        // All of it to the own debt while there is any.
        suite.fees(&market, 1, 300, 0);
        assert_eq!(debts(&suite), [2_000, 200]);
        assert_eq!(suite.market(&market, 1).reserve.u128(), 0);
        // 200 own, then at most half of 601, rounded down, for the other; the reserve to its target of 100; one to mutual.
        suite.fees(&market, 1, 601, 0);
        assert_eq!(debts(&suite), [1_700, 0]);
        assert_eq!(suite.market(&market, 1).reserve.u128(), 100);
        assert_eq!(suite.solvency().mutual.u128(), 1);
        // Neither donations nor reserve top-ups repay anything.
        suite.donate(50);
        suite.reserve(&market, 0, 50);
        assert_eq!(debts(&suite), [1_700, 0]);
        suite.fees(&market, 0, 1_701, 0);
        assert_eq!(debts(&suite), [0, 0]);
        assert_eq!(suite.market(&market, 0).reserve.u128(), 51);
        let state = emergency(&suite);
        assert_eq!((state.undrawn.u128(), state.debt.u128()), (COMMITTED, 0));
    }
}

// G1: the oldest debtors first, a fixed number of them a message.
#[test]
fn the_oldest_debtors_are_repaid_first_and_few_at_a_time() {
    let (mut suite, market, _) = world(Kind::Native);
    for id in 2..8 {
        suite.register(&market, id, cross(50_000, 100_000, 0));
    }
    for id in 0..6 {
        suite.pass(1);
        let amount = if id == 0 { 1_010 } else { 10 };
        suite.claim(&market, id, u64::from(id), amount, 0);
    }
    let debts = |suite: &Suite| -> Vec<u128> {
        (0..6)
            .map(|id| suite.market(&market, id).emergency_debt.u128())
            .collect()
    };
    assert_eq!(debts(&suite), vec![10; 6]);
    suite.fees(&market, 7, 30, 0);
    assert_eq!(debts(&suite), vec![0, 5, 10, 10, 10, 10]);
    suite.fees(&market, 7, 1_000, 0);
    assert_eq!(DEBTORS_PER_TOP_UP, 4);
    assert_eq!(debts(&suite), vec![0, 0, 0, 0, 0, 10]);
    suite.fees(&market, 7, 1_000, 0);
    assert_eq!(suite.solvency().emergency_debt.u128(), 0);
}

#[test]
fn what_is_not_drawn_leaves_after_the_notice_and_not_after_the_window() {
    for kind in KINDS {
        let (mut suite, market, treasury) = world(kind);
        let withdraw = ExecuteMsg::WithdrawEmergency {};
        let request = |amount: u128| ExecuteMsg::RequestEmergencyWithdrawal {
            amount: amount.into(),
        };
        assert_eq!(
            error(suite.execute(&treasury, &withdraw, &[])),
            ContractError::NoWithdrawalRequested {}
        );
        suite.execute(&treasury, &request(7_000), &[]).unwrap();
        let ready_at = suite.now() + 14 * DAY;
        suite.pass(14 * DAY - 1);
        assert_eq!(
            error(suite.execute(&treasury, &withdraw, &[])),
            ContractError::TooEarly {
                ready_at,
                now: ready_at - 1
            }
        );
        // Coins whose notice runs can still be drawn; only the rest leaves.
        suite.claim(&market, 0, 1, 5_000, 0);
        suite.pass(1);
        let before = suite.balance(&treasury);
        suite.execute(&treasury, &withdraw, &[]).unwrap();
        assert_eq!(suite.balance(&treasury) - before, 6_000);
        let state = emergency(&suite);
        assert_eq!((state.undrawn.u128(), state.debt.u128()), (0, 2_000));
        assert_eq!(
            error(suite.execute(&treasury, &withdraw, &[])),
            ContractError::NoWithdrawalRequested {}
        );
        // To the second: the last of the window, and the one after it.
        for (late, paid) in [(0, true), (1, false)] {
            suite.fees(&market, 0, 100, 0);
            suite.execute(&treasury, &request(50), &[]).unwrap();
            suite.pass(14 * DAY + WITHDRAWAL_WINDOW_SECS + late);
            assert_eq!(suite.execute(&treasury, &withdraw, &[]).is_ok(), paid);
        }
        // Zero takes a request back; everything drawn is an error of its own.
        suite.execute(&treasury, &request(50), &[]).unwrap();
        suite.execute(&treasury, &request(0), &[]).unwrap();
        assert!(emergency(&suite).withdrawal.is_none());
    }
}

// A1, F1: who may do what, and with which coins.
#[test]
fn only_the_treasury_commits_and_only_the_owner_appoints() {
    for kind in KINDS {
        let (mut suite, _, treasury) = world(kind);
        let (owner, stranger) = (suite.owner.clone(), addr("stranger"));
        let refused = |found: &Addr| ContractError::NotTreasury {
            expected: treasury.to_string(),
            found: found.to_string(),
        };
        for who in [&owner, &stranger] {
            assert_eq!(error(suite.commit(who, 5)), refused(who));
            let request = ExecuteMsg::RequestEmergencyWithdrawal {
                amount: Uint128::one(),
            };
            assert_eq!(error(suite.execute(who, &request, &[])), refused(who));
            let withdraw = ExecuteMsg::WithdrawEmergency {};
            assert_eq!(error(suite.execute(who, &withdraw, &[])), refused(who));
        }
        // Coins of one treasury never become another's.
        let appoint = ExecuteMsg::AppointTreasury {
            treasury: Some(stranger.to_string()),
        };
        assert_eq!(
            error(suite.execute(&owner, &appoint, &[])),
            ContractError::TreasuryInUse {
                found: COMMITTED.into()
            }
        );
        assert!(matches!(
            error(suite.execute(&treasury, &appoint, &[])),
            ContractError::Ownership(_)
        ));
        for coins in [
            vec![],
            vec![coin(5, "other")],
            vec![coin(5, DENOM), coin(5, "other")],
        ] {
            let msg = ExecuteMsg::CommitEmergency {};
            assert!(suite.execute(&treasury, &msg, &coins).is_err());
        }
        let request = ExecuteMsg::RequestEmergencyWithdrawal {
            amount: Uint128::one(),
        };
        assert!(matches!(
            error(suite.execute(&treasury, &request, &[coin(1, DENOM)])),
            ContractError::NoFundsExpected { .. }
        ));
    }
}

// A claimant of yesterday that reports what it likes makes the level as bad as it wants: what it may borrow grows from
// nothing like what it may draw of the layers above.
#[test]
fn a_new_market_that_lies_about_its_open_interest_is_lent_little() {
    for kind in KINDS {
        let mut parameters = plain_parameters();
        parameters.ramp_secs = 30 * DAY;
        let mut suite = Suite::new(kind, parameters);
        let (market, treasury) = (addr("market"), addr("treasury"));
        suite.appoint(&treasury);
        suite.commit(&treasury, 720_000).unwrap();
        suite.donate(9_000);
        suite.register(&market, 0, cross(50_000, 100_000, 0));
        assert_eq!(suite.solvency().level, RiskLevel::Surplus);
        let absurd = u128::MAX;
        let answer = suite.claim(&market, 0, 1, absurd, absurd);
        assert_eq!(answer.risk.unwrap().level, RiskLevel::Critical);
        assert_eq!(answer.paid.u128(), 0);
        assert_eq!(lent(&suite, &market, 1), (0, Bound::Event));
        // Three days: a tenth of the 180,000 of an event, and of the 360,000 that it may owe at all.
        suite.pass(3 * DAY);
        suite.claim(&market, 0, 2, absurd, absurd);
        assert_eq!(lent(&suite, &market, 2), (18_000, Bound::Event));
        suite.pass(EVENT_SECS);
        suite.claim(&market, 0, 3, absurd, absurd);
        assert_eq!(lent(&suite, &market, 3), (18_250, Bound::Event));
        suite.pass(EVENT_SECS);
        suite.claim(&market, 0, 4, absurd, absurd);
        assert_eq!(lent(&suite, &market, 4), (750, Bound::Lifetime));
        // With the ramp over, the bounds of every market hold.
        suite.pass(30 * DAY);
        suite.claim(&market, 0, 5, absurd, absurd);
        assert_eq!(lent(&suite, &market, 5), (180_000, Bound::Event));
    }
}

// What is committed today has not refilled what was drawn before it came.
#[test]
fn a_new_commitment_does_not_refill_the_week_that_has_passed() {
    for kind in KINDS {
        let (mut suite, market, treasury) = world(kind);
        suite.claim(&market, 0, 1, 5_000, 0);
        suite.claim(&market, 1, 2, 2_000, 0);
        assert_eq!(emergency(&suite).week_left.u128(), 0);
        suite.pass(WEEK_SECS / 2);
        assert_eq!(emergency(&suite).week_left.u128(), 2_000);
        suite.commit(&treasury, 72_000).unwrap();
        // Half of 80,000, less the 2,000 that have not refilled.
        assert_eq!(emergency(&suite).week_left.u128(), 38_000);
        suite.pass(WEEK_SECS / 2);
        assert_eq!(emergency(&suite).week_left.u128(), 40_000);
    }
}
