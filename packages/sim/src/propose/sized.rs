//! Reads what `cargo ballast size --write` wrote, and proposals that others wrote.

use std::path::Path;

use ballast_types::fund::ExecuteMsg as FundMsg;
use ballast_types::governance::ExecuteMsg as GovernanceMsg;
use ballast_types::market::ExecuteMsg as MarketMsg;
use cosmwasm_std::{CosmosMsg, Uint128};
use serde::Deserialize;
use serde_json::Value;

use super::build::{call, Draft};
use super::error::ProposeError;
use super::state::{from_file, Deployment};
use crate::error::{SimError, SimResult};

/// The part of the file that is proposed.
#[derive(Deserialize)]
struct Sized {
    messages: Vec<SizedMessage>,
    #[serde(default)]
    top_ups: Vec<Payment>,
}

/// Coins that the sizes count on. No message of governance's: whoever has them pays them in.
#[derive(Deserialize)]
struct Payment {
    kind: String,
    market: Option<u32>,
    amount: Uint128,
}

impl Payment {
    fn note(&self) -> String {
        let market = self
            .market
            .map_or(String::new(), |market| format!(" of market {market}"));
        format!(
            "not a part of it, and to be paid into the fund: {} quote atoms as {}{market}",
            self.amount, self.kind
        )
    }
}

/// A message and the contract that takes it.
#[derive(Deserialize)]
struct SizedMessage {
    to: String,
    msg: Value,
}

/// A proposal of the messages that `size` wrote.
///
/// # Errors
/// The file cannot be read, holds no messages, or some for another contract; an address is not known.
pub fn sized(file: &Path, deployment: &Deployment) -> SimResult<Draft> {
    let Sized { messages, top_ups } = from_file(file)?;
    if messages.is_empty() {
        return Err(SimError::file(file, "no messages; expected at least one"));
    }
    let mut symbols = vec![];
    let mut msgs = vec![];
    for (index, SizedMessage { to, msg }) in messages.into_iter().enumerate() {
        let unreadable = |error| SimError::file(file, format!("message {index} to {to}: {error}"));
        let message = match to.as_str() {
            "perp-market" => {
                let msg: MarketMsg = serde_json::from_value(msg).map_err(unreadable)?;
                if let MarketMsg::ListMarket(listing) = &msg {
                    symbols.push(listing.symbol.clone());
                }
                call(deployment.market()?, &msg)?
            }
            "insurance-fund" => {
                let msg: FundMsg = serde_json::from_value(msg).map_err(unreadable)?;
                call(deployment.fund()?, &msg)?
            }
            other => {
                return Err(SimError::file(
                    file,
                    format!(
                        "message {index} is to {other:?}; expected perp-market or insurance-fund"
                    ),
                ))
            }
        };
        msgs.push(message);
    }
    let title = if symbols.is_empty() {
        "Parameters of the markets, as sized".to_owned()
    } else {
        format!("List {}", symbols.join(", "))
    };
    let notes = top_ups.iter().map(Payment::note).collect();
    Ok(Draft { title, msgs, notes })
}

/// A proposal as it was read, with what it says of itself.
pub struct Read {
    /// Title and messages.
    pub draft: Draft,
    /// Its description, where it has one.
    pub description: Option<String>,
    /// Whether it asks for the short way.
    pub protective: bool,
}

/// A proposal that somebody else wrote: the governance message, or its messages alone.
///
/// # Errors
/// The file cannot be read, or is neither.
pub fn raw(file: &Path) -> SimResult<Read> {
    let json: Value = from_file(file)?;
    if json.is_array() {
        let msgs: Vec<CosmosMsg> =
            serde_json::from_value(json).map_err(|error| SimError::file(file, error))?;
        let title = "Messages".to_owned();
        return Ok(Read {
            draft: Draft::new(title, msgs),
            description: None,
            protective: false,
        });
    }
    let message: GovernanceMsg =
        serde_json::from_value(json).map_err(|error| SimError::file(file, error))?;
    let (title, description, msgs, protective) = match message {
        GovernanceMsg::Propose {
            title,
            description,
            msgs,
            earliest: None,
            latest: None,
        } => (title, description, msgs, false),
        GovernanceMsg::ProposeProtective {
            title,
            description,
            msgs,
        } => (title, description, msgs, true),
        GovernanceMsg::Propose { .. } => {
            return Err(ProposeError::wrong(
                "earliest, latest",
                "bounds of their own",
                "null: they narrow the times that would be printed",
            )
            .into())
        }
        _ => {
            return Err(SimError::file(
                file,
                "another message of governance; expected propose or propose_protective",
            ))
        }
    };
    Ok(Read {
        draft: Draft::new(title, msgs),
        description: Some(description),
        protective,
    })
}
