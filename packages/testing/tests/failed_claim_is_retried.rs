//! A claim that failed and could have been paid is paid on the retry, and nobody was deleveraged for it.
//! Only a claim that still fails a minute later lets deleveraging go on with nothing paid.

mod support;

use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::suite::Collateral;
use ballast_types::market::LiquidationStatus;
use ballast_types::Side;
use cosmwasm_std::Addr;
use support::{id, Checked, Money, BTC, KINDS, UNIT};

/// Alice is bankrupt, the book is deep, and the fund fails.
fn failing(collateral: Collateral) -> (Checked, Addr) {
    let mut world = Checked::new(collateral, Money::default());
    let carol = world.carol.clone();
    world.open_positions();
    world.deposit(&carol, 100_000 * UNIT);
    world.price("18000");
    world.rest(&carol, Side::Buy, BTC, "17950");
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let fund = world.suite.deploy_hostile_fund(failing).unwrap();
    world.suite.mint(&fund, 10_000 * UNIT).unwrap();
    world.must(|suite| suite.set_insurance_fund(Some(&fund)));
    (world, fund)
}

fn everyone(world: &Checked) -> Vec<(i128, i128)> {
    let users = [&world.alice, &world.bob, &world.carol];
    users
        .map(|user| (world.size(user), world.account(user).quote.i128()))
        .to_vec()
}

#[test]
fn what_a_failed_claim_could_have_been_paid_is_paid_on_the_retry() {
    for collateral in KINDS {
        let (mut world, fund) = failing(collateral);
        let (alice, bob) = (world.alice.clone(), world.bob.clone());
        let before = everyone(&world);
        let pending = world.liquidate(&alice);
        assert_eq!(pending.status, LiquidationStatus::ClaimPending);
        assert_eq!(everyone(&world), before, "nobody gave anything");
        let waiting = world.suite.pending_claims().unwrap();
        assert_eq!((waiting.len(), waiting[0].amount), (1, pending.asked));

        // Failing again within the minute changes nothing either.
        world.suite.advance(30);
        world.price("18000");
        assert_eq!(
            world.liquidate(&alice).status,
            LiquidationStatus::ClaimPending
        );
        assert_eq!(everyone(&world), before);

        let healthy = FundBehaviour::pays(1_000_000);
        world.must(|suite| suite.set_fund_behaviour(&fund, healthy));
        let bobs = world.size(&bob);
        let done = world.liquidate(&alice);
        assert_eq!(done.status, LiquidationStatus::Done);
        assert_eq!((done.paid, done.deleveraged.u128()), (done.asked, 0));
        assert_eq!(world.size(&bob), bobs, "nobody was deleveraged");
        assert_eq!(
            (world.size(&alice), world.account(&alice).quote.i128()),
            (0, 0)
        );
        assert!(world.suite.pending_claims().unwrap().is_empty());
        let seen = world.suite.claims_seen(&fund).unwrap();
        assert_eq!(
            (seen.len(), seen[0].claim_id),
            (1, 3),
            "each attempt has an id of its own"
        );
    }
}

#[test]
fn a_claim_that_still_fails_a_minute_later_lets_deleveraging_go_on() {
    for collateral in KINDS {
        let (mut world, _) = failing(collateral);
        let (alice, bob) = (world.alice.clone(), world.bob.clone());
        assert_eq!(
            world.liquidate(&alice).status,
            LiquidationStatus::ClaimPending
        );
        world.suite.advance(49);
        world.price("18000"); // 59 s
        assert_eq!(
            world.liquidate(&alice).status,
            LiquidationStatus::ClaimPending
        );
        world.suite.advance(1); // 60 s
        let shorts = world.account(&bob).equity.i128();
        let done = world.liquidate(&alice);
        assert_eq!(done.status, LiquidationStatus::Done);
        assert_eq!((done.paid.u128(), done.deleveraged.u128()), (0, BTC));
        // The dropped fills of the book are not made: what is missing against the oracle price is Bob's.
        let lost = shorts - world.account(&bob).equity.i128();
        assert_eq!(lost, 810_000_000);
        assert!(world.suite.pending_claims().unwrap().is_empty());
    }
}

/// G3: who nests the call so deep that the fund, or its token, is out of reach does not make a healthy fund look broken.
/// `ts/e2e/callers.test.ts` does it on a real chain.
#[test]
fn a_claim_that_failed_for_want_of_call_depth_waits_longer() {
    for collateral in KINDS {
        let (mut world, fund) = failing(collateral);
        let alice = world.alice.clone();
        let too_deep = FundBehaviour::claims(Reaction::TooDeep);
        world.must(|suite| suite.set_fund_behaviour(&fund, too_deep));
        let before = everyone(&world);
        // Every four minutes: after five without a failure the next one would be the first.
        for _ in 0..15 {
            assert_eq!(
                world.liquidate(&alice).status,
                LiquidationStatus::ClaimPending
            );
            assert_eq!(everyone(&world), before);
            world.suite.advance(230);
            world.price("18000");
        }
        // It ends all the same, after an hour: a fund may use up the depth itself.
        let done = world.liquidate(&alice);
        assert_eq!(
            (done.status, done.paid.u128(), done.deleveraged.u128()),
            (LiquidationStatus::Done, 0, BTC)
        );
    }
}

#[test]
fn deleverage_retries_a_claim_like_liquidate() {
    for collateral in KINDS {
        let (mut world, fund) = failing(collateral);
        let (alice, keeper) = (world.alice.clone(), world.suite.keeper.clone());
        assert_eq!(
            world.liquidate(&alice).status,
            LiquidationStatus::ClaimPending
        );
        let healthy = FundBehaviour::pays(1_000_000);
        world.must(|suite| suite.set_fund_behaviour(&fund, healthy));
        let done = world
            .must(|suite| suite.deleverage(&keeper, &id(&alice), 0))
            .answer;
        assert_eq!(
            (done.status, done.paid),
            (LiquidationStatus::Done, done.asked)
        );
        assert_eq!(done.deleveraged.u128(), 0);
    }
}

/// A fund that fails for good is replaced, and the claim that waits is asked of the new one.
#[test]
fn a_waiting_claim_is_asked_of_the_fund_that_replaces_the_broken_one() {
    for collateral in KINDS {
        let (mut world, _) = failing(collateral);
        let (alice, fund) = (world.alice.clone(), world.suite.fund.clone());
        assert_eq!(
            world.liquidate(&alice).status,
            LiquidationStatus::ClaimPending
        );
        world.must(|suite| suite.set_insurance_fund(Some(&fund)));
        world.must(|suite| suite.top_up_reserve(&alice, 0, 10_000 * UNIT));
        let done = world.liquidate(&alice);
        assert_eq!(
            (done.status, done.paid),
            (LiquidationStatus::Done, done.asked)
        );
        assert_eq!(world.suite.claims().unwrap().len(), 1);
    }
}
