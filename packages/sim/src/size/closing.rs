//! How one account of the model is closed, by the contracts' own formulas (`ballast-risk`): a solvent one into the book, a
//! bankrupt one into the book and against counterparties.

use ballast_risk::{
    bankruptcy_price, bankruptcy_quote, better_for_closing, fillable_price, liquidation_fee,
    liquidation_price, position_risk, ppm_of, size_to_restore_initial_margin, AccountRisk,
    PositionRisk, RiskResult, Rounding,
};
use cosmwasm_std::{Decimal, Int128, Uint128};

use super::book::BookSide;
use super::losses::Model;

/// A price of 1, as the atomics of a `Decimal`. Prices are kept within a factor of ten of it: only ratios matter.
pub const PRICE_ONE: u128 = 1_000_000_000_000_000_000;

/// One lot is one quote unit's worth at a price of 1, and a tick a millionth of that price, which makes a tick of a lot
/// worth one atom.
pub const LOT: u128 = 1_000_000_000_000;
const TICK_LOT_VALUE: u128 = 1;
const TICK: u128 = PRICE_ONE / 1_000_000;

/// One account with one position.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    /// Base atoms, whole lots; negative where short.
    pub size: i128,
    /// Quote atoms.
    pub quote: i128,
    /// Price at which it becomes liquidatable.
    pub trigger: u128,
    /// Bar in which it was found liquidatable.
    pub since: Option<u64>,
}

impl Account {
    /// Whether a price makes it liquidatable, or worse.
    pub fn is_reached(&self, price: u128) -> bool {
        match self.size {
            0 => false,
            size if size > 0 => price <= self.trigger,
            _ => price >= self.trigger,
        }
    }
}

impl Model {
    /// Worth and margin of an account at a price.
    ///
    /// # Errors
    /// None for the model's sizes and prices.
    pub fn risk(&self, account: &Account, price: u128) -> RiskResult<(AccountRisk, PositionRisk)> {
        let position = position_risk(
            &self.scale,
            Int128::new(account.size),
            Decimal::new(Uint128::new(price)),
            &self.margin,
            self.margin.initial_margin_ppm,
        )?;
        let whole = AccountRisk::new(Int128::new(account.quote)).with(&position)?;
        Ok((whole, position))
    }
}

/// The price at which an account becomes liquidatable; one that nothing reaches where there is none.
pub fn trigger(model: &Model, account: &Account, price: u128) -> RiskResult<u128> {
    let (whole, position) = model.risk(account, price)?;
    let never = if account.size > 0 { 0 } else { u128::MAX };
    let at = liquidation_price(
        &whole,
        &position,
        Int128::new(account.size),
        &model.scale,
        &model.margin,
    )?;
    // A short that is liquidatable at any price has no such price either.
    if at.is_none() && whole.is_liquidatable() {
        return Ok(price);
    }
    Ok(at.map_or(never, |price| price.atomics().u128()))
}

/// Closes a bankrupt account; what is asked of the fund. The larger of what book and counterparties together lack and
/// what closing everything at the oracle price lacks (decision M6).
pub fn bankrupt(
    model: &Model,
    whole: &AccountRisk,
    position: &PositionRisk,
    side: &mut BookSide,
) -> RiskResult<u128> {
    let quote = bankruptcy_quote(whole, position, &PositionRisk::default())?;
    let value = position.net_notional;
    let filled = side.take(
        value.unsigned_abs().u128(),
        u64::from(model.parameters.liquidation_slippage_ppm),
    );
    let received = value.saturating_sub(Int128::new(signed(filled.slippage)));
    let planned = ballast_risk::shortfall(quote, received)?;
    let at_oracle = ballast_risk::shortfall(quote, value)?;
    Ok(planned.max(at_oracle).u128())
}

/// Closes a solvent account as far as the book reaches; what the fund gets of its fee.
pub fn solvent(
    model: &Model,
    account: &mut Account,
    whole: &AccountRisk,
    position: &PositionRisk,
    price: u128,
    side: &mut BookSide,
) -> RiskResult<u128> {
    let parameters = &model.parameters;
    let size = Int128::new(account.size);
    let long = account.size > 0;
    let fillable = fillable_price(
        whole,
        position,
        size,
        parameters.bankruptcy_adjustment_ppm,
        parameters.spread_to_maintenance_ppm,
    )?;
    let worst = better_for_closing(fillable, bankruptcy_price(whole, position, size)?, long);
    let worst = worst.to_ticks(
        Uint128::new(LOT),
        Uint128::new(TICK_LOT_VALUE),
        long,
        u64::MAX,
    )?;
    let here = u64::try_from(price / TICK).unwrap_or(u64::MAX).max(1);
    let away = if long {
        here.saturating_sub(worst)
    } else {
        worst.saturating_sub(here)
    };
    let limit_ppm = away.saturating_mul(1_000_000) / here;
    let value = position.net_notional.unsigned_abs().u128();
    if side.look(value, limit_ppm).value == 0 {
        return Ok(0);
    }
    let wanted = size_to_restore_initial_margin(
        whole,
        size,
        worst,
        Uint128::new(LOT),
        Uint128::new(TICK_LOT_VALUE),
        Decimal::new(Uint128::new(price)),
        &model.scale,
        model.margin.initial_margin_ppm,
        parameters.max_liquidation_fee_ppm,
    )?;
    let all = size.unsigned_abs().u128();
    let least = parameters.liquidation_min_notional.u128().min(value);
    let wanted = part(value, wanted.u128(), all).max(least);
    let filled = side.take(wanted, limit_ppm);
    let lots = part(all, filled.value, value) / LOT;
    let closed = signed(lots * LOT);
    let left = Account {
        size: account.size - if long { closed } else { -closed },
        ..*account
    };
    let (_, after) = model.risk(&left, price)?;
    let quote = bankruptcy_quote(whole, position, &after)?;
    let moved = position.net_notional.saturating_sub(after.net_notional);
    let received = moved.saturating_sub(Int128::new(signed(filled.slippage)));
    let received = received.max(quote);
    let fee = liquidation_fee(
        received.unsigned_abs(),
        received.saturating_sub(quote),
        parameters.max_liquidation_fee_ppm,
    )?;
    *account = Account {
        quote: left.quote + received.i128() - signed(fee.u128()),
        ..left
    };
    account.trigger = trigger(model, account, price)?;
    let keepers = ppm_of(fee, parameters.keeper_share_ppm, Rounding::Down)?;
    Ok(fee.saturating_sub(keepers).u128())
}

/// `price * ratio`, where [`ONE`](super::history::ONE) is 1.
pub fn times(price: u128, ratio: u64) -> u128 {
    (price * u128::from(ratio)) >> 32
}

/// `a * b / c` of numbers whose product fits: the model's are below 2^64 and prices below 2^70. 0 where `c` is.
pub fn part(a: u128, b: u128, c: u128) -> u128 {
    a.saturating_mul(b).checked_div(c).unwrap_or(0)
}

/// As a signed number; a model's fit.
pub fn signed(number: u128) -> i128 {
    i128::try_from(number).unwrap_or(i128::MAX)
}
