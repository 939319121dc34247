//! `cargo ballast propose`: writes the proposals that operators need, checked by the contracts' own functions, and says what
//! changes from what to what and when.
//!
//! [`build`] makes the messages of each kind, [`sized`] reads them from files. From there on all kinds are alike: [`check`]
//! (with a file a contract) reads the messages as the contracts would, so a proposal that somebody else wrote is checked and
//! summarised the same; [`timing`] and [`summary`] say when and what.

pub mod arguments;
pub mod build;
pub mod changes;
pub mod check;
pub mod error;
mod fund;
mod market;
mod others;
pub mod sized;
pub mod state;
pub mod summary;
pub mod timing;

use std::fs;

use ballast_types::governance::ExecuteMsg;
use cosmwasm_std::CosmosMsg;
use serde::Serialize;

use crate::error::{SimError, SimResult};
use crate::replay::put;
use arguments::{Kind, ProposeArgs};
use build::{Desk, Draft};
use check::{check_words, Examiner};
use error::ProposeError;
use sized::Read;
use state::{Deployment, State};
use summary::Summary;

/// A proposal that the contracts' checks accept, and what it does.
#[derive(Serialize, Debug, Clone)]
pub struct Proposal {
    /// The message to governance.
    pub proposal: ExecuteMsg,
    /// What it does and when.
    pub summary: Summary,
}

/// How a proposal is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Instead of the draft's.
    pub title: Option<String>,
    /// Instead of what changes.
    pub description: Option<String>,
    /// Whether it asks for the short way.
    pub protective: bool,
    /// When it will be proposed, seconds.
    pub at: Option<u64>,
}

/// Runs the subcommand.
///
/// # Errors
/// Files or options are wrong, or a contract would refuse the proposal.
pub fn run(args: &ProposeArgs) -> SimResult<()> {
    let common = &args.common;
    let state = State::read(common.state.as_deref())?;
    let deployment = Deployment::read(common, &state)?;
    let read = draft(&args.kind, &deployment, &state)?;
    let request = Request {
        title: common.title.clone(),
        description: common.description.clone().or(read.description),
        protective: common.protective || read.protective,
        at: common.at.or(state.time),
    };
    let made = make(&deployment, &state, &read.draft, &request)?;
    let message = pretty(&made.proposal)?;
    if let Some(file) = &common.write {
        fs::write(file, format!("{message}\n"))
            .map_err(|error| SimError::file(file, format!("cannot be written: {error}")))?;
    }
    match (&common.write, common.json) {
        (_, true) => put(&pretty(&made)?),
        (Some(file), false) => {
            put(&made.summary.text())?;
            put(&format!(
                "wasmd tx wasm execute {} \"$(cat {})\" --from ...",
                made.summary.governance,
                file.display()
            ))
        }
        (None, false) => {
            eprintln!("{}", made.summary.text());
            put(&message)
        }
    }
}

fn pretty(value: &impl Serialize) -> SimResult<String> {
    serde_json::to_string_pretty(value).map_err(SimError::internal)
}

fn draft(kind: &Kind, deployment: &Deployment, state: &State) -> SimResult<Read> {
    let desk = Desk { deployment, state };
    let draft = match kind {
        Kind::ListMarket(args) => match &args.parameters {
            Some(file) => sized::sized(file, deployment)?,
            None => desk.list_market(args)?,
        },
        Kind::RiskWeight(args) => desk.risk_weight(args)?,
        Kind::Cap(args) => desk.cap(args)?,
        Kind::Bands(args) => desk.bands(args)?,
        Kind::Register(args) => desk.register(args)?,
        Kind::Feeders(args) => desk.feeders(args)?,
        Kind::PaySurplus(args) => desk.pay_surplus(args)?,
        Kind::Migrate(args) => desk.migrate(args)?,
        Kind::Raw(args) => return sized::raw(&args.file),
    };
    Ok(Read {
        draft,
        description: None,
        protective: false,
    })
}

/// Checks a draft and makes the message of it.
///
/// # Errors
/// What a contract would refuse.
pub fn make(
    deployment: &Deployment,
    state: &State,
    draft: &Draft,
    request: &Request,
) -> Result<Proposal, ProposeError> {
    let checked = Examiner::new(deployment, state)?.check(&draft.msgs, request.protective)?;
    let title = request.title.clone().unwrap_or_else(|| draft.title.clone());
    let governance = deployment.governance()?;
    let mut summary = Summary::new(&title, governance, &checked, state, request.at);
    summary.notes.extend(draft.notes.iter().cloned());
    let description = match &request.description {
        Some(description) => description.clone(),
        None => summary.description(),
    };
    check_words(&title, &description)?;
    Ok(Proposal {
        proposal: message(title, description, draft.msgs.clone(), request.protective),
        summary,
    })
}

fn message(
    title: String,
    description: String,
    msgs: Vec<CosmosMsg>,
    protective: bool,
) -> ExecuteMsg {
    if protective {
        return ExecuteMsg::ProposeProtective {
            title,
            description,
            msgs,
        };
    }
    ExecuteMsg::Propose {
        title,
        description,
        msgs,
        earliest: None,
        latest: None,
    }
}
