//! The treasury's loan: appointed by the owner, committed, asked back and taken back.

use anyhow::Result;
use ballast_insurance_fund::ContractError;
use ballast_testing::metering::scenarios::Target::{self, Fund};
use ballast_types::fund::{EmergencyResponse, ExecuteMsg, QueryMsg};
use cosmwasm_std::Uint128;
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draw::amount;
use super::ownership::{owner_of, refusal};
use super::predict::money::given_to_fund;
use super::predict::Expect;
use super::step::{Message, Step, User};
use super::world::World;

/// What is done with the facility.
#[derive(Clone, Copy, Debug)]
pub enum EmergencyStep {
    /// By the owner, or by a user.
    Appoint {
        by: Option<User>,
        treasury: Option<User>,
    },
    Commit {
        user: User,
        amount: u128,
    },
    AskBack {
        user: User,
        amount: u128,
    },
    TakeBack {
        user: User,
    },
}

const DAY: u64 = 86_400;

impl EmergencyStep {
    pub fn message(&self, native: bool) -> Message {
        let name = match self {
            Self::Appoint { .. } => "appoint_treasury",
            Self::Commit { .. } if native => "commit_emergency",
            Self::Commit { .. } => "receive.commit_emergency",
            Self::AskBack { .. } => "request_emergency_withdrawal",
            Self::TakeBack { .. } => "withdraw_emergency",
        };
        (Fund, name)
    }
}

pub fn facility(world: &World) -> EmergencyResponse {
    world.suite.ask_fund(&QueryMsg::Emergency {}).unwrap()
}

pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let stranger = rng.gen_range(0..world.users.len());
    let treasury = facility(world).treasury;
    let treasury = treasury.and_then(|address| {
        let mut users = world.users.iter();
        users.position(|user| user.as_str() == address)
    });
    let user = treasury.filter(|_| rng.gen_bool(0.85)).unwrap_or(stranger);
    let amount = amount(rng, 500);
    let steps = match rng.gen_range(0..8) {
        0 => vec![EmergencyStep::Appoint {
            by: rng.gen_bool(0.2).then_some(stranger),
            treasury: rng.gen_bool(0.9).then_some(stranger),
        }],
        1..=7 if treasury.is_none() => vec![
            EmergencyStep::Appoint {
                by: None,
                treasury: Some(stranger),
            },
            EmergencyStep::Commit {
                user: stranger,
                amount,
            },
        ],
        1..=3 => vec![EmergencyStep::Commit { user, amount }],
        4 => vec![EmergencyStep::AskBack { user, amount }],
        5 => vec![EmergencyStep::TakeBack { user }],
        _ => {
            // Before the notice is over, in its window, or after.
            let secs = *[13 * DAY, 15 * DAY, 15 * DAY, 40 * DAY]
                .choose(rng)
                .unwrap();
            return vec![
                Step::Emergency(EmergencyStep::AskBack { user, amount }),
                Step::Advance { secs },
                Step::Emergency(EmergencyStep::TakeBack { user }),
            ];
        }
    };
    steps.into_iter().map(Step::Emergency).collect()
}

pub fn apply(world: &mut World, step: EmergencyStep) -> Result<AppResponse> {
    let user_at = |user: User| world.users[user].clone();
    match step {
        EmergencyStep::Appoint { by, treasury } => {
            let sender = by.map_or_else(|| owner_of(world, Fund), user_at);
            let treasury = treasury.map(|user| user_at(user).to_string());
            let msg = ExecuteMsg::AppointTreasury { treasury };
            world.suite.change_fund_by(&sender, &msg)
        }
        EmergencyStep::Commit { user, amount } => {
            let user = user_at(user);
            world.suite.commit_emergency(&user, amount)
        }
        EmergencyStep::AskBack { user, amount } => {
            let user = user_at(user);
            world.suite.request_emergency_withdrawal(&user, amount)
        }
        EmergencyStep::TakeBack { user } => {
            let user = user_at(user);
            world.suite.withdraw_emergency(&user)
        }
    }
}

pub fn expected(world: &World, step: EmergencyStep) -> Expect {
    let state = facility(world);
    let not_treasury = |user: User| {
        let found = world.users[user].to_string();
        let expected = state.treasury.clone().unwrap_or_else(|| "none".to_owned());
        let error = ContractError::NotTreasury {
            expected,
            found: found.clone(),
        };
        (state.treasury.as_ref() != Some(&found)).then_some(Expect::Fund(error))
    };
    match step {
        EmergencyStep::Appoint { by: Some(_), .. } => {
            refusal(Target::Fund, OwnershipError::NotOwner)
        }
        EmergencyStep::Appoint { by: None, .. } if !state.committed.is_zero() => {
            let found = state.committed;
            Expect::Fund(ContractError::TreasuryInUse { found })
        }
        EmergencyStep::Appoint { .. } => Expect::Ok,
        EmergencyStep::Commit { user, amount } => {
            match given_to_fund(world, &world.users[user], amount) {
                Expect::Ok => not_treasury(user).unwrap_or(Expect::Ok),
                refused => refused,
            }
        }
        EmergencyStep::AskBack { user, .. } => not_treasury(user).unwrap_or(Expect::Ok),
        EmergencyStep::TakeBack { user } => {
            not_treasury(user).unwrap_or_else(|| taken_back(world, user, &state))
        }
    }
}

fn taken_back(world: &World, user: User, state: &EmergencyResponse) -> Expect {
    let now = world.suite.now();
    let request = state.withdrawal.as_ref();
    let Some(request) = request.filter(|request| now <= request.ends_at) else {
        return Expect::Fund(ContractError::NoWithdrawalRequested {});
    };
    let ready_at = request.ready_at;
    let due: Uint128 = request.amount.min(state.undrawn);
    if now < ready_at {
        Expect::Fund(ContractError::TooEarly { ready_at, now })
    } else if due.is_zero() {
        Expect::Fund(ContractError::ZeroAmount {})
    } else if world.token_moves(&world.suite.fund, &world.users[user]) {
        Expect::Ok
    } else {
        Expect::Transfer
    }
}
