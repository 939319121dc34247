//! Entry points and dispatch.

use ballast_administration::migration::Contract;
use ballast_types::fund::{Change, ExecuteMsg, InstantiateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    to_json_binary, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
};

use cw20_base::allowances::query_allowance;
use cw20_base::contract::query_minter;
use cw20_base::enumerable::{query_all_accounts, query_owner_allowances, query_spender_allowances};

use crate::error::ContractResult;
use crate::hourly::HourlyHighs;
use crate::state::{
    ClaimTotals, Config, Facility, Ledger, StoredBooks, Surplus, Treasury, Underwriting, BOOKS,
    CONFIG, MUTUAL_HIGHS, PARAMETERS, SURPLUS, TREASURY,
};
use crate::{
    claim, emergency, exit, funds, hypothetical, ownership, parameters, pending, poke,
    query as queries, shares, solvency, stake, surplus, top_up,
};

/// As cw2 records it, and what it migrates from.
pub const CONTRACT: Contract = Contract {
    name: concat!("crates.io:", env!("CARGO_PKG_NAME")),
    version: env!("CARGO_PKG_VERSION"),
    migrates_from: &["0.2.0"],
};

/// Sets owner, collateral and parameters.
///
/// # Errors
/// Invalid addresses, collateral or parameters; attached coins.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> ContractResult<Response> {
    funds::refuse_coins(&info)?;
    CONTRACT.record(deps.storage)?;
    cw_ownable::initialize_owner(deps.storage, deps.api, Some(&msg.owner))?;
    let parameters = msg
        .parameters
        .unwrap_or_else(parameters::default_parameters);
    parameters::validate(&parameters)?;
    let collateral = funds::checked_collateral(
        deps.api,
        &deps.querier,
        &env.contract.address,
        msg.collateral,
    )?;
    CONFIG.save(deps.storage, &Config { collateral })?;
    PARAMETERS.save(deps.storage, &parameters)?;
    let books = StoredBooks {
        ledger: Ledger::default(),
        underwriting: Underwriting::default(),
        facility: Facility::default(),
        suite: solvency::unfunded(env.block.time.seconds()),
        claims: ClaimTotals::default(),
    };
    BOOKS.save(deps.storage, &books)?;
    MUTUAL_HIGHS.save(deps.storage, &HourlyHighs::default())?;
    shares::instantiate(deps.storage, msg.share_token)?;
    TREASURY.save(deps.storage, &Treasury::default())?;
    SURPLUS.save(deps.storage, &Surplus::default())?;
    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("owner", msg.owner))
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
        ExecuteMsg::TopUp(message) => top_up::execute_top_up(deps, &env, &info, message),
        ExecuteMsg::Receive(message) => top_up::execute_receive(deps, &env, &info, message),
        ExecuteMsg::ClaimShortfall {
            market,
            account,
            claim_id,
            amount,
            state,
            recent_risk,
        } => {
            let request = claim::Request {
                market,
                account,
                claim_id,
                amount,
                state,
                recent_risk,
            };
            claim::execute_claim(deps, &env, &info, request)
        }
        ExecuteMsg::Sync {} => top_up::execute_sync(deps, &env, &info),
        ExecuteMsg::Stake {} => stake::execute_stake(deps, &env, &info),
        ExecuteMsg::RequestExit { shares } => exit::execute_request(deps, &env, &info, shares),
        ExecuteMsg::CancelExit {} => exit::execute_cancel(deps, &env, &info),
        ExecuteMsg::CompleteExit {} => exit::execute_complete(deps, &env, &info),
        ExecuteMsg::Transfer { recipient, amount } => {
            shares::execute_transfer(deps, env, info, recipient, amount)
        }
        ExecuteMsg::Send {
            contract,
            amount,
            msg,
        } => shares::execute_send(deps, env, info, contract, amount, msg),
        ExecuteMsg::IncreaseAllowance {
            spender,
            amount,
            expires,
        } => shares::execute_increase_allowance(deps, env, info, spender, amount, expires),
        ExecuteMsg::DecreaseAllowance {
            spender,
            amount,
            expires,
        } => shares::execute_decrease_allowance(deps, env, info, spender, amount, expires),
        ExecuteMsg::TransferFrom {
            owner,
            recipient,
            amount,
        } => shares::execute_transfer_from(deps, env, info, owner, recipient, amount),
        ExecuteMsg::SendFrom {
            owner,
            contract,
            amount,
            msg,
        } => shares::execute_send_from(deps, env, info, owner, contract, amount, msg),
        ExecuteMsg::CommitEmergency {} => emergency::execute_commit(deps, &env, &info),
        ExecuteMsg::RequestEmergencyWithdrawal { amount } => {
            emergency::execute_request_withdrawal(deps, &env, &info, amount)
        }
        ExecuteMsg::WithdrawEmergency {} => emergency::execute_withdraw(deps, &env, &info),
        ExecuteMsg::Poke { contract } => poke::execute_poke(deps, &env, &info, &contract),
        ExecuteMsg::PaySurplus {} => surplus::execute_pay(deps, &env, &info),
        ExecuteMsg::AppointTreasury { treasury } => {
            pending::submit(deps, &env, &info, Change::AppointTreasury { treasury })
        }
        ExecuteMsg::AppointSurplusRecipient { recipient } => {
            let change = Change::AppointSurplusRecipient { recipient };
            pending::submit(deps, &env, &info, change)
        }
        ExecuteMsg::RegisterMarket {
            contract,
            market,
            parameters,
        } => {
            let change = Change::RegisterMarket {
                contract,
                market,
                parameters,
            };
            pending::submit(deps, &env, &info, change)
        }
        ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        } => {
            let change = Change::UpdateMarket {
                contract,
                market,
                parameters,
            };
            pending::submit(deps, &env, &info, change)
        }
        ExecuteMsg::UpdateParameters { parameters } => {
            pending::submit(deps, &env, &info, Change::UpdateParameters { parameters })
        }
        ExecuteMsg::ApplyChange { id } => pending::apply(deps, &env, &info, id),
        ExecuteMsg::CancelChange { id } => pending::cancel(deps, &info, id),
        ExecuteMsg::UpdateOwnership(action) => {
            ownership::execute_update_ownership(deps, &env, &info, action)
        }
    }
}

/// Dispatches a query.
///
/// # Errors
/// As the query's own function says.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> ContractResult<Binary> {
    Ok(match msg {
        QueryMsg::Config {} => to_json_binary(&queries::config(deps)?),
        QueryMsg::Market { contract, market } => {
            to_json_binary(&queries::market(deps, &env, &contract, market)?)
        }
        QueryMsg::Markets { start_after, limit } => {
            to_json_binary(&queries::markets(deps, &env, start_after, limit)?)
        }
        QueryMsg::Claim { contract, claim_id } => {
            to_json_binary(&queries::claim(deps, &contract, claim_id)?)
        }
        QueryMsg::Claims {
            contract,
            start_after,
            limit,
        } => to_json_binary(&queries::claims(deps, &contract, start_after, limit)?),
        QueryMsg::Capacity { contract, market } => {
            to_json_binary(&queries::capacity(deps, &env, &contract, market)?)
        }
        QueryMsg::Solvency {} => to_json_binary(&queries::solvency(deps, &env)?),
        QueryMsg::Underwriting {} => to_json_binary(&queries::underwriting(deps, &env)?),
        QueryMsg::Staker { address } => to_json_binary(&queries::staker(deps, &env, &address)?),
        QueryMsg::ExitValue { shares } => to_json_binary(&queries::exit_value(deps, &env, shares)?),
        QueryMsg::Balance { address } => to_json_binary(&shares::query_balance(deps, &address)?),
        QueryMsg::TokenInfo {} => to_json_binary(&shares::query_token_info(deps)?),
        QueryMsg::Minter {} => to_json_binary(&query_minter(deps)?),
        QueryMsg::Allowance { owner, spender } => {
            to_json_binary(&query_allowance(deps, owner, spender)?)
        }
        QueryMsg::AllAllowances {
            owner,
            start_after,
            limit,
        } => to_json_binary(&query_owner_allowances(deps, owner, start_after, limit)?),
        QueryMsg::AllSpenderAllowances {
            spender,
            start_after,
            limit,
        } => to_json_binary(&query_spender_allowances(
            deps,
            spender,
            start_after,
            limit,
        )?),
        QueryMsg::AllAccounts { start_after, limit } => {
            to_json_binary(&query_all_accounts(deps, start_after, limit)?)
        }
        QueryMsg::Emergency {} => to_json_binary(&queries::emergency(deps, &env)?),
        QueryMsg::PendingChanges { start_after, limit } => {
            to_json_binary(&queries::pending_changes(deps, start_after, limit)?)
        }
        QueryMsg::TopUps { start_after, limit } => {
            to_json_binary(&queries::top_ups(deps, start_after, limit)?)
        }
        QueryMsg::Coverage { shock } => to_json_binary(&hypothetical::coverage(deps, &env, shock)?),
        QueryMsg::StressTest { shocks } => {
            to_json_binary(&hypothetical::stress_test(deps, &env, shocks)?)
        }
        QueryMsg::Surplus {} => to_json_binary(&queries::surplus(deps, &env)?),
        QueryMsg::RiskParameters { contract, market } => {
            to_json_binary(&queries::risk_parameters(deps, &env, &contract, market)?)
        }
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    }?)
}

/// The reply to a push of risk parameters; there is no other.
///
/// # Errors
/// [`crate::error::ContractError::UnknownReply`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut, _env: Env, msg: Reply) -> ContractResult<Response> {
    poke::reply(deps, &msg)
}

/// From a version that this code knows, once. Nothing is converted yet.
///
/// # Errors
/// [`crate::error::ContractError::Migration`].
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> ContractResult<Response> {
    let from = CONTRACT.migrate(deps.storage)?;
    Ok(CONTRACT.migrated(from))
}
