//! The records of the whole suite on their way through one message: loaded once, saved once.

use ballast_types::fund::FundParameters;
use cosmwasm_std::{Env, Event, Storage, Uint128};

use crate::error::ContractResult;
use crate::hourly::HourlyHighs;
use crate::state::{
    ClaimTotals, Facility, Ledger, StoredBooks, Suite, Underwriting, BOOKS, MUTUAL_HIGHS,
    PARAMETERS,
};
use crate::{events, rewards, shares, solvency};

/// Hours over which the high of the mutual reserve is taken.
pub const MUTUAL_HIGH_HOURS: u64 = 24;

/// Parameters, ledger, highs, stake, loan and suite, and what they were when loaded.
pub struct Books {
    /// Seconds.
    pub now: u64,
    /// In force.
    pub parameters: FundParameters,
    /// Money.
    pub ledger: Ledger,
    /// Highs of the mutual reserve.
    pub mutual_highs: HourlyHighs,
    /// The underwriters' pool.
    pub underwriting: Underwriting,
    /// The treasury's loan.
    pub facility: Facility,
    /// Sums over markets, level and terms.
    pub suite: Suite,
    /// Sums over claims.
    pub claims: ClaimTotals,
    /// Something that one market is told has changed: the revision must rise.
    pub told_changed: bool,
    /// What happened to the whole suite in this message.
    pub events: Vec<Event>,
    loaded: (StoredBooks, HourlyHighs),
}

/// What is left of the books when they are saved.
pub struct Closed {
    /// Seconds.
    pub now: u64,
    /// As it is in force now.
    pub suite: Suite,
    /// What happened to the whole suite.
    pub events: Vec<Event>,
}

impl Books {
    /// Loads all. The mutual reserve as it stood until now is noted for its high, and rewards drip: before anything else
    /// happens, so that nobody who comes in this message earns them.
    ///
    /// # Errors
    /// Storage.
    pub fn load(storage: &dyn Storage, env: &Env) -> ContractResult<Self> {
        let loaded = (BOOKS.load(storage)?, MUTUAL_HIGHS.load(storage)?);
        let (stored, mutual_highs) = loaded.clone();
        let mut books = Self {
            now: env.block.time.seconds(),
            parameters: PARAMETERS.load(storage)?,
            ledger: stored.ledger,
            mutual_highs,
            underwriting: stored.underwriting,
            facility: stored.facility,
            suite: stored.suite,
            claims: stored.claims,
            told_changed: false,
            events: vec![],
            loaded,
        };
        books.observe_mutual();
        rewards::drip(&mut books)?;
        Ok(books)
    }

    /// Puts level and terms in force and saves: the last thing of every message. Answers what happened to the whole
    /// suite.
    ///
    /// # Errors
    /// Storage.
    pub fn close(mut self, storage: &mut dyn Storage) -> ContractResult<Closed> {
        self.refresh()?;
        if self.underwriting.slashed != self.loaded.0.underwriting.slashed {
            // A share may be worth too little now.
            shares::open(&mut self)?;
        }
        self.save(storage)?;
        Ok(Closed {
            now: self.now,
            suite: self.suite,
            events: self.events,
        })
    }

    /// Puts level and terms in force before the end of a message that depends on them.
    ///
    /// # Errors
    /// None within the hard ranges.
    pub fn refresh(&mut self) -> ContractResult<()> {
        if let Some(change) = solvency::refresh(self)? {
            self.events.push(events::level(&change));
        }
        Ok(())
    }

    /// Saves what changed.
    ///
    /// # Errors
    /// Storage.
    fn save(&mut self, storage: &mut dyn Storage) -> ContractResult<()> {
        self.observe_mutual();
        let now = StoredBooks {
            ledger: self.ledger.clone(),
            underwriting: self.underwriting.clone(),
            facility: self.facility.clone(),
            suite: self.suite.clone(),
            claims: self.claims.clone(),
        };
        if now != self.loaded.0 {
            BOOKS.save(storage, &now)?;
        }
        if self.mutual_highs != self.loaded.1 {
            MUTUAL_HIGHS.save(storage, &self.mutual_highs)?;
        }
        Ok(())
    }

    /// Books coins to the mutual reserve.
    ///
    /// # Errors
    /// Overflow, which no token's supply allows.
    pub fn credit_mutual(&mut self, amount: Uint128) -> ContractResult<()> {
        self.ledger.mutual = self.ledger.mutual.checked_add(amount)?;
        Ok(())
    }

    /// Highest mutual reserve of the last 24 hours, this moment included, quote atoms.
    #[must_use]
    pub fn mutual_high(&self) -> Uint128 {
        self.mutual_highs
            .high(self.now, MUTUAL_HIGH_HOURS)
            .max(self.ledger.mutual)
    }

    fn observe_mutual(&mut self) {
        self.mutual_highs
            .observe(self.ledger.mutual, self.now, MUTUAL_HIGH_HOURS);
    }
}
