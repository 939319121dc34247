//! In the middle of the crash: a protective proposal.

use ballast_testing::suite::Suite;
use ballast_types::fund::{self, ClaimantParameters};
use ballast_types::governance::{ConfigResponse, ExecuteMsg, QueryMsg};
use ballast_types::market::{self, MarketParameters};
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Uint128};
use cw3::Vote;

use super::{deployment, state, Continued, GovernedReport, Period, AWAKE};
use crate::error::{SimError, SimResult};
use crate::propose::build::{call, Draft};
use crate::propose::{make, Proposal, Request};
use crate::world::{Sent, World};

/// A market has crashed when it is so far below its first price, ppm.
const DRAWDOWN_PPM: u64 = 100_000;

/// The second vote comes so long after the proposal, seconds.
const VOTE_AFTER_SECS: u64 = 1_800;

/// Parts of a thousand that are left of an open-interest cap, and to which a risk weight grows.
const CAP_TO: u128 = 500;
const WEIGHT_TO: u32 = 1_500;

/// A DAO and what it did.
pub struct Dao {
    report: GovernedReport,
    /// The protective proposal, by its place in the report.
    protective: Option<usize>,
    voted: bool,
}

impl Dao {
    /// After its markets were listed.
    #[must_use]
    pub fn new(listed: Vec<Period>) -> Self {
        Self {
            report: GovernedReport {
                proposals: listed,
                continued: None,
            },
            protective: None,
            voted: false,
        }
    }

    /// What it did.
    #[must_use]
    pub fn report(&self) -> &GovernedReport {
        &self.report
    }

    /// Until when it wants to see its proposal executed, where it made one that was not yet.
    #[must_use]
    pub fn waits_until(&self) -> Option<u64> {
        let period = self.report.proposals.get(self.protective?)?;
        let open = period.executed_at.is_none() && period.failure.is_none();
        open.then(|| period.ready_at.unwrap_or(period.voting_ends_at))
    }

    /// Notes that prices ended before.
    pub fn continued(&mut self, from: u64, to: u64) {
        self.report.continued = Some(Continued { from, to });
    }

    /// Looks at prices and level, and does what is due: proposes, votes, executes.
    ///
    /// # Errors
    /// A violation, or a refusal of governance where nothing explains one.
    pub fn act(&mut self, world: &mut World, first_prices: &[u64]) -> SimResult<()> {
        let Some(place) = self.protective else {
            let fallen = fallen(world, first_prices);
            if !fallen.is_empty() {
                self.propose(world, &fallen)?;
            }
            return Ok(());
        };
        let now = world.chain.now();
        let Some(period) = self.report.proposals.get_mut(place) else {
            return Ok(());
        };
        let proposal_id = period.proposal_id;
        if !self.voted && now >= period.proposed_at.saturating_add(VOTE_AFTER_SECS) {
            self.voted = true;
            let vote = Vote::Yes;
            send(world, AWAKE[1].0, &ExecuteMsg::Vote { proposal_id, vote })?;
        }
        if period.executed_at.is_some() || now < period.voting_ends_at {
            return Ok(());
        }
        send(world, "keeper", &ExecuteMsg::Execute { proposal_id })?;
        let life = world.chain.suite().lifecycle(proposal_id);
        period.update(&life.map_err(SimError::internal)?);
        if let Some(failure) = &period.failure {
            return Err(world.violation(format!("the protective proposal failed: {failure}")));
        }
        let sent = u64::try_from(period.items.len()).unwrap_or(u64::MAX);
        world.owner_messages = world.owner_messages.saturating_add(sent);
        world.rules_changed()
    }

    fn propose(&mut self, world: &mut World, markets: &[MarketId]) -> SimResult<()> {
        let made = protective(world.chain.suite(), markets)?;
        send(world, AWAKE[0].0, &made.proposal)?;
        let suite = world.chain.suite();
        let config: ConfigResponse = suite
            .ask_governance(&QueryMsg::Config {})
            .map_err(SimError::internal)?;
        let life = suite
            .lifecycle(config.proposals)
            .map_err(SimError::internal)?;
        self.protective = Some(self.report.proposals.len());
        self.report.proposals.push(Period::new(made, &life));
        Ok(())
    }
}

/// Markets far below their first price; all of them where the fund's level fell.
fn fallen(world: &World, first_prices: &[u64]) -> Vec<MarketId> {
    let fell = world.ledger.levels.len() > 1;
    let low_level = fell && ["watch", "deficient", "critical"].contains(&world.ledger.level());
    (0..)
        .zip(world.prices.iter().zip(first_prices))
        .filter(|(_, (now, first))| {
            let limit = first.saturating_mul(1_000_000 - DRAWDOWN_PPM) / 1_000_000;
            low_level || **now <= limit
        })
        .map(|(market, _)| market)
        .take(10)
        .collect()
}

/// Half the cap of open interest, in market and fund, and half as much again to be held behind it.
fn protective(suite: &Suite, markets: &[MarketId]) -> SimResult<Proposal> {
    let now = state(suite).map_err(SimError::internal)?;
    let deployment = deployment(suite);
    let lower = |cap: Uint128| Uint128::new(crate::decimal::mul_div(cap.u128(), CAP_TO, 1_000));
    let mut msgs = vec![];
    let mut symbols = vec![];
    for market in markets.iter().copied() {
        let listed = now.market(market)?;
        symbols.push(listed.config.symbol.clone());
        let parameters = listed.config.parameters.clone();
        let parameters = MarketParameters {
            open_interest_cap: lower(parameters.open_interest_cap),
            ..parameters
        };
        let message = market::ExecuteMsg::UpdateMarket { market, parameters };
        msgs.push(call(suite.market.as_str(), &message)?);
        let contract = suite.market.to_string();
        let standing = now.claimant(&contract, market)?.parameters.clone();
        let parameters = ClaimantParameters {
            open_interest_cap: lower(standing.open_interest_cap),
            risk_weight_ppm: standing.risk_weight_ppm.saturating_mul(WEIGHT_TO) / 1_000,
            ..standing
        };
        let message = fund::ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        };
        msgs.push(call(suite.fund.as_str(), &message)?);
    }
    let draft = Draft::new(format!("Tighten {} in the crash", symbols.join(", ")), msgs);
    let request = Request {
        protective: true,
        at: now.time,
        ..Request::default()
    };
    Ok(make(&deployment, &now, &draft, &request)?)
}

fn send(world: &mut World, name: &str, message: &ExecuteMsg) -> SimResult<()> {
    let sender: Addr = crate::chain::Chain::address(name);
    match world.to_governance(&sender, message)? {
        Sent::Done(_) => Ok(()),
        Sent::Refused(error) => Err(world.violation(format!("governance refused {name}: {error}"))),
    }
}
