//! The suite, and four DAOs that may own it, each with the same two members.

use anyhow::{ensure, Result};
use ballast_governance::parameters::default_settings;
use ballast_testing::dao_dao::core::{self, Admin, ModuleInstantiateInfo, ProposalModule};
use ballast_testing::dao_dao::proposals::{
    self, PercentageThreshold, SingleChoiceProposeMsg, Threshold,
};
use ballast_testing::guard::Guarded;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{
    claimant_parameters, MarketSpec, Suite, SuiteBuilder, GOVERNANCE_COIN,
};
use ballast_types::governance;
use cosmwasm_std::{coin, coins, to_json_binary, Addr, Binary, CosmosMsg, Decimal, Empty};
use cw20::Denom;
use cw4::Member;
use cw_multi_test::{AppResponse, Contract, ContractWrapper, Executor};
use cw_utils::Duration;
use serde::Serialize;

use crate::DAY;

/// Who may own the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `ballast-governance`.
    Governance,
    /// `cw3-flex-multisig` over a `cw4-group`.
    Group,
    /// `cw3-flex-multisig` over a `cw4-stake`.
    Stake,
    /// A DAO DAO core that votes with the stake of a `ballast-governance`.
    DaoDao,
}

pub const OWNERS: [Owner; 4] = [Owner::Governance, Owner::Group, Owner::Stake, Owner::DaoDao];

pub struct World {
    pub suite: Suite,
    /// More than two thirds of all power everywhere.
    pub ann: Addr,
    /// The rest.
    pub bob: Addr,
    group: Addr,
    stake: Addr,
    core: Addr,
    voting: Addr,
    proposals: Addr,
}

impl World {
    pub fn new() -> Self {
        // Its reserve is full, as is the mutual one: fees are surplus.
        let mut spec = MarketSpec::btc();
        spec.reserve = claimant_parameters(6).reserve_target.u128();
        let mut suite = SuiteBuilder::new()
            .governed(default_settings())
            .market(spec)
            .build()
            .unwrap();
        let ann = suite.new_voter("ann", 70).unwrap();
        let bob = suite.new_voter("bob", 30).unwrap();
        let members = [(&ann, 70), (&bob, 30)];
        let group = flex(&mut suite, |suite| cw4_group(suite, &members));
        let stake = flex(&mut suite, |suite| cw4_stake(suite, &members));
        let (core, voting, module) = dao_dao(&mut suite, &members);
        suite.next_block();
        Self {
            suite,
            ann,
            bob,
            group,
            stake,
            core,
            voting,
            proposals: module,
        }
    }

    pub fn address(&self, owner: Owner) -> Addr {
        match owner {
            Owner::Governance => self.suite.governance().unwrap(),
            Owner::Group => self.group.clone(),
            Owner::Stake => self.stake.clone(),
            Owner::DaoDao => self.core.clone(),
        }
    }

    /// Where the core's votes are cast.
    pub fn proposal_module(&self) -> &Addr {
        &self.proposals
    }

    /// Whose stake they are.
    pub fn voting_module(&self) -> &Addr {
        &self.voting
    }

    /// A proposal of a DAO with the votes of both members, executed by the keeper as soon as it may be.
    ///
    /// # Errors
    /// What its messages returned.
    pub fn carry(&mut self, owner: Owner, msgs: Vec<CosmosMsg>) -> Result<()> {
        self.suite.next_block();
        let result = match owner {
            Owner::Governance => self.carry_governance(msgs),
            Owner::Group => self.carry_flex(&self.group.clone(), msgs),
            Owner::Stake => self.carry_flex(&self.stake.clone(), msgs),
            Owner::DaoDao => self.carry_dao_dao(msgs),
        };
        check_invariants(&self.suite).unwrap();
        result
    }

    fn carry_governance(&mut self, msgs: Vec<CosmosMsg>) -> Result<()> {
        let ann = self.ann.clone();
        let id = self.suite.propose(&ann, msgs)?;
        self.suite.wait_until_ready(id)?;
        self.suite.execute_proposal(id)?;
        let failure = self.suite.lifecycle(id)?.failure;
        ensure!(failure.is_none(), failure.unwrap());
        Ok(())
    }

    fn carry_flex(&mut self, flex: &Addr, msgs: Vec<CosmosMsg>) -> Result<()> {
        use cw3_flex_multisig::msg::ExecuteMsg;
        let propose = ExecuteMsg::Propose {
            title: "an owner's work".to_owned(),
            description: String::new(),
            msgs,
            latest: None,
        };
        let ann = self.ann.clone();
        let proposed = self.suite.execute(&ann, flex, &propose, &[])?;
        let proposal_id = attribute(&proposed, "proposal_id").parse()?;
        let keeper = self.suite.keeper.clone();
        let execute = ExecuteMsg::Execute { proposal_id };
        self.suite.execute(&keeper, flex, &execute, &[]).map(drop)
    }

    fn carry_dao_dao(&mut self, msgs: Vec<CosmosMsg>) -> Result<()> {
        let propose = proposals::ExecuteMsg::Propose(SingleChoiceProposeMsg {
            title: "an owner's work".to_owned(),
            description: String::new(),
            msgs,
            proposer: None,
        });
        let (ann, bob, module) = (self.ann.clone(), self.bob.clone(), self.proposals.clone());
        let proposed = self.suite.execute(&ann, &module, &propose, &[])?;
        let proposal_id = attribute(&proposed, "proposal_id").parse()?;
        for voter in [&ann, &bob] {
            let vote = proposals::ExecuteMsg::Vote {
                proposal_id,
                vote: proposals::Vote::Yes,
                rationale: None,
            };
            self.suite.execute(voter, &module, &vote, &[])?;
        }
        let keeper = self.suite.keeper.clone();
        let execute = proposals::ExecuteMsg::Execute { proposal_id };
        self.suite
            .execute(&keeper, &module, &execute, &[])
            .map(drop)
    }
}

pub fn attribute<'a>(response: &'a AppResponse, key: &str) -> &'a str {
    response
        .events
        .iter()
        .flat_map(|event| &event.attributes)
        .find(|attribute| attribute.key == key)
        .map(|attribute| attribute.value.as_str())
        .unwrap()
}

pub fn store(suite: &mut Suite, code: Box<dyn Contract<Empty>>) -> u64 {
    suite.app.store_code(Guarded::boxed(code))
}

pub fn instantiate(suite: &mut Suite, code: u64, msg: &impl Serialize, label: &str) -> Addr {
    let keeper = suite.keeper.clone();
    suite
        .app
        .instantiate_contract(code, keeper, msg, &[], label, None)
        .unwrap()
}

/// Members with fixed weights.
pub fn cw4_group(suite: &mut Suite, members: &[(&Addr, u128)]) -> Addr {
    use cw4_group::contract::{execute, instantiate as make, query};
    let code = store(suite, Box::new(ContractWrapper::new(execute, make, query)));
    let members = members
        .iter()
        .map(|(address, weight)| Member {
            addr: address.to_string(),
            weight: u64::try_from(*weight).unwrap(),
        })
        .collect();
    let msg = cw4_group::msg::InstantiateMsg {
        admin: None,
        members,
    };
    instantiate(suite, code, &msg, "cw4-group")
}

/// Members who stake the governance coin, one atom a vote.
pub fn cw4_stake(suite: &mut Suite, members: &[(&Addr, u128)]) -> Addr {
    use cw4_stake::contract::{execute, instantiate as make, query};
    let code = store(suite, Box::new(ContractWrapper::new(execute, make, query)));
    let msg = cw4_stake::msg::InstantiateMsg {
        denom: Denom::Native(GOVERNANCE_COIN.to_owned()),
        tokens_per_weight: 1u128.into(),
        min_bond: 1u128.into(),
        unbonding_period: Duration::Time(7 * DAY),
        admin: None,
    };
    let stake = instantiate(suite, code, &msg, "cw4-stake");
    for (member, amount) in members {
        suite
            .mint_coin(member, coin(*amount, GOVERNANCE_COIN))
            .unwrap();
        let bond = cw4_stake::msg::ExecuteMsg::Bond {};
        let funds = coins(*amount, GOVERNANCE_COIN);
        suite.execute(member, &stake, &bond, &funds).unwrap();
    }
    stake
}

/// The multisig of cw-plus with the thresholds that are governance's defaults.
pub fn flex(suite: &mut Suite, group: impl FnOnce(&mut Suite) -> Addr) -> Addr {
    use cw3_flex_multisig::contract::{execute, instantiate as make, query};
    let group = group(suite);
    let code = store(suite, Box::new(ContractWrapper::new(execute, make, query)));
    let msg = cw3_flex_multisig::msg::InstantiateMsg {
        group_addr: group.into_string(),
        threshold: cw_utils::Threshold::ThresholdQuorum {
            threshold: Decimal::percent(50),
            quorum: Decimal::percent(20),
        },
        max_voting_period: Duration::Time(7 * DAY),
        executor: None,
        proposal_deposit: None,
    };
    instantiate(suite, code, &msg, "cw3-flex-multisig")
}

/// A core that makes its modules itself: a governance as voting module, and one for proposals. Both members stake.
fn dao_dao(suite: &mut Suite, members: &[(&Addr, u128)]) -> (Addr, Addr, Addr) {
    let core_code = store(suite, core::contract());
    let proposal_code = store(suite, proposals::contract());
    let info = |code_id, msg: Binary, label: &str| ModuleInstantiateInfo {
        code_id,
        msg,
        admin: Some(Admin::CoreModule {}),
        funds: vec![],
        label: label.to_owned(),
    };
    let voting = governance::InstantiateMsg {
        token: Denom::Native(GOVERNANCE_COIN.to_owned()),
        settings: None,
        guardian: None,
    };
    let single = proposals::InstantiateMsg {
        threshold: Threshold::AbsolutePercentage {
            percentage: PercentageThreshold::Majority {},
        },
        max_voting_period: Duration::Time(7 * DAY),
    };
    let voting_info = info(
        suite.codes.governance,
        to_json_binary(&voting).unwrap(),
        "voting module",
    );
    let proposal_info = info(
        proposal_code,
        to_json_binary(&single).unwrap(),
        "proposal module",
    );
    let msg = core::InstantiateMsg {
        admin: None,
        name: "a DAO".to_owned(),
        description: String::new(),
        image_url: None,
        automatically_add_cw20s: false,
        automatically_add_cw721s: false,
        voting_module_instantiate_info: voting_info,
        proposal_modules_instantiate_info: vec![proposal_info],
    };
    let core = instantiate(suite, core_code, &msg, "DAO DAO core");
    let wrap = suite.app.wrap();
    let voting: Addr = wrap
        .query_wasm_smart(&core, &core::QueryMsg::VotingModule {})
        .unwrap();
    let modules: Vec<ProposalModule> = wrap
        .query_wasm_smart(
            &core,
            &core::QueryMsg::ProposalModules {
                start_after: None,
                limit: None,
            },
        )
        .unwrap();
    for (member, amount) in members {
        suite
            .mint_coin(member, coin(*amount, GOVERNANCE_COIN))
            .unwrap();
        let funds = coins(*amount, GOVERNANCE_COIN);
        let stake = governance::ExecuteMsg::Stake {};
        suite.execute(member, &voting, &stake, &funds).unwrap();
    }
    (core, voting, modules[0].address.clone())
}
