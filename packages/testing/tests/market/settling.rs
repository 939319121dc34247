//! The end of a market: its price is fixed, bankrupt accounts go first, everybody else closes at that price.

use ballast_perp_market::ContractError;
use ballast_testing::suite::Suite;
use ballast_types::events::market as names;
use ballast_types::market::{Change, LiquidationStatus, OrderType, SettleOutcome};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{Addr, Decimal};

use crate::world::{free, named, number, price, refused, uint, World, UNIT};

const DAY: u64 = 86_400;
const QUOTE: i128 = 1_000_000;

fn id(user: &Addr) -> AccountId {
    Suite::account_id(user, 0)
}

impl World {
    /// The feed falls silent for seven days, and the keeper settles.
    fn settle_after_silence(&mut self) {
        self.suite.advance(7 * DAY);
        self.suite.settle_market(0).unwrap();
        self.check();
    }

    fn settle(&mut self, users: &[&Addr]) -> Vec<SettleOutcome> {
        let accounts: Vec<AccountId> = users.iter().map(|user| id(user)).collect();
        let answer = self.suite.settle(0, &accounts).unwrap().answer;
        self.check();
        self.checker.full(&self.suite).unwrap();
        answer.results.iter().map(|one| one.outcome).collect()
    }
}

fn settled(size: u128, long: bool, value: i128) -> SettleOutcome {
    let size = i128::try_from(size).unwrap();
    SettleOutcome::Settled {
        size: if long { size } else { -size }.into(),
        value: value.into(),
    }
}

// O2: by anyone, and not a second before the feed has been dead for seven days.
#[test]
fn a_dead_feed_is_settled_by_anyone_after_seven_days() {
    let mut world = World::free();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("104");
    world.suite.accrue(0).unwrap();
    let dead_at = world.suite.now() + 7 * DAY;
    world.suite.advance(7 * DAY - 1);
    let error = refused(world.suite.settle_market(0));
    assert_eq!(error, ContractError::FeedAlive { market: 0, dead_at });
    world.suite.advance(1);
    let response = world.suite.settle_market(0).unwrap();
    world.check();
    assert_eq!(named(&response.events, names::SETTLING).len(), 1);
    let info = world.suite.market_info(0).unwrap();
    let settling = info.settling.unwrap();
    // 100 and 104 fall into one slot of five minutes: its first price counts.
    assert_eq!((settling.price, settling.since), (price("100"), dead_at));
    assert_eq!(info.price.unwrap().price, price("100"));
    let error = refused(world.suite.settle_market(0));
    assert_eq!(error, ContractError::MarketSettling { market: 0 });
}

// A price that lives again in time keeps its market.
#[test]
fn a_feed_that_comes_back_in_time_is_alive() {
    let mut world = World::free();
    world.suite.advance(7 * DAY);
    world.suite.push_price(0, price("101")).unwrap();
    let error = refused(world.suite.settle_market(0));
    assert!(matches!(error, ContractError::FeedAlive { .. }));
}

// O3: the first price of every five minutes, over the hour before the last valid one, and of these the median.
#[test]
fn the_price_is_the_median_of_the_last_valid_hour() {
    let mut world = World::free();
    // Older than an hour by the end, and in the same place as a later one.
    let start = world.suite.now() / 300 * 300 + 300;
    world.suite.set_time(start).unwrap();
    let says = |world: &mut World, at: u64, says: u64| {
        world.suite.set_time(start + at).unwrap();
        let price = Decimal::from_ratio(says, 1u64);
        world.suite.push_price(0, price).unwrap();
        world.suite.accrue(0).unwrap();
        world.check();
    };
    says(&mut world, 1, 190);
    for slot in 1u64..=13 {
        says(&mut world, slot * 300 + 10, 100 + slot);
        // A later price of the same slot does not count, however wild.
        says(&mut world, slot * 300 + 200, 400);
    }
    let expected: Vec<u64> = (102..=113).collect();
    world.settle_after_silence();
    let found = world.suite.market_info(0).unwrap().settling.unwrap().price;
    // Twelve samples: the mean of the sixth and the seventh, 107 and 108.
    assert_eq!(expected.len(), 12);
    assert_eq!(found, price("107.5"));
}

#[test]
fn the_owner_settles_after_the_delay() {
    let mut world = World::free();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    let change = Change::SettleMarket { market: 0 };
    let waits = world.suite.ask_for(&change).unwrap().answer.waits.unwrap();
    assert_eq!(waits.ready_at, world.suite.now() + 21 * DAY);
    world.suite.advance(3 * DAY);
    world.suite.push_price(0, price("97")).unwrap();
    world.suite.accrue(0).unwrap();
    for _ in 0..6 {
        world.suite.advance(3 * DAY);
        world.suite.push_price(0, price("97")).unwrap();
        world.suite.accrue(0).unwrap();
    }
    world.suite.apply_change(waits.id).unwrap();
    world.check();
    let settling = world.suite.market_info(0).unwrap().settling.unwrap();
    assert_eq!(settling.price, price("97"));
    // A market whose orders never rested may go at once.
    let mut world = World::free();
    let answer = world.suite.ask_for(&change).unwrap().answer;
    assert_eq!(answer.waits, None);
}

// S4, M86: the owner's settlement waits until its price is within maintenance margin of the last one, to the atom.
#[test]
fn an_announced_settlement_waits_until_the_median_is_near() {
    for (last, near) in [
        ("103.09", true),
        ("103.1", false),
        ("97.09", true),
        ("97.08", false),
    ] {
        let mut world = World::free();
        let [long, short] = ["long", "short"].map(|name| world.user(name, 1_000 * UNIT));
        world.open(&long, &short, 10 * UNIT, "100");
        let change = Change::SettleMarket { market: 0 };
        let waits = world.suite.ask_for(&change).unwrap().answer.waits.unwrap();
        world.suite.advance(21 * DAY);
        for at in ["100", "100", last] {
            world.suite.advance(300);
            world.suite.push_price(0, price(at)).unwrap();
            world.suite.accrue(0).unwrap();
            world.check();
        }
        let result = world.suite.apply_change(waits.id);
        world.check();
        if near {
            result.unwrap();
            let settling = world.suite.market_info(0).unwrap().settling.unwrap();
            assert_eq!(settling.price, price("100"));
            continue;
        }
        let max_distance = price(last) * price("0.03");
        let error = refused(result);
        let expected = ContractError::SettlementPriceTooFar {
            market: 0,
            price: price("100"),
            last_price: price(last),
            max_distance,
        };
        assert_eq!(error, expected);
        // It still waits, and is applied once the price stays where it is.
        for _ in 0..12 {
            world.suite.advance(300);
            world.suite.push_price(0, price(last)).unwrap();
            world.suite.accrue(0).unwrap();
        }
        world.suite.apply_change(waits.id).unwrap();
        world.check();
        let settling = world.suite.market_info(0).unwrap().settling.unwrap();
        assert_eq!(settling.price, price(last));
    }
}

// Orders are void, funding stands still, the oracle is not asked, nothing of the market changes any more.
#[test]
fn nothing_moves_in_a_market_that_is_being_settled() {
    let mut world = World::new();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    let order = world.limit(&short, Side::Buy, UNIT, "99").unwrap().answer;
    world.limit(&short, Side::Buy, UNIT, "98").unwrap();
    world.settle_after_silence();
    let before = world.suite.funding(0).unwrap();
    world.suite.advance(5 * 3_600);
    world.suite.push_price(0, price("50")).unwrap();
    world.suite.accrue(0).unwrap();
    world.check();
    let after = world.suite.funding(0).unwrap();
    assert_eq!(
        (before.long_index, before.short_index, before.sample_sum_ppm),
        (after.long_index, after.short_index, after.sample_sum_ppm)
    );
    let cached = world.suite.market_info(0).unwrap().price.unwrap().price;
    assert_eq!(cached, price("100"));
    for (user, side, at) in [(&long, Side::Sell, "98"), (&short, Side::Buy, "100")] {
        let error = refused(world.limit(user, side, UNIT, at));
        assert_eq!(error, ContractError::MarketSettling { market: 0 });
    }
    let market_order = OrderType::Market {
        worst_price: price("90"),
    };
    let error = refused(world.suite.place(
        &long,
        &ballast_testing::suite::NewOrder {
            subaccount: 0,
            market: 0,
            side: Side::Sell,
            size: UNIT,
            order_type: market_order,
            reduce_only: true,
        },
    ));
    assert_eq!(error, ContractError::MarketSettling { market: 0 });
    let parameters = world.suite.market_info(0).unwrap().config.parameters;
    let error = refused(world.suite.update_market(0, parameters));
    assert_eq!(error, ContractError::MarketSettling { market: 0 });
    world
        .suite
        .cancel(&short, 0, order.order_id.unwrap())
        .unwrap();
    world.check();
    assert_eq!(world.suite.account(&short, 0).unwrap().open_orders, 1);
}

// Deposits, withdrawals that margin allows, and other markets go on.
#[test]
fn other_markets_and_withdrawals_go_on() {
    let mut world = World::with(|builder| builder.market(free("A")).market(free("B")));
    let [long, short] = ["long", "short"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.settle_after_silence();
    world.suite.push_price(1, price("100")).unwrap();
    world
        .suite
        .limit(&short, 0, 1, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    world
        .suite
        .ioc(&long, 0, 1, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    world.check();
    // 5 % of 2,000 must stay.
    let error = refused(world.suite.withdraw(&long, 0, 900 * UNIT + 1));
    assert!(matches!(error, ContractError::InsufficientMargin { .. }));
    world.suite.withdraw(&long, 0, 900 * UNIT).unwrap();
    world.check();
    world.suite.mint(&long, UNIT).unwrap();
    world.suite.deposit(&long, 0, UNIT).unwrap();
    world.check();
    world.suite.advance(DAY);
    let outcomes = world.settle(&[&long, &short]);
    assert_eq!(
        outcomes,
        [
            settled(10 * UNIT, true, 1_000 * QUOTE),
            settled(10 * UNIT, false, -1_000 * QUOTE)
        ]
    );
    assert_eq!(world.size(&long), 0);
    let held = world.suite.account(&long, 0).unwrap().positions;
    assert_eq!((held.len(), held[0].market), (1, 1));
}

// To the last atom: everybody gets what the books said, one side after the other, whatever the order.
#[test]
fn everybody_closes_at_the_price_to_the_last_atom() {
    let mut world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|name| world.user(name, 1_000 * UNIT));
    world.open(&a, &b, 7 * UNIT, "100");
    world.open(&c, &b, 3_330_000, "101");
    world.limit(&c, Side::Buy, UNIT, "90").unwrap();
    world.move_to("103.33");
    world.suite.advance(301);
    world.suite.push_price(0, price("103.33333333")).unwrap();
    world.suite.accrue(0).unwrap();
    world.settle_after_silence();
    let early = refused(world.suite.settle(0, &[id(&a)]));
    let since = world.suite.now();
    assert_eq!(
        early,
        ContractError::TooEarly {
            ready_at: since + DAY,
            now: since
        }
    );
    world.suite.advance(DAY);
    let equity: Vec<i128> = [&a, &b, &c].iter().map(|user| world.equity(user)).collect();
    for user in [&c, &a] {
        assert!(matches!(
            world.settle(&[user])[0],
            SettleOutcome::Settled { .. }
        ));
    }
    let ledger = world.suite.ledger().unwrap();
    println!(
        "both longs are out, the pool lends {}",
        ledger.settlement_pool
    );
    assert!(ledger.settlement_pool.is_negative());
    // Twice in one message, and once again: nothing more happens.
    let again = world.settle(&[&b, &b, &a]);
    assert!(matches!(again[0], SettleOutcome::Settled { .. }));
    assert_eq!(
        again[1..],
        [SettleOutcome::NoPosition, SettleOutcome::NoPosition]
    );
    let now: Vec<i128> = [&a, &b, &c].iter().map(|user| world.quote(user)).collect();
    assert_eq!(now, equity, "nobody gained or lost an atom");
    let ledger = world.suite.ledger().unwrap();
    println!("residue {}", ledger.residue);
    assert!(ledger.settlement_pool.is_zero() && ledger.residue.u128() <= 6);
    assert_eq!(world.suite.account(&c, 0).unwrap().open_orders, 0);
    for user in [&a, &b, &c] {
        let all = u128::try_from(world.quote(user)).unwrap();
        world.suite.withdraw(user, 0, all).unwrap();
        world.check();
    }
}

#[test]
fn one_to_twenty_accounts_are_named() {
    let mut world = World::free();
    let user = world.user("user", UNIT);
    let error = refused(world.suite.settle(0, &[id(&user)]));
    assert_eq!(error, ContractError::NotSettling { market: 0 });
    world.settle_after_silence();
    world.suite.advance(DAY);
    for found in [0, 21] {
        let error = refused(world.suite.settle(0, &vec![id(&user); found]));
        assert_eq!(error, ContractError::TooManyAccounts { max: 20, found });
    }
    world.suite.settle(0, &vec![id(&user); 20]).unwrap();
    let stranger = world.suite.address("stranger");
    let error = refused(world.suite.settle(0, &[id(&user), id(&stranger)]));
    assert!(matches!(error, ContractError::NoSuchAccount { .. }));
}

/// A loser that is bankrupt by 44 at 90, against two winners; a fund with so much.
fn with_a_bankrupt(reserve: u128) -> (World, Addr, [Addr; 2]) {
    let mut world = World::with(|builder| {
        builder.market(ballast_testing::suite::MarketSpec {
            reserve,
            ..free("A")
        })
    });
    let winners = ["first", "second"].map(|name| world.user(name, 1_000 * UNIT));
    let loser = world.user("loser", 62 * UNIT);
    world.open(&loser, &winners[0], 6 * UNIT, "101");
    world.open(&loser, &winners[1], 4 * UNIT, "100");
    world.suite.advance(301);
    for _ in 0..13 {
        world.suite.advance(300);
        world.suite.push_price(0, price("90")).unwrap();
        world.suite.accrue(0).unwrap();
        world.check();
    }
    (world, loser, winners)
}

// In the grace the bankrupt are claimed for and deleveraged, at the settlement price; void bids are not sold to.
#[test]
fn in_the_grace_the_bankrupt_go_first() {
    for reserve in [0, 30 * UNIT, 1_000 * UNIT] {
        let (mut world, loser, winners) = with_a_bankrupt(reserve);
        world
            .limit(&winners[0], Side::Buy, 10 * UNIT, "90")
            .unwrap();
        world.settle_after_silence();
        // 62 - 6 * 11 - 4 * 10.
        assert_eq!(world.equity(&loser), -44 * QUOTE);
        let before: i128 = winners.iter().map(|user| world.equity(user)).sum();
        let done = world.liquidate(&loser).unwrap();
        assert_eq!(done.answer.status, LiquidationStatus::Done);
        let event = named(&done.events, names::LIQUIDATION)[0];
        let paid = number(event, "paid");
        println!("reserve {reserve}: the fund paid {paid} of 44");
        assert_eq!(paid, i128::try_from(reserve.min(44 * UNIT)).unwrap());
        assert_eq!(number(event, "closed_in_book"), 0);
        assert_eq!((world.size(&loser), world.quote(&loser)), (0, 0));
        let after: i128 = winners.iter().map(|user| world.equity(user)).sum();
        assert_eq!(before - after, 44 * QUOTE - paid);
        world.suite.advance(DAY);
        let rest = world.settle(&[&loser, &winners[0], &winners[1]]);
        assert_eq!(rest, [SettleOutcome::NoPosition; 3]);
        assert!(world.suite.ledger().unwrap().deficit.is_zero());
    }
}

// A bankrupt account is never settled ahead of its liquidation, and stands in nobody's way.
#[test]
fn a_bankrupt_account_is_passed_over_and_liquidated_after_the_grace() {
    // What counterparties would bear comes first, then what would be a deficit: 17.6 and 26.4.
    for (reserve, expected) in [
        (0, [17_600_000, 26_400_000]),
        (10 * UNIT, [7_600_000, 26_400_000]),
        (30 * UNIT, [0, 14_000_000]),
        (1_000 * UNIT, [0, 0]),
    ] {
        let (mut world, loser, winners) = with_a_bankrupt(reserve);
        world.settle_after_silence();
        world.suite.advance(DAY);
        let outcomes = world.settle(&[&loser, &winners[0]]);
        assert_eq!(outcomes[0], SettleOutcome::Bankrupt);
        assert_eq!(outcomes[1], settled(6 * UNIT, false, -540 * QUOTE));
        // One winner is left on the other side: deleveraged as ever, the rest closes against the pool.
        let second = world.equity(&winners[1]);
        let done = world.liquidate(&loser).unwrap();
        world.checker.full(&world.suite).unwrap();
        assert_eq!(done.answer.status, LiquidationStatus::Done);
        let event = named(&done.events, names::LIQUIDATION)[0];
        println!(
            "reserve {reserve}: deleveraged {}, against the pool {}, paid {}, deficit {}",
            number(event, "deleveraged"),
            number(event, "settled"),
            number(event, "paid"),
            number(event, "deficit")
        );
        assert_eq!((world.size(&loser), world.quote(&loser)), (0, 0));
        let borne = second - world.equity(&winners[1]);
        let deficit = i128::try_from(world.suite.ledger().unwrap().deficit.u128()).unwrap();
        assert_eq!([borne, deficit], expected);
    }
}

// With nobody left on the other side the fund is asked all the same, and only the rest is a deficit.
#[test]
fn with_nobody_left_the_rest_is_a_deficit() {
    for reserve in [0, 30 * UNIT, 1_000 * UNIT] {
        let (mut world, loser, winners) = with_a_bankrupt(reserve);
        world.settle_after_silence();
        world.suite.advance(DAY);
        world.settle(&[&winners[0], &winners[1]]);
        let error = refused(world.suite.delist(0));
        assert!(matches!(error, ContractError::MarketInUse { .. }));
        let done = world.liquidate(&loser).unwrap();
        assert_eq!(done.answer.status, LiquidationStatus::Done);
        let deficit = 44 * UNIT - reserve.min(44 * UNIT);
        assert_eq!(done.answer.deficit.u128(), deficit);
        let ledger = world.suite.ledger().unwrap();
        assert_eq!(ledger.deficit.u128(), deficit);
        assert!(ledger.settlement_pool.is_zero(), "{ledger:?}");
        assert_eq!((world.size(&loser), world.quote(&loser)), (0, 0));
        world.checker.full(&world.suite).unwrap();
        if deficit > 0 {
            // Winners cannot all withdraw before it is repaid.
            let giver = world.suite.new_user("giver", 100 * UNIT).unwrap();
            let error = refused(world.suite.repay_deficit(&giver, 0, deficit + 1));
            assert_eq!(
                error,
                ContractError::DeficitExceeded {
                    market: 0,
                    deficit: uint(deficit),
                    found: uint(deficit + 1)
                }
            );
            world.suite.repay_deficit(&giver, 0, deficit).unwrap();
            world.check();
        }
        for winner in &winners {
            let all = u128::try_from(world.quote(winner)).unwrap();
            world.suite.withdraw(winner, 0, all).unwrap();
            world.check();
        }
    }
}

// S6: the last counterparty is bankrupt itself, and the rest closes against the pool in the same message. What nobody
// paid for the first part stays with the account, and is told once.
#[test]
fn what_deleveraging_left_with_the_account_is_told_once() {
    for with_fund in [false, true] {
        let mut world = World::with(|builder| {
            let builder = builder.market(free("A")).market(free("B"));
            if with_fund {
                builder
            } else {
                builder.without_fund()
            }
        });
        let [loser, winner, other] = [("loser", 60), ("winner", 1_000), ("other", 30)]
            .map(|(name, units)| world.user(name, units * UNIT));
        world.open(&winner, &loser, 8 * UNIT, "100");
        world.open(&other, &loser, 2 * UNIT, "100");
        let suite = &mut world.suite;
        suite
            .limit(&winner, 0, 1, Side::Sell, 4 * UNIT, price("100"))
            .unwrap();
        suite
            .ioc(&other, 0, 1, Side::Buy, 4 * UNIT, price("100"))
            .unwrap();
        // Later than an hour, so that only these prices count.
        suite.advance(4_000);
        suite
            .push_prices(&[(0, price("130")), (1, price("50"))])
            .unwrap();
        for market in [0, 1] {
            suite.accrue(market).unwrap();
        }
        suite.advance(7 * DAY);
        suite.settle_market(0).unwrap();
        suite.advance(DAY);
        let outcomes = world.settle(&[&loser, &winner, &other]);
        assert_eq!(outcomes[0], SettleOutcome::Bankrupt);
        assert_eq!(outcomes[2], SettleOutcome::Bankrupt);

        let mut told = 0;
        for _ in 0..4 {
            let Ok(done) = world.liquidate(&loser) else {
                break;
            };
            ballast_testing::invariants::check_events(&done.events).unwrap();
            for event in named(&done.events, names::LIQUIDATION) {
                told += number(event, "settled");
            }
            world.suite.advance(61);
        }
        assert_eq!(told, 8 * UNIT as i128, "closed against the pool");
        assert!(world.suite.account(&loser, 0).unwrap().positions.is_empty());
        world.checker.full(&world.suite).unwrap();
    }
}
