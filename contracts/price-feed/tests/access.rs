//! A1, A3, F1: who may send what, ownership, and that no message takes coins.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::contract::{execute, instantiate};
use ballast_price_feed::ContractError;
use ballast_types::price_feed::{ExecuteMsg, InstantiateMsg};
use common::{address, id, update, Feeds, NOW};
use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
use cosmwasm_std::{coins, Timestamp};
use cw_ownable::{Action, Expiration, OwnershipError};
use cw_utils::PaymentError;

/// Every message; a new variant does not compile until it is listed here.
fn every_message() -> Vec<ExecuteMsg> {
    let all = vec![
        ExecuteMsg::PushPrices {
            prices: vec![update(1, NOW + 1)],
        },
        ExecuteMsg::SetFeed {
            feed: Feeds::config(2, 2),
        },
        ExecuteMsg::RemoveFeed { id: id(1) },
        ExecuteMsg::SetAdverseDelay {
            adverse_delay_secs: 30 * 86_400,
        },
        ExecuteMsg::ApplyChange { id: 1 },
        ExecuteMsg::CancelChange { id: 1 },
        ExecuteMsg::UpdateOwnership(transfer(Some(Expiration::AtTime(later())))),
    ];
    for msg in &all {
        match msg {
            ExecuteMsg::PushPrices { .. }
            | ExecuteMsg::SetFeed { .. }
            | ExecuteMsg::RemoveFeed { .. }
            | ExecuteMsg::SetAdverseDelay { .. }
            | ExecuteMsg::ApplyChange { .. }
            | ExecuteMsg::CancelChange { .. }
            | ExecuteMsg::UpdateOwnership(_) => {}
        }
    }
    all
}

fn later() -> Timestamp {
    Timestamp::from_seconds(u64::try_from(NOW).unwrap() + 100 * 86_400)
}

fn transfer(expiry: Option<Expiration>) -> Action {
    Action::TransferOwnership {
        new_owner: address("next").into_string(),
        expiry,
    }
}

/// A feed of two feeders, and a change of its age that may be applied.
fn with_a_ready_change() -> Feeds {
    let mut feeds = Feeds::new(2, 2);
    feeds.push_each(&[1, 1]);
    let mut feed = Feeds::config(2, 2);
    feed.max_age_secs += 1;
    let waits = feeds.ask(ExecuteMsg::SetFeed { feed }).unwrap().unwrap();
    feeds.wait(waits.ready_at - feeds.env.block.time.seconds());
    feeds
}

#[test]
fn matrix_of_senders_and_messages() {
    for msg in every_message() {
        for sender in ["owner", "f0", "anyone", "cosmos2contract"] {
            let allowed = match msg {
                ExecuteMsg::PushPrices { .. } => sender == "f0",
                ExecuteMsg::ApplyChange { .. } => true,
                _ => sender == "owner",
            };
            let result = with_a_ready_change().send(sender, msg.clone());
            assert_eq!(result.is_ok(), allowed, "{sender} {msg:?}");
            match result {
                Ok(_) => {}
                Err(ContractError::NotAFeeder { .. }) => {
                    assert!(matches!(msg, ExecuteMsg::PushPrices { .. }));
                }
                Err(error) => {
                    assert_eq!(error, ContractError::Ownership(OwnershipError::NotOwner));
                }
            }
        }
    }
}

#[test]
fn no_message_takes_coins() {
    let refused = ContractError::Payment(PaymentError::NonPayable {});
    for msg in every_message() {
        let mut feeds = Feeds::new(2, 2);
        for sender in ["owner", "f0"] {
            let info = message_info(&address(sender), &coins(1, "uusdc"));
            let result = execute(feeds.deps.as_mut(), feeds.env.clone(), info, msg.clone());
            assert_eq!(result.unwrap_err(), refused);
        }
    }
    let msg = InstantiateMsg {
        owner: address("owner").into_string(),
        adverse_delay_secs: None,
    };
    let info = message_info(&address("owner"), &coins(1, "uusdc"));
    let result = instantiate(mock_dependencies().as_mut(), mock_env(), info, msg);
    assert_eq!(result.unwrap_err(), refused);
}

#[test]
fn ownership_moves_in_two_steps_before_its_expiry() {
    let mut feeds = Feeds::new(1, 1);
    let soon = Some(Expiration::AtTime(later()));
    feeds
        .send("owner", ExecuteMsg::UpdateOwnership(transfer(soon)))
        .unwrap();
    let accept = || ExecuteMsg::UpdateOwnership(Action::AcceptOwnership);
    assert_eq!(
        feeds.send("anyone", accept()).unwrap_err(),
        ContractError::Ownership(OwnershipError::NotPendingOwner)
    );
    feeds.set(Feeds::config(2, 2)).unwrap(); // still the owner

    feeds.wait(100 * 86_400);
    assert_eq!(
        feeds.send("next", accept()).unwrap_err(),
        ContractError::Ownership(OwnershipError::TransferExpired)
    );
    let soon = Some(Expiration::AtTime(later().plus_seconds(1)));
    feeds
        .send("owner", ExecuteMsg::UpdateOwnership(transfer(soon)))
        .unwrap();
    feeds.send("next", accept()).unwrap();
    assert_eq!(
        feeds.set(Feeds::config(2, 2)).unwrap_err(),
        ContractError::Ownership(OwnershipError::NotOwner)
    );
}

#[test]
fn a_transfer_needs_an_end_in_the_future() {
    let mut feeds = Feeds::empty();
    let height = feeds.env.block.height;
    let now = feeds.env.block.time;
    let refused = [
        None,
        Some(Expiration::Never {}),
        Some(Expiration::AtTime(now)),
        Some(Expiration::AtHeight(height)),
    ];
    for expiry in refused {
        assert_eq!(
            feeds
                .send("owner", ExecuteMsg::UpdateOwnership(transfer(expiry)))
                .unwrap_err(),
            ContractError::TransferNeedsExpiry {}
        );
    }
    let next = Some(Expiration::AtHeight(height + 1));
    feeds
        .send("owner", ExecuteMsg::UpdateOwnership(transfer(next)))
        .unwrap();
}

#[test]
fn ownership_is_never_given_up() {
    let mut feeds = Feeds::empty();
    for sender in ["owner", "anyone"] {
        assert_eq!(
            feeds
                .send(
                    sender,
                    ExecuteMsg::UpdateOwnership(Action::RenounceOwnership)
                )
                .unwrap_err(),
            ContractError::RenounceRefused {}
        );
    }
}

#[test]
fn owner_must_be_a_checked_address() {
    for owner in [
        String::new(),
        "owner".to_owned(),
        address("owner").to_string().to_uppercase(),
    ] {
        let info = message_info(&address("owner"), &[]);
        let msg = InstantiateMsg {
            owner,
            adverse_delay_secs: None,
        };
        assert!(instantiate(mock_dependencies().as_mut(), mock_env(), info, msg).is_err());
    }
}
