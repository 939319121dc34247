//! O1: the answer is the median of the fresh prices with a quorum, or an error.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::answer::combine;
use ballast_price_feed::prices::Observation;
use ballast_price_feed::ContractError;
use common::{id, update, Feeds, MAX_AGE, NOW};
use cosmwasm_std::{Int64, Uint64};
use proptest::prelude::*;

#[test]
fn odd_number_answers_the_middle_price() {
    let mut feeds = Feeds::new(3, 2);
    feeds.push_each(&[300, 100, 101]);
    let answer = feeds.price().unwrap();
    assert_eq!(answer.price, Int64::new(101));
    // Two agree within 1; the third does not widen the interval.
    assert_eq!(answer.conf, Uint64::new(1));
}

#[test]
fn even_number_answers_the_mean_of_the_middles_rounded_down() {
    let mut feeds = Feeds::new(4, 3);
    feeds.push_each(&[100, 103, 90, 200]);
    assert_eq!(feeds.price().unwrap().price, Int64::new(101));
    // A quorum of three lies within 11: 100, 103 and 90.
    assert_eq!(feeds.price().unwrap().conf, Uint64::new(11));
}

#[test]
fn two_prices_that_disagree_say_so() {
    let mut feeds = Feeds::new(2, 2);
    feeds.push_each(&[100, 201]);
    let answer = feeds.price().unwrap();
    assert_eq!(
        (answer.price, answer.conf),
        (Int64::new(150), Uint64::new(51))
    );
}

#[test]
fn stated_confidence_counts_where_it_is_wider() {
    let mut feeds = Feeds::new(3, 2);
    for (feeder, conf) in [("f0", 9), ("f1", 1), ("f2", 5)] {
        let mut update = update(100, NOW);
        update.conf = Uint64::new(conf);
        feeds.push_all(feeder, vec![update]).unwrap();
    }
    assert_eq!(feeds.price().unwrap().conf, Uint64::new(5));
}

#[test]
fn too_few_fresh_prices_is_an_error_and_never_an_old_price() {
    let mut feeds = Feeds::new(3, 2);
    let no_quorum = |found| ContractError::NoQuorum {
        id: id(1),
        quorum: 2,
        found,
        max_age_secs: 60,
    };
    assert_eq!(feeds.price().unwrap_err(), no_quorum(0));
    feeds.push("f0", 100, NOW).unwrap();
    assert_eq!(feeds.price().unwrap_err(), no_quorum(1));
    feeds.push("f1", 100, NOW - 10).unwrap();
    assert!(feeds.price().is_ok());

    feeds.wait(50); // exactly MAX_AGE old still counts
    assert_eq!(feeds.now() - (NOW - 10), MAX_AGE);
    assert!(feeds.price().is_ok());
    feeds.wait(1);
    assert_eq!(feeds.price().unwrap_err(), no_quorum(1));
}

#[test]
fn time_answered_is_that_of_the_quorumth_newest() {
    let mut feeds = Feeds::new(3, 2);
    for (feeder, time) in [("f0", NOW - 40), ("f1", NOW - 3), ("f2", NOW - 1)] {
        feeds.push(feeder, 100, time).unwrap();
    }
    // f0 lags and cannot make the answer look old; f2 alone cannot make it look new.
    assert_eq!(feeds.price().unwrap().publish_time, NOW - 3);
}

#[test]
fn inverted_pair_keeps_its_exponent() {
    // O1: a price far below one, with an exponent of its own.
    let mut feeds = Feeds::new(1, 1);
    let mut config = Feeds::config(1, 1);
    config.expo = -18;
    feeds.set(config).unwrap();
    feeds.push_each(&[15]);
    let answer = feeds.price().unwrap();
    assert_eq!((answer.price, answer.expo), (Int64::new(15), -18));
}

fn observations() -> impl Strategy<Value = (Vec<Observation>, u32)> {
    let one = (
        prop_oneof![1..=200i64, 1..=i64::MAX],
        any::<u64>(),
        0..=100i64,
    )
        .prop_map(|(price, conf, publish_time)| Observation {
            price: Int64::new(price),
            conf: Uint64::new(conf),
            publish_time,
        });
    prop::collection::vec(one, 1..=16).prop_flat_map(|all| {
        let feeders = all.len() as u32;
        (Just(all), feeders / 2 + 1..=feeders)
    })
}

proptest! {
    /// R1, R2: for any prices of the full range the answer is exact against a wide model.
    #[test]
    fn answer_is_a_median_that_a_quorum_stands_behind((all, quorum) in observations()) {
        let answer = combine(&all, quorum, 0).unwrap();
        let price = i128::from(answer.price.i64());
        let prices: Vec<i128> = all.iter().map(|one| i128::from(one.price.i64())).collect();

        let below = prices.iter().filter(|one| **one <= price).count();
        let above = prices.iter().filter(|one| **one >= price).count();
        prop_assert!(2 * below >= prices.len());
        // The mean of two middles is rounded down by less than one.
        prop_assert!(2 * above >= prices.len());

        let conf = i128::from(answer.conf.u64());
        let agree = prices.iter().filter(|one| (**one - price).abs() <= conf).count();
        prop_assert!(agree >= quorum as usize);

        let newer: Vec<i128> = all
            .iter()
            .filter(|one| one.publish_time >= answer.publish_time)
            .map(|one| i128::from(one.price.i64()))
            .collect();
        prop_assert!(newer.len() >= quorum as usize);
        prop_assert!(*newer.iter().min().unwrap() <= price);
        prop_assert!(price <= *newer.iter().max().unwrap());
    }

    /// Fewer than the quorum is no answer, whatever the prices.
    #[test]
    fn no_answer_below_the_quorum((mut all, quorum) in observations()) {
        all.truncate(quorum as usize - 1);
        prop_assert!(combine(&all, quorum, 0).is_none());
    }

    /// A minority of feeders cannot move the price outside the range of the others.
    #[test]
    fn a_minority_cannot_move_the_price_out_of_the_others_range(
        honest in prop::collection::vec(900..=1_100i64, 9),
        bad in prop::collection::vec(1..=i64::MAX, 0..=7),
    ) {
        let as_observation = |price: &i64| Observation {
            price: Int64::new(*price),
            conf: Uint64::zero(),
            publish_time: 0,
        };
        let all: Vec<_> = honest.iter().chain(&bad).map(as_observation).collect();
        let answer = combine(&all, 9, 0).unwrap();
        prop_assert!((900..=1_100).contains(&answer.price.i64()));
        prop_assert!(answer.conf.u64() <= 200);
    }
}
