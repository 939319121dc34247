//! How hostile parts behave next.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction, Says};
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_types::MarketId;
use cosmwasm_std::{coin, Int64, Uint64};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::world::World;

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

pub fn fund_behaviour(rng: &mut ChaCha8Rng) -> FundBehaviour {
    let claim = reaction(rng);
    FundBehaviour {
        top_up: reaction(rng),
        ..FundBehaviour::claims(claim)
    }
}

pub fn oracle_behaviour(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> OracleBehaviour {
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

pub fn token_behaviour(rng: &mut ChaCha8Rng, world: &World) -> TokenBehaviour {
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
