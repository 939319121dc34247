//! The keeper's bounty for closing a bankrupt account's position: out of fees owed and nothing else.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::suite::{market_parameters, Collateral, FundSeed, MarketSpec};
use ballast_types::events::market as names;
use ballast_types::market::{LiquidationStatus, MarketParameters};
use ballast_types::{AccountId, Side};
use cosmwasm_std::Addr;

use crate::world::{free, named, number, spec, World, UNIT};

fn world(change: impl Fn(&mut MarketParameters)) -> World {
    let mut parameters = market_parameters(6);
    change(&mut parameters);
    World::with(|builder| {
        builder.market(MarketSpec {
            parameters: Some(parameters),
            ..spec("A")
        })
    })
}

/// A long of 10 at 100, with 100 of margin and the fee, bankrupt at 80.
fn bankrupt(world: &mut World) -> (Addr, Addr) {
    let long = world.user("long", 100 * UNIT + 500_000);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(100);
    world.move_to("80");
    (long, short)
}

/// A fund that pays every claim here, and has told the market nothing but its defaults.
fn rich() -> World {
    let seed = FundSeed {
        mutual: 10_000_000 * UNIT,
    };
    World::with(|builder| builder.market(spec("A")).seed(seed))
}

fn fees_owed(world: &World) -> u128 {
    world.suite.market_info(0).unwrap().fees_owed.u128()
}

/// What the keeper holds; nothing where it never got an account.
fn kept(world: &World) -> i128 {
    let keeper = world.suite.keeper.clone();
    world
        .suite
        .account(&keeper, 0)
        .map_or(0, |account| account.quote.i128())
}

#[test]
fn a_basis_point_of_what_was_closed_comes_out_of_the_fees_owed() {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut world = World::with(|builder| builder.collateral(collateral).market(spec("A")));
        let (long, short) = bankrupt(&mut world);
        // 7 bp of 1,000, a quarter of it.
        assert_eq!(fees_owed(&world), 175_000);
        let before = world.equity(&short);
        let done = world.liquidate(&long).unwrap();
        assert_eq!(done.answer.status, LiquidationStatus::Done);
        assert_eq!(done.answer.deleveraged.u128(), 10 * UNIT);
        assert_eq!(done.answer.bounty.u128(), 80_000, "1 bp of 800");
        let event = named(&done.events, names::LIQUIDATION)[0];
        assert_eq!(number(event, "bounty"), 80_000);
        assert_eq!(kept(&world), 80_000);
        // The rest of the fees went to the fund ahead of the claim and was all that it had.
        assert_eq!(done.answer.paid.u128(), 95_000, "{collateral:?}");
        assert_eq!(fees_owed(&world), 0);
        let lost = before - world.equity(&short);
        assert_eq!(lost, 100_000_000 - 95_000);
        assert_eq!(world.quote(&long), 0);
    }
}

#[test]
fn it_is_never_more_than_the_parameter() {
    let mut world = world(|parameters| parameters.keeper_bounty = 79_999u128.into());
    let (long, _) = bankrupt(&mut world);
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.bounty.u128(), 79_999);
}

#[test]
fn it_is_never_more_than_the_fees_owed() {
    let mut world = World::new();
    let (long, _) = bankrupt(&mut world);
    world.suite.flush(0).unwrap();
    world.check();
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!((done.bounty.u128(), kept(&world)), (0, 0));
    let keeper = world.suite.keeper.clone();
    assert!(
        world.suite.account(&keeper, 0).is_err(),
        "no account for nothing"
    );

    let mut world = rich();
    let (long, _) = bankrupt(&mut world);
    world.suite.flush(0).unwrap();
    let [other, another] = ["other", "another"].map(|n| world.user(n, 1_000 * UNIT));
    // 0.1 at 80: 8, 7 bp of it are 5,600, a quarter is 1,400.
    world.open(&other, &another, UNIT / 10, "80");
    assert_eq!(fees_owed(&world), 1_400);
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!((done.bounty.u128(), fees_owed(&world)), (1_400, 0));
}

#[test]
fn it_is_never_more_than_both_fees_of_such_a_trade() {
    let mut world = world(|parameters| {
        parameters.maker_fee_ppm = 0;
        parameters.taker_fee_ppm = 40;
    });
    let long = world.user("long", 100 * UNIT + 40_000);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    // Enough of other people's fees.
    let [a, b] = ["a", "b"].map(|n| world.user(n, 100_000 * UNIT));
    world.open(&a, &b, 1_000 * UNIT, "100");
    world.suite.advance(100);
    world.move_to("80");
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.bounty.u128(), 32_000, "0.4 bp of 800");
}

#[test]
fn a_market_without_fees_pays_none() {
    let mut world = World::with(|builder| builder.market(free("A")));
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (done.bounty.u128(), done.deleveraged.u128()),
        (0, 10 * UNIT)
    );
}

// S4: what the fund paid and was not needed goes back whole, though it passes through the fees owed.
#[test]
fn it_is_never_paid_from_a_claim() {
    let mut world = rich();
    let (long, _) = bankrupt(&mut world);
    let buyer = world.user("buyer", 100_000 * UNIT);
    // Above the oracle price: the book gives more than was asked for.
    world.limit(&buyer, Side::Buy, 4 * UNIT, "85").unwrap();
    world.suite.flush(0).unwrap();
    world.suite.next_block();
    let done = world.liquidate(&long).unwrap();
    let event = named(&done.events, names::LIQUIDATION)[0];
    assert_eq!(number(event, "leftover"), 20_000_000);
    // The maker's fee of 340 at 2 bp, a quarter of it, and an atom of premium are all that was owed besides.
    assert_eq!(done.answer.bounty.u128(), 17_001);
    assert_eq!(fees_owed(&world), 20_000_000);
}

#[test]
fn a_claim_that_fails_earns_nothing_and_the_retry_does() {
    let mut world = World::new();
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let fund = world.suite.deploy_hostile_fund(failing).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let (long, _) = bankrupt(&mut world);
    let pending = world.liquidate(&long).unwrap().answer;
    assert_eq!(pending.status, LiquidationStatus::ClaimPending);
    assert_eq!((pending.bounty.u128(), kept(&world)), (0, 0));
    assert_eq!(fees_owed(&world), 175_000);
    world.suite.advance(50);
    world.move_to("80");
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!((done.bounty.u128(), kept(&world)), (80_000, 80_000));
}

#[test]
fn nobody_earns_it_by_liquidating_his_own_account() {
    let mut world = World::new();
    let (long, _) = bankrupt(&mut world);
    let id = AccountId {
        owner: long.to_string(),
        subaccount: 0,
    };
    let done = world.suite.liquidate(&long, &id, 0).unwrap().answer;
    world.check();
    assert_eq!((done.bounty.u128(), world.quote(&long)), (0, 0));
    assert_eq!(
        done.paid.u128(),
        175_000,
        "all fees were there for the claim"
    );
}

// One hand on both sides, and as the keeper, while others' fees are there to be taken: opening costs seven times
// what closing earns.
#[test]
fn farming_it_loses_money() {
    let mut world = rich();
    let [a, b] = ["a", "b"].map(|n| world.user(n, 100_000 * UNIT));
    world.open(&a, &b, 1_000 * UNIT, "100");
    let (long, short) = bankrupt(&mut world);
    let before = 10_100_500_000i128;
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.bounty.u128(), 80_000);
    // What the fund pays is others' money, and not what is asked here.
    let paid = done.paid.u128() as i128;
    let after = world.equity(&long) + world.equity(&short) + kept(&world) - paid;
    assert_eq!(after - before, 80_000 - 700_000);
}
