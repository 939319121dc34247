//! Underwriters stake behind the fund and leave it again.

use anyhow::Result;
use ballast_insurance_fund::state::EXITS;
use ballast_insurance_fund::ContractError;
use ballast_risk::RiskError;
use ballast_types::fund::{ExitResponse, ExitValueResponse, QueryMsg, StakerResponse};
use ballast_types::RiskLevel;
use cosmwasm_std::{Uint128, Uint256};
use cw_multi_test::AppResponse;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draw::amount;
use super::judge::fund::underwriting;
use super::predict::money::given_to_fund;
use super::predict::Expect;
use super::step::{Message, Step, User};
use super::world::World;
use ballast_testing::metering::scenarios::Target::Fund;

/// What an underwriter does.
#[derive(Clone, Copy, Debug)]
pub enum StakeStep {
    Stake { user: User, amount: u128 },
    RequestExit { user: User, shares: u128 },
    CancelExit { user: User },
    CompleteExit { user: User },
}

const DAY: u64 = 86_400;

impl StakeStep {
    pub fn user(self) -> User {
        match self {
            Self::Stake { user, .. }
            | Self::RequestExit { user, .. }
            | Self::CancelExit { user }
            | Self::CompleteExit { user } => user,
        }
    }

    pub fn message(&self, native: bool) -> Message {
        let name = match self {
            Self::Stake { .. } if native => "stake",
            Self::Stake { .. } => "receive.stake",
            Self::RequestExit { .. } => "request_exit",
            Self::CancelExit { .. } => "cancel_exit",
            Self::CompleteExit { .. } => "complete_exit",
        };
        (Fund, name)
    }
}

/// Stakes, asks to leave, stays after all, waits and leaves: each by itself or one after the other.
pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let any = rng.gen_range(0..world.users.len());
    let holders: Vec<User> = (0..world.users.len())
        .filter(|user| !staker(world, *user).shares.is_zero())
        .collect();
    let user = *holders
        .choose(rng)
        .filter(|_| rng.gen_bool(0.8))
        .unwrap_or(&any);
    let held = staker(world, user).shares.u128();
    let shares = match rng.gen_range(0..8) {
        0 => held + 1,
        1 => 0,
        2 => held,
        _ => held / rng.gen_range(2..20),
    };
    let leaving = (0..world.users.len()).find(|user| staker(world, *user).exit.is_some());
    let leaver = leaving.filter(|_| rng.gen_bool(0.7)).unwrap_or(user);
    let request = StakeStep::RequestExit { user, shares };
    let (cancel, complete) = (
        StakeStep::CancelExit { user: leaver },
        StakeStep::CompleteExit { user: leaver },
    );
    let steps = match rng.gen_range(0..12) {
        0..=4 => vec![StakeStep::Stake {
            user: any,
            amount: amount(rng, 3_000),
        }],
        5..=6 => vec![request],
        7 => vec![cancel],
        8 => vec![complete],
        9 => vec![request, StakeStep::CancelExit { user }],
        _ => {
            // Within the cooldown, in time, or too late.
            let secs = *[13 * DAY, 15 * DAY, 16 * DAY, 22 * DAY]
                .choose(rng)
                .unwrap();
            return vec![
                Step::Stake(request),
                Step::Advance { secs },
                Step::Poke { registered: true },
                Step::Stake(StakeStep::CompleteExit { user }),
            ];
        }
    };
    steps.into_iter().map(Step::Stake).collect()
}

pub fn staker(world: &World, user: User) -> StakerResponse {
    let address = world.users[user].to_string();
    world.suite.ask_fund(&QueryMsg::Staker { address }).unwrap()
}

pub fn apply(world: &mut World, step: StakeStep) -> Result<AppResponse> {
    let user_at = |user: User| world.users[user].clone();
    match step {
        StakeStep::Stake { user, amount } => {
            let user = user_at(user);
            world.suite.stake(&user, amount)
        }
        StakeStep::RequestExit { user, shares } => {
            let user = user_at(user);
            world.suite.request_exit(&user, shares)
        }
        StakeStep::CancelExit { user } => {
            let user = user_at(user);
            world.suite.cancel_exit(&user)
        }
        StakeStep::CompleteExit { user } => {
            let user = user_at(user);
            world.suite.complete_exit(&user)
        }
    }
}

pub fn expected(world: &World, step: StakeStep) -> Expect {
    match step {
        StakeStep::Stake { user, amount } => expected_stake(world, user, amount),
        StakeStep::RequestExit { user, shares } => expected_request(world, user, shares),
        StakeStep::CancelExit { user } => match staker(world, user).exit {
            None => Expect::Fund(ContractError::NoExit {}),
            Some(_) => Expect::Ok,
        },
        StakeStep::CompleteExit { user } => match staker(world, user).exit {
            None => Expect::Fund(ContractError::NoExit {}),
            Some(exit) => expected_completion(world, user, &exit),
        },
    }
}

/// Whether an exit was not taken in time: the next message turns it back into shares.
fn is_missed(world: &World, exit: &ExitResponse) -> bool {
    world.suite.now() > exit.ends_at
}

fn expected_stake(world: &World, user: User, amount: u128) -> Expect {
    match given_to_fund(world, &world.users[user], amount) {
        Expect::Ok => {}
        refused => return refused,
    }
    let pool = underwriting(world);
    let mints = |atoms: u128| {
        let shares = Uint256::from(pool.shares) + Uint256::from(10u8);
        let stake = Uint256::from(pool.staked - pool.queued) + Uint256::one();
        Uint256::from(atoms) * shares >= stake
    };
    let none = |amount: u128| {
        let amount = Uint128::new(amount);
        Expect::Fund(ContractError::NoShares { amount })
    };
    // At another price where an exit was missed and its shares come back first; less where the token takes a fee.
    let missed = staker(world, user).exit;
    let sure = missed.map_or(true, |exit| !is_missed(world, &exit)) && world.token_delivers_all();
    match (sure, mints(amount)) {
        (true, true) => Expect::Ok,
        (true, false) => none(amount),
        (false, _) => Expect::OneOf(vec![Expect::Ok, Expect::Text("mints no share")]),
    }
}

fn expected_request(world: &World, user: User, shares: u128) -> Expect {
    let state = staker(world, user);
    let asked = Uint128::new(shares);
    if let Some(exit) = state.exit {
        let found = exit.shares;
        return if is_missed(world, &exit) {
            // Its shares come back first, as many as they are now.
            let all = vec![
                Expect::Ok,
                Expect::Fund(ContractError::ZeroAmount {}),
                Expect::Fund(RiskError::NoRequest {}.into()),
                Expect::Text("shares asked for"),
            ];
            Expect::OneOf(all)
        } else {
            Expect::Fund(ContractError::ExitPending { found })
        };
    }
    if asked.is_zero() {
        return Expect::Fund(RiskError::NoRequest {}.into());
    }
    if asked > state.shares {
        let available = state.shares;
        return Expect::Fund(RiskError::NotEnoughShares { asked, available }.into());
    }
    let query = QueryMsg::ExitValue { shares: asked };
    let answer: ExitValueResponse = world.suite.ask_fund(&query).unwrap();
    if answer.value.is_zero() {
        return Expect::Fund(ContractError::ZeroAmount {});
    }
    Expect::Ok
}

/// Whether exits are held up depends on the level that the message itself puts in force.
fn expected_completion(world: &World, user: User, exit: &ExitResponse) -> Expect {
    let foreseen = world.suite.solvency().unwrap().level >= RiskLevel::Deficient;
    let in_force = underwriting(world).paused;
    if foreseen == in_force {
        completion(world, user, exit, in_force)
    } else {
        Expect::OneOf(vec![
            completion(world, user, exit, foreseen),
            completion(world, user, exit, in_force),
        ])
    }
}

fn completion(world: &World, user: User, exit: &ExitResponse, paused: bool) -> Expect {
    let now = world.suite.now();
    let storage = world.suite.fund_storage();
    let stored = EXITS.load(storage.as_ref(), &world.users[user]).unwrap();
    let left = stored.max_pause_secs - exit.paused_secs;
    let (fund, to) = (&world.suite.fund, &world.users[user]);
    if is_missed(world, exit) {
        Expect::Ok
    } else if paused && left > 0 {
        let ends_at = now + left;
        Expect::Fund(ContractError::ExitsPaused { ends_at })
    } else if now < exit.ready_at {
        let ready_at = exit.ready_at;
        Expect::Fund(ContractError::TooEarly { ready_at, now })
    } else if !exit.owed.is_zero() && !world.token_moves(fund, to) {
        Expect::Transfer
    } else {
        Expect::Ok
    }
}
