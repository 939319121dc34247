//! Liquidation of an eligible account commits in every state of the fund, the book and the receivers, and
//! makes progress until the position is closed (G3, S7, E1; design section 9, line 4).
//!
//! Gas exhaustion and call depth are not shown here: the embedded chain drops gas limits.

mod support;

use std::panic::{catch_unwind, AssertUnwindSafe};

use ballast_testing::invariants::check_events;
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, SuiteBuilder};
use ballast_types::market::LiquidationStatus;
use cosmwasm_std::Addr;
use support::states::{Book, Fund, Receivers};
use support::{id, Checked, BTC, KINDS, UNIT};

struct Case {
    world: Checked,
    alice: Addr,
    keeper: Addr,
}

fn crashed(
    collateral: Collateral,
    fund: Fund,
    book: Book,
    receivers: Receivers,
    at: [&str; 2],
) -> Case {
    let spec = MarketSpec {
        registered: fund != Fund::RealUnregistered,
        ..MarketSpec::btc()
    };
    let builder = SuiteBuilder::new()
        .collateral(collateral)
        .market(spec)
        .seed(FundSeed { mutual: 0 });
    let mut world = Checked::from(builder);
    let (alice, keeper) = receivers.set_up(&mut world);
    let bob = world.bob.clone();
    world.deposit(&alice, 1_200 * UNIT);
    world.deposit(&bob, 100_000 * UNIT);
    world.trade(&alice, &bob, BTC, "20000");
    let [oracle, bids] = at;
    world.price(oracle);
    book.set_up(&mut world, &alice, bids);
    fund.set_up(&mut world, &alice);
    world.checker.full(&world.suite).unwrap();
    Case {
        world,
        alice,
        keeper,
    }
}

/// Runs a check in every state and reports all that fail, not only the first.
fn every_state(check: impl Fn(Collateral, Fund, Book, Receivers)) {
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = vec![];
    for collateral in KINDS {
        for fund in Fund::ALL {
            for book in Book::ALL {
                for receivers in Receivers::ALL {
                    let run = || check(collateral, fund, book, receivers);
                    if let Err(why) = catch_unwind(AssertUnwindSafe(run)) {
                        let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                        failed.push(format!(
                            "{collateral:?} {fund:?} {book:?} {receivers:?}: {why:.400}"
                        ));
                    }
                }
            }
        }
    }
    let _ = std::panic::take_hook();
    assert!(
        failed.is_empty(),
        "{} states:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn a_bankrupt_account_is_closed_in_every_state() {
    every_state(|collateral, fund, book, receivers| {
        let state = (collateral, fund, book, receivers);
        let Case {
            mut world,
            alice,
            keeper,
        } = crashed(collateral, fund, book, receivers, ["18000", "17950"]);
        let bob = world.bob.clone();
        let (size, bobs) = (world.size(&alice), world.size(&bob));
        let first = world.liquidate_by(&keeper, &id(&alice));
        if fund.fails() {
            assert_eq!(first.status, LiquidationStatus::ClaimPending, "{state:?}");
            assert_eq!(
                (world.size(&alice), world.size(&bob)),
                (size, bobs),
                "{state:?}"
            );
        } else {
            let done = matches!(
                first.status,
                LiquidationStatus::Done | LiquidationStatus::More
            );
            assert!(done && world.size(&alice) < size, "{state:?}: {first:?}");
        }
        if fund.pays_all() {
            assert_eq!(first.paid, first.asked, "{state:?}");
        }
        let mut left = 20;
        while world.size(&alice) != 0 {
            left -= 1;
            assert!(left > 0, "{state:?}: no end");
            world.suite.advance(61);
            world.price("18000");
            let before = world.size(&alice);
            let next = world.liquidate_by(&keeper, &id(&alice));
            let progress = world.size(&alice) < before
                || matches!(
                    next.status,
                    LiquidationStatus::More | LiquidationStatus::ClaimPending
                );
            assert!(progress, "{state:?}: {next:?}");
        }
        assert_eq!(world.account(&alice).quote.i128(), 0, "{state:?}");
    });
}

#[test]
fn a_solvent_account_is_liquidated_in_every_state_and_the_fund_is_never_asked() {
    every_state(|collateral, fund, book, receivers| {
        let state = (collateral, fund, book, receivers);
        let Case {
            mut world,
            alice,
            keeper,
        } = crashed(collateral, fund, book, receivers, ["19300", "19290"]);
        let (size, bob) = (world.size(&alice), world.bob.clone());
        let bobs = world.size(&bob);
        let done = world.must(|suite| suite.liquidate(&keeper, &id(&alice), 0));
        check_events(&done.events).unwrap();
        let answer = done.answer;
        let closed = size - world.size(&alice);
        let expected = match book {
            Book::Deep | Book::OfThisBlock => LiquidationStatus::Done,
            // Enough or not: it depends on fees.
            Book::HalfDeep | Book::ManySmall => answer.status,
            _ => LiquidationStatus::NoLiquidity,
        };
        assert_eq!(answer.status, expected, "{state:?}");
        assert_eq!(
            answer.closed_in_book.u128(),
            closed.unsigned_abs(),
            "{state:?}"
        );
        assert_eq!(
            answer.asked.u128() + answer.deleveraged.u128(),
            0,
            "{state:?}"
        );
        // Never deleveraged: Bob's position is as it was.
        assert_eq!(world.size(&bob), bobs, "{state:?}");
        assert!(!world.account(&alice).bankrupt, "{state:?}");
    });
}
