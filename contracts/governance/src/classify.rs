//! What a proposal's messages may be, and how long they wait.
//!
//! *Adverse* is what could take what others own later, out of sight of [`crate::books`], or change who
//! rules: migrations, admins, ownership, token allowances, governance's own settings, and
//! everything that cannot be read. A proposal waits as long as its slowest message.
//!
//! The books are checked after the messages of every proposal, so a plain payment needs no list: it cannot
//! touch stakes or deposits.

use std::collections::BTreeMap;

use ballast_types::governance::{ExecuteMsg, Speed};
use cosmwasm_std::{
    from_json, Addr, Api, BankMsg, Binary, Checksum, CosmosMsg, StdResult, WasmMsg,
};
use cw_ownable::Action;
use serde::de::IgnoredAny;
use serde::Deserialize;

use crate::{ContractError, ContractResult};

/// Messages of one proposal.
pub const MAX_MESSAGES: usize = 20;
/// JSON bytes of all messages of one proposal.
pub const MAX_MESSAGE_BYTES: usize = 65_536;

/// Names of messages, of any contract, that change who rules it or who may take its coins.
pub const ADVERSE_MESSAGES: &[&str] = &[
    "update_ownership",
    "transfer_ownership",
    "propose_new_owner",
    "update_owner",
    "change_owner",
    "set_owner",
    "update_admin",
    "change_admin",
    "set_admin",
    "update_minter",
    "increase_allowance",
    "approve",
    "approve_all",
    "migrate",
];

/// Checks a proposal's messages and says how long they wait.
///
/// # Errors
/// [`ContractError::TooManyMessages`], [`ContractError::WrongSize`], [`ContractError::MessageRefused`], and
/// addresses that are not as the chain writes them.
pub fn classify(api: &dyn Api, this: &Addr, msgs: &[CosmosMsg]) -> ContractResult<Speed> {
    if msgs.len() > MAX_MESSAGES {
        return Err(ContractError::TooManyMessages {
            max: MAX_MESSAGES,
            found: msgs.len(),
        });
    }
    let found = cosmwasm_std::to_json_vec(msgs)?.len();
    if found > MAX_MESSAGE_BYTES {
        return Err(ContractError::WrongSize {
            what: "messages",
            min: 0,
            max: MAX_MESSAGE_BYTES,
            found,
        });
    }
    let mut speed = Speed::Normal;
    for (index, msg) in msgs.iter().enumerate() {
        if classify_one(api, this, index, msg)? == Speed::Adverse {
            speed = Speed::Adverse;
        }
    }
    Ok(speed)
}

/// SHA-256 of the messages' JSON, hexadecimal: what a proposal does, whatever it is called.
///
/// # Errors
/// Serialisation.
pub fn content_hash(msgs: &[CosmosMsg]) -> StdResult<String> {
    Ok(Checksum::generate(&cosmwasm_std::to_json_vec(msgs)?).to_hex())
}

/// Whether messages appoint a guardian and do nothing else.
#[must_use]
pub fn only_changes_guardian(this: &Addr, msgs: &[CosmosMsg]) -> bool {
    let appoints = |msg: &CosmosMsg| match msg {
        CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr, msg, ..
        }) => {
            contract_addr == this.as_str()
                && matches!(from_json(msg), Ok(ExecuteMsg::SetGuardian { .. }))
        }
        _ => false,
    };
    !msgs.is_empty() && msgs.iter().all(appoints)
}

fn classify_one(
    api: &dyn Api,
    this: &Addr,
    index: usize,
    msg: &CosmosMsg,
) -> ContractResult<Speed> {
    match msg {
        CosmosMsg::Wasm(msg) => classify_wasm(api, this, index, msg),
        CosmosMsg::Bank(msg) => {
            // What nobody can be paid would fail only after the vote.
            if let BankMsg::Send { to_address, .. } = msg {
                api.addr_validate(to_address)?;
            }
            Ok(Speed::Normal)
        }
        CosmosMsg::Custom(_) => Err(ContractError::MessageRefused {
            index,
            reason: "custom messages do not exist on this chain",
        }),
        // Any other module's message, and what later versions add: authorisations and fee grants are
        // among them.
        _ => Ok(Speed::Adverse),
    }
}

fn classify_wasm(api: &dyn Api, this: &Addr, index: usize, msg: &WasmMsg) -> ContractResult<Speed> {
    match msg {
        WasmMsg::Execute {
            contract_addr, msg, ..
        } => {
            // Refuses an address in upper case, which would be ours under another name.
            let contract = api.addr_validate(contract_addr)?;
            if contract == *this {
                own_message(index, msg)
            } else {
                Ok(foreign_message(msg))
            }
        }
        WasmMsg::Instantiate { .. } | WasmMsg::Instantiate2 { .. } => Ok(Speed::Normal),
        WasmMsg::Migrate { contract_addr, .. }
        | WasmMsg::UpdateAdmin { contract_addr, .. }
        | WasmMsg::ClearAdmin { contract_addr } => {
            api.addr_validate(contract_addr)?;
            Ok(Speed::Adverse)
        }
        _ => Ok(Speed::Adverse),
    }
}

/// Governance sends itself what changes its settings, and nothing else: no proposal executes another.
fn own_message(index: usize, msg: &Binary) -> ContractResult<Speed> {
    match from_json(msg) {
        Ok(ExecuteMsg::UpdateSettings { .. } | ExecuteMsg::SetGuardian { .. }) => {
            Ok(Speed::Adverse)
        }
        Ok(ExecuteMsg::ConfirmProtective { .. }) => Ok(Speed::Normal),
        _ => Err(ContractError::MessageRefused {
            index,
            reason:
                "governance sends itself update_settings, set_guardian and confirm_protective only",
        }),
    }
}

/// By its name, which is the one key of its JSON. What has no readable name is adverse.
fn foreign_message(msg: &Binary) -> Speed {
    if accepts_ownership(msg) {
        return Speed::Normal;
    }
    let Some(names) = names(msg) else {
        return Speed::Adverse;
    };
    let adverse = |name: &String| ADVERSE_MESSAGES.contains(&name.as_str());
    if names.len() != 1 || names.iter().any(adverse) {
        return Speed::Adverse;
    }
    Speed::Normal
}

fn names(msg: &Binary) -> Option<Vec<String>> {
    if let Ok(message) = from_json::<BTreeMap<String, IgnoredAny>>(msg) {
        return Some(message.into_keys().collect());
    }
    from_json::<String>(msg).ok().map(|name| vec![name])
}

/// Taking over a contract takes nothing from anybody.
fn accepts_ownership(msg: &Binary) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Ownable {
        UpdateOwnership(Action),
    }
    matches!(
        from_json(msg),
        Ok(Ownable::UpdateOwnership(Action::AcceptOwnership))
    )
}
