//! The fund's ledger from its events alone (T1, design section 9, line 7), and the price of its shares.

use ballast_types::events::{attribute, fund, is};
use ballast_types::fund::{QueryMsg, UnderwritingResponse};
use cosmwasm_std::{Event, Uint256};

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
        } else if is(event, fund::EXIT_COMPLETED) {
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
