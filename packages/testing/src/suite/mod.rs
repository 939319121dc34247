//! The suite deployed, and everything that anyone can do with it.
//!
//! Every method that sends a message returns the chain's error as it is: `error.downcast_ref()` yields the
//! contract's own error where the message went to it directly. Amounts are atoms. No method advances the
//! clock but `advance`, `next_block` and `set_time`.

mod build;
mod clock;
mod codes;
mod control;
mod defaults;
mod fund;
mod governance;
mod hostile;
mod journal;
mod money;
mod oracle;
mod query;
mod raw;
mod trade;

use std::fmt::Debug;

use anyhow::{Context, Result};
use ballast_types::{AccountId, MarketId};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Coin, CosmosMsg, Empty, Event};
use cw20::Denom;
use cw_multi_test::{App, AppResponse, Executor, FailingModule, WasmKeeper};

pub use build::{FundSeed, SuiteBuilder};
pub use codes::Codes;
pub use defaults::{
    atoms, claimant_parameters, exchange_parameters, fund_parameters, market_parameters,
    Collateral, MarketSpec,
};
pub use governance::{GOVERNANCE_COIN, GUARDIAN};
pub use journal::{JournalStorage, Mark};
pub use oracle::PriceUpdate;
pub use trade::NewOrder;

use crate::bank::{Blocked, RefusingBank};
use crate::genesis::Keyring;
use crate::metering::Meter;

/// Prefix of all addresses.
pub const PREFIX: &str = "ballast";

/// The embedded chain.
pub type SuiteApp = App<
    RefusingBank,
    MockApi,
    JournalStorage,
    FailingModule<Empty, Empty, Empty>,
    WasmKeeper<Empty, Empty>,
>;

/// A market as it was listed.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub id: MarketId,
    /// What it was made from.
    pub spec: MarketSpec,
    /// Its feed in the price feed, and in oracle mocks.
    pub feed_id: String,
}

/// A message's typed answer and the events of everything that it set off.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The answer, from the response's data.
    pub answer: T,
    /// All events in order.
    pub events: Vec<Event>,
}

/// The suite, deployed.
pub struct Suite {
    /// The chain.
    pub app: SuiteApp,
    /// What the contracts store and cost.
    pub meter: Meter,
    /// Addresses that refuse native coins.
    pub blocked: Blocked,
    /// Code ids, to deploy more.
    pub codes: Codes,
    /// The one token.
    pub collateral: Denom,
    /// Its decimals.
    pub decimals: u8,
    /// Owner of all contracts, their wasm admin, and minter of the cw20: governance where there is one.
    pub owner: Addr,
    /// Governance, in a suite that it owns.
    pub governance: Option<Addr>,
    /// What is staked for power in a suite that governance owns.
    pub governance_token: Denom,
    /// Somebody without permission who cranks.
    pub keeper: Addr,
    /// Who pushes prices.
    pub feeders: Vec<Addr>,
    /// The price feed.
    pub price_feed: Addr,
    /// The real insurance fund, whether or not the market uses it now.
    pub fund: Addr,
    /// The clearing house.
    pub market: Addr,
    /// All markets by number.
    pub markets: Vec<Listed>,
    /// Messages sent through [`Suite::execute`], failed ones included.
    pub messages: u64,
    keyring: Option<Keyring>,
    strays: Strays,
    hostile: Hostile,
}

/// Which parts were ever made hostile, so that coins may arrive unannounced.
#[derive(Clone, Copy, Debug, Default)]
struct Hostile {
    fund: bool,
    token: bool,
}

/// Coins sent without a message and not booked yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strays {
    /// At the market.
    pub market: u128,
    /// At the fund.
    pub fund: u128,
}

impl Suite {
    /// Sends a message to a contract. Everything below goes through here.
    ///
    /// # Errors
    /// What the contract, or a message that it led to, returned.
    pub fn execute<T: Serialize + Debug>(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        msg: &T,
        funds: &[Coin],
    ) -> Result<AppResponse> {
        self.messages += 1;
        self.app
            .execute_contract(sender.clone(), contract.clone(), msg, funds)
    }

    /// Sends any message as anybody.
    ///
    /// # Errors
    /// What the chain returned.
    pub fn send(&mut self, sender: &Addr, msg: CosmosMsg) -> Result<AppResponse> {
        self.messages += 1;
        self.app.execute(sender.clone(), msg)
    }

    /// The address of a name: the same for the same name.
    #[must_use]
    pub fn address(&self, name: &str) -> Addr {
        let key = self.keyring.as_ref().map(|ring| ring.person(name));
        // A name whose hash is no key keeps an address without one: it can hold coins, and nobody signs for it.
        key.and_then(Result::ok)
            .unwrap_or_else(|| self.app.api().addr_make(name))
    }

    /// An account's name for messages.
    #[must_use]
    pub fn account_id(owner: &Addr, subaccount: u32) -> AccountId {
        AccountId {
            owner: owner.to_string(),
            subaccount,
        }
    }

    /// A market as it was listed.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn listed(&self, market: MarketId) -> Result<&Listed> {
        self.markets
            .get(market as usize)
            .with_context(|| format!("no market {market}"))
    }

    /// Coins that were sent without a message and not booked yet.
    #[must_use]
    pub fn strays(&self) -> Strays {
        self.strays
    }

    /// Whether the market's unaccounted coins must be exactly [`Suite::strays`]: no fund that may overpay
    /// and no dishonest token was ever in use.
    #[must_use]
    pub fn strays_are_exact(&self) -> bool {
        !self.hostile.fund && !self.hostile.token
    }

    /// From now on the market may have a fund that overpays: its owner can give it one without
    /// [`Suite::set_insurance_fund`].
    pub fn distrust_fund(&mut self) {
        self.hostile.fund = true;
    }

    /// The same for the fund: no dishonest token was ever in use.
    #[must_use]
    pub fn fund_strays_are_exact(&self) -> bool {
        !self.hostile.token
    }
}
