//! What governance can be asked, and its answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Uint128;
use cw20::Denom;

use super::{DepositState, LifecycleStatus, Settings, Speed, Votes};

/// What can be asked.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// cw3: the rule for a proposal made now.
    #[returns(cw_utils::ThresholdResponse)]
    Threshold {},
    /// cw3: one proposal.
    #[returns(cw3::ProposalResponse)]
    Proposal {
        /// The proposal.
        proposal_id: u64,
    },
    /// cw3: proposals by id.
    #[returns(cw3::ProposalListResponse)]
    ListProposals {
        /// Exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// cw3: proposals, newest first.
    #[returns(cw3::ProposalListResponse)]
    ReverseProposals {
        /// Exclusive.
        start_before: Option<u64>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// cw3: one vote. Weights are scaled where the proposal's total power does not fit 64 bits: divided,
    /// rounded down, by the smallest power of ten that makes it fit.
    #[returns(cw3::VoteResponse)]
    Vote {
        /// The proposal.
        proposal_id: u64,
        /// Who.
        voter: String,
    },
    /// cw3: votes of a proposal by address.
    #[returns(cw3::VoteListResponse)]
    ListVotes {
        /// The proposal.
        proposal_id: u64,
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// cw3: power of an address now, scaled by the total of now.
    #[returns(cw3::VoterResponse)]
    Voter {
        /// Who.
        address: String,
    },
    /// cw3: stakers by address.
    #[returns(cw3::VoterListResponse)]
    ListVoters {
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// Token, settings in force, guardian, and what is owed.
    #[returns(ConfigResponse)]
    Config {},
    /// The true state of a proposal, with its times and exact votes.
    #[returns(LifecycleResponse)]
    Lifecycle {
        /// The proposal.
        proposal_id: u64,
    },
    /// What a protective proposal changed, once it was executed.
    #[returns(ProtectiveResponse)]
    Protective {
        /// The proposal.
        proposal_id: u64,
    },
    /// The guardian, and when the next freeze may begin.
    #[returns(GuardianResponse)]
    Guardian {},
    /// When, and as which proposal, the guardian cancelled these messages; null if never.
    #[returns(Option<CancelledContent>)]
    CancelledContent {
        /// SHA-256 of the messages, hexadecimal, as in `Lifecycle`.
        content_hash: String,
    },
    /// Settings of a revision.
    #[returns(Settings)]
    Settings {
        /// The one in force where absent.
        revision: Option<u32>,
    },
    /// DAO DAO: power before the block of that height, now where absent.
    #[returns(crate::voting_module::VotingPowerAtHeightResponse)]
    VotingPowerAtHeight {
        /// Who.
        address: String,
        /// Block height.
        height: Option<u64>,
    },
    /// DAO DAO: the same of all.
    #[returns(crate::voting_module::TotalPowerAtHeightResponse)]
    TotalPowerAtHeight {
        /// Block height.
        height: Option<u64>,
    },
    /// DAO DAO: cw2's name and version.
    #[returns(crate::voting_module::InfoResponse)]
    Info {},
    /// DAO DAO: the DAO that this stake belongs to: governance itself.
    #[returns(cosmwasm_std::Addr)]
    Dao {},
    /// DAO DAO: always true.
    #[returns(crate::voting_module::IsActiveResponse)]
    IsActive {},
    /// DAO DAO: none.
    #[returns(crate::voting_module::ActiveThresholdResponse)]
    ActiveThreshold {},
    /// DAO DAO, native: the staked denom.
    #[returns(crate::voting_module::DenomResponse)]
    Denom {},
    /// DAO DAO: the staked cw20, null where it is native.
    #[returns(Option<cosmwasm_std::Addr>)]
    TokenContract {},
    /// DAO DAO, cw20: who holds the stake: governance itself.
    #[returns(cosmwasm_std::Addr)]
    StakingContract {},
    /// DAO DAO: the delay of unstaking.
    #[returns(crate::voting_module::StakingConfigResponse)]
    GetConfig {},
    /// DAO DAO: none.
    #[returns(crate::voting_module::GetHooksResponse)]
    GetHooks {},
    /// DAO DAO: what an address unstaked and did not claim yet.
    #[returns(cw_controllers::ClaimsResponse)]
    Claims {
        /// Who.
        address: String,
    },
    /// DAO DAO: stakers by address, with exact balances.
    #[returns(crate::voting_module::ListStakersResponse)]
    ListStakers {
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
}

/// Answer to [`QueryMsg::Config`].
#[cw_serde]
pub struct ConfigResponse {
    /// What is staked.
    pub token: Denom,
    /// In force.
    pub settings: Settings,
    /// How often they were changed.
    pub revision: u32,
    /// Who may cancel.
    pub guardian: Option<String>,
    /// Until when, seconds, and by whom a bootstrap may be sent; none once it is locked.
    pub bootstrap: Option<BootstrapRight>,
    /// Proposals made.
    pub proposals: u64,
    /// Atoms staked.
    pub staked: Uint128,
    /// Atoms unstaked and not claimed yet.
    pub unstaking: Uint128,
    /// Deposits held, by token; at most 8.
    pub deposits: Vec<HeldDeposits>,
}

/// The right to send one bootstrap.
#[cw_serde]
pub struct BootstrapRight {
    /// The instantiator.
    pub by: String,
    /// Seconds, exclusive.
    pub until: u64,
}

/// Deposits held in one token.
#[cw_serde]
pub struct HeldDeposits {
    /// The token.
    pub denom: Denom,
    /// Atoms.
    pub amount: Uint128,
}

/// Answer to [`QueryMsg::Lifecycle`].
#[cw_serde]
pub struct LifecycleResponse {
    /// The proposal.
    pub proposal_id: u64,
    /// Where it stands now.
    pub status: LifecycleStatus,
    /// How long it waits.
    pub speed: Speed,
    /// Power is counted before this block.
    pub start_height: u64,
    /// All power before that block.
    pub total_power: Uint128,
    /// What was cast.
    pub votes: Votes,
    /// Settings it was made under.
    pub settings_revision: u32,
    /// When it was made, seconds.
    pub proposed_at: u64,
    /// When voting ends, seconds.
    pub voting_ends_at: u64,
    /// When it was decided: at the vote that no other could overturn, or when voting ended.
    pub decided_at: Option<u64>,
    /// From when on it may be executed, where it passed.
    pub ready_at: Option<u64>,
    /// Before when, where it passed.
    pub deadline: Option<u64>,
    /// When its messages were sent.
    pub executed_at: Option<u64>,
    /// How often its messages failed.
    pub failures: u32,
    /// Why they failed last, at most 256 bytes. No logic reads it.
    pub failure: Option<String>,
    /// Where its deposit is.
    pub deposit: DepositState,
    /// SHA-256 of its messages, hexadecimal.
    pub content_hash: String,
}

/// Answer to [`QueryMsg::Protective`].
#[cw_serde]
pub struct ProtectiveResponse {
    /// The proposal.
    pub proposal_id: u64,
    /// From when on its steps may be reverted, seconds.
    pub expires_at: u64,
    /// Whether an ordinary proposal confirmed it; then nothing is reverted.
    pub confirmed: bool,
    /// One a message, in order.
    pub steps: Vec<ProtectiveStep>,
}

/// What one message of a protective proposal tightened.
#[cw_serde]
pub struct ProtectiveStep {
    /// The contract that was told.
    pub contract: String,
    /// Whose market, where the contract is the insurance fund.
    pub claimant: Option<String>,
    /// The market.
    pub market: crate::MarketId,
    /// Field by field.
    pub changes: Vec<ProtectiveChange>,
    /// Whether it was reverted.
    pub reverted: bool,
}

/// One field that was tightened.
#[cw_serde]
pub struct ProtectiveChange {
    /// As in the message.
    pub field: String,
    /// What it was. 0 and 1 for no and yes.
    pub before: Uint128,
    /// What it became.
    pub after: Uint128,
}

/// Answer to [`QueryMsg::Guardian`].
#[cw_serde]
pub struct GuardianResponse {
    /// Who.
    pub guardian: Option<String>,
    /// When the last freeze ended or will end, seconds; 0 if there was none.
    pub frozen_until: u64,
    /// When the next one may begin, seconds.
    pub next_freeze_at: u64,
}

/// Messages that the guardian cancelled.
#[cw_serde]
pub struct CancelledContent {
    /// The proposal that was cancelled.
    pub proposal_id: u64,
    /// When, seconds.
    pub at: u64,
}
