//! The last [`MAX_TOP_UPS`] top-ups, for people; events hold all of them.

use ballast_types::fund::{TopUpKind, TopUpRecord};
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Deps, Order, Storage, Uint128};
use cw_storage_plus::Bound;

use crate::error::ContractResult;
use crate::state::{StoredTopUp, TOP_UPS};
use crate::top_up::Booking;

/// Top-ups that are kept; each new one takes the place of the oldest.
pub const MAX_TOP_UPS: u64 = 1_000;

/// Keeps what was booked. Nothing is kept of a report without coins.
///
/// # Errors
/// Storage.
pub fn record(
    storage: &mut dyn Storage,
    now: u64,
    (contract, market): (&Addr, Option<MarketId>),
    kind: TopUpKind,
    amount: Uint128,
    booking: &Booking,
) -> ContractResult<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let last = TOP_UPS
        .keys(storage, None, None, Order::Descending)
        .next()
        .transpose()?;
    let id = last.unwrap_or_default().saturating_add(1);
    let stored = StoredTopUp {
        contract: contract.clone(),
        market,
        kind,
        amount,
        booking: *booking,
        at: now,
    };
    TOP_UPS.save(storage, id, &stored)?;
    if let Some(oldest) = id.checked_sub(MAX_TOP_UPS) {
        TOP_UPS.remove(storage, oldest);
    }
    Ok(())
}

/// A page, the newest first.
///
/// # Errors
/// Storage.
pub fn list(
    deps: Deps,
    start_after: Option<u64>,
    limit: usize,
) -> ContractResult<Vec<TopUpRecord>> {
    let end = start_after.map(Bound::exclusive);
    TOP_UPS
        .range(deps.storage, None, end, Order::Descending)
        .take(limit)
        .map(|entry| {
            let (id, stored) = entry?;
            let booking = stored.booking;
            Ok(TopUpRecord {
                id,
                contract: stored.contract.into_string(),
                market: stored.market,
                kind: stored.kind,
                amount: stored.amount,
                to_debt: booking.to_debt,
                to_other_debt: booking.to_other_debt,
                to_reserve: booking.to_reserve,
                to_mutual: booking.to_mutual,
                to_rewards: booking.to_rewards,
                to_surplus: booking.to_surplus,
                at: stored.at,
            })
        })
        .collect()
}
