//! Surplus: above the targets only, one lot an epoch, to whom the owner appointed, never past a loan or a deficit.
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
use ballast_types::{MarketReport, RiskLevel};
use common::*;
use cosmwasm_std::{coins, Uint128};
use cw_multi_test::AppResponse;

const WEEK: u64 = 7 * DAY;

/// The mutual reserve at its target of 10,000, a surplus of 4,000, a recipient and a treasury.
fn world(kind: Kind) -> Suite {
    let mut suite = Suite::new(kind, plain_parameters());
    suite.register(&addr("market"), 0, cross(100_000, 10_000, 0));
    suite.register(&addr("second"), 0, isolated(100_000, 10_000, 0));
    suite.appoint(&addr("treasury"));
    suite.appoint_recipient(&addr("third"));
    suite.donate(10_000);
    suite.fees(&addr("market"), 0, 8_000, 0);
    suite.pass(2 * HOUR);
    suite.poke_all();
    suite
}

trait Surplus {
    fn poke_all(&mut self);
    fn pay(&mut self) -> anyhow::Result<AppResponse>;
    fn surplus(&self) -> SurplusResponse;
    fn report(&mut self, contract: &str, deficit: u128);
}

impl Surplus for Suite {
    fn poke_all(&mut self) {
        for _ in 0..2 {
            self.sync();
            self.pass(2 * HOUR);
        }
    }

    fn pay(&mut self) -> anyhow::Result<AppResponse> {
        let anyone = self.anyone.clone();
        self.execute(&anyone, &ExecuteMsg::PaySurplus {}, &[])
    }

    fn surplus(&self) -> SurplusResponse {
        self.query(&QueryMsg::Surplus {})
    }

    fn report(&mut self, contract: &str, deficit: u128) {
        let state = MarketReport {
            open_interest_value: Uint128::zero(),
            deficit: deficit.into(),
        };
        let top_up = ExecuteMsg::TopUp(TopUp {
            contract: None,
            market: Some(0),
            kind: TopUpKind::Fees,
            state: Some(state),
        });
        self.execute(&addr(contract), &top_up, &[]).unwrap();
    }
}

#[test]
fn a_lot_an_epoch_leaves_to_the_recipient_sent_by_anyone() {
    for kind in KINDS {
        let mut suite = world(kind);
        let recipient = addr("third");
        let due = suite.solvency().surplus_due.u128();
        assert!(
            due >= 4_000,
            "half of what is above the target, all where nobody stakes: {due}"
        );
        assert_eq!(suite.solvency().level, RiskLevel::Surplus);
        let (mut left, before) = (due, suite.balance(&recipient));
        for _ in 0..3 {
            let told = suite.surplus();
            assert_eq!((told.held_by, told.next_lot.u128()), (None, left / 4));
            suite.pay().unwrap();
            left -= left / 4;
            assert_eq!(suite.solvency().surplus_due.u128(), left);
            let ready_at = suite.now() + WEEK;
            assert_eq!(suite.surplus().ready_at, ready_at);
            suite.pass(WEEK - 1);
            let now = suite.now();
            assert_eq!(
                error(suite.pay()),
                ContractError::TooEarly { ready_at, now }
            );
            suite.pass(1);
            suite.report("market", 0);
        }
        assert_eq!(suite.balance(&recipient) - before, due - left);
        assert_eq!(suite.surplus().paid.u128(), due - left);
    }
}

#[test]
fn nothing_leaves_without_a_recipient_or_with_coins() {
    let mut suite = world(Kind::Native);
    let (owner, anyone) = (suite.owner.clone(), suite.anyone.clone());
    let found = error(suite.execute(&anyone, &ExecuteMsg::PaySurplus {}, &coins(1, DENOM)));
    assert!(
        matches!(found, ContractError::NoFundsExpected { .. }),
        "{found}"
    );
    let dismiss = ExecuteMsg::AppointSurplusRecipient { recipient: None };
    suite.execute(&owner, &dismiss, &[]).unwrap();
    assert_eq!(error(suite.pay()), ContractError::NoSurplusRecipient {});
    let held_by = suite.surplus().held_by;
    assert_eq!(
        held_by,
        Some(ContractError::NoSurplusRecipient {}.to_string())
    );
}

#[test]
fn nothing_leaves_while_any_market_reports_a_deficit() {
    let mut suite = world(Kind::Native);
    for (contract, deficit) in [("market", 3u128), ("second", 1)] {
        suite.report(contract, deficit);
        let found = Uint128::new(deficit);
        assert_eq!(suite.solvency().deficits, found);
        assert_eq!(error(suite.pay()), ContractError::DeficitOpen { found });
        suite.report(contract, 0);
    }
    suite.pay().unwrap();
}

#[test]
fn nothing_leaves_below_the_level_or_the_target() {
    let mut suite = world(Kind::Native);
    // A claim takes 1,000 of the mutual reserve: the level stays, the target is missed.
    let answer = suite.claim(&addr("market"), 0, 1, 500, 0);
    assert_eq!(answer.paid.u128(), 500);
    assert_eq!(suite.solvency().level, RiskLevel::Surplus);
    let (expected, found) = (Uint128::new(10_000), Uint128::new(9_500));
    assert_eq!(
        error(suite.pay()),
        ContractError::SurplusBelowTarget { expected, found }
    );
    suite.fees(&addr("market"), 0, 500, 0);
    // Open interest that requires more than two thirds of the capital.
    suite.fees(&addr("market"), 0, 1, 80_000);
    assert_eq!(suite.solvency().level, RiskLevel::Healthy);
    assert_eq!(
        error(suite.pay()),
        ContractError::SurplusLevel { found: "healthy" }
    );
}

// A market that stopped reporting counts at its cap before anything leaves, though no message has looked at it yet.
#[test]
fn an_old_report_does_not_pass_for_an_empty_market() {
    let mut suite = world(Kind::Native);
    suite.register(&addr("market"), 1, cross(1_000_000, 9_000, 0));
    suite.pass(DAY + 1);
    assert_eq!(
        error(suite.pay()),
        ContractError::SurplusLevel { found: "watch" }
    );
    suite.check_invariants();
}

// A loan is repaid first: nothing leaves while any market owes.
#[test]
fn nothing_leaves_while_a_loan_is_open() {
    let mut suite = world(Kind::Native);
    suite.commit(&addr("treasury"), 1_000_000).unwrap();
    let mut parameters = suite.parameters();
    parameters.required_capital_floor = Uint128::new(1_000_000);
    suite.set_parameters(parameters);
    let answer = suite.claim(&addr("market"), 0, 1, 1_500, 0);
    assert_eq!(answer.paid.u128(), 1_500);
    let debt = suite.solvency().emergency_debt;
    assert!(!debt.is_zero());
    // Back above all targets, with the loan still open.
    suite.set_parameters(plain_parameters());
    suite.donate(10_000);
    suite.pass(2 * HOUR);
    suite.poke_all();
    suite.report("market", 0);
    assert_eq!(suite.solvency().level, RiskLevel::Surplus);
    assert_eq!(error(suite.pay()), ContractError::LoanOpen { found: debt });
    suite.fees(&addr("market"), 0, debt.u128(), 0);
    suite.pay().unwrap();
}
