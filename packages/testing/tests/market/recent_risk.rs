//! No money of others for an account that increased its risk at most 60 s before the claim.

use ballast_perp_market::state::ACCOUNTS;
use ballast_testing::suite::{FundSeed, MarketSpec};
use ballast_types::fund::{Bound, ClaimRecord};
use ballast_types::market::LiquidationStatus;
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::world::{free, price, World, UNIT};

const RESERVE: u128 = 5 * UNIT;

/// The market's own reserve holds 5, the mutual reserve more than any claim here.
fn world() -> World {
    World::with(|builder| {
        builder
            .market(MarketSpec {
                reserve: RESERVE,
                ..free("A")
            })
            .seed(FundSeed {
                mutual: 1_000_000 * UNIT,
            })
    })
}

/// Liquidates at a price, so many seconds from now; the claim's record.
fn claim_after(world: &mut World, user: &Addr, secs: u64, at: &str) -> ClaimRecord {
    world.suite.advance(secs);
    world.suite.push_price(0, price(at)).unwrap();
    let answer = world.liquidate(user).unwrap().answer;
    assert_eq!(answer.status, LiquidationStatus::Done);
    let claim = world.suite.claims().unwrap().remove(0);
    assert_eq!((claim.amount, claim.paid), (answer.asked, answer.paid));
    claim
}

fn own_reserve_only(claim: &ClaimRecord) -> bool {
    let bounds: Vec<_> = claim.layers.iter().map(|layer| layer.bound).collect();
    let recent = [
        Bound::Balance,
        Bound::RecentRisk,
        Bound::RecentRisk,
        Bound::RecentRisk,
    ];
    if bounds == recent {
        assert_eq!(claim.paid.u128(), RESERVE);
        return true;
    }
    assert_eq!(bounds[1], Bound::Covered, "{claim:?}");
    assert!(claim.uncovered.is_zero());
    false
}

fn marked_at(world: &World, user: &Addr) -> u64 {
    let number = world.suite.account(user, 0).unwrap().number.u64();
    let storage = world.suite.market_storage();
    ACCOUNTS
        .load(storage.as_ref(), number)
        .unwrap()
        .risk_increased_at
}

#[test]
fn a_taker_is_on_its_own_for_sixty_seconds_and_not_for_sixty_one() {
    for (secs, alone) in [(60, true), (61, false)] {
        let mut world = world();
        let [long, short] =
            [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&long, &short, 10 * UNIT, "100");
        let before = world.equity(&short);
        let claim = claim_after(&mut world, &long, secs, "80");
        assert_eq!(claim.amount.u128(), 100 * UNIT);
        assert_eq!(own_reserve_only(&claim), alone, "{secs} s");
        // Who is on the other side bears what the fund does not.
        let lost = before + 200_000_000 - world.equity(&short);
        assert_eq!(lost, claim.uncovered.u128() as i128);
    }
}

// R3: the same for who rested, here a short.
#[test]
fn a_maker_is_on_its_own_as_a_taker_is() {
    for (secs, alone) in [(60, true), (61, false)] {
        let mut world = world();
        let [long, short] =
            [("long", 10_000), ("short", 100)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&long, &short, 10 * UNIT, "100");
        let claim = claim_after(&mut world, &short, secs, "120");
        assert_eq!(own_reserve_only(&claim), alone, "{secs} s");
    }
}

#[test]
fn reducing_is_no_risk_and_turning_round_is() {
    for (sold, alone) in [(2 * UNIT, false), (22 * UNIT, true)] {
        let mut world = world();
        let [user, other] =
            [("user", 100), ("other", 100_000)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&user, &other, 12 * UNIT, "100");
        let opened = world.suite.now();
        world.suite.advance(100);
        world.suite.push_price(0, price("100")).unwrap();
        world.limit(&other, Side::Buy, sold, "100").unwrap();
        world
            .suite
            .ioc(&user, 0, 0, Side::Sell, sold, price("100"))
            .unwrap();
        world.check();
        let marked = if alone { world.suite.now() } else { opened };
        assert_eq!(marked_at(&world, &user), marked);
        let at = if alone { "120" } else { "80" };
        let claim = claim_after(&mut world, &user, 10, at);
        assert_eq!(own_reserve_only(&claim), alone, "{sold}");
    }
}

#[test]
fn money_that_leaves_a_position_is_risk_and_money_that_comes_is_not() {
    for withdrawn in [0, 1] {
        let mut world = world();
        let [long, short] =
            [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&long, &short, 10 * UNIT, "100");
        let opened = world.suite.now();
        world.suite.advance(100);
        world.suite.push_price(0, price("100")).unwrap();
        world.suite.mint(&long, 1).unwrap();
        world.suite.deposit(&long, 0, 1).unwrap();
        world.check();
        assert_eq!(marked_at(&world, &long), opened);
        if withdrawn > 0 {
            world.suite.withdraw(&long, 0, withdrawn).unwrap();
            world.check();
            assert_eq!(marked_at(&world, &long), world.suite.now());
        }
        let claim = claim_after(&mut world, &long, 60, "80");
        assert_eq!(own_reserve_only(&claim), withdrawn > 0);
    }
}

#[test]
fn money_that_leaves_an_account_without_positions_marks_nothing() {
    let mut world = world();
    let user = world.user("user", 100 * UNIT);
    world.suite.withdraw(&user, 0, UNIT).unwrap();
    world.check();
    assert_eq!(marked_at(&world, &user), 0);
}

#[test]
fn who_is_deleveraged_took_no_risk() {
    let mut world = world();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let rest = world.user("rest", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.open(&rest, &short, UNIT, "100");
    let opened = world.suite.now();
    claim_after(&mut world, &long, 60, "80");
    assert_eq!(world.size(&short), -1_000_000);
    assert_eq!(marked_at(&world, &short), opened);
}

// A liquidation's maker chose to buy: it is marked as any maker is.
#[test]
fn who_buys_from_a_liquidation_took_risk() {
    let mut world = world();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let buyer = world.user("buyer", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("92");
    world.limit(&buyer, Side::Buy, 10 * UNIT, "92").unwrap();
    assert_eq!(marked_at(&world, &buyer), 0);
    let answer = world.liquidate(&long).unwrap().answer;
    assert!(answer.closed_in_book.u128() > 0);
    assert_eq!(marked_at(&world, &buyer), world.suite.now());
}

// S4, M22: a counterparty of the last pass that is bankrupt itself is liquidated along, and asked for along. Where it
// took its risk a moment ago others' money does not pay for it: what came goes back, and its loss is a deficit.
#[test]
fn a_bankrupt_counterparty_of_the_last_pass_that_took_risk_is_lent_nothing() {
    for (secs, alone) in [(60, true), (61, false)] {
        let mut world = World::with(|builder| {
            builder.market(free("A")).seed(FundSeed {
                mutual: 1_000_000 * UNIT,
            })
        });
        let long = world.user("long", 100 * UNIT);
        let bridge = world.user("bridge", 1_000_000 * UNIT);
        let short = world.user("short", 30 * UNIT);
        world.open(&long, &bridge, 10 * UNIT, "100");
        world.move_to("50");
        world.suite.advance(100);
        world.suite.push_price(0, price("50")).unwrap();
        // The bridge hands its short over: the last one is the only counterparty.
        world.open(&bridge, &short, 10 * UNIT, "50");
        world.suite.advance(secs);
        world.suite.push_price(0, price("60")).unwrap();
        let lacks = [&long, &short].map(|user| -world.equity(user));
        assert!(lacks.iter().all(|lack| *lack > 0), "{lacks:?}");
        let before = world.suite.solvency().unwrap().booked.u128() as i128;
        let owed = world.suite.market_info(0).unwrap().fees_owed.u128() as i128;

        let passed = world.liquidate(&long).unwrap().answer;
        assert_eq!(passed.status, LiquidationStatus::More);
        assert!(passed.deleveraged.is_zero());
        let last = world.liquidate(&long).unwrap().answer;
        assert_eq!(last.status, LiquidationStatus::Done);
        assert_eq!(last.asked.u128() as i128, lacks[0] + lacks[1]);
        assert_eq!(last.paid, last.asked, "the fund could pay both");

        let expected = if alone { lacks[1] } else { 0 };
        assert_eq!(last.deficit.u128() as i128, expected, "{secs} s");
        let market = world.suite.market_info(0).unwrap();
        assert_eq!(market.deficit.u128() as i128, expected);
        for user in [&long, &short] {
            assert_eq!((world.quote(user), world.size(user)), (0, 0));
        }
        // What is not lent is the fund's again: at once, or owed with the fees.
        let fund = world.suite.solvency().unwrap().booked.u128() as i128;
        let net = before - fund - (market.fees_owed.u128() as i128 - owed);
        let for_short = if alone { 0 } else { lacks[1] };
        assert_eq!(net, lacks[0] + for_short, "{secs} s");
    }
}
