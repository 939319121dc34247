//! How much may leave the exchange in an hour and in a day: withdrawals less deposits, in buckets that refill.
//!
//! A bucket holds the larger of a floor in coins and a share of the vault *as it is when the bucket is read*.
//! What is withdrawn is taken from both; it refills evenly over the period. A deposit first gives back what
//! was taken, and what is left of it is *credit*: so much may leave besides. Credit fades over the period, so
//! that money deposited long ago allows nothing; a deposit that is withdrawn at once uses up nothing.
//!
//! Over any time the exchange loses at most a full bucket and its refill.

use ballast_risk::{mul_div, ppm_of, RefillingBucket, Rounding};
use ballast_types::market::{ExchangeParameters, OutflowLimit};
use cosmwasm_std::{Storage, Uint128};

use crate::error::ContractResult;
use crate::math::{add, subtract};
use crate::state::{FlowBucket, Vault, VAULT};

/// Periods of the two buckets, seconds.
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

impl FlowBucket {
    /// Refill and fading counted up to now.
    fn current(self, capacity: Uint128, period: u64, now: u64) -> ContractResult<Self> {
        let RefillingBucket { used, updated_at } = self.taken().refilled(capacity, period, now)?;
        let elapsed = now.saturating_sub(self.credited_at).min(period);
        let faded = mul_div(
            self.credit,
            Uint128::from(elapsed),
            Uint128::from(period),
            Rounding::Up,
        )?;
        Ok(Self {
            used,
            updated_at,
            credit: subtract(self.credit, faded)?,
            credited_at: now,
        })
    }

    fn taken(&self) -> RefillingBucket {
        RefillingBucket {
            used: self.used,
            updated_at: self.updated_at,
        }
    }

    /// What may leave now, brought up to date before.
    fn available(&self, capacity: Uint128) -> Uint128 {
        capacity
            .saturating_sub(self.used)
            .saturating_add(self.credit)
    }

    /// Takes what leaves: out of the credit first.
    fn take(self, amount: Uint128) -> ContractResult<Self> {
        let credit = amount.min(self.credit);
        Ok(Self {
            credit: subtract(self.credit, credit)?,
            used: add(self.used, subtract(amount, credit)?)?,
            ..self
        })
    }

    /// Gives back what came: what was taken first, the rest is credit.
    fn give(self, amount: Uint128) -> ContractResult<Self> {
        let back = amount.min(self.used);
        Ok(Self {
            used: subtract(self.used, back)?,
            credit: add(self.credit, subtract(amount, back)?)?,
            ..self
        })
    }
}

/// The vault with its buckets brought up to date. A message that loads it moves coins through it alone.
pub struct Outflows {
    /// As it became.
    pub record: Vault,
    hour_capacity: Uint128,
    day_capacity: Uint128,
}

impl Outflows {
    /// Reads buckets and vault.
    pub fn load(
        storage: &dyn Storage,
        parameters: &ExchangeParameters,
        now: u64,
    ) -> ContractResult<Self> {
        let stored = VAULT.load(storage)?;
        let capacity = |ppm: u32| -> ContractResult<Uint128> {
            Ok(ppm_of(stored.held, ppm, Rounding::Down)?.max(parameters.outflow_floor))
        };
        let hour_capacity = capacity(parameters.outflow_hour_ppm)?;
        let day_capacity = capacity(parameters.outflow_day_ppm)?;
        let record = Vault {
            hour: stored.hour.current(hour_capacity, HOUR, now)?,
            day: stored.day.current(day_capacity, DAY, now)?,
            ..stored
        };
        Ok(Self {
            record,
            hour_capacity,
            day_capacity,
        })
    }

    /// What may leave now: within both limits, and no more than the vault holds.
    #[must_use]
    pub fn available(&self) -> Uint128 {
        let hour = self.record.hour.available(self.hour_capacity);
        let day = self.record.day.available(self.day_capacity);
        hour.min(day).min(self.record.held)
    }

    /// How much of a withdrawal is paid now, which is taken, and how much waits: all of it where others wait
    /// already.
    pub fn split(&mut self, amount: Uint128) -> ContractResult<(Uint128, Uint128)> {
        let free = if self.record.queued.is_zero() {
            self.available()
        } else {
            Uint128::zero()
        };
        let paid = amount.min(free);
        self.take(paid)?;
        Ok((paid, subtract(amount, paid)?))
    }

    /// Counts what waits. Returns its number in the queue.
    pub fn enqueue(&mut self, amount: Uint128) -> ContractResult<u64> {
        let id = self.record.next_id;
        self.record.next_id = id.saturating_add(1);
        self.record.queued = add(self.record.queued, amount)?;
        Ok(id)
    }

    /// Counts coins that leave.
    pub fn take(&mut self, amount: Uint128) -> ContractResult<()> {
        self.record.hour = self.record.hour.take(amount)?;
        self.record.day = self.record.day.take(amount)?;
        self.record.held = subtract(self.record.held, amount)?;
        Ok(())
    }

    /// Counts coins that came, or did not leave after all.
    pub fn give(&mut self, amount: Uint128) -> ContractResult<()> {
        self.record.hour = self.record.hour.give(amount)?;
        self.record.day = self.record.day.give(amount)?;
        self.record.held = add(self.record.held, amount)?;
        Ok(())
    }

    /// Both limits for people.
    #[must_use]
    pub fn limits(&self) -> [OutflowLimit; 2] {
        [
            (&self.record.hour, self.hour_capacity),
            (&self.record.day, self.day_capacity),
        ]
        .map(|(bucket, capacity)| OutflowLimit {
            capacity,
            used: bucket.used,
            credit: bucket.credit,
            available: bucket.available(capacity),
        })
    }

    /// Writes the record.
    pub fn save(&self, storage: &mut dyn Storage) -> ContractResult<()> {
        Ok(VAULT.save(storage, &self.record)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    #[test]
    fn a_deposit_gives_back_first_and_its_credit_fades() {
        let now = 1_000_000;
        let fresh = FlowBucket::default().current(u(100), HOUR, now).unwrap();
        let bucket = fresh.take(u(60)).unwrap();
        assert_eq!(bucket.available(u(100)), u(40));
        let bucket = bucket.give(u(90)).unwrap();
        assert_eq!((bucket.used, bucket.credit), (u(0), u(30)));
        assert_eq!(bucket.available(u(100)), u(130));
        let later = bucket.current(u(100), HOUR, now + HOUR / 2).unwrap();
        assert_eq!(later.credit, u(15));
        let gone = bucket.current(u(100), HOUR, now + HOUR).unwrap();
        assert_eq!(gone, fresh.current(u(100), HOUR, now + HOUR).unwrap());
    }

    #[test]
    fn in_and_out_uses_up_nothing_however_large() {
        let bucket = FlowBucket::default().current(u(100), HOUR, 5).unwrap();
        let after = bucket.give(u(1_000_000)).unwrap().take(u(1_000_000));
        assert_eq!(after.unwrap(), bucket);
    }

    #[test]
    fn what_was_taken_refills_evenly() {
        let bucket = FlowBucket::default().current(u(3_600), HOUR, 5).unwrap();
        let empty = bucket.take(u(3_600)).unwrap();
        for (secs, available) in [(0, 0), (1, 1), (1_800, 1_800), (3_600, 3_600)] {
            let then = empty.current(u(3_600), HOUR, 5 + secs).unwrap();
            assert_eq!(then.available(u(3_600)), u(available));
        }
    }
}
