//! How much one message and one block may liquidate (design section 6; dYdX v4's limits a subaccount and
//! block, and the same a market and block).
//!
//! * One message closes at most a share of the position, but never less than a least notional at once.
//! * An account, and a market, may lose so much notional to liquidation in one block, and so much may be
//!   asked of the fund for it. What has been used stands in both records, by height.
//!
//! Where a cap binds the answer says `more`, and the rest follows in the next block. A block in which nothing
//! was used yet always allows one lot, whatever it is worth: liquidation never stops for good. Notional is
//! taken at the oracle price, rounded down.

use ballast_risk::{mul_div, position_limits, remaining_in_block, shortfall, Rounding};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::{Exchange, Market};
use crate::liquidation::Subject;
use crate::math::{add, subtract, to_signed};
use crate::minimums::{is_dust, least_position};
use crate::state::BlockUse;

/// What one message may still close of a position.
pub struct Caps {
    /// Base atoms, whole lots; 0 where the block's caps are used up.
    pub size: Uint128,
    /// What may still be asked of the fund in this block, quote atoms.
    loss: Uint128,
    /// Nothing was used in this block: one lot is allowed.
    unused: bool,
}

impl Caps {
    /// What is left for the subject in this block.
    pub fn load(exchange: &mut Exchange, subject: &Subject) -> ContractResult<Self> {
        let height = exchange.env.block.height;
        let account = BlockUse::of(exchange.account(subject.number)?.liquidated, height);
        let market = exchange.market(subject.market)?;
        let of_market = BlockUse::of(market.state.liquidated, height);
        let parameters = &market.config.parameters;
        let left =
            |name, limit: Uint128, used: Uint128| remaining_in_block(name, limit, used.min(limit));
        let whole = subject.size.unsigned_abs();
        let notional = notional(market, whole, subject.price)?;
        let allowed = position_limits(
            notional,
            parameters.liquidation_min_notional,
            parameters.liquidation_max_portion_ppm,
        )?
        .max_notional
        .min(left(
            "account_block_notional",
            parameters.account_block_notional,
            account.notional,
        )?)
        .min(left(
            "market_block_notional",
            parameters.market_block_notional,
            of_market.notional,
        )?);
        let loss = left(
            "account_block_loss",
            parameters.account_block_loss,
            account.loss,
        )?
        .min(left(
            "market_block_loss",
            parameters.market_block_loss,
            of_market.loss,
        )?);
        let unused = account.is_unused() && of_market.is_unused();
        let lot = market.config.lot_size;
        let size = if allowed >= notional {
            whole
        } else {
            whole_lots(mul_div(whole, allowed, notional, Rounding::Down)?, lot)
        };
        let size = if size.is_zero() && unused { lot } else { size };
        // Without a fund nobody is asked.
        let asks = exchange.config.insurance_fund.is_some();
        Ok(Self {
            size: size.min(whole),
            loss: if asks { loss } else { Uint128::MAX },
            unused,
        })
    }

    /// What may be closed of a solvent account's position: where the rest would be below the least position,
    /// all of it.
    pub fn solvent_size(&self, market: &Market, subject: &Subject) -> ContractResult<Uint128> {
        let whole = subject.size.unsigned_abs();
        let rest = subtract(whole, self.size)?;
        let dust = is_dust(to_signed(rest)?, least_position(market));
        Ok(if dust && !self.size.is_zero() {
            whole
        } else {
            self.size
        })
    }

    /// Whether so much may be asked of the fund for closing `size`.
    #[must_use]
    pub fn allow(&self, amount: Uint128, size: Uint128, lot: Uint128) -> bool {
        amount <= self.loss || (self.unused && size <= lot)
    }

    /// The largest size whose loss at the oracle price the caps allow; one lot where nothing was used, 0 where
    /// not even that is left.
    pub fn bankrupt_size(&self, exchange: &Exchange, subject: &Subject) -> ContractResult<Uint128> {
        let lot = exchange.market(subject.market)?.config.lot_size;
        let size = largest_size(lot, self.size, |size| {
            let lacking = shortfall(
                subject.bankruptcy_quote(exchange, size)?,
                subject.oracle_quote(exchange, size)?,
            )?;
            Ok(lacking <= self.loss)
        })?;
        Ok(if size.is_zero() && self.unused {
            lot.min(self.size)
        } else {
            size
        })
    }

    /// A smaller size than one for which `amount` would be asked, which is too much; at least one lot.
    pub fn shrink(&self, size: Uint128, amount: Uint128, lot: Uint128) -> ContractResult<Uint128> {
        let part = mul_div(size, self.loss.min(amount), amount, Rounding::Down)?;
        let smaller = whole_lots(part, lot);
        // The last pass asks for more than in proportion: never the same size again.
        let half = whole_lots(Uint128::new(size.u128() >> 1), lot);
        let next = if smaller < size { smaller } else { half };
        Ok(next.max(lot))
    }
}

/// A size cut to whole lots.
fn whole_lots(size: Uint128, lot: Uint128) -> Uint128 {
    let rest = size.checked_rem(lot).unwrap_or_default();
    size.saturating_sub(rest)
}

/// The largest part of `wanted` in whole lots that `fits`; all of it where that fits. What fits must fit in
/// every smaller part too: so halving finds it.
pub fn largest_size(
    lot: Uint128,
    wanted: Uint128,
    fits: impl Fn(Uint128) -> ContractResult<bool>,
) -> ContractResult<Uint128> {
    if fits(wanted)? {
        return Ok(wanted);
    }
    let size_of = |lots: Uint128| {
        lots.checked_mul(lot).map_err(|_| {
            ContractError::Overflow {
                what: "size",
                value: lots.to_string(),
            }
            .into()
        })
    };
    // `low` lots fit, `high` do not.
    let mut low = Uint128::zero();
    let mut high = wanted
        .checked_div(lot)
        .map_err(|_| ContractError::InvalidSize {
            lot_size: lot,
            found: wanted,
        })?;
    while subtract(high, low)? > Uint128::one() {
        let middle = add(low, Uint128::new(subtract(high, low)?.u128() >> 1))?;
        if fits(size_of(middle)?)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    size_of(low)
}

/// Value of a size at the oracle price, quote atoms, rounded down.
pub fn notional(market: &Market, size: Uint128, price: Decimal) -> ContractResult<Uint128> {
    Ok(market.scale.notional(size, price, Rounding::Down)?)
}

/// What a liquidation uses of its block.
#[derive(Clone, Copy)]
pub struct Use {
    /// Account number.
    pub account: u64,
    /// The market.
    pub market: MarketId,
    /// Closed, or about to be, quote atoms at the oracle price.
    pub notional: Uint128,
    /// Asked of the fund, quote atoms.
    pub loss: Uint128,
}

impl Use {
    /// Counts it in the block. Account and market were opened before.
    pub fn record(&self, exchange: &mut Exchange) -> ContractResult<()> {
        self.change(exchange, |used| {
            Ok(BlockUse {
                notional: add(used.notional, self.notional)?,
                loss: add(used.loss, self.loss)?,
                ..used
            })
        })
    }

    /// Takes back what did not happen: nobody uses up a block by making claims fail.
    pub fn release(&self, exchange: &mut Exchange) -> ContractResult<()> {
        self.change(exchange, |used| {
            Ok(BlockUse {
                notional: used.notional.saturating_sub(self.notional),
                loss: used.loss.saturating_sub(self.loss),
                ..used
            })
        })
    }

    fn change(
        &self,
        exchange: &mut Exchange,
        change: impl Fn(BlockUse) -> ContractResult<BlockUse>,
    ) -> ContractResult<()> {
        if self.notional.is_zero() && self.loss.is_zero() {
            return Ok(());
        }
        let height = exchange.env.block.height;
        let changed = |stored| {
            let used = change(BlockUse::of(stored, height))?;
            ContractResult::Ok(Some(used).filter(|used| !used.is_unused()))
        };
        let account = exchange.account_mut(self.account)?;
        account.liquidated = changed(account.liquidated)?;
        let state = &mut exchange.market_mut(self.market)?.state;
        state.liquidated = changed(state.liquidated)?;
        Ok(())
    }
}
