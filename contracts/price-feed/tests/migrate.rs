//! M2: migration takes a known older version of this contract and nothing else.
#![allow(clippy::unwrap_used)]

mod common;

use ballast_administration::migration::MigrationError;
use ballast_price_feed::contract::{migrate, CONTRACT};
use ballast_price_feed::ContractError;
use ballast_types::price_feed::{ConfigResponse, QueryMsg};
use common::{Feeds, NOW};
use cosmwasm_std::Empty;

#[test]
fn an_older_version_migrates_once_and_keeps_its_prices_and_its_delay() {
    let mut feeds = Feeds::new(1, 1);
    feeds.push("f0", 7, NOW).unwrap();
    cw2::set_contract_version(&mut feeds.deps.storage, CONTRACT.name, "0.2.0").unwrap();
    let env = feeds.env.clone();
    migrate(feeds.deps.as_mut(), env.clone(), Empty {}).unwrap();
    let version = cw2::get_contract_version(&feeds.deps.storage).unwrap();
    assert_eq!(version.version, CONTRACT.version);
    assert_eq!(feeds.price().unwrap().price.i64(), 7);
    let config: ConfigResponse = feeds.query(QueryMsg::Config {}).unwrap();
    assert_eq!(config.adverse_delay_secs, 21 * 86_400);
    assert_eq!(
        migrate(feeds.deps.as_mut(), env, Empty {}).unwrap_err(),
        ContractError::Migration(MigrationError::SameVersion {
            found: CONTRACT.version
        })
    );
}

#[test]
fn other_contracts_and_unknown_versions_are_refused() {
    assert!(CONTRACT.name.starts_with("crates.io:"));
    for (name, version) in [
        ("crates.io:cw20-base", "0.1.0"),
        (CONTRACT.name, "999.0.0"),
        (CONTRACT.name, "0.0.9"),
        (CONTRACT.name, CONTRACT.version),
        (CONTRACT.name, "not a version"),
    ] {
        let mut feeds = Feeds::empty();
        cw2::set_contract_version(&mut feeds.deps.storage, name, version).unwrap();
        let env = feeds.env.clone();
        let refused = migrate(feeds.deps.as_mut(), env, Empty {}).unwrap_err();
        assert!(matches!(refused, ContractError::Migration(_)), "{version}");
    }
}
