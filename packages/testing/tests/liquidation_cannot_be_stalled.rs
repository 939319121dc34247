//! Orders that a liquidation must pass over cannot stall it: not orders of the same block, placed anew in
//! every block, and not orders of makers whose other market has no price (G3, design section 9 line 4).

mod support;

use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, SuiteBuilder};
use ballast_types::Side;
use cosmwasm_std::Addr;
use support::{decimal, id, Checked, BTC, UNIT};

const ROUNDS: u32 = 8;

fn world() -> Checked {
    Checked::from(
        SuiteBuilder::new()
            .collateral(Collateral::Native)
            .market(MarketSpec::btc())
            .market(MarketSpec::eth())
            .seed(FundSeed {
                mutual: 1_000_000 * UNIT,
            }),
    )
}

/// 20 bids of one lot each, the best in the book.
fn wall(world: &mut Checked, maker: &Addr, price: &str) {
    for _ in 0..20 {
        world
            .suite
            .post_only(maker, 0, 0, Side::Buy, 10_000, decimal(price))
            .unwrap();
    }
}

#[test]
fn orders_placed_anew_in_every_block_do_not_stall_the_liquidation_of_a_bankrupt_account() {
    let mut world = world();
    let (alice, carol) = (world.alice.clone(), world.carol.clone());
    let dave = world.suite.new_user("dave", 100_000 * UNIT).unwrap();
    world.open_positions();
    let makers = [carol, dave];
    for maker in &makers {
        world.deposit(maker, 10_000 * UNIT);
    }
    world.price("18000");
    let keeper = world.suite.keeper.clone();
    for _ in 0..ROUNDS {
        world.price("18000");
        for maker in &makers {
            world.suite.cancel_all(maker, 0, None).unwrap();
            wall(&mut world, maker, "17990");
        }
        let before = world.size(&alice);
        let answer = world.liquidate_by(&keeper, &id(&alice));
        assert!(world.size(&alice) < before, "stalled: {answer:?}");
        if world.size(&alice) == 0 {
            return;
        }
    }
    panic!("not closed in {ROUNDS} blocks");
}

#[test]
fn makers_whose_other_market_has_no_price_do_not_stall_a_liquidation() {
    for oracle in ["18000", "19300"] {
        let mut world = world();
        let (alice, bob, carol) = (world.alice.clone(), world.bob.clone(), world.carol.clone());
        world.open_positions();
        world.deposit(&carol, 10_000 * UNIT);
        // Carol is short ETH, whose price then stops.
        let eth = 1_000_000_000_000_000_000u128;
        world.must(|suite| suite.limit(&bob, 0, 1, Side::Buy, eth, decimal("1500")));
        world.must(|suite| suite.ioc(&carol, 0, 1, Side::Sell, eth, decimal("1500")));
        wall(&mut world, &carol, "19990");
        // Below the wall there is a bid of somebody else for the solvent account.
        let dave = world.suite.new_user("dave", 100_000 * UNIT).unwrap();
        world.deposit(&dave, 100_000 * UNIT);
        world.rest(&dave, Side::Buy, BTC, "19290");
        world.suite.advance(120);
        let keeper = world.suite.keeper.clone();
        let mut left = ROUNDS;
        loop {
            world.price(oracle);
            let account = world.account(&alice);
            if !account.liquidatable {
                break;
            }
            assert!(left > 0, "at {oracle}: not closed in {ROUNDS} blocks");
            left -= 1;
            world.liquidate_by(&keeper, &id(&alice));
        }
    }
}
