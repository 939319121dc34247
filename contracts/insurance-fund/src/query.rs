//! Answers to queries. Those that depend on time see what the next `Poke` would put in force.

use ballast_types::fund::{
    CapacityResponse, ClaimRecord, ClaimantResponse, ConfigResponse, EmergencyResponse,
    ExitValueResponse, MarketCapital, PendingChange, SolvencyResponse, StakerResponse,
    SurplusResponse, TopUpRecord, UnderwritingResponse,
};
use ballast_types::{MarketId, RiskLevel, RiskParameters};
use cosmwasm_std::{Addr, Deps, Env, Order, StdResult, Uint128};
use cw_storage_plus::Bound as KeyBound;

use crate::books::Books;
use crate::claim::pay_layers;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::state::{StoredClaim, CLAIMANTS, CLAIMS, CONFIG, EXITS, PARAMETERS, TREASURY};
use crate::{
    drawdown, emergency, exit, funds, history, pending, report, shares, solvency, surplus,
    underwriting, waterfall,
};

/// Entries of a page where no limit is given.
pub const DEFAULT_LIMIT: u32 = 10;
/// Most entries of a page.
pub const MAX_LIMIT: u32 = 50;

fn page_size(limit: Option<u32>) -> usize {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    usize::try_from(limit).unwrap_or_default()
}

/// Collateral and parameters.
///
/// # Errors
/// Storage.
pub fn config(deps: Deps) -> ContractResult<ConfigResponse> {
    Ok(ConfigResponse {
        collateral: CONFIG.load(deps.storage)?.collateral,
        parameters: PARAMETERS.load(deps.storage)?,
    })
}

/// The books as the next `Poke` would leave them.
fn foreseen(deps: Deps, env: &Env) -> ContractResult<Books> {
    let mut books = Books::load(deps.storage, env)?;
    report::foresee_expiry(deps.storage, &mut books)?;
    Ok(books)
}

/// A market with its breaker as of now.
fn foreseen_market(
    deps: Deps,
    books: &mut Books,
    contract: &Addr,
    id: MarketId,
) -> ContractResult<Market> {
    let mut market = Market::load(deps.storage, contract, id)?;
    if !market.is_isolated() && report::is_expired(books, market.standing.reported_at) {
        market.standing.stale = true;
        // `foreseen` has put its expiry into the sums.
        market.assume_settled()?;
    }
    drawdown::evaluate(books, &mut market)?;
    Ok(market)
}

/// One registered market.
///
/// # Errors
/// [`ContractError::MarketNotRegistered`].
pub fn market(
    deps: Deps,
    env: &Env,
    contract: &str,
    id: MarketId,
) -> ContractResult<ClaimantResponse> {
    let contract_addr = deps.api.addr_validate(contract)?;
    let mut books = foreseen(deps, env)?;
    claimant_response(deps, &mut books, &contract_addr, id)
}

/// A page of registered markets.
///
/// # Errors
/// Storage, an invalid address.
pub fn markets(
    deps: Deps,
    env: &Env,
    start_after: Option<(String, MarketId)>,
    limit: Option<u32>,
) -> ContractResult<Vec<ClaimantResponse>> {
    let start = start_after
        .map(|(contract, id)| deps.api.addr_validate(&contract).map(|addr| (addr, id)))
        .transpose()?;
    let start = start
        .as_ref()
        .map(|(contract, id)| KeyBound::exclusive((contract, *id)));
    let mut books = foreseen(deps, env)?;
    let keys: Vec<(Addr, MarketId)> = CLAIMANTS
        .keys(deps.storage, start, None, Order::Ascending)
        .take(page_size(limit))
        .collect::<StdResult<_>>()?;
    keys.iter()
        .map(|(contract, id)| claimant_response(deps, &mut books, contract, *id))
        .collect()
}

fn claimant_response(
    deps: Deps,
    books: &mut Books,
    contract: &Addr,
    id: MarketId,
) -> ContractResult<ClaimantResponse> {
    let market = foreseen_market(deps, books, contract, id)?;
    let required_capital = market.contribution()?.required;
    let risk = match &market.standing.told {
        Some(told) => told.clone(),
        // Never told: revision 0 is older than any other.
        None => RiskParameters {
            revision: 0,
            ..solvency::risk_parameters(&books.suite, &market)?
        },
    };
    let standing = market.standing;
    Ok(ClaimantResponse {
        contract: contract.to_string(),
        market: id,
        parameters: market.claimant.parameters,
        registered_at: market.claimant.registered_at,
        reserve: standing.reserve,
        open_interest_value: standing.open_interest_value,
        deficit: standing.deficit,
        reported_at: standing.reported_at,
        required_capital,
        mutual_paid: standing.mutual_paid,
        mutual_contributed: standing.mutual_contributed,
        emergency_debt: standing.emergency.debt,
        drawdown: standing.drawdown.open,
        net_loss: drawdown::net_loss(&standing.drawdown, books.now),
        risk,
    })
}

/// One claim.
///
/// # Errors
/// [`ContractError::ClaimNotFound`].
pub fn claim(deps: Deps, contract: &str, claim_id: u64) -> ContractResult<ClaimRecord> {
    let contract_addr = deps.api.addr_validate(contract)?;
    let stored = CLAIMS
        .may_load(deps.storage, (&contract_addr, claim_id))?
        .ok_or_else(|| ContractError::ClaimNotFound {
            contract: contract_addr.to_string(),
            claim_id,
        })?;
    Ok(claim_record(&contract_addr, claim_id, stored))
}

/// A page of a contract's claims in order of their id.
///
/// # Errors
/// Storage, an invalid address.
pub fn claims(
    deps: Deps,
    contract: &str,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> ContractResult<Vec<ClaimRecord>> {
    let contract_addr = deps.api.addr_validate(contract)?;
    CLAIMS
        .prefix(&contract_addr)
        .range(
            deps.storage,
            start_after.map(KeyBound::exclusive),
            None,
            Order::Ascending,
        )
        .take(page_size(limit))
        .map(|entry| {
            let (claim_id, stored) = entry?;
            Ok(claim_record(&contract_addr, claim_id, stored))
        })
        .collect()
}

fn claim_record(contract: &Addr, claim_id: u64, stored: StoredClaim) -> ClaimRecord {
    let paid = waterfall::total(&stored.layers);
    ClaimRecord {
        contract: contract.to_string(),
        claim_id,
        market: stored.market,
        account: stored.account,
        amount: stored.amount,
        paid,
        uncovered: stored.amount.saturating_sub(paid),
        layers: waterfall::payments(&stored.layers),
        level: stored.level,
        at: stored.at,
    }
}

/// The most a claim would be paid now; nothing for an unlisted market.
///
/// # Errors
/// An invalid address.
pub fn capacity(
    deps: Deps,
    env: &Env,
    contract: &str,
    id: MarketId,
) -> ContractResult<CapacityResponse> {
    let contract_addr = deps.api.addr_validate(contract)?;
    if !CLAIMANTS.has(deps.storage, (&contract_addr, id)) {
        return Ok(CapacityResponse {
            total: Uint128::zero(),
            layers: vec![],
        });
    }
    let mut books = foreseen(deps, env)?;
    let mut market = foreseen_market(deps, &mut books, &contract_addr, id)?;
    let layers = pay_layers(&mut books, &mut market, Uint128::MAX, false)?;
    Ok(CapacityResponse {
        total: waterfall::total(&layers),
        layers: waterfall::payments(&layers),
    })
}

/// The ledger, the identity, required capital, coverage and the level in force.
///
/// # Errors
/// Storage; what the token's balance query says.
pub fn solvency(deps: Deps, env: &Env) -> ContractResult<SolvencyResponse> {
    let books = foreseen(deps, env)?;
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let bank = funds::balance(&deps.querier, &env.contract.address, &collateral)?;
    let booked = books.ledger.booked()?;
    let mut markets = vec![];
    for entry in CLAIMANTS.keys(deps.storage, None, None, Order::Ascending) {
        let (contract, id) = entry?;
        markets.push(market_capital(deps, &books, contract, id)?);
    }
    Ok(SolvencyResponse {
        booked,
        bank,
        unaccounted: bank.saturating_sub(booked),
        market_reserves: books.ledger.market_reserves,
        mutual: books.ledger.mutual,
        staked: books.ledger.staked,
        rewards_undripped: books.ledger.rewards_undripped,
        emergency_undrawn: books.ledger.emergency_undrawn,
        surplus_due: books.ledger.surplus_due,
        emergency_debt: books.facility.debt,
        capital: solvency::capital(&books)?,
        required_capital: solvency::required_capital(&books),
        coverage_ppm: solvency::coverage(&books)?,
        level: books.suite.level,
        level_since: books.suite.level_since,
        claims: books.claims.count,
        claims_asked: books.claims.asked,
        claims_paid: books.claims.paid,
        deficits: books.suite.deficits,
        pending_changes: pending::summaries(deps)?,
        markets,
    })
}

fn market_capital(
    deps: Deps,
    books: &Books,
    contract: Addr,
    id: MarketId,
) -> ContractResult<MarketCapital> {
    let mut market = Market::load(deps.storage, &contract, id)?;
    let isolated = market.is_isolated();
    market.standing.stale |= !isolated && report::is_expired(books, market.standing.reported_at);
    let contribution = market.contribution()?;
    Ok(MarketCapital {
        contract: contract.into_string(),
        market: id,
        isolated,
        required: contribution.required,
        reserve: market.standing.reserve,
        counted: contribution.counted_reserve,
        deficit: market.standing.deficit,
        emergency_debt: market.standing.emergency.debt,
    })
}

/// The underwriters' pool.
///
/// # Errors
/// Storage.
pub fn underwriting(deps: Deps, env: &Env) -> ContractResult<UnderwritingResponse> {
    let books = Books::load(deps.storage, env)?;
    Ok(UnderwritingResponse {
        staked: books.ledger.staked,
        queued: books.underwriting.queued,
        shares: books.underwriting.shares,
        rewards_undripped: books.ledger.rewards_undripped,
        drip_ends_at: books.underwriting.drip_ends_at,
        slashable: underwriting::slashable(&books)?,
        paused: books.suite.level >= RiskLevel::Deficient,
    })
}

/// One underwriter.
///
/// # Errors
/// An invalid address.
pub fn staker(deps: Deps, env: &Env, address: &str) -> ContractResult<StakerResponse> {
    let staker_addr = deps.api.addr_validate(address)?;
    let books = Books::load(deps.storage, env)?;
    let exit = EXITS.may_load(deps.storage, &staker_addr)?;
    let base = shares::pool(&books)?.base;
    let shares = shares::balance(deps.storage, base, &staker_addr)?;
    let value = shares::value(&books, shares)?;
    let exit = exit.map(|exit| exit::response(&books, &exit)).transpose()?;
    let owed = exit.as_ref().map(|exit| exit.owed).unwrap_or_default();
    Ok(StakerResponse {
        shares,
        value,
        at_risk: underwriting::at_risk(&books, value.checked_add(owed)?)?,
        exit,
    })
}

/// What asking to leave with so many shares would be worth.
///
/// # Errors
/// More shares than there are.
pub fn exit_value(deps: Deps, env: &Env, shares: Uint128) -> ContractResult<ExitValueResponse> {
    let books = Books::load(deps.storage, env)?;
    Ok(ExitValueResponse {
        value: shares::value(&books, shares)?,
    })
}

/// The emergency facility.
///
/// # Errors
/// Storage.
pub fn emergency(deps: Deps, env: &Env) -> ContractResult<EmergencyResponse> {
    let books = Books::load(deps.storage, env)?;
    let treasury = TREASURY.load(deps.storage)?;
    Ok(EmergencyResponse {
        treasury: treasury.address.as_ref().map(Addr::to_string),
        committed: emergency::committed(&books)?,
        undrawn: books.ledger.emergency_undrawn,
        debt: books.facility.debt,
        week_left: emergency::week_left(&books)?,
        event_limit: emergency::event_limit(&books)?,
        withdrawal: treasury.withdrawal,
    })
}

/// The owner's changes that wait.
///
/// # Errors
/// Storage.
pub fn pending_changes(
    deps: Deps,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> ContractResult<Vec<PendingChange>> {
    pending::list(deps, start_after, page_size(limit))
}

/// A page of the last top-ups, the newest first.
///
/// # Errors
/// Storage.
pub fn top_ups(
    deps: Deps,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> ContractResult<Vec<TopUpRecord>> {
    history::list(deps, start_after, page_size(limit))
}

/// Surplus, its next lot and what holds it back.
///
/// # Errors
/// Storage.
pub fn surplus(deps: Deps, env: &Env) -> ContractResult<SurplusResponse> {
    surplus::response(deps, &mut foreseen(deps, env)?)
}

/// What a market would be told now. If nothing happens before, the next `Poke` of its contract tells it exactly this.
///
/// # Errors
/// [`ContractError::MarketNotRegistered`].
pub fn risk_parameters(
    deps: Deps,
    env: &Env,
    contract: &str,
    id: MarketId,
) -> ContractResult<RiskParameters> {
    let contract_addr = deps.api.addr_validate(contract)?;
    let mut books = foreseen(deps, env)?;
    let mut market = foreseen_market(deps, &mut books, &contract_addr, id)?;
    market.settle(&mut books)?;
    solvency::refresh(&mut books)?;
    solvency::risk_parameters(&books.suite, &market)
}
