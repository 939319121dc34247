//! Design section 7, "Time asymmetry": what protects acts at once, what loosens waits, is listed, can be cancelled, and is
//! then applied by anyone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_administration::pending::{PendingError, APPLY_WINDOW_SECS};
use ballast_price_feed::ContractError;
use ballast_types::events::{attribute, price_feed};
use ballast_types::price_feed::{ConfigResponse, ExecuteMsg, FeedConfig, QueryMsg};
use common::{address, id, Feeds};

const DAY: u64 = 86_400;
const DELAY: u64 = 21 * DAY;

fn set(feed: FeedConfig) -> ExecuteMsg {
    ExecuteMsg::SetFeed { feed }
}

/// Four feeders with prices of now, a quorum of three.
fn trusted() -> Feeds {
    let mut feeds = Feeds::new(4, 3);
    feeds.push_each(&[100, 101, 102, 103]);
    feeds
}

fn with(change: impl FnOnce(&mut FeedConfig)) -> FeedConfig {
    let mut config = Feeds::config(4, 3);
    change(&mut config);
    config
}

fn now(feeds: &Feeds) -> u64 {
    feeds.env.block.time.seconds()
}

// P2: each change that loosens, one by one: listed, too early until the last second, then anyone applies it, once.
#[test]
fn p2_what_loosens_waits() {
    let stranger = || address("stranger").into_string();
    let loosening: [(&str, ExecuteMsg); 7] = [
        ("feeders", set(with(|c| c.feeders.push(stranger())))),
        ("feeders", set(with(|c| c.feeders[3] = stranger()))),
        (
            "quorum",
            set(with(|c| {
                c.quorum = 2;
                c.feeders.pop();
            })),
        ),
        ("max_age_secs", set(with(|c| c.max_age_secs += 1))),
        ("max_age_secs", set(with(|c| c.max_age_secs -= 1))),
        ("expo", set(with(|c| c.expo = -7))),
        ("remove_feed", ExecuteMsg::RemoveFeed { id: id(1) }),
    ];
    for (field, msg) in loosening {
        let mut feeds = trusted();
        let before = feeds.settings();
        let asked_at = now(&feeds);
        let waits = feeds.ask(msg.clone()).unwrap().expect(field);
        let ready_at = asked_at + DELAY;
        assert_eq!((waits.id, waits.ready_at), (1, ready_at), "{field}");
        let listed = &feeds.pending()[0];
        assert_eq!(listed.loosens, field);
        assert_eq!(
            (listed.proposed_at, listed.ready_at, listed.expires_at),
            (asked_at, ready_at, ready_at + APPLY_WINDOW_SECS)
        );
        assert_eq!(feeds.settings(), before, "{field}");
        feeds.wait(DELAY - 1);
        let early = PendingError::TooEarly {
            ready_at,
            now: ready_at - 1,
        };
        assert_eq!(feeds.apply(1).unwrap_err(), ContractError::Pending(early));
        feeds.wait(1);
        let applied = feeds.apply(1).unwrap();
        let event = applied.events.last().unwrap();
        assert_eq!(event.ty, price_feed::CHANGE);
        assert_eq!(attribute(event, "status"), Some("applied"));
        match msg {
            ExecuteMsg::SetFeed { feed } => assert_eq!(feeds.settings(), feed, "{field}"),
            _ => assert!(feeds.price().is_err()),
        }
        assert!(feeds.pending().is_empty());
        let gone = ContractError::Pending(PendingError::NoSuchChange { found: 1 });
        assert_eq!(feeds.apply(1).unwrap_err(), gone);
    }
}

// P2: the other direction, where the feed still answers: a feeder who is compromised is dismissed at once.
#[test]
fn p2_what_protects_acts_at_once() {
    for protecting in [
        with(|c| {
            c.feeders.remove(1);
        }),
        with(|c| c.quorum = 4),
        with(|c| c.symbol = "XBT/USD".to_owned()),
        with(|c| c.feeders.reverse()),
    ] {
        let mut feeds = trusted();
        assert_eq!(feeds.ask(set(protecting.clone())).unwrap(), None);
        assert_eq!(feeds.settings(), protecting);
        assert!(feeds.price().is_ok(), "it still answers");
    }
}

// G3: nobody stops a feed, and liquidations with it, at once: what leaves too few fresh prices waits.
#[test]
fn g3_a_tightening_that_would_stop_the_feed_waits() {
    for (field, change) in [
        ("quorum", with(|c| c.quorum = 4)),
        (
            "feeders",
            with(|c| {
                c.feeders.remove(1);
            }),
        ),
    ] {
        let mut feeds = trusted();
        feeds.wait(61);
        for feeder in ["f0", "f1", "f2"] {
            let at = feeds.now();
            feeds.push(feeder, 100, at).unwrap();
        }
        assert!(feeds.price().is_ok());
        assert!(feeds.ask(set(change)).unwrap().is_some(), "{field}");
        assert_eq!(feeds.pending()[0].loosens, field);
        assert!(feeds.price().is_ok());
        // The silent one may go.
        let silent = with(|c| {
            c.feeders.pop();
        });
        assert_eq!(feeds.ask(set(silent)).unwrap(), None);
        assert!(feeds.price().is_ok());
    }
}

// Nobody can rely on a feed that never had a price; one that had is remembered when it is gone.
#[test]
fn only_a_feed_without_any_price_changes_at_once() {
    let mut feeds = Feeds::new(4, 3);
    let other = with(|c| c.feeders = vec![address("stranger").into_string(); 1]);
    let other = FeedConfig { quorum: 1, ..other };
    assert_eq!(feeds.ask(set(other)).unwrap(), None);
    let remove = || ExecuteMsg::RemoveFeed { id: id(1) };
    assert_eq!(feeds.ask(remove()).unwrap(), None);
    assert_eq!(feeds.ask(set(Feeds::config(4, 3))).unwrap(), None);
    // One price of one feeder: somebody may have seen it.
    let at = feeds.now();
    feeds.push("f0", 1, at).unwrap();
    // Neither another exponent, nor the dismissal of who pushed it, nor removal makes it forgotten.
    feeds.change(set(with(|c| c.expo = -6))).unwrap();
    let more = with(|c| {
        c.expo = -6;
        c.feeders.push(address("stranger").into_string());
    });
    assert!(feeds.ask(set(more)).unwrap().is_some());
    feeds.change(remove()).unwrap();
    assert!(feeds.ask(set(Feeds::config(4, 3))).unwrap().is_some());
    assert_eq!(feeds.pending().last().unwrap().loosens, "set_feed");
}

// What was tightened while a change waited stays so, field by field.
#[test]
fn what_was_tightened_meanwhile_stays() {
    let mut feeds = trusted();
    // Asked for: another feeder, a longer age.
    let wanted = with(|c| {
        c.feeders.push(address("f4").into_string());
        c.max_age_secs = 90;
    });
    let waits = feeds.ask(set(wanted)).unwrap().unwrap();
    // f3 turns out to be compromised, and is dismissed at once.
    let dismissed = with(|c| {
        c.feeders.pop();
    });
    assert_eq!(feeds.ask(set(dismissed)).unwrap(), None);
    feeds.wait(DELAY);
    feeds.apply(waits.id).unwrap();
    let settings = feeds.settings();
    let names: Vec<String> = ["f0", "f1", "f2", "f4"]
        .map(|name| address(name).into_string())
        .to_vec();
    assert_eq!(settings.feeders, names, "f3 stays away");
    assert_eq!((settings.quorum, settings.max_age_secs), (3, 90));
}

#[test]
fn a_change_of_which_nothing_is_left_is_void() {
    let mut feeds = trusted();
    let lower = with(|c| {
        c.quorum = 2;
        c.feeders.pop();
    });
    let waits = feeds.ask(set(lower)).unwrap().unwrap();
    assert_eq!(feeds.ask(set(with(|c| c.quorum = 4))).unwrap(), None);
    feeds.wait(DELAY);
    // The higher quorum stays, and asks for all four: what is left of the change contradicts it.
    assert!(matches!(
        feeds.apply(waits.id).unwrap_err(),
        ContractError::OutOfRange { name: "quorum", .. }
    ));
    let age = with(|c| {
        c.quorum = 4;
        c.max_age_secs = 90;
    });
    let first = feeds.ask(set(age.clone())).unwrap().unwrap();
    let second = feeds.ask(set(age)).unwrap().unwrap();
    feeds.wait(DELAY);
    feeds.apply(first.id).unwrap();
    let void = feeds.apply(second.id).unwrap();
    assert_eq!(attribute(&void.events[0], "status"), Some("void"));
}

#[test]
fn the_owner_cancels_and_time_ends_what_nobody_applies() {
    let mut feeds = trusted();
    let remove = ExecuteMsg::RemoveFeed { id: id(1) };
    let waits = feeds.ask(remove.clone()).unwrap().unwrap();
    let cancel = ExecuteMsg::CancelChange { id: waits.id };
    assert!(matches!(
        feeds.send("anyone", cancel.clone()).unwrap_err(),
        ContractError::Ownership(_)
    ));
    let cancelled = feeds.send("owner", cancel).unwrap();
    assert_eq!(attribute(&cancelled.events[0], "status"), Some("cancelled"));
    assert!(feeds.pending().is_empty());

    let waits = feeds.ask(remove).unwrap().unwrap();
    let expired_at = waits.ready_at + APPLY_WINDOW_SECS;
    feeds.wait(DELAY + APPLY_WINDOW_SECS + 1);
    let expired = PendingError::ChangeExpired {
        expired_at,
        now: expired_at + 1,
    };
    assert_eq!(
        feeds.apply(waits.id).unwrap_err(),
        ContractError::Pending(expired)
    );
}

// P1, P2: the delay has a range, lengthens at once, also for what waits already, and shortens only after itself.
#[test]
fn p2_the_delay_itself() {
    let mut feeds = trusted();
    let delay = |days: u64| ExecuteMsg::SetAdverseDelay {
        adverse_delay_secs: days * DAY,
    };
    for days in [20, 91] {
        assert!(matches!(
            feeds.ask(delay(days)).unwrap_err(),
            ContractError::OutOfRange {
                name: "adverse_delay_secs",
                ..
            }
        ));
    }
    let remove = ExecuteMsg::RemoveFeed { id: id(1) };
    let waits = feeds.ask(remove).unwrap().unwrap();
    assert_eq!(feeds.ask(delay(30)).unwrap(), None);
    assert_eq!(feeds.pending()[0].ready_at, waits.ready_at + 9 * DAY);
    let shorter = feeds.ask(delay(21)).unwrap().unwrap();
    assert_eq!(shorter.ready_at, now(&feeds) + 30 * DAY);
    feeds.wait(30 * DAY);
    feeds.apply(shorter.id).unwrap();
    let config: ConfigResponse = feeds.query(QueryMsg::Config {}).unwrap();
    assert_eq!(config.adverse_delay_secs, DELAY);
}

// G1
#[test]
fn g1_changes_that_wait_are_bounded() {
    let mut feeds = trusted();
    for _ in 0..32 {
        let remove = ExecuteMsg::RemoveFeed { id: id(1) };
        feeds.ask(remove).unwrap().unwrap();
    }
    let one_more = feeds.ask(ExecuteMsg::RemoveFeed { id: id(1) });
    let full = PendingError::TooManyChanges { expected: 32 };
    assert_eq!(one_more.unwrap_err(), ContractError::Pending(full));
}
