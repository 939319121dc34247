//! Families from documentation: liquidation prices, allocations, the drawdown rule. Amounts are decimals; they are taken
//! with as many atoms as the crate allows, so that nothing is rounded on the way in.

use ballast_risk as risk;
use ballast_risk::{AccountRisk, MarginParameters, PositionRisk, PriceRatio, ValueScale};
use cosmwasm_std::{Decimal, Int128, Uint128};
use num_bigint::BigInt;
use serde_json::{json, Map, Value};

use crate::read::{
    cannot, decimal_or, field, parse_decimal, parse_int, printed_like, text, Case, Outcome,
};

/// Quote and base decimals that the documents' amounts are read with.
const DECIMALS: u32 = 12;
const DECIMALS_U8: u8 = 12;

/// A position at an oracle price in an account of given equity, as the documents describe it.
struct Described {
    account: AccountRisk,
    position: PositionRisk,
    size: Int128,
    price: Decimal,
    scale: ValueScale,
    parameters: MarginParameters,
}

impl Described {
    fn new(
        equity: Int128,
        other_margin: Uint128,
        size: Int128,
        price: Decimal,
        mmf_ppm: u32,
    ) -> Outcome<Self> {
        let scale = ValueScale::new(DECIMALS_U8, DECIMALS_U8)?;
        let parameters = MarginParameters {
            initial_margin_ppm: mmf_ppm,
            maintenance_fraction_ppm: risk::PPM,
            ..MarginParameters::default()
        };
        let position = risk::position_risk(&scale, size, price, &parameters, mmf_ppm)?;
        let account = AccountRisk {
            equity,
            initial_margin: position.initial_margin,
            maintenance_margin: position
                .maintenance_margin
                .checked_add(other_margin)
                .unwrap(),
        };
        Ok(Self {
            account,
            position,
            size,
            price,
            scale,
            parameters,
        })
    }

    fn liquidation_price(&self, like: &Value) -> Outcome<Value> {
        let price = risk::liquidation_price(
            &self.account,
            &self.position,
            self.size,
            &self.scale,
            &self.parameters,
        )?;
        Ok(match price {
            Some(price) => printed_like(
                like,
                &price.atomics().to_string(),
                &BigInt::from(10).pow(18),
            ),
            None => Value::Null,
        })
    }
}

/// Base and quote have the same number of decimals here, so a price per atom is a price per unit.
fn printed_ratio(like: &Value, price: PriceRatio) -> Value {
    let denominator: BigInt = price.denominator().to_string().parse().unwrap();
    printed_like(like, &price.numerator().to_string(), &denominator)
}

pub fn liquidation_price(case: &Case) -> Outcome<Value> {
    let other_margin = match field(case.input(), "mmr_other") {
        Some(margin) => parse_decimal(margin, "mmr_other", DECIMALS)?,
        None => Uint128::zero(),
    };
    let described = Described::new(
        case.decimal("equity", DECIMALS)?,
        other_margin,
        case.decimal("size", DECIMALS)?,
        Decimal::new(case.decimal("oracle", 18)?),
        case.decimal("mmf", 6)?,
    )?;
    Ok(json!({ "price": described.liquidation_price(&case.out()["price"])? }))
}

/// An isolated position opened at `entry` with `margin`: its equity at a price is `margin + size * (price - entry)`.
pub fn injective_prices(case: &Case) -> Outcome<Value> {
    let input = case.input();
    let quantity: Int128 = case.decimal("quantity", DECIMALS)?;
    let size = match field(input, "side").and_then(Value::as_str) {
        Some("long" | "buy") => quantity,
        Some("short" | "sell") => Int128::zero() - quantity,
        side => return cannot(format!("side is {side:?}")),
    };
    let entry: Uint128 = case.decimal("entry", 18)?;
    let oracle: Uint128 = match field(input, "oracle") {
        Some(oracle) => parse_decimal(oracle, "oracle", 18)?,
        None => entry,
    };
    let margin: Int128 = case.decimal("margin", DECIMALS)?;
    let scale = ValueScale::new(DECIMALS_U8, DECIMALS_U8)?;
    let cost = scale.net_notional(size, Decimal::new(entry))?;
    let worth = scale.net_notional(size, Decimal::new(oracle))?;
    let equity = margin + worth - cost;
    let described = Described::new(
        equity,
        Uint128::zero(),
        size,
        Decimal::new(oracle),
        case.decimal("mmr", 6)?,
    )?;
    let out = case.out();
    let bankruptcy = risk::bankruptcy_price(&described.account, &described.position, size)?;
    let worst = risk::liquidation_worst_price(
        &described.account,
        &described.position,
        size,
        &described.scale,
        described.price,
    )?;
    Ok(json!({
        "liq": described.liquidation_price(&out["liq"])?,
        "bankruptcy": printed_ratio(&out["bankruptcy"], bankruptcy),
        "worst_price": printed_ratio(&out["worst_price"], worst),
    }))
}

fn amounts(case: &Case, name: &str) -> Outcome<Vec<Int128>> {
    match field(case.input(), name).and_then(Value::as_array) {
        Some(list) => list
            .iter()
            .map(|amount| parse_decimal(amount, name, DECIMALS))
            .collect(),
        None => cannot(format!("{name} is missing")),
    }
}

fn printed(amount: impl ToString) -> Value {
    let like = json!("0.000000000000");
    printed_like(&like, &amount.to_string(), &BigInt::from(10).pow(DECIMALS))
}

/// Budget `theta * deficit`, spread over the capacities by the policy.
pub fn allocation(case: &Case) -> Outcome<Value> {
    let equity = amounts(case, "equity")?;
    let capacities = amounts(case, "pnl_capacity")?
        .into_iter()
        .map(risk::to_unsigned)
        .collect::<risk::RiskResult<Vec<Uint128>>>()?;
    let deficit: Uint128 = case.decimal("deficit", DECIMALS)?;
    let theta: u32 = match field(case.input(), "theta") {
        Some(theta) => parse_decimal(theta, "theta", 6)?,
        None => risk::PPM,
    };
    let budget = risk::ppm_of(deficit, theta, risk::Rounding::Down)?;
    let parts = match field(case.input(), "policy").and_then(Value::as_str) {
        Some("queue") => queue(case, budget, &capacities)?,
        Some("pro_rata") => risk::pro_rata_allocation(budget, &capacities)?,
        policy => return cannot(format!("policy is {policy:?}")),
    };
    let after: Vec<Value> = equity
        .iter()
        .zip(&parts)
        .map(|(equity, part)| printed(*equity - Int128::try_from(*part).unwrap()))
        .collect();
    // h = min(1, budget / sum of capacities), as the document prints it.
    let total: Uint128 = capacities.iter().sum();
    let ratio = if total.is_zero() {
        Value::Null
    } else {
        let denominator: BigInt = total.to_string().parse().unwrap();
        printed_like(
            &case.out()["h"],
            &budget.min(total).to_string(),
            &denominator,
        )
    };
    Ok(json!({
        "x": parts.iter().map(printed).collect::<Vec<_>>(),
        "equity_after": after,
        "h": ratio,
        "budget": printed(budget),
    }))
}

/// The queue: `order` lists places, counted from one; those it does not list come last.
fn queue(case: &Case, budget: Uint128, capacities: &[Uint128]) -> Outcome<Vec<Uint128>> {
    let mut order: Vec<usize> = Vec::new();
    if let Some(list) = field(case.input(), "order").and_then(Value::as_array) {
        for place in list {
            let place: usize = parse_int(place, "order")?;
            match place
                .checked_sub(1)
                .filter(|index| *index < capacities.len())
            {
                Some(index) => order.push(index),
                None => return cannot(format!("there is no account {place}")),
            }
        }
    }
    for index in 0..capacities.len() {
        if !order.contains(&index) {
            order.push(index);
        }
    }
    let queued: Vec<Uint128> = order.iter().map(|index| capacities[*index]).collect();
    let mut parts = vec![Uint128::zero(); capacities.len()];
    for (index, part) in order.iter().zip(risk::queue_allocation(budget, &queued)) {
        parts[*index] = part;
    }
    Ok(parts)
}

/// Highest rank first, until the size is closed.
pub fn bitmex_queue(case: &Case) -> Outcome<Value> {
    let Some(list) = field(case.input(), "accounts").and_then(Value::as_array) else {
        return cannot("accounts are missing");
    };
    let mut ranked: Vec<(i64, String, Uint128)> = Vec::new();
    for account in list {
        ranked.push((
            parse_int(&account["rank"], "rank")?,
            text(&account["id"]).unwrap_or_default(),
            parse_int(&account["qty"], "qty")?,
        ));
    }
    ranked.sort_by_key(|(rank, _, _)| std::cmp::Reverse(*rank));
    let capacities: Vec<Uint128> = ranked.iter().map(|(_, _, capacity)| *capacity).collect();
    let parts = risk::queue_allocation(case.int("size")?, &capacities);
    let closed: Map<String, Value> = ranked
        .iter()
        .zip(parts)
        .filter(|(_, part)| !part.is_zero())
        .map(|((_, id, _), part)| (id.clone(), json!(part.to_string())))
        .collect();
    let expected = case.out()["closed"].as_object().map_or(0, Map::len);
    if expected != closed.len() {
        return cannot(format!(
            "{} accounts closed, {expected} expected",
            closed.len()
        ));
    }
    Ok(json!({ "closed": closed }))
}

/// Bybit writes the trigger as a negative ratio.
pub fn drawdown(case: &Case) -> Outcome<Value> {
    let trigger: i64 = match field(case.input(), "trigger") {
        Some(trigger) => parse_decimal(trigger, "trigger", 6)?,
        None => -300_000,
    };
    // A case about an empty pool need not say what it made or lost.
    let (input, none) = (case.input(), Int128::zero());
    let state = risk::drawdown_deleveraging(
        case.decimal("balance", DECIMALS)?,
        decimal_or(input, "pool_8h_max", DECIMALS, Uint128::zero())?,
        decimal_or(input, "pnl", DECIMALS, none)?,
        decimal_or(input, "pnl_8h_max", DECIMALS, none)?,
        decimal_or(input, "threshold", DECIMALS, none)?,
        u32::try_from(trigger.unsigned_abs()).unwrap(),
    )?;
    let out = case.out();
    let adl = match state.trigger {
        risk::DeleverageTrigger::Drawdown => json!("drawdown"),
        risk::DeleverageTrigger::Equity => json!("equity"),
        risk::DeleverageTrigger::None => {
            // However a case writes "no".
            let no = [
                Value::Null,
                json!(false),
                json!("none"),
                json!("no"),
                json!("None"),
                json!(""),
            ];
            no.into_iter()
                .find(|no| *no == out["adl"])
                .unwrap_or(json!("none"))
        }
    };
    let ratio = state.ratio.map_or(Value::Null, |ratio| {
        printed_like(&out["ratio"], &ratio.to_string(), &BigInt::from(10).pow(18))
    });
    Ok(json!({ "ratio": ratio, "adl": adl, "excess": printed(state.excess) }))
}
