//! What members do next: whole lives of proposals, and single steps out of their order.

use ballast_types::MarketId;
use cw3::Vote;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::deeds::{self, Deed};
use super::{parameters, protective as list};
use super::{GovernStep, Member, Trespass, DAY};
use crate::claimants::ClaimantStep;
use crate::draw::{squeeze, sweep, trade};
use crate::emergency::EmergencyStep;
use crate::feeds::FeedStep;
use crate::life::LifeStep;
use crate::ownership::{contract, owner_of, Act, OwnershipStep, Sender};
use crate::step::Step;
use crate::waiting::{pending, WaitingStep};
use crate::world::World;

const TRESPASSES: [Trespass; 6] = [
    Trespass::UpdateSettings,
    Trespass::SetGuardian,
    Trespass::ConfirmProtective,
    Trespass::RunProposal,
    Trespass::CheckBooks,
    Trespass::Bootstrap,
];

fn step(step: GovernStep) -> Step {
    Step::Govern(step)
}

/// One or more steps that belong together.
pub fn next(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let government = world.government.as_ref().unwrap();
    let who = rng.gen_range(0..government.members.len());
    let made = u64::try_from(government.proposals.len()).unwrap();
    // Mostly one that exists.
    let id = (made + 1).saturating_sub(rng.gen_range(0..6));
    let live = world.live();
    if live.len() < 2 && rng.gen() {
        return listing(rng, world);
    }
    let market = live.choose(rng).copied().unwrap_or(0);
    match rng.gen_range(0..46) {
        0 => vec![step(GovernStep::Stake {
            who,
            amount: rng.gen_range(1..200),
        })],
        1 => vec![step(GovernStep::StakeNothing { who })],
        2..=3 | 41..=43 => {
            let held = government.stake_of(who);
            let amount = *[0, 1, 1, held / 7, held / 3, held + 1].choose(rng).unwrap();
            let mut steps = vec![step(GovernStep::Unstake { who, amount })];
            if rng.gen() {
                let secs = DAY * rng.gen_range(0..4);
                steps.push(Step::Advance { secs });
                steps.push(step(GovernStep::Claim { who }));
            }
            steps
        }
        4 => vec![step(GovernStep::Claim { who })],
        5..=6 => vec![step(GovernStep::Vote {
            who,
            id,
            vote: vote(rng),
        })],
        7..=8 => vec![step(GovernStep::Execute { id })],
        9 => vec![
            step(GovernStep::Ripen { id }),
            step(GovernStep::Execute { id }),
        ],
        10..=11 => vec![
            step(GovernStep::Ripen { id }),
            step(GovernStep::Close { id }),
        ],
        12 => vec![step(GovernStep::Cancel {
            who: guard(rng, world, who),
            id,
        })],
        // Once more by anybody: refused, as it is to the guardian in the cool-off.
        13..=14 => vec![
            step(GovernStep::Freeze {
                who: guard(rng, world, who),
            }),
            step(GovernStep::Freeze { who }),
        ],
        15..=16 => vec![step(GovernStep::Check {
            who,
            deeds: some(rng, world, market),
        })],
        17 => TRESPASSES
            .into_iter()
            .map(|what| step(GovernStep::Trespass { who, what }))
            .collect(),
        18 | 29..=32 => applied(rng, world, market),
        // By anybody, and by who has no power.
        40 => vec![
            step(GovernStep::Propose {
                who,
                protective: false,
                deeds: some(rng, world, market),
            }),
            step(GovernStep::Propose {
                who: government.members.len() - 1,
                protective: rng.gen(),
                deeds: vec![list::tightening(rng, world, market)],
            }),
        ],
        19 => vec![step(GovernStep::Revert {
            id,
            step: rng.gen_range(0..2),
        })],
        20 => taken_back(world),
        21..=26 => protective(rng, world, market),
        27..=28 | 44 => cancelled(rng, world, market),
        _ => ordinary(rng, world, market),
    }
}

fn vote(rng: &mut ChaCha8Rng) -> Vote {
    let votes = [
        Vote::Yes,
        Vote::Yes,
        Vote::Yes,
        Vote::Yes,
        Vote::Yes,
        Vote::No,
        Vote::Abstain,
        Vote::Veto,
    ];
    *votes.choose(rng).unwrap()
}

/// The guardian, or somebody else.
fn guard(rng: &mut ChaCha8Rng, world: &World, who: Member) -> Member {
    let guardian = world.government.as_ref().unwrap().guardian;
    guardian.filter(|_| rng.gen_bool(0.7)).unwrap_or(who)
}

fn some(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Deed> {
    let one = |rng: &mut ChaCha8Rng| match rng.gen_range(0..10) {
        0..=4 => parameters::parameter(rng, world, market),
        5..=6 => parameters::office(rng, world),
        _ => deeds::other(rng, world, market),
    };
    match rng.gen_range(0..10) {
        0 => vec![],
        1..=2 => vec![one(rng), one(rng)],
        _ => vec![one(rng)],
    }
}

/// A proposal and most of the votes that it needs; who has most power mostly proposes.
fn passing(
    rng: &mut ChaCha8Rng,
    world: &World,
    (protective, deeds): (bool, Vec<Deed>),
) -> (u64, Vec<Step>) {
    let government = world.government.as_ref().unwrap();
    let id = u64::try_from(government.proposals.len()).unwrap() + 1;
    let mut members: Vec<Member> = (0..government.members.len()).collect();
    members.sort_by_key(|who| std::cmp::Reverse(government.stake_of(*who)));
    if rng.gen_bool(0.2) {
        members.shuffle(rng);
    }
    let mut steps = vec![Step::Advance { secs: 1 }];
    for (place, who) in members.into_iter().enumerate() {
        if place == 0 {
            steps.push(step(GovernStep::Propose {
                who,
                protective,
                deeds: deeds.clone(),
            }));
        } else if rng.gen_bool(0.7) {
            let vote = vote(rng);
            steps.push(step(GovernStep::Vote { who, id, vote }));
        }
    }
    (id, steps)
}

/// What a step stands for that is drawn when it comes to it.
pub fn later(rng: &mut ChaCha8Rng, world: &World, step: &Step) -> Vec<Step> {
    match step {
        Step::Govern(GovernStep::LookAround { market }) => after(rng, world, *market),
        Step::Govern(GovernStep::Await { market }) => applied(rng, world, *market),
        _ => vec![],
    }
}

/// Prices are there again, somebody's liquidation price is reached, and whoever can be liquidated is: after whatever
/// governance has done.
fn after(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let live = world.live();
    if !live.contains(&market) {
        return vec![];
    }
    let mut steps = vec![Step::Advance { secs: 1 }];
    steps.extend(live.into_iter().map(|market| Step::Price {
        market,
        ppm: 1_000_000,
        conf_ppm: 0,
    }));
    steps.extend(squeeze(rng, world, market));
    steps.extend(sweep(rng, world, market));
    steps
}

/// What governance asked for and had to wait is made, in time; then keepers look around.
fn applied(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let of_market = world.suite.pending_changes().unwrap();
    let of_market = of_market
        .into_iter()
        .map(|change| (change.ready_at, Step::ApplyChange { id: change.id }));
    let of_fund = pending(world).into_iter().map(|change| {
        let apply = WaitingStep::Apply { id: change.id };
        (change.ready_at, Step::Waiting(apply))
    });
    let all: Vec<(u64, Step)> = of_market.chain(of_fund).collect();
    let Some((ready_at, apply)) = all.choose(rng).cloned() else {
        return vec![];
    };
    let mut steps = vec![];
    if world.live().contains(&market) {
        steps.extend(trade(rng, world, market));
    }
    steps.push(Step::Advance {
        secs: ready_at.saturating_sub(world.suite.now()),
    });
    steps.push(apply);
    steps.push(step(GovernStep::LookAround { market }));
    steps
}

/// A market is listed, by a proposal, and registered with the fund.
fn listing(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let feed = rng.gen_range(0..world.specs.len());
    let deeds = deeds::listing_of(world, feed);
    let (id, mut steps) = passing(rng, world, (false, deeds));
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(Step::Feed(FeedStep::Push { feed }));
    steps.push(step(GovernStep::Execute { id }));
    steps
}

/// Proposed, voted on, executed too early, in time or too late; then keepers look around.
fn ordinary(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let deeds = some(rng, world, market);
    let (id, proposed) = passing(rng, world, (false, deeds));
    let mut steps = vec![];
    if world.live().contains(&market) {
        steps.extend(trade(rng, world, market));
    }
    steps.extend(proposed);
    if rng.gen_bool(0.2) {
        steps.push(step(GovernStep::Execute { id }));
    }
    // Voting ends, and the delay does.
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(step(GovernStep::Ripen { id }));
    if rng.gen_bool(0.05) {
        steps.push(Step::Advance { secs: 7 * DAY });
    }
    steps.push(step(GovernStep::Execute { id }));
    steps.push(step(GovernStep::LookAround { market }));
    if rng.gen_bool(0.5) {
        steps.push(step(GovernStep::Await { market }));
    }
    if rng.gen_bool(0.3) {
        steps.push(step(GovernStep::Execute { id }));
        steps.push(step(GovernStep::Close { id }));
    }
    steps
}

/// A tightening at once, which is confirmed, or set back when it has expired.
fn protective(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let mut deeds = vec![list::tightening(rng, world, market)];
    if rng.gen_bool(0.1) {
        deeds = some(rng, world, market);
    }
    let (id, mut steps) = passing(rng, world, (true, deeds));
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(step(GovernStep::Execute { id }));
    steps.push(step(GovernStep::LookAround { market }));
    if rng.gen_bool(0.3) {
        let confirmation = deeds::confirmation(world, id);
        let (second, more) = passing(rng, world, (false, vec![confirmation]));
        // It is the one after this.
        let second = second + 1;
        steps.extend(more.into_iter().map(|one| match one {
            Step::Govern(GovernStep::Vote { who, vote, .. }) => step(GovernStep::Vote {
                who,
                id: second,
                vote,
            }),
            other => other,
        }));
        steps.push(step(GovernStep::Ripen { id: second }));
        steps.push(step(GovernStep::Ripen { id: second }));
        steps.push(step(GovernStep::Execute { id: second }));
    }
    if rng.gen_bool(0.8) {
        steps.push(step(GovernStep::Revert { id, step: 0 }));
        steps.push(Step::Advance { secs: 3 * DAY });
    }
    steps.push(step(GovernStep::Revert { id, step: 0 }));
    steps
}

/// The guardian cancels what was passed, once; passed again it stands.
fn cancelled(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let deeds = some(rng, world, market);
    let (id, mut steps) = passing(rng, world, (false, deeds));
    let who = guard(rng, world, 0);
    if rng.gen() {
        steps.push(step(GovernStep::Ripen { id }));
    }
    steps.push(step(GovernStep::Cancel { who, id }));
    steps.push(step(GovernStep::Cancel { who, id }));
    steps.push(step(GovernStep::Execute { id }));
    steps.push(step(GovernStep::Close { id }));
    steps
}

/// What governance gave away it is offered back, and takes.
fn taken_back(world: &World) -> Vec<Step> {
    use ballast_testing::metering::scenarios::Target::{Fund, Market, PriceFeed};
    let lost = [Market, Fund, PriceFeed]
        .into_iter()
        .find(|target| owner_of(world, *target) == world.heir);
    let Some(target) = lost else {
        return vec![];
    };
    let government = world.government.as_ref().unwrap();
    let id = u64::try_from(government.proposals.len()).unwrap() + 1;
    let deed = deeds::acceptance(&contract(&world.suite, target));
    let secs = Some(30 * DAY);
    let offer = OwnershipStep {
        target,
        by: Sender::Heir,
        act: Act::Offer { secs },
    };
    let mut steps = vec![
        Step::Ownership(offer),
        Step::Advance { secs: 1 },
        step(GovernStep::Propose {
            who: 0,
            protective: false,
            deeds: vec![deed],
        }),
    ];
    for who in 1..government.members.len() {
        let vote = Vote::Yes;
        steps.push(step(GovernStep::Vote { who, id, vote }));
    }
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(step(GovernStep::Ripen { id }));
    steps.push(step(GovernStep::Execute { id }));
    steps
}

/// Whether a step is the owner's: here governance is, and sends nothing without a proposal.
pub fn by_the_owner(step: &Step) -> bool {
    match step {
        Step::AskChange { .. }
        | Step::AskExchangeChange { .. }
        | Step::CancelChange { .. }
        | Step::SetFund { .. }
        | Step::UseOracle { .. }
        | Step::ReduceOnly { .. }
        | Step::PayFees { .. }
        | Step::Freeze { by: None, .. }
        | Step::Life(
            LifeStep::List { .. }
            | LifeStep::BeginSettling { by_owner: true, .. }
            | LifeStep::PayRetired { .. },
        )
        | Step::Claimant(ClaimantStep { by: None, .. })
        | Step::Emergency(EmergencyStep::Appoint { by: None, .. })
        | Step::Feed(FeedStep::Set { by: None, .. } | FeedStep::Remove { by: None, .. })
        | Step::Waiting(
            WaitingStep::Recipient { by: None, .. }
            | WaitingStep::Ask { .. }
            | WaitingStep::Cancel { by: None, .. },
        ) => true,
        Step::Ownership(step) => step.by == Sender::First,
        _ => false,
    }
}
