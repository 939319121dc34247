//! Deposits of proposals: taken, and later returned or forfeited, once.
//!
//! A payment that fails (a proposer who refuses coins, a fund that is broken) never stops the message that
//! made it: the deposit stays held, and `Close` tries again.

use ballast_storage::{from_bytes, to_bytes};
use ballast_types::fund::TopUpKind;
use ballast_types::governance::{ContractKind, DepositState, Settings};
use cosmwasm_std::{
    coins, to_json_binary, Addr, Coin, CosmosMsg, DepsMut, Env, Event, MessageInfo, Reply,
    Response, StdResult, Storage, SubMsg, Uint128, WasmMsg,
};
use cw20::{Cw20ExecuteMsg, Denom, UncheckedDenom};
use cw3::{DepositInfo, UncheckedDepositInfo};

use crate::calls::FundDonation;
use crate::case::Case;
use crate::state::{current_settings, DEPOSITS};
use crate::token::{attached, key, pay};
use crate::{events, ContractError, ContractResult};

/// Who holds this fraction of all power (one in twenty) needs no deposit: however large a deposit a
/// proposal once set, it does not lock the rest out.
pub const EXEMPT_FRACTION: u128 = 20;

/// Reply to a payment of a deposit. The payload is the proposal's id.
pub const REPLY_DEPOSIT: u64 = 2;

/// What becomes of a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Back to the proposer.
    Return,
    /// To the insurance fund.
    Forfeit,
}

/// What a proposer must pay, where anything, and how it is collected where the token is a cw20.
///
/// # Errors
/// [`ContractError::WrongDeposit`].
pub fn take(
    env: &Env,
    info: &MessageInfo,
    settings: &Settings,
    power: Uint128,
    total: Uint128,
) -> ContractResult<(Option<DepositInfo>, Option<CosmosMsg>)> {
    let Some(deposit) = settings.deposit.as_ref().map(info_of) else {
        return refuse_coins(&info.funds).map(|()| (None, None));
    };
    let exempt = power.full_mul(EXEMPT_FRACTION) >= total.into();
    if exempt && info.funds.is_empty() {
        return Ok((None, None));
    }
    match &deposit.denom {
        Denom::Native(_) => {
            if attached(&info.funds, &deposit.denom) != Some(deposit.amount) {
                return Err(ContractError::WrongDeposit {
                    expected: amount_of(&deposit),
                    found: list(&info.funds),
                });
            }
            Ok((Some(deposit), None))
        }
        Denom::Cw20(token) => {
            refuse_coins(&info.funds)?;
            let collect = WasmMsg::Execute {
                contract_addr: token.to_string(),
                msg: to_json_binary(&Cw20ExecuteMsg::TransferFrom {
                    owner: info.sender.to_string(),
                    recipient: env.contract.address.to_string(),
                    amount: deposit.amount,
                })?,
                funds: vec![],
            };
            Ok((Some(deposit), Some(collect.into())))
        }
    }
}

/// Books a deposit that was taken.
///
/// # Errors
/// More than 2^128 atoms.
pub fn hold(storage: &mut dyn Storage, deposit: &DepositInfo) -> ContractResult<()> {
    let key = key(&deposit.denom);
    let held = DEPOSITS.may_load(storage, &key)?.unwrap_or_default();
    Ok(DEPOSITS.save(storage, &key, &held.checked_add(deposit.amount)?)?)
}

/// Takes a held deposit off the books and pays it, if there is one. The caller saves the case.
///
/// # Errors
/// Storage and serialisation; never the payment itself.
#[must_use = "the books no longer hold what these messages pay"]
pub fn settle(
    storage: &mut dyn Storage,
    env: &Env,
    case: &mut Case,
    fate: Fate,
) -> ContractResult<(Option<SubMsg>, Option<Event>)> {
    let (Some(deposit), DepositState::Held) = (case.deposit(), case.standing.deposit) else {
        return Ok((None, None));
    };
    release(storage, &deposit)?;
    let proposer = &case.proposal.proposer;
    let (state, result, recipient, message) = match fate {
        Fate::Return => {
            let message = pay(&deposit.denom, proposer, deposit.amount)?;
            (
                DepositState::Returned,
                "returned",
                proposer.clone(),
                Some(message),
            )
        }
        Fate::Forfeit => {
            let fund = insurance_fund(&current_settings(storage)?.1);
            let message = fund
                .as_ref()
                .map(|fund| donate(&deposit, fund))
                .transpose()?;
            let recipient = fund.unwrap_or_else(|| env.contract.address.clone());
            (DepositState::Forfeited, "forfeited", recipient, message)
        }
    };
    case.standing.deposit = state;
    let payment = message.map(|message| {
        SubMsg::reply_on_error(message, REPLY_DEPOSIT).with_payload(to_bytes(&case.id))
    });
    let event = events::deposit(case.id, &deposit, &recipient, result);
    Ok((payment, Some(event)))
}

/// A payment failed: the deposit is held again.
///
/// # Errors
/// Storage.
pub fn reply(deps: DepsMut, env: &Env, reply: &Reply) -> ContractResult<Response> {
    let mut case = Case::load(deps.storage, from_bytes(&reply.payload)?)?;
    let Some(deposit) = case.deposit() else {
        return Err(ContractError::UnknownReply { found: reply.id });
    };
    case.standing.deposit = DepositState::Held;
    hold(deps.storage, &deposit)?;
    case.save(deps.storage)?;
    let event = events::deposit(case.id, &deposit, &env.contract.address, "failed");
    Ok(Response::new().add_event(event))
}

/// The deposit of the settings, as cw3 answers it.
#[must_use]
pub fn info_of(deposit: &UncheckedDepositInfo) -> DepositInfo {
    DepositInfo {
        amount: deposit.amount,
        denom: denom_of(&deposit.denom),
        refund_failed_proposals: deposit.refund_failed_proposals,
    }
}

/// The token of a deposit in checked settings.
#[must_use]
pub fn denom_of(denom: &UncheckedDenom) -> Denom {
    match denom {
        UncheckedDenom::Native(denom) => Denom::Native(denom.clone()),
        UncheckedDenom::Cw20(address) => Denom::Cw20(Addr::unchecked(address)),
    }
}

/// The insurance fund of checked settings.
#[must_use]
pub fn insurance_fund(settings: &Settings) -> Option<Addr> {
    settings
        .contracts
        .iter()
        .find(|contract| contract.kind == ContractKind::InsuranceFund)
        .map(|contract| Addr::unchecked(&contract.address))
}

fn release(storage: &mut dyn Storage, deposit: &DepositInfo) -> ContractResult<()> {
    let key = key(&deposit.denom);
    let held = DEPOSITS.load(storage, &key)?.checked_sub(deposit.amount)?;
    if held.is_zero() {
        DEPOSITS.remove(storage, &key);
    } else {
        DEPOSITS.save(storage, &key, &held)?;
    }
    Ok(())
}

fn donate(deposit: &DepositInfo, fund: &Addr) -> StdResult<CosmosMsg> {
    let donation = to_json_binary(&FundDonation::TopUp {
        kind: TopUpKind::Donation,
    })?;
    let message = match &deposit.denom {
        Denom::Native(denom) => WasmMsg::Execute {
            contract_addr: fund.to_string(),
            msg: donation,
            funds: coins(deposit.amount.u128(), denom),
        },
        Denom::Cw20(token) => WasmMsg::Execute {
            contract_addr: token.to_string(),
            msg: to_json_binary(&Cw20ExecuteMsg::Send {
                contract: fund.to_string(),
                amount: deposit.amount,
                msg: donation,
            })?,
            funds: vec![],
        },
    };
    Ok(message.into())
}

fn refuse_coins(funds: &[Coin]) -> ContractResult<()> {
    if funds.is_empty() {
        return Ok(());
    }
    Err(ContractError::WrongDeposit {
        expected: "none".to_owned(),
        found: list(funds),
    })
}

fn amount_of(deposit: &DepositInfo) -> String {
    format!("{} of {}", deposit.amount, key(&deposit.denom))
}

fn list(funds: &[Coin]) -> String {
    if funds.is_empty() {
        return "none".to_owned();
    }
    let coins: Vec<String> = funds.iter().map(ToString::to_string).collect();
    coins.join(",")
}
