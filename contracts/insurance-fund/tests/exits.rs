//! Leaving: what is owed, when it is paid, what a pause does, and what staying after all costs.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs
)]
mod common;

use ballast_insurance_fund::ContractError;
use ballast_risk::RiskError;
use ballast_types::events::{attribute, fund, is};
use ballast_types::fund::*;
use ballast_types::RiskLevel;
use common::*;
use cosmwasm_std::{Addr, Uint128};
use cw_multi_test::AppResponse;

const COOLDOWN: u64 = 14 * DAY;
const WINDOW: u64 = 3 * DAY;
const PAUSE: u64 = 4 * DAY;

fn world(kind: Kind) -> (Suite, Addr, Addr, Addr) {
    let mut parameters = plain_parameters();
    parameters.required_capital_floor = Uint128::one();
    parameters.mutual_target = Uint128::zero();
    let mut suite = Suite::new(kind, parameters);
    let market = addr("market");
    for id in 0..3 {
        suite.register(&market, id, cross(50_000, 100_000, 0));
    }
    (suite, market, addr("staker"), addr("second"))
}

fn reason(response: &AppResponse) -> Option<String> {
    response
        .events
        .iter()
        .find(|event| is(event, fund::EXIT_CANCELLED))
        .map(|event| attribute(event, "reason").unwrap().to_owned())
}

#[test]
fn paid_from_the_end_of_the_cooldown_to_the_end_of_the_window() {
    for kind in KINDS {
        for (waited, outcome) in [
            (COOLDOWN - 1, "early"),
            (COOLDOWN, "paid"),
            (COOLDOWN + WINDOW, "paid"),
            (COOLDOWN + WINDOW + 1, "missed"),
        ] {
            let (mut suite, _, staker, second) = world(kind);
            suite.stake(&staker, 1_000).unwrap();
            suite.stake(&second, 1_000).unwrap();
            suite.request_exit(&staker, 4_000).unwrap();
            let asked = suite.now();
            let exit = suite.staker(&staker).exit.unwrap();
            assert_eq!(
                (exit.ready_at, exit.ends_at),
                (asked + COOLDOWN, asked + COOLDOWN + WINDOW)
            );
            suite.pass(waited);
            match outcome {
                "early" => assert_eq!(
                    error(suite.execute(&staker, &ExecuteMsg::CompleteExit {}, &[])),
                    ContractError::TooEarly {
                        ready_at: asked + COOLDOWN,
                        now: asked + waited
                    }
                ),
                "paid" => {
                    assert_eq!(suite.complete_exit(&staker).unwrap(), 400);
                    assert_eq!(suite.staker(&staker).shares.u128(), 6_000);
                }
                _ => {
                    let response = suite
                        .execute(&staker, &ExecuteMsg::CompleteExit {}, &[])
                        .unwrap();
                    assert_eq!(reason(&response).unwrap(), "missed");
                    assert_eq!(
                        suite.staker(&staker).shares.u128(),
                        10_000,
                        "no gain, none lost"
                    );
                }
            }
            let found = suite.execute(&staker, &ExecuteMsg::CompleteExit {}, &[]);
            if outcome != "early" {
                assert_eq!(error(found), ContractError::NoExit {});
            }
        }
    }
}

// owed = asked * (1 - each later slash): gains in between do not soften it, and stay with the others.
#[test]
fn a_leaver_shares_losses_and_not_gains() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.stake(&staker, 100_000).unwrap();
        suite.stake(&second, 100_000).unwrap();
        suite.request_exit(&staker, 1_000_000).unwrap();
        suite.fees(&market, 0, 400_000, 0);
        suite.pass(7 * DAY);
        assert_eq!(suite.staker(&staker).exit.unwrap().owed.u128(), 100_000);
        assert!(suite.staker(&second).value.u128() >= 299_997);
        // A tenth of 400,000: 10,000 of the leaver, 30,000 of the others.
        suite.claim(&market, 0, 1, 1_000_000, 0);
        assert_eq!(suite.staker(&staker).exit.unwrap().owed.u128(), 90_000);
        assert!(suite.staker(&second).value.u128() >= 269_997);
        suite.pass(7 * DAY);
        assert_eq!(suite.complete_exit(&staker).unwrap(), 90_000);
    }
}

#[test]
fn one_exit_an_address_and_only_of_shares_one_has() {
    let (mut suite, _, staker, second) = world(Kind::Native);
    suite.stake(&staker, 1_000).unwrap();
    assert_eq!(
        error(suite.request_exit(&staker, 10_001)),
        ContractError::Risk(RiskError::NotEnoughShares {
            asked: Uint128::new(10_001),
            available: Uint128::new(10_000)
        })
    );
    assert_eq!(
        error(suite.request_exit(&staker, 0)),
        ContractError::Risk(RiskError::NoRequest {})
    );
    assert_eq!(
        error(suite.request_exit(&staker, 1)),
        ContractError::ZeroAmount {}
    );
    assert_eq!(error(suite.cancel_exit(&second)), ContractError::NoExit {});
    suite.request_exit(&staker, 5_000).unwrap();
    assert_eq!(
        error(suite.request_exit(&staker, 1_000)),
        ContractError::ExitPending {
            found: Uint128::new(5_000)
        }
    );
    // Once the window has passed, the next stake or request is the touch that gives the shares back first.
    suite.pass(COOLDOWN + WINDOW + 1);
    let response = suite.request_exit(&staker, 10_000).unwrap();
    assert_eq!(reason(&response).unwrap(), "missed");
    suite.pass(COOLDOWN + WINDOW + 1);
    let response = suite.stake(&staker, 10).unwrap();
    assert_eq!(reason(&response).unwrap(), "missed");
}

/// Brings the suite to deficient by a loss, and back by a donation. Exits are held up meanwhile.
fn deficient(suite: &mut Suite, market: &Addr, claim_id: u64) {
    let mut parameters = suite
        .query::<ConfigResponse>(&QueryMsg::Config {})
        .parameters;
    parameters.required_capital_floor = Uint128::new(100_000);
    suite.set_parameters(parameters);
    suite.claim(market, 0, claim_id, 1, 0);
    assert!(suite.solvency().level >= RiskLevel::Deficient);
    assert!(suite.pool().paused);
}

#[test]
fn a_pause_lengthens_cooldown_and_window() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.stake(&staker, 1_000).unwrap();
        suite.stake(&second, 1_000).unwrap();
        suite.request_exit(&staker, 10_000).unwrap();
        let asked = suite.now();
        suite.pass(COOLDOWN - 10);
        deficient(&mut suite, &market, 1);
        suite.pass(DAY);
        assert_eq!(
            error(suite.execute(&staker, &ExecuteMsg::CompleteExit {}, &[])),
            ContractError::ExitsPaused {
                ends_at: suite.now() + PAUSE - DAY
            }
        );
        suite.donate(200_000);
        suite.pass(HOUR);
        suite.poke(&market);
        assert!(!suite.pool().paused);
        let exit = suite.staker(&staker).exit.unwrap();
        let paused = DAY + HOUR;
        assert_eq!(exit.paused_secs, paused);
        assert_eq!(exit.ready_at, asked + COOLDOWN + paused);
        assert_eq!(exit.ends_at, asked + COOLDOWN + WINDOW + paused);
        suite.pass(9);
        assert!(suite.complete_exit(&staker).is_err());
        suite.pass(1);
        // Of the atom that was lost the queue's half rounds down.
        assert_eq!(suite.complete_exit(&staker).unwrap(), 1_000);
    }
}

// However long the level is bad, and however often: nobody is held up for more than `max_exit_pause_secs` in an exit.
#[test]
fn no_pause_holds_an_exit_up_for_longer_than_its_bound() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.stake(&staker, 1_000).unwrap();
        suite.stake(&second, 1_000).unwrap();
        suite.request_exit(&staker, 10_000).unwrap();
        let asked = suite.now();
        deficient(&mut suite, &market, 1);
        // Losses go on, so that the level stays.
        for claim_id in 2..19 {
            suite.pass(DAY);
            suite.claim(&market, 0, claim_id, 1, 0);
            assert!(suite.pool().paused);
        }
        suite.pass(asked + COOLDOWN + PAUSE - 1 - suite.now());
        assert_eq!(
            error(suite.execute(&staker, &ExecuteMsg::CompleteExit {}, &[])),
            ContractError::TooEarly {
                ready_at: asked + COOLDOWN + PAUSE,
                now: asked + COOLDOWN + PAUSE - 1
            }
        );
        suite.pass(1);
        assert!(suite.pool().paused, "paused for others, not for this one");
        assert!(suite.complete_exit(&staker).unwrap() > 900);
        // An exit that begins in the pause has the same bound.
        suite.request_exit(&second, 10_000).unwrap();
        suite.pass(COOLDOWN + PAUSE);
        assert!(suite.complete_exit(&second).unwrap() > 900);
    }
}

// Raising the cooldown later does not hold up those who asked before.
#[test]
fn an_exit_keeps_the_times_it_was_asked_with() {
    let (mut suite, _, staker, _) = world(Kind::Native);
    suite.stake(&staker, 1_000).unwrap();
    suite.request_exit(&staker, 10_000).unwrap();
    suite.staker(&staker).exit.unwrap();
    let before = suite.staker(&staker).exit.unwrap().ready_at;
    let mut parameters = suite
        .query::<ConfigResponse>(&QueryMsg::Config {})
        .parameters;
    parameters.underwriting.exit_cooldown_secs = 10 * DAY;
    suite.set_parameters(parameters);
    assert_eq!(suite.staker(&staker).exit.unwrap().ready_at, before);
}

// Every slash falls on leavers too. What they are owed rounds down, and adds up to what is queued but for these atoms.
#[test]
fn many_exits_and_slashes_keep_the_queue_exact() {
    let (mut suite, market, _, _) = world(Kind::Native);
    let who: Vec<Addr> = NAMES.iter().map(|name| addr(name)).collect();
    for (index, staker) in who.iter().enumerate() {
        suite.stake(staker, 7_777 + 13 * index as u128).unwrap();
    }
    for (index, staker) in who.iter().enumerate().take(6) {
        suite
            .request_exit(staker, 10_001 + 997 * index as u128)
            .unwrap();
        suite.claim(&market, (index % 3) as u32, index as u64, 333, 0);
        suite.pass(HOUR);
    }
    let owed: u128 = who
        .iter()
        .filter_map(|staker| suite.staker(staker).exit)
        .map(|exit| exit.owed.u128())
        .sum();
    let queued = suite.pool().queued.u128();
    assert!(queued - owed <= 6, "{owed} of {queued}");
    suite.pass(COOLDOWN);
    for staker in who.iter().take(6) {
        suite.complete_exit(staker).unwrap();
    }
    assert_eq!(suite.pool().queued.u128(), 0);
}

// G3: exits of a few atoms that are never completed, and losses of one atom, do not make the queue's shares so cheap that
// nobody else can be given any. It takes an empty mutual reserve, accounts with dust and nothing else.
#[test]
fn dust_in_the_queue_and_dust_losses_do_not_stop_others_from_leaving() {
    let (mut suite, market, staker, second) = world(Kind::Native);
    suite.stake(&staker, 1_000_000_000_000).unwrap();
    suite.stake(&second, 1_000_000_000_000).unwrap();
    suite.check = false;
    for round in 0..130u64 {
        let dust = addr(&format!("dust {round}"));
        let transfer = ExecuteMsg::Transfer {
            recipient: dust.to_string(),
            amount: Uint128::new(15),
        };
        suite.execute(&second, &transfer, &[]).unwrap();
        // One atom.
        suite.request_exit(&dust, 15).unwrap();
        if round > 0 {
            suite.claim(&market, 0, round, 1, 0);
        }
    }
    suite.check = true;
    let shares = suite.staker(&staker).shares.u128();
    suite.request_exit(&staker, shares).unwrap();
    let owed = suite.staker(&staker).exit.unwrap().owed.u128();
    assert!(owed >= 999_999_999_900, "{owed}");
    suite.pass(COOLDOWN);
    assert_eq!(suite.complete_exit(&staker).unwrap(), owed);
}

// What a slash took of a stake that has left since does not shelter those who stayed.
#[test]
fn after_others_left_the_rest_can_be_slashed_again_within_a_week() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        // A mutual reserve that pays nothing and keeps the level.
        let mut parameters = suite.parameters();
        parameters.mutual_window_ppm = 0;
        suite.set_parameters(parameters);
        suite.donate(100);
        suite.stake(&staker, 900_000).unwrap();
        suite.stake(&second, 100_000).unwrap();
        suite.request_exit(&staker, 9_000_000).unwrap();
        suite.pass(COOLDOWN);
        for id in 0..3 {
            suite.claim(&market, id, id.into(), 1_000_000, 0);
        }
        let left = suite.pool().staked.u128();
        assert_eq!(suite.pool().slashable.u128(), 0);
        let paid = suite.complete_exit(&staker).unwrap();
        let stayed = suite.pool().staked.u128();
        assert_eq!(left - paid, stayed);
        assert_eq!(suite.pool().slashable.u128(), 0, "not at once");
        suite.pass(7 * DAY);
        assert_eq!(suite.pool().slashable.u128(), stayed * 3 / 10);
        let answer = suite.claim(&market, 0, 9, 1_000_000, 0);
        assert_eq!(answer.paid.u128(), stayed * 3 / 10 / 3);
    }
}
