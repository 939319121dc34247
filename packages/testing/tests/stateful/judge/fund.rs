//! The fund's ledger from its events alone (T1, design section 9, line 7), and the price of its shares.

use ballast_types::events::{attribute, fund, is};
use ballast_types::fund::{QueryMsg, UnderwritingResponse};
use cosmwasm_std::{Event, Uint256};

use crate::staking::staker;
use crate::step::User;
use crate::world::World;

fn amount(event: &Event, key: &str) -> i128 {
    attribute(event, key)
        .and_then(|text| text.parse::<i128>().ok())
        .unwrap()
}

/// What is booked follows from the events.
pub fn ledger(world: &mut World, events: &[Event]) {
    for event in events {
        let arrives = [fund::TOP_UP, fund::SYNC, fund::STAKE];
        if arrives.iter().any(|name| is(event, name)) {
            world.booked += amount(event, "amount");
        } else if is(event, fund::CLAIM) {
            world.booked -= amount(event, "paid");
        } else if is(event, fund::EXIT_COMPLETED) || is(event, fund::SURPLUS_PAID) {
            world.booked -= amount(event, "amount");
        } else if is(event, fund::EMERGENCY) {
            world.booked += match attribute(event, "action") {
                Some("committed") => amount(event, "amount"),
                Some("withdrawn") => -amount(event, "amount"),
                _ => 0,
            };
        }
    }
    let booked = world.suite.solvency().unwrap().booked.u128();
    assert_eq!(
        Some(world.booked),
        i128::try_from(booked).ok(),
        "booked by events and by ledger"
    );
}

/// What an underwriter has: wallet, shares and exit, atoms. The fund says what it is worth now.
pub struct Worth {
    user: User,
    atoms: u128,
}

impl Worth {
    pub fn look(world: &World, user: User) -> Self {
        let staker = staker(world, user);
        let exit = staker.exit.map_or(0, |exit| exit.owed.u128());
        let wallet = world.suite.balance(&world.users[user]).unwrap();
        Self {
            user,
            atoms: wallet + staker.value.u128() + exit,
        }
    }

    /// Design section 9, line 3: staking, asking to leave, staying and leaving give nobody more than they had, but for the
    /// atom that was rounded away before.
    pub fn check(&self, world: &World) {
        let now = Self::look(world, self.user);
        assert!(
            now.atoms <= self.atoms + 1,
            "an underwriter's {} became {}",
            self.atoms,
            now.atoms
        );
    }
}

/// Shares and the stake that they own, virtual ones included.
pub struct SharePrice {
    stake: Uint256,
    shares: Uint256,
}

impl SharePrice {
    pub fn look(world: &World) -> Self {
        let pool = underwriting(world);
        Self {
            stake: Uint256::from(pool.staked - pool.queued) + Uint256::one(),
            shares: Uint256::from(pool.shares) + Uint256::from(10u8),
        }
    }

    /// A share is worth no less than before, unless a claim took stake or nobody holds any more. Who stays after all takes
    /// back from the others the atom, at most, that rounding left with them by the request.
    pub fn check(&self, world: &World, events: &[Event]) {
        let excused = [fund::SLASH, fund::UNOWNED, fund::REBASE];
        if events
            .iter()
            .any(|event| excused.iter().any(|name| is(event, name)))
        {
            return;
        }
        let now = Self::look(world);
        let stayed = events
            .iter()
            .filter(|event| is(event, fund::EXIT_CANCELLED))
            .count();
        let rounding = Uint256::from(u128::try_from(stayed).unwrap());
        assert!(
            now.stake * self.shares >= self.stake.saturating_sub(rounding) * now.shares,
            "a share lost value: {} of {} became {} of {}",
            self.stake,
            self.shares,
            now.stake,
            now.shares
        );
    }
}

pub fn underwriting(world: &World) -> UnderwritingResponse {
    world.suite.ask_fund(&QueryMsg::Underwriting {}).unwrap()
}
