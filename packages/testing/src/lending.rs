//! A small lending market behind the insurance fund: what a third party writes, with `ballast-types` alone.
//!
//! Suppliers bring coins, borrowers take them, interest goes to the fund, and a loan that is written off is claimed
//! from it. It keeps no shares and no collateral of borrowers: it shows the messages to and from the fund, and how a
//! contract survives a fund that pays little, nothing, or fails.
//!
//! - What counts as paid is what arrived, never what an answer says.
//! - No message to the fund can make one of its own fail: each is `reply_always` with a gas limit.
//! - Interest repays the uncovered part of losses first; only the rest is the fund's.

use ballast_types::fund::{
    ClaimAnswer, ExecuteMsg as FundMsg, ReceiveMsg as FundHook, TopUp, TopUpAnswer, TopUpKind,
};
use ballast_types::{MarketId, MarketReport, RiskParameters};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    coins, from_json, to_json_binary, Addr, BankMsg, Binary, CosmosMsg, Deps, DepsMut, Empty, Env,
    MessageInfo, QuerierWrapper, Reply, Response, StdError, StdResult, Storage, SubMsg,
    SubMsgResult, Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Cw20ReceiveMsg, Denom};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::{Item, Map};

/// The one market of this contract.
pub const MARKET: MarketId = 0;
/// Gas for one message to the fund.
const FUND_GAS: u64 = 1_500_000;
const CLAIM: u64 = 1;
const TOP_UP: u64 = 2;

/// Instantiates the lending market.
#[cw_serde]
pub struct InstantiateMsg {
    /// The insurance fund.
    pub fund: String,
    /// What is lent: the fund's collateral.
    pub collateral: Denom,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Brings native coins to be lent. Anyone.
    Supply {},
    /// Pays interest with native coins. Anyone.
    PayInterest {},
    /// cw20: the same two, as [`Hook`].
    Receive(Cw20ReceiveMsg),
    /// Takes coins. Anyone, within what the fund allows.
    Borrow {
        /// Quote atoms.
        amount: Uint128,
    },
    /// Writes a loan off and claims it from the fund. By whoever instantiated the contract.
    WriteOff {
        /// Whose.
        borrower: String,
    },
    /// What the fund tells. From the fund.
    SetRiskLevel {
        /// Of all that follows.
        revision: u64,
        /// One entry a market.
        markets: Vec<RiskParameters>,
    },
}

/// What a cw20 `Send` may carry.
#[cw_serde]
pub enum Hook {
    /// As the message.
    Supply {},
    /// As the message.
    PayInterest {},
}

/// Everything it keeps, loans apart. Quote atoms.
#[cw_serde]
pub struct State {
    /// Whoever instantiated it.
    pub manager: Addr,
    /// The insurance fund.
    pub fund: Addr,
    /// What is lent.
    pub collateral: Denom,
    /// Sum of all loans.
    pub lent: Uint128,
    /// Interest that the fund has not taken.
    pub fees_owed: Uint128,
    /// Losses that nobody covered.
    pub deficit: Uint128,
    /// Sum of what the fund paid.
    pub covered: Uint128,
    /// The last claim's id.
    pub last_claim: u64,
    /// What the fund told last.
    pub risk: Option<RiskParameters>,
}

const STATE: Item<State> = Item::new("state");
const LOANS: Map<&Addr, Uint128> = Map::new("loans");

/// What a claim takes along to its reply.
#[cw_serde]
struct Asked {
    amount: Uint128,
    balance_before: Uint128,
}

/// The contract for an embedded chain. Queries answer [`State`].
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}

fn instantiate(
    deps: DepsMut,
    _: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    let state = State {
        manager: info.sender,
        fund: deps.api.addr_validate(&msg.fund)?,
        collateral: msg.collateral,
        lent: Uint128::zero(),
        fees_owed: Uint128::zero(),
        deficit: Uint128::zero(),
        covered: Uint128::zero(),
        last_claim: 0,
        risk: None,
    };
    STATE.save(deps.storage, &state)?;
    Ok(Response::new())
}

fn query(deps: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    to_json_binary(&STATE.load(deps.storage)?)
}

fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let state = STATE.load(deps.storage)?;
    match msg {
        ExecuteMsg::Supply {} => attached(&state, &info).map(|_| Response::new()),
        ExecuteMsg::PayInterest {} => {
            let amount = attached(&state, &info)?;
            pay_interest(deps.storage, state, amount)
        }
        ExecuteMsg::Receive(message) => {
            ensure(
                state.collateral == Denom::Cw20(info.sender),
                "another token",
            )?;
            match from_json(&message.msg)? {
                Hook::Supply {} => Ok(Response::new()),
                Hook::PayInterest {} => pay_interest(deps.storage, state, message.amount),
            }
        }
        ExecuteMsg::Borrow { amount } => borrow(deps.storage, state, &info.sender, amount),
        ExecuteMsg::WriteOff { borrower } => {
            ensure(info.sender == state.manager, "not the manager")?;
            let borrower = deps.api.addr_validate(&borrower)?;
            write_off(deps, &env, state, &borrower)
        }
        ExecuteMsg::SetRiskLevel { markets, .. } => {
            ensure(info.sender == state.fund, "not the fund")?;
            let told = markets.into_iter().find(|one| one.market == MARKET);
            learn(deps.storage, told)?;
            Ok(Response::new())
        }
    }
}

fn attached(state: &State, info: &MessageInfo) -> StdResult<Uint128> {
    match (&state.collateral, info.funds.as_slice()) {
        (Denom::Native(denom), [coin]) if coin.denom == *denom => Ok(coin.amount),
        _ => Err(StdError::generic_err("one coin of the collateral")),
    }
}

/// No more than the fund allows: it must have told, not said reduce-only, and the cap holds.
fn borrow(
    storage: &mut dyn Storage,
    mut state: State,
    borrower: &Addr,
    amount: Uint128,
) -> StdResult<Response> {
    let risk = state.risk.as_ref();
    let risk = risk.ok_or_else(|| StdError::generic_err("the fund has not told a cap yet"))?;
    ensure(!risk.reduce_only, "reduce-only")?;
    let lent = state.lent.checked_add(amount)?;
    ensure(lent <= risk.open_interest_cap, "above the cap")?;
    state.lent = lent;
    let payment = pay(&state.collateral, borrower, amount)?;
    STATE.save(storage, &state)?;
    let loan = LOANS.may_load(storage, borrower)?.unwrap_or_default();
    LOANS.save(storage, borrower, &loan.checked_add(amount)?)?;
    Ok(Response::new().add_message(payment))
}

fn pay_interest(
    storage: &mut dyn Storage,
    mut state: State,
    amount: Uint128,
) -> StdResult<Response> {
    let repaid = amount.min(state.deficit);
    state.deficit = state.deficit.checked_sub(repaid)?;
    let fees = state.fees_owed.checked_add(amount)?.checked_sub(repaid)?;
    state.fees_owed = Uint128::zero();
    let top_up = TopUp {
        contract: None,
        market: Some(MARKET),
        kind: TopUpKind::Fees,
        state: Some(report(&state)),
    };
    let (fund, native) = (state.fund.to_string(), state.collateral.clone());
    STATE.save(storage, &state)?;
    if fees.is_zero() {
        return Ok(Response::new());
    }
    let message = match native {
        Denom::Native(denom) => WasmMsg::Execute {
            contract_addr: fund,
            msg: to_json_binary(&FundMsg::TopUp(top_up))?,
            funds: coins(fees.u128(), denom),
        },
        Denom::Cw20(token) => WasmMsg::Execute {
            contract_addr: token.into_string(),
            msg: to_json_binary(&Cw20ExecuteMsg::Send {
                contract: fund,
                amount: fees,
                msg: to_json_binary(&FundHook::TopUp(top_up))?,
            })?,
            funds: vec![],
        },
    };
    let message = SubMsg::reply_always(message, TOP_UP)
        .with_gas_limit(FUND_GAS)
        .with_payload(to_json_binary(&fees)?);
    Ok(Response::new().add_submessage(message))
}

fn write_off(deps: DepsMut, env: &Env, mut state: State, borrower: &Addr) -> StdResult<Response> {
    let amount = LOANS.load(deps.storage, borrower)?;
    LOANS.remove(deps.storage, borrower);
    state.lent = state.lent.checked_sub(amount)?;
    state.last_claim += 1;
    // Everything is a deficit until coins have arrived.
    state.deficit = state.deficit.checked_add(amount)?;
    STATE.save(deps.storage, &state)?;
    let claim = FundMsg::ClaimShortfall {
        market: MARKET,
        account: borrower.to_string(),
        claim_id: state.last_claim,
        amount,
        state: report(&state),
        recent_risk: false,
    };
    let message = WasmMsg::Execute {
        contract_addr: state.fund.to_string(),
        msg: to_json_binary(&claim)?,
        funds: vec![],
    };
    let asked = Asked {
        amount,
        balance_before: balance(&deps.querier, env, &state.collateral)?,
    };
    let message = SubMsg::reply_always(message, CLAIM)
        .with_gas_limit(FUND_GAS)
        .with_payload(to_json_binary(&asked)?);
    Ok(Response::new().add_submessage(message))
}

fn reply(deps: DepsMut, env: Env, msg: Reply) -> StdResult<Response> {
    let mut state = STATE.load(deps.storage)?;
    let failed = msg.result.is_err();
    if msg.id == TOP_UP {
        if failed {
            let fees: Uint128 = from_json(&msg.payload)?;
            state.fees_owed = state.fees_owed.checked_add(fees)?;
            STATE.save(deps.storage, &state)?;
        }
        let answer: Option<TopUpAnswer> = answer_of(msg.result);
        learn(deps.storage, answer.and_then(|answer| answer.risk))?;
        return Ok(Response::new());
    }
    let asked: Asked = from_json(&msg.payload)?;
    let now = balance(&deps.querier, &env, &state.collateral)?;
    let paid = now.saturating_sub(asked.balance_before).min(asked.amount);
    state.deficit = state.deficit.checked_sub(paid)?;
    state.covered = state.covered.checked_add(paid)?;
    STATE.save(deps.storage, &state)?;
    let answer: Option<ClaimAnswer> = answer_of(msg.result);
    learn(deps.storage, answer.and_then(|answer| answer.risk))?;
    Ok(Response::new())
}

/// An answer explains and may be missing or wrong: what cannot be read is none.
fn answer_of<T: serde::de::DeserializeOwned>(result: SubMsgResult) -> Option<T> {
    let response = result.into_result().ok()?;
    let first = response.msg_responses.into_iter().next();
    #[allow(deprecated)] // where older chains put it
    let data = first.map(|one| one.value).or(response.data)?;
    let data = cw_utils::parse_execute_response_data(&data).ok()?.data?;
    from_json(data).ok()
}

/// A revision that is not newer is ignored.
fn learn(storage: &mut dyn Storage, told: Option<RiskParameters>) -> StdResult<()> {
    let mut state = STATE.load(storage)?;
    let Some(told) = told else { return Ok(()) };
    if state
        .risk
        .as_ref()
        .map_or(true, |old| old.revision < told.revision)
    {
        state.risk = Some(told);
        STATE.save(storage, &state)?;
    }
    Ok(())
}

fn report(state: &State) -> MarketReport {
    MarketReport {
        open_interest_value: state.lent,
        deficit: state.deficit,
    }
}

fn balance(querier: &QuerierWrapper, env: &Env, collateral: &Denom) -> StdResult<Uint128> {
    let address = &env.contract.address;
    match collateral {
        Denom::Native(denom) => Ok(querier.query_balance(address, denom)?.amount),
        Denom::Cw20(token) => {
            let address = address.to_string();
            let query = Cw20QueryMsg::Balance { address };
            let answer: BalanceResponse = querier.query_wasm_smart(token, &query)?;
            Ok(answer.balance)
        }
    }
}

fn pay(collateral: &Denom, to: &Addr, amount: Uint128) -> StdResult<CosmosMsg> {
    Ok(match collateral {
        Denom::Native(denom) => BankMsg::Send {
            to_address: to.to_string(),
            amount: coins(amount.u128(), denom),
        }
        .into(),
        Denom::Cw20(token) => WasmMsg::Execute {
            contract_addr: token.to_string(),
            msg: to_json_binary(&Cw20ExecuteMsg::Transfer {
                recipient: to.to_string(),
                amount,
            })?,
            funds: vec![],
        }
        .into(),
    })
}

fn ensure(holds: bool, otherwise: &str) -> StdResult<()> {
    holds
        .then_some(())
        .ok_or_else(|| StdError::generic_err(otherwise))
}
