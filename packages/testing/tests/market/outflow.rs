//! Outflow limits and the queue behind them.

use ballast_perp_market::ContractError;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::suite::{exchange_parameters, Collateral};
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{OutflowLimitsResponse, ProcessWithdrawalsAnswer, WithdrawAnswer};
use ballast_types::Side;
use cosmwasm_std::{from_json, Addr};

use crate::world::{named, number, refused, spec, World, UNIT};

/// Limits of 25 % an hour and 50 % a day, at least 1,000.
fn world(collateral: Collateral) -> World {
    let mut parameters = exchange_parameters(6);
    parameters.outflow_floor = (1_000 * UNIT).into();
    World::with(|builder| {
        builder
            .market(spec("A"))
            .collateral(collateral)
            .exchange_parameters(parameters)
    })
}

const TOKENS: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

fn withdraw(world: &mut World, user: &Addr, amount: u128) -> WithdrawAnswer {
    let response = world.suite.withdraw(user, 0, amount).unwrap();
    world.check();
    from_json(response.data.unwrap()).unwrap()
}

fn process(world: &mut World, limit: Option<u32>) -> ProcessWithdrawalsAnswer {
    let keeper = world.suite.keeper.clone();
    let done = world.suite.process_withdrawals(&keeper, limit).unwrap();
    world.check();
    done.answer
}

fn limits(world: &World) -> OutflowLimitsResponse {
    world.suite.outflow_limits().unwrap()
}

fn wallet(world: &World, user: &Addr) -> u128 {
    world.suite.balance(user).unwrap()
}

fn queue(world: &World) -> Vec<(u64, u128)> {
    let queued = world.suite.queued_withdrawals().unwrap();
    queued
        .iter()
        .map(|one| (one.id.u64(), one.amount.u128()))
        .collect()
}

/// Credit of deposits fades in a day.
fn settled_in(world: &mut World, name: &str, amount: u128) -> Addr {
    let user = world.user(name, amount);
    world.suite.advance(86_400);
    world.check();
    user
}

// S1
#[test]
fn what_a_limit_holds_back_waits_and_the_rest_is_paid() {
    for collateral in TOKENS {
        let mut world = world(collateral);
        let user = settled_in(&mut world, "user", 100_000 * UNIT);
        assert_eq!(limits(&world).available.u128(), 25_000 * UNIT);
        let answer = withdraw(&mut world, &user, 25_000 * UNIT + 1);
        assert_eq!(answer.paid.u128(), 25_000 * UNIT);
        assert_eq!(
            (answer.queued.u128(), answer.id.map(|id| id.u64())),
            (1, Some(1))
        );
        // It has left the account, is in the queue, and is a line of the ledger.
        assert_eq!(world.quote(&user), 75_000_000_000 - 1);
        assert_eq!(wallet(&world, &user), 25_000 * UNIT);
        assert_eq!(queue(&world), [(1, 1)]);
        let ledger = world.suite.ledger().unwrap();
        assert_eq!(ledger.queued_withdrawals.u128(), 1);
        assert_eq!(ledger.unaccounted.i128(), 0);
        // A quarter of what is left now, taken 25,000: nothing until that has refilled.
        assert_eq!(limits(&world).available.u128(), 0);
        let answer = process(&mut world, None);
        assert_eq!((answer.paid.u128(), answer.finished), (0, 0));
        world.suite.advance(1_201);
        let answer = process(&mut world, None);
        assert_eq!(
            (answer.paid.u128(), answer.finished, answer.queued.u128()),
            (1, 1, 0)
        );
        assert_eq!(wallet(&world, &user), 25_000 * UNIT + 1);
    }
}

#[test]
fn a_withdrawal_within_the_limit_is_paid_whole_and_the_floor_always_leaves() {
    let mut world = world(Collateral::Native);
    let user = settled_in(&mut world, "user", 1_500 * UNIT);
    // A quarter would be 375: the floor of 1,000 is more.
    let answer = withdraw(&mut world, &user, 1_000 * UNIT);
    assert_eq!(
        (answer.paid.u128(), answer.queued.u128(), answer.id),
        (1_000 * UNIT, 0, None)
    );
    let answer = withdraw(&mut world, &user, 1);
    assert_eq!((answer.paid.u128(), answer.queued.u128()), (0, 1));
}

#[test]
fn the_bucket_refills_to_the_second_and_the_day_binds_after_the_hour() {
    let mut world = world(Collateral::Native);
    let user = settled_in(&mut world, "user", 100_000 * UNIT);
    let first = withdraw(&mut world, &user, 90_000 * UNIT);
    assert_eq!(first.paid.u128(), 25_000 * UNIT);
    // 75,000 are left; a quarter of it refills in an hour, as the vault is when it is read.
    let mut paid = 25_000 * UNIT;
    for _ in 0..12 {
        world.suite.advance(3_600);
        let vault = 100_000 * UNIT - paid;
        let before = limits(&world);
        assert_eq!(before.hour.capacity.u128(), vault / 4);
        assert_eq!(before.day.capacity.u128(), vault / 2);
        let expected = before.available.u128().min(90_000 * UNIT - paid);
        let answer = process(&mut world, None);
        assert_eq!(answer.paid.u128(), expected);
        paid += answer.paid.u128();
    }
    // Half of the vault less what refilled within twelve hours.
    assert!(paid < 75_000 * UNIT && paid > 35_000 * UNIT, "{paid}");
    assert_eq!(limits(&world).queued.u128(), 90_000 * UNIT - paid);
}

#[test]
fn the_queue_is_first_in_first_out_and_later_ones_wait_behind() {
    let mut world = world(Collateral::Native);
    let [a, b, c] = ["a", "b", "c"].map(|n| world.user(n, 40_000 * UNIT));
    world.suite.advance(86_400);
    withdraw(&mut world, &a, 40_000 * UNIT);
    let b_waits = withdraw(&mut world, &b, UNIT);
    let c_waits = withdraw(&mut world, &c, UNIT);
    assert_eq!((b_waits.paid.u128(), c_waits.paid.u128()), (0, 0));
    assert_eq!(queue(&world), [(1, 10_000 * UNIT), (2, UNIT), (3, UNIT)]);
    // A part of the head only: what is behind waits although it would fit.
    world.suite.advance(1_800);
    let answer = process(&mut world, None);
    assert!(
        answer.paid.u128() > UNIT && answer.finished == 0,
        "{answer:?}"
    );
    assert_eq!(queue(&world).len(), 3);
    assert_eq!((wallet(&world, &b), wallet(&world, &c)), (0, 0));
    world.suite.advance(7_200);
    // No more than it is told to look at.
    let answer = process(&mut world, Some(2));
    assert_eq!(answer.finished, 2);
    assert_eq!(
        (wallet(&world, &a), wallet(&world, &b), wallet(&world, &c)),
        (40_000 * UNIT, UNIT, 0)
    );
    let answer = process(&mut world, None);
    assert_eq!((answer.finished, answer.queued.u128()), (1, 0));
    assert_eq!(wallet(&world, &c), UNIT);
    // The queue is empty: withdrawals are paid at once again.
    assert_eq!(withdraw(&mut world, &b, UNIT).paid.u128(), UNIT);
}

// What comes and goes within the hour uses up nothing, in either order, however large.
#[test]
fn in_and_out_nets_to_nothing() {
    let mut world = world(Collateral::Native);
    let user = settled_in(&mut world, "user", 10_000 * UNIT);
    let whale = world.suite.new_user("whale", 1_000_000 * UNIT).unwrap();
    let before = limits(&world);
    for _ in 0..3 {
        world.suite.deposit(&whale, 0, 1_000_000 * UNIT).unwrap();
        world.check();
        let answer = withdraw(&mut world, &whale, 1_000_000 * UNIT);
        assert_eq!(answer.queued.u128(), 0);
    }
    assert_eq!(limits(&world), before);
    // The other way round.
    withdraw(&mut world, &user, 2_000 * UNIT);
    world.suite.deposit(&user, 0, 2_000 * UNIT).unwrap();
    world.check();
    assert_eq!(limits(&world), before);
}

// A deposit of long ago allows nothing: else the limits would grow with every deposit ever made.
#[test]
fn credit_of_a_deposit_fades() {
    let mut world = world(Collateral::Native);
    world.user("user", 100_000 * UNIT);
    let at = |world: &World| limits(world).hour.credit.u128();
    assert_eq!(at(&world), 100_000 * UNIT);
    world.suite.advance(1_800);
    assert_eq!(at(&world), 50_000 * UNIT);
    world.suite.advance(1_800);
    assert_eq!(at(&world), 0);
    assert_eq!(limits(&world).day.credit.u128(), 100_000 * UNIT * 23 / 24);
}

// A2
#[test]
fn its_owner_takes_it_back_at_any_time_and_nobody_else() {
    let mut world = world(Collateral::Native);
    let user = settled_in(&mut world, "user", 100_000 * UNIT);
    let other = world.user("other", 0);
    withdraw(&mut world, &user, 30_000 * UNIT);
    let error = refused(world.suite.cancel_withdrawal(&other, 1));
    assert!(
        matches!(error, ContractError::Unauthorized { .. }),
        "{error}"
    );
    let error = refused(world.suite.cancel_withdrawal(&user, 2));
    assert_eq!(error, ContractError::NoSuchWithdrawal { id: 2 });
    let before = limits(&world);
    let events = world.suite.cancel_withdrawal(&user, 1).unwrap().events;
    world.check();
    let event = named(&events, names::WITHDRAWAL_CANCELLED)[0];
    assert_eq!(number(event, "amount"), 5_000_000_000);
    assert_eq!(world.quote(&user), 75_000_000_000);
    assert!(queue(&world).is_empty());
    // No coins came: the limits know nothing of it.
    assert_eq!(limits(&world).hour, before.hour);
    let error = refused(world.suite.cancel_withdrawal(&user, 1));
    assert_eq!(error, ContractError::NoSuchWithdrawal { id: 1 });
}

// The account trades on with what it kept; what waits is no margin, until it is taken back.
#[test]
fn taken_back_into_a_bankrupt_account_it_rescues_it() {
    let mut world = world(Collateral::Native);
    let [long, short] = [("long", 2_100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(86_400);
    world.suite.push_price(0, "100".parse().unwrap()).unwrap();
    // The vault holds 12,100: 3,025 an hour. The short takes that first.
    withdraw(&mut world, &short, 3_025 * UNIT);
    let answer = withdraw(&mut world, &long, 2_000 * UNIT);
    assert_eq!(
        (answer.paid.u128(), answer.queued.u128()),
        (0, 2_000 * UNIT)
    );
    world.move_to("80");
    assert!(world.suite.account(&long, 0).unwrap().bankrupt);
    world.suite.cancel_withdrawal(&long, 1).unwrap();
    world.check();
    assert!(!world.suite.account(&long, 0).unwrap().liquidatable);
}

// G3: a receiver that refuses blocks nobody: the others are paid, its money waits, and a minute later is its account's.
#[test]
fn a_payment_that_fails_blocks_nobody_and_comes_back() {
    let mut world = world(Collateral::Native);
    let [a, b] = ["a", "b"].map(|n| world.user(n, 40_000 * UNIT));
    world.suite.advance(86_400);
    withdraw(&mut world, &a, 30_000 * UNIT);
    withdraw(&mut world, &b, UNIT);
    world.suite.blocked.set(&a, true);
    world.suite.advance(7_200);
    let before = limits(&world);
    let keeper = world.suite.keeper.clone();
    let done = world.suite.process_withdrawals(&keeper, None).unwrap();
    world.check();
    let failed = named(&done.events, names::WITHDRAWAL_FAILED)[0];
    assert_eq!(attribute(failed, "returned"), Some("false"));
    assert_eq!(
        (wallet(&world, &a), wallet(&world, &b)),
        (20_000 * UNIT, UNIT)
    );
    assert_eq!(queue(&world), [(1, 10_000 * UNIT)], "at its place");
    // Only what really left was taken from the limits.
    assert_eq!(
        limits(&world).hour.used.u128(),
        before.hour.used.u128() + UNIT
    );
    // Again within the minute: it waits on.
    world.suite.advance(59);
    process(&mut world, None);
    assert_eq!(queue(&world), [(1, 10_000 * UNIT)]);
    world.suite.advance(1);
    process(&mut world, None);
    assert!(queue(&world).is_empty());
    assert_eq!(world.quote(&a), 20_000_000_000);
    assert_eq!(limits(&world).queued.u128(), 0);
}

#[test]
fn a_payment_that_failed_once_is_paid_when_it_can_be() {
    let mut world = world(Collateral::HostileCw20);
    let user = settled_in(&mut world, "user", 40_000 * UNIT);
    withdraw(&mut world, &user, 30_000 * UNIT);
    let failing = TokenBehaviour::Fails;
    world.suite.set_token_behaviour(failing).unwrap();
    world.suite.advance(7_200);
    process(&mut world, None);
    assert_eq!(queue(&world), [(1, 20_000 * UNIT)]);
    world
        .suite
        .set_token_behaviour(TokenBehaviour::Honest)
        .unwrap();
    process(&mut world, None);
    assert!(wallet(&world, &user) > 10_000 * UNIT);
}

#[test]
fn margin_is_asked_for_before_anything_waits() {
    let mut world = world(Collateral::Native);
    let [long, short] = [("long", 2_000), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    let error = refused(world.suite.withdraw(&long, 0, 1_999 * UNIT));
    assert!(matches!(error, ContractError::InsufficientMargin { .. }));
    assert!(queue(&world).is_empty());
    world.limit(&short, Side::Buy, UNIT, "99").unwrap();
}
