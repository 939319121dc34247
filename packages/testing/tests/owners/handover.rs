//! Two steps: the owner offers with an expiry, the next one takes it in time. Nobody else can, and who gave it away owns
//! nothing any more.

use anyhow::Result;
use ballast_testing::suite::Suite;
use cosmwasm_std::{Addr, CosmosMsg, WasmMsg};
use cw_ownable::{Action, Ownership};
use cw_utils::Expiration;
use serde_json::json;

use crate::daos::{Owner, World, OWNERS};
use crate::DAY;

fn contracts(world: &World) -> [Addr; 3] {
    let suite = &world.suite;
    [&suite.market, &suite.fund, &suite.price_feed].map(Addr::clone)
}

fn update(contract: &Addr, action: &Action) -> CosmosMsg {
    Suite::call(contract, &json!({ "update_ownership": action })).unwrap()
}

fn ownership(world: &World, contract: &Addr) -> Ownership<Addr> {
    world
        .suite
        .app
        .wrap()
        .query_wasm_smart(contract, &json!({ "ownership": {} }))
        .unwrap()
}

/// How long an offer stands: as long as the slowest of the owners needs to make it, and one vote to take it.
const STANDS: u64 = 31 * DAY;

fn offer(world: &World, next: &Addr) -> Vec<CosmosMsg> {
    let expiry = world.suite.app.block_info().time.plus_seconds(STANDS);
    let action = Action::TransferOwnership {
        new_owner: next.to_string(),
        expiry: Some(Expiration::AtTime(expiry)),
    };
    contracts(world)
        .iter()
        .map(|contract| update(contract, &action))
        .collect()
}

fn accept(world: &World) -> Vec<CosmosMsg> {
    contracts(world)
        .iter()
        .map(|contract| update(contract, &Action::AcceptOwnership))
        .collect()
}

/// Both steps, by proposals of both. The wasm admin is given up with the first transfer away from governance: no other
/// owner enforces a delay on migrations.
pub fn hand_over(world: &mut World, from: Owner, to: Owner) {
    let next = world.address(to);
    let mut msgs = offer(world, &next);
    for contract in contracts(world) {
        let data = world.suite.app.contract_data(&contract).unwrap();
        if data.admin == Some(world.address(from)) {
            let contract_addr = contract.into_string();
            msgs.push(WasmMsg::ClearAdmin { contract_addr }.into());
        }
    }
    world.carry(from, msgs).unwrap();
    for contract in contracts(world) {
        let found = ownership(world, &contract);
        assert_eq!(found.owner, Some(world.address(from)), "offered only");
        assert_eq!(found.pending_owner, Some(next.clone()));
    }
    let take = accept(world);
    world.carry(to, take).unwrap();
    for contract in contracts(world) {
        let found = ownership(world, &contract);
        assert_eq!(
            (found.owner, found.pending_owner),
            (Some(next.clone()), None)
        );
        let data = world.suite.app.contract_data(&contract).unwrap();
        assert_eq!(data.admin, None, "nobody migrates under another owner");
    }
    former_owner_can_do_nothing(world, from);
}

/// Directly, since its own votes and delays are not what stops it.
fn former_owner_can_do_nothing(world: &mut World, former: Owner) {
    let address = world.address(former);
    let price = world.suite.markets[0].spec.initial_price;
    world.suite.advance(10);
    world.suite.push_price(0, price).unwrap();
    let mut msgs = world.owners_messages();
    msgs.extend(offer(world, &address));
    msgs.extend(accept(world));
    for contract in contracts(world) {
        msgs.push(update(&contract, &Action::RenounceOwnership));
        let contract_addr = contract.into_string();
        let new_code_id = world.suite.codes.market;
        let admin = address.to_string();
        msgs.push(
            WasmMsg::UpdateAdmin {
                contract_addr: contract_addr.clone(),
                admin,
            }
            .into(),
        );
        msgs.push(
            WasmMsg::Migrate {
                contract_addr,
                new_code_id,
                msg: b"{}".into(),
            }
            .into(),
        );
    }
    for msg in msgs {
        let refused = world.suite.send(&address, msg.clone());
        assert!(refused.is_err(), "{former:?} could still send {msg:?}");
    }
}

/// A3: each of the four hands over to each other.
#[test]
fn a3_ownership_goes_both_ways_between_all_owners() {
    for from in OWNERS {
        for to in OWNERS {
            if from == to {
                continue;
            }
            let mut world = World::new();
            if from != Owner::Governance {
                hand_over(&mut world, Owner::Governance, from);
            }
            hand_over(&mut world, from, to);
        }
    }
}

fn send_all(world: &mut World, sender: &Addr, msgs: Vec<CosmosMsg>) -> Vec<Result<()>> {
    msgs.into_iter()
        .map(|msg| world.suite.send(sender, msg).map(drop))
        .collect()
}

/// A3: nobody but the one it was offered to takes it; a later offer replaces an earlier one; an offer has an end, to the
/// second, and then the owner is who it was and can offer again.
#[test]
fn a3_an_offer_is_for_one_and_has_an_end() {
    for to in [Owner::Group, Owner::Stake, Owner::DaoDao] {
        let mut world = World::new();
        let (first, next) = (world.address(Owner::Governance), world.address(to));
        let msgs = offer(&world, &world.ann.clone());
        let ends = world.suite.now() + STANDS;
        world.carry(Owner::Governance, msgs).unwrap();
        let take = accept(&world);
        // It was offered to ann: the DAO that she has most votes of is somebody else.
        assert!(world.carry(to, take.clone()).is_err());
        let others = [world.bob.clone(), first.clone(), world.suite.keeper.clone()];
        for other in others {
            let results = send_all(&mut world, &other, take.clone());
            assert!(results.iter().all(Result::is_err), "{other}");
        }
        world.suite.set_time(ends).unwrap();
        let ann = world.ann.clone();
        let results = send_all(&mut world, &ann, take.clone());
        assert!(results.iter().all(Result::is_err), "the offer has ended");

        // Replaced before it is taken: the earlier one is void.
        let msgs = offer(&world, &ann);
        world.carry(Owner::Governance, msgs).unwrap();
        let msgs = offer(&world, &next);
        world.carry(Owner::Governance, msgs).unwrap();
        let results = send_all(&mut world, &ann, take.clone());
        assert!(results.iter().all(Result::is_err), "the offer was replaced");
        world.carry(to, take).unwrap();
        for contract in contracts(&world) {
            assert_eq!(ownership(&world, &contract).owner, Some(next.clone()));
        }
    }
}

/// A3: an offer without an end, or one that has ended, is refused, and so is renouncing, whoever the owner is.
#[test]
fn a3_no_owner_offers_for_ever_or_renounces() {
    for owner in OWNERS {
        let mut world = World::new();
        if owner != Owner::Governance {
            hand_over(&mut world, Owner::Governance, owner);
        }
        let new_owner = world.ann.to_string();
        let past = Expiration::AtTime(world.suite.app.block_info().time);
        for expiry in [None, Some(Expiration::Never {}), Some(past)] {
            let action = Action::TransferOwnership {
                new_owner: new_owner.clone(),
                expiry,
            };
            for contract in contracts(&world) {
                let msg = update(&contract, &action);
                assert!(
                    world.carry(owner, vec![msg]).is_err(),
                    "{owner:?} {expiry:?}"
                );
            }
        }
        for contract in contracts(&world) {
            let msg = update(&contract, &Action::RenounceOwnership);
            assert!(world.carry(owner, vec![msg]).is_err(), "{owner:?}");
            let found = ownership(&world, &contract);
            assert_eq!(found.owner, Some(world.address(owner)));
            assert_eq!(found.pending_owner, None);
        }
    }
}

/// A1: the core sends what its proposal module tells it to, and nobody else; its members alone own nothing.
#[test]
fn a1_a_dao_dao_core_obeys_its_module_only() {
    use ballast_testing::dao_dao::core::{CoreError, ExecuteMsg};
    let mut world = World::new();
    hand_over(&mut world, Owner::Governance, Owner::DaoDao);
    let (core, module) = (
        world.address(Owner::DaoDao),
        world.proposal_module().clone(),
    );
    let msgs = world.owners_messages();
    let senders = [
        world.ann.clone(),
        world.voting_module().clone(),
        module.clone(),
    ];
    for sender in &senders {
        let msgs = msgs.clone();
        let admin = ExecuteMsg::ExecuteAdminMsgs { msgs: msgs.clone() };
        let refused = world.suite.execute(sender, &core, &admin, &[]).unwrap_err();
        assert_eq!(refused.downcast_ref(), Some(&CoreError::Unauthorized {}));
        if *sender != module {
            let hook = ExecuteMsg::ExecuteProposalHook { msgs };
            let refused = world.suite.execute(sender, &core, &hook, &[]).unwrap_err();
            assert_eq!(refused.downcast_ref(), Some(&CoreError::Unauthorized {}));
        }
    }
    // With no admin named the core is its own: a proposal may wrap what it does.
    let cap = world.owners_messages()[1].clone();
    let admin = ExecuteMsg::ExecuteAdminMsgs { msgs: vec![cap] };
    let wrapped = Suite::call(&core, &admin).unwrap();
    world.carry(Owner::DaoDao, vec![wrapped]).unwrap();
    let parameters = world.suite.market_info(0).unwrap().config.parameters;
    assert_eq!(parameters.open_interest_cap.u128(), 1);
}
