//! Prices.

use anyhow::{ensure, Context, Result};
use ballast_price_feed::state::PENDING_CHANGES;
use ballast_types::market::{Change, ChangeAnswer, OracleConfig, Waits};
use ballast_types::{price_feed, MarketId};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::{from_json, Addr, Decimal, Empty, Int64, Uint64};
use cw_multi_test::AppResponse;

use super::Suite;
use crate::pyth::{self, PythPrice};

/// A price to push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceUpdate {
    /// Whose.
    pub market: MarketId,
    /// Rounded down to the feed's exponent.
    pub price: Decimal,
    /// Half-width of the confidence interval, rounded up likewise.
    pub confidence: Decimal,
    /// Seconds.
    pub publish_time: u64,
}

impl Suite {
    /// Every feeder pushes this price, certain and published now. At most once a second of chain time.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn push_price(&mut self, market: MarketId, price: Decimal) -> Result<()> {
        self.push_prices(&[(market, price)])
    }

    /// Every feeder pushes these prices in one message, certain and published now.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn push_prices(&mut self, prices: &[(MarketId, Decimal)]) -> Result<()> {
        let publish_time = self.now();
        let updates: Vec<PriceUpdate> = prices
            .iter()
            .map(|(market, price)| PriceUpdate {
                market: *market,
                price: *price,
                confidence: Decimal::zero(),
                publish_time,
            })
            .collect();
        self.push_updates(&updates)
    }

    /// Every feeder pushes these prices in one message.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn push_updates(&mut self, updates: &[PriceUpdate]) -> Result<()> {
        for feeder in self.feeders.clone() {
            self.push_updates_as(&feeder, updates)?;
        }
        Ok(())
    }

    /// One feeder pushes these prices.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn push_updates_as(
        &mut self,
        feeder: &Addr,
        updates: &[PriceUpdate],
    ) -> Result<AppResponse> {
        let prices = updates
            .iter()
            .map(|update| self.mantissas(update))
            .collect::<Result<_>>()?;
        let msg = price_feed::ExecuteMsg::PushPrices { prices };
        let contract = self.price_feed.clone();
        self.execute(feeder, &contract, &msg, &[])
    }

    fn mantissas(&self, update: &PriceUpdate) -> Result<price_feed::PriceUpdate> {
        let listed = self.listed(update.market)?;
        let unit = feed_unit(listed.spec.expo)?;
        let price = update.price.atomics().u128() / unit;
        let conf = update.confidence.atomics().u128().div_ceil(unit);
        Ok(price_feed::PriceUpdate {
            id: listed.feed_id.clone(),
            price: Int64::new(i64::try_from(price).context("price beyond the feed's exponent")?),
            conf: Uint64::new(u64::try_from(conf).context("confidence beyond the exponent")?),
            publish_time: i64::try_from(update.publish_time)?,
        })
    }

    /// Deploys a double of Pyth's contract.
    ///
    /// # Errors
    /// None in practice.
    pub fn deploy_pyth(&mut self) -> Result<Addr> {
        self.deploy(self.codes.pyth, &Empty {}, "pyth")
    }

    /// Publishes a price of a market's feed at a double of Pyth's contract.
    ///
    /// # Errors
    /// There is no such market.
    pub fn publish(
        &mut self,
        pyth: &Addr,
        market: MarketId,
        price: PythPrice,
    ) -> Result<AppResponse> {
        let id = self.listed(market)?.feed_id.clone();
        let sender = self.keeper.clone();
        let msg = pyth::ExecuteMsg::Publish { id, price };
        self.execute(&sender, pyth, &msg, &[])
    }

    /// A market's oracle as it was listed, at another contract.
    ///
    /// # Errors
    /// There is no such market.
    pub fn oracle_at(&self, market: MarketId, contract: &Addr) -> Result<OracleConfig> {
        let listed = self.listed(market)?;
        Ok(listed.spec.oracle(contract, &listed.feed_id))
    }

    /// Points a market at another oracle contract, under the same feed id.
    ///
    /// # Errors
    /// What the market returned.
    pub fn set_oracle(&mut self, market: MarketId, contract: &Addr) -> Result<AppResponse> {
        let oracle = self.oracle_at(market, contract)?;
        self.update_oracle(market, oracle)
    }

    /// Points a market at another oracle.
    ///
    /// # Errors
    /// What the market returned.
    pub fn update_oracle(&mut self, market: MarketId, oracle: OracleConfig) -> Result<AppResponse> {
        self.change(Change::UpdateOracle { market, oracle })
    }

    /// Makes a change of the price feed as its owner, and where it has to wait, applies it as if its time had come: the
    /// waiting is not what most tests are about.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn change_feed_by(
        &mut self,
        owner: &Addr,
        msg: &price_feed::ExecuteMsg,
    ) -> Result<AppResponse> {
        let feeds = self.price_feed.clone();
        let response = self.execute(owner, &feeds, msg, &[])?;
        let answer: ChangeAnswer = from_json(response.data.clone().unwrap_or_default())?;
        let Some(Waits { id, .. }) = answer.waits else {
            return Ok(response);
        };
        {
            let mut storage = self.app.contract_storage_mut(&feeds);
            let mut stored = PENDING_CHANGES.load(storage.as_ref(), id)?;
            stored.proposed_at = stored.proposed_at.saturating_sub(stored.delay_secs);
            PENDING_CHANGES.save(storage.as_mut(), id, &stored)?;
        }
        self.apply_feed_change(id)
    }

    /// Applies a change of the price feed that waited, as the keeper.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn apply_feed_change(&mut self, id: u64) -> Result<AppResponse> {
        let (keeper, feeds) = (self.keeper.clone(), self.price_feed.clone());
        let msg = price_feed::ExecuteMsg::ApplyChange { id };
        self.execute(&keeper, &feeds, &msg, &[])
    }

    /// Any query of the price feed.
    ///
    /// # Errors
    /// What the price feed returned.
    pub fn ask_feeds<T: DeserializeOwned>(&self, query: &price_feed::QueryMsg) -> Result<T> {
        Ok(self.app.wrap().query_wasm_smart(&self.price_feed, query)?)
    }
}

/// What one unit of the mantissa is in atomics of a `Decimal`.
fn feed_unit(expo: i32) -> Result<u128> {
    ensure!(
        (-18..=0).contains(&expo),
        "the suite supports exponents from -18 to 0, not {expo}"
    );
    Ok(10u128.pow(u32::try_from(18 + expo)?))
}
