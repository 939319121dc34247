//! All events of the contract, built in one place. Their attributes are listed in
//! `ballast_types::events::market`.

use ballast_types::events::market as names;
use ballast_types::market::{CachedPrice, ExecuteTriggerOrderAnswer, OrderId};
use ballast_types::{AccountId, MarketId, RiskParameters};
use cosmwasm_std::{Addr, Decimal, Event, Int128, Uint128};

use crate::liquidation::{Outcome, Subject};
use crate::state::{order_id, trigger_order_id, Account, Order, TriggerKey, TriggerOrder};

fn with_order(event: Event, id: &OrderId) -> Event {
    event
        .add_attribute("market", id.market.to_string())
        .add_attribute("side", id.side.as_str())
        .add_attribute("ticks", id.ticks)
        .add_attribute("sequence", id.sequence)
}

fn of_account(name: &str, number: u64, account: &Account) -> Event {
    Event::new(name)
        .add_attribute("account", number.to_string())
        .add_attribute("owner", &account.owner)
        .add_attribute("subaccount", account.subaccount.to_string())
}

fn of_market(name: &str, market: MarketId) -> Event {
    Event::new(name).add_attribute("market", market.to_string())
}

/// Coins came in.
#[must_use]
pub fn deposit(number: u64, account: &Account, amount: Uint128) -> Event {
    of_account(names::DEPOSIT, number, account).add_attribute("amount", amount)
}

/// Coins went out.
#[must_use]
pub fn withdraw(number: u64, account: &Account, amount: Uint128) -> Event {
    of_account(names::WITHDRAW, number, account).add_attribute("amount", amount)
}

fn with_client_id(event: Event, order: &Order) -> Event {
    match order.client_order_id {
        Some(id) => event.add_attribute("client_order_id", id),
        None => event,
    }
}

/// A withdrawal waits.
#[must_use]
pub fn withdrawal_queued(id: u64, number: u64, account: &Account, amount: Uint128) -> Event {
    of_account(names::WITHDRAWAL_QUEUED, number, account)
        .add_attribute("id", id.to_string())
        .add_attribute("amount", amount)
}

/// A queued withdrawal was paid.
#[must_use]
pub fn withdrawal_paid(
    id: u64,
    number: u64,
    account: &Account,
    amount: Uint128,
    left: Uint128,
) -> Event {
    of_account(names::WITHDRAWAL_PAID, number, account)
        .add_attribute("id", id.to_string())
        .add_attribute("amount", amount)
        .add_attribute("left", left)
}

fn of_withdrawal(name: &str, id: u64, account: u64, amount: Uint128) -> Event {
    Event::new(name)
        .add_attribute("id", id.to_string())
        .add_attribute("account", account.to_string())
        .add_attribute("amount", amount)
}

/// A payment failed.
#[must_use]
pub fn withdrawal_failed(id: u64, account: u64, amount: Uint128, returned: bool) -> Event {
    of_withdrawal(names::WITHDRAWAL_FAILED, id, account, amount)
        .add_attribute("returned", returned.to_string())
}

/// A queued withdrawal went back.
#[must_use]
pub fn withdrawal_cancelled(id: u64, account: u64, amount: Uint128) -> Event {
    of_withdrawal(names::WITHDRAWAL_CANCELLED, id, account, amount)
}

/// Money went from one subaccount to another.
#[must_use]
pub fn transfer(from: u64, to: u64, owner: &Addr, amount: Uint128) -> Event {
    Event::new(names::TRANSFER)
        .add_attribute("from", from.to_string())
        .add_attribute("to", to.to_string())
        .add_attribute("owner", owner)
        .add_attribute("amount", amount)
}

/// An order rests.
#[must_use]
pub fn order_placed(key: (u64, u128), order: &Order) -> Event {
    let event = with_order(Event::new(names::ORDER_PLACED), &order_id(key.0, key.1))
        .add_attribute("account", order.account.to_string())
        .add_attribute("size", order.remaining)
        .add_attribute("reduce_only", order.reduce_only.to_string());
    let event = match order.expires_at {
        Some(expires_at) => event.add_attribute("expires_at", expires_at.to_string()),
        None => event,
    };
    with_client_id(event, order)
}

/// An order left the book without a trade; who was paid how much for it.
#[must_use]
pub fn order_removed(
    key: (u64, u128),
    order: &Order,
    reason: &str,
    paid: Option<(u64, Uint128)>,
) -> Event {
    let event = with_order(Event::new(names::ORDER_REMOVED), &order_id(key.0, key.1))
        .add_attribute("account", order.account.to_string())
        .add_attribute("size", order.remaining)
        .add_attribute("reason", reason);
    let event = match paid {
        Some((remover, fee)) => event
            .add_attribute("remover", remover.to_string())
            .add_attribute("fee", fee),
        None => event,
    };
    with_client_id(event, order)
}

fn with_trigger_order(name: &str, key: TriggerKey, order: &TriggerOrder) -> Event {
    let id = trigger_order_id(key);
    let event = Event::new(name)
        .add_attribute("market", id.market.to_string())
        .add_attribute("condition", id.condition.as_str())
        .add_attribute("trigger_price", id.trigger_price.to_string())
        .add_attribute("sequence", id.sequence)
        .add_attribute("account", order.account.to_string());
    match order.client_order_id {
        Some(id) => event.add_attribute("client_order_id", id),
        None => event,
    }
}

fn with_keeper(event: Event, paid: Option<(u64, Uint128)>) -> Event {
    match paid {
        Some((keeper, fee)) => event
            .add_attribute("keeper", keeper.to_string())
            .add_attribute("fee", fee),
        None => event,
    }
}

/// A trigger order waits.
#[must_use]
pub fn trigger_order_placed(key: TriggerKey, order: &TriggerOrder) -> Event {
    let event = with_trigger_order(names::TRIGGER_ORDER_PLACED, key, order)
        .add_attribute("side", order.side.as_str())
        .add_attribute("size", order.size)
        .add_attribute("reduce_only", order.reduce_only.to_string());
    match order.expires_at {
        Some(expires_at) => event.add_attribute("expires_at", expires_at.to_string()),
        None => event,
    }
}

/// A trigger order was executed at an oracle price; who was paid how much for it.
#[must_use]
pub fn trigger_order_executed(
    key: TriggerKey,
    order: &TriggerOrder,
    price: Decimal,
    answer: &ExecuteTriggerOrderAnswer,
    paid: Option<(u64, Uint128)>,
) -> Event {
    let filled = answer
        .order
        .as_ref()
        .map_or(Uint128::zero(), |placed| placed.filled);
    let event = with_trigger_order(names::TRIGGER_ORDER_EXECUTED, key, order)
        .add_attribute("price", price.to_string())
        .add_attribute("filled", filled)
        .add_attribute("remaining", answer.remaining)
        .add_attribute("status", answer.status.as_str());
    with_keeper(event, paid)
}

/// A trigger order is gone without a trade; who was paid how much for it.
#[must_use]
pub fn trigger_order_removed(
    key: TriggerKey,
    order: &TriggerOrder,
    reason: &str,
    paid: Option<(u64, Uint128)>,
) -> Event {
    let event = with_trigger_order(names::TRIGGER_ORDER_REMOVED, key, order)
        .add_attribute("remaining", order.remaining)
        .add_attribute("reason", reason);
    with_keeper(event, paid)
}

/// Nobody takes more risk until then.
#[must_use]
pub fn freeze(until: u64) -> Event {
    Event::new(names::FREEZE).add_attribute("until", until.to_string())
}

/// Somebody may trade for an account, or not any more (0).
#[must_use]
pub fn delegate(number: u64, account: &Account, delegate: &Addr, expires_at: u64) -> Event {
    of_account(names::DELEGATE, number, account)
        .add_attribute("delegate", delegate)
        .add_attribute("expires_at", expires_at.to_string())
}

/// What a trade was.
pub struct Trade {
    /// The maker's order.
    pub key: (u64, u128),
    /// Base atoms.
    pub size: Uint128,
    /// Quote atoms.
    pub value: Uint128,
    /// Account number.
    pub maker: u64,
    /// Account number.
    pub taker: u64,
    /// Quote atoms.
    pub maker_fee: Uint128,
    /// Quote atoms.
    pub taker_fee: Uint128,
}

/// Two accounts traded.
#[must_use]
pub fn trade(trade: &Trade) -> Event {
    let id = order_id(trade.key.0, trade.key.1);
    of_market(names::TRADE, id.market)
        .add_attribute("side", id.side.opposite().as_str())
        .add_attribute("ticks", id.ticks)
        .add_attribute("sequence", id.sequence)
        .add_attribute("size", trade.size)
        .add_attribute("value", trade.value)
        .add_attribute("maker", trade.maker.to_string())
        .add_attribute("taker", trade.taker.to_string())
        .add_attribute("maker_fee", trade.maker_fee)
        .add_attribute("taker_fee", trade.taker_fee)
}

/// A position was settled.
#[must_use]
pub fn funding_settled(account: u64, market: MarketId, payment: Int128) -> Event {
    Event::new(names::FUNDING_SETTLED)
        .add_attribute("account", account.to_string())
        .add_attribute("market", market.to_string())
        .add_attribute("payment", payment.to_string())
}

/// An interval ended.
#[must_use]
pub fn funding_rate(market: MarketId, rate: Int128, intervals: u64, price: Decimal) -> Event {
    of_market(names::FUNDING_RATE, market)
        .add_attribute("rate", rate.to_string())
        .add_attribute("intervals", intervals.to_string())
        .add_attribute("price", price.to_string())
}

/// Premium was booked.
#[must_use]
pub fn premium(market: MarketId, amount: Uint128) -> Event {
    of_market(names::PREMIUM, market).add_attribute("amount", amount)
}

/// A claim leaves for the fund.
#[must_use]
pub fn claim(account: u64, market: MarketId, claim_id: u64, amount: Uint128) -> Event {
    claim_event(names::CLAIM, account, market, claim_id, amount)
}

/// A claim failed.
#[must_use]
pub fn claim_failed(
    account: u64,
    market: MarketId,
    claim_id: u64,
    amount: Uint128,
    first_failed_at: u64,
    error: &str,
) -> Event {
    claim_event(names::CLAIM_FAILED, account, market, claim_id, amount)
        .add_attribute("first_failed_at", first_failed_at.to_string())
        .add_attribute("error", error)
}

fn claim_event(
    name: &str,
    account: u64,
    market: MarketId,
    claim_id: u64,
    amount: Uint128,
) -> Event {
    Event::new(name)
        .add_attribute("account", account.to_string())
        .add_attribute("market", market.to_string())
        .add_attribute("claim_id", claim_id.to_string())
        .add_attribute("amount", amount)
}

/// A counterparty was deleveraged.
#[must_use]
pub fn deleveraged(
    account: u64,
    market: MarketId,
    counterparty: u64,
    size: Uint128,
    value: Int128,
    loss: Int128,
    entry_price: Decimal,
) -> Event {
    Event::new(names::DELEVERAGED)
        .add_attribute("account", account.to_string())
        .add_attribute("market", market.to_string())
        .add_attribute("counterparty", counterparty.to_string())
        .add_attribute("size", size)
        .add_attribute("value", value.to_string())
        .add_attribute("loss", loss.to_string())
        .add_attribute("entry_price", entry_price.to_string())
}

/// A counterparty was passed over.
#[must_use]
pub fn deleverage_skipped(
    account: u64,
    market: MarketId,
    counterparty: u64,
    entry_price: Decimal,
) -> Event {
    Event::new(names::DELEVERAGE_SKIPPED)
        .add_attribute("account", account.to_string())
        .add_attribute("market", market.to_string())
        .add_attribute("counterparty", counterparty.to_string())
        .add_attribute("entry_price", entry_price.to_string())
}

/// Loss nobody could bear.
#[must_use]
pub fn deficit(market: MarketId, account: u64, amount: Uint128, total: Uint128) -> Event {
    of_market(names::DEFICIT, market)
        .add_attribute("account", account.to_string())
        .add_attribute("amount", amount)
        .add_attribute("total", total)
}

/// Fees repaid a deficit.
#[must_use]
pub fn deficit_repaid(market: MarketId, amount: Uint128, total: Uint128) -> Event {
    of_market(names::DEFICIT_REPAID, market)
        .add_attribute("amount", amount)
        .add_attribute("total", total)
}

/// Fees left for the fund.
#[must_use]
pub fn flush(market: MarketId, amount: Uint128, result: &str) -> Event {
    of_market(names::FLUSH, market)
        .add_attribute("amount", amount)
        .add_attribute("result", result)
}

/// The fund's word was applied.
#[must_use]
pub fn risk(risk: &RiskParameters) -> Event {
    of_market(names::RISK, risk.market)
        .add_attribute("revision", risk.revision.to_string())
        .add_attribute("level", risk.level.as_str())
        .add_attribute("reduce_only", risk.reduce_only.to_string())
        .add_attribute("fee_share_ppm", risk.fee_share_ppm.to_string())
        .add_attribute("premium_rate_ppm", risk.premium_rate_ppm.to_string())
        .add_attribute("open_interest_cap", risk.open_interest_cap)
}

/// A market was listed or changed.
#[must_use]
pub fn market(market: MarketId, symbol: &str) -> Event {
    of_market(names::MARKET, market).add_attribute("symbol", symbol)
}

/// A market begins to be settled.
#[must_use]
pub fn settling(market: MarketId, price: Decimal, since: u64) -> Event {
    of_market(names::SETTLING, market)
        .add_attribute("price", price.to_string())
        .add_attribute("since", since.to_string())
}

/// A position closed at the settlement price.
#[must_use]
pub fn settled(market: MarketId, account: u64, size: Int128, value: Int128) -> Event {
    of_market(names::SETTLED, market)
        .add_attribute("account", account.to_string())
        .add_attribute("size", size.to_string())
        .add_attribute("value", value.to_string())
}

/// A market is gone.
#[must_use]
pub fn delisted(market: MarketId, symbol: &str, retired_fees: Uint128) -> Event {
    of_market(names::DELISTED, market)
        .add_attribute("symbol", symbol)
        .add_attribute("retired_fees", retired_fees)
}

/// A price was cached.
#[must_use]
pub fn price(market: MarketId, cached: &CachedPrice) -> Event {
    of_market(names::PRICE, market)
        .add_attribute("price", cached.price.to_string())
        .add_attribute("confidence", cached.confidence.to_string())
        .add_attribute("published_at", cached.published_at.to_string())
}

/// Stray coins were booked.
#[must_use]
pub fn sync(amount: Uint128) -> Event {
    Event::new(names::SYNC).add_attribute("amount", amount)
}

/// A liquidation acted.
#[must_use]
pub fn liquidation(account: &AccountId, subject: &Subject, outcome: &Outcome) -> Event {
    Event::new(names::LIQUIDATION)
        .add_attribute("account", subject.number.to_string())
        .add_attribute("owner", &account.owner)
        .add_attribute("subaccount", account.subaccount.to_string())
        .add_attribute("market", subject.market.to_string())
        .add_attribute("status", outcome.status.as_str())
        .add_attribute("bankrupt", subject.risk.is_bankrupt().to_string())
        .add_attribute("equity", subject.risk.equity.to_string())
        .add_attribute("maintenance_margin", subject.risk.maintenance_margin)
        .add_attribute("closed_in_book", outcome.closed_in_book)
        .add_attribute("deleveraged", outcome.deleveraged)
        .add_attribute("settled", outcome.settled)
        .add_attribute("fee", outcome.fee)
        .add_attribute("keeper_fee", outcome.keeper_fee)
        .add_attribute("bounty", outcome.bounty)
        .add_attribute("asked", outcome.asked)
        .add_attribute("paid", outcome.paid)
        .add_attribute("avoided", outcome.avoided())
        .add_attribute("counterparty_loss", outcome.counterparty_loss)
        .add_attribute("carried", outcome.carried)
        .add_attribute("deficit", outcome.deficit)
        .add_attribute("leftover", outcome.leftover)
        .add_attribute("claim_id", outcome.claim_id.to_string())
        .add_attribute("price", subject.price.to_string())
}
