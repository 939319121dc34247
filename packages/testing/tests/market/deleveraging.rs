//! Bankrupt accounts: what the fund pays, who bears the rest, in which order.

use ballast_perp_market::ContractError;
use ballast_testing::suite::{FundSeed, MarketSpec};
use ballast_types::events::market as names;
use ballast_types::market::LiquidationStatus;
use ballast_types::{AccountId, Side};
use cosmwasm_std::Addr;

use crate::world::{named, number, refused, World, UNIT};

fn id(user: &Addr) -> AccountId {
    AccountId {
        owner: user.to_string(),
        subaccount: 0,
    }
}

/// A long of 10 at 100 with 100 of margin, against shorts who entered at these prices (10 in all).
fn bankrupt_against(world: &mut World, entries: &[(&str, u128)]) -> (Addr, Vec<Addr>) {
    let long = world.user("long", 100 * UNIT);
    let bridge = world.user("bridge", 1_000_000 * UNIT);
    let mut shorts = vec![];
    for (number, (at, size)) in entries.iter().enumerate() {
        let short = world.user(&format!("short {number}"), 10_000 * UNIT);
        world.open(&bridge, &short, *size, at);
        shorts.push(short);
    }
    world.open(&long, &bridge, 10 * UNIT, "100");
    assert_eq!(world.size(&bridge), 0);
    (long, shorts)
}

#[test]
fn the_fund_pays_all_and_counterparties_lose_nothing() {
    let mut world = World::free();
    world
        .suite
        .mint(&world.suite.owner.clone(), 1_000 * UNIT)
        .unwrap();
    let owner = world.suite.owner.clone();
    world.suite.top_up_reserve(&owner, 0, 1_000 * UNIT).unwrap();
    world.check();
    let (long, shorts) = bankrupt_against(&mut world, &[("100", 10 * UNIT)]);
    world.move_to("80");
    let before = world.equity(&shorts[0]);
    let missing = -world.equity(&long);
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.status, LiquidationStatus::Done);
    assert_eq!(
        (done.asked.u128() as i128, done.paid),
        (missing, done.asked)
    );
    assert_eq!(done.deleveraged.u128(), 10 * UNIT);
    assert_eq!((world.quote(&long), world.size(&long)), (0, 0));
    assert_eq!(world.equity(&shorts[0]), before);
    let claims = world.suite.claims().unwrap();
    assert_eq!(
        (claims.len(), claims[0].paid, claims[0].uncovered.u128()),
        (1, done.paid, 0)
    );
}

#[test]
fn unpaid_loss_is_shared_in_order_of_entry_to_the_last_atom() {
    // The mutual reserve is empty and the market has no reserve: the fund pays nothing.
    let mut world = World::free();
    let entries = [("99", 3 * UNIT), ("103", 4 * UNIT), ("101", 3 * UNIT)];
    let (long, shorts) = bankrupt_against(&mut world, &entries);
    // Highest entry first among shorts.
    let queue = world.suite.deleverage_queue(0, false).unwrap();
    let order: Vec<_> = queue
        .iter()
        .map(|entry| entry.account.owner.clone())
        .collect();
    let expected: Vec<_> = [1, 2, 0].map(|n: usize| shorts[n].to_string()).to_vec();
    assert_eq!(order, expected);
    for (rank, n) in [(0, 1usize), (1, 2), (2, 0)] {
        let answer = world.suite.deleverage_rank(id(&shorts[n]), 0).unwrap();
        assert_eq!((answer.ahead, answer.exact), (rank, true));
    }
    world.move_to("80.37");
    let missing = -world.equity(&long);
    let before: Vec<_> = shorts.iter().map(|short| world.equity(short)).collect();
    let done = world.liquidate(&long).unwrap();
    assert_eq!(done.answer.status, LiquidationStatus::Done);
    let claim = &world.suite.claims().unwrap()[0];
    assert_eq!(
        (claim.amount.u128() as i128, claim.paid.u128()),
        (missing, 0)
    );
    let lost: i128 = shorts
        .iter()
        .zip(before)
        .map(|(short, before)| before - world.equity(short))
        .sum();
    assert_eq!(lost, missing, "exactly what was asked");
    let taken: Vec<_> = named(&done.events, names::DELEVERAGED)
        .iter()
        .map(|event| (number(event, "counterparty"), number(event, "size")))
        .collect();
    assert_eq!(taken, [(4, 4_000_000), (5, 3_000_000), (3, 3_000_000)]);
    assert_eq!(world.quote(&long), 0);
    assert_eq!(world.suite.market_info(0).unwrap().deficit.u128(), 0);
}

// R3: the same for a short that is squeezed.
#[test]
fn a_bankrupt_short_is_the_mirror() {
    let mut world = World::free();
    let short = world.user("short", 100 * UNIT);
    let long = world.user("long", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("123.45");
    let missing = -world.equity(&short);
    let before = world.equity(&long);
    let done = world.liquidate(&short).unwrap().answer;
    assert_eq!((done.asked.u128() as i128, done.paid.u128()), (missing, 0));
    assert_eq!(before - world.equity(&long), missing);
    assert_eq!(world.quote(&short), 0);
}

#[test]
fn the_book_comes_first_and_uncovered_fills_are_dropped() {
    for reserve in [0, 5 * UNIT, 50 * UNIT, 1_000 * UNIT] {
        let mut world = World::free();
        if reserve > 0 {
            let owner = world.suite.owner.clone();
            world.suite.mint(&owner, reserve).unwrap();
            world.suite.top_up_reserve(&owner, 0, reserve).unwrap();
        }
        let (long, shorts) = bankrupt_against(&mut world, &[("100", 10 * UNIT)]);
        let buyer = world.user("buyer", 100_000 * UNIT);
        world.move_to("80");
        world.limit(&buyer, Side::Buy, 4 * UNIT, "79.7").unwrap();
        // Beyond 0.5 % of the oracle price: not part of the walk.
        world.limit(&buyer, Side::Buy, 4 * UNIT, "79.5").unwrap();
        world.suite.next_block();
        let before = world.equity(&shorts[0]);
        let done = world.liquidate(&long).unwrap();
        let event = named(&done.events, names::LIQUIDATION)[0];
        let book = number(event, "closed_in_book");
        let loss = number(event, "counterparty_loss");
        assert!(book <= 4_000_000);
        assert_eq!(book == 4_000_000, reserve >= 50 * UNIT, "{reserve}: {book}");
        assert_eq!(number(event, "deleveraged") + book, 10_000_000);
        assert_eq!(before - world.equity(&shorts[0]), loss);
        // Slippage of fills that were not made is asked for and not borne by anybody.
        let paid = number(event, "paid") - number(event, "leftover");
        assert_eq!(
            number(event, "asked"),
            paid + loss + number(event, "avoided")
        );
        assert_eq!(number(event, "avoided") > 0, book < 4_000_000);
        assert_eq!(world.quote(&long), 0);
    }
}

// Found by the replay of 2022-11 FTT: the claim asked only for what the book lacked, the fund paid nothing, the fills were
// dropped, and counterparties lost twice what was asked.
#[test]
fn bids_above_the_oracle_price_never_make_counterparties_lose_more_than_was_asked() {
    for reserve in [0, 30 * UNIT, 90 * UNIT, 1_000 * UNIT] {
        let mut world = World::free();
        if reserve > 0 {
            let owner = world.suite.owner.clone();
            world.suite.mint(&owner, reserve).unwrap();
            world.suite.top_up_reserve(&owner, 0, reserve).unwrap();
        }
        let (long, shorts) = bankrupt_against(&mut world, &[("100", 10 * UNIT)]);
        let buyer = world.user("buyer", 100_000 * UNIT);
        world.limit(&buyer, Side::Buy, 4 * UNIT, "85").unwrap();
        world.move_to("80");
        let before = world.equity(&shorts[0]);
        let lacking = -world.equity(&long);
        let done = world.liquidate(&long).unwrap();
        let event = named(&done.events, names::LIQUIDATION)[0];
        let [asked, paid, leftover, loss] =
            ["asked", "paid", "leftover", "counterparty_loss"].map(|key| number(event, key));
        assert_eq!(
            asked, lacking,
            "10 a unit: 90 is the bankruptcy price, 80 the oracle's"
        );
        assert!(loss <= asked - paid, "{reserve}: {loss} {asked} {paid}");
        assert_eq!(before - world.equity(&shorts[0]), loss);
        assert_eq!(asked, paid - leftover + loss + number(event, "avoided"));
        if reserve == 0 {
            assert_eq!((loss, paid), (asked, 0));
        }
        if reserve == 1_000 * UNIT {
            // The book gave 5 more than the oracle for each of 4 units: that much goes back with the fees.
            assert_eq!((paid, leftover, loss), (asked, 20_000_000, 0));
            assert_eq!(
                world.suite.market_info(0).unwrap().fees_owed.u128(),
                20_000_000
            );
        }
        assert_eq!(world.quote(&long), 0);
    }
}

#[test]
fn orders_of_this_block_do_not_catch_a_bankrupt_account() {
    let mut world = World::free();
    let (long, _) = bankrupt_against(&mut world, &[("100", 10 * UNIT)]);
    let buyer = world.user("buyer", 100_000 * UNIT);
    world.move_to("80");
    world.limit(&buyer, Side::Buy, 10 * UNIT, "80").unwrap();
    let done = world.liquidate(&long).unwrap().answer;
    assert_eq!(done.closed_in_book.u128(), 0);
    assert_eq!(done.deleveraged.u128(), 10 * UNIT);
}

// G1: bounded a message, resumed by the next.
#[test]
fn more_counterparties_than_one_message_takes() {
    let mut world = World::free();
    let entries: Vec<(&str, u128)> = (0..25).map(|_| ("100", 400_000)).collect();
    let (long, shorts) = bankrupt_against(&mut world, &entries);
    world.move_to("80");
    let missing = -world.equity(&long);
    let before: i128 = shorts.iter().map(|short| world.equity(short)).sum();
    let first = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (first.status, first.deleveraged.u128()),
        (LiquidationStatus::More, 4 * UNIT)
    );
    let keeper = world.suite.keeper.clone();
    let second = world
        .suite
        .deleverage(&keeper, &id(&long), 0)
        .unwrap()
        .answer;
    world.check();
    assert_eq!(second.deleveraged.u128(), 4 * UNIT);
    let third = world
        .suite
        .deleverage(&keeper, &id(&long), 0)
        .unwrap()
        .answer;
    world.check();
    assert_eq!(
        (third.status, third.deleveraged.u128()),
        (LiquidationStatus::Done, 2 * UNIT)
    );
    let after: i128 = shorts.iter().map(|short| world.equity(short)).sum();
    assert_eq!(before - after, missing);
    assert_eq!(world.quote(&long), 0);
}

#[test]
fn who_cannot_bear_a_part_is_passed_over_and_only_then_a_deficit_is_booked() {
    let mut world = World::free();
    let long = world.user("long", 100 * UNIT);
    let weak = world.user("weak", 52 * UNIT);
    let bridge = world.user("bridge", 1_000_000 * UNIT);
    world.open(&bridge, &weak, 10 * UNIT, "100");
    world.open(&long, &bridge, 10 * UNIT, "100");
    world.move_to("80");
    // The short takes its profit out and keeps the least it may.
    let free = world
        .suite
        .account(&weak, 0)
        .unwrap()
        .free_collateral
        .u128();
    world.suite.withdraw(&weak, 0, free).unwrap();
    world.check();
    let missing = -world.equity(&long);
    assert!(missing > world.equity(&weak));
    let first = world.liquidate(&long).unwrap();
    assert_eq!(first.answer.status, LiquidationStatus::More);
    assert_eq!(first.answer.deleveraged.u128(), 0);
    assert_eq!(named(&first.events, names::DELEVERAGE_SKIPPED).len(), 1);
    let equity = world.equity(&weak);
    let last = world.liquidate(&long).unwrap().answer;
    assert_eq!(last.status, LiquidationStatus::Done);
    assert_eq!(last.deficit.u128() as i128, missing);
    assert_eq!(world.equity(&weak), equity, "closed at the oracle price");
    assert_eq!(world.quote(&long), 0);
    assert_eq!(
        world.suite.market_info(0).unwrap().deficit.u128() as i128,
        missing
    );

    // Later fees repay it first.
    let mut parameters = world.suite.market_info(0).unwrap().config.parameters;
    (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (200, 500);
    world.suite.update_market(0, parameters).unwrap();
    // The fund is empty and the suite critical: new positions need another fund, here none.
    world.suite.set_insurance_fund(None).unwrap();
    let [a, b] = ["a", "b"].map(|name| world.user(name, 100_000 * UNIT));
    world.open(&a, &b, 1_000 * UNIT, "80");
    let left = world.suite.market_info(0).unwrap();
    assert_eq!(
        missing - left.deficit.u128() as i128,
        56_000_000,
        "7 bp of 80,000"
    );
    world.open(&b, &a, 1_000 * UNIT, "80");
    let left = world.suite.market_info(0).unwrap();
    assert_eq!(left.deficit.u128(), 0);
    assert!(world.suite.ledger().unwrap().fee_collector.u128() > 0);
}

#[test]
fn deleverage_is_for_bankrupt_accounts_only() {
    let mut world = World::free();
    let (long, _) = bankrupt_against(&mut world, &[("100", 10 * UNIT)]);
    world.move_to("91");
    let keeper = world.suite.keeper.clone();
    let early = world.suite.deleverage(&keeper, &id(&long), 0);
    assert!(matches!(refused(early), ContractError::NotBankrupt { .. }));
}

#[test]
fn a_position_keeps_its_rank_when_reduced() {
    let mut world = World::free();
    let [long, a, b] = ["long", "a", "b"].map(|name| world.user(name, 100_000 * UNIT));
    world.open(&long, &a, 10 * UNIT, "110");
    world.open(&long, &b, 10 * UNIT, "105");
    world.limit(&a, Side::Buy, 9 * UNIT, "90").unwrap();
    world
        .suite
        .ioc(&long, 0, 0, Side::Sell, 9 * UNIT, crate::world::price("90"))
        .unwrap();
    world.check();
    let rank = world.suite.deleverage_rank(id(&a), 0).unwrap();
    assert_eq!(
        (rank.ahead, rank.entry_price),
        (0, crate::world::price("110"))
    );
}

// R4: decimals change nothing but the last digits.
#[test]
fn the_same_crash_in_other_decimals() {
    let mut results = vec![];
    for (base, quote) in [(0u8, 6u8), (6, 6), (8, 6), (18, 6), (8, 18)] {
        let one = 10u128.pow(base.into());
        let unit = 10u128.pow(quote.into());
        let lot = (one / 100).max(1);
        let mut world = World::with(|_| {
            let tick = crate::world::price("0.01");
            let mut spec = MarketSpec::new("A", base, tick, lot, crate::world::price("100"));
            let mut parameters = ballast_testing::suite::market_parameters(quote);
            (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (0, 0);
            spec.parameters = Some(parameters);
            ballast_testing::suite::SuiteBuilder::new()
                .decimals(quote)
                .seed(FundSeed { mutual: 0 })
                .market(spec)
        });
        let long = world.user("long", 100 * unit);
        let short = world.user("short", 10_000 * unit);
        world.open(&long, &short, 10 * one, "100");
        world.move_to("80");
        let done = world.liquidate(&long).unwrap().answer;
        assert_eq!(done.deleveraged.u128(), 10 * one);
        results.push((
            done.asked.u128() * UNIT / unit,
            world.equity(&short) * 1_000_000 / unit as i128,
        ));
    }
    results.dedup();
    assert_eq!(results.len(), 1, "{results:?}");
}

// G3: whoever can just, or just not, bear its part, to the atom: the liquidation ends. One that was chosen though it
// cannot, and keeps its place because only a part of it is taken, would be chosen again in every message.
#[test]
fn a_counterparty_at_the_edge_of_what_it_can_bear_stalls_nobody() {
    let (mut taken, mut passed_over) = (0, 0);
    for off in -4i128..=4 {
        let mut world = World::free();
        let long = world.user("long", 100 * UNIT);
        let safe = world.user("safe", 10_000 * UNIT);
        let short = world.user("short", 1_000 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        world.open(&safe, &short, 10 * UNIT, "100");
        world.move_to("80");
        let lacking = -world.equity(&long);
        // Half of its position goes, and with it half of its equity may.
        let spare = world.equity(&short) - (2 * lacking + off);
        let spare = u128::try_from(spare).unwrap();
        world.suite.withdraw(&short, 0, spare).unwrap();
        world.check();
        assert_eq!(world.equity(&short), 2 * lacking + off);
        let mut status = LiquidationStatus::More;
        for _ in 0..3 {
            if status == LiquidationStatus::More {
                status = world.liquidate(&long).unwrap().answer.status;
            }
        }
        assert_eq!(status, LiquidationStatus::Done, "{off} atoms off");
        assert_eq!(world.size(&long), 0);
        let deficit = world.suite.market_info(0).unwrap().deficit;
        taken += u32::from(deficit.is_zero());
        passed_over += u32::from(!deficit.is_zero());
    }
    // Both sides of the edge were met.
    assert!(taken > 0 && passed_over > 0, "{taken}, {passed_over}");
}
