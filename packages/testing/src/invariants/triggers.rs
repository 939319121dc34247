//! The market's trigger orders and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use ballast_perp_market::state::{
    trigger_order_id, Named, TriggerKey, TriggerOrder, TriggerPlace, ACCOUNT_TRIGGER_ORDERS,
    TRIGGER_ORDERS,
};
use ballast_types::market::TriggerOrderId;
use ballast_types::MarketId;
use cosmwasm_std::{Order as Direction, Storage, Uint64};

use super::keys::decode;
use super::shadow::Records;
use super::Findings;

/// (account number, market, sequence number).
type OwnKey = (u64, MarketId, u64);

/// Copies of the records, with counts of our own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TriggerShadow {
    orders: Records<TriggerKey, TriggerOrder>,
    own: Records<OwnKey, TriggerPlace>,
    /// By account; none where 0.
    counts: BTreeMap<u64, u32>,
}

/// Keys that a message touched.
#[derive(Default)]
pub(super) struct TouchedTriggers {
    orders: BTreeSet<TriggerKey>,
    own: BTreeSet<OwnKey>,
}

fn own_key(key: TriggerKey, order: &TriggerOrder) -> OwnKey {
    let id = trigger_order_id(key);
    (order.account, id.market, id.sequence.u64())
}

fn named(key: TriggerKey) -> Named {
    let (line, price, sequence) = key;
    Named::TriggerOrder {
        line,
        price,
        sequence,
    }
}

impl TriggerShadow {
    /// Everything from storage.
    pub fn read(storage: &dyn Storage) -> Result<Self> {
        let mut shadow = Self::default();
        for record in TRIGGER_ORDERS.range(storage, None, None, Direction::Ascending) {
            let (key, order) = record?;
            shadow.put(key, Some(order));
        }
        for record in ACCOUNT_TRIGGER_ORDERS.range(storage, None, None, Direction::Ascending) {
            let (key, place) = record?;
            shadow.own.replace(key, Some(place));
        }
        Ok(shadow)
    }

    /// Replaces a record by what storage holds now. Says which accounts and names it concerns; `None` where the
    /// namespace is another's.
    pub fn replace(
        &mut self,
        storage: &dyn Storage,
        namespace: &[u8],
        rest: &[u8],
        touched: &mut TouchedTriggers,
    ) -> Result<Option<Vec<TriggerOrder>>> {
        if namespace == TRIGGER_ORDERS.namespace_bytes() {
            let key = decode::<TriggerKey>(rest)?;
            let before = self.put(key, TRIGGER_ORDERS.may_load(storage, key)?);
            let now = self.orders.get(&key).cloned();
            let concerned: Vec<_> = before.into_iter().chain(now).collect();
            touched
                .own
                .extend(concerned.iter().map(|order| own_key(key, order)));
            touched.orders.insert(key);
            return Ok(Some(concerned));
        }
        if namespace == ACCOUNT_TRIGGER_ORDERS.namespace_bytes() {
            let key = decode::<OwnKey>(rest)?;
            self.own
                .replace(key, ACCOUNT_TRIGGER_ORDERS.may_load(storage, key)?);
            touched.own.insert(key);
            return Ok(Some(vec![]));
        }
        Ok(None)
    }

    fn put(&mut self, key: TriggerKey, now: Option<TriggerOrder>) -> Option<TriggerOrder> {
        if let Some(order) = &now {
            *self.counts.entry(order.account).or_default() += 1;
        }
        let before = self.orders.replace(key, now);
        if let Some(order) = &before {
            let count = self.counts.entry(order.account).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&order.account);
            }
        }
        before
    }

    /// Trigger orders of an account.
    pub fn count(&self, account: u64) -> u32 {
        self.counts.get(&account).copied().unwrap_or(0)
    }

    /// The trigger order that a name stands for, if it says so itself.
    pub fn is_named(&self, key: TriggerKey, account: u64, client_order_id: u128) -> bool {
        self.orders.get(&key).is_some_and(|order| {
            order.account == account
                && order.client_order_id.map(|id| id.u128()) == Some(client_order_id)
        })
    }

    /// All keys.
    pub fn all(&self) -> TouchedTriggers {
        TouchedTriggers {
            orders: self.orders.0.keys().copied().collect(),
            own: self.own.0.keys().copied().collect(),
        }
    }

    /// Records that a message touched, with their neighbours. `next` gives a market's next sequence number, `name` what
    /// a client order id of an account stands for.
    pub fn check(
        &self,
        touched: &TouchedTriggers,
        next: impl Fn(MarketId) -> u64,
        name: impl Fn(u64, u128) -> Option<Named>,
        findings: &mut Findings,
    ) {
        for key in &touched.orders {
            let Some(order) = self.orders.get(key) else {
                continue;
            };
            let id = trigger_order_id(*key);
            findings.require(
                !order.remaining.is_zero() && order.remaining <= order.size,
                "market: a trigger order holds from one atom to its size",
                || format!("{id:?}: {order:?}"),
            );
            findings.require(
                !id.trigger_price.is_zero() && id.sequence.u64() < next(id.market),
                "market: trigger order has a price and a number already given",
                || format!("{id:?}: {order:?}"),
            );
            if let Some(client_order_id) = order.client_order_id {
                let found = name(order.account, client_order_id.u128());
                findings.require(
                    found == Some(named(*key)),
                    "market: trigger order's client order id is indexed",
                    || format!("{id:?}: {order:?} has {found:?}"),
                );
            }
            findings.require(
                self.own.has(&own_key(*key, order)),
                "market: trigger order is indexed",
                || format!("{id:?}: {order:?} has no entry"),
            );
        }
        for key in &touched.own {
            let (account, market, sequence) = *key;
            let Some(place) = self.own.get(key) else {
                continue;
            };
            let id = TriggerOrderId {
                market,
                condition: place.condition,
                trigger_price: place.trigger_price,
                sequence: Uint64::new(sequence),
            };
            let order = self
                .orders
                .get(&ballast_perp_market::state::trigger_key(&id));
            findings.require(
                order.is_some_and(|order| order.account == account),
                "market: trigger order index matches trigger orders",
                || format!("entry {key:?} -> {place:?}, order is {order:?}"),
            );
        }
    }
}
