//! How much one message and one block may liquidate, and that the rest follows.

use ballast_perp_market::state::{ACCOUNTS, MARKET_STATES};
use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::suite::{fund_parameters, market_parameters, FundSeed, MarketSpec};
use ballast_types::market::{LiquidationAnswer, LiquidationStatus, MarketParameters};
use ballast_types::{AccountId, Side};
use cosmwasm_std::Addr;

use crate::world::{free, named, number, price, World, UNIT};

/// One market without trade fees, a fund that pays everything, and these parameters.
fn world(change: impl Fn(&mut MarketParameters)) -> World {
    let mut parameters = market_parameters(6);
    parameters.maker_fee_ppm = 0;
    parameters.taker_fee_ppm = 0;
    parameters.liquidation_min_notional = 0u128.into();
    change(&mut parameters);
    funded(parameters, 10_000_000 * UNIT)
}

/// So that time costs nothing: no premium.
fn funded(parameters: MarketParameters, mutual: u128) -> World {
    let mut fund = fund_parameters(6);
    fund.premium_base_rate_ppm = 0;
    fund.ramp_secs = 0;
    World::with(|builder| {
        builder
            .market(MarketSpec {
                parameters: Some(parameters),
                ..free("A")
            })
            .fund_parameters(fund)
            .seed(FundSeed { mutual })
    })
}

/// A long of 10 at 100 with 100 of margin, and a short; two minutes later it is at this price.
fn opened(world: &mut World, at: &str) -> (Addr, Addr) {
    let [long, short] = [("long", 100), ("short", 10_000)].map(|(n, a)| world.user(n, a * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(110);
    world.move_to(at);
    (long, short)
}

fn liquidate(world: &mut World, user: &Addr) -> LiquidationAnswer {
    world.liquidate(user).unwrap().answer
}

fn next_block(world: &mut World, at: &str) {
    world.suite.next_block();
    world.suite.push_price(0, price(at)).unwrap();
    world.check();
}

fn closed(answer: &LiquidationAnswer) -> u128 {
    answer.closed_in_book.u128() + answer.deleveraged.u128()
}

const MORE: LiquidationStatus = LiquidationStatus::More;
const DONE: LiquidationStatus = LiquidationStatus::Done;

// The notional cap of an account: 10 at 80 are 800. One atom below 160 buys one lot less than 2.
#[test]
fn an_accounts_cap_on_notional_binds_to_the_atom_and_the_rest_follows() {
    for (cap, first) in [(160 * UNIT, 2_000_000), (160 * UNIT - 1, 1_990_000)] {
        let mut world = world(|parameters| parameters.account_block_notional = cap.into());
        let (long, short) = opened(&mut world, "80");
        let before = world.equity(&short);
        let answer = liquidate(&mut world, &long);
        assert_eq!((answer.status, closed(&answer)), (MORE, first));
        // The claim is for exactly that size: 10 a unit.
        assert_eq!(
            (answer.asked, answer.paid),
            ((first * 10).into(), answer.asked)
        );
        // The block is used up.
        let answer = liquidate(&mut world, &long);
        assert_eq!(
            (answer.status, closed(&answer), answer.asked.u128()),
            (MORE, 0, 0)
        );
        let mut left = 10_000_000 - first;
        let mut blocks = 1;
        while left > 0 {
            next_block(&mut world, "80");
            let answer = liquidate(&mut world, &long);
            assert!(closed(&answer) > 0, "{answer:?}");
            assert_eq!(answer.asked.u128(), closed(&answer) * 10);
            left -= closed(&answer);
            blocks += 1;
        }
        assert_eq!(blocks, if first == 2_000_000 { 5 } else { 6 });
        assert_eq!((world.quote(&long), world.size(&long)), (0, 0));
        assert_eq!(world.equity(&short), before, "the fund paid all");
    }
}

// R3: what remains of a bankrupt account is no worse, long or short, to the last atom, whoever pays.
#[test]
fn what_remains_is_no_worse_after_every_part() {
    for (side, at, mutual) in [
        (Side::Buy, "80.37", 10_000_000),
        (Side::Buy, "80.37", 0),
        (Side::Sell, "121.13", 10_000_000),
        (Side::Sell, "121.13", 0),
    ] {
        let mut parameters = market_parameters(6);
        parameters.maker_fee_ppm = 0;
        parameters.taker_fee_ppm = 0;
        parameters.account_block_notional = (123_456_789u128).into();
        let mut world = funded(parameters, mutual * UNIT);
        let poor = world.user("poor", 100 * UNIT);
        let rich = world.user("rich", 10_000 * UNIT);
        match side {
            Side::Buy => world.open(&poor, &rich, 10 * UNIT, "100"),
            Side::Sell => world.open(&rich, &poor, 10 * UNIT, "100"),
        }
        world.suite.advance(110);
        world.move_to(at);
        let mut asked = 0;
        let missing = -world.equity(&poor);
        let mut parts = 0;
        while world.size(&poor) != 0 {
            let before = world.suite.account(&poor, 0).unwrap();
            let answer = liquidate(&mut world, &poor);
            asked += answer.asked.u128() as i128;
            parts += 1;
            let after = world.suite.account(&poor, 0).unwrap();
            let (old, new) = (
                before.maintenance_margin.u128(),
                after.maintenance_margin.u128(),
            );
            assert!(new < old);
            // Equity over maintenance margin, both negative.
            assert!(
                after.equity.i128() * old as i128 >= before.equity.i128() * new as i128,
                "{before:?} {after:?}"
            );
            next_block(&mut world, at);
        }
        assert!(parts >= 7, "{parts}");
        assert_eq!(world.quote(&poor), 0);
        // One rounding a part.
        assert!((asked - missing).abs() <= parts, "{asked} {missing}");
    }
}

// The loss cap of an account: 10 a unit are asked for.
#[test]
fn an_accounts_cap_on_loss_binds_to_the_atom() {
    for (cap, first) in [(30 * UNIT, 3_000_000), (30 * UNIT - 1, 2_990_000)] {
        let mut world = world(|parameters| parameters.account_block_loss = cap.into());
        let (long, _) = opened(&mut world, "80");
        let answer = liquidate(&mut world, &long);
        assert_eq!((answer.status, closed(&answer)), (MORE, first));
        assert_eq!(answer.asked.u128(), first * 10);
        let answer = liquidate(&mut world, &long);
        // What is left is less than one lot's loss.
        assert_eq!((answer.status, closed(&answer)), (MORE, 0));
        next_block(&mut world, "80");
        let answer = liquidate(&mut world, &long);
        assert_eq!(closed(&answer), first);
    }
}

// Slippage in the book counts too: what is asked stays within the cap.
#[test]
fn the_cap_on_loss_holds_whatever_the_book_lacks() {
    let mut world = world(|parameters| parameters.account_block_loss = (30 * UNIT).into());
    let (long, _) = opened(&mut world, "80");
    let buyer = world.user("buyer", 10_000 * UNIT);
    world.limit(&buyer, Side::Buy, 10 * UNIT, "79.6").unwrap();
    next_block(&mut world, "80");
    let answer = liquidate(&mut world, &long);
    // 10.4 a unit: 2.88 units are 29.952, one lot more would be 30.056.
    assert_eq!(
        (answer.status, answer.closed_in_book.u128()),
        (MORE, 2_880_000)
    );
    assert_eq!(answer.asked.u128(), 29_952_000);
}

#[test]
fn a_markets_caps_are_shared_by_its_accounts() {
    for loss in [false, true] {
        let mut world = world(|parameters| {
            if loss {
                parameters.market_block_loss = (150 * UNIT).into();
            } else {
                parameters.market_block_notional = (1_200 * UNIT).into();
            }
        });
        let (first, short) = opened(&mut world, "100");
        let second = world.user("second", 100 * UNIT);
        world.open(&second, &short, 10 * UNIT, "100");
        world.suite.advance(110);
        world.move_to("80");
        let answer = liquidate(&mut world, &first);
        assert_eq!((answer.status, closed(&answer)), (DONE, 10_000_000));
        let answer = liquidate(&mut world, &second);
        assert_eq!((answer.status, closed(&answer)), (MORE, 5_000_000));
        let answer = liquidate(&mut world, &second);
        assert_eq!((answer.status, closed(&answer)), (MORE, 0));
        next_block(&mut world, "80");
        let answer = liquidate(&mut world, &second);
        assert_eq!((answer.status, closed(&answer)), (DONE, 5_000_000));
    }
}

#[test]
fn a_share_of_the_position_at_once_but_never_less_than_the_least_notional() {
    let mut world = world(|parameters| {
        parameters.liquidation_max_portion_ppm = 400_000;
        parameters.liquidation_min_notional = (200 * UNIT).into();
    });
    let (long, _) = opened(&mut world, "80");
    // 10 at 80: 40 % each time, and below 500 of notional 200 at once. The caps are of messages: one block.
    for (expected, status) in [
        (4_000_000, MORE),
        (2_500_000, MORE),
        (2_500_000, MORE),
        (1_000_000, DONE),
    ] {
        let answer = liquidate(&mut world, &long);
        assert_eq!((closed(&answer), answer.status), (expected, status));
    }
}

// G3: however small the caps: one lot a block.
#[test]
fn one_lot_a_block_is_always_liquidated() {
    let mut world = world(|parameters| {
        parameters.account_block_notional = 1_000_000u128.into();
        parameters.market_block_notional = 1_000_000u128.into();
        parameters.account_block_loss = 1u128.into();
        parameters.market_block_loss = 1u128.into();
    });
    // A lot of 0.01 is worth 0.8 and lacks 0.1.
    let (long, _) = opened(&mut world, "80");
    for _ in 0..3 {
        let answer = liquidate(&mut world, &long);
        assert_eq!((answer.status, closed(&answer)), (MORE, 10_000));
        assert_eq!(answer.asked.u128(), 100_000);
        let answer = liquidate(&mut world, &long);
        assert_eq!((answer.status, closed(&answer)), (MORE, 0));
        next_block(&mut world, "80");
    }
}

#[test]
fn a_solvent_account_is_capped_too_and_pays_fees_part_by_part() {
    let mut world = world(|parameters| parameters.account_block_notional = (100 * UNIT).into());
    let (long, _) = opened(&mut world, "91");
    let buyer = world.user("buyer", 10_000 * UNIT);
    world.limit(&buyer, Side::Buy, 10 * UNIT, "91").unwrap();
    let mut total = 0;
    let mut parts = 0;
    loop {
        let before = world.suite.account(&long, 0).unwrap();
        let done = world.liquidate(&long).unwrap();
        let answer = done.answer;
        total += closed(&answer);
        parts += 1;
        assert!(closed(&answer) * 91 <= 100 * UNIT);
        assert_eq!(
            number(named(&done.events, "ballast_liquidation")[0], "asked"),
            0
        );
        let after = world.suite.account(&long, 0).unwrap();
        assert!(
            after.equity.i128() * before.maintenance_margin.u128() as i128
                >= before.equity.i128() * after.maintenance_margin.u128() as i128
        );
        if answer.status == DONE {
            break;
        }
        assert_eq!(answer.status, MORE);
        // Used up: nothing more in this block.
        if world.suite.account(&long, 0).unwrap().liquidatable {
            let answer = liquidate(&mut world, &long);
            assert_eq!((answer.status, closed(&answer)), (MORE, 0));
        }
        next_block(&mut world, "91");
        if !world.suite.account(&long, 0).unwrap().liquidatable {
            break;
        }
    }
    assert!(parts > 3 && total > 3_000_000, "{parts} {total}");
}

// A counterparty that was taken in part stays the first in the queue.
#[test]
fn the_order_of_deleveraging_holds_across_parts() {
    let mut parameters = market_parameters(6);
    parameters.maker_fee_ppm = 0;
    parameters.taker_fee_ppm = 0;
    parameters.account_block_notional = (80 * UNIT).into();
    let mut world = World::with(|builder| {
        builder.market(MarketSpec {
            parameters: Some(parameters),
            ..free("A")
        })
    });
    let long = world.user("long", 40 * UNIT);
    let [first, second] = ["first", "second"].map(|n| world.user(n, 10_000 * UNIT));
    let bridge = world.user("bridge", 100_000 * UNIT);
    world.open(&bridge, &first, 2 * UNIT, "101");
    world.open(&bridge, &second, 2 * UNIT, "100");
    world.open(&long, &bridge, 4 * UNIT, "100");
    world.suite.advance(110);
    world.move_to("80");
    // 1 unit a block: the first is taken twice before the second is taken at all.
    for expected in [(-1, -2), (0, -2), (0, -1), (0, 0)] {
        liquidate(&mut world, &long);
        let sizes = (
            world.size(&first) / 1_000_000,
            world.size(&second) / 1_000_000,
        );
        assert_eq!(sizes, expected);
        next_block(&mut world, "80");
    }
    assert_eq!(world.quote(&long), 0);
}

// G3: whoever makes a claim fail uses up nothing: else a block's cap could be taken from honest keepers for ever.
#[test]
fn a_claim_that_fails_uses_up_nothing() {
    let mut world = world(|parameters| parameters.account_block_notional = (800 * UNIT).into());
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let fund = world.suite.deploy_hostile_fund(failing).unwrap();
    world.suite.mint(&fund, 1_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let (long, _) = opened(&mut world, "80");
    let answer = liquidate(&mut world, &long);
    assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    assert_eq!(used(&world, &long), (0, 0));
    // In the same block, with a fund that pays.
    world
        .suite
        .set_fund_behaviour(&fund, FundBehaviour::pays(1_000_000))
        .unwrap();
    let answer = liquidate(&mut world, &long);
    assert_eq!((answer.status, closed(&answer)), (DONE, 10_000_000));
    assert_eq!(used(&world, &long), (800 * UNIT, 100 * UNIT));
}

/// Counted for the account and for the market, which must be the same here.
fn used(world: &World, user: &Addr) -> (u128, u128) {
    let number = world.suite.account(user, 0).unwrap().number.u64();
    let storage = world.suite.market_storage();
    let account = ACCOUNTS.load(storage.as_ref(), number).unwrap().liquidated;
    let market = MARKET_STATES.load(storage.as_ref(), 0).unwrap().liquidated;
    assert_eq!(account, market);
    let used = account.unwrap_or_default();
    (used.notional.u128(), used.loss.u128())
}

// Only what was closed counts, also where the plan was for more.
#[test]
fn the_records_say_what_was_closed_and_asked() {
    let mut world = world(|_| {});
    let (long, _) = opened(&mut world, "80");
    liquidate(&mut world, &long);
    assert_eq!(used(&world, &long), (800 * UNIT, 100 * UNIT));
    let id = AccountId {
        owner: long.to_string(),
        subaccount: 0,
    };
    let keeper = world.suite.keeper.clone();
    world.suite.liquidate(&keeper, &id, 0).unwrap_err();
    world.check();
    assert_eq!(used(&world, &long), (800 * UNIT, 100 * UNIT));
}
