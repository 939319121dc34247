//! Every state of the fund, the book and the receivers that a liquidation may meet (design section 9, 4).

use ballast_testing::hostile::actor::ActorBehaviour;
use ballast_testing::hostile::fund::{FundBehaviour, Reaction, Says};
use ballast_testing::suite::Suite;
use ballast_types::market::ExecuteMsg;
use ballast_types::{RiskLevel, RiskParameters, Side};
use cosmwasm_std::{coin, to_json_binary, Addr, BankMsg, CosmosMsg, Uint128, WasmMsg};

use super::{decimal, id, Checked, BTC, UNIT};

/// The fund as the market meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fund {
    Missing,
    RealEmpty,
    RealRich,
    RealUnregistered,
    Nobody,
    WrongContract,
    CannotPay,
    Errors,
    ErrorsAtLength,
    Panics,
    BurnsGas,
    FailsAfterPaying,
    PaysAll,
    PaysAPart,
    PaysNothing,
    PaysTooMuch,
    SaysMore,
    SaysLess,
    PaysAnotherCoin,
    AnswersAtLength,
    AnswersWithNoise,
    AnswersGarbage,
    AnswersNothing,
    ReentersLiquidate,
    ReentersDeleverage,
    ReentersAccrueSyncAndFlush,
    ReentersWithADeposit,
    ReentersWithABareSend,
    ReentersSetRiskLevel,
}

impl Fund {
    pub const ALL: [Self; 29] = [
        Self::Missing,
        Self::RealEmpty,
        Self::RealRich,
        Self::RealUnregistered,
        Self::Nobody,
        Self::WrongContract,
        Self::CannotPay,
        Self::Errors,
        Self::ErrorsAtLength,
        Self::Panics,
        Self::BurnsGas,
        Self::FailsAfterPaying,
        Self::PaysAll,
        Self::PaysAPart,
        Self::PaysNothing,
        Self::PaysTooMuch,
        Self::SaysMore,
        Self::SaysLess,
        Self::PaysAnotherCoin,
        Self::AnswersAtLength,
        Self::AnswersWithNoise,
        Self::AnswersGarbage,
        Self::AnswersNothing,
        Self::ReentersLiquidate,
        Self::ReentersDeleverage,
        Self::ReentersAccrueSyncAndFlush,
        Self::ReentersWithADeposit,
        Self::ReentersWithABareSend,
        Self::ReentersSetRiskLevel,
    ];

    /// A claim fails, rather than pays little.
    pub fn fails(self) -> bool {
        matches!(
            self,
            Self::Nobody
                | Self::WrongContract
                | Self::CannotPay
                | Self::Errors
                | Self::ErrorsAtLength
                | Self::Panics
                | Self::BurnsGas
                | Self::FailsAfterPaying
        )
    }

    /// Whatever is missing arrives.
    pub fn pays_all(self) -> bool {
        matches!(
            self,
            Self::RealRich
                | Self::PaysAll
                | Self::PaysTooMuch
                | Self::SaysLess
                | Self::AnswersAtLength
                | Self::AnswersWithNoise
                | Self::AnswersGarbage
                | Self::AnswersNothing
        )
    }

    /// Puts the fund into this state, for Alice's position.
    pub fn set_up(self, world: &mut Checked, alice: &Addr) {
        let suite = &mut world.suite;
        let reaction = match self {
            Self::Missing => {
                suite.set_insurance_fund(None).unwrap();
                return;
            }
            Self::RealEmpty | Self::RealUnregistered => return,
            Self::RealRich => {
                let owner = suite.owner.clone();
                suite.mint(&owner, 100_000 * UNIT).unwrap();
                suite.top_up_reserve(&owner, 0, 100_000 * UNIT).unwrap();
                return;
            }
            Self::Nobody => {
                let nobody = suite.address("nobody");
                suite.set_insurance_fund(Some(&nobody)).unwrap();
                return;
            }
            Self::WrongContract => {
                let other = suite.price_feed.clone();
                suite.set_insurance_fund(Some(&other)).unwrap();
                return;
            }
            Self::CannotPay => {
                let other = coin(1, "notmine");
                Reaction::Answers {
                    pays_ppm: 0,
                    coins: vec![other],
                    says: Says::Truth,
                }
            }
            Self::Errors => Reaction::Errors { bytes: 10 },
            Self::ErrorsAtLength => Reaction::Errors { bytes: 100_000 },
            Self::Panics => Reaction::Panics,
            Self::BurnsGas => Reaction::BurnsGas { records: 1_000 },
            Self::FailsAfterPaying => Reaction::PaysAndFails,
            Self::PaysAll => Reaction::pays(1_000_000),
            Self::PaysAPart => Reaction::pays(300_000),
            Self::PaysTooMuch => Reaction::pays(1_500_000),
            Self::SaysMore => Reaction::says(100_000, Says::Ppm(1_000_000)),
            Self::SaysLess => Reaction::says(1_000_000, Says::Ppm(0)),
            Self::PaysAnotherCoin => {
                let other = coin(1_000_000_000, "other");
                Reaction::Answers {
                    pays_ppm: 0,
                    coins: vec![other],
                    says: Says::Ppm(1_000_000),
                }
            }
            Self::AnswersAtLength => Reaction::says(1_000_000, Says::Huge(100_000)),
            Self::AnswersWithNoise => Reaction::says(1_000_000, Says::Noise(100_000)),
            Self::AnswersGarbage => Reaction::says(1_000_000, Says::Garbage),
            Self::AnswersNothing => Reaction::says(1_000_000, Says::Nothing),
            Self::PaysNothing
            | Self::ReentersLiquidate
            | Self::ReentersDeleverage
            | Self::ReentersAccrueSyncAndFlush
            | Self::ReentersWithADeposit
            | Self::ReentersWithABareSend
            | Self::ReentersSetRiskLevel => Reaction::pays(0),
        };
        let mut behaviour = FundBehaviour::claims(reaction);
        behaviour.reenter = self.reenters(suite, alice);
        let fund = suite.deploy_hostile_fund(behaviour).unwrap();
        suite.mint(&fund, 100_000 * UNIT).unwrap();
        suite
            .mint_coin(&fund, coin(1_000_000_000, "other"))
            .unwrap();
        suite.set_insurance_fund(Some(&fund)).unwrap();
    }

    fn reenters(self, suite: &Suite, alice: &Addr) -> Vec<CosmosMsg> {
        let account = id(alice);
        let to_market = |msg: &ExecuteMsg, funds| to_contract(&suite.market, msg, funds);
        match self {
            Self::ReentersLiquidate => {
                vec![to_market(
                    &ExecuteMsg::Liquidate { account, market: 0 },
                    vec![],
                )]
            }
            Self::ReentersDeleverage => {
                vec![to_market(
                    &ExecuteMsg::Deleverage { account, market: 0 },
                    vec![],
                )]
            }
            Self::ReentersAccrueSyncAndFlush => vec![
                to_market(&ExecuteMsg::AccrueFunding { market: 0 }, vec![]),
                to_market(&ExecuteMsg::Sync {}, vec![]),
                to_market(&ExecuteMsg::Flush { market: 0 }, vec![]),
            ],
            Self::ReentersWithADeposit => vec![deposit(suite, 500 * UNIT)],
            Self::ReentersWithABareSend => vec![bare_send(suite, 200 * UNIT)],
            Self::ReentersSetRiskLevel => {
                let risk = RiskParameters {
                    market: 0,
                    revision: u64::MAX,
                    level: RiskLevel::Critical,
                    reduce_only: true,
                    fee_share_ppm: 1_000_000,
                    premium_rate_ppm: 1_000_000,
                    open_interest_cap: Uint128::zero(),
                };
                let msg = ExecuteMsg::SetRiskLevel {
                    revision: u64::MAX,
                    markets: vec![risk],
                };
                vec![to_market(&msg, vec![])]
            }
            _ => vec![],
        }
    }
}

fn to_contract<T: serde::Serialize>(
    contract: &Addr,
    msg: &T,
    funds: Vec<cosmwasm_std::Coin>,
) -> CosmosMsg {
    let msg = to_json_binary(msg).unwrap();
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg,
        funds,
    }
    .into()
}

fn deposit(suite: &Suite, amount: u128) -> CosmosMsg {
    match suite.token() {
        None => {
            let msg = ExecuteMsg::Deposit { subaccount: 0 };
            to_contract(&suite.market, &msg, suite.funds(amount))
        }
        Some(token) => {
            let hook = ballast_types::market::ReceiveMsg::Deposit { subaccount: 0 };
            let send = cw20::Cw20ExecuteMsg::Send {
                contract: suite.market.to_string(),
                amount: amount.into(),
                msg: to_json_binary(&hook).unwrap(),
            };
            to_contract(token, &send, vec![])
        }
    }
}

fn bare_send(suite: &Suite, amount: u128) -> CosmosMsg {
    match suite.token() {
        None => {
            let to_address = suite.market.to_string();
            BankMsg::Send {
                to_address,
                amount: suite.funds(amount),
            }
            .into()
        }
        Some(token) => {
            let recipient = suite.market.to_string();
            let transfer = cw20::Cw20ExecuteMsg::Transfer {
                recipient,
                amount: amount.into(),
            };
            to_contract(token, &transfer, vec![])
        }
    }
}

/// The book's buying side when Alice's long is liquidated at an oracle price of 18,000 (bankrupt) or
/// 19,300 (solvent); slippage allows half a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    Empty,
    Deep,
    HalfDeep,
    TooLow,
    OfThisBlock,
    OfTheSameOwner,
    OfAMakerWithoutMargin,
    ManySmall,
}

impl Book {
    pub const ALL: [Self; 8] = [
        Self::Empty,
        Self::Deep,
        Self::HalfDeep,
        Self::TooLow,
        Self::OfThisBlock,
        Self::OfTheSameOwner,
        Self::OfAMakerWithoutMargin,
        Self::ManySmall,
    ];

    /// Puts the bids in; `price` is a little below the oracle price.
    pub fn set_up(self, world: &mut Checked, alice: &Addr, price: &str) {
        let carol = world.carol.clone();
        match self {
            Self::Empty => {}
            Self::Deep => Self::bid(world, &carol, 0, BTC, price),
            Self::HalfDeep => Self::bid(world, &carol, 0, BTC / 2, price),
            Self::TooLow => Self::bid(world, &carol, 0, BTC, "15000"),
            Self::OfThisBlock => {
                Self::bid(world, &carol, 0, BTC, price);
                return;
            }
            Self::OfTheSameOwner => {
                world.suite.mint(alice, 100_000 * UNIT).unwrap();
                world.must(|suite| suite.deposit(alice, 1, 100_000 * UNIT));
                Self::bid(world, alice, 1, BTC, price);
            }
            Self::OfAMakerWithoutMargin => {
                Self::bid(world, &carol, 0, BTC, price);
                let all = world.account(&carol).free_collateral.u128();
                world.must(|suite| suite.withdraw(&carol, 0, all));
            }
            Self::ManySmall => {
                for maker in 0..3 {
                    let maker = world
                        .suite
                        .new_user(&format!("maker{maker}"), 50_000 * UNIT);
                    let maker = maker.unwrap();
                    (0..20).for_each(|_| Self::bid(world, &maker, 0, BTC / 100, price));
                }
            }
        }
        world.suite.next_block();
    }

    fn bid(world: &mut Checked, maker: &Addr, subaccount: u32, size: u128, price: &str) {
        if world.suite.account(maker, subaccount).is_err() {
            world.must(|suite| suite.deposit(maker, subaccount, 50_000 * UNIT));
        }
        let price = decimal(price);
        world.must(|suite| suite.post_only(maker, subaccount, 0, Side::Buy, size, price));
    }
}

/// Who is liquidated and who sends the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receivers {
    People,
    LiquidateeRefuses,
    KeeperRefuses,
}

impl Receivers {
    pub const ALL: [Self; 3] = [Self::People, Self::LiquidateeRefuses, Self::KeeperRefuses];

    /// Alice and the keeper. A contract in their place refuses what is sent to it.
    pub fn set_up(self, world: &mut Checked) -> (Addr, Addr) {
        let (alice, keeper) = (world.alice.clone(), world.suite.keeper.clone());
        if self == Self::People {
            return (alice, keeper);
        }
        let suite = &mut world.suite;
        let contract = suite.deploy_actor().unwrap();
        suite.mint(&contract, 1_000_000 * UNIT).unwrap();
        suite
            .set_actor_behaviour(&contract, ActorBehaviour::Refuses)
            .unwrap();
        suite.blocked.set(&contract, true);
        match self {
            Self::LiquidateeRefuses => (contract, keeper),
            _ => (alice, contract),
        }
    }
}
