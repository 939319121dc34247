//! What the fund's coins are whose: shares of the stake, pending exits, the treasury's loan.

use anyhow::{ensure, Context, Result};
use ballast_insurance_fund::shares::{VIRTUAL_ATOMS, VIRTUAL_SHARES};
use ballast_insurance_fund::state::{StoredBooks, BOOKS, EXITS, SHARE_BASES, TREASURY};
use cosmwasm_std::{Order, Uint128};
use cw20_base::state::BALANCES;

use super::Purses;
use crate::suite::Suite;

/// What is left, quote atoms.
pub(super) struct Rest {
    /// The fund's own coins: reserves, surplus, rewards that did not drip yet, stray coins, roundings.
    pub own: i128,
    /// Lent by the treasury and paid out: owed, and not held.
    pub loans: i128,
}

/// Gives everybody what is theirs of `coins`.
pub(super) fn distribute(suite: &Suite, coins: i128, purses: &mut Purses<'_>) -> Result<Rest> {
    let storage = suite.fund_storage();
    let storage = storage.as_ref();
    let StoredBooks {
        ledger,
        underwriting: pool,
        facility,
        ..
    } = BOOKS.load(storage)?;
    let active = ledger.staked.checked_sub(pool.queued)?;
    let all_atoms = active.checked_add(VIRTUAL_ATOMS.into())?;
    let all_shares = pool.shares.checked_add(VIRTUAL_SHARES.into())?;
    let mut given = 0i128;
    for record in BALANCES.range(storage, None, None, Order::Ascending) {
        let (holder, balance) = record?;
        // A balance that nobody touched since a rebase is counted in larger numbers than the supply.
        let seen = SHARE_BASES.may_load(storage, &holder)?.unwrap_or_default();
        let missed = pool.share_base.checked_sub(seen).context("a share base")?;
        let unit = 10u128
            .checked_pow(missed)
            .map_or(Uint128::MAX, Uint128::new);
        let shares = balance.checked_div(unit)?;
        let value = shares.checked_multiply_ratio(all_atoms, all_shares)?;
        let value = i128::try_from(value.min(active).u128())?;
        purses.give(&holder, value);
        given += value;
    }
    for record in EXITS.range(storage, None, None, Order::Ascending) {
        let (leaver, exit) = record?;
        if exit.queue_generation != pool.queue_generation || pool.queue_shares.is_zero() {
            continue;
        }
        let part = exit
            .queue_shares
            .checked_multiply_ratio(pool.queued, pool.queue_shares)?;
        let owed = i128::try_from(part.min(exit.asked_value).u128())?;
        purses.give(&leaver, owed);
        given += owed;
    }
    let staked = i128::try_from(ledger.staked.u128())?;
    ensure!(given <= staked, "stakers own {given}, staked are {staked}");

    let mut loans = 0i128;
    if let Some(treasury) = &TREASURY.load(storage)?.address {
        let undrawn = i128::try_from(ledger.emergency_undrawn.u128())?;
        loans = i128::try_from(facility.debt.u128())?;
        purses.give(treasury, undrawn + loans);
        given += undrawn;
    }
    Ok(Rest {
        own: coins - given,
        loans,
    })
}
