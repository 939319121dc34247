//! `cargo ballast parameters`: what every parameter is, its default, its hard range and which change of it waits. Made from
//! the tables that the contracts check, and the words of the messages' own documentation.

use std::fmt::Write;

use ballast_governance::parameters as governance;
use ballast_insurance_fund::parameters as fund;
use ballast_perp_market::parameters as market;
use ballast_price_feed::validate as price_feed;
use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::governance::Settings;
use ballast_types::market::{ExchangeParameters, MarketParameters};
use cosmwasm_schema::schema_for;
use serde_json::Value;

use crate::cli::ParametersArgs;
use crate::error::{SimError, SimResult};
use crate::generated::emit;

const ABOUT: &str = "\
# Parameters

Written by `cargo ballast parameters --write docs/parameters.md` from the tables that the contracts check; do not edit.

Both ends of a range are allowed. Money is in atoms of the collateral, with defaults for six decimals; `ppm` are parts per
million. *Loosens*: which change takes protection from somebody, and so waits where the contract is told to (`up`, `down`,
`either`); the other direction acts at once. Nobody can set a value outside its range, governance included.
";

/// One parameter, in words.
struct Row {
    name: String,
    about: String,
    default: String,
    range: [String; 2],
    loosens: Option<&'static str>,
}

/// Prints, writes or checks the document.
///
/// # Errors
/// The file cannot be read or written, or differs; a parameter has no documentation.
pub fn run(args: &ParametersArgs) -> SimResult<()> {
    emit(
        &document()?,
        args.write.as_deref(),
        args.check.as_deref(),
        "cargo ballast parameters",
    )
}

/// The whole document.
///
/// # Errors
/// A parameter has no documentation.
pub fn document() -> SimResult<String> {
    let exchange = described(market::EXCHANGE, &schema(schema_for!(ExchangeParameters))?)?;
    let of_market = described(market::MARKET, &schema(schema_for!(MarketParameters))?)?;
    let mut text = ABOUT.to_owned();
    section(
        &mut text,
        "perp-market: the exchange",
        "`update_parameters`, by the owner.",
        &exchange,
    );
    rules(
        &mut text,
        market::EXCHANGE_RELATIONS.iter().map(|one| one.rule),
    );
    section(
        &mut text,
        "perp-market: a market",
        "`list_market`, `update_market`, by the owner.",
        &of_market,
    );
    rules(
        &mut text,
        market::MARKET_RELATIONS.iter().map(|one| one.rule),
    );
    section(
        &mut text,
        "perp-market: listing and oracle",
        "`list_market`, `update_oracle`, by the owner.",
        &listing(),
    );
    rules(
        &mut text,
        market::ORACLE_RELATIONS.iter().map(|one| one.rule),
    );
    section(
        &mut text,
        "insurance-fund",
        "`update_parameters`, by the owner.",
        &of_fund()?,
    );
    rules(&mut text, fund::FUND_RELATIONS.iter().map(|one| one.rule));
    section(
        &mut text,
        "insurance-fund: a market behind it",
        "`register_market`, `update_market`, by the owner.",
        &of_claimant()?,
    );
    section(
        &mut text,
        "governance",
        "Its own settings, by a proposal.",
        &of_governance()?,
    );
    let reasons = governance::RELATIONS
        .iter()
        .map(|one| format!("{}, so that {}", one.rule, one.reason));
    rules(&mut text, reasons);
    section(
        &mut text,
        "price-feed: a feed",
        "`set_feed`, by the owner.",
        &of_feed(),
    );
    Ok(text)
}

fn schema(schema: impl serde::Serialize) -> SimResult<Value> {
    serde_json::to_value(schema).map_err(|error| SimError::internal(format_args!("{error}")))
}

/// The first paragraph of a field's documentation; the path's names are divided by dots.
fn about(schema: &Value, path: &str) -> SimResult<String> {
    let missing = || SimError::internal(format_args!("{path} has no documentation"));
    let mut object = schema;
    let mut field = schema;
    for name in path.split('.') {
        field = object
            .get("properties")
            .and_then(|all| all.get(name))
            .ok_or_else(missing)?;
        // The fields of a field that is an object stand among the schema's definitions.
        let reference = field.pointer("/allOf/0/$ref").or_else(|| field.get("$ref"));
        let definition = reference
            .and_then(Value::as_str)
            .and_then(|reference| schema.pointer(reference.trim_start_matches('#')));
        object = definition.unwrap_or(&Value::Null);
    }
    let text = field
        .get("description")
        .and_then(Value::as_str)
        .ok_or_else(missing)?;
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    Ok(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn described(ranges: &[market::Range], schema: &Value) -> SimResult<Vec<Row>> {
    ranges
        .iter()
        .map(|range| {
            let [default, min, max] =
                [range.default, range.min, range.max].map(|value| shown(range.name, value));
            Ok(Row {
                name: range.name.to_owned(),
                about: about(schema, range.name)?,
                default,
                range: [min, max],
                loosens: Some(range.loosens.as_str()),
            })
        })
        .collect()
}

fn listing() -> Vec<Row> {
    let row = |range: &market::Range, about: &str, loosens| Row {
        name: range.name.to_owned(),
        about: about.to_owned(),
        default: String::new(),
        range: [range.min, range.max].map(|value| shown(range.name, value)),
        loosens,
    };
    let fixed = market::LISTING
        .iter()
        .map(|range| row(range, "Fixed at listing.", None));
    let oracle = market::ORACLE
        .iter()
        .map(|range| row(range, "Of the oracle.", Some(range.loosens.as_str())));
    fixed.chain(oracle).collect()
}

fn of_fund() -> SimResult<Vec<Row>> {
    let schema = schema(schema_for!(FundParameters))?;
    let defaults = fund::default_parameters();
    fund::FUND_RANGES
        .iter()
        .map(|range| {
            let value = |value: u128| shown(range.name, value);
            Ok(Row {
                name: range.name.to_owned(),
                about: about(&schema, range.name)?,
                default: value((range.value)(&defaults)),
                range: [value(range.min), value(range.max)],
                loosens: Some(range.loosens.as_str()),
            })
        })
        .collect()
}

fn of_claimant() -> SimResult<Vec<Row>> {
    let schema = schema(schema_for!(ClaimantParameters))?;
    fund::CLAIMANT_RANGES
        .iter()
        .map(|range| {
            Ok(Row {
                name: range.name.to_owned(),
                about: about(&schema, range.name)?,
                default: String::new(),
                range: [range.min, range.max].map(|value| shown(range.name, value)),
                loosens: Some(range.loosens.as_str()),
            })
        })
        .collect()
}

fn of_governance() -> SimResult<Vec<Row>> {
    let schema = schema(schema_for!(Settings))?;
    let shares = governance::SHARES.iter().map(|share| {
        (
            share.name,
            [share.default, share.min, share.max].map(|value| value.to_string()),
        )
    });
    let times = governance::TIMES.iter().map(|range| {
        (
            range.name,
            [range.default, range.min, range.max].map(|value| shown(range.name, value)),
        )
    });
    shares
        .chain(times)
        .map(|(name, [default, min, max])| {
            Ok(Row {
                name: name.to_owned(),
                about: about(&schema, name)?,
                default,
                range: [min, max],
                loosens: None,
            })
        })
        .collect()
}

fn of_feed() -> Vec<Row> {
    let row = |name: &str, about: &str, min: String, max: String, loosens: &'static str| Row {
        name: name.to_owned(),
        about: about.to_owned(),
        default: String::new(),
        range: [min, max],
        loosens: Some(loosens),
    };
    let most = |value: usize| grouped(&value.to_string());
    let (expo, age) = (price_feed::MAX_EXPO, price_feed::MAX_AGE_SECS);
    vec![
        row(
            "symbol",
            "Characters.",
            "1".to_owned(),
            most(price_feed::MAX_SYMBOL),
            "",
        ),
        row(
            "expo",
            "Of ten.",
            format!("-{expo}"),
            expo.to_string(),
            "either",
        ),
        row(
            "max_age_secs",
            "Age up to which a feeder's price counts.",
            "1".to_owned(),
            shown("max_age_secs", age),
            "either",
        ),
        row(
            "feeders",
            "Their number.",
            "1".to_owned(),
            most(price_feed::MAX_FEEDERS),
            "up",
        ),
        row(
            "quorum",
            "Prices that make an answer.",
            "more than half".to_owned(),
            "all feeders".to_owned(),
            "down",
        ),
        row(
            "prices of a message",
            "Of a feeder's.",
            "1".to_owned(),
            most(price_feed::MAX_UPDATES),
            "",
        ),
        Row {
            name: "adverse_delay_secs".to_owned(),
            about: "How long what loosens waits; of all feeds, by `set_adverse_delay`.".to_owned(),
            default: shown("adverse_delay_secs", price_feed::DEFAULT_ADVERSE_DELAY_SECS),
            range: [
                price_feed::MIN_ADVERSE_DELAY_SECS,
                price_feed::MAX_ADVERSE_DELAY_SECS,
            ]
            .map(|secs| shown("adverse_delay_secs", secs)),
            loosens: Some("down"),
        },
    ]
}

/// A number as people read it; times also in the largest whole unit.
pub(crate) fn shown(name: &str, value: impl ToString) -> String {
    let plain = value.to_string();
    let text = grouped(&plain);
    let unit = plain
        .parse::<u64>()
        .ok()
        .filter(|_| name.ends_with("_secs"))
        .and_then(crate::clock::whole_units)
        .map(|unit| format!(" ({unit})"));
    text + &unit.unwrap_or_default()
}

/// Thousands apart; powers that are only a bound as such.
fn grouped(plain: &str) -> String {
    for power in [112u32, 120] {
        let value = 1i128 << power;
        for (bound, text) in [
            (value, format!("2^{power}")),
            (value - 1, format!("2^{power} - 1")),
        ] {
            if plain == bound.to_string() {
                return text;
            }
        }
    }
    let zeros = plain.len() - plain.trim_end_matches('0').len();
    if zeros > 18 && plain.len() == zeros + 1 && plain.starts_with('1') {
        return format!("10^{zeros}");
    }
    let digits = plain.trim_start_matches('-');
    let mut text = plain[..plain.len() - digits.len()].to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn section(text: &mut String, title: &str, set_by: &str, rows: &[Row]) {
    let loosens = rows.iter().any(|row| row.loosens.is_some());
    let defaults = rows.iter().any(|row| !row.default.is_empty());
    let mut head = vec!["name", "what"];
    if defaults {
        head.push("default");
    }
    head.extend(["min", "max"]);
    if loosens {
        head.push("loosens");
    }
    let _ = write!(
        text,
        "\n## {title}\n\n{set_by}\n\n| {} |\n",
        head.join(" | ")
    );
    let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
    for row in rows {
        let name = if row.name.contains(' ') {
            row.name.clone()
        } else {
            format!("`{}`", row.name)
        };
        let mut cells = vec![name, row.about.replace('|', "\\|")];
        if defaults {
            cells.push(row.default.clone());
        }
        cells.extend(row.range.clone());
        if loosens {
            cells.push(row.loosens.unwrap_or_default().to_owned());
        }
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn rules<T: AsRef<str>>(text: &mut String, rules: impl Iterator<Item = T>) {
    text.push_str("\nBesides:\n\n");
    for rule in rules {
        let _ = writeln!(text, "- {}", rule.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(shown("fee", 1_234_567), "1,234,567");
        assert_eq!(shown("fee", -1_000), "-1,000");
        assert_eq!(shown("delay_secs", 1_814_400), "1,814,400 (21 d)");
        assert_eq!(shown("delay_secs", 61), "61");
        assert_eq!(shown("cap", i128::MAX >> 15), "2^112 - 1");
        assert_eq!(shown("fee", 10u128.pow(24)), "10^24");
    }

    #[test]
    fn every_parameter_is_described() {
        let text = document().unwrap();
        for name in [
            "`trigger_order_fee`",
            "`thresholds.surplus_ppm`",
            "`veto_threshold`",
        ] {
            let row = text
                .lines()
                .find(|line| line.starts_with(&format!("| {name} |")));
            assert!(
                row.unwrap().split(" | ").nth(1).unwrap().len() > 10,
                "{name}"
            );
        }
    }

    // What is committed is what the contracts check.
    #[test]
    fn the_committed_document_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/parameters.md");
        let committed = std::fs::read_to_string(file).unwrap();
        assert_eq!(
            committed,
            document().unwrap(),
            "cargo ballast parameters --write docs/parameters.md"
        );
    }
}
