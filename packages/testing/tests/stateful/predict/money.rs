//! Collateral that moves: in, out, between subaccounts, to the exchange's owner.

use ballast_insurance_fund::ContractError as FundError;
use ballast_perp_market::ContractError;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Int128, Uint128};
use cw20::Denom;

use super::margin::{gated, positive, risk_at};
use super::orders::no_account;
use super::Expect;
use crate::freeze;
use crate::step::User;
use crate::world::World;

pub fn transfer_between(world: &World, user: User, from: u32, to: u32, amount: u128) -> Expect {
    if amount == 0 {
        return Expect::Market(ContractError::ZeroAmount {});
    }
    if from == to {
        return Expect::Market(ContractError::SameSubaccount { subaccount: from });
    }
    may_take_out(world, user, from, amount).unwrap_or(Expect::Ok)
}

/// Collateral from somebody to a contract, with a message or without.
pub fn transfer(world: &World, from: &Addr, to: &Addr, amount: u128, message: bool) -> Expect {
    let native = world.suite.token().is_none();
    let owned = world.suite.balance(from).unwrap();
    if amount == 0 {
        // The bank refuses to send nothing; a cw20 does not, but the receiver refuses to book it.
        return match (native, message) {
            (true, true) => Expect::Text("funds"),
            (true, false) => Expect::Transfer,
            (false, _) if !world.token_moves(from, to) => Expect::Transfer,
            (false, true) => Expect::Text("zero"),
            (false, false) => Expect::Ok,
        };
    }
    if amount > owned || (!native && !world.token_moves(from, to)) {
        return Expect::Transfer;
    }
    Expect::Ok
}

pub fn withdraw(world: &World, user: User, sub: u32, amount: u128) -> Expect {
    if amount == 0 {
        return Expect::Market(ContractError::ZeroAmount {});
    }
    if let Some(refused) = may_take_out(world, user, sub, amount) {
        return refused;
    }
    if let Some(opens_at) = gated(world, user, sub) {
        return Expect::Market(ContractError::WithdrawalsGated { opens_at });
    }
    // What the limits hold back waits: no coin moves where nothing may leave.
    let limits = world.suite.outflow_limits().unwrap();
    if !limits.queued.is_zero() || limits.available.is_zero() {
        return Expect::Ok;
    }
    let (market, to) = (&world.suite.market, &world.users[user]);
    if world.suite.token().is_some() && !world.token_moves(market, to) {
        return Expect::Transfer;
    }
    Expect::Ok
}

/// Why an account may not part with so much, where it may not.
fn may_take_out(world: &World, user: User, sub: u32, amount: u128) -> Option<Expect> {
    let Some(account) = world.account(user, sub) else {
        return Some(no_account(world, user, sub));
    };
    if account.bankrupt {
        return Some(Expect::Market(ContractError::Bankrupt {
            equity: account.equity,
        }));
    }
    // Against a position nothing leaves while the exchange is frozen.
    let frozen = freeze::refused(world).filter(|_| !account.positions.is_empty());
    if let Some(frozen) = frozen {
        return Some(Expect::Market(frozen));
    }
    let less = Int128::new(i128::try_from(amount).unwrap());
    match risk_at(world, &account, less, None) {
        Err(error) => Some(Expect::Market(error)),
        Ok((equity, required)) if required > positive(equity) || equity.is_negative() => {
            let error = ContractError::InsufficientMargin { equity, required };
            Some(Expect::Market(error))
        }
        Ok((equity, required)) => {
            let (free, reserve) = (positive(equity) - required, account.order_reserve);
            let error = ContractError::InsufficientReserve { free, reserve };
            (free < reserve).then_some(Expect::Market(error))
        }
    }
}

pub fn pay_fees(world: &World, market: MarketId, amount: u128) -> Expect {
    let asked = Uint128::new(amount);
    if amount == 0 {
        return Expect::Market(ContractError::ZeroAmount {});
    }
    if let Err(error) = world.existing(market) {
        return Expect::Market(error);
    }
    let available = Uint128::new(world.fee_collector(market));
    if asked > available {
        return Expect::Market(ContractError::FeesExceeded {
            market,
            available,
            asked,
        });
    }
    paid_out(world, asked)
}

/// What the exchange's owner is paid from the vault.
pub fn paid_out(world: &World, asked: Uint128) -> Expect {
    let available = Uint128::new(world.vault());
    if asked > available {
        return Expect::Market(ContractError::InsufficientVault { available, asked });
    }
    let (from, to) = (&world.suite.market, &world.suite.owner);
    if world.suite.token().is_some() && !world.token_moves(from, to) {
        return Expect::Transfer;
    }
    Expect::Ok
}

/// Who may put a queued withdrawal back.
pub fn cancel_withdrawal(world: &World, user: User, id: u64) -> Expect {
    match world.queued_by(id) {
        None => Expect::Market(ContractError::NoSuchWithdrawal { id }),
        Some(owner) if owner == world.users[user] => Expect::Ok,
        Some(owner) => Expect::Market(ContractError::Unauthorized {
            expected: owner.to_string(),
            found: world.users[user].to_string(),
        }),
    }
}

/// Collateral from somebody to the fund, with a message that books it.
pub fn given_to_fund(world: &World, from: &Addr, amount: u128) -> Expect {
    if amount > 0 {
        return transfer(world, from, &world.suite.fund, amount, true);
    }
    match &world.suite.collateral {
        Denom::Native(denom) => Expect::Fund(FundError::WrongFunds {
            expected: denom.clone(),
            found: "none".to_owned(),
        }),
        Denom::Cw20(_) if !world.token_moves(from, &world.suite.fund) => Expect::Transfer,
        Denom::Cw20(_) => Expect::Text("a top-up of zero"),
    }
}
