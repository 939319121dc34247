//! Whether a step did what was expected, and what must hold of what it did (design section 9, 2 to 5, 7).

pub mod fund;
mod liquidation;
mod orders_of;

use anyhow::Error;
use ballast_insurance_fund::ContractError as FundError;
use ballast_perp_market::state::{
    queue_key, Order as StoredOrder, DELEVERAGE_CURSORS, DELEVERAGE_QUEUE,
};
use ballast_perp_market::ContractError;
use ballast_price_feed::ContractError as FeedError;
use ballast_testing::invariants::check_events;
use ballast_types::market::{
    AccountResponse, CancelOutcome, ExchangeParameters, OrderId, SettleOutcome,
};
use ballast_types::MarketId;
use cosmwasm_std::{Int128, Order as Direction, Uint128, Uint64};

use super::apply::{Answer, Done};
use super::changes;
use super::government;
use super::life::{self, LifeStep};
use super::predict::margin::risk_at;
use super::predict::{orders, Expect};
use super::step::Step;
use super::triggers::TriggerStep;
use super::world::World;
use fund::{SharePrice, Worth};

/// What is compared with afterwards.
pub struct Before {
    /// What the parameter was that is about to change.
    parameter: Option<u128>,
    /// The exchange's, where one of them is about to change.
    exchange: Option<ExchangeParameters>,
    /// What a batch must answer: to its cancels, and where it has none to its first placement.
    cancels: Vec<CancelOutcome>,
    first_placement: Option<Expect>,
    /// What a settlement must come to for each account.
    settled: Vec<SettleOutcome>,
    /// Orders that a message asks to remove.
    orders: Vec<(OrderId, StoredOrder)>,
    /// What may leave, where the queue is worked off.
    available: Uint128,
    shares: SharePrice,
    /// Of the underwriter who acts.
    worth: Option<Worth>,
    accounts: Vec<AccountResponse>,
    /// The queue that a liquidation goes through, from where it goes on.
    queue: Vec<u64>,
    last_pass: bool,
}

impl Before {
    pub fn look(world: &World, step: &Step) -> Self {
        let accounts = world.suite.accounts().unwrap();
        let parameter = match step {
            Step::AskChange { market, field, .. } => Some(field.read(&world.parameters(*market))),
            _ => None,
        };
        let mut before = Self {
            parameter,
            exchange: None,
            cancels: vec![],
            first_placement: None,
            settled: vec![],
            orders: vec![],
            available: Uint128::zero(),
            shares: SharePrice::look(world),
            worth: None,
            accounts,
            queue: vec![],
            last_pass: false,
        };
        if let Step::Liquidate {
            user, sub, market, ..
        }
        | Step::Deleverage {
            user, sub, market, ..
        } = step
        {
            if let Some(account) = world.account(*user, *sub) {
                before.look_at_queue(world, &account, *market);
            }
        }
        match step {
            Step::Batch {
                user,
                sub,
                cancel,
                place,
                ..
            } => {
                before.cancels = orders::cancels(world, (*user, *sub), cancel);
                let first = place.first().filter(|_| cancel.is_empty());
                before.first_placement =
                    first.map(|order| orders::place(world, *user, *sub, order));
            }
            Step::Stake(step) => before.worth = Some(Worth::look(world, step.user())),
            Step::AskExchangeChange { .. } => {
                before.exchange = Some(world.suite.config().unwrap().parameters);
            }
            Step::ProcessWithdrawals { .. } => {
                before.available = world.suite.outflow_limits().unwrap().available;
            }
            Step::Life(LifeStep::Settle { market, accounts }) => {
                before.settled = life::outcomes(world, *market, accounts);
            }
            Step::RemoveOrders { orders, .. } => {
                let stored = |id: &OrderId| Some((*id, world.order(id)?));
                before.orders = orders.iter().filter_map(stored).collect();
            }
            _ => {}
        }
        before
    }

    fn look_at_queue(&mut self, world: &World, account: &AccountResponse, market: MarketId) {
        let Some(position) = account.positions.iter().find(|one| one.market == market) else {
            return;
        };
        let storage = world.suite.market_storage();
        let storage = storage.as_ref();
        let number = account.number.u64();
        let cursor = DELEVERAGE_CURSORS
            .may_load(storage, (number, market))
            .unwrap();
        let now = world.suite.now();
        let cursor = cursor.filter(|cursor| now.saturating_sub(cursor.started_at) <= 600);
        self.last_pass = cursor.as_ref().is_some_and(|cursor| cursor.last_pass);
        let after = cursor.and_then(|cursor| cursor.after);
        let start = after.map(cw_storage_plus::Bound::exclusive);
        let queue = queue_key(market, position.size.is_negative());
        self.queue = DELEVERAGE_QUEUE
            .sub_prefix(queue)
            .keys(storage, start, None, Direction::Ascending)
            .map(|key| key.unwrap().1)
            .collect();
    }

    fn account(&self, number: u64) -> Option<&AccountResponse> {
        self.accounts
            .iter()
            .find(|account| account.number.u64() == number)
    }
}

/// Panics with what was expected and what was found.
pub fn outcome(world: &World, expect: &Expect, result: &Result<Done, Error>) {
    if fits(world, expect, result) {
        return;
    }
    match result {
        Ok(_) => panic!("expected {expect:?}, and it committed"),
        Err(error) => {
            let found = error.downcast_ref::<ContractError>();
            panic!("expected {expect:?}, found {found:?}: {error:#}")
        }
    }
}

fn fits(world: &World, expect: &Expect, result: &Result<Done, Error>) -> bool {
    let market = |error: &Error| {
        error
            .downcast_ref::<ContractError>()
            .map(|e| format!("{e:?}"))
    };
    match (expect, result) {
        (Expect::OneOf(all), result) => all.iter().any(|one| fits(world, one, result)),
        (Expect::Ok | Expect::Order { .. } | Expect::Applied | Expect::Triggered { .. }, Ok(_)) => {
            true
        }
        (_, Ok(_)) | (Expect::Ok, Err(_)) => false,
        (Expect::Market(expected), Err(error)) => market(error) == Some(format!("{expected:?}")),
        (Expect::Fund(expected), Err(error)) => error.downcast_ref::<FundError>() == Some(expected),
        (Expect::Feed(expected), Err(error)) => error.downcast_ref::<FeedError>() == Some(expected),
        (Expect::Governance(name), Err(error)) => government::kind(error).as_deref() == Some(*name),
        (Expect::Told, Err(error)) => {
            market(error).is_some() || error.downcast_ref::<FundError>().is_some()
        }
        (Expect::Text(text), Err(error)) => format!("{error:#}").contains(text),
        (Expect::Transfer, Err(error)) => {
            market(error).is_none() && error.downcast_ref::<FundError>().is_none()
        }
        (Expect::Applied, Err(error)) => contradicts(error) || does_not_fit(error),
        (Expect::Contradiction, Err(error)) => contradicts(error),
        (Expect::Order { ample }, Err(error)) => !ample && holds_up(world, error),
        (Expect::Triggered { wanted }, Err(error)) => {
            let nothing = ContractError::NothingTraded { wanted: *wanted };
            error.downcast_ref::<ContractError>() == Some(&nothing) || holds_up(world, error)
        }
    }
}

fn contradicts(error: &Error) -> bool {
    let found = error.downcast_ref::<ContractError>();
    matches!(found, Some(ContractError::ParametersContradict { .. }))
}

/// The reasons a change may be refused for that was possible when it was asked for.
fn does_not_fit(error: &Error) -> bool {
    match error.downcast_ref::<ContractError>() {
        Some(ContractError::MaintenanceStep { allowed, found, .. }) => found > allowed,
        Some(ContractError::SettlementPriceTooFar {
            price,
            last_price,
            max_distance,
            ..
        }) => price.abs_diff(*last_price) > *max_distance,
        _ => false,
    }
}

/// The reasons an order may be refused for besides those that are predicted, each held against what can be
/// asked.
fn holds_up(world: &World, error: &Error) -> bool {
    let market = |id: &MarketId| world.market(*id);
    match error.downcast_ref::<ContractError>() {
        Some(ContractError::InsufficientMargin { equity, required }) => {
            *equity < Int128::zero() || equity.unsigned_abs() < *required
        }
        Some(ContractError::InsufficientReserve { free, reserve }) => free < reserve,
        Some(ContractError::StalePrice {
            market: id,
            age,
            max_age,
        }) => {
            let published = market(id).price.unwrap().published_at;
            *age > *max_age && *age == world.suite.now() - published
        }
        Some(ContractError::LowConfidence {
            market: id,
            confidence,
            ..
        }) => market(id).price.unwrap().confidence == *confidence,
        Some(ContractError::OpenInterestCap {
            market: id,
            cap,
            found,
        }) => found > cap && *cap == market(id).open_interest_cap,
        Some(ContractError::TooManyOrders { max, found }) => found >= max,
        Some(ContractError::NotFilled { wanted, filled }) => filled < wanted,
        // Who holds a position in an isolated market holds no other.
        Some(ContractError::IsolatedMarket { market: id }) => {
            let isolated = |id| world.market(id).config.isolated;
            isolated(*id) || world.live().into_iter().any(isolated)
        }
        // Sizes up to 2^127 are tried.
        Some(ContractError::Risk(_) | ContractError::Overflow { .. }) => true,
        _ => false,
    }
}

/// What must hold of a step that committed.
pub fn effects(world: &mut World, step: &Step, before: &Before, done: &Done) {
    check_events(&done.events).unwrap();
    fund::ledger(world, &done.events);
    before.shares.check(world, &done.events);
    if let Some(worth) = &before.worth {
        worth.check(world);
    }
    match step {
        Step::Place {
            user, sub, order, ..
        } => took_no_risk(world, before, (*user, *sub), &[order.market]),
        Step::Batch {
            user, sub, place, ..
        } => {
            let markets: Vec<MarketId> = place.iter().map(|order| order.market).collect();
            took_no_risk(world, before, (*user, *sub), &markets);
            orders_of::batch(before, done);
        }
        Step::RemoveOrders { .. } => orders_of::removed(world, before, done),
        Step::ProcessWithdrawals { .. } => {
            let Answer::Processed(answer) = &done.answer else {
                panic!("no answer");
            };
            assert!(answer.paid <= before.available, "{answer:?}");
        }
        Step::Trigger(TriggerStep::Execute { id, .. }) => {
            if let Answer::Triggered { user, sub } = done.answer {
                took_no_risk(world, before, (user, sub), &[id.market]);
            }
        }
        Step::Govern(step) => government::effects(world, step, &done.events),
        Step::Life(LifeStep::Settle { .. }) => {
            let Answer::Settled(answer) = &done.answer else {
                panic!("no answer");
            };
            let outcomes: Vec<_> = answer.results.iter().map(|one| one.outcome).collect();
            assert_eq!(outcomes, before.settled);
        }
        Step::AskChange {
            market,
            field,
            value,
        } => {
            let old = before.parameter.unwrap();
            changes::effect(world, old, *market, *field, *value);
        }
        Step::AskExchangeChange { row, value } => {
            let old = before.exchange.as_ref().unwrap();
            changes::effect_of_exchange(world, old, *row, *value);
        }
        Step::Liquidate {
            user, sub, market, ..
        }
        | Step::Deleverage {
            user, sub, market, ..
        } => {
            liquidation::progress(world, *user, *sub, *market, before, done);
            liquidation::deleveraging(world, before, &done.events);
        }
        _ => {}
    }
}

fn took_no_risk(world: &World, before: &Before, (user, sub): (usize, u32), markets: &[MarketId]) {
    let taker = world.account(user, sub).unwrap().number;
    nobody_took_risk_without_margin(world, before, taker, markets);
}

/// Everyone whose position changed holds initial margin, or is no riskier than before.
fn nobody_took_risk_without_margin(
    world: &World,
    before: &Before,
    taker: Uint64,
    markets: &[MarketId],
) {
    let sizes = |account: &AccountResponse| -> Vec<(MarketId, i128)> {
        account
            .positions
            .iter()
            .map(|one| (one.market, one.size.i128()))
            .collect()
    };
    for after in world.suite.accounts().unwrap() {
        let Some(old) = before.account(after.number.u64()) else {
            continue;
        };
        if sizes(old) == sizes(&after) {
            continue;
        }
        // Whoever takes is valued strictly everywhere; a maker elsewhere at prices good for liquidation.
        let margined = |strictly| {
            let risk = risk_at(world, &after, Int128::zero(), strictly);
            risk.is_ok_and(|(equity, required)| {
                !equity.is_negative() && equity.unsigned_abs() >= required
            })
        };
        let margined = if old.number == taker {
            margined(None)
        } else {
            markets.iter().any(|market| margined(Some(*market)))
        };
        assert!(
            margined || no_riskier(old, &after),
            "before {old:?}\nafter {after:?}"
        );
    }
}

/// Maintenance margin no higher and equity over it no lower.
fn no_riskier(old: &AccountResponse, new: &AccountResponse) -> bool {
    let (before, after) = (old.maintenance_margin.u128(), new.maintenance_margin.u128());
    if after == 0 {
        return !new.bankrupt;
    }
    // equity and margin of the test are far below 2^60.
    let ratio = |equity: Int128, margin: u128| equity.i128() * i128::try_from(margin).unwrap();
    after <= before && ratio(new.equity, before) >= ratio(old.equity, after)
}
