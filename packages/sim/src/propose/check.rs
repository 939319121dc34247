//! Checks a proposal with the contracts' own functions, and says what each message changes and when.

use ballast_governance::classify::classify;
use ballast_governance::propose::check_text;
use ballast_governance::protective;
use ballast_types::governance::{ContractKind, Settings, Speed, SuiteContract};
use ballast_types::{fund, market};
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    from_json, to_json_binary, Addr, Api, Binary, ContractResult, CosmosMsg, Empty, OwnedDeps,
    QuerierResult, SystemError, SystemResult, WasmMsg, WasmQuery,
};
use serde::Serialize;

use super::changes::FieldChange;
use super::error::{ProposeError, ProposeResult};
use super::state::{Deployment, State};

/// What one message does.
#[derive(Serialize, Debug, Clone)]
pub struct Item {
    /// Which contract: its kind, or its address where it is none of the deployment's.
    pub to: String,
    /// Its address; none for the chain's own modules.
    pub address: Option<String>,
    /// The message's name.
    pub action: String,
    /// What it is about.
    pub subject: String,
    /// Field by field.
    pub changes: Vec<FieldChange>,
    /// When it acts.
    pub effect: Effect,
    /// When it acts at the earliest where voting runs to its end, seconds; none where no time of the proposal was given.
    pub effective_at: Option<u64>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// All is in force already.
    pub changes_nothing: bool,
}

impl Item {
    /// Notes whether what was known is all that it would be.
    pub(super) fn compare(&mut self, known: bool) {
        self.changes_nothing = known && self.changes.is_empty();
        if self.changes_nothing {
            self.notes.push("it changes nothing".to_owned());
        }
    }
}

/// When a message acts.
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// When the proposal is executed.
    AtExecution,
    /// The contract lets it wait so many seconds longer; then anyone applies it.
    Waits {
        /// The first field for which it waits.
        loosens: String,
        /// Seconds.
        secs: u64,
    },
    /// As `Waits` if it loosens anything, which is not known: nobody said what is in force.
    WaitsIfItLoosens {
        /// Seconds.
        secs: u64,
    },
}

impl Effect {
    /// Seconds after the execution of the proposal, at most.
    #[must_use]
    pub fn secs(&self) -> u64 {
        match self {
            Self::AtExecution => 0,
            Self::Waits { secs, .. } | Self::WaitsIfItLoosens { secs } => *secs,
        }
    }
}

/// A proposal that the contracts' checks accept.
#[derive(Debug, Clone)]
pub struct Checked {
    /// One a message, in order.
    pub items: Vec<Item>,
    /// How long it waits.
    pub speed: Speed,
    /// Settings that it would be made under.
    pub settings: Settings,
    /// Whether all it does is on the protective list.
    pub could_be_protective: bool,
}

/// Who a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A market contract.
    Market,
    /// The insurance fund.
    Fund,
    /// The price feed.
    PriceFeed,
    /// Governance itself.
    Governance,
    /// Any other contract.
    Other,
}

/// What messages are checked against.
pub struct Examiner<'a> {
    /// Where contracts are.
    pub deployment: &'a Deployment,
    /// What is in force.
    pub state: &'a State,
    /// Markets that the same proposal lists.
    pub listed: u32,
    api: MockApi,
}

impl<'a> Examiner<'a> {
    /// Addresses are checked as the chain of governance's address checks them.
    ///
    /// # Errors
    /// Governance's address is not known, or an address of the deployment is none.
    pub fn new(deployment: &'a Deployment, state: &'a State) -> ProposeResult<Self> {
        let governance = deployment.governance()?;
        let prefix = governance.rsplit_once('1').map_or("", |(prefix, _)| prefix);
        // The chain's double wants a prefix that lives as long as the program, which makes one proposal.
        let prefix: &'static str = Box::leak(prefix.to_owned().into_boxed_str());
        let examiner = Self {
            deployment,
            state,
            listed: 0,
            api: MockApi::default().with_prefix(prefix),
        };
        for (what, address) in [
            ("governance", &deployment.governance),
            ("the market contract", &deployment.market),
            ("the insurance fund", &deployment.fund),
            ("the price feed", &deployment.price_feed),
        ] {
            if let Some(address) = address {
                examiner.address(&format!("the address of {what}"), address)?;
            }
        }
        Ok(examiner)
    }

    /// Checks a whole proposal.
    ///
    /// # Errors
    /// What a contract would refuse, now or when it is executed, as far as that is known.
    pub fn check(mut self, msgs: &[CosmosMsg], protective: bool) -> ProposeResult<Checked> {
        let this = Addr::unchecked(self.deployment.governance()?);
        let settings = self.settings();
        let mut speed = classify(&self.api, &this, msgs)?;
        self.listed = self.listings(msgs);
        let mut items = vec![];
        for (index, msg) in msgs.iter().enumerate() {
            items.push(self.item(index, msg)?);
        }
        if !items.is_empty() && items.iter().all(|item| item.changes_nothing) {
            let told = items.iter().map(|item| {
                let subject = Some(item.subject.as_str()).filter(|subject| !subject.is_empty());
                let of = subject.map_or(String::new(), |subject| format!(" of {subject}"));
                format!("what {}{of} would set", item.action)
            });
            let what = told.collect::<Vec<_>>().join(", ");
            return Err(ProposeError::NothingChanges { what });
        }
        let deps = self.deps();
        let steps = protective::steps(deps.as_ref(), &settings, msgs);
        let could_be_protective = steps.is_ok();
        if protective {
            steps?;
            speed = Speed::Protective;
        }
        Ok(Checked {
            items,
            speed,
            settings,
            could_be_protective,
        })
    }

    /// How many markets messages list in the deployment's market contract, wherever they stand among them.
    fn listings(&self, msgs: &[CosmosMsg]) -> u32 {
        let lists = |msg: &&CosmosMsg| match msg {
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr, msg, ..
            }) => {
                self.deployment.market.as_ref() == Some(contract_addr)
                    && matches!(from_json(msg), Ok(market::ExecuteMsg::ListMarket(_)))
            }
            _ => false,
        };
        u32::try_from(msgs.iter().filter(lists).count()).unwrap_or(u32::MAX)
    }

    fn item(&self, index: usize, msg: &CosmosMsg) -> ProposeResult<Item> {
        match msg {
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr, msg, ..
            }) => match self.target(contract_addr) {
                Target::Market => self.market_item(index, contract_addr, msg),
                Target::Fund => self.fund_item(index, contract_addr, msg),
                Target::PriceFeed => self.feed_item(index, contract_addr, msg),
                Target::Governance => self.governance_item(index, contract_addr, msg),
                Target::Other => Ok(self.foreign_item(contract_addr, msg)),
            },
            CosmosMsg::Wasm(WasmMsg::Migrate {
                contract_addr,
                new_code_id,
                ..
            }) => self.migration_item(contract_addr, *new_code_id),
            other => Ok(self.module_item(other)),
        }
    }

    /// Who an address is.
    #[must_use]
    pub fn target(&self, address: &str) -> Target {
        let is = |known: &Option<String>| known.as_deref() == Some(address);
        let named = |kind| {
            let known = self.state.governance.as_ref();
            known.is_some_and(|config| {
                let mut contracts = config.settings.contracts.iter();
                contracts.any(|one| one.kind == kind && one.address == address)
            })
        };
        if is(&self.deployment.governance) {
            Target::Governance
        } else if is(&self.deployment.market) || named(ContractKind::PerpMarket) {
            Target::Market
        } else if is(&self.deployment.fund) || named(ContractKind::InsuranceFund) {
            Target::Fund
        } else if is(&self.deployment.price_feed) || named(ContractKind::PriceFeed) {
            Target::PriceFeed
        } else {
            Target::Other
        }
    }

    /// Refuses what is no address of the chain.
    ///
    /// # Errors
    /// [`ProposeError::Wrong`].
    pub fn address(&self, what: &str, address: &str) -> ProposeResult<Addr> {
        self.api.addr_validate(address).map_err(|error| {
            ProposeError::wrong(
                what,
                format!("{address:?}: {error}"),
                "an address of the chain",
            )
        })
    }

    /// The chain's rules of addresses.
    #[must_use]
    pub fn api(&self) -> &MockApi {
        &self.api
    }

    /// Governance's settings; where they were not given, its defaults, which name the deployment's contracts.
    fn settings(&self) -> Settings {
        let mut settings = self.state.settings();
        if self.state.governance.is_none() {
            let named = |address: &Option<String>, kind| {
                let address = address.clone()?;
                Some(SuiteContract { address, kind })
            };
            settings.contracts = [
                named(&self.deployment.market, ContractKind::PerpMarket),
                named(&self.deployment.fund, ContractKind::InsuranceFund),
                named(&self.deployment.price_feed, ContractKind::PriceFeed),
            ]
            .into_iter()
            .flatten()
            .collect();
        }
        settings
    }

    /// A chain whose contracts answer what the state says.
    fn deps(&self) -> OwnedDeps<MockStorage, MockApi, MockQuerier> {
        let mut querier = MockQuerier::<Empty>::new(&[]);
        let state = self.state.clone();
        querier.update_wasm(move |query| answer(&state, query));
        OwnedDeps {
            storage: MockStorage::default(),
            api: self.api,
            querier,
            custom_query_type: std::marker::PhantomData,
        }
    }
}

/// What the state says that a contract answers.
fn answer(state: &State, query: &WasmQuery) -> QuerierResult {
    let unknown = |what: String| {
        SystemResult::Err(SystemError::InvalidRequest {
            error: format!("the state does not have {what}"),
            request: Binary::default(),
        })
    };
    let WasmQuery::Smart { msg, .. } = query else {
        return unknown("raw storage".to_owned());
    };
    let found = if let Ok(fund::QueryMsg::Market { contract, market }) = from_json(msg) {
        let claimant = state.known_claimant(&contract, market);
        claimant.map(to_json_binary)
    } else if let Ok(market::QueryMsg::Market { market }) = from_json(msg) {
        state.known_market(market).map(to_json_binary)
    } else {
        None
    };
    match found {
        Some(Ok(binary)) => SystemResult::Ok(ContractResult::Ok(binary)),
        _ => unknown("what the message would change".to_owned()),
    }
}

/// Checks what a proposal says to people.
///
/// # Errors
/// It is too long, or has no title.
pub fn check_words(title: &str, description: &str) -> ProposeResult<()> {
    Ok(check_text(title, description)?)
}
