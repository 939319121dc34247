//! Trigger orders in the working set: as stored and as the message has changed them.

use ballast_types::market::{TriggerCondition, TriggerOrderId};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Order, Uint64};
use cw_storage_plus::Bound;

use crate::error::ContractResult;
use crate::exchange::Exchange;
use crate::state::{
    trigger_key, Named, TriggerKey, TriggerOrder, ACCOUNT_TRIGGER_ORDERS, TRIGGER_ORDERS,
};

impl Exchange<'_> {
    /// A trigger order, as this message has changed it.
    pub fn trigger_order(&self, key: TriggerKey) -> ContractResult<Option<TriggerOrder>> {
        match self.trigger_orders.get(&key) {
            Some((_, order)) => Ok(order.clone()),
            None => Ok(TRIGGER_ORDERS.may_load(self.deps.storage, key)?),
        }
    }

    /// Stores a new trigger order. Returns its id.
    pub fn insert_trigger_order(
        &mut self,
        market: MarketId,
        condition: TriggerCondition,
        trigger_price: Decimal,
        order: TriggerOrder,
    ) -> ContractResult<TriggerOrderId> {
        let state = &mut self.market_mut(market)?.state;
        let sequence = state.next_sequence;
        state.next_sequence = sequence.saturating_add(1);
        let account = self.account_mut(order.account)?;
        account.trigger_orders = account.trigger_orders.saturating_add(1);
        let id = TriggerOrderId {
            market,
            condition,
            trigger_price,
            sequence: Uint64::new(sequence),
        };
        self.replace_trigger_order(trigger_key(&id), order)?;
        Ok(id)
    }

    /// Puts a trigger order in its place, whose name nothing else of the account may have.
    pub fn replace_trigger_order(
        &mut self,
        key: TriggerKey,
        order: TriggerOrder,
    ) -> ContractResult<()> {
        if let Some(client_order_id) = order.client_order_id {
            let (line, price, sequence) = key;
            let named = Named::TriggerOrder {
                line,
                price,
                sequence,
            };
            self.name(order.account, client_order_id, named)?;
        }
        self.trigger_orders
            .insert(key, (order.account, Some(order)));
        Ok(())
    }

    /// Takes a trigger order away.
    pub fn remove_trigger_order(
        &mut self,
        key: TriggerKey,
        order: &TriggerOrder,
    ) -> ContractResult<()> {
        self.trigger_orders.insert(key, (order.account, None));
        if let Some(client_order_id) = order.client_order_id {
            self.unname(order.account, client_order_id);
        }
        let account = self.account_mut(order.account)?;
        account.trigger_orders = account.trigger_orders.saturating_sub(1);
        Ok(())
    }

    /// Trigger orders of an account that are in storage and not yet removed by this message.
    pub fn stored_trigger_orders_of(
        &self,
        number: u64,
        market: Option<MarketId>,
    ) -> ContractResult<Vec<TriggerKey>> {
        let storage = self.deps.storage;
        let place = |market, sequence: u64, place: crate::state::TriggerPlace| {
            trigger_key(&TriggerOrderId {
                market,
                condition: place.condition,
                trigger_price: place.trigger_price,
                sequence: Uint64::new(sequence),
            })
        };
        let mut keys = vec![];
        match market {
            None => {
                let all = ACCOUNT_TRIGGER_ORDERS.sub_prefix(number);
                for entry in all.range(storage, None, None, Order::Ascending) {
                    let ((market, sequence), stored) = entry?;
                    keys.push(place(market, sequence, stored));
                }
            }
            Some(market) => {
                let all = ACCOUNT_TRIGGER_ORDERS.prefix((number, market));
                for entry in all.range(storage, None, None, Order::Ascending) {
                    let (sequence, stored) = entry?;
                    keys.push(place(market, sequence, stored));
                }
            }
        }
        keys.retain(|key| !matches!(self.trigger_orders.get(key), Some((_, None))));
        Ok(keys)
    }

    /// The next trigger orders of a line after one, up to a price key, as stored.
    pub fn stored_trigger_orders(
        &self,
        line: u64,
        after: Option<(u128, u64)>,
        up_to: u128,
        limit: usize,
    ) -> ContractResult<Vec<(TriggerKey, TriggerOrder)>> {
        TRIGGER_ORDERS
            .sub_prefix(line)
            .range(
                self.deps.storage,
                after.map(Bound::exclusive),
                Some(Bound::inclusive((up_to, u64::MAX))),
                Order::Ascending,
            )
            .take(limit)
            .map(|entry| {
                let ((price, sequence), order) = entry?;
                Ok(((line, price, sequence), order))
            })
            .collect()
    }
}
