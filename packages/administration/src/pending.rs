//! Changes of the owner that wait (design section 7, "Time asymmetry"): kept, listed, taken back, and handed out when their
//! time has come. What loosens, and what then happens, is each contract's own.
//!
//! Invariant: a change is handed out once, not before its delay is over and not after the time to apply it.

use ballast_storage::{DecodeError, Item, Map, Reader, Record};
use ballast_types::market::{ChangeAnswer, PendingChange, Waits};
use cosmwasm_std::{to_json_binary, Event, Order, Response, StdError, StdResult, Storage};
use cw_storage_plus::Bound;
use thiserror::Error;

/// How long a change can be applied once it is ready, seconds.
pub const APPLY_WINDOW_SECS: u64 = 14 * 86_400;

/// A change that waits, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredChange<C> {
    /// What was asked for.
    pub change: C,
    /// What was in force then.
    pub base: C,
    /// The first field that it loosens.
    pub loosens: String,
    /// When it was asked for, seconds.
    pub proposed_at: u64,
    /// The delay as it was then, seconds.
    pub delay_secs: u64,
}

impl<C> StoredChange<C> {
    /// From when on it can be applied, seconds. The longer of the delay that held when it was asked for and the one in force
    /// counts: an exit that became longer meanwhile must still fit in.
    #[must_use]
    pub fn ready_at(&self, delay_secs: u64) -> u64 {
        self.proposed_at
            .saturating_add(self.delay_secs.max(delay_secs))
    }

    /// Until when it can be applied, seconds.
    #[must_use]
    pub fn expires_at(&self, delay_secs: u64) -> u64 {
        self.ready_at(delay_secs).saturating_add(APPLY_WINDOW_SECS)
    }
}

impl<C: Record> Record for StoredChange<C> {
    fn write(&self, out: &mut Vec<u8>) {
        self.change.write(out);
        self.base.write(out);
        self.loosens.write(out);
        self.proposed_at.write(out);
        self.delay_secs.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            change: C::read(input)?,
            base: C::read(input)?,
            loosens: String::read(input)?,
            proposed_at: u64::read(input)?,
            delay_secs: u64::read(input)?,
        })
    }
}

/// Why nothing was done with a change that waits.
#[derive(Error, Debug, PartialEq)]
pub enum PendingError {
    /// Storage.
    #[error(transparent)]
    Std(#[from] StdError),

    /// It was applied or taken back, or there never was one.
    #[error("no change {found} waits")]
    NoSuchChange {
        /// Its number.
        found: u64,
    },

    /// As many wait as the contract lists.
    #[error("{expected} changes wait already; cancel one")]
    TooManyChanges {
        /// The limit.
        expected: usize,
    },

    /// Its time has not come.
    #[error("possible from {ready_at}, now is {now}")]
    TooEarly {
        /// Seconds.
        ready_at: u64,
        /// Seconds.
        now: u64,
    },

    /// Nobody applied it in time.
    #[error("possible until {expired_at}, now is {now}; ask for it again")]
    ChangeExpired {
        /// Seconds.
        expired_at: u64,
        /// Seconds.
        now: u64,
    },
}

/// Where a contract keeps them. Every method reads at most `most` records.
pub struct Changes<C> {
    /// Number -> change.
    pub waiting: Map<u64, StoredChange<C>>,
    /// The next number; absent: 1.
    pub next: Item<u64>,
    /// How many may wait at the same time.
    pub most: usize,
    /// The name of the event that tells of them.
    pub event: &'static str,
    /// What the event calls a change: the name of its message.
    pub kind: fn(&C) -> &'static str,
}

impl<C: Record> Changes<C> {
    /// The event of what became of a change: it `waits`, was `applied` or `cancelled`, or is `void`.
    #[must_use]
    pub fn event(&self, id: u64, kind: &str, status: &str, ready_at: u64) -> Event {
        Event::new(self.event)
            .add_attribute("id", id.to_string())
            .add_attribute("kind", kind)
            .add_attribute("status", status)
            .add_attribute("ready_at", ready_at.to_string())
    }

    /// Lets a change wait. Those that expired are removed first. Answer data: [`ChangeAnswer`].
    ///
    /// # Errors
    /// [`PendingError::TooManyChanges`].
    pub fn wait(
        &self,
        storage: &mut dyn Storage,
        stored: &StoredChange<C>,
    ) -> Result<Response, PendingError> {
        let kind = (self.kind)(&stored.change);
        let waits = self.store(storage, stored)?;
        Ok(Response::new()
            .add_attribute("action", kind)
            .add_event(self.event(waits.id, kind, "waits", waits.ready_at))
            .set_data(to_json_binary(&ChangeAnswer { waits: Some(waits) })?))
    }

    fn store(
        &self,
        storage: &mut dyn Storage,
        stored: &StoredChange<C>,
    ) -> Result<Waits, PendingError> {
        self.remove_expired(storage, stored.proposed_at, stored.delay_secs)?;
        let waiting = self.waiting.keys(storage, None, None, Order::Ascending);
        if waiting.count() >= self.most {
            return Err(PendingError::TooManyChanges {
                expected: self.most,
            });
        }
        let id = self.next.may_load(storage)?.unwrap_or(1);
        self.waiting.save(storage, id, stored)?;
        self.next.save(storage, &id.saturating_add(1))?;
        let ready_at = stored.ready_at(stored.delay_secs);
        Ok(Waits { id, ready_at })
    }

    fn remove_expired(
        &self,
        storage: &mut dyn Storage,
        now: u64,
        delay_secs: u64,
    ) -> StdResult<()> {
        let expired: Vec<u64> = self
            .waiting
            .range(storage, None, None, Order::Ascending)
            .filter_map(|entry| match entry {
                Ok((id, stored)) if now > stored.expires_at(delay_secs) => Some(Ok(id)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            })
            .collect::<StdResult<_>>()?;
        for id in expired {
            self.waiting.remove(storage, id);
        }
        Ok(())
    }

    /// Hands a change out whose time has come: it waits no longer. `delay_secs` is the one in force.
    ///
    /// # Errors
    /// [`PendingError::NoSuchChange`], [`PendingError::TooEarly`] with the time at which it is possible,
    /// [`PendingError::ChangeExpired`].
    pub fn take(
        &self,
        storage: &mut dyn Storage,
        id: u64,
        now: u64,
        delay_secs: u64,
    ) -> Result<StoredChange<C>, PendingError> {
        let stored = self.load(storage, id)?;
        let ready_at = stored.ready_at(delay_secs);
        if now < ready_at {
            return Err(PendingError::TooEarly { ready_at, now });
        }
        let expired_at = stored.expires_at(delay_secs);
        if now > expired_at {
            return Err(PendingError::ChangeExpired { expired_at, now });
        }
        self.waiting.remove(storage, id);
        Ok(stored)
    }

    /// Takes a change back. `delay_secs` is the one in force.
    ///
    /// # Errors
    /// [`PendingError::NoSuchChange`].
    pub fn cancel(
        &self,
        storage: &mut dyn Storage,
        id: u64,
        delay_secs: u64,
    ) -> Result<Response, PendingError> {
        let stored = self.load(storage, id)?;
        self.waiting.remove(storage, id);
        let kind = (self.kind)(&stored.change);
        let ready_at = stored.ready_at(delay_secs);
        Ok(Response::new()
            .add_attribute("action", "cancel_change")
            .add_event(self.event(id, kind, "cancelled", ready_at)))
    }

    fn load(&self, storage: &dyn Storage, id: u64) -> Result<StoredChange<C>, PendingError> {
        self.waiting
            .may_load(storage, id)?
            .ok_or(PendingError::NoSuchChange { found: id })
    }

    /// Those that wait, by number, expired ones included. `delay_secs` is the one in force.
    ///
    /// # Errors
    /// Storage.
    pub fn list(
        &self,
        storage: &dyn Storage,
        delay_secs: u64,
        start_after: Option<u64>,
        limit: usize,
    ) -> StdResult<Vec<PendingChange<C>>> {
        let start = start_after.map(Bound::exclusive);
        self.waiting
            .range(storage, start, None, Order::Ascending)
            .take(limit)
            .map(|entry| {
                let (id, stored) = entry?;
                Ok(PendingChange {
                    id,
                    ready_at: stored.ready_at(delay_secs),
                    expires_at: stored.expires_at(delay_secs),
                    change: stored.change,
                    loosens: stored.loosens,
                    proposed_at: stored.proposed_at,
                })
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;
    use cosmwasm_std::from_json;
    use cosmwasm_std::testing::MockStorage;

    const DELAY: u64 = 21 * 86_400;

    fn changes() -> Changes<u8> {
        Changes {
            waiting: Map::new("waiting"),
            next: Item::new("next"),
            most: 2,
            event: "change",
            kind: |_| "set_number",
        }
    }

    fn waits(answer: &Response) -> Waits {
        let data = answer.data.as_ref().unwrap();
        from_json::<ChangeAnswer>(data).unwrap().waits.unwrap()
    }

    fn asked(change: u8, proposed_at: u64) -> StoredChange<u8> {
        StoredChange {
            change,
            base: 0,
            loosens: "cap".to_owned(),
            proposed_at,
            delay_secs: DELAY,
        }
    }

    #[test]
    fn a_change_is_handed_out_once_and_in_its_time() {
        let (changes, mut storage) = (changes(), MockStorage::new());
        let answer = changes.wait(&mut storage, &asked(7, 100)).unwrap();
        let ready_at = 100 + DELAY;
        assert_eq!(waits(&answer), Waits { id: 1, ready_at });
        assert_eq!(
            answer.events,
            [changes.event(1, "set_number", "waits", ready_at)]
        );
        let now = ready_at - 1;
        assert_eq!(
            changes.take(&mut storage, 1, now, DELAY).unwrap_err(),
            PendingError::TooEarly { ready_at, now }
        );
        let (expired_at, now) = (
            ready_at + APPLY_WINDOW_SECS,
            ready_at + APPLY_WINDOW_SECS + 1,
        );
        assert_eq!(
            changes.take(&mut storage, 1, now, DELAY).unwrap_err(),
            PendingError::ChangeExpired { expired_at, now }
        );
        let taken = changes.take(&mut storage, 1, ready_at, DELAY).unwrap();
        assert_eq!(taken.change, 7);
        let again = changes.take(&mut storage, 1, ready_at, DELAY).unwrap_err();
        assert_eq!(again, PendingError::NoSuchChange { found: 1 });
    }

    #[test]
    fn the_longer_delay_counts() {
        let (changes, mut storage) = (changes(), MockStorage::new());
        changes.wait(&mut storage, &asked(7, 100)).unwrap();
        for (in_force, counts) in [(DELAY + 5, DELAY + 5), (0, DELAY)] {
            let listed = changes.list(&storage, in_force, None, 10).unwrap();
            assert_eq!(listed[0].ready_at, 100 + counts);
            assert_eq!(listed[0].expires_at, 100 + counts + APPLY_WINDOW_SECS);
        }
    }

    // G1: a bounded number waits; what nobody applied makes room, and numbers are not used again.
    #[test]
    fn expired_changes_make_room() {
        let (changes, mut storage) = (changes(), MockStorage::new());
        for change in [1, 2] {
            changes.wait(&mut storage, &asked(change, 0)).unwrap();
        }
        let last = DELAY + APPLY_WINDOW_SECS;
        assert_eq!(
            changes.wait(&mut storage, &asked(3, last)).unwrap_err(),
            PendingError::TooManyChanges { expected: 2 }
        );
        let answer = changes.wait(&mut storage, &asked(3, last + 1)).unwrap();
        assert_eq!(waits(&answer).id, 3);
        assert_eq!(changes.list(&storage, DELAY, None, 10).unwrap().len(), 1);
        let ready_at = last + 1 + DELAY;
        let cancelled = changes.cancel(&mut storage, 3, DELAY).unwrap();
        assert_eq!(
            cancelled.events,
            [changes.event(3, "set_number", "cancelled", ready_at)]
        );
        let gone = changes.cancel(&mut storage, 3, DELAY).unwrap_err();
        assert_eq!(gone, PendingError::NoSuchChange { found: 3 });
    }
}
