//! What losses that did not happen would do: claims in memory, one after the other, by the code that answers real ones.
//!
//! A hypothetical claim takes the same steps in the same order as `claim::execute_claim`: it looks at as many old
//! reports, applies the market's report, pays by the same layers, judges the breaker and the level. Nothing is saved.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use ballast_types::fund::{CoverageResponse, Shock, StressTestResponse};
use ballast_types::{MarketId, MarketReport};
use cosmwasm_std::{Addr, Deps, Env, Uint128};

use crate::books::Books;
use crate::claim::pay_layers;
use crate::error::{ContractError, ContractResult};
use crate::market::Market;
use crate::report::EXPIRIES_PER_MESSAGE;
use crate::state::MAX_MARKETS;
use crate::{drawdown, report, solvency, waterfall};

/// Most shocks of one stress test.
pub const MAX_SHOCKS: usize = 32;

type Key = (Addr, MarketId);

struct Hypothesis<'a> {
    deps: Deps<'a>,
    books: Books,
    /// Old reports that messages have not looked at yet.
    due: IntoIter<(u64, Addr, MarketId)>,
    markets: BTreeMap<Key, Market>,
}

impl<'a> Hypothesis<'a> {
    fn new(deps: Deps<'a>, env: &Env) -> ContractResult<Self> {
        let books = Books::load(deps.storage, env)?;
        let due = report::due(deps.storage, &books, MAX_MARKETS)?.into_iter();
        Ok(Self {
            deps,
            books,
            due,
            markets: BTreeMap::new(),
        })
    }

    fn take(&mut self, key: &Key) -> ContractResult<Option<Market>> {
        match self.markets.remove(key) {
            Some(market) => Ok(Some(market)),
            None => Market::may_load(self.deps.storage, &key.0, key.1),
        }
    }

    fn expire(&mut self) -> ContractResult<()> {
        for _ in 0..EXPIRIES_PER_MESSAGE {
            let Some((_, contract, id)) = self.due.next() else {
                return Ok(());
            };
            let key = (contract, id);
            let Some(mut market) = self.take(&key)? else {
                continue;
            };
            if report::is_expired(&self.books, market.standing.reported_at) {
                market.standing.stale = true;
                market.settle(&mut self.books)?;
            }
            self.markets.insert(key, market);
        }
        Ok(())
    }

    fn claim(&mut self, shock: Shock) -> ContractResult<CoverageResponse> {
        let key = (self.deps.api.addr_validate(&shock.contract)?, shock.market);
        self.expire()?;
        let (mut layers, mut risk) = (vec![], None);
        let market = self.take(&key)?;
        if let Some(mut market) = market {
            let books = &mut self.books;
            drawdown::evaluate(books, &mut market)?;
            let state = shock.state.unwrap_or(MarketReport {
                open_interest_value: market.standing.open_interest_value,
                deficit: market.standing.deficit,
            });
            report::note(books, &mut market, &state);
            layers = pay_layers(books, &mut market, shock.loss, shock.recent_risk)?.to_vec();
            drawdown::evaluate(books, &mut market)?;
            market.settle(books)?;
            solvency::refresh(books)?;
            risk = Some(solvency::risk_parameters(&books.suite, &market)?);
            self.markets.insert(key, market);
        } else {
            solvency::refresh(&mut self.books)?;
        }
        let paid = waterfall::total(&layers);
        Ok(CoverageResponse {
            contract: shock.contract,
            market: shock.market,
            loss: shock.loss,
            paid,
            uncovered: shock.loss.saturating_sub(paid),
            layers: waterfall::payments(&layers),
            coverage_ppm: solvency::coverage(&self.books)?,
            level: self.books.suite.level,
            risk,
        })
    }
}

/// What one loss would do.
///
/// # Errors
/// An invalid address.
pub fn coverage(deps: Deps, env: &Env, shock: Shock) -> ContractResult<CoverageResponse> {
    Hypothesis::new(deps, env)?.claim(shock)
}

/// What losses would do that are claimed in this order within one block.
///
/// # Errors
/// [`ContractError::TooManyShocks`], an invalid address.
pub fn stress_test(
    deps: Deps,
    env: &Env,
    shocks: Vec<Shock>,
) -> ContractResult<StressTestResponse> {
    if shocks.len() > MAX_SHOCKS {
        return Err(ContractError::TooManyShocks {
            expected: MAX_SHOCKS,
            found: shocks.len(),
        });
    }
    let mut hypothesis = Hypothesis::new(deps, env)?;
    let outcomes = shocks
        .into_iter()
        .map(|shock| hypothesis.claim(shock))
        .collect::<ContractResult<Vec<_>>>()?;
    let sum = |of: fn(&CoverageResponse) -> Uint128| {
        outcomes
            .iter()
            .fold(Uint128::zero(), |sum, one| sum.saturating_add(of(one)))
    };
    let books = &mut hypothesis.books;
    solvency::refresh(books)?;
    Ok(StressTestResponse {
        paid: sum(|one| one.paid),
        uncovered: sum(|one| one.uncovered),
        capital: solvency::capital(books)?,
        required_capital: solvency::required_capital(books),
        coverage_ppm: solvency::coverage(books)?,
        level: books.suite.level,
        emergency_debt: books.facility.debt,
        outcomes,
    })
}
