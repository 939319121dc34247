//! What is known of a deployment: its addresses, and what its contracts answered.

use std::fs;
use std::path::Path;

use ballast_types::fund::{
    ClaimantResponse, ConfigResponse as FundConfig, SolvencyResponse, SurplusResponse,
};
use ballast_types::governance::{ConfigResponse as GovernanceConfig, ContractKind, Settings};
use ballast_types::market::{ConfigResponse as ExchangeConfig, LedgerResponse, MarketResponse};
use ballast_types::price_feed::FeedConfig;
use ballast_types::MarketId;
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::arguments::Common;
use super::error::{ProposeError, ProposeResult};
use crate::error::{SimError, SimResult};

/// Addresses of the suite. Other fields of the file are for others.
#[derive(Deserialize, Debug, Clone, Default)]
#[serde(default)]
pub struct Deployment {
    /// Governance.
    pub governance: Option<String>,
    /// The market contract.
    pub market: Option<String>,
    /// The insurance fund.
    pub fund: Option<String>,
    /// The price feed.
    pub price_feed: Option<String>,
}

impl Deployment {
    /// From options, then from the file, then from what governance's settings name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(common: &Common, state: &State) -> SimResult<Self> {
        let file = match &common.deployment {
            Some(file) => from_file(file)?,
            None => Self::default(),
        };
        let named = |kind| {
            let settings = &state.governance.as_ref()?.settings;
            let mut all = settings.contracts.iter().filter(|one| one.kind == kind);
            let first = all.next()?;
            all.next().is_none().then(|| first.address.clone())
        };
        let first = |option: &Option<String>, in_file: Option<String>, kind| {
            option.clone().or(in_file).or_else(|| named(kind))
        };
        Ok(Self {
            governance: common.governance.clone().or(file.governance),
            market: first(
                &common.market_contract,
                file.market,
                ContractKind::PerpMarket,
            ),
            fund: first(&common.fund, file.fund, ContractKind::InsuranceFund),
            price_feed: first(&common.price_feed, file.price_feed, ContractKind::PriceFeed),
        })
    }

    /// Governance's address.
    ///
    /// # Errors
    /// It was not given.
    pub fn governance(&self) -> ProposeResult<&str> {
        given(&self.governance, "governance", "--governance")
    }

    /// The market contract's address.
    ///
    /// # Errors
    /// It was not given.
    pub fn market(&self) -> ProposeResult<&str> {
        given(&self.market, "the market contract", "--market-contract")
    }

    /// The insurance fund's address.
    ///
    /// # Errors
    /// It was not given.
    pub fn fund(&self) -> ProposeResult<&str> {
        given(&self.fund, "the insurance fund", "--fund")
    }

    /// The price feed's address.
    ///
    /// # Errors
    /// It was not given.
    pub fn price_feed(&self) -> ProposeResult<&str> {
        given(&self.price_feed, "the price feed", "--price-feed")
    }
}

fn given<'a>(address: &'a Option<String>, what: &str, option: &str) -> ProposeResult<&'a str> {
    address.as_deref().ok_or_else(|| {
        ProposeError::missing(
            format!("the address of {what}"),
            format!("{option} or --deployment"),
        )
    })
}

/// What the contracts answered, each part as its query prints it, bare or as wasmd wraps it in `data`.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// When it was asked, seconds.
    pub time: Option<u64>,
    /// Governance, `config`.
    pub governance: Option<GovernanceConfig>,
    /// Market contract, `config`.
    pub exchange: Option<ExchangeConfig>,
    /// Market contract, `market` of each market.
    pub markets: Vec<MarketResponse>,
    /// Market contract, `ledger`.
    pub ledger: Option<LedgerResponse>,
    /// Fund, `config`.
    pub fund: Option<FundConfig>,
    /// Fund, `market` of each market.
    pub claimants: Vec<ClaimantResponse>,
    /// Fund, `solvency`.
    pub solvency: Option<SolvencyResponse>,
    /// Fund, `surplus`.
    pub surplus: Option<SurplusResponse>,
    /// Price feed, `feeds`.
    pub feeds: Vec<FeedConfig>,
    /// The chain's own record of contracts.
    pub contracts: Vec<ContractRecord>,
}

/// What `wasmd query wasm contract` prints, as far as it is needed.
#[derive(Deserialize, Debug, Clone)]
pub struct ContractRecord {
    /// Where.
    pub address: String,
    /// The rest.
    pub contract_info: ContractInfo,
}

/// Code and admin of a contract.
#[derive(Deserialize, Debug, Clone)]
pub struct ContractInfo {
    /// The code it runs, in decimal.
    pub code_id: String,
    /// Who may migrate it; empty: nobody.
    #[serde(default)]
    pub admin: String,
}

impl State {
    /// Reads the file, or knows nothing.
    ///
    /// # Errors
    /// The file cannot be read, or is none.
    pub fn read(file: Option<&Path>) -> SimResult<Self> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        let mut parts: Map<String, Value> = from_file(file)?;
        let state = Self {
            time: part(file, &mut parts, "time")?,
            governance: part(file, &mut parts, "governance")?,
            exchange: part(file, &mut parts, "exchange")?,
            markets: part(file, &mut parts, "markets")?.unwrap_or_default(),
            ledger: part(file, &mut parts, "ledger")?,
            fund: part(file, &mut parts, "fund")?,
            claimants: part(file, &mut parts, "claimants")?.unwrap_or_default(),
            solvency: part(file, &mut parts, "solvency")?,
            surplus: part(file, &mut parts, "surplus")?,
            feeds: part(file, &mut parts, "feeds")?.unwrap_or_default(),
            contracts: part(file, &mut parts, "contracts")?.unwrap_or_default(),
        };
        match parts.keys().next() {
            None => Ok(state),
            Some(unknown) => Err(SimError::file(
                file,
                format!(
                    "{unknown:?} is no part of a state; expected time, governance, exchange, markets, ledger, fund, \
                     claimants, solvency, surplus, feeds, contracts"
                ),
            )),
        }
    }

    /// A market of the market contract, where it is known.
    #[must_use]
    pub fn known_market(&self, market: MarketId) -> Option<&MarketResponse> {
        self.markets.iter().find(|one| one.market == market)
    }

    /// A market of the market contract.
    ///
    /// # Errors
    /// The state does not have it.
    pub fn market(&self, market: MarketId) -> ProposeResult<&MarketResponse> {
        self.known_market(market).ok_or_else(|| {
            ProposeError::missing(
                format!("what market {market} is now"),
                "the market contract's answer to {\"market\":{\"market\":N}} under markets in the file of --state",
            )
        })
    }

    /// A market's standing in the fund, where it is known.
    #[must_use]
    pub fn known_claimant(&self, contract: &str, market: MarketId) -> Option<&ClaimantResponse> {
        self.claimants
            .iter()
            .find(|one| one.contract == contract && one.market == market)
    }

    /// A market's standing in the fund.
    ///
    /// # Errors
    /// The state does not have it.
    pub fn claimant(&self, contract: &str, market: MarketId) -> ProposeResult<&ClaimantResponse> {
        self.known_claimant(contract, market).ok_or_else(|| {
            ProposeError::missing(
                format!("the standing of market {market} of {contract} now"),
                "the fund's answer to {\"market\":{\"contract\":ADDRESS,\"market\":N}} under claimants in the file of \
                 --state",
            )
        })
    }

    /// Governance's settings, or its defaults.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.governance
            .as_ref()
            .map_or_else(ballast_governance::parameters::default_settings, |config| {
                config.settings.clone()
            })
    }

    /// Decimals of the collateral; six where nobody says.
    #[must_use]
    pub fn quote_decimals(&self) -> u8 {
        self.exchange
            .as_ref()
            .map_or(crate::listing::QUOTE_DECIMALS, |config| {
                config.collateral_decimals
            })
    }
}

/// JSON of a file.
///
/// # Errors
/// It cannot be read, or is something else.
pub fn from_file<T: DeserializeOwned>(file: &Path) -> SimResult<T> {
    let text = fs::read_to_string(file)
        .map_err(|error| SimError::file(file, format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| SimError::file(file, error))
}

fn part<T: DeserializeOwned>(
    file: &Path,
    parts: &mut Map<String, Value>,
    name: &str,
) -> SimResult<Option<T>> {
    let Some(value) = parts.remove(name) else {
        return Ok(None);
    };
    let value = match unwrapped(value) {
        Value::Array(all) => Value::Array(all.into_iter().map(unwrapped).collect()),
        other => other,
    };
    serde_json::from_value(value)
        .map(Some)
        .map_err(|error| SimError::file(file, format!("{name}: {error}")))
}

/// wasmd prints an answer as the field `data` of an object.
fn unwrapped(value: Value) -> Value {
    match value {
        Value::Object(mut object) if object.len() == 1 && object.contains_key("data") => {
            object.remove("data").unwrap_or_default()
        }
        other => other,
    }
}
