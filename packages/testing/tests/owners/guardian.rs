//! A hostile guardian over the whole suite: he cancels whatever passes and freezes whenever he may. He gets nothing, holds
//! nobody in, and is replaced.

use ballast_governance::parameters::default_settings;
use ballast_governance::ContractError;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{Suite, GUARDIAN};
use ballast_types::fund;
use ballast_types::governance::{ExecuteMsg, LifecycleStatus};
use ballast_types::market;
use cosmwasm_std::{Addr, CosmosMsg};

use crate::attempts::attempts;
use crate::majority::{Scene, UNIT};
use crate::DAY;

fn guardian(scene: &Scene) -> Addr {
    scene.suite.address(GUARDIAN)
}

fn cancel(scene: &mut Scene, proposal_id: u64) -> anyhow::Result<()> {
    let guardian = guardian(scene);
    let msg = ExecuteMsg::Cancel { proposal_id };
    scene.suite.govern(&guardian, &msg).map(drop)
}

fn reduce_only(scene: &Scene) -> CosmosMsg {
    let mut parameters = scene.suite.market_info(0).unwrap().config.parameters;
    parameters.reduce_only = true;
    let msg = market::ExecuteMsg::UpdateMarket {
        market: 0,
        parameters,
    };
    Suite::call(&scene.suite.market, &msg).unwrap()
}

/// V2: what he cancels passes again and stands, a measure in a crash too; each costs one more vote and no more.
#[test]
fn v2_he_cancels_each_proposal_once() {
    let mut scene = Scene::new();
    let eve = scene.eve.clone();
    let tightening = reduce_only(&scene);
    let first = scene
        .suite
        .propose_protective(&eve, vec![tightening.clone()])
        .unwrap();
    cancel(&mut scene, first).unwrap();
    assert!(scene.suite.execute_proposal(first).is_err());
    let again = scene
        .suite
        .propose_protective(&eve, vec![tightening])
        .unwrap();
    let refused = cancel(&mut scene, again).unwrap_err();
    assert_eq!(
        refused.downcast_ref(),
        Some(&ContractError::CancelledBefore { proposal_id: first })
    );
    scene.suite.execute_proposal(again).unwrap();
    let parameters = scene.suite.market_info(0).unwrap().config.parameters;
    assert!(parameters.reduce_only);

    // His own replacement he cannot touch, however long it waits.
    let appoint = ExecuteMsg::SetGuardian { guardian: None };
    let governance = scene.suite.governance().unwrap();
    let appoint = Suite::call(&governance, &appoint).unwrap();
    let id = scene.suite.propose(&eve, vec![appoint]).unwrap();
    for _ in 0..2 {
        let refused = cancel(&mut scene, id).unwrap_err();
        assert_eq!(
            refused.downcast_ref(),
            Some(&ContractError::OnlyChangesGuardian { proposal_id: id })
        );
        scene.suite.wait_until_ready(id).unwrap();
    }
    scene.suite.execute_proposal(id).unwrap();
    let other = reduce_only(&scene);
    let last = scene.suite.propose(&eve, vec![other]).unwrap();
    assert!(cancel(&mut scene, last).is_err(), "he is gone");
    assert_eq!(
        scene.suite.lifecycle(last).unwrap().status,
        LifecycleStatus::Queued
    );
    check_invariants(&scene.suite).unwrap();
}

/// A5: he freezes at every moment at which he may, for forty days. The frozen part of the time is what the settings
/// allow; whoever has no position is paid in the middle of it, and an exit takes its cooldown and not a second more.
#[test]
fn a5_he_freezes_again_and_again_and_holds_nobody_in() {
    let mut scene = Scene::new();
    let (guardian, uma, tom) = (
        guardian(&scene),
        scene.suite.address("uma"),
        scene.suite.address("tom"),
    );
    let settings = default_settings();
    let begun = scene.suite.now();
    scene
        .suite
        .govern(&guardian, &ExecuteMsg::Freeze {})
        .unwrap();
    let shares = scene.shares(&uma);
    let worth = scene.worth(&uma);
    scene.suite.request_exit(&uma, shares).unwrap();
    scene.suite.withdraw(&tom, 0, 100 * UNIT).unwrap();
    assert_eq!(scene.balance(&tom), 100 * UNIT, "in the middle of a freeze");
    let config: fund::ConfigResponse = scene.suite.ask_fund(&fund::QueryMsg::Config {}).unwrap();
    let ready_at = begun + config.parameters.underwriting.exit_cooldown_secs;

    let (hours, mut frozen, mut freezes) = (40 * 24, 0, 1);
    for hour in 1..=hours {
        let at = begun + hour * 3_600;
        if at == ready_at {
            scene.suite.set_time(at - 1).unwrap();
            assert!(scene.suite.complete_exit(&uma).is_err());
        }
        scene.suite.set_time(at).unwrap();
        if at == ready_at {
            scene.suite.complete_exit(&uma).unwrap();
            assert_eq!(scene.balance(&uma), worth);
        }
        let again = scene.suite.govern(&guardian, &ExecuteMsg::Freeze {});
        freezes += u64::from(again.is_ok());
        frozen += u64::from(scene.suite.config().unwrap().frozen_until.is_some());
    }
    let cycle = settings.freeze_secs + settings.freeze_cooloff_secs;
    assert_eq!(freezes, 1 + 40 * DAY / cycle);
    assert!(frozen * 3_600 <= freezes * settings.freeze_secs, "{frozen}");
    check_invariants(&scene.suite).unwrap();
}

/// A1: none of what a majority would have to wait for can he do himself.
#[test]
fn a1_he_sends_nothing_of_the_owners() {
    let mut scene = Scene::new();
    let guardian = guardian(&scene);
    for attempt in attempts() {
        for msg in (attempt.msgs)(&scene) {
            let sent = scene.suite.send(&guardian, msg);
            // Anybody may claim; who is no market is paid nothing.
            let refused = attempt.what != "the reserves, by a claim of governance itself";
            assert_eq!(sent.is_err(), refused, "{}", attempt.what);
        }
        assert!(!(attempt.effective)(&scene), "{}", attempt.what);
        assert_eq!(scene.balance(&guardian), 0, "{}", attempt.what);
    }
    check_invariants(&scene.suite).unwrap();
}
