//! Anything anyone can do, in any order, with parts that fail and lie: after every step the invariants of
//! design section 9 hold, and every refusal was predicted.
//!
//! `BALLAST_STATEFUL_STEPS` sets the steps of a run (400 by default), `BALLAST_STATEFUL_SEED` replays one
//! seed. A failure prints both.

mod apply;
mod changes;
mod judge;
mod predict;
mod steps;
mod world;

use std::collections::{BTreeMap, VecDeque};
use std::panic::{catch_unwind, AssertUnwindSafe};

use ballast_testing::hostile::fund::FundBehaviour;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::suite::Collateral;
use ballast_types::market::LiquidationStatus;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use steps::{FundChoice, Step};
use world::{World, UNIT};

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// How often each kind of step committed and was refused.
type Tally = BTreeMap<String, (u32, u32)>;

struct Run {
    world: World,
    rng: ChaCha8Rng,
    queue: VecDeque<Step>,
    tally: Tally,
    log: VecDeque<String>,
}

impl Run {
    fn new(collateral: Collateral, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mutual = [0, 1_000, 50_000, 1_000_000][rng.gen_range(0..4)] * UNIT;
        let mut run = Self {
            world: World::new(collateral, mutual),
            rng,
            queue: VecDeque::new(),
            tally: Tally::new(),
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
        run
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
        let name = format!("{step:?}")
            .split([' ', '{'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let tally = self.tally.entry(name).or_default();
        match &result {
            Ok(done) => {
                tally.0 += 1;
                judge::effects(world, step, &before, done);
                for event in &done.events {
                    let kept = ["_trade", "deleverage", "deficit", "claim_failed"];
                    if kept.iter().any(|name| event.ty.contains(name)) {
                        self.tally.entry(format!("  {}", event.ty)).or_default().0 += 1;
                    }
                }
                if let Some(answer) = &done.liquidation {
                    let kind = if answer.asked.is_zero() {
                        "solvent"
                    } else {
                        "bankrupt"
                    };
                    let name = format!("  {kind} {:?}", answer.status);
                    self.tally.entry(name).or_default().0 += 1;
                }
            }
            Err(_) => tally.1 += 1,
        }
    }

    fn run(&mut self, steps: u64) {
        for number in 0..steps {
            if self.queue.is_empty() {
                self.queue.extend(steps::next(&mut self.rng, &self.world));
            }
            if let Some(step) = self.queue.pop_front() {
                self.step(&step);
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
        for round in 0..40 {
            self.step(&Step::Advance { secs: 61 });
            for market in 0..2 {
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
            for (user, sub) in (0..self.world.users.len()).flat_map(|user| [(user, 0), (user, 1)]) {
                left += self.liquidate_all_of(user, sub);
            }
            if left == 0 {
                self.world.checker.full(&self.world.suite).unwrap();
                return;
            }
        }
        panic!("bankrupt accounts are left after 40 rounds");
    }

    /// Number of bankrupt positions that are still open.
    fn liquidate_all_of(&mut self, user: usize, sub: u32) -> usize {
        let mut left = 0;
        for market in 0..2 {
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

fn run_seed(collateral: Collateral, seed: u64, steps: u64) -> Result<Tally, String> {
    let mut log = VecDeque::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(collateral, seed);
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
        "seed {seed}, {collateral:?}: replay with BALLAST_STATEFUL_SEED={seed} \
         BALLAST_STATEFUL_STEPS={steps}\n{text}\nlast steps:\n  {last}"
    ))
}

fn run_all(collateral: Collateral) {
    let steps = from_env("BALLAST_STATEFUL_STEPS").unwrap_or(400);
    let seeds = from_env("BALLAST_STATEFUL_SEEDS").unwrap_or(8);
    let seeds = match from_env("BALLAST_STATEFUL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..seeds,
    };
    println!("{collateral:?}: seeds {seeds:?}, {steps} steps each");
    let mut total = Tally::new();
    let mut failed = vec![];
    for seed in seeds {
        match run_seed(collateral, seed, steps) {
            Ok(tally) => {
                for (name, (ok, refused)) in tally {
                    let sum = total.entry(name).or_default();
                    *sum = (sum.0 + ok, sum.1 + refused);
                }
            }
            Err(why) => failed.push(why),
        }
    }
    for (name, (ok, refused)) in &total {
        println!("{name:<24} {ok:>7} committed {refused:>7} refused as predicted");
    }
    assert!(
        failed.is_empty(),
        "{} seeds failed\n{}",
        failed.len(),
        failed.join("\n\n")
    );
    // A run that never gets there proves nothing.
    let reached = |name: &str| total.get(name).is_some_and(|(ok, _)| *ok > 0);
    if from_env("BALLAST_STATEFUL_SEED").is_none() && steps >= 400 {
        let done = LiquidationStatus::Done;
        assert!(
            reached(&format!("  bankrupt {done:?}")) && reached(&format!("  solvent {done:?}"))
        );
    }
}

// S1, S2, S3, S4, S6, T1: bank and books, positions and totals, storage and what was said of it, after every step
#[test]
fn anything_in_any_order_with_native_collateral() {
    run_all(Collateral::Native);
}

// S1, S2, S3, S4, F3, T1: the same with a token that fails, takes fees and calls back
#[test]
fn anything_in_any_order_with_a_cw20_that_may_misbehave() {
    run_all(Collateral::HostileCw20);
}
