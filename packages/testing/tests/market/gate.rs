//! The withdrawal gate: what shuts it, for whom, for how long.

use ballast_perp_market::state::MARKET_STATES;
use ballast_perp_market::ContractError;
use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::suite::{Suite, SuiteBuilder};
use ballast_types::events::market as names;
use ballast_types::market::{ExecuteMsg, LiquidationStatus, WithdrawalGateResponse};
use ballast_types::{RiskLevel, RiskParameters, Side};
use cosmwasm_std::Addr;

use crate::world::{free, named, number, price, refused, spec, World, UNIT};

const HOUR: u64 = 3_600;

fn gate(world: &World) -> WithdrawalGateResponse {
    world.suite.withdrawal_gate(None).unwrap()
}

fn gated(world: &World, user: &Addr) -> bool {
    let id = world.suite.account(user, 0).unwrap().account;
    world
        .suite
        .withdrawal_gate(Some(id))
        .unwrap()
        .gated
        .unwrap()
}

/// A withdrawal of one atom: when the gate opens, if it is shut.
fn opens_at(world: &mut World, user: &Addr) -> Option<u64> {
    let result = world.suite.withdraw(user, 0, 1);
    world.check();
    match result {
        Ok(_) => None,
        Err(error) => match error.downcast::<ContractError>().unwrap() {
            ContractError::WithdrawalsGated { opens_at } => Some(opens_at),
            other => panic!("{other}"),
        },
    }
}

/// A fund that fails, so that a bankrupt account stays unresolved; a winner, and somebody who never traded.
struct Scene {
    world: World,
    fund: Addr,
    loser: Addr,
    winner: Addr,
    idle: Addr,
}

/// The loser lacks 100 at 80; the vault holds this much.
fn scene(vault: u128) -> Scene {
    let mut world = World::with(|builder: SuiteBuilder| builder.market(free("A")));
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let fund = world.suite.deploy_hostile_fund(failing).unwrap();
    world.suite.mint(&fund, 10_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let loser = world.user("loser", 100 * UNIT);
    let winner = world.user("winner", 10_000 * UNIT);
    let idle = world.user("idle", vault - 10_100 * UNIT);
    world.open(&loser, &winner, 10 * UNIT, "100");
    world.suite.advance(100);
    world.suite.push_price(0, price("100")).unwrap();
    Scene {
        world,
        fund,
        loser,
        winner,
        idle,
    }
}

impl Scene {
    /// Liquidates at 80; the claim fails.
    fn unresolved(&mut self) {
        self.world.move_to("80");
        let answer = self.world.liquidate(&self.loser).unwrap().answer;
        assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    }

    fn heal(&mut self) {
        let healthy = FundBehaviour::pays(1_000_000);
        self.world
            .suite
            .set_fund_behaviour(&self.fund, healthy)
            .unwrap();
    }

    /// A second later a price is pushed.
    fn price(&mut self, at: &str) {
        self.world.suite.advance(1);
        self.world.suite.push_price(0, price(at)).unwrap();
        self.world.check();
    }
}

#[test]
fn a_large_unresolved_loss_shuts_it_for_an_hour_to_the_second() {
    let mut scene = scene(50_000 * UNIT);
    assert_eq!(opens_at(&mut scene.world, &scene.winner), None);
    scene.unresolved();
    let opens = scene.world.suite.now() + HOUR;
    assert_eq!(gate(&scene.world).opens_at, Some(opens));
    assert_eq!(opens_at(&mut scene.world, &scene.winner), Some(opens));
    scene.world.suite.advance(HOUR - 2);
    scene.price("80");
    assert_eq!(opens_at(&mut scene.world, &scene.winner), Some(opens));
    // It is not resolved, and the hour is over: it does not shut again, whoever asks again.
    scene.price("80");
    assert_eq!(opens_at(&mut scene.world, &scene.winner), None);
    scene.world.suite.advance(30);
    scene.price("80");
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    scene
        .world
        .suite
        .set_fund_behaviour(&scene.fund, failing)
        .unwrap();
    scene.world.liquidate(&scene.loser).unwrap();
    assert_eq!(gate(&scene.world).opens_at, None);
    assert_eq!(gate(&scene.world).shut_secs, HOUR);
}

// 0.1 % of the vault to the atom: what is owed must be more.
#[test]
fn dust_shuts_nothing() {
    for (vault, shuts) in [(100_000 * UNIT, false), (100_000 * UNIT - 1_000, true)] {
        let mut scene = scene(vault);
        scene.unresolved();
        assert_eq!(gate(&scene.world).threshold.u128(), vault / 1_000);
        assert_eq!(gate(&scene.world).opens_at.is_some(), shuts, "{vault}");
    }
}

#[test]
fn whoever_held_no_position_for_an_hour_withdraws() {
    let mut scene = scene(50_000 * UNIT);
    // Had a position until now.
    let late = scene.world.user("late", 100 * UNIT);
    scene.price("100");
    scene.world.open(&late, &scene.winner, UNIT, "100");
    scene.world.open(&scene.winner, &late, UNIT, "100");
    let closed = scene.world.suite.now();
    scene.world.suite.advance(HOUR / 2);
    scene.unresolved();
    assert!(!gated(&scene.world, &scene.idle));
    assert_eq!(opens_at(&mut scene.world, &scene.idle), None);
    assert!(gated(&scene.world, &late) && gated(&scene.world, &scene.winner));
    let left = closed + HOUR - scene.world.suite.now();
    scene.world.suite.advance(left - 1);
    assert!(opens_at(&mut scene.world, &late).is_some());
    scene.world.suite.advance(1);
    assert_eq!(opens_at(&mut scene.world, &late), None);
    // The winner still holds its position: an hour is no hour for it.
    scene.price("80");
    assert!(opens_at(&mut scene.world, &scene.winner).is_some());
}

#[test]
fn a_transfer_does_not_launder_and_stays_possible() {
    let mut scene = scene(50_000 * UNIT);
    scene.unresolved();
    let world = &mut scene.world;
    world
        .suite
        .transfer(&scene.winner, 0, 1, 1_000 * UNIT)
        .unwrap();
    world.check();
    let error = refused(world.suite.withdraw(&scene.winner, 1, 1));
    assert!(matches!(error, ContractError::WithdrawalsGated { .. }));
    // Nor by way of an old account that never traded.
    world.suite.mint(&scene.winner, UNIT).unwrap();
    world.suite.deposit(&scene.winner, 2, UNIT).unwrap();
    world.check();
    world.suite.withdraw(&scene.winner, 2, 1).unwrap();
    world.suite.transfer(&scene.winner, 1, 2, UNIT).unwrap();
    world.check();
    let error = refused(world.suite.withdraw(&scene.winner, 2, 1));
    assert!(matches!(error, ContractError::WithdrawalsGated { .. }));
}

#[test]
fn it_opens_when_the_loss_is_resolved() {
    // By the fund, by a deposit, by a transfer, by the price.
    for how in 0..4 {
        let mut scene = scene(50_000 * UNIT);
        scene.unresolved();
        assert!(gate(&scene.world).opens_at.is_some());
        scene.world.suite.advance(5);
        match how {
            0 => {
                scene.heal();
                let done = scene.world.liquidate(&scene.loser).unwrap().answer;
                assert_eq!(done.status, LiquidationStatus::Done);
            }
            1 => {
                scene.world.suite.mint(&scene.loser, 100 * UNIT).unwrap();
                scene
                    .world
                    .suite
                    .deposit(&scene.loser, 0, 100 * UNIT)
                    .unwrap();
            }
            2 => {
                scene.world.suite.mint(&scene.loser, 100 * UNIT).unwrap();
                scene
                    .world
                    .suite
                    .deposit(&scene.loser, 1, 100 * UNIT)
                    .unwrap();
                scene
                    .world
                    .suite
                    .transfer(&scene.loser, 1, 0, 100 * UNIT)
                    .unwrap();
            }
            _ => {
                scene.world.suite.push_price(0, price("100")).unwrap();
                let done = scene.world.liquidate(&scene.loser).unwrap().answer;
                assert_eq!(done.status, LiquidationStatus::Done);
                assert_eq!(done.closed_in_book.u128() + done.deleveraged.u128(), 0);
                // Once: then it is an account like any other.
                let error = refused(scene.world.liquidate(&scene.loser));
                assert!(matches!(error, ContractError::NotLiquidatable { .. }));
            }
        }
        scene.world.check();
        assert_eq!(gate(&scene.world).opens_at, None, "{how}");
        assert_eq!(
            gate(&scene.world).shut_secs,
            5,
            "what was not needed is given back"
        );
        scene.price("80");
        assert_eq!(opens_at(&mut scene.world, &scene.winner), None);
    }
}

#[test]
fn a_deposit_that_is_too_small_resolves_nothing() {
    let mut scene = scene(50_000 * UNIT);
    scene.unresolved();
    // 0.1 % of what the vault holds then is 50.05.
    scene.world.suite.mint(&scene.loser, 50 * UNIT).unwrap();
    let threshold = 49_950_000;
    scene
        .world
        .suite
        .deposit(&scene.loser, 0, threshold - 100_000)
        .unwrap();
    scene.world.check();
    assert!(gate(&scene.world).opens_at.is_some());
    scene.world.suite.deposit(&scene.loser, 0, 150_000).unwrap();
    scene.world.check();
    assert_eq!(gate(&scene.world).opens_at, None);
}

// A loss that nobody can bear becomes a deficit: while there is any nobody is exempt, for an hour.
#[test]
fn a_deficit_shuts_it_for_everybody_until_it_is_repaid() {
    for repaid in [false, true] {
        let mut world = World::with(|builder| builder.market(spec("A")).without_fund());
        let idle = world.user("idle", 10_000 * UNIT);
        let [long, weak, bridge] =
            [("long", 100), ("weak", 53), ("bridge", 1_000)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&bridge, &weak, 10 * UNIT, "100");
        world.open(&long, &bridge, 10 * UNIT, "100");
        let [a, b] = ["a", "b"].map(|n| world.user(n, 6_000 * UNIT));
        world.move_to("80");
        let free = world.suite.account(&weak, 0).unwrap().free_collateral;
        world.suite.withdraw(&weak, 0, free.u128()).unwrap();
        world.check();
        // First the loser itself is the cause.
        let more = world.liquidate(&long).unwrap().answer;
        assert_eq!(more.status, LiquidationStatus::More);
        let first = world.suite.now() + HOUR;
        assert_eq!(gate(&world).opens_at, Some(first));
        assert!(gated(&world, &weak) && !gated(&world, &idle));
        world.suite.advance(5);
        world.suite.push_price(0, price("80")).unwrap();
        let done = world.liquidate(&long).unwrap().answer;
        assert_eq!(done.status, LiquidationStatus::Done);
        let deficit = done.deficit.u128();
        assert!(deficit > gate(&world).threshold.u128(), "{deficit}");
        assert_eq!(gate(&world).deficit.u128(), deficit);
        // Now the deficit is.
        let opens = world.suite.now() + HOUR;
        assert_eq!(opens_at(&mut world, &idle), Some(opens));
        if repaid {
            // Fees repay it: 7 bp of 80,000, twice.
            world.open(&a, &b, 1_000 * UNIT, "80");
            let left = gate(&world);
            assert_eq!(left.deficit.u128(), deficit - 56_000_000);
            assert_eq!(left.opens_at, Some(opens), "still more than 0.1 %");
            world.open(&b, &a, 1_000 * UNIT, "80");
            assert_eq!(gate(&world).deficit.u128(), 0);
            assert_eq!(opens_at(&mut world, &idle), None);
            assert_eq!(gate(&world).shut_secs, 5);
        } else {
            world.suite.advance(HOUR - 1);
            assert_eq!(opens_at(&mut world, &idle), Some(opens));
            world.suite.advance(1);
            assert_eq!(opens_at(&mut world, &idle), None);
        }
    }
}

// G3: eight losers in a row, each with an hour of its own: six hours in a day, and no more.
#[test]
fn all_causes_together_shut_it_for_six_hours_in_a_day() {
    let mut scene = scene(50_000 * UNIT);
    let mut losers = vec![scene.loser.clone()];
    for n in 0..7 {
        let loser = scene.world.user(&format!("loser {n}"), 100 * UNIT);
        scene.price("100");
        scene.world.open(&loser, &scene.winner, 10 * UNIT, "100");
        losers.push(loser);
    }
    let mut shut = 0;
    for (n, loser) in losers.iter().enumerate() {
        scene.world.move_to("80");
        let answer = scene.world.liquidate(loser).unwrap().answer;
        assert_eq!(answer.status, LiquidationStatus::ClaimPending);
        let now = scene.world.suite.now();
        let opens = gate(&scene.world).opens_at;
        assert_eq!(opens, (n < 6).then_some(now + HOUR), "{n}");
        shut += opens.map_or(0, |opens| opens - now);
        scene.world.suite.advance(HOUR);
    }
    assert_eq!(shut, 6 * HOUR);
    scene.price("80");
    assert_eq!(opens_at(&mut scene.world, &scene.winner), None);
}

#[test]
fn queued_withdrawals_wait_for_the_gate_and_can_be_taken_back() {
    let mut scene = scene(500_000 * UNIT);
    scene.world.suite.advance(86_400);
    scene.world.suite.push_price(0, price("100")).unwrap();
    // 125,000 an hour at most.
    let idle = scene.idle.clone();
    let winner = scene.winner.clone();
    scene
        .world
        .suite
        .withdraw(&idle, 0, 200_000 * UNIT)
        .unwrap();
    scene
        .world
        .suite
        .withdraw(&winner, 0, 1_000 * UNIT)
        .unwrap();
    scene.world.check();
    assert_eq!(scene.world.suite.queued_withdrawals().unwrap().len(), 2);
    // Only 100 is lacking, of 375,000: five such losers would not do. Make the vault small first.
    scene.world.suite.advance(7_200);
    scene.world.suite.push_price(0, price("100")).unwrap();
    let keeper = scene.world.suite.keeper.clone();
    let done = scene
        .world
        .suite
        .process_withdrawals(&keeper, Some(1))
        .unwrap();
    scene.world.check();
    assert_eq!((done.answer.finished, done.answer.gated_until), (1, None));
    // A crash that owes far more than 0.1 %.
    scene.world.move_to("20");
    let answer = scene.world.liquidate(&scene.loser).unwrap().answer;
    assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    let opens = gate(&scene.world).opens_at;
    assert!(opens.is_some());
    let done = scene
        .world
        .suite
        .process_withdrawals(&keeper, None)
        .unwrap();
    scene.world.check();
    assert_eq!(
        (done.answer.paid.u128(), done.answer.gated_until),
        (0, opens)
    );
    // Taking it back is never gated.
    scene.world.suite.cancel_withdrawal(&winner, 2).unwrap();
    scene.world.check();
}

// The source is looked at, the target is settled: what accrued is written, and so it is told.
#[test]
fn a_transfer_that_resolves_a_cause_tells_what_accrued() {
    let mut scene = scene(60_000 * UNIT);
    let Scene {
        world,
        loser,
        winner,
        ..
    } = &mut scene;
    world.suite.mint(loser, 5_000 * UNIT).unwrap();
    world.suite.deposit(loser, 1, 5_000 * UNIT).unwrap();
    world.limit(winner, Side::Sell, 10 * UNIT, "100").unwrap();
    let bought = world
        .suite
        .ioc(loser, 1, 0, Side::Buy, 10 * UNIT, price("100"));
    assert_eq!(bought.unwrap().answer.filled.u128(), 10 * UNIT);
    world.check();
    scene.unresolved();
    assert!(gated(&scene.world, &scene.loser));

    let market = scene.world.suite.market.clone();
    let risk = RiskParameters {
        market: 0,
        revision: 1,
        level: RiskLevel::Watch,
        reduce_only: false,
        fee_share_ppm: 250_000,
        premium_rate_ppm: 900_000,
        open_interest_cap: (1_000_000 * UNIT).into(),
    };
    let msg = ExecuteMsg::SetRiskLevel {
        revision: 1,
        markets: vec![risk],
    };
    let suite = &mut scene.world.suite;
    suite.execute(&scene.fund, &market, &msg, &[]).unwrap();
    suite.advance(3);
    let owed = |suite: &Suite| {
        let storage = suite.market_storage();
        let state = MARKET_STATES.load(storage.as_ref(), 0).unwrap();
        state.fees_owed.u128() as i128
    };
    let before = owed(suite);
    let done = suite.transfer(&scene.loser, 1, 0, 500 * UNIT).unwrap();
    scene.world.check();
    let told: i128 = named(&done.events, names::PREMIUM)
        .iter()
        .map(|event| number(event, "amount"))
        .sum();
    assert!(told > 0);
    assert_eq!(owed(&scene.world.suite) - before, told);
    assert!(!gated(&scene.world, &scene.loser));
}
