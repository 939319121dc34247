//! An oracle that answers Pyth's query as it is told to: well, badly, or not at all.

use ballast_types::pyth::{Price, PriceFeed, PriceFeedResponse, QueryMsg};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Binary, Deps, DepsMut, Empty, Env, Int64, MessageInfo, Response, StdError,
    StdResult, Storage, Uint64,
};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::Map;

/// When an answer says it was published.
#[cw_serde]
#[derive(Copy)]
pub enum Published {
    /// So long before the query: never stale if short.
    Ago {
        /// Seconds.
        secs: i64,
    },
    /// At a fixed time: goes stale.
    At {
        /// Seconds since the epoch.
        time: i64,
    },
}

/// What the oracle does for one feed.
#[cw_serde]
pub enum OracleBehaviour {
    /// Answers this. Zero, negative, uncertain and future prices are for the asker to refuse.
    Answers {
        /// Mantissa.
        price: Int64,
        /// Half-width of the confidence interval.
        conf: Uint64,
        /// Exponent.
        expo: i32,
        /// When published.
        published: Published,
    },
    /// Answers with an error.
    Errors,
    /// Panics.
    Panics,
    /// Answers what is no JSON.
    Garbage,
    /// Answers so many bytes of another JSON.
    Huge {
        /// How many.
        bytes: u32,
    },
}

/// What the oracle understands.
#[cw_serde]
pub enum ExecuteMsg {
    /// Switches the behaviour of one feed; it errs until told something.
    SetBehaviour {
        /// The feed.
        id: String,
        /// What to do from now on.
        behaviour: OracleBehaviour,
    },
}

const BEHAVIOURS: Map<&str, OracleBehaviour> = Map::new("behaviours");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

/// What an oracle mock does for a feed, read from its storage; `None`: it was told nothing and errs.
///
/// # Errors
/// The storage is another contract's.
pub fn behaviour(storage: &dyn Storage, id: &str) -> StdResult<Option<OracleBehaviour>> {
    BEHAVIOURS.may_load(storage, id)
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let ExecuteMsg::SetBehaviour { id, behaviour } = msg;
    BEHAVIOURS.save(deps.storage, &id, &behaviour)?;
    Ok(Response::new().add_attribute("action", "set_behaviour"))
}

#[allow(clippy::panic)] // it is what this part is for
fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    let QueryMsg::PriceFeed { id } = msg;
    let behaviour = BEHAVIOURS.may_load(deps.storage, &id)?;
    match behaviour.unwrap_or(OracleBehaviour::Errors) {
        OracleBehaviour::Errors => Err(StdError::generic_err("the oracle is out of order")),
        OracleBehaviour::Panics => panic!("the oracle panics"),
        OracleBehaviour::Garbage => Ok(Binary::new(b"\x00no json".to_vec())),
        OracleBehaviour::Huge { bytes } => to_json_binary(&"x".repeat(bytes as usize)),
        OracleBehaviour::Answers {
            price,
            conf,
            expo,
            published,
        } => {
            let now = i64::try_from(env.block.time.seconds()).unwrap_or(i64::MAX);
            let publish_time = match published {
                Published::Ago { secs } => now.saturating_sub(secs),
                Published::At { time } => time,
            };
            let price = Price {
                price,
                conf,
                expo,
                publish_time,
            };
            to_json_binary(&PriceFeedResponse {
                price_feed: PriceFeed {
                    id,
                    ema_price: price.clone(),
                    price,
                },
            })
        }
    }
}
