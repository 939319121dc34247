//! dYdX v4 families about requirements, account states and funding, which need no market.

use ballast_risk as risk;
use ballast_risk::{AccountRisk, MarginParameters, ValueScale};
use cosmwasm_std::{Decimal, Int256, Uint128};
use serde_json::{json, Value};

use crate::dydx::QUOTE_DECIMALS;
use crate::read::{cannot, field, int, int_or, Case, Outcome};

fn margin_parameters(case: &Case) -> Outcome<MarginParameters> {
    Ok(MarginParameters {
        initial_margin_ppm: case.int("imf_ppm")?,
        maintenance_fraction_ppm: case.int_or("maintenance_fraction_ppm", risk::PPM)?,
        open_interest_lower: case.int_or("oi_lower", Uint128::zero())?,
        open_interest_upper: case.int_or("oi_upper", Uint128::zero())?,
    })
}

/// Upstream's price has its own exponent and its resolution can be any power of ten; the crate has 0 to 18 base decimals
/// and a price of 18 decimals. Any split of the powers between the two is the same market; the first that is exact is taken.
fn scaled_price(price: u128, power: i32) -> Option<(u8, Decimal)> {
    (0..=18u8).rev().find_map(|base_decimals| {
        let shift = power + i32::from(base_decimals) + 18;
        let factor = 10u128.checked_pow(shift.unsigned_abs())?;
        let atomics = if shift >= 0 {
            price.checked_mul(factor)?
        } else {
            (price % factor == 0).then_some(price / factor)?
        };
        Some((base_decimals, Decimal::new(Uint128::new(atomics))))
    })
}

pub fn margin_req(case: &Case) -> Outcome<Value> {
    let price: Uint128 = case.int("price")?;
    let power = case.int::<i32>("price_exponent")? + case.int::<i32>("base_atomic_resolution")?;
    let Some((base_decimals, price)) = scaled_price(price.u128(), power) else {
        return cannot("the price does not fit 18 decimals");
    };
    let scale = ValueScale::new(base_decimals, QUOTE_DECIMALS)?;
    let parameters = margin_parameters(case)?;
    let open_interest: Uint128 = case.int_or("open_interest", Uint128::zero())?;
    let open_interest = scale.notional(open_interest, price, risk::Rounding::Down)?;
    let effective = risk::effective_initial_margin_ppm(&parameters, open_interest)?;
    let position = risk::position_risk(&scale, case.int("size")?, price, &parameters, effective)?;
    Ok(json!({
        "imr": position.initial_margin.to_string(),
        "mmr": position.maintenance_margin.to_string(),
    }))
}

pub fn initial_margin(case: &Case) -> Outcome<Value> {
    let effective = risk::effective_initial_margin_ppm(
        &margin_parameters(case)?,
        case.int_or("oi_notional", Uint128::zero())?,
    )?;
    let margin = risk::initial_margin(case.int("notional")?, effective)?;
    Ok(json!({ "initial_margin": margin.to_string() }))
}

pub fn open_interest_fraction(case: &Case) -> Outcome<Value> {
    let effective =
        risk::effective_initial_margin_ppm(&margin_parameters(case)?, case.int("oi_notional")?)?;
    Ok(json!({ "eff_imf_ppm": effective.to_string() }))
}

pub fn maintenance_fraction(case: &Case) -> Outcome<Value> {
    let ppm =
        risk::maintenance_margin_ppm(case.int("imf_ppm")?, case.int("maintenance_fraction_ppm")?)?;
    Ok(json!({ "mmf_ppm": ppm.to_string() }))
}

fn account_risk(value: &Value, prefix: &str) -> Outcome<AccountRisk> {
    Ok(AccountRisk {
        equity: int(value, &format!("{prefix}nc"))?,
        initial_margin: int_or(value, &format!("{prefix}imr"), Uint128::zero())?,
        maintenance_margin: int_or(value, &format!("{prefix}mmr"), Uint128::zero())?,
    })
}

pub fn liquidatable(case: &Case) -> Outcome<Value> {
    Ok(json!({ "result": account_risk(case.input(), "")?.is_liquidatable() }))
}

pub fn initial_ok(case: &Case) -> Outcome<Value> {
    Ok(json!({ "result": account_risk(case.input(), "")?.meets_initial_margin() }))
}

pub fn maintenance_ok(case: &Case) -> Outcome<Value> {
    Ok(json!({ "result": account_risk(case.input(), "")?.meets_maintenance() }))
}

pub fn risk_cmp(case: &Case) -> Outcome<Value> {
    let side = |name| match field(case.input(), name) {
        Some(side) => account_risk(side, ""),
        None => cannot(format!("{name} is missing")),
    };
    let order = side("a")?.compare_risk(&side("b")?)?;
    Ok(json!({ "cmp": order as i8 }))
}

/// Upstream names two refusals apart ("still" and "newly" under-collateralised) for its error message; here it is one.
pub fn transition(case: &Case) -> Outcome<Value> {
    let old = account_risk(case.input(), "old_")?;
    let new = account_risk(case.input(), "new_")?;
    let allowed = risk::transition_allowed(&old, &new)?;
    let expected = case.out()["result"].as_str().unwrap_or_default();
    let refused = ["StillUndercollateralized", "NewlyUndercollateralized"];
    let result = match (allowed, refused.contains(&expected)) {
        (true, _) => "Success",
        (false, true) => expected,
        (false, false) => refused[0],
    };
    Ok(json!({ "result": result }))
}

pub fn funding_settlement(case: &Case) -> Outcome<Value> {
    let settlement: Int256 = risk::funding_settlement_ppm(
        case.int("size")?,
        case.int("funding_index_now")?,
        case.int("funding_index_position")?,
    )?;
    Ok(json!({ "net_settlement_ppm": settlement.to_string() }))
}

pub fn funding_clamp(case: &Case) -> Outcome<Value> {
    let clamp = risk::funding_clamp_ppm(
        case.int("clamp_factor_ppm")?,
        case.int("imf_ppm")?,
        case.int("maintenance_fraction_ppm")?,
    )?;
    Ok(json!({ "clamp_ppm": clamp.to_string() }))
}
