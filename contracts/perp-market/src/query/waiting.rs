//! Answers about what waits: positions in line for deleveraging, claims, withdrawals, and what holds these up.

use ballast_types::market::{
    DeleverageEntry, OutflowLimitsResponse, PendingClaimResponse, QueuedWithdrawalResponse,
    WithdrawalGateResponse,
};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{Order, Uint64};
use cw_storage_plus::Bound;

use crate::error::ContractResult;
use crate::exchange::Exchange;
use crate::gate;
use crate::outflow::Outflows;
use crate::state::{queue_key, rank_key, rank_price, ACCOUNTS, PENDING_CLAIMS, WITHDRAWALS};

/// A page of one side's positions, who would be deleveraged first.
pub fn deleverage_queue(
    exchange: &mut Exchange,
    market: MarketId,
    long: bool,
    start_after: Option<DeleverageEntry>,
    limit: usize,
) -> ContractResult<Vec<DeleverageEntry>> {
    let after = start_after
        .map(|entry| -> ContractResult<_> {
            Ok((
                rank_key(long, entry.entry_price),
                exchange.resolve(&entry.account)?,
            ))
        })
        .transpose()?;
    exchange
        .stored_queue(queue_key(market, long), after, limit)?
        .into_iter()
        .map(|(rank, number)| {
            let account = exchange.account(number)?.id();
            Ok(DeleverageEntry {
                account,
                entry_price: rank_price(long, rank),
            })
        })
        .collect()
}

/// A page of the claims that failed and wait to be asked again.
pub fn pending_claims(
    exchange: &Exchange,
    start_after: Option<(Uint64, MarketId)>,
    limit: usize,
) -> ContractResult<Vec<PendingClaimResponse>> {
    let start = start_after.map(|(number, market)| Bound::exclusive((number.u64(), market)));
    PENDING_CLAIMS
        .range(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let ((number, market), claim) = entry?;
            let account = ACCOUNTS.load(exchange.deps.storage, number)?;
            Ok(PendingClaimResponse {
                account: account.id(),
                number: Uint64::new(number),
                market,
                amount: claim.amount,
                first_failed_at: claim.first_failed_at,
            })
        })
        .collect()
}

/// A page of them, the oldest first.
pub fn queued_withdrawals(
    exchange: &Exchange,
    start_after: Option<Uint64>,
    limit: usize,
) -> ContractResult<Vec<QueuedWithdrawalResponse>> {
    let storage = exchange.deps.storage;
    let start = start_after.map(|id| Bound::exclusive(id.u64()));
    WITHDRAWALS
        .range(storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let (id, withdrawal) = entry?;
            Ok(QueuedWithdrawalResponse {
                id: Uint64::new(id),
                account: ACCOUNTS.load(storage, withdrawal.account)?.id(),
                number: Uint64::new(withdrawal.account),
                amount: withdrawal.amount,
                queued_at: withdrawal.queued_at,
                failed_at: withdrawal.failed_at,
            })
        })
        .collect()
}

/// What may leave within the hour and the day.
pub fn outflow_limits(exchange: &Exchange) -> ContractResult<OutflowLimitsResponse> {
    let parameters = &exchange.config.parameters;
    let outflows = Outflows::load(exchange.deps.storage, parameters, exchange.now())?;
    let [hour, day] = outflows.limits();
    Ok(OutflowLimitsResponse {
        hour,
        day,
        available: outflows.available(),
        queued: outflows.record.queued,
    })
}

/// Whether withdrawals are held back, until when, and whether an account's are.
pub fn withdrawal_gate(
    exchange: &mut Exchange,
    account: Option<&AccountId>,
) -> ContractResult<WithdrawalGateResponse> {
    let storage = exchange.deps.storage;
    let now = exchange.now();
    let gate = gate::load(storage)?;
    let gated = match account {
        None => None,
        Some(id) => {
            let number = exchange.resolve(id)?;
            Some(gate::shut_for(&gate, exchange.account(number)?, now).is_some())
        }
    };
    Ok(WithdrawalGateResponse {
        opens_at: gate.shut_until(now),
        shut_secs: gate.shut_secs(now),
        deficit: gate.deficit,
        threshold: gate::threshold(storage)?,
        gated,
    })
}
