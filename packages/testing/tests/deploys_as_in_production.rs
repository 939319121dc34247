//! The builder deploys and wires everything, with native and with cw20 collateral.

use anyhow::Result;
use ballast_testing::invariants::{check_invariants, InvariantChecker};
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::{RiskLevel, Side};
use cosmwasm_std::Decimal;

const UNIT: u128 = 1_000_000;

fn build(collateral: Collateral) -> Result<Suite> {
    SuiteBuilder::new()
        .collateral(collateral)
        .market(MarketSpec {
            reserve: 5_000 * UNIT,
            ..MarketSpec::btc()
        })
        .market(MarketSpec::eth())
        .seed(FundSeed {
            mutual: 200_000 * UNIT,
        })
        .build()
}

#[test]
fn everything_knows_everything_else() -> Result<()> {
    for collateral in [
        Collateral::Native,
        Collateral::Cw20,
        Collateral::HostileCw20,
    ] {
        let suite = build(collateral)?;
        let config = suite.config()?;
        assert_eq!(config.collateral, suite.collateral);
        assert_eq!(config.insurance_fund.as_deref(), Some(suite.fund.as_str()));
        assert_eq!(config.markets, 2);

        let solvency = suite.solvency()?;
        assert_eq!(solvency.mutual.u128(), 200_000 * UNIT);
        assert_eq!(solvency.market_reserves.u128(), 5_000 * UNIT);
        assert_eq!(solvency.unaccounted.u128(), 0);
        assert!(solvency.level <= RiskLevel::Healthy, "{solvency:?}");
        // The ramp is over: the mutual reserve is open to claims up to its window.
        assert!(suite.capacity(1)?.total.u128() >= 20_000 * UNIT);
        assert_eq!(
            suite.market_info(0)?.price.map(|p| p.price),
            Some("20000".parse::<Decimal>()?)
        );
        assert!(suite.market.as_str().starts_with("ballast1"));
        check_invariants(&suite)?;
    }
    Ok(())
}

#[test]
fn a_trade_keeps_both_gears_in_agreement() -> Result<()> {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut suite = build(collateral)?;
        let mut checker = InvariantChecker::new(&suite)?;
        let alice = suite.new_user("alice", 10_000 * UNIT)?;
        let bob = suite.new_user("bob", 10_000 * UNIT)?;
        for user in [&alice, &bob] {
            suite.deposit(user, 0, 5_000 * UNIT)?;
            checker.after_message(&suite)?;
        }
        suite.limit(&alice, 0, 0, Side::Buy, 20_000_000, "20000".parse()?)?;
        checker.after_message(&suite)?;
        let traded = suite.ioc(&bob, 0, 0, Side::Sell, 10_000_000, "20000".parse()?)?;
        checker.after_message(&suite)?;
        assert_eq!(traded.answer.filled.u128(), 10_000_000);
        assert_eq!(
            suite.account(&alice, 0)?.positions[0].size.i128(),
            10_000_000
        );
        suite.cancel_all(&alice, 0, None)?;
        checker.full(&suite)?;
        suite.withdraw(&alice, 0, 1_000 * UNIT)?;
        checker.full(&suite)?;
        assert_eq!(suite.balance(&alice)?, 6_000 * UNIT);
        assert!(suite.withdraw(&alice, 0, 5_000 * UNIT).is_err());
        checker.full(&suite)?;
    }
    Ok(())
}
