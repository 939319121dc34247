//! What an oracle's answer is good for, action by action: the README's table of the oracle policy (O1, O2).

use ballast_perp_market::ContractError;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_types::market::TriggerOrderId;
use ballast_types::Side;
use cosmwasm_std::{Addr, Decimal, Int64, Uint64};

use crate::triggers::stop_loss;
use crate::world::{price, refused, World, UNIT};

/// What a user, keeper or owner may try.
const ACTIONS: [&str; 9] = [
    "grow",
    "reduce",
    "cancel",
    "deposit",
    "withdraw with a position",
    "withdraw without",
    "liquidate",
    "execute a trigger order",
    "switch to this oracle",
];

struct Scene {
    world: World,
    oracle: Addr,
    long: Addr,
    weak: Addr,
    idle: Addr,
    trigger: TriggerOrderId,
}

fn answers(mantissa: i64, conf: u64, expo: i32, ago: i64) -> OracleBehaviour {
    OracleBehaviour::Answers {
        price: Int64::new(mantissa),
        conf: Uint64::new(conf),
        expo,
        published: Published::Ago { secs: ago },
    }
}

impl Scene {
    /// A long with an order, one that can be liquidated at 95.5, and one without a position. The last valid
    /// price, 95.5, is as old as asked for.
    fn with_price_of_age(age: u64) -> Self {
        let mut world = World::new();
        let oracle = world.suite.deploy_hostile_oracle().unwrap();
        let set = |world: &mut World, behaviour| {
            world
                .suite
                .set_oracle_behaviour(&oracle, 0, behaviour)
                .unwrap();
        };
        set(&mut world, answers(100, 0, 0, 0));
        world.suite.set_oracle(0, &oracle).unwrap();
        let [long, short, idle] = ["long", "short", "idle"].map(|n| world.user(n, 10_000 * UNIT));
        let weak = world.user("weak", 70 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        world.open(&weak, &short, 10 * UNIT, "100");
        world.limit(&long, Side::Buy, UNIT, "90").unwrap();
        world.limit(&short, Side::Buy, 20 * UNIT, "95.4").unwrap();
        let trigger = stop_loss(&mut world, &long, UNIT, "95.5");
        world.suite.advance(10);
        set(&mut world, answers(9_550, 0, -2, 0));
        world.suite.accrue(0).unwrap();
        world.check();
        set(&mut world, OracleBehaviour::Errors);
        world.suite.advance(age);
        Self {
            world,
            oracle,
            long,
            weak,
            idle,
            trigger,
        }
    }

    fn answering(age: u64, behaviour: &OracleBehaviour) -> Self {
        let mut scene = Self::with_price_of_age(age);
        scene
            .world
            .suite
            .set_oracle_behaviour(&scene.oracle, 0, behaviour.clone())
            .unwrap();
        scene
    }

    fn attempt(&mut self, action: &str) -> Result<(), ContractError> {
        let Self {
            world,
            oracle,
            long,
            weak,
            idle,
            trigger,
        } = self;
        let done = match action {
            "grow" => world
                .suite
                .limit(long, 0, 0, Side::Buy, UNIT, price("95"))
                .map(drop),
            "reduce" => world
                .suite
                .ioc(long, 0, 0, Side::Sell, UNIT, price("95.4"))
                .map(drop),
            "cancel" => world.suite.cancel_all(long, 0, None).map(drop),
            "deposit" => {
                world.suite.mint(long, UNIT).unwrap();
                world.suite.deposit(long, 0, UNIT).map(drop)
            }
            "withdraw with a position" => world.suite.withdraw(long, 0, UNIT).map(drop),
            "withdraw without" => world.suite.withdraw(idle, 0, 10_000 * UNIT).map(drop),
            "liquidate" => {
                let weak = ballast_testing::suite::Suite::account_id(weak, 0);
                let keeper = world.suite.keeper.clone();
                world.suite.liquidate(&keeper, &weak, 0).map(drop)
            }
            "execute a trigger order" => {
                let keeper = world.suite.keeper.clone();
                world
                    .suite
                    .execute_trigger_order(&keeper, *trigger)
                    .map(drop)
            }
            _ => world.suite.set_oracle(0, oracle).map(drop),
        };
        world.check();
        match done {
            Ok(()) => Ok(()),
            Err(error) => Err(refused::<()>(Err(error))),
        }
    }
}

/// What an action is refused for: the last valid price is too old for more risk, too old to liquidate by,
/// too uncertain, or the oracle says nothing that is a price.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Done,
    Stale { max_age: u64 },
    Uncertain,
    Unusable,
}

fn outcome(result: &Result<(), ContractError>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(ContractError::StalePrice { max_age, .. }) => Outcome::Stale { max_age: *max_age },
        Err(ContractError::LowConfidence { .. }) => Outcome::Uncertain,
        Err(ContractError::OracleUnusable { .. }) => Outcome::Unusable,
        Err(other) => panic!("unexpected: {other:?}"),
    }
}

/// What is to be expected of every action where the last valid price is so old.
fn by_age(age: u64) -> [Outcome; 8] {
    let risk = if age > 10 {
        Outcome::Stale { max_age: 10 }
    } else {
        Outcome::Done
    };
    let liquidation = if age > 60 {
        Outcome::Stale { max_age: 60 }
    } else {
        Outcome::Done
    };
    let free = Outcome::Done;
    [risk, free, free, free, risk, free, liquidation, liquidation]
}

fn judge(what: &str, age: u64, behaviour: &OracleBehaviour, expected: &[Outcome]) {
    for (action, expected) in ACTIONS.iter().zip(expected) {
        let mut scene = Scene::answering(age, behaviour);
        let result = scene.attempt(action);
        assert_eq!(
            outcome(&result),
            *expected,
            "{what}, last price {age} s old: {action}: {result:?}"
        );
    }
}

// O1, O2: an answer that is no price is as good as none. The last valid price counts by its age, to the second.
#[test]
fn an_unusable_answer_is_like_none_and_the_last_price_counts_by_its_age() {
    let unusable = [
        ("errors", OracleBehaviour::Errors),
        ("panics", OracleBehaviour::Panics),
        ("garbage", OracleBehaviour::Garbage),
        ("huge", OracleBehaviour::Huge { bytes: 100_000 }),
        ("zero", answers(0, 0, 0, 0)),
        ("negative", answers(-96, 0, 0, 0)),
        ("from the future", answers(96, 0, 0, -3)),
        ("below the bounds", answers(99, 0, -3, 0)),
        ("above the bounds", answers(100_001, 0, 0, 0)),
        ("too small to be counted", answers(96, 0, -40, 0)),
        ("least exponent", answers(96, 0, i32::MIN, 0)),
        ("greatest exponent", answers(96, 0, i32::MAX, 0)),
        ("does not fit", answers(i64::MAX, 0, 18, 0)),
        ("confidence that does not fit", answers(96, u64::MAX, 2, 0)),
        ("published before 1970", {
            OracleBehaviour::Answers {
                price: Int64::new(96),
                conf: Uint64::zero(),
                expo: 0,
                published: Published::At { time: -1 },
            }
        }),
    ];
    for (what, behaviour) in &unusable {
        for age in [10, 11, 60, 61] {
            let mut expected = by_age(age).to_vec();
            expected.push(Outcome::Unusable);
            judge(what, age, behaviour, &expected);
        }
    }
}

// O1: an answer older than what is known changes nothing; it may be switched to all the same.
#[test]
fn an_older_answer_than_the_last_is_not_believed() {
    let mut expected = by_age(30).to_vec();
    expected.push(Outcome::Done);
    judge("older", 30, &answers(96, 0, 0, 31), &expected);
    let mut scene = Scene::answering(30, &answers(96, 0, 0, 31));
    scene.world.suite.accrue(0).unwrap();
    let cached = scene.world.suite.market_info(0).unwrap().price.unwrap();
    assert_eq!(cached.price, price("95.5"));
}

// O1: three ages of an answer that is otherwise good.
#[test]
fn a_valid_answer_counts_by_its_own_age() {
    for age in [0, 10, 11, 60, 61] {
        let mut expected = by_age(age).to_vec();
        expected.push(Outcome::Done);
        let ago = i64::try_from(age).unwrap();
        judge("valid", 200, &answers(9_550, 0, -2, ago), &expected);
    }
}

// O1: a price from a clock that is slightly ahead counts as of now; it never looks newer than now.
#[test]
fn a_price_of_the_next_seconds_counts_as_of_now() {
    let mut expected = by_age(0).to_vec();
    expected.push(Outcome::Done);
    judge("2 s ahead", 200, &answers(9_550, 0, -2, -2), &expected);
    let mut scene = Scene::answering(200, &answers(9_550, 0, -2, -2));
    scene.world.suite.accrue(0).unwrap();
    let cached = scene.world.suite.market_info(0).unwrap().price.unwrap();
    assert_eq!(cached.published_at, scene.world.suite.now());
}

// O1: what is too uncertain allows no more risk, and everything else.
#[test]
fn an_uncertain_answer_allows_everything_but_more_risk() {
    let certain = by_age(0);
    let mut expected = certain.to_vec();
    expected.push(Outcome::Done);
    // 1 % of 95.5 is 0.955.
    judge("1 %", 200, &answers(95_500, 955, -3, 0), &expected);
    expected[0] = Outcome::Uncertain;
    expected[4] = Outcome::Uncertain;
    judge("above 1 %", 200, &answers(95_500, 956, -3, 0), &expected);
    let beyond = answers(95_500, 95_501, -3, 0);
    judge("more than the price", 200, &beyond, &expected);
}

// O1: a crash is a jump, so that a jump within the bounds is believed at once: by everybody.
#[test]
fn a_jump_within_the_bounds_is_believed_at_once() {
    let mut scene = Scene::answering(200, &answers(1, 0, -1, 0));
    scene.world.suite.accrue(0).unwrap();
    scene.world.check();
    let cached = scene.world.suite.market_info(0).unwrap().price.unwrap();
    assert_eq!(cached.price, price("0.1"), "the lowest price allowed");
    let weak = scene.weak.clone();
    assert!(scene.world.equity(&weak) < 0);
    assert_eq!(outcome(&scene.attempt("liquidate")), Outcome::Done);
}

// O1: a new oracle may not say something else than the old one, where that is fresh.
#[test]
fn a_switch_may_not_move_the_price() {
    let other = |mantissa: i64, age: u64| {
        let mut scene = Scene::answering(0, &answers(95_500, 0, -3, 0));
        scene.world.suite.accrue(0).unwrap();
        let second = scene.world.suite.deploy_hostile_oracle().unwrap();
        let suite = &mut scene.world.suite;
        suite
            .set_oracle_behaviour(&scene.oracle, 0, OracleBehaviour::Errors)
            .unwrap();
        suite.advance(age);
        suite
            .set_oracle_behaviour(&second, 0, answers(mantissa, 0, -3, 0))
            .unwrap();
        suite.set_oracle(0, &second).map(drop)
    };
    // 3 % of 95.5, maintenance margin, is 2.865.
    for within in [98_365, 92_635] {
        other(within, 0).unwrap();
    }
    for beyond in [98_366, 92_634] {
        let error = refused(other(beyond, 60));
        assert_eq!(
            error,
            ContractError::OracleDeviates {
                market: 0,
                cached: price("95.5"),
                found: Decimal::from_ratio(u128::try_from(beyond).unwrap(), 1_000u128),
                max_ppm: 30_000,
            }
        );
        // Nothing is known of the price any more: whatever is within the bounds is believed.
        other(beyond, 61).unwrap();
    }
}

// O1: a feed of the inverse, or of another scale, is refused at listing, at a switch and at every refresh. The
// pair is not symmetric: 100 and 0.01.
#[test]
fn an_inverted_or_misscaled_feed_is_refused_everywhere() {
    let wrong = [
        ("inverted", answers(1, 0, -2, 0)),
        ("in cents of cents", answers(100_000_000, 0, 0, 0)),
    ];
    for (what, behaviour) in wrong {
        let mut world = World::new();
        let oracle = world.suite.deploy_hostile_oracle().unwrap();
        let suite = &mut world.suite;
        suite
            .set_oracle_behaviour(&oracle, 0, behaviour.clone())
            .unwrap();
        let error = refused(suite.set_oracle(0, &oracle));
        assert!(
            matches!(error, ContractError::OracleUnusable { .. }),
            "{what}: {error}"
        );
        let mut listing = suite.market_info(0).unwrap().config;
        listing.symbol = "B".to_string();
        listing.oracle.contract = oracle.to_string();
        let error = refused(suite.list_market(listing));
        assert!(
            matches!(error, ContractError::OracleUnusable { .. }),
            "{what}: {error}"
        );
        suite
            .set_oracle_behaviour(&oracle, 0, answers(100, 0, 0, 0))
            .unwrap();
        suite.set_oracle(0, &oracle).unwrap();
        suite.set_oracle_behaviour(&oracle, 0, behaviour).unwrap();
        suite.advance(10);
        suite.accrue(0).unwrap();
        let kept = suite.market_info(0).unwrap().price.unwrap();
        assert_eq!(kept.price, price("100"), "{what}");
        world.check();
    }
}

// O1, P1: bounds that would not tell a feed from its inverse, or that no order could reach, are refused.
#[test]
fn bounds_must_be_sane() {
    let mut world = World::new();
    let good = world.suite.market_info(0).unwrap().config.oracle;
    for (min, max) in [("0", "100"), ("100", "100"), ("0.1", "100000.1")] {
        let mut oracle = good.clone();
        (oracle.min_price, oracle.max_price) = (price(min), price(max));
        let error = refused(world.suite.update_oracle(0, oracle));
        let expected = matches!(
            error,
            ContractError::ParametersContradict { .. } | ContractError::ParameterOutOfRange { .. }
        );
        assert!(expected, "{min} to {max}: {error}");
    }
    let mut oracle = good.clone();
    oracle.max_confidence_ppm = 0;
    let error = refused(world.suite.update_oracle(0, oracle));
    assert!(matches!(error, ContractError::ParameterOutOfRange { .. }));
    let mut oracle = good;
    (oracle.min_price, oracle.max_price) = (price("0.1"), price("100000"));
    world.suite.update_oracle(0, oracle).unwrap();
}
