//! What is refused, and that nothing changes by it.

use ballast_administration::migration::MigrationError;
use ballast_testing::fixtures::{self, Part};
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::Suite;
use cosmwasm_std::{to_json_binary, Empty, WasmMsg};
use cw_multi_test::Executor;

use crate::{migrate, migrated, old_versions, version_of, MIGRATION};

fn error(refused: &anyhow::Error) -> &MigrationError {
    use ballast_governance::ContractError as Governance;
    use ballast_insurance_fund::ContractError as Fund;
    use ballast_perp_market::ContractError as Market;
    use ballast_price_feed::ContractError as Feeds;
    if let Some(Market::Migration(error)) = refused.downcast_ref() {
        error
    } else if let Some(Fund::Migration(error)) = refused.downcast_ref() {
        error
    } else if let Some(Feeds::Migration(error)) = refused.downcast_ref() {
        error
    } else if let Some(Governance::Migration(error)) = refused.downcast_ref() {
        error
    } else {
        panic!("{refused:#}")
    }
}

fn record(suite: &mut Suite, part: Part, name: &str, version: &str) {
    let contract = part.address(suite).unwrap();
    let mut storage = suite.app.contract_storage_mut(&contract);
    cw2::set_contract_version(storage.as_mut(), name, version).unwrap();
}

// M2: a replay, a downgrade, an unknown version, another contract's name: for every contract.
#[test]
fn m2_only_known_versions_of_the_same_contract_migrate_once() {
    for part in Part::ALL {
        let mut suite = migrated(&old_versions()[0]).suite;
        let own = version_of(&suite, part).0;
        let this = env!("CARGO_PKG_VERSION");
        for (name, version) in [
            (own.as_str(), this),
            (own.as_str(), "99.0.0"),
            (own.as_str(), "0.0.9"),
            (own.as_str(), "v1"),
            ("crates.io:cw20-base", "0.1.0"),
        ] {
            record(&mut suite, part, name, version);
            let before = suite.app.dump_wasm_raw(&part.address(&suite).unwrap());
            let refused = migrate(&mut suite, part).unwrap_err();
            match error(&refused) {
                MigrationError::SameVersion { found } => assert_eq!(*found, version),
                MigrationError::UnknownVersion { expected, found } => {
                    assert!(expected.contains("0.2.0"));
                    assert_eq!(found, version);
                }
                MigrationError::WrongContract { expected, found } => {
                    assert_eq!((*expected, found.as_str()), (own.as_str(), name));
                }
                other => panic!("{other}"),
            }
            let after = suite.app.dump_wasm_raw(&part.address(&suite).unwrap());
            assert!(before == after, "{part:?} {version}");
        }
    }
}

// M2: no contract takes over the state of another.
#[test]
fn m2_the_code_of_another_contract_is_refused() {
    let version = &old_versions()[0];
    for part in Part::ALL {
        for other in Part::ALL.into_iter().filter(|other| *other != part) {
            let mut suite = fixtures::load(version).unwrap().suite;
            let contract = part.address(&suite).unwrap();
            let (admin, code) = (suite.governance().unwrap(), other.code(&suite));
            let refused = suite
                .app
                .migrate_contract(admin, contract, &Empty {}, code)
                .unwrap_err();
            let error = error(&refused);
            assert!(matches!(error, MigrationError::WrongContract { .. }));
        }
    }
}

// A1, M2: nobody but the admin, which is governance.
#[test]
fn m2_a1_nobody_but_governance_migrates() {
    let mut suite = fixtures::load(&old_versions()[0]).unwrap().suite;
    for part in Part::ALL {
        let (contract, code) = (part.address(&suite).unwrap(), part.code(&suite));
        for name in ["ann", "guardian", "owner", "alice"] {
            let sender = suite.address(name);
            let app = &mut suite.app;
            let result = app.migrate_contract(sender, contract.clone(), &Empty {}, code);
            assert!(result.is_err(), "{name} {part:?}");
        }
    }
}

// M2, V2: a migration that a contract refuses is recorded as failed, all of the proposal's messages with it, and stops
// nothing.
#[test]
fn m2_a_refused_migration_is_a_failed_proposal() {
    let mut suite = fixtures::load(&old_versions()[0]).unwrap().suite;
    suite.execute_proposal(MIGRATION).unwrap();
    let ann = suite.address("ann");
    let msgs = Part::ALL.map(|part| {
        WasmMsg::Migrate {
            contract_addr: part.address(&suite).unwrap().to_string(),
            new_code_id: part.code(&suite),
            msg: to_json_binary(&Empty {}).unwrap(),
        }
        .into()
    });
    let asked_at = suite.now();
    let again = suite.propose(&ann, msgs.to_vec()).unwrap();
    let ready_at = suite.lifecycle(again).unwrap().ready_at;
    assert_eq!(ready_at, Some(asked_at + 21 * 86_400), "the adverse delay");
    suite.wait_until_ready(again).unwrap();
    suite.execute_proposal(again).unwrap();
    let life = suite.lifecycle(again).unwrap();
    assert_eq!((life.failures, life.executed_at), (1, None));
    check_invariants(&suite).unwrap();
}
