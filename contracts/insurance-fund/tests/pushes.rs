//! Who tries to push the suite's level down without a loss that deserves it: by trading, by prices, by donations, by
//! dust bankruptcies. Design section 7 says how far each may come.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]
mod common;
use ballast_types::fund::*;
use ballast_types::{MarketId, RiskLevel};
use common::*;
use proptest::prelude::*;

const MARKETS: [(&str, MarketId); 3] = [("market", 0), ("market", 1), ("second", 0)];
const PPM: u128 = 1_000_000;
/// Fresh reports, whatever the steps: time alone is another test's matter.
const SHORT: u64 = HOUR;

#[derive(Clone, Debug)]
enum Push {
    /// Trades open interest up to this share of what the market was told it may have.
    Trade(usize, u128),
    /// Prices make the open interest worth this much.
    Price(usize, u128),
    Donate(u128),
    Stray(u128),
    /// A bankruptcy of a few atoms.
    Dust(usize, u128),
    Pass(u64),
}

fn pushes(prices: bool, dust: bool) -> impl Strategy<Value = Vec<Push>> {
    let market = 0..MARKETS.len();
    let trade =
        (market.clone(), prop_oneof![Just(PPM), 0..=PPM]).prop_map(|(m, p)| Push::Trade(m, p));
    let price = (market.clone(), 0u128..100_000_000).prop_map(|(m, v)| Push::Price(m, v));
    let dusty = (market, 0u128..=5).prop_map(|(m, a)| Push::Dust(m, a));
    let push = prop_oneof![
        4 => trade,
        if prices { 4 } else { 0 } => price,
        1 => (1u128..50_000).prop_map(Push::Donate),
        1 => (1u128..50_000).prop_map(Push::Stray),
        if dust { 4 } else { 0 } => dusty,
        1 => (1..SHORT).prop_map(Push::Pass),
    ];
    prop::collection::vec(push, 1..25)
}

/// Capital of 120,000 and more, three markets whose caps are far beyond it.
fn world() -> Suite {
    let mut suite = Suite::new(Kind::Native, plain_parameters());
    for (contract, id) in MARKETS {
        suite.register(&addr(contract), id, cross(100_000, 5_000_000, 2_000));
    }
    suite.donate(120_000);
    suite.reserve(&addr("market"), 0, 3_000);
    suite.stake(&addr("staker"), 10_000).unwrap();
    suite
}

/// Does it, and has every market report: markets that trade do.
fn push(suite: &mut Suite, push: &Push, claim_id: u64) {
    let at = |index: usize| (addr(MARKETS[index].0), MARKETS[index].1);
    match push {
        Push::Trade(market, share) => {
            let (contract, id) = at(*market);
            // A position that is open may stay: trading opens up to the cap of the moment.
            let cap = suite.risk(&contract, id).open_interest_cap.u128();
            let open = suite.market(&contract, id).open_interest_value.u128();
            let wanted = cap * share / PPM;
            let risk = suite.risk(&contract, id);
            let next = if risk.reduce_only {
                wanted.min(open)
            } else {
                wanted.min(cap.max(open))
            };
            suite.fees(&contract, id, 1, next);
        }
        Push::Price(market, value) => {
            let (contract, id) = at(*market);
            suite.fees(&contract, id, 1, *value);
        }
        Push::Donate(amount) => suite.donate(*amount),
        Push::Stray(amount) => {
            suite.stray(*amount);
            suite.sync();
        }
        Push::Dust(market, amount) => {
            let (contract, id) = at(*market);
            let open = suite.market(&contract, id).open_interest_value.u128();
            suite.claim(&contract, id, claim_id, *amount, open);
        }
        Push::Pass(secs) => suite.pass(*secs),
    }
}

fn run(pushes: &[Push], mut judge: impl FnMut(&SolvencyResponse, &SolvencyResponse, &Push)) {
    let mut suite = world();
    for (claim_id, one) in (1u64..).zip(pushes) {
        let before = suite.solvency();
        push(&mut suite, one, claim_id);
        judge(&before, &suite.solvency(), one);
    }
}

proptest! {
    // Trading up to the caps that the fund tells never leaves less coverage than healthy takes.
    #[test]
    fn trading_and_donations_never_push_below_healthy(pushes in pushes(false, false)) {
        run(&pushes, |_, now, push| {
            let coverage = now.coverage_ppm;
            assert!(now.level <= RiskLevel::Healthy, "{push:?}: {:?} at {coverage}", now.level);
        });
    }

    // Prices may leave no coverage at all: without a loss the level stays on watch.
    #[test]
    fn prices_and_donations_never_push_below_watch(pushes in pushes(true, false)) {
        run(&pushes, |_, now, push| {
            assert!(now.level <= RiskLevel::Watch, "{push:?}: {:?}", now.level);
        });
    }

    // Losses of a few atoms each, however many, lower a level that trading holds by no more than they took of capital:
    // never below watch, and never is a donation followed by a worse level.
    #[test]
    fn dust_bankruptcies_never_push_below_watch(pushes in pushes(false, true)) {
        run(&pushes, |before, now, push| {
            assert!(now.level <= RiskLevel::Watch, "{push:?}: {:?}", now.level);
            if matches!(push, Push::Donate(_) | Push::Stray(_)) {
                assert!(now.level <= before.level, "{push:?}");
            }
        });
    }
}

// Healthy is above 120 %, not at it: caps that the owner set, or that were scaled, to the very ratio leave a little more.
#[test]
fn markets_that_are_full_to_the_cap_stay_healthy() {
    // Caps of 10,000 weighted; 12,000 would back them to 120 % exactly. And odd weights, where each market rounds up.
    for (capital, weight, cap) in [
        (12_000, 100_000, 33_330),
        (12_000, 100_000, 50_000),
        (1_200_000, 7_777, 5_000_000),
        (999_999, 333_333, 1_000_001),
        (3_700, 1_000, 123_456_789),
    ] {
        let mut suite = Suite::new(Kind::Native, plain_parameters());
        for (contract, id) in MARKETS {
            suite.register(&addr(contract), id, cross(weight, cap, 0));
        }
        suite.donate(capital);
        let caps =
            MARKETS.map(|(contract, id)| suite.risk(&addr(contract), id).open_interest_cap.u128());
        for ((contract, id), cap) in MARKETS.into_iter().zip(caps) {
            suite.fees(&addr(contract), id, 1, cap);
        }
        let now = suite.solvency();
        assert!(
            now.level <= RiskLevel::Healthy,
            "{capital}, {weight}, {cap}: {:?} at {}",
            now.level,
            now.coverage_ppm
        );
    }
}

// What section 7 does allow: with prices that leave less than the threshold, a claimed loss opens the levels below watch,
// and they close when it is older than the window.
#[test]
fn a_loss_opens_the_levels_below_watch_for_its_window_alone() {
    let mut suite = world();
    push(&mut suite, &Push::Price(0, 50_000_000), 1);
    assert_eq!(suite.solvency().level, RiskLevel::Watch);
    let market = addr("market");
    suite.claim(&market, 0, 2, 100, 50_000_000);
    assert_eq!(suite.solvency().level, RiskLevel::Critical);
    assert!(suite.risk(&market, 0).reduce_only);
    for _ in 0..8 {
        suite.pass(DAY);
        suite.fees(&market, 0, 1, 50_000_000);
    }
    suite.poke(&market);
    assert_eq!(suite.solvency().level, RiskLevel::Watch);
    assert!(!suite.risk(&market, 0).reduce_only);
}
