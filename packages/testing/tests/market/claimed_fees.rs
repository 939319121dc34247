//! Fees owed when a claim leaves: they reach the fund before it, where the fund may need them.

use ballast_testing::suite::{Collateral, FundSeed, MarketSpec};
use ballast_types::market::ExecuteMsg;
use ballast_types::{RiskLevel, RiskParameters};
use cosmwasm_std::Addr;

use crate::world::{spec, World, UNIT};

/// What was owed before the liquidation, and the liquidation's own parts.
struct Claimed {
    owed_before: u128,
    owed_after: u128,
    bounty: u128,
    asked: u128,
    paid: u128,
}

impl Claimed {
    /// Nothing but the bounty was taken from the fees owed.
    fn stayed(&self) -> bool {
        self.owed_after == self.owed_before - self.bounty
    }
}

const BOTH: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

/// A long of 10 at 100, bankrupt at 80, and a mutual reserve that pays its claim.
fn world(collateral: Collateral, isolated: bool) -> (World, Addr) {
    let mut world = World::with(|builder| {
        builder
            .collateral(collateral)
            .seed(FundSeed {
                mutual: 10_000_000 * UNIT,
            })
            .market(MarketSpec {
                isolated,
                ..spec("A")
            })
    });
    let long = world.user("long", 100 * UNIT + 500_000);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    (world, long)
}

/// The fund tells the market a level.
fn told(world: &mut World, level: RiskLevel, reduce_only: bool) {
    let known = world.suite.market_info(0).unwrap().risk;
    let revision = known.map_or(1, |known| known.revision + 1);
    let risk = RiskParameters {
        market: 0,
        revision,
        level,
        reduce_only,
        fee_share_ppm: 250_000,
        premium_rate_ppm: 0,
        open_interest_cap: (1_000_000 * UNIT).into(),
    };
    let markets = vec![risk];
    let msg = ExecuteMsg::SetRiskLevel { revision, markets };
    let (fund, market) = (world.suite.fund.clone(), world.suite.market.clone());
    world.suite.execute(&fund, &market, &msg, &[]).unwrap();
}

fn liquidated(world: &mut World, long: &Addr) -> Claimed {
    let owed = |world: &World| world.suite.market_info(0).unwrap().fees_owed.u128();
    let owed_before = owed(world);
    assert!(owed_before > 0);
    let answer = world.liquidate(long).unwrap().answer;
    Claimed {
        owed_before,
        owed_after: owed(world),
        bounty: answer.bounty.u128(),
        asked: answer.asked.u128(),
        paid: answer.paid.u128(),
    }
}

#[test]
fn less_than_a_lot_stays_behind_while_the_suite_is_well() {
    for collateral in BOTH {
        for level in [RiskLevel::Surplus, RiskLevel::Healthy] {
            let (mut world, long) = world(collateral, false);
            world.suite.advance(100);
            world.move_to("80");
            told(&mut world, level, false);
            let claimed = liquidated(&mut world, &long);
            assert!(claimed.stayed(), "{collateral:?} {level:?}");
            assert!(claimed.asked > 0 && claimed.paid == claimed.asked);
            let reserve = world.suite.claimant(0).unwrap().reserve;
            assert!(reserve.is_zero(), "nothing reached the fund");
        }
    }
}

#[test]
fn a_lot_leaves_whatever_the_level() {
    for collateral in BOTH {
        let (mut world, long) = world(collateral, false);
        let mut parameters = world.suite.config().unwrap().parameters;
        parameters.flush_lot = world.suite.market_info(0).unwrap().fees_owed;
        world.suite.update_exchange(parameters).unwrap();
        world.suite.advance(100);
        world.move_to("80");
        told(&mut world, RiskLevel::Surplus, false);
        let claimed = liquidated(&mut world, &long);
        assert!(!claimed.stayed(), "{collateral:?}");
        assert_eq!(claimed.owed_after, 0, "{collateral:?}");
    }
}

#[test]
fn all_leaves_where_the_fund_may_need_it() {
    for collateral in BOTH {
        for (level, reduce_only) in [
            (RiskLevel::Watch, false),
            (RiskLevel::Deficient, false),
            (RiskLevel::Critical, false),
            // Its breaker is open: the mutual reserve pays it nothing.
            (RiskLevel::Healthy, true),
        ] {
            let (mut world, long) = world(collateral, false);
            world.suite.advance(100);
            world.move_to("80");
            told(&mut world, level, reduce_only);
            let claimed = liquidated(&mut world, &long);
            assert_eq!(claimed.owed_after, 0, "{collateral:?} {level:?}");
        }
        // The fund has told it nothing yet.
        let (mut world, long) = self::world(collateral, false);
        world.suite.advance(100);
        world.move_to("80");
        assert_eq!(liquidated(&mut world, &long).owed_after, 0);
    }
}

// Only the market's own reserve pays: every coin of it counts.
#[test]
fn all_leaves_where_the_own_reserve_alone_pays() {
    for collateral in BOTH {
        let (mut recent, long) = world(collateral, false);
        recent.move_to("80");
        told(&mut recent, RiskLevel::Surplus, false);
        let claimed = liquidated(&mut recent, &long);
        assert_eq!(claimed.owed_after, 0, "{collateral:?}: recent risk");
        assert!(claimed.paid > 0 && claimed.paid < claimed.asked);

        let (mut isolated, long) = world(collateral, true);
        isolated.suite.advance(100);
        isolated.move_to("80");
        told(&mut isolated, RiskLevel::Surplus, false);
        let claimed = liquidated(&mut isolated, &long);
        assert_eq!(claimed.owed_after, 0, "{collateral:?}: isolated");
    }
}
