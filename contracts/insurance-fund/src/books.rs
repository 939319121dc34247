//! The records of the whole suite on their way through one message: loaded once, saved once.

use ballast_types::fund::FundParameters;
use cosmwasm_std::{Env, Storage, Uint128};

use crate::error::ContractResult;
use crate::hourly::HourlyHighs;
use crate::state::{Facility, Ledger, Suite, FACILITY, LEDGER, MUTUAL_HIGHS, PARAMETERS, SUITE};

/// Hours over which the high of the mutual reserve is taken.
pub const MUTUAL_HIGH_HOURS: u64 = 24;

/// Parameters, ledger, highs, loan and suite, and what they were when loaded.
pub struct Books {
    /// Seconds.
    pub now: u64,
    /// In force.
    pub parameters: FundParameters,
    /// Money.
    pub ledger: Ledger,
    /// Highs of the mutual reserve.
    pub mutual_highs: HourlyHighs,
    /// The treasury's loan.
    pub facility: Facility,
    /// Sums over markets, level and terms.
    pub suite: Suite,
    /// Something that one market is told has changed: the revision must rise.
    pub told_changed: bool,
    loaded: (Ledger, HourlyHighs, Facility, Suite),
}

impl Books {
    /// Loads all; the mutual reserve as it stood until now is noted for its high.
    ///
    /// # Errors
    /// Storage.
    pub fn load(storage: &dyn Storage, env: &Env) -> ContractResult<Self> {
        let loaded = (
            LEDGER.load(storage)?,
            MUTUAL_HIGHS.load(storage)?,
            FACILITY.load(storage)?,
            SUITE.load(storage)?,
        );
        let (ledger, mutual_highs, facility, suite) = loaded.clone();
        let mut books = Self {
            now: env.block.time.seconds(),
            parameters: PARAMETERS.load(storage)?,
            ledger,
            mutual_highs,
            facility,
            suite,
            told_changed: false,
            loaded,
        };
        books.observe_mutual();
        Ok(books)
    }

    /// Saves what changed.
    ///
    /// # Errors
    /// Storage.
    pub fn save(&mut self, storage: &mut dyn Storage) -> ContractResult<()> {
        self.observe_mutual();
        if self.ledger != self.loaded.0 {
            LEDGER.save(storage, &self.ledger)?;
        }
        if self.mutual_highs != self.loaded.1 {
            MUTUAL_HIGHS.save(storage, &self.mutual_highs)?;
        }
        if self.facility != self.loaded.2 {
            FACILITY.save(storage, &self.facility)?;
        }
        if self.suite != self.loaded.3 {
            SUITE.save(storage, &self.suite)?;
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
