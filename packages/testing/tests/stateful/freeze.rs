//! The freeze: for a bounded time nobody takes more risk.

use anyhow::Result;
use ballast_perp_market::state::CONFIG;
use ballast_perp_market::ContractError;
use ballast_testing::metering::scenarios::Target::Market;
use ballast_types::market::ExecuteMsg;
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ownership::{owner_of, refusal};
use super::predict::Expect;
use super::step::{Step, User};
use super::world::World;

/// The longest freeze and the least time between two, seconds.
const THREE_DAYS: u64 = 259_200;

pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Step {
    let by = rng
        .gen_bool(0.1)
        .then(|| rng.gen_range(0..world.users.len()));
    let secs = *[0, 60, 60, 3_600, THREE_DAYS, THREE_DAYS + 1]
        .choose(rng)
        .unwrap();
    Step::Freeze { by, secs }
}

pub fn apply(world: &mut World, by: Option<User>, secs: u64) -> Result<AppResponse> {
    let sender = by.map_or_else(|| owner_of(world, Market), |user| world.users[user].clone());
    let until = world.suite.now() + secs;
    let market = world.suite.market.clone();
    let msg = ExecuteMsg::SetFreeze { until };
    world.suite.execute(&sender, &market, &msg, &[])
}

pub fn expected(world: &World, by: Option<User>, secs: u64) -> Expect {
    if by.is_some() {
        return refusal(Market, OwnershipError::NotOwner);
    }
    let now = world.suite.now();
    let (max, found) = (now + THREE_DAYS, now + secs);
    if found > max {
        return Expect::Market(ContractError::FreezeTooLong { max, found });
    }
    let last = frozen_until(world);
    let next_at = if last == 0 { 0 } else { last + THREE_DAYS };
    // One that runs can be ended sooner.
    if secs > 0 && found > last && now < next_at {
        return Expect::Market(ContractError::FreezeTooEarly { next_at, now });
    }
    Expect::Ok
}

fn frozen_until(world: &World) -> u64 {
    let storage = world.suite.market_storage();
    CONFIG.load(storage.as_ref()).unwrap().frozen_until
}

/// What taking more risk is refused with now.
pub fn refused(world: &World) -> Option<ContractError> {
    let until = frozen_until(world);
    (world.suite.now() < until).then_some(ContractError::Frozen { until })
}
