//! The one place that builds events. Names and attributes: `ballast_types::events::fund`.

use ballast_types::events::fund;
use ballast_types::fund::{Bound, ExitResponse, TopUpKind};
use cosmwasm_std::{Addr, Event, Uint128};

use crate::drawdown;
use crate::market::Market;
use crate::solvency::LevelChange;
use crate::top_up::Booking;

/// Names of the layers in attributes, in the order of the waterfall.
const LAYER_NAMES: [&str; 4] = ["reserve", "mutual", "stake", "emergency"];

/// Coins were booked.
#[must_use]
pub fn top_up(
    contract: &Addr,
    market: Option<u32>,
    kind: TopUpKind,
    amount: Uint128,
    booking: &Booking,
) -> Event {
    let event = Event::new(fund::TOP_UP).add_attribute("contract", contract);
    let event = match market {
        Some(market) => event.add_attribute("market", market.to_string()),
        None => event,
    };
    event
        .add_attribute("kind", kind_name(kind))
        .add_attribute("amount", amount)
        .add_attribute("to_debt", booking.to_debt)
        .add_attribute("to_other_debt", booking.to_other_debt)
        .add_attribute("to_reserve", booking.to_reserve)
        .add_attribute("to_mutual", booking.to_mutual)
        .add_attribute("to_rewards", booking.to_rewards)
        .add_attribute("to_surplus", booking.to_surplus)
}

/// What a claim's event tells besides its layers.
pub struct ClaimTold<'a> {
    /// The claiming contract.
    pub contract: &'a Addr,
    /// Its market.
    pub market: u32,
    /// Whose loss it is.
    pub account: &'a str,
    /// Its id.
    pub claim_id: u64,
    /// Asked.
    pub amount: Uint128,
    /// Sent now.
    pub paid: Uint128,
    /// Left.
    pub uncovered: Uint128,
    /// The id was used before.
    pub replay: bool,
}

/// A claim was answered. `layers` is empty for replays and unlisted markets: their amounts are 0, their bounds `none`.
#[must_use]
pub fn claim(told: &ClaimTold, layers: &[(Uint128, Bound)]) -> Event {
    let mut event = Event::new(fund::CLAIM)
        .add_attribute("contract", told.contract)
        .add_attribute("market", told.market.to_string())
        .add_attribute("account", told.account)
        .add_attribute("claim_id", told.claim_id.to_string())
        .add_attribute("amount", told.amount)
        .add_attribute("paid", told.paid)
        .add_attribute("uncovered", told.uncovered)
        .add_attribute("replay", told.replay.to_string());
    for (index, name) in LAYER_NAMES.iter().enumerate() {
        let (paid, bound) = layers
            .get(index)
            .map_or((Uint128::zero(), "none"), |(paid, bound)| {
                (*paid, bound_name(*bound))
            });
        event = event
            .add_attribute(format!("from_{name}"), paid)
            .add_attribute(format!("{name}_bound"), bound);
    }
    event
}

/// The level changed.
#[must_use]
pub fn level(change: &LevelChange) -> Event {
    Event::new(fund::LEVEL)
        .add_attribute("from", change.from.as_str())
        .add_attribute("to", change.to.as_str())
        .add_attribute("coverage_ppm", change.coverage_ppm)
}

/// A market's breaker tripped or released.
#[must_use]
pub fn drawdown(market: &Market, now: u64) -> Event {
    let drawdown = &market.standing.drawdown;
    Event::new(fund::DRAWDOWN)
        .add_attribute("contract", &market.contract)
        .add_attribute("market", market.id.to_string())
        .add_attribute("open", drawdown.open.to_string())
        .add_attribute("net_loss", drawdown::net_loss(drawdown, now))
}

/// A push of risk parameters came back.
#[must_use]
pub fn poke(contract: &Addr, revision: u64, sent: bool) -> Event {
    Event::new(fund::POKE)
        .add_attribute("contract", contract)
        .add_attribute("revision", revision.to_string())
        .add_attribute("result", if sent { "sent" } else { "failed" })
}

/// Stray coins were booked.
#[must_use]
pub fn sync(amount: Uint128) -> Event {
    Event::new(fund::SYNC).add_attribute("amount", amount)
}

/// Shares were minted.
#[must_use]
pub fn stake(staker: &Addr, amount: Uint128, shares: Uint128) -> Event {
    Event::new(fund::STAKE)
        .add_attribute("staker", staker)
        .add_attribute("amount", amount)
        .add_attribute("shares", shares)
}

/// Shares wait to leave.
#[must_use]
pub fn exit_requested(staker: &Addr, exit: &ExitResponse) -> Event {
    Event::new(fund::EXIT_REQUESTED)
        .add_attribute("staker", staker)
        .add_attribute("shares", exit.shares)
        .add_attribute("value", exit.asked_value)
        .add_attribute("ready_at", exit.ready_at.to_string())
        .add_attribute("ends_at", exit.ends_at.to_string())
}

/// A leaver is paid.
#[must_use]
pub fn exit_completed(staker: &Addr, amount: Uint128, asked: Uint128) -> Event {
    Event::new(fund::EXIT_COMPLETED)
        .add_attribute("staker", staker)
        .add_attribute("amount", amount)
        .add_attribute("asked", asked)
}

/// An exit became shares again.
#[must_use]
pub fn exit_cancelled(
    staker: &Addr,
    reason: &str,
    value: Uint128,
    shares: Uint128,
    shares_lost: Uint128,
) -> Event {
    Event::new(fund::EXIT_CANCELLED)
        .add_attribute("staker", staker)
        .add_attribute("reason", reason)
        .add_attribute("value", value)
        .add_attribute("shares", shares)
        .add_attribute("shares_lost", shares_lost)
}

/// Rewards became stake.
#[must_use]
pub fn drip(amount: Uint128) -> Event {
    Event::new(fund::DRIP).add_attribute("amount", amount)
}

/// A claim took stake.
#[must_use]
pub fn slash(from_active: Uint128, from_queued: Uint128) -> Event {
    Event::new(fund::SLASH)
        .add_attribute("amount", from_active.saturating_add(from_queued))
        .add_attribute("from_active", from_active)
        .add_attribute("from_queued", from_queued)
}

/// Stake and rewards without an owner went to the mutual reserve.
#[must_use]
pub fn unowned(from_staked: Uint128, from_rewards: Uint128) -> Event {
    Event::new(fund::UNOWNED)
        .add_attribute("from_staked", from_staked)
        .add_attribute("from_rewards", from_rewards)
}

/// Share counts were divided.
#[must_use]
pub fn rebase(exponent: u32) -> Event {
    Event::new(fund::REBASE).add_attribute("exponent", exponent.to_string())
}

/// Coins of the emergency facility came, are asked back, or left.
#[must_use]
pub fn emergency(action: &str, treasury: &Addr, amount: Uint128) -> Event {
    Event::new(fund::EMERGENCY)
        .add_attribute("action", action)
        .add_attribute("treasury", treasury)
        .add_attribute("amount", amount)
}

/// Another treasury, or none.
#[must_use]
pub fn treasury(treasury: Option<&Addr>) -> Event {
    Event::new(fund::TREASURY).add_attribute("treasury", treasury.map_or("", Addr::as_str))
}

/// Another recipient of surplus, or none.
#[must_use]
pub fn surplus_recipient(recipient: Option<&Addr>) -> Event {
    Event::new(fund::SURPLUS_RECIPIENT)
        .add_attribute("recipient", recipient.map_or("", Addr::as_str))
}

/// A lot of surplus leaves.
#[must_use]
pub fn surplus_paid(recipient: &Addr, amount: Uint128) -> Event {
    Event::new(fund::SURPLUS_PAID)
        .add_attribute("recipient", recipient)
        .add_attribute("amount", amount)
}

/// A market was registered or changed.
#[must_use]
pub fn claimant(market: &Market) -> Event {
    let parameters = &market.claimant.parameters;
    Event::new(fund::CLAIMANT)
        .add_attribute("contract", &market.contract)
        .add_attribute("market", market.id.to_string())
        .add_attribute("risk_weight_ppm", parameters.risk_weight_ppm.to_string())
        .add_attribute("open_interest_cap", parameters.open_interest_cap)
        .add_attribute("reserve_target", parameters.reserve_target)
        .add_attribute("isolated", parameters.isolated.to_string())
}

const fn kind_name(kind: TopUpKind) -> &'static str {
    match kind {
        TopUpKind::Fees => "fees",
        TopUpKind::Reserve => "reserve",
        TopUpKind::Donation => "donation",
    }
}

const fn bound_name(bound: Bound) -> &'static str {
    match bound {
        Bound::Covered => "covered",
        Bound::Balance => "balance",
        Bound::Window => "window",
        Bound::Lifetime => "lifetime",
        Bound::Isolated => "isolated",
        Bound::Drawdown => "drawdown",
        Bound::Unfunded => "unfunded",
        Bound::RecentRisk => "recent_risk",
        Bound::SharedWindow => "shared_window",
        Bound::Event => "event",
        Bound::Level => "level",
    }
}
