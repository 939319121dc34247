//! Which state a code may take over: that of a version that it knows, of the same contract, once.
//!
//! Versions are compared with the list of those known, not by size: a version that nobody wrote a migration for is refused
//! whether it is newer or older.

use cosmwasm_std::{Response, StdError, StdResult, Storage};
use thiserror::Error;

/// A contract as cw2's record names it. One constant, for `instantiate` and `migrate` alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Registry and crate, as cw2 asks for: `crates.io:...`.
    pub name: &'static str,
    /// Version of this code.
    pub version: &'static str,
    /// Versions whose state this code can take over.
    pub migrates_from: &'static [&'static str],
}

/// Why a migration was refused. Nothing was changed.
#[derive(Error, Debug, PartialEq)]
pub enum MigrationError {
    /// There is no record of name and version.
    #[error(transparent)]
    Std(#[from] StdError),

    /// The state of another contract.
    #[error("this code takes over the state of {expected}, found {found}")]
    WrongContract {
        /// This contract.
        expected: &'static str,
        /// What is recorded.
        found: String,
    },

    /// The state is of this version: it was migrated before, or never needed to be.
    #[error("the state is of version {found} already")]
    SameVersion {
        /// The version of this code.
        found: &'static str,
    },

    /// A newer version, or one that no migration was written for.
    #[error("this code takes over the state of version {expected}, found {found}")]
    UnknownVersion {
        /// Those that it takes, separated by commas.
        expected: String,
        /// What is recorded.
        found: String,
    },
}

impl Contract {
    /// Records name and version.
    ///
    /// # Errors
    /// Serialisation.
    pub fn record(&self, storage: &mut dyn Storage) -> StdResult<()> {
        cw2::set_contract_version(storage, self.name, self.version)
    }

    /// Records this version over one that it migrates from, and returns that one.
    ///
    /// # Errors
    /// [`MigrationError`].
    pub fn migrate(&self, storage: &mut dyn Storage) -> Result<&'static str, MigrationError> {
        let found = cw2::get_contract_version(storage)?;
        if found.contract != self.name {
            return Err(MigrationError::WrongContract {
                expected: self.name,
                found: found.contract,
            });
        }
        if found.version == self.version {
            return Err(MigrationError::SameVersion {
                found: self.version,
            });
        }
        let known = self.migrates_from.iter().find(|one| **one == found.version);
        let Some(from) = known else {
            return Err(MigrationError::UnknownVersion {
                expected: self.migrates_from.join(", "),
                found: found.version,
            });
        };
        self.record(storage)?;
        Ok(from)
    }

    /// What `migrate` answers.
    #[must_use]
    pub fn migrated(&self, from: &str) -> Response {
        Response::new()
            .add_attribute("action", "migrate")
            .add_attribute("from", from)
            .add_attribute("to", self.version)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    const CONTRACT: Contract = Contract {
        name: "crates.io:one",
        version: "0.3.0",
        migrates_from: &["0.1.0", "0.2.0"],
    };

    // M2: wrong name, same version, downgrade, unknown version, no record: refused, and nothing changes.
    #[test]
    fn only_known_versions_of_the_same_contract_migrate() {
        let unknown = |found: &str| MigrationError::UnknownVersion {
            expected: "0.1.0, 0.2.0".to_owned(),
            found: found.to_owned(),
        };
        for (name, version, expected) in [
            (
                "crates.io:other",
                "0.1.0",
                MigrationError::WrongContract {
                    expected: CONTRACT.name,
                    found: "crates.io:other".to_owned(),
                },
            ),
            (
                CONTRACT.name,
                "0.3.0",
                MigrationError::SameVersion { found: "0.3.0" },
            ),
            (CONTRACT.name, "0.3.1", unknown("0.3.1")),
            (CONTRACT.name, "0.0.9", unknown("0.0.9")),
            (CONTRACT.name, "0.1.0-rc1", unknown("0.1.0-rc1")),
            (CONTRACT.name, "", unknown("")),
        ] {
            let mut storage = MockStorage::new();
            cw2::set_contract_version(&mut storage, name, version).unwrap();
            assert_eq!(CONTRACT.migrate(&mut storage).unwrap_err(), expected);
            let kept = cw2::get_contract_version(&storage).unwrap();
            assert_eq!(
                (kept.contract.as_str(), kept.version.as_str()),
                (name, version)
            );
        }
        let refused = CONTRACT.migrate(&mut MockStorage::new()).unwrap_err();
        assert!(matches!(refused, MigrationError::Std(_)), "{refused}");
    }

    // M2: each known version once.
    #[test]
    fn a_migration_runs_once() {
        for from in CONTRACT.migrates_from {
            let mut storage = MockStorage::new();
            cw2::set_contract_version(&mut storage, CONTRACT.name, *from).unwrap();
            assert_eq!(CONTRACT.migrate(&mut storage).unwrap(), *from);
            assert_eq!(
                CONTRACT.migrate(&mut storage).unwrap_err(),
                MigrationError::SameVersion { found: "0.3.0" }
            );
        }
    }
}
