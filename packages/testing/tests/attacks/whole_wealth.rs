//! What the other tests measure with: wealth that a hand puts from one pocket into another stays the same, so
//! that no attack can hide what it gained, or call money lost that only waits.

use ballast_testing::suite::{exchange_parameters, Suite};
use ballast_testing::wealth::{FEE_COLLECTOR, FUND, LOANS};
use ballast_types::fund::Layer;
use cosmwasm_std::Addr;

use crate::scene::{
    cents, id, spec, Scene, ATTACKER, COLLATERALS, EMPTY, MAKERS, POOR, UNIT, WINNERS,
};

const DAY: u64 = 86_400;

/// What the attacker's row changed by since the start.
fn change(scene: &Scene, before: i128) -> i128 {
    scene.stock().of(ATTACKER).unwrap() - before
}

fn wealth(scene: &Scene) -> i128 {
    scene.stock().of(ATTACKER).unwrap()
}

/// A loser that lacks about 148 a unit of size, and somebody who won.
fn bankruptcy(scene: &mut Scene, units: u128) {
    let size = units * UNIT;
    let loser = scene.hand(MAKERS, "loser", size * 52 / 10);
    let winner = scene.hand(WINNERS, "winner", 100 * size);
    scene.trade(&loser, &winner, size, cents(10_000));
    scene.wait(61);
    scene.move_to(cents(8_000), 5);
    assert!(scene.lacking(&loser) > 0);
    scene.crank();
    assert_eq!(scene.size(&loser), 0);
}

// S1: a withdrawal that waits is its owner's, whether it is paid, waits or is taken back.
#[test]
fn queued_withdrawals_count() {
    for collateral in COLLATERALS {
        let mut parameters = exchange_parameters(6);
        parameters.outflow_floor = (1_000 * UNIT).into();
        let mut scene = Scene::with(collateral, POOR, spec("A"), |builder| {
            builder.exchange_parameters(parameters)
        });
        let hand = scene.hand(ATTACKER, "hand", 100_000 * UNIT);
        scene.wait(DAY);
        let before = wealth(&scene);
        scene.must(|suite| suite.withdraw(&hand, 0, 60_000 * UNIT));
        let waiting = scene.suite.queued_withdrawals().unwrap();
        assert!(waiting[0].amount.u128() > 30_000 * UNIT);
        assert_eq!(change(&scene, before), 0);
        scene.wait(1_800);
        let keeper = scene.suite.keeper.clone();
        let done = scene.must(|suite| suite.process_withdrawals(&keeper, None));
        assert!(!done.answer.paid.is_zero() && done.answer.finished == 0);
        assert_eq!(change(&scene, before), 0);
        scene.must(|suite| suite.cancel_withdrawal(&hand, 1));
        assert_eq!(change(&scene, before), 0);
    }
}

// S4: stake and exits count at what they would be paid, after every slash.
#[test]
fn shares_and_exits_count() {
    for collateral in COLLATERALS {
        let mut scene = Scene::new(collateral, EMPTY);
        let hand = scene.hand(ATTACKER, "hand", 0);
        scene.suite.mint(&hand, 100_000 * UNIT).unwrap();
        let before = wealth(&scene);
        scene.must(|suite| suite.stake(&hand, 100_000 * UNIT));
        let staked = change(&scene, before);
        assert!((-1..=0).contains(&staked), "{staked}");
        // Half of it asks to leave.
        let shares = 500_000 * UNIT;
        scene.must(|suite| suite.request_exit(&hand, shares));
        let asked = change(&scene, before);
        assert!((-2..=0).contains(&asked), "{asked}");
        bankruptcy(&mut scene, 50);
        let claims = scene.suite.claims().unwrap();
        let layers = claims.iter().flat_map(|claim| &claim.layers);
        let slashed: u128 = layers
            .filter(|one| one.layer == Layer::Stake)
            .map(|one| one.paid.u128())
            .sum();
        let slashed = i128::try_from(slashed).unwrap();
        assert!(slashed > 500 * UNIT as i128, "{slashed}");
        let left = change(&scene, before) + slashed;
        assert!((-4..=0).contains(&left), "{left}");
        // Asking to leave again changes nothing, nor does leaving.
        scene.wait(14 * DAY);
        let before = wealth(&scene);
        scene.must(|suite| suite.complete_exit(&hand));
        let paid = scene.suite.balance(&hand).unwrap();
        assert!(paid > 45_000 * UNIT && paid < 50_000 * UNIT, "{paid}");
        // Fees that dripped meanwhile are what it may have gained.
        let left = change(&scene, before);
        assert!((-1..=UNIT as i128).contains(&left), "{left}");
    }
}

// S1: who owns the market owns the exchange's fees, those of delisted markets too; nobody else does.
#[test]
fn the_exchanges_fees_count_for_its_owner() {
    for collateral in COLLATERALS {
        let mut scene = Scene::new(collateral, POOR);
        let [a, b] = ["a", "b"].map(|name| scene.hand(MAKERS, name, 100_000 * UNIT));
        let hand = scene.hand(ATTACKER, "hand", 0);
        scene.trade(&a, &b, 100 * UNIT, cents(10_000));
        let fees = scene.stock().of(FEE_COLLECTOR).unwrap();
        assert!(fees > 0);
        assert_eq!(wealth(&scene), 0);
        let owner = scene.suite.owner.clone();
        scene.put(ATTACKER, &owner);
        assert_eq!(wealth(&scene), fees);
        assert_eq!(scene.stock().of(FEE_COLLECTOR).unwrap(), 0);
        let part = u128::try_from(fees / 4).unwrap();
        scene.must(|suite| suite.pay_fees(0, &hand, part));
        assert_eq!(wealth(&scene), fees);

        scene.suite.advance(7 * DAY);
        scene.must(|suite| suite.settle_market(0));
        scene.suite.advance(DAY);
        scene.must(|suite| suite.settle(0, &[id(&a), id(&b)]));
        // First its fees leave for the fund, then the market goes.
        assert!(scene.must(|suite| suite.delist(0)).answer.more);
        assert!(!scene.must(|suite| suite.delist(0)).answer.more);
        let retired = scene.suite.ledger().unwrap().retired_fees.u128();
        assert!(retired > 0);
        assert_eq!(wealth(&scene), i128::try_from(part + retired).unwrap());
        scene.must(|suite| suite.pay_retired_fees(&hand, retired));
        assert_eq!(wealth(&scene), i128::try_from(part + retired).unwrap());
    }
}

fn committed(scene: &mut Scene, amount: u128) -> Addr {
    let treasury = scene.hand(ATTACKER, "treasury", 0);
    scene.suite.mint(&treasury, amount).unwrap();
    scene.must(|suite| suite.appoint_treasury(&treasury));
    scene.must(|suite| suite.commit_emergency(&treasury, amount));
    treasury
}

// S4: coins lent are the lender's, drawn or not; what was drawn is owed by the fund.
#[test]
fn coins_lent_count() {
    for collateral in COLLATERALS {
        let mut scene = Scene::new(collateral, EMPTY);
        let fund = scene.stock().of(FUND).unwrap();
        let amount = 4_000 * UNIT;
        committed(&mut scene, amount);
        assert_eq!(wealth(&scene), i128::try_from(amount).unwrap());
        assert_eq!(scene.stock().of(FUND).unwrap(), fund);
        bankruptcy(&mut scene, 50);
        let drawn = scene.suite.solvency().unwrap().emergency_debt;
        assert!(!drawn.is_zero());
        assert_eq!(wealth(&scene), i128::try_from(amount).unwrap());
        let loans = scene.stock().of(LOANS).unwrap();
        assert_eq!(loans, -i128::try_from(drawn.u128()).unwrap());
    }
}

// A hand is all of its addresses, in all of its subaccounts.
#[test]
fn all_addresses_and_subaccounts_count() {
    let mut scene = Scene::new(COLLATERALS[0], POOR);
    let [a, b] = ["a", "b"].map(|name| scene.hand(ATTACKER, name, 1_000 * UNIT));
    let before = wealth(&scene);
    scene.must(|suite: &mut Suite| suite.transfer(&a, 0, 7, 400 * UNIT));
    scene.must(|suite| suite.withdraw(&a, 7, 300 * UNIT));
    scene.must(|suite| suite.bare_send(&a, &b, 200 * UNIT));
    assert_eq!(change(&scene, before), 0);
}
