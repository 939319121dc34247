//! Messages of `ballast-insurance-fund`, and the little a market contract needs to use it.
//!
//! A market contract sends [`ExecuteMsg::TopUp`] and [`ExecuteMsg::ClaimShortfall`], reads
//! [`ClaimAnswer`] or [`TopUpAnswer`] from the reply's data, and accepts [`MarketHookMsg`].

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Uint128;
use cw20::{Cw20ReceiveMsg, Denom};
use cw_ownable::{cw_ownable_execute, cw_ownable_query};

use crate::{MarketId, MarketReport, RiskLevel, RiskParameters};

/// Instantiates the fund.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may register claimants and change parameters, but never move reserves.
    pub owner: String,
    /// The one token of the ledger.
    pub collateral: Denom,
    /// Defaults where absent.
    pub parameters: Option<FundParameters>,
}

/// Parameters of the whole fund. Ranges are checked in one place at instantiation and at every change.
#[cw_serde]
pub struct FundParameters {
    /// Least required capital, whatever the open interest, quote atoms.
    pub required_capital_floor: Uint128,
    /// What the mutual reserve is filled to by fees, quote atoms. Also the base of lifetime caps.
    pub mutual_target: Uint128,
    /// Share of the mutual reserve's 24 h high that one market may draw in a day (refilling bucket).
    pub mutual_window_ppm: u32,
    /// Share of the mutual target that one market may draw in its life, net of what it contributed.
    pub mutual_lifetime_ppm: u32,
    /// A new market's access to the mutual reserve grows from 0 to full over this time.
    pub ramp_secs: u64,
    /// Age at which a market's last report no longer counts and its open-interest cap is used instead.
    pub report_max_age_secs: u64,
    /// Coverage thresholds, strictly descending.
    pub thresholds: Thresholds,
    /// How the fund decides that one market loses too much.
    pub drawdown: DrawdownParameters,
    /// Share of trade fees that belongs to the fund while healthy or better.
    pub fee_share_ppm: u32,
    /// The same on watch and deficient.
    pub fee_share_watch_ppm: u32,
    /// The same while critical.
    pub fee_share_max_ppm: u32,
    /// Premium on open interest a year at multiplier 1.
    pub premium_base_rate_ppm: u32,
    /// Multiplier reached at the deficient threshold (coverage 45 %), in units of 1; it is 1 at the
    /// surplus threshold and linear between.
    pub premium_max_multiplier: u32,
    /// `sum(risk weight * open-interest cap)` may be at most `capital / this` (ppm, 1,200,000 = 1.2);
    /// caps handed to markets shrink in proportion where it is more. 0 switches the rule off.
    pub backing_ratio_ppm: u32,
    /// Gas for one push of risk parameters to a market.
    pub poke_gas_limit: u64,
}

/// Coverage (ppm of required capital) above which each level begins, and what it takes to rise again.
#[cw_serde]
pub struct Thresholds {
    /// Above: surplus.
    pub surplus_ppm: u32,
    /// Above: healthy.
    pub healthy_ppm: u32,
    /// Above: watch.
    pub watch_ppm: u32,
    /// Above: deficient; at or below: critical.
    pub deficient_ppm: u32,
    /// Points above a threshold that coverage must reach before the level rises.
    pub hysteresis_ppm: u32,
    /// How long coverage must have stayed there.
    pub upgrade_delay_secs: u64,
    /// A level below watch needs a loss claimed within this time.
    pub loss_window_secs: u64,
}

/// The drawdown breaker of one market.
#[cw_serde]
pub struct DrawdownParameters {
    /// Net loss over 8 hourly buckets, as a share of the highest (reserve + mutual bucket) in them, at
    /// which the breaker trips.
    pub trip_ppm: u32,
    /// Share below which it releases.
    pub release_ppm: u32,
    /// Net loss below which it never trips, quote atoms.
    pub floor: Uint128,
}

/// One market's standing in the fund.
#[cw_serde]
pub struct ClaimantParameters {
    /// Share of open-interest value that must be held as capital.
    pub risk_weight_ppm: u32,
    /// Absolute cap of open-interest value, quote atoms.
    pub open_interest_cap: Uint128,
    /// What the market's own reserve is filled to by its fees, quote atoms.
    pub reserve_target: Uint128,
    /// An isolated market has its own reserve and nothing else. Never changes.
    pub isolated: bool,
}

/// What a top-up is.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum TopUpKind {
    /// Fees of the sending market contract: its reserve to the target, the mutual reserve to its target,
    /// then surplus. Only from a registered contract for its own market. With a report and without coins
    /// it is the report alone, also where the collateral is a cw20.
    Fees,
    /// To the reserve of one market, from anyone.
    Reserve,
    /// To the mutual reserve, from anyone. Changes no level's drawdown.
    Donation,
}

/// A top-up, as an execute message with coins or inside a cw20 `Send`.
#[cw_serde]
pub struct TopUp {
    /// Market contract; the sender where absent.
    pub contract: Option<String>,
    /// Required for fees and reserve.
    pub market: Option<MarketId>,
    /// Which ledger line it goes to.
    pub kind: TopUpKind,
    /// The market's report; believed only from the registered contract itself.
    pub state: Option<MarketReport>,
}

/// What can be done.
#[cw_ownable_execute]
#[cw_serde]
pub enum ExecuteMsg {
    /// Adds native coins to the ledger. Answer data: [`TopUpAnswer`].
    TopUp(TopUp),
    /// cw20 hook: `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// Asks for money. By a registered contract; an unlisted market gets `paid: 0`, not an error.
    /// Native coins attached are booked first, as fees of that market. Answer data: [`ClaimAnswer`].
    ClaimShortfall {
        /// The claiming contract's market.
        market: MarketId,
        /// Whose loss it is, for the record. At most 128 bytes.
        account: String,
        /// Strictly increasing per contract. A used id moves nothing and returns its recorded answer.
        claim_id: u64,
        /// What is missing, quote atoms.
        amount: Uint128,
        /// The market's report.
        state: MarketReport,
        /// The account increased its risk shortly before: only the market's own reserve pays.
        #[serde(default)]
        recent_risk: bool,
    },
    /// Books coins that arrived without a message to the mutual reserve. Anyone.
    Sync {},
    /// Recomputes levels and pushes risk parameters to one contract. Anyone.
    Poke {
        /// A registered market contract.
        contract: String,
    },
    /// Registers a market of a contract as claimant. By the owner.
    RegisterMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its standing.
        parameters: ClaimantParameters,
    },
    /// Changes a registered market. By the owner. `isolated` may not change.
    UpdateMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its new standing.
        parameters: ClaimantParameters,
    },
    /// Changes the fund's parameters. By the owner.
    UpdateParameters {
        /// All of them.
        parameters: FundParameters,
    },
}

/// What a cw20 `Send` to the fund may carry.
#[cw_serde]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::TopUp`]; the sender is the cw20 message's sender. A cw20 `Send` loses answer data.
    TopUp(TopUp),
}

/// What a market contract must accept from the fund.
#[cw_serde]
pub enum MarketHookMsg {
    /// New risk parameters; not newer ones are to be ignored, without an error.
    SetRiskLevel {
        /// Highest revision in `markets`.
        revision: u64,
        /// One entry a market of that contract.
        markets: Vec<RiskParameters>,
    },
}

/// Answer to a claim. It explains; what counts as paid is what arrived.
#[cw_serde]
pub struct ClaimAnswer {
    /// Which claim.
    pub claim_id: u64,
    /// Coins sent with this answer.
    pub paid: Uint128,
    /// Amount asked less everything ever paid for this id.
    pub uncovered: Uint128,
    /// True where the id was used before: nothing was sent now.
    pub replay: bool,
    /// New risk parameters of the market; none for an unlisted one.
    pub risk: Option<RiskParameters>,
}

/// Answer to a top-up.
#[cw_serde]
pub struct TopUpAnswer {
    /// What was booked.
    pub booked: Uint128,
    /// New risk parameters of the market, where one was named and is registered.
    pub risk: Option<RiskParameters>,
}

/// Layers of the waterfall in the order in which they pay.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Layer {
    /// The market's own reserve.
    MarketReserve,
    /// The mutual reserve of all cross-margined markets.
    Mutual,
    /// Underwriters' stake.
    Stake,
    /// The treasury's emergency facility.
    Emergency,
}

/// What stopped a layer from paying more.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Bound {
    /// Nothing more was missing.
    Covered,
    /// Its balance.
    Balance,
    /// The market's daily bucket.
    Window,
    /// The market's lifetime limit.
    Lifetime,
    /// The market is isolated and may not use this layer.
    Isolated,
    /// The market's drawdown breaker is open.
    Drawdown,
    /// The layer holds no capital in this deployment.
    Unfunded,
    /// The account increased its risk shortly before the claim: nothing below the market's own reserve pays.
    RecentRisk,
}

/// What one layer did in a claim.
#[cw_serde]
pub struct LayerPayment {
    /// The layer.
    pub layer: Layer,
    /// Quote atoms.
    pub paid: Uint128,
    /// Why not more.
    pub bound: Bound,
}

/// The record of a claim.
#[cw_serde]
pub struct ClaimRecord {
    /// The claiming contract.
    pub contract: String,
    /// Its id.
    pub claim_id: u64,
    /// Its market.
    pub market: MarketId,
    /// Whose loss it is.
    pub account: String,
    /// Quote atoms.
    pub amount: Uint128,
    /// Sum over `layers`.
    pub paid: Uint128,
    /// `amount - paid`.
    pub uncovered: Uint128,
    /// All four layers, in order. Empty for an unlisted market.
    pub layers: Vec<LayerPayment>,
    /// Level of the suite after the claim.
    pub level: RiskLevel,
    /// Seconds.
    pub at: u64,
}

/// What can be asked.
#[cw_ownable_query]
#[cw_serde]
#[derive(QueryResponses)]
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
    #[returns(ClaimRecord)]
    Claim {
        /// The claiming contract.
        contract: String,
        /// Its id.
        claim_id: u64,
    },
    /// A contract's claims in order of their id.
    #[returns(Vec<ClaimRecord>)]
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
pub struct ConfigResponse {
    /// The one token of the ledger.
    pub collateral: Denom,
    /// All parameters.
    pub parameters: FundParameters,
}

/// One registered market.
#[cw_serde]
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
    /// Whether its drawdown breaker is open.
    pub drawdown: bool,
    /// Claims paid less top-ups over the drawdown buckets, quote atoms (0 where top-ups are more).
    pub net_loss: Uint128,
    /// Revision of the parameters it was last told and accepted by answer or `Poke`.
    pub risk: RiskParameters,
}

/// Answer to [`QueryMsg::Capacity`].
#[cw_serde]
pub struct CapacityResponse {
    /// Sum over `layers`.
    pub total: Uint128,
    /// The most each layer would pay, and its bound.
    pub layers: Vec<LayerPayment>,
}

/// Answer to [`QueryMsg::Solvency`].
#[cw_serde]
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
    /// Underwriters' stake. Zero until underwriting exists.
    pub staked: Uint128,
    /// Rewards not yet dripped. Zero until underwriting exists.
    pub rewards_undripped: Uint128,
    /// The emergency facility. Zero until it exists.
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
    /// Sum of amounts asked.
    pub claims_asked: Uint128,
    /// Sum of amounts paid.
    pub claims_paid: Uint128,
}
