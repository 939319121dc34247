//! The answer is Pyth's, byte for byte where it matters: a market reads either by configuration alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_lossless
)]

mod common;

use ballast_price_feed::contract::query;
use ballast_types::price_feed::QueryMsg;
use ballast_types::pyth;
use common::{id, Feeds, NOW};
use cosmwasm_std::{from_json, to_json_binary, Int64, Uint64};
use serde_json::{json, Value};

/// What Pyth's CosmWasm contract answers for BTC/USD: price and conf strings, expo and time numbers.
const PYTH: &str = r#"{"price_feed":{"id":"e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43","price":{"price":"2657900000000","conf":"1073000000","expo":-8,"publish_time":1690576641},"ema_price":{"price":"2657532000000","conf":"1051170000","expo":-8,"publish_time":1690576641}}}"#;

#[test]
fn types_read_and_write_the_real_json() {
    let read: pyth::PriceFeedResponse = from_json(PYTH.as_bytes()).unwrap();
    assert_eq!(read.price_feed.price.price, Int64::new(2_657_900_000_000));
    assert_eq!(read.price_feed.price.conf, Uint64::new(1_073_000_000));
    assert_eq!(to_json_binary(&read).unwrap().as_slice(), PYTH.as_bytes());
}

#[test]
fn query_and_answer_have_the_shape_of_pyth() {
    let mut feeds = Feeds::new(1, 1);
    feeds.push_each(&[2_657_900_000_000]);

    // The query that a market sends to a real Pyth contract, word for word.
    let text = format!(r#"{{"price_feed":{{"id":"{}"}}}}"#, id(1));
    let msg: QueryMsg = from_json(text.as_bytes()).unwrap();
    assert_eq!(
        to_json_binary(&pyth::QueryMsg::PriceFeed { id: id(1) }).unwrap(),
        text.as_bytes()
    );

    let answer = query(feeds.deps.as_ref(), feeds.env.clone(), msg).unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let price = json!({
        "price": "2657900000000", "conf": "0", "expo": -8, "publish_time": NOW,
    });
    // The moving average is the price itself, documented.
    assert_eq!(
        answer,
        json!({ "price_feed": { "id": id(1), "price": price, "ema_price": price } })
    );
}
