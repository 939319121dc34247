//! What the fund makes of a market by itself as its level moves: premium, share of fees, open-interest cap,
//! reduce-only. From the market's own events, so that it is what the market does and not what it was told.

use ballast_types::events::{attribute, is, market};
use ballast_types::market::MarketResponse;
use ballast_types::RiskParameters;
use cosmwasm_std::Event;

use crate::ledger::number;

/// The rules of a market at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// Share of trade fees that goes to the fund.
    pub fee_share_ppm: u128,
    /// Premium on open interest, a year.
    pub premium_rate_ppm: u128,
    /// Open interest above which nobody opens, quote atoms: the smaller of the market's own cap and the fund's.
    pub open_interest_cap: u128,
    /// Open interest may not grow.
    pub reduce_only: bool,
}

impl Rules {
    /// As the market answers.
    fn of(market: &MarketResponse) -> Self {
        let told = |field: fn(&RiskParameters) -> u32| market.risk.as_ref().map(field);
        Self {
            fee_share_ppm: told(|risk| risk.fee_share_ppm)
                .unwrap_or(market.config.parameters.fund_fee_share_ppm)
                .into(),
            premium_rate_ppm: told(|risk| risk.premium_rate_ppm).unwrap_or(0).into(),
            open_interest_cap: market.open_interest_cap.u128(),
            reduce_only: market.reduce_only,
        }
    }
}

/// The rules of a market over time.
#[derive(Debug, Clone)]
pub struct RulesTrack {
    /// When the record began.
    pub first: Rules,
    /// Each at its tightest, not all at one moment.
    pub tightest: Rules,
    /// Now.
    pub now: Rules,
    /// Seconds of reduce-only until the last change.
    reduce_only_secs: u64,
    changed_at: u64,
    /// The market's own cap, quote atoms.
    pub listed_cap: u128,
}

impl RulesTrack {
    /// Begins with what the market answers.
    #[must_use]
    pub fn new(market: &MarketResponse, now: u64) -> Self {
        let first = Rules::of(market);
        Self {
            first,
            tightest: first,
            now: first,
            reduce_only_secs: 0,
            changed_at: now,
            listed_cap: market.config.parameters.open_interest_cap.u128(),
        }
    }

    /// Takes in what the market applied.
    pub fn apply(&mut self, event: &Event, now: u64) {
        let rules = Rules {
            fee_share_ppm: number(event, "fee_share_ppm"),
            premium_rate_ppm: number(event, "premium_rate_ppm"),
            open_interest_cap: number(event, "open_interest_cap").min(self.listed_cap),
            reduce_only: attribute(event, "reduce_only") == Some("true"),
        };
        self.take(rules, now);
    }

    /// Takes in what the market answers, after its own parameters changed.
    pub fn read(&mut self, market: &MarketResponse, now: u64) {
        self.listed_cap = market.config.parameters.open_interest_cap.u128();
        self.take(Rules::of(market), now);
    }

    fn take(&mut self, rules: Rules, now: u64) {
        self.reduce_only_secs = self.reduce_only_secs(now);
        self.changed_at = now;
        self.now = rules;
        let (most, now) = (&mut self.tightest, &self.now);
        most.fee_share_ppm = most.fee_share_ppm.max(now.fee_share_ppm);
        most.premium_rate_ppm = most.premium_rate_ppm.max(now.premium_rate_ppm);
        most.open_interest_cap = most.open_interest_cap.min(now.open_interest_cap);
        most.reduce_only |= now.reduce_only;
    }

    /// Seconds of reduce-only so far.
    #[must_use]
    pub fn reduce_only_secs(&self, now: u64) -> u64 {
        let since = if self.now.reduce_only {
            now.saturating_sub(self.changed_at)
        } else {
            0
        };
        self.reduce_only_secs.saturating_add(since)
    }
}

/// Takes in the events of a message.
pub fn absorb(tracks: &mut [RulesTrack], events: &[Event], now: u64) {
    for event in events.iter().filter(|event| is(event, market::RISK)) {
        let id = usize::try_from(number(event, "market")).unwrap_or(usize::MAX);
        if let Some(track) = tracks.get_mut(id) {
            track.apply(event, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(premium: u32, cap: u128, reduce_only: bool) -> Event {
        Event::new(format!("wasm-{}", market::RISK))
            .add_attribute("market", "0")
            .add_attribute("fee_share_ppm", "250000")
            .add_attribute("premium_rate_ppm", premium.to_string())
            .add_attribute("open_interest_cap", cap.to_string())
            .add_attribute("reduce_only", reduce_only.to_string())
    }

    #[test]
    fn the_tightest_of_each_and_the_time_of_reduce_only() {
        let first = Rules {
            fee_share_ppm: 250_000,
            premium_rate_ppm: 20_000,
            open_interest_cap: 1_000,
            reduce_only: false,
        };
        let mut tracks = [RulesTrack {
            first,
            tightest: first,
            now: first,
            reduce_only_secs: 0,
            changed_at: 100,
            listed_cap: 1_000,
        }];
        absorb(&mut tracks, &[told(90_000, 5_000, false)], 200);
        assert_eq!(
            tracks[0].now.open_interest_cap, 1_000,
            "its own cap is less"
        );
        absorb(&mut tracks, &[told(50_000, 700, true)], 300);
        absorb(&mut tracks, &[told(20_000, 5_000, false)], 360);
        absorb(&mut tracks, &[told(20_000, 5_000, true)], 400);
        let track = &tracks[0];
        assert_eq!(track.tightest.premium_rate_ppm, 90_000);
        assert_eq!(track.tightest.open_interest_cap, 700);
        assert!(track.tightest.reduce_only && track.now.reduce_only);
        assert_eq!(track.reduce_only_secs(410), 60 + 10);
    }
}
