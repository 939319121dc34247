//! The stage of the matrix: who is there, and how a cell is played.

use anyhow::{Context, Error, Result};
use ballast_testing::metering::scenarios::{self, Prepared, Stage, Target, UNIT};
use ballast_testing::suite::{Collateral, GOVERNANCE_COIN, GUARDIAN};
use ballast_types::governance::ExecuteMsg;
use cosmwasm_std::{coin, from_json, to_json_binary, Addr, Binary};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg, Denom};
use cw_multi_test::{AppResponse, Executor};
use serde_json::{json, Value};

use crate::table::Row;

/// Coins that look like the collateral and are not.
pub const FALSE_COINS: [&str; 4] = [
    "UUSDC",
    "factory/x/uusdc",
    "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5",
    "uusd",
];

/// The contracts whose messages are in the table.
pub const CONTRACTS: [Target; 4] = [
    Target::Market,
    Target::Fund,
    Target::PriceFeed,
    Target::Governance,
];

/// Somebody who may try.
#[derive(Clone, Debug)]
pub struct Caller {
    pub who: Who,
    pub address: Addr,
}

/// Kinds of callers. The owner of all contracts, of governance itself too, is governance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Owner,
    Heir,
    AccountOwner,
    Delegate,
    OtherUser,
    Stranger,
    Keeper,
    Feeder,
    Treasury,
    Staker,
    Spender,
    Member,
    Guardian,
    Instantiator,
    MarketContract,
    InsuranceFund,
    PriceFeed,
    CollateralToken,
    PowerToken,
    OtherToken,
    OtherContract,
}

impl Who {
    pub const ALL: [Self; 21] = [
        Self::Owner,
        Self::Heir,
        Self::AccountOwner,
        Self::Delegate,
        Self::OtherUser,
        Self::Stranger,
        Self::Keeper,
        Self::Feeder,
        Self::Treasury,
        Self::Staker,
        Self::Spender,
        Self::Member,
        Self::Guardian,
        Self::Instantiator,
        Self::MarketContract,
        Self::InsuranceFund,
        Self::PriceFeed,
        Self::CollateralToken,
        Self::PowerToken,
        Self::OtherToken,
        Self::OtherContract,
    ];
}

/// A stage on which everybody has coins, and ownership of everything was offered to the heir.
pub struct World {
    pub stage: Stage,
    pub callers: Vec<Caller>,
}

impl World {
    pub fn new(collateral: Collateral) -> Self {
        let mut stage = Stage::new(collateral, 2).unwrap();
        stage.user("other", 10_000).unwrap();
        let other_token = {
            let msg = cw20_base::msg::InstantiateMsg {
                name: "Ballast test dollar".to_owned(),
                symbol: "UUSDC".to_owned(),
                decimals: 6,
                initial_balances: vec![],
                mint: None,
                marketing: None,
            };
            let (code, owner) = (stage.suite.codes.cw20, stage.suite.owner.clone());
            let app = &mut stage.suite.app;
            app.instantiate_contract(code, owner, &msg, &[], "other", None)
                .unwrap()
        };
        let other_contract = stage.suite.deploy_actor().unwrap();
        let suite = &stage.suite;
        let address = |who| match who {
            Who::Owner => Some(suite.owner.clone()),
            Who::Heir => Some(suite.address("heir")),
            Who::AccountOwner => Some(suite.address("trader")),
            Who::Delegate => Some(suite.address("delegate")),
            Who::OtherUser => Some(suite.address("other")),
            Who::Stranger => Some(suite.address("stranger")),
            Who::Keeper => Some(suite.keeper.clone()),
            Who::Feeder => suite.feeders.last().cloned(),
            Who::Treasury => Some(suite.address("treasury")),
            Who::Staker => Some(suite.address("staker")),
            Who::Spender => Some(suite.address("friend")),
            Who::Member => Some(suite.address("member")),
            Who::Guardian => Some(suite.address(GUARDIAN)),
            Who::Instantiator => Some(suite.address("owner")),
            Who::MarketContract => Some(suite.market.clone()),
            Who::InsuranceFund => Some(suite.fund.clone()),
            Who::PriceFeed => Some(suite.price_feed.clone()),
            Who::CollateralToken => suite.token().cloned(),
            Who::PowerToken => match &suite.governance_token {
                Denom::Cw20(token) => Some(token.clone()),
                Denom::Native(_) => None,
            },
            Who::OtherToken => Some(other_token.clone()),
            Who::OtherContract => Some(other_contract.clone()),
        };
        let callers: Vec<Caller> = Who::ALL
            .into_iter()
            .filter_map(|who| address(who).map(|address| Caller { who, address }))
            .collect();
        let mut world = Self { stage, callers };
        world.give_coins();
        world.offer_ownership();
        world
    }

    fn give_coins(&mut self) {
        let suite = &mut self.stage.suite;
        for caller in &self.callers {
            if ![suite.market.clone(), suite.fund.clone()].contains(&caller.address) {
                suite.mint(&caller.address, 1_000_000 * UNIT).unwrap();
            }
            for denom in FALSE_COINS.iter().chain(&["uusdc", GOVERNANCE_COIN]) {
                let held = matches!(suite.collateral, cw20::Denom::Native(ref own) if own == denom);
                if !held {
                    let coins = coin(1_000_000 * UNIT, *denom);
                    suite.mint_coin(&caller.address, coins).unwrap();
                }
            }
        }
    }

    fn offer_ownership(&mut self) {
        let (owner, heir) = (self.stage.suite.owner.clone(), self.address(Who::Heir));
        let until = self.stage.suite.height() + 1_000;
        let offer = json!({"update_ownership": {"transfer_ownership":
            {"new_owner": heir, "expiry": {"at_height": until}}}});
        for target in [Target::Market, Target::Fund, Target::PriceFeed] {
            let contract = self.contract(target);
            self.stage
                .suite
                .execute(&owner, &contract, &offer, &[])
                .unwrap();
        }
    }

    pub fn address(&self, who: Who) -> Addr {
        let caller = self.callers.iter().find(|caller| caller.who == who);
        caller.unwrap().address.clone()
    }

    pub fn contract(&self, target: Target) -> Addr {
        match target {
            Target::Market => self.stage.suite.market.clone(),
            Target::Fund => self.stage.suite.fund.clone(),
            Target::PriceFeed => self.stage.suite.price_feed.clone(),
            Target::Governance => self.stage.suite.governance().unwrap(),
            Target::Token => self.stage.suite.token().unwrap().clone(),
        }
    }

    /// Sets the row's state up and returns the message as it reaches the contract: a cw20 hook directly, with its
    /// tokens there. `None` where the message is for the other kind of collateral.
    pub fn prepare(&mut self, row: &Row, collateral: Collateral) -> Option<Prepared> {
        let contract = self.contract(row.target);
        if row.message == "update_ownership.renounce_ownership" {
            let owner = self.stage.suite.owner.clone();
            let msg = json!({"update_ownership": "renounce_ownership"});
            return Some(Prepared::new(&owner, &contract, &msg).unwrap());
        }
        if row.message == "check_messages" {
            let (keeper, check) = (self.stage.suite.keeper.clone(), self.check_messages());
            return Some(Prepared::new(&keeper, &contract, &check).unwrap());
        }
        let scenario = scenarios::all().into_iter().find(|scenario| {
            scenario.target == row.target
                && scenario.message == row.message
                && row.state.map_or(true, |state| state == scenario.state)
        });
        let scenario = scenario.unwrap_or_else(|| {
            panic!(
                "no scenario for {} {} {:?}",
                row.target.as_str(),
                row.message,
                row.state
            )
        });
        let includes = scenario.tokens.include(collateral);
        let any = scenario.tokens == scenarios::Tokens::Any;
        if !includes && !any {
            return None;
        }
        let prepared = scenario.prepare(&mut self.stage).unwrap();
        // A bootstrap is another governance's.
        if prepared.contract == contract || row.message == "bootstrap" {
            return Some(prepared);
        }
        Some(self.as_hook(prepared, &contract))
    }

    /// A dry run of what would go through.
    fn check_messages(&self) -> ExecuteMsg {
        ExecuteMsg::CheckMessages {
            msgs: vec![self.stage.suite.reduce_only(0).unwrap()],
            verbatim: false,
        }
    }

    /// What the token sends to the contract for a `Send`, without the transfer; the tokens are there.
    fn as_hook(&mut self, prepared: Prepared, contract: &Addr) -> Prepared {
        let sent: Cw20ExecuteMsg = from_json(&prepared.msg).unwrap();
        let Cw20ExecuteMsg::Send { amount, msg, .. } = sent else {
            panic!("{prepared:?} is no Send");
        };
        if Some(&prepared.contract) == self.stage.suite.token() {
            self.stage.suite.mint(contract, amount.u128()).unwrap();
        } else {
            let suite = &mut self.stage.suite;
            suite.mint_power(contract, amount.u128()).unwrap();
        }
        let hook = Cw20ReceiveMsg {
            sender: prepared.sender.to_string(),
            amount,
            msg,
        };
        let token = prepared.contract;
        Prepared::new(&token, contract, &json!({ "receive": hook })).unwrap()
    }

    /// Sends a message and goes back. Returns the response and how much the caller's balance rose.
    pub fn play(&mut self, message: &Prepared) -> Result<(AppResponse, i128)> {
        let mark = self.stage.suite.mark();
        let balance = |world: &Self| world.stage.suite.balance(&message.sender).unwrap();
        let before = i128::try_from(balance(self)).unwrap();
        let result = self.stage.send(message);
        let after = i128::try_from(balance(self)).unwrap();
        self.stage.suite.rewind_and_drop(mark);
        result.map(|(response, _)| (response, after - before))
    }
}

/// The variant of a contract's typed error, with the variant inside where it wraps one.
pub fn variant(error: &Error) -> Result<String> {
    let text = if let Some(error) = error.downcast_ref::<ballast_perp_market::ContractError>() {
        format!("{error:?}")
    } else if let Some(error) = error.downcast_ref::<ballast_insurance_fund::ContractError>() {
        format!("{error:?}")
    } else if let Some(error) = error.downcast_ref::<ballast_price_feed::ContractError>() {
        format!("{error:?}")
    } else if let Some(error) = error.downcast_ref::<ballast_governance::ContractError>() {
        format!("{error:?}")
    } else {
        anyhow::bail!("not a contract's error: {error:#}")
    };
    let end = text.find([' ', '"']).unwrap_or(text.len());
    Ok(text[..end].trim_end_matches('(').to_owned())
}

/// The message's JSON, to be sent on another stage.
pub fn value(message: &Binary) -> Value {
    from_json(message).context("JSON").unwrap()
}

/// The same JSON, addressed.
pub fn message(sender: &Addr, contract: &Addr, value: &Value) -> Prepared {
    Prepared {
        sender: sender.clone(),
        contract: contract.clone(),
        msg: to_json_binary(value).unwrap(),
        funds: vec![],
    }
}
