//! What an order says of itself: size, price, how long it lives.

use ballast_risk::{price_to_ticks, price_to_ticks_rounded, Rounding};
use ballast_types::market::{OrderType, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{Decimal, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::Market;
use crate::math::{add, subtract};

/// Worst acceptable price in ticks, and how the order may trade.
#[derive(Clone, Copy)]
pub struct Terms {
    /// At least 1 (0 where the band of a market order ends below the first tick: then nothing trades).
    pub worst_ticks: u64,
    /// What happens to what does not trade at once.
    pub time_in_force: TimeInForce,
}

impl Terms {
    /// A limit must be a multiple of the tick; a market order's bound is rounded so that it is never
    /// exceeded. What expires must do so in the future.
    pub fn new(
        market: &Market,
        side: Side,
        order_type: &OrderType,
        now: u64,
    ) -> ContractResult<Self> {
        let tick_size = market.config.tick_size;
        let invalid = |found: Decimal| ContractError::InvalidPrice { tick_size, found };
        let (worst_ticks, found, time_in_force) = match *order_type {
            OrderType::Limit {
                price,
                time_in_force,
            } => {
                let ticks = price_to_ticks(price, tick_size).map_err(|_| invalid(price))?;
                (ticks, price, time_in_force)
            }
            OrderType::Market { worst_price } => {
                let ticks = price_to_ticks_rounded(worst_price, tick_size, favourable(side))
                    .map_err(|_| invalid(worst_price))?;
                (ticks, worst_price, TimeInForce::ImmediateOrCancel)
            }
        };
        if worst_ticks == 0 {
            return Err(invalid(found).into());
        }
        if let TimeInForce::GoodTilTime { expires_at } = time_in_force {
            if expires_at <= now {
                return Err(ContractError::AlreadyExpired { expires_at, now }.into());
            }
        }
        Ok(Self {
            worst_ticks,
            time_in_force,
        })
    }

    /// Keeps an order within the band around the oracle price: a buy at most `price * (1 + band)`, a sell at
    /// least `price * (1 - band)`, the distance rounded down. A limit beyond it is refused, a market order's
    /// worst price is moved to it.
    pub fn within_band(
        self,
        market: &Market,
        side: Side,
        order_type: &OrderType,
        price: Decimal,
    ) -> ContractResult<Self> {
        let bound = price_beyond(price, side, market.config.parameters.price_band_ppm)?;
        let beyond = |found: Decimal| match side {
            Side::Buy => found > bound,
            Side::Sell => found < bound,
        };
        match *order_type {
            OrderType::Limit { price: found, .. } if beyond(found) => {
                Err(ContractError::PriceOutsideBand {
                    market: market.id,
                    bound,
                    found,
                }
                .into())
            }
            OrderType::Market { worst_price } if beyond(worst_price) => {
                // Beyond 64 bits of ticks no order can stand: every ask is acceptable, and no bid.
                let tick_size = market.config.tick_size;
                let ticks = price_to_ticks_rounded(bound, tick_size, favourable(side));
                Ok(Self {
                    worst_ticks: ticks.unwrap_or(u64::MAX),
                    ..self
                })
            }
            _ => Ok(self),
        }
    }

    /// Whether what does not trade at once goes into the book.
    #[must_use]
    pub fn rests(&self) -> bool {
        match self.time_in_force {
            TimeInForce::GoodTilCancelled
            | TimeInForce::GoodTilTime { .. }
            | TimeInForce::PostOnly => true,
            TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill => false,
        }
    }

    /// When the order dies, seconds.
    #[must_use]
    pub fn expires_at(&self) -> Option<u64> {
        match self.time_in_force {
            TimeInForce::GoodTilTime { expires_at } => Some(expires_at),
            _ => None,
        }
    }
}

/// A price that much worse than another for whoever trades on a side, the distance rounded down.
pub fn price_beyond(price: Decimal, side: Side, distance_ppm: u32) -> ContractResult<Decimal> {
    let atomics = price.atomics();
    let distance = ballast_risk::ppm_of(atomics, distance_ppm, Rounding::Down)?;
    Ok(Decimal::new(match side {
        Side::Buy => add(atomics, distance)?,
        Side::Sell => subtract(atomics, distance)?,
    }))
}

/// Rounding of a bound to ticks that never exceeds it.
#[must_use]
pub fn favourable(side: Side) -> Rounding {
    match side {
        Side::Buy => Rounding::Down,
        Side::Sell => Rounding::Up,
    }
}

/// A size must be a positive multiple of the lot.
pub fn check_size(market: &Market, size: Uint128) -> ContractResult<()> {
    let lot_size = market.config.lot_size;
    let whole = size.checked_rem(lot_size).is_ok_and(|rest| rest.is_zero());
    if size.is_zero() || !whole {
        return Err(ContractError::InvalidSize {
            lot_size,
            found: size,
        }
        .into());
    }
    // What is traded is signed from here on.
    crate::math::to_signed(size)?;
    Ok(())
}
