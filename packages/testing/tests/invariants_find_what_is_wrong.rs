//! A checker that never objects proves nothing: each rule is broken in raw storage once, and found.

mod support;

use ballast_administration::pending::StoredChange;
use ballast_insurance_fund::pending::MAX_PENDING;
use ballast_insurance_fund::state::{BOOKS, CLAIMS, PARAMETERS, PENDING_CHANGES, STANDINGS};
use ballast_perp_market::state::{
    DeleverageCursor, Interval, QueuedWithdrawal, ACCOUNTS, ACCOUNT_ORDERS, CLIENT_ORDERS,
    DELEVERAGE_CURSORS, DELEVERAGE_QUEUE, GATE, GATE_CAUSES, GATE_ENDS, MARKET_STATES, ORDERS,
    VAULT, WITHDRAWALS,
};
use ballast_testing::invariants::{check_events, check_invariants};
use ballast_testing::suite::{Collateral, NewOrder};
use ballast_types::events::market as names;
use ballast_types::fund::{Bound, Change};
use ballast_types::market::{OrderType, PlaceOrder, TimeInForce};
use ballast_types::Side;
use cosmwasm_std::{Addr, Empty, Event, Int128, Order, Storage, Uint128};
use support::{Checked, Money, BTC, UNIT};

/// Positions, resting orders, a claim, and money on every line.
fn lively() -> Checked {
    let mut world = Checked::new(
        Collateral::Native,
        Money {
            reserve: 100 * UNIT,
            mutual: 10_000 * UNIT,
        },
    );
    let (alice, bob, carol) = (world.alice.clone(), world.bob.clone(), world.carol.clone());
    world.open_positions();
    world.price("18000");
    // Carol is number 3.
    world.deposit(&carol, 50_000 * UNIT);
    world.liquidate(&alice);
    world.deposit(&alice, 10_000 * UNIT);
    world.trade(&alice, &bob, BTC, "18000");
    world.rest(&carol, Side::Buy, BTC, "17000");
    let named = PlaceOrder {
        client_order_id: Some(Uint128::new(7)),
        ..NewOrder {
            subaccount: 0,
            market: 0,
            side: Side::Buy,
            size: BTC,
            order_type: OrderType::Limit {
                price: "16000".parse().unwrap(),
                time_in_force: TimeInForce::GoodTilCancelled,
            },
            reduce_only: false,
        }
        .message()
    };
    world.suite.place_order(&carol, &named).unwrap();
    world.checker.after_message(&world.suite).unwrap();
    world
}

fn first<K, V>(entry: Option<cosmwasm_std::StdResult<(K, V)>>) -> (K, V) {
    entry.unwrap().unwrap()
}

/// Of a number that was never given, and of nothing.
fn withdrawal() -> QueuedWithdrawal {
    QueuedWithdrawal {
        account: 1,
        amount: Uint128::one(),
        queued_at: 1,
        failed_at: None,
    }
}

type Corruption = (&'static str, fn(&mut dyn Storage));

const MARKET: [Corruption; 28] = [
    ("market: vault = sum of the ledger", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.quote += Int128::one();
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: vault = sum of the ledger", |s| {
        let mut state = MARKET_STATES.load(s, 0).unwrap();
        state.fees_owed += Uint128::one();
        MARKET_STATES.save(s, 0, &state).unwrap();
    }),
    ("market: vault = sum of the ledger", |s| {
        let mut state = MARKET_STATES.load(s, 0).unwrap();
        state.deficit += Uint128::one();
        MARKET_STATES.save(s, 0, &state).unwrap();
    }),
    ("market: vault = sum of the ledger", |s| {
        let mut vault = VAULT.load(s).unwrap();
        vault.residue += Uint128::one();
        VAULT.save(s, &vault).unwrap();
    }),
    (
        "market: failed claims and cursors are of positions of accounts that wait",
        |s| {
            let cursor = DeleverageCursor::default();
            DELEVERAGE_CURSORS.save(s, (1, 0), &cursor).unwrap();
        },
    ),
    ("market: unaccounted = sent without message - synced", |s| {
        // Both sides of the identity alike: only the bank knows better.
        let mut vault = VAULT.load(s).unwrap();
        vault.held -= Uint128::one();
        VAULT.save(s, &vault).unwrap();
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.quote -= Int128::one();
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: bank covers the ledger", |s| {
        let mut vault = VAULT.load(s).unwrap();
        vault.held += Uint128::one();
        VAULT.save(s, &vault).unwrap();
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.quote += Int128::one();
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: sum of sizes is 0", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.positions[0].size += Int128::one();
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: open interest", |s| {
        let mut state = MARKET_STATES.load(s, 0).unwrap();
        state.open_interest_short += Uint128::one();
        MARKET_STATES.save(s, 0, &state).unwrap();
    }),
    ("market: position is indexed", |s| {
        let key = DELEVERAGE_QUEUE
            .keys(s, None, None, Order::Ascending)
            .next();
        let key = key.unwrap().unwrap();
        DELEVERAGE_QUEUE.remove(s, key);
    }),
    ("market: index matches positions", |s| {
        DELEVERAGE_QUEUE.save(s, (0, 7, 1), &Empty {}).unwrap();
    }),
    ("market: order is indexed", |s| {
        let key = ACCOUNT_ORDERS.keys(s, None, None, Order::Ascending).next();
        let key = key.unwrap().unwrap();
        ACCOUNT_ORDERS.remove(s, key);
    }),
    ("market: order index matches orders", |s| {
        ACCOUNT_ORDERS.save(s, (1, 0, 7), &Empty {}).unwrap();
    }),
    ("market: order count", |s| {
        let (key, _) = first(ORDERS.range(s, None, None, Order::Ascending).next());
        ORDERS.remove(s, key);
    }),
    ("market: client order id is indexed", |s| {
        CLIENT_ORDERS.remove(s, (3, 7));
    }),
    ("market: client order id stands for its order", |s| {
        let named = CLIENT_ORDERS.load(s, (3, 7)).unwrap();
        CLIENT_ORDERS.save(s, (3, 8), &named).unwrap();
    }),
    ("market: an isolated position is held alone", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.isolated = true;
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: an account's times are past and known", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.last_position_at = 0;
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: an account's times are past and known", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.risk_increased_at = 1 << 40;
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: vault = sum of the ledger", |s| {
        WITHDRAWALS.save(s, 7, &withdrawal()).unwrap();
    }),
    ("market: queued withdrawals = sum of the queue", |s| {
        let mut outflow = VAULT.load(s).unwrap();
        outflow.queued += Uint128::one();
        VAULT.save(s, &outflow).unwrap();
    }),
    ("market: queued withdrawals are sound", |s| {
        WITHDRAWALS.save(s, 7, &withdrawal()).unwrap();
    }),
    ("market: the gate's deficit = sum of deficits", |s| {
        let mut gate = GATE.load(s).unwrap();
        gate.deficit += Uint128::one();
        GATE.save(s, &gate).unwrap();
    }),
    (
        "market: causes are indexed and of accounts that say so",
        |s| {
            GATE_CAUSES.save(s, (0, 0), &7).unwrap();
        },
    ),
    (
        "market: causes are indexed and of accounts that say so",
        |s| {
            GATE_CAUSES.save(s, (1, 1), &7).unwrap();
            GATE_ENDS.save(s, (7, 1, 1), &Empty {}).unwrap();
        },
    ),
    ("market: an account that gates is a known cause", |s| {
        let mut account = ACCOUNTS.load(s, 1).unwrap();
        account.gates = true;
        ACCOUNTS.save(s, 1, &account).unwrap();
    }),
    ("market: the gate keeps its bounds", |s| {
        let mut gate = GATE.load(s).unwrap();
        gate.shut.push(Interval {
            from: 1_700_000_000,
            to: 1_700_021_601,
        });
        GATE.save(s, &gate).unwrap();
    }),
    ("market: no empty order", |s| {
        let (key, mut order) = first(ORDERS.range(s, None, None, Order::Ascending).next());
        order.remaining = Uint128::zero();
        ORDERS.save(s, key, &order).unwrap();
    }),
];

const FUND: [Corruption; 15] = [
    ("fund: emergency debt = sum over markets", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.facility.debt += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: the queue is part of the stake", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.underwriting.queued += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: queue shares = sum over exits", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.underwriting.queue_shares += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: shares = sum over balances", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.underwriting.shares += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: nothing is staked that nobody owns", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.ledger.mutual -= Uint128::one();
        books.ledger.staked += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: deficits = sum over markets", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.suite.deficits += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: changes that wait are bounded", |s| {
        let change = Change::AppointTreasury { treasury: None };
        let stored = StoredChange {
            change: change.clone(),
            base: change,
            loosens: String::new(),
            proposed_at: 1,
            delay_secs: 1,
        };
        for id in 0..=MAX_PENDING as u64 {
            PENDING_CHANGES.save(s, id, &stored).unwrap();
        }
    }),
    ("fund: the delay is never shorter than an exit", |s| {
        let mut parameters = PARAMETERS.load(s).unwrap();
        parameters.underwriting.exit_window_secs = parameters.adverse_delay_secs;
        PARAMETERS.save(s, &parameters).unwrap();
    }),
    ("fund: bank covers what is booked", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.ledger.mutual += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: unaccounted = sent without message - synced", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.ledger.mutual -= Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: market reserves = sum over markets", |s| {
        let ((contract, market), mut one) =
            first(STANDINGS.range(s, None, None, Order::Ascending).next());
        one.reserve += Uint128::one();
        STANDINGS.save(s, (&contract, market), &one).unwrap();
    }),
    ("fund: claim totals", |s| {
        let mut books = BOOKS.load(s).unwrap();
        books.claims.paid += Uint128::one();
        BOOKS.save(s, &books).unwrap();
    }),
    ("fund: paid + uncovered = amount", |s| {
        let ((contract, id), mut claim) =
            first(CLAIMS.range(s, None, None, Order::Ascending).next());
        claim.amount = Uint128::one();
        CLAIMS.save(s, (&contract, id), &claim).unwrap();
    }),
    ("fund: layers pay in order", |s| {
        let ((contract, id), mut claim) =
            first(CLAIMS.range(s, None, None, Order::Ascending).next());
        claim.layers[0].1 = Bound::Covered;
        CLAIMS.save(s, (&contract, id), &claim).unwrap();
    }),
    ("fund: claims are of registered contracts", |s| {
        let (_, claim) = first(CLAIMS.range(s, None, None, Order::Ascending).next());
        let nobody = Addr::unchecked("nobody");
        CLAIMS.save(s, (&nobody, 1), &claim).unwrap();
    }),
];

fn found_by_both(contract: fn(&Checked) -> cosmwasm_std::Addr, corruptions: &[Corruption]) {
    for (rule, corrupt) in corruptions {
        let mut world = lively();
        check_invariants(&world.suite).unwrap();
        let contract = contract(&world);
        corrupt(world.suite.app.contract_storage_mut(&contract).as_mut());
        let rules = |found: ballast_testing::invariants::Violations| -> Vec<&str> {
            found.0.iter().map(|one| one.rule).collect()
        };
        let full = rules(check_invariants(&world.suite).unwrap_err());
        assert!(full.contains(rule), "{rule}: {full:?}");
        // The touched gear did not see the write, which came from outside: the gears disagree.
        let both = rules(world.checker.full(&world.suite).unwrap_err());
        assert!(both.contains(rule), "{rule}: {both:?}");
        assert!(
            both.iter().any(|rule| rule.ends_with("both gears agree")),
            "{rule}: {both:?}"
        );
    }
}

#[test]
fn whatever_is_wrong_in_the_market_is_found() {
    found_by_both(|world| world.suite.market.clone(), &MARKET);
}

#[test]
fn whatever_is_wrong_in_the_fund_is_found() {
    found_by_both(|world| world.suite.fund.clone(), &FUND);
}

#[test]
fn the_settlement_pool_may_hold_rounding_only() {
    for change in [-5i128, 1_000] {
        let mut world = lively();
        let market = world.suite.market.clone();
        let mut storage = world.suite.app.contract_storage_mut(&market);
        let mut state = MARKET_STATES.load(storage.as_ref(), 0).unwrap();
        state.settlement_pool += Int128::new(change);
        let mut account = ACCOUNTS.load(storage.as_ref(), 1).unwrap();
        account.quote -= Int128::new(change);
        MARKET_STATES.save(storage.as_mut(), 0, &state).unwrap();
        ACCOUNTS.save(storage.as_mut(), 1, &account).unwrap();
        drop(storage);
        let found = world.checker.full(&world.suite).unwrap_err();
        assert!(
            found
                .to_string()
                .contains("settlement pool is rounding only"),
            "{found}"
        );
    }
}

/// What the messages wrote, and only that, is looked at after each of them.
#[test]
fn the_touched_gear_sees_what_a_message_wrote() {
    let mut world = lively();
    let (alice, market) = (world.alice.clone(), world.suite.market.clone());
    // Broken behind the checker's back; nothing is touched yet.
    let mut storage = world.suite.app.contract_storage_mut(&market);
    let mut account = ACCOUNTS.load(storage.as_ref(), 1).unwrap();
    assert_eq!(account.owner, alice);
    account.quote += Int128::one();
    ACCOUNTS.save(storage.as_mut(), 1, &account).unwrap();
    drop(storage);
    world.checker.after_message(&world.suite).unwrap();
    // A message that writes the account brings it to light.
    world.suite.deposit(&alice, 0, UNIT).unwrap();
    let found = world.checker.after_message(&world.suite).unwrap_err();
    assert_eq!(found.0[0].rule, "market: vault = sum of the ledger");
}

#[test]
fn events_that_do_not_add_up_are_found() {
    let liquidation = |asked: u128, paid: u128, loss: u128| {
        let numbers = [
            ("asked", asked),
            ("paid", paid),
            ("counterparty_loss", loss),
            ("carried", 0),
            ("deficit", 0),
            ("avoided", 0),
            ("leftover", 0),
            ("deleveraged", 5),
        ];
        numbers
            .iter()
            .fold(Event::new(names::LIQUIDATION), |event, (key, value)| {
                event.add_attribute(*key, value.to_string())
            })
    };
    let taken = |loss: u128| {
        Event::new(names::DELEVERAGED)
            .add_attribute("loss", loss.to_string())
            .add_attribute("size", "5")
    };
    check_events(&[taken(40), liquidation(100, 60, 40)]).unwrap();
    check_events(&[taken(40), liquidation(101, 60, 40)]).unwrap();
    check_events(&[taken(40), liquidation(102, 60, 40)]).unwrap_err();
    check_events(&[taken(39), liquidation(100, 60, 40)]).unwrap_err();
    check_events(&[liquidation(100, 60, 40)]).unwrap_err();
    check_events(&[Event::new(names::LIQUIDATION)]).unwrap_err();
}
