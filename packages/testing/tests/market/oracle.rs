//! What a price is good for, by its age and certainty.

use ballast_perp_market::ContractError;
use ballast_testing::suite::PriceUpdate;
use ballast_types::Side;

use crate::world::{price, refused, World, UNIT};

// O1
#[test]
fn an_old_price_allows_closing_and_no_more() {
    let mut world = World::new();
    let [long, short, other] = ["long", "short", "other"].map(|n| world.user(n, 10_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.limit(&short, Side::Buy, 2 * UNIT, "100").unwrap();
    world.suite.advance(11);
    let grow = world.limit(&long, Side::Buy, UNIT, "99");
    assert!(matches!(
        refused(grow),
        ContractError::StalePrice { max_age: 10, .. }
    ));
    let take = world.suite.withdraw(&long, 0, UNIT);
    assert!(matches!(refused(take), ContractError::StalePrice { .. }));
    world.suite.withdraw(&other, 0, 10_000 * UNIT).unwrap();
    // Both sides reduce: possible, also when the price is too old to liquidate by.
    world.suite.advance(60);
    let closed = world
        .suite
        .ioc(&long, 0, 0, Side::Sell, UNIT, price("100"))
        .unwrap()
        .answer;
    world.check();
    assert_eq!(closed.filled.u128(), UNIT);
    let late = world.liquidate(&long);
    assert!(matches!(
        refused(late),
        ContractError::StalePrice { max_age: 60, .. }
    ));
}

// O1
#[test]
fn an_uncertain_price_values_at_its_worse_end_and_a_very_uncertain_one_not_at_all() {
    let mut world = World::new();
    let maker = world.user("maker", 100_000 * UNIT);
    let user = world.user("user", 60 * UNIT);
    world.limit(&maker, Side::Sell, 20 * UNIT, "100").unwrap();
    let push = |world: &mut World, confidence: &str| {
        world.suite.advance(10);
        let update = PriceUpdate {
            market: 0,
            price: price("100"),
            confidence: price(confidence),
            publish_time: world.suite.now(),
        };
        world.suite.push_updates(&[update]).unwrap();
    };
    push(&mut world, "1");
    // Equity is valued at 99: 60 - 0.5 - 10 is less than 5 % of 990.
    let error = refused(world.limit(&user, Side::Buy, 11 * UNIT, "100"));
    assert!(
        matches!(error, ContractError::InsufficientMargin { .. }),
        "{error}"
    );
    push(&mut world, "1.01");
    let error = refused(world.limit(&user, Side::Buy, UNIT, "100"));
    assert!(
        matches!(error, ContractError::LowConfidence { .. }),
        "{error}"
    );
    push(&mut world, "0");
    world.limit(&user, Side::Buy, 11 * UNIT, "100").unwrap();
}
