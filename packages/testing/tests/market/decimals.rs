//! Markets of any decimals give the same results in whole units (R4), and decimals never change.

use ballast_perp_market::ContractError;
use ballast_testing::suite::{Collateral, MarketSpec};
use ballast_types::Side;
use cosmwasm_std::Addr;

use crate::world::{price, World};

/// One market per number of base decimals: a lot is one whole unit, so that all of them trade the same.
const BASE_DECIMALS: [u8; 4] = [0, 6, 8, 18];

fn unit(decimals: u8) -> u128 {
    10u128.pow(decimals.into())
}

/// Everything anybody has in the end, in atoms of the collateral, market by market.
fn scenario(base_decimals: u8, quote_decimals: u8, collateral: Collateral) -> Vec<i128> {
    let spec = MarketSpec::new(
        "A",
        base_decimals,
        price("0.01"),
        unit(base_decimals),
        price("100"),
    );
    let mut world = World::with(|builder| {
        builder
            .collateral(collateral)
            .decimals(quote_decimals)
            .market(spec)
    });
    let (base, quote) = (unit(base_decimals), unit(quote_decimals));
    let [long, maker] = ["long", "maker"].map(|name| world.user(name, 10_000 * quote));
    let weak = world.user("weak", 60 * quote);
    let poor = world.user("poor", 52 * quote);
    for taker in [&long, &weak, &poor] {
        world.open(taker, &maker, 10 * base, "100");
    }
    for next in ["98.77", "96.51", "96.54", "90.03"] {
        world.suite.advance(3_600);
        world.suite.push_price(0, price(next)).unwrap();
        world.limit(&maker, Side::Buy, 20 * base, "96").unwrap();
        world.suite.withdraw(&long, 0, 7 * quote).unwrap();
        world.check();
        world.suite.next_block();
        world.liquidate(&weak).ok();
        world.liquidate(&poor).ok();
    }
    world.checker.full(&world.suite).unwrap();
    assert_eq!((world.size(&weak), world.size(&poor)), (0, 0));
    let equity = |user: &Addr| world.equity(user);
    let ledger = world.suite.ledger().unwrap();
    let mut figures: Vec<i128> = [&long, &maker, &weak, &poor].map(equity).to_vec();
    let lines = [ledger.fees_owed, ledger.fee_collector, ledger.deficit];
    figures.extend(lines.map(|line| i128::try_from(line.u128()).unwrap()));
    figures
}

// R4: same decimals of the collateral, any of the base: equal to the atom.
#[test]
fn base_decimals_change_no_figure() {
    for (quote, collateral) in [(6, Collateral::Native), (18, Collateral::Cw20)] {
        let first = scenario(0, quote, collateral);
        println!("collateral of {quote} decimals: {first:?}");
        for base in BASE_DECIMALS {
            assert_eq!(
                scenario(base, quote, collateral),
                first,
                "{base} decimals, collateral of {quote}"
            );
        }
    }
}

// R4, R5: collateral of 6 and of 18 decimals: equal but for roundings of the coarser one, each less than an atom.
#[test]
fn quote_decimals_change_only_roundings() {
    let coarse = scenario(8, 6, Collateral::Native);
    let fine = scenario(8, 18, Collateral::Native);
    let factor = i128::try_from(unit(12)).unwrap();
    for (coarse, fine) in coarse.iter().zip(&fine) {
        let difference = (coarse * factor - fine).abs();
        // Settlements and fees of four messages an account at most.
        assert!(
            difference <= 20 * factor,
            "{coarse} of 6 decimals, {fine} of 18"
        );
    }
}

// R4: tick, lot and decimals must make every fill exact; they are fixed at listing.
#[test]
fn a_market_whose_trades_would_round_is_refused() {
    let mut world = World::new();
    let listing = world.suite.market_info(0).unwrap().config;
    for (base, tick, lot) in [
        // A lot at one tick is worth a tenth of an atom.
        (6, "0.01", 10u128),
        (18, "0.01", 1_000_000_000),
        (0, "0.0000001", 1),
        // One and a half atoms.
        (6, "0.0015", 1_000),
    ] {
        let mut listing = listing.clone();
        listing.symbol = "B".to_string();
        listing.base_decimals = base;
        listing.tick_size = price(tick);
        listing.lot_size = lot.into();
        let error = crate::world::refused(world.suite.list_market(listing));
        assert!(
            matches!(error, ContractError::Risk(_)),
            "{base}, {tick}, {lot}: {error}"
        );
    }
}
