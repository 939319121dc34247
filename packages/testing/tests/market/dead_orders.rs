//! Orders that nobody can fill: who removes them is paid by whose they are, and nobody can make a living of it.

use ballast_perp_market::ContractError;
use ballast_testing::suite::{Answered, FundSeed, NewOrder};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{
    LiquidationStatus, OrderId, OrderType, PlaceOrderAnswer, RemoveOrdersAnswer, TimeInForce,
};
use ballast_types::Side;
use cosmwasm_std::{Addr, Event};

use crate::world::{free, named, number, price, refused, uint, World, UNIT};

/// What a removal costs by default.
const FEE: i128 = 20_000;

fn place(
    world: &mut World,
    user: &Addr,
    side: Side,
    size: u128,
    at: &str,
    time_in_force: TimeInForce,
    reduce_only: bool,
) -> anyhow::Result<Answered<PlaceOrderAnswer>> {
    let order_type = OrderType::Limit {
        price: price(at),
        time_in_force,
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

fn until(world: &World, secs: u64) -> TimeInForce {
    TimeInForce::GoodTilTime {
        expires_at: world.suite.now() + secs,
    }
}

/// A sell of one unit at 100 that has expired, and a live one behind it.
fn expired_in_front() -> (World, Addr, Addr) {
    let mut world = World::free();
    let [dead, live] = ["dead", "live"].map(|name| world.user(name, 1_000 * UNIT));
    let short = until(&world, 5);
    place(&mut world, &dead, Side::Sell, UNIT, "100", short, false).unwrap();
    world.limit(&live, Side::Sell, 5 * UNIT, "100").unwrap();
    world.move_to("100");
    (world, dead, live)
}

fn removals(events: &[Event]) -> Vec<(&str, Option<i128>)> {
    named(events, names::ORDER_REMOVED)
        .into_iter()
        .map(|event| {
            let fee = attribute(event, "fee").map(|fee| fee.parse().unwrap());
            (attribute(event, "reason").unwrap(), fee)
        })
        .collect()
}

fn order_of(world: &World, user: &Addr) -> OrderId {
    world.suite.orders(user, 0).unwrap()[0].order_id
}

fn sweep(
    world: &mut World,
    sender: &Addr,
    orders: &[OrderId],
) -> anyhow::Result<Answered<RemoveOrdersAnswer>> {
    let done = world.suite.remove_orders(sender, orders);
    world.check();
    done
}

#[test]
fn a_taker_is_paid_for_what_it_removes() {
    let (mut world, dead, _) = expired_in_front();
    let taker = world.user("taker", 1_000 * UNIT);
    let bought = world.limit(&taker, Side::Buy, UNIT, "100").unwrap();
    assert_eq!(removals(&bought.events), [("expired", Some(FEE))]);
    let event = named(&bought.events, names::ORDER_REMOVED)[0];
    assert_eq!(number(event, "remover"), 3);
    assert_eq!(bought.answer.removal_fees, uint(20_000));
    assert_eq!(world.quote(&dead), 1_000_000_000 - FEE);
    assert_eq!(world.quote(&taker), 1_000_000_000 - 100_000_000 + FEE);
}

#[test]
fn every_kind_of_dead_order_pays() {
    // Nothing to reduce: the position is gone.
    let mut world = World::free();
    let [maker, other, taker] =
        ["maker", "other", "taker"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&maker, &other, UNIT, "100");
    let rests = TimeInForce::GoodTilCancelled;
    place(&mut world, &maker, Side::Sell, UNIT, "101", rests, true).unwrap();
    world.limit(&other, Side::Buy, UNIT, "100").unwrap();
    place(&mut world, &maker, Side::Sell, UNIT, "100", rests, false).unwrap();
    assert_eq!(world.size(&maker), 0);
    let passed = world
        .suite
        .ioc(&taker, 0, 0, Side::Buy, UNIT, price("101"))
        .unwrap();
    world.check();
    assert_eq!(removals(&passed.events), [("reduce_only", Some(FEE))]);
    // Margin: taken out down to the reserve.
    world.limit(&maker, Side::Sell, 15 * UNIT, "101").unwrap();
    let kept = world.suite.account(&maker, 0).unwrap().order_reserve;
    assert_eq!(kept, uint(20_000));
    let all = world.quote(&maker) as u128 - kept.u128();
    world.suite.withdraw(&maker, 0, all).unwrap();
    world.check();
    let passed = world
        .suite
        .ioc(&taker, 0, 0, Side::Buy, UNIT, price("101"))
        .unwrap();
    world.check();
    assert_eq!(removals(&passed.events), [("margin", Some(FEE))]);
    assert_eq!(world.quote(&maker), 0);
}

// P1
#[test]
fn the_fee_stays_in_reserve_when_orders_are_placed_and_money_is_taken_out() {
    let mut world = World::free();
    // One unit at 100 needs 5 of margin.
    let user = world.user("user", 5 * UNIT + 39_999);
    world.limit(&user, Side::Buy, UNIT, "100").unwrap();
    let second = world.limit(&user, Side::Buy, UNIT, "100");
    let lacking = |free, reserve| ContractError::InsufficientReserve {
        free: uint(free),
        reserve: uint(reserve),
    };
    assert_eq!(refused(second), lacking(39_999, 40_000));
    world.suite.mint(&user, 1).unwrap();
    world.suite.deposit(&user, 0, 1).unwrap();
    world.limit(&user, Side::Buy, UNIT, "100").unwrap();
    let account = world.suite.account(&user, 0).unwrap();
    assert_eq!(
        (account.order_reserve, account.free_collateral),
        (uint(40_000), uint(5 * UNIT))
    );
    let all = world.suite.withdraw(&user, 0, 5 * UNIT + 1);
    assert_eq!(refused(all), lacking(39_999, 40_000));
    world.suite.withdraw(&user, 0, 5 * UNIT).unwrap();
    world.check();
    // Cancelled, nothing is kept.
    world.suite.cancel_all(&user, 0, None).unwrap();
    world.suite.withdraw(&user, 0, 40_000).unwrap();
    world.check();
    assert_eq!(world.quote(&user), 0);
}

// A position's margin does not use up what other orders need.
#[test]
fn a_taker_keeps_the_reserve_of_its_resting_orders() {
    let mut world = World::free();
    let maker = world.user("maker", 1_000 * UNIT);
    world.limit(&maker, Side::Sell, 2 * UNIT, "100").unwrap();
    let user = world.user("user", 5 * UNIT + 19_999);
    let low = TimeInForce::GoodTilCancelled;
    place(&mut world, &user, Side::Buy, UNIT, "50", low, false).unwrap();
    let taken = world.limit(&user, Side::Buy, UNIT, "100");
    let expected = ContractError::InsufficientReserve {
        free: uint(19_999),
        reserve: uint(20_000),
    };
    assert_eq!(refused(taken), expected);
    world.suite.mint(&user, 1).unwrap();
    world.suite.deposit(&user, 0, 1).unwrap();
    world.limit(&user, Side::Buy, UNIT, "100").unwrap();
}

#[test]
fn anyone_sweeps_dead_orders_and_only_those() {
    let (mut world, dead, live) = expired_in_front();
    let [gone, alive] = [&dead, &live].map(|user| order_of(&world, user));
    let stray = OrderId {
        ticks: 7u64.into(),
        ..gone
    };
    let sweeper = world.suite.address("sweeper");
    let nothing = sweep(&mut world, &sweeper, &[alive, stray]);
    assert_eq!(refused(nothing), ContractError::NothingToRemove {});
    assert_eq!(
        refused(sweep(&mut world, &sweeper, &[])),
        ContractError::NothingToRemove {}
    );
    let swept = sweep(&mut world, &sweeper, &[alive, gone, gone, stray]).unwrap();
    let answer = swept.answer;
    assert_eq!(answer.removed.len(), 1);
    let one = &answer.removed[0];
    assert_eq!(
        (one.order_id, one.reason.as_str(), one.fee),
        (gone, "expired", uint(20_000))
    );
    assert_eq!(
        answer.left,
        [alive, gone, stray],
        "once, and never a live one"
    );
    // Paid into subaccount 0, which is opened by it.
    assert_eq!(world.quote(&sweeper), FEE);
    assert_eq!(world.suite.orders(&live, 0).unwrap().len(), 1);
}

// G1
#[test]
fn a_sweep_is_bounded() {
    let mut world = World::free();
    let user = world.user("user", UNIT);
    let id = OrderId {
        market: 0,
        side: Side::Buy,
        ticks: 7u64.into(),
        sequence: 7u64.into(),
    };
    assert_eq!(
        refused(sweep(&mut world, &user, &[id; 21])),
        ContractError::TooManyItems { max: 20, found: 21 }
    );
}

// What a taker could still use is not for others to sweep away.
#[test]
fn an_order_whose_smallest_fill_can_be_margined_is_alive() {
    let mut world = World::free();
    let user = world.user("user", 1_000 * UNIT);
    world.limit(&user, Side::Sell, 10 * UNIT, "100").unwrap();
    let id = order_of(&world, &user);
    let keeper = world.suite.keeper.clone();
    // A lot of 0.01 at 100 needs 0.05 of margin.
    let quote = world.quote(&user) as u128;
    world.suite.withdraw(&user, 0, quote - 50_000).unwrap();
    world.check();
    assert_eq!(
        refused(sweep(&mut world, &keeper, &[id])),
        ContractError::NothingToRemove {}
    );
    world.suite.withdraw(&user, 0, 30_000).unwrap();
    world.check();
    let swept = sweep(&mut world, &keeper, &[id]).unwrap().answer;
    assert_eq!(
        (swept.removed[0].reason.as_str(), swept.removed[0].fee),
        ("margin", uint(20_000))
    );
}

// O1: an old price says nothing about whose margin suffices.
#[test]
fn nothing_is_swept_for_margin_at_an_old_price() {
    let mut world = World::free();
    let user = world.user("user", 1_000 * UNIT);
    world.limit(&user, Side::Sell, 10 * UNIT, "100").unwrap();
    let id = order_of(&world, &user);
    world
        .suite
        .withdraw(&user, 0, 999 * UNIT + 980_000)
        .unwrap();
    world.check();
    let keeper = world.suite.keeper.clone();
    world.suite.advance(11);
    assert_eq!(
        refused(sweep(&mut world, &keeper, &[id])),
        ContractError::NothingToRemove {}
    );
    world.suite.push_price(0, price("100")).unwrap();
    sweep(&mut world, &keeper, &[id]).unwrap();
}

#[test]
fn keepers_are_paid_for_what_stands_before_a_liquidation() {
    // Solvent at 92.7, bankrupt at 80 with a fund that pays and one that does not.
    for (at, mutual, status) in [
        ("92.7", 0, LiquidationStatus::Done),
        ("80", 0, LiquidationStatus::Done),
        ("80", 10_000 * UNIT, LiquidationStatus::Done),
    ] {
        let mut world = World::with(|builder| builder.market(free("A")).seed(FundSeed { mutual }));
        let long = world.user("long", 100 * UNIT);
        let [short, dead, buyer] =
            ["short", "dead", "buyer"].map(|name| world.user(name, 10_000 * UNIT));
        world.open(&long, &short, 10 * UNIT, "100");
        // The mutual reserve pays for no risk of the last minute.
        world.suite.advance(120);
        world.suite.push_price(0, price("100")).unwrap();
        let soon = until(&world, 10);
        place(&mut world, &dead, Side::Buy, UNIT, at, soon, false).unwrap();
        world.limit(&buyer, Side::Buy, 10 * UNIT, at).unwrap();
        world.move_to(at);
        let done = world.liquidate(&long).unwrap();
        assert_eq!(done.answer.status, status);
        // A fund that pays nothing leaves the bankrupt account's fills to counterparties.
        let in_book = done.answer.closed_in_book.u128() > 0;
        assert_eq!(in_book, at != "80" || mutual > 0);
        assert_eq!(
            removals(&done.events),
            [("expired", Some(FEE))],
            "{at} {mutual}"
        );
        assert_eq!(world.quote(&dead), 10_000_000_000 - FEE);
        let keeper = world.suite.keeper.clone();
        let earned = world.quote(&keeper);
        let event = named(&done.events, names::LIQUIDATION);
        assert!(earned >= FEE + number(event.last().unwrap(), "keeper_fee"));
    }
}

// Bounded by what is beyond maintenance margin: no removal makes an account liquidatable.
#[test]
fn the_fee_makes_nobody_liquidatable() {
    // Equity 100 + 10 (p - 100), maintenance 0.3 p: equal at 92.7835. At 92.79 the account spares 0.063, at
    // 92.785 0.01455, and below it nothing.
    for (at, expected) in [
        ("92.79", FEE),
        ("92.785", 14_500),
        ("92.784", 4_800),
        ("92.783", 0),
    ] {
        let mut world = World::free();
        let [long, short] =
            [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
        let bidder = world.user("bidder", 1_000 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        let soon = until(&world, 5);
        place(&mut world, &long, Side::Sell, UNIT, "101", soon, true).unwrap();
        world.move_to(at);
        let before = world.suite.account(&long, 0).unwrap();
        let id = order_of(&world, &long);
        let swept = sweep(&mut world, &bidder, &[id]).unwrap().answer;
        let fee = swept.removed[0].fee.u128() as i128;
        assert_eq!(fee, expected, "{at}");
        let after = world.suite.account(&long, 0).unwrap();
        assert_eq!(before.equity.i128() - after.equity.i128(), fee);
        assert_eq!(after.liquidatable, before.liquidatable);
        assert_eq!(before.liquidatable, expected == 0);
    }
}

// Two hands of one owner: nothing to gain, and nothing at all between one's own subaccounts.
#[test]
fn the_fee_cannot_be_farmed() {
    let mut world = World::free();
    let [left, right] = ["left", "right"].map(|name| world.user(name, 100 * UNIT));
    let together = |world: &World| world.quote(&left) + world.quote(&right);
    let before = together(&world);
    for _ in 0..5 {
        let soon = until(&world, 5);
        place(&mut world, &left, Side::Sell, UNIT, "100", soon, false).unwrap();
        world.move_to("100");
        let id = order_of(&world, &left);
        sweep(&mut world, &right, &[id]).unwrap();
        assert_eq!(together(&world), before);
    }
    assert_eq!(world.quote(&right), 100_000_000 + 5 * FEE);
    // One's own: free, also from another subaccount and for a sweep.
    let soon = until(&world, 5);
    place(&mut world, &left, Side::Sell, UNIT, "100", soon, false).unwrap();
    world.move_to("100");
    let id = order_of(&world, &left);
    let quote = world.quote(&left);
    let swept = sweep(&mut world, &left, &[id]).unwrap();
    assert_eq!(removals(&swept.events), [("expired", None)]);
    assert_eq!(world.quote(&left), quote);
}

#[test]
fn self_trade_removals_are_free() {
    let mut world = World::free();
    let user = world.user("user", 1_000 * UNIT);
    world.limit(&user, Side::Sell, UNIT, "100").unwrap();
    let crossed = world.limit(&user, Side::Buy, UNIT, "100").unwrap();
    assert_eq!(removals(&crossed.events), [("self_trade", None)]);
    assert_eq!(world.quote(&user), 1_000_000_000);
}

#[test]
fn without_a_fee_nothing_is_kept_and_nothing_paid() {
    let mut world = World::with(|builder| {
        let mut parameters = ballast_perp_market::parameters::default_exchange();
        parameters.order_removal_fee = uint(0);
        builder.market(free("A")).exchange_parameters(parameters)
    });
    let user = world.user("user", 5 * UNIT);
    let soon = until(&world, 5);
    place(&mut world, &user, Side::Buy, UNIT, "100", soon, false).unwrap();
    world.suite.withdraw(&user, 0, 5 * UNIT).unwrap();
    world.move_to("100");
    let keeper = world.suite.keeper.clone();
    let id = order_of(&world, &user);
    let swept = sweep(&mut world, &keeper, &[id]).unwrap();
    assert_eq!(removals(&swept.events), [("expired", None)]);
}
