//! What the market contract's coins are whose.

use std::collections::BTreeMap;

use anyhow::{ensure, Context, Result};
use ballast_perp_market::state::{
    Account, MarketState, Position, ACCOUNTS, MARKET_STATES, RETIRED_FEES, WITHDRAWALS,
};
use ballast_risk::ValueScale;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Order};

use super::{Prices, Purses};
use crate::suite::Suite;

/// What belongs to nobody, quote atoms.
pub(super) struct Rest {
    pub fees_owed: i128,
    /// 0 where they are a hand's.
    pub exchange_fees: i128,
    /// Of settlement and rounding, and stray coins.
    pub residue: i128,
    pub deficit: i128,
}

/// Gives everybody what is theirs of `coins`.
pub(super) fn distribute(
    suite: &Suite,
    prices: &Prices,
    coins: i128,
    purses: &mut Purses<'_>,
) -> Result<Rest> {
    let storage = suite.market_storage();
    let storage = storage.as_ref();
    let states: BTreeMap<MarketId, MarketState> = MARKET_STATES
        .range(storage, None, None, Order::Ascending)
        .collect::<Result<_, _>>()?;
    let mut owners: BTreeMap<u64, Addr> = BTreeMap::new();
    let mut quotes = 0i128;
    let mut funding = 0i128;
    let mut positions = 0i128;
    for record in ACCOUNTS.range(storage, None, None, Order::Ascending) {
        let (number, account): (u64, Account) = record?;
        let mut equity = account.quote.i128();
        quotes += equity;
        for position in &account.positions {
            let state = states
                .get(&position.market)
                .context("a position's market")?;
            let owed = owed(state, position)?;
            let value = value(suite, prices, position)?;
            funding += owed;
            positions += value;
            equity += value - owed;
        }
        purses.give(&account.owner, equity);
        owners.insert(number, account.owner);
    }
    let mut queued = 0i128;
    for record in WITHDRAWALS.range(storage, None, None, Order::Ascending) {
        let (_, withdrawal) = record?;
        let owner = owners.get(&withdrawal.account).context("who waits")?;
        let amount = i128::try_from(withdrawal.amount.u128())?;
        purses.give(owner, amount);
        queued += amount;
    }

    let sum = |line: fn(&MarketState) -> u128| -> Result<i128> {
        let total: u128 = states.values().map(line).sum();
        Ok(i128::try_from(total)?)
    };
    let fees_owed = sum(|state| state.fees_owed.u128())?;
    let deficit = sum(|state| state.deficit.u128())?;
    let rounding = sum(|state| state.residue.u128())?;
    let pool: i128 = states
        .values()
        .map(|state| state.settlement_pool.i128())
        .sum();
    let retired = RETIRED_FEES.may_load(storage)?.unwrap_or_default();
    let exchange_fees = sum(|state| state.fee_collector.u128())? + i128::try_from(retired.u128())?;
    // What the ledger's lines leave of the contract's coins: residue and stray coins.
    let booked = quotes + queued + fees_owed + exchange_fees + pool + rounding - deficit;
    let stray = coins - booked;
    ensure!(
        stray >= 0,
        "the market's coins do not cover its books: {stray}"
    );
    ensure!(
        positions <= 0,
        "positions of both sides are worth {positions}"
    );
    let owner = cw_ownable::get_ownership(storage)?.owner;
    let a_hands = owner.is_some_and(|owner| purses.give_hand(&owner, exchange_fees));
    Ok(Rest {
        fees_owed,
        exchange_fees: if a_hands { 0 } else { exchange_fees },
        residue: stray + rounding + pool + funding - positions,
        deficit,
    })
}

fn owed(state: &MarketState, position: &Position) -> Result<i128> {
    let index = if position.size.is_negative() {
        state.short_index
    } else {
        state.long_index
    };
    let size = position.size.unsigned_abs();
    Ok(ballast_risk::funding_payment(size, index, position.index)?.i128())
}

fn value(suite: &Suite, prices: &Prices, position: &Position) -> Result<i128> {
    let market = position.market;
    let price = prices
        .get(&market)
        .with_context(|| format!("no price for market {market}"))?;
    let scale = ValueScale::new(suite.listed(market)?.spec.base_decimals, suite.decimals)?;
    Ok(scale.net_notional(position.size, *price)?.i128())
}
