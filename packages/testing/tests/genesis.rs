//! States and messages for a real chain.

use std::collections::BTreeSet;

use ballast_testing::genesis::{Block, Genesis, Setting};
use serde_json::Value;

const FIRST: Block = Block {
    secs: 1_767_225_640,
    height: 5_000_000,
};

fn of(only: &str) -> Genesis {
    let mut genesis = Genesis::new("a-chain", FIRST);
    let settings = [Setting::Empty, Setting::Busy(2)];
    genesis.add_all(&settings, Some(only)).unwrap();
    genesis
}

fn addresses(list: &[Value], field: &str) -> Vec<String> {
    let address = |one: &Value| one[field].as_str().unwrap().to_owned();
    list.iter().map(address).collect()
}

/// A scenario that waits for weeks ends in the same block as one that does not wait.
#[test]
fn a_message_is_signed_by_an_account_with_a_key_of_its_own() {
    for (only, token_states) in [("withdraw (1 position)", 4), ("apply_change (a market", 2)] {
        let genesis = of(only);
        assert_eq!(genesis.transactions().len(), token_states, "{only}");
        let [(_, accounts), _, (_, contracts)] = genesis.lists();
        let all = addresses(accounts, "address");
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "an address has two accounts");
        let numbers: BTreeSet<&str> = accounts
            .iter()
            .map(|one| one["account_number"].as_str().unwrap())
            .collect();
        assert_eq!(numbers.len(), all.len(), "two accounts have one number");
        for contract in addresses(contracts, "contract_address") {
            assert!(distinct.contains(&contract));
            // 32 bytes in bech32.
            assert_eq!(contract.len(), "wasm1".len() + 52 + 6);
        }
    }
}

/// Governance's own messages are signed for it: its account has a key, other contracts' have none.
#[test]
fn a_contract_signs_where_only_it_may_send() {
    let genesis = of("governance set_guardian");
    let [(_, accounts), _, (_, contracts)] = genesis.lists();
    let contracts: BTreeSet<String> = addresses(contracts, "contract_address")
        .into_iter()
        .collect();
    let with_key = accounts.iter().filter(|one| {
        contracts.contains(one["address"].as_str().unwrap()) && !one["pub_key"].is_null()
    });
    let kinds: Vec<&str> = with_key
        .map(|one| one["pub_key"]["@type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["/cosmos.crypto.secp256r1.PubKey"; 2]);
}

#[test]
fn the_same_again_is_the_same() {
    let [a, b] = [of("cancel_order (1 of 1)"), of("cancel_order (1 of 1)")];
    assert_eq!(a.lists(), b.lists());
    let sent = |genesis: &Genesis| {
        let transactions = genesis.transactions().iter();
        transactions
            .map(|one| one.transaction.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(sent(&a), sent(&b));
    assert!(!a.codes().is_empty());
}

/// Without a scenario a message is an error with its name.
#[test]
fn a_message_that_is_not_measured_is_told() {
    let error = of("cancel_order").check_complete().unwrap_err().to_string();
    assert!(error.contains("perp-market deposit"), "{error}");
}
