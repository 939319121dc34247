//! Which family is run by what, which must be there, and why some are not run.

use serde_json::Value;

use crate::read::{Case, Refusal};
use crate::{dydx, dydx_margin, fund, other};

pub enum Family {
    Run(fn(&Case) -> Result<Value, Refusal>),
    NotApplicable(&'static str),
}

/// Families that must be present and pass, by the `kind` of their files. The vectors' README calls two of them by shorter
/// names: `funding` is `dydx.funding_settlement`, `deleverage*` are three kinds.
pub const MANDATORY: &[&str] = &[
    "bybit.adl_trigger",
    "chitra.adl",
    "drift.rebase",
    "drift.shares_lost",
    "drift.staking_seq",
    "dydx.bankruptcy",
    "dydx.block_limits",
    "dydx.can_deleverage",
    "dydx.deleverage",
    "dydx.deleverage_oracle",
    "dydx.deleverage_rounding",
    "dydx.fillable",
    "dydx.funding_clamp",
    "dydx.funding_settlement",
    "dydx.if_delta",
    "dydx.if_delta_valid",
    "dydx.im",
    "dydx.initial_ok",
    "dydx.isolated_order",
    "dydx.liq_price",
    "dydx.liquidatable",
    "dydx.maint_ok",
    "dydx.margin_req",
    "dydx.mmf",
    "dydx.offset",
    "dydx.oimf",
    "dydx.position_limits",
    "dydx.risk_cmp",
    "dydx.subticks",
    "dydx.transition",
    "inj.prices",
    "perp2.bad_debt",
    "perp2.surplus",
];

/// Families for comparison.
pub const OPTIONAL: &[&str] = &[
    "bitmex.adl_queue",
    "chitra.rap",
    "drift.base_to_cover",
    "drift.deposit_haircut",
    "drift.liq_fee",
    "drift.max_pct",
    "drift.perp_if_fee",
    "drift.social_loss",
    "gmx.adl_enabled",
    "negative.percolator",
    "perp2.capacity_repay",
    "perp2.liquidation",
    "snx3.margin",
    "snx3.window",
];

pub fn family(kind: &str) -> Option<Family> {
    use Family::{NotApplicable, Run};
    Some(match kind {
        "dydx.bankruptcy" => Run(dydx::bankruptcy),
        "dydx.fillable" => Run(dydx::fillable),
        "dydx.subticks" => Run(dydx::subticks),
        "dydx.if_delta" => Run(dydx::if_delta),
        "dydx.if_delta_valid" => Run(dydx::if_delta_valid),
        "dydx.can_deleverage" => Run(dydx::can_deleverage),
        "dydx.deleverage" | "dydx.deleverage_rounding" => Run(dydx::deleverage),
        "dydx.deleverage_oracle" => Run(dydx::deleverage_oracle),
        "dydx.offset" => Run(dydx::offset),
        "dydx.margin_req" => Run(dydx_margin::margin_req),
        "dydx.im" => Run(dydx_margin::initial_margin),
        "dydx.mmf" => Run(dydx_margin::maintenance_fraction),
        "dydx.oimf" => Run(dydx_margin::open_interest_fraction),
        "dydx.liquidatable" => Run(dydx_margin::liquidatable),
        "dydx.initial_ok" => Run(dydx_margin::initial_ok),
        "dydx.maint_ok" => Run(dydx_margin::maintenance_ok),
        "dydx.risk_cmp" => Run(dydx_margin::risk_cmp),
        "dydx.transition" => Run(dydx_margin::transition),
        "dydx.funding" | "dydx.funding_settlement" => Run(dydx_margin::funding_settlement),
        "dydx.funding_clamp" => Run(dydx_margin::funding_clamp),
        "dydx.position_limits" => Run(dydx::position_limits),
        "dydx.block_limits" => Run(dydx::block_limits),
        "dydx.isolated_order" => Run(dydx::isolated_order),
        "dydx.liq_price" => Run(other::liquidation_price),
        "inj.prices" => Run(other::injective_prices),
        "chitra.adl" => Run(other::allocation),
        "bybit.adl_trigger" => Run(other::drawdown),
        "bitmex.adl_queue" => Run(other::bitmex_queue),
        "drift.staking_seq" => Run(fund::staking_sequence),
        "drift.shares_lost" => Run(fund::shares_lost),
        "drift.rebase" => Run(fund::rebase),
        "perp2.surplus" => Run(fund::surplus),
        "perp2.bad_debt" => Run(fund::bad_debt),
        "perp2.capacity_repay" => Run(fund::capacity_repay),
        "negative.percolator" => Run(fund::percolator),
        "chitra.rap" => {
            NotApplicable("counterparties are ranked by return on entry, not weighted by leverage")
        }
        "drift.base_to_cover" => NotApplicable(
            "the size is found by size_to_restore_initial_margin: whole lots, no per-step floors",
        ),
        "drift.deposit_haircut" => {
            NotApplicable("one collateral, no lending pool whose depositors could be cut")
        }
        "drift.liq_fee" => {
            NotApplicable("the liquidation fee is capped, it does not grow with time")
        }
        "drift.max_pct" => NotApplicable(
            "the part liquidated at once is bounded by notional per block, not by slots",
        ),
        "drift.perp_if_fee" => NotApplicable(
            "the fund's fee is a share of the liquidation fee, bounded by the surplus",
        ),
        "drift.social_loss" => NotApplicable(
            "an uncovered loss deleverages counterparties, it is not spread over all holders",
        ),
        "gmx.adl_enabled" => NotApplicable("no liquidity pool is the counterparty of traders"),
        "perp2.liquidation" => {
            NotApplicable("positions are closed into the book, not taken over at a discount")
        }
        "snx3.margin" => {
            NotApplicable("margin grows with open interest, not with size over skew scale")
        }
        "snx3.window" => {
            NotApplicable("caps are per block and by refilling buckets, not by a sliding window")
        }
        _ => return None,
    })
}
