//! The market's records and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use ballast_perp_market::gate::{Cause, BUDGET_SECS, MAX_INTERVALS};
use ballast_perp_market::state::{
    queue_key, rank_key, split_book_key, split_place_key, Account, Gate, MarketConfig, MarketState,
    Named, Order, Position, QueuedWithdrawal, Vault, ACCOUNTS, ACCOUNT_ORDERS, CLIENT_ORDERS,
    CONFIG, DELEVERAGE_CURSORS, DELEVERAGE_QUEUE, GATE, GATE_CAUSES, GATE_ENDS, MARKETS,
    MARKET_STATES, MAX_POSITIONS, ORDERS, PENDING_CLAIMS, RETIRED_FEES, VAULT, WITHDRAWALS,
};
use ballast_risk::ValueScale;
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Empty, Order as Direction, Storage};

use super::bounds::Settlements;
use super::keys::{decode, split};
use super::shadow::Records;
use super::triggers::{TouchedTriggers, TriggerShadow};
use super::Findings;
use crate::suite::Suite;

/// (book, place).
type OrderKey = (u64, u128);
/// (account number, book, place).
type OwnKey = (u64, u64, u128);
/// (account number, client order id).
type ClientKey = (u64, u128);
/// (queue, rank, account number).
type QueueKey = (u64, u128, u64);

/// Copies of the market's records, with totals of our own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MarketShadow {
    pub accounts: Records<u64, Account>,
    pub states: BTreeMap<MarketId, MarketState>,
    /// Which markets are isolated.
    isolated: BTreeSet<MarketId>,
    /// Price, and how sizes become values, of markets that are being settled.
    pub settling: BTreeMap<MarketId, (Decimal, ValueScale)>,
    orders: Records<OrderKey, Order>,
    own_orders: Records<OwnKey, Empty>,
    client_orders: Records<ClientKey, Named>,
    triggers: TriggerShadow,
    queue: Records<QueueKey, Empty>,
    withdrawals: Records<u64, QueuedWithdrawal>,
    /// (account number, market) of failed claims, and of cursors.
    waiting: [BTreeSet<(u64, MarketId)>; 2],
    causes: Records<(u8, u64), u64>,
    ends: Records<(u64, u8, u64), Empty>,
    vault: i128,
    residue: i128,
    outflow: Option<Vault>,
    gate: Gate,
    retired_fees: i128,
    totals: Totals,
}

/// Sums over records, kept up as they are replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Totals {
    /// Of all accounts' quote.
    quote: i128,
    /// Of all queued withdrawals.
    queued: i128,
    /// Sizes of longs and of shorts (negative) by market; none where both are 0.
    open: BTreeMap<MarketId, (i128, i128)>,
    /// Resting orders by account; none where 0.
    orders: BTreeMap<u64, u32>,
}

/// What a message touched: the keys whose neighbours must be looked at.
#[derive(Default)]
pub(super) struct Touched {
    accounts: BTreeSet<u64>,
    orders: BTreeSet<OrderKey>,
    own_orders: BTreeSet<OwnKey>,
    client_orders: BTreeSet<ClientKey>,
    triggers: TouchedTriggers,
    queue: BTreeSet<QueueKey>,
    markets: BTreeSet<MarketId>,
}

impl Totals {
    fn add_account(&mut self, account: &Account, sign: i128) {
        self.quote += sign * account.quote.i128();
        for position in &account.positions {
            let size = position.size.i128();
            let open = self.open.entry(position.market).or_default();
            if size > 0 {
                open.0 += sign * size;
            } else {
                open.1 += sign * size;
            }
            if *open == (0, 0) {
                self.open.remove(&position.market);
            }
        }
    }

    fn add_order(&mut self, account: u64, more: bool) {
        let count = self.orders.entry(account).or_default();
        *count = if more {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
        if *count == 0 {
            self.orders.remove(&account);
        }
    }
}

impl MarketShadow {
    /// Everything from storage.
    pub fn read(suite: &Suite) -> Result<Self> {
        let storage = suite.market_storage();
        let storage = storage.as_ref();
        let mut shadow = Self::default();
        let up = Direction::Ascending;
        for record in ACCOUNTS.range(storage, None, None, up) {
            let (number, account) = record?;
            shadow.put_account(number, Some(account));
        }
        for record in ORDERS.range(storage, None, None, up) {
            let (key, order) = record?;
            shadow.put_order(key, Some(order));
        }
        for key in ACCOUNT_ORDERS.keys(storage, None, None, up) {
            shadow.own_orders.replace(key?, Some(Empty {}));
        }
        for record in CLIENT_ORDERS.range(storage, None, None, up) {
            let (key, named) = record?;
            shadow.client_orders.replace(key, Some(named));
        }
        shadow.triggers = TriggerShadow::read(storage)?;
        for key in DELEVERAGE_QUEUE.keys(storage, None, None, up) {
            shadow.queue.replace(key?, Some(Empty {}));
        }
        for record in WITHDRAWALS.range(storage, None, None, up) {
            let (id, withdrawal) = record?;
            shadow.put_withdrawal(id, Some(withdrawal));
        }
        for key in PENDING_CLAIMS.keys(storage, None, None, up) {
            shadow.waiting[0].insert(key?);
        }
        for key in DELEVERAGE_CURSORS.keys(storage, None, None, up) {
            shadow.waiting[1].insert(key?);
        }
        for record in GATE_CAUSES.range(storage, None, None, up) {
            let (cause, until) = record?;
            shadow.causes.replace(cause, Some(until));
        }
        for key in GATE_ENDS.keys(storage, None, None, up) {
            shadow.ends.replace(key?, Some(Empty {}));
        }
        for record in MARKET_STATES.range(storage, None, None, up) {
            let (market, state) = record?;
            shadow.states.insert(market, state);
        }
        for record in MARKETS.range(storage, None, None, up) {
            let (market, config) = record?;
            shadow.put_market(storage, market, Some(config))?;
        }
        shadow.put_items(storage)?;
        Ok(shadow)
    }

    /// Replaces what was written, by what committed storage holds now. Costs O(keys).
    pub fn replace(
        &mut self,
        suite: &Suite,
        keys: &[&[u8]],
        settlements: &mut Settlements,
    ) -> Result<Touched> {
        let storage = suite.market_storage();
        let storage = storage.as_ref();
        let mut touched = Touched::default();
        for key in keys {
            match split(key) {
                None => self.put_items(storage)?,
                Some((namespace, rest)) => {
                    self.replace_record(storage, namespace, rest, &mut touched, settlements)?;
                }
            }
        }
        Ok(touched)
    }

    fn replace_record(
        &mut self,
        storage: &dyn Storage,
        namespace: &[u8],
        rest: &[u8],
        touched: &mut Touched,
        settlements: &mut Settlements,
    ) -> Result<()> {
        if namespace == ACCOUNTS.namespace_bytes() {
            let number = decode::<u64>(rest)?;
            let now = ACCOUNTS.may_load(storage, number)?;
            settlements.account(self.accounts.get(&number), now.as_ref());
            let before = self.put_account(number, now);
            let left = before.iter().flat_map(|account| &account.positions);
            touched
                .queue
                .extend(left.map(|position| queue_place(number, position)));
            touched.accounts.insert(number);
        } else if namespace == ORDERS.namespace_bytes() {
            let key = decode::<OrderKey>(rest)?;
            let before = self.put_order(key, ORDERS.may_load(storage, key)?);
            for order in before.into_iter().chain(self.orders.get(&key).cloned()) {
                let owner = order.account;
                touched.accounts.insert(owner);
                touched.own_orders.insert((owner, key.0, key.1));
                if let Some(id) = order.client_order_id {
                    touched.client_orders.insert((owner, id.u128()));
                }
            }
            touched.orders.insert(key);
        } else if namespace == ACCOUNT_ORDERS.namespace_bytes() {
            let key = decode::<OwnKey>(rest)?;
            self.own_orders
                .replace(key, ACCOUNT_ORDERS.may_load(storage, key)?);
            touched.own_orders.insert(key);
        } else if namespace == CLIENT_ORDERS.namespace_bytes() {
            let key = decode::<ClientKey>(rest)?;
            let now = CLIENT_ORDERS.may_load(storage, key)?;
            self.client_orders.replace(key, now);
            touched.client_orders.insert(key);
        } else if namespace == DELEVERAGE_QUEUE.namespace_bytes() {
            let key = decode::<QueueKey>(rest)?;
            self.queue
                .replace(key, DELEVERAGE_QUEUE.may_load(storage, key)?);
            touched.queue.insert(key);
        } else if namespace == WITHDRAWALS.namespace_bytes() {
            let id = decode::<u64>(rest)?;
            self.put_withdrawal(id, WITHDRAWALS.may_load(storage, id)?);
        } else if namespace == PENDING_CLAIMS.namespace_bytes() {
            let key = decode::<(u64, MarketId)>(rest)?;
            self.put_waiting(0, key, PENDING_CLAIMS.has(storage, key), touched);
        } else if namespace == DELEVERAGE_CURSORS.namespace_bytes() {
            let key = decode::<(u64, MarketId)>(rest)?;
            self.put_waiting(1, key, DELEVERAGE_CURSORS.has(storage, key), touched);
        } else if namespace == GATE_CAUSES.namespace_bytes() {
            let cause = decode::<(u8, u64)>(rest)?;
            self.causes
                .replace(cause, GATE_CAUSES.may_load(storage, cause)?);
        } else if namespace == GATE_ENDS.namespace_bytes() {
            let key = decode::<(u64, u8, u64)>(rest)?;
            self.ends.replace(key, GATE_ENDS.may_load(storage, key)?);
        } else if namespace == MARKET_STATES.namespace_bytes() {
            let market = decode::<MarketId>(rest)?;
            match MARKET_STATES.may_load(storage, market)? {
                Some(state) => {
                    settlements.state(market, self.states.get(&market), &state);
                    self.states.insert(market, state);
                }
                None => {
                    self.states.remove(&market);
                }
            }
            touched.markets.insert(market);
        } else if namespace == MARKETS.namespace_bytes() {
            let market = decode::<MarketId>(rest)?;
            self.put_market(storage, market, MARKETS.may_load(storage, market)?)?;
            touched.markets.insert(market);
        } else if let Some(concerned) =
            self.triggers
                .replace(storage, namespace, rest, &mut touched.triggers)?
        {
            for order in concerned {
                touched.accounts.insert(order.account);
                let id = order.client_order_id.map(|id| (order.account, id.u128()));
                touched.client_orders.extend(id);
            }
        }
        Ok(())
    }

    fn put_account(&mut self, number: u64, now: Option<Account>) -> Option<Account> {
        if let Some(account) = &now {
            self.totals.add_account(account, 1);
        }
        let before = self.accounts.replace(number, now);
        if let Some(account) = &before {
            self.totals.add_account(account, -1);
        }
        before
    }

    fn put_waiting(
        &mut self,
        kind: usize,
        key: (u64, MarketId),
        there: bool,
        touched: &mut Touched,
    ) {
        if there {
            self.waiting[kind].insert(key);
        } else {
            self.waiting[kind].remove(&key);
        }
        touched.accounts.insert(key.0);
    }

    fn put_withdrawal(&mut self, id: u64, now: Option<QueuedWithdrawal>) {
        let amount = |one: &QueuedWithdrawal| signed(one.amount.u128());
        self.totals.queued += now.as_ref().map_or(0, amount);
        let before = self.withdrawals.replace(id, now);
        self.totals.queued -= before.as_ref().map_or(0, amount);
    }

    fn put_order(&mut self, key: OrderKey, now: Option<Order>) -> Option<Order> {
        if let Some(order) = &now {
            self.totals.add_order(order.account, true);
        }
        let before = self.orders.replace(key, now);
        if let Some(order) = &before {
            self.totals.add_order(order.account, false);
        }
        before
    }

    fn put_market(
        &mut self,
        storage: &dyn Storage,
        market: MarketId,
        config: Option<MarketConfig>,
    ) -> Result<()> {
        self.isolated.remove(&market);
        self.settling.remove(&market);
        let Some(config) = config else {
            return Ok(());
        };
        if config.isolated {
            self.isolated.insert(market);
        }
        if let Some(settling) = config.settling {
            let quote_decimals = CONFIG.load(storage)?.collateral_decimals;
            let scale = ValueScale::new(config.base_decimals, quote_decimals)?;
            self.settling.insert(market, (settling.price, scale));
        }
        Ok(())
    }

    fn put_items(&mut self, storage: &dyn Storage) -> Result<()> {
        let vault = VAULT.load(storage)?;
        self.vault = signed(vault.held.u128());
        self.residue = signed(vault.residue.u128());
        self.outflow = Some(vault);
        self.gate = GATE.load(storage)?;
        let retired = RETIRED_FEES.may_load(storage)?.unwrap_or_default();
        self.retired_fees = signed(retired.u128());
        Ok(())
    }

    /// Money, and the records that a message touched with their neighbours.
    pub fn check_touched(&self, suite: &Suite, touched: &Touched, findings: &mut Findings) {
        self.check_money(suite, findings);
        self.check_withdrawals(findings);
        self.check_gate(suite, findings);
        let mut markets = touched.markets.clone();
        for number in &touched.accounts {
            self.check_account(suite, *number, findings);
            let held = self
                .accounts
                .get(number)
                .into_iter()
                .flat_map(|one| &one.positions);
            markets.extend(held.map(|position| position.market));
        }
        for key in &touched.orders {
            self.check_order(*key, findings);
        }
        for key in &touched.own_orders {
            self.check_own_order(*key, findings);
        }
        for key in &touched.client_orders {
            self.check_client_order(*key, findings);
        }
        self.triggers.check(
            &touched.triggers,
            |market| self.next_sequence(market),
            |account, id| self.client_orders.get(&(account, id)).copied(),
            findings,
        );
        for key in &touched.queue {
            markets.insert(market_of(key.0));
            self.check_queue_entry(*key, findings);
        }
        for market in markets {
            self.check_open_interest(market, findings);
        }
    }

    /// Everything.
    pub fn check_all(&self, suite: &Suite, findings: &mut Findings) {
        let all = Touched {
            accounts: self.accounts.0.keys().copied().collect(),
            orders: self.orders.0.keys().copied().collect(),
            own_orders: self.own_orders.0.keys().copied().collect(),
            client_orders: self.client_orders.0.keys().copied().collect(),
            triggers: self.triggers.all(),
            queue: self.queue.0.keys().copied().collect(),
            markets: self.states.keys().copied().collect(),
        };
        self.check_touched(suite, &all, findings);
        let positions: usize = self
            .accounts
            .0
            .values()
            .map(|account| account.positions.len())
            .sum();
        findings.require(
            positions == self.queue.0.len(),
            "market: one index entry a position",
            || format!("{positions} positions, {} entries", self.queue.0.len()),
        );
        let (orders, indexed) = (self.orders.0.len(), self.own_orders.0.len());
        findings.require(
            orders == indexed,
            "market: one index entry an order",
            || format!("{orders} orders, {indexed} entries"),
        );
    }

    /// `bank = sum(account quote) + fees + pool + residue + unaccounted - deficit`, `unaccounted >= 0`.
    fn check_money(&self, suite: &Suite, findings: &mut Findings) {
        let bank = match suite.balance(&suite.market) {
            Ok(bank) => signed(bank),
            Err(error) => {
                return findings.unreadable("market: the bank is readable", Err(error));
            }
        };
        let lines: i128 = self.states.values().map(ledger_lines).sum();
        let ledger =
            self.totals.quote + self.totals.queued + self.residue + self.retired_fees + lines;
        findings.require(
            self.vault == ledger,
            "market: vault = sum of the ledger",
            || {
                format!(
                    "vault {}, ledger {ledger} = accounts {} + residue {} + retired fees {} + markets {lines}",
                    self.vault, self.totals.quote, self.residue, self.retired_fees
                )
            },
        );
        let stray = bank - ledger;
        findings.require(stray >= 0, "market: bank covers the ledger", || {
            format!("bank {bank}, ledger {ledger}: {stray}")
        });
        let expected = signed(suite.strays().market);
        let exact = suite.strays_are_exact();
        findings.require(
            !exact || stray == expected,
            "market: unaccounted = sent without message - synced",
            || format!("unaccounted {stray}, expected {expected}"),
        );
    }

    /// The queue's total and numbers.
    fn check_withdrawals(&self, findings: &mut Findings) {
        let stored = self.outflow.as_ref().map(|outflow| outflow.queued.u128());
        let queued = u128::try_from(self.totals.queued).ok();
        findings.require(
            stored == queued,
            "market: queued withdrawals = sum of the queue",
            || format!("stored {stored:?}, sum {queued:?}"),
        );
        let next = self.outflow.as_ref().map_or(0, |outflow| outflow.next_id);
        let sound = self.withdrawals.0.iter().all(|(id, one)| {
            *id < next && !one.amount.is_zero() && self.accounts.has(&one.account)
        });
        findings.require(sound, "market: queued withdrawals are sound", || {
            format!("next {next}, {:?}", self.withdrawals)
        });
    }

    /// Deficits add up, causes are known where accounts say so, and the gate keeps its bounds.
    fn check_gate(&self, suite: &Suite, findings: &mut Findings) {
        let deficit: u128 = self.states.values().map(|one| one.deficit.u128()).sum();
        findings.require(
            self.gate.deficit.u128() == deficit,
            "market: the gate's deficit = sum of deficits",
            || format!("stored {}, sum {deficit}", self.gate.deficit),
        );
        let now = suite.now();
        let mut sound = self.causes.0.len() == self.ends.0.len();
        for ((kind, number), until) in &self.causes.0 {
            sound &= self.ends.has(&(*until, *kind, *number));
            let gates = self.accounts.get(number).is_some_and(|one| one.gates);
            sound &= *kind == 0 || gates;
        }
        findings.require(
            sound,
            "market: causes are indexed and of accounts that say so",
            || format!("{:?}, {:?}", self.causes, self.ends),
        );
        let shut = &self.gate.shut;
        let ordered = shut.len() <= MAX_INTERVALS
            && shut.iter().all(|one| one.from < one.to)
            && shut.windows(2).all(|two| match two {
                [first, second] => first.to <= second.from,
                _ => true,
            });
        let most = shut
            .iter()
            .map(|one| self.gate.shut_secs(one.to))
            .max()
            .unwrap_or(0);
        let last = self.causes.0.values().max().copied().unwrap_or(0);
        let until = self.gate.shut_until(now).unwrap_or(0);
        findings.require(
            ordered && most <= BUDGET_SECS && (until == 0 || until <= last),
            "market: the gate keeps its bounds",
            || format!("at {now}: {shut:?}, causes {:?}", self.causes),
        );
    }

    fn check_account(&self, suite: &Suite, number: u64, findings: &mut Findings) {
        let resting = self.totals.orders.get(&number).copied().unwrap_or(0);
        let Some(account) = self.accounts.get(&number) else {
            return findings.require(resting == 0, "market: orders have an account", || {
                format!("{resting} orders of account {number}, which does not exist")
            });
        };
        findings.require(
            account.open_orders == resting,
            "market: order count",
            || {
                format!(
                    "account {number} counts {}, has {resting}",
                    account.open_orders
                )
            },
        );
        let waiting = self.triggers.count(number);
        findings.require(
            account.trigger_orders == waiting,
            "market: trigger order count",
            || {
                format!(
                    "account {number} counts {}, has {waiting}",
                    account.trigger_orders
                )
            },
        );
        let sorted = account.positions.windows(2).all(|two| match two {
            [first, second] => first.market < second.market,
            _ => true,
        });
        let sound = sorted
            && account.positions.len() <= MAX_POSITIONS
            && account
                .positions
                .iter()
                .all(|position| !position.size.is_zero());
        findings.require(
            sound,
            "market: positions are distinct, not empty, and few",
            || format!("account {number}: {:?}", account.positions),
        );
        let known = self.causes.has(&Cause::Account(number).key());
        findings.require(
            account.gates == known,
            "market: an account that gates is a known cause",
            || format!("account {number}: {account:?}, known {known}"),
        );
        let waiting = self.waiting.iter().all(|keys| {
            let mut of_account = keys.range((number, 0)..=(number, MarketId::MAX));
            of_account.all(|(_, market)| account.waits && account.position(*market).is_some())
        });
        findings.require(
            waiting,
            "market: failed claims and cursors are of positions of accounts that wait",
            || format!("account {number}: {account:?}, {:?}", self.waiting),
        );
        let in_isolated = |position: &Position| self.isolated.contains(&position.market);
        let isolated = account.positions.iter().any(in_isolated);
        findings.require(
            account.isolated == isolated && !(isolated && account.positions.len() > 1),
            "market: an isolated position is held alone",
            || {
                format!(
                    "account {number}: {account:?}, isolated {:?}",
                    self.isolated
                )
            },
        );
        let now = suite.now();
        findings.require(
            account.last_position_at <= now
                && account.risk_increased_at <= now
                && (account.positions.is_empty() || account.last_position_at > 0),
            "market: an account's times are past and known",
            || format!("account {number} at {now}: {account:?}"),
        );
        for position in &account.positions {
            let place = queue_place(number, position);
            findings.require(
                self.queue.has(&place),
                "market: position is indexed",
                || format!("account {number}, {position:?} has no entry {place:?}"),
            );
        }
    }

    fn check_order(&self, key: OrderKey, findings: &mut Findings) {
        let Some(order) = self.orders.get(&key) else {
            return;
        };
        findings.require(!order.remaining.is_zero(), "market: no empty order", || {
            format!("{key:?}: {order:?}")
        });
        let own = (order.account, key.0, key.1);
        findings.require(
            self.own_orders.has(&own),
            "market: order is indexed",
            || format!("{key:?}: {order:?} has no entry {own:?}"),
        );
        if let Some(id) = order.client_order_id {
            let (book, place) = key;
            let named = self.client_orders.get(&(order.account, id.u128()));
            findings.require(
                named == Some(&Named::Order { book, place }),
                "market: client order id is indexed",
                || format!("{key:?}: {order:?} has {named:?}"),
            );
        }
        let (market, side) = split_book_key(key.0);
        let (ticks, sequence) = split_place_key(side, key.1);
        let next = self.next_sequence(market);
        findings.require(
            ticks > 0 && sequence < next,
            "market: order has a price and a number already given",
            || format!("{key:?}: ticks {ticks}, sequence {sequence}, next is {next}"),
        );
    }

    fn next_sequence(&self, market: MarketId) -> u64 {
        self.states
            .get(&market)
            .map_or(0, |state| state.next_sequence)
    }

    fn check_own_order(&self, key: OwnKey, findings: &mut Findings) {
        let (account, book, place) = key;
        let owner = self.orders.get(&(book, place)).map(|order| order.account);
        let indexed = self.own_orders.has(&key);
        findings.require(
            indexed == (owner == Some(account)),
            "market: order index matches orders",
            || format!("entry {key:?} {}, order is of {owner:?}", present(indexed)),
        );
    }

    /// A client order id stands for what says that it is its own.
    fn check_client_order(&self, key: ClientKey, findings: &mut Findings) {
        let Some(named) = self.client_orders.get(&key) else {
            return;
        };
        let named_so = match *named {
            Named::Order { book, place } => self.orders.get(&(book, place)).is_some_and(|order| {
                order.account == key.0 && order.client_order_id.map(|id| id.u128()) == Some(key.1)
            }),
            Named::TriggerOrder {
                line,
                price,
                sequence,
            } => self
                .triggers
                .is_named((line, price, sequence), key.0, key.1),
        };
        findings.require(
            named_so,
            "market: client order id stands for its order",
            || format!("entry {key:?} -> {named:?}"),
        );
    }

    fn check_queue_entry(&self, key: QueueKey, findings: &mut Findings) {
        let number = key.2;
        let held = self
            .accounts
            .get(&number)
            .map(|account| account.positions.as_slice());
        let expected = held
            .unwrap_or_default()
            .iter()
            .any(|position| queue_place(number, position) == key);
        let indexed = self.queue.has(&key);
        findings.require(
            indexed == expected,
            "market: index matches positions",
            || format!("entry {key:?} {}, positions {held:?}", present(indexed)),
        );
    }

    fn check_open_interest(&self, market: MarketId, findings: &mut Findings) {
        let (long, short) = self.totals.open.get(&market).copied().unwrap_or_default();
        // While it is settled, the other side of what was closed is in the pool (see `bounds.rs`).
        let balanced = long + short == 0 || self.settling.contains_key(&market);
        findings.require(balanced, "market: sum of sizes is 0", || {
            format!("market {market}: longs {long}, shorts {short}")
        });
        let stored = self.states.get(&market).map_or((0, 0), |state| {
            (
                signed(state.open_interest_long.u128()),
                signed(state.open_interest_short.u128()),
            )
        });
        findings.require(stored == (long, -short), "market: open interest", || {
            format!(
                "market {market}: stored {stored:?}, held {:?}",
                (long, -short)
            )
        });
    }

    /// That another shadow of the same storage, kept up message by message, is equal.
    pub fn compare(&self, touched: &Self, findings: &mut Findings) {
        let rule = "market: both gears agree";
        findings.require(self.totals == touched.totals, rule, || {
            format!("full {:?}, touched {:?}", self.totals, touched.totals)
        });
        findings.require(self == touched, rule, || "records differ".to_owned());
    }
}

fn ledger_lines(state: &MarketState) -> i128 {
    signed(state.fees_owed.u128())
        + signed(state.fee_collector.u128())
        + state.settlement_pool.i128()
        + signed(state.residue.u128())
        - signed(state.deficit.u128())
}

fn queue_place(number: u64, position: &Position) -> QueueKey {
    let long = !position.size.is_negative();
    (
        queue_key(position.market, long),
        rank_key(long, position.entry_price),
        number,
    )
}

fn market_of(queue: u64) -> MarketId {
    MarketId::try_from(queue >> 1).unwrap_or(MarketId::MAX)
}

fn present(is: bool) -> &'static str {
    if is {
        "exists"
    } else {
        "is missing"
    }
}

/// Amounts of real tokens are far below 2^127; one that is not shows as a violation.
fn signed(amount: u128) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}
