//! Whether a step did what was expected, and what must hold of what it did (design section 9, 2 to 5, 7).

use std::collections::BTreeSet;

use anyhow::Error;
use ballast_perp_market::state::{queue_key, ACCOUNTS, DELEVERAGE_CURSORS, DELEVERAGE_QUEUE};
use ballast_perp_market::ContractError;
use ballast_testing::invariants::check_events;
use ballast_types::events::{attribute, fund, is, market as names};
use ballast_types::market::{AccountResponse, LiquidationStatus};
use ballast_types::MarketId;
use cosmwasm_std::{Event, Int128, Order as Direction, Uint64};

use super::apply::Done;
use super::changes;
use super::predict::{risk_at, Expect};
use super::steps::Step;
use super::world::World;

/// What is compared with afterwards.
pub struct Before {
    /// What the parameter was that is about to change.
    parameter: Option<u128>,
    accounts: Vec<AccountResponse>,
    /// The queue that a liquidation goes through, from where it goes on.
    queue: Vec<u64>,
    last_pass: bool,
}

impl Before {
    pub fn look(world: &World, step: &Step) -> Self {
        let accounts = world.suite.accounts().unwrap();
        let parameter = match step {
            Step::AskChange { market, field, .. } => {
                Some(field.read(&world.market(*market).config.parameters))
            }
            _ => None,
        };
        let mut before = Self {
            parameter,
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
    let contract = |error: &Error| {
        error
            .downcast_ref::<ContractError>()
            .map(|e| format!("{e:?}"))
    };
    match (expect, result) {
        (Expect::Ok, Ok(_)) => {}
        (Expect::Market(expected), Err(error)) => {
            let found = contract(error);
            assert_eq!(found, Some(format!("{expected:?}")), "{error:#}");
        }
        (Expect::Text(text), Err(error)) => {
            assert!(
                format!("{error:#}").contains(text),
                "expected {text:?}: {error:#}"
            );
        }
        (Expect::Transfer, Err(error)) => assert_eq!(contract(error), None, "{error:#}"),
        (Expect::Order { .. } | Expect::Applied, Ok(_)) => {}
        (Expect::Applied, Err(error)) => {
            let found = error.downcast_ref::<ContractError>();
            let contradicts = matches!(found, Some(ContractError::ParametersContradict { .. }));
            assert!(contradicts, "{error:#}");
        }
        (Expect::Order { ample: false }, Err(error)) => refusal(world, error),
        (expect, Ok(_)) => panic!("expected {expect:?}, and it committed"),
        (expect, Err(error)) => panic!("expected {expect:?}, found {error:#}"),
    }
}

/// The reasons an order may be refused for besides those that are predicted, each held against what can be
/// asked.
fn refusal(world: &World, error: &Error) {
    let market = |id: &MarketId| world.market(*id);
    let holds = match error.downcast_ref::<ContractError>() {
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
        // Sizes up to 2^127 are tried.
        Some(ContractError::Risk(_) | ContractError::Overflow { .. }) => true,
        _ => false,
    };
    assert!(holds, "{error:#}");
}

/// What must hold of a step that committed.
pub fn effects(world: &mut World, step: &Step, before: &Before, done: &Done) {
    check_events(&done.events).unwrap();
    fund_ledger(world, &done.events);
    match step {
        Step::Place {
            user, sub, order, ..
        } => {
            let taker = world.account(*user, *sub).unwrap().number;
            nobody_took_risk_without_margin(world, before, taker, order.market);
        }
        Step::AskChange {
            market,
            field,
            value,
        } => {
            let old = before.parameter.unwrap();
            changes::effect(world, old, *market, *field, *value);
        }
        Step::Liquidate {
            user, sub, market, ..
        }
        | Step::Deleverage {
            user, sub, market, ..
        } => {
            progress(world, *user, *sub, *market, before, done);
            deleveraging(world, before, &done.events);
        }
        _ => {}
    }
}

/// The fund's ledger follows from its events alone (T1, line 7).
fn fund_ledger(world: &mut World, events: &[Event]) {
    let amount = |event: &Event, key: &str| {
        attribute(event, key)
            .and_then(|text| text.parse::<i128>().ok())
            .unwrap()
    };
    for event in events {
        if is(event, fund::TOP_UP) || is(event, fund::SYNC) {
            world.booked += amount(event, "amount");
        } else if is(event, fund::CLAIM) {
            world.booked -= amount(event, "paid");
        }
    }
    let booked = world.suite.solvency().unwrap().booked.u128();
    assert_eq!(
        Some(world.booked),
        i128::try_from(booked).ok(),
        "booked by events and by ledger"
    );
}

/// Everyone whose position changed holds initial margin, or is no riskier than before.
fn nobody_took_risk_without_margin(
    world: &World,
    before: &Before,
    taker: Uint64,
    market: MarketId,
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
        let strictly = if old.number == taker {
            None
        } else {
            Some(market)
        };
        let risk = risk_at(world, &after, Int128::zero(), strictly);
        let margined = risk.is_ok_and(|(equity, required)| {
            !equity.is_negative() && equity.unsigned_abs() >= required
        });
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

/// Liquidation makes progress (line 4), and its answer is what happened.
fn progress(world: &World, user: usize, sub: u32, market: MarketId, before: &Before, done: &Done) {
    let answer = done.liquidation.clone().unwrap();
    let after = world.account(user, sub).unwrap();
    let old = before.account(after.number.u64()).unwrap();
    let size = |account: &AccountResponse| {
        let position = account.positions.iter().find(|one| one.market == market);
        position.map_or(0, |position| position.size.i128())
    };
    let (was, now) = (size(old), size(&after));
    let closed = was.unsigned_abs() - now.unsigned_abs();
    assert!(now == 0 || (was < 0) == (now < 0));
    let told = answer.closed_in_book.u128() + answer.deleveraged.u128();
    assert_eq!(closed, told, "{answer:?}");
    let excused = matches!(
        answer.status,
        LiquidationStatus::NoLiquidity | LiquidationStatus::More | LiquidationStatus::ClaimPending
    );
    assert!(
        excused || closed > 0 || !after.liquidatable,
        "{answer:?} {after:?}"
    );
    if !old.bankrupt {
        assert_eq!(
            answer.deleveraged.u128() + answer.asked.u128(),
            0,
            "solvent: {answer:?}"
        );
        assert!(
            !after.bankrupt,
            "a solvent account was made bankrupt: {after:?}"
        );
    }
    if answer.status == LiquidationStatus::ClaimPending {
        assert_eq!(closed, 0);
    }
    assert!(
        after.open_orders == 0 || !old.liquidatable,
        "orders of the liquidated are cancelled"
    );
    if after.positions.is_empty() && old.bankrupt {
        // At exactly zero, unless the book alone gave more than the bankruptcy quote and nobody was asked.
        let alone = answer.asked.is_zero() && answer.deleveraged.is_zero();
        let surplus = alone && answer.fee.is_zero() && !after.bankrupt;
        assert!(
            after.quote.is_zero() || surplus,
            "not at zero: {answer:?} {after:?}"
        );
    }
}

/// Line 5: nobody ahead of a taken one was left out, and nobody got riskier.
fn deleveraging(world: &World, before: &Before, events: &[Event]) {
    let numbers = |name: &str, key: &str| -> BTreeSet<u64> {
        let of = events.iter().filter(|event| is(event, name));
        of.map(|event| attribute(event, key).unwrap().parse().unwrap())
            .collect()
    };
    let taken = numbers(names::DELEVERAGED, "counterparty");
    let skipped = numbers(names::DELEVERAGE_SKIPPED, "counterparty");
    let makers = numbers(names::TRADE, "maker");
    let last = before
        .queue
        .iter()
        .rposition(|number| taken.contains(number));
    for number in before.queue.iter().take(last.unwrap_or(0)) {
        let met = taken.contains(number) || skipped.contains(number) || makers.contains(number);
        assert!(
            met,
            "account {number} was passed over in silence: {:?}",
            before.queue
        );
    }
    if before.last_pass {
        return;
    }
    for number in taken.difference(&makers) {
        let old = before.account(*number).unwrap();
        let storage = world.suite.market_storage();
        let owner = ACCOUNTS.load(storage.as_ref(), *number).unwrap();
        let after = world.suite.account(&owner.owner, owner.subaccount).unwrap();
        assert!(no_riskier(old, &after), "before {old:?}\nafter {after:?}");
    }
}
