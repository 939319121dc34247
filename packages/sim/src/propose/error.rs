//! Why a proposal is not written.

use std::fmt::Display;

use ballast_governance::ContractError as GovernanceError;
use ballast_insurance_fund::ContractError as FundError;
use ballast_perp_market::ContractError as MarketError;
use ballast_price_feed::ContractError as FeedError;
use thiserror::Error;

/// Result of everything here.
pub type ProposeResult<T> = Result<T, ProposeError>;

/// Why a proposal is not written.
#[derive(Error, Debug)]
pub enum ProposeError {
    /// perp-market's own check.
    #[error("perp-market would refuse it: {0}")]
    Market(Box<MarketError>),
    /// insurance-fund's own check.
    #[error("insurance-fund would refuse it: {0}")]
    Fund(Box<FundError>),
    /// price-feed's own check.
    #[error("price-feed would refuse it: {0}")]
    Feed(Box<FeedError>),
    /// governance's own check.
    #[error("governance would refuse it: {0}")]
    Governance(Box<GovernanceError>),
    /// Something that is needed was not given.
    #[error("{what} is not known; expected {expected}")]
    Missing {
        /// What.
        what: String,
        /// Where it could come from.
        expected: String,
    },
    /// Something that was given cannot be.
    #[error("{what}: found {found}; expected {expected}")]
    Wrong {
        /// What.
        what: String,
        /// What was given.
        found: String,
        /// What can be.
        expected: String,
    },
    /// A message that a known contract does not have.
    #[error("message {index} is none of {contract}: {problem}")]
    Unreadable {
        /// Its place, from 0.
        index: usize,
        /// Which contract.
        contract: &'static str,
        /// Why.
        problem: String,
    },
    /// All is as it would be.
    #[error("nothing would change: {what} is in force already")]
    NothingChanges {
        /// What.
        what: String,
    },
}

impl ProposeError {
    /// Something that is needed was not given.
    pub fn missing(what: impl Display, expected: impl Display) -> Self {
        Self::Missing {
            what: what.to_string(),
            expected: expected.to_string(),
        }
    }

    /// Something that was given cannot be.
    pub fn wrong(what: impl Display, found: impl Display, expected: impl Display) -> Self {
        Self::Wrong {
            what: what.to_string(),
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }
}

macro_rules! refused_by {
    ($($error:ty => $variant:ident)*) => {$(
        impl From<$error> for ProposeError {
            fn from(error: $error) -> Self {
                Self::$variant(Box::new(error))
            }
        }
    )*};
}

impl From<Box<MarketError>> for ProposeError {
    fn from(error: Box<MarketError>) -> Self {
        Self::Market(error)
    }
}

refused_by!(MarketError => Market FundError => Fund FeedError => Feed GovernanceError => Governance);
