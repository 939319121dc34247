//! The owner: what it may do, and that nothing of it moves reserves. Instantiate, migrate, parameters, pages.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_insurance_fund::contract::{migrate, CONTRACT};
use ballast_insurance_fund::parameters::{
    validate, validate_claimant, CLAIMANT_RANGES, FUND_RANGES, MAX_AMOUNT,
};
use ballast_insurance_fund::{default_parameters, ContractError};
use ballast_types::fund::*;
use common::*;
use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
use cosmwasm_std::{coins, Addr, Binary, Empty, Uint128};
use cw20::{Cw20ReceiveMsg, Denom};
use cw_ownable::{Action, Expiration, Ownership, OwnershipError};
use proptest::prelude::*;

/// One of every message, and whether only the owner may send it. A new variant does not compile until it is listed.
fn every_message(suite: &Suite) -> Vec<(ExecuteMsg, bool)> {
    let market = addr("market").to_string();
    let donation = TopUp {
        contract: None,
        market: None,
        kind: TopUpKind::Donation,
        state: None,
    };
    let all = vec![
        ExecuteMsg::TopUp(donation),
        ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: market.clone(),
            amount: Uint128::one(),
            msg: Binary::default(),
        }),
        Suite::claim_msg(0, 1, 1_000, 0),
        ExecuteMsg::Sync {},
        ExecuteMsg::Poke {
            contract: market.clone(),
        },
        ExecuteMsg::RegisterMarket {
            contract: suite.owner.to_string(),
            market: 1,
            parameters: cross(100_000, 1_000, 0),
        },
        ExecuteMsg::UpdateMarket {
            contract: market.clone(),
            market: 0,
            parameters: cross(200_000, 0, 0),
        },
        ExecuteMsg::UpdateParameters {
            parameters: FundParameters {
                mutual_target: Uint128::zero(),
                ..plain_parameters()
            },
        },
        ExecuteMsg::Stake {},
        ExecuteMsg::RequestExit {
            shares: Uint128::one(),
        },
        ExecuteMsg::CancelExit {},
        ExecuteMsg::CompleteExit {},
        ExecuteMsg::Transfer {
            recipient: market.clone(),
            amount: Uint128::one(),
        },
        ExecuteMsg::Send {
            contract: market.clone(),
            amount: Uint128::one(),
            msg: Binary::default(),
        },
        ExecuteMsg::IncreaseAllowance {
            spender: market.clone(),
            amount: Uint128::one(),
            expires: None,
        },
        ExecuteMsg::DecreaseAllowance {
            spender: market.clone(),
            amount: Uint128::one(),
            expires: None,
        },
        ExecuteMsg::TransferFrom {
            owner: market.clone(),
            recipient: suite.owner.to_string(),
            amount: Uint128::one(),
        },
        ExecuteMsg::SendFrom {
            owner: market.clone(),
            contract: suite.owner.to_string(),
            amount: Uint128::one(),
            msg: Binary::default(),
        },
        ExecuteMsg::CommitEmergency {},
        ExecuteMsg::RequestEmergencyWithdrawal {
            amount: Uint128::one(),
        },
        ExecuteMsg::WithdrawEmergency {},
        ExecuteMsg::AppointTreasury {
            treasury: Some(suite.owner.to_string()),
        },
        ExecuteMsg::AppointSurplusRecipient {
            recipient: Some(suite.owner.to_string()),
        },
        ExecuteMsg::PaySurplus {},
        ExecuteMsg::ApplyChange { id: 2 },
        ExecuteMsg::CancelChange { id: 2 },
        ExecuteMsg::UpdateOwnership(Action::TransferOwnership {
            new_owner: addr("second").to_string(),
            expiry: Some(Expiration::AtHeight(u64::MAX)),
        }),
        ExecuteMsg::UpdateOwnership(Action::AcceptOwnership),
        ExecuteMsg::UpdateOwnership(Action::RenounceOwnership),
    ];
    all.into_iter()
        .map(|msg| {
            let owner_only = match &msg {
                ExecuteMsg::TopUp(_)
                | ExecuteMsg::Receive(_)
                | ExecuteMsg::ClaimShortfall { .. }
                | ExecuteMsg::Sync {}
                | ExecuteMsg::Poke { .. }
                | ExecuteMsg::PaySurplus {}
                | ExecuteMsg::ApplyChange { .. }
                | ExecuteMsg::Stake {}
                | ExecuteMsg::RequestExit { .. }
                | ExecuteMsg::CancelExit {}
                | ExecuteMsg::CompleteExit {}
                | ExecuteMsg::Transfer { .. }
                | ExecuteMsg::Send { .. }
                | ExecuteMsg::IncreaseAllowance { .. }
                | ExecuteMsg::DecreaseAllowance { .. }
                | ExecuteMsg::TransferFrom { .. }
                | ExecuteMsg::SendFrom { .. }
                | ExecuteMsg::CommitEmergency {}
                | ExecuteMsg::RequestEmergencyWithdrawal { .. }
                | ExecuteMsg::WithdrawEmergency {} => false,
                ExecuteMsg::RegisterMarket { .. }
                | ExecuteMsg::AppointTreasury { .. }
                | ExecuteMsg::AppointSurplusRecipient { .. }
                | ExecuteMsg::CancelChange { .. }
                | ExecuteMsg::UpdateMarket { .. }
                | ExecuteMsg::UpdateParameters { .. } => true,
                ExecuteMsg::UpdateOwnership(_) => false,
            };
            (msg, owner_only)
        })
        .collect()
}

fn with_money(kind: Kind) -> Suite {
    let mut suite = Suite::new(kind, plain_parameters());
    suite.donate(5_000);
    suite.register(&addr("market"), 0, cross(100_000, 10_000, 100));
    suite.reserve(&addr("market"), 0, 100);
    suite.fees(&addr("market"), 0, 6_000, 0);
    suite
}

// A1: every message by the owner: no coin of the reserves moves.
#[test]
fn a1_owner_cannot_move_reserves() {
    for kind in KINDS {
        let messages = every_message(&with_money(kind)).len();
        for index in 0..messages {
            let mut suite = with_money(kind);
            let (owner, before) = (suite.owner.clone(), suite.solvency());
            let (msg, _) = every_message(&suite).swap_remove(index);
            for funds in [vec![], coins(1, DENOM)] {
                let owned = suite.balance(&owner);
                let _ = suite.execute(&owner, &msg, &funds);
                let after = suite.solvency();
                assert!(after.booked >= before.booked, "{msg:?}");
                assert!(
                    after.market_reserves >= before.market_reserves
                        && after.mutual >= before.mutual
                );
                assert!(after.surplus_due >= before.surplus_due);
                assert!(suite.balance(&owner) <= owned, "{msg:?}");
            }
        }
    }
}

// A1: owner's messages by anyone else.
#[test]
fn a1_matrix_of_senders() {
    let mut suite = with_money(Kind::Native);
    let (owner, fund) = (suite.owner.clone(), suite.fund.clone());
    for sender in [addr("stranger"), addr("market"), fund] {
        for (msg, owner_only) in every_message(&suite) {
            if owner_only {
                let found = error(suite.execute(&sender, &msg, &[]));
                assert_eq!(
                    found,
                    ContractError::Ownership(OwnershipError::NotOwner),
                    "{msg:?}"
                );
            }
        }
    }
    for (msg, owner_only) in every_message(&suite) {
        if owner_only {
            suite.execute(&owner, &msg, &[]).unwrap();
        }
    }
}

// A3: two steps, an expiry in the future, no renouncing.
#[test]
fn a3_two_step_ownership() {
    let mut suite = with_money(Kind::Native);
    let (owner, second) = (suite.owner.clone(), addr("second"));
    let transfer = |new_owner: String, expiry| {
        ExecuteMsg::UpdateOwnership(Action::TransferOwnership { new_owner, expiry })
    };
    let accept = ExecuteMsg::UpdateOwnership(Action::AcceptOwnership);
    assert_eq!(
        error(suite.execute(
            &owner,
            &ExecuteMsg::UpdateOwnership(Action::RenounceOwnership),
            &[]
        )),
        ContractError::RenounceRefused {}
    );
    let now = suite.app.block_info();
    for expiry in [
        None,
        Some(Expiration::Never {}),
        Some(Expiration::AtTime(now.time)),
        Some(Expiration::AtHeight(now.height)),
    ] {
        let found = error(suite.execute(&owner, &transfer(second.to_string(), expiry), &[]));
        assert!(
            matches!(found, ContractError::ExpiryNotInFuture { .. }),
            "{found}"
        );
    }
    let soon = Some(Expiration::AtTime(now.time.plus_seconds(100)));
    let upper = second.to_string().to_uppercase();
    assert!(matches!(
        error(suite.execute(&owner, &transfer(upper, soon), &[])),
        ContractError::Ownership(OwnershipError::Std(_))
    ));
    assert_eq!(
        error(suite.execute(&second, &transfer(second.to_string(), soon), &[])),
        ContractError::Ownership(OwnershipError::NotOwner)
    );
    suite
        .execute(&owner, &transfer(second.to_string(), soon), &[])
        .unwrap();
    assert_eq!(
        error(suite.execute(&owner, &accept, &[])),
        ContractError::Ownership(OwnershipError::NotPendingOwner)
    );
    suite.pass(100);
    assert_eq!(
        error(suite.execute(&second, &accept, &[])),
        ContractError::Ownership(OwnershipError::TransferExpired)
    );
    suite
        .execute(
            &owner,
            &transfer(second.to_string(), Some(Expiration::AtHeight(u64::MAX))),
            &[],
        )
        .unwrap();
    suite.execute(&second, &accept, &[]).unwrap();
    let ownership: Ownership<Addr> = suite.query(&QueryMsg::Ownership {});
    assert_eq!(ownership.owner, Some(second));
    assert!(suite
        .execute(
            &owner,
            &ExecuteMsg::UpdateParameters {
                parameters: plain_parameters()
            },
            &[]
        )
        .is_err());
}

#[test]
fn markets_are_registered_once_and_stay_isolated_or_not() {
    let mut suite = with_money(Kind::Native);
    let (owner, market) = (suite.owner.clone(), addr("market"));
    let register = |contract: String, parameters| ExecuteMsg::RegisterMarket {
        contract,
        market: 0,
        parameters,
    };
    let update = |parameters, market_id| ExecuteMsg::UpdateMarket {
        contract: addr("market").to_string(),
        market: market_id,
        parameters,
    };
    assert_eq!(
        error(suite.execute(
            &owner,
            &register(market.to_string(), cross(100_000, 1, 1)),
            &[]
        )),
        ContractError::MarketExists {
            contract: market.to_string(),
            market: 0
        }
    );
    let upper = market.to_string().to_uppercase();
    assert!(matches!(
        error(suite.execute(&owner, &register(upper, cross(100_000, 1, 1)), &[])),
        ContractError::Std(_)
    ));
    assert_eq!(
        error(suite.execute(&owner, &update(isolated(100_000, 1, 1), 0), &[])),
        ContractError::IsolationFixed {
            expected: false,
            found: true
        }
    );
    assert!(matches!(
        error(suite.execute(&owner, &update(cross(100_000, 1, 1), 1), &[])),
        ContractError::MarketNotRegistered { .. }
    ));
    assert!(matches!(
        error(suite.execute(&owner, &update(cross(0, 1, 1), 0), &[])),
        ContractError::ParameterOutOfRange {
            name: "risk_weight_ppm",
            ..
        }
    ));
    suite.fees(&market, 0, 1, 10_000);
    let revision = suite.risk(&market, 0).revision;
    let registered_at = suite.market(&market, 0).registered_at;
    suite.pass(10);
    suite.change(&update(cross(500_000, 7_000, 3), 0)).unwrap();
    let changed = suite.market(&market, 0);
    assert_eq!(
        (changed.required_capital.u128(), changed.registered_at),
        (5_000, registered_at)
    );
    assert!(suite.risk(&market, 0).revision > revision);
    assert_eq!(suite.risk(&market, 0).open_interest_cap.u128(), 7_000);
}

// G1: the number of markets is bounded; with all of them a Poke still works. G4: pages walk over all of them.
#[test]
fn g1_g4_as_many_markets_as_allowed() {
    let mut suite = with_money(Kind::Native);
    let contract = hook::deploy(&mut suite);
    suite.check = false;
    for id in 0..63 {
        suite.register(&contract, id, cross(100_000, 1_000, 0));
    }
    let owner = suite.owner.clone();
    let one_more = ExecuteMsg::RegisterMarket {
        contract: contract.to_string(),
        market: 63,
        parameters: cross(100_000, 1, 0),
    };
    assert_eq!(
        error(suite.execute(&owner, &one_more, &[])),
        ContractError::TooManyMarkets { expected: 64 }
    );
    suite.poke(&contract);
    assert_eq!(hook::told(&suite, &contract).unwrap().1.len(), 63);
    suite.check_invariants();

    for limit in [None, Some(1), Some(7), Some(50), Some(u32::MAX)] {
        let (mut start_after, mut seen) = (None, vec![]);
        loop {
            let page: Vec<ClaimantResponse> = suite.query(&QueryMsg::Markets {
                start_after: start_after.clone(),
                limit,
            });
            assert!(page.len() <= limit.unwrap_or(10).min(50) as usize);
            let Some(last) = page.last() else { break };
            start_after = Some((last.contract.clone(), last.market));
            seen.extend(page.into_iter().map(|entry| (entry.contract, entry.market)));
        }
        assert_eq!(seen.len(), 64);
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
    }
    let none: Vec<ClaimantResponse> = suite.query(&QueryMsg::Markets {
        start_after: None,
        limit: Some(0),
    });
    assert!(none.is_empty());
}

// G4: claims in order of their id, per contract.
#[test]
fn g4_claims_are_paged() {
    let mut suite = with_money(Kind::Cw20);
    let (market, second) = (addr("market"), addr("second"));
    suite.register(&second, 0, cross(100_000, 1_000, 0));
    suite.claim(&second, 0, 500, 1, 0);
    for id in 0..60 {
        suite.claim(&market, 0, id * 300, 1, 0);
    }
    for limit in [None, Some(1), Some(50), Some(u32::MAX)] {
        let (mut start_after, mut seen) = (None, vec![]);
        loop {
            let page: Vec<ClaimRecord> = suite.query(&QueryMsg::Claims {
                contract: market.to_string(),
                start_after,
                limit,
            });
            assert!(page.len() <= limit.unwrap_or(10).min(50) as usize);
            let Some(last) = page.last() else { break };
            start_after = Some(last.claim_id);
            seen.extend(page.into_iter().map(|record| record.claim_id));
        }
        assert_eq!(seen, (0..60).map(|id| id * 300).collect::<Vec<_>>());
    }
}

#[test]
fn default_parameters_are_valid_and_used() {
    validate(&default_parameters()).unwrap();
    let mut deps = mock_dependencies();
    let owner = deps.api.addr_make("owner");
    let msg = InstantiateMsg {
        owner: owner.to_string(),
        collateral: Denom::Native(DENOM.into()),
        share_token: None,
        parameters: None,
    };
    ballast_insurance_fund::contract::instantiate(
        deps.as_mut(),
        mock_env(),
        message_info(&owner, &[]),
        msg,
    )
    .unwrap();
    let data =
        ballast_insurance_fund::contract::query(deps.as_ref(), mock_env(), QueryMsg::Config {})
            .unwrap();
    let config: ConfigResponse = cosmwasm_std::from_json(data).unwrap();
    assert_eq!(config.parameters, default_parameters());
}

#[test]
fn instantiate_refuses_what_it_cannot_use() {
    let instantiate = |owner: String, collateral, parameters, funds: Vec<cosmwasm_std::Coin>| {
        let mut deps = mock_dependencies();
        let sender = deps.api.addr_make("owner");
        let msg = InstantiateMsg {
            owner,
            collateral,
            share_token: None,
            parameters,
        };
        ballast_insurance_fund::contract::instantiate(
            deps.as_mut(),
            mock_env(),
            message_info(&sender, &funds),
            msg,
        )
    };
    let owner = addr("owner").to_string();
    let native = |denom: &str| Denom::Native(denom.into());
    instantiate(owner.clone(), native("uusdc"), None, vec![]).unwrap();
    assert!(instantiate(owner.to_uppercase(), native("uusdc"), None, vec![]).is_err());
    for denom in ["", "u", "uu sdc"] {
        let found = instantiate(owner.clone(), native(denom), None, vec![]).unwrap_err();
        assert_eq!(
            found,
            ContractError::InvalidCollateral {
                found: denom.into()
            }
        );
    }
    // A cw20 that is no contract, or no address.
    assert!(instantiate(owner.clone(), Denom::Cw20(addr("token")), None, vec![]).is_err());
    assert!(instantiate(
        owner.clone(),
        Denom::Cw20(Addr::unchecked("TOKEN")),
        None,
        vec![]
    )
    .is_err());
    assert!(matches!(
        instantiate(owner.clone(), native("uusdc"), None, coins(1, "uusdc")).unwrap_err(),
        ContractError::NoFundsExpected { .. }
    ));
    let invalid = FundParameters {
        fee_share_ppm: 1_000_001,
        ..default_parameters()
    };
    assert!(matches!(
        instantiate(owner, native("uusdc"), Some(invalid), vec![]).unwrap_err(),
        ContractError::ParameterOutOfRange {
            name: "fee_share_ppm",
            ..
        }
    ));
}

// P1: each bound of each range is enforced; the update uses the same validator.
#[test]
fn p1_every_range_is_enforced() {
    let json = |p: &FundParameters| serde_json::to_value(p).unwrap();
    for range in FUND_RANGES {
        for (value, inside) in [
            (range.min.checked_sub(1), false),
            (Some(range.min), true),
            (Some(range.max), true),
            (Some(range.max + 1), false),
        ] {
            let Some(value) = value else { continue };
            let mut parameters = json(&default_parameters());
            let pointer = format!("/{}", range.name.replace('.', "/"));
            let slot = parameters
                .pointer_mut(&pointer)
                .unwrap_or_else(|| panic!("{pointer}"));
            *slot = if slot.is_string() {
                value.to_string().into()
            } else {
                serde_json::json!(u64::try_from(value).unwrap())
            };
            let parameters: FundParameters = serde_json::from_value(parameters).unwrap();
            assert_eq!(
                (range.value)(&parameters),
                value,
                "{} reads another field",
                range.name
            );
            let out = matches!(validate(&parameters), Err(ContractError::ParameterOutOfRange { name, .. }) if name == range.name);
            assert_eq!(out, !inside, "{} = {value}", range.name);
        }
    }
    for range in CLAIMANT_RANGES {
        assert!(range.min <= range.max);
    }
    assert!(validate_claimant(&cross(1_000_001, 1, 1)).is_err());
    assert!(validate_claimant(&cross(1_000, MAX_AMOUNT + 1, 1)).is_err());
    assert!(validate_claimant(&cross(1_000, 1, MAX_AMOUNT + 1)).is_err());
}

#[test]
fn p1_relations_are_enforced() {
    let breaks: [fn(&mut FundParameters); 12] = [
        |p| p.thresholds.surplus_ppm = p.thresholds.healthy_ppm,
        |p| p.thresholds.healthy_ppm = p.thresholds.watch_ppm,
        |p| p.thresholds.deficient_ppm = p.thresholds.watch_ppm + 1,
        |p| p.thresholds.hysteresis_ppm = 200_000,
        |p| p.drawdown.release_ppm = p.drawdown.trip_ppm,
        |p| p.fee_share_ppm = p.fee_share_watch_ppm + 1,
        |p| p.fee_share_max_ppm = p.fee_share_watch_ppm - 1,
        |p| p.backing_ratio_ppm = 1,
        |p| p.backing_ratio_ppm = 999_999,
        |p| p.thresholds.watch_ppm = p.thresholds.surplus_ppm,
        |p| p.underwriting.exit_cooldown_secs += 1,
        |p| p.underwriting.max_exit_pause_secs += 1,
    ];
    let mut suite = with_money(Kind::Native);
    let owner = suite.owner.clone();
    for change in breaks {
        let mut parameters = default_parameters();
        change(&mut parameters);
        let found = error(suite.execute(&owner, &ExecuteMsg::UpdateParameters { parameters }, &[]));
        assert!(
            matches!(found, ContractError::ParameterRelation { .. }),
            "{found}"
        );
    }
}

// The JSON of the README's tables is what the contract takes.
#[test]
fn readme_messages_parse() {
    let (mut messages, mut queries) = (0, 0);
    for line in include_str!("../README.md")
        .lines()
        .filter(|line| line.starts_with("| `{"))
    {
        let json = line.split('`').nth(1).unwrap();
        if serde_json::from_str::<ExecuteMsg>(json).is_ok() {
            messages += 1;
        } else {
            serde_json::from_str::<QueryMsg>(json)
                .unwrap_or_else(|error| panic!("{json}: {error}"));
            queries += 1;
        }
    }
    assert_eq!((messages, queries), (30, 19));
}

// M2: wrong name, same version, downgrade, unreadable.
#[test]
fn m2_migrate_only_from_an_older_version_of_this_contract() {
    let mut deps = mock_dependencies();
    let mut from = |name: &str, version: &str| {
        cw2::set_contract_version(deps.as_mut().storage, name, version).unwrap();
        migrate(deps.as_mut(), mock_env(), Empty {})
    };
    assert!(CONTRACT.name.starts_with("crates.io:"));
    for (name, version) in [
        ("crates.io:other", "0.1.0"),
        (CONTRACT.name, CONTRACT.version),
        (CONTRACT.name, "99.0.0"),
        (CONTRACT.name, "0.0.9"),
        (CONTRACT.name, "0.1"),
    ] {
        let refused = from(name, version).unwrap_err();
        assert!(matches!(refused, ContractError::Migration(_)), "{version}");
    }
    from(CONTRACT.name, "0.2.0").unwrap();
}

proptest! {
    // P1, R2: any parameters within their ranges give terms without an error, whatever is reported.
    #[test]
    fn p1_accepted_parameters_never_block_a_message(
        floor in 1..=MAX_AMOUNT, target in 0..=MAX_AMOUNT, window in 0u32..=1_000_000, lifetime in 0u32..=1_000_000,
        backing in prop_oneof![Just(0u32), 1_000_000u32..=10_000_000], weight in 1_000u32..=1_000_000, cap in 0..=MAX_AMOUNT,
        reported: u128, asked: u128, multiplier in 1u32..=100, base in 0u32..=1_000_000,
    ) {
        let mut parameters = plain_parameters();
        parameters.required_capital_floor = floor.into();
        parameters.mutual_target = target.into();
        parameters.mutual_window_ppm = window;
        parameters.mutual_lifetime_ppm = lifetime;
        parameters.backing_ratio_ppm = backing;
        parameters.premium_max_multiplier = multiplier;
        // Their product may not exceed 100 % a year.
        parameters.premium_base_rate_ppm = base / multiplier;
        validate(&parameters).unwrap();
        let mut suite = Suite::new(Kind::Native, parameters);
        let market = addr("market");
        suite.register(&market, 0, cross(weight, cap, 10));
        suite.donate(START / 2);
        suite.fees(&market, 0, 100, reported);
        let answer = suite.claim(&market, 0, 1, asked, reported);
        prop_assert_eq!(answer.paid.u128() + answer.uncovered.u128(), asked);
        suite.pass(40 * DAY);
        suite.poke(&market);
    }
}
