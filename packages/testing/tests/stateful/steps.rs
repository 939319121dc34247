//! Everything anyone can do, hostile and out-of-order steps included, and what is done next.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction, Says};
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_types::fund::TopUpKind;
use ballast_types::market::{OrderId, OrderType, TimeInForce};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{coin, Decimal, Int64, Uint64};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::changes::{self, Field};
use super::world::{World, UNIT};

/// Index into [`World::users`].
pub type User = usize;

/// Which fund the market is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundChoice {
    Real,
    Hostile,
    None,
    Nobody,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    Deposit {
        user: User,
        sub: u32,
        amount: u128,
    },
    Withdraw {
        user: User,
        sub: u32,
        amount: u128,
    },
    /// `by` is the owner, its delegate, or neither.
    Place {
        by: User,
        user: User,
        sub: u32,
        order: Order,
    },
    Cancel {
        by: User,
        user: User,
        sub: u32,
        id: OrderId,
    },
    /// By the client order id.
    CancelNamed {
        user: User,
        sub: u32,
        name: u128,
    },
    CancelAll {
        by: User,
        user: User,
        sub: u32,
        market: Option<MarketId>,
    },
    Transfer {
        user: User,
        from: u32,
        to: u32,
        amount: u128,
    },
    /// The owner asks for another market parameter.
    AskChange {
        market: MarketId,
        field: Field,
        value: u128,
    },
    ApplyChange {
        id: u64,
    },
    CancelChange {
        id: u64,
    },
    /// For so many seconds from now.
    SetDelegate {
        user: User,
        sub: u32,
        delegate: User,
        secs: u64,
    },
    RemoveDelegate {
        user: User,
        sub: u32,
        delegate: User,
    },
    Liquidate {
        by: User,
        user: User,
        sub: u32,
        market: MarketId,
    },
    Deleverage {
        by: User,
        user: User,
        sub: u32,
        market: MarketId,
    },
    Accrue {
        market: MarketId,
    },
    Flush {
        market: MarketId,
    },
    SyncMarket,
    SyncFund,
    Poke,
    BareSend {
        user: User,
        to_fund: bool,
        amount: u128,
    },
    TopUp {
        user: User,
        kind: TopUpKind,
        market: MarketId,
        amount: u128,
    },
    /// All feeders push the last price times this, in ppm.
    Price {
        market: MarketId,
        ppm: u64,
        conf_ppm: u64,
    },
    /// One feeder of three: no quorum, or an old price once the others' are forgotten.
    PriceOfOneFeeder {
        market: MarketId,
        ppm: u64,
    },
    Advance {
        secs: u64,
    },
    SetFund {
        choice: FundChoice,
    },
    FundBehaves {
        behaviour: FundBehaviour,
    },
    UseOracle {
        market: MarketId,
        hostile: bool,
    },
    OracleBehaves {
        market: MarketId,
        behaviour: OracleBehaviour,
    },
    TokenBehaves {
        behaviour: TokenBehaviour,
    },
    ReduceOnly {
        market: MarketId,
        on: bool,
    },
    PayFees {
        market: MarketId,
        amount: u128,
    },
    /// A stranger sends what only the owner, the fund or the token may.
    Trespass {
        user: User,
        what: u8,
    },
}

/// An order to place.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub market: MarketId,
    pub side: Side,
    pub size: u128,
    pub order_type: OrderType,
    pub reduce_only: bool,
    /// Client order id.
    pub name: Option<u128>,
}

/// One or more steps that belong together.
pub fn next(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let market = rng.gen_range(0..world.suite.markets.len() as u32);
    let user = rng.gen_range(0..world.users.len());
    let sub = *[0, 0, 0, 1].choose(rng).unwrap();
    match rng.gen_range(0..118) {
        0..=7 => vec![Step::Deposit {
            user,
            sub,
            amount: amount(rng, 5_000),
        }],
        8..=12 => vec![Step::Withdraw {
            user,
            sub,
            amount: amount(rng, 3_000),
        }],
        13..=30 => {
            let by = acting(rng, world, user, sub);
            let order = order(rng, world, market);
            vec![Step::Place {
                by,
                user,
                sub,
                order,
            }]
        }
        31..=45 => trade(rng, world, market),
        46..=48 => vec![cancel(rng, world, user, sub)],
        49 => vec![Step::CancelAll {
            by: acting(rng, world, user, sub),
            user,
            sub,
            market: rng.gen_bool(0.5).then_some(market),
        }],
        50..=54 => sweep(rng, world, market),
        55 => vec![Step::Deleverage {
            by: rng.gen_range(0..world.users.len()),
            user,
            sub,
            market,
        }],
        56..=57 => vec![Step::Accrue {
            market: market + u32::from(rng.gen_bool(0.1)) * 7,
        }],
        58..=59 => vec![Step::Flush { market }],
        60 => vec![Step::SyncMarket],
        61 => vec![Step::SyncFund],
        62 => vec![Step::Poke],
        63 => vec![Step::BareSend {
            user,
            to_fund: rng.gen(),
            amount: amount(rng, 50),
        }],
        64..=65 => {
            let kinds = [TopUpKind::Donation, TopUpKind::Reserve, TopUpKind::Fees];
            let kind = *kinds.choose(rng).unwrap();
            vec![Step::TopUp {
                user,
                kind,
                market,
                amount: amount(rng, 2_000),
            }]
        }
        66..=80 => moves(rng, world, market),
        81 => vec![Step::PriceOfOneFeeder {
            market,
            ppm: jump(rng),
        }],
        82..=88 => {
            let secs = [0, 1, 1, 5, 11, 61, 61, 120, 3_600, 90_000, 2_600_000];
            vec![Step::Advance {
                secs: *secs.choose(rng).unwrap(),
            }]
        }
        89..=90 => {
            let choices = [
                FundChoice::Real,
                FundChoice::Real,
                FundChoice::Real,
                FundChoice::Hostile,
                FundChoice::Hostile,
                FundChoice::None,
                FundChoice::Nobody,
            ];
            vec![Step::SetFund {
                choice: *choices.choose(rng).unwrap(),
            }]
        }
        91..=92 => vec![Step::FundBehaves {
            behaviour: fund_behaviour(rng),
        }],
        93 => vec![Step::UseOracle {
            market,
            hostile: rng.gen_bool(0.4),
        }],
        94..=95 => {
            let behaviour = oracle_behaviour(rng, world, market);
            vec![Step::OracleBehaves { market, behaviour }]
        }
        96 => vec![Step::TokenBehaves {
            behaviour: token_behaviour(rng, world),
        }],
        97 => vec![Step::ReduceOnly {
            market,
            on: rng.gen_bool(0.3),
        }],
        98 => vec![Step::PayFees {
            market,
            amount: amount(rng, 20),
        }],
        99 => vec![Step::Trespass {
            user,
            what: rng.gen(),
        }],
        100..=102 => vec![Step::Transfer {
            user,
            from: sub,
            to: rng.gen_range(0..3),
            amount: amount(rng, 1_000),
        }],
        103..=104 => vec![Step::SetDelegate {
            user,
            sub,
            delegate: rng.gen_range(0..world.users.len()),
            secs: *[0, 30, 3_600, 86_400, 366 * 86_400].choose(rng).unwrap(),
        }],
        106..=109 => {
            let (field, value) = changes::draw(rng, world, market);
            vec![Step::AskChange {
                market,
                field,
                value,
            }]
        }
        110 => {
            let id = changes::any(rng, world);
            // Mostly when its time has come.
            let secs = *[0, 22 * 86_400, 22 * 86_400, 36 * 86_400]
                .choose(rng)
                .unwrap();
            vec![Step::Advance { secs }, Step::ApplyChange { id }]
        }
        112..=117 => squeeze(rng, world, market),
        111 => vec![Step::CancelChange {
            id: changes::any(rng, world),
        }],
        _ => {
            let (user, sub, delegate) = world
                .any_delegate(rng)
                .filter(|_| rng.gen_bool(0.7))
                .unwrap_or((user, sub, rng.gen_range(0..world.users.len())));
            vec![Step::RemoveDelegate {
                user,
                sub,
                delegate,
            }]
        }
    }
}

fn amount(rng: &mut ChaCha8Rng, units: u128) -> u128 {
    match rng.gen_range(0..20) {
        0 => 0,
        1 => 1,
        2 => units * UNIT * 1_000,
        _ => rng.gen_range(1..=units * UNIT),
    }
}

/// -90 % to +300 %, mostly small.
fn jump(rng: &mut ChaCha8Rng) -> u64 {
    match rng.gen_range(0..12) {
        0 => rng.gen_range(100_000..700_000),
        1 => rng.gen_range(1_400_000..=4_000_000),
        2..=4 => rng.gen_range(850_000..1_200_000),
        _ => rng.gen_range(970_000..1_030_000),
    }
}

/// A new price in the next block, after which keepers look around.
fn moves(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let conf_ppm = *[0, 0, 0, 500, 30_000].choose(rng).unwrap();
    let mut steps = vec![
        Step::Advance {
            secs: rng.gen_range(1..15),
        },
        Step::Price {
            market,
            ppm: jump(rng),
            conf_ppm,
        },
    ];
    for other in 0..world.suite.markets.len() as u32 {
        if other != market && rng.gen_bool(0.8) {
            steps.push(Step::Price {
                market: other,
                ppm: 1_000_000,
                conf_ppm: 0,
            });
        }
    }
    if rng.gen_bool(0.7) {
        steps.extend(sweep(rng, world, market));
    }
    steps
}

/// The price goes just beyond somebody's liquidation price, others having quoted there, and a keeper comes: a solvent
/// account is closed into the book.
fn squeeze(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let accounts = (0..world.users.len()).flat_map(|user| [(user, 0), (user, 1)]);
    let squeezed: Vec<_> = accounts
        .filter_map(|(user, sub)| Some((user, sub, world.liquidation_price(user, sub, market)?)))
        .collect();
    let Some((user, sub, at)) = squeezed.choose(rng).copied() else {
        return trade(rng, world, market);
    };
    let last = world.last_price(market);
    let falls = at < last;
    let beyond = rng.gen_range(500..4_000);
    let ratio = (at / last).atomics().u128() / 1_000_000_000_000;
    let ppm = u64::try_from(ratio).unwrap_or(1_000_000);
    let ppm = if falls {
        ppm.saturating_sub(beyond)
    } else {
        ppm.saturating_add(beyond)
    };
    let moved = ppm.clamp(100_000, 4_000_000);
    let side = if falls { Side::Buy } else { Side::Sell };
    let mut steps = vec![
        Step::Advance { secs: 1 },
        Step::Price {
            market,
            ppm: moved,
            conf_ppm: 0,
        },
    ];
    let maker = (user + 1) % world.users.len();
    let time_in_force = TimeInForce::GoodTilCancelled;
    for _ in 0..2 {
        steps.push(Step::Place {
            by: maker,
            user: maker,
            sub: 0,
            order: Order {
                market,
                side,
                size: world.leveraged(market, maker, 2),
                order_type: OrderType::Limit {
                    price: world.tick_price(market, moved),
                    time_in_force,
                },
                reduce_only: false,
                name: None,
            },
        });
    }
    steps.push(Step::Liquidate {
        by: maker,
        user,
        sub,
        market,
    });
    steps
}

/// Keepers try whoever holds a position, and now and then somebody who does not.
fn sweep(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let by = rng.gen_range(0..world.users.len());
    let mut steps = vec![];
    for (user, sub) in (0..world.users.len()).flat_map(|user| [(user, 0), (user, 1)]) {
        let account = world.account(user, sub);
        let holds = account.as_ref().is_some_and(|account| {
            account
                .positions
                .iter()
                .any(|position| position.market == market)
        });
        if !rng.gen_bool(if holds { 0.9 } else { 0.05 }) {
            continue;
        }
        let waits = world.claim_waits(account.as_ref(), market);
        if rng.gen_bool(if waits { 0.5 } else { 0.1 }) {
            steps.push(Step::Deleverage {
                by,
                user,
                sub,
                market,
            });
        } else {
            steps.push(Step::Liquidate {
                by,
                user,
                sub,
                market,
            });
        }
    }
    steps
}

fn order(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Order {
    let side = if rng.gen() { Side::Buy } else { Side::Sell };
    let price = world.tick_price(market, rng.gen_range(970_000..1_030_000));
    let time_in_force = *[
        TimeInForce::GoodTilCancelled,
        TimeInForce::GoodTilCancelled,
        TimeInForce::GoodTilTime {
            expires_at: (world.suite.now() + rng.gen_range(0..30)).saturating_sub(2),
        },
        TimeInForce::ImmediateOrCancel,
        TimeInForce::FillOrKill,
        TimeInForce::PostOnly,
    ]
    .choose(rng)
    .unwrap();
    let order_type = match rng.gen_range(0..20) {
        0..=3 => OrderType::Market { worst_price: price },
        4 => OrderType::Limit {
            price: price + Decimal::raw(7),
            time_in_force,
        },
        5 => OrderType::Limit {
            price: Decimal::zero(),
            time_in_force,
        },
        _ => OrderType::Limit {
            price,
            time_in_force,
        },
    };
    let mut size = world.lots(market, rng.gen_range(1..=15_000));
    match rng.gen_range(0..40) {
        0 => size = 0,
        1 => size += 1,
        2 => size *= 1_000_000,
        3 => size = u128::MAX / 10_000 * 10_000,
        _ => {}
    }
    Order {
        market,
        side,
        size,
        order_type,
        reduce_only: rng.gen_bool(0.15),
        name: name(rng),
    }
}

/// A client order id out of few, so that some are taken.
fn name(rng: &mut ChaCha8Rng) -> Option<u128> {
    rng.gen_bool(0.4).then(|| rng.gen_range(0..4))
}

/// Who sends an order for an account: its owner, now and then one of its delegates, or somebody who is none.
fn acting(rng: &mut ChaCha8Rng, world: &World, user: User, sub: u32) -> User {
    let delegates = world.delegates(user, sub);
    match rng.gen_range(0..20) {
        0 => rng.gen_range(0..world.users.len()),
        1..=8 => delegates
            .choose(rng)
            .map_or(user, |(delegate, _)| *delegate),
        _ => user,
    }
}

/// A maker rests, and in this block or a later one somebody takes.
fn trade(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let side = if rng.gen() { Side::Buy } else { Side::Sell };
    let price = world.tick_price(market, rng.gen_range(995_000..1_005_000));
    let limit = |time_in_force| OrderType::Limit {
        price,
        time_in_force,
    };
    let (maker, taker) = (
        rng.gen_range(0..world.users.len()),
        rng.gen_range(0..world.users.len()),
    );
    let leverage = rng.gen_range(2..=22);
    let size = world
        .leveraged(market, maker, leverage)
        .min(world.leveraged(market, taker, leverage));
    let order = |side, order_type| Order {
        market,
        side,
        size,
        order_type,
        reduce_only: false,
        name: None,
    };
    let mut steps = vec![];
    if rng.gen_bool(0.7) {
        steps.push(Step::Advance { secs: 1 });
        for market in 0..world.suite.markets.len() as u32 {
            steps.push(Step::Price {
                market,
                ppm: 1_000_000,
                conf_ppm: 0,
            });
        }
    }
    let resting = order(side, limit(TimeInForce::GoodTilCancelled));
    steps.push(Step::Place {
        by: acting(rng, world, maker, 0),
        user: maker,
        sub: 0,
        order: resting,
    });
    if rng.gen() {
        steps.push(Step::Advance { secs: 1 });
    }
    let taking = order(side.opposite(), limit(TimeInForce::ImmediateOrCancel));
    steps.push(Step::Place {
        by: taker,
        user: taker,
        sub: 0,
        order: taking,
    });
    steps
}

fn cancel(rng: &mut ChaCha8Rng, world: &World, user: User, sub: u32) -> Step {
    let known = world.resting_orders();
    let id = known.choose(rng).copied().unwrap_or(OrderId {
        market: 0,
        side: Side::Buy,
        ticks: Uint64::new(7),
        sequence: Uint64::new(7),
    });
    let owner = world.owner_of(&id).filter(|_| rng.gen_bool(0.8));
    let (user, sub) = owner.unwrap_or((user, sub));
    let its_name = world.name_of(&id).filter(|_| rng.gen_bool(0.8));
    if let Some(name) = its_name.or_else(|| name(rng).filter(|_| rng.gen_bool(0.3))) {
        return Step::CancelNamed { user, sub, name };
    }
    let by = acting(rng, world, user, sub);
    Step::Cancel { by, user, sub, id }
}

fn reaction(rng: &mut ChaCha8Rng) -> Reaction {
    match rng.gen_range(0..14) {
        0..=2 => Reaction::pays(1_000_000),
        3 => Reaction::pays(0),
        4 => Reaction::pays(rng.gen_range(0..1_000_000)),
        5 => Reaction::pays(1_300_000),
        6 => Reaction::Errors { bytes: 300 },
        7 => Reaction::Panics,
        8 => Reaction::BurnsGas { records: 10 },
        9 => Reaction::says(rng.gen_range(0..1_000_000), Says::Ppm(1_000_000)),
        10 => Reaction::says(1_000_000, Says::Ppm(0)),
        11 => Reaction::says(500_000, Says::Huge(1_000)),
        12 => Reaction::says(500_000, Says::Garbage),
        _ => {
            let coins = vec![coin(1, "other")];
            Reaction::Answers {
                pays_ppm: 0,
                coins,
                says: Says::Ppm(1_000_000),
            }
        }
    }
}

fn fund_behaviour(rng: &mut ChaCha8Rng) -> FundBehaviour {
    let claim = reaction(rng);
    FundBehaviour {
        top_up: reaction(rng),
        ..FundBehaviour::claims(claim)
    }
}

fn oracle_behaviour(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> OracleBehaviour {
    let good = world.mantissa(market);
    let answers = |price: i64, conf: u64, published| OracleBehaviour::Answers {
        price: Int64::new(price),
        conf: Uint64::new(conf),
        expo: -8,
        published,
    };
    let fresh = Published::Ago { secs: 1 };
    match rng.gen_range(0..12) {
        0..=3 => answers(good, 0, fresh),
        4 => OracleBehaviour::Errors,
        5 => OracleBehaviour::Panics,
        6 => OracleBehaviour::Garbage,
        7 => OracleBehaviour::Huge { bytes: 1_000 },
        8 => answers(0, 0, fresh),
        9 => answers(-good, 0, fresh),
        10 => answers(good, 0, Published::Ago { secs: -5 }),
        _ => answers(good, good.unsigned_abs() / 3, Published::Ago { secs: 30 }),
    }
}

fn token_behaviour(rng: &mut ChaCha8Rng, world: &World) -> TokenBehaviour {
    let parties = [
        &world.suite.market,
        &world.suite.fund,
        &world.users[0],
        &world.users[1],
    ];
    let address = parties.choose(rng).unwrap().to_string();
    match rng.gen_range(0..8) {
        0 => TokenBehaviour::Fails,
        1 => TokenBehaviour::FailsTo { address },
        2 => TokenBehaviour::FailsFrom { address },
        3 => TokenBehaviour::TakesFee {
            ppm: 10_000,
            hides_fee: rng.gen(),
        },
        4 => TokenBehaviour::CallsBack {
            msgs: world.harmless_calls(),
        },
        _ => TokenBehaviour::Honest,
    }
}
