//! What a crowd leaves behind: things that wait, as many as there are members. No message may look at more of it than it is
//! about.

use anyhow::Result;
use ballast_insurance_fund::state as fund;
use ballast_perp_market::gate::Cause;
use ballast_perp_market::state::{self as market, DeleverageCursor, Named, PendingClaim};
use cosmwasm_std::{Addr, Empty, Int128, Order, Uint128};
use cw20_base::state::BALANCES;

use super::stage::{Stage, UNIT};

/// Makes everybody of the crowd wait for something:
///
/// * with a position: a failed claim and a cursor in market 1, a known cause for the gate whose hour is over, an atom in
///   the queue of withdrawals, a delegate;
/// * with orders: a name for each;
/// * as many underwriters, each with shares and an exit that waits.
pub(super) fn gather(stage: &mut Stage, crowd: u64) -> Result<()> {
    if crowd == 0 {
        return Ok(());
    }
    of_positions(stage)?;
    of_orders(stage)?;
    of_stakers(stage, crowd)
}

fn of_positions(stage: &mut Stage) -> Result<()> {
    let delegate = stage.suite.address("crowd delegate");
    let (contract, now) = (stage.suite.market.clone(), stage.suite.now());
    let mut storage = stage.suite.app.contract_storage_mut(&contract);
    let storage = storage.as_mut();
    let accounts: Vec<(u64, market::Account)> = market::ACCOUNTS
        .range(storage, None, None, Order::Ascending)
        .collect::<Result<_, _>>()?;
    let mut outflow = market::VAULT.load(storage)?;
    for (number, mut account) in accounts {
        if account.positions.is_empty() {
            continue;
        }
        let claim = PendingClaim {
            amount: Uint128::one(),
            first_failed_at: now,
            last_failed_at: now,
        };
        market::PENDING_CLAIMS.save(storage, (number, 1), &claim)?;
        market::DELEVERAGE_CURSORS.save(storage, (number, 1), &DeleverageCursor::default())?;
        let (kind, of) = Cause::Account(number).key();
        market::GATE_CAUSES.save(storage, (kind, of), &now)?;
        market::GATE_ENDS.save(storage, (now, kind, of), &Empty {})?;
        market::DELEGATES.save(storage, (number, &delegate), &(now + 86_400))?;
        let withdrawal = market::QueuedWithdrawal {
            account: number,
            amount: Uint128::one(),
            queued_at: now,
            failed_at: None,
        };
        market::WITHDRAWALS.save(storage, outflow.next_id, &withdrawal)?;
        outflow.next_id += 1;
        outflow.queued += Uint128::one();
        account.quote -= Int128::one();
        account.gates = true;
        account.waits = true;
        market::ACCOUNTS.save(storage, number, &account)?;
    }
    Ok(market::VAULT.save(storage, &outflow)?)
}

fn of_orders(stage: &mut Stage) -> Result<()> {
    let contract = stage.suite.market.clone();
    let mut storage = stage.suite.app.contract_storage_mut(&contract);
    let storage = storage.as_mut();
    let orders: Vec<((u64, u128), market::Order)> = market::ORDERS
        .range(storage, None, None, Order::Ascending)
        .collect::<Result<_, _>>()?;
    for ((book, place), mut order) in orders {
        // Unique among all, so among an account's.
        order.client_order_id = Some(Uint128::new(place));
        let name = (order.account, place);
        market::CLIENT_ORDERS.save(storage, name, &Named::Order { book, place })?;
        market::ORDERS.save(storage, (book, place), &order)?;
    }
    Ok(())
}

/// One stakes and asks to leave with half; its records are written again for the others.
pub(super) fn of_stakers(stage: &mut Stage, crowd: u64) -> Result<()> {
    const STAKE: u128 = 100 * UNIT;
    let first = stage.user("crowd staker", 0)?;
    stage.suite.stake(&first, STAKE)?;
    stage.suite.request_exit(&first, STAKE * 5)?;
    let others: Vec<Addr> = (1..crowd)
        .map(|index| stage.suite.address(&format!("crowd staker {index}")))
        .collect();
    let contract = stage.suite.fund.clone();
    let added = {
        let mut storage = stage.suite.app.contract_storage_mut(&contract);
        let storage = storage.as_mut();
        let shares = BALANCES.load(storage, &first)?;
        let exit = fund::EXITS.load(storage, &first)?;
        for staker in &others {
            BALANCES.save(storage, staker, &shares)?;
            fund::EXITS.save(storage, staker, &exit)?;
        }
        let members = Uint128::from(crowd);
        let mut books = fund::BOOKS.load(storage)?;
        let added = books.ledger.staked * Uint128::from(crowd - 1);
        books.ledger.staked *= members;
        books.underwriting.shares *= members;
        books.underwriting.queued *= members;
        books.underwriting.queue_shares *= members;
        fund::BOOKS.save(storage, &books)?;
        added.u128()
    };
    stage.suite.mint(&contract, added)
}
