//! A crowd of any size, for what must not cost more in it.
//!
//! One member of each kind trades through the contracts. Its records are then read back and written again for
//! every other member, with another owner, number, price: ten thousand take a second instead of minutes, and
//! a record that gains a field needs no change here. The invariants of the suite hold for the result.

use anyhow::{Context, Result};
use ballast_insurance_fund::state as fund;
use ballast_perp_market::state::{
    self as market, Account, MarketState, Order, Position, TriggerOrder, TriggerPlace,
};
use ballast_price_feed::state::{feed_key, FEEDS, PRICES};
use ballast_types::fund::ExecuteMsg;
use ballast_types::market::{PlaceTriggerOrder, TriggerCondition, TriggerOrderId, TriggeredOrder};
use ballast_types::{MarketId, MarketReport, Side};
use cosmwasm_std::{Addr, Decimal, Int128, Storage, Uint128};

use super::stage::{Stage, CROWD_ASK, CROWD_BID, LOT, PRICE};

/// Deposit of a member, units.
const DEPOSIT: u128 = 1_000;
/// One tick, as a price.
const TICK: &str = "0.1";

/// Makes a crowd of so many of each:
///
/// * makers with four resting orders: a bid and an ask at the price that all share, and each at a price of
///   its own behind it;
/// * longs and shorts in both markets, entered at prices of their own in market 0; each long has a stop-loss and a
///   take-profit there at prices of its own;
/// * claims that the fund recorded, and feeds of the price feed.
pub(super) fn gather(stage: &mut Stage, crowd: u64) -> Result<()> {
    if crowd == 0 {
        return Ok(());
    }
    gather_traders(stage, crowd, crowd)?;
    multiply_claims(stage, crowd)?;
    multiply_feeds(stage, crowd)
}

/// Only makers and so many longs and shorts; at least one of each.
pub(super) fn gather_traders(stage: &mut Stage, makers: u64, positions: u64) -> Result<()> {
    let maker = stage.user("crowd maker", DEPOSIT)?;
    for (price, side) in [(CROWD_BID, Side::Buy), (CROWD_ASK, Side::Sell)] {
        let price: Decimal = price.parse()?;
        for price in [price, behind(side, price, 0)?] {
            stage.suite.post_only(&maker, 0, 0, side, LOT, price)?;
        }
    }
    let long = stage.user("crowd long", DEPOSIT)?;
    let short = stage.user("crowd short", DEPOSIT)?;
    for id in [0, 1] {
        stage.trade_in(id, &long, &short, LOT, &entry_price(id, 0)?.to_string())?;
    }
    for condition in [TriggerCondition::AtOrBelow, TriggerCondition::AtOrAbove] {
        let order = trigger_order(condition, 0)?;
        stage.suite.place_trigger_order(&long, &order)?;
    }
    let members = Members {
        maker,
        long,
        short,
        makers,
        positions,
    };
    let added = members.multiply(stage)?;
    let contract = stage.suite.market.clone();
    stage.suite.mint(&contract, added)
}

/// The price of a maker of its own, behind the one that all share.
fn behind(side: Side, shared: Decimal, index: u64) -> Result<Decimal> {
    let distance = TICK.parse::<Decimal>()? * Decimal::from_ratio(index + 1, 1u64);
    Ok(match side {
        Side::Buy => shared.checked_sub(distance)?,
        Side::Sell => shared.checked_add(distance)?,
    })
}

/// A long's way out on one side of the price.
fn trigger_order(condition: TriggerCondition, index: u64) -> Result<PlaceTriggerOrder> {
    Ok(PlaceTriggerOrder {
        owner: None,
        subaccount: 0,
        market: 0,
        side: Side::Sell,
        size: Uint128::new(LOT),
        condition,
        trigger_price: trigger_price(condition, index)?,
        order: TriggeredOrder::Market {
            max_slippage_ppm: 10_000,
        },
        reduce_only: true,
        expires_at: None,
        client_order_id: None,
    })
}

fn trigger_price(condition: TriggerCondition, index: u64) -> Result<Decimal> {
    let price: Decimal = PRICE.parse()?;
    match condition {
        TriggerCondition::AtOrBelow => behind(Side::Buy, price, index),
        TriggerCondition::AtOrAbove => behind(Side::Sell, price, index),
    }
}

/// Entry prices differ in market 0, so that every place in the deleveraging queue is another rank.
fn entry_price(id: MarketId, index: u64) -> Result<Decimal> {
    let price: Decimal = PRICE.parse()?;
    Ok(match id {
        0 => behind(Side::Buy, price, index)?,
        _ => price,
    })
}

struct Members {
    maker: Addr,
    long: Addr,
    short: Addr,
    makers: u64,
    positions: u64,
}

impl Members {
    /// Writes everyone but the first of each kind. Returns the collateral that they deposited.
    fn multiply(&self, stage: &mut Stage) -> Result<u128> {
        let address = |name: String| stage.suite.address(&name);
        let owners: Vec<[Addr; 3]> = (1..self.makers.max(self.positions))
            .map(|i| ["maker", "long", "short"].map(|kind| address(format!("crowd {kind} {i}"))))
            .collect();
        let contract = stage.suite.market.clone();
        let mut storage = stage.suite.app.contract_storage_mut(&contract);
        let storage = storage.as_mut();
        let first = |owner: &Addr| -> Result<(u64, Account)> {
            let number = market::ACCOUNT_NUMBERS.load(storage, (owner, 0))?;
            Ok((number, market::ACCOUNTS.load(storage, number)?))
        };
        let (maker_number, maker) = first(&self.maker)?;
        let (long_number, long) = first(&self.long)?;
        let (_, short) = first(&self.short)?;
        let triggers = trigger_orders_of(storage, long_number)?;
        let orders = orders_of(storage, maker_number)?;
        let mut states = [
            market::MARKET_STATES.load(storage, 0)?,
            market::MARKET_STATES.load(storage, 1)?,
        ];
        let mut number = market::NEXT_ACCOUNT.load(storage)?;
        let mut added = 0;
        for (index, owners) in (1..).zip(&owners) {
            let [maker_owner, long_owner, short_owner] = owners;
            if index < self.makers {
                let account = Account {
                    owner: maker_owner.clone(),
                    ..maker.clone()
                };
                added += save_account(storage, number, &account)?;
                let of = (number, index);
                for (side, place, order) in &orders {
                    rest_again(storage, &mut states[0], of, *side, *place, order)?;
                }
            }
            if index >= self.positions {
                number += 3;
                continue;
            }
            for order in &triggers {
                wait_again(storage, &mut states[0], (number + 1, index), order)?;
            }
            for (offset, owner, template) in [(1, long_owner, &long), (2, short_owner, &short)] {
                let account = entered_at(template, owner, index)?;
                for position in &account.positions {
                    queue(storage, number + offset, position)?;
                    let state = states
                        .get_mut(position.market as usize)
                        .context("two markets")?;
                    let side = if position.size.is_negative() {
                        &mut state.open_interest_short
                    } else {
                        &mut state.open_interest_long
                    };
                    *side += position.size.unsigned_abs();
                }
                added += save_account(storage, number + offset, &account)?;
            }
            number += 3;
        }
        for (id, state) in (0..).zip(&states) {
            market::MARKET_STATES.save(storage, id, state)?;
        }
        market::NEXT_ACCOUNT.save(storage, &number)?;
        let added = u128::try_from(added)?;
        let mut vault = market::VAULT.load(storage)?;
        vault.held += Uint128::new(added);
        market::VAULT.save(storage, &vault)?;
        Ok(added)
    }
}

type Place = (u64, u128);

/// An account's orders: side, place, record.
fn orders_of(storage: &dyn Storage, number: u64) -> Result<Vec<(Side, Place, Order)>> {
    let order = cosmwasm_std::Order::Ascending;
    market::ACCOUNT_ORDERS
        .sub_prefix(number)
        .keys(storage, None, None, order)
        .map(|key| {
            let (book, place) = key?;
            let (_, side) = market::split_book_key(book);
            let order = market::ORDERS.load(storage, (book, place))?;
            Ok((side, (book, place), order))
        })
        .collect()
}

/// The template's order again, for another account: at the same price where all share it, else further behind.
fn rest_again(
    storage: &mut dyn Storage,
    state: &mut MarketState,
    (number, index): (u64, u64),
    side: Side,
    (book, place): Place,
    order: &Order,
) -> Result<()> {
    let shared = match side {
        Side::Buy => CROWD_BID,
        Side::Sell => CROWD_ASK,
    };
    let tick: Decimal = TICK.parse()?;
    let shared = u64::try_from((shared.parse::<Decimal>()? / tick).to_uint_floor().u128())?;
    let (ticks, _) = market::split_place_key(side, place);
    let ticks = match side {
        _ if ticks == shared => ticks,
        Side::Buy => ticks - index,
        Side::Sell => ticks + index,
    };
    let place = market::place_key(side, ticks, state.next_sequence);
    state.next_sequence += 1;
    let order = Order {
        account: number,
        ..order.clone()
    };
    market::ORDERS.save(storage, (book, place), &order)?;
    market::ACCOUNT_ORDERS.save(storage, (number, book, place), &cosmwasm_std::Empty {})?;
    Ok(())
}

/// An account's trigger orders: which line, and the record.
fn trigger_orders_of(
    storage: &dyn Storage,
    number: u64,
) -> Result<Vec<(TriggerCondition, TriggerOrder)>> {
    let order = cosmwasm_std::Order::Ascending;
    market::ACCOUNT_TRIGGER_ORDERS
        .prefix((number, 0))
        .range(storage, None, None, order)
        .map(|entry| {
            let (sequence, place) = entry?;
            let key = market::trigger_key(&TriggerOrderId {
                market: 0,
                condition: place.condition,
                trigger_price: place.trigger_price,
                sequence: sequence.into(),
            });
            Ok((place.condition, market::TRIGGER_ORDERS.load(storage, key)?))
        })
        .collect()
}

/// The template's trigger order again, for another account and at another price.
fn wait_again(
    storage: &mut dyn Storage,
    state: &mut MarketState,
    (number, index): (u64, u64),
    (condition, order): &(TriggerCondition, TriggerOrder),
) -> Result<()> {
    let place = TriggerPlace {
        condition: *condition,
        trigger_price: trigger_price(*condition, index)?,
    };
    let sequence = state.next_sequence;
    state.next_sequence += 1;
    let key = market::trigger_key(&TriggerOrderId {
        market: 0,
        condition: place.condition,
        trigger_price: place.trigger_price,
        sequence: sequence.into(),
    });
    let order = TriggerOrder {
        account: number,
        ..order.clone()
    };
    market::TRIGGER_ORDERS.save(storage, key, &order)?;
    Ok(market::ACCOUNT_TRIGGER_ORDERS.save(storage, (number, 0, sequence), &place)?)
}

/// The template's account again, entered in market 0 at a price of its own. What it paid differs, not what it
/// deposited.
fn entered_at(template: &Account, owner: &Addr, index: u64) -> Result<Account> {
    let mut account = Account {
        owner: owner.clone(),
        ..template.clone()
    };
    for position in &mut account.positions {
        let price = entry_price(position.market, index)?;
        // A lot of 10^5 atoms at eight decimals, six of the quote: exact for every tick.
        let notional = Uint128::new(LOT).mul_floor(price / Decimal::from_ratio(100u64, 1u64));
        let less = Int128::try_from(position.entry_notional)? - Int128::try_from(notional)?;
        let less = if position.size.is_negative() {
            -less
        } else {
            less
        };
        account.quote += less;
        position.entry_notional = notional;
        position.entry_price = price;
    }
    Ok(account)
}

fn queue(storage: &mut dyn Storage, number: u64, position: &Position) -> Result<()> {
    let long = !position.size.is_negative();
    let key = (
        market::queue_key(position.market, long),
        market::rank_key(long, position.entry_price),
        number,
    );
    Ok(market::DELEVERAGE_QUEUE.save(storage, key, &cosmwasm_std::Empty {})?)
}

/// Returns the account's quote.
fn save_account(storage: &mut dyn Storage, number: u64, account: &Account) -> Result<i128> {
    market::ACCOUNTS.save(storage, number, account)?;
    market::ACCOUNT_NUMBERS.save(storage, (&account.owner, account.subaccount), &number)?;
    Ok(account.quote.i128())
}

/// Claims of nothing as the fund records them, with the ids below the next one.
fn multiply_claims(stage: &mut Stage, crowd: u64) -> Result<()> {
    let (claimant, contract) = (stage.suite.market.clone(), stage.suite.fund.clone());
    let claim = ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "crowd".to_owned(),
        claim_id: 1,
        amount: Uint128::zero(),
        state: MarketReport {
            open_interest_value: Uint128::zero(),
            deficit: Uint128::zero(),
        },
        recent_risk: false,
    };
    stage.suite.execute(&claimant, &contract, &claim, &[])?;

    let mut storage = stage.suite.app.contract_storage_mut(&contract);
    let claim = fund::CLAIMS.load(storage.as_ref(), (&claimant, 1))?;
    for id in 2..=crowd {
        fund::CLAIMS.save(storage.as_mut(), (&claimant, id), &claim)?;
    }
    let mut books = fund::BOOKS.load(storage.as_ref())?;
    books.claims.count = crowd;
    fund::BOOKS.save(storage.as_mut(), &books)?;
    drop(storage);

    let mut storage = stage.suite.app.contract_storage_mut(&claimant);
    Ok(market::NEXT_CLAIM.save(storage.as_mut(), &(crowd + 1))?)
}

/// Feeds like the first, under ids of their own.
fn multiply_feeds(stage: &mut Stage, crowd: u64) -> Result<()> {
    let first = stage.suite.listed(0)?.feed_id.clone();
    let contract = stage.suite.price_feed.clone();
    let mut storage = stage.suite.app.contract_storage_mut(&contract);
    let first = feed_key(&first).context("a feed's id")?;
    let feed = FEEDS.load(storage.as_ref(), first)?;
    let prices = PRICES.load(storage.as_ref(), first)?;
    for i in 1..crowd {
        let mut key = [0; 32];
        key[16..].copy_from_slice(&((u128::from(i) << 64) | 7).to_be_bytes());
        FEEDS.save(storage.as_mut(), key, &feed)?;
        PRICES.save(storage.as_mut(), key, &prices)?;
    }
    Ok(())
}
