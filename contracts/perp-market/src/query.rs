//! Answers: what a message sent now would find. Prices are refreshed where a message would refresh them,
//! funding and premium are accrued and settled, and nothing of it is written. Where the oracle is silent
//! the last price is used, whatever its age; the answer carries its time.

use ballast_json::to_json_binary;
use ballast_risk::AccountRisk;
use ballast_types::market::{
    AccountResponse, BookLevel, BookResponse, ConfigResponse, DelegateResponse, DeleverageEntry,
    DeleverageRankResponse, FundingResponse, LedgerResponse, LiquidationPriceResponse, ListMarket,
    MarketResponse, OracleConfig, OrderId, OrderResponse, OutflowLimitsResponse,
    PendingClaimResponse, PositionResponse, QueryMsg, QueuedWithdrawalResponse,
    WithdrawalGateResponse,
};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_std::{Binary, Decimal, Deps, Env, Int128, Order, Uint128, Uint64};
use cw_storage_plus::Bound;

use crate::error::{ContractError, ContractResult};
use crate::exchange::{Exchange, Market};
use crate::fund::bank_balance;
use crate::funding::{owed, predicted_rate};
use crate::gate;
use crate::margin::{account_risk, order_reserve, size_risk};
use crate::math::{add, add_signed, subtract_signed, to_signed};
use crate::outflow::Outflows;
use crate::price::Valuation;
use crate::state::{
    book_key, order_id, order_place, queue_key, rank_key, rank_price, split_place_key, Account,
    ACCOUNTS, ACCOUNT_ORDERS, DELEVERAGE_QUEUE, MARKETS, MARKET_COUNT, MARKET_STATES, ORDERS,
    PENDING_CLAIMS, RETIRED_FEES, VAULT, WITHDRAWALS,
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

/// The account as it would be were all its positions settled now; what each of them owes.
fn settled(exchange: &mut Exchange, number: u64) -> ContractResult<(Account, Vec<Int128>)> {
    let mut account = exchange.account(number)?.clone();
    let mut all_owed = vec![];
    for position in &account.positions {
        let market = exchange.open_market(position.market)?;
        let owed = owed(market, position.size, position.index)?;
        account.quote = subtract_signed(account.quote, owed)?;
        all_owed.push(owed);
    }
    Ok((account, all_owed))
}

fn risk_of(exchange: &mut Exchange, number: u64) -> ContractResult<(Account, AccountRisk)> {
    let (account, _) = settled(exchange, number)?;
    let risk = account_risk(exchange, &account, Valuation::Last)?;
    Ok((account, risk))
}

fn account_response(exchange: &mut Exchange, number: u64) -> ContractResult<AccountResponse> {
    let stored = exchange.account(number)?.clone();
    let (account, all_owed) = settled(exchange, number)?;
    let risk = account_risk(exchange, &account, Valuation::Last)?;
    let mut positions = vec![];
    for (position, funding_owed) in account.positions.iter().zip(all_owed) {
        let market = exchange.market(position.market)?;
        let valued = size_risk(exchange, market, position.size, Valuation::Last)?;
        let paid = to_signed(position.entry_notional)?;
        let unrealised_pnl = if position.size.is_negative() {
            add_signed(valued.net_notional, paid)?
        } else {
            subtract_signed(valued.net_notional, paid)?
        };
        positions.push(PositionResponse {
            market: position.market,
            size: position.size,
            entry_price: position.entry_price,
            entry_notional: position.entry_notional,
            net_notional: valued.net_notional,
            unrealised_pnl,
            funding_owed,
            initial_margin: valued.initial_margin,
            maintenance_margin: valued.maintenance_margin,
        });
    }
    let reserve = order_reserve(exchange, &account)?;
    let spare = subtract_signed(risk.equity, to_signed(risk.initial_margin)?)?;
    let spare = subtract_signed(spare, to_signed(reserve)?)?;
    Ok(AccountResponse {
        account: account.id(),
        number: Uint64::new(number),
        quote: stored.quote,
        positions,
        open_orders: account.open_orders,
        trigger_orders: account.trigger_orders,
        equity: risk.equity,
        initial_margin: risk.initial_margin,
        maintenance_margin: risk.maintenance_margin,
        order_reserve: reserve,
        free_collateral: crate::math::positive_part(spare),
        liquidatable: risk.is_liquidatable(),
        bankrupt: risk.is_bankrupt(),
    })
}

fn accounts(
    exchange: &mut Exchange,
    start_after: Option<Uint64>,
    limit: usize,
) -> ContractResult<Vec<AccountResponse>> {
    let start = start_after.map(|number| Bound::exclusive(number.u64()));
    let numbers: Vec<u64> = ACCOUNTS
        .keys(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .collect::<Result<_, _>>()?;
    numbers
        .into_iter()
        .map(|number| account_response(exchange, number))
        .collect()
}

fn liquidation_price(
    exchange: &mut Exchange,
    id: &AccountId,
    market: MarketId,
) -> ContractResult<LiquidationPriceResponse> {
    let number = exchange.resolve(id)?;
    let (account, risk) = risk_of(exchange, number)?;
    let size = account.size(market);
    if size.is_zero() {
        return Err(ContractError::NoPosition { market }.into());
    }
    let opened = exchange.market(market)?;
    let position = size_risk(exchange, opened, size, Valuation::Last)?;
    let price = ballast_risk::liquidation_price(
        &risk,
        &position,
        size,
        &opened.scale,
        &opened.margin_parameters(),
    )?;
    Ok(LiquidationPriceResponse { price })
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

fn orders(
    exchange: &mut Exchange,
    id: &AccountId,
    start_after: Option<OrderId>,
    limit: usize,
) -> ContractResult<Vec<OrderResponse>> {
    let number = exchange.resolve(id)?;
    let start = start_after.map(|id| Bound::exclusive(order_place(&id)));
    let keys: Vec<(u64, u128)> = ACCOUNT_ORDERS
        .sub_prefix(number)
        .keys(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .collect::<Result<_, _>>()?;
    keys.into_iter()
        .map(|(book, place)| {
            let order = ORDERS.load(exchange.deps.storage, (book, place))?;
            let id_of_order = order_id(book, place);
            let market = exchange.open_market(id_of_order.market)?;
            Ok(OrderResponse {
                order_id: id_of_order,
                account: id.clone(),
                price: price_of(market, id_of_order.ticks.u64())?,
                remaining: order.remaining,
                reduce_only: order.reduce_only,
                placed_height: order.placed_height,
                expires_at: order.expires_at,
                client_order_id: order.client_order_id,
            })
        })
        .collect()
}

fn delegates(exchange: &Exchange, id: &AccountId) -> ContractResult<Vec<DelegateResponse>> {
    let number = exchange.resolve(id)?;
    Ok(crate::delegates::all(exchange.deps.storage, number)?
        .into_iter()
        .map(|(delegate, expires_at)| DelegateResponse {
            delegate: delegate.into_string(),
            expires_at,
        })
        .collect())
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

fn deleverage_rank(
    exchange: &mut Exchange,
    id: &AccountId,
    market: MarketId,
    limit: usize,
) -> ContractResult<DeleverageRankResponse> {
    let number = exchange.resolve(id)?;
    let account = exchange.account(number)?.clone();
    let position = account
        .position(market)
        .ok_or(ContractError::NoPosition { market })?;
    let long = !position.size.is_negative();
    let own = (rank_key(long, position.entry_price), number);
    let ahead = DELEVERAGE_QUEUE
        .sub_prefix(queue_key(market, long))
        .keys(
            exchange.deps.storage,
            None,
            Some(Bound::exclusive(own)),
            Order::Ascending,
        )
        .take(limit.saturating_add(1))
        .count();
    Ok(DeleverageRankResponse {
        ahead: u32::try_from(ahead.min(limit)).unwrap_or(u32::MAX),
        exact: ahead <= limit,
        entry_price: position.entry_price,
    })
}

fn deleverage_queue(
    exchange: &mut Exchange,
    market: MarketId,
    long: bool,
    start_after: Option<DeleverageEntry>,
    limit: usize,
) -> ContractResult<Vec<DeleverageEntry>> {
    let after = start_after
        .map(|entry| -> ContractResult<_> {
            Ok((
                rank_key(long, entry.entry_price),
                exchange.resolve(&entry.account)?,
            ))
        })
        .transpose()?;
    exchange
        .stored_queue(queue_key(market, long), after, limit)?
        .into_iter()
        .map(|(rank, number)| {
            let account = exchange.account(number)?.id();
            Ok(DeleverageEntry {
                account,
                entry_price: rank_price(long, rank),
            })
        })
        .collect()
}

fn pending_claims(
    exchange: &Exchange,
    start_after: Option<(Uint64, MarketId)>,
    limit: usize,
) -> ContractResult<Vec<PendingClaimResponse>> {
    let start = start_after.map(|(number, market)| Bound::exclusive((number.u64(), market)));
    PENDING_CLAIMS
        .range(exchange.deps.storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let ((number, market), claim) = entry?;
            let account = ACCOUNTS.load(exchange.deps.storage, number)?;
            Ok(PendingClaimResponse {
                account: account.id(),
                number: Uint64::new(number),
                market,
                amount: claim.amount,
                first_failed_at: claim.first_failed_at,
            })
        })
        .collect()
}

fn queued_withdrawals(
    exchange: &Exchange,
    start_after: Option<Uint64>,
    limit: usize,
) -> ContractResult<Vec<QueuedWithdrawalResponse>> {
    let storage = exchange.deps.storage;
    let start = start_after.map(|id| Bound::exclusive(id.u64()));
    WITHDRAWALS
        .range(storage, start, None, Order::Ascending)
        .take(limit)
        .map(|entry| {
            let (id, withdrawal) = entry?;
            Ok(QueuedWithdrawalResponse {
                id: Uint64::new(id),
                account: ACCOUNTS.load(storage, withdrawal.account)?.id(),
                number: Uint64::new(withdrawal.account),
                amount: withdrawal.amount,
                queued_at: withdrawal.queued_at,
                failed_at: withdrawal.failed_at,
            })
        })
        .collect()
}

fn outflow_limits(exchange: &Exchange) -> ContractResult<OutflowLimitsResponse> {
    let parameters = &exchange.config.parameters;
    let outflows = Outflows::load(exchange.deps.storage, parameters, exchange.now())?;
    let [hour, day] = outflows.limits();
    Ok(OutflowLimitsResponse {
        hour,
        day,
        available: outflows.available(),
        queued: outflows.record.queued,
    })
}

fn withdrawal_gate(
    exchange: &mut Exchange,
    account: Option<&AccountId>,
) -> ContractResult<WithdrawalGateResponse> {
    let storage = exchange.deps.storage;
    let now = exchange.now();
    let gate = gate::load(storage)?;
    let gated = match account {
        None => None,
        Some(id) => {
            let number = exchange.resolve(id)?;
            Some(gate::shut_for(&gate, exchange.account(number)?, now).is_some())
        }
    };
    Ok(WithdrawalGateResponse {
        opens_at: gate.shut_until(now),
        shut_secs: gate.shut_secs(now),
        deficit: gate.deficit,
        threshold: gate::threshold(storage)?,
        gated,
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
