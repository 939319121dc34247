//! Margin, withdrawals and solvent liquidation.

use ballast_perp_market::state::MARKET_STATES;
use ballast_perp_market::ContractError;
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use ballast_types::{AccountId, RiskLevel, RiskParameters, Side};

use crate::world::{named, number, price, refused, spec, World, UNIT};

#[test]
fn a_position_needs_initial_margin_and_no_more() {
    let mut world = World::new();
    let maker = world.user("maker", 100_000 * UNIT);
    // 10 units at 100 are 1,000; 5 % of it and the taker fee of 0.5 are needed.
    let short_of = world.user("short of", 50 * UNIT + 499_999);
    let enough = world.user("enough", 50 * UNIT + 500_000);
    world.limit(&maker, Side::Sell, 20 * UNIT, "100").unwrap();
    let error = refused(world.limit(&short_of, Side::Buy, 10 * UNIT, "100"));
    assert!(
        matches!(error, ContractError::InsufficientMargin { .. }),
        "{error}"
    );
    world.limit(&enough, Side::Buy, 10 * UNIT, "100").unwrap();
    let account = world.suite.account(&enough, 0).unwrap();
    assert_eq!(account.equity.i128(), account.initial_margin.u128() as i128);
    assert_eq!(account.free_collateral.u128(), 0);
    assert!(matches!(
        refused(world.suite.withdraw(&enough, 0, 1)),
        ContractError::InsufficientMargin { .. }
    ));
}

#[test]
fn equality_is_safe_and_one_atom_less_is_not() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    let id = AccountId {
        owner: long.to_string(),
        subaccount: 0,
    };
    let limit = world.suite.liquidation_price(id, 0).unwrap().unwrap();
    // 1,000 - (100 - 0.5) paid for; at p the equity is 10 p - 900.5, maintenance 0.3 p.
    assert_eq!(limit.to_string().get(..7), Some("92.8350"));
    world.move_to("92.84");
    assert!(matches!(
        refused(world.liquidate(&long)),
        ContractError::NotLiquidatable { .. }
    ));
    world.move_to("92.83");
    assert!(world.suite.account(&long, 0).unwrap().liquidatable);
    let answer = world.liquidate(&long).unwrap().answer;
    assert_eq!(answer.status, LiquidationStatus::NoLiquidity);
}

#[test]
fn a_solvent_account_is_closed_only_as_far_as_it_must_be() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let buyer = world.user("buyer", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("92.7");
    world.limit(&buyer, Side::Buy, 10 * UNIT, "92.7").unwrap();
    let keeper = world.suite.keeper.clone();
    let done = world.liquidate(&long).unwrap();
    assert_eq!(done.answer.status, LiquidationStatus::Done);
    let closed = done.answer.closed_in_book.u128();
    assert!(closed < 10 * UNIT, "{closed}");
    let account = world.suite.account(&long, 0).unwrap();
    assert!(account.equity.i128() >= account.initial_margin.u128() as i128);
    // One lot less would not have been enough: with its fee back, initial margin is missed.
    let lot_margin = 92_700 * 5 / 100 / 10;
    let spare = account.equity.i128() - account.initial_margin.u128() as i128;
    assert!(spare < lot_margin + 15_000, "{spare}");
    // The fee is at most 1.5 % of the value, a fifth of it the keeper's, the rest the fund's.
    let fee = done.answer.fee.u128();
    assert_eq!(fee, closed * 927 / 10 * 15 / 1_000);
    let event = named(&done.events, names::LIQUIDATION)[0];
    assert_eq!(number(event, "keeper_fee"), (fee / 5) as i128);
    assert_eq!(world.quote(&keeper), (fee / 5) as i128);
    assert_eq!(number(event, "asked"), 0);
}

#[test]
fn a_solvent_account_is_never_sold_below_bankruptcy() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let buyer = world.user("buyer", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("91");
    // Equity 9.5: the bankruptcy price is 90.05.
    world.limit(&buyer, Side::Buy, 10 * UNIT, "90.04").unwrap();
    let none = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (none.status, none.closed_in_book.u128()),
        (LiquidationStatus::NoLiquidity, 0)
    );
    world.limit(&buyer, Side::Buy, 10 * UNIT, "90.05").unwrap();
    let all = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (all.status, all.closed_in_book.u128()),
        (LiquidationStatus::Done, 10 * UNIT)
    );
    assert_eq!((world.quote(&long), all.fee.u128()), (0, 0));
}

// The fillable price: a little below maintenance the account is sold a little away from the oracle price, however far its
// bankruptcy price is. R3: a short mirrors it.
#[test]
fn a_solvent_account_is_never_closed_beyond_its_fillable_price() {
    for (side, deposits, oracle, beyond, at) in [
        // Equity 26.5 of 27.81 needed: (927 - 1.5 * 1.31) / 10 = 92.5035, rounded up; bankrupt at 90.05.
        (Side::Sell, [100, 10_000], "92.7", "92.5", "92.51"),
        // Equity 26.8 of 32.19 needed: (1073 + 1.5 * 5.39) / 10 = 108.1085, rounded down; bankrupt at 109.98.
        (Side::Buy, [10_000, 100], "107.3", "108.11", "108.1"),
    ] {
        let mut world = World::new();
        let long = world.user("long", deposits[0] * UNIT);
        let short = world.user("short", deposits[1] * UNIT);
        let maker = world.user("maker", 10_000 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        world.move_to(oracle);
        let (subject, maker_side) = match side {
            Side::Sell => (&long, Side::Buy),
            Side::Buy => (&short, Side::Sell),
        };
        world.limit(&maker, maker_side, 10 * UNIT, beyond).unwrap();
        let none = world.liquidate(subject).unwrap().answer;
        assert_eq!(none.status, LiquidationStatus::NoLiquidity, "{oracle}");
        assert!(none.closed_in_book.is_zero());
        world.limit(&maker, maker_side, 10 * UNIT, at).unwrap();
        let done = world.liquidate(subject).unwrap().answer;
        assert_eq!(done.status, LiquidationStatus::Done, "{oracle}");
        assert!(!done.closed_in_book.is_zero());
    }
}

#[test]
fn a_bankrupt_account_may_only_deposit() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    assert!(world.suite.account(&long, 0).unwrap().bankrupt);
    let sell = world.limit(&long, Side::Sell, UNIT, "80");
    assert!(matches!(refused(sell), ContractError::Bankrupt { .. }));
    let take = world.suite.withdraw(&long, 0, 1);
    assert!(matches!(refused(take), ContractError::Bankrupt { .. }));
    world.suite.mint(&long, 1_000 * UNIT).unwrap();
    world.suite.deposit(&long, 0, 1_000 * UNIT).unwrap();
    world.check();
    assert!(matches!(
        refused(world.liquidate(&long)),
        ContractError::NotLiquidatable { .. }
    ));
}

#[test]
fn an_account_below_initial_margin_may_reduce_but_not_grow() {
    let mut world = World::new();
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    let maker = world.user("maker", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("94");
    world.limit(&maker, Side::Buy, 5 * UNIT, "94").unwrap();
    world.limit(&maker, Side::Sell, 5 * UNIT, "94.01").unwrap();
    let grow = world.limit(&long, Side::Buy, UNIT, "94.01");
    assert!(matches!(
        refused(grow),
        ContractError::InsufficientMargin { .. }
    ));
    world.limit(&long, Side::Sell, UNIT, "94").unwrap();
    assert_eq!(world.size(&long), 9_000_000);
}

#[test]
fn one_account_is_margined_over_all_its_markets() {
    let mut world = World::with(|builder| builder.market(spec("A")).market(spec("B")));
    let [user, other] = [("user", 110), ("other", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&user, &other, 10 * UNIT, "100");
    world
        .suite
        .limit(&other, 0, 1, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    world
        .suite
        .ioc(&user, 0, 1, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    world.check();
    // Long A, short B: falling together moves nothing.
    world.suite.advance(10);
    world
        .suite
        .push_prices(&[(0, price("50")), (1, price("50"))])
        .unwrap();
    world.suite.accrue(0).unwrap();
    world.suite.accrue(1).unwrap();
    world.check();
    let account = world.suite.account(&user, 0).unwrap();
    assert_eq!(account.positions.len(), 2);
    assert_eq!(account.equity.i128(), 109_000_000);
    assert!(!account.liquidatable);
}

#[test]
fn initial_margin_grows_with_open_interest() {
    let mut world = World::with(|builder| {
        let mut scaled = spec("B");
        let mut parameters = ballast_testing::suite::market_parameters(6);
        parameters.open_interest_lower = crate::world::uint(1_000 * UNIT);
        parameters.open_interest_upper = crate::world::uint(2_000 * UNIT);
        scaled.parameters = Some(parameters);
        builder.market(spec("A")).market(scaled)
    });
    let [long, short] = ["long", "short"].map(|name| world.user(name, 10_000 * UNIT));
    let at = |world: &World| {
        world
            .suite
            .market_info(1)
            .unwrap()
            .effective_initial_margin_ppm
    };
    for (size, expected) in [
        (10 * UNIT, 50_000),
        (5 * UNIT, 525_000),
        (5 * UNIT, 1_000_000),
    ] {
        world
            .suite
            .limit(&short, 0, 1, Side::Sell, size, price("100"))
            .unwrap();
        world
            .suite
            .ioc(&long, 0, 1, Side::Buy, size, price("100"))
            .unwrap();
        world.check();
        assert_eq!(at(&world), expected);
    }
}

// Funding and premium are counted when money is taken out, and settled by the next message that changes the position.
#[test]
fn taking_money_out_writes_no_market_and_counts_what_is_owed() {
    let mut world = World::new();
    let [long, twin] = ["long", "twin"].map(|name| world.user(name, 1_000 * UNIT));
    let short = world.user("short", 10_000 * UNIT);
    for buyer in [&long, &twin] {
        world.open(buyer, &short, 10 * UNIT, "100");
    }
    let (fund, market) = (world.suite.fund.clone(), world.suite.market.clone());
    let risk = RiskParameters {
        market: 0,
        revision: 1,
        level: RiskLevel::Watch,
        reduce_only: false,
        fee_share_ppm: 250_000,
        premium_rate_ppm: 900_000,
        open_interest_cap: (1_000_000 * UNIT).into(),
    };
    let msg = ExecuteMsg::SetRiskLevel {
        revision: 1,
        markets: vec![risk],
    };
    world.suite.execute(&fund, &market, &msg, &[]).unwrap();
    world.suite.advance(86_400);
    world.suite.push_price(0, price("100")).unwrap();
    world.suite.accrue(0).unwrap();
    world.suite.advance(3);

    let state = |world: &World| {
        let storage = world.suite.market_storage();
        MARKET_STATES.load(storage.as_ref(), 0).unwrap()
    };
    let before = state(&world);
    let account = world.suite.account(&long, 0).unwrap();
    // A day of 90 % a year on 1,000.
    assert!(account.equity.i128() < 998 * UNIT as i128, "{account:?}");
    let free = account.free_collateral.u128();
    world.suite.withdraw(&long, 0, free + 1).unwrap_err();
    world.suite.withdraw(&long, 0, free).unwrap();
    world.check();
    assert_eq!(state(&world), before, "the market was not written");

    for seller in [&long, &twin] {
        world.limit(&short, Side::Buy, 10 * UNIT, "100").unwrap();
        let sold = world
            .suite
            .ioc(seller, 0, 0, Side::Sell, 10 * UNIT, price("100"));
        assert_eq!(sold.unwrap().answer.filled.u128(), 10 * UNIT);
        world.check();
    }
    // Both paid the same, whatever was taken out in between.
    assert_eq!(world.quote(&twin) - world.quote(&long), free as i128);
}
