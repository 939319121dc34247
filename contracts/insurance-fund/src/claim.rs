//! `ClaimShortfall`: pays what it can, never refuses for lack of money.
//!
//! - A contract none of whose markets is registered is answered `paid: 0`, and nothing is stored of it.
//! - An unregistered market of a registered contract is answered the same; the claim is recorded without layers.
//! - An id not above the contract's last recorded one is a replay: nothing is paid. Recorded, it returns what was left
//!   uncovered then; never recorded (a gap), everything asked is uncovered. Gaps can therefore not be filled later.
//! - Coins attached are fees of the market, booked first, also of a replay; those of an unlisted market are a donation.
//! - A zero amount is a claim like any other: it uses its id, pays nothing and is no loss.
//!
//! What is booked as paid leaves in the one message of the response; if that message fails, so does the claim as a whole.

use ballast_types::fund::{Bound, ClaimAnswer, TopUpKind};
use ballast_types::{MarketId, MarketReport};
use cosmwasm_std::{
    to_json_binary, Addr, DepsMut, Env, Event, MessageInfo, Order, Response, Storage, Uint128,
};

use crate::books::{Books, Closed};
use crate::error::{ContractError, ContractResult};
use crate::events::ClaimTold;
use crate::market::Market;
use crate::state::{ClaimTotals, StoredClaim, CLAIMS, CONFIG, CONTRACTS};
use crate::waterfall::{self, Layers};
use crate::{
    drawdown, emergency, events, funds, history, mutual, report, solvency, top_up, underwriting,
};

/// Most bytes of an account's name in a claim.
pub const MAX_ACCOUNT_BYTES: usize = 128;

/// A claim as it came.
pub struct Request {
    /// The contract's market.
    pub market: MarketId,
    /// Whose loss it is.
    pub account: String,
    /// Its id.
    pub claim_id: u64,
    /// Asked, quote atoms.
    pub amount: Uint128,
    /// The market's report.
    pub state: MarketReport,
    /// The account increased its risk shortly before: only the market's own reserve pays.
    pub recent_risk: bool,
}

/// What became of a claim, before the answer is written.
struct Outcome {
    layers: Vec<(Uint128, Bound)>,
    paid: Uint128,
    uncovered: Uint128,
    replay: bool,
}

impl Outcome {
    fn paid(amount: Uint128, layers: &Layers<4>) -> Self {
        let paid = waterfall::total(layers);
        Self {
            layers: layers.to_vec(),
            paid,
            uncovered: amount.saturating_sub(paid),
            replay: false,
        }
    }

    fn nothing(uncovered: Uint128, replay: bool) -> Self {
        Self {
            layers: vec![],
            paid: Uint128::zero(),
            uncovered,
            replay,
        }
    }
}

/// Answers a claim of the sender.
///
/// # Errors
/// Wrong coins, [`ContractError::AccountTooLong`]. Never for lack of money.
pub fn execute_claim(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    request: Request,
) -> ContractResult<Response> {
    if request.account.len() > MAX_ACCOUNT_BYTES {
        return Err(ContractError::AccountTooLong {
            expected: MAX_ACCOUNT_BYTES,
            found: request.account.len(),
        });
    }
    let collateral = CONFIG.load(deps.storage)?.collateral;
    let attached = funds::optional_collateral(info, &collateral)?;
    let contract_addr = &info.sender;

    let mut books = Books::load(deps.storage, env)?;
    report::expire(deps.storage, &mut books, report::EXPIRIES_PER_MESSAGE)?;
    let mut market = Market::may_load(deps.storage, contract_addr, request.market)?;
    let was_open = market.as_ref().map(|m| m.standing.drawdown.open);

    let top_up_event = match &mut market {
        Some(market) => {
            drawdown::evaluate(&mut books, market)?;
            let event = book_fees(deps.storage, &mut books, market, attached)?;
            report::apply(deps.storage, &books, market, &request.state)?;
            event
        }
        None => top_up::book_as_donation(
            deps.storage,
            &mut books,
            contract_addr,
            request.market,
            attached,
        )?,
    };

    let last = CLAIMS
        .prefix(contract_addr)
        .keys(deps.storage, None, None, Order::Descending)
        .next()
        .transpose()?;
    let used = last.is_some_and(|last| request.claim_id <= last);
    let outcome = if used {
        let recorded = CLAIMS.may_load(deps.storage, (contract_addr, request.claim_id))?;
        Outcome::nothing(
            recorded.map_or(request.amount, |claim| uncovered(&claim)),
            true,
        )
    } else {
        match &mut market {
            Some(market) => {
                let layers = pay_layers(&mut books, market, request.amount, request.recent_risk)?;
                Outcome::paid(request.amount, &layers)
            }
            None => Outcome::nothing(request.amount, false),
        }
    };

    if let Some(market) = &mut market {
        drawdown::evaluate(&mut books, market)?;
        market.settle(&mut books)?;
    }
    // Of a contract without any registered market nothing is stored.
    let known = market.is_some() || CONTRACTS.has(deps.storage, contract_addr);
    let recorded = known && !used;
    if recorded {
        count(&mut books.claims, request.amount, outcome.paid)?;
    }
    let closed = books.close(deps.storage)?;
    if recorded {
        record(deps.storage, &closed, contract_addr, &request, &outcome)?;
    }
    let risk = match &mut market {
        Some(market) => {
            let risk = solvency::risk_parameters(&closed.suite, market)?;
            market.standing.told = Some(risk.clone());
            market.store(deps.storage)?;
            Some(risk)
        }
        None => None,
    };

    let drawdown_event = market
        .as_ref()
        .filter(|m| Some(m.standing.drawdown.open) != was_open)
        .map(|m| events::drawdown(m, closed.now));
    let told = ClaimTold {
        contract: contract_addr,
        market: request.market,
        account: &request.account,
        claim_id: request.claim_id,
        amount: request.amount,
        paid: outcome.paid,
        uncovered: outcome.uncovered,
        replay: outcome.replay,
    };
    Ok(Response::new()
        .add_attribute("action", "claim_shortfall")
        .add_events(top_up_event)
        .add_event(events::claim(&told, &outcome.layers))
        .add_events(drawdown_event)
        .add_events(closed.events)
        .add_messages(funds::pay(&collateral, contract_addr, outcome.paid)?)
        .set_data(to_json_binary(&ClaimAnswer {
            claim_id: request.claim_id,
            paid: outcome.paid,
            uncovered: outcome.uncovered,
            replay: outcome.replay,
            risk,
        })?))
}

fn book_fees(
    storage: &mut dyn Storage,
    books: &mut Books,
    market: &mut Market,
    attached: Uint128,
) -> ContractResult<Option<Event>> {
    if attached.is_zero() {
        return Ok(None);
    }
    let booking = top_up::book(storage, books, market, TopUpKind::Fees, attached)?;
    let whose = (&market.contract, Some(market.id));
    history::record(
        storage,
        books.now,
        whose,
        TopUpKind::Fees,
        attached,
        &booking,
    )?;
    Ok(Some(events::top_up(
        &market.contract,
        Some(market.id),
        TopUpKind::Fees,
        attached,
        &booking,
    )))
}

/// Limits of the layers that are capital, for one market now.
///
/// # Errors
/// None within the hard ranges.
fn capital_limits(books: &Books, market: &Market) -> ContractResult<Layers<3>> {
    Ok([
        (market.standing.reserve, Bound::Balance),
        mutual::limit(books, market)?,
        underwriting::limit(books, market)?,
    ])
}

/// Two accounts in one hand and a price seen early must not be a way to what others paid in: for an account
/// that increased its risk shortly before, no layer below the market's own reserve pays. Layers that an
/// isolated market may not use anyway keep their bound.
const fn closed_to_recent_risk((limit, bound): (Uint128, Bound)) -> (Uint128, Bound) {
    match bound {
        Bound::Isolated => (limit, bound),
        _ => (Uint128::zero(), Bound::RecentRisk),
    }
}

/// Takes what each layer pays of `amount`, in order, and books it. Touches nothing but the two records, so a query can do
/// the same to see what would happen.
///
/// # Errors
/// None within the hard ranges.
pub fn pay_layers(
    books: &mut Books,
    market: &mut Market,
    amount: Uint128,
    recent_risk: bool,
) -> ContractResult<Layers<4>> {
    if !amount.is_zero() && !market.is_isolated() {
        books.suite.last_loss_at = Some(books.now);
    }
    let [reserve, mut mutual, mut stake] = capital_limits(books, market)?;
    if recent_risk {
        (mutual, stake) = (closed_to_recent_risk(mutual), closed_to_recent_risk(stake));
    }
    let [reserve, mutual, stake] = waterfall::split(amount, &[reserve, mutual, stake]);
    market.debit_reserve(books, reserve.0)?;
    mutual::draw(books, market, mutual.0)?;
    underwriting::slash(books, market, stake.0)?;
    let missing = amount.checked_sub(waterfall::total(&[reserve, mutual, stake]))?;

    let mut lent = emergency::limit(books, market)?;
    if recent_risk {
        lent = closed_to_recent_risk(lent);
    }
    let [lent] = waterfall::split(missing, &[lent]);
    emergency::draw(books, market, lent.0)?;

    let layers = [reserve, mutual, stake, lent];
    drawdown::record(books, market, waterfall::total(&layers), Uint128::zero());
    Ok(layers)
}

/// Adds a claim to the sums.
fn count(totals: &mut ClaimTotals, asked: Uint128, paid: Uint128) -> ContractResult<()> {
    totals.count = totals.count.saturating_add(1);
    totals.asked = totals.asked.saturating_add(asked);
    totals.paid = totals.paid.checked_add(paid)?;
    Ok(())
}

fn record(
    storage: &mut dyn Storage,
    closed: &Closed,
    contract_addr: &Addr,
    request: &Request,
    outcome: &Outcome,
) -> ContractResult<()> {
    let claim = StoredClaim {
        market: request.market,
        account: request.account.clone(),
        amount: request.amount,
        layers: outcome.layers.clone(),
        level: closed.suite.level,
        at: closed.now,
    };
    Ok(CLAIMS.save(storage, (contract_addr, request.claim_id), &claim)?)
}

/// What a recorded claim left. Its layers never add up to more than was asked.
#[must_use]
pub fn uncovered(claim: &StoredClaim) -> Uint128 {
    claim.amount.saturating_sub(waterfall::total(&claim.layers))
}
