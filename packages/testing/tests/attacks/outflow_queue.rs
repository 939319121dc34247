//! The queue of withdrawals: filled with dust to delay others, left and entered again to jump ahead, and the limits
//! in front of it used up with money that comes and goes.
//!
//! The design's limits: time alone, and nobody's money. Dust costs `ceil(dust / 20)` messages, which anyone may
//! send in one block. The order is that of asking, whatever was cancelled or deposited in between. Money in and
//! out again uses up at most what one withdrawal of that size would, after the time that it stayed.

use ballast_testing::suite::{exchange_parameters, Collateral};
use cosmwasm_std::Addr;

use crate::scene::{spec, Contest, Played, Scene, ATTACKER, COLLATERALS, POOR, UNIT, WINNERS};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// What the honest one asks for.
const WANTED: u128 = 1_000 * UNIT;

#[derive(Clone, Copy, Debug)]
enum How {
    /// So many withdrawals of one atom ahead of the honest one.
    Dust(u32),
    /// A withdrawal beyond the limit, ahead of the honest one.
    Ahead,
    /// The head is cancelled and asked for again, every block.
    Requeue,
    /// Deposited and asked for again, while the honest one waits.
    Deposit,
    /// So much comes, stays for so long and leaves, before the honest one asks.
    InAndOut { money: u128, secs: u64 },
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    how: How,
}

struct Stage {
    scene: Scene,
    honest: Addr,
    attacker: Addr,
    other: Addr,
}

/// Honest money of 100,000, the attacker's of 60,000 in the exchange and as much in its hand; an hour allows 25 %.
fn stage(collateral: Collateral) -> Stage {
    let mut parameters = exchange_parameters(6);
    parameters.outflow_floor = (100 * UNIT).into();
    let mut scene = Scene::with(collateral, POOR, spec("A"), |builder| {
        builder.exchange_parameters(parameters)
    });
    let honest = scene.hand(WINNERS, "honest", 100_000 * UNIT);
    let attacker = scene.hand(ATTACKER, "attacker", 60_000 * UNIT);
    let other = scene.hand(ATTACKER, "other", 0);
    scene.suite.mint(&other, 10_000_000 * UNIT).unwrap();
    scene.wait(DAY);
    Stage {
        scene,
        honest,
        attacker,
        other,
    }
}

impl Stage {
    fn paid(&self) -> bool {
        self.scene.suite.balance(&self.honest).unwrap() >= WANTED
    }

    fn ask(&mut self) {
        let honest = self.honest.clone();
        self.scene.must(|suite| suite.withdraw(&honest, 0, WANTED));
    }

    fn process(&mut self) -> bool {
        let keeper = self.scene.suite.keeper.clone();
        let done = self
            .scene
            .must(|suite| suite.process_withdrawals(&keeper, Some(20)));
        !done.answer.paid.is_zero()
    }

    /// The honest one is paid at last: messages that paid something, and seconds.
    fn until_paid(&mut self, mut meanwhile: impl FnMut(&mut Self)) -> (u32, u64) {
        let start = self.scene.suite.now();
        let mut messages = 0;
        loop {
            while !self.paid() && self.process() {
                messages += 1;
            }
            if self.paid() {
                return (messages, self.scene.suite.now() - start);
            }
            meanwhile(self);
            // Minutes at first, then as fine as days need.
            let waited = self.scene.suite.now() - start;
            self.scene.wait(if waited < HOUR { 60 } else { 600 });
            assert!(self.scene.suite.now() - start < 10 * DAY);
        }
    }
}

fn play(plan: &Plan) -> Played {
    let mut stage = stage(plan.collateral);
    stage.scene.start();
    let (attacker, other) = (stage.attacker.clone(), stage.other.clone());
    let mut meanwhile: Box<dyn FnMut(&mut Stage)> = Box::new(|_| {});
    match plan.how {
        How::Dust(dust) => {
            // The limit is used up, and one atom more waits; then the others behind it.
            stage
                .scene
                .must(|suite| suite.withdraw(&attacker, 0, 40_000 * UNIT));
            for _ in 0..dust {
                stage.scene.must(|suite| suite.withdraw(&attacker, 0, 1));
            }
            stage.ask();
            assert!(!stage.paid());
            stage.scene.wait(HOUR);
        }
        How::Ahead => {
            stage
                .scene
                .must(|suite| suite.withdraw(&attacker, 0, 41_000 * UNIT));
            stage.ask();
        }
        How::Requeue => {
            stage
                .scene
                .must(|suite| suite.withdraw(&attacker, 0, 41_000 * UNIT));
            stage.ask();
            meanwhile = Box::new(move |stage| {
                let queue = stage.scene.suite.queued_withdrawals().unwrap();
                let own = stage.scene.suite.account(&attacker, 0).unwrap().account;
                for one in queue.iter().filter(|one| one.account == own) {
                    let (id, amount) = (one.id.u64(), one.amount.u128());
                    stage
                        .scene
                        .must(|suite| suite.cancel_withdrawal(&attacker, id));
                    stage
                        .scene
                        .must(|suite| suite.withdraw(&attacker, 0, amount));
                }
            });
        }
        How::Deposit => {
            stage
                .scene
                .must(|suite| suite.withdraw(&attacker, 0, 41_000 * UNIT));
            stage.ask();
            // Its credit pays for whoever is first: that is the rest of the attacker's own, then the honest one.
            let before = stage.scene.suite.balance(&other).unwrap();
            stage
                .scene
                .must(|suite| suite.deposit(&other, 0, WANTED * 20));
            stage
                .scene
                .must(|suite| suite.withdraw(&other, 0, WANTED * 20));
            assert_eq!(
                stage.scene.suite.balance(&other).unwrap(),
                before - WANTED * 20
            );
        }
        How::InAndOut { money, secs } => {
            stage.scene.must(|suite| suite.deposit(&other, 0, money));
            if secs > 0 {
                stage.scene.wait(secs);
            }
            stage.scene.must(|suite| suite.withdraw(&other, 0, money));
            stage.ask();
        }
    }
    let (messages, waited) = stage.until_paid(meanwhile);
    let figures = [
        ("messages until paid", i128::from(messages)),
        ("seconds until paid", i128::from(waited)),
    ];
    stage.scene.end(plan, 0, &figures)
}

/// Days in which so much leaves ahead of others' 160,000, half of what is there a day: a day until what left at once has
/// refilled, and the logarithm of the share that leaves.
fn days_for(money: f64) -> f64 {
    let others = 160_000.0 * UNIT as f64;
    1.0 + 2.0 * ((others + money) / others).ln()
}

// G3, G1: nobody gains, and whoever asked is paid in the order of asking.
#[test]
fn g3_the_queue_of_withdrawals_moves_nobodys_money_and_keeps_its_order() {
    let mut contest = Contest::new("queue of withdrawals");
    for collateral in COLLATERALS {
        let show = |how: How| {
            let played = play(&Plan { collateral, how });
            println!(
                "  {how:?}: honest withdrawal paid after {} messages, {} s",
                played.figure("messages until paid"),
                played.figure("seconds until paid"),
            );
            assert_eq!(played.gain_of(WINNERS), 0, "{played}");
            played
        };
        for dust in [0, 19, 100, 400] {
            let played = show(How::Dust(dust));
            let most = i128::from(dust + 2).div_euclid(20) + 1;
            assert!(played.figure("messages until paid") <= most, "{played}");
            assert_eq!(played.figure("seconds until paid"), 0, "{played}");
            contest.offer(played);
        }
        // Leaving the head only helps who is behind.
        let ahead = show(How::Ahead).figure("seconds until paid");
        let requeued = show(How::Requeue);
        assert!(requeued.figure("seconds until paid") < ahead, "{requeued}");
        contest.offer(requeued);
        let deposited = show(How::Deposit);
        assert_eq!(deposited.figure("seconds until paid"), 0, "{deposited}");
        contest.offer(deposited);

        let at_once = show(How::InAndOut {
            money: 1_000_000 * UNIT,
            secs: 0,
        });
        assert_eq!(at_once.figure("seconds until paid"), 0, "{at_once}");
        contest.offer(at_once);
        for (money, secs) in [
            (60_000 * UNIT, HOUR / 2),
            (160_000 * UNIT, HOUR),
            (1_000_000 * UNIT, HOUR),
            (1_000_000 * UNIT, DAY),
        ] {
            let played = show(How::InAndOut { money, secs });
            let days = days_for(money as f64);
            let waited = played.figure("seconds until paid") as f64 / DAY as f64;
            assert!(waited <= days, "{waited} of {days} days: {played}");
            contest.offer(played);
        }
    }
    contest.close();
}
