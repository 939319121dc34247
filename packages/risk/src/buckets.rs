//! Limits that refill and limits that ramp up, for the insurance fund.

use cosmwasm_std::Uint128;

use crate::error::{RiskError, RiskResult};
use crate::rounding::{mul_div, Rounding, PPM};

/// A limit of `capacity` units that refills evenly over a period.
///
/// `used` is what is taken and not yet refilled, as of second `updated_at`. The refill rounds down to units and the time it
/// took up to seconds; time that made no unit yet is kept. So it is never faster than exact, a look that refills nothing
/// costs nothing, and any other look costs less than one second of refill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefillingBucket {
    /// Units taken and not yet refilled.
    pub used: Uint128,
    /// Second up to which the refill has been counted.
    pub updated_at: u64,
}

impl RefillingBucket {
    /// The bucket with the refill up to `now` counted: `used - floor(capacity * elapsed / period)`, not below zero.
    ///
    /// A clock that goes back refills nothing. A period of zero refills at once. `capacity` is taken to have held since
    /// the last update: count the refill before a capacity changes.
    ///
    /// # Errors
    /// None for any input; [`RiskError::Overflow`] is kept for the type.
    pub fn refilled(self, capacity: Uint128, period_secs: u64, now: u64) -> RiskResult<Self> {
        let operation = "RefillingBucket::refilled";
        let full = Self {
            used: Uint128::zero(),
            updated_at: now.max(self.updated_at),
        };
        if self.used.is_zero() || period_secs == 0 {
            return Ok(full);
        }
        let elapsed = now.saturating_sub(self.updated_at);
        if capacity.is_zero() || elapsed == 0 {
            return Ok(self);
        }
        let period = Uint128::from(period_secs);
        // A refill beyond 128 bits is beyond what is used.
        let refill = mul_div(capacity, Uint128::from(elapsed), period, Rounding::Down)
            .unwrap_or(Uint128::MAX);
        if refill >= self.used {
            return Ok(full);
        }
        // Time that the whole units took; the rest of the elapsed time counts next time.
        let spent = mul_div(refill, period, capacity, Rounding::Up)?;
        let spent = u64::try_from(spent.u128()).map_err(RiskError::overflow(operation))?;
        Ok(Self {
            used: self
                .used
                .checked_sub(refill)
                .map_err(RiskError::overflow(operation))?,
            updated_at: self
                .updated_at
                .checked_add(spent)
                .ok_or(RiskError::Overflow { operation })?,
        })
    }

    /// Units that may be taken at `now`: `capacity - used`, not below zero. Rounded down.
    ///
    /// # Errors
    /// None for any input; [`RiskError::Overflow`] is kept for the type.
    pub fn available(&self, capacity: Uint128, period_secs: u64, now: u64) -> RiskResult<Uint128> {
        let bucket = self.refilled(capacity, period_secs, now)?;
        Ok(capacity.saturating_sub(bucket.used))
    }

    /// The bucket after taking `amount` at `now`.
    ///
    /// # Errors
    /// [`RiskError::LimitExceeded`] if less is available.
    pub fn take(
        self,
        capacity: Uint128,
        period_secs: u64,
        now: u64,
        amount: Uint128,
    ) -> RiskResult<Self> {
        let bucket = self.refilled(capacity, period_secs, now)?;
        let available = capacity.saturating_sub(bucket.used);
        if amount > available {
            return Err(RiskError::LimitExceeded {
                name: "refilling bucket",
                used: amount,
                limit: available,
            });
        }
        Ok(Self {
            used: bucket
                .used
                .checked_add(amount)
                .map_err(RiskError::overflow("RefillingBucket::take"))?,
            ..bucket
        })
    }
}

/// What is granted of `amount` after `age_secs` of a ramp: `floor(amount * min(age, ramp) / ramp)`; all of it if there is
/// no ramp.
///
/// # Errors
/// None for any input; [`RiskError::Overflow`] is kept for the type.
pub fn ramp(amount: Uint128, age_secs: u64, ramp_secs: u64) -> RiskResult<Uint128> {
    if age_secs >= ramp_secs {
        return Ok(amount);
    }
    mul_div(
        amount,
        Uint128::from(age_secs),
        Uint128::from(ramp_secs),
        Rounding::Down,
    )
}

/// Capital over required capital in ppm, rounded down. Nothing required, or a ratio beyond 128 bits, is the largest number.
#[must_use]
pub fn coverage_ppm(capital: Uint128, required: Uint128) -> Uint128 {
    mul_div(capital, Uint128::from(PPM), required, Rounding::Down).unwrap_or(Uint128::MAX)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    #[test]
    fn takes_and_refills() {
        let bucket = RefillingBucket::default();
        let bucket = bucket.take(u(100), 50, 1_000, u(100)).unwrap();
        assert_eq!(bucket.available(u(100), 50, 1_000), Ok(u(0)));
        assert_eq!(bucket.available(u(100), 50, 1_025), Ok(u(50)));
        assert_eq!(bucket.available(u(100), 50, 1_050), Ok(u(100)));
        assert_eq!(bucket.available(u(100), 50, 900), Ok(u(0)));
        assert!(matches!(
            bucket.take(u(100), 50, 1_025, u(51)),
            Err(RiskError::LimitExceeded { .. })
        ));
        // Lowered capacity: nothing until more is refilled than it lost.
        assert_eq!(bucket.available(u(40), 50, 1_025), Ok(u(0)));
        assert_eq!(bucket.available(u(0), 50, 9_999), Ok(u(0)));
        assert_eq!(bucket.available(u(100), 0, 1_000), Ok(u(100)));
    }

    #[test]
    fn looking_often_does_not_stop_the_refill() {
        // 3 units in 100 s: a unit every 33.3 s.
        let mut bucket = RefillingBucket {
            used: u(3),
            updated_at: 0,
        };
        for now in 1..100 {
            bucket = bucket.refilled(u(3), 100, now).unwrap();
        }
        assert_eq!(bucket.used, u(1));
        assert!(bucket.refilled(u(3), 100, 102).unwrap().used.is_zero());
    }

    #[test]
    fn ramps_and_coverage() {
        assert_eq!(ramp(u(100), 0, 30), Ok(u(0)));
        assert_eq!(ramp(u(100), 10, 30), Ok(u(33)));
        assert_eq!(ramp(u(100), 31, 30), Ok(u(100)));
        assert_eq!(ramp(u(100), 0, 0), Ok(u(100)));
        assert_eq!(coverage_ppm(u(3), u(2)), u(1_500_000));
        assert_eq!(coverage_ppm(u(2), u(3)), u(666_666));
        assert_eq!(coverage_ppm(u(0), u(0)), Uint128::MAX);
        assert_eq!(coverage_ppm(Uint128::MAX, u(1)), Uint128::MAX);
    }
}
