//! A double of Pyth's CosmWasm contract: the same query, and answers in the same JSON, written here as text so
//! that no type of ours has a part in it.
//!
//! Of `pyth-sdk-cw`'s `PriceFeedResponse`: `id` is 64 hexadecimal digits without `0x`; `price` and `conf` are
//! mantissas as strings; `expo` and `publish_time` are numbers; `ema_price` is of the same form.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult};
use cw_multi_test::{Contract, ContractWrapper};
use cw_storage_plus::Map;

/// A price as a publisher reports it.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct PythPrice {
    /// Mantissa.
    pub price: i64,
    /// Half-width of the confidence interval, same exponent.
    pub conf: u64,
    /// Decimal exponent.
    pub expo: i32,
    /// Seconds since the epoch.
    pub publish_time: i64,
}

/// What the double understands besides the query: a price without the signatures that the real one wants.
#[cw_serde]
pub enum ExecuteMsg {
    /// Replaces a feed's price where it is newer, as the real one does.
    Publish {
        /// 64 hexadecimal digits.
        id: String,
        /// The new price.
        price: PythPrice,
    },
}

/// The real contract's query.
#[cw_serde]
pub enum QueryMsg {
    /// One feed.
    PriceFeed {
        /// 64 hexadecimal digits.
        id: String,
    },
}

const PRICES: Map<&str, PythPrice> = Map::new("prices");

/// For `App::store_code`.
#[must_use]
pub fn contract() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

/// The answer, as the real contract writes it.
#[must_use]
pub fn answer(id: &str, now: &PythPrice, average: &PythPrice) -> String {
    let price = |price: &PythPrice| {
        let PythPrice {
            price,
            conf,
            expo,
            publish_time,
        } = price;
        format!(
            r#"{{"price":"{price}","conf":"{conf}","expo":{expo},"publish_time":{publish_time}}}"#
        )
    };
    let (now, average) = (price(now), price(average));
    format!(r#"{{"price_feed":{{"id":"{id}","price":{now},"ema_price":{average}}}}}"#)
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let ExecuteMsg::Publish { id, price } = msg;
    let known = PRICES.may_load(deps.storage, &id)?;
    let newer = known.map_or(true, |known| price.publish_time > known.publish_time);
    if newer {
        PRICES.save(deps.storage, &id, &price)?;
    }
    Ok(Response::new().add_attribute("action", "update_price_feeds"))
}

fn query(deps: Deps, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    let QueryMsg::PriceFeed { id } = msg;
    let hexadecimal = id.len() == 64 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !hexadecimal {
        return Err(StdError::generic_err("invalid price identifier"));
    }
    let price = PRICES
        .may_load(deps.storage, &id)?
        .ok_or_else(|| StdError::not_found("price feed"))?;
    // The real average lags; that nobody reads it is what the difference shows.
    let average = PythPrice {
        price: price.price / 2,
        ..price
    };
    Ok(Binary::new(answer(&id, &price, &average).into_bytes()))
}
