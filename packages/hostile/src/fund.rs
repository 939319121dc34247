//! A contract that a market takes for its insurance fund, and that pays, answers and fails as it is told.

use ballast_types::fund::{ClaimAnswer, TopUp, TopUpAnswer};
use ballast_types::{MarketId, MarketReport, RiskParameters};
use cosmwasm_schema::cw_serde;
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    coins, to_json_binary, Addr, BankMsg, Binary, Coin, CosmosMsg, Deps, DepsMut, Env, Event,
    MessageInfo, Reply, Response, StdError, StdResult, Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Cw20ReceiveMsg, Denom};
use cw_storage_plus::Item;

use crate::caller::{nest, Nest};
use crate::{swallow, tolerant};

/// One million: everything that was asked.
pub const ALL_PPM: u32 = 1_000_000;

/// Instantiates the fund.
#[cw_serde]
pub struct InstantiateMsg {
    /// What it pays in.
    pub collateral: Denom,
    /// How it behaves at first.
    pub behaviour: FundBehaviour,
}

/// How the fund behaves.
#[cw_serde]
pub struct FundBehaviour {
    /// At a claim.
    pub claim: Reaction,
    /// At a top-up; `pays_ppm` and `coins` do not matter there.
    pub top_up: Reaction,
    /// Sent at the next claim or top-up before anything else, then forgotten. Failure is tolerated.
    pub reenter: Vec<CosmosMsg>,
    /// Carried in well-formed answers.
    pub risk: Option<RiskParameters>,
}

/// What the fund does when it is called.
#[cw_serde]
pub enum Reaction {
    /// Refuses with a text of so many bytes.
    Errors {
        /// Length of the text.
        bytes: u32,
    },
    /// Fails with what a chain tells of a call that was nested too deep.
    TooDeep,
    /// Panics.
    Panics,
    /// Writes that many records before it fails: as near to burning gas as the embedded chain gets.
    BurnsGas {
        /// How many.
        records: u32,
    },
    /// Loops until the gas that it was given is used up. On a real chain only: the embedded one has no gas.
    Loops,
    /// Pays all that was asked, and fails after that.
    PaysAndFails,
    /// Pays and answers.
    Answers {
        /// Share of the amount asked that it pays, as far as it has it; may be more than all.
        pays_ppm: u32,
        /// Other coins that it sends along.
        coins: Vec<Coin>,
        /// What it says.
        says: Says,
    },
}

/// What the fund says it did.
#[cw_serde]
pub enum Says {
    /// What it did.
    Truth,
    /// That it paid this share of what was asked.
    Ppm(u32),
    /// So many bytes.
    Huge(u32),
    /// What it did, with an event that holds so many bytes.
    Noise(u32),
    /// What cannot be decoded.
    Garbage,
    /// No data at all.
    Nothing,
}

impl Reaction {
    /// Pays a share of what is asked and says so.
    #[must_use]
    pub fn pays(ppm: u32) -> Self {
        Self::says(ppm, Says::Truth)
    }

    /// Pays a share and says something else.
    #[must_use]
    pub fn says(pays_ppm: u32, says: Says) -> Self {
        Self::Answers {
            pays_ppm,
            coins: vec![],
            says,
        }
    }
}

impl FundBehaviour {
    /// This at claims; takes top-ups.
    #[must_use]
    pub fn claims(claim: Reaction) -> Self {
        Self {
            claim,
            top_up: Reaction::pays(0),
            reenter: vec![],
            risk: None,
        }
    }

    /// Pays a share of every claim and says so; takes top-ups.
    #[must_use]
    pub fn pays(ppm: u32) -> Self {
        Self::claims(Reaction::pays(ppm))
    }

    /// This at claims and at top-ups.
    #[must_use]
    pub fn always(reaction: Reaction) -> Self {
        Self {
            top_up: reaction.clone(),
            ..Self::claims(reaction)
        }
    }
}

/// What the fund understands: what a market sends, and its control.
#[cw_serde]
pub enum ExecuteMsg {
    /// Switches the behaviour.
    SetBehaviour(FundBehaviour),
    /// Sends messages in its own name, for example `SetRiskLevel`.
    Act {
        /// The messages.
        msgs: Vec<CosmosMsg>,
    },
    /// Sends messages from deep inside a stack of calls, or with little gas.
    Nest(Nest),
    /// Fails.
    Fail {},
    /// Writes records into its storage as they are: another contract's state, for a migration to take over.
    Restore {
        /// Key and value.
        records: Vec<(Binary, Binary)>,
    },
    /// As the real fund's.
    TopUp(TopUp),
    /// As the real fund's.
    Receive(Cw20ReceiveMsg),
    /// As the real fund's.
    ClaimShortfall {
        /// The claiming contract's market.
        market: MarketId,
        /// Whose loss it is.
        account: String,
        /// The claim's id.
        claim_id: u64,
        /// What is missing.
        amount: Uint128,
        /// The market's report.
        state: MarketReport,
        /// Whether the account increased its risk shortly before.
        recent_risk: bool,
    },
}

/// What can be asked.
#[cw_serde]
pub enum QueryMsg {
    /// All claims that it answered, a [`SeenClaim`] each.
    Claims {},
}

/// A claim as it arrived. One that failed leaves no trace.
#[cw_serde]
pub struct SeenClaim {
    /// Who claimed.
    pub contract: Addr,
    /// For which market.
    pub market: MarketId,
    /// Under which id.
    pub claim_id: u64,
    /// What was asked.
    pub amount: Uint128,
    /// What was paid.
    pub paid: Uint128,
    /// Coins attached.
    pub funds: Vec<Coin>,
}

const COLLATERAL: Item<Denom> = Item::new("collateral");
const BEHAVIOUR: Item<FundBehaviour> = Item::new("behaviour");
const SEEN: Item<Vec<SeenClaim>> = Item::new("seen");

/// # Errors
/// None in practice.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _: Env,
    _: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    COLLATERAL.save(deps.storage, &msg.collateral)?;
    BEHAVIOUR.save(deps.storage, &msg.behaviour)?;
    SEEN.save(deps.storage, &vec![])?;
    Ok(Response::new())
}

/// # Errors
/// Where it was told to.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    match msg {
        ExecuteMsg::SetBehaviour(behaviour) => {
            BEHAVIOUR.save(deps.storage, &behaviour)?;
            Ok(Response::new().add_attribute("action", "set_behaviour"))
        }
        ExecuteMsg::Act { msgs } => Ok(Response::new().add_messages(msgs)),
        ExecuteMsg::Nest(told) => nest(&env, told),
        ExecuteMsg::Restore { records } => {
            for (key, value) in records {
                deps.storage.set(&key, &value);
            }
            Ok(Response::new().add_attribute("action", "restore"))
        }
        ExecuteMsg::Fail {} => Err(StdError::generic_err("it fails")),
        ExecuteMsg::TopUp(_) => {
            let booked = info
                .funds
                .first()
                .map_or(Uint128::zero(), |coin| coin.amount);
            top_up(deps, booked)
        }
        ExecuteMsg::Receive(hook) => top_up(deps, hook.amount),
        ExecuteMsg::ClaimShortfall {
            market,
            claim_id,
            amount,
            ..
        } => claim(deps, &env, &info, market, claim_id, amount),
    }
}

fn top_up(deps: DepsMut, booked: Uint128) -> StdResult<Response> {
    let (behaviour, response) = start(deps)?;
    let data = |said| {
        to_json_binary(&TopUpAnswer {
            booked: said,
            risk: behaviour.risk.clone(),
        })
    };
    match &behaviour.top_up {
        Reaction::Answers { says, .. } => answer(response, says, booked, booked, data),
        failing => fail(failing),
    }
}

fn claim(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    market: MarketId,
    claim_id: u64,
    amount: Uint128,
) -> StdResult<Response> {
    let (behaviour, mut response) = start(deps.branch())?;
    let collateral = COLLATERAL.load(deps.storage)?;
    let owned = balance(deps.as_ref(), env, &collateral)?;
    let (pays_ppm, others, says) = match &behaviour.claim {
        Reaction::Answers {
            pays_ppm,
            coins,
            says,
        } => (pays_ppm, coins, says),
        Reaction::PaysAndFails => {
            let paid = amount.min(owned);
            return Ok(response
                .add_message(payment(&collateral, &info.sender, paid)?)
                .add_message(failure(env)?));
        }
        Reaction::BurnsGas { records } => {
            burn(&mut deps, *records);
            return fail(&behaviour.claim);
        }
        failing => return fail(failing),
    };
    let paid = amount.multiply_ratio(*pays_ppm, ALL_PPM).min(owned);
    SEEN.update(deps.storage, |mut seen| -> StdResult<_> {
        seen.push(SeenClaim {
            contract: info.sender.clone(),
            market,
            claim_id,
            amount,
            paid,
            funds: info.funds.clone(),
        });
        Ok(seen)
    })?;
    if !others.is_empty() {
        let to_address = info.sender.to_string();
        response = response.add_message(BankMsg::Send {
            to_address,
            amount: others.clone(),
        });
    }
    if !paid.is_zero() {
        response = response.add_message(payment(&collateral, &info.sender, paid)?);
    }
    answer(response, says, amount, paid, |said| {
        to_json_binary(&ClaimAnswer {
            claim_id,
            paid: said,
            uncovered: amount.saturating_sub(said),
            replay: false,
            risk: behaviour.risk.clone(),
        })
    })
}

/// The behaviour in force, and a response that starts with the messages to re-enter with.
fn start(deps: DepsMut) -> StdResult<(FundBehaviour, Response)> {
    let mut behaviour = BEHAVIOUR.load(deps.storage)?;
    let msgs = std::mem::take(&mut behaviour.reenter);
    if !msgs.is_empty() {
        BEHAVIOUR.save(deps.storage, &behaviour)?;
    }
    Ok((behaviour, Response::new().add_submessages(tolerant(msgs))))
}

fn answer(
    response: Response,
    says: &Says,
    asked: Uint128,
    truth: Uint128,
    data: impl FnOnce(Uint128) -> StdResult<Binary>,
) -> StdResult<Response> {
    Ok(match says {
        Says::Truth => response.set_data(data(truth)?),
        Says::Ppm(ppm) => response.set_data(data(asked.multiply_ratio(*ppm, ALL_PPM))?),
        Says::Noise(bytes) => response
            .set_data(data(truth)?)
            .add_event(Event::new("noise").add_attribute("noise", "x".repeat(*bytes as usize))),
        Says::Huge(bytes) => response.set_data(vec![b'x'; *bytes as usize]),
        Says::Garbage => response.set_data(b"\xff\x00{\"paid\":".to_vec()),
        Says::Nothing => response,
    })
}

#[allow(clippy::panic)] // it is what this part is for
fn fail(reaction: &Reaction) -> StdResult<Response> {
    match reaction {
        Reaction::Errors { bytes } => Err(StdError::generic_err("x".repeat(*bytes as usize))),
        Reaction::TooDeep => Err(StdError::generic_err("codespace: wasm, code: 30")),
        Reaction::Panics => panic!("the fund panics"),
        Reaction::BurnsGas { .. } => Err(StdError::generic_err("out of gas")),
        Reaction::Loops => loops(),
        Reaction::PaysAndFails => Err(StdError::generic_err("it fails")),
        Reaction::Answers { .. } => Ok(Response::new()),
    }
}

/// A message that fails.
fn failure(env: &Env) -> StdResult<WasmMsg> {
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::Fail {})?,
        funds: vec![],
    })
}

/// Never ends by itself; a chain ends it when its gas is used up.
fn loops() -> ! {
    let mut turns = 0u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn burn(deps: &mut DepsMut, records: u32) {
    for record in 0..records {
        deps.storage.set(&record.to_be_bytes(), &[0; 1_024]);
    }
}

fn balance(deps: Deps, env: &Env, collateral: &Denom) -> StdResult<Uint128> {
    let me = &env.contract.address;
    match collateral {
        Denom::Native(denom) => Ok(deps.querier.query_balance(me, denom)?.amount),
        Denom::Cw20(token) => {
            let query = Cw20QueryMsg::Balance {
                address: me.to_string(),
            };
            let answer: BalanceResponse = deps.querier.query_wasm_smart(token, &query)?;
            Ok(answer.balance)
        }
    }
}

fn payment(collateral: &Denom, to: &Addr, amount: Uint128) -> StdResult<CosmosMsg> {
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

/// # Errors
/// None in practice.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    let QueryMsg::Claims {} = msg;
    to_json_binary(&SEEN.load(deps.storage)?)
}

/// # Errors
/// None.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(_: DepsMut, _: Env, msg: Reply) -> StdResult<Response> {
    swallow(&msg)
}
