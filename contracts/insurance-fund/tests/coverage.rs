//! What the fund says a loss would do is what a real claim then does, layer by layer; and the histories.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_insurance_fund::history::MAX_TOP_UPS;
use ballast_types::fund::*;
use ballast_types::{MarketId, MarketReport};
use common::*;
use cosmwasm_std::{from_json, Addr, Uint128};
use proptest::prelude::*;

const MARKETS: [(&str, MarketId); 4] = [("market", 0), ("market", 1), ("second", 0), ("third", 0)];

#[derive(Clone, Debug)]
enum Past {
    Fees(usize, u128, u128),
    Donation(u128),
    Reserve(usize, u128),
    Stake(u128),
    Exit,
    Claim(usize, u128, u128),
    Pass(u64),
}

fn past() -> impl Strategy<Value = Past> {
    let market = 0..MARKETS.len();
    prop_oneof![
        (market.clone(), 1u128..5_000, 0u128..40_000).prop_map(|(m, a, o)| Past::Fees(m, a, o)),
        (1u128..20_000).prop_map(Past::Donation),
        (market.clone(), 1u128..3_000).prop_map(|(m, a)| Past::Reserve(m, a)),
        (1u128..20_000).prop_map(Past::Stake),
        Just(Past::Exit),
        (market, 0u128..6_000, 0u128..40_000).prop_map(|(m, a, o)| Past::Claim(m, a, o)),
        prop_oneof![Just(1), Just(HOUR), Just(DAY + 1), 1u64..3 * DAY].prop_map(Past::Pass),
    ]
}

type Loss = (usize, u128, Option<u128>, bool);

fn loss() -> impl Strategy<Value = Loss> {
    let amount = prop_oneof![0u128..20_000, 0u128..500];
    (
        0..MARKETS.len(),
        amount,
        prop::option::of(0u128..60_000),
        prop::bool::weighted(0.1),
    )
}

fn world(committed: u128) -> Suite {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    for (contract, id) in MARKETS {
        let parameters = if id == 1 {
            isolated(100_000, 50_000, 1_000)
        } else {
            cross(100_000, 50_000, 1_000)
        };
        suite.register(&addr(contract), id, parameters);
    }
    suite.appoint(&addr("treasury"));
    if committed > 0 {
        suite.commit(&addr("treasury"), committed).unwrap();
    }
    suite
}

fn happen(suite: &mut Suite, past: &Past, claim_id: u64) {
    let at = |index: usize| (addr(MARKETS[index].0), MARKETS[index].1);
    match past {
        Past::Fees(market, amount, open_interest) => {
            let (contract, id) = at(*market);
            suite.fees(&contract, id, *amount, *open_interest);
        }
        Past::Donation(amount) => suite.donate(*amount),
        Past::Reserve(market, amount) => {
            let (contract, id) = at(*market);
            suite.reserve(&contract, id, *amount);
        }
        Past::Stake(amount) => {
            // Too little for a share is refused.
            let _ = suite.stake(&addr("staker"), *amount);
        }
        Past::Exit => {
            let shares = suite.staker(&addr("staker")).shares.u128() / 2;
            let _ = suite.request_exit(&addr("staker"), shares);
        }
        Past::Claim(market, amount, open_interest) => {
            let (contract, id) = at(*market);
            suite.claim(&contract, id, claim_id, *amount, *open_interest);
        }
        Past::Pass(secs) => suite.pass(*secs),
    }
}

fn shock(suite: &Suite, (market, amount, open_interest, recent_risk): &Loss) -> Shock {
    let (contract, id) = MARKETS[*market];
    let _ = suite;
    Shock {
        contract: addr(contract).to_string(),
        market: id,
        loss: (*amount).into(),
        state: open_interest.map(report),
        recent_risk: *recent_risk,
    }
}

/// Sends the claim that a shock describes.
fn really(suite: &mut Suite, shock: &Shock, claim_id: u64) -> (ClaimAnswer, ClaimRecord) {
    let contract = Addr::unchecked(&shock.contract);
    let last = suite.market(&contract, shock.market);
    let msg = ExecuteMsg::ClaimShortfall {
        market: shock.market,
        account: "somebody".into(),
        claim_id,
        amount: shock.loss,
        state: shock.state.clone().unwrap_or(MarketReport {
            open_interest_value: last.open_interest_value,
            deficit: last.deficit,
        }),
        recent_risk: shock.recent_risk,
    };
    let response = suite.execute(&contract, &msg, &[]).unwrap();
    let answer = from_json(response.data.unwrap()).unwrap();
    (answer, suite.record(&contract, claim_id))
}

proptest! {
    // S4: who would bear a loss is who then bears it, for one loss and for a row of them, whatever happened before.
    #[test]
    fn s4_coverage_and_stress_test_tell_what_real_claims_then_pay(
        committed in prop_oneof![Just(0u128), 1u128..10_000],
        pasts in prop::collection::vec(past(), 0..12),
        losses in prop::collection::vec(loss(), 1..6),
    ) {
        let mut suite = world(committed);
        for (claim_id, past) in (1u64..).zip(&pasts) {
            happen(&mut suite, past, claim_id);
        }
        let shocks: Vec<Shock> = losses.iter().map(|loss| shock(&suite, loss)).collect();
        let told: StressTestResponse = suite.query(&QueryMsg::StressTest { shocks: shocks.clone() });
        prop_assert_eq!(told.outcomes.len(), shocks.len());
        let (mut paid, mut uncovered) = (Uint128::zero(), Uint128::zero());
        for ((claim_id, shock), outcome) in (1_000u64..).zip(&shocks).zip(&told.outcomes) {
            let alone: CoverageResponse = suite.query(&QueryMsg::Coverage { shock: shock.clone() });
            prop_assert_eq!(&alone, outcome, "a loss alone, after those before it");
            let (answer, record) = really(&mut suite, shock, claim_id);
            prop_assert_eq!(&record.layers, &outcome.layers);
            prop_assert_eq!((answer.paid, answer.uncovered), (outcome.paid, outcome.uncovered));
            prop_assert_eq!(record.level, outcome.level);
            prop_assert_eq!(answer.risk.as_ref(), outcome.risk.as_ref());
            paid += answer.paid;
            uncovered += answer.uncovered;
        }
        prop_assert_eq!((told.paid, told.uncovered), (paid, uncovered));
        let solvency = suite.solvency();
        prop_assert_eq!((told.level, told.emergency_debt), (solvency.level, solvency.emergency_debt));
        if shocks.len() > 1 {
            // All old reports have been looked at by now, as `Solvency` does.
            prop_assert_eq!((told.capital, told.required_capital), (solvency.capital, solvency.required_capital));
            prop_assert_eq!(told.coverage_ppm, solvency.coverage_ppm);
        }
    }
}

#[test]
fn the_bounds_of_a_large_loss_are_named_and_strangers_are_told_nothing_is_paid() {
    let mut suite = world(4_000);
    suite.donate(10_000);
    suite.reserve(&addr("market"), 0, 700);
    suite.stake(&addr("staker"), 9_000).unwrap();
    let told = |suite: &Suite, contract: &str, market| -> CoverageResponse {
        suite.query(&QueryMsg::Coverage {
            shock: Shock {
                contract: addr(contract).to_string(),
                market,
                loss: 1_000_000u128.into(),
                state: None,
                recent_risk: false,
            },
        })
    };
    let found = told(&suite, "market", 0);
    let layers: Vec<_> = found
        .layers
        .iter()
        .map(|l| (l.paid.u128(), l.bound))
        .collect();
    assert_eq!(
        layers,
        [
            (700, Bound::Balance),
            (1_000, Bound::Window),
            (900, Bound::Window),
            (0, Bound::Level),
        ]
    );
    assert_eq!(found.uncovered.u128(), 1_000_000 - 2_600);
    let stranger = told(&suite, "stranger", 0);
    assert_eq!((stranger.layers.len(), stranger.paid.u128()), (0, 0));
    assert_eq!(stranger.uncovered, stranger.loss);
    // Asking changed nothing.
    assert_eq!(suite.market(&addr("market"), 0).reserve.u128(), 700);
    suite.check_invariants();
}

// G1: a stress test is bounded.
#[test]
fn g1_a_stress_test_of_too_many_shocks_is_refused() {
    let suite = world(0);
    let shocks = |count| QueryMsg::StressTest {
        shocks: vec![shock(&suite, &(0, 1, None, false)); count],
    };
    let answer: StressTestResponse = suite.query(&shocks(32));
    assert_eq!(answer.uncovered.u128(), 32);
    let refused = suite
        .try_query::<StressTestResponse>(&shocks(33))
        .unwrap_err();
    assert!(
        refused.to_string().contains("takes 32 shocks, found 33"),
        "{refused}"
    );
}

// G1, G4: the history of top-ups says where each went, is paged newest first, and keeps a thousand.
#[test]
fn g1_g4_the_history_of_top_ups_is_bounded_and_paged() {
    let mut suite = world(0);
    let page = |suite: &Suite, start_after, limit| -> Vec<TopUpRecord> {
        suite.query(&QueryMsg::TopUps { start_after, limit })
    };
    suite.fees(&addr("market"), 0, 12_000, 0);
    suite.reserve(&addr("second"), 0, 5);
    suite.donate(7);
    let found = page(&suite, None, None);
    let kinds: Vec<_> = found
        .iter()
        .map(|one| (one.id, one.kind, one.amount.u128()))
        .collect();
    assert_eq!(
        kinds,
        [
            (3, TopUpKind::Donation, 7),
            (2, TopUpKind::Reserve, 5),
            (1, TopUpKind::Fees, 12_000)
        ]
    );
    let fees = &found[2];
    assert_eq!(
        (fees.to_reserve.u128(), fees.to_mutual.u128()),
        (1_000, 10_000)
    );
    assert_eq!(fees.to_rewards + fees.to_surplus, Uint128::new(1_000));

    suite.check = false;
    for _ in 0..MAX_TOP_UPS + 5 {
        suite.donate(1);
    }
    let (mut start_after, mut seen) = (None, vec![]);
    loop {
        let found = page(&suite, start_after, Some(u32::MAX));
        assert!(found.len() <= 50);
        let Some(last) = found.last() else { break };
        start_after = Some(last.id);
        seen.extend(found.iter().map(|one| one.id));
    }
    let newest = MAX_TOP_UPS + 8;
    assert_eq!(seen, (9..=newest).rev().collect::<Vec<_>>());
}

// The operator's view: per market what is required and held, next to the sums.
#[test]
fn solvency_lists_what_each_market_requires_and_holds() {
    let mut suite = world(0);
    suite.fees(&addr("market"), 0, 300, 2_000);
    suite.fees(&addr("market"), 1, 40, 2_000);
    suite.pass(DAY + 1);
    suite.fees(&addr("second"), 0, 100, 500);
    let solvency = suite.solvency();
    let found: Vec<_> = solvency
        .markets
        .iter()
        .map(|m| {
            (
                m.contract.clone(),
                m.market,
                m.required.u128(),
                m.reserve.u128(),
                m.counted.u128(),
            )
        })
        .collect();
    let mut expected = vec![
        // No report for more than a day: the cap counts.
        (addr("market").to_string(), 0, 5_000, 300, 300),
        (addr("market").to_string(), 1, 0, 40, 0),
        (addr("second").to_string(), 0, 50, 100, 50),
        (addr("third").to_string(), 0, 5_000, 0, 0),
    ];
    expected.sort();
    assert_eq!(found, expected);
    let required: u128 = solvency.markets.iter().map(|m| m.required.u128()).sum();
    assert_eq!(required, solvency.required_capital.u128());
}
