//! Messages to a market contract.

use ballast_perp_market::parameters::{
    check_exchange, check_listing, check_market, check_oracle, default_exchange,
};
use ballast_perp_market::pending::loosening::{loosened, maintenance};
use ballast_perp_market::ContractError;
use ballast_risk::ValueScale;
use ballast_types::market::{Change, ExecuteMsg, ListMarket, MarketParameters, OracleConfig};
use ballast_types::MarketId;
use cosmwasm_std::{from_json, Binary};

use super::changes::{differences, of_exchange, of_market, Before, FieldChange};
use super::check::{Effect, Examiner, Item, Target};
use super::error::{ProposeError, ProposeResult};

impl Examiner<'_> {
    /// What a message to a market contract does.
    ///
    /// # Errors
    /// What the contract would refuse.
    pub(super) fn market_item(
        &self,
        index: usize,
        contract: &str,
        msg: &Binary,
    ) -> ProposeResult<Item> {
        let message: ExecuteMsg = from_json(msg).map_err(|error| ProposeError::Unreadable {
            index,
            contract: "perp-market",
            problem: error.to_string(),
        })?;
        let mut item = self.plain_item("perp-market", contract, msg);
        // What is known is of the deployment's own market contract.
        let own = self.deployment.market.as_deref() == Some(contract);
        match &message {
            ExecuteMsg::ListMarket(listing) => self.listing(own, listing, &mut item)?,
            ExecuteMsg::UpdateMarket { market, parameters } => {
                self.market_update(own, *market, parameters, &mut item)?;
            }
            ExecuteMsg::UpdateOracle { market, oracle } => {
                self.oracle_update(own, *market, oracle, &mut item)?;
            }
            ExecuteMsg::UpdateParameters { parameters } => {
                check_exchange(parameters)?;
                let now = self.state.exchange.as_ref().filter(|_| own);
                let before = now.map_or(Before::NotGiven, |now| Before::Known(&now.parameters));
                item.changes = of_exchange(&before, parameters);
                let change = |parameters| Change::UpdateParameters { parameters };
                let before = now.map(|now| change(now.parameters.clone()));
                item.effect = self.market_effect(before, &change(parameters.clone()));
                item.compare(now.is_some());
            }
            ExecuteMsg::SetInsuranceFund { insurance_fund } => {
                if let Some(fund) = insurance_fund {
                    self.address("the new fund", fund)?;
                }
                let now = self.state.exchange.as_ref().filter(|_| own);
                let change = |insurance_fund| Change::SetInsuranceFund { insurance_fund };
                let before = now.map(|now| change(now.insurance_fund.clone()));
                item.changes = vec![FieldChange {
                    field: "insurance_fund".to_owned(),
                    from: now.map(|now| now.insurance_fund.clone().unwrap_or("none".to_owned())),
                    to: insurance_fund.clone().unwrap_or("none".to_owned()),
                    direction: None,
                }];
                item.effect = self.market_effect(before, &change(insurance_fund.clone()));
            }
            ExecuteMsg::SettleMarket { market } => {
                item.subject = self.market_name(own, *market);
                item.effect = self.market_effect(None, &Change::SettleMarket { market: *market });
            }
            _ => {}
        }
        Ok(item)
    }

    fn listing(&self, own: bool, listing: &ListMarket, item: &mut Item) -> ProposeResult<()> {
        check_listing(listing)?;
        self.address("the oracle", &listing.oracle.contract)?;
        ValueScale::new(listing.base_decimals, self.state.quote_decimals())
            .and_then(|scale| scale.tick_lot_value(listing.tick_size, listing.lot_size))
            .map_err(ContractError::from)?;
        let mut known = self.state.markets.iter().filter(|_| own);
        if let Some(taken) = known.find(|one| one.config.symbol == listing.symbol) {
            return Err(ContractError::SymbolTaken {
                market: taken.market,
                symbol: listing.symbol.clone(),
            }
            .into());
        }
        let feed = &listing.oracle.feed_id;
        let feeds = &self.state.feeds;
        if self.target(&listing.oracle.contract) == Target::PriceFeed
            && !feeds.is_empty()
            && !feeds.iter().any(|one| one.id == *feed)
        {
            return Err(ProposeError::wrong(
                "feed_id",
                feed,
                "a feed that the price feed has",
            ));
        }
        item.subject.clone_from(&listing.symbol);
        item.changes = differences(&Before::New, listing, |_| None);
        let change = Change::ListMarket {
            listing: Box::new(listing.clone()),
        };
        let oracle = &listing.oracle.contract;
        let known = &self.state.markets;
        if own
            && !known.is_empty()
            && !known
                .iter()
                .any(|one| one.config.oracle.contract == *oracle)
        {
            item.effect = self.market_effect(Some(change.clone()), &change);
        }
        item.notes
            .push("the oracle must answer with a valid price when it is executed".to_owned());
        Ok(())
    }

    fn market_update(
        &self,
        own: bool,
        market: MarketId,
        parameters: &MarketParameters,
        item: &mut Item,
    ) -> ProposeResult<()> {
        check_market(parameters)?;
        self.market_exists(own, market)?;
        let now = self.state.known_market(market).filter(|_| own);
        let before = now.map(|now| &now.config.parameters);
        if let (Some(now), Some(before)) = (now, before) {
            check_step(market, before, parameters, now.open_interest.is_zero())?;
        }
        item.subject = self.market_name(own, market);
        item.changes = of_market(&before.map_or(Before::NotGiven, Before::Known), parameters);
        let change = |parameters| Change::UpdateMarket { market, parameters };
        item.effect = self.market_effect(before.cloned().map(change), &change(parameters.clone()));
        item.compare(before.is_some());
        Ok(())
    }

    fn oracle_update(
        &self,
        own: bool,
        market: MarketId,
        oracle: &OracleConfig,
        item: &mut Item,
    ) -> ProposeResult<()> {
        check_oracle(oracle)?;
        self.address("the oracle", &oracle.contract)?;
        self.market_exists(own, market)?;
        let now = self.state.known_market(market).filter(|_| own);
        let before = now.map(|now| &now.config.oracle);
        item.subject = self.market_name(own, market);
        let known = before.map_or(Before::NotGiven, Before::Known);
        item.changes = differences(&known, oracle, |_| None);
        let change = |oracle| Change::UpdateOracle { market, oracle };
        item.effect = self.market_effect(before.cloned().map(change), &change(oracle.clone()));
        item.notes.push(
            "the new oracle must answer with about the old one's price when it is executed and when it is applied"
                .to_owned(),
        );
        item.compare(before.is_some());
        Ok(())
    }

    /// By the contract's own directions. Where no coins are held nothing waits.
    fn market_effect(&self, before: Option<Change>, after: &Change) -> Effect {
        let secs = self
            .state
            .exchange
            .as_ref()
            .map_or(default_exchange().adverse_delay_secs, |config| {
                config.parameters.adverse_delay_secs
            });
        let ledger = self.state.ledger.as_ref();
        if ledger.is_some_and(|ledger| ledger.bank.is_zero()) {
            return Effect::AtExecution;
        }
        let always = matches!(after, Change::SettleMarket { .. });
        match before {
            None if always => Effect::Waits {
                loosens: after.as_str().to_owned(),
                secs,
            },
            None => Effect::WaitsIfItLoosens { secs },
            Some(before) => {
                loosened(&before, after).map_or(Effect::AtExecution, |field| Effect::Waits {
                    loosens: field.to_owned(),
                    secs,
                })
            }
        }
    }

    fn market_exists(&self, own: bool, market: MarketId) -> ProposeResult<()> {
        let known = self.state.exchange.as_ref().filter(|_| own);
        match known {
            Some(config) if market >= config.markets.saturating_add(self.listed) => {
                Err(ContractError::NoSuchMarket { market }.into())
            }
            _ => Ok(()),
        }
    }

    fn market_name(&self, own: bool, market: MarketId) -> String {
        let known = self.state.known_market(market).filter(|_| own);
        known.map_or_else(
            || format!("market {market}"),
            |known| format!("market {market}, {}", known.config.symbol),
        )
    }
}

/// Maintenance margin of a market that was traded rises by a tenth a day at most.
fn check_step(
    market: MarketId,
    before: &MarketParameters,
    after: &MarketParameters,
    empty: bool,
) -> ProposeResult<()> {
    let (now, wanted) = (maintenance(before), maintenance(after));
    let allowed = now.saturating_add(now / 10);
    if empty || wanted <= allowed {
        return Ok(());
    }
    let ppm = |trillionths: u64| trillionths / 1_000_000;
    Err(ProposeError::wrong(
        format!("maintenance margin of market {market}"),
        format!("{} ppm", ppm(wanted)),
        format!(
            "at most {} ppm: a tenth more than the {} ppm in force, once a day",
            ppm(allowed),
            ppm(now)
        ),
    ))
}
