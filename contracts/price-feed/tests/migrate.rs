//! M2: migration takes an older version of this contract and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::contract::{migrate, CONTRACT_NAME, CONTRACT_VERSION};
use ballast_price_feed::ContractError;
use common::{Feeds, NOW};
use cosmwasm_std::Empty;

#[test]
fn older_version_migrates_once_and_keeps_its_prices() {
    let mut feeds = Feeds::new(1, 1);
    feeds.push("f0", 7, NOW).unwrap();
    cw2::set_contract_version(&mut feeds.deps.storage, CONTRACT_NAME, "0.0.9").unwrap();
    let env = feeds.env.clone();
    migrate(feeds.deps.as_mut(), env.clone(), Empty {}).unwrap();
    let version = cw2::get_contract_version(&feeds.deps.storage).unwrap();
    assert_eq!(version.version, CONTRACT_VERSION);
    assert_eq!(feeds.price().unwrap().price.i64(), 7);
    assert!(matches!(
        migrate(feeds.deps.as_mut(), env, Empty {}).unwrap_err(),
        ContractError::CannotMigrate { .. }
    ));
}

#[test]
fn other_contracts_and_newer_versions_are_refused() {
    assert!(CONTRACT_NAME.starts_with("crates.io:"));
    for (name, version) in [
        ("crates.io:cw20-base", "0.0.1"),
        (CONTRACT_NAME, "999.0.0"),
        (CONTRACT_NAME, CONTRACT_VERSION),
        (CONTRACT_NAME, "not a version"),
    ] {
        let mut feeds = Feeds::empty();
        cw2::set_contract_version(&mut feeds.deps.storage, name, version).unwrap();
        let env = feeds.env.clone();
        assert_eq!(
            migrate(feeds.deps.as_mut(), env, Empty {}).unwrap_err(),
            ContractError::CannotMigrate {
                expected: format!("{CONTRACT_NAME} {CONTRACT_VERSION}"),
                found: format!("{name} {version}"),
            }
        );
    }
}
