//! Deposits and withdrawals.

use ballast_json::{from_json, to_json_binary};
use ballast_types::market::{ReceiveMsg, WithdrawAnswer};
use ballast_types::token::TokenMsg;
use cosmwasm_std::{
    Addr, BankMsg, Coin, CosmosMsg, DepsMut, Env, MessageInfo, Response, StdError, Uint128, Uint64,
    WasmMsg,
};
use cw20::{Cw20ReceiveMsg, Denom};

use crate::delisting;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund::bank_balance;
use crate::gate;
use crate::ledger::debit;
use crate::margin::{account_risk, check_not_bankrupt, check_withdrawable};
use crate::outflow::Outflows;
use crate::price::Valuation;
use crate::recent_risk::note_outflow;
use crate::state::{Config, QueuedWithdrawal, CONFIG, VAULT, WITHDRAWALS};

/// Deposits attached native coins into a subaccount of the sender. Anyone; exactly one coin.
pub fn deposit_native(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
) -> ContractResult<Response> {
    let config = CONFIG.load(deps.storage)?;
    let amount = match &config.collateral {
        Denom::Native(denom) => cw_utils::must_pay(info, denom)?,
        Denom::Cw20(token) => {
            return Err(ContractError::WrongCollateral {
                expected: format!("cw20 {token}, sent with its Send message"),
                found: "native coins".to_string(),
            }
            .into())
        }
    };
    deposit(deps, env, config, &info.sender, subaccount, amount)
}

/// cw20 hook: a deposit for whoever sent the tokens. Only the collateral token is listened to.
pub fn receive(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    message: &Cw20ReceiveMsg,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let config = CONFIG.load(deps.storage)?;
    let collateral = &config.collateral;
    if !matches!(collateral, Denom::Cw20(token) if *token == info.sender) {
        return Err(ContractError::WrongCollateral {
            expected: describe(collateral),
            found: format!("cw20 {}", info.sender),
        }
        .into());
    }
    let sender = deps.api.addr_validate(&message.sender)?;
    let hook: ReceiveMsg = from_json(&message.msg)?;
    // Credited with what arrived: a token that takes a fee in flight delivers less than it says.
    let bank = bank_balance(deps.as_ref(), env, collateral)?;
    let arrived = bank.saturating_sub(VAULT.load(deps.storage)?.held);
    let amount = message.amount.min(arrived);
    match hook {
        ReceiveMsg::Deposit { subaccount } => {
            deposit(deps, env, config, &sender, subaccount, amount)
        }
        ReceiveMsg::RepayDeficit { market } => delisting::repay(deps, env, market, amount),
    }
}

fn deposit(
    deps: DepsMut,
    env: &Env,
    config: Config,
    owner: &Addr,
    subaccount: u32,
    amount: Uint128,
) -> ContractResult<Response> {
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {}.into());
    }
    let mut exchange = Exchange::with(deps.as_ref(), env, config);
    let number = exchange.account_number_or_new(owner, subaccount)?;
    gate::put_back(&mut exchange, number, amount)?;
    let event = events::deposit(number, exchange.account(number)?, amount);
    exchange.events.push(event);
    let parameters = exchange.config.parameters.clone();
    let mut outflows = Outflows::load(deps.storage, &parameters, exchange.now())?;
    outflows.give(amount)?;
    let happened = exchange.into_changes().save(deps.storage)?;
    outflows.save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "deposit")
        .add_attribute("account", number.to_string())
        .add_events(happened))
}

/// Pays out collateral. By the account's owner. What outflow limits and the vault do not allow now leaves the
/// account too and is queued; refused while the gate is shut for the account.
///
/// Without positions: what the account holds, no price needed. With positions: initial margin must remain
/// at a price that is fresh and taken at the worse end of its confidence interval.
pub fn withdraw(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    subaccount: u32,
    amount: Uint128,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {}.into());
    }
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.account_number(&info.sender, subaccount)?;
    take_out(&mut exchange, number, amount)?;
    gate::check(&mut exchange, number)?;
    let parameters = exchange.config.parameters.clone();
    let mut outflows = Outflows::load(deps.storage, &parameters, exchange.now())?;
    let (paid, queued) = outflows.split(amount)?;
    let account = exchange.account(number)?.clone();
    let mut payment = None;
    if !paid.is_zero() {
        payment = Some(pay(&exchange.config.collateral, &info.sender, paid)?);
        let event = events::withdraw(number, &account, paid);
        exchange.events.push(event);
    }
    let mut id = None;
    if !queued.is_zero() {
        let next = outflows.enqueue(queued)?;
        let event = events::withdrawal_queued(next, number, &account, queued);
        exchange.events.push(event);
        id = Some(next);
    }
    let happened = exchange.into_changes().save(deps.storage)?;
    if let Some(id) = id {
        let withdrawal = QueuedWithdrawal {
            account: number,
            amount: queued,
            queued_at: env.block.time.seconds(),
            failed_at: None,
        };
        WITHDRAWALS.save(deps.storage, id, &withdrawal)?;
    }
    outflows.save(deps.storage)?;
    let answer = WithdrawAnswer {
        paid,
        queued,
        id: id.map(Uint64::new),
    };
    Ok(Response::new()
        .add_attribute("action", "withdraw")
        .add_attribute("account", number.to_string())
        .add_events(happened)
        .add_messages(payment)
        .set_data(to_json_binary(&answer)))
}

/// Takes money out of an account that may spare it: not bankrupt, and initial margin remains at a price that
/// is fresh and taken at the worse end of its confidence interval. That an account would get no riskier, as
/// for a trade, is no excuse here.
///
/// Funding and premium are counted, not settled: that would write the markets of its positions for nothing.
pub fn take_out(exchange: &mut Exchange, number: u64, amount: Uint128) -> ContractResult<()> {
    let mut settled = exchange.view_account(number)?;
    check_not_bankrupt(&account_risk(exchange, &settled, Valuation::Last)?)?;
    if !settled.positions.is_empty() {
        exchange.check_not_frozen()?;
    }
    debit(&mut settled, amount)?;
    check_withdrawable(exchange, &settled)?;
    let now = exchange.now();
    let account = exchange.account_mut(number)?;
    debit(account, amount)?;
    note_outflow(account, now);
    Ok(())
}

/// A message that sends collateral. The amount must not be zero.
pub fn pay(collateral: &Denom, recipient: &Addr, amount: Uint128) -> Result<CosmosMsg, StdError> {
    Ok(match collateral {
        Denom::Native(denom) => BankMsg::Send {
            to_address: recipient.to_string(),
            amount: vec![Coin::new(amount.u128(), denom)],
        }
        .into(),
        Denom::Cw20(token) => WasmMsg::Execute {
            contract_addr: token.to_string(),
            msg: to_json_binary(&TokenMsg::Transfer {
                recipient: recipient.to_string(),
                amount,
            }),
            funds: vec![],
        }
        .into(),
    })
}

/// The collateral for people.
#[must_use]
pub fn describe(collateral: &Denom) -> String {
    match collateral {
        Denom::Native(denom) => format!("native {denom}"),
        Denom::Cw20(token) => format!("cw20 {token}"),
    }
}
