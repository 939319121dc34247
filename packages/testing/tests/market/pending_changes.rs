//! What protects acts at once; what loosens waits, is listed, can be cancelled, and is applied by anyone.

use ballast_administration::pending::PendingError;
use ballast_perp_market::ContractError;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::suite::Suite;
use ballast_types::events::{attribute, market as names};
use ballast_types::market::{Change, ExchangeParameters, MarketParameters};
use ballast_types::Side;
use cosmwasm_std::Uint128;
use cw_ownable::OwnershipError;

use crate::world::{named, price, refused, uint, World, UNIT};

const DAY: u64 = 86_400;
const DELAY: u64 = 21 * DAY;

/// A market with a position of 10 at 100 on either side.
fn at_stake() -> World {
    let mut world = World::new();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world
}

fn parameters(suite: &Suite) -> MarketParameters {
    suite.market_info(0).unwrap().config.parameters
}

fn market_change(suite: &Suite, change: impl FnOnce(&mut MarketParameters)) -> Change {
    let mut parameters = parameters(suite);
    change(&mut parameters);
    Change::UpdateMarket {
        market: 0,
        parameters,
    }
}

fn exchange_change(suite: &Suite, change: impl FnOnce(&mut ExchangeParameters)) -> Change {
    let mut parameters = suite.config().unwrap().parameters;
    change(&mut parameters);
    Change::UpdateParameters { parameters }
}

fn waits(world: &mut World, change: &Change) -> u64 {
    let answer = world.suite.ask_for(change).unwrap().answer;
    world.check();
    let waits = answer.waits.expect("it must wait");
    assert_eq!(waits.ready_at, world.suite.now() + DELAY);
    waits.id
}

fn at_once(world: &mut World, change: &Change) {
    let answer = world.suite.ask_for(change).unwrap().answer;
    world.check();
    assert_eq!(answer.waits, None, "{change:?}");
}

#[test]
fn what_protects_acts_at_once() {
    let mut world = at_stake();
    let lower_cap = market_change(&world.suite, |p| p.open_interest_cap = uint(1));
    let reduce_only = market_change(&world.suite, |p| {
        p.open_interest_cap = uint(1);
        p.reduce_only = true;
    });
    for change in [lower_cap, reduce_only] {
        at_once(&mut world, &change);
    }
    assert!(parameters(&world.suite).reduce_only);
    let mut oracle = world.suite.market_info(0).unwrap().config.oracle;
    (oracle.max_confidence_ppm, oracle.min_price) = (9_999, price("0.2"));
    at_once(&mut world, &Change::UpdateOracle { market: 0, oracle });
    let change = exchange_change(&world.suite, |p| p.price_risk_max_age_secs = 9);
    at_once(&mut world, &change);
    assert!(world.suite.pending_changes().unwrap().is_empty());
}

// P2: nothing happens a second too early; then anyone may apply it.
#[test]
fn what_loosens_waits_to_the_second() {
    let mut world = at_stake();
    let before = parameters(&world.suite);
    let change = market_change(&world.suite, |p| p.open_interest_cap += uint(1));
    let proposed = world.suite.ask_for(&change).unwrap();
    let event = named(&proposed.events, names::CHANGE)[0];
    assert_eq!(attribute(event, "status"), Some("waits"));
    let id = proposed.answer.waits.unwrap().id;
    let proposed_at = world.suite.now();
    assert_eq!(parameters(&world.suite), before);
    let listed = world.suite.pending_changes().unwrap();
    let one = &listed[0];
    assert_eq!((listed.len(), one.id, &one.change), (1, id, &change));
    assert_eq!(one.loosens, "open_interest_cap");
    assert_eq!(
        (one.proposed_at, one.ready_at, one.expires_at),
        (
            proposed_at,
            proposed_at + DELAY,
            proposed_at + DELAY + 14 * DAY
        )
    );
    world.suite.advance(DELAY - 1);
    let now = world.suite.now();
    let error = refused(world.suite.apply_change(id));
    let ready_at = proposed_at + DELAY;
    assert_eq!(
        error,
        ContractError::Pending(PendingError::TooEarly { ready_at, now })
    );
    world.suite.advance(1);
    let applied = world.suite.apply_change(id).unwrap();
    world.check();
    let event = named(&applied.events, names::CHANGE)[0];
    assert_eq!(attribute(event, "status"), Some("applied"));
    assert_eq!(
        parameters(&world.suite).open_interest_cap,
        before.open_interest_cap + uint(1)
    );
    let error = refused(world.suite.apply_change(id));
    assert_eq!(
        error,
        ContractError::Pending(PendingError::NoSuchChange { found: id })
    );
}

#[test]
fn one_loosened_field_makes_the_whole_message_wait() {
    let mut world = at_stake();
    let change = market_change(&world.suite, |p| {
        p.reduce_only = true;
        p.taker_fee_ppm += 1;
    });
    waits(&mut world, &change);
    assert!(!parameters(&world.suite).reduce_only);
}

// What is about to change for the worse: fund, oracle, every way the exchange could be loosened.
#[test]
fn fund_oracle_and_exchange_wait_too() {
    let mut world = at_stake();
    let oracle = world.suite.deploy_hostile_oracle().unwrap();
    let behaviour = |mantissa: i64| OracleBehaviour::Answers {
        price: mantissa.into(),
        conf: 0u64.into(),
        expo: 0,
        published: Published::Ago { secs: 0 },
    };
    world
        .suite
        .set_oracle_behaviour(&oracle, 0, behaviour(100))
        .unwrap();
    let switch = Change::UpdateOracle {
        market: 0,
        oracle: world.suite.oracle_at(0, &oracle).unwrap(),
    };
    let id = waits(&mut world, &switch);
    for insurance_fund in [None, Some(world.suite.owner.to_string())] {
        waits(&mut world, &Change::SetInsuranceFund { insurance_fund });
    }
    let older = exchange_change(&world.suite, |p| p.price_risk_max_age_secs += 1);
    waits(&mut world, &older);
    assert_eq!(
        world.suite.config().unwrap().insurance_fund,
        Some(world.suite.fund.to_string())
    );
    // Checked anew when it is applied: an oracle that errs by then is refused, and the change still waits.
    world
        .suite
        .set_oracle_behaviour(&oracle, 0, OracleBehaviour::Errors)
        .unwrap();
    world.suite.advance(DELAY);
    let error = refused(world.suite.apply_change(id));
    assert!(matches!(error, ContractError::OracleUnusable { .. }));
    world.check();
    assert_eq!(world.suite.pending_changes().unwrap().len(), 4);
    world
        .suite
        .set_oracle_behaviour(&oracle, 0, behaviour(100))
        .unwrap();
    world.suite.apply_change(id).unwrap();
    world.check();
    let now = world.suite.market_info(0).unwrap().config.oracle.contract;
    assert_eq!(now, oracle.to_string());
}

// A1
#[test]
fn the_owner_and_nobody_else_cancels() {
    let mut world = at_stake();
    let change = market_change(&world.suite, |p| p.maker_fee_ppm += 1);
    let id = waits(&mut world, &change);
    let (keeper, market) = (world.suite.keeper.clone(), world.suite.market.clone());
    let message = ballast_types::market::ExecuteMsg::CancelChange { id };
    let error = refused(world.suite.execute(&keeper, &market, &message, &[]));
    assert_eq!(error, ContractError::Ownership(OwnershipError::NotOwner));
    world.suite.cancel_change(id).unwrap();
    world.check();
    let error = refused(world.suite.cancel_change(id));
    assert_eq!(
        error,
        ContractError::Pending(PendingError::NoSuchChange { found: id })
    );
    world.suite.advance(DELAY);
    let error = refused(world.suite.apply_change(id));
    assert_eq!(
        error,
        ContractError::Pending(PendingError::NoSuchChange { found: id })
    );
}

#[test]
fn a_change_nobody_applies_expires() {
    let mut world = at_stake();
    let change = market_change(&world.suite, |p| p.maker_fee_ppm += 1);
    let (late, last) = (waits(&mut world, &change), waits(&mut world, &change));
    world.suite.advance(DELAY + 14 * DAY);
    world.suite.apply_change(last).unwrap();
    world.check();
    let expired_at = world.suite.now();
    world.suite.advance(1);
    let error = refused(world.suite.apply_change(late));
    let now = expired_at + 1;
    assert_eq!(
        error,
        ContractError::Pending(PendingError::ChangeExpired { expired_at, now })
    );
    // The next one makes room of it.
    let change = market_change(&world.suite, |p| p.maker_fee_ppm += 1);
    let id = waits(&mut world, &change);
    let left: Vec<u64> = world
        .suite
        .pending_changes()
        .unwrap()
        .iter()
        .map(|c| c.id)
        .collect();
    assert_eq!(left, [id]);
}

// G1, G4
#[test]
fn at_most_64_wait_and_pages_are_complete() {
    let mut world = at_stake();
    for fee in 1..=64 {
        let change = market_change(&world.suite, |p| p.maker_fee_ppm += fee);
        waits(&mut world, &change);
    }
    let change = market_change(&world.suite, |p| p.maker_fee_ppm += 65);
    let error = refused(world.suite.ask_for(&change));
    assert_eq!(
        error,
        ContractError::Pending(PendingError::TooManyChanges { expected: 64 })
    );
    let first = world.suite.pending_changes().unwrap();
    assert_eq!(first.len(), 50);
    world.suite.cancel_change(1).unwrap();
    waits(&mut world, &change);
}

// P2: what was tightened while it waited stays tightened.
#[test]
fn a_change_changes_only_what_it_set_out_to() {
    let mut world = at_stake();
    let loosen = market_change(&world.suite, |p| p.taker_fee_ppm = 900);
    let id = waits(&mut world, &loosen);
    let tighten = market_change(&world.suite, |p| {
        p.reduce_only = true;
        p.open_interest_cap = uint(5);
        p.maker_fee_ppm = 0;
    });
    at_once(&mut world, &tighten);
    world.suite.advance(DELAY);
    world.suite.apply_change(id).unwrap();
    let now = parameters(&world.suite);
    assert!(now.reduce_only);
    assert_eq!(
        (now.taker_fee_ppm, now.maker_fee_ppm, now.open_interest_cap),
        (900, 0, Uint128::new(5))
    );
}

// P2: maintenance margin rises by at most a tenth of itself a day; initial margin as far as it likes.
#[test]
fn maintenance_margin_rises_in_steps_and_initial_margin_at_once() {
    let mut world = World::new();
    let [long, short] = ["long", "short"].map(|name| world.user(name, 100 * UNIT));
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.withdraw(&long, 0, 49 * UNIT).unwrap();
    world.check();
    let liquidatable = |world: &World| world.suite.account(&long, 0).unwrap().liquidatable;
    // 5 % to 10 % with half the fraction: what must be held to stay open does not change.
    let doubled = market_change(&world.suite, |p| {
        p.initial_margin_ppm = 100_000;
        p.maintenance_fraction_ppm = 300_000;
    });
    at_once(&mut world, &doubled);
    assert!(!liquidatable(&world));
    // 3 % may become 3.3 %, and not an atom more.
    let raise = |world: &World, fraction| {
        market_change(&world.suite, |p| p.maintenance_fraction_ppm = fraction)
    };
    let change = raise(&world, 330_001);
    let error = refused(world.suite.ask_for(&change));
    assert_eq!(
        error,
        ContractError::MaintenanceStep {
            market: 0,
            allowed: price("0.033"),
            found: price("0.0330001"),
            next_at: 0,
        }
    );
    let change = raise(&world, 330_000);
    at_once(&mut world, &change);
    let raised_at = world.suite.now();
    for (after, allowed) in [(0, "0.033"), (DAY - 1, "0.033"), (1, "0.0363")] {
        world.suite.advance(after);
        let change = raise(&world, 363_001);
        let error = refused(world.suite.ask_for(&change));
        assert_eq!(
            error,
            ContractError::MaintenanceStep {
                market: 0,
                allowed: price(allowed),
                found: price("0.0363001"),
                next_at: raised_at + DAY,
            }
        );
    }
    let change = raise(&world, 363_000);
    at_once(&mut world, &change);
    assert!(!liquidatable(&world), "50.5 of 1,000 are more than 36.3");
    // Neither does a raised initial margin alone escape the steps.
    let alone = market_change(&world.suite, |p| p.initial_margin_ppm = 120_000);
    let error = refused(world.suite.ask_for(&alone));
    assert!(matches!(error, ContractError::MaintenanceStep { .. }));
}

// Nobody can be hurt: no coins are held, or nobody ever ordered in that market.
#[test]
fn nothing_waits_where_nothing_is_at_stake() {
    let mut world = World::with(|builder| {
        builder
            .market(crate::world::spec("A"))
            .market(crate::world::spec("B"))
    });
    let loosen = market_change(&world.suite, |p| {
        p.initial_margin_ppm = 20_000;
        p.maintenance_fraction_ppm = 900_000;
    });
    at_once(&mut world, &loosen);
    let insurance_fund = None;
    at_once(&mut world, &Change::SetInsuranceFund { insurance_fund });
    let user = world.user("user", 100 * UNIT);
    let mut oracle = world.suite.market_info(0).unwrap().config.oracle;
    oracle.max_confidence_ppm += 1;
    at_once(&mut world, &Change::UpdateOracle { market: 0, oracle });
    let exchange = exchange_change(&world.suite, |p| p.price_risk_max_age_secs += 1);
    waits(&mut world, &exchange);
    // An order in A is at stake in A and not in B.
    world.limit(&user, Side::Buy, UNIT, "99").unwrap();
    let change = market_change(&world.suite, |p| p.taker_fee_ppm += 1);
    waits(&mut world, &change);
    let Change::UpdateMarket { parameters, .. } = change else {
        unreachable!()
    };
    at_once(
        &mut world,
        &Change::UpdateMarket {
            market: 1,
            parameters,
        },
    );
}

// The delay itself: longer at once, also for what waits already; shorter only after the delay.
#[test]
fn the_delay_can_be_lengthened_at_once_and_shortened_only_after_itself() {
    let mut world = at_stake();
    let change = market_change(&world.suite, |p| p.taker_fee_ppm += 1);
    let early = waits(&mut world, &change);
    let longer = exchange_change(&world.suite, |p| p.adverse_delay_secs = 30 * DAY);
    at_once(&mut world, &longer);
    let shorter = exchange_change(&world.suite, |p| p.adverse_delay_secs = DELAY);
    let answer = world.suite.ask_for(&shorter).unwrap().answer;
    assert_eq!(answer.waits.unwrap().ready_at, world.suite.now() + 30 * DAY);
    world.suite.advance(DELAY);
    let (ready_at, now) = (world.suite.now() + 9 * DAY, world.suite.now());
    assert_eq!(
        refused(world.suite.apply_change(early)),
        ContractError::Pending(PendingError::TooEarly { ready_at, now })
    );
    world.suite.advance(9 * DAY);
    world.suite.apply_change(early).unwrap();
    world.check();
    for secs in [DELAY - 1, 90 * DAY + 1] {
        let change = exchange_change(&world.suite, |p| p.adverse_delay_secs = secs);
        let error = refused(world.suite.ask_for(&change));
        assert!(matches!(error, ContractError::ParameterOutOfRange { .. }));
    }
}
