//! A whole life of the suite, once with each token: deposits, trades, a fall, a solvent liquidation, a
//! bankrupt one with the fund paying all, a part or nothing, deleveraging, fees that refill the fund.

mod support;

use ballast_types::fund::TopUpKind;
use ballast_types::market::LiquidationStatus;
use ballast_types::Side;
use support::{Checked, Money, BTC, KINDS, UNIT};

/// S1, S5: the money of the crash adds up in every outcome.
#[test]
fn the_fund_pays_all_a_part_or_nothing_and_counterparties_bear_the_rest() {
    // The mutual reserve pays at most a tenth of its high in a day: here it pays all.
    let all = Money {
        reserve: 0,
        mutual: 100_000 * UNIT,
    };
    let part = Money {
        reserve: 100 * UNIT,
        mutual: 0,
    };
    let nothing = Money::default();
    for collateral in KINDS {
        for money in [all, part, nothing] {
            let mut world = Checked::new(collateral, money);
            let (alice, bob) = (world.alice.clone(), world.bob.clone());
            world.open_positions();
            // Long enough ago for more than the market's own reserve to pay.
            world.suite.advance(60);
            world.price("18000");
            let short_before = world.account(&bob).equity.i128();
            let missing = world.account(&alice).equity.unsigned_abs().u128();
            assert!(world.account(&alice).bankrupt);
            // Owed fees, but for the keeper's bounty of 1 bp, reach the fund with the claim, or just before it, and
            // are paid back at once.
            let bounty = 18_000 * UNIT / 10_000;
            let fees = world.suite.market_info(0).unwrap().fees_owed.u128() - bounty;
            let expected = missing.min(money.reserve + fees + money.mutual / 10);

            let answer = world.liquidate(&alice);
            assert_eq!(answer.status, LiquidationStatus::Done, "{money:?}");
            assert_eq!(answer.asked.u128(), missing);
            assert_eq!(answer.paid.u128(), expected, "{money:?}");
            assert_eq!(answer.deleveraged.u128(), BTC);
            assert_eq!((answer.bounty.u128(), answer.deficit.u128()), (bounty, 0));
            assert_eq!(world.account(&alice).quote.i128(), 0);
            assert_eq!((world.size(&alice), world.size(&bob)), (0, 0));

            let lost = short_before - world.account(&bob).equity.i128();
            assert_eq!(
                lost.unsigned_abs(),
                missing - answer.paid.u128(),
                "{money:?}"
            );
            let claim = &world.suite.claims().unwrap()[0];
            assert_eq!((claim.amount, claim.paid), (answer.asked, answer.paid));
            assert_eq!(claim.uncovered, answer.asked - answer.paid);
        }
    }
}

#[test]
fn a_solvent_account_is_closed_into_the_book_and_the_fund_is_not_asked() {
    for collateral in KINDS {
        let mut world = Checked::new(
            collateral,
            Money {
                reserve: 0,
                mutual: 10_000 * UNIT,
            },
        );
        let (alice, carol) = (world.alice.clone(), world.carol.clone());
        world.open_positions();
        world.deposit(&carol, 100_000 * UNIT);
        world.price("19300");
        world.rest(&carol, Side::Buy, BTC, "19290");
        let before = world.account(&alice);
        assert!(before.liquidatable && !before.bankrupt);

        let keeper = world.suite.keeper.clone();
        let answer = world.liquidate(&alice);
        assert_eq!(answer.status, LiquidationStatus::Done);
        assert!(answer.closed_in_book.u128() > 0 && answer.closed_in_book.u128() < BTC);
        assert!(answer.fee.u128() > 0);
        assert_eq!(answer.deleveraged.u128() + answer.asked.u128(), 0);
        assert!(!world.account(&alice).liquidatable);
        // The keeper's share is in the keeper's account, to be withdrawn by nobody else.
        let share = world.account(&keeper).quote.unsigned_abs().u128();
        assert_eq!(share, answer.fee.u128() / 5);
        world.must(|suite| suite.withdraw(&keeper, 0, share));
        assert_eq!(world.suite.balance(&keeper).unwrap(), share);
        assert!(world.suite.claims().unwrap().is_empty());
    }
}

#[test]
fn fees_refill_the_fund() {
    for collateral in KINDS {
        let mut world = Checked::new(
            collateral,
            Money {
                reserve: 0,
                mutual: 10_000 * UNIT,
            },
        );
        let (alice, bob) = (world.alice.clone(), world.bob.clone());
        world.open_positions();
        for _ in 0..3 {
            world.trade(&bob, &alice, BTC, "20000");
            world.trade(&alice, &bob, BTC, "20000");
        }
        let owed = world.suite.market_info(0).unwrap().fees_owed.u128();
        assert!(owed > 0);
        let before = world.suite.solvency().unwrap().booked.u128();
        world.must(|suite| suite.flush(0));
        assert_eq!(world.suite.market_info(0).unwrap().fees_owed.u128(), 0);
        assert_eq!(world.suite.solvency().unwrap().booked.u128(), before + owed);
        // The market's report came with it.
        let claimant = world.suite.claimant(0).unwrap();
        assert_eq!(claimant.open_interest_value.u128(), 20_000 * UNIT);
    }
}

/// F4: coins that nobody announced change nothing until they are booked.
#[test]
fn top_ups_of_each_kind_and_stray_coins_reach_their_line() {
    for collateral in KINDS {
        let mut world = Checked::new(collateral, Money::default());
        let (alice, fund, market) = (
            world.alice.clone(),
            world.suite.fund.clone(),
            world.suite.market.clone(),
        );
        world.must(|suite| suite.donate(&alice, 5 * UNIT));
        world.must(|suite| suite.top_up_reserve(&alice, 0, 3 * UNIT));
        let fees = ballast_types::fund::TopUp {
            contract: Some(market.to_string()),
            market: Some(0),
            kind: TopUpKind::Fees,
            state: None,
        };
        assert!(world
            .step(|suite| suite.top_up(&alice, &fees, UNIT))
            .is_err());
        world.must(|suite| suite.bare_send(&alice, &fund, 7 * UNIT));
        let before = world.suite.solvency().unwrap();
        assert_eq!(before.unaccounted.u128(), 7 * UNIT);
        assert_eq!(
            (before.mutual.u128(), before.market_reserves.u128()),
            (5 * UNIT, 3 * UNIT)
        );
        world.must(|suite| suite.sync_fund(&alice));
        assert_eq!(world.suite.solvency().unwrap().mutual.u128(), 12 * UNIT);

        world.must(|suite| suite.bare_send(&alice, &market, 2 * UNIT));
        assert_eq!(world.suite.ledger().unwrap().unaccounted.i128(), 2_000_000);
        world.must(|suite| suite.sync_market(&alice));
        let ledger = world.suite.ledger().unwrap();
        assert_eq!(
            (ledger.unaccounted.i128(), ledger.residue.u128()),
            (0, 2 * UNIT)
        );
    }
}
