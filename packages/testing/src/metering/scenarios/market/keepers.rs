//! What keepers and the fund send: liquidation, deleveraging, funding, fees.

use anyhow::Result;
use ballast_types::market::ExecuteMsg;
use ballast_types::{RiskLevel, RiskParameters, Side};
use cosmwasm_std::{Addr, Uint128};

use crate::hostile::fund::{FundBehaviour, Reaction};
use crate::metering::scenarios::stage::{BASE, PRICE};
use crate::metering::scenarios::{Prepared, Scenario, Stage, Target, Tokens};

/// A keeper with an account.
const KEEPER: &str = "keeper with an account";

pub(super) fn all() -> Vec<Scenario> {
    let one = |message, state, tokens, prepare| {
        Scenario::new(Target::Market, message, state, tokens, prepare)
    };
    let any = |message, state, prepare| one(message, state, Tokens::Any, prepare);
    vec![
        any("liquidate", "solvent, 1 fill", solvent::<1>),
        any("liquidate", "solvent, 1 fill, asks the oracle", |stage| {
            let message = solvent::<1>(stage)?;
            stage.unseen_price("19500")?;
            Ok(message)
        }),
        one(
            "liquidate",
            "bankrupt, claim, 1 fill, asks the oracle",
            Tokens::Each,
            |stage| {
                bankrupt::<1>(stage)?;
                maker(stage, "18850")?;
                stage.unseen_price("18900")?;
                liquidate(stage)
            },
        ),
        any("liquidate", "solvent, 2 fills", solvent::<2>),
        any("liquidate", "solvent, no liquidity", solvent::<0>),
        any(
            "liquidate",
            "solvent, 1 fill, the keeper's first",
            |stage| {
                solvent::<1>(stage)?;
                liquidate_by(stage, "new keeper")
            },
        ),
        one(
            "liquidate",
            "bankrupt, claim, 1 fill, the keeper's first",
            Tokens::Each,
            |stage| {
                bankrupt::<1>(stage)?;
                maker(stage, "18850")?;
                liquidate_by(stage, "new keeper")
            },
        ),
        one(
            "liquidate",
            "bankrupt, claim with fees, 1 fill",
            Tokens::Each,
            |stage| {
                bankrupt::<1>(stage)?;
                maker(stage, "18850")?;
                // What is owed is a lot.
                let mut parameters = stage.suite.config()?.parameters;
                parameters.flush_lot = stage.suite.market_info(0)?.fees_owed;
                stage.suite.update_exchange(parameters)?;
                liquidate(stage)
            },
        ),
        one(
            "liquidate",
            "bankrupt, claim, 1 fill",
            Tokens::Each,
            |stage| {
                bankrupt::<1>(stage)?;
                maker(stage, "18850")?;
                liquidate(stage)
            },
        ),
        one(
            "liquidate",
            "bankrupt, claim, 1 counterparty",
            Tokens::Each,
            |stage| {
                bankrupt::<1>(stage)?;
                liquidate(stage)
            },
        ),
        any("liquidate", "bankrupt, claim, 2 counterparties", |stage| {
            bankrupt::<2>(stage)?;
            liquidate(stage)
        }),
        any("liquidate", "bankrupt, claim, 8 counterparties", |stage| {
            bankrupt::<8>(stage)?;
            liquidate(stage)
        }),
        any("liquidate", "bankrupt, no fund, 1 counterparty", |stage| {
            stage.suite.set_insurance_fund(None)?;
            bankrupt::<1>(stage)?;
            liquidate(stage)
        }),
        any("liquidate", "bankrupt, the claim fails", |stage| {
            failing_fund(stage)?;
            bankrupt::<1>(stage)?;
            liquidate(stage)
        }),
        any(
            "deleverage",
            "the claim fails again, 1 counterparty",
            |stage| {
                failing_fund(stage)?;
                bankrupt::<1>(stage)?;
                let first = liquidate(stage)?;
                stage.send(&first)?;
                stage.price("18900")?;
                stage.price("18900")?;
                let msg = ExecuteMsg::Deleverage {
                    account: Stage::id(&stage.suite.address("subject")),
                    market: 0,
                };
                Prepared::new(&stage.suite.keeper, &stage.suite.market, &msg)
            },
        ),
        any("accrue_funding", "nothing is due", |stage| accrue(stage, 0)),
        any("accrue_funding", "first of its minute", |stage| {
            accrue(stage, 60)
        }),
        any("accrue_funding", "an interval ended", |stage| {
            accrue(stage, 3_600)
        }),
        one("flush", "fees", Tokens::Each, flush),
        any("flush", "a report alone", |stage| {
            let message = flush(stage)?;
            stage.send(&message)?;
            Ok(message)
        }),
        one("sync", "a stray coin", Tokens::Each, sync),
        any("set_risk_level", "1 market", set_risk_level::<1>),
        any("set_risk_level", "2 markets", set_risk_level::<2>),
    ]
}

/// The subject is long one base unit from 20,000 against so many rivals, with 5.25 % of margin. The fund told the market
/// that all is well.
fn bankrupt<const RIVALS: usize>(stage: &mut Stage) -> Result<()> {
    subject(stage, RIVALS)?;
    stage.suite.poke()?;
    stage.price("18900")
}

/// The liquidation of an account that is bankrupt against so many rivals, of whom one message may visit fifty.
pub(super) fn bankrupt_against(stage: &mut Stage, rivals: u64) -> Result<Prepared> {
    let mut parameters = stage.suite.config()?.parameters;
    parameters.max_counterparties = 50;
    stage.suite.update_exchange(parameters)?;
    subject(stage, usize::try_from(rivals)?)?;
    stage.price("18900")?;
    liquidate(stage)
}

fn solvent<const FILLS: usize>(stage: &mut Stage) -> Result<Prepared> {
    subject(stage, 1)?;
    stage.price("19500")?;
    for maker in 0..FILLS {
        let maker = stage.user(&format!("maker {maker}"), 100_000)?;
        stage.rest(&maker, Side::Buy, BASE / 10, "19490")?;
    }
    stage.price("19500")?;
    liquidate(stage)
}

fn subject(stage: &mut Stage, rivals: usize) -> Result<Addr> {
    let subject = stage.user("subject", 1_060)?;
    for rival in 0..rivals {
        let rival = stage.user(&format!("rival {rival}"), 100_000)?;
        stage.trade(&subject, &rival, BASE / rivals as u128, PRICE)?;
    }
    Ok(subject)
}

fn maker(stage: &mut Stage, price: &str) -> Result<()> {
    let maker = stage.user("maker", 100_000)?;
    stage.rest(&maker, Side::Buy, BASE, price)?;
    stage.price("18900")
}

fn failing_fund(stage: &mut Stage) -> Result<()> {
    let behaviour = FundBehaviour::claims(Reaction::Errors { bytes: 10 });
    let fund = stage.suite.deploy_hostile_fund(behaviour)?;
    stage.suite.set_insurance_fund(Some(&fund))?;
    Ok(())
}

/// By a keeper who has liquidated before: bounties and fees are in an account.
fn liquidate(stage: &mut Stage) -> Result<Prepared> {
    stage.user(KEEPER, 1)?;
    liquidate_by(stage, KEEPER)
}

fn liquidate_by(stage: &mut Stage, keeper: &str) -> Result<Prepared> {
    let msg = ExecuteMsg::Liquidate {
        account: Stage::id(&stage.suite.address("subject")),
        market: 0,
    };
    let keeper = stage.suite.address(keeper);
    Prepared::new(&keeper, &stage.suite.market, &msg)
}

fn accrue(stage: &mut Stage, secs: u64) -> Result<Prepared> {
    if secs > 0 {
        // The market knows its premium.
        stage.suite.poke()?;
        stage.suite.advance(secs);
        let price = PRICE.parse()?;
        stage.suite.push_prices(&[(0, price), (1, price)])?;
    }
    let msg = ExecuteMsg::AccrueFunding { market: 0 };
    Prepared::new(&stage.suite.keeper, &stage.suite.market, &msg)
}

fn flush(stage: &mut Stage) -> Result<Prepared> {
    let [a, b] = ["a", "b"].map(|name| stage.user(name, 10_000));
    stage.trade(&a?, &b?, BASE, PRICE)?;
    stage.suite.next_block();
    let msg = ExecuteMsg::Flush { market: 0 };
    Prepared::new(&stage.suite.keeper, &stage.suite.market, &msg)
}

fn sync(stage: &mut Stage) -> Result<Prepared> {
    let giver = stage.user("giver", 0)?;
    let market = stage.suite.market.clone();
    stage.suite.bare_send(&giver, &market, 7)?;
    Prepared::new(&giver, &market, &ExecuteMsg::Sync {})
}

fn set_risk_level<const MARKETS: u32>(stage: &mut Stage) -> Result<Prepared> {
    let markets = (0..MARKETS)
        .map(|market| RiskParameters {
            market,
            revision: 1_000_000,
            level: RiskLevel::Watch,
            reduce_only: false,
            fee_share_ppm: 300_000,
            premium_rate_ppm: 30_000,
            open_interest_cap: Uint128::new(40_000_000_000_000),
        })
        .collect();
    let msg = ExecuteMsg::SetRiskLevel {
        revision: 1_000_000,
        markets,
    };
    Prepared::new(&stage.suite.fund, &stage.suite.market, &msg)
}
