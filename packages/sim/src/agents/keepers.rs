//! Keepers: they move prices, funding and risk parameters along, liquidate whoever can be liquidated, and go on
//! with what a cap stopped. They need no permission and hold nothing.

use std::collections::BTreeMap;

use ballast_types::fund::ExecuteMsg as FundMsg;
use ballast_types::market::{AccountResponse, ExecuteMsg};
use ballast_types::price_feed::{ExecuteMsg as FeedMsg, PriceUpdate};
use ballast_types::{AccountId, MarketId};
use cosmwasm_std::{Addr, Int64, Uint64};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::market_id;
use crate::error::SimResult;
use crate::random::{stream, Purpose};
use crate::shadow::net_notional;
use crate::world::{Sent, World};

/// Width of the feeders' confidence interval, parts of the price.
const CONFIDENCE_PARTS: u64 = 5_000;

/// How far the outer feeders are from the middle one at most, millionths.
const FEEDER_SPREAD: u64 = 100;

/// A price is pushed again where it is this old, seconds: trading needs one younger than ten.
const PUSH_AGAIN_SECS: u64 = 8;

/// Messages about one position that may do nothing in a row before it counts as stuck.
const PATIENCE: u32 = 1_000;

/// How many percent above maintenance margin an account is looked at more closely.
const LOOK_PERCENT: i128 = 103;

/// Feeders and keepers.
pub struct Keepers {
    keeper: Addr,
    feeders: Vec<Addr>,
    rng: ChaCha8Rng,
    pushed_at: u64,
    /// Maintenance margin fraction of each market, ppm.
    maintenance_ppm: Vec<u32>,
    /// Bankrupt positions a cap or a failed claim stopped, and how often in a row nothing moved.
    unfinished: BTreeMap<(AccountKey, MarketId), u32>,
}

type AccountKey = (String, u32);

/// What a round of liquidations left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Nothing more can be done at this price.
    Finished,
    /// Something was stopped by a cap: go on in the next block.
    GoOn,
}

impl Keepers {
    /// Three feeders and a keeper.
    #[must_use]
    pub fn new(seed: u64, keeper: Addr, feeders: Vec<Addr>, maintenance_ppm: Vec<u32>) -> Self {
        Self {
            keeper,
            feeders,
            rng: stream(seed, Purpose::Feeders, 0),
            pushed_at: 0,
            maintenance_ppm,
            unfinished: BTreeMap::new(),
        }
    }

    /// All feeders push: one a little above the price, one at it, one a little below, so that the median is the
    /// price exactly.
    ///
    /// # Errors
    /// A violation.
    pub fn push_prices(&mut self, world: &mut World) -> SimResult<()> {
        let now = world.chain.now();
        self.pushed_at = now;
        let away = self.rng.gen_range(0..=FEEDER_SPREAD);
        for (index, feeder) in (0usize..).zip(self.feeders.clone()) {
            let mut prices = vec![];
            for (listing, price) in world.listings.iter().zip(&world.prices) {
                let distance = u128::from(*price) * u128::from(away) / 1_000_000;
                let distance = u64::try_from(distance).unwrap_or(0);
                let price = match index % 3 {
                    0 => *price,
                    1 => price.saturating_add(distance),
                    _ => price.saturating_sub(distance),
                };
                prices.push(PriceUpdate {
                    id: listing.feed_id.clone(),
                    price: Int64::new(i64::try_from(price).unwrap_or(i64::MAX)),
                    conf: Uint64::new(price / CONFIDENCE_PARTS),
                    publish_time: i64::try_from(now).unwrap_or(i64::MAX),
                });
            }
            let message = FeedMsg::PushPrices { prices };
            if let Sent::Refused(error) = world.to_feed(&feeder, &message)? {
                return Err(world.violation(format!("a feeder's prices were refused: {error}")));
            }
        }
        Ok(())
    }

    /// Refreshes prices, takes funding samples, accrues funding and premium.
    ///
    /// # Errors
    /// A violation.
    pub fn crank(&self, world: &mut World) -> SimResult<()> {
        for market in 0..world.listings.len() {
            let message = ExecuteMsg::AccrueFunding {
                market: market_id(market),
            };
            if let Sent::Refused(error) = world.to_market(&self.keeper, &message)? {
                return Err(world.violation(format!("AccrueFunding was refused: {error}")));
            }
        }
        Ok(())
    }

    /// Sends owed fees to the fund, and the fund's parameters to the market.
    ///
    /// # Errors
    /// A violation.
    pub fn housekeeping(&self, world: &mut World) -> SimResult<()> {
        for market in 0..world.listings.len() {
            let owed = world
                .shadow
                .market(market)
                .is_some_and(|state| !state.fees_owed.is_zero());
            if owed {
                world.to_market(
                    &self.keeper,
                    &ExecuteMsg::Flush {
                        market: market_id(market),
                    },
                )?;
            }
        }
        let contract = world.chain.market().to_string();
        world.to_fund(&self.keeper, &FundMsg::Poke { contract })?;
        Ok(())
    }

    /// Pushes prices again where the last push grows old. For rounds of liquidation after the first.
    ///
    /// # Errors
    /// A violation.
    pub fn keep_fresh(&mut self, world: &mut World) -> SimResult<()> {
        if world.chain.now().saturating_sub(self.pushed_at) >= PUSH_AGAIN_SECS {
            self.push_prices(world)?;
        }
        Ok(())
    }

    /// Looks at all accounts and liquidates whoever can be liquidated.
    ///
    /// # Errors
    /// A violation: an eligible account whose liquidation errs or gets nowhere.
    pub fn liquidate(&mut self, world: &mut World) -> SimResult<Round> {
        world.refresh()?;
        let mut round = Round::Finished;
        for account in self.candidates(world) {
            let health = world.account(&account)?;
            if health.liquidatable
                && self.liquidate_account(world, &account, health)? == Round::GoOn
            {
                round = Round::GoOn;
            }
        }
        Ok(round)
    }

    /// Accounts at or near maintenance margin, the worst first.
    fn candidates(&self, world: &World) -> Vec<AccountId> {
        let mut found = vec![];
        for (number, account) in world.shadow.holders() {
            let equity = world.shadow.equity(account, &world.listings, &world.prices);
            let maintenance = account.positions.iter().fold(0i128, |sum, position| {
                let index = usize::try_from(position.market).unwrap_or(usize::MAX);
                let ppm = self.maintenance_ppm.get(index).copied().unwrap_or(0);
                let value = net_notional(position, &world.listings, &world.prices);
                let value = i128::try_from(value.unsigned_abs()).unwrap_or(i128::MAX);
                sum.saturating_add(value.saturating_mul(i128::from(ppm)) / 1_000_000)
            });
            if equity.saturating_mul(100) <= maintenance.saturating_mul(LOOK_PERCENT) {
                let rank = equity.saturating_mul(1_000_000) / maintenance.max(1);
                let owner = account.owner.to_string();
                found.push((
                    rank,
                    number,
                    AccountId {
                        owner,
                        subaccount: account.subaccount,
                    },
                ));
            }
        }
        found.sort_by_key(|(rank, number, _)| (*rank, *number));
        found.into_iter().map(|(_, _, account)| account).collect()
    }

    /// One message a position, the one with the largest margin first.
    fn liquidate_account(
        &mut self,
        world: &mut World,
        account: &AccountId,
        mut health: AccountResponse,
    ) -> SimResult<Round> {
        let mut round = Round::Finished;
        let mut positions = health.positions.clone();
        positions.sort_by_key(|position| std::cmp::Reverse(position.maintenance_margin));
        for market in positions.iter().map(|position| position.market) {
            if !health.liquidatable || size_in(&health, market) == 0 {
                continue;
            }
            let key = ((account.owner.clone(), account.subaccount), market);
            let resumes = health.bankrupt && self.unfinished.contains_key(&key);
            let message = if resumes {
                ExecuteMsg::Deleverage {
                    account: account.clone(),
                    market,
                }
            } else {
                ExecuteMsg::Liquidate {
                    account: account.clone(),
                    market,
                }
            };
            let told = match world.to_market(&self.keeper, &message)? {
                Sent::Done(told) => told,
                Sent::Refused(error) => {
                    let what = format!("liquidation of an eligible account failed: {error}");
                    return Err(world.violation(what));
                }
            };
            let status = told
                .last()
                .map_or(String::new(), |told| told.status.clone());
            let before = size_in(&health, market);
            health = world.account(account)?;
            let after = size_in(&health, market);
            let excused = ["no_liquidity", "more", "claim_pending"].contains(&status.as_str());
            if health.liquidatable && after >= before && !excused {
                let what =
                    format!("liquidation made no progress: {before} atoms held, status {status:?}");
                return Err(world.violation(what));
            }
            if after > 0 && (status == "more" || status == "claim_pending") {
                round = Round::GoOn;
                let idle = self.unfinished.entry(key).or_default();
                *idle = if after < before || status == "claim_pending" {
                    0
                } else {
                    *idle + 1
                };
                if *idle > PATIENCE {
                    let what = format!("{PATIENCE} liquidation messages in a row closed nothing");
                    return Err(world.violation(what));
                }
            } else {
                self.unfinished.remove(&key);
            }
        }
        Ok(round)
    }
}

/// Base atoms held in a market, without sign.
fn size_in(account: &AccountResponse, market: MarketId) -> u128 {
    account
        .positions
        .iter()
        .find(|position| position.market == market)
        .map_or(0, |position| position.size.unsigned_abs().u128())
}
