//! Governance's own settings: checked in one place, changed by itself only, never for proposals that exist.

use std::collections::BTreeSet;

use ballast_types::governance::{ContractKind, Settings};
use cosmwasm_std::{Addr, Deps, DepsMut, Env, MessageInfo, Response, Uint128};
use cw20::{Denom, UncheckedDenom};
use cw3::UncheckedDepositInfo;

use crate::calls::{FundQuestion, WithCollateral};
use crate::deposit::{denom_of, insurance_fund};
use crate::execute::only_governance;
use crate::state::{current_settings, DEPOSITS, GUARDIAN, SETTINGS};
use crate::{books, events, parameters, token, ContractError, ContractResult};

/// Contracts that settings may name.
pub const MAX_CONTRACTS: usize = 16;
/// Tokens in which deposits are held at the same time.
pub const MAX_DEPOSIT_TOKENS: usize = 8;
/// A deposit is at most one in so many of the token's supply.
pub const MIN_SUPPLY_PER_DEPOSIT: u128 = 1_000;

/// Replaces the settings under the next revision. By governance itself.
///
/// # Errors
/// [`ContractError::OnlyGovernance`], and what [`checked`] says.
pub fn execute_update(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    settings: Settings,
) -> ContractResult<Response> {
    only_governance(env, info, "update_settings")?;
    let settings = checked(deps.as_ref(), &env.contract.address, settings)?;
    let revision = current_settings(deps.storage)?.0.saturating_add(1);
    SETTINGS.save(deps.storage, revision, &settings)?;
    Ok(Response::new()
        .add_attribute("action", "update_settings")
        .add_event(events::settings(revision)))
}

/// Appoints another guardian, or none. By governance itself.
///
/// # Errors
/// [`ContractError::OnlyGovernance`], or the address.
pub fn execute_set_guardian(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    guardian: Option<&str>,
) -> ContractResult<Response> {
    only_governance(env, info, "set_guardian")?;
    let guardian = appoint(deps, guardian)?;
    Ok(Response::new()
        .add_attribute("action", "set_guardian")
        .add_event(events::guardian(guardian.as_ref())))
}

/// Stores the guardian.
///
/// # Errors
/// The address.
pub fn appoint(deps: DepsMut, guardian: Option<&str>) -> ContractResult<Option<Addr>> {
    let guardian = guardian
        .map(|guardian| deps.api.addr_validate(guardian))
        .transpose()?;
    match &guardian {
        Some(guardian) => GUARDIAN.save(deps.storage, guardian)?,
        None => GUARDIAN.remove(deps.storage),
    }
    Ok(guardian)
}

/// Settings with their addresses as the chain writes them.
///
/// # Errors
/// Ranges, relations, contracts named twice, and deposits that nobody could pay or the fund would refuse.
pub fn checked(deps: Deps, this: &Addr, mut settings: Settings) -> ContractResult<Settings> {
    parameters::check(&settings)?;
    check_contracts(deps, &settings)?;
    settings.deposit = settings
        .deposit
        .take()
        .map(|deposit| checked_deposit(deps, this, deposit, insurance_fund(&settings)))
        .transpose()?;
    Ok(settings)
}

fn check_contracts(deps: Deps, settings: &Settings) -> ContractResult<()> {
    let contradiction = |rule| Err(ContractError::SettingsContradict { rule });
    if settings.contracts.len() > MAX_CONTRACTS {
        return contradiction("at most 16 contracts");
    }
    let mut named = BTreeSet::new();
    let mut funds = 0_usize;
    for contract in &settings.contracts {
        if !named.insert(deps.api.addr_validate(&contract.address)?) {
            return contradiction("no contract is named twice");
        }
        if contract.kind == ContractKind::InsuranceFund {
            funds = funds.saturating_add(1);
        }
    }
    if funds > 1 {
        return contradiction("at most one insurance fund");
    }
    Ok(())
}

fn checked_deposit(
    deps: Deps,
    this: &Addr,
    deposit: UncheckedDepositInfo,
    fund: Option<Addr>,
) -> ContractResult<UncheckedDepositInfo> {
    if deposit.amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let denom = token::checked(deps.api, &deps.querier, this, denom_of(&deposit.denom))?;
    check_supply(deps, &denom, deposit.amount)?;
    if let Some(fund) = fund {
        let config: WithCollateral = deps
            .querier
            .query_wasm_smart(fund, &FundQuestion::Config {})?;
        if config.collateral != denom {
            return Err(ContractError::DepositNotCollateral {
                expected: token::key(&config.collateral),
                found: token::key(&denom),
            });
        }
    }
    let key = token::key(&denom);
    let held = books::deposits(deps.storage)?.len();
    if held >= MAX_DEPOSIT_TOKENS && !DEPOSITS.has(deps.storage, &key) {
        return Err(ContractError::SettingsContradict {
            rule: "deposits are held in at most 8 tokens; close old proposals first",
        });
    }
    Ok(UncheckedDepositInfo {
        denom: match denom {
            Denom::Native(denom) => UncheckedDenom::Native(denom),
            Denom::Cw20(address) => UncheckedDenom::Cw20(address.into_string()),
        },
        ..deposit
    })
}

fn check_supply(deps: Deps, denom: &Denom, found: Uint128) -> ContractResult<()> {
    let supply = token::supply(&deps.querier, denom)?;
    let max = supply.u128() / MIN_SUPPLY_PER_DEPOSIT;
    if found.u128() > max {
        return Err(ContractError::DepositTooLarge {
            max: max.into(),
            found,
        });
    }
    Ok(())
}
