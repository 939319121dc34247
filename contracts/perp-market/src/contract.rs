//! Dispatch: what each message does.

use ballast_administration::migration::Contract;
use ballast_types::market::{Change, ExecuteMsg, InstantiateMsg, QueryMsg};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, SubMsgResponse, SubMsgResult,
};

use crate::error::{ContractError, ContractResult};
use crate::orders::cancel::{Cancelled, Reference};
use crate::{
    accounts, admin, dead_orders, delegates, delisting, freeze, fund, funding, liquidation,
    migration, orders, pending, query, settling, transfers, triggers, withdrawals,
};

/// As cw2 records it, and what it migrates from.
pub const CONTRACT: Contract = Contract {
    name: concat!("crates.io:", env!("CARGO_PKG_NAME")),
    version: env!("CARGO_PKG_VERSION"),
    migrates_from: &["0.2.0"],
};

/// Nothing to say at migration.
#[cw_serde]
pub struct MigrateMsg {}

/// Sets up an exchange without markets.
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> ContractResult<Response> {
    CONTRACT.record(deps.storage)?;
    admin::instantiate(deps, &info, &msg)
}

/// Everything that can be done.
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> ContractResult<Response> {
    match msg {
        ExecuteMsg::Deposit { subaccount } => {
            accounts::deposit_native(deps, &env, &info, subaccount)
        }
        ExecuteMsg::Receive(message) => accounts::receive(deps, &env, &info, &message),
        ExecuteMsg::Withdraw { subaccount, amount } => {
            accounts::withdraw(deps, &env, &info, subaccount, amount)
        }
        ExecuteMsg::ProcessWithdrawals { limit } => withdrawals::process(deps, &env, &info, limit),
        ExecuteMsg::CancelWithdrawal { id } => withdrawals::cancel(deps, &env, &info, id.u64()),
        ExecuteMsg::Transfer {
            from_subaccount,
            to_subaccount,
            amount,
        } => transfers::execute(deps, &env, &info, from_subaccount, to_subaccount, amount),
        ExecuteMsg::PlaceOrder(order) => orders::place::execute(deps, &env, &info, &order),
        ExecuteMsg::CancelOrder {
            owner,
            subaccount,
            order_id,
            trigger_order_id,
            client_order_id,
        } => {
            let reference = Reference::new(order_id, trigger_order_id, client_order_id)?;
            orders::cancel::execute(deps, &env, &info, owner.as_deref(), subaccount, reference)
        }
        ExecuteMsg::CancelAllOrders {
            owner,
            subaccount,
            market,
            trigger_orders,
        } => {
            let owner = owner.as_deref();
            let which = Cancelled {
                market,
                trigger_orders,
            };
            orders::cancel::execute_all(deps, &env, &info, owner, subaccount, which)
        }
        ExecuteMsg::Batch {
            owner,
            subaccount,
            cancel,
            place,
        } => {
            let owner = owner.as_deref();
            orders::batch::execute(deps, &env, &info, owner, subaccount, &cancel, &place)
        }
        ExecuteMsg::RemoveOrders { orders } => dead_orders::execute(deps, &env, &info, &orders),
        ExecuteMsg::PlaceTriggerOrder(order) => triggers::place::execute(deps, &env, &info, &order),
        ExecuteMsg::ExecuteTriggerOrder { trigger_order_id } => {
            triggers::execute::execute(deps, &env, &info, &trigger_order_id)
        }
        ExecuteMsg::SetDelegate {
            subaccount,
            delegate,
            expires_at,
        } => delegates::set(deps, &env, &info, subaccount, &delegate, expires_at),
        ExecuteMsg::RemoveDelegate {
            subaccount,
            delegate,
        } => delegates::remove(deps, &env, &info, subaccount, &delegate),
        ExecuteMsg::Liquidate { account, market } => {
            liquidation::execute(deps, &env, &info, &account, market, false)
        }
        ExecuteMsg::Deleverage { account, market } => {
            liquidation::execute(deps, &env, &info, &account, market, true)
        }
        ExecuteMsg::AccrueFunding { market } => funding::execute(deps, &env, &info, market),
        ExecuteMsg::Flush { market } => fund::flush(deps, &env, &info, market),
        ExecuteMsg::Sync {} => fund::sync(deps, &env, &info),
        ExecuteMsg::SetRiskLevel {
            revision: _,
            markets,
        } => fund::set_risk_level(deps, &env, &info, markets),
        ExecuteMsg::ListMarket(listing) => pending::submit(
            deps,
            &env,
            &info,
            Change::ListMarket {
                listing: Box::new(listing),
            },
        ),
        ExecuteMsg::UpdateMarket { market, parameters } => pending::submit(
            deps,
            &env,
            &info,
            Change::UpdateMarket { market, parameters },
        ),
        ExecuteMsg::UpdateOracle { market, oracle } => {
            pending::submit(deps, &env, &info, Change::UpdateOracle { market, oracle })
        }
        ExecuteMsg::UpdateParameters { parameters } => {
            pending::submit(deps, &env, &info, Change::UpdateParameters { parameters })
        }
        ExecuteMsg::SetInsuranceFund { insurance_fund } => {
            let change = Change::SetInsuranceFund { insurance_fund };
            pending::submit(deps, &env, &info, change)
        }
        ExecuteMsg::SetFreeze { until } => freeze::set(deps, &env, &info, until),
        ExecuteMsg::ApplyChange { id } => pending::apply(deps, &env, &info, id),
        ExecuteMsg::CancelChange { id } => pending::cancel(deps, &info, id),
        ExecuteMsg::SettleMarket { market } => settling::request(deps, &env, &info, market),
        ExecuteMsg::Settle { market, accounts } => {
            settling::settle(deps, &env, &info, market, &accounts)
        }
        ExecuteMsg::DelistMarket { market } => delisting::delist(deps, &env, &info, market),
        ExecuteMsg::RepayDeficit { market } => delisting::repay_native(deps, &env, &info, market),
        ExecuteMsg::PayFees {
            market,
            recipient,
            amount,
        } => admin::pay_fees(deps, &info, market, &recipient, amount),
        ExecuteMsg::UpdateOwnership(action) => admin::update_ownership(deps, &env, &info, action),
    }
}

/// Answers of the insurance fund.
pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> ContractResult<Response> {
    let answer = match msg.result {
        SubMsgResult::Ok(response) => Ok(answer_data(response)),
        SubMsgResult::Err(error) => Err(error),
    };
    match msg.id {
        fund::TOP_UP_REPLY => fund::reply_top_up(deps, &env, &msg.payload, answer),
        fund::CLAIM_REPLY => liquidation::answer::reply(deps, &env, &msg.payload, answer),
        withdrawals::WITHDRAWAL_REPLY => withdrawals::reply(deps, &env, &msg.payload),
        id => Err(ContractError::UnknownReply { id }.into()),
    }
}

/// The data that the fund set. Chains of CosmWasm 2 put it into the message responses, older ones only
/// into the deprecated field.
fn answer_data(response: SubMsgResponse) -> Option<Binary> {
    let first = response
        .msg_responses
        .into_iter()
        .next()
        .map(|response| response.value);
    #[allow(deprecated)]
    let data = first.or(response.data);
    fund::unwrap_data(data)
}

/// Everything that can be asked.
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> ContractResult<Binary> {
    query::query(deps, &env, msg)
}

/// From a version that this code knows, once.
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> ContractResult<Response> {
    migration::migrate(deps)
}
