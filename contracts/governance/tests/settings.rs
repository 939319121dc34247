//! V3, P1: self-administration works, in hard ranges, and cannot lock. Bootstrap, migration (M2).
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

mod common;

use ballast_governance::contract::CONTRACT;
use ballast_governance::parameters::{default_settings, SHARES, TIMES};
use ballast_governance::ContractError;
use ballast_types::governance::{
    ConfigResponse, ContractKind, ExecuteMsg, QueryMsg, Settings, SuiteContract,
};
use common::{call, refused, Source, World, COIN, DAY, OTHER, PURSE, SOURCES};
use cosmwasm_std::{coins, Decimal, Uint128, WasmMsg};
use cw20::UncheckedDenom;
use cw3::UncheckedDepositInfo;
use cw_multi_test::Executor;
use proptest::prelude::*;

fn refusal(change: impl FnOnce(&mut Settings)) -> ContractError {
    let mut settings = default_settings();
    change(&mut settings);
    match World::try_new(Source::Native, settings) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.downcast().unwrap(),
    }
}

fn set_time(settings: &mut Settings, name: &str, secs: u64) {
    match name {
        "voting_secs" => settings.voting_secs = secs,
        "timelock_secs" => settings.timelock_secs = secs,
        "adverse_delay_secs" => settings.adverse_delay_secs = secs,
        "execution_window_secs" => settings.execution_window_secs = secs,
        "protective_voting_secs" => settings.protective_voting_secs = secs,
        "protective_expiry_secs" => settings.protective_expiry_secs = secs,
        "freeze_secs" => settings.freeze_secs = secs,
        "freeze_cooloff_secs" => settings.freeze_cooloff_secs = secs,
        "unstaking_secs" => settings.unstaking_secs = secs,
        other => panic!("no such time: {other}"),
    }
}

fn set_share(settings: &mut Settings, name: &str, share: Decimal) {
    match name {
        "threshold" => settings.threshold = share,
        "quorum" => settings.quorum = share,
        "veto_threshold" => settings.veto_threshold = share,
        other => panic!("no such share: {other}"),
    }
}

/// Both ends of every range are accepted, one beyond is not: a threshold or quorum above what can be
/// reached, a veto of a handful, a delay of years.
#[test]
fn every_setting_has_a_hard_range() {
    for range in &TIMES {
        for secs in [range.min, range.default, range.max] {
            let mut settings = default_settings();
            settings.adverse_delay_secs = 90 * DAY;
            settings.protective_expiry_secs = 60 * DAY;
            if range.name == "protective_expiry_secs" {
                (settings.voting_secs, settings.timelock_secs) = (DAY, DAY);
            }
            set_time(&mut settings, range.name, secs);
            World::try_new(Source::Native, settings).unwrap();
        }
        for secs in [0, range.min - 1, range.max + 1, u64::MAX] {
            assert!(
                matches!(refusal(|s| set_time(s, range.name, secs)), ContractError::OutOfRange { name, .. } if name == range.name),
                "{} {secs}",
                range.name
            );
        }
    }
    let atom = Decimal::raw(1);
    for share in &SHARES {
        for found in [share.min, share.default, share.max] {
            let mut settings = default_settings();
            set_share(&mut settings, share.name, found);
            World::try_new(Source::Native, settings).unwrap();
        }
        for found in [
            Decimal::zero(),
            share.min - atom,
            share.max + atom,
            Decimal::percent(101),
            Decimal::MAX,
        ] {
            assert!(
                matches!(refusal(|s| set_share(s, share.name, found)), ContractError::FractionOutOfRange { name, .. } if name == share.name),
                "{} {found}",
                share.name
            );
        }
    }
}

/// Who unstakes when an adverse proposal is decided has the coins before it can be executed, whatever the delay is.
#[test]
fn unstaking_is_shorter_than_any_adverse_delay() {
    let mut settings = default_settings();
    settings.unstaking_secs = 20 * DAY;
    World::try_new(Source::Native, settings).unwrap();
    for adverse_delay_secs in [21 * DAY, 90 * DAY] {
        let refused = refusal(|settings| {
            settings.adverse_delay_secs = adverse_delay_secs;
            settings.unstaking_secs = 20 * DAY + 1;
        });
        assert!(matches!(refused, ContractError::OutOfRange { .. }));
    }
}

/// A protective proposal can be confirmed before it expires.
#[test]
fn an_ordinary_vote_is_shorter_than_the_protective_expiry() {
    let mut settings = default_settings();
    settings.protective_expiry_secs = 10 * DAY;
    World::try_new(Source::Native, settings).unwrap();
    assert!(matches!(
        refusal(|settings| settings.protective_expiry_secs = 10 * DAY - 1),
        ContractError::SettingsContradict { .. }
    ));
}

#[test]
fn deposits_can_be_paid_by_somebody() {
    let deposit = |amount: u128, denom: &str| {
        Some(UncheckedDepositInfo {
            amount: Uint128::new(amount),
            denom: UncheckedDenom::Native(denom.to_owned()),
            refund_failed_proposals: true,
        })
    };
    let supply = 8 * PURSE;
    let mut settings = default_settings();
    settings.deposit = deposit(supply / 1_000, OTHER);
    World::try_new(Source::Native, settings).unwrap();
    for (amount, denom) in [(supply / 1_000 + 1, OTHER), (u128::MAX, COIN), (1, "unone")] {
        assert!(matches!(
            refusal(|settings| settings.deposit = deposit(amount, denom)),
            ContractError::DepositTooLarge { .. }
        ));
    }
    assert_eq!(
        refusal(|settings| settings.deposit = deposit(0, OTHER)),
        ContractError::ZeroAmount {}
    );
}

/// M3, A3: addresses that the chain would not write so, and duplicates, are refused.
#[test]
fn contracts_are_named_once_and_in_bounds() {
    let world = World::new(Source::Native);
    let named = |i: usize, kind| SuiteContract {
        address: world.address(&format!("contract{i}")).to_string(),
        kind,
    };
    let many = |n| {
        (0..n)
            .map(|i| named(i, ContractKind::PerpMarket))
            .collect::<Vec<_>>()
    };
    let mut settings = default_settings();
    settings.contracts = many(16);
    World::try_new(Source::Native, settings).unwrap();
    for contracts in [
        many(17),
        vec![
            named(1, ContractKind::PerpMarket),
            named(1, ContractKind::PriceFeed),
        ],
        vec![
            named(1, ContractKind::InsuranceFund),
            named(2, ContractKind::InsuranceFund),
        ],
    ] {
        assert!(matches!(
            refusal(|settings| settings.contracts = contracts),
            ContractError::SettingsContradict { .. }
        ));
    }
    let mut upper = named(1, ContractKind::PriceFeed);
    upper.address = upper.address.to_uppercase();
    assert!(matches!(
        refusal(|settings| settings.contracts = vec![upper]),
        ContractError::Std(_)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// P1: whatever settings are accepted, a proposal can still change them, after the adverse delay and
    /// within the deadline: nothing accepted locks.
    #[test]
    fn accepted_settings_can_be_changed_again(
        shares in proptest::array::uniform3(0_u64..=1_000_000),
        times in proptest::array::uniform9(0_u64..=1_000_000),
        allow_revote: bool,
    ) {
        let mut settings = default_settings();
        settings.allow_revote = allow_revote;
        for (share, parts) in SHARES.iter().zip(shares) {
            let width = share.max - share.min;
            let found = share.min + width * Decimal::from_ratio(parts, 1_000_000_u64);
            set_share(&mut settings, share.name, found);
        }
        for (range, parts) in TIMES.iter().zip(times) {
            let secs = range.min + (range.max - range.min) * parts / 1_000_000;
            set_time(&mut settings, range.name, secs);
        }
        let accepted = World::try_new(Source::Native, settings);
        prop_assume!(accepted.is_ok());
        let mut world = accepted.unwrap();
        world.stake_all(&[("ann", 850), ("bob", 150)]);
        let change = world.own_settings(|settings| *settings = default_settings());
        world.carry("ann", vec![change]);
        prop_assert_eq!(world.settings(), default_settings());
        world.check();
    }
}

/// A change that is out of range fails when it is executed, and changes nothing.
#[test]
fn proposal_cannot_lock_governance() {
    let mut world = World::staked(Source::Native, &[("ann", 100)]);
    let before = world.settings();
    let changes: [fn(&mut Settings); 6] = [
        |s| s.threshold = Decimal::one(),
        |s| s.quorum = Decimal::percent(101),
        |s| s.adverse_delay_secs = 0,
        |s| s.timelock_secs = u64::MAX,
        |s| s.execution_window_secs = 0,
        |s| s.unstaking_secs = 1_000 * DAY,
    ];
    for change in changes {
        let msg = world.own_settings(change);
        let id = world.propose("ann", vec![msg]);
        world.until_ready(id);
        world.execute("ann", id).unwrap();
        assert_eq!(world.life(id).failures, 1);
        assert_eq!(world.settings(), before);
        world.check();
    }
}

/// A1: by nobody else.
#[test]
fn guardian_is_appointed_by_governance() {
    let mut world = World::staked(Source::Native, &[("ann", 100)]);
    let fay = world.address("fay").to_string();
    for guardian in [Some(fay), None] {
        let msg = world.own(&ExecuteMsg::SetGuardian {
            guardian: guardian.clone(),
        });
        world.carry("ann", vec![msg]);
        let config: ConfigResponse = world.query(&QueryMsg::Config {});
        assert_eq!(config.guardian, guardian);
    }
}

/// The instantiator wires the suite in one message, once.
#[test]
fn bootstrap_locks_itself() {
    let mut world = World::new(Source::Native);
    let deployer = world.deployer.clone();
    let change = world.own_settings(|settings| settings.voting_secs = DAY);
    let msg = ExecuteMsg::Bootstrap { msgs: vec![change] };
    for name in ["ann", "guardian"] {
        assert!(matches!(
            refused(world.send(name, &msg, &[])),
            ContractError::BootstrapLocked { .. }
        ));
    }
    // One that fails leaves the right as it was.
    let failing = ExecuteMsg::Bootstrap {
        msgs: vec![world.impossible()],
    };
    world.send_as(&deployer, &failing, &[]).unwrap_err();
    world.send_as(&deployer, &msg, &[]).unwrap();
    assert_eq!(world.settings().voting_secs, DAY);
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!((config.revision, config.bootstrap), (1, None));
    assert!(matches!(
        refused(world.send_as(&deployer, &msg, &[])),
        ContractError::BootstrapLocked { .. }
    ));
}

#[test]
fn bootstrap_ends_with_a_day_and_with_the_first_proposal() {
    let msg = ExecuteMsg::Bootstrap { msgs: vec![] };
    let mut world = World::new(Source::Native);
    let deployer = world.deployer.clone();
    world.wait(DAY - 1);
    world.send_as(&deployer, &msg, &[]).unwrap();

    let mut world = World::new(Source::Native);
    world.wait(DAY);
    refused(world.send_as(&deployer, &msg, &[]));

    let mut world = World::staked(Source::Native, &[("ann", 1)]);
    world.propose("ann", vec![]);
    refused(world.send_as(&deployer, &msg, &[]));
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!(config.bootstrap, None);
}

/// Bootstrap cannot pay stakes out.
#[test]
fn bootstrap_cannot_touch_stakes() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 100)]);
        let deployer = world.deployer.clone();
        let msgs = vec![world.payment("eve", 100)];
        let error = refused(world.send_as(&deployer, &ExecuteMsg::Bootstrap { msgs }, &[]));
        assert!(matches!(error, ContractError::BooksBroken { .. }));
        world.check();
    }
}

/// M2: governance migrates itself by a proposal, as its own admin, after the adverse delay; the same
/// version, another contract and a newer one are refused, so nothing is replayed.
#[test]
fn migrates_itself_and_only_upwards() {
    assert!(CONTRACT.name.starts_with("crates.io:"));
    let mut world = World::staked(Source::Native, &[("ann", 100)]);
    let this = world.governance.clone();
    let migrate = |world: &World| {
        WasmMsg::Migrate {
            contract_addr: this.to_string(),
            new_code_id: world.code,
            msg: b"{}".into(),
        }
        .into()
    };
    // Not its own admin yet in this world: the chain refuses.
    let id = world.propose("ann", vec![migrate(&world)]);
    world.until_ready(id);
    world.execute("ann", id).unwrap();
    assert_eq!(world.life(id).failures, 1);

    for (name, version, accepted) in [
        (CONTRACT.name, "0.2.0", true),
        (CONTRACT.name, "0.0.9", false),
        (CONTRACT.name, CONTRACT.version, false),
        (CONTRACT.name, "999.0.0", false),
        ("crates.io:cw3-flex-multisig", "0.1.0", false),
    ] {
        let mut deps = cosmwasm_std::testing::mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, name, version).unwrap();
        let env = cosmwasm_std::testing::mock_env();
        let result =
            ballast_governance::contract::migrate(deps.as_mut(), env, cosmwasm_std::Empty {});
        assert_eq!(result.is_ok(), accepted, "{name} {version}");
    }
}

/// A3: a transfer of ownership to governance is accepted by an ordinary proposal.
#[test]
fn governance_takes_over_a_contract() {
    let mut world = World::staked(Source::Native, &[("ann", 100)]);
    let deployer = world.deployer.clone();
    let msg = ballast_types::fund::InstantiateMsg {
        owner: deployer.to_string(),
        collateral: world.token.clone(),
        share_token: None,
        parameters: None,
    };
    let fund = world
        .app
        .instantiate_contract(world.fund_code, deployer.clone(), &msg, &[], "fund", None)
        .unwrap();
    let transfer =
        ballast_types::fund::ExecuteMsg::UpdateOwnership(cw_ownable::Action::TransferOwnership {
            new_owner: world.governance.to_string(),
            expiry: Some(cw_utils::Expiration::AtTime(
                world.app.block_info().time.plus_seconds(30 * DAY),
            )),
        });
    world
        .app
        .execute_contract(deployer, fund.clone(), &transfer, &[])
        .unwrap();
    let accept =
        ballast_types::fund::ExecuteMsg::UpdateOwnership(cw_ownable::Action::AcceptOwnership);
    let id = world.carry("ann", vec![call(&fund, &accept)]);
    assert_eq!(world.life(id).failures, 0);
    let ownership: cw_ownable::Ownership<String> = world
        .app
        .wrap()
        .query_wasm_smart(fund, &ballast_types::fund::QueryMsg::Ownership {})
        .unwrap();
    assert_eq!(ownership.owner.unwrap(), world.governance.as_str());
}

#[test]
fn no_coins_at_instantiation() {
    let mut world = World::new(Source::Native);
    let ann = world.address("ann");
    let msg = ballast_types::governance::InstantiateMsg {
        token: world.token.clone(),
        settings: None,
        guardian: None,
    };
    let (code, funds) = (world.code, coins(1, COIN));
    world
        .app
        .instantiate_contract(code, ann, &msg, &funds, "x", None)
        .unwrap_err();
}
