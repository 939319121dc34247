//! What governance is asked to do besides changing parameters, and what a hostile majority would try.

use ballast_testing::suite::{claimant_parameters, Suite};
use ballast_types::fund::ClaimantParameters;
use ballast_types::governance::{ExecuteMsg, Settings};
use ballast_types::market::{self, OracleConfig};
use ballast_types::{fund, price_feed, MarketId};
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{coins, Addr, BankMsg, CosmosMsg, Timestamp, Uint128, WasmMsg};
use cw20::{Cw20ExecuteMsg, Denom};
use cw_ownable::Action;
use cw_utils::Expiration;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::parameters::office;
use crate::feeds::FeedNumber;
use crate::life::listing;
use crate::world::{World, UNIT};

/// What a message changes of what the test keeps in mind.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    None,
    /// Governance's own settings; none where they cannot even be read.
    Settings(Option<Box<Settings>>),
    /// Index of a member, or nobody.
    Guardian(Option<usize>),
    /// A protective proposal is confirmed.
    Confirm(u64),
    /// A market of the kind with this feed is listed.
    List(FeedNumber),
}

/// One message of a proposal.
#[derive(Clone, Debug)]
pub struct Deed {
    pub msg: CosmosMsg,
    /// Whether it waits the adverse delay.
    pub adverse: bool,
    /// The error with which no proposal may hold it.
    pub refused: Option<&'static str>,
    pub effect: Effect,
}

impl Deed {
    pub fn plain(msg: CosmosMsg) -> Self {
        Self {
            msg,
            adverse: false,
            refused: None,
            effect: Effect::None,
        }
    }

    pub fn adverse(msg: CosmosMsg) -> Self {
        Self {
            adverse: true,
            ..Self::plain(msg)
        }
    }

    pub fn appoints_guardian(&self) -> bool {
        matches!(self.effect, Effect::Guardian(_))
    }
}

/// A message to a contract.
pub fn call(contract: &Addr, msg: &impl Serialize) -> CosmosMsg {
    Suite::call(contract, msg).unwrap()
}

/// Governance's address.
pub fn suite_governance(world: &World) -> Addr {
    world.suite.governance().unwrap()
}

/// Anything else that an owner may do, or a thief would like to.
pub fn other(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Deed {
    let suite = &world.suite;
    let governance = suite_governance(world);
    let government = world.government.as_ref().unwrap();
    let member = rng.gen_range(0..government.members.len());
    let thief = government.members[member].to_string();
    match rng.gen_range(0..24) {
        0 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SetInsuranceFund {
                insurance_fund: [Some(&suite.fund), Some(&world.hostile_fund), None]
                    .choose(rng)
                    .unwrap()
                    .map(Addr::to_string),
            },
        )),
        1 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::UpdateOracle {
                market,
                oracle: oracle(rng, world, market),
            },
        )),
        2 => Deed::plain(call(
            &suite.market,
            &json!({"pay_fees": {
                "market": rng.gen_bool(0.8).then_some(market), "recipient": thief,
                "amount": rng.gen_range(0..UNIT).to_string(),
            }}),
        )),
        3 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SettleMarket { market },
        )),
        4..=5 => list(world, rng.gen_range(0..world.specs.len())),
        6 => register(rng, world),
        7 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::AppointTreasury {
                treasury: rng.gen_bool(0.8).then(|| world.users[1].to_string()),
            },
        )),
        8 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::AppointSurplusRecipient {
                recipient: Some(thief),
            },
        )),
        9 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::SetFreeze {
                until: suite.now() + 86_400 * rng.gen_range(0..6),
            },
        )),
        10 => Deed::plain(call(
            &suite.market,
            &market::ExecuteMsg::CancelChange {
                id: world.next_change().saturating_sub(1),
            },
        )),
        11 => Deed::plain(call(
            &suite.price_feed,
            &price_feed::ExecuteMsg::RemoveFeed {
                id: world.feed_id(rng.gen_range(0..world.specs.len())),
            },
        )),
        12 => ownership(rng, world),
        13 => migration(rng, world, thief),
        // Stakes are no treasury.
        14..=15 => payment(world, &thief, rng.gen_range(1..500)),
        16 => Deed::plain(call(
            &suite.fund,
            &fund::ExecuteMsg::ClaimShortfall {
                market,
                account: thief,
                claim_id: 1_000_000,
                amount: Uint128::new(UNIT),
                state: ballast_types::MarketReport {
                    open_interest_value: Uint128::zero(),
                    deficit: Uint128::zero(),
                },
                recent_risk: false,
            },
        )),
        17..=18 => office(rng, world),
        19 => {
            let id = rng.gen_range(1..20);
            Deed {
                effect: Effect::Confirm(id),
                ..Deed::plain(call(
                    &governance,
                    &ExecuteMsg::ConfirmProtective { proposal_id: id },
                ))
            }
        }
        20 => Deed {
            refused: Some("MessageRefused"),
            ..Deed::plain(call(
                &governance,
                &ExecuteMsg::Unstake {
                    amount: Uint128::one(),
                },
            ))
        },
        21 => Deed {
            refused: Some("MessageRefused"),
            ..Deed::plain(call(
                &governance,
                &ExecuteMsg::Execute {
                    proposal_id: rng.gen_range(1..20),
                },
            ))
        },
        22 => Deed {
            refused: Some("Std"),
            ..Deed::plain(
                WasmMsg::Execute {
                    contract_addr: governance.to_string().to_uppercase(),
                    msg: cosmwasm_std::to_json_binary(&json!({"claim": {}})).unwrap(),
                    funds: vec![],
                }
                .into(),
            )
        },
        // Not JSON: it might be anything.
        _ => Deed::adverse(
            WasmMsg::Execute {
                contract_addr: suite.market.to_string(),
                msg: b"{".to_vec().into(),
                funds: vec![],
            }
            .into(),
        ),
    }
}

/// A confirmation of a protective proposal.
pub fn confirmation(world: &World, id: u64) -> Deed {
    Deed {
        effect: Effect::Confirm(id),
        ..Deed::plain(call(
            &suite_governance(world),
            &ExecuteMsg::ConfirmProtective { proposal_id: id },
        ))
    }
}

fn oracle(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> OracleConfig {
    let mut oracle = world
        .existing(market)
        .map_or_else(|_| listing(world, 0).oracle, |found| found.config.oracle);
    match rng.gen_range(0..4) {
        0 => oracle.contract = world.hostile_oracle.to_string(),
        1 => oracle.max_confidence_ppm = rng.gen_range(0..200_000),
        2 => oracle.feed_id = world.feed_id(rng.gen_range(0..world.specs.len())),
        _ => oracle.contract = world.suite.price_feed.to_string(),
    }
    oracle
}

/// A listing, and the registration of what it lists.
pub fn listing_of(world: &World, feed: FeedNumber) -> Vec<Deed> {
    let id = MarketId::try_from(world.suite.markets.len()).unwrap();
    let parameters = ClaimantParameters {
        isolated: world.specs[feed].isolated,
        ..claimant_parameters(6)
    };
    let register = fund::ExecuteMsg::RegisterMarket {
        contract: world.suite.market.to_string(),
        market: id,
        parameters,
    };
    vec![
        list(world, feed),
        Deed::plain(call(&world.suite.fund, &register)),
    ]
}

fn list(world: &World, feed: FeedNumber) -> Deed {
    let msg = market::ExecuteMsg::ListMarket(listing(world, feed));
    Deed {
        effect: Effect::List(feed),
        ..Deed::plain(call(&world.suite.market, &msg))
    }
}

fn register(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let markets = MarketId::try_from(world.suite.markets.len()).unwrap();
    let contract = [&world.suite.market, &world.nobody]
        .choose(rng)
        .unwrap()
        .to_string();
    let msg = fund::ExecuteMsg::RegisterMarket {
        contract,
        market: rng.gen_range(0..=markets),
        parameters: claimant_parameters(6),
    };
    Deed::plain(call(&world.suite.fund, &msg))
}

fn contracts(world: &World) -> [&Addr; 3] {
    [
        &world.suite.market,
        &world.suite.fund,
        &world.suite.price_feed,
    ]
}

fn ownership(rng: &mut ChaCha8Rng, world: &World) -> Deed {
    let contract = *contracts(world).choose(rng).unwrap();
    let action = match rng.gen_range(0..4) {
        0 => Action::RenounceOwnership,
        1 => Action::AcceptOwnership,
        _ => Action::TransferOwnership {
            new_owner: world.heir.to_string(),
            expiry: Some(Expiration::AtTime(Timestamp::from_seconds(
                world.suite.now() + 86_400 * rng.gen_range(1..60),
            ))),
        },
    };
    let accepts = action == Action::AcceptOwnership;
    let msg = call(contract, &json!({ "update_ownership": action }));
    if accepts {
        Deed::plain(msg)
    } else {
        Deed::adverse(msg)
    }
}

/// Taking over what another owner offers.
pub fn acceptance(contract: &Addr) -> Deed {
    let msg = json!({"update_ownership": Action::AcceptOwnership});
    Deed::plain(call(contract, &msg))
}

fn migration(rng: &mut ChaCha8Rng, world: &World, thief: String) -> Deed {
    let contract_addr = contracts(world).choose(rng).unwrap().to_string();
    let codes = [
        world.suite.codes.market,
        world.suite.codes.fund,
        world.suite.codes.actor,
    ];
    let msg = match rng.gen_range(0..4) {
        0 => WasmMsg::UpdateAdmin {
            contract_addr,
            admin: thief,
        },
        1 => WasmMsg::ClearAdmin { contract_addr },
        _ => WasmMsg::Migrate {
            contract_addr,
            new_code_id: codes[rng.gen_range(0..2)],
            msg: cosmwasm_std::to_json_binary(&cosmwasm_std::Empty {}).unwrap(),
        },
    };
    Deed::adverse(msg.into())
}

fn payment(world: &World, to: &str, amount: u128) -> Deed {
    Deed::plain(match &world.suite.governance_token {
        Denom::Native(denom) => BankMsg::Send {
            to_address: to.to_owned(),
            amount: coins(amount, denom),
        }
        .into(),
        Denom::Cw20(token) => {
            let msg = Cw20ExecuteMsg::Transfer {
                recipient: to.to_owned(),
                amount: amount.into(),
            };
            call(token, &msg)
        }
    })
}
