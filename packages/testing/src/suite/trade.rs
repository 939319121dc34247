//! What traders and keepers do.

use anyhow::{Context, Result};
use ballast_types::market::{
    BatchAnswer, BatchOrder, ExecuteMsg, ExecuteTriggerOrderAnswer, LiquidationAnswer, OrderId,
    OrderReference, OrderType, PlaceOrder, PlaceOrderAnswer, PlaceTriggerOrder,
    PlaceTriggerOrderAnswer, RemoveOrdersAnswer, TimeInForce, TriggerOrderId,
};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::{from_json, Addr, Decimal, Uint128};
use cw_multi_test::AppResponse;

use super::{Answered, Suite};

/// An order to place.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder {
    /// The sender's subaccount.
    pub subaccount: u32,
    /// The market.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Base atoms.
    pub size: u128,
    /// Limit or market.
    pub order_type: OrderType,
    /// Never opens or grows a position.
    pub reduce_only: bool,
}

impl NewOrder {
    /// The message, by the account's owner and without a client order id.
    #[must_use]
    pub fn message(&self) -> PlaceOrder {
        PlaceOrder {
            owner: None,
            subaccount: self.subaccount,
            market: self.market,
            side: self.side,
            size: Uint128::new(self.size),
            order_type: self.order_type,
            reduce_only: self.reduce_only,
            client_order_id: None,
        }
    }
}

impl Suite {
    /// Places an order.
    ///
    /// # Errors
    /// What the market returned.
    pub fn place(&mut self, user: &Addr, order: &NewOrder) -> Result<Answered<PlaceOrderAnswer>> {
        self.place_order(user, &order.message())
    }

    /// Places an order with everything it may say: for an owner, with a client order id.
    ///
    /// # Errors
    /// What the market returned.
    pub fn place_order(
        &mut self,
        sender: &Addr,
        order: &PlaceOrder,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let market = self.market.clone();
        let msg = ExecuteMsg::PlaceOrder(order.clone());
        answered(self.execute(sender, &market, &msg, &[])?)
    }

    /// A limit order that rests where it does not trade.
    ///
    /// # Errors
    /// What the market returned.
    pub fn limit(
        &mut self,
        user: &Addr,
        subaccount: u32,
        market: MarketId,
        side: Side,
        size: u128,
        price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let time_in_force = TimeInForce::GoodTilCancelled;
        let order_type = OrderType::Limit {
            price,
            time_in_force,
        };
        self.place(
            user,
            &NewOrder {
                subaccount,
                market,
                side,
                size,
                order_type,
                reduce_only: false,
            },
        )
    }

    /// A limit order that rests or is refused.
    ///
    /// # Errors
    /// What the market returned.
    pub fn post_only(
        &mut self,
        user: &Addr,
        subaccount: u32,
        market: MarketId,
        side: Side,
        size: u128,
        price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let order_type = OrderType::Limit {
            price,
            time_in_force: TimeInForce::PostOnly,
        };
        self.place(
            user,
            &NewOrder {
                subaccount,
                market,
                side,
                size,
                order_type,
                reduce_only: false,
            },
        )
    }

    /// A limit order that trades at once or not at all.
    ///
    /// # Errors
    /// What the market returned.
    pub fn ioc(
        &mut self,
        user: &Addr,
        subaccount: u32,
        market: MarketId,
        side: Side,
        size: u128,
        price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let time_in_force = TimeInForce::ImmediateOrCancel;
        let order_type = OrderType::Limit {
            price,
            time_in_force,
        };
        self.place(
            user,
            &NewOrder {
                subaccount,
                market,
                side,
                size,
                order_type,
                reduce_only: false,
            },
        )
    }

    /// A market order.
    ///
    /// # Errors
    /// What the market returned.
    pub fn market_order(
        &mut self,
        user: &Addr,
        subaccount: u32,
        market: MarketId,
        side: Side,
        size: u128,
        worst_price: Decimal,
    ) -> Result<Answered<PlaceOrderAnswer>> {
        let order_type = OrderType::Market { worst_price };
        self.place(
            user,
            &NewOrder {
                subaccount,
                market,
                side,
                size,
                order_type,
                reduce_only: false,
            },
        )
    }

    /// Cancels one order.
    ///
    /// # Errors
    /// What the market returned.
    pub fn cancel(
        &mut self,
        user: &Addr,
        subaccount: u32,
        order_id: OrderId,
    ) -> Result<AppResponse> {
        let market = self.market.clone();
        self.execute(
            user,
            &market,
            &ExecuteMsg::CancelOrder {
                owner: None,
                subaccount,
                order_id: Some(order_id),
                trigger_order_id: None,
                client_order_id: None,
            },
            &[],
        )
    }

    /// Cancels all orders of a subaccount, in one market or in all.
    ///
    /// # Errors
    /// What the market returned.
    pub fn cancel_all(
        &mut self,
        user: &Addr,
        subaccount: u32,
        market: Option<MarketId>,
    ) -> Result<AppResponse> {
        let contract = self.market.clone();
        self.execute(
            user,
            &contract,
            &ExecuteMsg::CancelAllOrders {
                owner: None,
                subaccount,
                market,
                trigger_orders: false,
            },
            &[],
        )
    }

    /// Stores a trigger order.
    ///
    /// # Errors
    /// What the market returned.
    pub fn place_trigger_order(
        &mut self,
        sender: &Addr,
        order: &PlaceTriggerOrder,
    ) -> Result<TriggerOrderId> {
        let market = self.market.clone();
        let msg = ExecuteMsg::PlaceTriggerOrder(order.clone());
        let placed: Answered<PlaceTriggerOrderAnswer> =
            answered(self.execute(sender, &market, &msg, &[])?)?;
        Ok(placed.answer.trigger_order_id)
    }

    /// Executes a trigger order.
    ///
    /// # Errors
    /// What the market returned: above all that it is not due.
    pub fn execute_trigger_order(
        &mut self,
        keeper: &Addr,
        trigger_order_id: TriggerOrderId,
    ) -> Result<Answered<ExecuteTriggerOrderAnswer>> {
        let market = self.market.clone();
        let msg = ExecuteMsg::ExecuteTriggerOrder { trigger_order_id };
        answered(self.execute(keeper, &market, &msg, &[])?)
    }

    /// Takes a trigger order of a subaccount of the sender back.
    ///
    /// # Errors
    /// What the market returned.
    pub fn cancel_trigger_order(
        &mut self,
        user: &Addr,
        subaccount: u32,
        trigger_order_id: TriggerOrderId,
    ) -> Result<AppResponse> {
        let market = self.market.clone();
        let msg = ExecuteMsg::CancelOrder {
            owner: None,
            subaccount,
            order_id: None,
            trigger_order_id: Some(trigger_order_id),
            client_order_id: None,
        };
        self.execute(user, &market, &msg, &[])
    }

    /// Cancels and places orders of a subaccount of the sender.
    ///
    /// # Errors
    /// What the market returned. That an item was refused is no error.
    pub fn batch(
        &mut self,
        sender: &Addr,
        subaccount: u32,
        cancel: &[OrderReference],
        place: &[BatchOrder],
    ) -> Result<Answered<BatchAnswer>> {
        let market = self.market.clone();
        let msg = ExecuteMsg::Batch {
            owner: None,
            subaccount,
            cancel: cancel.to_vec(),
            place: place.to_vec(),
        };
        answered(self.execute(sender, &market, &msg, &[])?)
    }

    /// Removes dead orders.
    ///
    /// # Errors
    /// What the market returned.
    pub fn remove_orders(
        &mut self,
        sender: &Addr,
        orders: &[OrderId],
    ) -> Result<Answered<RemoveOrdersAnswer>> {
        let market = self.market.clone();
        let msg = ExecuteMsg::RemoveOrders {
            orders: orders.to_vec(),
        };
        answered(self.execute(sender, &market, &msg, &[])?)
    }

    /// Lets somebody trade for a subaccount of `owner`.
    ///
    /// # Errors
    /// What the market returned.
    pub fn set_delegate(
        &mut self,
        owner: &Addr,
        subaccount: u32,
        delegate: &Addr,
        expires_at: u64,
    ) -> Result<AppResponse> {
        let market = self.market.clone();
        let msg = ExecuteMsg::SetDelegate {
            subaccount,
            delegate: delegate.to_string(),
            expires_at,
        };
        self.execute(owner, &market, &msg, &[])
    }

    /// Takes that back.
    ///
    /// # Errors
    /// What the market returned.
    pub fn remove_delegate(
        &mut self,
        owner: &Addr,
        subaccount: u32,
        delegate: &Addr,
    ) -> Result<AppResponse> {
        let market = self.market.clone();
        let msg = ExecuteMsg::RemoveDelegate {
            subaccount,
            delegate: delegate.to_string(),
        };
        self.execute(owner, &market, &msg, &[])
    }

    /// Liquidates an account's position.
    ///
    /// # Errors
    /// What the market returned: above all that the account is not liquidatable.
    pub fn liquidate(
        &mut self,
        keeper: &Addr,
        account: &AccountId,
        market: MarketId,
    ) -> Result<Answered<LiquidationAnswer>> {
        let contract = self.market.clone();
        let msg = ExecuteMsg::Liquidate {
            account: account.clone(),
            market,
        };
        answered(self.execute(keeper, &contract, &msg, &[])?)
    }

    /// Goes on with a bankrupt account's position.
    ///
    /// # Errors
    /// What the market returned.
    pub fn deleverage(
        &mut self,
        keeper: &Addr,
        account: &AccountId,
        market: MarketId,
    ) -> Result<Answered<LiquidationAnswer>> {
        let contract = self.market.clone();
        let msg = ExecuteMsg::Deleverage {
            account: account.clone(),
            market,
        };
        answered(self.execute(keeper, &contract, &msg, &[])?)
    }

    /// Refreshes a market's price and accrues funding and premium, as the keeper.
    ///
    /// # Errors
    /// What the market returned.
    pub fn accrue(&mut self, market: MarketId) -> Result<AppResponse> {
        let (keeper, contract) = (self.keeper.clone(), self.market.clone());
        self.execute(
            &keeper,
            &contract,
            &ExecuteMsg::AccrueFunding { market },
            &[],
        )
    }

    /// Sends the fees that a market owes to the fund, as the keeper.
    ///
    /// # Errors
    /// What the market returned. That the fund refused is no error.
    pub fn flush(&mut self, market: MarketId) -> Result<AppResponse> {
        let (keeper, contract) = (self.keeper.clone(), self.market.clone());
        self.execute(&keeper, &contract, &ExecuteMsg::Flush { market }, &[])
    }
}

pub(super) fn answered<T: DeserializeOwned>(response: AppResponse) -> Result<Answered<T>> {
    let data = response.data.context("the response carries no data")?;
    Ok(Answered {
        answer: from_json(data)?,
        events: response.events,
    })
}
