//! What markets report of themselves, and what counts when they stop.
//!
//! A report older than `report_max_age_secs` counts at the market's open-interest cap (or at its last value, if that was
//! more). To find such reports without looping over markets there is an index ordered by the second of the report, with one
//! entry for every cross-margined market that is not stale. A new report does *not* move its entry (that would be two writes
//! a message); an entry whose time has come is looked at, and if the market has reported since, goes back at that second.
//! Every message looks at [`EXPIRIES_PER_MESSAGE`] entries that are due, `Poke` at all of them (at most `MAX_MARKETS`), so
//! no message's cost grows with the number of markets.
//! Registration counts as a report of no open interest.

use ballast_types::{MarketId, MarketReport};
use cosmwasm_std::{Addr, Empty, Order, Storage, Uint128};

use crate::books::Books;
use crate::error::ContractResult;
use crate::market::Market;
use crate::parameters::MAX_AMOUNT;
use crate::state::{MAX_MARKETS, REPORT_INDEX};

/// Due entries of the index that one message looks at.
pub const EXPIRIES_PER_MESSAGE: u32 = 2;

/// Applies a report of the market's own contract. Values above [`MAX_AMOUNT`] count as that much.
///
/// # Errors
/// Storage.
pub fn apply(
    storage: &mut dyn Storage,
    books: &Books,
    market: &mut Market,
    report: &MarketReport,
) -> ContractResult<()> {
    if note(books, market, report) {
        REPORT_INDEX.save(storage, (books.now, &market.contract, market.id), &Empty {})?;
    }
    Ok(())
}

/// The same in memory alone. Answers whether the market was stale, and so has to go back into the index.
pub fn note(books: &Books, market: &mut Market, report: &MarketReport) -> bool {
    let largest = Uint128::new(MAX_AMOUNT);
    let isolated = market.is_isolated();
    let standing = &mut market.standing;
    standing.open_interest_value = report.open_interest_value.min(largest);
    standing.deficit = report.deficit.min(largest);
    standing.reported_at = books.now;
    !isolated && std::mem::take(&mut standing.stale)
}

/// Looks at up to `limit` due entries of the index and marks their markets stale where they have not reported since.
/// Must run before a message loads its market.
///
/// # Errors
/// Storage.
pub fn expire(storage: &mut dyn Storage, books: &mut Books, limit: u32) -> ContractResult<()> {
    for (at, contract, id) in due(storage, books, limit)? {
        let mut market = Market::load(storage, &contract, id)?;
        REPORT_INDEX.remove(storage, (at, &contract, id));
        if is_expired(books, market.standing.reported_at) {
            market.standing.stale = true;
            market.save(storage, books)?;
        } else {
            let key = (market.standing.reported_at, &contract, id);
            REPORT_INDEX.save(storage, key, &Empty {})?;
        }
    }
    Ok(())
}

/// The same for all entries in memory alone: what a query sees is what the next `Poke` would do.
///
/// # Errors
/// Storage.
pub fn foresee_expiry(storage: &dyn Storage, books: &mut Books) -> ContractResult<()> {
    for (_, contract, id) in due(storage, books, MAX_MARKETS)? {
        let mut market = Market::load(storage, &contract, id)?;
        if is_expired(books, market.standing.reported_at) {
            market.standing.stale = true;
            market.settle(books)?;
        }
    }
    Ok(())
}

/// Whether a report of this second no longer counts.
#[must_use]
pub fn is_expired(books: &Books, reported_at: u64) -> bool {
    books.now.saturating_sub(reported_at) > books.parameters.report_max_age_secs
}

/// Entries of the index whose time has come, the oldest first.
///
/// # Errors
/// Storage.
pub fn due(
    storage: &dyn Storage,
    books: &Books,
    limit: u32,
) -> ContractResult<Vec<(u64, Addr, MarketId)>> {
    // The first second whose reports still count.
    let fresh = books
        .now
        .saturating_sub(books.parameters.report_max_age_secs);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let found: Result<Vec<_>, _> = REPORT_INDEX
        .keys(storage, None, None, Order::Ascending)
        .take(limit)
        .take_while(|key| key.as_ref().map_or(true, |(at, _, _)| *at < fresh))
        .collect();
    Ok(found?)
}
