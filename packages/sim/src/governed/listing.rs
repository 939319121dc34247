//! Before the first trade: the markets are listed by vote.

use anyhow::{Context, Result};
use ballast_governance::parameters::default_settings;
use ballast_testing::suite::{Listed, MarketSpec, Suite};
use ballast_types::fund::{self, TopUp, TopUpKind};
use ballast_types::market;
use ballast_types::price_feed;
use ballast_types::MarketId;
use cosmwasm_std::CosmosMsg;
use cw3::Vote;

use super::{deployment, state, Period, ASLEEP, AWAKE};
use crate::propose::build::{call, Draft};
use crate::propose::{make, Request};

/// Markets of one proposal: two messages each, of at most twenty.
const MARKETS_A_PROPOSAL: usize = 8;

/// How long before its execution a listing is proposed, with the second in which voters stake.
#[must_use]
pub fn lead_secs() -> u64 {
    let settings = default_settings();
    settings
        .voting_secs
        .saturating_add(settings.timelock_secs)
        .saturating_add(1)
}

/// Lists markets in a suite that has none, by proposals that are executed when the clock says `executed_at`, and fills the
/// fund when it says `opens_at`.
///
/// # Errors
/// What a contract refused.
pub fn list_markets(
    suite: &mut Suite,
    specs: &[MarketSpec],
    mutual: u128,
    executed_at: u64,
    opens_at: u64,
) -> Result<Vec<Period>> {
    for (name, power) in AWAKE.into_iter().chain([ASLEEP]) {
        suite.new_voter(name, power)?;
    }
    suite.next_block();
    set_feeds(suite, specs)?;
    let mut periods = vec![];
    let numbered: Vec<(MarketId, &MarketSpec)> = (0..).zip(specs).collect();
    for some in numbered.chunks(MARKETS_A_PROPOSAL) {
        periods.push(propose(suite, some)?);
    }
    suite.set_time(executed_at)?;
    push_prices(suite, specs)?;
    for period in &mut periods {
        suite.execute_proposal(period.proposal_id)?;
        let life = suite.lifecycle(period.proposal_id)?;
        period.update(&life);
        if let Some(failure) = &period.failure {
            anyhow::bail!("the listing failed: {failure}");
        }
    }
    suite.set_time(opens_at)?;
    push_prices(suite, specs)?;
    for (market, _) in numbered {
        suite.accrue(market)?;
    }
    fill_fund(suite, specs, mutual)?;
    Ok(periods)
}

/// A part of the bootstrap: a feed a market.
fn set_feeds(suite: &mut Suite, specs: &[MarketSpec]) -> Result<()> {
    for (id, spec) in (0..).zip(specs) {
        let feed_id = feed_id(id);
        let feed = spec.feed(&feed_id, &suite.feeders, 600);
        let (owner, contract) = (suite.owner.clone(), suite.price_feed.clone());
        let message = price_feed::ExecuteMsg::SetFeed { feed };
        suite.execute(&owner, &contract, &message, &[])?;
        suite.markets.push(Listed {
            id,
            spec: spec.clone(),
            feed_id,
        });
    }
    Ok(())
}

fn push_prices(suite: &mut Suite, specs: &[MarketSpec]) -> Result<()> {
    let prices: Vec<_> = (0..)
        .zip(specs)
        .map(|(market, spec)| (market, spec.initial_price))
        .collect();
    suite.push_prices(&prices)
}

fn propose(suite: &mut Suite, some: &[(MarketId, &MarketSpec)]) -> Result<Period> {
    let (deployment, mut now) = (deployment(suite), state(suite)?);
    // Proposals are executed in order: those before this one will have listed theirs.
    if let (Some(exchange), Some((first, _))) = (&mut now.exchange, some.first()) {
        exchange.markets = *first;
    }
    let mut msgs: Vec<CosmosMsg> = vec![];
    for (market, spec) in some {
        msgs.push(call(suite.market.as_str(), &listing(suite, *market, spec))?);
        msgs.push(call(
            suite.fund.as_str(),
            &registration(suite, *market, spec),
        )?);
    }
    let symbols: Vec<&str> = some.iter().map(|(_, spec)| spec.symbol.as_str()).collect();
    let draft = Draft::new(format!("List {}", symbols.join(", ")), msgs);
    let request = Request {
        at: now.time,
        ..Request::default()
    };
    let made = make(&deployment, &now, &draft, &request)?;
    let [proposer, voter] = AWAKE.map(|(name, _)| suite.address(name));
    suite.govern(&proposer, &made.proposal)?;
    let config: ballast_types::governance::ConfigResponse =
        suite.ask_governance(&ballast_types::governance::QueryMsg::Config {})?;
    let id = config.proposals;
    suite.vote(&voter, id, Vote::Yes)?;
    Ok(Period::new(made, &suite.lifecycle(id)?))
}

fn listing(suite: &Suite, market: MarketId, spec: &MarketSpec) -> market::ExecuteMsg {
    let oracle = spec.oracle(&suite.price_feed, &feed_id(market));
    market::ExecuteMsg::ListMarket(spec.listing(oracle, suite.decimals))
}

fn registration(suite: &Suite, market: MarketId, spec: &MarketSpec) -> fund::ExecuteMsg {
    fund::ExecuteMsg::RegisterMarket {
        contract: suite.market.to_string(),
        market,
        parameters: spec.standing(suite.decimals),
    }
}

/// The feed of a market.
fn feed_id(market: MarketId) -> String {
    format!("{:064x}", market + 1)
}

fn fill_fund(suite: &mut Suite, specs: &[MarketSpec], mutual: u128) -> Result<()> {
    let donor = suite.address("donor");
    let contract = suite.market.to_string();
    let reserve = |market| TopUp {
        contract: Some(contract.clone()),
        market: Some(market),
        kind: TopUpKind::Reserve,
        state: None,
    };
    let donation = TopUp {
        contract: None,
        market: None,
        kind: TopUpKind::Donation,
        state: None,
    };
    let mut gifts = vec![(donation, mutual)];
    gifts.extend(
        (0..)
            .zip(specs)
            .map(|(market, spec)| (reserve(market), spec.reserve)),
    );
    for (top_up, amount) in gifts.into_iter().filter(|(_, amount)| *amount > 0) {
        suite.mint(&donor, amount)?;
        suite
            .top_up(&donor, &top_up, amount)
            .context("filling the fund")?;
    }
    Ok(())
}
