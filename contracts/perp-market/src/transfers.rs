//! Money between the subaccounts of one owner. No coins move.
//!
//! The source must be able to withdraw it. What the source may not do because of a position that it held a
//! moment ago, the target may not do either: it takes over `last_position_at`.

use ballast_json::to_json_binary;
use ballast_types::market::TransferAnswer;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Uint128};

use crate::accounts::take_out;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::gate;

/// Moves collateral between two subaccounts of the sender, opening the target where it is new. By the owner,
/// never by a delegate. Refused as a withdrawal of the source would be, but for the gate and outflow limits.
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    from_subaccount: u32,
    to_subaccount: u32,
    amount: Uint128,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {}.into());
    }
    if from_subaccount == to_subaccount {
        return Err(ContractError::SameSubaccount {
            subaccount: from_subaccount,
        }
        .into());
    }
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let from = exchange.account_number(&info.sender, from_subaccount)?;
    take_out(&mut exchange, from, amount)?;
    let now = exchange.now();
    let source = exchange.account(from)?.clone();
    let held_at = source.held_position_at(now);
    let to = exchange.account_number_or_new(&info.sender, to_subaccount)?;
    gate::put_back(&mut exchange, to, amount)?;
    let target = exchange.account_mut(to)?;
    target.last_position_at = target.last_position_at.max(held_at);
    let answer = TransferAnswer {
        from_quote: source.quote,
        to_quote: target.quote,
    };
    exchange
        .events
        .push(events::transfer(from, to, &info.sender, amount));
    let happened = exchange.into_changes().save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "transfer")
        .add_attribute("from", from.to_string())
        .add_attribute("to", to.to_string())
        .add_events(happened)
        .set_data(to_json_binary(&answer)))
}
