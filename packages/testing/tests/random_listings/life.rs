//! The short life of a market: people deposit, trade, wait, are liquidated, withdraw; then it is settled and goes.

use anyhow::Result;
use ballast_perp_market::state::MARKET_STATES;
use ballast_perp_market::ContractError;
use ballast_risk::{Rounding, ValueScale};
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::suite::{NewOrder, Suite};
use ballast_types::market::{
    LiquidationStatus, MarketResponse, OrderType, PlaceTriggerOrder, TimeInForce, TriggerCondition,
    TriggeredOrder,
};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{Addr, Decimal, Int64, Uint128};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The market that was drawn.
const MARKET: u32 = 1;
/// What nobody here ever reaches: sizes stay far below what overflows.
const MOST: u128 = 1 << 90;

pub struct Life {
    suite: Suite,
    checker: InvariantChecker,
    rng: ChaCha8Rng,
    oracle: Addr,
    mantissa: i64,
    expo: i32,
    users: Vec<Addr>,
    /// A sum worth trading, atoms.
    sum: u128,
    pub traded: bool,
    pub bankrupt: bool,
}

impl Life {
    pub fn new(
        mut suite: Suite,
        checker: InvariantChecker,
        rng: ChaCha8Rng,
        oracle: Addr,
        mantissa: i64,
        expo: i32,
    ) -> Self {
        let users = ["a", "b", "c", "d"].map(|name| suite.new_user(name, 0).unwrap());
        let info = suite.market_info(MARKET).unwrap();
        let parameters = &info.config.parameters;
        let lot = value(&suite, &info, info.config.lot_size.u128());
        let least = parameters.min_position.u128() / info.config.lot_size.u128() + 1;
        let sum = (lot * 50)
            .max(parameters.min_order_notional.u128().saturating_mul(20))
            .max(lot.saturating_mul(least.saturating_mul(3)))
            .max(1_000);
        Self {
            suite,
            checker,
            rng,
            oracle,
            mantissa,
            expo,
            users: users.into(),
            sum: sum.min(MOST),
            traded: false,
            bankrupt: false,
        }
    }

    pub fn run(&mut self) {
        for user in self.users.clone() {
            let amount = self.sum * self.rng.gen_range(1..200) / 100;
            self.deposit(&user, amount.max(1));
        }
        for _ in 0..60 {
            let user = self.users[self.rng.gen_range(0..self.users.len())].clone();
            match self.rng.gen_range(0..14) {
                0..=6 => self.order(&user),
                7 => self.trigger(&user),
                8 => {
                    let amount = self.sum * self.rng.gen_range(0..50) / 100;
                    let done = self.suite.withdraw(&user, 0, amount);
                    self.judge(done);
                }
                9 => {
                    let done = self.suite.cancel_all(&user, 0, None);
                    self.judge(done);
                }
                _ => self.moves(),
            }
        }
        self.end();
    }

    fn deposit(&mut self, user: &Addr, amount: u128) {
        self.suite.mint(user, amount).unwrap();
        let done = self.suite.deposit(user, 0, amount);
        assert!(self.judge(done));
    }

    /// Whether a message went through; refused only for a reason that a trader can do something about.
    fn judge<T>(&mut self, done: Result<T>) -> bool {
        self.checker.after_message(&self.suite).unwrap();
        let Err(error) = done else {
            return true;
        };
        let error = error
            .downcast_ref::<ContractError>()
            .unwrap_or_else(|| panic!("an error of another kind: {error:#}"));
        let jammed = matches!(
            error,
            ContractError::Std(_)
                | ContractError::Risk(_)
                | ContractError::Overflow { .. }
                | ContractError::ParseReply(_)
                | ContractError::UnknownReply { .. }
        );
        assert!(!jammed, "{error}");
        false
    }

    fn order(&mut self, user: &Addr) {
        let info = self.suite.market_info(MARKET).unwrap();
        let Some((side, size, price)) = self.wanted(&info) else {
            return;
        };
        let time_in_force = match self.rng.gen_range(0..4) {
            0 => TimeInForce::ImmediateOrCancel,
            1 => TimeInForce::PostOnly,
            _ => TimeInForce::GoodTilCancelled,
        };
        let order = NewOrder {
            subaccount: 0,
            market: MARKET,
            side,
            size,
            order_type: OrderType::Limit {
                price,
                time_in_force,
            },
            reduce_only: self.rng.gen_bool(0.1),
        };
        let placed = self.suite.place(user, &order);
        self.traded |= placed
            .as_ref()
            .is_ok_and(|placed| !placed.answer.filled.is_zero());
        self.judge(placed);
    }

    fn trigger(&mut self, user: &Addr) {
        let info = self.suite.market_info(MARKET).unwrap();
        let Some((side, size, price)) = self.wanted(&info) else {
            return;
        };
        let order = PlaceTriggerOrder {
            owner: None,
            subaccount: 0,
            market: MARKET,
            side,
            size: size.into(),
            condition: TriggerCondition::AtOrBelow,
            trigger_price: price.max(info.config.oracle.min_price),
            order: TriggeredOrder::Market {
                max_slippage_ppm: 50_000,
            },
            reduce_only: self.rng.gen_bool(0.8),
            expires_at: None,
            client_order_id: None,
        };
        let placed = self.suite.place_trigger_order(user, &order);
        self.judge(placed);
        let due = self
            .suite
            .due_trigger_orders(MARKET, TriggerCondition::AtOrBelow);
        let keeper = self.suite.keeper.clone();
        for one in due.unwrap() {
            let done = self
                .suite
                .execute_trigger_order(&keeper, one.trigger_order_id);
            self.judge(done);
        }
    }

    /// A side, a size in lots and a price in ticks, near the last one.
    fn wanted(&mut self, info: &MarketResponse) -> Option<(Side, u128, Decimal)> {
        let side = if self.rng.gen() {
            Side::Buy
        } else {
            Side::Sell
        };
        let lot = info.config.lot_size.u128();
        let of_a_lot = value(&self.suite, info, lot).max(1);
        let sum = self.sum * self.rng.gen_range(1..400) / 100;
        let size = (sum / of_a_lot).clamp(1, (MOST / lot).max(1)) * lot;
        let tick = info.config.tick_size.atomics();
        let near = info.price?.price.atomics();
        let around = near.multiply_ratio(self.rng.gen_range(970u32..=1_030), 1_000u32);
        let price = around - Uint128::new(around.u128() % tick.u128());
        (!price.is_zero()).then_some((side, size, Decimal::new(price)))
    }

    /// Time passes, the price moves, and keepers do what must be possible: liquidate.
    fn moves(&mut self) {
        let info = self.suite.market_info(MARKET).unwrap();
        let ppm = self.rng.gen_range(850..=1_150);
        let moved = self.mantissa * ppm / 1_000;
        let (min, max) = (info.config.oracle.min_price, info.config.oracle.max_price);
        let price = Decimal::from_ratio(moved.unsigned_abs(), 1u64)
            * Decimal::from_atomics(1u128, self.expo.unsigned_abs()).unwrap();
        if price >= min && price <= max {
            self.mantissa = moved;
        }
        let secs = [1, 5, 61, 3_700][self.rng.gen_range(0..4)];
        self.suite.advance(secs);
        self.answer();
        let done = self.suite.accrue(MARKET);
        assert!(self.judge(done));
        self.liquidate_all();
    }

    fn answer(&mut self) {
        let behaviour = OracleBehaviour::Answers {
            price: Int64::new(self.mantissa),
            conf: 0u64.into(),
            expo: self.expo,
            published: Published::Ago { secs: 0 },
        };
        self.suite
            .set_oracle_behaviour(&self.oracle, 0, behaviour)
            .unwrap();
    }

    /// Every liquidatable account: the message always commits. Whether more is to be done; what finds no bids waits for
    /// `Settle`.
    fn liquidate_all(&mut self) -> bool {
        let mut left = false;
        let keeper = self.suite.keeper.clone();
        for account in self.suite.accounts().unwrap() {
            if !account.liquidatable {
                continue;
            }
            self.bankrupt |= account.bankrupt;
            let done = self.suite.liquidate(&keeper, &account.account, MARKET);
            if let Ok(done) = &done {
                let status = done.answer.status;
                left |= matches!(
                    status,
                    LiquidationStatus::More | LiquidationStatus::ClaimPending
                );
            }
            assert!(self.judge(done), "{account:?}");
        }
        left
    }

    /// Block after block, until nobody is left but whom `Settle` closes. Every few blocks something is closed.
    fn liquidate_to_the_end(&mut self, retry_secs: u64) {
        let mut idle = 0;
        for _ in 0..300 {
            let before = self.open_interest();
            if !self.liquidate_all() {
                return;
            }
            idle = if self.open_interest() < before {
                0
            } else {
                idle + 1
            };
            assert!(idle < 4, "nothing was closed in four blocks");
            self.suite.advance(retry_secs);
        }
    }

    /// Base atoms of both sides.
    fn open_interest(&self) -> u128 {
        let storage = self.suite.market_storage();
        let state = MARKET_STATES.load(storage.as_ref(), MARKET).unwrap();
        state.open_interest_long.u128() + state.open_interest_short.u128()
    }

    /// The feed dies, the market is settled, everybody is closed, and it goes without a trace.
    fn end(&mut self) {
        let parameters = self.suite.config().unwrap().parameters;
        self.suite
            .set_oracle_behaviour(&self.oracle, 0, OracleBehaviour::Errors)
            .unwrap();
        self.suite.advance(parameters.dead_feed_secs);
        let done = self.suite.settle_market(MARKET);
        assert!(self.judge(done));
        self.liquidate_to_the_end(parameters.claim_retry_secs);
        self.suite.advance(parameters.settle_grace_secs);
        let all: Vec<AccountId> = self
            .suite
            .accounts()
            .unwrap()
            .into_iter()
            .map(|account| account.account)
            .collect();
        for accounts in all.chunks(20) {
            let done = self.suite.settle(MARKET, accounts);
            assert!(self.judge(done));
        }
        self.liquidate_to_the_end(parameters.claim_retry_secs);
        if self.open_interest() > 0 {
            // Caps of a block so narrow that it takes more blocks than a test has; it goes on all the same.
            return;
        }
        let deficit = self.suite.market_info(MARKET).unwrap().deficit.u128();
        if deficit > 0 {
            let payer = self.users[0].clone();
            self.suite.mint(&payer, deficit).unwrap();
            let done = self.suite.repay_deficit(&payer, MARKET, deficit);
            assert!(self.judge(done));
        }
        for _ in 0..20 {
            let done = self.suite.delist(MARKET);
            let more = done.as_ref().is_ok_and(|done| done.answer.more);
            let told = done
                .as_ref()
                .map(|_| ())
                .map_err(|error| format!("{error:#}"));
            assert!(self.judge(done), "delisting: {told:?}");
            if !more {
                break;
            }
        }
        self.suite.market_info(MARKET).unwrap_err();
        self.checker.full(&self.suite).unwrap();
        for account in self.suite.accounts().unwrap() {
            assert!(
                account.positions.is_empty() && !account.quote.is_negative(),
                "{account:?}"
            );
        }
    }
}

/// What a size is worth at the last price, atoms.
fn value(suite: &Suite, info: &MarketResponse, size: u128) -> u128 {
    let scale = ValueScale::new(info.config.base_decimals, suite.decimals).unwrap();
    let price = info.price.unwrap().price;
    scale
        .notional(size.into(), price, Rounding::Up)
        .unwrap()
        .u128()
}
