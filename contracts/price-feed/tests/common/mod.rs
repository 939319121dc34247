//! A feed contract on mock storage, with the few calls that the tests make.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects
)]

use ballast_price_feed::contract::{execute, instantiate, query};
use ballast_price_feed::ContractError;
use ballast_types::price_feed::{
    ChangeAnswer, ExecuteMsg, FeedConfig, InstantiateMsg, PendingChange, PriceUpdate, QueryMsg,
    Waits,
};
use ballast_types::pyth::{Price, PriceFeedResponse};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::testing::{
    message_info, mock_dependencies, mock_env, MockApi, MockQuerier, MockStorage,
};
use cosmwasm_std::{from_json, Addr, Empty, Env, Int64, OwnedDeps, Response, Timestamp, Uint64};

/// Block time at the start.
pub const NOW: i64 = 1_700_000_000;
/// Freshness of [`Feeds::config`].
pub const MAX_AGE: i64 = 60;

pub struct Feeds {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier, Empty>,
    pub env: Env,
}

/// A name's address.
pub fn address(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

/// A feed id that ends in the digit.
pub fn id(digit: u8) -> String {
    format!("{digit:064x}")
}

/// A price of feed 1 without uncertainty.
pub fn update(price: i64, publish_time: i64) -> PriceUpdate {
    PriceUpdate {
        id: id(1),
        price: Int64::new(price),
        conf: Uint64::zero(),
        publish_time,
    }
}

impl Feeds {
    /// Instantiated by and for `owner`, no feed.
    pub fn empty() -> Self {
        let mut deps = mock_dependencies();
        let mut env = mock_env();
        env.block.time = Timestamp::from_seconds(u64::try_from(NOW).unwrap());
        let owner = address("owner");
        let msg = InstantiateMsg {
            owner: owner.to_string(),
            adverse_delay_secs: None,
        };
        instantiate(deps.as_mut(), env.clone(), message_info(&owner, &[]), msg).unwrap();
        Self { deps, env }
    }

    /// With feed 1 of so many feeders `f0`, `f1`, ...
    pub fn new(feeders: u32, quorum: u32) -> Self {
        let mut feeds = Self::empty();
        feeds.set(Self::config(feeders, quorum)).unwrap();
        feeds
    }

    pub fn config(feeders: u32, quorum: u32) -> FeedConfig {
        FeedConfig {
            id: id(1),
            symbol: "BTC/USD".to_owned(),
            expo: -8,
            quorum,
            max_age_secs: u64::try_from(MAX_AGE).unwrap(),
            feeders: (0..feeders)
                .map(|i| address(&format!("f{i}")).into_string())
                .collect(),
        }
    }

    pub fn send(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let info = message_info(&address(sender), &[]);
        execute(self.deps.as_mut(), self.env.clone(), info, msg)
    }

    pub fn set(&mut self, feed: FeedConfig) -> Result<Response, ContractError> {
        self.send("owner", ExecuteMsg::SetFeed { feed })
    }

    /// A message of the owner that may wait: what waits.
    pub fn ask(&mut self, msg: ExecuteMsg) -> Result<Option<Waits>, ContractError> {
        let response = self.send("owner", msg)?;
        let answer: ChangeAnswer = from_json(response.data.unwrap_or_default())?;
        Ok(answer.waits)
    }

    /// The same, applied once it has waited. The clock moves on with it.
    pub fn change(&mut self, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let waits = self.ask(msg)?.expect("it waits");
        self.wait(waits.ready_at - self.env.block.time.seconds());
        self.apply(waits.id)
    }

    pub fn apply(&mut self, id: u64) -> Result<Response, ContractError> {
        self.send("anyone", ExecuteMsg::ApplyChange { id })
    }

    pub fn pending(&self) -> Vec<PendingChange> {
        let (start_after, limit) = (None, Some(50));
        self.query(QueryMsg::PendingChanges { start_after, limit })
            .unwrap()
    }

    pub fn settings(&self) -> FeedConfig {
        self.query(QueryMsg::Feed { id: id(1) }).unwrap()
    }

    pub fn push_all(
        &mut self,
        sender: &str,
        prices: Vec<PriceUpdate>,
    ) -> Result<Response, ContractError> {
        self.send(sender, ExecuteMsg::PushPrices { prices })
    }

    pub fn push(
        &mut self,
        sender: &str,
        price: i64,
        publish_time: i64,
    ) -> Result<Response, ContractError> {
        self.push_all(sender, vec![update(price, publish_time)])
    }

    /// Pushes one price by each of `f0`, `f1`, ..., all published now.
    pub fn push_each(&mut self, prices: &[i64]) {
        for (i, price) in prices.iter().enumerate() {
            self.push(&format!("f{i}"), *price, self.now()).unwrap();
        }
    }

    pub fn query<T: DeserializeOwned>(&self, msg: QueryMsg) -> Result<T, ContractError> {
        Ok(from_json(query(
            self.deps.as_ref(),
            self.env.clone(),
            msg,
        )?)?)
    }

    pub fn price(&self) -> Result<Price, ContractError> {
        let answer: PriceFeedResponse = self.query(QueryMsg::PriceFeed { id: id(1) })?;
        Ok(answer.price_feed.price)
    }

    pub fn now(&self) -> i64 {
        i64::try_from(self.env.block.time.seconds()).unwrap()
    }

    pub fn wait(&mut self, secs: u64) {
        self.env.block.time = self.env.block.time.plus_seconds(secs);
    }
}
