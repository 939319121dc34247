//! Names of all events and their attributes: built by the contracts, read by tests, the simulator and
//! indexers, so written down once. A contract's own events reach the chain with the prefix `wasm-`.

use cosmwasm_std::Event;

/// Events of `perp-market`.
pub mod market {
    /// `account`, `owner`, `subaccount`, `amount`.
    pub const DEPOSIT: &str = "ballast_deposit";
    /// `account`, `owner`, `subaccount`, `amount`.
    pub const WITHDRAW: &str = "ballast_withdraw";
    /// A withdrawal, or the rest of one, waits: `account`, `owner`, `subaccount`, `id`, `amount`.
    pub const WITHDRAWAL_QUEUED: &str = "ballast_withdrawal_queued";
    /// A queued withdrawal was paid, all or in part: `account`, `owner`, `subaccount`, `id`, `amount`, `left`.
    pub const WITHDRAWAL_PAID: &str = "ballast_withdrawal_paid";
    /// Such a payment failed and did not happen: `id`, `account`, `amount` (all of it), `returned` (to the account;
    /// else it waits on).
    pub const WITHDRAWAL_FAILED: &str = "ballast_withdrawal_failed";
    /// A queued withdrawal went back into its account: `id`, `account`, `amount`.
    pub const WITHDRAWAL_CANCELLED: &str = "ballast_withdrawal_cancelled";
    /// Money went between subaccounts of one owner: `from`, `to` (account numbers), `owner`, `amount`.
    pub const TRANSFER: &str = "ballast_transfer";
    /// An order rests: `market`, `side`, `ticks`, `sequence`, `account`, `size`, `reduce_only`, and where
    /// the order has them `expires_at` and `client_order_id`.
    pub const ORDER_PLACED: &str = "ballast_order_placed";
    /// An order left the book without a trade: `market`, `side`, `ticks`, `sequence`, `account`,
    /// `size`, `reason` (`cancelled`, `self_trade`, `expired`, `margin`, `reduce_only`, `minimum`,
    /// `liquidation`), and where it has one `client_order_id`. Where its account paid for the removal: `remover` (account
    /// number), `fee`.
    pub const ORDER_REMOVED: &str = "ballast_order_removed";
    /// A trigger order waits: `market`, `condition`, `trigger_price`, `sequence`, `account`, `side`, `size`,
    /// `reduce_only`, and where it has them `expires_at` and `client_order_id`.
    pub const TRIGGER_ORDER_PLACED: &str = "ballast_trigger_order_placed";
    /// A trigger order was executed: `market`, `condition`, `trigger_price`, `sequence`, `account`, `price` (the
    /// oracle's), `filled`, `remaining`, `status` (`executed`, `armed`), where its account paid for it `keeper` (account
    /// number) and `fee`, and where it has one `client_order_id`.
    pub const TRIGGER_ORDER_EXECUTED: &str = "ballast_trigger_order_executed";
    /// A trigger order is gone without a trade: `market`, `condition`, `trigger_price`, `sequence`, `account`,
    /// `remaining`, `reason` (`cancelled`, `expired`, `nothing_to_reduce`, `settling`, `delisted`), where its account
    /// paid for it `keeper` and `fee`, and where it has one `client_order_id`.
    pub const TRIGGER_ORDER_REMOVED: &str = "ballast_trigger_order_removed";
    /// Somebody may trade for an account, or not any more: `account`, `owner`, `subaccount`, `delegate`,
    /// `expires_at` (0: removed).
    pub const DELEGATE: &str = "ballast_delegate";
    /// Two accounts traded: `market`, `side` (the taker's), `ticks`, `sequence` (the maker's order),
    /// `size`, `value`, `maker`, `taker`, `maker_fee`, `taker_fee`. In a liquidation the taker's fee
    /// is in the event `ballast_liquidation`.
    pub const TRADE: &str = "ballast_trade";
    /// Funding and premium of a position were settled: `account`, `market`, `payment` (+ paid).
    pub const FUNDING_SETTLED: &str = "ballast_funding_settled";
    /// An interval ended: `market`, `rate`, `intervals`, `price`.
    pub const FUNDING_RATE: &str = "ballast_funding_rate";
    /// Premium was booked: `market`, `amount`.
    pub const PREMIUM: &str = "ballast_premium";
    /// A liquidation acted: `account`, `owner`, `subaccount`, `market`, `status`, `bankrupt`,
    /// `equity`, `maintenance_margin`, `closed_in_book`, `deleveraged`, `settled`, `fee`, `keeper_fee`, `bounty`, `asked`,
    /// `paid`, `avoided`, `counterparty_loss`, `carried`, `deficit`, `leftover`, `claim_id`, `price`.
    /// `asked = paid - leftover + counterparty_loss + carried + deficit + avoided`, within one rounding:
    /// `avoided` was asked for and then not needed, because fills into the book were dropped when the fund
    /// did not pay for them, or were better than the oracle price; `carried` stays with the account's
    /// other positions. `asked` and `paid` are of all claims of the message for it, `claim_id` is the last one's: a second
    /// claim asks, with fees that stayed behind the first, for what that was not paid.
    pub const LIQUIDATION: &str = "ballast_liquidation";
    /// A claim leaves for the fund: `account`, `market`, `claim_id`, `amount`.
    pub const CLAIM: &str = "ballast_claim";
    /// A claim failed: `account`, `market`, `claim_id`, `amount`, `first_failed_at`, `error`.
    pub const CLAIM_FAILED: &str = "ballast_claim_failed";
    /// A counterparty was deleveraged: `account`, `market`, `counterparty`, `size`, `value` (signed,
    /// what the counterparty received), `loss` (against the oracle price), `entry_price`.
    pub const DELEVERAGED: &str = "ballast_deleveraged";
    /// A counterparty was passed over: `account`, `market`, `counterparty`, `entry_price`.
    pub const DELEVERAGE_SKIPPED: &str = "ballast_deleverage_skipped";
    /// Loss nobody could bear: `market`, `account`, `amount`, `total`.
    pub const DEFICIT: &str = "ballast_deficit";
    /// Fees repaid a deficit: `market`, `amount`, `total`.
    pub const DEFICIT_REPAID: &str = "ballast_deficit_repaid";
    /// Fees left for the fund: `market`, `amount`, `result` (`sent`, `failed`).
    pub const FLUSH: &str = "ballast_flush";
    /// The fund's word was applied: `market`, `revision`, `level`, `reduce_only`, `fee_share_ppm`,
    /// `premium_rate_ppm`, `open_interest_cap`.
    pub const RISK: &str = "ballast_risk";
    /// Nobody takes more risk for a while: `until` (seconds, exclusive).
    pub const FREEZE: &str = "ballast_freeze";
    /// A market was listed or changed: `market`, `symbol`.
    pub const MARKET: &str = "ballast_market";
    /// A market begins to be settled: `market`, `price`, `since`.
    pub const SETTLING: &str = "ballast_settling";
    /// A position closed at the settlement price: `market`, `account`, `size` (signed), `value` (+ received).
    pub const SETTLED: &str = "ballast_settled";
    /// A market is gone: `market`, `symbol`, `retired_fees` (the exchange's share that it left).
    pub const DELISTED: &str = "ballast_delisted";
    /// A change of the owner that has to wait: `id`, `kind` (the message), `status` (`waits`, `applied`,
    /// `cancelled`), `ready_at`.
    pub const CHANGE: &str = "ballast_change";
    /// The oracle's price was cached: `market`, `price`, `confidence`, `published_at`.
    pub const PRICE: &str = "ballast_price";
    /// Stray coins were booked: `amount`.
    pub const SYNC: &str = "ballast_sync";
}

/// Events of `insurance-fund`.
pub mod fund {
    /// `contract`, `market`, `kind`, `amount`, `to_debt` (the market's own), `to_other_debt`, `to_reserve`,
    /// `to_mutual`, `to_rewards`, `to_surplus`.
    pub const TOP_UP: &str = "ballast_fund_top_up";
    /// `contract`, `market`, `account`, `claim_id`, `amount`, `paid`, `uncovered`, `replay`,
    /// `from_reserve`, `from_mutual`, `from_stake`, `from_emergency`, and for each layer its bound
    /// (`reserve_bound`, ...).
    pub const CLAIM: &str = "ballast_fund_claim";
    /// `from`, `to`, `coverage_ppm`.
    pub const LEVEL: &str = "ballast_fund_level";
    /// `contract`, `market`, `open`, `net_loss`.
    pub const DRAWDOWN: &str = "ballast_fund_drawdown";
    /// `contract`, `revision`, `result` (`sent`, `failed`).
    pub const POKE: &str = "ballast_fund_poke";
    /// `amount`.
    pub const SYNC: &str = "ballast_fund_sync";
    /// Shares were minted: `staker`, `amount`, `shares`.
    pub const STAKE: &str = "ballast_fund_stake";
    /// Shares wait to leave: `staker`, `shares`, `value`, `ready_at`, `ends_at`.
    pub const EXIT_REQUESTED: &str = "ballast_fund_exit_requested";
    /// A leaver was paid: `staker`, `amount`, `asked`.
    pub const EXIT_COMPLETED: &str = "ballast_fund_exit_completed";
    /// An exit became shares again: `staker`, `reason` (`cancelled`, `missed`), `value`, `shares`, `shares_lost`.
    pub const EXIT_CANCELLED: &str = "ballast_fund_exit_cancelled";
    /// Rewards became stake: `amount`.
    pub const DRIP: &str = "ballast_fund_drip";
    /// A claim took stake: `amount`, `from_active`, `from_queued`.
    pub const SLASH: &str = "ballast_fund_slash";
    /// Stake and rewards without an owner went to the mutual reserve: `from_staked`, `from_rewards`.
    pub const UNOWNED: &str = "ballast_fund_unowned";
    /// All share counts were divided by a power of ten: `exponent`.
    pub const REBASE: &str = "ballast_fund_rebase";
    /// The emergency facility: `action` (`committed`, `requested`, `withdrawn`), `treasury`, `amount`.
    pub const EMERGENCY: &str = "ballast_fund_emergency";
    /// `treasury` (empty where none).
    pub const TREASURY: &str = "ballast_fund_treasury";
    /// A change of the owner that has to wait: `id`, `kind` (the message), `status` (`waits`, `applied`, `void` where
    /// all it would change was tightened since, `cancelled`), `ready_at`.
    pub const CHANGE: &str = "ballast_fund_change";
    /// `recipient` (empty where none).
    pub const SURPLUS_RECIPIENT: &str = "ballast_fund_surplus_recipient";
    /// Surplus left: `recipient`, `amount`.
    pub const SURPLUS_PAID: &str = "ballast_fund_surplus_paid";
    /// `contract`, `market`, `risk_weight_ppm`, `open_interest_cap`, `reserve_target`, `isolated`.
    pub const CLAIMANT: &str = "ballast_fund_claimant";
}

/// Events of `price-feed`.
pub mod price_feed {
    /// `id`, `feeder`, `price`, `conf`, `publish_time`.
    pub const PRICE: &str = "ballast_price_pushed";
    /// `id`, `symbol`, `quorum`, `feeders`.
    pub const FEED: &str = "ballast_feed";
    /// `id`.
    pub const FEED_REMOVED: &str = "ballast_feed_removed";
    /// `adverse_delay_secs`.
    pub const ADVERSE_DELAY: &str = "ballast_adverse_delay";
    /// A change of the owner that has to wait: `id`, `kind`, `status` (`waits`, `applied`, `cancelled`, `void`),
    /// `ready_at`.
    pub const CHANGE: &str = "ballast_feed_change";
}

/// Events of `governance`.
pub mod governance {
    /// `staker`, `amount`, `power`, `total`.
    pub const STAKED: &str = "ballast_governance_staked";
    /// `staker`, `amount`, `power`, `total`, `claimable_at`.
    pub const UNSTAKED: &str = "ballast_governance_unstaked";
    /// `staker`, `amount`.
    pub const CLAIMED: &str = "ballast_governance_claimed";
    /// `proposal_id`, `proposer`, `speed`, `start_height`, `total_power`, `voting_ends_at`, `content_hash`,
    /// `settings_revision`, `deposit` (amount and token, or `none`).
    pub const PROPOSED: &str = "ballast_governance_proposed";
    /// `proposal_id`, `voter`, `vote`, `power`, `yes`, `no`, `abstain`, `veto`, `replaces` (the vote that
    /// was changed, or `none`).
    pub const VOTED: &str = "ballast_governance_voted";
    /// The vote that no other can overturn: `proposal_id`, `outcome` (`passed`, `rejected`, `vetoed`),
    /// `at`. What is decided by the end of voting has no event of its own.
    pub const DECIDED: &str = "ballast_governance_decided";
    /// `proposal_id`, `result` (`executed`, `failed`), `failures`, `failure`.
    pub const EXECUTION: &str = "ballast_governance_execution";
    /// `proposal_id`, `status`.
    pub const CLOSED: &str = "ballast_governance_closed";
    /// `proposal_id`, `amount`, `token`, `recipient`, `result` (`returned`, `forfeited`, `failed`).
    pub const DEPOSIT: &str = "ballast_governance_deposit";
    /// `revision`.
    pub const SETTINGS: &str = "ballast_governance_settings";
    /// `guardian` (or `none`).
    pub const GUARDIAN: &str = "ballast_governance_guardian";
    /// By the guardian: `proposal_id`, `guardian`, `content_hash`.
    pub const CANCELLED: &str = "ballast_governance_cancelled";
    /// By the guardian: `guardian`, `until`, `next_freeze_at`, `markets`.
    pub const FREEZE: &str = "ballast_governance_freeze";
    /// A market did not take a freeze: `market`.
    pub const FREEZE_FAILED: &str = "ballast_governance_freeze_failed";
    /// A step of a protective proposal was taken: `proposal_id`, `step`, `contract`, `market`, `changes`
    /// (`field:before>after`, comma-separated), `expires_at`.
    pub const PROTECTED: &str = "ballast_governance_protected";
    /// A protective proposal stays: `proposal_id`.
    pub const CONFIRMED: &str = "ballast_governance_confirmed";
    /// A step was reverted: `proposal_id`, `step`, `contract`, `market`, `fields` (comma-separated).
    pub const REVERTED: &str = "ballast_governance_reverted";
    /// `by`, `messages`.
    pub const BOOTSTRAP: &str = "ballast_governance_bootstrap";
}

/// The value of an attribute of an event, `None` where the event has none of that name.
#[must_use]
pub fn attribute<'a>(event: &'a Event, key: &str) -> Option<&'a str> {
    event
        .attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .map(|attribute| attribute.value.as_str())
}

/// Whether an event, as the chain reports it, is the one named: with or without the prefix `wasm-`.
#[must_use]
pub fn is(event: &Event, name: &str) -> bool {
    event.ty == name || event.ty.strip_prefix("wasm-") == Some(name)
}
