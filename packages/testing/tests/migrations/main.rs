//! Rule M2: the state that each version left (`fixtures/state`) migrates to the code of now, through governance, once; then
//! every question has the answer that it had, and life goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod life_goes_on;
mod records;
mod refused;

use ballast_testing::fixtures::{self, ask, Answer, Fixture, Part};
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::Suite;
use cosmwasm_std::Empty;
use cw_multi_test::Executor;
use serde_json::Value;

/// The proposal that migrates all four contracts, made under the old version and ready.
const MIGRATION: u64 = 1;

/// Versions that this code migrates from, each with its fixture.
fn old_versions() -> Vec<String> {
    let versions = fixtures::versions().unwrap();
    let old: Vec<String> = versions
        .into_iter()
        .filter(|version| version != env!("CARGO_PKG_VERSION"))
        .collect();
    assert!(!old.is_empty());
    old
}

fn version_of(suite: &Suite, part: Part) -> (String, String) {
    let storage = suite.storage_of(&part.address(suite).unwrap());
    let found = cw2::get_contract_version(storage.as_ref()).unwrap();
    (found.contract, found.version)
}

/// The wasm admin migrates, which is governance: as a proposal does, without one.
fn migrate(suite: &mut Suite, part: Part) -> anyhow::Result<()> {
    let contract = part.address(suite)?;
    let (admin, code) = (suite.governance()?, part.code(suite));
    suite
        .app
        .migrate_contract(admin, contract, &Empty {}, code)?;
    Ok(())
}

fn migrated(version: &str) -> Fixture {
    let mut fixture = fixtures::load(version).unwrap();
    for part in Part::ALL {
        migrate(&mut fixture.suite, part).unwrap();
    }
    fixture
}

/// Whether all that was said is still said; more may be.
fn contains(now: &Value, before: &Value) -> bool {
    match (now, before) {
        (Value::Object(now), Value::Object(before)) => before
            .iter()
            .all(|(name, value)| now.get(name).is_some_and(|now| contains(now, value))),
        (Value::Array(now), Value::Array(before)) => {
            now.len() == before.len() && now.iter().zip(before).all(|(now, old)| contains(now, old))
        }
        (now, before) => now == before,
    }
}

fn compare(now: &[Answer], before: &[Answer]) {
    assert_eq!(now.len(), before.len());
    for (now, before) in now.iter().zip(before) {
        assert!(
            contains(&now.answer, &before.answer),
            "{:?}\nbefore: {}\nnow: {}",
            before.question,
            before.answer,
            now.answer
        );
    }
}

// M2, S3: no answer changes, from balances to what waits.
#[test]
fn m2_every_query_answers_as_before() {
    for version in old_versions() {
        let fixture = migrated(&version);
        let questions: Vec<_> = fixture
            .answers
            .iter()
            .map(|one| one.question.clone())
            .collect();
        assert!(questions.len() > 100, "{}", questions.len());
        compare(&ask(&fixture.suite, &questions).unwrap(), &fixture.answers);
        check_invariants(&fixture.suite).unwrap();
    }
}

// M2, V2: one proposal, made and decided under the old version, migrates all four, governance last. It executes once.
#[test]
fn m2_a_proposal_migrates_all_four_contracts() {
    for version in old_versions() {
        let mut by_proposal = fixtures::load(&version).unwrap().suite;
        for part in Part::ALL {
            let (name, found) = version_of(&by_proposal, part);
            assert_eq!(name, format!("crates.io:ballast-{}", part.as_str()));
            assert_eq!(found, version);
            let data = by_proposal
                .app
                .contract_data(&part.address(&by_proposal).unwrap())
                .unwrap();
            assert_eq!(data.admin, by_proposal.governance);
        }
        by_proposal.execute_proposal(MIGRATION).unwrap();
        let life = by_proposal.lifecycle(MIGRATION).unwrap();
        assert_eq!((life.failure, life.failures), (None, 0));
        assert!(life.executed_at.is_some());
        for part in Part::ALL {
            let found = version_of(&by_proposal, part).1;
            assert_eq!(found, env!("CARGO_PKG_VERSION"));
        }
        check_invariants(&by_proposal).unwrap();
        assert!(by_proposal.execute_proposal(MIGRATION).is_err(), "once");

        // The other three answer as if their admin had migrated them by hand.
        let by_hand = migrated(&version);
        let questions: Vec<_> = by_hand
            .answers
            .iter()
            .map(|one| one.question.clone())
            .filter(|question| question.part != Part::Governance)
            .collect();
        assert_eq!(
            ask(&by_proposal, &questions).unwrap(),
            ask(&by_hand.suite, &questions).unwrap()
        );
    }
}

#[test]
fn the_comparison_finds_what_differs() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let before = json(r#"{"a":[{"b":1}],"c":null}"#);
    assert!(contains(
        &json(r#"{"a":[{"b":1,"d":2}],"c":null,"e":[]}"#),
        &before
    ));
    for other in [
        r#"{"a":[{"b":2}],"c":null}"#,
        r#"{"a":[],"c":null}"#,
        r#"{"a":[{"b":1},{"b":1}],"c":null}"#,
        r#"{"a":[{"b":1}]}"#,
    ] {
        assert!(!contains(&json(other), &before), "{other}");
    }
}
