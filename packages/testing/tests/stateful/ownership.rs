//! Two-step transfer of the three contracts' ownership between their owner and an heir; nobody else gets it.

use anyhow::Result;
use ballast_testing::metering::scenarios::Target;
use ballast_testing::suite::Suite;
use cosmwasm_std::{Addr, BlockInfo, Timestamp};
use cw_multi_test::AppResponse;
use cw_ownable::{Action, Ownership, OwnershipError};
use cw_utils::Expiration;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::predict::Expect;
use super::step::{Message, Step, User};
use super::world::World;

/// Who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Who deployed the suite.
    First,
    Heir,
    User(User),
}

/// What is done with ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Offered to whoever of the two is not the owner, for so many seconds; without an end where absent.
    Offer {
        secs: Option<u64>,
    },
    Accept,
    Renounce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnershipStep {
    pub target: Target,
    pub by: Sender,
    pub act: Act,
}

const TARGETS: [Target; 3] = [Target::Market, Target::Fund, Target::PriceFeed];

impl OwnershipStep {
    pub fn message(&self) -> Message {
        let name = match self.act {
            Act::Offer { .. } => "update_ownership.transfer_ownership",
            Act::Accept => "update_ownership.accept_ownership",
            Act::Renounce => "update_ownership.renounce_ownership",
        };
        (self.target, name)
    }
}

/// An offer and its acceptance, or something of it by anybody.
pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let target = *TARGETS.choose(rng).unwrap();
    let step = |by, act| Step::Ownership(OwnershipStep { target, by, act });
    let stranger = Sender::User(rng.gen_range(0..world.users.len()));
    let (owner, other) = if owner_of(world, target) == world.suite.owner {
        (Sender::First, Sender::Heir)
    } else {
        (Sender::Heir, Sender::First)
    };
    let by = *[owner, owner, other, stranger].choose(rng).unwrap();
    let secs = *[None, Some(0), Some(60), Some(60)].choose(rng).unwrap();
    let renounce = step(by, Act::Renounce);
    match rng.gen_range(0..6) {
        0 => vec![renounce, step(by, Act::Accept)],
        1 => vec![step(by, Act::Offer { secs }), renounce],
        2 => vec![step(by, Act::Accept), step(stranger, Act::Offer { secs })],
        3 => vec![
            step(owner, Act::Offer { secs: Some(60) }),
            Step::Advance { secs: 61 },
            step(other, Act::Accept),
        ],
        _ => vec![
            step(owner, Act::Offer { secs: Some(60) }),
            step(other, Act::Accept),
        ],
    }
}

/// A contract of the suite.
pub fn contract(suite: &Suite, target: Target) -> Addr {
    match target {
        Target::Market => suite.market.clone(),
        Target::Fund => suite.fund.clone(),
        _ => suite.price_feed.clone(),
    }
}

fn ownership(world: &World, target: Target) -> Ownership<Addr> {
    let contract = contract(&world.suite, target);
    let wrap = world.suite.app.wrap();
    wrap.query_wasm_smart(contract, &json!({ "ownership": {} }))
        .unwrap()
}

pub fn owner_of(world: &World, target: Target) -> Addr {
    ownership(world, target).owner.unwrap()
}

fn address(world: &World, who: Sender) -> Addr {
    match who {
        Sender::First => world.suite.owner.clone(),
        Sender::Heir => world.heir.clone(),
        Sender::User(user) => world.users[user].clone(),
    }
}

fn expiry(world: &World, secs: u64) -> Expiration {
    Expiration::AtTime(Timestamp::from_seconds(world.suite.now() + secs))
}

pub fn apply(world: &mut World, step: OwnershipStep) -> Result<AppResponse> {
    let owner = owner_of(world, step.target);
    let new_owner = if owner == world.suite.owner {
        world.heir.to_string()
    } else {
        world.suite.owner.to_string()
    };
    let action = match step.act {
        Act::Offer { secs } => Action::TransferOwnership {
            new_owner,
            expiry: secs.map(|secs| expiry(world, secs)),
        },
        Act::Accept => Action::AcceptOwnership,
        Act::Renounce => Action::RenounceOwnership,
    };
    let msg = json!({ "update_ownership": action });
    let (sender, contract) = (address(world, step.by), contract(&world.suite, step.target));
    world.suite.execute(&sender, &contract, &msg, &[])
}

pub fn expected(world: &World, step: OwnershipStep) -> Expect {
    let target = step.target;
    let refused = |error| refusal(target, error);
    let found = ownership(world, target);
    let sender = address(world, step.by);
    match step.act {
        Act::Renounce => match target {
            Target::Market => {
                Expect::Market(ballast_perp_market::ContractError::RenounceRefused {})
            }
            Target::Fund => Expect::Fund(ballast_insurance_fund::ContractError::RenounceRefused {}),
            _ => Expect::Feed(ballast_price_feed::ContractError::RenounceRefused {}),
        },
        // Without an end it would wait for ever.
        Act::Offer { secs } if secs.unwrap_or(0) == 0 => match target {
            Target::Market => {
                Expect::Market(ballast_perp_market::ContractError::TransferNeedsExpiry {})
            }
            Target::Fund => {
                Expect::Fund(ballast_insurance_fund::ContractError::ExpiryNotInFuture {
                    found: secs.map_or("none".to_owned(), |secs| expiry(world, secs).to_string()),
                })
            }
            _ => Expect::Feed(ballast_price_feed::ContractError::TransferNeedsExpiry {}),
        },
        Act::Offer { .. } if found.owner.as_ref() != Some(&sender) => {
            refused(OwnershipError::NotOwner)
        }
        Act::Offer { .. } => Expect::Ok,
        Act::Accept => match found.pending_owner {
            None => refused(OwnershipError::TransferNotFound),
            Some(pending) if pending != sender => refused(OwnershipError::NotPendingOwner),
            Some(_) if is_over(found.pending_expiry, &world.suite.app.block_info()) => {
                refused(OwnershipError::TransferExpired)
            }
            Some(_) => Expect::Ok,
        },
    }
}

fn is_over(expiry: Option<Expiration>, block: &BlockInfo) -> bool {
    expiry.is_some_and(|expiry| expiry.is_expired(block))
}

/// What somebody is refused with by the contract's own error.
pub fn refusal(target: Target, error: OwnershipError) -> Expect {
    match target {
        Target::Market => Expect::Market(error.into()),
        Target::Fund => Expect::Fund(error.into()),
        _ => Expect::Feed(error.into()),
    }
}
