//! The messages of each kind of proposal. Whether they are accepted is checked elsewhere, for all kinds alike.

use std::str::FromStr;

use ballast_types::fund::{self, ClaimantParameters};
use ballast_types::market::{self, ListMarket, MarketParameters, OracleConfig};
use ballast_types::price_feed::{self, FeedConfig};
use cosmwasm_std::{to_json_binary, Binary, CosmosMsg, Decimal, Uint128, WasmMsg};
use serde::Serialize;
use serde_json::Value;

use super::arguments::{
    BandsArgs, CapArgs, CapOf, FeedersArgs, ListMarketArgs, MigrateArgs, PaySurplusArgs,
    RegisterArgs, RiskWeightArgs, StandingArgs,
};
use super::error::{ProposeError, ProposeResult};
use super::state::{Deployment, State};
use crate::decimal::PlainDecimal;

/// A proposal before it is checked.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is called where nobody says otherwise.
    pub title: String,
    /// What governance is to send.
    pub msgs: Vec<CosmosMsg>,
    /// What the summary is to say besides.
    pub notes: Vec<String>,
}

impl Draft {
    /// Of messages that say everything themselves.
    #[must_use]
    pub fn new(title: impl Into<String>, msgs: Vec<CosmosMsg>) -> Self {
        Self {
            title: title.into(),
            msgs,
            notes: vec![],
        }
    }
}

/// What messages are made from.
pub struct Desk<'a> {
    /// Where they go.
    pub deployment: &'a Deployment,
    /// What is in force.
    pub state: &'a State,
}

impl Desk<'_> {
    /// Lists one market and registers it in the fund.
    ///
    /// # Errors
    /// Texts that are no numbers, addresses or a market's number that nobody gave, parameters that do not exist.
    pub fn list_market(&self, args: &ListMarketArgs) -> ProposeResult<Draft> {
        let oracle = match &args.oracle {
            Some(oracle) => oracle.clone(),
            None => self.deployment.price_feed()?.to_owned(),
        };
        let listing = ListMarket {
            symbol: needed("--symbol", &args.symbol)?.clone(),
            base_decimals: args.base_decimals,
            tick_size: decimal("--tick", needed("--tick", &args.tick)?)?,
            lot_size: Uint128::new(*needed("--lot", &args.lot)?),
            isolated: args.standing.isolated,
            oracle: OracleConfig {
                contract: oracle,
                feed_id: needed("--feed-id", &args.feed_id)?.clone(),
                max_confidence_ppm: args.max_confidence_ppm,
                min_price: decimal("--min-price", needed("--min-price", &args.min_price)?)?,
                max_price: decimal("--max-price", needed("--max-price", &args.max_price)?)?,
            },
            parameters: with_set(
                ballast_testing::suite::market_parameters(self.state.quote_decimals()),
                &args.set,
            )?,
        };
        let title = format!("List {}", listing.symbol);
        let mut msgs = vec![call(
            self.deployment.market()?,
            &market::ExecuteMsg::ListMarket(listing),
        )?];
        if !args.unregistered {
            let next = self.state.exchange.as_ref().map(|config| config.markets);
            let market = args.market.or(next).ok_or_else(|| {
                ProposeError::missing(
                    "the number that the market will have",
                    "--market, or the market contract's config under exchange in the file of --state",
                )
            })?;
            msgs.push(self.registration(None, market, &args.standing)?);
        }
        Ok(Draft::new(title, msgs))
    }

    /// Registers a market in the fund.
    ///
    /// # Errors
    /// As [`Desk::list_market`].
    pub fn register(&self, args: &RegisterArgs) -> ProposeResult<Draft> {
        Ok(Draft::new(
            format!("Register market {} in the insurance fund", args.market),
            vec![self.registration(args.contract.as_deref(), args.market, &args.standing)?],
        ))
    }

    fn registration(
        &self,
        contract: Option<&str>,
        market: u32,
        standing: &StandingArgs,
    ) -> ProposeResult<CosmosMsg> {
        let parameters = ClaimantParameters {
            risk_weight_ppm: standing.risk_weight_ppm,
            open_interest_cap: self.units("--fund-cap", &standing.fund_cap)?,
            reserve_target: self.units("--reserve-target", &standing.reserve_target)?,
            isolated: standing.isolated,
        };
        let message = fund::ExecuteMsg::RegisterMarket {
            contract: self.claimant_contract(contract)?,
            market,
            parameters,
        };
        call(self.deployment.fund()?, &message)
    }

    fn claimant_contract(&self, contract: Option<&str>) -> ProposeResult<String> {
        Ok(match contract {
            Some(contract) => contract.to_owned(),
            None => self.deployment.market()?.to_owned(),
        })
    }

    /// Changes a market's risk weight in the fund.
    ///
    /// # Errors
    /// An address or the market's standing is not known.
    pub fn risk_weight(&self, args: &RiskWeightArgs) -> ProposeResult<Draft> {
        let contract = self.claimant_contract(args.contract.as_deref())?;
        let standing = self.state.claimant(&contract, args.market)?;
        let parameters = ClaimantParameters {
            risk_weight_ppm: args.to,
            ..standing.parameters.clone()
        };
        Ok(Draft::new(
            format!("Risk weight of {}", self.name(args.market)),
            vec![self.standing(contract, args.market, parameters)?],
        ))
    }

    /// Changes a market's open-interest cap.
    ///
    /// # Errors
    /// An address or what is in force is not known.
    pub fn cap(&self, args: &CapArgs) -> ProposeResult<Draft> {
        let open_interest_cap = self.units("--to", &args.to)?;
        let mut msgs = vec![];
        if args.cap_of != CapOf::Fund {
            let now = &self.state.market(args.market)?.config.parameters;
            let parameters = MarketParameters {
                open_interest_cap,
                ..now.clone()
            };
            if parameters != *now {
                let market = args.market;
                let message = market::ExecuteMsg::UpdateMarket { market, parameters };
                msgs.push(call(self.deployment.market()?, &message)?);
            }
        }
        if args.cap_of != CapOf::Market {
            let contract = self.claimant_contract(None)?;
            let now = &self.state.claimant(&contract, args.market)?.parameters;
            let parameters = ClaimantParameters {
                open_interest_cap,
                ..now.clone()
            };
            if parameters != *now {
                msgs.push(self.standing(contract, args.market, parameters)?);
            }
        }
        if msgs.is_empty() {
            let what = format!("that cap of {}", self.name(args.market));
            return Err(ProposeError::NothingChanges { what });
        }
        Ok(Draft::new(
            format!("Open-interest cap of {}", self.name(args.market)),
            msgs,
        ))
    }

    fn standing(
        &self,
        contract: String,
        market: u32,
        parameters: ClaimantParameters,
    ) -> ProposeResult<CosmosMsg> {
        let message = fund::ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        };
        call(self.deployment.fund()?, &message)
    }

    /// Changes the fund's bands of coverage.
    ///
    /// # Errors
    /// The fund's address or parameters are not known.
    pub fn bands(&self, args: &BandsArgs) -> ProposeResult<Draft> {
        let now = self.state.fund.as_ref().ok_or_else(|| {
            ProposeError::missing(
                "what the fund's parameters are now",
                "its answer to {\"config\":{}} under fund in the file of --state",
            )
        })?;
        let mut parameters = now.parameters.clone();
        let bands = &mut parameters.thresholds;
        for (place, wanted) in [
            (&mut bands.surplus_ppm, args.surplus_ppm),
            (&mut bands.healthy_ppm, args.healthy_ppm),
            (&mut bands.watch_ppm, args.watch_ppm),
            (&mut bands.deficient_ppm, args.deficient_ppm),
            (&mut bands.hysteresis_ppm, args.hysteresis_ppm),
        ] {
            *place = wanted.unwrap_or(*place);
        }
        for (place, wanted) in [
            (&mut bands.upgrade_delay_secs, args.upgrade_delay_secs),
            (&mut bands.loss_window_secs, args.loss_window_secs),
        ] {
            *place = wanted.unwrap_or(*place);
        }
        let message = fund::ExecuteMsg::UpdateParameters { parameters };
        Ok(Draft::new(
            "Bands of coverage of the insurance fund",
            vec![call(self.deployment.fund()?, &message)?],
        ))
    }

    /// Appoints the feeders of a feed.
    ///
    /// # Errors
    /// The price feed's address, or a setting that neither options nor state give.
    pub fn feeders(&self, args: &FeedersArgs) -> ProposeResult<Draft> {
        let now = self.state.feeds.iter().find(|feed| feed.id == args.feed_id);
        let setting = |what: &str| {
            ProposeError::missing(
                format!("the feed's {what}"),
                "its option, or the price feed's answer to {\"feeds\":{}} under feeds in the file of --state",
            )
        };
        let symbol = args
            .symbol
            .clone()
            .or_else(|| now.map(|feed| feed.symbol.clone()));
        let majority = u32::try_from(args.feeders.len() / 2 + 1).unwrap_or(u32::MAX);
        let feed = FeedConfig {
            id: args.feed_id.clone(),
            symbol: symbol.ok_or_else(|| setting("symbol"))?,
            expo: args
                .expo
                .or_else(|| now.map(|feed| feed.expo))
                .ok_or_else(|| setting("expo"))?,
            quorum: args
                .quorum
                .or_else(|| now.map(|feed| feed.quorum))
                .unwrap_or(majority),
            max_age_secs: args
                .max_age_secs
                .or_else(|| now.map(|feed| feed.max_age_secs))
                .ok_or_else(|| setting("max_age_secs"))?,
            feeders: args.feeders.clone(),
        };
        let title = format!("Feeders of {}", feed.symbol);
        let message = price_feed::ExecuteMsg::SetFeed { feed };
        Ok(Draft::new(
            title,
            vec![call(self.deployment.price_feed()?, &message)?],
        ))
    }

    /// Pays surplus or appoints its recipient.
    ///
    /// # Errors
    /// The fund's address is not known, or the state says that nothing would be paid.
    pub fn pay_surplus(&self, args: &PaySurplusArgs) -> ProposeResult<Draft> {
        let (title, message) = match &args.recipient {
            Some(recipient) => (
                "Appoint who receives surplus",
                fund::ExecuteMsg::AppointSurplusRecipient {
                    recipient: Some(recipient.clone()),
                },
            ),
            None => ("Pay a lot of surplus", fund::ExecuteMsg::PaySurplus {}),
        };
        Ok(Draft::new(
            title,
            vec![call(self.deployment.fund()?, &message)?],
        ))
    }

    /// Migrates a contract.
    ///
    /// # Errors
    /// An address that is not known, a message that is no JSON.
    pub fn migrate(&self, args: &MigrateArgs) -> ProposeResult<Draft> {
        let contract_addr = match args.contract.as_str() {
            "governance" => self.deployment.governance()?,
            "market" => self.deployment.market()?,
            "fund" => self.deployment.fund()?,
            "price-feed" => self.deployment.price_feed()?,
            address => address,
        };
        serde_json::from_str::<Value>(&args.msg)
            .map_err(|error| ProposeError::wrong("--msg", error, "JSON"))?;
        let message = WasmMsg::Migrate {
            contract_addr: contract_addr.to_owned(),
            new_code_id: args.code_id,
            msg: Binary::from(args.msg.as_bytes()),
        };
        Ok(Draft::new(
            format!("Migrate {} to code {}", args.contract, args.code_id),
            vec![message.into()],
        ))
    }

    fn name(&self, market: u32) -> String {
        self.state.known_market(market).map_or_else(
            || format!("market {market}"),
            |known| known.config.symbol.clone(),
        )
    }

    /// Atoms of quote units.
    fn units(&self, option: &str, text: &str) -> ProposeResult<Uint128> {
        let decimals = self.state.quote_decimals();
        let expected = format!("quote units such as 250000, with at most {decimals} decimals");
        PlainDecimal::parse(text)
            .ok()
            .and_then(|number| number.at_decimals(decimals.into()))
            .map(Uint128::new)
            .ok_or_else(|| ProposeError::wrong(option, format!("{text:?}"), expected))
    }
}

/// A message to a contract.
///
/// # Errors
/// Serialisation.
pub fn call(contract: &str, message: &impl Serialize) -> ProposeResult<CosmosMsg> {
    let msg =
        to_json_binary(message).map_err(|error| ProposeError::wrong("a message", error, "JSON"))?;
    Ok(WasmMsg::Execute {
        contract_addr: contract.to_owned(),
        msg,
        funds: vec![],
    }
    .into())
}

fn needed<'a, T>(option: &str, value: &'a Option<T>) -> ProposeResult<&'a T> {
    value
        .as_ref()
        .ok_or_else(|| ProposeError::missing(option, "the option, or --parameters"))
}

fn decimal(option: &str, text: &str) -> ProposeResult<Decimal> {
    Decimal::from_str(text).map_err(|_| {
        ProposeError::wrong(
            option,
            format!("{text:?}"),
            "a plain decimal with at most 18 decimals",
        )
    })
}

/// Parameters with the settings `NAME=VALUE`, each read as the field's own kind.
fn with_set(defaults: MarketParameters, set: &[String]) -> ProposeResult<MarketParameters> {
    let wrong = |found: &str, expected: String| {
        ProposeError::wrong("--set", format!("{found:?}"), expected)
    };
    let json = |error| ProposeError::wrong("--set", error, "values that the field can hold");
    let mut fields = serde_json::to_value(defaults).map_err(json)?;
    for one in set {
        let (name, text) = one
            .split_once('=')
            .ok_or_else(|| wrong(one, "NAME=VALUE".to_owned()))?;
        let known: Vec<String> = fields
            .as_object()
            .map(|object| object.keys().cloned().collect())
            .unwrap_or_default();
        let field = fields
            .get_mut(name)
            .ok_or_else(|| wrong(name, format!("one of {}", known.join(", "))))?;
        *field = match field {
            // Amounts are decimal strings in JSON.
            Value::String(_) => Value::String(text.to_owned()),
            _ => serde_json::from_str(text)
                .map_err(|_| wrong(one, "a whole number, true or false".to_owned()))?,
        };
    }
    serde_json::from_value(fields).map_err(json)
}
