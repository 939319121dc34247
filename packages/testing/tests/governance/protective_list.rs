//! The protective list contains nothing that loosens: whatever else a message changes, it is not protective.
//! The fields are read from the messages' JSON, so a field that is added later is covered unnamed.

use ballast_governance::parameter_set::ParameterSet;
use ballast_governance::protective::{tightened, CLAIMANT_FIELDS, MARKET_FIELDS};
use ballast_testing::suite::{claimant_parameters, market_parameters};
use ballast_types::fund::ClaimantParameters;
use ballast_types::market::MarketParameters;
use proptest::prelude::*;
use serde_json::Value;

/// What may be tightened, and whether by more (+) or by less (-): written down once more, from design
/// section 8 and not from the code.
const MARKET: [(&str, char); 3] = [
    ("initial_margin_ppm", '+'),
    ("open_interest_cap", '-'),
    ("reduce_only", '+'),
];
const CLAIMANT: [(&str, char); 3] = [
    ("risk_weight_ppm", '+'),
    ("open_interest_cap", '-'),
    ("reserve_target", '+'),
];

fn fields<T: cosmwasm_schema::serde::Serialize>(parameters: &T) -> Vec<(String, Value)> {
    let Value::Object(fields) = serde_json::to_value(parameters).unwrap() else {
        panic!("parameters are an object");
    };
    fields.into_iter().collect()
}

/// As governance reads them.
fn set<T: cosmwasm_schema::serde::Serialize>(parameters: &T) -> ParameterSet {
    cosmwasm_std::from_json(cosmwasm_std::to_json_vec(parameters).unwrap()).unwrap()
}

fn number(value: &Value) -> i128 {
    match value {
        Value::Bool(yes) => i128::from(*yes),
        Value::Number(number) => number.as_i64().unwrap().into(),
        Value::String(text) => text.parse().unwrap(),
        other => panic!("no number: {other}"),
    }
}

/// Which fields differ and how: as the judge sees it.
fn verdict<T: cosmwasm_schema::serde::Serialize>(
    list: &[(&str, char)],
    current: &T,
    proposed: &T,
) -> bool {
    let mut changes = 0;
    for ((name, before), (_, after)) in fields(current).iter().zip(fields(proposed)) {
        if *before == after {
            continue;
        }
        changes += 1;
        let way = list.iter().find(|(listed, _)| listed == name);
        let grows = number(&after) > number(before);
        match way {
            Some((_, '+')) if grows => {}
            Some((_, '-')) if !grows => {}
            _ => return false,
        }
    }
    changes > 0
}

/// The parameters with some of their fields moved up or down.
fn moved<T>(parameters: &T, moves: &[(usize, i64)]) -> T
where
    T: cosmwasm_schema::serde::Serialize + cosmwasm_schema::serde::de::DeserializeOwned,
{
    let mut object = serde_json::to_value(parameters).unwrap();
    let names: Vec<String> = fields(parameters)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for (at, by) in moves {
        let field = &mut object[&names[at % names.len()]];
        *field = match &*field {
            Value::Bool(_) => Value::Bool(*by > 0),
            Value::Number(number) => Value::from((number.as_i64().unwrap() + by).max(0)),
            Value::String(text) => {
                let number: u128 = text.parse().unwrap();
                Value::String(number.saturating_add_signed((*by).into()).to_string())
            }
            other => other.clone(),
        };
    }
    serde_json::from_value(object).unwrap()
}

/// Every single field, moved either way: accepted are exactly those of the list, in their direction.
#[test]
fn exactly_the_listed_fields_move_in_exactly_one_direction() {
    let current = MarketParameters {
        initial_margin_ppm: 50_000,
        ..market_parameters(6)
    };
    let mut accepted = vec![];
    for at in 0..fields(&current).len() {
        for by in [-1, 1] {
            let proposed = moved(&current, &[(at, by)]);
            if tightened(MARKET_FIELDS, &set(&current), &set(&proposed)).is_ok() {
                let sign = if by > 0 { '+' } else { '-' };
                accepted.push((fields(&current)[at].0.clone(), sign));
            }
        }
    }
    let mut expected = MARKET.map(|(name, sign)| (name.to_owned(), sign)).to_vec();
    expected.sort();
    accepted.sort();
    assert_eq!(accepted, expected);

    let current = claimant_parameters(6);
    let mut accepted = vec![];
    for at in 0..fields(&current).len() {
        for by in [-1, 1] {
            let proposed = moved(&current, &[(at, by)]);
            if tightened(CLAIMANT_FIELDS, &set(&current), &set(&proposed)).is_ok() {
                let sign = if by > 0 { '+' } else { '-' };
                accepted.push((fields(&current)[at].0.clone(), sign));
            }
        }
    }
    let mut expected = CLAIMANT
        .map(|(name, sign)| (name.to_owned(), sign))
        .to_vec();
    expected.sort();
    accepted.sort();
    assert_eq!(accepted, expected);
}

/// Moves of few fields, among them often listed ones, so that mixtures of tightening and loosening occur.
fn moves(fields: usize) -> impl Strategy<Value = Vec<(usize, i64)>> {
    proptest::collection::vec((0..fields, prop_oneof![-1_000_i64..0, 1_i64..1_000]), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn mixtures_are_judged_as_the_list_says(moves in moves(64)) {
        let current = market_parameters(6);
        let proposed = moved(&current, &moves);
        let found = tightened(MARKET_FIELDS, &set(&current), &set(&proposed));
        prop_assert_eq!(found.is_ok(), verdict(&MARKET, &current, &proposed), "{:?}", found);

        let current: ClaimantParameters = claimant_parameters(6);
        let proposed = moved(&current, &moves);
        let found = tightened(CLAIMANT_FIELDS, &set(&current), &set(&proposed));
        prop_assert_eq!(found.is_ok(), verdict(&CLAIMANT, &current, &proposed), "{:?}", found);
    }
}
