//! `replay --governed`: a DAO owns the suite. It lists the markets by an ordinary proposal before anything is traded, and in
//! the middle of the crash tightens by a protective one.
//!
//! Governance is the real contract and is instantiated first. Contracts and feeds are set up by its bootstrap, as in
//! production; everything after that goes through proposals, which are checked and summarised by [`crate::propose`].
//! Three voters have 30, 30 and 40 % of the power. The first proposes, the second votes yes, the third is asleep: no vote
//! decides alone, since the sleeper could veto, so each vote runs to its end.

mod crash;
mod listing;
mod periods;

pub use crash::Dao;
pub use listing::{lead_secs, list_markets};
pub use periods::{Continued, GovernedReport, Period};

use ballast_testing::suite::Suite;
use ballast_types::fund::{ClaimantResponse, ConfigResponse as FundConfig, QueryMsg as FundQuery};
use ballast_types::governance::QueryMsg as GovernanceQuery;
use ballast_types::market::QueryMsg as MarketQuery;

use crate::propose::state::{Deployment, State};

/// Names and powers of the voters who are awake: the proposer first.
const AWAKE: [(&str, u128); 2] = [("proposer", 300_000), ("voter", 300_000)];

/// Name and power of the one who is not.
const ASLEEP: (&str, u128) = ("sleeper", 400_000);

/// Addresses of the suite.
fn deployment(suite: &Suite) -> Deployment {
    Deployment {
        governance: suite.governance.as_ref().map(ToString::to_string),
        market: Some(suite.market.to_string()),
        fund: Some(suite.fund.to_string()),
        price_feed: Some(suite.price_feed.to_string()),
    }
}

/// What the contracts answer now.
fn state(suite: &Suite) -> anyhow::Result<State> {
    let mut claimants: Vec<ClaimantResponse> = vec![];
    for market in suite.solvency()?.markets {
        claimants.push(suite.ask_fund(&FundQuery::Market {
            contract: market.contract,
            market: market.market,
        })?);
    }
    let fund: FundConfig = suite.ask_fund(&FundQuery::Config {})?;
    Ok(State {
        time: Some(suite.now()),
        governance: Some(suite.ask_governance(&GovernanceQuery::Config {})?),
        exchange: Some(suite.config()?),
        markets: suite.ask_market(&MarketQuery::Markets {
            start_after: None,
            limit: Some(50),
        })?,
        ledger: Some(suite.ledger()?),
        fund: Some(fund),
        claimants,
        solvency: Some(suite.solvency()?),
        surplus: None,
        feeds: vec![],
        contracts: vec![],
    })
}
