//! What must hold of a step of governance that committed, and of governance after every step.

use ballast_governance::parameters::check;
use ballast_perp_market::state::{CONFIG, MARKET_COUNT, PENDING_CHANGES};
use ballast_testing::suite::Listed;
use ballast_types::events::{attribute, governance as events, is};
use ballast_types::governance::{ConfigResponse, LifecycleStatus, QueryMsg};
use ballast_types::market::Change;
use ballast_types::MarketId;
use cosmwasm_std::Event;

use super::deeds::{Deed, Effect};
use super::{government, held, owed, GovernStep};
use crate::world::World;

/// What the model makes of a step that committed, and what must then be so.
pub fn effects(world: &mut World, step: &GovernStep, done: &[Event]) {
    let (now, height) = (world.suite.now(), world.suite.height());
    let model = government(world);
    match step {
        GovernStep::Stake { who, amount } => model.stake(*who, *amount, height),
        GovernStep::Unstake { who, amount } => model.unstake(*who, *amount, (height, now)),
        GovernStep::Claim { who } => {
            let due = model.claimable(*who, now);
            model.claim(*who, now);
            let paid = done
                .iter()
                .find(|event| is(event, events::CLAIMED))
                .unwrap();
            assert_eq!(attribute(paid, "amount"), Some(due.to_string().as_str()));
        }
        GovernStep::Propose {
            who,
            protective,
            deeds,
        } => {
            model.propose((*who, *protective), deeds, (height, now));
        }
        GovernStep::Vote { who, id, vote } => model.vote(*who, *id, *vote, now),
        GovernStep::Execute { id } => executed(world, *id, done),
        GovernStep::Close { id } => model.close(*id),
        GovernStep::Revert { id, step } => {
            let at = usize::try_from(*step).unwrap();
            let protection = model.proposal(*id).protection.as_mut().unwrap();
            protection.reverted[at] = true;
        }
        GovernStep::Cancel { id, .. } => model.cancel(*id),
        GovernStep::Freeze { .. } => froze(world, done),
        _ => {}
    }
}

/// Invariant 6: a proposal is executed at most once, and not before its delay; and does what its messages do.
fn executed(world: &mut World, id: u64, done: &[Event]) {
    let now = world.suite.now();
    let works = government(world).tried.take().unwrap();
    let life = world.suite.lifecycle(id).unwrap();
    let expected = if works {
        LifecycleStatus::Executed
    } else {
        LifecycleStatus::ExecutionFailed
    };
    assert_eq!(life.status, expected, "{:?}", life.failure);
    let said = done
        .iter()
        .find(|event| is(event, events::EXECUTION))
        .unwrap();
    let result = if works { "executed" } else { "failed" };
    assert_eq!(attribute(said, "result"), Some(result));
    let model = government(world);
    let proposal = model.proposal(id);
    assert!(proposal.executed_at.is_none(), "executed twice");
    assert!(proposal.ready_at(now).is_some_and(|ready| now >= ready));
    let deeds = proposal.deeds.clone();
    model.executed(id, works, now);
    if works {
        deeds.iter().for_each(|deed| take_effect(world, deed));
    }
}

fn take_effect(world: &mut World, deed: &Deed) {
    match &deed.effect {
        Effect::None => {}
        Effect::Settings(settings) => {
            let settings = settings.as_deref().unwrap();
            assert_eq!(check(settings), Ok(()), "settings out of range");
            government(world).settings = settings.clone();
        }
        Effect::Guardian(who) => government(world).guardian = *who,
        Effect::Confirm(id) => {
            let protection = government(world).proposal(*id).protection.as_mut();
            protection.unwrap().confirmed = true;
        }
        Effect::List(feed) => {
            let count: MarketId = MARKET_COUNT
                .load(world.suite.market_storage().as_ref())
                .unwrap();
            let id = MarketId::try_from(world.suite.markets.len()).unwrap();
            if id == count {
                take_back_listing(world);
                return;
            }
            assert!(id < count, "numbers are given once");
            let (spec, feed_id) = (world.specs[*feed].clone(), world.feed_id(*feed));
            world.suite.markets.push(Listed { id, spec, feed_id });
        }
    }
}

/// No market is at the price feed any more, so the listing waits. It is taken back: numbers stay known.
fn take_back_listing(world: &mut World) {
    let mut waiting = world.suite.pending_changes().unwrap();
    waiting.retain(|one| matches!(one.change, Change::ListMarket { .. }));
    let last = waiting.last().unwrap();
    let market = world.suite.market.clone();
    let mut storage = world.suite.app.contract_storage_mut(&market);
    PENDING_CHANGES.remove(storage.as_mut(), last.id);
}

/// A market that took the freeze takes no more risk for as long.
fn froze(world: &mut World, done: &[Event]) {
    let model = government(world);
    let (freeze, cooloff) = (
        model.settings.freeze_secs,
        model.settings.freeze_cooloff_secs,
    );
    let until = world.suite.now() + freeze;
    government(world).next_freeze_at = until + cooloff;
    let failed = done.iter().any(|event| is(event, events::FREEZE_FAILED));
    let storage = world.suite.market_storage();
    let frozen_until = CONFIG.load(storage.as_ref()).unwrap().frozen_until;
    assert!(failed || frozen_until == until);
}

/// After every step: who has how much power and where the last proposals stand is what the model says.
pub fn compare(world: &mut World, last: usize) {
    if world.government.is_some() && world.fund_in_use() != Some(world.suite.fund.to_string()) {
        world.suite.distrust_fund();
    }
    let Some(model) = &world.government else {
        return;
    };
    let now = world.suite.now();
    let config: ConfigResponse = world.suite.ask_governance(&QueryMsg::Config {}).unwrap();
    assert_eq!(config.staked.u128(), model.staked(), "sum of powers");
    assert_eq!(config.unstaking.u128(), model.unstaking());
    assert_eq!(
        config.proposals,
        u64::try_from(model.proposals.len()).unwrap()
    );
    assert_eq!(config.settings, model.settings);
    let guardian = model.guardian.map(|who| model.members[who].to_string());
    assert_eq!(config.guardian, guardian);
    assert!(held(world) >= owed(world), "every stake is there");
    let all: Vec<_> = (1..).zip(&model.proposals).collect();
    for (id, proposal) in all.into_iter().rev().take(last) {
        let life = world.suite.lifecycle(id).unwrap();
        assert_eq!(
            life.status,
            proposal.status(now),
            "proposal {id}: {proposal:?}"
        );
        assert_eq!(life.ready_at, proposal.ready_at(now), "proposal {id}");
        assert_eq!(life.executed_at, proposal.executed_at, "proposal {id}");
        assert_eq!(life.start_height, proposal.start_height);
        assert_eq!(life.total_power.u128(), proposal.total(), "proposal {id}");
        if let (Some(at), Some(ready)) = (life.executed_at, life.ready_at) {
            assert!(at >= ready && Some(at) < life.deadline, "proposal {id}");
        }
    }
}
