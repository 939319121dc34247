//! Fees owed when a claim leaves: they reach the fund before it, where the fund may need them.

use ballast_testing::hostile::fund::{ExecuteMsg as HostileFund, FundBehaviour, Reaction};
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, Suite};
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use ballast_types::{RiskLevel, RiskParameters};
use cosmwasm_std::Addr;

use crate::world::{named, number, price, spec, World, UNIT};

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

fn fees_owed(world: &World) -> u128 {
    world.suite.market_info(0).unwrap().fees_owed.u128()
}

fn liquidated(world: &mut World, long: &Addr) -> Claimed {
    let owed_before = fees_owed(world);
    assert!(owed_before > 0);
    let answer = world.liquidate(long).unwrap().answer;
    Claimed {
        owed_before,
        owed_after: fees_owed(world),
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

/// Everything that a new market's fees could have paid. M89: "Where the own reserve or a thin suite decides, every coin still
/// comes first." A new market may draw nothing from the other layers (they ramp up over thirty days), so its own reserve
/// decides; its fees stay behind all the same, and counterparties pay.
#[test]
fn fees_of_a_new_market_reach_the_fund_before_its_counterparties_pay() {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut world = World::with(|builder| {
            builder
                .collateral(collateral)
                .ramp_elapsed(false)
                .seed(FundSeed {
                    mutual: 10_000_000 * UNIT,
                })
                .market(spec("A"))
        });
        let long = world.user("long", 5_500 * UNIT);
        let short = world.user("short", 1_000_000 * UNIT);
        world.open(&long, &short, 1_000 * UNIT, "100");
        world.suite.poke().unwrap();
        world.suite.advance(100);
        world.move_to("90");
        let risk = world.suite.market_info(0).unwrap().risk.unwrap();
        assert!(
            risk.level <= RiskLevel::Healthy && !risk.reduce_only,
            "{risk:?}"
        );
        let before_it = fees_owed(&world);
        let before = world.equity(&short);
        let answer = world.liquidate(&long).unwrap().answer;
        let left = fees_owed(&world);
        let lost = before - world.equity(&short);
        assert_eq!(
            left, 0,
            "{collateral:?}: of {before_it} owed {left} stay behind, asked {}, paid {}, deleveraged {}, the counterparty lost {lost}",
            answer.asked, answer.paid, answer.deleveraged,
        );
    }
}

/// A fund that pays half of a first claim, and does this with the next.
fn pays_half_then(next: FundBehaviour) -> (World, Addr, Addr) {
    let (mut world, long) = world(Collateral::Native, false);
    let fund = world
        .suite
        .deploy_hostile_fund(FundBehaviour::pays(0))
        .unwrap();
    world.suite.mint(&fund, 10_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let next = Suite::call(&fund, &HostileFund::SetBehaviour(next)).unwrap();
    let behaviour = FundBehaviour {
        reenter: vec![next],
        ..FundBehaviour::pays(500_000)
    };
    world.suite.set_fund_behaviour(&fund, behaviour).unwrap();
    world.suite.advance(100);
    world.move_to("80");
    let risk = RiskParameters {
        market: 0,
        revision: 1_000,
        level: RiskLevel::Healthy,
        reduce_only: false,
        fee_share_ppm: 250_000,
        premium_rate_ppm: 0,
        open_interest_cap: (1_000_000 * UNIT).into(),
    };
    let msg = ExecuteMsg::SetRiskLevel {
        revision: 1_000,
        markets: vec![risk],
    };
    let market = world.suite.market.clone();
    world.suite.execute(&fund, &market, &msg, &[]).unwrap();
    (world, long, fund)
}

// The rest is asked for once the fees are there, and what both claims were paid closes the position.
#[test]
fn the_rest_is_asked_for_with_the_fees() {
    let (mut world, long, _) = pays_half_then(FundBehaviour::pays(1_000_000));
    let owed = fees_owed(&world);
    let done = world.liquidate(&long).unwrap();
    let answer = &done.answer;
    assert_eq!(answer.status, LiquidationStatus::Done);
    assert_eq!(answer.paid, answer.asked);
    let claims: Vec<i128> = named(&done.events, names::CLAIM)
        .iter()
        .map(|event| number(event, "amount"))
        .collect();
    let asked = answer.asked.u128() as i128;
    assert_eq!(claims, [asked, asked / 2]);
    assert_eq!(world.size(&long), 0);
    assert_eq!(fees_owed(&world), 0);
    assert!(owed > answer.bounty.u128());
}

// What the first was paid is not lost, and nobody is deleveraged for the second: it counts as one that failed.
#[test]
fn a_second_claim_that_fails_closes_nothing() {
    let fails = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let (mut world, long, fund) = pays_half_then(fails);
    let owed = fees_owed(&world);
    let short = world.suite.address("short");
    let before = world.size(&short);
    let answer = world.liquidate(&long).unwrap().answer;
    assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    assert_eq!(answer.paid.u128(), answer.asked.u128() / 2);
    assert_eq!(world.size(&short), before);
    assert_eq!(fees_owed(&world), owed + answer.paid.u128());
    let pending = world.suite.pending_claims().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].amount, answer.asked);

    // A fund that works is asked for all of it again.
    let works = FundBehaviour::pays(1_000_000);
    world.suite.set_fund_behaviour(&fund, works).unwrap();
    world.suite.next_block();
    world.suite.push_price(0, price("80")).unwrap();
    let again = world.liquidate(&long).unwrap().answer;
    assert_eq!(again.status, LiquidationStatus::Done);
    assert_eq!((again.asked, again.paid), (answer.asked, answer.asked));
    assert_eq!(world.size(&long), 0);
    assert!(world.suite.pending_claims().unwrap().is_empty());
}
