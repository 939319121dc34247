//! What crosses the wire: cw3 2.0.0 word for word, and DAO DAO's voting module in its JSON.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod common;

use ballast_governance::cw3::scaled;
use ballast_types::governance::{ExecuteMsg, QueryMsg};
use common::{id_of, Source, World, COIN, DAY, SOURCES};
use cosmwasm_std::{coins, from_json, to_json_vec, BankMsg, CosmosMsg, Empty, Uint128, WasmMsg};
use cw20::Denom;
use cw3::{
    Cw3Contract, Cw3ExecuteMsg, Cw3QueryMsg, ProposalListResponse, ProposalResponse, Status, Vote,
    VoteListResponse, VoteResponse, VoterListResponse, VoterResponse,
};
use cw_multi_test::Executor;
use cw_utils::ThresholdResponse;
use serde_json::{json, Value};

/// Every message and query of cw3's own types is one of ours, and ours of the same name are theirs.
#[test]
fn messages_are_cw3s_word_for_word() {
    let msgs: Vec<CosmosMsg> = vec![BankMsg::Send {
        to_address: "x".to_owned(),
        amount: coins(1, "u"),
    }
    .into()];
    let executes: Vec<Cw3ExecuteMsg<Empty>> = vec![
        Cw3ExecuteMsg::Propose {
            title: "t".to_owned(),
            description: "d".to_owned(),
            msgs,
            earliest: None,
            latest: Some(cw_utils::Expiration::Never {}),
        },
        Cw3ExecuteMsg::Vote {
            proposal_id: 1,
            vote: Vote::Veto,
        },
        Cw3ExecuteMsg::Execute { proposal_id: 1 },
        Cw3ExecuteMsg::Close { proposal_id: 1 },
    ];
    for theirs in executes {
        let json = to_json_vec(&theirs).unwrap();
        let ours: ExecuteMsg = from_json(&json).unwrap();
        assert_eq!(to_json_vec(&ours).unwrap(), json);
    }
    let queries = [
        Cw3QueryMsg::Threshold {},
        Cw3QueryMsg::Proposal { proposal_id: 1 },
        Cw3QueryMsg::ListProposals {
            start_after: Some(1),
            limit: None,
        },
        Cw3QueryMsg::ReverseProposals {
            start_before: None,
            limit: Some(2),
        },
        Cw3QueryMsg::Vote {
            proposal_id: 1,
            voter: "v".to_owned(),
        },
        Cw3QueryMsg::ListVotes {
            proposal_id: 1,
            start_after: None,
            limit: None,
        },
        Cw3QueryMsg::Voter {
            address: "v".to_owned(),
        },
        Cw3QueryMsg::ListVoters {
            start_after: None,
            limit: None,
        },
    ];
    for theirs in queries {
        let json = to_json_vec(&theirs).unwrap();
        let ours: QueryMsg = from_json(&json).unwrap();
        assert_eq!(to_json_vec(&ours).unwrap(), json);
    }
}

fn ask<T: cosmwasm_schema::serde::de::DeserializeOwned>(world: &World, query: &Cw3QueryMsg) -> T {
    let governance = world.governance.clone();
    world
        .app
        .wrap()
        .query_wasm_smart(governance, query)
        .unwrap()
}

/// A client that knows nothing but the crate `cw3` takes a proposal from its making to its execution.
#[test]
fn a_cw3_client_works_unchanged() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 300), ("bob", 500), ("cat", 200)]);
        world.fill_treasury(10);
        let client = Cw3Contract(world.governance.clone());
        let send = |world: &mut World, name: &str, msg: CosmosMsg| {
            let sender = world.address(name);
            world.app.execute(sender, msg).unwrap()
        };
        let msgs = vec![world.payment("fay", 10)];
        let propose = client
            .proposal("Pay Fay", "for her work", msgs.clone(), None, None)
            .unwrap();
        let response = send(&mut world, "ann", propose);
        let id = id_of(&response);
        // cw3: the id is in the data as well.
        let data = cw_utils::parse_execute_response_data(&response.data.unwrap());
        assert_eq!(from_json::<u64>(data.unwrap().data.unwrap()).unwrap(), id);

        let ThresholdResponse::ThresholdQuorum { total_weight, .. } =
            ask(&world, &Cw3QueryMsg::Threshold {})
        else {
            panic!("a threshold with a quorum");
        };
        assert_eq!(total_weight, 1_000);
        send(&mut world, "bob", client.vote(id, Vote::Abstain).unwrap());
        let vote: VoteResponse = ask(
            &world,
            &Cw3QueryMsg::Vote {
                proposal_id: id,
                voter: world.address("bob").to_string(),
            },
        );
        let vote = vote.vote.unwrap();
        assert_eq!((vote.weight, vote.vote), (500, Vote::Abstain));
        let votes: VoteListResponse = ask(
            &world,
            &Cw3QueryMsg::ListVotes {
                proposal_id: id,
                start_after: None,
                limit: None,
            },
        );
        assert_eq!(votes.votes.len(), 2, "the proposer's yes is implied");
        let proposal: ProposalResponse = ask(&world, &Cw3QueryMsg::Proposal { proposal_id: id });
        assert_eq!(
            (proposal.title.as_str(), &proposal.msgs),
            ("Pay Fay", &msgs)
        );
        assert_eq!(proposal.status, Status::Passed);
        world.wait(2 * DAY);
        let had = world.balance(&world.address("fay"));
        send(&mut world, "eve", client.execute(id).unwrap());
        assert_eq!(world.balance(&world.address("fay")), had + 10);
        let proposal: ProposalResponse = ask(&world, &Cw3QueryMsg::Proposal { proposal_id: id });
        assert_eq!(proposal.status, Status::Executed);

        let propose = client.proposal("No", "", vec![], None, None).unwrap();
        let rejected = id_of(&send(&mut world, "cat", propose));
        send(&mut world, "bob", client.vote(rejected, Vote::No).unwrap());
        world.wait(7 * DAY);
        send(&mut world, "eve", client.close(rejected).unwrap());
        let list: ProposalListResponse = ask(
            &world,
            &Cw3QueryMsg::ReverseProposals {
                start_before: None,
                limit: None,
            },
        );
        let seen: Vec<_> = list.proposals.iter().map(|p| (p.id, p.status)).collect();
        assert_eq!(seen, [(rejected, Status::Rejected), (id, Status::Executed)]);

        let voter: VoterResponse = ask(
            &world,
            &Cw3QueryMsg::Voter {
                address: world.address("ann").to_string(),
            },
        );
        assert_eq!(voter.weight, Some(300));
        let voter: VoterResponse = ask(
            &world,
            &Cw3QueryMsg::Voter {
                address: world.address("eve").to_string(),
            },
        );
        assert_eq!(voter.weight, None);
        let voters: VoterListResponse = ask(
            &world,
            &Cw3QueryMsg::ListVoters {
                start_after: None,
                limit: None,
            },
        );
        assert_eq!(voters.voters.len(), 3);
        assert_eq!(
            voters.voters.iter().map(|voter| voter.weight).sum::<u64>(),
            1_000
        );
    }
}

/// Powers above 64 bits are divided by the smallest power of ten that makes the total fit.
#[test]
fn weights_beyond_64_bits_are_scaled() {
    let max = u128::from(u64::MAX);
    let scaled = |power: u128, total: u128| scaled(Uint128::new(power), Uint128::new(total));
    assert_eq!(scaled(max, max), u64::MAX);
    assert_eq!(scaled(max, max + 1), u64::MAX / 10);
    assert_eq!(scaled(9, max + 1), 0, "rounded down");
    assert_eq!(scaled(u128::MAX, u128::MAX), 3_402_823_669_209_384_634);

    // 10^24 and 3 * 10^23 atoms, as with a token of eighteen decimals.
    let large = 1_000_000_000_000_000_000_000_000_u128;
    let mut world = World::staked(Source::Native, &[("ann", large), ("bob", large / 10 * 3)]);
    let id = world.propose("ann", vec![]);
    let proposal: ProposalResponse = ask(&world, &Cw3QueryMsg::Proposal { proposal_id: id });
    let ThresholdResponse::ThresholdQuorum { total_weight, .. } = proposal.threshold else {
        panic!("a threshold with a quorum");
    };
    assert_eq!(total_weight, 13_000_000_000_000_000_000);
    let votes: VoteListResponse = ask(
        &world,
        &Cw3QueryMsg::ListVotes {
            proposal_id: id,
            start_after: None,
            limit: None,
        },
    );
    assert_eq!(votes.votes[0].weight, 10_000_000_000_000_000_000);
    assert_eq!(world.life(id).votes.yes.u128(), large, "Lifecycle is exact");
}

/// G4: pages are complete, in order, and bounded.
#[test]
fn pages_are_complete_and_bounded() {
    let mut world = World::new(Source::Native);
    let names: Vec<String> = (0..35).map(|i| format!("voter{i}")).collect();
    for name in &names {
        let to = world.address(name);
        common::mint(&mut world.app, &to, cosmwasm_std::coin(1, COIN));
        world.stake(name, 1).unwrap();
    }
    world.stake("ann", 1_000).unwrap();
    world.next_block();
    let id = world.propose("voter0", vec![]);
    for name in &names[1..] {
        world.vote(name, id, Vote::Yes).unwrap();
    }
    for (limit, expected) in [(None, 10), (Some(0), 0), (Some(7), 7), (Some(u32::MAX), 30)] {
        let page: VoteListResponse = ask(
            &world,
            &Cw3QueryMsg::ListVotes {
                proposal_id: id,
                start_after: None,
                limit,
            },
        );
        assert_eq!(page.votes.len(), expected);
        let page: VoterListResponse = ask(
            &world,
            &Cw3QueryMsg::ListVoters {
                start_after: None,
                limit,
            },
        );
        assert_eq!(page.voters.len(), expected);
    }
    let mut seen = vec![];
    let mut start_after = None;
    loop {
        let page: VoterListResponse = ask(
            &world,
            &Cw3QueryMsg::ListVoters {
                start_after,
                limit: Some(7),
            },
        );
        seen.extend(page.voters.iter().map(|voter| voter.addr.clone()));
        start_after = page.voters.last().map(|voter| voter.addr.clone());
        if start_after.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (36, &sorted));
    world.check();
}

fn raw(world: &World, query: &Value) -> Value {
    world
        .app
        .wrap()
        .query_wasm_smart(world.governance.clone(), query)
        .unwrap()
}

/// DAO DAO's queries and answers, as text.
#[test]
fn answers_dao_daos_voting_module_queries() {
    for source in SOURCES {
        let mut world = World::staked(source, &[("ann", 300)]);
        world.unstake("ann", 100).unwrap();
        let (ann, this) = (
            world.address("ann").to_string(),
            world.governance.to_string(),
        );
        let height = world.height();
        let power = |height: Value| {
            raw(
                &world,
                &json!({"voting_power_at_height": {"address": ann, "height": height}}),
            )
        };
        assert_eq!(
            power(json!(null)),
            json!({"power": "300", "height": height})
        );
        assert_eq!(
            power(json!(height + 1)),
            json!({"power": "200", "height": height + 1})
        );
        assert_eq!(
            raw(&world, &json!({"voting_power_at_height": {"address": ann}})),
            json!({"power": "300", "height": height})
        );
        assert_eq!(
            raw(&world, &json!({"total_power_at_height": {}})),
            json!({"power": "300", "height": height})
        );
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            raw(&world, &json!({"info": {}})),
            json!({"info": {"contract": "crates.io:ballast-governance", "version": version}})
        );
        assert_eq!(raw(&world, &json!({"dao": {}})), json!(this));
        assert_eq!(
            raw(&world, &json!({"is_active": {}})),
            json!({"active": true})
        );
        assert_eq!(
            raw(&world, &json!({"active_threshold": {}})),
            json!({"active_threshold": null})
        );
        assert_eq!(
            raw(
                &world,
                &json!({"list_stakers": {"start_after": null, "limit": null}})
            ),
            json!({"stakers": [{"address": ann, "balance": "200"}]})
        );
        let release = (world.now() + 7 * DAY) * 1_000_000_000;
        assert_eq!(
            raw(&world, &json!({"claims": {"address": ann}})),
            json!({"claims": [{"amount": "100", "release_at": {"at_time": release.to_string()}}]})
        );
        assert_eq!(
            raw(&world, &json!({"get_config": {}})),
            json!({"unstaking_duration": {"time": 604_800}})
        );
        assert_eq!(raw(&world, &json!({"get_hooks": {}})), json!({"hooks": []}));
        assert_eq!(raw(&world, &json!({"staking_contract": {}})), json!(this));
        match &world.token {
            Denom::Native(denom) => {
                assert_eq!(raw(&world, &json!({"denom": {}})), json!({"denom": denom}));
                assert_eq!(raw(&world, &json!({"token_contract": {}})), json!(null));
            }
            Denom::Cw20(token) => {
                assert_eq!(raw(&world, &json!({"token_contract": {}})), json!(token));
            }
        }
    }
}

/// DAO DAO's stakers use the same three messages.
#[test]
fn takes_dao_daos_staking_messages() {
    let mut world = World::new(Source::Native);
    let (ann, governance) = (world.address("ann"), world.governance.clone());
    let mut send = |msg: Value, funds: &[cosmwasm_std::Coin]| {
        let msg: CosmosMsg = WasmMsg::Execute {
            contract_addr: governance.to_string(),
            msg: serde_json::to_vec(&msg).unwrap().into(),
            funds: funds.to_vec(),
        }
        .into();
        world.app.execute(ann.clone(), msg).unwrap();
        world.wait(7 * DAY);
    };
    send(json!({"stake": {}}), &coins(5, COIN));
    send(json!({"unstake": {"amount": "5"}}), &[]);
    send(json!({"claim": {}}), &[]);
    world.check();
}
