//! A market's life: listed, settled, closed account by account, delisted; its deficit repaid, its last fees paid out.

use anyhow::Result;
use ballast_perp_market::state::{MARKET_COUNT, MARKET_STATES, RETIRED_FEES};
use ballast_perp_market::ContractError;
use ballast_testing::metering::scenarios::Target::Market;
use ballast_testing::suite::{market_parameters, Listed, MarketSpec, Suite};
use ballast_types::market::{ExecuteMsg, ListMarket, SettleOutcome};
use ballast_types::MarketId;
use cosmwasm_std::{Int128, Uint128};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::apply::{Answer, Done};
use super::claimants::registration;
use super::draw::{amount, sweep, trade};
use super::feeds::{self, FeedNumber, FeedStep};
use super::ownership::owner_of;
use super::predict::money::{paid_out, transfer};
use super::predict::Expect;
use super::step::{FundChoice, Message, Step, User};
use super::world::World;

/// What becomes of a market.
#[derive(Clone, Debug)]
pub enum LifeStep {
    /// A market of the kind with this feed.
    List {
        feed: FeedNumber,
    },
    BeginSettling {
        market: MarketId,
        by_owner: bool,
    },
    Settle {
        market: MarketId,
        accounts: Vec<(User, u32)>,
    },
    Delist {
        market: MarketId,
    },
    Repay {
        user: User,
        market: MarketId,
        amount: u128,
    },
    PayRetired {
        amount: u128,
    },
}

/// Accounts that one message settles, at most.
const MAX_SETTLED: usize = 20;

const DAY: u64 = 86_400;

impl LifeStep {
    pub fn message(&self, native: bool) -> Message {
        let name = match self {
            Self::List { .. } => "list_market",
            Self::BeginSettling { .. } => "settle_market",
            Self::Settle { .. } => "settle",
            Self::Delist { .. } => "delist_market",
            Self::Repay { .. } if native => "repay_deficit",
            Self::Repay { .. } => "receive.repay_deficit",
            Self::PayRetired { .. } => "pay_fees",
        };
        (Market, name)
    }
}

/// Whole ends of markets, new ones, and single steps of both out of their order.
pub fn draw(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let markets = MarketId::try_from(world.suite.markets.len()).unwrap();
    // Now and then one that is gone, or never was.
    let market = if rng.gen_bool(0.2) {
        rng.gen_range(0..=markets)
    } else {
        market
    };
    let user = rng.gen_range(0..world.users.len());
    match rng.gen_range(0..16) {
        0 => vec![Step::Life(LifeStep::BeginSettling {
            market,
            by_owner: rng.gen_bool(0.3),
        })],
        1 => vec![Step::Life(LifeStep::Settle {
            market,
            accounts: some_accounts(rng, world),
        })],
        2 => vec![Step::Life(LifeStep::Delist { market })],
        3..=4 => {
            let market = in_deficit(world).unwrap_or(market);
            let deficit = world.existing(market).map(|found| found.deficit.u128());
            let deficit = deficit.unwrap_or_default();
            let amount = match rng.gen_range(0..6) {
                0 => deficit + 1,
                1 => amount(rng, 20),
                _ => deficit / rng.gen_range(1..4),
            };
            vec![Step::Life(LifeStep::Repay {
                user,
                market,
                amount,
            })]
        }
        5 => {
            let storage = world.suite.market_storage();
            let known = RETIRED_FEES.may_load(storage.as_ref()).unwrap();
            let known = known.unwrap_or_default().u128();
            let amount = known / rng.gen_range(1..4) + u128::from(rng.gen_bool(0.3));
            vec![Step::Life(LifeStep::PayRetired { amount })]
        }
        6..=8 => ending(rng, world, market),
        _ => beginning(rng, world),
    }
}

fn some_accounts(rng: &mut ChaCha8Rng, world: &World) -> Vec<(User, u32)> {
    let all = world.all_accounts();
    let number = *[0, 1, 3, 3, all.len(), MAX_SETTLED + 1]
        .choose(rng)
        .unwrap();
    (0..number).map(|_| *all.choose(rng).unwrap()).collect()
}

/// A market whose deficit can be repaid.
fn in_deficit(world: &World) -> Option<MarketId> {
    world
        .live()
        .into_iter()
        .find(|market| !world.market(*market).deficit.is_zero())
}

/// Nobody feeds the market any more; everybody is closed, and it goes. Never the last one.
fn ending(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let active = world.live();
    let active = active
        .into_iter()
        .filter(|market| world.active_market(*market).is_ok());
    if active.count() < 2 {
        return beginning(rng, world);
    }
    let mut steps = vec![
        Step::Advance {
            secs: *[6 * DAY, 8 * DAY, 8 * DAY].choose(rng).unwrap(),
        },
        Step::Life(LifeStep::BeginSettling {
            market,
            by_owner: rng.gen_bool(0.1),
        }),
    ];
    if rng.gen_bool(0.8) {
        steps.extend(sweep(rng, world, market));
    }
    steps.push(Step::Advance {
        secs: *[3_600, 90_000, 90_000].choose(rng).unwrap(),
    });
    steps.extend(closing(world, market));
    steps
}

/// The last hour's prices ruin somebody and nobody pays: winners are closed first, and what the losers then owe to the
/// settlement pool is a deficit.
pub fn ruin(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let active = world.live();
    let active = active
        .into_iter()
        .filter(|market| world.active_market(*market).is_ok());
    if active.count() < 2 {
        return beginning(rng, world);
    }
    let ppm = *[300_000, 600_000, 1_800_000, 3_000_000]
        .choose(rng)
        .unwrap();
    let mut steps = trade(rng, world, market);
    steps.extend([
        Step::SetFund {
            choice: FundChoice::None,
        },
        Step::Advance { secs: 4_000 },
        Step::Price {
            market,
            ppm,
            conf_ppm: 0,
        },
        Step::Accrue { market },
        Step::Advance { secs: 8 * DAY },
        Step::Life(LifeStep::BeginSettling {
            market,
            by_owner: false,
        }),
        Step::Advance { secs: 90_000 },
    ]);
    steps.extend(closing(world, market));
    for _ in 0..2 {
        steps.push(Step::Advance { secs: 1 });
        steps.extend(
            world
                .all_accounts()
                .into_iter()
                .map(|(user, sub)| Step::Liquidate {
                    by: 0,
                    user,
                    sub,
                    market,
                }),
        );
    }
    steps.push(Step::Life(LifeStep::Repay {
        user: rng.gen_range(0..world.users.len()),
        market,
        amount: 1,
    }));
    steps
}

/// Accounts that exist are closed and the market goes.
pub fn closing(world: &World, market: MarketId) -> Vec<Step> {
    let mut accounts = world.all_accounts();
    accounts.retain(|(user, sub)| world.account(*user, *sub).is_some());
    let settle = Step::Life(LifeStep::Settle { market, accounts });
    let delist = Step::Life(LifeStep::Delist { market });
    vec![settle, delist.clone(), delist]
}

/// A kind of market that is not there is listed again, and registered with the fund.
pub fn beginning(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let feed = rng.gen_range(0..world.specs.len());
    let listing = Step::Life(LifeStep::List { feed });
    if rng.gen_bool(0.2) {
        return vec![listing];
    }
    let id = MarketId::try_from(world.suite.markets.len()).unwrap();
    vec![
        Step::Feed(feeds::sound(feed)),
        Step::Advance { secs: 1 },
        Step::Feed(FeedStep::Push { feed }),
        listing,
        registration(id, world.specs[feed].isolated),
    ]
}

pub fn apply(world: &mut World, step: &LifeStep) -> Result<Done> {
    let response = match step {
        LifeStep::List { feed } => return list(world, *feed),
        LifeStep::BeginSettling { market, by_owner } => {
            if *by_owner {
                let (owner, contract) = (owner_of(world, Market), world.suite.market.clone());
                let msg = ExecuteMsg::SettleMarket { market: *market };
                world.suite.execute(&owner, &contract, &msg, &[])?
            } else {
                world.suite.settle_market(*market)?
            }
        }
        LifeStep::Settle { market, accounts } => {
            let accounts: Vec<_> = accounts
                .iter()
                .map(|(user, sub)| Suite::account_id(&world.users[*user], *sub))
                .collect();
            let done = world.suite.settle(*market, &accounts)?;
            return Ok(Done::answered(done, Answer::Settled));
        }
        LifeStep::Delist { market } => {
            let done = world.suite.delist(*market)?;
            return Ok(Done::answered(done, |_| Answer::None));
        }
        LifeStep::Repay {
            user,
            market,
            amount,
        } => {
            let user = world.users[*user].clone();
            world.suite.repay_deficit(&user, *market, *amount)?
        }
        LifeStep::PayRetired { amount } => {
            let to = world.suite.owner.clone();
            world.as_owner(Market, |suite| suite.pay_retired_fees(&to, *amount))?
        }
    };
    Ok(Done::events(response.events))
}

/// The listing of a market of a kind.
pub fn listing(world: &World, feed: FeedNumber) -> ListMarket {
    let spec: &MarketSpec = &world.specs[feed];
    let oracle = spec.oracle(&world.suite.price_feed, &world.feed_id(feed));
    ListMarket {
        parameters: market_parameters(6),
        ..spec.listing(oracle, 6)
    }
}

fn list(world: &mut World, feed: FeedNumber) -> Result<Done> {
    let listing = listing(world, feed);
    let id = MARKET_COUNT.load(world.suite.market_storage().as_ref())?;
    let response = world.as_owner(Market, |suite| suite.list_market(listing))?;
    assert_eq!(
        id as usize,
        world.suite.markets.len(),
        "numbers are given once"
    );
    let (spec, feed_id) = (world.specs[feed].clone(), world.feed_id(feed));
    world.suite.markets.push(Listed { id, spec, feed_id });
    Ok(Done::events(response.events))
}

pub fn expected(world: &World, step: &LifeStep) -> Expect {
    match step {
        LifeStep::List { feed } => expected_listing(world, *feed),
        LifeStep::BeginSettling { market, by_owner } => {
            let info = match world.active_market(*market) {
                Ok(info) => info,
                Err(error) => return Expect::Market(error),
            };
            let parameters = world.suite.config().unwrap().parameters;
            let dead_at = info.price.unwrap().published_at + parameters.dead_feed_secs;
            if world.suite.now() >= dead_at || *by_owner {
                return Expect::Ok;
            }
            let market = *market;
            Expect::Market(ContractError::FeedAlive { market, dead_at })
        }
        LifeStep::Settle { market, accounts } => {
            cannot_settle(world, *market, accounts).map_or(Expect::Ok, Expect::Market)
        }
        LifeStep::Delist { market } => {
            cannot_delist(world, *market).map_or(Expect::Ok, Expect::Market)
        }
        LifeStep::Repay {
            user,
            market,
            amount,
        } => expected_repayment(world, *user, *market, *amount),
        LifeStep::PayRetired { amount } => {
            let asked = Uint128::new(*amount);
            if asked.is_zero() {
                return Expect::Market(ContractError::ZeroAmount {});
            }
            let storage = world.suite.market_storage();
            let known = RETIRED_FEES.may_load(storage.as_ref()).unwrap();
            let available = known.unwrap_or_default();
            if asked > available {
                let error = ContractError::RetiredFeesExceeded { available, asked };
                return Expect::Market(error);
            }
            paid_out(world, asked)
        }
    }
}

/// At most one market of a symbol, and its feed must say a price now.
fn expected_listing(world: &World, feed: FeedNumber) -> Expect {
    let symbol = world.specs[feed].symbol.clone();
    let taken = world
        .live()
        .into_iter()
        .find(|market| world.market(*market).config.symbol == symbol);
    if let Some(market) = taken {
        return Expect::Market(ContractError::SymbolTaken { market, symbol });
    }
    let (min, max) = world.specs[feed].price_bounds;
    let sound = world
        .feed_answer(feed)
        .is_some_and(|price| price >= min && price <= max);
    if sound {
        Expect::Ok
    } else {
        Expect::Text("gives no valid price")
    }
}

fn cannot_settle(
    world: &World,
    market: MarketId,
    accounts: &[(User, u32)],
) -> Option<ContractError> {
    let found = accounts.len();
    if found == 0 || found > MAX_SETTLED {
        let max = MAX_SETTLED;
        return Some(ContractError::TooManyAccounts { max, found });
    }
    let info = match world.existing(market) {
        Ok(info) => info,
        Err(error) => return Some(error),
    };
    let Some(settling) = info.settling else {
        return Some(ContractError::NotSettling { market });
    };
    let grace = world.suite.config().unwrap().parameters.settle_grace_secs;
    let (ready_at, now) = (settling.since + grace, world.suite.now());
    if now < ready_at {
        return Some(ContractError::TooEarly { ready_at, now });
    }
    let unknown = accounts
        .iter()
        .find(|(user, sub)| world.account(*user, *sub).is_none());
    unknown.map(|(user, subaccount)| ContractError::NoSuchAccount {
        owner: world.users[*user].to_string(),
        subaccount: *subaccount,
    })
}

/// What a settled market is still needed for.
fn cannot_delist(world: &World, market: MarketId) -> Option<ContractError> {
    let info = match world.existing(market) {
        Ok(info) => info,
        Err(error) => return Some(error),
    };
    if info.settling.is_none() {
        return Some(ContractError::NotSettling { market });
    }
    let storage = world.suite.market_storage();
    let state = MARKET_STATES.load(storage.as_ref(), market).unwrap();
    let (open_interest_long, open_interest_short) =
        (state.open_interest_long, state.open_interest_short);
    let held = !open_interest_long.is_zero() || !open_interest_short.is_zero();
    let deficit = state.deficit;
    (held || !deficit.is_zero()).then_some(ContractError::MarketInUse {
        market,
        open_interest_long,
        open_interest_short,
        deficit,
    })
}

fn expected_repayment(world: &World, user: User, market: MarketId, amount: u128) -> Expect {
    match transfer(world, &world.users[user], &world.suite.market, amount, true) {
        Expect::Ok => {}
        refused => return refused,
    }
    let deficit = match world.existing(market) {
        Ok(info) => info.deficit,
        Err(error) => return Expect::Market(error),
    };
    let found = Uint128::new(amount);
    if found <= deficit {
        return Expect::Ok;
    }
    let exceeded = |found| {
        Expect::Market(ContractError::DeficitExceeded {
            market,
            deficit,
            found,
        })
    };
    if world.token_delivers_all() {
        exceeded(found)
    } else {
        // Less arrives.
        Expect::OneOf(vec![Expect::Ok, Expect::Text("the deficit of market")])
    }
}

/// What a settlement must come to for each account, from how it stood before: value as equity counts it.
pub fn outcomes(world: &World, market: MarketId, accounts: &[(User, u32)]) -> Vec<SettleOutcome> {
    let mut seen = vec![];
    let mut outcomes = vec![];
    for (user, sub) in accounts {
        let account = world.account(*user, *sub);
        let position = account.as_ref().and_then(|account| {
            let mut positions = account.positions.iter();
            positions.find(|position| position.market == market)
        });
        outcomes.push(match position {
            None => SettleOutcome::NoPosition,
            Some(_) if account.as_ref().is_some_and(|account| account.bankrupt) => {
                SettleOutcome::Bankrupt
            }
            Some(_) if seen.contains(&(*user, *sub)) => SettleOutcome::NoPosition,
            Some(position) => {
                seen.push((*user, *sub));
                let (size, value): (Int128, Int128) = (position.size, position.net_notional);
                SettleOutcome::Settled { size, value }
            }
        });
    }
    outcomes
}
