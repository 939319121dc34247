//! What the fund can be asked, and its answers.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Uint128;
use cw20::Denom;
use cw_ownable::cw_ownable_query;

use super::{ClaimantParameters, FundParameters, LayerPayment, PendingSummary, TopUpKind};
use crate::{MarketId, MarketReport, RiskLevel, RiskParameters};

/// What can be asked.
#[cw_ownable_query]
#[cw_serde]
#[derive(FromJson, ToJson, QueryResponses)]
pub enum QueryMsg {
    /// Collateral and parameters.
    #[returns(ConfigResponse)]
    Config {},
    /// One registered market.
    #[returns(ClaimantResponse)]
    Market {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
    /// All registered markets, by contract and number.
    #[returns(Vec<ClaimantResponse>)]
    Markets {
        /// Exclusive.
        start_after: Option<(String, MarketId)>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// One claim.
    #[returns(super::ClaimRecord)]
    Claim {
        /// The claiming contract.
        contract: String,
        /// Its id.
        claim_id: u64,
    },
    /// A contract's claims in order of their id.
    #[returns(Vec<super::ClaimRecord>)]
    Claims {
        /// The claiming contract.
        contract: String,
        /// Exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// The most a claim of this market would be paid now, layer by layer.
    #[returns(CapacityResponse)]
    Capacity {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
    /// The ledger, the identity, required capital, coverage and level.
    #[returns(SolvencyResponse)]
    Solvency {},
    /// The underwriters' pool.
    #[returns(UnderwritingResponse)]
    Underwriting {},
    /// One underwriter: shares, what they are worth, what is at risk, the pending exit.
    #[returns(StakerResponse)]
    Staker {
        /// Whose.
        address: String,
    },
    /// What asking to leave with so many shares would be worth now.
    #[returns(ExitValueResponse)]
    ExitValue {
        /// Shares.
        shares: Uint128,
    },
    /// cw20: shares of one address.
    #[returns(cw20::BalanceResponse)]
    Balance {
        /// Whose.
        address: String,
    },
    /// cw20: name, symbol, decimals and supply of the shares.
    #[returns(cw20::TokenInfoResponse)]
    TokenInfo {},
    /// cw20: none; shares are minted by staking alone.
    #[returns(Option<cw20::MinterResponse>)]
    Minter {},
    /// cw20: what one address may move of another's.
    #[returns(cw20::AllowanceResponse)]
    Allowance {
        /// Whose shares.
        owner: String,
        /// Who may move them.
        spender: String,
    },
    /// cw20: what an owner allowed.
    #[returns(cw20::AllAllowancesResponse)]
    AllAllowances {
        /// Whose shares.
        owner: String,
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// cw20: what an address was allowed.
    #[returns(cw20::AllSpenderAllowancesResponse)]
    AllSpenderAllowances {
        /// Who may move them.
        spender: String,
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// cw20: addresses that hold or held shares.
    #[returns(cw20::AllAccountsResponse)]
    AllAccounts {
        /// Exclusive.
        start_after: Option<String>,
        /// 10 by default, at most 30.
        limit: Option<u32>,
    },
    /// The emergency facility: what is committed, lent and asked back.
    #[returns(EmergencyResponse)]
    Emergency {},
    /// The owner's changes that wait, by number.
    #[returns(Vec<super::PendingChange>)]
    PendingChanges {
        /// A number, exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// The last thousand top-ups, fees that came with claims included, the newest first.
    #[returns(Vec<TopUpRecord>)]
    TopUps {
        /// A number, exclusive.
        start_after: Option<u64>,
        /// 10 by default, at most 50.
        limit: Option<u32>,
    },
    /// If this market lost so much now: which layer would pay what, what would stop each, and what would be left to
    /// the market's own counterparties. A claim sent now with the same report is answered the same.
    #[returns(CoverageResponse)]
    Coverage {
        /// The loss.
        shock: Shock,
    },
    /// The same for several losses that are claimed in this order within one block.
    #[returns(StressTestResponse)]
    StressTest {
        /// At most 32.
        shocks: Vec<Shock>,
    },
    /// Who receives surplus, how much the next lot is, and what holds it back.
    #[returns(SurplusResponse)]
    Surplus {},
    /// What a market would be told now.
    #[returns(RiskParameters)]
    RiskParameters {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
}

/// Answer to [`QueryMsg::Config`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ConfigResponse {
    /// The one token of the ledger.
    pub collateral: Denom,
    /// All parameters.
    pub parameters: FundParameters,
}

/// One registered market.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ClaimantResponse {
    /// The market contract.
    pub contract: String,
    /// Its market.
    pub market: MarketId,
    /// Its standing.
    pub parameters: ClaimantParameters,
    /// When it was registered, seconds.
    pub registered_at: u64,
    /// Its own reserve, quote atoms.
    pub reserve: Uint128,
    /// Last reported open-interest value, quote atoms.
    pub open_interest_value: Uint128,
    /// Last reported deficit, quote atoms.
    pub deficit: Uint128,
    /// When it was reported, seconds.
    pub reported_at: u64,
    /// Capital required for it, quote atoms (0 where isolated).
    pub required_capital: Uint128,
    /// Paid to it by the mutual reserve in its life, quote atoms.
    pub mutual_paid: Uint128,
    /// Contributed by it to the mutual reserve in its life, quote atoms.
    pub mutual_contributed: Uint128,
    /// Drawn for it from the emergency facility and not repaid, quote atoms.
    pub emergency_debt: Uint128,
    /// Whether its drawdown breaker is open.
    pub drawdown: bool,
    /// Claims paid less top-ups over the drawdown buckets, quote atoms (0 where top-ups are more).
    pub net_loss: Uint128,
    /// Revision of the parameters it was last told and accepted by answer or `Poke`.
    pub risk: RiskParameters,
}

/// Answer to [`QueryMsg::Capacity`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct CapacityResponse {
    /// Sum over `layers`.
    pub total: Uint128,
    /// The most each layer would pay, and its bound.
    pub layers: Vec<LayerPayment>,
}

/// Answer to [`QueryMsg::Solvency`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct SolvencyResponse {
    /// `market_reserves + mutual + staked + rewards_undripped + emergency_undrawn + surplus_due`.
    pub booked: Uint128,
    /// What the token says the fund owns.
    pub bank: Uint128,
    /// `bank - booked`: coins that arrived without a message.
    pub unaccounted: Uint128,
    /// Sum of all market reserves, isolated ones included.
    pub market_reserves: Uint128,
    /// The mutual reserve.
    pub mutual: Uint128,
    /// Underwriters' stake, pending exits included.
    pub staked: Uint128,
    /// Rewards that are not stake yet.
    pub rewards_undripped: Uint128,
    /// What the emergency facility holds.
    pub emergency_undrawn: Uint128,
    /// Above all targets.
    pub surplus_due: Uint128,
    /// Owed to the treasury; a liability, not a term of `booked`.
    pub emergency_debt: Uint128,
    /// Capital that counts for coverage.
    pub capital: Uint128,
    /// Capital required.
    pub required_capital: Uint128,
    /// `floor(capital * 10^6 / required)`.
    pub coverage_ppm: Uint128,
    /// Level in force.
    pub level: RiskLevel,
    /// When it began, seconds.
    pub level_since: u64,
    /// Number of claims recorded.
    pub claims: u64,
    /// Sum of amounts asked. What a market asks again, in a second claim for what its first was not paid, counts again: what
    /// nobody paid is in the markets' events, not the difference to `claims_paid`.
    pub claims_asked: Uint128,
    /// Sum of amounts paid.
    pub claims_paid: Uint128,
    /// Sum of the deficits that all markets, isolated ones included, last reported.
    pub deficits: Uint128,
    /// The owner's changes that wait: all of them. `PendingChanges` tells what they would set.
    pub pending_changes: Vec<PendingSummary>,
    /// Every registered market, at most 64.
    pub markets: Vec<MarketCapital>,
}

/// What one market requires and holds. Quote atoms.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct MarketCapital {
    /// The market contract.
    pub contract: String,
    /// Its market.
    pub market: MarketId,
    /// Isolated markets stand outside the suite's capital.
    pub isolated: bool,
    /// Capital required for it; 0 where isolated.
    pub required: Uint128,
    /// Its own reserve.
    pub reserve: Uint128,
    /// The part of the reserve that counts as capital of the suite: at most what is required.
    pub counted: Uint128,
    /// The deficit it last reported.
    pub deficit: Uint128,
    /// What it owes to the emergency facility.
    pub emergency_debt: Uint128,
}

/// A top-up that was booked. Quote atoms.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct TopUpRecord {
    /// Its number, from 1.
    pub id: u64,
    /// The market contract that it is of, or who gave it.
    pub contract: String,
    /// Which market, where one was named.
    pub market: Option<MarketId>,
    /// What it was.
    pub kind: TopUpKind,
    /// The sum of what follows.
    pub amount: Uint128,
    /// To the market's own emergency debt.
    pub to_debt: Uint128,
    /// To that of other markets.
    pub to_other_debt: Uint128,
    /// To its reserve.
    pub to_reserve: Uint128,
    /// To the mutual reserve.
    pub to_mutual: Uint128,
    /// To the underwriters' drip.
    pub to_rewards: Uint128,
    /// To surplus.
    pub to_surplus: Uint128,
    /// Seconds.
    pub at: u64,
}

/// A loss that did not happen.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct Shock {
    /// The market contract.
    pub contract: String,
    /// Its market.
    pub market: MarketId,
    /// What would be claimed, quote atoms.
    pub loss: Uint128,
    /// What the market would report with the claim; as it last did where absent.
    #[serde(default)]
    pub state: Option<MarketReport>,
    /// As in the claim.
    #[serde(default)]
    pub recent_risk: bool,
}

/// Answer to [`QueryMsg::Coverage`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct CoverageResponse {
    /// The market contract.
    pub contract: String,
    /// Its market.
    pub market: MarketId,
    /// What would be claimed, quote atoms.
    pub loss: Uint128,
    /// What each layer would pay, and what would stop it; empty for a market that is not registered. The reserve is
    /// the market's own money, the mutual reserve that of all who pay fees, the stake the underwriters', and the
    /// emergency facility a loan that later fees repay.
    pub layers: Vec<LayerPayment>,
    /// Sum over `layers`.
    pub paid: Uint128,
    /// What is left to the market's own counterparties, quote atoms.
    pub uncovered: Uint128,
    /// Coverage after it.
    pub coverage_ppm: Uint128,
    /// Level after it.
    pub level: RiskLevel,
    /// What the market would be told.
    pub risk: Option<RiskParameters>,
}

/// Answer to [`QueryMsg::StressTest`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct StressTestResponse {
    /// One entry a shock, in order; each as it stands after it.
    pub outcomes: Vec<CoverageResponse>,
    /// Sum over `outcomes`, quote atoms.
    pub paid: Uint128,
    /// Sum over `outcomes`, quote atoms.
    pub uncovered: Uint128,
    /// Capital after all, quote atoms.
    pub capital: Uint128,
    /// Required capital after all, quote atoms.
    pub required_capital: Uint128,
    /// Coverage after all.
    pub coverage_ppm: Uint128,
    /// Level after all.
    pub level: RiskLevel,
    /// Owed to the emergency facility after all, quote atoms.
    pub emergency_debt: Uint128,
}

/// Answer to [`QueryMsg::Surplus`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct SurplusResponse {
    /// Who receives it, if anyone is appointed.
    pub recipient: Option<String>,
    /// All of it, quote atoms.
    pub due: Uint128,
    /// What the next lot would be, quote atoms.
    pub next_lot: Uint128,
    /// From when on it may be paid, seconds.
    pub ready_at: u64,
    /// Paid out in the fund's life, quote atoms.
    pub paid: Uint128,
    /// Why `PaySurplus` would be refused now; none where it would pay.
    pub held_by: Option<String>,
}

/// Answer to [`QueryMsg::Emergency`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct EmergencyResponse {
    /// Who commits and withdraws, if anyone is appointed.
    pub treasury: Option<String>,
    /// `undrawn + debt`, quote atoms: the base of both limits.
    pub committed: Uint128,
    /// Not drawn, quote atoms.
    pub undrawn: Uint128,
    /// Drawn and not repaid, all markets together, quote atoms.
    pub debt: Uint128,
    /// What all markets may still draw under the limit of seven days, quote atoms.
    pub week_left: Uint128,
    /// The most one market may draw in an hour, quote atoms.
    pub event_limit: Uint128,
    /// What the treasury asked back.
    pub withdrawal: Option<EmergencyWithdrawal>,
}

/// What the treasury asked back.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct EmergencyWithdrawal {
    /// Quote atoms; what is drawn by then is not paid.
    pub amount: Uint128,
    /// First second at which it is paid.
    pub ready_at: u64,
    /// Last second at which it is paid.
    pub ends_at: u64,
}

/// Answer to [`QueryMsg::Underwriting`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct UnderwritingResponse {
    /// All stake, quote atoms.
    pub staked: Uint128,
    /// The part of it that belongs to pending exits, quote atoms.
    pub queued: Uint128,
    /// Shares outside of exits.
    pub shares: Uint128,
    /// Not dripped yet, quote atoms.
    pub rewards_undripped: Uint128,
    /// Second at which all of it will have dripped.
    pub drip_ends_at: u64,
    /// The most that all claims together could take now, quote atoms. Counts as capital.
    pub slashable: Uint128,
    /// Whether exits are held up by the level.
    pub paused: bool,
}

/// Answer to [`QueryMsg::Staker`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct StakerResponse {
    /// Shares outside of an exit.
    pub shares: Uint128,
    /// What they are worth, quote atoms, rounded down.
    pub value: Uint128,
    /// The most that claims could take of shares and exit now, quote atoms, rounded up.
    pub at_risk: Uint128,
    /// The pending exit.
    pub exit: Option<ExitResponse>,
}

/// A pending exit.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ExitResponse {
    /// Shares it was asked with.
    pub shares: Uint128,
    /// What they were worth, quote atoms.
    pub asked_value: Uint128,
    /// What it is worth after the slashes since, quote atoms.
    pub owed: Uint128,
    /// When it was asked for, seconds.
    pub requested_at: u64,
    /// First second at which it is paid, if no pause comes.
    pub ready_at: u64,
    /// Last second at which it is paid, if no pause comes.
    pub ends_at: u64,
    /// Held up so far, seconds.
    pub paused_secs: u64,
}

/// Answer to [`QueryMsg::ExitValue`].
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ExitValueResponse {
    /// Quote atoms, rounded down.
    pub value: Uint128,
}
