//! Signed transactions of a chain of the Cosmos SDK: one message, one signer, signed directly, no fee, no memo.

use anyhow::Result;
use base64::prelude::{Engine, BASE64_STANDARD};
use cosmwasm_std::Coin;
use prost::Message;

use super::keys::Key;
use crate::metering::scenarios::Prepared;

/// More than any message takes.
const GAS_LIMIT: u64 = 250_000_000;
/// `SIGN_MODE_DIRECT`.
const SIGN_MODE_DIRECT: i32 = 1;

/// Parts of the SDK's protocol, as far as they are filled in here: names and numbers are those of its `.proto` files.
mod proto {
    use prost::Message;

    #[derive(Clone, PartialEq, Message)]
    pub struct Any {
        #[prost(string, tag = "1")]
        pub type_url: String,
        #[prost(bytes = "vec", tag = "2")]
        pub value: Vec<u8>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Coin {
        #[prost(string, tag = "1")]
        pub denom: String,
        #[prost(string, tag = "2")]
        pub amount: String,
    }

    /// `cosmwasm.wasm.v1.MsgExecuteContract`.
    #[derive(Clone, PartialEq, Message)]
    pub struct ExecuteContract {
        #[prost(string, tag = "1")]
        pub sender: String,
        #[prost(string, tag = "2")]
        pub contract: String,
        #[prost(bytes = "vec", tag = "3")]
        pub msg: Vec<u8>,
        #[prost(message, repeated, tag = "5")]
        pub funds: Vec<Coin>,
    }

    /// `cosmos.bank.v1beta1.MsgSend`.
    #[derive(Clone, PartialEq, Message)]
    pub struct Send {
        #[prost(string, tag = "1")]
        pub from_address: String,
        #[prost(string, tag = "2")]
        pub to_address: String,
        #[prost(message, repeated, tag = "3")]
        pub amount: Vec<Coin>,
    }

    /// Of both curves.
    #[derive(Clone, PartialEq, Message)]
    pub struct PublicKey {
        #[prost(bytes = "vec", tag = "1")]
        pub key: Vec<u8>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct TxBody {
        #[prost(message, repeated, tag = "1")]
        pub messages: Vec<Any>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct AuthInfo {
        #[prost(message, repeated, tag = "1")]
        pub signer_infos: Vec<SignerInfo>,
        #[prost(message, optional, tag = "2")]
        pub fee: Option<Fee>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct SignerInfo {
        #[prost(message, optional, tag = "1")]
        pub public_key: Option<Any>,
        #[prost(message, optional, tag = "2")]
        pub mode_info: Option<ModeInfo>,
        #[prost(uint64, tag = "3")]
        pub sequence: u64,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ModeInfo {
        #[prost(message, optional, tag = "1")]
        pub single: Option<Single>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Single {
        #[prost(int32, tag = "1")]
        pub mode: i32,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Fee {
        #[prost(message, repeated, tag = "1")]
        pub amount: Vec<Coin>,
        #[prost(uint64, tag = "2")]
        pub gas_limit: u64,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct SignDoc {
        #[prost(bytes = "vec", tag = "1")]
        pub body_bytes: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub auth_info_bytes: Vec<u8>,
        #[prost(string, tag = "3")]
        pub chain_id: String,
        #[prost(uint64, tag = "4")]
        pub account_number: u64,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct TxRaw {
        #[prost(bytes = "vec", tag = "1")]
        pub body_bytes: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub auth_info_bytes: Vec<u8>,
        #[prost(bytes = "vec", repeated, tag = "3")]
        pub signatures: Vec<Vec<u8>>,
    }
}

/// Who signs, as the chain knows them.
pub struct Signer<'a> {
    /// The key.
    pub key: &'a Key,
    /// The account's number.
    pub account_number: u64,
    /// How many transactions the account has sent.
    pub sequence: u64,
}

/// A message to a contract, signed, in base64.
///
/// # Errors
/// None in practice.
pub fn execute(message: &Prepared, chain_id: &str, signer: &Signer) -> Result<String> {
    let value = proto::ExecuteContract {
        sender: message.sender.to_string(),
        contract: message.contract.to_string(),
        msg: message.msg.to_vec(),
        funds: coins(&message.funds),
    };
    let any = proto::Any {
        type_url: "/cosmwasm.wasm.v1.MsgExecuteContract".to_owned(),
        value: value.encode_to_vec(),
    };
    Ok(sign(any, chain_id, signer))
}

/// A send of the bank, signed, in base64.
#[must_use]
pub fn send(from: &str, to: &str, amount: &[Coin], chain_id: &str, signer: &Signer) -> String {
    let value = proto::Send {
        from_address: from.to_owned(),
        to_address: to.to_owned(),
        amount: coins(amount),
    };
    let any = proto::Any {
        type_url: "/cosmos.bank.v1beta1.MsgSend".to_owned(),
        value: value.encode_to_vec(),
    };
    sign(any, chain_id, signer)
}

fn coins(coins: &[Coin]) -> Vec<proto::Coin> {
    coins
        .iter()
        .map(|coin| proto::Coin {
            denom: coin.denom.clone(),
            amount: coin.amount.to_string(),
        })
        .collect()
}

fn sign(message: proto::Any, chain_id: &str, signer: &Signer) -> String {
    let public = proto::PublicKey {
        key: signer.key.public(),
    };
    let body = proto::TxBody {
        messages: vec![message],
    };
    let auth = proto::AuthInfo {
        signer_infos: vec![proto::SignerInfo {
            public_key: Some(proto::Any {
                type_url: signer.key.type_url(),
                value: public.encode_to_vec(),
            }),
            mode_info: Some(proto::ModeInfo {
                single: Some(proto::Single {
                    mode: SIGN_MODE_DIRECT,
                }),
            }),
            sequence: signer.sequence,
        }],
        fee: Some(proto::Fee {
            amount: vec![],
            gas_limit: GAS_LIMIT,
        }),
    };
    let document = proto::SignDoc {
        body_bytes: body.encode_to_vec(),
        auth_info_bytes: auth.encode_to_vec(),
        chain_id: chain_id.to_owned(),
        account_number: signer.account_number,
    };
    let signature = signer.key.sign(&document.encode_to_vec());
    let signed = proto::TxRaw {
        body_bytes: document.body_bytes,
        auth_info_bytes: document.auth_info_bytes,
        signatures: vec![signature],
    };
    BASE64_STANDARD.encode(signed.encode_to_vec())
}
