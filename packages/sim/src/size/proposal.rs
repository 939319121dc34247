//! The messages that set what was sized, as the contracts' own types, checked by the contracts' own checks.
//!
//! ```json
//! {
//!   "messages": [{ "to": "perp-market", "msg": { "list_market": {} } },
//!                { "to": "insurance-fund", "msg": { "register_market": {} } }],
//!   "fund_size": "123000000",
//!   "top_ups": [{ "kind": "reserve", "market": 0, "amount": "98000000" }]
//! }
//! ```
//!
//! Coins are not part of a message: `top_ups` names what is to be paid in. In a fund that holds something already a new
//! market waits; register it before the first coin, and both are in force at once.

use std::path::Path;

use ballast_insurance_fund::default_parameters;
use ballast_perp_market::parameters::{check_listing, MAX_MARKETS};
use ballast_types::fund::{
    ClaimantParameters, ConfigResponse, ExecuteMsg as FundMsg, FundParameters, TopUpKind,
};
use ballast_types::market::{ExecuteMsg as MarketMsg, ListMarket, MarketParameters, OracleConfig};
use cosmwasm_std::{Decimal, Uint128};
use serde::Serialize;

use super::arguments::SizeArgs;
use super::sizing::{Clipped, Sizing};
use crate::error::{SimError, SimResult};
use crate::listing::{Listing, BASE_DECIMALS};
use crate::prices::Series;
use crate::stress::Money;

/// How far beyond the prices of the history the oracle's bounds lie, as a factor.
const PRICE_ROOM: u128 = 30;

/// Most that an oracle's price bounds may be apart, as a factor.
const BOUNDS_APART: u128 = 1_000_000;

/// Half-width of the oracle's confidence interval above which a price allows no new risk, ppm.
const MAX_CONFIDENCE_PPM: u32 = 10_000;

/// A message and the contract it is for.
#[derive(Serialize, Clone, Debug)]
pub struct Message {
    /// `perp-market` or `insurance-fund`.
    pub to: &'static str,
    /// The message.
    pub msg: Body,
}

/// A message of either contract.
#[derive(Serialize, Clone, Debug)]
#[serde(untagged)]
pub enum Body {
    /// Of the market.
    Market(Box<MarketMsg>),
    /// Of the fund.
    Fund(Box<FundMsg>),
}

/// Coins to be paid in.
#[derive(Serialize, Clone, Debug)]
pub struct Payment {
    /// To which layer.
    pub kind: TopUpKind,
    /// Whose reserve.
    pub market: Option<u32>,
    /// Quote atoms.
    pub amount: Money,
}

/// What `--write` writes.
#[derive(Serialize, Clone, Debug)]
pub struct Proposal {
    /// In this order.
    pub messages: Vec<Message>,
    /// What the fund is to hold, quote atoms.
    pub fund_size: Money,
    /// How it is divided.
    pub top_ups: Vec<Payment>,
    /// What hard ranges changed.
    pub clipped: Vec<Clipped>,
    /// The command that computed it.
    pub command: String,
}

/// The fund's parameters before they are sized: those of `--fund-config`, or the contract's defaults.
///
/// # Errors
/// [`SimError::Input`] where the file is not the answer of the fund's query `config`.
pub fn base_parameters(file: Option<&Path>) -> SimResult<FundParameters> {
    let Some(file) = file else {
        return Ok(default_parameters());
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| SimError::file(file, format!("cannot be read: {error}")))?;
    let expected = "expected the answer of the insurance fund's query {\"config\":{}}";
    let answer: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| SimError::file(file, format!("is not JSON: {error}; {expected}")))?;
    // Command lines of chains wrap an answer in `data`.
    let answer = answer.get("data").cloned().unwrap_or(answer);
    let config: ConfigResponse = serde_json::from_value(answer)
        .map_err(|error| SimError::file(file, format!("{error}; {expected}")))?;
    Ok(config.parameters)
}

/// Checks that what is asked for can be written.
///
/// # Errors
/// [`SimError::Usage`] for addresses or feeds that are missing or too many.
pub fn check_options(args: &SizeArgs) -> SimResult<()> {
    let markets = args.prices.len();
    let last = u64::from(args.first_market) + u64::try_from(markets).unwrap_or(u64::MAX);
    if last > u64::from(MAX_MARKETS) {
        return Err(SimError::Usage(format!(
            "--first-market {} leaves no number for {markets} markets; expected numbers below {MAX_MARKETS}",
            args.first_market
        )));
    }
    if args.write.is_none() || args.adjust {
        return Ok(());
    }
    if args.oracle.is_none() || args.feed.len() != markets {
        return Err(SimError::Usage(format!(
            "--write lists markets: expected --oracle and {markets} of --feed, found {} of --feed; or --adjust, where they \
             are listed already",
            args.feed.len()
        )));
    }
    Ok(())
}

/// The messages. Markets keep their order; their numbers begin with `--first-market`.
///
/// # Errors
/// [`SimError::Usage`] with what a contract would refuse.
pub fn proposal(
    args: &SizeArgs,
    series: &[Series],
    sizing: &Sizing,
    parameters: &MarketParameters,
    command: String,
) -> SimResult<Proposal> {
    sizing.check()?;
    let contract = args.market_contract.clone().unwrap_or_default();
    let mut messages = vec![];
    if !args.adjust {
        for (index, one) in series.iter().enumerate() {
            let Some(claimant) = sizing.claimants.get(index) else {
                continue;
            };
            let listing = listing(args, index, one, market_parameters(parameters, claimant))?;
            messages.push(Message {
                to: "perp-market",
                msg: Body::Market(Box::new(MarketMsg::ListMarket(listing))),
            });
        }
    }
    for (market, claimant) in (args.first_market..).zip(&sizing.claimants) {
        let (contract, parameters) = (contract.clone(), claimant.clone());
        let message = if args.adjust {
            FundMsg::UpdateMarket {
                contract,
                market,
                parameters,
            }
        } else {
            FundMsg::RegisterMarket {
                contract,
                market,
                parameters,
            }
        };
        messages.push(to_fund(message));
    }
    messages.push(to_fund(FundMsg::UpdateParameters {
        parameters: sizing.parameters.clone(),
    }));
    let mut top_ups: Vec<Payment> = (args.first_market..)
        .zip(&sizing.capital.reserves)
        .map(|(market, reserve)| Payment {
            kind: TopUpKind::Reserve,
            market: Some(market),
            amount: Money(*reserve),
        })
        .collect();
    top_ups.push(Payment {
        kind: TopUpKind::Donation,
        market: None,
        amount: Money(sizing.capital.mutual),
    });
    Ok(Proposal {
        messages,
        fund_size: Money(sizing.capital.fund()),
        top_ups,
        clipped: sizing.clipped.clone(),
        command,
    })
}

fn to_fund(message: FundMsg) -> Message {
    Message {
        to: "insurance-fund",
        msg: Body::Fund(Box::new(message)),
    }
}

/// Parameters of a market of this size: initial margin grows above its cap, impact is read at half a percent of it.
#[must_use]
pub fn market_parameters(
    parameters: &MarketParameters,
    claimant: &ClaimantParameters,
) -> MarketParameters {
    let cap = claimant.open_interest_cap;
    let twice = cap.saturating_add(cap);
    let impact = Uint128::new((cap.u128() / 200).max(1));
    MarketParameters {
        open_interest_lower: cap,
        open_interest_upper: twice,
        open_interest_cap: cap,
        impact_notional: parameters.impact_notional.min(impact),
        ..parameters.clone()
    }
}

fn listing(
    args: &SizeArgs,
    index: usize,
    series: &Series,
    parameters: MarketParameters,
) -> SimResult<ListMarket> {
    let chosen = Listing::choose(index, series, series.start(), series.end())?;
    let (low, high) = series.range(series.start(), series.end());
    let (min_price, max_price) = bounds(chosen.price(low), chosen.price(high));
    let listing = ListMarket {
        symbol: chosen.symbol.clone(),
        base_decimals: BASE_DECIMALS,
        tick_size: chosen.tick_size(),
        lot_size: Uint128::new(chosen.lot_size),
        isolated: false,
        oracle: OracleConfig {
            contract: args.oracle.clone().unwrap_or_default(),
            feed_id: args.feed.get(index).cloned().unwrap_or_default(),
            max_confidence_ppm: MAX_CONFIDENCE_PPM,
            min_price,
            max_price,
        },
        parameters,
    };
    check_listing(&listing).map_err(|error| {
        SimError::Usage(format!(
            "{}: the market would refuse this listing: {error}",
            series.source
        ))
    })?;
    Ok(listing)
}

/// Bounds that leave room beyond the history, no further apart than a contract allows.
fn bounds(low: Decimal, high: Decimal) -> (Decimal, Decimal) {
    let (low, high) = (low.atomics().u128(), high.atomics().u128());
    let mut min = (low / PRICE_ROOM).max(1);
    let max = high.saturating_mul(PRICE_ROOM);
    min = min.max(max.div_ceil(BOUNDS_APART)).min(low.max(1));
    (
        Decimal::new(Uint128::new(min)),
        Decimal::new(Uint128::new(
            max.min(min.saturating_mul(BOUNDS_APART)).max(min + 1),
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_leave_room_and_stay_together() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let show = |low, high| {
            let (min, max) = bounds(decimal(low), decimal(high));
            format!("{min} {max}")
        };
        assert_eq!(show("30000", "60000"), "1000 1800000");
        // A history that moved by a factor of 10,000: the room below is what is left.
        assert_eq!(show("0.01", "100"), "0.003 3000");
    }
}
