//! Entry points and dispatch, and nothing else.

use ballast_administration::migration::Contract;
use ballast_types::governance::{BootstrapRight, ExecuteMsg, InstantiateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response};
use cw_utils::nonpayable;

use crate::bootstrap::BOOTSTRAP_SECS;
use crate::state::{Totals, BOOTSTRAP, SETTINGS, TOKEN, TOTALS};
use crate::{
    bootstrap, check, deposit, events, execute as execution, guardian, migration, parameters,
    propose, protective, query as queries, settings, stake, token, vote, ContractError,
    ContractResult,
};

/// As cw2 records it, and what it migrates from.
pub const CONTRACT: Contract = Contract {
    name: concat!("crates.io:", env!("CARGO_PKG_NAME")),
    version: env!("CARGO_PKG_VERSION"),
    migrates_from: &["0.2.0"],
};

/// Sets token, settings and guardian. The sender may bootstrap.
///
/// # Errors
/// Invalid token, settings or guardian; attached coins.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> ContractResult<Response> {
    nonpayable(&info)?;
    CONTRACT.record(deps.storage)?;
    let this = &env.contract.address;
    let token = token::checked(deps.api, &deps.querier, this, msg.token)?;
    let chosen = msg.settings.unwrap_or_else(parameters::default_settings);
    let chosen = settings::checked(deps.as_ref(), this, chosen)?;
    let guardian = settings::appoint(deps.branch(), msg.guardian.as_deref())?;
    let bootstrap = BootstrapRight {
        by: info.sender.into_string(),
        until: env.block.time.plus_seconds(BOOTSTRAP_SECS).seconds(),
    };

    TOKEN.save(deps.storage, &token)?;
    SETTINGS.save(deps.storage, 0, &chosen)?;
    BOOTSTRAP.save(deps.storage, &bootstrap)?;
    TOTALS.save(deps.storage, env.block.height, &Totals::default())?;
    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("token", token::key(&token))
        .add_event(events::settings(0))
        .add_event(events::guardian(guardian.as_ref())))
}

/// Dispatches a message.
///
/// # Errors
/// As the message's own function says.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> ContractResult<Response> {
    match msg {
        ExecuteMsg::Propose {
            title,
            description,
            msgs,
            earliest,
            latest,
        } => {
            let request = propose::Request {
                title,
                description,
                msgs,
                earliest,
                latest,
                protective: false,
            };
            propose::execute_propose(deps, &env, &info, request)
        }
        ExecuteMsg::ProposeProtective {
            title,
            description,
            msgs,
        } => {
            let request = propose::Request {
                title,
                description,
                msgs,
                earliest: None,
                latest: None,
                protective: true,
            };
            propose::execute_propose(deps, &env, &info, request)
        }
        ExecuteMsg::Vote { proposal_id, vote } => {
            vote::execute_vote(deps, &env, &info, proposal_id, vote)
        }
        ExecuteMsg::Execute { proposal_id } => {
            execution::execute_execute(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::Close { proposal_id } => {
            execution::execute_close(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::RevertProtective { proposal_id, step } => {
            protective::execute_revert(deps, &env, &info, proposal_id, step)
        }
        ExecuteMsg::Cancel { proposal_id } => {
            guardian::execute_cancel(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::Freeze {} => guardian::execute_freeze(deps, &env, &info),
        ExecuteMsg::CheckMessages { msgs, verbatim } => {
            check::execute_check(deps, &env, &info, msgs, verbatim)
        }
        ExecuteMsg::Stake {} => stake::execute_stake(deps, &env, &info),
        ExecuteMsg::Receive(message) => stake::execute_receive(deps, &env, &info, message),
        ExecuteMsg::Unstake { amount } => stake::execute_unstake(deps, &env, &info, amount),
        ExecuteMsg::Claim {} => stake::execute_claim(deps, &env, &info),
        ExecuteMsg::Bootstrap { msgs } => bootstrap::execute_bootstrap(deps, &env, &info, msgs),
        ExecuteMsg::UpdateSettings { settings } => {
            settings::execute_update(deps, &env, &info, settings)
        }
        ExecuteMsg::SetGuardian { guardian } => {
            settings::execute_set_guardian(deps, &env, &info, guardian.as_deref())
        }
        ExecuteMsg::ConfirmProtective { proposal_id } => {
            protective::execute_confirm(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::RunProposal { proposal_id } => {
            execution::execute_run(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::CheckBooks { gaps } => execution::execute_check_books(deps, &env, &info, &gaps),
    }
}

/// Dispatches a query.
///
/// # Errors
/// As the query's own function says.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> ContractResult<Binary> {
    queries::query(deps, &env, msg)
}

/// The outcome of a proposal's messages or of a dry run; a deposit or freeze that did not arrive.
///
/// # Errors
/// [`ContractError::UnknownReply`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> ContractResult<Response> {
    match msg.id {
        execution::REPLY_EXECUTE => execution::reply(deps, &env, msg),
        deposit::REPLY_DEPOSIT => deposit::reply(deps, &env, &msg),
        check::REPLY_CHECK => check::reply(msg),
        guardian::REPLY_FREEZE => guardian::reply(&msg),
        found => Err(ContractError::UnknownReply { found }),
    }
}

/// From a version that this code knows, once.
///
/// # Errors
/// [`crate::ContractError::Migration`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> ContractResult<Response> {
    migration::migrate(deps)
}
