//! Governance on an embedded chain, with native or cw20 stake, and a puppet that sends what it is told.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]

pub mod invariants;
pub mod puppet;

use anyhow::Result;
use ballast_governance::contract::{execute, instantiate, migrate, query, reply};
use ballast_governance::parameters::default_settings;
use ballast_governance::ContractError;
use ballast_types::governance::{
    ExecuteMsg, InstantiateMsg, LifecycleResponse, LifecycleStatus, QueryMsg, ReceiveMsg, Settings,
};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{
    coin, coins, to_json_binary, Addr, BankMsg, Coin, CosmosMsg, Empty, Timestamp, Uint128, WasmMsg,
};
use cw20::{Cw20Coin, Cw20ExecuteMsg, Denom};
use cw3::Vote;
use cw_multi_test::{App, AppBuilder, AppResponse, BankSudo, ContractWrapper, Executor, SudoMsg};

/// The native coin that is staked, or paid.
pub const COIN: &str = "ugov";
/// Another coin.
pub const OTHER: &str = "uother";
/// When the chain starts.
pub const START: u64 = 1_700_000_000;
pub const DAY: u64 = 86_400;
/// What everybody has at the start, of the staked token and of the other coin.
pub const PURSE: u128 = 1_000_000_000_000_000_000_000_000;

/// What is staked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Native,
    Cw20,
}

pub const SOURCES: [Source; 2] = [Source::Native, Source::Cw20];

/// Everybody who may hold something.
pub const PEOPLE: [&str; 8] = [
    "ann",
    "bob",
    "cat",
    "dan",
    "eve",
    "fay",
    "treasurer",
    "guardian",
];

pub struct World {
    pub app: App,
    pub source: Source,
    pub token: Denom,
    pub governance: Addr,
    pub deployer: Addr,
    pub puppet: Addr,
    pub code: u64,
    pub fund_code: u64,
}

impl World {
    /// Default settings, a guardian, nobody staked.
    pub fn new(source: Source) -> Self {
        Self::with(source, |_| {})
    }

    pub fn with(source: Source, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = default_settings();
        change(&mut settings);
        Self::try_new(source, settings).unwrap()
    }

    pub fn try_new(source: Source, settings: Settings) -> Result<Self> {
        let mut app = AppBuilder::new()
            .with_api(MockApi::default().with_prefix("ballast"))
            .build(|_, _, _| {});
        app.update_block(|block| {
            block.height = 100;
            block.time = Timestamp::from_seconds(START);
        });
        let code = app.store_code(Box::new(
            ContractWrapper::new(execute, instantiate, query)
                .with_reply(reply)
                .with_migrate(migrate),
        ));
        let puppet_code = app.store_code(puppet::contract());
        let cw20_code = app.store_code(Box::new(ContractWrapper::new(
            cw20_base::contract::execute,
            cw20_base::contract::instantiate,
            cw20_base::contract::query,
        )));
        let fund_code = app.store_code(Box::new(
            ContractWrapper::new(
                ballast_insurance_fund::contract::execute,
                ballast_insurance_fund::contract::instantiate,
                ballast_insurance_fund::contract::query,
            )
            .with_reply(ballast_insurance_fund::contract::reply),
        ));
        let deployer = app.api().addr_make("deployer");
        let people = PEOPLE.map(|name| app.api().addr_make(name));
        for person in &people {
            mint(&mut app, person, coin(PURSE, COIN));
            mint(&mut app, person, coin(PURSE, OTHER));
        }
        let token = match source {
            Source::Native => Denom::Native(COIN.to_owned()),
            Source::Cw20 => {
                let msg = cw20_base::msg::InstantiateMsg {
                    name: "Governance".to_owned(),
                    symbol: "GOV".to_owned(),
                    decimals: 6,
                    initial_balances: people
                        .iter()
                        .map(|person| Cw20Coin {
                            address: person.to_string(),
                            amount: PURSE.into(),
                        })
                        .collect(),
                    mint: None,
                    marketing: None,
                };
                Denom::Cw20(app.instantiate_contract(
                    cw20_code,
                    deployer.clone(),
                    &msg,
                    &[],
                    "token",
                    None,
                )?)
            }
        };
        let puppet = app.instantiate_contract(
            puppet_code,
            deployer.clone(),
            &Empty {},
            &[],
            "puppet",
            None,
        )?;
        let msg = InstantiateMsg {
            token: token.clone(),
            settings: Some(settings),
            guardian: Some(app.api().addr_make("guardian").to_string()),
        };
        let governance =
            app.instantiate_contract(code, deployer.clone(), &msg, &[], "governance", None)?;
        Ok(Self {
            app,
            source,
            token,
            governance,
            deployer,
            puppet,
            code,
            fund_code,
        })
    }

    /// With stakes, one block later.
    pub fn staked(source: Source, stakes: &[(&str, u128)]) -> Self {
        let mut world = Self::new(source);
        world.stake_all(stakes);
        world
    }

    pub fn stake_all(&mut self, stakes: &[(&str, u128)]) {
        for (name, amount) in stakes {
            self.stake(name, *amount).unwrap();
        }
        self.next_block();
    }

    pub fn address(&self, name: &str) -> Addr {
        self.app.api().addr_make(name)
    }

    pub fn now(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    pub fn height(&self) -> u64 {
        self.app.block_info().height
    }

    pub fn next_block(&mut self) {
        self.wait(1);
    }

    pub fn wait(&mut self, secs: u64) {
        self.app.update_block(|block| {
            block.height += 1;
            block.time = block.time.plus_seconds(secs);
        });
    }

    /// The block at exactly that time.
    pub fn until(&mut self, secs: u64) {
        let now = self.now();
        assert!(secs >= now, "time runs backwards: {secs} is before {now}");
        self.wait(secs - now);
    }

    pub fn send(&mut self, name: &str, msg: &ExecuteMsg, funds: &[Coin]) -> Result<AppResponse> {
        let sender = self.address(name);
        self.send_as(&sender, msg, funds)
    }

    pub fn send_as(
        &mut self,
        sender: &Addr,
        msg: &impl Serialize,
        funds: &[Coin],
    ) -> Result<AppResponse> {
        let governance = self.governance.clone();
        let msg = WasmMsg::Execute {
            contract_addr: governance.to_string(),
            msg: to_json_binary(msg)?,
            funds: funds.to_vec(),
        };
        self.app.execute(sender.clone(), msg.into())
    }

    pub fn stake(&mut self, name: &str, amount: u128) -> Result<AppResponse> {
        match self.token.clone() {
            Denom::Native(denom) => self.send(name, &ExecuteMsg::Stake {}, &coins(amount, denom)),
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Send {
                    contract: self.governance.to_string(),
                    amount: amount.into(),
                    msg: to_json_binary(&ReceiveMsg::Stake {})?,
                };
                let sender = self.address(name);
                self.app.execute_contract(sender, token, &msg, &[])
            }
        }
    }

    pub fn unstake(&mut self, name: &str, amount: u128) -> Result<AppResponse> {
        let amount = amount.into();
        self.send(name, &ExecuteMsg::Unstake { amount }, &[])
    }

    pub fn claim(&mut self, name: &str) -> Result<AppResponse> {
        self.send(name, &ExecuteMsg::Claim {}, &[])
    }

    /// Proposes without a deposit; the proposer votes yes by it.
    pub fn try_propose(&mut self, name: &str, msgs: Vec<CosmosMsg>) -> Result<u64> {
        self.propose_with(name, msgs, &[])
    }

    pub fn propose_with(
        &mut self,
        name: &str,
        msgs: Vec<CosmosMsg>,
        funds: &[Coin],
    ) -> Result<u64> {
        let msg = ExecuteMsg::Propose {
            title: "title".to_owned(),
            description: "description".to_owned(),
            msgs,
            earliest: None,
            latest: None,
        };
        let response = self.send(name, &msg, funds)?;
        Ok(id_of(&response))
    }

    pub fn propose(&mut self, name: &str, msgs: Vec<CosmosMsg>) -> u64 {
        self.try_propose(name, msgs).unwrap()
    }

    pub fn vote(&mut self, name: &str, proposal_id: u64, vote: Vote) -> Result<AppResponse> {
        self.send(name, &ExecuteMsg::Vote { proposal_id, vote }, &[])
    }

    pub fn execute(&mut self, name: &str, proposal_id: u64) -> Result<AppResponse> {
        self.send(name, &ExecuteMsg::Execute { proposal_id }, &[])
    }

    pub fn close(&mut self, name: &str, proposal_id: u64) -> Result<AppResponse> {
        self.send(name, &ExecuteMsg::Close { proposal_id }, &[])
    }

    pub fn query<T: DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.try_query(msg).unwrap()
    }

    pub fn try_query<T: DeserializeOwned>(&self, msg: &QueryMsg) -> Result<T> {
        Ok(self
            .app
            .wrap()
            .query_wasm_smart(self.governance.clone(), msg)?)
    }

    pub fn life(&self, proposal_id: u64) -> LifecycleResponse {
        self.query(&QueryMsg::Lifecycle { proposal_id })
    }

    pub fn status(&self, proposal_id: u64) -> LifecycleStatus {
        self.life(proposal_id).status
    }

    pub fn cw3_status(&self, proposal_id: u64) -> cw3::Status {
        let answer: cw3::ProposalResponse = self.query(&QueryMsg::Proposal { proposal_id });
        answer.status
    }

    pub fn settings(&self) -> Settings {
        self.query(&QueryMsg::Settings { revision: None })
    }

    /// Waits for the first moment at which a passed proposal may be executed.
    pub fn until_ready(&mut self, proposal_id: u64) {
        let ends = self.life(proposal_id).voting_ends_at;
        if self.life(proposal_id).decided_at.is_none() {
            self.until(ends);
        }
        let ready = self.life(proposal_id).ready_at.expect("it passed");
        self.until(ready);
    }

    /// Proposes as somebody whose yes passes alone, waits, executes. Returns the proposal's id.
    pub fn carry(&mut self, name: &str, msgs: Vec<CosmosMsg>) -> u64 {
        let id = self.propose(name, msgs);
        self.until_ready(id);
        self.execute(name, id).unwrap();
        id
    }

    pub fn balance(&self, holder: &Addr) -> u128 {
        self.balance_of(holder, &self.token)
    }

    pub fn balance_of(&self, holder: &Addr, token: &Denom) -> u128 {
        ballast_governance::token::balance(&self.app.wrap(), holder, token)
            .unwrap()
            .u128()
    }

    /// Gives governance coins of the staked token to spend.
    pub fn fill_treasury(&mut self, amount: u128) {
        let from = self.address("treasurer");
        let msg =
            ballast_governance::token::pay(&self.token, &self.governance, Uint128::new(amount));
        self.app.execute(from, msg.unwrap()).unwrap();
    }

    /// A payment of the staked token by governance.
    pub fn payment(&self, name: &str, amount: u128) -> CosmosMsg {
        let to = self.address(name);
        ballast_governance::token::pay(&self.token, &to, Uint128::new(amount)).unwrap()
    }

    /// A payment of another native coin, which governance does not have.
    pub fn impossible(&self) -> CosmosMsg {
        BankMsg::Send {
            to_address: self.address("ann").to_string(),
            amount: coins(1, "unothing"),
        }
        .into()
    }

    /// A message that governance sends itself.
    pub fn own(&self, msg: &impl Serialize) -> CosmosMsg {
        call(&self.governance, msg)
    }

    pub fn own_settings(&self, change: impl FnOnce(&mut Settings)) -> CosmosMsg {
        let mut settings = self.settings();
        change(&mut settings);
        self.own(&ExecuteMsg::UpdateSettings { settings })
    }

    /// Everything that must hold after every message.
    pub fn check(&self) {
        invariants::check(self);
    }
}

pub fn call(contract: &Addr, msg: &impl Serialize) -> CosmosMsg {
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(msg).unwrap(),
        funds: vec![],
    }
    .into()
}

pub fn mint(app: &mut App, to: &Addr, amount: Coin) {
    app.sudo(SudoMsg::Bank(BankSudo::Mint {
        to_address: to.to_string(),
        amount: vec![amount],
    }))
    .unwrap();
}

/// The proposal's id from the attribute that cw3 clients read.
pub fn id_of(response: &AppResponse) -> u64 {
    let id = response
        .events
        .iter()
        .filter(|event| event.ty == "wasm")
        .flat_map(|event| &event.attributes)
        .find(|attribute| attribute.key == "proposal_id");
    id.expect("a proposal").value.parse().unwrap()
}

/// The value of an attribute of the first event of that name.
pub fn told(response: &AppResponse, name: &str, key: &str) -> Option<String> {
    response
        .events
        .iter()
        .find(|event| ballast_types::events::is(event, name))
        .and_then(|event| ballast_types::events::attribute(event, key))
        .map(str::to_owned)
}

/// Governance's own error.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> ContractError {
    let error = result.expect_err("a refusal");
    error
        .downcast()
        .unwrap_or_else(|other| panic!("not governance's error: {other:?}"))
}
