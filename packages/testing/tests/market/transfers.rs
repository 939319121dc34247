//! Money between subaccounts of one owner: as a withdrawal for the source, without coins.

use ballast_perp_market::state::{Account, ACCOUNTS};
use ballast_perp_market::ContractError;
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, TransferAnswer};
use ballast_types::Side;
use cosmwasm_std::{coin, Addr, Int128};
use cw_utils::PaymentError;

use crate::world::{named, number, refused, uint, World, UNIT};

fn stored(world: &World, user: &Addr, subaccount: u32) -> Account {
    let number = world.suite.account(user, subaccount).unwrap().number.u64();
    let storage = world.suite.market_storage();
    ACCOUNTS.load(storage.as_ref(), number).unwrap()
}

fn transfer(
    world: &mut World,
    user: &Addr,
    from: u32,
    to: u32,
    amount: u128,
) -> anyhow::Result<()> {
    let done = world.suite.transfer(user, from, to, amount);
    world.check();
    done.map(|_| ())
}

// S1
#[test]
fn money_moves_opens_the_target_and_no_coin_moves() {
    let mut world = World::new();
    let user = world.user("user", 100 * UNIT);
    let bank = world.suite.balance(&world.suite.market).unwrap();
    let done = world.suite.transfer(&user, 0, 7, 30 * UNIT).unwrap();
    world.check();
    assert_eq!(
        done.answer,
        TransferAnswer {
            from_quote: Int128::new(70_000_000),
            to_quote: Int128::new(30_000_000),
        }
    );
    let event = named(&done.events, names::TRANSFER)[0];
    let numbers = [0, 7].map(|sub| world.suite.account(&user, sub).unwrap().number.u64() as i128);
    assert_eq!(["from", "to"].map(|key| number(event, key)), numbers);
    assert_eq!(number(event, "amount"), 30_000_000);
    assert_eq!(world.suite.balance(&world.suite.market).unwrap(), bank);
    // Back to the last atom, and out.
    transfer(&mut world, &user, 7, 0, 30 * UNIT).unwrap();
    world.suite.withdraw(&user, 0, 100 * UNIT).unwrap();
    world.check();
}

// F1, S7, A2
#[test]
fn what_makes_no_sense_is_refused() {
    let mut world = World::new();
    let [user, other] = ["user", "other"].map(|n| world.user(n, 100 * UNIT));
    let zero = refused(transfer(&mut world, &user, 0, 1, 0));
    assert_eq!(zero, ContractError::ZeroAmount {});
    let same = refused(transfer(&mut world, &user, 0, 0, 1));
    assert_eq!(same, ContractError::SameSubaccount { subaccount: 0 });
    let none = refused(transfer(&mut world, &user, 3, 0, 1));
    let owner = user.to_string();
    let expected = ContractError::NoSuchAccount {
        owner,
        subaccount: 3,
    };
    assert_eq!(none, expected);
    let more = refused(transfer(&mut world, &user, 0, 1, 100 * UNIT + 1));
    let expected = ContractError::InsufficientMargin {
        equity: Int128::new(-1),
        required: uint(0),
    };
    assert_eq!(more, expected);
    // Nothing of it opened an account.
    assert!(world.suite.account(&user, 1).is_err());
    let market = world.suite.market.clone();
    let message = ExecuteMsg::Transfer {
        from_subaccount: 0,
        to_subaccount: 1,
        amount: uint(1),
    };
    world.suite.mint_coin(&user, coin(1, "uother")).unwrap();
    let coins = world
        .suite
        .execute(&user, &market, &message, &[coin(1, "uother")]);
    assert_eq!(
        refused(coins),
        ContractError::Payment(PaymentError::NonPayable {})
    );
    // A delegate trades; what it sends here concerns its own accounts, and it has none of that number.
    world
        .suite
        .set_delegate(&user, 0, &other, world.suite.now() + 1_000)
        .unwrap();
    world.check();
    transfer(&mut world, &other, 0, 1, 100 * UNIT).unwrap();
    assert_eq!(world.quote(&user), 100_000_000);
}

#[test]
fn initial_margin_stays_behind_to_the_atom() {
    let mut world = World::new();
    let maker = world.user("maker", 100_000 * UNIT);
    // 10 units at 100 need 50, the taker fee is 0.5.
    let user = world.user("user", 50 * UNIT + 500_002);
    world.limit(&maker, Side::Sell, 10 * UNIT, "100").unwrap();
    world.limit(&user, Side::Buy, 10 * UNIT, "100").unwrap();
    let error = refused(transfer(&mut world, &user, 0, 1, 3));
    let expected = ContractError::InsufficientMargin {
        equity: Int128::new(49_999_999),
        required: uint(50 * UNIT),
    };
    assert_eq!(error, expected);
    transfer(&mut world, &user, 0, 1, 2).unwrap();
}

// An account below initial margin may reduce its position; money does not leave it, by whichever message.
#[test]
fn getting_no_riskier_is_no_excuse_for_money_to_leave() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("94");
    for error in [
        refused(world.suite.withdraw(&long, 0, 1)),
        refused(world.suite.transfer(&long, 0, 1, 1)),
    ] {
        assert!(
            matches!(error, ContractError::InsufficientMargin { .. }),
            "{error}"
        );
    }
    world.move_to("80");
    for error in [
        refused(world.suite.withdraw(&long, 0, 1)),
        refused(world.suite.transfer(&long, 0, 1, 1)),
    ] {
        assert!(matches!(error, ContractError::Bankrupt { .. }), "{error}");
    }
    world.check();
}

#[test]
fn against_a_position_a_fresh_price_is_needed_and_without_one_none() {
    let mut world = World::new();
    let [long, short] = [("long", 1_000), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let idle = world.user("idle", 100 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(11);
    let error = refused(transfer(&mut world, &long, 0, 1, 1));
    assert!(matches!(error, ContractError::StalePrice { .. }), "{error}");
    transfer(&mut world, &idle, 0, 1, 1).unwrap();
}

#[test]
fn a_transfer_rescues_a_bankrupt_account() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.mint(&long, 1_000 * UNIT).unwrap();
    world.suite.deposit(&long, 1, 1_000 * UNIT).unwrap();
    world.move_to("80");
    assert!(world.suite.account(&long, 0).unwrap().bankrupt);
    transfer(&mut world, &long, 1, 0, 1_000 * UNIT).unwrap();
    let error = refused(world.liquidate(&long));
    assert!(matches!(error, ContractError::NotLiquidatable { .. }));
}

#[test]
fn the_source_took_risk_and_the_target_takes_over_its_past() {
    let mut world = World::new();
    let [user, other] = [("user", 1_000), ("other", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    // Without positions: nothing to take over.
    transfer(&mut world, &user, 0, 1, UNIT).unwrap();
    let [source, target] = [0, 1].map(|sub| stored(&world, &user, sub));
    assert_eq!((source.risk_increased_at, source.last_position_at), (0, 0));
    assert_eq!((target.risk_increased_at, target.last_position_at), (0, 0));
    world.open(&user, &other, 10 * UNIT, "100");
    world.suite.advance(5);
    let now = world.suite.now();
    transfer(&mut world, &user, 0, 1, UNIT).unwrap();
    let [source, target] = [0, 1].map(|sub| stored(&world, &user, sub));
    assert_eq!(
        (source.risk_increased_at, source.last_position_at),
        (now, now)
    );
    assert_eq!(
        (target.risk_increased_at, target.last_position_at),
        (0, now)
    );
    // Closed: the time stays, and goes along to the next.
    world.limit(&other, Side::Sell, UNIT, "101").unwrap();
    world.limit(&other, Side::Buy, 10 * UNIT, "100").unwrap();
    world.limit(&user, Side::Sell, 10 * UNIT, "100").unwrap();
    let closed = world.suite.now();
    world.suite.advance(1_000);
    transfer(&mut world, &user, 0, 2, UNIT).unwrap();
    assert_eq!(stored(&world, &user, 2).last_position_at, closed);
    // The later of both counts: an old past does not replace a younger one.
    transfer(&mut world, &user, 1, 2, UNIT).unwrap();
    assert_eq!(stored(&world, &user, 2).last_position_at, closed);
    assert_eq!(stored(&world, &user, 0).risk_increased_at, now);
}
