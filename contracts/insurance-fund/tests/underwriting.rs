//! Layer 3: what stakers earn, what a claim takes of them, and that neither can be gamed. Exits: `exits.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]
mod common;

use ballast_insurance_fund::shares;
use ballast_insurance_fund::underwriting::SLASH_PERIOD_SECS;
use ballast_insurance_fund::ContractError;
use ballast_risk::{shares_lost, SharePool};
use ballast_types::fund::*;
use ballast_types::RiskLevel;
use common::*;
use cosmwasm_std::{coin, Addr, Uint128};

/// No mutual reserve, so that every claim falls on the stake; one atom of required capital, so that the level stays.
fn world(kind: Kind) -> (Suite, Addr, Addr, Addr) {
    let mut parameters = plain_parameters();
    parameters.required_capital_floor = Uint128::one();
    parameters.mutual_target = Uint128::zero();
    let mut suite = Suite::new(kind, parameters);
    let market = addr("market");
    for id in 0..4 {
        suite.register(&market, id, cross(50_000, 100_000, 0));
    }
    (suite, market, addr("staker"), addr("second"))
}

fn taken(suite: &Suite, contract: &Addr, claim_id: u64) -> (u128, Bound) {
    let layer = &suite.record(contract, claim_id).layers[2];
    assert_eq!(layer.layer, Layer::Stake);
    (layer.paid.u128(), layer.bound)
}

#[test]
fn a_market_may_take_a_tenth_and_all_of_them_three_in_a_week() {
    for kind in KINDS {
        let (mut suite, market, staker, _) = world(kind);
        suite.stake(&staker, 100_000).unwrap();
        assert_eq!(
            suite.solvency().capital.u128(),
            30_000,
            "what may be taken is capital"
        );
        suite.claim(&market, 0, 1, 50_000, 0);
        assert_eq!(taken(&suite, &market, 1), (10_000, Bound::Window));
        assert_eq!(suite.claim(&market, 0, 2, 50_000, 0).paid.u128(), 0);
        // A tenth of what is left each; the shared bucket is measured by what is left as well.
        suite.claim(&market, 1, 3, 50_000, 0);
        assert_eq!(taken(&suite, &market, 3), (9_000, Bound::Window));
        suite.claim(&market, 2, 4, 50_000, 0);
        assert_eq!(taken(&suite, &market, 4), (5_300, Bound::SharedWindow));
        suite.claim(&market, 3, 5, 50_000, 0);
        assert_eq!(taken(&suite, &market, 5), (0, Bound::SharedWindow));
        assert_eq!(suite.solvency().capital.u128(), 0);
        assert_eq!(suite.pool().staked.u128(), 75_700);
        // Buckets are measured by the stake that is left: of the 10,000 that the market took 7,570 count, a whole bucket,
        // which refills in a week.
        suite.pass(SLASH_PERIOD_SECS + DAY);
        assert_eq!(suite.pool().slashable.u128(), 22_710);
        suite.claim(&market, 0, 6, 50_000, 0);
        assert_eq!(taken(&suite, &market, 6), (7_570, Bound::Window));
    }
}

#[test]
fn the_reserves_come_first_and_isolated_or_new_markets_get_none() {
    let mut parameters = plain_parameters();
    parameters.ramp_secs = 10 * DAY;
    let mut suite = Suite::new(Kind::Native, parameters);
    let (market, staker) = (addr("market"), addr("staker"));
    suite.register(&market, 0, cross(50_000, 100_000, 0));
    suite.register(&market, 1, isolated(50_000, 100_000, 0));
    suite.stake(&staker, 1_000_000).unwrap();
    suite.reserve(&market, 0, 40);
    suite.claim(&market, 0, 1, 100, 0);
    assert_eq!(taken(&suite, &market, 1), (0, Bound::Window), "no ramp yet");
    suite.claim(&market, 1, 2, 100, 0);
    assert_eq!(taken(&suite, &market, 2), (0, Bound::Isolated));
    suite.pass(DAY);
    suite.claim(&market, 0, 3, 100_000, 0);
    assert_eq!(
        taken(&suite, &market, 3),
        (10_000, Bound::Window),
        "a tenth of the ramp"
    );
    suite.pass(30 * DAY);
    suite.donate(10_000);
    suite.claim(&market, 0, 4, 1_500, 0);
    assert_eq!(suite.layers(&market, 4)[1], (1_000, Bound::Window));
    assert_eq!(taken(&suite, &market, 4), (500, Bound::Covered));
}

#[test]
fn a_dust_floor_is_left() {
    let (mut suite, market, staker, _) = world(Kind::Native);
    let mut parameters = suite
        .query::<ConfigResponse>(&QueryMsg::Config {})
        .parameters;
    parameters.underwriting.stake_floor = Uint128::new(995);
    suite.set_parameters(parameters);
    suite.stake(&staker, 1_000).unwrap();
    suite.claim(&market, 0, 1, 50, 0);
    assert_eq!(taken(&suite, &market, 1), (5, Bound::Balance));
    assert_eq!(suite.pool().staked.u128(), 995);
}

#[test]
fn rewards_drip_over_a_week_and_dust_does_not_hold_them_up() {
    for kind in KINDS {
        let (mut suite, market, staker, _) = world(kind);
        // Nobody stakes: everything above the targets is surplus.
        suite.fees(&market, 0, 1_000, 0);
        assert_eq!(suite.solvency().surplus_due.u128(), 1_000);
        suite.stake(&staker, 10_000).unwrap();
        suite.fees(&market, 0, 14_001, 0);
        assert_eq!(suite.pool().rewards_undripped.u128(), 7_000);
        assert_eq!(suite.solvency().surplus_due.u128(), 1_000 + 7_001);
        assert_eq!(suite.pool().staked.u128(), 10_000, "nothing at once");
        suite.pass(DAY);
        assert_eq!(suite.pool().staked.u128(), 11_000);
        // A dust reward every hour: the end moves by less than a minute in all.
        let end = suite.pool().drip_ends_at;
        for _ in 0..24 {
            suite.pass(HOUR);
            suite.fees(&market, 0, 2, 0);
        }
        assert!(suite.pool().drip_ends_at < end + DAY / 4);
        suite.pass(7 * DAY);
        assert_eq!(suite.pool().staked.u128(), 17_024);
        assert_eq!(suite.pool().rewards_undripped.u128(), 0);
    }
}

// Who comes for a reward and goes again earns less than the time they stay would give everyone, and waits two weeks.
#[test]
fn a_reward_cannot_be_sandwiched() {
    for kind in KINDS {
        let (mut suite, market, staker, attacker) = world(kind);
        suite.stake(&staker, 10_000).unwrap();
        let before = suite.balance(&attacker);
        suite.stake(&attacker, 1_000_000).unwrap();
        suite.fees(&market, 0, 100_000, 0);
        let shares = suite.staker(&attacker).shares.u128();
        suite.request_exit(&attacker, shares).unwrap();
        suite.pass(14 * DAY);
        suite.complete_exit(&attacker).unwrap();
        assert!(suite.balance(&attacker) <= before, "not an atom of it");
        // All of it stays with who stayed, but for the virtual shares' part: ten of 100,010.
        assert_eq!(suite.staker(&staker).value.u128(), 59_995);
    }
}

// F4: neither a bare send nor a reward makes a share so dear that the second staker is robbed.
#[test]
fn the_first_staker_cannot_rob_the_second() {
    for kind in KINDS {
        let (mut suite, market, victim, attacker) = world(kind);
        suite.stake(&attacker, 1).unwrap();
        suite.stray(1_000_000);
        assert_eq!(
            suite.staker(&attacker).value.u128(),
            1,
            "a bare send changes no price"
        );
        // The dearest way: fees of an accomplice, half of which become stake in a week.
        suite.fees(&market, 0, 2_000_000, 0);
        suite.pass(7 * DAY);
        assert_eq!(suite.pool().staked.u128(), 1_000_001);
        let price = 1_000_002 / 20;
        assert_eq!(
            error(suite.stake(&victim, price - 1)),
            ContractError::NoShares {
                amount: (price - 1).into()
            },
            "too little is refused, not swallowed"
        );
        suite.stake(&victim, 1_000_000).unwrap();
        let (stolen, spent) = (
            1_000_000 - suite.staker(&victim).value.u128(),
            2_000_000 - suite.staker(&attacker).value.u128(),
        );
        assert!(stolen < 50_001, "less than a share: {stolen}");
        assert!(spent > 20 * stolen, "and it costs {spent}");
    }
}

#[test]
fn shares_move_and_with_them_the_risk() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.stake(&staker, 100_000).unwrap();
        let transfer = |recipient: &Addr, amount: u128| ExecuteMsg::Transfer {
            recipient: recipient.to_string(),
            amount: amount.into(),
        };
        suite
            .execute(&staker, &transfer(&second, 400_000), &[])
            .unwrap();
        suite.claim(&market, 0, 1, 5_000, 0);
        assert_eq!(suite.staker(&staker).value.u128(), 57_000);
        assert_eq!(suite.staker(&second).value.u128(), 38_000);
        let info: cw20::TokenInfoResponse = suite.query(&QueryMsg::TokenInfo {});
        assert_eq!((info.total_supply.u128(), info.decimals), (1_000_000, 7));
        // Shares that wait to leave are not there to be moved: a slash cannot be escaped by handing them on.
        suite.request_exit(&staker, 600_000).unwrap();
        assert!(matches!(
            error(suite.execute(&staker, &transfer(&second, 1), &[])),
            ContractError::Share(_)
        ));
        suite.claim(&market, 0, 2, 500, 0);
        assert_eq!(taken(&suite, &market, 2), (500, Bound::Covered));
        assert_eq!(suite.staker(&staker).exit.unwrap().owed.u128(), 56_700);
        assert_eq!(suite.staker(&second).value.u128(), 37_800);
        // Allowances, as every cw20 has them.
        let anyone = suite.anyone.clone();
        let from = ExecuteMsg::TransferFrom {
            owner: second.to_string(),
            recipient: anyone.to_string(),
            amount: Uint128::new(1_000),
        };
        assert!(suite.execute(&anyone, &from, &[]).is_err());
        let allow = ExecuteMsg::IncreaseAllowance {
            spender: anyone.to_string(),
            amount: Uint128::new(1_000),
            expires: None,
        };
        suite.execute(&second, &allow, &[]).unwrap();
        suite.execute(&anyone, &from, &[]).unwrap();
        assert!(suite.execute(&anyone, &from, &[]).is_err());
        let balance: cw20::BalanceResponse = suite.query(&QueryMsg::Balance {
            address: anyone.to_string(),
        });
        assert_eq!(balance.balance.u128(), 1_000);
        let accounts: cw20::AllAccountsResponse = suite.query(&QueryMsg::AllAccounts {
            start_after: None,
            limit: None,
        });
        assert_eq!(accounts.accounts.len(), 3);
        let minter: Option<cw20::MinterResponse> = suite.query(&QueryMsg::Minter {});
        assert!(minter.is_none(), "nobody mints but by staking");
    }
}

// F1: coins of a stake, and none where none belong.
#[test]
fn f1_wrong_coins() {
    let (mut suite, _, staker, _) = world(Kind::Native);
    for coins in [
        vec![],
        vec![coin(5, "other")],
        vec![coin(5, DENOM), coin(5, "other")],
    ] {
        assert!(matches!(
            error(suite.execute(&staker, &ExecuteMsg::Stake {}, &coins)),
            ContractError::WrongFunds { .. }
        ));
    }
    suite.stake(&staker, 100).unwrap();
    for msg in [
        ExecuteMsg::RequestExit {
            shares: Uint128::one(),
        },
        ExecuteMsg::CancelExit {},
        ExecuteMsg::CompleteExit {},
        ExecuteMsg::Transfer {
            recipient: staker.to_string(),
            amount: Uint128::one(),
        },
    ] {
        assert!(matches!(
            error(suite.execute(&staker, &msg, &[coin(1, DENOM)])),
            ContractError::NoFundsExpected { .. }
        ));
    }
}

// The contract computes with the functions that the vectors of Drift judge, virtual shares added.
#[test]
fn prices_are_those_of_the_risk_crate() {
    let (mut suite, market, staker, second) = world(Kind::Native);
    suite.stake(&staker, 1_000).unwrap();
    suite.fees(&market, 0, 2_000, 0);
    suite.pass(7 * DAY);
    let (supply, vault) = (10_000u128, 2_001u128);
    let pool = SharePool {
        total: (supply + shares::VIRTUAL_SHARES).into(),
        user: supply.into(),
        base: 0,
    };
    let (_, expected) = pool
        .stake(Default::default(), Uint128::new(777), vault.into())
        .unwrap();
    suite.stake(&second, 777).unwrap();
    assert_eq!(suite.staker(&second).shares, expected.shares);
    // 3,885 shares: floor(777 * 10,010 / 2,001) = 3,886.
    assert_eq!(expected.shares.u128(), 3_886);
    let value: ExitValueResponse = suite.query(&QueryMsg::ExitValue {
        shares: expected.shares,
    });
    assert_eq!(value.value.u128(), 776);
    suite.request_exit(&second, 3_886).unwrap();
    suite.fees(&market, 0, 2_000, 0);
    suite.pass(7 * DAY);
    // The stake of the others has grown from 2,001 to 3,001.
    let lost = shares_lost(
        Uint128::new(3_886),
        Uint128::new(776),
        Uint128::new(10_010 + 3_886),
        Uint128::new(3_002 + 776),
    )
    .unwrap();
    suite.cancel_exit(&second).unwrap();
    assert_eq!(suite.staker(&second).shares.u128(), 3_886 - lost.u128());
    assert!(lost.u128() > 1_290 && suite.staker(&second).value.u128() <= 776);
}

// Slash after slash until a share is worth a tenth of a thousandth: counts are divided, values go on, new stakers get in.
#[test]
fn shares_are_rebased_when_they_are_worth_too_little() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.check = false;
        suite.stake(&staker, 1_000_000).unwrap();
        suite.stake(&second, 500_000).unwrap();
        let mut claim_id = 0;
        while suite.pool().staked.u128() > 300 {
            for id in 0..4 {
                claim_id += 1;
                suite.claim(&market, id, claim_id, 1_000_000, 0);
            }
            suite.pass(SLASH_PERIOD_SECS + DAY);
        }
        suite.check = true;
        suite.check_invariants();
        let before = [&staker, &second].map(|who| suite.staker(who).value.u128());
        let anyone = suite.anyone.clone();
        suite.stake(&anyone, 1_000).unwrap();
        let info: cw20::TokenInfoResponse = suite.query(&QueryMsg::TokenInfo {});
        assert!(info.total_supply.u128() < 200_000, "{}", info.total_supply);
        let after = [&staker, &second].map(|who| suite.staker(who).value.u128());
        for (before, after) in before.iter().zip(after) {
            assert!(after.abs_diff(*before) <= 3, "{before} became {after}");
        }
        // Old balances move as what they are now.
        let shares = suite.staker(&staker).shares.u128();
        let transfer = |amount: u128| ExecuteMsg::Transfer {
            recipient: second.to_string(),
            amount: amount.into(),
        };
        assert!(suite.execute(&staker, &transfer(shares + 1), &[]).is_err());
        suite.execute(&staker, &transfer(shares), &[]).unwrap();
        assert_eq!(suite.staker(&staker).shares.u128(), 0);
        for who in [&second, &anyone] {
            let shares = suite.staker(who).shares.u128();
            suite.request_exit(who, shares).unwrap();
        }
        suite.pass(14 * DAY);
        for who in [&second, &anyone] {
            suite.complete_exit(who).unwrap();
        }
        assert_eq!(
            suite.pool().staked.u128(),
            0,
            "nobody is left, nothing is left"
        );
    }
}

#[test]
fn what_nobody_owns_goes_to_the_mutual_reserve() {
    for kind in KINDS {
        let (mut suite, market, staker, second) = world(kind);
        suite.stake(&staker, 1_000).unwrap();
        suite.fees(&market, 0, 2_000, 0);
        suite.pass(DAY);
        let shares = suite.staker(&staker).shares.u128();
        suite.request_exit(&staker, shares).unwrap();
        let solvency = suite.solvency();
        assert_eq!(solvency.rewards_undripped.u128(), 0);
        let owed = suite.staker(&staker).exit.unwrap().owed.u128();
        assert_eq!(solvency.mutual.u128() + owed, 2_000);
        // A new pool begins at the first price; the leaver may still come back, at that price and with all of the value.
        suite.stake(&second, 5_000).unwrap();
        assert_eq!(suite.staker(&second).shares.u128(), 50_000);
        suite.cancel_exit(&staker).unwrap();
        assert!(owed - suite.staker(&staker).value.u128() <= 1);
    }
}

#[test]
fn the_level_counts_what_may_be_taken() {
    let mut parameters = plain_parameters();
    parameters.required_capital_floor = Uint128::new(20_000);
    let mut suite = Suite::new(Kind::Native, parameters);
    let staker = addr("staker");
    suite.stake(&staker, 100_000).unwrap();
    let solvency = suite.solvency();
    assert_eq!(
        (solvency.capital.u128(), solvency.level),
        (30_000, RiskLevel::Healthy)
    );
    assert_eq!(suite.staker(&staker).at_risk.u128(), 30_000);
}
