//! Deploys and steers the parts of [`crate::hostile`].

use anyhow::{Context, Result};
use cosmwasm_std::{Addr, Binary, CosmosMsg, Empty};
use cw_multi_test::{AppResponse, Executor};

use super::Suite;
use crate::hostile::actor::{self, ActorBehaviour};
use crate::hostile::fund::{self, FundBehaviour, SeenClaim};
use crate::hostile::observer;
use crate::hostile::oracle::{self, OracleBehaviour};
use crate::hostile::token::{self, TokenBehaviour};
use ballast_types::MarketId;

impl Suite {
    /// Deploys a hostile fund. [`Suite::set_insurance_fund`] makes the market use it; mint it what it is to
    /// pay with.
    ///
    /// # Errors
    /// None in practice.
    pub fn deploy_hostile_fund(&mut self, behaviour: FundBehaviour) -> Result<Addr> {
        let msg = fund::InstantiateMsg {
            collateral: self.collateral.clone(),
            behaviour,
        };
        self.deploy(self.codes.hostile_fund, &msg, "hostile fund")
    }

    /// Switches a hostile fund.
    ///
    /// # Errors
    /// None in practice.
    pub fn set_fund_behaviour(
        &mut self,
        fund: &Addr,
        behaviour: FundBehaviour,
    ) -> Result<AppResponse> {
        let sender = self.keeper.clone();
        self.execute(
            &sender,
            fund,
            &fund::ExecuteMsg::SetBehaviour(behaviour),
            &[],
        )
    }

    /// Claims that a hostile fund answered.
    ///
    /// # Errors
    /// The address is no hostile fund.
    pub fn claims_seen(&self, fund: &Addr) -> Result<Vec<SeenClaim>> {
        Ok(self
            .app
            .wrap()
            .query_wasm_smart(fund, &fund::QueryMsg::Claims {})?)
    }

    /// Deploys an oracle mock. [`Suite::set_oracle`] points a market at it.
    ///
    /// # Errors
    /// None in practice.
    pub fn deploy_hostile_oracle(&mut self) -> Result<Addr> {
        self.deploy(self.codes.hostile_oracle, &Empty {}, "hostile oracle")
    }

    /// Switches an oracle mock for one market's feed.
    ///
    /// # Errors
    /// There is no such market.
    pub fn set_oracle_behaviour(
        &mut self,
        oracle: &Addr,
        market: MarketId,
        behaviour: OracleBehaviour,
    ) -> Result<AppResponse> {
        let id = self.listed(market)?.feed_id.clone();
        let sender = self.keeper.clone();
        let msg = oracle::ExecuteMsg::SetBehaviour { id, behaviour };
        self.execute(&sender, oracle, &msg, &[])
    }

    /// What an oracle mock does for one market's feed; `None`: it was told nothing and errs.
    ///
    /// # Errors
    /// There is no such market, or the address is no oracle mock.
    pub fn oracle_behaviour(
        &self,
        oracle: &Addr,
        market: MarketId,
    ) -> Result<Option<OracleBehaviour>> {
        let id = &self.listed(market)?.feed_id;
        Ok(oracle::behaviour(self.storage_of(oracle).as_ref(), id)?)
    }

    /// Switches the collateral token; it must be [`super::Collateral::HostileCw20`].
    ///
    /// # Errors
    /// The collateral is another.
    pub fn set_token_behaviour(&mut self, behaviour: TokenBehaviour) -> Result<AppResponse> {
        let token = self.token().context("the collateral is no cw20")?.clone();
        self.hostile.token |= behaviour != TokenBehaviour::Honest;
        let sender = self.keeper.clone();
        self.execute(
            &sender,
            &token,
            &token::ControlMsg::SetBehaviour(behaviour),
            &[],
        )
    }

    /// Deploys a contract that acts as a user.
    ///
    /// # Errors
    /// None in practice.
    pub fn deploy_actor(&mut self) -> Result<Addr> {
        self.deploy(self.codes.actor, &Empty {}, "actor")
    }

    /// Deploys a contract that asks others in the middle of a transaction.
    ///
    /// # Errors
    /// None in practice.
    pub fn deploy_observer(&mut self) -> Result<Addr> {
        self.deploy(self.codes.observer, &Empty {}, "observer")
    }

    /// What an observer was answered, in order.
    ///
    /// # Errors
    /// The address is no observer.
    pub fn observed(&self, observer: &Addr) -> Result<Vec<Binary>> {
        Ok(self
            .app
            .wrap()
            .query_wasm_smart(observer, &observer::QueryMsg::Answers {})?)
    }

    /// Switches an actor.
    ///
    /// # Errors
    /// None in practice.
    pub fn set_actor_behaviour(
        &mut self,
        actor: &Addr,
        behaviour: ActorBehaviour,
    ) -> Result<AppResponse> {
        let sender = self.keeper.clone();
        self.execute(
            &sender,
            actor,
            &actor::ExecuteMsg::SetBehaviour(behaviour),
            &[],
        )
    }

    /// Has an actor or a hostile fund send messages in its own name.
    ///
    /// # Errors
    /// What the messages led to.
    pub fn act(&mut self, actor: &Addr, msgs: Vec<CosmosMsg>) -> Result<AppResponse> {
        let sender = self.keeper.clone();
        self.execute(&sender, actor, &actor::ExecuteMsg::Act { msgs }, &[])
    }

    pub(super) fn deploy<T: cosmwasm_schema::serde::Serialize>(
        &mut self,
        code: u64,
        msg: &T,
        label: &str,
    ) -> Result<Addr> {
        let sender = self.owner.clone();
        self.app
            .instantiate_contract(code, sender, msg, &[], label, None)
    }
}
