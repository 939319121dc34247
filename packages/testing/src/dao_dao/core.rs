//! The core: sends what an enabled proposal module, or its admin, tells it to, and passes on questions about power to
//! its voting module.

use ballast_types::voting_module::{TotalPowerAtHeightResponse, VotingPowerAtHeightResponse};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Addr, Binary, Coin, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Order,
    Reply, Response, StdError, StdResult, SubMsg, WasmMsg,
};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::{Item, Map};
use thiserror::Error;

/// Why a message was refused.
#[derive(Error, Debug, PartialEq)]
pub enum CoreError {
    /// Of the chain.
    #[error(transparent)]
    Std(#[from] StdError),
    /// Neither a proposal module nor the admin, as the message asks.
    #[error("unauthorized")]
    Unauthorized {},
    /// A proposal module that was disabled.
    #[error("the proposal module {address} is disabled")]
    ModuleDisabledCannotExecute {
        /// Which.
        address: Addr,
    },
    /// Nobody could make a proposal any more.
    #[error("no active proposal module would remain")]
    NoActiveProposalModules {},
}

/// Who may migrate a module.
#[cw_serde]
pub enum Admin {
    /// An address.
    Address {
        /// Which.
        addr: String,
    },
    /// The core.
    CoreModule {},
}

/// How a module is made.
#[cw_serde]
pub struct ModuleInstantiateInfo {
    /// Its code.
    pub code_id: u64,
    /// Its message.
    pub msg: Binary,
    /// Who may migrate it.
    pub admin: Option<Admin>,
    /// Coins for it.
    pub funds: Vec<Coin>,
    /// Its label.
    pub label: String,
}

impl ModuleInstantiateInfo {
    fn into_message(self, core: &Addr) -> WasmMsg {
        let admin = self.admin.map(|admin| match admin {
            Admin::Address { addr } => addr,
            Admin::CoreModule {} => core.to_string(),
        });
        WasmMsg::Instantiate {
            admin,
            code_id: self.code_id,
            msg: self.msg,
            funds: self.funds,
            label: self.label,
        }
    }
}

/// What makes a DAO.
#[cw_serde]
pub struct InstantiateMsg {
    /// Who may have the core send messages without a vote; itself where absent.
    pub admin: Option<String>,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// For people.
    pub image_url: Option<String>,
    /// Not used here.
    pub automatically_add_cw20s: bool,
    /// Not used here.
    pub automatically_add_cw721s: bool,
    /// Who knows what power everybody has.
    pub voting_module_instantiate_info: ModuleInstantiateInfo,
    /// Who may have the core send messages.
    pub proposal_modules_instantiate_info: Vec<ModuleInstantiateInfo>,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Sends messages in order. By the admin.
    ExecuteAdminMsgs {
        /// The messages.
        msgs: Vec<CosmosMsg<Empty>>,
    },
    /// Sends messages in order. By an enabled proposal module.
    ExecuteProposalHook {
        /// The messages.
        msgs: Vec<CosmosMsg<Empty>>,
    },
    /// Adds and disables proposal modules. By the core itself.
    UpdateProposalModules {
        /// To be made.
        to_add: Vec<ModuleInstantiateInfo>,
        /// Addresses.
        to_disable: Vec<String>,
    },
}

/// Whether a proposal module may act.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum ProposalModuleStatus {
    /// It may.
    Enabled,
    /// It may not any more.
    Disabled,
}

/// A proposal module as it is listed.
#[cw_serde]
pub struct ProposalModule {
    /// Where.
    pub address: Addr,
    /// Letters for people: `A` is the first.
    pub prefix: String,
    /// Whether it may act.
    pub status: ProposalModuleStatus,
}

/// What can be asked.
#[cw_serde]
pub enum QueryMsg {
    /// Address of the voting module.
    VotingModule {},
    /// [`ProposalModule`]s by address.
    ProposalModules {
        /// Exclusive.
        start_after: Option<String>,
        /// Their number.
        limit: Option<u32>,
    },
    /// Passed on to the voting module.
    VotingPowerAtHeight {
        /// Whose.
        address: String,
        /// When; now where absent.
        height: Option<u64>,
    },
    /// Passed on to the voting module.
    TotalPowerAtHeight {
        /// When; now where absent.
        height: Option<u64>,
    },
}

const PROPOSAL_MODULE_REPLY: u64 = 0;
const VOTING_MODULE_REPLY: u64 = 1;

const ADMIN: Item<Addr> = Item::new("admin");
const VOTING_MODULE: Item<Addr> = Item::new("voting_module");
const PROPOSAL_MODULES: Map<Addr, ProposalModule> = Map::new("proposal_modules");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}

fn instantiate(
    deps: DepsMut,
    env: Env,
    _: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, CoreError> {
    let this = env.contract.address;
    let admin = match msg.admin {
        Some(admin) => deps.api.addr_validate(&admin)?,
        None => this.clone(),
    };
    ADMIN.save(deps.storage, &admin)?;
    if msg.proposal_modules_instantiate_info.is_empty() {
        return Err(CoreError::NoActiveProposalModules {});
    }
    let voting = msg.voting_module_instantiate_info.into_message(&this);
    Ok(Response::new()
        .add_submessage(SubMsg::reply_on_success(voting, VOTING_MODULE_REPLY))
        .add_submessages(make(msg.proposal_modules_instantiate_info, &this)))
}

fn make(modules: Vec<ModuleInstantiateInfo>, this: &Addr) -> Vec<SubMsg> {
    modules
        .into_iter()
        .map(|module| SubMsg::reply_on_success(module.into_message(this), PROPOSAL_MODULE_REPLY))
        .collect()
}

fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, CoreError> {
    match msg {
        ExecuteMsg::ExecuteAdminMsgs { msgs } => {
            if info.sender != ADMIN.load(deps.storage)? {
                return Err(CoreError::Unauthorized {});
            }
            Ok(Response::new()
                .add_attribute("action", "execute_admin_msgs")
                .add_messages(msgs))
        }
        ExecuteMsg::ExecuteProposalHook { msgs } => {
            let module = PROPOSAL_MODULES
                .may_load(deps.storage, info.sender.clone())?
                .ok_or(CoreError::Unauthorized {})?;
            if module.status != ProposalModuleStatus::Enabled {
                let address = info.sender;
                return Err(CoreError::ModuleDisabledCannotExecute { address });
            }
            Ok(Response::new()
                .add_attribute("action", "execute_proposal_hook")
                .add_messages(msgs))
        }
        ExecuteMsg::UpdateProposalModules { to_add, to_disable } => {
            if info.sender != env.contract.address {
                return Err(CoreError::Unauthorized {});
            }
            disable(deps, &to_disable, to_add.is_empty())?;
            Ok(Response::new()
                .add_attribute("action", "execute_update_proposal_modules")
                .add_submessages(make(to_add, &env.contract.address)))
        }
    }
}

fn disable(deps: DepsMut, addresses: &[String], none_added: bool) -> Result<(), CoreError> {
    for address in addresses {
        let address = deps.api.addr_validate(address)?;
        let mut module = PROPOSAL_MODULES.load(deps.storage, address.clone())?;
        module.status = ProposalModuleStatus::Disabled;
        PROPOSAL_MODULES.save(deps.storage, address, &module)?;
    }
    let enabled = modules(deps.as_ref())?
        .iter()
        .any(|module| module.status == ProposalModuleStatus::Enabled);
    if none_added && !enabled {
        return Err(CoreError::NoActiveProposalModules {});
    }
    Ok(())
}

fn modules(deps: Deps) -> StdResult<Vec<ProposalModule>> {
    PROPOSAL_MODULES
        .range(deps.storage, None, None, Order::Ascending)
        .map(|entry| entry.map(|(_, module)| module))
        .collect()
}

fn query(deps: Deps, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    let ask = &deps.querier;
    match msg {
        QueryMsg::VotingModule {} => to_json_binary(&VOTING_MODULE.load(deps.storage)?),
        QueryMsg::ProposalModules { .. } => to_json_binary(&modules(deps)?),
        QueryMsg::VotingPowerAtHeight { .. } => {
            let module = VOTING_MODULE.load(deps.storage)?;
            let power: VotingPowerAtHeightResponse = ask.query_wasm_smart(module, &msg)?;
            to_json_binary(&power)
        }
        QueryMsg::TotalPowerAtHeight { .. } => {
            let module = VOTING_MODULE.load(deps.storage)?;
            let power: TotalPowerAtHeightResponse = ask.query_wasm_smart(module, &msg)?;
            to_json_binary(&power)
        }
    }
}

/// A module was made.
fn reply(deps: DepsMut, _: Env, reply: Reply) -> StdResult<Response> {
    let made = reply.result.into_result().map_err(StdError::generic_err)?;
    let address = made
        .events
        .iter()
        .filter(|event| event.ty == "instantiate")
        .flat_map(|event| &event.attributes)
        .find(|attribute| attribute.key == "_contract_address")
        .map(|attribute| deps.api.addr_validate(&attribute.value))
        .ok_or_else(|| StdError::not_found("the module's address"))??;
    if reply.id == VOTING_MODULE_REPLY {
        VOTING_MODULE.save(deps.storage, &address)?;
        return Ok(Response::new().add_attribute("voting_module", address));
    }
    let module = ProposalModule {
        address: address.clone(),
        prefix: "A".to_owned(),
        status: ProposalModuleStatus::Enabled,
    };
    PROPOSAL_MODULES.save(deps.storage, address.clone(), &module)?;
    Ok(Response::new().add_attribute("prop_module", address))
}
