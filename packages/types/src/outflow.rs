//! What may leave the exchange: outflow limits, the queue behind them, the withdrawal gate. Part of
//! [`crate::market`].

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Uint128, Uint64};

use crate::AccountId;

/// Answer to a withdrawal: `paid + queued` is what was asked.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct WithdrawAnswer {
    /// Quote atoms that were sent.
    pub paid: Uint128,
    /// Quote atoms that wait in the queue.
    pub queued: Uint128,
    /// Their number in the queue, where there are any.
    pub id: Option<Uint64>,
}

/// Answer to a message that pays queued withdrawals.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ProcessWithdrawalsAnswer {
    /// Quote atoms that were sent.
    pub paid: Uint128,
    /// Withdrawals paid to the end.
    pub finished: u32,
    /// Quote atoms that still wait, payments that failed not counted.
    pub queued: Uint128,
    /// Until when the gate holds back the first of those that it does, seconds.
    pub gated_until: Option<u64>,
}

/// A withdrawal that waits.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct QueuedWithdrawalResponse {
    /// Its number: the lowest is paid first.
    pub id: Uint64,
    /// The account that it left; its owner is paid.
    pub account: AccountId,
    /// The account's number.
    pub number: Uint64,
    /// Quote atoms.
    pub amount: Uint128,
    /// Since when it waits, seconds.
    pub queued_at: u64,
    /// When a payment failed first; one that fails again a retry time later puts it back into the account.
    pub failed_at: Option<u64>,
}

/// One limit on what leaves.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct OutflowLimit {
    /// Quote atoms that the bucket holds: a share of the vault now, at least the floor.
    pub capacity: Uint128,
    /// Taken and not yet refilled.
    pub used: Uint128,
    /// What deposits allow besides.
    pub credit: Uint128,
    /// What may leave now.
    pub available: Uint128,
}

/// Both limits and the queue's total.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct OutflowLimitsResponse {
    /// Refills in an hour.
    pub hour: OutflowLimit,
    /// Refills in a day.
    pub day: OutflowLimit,
    /// The less of both, and at most what the vault holds. Quote atoms.
    pub available: Uint128,
    /// Quote atoms that wait in the queue.
    pub queued: Uint128,
}

/// The withdrawal gate.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct WithdrawalGateResponse {
    /// When it opens at the latest; none while it is open. Seconds.
    pub opens_at: Option<u64>,
    /// Seconds that it was shut in the last 24 hours.
    pub shut_secs: u64,
    /// Deficits of all markets, quote atoms.
    pub deficit: Uint128,
    /// Loss above which a deficit or a bankrupt account shuts it, quote atoms.
    pub threshold: Uint128,
    /// Whether the account that was asked for may not withdraw; none where none was named.
    pub gated: Option<bool>,
}
