//! What a message changed, and how it is written: once, at its end, only what differs.

use litemap::LiteMap;

use ballast_types::MarketId;
use cosmwasm_std::{Empty, Event, Int128, Storage};

use crate::error::ContractResult;
use crate::exchange::Market;
use crate::gate::GateChanges;
use crate::math::add;
use crate::state::{
    queue_key, rank_key, trigger_order_id, Account, MarketState, Named, Order, Position,
    TriggerKey, TriggerOrder, TriggerPlace, ACCOUNTS, ACCOUNT_NUMBERS, ACCOUNT_ORDERS,
    ACCOUNT_TRIGGER_ORDERS, CLIENT_ORDERS, DELEVERAGE_CURSORS, DELEVERAGE_QUEUE, MARKET_STATES,
    NEXT_ACCOUNT, ORDERS, PENDING_CLAIMS, PRICE_SAMPLES, TRIGGER_ORDERS,
};

/// An account as it was and as it is.
#[derive(Clone)]
pub struct LoadedAccount {
    /// As in storage; `None` where it is new.
    pub stored: Option<Account>,
    /// As this message has changed it.
    pub now: Account,
}

/// What a message changed.
pub struct Changes {
    /// Number -> as it became, as stored.
    pub markets: LiteMap<MarketId, (Market, MarketState)>,
    /// Number -> as stored and as it became.
    pub accounts: LiteMap<u64, LoadedAccount>,
    /// (book, place) -> owner and what is left; `None`: removed.
    pub orders: LiteMap<(u64, u128), (u64, Option<Order>)>,
    /// (account number, client order id) -> what it stands for; `None`: removed.
    pub client_orders: LiteMap<(u64, u128), Option<Named>>,
    /// Line, price key, sequence number -> owner and what is left; `None`: removed.
    pub trigger_orders: LiteMap<TriggerKey, (u64, Option<TriggerOrder>)>,
    /// The next account's number, where one was opened.
    pub next_account: Option<u64>,
    /// Accounts that became causes for the withdrawal gate, or are none any more.
    pub gate_changes: Vec<(u64, bool)>,
    /// Block time, seconds.
    pub now: u64,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Changes {
    /// Writes every record that differs from what is stored, and the deleveraging queue with it.
    ///
    /// Where no position is open in a market, what its settlement pool holds is rounding and becomes its
    /// residue.
    pub fn save(self, storage: &mut dyn Storage) -> ContractResult<Vec<Event>> {
        let mut gate = GateChanges {
            accounts: self.gate_changes,
            ..GateChanges::default()
        };
        for (id, (mut market, stored)) in self.markets {
            let state = &mut market.state;
            if state.open_interest_long.is_zero()
                && state.open_interest_short.is_zero()
                && state.settlement_pool > Int128::zero()
            {
                state.residue = add(state.residue, state.settlement_pool.unsigned_abs())?;
                state.settlement_pool = Int128::zero();
            }
            if state.deficit != stored.deficit {
                gate.deficits.push((id, stored.deficit, state.deficit));
            }
            if *state != stored {
                MARKET_STATES.save(storage, id, state)?;
            }
            if let Some(sample) = market.sample {
                PRICE_SAMPLES.save(storage, (id, sample.key()), &sample)?;
            }
        }
        for (number, LoadedAccount { stored, mut now }) in self.accounts {
            if stored.as_ref() == Some(&now) {
                continue;
            }
            let before = stored
                .as_ref()
                .map_or(&[][..], |account| &account.positions);
            move_in_queue(storage, number, before, &now.positions)?;
            if now.waits || stored.as_ref().is_some_and(|stored| stored.waits) {
                forget_gone(storage, number, before, &now.positions);
                now.waits = !now.positions.is_empty();
            }
            if stored.is_none() {
                ACCOUNT_NUMBERS.save(storage, (&now.owner, now.subaccount), &number)?;
            }
            ACCOUNTS.save(storage, number, &now)?;
        }
        for ((book, place), (account, order)) in self.orders {
            let own_key = (account, book, place);
            match order {
                Some(order) => {
                    if !ORDERS.has(storage, (book, place)) {
                        ACCOUNT_ORDERS.save(storage, own_key, &Empty {})?;
                    }
                    ORDERS.save(storage, (book, place), &order)?;
                }
                None => {
                    ORDERS.remove(storage, (book, place));
                    ACCOUNT_ORDERS.remove(storage, own_key);
                }
            }
        }
        for (key, named) in self.client_orders {
            match named {
                Some(named) => CLIENT_ORDERS.save(storage, key, &named)?,
                None => CLIENT_ORDERS.remove(storage, key),
            }
        }
        save_trigger_orders(storage, self.trigger_orders)?;
        if let Some(number) = self.next_account {
            NEXT_ACCOUNT.save(storage, &number)?;
        }
        gate.save(storage, self.now)?;
        Ok(self.events)
    }
}

fn save_trigger_orders(
    storage: &mut dyn Storage,
    changed: LiteMap<TriggerKey, (u64, Option<TriggerOrder>)>,
) -> ContractResult<()> {
    for (key, (account, order)) in changed {
        let id = trigger_order_id(key);
        let own_key = (account, id.market, id.sequence.u64());
        match order {
            Some(order) => {
                if !TRIGGER_ORDERS.has(storage, key) {
                    let place = TriggerPlace {
                        condition: id.condition,
                        trigger_price: id.trigger_price,
                    };
                    ACCOUNT_TRIGGER_ORDERS.save(storage, own_key, &place)?;
                }
                TRIGGER_ORDERS.save(storage, key, &order)?;
            }
            None => {
                TRIGGER_ORDERS.remove(storage, key);
                ACCOUNT_TRIGGER_ORDERS.remove(storage, own_key);
            }
        }
    }
    Ok(())
}

/// Moves an account's positions to their new places in the deleveraging queues.
fn move_in_queue(
    storage: &mut dyn Storage,
    number: u64,
    before: &[Position],
    after: &[Position],
) -> ContractResult<()> {
    let place = |position: &Position| {
        let long = !position.size.is_negative();
        (
            queue_key(position.market, long),
            rank_key(long, position.entry_price),
            number,
        )
    };
    for old in before.iter().map(place) {
        if !after.iter().map(place).any(|new| new == old) {
            DELEVERAGE_QUEUE.remove(storage, old);
        }
    }
    for new in after.iter().map(place) {
        if !before.iter().map(place).any(|old| old == new) {
            DELEVERAGE_QUEUE.save(storage, new, &Empty {})?;
        }
    }
    Ok(())
}

/// What waited for a position that is gone goes with it.
fn forget_gone(storage: &mut dyn Storage, number: u64, before: &[Position], after: &[Position]) {
    for gone in before {
        if !after.iter().any(|kept| kept.market == gone.market) {
            DELEVERAGE_CURSORS.remove(storage, (number, gone.market));
            PENDING_CLAIMS.remove(storage, (number, gone.market));
        }
    }
}
