//! Highs and flows over the last hours.
//!
//! Time is cut into whole hours since the epoch; "the last `n` hours" are the current one and the `n - 1` before it.
//! Both records hold at most `n` entries, work after any gap of time, and looking twice changes nothing.
//!
//! A ring of `n` maxima is kept as a falling staircase: an entry is dropped as soon as a later one is at least as high,
//! because it can then never be the maximum again. The first entry that is not too old is the high.

use cosmwasm_std::Uint128;

/// Seconds of an hour.
pub const HOUR: u64 = 3_600;

/// The number of the hour in which a second lies.
#[must_use]
pub fn hour_of(now: u64) -> u64 {
    now.checked_div(HOUR).unwrap_or_default()
}

fn is_within(entry_hour: u64, hour: u64, hours: u64) -> bool {
    hour.saturating_sub(entry_hour) < hours
}

/// The highest value seen in one hour.
#[derive(Clone, Debug, PartialEq)]
pub struct HourHigh {
    /// Hours since the epoch.
    pub hour: u64,
    /// Quote atoms.
    pub high: Uint128,
}

/// Highest value of the last hours: hours rise, highs fall.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct HourlyHighs(pub Vec<HourHigh>);

impl HourlyHighs {
    /// Notes a value that stood at `now`.
    pub fn observe(&mut self, value: Uint128, now: u64, hours: u64) {
        let hour = hour_of(now);
        self.0.retain(|entry| is_within(entry.hour, hour, hours));
        while self.0.last().is_some_and(|entry| entry.high <= value) {
            self.0.pop();
        }
        // A lower value in an hour that has a higher one already can never become the high.
        if !self.0.last().is_some_and(|entry| entry.hour == hour) {
            self.0.push(HourHigh { hour, high: value });
        }
    }

    /// The highest value noted in the last `hours`, 0 if none was.
    #[must_use]
    pub fn high(&self, now: u64, hours: u64) -> Uint128 {
        let hour = hour_of(now);
        self.0
            .iter()
            .find(|entry| is_within(entry.hour, hour, hours))
            .map(|entry| entry.high)
            .unwrap_or_default()
    }
}

/// What one market lost to claims and brought back in one hour.
#[derive(Clone, Debug, PartialEq)]
pub struct HourFlow {
    /// Hours since the epoch.
    pub hour: u64,
    /// Claims paid, quote atoms.
    pub paid: Uint128,
    /// Top-ups that count, quote atoms.
    pub topped_up: Uint128,
}

/// Claims and top-ups of the last hours, hours rising.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct HourlyFlows(pub Vec<HourFlow>);

impl HourlyFlows {
    /// Adds to the current hour and forgets hours that are too old. Sums saturate: they only steer a breaker.
    pub fn add(&mut self, paid: Uint128, topped_up: Uint128, now: u64, hours: u64) {
        if paid.is_zero() && topped_up.is_zero() {
            return;
        }
        let hour = hour_of(now);
        self.0.retain(|entry| is_within(entry.hour, hour, hours));
        match self.0.last_mut() {
            Some(entry) if entry.hour == hour => {
                entry.paid = entry.paid.saturating_add(paid);
                entry.topped_up = entry.topped_up.saturating_add(topped_up);
            }
            _ => self.0.push(HourFlow {
                hour,
                paid,
                topped_up,
            }),
        }
    }

    /// Paid less topped up over the last `hours`, 0 where more was topped up.
    #[must_use]
    pub fn net_loss(&self, now: u64, hours: u64) -> Uint128 {
        let hour = hour_of(now);
        let (paid, topped_up) = self
            .0
            .iter()
            .filter(|entry| is_within(entry.hour, hour, hours))
            .fold(
                (Uint128::zero(), Uint128::zero()),
                |(paid, topped_up), entry| {
                    (
                        paid.saturating_add(entry.paid),
                        topped_up.saturating_add(entry.topped_up),
                    )
                },
            );
        paid.saturating_sub(topped_up)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // The staircase is the maximum of a plain list of everything observed.
        #[test]
        fn staircase_is_the_maximum(steps in proptest::collection::vec((0u64..20_000, 0u128..50), 1..60)) {
            let (mut highs, mut all, mut now) = (HourlyHighs::default(), vec![], 1_000_000u64);
            for (gap, value) in steps {
                now += gap;
                highs.observe(value.into(), now, 8);
                let before = highs.clone();
                highs.observe(value.into(), now, 8);
                prop_assert_eq!(&before, &highs, "looking twice changed the record");
                all.push((hour_of(now), value));
                let expected = all.iter().filter(|(hour, _)| hour_of(now) - hour < 8).map(|(_, v)| *v).max().unwrap();
                prop_assert_eq!(highs.high(now, 8).u128(), expected);
                prop_assert!(highs.0.len() <= 8);
            }
        }
    }

    #[test]
    fn flows_forget_old_hours() {
        let mut flows = HourlyFlows::default();
        flows.add(Uint128::new(10), Uint128::zero(), 0, 8);
        flows.add(Uint128::zero(), Uint128::new(4), HOUR, 8);
        assert_eq!(flows.net_loss(7 * HOUR, 8), Uint128::new(6));
        assert_eq!(flows.net_loss(8 * HOUR, 8), Uint128::zero());
        flows.add(Uint128::one(), Uint128::zero(), 500 * HOUR, 8);
        assert_eq!(flows.0.len(), 1);
    }
}
