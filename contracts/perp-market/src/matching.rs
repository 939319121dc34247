//! The order book at work: walking resting orders best first, re-checking makers, filling.
//!
//! One [`Walk`] serves orders and liquidations alike. It reads a page of orders at a time, so that the cost
//! of a fill does not depend on the depth of the book, and stops at the caps on fills and removals.

use std::collections::VecDeque;

use ballast_risk::{ppm_of, Rounding};
use ballast_types::{MarketId, Side};
use cosmwasm_std::Uint128;

use crate::dead_orders::{remove_dead, Remover};
use crate::error::ContractResult;
use crate::events::{self, Trade};
use crate::exchange::Exchange;
use crate::funding::order_value;
use crate::ledger::{book_fee, debit, fund_share_ppm};
use crate::makers::{fill_maker, MakerResult};
use crate::math::{add, subtract};
use crate::minimums::{largest_fill, least_position, smallest_fill, too_small};
use crate::positions::apply_fill;
use crate::price::Valuation;
use crate::recent_risk::note_taker_fill;
use crate::state::{book_key, place_key, split_place_key, Order};

/// Orders that a walk reads past: those of this block, one a price, and those of which the taker wants too little. They
/// cost a read each and stay, so that they do not count against the cap on removals, which twenty of them
/// would use up in every block.
const MAX_READ_PAST: u32 = 200;

/// Orders read from storage at a time.
const PAGE: usize = 4;

/// A resting order that a walk came to.
#[derive(Clone)]
pub struct Resting {
    /// Book and place.
    pub key: (u64, u128),
    /// As it is now.
    pub order: Order,
    /// Its price.
    pub ticks: u64,
}

/// Which orders a walk visits.
#[derive(Clone, Copy)]
pub struct WalkLimits {
    /// Worst price for the taker.
    pub worst_ticks: u64,
    /// Leave out orders placed in this block.
    pub earlier_blocks_only: bool,
    /// Keep makers' positions above the least: everywhere but in closing bankrupt accounts, which is exact.
    pub minimums: bool,
}

/// What a message has used of its caps. One message, one effort: a batch hands it from walk to walk.
#[derive(Clone, Copy, Default)]
pub struct Effort {
    fills: u32,
    passed: u32,
    read_past: u32,
}

/// A walk through one side of a book, best order first.
#[derive(Clone)]
pub struct Walk {
    book: u64,
    maker_side: Side,
    limits: WalkLimits,
    remover: Remover,
    page: VecDeque<(u128, Order)>,
    after: Option<u128>,
    at_end: bool,
    /// Fees for removing dead orders, quote atoms.
    pub earned: Uint128,
    /// What was used so far.
    pub effort: Effort,
    /// True where a cap stopped the walk though more orders match.
    pub capped: bool,
    /// True where an order within the limits was left standing unfilled.
    pub passed_over: bool,
}

impl Walk {
    /// A walk for a taker on `taker_side`; `remover` is paid for dead orders.
    #[must_use]
    pub fn new(market: MarketId, taker_side: Side, limits: WalkLimits, remover: Remover) -> Self {
        let maker_side = taker_side.opposite();
        Self {
            book: book_key(market, maker_side),
            maker_side,
            limits,
            remover,
            earned: Uint128::zero(),
            page: VecDeque::new(),
            after: None,
            at_end: false,
            effort: Effort::default(),
            capped: false,
            passed_over: false,
        }
    }

    /// The same walk in a message that has used some of its caps already.
    #[must_use]
    pub fn after(self, effort: Effort) -> Self {
        Self { effort, ..self }
    }

    /// The next live order within the limits; `None` at the end, at the worst price, or at a cap. Expired
    /// ones on the way are removed.
    pub fn next(&mut self, exchange: &mut Exchange) -> ContractResult<Option<Resting>> {
        loop {
            if self.capped {
                return Ok(None);
            }
            if self.page.is_empty() && !self.at_end {
                let page = exchange.stored_book(self.book, self.after, PAGE)?;
                self.at_end = page.len() < PAGE;
                self.after = page.last().map(|(place, _)| *place).or(self.after);
                self.page = page.into();
            }
            let Some((place, stored)) = self.page.pop_front() else {
                return Ok(None);
            };
            let (ticks, _) = split_place_key(self.maker_side, place);
            let acceptable = match self.maker_side {
                Side::Sell => ticks <= self.limits.worst_ticks,
                Side::Buy => ticks >= self.limits.worst_ticks,
            };
            if !acceptable {
                self.page.clear();
                self.at_end = true;
                return Ok(None);
            }
            let key = (self.book, place);
            let Some(order) = exchange.changed_order(key).unwrap_or(Some(stored)) else {
                continue;
            };
            let parameters = &exchange.config.parameters;
            let used = self.effort;
            if used.fills >= parameters.max_fills || used.passed >= parameters.max_removals {
                self.capped = true;
                return Ok(None);
            }
            if self.limits.earlier_blocks_only && order.placed_height >= exchange.env.block.height {
                self.leave_price(ticks);
                self.read_past();
                continue;
            }
            let resting = Resting { key, order, ticks };
            if resting.order.is_expired(exchange.now()) {
                self.remove(exchange, &resting, "expired")?;
                continue;
            }
            return Ok(Some(resting));
        }
    }

    /// Goes on at the next price. What stands behind an order of this block at its price is of this block too, so that
    /// however many are placed ahead of a liquidation they hold it up no longer than one would.
    fn leave_price(&mut self, ticks: u64) {
        let side = self.maker_side;
        let at_price = |place: u128| split_place_key(side, place).0 == ticks;
        while self.page.front().is_some_and(|(place, _)| at_price(*place)) {
            self.page.pop_front();
        }
        if self.page.is_empty() {
            self.after = Some(place_key(side, ticks, u64::MAX));
        }
    }

    /// Counts an order that was read and stays.
    fn read_past(&mut self) {
        self.effort.read_past = self.effort.read_past.saturating_add(1);
        self.capped |= self.effort.read_past >= MAX_READ_PAST;
    }

    /// Takes a dead order out of the book; its account pays the remover.
    pub fn remove(
        &mut self,
        exchange: &mut Exchange,
        resting: &Resting,
        reason: &str,
    ) -> ContractResult<()> {
        self.effort.passed = self.effort.passed.saturating_add(1);
        let fee = remove_dead(exchange, resting.key, &resting.order, reason, &self.remover)?;
        self.earned = add(self.earned, fee)?;
        Ok(())
    }

    /// Takes an order out of the book that would trade with its own owner; nobody pays.
    fn remove_own(&mut self, exchange: &mut Exchange, resting: &Resting) -> ContractResult<()> {
        self.effort.passed = self.effort.passed.saturating_add(1);
        remove_order(exchange, resting.key, &resting.order, "self_trade")
    }

    /// How much of an order can be traded against `taker`: less where it only reduces, nothing where it
    /// is the taker's owner's, has nothing to reduce, or would leave a position below the least whatever is
    /// taken of it. What can trade nothing is removed.
    pub fn tradable(
        &mut self,
        exchange: &mut Exchange,
        resting: &Resting,
        market: MarketId,
        taker: u64,
    ) -> ContractResult<Option<Uint128>> {
        let maker = resting.order.account;
        let owner = exchange.account(taker)?.owner.clone();
        if exchange.account(maker)?.owner == owner {
            self.remove_own(exchange, resting)?;
            return Ok(None);
        }
        match self.available(exchange, resting, market)? {
            Ok(size) => Ok(Some(size)),
            Err(reason) => {
                self.remove(exchange, resting, reason)?;
                Ok(None)
            }
        }
    }

    /// How much of an order can be traded at all, or why nothing can. Margin is judged when it is filled.
    pub fn available(
        &self,
        exchange: &mut Exchange,
        resting: &Resting,
        market: MarketId,
    ) -> ContractResult<Result<Uint128, &'static str>> {
        let order = &resting.order;
        let mut size = order.remaining;
        if order.reduce_only {
            size = size.min(reducible(exchange, order.account, market, self.maker_side)?);
        }
        if size.is_zero() {
            return Ok(Err("reduce_only"));
        }
        if self.limits.minimums && self.part(exchange, resting, market, size)?.is_zero() {
            return Ok(Err("minimum"));
        }
        Ok(Ok(size))
    }

    /// The largest part of `size` that the maker can trade without being left below the least position.
    pub fn part(
        &self,
        exchange: &mut Exchange,
        resting: &Resting,
        market: MarketId,
        size: Uint128,
    ) -> ContractResult<Uint128> {
        let held = exchange.account(resting.order.account)?.size(market);
        let least = least_position(exchange.market(market)?);
        Ok(largest_fill(held, self.maker_side, size, least))
    }

    /// The smallest size that the maker can trade.
    pub fn unit(
        &self,
        exchange: &mut Exchange,
        resting: &Resting,
        market: MarketId,
    ) -> ContractResult<Uint128> {
        let held = exchange.account(resting.order.account)?.size(market);
        let market = exchange.market(market)?;
        let least = least_position(market);
        let lot = market.config.lot_size;
        Ok(smallest_fill(held, self.maker_side, lot, least))
    }

    /// Leaves an order standing that the taker wants too little of for the maker's least position.
    pub fn leave(&mut self) {
        self.read_past();
        self.passed_over = true;
    }

    /// Trades `size` of a resting order with `taker`. `None` where the maker cannot take it; its order is
    /// then out of the book, or passed over where only the oracle is to blame.
    pub fn fill(
        &mut self,
        exchange: &mut Exchange,
        resting: &Resting,
        fill: &Fill,
    ) -> ContractResult<Option<Filled>> {
        let value = order_value(exchange.market(fill.market)?, resting.ticks, fill.size)?;
        let maker = resting.order.account;
        let maker_fee = match fill_maker(exchange, maker, self.maker_side, fill, value)? {
            MakerResult::Filled(fee) => fee,
            MakerResult::NoMargin => {
                self.remove(exchange, resting, "margin")?;
                return Ok(None);
            }
            MakerResult::NoPrice => {
                self.effort.passed = self.effort.passed.saturating_add(1);
                self.passed_over = true;
                return Ok(None);
            }
        };
        self.effort.fills = self.effort.fills.saturating_add(1);
        let now = exchange.now();
        let (account, market) = exchange.account_and_market(fill.taker, fill.market)?;
        let before = account.size(fill.market);
        apply_fill(
            account,
            market,
            self.maker_side.opposite(),
            fill.size,
            value,
        )?;
        note_taker_fill(account, before, account.size(fill.market), now);
        let fee_ppm = if fill.charge_taker {
            market.config.parameters.taker_fee_ppm
        } else {
            0
        };
        let taker_fee = ppm_of(value, fee_ppm, Rounding::Up)?;
        debit(account, taker_fee)?;
        let share = fund_share_ppm(market);
        let fees = add(maker_fee, taker_fee)?;
        let mut happened = vec![events::trade(&Trade {
            key: resting.key,
            size: fill.size,
            value,
            maker: resting.order.account,
            taker: fill.taker,
            maker_fee,
            taker_fee,
        })];
        book_fee(&mut happened, market, fees, share)?;
        exchange.events.append(&mut happened);
        let rest = self.leave_rest(exchange, resting, fill)?;
        Ok(Some(Filled {
            value,
            taker_fee,
            rest,
        }))
    }

    /// What is left of a filled order stays in the book, unless that is too small to be an order. Returns
    /// what stays.
    fn leave_rest(
        &self,
        exchange: &mut Exchange,
        resting: &Resting,
        fill: &Fill,
    ) -> ContractResult<Uint128> {
        let rest = subtract(resting.order.remaining, fill.size)?;
        if rest.is_zero() {
            exchange.remove_order(resting.key, &resting.order)?;
            return Ok(rest);
        }
        let order = exchange.shrink_order(resting.key, &resting.order, rest);
        let closes = order.reduce_only && {
            let held = reducible(exchange, order.account, fill.market, self.maker_side)?;
            !held.is_zero() && held <= rest
        };
        let small = too_small(exchange.market(fill.market)?, resting.ticks, rest)?;
        if small.is_some() && !closes {
            remove_order(exchange, resting.key, &order, "minimum")?;
            return Ok(Uint128::zero());
        }
        Ok(rest)
    }
}

/// A fill to try.
pub struct Fill {
    /// The market.
    pub market: MarketId,
    /// Account number.
    pub taker: u64,
    /// Base atoms, at most what the resting order holds.
    pub size: Uint128,
    /// How the maker's margin is valued.
    pub valuation: Valuation,
    /// Whether the taker pays the taker fee (a liquidation has its own).
    pub charge_taker: bool,
}

/// A fill that happened.
pub struct Filled {
    /// Quote atoms.
    pub value: Uint128,
    /// Quote atoms.
    pub taker_fee: Uint128,
    /// What the resting order still holds; 0 where it is gone.
    pub rest: Uint128,
}

/// Size by which an account can reduce its position by trading on `side`.
pub fn reducible(
    exchange: &mut Exchange,
    number: u64,
    market: MarketId,
    side: Side,
) -> ContractResult<Uint128> {
    let size = exchange.account(number)?.size(market);
    let reduces = !size.is_zero() && size.is_negative() == (side == Side::Buy);
    Ok(if reduces {
        size.unsigned_abs()
    } else {
        Uint128::zero()
    })
}

/// Takes an order out of the book and says so.
pub fn remove_order(
    exchange: &mut Exchange,
    key: (u64, u128),
    order: &Order,
    reason: &str,
) -> ContractResult<()> {
    exchange.remove_order(key, order)?;
    exchange
        .events
        .push(events::order_removed(key, order, reason, None));
    Ok(())
}
