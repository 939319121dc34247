//! Answers: what a message sent now would find. Prices are refreshed where a message would refresh them,
//! funding and premium are accrued and settled, and nothing of it is written. Where the oracle is silent
//! the last price is used, whatever its age; the answer carries its time.

mod accounts;
mod waiting;

use accounts::{account_response, accounts, delegates, deleverage_rank, liquidation_price, orders};
use ballast_json::to_json_binary;
use ballast_types::market::{
    BookLevel, BookResponse, ConfigResponse, FundingResponse, LedgerResponse, ListMarket,
    MarketResponse, OracleConfig, QueryMsg,
};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Binary, Decimal, Deps, Env, Int128, Order, Uint128};
use cw_storage_plus::Bound;
use waiting::{
    deleverage_queue, outflow_limits, pending_claims, queued_withdrawals, withdrawal_gate,
};

use crate::error::ContractResult;
use crate::exchange::{Exchange, Market};
use crate::fund::bank_balance;
use crate::funding::predicted_rate;
use crate::math::{add, add_signed, subtract_signed, to_signed};
use crate::state::{
    book_key, split_place_key, MARKETS, MARKET_COUNT, MARKET_STATES, RETIRED_FEES, VAULT,
};
use crate::triggers;

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 50;

fn page(limit: Option<u32>) -> usize {
    bounded(limit, DEFAULT_LIMIT, MAX_LIMIT)
}

fn bounded(limit: Option<u32>, default: u32, max: u32) -> usize {
    usize::try_from(limit.unwrap_or(default).min(max)).unwrap_or_default()
}

/// Everything that can be asked.
pub fn query(deps: Deps, env: &Env, msg: QueryMsg) -> ContractResult<Binary> {
    let mut exchange = Exchange::new(deps, env)?;
    Ok(match msg {
        QueryMsg::Config {} => to_json_binary(&config(&exchange)?),
        QueryMsg::Market { market } => to_json_binary(&market_response(&mut exchange, market)?),
        QueryMsg::Markets { start_after, limit } => {
            to_json_binary(&markets(&mut exchange, start_after, page(limit))?)
        }
        QueryMsg::Account { account } => {
            let number = exchange.resolve(&account)?;
            to_json_binary(&account_response(&mut exchange, number)?)
        }
        QueryMsg::Accounts { start_after, limit } => {
            to_json_binary(&accounts(&mut exchange, start_after, page(limit))?)
        }
        QueryMsg::LiquidationPrice { account, market } => {
            to_json_binary(&liquidation_price(&mut exchange, &account, market)?)
        }
        QueryMsg::Book { market, limit } => {
            to_json_binary(&book(&mut exchange, market, bounded(limit, 20, 100))?)
        }
        QueryMsg::Orders {
            account,
            start_after,
            limit,
        } => to_json_binary(&orders(&mut exchange, &account, start_after, page(limit))?),
        QueryMsg::TriggerOrders {
            account,
            start_after,
            limit,
        } => to_json_binary(&triggers::query::of_account(
            &exchange,
            &account,
            start_after,
            page(limit),
        )?),
        QueryMsg::DueTriggerOrders {
            market,
            condition,
            start_after,
            limit,
        } => to_json_binary(&triggers::query::due(
            &mut exchange,
            market,
            condition,
            start_after,
            page(limit),
        )?),
        QueryMsg::Delegates { account } => to_json_binary(&delegates(&exchange, &account)?),
        QueryMsg::Funding { market } => to_json_binary(&funding(&mut exchange, market)?),
        QueryMsg::DeleverageRank {
            account,
            market,
            limit,
        } => to_json_binary(&deleverage_rank(
            &mut exchange,
            &account,
            market,
            bounded(limit, 100, 1_000),
        )?),
        QueryMsg::DeleverageQueue {
            market,
            long,
            start_after,
            limit,
        } => to_json_binary(&deleverage_queue(
            &mut exchange,
            market,
            long,
            start_after,
            page(limit),
        )?),
        QueryMsg::PendingClaims { start_after, limit } => {
            to_json_binary(&pending_claims(&exchange, start_after, page(limit))?)
        }
        QueryMsg::PendingChanges { start_after, limit } => {
            to_json_binary(&crate::pending::list(deps, start_after, page(limit))?)
        }
        QueryMsg::QueuedWithdrawals { start_after, limit } => {
            to_json_binary(&queued_withdrawals(&exchange, start_after, page(limit))?)
        }
        QueryMsg::OutflowLimits {} => to_json_binary(&outflow_limits(&exchange)?),
        QueryMsg::WithdrawalGate { account } => {
            to_json_binary(&withdrawal_gate(&mut exchange, account.as_ref())?)
        }
        QueryMsg::Ledger {} => to_json_binary(&ledger(&exchange)?),
        QueryMsg::Ownership {} => to_json_binary(&cw_ownable::get_ownership(deps.storage)?),
    })
}

fn config(exchange: &Exchange) -> ContractResult<ConfigResponse> {
    let config = exchange.config.clone();
    Ok(ConfigResponse {
        collateral: config.collateral,
        collateral_decimals: config.collateral_decimals,
        insurance_fund: config.insurance_fund.map(String::from),
        parameters: config.parameters,
        frozen_until: (config.frozen_until > exchange.now()).then_some(config.frozen_until),
        markets: MARKET_COUNT.load(exchange.deps.storage)?,
    })
}

fn market_response(exchange: &mut Exchange, id: MarketId) -> ContractResult<MarketResponse> {
    let market = exchange.open_market(id)?;
    let config = &market.config;
    let state = &market.state;
    Ok(MarketResponse {
        market: id,
        config: ListMarket {
            symbol: config.symbol.clone(),
            base_decimals: config.base_decimals,
            tick_size: config.tick_size,
            lot_size: config.lot_size,
            isolated: config.isolated,
            oracle: OracleConfig {
                contract: config.oracle.to_string(),
                feed_id: config.feed_id.clone(),
                max_confidence_ppm: config.max_confidence_ppm,
                min_price: config.min_price,
                max_price: config.max_price,
            },
            parameters: config.parameters.clone(),
        },
        price: state.price,
        settling: config.settling,
        open_interest: market.open_interest(),
        open_interest_value: market.open_interest_value()?,
        effective_initial_margin_ppm: market.effective_initial_margin()?,
        maintenance_margin_ppm: ballast_risk::maintenance_margin_ppm(
            config.parameters.initial_margin_ppm,
            config.parameters.maintenance_fraction_ppm,
        )?,
        risk: state.risk.clone(),
        open_interest_cap: market.open_interest_cap(),
        reduce_only: market.reduce_only(),
        fees_owed: state.fees_owed,
        settlement_pool: state.settlement_pool,
        deficit: state.deficit,
    })
}

fn markets(
    exchange: &mut Exchange,
    start_after: Option<MarketId>,
    limit: usize,
) -> ContractResult<Vec<MarketResponse>> {
    let start = start_after.map(Bound::exclusive);
    let ids: Vec<MarketId> = MARKETS
        .keys(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .collect::<Result<_, _>>()?;
    ids.into_iter()
        .map(|id| market_response(exchange, id))
        .collect()
}

fn price_of(market: &Market, ticks: u64) -> ContractResult<Decimal> {
    Ok(ballast_risk::ticks_to_price(
        ticks,
        market.config.tick_size,
    )?)
}

fn book(exchange: &mut Exchange, id: MarketId, limit: usize) -> ContractResult<BookResponse> {
    exchange.open_market(id)?;
    Ok(BookResponse {
        bids: levels(exchange, id, Side::Buy, limit)?,
        asks: levels(exchange, id, Side::Sell, limit)?,
    })
}

fn levels(
    exchange: &Exchange,
    id: MarketId,
    side: Side,
    limit: usize,
) -> ContractResult<Vec<BookLevel>> {
    let market = exchange.market(id)?;
    let mut levels: Vec<BookLevel> = vec![];
    for (place, order) in exchange.stored_book(book_key(id, side), None, limit)? {
        if order.is_expired(exchange.now()) {
            continue;
        }
        let (ticks, _) = split_place_key(side, place);
        let price = price_of(market, ticks)?;
        match levels.last_mut().filter(|level| level.price == price) {
            Some(level) => {
                level.size = add(level.size, order.remaining)?;
                level.orders = level.orders.saturating_add(1);
            }
            None => levels.push(BookLevel {
                price,
                size: order.remaining,
                orders: 1,
            }),
        }
    }
    Ok(levels)
}

fn funding(exchange: &mut Exchange, id: MarketId) -> ContractResult<FundingResponse> {
    let market = exchange.open_market(id)?;
    let state = &market.state;
    Ok(FundingResponse {
        long_index: state.long_index,
        short_index: state.short_index,
        sample_sum_ppm: state.funding.sample_sum_ppm,
        interval_start: state.funding.interval_start,
        predicted_rate: predicted_rate(market)?,
        last_rate: state.funding.last_rate,
        premium_rate_ppm: state.risk.as_ref().map_or(0, |risk| risk.premium_rate_ppm),
    })
}

/// Sums over markets, whose number is capped. What accounts hold is what the vault holds besides: summing
/// them up is left to the invariant checks.
fn ledger(exchange: &Exchange) -> ContractResult<LedgerResponse> {
    let storage = exchange.deps.storage;
    let mut fees_owed = Uint128::zero();
    let mut fee_collector = Uint128::zero();
    let mut settlement_pool = Int128::zero();
    let vault = VAULT.load(storage)?;
    let mut residue = vault.residue;
    let mut deficit = Uint128::zero();
    let retired_fees = RETIRED_FEES.may_load(storage)?.unwrap_or_default();
    let mut level = None;
    for entry in MARKET_STATES.range(storage, None, None, Order::Ascending) {
        let (_, state) = entry?;
        fees_owed = add(fees_owed, state.fees_owed)?;
        fee_collector = add(fee_collector, state.fee_collector)?;
        settlement_pool = add_signed(settlement_pool, state.settlement_pool)?;
        residue = add(residue, state.residue)?;
        deficit = add(deficit, state.deficit)?;
        level = level.max(state.risk.map(|risk| risk.level));
    }
    let queued_withdrawals = vault.queued;
    let held = to_signed(vault.held)?;
    let bank = bank_balance(exchange.deps, exchange.env, &exchange.config.collateral)?;
    let lines = [
        fees_owed,
        fee_collector,
        retired_fees,
        residue,
        queued_withdrawals,
    ]
    .into_iter()
    .try_fold(settlement_pool, |sum, line| {
        add_signed(sum, to_signed(line)?)
    })?;
    let lines = subtract_signed(lines, to_signed(deficit)?)?;
    Ok(LedgerResponse {
        accounts: subtract_signed(held, lines)?,
        fees_owed,
        fee_collector,
        retired_fees,
        settlement_pool,
        residue,
        queued_withdrawals,
        deficit,
        bank,
        unaccounted: subtract_signed(to_signed(bank)?, held)?,
        level,
    })
}
