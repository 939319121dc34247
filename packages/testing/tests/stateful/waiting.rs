//! Changes of the fund that wait, and surplus that leaves.

use anyhow::Result;
use ballast_administration::pending::PendingError;
use ballast_insurance_fund::state::{CLAIMANTS, NEXT_CHANGE};
use ballast_insurance_fund::ContractError;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::metering::scenarios::Target::Fund;
use ballast_types::fund::{
    Change, ConfigResponse, ExecuteMsg, PendingChange, QueryMsg, SolvencyResponse, SurplusResponse,
    TopUpKind,
};
use ballast_types::{RiskLevel, RiskParameters};
use cosmwasm_std::Addr;
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draw::trade;
use super::emergency::facility;
use super::life::LifeStep;
use super::ownership::{owner_of, refusal};
use super::predict::Expect;
use super::step::{FundChoice, Message, Step, User};
use super::world::World;

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum WaitingStep {
    /// By the owner, or by a user; acts as if it had waited.
    Recipient {
        by: Option<User>,
        recipient: Option<User>,
    },
    /// The owner wants a wider window of the mutual reserve, which waits.
    Ask {
        window_ppm: u32,
    },
    Apply {
        id: u64,
    },
    /// By the owner, or by a user.
    Cancel {
        by: Option<User>,
        id: u64,
    },
    PaySurplus,
}

const DAY: u64 = 86_400;
/// The fund refuses one more.
const MOST: usize = 32;

impl WaitingStep {
    pub fn message(self) -> Message {
        let name = match self {
            Self::Recipient { .. } => "appoint_surplus_recipient",
            Self::Ask { .. } => "update_parameters",
            Self::Apply { .. } => "apply_change",
            Self::Cancel { .. } => "cancel_change",
            Self::PaySurplus => "pay_surplus",
        };
        (Fund, name)
    }
}

pub fn pending(world: &World) -> Vec<PendingChange> {
    let query = QueryMsg::PendingChanges {
        start_after: None,
        limit: Some(50),
    };
    world.suite.ask_fund(&query).unwrap()
}

fn window(world: &World) -> u32 {
    let config: ConfigResponse = world.suite.ask_fund(&QueryMsg::Config {}).unwrap();
    config.parameters.mutual_window_ppm
}

/// The number of the next change that waits.
fn next_id(world: &World) -> u64 {
    let storage = world.suite.fund_storage();
    let next = NEXT_CHANGE.may_load(storage.as_ref()).unwrap();
    next.unwrap_or(1)
}

/// A change and what becomes of it, or something out of order by anybody.
pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let user = rng.gen_range(0..world.users.len());
    let waiting = pending(world);
    let any = waiting.choose(rng).map_or(1_000_000, |one| one.id);
    let (by, id) = (None, next_id(world));
    let wider = rng.gen_range(1..20_000);
    let ask = WaitingStep::Ask {
        window_ppm: window(world).saturating_add(wider).min(1_000_000),
    };
    let steps = match rng.gen_range(0..12) {
        10..=11 => return plenty(rng, world),
        0 => vec![WaitingStep::Recipient {
            by: rng.gen_bool(0.4).then_some(user),
            recipient: rng.gen_bool(0.9).then_some(user),
        }],
        1 => vec![WaitingStep::Cancel {
            by: Some(user),
            id: any,
        }],
        2 => vec![WaitingStep::Apply { id: any }],
        3 => vec![WaitingStep::Cancel { by, id: any }],
        4..=6 if waiting.len() < 20 => vec![ask, WaitingStep::Cancel { by, id }],
        7 | 8 if waiting.len() < 20 => {
            // In time, or too late; tried early in any case.
            let secs = *[21 * DAY, 21 * DAY, 40 * DAY].choose(rng).unwrap();
            let apply = Step::Waiting(WaitingStep::Apply { id });
            let ask = Step::Waiting(ask);
            return vec![ask, apply.clone(), Step::Advance { secs }, apply];
        }
        _ => vec![
            WaitingStep::Recipient {
                by,
                recipient: rng.gen_bool(0.9).then_some(user),
            },
            WaitingStep::PaySurplus,
        ],
    };
    steps.into_iter().map(Step::Waiting).collect()
}

/// The fund has more than it needs: donations fill its targets, hours pass, fees arrive, and a lot is paid.
fn plenty(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let solvency: SolvencyResponse = world.suite.ask_fund(&QueryMsg::Solvency {}).unwrap();
    let config: ConfigResponse = world.suite.ask_fund(&QueryMsg::Config {}).unwrap();
    let live = world.live();
    let Some(market) = live.choose(rng).copied() else {
        return vec![];
    };
    let top_up = |user, kind, market, amount| Step::TopUp {
        user,
        kind,
        market,
        amount,
    };
    let mut steps = vec![
        Step::TokenBehaves {
            behaviour: TokenBehaviour::Honest,
        },
        Step::SetFund {
            choice: FundChoice::Real,
        },
    ];
    let missing = config
        .parameters
        .mutual_target
        .saturating_sub(solvency.mutual);
    let part = missing.u128() / 4 + 1;
    steps.extend((0..4).map(|user| top_up(user, TopUpKind::Donation, market, part)));
    for (user, market) in (1..).zip(live.iter().copied()) {
        let deficit = world.market(market).deficit.u128();
        if deficit > 0 {
            steps.push(Step::Life(LifeStep::Repay {
                user: 0,
                market,
                amount: deficit,
            }));
        }
        if let Ok(known) = world.suite.claimant(market) {
            let missing = known
                .parameters
                .reserve_target
                .saturating_sub(known.reserve);
            let user = user % world.users.len();
            steps.push(top_up(user, TopUpKind::Reserve, market, missing.u128() + 1));
        }
    }
    let look = |steps: &mut Vec<Step>| {
        for market in live.iter().copied() {
            steps.push(Step::Price {
                market,
                ppm: 1_000_000,
                conf_ppm: 0,
            });
            steps.push(Step::Flush { market });
        }
    };
    // A level takes an hour to rise.
    for _ in 0..3 {
        look(&mut steps);
        steps.push(Step::Advance { secs: 3_700 });
    }
    steps.extend(trade(rng, world, market));
    steps.extend(trade(rng, world, market));
    look(&mut steps);
    let recipient = Some(rng.gen_range(0..world.users.len()));
    let by = None;
    steps.push(Step::Waiting(WaitingStep::Recipient { by, recipient }));
    steps.push(Step::Waiting(WaitingStep::PaySurplus));
    steps
}

pub fn apply(world: &mut World, step: WaitingStep) -> Result<AppResponse> {
    let (owner, fund) = (owner_of(world, Fund), world.suite.fund.clone());
    let by = |by: Option<User>| by.map_or_else(|| owner.clone(), |user| world.users[user].clone());
    match step {
        WaitingStep::Recipient {
            by: sender,
            recipient,
        } => {
            let sender = by(sender);
            let recipient = recipient.map(|user| world.users[user].to_string());
            let msg = ExecuteMsg::AppointSurplusRecipient { recipient };
            world.suite.change_fund_by(&sender, &msg)
        }
        WaitingStep::Ask { window_ppm } => {
            let config: ConfigResponse = world.suite.ask_fund(&QueryMsg::Config {})?;
            let mut parameters = config.parameters;
            parameters.mutual_window_ppm = window_ppm;
            let msg = ExecuteMsg::UpdateParameters { parameters };
            world.suite.execute(&owner, &fund, &msg, &[])
        }
        WaitingStep::Apply { id } => world.suite.apply_fund_change(id),
        WaitingStep::Cancel { by: sender, id } => {
            let sender = by(sender);
            let msg = ExecuteMsg::CancelChange { id };
            world.suite.execute(&sender, &fund, &msg, &[])
        }
        WaitingStep::PaySurplus => world.suite.pay_surplus(),
    }
}

pub fn expected(world: &World, step: WaitingStep) -> Expect {
    match step {
        WaitingStep::Recipient { by: Some(_), .. } | WaitingStep::Cancel { by: Some(_), .. } => {
            refusal(Fund, OwnershipError::NotOwner)
        }
        WaitingStep::Recipient { by: None, .. } => Expect::Ok,
        WaitingStep::Ask { .. } => {
            assert!(pending(world).len() < MOST, "none is drawn beyond");
            Expect::Ok
        }
        WaitingStep::Cancel { by: None, id } => {
            let known = pending(world).iter().any(|one| one.id == id);
            if known {
                Expect::Ok
            } else {
                Expect::Fund(ContractError::Pending(PendingError::NoSuchChange {
                    found: id,
                }))
            }
        }
        WaitingStep::Apply { id } => applied(world, id),
        WaitingStep::PaySurplus => surplus(world),
    }
}

fn applied(world: &World, id: u64) -> Expect {
    let (now, waiting) = (world.suite.now(), pending(world));
    let Some(change) = waiting.iter().find(|one| one.id == id) else {
        return Expect::Fund(ContractError::Pending(PendingError::NoSuchChange {
            found: id,
        }));
    };
    let (ready_at, expired_at) = (change.ready_at, change.expires_at);
    if now < ready_at {
        Expect::Fund(ContractError::Pending(PendingError::TooEarly {
            ready_at,
            now,
        }))
    } else if now > expired_at {
        Expect::Fund(ContractError::Pending(PendingError::ChangeExpired {
            expired_at,
            now,
        }))
    } else {
        overtaken(world, &change.change).map_or(Expect::Ok, Expect::Fund)
    }
}

/// Why a change cannot be made any more, where another one was faster.
fn overtaken(world: &World, change: &Change) -> Option<ContractError> {
    match change {
        Change::RegisterMarket {
            contract, market, ..
        } => {
            let storage = world.suite.fund_storage();
            let key = (&Addr::unchecked(contract), *market);
            CLAIMANTS
                .has(storage.as_ref(), key)
                .then(|| ContractError::MarketExists {
                    contract: contract.clone(),
                    market: *market,
                })
        }
        Change::AppointTreasury { .. } => {
            let found = facility(world).committed;
            (!found.is_zero()).then_some(ContractError::TreasuryInUse { found })
        }
        Change::UpdateMarket { .. }
        | Change::UpdateParameters { .. }
        | Change::AppointSurplusRecipient { .. } => None,
    }
}

/// In the order in which the fund's documentation names what holds surplus back.
fn surplus(world: &World) -> Expect {
    let ask = |query| world.suite.ask_fund(&query);
    let told: SurplusResponse = ask(QueryMsg::Surplus {}).unwrap();
    let solvency: SolvencyResponse = world.suite.ask_fund(&QueryMsg::Solvency {}).unwrap();
    let config: ConfigResponse = world.suite.ask_fund(&QueryMsg::Config {}).unwrap();
    // The level as the next message that looks at all reports puts it in force.
    let risk: RiskParameters = world
        .suite
        .ask_fund(&QueryMsg::RiskParameters {
            contract: world.suite.market.to_string(),
            market: 0,
        })
        .unwrap();
    let (now, ready_at) = (world.suite.now(), told.ready_at);
    let (expected, found) = (config.parameters.mutual_target, solvency.mutual);
    let lot = told.due.u128() * u128::from(config.parameters.surplus.lot_ppm) / 1_000_000;
    let Some(recipient) = told.recipient else {
        return Expect::Fund(ContractError::NoSurplusRecipient {});
    };
    let refused = if now < ready_at {
        ContractError::TooEarly { ready_at, now }
    } else if risk.level != RiskLevel::Surplus {
        let found = risk.level.as_str();
        ContractError::SurplusLevel { found }
    } else if found < expected {
        ContractError::SurplusBelowTarget { expected, found }
    } else if !solvency.emergency_debt.is_zero() {
        let found = solvency.emergency_debt;
        ContractError::LoanOpen { found }
    } else if !solvency.deficits.is_zero() {
        let found = solvency.deficits;
        ContractError::DeficitOpen { found }
    } else if lot == 0 {
        ContractError::ZeroAmount {}
    } else {
        let recipient = Addr::unchecked(recipient);
        return if world.token_moves(&world.suite.fund, &recipient) {
            Expect::Ok
        } else {
            Expect::Transfer
        };
    };
    Expect::Fund(refused)
}
