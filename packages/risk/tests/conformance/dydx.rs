//! dYdX v4 families. Quote atoms are 1e-6, sizes come in the base atoms of each market.

use ballast_risk as risk;
use ballast_risk::{AccountRisk, Holder, MarginParameters, MarketView, PriceRatio, ValueScale};
use cosmwasm_std::{Decimal, Int128, Int512, Uint128, Uint512};
use num_bigint::BigInt;
use serde_json::{json, Value};

use crate::read::{cannot, field, int, int_or, number, parse_int, text, Case, Outcome, Refusal};

pub const QUOTE_DECIMALS: u8 = 6;

/// A market of the file, of the case, or one of the two that all files share, with the overrides of the case.
fn market(case: &Case, name: &str) -> Outcome<MarketView> {
    let described = [case.input(), case.vector, case.file]
        .into_iter()
        .find_map(|holder| field(holder, "markets").and_then(|markets| field(markets, name)));
    let shared = match name {
        "BTC" => {
            json!({"oracle_price_usd": "50000", "base_decimals": 8, "imf_ppm": "200000", "mmf_ppm": "100000"})
        }
        "ETH" => {
            json!({"oracle_price_usd": "3000", "base_decimals": 9, "imf_ppm": "200000", "mmf_ppm": "100000"})
        }
        _ if described.is_none() => return cannot(format!("market {name} is not described")),
        _ => Value::Null,
    };
    let described = described.unwrap_or(&shared);
    let input = case.input();
    let is_main = text_of(input, "market").map_or(true, |main| main == name);

    let mut price = Decimal::new(crate::read::decimal(described, "oracle_price_usd", 18)?);
    if let (Some(overridden), true) = (field(input, "oracle_price_1e5"), is_main) {
        let in_1e5: Uint128 = parse_int(overridden, "oracle_price_1e5")?;
        price = Decimal::new(in_1e5 * Uint128::new(10u128.pow(13)));
    }
    let imf_ppm: u32 = int_or(input, "imf_ppm", int(described, "imf_ppm")?)?;
    let fraction_ppm = match field(input, "maintenance_fraction_ppm")
        .or_else(|| field(described, "maintenance_fraction_ppm"))
    {
        Some(fraction) => parse_int(fraction, "maintenance_fraction_ppm")?,
        None => fraction_of(int(described, "mmf_ppm")?, int(described, "imf_ppm")?)?,
    };
    let parameters = MarginParameters {
        initial_margin_ppm: imf_ppm,
        maintenance_fraction_ppm: fraction_ppm,
        open_interest_lower: Uint128::zero(),
        open_interest_upper: Uint128::zero(),
    };
    Ok(MarketView {
        scale: ValueScale::new(int(described, "base_decimals")?, QUOTE_DECIMALS)?,
        price,
        parameters,
        effective_initial_margin_ppm: risk::effective_initial_margin_ppm(
            &parameters,
            Uint128::zero(),
        )?,
    })
}

/// The files give the maintenance margin as a fraction of the notional; the crate takes it as one of the initial margin.
fn fraction_of(mmf_ppm: u64, imf_ppm: u64) -> Outcome<u32> {
    if mmf_ppm == 0 {
        return Ok(0);
    }
    let scaled = mmf_ppm * u64::from(risk::PPM);
    let exact = scaled.checked_rem(imf_ppm) == Some(0);
    match u32::try_from(scaled.checked_div(imf_ppm).unwrap_or(u64::MAX)) {
        Ok(fraction) if exact => Ok(fraction),
        _ => cannot("the maintenance fraction is not exact in ppm"),
    }
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    field(value, name).and_then(|value| value.as_str().map(str::to_string))
}

/// An account of a case, with its positions kept by name.
struct Account {
    quote: Int128,
    positions: Vec<(String, Int128)>,
}

impl Account {
    fn read(value: Option<&Value>) -> Outcome<Self> {
        let Some(value) = value else {
            return Ok(Self {
                quote: Int128::zero(),
                positions: vec![],
            });
        };
        let mut positions = Vec::new();
        if let Some(list) = field(value, "positions").and_then(Value::as_array) {
            for position in list {
                let Some(market) = text_of(position, "market") else {
                    return cannot("a position has no market");
                };
                positions.push((market, int(position, "size")?));
            }
        }
        Ok(Self {
            quote: int_or(value, "quote_balance", Int128::zero())?,
            positions,
        })
    }

    fn size_in(&self, market: &str) -> Int128 {
        self.positions
            .iter()
            .find(|(name, _)| name == market)
            .map_or(Int128::zero(), |(_, size)| *size)
    }

    fn risk(&self, case: &Case) -> Outcome<AccountRisk> {
        let mut account = AccountRisk::new(self.quote);
        for (name, size) in &self.positions {
            account.add(&market(case, name)?.position_risk(*size)?)?;
        }
        Ok(account)
    }

    fn holder(&self, case: &Case, market: &str) -> Outcome<Holder> {
        Ok(Holder {
            account: self.risk(case)?,
            size: self.size_in(market),
        })
    }

    /// The account after its position became `size` for `quote`.
    fn after(&self, market: &str, size: Int128, quote: Int128) -> Self {
        let mut positions = self.positions.clone();
        for (name, held) in &mut positions {
            if name == market {
                *held = size;
            }
        }
        positions.retain(|(_, size)| !size.is_zero());
        Self {
            quote: self.quote + quote,
            positions,
        }
    }

    fn json(&self) -> Value {
        let positions: Vec<Value> = self
            .positions
            .iter()
            .map(|(market, size)| json!({"market": market, "size": size.to_string()}))
            .collect();
        json!({"quote_balance": self.quote.to_string(), "positions": positions})
    }
}

/// What most liquidation cases have: an account, a market, and a closing trade.
struct Close {
    market: MarketView,
    account: AccountRisk,
    size: Int128,
    delta: Int128,
}

fn close(case: &Case) -> Outcome<Close> {
    let input = case.input();
    let Some(name) = text_of(input, "market") else {
        return cannot("market is missing");
    };
    let account = Account::read(field(input, "account"))?;
    let delta = match field(input, "delta_size") {
        Some(delta) => parse_int(delta, "delta_size")?,
        None => {
            let fill: Int128 = int(input, "fill_size")?;
            match field(input, "is_buy").and_then(Value::as_bool) {
                Some(true) => fill,
                Some(false) => Int128::zero() - fill,
                None => return cannot("is_buy is missing"),
            }
        }
    };
    Ok(Close {
        market: market(case, &name)?,
        account: account.risk(case)?,
        size: account.size_in(&name),
        delta,
    })
}

pub fn bankruptcy(case: &Case) -> Outcome<Value> {
    let close = close(case)?;
    let holder = Holder {
        account: close.account,
        size: close.size,
    };
    let quote = risk::holder_bankruptcy_quote(&close.market, &holder, close.delta)?;
    Ok(json!({ "bankruptcy_quote": quote.to_string() }))
}

pub fn fillable(case: &Case) -> Outcome<Value> {
    let close = close(case)?;
    let input = case.input();
    let config = field(input, "config").unwrap_or(input);
    risk::size_after_close(close.size, close.delta)?;
    let price = risk::fillable_price(
        &close.account,
        &close.market.position_risk(close.size)?,
        close.size,
        int(config, "bankruptcy_adjustment_ppm")?,
        int(config, "spread_to_mmr_ratio_ppm")?,
    )?
    .reduced();
    Ok(json!({
        "price_num": price.numerator().to_string(),
        "price_den": price.denominator().to_string(),
    }))
}

pub fn subticks(case: &Case) -> Outcome<Value> {
    let input = case.input();
    let price = match field(input, "fillable_price") {
        Some(price) => ratio(price)?,
        None => ratio_of(
            &json!(text(&input["price_num"])),
            &json!(text(&input["price_den"])),
        )?,
    };
    let Some(is_long) = field(input, "is_liquidating_long").and_then(Value::as_bool) else {
        return cannot("is_liquidating_long is missing");
    };
    let subticks = risk::subticks(
        &price,
        is_long,
        case.int("subticks_per_tick")?,
        case.int("quantum_conversion_exponent")?,
    )?;
    Ok(json!({ "subticks": subticks.to_string() }))
}

/// A price written as an integer, a decimal, a fraction "a/b", or an object of two integers.
fn ratio(value: &Value) -> Outcome<PriceRatio> {
    if value.is_object() {
        let part = |names: [&str; 2]| names.iter().find_map(|name| field(value, name)).cloned();
        let numerator = part(["price_num", "num"]).unwrap_or(Value::Null);
        let denominator = part(["price_den", "den"]).unwrap_or(json!(1));
        return ratio_of(&numerator, &denominator);
    }
    let Some(written) = text(value) else {
        return cannot(format!("{value} is not a price"));
    };
    if let Some((numerator, denominator)) = written.split_once('/') {
        return ratio_of(&json!(numerator.trim()), &json!(denominator.trim()));
    }
    match number(&written) {
        Some((mantissa, scale)) => ratio_of(
            &json!(mantissa.to_string()),
            &json!(BigInt::from(10).pow(scale).to_string()),
        ),
        None => cannot(format!("{value} is not a price")),
    }
}

fn ratio_of(numerator: &Value, denominator: &Value) -> Outcome<PriceRatio> {
    let numerator: Int512 = parse_int(numerator, "price numerator")?;
    let denominator: Uint512 = parse_int(denominator, "price denominator")?;
    Ok(PriceRatio::new(numerator, denominator)?)
}

pub fn if_delta(case: &Case) -> Outcome<Value> {
    let close = close(case)?;
    let holder = Holder {
        account: close.account,
        size: close.size,
    };
    let bankruptcy_quote = risk::holder_bankruptcy_quote(&close.market, &holder, close.delta)?;
    let fill = risk::quote_of_subticks(
        close.delta.unsigned_abs(),
        case.int("subticks")?,
        case.int("quantum_conversion_exponent")?,
    )?;
    let received = risk::with_sign(fill, !close.delta.is_negative())?;
    let delta = risk::insurance_fund_delta(
        received,
        bankruptcy_quote,
        case.int("max_liquidation_fee_ppm")?,
    )?;
    Ok(json!({ "insurance_fund_delta": delta.to_string() }))
}

pub fn if_delta_valid(case: &Case) -> Outcome<Value> {
    let valid = risk::insurance_fund_delta_valid(case.int("fund_balance")?, case.int("delta")?);
    Ok(json!({ "valid": valid }))
}

pub fn can_deleverage(case: &Case) -> Outcome<Value> {
    let input = case.input();
    let account = Account::read(field(input, "account"))?.risk(case)?;
    let settling = field(input, "final_settlement")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let price = risk::can_deleverage(&account, settling);
    Ok(json!({
        "at_bankruptcy_price": price == risk::DeleveragePrice::Bankruptcy,
        "at_oracle_price": price == risk::DeleveragePrice::Oracle,
    }))
}

pub fn deleverage(case: &Case) -> Outcome<Value> {
    deleverage_with(case, risk::deleverage_at_bankruptcy_price)
}

pub fn deleverage_oracle(case: &Case) -> Outcome<Value> {
    deleverage_with(case, risk::deleverage_at_oracle_price)
}

fn deleverage_with(
    case: &Case,
    rule: fn(&MarketView, &Holder, &Holder, Int128) -> risk::RiskResult<risk::Deleveraged>,
) -> Outcome<Value> {
    let input = case.input();
    let name = text_of(input, "market").unwrap_or_else(|| "BTC".to_string());
    let view = market(case, &name)?;
    let liquidated = Account::read(field(input, "liquidated"))?;
    let offsetting = Account::read(field(input, "offsetting"))?;
    let done = rule(
        &view,
        &liquidated.holder(case, &name)?,
        &offsetting.holder(case, &name)?,
        case.int("delta_size")?,
    );
    let done = match done {
        Ok(done) => done,
        // Cases that only ask whether the trade goes through.
        Err(_) if case.out().get("accepted").is_some() => return Ok(json!({ "accepted": false })),
        Err(error) => return Err(error.into()),
    };
    let liquidated = liquidated.after(&name, done.liquidated.size, done.quote);
    let offsetting = offsetting.after(&name, done.offsetting.size, Int128::zero() - done.quote);
    // The crate's running totals and the accounts as they now are must agree.
    check_totals(case, &liquidated, &done.liquidated)?;
    check_totals(case, &offsetting, &done.offsetting)?;
    Ok(json!({
        "accepted": true,
        "liquidated": liquidated.json(),
        "offsetting": offsetting.json(),
    }))
}

fn check_totals(case: &Case, account: &Account, holder: &Holder) -> Outcome<()> {
    if account.risk(case)? == holder.account {
        return Ok(());
    }
    cannot("the totals after the trade differ from the account's positions")
}

pub fn offset(case: &Case) -> Outcome<Value> {
    let input = case.input();
    let name = text_of(input, "market").unwrap_or_else(|| "BTC".to_string());
    let view = market(case, &name)?;
    let Some(list) = field(input, "accounts").and_then(Value::as_array) else {
        return cannot("accounts are missing");
    };
    let ids: Vec<String> = list
        .iter()
        .map(|account| text_of(account, "id").unwrap_or_default())
        .collect();
    let accounts = list
        .iter()
        .map(|account| Account::read(Some(account)))
        .collect::<Outcome<Vec<_>>>()?;
    let holders = accounts
        .iter()
        .map(|account| account.holder(case, &name))
        .collect::<Outcome<Vec<_>>>()?;
    let liquidated_id = text_of(input, "liquidated").unwrap_or_default();
    let Some(liquidated) = ids.iter().position(|id| *id == liquidated_id) else {
        return cannot("the liquidated account is not in the list");
    };
    let delta: Int128 = case.int("delta_size")?;
    // It stands in the list of candidates itself and is passed over as being on its own side.
    let settling = ["final_settlement", "is_final_settlement"]
        .iter()
        .any(|name| field(input, name).and_then(Value::as_bool) == Some(true));
    let walk = if settling {
        risk::offset_position_at_oracle_price
    } else {
        risk::offset_position
    };
    let done = walk(&view, &holders[liquidated], delta, &holders)?;

    let mut after: Vec<Value> = accounts.iter().map(Account::json).collect();
    let mut received = Int128::zero();
    for fill in &done.fills {
        received += fill.quote;
        let account =
            accounts[fill.index].after(&name, fill.counterparty.size, Int128::zero() - fill.quote);
        check_totals(case, &account, &fill.counterparty)?;
        after[fill.index] = account.json();
    }
    let account = accounts[liquidated].after(&name, done.liquidated.size, received);
    check_totals(case, &account, &done.liquidated)?;
    after[liquidated] = account.json();
    for (account, id) in after.iter_mut().zip(&ids) {
        account["id"] = json!(id);
    }
    let fills: Vec<Value> = done
        .fills
        .iter()
        .map(|fill| json!({"id": ids[fill.index], "size": fill.size.to_string()}))
        .collect();
    // Upstream starts each case with the open interest of the liquidated position.
    let open_interest: Uint128 =
        case.int_or("open_interest", holders[liquidated].size.unsigned_abs())?;
    let closed = delta.unsigned_abs() - done.remaining;
    // Upstream writes "accounts: null" where nothing moved.
    let nothing_moved = fills.is_empty() && account.json() == accounts[liquidated].json();
    let accounts = if nothing_moved && case.out()["accounts"].is_null() {
        Value::Null
    } else {
        json!(after)
    };
    Ok(json!({
        "accounts": accounts,
        "fills": fills,
        "remaining": done.remaining.to_string(),
        "open_interest": (open_interest - closed).to_string(),
    }))
}

pub fn position_limits(case: &Case) -> Outcome<Value> {
    let name = text_of(case.input(), "market").unwrap_or_else(|| "BTC".to_string());
    let view = market(case, &name)?;
    let size: Int128 = case.int("size")?;
    let notional = view
        .scale
        .notional(size.unsigned_abs(), view.price, risk::Rounding::Down)?;
    let limits = risk::position_limits(
        notional,
        case.int("min_position_notional")?,
        case.int("max_position_portion_ppm")?,
    )?;
    Ok(json!({
        "min_notional": limits.min_notional.to_string(),
        "max_notional": limits.max_notional.to_string(),
    }))
}

/// Each of the two caps can be refused on its own; a case that is refused as a whole expects both to be.
pub fn block_limits(case: &Case) -> Outcome<Value> {
    let asked: u64 = case.int("asked_perpetual")?;
    let mut already: Vec<u64> = Vec::new();
    match field(case.input(), "already_liquidated_perpetual") {
        Some(Value::Array(list)) => {
            for market in list {
                already.push(parse_int(market, "already_liquidated_perpetual")?);
            }
        }
        Some(market) => already.push(parse_int(market, "already_liquidated_perpetual")?),
        None => {}
    }
    let lost = risk::insurance_lost(case.int_or("previous_insurance_delta", Int128::zero())?);
    let previous: Int128 = case.int_or("previous_notional", Int128::zero())?;
    let once = risk::once_per_block(&already, asked);
    let cap = |name, limit: Uint128, used| {
        once.clone()
            .and_then(|()| risk::remaining_in_block(name, limit, used))
    };
    let notional = cap(
        "notional liquidated",
        case.int("limit_notional")?,
        previous.unsigned_abs(),
    );
    let insurance = cap("insurance lost", case.int("limit_insurance_lost")?, lost);
    if field(case.out(), "error").is_some() {
        if let (Err(error), Err(_)) = (&notional, &insurance) {
            return Err(Refusal::Refused(error.clone()));
        }
    }
    let json_of = |result: risk::RiskResult<Uint128>| match result {
        Ok(left) => json!(left.to_string()),
        Err(error) => json!({ "error": error.to_string() }),
    };
    Ok(json!({
        "max_notional_liquidatable": json_of(notional),
        "max_insurance_lost": json_of(insurance),
    }))
}

pub fn isolated_order(case: &Case) -> Outcome<Value> {
    let pool: Uint128 = case.int("pool")?;
    let done = risk::settle_isolated_close(
        pool,
        case.int("taker_quote")?,
        case.int("maker_quote")?,
        case.int("fill_quote")?,
        case.int("fund")?,
    )?;
    // In the wrong order the pool pays before the fund has paid it.
    let wrong_order = risk::transfer_out(pool, done.out_transfer);
    let wrong_order_error = match wrong_order {
        Ok(_) => Value::Null,
        Err(_) => case.out()["wrong_order_error"].clone(),
    };
    Ok(json!({
        "fund_delta": done.fund_delta.to_string(),
        "taker_quote_after": done.taker_quote.to_string(),
        "maker_quote_after": done.maker_quote.to_string(),
        "pool_before_out_transfer": done.pool_before_out_transfer.to_string(),
        "out_transfer": done.out_transfer.to_string(),
        "wrong_order_error": wrong_order_error,
    }))
}
