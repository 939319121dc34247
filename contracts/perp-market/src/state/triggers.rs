//! Trigger orders as stored.
//!
//! A *line* is the trigger orders of one market that wait for the price to fall, or to rise: `market * 2`, plus 1 for
//! rising ([`line_key`]). Within a line they stand in the order in which a moving price reaches them: by trigger price,
//! highest first where it falls and lowest first where it rises, then by sequence number ([`trigger_key`]).

use ballast_storage::Map;
use ballast_types::market::{TimeInForce, TriggerCondition, TriggerOrderId, TriggeredOrder};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, Uint128, Uint64};

/// A trigger order. Its condition, trigger price and sequence number are its key.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerOrder {
    /// Account number.
    pub account: u64,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms when it was placed.
    pub size: Uint128,
    /// Base atoms left, never 0.
    pub remaining: Uint128,
    /// What is placed when it is due.
    pub order: TriggeredOrder,
    /// Only reduces.
    pub reduce_only: bool,
    /// From when on it is dead, seconds.
    pub expires_at: Option<u64>,
    /// What its owner called it.
    pub client_order_id: Option<Uint128>,
}

impl TriggerOrder {
    /// Whether it is dead: it has expired, or the order that it would place has.
    #[must_use]
    pub fn is_expired(&self, now: u64) -> bool {
        let order_expires_at = match self.order {
            TriggeredOrder::Limit {
                time_in_force: TimeInForce::GoodTilTime { expires_at },
                ..
            } => Some(expires_at),
            _ => None,
        };
        [self.expires_at, order_expires_at]
            .into_iter()
            .flatten()
            .any(|expires_at| expires_at <= now)
    }
}

/// Line, price key, sequence number.
pub type TriggerKey = (u64, u128, u64);

/// (line, price key, sequence number) -> trigger order: the first key of a line is the first to be due.
pub const TRIGGER_ORDERS: Map<TriggerKey, TriggerOrder> = Map::new("trigger_orders");

/// Where a trigger order of an account stands.
#[derive(Clone, Debug, PartialEq, Copy)]
pub struct TriggerPlace {
    /// Which line.
    pub condition: TriggerCondition,
    /// Oracle price.
    pub trigger_price: Decimal,
}

/// (account number, market, sequence number) -> where it stands: all trigger orders of an account.
pub const ACCOUNT_TRIGGER_ORDERS: Map<(u64, MarketId, u64), TriggerPlace> =
    Map::new("account_trigger_orders");

/// Trigger orders of a market that wait on one side of the price.
#[must_use]
pub fn line_key(market: MarketId, condition: TriggerCondition) -> u64 {
    (u64::from(market) << 1) | u64::from(condition == TriggerCondition::AtOrAbove)
}

/// A price within a line. Its own inverse.
#[must_use]
fn price_key(condition: TriggerCondition, atomics: u128) -> u128 {
    match condition {
        TriggerCondition::AtOrBelow => !atomics,
        TriggerCondition::AtOrAbove => atomics,
    }
}

/// The price key up to which, it included, orders of a line are due at an oracle price.
#[must_use]
pub fn due_price_key(condition: TriggerCondition, price: Decimal) -> u128 {
    price_key(condition, price.atomics().u128())
}

/// The place of a trigger order by its id.
#[must_use]
pub fn trigger_key(id: &TriggerOrderId) -> TriggerKey {
    (
        line_key(id.market, id.condition),
        price_key(id.condition, id.trigger_price.atomics().u128()),
        id.sequence.u64(),
    )
}

/// The id of the trigger order at a place.
#[must_use]
pub fn trigger_order_id((line, price, sequence): TriggerKey) -> TriggerOrderId {
    let condition = if line & 1 == 1 {
        TriggerCondition::AtOrAbove
    } else {
        TriggerCondition::AtOrBelow
    };
    TriggerOrderId {
        market: super::keys::market_of(line),
        condition,
        trigger_price: Decimal::new(Uint128::new(price_key(condition, price))),
        sequence: Uint64::new(sequence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(condition: TriggerCondition, trigger_price: &str, sequence: u64) -> TriggerOrderId {
        TriggerOrderId {
            market: 3,
            condition,
            trigger_price: trigger_price.parse().unwrap(),
            sequence: sequence.into(),
        }
    }

    #[test]
    fn keys_stand_in_the_order_in_which_the_price_reaches_them() {
        let below =
            |price, sequence| trigger_key(&id(TriggerCondition::AtOrBelow, price, sequence));
        let above =
            |price, sequence| trigger_key(&id(TriggerCondition::AtOrAbove, price, sequence));
        assert!(below("90.5", 9) < below("90", 1) && below("90", 1) < below("90", 2));
        assert!(above("90", 9) < above("90.5", 1) && above("90.5", 1) < above("90.5", 2));
        assert_ne!(below("90", 1).0, above("90", 1).0);
    }

    #[test]
    fn ids_and_keys_are_each_others_inverse() {
        for condition in [TriggerCondition::AtOrBelow, TriggerCondition::AtOrAbove] {
            for price in [
                "0.000000000000000001",
                "1",
                "340282366920938463463.374607431768211455",
            ] {
                let id = id(condition, price, u64::MAX);
                assert_eq!(trigger_order_id(trigger_key(&id)), id);
            }
        }
    }

    #[test]
    fn orders_at_the_price_are_due() {
        for condition in [TriggerCondition::AtOrBelow, TriggerCondition::AtOrAbove] {
            for trigger_price in ["99.9", "100", "100.1"] {
                let (_, key, _) = trigger_key(&id(condition, trigger_price, 1));
                let price = Decimal::percent(10_000);
                assert_eq!(
                    key <= due_price_key(condition, price),
                    condition.holds(price, trigger_price.parse().unwrap())
                );
            }
        }
    }

    #[test]
    fn a_trigger_order_dies_with_the_order_that_it_would_place() {
        let order = |expires_at, inner| TriggerOrder {
            account: 1,
            side: Side::Sell,
            size: Uint128::one(),
            remaining: Uint128::one(),
            order: TriggeredOrder::Limit {
                price: Decimal::one(),
                time_in_force: TimeInForce::GoodTilTime { expires_at: inner },
            },
            reduce_only: true,
            expires_at,
            client_order_id: None,
        };
        assert!(!order(None, 11).is_expired(10) && order(None, 10).is_expired(10));
        assert!(!order(Some(11), 11).is_expired(10) && order(Some(10), 11).is_expired(10));
    }
}
