//! The underwriters' shares as a cw20: sent, allowed, and sent by whoever was allowed to.

use anyhow::Result;
use ballast_testing::metering::scenarios::Target::Fund;
use ballast_types::fund::ExecuteMsg;
use cosmwasm_std::{Addr, Binary, Timestamp, Uint128};
use cw20::AllowanceResponse;
use cw20_base::state::ALLOWANCES;
use cw20_base::ContractError as Cw20Error;
use cw_multi_test::AppResponse;
use cw_utils::Expiration;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::predict::Expect;
use super::staking::staker;
use super::step::{Message, Step, User};
use super::world::World;

/// Who receives shares.
#[derive(Clone, Copy, Debug)]
pub enum Receiver {
    User(User),
    /// The market, which takes no hook but the collateral's.
    Market,
}

/// What is done with shares.
#[derive(Clone, Copy, Debug)]
pub enum ShareStep {
    /// With a hook, or without.
    Transfer {
        by: User,
        to: Receiver,
        amount: u128,
        hook: bool,
    },
    Increase {
        by: User,
        spender: User,
        amount: u128,
        secs: Option<u64>,
    },
    Decrease {
        by: User,
        spender: User,
        amount: u128,
        secs: Option<u64>,
    },
    TransferFrom {
        by: User,
        owner: User,
        to: Receiver,
        amount: u128,
        hook: bool,
    },
}

impl ShareStep {
    pub fn message(&self) -> Message {
        let name = match self {
            Self::Transfer { hook: false, .. } => "transfer",
            Self::Transfer { hook: true, .. } => "send",
            Self::Increase { .. } => "increase_allowance",
            Self::Decrease { .. } => "decrease_allowance",
            Self::TransferFrom { hook: false, .. } => "transfer_from",
            Self::TransferFrom { hook: true, .. } => "send_from",
        };
        (Fund, name)
    }
}

pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let users = world.users.len();
    let holders: Vec<User> = (0..users)
        .filter(|user| !staker(world, *user).shares.is_zero())
        .collect();
    let any = |rng: &mut ChaCha8Rng| rng.gen_range(0..users);
    let by = any(rng);
    let owner = *holders.choose(rng).unwrap_or(&by);
    let held = staker(world, owner).shares.u128();
    let amount = match rng.gen_range(0..6) {
        0 => held + 1,
        1 => 0,
        _ => held / rng.gen_range(1..20),
    };
    let hook = rng.gen();
    // Of the users only the last is a contract, which takes what is sent to it.
    let to = match rng.gen_range(0..8) {
        0 => Receiver::Market,
        _ if hook => Receiver::User(users - 1),
        _ => Receiver::User(any(rng)),
    };
    let (spender, secs) = (any(rng), *[None, Some(0), Some(100)].choose(rng).unwrap());
    let transfer = |by| ShareStep::TransferFrom {
        by,
        owner,
        to,
        amount,
        hook,
    };
    let steps = match rng.gen_range(0..10) {
        0..=2 => vec![ShareStep::Transfer {
            by: owner,
            to,
            amount,
            hook,
        }],
        3..=4 => vec![ShareStep::Increase {
            by: owner,
            spender,
            amount,
            secs,
        }],
        5 => vec![ShareStep::Decrease {
            by: owner,
            spender,
            amount: amount / 2,
            secs,
        }],
        6 => vec![transfer(by)],
        _ => vec![
            ShareStep::Increase {
                by: owner,
                spender,
                amount,
                secs: None,
            },
            transfer(spender),
            ShareStep::Decrease {
                by: owner,
                spender,
                amount,
                secs,
            },
        ],
    };
    steps.into_iter().map(Step::Share).collect()
}

fn address(world: &World, to: Receiver) -> Addr {
    match to {
        Receiver::User(user) => world.users[user].clone(),
        Receiver::Market => world.suite.market.clone(),
    }
}

fn ends(world: &World, secs: Option<u64>) -> Option<Expiration> {
    secs.map(|secs| Expiration::AtTime(Timestamp::from_seconds(world.suite.now() + secs)))
}

pub fn apply(world: &mut World, step: ShareStep) -> Result<AppResponse> {
    let name = |user: User| world.users[user].to_string();
    let (by, msg) = match step {
        ShareStep::Transfer {
            by,
            to,
            amount,
            hook,
        } => {
            let (to, amount) = (address(world, to).to_string(), Uint128::new(amount));
            let msg = if hook {
                let (contract, msg) = (to, Binary::default());
                ExecuteMsg::Send {
                    contract,
                    amount,
                    msg,
                }
            } else {
                let recipient = to;
                ExecuteMsg::Transfer { recipient, amount }
            };
            (by, msg)
        }
        ShareStep::Increase {
            by,
            spender,
            amount,
            secs,
        } => {
            let msg = ExecuteMsg::IncreaseAllowance {
                spender: name(spender),
                amount: Uint128::new(amount),
                expires: ends(world, secs),
            };
            (by, msg)
        }
        ShareStep::Decrease {
            by,
            spender,
            amount,
            secs,
        } => {
            let msg = ExecuteMsg::DecreaseAllowance {
                spender: name(spender),
                amount: Uint128::new(amount),
                expires: ends(world, secs),
            };
            (by, msg)
        }
        ShareStep::TransferFrom {
            by,
            owner,
            to,
            amount,
            hook,
        } => {
            let (to, amount) = (address(world, to).to_string(), Uint128::new(amount));
            let owner = name(owner);
            let msg = if hook {
                let (contract, msg) = (to, Binary::default());
                ExecuteMsg::SendFrom {
                    owner,
                    contract,
                    amount,
                    msg,
                }
            } else {
                let recipient = to;
                ExecuteMsg::TransferFrom {
                    owner,
                    recipient,
                    amount,
                }
            };
            (by, msg)
        }
    };
    let (by, fund) = (world.users[by].clone(), world.suite.fund.clone());
    world.suite.execute(&by, &fund, &msg, &[])
}

fn refused(error: Cw20Error) -> Expect {
    Expect::Fund(error.into())
}

fn too_little() -> Expect {
    Expect::Text("Cannot Sub with given operands")
}

fn allowance(world: &World, owner: User, spender: User) -> Option<AllowanceResponse> {
    let storage = world.suite.fund_storage();
    let key = (&world.users[owner], &world.users[spender]);
    ALLOWANCES.may_load(storage.as_ref(), key).unwrap()
}

pub fn expected(world: &World, step: ShareStep) -> Expect {
    match step {
        ShareStep::Transfer {
            by,
            to,
            amount,
            hook,
        } => expected_transfer(world, by, to, amount, hook),
        ShareStep::Increase { by, spender, .. } | ShareStep::Decrease { by, spender, .. }
            if by == spender =>
        {
            refused(Cw20Error::CannotSetOwnAccount {})
        }
        ShareStep::Increase { secs: Some(0), .. } => refused(Cw20Error::InvalidExpiration {}),
        ShareStep::Increase { .. } => Expect::Ok,
        ShareStep::Decrease {
            by,
            spender,
            amount,
            secs,
        } => match allowance(world, by, spender) {
            None => Expect::Text("not found"),
            Some(known) if known.allowance.u128() > amount && secs == Some(0) => {
                refused(Cw20Error::InvalidExpiration {})
            }
            Some(_) => Expect::Ok,
        },
        ShareStep::TransferFrom {
            by,
            owner,
            to,
            amount,
            hook,
        } => match allowance(world, owner, by) {
            None => refused(Cw20Error::NoAllowance {}),
            Some(known) if known.expires.is_expired(&world.suite.app.block_info()) => {
                refused(Cw20Error::Expired {})
            }
            Some(known) if known.allowance.u128() < amount => too_little(),
            Some(_) => expected_transfer(world, owner, to, amount, hook),
        },
    }
}

fn expected_transfer(world: &World, owner: User, to: Receiver, amount: u128, hook: bool) -> Expect {
    match to {
        _ if staker(world, owner).shares.u128() < amount => too_little(),
        Receiver::Market if hook => Expect::Text("collateral is"),
        _ => Expect::Ok,
    }
}
