//! What must hold after every message, recomputed from lists and the bank.

use ballast_types::governance::{ConfigResponse, DepositState, QueryMsg};
use ballast_types::voting_module::{ListStakersResponse, TotalPowerAtHeightResponse};
use cosmwasm_std::Uint128;
use cw3::{ProposalListResponse, Vote, VoteListResponse};
use cw_controllers::ClaimsResponse;

use super::{World, PEOPLE};

pub fn check(world: &World) {
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    sum_of_powers_is_the_total(world, &config);
    claims_are_owed(world, &config);
    deposits_are_held(world, &config);
    books_are_covered(world, &config);
    tallies_are_sums_of_ballots(world, &config);
}

fn sum_of_powers_is_the_total(world: &World, config: &ConfigResponse) {
    let mut sum = Uint128::zero();
    let mut start_after = None;
    loop {
        let page: ListStakersResponse = world.query(&QueryMsg::ListStakers {
            start_after,
            limit: Some(30),
        });
        for staker in &page.stakers {
            assert!(
                !staker.balance.is_zero(),
                "{} stakes nothing",
                staker.address
            );
            sum += staker.balance;
        }
        start_after = page.stakers.last().map(|staker| staker.address.clone());
        if start_after.is_none() {
            break;
        }
    }
    assert_eq!(sum, config.staked, "sum of powers");
    let next: TotalPowerAtHeightResponse = world.query(&QueryMsg::TotalPowerAtHeight {
        height: Some(world.height() + 1),
    });
    assert_eq!(next.power, config.staked, "power from the next block on");
}

fn claims_are_owed(world: &World, config: &ConfigResponse) {
    let mut sum = Uint128::zero();
    for name in PEOPLE {
        let address = world.address(name).to_string();
        let claims: ClaimsResponse = world.query(&QueryMsg::Claims { address });
        sum += claims
            .claims
            .iter()
            .map(|claim| claim.amount)
            .sum::<Uint128>();
    }
    assert_eq!(sum, config.unstaking, "sum of claims");
}

fn deposits_are_held(world: &World, config: &ConfigResponse) {
    let mut sum = Uint128::zero();
    for id in 1..=config.proposals {
        if world.life(id).deposit == DepositState::Held {
            let answer: cw3::ProposalResponse =
                world.query(&QueryMsg::Proposal { proposal_id: id });
            sum += answer.deposit.unwrap().amount;
        }
    }
    let held: Uint128 = config.deposits.iter().map(|held| held.amount).sum();
    assert_eq!(sum, held, "deposits held");
}

fn books_are_covered(world: &World, config: &ConfigResponse) {
    let mut owed = config.staked + config.unstaking;
    for held in &config.deposits {
        if held.denom == world.token {
            owed += held.amount;
        } else {
            let bank = world.balance_of(&world.governance, &held.denom);
            assert!(bank >= held.amount.u128(), "deposits of another token");
        }
    }
    let bank = world.balance(&world.governance);
    assert!(bank >= owed.u128(), "owes {owed}, holds {bank}");
}

fn tallies_are_sums_of_ballots(world: &World, config: &ConfigResponse) {
    for id in 1..=config.proposals {
        let life = world.life(id);
        let mut sum = [0_u128; 4];
        let mut start_after = None;
        loop {
            let page: VoteListResponse = world.query(&QueryMsg::ListVotes {
                proposal_id: id,
                start_after,
                limit: Some(30),
            });
            for vote in &page.votes {
                let side = match vote.vote {
                    Vote::Yes => 0,
                    Vote::No => 1,
                    Vote::Abstain => 2,
                    Vote::Veto => 3,
                };
                sum[side] += u128::from(vote.weight);
            }
            start_after = page.votes.last().map(|vote| vote.voter.clone());
            if start_after.is_none() {
                break;
            }
        }
        let votes = life.votes;
        let cast = [votes.yes, votes.no, votes.abstain, votes.veto].map(|side| side.u128());
        if life.total_power.u128() <= u128::from(u64::MAX) {
            assert_eq!(sum, cast, "tally of proposal {id}");
        }
        assert!(cast.iter().sum::<u128>() <= life.total_power.u128());
    }
    let listed: ProposalListResponse = world.query(&QueryMsg::ReverseProposals {
        start_before: None,
        limit: Some(1),
    });
    let last = listed.proposals.first().map_or(0, |proposal| proposal.id);
    assert_eq!(last, config.proposals);
}
