//! Governance owns the suite: who stakes, proposes, votes, executes and guards, between everything else.
//!
//! Powers, votes, decisions and delays are predicted by a [`model`] of its own. What a proposal's messages lead to is
//! tried first, message by message as governance, and taken back: the proposal must come to the same.

mod deeds;
mod draw;
mod judge;
pub mod model;
mod parameters;
mod protective;

use anyhow::Result;
use ballast_governance::parameters::default_settings;
use ballast_governance::ContractError;
use ballast_testing::metering::scenarios::Target::Governance;
use ballast_testing::suite::{Suite, GUARDIAN};
use ballast_types::events::attribute;
use ballast_types::governance::{
    ConfigResponse, ExecuteMsg, LifecycleStatus, QueryMsg, ReceiveMsg, Settings,
};
use ballast_types::MarketId;
use cosmwasm_std::{to_json_binary, Addr, CosmosMsg, Event, Uint128};
use cw20::{Cw20ReceiveMsg, Denom};
use cw3::Vote;
use cw_multi_test::{AppResponse, Executor};

use super::predict::Expect;
use super::step::{Message, Step};
use super::world::World;
use deeds::Deed;
use model::{Government, Refusal};
use protective::are_protective;

pub use draw::{by_the_owner, later, next};
pub use judge::{compare, effects};

/// Index into [`Government::members`]; the last is the guardian.
pub type Member = usize;

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;

/// What each member has to stake, atoms.
const PURSE: u128 = 100_000;

/// What is done.
#[derive(Clone, Debug)]
pub enum GovernStep {
    Stake {
        who: Member,
        amount: u128,
    },
    /// Without coins, or by somebody who claims to be the token.
    StakeNothing {
        who: Member,
    },
    Unstake {
        who: Member,
        amount: u128,
    },
    Claim {
        who: Member,
    },
    Propose {
        who: Member,
        protective: bool,
        deeds: Vec<Deed>,
    },
    Vote {
        who: Member,
        id: u64,
        vote: Vote,
    },
    Execute {
        id: u64,
    },
    Close {
        id: u64,
    },
    Revert {
        id: u64,
        step: u32,
    },
    Cancel {
        who: Member,
        id: u64,
    },
    Freeze {
        who: Member,
    },
    /// A dry run.
    Check {
        who: Member,
        deeds: Vec<Deed>,
    },
    /// What only governance sends itself, or only its instantiator and once.
    Trespass {
        who: Member,
        what: Trespass,
    },
    /// Time passes until a proposal's state changes by itself.
    Ripen {
        id: u64,
    },
    /// Keepers look around: what follows is drawn when it comes to this.
    LookAround {
        market: MarketId,
    },
    /// What waits in a contract is made in its time; drawn when it comes to this, too.
    Await {
        market: MarketId,
    },
}

/// A message that a member may not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trespass {
    UpdateSettings,
    SetGuardian,
    ConfirmProtective,
    RunProposal,
    CheckBooks,
    Bootstrap,
}

impl GovernStep {
    pub fn message(&self, native: bool) -> Option<Message> {
        let name = match self {
            Self::Stake { .. } | Self::StakeNothing { .. } if native => "stake",
            Self::Stake { .. } | Self::StakeNothing { .. } => "receive.stake",
            Self::Unstake { .. } => "unstake",
            Self::Claim { .. } => "claim",
            Self::Propose { protective, .. } if *protective => "propose_protective",
            Self::Propose { .. } => "propose",
            Self::Vote { .. } => "vote",
            Self::Execute { .. } => "execute",
            Self::Close { .. } => "close",
            Self::Revert { .. } => "revert_protective",
            Self::Cancel { .. } => "cancel",
            Self::Freeze { .. } => "freeze",
            Self::Check { .. } => "check_messages",
            Self::Trespass { what, .. } => match what {
                Trespass::UpdateSettings => "update_settings",
                Trespass::SetGuardian => "set_guardian",
                Trespass::ConfirmProtective => "confirm_protective",
                Trespass::RunProposal => "run_proposal",
                Trespass::CheckBooks => "check_books",
                Trespass::Bootstrap => "bootstrap",
            },
            Self::Ripen { .. } | Self::LookAround { .. } | Self::Await { .. } => return None,
        };
        Some((Governance, name))
    }
}

/// The shortest times that are allowed, so that a run sees many proposals.
pub fn settings() -> Settings {
    Settings {
        voting_secs: DAY,
        timelock_secs: DAY,
        protective_voting_secs: HOUR,
        protective_expiry_secs: 3 * DAY,
        freeze_secs: HOUR,
        freeze_cooloff_secs: 3 * DAY,
        unstaking_secs: DAY,
        ..default_settings()
    }
}

/// What is known of the governance of a suite that was just deployed.
pub fn found(suite: &mut Suite) -> Government {
    let mut members: Vec<Addr> = (0..4)
        .map(|number| suite.address(&format!("citizen{number}")))
        .collect();
    members.push(suite.address(GUARDIAN));
    for member in &members {
        suite.mint_power(member, PURSE).unwrap();
    }
    let config: ConfigResponse = suite.ask_governance(&QueryMsg::Config {}).unwrap();
    Government::new(members, config.settings, suite.height())
}

/// The name of governance's error.
pub fn kind(error: &anyhow::Error) -> Option<String> {
    let error = format!("{:?}", error.downcast_ref::<ContractError>()?);
    let end = error.find([' ', '(', '{']).unwrap_or(error.len());
    Some(error[..end].to_owned())
}

fn government(world: &mut World) -> &mut Government {
    world.government.as_mut().unwrap()
}

fn member(world: &World, who: Member) -> Addr {
    world.government.as_ref().unwrap().members[who].clone()
}

fn contract(world: &World) -> Addr {
    world.suite.governance().unwrap()
}

pub fn apply(world: &mut World, step: &GovernStep) -> Result<AppResponse> {
    let sender = |world: &World, who: &Member| member(world, *who);
    match step {
        GovernStep::Stake { who, amount } => {
            let who = sender(world, who);
            world.suite.stake_power(&who, *amount)
        }
        GovernStep::StakeNothing { who } => {
            let who = sender(world, who);
            let msg = match world.suite.governance_token {
                Denom::Native(_) => ExecuteMsg::Stake {},
                Denom::Cw20(_) => ExecuteMsg::Receive(Cw20ReceiveMsg {
                    sender: who.to_string(),
                    amount: Uint128::one(),
                    msg: to_json_binary(&ReceiveMsg::Stake {})?,
                }),
            };
            world.suite.govern(&who, &msg)
        }
        GovernStep::Unstake { who, amount } => {
            let who = sender(world, who);
            let amount = Uint128::new(*amount);
            world.suite.govern(&who, &ExecuteMsg::Unstake { amount })
        }
        GovernStep::Claim { who } => {
            let who = sender(world, who);
            world.suite.govern(&who, &ExecuteMsg::Claim {})
        }
        GovernStep::Propose {
            who,
            protective,
            deeds,
        } => {
            let who = sender(world, who);
            let (title, description) = ("a proposal".to_owned(), String::new());
            let msgs = messages(deeds);
            let msg = if *protective {
                ExecuteMsg::ProposeProtective {
                    title,
                    description,
                    msgs,
                }
            } else {
                ExecuteMsg::Propose {
                    title,
                    description,
                    msgs,
                    earliest: None,
                    latest: None,
                }
            };
            world.suite.govern(&who, &msg)
        }
        GovernStep::Vote { who, id, vote } => {
            let who = sender(world, who);
            world.suite.vote(&who, *id, *vote)
        }
        GovernStep::Execute { id } => {
            let due = may_execute(world, *id).is_ok();
            let works = due && proposal_works(world, *id);
            government(world).tried = due.then_some(works);
            world.suite.execute_proposal(*id)
        }
        GovernStep::Close { id } => {
            let keeper = world.suite.keeper.clone();
            let msg = ExecuteMsg::Close { proposal_id: *id };
            world.suite.govern(&keeper, &msg)
        }
        GovernStep::Revert { id, step } => {
            let keeper = world.suite.keeper.clone();
            let (proposal_id, step) = (*id, *step);
            let msg = ExecuteMsg::RevertProtective { proposal_id, step };
            world.suite.govern(&keeper, &msg)
        }
        GovernStep::Cancel { who, id } => {
            let who = sender(world, who);
            let msg = ExecuteMsg::Cancel { proposal_id: *id };
            world.suite.govern(&who, &msg)
        }
        GovernStep::Freeze { who } => {
            let who = sender(world, who);
            world.suite.govern(&who, &ExecuteMsg::Freeze {})
        }
        GovernStep::Check { who, deeds } => {
            let who = sender(world, who);
            let msgs = messages(deeds);
            let sent = !deeds.is_empty() && refused_at_once(deeds).is_none();
            let works = sent.then(|| works(world, &msgs));
            let verbatim = false;
            let msg = ExecuteMsg::CheckMessages { msgs, verbatim };
            let result = world.suite.govern(&who, &msg);
            if let (Err(error), Some(works)) = (&result, works) {
                let passed = kind(error).as_deref() == Some("CheckPassed");
                assert_eq!(passed, works, "a dry run tells the truth: {error:#}");
            }
            result
        }
        GovernStep::Trespass { who, what } => trespass(world, *who, *what),
        GovernStep::Ripen { id } => {
            let now = world.suite.now();
            let next = next_change(world, *id).unwrap_or(now);
            world.suite.advance(next.saturating_sub(now).max(1));
            Ok(AppResponse::default())
        }
        GovernStep::LookAround { .. } | GovernStep::Await { .. } => Ok(AppResponse::default()),
    }
}

fn messages(deeds: &[Deed]) -> Vec<CosmosMsg> {
    deeds.iter().map(|deed| deed.msg.clone()).collect()
}

fn trespass(world: &mut World, who: Member, what: Trespass) -> Result<AppResponse> {
    let government = world.government.as_ref().unwrap();
    let who = government.members[who].clone();
    let guardian = Some(who.to_string());
    let msg = match what {
        Trespass::UpdateSettings => ExecuteMsg::UpdateSettings {
            settings: government.settings.clone(),
        },
        Trespass::SetGuardian => ExecuteMsg::SetGuardian { guardian },
        Trespass::ConfirmProtective => ExecuteMsg::ConfirmProtective { proposal_id: 1 },
        Trespass::RunProposal => ExecuteMsg::RunProposal { proposal_id: 1 },
        Trespass::CheckBooks => ExecuteMsg::CheckBooks { gaps: vec![] },
        Trespass::Bootstrap => ExecuteMsg::Bootstrap { msgs: vec![] },
    };
    world.suite.govern(&who, &msg)
}

/// When a proposal's state changes by itself.
fn next_change(world: &World, id: u64) -> Option<u64> {
    let life = world.suite.lifecycle(id).ok()?;
    match life.status {
        LifecycleStatus::Open => Some(life.voting_ends_at),
        LifecycleStatus::Queued => life.ready_at,
        _ => None,
    }
}

/// Whether all messages of a proposal go through now, and leave governance what it owes.
fn proposal_works(world: &mut World, id: u64) -> bool {
    let proposal = world.government.as_ref().unwrap().find(id).unwrap().clone();
    let protective = proposal.delay == model::Delay::None;
    if protective && !are_protective(world, &proposal.deeds) {
        return false;
    }
    works(world, &proposal.messages())
}

/// Sends them as governance, and goes back.
fn works(world: &mut World, msgs: &[CosmosMsg]) -> bool {
    let governance = contract(world);
    let mark = world.suite.mark();
    let sent = msgs.iter().all(|msg| {
        let sent = world.suite.app.execute(governance.clone(), msg.clone());
        sent.is_ok()
    });
    let works = sent && held(world) >= owed(world);
    world.suite.rewind_and_drop(mark);
    works
}

fn owed(world: &World) -> u128 {
    let government = world.government.as_ref().unwrap();
    government.staked() + government.unstaking()
}

fn held(world: &World) -> u128 {
    let governance = contract(world);
    let wrap = world.suite.app.wrap();
    match &world.suite.governance_token {
        Denom::Native(denom) => wrap
            .query_balance(&governance, denom)
            .unwrap()
            .amount
            .u128(),
        Denom::Cw20(token) => {
            let query = cw20::Cw20QueryMsg::Balance {
                address: governance.to_string(),
            };
            let answer: cw20::BalanceResponse = wrap.query_wasm_smart(token, &query).unwrap();
            answer.balance.u128()
        }
    }
}

fn may_execute(world: &World, id: u64) -> Result<(), Refusal> {
    let proposal = world.government.as_ref().unwrap().find(id)?;
    if proposal.executable(world.suite.now()) {
        Ok(())
    } else {
        Err("NotReady")
    }
}

fn refused_at_once(deeds: &[Deed]) -> Option<Refusal> {
    deeds.iter().find_map(|deed| deed.refused)
}

pub fn expected(world: &World, step: &GovernStep) -> Expect {
    let government = world.government.as_ref().unwrap();
    let (now, height) = (world.suite.now(), world.suite.height());
    let refused = match step {
        GovernStep::Stake { .. }
        | GovernStep::Ripen { .. }
        | GovernStep::LookAround { .. }
        | GovernStep::Await { .. } => Ok(()),
        GovernStep::StakeNothing { .. } => Err("WrongToken"),
        GovernStep::Unstake { who, amount } => government.may_unstake(*who, *amount),
        GovernStep::Claim { who } if government.claimable(*who, now) == 0 => Err("NothingToClaim"),
        GovernStep::Claim { .. } => Ok(()),
        GovernStep::Propose {
            who,
            protective,
            deeds,
        } => match refused_at_once(deeds) {
            Some(refused) => Err(refused),
            None if *protective && !are_protective(world, deeds) => Err("NotProtective"),
            None => government.may_propose(*who, deeds, height),
        },
        GovernStep::Vote { who, id, vote } => government.may_vote(*who, *id, *vote, now),
        GovernStep::Execute { id } => may_execute(world, *id),
        GovernStep::Close { id } => government.may_close(*id, now),
        GovernStep::Revert { id, step } => return expected_reversal(world, *id, *step),
        GovernStep::Cancel { who, id } => government.may_cancel(*who, *id, now),
        GovernStep::Freeze { who } => government.may_freeze(*who, now),
        GovernStep::Check { deeds, .. } => match refused_at_once(deeds) {
            Some(refused) => Err(refused),
            None if deeds.is_empty() => Err("NothingToCheck"),
            None => {
                let kinds = ["CheckPassed", "CheckFailed", "CheckFailedBooks"];
                return Expect::OneOf(kinds.map(Expect::Governance).into());
            }
        },
        GovernStep::Trespass { what, .. } => match what {
            Trespass::Bootstrap => Err("BootstrapLocked"),
            _ => Err("OnlyGovernance"),
        },
    };
    refused.map_or_else(Expect::Governance, |()| Expect::Ok)
}

/// A step of a protective proposal is set back where anything still is as it left it. The contract that is told may have
/// lost the market since.
fn expected_reversal(world: &World, id: u64, step: u32) -> Expect {
    let government = world.government.as_ref().unwrap();
    let now = world.suite.now();
    if let Err(refused) = government.may_revert(id, step, now) {
        return Expect::Governance(refused);
    }
    Expect::OneOf(vec![
        Expect::Ok,
        // Others changed it since.
        Expect::Governance("NothingToRevert"),
        Expect::Told,
    ])
}

/// Messages that governance sent itself in the middle of another one, for the tally.
pub fn sent_itself(governance: &Addr, event: &Event) -> Option<&'static str> {
    let own = [
        "update_settings",
        "set_guardian",
        "confirm_protective",
        "run_proposal",
        "check_books",
    ];
    let from = attribute(event, "_contract_address");
    if event.ty != "wasm" || from != Some(governance.as_str()) {
        return None;
    }
    let action = attribute(event, "action")?;
    own.into_iter().find(|name| *name == action)
}

/// How every run begins: everybody stakes, one takes a little back, and a first proposal confirms settings and guardian.
pub fn founding(world: &World) -> Vec<Step> {
    let id = 1;
    let vote = Vote::Yes;
    let mut steps = vec![];
    for (who, amount) in [400, 300, 200, 100].into_iter().enumerate() {
        steps.push(Step::Govern(GovernStep::Stake { who, amount }));
    }
    steps.push(Step::Advance { secs: 5 });
    let rest = [
        GovernStep::Unstake { who: 0, amount: 7 },
        GovernStep::Claim { who: 0 },
        GovernStep::Propose {
            who: 0,
            protective: false,
            deeds: parameters::constitution(world),
        },
        GovernStep::Vote { who: 1, id, vote },
        GovernStep::Ripen { id },
        GovernStep::Ripen { id },
        GovernStep::Execute { id },
        GovernStep::Claim { who: 0 },
    ];
    steps.extend(rest.into_iter().map(Step::Govern));
    steps
}
