//! What agents know of the exchange: its own records, read from raw storage and only when an event said that
//! they changed. So that looking at a thousand accounts a step costs no query.

use std::collections::BTreeSet;

use ballast_perp_market::state::{Account, MarketState, Position, ACCOUNTS, MARKET_STATES};
use cosmwasm_std::{Addr, Empty, Int256, QuerierWrapper, StdResult};

use crate::listing::Listing;

/// Accounts and markets as they were when last read.
#[derive(Default)]
pub struct Shadow {
    accounts: Vec<Option<Account>>,
    markets: Vec<MarketState>,
    dirty: BTreeSet<u64>,
}

impl Shadow {
    /// Marks accounts whose records may have changed.
    pub fn mark(&mut self, accounts: &BTreeSet<u64>) {
        self.dirty.extend(accounts);
    }

    /// Reads again what was marked, and all markets.
    ///
    /// # Errors
    /// Where storage holds what cannot be read.
    pub fn refresh(
        &mut self,
        querier: &QuerierWrapper<Empty>,
        contract: &Addr,
        markets: usize,
    ) -> StdResult<()> {
        self.refresh_accounts(querier, contract)?;
        self.markets.clear();
        for id in (0u32..).take(markets) {
            let state = MARKET_STATES.query(querier, contract.clone(), id)?;
            self.markets.push(state.unwrap_or_default());
        }
        Ok(())
    }

    /// Reads again the accounts that were marked.
    ///
    /// # Errors
    /// As [`Shadow::refresh`].
    pub fn refresh_accounts(
        &mut self,
        querier: &QuerierWrapper<Empty>,
        contract: &Addr,
    ) -> StdResult<()> {
        for number in std::mem::take(&mut self.dirty) {
            let account = ACCOUNTS.query(querier, contract.clone(), number)?;
            let Ok(index) = usize::try_from(number) else {
                continue;
            };
            if self.accounts.len() <= index {
                self.accounts.resize(index.saturating_add(1), None);
            }
            if let Some(slot) = self.accounts.get_mut(index) {
                *slot = account;
            }
        }
        Ok(())
    }

    /// One account; none where it does not exist.
    #[must_use]
    pub fn account(&self, number: u64) -> Option<&Account> {
        let index = usize::try_from(number).ok()?;
        self.accounts.get(index)?.as_ref()
    }

    /// All accounts with positions, by number.
    pub fn holders(&self) -> impl Iterator<Item = (u64, &Account)> {
        (0u64..)
            .zip(&self.accounts)
            .filter_map(|(number, account)| {
                let account = account.as_ref()?;
                (!account.positions.is_empty()).then_some((number, account))
            })
    }

    /// Totals of a market.
    #[must_use]
    pub fn market(&self, market: usize) -> Option<&MarketState> {
        self.markets.get(market)
    }

    /// Worth of an account at the prices given, quote atoms, to within a few atoms: for decisions and for
    /// finding candidates; the contract has the last word.
    #[must_use]
    pub fn equity(&self, account: &Account, listings: &[Listing], prices: &[u64]) -> i128 {
        account
            .positions
            .iter()
            .fold(account.quote.i128(), |equity, position| {
                equity
                    .saturating_add(net_notional(position, listings, prices))
                    .saturating_sub(self.owed(position))
            })
    }

    /// Funding and premium owed since the position was settled.
    fn owed(&self, position: &Position) -> i128 {
        let index = usize::try_from(position.market)
            .ok()
            .and_then(|index| self.markets.get(index));
        let Some(market) = index else { return 0 };
        let now = if position.size.is_negative() {
            market.short_index
        } else {
            market.long_index
        };
        if now == position.index {
            return 0;
        }
        let size = Int256::from(position.size.unsigned_abs().u128());
        let one = Int256::from(1_000_000_000_000_000_000u128);
        now.checked_sub(position.index)
            .ok()
            .and_then(|change| change.checked_mul(size).ok())
            .and_then(|owed| owed.checked_div(one).ok())
            .and_then(|owed| owed.to_string().parse::<i128>().ok())
            .unwrap_or(0)
    }
}

/// Signed value of a position.
#[must_use]
pub fn net_notional(position: &Position, listings: &[Listing], prices: &[u64]) -> i128 {
    let Ok(index) = usize::try_from(position.market) else {
        return 0;
    };
    let (Some(listing), Some(price)) = (listings.get(index), prices.get(index)) else {
        return 0;
    };
    let worth = listing.worth(position.size.unsigned_abs().u128(), *price);
    let worth = i128::try_from(worth).unwrap_or(i128::MAX);
    if position.size.is_negative() {
        worth.saturating_neg()
    } else {
        worth
    }
}
