//! Which changes loosen, field by field, after the directions in [`crate::parameters`]; and what a change that
//! waited still changes.
//!
//! Two fields count by what they do. Maintenance margin is `initial margin * fraction`: a lower fraction of a higher
//! initial margin loosens only where the product falls. Both bounds of the initial margin's growth at 0 mean that
//! it never grows: the loosest of all.

use ballast_types::market::{Change, MarketParameters, OracleConfig};
use cosmwasm_std::{Addr, Decimal, Storage};

use crate::error::{ContractError, ContractResult};
use crate::parameters::{
    exchange_numbers, exchange_of, market_numbers, market_of, Range, EXCHANGE, MARKET, ORACLE,
};
use crate::state::{MarketConfig, CONFIG, MARKETS};

/// What is in force now of what a change is about.
pub fn in_force(storage: &dyn Storage, change: &Change) -> ContractResult<Change> {
    let market = |id| -> ContractResult<MarketConfig> {
        let stored = MARKETS.may_load(storage, id)?;
        Ok(stored.ok_or(ContractError::NoSuchMarket { market: id })?)
    };
    Ok(match change {
        // Nothing is in force of it: the change itself is answered.
        Change::ListMarket { .. } => change.clone(),
        Change::UpdateMarket { market: id, .. } => Change::UpdateMarket {
            market: *id,
            parameters: market(*id)?.parameters,
        },
        Change::UpdateOracle { market: id, .. } => Change::UpdateOracle {
            market: *id,
            oracle: oracle_of(&market(*id)?),
        },
        Change::UpdateParameters { .. } => Change::UpdateParameters {
            parameters: CONFIG.load(storage)?.parameters,
        },
        Change::SetInsuranceFund { .. } => Change::SetInsuranceFund {
            insurance_fund: CONFIG.load(storage)?.insurance_fund.map(Addr::into_string),
        },
        Change::SettleMarket { market } => Change::SettleMarket { market: *market },
    })
}

/// A market's oracle as messages name it.
#[must_use]
pub fn oracle_of(config: &MarketConfig) -> OracleConfig {
    OracleConfig {
        contract: config.oracle.to_string(),
        feed_id: config.feed_id.clone(),
        max_confidence_ppm: config.max_confidence_ppm,
        min_price: config.min_price,
        max_price: config.max_price,
    }
}

/// The first field that a change loosens, `None` where it only protects.
#[must_use]
pub fn loosened(before: &Change, after: &Change) -> Option<&'static str> {
    match (before, after) {
        (
            Change::UpdateMarket {
                parameters: before, ..
            },
            Change::UpdateMarket {
                parameters: after, ..
            },
        ) => first(MARKET, &by_effect(before), &by_effect(after)),
        (
            Change::UpdateParameters { parameters: before },
            Change::UpdateParameters { parameters: after },
        ) => first(
            EXCHANGE,
            &exchange_numbers(before),
            &exchange_numbers(after),
        ),
        (
            Change::UpdateOracle { oracle: before, .. },
            Change::UpdateOracle { oracle: after, .. },
        ) => loosened_oracle(before, after),
        (_, Change::ListMarket { .. } | Change::SettleMarket { .. }) => Some(after.as_str()),
        (before, after) => (before != after).then_some(after.as_str()),
    }
}

fn first(table: &[Range], before: &[i128], after: &[i128]) -> Option<&'static str> {
    table
        .iter()
        .zip(before.iter().zip(after))
        .find(|(range, (before, after))| range.loosens.loosened(**before, **after))
        .map(|(range, _)| range.name)
}

/// The numbers of a market's parameters, in the order of [`MARKET`], two of them by what they do.
#[must_use]
pub fn by_effect(parameters: &MarketParameters) -> Vec<i128> {
    let never = parameters.open_interest_upper.is_zero();
    MARKET
        .iter()
        .zip(market_numbers(parameters))
        .map(|(range, number)| match range.name {
            "maintenance_fraction_ppm" => i128::from(maintenance(parameters)),
            "open_interest_lower" | "open_interest_upper" if never => i128::MAX,
            _ => number,
        })
        .collect()
}

/// Maintenance margin fraction, times 10^12.
#[must_use]
pub fn maintenance(parameters: &MarketParameters) -> u64 {
    u64::from(parameters.initial_margin_ppm)
        .saturating_mul(u64::from(parameters.maintenance_fraction_ppm))
}

fn loosened_oracle(before: &OracleConfig, after: &OracleConfig) -> Option<&'static str> {
    let numbers = |oracle: &OracleConfig| [i128::from(oracle.max_confidence_ppm)];
    if (&before.contract, &before.feed_id) != (&after.contract, &after.feed_id) {
        Some("contract, feed_id")
    } else if after.min_price < before.min_price {
        Some("min_price")
    } else if after.max_price > before.max_price {
        Some("max_price")
    } else {
        first(ORACLE, &numbers(before), &numbers(after))
    }
}

/// A change as it is to be applied: fields that it left as they were take what is in force now.
#[must_use]
pub fn merged(base: &Change, change: &Change, in_force: &Change) -> Change {
    match (base, change, in_force) {
        (
            Change::UpdateMarket {
                parameters: base, ..
            },
            Change::UpdateMarket { market, parameters },
            Change::UpdateMarket {
                parameters: now, ..
            },
        ) => Change::UpdateMarket {
            market: *market,
            parameters: market_of(&pick(
                &market_numbers(base),
                &market_numbers(parameters),
                &market_numbers(now),
            )),
        },
        (
            Change::UpdateParameters { parameters: base },
            Change::UpdateParameters { parameters },
            Change::UpdateParameters { parameters: now },
        ) => Change::UpdateParameters {
            parameters: exchange_of(&pick(
                &exchange_numbers(base),
                &exchange_numbers(parameters),
                &exchange_numbers(now),
            )),
        },
        (
            Change::UpdateOracle { oracle: base, .. },
            Change::UpdateOracle { market, oracle },
            Change::UpdateOracle { oracle: now, .. },
        ) => Change::UpdateOracle {
            market: *market,
            oracle: merged_oracle(base, oracle, now),
        },
        (_, change, _) => change.clone(),
    }
}

fn pick(base: &[i128], wanted: &[i128], now: &[i128]) -> Vec<i128> {
    base.iter()
        .zip(wanted.iter().zip(now))
        .map(|(base, (wanted, now))| if wanted == base { *now } else { *wanted })
        .collect()
}

fn merged_oracle(base: &OracleConfig, wanted: &OracleConfig, now: &OracleConfig) -> OracleConfig {
    let price = |base: Decimal, wanted: Decimal, now: Decimal| {
        if wanted == base {
            now
        } else {
            wanted
        }
    };
    OracleConfig {
        contract: wanted.contract.clone(),
        feed_id: wanted.feed_id.clone(),
        max_confidence_ppm: if wanted.max_confidence_ppm == base.max_confidence_ppm {
            now.max_confidence_ppm
        } else {
            wanted.max_confidence_ppm
        },
        min_price: price(base.min_price, wanted.min_price, now.min_price),
        max_price: price(base.max_price, wanted.max_price, now.max_price),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{default_exchange, default_market};
    use cosmwasm_std::Uint128;

    fn market_change(change: impl FnOnce(&mut MarketParameters)) -> Option<&'static str> {
        let before = default_market();
        let mut after = before.clone();
        change(&mut after);
        let of = |parameters| Change::UpdateMarket {
            market: 0,
            parameters,
        };
        loosened(&of(before), &of(after))
    }

    // P2: each field in each direction, as the table says.
    #[test]
    fn every_field_loosens_in_the_direction_of_the_table() {
        let numbers = exchange_numbers(&default_exchange());
        for (table, numbers) in [(EXCHANGE, numbers), (MARKET, by_effect(&default_market()))] {
            for (place, range) in table.iter().enumerate() {
                for (step, way) in [(1, "up"), (-1, "down")] {
                    let mut after = numbers.clone();
                    after[place] += step;
                    let expected = ["either", way].contains(&range.loosens.as_str());
                    let found = first(table, &numbers, &after);
                    assert_eq!(
                        found,
                        expected.then_some(range.name),
                        "{} {way}",
                        range.name
                    );
                }
            }
        }
    }

    #[test]
    fn maintenance_counts_as_a_product() {
        let halved = market_change(|p| {
            p.initial_margin_ppm = 100_000;
            p.maintenance_fraction_ppm = 300_000;
        });
        assert_eq!(halved, None);
        let lower = market_change(|p| {
            p.initial_margin_ppm = 100_000;
            p.maintenance_fraction_ppm = 299_999;
        });
        assert_eq!(lower, Some("maintenance_fraction_ppm"));
    }

    #[test]
    fn an_initial_margin_that_never_grows_is_the_loosest() {
        let never = market_change(|p| {
            p.open_interest_lower = Uint128::zero();
            p.open_interest_upper = Uint128::zero();
        });
        assert_eq!(never, Some("open_interest_lower"));
    }

    #[test]
    fn what_was_tightened_in_between_stays() {
        let of = |parameters| Change::UpdateMarket {
            market: 0,
            parameters,
        };
        let base = default_market();
        let mut wanted = base.clone();
        wanted.taker_fee_ppm = 900;
        let mut now = base.clone();
        now.reduce_only = true;
        now.open_interest_cap = Uint128::one();
        let mut expected = now.clone();
        expected.taker_fee_ppm = 900;
        assert_eq!(merged(&of(base), &of(wanted), &of(now)), of(expected));
    }
}
