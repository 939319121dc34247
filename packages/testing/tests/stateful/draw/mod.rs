//! What is done next.

mod hostile;
mod orders;
mod scenes;

use ballast_types::fund::TopUpKind;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::step::{FundChoice, Step, Trespass};
use crate::world::World;
use crate::{
    changes, claimants, emergency, feeds, freeze, life, ownership, shares, staking, triggers,
    waiting,
};
use hostile::{fund_behaviour, oracle_behaviour, token_behaviour};
use orders::{batch, cancel, order, removal};
use scenes::{jump, moves, queue};

pub use orders::{acting, name};
pub use scenes::{amount, squeeze, sweep, trade};

const TRESPASSES: [Trespass; 5] = [
    Trespass::SetInsuranceFund,
    Trespass::SetRiskLevel,
    Trespass::Receive,
    Trespass::Claim,
    Trespass::LongClaim,
];

/// One or more steps that belong together.
pub fn next(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let live = world.live();
    let Some(market) = live.choose(rng).copied() else {
        return life::beginning(rng, world);
    };
    let user = rng.gen_range(0..world.users.len());
    let sub = *[0, 0, 0, 1].choose(rng).unwrap();
    match rng.gen_range(0..210) {
        0..=7 => vec![Step::Deposit {
            user,
            sub,
            amount: amount(rng, 5_000),
        }],
        8..=12 => vec![Step::Withdraw {
            user,
            sub,
            amount: amount(rng, 3_000),
        }],
        13..=30 => {
            let by = acting(rng, world, user, sub);
            let order = order(rng, world, market);
            vec![Step::Place {
                by,
                user,
                sub,
                order,
            }]
        }
        31..=45 => trade(rng, world, market),
        46..=48 => vec![cancel(rng, world, user, sub)],
        49 => vec![Step::CancelAll {
            by: acting(rng, world, user, sub),
            user,
            sub,
            market: rng.gen_bool(0.5).then_some(market),
            trigger_orders: rng.gen(),
        }],
        50..=54 => sweep(rng, world, market),
        55 => vec![Step::Deleverage {
            by: rng.gen_range(0..world.users.len()),
            user,
            sub,
            market,
        }],
        56..=57 => vec![Step::Accrue {
            market: market + u32::from(rng.gen_bool(0.2)) * 97,
        }],
        58..=59 => vec![Step::Flush {
            market: market + u32::from(rng.gen_bool(0.2)) * 97,
        }],
        60 => vec![Step::SyncMarket],
        61 => vec![Step::SyncFund],
        62 => vec![Step::Poke {
            registered: rng.gen_bool(0.5),
        }],
        63 => vec![Step::BareSend {
            user,
            to_fund: rng.gen(),
            amount: amount(rng, 50),
        }],
        64..=65 => {
            let kinds = [TopUpKind::Donation, TopUpKind::Reserve, TopUpKind::Fees];
            let kind = *kinds.choose(rng).unwrap();
            vec![Step::TopUp {
                user,
                kind,
                market,
                amount: amount(rng, 2_000),
            }]
        }
        66..=80 => moves(rng, world, market),
        81 => vec![Step::PriceOfOneFeeder {
            market,
            ppm: jump(rng),
        }],
        82..=88 => {
            let secs = [0, 1, 1, 5, 11, 61, 61, 120, 3_600, 90_000, 2_600_000];
            vec![Step::Advance {
                secs: *secs.choose(rng).unwrap(),
            }]
        }
        89..=90 => {
            let choices = [
                FundChoice::Real,
                FundChoice::Real,
                FundChoice::Real,
                FundChoice::Hostile,
                FundChoice::Hostile,
                FundChoice::None,
                FundChoice::Nobody,
            ];
            vec![Step::SetFund {
                choice: *choices.choose(rng).unwrap(),
            }]
        }
        91..=92 => vec![Step::FundBehaves {
            behaviour: fund_behaviour(rng),
        }],
        93 => vec![Step::UseOracle {
            market,
            hostile: rng.gen_bool(0.4),
        }],
        94..=95 => {
            let behaviour = oracle_behaviour(rng, world, market);
            vec![Step::OracleBehaves { market, behaviour }]
        }
        96 => vec![Step::TokenBehaves {
            behaviour: token_behaviour(rng, world),
        }],
        97 => vec![Step::ReduceOnly {
            market,
            on: rng.gen_bool(0.3),
        }],
        98 => vec![Step::PayFees {
            market,
            amount: amount(rng, 20),
        }],
        99 | 191..=193 => vec![Step::Trespass {
            user,
            what: *TRESPASSES.choose(rng).unwrap(),
        }],
        100..=102 => vec![Step::Transfer {
            user,
            from: sub,
            to: rng.gen_range(0..3),
            amount: amount(rng, 1_000),
        }],
        103..=104 => vec![Step::SetDelegate {
            user,
            sub,
            delegate: rng.gen_range(0..world.users.len()),
            secs: *[0, 30, 3_600, 86_400, 366 * 86_400].choose(rng).unwrap(),
        }],
        106..=109 => {
            let (field, value) = changes::draw(rng, world, market);
            vec![Step::AskChange {
                market,
                field,
                value,
            }]
        }
        110 => {
            let id = changes::any(rng, world);
            vec![Step::ApplyChange { id }]
        }
        172..=173 => changes::waiting(rng, world, market),
        174..=181 => trade(rng, world, market),
        182..=184 => squeeze(rng, world, market),
        185..=187 => life::ruin(rng, world, market),
        112..=117 => squeeze(rng, world, market),
        118..=122 => vec![batch(rng, world, market, (user, sub))],
        123..=125 => removal(rng, world),
        126..=131 => vec![triggers::draw(rng, world, market, (user, sub))],
        132..=135 => queue(rng, world),
        136..=138 | 206..=207 => feeds::draw(rng, world),
        139..=140 | 188..=190 => ownership::draw(rng, world),
        141..=143 => {
            let (row, value) = changes::draw_of_exchange(rng, world);
            vec![Step::AskExchangeChange { row, value }]
        }
        145..=151 => staking::draw(rng, world),
        152..=156 => shares::draw(rng, world),
        157..=160 => emergency::draw(rng, world),
        196..=205 => waiting::draw(rng, world),
        161..=163 => claimants::draw(rng, world),
        164..=171 => life::draw(rng, world, market),
        194..=195 => vec![freeze::draw(rng, world)],
        144 => vec![Step::CancelNothing { user, sub }],
        // The last that was asked for is there, mostly.
        208..=209 => vec![Step::CancelChange {
            id: world.next_change().saturating_sub(1),
        }],
        111 => vec![Step::CancelChange {
            id: changes::any(rng, world),
        }],
        _ => {
            let (user, sub, delegate) = world
                .any_delegate(rng)
                .filter(|_| rng.gen_bool(0.7))
                .unwrap_or((user, sub, rng.gen_range(0..world.users.len())));
            vec![Step::RemoveDelegate {
                user,
                sub,
                delegate,
            }]
        }
    }
}
