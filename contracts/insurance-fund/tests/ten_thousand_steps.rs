//! Ten thousand random stakes, slashes, top-ups and exits: after each the ledger is what the bank holds and what the events
//! say, and at the end, when everybody has left, every atom is accounted for.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs
)]
mod common;

use common::*;
use cosmwasm_std::{Addr, Uint128};

const STEPS: usize = 10_000;

/// splitmix64: the seed is all there is to replay.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn run(kind: Kind, seed: u64) {
    let mut parameters = plain_parameters();
    parameters.mutual_target = Uint128::new(1_000);
    let mut suite = Suite::new(kind, parameters);
    suite.check = false;
    let market = addr("market");
    for id in 0..4 {
        suite.register(&market, id, cross(50_000, 100_000, 50));
    }
    let stakers: Vec<Addr> = NAMES.iter().map(|name| addr(name)).collect();
    let start: u128 = stakers.iter().map(|who| suite.balance(who)).sum();
    let mut random = Random(seed);
    let (mut claim_id, mut slashes, mut paid, mut cancelled) = (0, 0, 0, 0);
    for step in 0..STEPS {
        let who = stakers[random.below(8) as usize].clone();
        match random.below(12) {
            0..=3 => {
                let _ = suite.stake(&who, 1 + u128::from(random.below(100_000)));
            }
            4 => {
                suite.fees(
                    &market,
                    random.below(4) as u32,
                    1 + u128::from(random.below(30_000)),
                    0,
                );
            }
            5 => {
                claim_id += 1;
                let amount = 1 + u128::from(random.below(60_000));
                suite.claim(&market, random.below(4) as u32, claim_id, amount, 0);
                slashes += u32::from(!suite.record(&market, claim_id).layers[2].paid.is_zero());
            }
            6..=7 => {
                let shares = suite.staker(&who).shares.u128();
                if shares > 0 {
                    let part = 1 + u128::from(random.below(100));
                    let _ = suite.request_exit(&who, (shares * part / 100).max(1));
                }
            }
            8..=9 => paid += u32::from(suite.complete_exit(&who).is_ok_and(|paid| paid > 0)),
            10 => cancelled += u32::from(random.below(4) == 0 && suite.cancel_exit(&who).is_ok()),
            _ => suite.pass(1 + random.below(3 * DAY)),
        }
        suite.check_money();
        if step % 500 == 0 {
            suite.check_invariants();
        }
    }
    // Everybody leaves, from a fund that is healthy again.
    suite.donate(1_000_000);
    suite.pass(2 * HOUR);
    suite.poke(&market);
    for who in &stakers {
        let _ = suite.cancel_exit(who);
        let shares = suite.staker(who).shares.u128();
        if shares > 0 {
            let _ = suite.request_exit(who, shares);
        }
    }
    suite.pass(14 * DAY);
    for who in &stakers {
        let _ = suite.complete_exit(who);
        suite.check_money();
    }
    suite.check_invariants();
    let solvency = suite.solvency();
    assert_eq!(solvency.unaccounted.u128(), 0);
    let end: u128 = stakers.iter().map(|who| suite.balance(who)).sum();
    assert_eq!(
        start,
        end + solvency.booked.u128(),
        "seed {seed}: every atom"
    );
    assert!(
        slashes > 500 && paid > 100 && cancelled > 100,
        "{slashes} {paid} {cancelled}"
    );
    assert!(suite.pool().staked.u128() < 1_000, "{:?}", suite.pool());
    println!(
        "{kind:?}: {slashes} slashes, {paid} exits paid, {cancelled} cancelled, {claim_id} claims"
    );
}

#[test]
fn no_atom_is_lost_native() {
    run(Kind::Native, 1);
}

#[test]
fn no_atom_is_lost_cw20() {
    run(Kind::Cw20, 2);
}
