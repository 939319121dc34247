//! The order book in the working set: orders as stored and as the message has changed them, and the names
//! that their owners gave them.

use ballast_types::{MarketId, Side};
use cosmwasm_std::Uint128;
use cw_storage_plus::Bound;

use crate::error::{ContractError, ContractResult};
use crate::exchange::Exchange;
use crate::state::{book_key, place_key, Named, Order, ACCOUNT_ORDERS, CLIENT_ORDERS, ORDERS};

impl Exchange<'_> {
    /// An order in the book, as this message has changed it.
    pub fn order(&self, book: u64, place: u128) -> ContractResult<Option<Order>> {
        match self.orders.get(&(book, place)) {
            Some((_, order)) => Ok(order.clone()),
            None => Ok(ORDERS.may_load(self.deps.storage, (book, place))?),
        }
    }

    /// What this message made of an order: `None` untouched, `Some(None)` removed.
    #[must_use]
    pub fn changed_order(&self, key: (u64, u128)) -> Option<Option<Order>> {
        self.orders.get(&key).map(|(_, order)| order.clone())
    }

    /// Whether this message has taken an order out of a book.
    #[must_use]
    pub fn has_removed_orders(&self) -> bool {
        self.orders.values().any(|(_, order)| order.is_none())
    }

    /// Puts a new order into the book. Returns its place.
    pub fn insert_order(
        &mut self,
        id: MarketId,
        side: Side,
        ticks: u64,
        order: Order,
    ) -> ContractResult<(u64, u128)> {
        let state = &mut self.market_mut(id)?.state;
        let sequence = state.next_sequence;
        state.next_sequence = sequence.saturating_add(1);
        let account = self.account_mut(order.account)?;
        account.open_orders = account.open_orders.saturating_add(1);
        let key = (book_key(id, side), place_key(side, ticks, sequence));
        if let Some(client_order_id) = order.client_order_id {
            let (book, place) = key;
            self.name(order.account, client_order_id, Named::Order { book, place })?;
        }
        self.orders.insert(key, (order.account, Some(order)));
        Ok(key)
    }

    /// What a client order id of an account stands for, as this message has changed it.
    pub fn named(&self, account: u64, client_order_id: Uint128) -> ContractResult<Option<Named>> {
        let key = (account, client_order_id.u128());
        match self.client_orders.get(&key) {
            Some(named) => Ok(*named),
            None => Ok(CLIENT_ORDERS.may_load(self.deps.storage, key)?),
        }
    }

    /// Gives something a client order id, which nothing else of the account may have.
    pub fn name(
        &mut self,
        account: u64,
        client_order_id: Uint128,
        what: Named,
    ) -> ContractResult<()> {
        self.check_unnamed(account, client_order_id)?;
        self.client_orders
            .insert((account, client_order_id.u128()), Some(what));
        Ok(())
    }

    /// Refuses a client order id that something of the account has already.
    pub fn check_unnamed(&self, account: u64, client_order_id: Uint128) -> ContractResult<()> {
        match self.named(account, client_order_id)? {
            Some(_) => Err(ContractError::DuplicateClientOrderId { client_order_id }.into()),
            None => Ok(()),
        }
    }

    /// Frees a client order id.
    pub fn unname(&mut self, account: u64, client_order_id: Uint128) {
        self.client_orders
            .insert((account, client_order_id.u128()), None);
    }

    /// Leaves `remaining` of an order in the book. Returns the order as it then is.
    pub fn shrink_order(&mut self, key: (u64, u128), order: &Order, remaining: Uint128) -> Order {
        let order = Order {
            remaining,
            ..order.clone()
        };
        self.orders
            .insert(key, (order.account, Some(order.clone())));
        order
    }

    /// Takes an order out of the book.
    pub fn remove_order(&mut self, key: (u64, u128), order: &Order) -> ContractResult<()> {
        self.orders.insert(key, (order.account, None));
        if let Some(client_order_id) = order.client_order_id {
            self.unname(order.account, client_order_id);
        }
        let account = self.account_mut(order.account)?;
        account.open_orders = account.open_orders.saturating_sub(1);
        Ok(())
    }

    /// Orders of an account that are in storage and not yet removed by this message.
    pub fn stored_orders_of(
        &self,
        number: u64,
        market: Option<MarketId>,
    ) -> ContractResult<Vec<(u64, u128)>> {
        let order = cosmwasm_std::Order::Ascending;
        let storage = self.deps.storage;
        let keys: Vec<(u64, u128)> = match market {
            None => ACCOUNT_ORDERS
                .sub_prefix(number)
                .keys(storage, None, None, order)
                .collect::<Result<_, _>>()?,
            Some(id) => {
                let mut found = vec![];
                for side in [Side::Buy, Side::Sell] {
                    let book = book_key(id, side);
                    for place in ACCOUNT_ORDERS
                        .prefix((number, book))
                        .keys(storage, None, None, order)
                    {
                        found.push((book, place?));
                    }
                }
                found
            }
        };
        Ok(keys
            .into_iter()
            .filter(|key| !matches!(self.orders.get(key), Some((_, None))))
            .collect())
    }

    /// The next places of a book after one, with their orders as stored.
    pub fn stored_book(
        &self,
        book: u64,
        after: Option<u128>,
        limit: usize,
    ) -> ContractResult<Vec<(u128, Order)>> {
        Ok(ORDERS
            .prefix(book)
            .range(
                self.deps.storage,
                after.map(Bound::exclusive),
                None,
                cosmwasm_std::Order::Ascending,
            )
            .take(limit)
            .collect::<Result<_, _>>()?)
    }
}
