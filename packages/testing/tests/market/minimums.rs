//! Orders and positions that are too small: refused, cut, removed or closed whole, and never in the way.

use ballast_perp_market::ContractError;
use ballast_testing::suite::{Answered, NewOrder};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{LiquidationStatus, OrderType, PlaceOrderAnswer, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{Addr, Event};

use crate::world::{named, number, price, refused, spec, uint, World, UNIT};

/// A hundredth of a unit: one lot.
const LOT: u128 = UNIT / 100;

/// Orders are worth at least 10, positions at least `least`.
fn world(least: u128) -> World {
    World::with(|builder| {
        let mut parameters = ballast_testing::suite::market_parameters(6);
        parameters.min_order_notional = uint(10 * UNIT);
        parameters.min_position = uint(least);
        (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (0, 0);
        let mut market = spec("A");
        market.parameters = Some(parameters);
        builder.market(market)
    })
}

fn set_least(world: &mut World, least: u128) {
    let mut parameters = world.suite.market_info(0).unwrap().config.parameters;
    parameters.min_position = uint(least);
    world.suite.update_market(0, parameters).unwrap();
    world.check();
}

fn place(
    world: &mut World,
    user: &Addr,
    side: Side,
    size: u128,
    at: &str,
    reduce_only: bool,
) -> anyhow::Result<Answered<PlaceOrderAnswer>> {
    let order_type = OrderType::Limit {
        price: price(at),
        time_in_force: TimeInForce::GoodTilCancelled,
    };
    let order = NewOrder {
        subaccount: 0,
        market: 0,
        side,
        size,
        order_type,
        reduce_only,
    };
    let placed = world.suite.place(user, &order);
    world.check();
    placed
}

fn buy_now(world: &mut World, user: &Addr, size: u128) -> anyhow::Result<PlaceOrderAnswer> {
    let done = world
        .suite
        .ioc(user, 0, 0, Side::Buy, size, price("105"))
        .map(|done| done.answer);
    world.check();
    done
}

fn removed(events: &[Event]) -> Vec<(&str, i128)> {
    named(events, names::ORDER_REMOVED)
        .into_iter()
        .map(|event| (attribute(event, "reason").unwrap(), number(event, "size")))
        .collect()
}

fn too_small(found: u128) -> ContractError {
    ContractError::OrderTooSmall {
        min: uint(10 * UNIT),
        found: uint(found),
    }
}

fn below(least: u128, found: u128) -> ContractError {
    ContractError::PositionTooSmall {
        market: 0,
        min: uint(least),
        found: uint(found),
    }
}

// P1
#[test]
fn an_order_is_worth_the_minimum_at_its_price() {
    let mut world = world(0);
    let user = world.user("user", 10_000 * UNIT);
    let small =
        |world: &mut World, size, at| refused(place(world, &user, Side::Buy, size, at, false));
    assert_eq!(small(&mut world, 9 * LOT, "100"), too_small(9_000_000));
    assert_eq!(small(&mut world, 10 * LOT, "99.99"), too_small(9_999_000));
    place(&mut world, &user, Side::Buy, 10 * LOT, "100", false).unwrap();
    // A market order counts at the oracle price, whatever its worst price is.
    let market = |world: &mut World, size, worst| {
        let answer = world
            .suite
            .market_order(&user, 0, 0, Side::Sell, size, price(worst));
        world.check();
        answer
    };
    assert_eq!(
        refused(market(&mut world, 9 * LOT, "200")),
        too_small(9_000_000)
    );
    market(&mut world, 10 * LOT, "99").unwrap();
}

#[test]
fn a_whole_position_may_be_closed_however_small() {
    let mut world = world(0);
    let [long, short] = ["long", "short"].map(|name| world.user(name, 10_000 * UNIT));
    world.limit(&short, Side::Sell, 15 * LOT, "100").unwrap();
    buy_now(&mut world, &long, 15 * LOT).unwrap();
    let bidder = world.user("bidder", 10_000 * UNIT);
    world.limit(&bidder, Side::Buy, 10 * LOT, "100").unwrap();
    place(&mut world, &long, Side::Sell, 10 * LOT, "100", true).unwrap();
    assert_eq!(world.size(&long), 50_000);
    // Five lots are left, worth 5: closed whole and by a reduce-only order only.
    let part = refused(place(&mut world, &long, Side::Sell, 4 * LOT, "100", true));
    assert_eq!(part, too_small(4_000_000));
    let plain = refused(place(&mut world, &long, Side::Sell, 5 * LOT, "100", false));
    assert_eq!(plain, too_small(5_000_000));
    world.limit(&bidder, Side::Buy, 10 * LOT, "100").unwrap();
    let closed = place(&mut world, &long, Side::Sell, 20 * LOT, "100", true).unwrap();
    assert_eq!(closed.answer.filled, uint(5 * LOT));
    assert_eq!(world.size(&long), 0);
}

#[test]
fn a_rest_below_the_minimum_leaves_the_book_or_does_not_enter_it() {
    let mut world = world(0);
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    // 0.30 rest, 0.21 are taken: 0.09 are worth 9.
    world.limit(&maker, Side::Sell, 30 * LOT, "100").unwrap();
    let done = world.limit(&taker, Side::Buy, 21 * LOT, "100").unwrap();
    assert_eq!(removed(&done.events), [("minimum", 90_000)]);
    assert!(world.suite.orders(&maker, 0).unwrap().is_empty());
    // At exactly the minimum it stays.
    world.limit(&maker, Side::Sell, 30 * LOT, "100").unwrap();
    let done = world.limit(&taker, Side::Buy, 20 * LOT, "100").unwrap();
    assert_eq!(removed(&done.events), []);
    // The taker's own rest likewise: 0.09 are cancelled, 0.10 rest.
    let done = world.limit(&taker, Side::Buy, 19 * LOT, "100").unwrap();
    let answer = done.answer;
    assert_eq!(
        (answer.order_id, answer.filled, answer.cancelled),
        (None, uint(10 * LOT), uint(9 * LOT))
    );
    world.limit(&maker, Side::Sell, 10 * LOT, "100").unwrap();
    let rests = world.limit(&taker, Side::Buy, 20 * LOT, "100").unwrap();
    assert!(rests.answer.order_id.is_some());
}

#[test]
fn a_small_rest_that_closes_the_position_stays() {
    let mut world = world(0);
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&maker, &taker, 30 * LOT, "100");
    place(&mut world, &maker, Side::Sell, 30 * LOT, "101", true).unwrap();
    let done = world.limit(&taker, Side::Buy, 25 * LOT, "101").unwrap();
    assert_eq!(removed(&done.events), []);
    assert_eq!(world.size(&maker), 50_000);
    let last = world.suite.orders(&maker, 0).unwrap()[0].remaining;
    assert_eq!(last, uint(5 * LOT));
}

#[test]
fn a_maker_is_cut_to_the_least_position_or_closed_whole() {
    let mut world = world(UNIT);
    let [maker, taker, other] =
        ["maker", "taker", "other"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&maker, &other, 3 * UNIT / 2, "100");
    world.open(&taker, &other, 5 * UNIT, "100");
    world
        .limit(&maker, Side::Sell, 3 * UNIT / 2, "101")
        .unwrap();
    // One is wanted: half a unit leaves the maker exactly the least, one would leave it half of it.
    let one = buy_now(&mut world, &taker, UNIT).unwrap();
    assert_eq!(
        (one.filled, one.cancelled),
        (uint(UNIT / 2), uint(UNIT / 2))
    );
    assert_eq!(world.size(&maker), 1_000_000);
    // Now the maker gives all or nothing, and what gives nothing stays.
    let less = buy_now(&mut world, &taker, 99 * LOT).unwrap();
    assert_eq!((less.filled, less.more), (uint(0), false));
    assert_eq!(world.suite.orders(&maker, 0).unwrap().len(), 1);
    let all = buy_now(&mut world, &taker, 150 * LOT).unwrap();
    assert_eq!(all.filled, uint(UNIT));
    assert_eq!(world.size(&maker), 0);
}

#[test]
fn a_taker_that_wants_too_little_of_the_best_order_does_not_rest_across_it() {
    let mut world = world(UNIT);
    let [maker, taker, other] =
        ["maker", "taker", "other"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&taker, &other, 5 * UNIT, "100");
    world.limit(&maker, Side::Sell, 2 * UNIT, "100").unwrap();
    let half = world.limit(&taker, Side::Buy, UNIT / 2, "100").unwrap();
    let answer = half.answer;
    assert_eq!(
        (answer.order_id, answer.filled, answer.cancelled),
        (None, uint(0), uint(UNIT / 2))
    );
    // Behind it stands one who holds a position already and gives any part.
    world.limit(&other, Side::Sell, UNIT, "100").unwrap();
    let half = world.limit(&taker, Side::Buy, UNIT / 2, "100").unwrap();
    assert_eq!(half.answer.filled, uint(UNIT / 2));
}

#[test]
fn no_order_ends_in_a_position_below_the_least() {
    let mut world = world(UNIT);
    let [maker, taker] = ["maker", "taker"].map(|name| world.user(name, 10_000 * UNIT));
    let seller = world.user("seller", 10_000 * UNIT);
    world.open(&maker, &seller, 5 * UNIT, "100");
    world.limit(&maker, Side::Sell, UNIT / 2, "100").unwrap();
    // Only half of what is wanted is there.
    let opened = buy_now(&mut world, &taker, UNIT);
    assert_eq!(refused(opened), below(UNIT, UNIT / 2));
    world.suite.cancel_all(&maker, 0, None).unwrap();
    world.limit(&maker, Side::Sell, 2 * UNIT, "100").unwrap();
    buy_now(&mut world, &taker, 6 * UNIT / 5).unwrap();
    // 1.2 less 0.5 would leave 0.7; less 0.2 leaves the least; less 1.2 leaves nothing.
    world.limit(&maker, Side::Buy, 2 * UNIT, "99").unwrap();
    let mut sell = |size, reduce_only| {
        let order_type = OrderType::Limit {
            price: price("99"),
            time_in_force: TimeInForce::ImmediateOrCancel,
        };
        let order = NewOrder {
            subaccount: 0,
            market: 0,
            side: Side::Sell,
            size,
            order_type,
            reduce_only,
        };
        let done = world.suite.place(&taker, &order);
        world.check();
        done
    };
    assert_eq!(refused(sell(UNIT / 2, true)), below(UNIT, 70 * LOT));
    // Turned around it would be short 0.8.
    assert_eq!(refused(sell(2 * UNIT, false)), below(UNIT, 80 * LOT));
    assert_eq!(sell(20 * LOT, true).unwrap().answer.filled, uint(20 * LOT));
    assert_eq!(sell(UNIT, true).unwrap().answer.filled, uint(UNIT));
}

#[test]
fn an_order_that_could_never_be_filled_does_not_rest_and_does_not_stay() {
    let mut world = world(UNIT);
    let [maker, taker, other] =
        ["maker", "taker", "other"].map(|name| world.user(name, 10_000 * UNIT));
    let flat = place(&mut world, &maker, Side::Sell, UNIT / 2, "101", false);
    assert_eq!(refused(flat), below(UNIT, UNIT / 2));
    // With a position it adds to, it may; without it, it is dead and whoever comes removes it.
    world.open(&other, &maker, UNIT, "100");
    place(&mut world, &maker, Side::Sell, UNIT / 2, "101", false).unwrap();
    world.limit(&other, Side::Sell, UNIT, "100").unwrap();
    place(&mut world, &maker, Side::Buy, UNIT, "100", true).unwrap();
    assert_eq!(world.size(&maker), 0);
    world.limit(&other, Side::Sell, 3 * UNIT, "102").unwrap();
    let bought = world
        .suite
        .ioc(&taker, 0, 0, Side::Buy, 2 * UNIT, price("102"))
        .unwrap();
    world.check();
    assert_eq!(bought.answer.filled, uint(2 * UNIT));
    assert_eq!(removed(&bought.events), [("minimum", 500_000)]);
}

/// A long of `size` that must close about 61 % of itself.
fn liquidatable(world: &mut World, size: u128) -> Addr {
    let long = world.user("long", size / UNIT * 10 * UNIT - size / UNIT * UNIT / 20);
    let short = world.user("short", 100_000 * UNIT);
    world.open(&long, &short, size, "100");
    world.move_to("92.7");
    long
}

// S7: no dust stays behind a liquidation.
#[test]
fn a_solvent_liquidation_that_would_leave_too_little_closes_all() {
    for (least, closes_all) in [(0, false), (3 * UNIT, false), (5 * UNIT, true)] {
        let mut world = world(least);
        let long = liquidatable(&mut world, 10 * UNIT);
        let buyer = world.user("buyer", 100_000 * UNIT);
        world.limit(&buyer, Side::Buy, 10 * UNIT, "92.7").unwrap();
        let done = world.liquidate(&long).unwrap().answer;
        assert_eq!(done.status, LiquidationStatus::Done);
        let left = world.size(&long);
        assert_eq!(left == 0, closes_all, "least {least}, left {left}");
        assert!(
            closes_all || (3_800_000..3_900_000).contains(&left),
            "{left}"
        );
    }
}

// G3: makers at their least position are no wall in front of a liquidation.
#[test]
fn a_liquidation_takes_more_than_it_needs_rather_than_be_stopped() {
    let mut world = world(0);
    let long = liquidatable(&mut world, 20 * UNIT);
    let [first, second] = ["first", "second"].map(|name| world.user(name, 100_000 * UNIT));
    world.limit(&first, Side::Buy, 12 * UNIT, "92.7").unwrap();
    world.limit(&second, Side::Buy, 10 * UNIT, "92.7").unwrap();
    set_least(&mut world, 3 * UNIT);
    // About 12.25 would do. After 12 of the first the second cannot open less than 3.
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!(world.size(&second), 3_000_000);
    assert_eq!(world.size(&long), 5_000_000);
    let account = world.suite.account(&long, 0).unwrap();
    assert!(account.equity.i128() >= account.initial_margin.u128() as i128);
}

// A position below the least (it was opened before the least was raised) is closed against whoever is there.
#[test]
fn dust_is_liquidated_against_anybody() {
    let mut world = world(0);
    let long = liquidatable(&mut world, UNIT);
    let buyer = world.user("buyer", 100_000 * UNIT);
    world.limit(&buyer, Side::Buy, 10 * UNIT, "92.7").unwrap();
    set_least(&mut world, 3 * UNIT);
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!((world.size(&long), world.size(&buyer)), (0, 1_000_000));
}

// Exactness before size: a bankrupt position is closed into bids of any size and against any counterparty.
#[test]
fn a_bankrupt_account_is_closed_whatever_is_left_to_others() {
    let mut world = world(0);
    let long = world.user("long", 100 * UNIT);
    let [short, buyer] = ["short", "buyer"].map(|name| world.user(name, 100_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    world.limit(&buyer, Side::Buy, UNIT, "80").unwrap();
    world.suite.next_block();
    set_least(&mut world, 5 * UNIT);
    let owner = world.suite.owner.clone();
    world.suite.mint(&owner, 1_000 * UNIT).unwrap();
    world.suite.top_up_reserve(&owner, 0, 1_000 * UNIT).unwrap();
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!(
        (done.closed_in_book, done.deleveraged),
        (uint(UNIT), uint(9 * UNIT))
    );
    assert_eq!(
        (world.size(&buyer), world.size(&short)),
        (1_000_000, -1_000_000)
    );
    assert_eq!(world.quote(&long), 0);
}

// The deleveraging queue cannot be filled with dust: nobody opens less than the least, on either side.
#[test]
fn nobody_opens_dust() {
    let mut world = world(UNIT);
    let [a, b] = ["a", "b"].map(|name| world.user(name, 100_000 * UNIT));
    for size in [10 * LOT, 50 * LOT, 99 * LOT] {
        let rests = place(&mut world, &a, Side::Sell, size, "100", false);
        assert_eq!(refused(rests), below(UNIT, size));
    }
    world.limit(&a, Side::Sell, 10 * UNIT, "100").unwrap();
    for size in [10 * LOT, 50 * LOT, 99 * LOT] {
        let taken = buy_now(&mut world, &b, size).unwrap();
        assert_eq!(taken.filled, uint(0));
    }
    assert!(world.suite.deleverage_queue(0, true).unwrap().is_empty());
    buy_now(&mut world, &b, UNIT).unwrap();
    assert_eq!(world.suite.deleverage_queue(0, true).unwrap().len(), 1);
}

// The maker can give less than is wanted, and what is then left of its order is too small to be one: the order is gone,
// and the liquidation goes on with the next.
#[test]
fn a_liquidation_goes_on_behind_an_order_whose_rest_is_too_small() {
    let mut world = world(UNIT);
    let [loser, other] =
        [("loser", 52), ("other", 1_000_000)].map(|(n, a)| world.user(n, a * UNIT));
    let [maker, honest] = ["maker", "honest"].map(|name| world.user(name, 100_000 * UNIT));
    world.open(&loser, &other, 10 * UNIT, "100");
    // The maker is short five lots more than the least.
    world.open(&other, &maker, 105 * LOT, "100");
    world.move_to("97.5");
    world.limit(&maker, Side::Buy, 11 * LOT, "97.5").unwrap();
    world.limit(&honest, Side::Buy, 10 * UNIT, "97.49").unwrap();
    world.suite.next_block();
    world.suite.push_price(0, price("97.5")).unwrap();

    let done = world.liquidate(&loser).unwrap();
    assert_eq!(done.answer.status, LiquidationStatus::Done);
    assert_eq!(removed(&done.events), [("minimum", 60_000)]);
    assert_eq!(world.size(&maker), -1_000_000);
    let from_honest = world.size(&honest).unsigned_abs();
    assert!(from_honest > UNIT);
    assert_eq!(done.answer.closed_in_book.u128(), 5 * LOT + from_honest);
    let sizes: Vec<i128> = named(&done.events, names::TRADE)
        .into_iter()
        .map(|event| number(event, "size"))
        .collect();
    assert_eq!(sizes, [50_000, from_honest as i128]);
    assert!(!world.suite.account(&loser, 0).unwrap().liquidatable);
    assert_eq!(world.suite.account(&maker, 0).unwrap().open_orders, 0);
}
