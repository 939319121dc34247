//! What a message changes, field by field: from what, to what, and whether that loosens.

use ballast_insurance_fund::parameters::{Range as FundRange, CLAIMANT_RANGES, FUND_RANGES};
use ballast_perp_market::parameters::{exchange_numbers, Range, EXCHANGE, MARKET};
use ballast_perp_market::pending::loosening::by_effect;
use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::market::{ExchangeParameters, MarketParameters};
use serde::Serialize;
use serde_json::Value;

/// Which way a field moves.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Takes protection from somebody who relies on it.
    Loosens,
    /// Protects.
    Tightens,
}

/// One field that changes.
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// As in the message; names of inner fields after dots.
    pub field: String,
    /// What it is now; null: not given.
    pub from: Option<String>,
    /// What it becomes.
    pub to: String,
    /// Which way; null where the contract has no direction for it or `from` is not known.
    pub direction: Option<Direction>,
}

/// What is known of what is in force.
pub enum Before<'a, T> {
    /// Nothing is there yet.
    New,
    /// Nobody said.
    NotGiven,
    /// This.
    Known(&'a T),
}

/// Fields that differ; all of them where nothing is known to compare with.
pub fn differences<T: Serialize>(
    before: &Before<T>,
    after: &T,
    direction: impl Fn(&str) -> Option<Direction>,
) -> Vec<FieldChange> {
    let mut to = vec![];
    flatten(
        "",
        &serde_json::to_value(after).unwrap_or_default(),
        &mut to,
    );
    let mut from = vec![];
    if let Before::Known(before) = before {
        flatten(
            "",
            &serde_json::to_value(before).unwrap_or_default(),
            &mut from,
        );
    }
    let was = |field: &str| {
        let found = from.iter().find(|(name, _)| name == field);
        match before {
            Before::New => Some("none".to_owned()),
            Before::NotGiven => None,
            Before::Known(_) => Some(found.map_or("none".to_owned(), |(_, value)| value.clone())),
        }
    };
    to.into_iter()
        .map(|(field, to)| FieldChange {
            from: was(&field),
            direction: None,
            field,
            to,
        })
        .filter(|change| change.from.as_ref() != Some(&change.to))
        .map(|change| FieldChange {
            direction: direction(&change.field),
            ..change
        })
        .collect()
}

fn flatten(path: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                flatten(&path, value, into);
            }
        }
        Value::Null => into.push((path.to_owned(), "none".to_owned())),
        Value::String(text) => into.push((path.to_owned(), text.clone())),
        Value::Array(all) => {
            let texts: Vec<String> = all
                .iter()
                .map(|one| one.as_str().map_or(one.to_string(), ToOwned::to_owned))
                .collect();
            into.push((path.to_owned(), texts.join(", ")));
        }
        other => into.push((path.to_owned(), other.to_string())),
    }
}

/// Of a market's parameters.
#[must_use]
pub fn of_market(before: &Before<MarketParameters>, after: &MarketParameters) -> Vec<FieldChange> {
    differences(before, after, |field| match before {
        Before::Known(before) => numbered(MARKET, &by_effect(before), &by_effect(after), field),
        _ => None,
    })
}

/// Of the exchange's parameters.
#[must_use]
pub fn of_exchange(
    before: &Before<ExchangeParameters>,
    after: &ExchangeParameters,
) -> Vec<FieldChange> {
    differences(before, after, |field| match before {
        Before::Known(before) => {
            let (before, after) = (exchange_numbers(before), exchange_numbers(after));
            numbered(EXCHANGE, &before, &after, field)
        }
        _ => None,
    })
}

/// Of a market's standing in the fund.
#[must_use]
pub fn of_claimant(
    before: &Before<ClaimantParameters>,
    after: &ClaimantParameters,
) -> Vec<FieldChange> {
    differences(before, after, |field| {
        ranged(CLAIMANT_RANGES, before, after, field)
    })
}

/// Of the fund's parameters.
#[must_use]
pub fn of_fund(before: &Before<FundParameters>, after: &FundParameters) -> Vec<FieldChange> {
    differences(before, after, |field| {
        ranged(FUND_RANGES, before, after, field)
    })
}

fn numbered(table: &[Range], before: &[i128], after: &[i128], field: &str) -> Option<Direction> {
    let (range, (before, after)) = table
        .iter()
        .zip(before.iter().zip(after))
        .find(|(range, _)| range.name == field)?;
    direction(range.loosens.loosened(before, after), before != after)
}

fn ranged<T>(
    table: &[FundRange<T>],
    before: &Before<T>,
    after: &T,
    field: &str,
) -> Option<Direction> {
    let Before::Known(before) = before else {
        return None;
    };
    let range = table.iter().find(|range| range.name == field)?;
    let (before, after) = ((range.value)(before), (range.value)(after));
    direction(range.loosens.loosened(before, after), before != after)
}

fn direction(loosened: bool, moved: bool) -> Option<Direction> {
    match (loosened, moved) {
        (true, _) => Some(Direction::Loosens),
        (false, true) => Some(Direction::Tightens),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_perp_market::parameters::default_market;

    #[test]
    fn each_field_says_which_way_it_moves() {
        let before = default_market();
        let mut after = before.clone();
        after.initial_margin_ppm = 100_000;
        after.maintenance_fraction_ppm = 300_000;
        after.taker_fee_ppm += 1;
        after.reduce_only = true;
        let found = of_market(&Before::Known(&before), &after);
        let of = |field: &str| {
            let change = found.iter().find(|change| change.field == field).unwrap();
            (change.from.as_deref(), change.to.as_str(), change.direction)
        };
        let tightens = Some(Direction::Tightens);
        assert_eq!(found.len(), 4);
        assert_eq!(
            of("initial_margin_ppm"),
            (Some("50000"), "100000", tightens)
        );
        // Half the fraction of twice the margin: what counts is the product.
        assert_eq!(
            of("maintenance_fraction_ppm"),
            (Some("600000"), "300000", None)
        );
        assert_eq!(of("reduce_only"), (Some("false"), "true", tightens));
        let loosens = Some(Direction::Loosens);
        assert_eq!(of("taker_fee_ppm"), (Some("500"), "501", loosens));
    }

    #[test]
    fn inner_fields_have_the_names_of_the_ranges() {
        let before = ballast_insurance_fund::default_parameters();
        let mut after = before.clone();
        after.thresholds.watch_ppm -= 1;
        let found = of_fund(&Before::Known(&before), &after);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].field, "thresholds.watch_ppm");
        assert_eq!(found[0].direction, Some(Direction::Loosens));
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        let after = default_market();
        let found = of_market(&Before::NotGiven, &after);
        assert_eq!(found.len(), MARKET.len());
        assert!(found
            .iter()
            .all(|one| one.from.is_none() && one.direction.is_none()));
        let new = of_market(&Before::New, &after);
        assert!(new.iter().all(|one| one.from.as_deref() == Some("none")));
    }
}
