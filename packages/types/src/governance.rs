//! Messages of `ballast-governance`.
//!
//! `Propose`, `Vote`, `Execute`, `Close` and the first nine queries are cw3 2.0.0's, word for word.
//! `Stake`, `Unstake`, `Claim` and the queries from `VotingPowerAtHeight` on are those of DAO DAO's voting
//! modules; their answers are in [`crate::voting_module`].
//!
//! Times are half-open: votes count before `voting_ends_at`; a proposal may be executed from `ready_at` on
//! and before `deadline`.

mod query;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{CosmosMsg, Decimal, Uint128};
use cw20::{Cw20ReceiveMsg, Denom};
use cw3::{UncheckedDepositInfo, Vote};
use cw_utils::Expiration;

pub use query::*;

/// Instantiates governance. The sender may send one [`ExecuteMsg::Bootstrap`] within a day.
#[cw_serde]
pub struct InstantiateMsg {
    /// What is staked for voting power. Never changes. Fee-on-transfer tokens are not supported.
    pub token: Denom,
    /// Defaults where absent.
    pub settings: Option<Settings>,
    /// Who may cancel a queued proposal once.
    pub guardian: Option<String>,
}

/// Everything that a proposal may change of governance itself, but for the guardian. Ranges are checked in
/// one place at instantiation and at every change. A proposal keeps the settings it was made under.
#[cw_serde]
pub struct Settings {
    /// Share of yes in yes, no and veto that passes; reaching it is enough.
    pub threshold: Decimal,
    /// Share of all power that must vote, abstentions included; reaching it is enough.
    pub quorum: Decimal,
    /// Share of veto in all votes cast at which a proposal with a quorum is vetoed.
    pub veto_threshold: Decimal,
    /// How long is voted.
    pub voting_secs: u64,
    /// From the decision to the first moment at which an ordinary proposal may be executed.
    pub timelock_secs: u64,
    /// The same for a proposal that holds a message of the adverse list.
    pub adverse_delay_secs: u64,
    /// How long a ready proposal may be executed.
    pub execution_window_secs: u64,
    /// How long is voted on a protective proposal; it waits for nothing once it has passed.
    pub protective_voting_secs: u64,
    /// After this, what a protective proposal changed may be reverted by anyone, unless an ordinary one has
    /// confirmed it. At least a day longer than an ordinary vote with its timelock.
    pub protective_expiry_secs: u64,
    /// How long a freeze by the guardian lasts.
    pub freeze_secs: u64,
    /// From the end of a freeze to the next one.
    pub freeze_cooloff_secs: u64,
    /// From unstaking to claiming. At least a day shorter than `adverse_delay_secs`.
    pub unstaking_secs: u64,
    /// Whether a vote may be changed while voting lasts. If so nothing is decided before voting ends.
    pub allow_revote: bool,
    /// What a proposer pays; returned where the proposal passes. At most a thousandth of the token's supply,
    /// in the collateral of the insurance fund where `contracts` names one. Who holds a twentieth of all
    /// power may propose without.
    pub deposit: Option<UncheckedDepositInfo>,
    /// The suite's contracts, at most 16, at most one insurance fund, which gets forfeited deposits.
    pub contracts: Vec<SuiteContract>,
}

/// One of the suite's contracts.
#[cw_serde]
pub struct SuiteContract {
    /// Where.
    pub address: String,
    /// Which messages it takes.
    pub kind: ContractKind,
}

/// Kinds of contracts of the suite.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum ContractKind {
    /// `perp-market`.
    PerpMarket,
    /// `insurance-fund`.
    InsuranceFund,
    /// `price-feed`.
    PriceFeed,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// cw3: makes a proposal, with the proposer's yes. By whoever had power before this block. With the
    /// deposit: attached if native, allowed beforehand if cw20. Answer data: the proposal's id.
    Propose {
        /// 1 to 256 bytes.
        title: String,
        /// At most 10,000 bytes.
        description: String,
        /// What governance will send, at most 20 and 64 KiB in all.
        msgs: Vec<CosmosMsg>,
        /// Not to be executed before; only `at_time`.
        earliest: Option<Expiration>,
        /// Not to be executed at or after; only `at_time`.
        latest: Option<Expiration>,
    },
    /// As `Propose`, for messages of the protective list only, with a short vote and no delay.
    ProposeProtective {
        /// 1 to 256 bytes.
        title: String,
        /// At most 10,000 bytes.
        description: String,
        /// `UpdateMarket` of the suite's markets and of the insurance fund that only tighten.
        msgs: Vec<CosmosMsg>,
    },
    /// cw3: votes with the power held before the block of the proposal.
    Vote {
        /// The proposal.
        proposal_id: u64,
        /// Yes, no, abstain or veto.
        vote: Vote,
    },
    /// cw3: sends the messages of a passed proposal after its delay and before its deadline. Anyone.
    /// Where they fail nothing of them stays, the failure is recorded, and the message may be repeated
    /// until the deadline.
    Execute {
        /// The proposal.
        proposal_id: u64,
    },
    /// cw3: settles what is over and was not executed: returns or forfeits the deposit. Anyone.
    Close {
        /// The proposal.
        proposal_id: u64,
    },
    /// Sets the fields that one step of a protective proposal tightened back to what they were, where they
    /// still are what it made them. Anyone, once a step, after its expiry and unless it was confirmed. The
    /// contract that is told may wait its own delay.
    RevertProtective {
        /// The proposal.
        proposal_id: u64,
        /// Number of the message, from 0.
        step: u32,
    },
    /// Cancels a passed proposal that was not executed yet. By the guardian, once for the same messages:
    /// passed again they stand. Not where all it does is appoint a guardian.
    Cancel {
        /// The proposal.
        proposal_id: u64,
    },
    /// Tells all markets of the settings to take no more risk for `freeze_secs`: [`FreezeHookMsg`]. By the
    /// guardian, once in `freeze_secs + freeze_cooloff_secs`.
    Freeze {},
    /// Sends messages as governance would, checks the books, and always fails: with `CheckPassed`, or with
    /// the number and cause of the first message that fails. Anyone.
    CheckMessages {
        /// What a proposal would hold; at least one.
        msgs: Vec<CosmosMsg>,
        /// Lets the failing message's own error through, without its number. A chain hides the cause of a
        /// failed submessage from contracts, but not from the sender of the transaction.
        #[serde(default)]
        verbatim: bool,
    },
    /// Stakes the attached native coins for the sender. Counts for proposals made in later blocks.
    Stake {},
    /// cw20 hook: `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// Takes power away at once; the coins can be claimed after `unstaking_secs`. At most 20 at a time.
    Unstake {
        /// Atoms.
        amount: Uint128,
    },
    /// Pays out what was unstaked long enough ago.
    Claim {},
    /// Sends messages as governance without a vote. By the instantiator, once, within a day of the
    /// instantiation and before the first proposal. Without messages it only gives up the right.
    Bootstrap {
        /// What governance sends.
        msgs: Vec<CosmosMsg>,
    },
    /// Replaces the settings, for proposals made from now on. By governance itself.
    UpdateSettings {
        /// All of them.
        settings: Settings,
    },
    /// Appoints another guardian, or none. By governance itself.
    SetGuardian {
        /// Who.
        guardian: Option<String>,
    },
    /// Keeps what a protective proposal changed. By governance itself, through an ordinary proposal.
    ConfirmProtective {
        /// The protective proposal.
        proposal_id: u64,
    },
    /// Part of `Execute`: a failure here reverts the messages and nothing else. By governance itself.
    RunProposal {
        /// The proposal.
        proposal_id: u64,
    },
    /// Fails where governance lacks more of what it owes to stakers and proposers than before. By governance
    /// itself, after the messages of a proposal.
    CheckBooks {
        /// What was missing before them, token by token: nothing, but for a token that is broken.
        gaps: Vec<BookGap>,
    },
}

/// What a cw20 `Send` to governance may carry.
#[cw_serde]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::Stake`], for the cw20 message's sender.
    Stake {},
}

/// What a market must accept from its owner for the guardian's freeze to reach it.
#[cw_serde]
pub enum FreezeHookMsg {
    /// Takes no more risk before `until`: no order that would grow open interest, no withdrawal against a position.
    /// Liquidations, claims, top-ups, reductions and withdrawals against no position go on.
    SetFreeze {
        /// Seconds, exclusive.
        until: u64,
    },
}

/// What governance holds too little of a token.
#[cw_serde]
pub struct BookGap {
    /// The token.
    pub denom: Denom,
    /// Owed less held, atoms; 0 where enough is held.
    pub missing: Uint128,
}

/// How long a proposal waits between its decision and its execution.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Speed {
    /// Waits for nothing: holds messages of the protective list only.
    Protective,
    /// Waits `timelock_secs`.
    Normal,
    /// Waits `adverse_delay_secs`: holds a message that could take what others own, or change who rules.
    Adverse,
}

impl Speed {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protective => "protective",
            Self::Normal => "normal",
            Self::Adverse => "adverse",
        }
    }
}

/// Where a proposal stands.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum LifecycleStatus {
    /// Voting goes on. cw3: `open`.
    Open,
    /// Voting is over without a quorum or without the threshold. cw3: `rejected`.
    Rejected,
    /// Voted down with a quorum and `veto_threshold` of veto: the deposit is forfeited. cw3: `rejected`.
    Vetoed,
    /// Passed, and waits for `ready_at`. cw3: `passed`.
    Queued,
    /// May be executed. cw3: `passed`.
    Ready,
    /// Cancelled by the guardian. cw3: `rejected`.
    Cancelled,
    /// Not executed before its deadline. cw3: `rejected`.
    Expired,
    /// Its messages were sent, all of them, once. cw3: `executed`.
    Executed,
    /// Its messages failed; until the deadline they may be tried again. cw3: `executed`.
    ExecutionFailed,
}

impl LifecycleStatus {
    /// The name used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Rejected => "rejected",
            Self::Vetoed => "vetoed",
            Self::Queued => "queued",
            Self::Ready => "ready",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Executed => "executed",
            Self::ExecutionFailed => "execution_failed",
        }
    }
}

/// Power that voted.
#[cw_serde]
#[derive(Copy, Eq, Default)]
pub struct Votes {
    /// For.
    pub yes: Uint128,
    /// Against.
    pub no: Uint128,
    /// Counts for the quorum only.
    pub abstain: Uint128,
    /// Against, and the deposit shall be forfeited.
    pub veto: Uint128,
}

/// Where a deposit is.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum DepositState {
    /// None was paid.
    None,
    /// With governance: the proposal goes on, or the last payment failed and `Close` tries again.
    Held,
    /// Paid back to the proposer.
    Returned,
    /// Donated to the insurance fund, or kept by governance where there is none.
    Forfeited,
}
