//! What a message costs does not grow with who else is there (issue 4, criterion 1; rule G1): reads, writes, deletes
//! and iterator steps of every message of every contract are the same in a crowd of 10 and of 10,000. A crowd of `n`
//! is `n` accounts with four resting orders each (two at a price that all share, two at a price of its own), `n` longs
//! and `n` shorts in both markets at entry prices of their own, a stop-loss and a take-profit of each long, `n` recorded
//! claims, `n` feeds; `n` stakers of governance, each with an amount that was unstaked, an open proposal and a vote on the
//! first; and once more with a backlog: `2n` failed claims, deleveraging cursors, causes for the gate, queued
//! withdrawals and delegates, `4n` names, `n` underwriters with exits.
//!
//! Where a message does more, it costs more in proportion: fills, counterparties, orders cancelled, feeds, markets.

use ballast_testing::invariants::check_invariants;
use ballast_testing::metering::scenarios::{Measured, Stage, Target};
use ballast_testing::metering::Counts;
use ballast_testing::suite::Collateral;

const FEW: u64 = 10;
const MANY: u64 = 10_000;

/// Bytes by which a call's keys and values may differ: sums and numbers have more digits in a larger crowd.
const DIGITS_PER_RECORD: u64 = 24;

fn operations(counts: &Counts) -> [u64; 4] {
    [counts.reads, counts.writes, counts.deletes, counts.steps]
}

fn name(one: &Measured) -> String {
    format!("{}, {:?}", one.scenario.name(), one.collateral)
}

// G1
#[test]
fn every_message_costs_the_same_in_any_crowd() {
    costs_the_same(&Measured::all(FEW).unwrap(), &Measured::all(MANY).unwrap());
}

// G1: claims, withdrawals, exits that wait, names and delegates are nothing to anybody else.
#[test]
fn every_message_costs_the_same_with_any_backlog() {
    let [few, many] = [FEW, MANY].map(|crowd| Measured::all_with_backlog(crowd).unwrap());
    costs_the_same(&few, &many);
}

fn costs_the_same(few: &[Measured], many: &[Measured]) {
    assert_eq!(few.len(), many.len());
    let (mut grown, mut widest) = (vec![], 0);
    for (few, many) in few.iter().zip(many) {
        let kinds = |one: &Measured| -> Vec<(String, String, [u64; 4])> {
            let calls = one.trace.calls.iter();
            calls
                .map(|call| {
                    let operations = operations(&call.counts);
                    (call.contract.clone(), call.kind.clone(), operations)
                })
                .collect()
        };
        let sends = |one: &Measured| (one.trace.bank_sends, one.trace.bank_queries);
        if kinds(few) != kinds(many) || sends(few) != sends(many) {
            grown.push(format!(
                "{}\n  at {FEW}: {:?}\n  at {MANY}: {:?}",
                name(few),
                kinds(few),
                kinds(many)
            ));
        }
        let [a, b] = [few, many].map(|one| one.trace.totals().counts);
        let bytes = |counts: Counts| counts.read_bytes + counts.write_bytes + counts.step_bytes;
        let records = a.reads + a.writes + a.steps;
        let wider = bytes(b).abs_diff(bytes(a));
        widest = widest.max(wider);
        assert!(
            wider <= DIGITS_PER_RECORD * records,
            "{}: {wider} bytes more in {records} records",
            name(few)
        );
    }
    assert!(grown.is_empty(), "{}", grown.join("\n"));
    println!(
        "{} messages cost the same at {FEW} and at {MANY}; at most {widest} bytes more",
        few.len()
    );
}

#[test]
fn the_crowd_is_a_sound_exchange() {
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let stage = Stage::new(collateral, MANY).unwrap();
        check_invariants(&stage.suite).unwrap();
        let backlog = Stage::with_backlog(collateral, MANY).unwrap();
        check_invariants(&backlog.suite).unwrap();
        let market = stage.suite.market_info(0).unwrap();
        assert_eq!(market.open_interest.u128(), u128::from(MANY) * 100_000);
    }
}

// The test can fail: what does walk the crowd, a query with a limit, is seen to.
#[test]
fn a_walk_through_the_crowd_is_seen() {
    let steps = |crowd: u64| {
        let stage = Stage::new(Collateral::Native, crowd).unwrap();
        let last = stage.suite.address(&format!("crowd short {}", crowd - 1));
        let meter = stage.suite.meter.clone();
        let (rank, trace) = meter.trace(|| stage.suite.deleverage_rank(Stage::id(&last), 0));
        (rank.unwrap().ahead, trace.totals().counts.steps)
    };
    assert_eq!(steps(10), (9, 10));
    assert_eq!(steps(100), (99, 100));
}

/// What one more unit costs: operations at `more` less those at `less`, which must be a multiple of the units between.
fn slope(measured: &[Measured], message: &str, less: (&str, u64), more: (&str, u64)) -> [u64; 4] {
    let counts = |state: &str| {
        let one = measured.iter().find(|one| {
            one.scenario.message == message
                && one.scenario.state == state
                && one.scenario.target != Target::Token
                && one.collateral == Collateral::Native
        });
        operations(
            &one.unwrap_or_else(|| panic!("no {message} {state}"))
                .trace
                .totals()
                .counts,
        )
    };
    let (a, b, units) = (counts(less.0), counts(more.0), more.1 - less.1);
    std::array::from_fn(|i| {
        let difference = b[i].checked_sub(a[i]).unwrap();
        assert_eq!(difference % units, 0, "{message}: {a:?} to {b:?}");
        difference / units
    })
}

#[test]
fn what_does_more_costs_more_in_proportion() {
    let measured = Measured::all(FEW).unwrap();
    // [reads, writes, deletes, steps] of one more. The book is read in pages of four. A position that is gone takes
    // its place in the queue; a failed claim and a cursor too, where its account waits for any.
    let table = [
        ("place_order", ("1 fill", 1), ("2 fills", 2), [1, 2, 2, 0]),
        (
            "place_order",
            ("2 fills", 2),
            ("10 fills", 10),
            [1, 2, 2, 1],
        ),
        (
            "liquidate",
            ("solvent, 1 fill", 1),
            ("solvent, 2 fills", 2),
            [2, 2, 2, 0],
        ),
        (
            "liquidate",
            ("bankrupt, claim, 1 counterparty", 1),
            ("bankrupt, claim, 2 counterparties", 2),
            [2, 1, 1, 0],
        ),
        (
            "liquidate",
            ("bankrupt, claim, 2 counterparties", 2),
            ("bankrupt, claim, 8 counterparties", 8),
            [2, 1, 1, 0],
        ),
        (
            "cancel_all_orders",
            ("1 order", 1),
            ("2 orders", 2),
            [1, 0, 2, 1],
        ),
        (
            "cancel_all_orders",
            ("2 orders", 2),
            ("20 orders", 20),
            [1, 0, 2, 1],
        ),
        ("push_prices", ("1 feed", 1), ("2 feeds", 2), [2, 1, 0, 0]),
        (
            "set_risk_level",
            ("1 market", 1),
            ("2 markets", 2),
            [2, 1, 0, 0],
        ),
    ];
    for (message, less, more, expected) in table {
        let found = slope(&measured, message, less, more);
        assert_eq!(found, expected, "{message}: {} to {}", less.0, more.0);
        println!("{message}, {} to {}: {found:?}", less.0, more.0);
    }
}
