//! Messages of proposals as they are stored: what a contract is told as bytes instead of base64 in JSON, because every
//! byte written costs gas. Read back they are the same messages.

use ballast_storage::record;
use cosmwasm_std::{
    from_json, to_json_vec, BankMsg, Binary, Coin, CosmosMsg, StdResult, Uint128, WasmMsg,
};

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredMessage {
    /// A message to a contract.
    Execute {
        /// Which.
        contract: String,
        /// What it is told.
        msg: Vec<u8>,
        /// Denom and atoms of what is attached.
        funds: Vec<(String, Uint128)>,
    },
    /// A payment by the bank.
    Send {
        /// To whom.
        recipient: String,
        /// Denom and atoms.
        amount: Vec<(String, Uint128)>,
    },
    /// Any other, as JSON.
    Other {
        /// Its bytes.
        json: Vec<u8>,
    },
}

record! {
    enum StoredMessage {
        0 => Execute { contract, msg, funds },
        1 => Send { recipient, amount },
        2 => Other { json },
    }
}

/// Messages as they are stored.
///
/// # Errors
/// Serialisation.
pub fn stored(msgs: &[CosmosMsg]) -> StdResult<Vec<StoredMessage>> {
    msgs.iter().map(stored_one).collect()
}

/// Messages as governance sends them.
///
/// # Errors
/// Deserialisation.
pub fn sendable(msgs: Vec<StoredMessage>) -> StdResult<Vec<CosmosMsg>> {
    msgs.into_iter().map(sendable_one).collect()
}

fn stored_one(msg: &CosmosMsg) -> StdResult<StoredMessage> {
    Ok(match msg {
        CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr,
            msg,
            funds,
        }) => StoredMessage::Execute {
            contract: contract_addr.clone(),
            msg: msg.to_vec(),
            funds: pairs(funds),
        },
        CosmosMsg::Bank(BankMsg::Send { to_address, amount }) => StoredMessage::Send {
            recipient: to_address.clone(),
            amount: pairs(amount),
        },
        other => StoredMessage::Other {
            json: to_json_vec(other)?,
        },
    })
}

fn sendable_one(msg: StoredMessage) -> StdResult<CosmosMsg> {
    Ok(match msg {
        StoredMessage::Execute {
            contract,
            msg,
            funds,
        } => WasmMsg::Execute {
            contract_addr: contract,
            msg: Binary::new(msg),
            funds: coins(funds),
        }
        .into(),
        StoredMessage::Send { recipient, amount } => BankMsg::Send {
            to_address: recipient,
            amount: coins(amount),
        }
        .into(),
        StoredMessage::Other { json } => from_json(json)?,
    })
}

fn pairs(coins: &[Coin]) -> Vec<(String, Uint128)> {
    let pair = |coin: &Coin| (coin.denom.clone(), coin.amount);
    coins.iter().map(pair).collect()
}

fn coins(pairs: Vec<(String, Uint128)>) -> Vec<Coin> {
    let coin = |(denom, amount)| Coin { denom, amount };
    pairs.into_iter().map(coin).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ballast_storage::{from_bytes, to_bytes};

    #[test]
    fn every_message_is_read_back_as_it_was() {
        let funds = vec![Coin::new(7_u128, "b"), Coin::new(u128::MAX, "a")];
        let contract_addr = "contract".to_owned();
        let msgs: Vec<CosmosMsg> = vec![
            WasmMsg::Execute {
                contract_addr: contract_addr.clone(),
                msg: Binary::new((0..=255).collect()),
                funds: funds.clone(),
            }
            .into(),
            BankMsg::Send {
                to_address: "somebody".to_owned(),
                amount: funds,
            }
            .into(),
            BankMsg::Burn { amount: vec![] }.into(),
            WasmMsg::ClearAdmin { contract_addr }.into(),
        ];
        let bytes = to_bytes(&stored(&msgs).unwrap());
        assert_eq!(sendable(from_bytes(&bytes).unwrap()).unwrap(), msgs);
    }

    // What a contract is told is most of a large proposal; it is stored without the third that base64 adds.
    #[test]
    fn a_long_message_is_stored_as_its_bytes() {
        let msg = Binary::new(vec![b'x'; 3_000]);
        let msgs = [WasmMsg::Execute {
            contract_addr: "contract".to_owned(),
            msg,
            funds: vec![],
        }
        .into()];
        assert!(to_bytes(&stored(&msgs).unwrap()).len() < 3_020);
        assert!(to_json_vec(&msgs).unwrap().len() > 4_000);
    }
}
