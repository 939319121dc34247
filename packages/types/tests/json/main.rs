//! What the contracts read and write (`ballast-json`) is what serde reads and writes, which clients and tests use: for random
//! messages made after their JSON schema, and for what comes out when one of them is spoilt.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod random;

use std::fmt::Debug;

use ballast_json::{to_json_binary, FromJson, ToJson};
use ballast_types::{fund, market, price_feed, pyth, RiskParameters};
use cosmwasm_schema::schemars::schema::RootSchema;
use cosmwasm_schema::schemars::JsonSchema;
use cosmwasm_schema::serde::{de::DeserializeOwned, Serialize};
use cosmwasm_std::from_json;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use random::{spoil, Source};

/// How often a message was accepted and refused, by both alike.
#[derive(Default)]
struct Seen {
    accepted: u32,
    refused: u32,
}

fn compare<T>(text: &str, seen: &mut Seen)
where
    T: FromJson + ToJson + DeserializeOwned + Serialize + PartialEq + Debug,
{
    let by_serde = from_json::<T>(text.as_bytes());
    let ours = ballast_json::from_json::<T>(text.as_bytes());
    match (by_serde, ours) {
        (Ok(by_serde), Ok(ours)) => {
            assert_eq!(by_serde, ours, "{text}");
            let written = cosmwasm_std::to_json_binary(&by_serde).unwrap();
            assert_eq!(
                String::from_utf8(to_json_binary(&ours).to_vec()),
                String::from_utf8(written.to_vec())
            );
            seen.accepted += 1;
        }
        (Err(_), Err(_)) => seen.refused += 1,
        (by_serde, ours) => panic!("{text}\nserde: {by_serde:?}\nours: {ours:?}"),
    }
}

fn same_as_serde<T>(schema: RootSchema)
where
    T: FromJson + ToJson + DeserializeOwned + Serialize + PartialEq + Debug + JsonSchema,
{
    let mut seen = Seen::default();
    for seed in 0..400 {
        let mut source = Source::new(&schema, ChaCha8Rng::seed_from_u64(seed));
        let message = source.message();
        compare::<T>(&message, &mut seen);
        for _ in 0..4 {
            compare::<T>(&spoil(&message, &mut source.random), &mut seen);
        }
    }
    let name = std::any::type_name::<T>();
    println!(
        "{name}: {} accepted, {} refused",
        seen.accepted, seen.refused
    );
    assert!(seen.accepted >= 100 && seen.refused >= 100, "{name}");
}

macro_rules! same {
    ($($test:ident: $($type:ty),+ $(,)?;)*) => { $(
        #[test]
        fn $test() {
            $( same_as_serde::<$type>(cosmwasm_schema::schema_for!($type)); )+
        }
    )* };
}

same! {
    messages_of_the_market: market::InstantiateMsg, market::ExecuteMsg, market::ReceiveMsg, market::QueryMsg;
    messages_of_the_fund: fund::InstantiateMsg, fund::ExecuteMsg, fund::ReceiveMsg, fund::QueryMsg, fund::MarketHookMsg;
    messages_of_the_price_feed: price_feed::InstantiateMsg, price_feed::ExecuteMsg, price_feed::QueryMsg, pyth::QueryMsg;
    answers_of_the_market: market::ConfigResponse, market::MarketResponse, market::AccountResponse,
        market::LiquidationPriceResponse, market::BookResponse, market::FundingResponse, market::DeleverageRankResponse,
        market::PendingClaimResponse, market::LedgerResponse, market::BatchAnswer, market::PlaceOrderAnswer,
        market::RemoveOrdersAnswer, market::OrderResponse, market::DelegateResponse, market::WithdrawAnswer,
        market::ProcessWithdrawalsAnswer, market::QueuedWithdrawalResponse, market::OutflowLimitsResponse,
        market::WithdrawalGateResponse, market::PlaceTriggerOrderAnswer, market::ExecuteTriggerOrderAnswer,
        market::TriggerOrderResponse, market::PendingChange, market::ChangeAnswer, market::SettleAnswer,
        market::DelistAnswer, market::TransferAnswer, market::LiquidationAnswer;
    answers_of_the_fund: fund::ClaimAnswer, fund::TopUpAnswer, fund::ClaimRecord, fund::ConfigResponse,
        fund::SolvencyResponse, fund::CoverageResponse, fund::CapacityResponse, fund::EmergencyResponse,
        fund::UnderwritingResponse, fund::StakerResponse, RiskParameters;
    answers_of_price_feeds: pyth::PriceFeedResponse, price_feed::FeedConfig, price_feed::ConfigResponse;
}
