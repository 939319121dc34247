//! A claim for an account that increased its risk shortly before: its market's own reserve pays, nobody else's money.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_types::fund::*;
use common::*;
use cosmwasm_std::{from_json, Addr};

fn recent(claim_id: u64, amount: u128) -> ExecuteMsg {
    ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "account".to_owned(),
        claim_id,
        amount: amount.into(),
        state: report(0),
        recent_risk: true,
    }
}

fn layers(suite: &Suite, contract: &Addr, claim_id: u64) -> Vec<(u128, Bound)> {
    let layers = suite.record(contract, claim_id).layers;
    layers
        .iter()
        .map(|layer| (layer.paid.u128(), layer.bound))
        .collect()
}

// S4: the layers below are asked for nothing, and the record says why.
#[test]
fn the_own_reserve_pays_and_nobody_elses_money() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        let market = addr("market");
        suite.donate(100_000);
        suite.register(&market, 0, cross(100_000, 10_000, 500));
        suite.reserve(&market, 0, 60);
        // The reserve covers it: nothing below is asked.
        suite.execute(&market, &recent(1, 30), &[]).unwrap();
        let covered = (0, Bound::Covered);
        assert_eq!(
            layers(&suite, &market, 1),
            [(30, Bound::Covered), covered, covered, covered]
        );
        suite.execute(&market, &recent(2, 100), &[]).unwrap();
        let none = (0, Bound::RecentRisk);
        assert_eq!(
            layers(&suite, &market, 2),
            [(30, Bound::Balance), none, none, none]
        );
        assert_eq!(suite.record(&market, 2).uncovered.u128(), 70);
        // The same claim without the flag takes from the mutual reserve: it was there.
        assert_eq!(suite.claim(&market, 0, 3, 100, 0).paid.u128(), 100);
    }
}

#[test]
fn a_client_that_does_not_know_the_flag_claims_as_before() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.donate(100_000);
    suite.register(&market, 0, cross(100_000, 10_000, 500));
    let old: ExecuteMsg = from_json(
        br#"{"claim_shortfall":{"market":0,"account":"a","claim_id":1,"amount":"10",
            "state":{"open_interest_value":"0","deficit":"0"}}}"#,
    )
    .unwrap();
    suite.execute(&market, &old, &[]).unwrap();
    assert_eq!(layers(&suite, &market, 1)[1], (10, Bound::Covered));
}

#[test]
fn an_isolated_market_keeps_its_own_bound() {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    let market = addr("market");
    suite.donate(100_000);
    suite.register(&market, 0, isolated(100_000, 10_000, 500));
    suite.execute(&market, &recent(1, 100), &[]).unwrap();
    let none = (0, Bound::Isolated);
    assert_eq!(
        layers(&suite, &market, 1),
        [(0, Bound::Balance), none, none, none]
    );
}
