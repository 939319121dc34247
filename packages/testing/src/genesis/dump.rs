//! A suite as parts of a chain's genesis state: the JSON of the SDK's modules auth and bank, and of wasm.

use std::collections::BTreeSet;

use anyhow::Result;
use base64::prelude::{Engine, BASE64_STANDARD};
use cosmwasm_std::{Addr, Coin};
use serde_json::{json, Value};

use super::keys::{Key, Keyring};
use crate::suite::Suite;

/// How many transactions every signer has sent before: the first one of an account costs more.
pub(super) const SEQUENCE: u64 = 1;

/// Entries of three lists of a genesis state.
#[derive(Default)]
pub(super) struct Dump {
    pub accounts: Vec<Value>,
    pub balances: Vec<Value>,
    pub contracts: Vec<Value>,
    /// Codes of those contracts.
    pub codes: BTreeSet<u64>,
}

impl Dump {
    /// Adds everybody of a suite. `first_account` is the number of the first account; returns the one of `sender`.
    pub fn add(
        &mut self,
        suite: &Suite,
        keyring: &Keyring,
        sender: &Addr,
        first_account: u64,
    ) -> Result<Option<u64>> {
        let mut found = None;
        for (number, address) in (first_account..).zip(keyring.addresses()) {
            let key = keyring.key(&address)?;
            let contract = suite.app.contract_data(&address).ok();
            let signs = address == *sender;
            if signs {
                found = Some(number);
            }
            // A contract's account has no public key unless it must sign.
            let public = (signs || contract.is_none()).then(|| public_key(&key));
            self.accounts.push(json!({
                "@type": "/cosmos.auth.v1beta1.BaseAccount",
                "address": address,
                "pub_key": public,
                "account_number": number.to_string(),
                "sequence": SEQUENCE.to_string(),
            }));
            self.add_balance(suite, &address)?;
            if let Some(data) = contract {
                self.codes.insert(data.code_id);
                let state: Vec<Value> = suite
                    .app
                    .dump_wasm_raw(&address)
                    .into_iter()
                    .map(|(key, value)| {
                        json!({"key": hex::encode_upper(key), "value": BASE64_STANDARD.encode(value)})
                    })
                    .collect();
                let created = json!({"block_height": data.created.to_string(), "tx_index": "0"});
                self.contracts.push(json!({
                    "contract_address": address,
                    "contract_info": {
                        "code_id": data.code_id.to_string(),
                        "creator": data.creator,
                        "admin": data.admin.map_or(String::new(), Addr::into_string),
                        "label": data.label,
                        "created": created,
                        "ibc_port_id": "",
                        "extension": null,
                    },
                    "contract_state": state,
                    "contract_code_history": [{
                        "operation": "CONTRACT_CODE_HISTORY_OPERATION_TYPE_GENESIS",
                        "code_id": data.code_id.to_string(),
                        "updated": created,
                        "msg": {},
                    }],
                }));
            }
        }
        Ok(found)
    }

    fn add_balance(&mut self, suite: &Suite, address: &Addr) -> Result<()> {
        // Deprecated for contracts, where the list may be long: here it is what is wanted.
        #[allow(deprecated)]
        let mut coins: Vec<Coin> = suite.app.wrap().query_all_balances(address)?;
        coins.retain(|coin| !coin.amount.is_zero());
        coins.sort_by(|a, b| a.denom.cmp(&b.denom));
        if !coins.is_empty() {
            self.balances
                .push(json!({"address": address, "coins": coins}));
        }
        Ok(())
    }
}

fn public_key(key: &Key) -> Value {
    json!({"@type": key.type_url(), "key": BASE64_STANDARD.encode(key.public())})
}
