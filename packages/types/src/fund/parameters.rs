//! What is governed: parameters of the fund and of each market in it.

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

/// Parameters of the whole fund. Ranges are checked in one place at instantiation and at every change.
#[cw_serde]
#[derive(FromJson, ToJson)]
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
    /// The underwriters' stake.
    pub underwriting: UnderwritingParameters,
    /// The treasury's loan.
    pub emergency: EmergencyParameters,
    /// How surplus leaves.
    pub surplus: SurplusParameters,
    /// How long a change of the owner waits that loosens. Never shorter than an underwriter's exit, pause included.
    pub adverse_delay_secs: u64,
    /// Gas for one push of risk parameters to a market.
    pub poke_gas_limit: u64,
}

/// Coverage (ppm of required capital) above which each level begins, and what it takes to rise again.
#[cw_serde]
#[derive(FromJson, ToJson)]
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
#[derive(FromJson, ToJson)]
pub struct DrawdownParameters {
    /// Net loss over 8 hourly buckets, as a share of the highest (reserve + mutual bucket) in them, at
    /// which the breaker trips.
    pub trip_ppm: u32,
    /// Share below which it releases.
    pub release_ppm: u32,
    /// Net loss below which it never trips, quote atoms.
    pub floor: Uint128,
}

/// What underwriters risk, earn, and how they leave.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct UnderwritingParameters {
    /// Share of the stake that all markets together may take in seven days (refilling bucket); one market may take a
    /// third of it, with the ramp of the mutual reserve.
    pub max_slash_ppm: u32,
    /// Stake below which nothing is taken, quote atoms.
    pub stake_floor: Uint128,
    /// Time between asking to leave and being paid. An exit keeps the times that held when it was asked for.
    pub exit_cooldown_secs: u64,
    /// Time in which a leaver has to take it.
    pub exit_window_secs: u64,
    /// The most by which one exit is held up while the level is deficient or worse.
    pub max_exit_pause_secs: u64,
    /// Time over which a reward becomes stake.
    pub drip_secs: u64,
    /// Share of the fees above all targets that goes to the underwriters; the rest is surplus.
    pub reward_share_ppm: u32,
}

/// Limits of the emergency facility. What is committed is what it holds and what it is owed.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct EmergencyParameters {
    /// Share of what is committed that all claims of one market within an hour may draw.
    pub event_ppm: u32,
    /// Share of what is committed that all markets may draw in seven days (refilling bucket).
    pub week_ppm: u32,
    /// Time between the treasury's request and its withdrawal.
    pub notice_secs: u64,
}

/// How surplus leaves the fund.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct SurplusParameters {
    /// Share of the surplus that one lot takes.
    pub lot_ppm: u32,
    /// Time between two lots.
    pub epoch_secs: u64,
}

/// One market's standing in the fund.
#[cw_serde]
#[derive(FromJson, ToJson)]
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
