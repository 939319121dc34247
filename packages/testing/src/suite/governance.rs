//! What is done with governance, in a suite that it owns.

use anyhow::{Context, Result};
use ballast_types::governance::{
    ContractKind, ExecuteMsg, InstantiateMsg, LifecycleResponse, QueryMsg, ReceiveMsg, Settings,
    SuiteContract,
};
use ballast_types::{market, MarketId};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{coin, coins, to_json_binary, Addr, CosmosMsg, WasmMsg};
use cw20::{Cw20ExecuteMsg, Denom, MinterResponse};
use cw3::Vote;
use cw_multi_test::{AppResponse, Executor};

use super::{Codes, Collateral, Suite, SuiteApp};

/// What is staked for power, unless the builder was told to make it a cw20.
pub const GOVERNANCE_COIN: &str = "ugov";

/// Name of the guardian's address.
pub const GUARDIAN: &str = "guardian";

/// Makes the token that is staked for power. The deployer mints it.
pub(super) fn make_token(
    app: &mut SuiteApp,
    codes: &Codes,
    deployer: &Addr,
    kind: Collateral,
) -> Result<Denom> {
    let code = match kind {
        Collateral::Native => return Ok(Denom::Native(GOVERNANCE_COIN.to_owned())),
        Collateral::Cw20 => codes.cw20,
        Collateral::HostileCw20 => codes.hostile_token,
    };
    let msg = cw20_base::msg::InstantiateMsg {
        name: "Ballast test power".to_owned(),
        symbol: "UGOV".to_owned(),
        decimals: 6,
        initial_balances: vec![],
        mint: Some(MinterResponse {
            minter: deployer.to_string(),
            cap: None,
        }),
        marketing: None,
    };
    let token = app.instantiate_contract(code, deployer.clone(), &msg, &[], "power", None)?;
    Ok(Denom::Cw20(token))
}

/// Deploys governance, and makes it its own wasm admin.
pub(super) fn deploy(
    app: &mut SuiteApp,
    code: u64,
    deployer: &Addr,
    (token, settings, guardian): (&Denom, &Settings, &Addr),
) -> Result<Addr> {
    let msg = InstantiateMsg {
        token: token.clone(),
        settings: Some(settings.clone()),
        guardian: Some(guardian.to_string()),
    };
    let admin = Some(deployer.to_string());
    let governance = app.instantiate_contract(
        code,
        deployer.clone(),
        &msg,
        &[],
        "ballast governance",
        admin,
    )?;
    let own = WasmMsg::UpdateAdmin {
        contract_addr: governance.to_string(),
        admin: governance.to_string(),
    };
    app.execute(deployer.clone(), own.into())?;
    Ok(governance)
}

/// Names the suite's contracts in the settings, where they name none: market, fund, price feed.
pub(super) fn bootstrap(
    app: &mut SuiteApp,
    governance: &Addr,
    deployer: &Addr,
    [market, fund, price_feed]: [&Addr; 3],
) -> Result<()> {
    let mut settings: Settings = app
        .wrap()
        .query_wasm_smart(governance, &QueryMsg::Settings { revision: None })?;
    let mut msgs = vec![];
    if settings.contracts.is_empty() {
        let named = |address: &Addr, kind| SuiteContract {
            address: address.to_string(),
            kind,
        };
        settings.contracts = vec![
            named(market, ContractKind::PerpMarket),
            named(fund, ContractKind::InsuranceFund),
            named(price_feed, ContractKind::PriceFeed),
        ];
        msgs.push(call(governance, &ExecuteMsg::UpdateSettings { settings })?);
    }
    let msg = ExecuteMsg::Bootstrap { msgs };
    app.execute_contract(deployer.clone(), governance.clone(), &msg, &[])?;
    Ok(())
}

fn call(contract: &Addr, msg: &impl Serialize) -> Result<CosmosMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(msg)?,
        funds: vec![],
    }
    .into())
}

impl Suite {
    /// Governance.
    ///
    /// # Errors
    /// The suite is not governed.
    pub fn governance(&self) -> Result<Addr> {
        self.governance.clone().context("the suite is not governed")
    }

    /// A message of a proposal.
    ///
    /// # Errors
    /// Serialisation.
    pub fn call(contract: &Addr, msg: &impl Serialize) -> Result<CosmosMsg> {
        call(contract, msg)
    }

    /// A message of a proposal: nobody takes more risk in a market.
    ///
    /// # Errors
    /// There is no such market.
    pub fn reduce_only(&self, market: MarketId) -> Result<CosmosMsg> {
        let mut parameters = self.market_info(market)?.config.parameters;
        parameters.reduce_only = true;
        let msg = market::ExecuteMsg::UpdateMarket { market, parameters };
        call(&self.market, &msg)
    }

    /// Sends a message to governance.
    ///
    /// # Errors
    /// What governance, or a message that it led to, returned.
    pub fn govern(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Result<AppResponse> {
        let governance = self.governance()?;
        self.execute(sender, &governance, msg, &[])
    }

    /// The address of a name, with so much power from the next block on.
    ///
    /// # Errors
    /// What governance returned.
    pub fn new_voter(&mut self, name: &str, power: u128) -> Result<Addr> {
        let voter = self.address(name);
        self.mint_power(&voter, power)?;
        self.stake_power(&voter, power)?;
        Ok(voter)
    }

    /// Gives somebody of the token that is staked for power, out of nothing.
    ///
    /// # Errors
    /// Supply beyond 128 bits.
    pub fn mint_power(&mut self, to: &Addr, amount: u128) -> Result<()> {
        match self.governance_token.clone() {
            Denom::Native(denom) => self.mint_coin(to, coin(amount, denom)),
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Mint {
                    recipient: to.to_string(),
                    amount: amount.into(),
                };
                let minter = self.address("owner");
                self.app.execute_contract(minter, token, &msg, &[])?;
                Ok(())
            }
        }
    }

    /// Stakes for power, which counts from the next block on.
    ///
    /// # Errors
    /// What governance or the token returned.
    pub fn stake_power(&mut self, voter: &Addr, amount: u128) -> Result<AppResponse> {
        let governance = self.governance()?;
        match self.governance_token.clone() {
            Denom::Native(denom) => {
                let funds = coins(amount, denom);
                self.execute(voter, &governance, &ExecuteMsg::Stake {}, &funds)
            }
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Send {
                    contract: governance.into_string(),
                    amount: amount.into(),
                    msg: to_json_binary(&ReceiveMsg::Stake {})?,
                };
                self.execute(voter, &token, &msg, &[])
            }
        }
    }

    /// Makes an ordinary proposal; returns its id.
    ///
    /// # Errors
    /// What governance returned.
    pub fn propose(&mut self, proposer: &Addr, msgs: Vec<CosmosMsg>) -> Result<u64> {
        let msg = ExecuteMsg::Propose {
            title: "an ordinary proposal".to_owned(),
            description: String::new(),
            msgs,
            earliest: None,
            latest: None,
        };
        self.govern(proposer, &msg)?;
        self.last_proposal()
    }

    /// Makes a protective proposal; returns its id.
    ///
    /// # Errors
    /// What governance returned.
    pub fn propose_protective(&mut self, proposer: &Addr, msgs: Vec<CosmosMsg>) -> Result<u64> {
        let msg = ExecuteMsg::ProposeProtective {
            title: "a protective proposal".to_owned(),
            description: String::new(),
            msgs,
        };
        self.govern(proposer, &msg)?;
        self.last_proposal()
    }

    /// Votes.
    ///
    /// # Errors
    /// What governance returned.
    pub fn vote(&mut self, voter: &Addr, proposal_id: u64, vote: Vote) -> Result<AppResponse> {
        self.govern(voter, &ExecuteMsg::Vote { proposal_id, vote })
    }

    /// Executes a proposal as the keeper. Where its messages fail this succeeds all the same.
    ///
    /// # Errors
    /// What governance returned.
    pub fn execute_proposal(&mut self, proposal_id: u64) -> Result<AppResponse> {
        let keeper = self.keeper.clone();
        self.govern(&keeper, &ExecuteMsg::Execute { proposal_id })
    }

    /// Waits until a proposal may be executed. It must have passed, or pass with the votes it has.
    ///
    /// # Errors
    /// It did not pass.
    pub fn wait_until_ready(&mut self, proposal_id: u64) -> Result<()> {
        if self.lifecycle(proposal_id)?.decided_at.is_none() {
            self.set_time(self.lifecycle(proposal_id)?.voting_ends_at)?;
        }
        let ready_at = self.lifecycle(proposal_id)?.ready_at;
        let ready_at = ready_at.context("the proposal did not pass")?;
        if ready_at > self.now() {
            self.set_time(ready_at)?;
        }
        Ok(())
    }

    /// Where a proposal stands.
    ///
    /// # Errors
    /// There is none.
    pub fn lifecycle(&self, proposal_id: u64) -> Result<LifecycleResponse> {
        self.ask_governance(&QueryMsg::Lifecycle { proposal_id })
    }

    /// Any query of governance.
    ///
    /// # Errors
    /// What governance returned.
    pub fn ask_governance<T: DeserializeOwned>(&self, query: &QueryMsg) -> Result<T> {
        let governance = self.governance()?;
        Ok(self.app.wrap().query_wasm_smart(governance, query)?)
    }

    fn last_proposal(&self) -> Result<u64> {
        let list: cw3::ProposalListResponse = self.ask_governance(&QueryMsg::ReverseProposals {
            start_before: None,
            limit: Some(1),
        })?;
        let last = list.proposals.first().context("there is no proposal")?;
        Ok(last.id)
    }
}
