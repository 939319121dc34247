//! A hostile majority over the whole suite. `eve` has nine tenths of all power and decides every proposal in the block in
//! which she makes it. Whoever has something to lose asks for it in the next block, and is out with all of it, in
//! spite of a pause of exits that she forces, before anything she tried takes effect.
//!
//! *Out*: `bob` has his governance stake after `unstaking_secs`; `uma`, an underwriter, her stake after the cooldown and
//! the longest pause; `tom`, a trader, his deposit, as fast as the outflow limits let everybody go; the treasury what
//! it lent after its notice.

use ballast_governance::parameters::default_settings;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{MarketSpec, Suite, SuiteBuilder, GOVERNANCE_COIN};
use ballast_types::fund;
use ballast_types::governance::{ExecuteMsg, LifecycleStatus, Speed};
use ballast_types::{AccountId, RiskLevel, Side};
use cosmwasm_std::{Addr, CosmosMsg, Decimal, Uint128};

use crate::attempts::{attempts, Attempt, Takes};
use crate::DAY;

pub const UNIT: u128 = 1_000_000;
const STAKE: u128 = 300_000 * UNIT;
const DEPOSIT: u128 = 1_000_000 * UNIT;
const LOAN: u128 = 50_000 * UNIT;
const POWER: u128 = 1_000;

pub struct Scene {
    pub suite: Suite,
    /// Has nine tenths.
    pub eve: Addr,
    /// A contract of hers.
    pub hers: Addr,
    /// Code of hers, to migrate to.
    pub code: u64,
    /// An oracle of hers.
    pub oracle: Addr,
    bob: Addr,
    uma: Addr,
    tom: Addr,
    treasury: Addr,
}

/// When each of them has everything, seconds.
#[derive(Debug)]
struct Out {
    staker: u64,
    underwriter: u64,
    trader: u64,
    treasury: u64,
}

impl Scene {
    /// A sound suite with a loss of yesterday, without which no level falls below watch and no exit is paused.
    pub fn new() -> Self {
        let mut spec = MarketSpec::btc();
        spec.reserve = 1_000 * UNIT;
        let mut suite = SuiteBuilder::new()
            .governed(default_settings())
            .market(spec)
            .build()
            .unwrap();
        let eve = suite.new_voter("eve", 9 * POWER).unwrap();
        let bob = suite.new_voter("bob", POWER).unwrap();
        let [uma, tom, treasury] = [("uma", STAKE), ("tom", DEPOSIT), ("treasury", LOAN)]
            .map(|(name, amount)| suite.new_user(name, amount).unwrap());
        suite.stake(&uma, STAKE).unwrap();
        suite.deposit(&tom, 0, DEPOSIT).unwrap();
        suite.appoint_treasury(&treasury).unwrap();
        suite.commit_emergency(&treasury, LOAN).unwrap();
        let hers = suite.deploy_actor().unwrap();
        let oracle = suite.deploy_hostile_oracle().unwrap();
        let code = suite.app.store_code(crate::attempts::thief());
        let mut scene = Self {
            suite,
            eve,
            hers,
            code,
            oracle,
            bob,
            uma,
            tom,
            treasury,
        };
        scene.lose();
        scene.suite.advance(DAY);
        scene.price(1_000_000);
        crate::attempts::honest_for_now(&mut scene);
        scene
    }

    /// Every feeder pushes the first price times so many millionths, to the tick.
    pub fn price(&mut self, ppm: u64) {
        let spec = &self.suite.markets[0].spec;
        let moved = spec.initial_price * Decimal::from_ratio(ppm, 1_000_000u64);
        let ticks = (moved / spec.tick_size).to_uint_floor();
        let moved = spec.tick_size * Decimal::from_ratio(ticks, 1u128);
        self.suite.push_price(0, moved).unwrap();
    }

    /// Somebody goes bankrupt, and the fund pays.
    fn lose(&mut self) {
        let at = self.suite.markets[0].spec.initial_price;
        let mut user = |name: &str, units: u128| {
            let user = self.suite.new_user(name, units * UNIT).unwrap();
            self.suite.deposit(&user, 0, units * UNIT).unwrap();
            user
        };
        let (weak, short) = (user("weak", 15), user("short", 10_000));
        let suite = &mut self.suite;
        suite.post_only(&short, 0, 0, Side::Sell, UNIT, at).unwrap();
        suite.ioc(&weak, 0, 0, Side::Buy, UNIT, at).unwrap();
        suite.advance(3_600);
        self.price(900_000);
        let keeper = self.suite.keeper.clone();
        let account = AccountId {
            owner: weak.to_string(),
            subaccount: 0,
        };
        let answer = self.suite.liquidate(&keeper, &account, 0).unwrap().answer;
        assert!(!answer.asked.is_zero(), "{answer:?}");
        check_invariants(&self.suite).unwrap();
    }

    fn all_leave(&mut self) {
        let (bob, uma, tom, treasury) = (
            self.bob.clone(),
            self.uma.clone(),
            self.tom.clone(),
            self.treasury.clone(),
        );
        let suite = &mut self.suite;
        let amount = Uint128::new(POWER);
        suite.govern(&bob, &ExecuteMsg::Unstake { amount }).unwrap();
        let shares = self.shares(&uma);
        let suite = &mut self.suite;
        suite.request_exit(&uma, shares).unwrap();
        suite.withdraw(&tom, 0, DEPOSIT).unwrap();
        suite.request_emergency_withdrawal(&treasury, LOAN).unwrap();
    }

    pub fn shares(&self, of: &Addr) -> u128 {
        let query = fund::QueryMsg::Balance {
            address: of.to_string(),
        };
        let found: cw20::BalanceResponse = self.suite.ask_fund(&query).unwrap();
        found.balance.u128()
    }

    /// What her stake is worth, to the atom.
    pub fn worth(&self, of: &Addr) -> u128 {
        let shares = self.shares(of).into();
        let found: fund::ExitValueResponse = self
            .suite
            .ask_fund(&fund::QueryMsg::ExitValue { shares })
            .unwrap();
        found.value.u128()
    }

    pub fn balance(&self, of: &Addr) -> u128 {
        self.suite.balance(of).unwrap()
    }

    /// Collateral in her hands.
    fn hers(&self) -> u128 {
        self.balance(&self.eve) + self.balance(&self.hers) + self.balance(&self.oracle)
    }

    /// Decided by her own vote.
    fn propose(&mut self, msgs: Vec<CosmosMsg>) -> u64 {
        let eve = self.eve.clone();
        self.suite.propose(&eve, msgs).unwrap()
    }

    /// What she does with a proposal that holds exits up, as soon as it may be executed: a floor of required capital
    /// that nobody can meet acts at once.
    fn hold_up_exits(&self) -> CosmosMsg {
        let config: fund::ConfigResponse = self.suite.ask_fund(&fund::QueryMsg::Config {}).unwrap();
        let mut parameters = config.parameters;
        parameters.required_capital_floor = Uint128::new(1 << 120);
        let msg = fund::ExecuteMsg::UpdateParameters { parameters };
        Suite::call(&self.suite.fund, &msg).unwrap()
    }
}

/// What takes effect, and when: `None` as long as it has not.
struct Watched<'a> {
    attempt: &'a Attempt,
    proposal: u64,
    /// Number and time of the change that waits in a contract.
    waits: Option<(u64, u64)>,
}

impl Watched<'_> {
    /// Everything that she, or anyone, can do for it at this moment.
    fn push(&mut self, scene: &mut Scene) {
        let suite = &mut scene.suite;
        let now = suite.now();
        let life = suite.lifecycle(self.proposal).unwrap();
        let open = life.deadline.is_some_and(|deadline| now < deadline);
        let may = [LifecycleStatus::Ready, LifecycleStatus::ExecutionFailed];
        if open && may.contains(&life.status) {
            let before = (self.attempt.waiting)(suite);
            suite.execute_proposal(self.proposal).unwrap();
            let after = (self.attempt.waiting)(suite);
            self.waits = after.last().filter(|_| after.len() > before.len()).copied();
        }
        if let Some((id, ready_at)) = self.waits {
            let applied = (self.attempt.apply)(suite, id);
            assert_eq!(
                applied.is_ok(),
                now >= ready_at,
                "{}: {applied:?}",
                self.attempt.what
            );
            if applied.is_ok() {
                self.waits = None;
            }
        }
    }
}

fn play(attempt: &Attempt) {
    let what = attempt.what;
    let mut scene = Scene::new();
    let worth = scene.worth(&scene.uma);
    assert!(worth <= STAKE && worth + 1_000_000 > STAKE, "{worth}");
    let (power, wealth) = (POWER, scene.hers());
    let msgs = (attempt.msgs)(&scene);
    let proposed_at = scene.suite.now();
    let proposal = scene.propose(msgs);
    let holds_up = scene.hold_up_exits();
    let holds_up = scene.propose(vec![holds_up]);
    // Decided, and to be seen.
    let life = scene.suite.lifecycle(proposal).unwrap();
    let expected = match attempt.takes {
        Takes::Adverse => Speed::Adverse,
        _ => Speed::Normal,
    };
    assert_eq!(
        (life.status, life.speed),
        (LifecycleStatus::Queued, expected),
        "{what}"
    );
    scene.suite.next_block();
    let asked_at = scene.suite.now();
    scene.all_leave();

    let settings = default_settings();
    let config: fund::ConfigResponse = scene.suite.ask_fund(&fund::QueryMsg::Config {}).unwrap();
    let parameters = config.parameters;
    let exit = &parameters.underwriting;
    let left_at = asked_at + exit.exit_cooldown_secs + exit.max_exit_pause_secs;
    let unstaked_at = asked_at + settings.unstaking_secs;
    let returned_at = asked_at + parameters.emergency.notice_secs;
    let mut out = Out {
        staker: 0,
        underwriter: 0,
        trader: 0,
        treasury: 0,
    };
    let mut watched = Watched {
        attempt,
        proposal,
        waits: None,
    };
    let mut held_up = false;
    // Every six hours, and each second that decides about somebody.
    let end = asked_at + settings.adverse_delay_secs;
    let mut times: Vec<u64> = (1..)
        .map(|n| asked_at + n * DAY / 4)
        .take_while(|at| *at < end)
        .collect();
    for at in [left_at, unstaked_at, returned_at] {
        times.extend([at - 1, at]);
    }
    times.push(proposed_at + settings.timelock_secs);
    times.sort_unstable();
    times.dedup();
    for at in times {
        scene.suite.set_time(at).unwrap();
        scene.price(1_000_000);
        if !held_up && at >= proposed_at + settings.timelock_secs {
            scene.suite.execute_proposal(holds_up).unwrap();
            assert_eq!(
                scene.suite.solvency().unwrap().level,
                RiskLevel::Critical,
                "{what}"
            );
            held_up = true;
        }
        watched.push(&mut scene);
        let keeper = scene.suite.keeper.clone();
        scene.suite.process_withdrawals(&keeper, None).ok();
        let (bob, uma, tom, treasury) = (
            scene.bob.clone(),
            scene.uma.clone(),
            scene.tom.clone(),
            scene.treasury.clone(),
        );
        let now_or = |done: &mut u64, is: bool| {
            if *done == 0 && is {
                *done = at;
            }
        };
        if out.staker == 0 {
            let claimed = scene.suite.govern(&bob, &ExecuteMsg::Claim {});
            now_or(&mut out.staker, claimed.is_ok());
        }
        if out.underwriter == 0 {
            let left = scene.suite.complete_exit(&uma);
            now_or(&mut out.underwriter, left.is_ok());
        }
        if out.treasury == 0 {
            let taken = scene.suite.withdraw_emergency(&treasury);
            now_or(&mut out.treasury, taken.is_ok());
        }
        now_or(&mut out.trader, scene.balance(&tom) == DEPOSIT);
        check_invariants(&scene.suite).unwrap();
        let everybody = [out.staker, out.underwriter, out.trader, out.treasury];
        if everybody.contains(&0) {
            assert!(
                !(attempt.effective)(&scene),
                "{what}: {out:?} at {}",
                at - asked_at
            );
            assert_eq!(scene.hers(), wealth, "{what}: she has something");
        }
    }
    // To the second, and to the atom.
    assert_eq!(
        (out.staker, out.underwriter, out.treasury),
        (unstaked_at, left_at, returned_at),
        "{what}"
    );
    assert!(out.trader != 0 && out.trader < end, "{what}: {out:?}");
    let bob = scene.bob.clone();
    assert_eq!(
        scene.suite.coin_balance(&bob, GOVERNANCE_COIN).unwrap(),
        power
    );
    assert_eq!(scene.balance(&scene.uma), worth, "{what}");
    assert_eq!(scene.balance(&scene.tom), DEPOSIT, "{what}");
    assert_eq!(scene.balance(&scene.treasury), LOAN, "{what}");

    // Not in vain: now, that nobody is left, it does what she wanted; or it never can.
    assert!(
        !(attempt.effective)(&scene) || attempt.takes == Takes::Adverse,
        "{what}"
    );
    for days in 0..3 {
        let at = proposed_at + settings.adverse_delay_secs + days * DAY;
        scene.suite.set_time(at.max(scene.suite.now())).unwrap();
        if days == 0 || attempt.takes != Takes::Adverse {
            scene.price(1_000_000);
        }
        watched.push(&mut scene);
    }
    let happened = (attempt.effective)(&scene);
    assert_eq!(
        happened,
        attempt.takes != Takes::Never,
        "{what}: {:?}",
        scene.suite.lifecycle(proposal)
    );
}

fn play_all(takes: Takes) {
    let mut played = 0;
    for attempt in attempts().iter().filter(|attempt| attempt.takes == takes) {
        play(attempt);
        played += 1;
    }
    assert!(played > 2, "{played}");
}

/// V2, V3, A3: what governance itself makes wait: migrations, admins, ownership, its own settings.
#[test]
fn v2_nothing_adverse_before_everybody_is_out() {
    play_all(Takes::Adverse);
}

/// P1, P2: what the contracts make wait, whoever their owner is.
#[test]
fn p2_nothing_that_loosens_before_everybody_is_out() {
    play_all(Takes::Waits);
}

/// A1: what no vote can do.
#[test]
fn a1_what_no_vote_can_do() {
    play_all(Takes::Never);
}
