//! Stages that are full of one kind of thing, and messages that are about so many.

use anyhow::Result;
use cosmwasm_std::Decimal;

use super::market;
use super::stage::{Prepared, Stage, LOT, PRICE};
use super::{backlog, crowd, electorate};
use crate::suite::MarketSpec;

/// So many resting orders in market 0, rounded up to four a maker: half at one price a side, half each at a price of its own.
///
/// # Errors
/// What a contract refused: a bug.
pub fn orders(stage: &mut Stage, orders: u64) -> Result<()> {
    crowd::gather_traders(stage, orders.div_ceil(4), 1)?;
    stage.price(PRICE)
}

/// So many accounts with positions in two markets, half of them long, entered at prices of their own.
///
/// # Errors
/// What a contract refused: a bug.
pub fn positions(stage: &mut Stage, accounts: u64) -> Result<()> {
    crowd::gather_traders(stage, 1, accounts.div_ceil(2))?;
    stage.price(PRICE)
}

/// So many markets in all.
///
/// # Errors
/// What a contract refused: a bug.
pub fn markets(stage: &mut Stage, markets: u64) -> Result<()> {
    for number in stage.suite.markets.len() as u64..markets {
        let symbol = format!("M{number}-PERP");
        let spec = MarketSpec::new(&symbol, 8, Decimal::percent(10), LOT, PRICE.parse()?);
        stage.suite.list_another(&spec)?;
    }
    stage.price(PRICE)
}

/// So many underwriters of whom each asks to leave, and so many voters of whom each has a proposal and a vote.
///
/// # Errors
/// What a contract refused: a bug.
pub fn stakers(stage: &mut Stage, stakers: u64) -> Result<()> {
    backlog::of_stakers(stage, stakers)?;
    electorate::gather(stage, stakers)?;
    stage.price(PRICE)
}

/// A market order that fills against so many makers.
///
/// # Errors
/// What a contract refused: a bug.
pub fn fills(stage: &mut Stage, makers: u64) -> Result<Prepared> {
    market::fills(stage, makers)
}

/// A liquidation of a bankrupt account whose position is closed against so many counterparties.
///
/// # Errors
/// What a contract refused: a bug.
pub fn counterparties(stage: &mut Stage, rivals: u64) -> Result<Prepared> {
    market::bankrupt_against(stage, rivals)
}
