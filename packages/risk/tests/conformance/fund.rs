//! Families about the fund: Drift's staking, Perp v2's surplus and bad debt, the negative example.

use std::collections::BTreeMap;

use ballast_risk as risk;
use ballast_risk::{BadDebtInput, ShareHolding, SharePool};
use cosmwasm_std::{Int128, Uint128};
use serde_json::{json, Value};

use crate::read::{cannot, compare, field, int, int_or, parse_int, Case, Outcome, Refusal};

pub fn rebase(case: &Case) -> Outcome<Value> {
    let exponent = risk::rebase_exponent(case.int("total_shares")?, case.int("vault")?)?;
    Ok(json!({
        "expo": exponent,
        "divisor": risk::rebase_divisor(exponent)?.to_string(),
    }))
}

pub fn shares_lost(case: &Case) -> Outcome<Value> {
    let lost = risk::shares_lost(
        case.int("request_shares")?,
        case.int("request_value")?,
        case.int("total_shares")?,
        case.int("vault")?,
    )?;
    Ok(json!({ "shares_lost": lost.to_string() }))
}

/// State of a sequence: the pool, the token balance that each call is told, and the stakers by name.
struct Sequence {
    pool: SharePool,
    vault: Uint128,
    waiting: u64,
    stakes: BTreeMap<String, ShareHolding>,
}

pub fn staking_sequence(case: &Case) -> Outcome<Value> {
    let init = field(case.input(), "init").unwrap_or(&Value::Null);
    let base = int_or(init, "shares_base", 0)?;
    let mut sequence = Sequence {
        pool: SharePool {
            total: int_or(init, "total", Uint128::zero())?,
            user: int_or(init, "user", Uint128::zero())?,
            base,
        },
        vault: int_or(init, "vault", Uint128::zero())?,
        waiting: int_or(init, "unstaking_period", 0)?,
        stakes: BTreeMap::new(),
    };
    if let Some(stakes) = field(init, "stakes").and_then(Value::as_object) {
        for (name, shares) in stakes {
            let shares = match shares {
                Value::Object(_) => int(shares, "shares")?,
                shares => parse_int(shares, "stakes")?,
            };
            let holding = ShareHolding {
                shares,
                base,
                ..ShareHolding::default()
            };
            sequence.stakes.insert(name.clone(), holding);
        }
    }
    let Some(steps) = field(case.input(), "steps").and_then(Value::as_array) else {
        return cannot("steps are missing");
    };
    for (index, step) in steps.iter().enumerate() {
        let op = step["op"].as_str().unwrap_or_default();
        let produced = match sequence.step(op, step) {
            Ok(produced) => produced,
            Err(Refusal::Refused(error)) => json!({ "error": error.to_string() }),
            Err(unable) => return Err(unable),
        };
        let expected = field(step, "expect").cloned().unwrap_or(json!({}));
        if let Err(why) = compare(&format!("step {} ({op})", index + 1), &expected, &produced) {
            return cannot(why);
        }
    }
    // The expectations were inside the steps; whatever "out" says of them is met.
    Ok(case.out().clone())
}

impl Sequence {
    /// One step; a refused one changes nothing.
    fn step(&mut self, op: &str, step: &Value) -> Outcome<Value> {
        if let Some(vault) = field(step, "vault") {
            self.vault = parse_int(vault, "vault")?;
        }
        let name = field(step, "stake")
            .and_then(Value::as_str)
            .unwrap_or("a")
            .to_string();
        let holding = self.stakes.get(&name).copied().unwrap_or(ShareHolding {
            base: self.pool.base,
            ..ShareHolding::default()
        });
        let now = int_or(step, "now", 0)?;
        let mut extra = json!({});
        let (pool, holding) = match op {
            "set_vault" => (self.pool, holding),
            "add" => self.pool.stake(holding, int(step, "amount")?, self.vault)?,
            "request" => {
                self.pool
                    .replace_request(holding, int(step, "shares")?, self.vault, now)?
            }
            "remove" => {
                let (pool, holding, paid) =
                    self.pool.redeem(holding, self.vault, now, self.waiting)?;
                extra = json!({ "returned": paid.to_string() });
                (pool, holding)
            }
            "cancel" | "cancel_request" => {
                let (pool, holding, lost) = self.pool.cancel(holding, self.vault)?;
                extra = json!({ "shares_lost": lost.to_string() });
                (pool, holding)
            }
            _ => return cannot(format!("operation {op:?}")),
        };
        self.pool = pool;
        self.stakes.insert(name, holding);
        let mut state = json!({
            "total": pool.total.to_string(),
            "user": pool.user.to_string(),
            "shares_base": pool.base,
            "stake_shares": holding.shares.to_string(),
            "stake_base": holding.base,
            "request_shares": holding.request_shares.to_string(),
            "request_value": holding.request_value.to_string(),
            "vault": self.vault.to_string(),
        });
        for (key, value) in extra.as_object().unwrap() {
            state[key] = value.clone();
        }
        Ok(state)
    }
}

pub fn surplus(case: &Case) -> Outcome<Value> {
    let capacity = risk::fund_capacity(
        case.int("wallet")?,
        case.int_or("vault_settlement_value", Int128::zero())?,
    )?;
    let surplus = risk::fund_surplus(
        capacity,
        case.int("threshold")?,
        case.int("free_collateral")?,
    )?;
    Ok(json!({ "capacity": capacity.to_string(), "surplus": surplus.to_string() }))
}

/// Only what a case asks for is computed: some ask for the capacity of a fund that owes nothing.
pub fn capacity_repay(case: &Case) -> Outcome<Value> {
    let wallet: Uint128 = case.int("wallet")?;
    let settlement: Int128 = case.int_or("vault_settlement_value", Int128::zero())?;
    let mut produced = json!({ "capacity": risk::fund_capacity(wallet, settlement)?.to_string() });
    let out = case.out();
    if ["repaid", "wallet_after", "error"]
        .iter()
        .any(|key| field(out, key).is_some())
    {
        let repaid = risk::fund_repayment(wallet, settlement)?;
        produced["repaid"] = json!(repaid.to_string());
        produced["wallet_after"] = json!((wallet - repaid).to_string());
    }
    Ok(produced)
}

/// Deposits have 6 decimals, notionals 18.
pub fn bad_debt(case: &Case) -> Outcome<Value> {
    const WAD: Int128 = Int128::new(1_000_000_000_000_000_000);
    let close_notional =
        risk::mul_div_floor_signed(case.int("size")?, case.int("index_price")?, WAD)?;
    let input = BadDebtInput {
        deposit: case.int("deposit")?,
        open_notional: case.int("open_notional")?,
        close_notional,
        penalty: risk::liquidation_penalty(close_notional, case.int_or("penalty_ppm", 0)?)?,
        collateral_proceeds: case.int_or("collateral_proceeds", Uint128::zero())?,
        collateral_fund_fee: case.int_or("collateral_fund_fee", Uint128::zero())?,
    };
    let settled = risk::settle_bad_debt(&input, 12)?;
    Ok(json!({
        "bad_debt": settled.bad_debt.to_string(),
        "fund_settlement_value": settled.fund_settlement_value.to_string(),
        "fund_balance": settled.fund_balance.to_string(),
    }))
}

/// Here `out` is what must NOT come out, except the minimal haircut, which must.
///
/// Claims of 1,950,000 against assets of 1,500,000 and an insurance of 200,000: insurance used once leaves 250,000 to
/// share; counted as an asset and destroyed by its own use, 450,000.
pub fn percolator(case: &Case) -> Outcome<Value> {
    let claims = case.int::<Uint128>("principal")? + case.int::<Uint128>("realized")?;
    let loss = claims.saturating_sub(case.int("collateral")?);
    let insurance: Uint128 = case.int("insurance")?;
    let covered = risk::cover_loss(loss, insurance);
    if covered.paid + covered.uncovered != loss {
        return cannot("a loss is covered twice or not at all");
    }
    let haircut = (covered.uncovered, claims);
    for (name, value) in case.out().as_object().into_iter().flatten() {
        let Some(printed) = value.as_str().and_then(fraction) else {
            continue;
        };
        let equal = haircut.0.full_mul(printed.1) == printed.0.full_mul(haircut.1);
        if equal != name.starts_with("minimal") {
            return cannot(format!(
                "{name} is {value}, the haircut came out as {haircut:?}"
            ));
        }
    }
    Ok(case.out().clone())
}

/// The fraction in "0.2308 (450000/1950000)".
fn fraction(printed: &str) -> Option<(Uint128, Uint128)> {
    let (_, inside) = printed.split_once('(')?;
    let (numerator, denominator) = inside.trim_end_matches(')').split_once('/')?;
    Some((
        Uint128::new(numerator.trim().parse().ok()?),
        Uint128::new(denominator.trim().parse().ok()?),
    ))
}
