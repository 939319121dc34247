//! Anything anyone can do, in any order, with parts that fail and lie: after every step the invariants of
//! design section 9 hold, and every refusal was predicted.
//!
//! `BALLAST_STATEFUL_STEPS` sets the steps of a run (500 by default), `BALLAST_STATEFUL_SEEDS` the number of
//! runs (16, and a quarter as many where governance owns the suite), `BALLAST_STATEFUL_SEED` replays one seed.
//! A failure prints both. A run of all default steps also checks that every message was accepted and refused
//! ([`tally`]).

mod apply;
mod changes;
mod claimants;
mod draw;
mod emergency;
mod feeds;
mod freeze;
mod government;
mod judge;
mod life;
mod ownership;
mod predict;
mod shares;
mod staking;
mod step;
mod tally;
mod triggers;
mod waiting;
mod world;

use std::collections::VecDeque;
use std::panic::{catch_unwind, AssertUnwindSafe};

use ballast_testing::hostile::fund::FundBehaviour;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::suite::Collateral;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use life::LifeStep;
use step::{FundChoice, Step};
use tally::Tally;
use world::{World, UNIT};

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

struct Run {
    world: World,
    rng: ChaCha8Rng,
    queue: VecDeque<Step>,
    tally: Tally,
    native: bool,
    log: VecDeque<String>,
}

impl Run {
    fn new((collateral, governed): (Collateral, bool), seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mutual = [0, 1_000, 50_000, 1_000_000][rng.gen_range(0..4)] * UNIT;
        let mut run = Self {
            world: World::new((collateral, governed), mutual),
            rng,
            queue: VecDeque::new(),
            tally: Tally::default(),
            native: collateral == Collateral::Native,
            log: VecDeque::new(),
        };
        for market in 0..2 {
            let oracle = run.world.hostile_oracle.clone();
            let behaviour = run.world.honest_oracle(market);
            run.world
                .suite
                .set_oracle_behaviour(&oracle, market, behaviour)
                .unwrap();
        }
        for user in 0..run.world.users.len() {
            let amount = run.rng.gen_range(100..5_000) * UNIT;
            run.step(&Step::Deposit {
                user,
                sub: 0,
                amount,
            });
        }
        if governed {
            let founding = government::founding(&run.world);
            run.queue.extend(founding);
        }
        run
    }

    /// Where governance owns the suite, a third of what is begun is its members', and nobody sends what only the owner may.
    fn draw(&mut self) -> Vec<Step> {
        if self.world.government.is_none() {
            return draw::next(&mut self.rng, &self.world);
        }
        if self.rng.gen_bool(0.3) {
            return government::next(&mut self.rng, &self.world);
        }
        let mut steps = draw::next(&mut self.rng, &self.world);
        steps.retain(|step| !government::by_the_owner(step));
        steps
    }

    fn step(&mut self, step: &Step) {
        self.log.push_back(format!("{step:?}"));
        if self.log.len() > 12 {
            self.log.pop_front();
        }
        let world = &mut self.world;
        let expect = predict::expected(world, step);
        let before = judge::Before::look(world, step);
        let result = apply::apply(world, step);
        world.checker.after_message(&world.suite).unwrap();
        judge::outcome(world, &expect, &result);
        match &result {
            Ok(done) => {
                judge::effects(world, step, &before, done);
                self.tally.accepted(step, &self.world, done);
            }
            Err(_) => self.tally.refused(step, self.native),
        }
        let of_governance = matches!(step, Step::Govern(_));
        government::compare(&mut self.world, if of_governance { 12 } else { 2 });
    }

    fn run(&mut self, steps: u64) {
        for number in 0..steps {
            if self.queue.is_empty() {
                let drawn = self.draw();
                self.queue.extend(drawn);
            }
            if let Some(step) = self.queue.pop_front() {
                self.step(&step);
                let first = government::later(&mut self.rng, &self.world, &step);
                for step in first.into_iter().rev() {
                    self.queue.push_front(step);
                }
            }
            if number % 25 == 0 {
                self.world.checker.full(&self.world.suite).unwrap();
            }
        }
        self.recover();
    }

    /// With healthy parts every liquidatable account is brought to an end, whatever came before.
    fn recover(&mut self) {
        self.step(&Step::TokenBehaves {
            behaviour: TokenBehaviour::Honest,
        });
        self.step(&Step::FundBehaves {
            behaviour: FundBehaviour::pays(1_000_000),
        });
        self.step(&Step::SetFund {
            choice: FundChoice::Real,
        });
        for feed in 0..self.world.specs.len() {
            self.step(&Step::Feed(feeds::sound(feed)));
        }
        for round in 0..40 {
            self.step(&Step::Advance { secs: 61 });
            for market in self.world.live() {
                self.step(&Step::Price {
                    market,
                    ppm: 1_000_000,
                    conf_ppm: 0,
                });
                if round == 0 {
                    self.step(&Step::UseOracle {
                        market,
                        hostile: false,
                    });
                }
            }
            let mut left = 0;
            for (user, sub) in self.world.all_accounts() {
                left += self.liquidate_all_of(user, sub);
            }
            if left == 0 {
                self.end_markets();
                self.world.checker.full(&self.world.suite).unwrap();
                return;
            }
        }
        panic!("bankrupt accounts are left after 40 rounds");
    }

    /// Every market that is being settled comes to its end.
    fn end_markets(&mut self) {
        let mut settling = self.world.live();
        settling.retain(|market| self.world.active_market(*market).is_err());
        let grace = self.world.suite.config().unwrap().parameters;
        self.step(&Step::Advance {
            secs: grace.settle_grace_secs,
        });
        for market in settling {
            let isolated = self.world.market(market).config.isolated;
            self.step(&claimants::registration(market, isolated));
            for step in life::closing(&self.world, market) {
                self.step(&step);
            }
            let left = self.world.existing(market);
            if let Ok(left) = left {
                self.step(&Step::Life(LifeStep::Repay {
                    user: 0,
                    market,
                    amount: left.deficit.u128(),
                }));
                for _ in 0..4 {
                    self.step(&Step::Life(LifeStep::Delist { market }));
                }
            }
            assert!(
                self.world.existing(market).is_err(),
                "market {market} is still there"
            );
        }
    }

    /// Number of bankrupt positions that are still open.
    fn liquidate_all_of(&mut self, user: usize, sub: u32) -> usize {
        let mut left = 0;
        for market in self.world.live() {
            let Some(account) = self.world.account(user, sub) else {
                return 0;
            };
            let held = account
                .positions
                .iter()
                .any(|position| position.market == market);
            if account.liquidatable && held {
                self.step(&Step::Liquidate {
                    by: 0,
                    user,
                    sub,
                    market,
                });
                let after = self.world.account(user, sub).unwrap();
                left += usize::from(after.bankrupt && !after.positions.is_empty());
            }
        }
        left
    }
}

fn run_seed(kind: (Collateral, bool), seed: u64, steps: u64) -> Result<Tally, String> {
    let mut log = VecDeque::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(kind, seed);
        let result = catch_unwind(AssertUnwindSafe(|| run.run(steps)));
        log = run.log;
        result.map(|()| run.tally)
    }));
    let why = match result {
        Ok(Ok(tally)) => return Ok(tally),
        Ok(Err(why)) | Err(why) => why,
    };
    let text = why.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| why.downcast_ref::<&str>().copied())
        .unwrap_or("panicked");
    let last = Vec::from(log).join("\n  ");
    Err(format!(
        "seed {seed}, {kind:?}: replay with BALLAST_STATEFUL_SEED={seed} \
         BALLAST_STATEFUL_STEPS={steps}\n{text}\nlast steps:\n  {last}"
    ))
}

fn run_all(collateral: Collateral, governed: bool) {
    let steps = from_env("BALLAST_STATEFUL_STEPS").unwrap_or(500);
    let seeds = from_env("BALLAST_STATEFUL_SEEDS").unwrap_or(16);
    // They are longer, and cost more.
    let seeds = if governed { seeds.div_ceil(4) } else { seeds };
    let seed_count = seeds;
    let seeds = match from_env("BALLAST_STATEFUL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..seeds,
    };
    println!("{collateral:?}, governed {governed}: seeds {seeds:?}, {steps} steps each");
    let mut total = Tally::default();
    let mut failed = vec![];
    for seed in seeds {
        match run_seed((collateral, governed), seed, steps) {
            Ok(tally) => total.add(tally),
            Err(why) => failed.push(why),
        }
    }
    total.print();
    assert!(
        failed.is_empty(),
        "{} seeds failed\n{}",
        failed.len(),
        failed.join("\n\n")
    );
    // A run that never gets there proves nothing.
    let enough = if governed { 2_000 } else { 8_000 };
    if from_env("BALLAST_STATEFUL_SEED").is_none() && steps * seed_count >= enough {
        total.check_coverage(collateral, governed);
    }
}

// S1, S2, S3, S4, S6, T1: bank and books, positions and totals, storage and what was said of it, after every step
#[test]
fn anything_in_any_order_with_native_collateral() {
    run_all(Collateral::Native, false);
}

// S1, S2, S3, S4, F3, T1: the same with a token that fails, takes fees and calls back
#[test]
fn anything_in_any_order_with_a_cw20_that_may_misbehave() {
    run_all(Collateral::HostileCw20, false);
}

// V1, V2, V3, P1, P2, A1, A5: governance owns it all. Power, votes, delays and executions are what a model says; no
// proposal that is accepted breaks the books or makes a liquidation fail
#[test]
fn anything_in_any_order_where_a_dao_owns_it_all() {
    run_all(Collateral::Native, true);
}

// V1, V2, V3, P1, P2, A1, A5, F3: the same with cw20 tokens, of which the collateral may misbehave
#[test]
fn anything_in_any_order_where_a_dao_with_a_cw20_owns_it_all() {
    run_all(Collateral::HostileCw20, true);
}
