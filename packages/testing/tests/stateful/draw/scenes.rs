//! Steps that belong together: trades, prices that move, keepers that look around.

use ballast_types::market::{OrderType, TimeInForce};
use ballast_types::{MarketId, Side};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::orders::acting;
use crate::step::{Order, Step};
use crate::triggers;
use crate::world::{World, UNIT};

pub fn amount(rng: &mut ChaCha8Rng, units: u128) -> u128 {
    match rng.gen_range(0..20) {
        0 => 0,
        1 => 1,
        2 => units * UNIT * 1_000,
        _ => rng.gen_range(1..=units * UNIT),
    }
}

/// -90 % to +300 %, mostly small.
pub fn jump(rng: &mut ChaCha8Rng) -> u64 {
    match rng.gen_range(0..12) {
        0 => rng.gen_range(100_000..700_000),
        1 => rng.gen_range(1_400_000..=4_000_000),
        2..=4 => rng.gen_range(850_000..1_200_000),
        _ => rng.gen_range(970_000..1_030_000),
    }
}

/// A new price in the next block, after which keepers look around.
pub fn moves(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
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
    for other in world.live() {
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
    if rng.gen_bool(0.3) {
        steps.push(Step::Trigger(triggers::execute(rng, world, market)));
    }
    steps
}

/// The price goes just beyond somebody's liquidation price, others having quoted there, and a keeper comes: a solvent
/// account is closed into the book.
pub fn squeeze(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let accounts = world.all_accounts();
    let squeezed: Vec<_> = accounts
        .into_iter()
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
pub fn sweep(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let by = rng.gen_range(0..world.users.len());
    let mut steps = vec![];
    for (user, sub) in world.all_accounts() {
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
        let bankrupt = account.is_some_and(|account| account.bankrupt);
        let often = if waits || bankrupt { 0.4 } else { 0.1 };
        if rng.gen_bool(often) {
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

/// A maker rests, and in this block or a later one somebody takes.
pub fn trade(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
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
        for market in world.live() {
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

/// More than may leave is withdrawn, and the queue is worked off.
pub fn queue(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let user = rng.gen_range(0..world.users.len());
    let amount = rng.gen_range(2_000..30_000) * UNIT;
    let id = world.queue_head().unwrap_or(1);
    let owner = world.queued_by(id);
    let owner = owner.and_then(|owner| world.users.iter().position(|user| *user == owner));
    let limit = *[None, None, Some(1), Some(0), Some(99)]
        .choose(rng)
        .unwrap();
    match rng.gen_range(0..6) {
        0 => vec![Step::CancelWithdrawal {
            user: owner.filter(|_| rng.gen_bool(0.7)).unwrap_or(user),
            id,
        }],
        1 => vec![
            Step::Advance {
                secs: *[1, 61, 3_600, 90_000].choose(rng).unwrap(),
            },
            Step::ProcessWithdrawals { limit },
        ],
        2 => vec![Step::ProcessWithdrawals { limit }],
        _ => {
            let sub = 1;
            let mut steps = vec![
                Step::Deposit { user, sub, amount },
                Step::Advance { secs: 90_000 },
                Step::Withdraw { user, sub, amount },
            ];
            if rng.gen() {
                let id = world.next_withdrawal();
                steps.push(Step::CancelWithdrawal { user, id });
            }
            steps
        }
    }
}
